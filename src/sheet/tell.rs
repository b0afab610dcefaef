//! What a sheet says of one gemeente, in the order in which it says it.
//!
//! In: what all sheets share, and the gemeente. Out: a [`Told`]. Fails when a figure cannot be printed. The peculiarity it
//! answers: nothing is said of one gemeente by a person, so the figures choose what is told, by rules that the sheet names.

mod first;
mod rows;
mod who;

use std::collections::BTreeMap;

use super::ground::{Ground, Series, Size};
use super::ready::NONE;
use super::shape::{Column, Columns, FactText, Piece, Pieces, Sheet};
use crate::base::number;
use crate::fact::{self, FactsOfOne, GroupStated};
use crate::figures::{Figures, GroupFigure};
use crate::gemeente::group::Group;
use crate::gemeente::{RegionId, file_stem};
use crate::publish::province;
use who::{column, mergers, network, no_type, peer};

/// The open data in which figures of groups stand, and those of which they are made; by their path in the output.
pub(super) const COMPARISON: &str = "data/vergelijking.csv";
pub(super) const GEMEENTEN: &str = "data/gemeenten.csv";

/// What is printed of a gemeente, with its facts.
#[derive(Debug)]
pub struct Told<'r, 'a> {
    /// What is printed.
    pub sheet: Sheet,
    /// Its facts, to be proven.
    pub facts: FactsOfOne<'r, 'a>,
}

/// Tells of a gemeente.
///
/// # Errors
/// When a figure cannot be printed.
pub fn tell<'r, 'a>(ground: &'r Ground<'a>, region: RegionId) -> Result<Told<'r, 'a>, fact::Error> {
    let figures = ground.figures();
    let name = figures.name(region);
    let networks = figures.groups.networks();
    let own = networks.filter(|group| group.regions().any(|of| of == region));
    let own: Vec<&Group> = own.collect();
    let (size, of_size) = ground
        .of_size(region)
        .unwrap_or((Size::Class, figures.groups.nation()));
    let mut telling = Telling {
        ground,
        region,
        network: own.first().copied().unwrap_or(figures.groups.subject()),
        size,
        of_size,
        facts: FactsOfOne::new(ground.register),
    };
    let typed = figures.types.of_region(region);
    let (themes, strips) = telling.themes()?;
    let (large, outstanding, changes) =
        (telling.large()?, telling.outstanding()?, telling.changes()?);
    let gemeente = figures.gemeenten.regions.get(region);
    let mut sheet = Sheet {
        code: region.to_string(),
        stem: file_stem(region, &name),
        province: gemeente.map_or("", |of| province(&of.province)).to_owned(),
        type_name: typed.map_or_else(String::new, |(_, of)| of.name.clone()),
        type_of: typed.map_or_else(String::new, |(_, of)| whole(of.n)),
        no_type: if typed.is_some() {
            ""
        } else {
            no_type(region, figures)
        },
        networks: own.iter().map(|group| network(group)).collect(),
        columns: telling.columns(!own.is_empty()),
        peers: telling.peers().map(|of| peer(of, figures)).collect(),
        mergers: mergers(region, figures),
        large,
        outstanding,
        changes,
        themes,
        missing: telling.missing(),
        facts: BTreeMap::new(),
        strips,
        name,
    };
    let texts = telling.facts.labelled().map(|entry| {
        let (text, label) = (entry.text.clone(), entry.label.clone());
        (entry.id.clone(), FactText { text, label })
    });
    sheet.facts = texts.collect();
    Ok(Told {
        sheet,
        facts: telling.facts,
    })
}

struct Telling<'r, 'a> {
    ground: &'r Ground<'a>,
    region: RegionId,
    network: &'r Group,
    size: Size,
    of_size: &'r Group,
    facts: FactsOfOne<'r, 'a>,
}

impl<'r> Telling<'r, '_> {
    fn figures(&self) -> &'r Figures {
        self.ground.figures()
    }

    fn value(&self, series: &Series<'_>, year: i32) -> Option<f64> {
        self.figures().cell(series.id, self.region, year)?.value()
    }

    fn peers(&self) -> impl Iterator<Item = RegionId> + use<'r> {
        let peers = self.figures().types.peers.get(&self.region);
        peers.into_iter().flatten().map(|peer| peer.region)
    }

    /// The figure of a gemeente, as a piece of text.
    fn one(
        &mut self,
        series: &Series<'_>,
        region: RegionId,
        year: i32,
    ) -> Result<Pieces, fact::Error> {
        let id = self.facts.gemeente(series.id, region, year)?;
        Ok(vec![Piece::Fact { f: id }])
    }

    /// The figure of a group of the paper.
    fn of_group(
        &mut self,
        series: &Series<'_>,
        group: &Group,
        year: i32,
    ) -> Result<Pieces, fact::Error> {
        let figure = self.figures().group(series.id, group.id, year);
        self.stated(series, group, (COMPARISON, year), figure)
    }

    fn nation(&mut self, series: &Series<'_>, year: i32) -> Result<Pieces, fact::Error> {
        let nation = self.figures().groups.nation();
        self.of_group(series, nation, year)
    }

    fn stated(
        &mut self,
        series: &Series<'_>,
        group: &Group,
        (file, year): (&str, i32),
        figure: Option<&GroupFigure>,
    ) -> Result<Pieces, fact::Error> {
        let id = self.facts.group(GroupStated {
            indicator: series.id,
            group: &group.name.id,
            label: &group.name.label,
            file,
            year,
            figure,
        })?;
        Ok(vec![Piece::Fact { f: id }])
    }

    fn columns(&self, is_member: bool) -> Columns {
        let nation = self.figures().groups.nation();
        let class = self.figures().groups.all().iter();
        let mut class = class.filter(|of| of.name.id == self.of_size.name.id);
        // who is smaller or larger looks as the class does
        let look = class
            .next()
            .map_or(self.of_size.name.look, |of| of.name.look);
        Columns {
            network: column(self.network, self.network.name.look),
            is_member,
            size: Column {
                label: self.label_of_size(),
                ..column(self.of_size, look)
            },
            nation: column(nation, nation.name.look),
        }
    }

    /// What the gemeenten of its size are called, in words.
    fn label_of_size(&self) -> String {
        if self.size == Size::Class {
            format!("{} inwoners", self.figures().groups.size.in_words())
        } else {
            self.of_size.name.label.clone()
        }
    }
}

/// Where no figure stands.
fn none() -> Pieces {
    vec![Piece::Text { t: NONE.to_owned() }]
}

/// A whole number in Dutch notation.
fn whole(n: usize) -> String {
    number::round(n as f64, 0).map_or_else(|_| n.to_string(), |of| of.to_string())
}
