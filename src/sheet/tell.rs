//! What a sheet says of one gemeente, in the order in which it says it.
//!
//! In: what all sheets share, and the gemeente. Out: a [`Told`]. Fails when a figure cannot be printed. The peculiarity it
//! answers: nothing is said of one gemeente by a person, so the figures choose what is told, by rules that the sheet names.

use std::collections::BTreeMap;

use super::ground::{Ground, Series, Size};
use super::ready::NONE;
use super::shape::{
    Change, Column, Columns, FactText, Large, Merger, Missing, Network, Outstanding, Peer, Piece,
    Pieces, Row, Sheet, Strip, Theme,
};
use crate::base::look::Look;
use crate::base::number;
use crate::fact::{self, Counted, FactsOfOne, GroupStated};
use crate::figures::{Figures, GroupFigure, printed};
use crate::gemeente::group::{Group, GroupId};
use crate::gemeente::{RegionId, file_stem};
use crate::illustrate::with_unit;
use crate::publish::province;
use crate::query::{Direction, Indicator};

/// Figures that are printed large.
const LARGE: usize = 4;
/// Indicators that a gemeente is told to stand out by, and that its changes are told of.
const OUTSTANDING: usize = 5;
const CHANGES: usize = 6;
/// Of one theme at most.
const OF_THEME: usize = 2;

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

    // ---- every indicator

    fn themes(&mut self) -> Result<(Vec<Theme>, Vec<Option<Strip>>), fact::Error> {
        let (mut themes, mut strips) = (Vec::new(), Vec::new());
        let ground = self.ground;
        for theme in &ground.queries().themes {
            let mut rows = Vec::new();
            let of_theme = ground.series.iter();
            for series in of_theme.filter(|series| series.asked.theme == theme.id) {
                rows.push(self.row(series)?);
                strips.push(self.strip(series));
            }
            if !rows.is_empty() {
                themes.push(Theme {
                    id: theme.id.clone(),
                    pijler: theme.pijler.clone(),
                    title: theme.title.clone(),
                    rows,
                });
            }
        }
        Ok((themes, strips))
    }

    fn row(&mut self, series: &Series<'_>) -> Result<Row, fact::Error> {
        let (network, of_size) = (self.network, self.of_size);
        if !series.compares {
            return self.row_alone(series);
        }
        let size = match series.outside(self.size) {
            None => self.of_group(series, of_size, series.year)?,
            figure => self.stated(series, of_size, (GEMEENTEN, series.year), figure)?,
        };
        let cell = self.figures().cell(series.id, self.region, series.year);
        Ok(Row {
            indicator: series.asked.id.clone(),
            title: with_unit(series.asked),
            year: series.year,
            own: self.one(series, self.region, series.year)?,
            network: self.of_group(series, network, series.year)?,
            size,
            nation: self.nation(series, series.year)?,
            peers: self.range_of_peers(series)?,
            estimated: cell.is_some_and(|cell| cell.estimated),
        })
    }

    /// The row of what a group has more of by being a group, such as inhabitants: only gemeenten are put beside each other.
    fn row_alone(&mut self, series: &Series<'_>) -> Result<Row, fact::Error> {
        let cell = self.figures().cell(series.id, self.region, series.year);
        Ok(Row {
            indicator: series.asked.id.clone(),
            title: with_unit(series.asked),
            year: series.year,
            own: self.one(series, self.region, series.year)?,
            network: none(),
            size: none(),
            nation: none(),
            peers: self.range_of_peers(series)?,
            estimated: cell.is_some_and(|cell| cell.estimated),
        })
    }

    /// The figures of those that are like it, where they have one.
    fn of_peers(&self, series: &Series<'_>) -> Vec<(f64, RegionId)> {
        let value = |region| self.figures().cell(series.id, region, series.year)?.value();
        self.peers()
            .filter_map(|region| Some((value(region)?, region)))
            .collect()
    }

    /// The lowest and highest of those that are like it; one figure where both print the same.
    fn range_of_peers(&mut self, series: &Series<'_>) -> Result<Pieces, fact::Error> {
        let mut of_peers = self.of_peers(series);
        of_peers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (Some(low), Some(high)) = (of_peers.first(), of_peers.last()) else {
            return Ok(none());
        };
        let mut range = self.one(series, low.1, series.year)?;
        if printed(series.asked, low.0) < printed(series.asked, high.0) {
            range.push(Piece::Text {
                t: " – ".to_owned(),
            });
            range.extend(self.one(series, high.1, series.year)?);
        }
        Ok(range)
    }

    fn strip(&self, series: &Series<'_>) -> Option<Strip> {
        let scale = series.scale?;
        let figures = self.figures();
        let place = |value: Option<f64>| value.map(|value| scale.place(value));
        let compared = |value: Option<f64>| value.filter(|_| series.compares);
        let of_group = |group: GroupId| figures.group(series.id, group, series.year)?.value;
        let size = match series.outside(self.size) {
            None => of_group(self.of_size.id),
            Some(figure) => figure.value,
        };
        let own = self.value(series, series.year);
        let mut peers: Vec<u16> = self
            .of_peers(series)
            .iter()
            .map(|(value, _)| scale.place(*value))
            .collect();
        peers.sort_unstable();
        Some(Strip {
            own: place(own),
            beyond: own.map_or(0, |value| scale.beyond(value)),
            half: scale.half(),
            network: place(compared(of_group(self.network.id))),
            size: place(compared(size)),
            nation: place(compared(of_group(figures.groups.nation().id))),
            peers,
        })
    }

    /// Indicators without a figure, by the kind of missing.
    fn missing(&self) -> Vec<Missing> {
        let mut kinds: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for series in &self.ground.series {
            let cell = self.figures().cell(series.id, self.region, series.year);
            let observation = cell.map(|cell| cell.observation);
            if let Some(observation) = observation.filter(|of| of.value.is_none()) {
                let titles = kinds.entry(observation.missing).or_default();
                titles.push(series.asked.title.clone());
            }
        }
        let kinds = kinds.into_iter();
        kinds
            .map(|(kind, titles)| Missing {
                kind: kind.word(),
                titles,
            })
            .collect()
    }

    // ---- what is told first

    /// The first columns of the table per gemeente.
    fn large(&mut self) -> Result<Vec<Large>, fact::Error> {
        let ground = self.ground;
        let mut large = Vec::new();
        for column in &ground.queries().columns {
            let series = ground.series.iter().find(|of| of.id == column.indicator);
            let Some(series) = series.filter(|of| self.value(of, of.year).is_some()) else {
                continue;
            };
            large.push(Large {
                title: column.title.clone(),
                year: series.year,
                value: self.one(series, self.region, series.year)?,
                nation: self.nation(series, series.year)?,
            });
            if large.len() == LARGE {
                break;
            }
        }
        Ok(large)
    }

    /// By what it stands out: where most others are on one side of it.
    fn outstanding(&mut self) -> Result<Vec<Outstanding>, fact::Error> {
        let ground = self.ground;
        let known = ground.series.iter().filter(|series| series.tells());
        let known = known.filter_map(|series| {
            let (below, above, n) = series.passed(self.value(series, series.year)?);
            let others = n.checked_sub(1).filter(|others| *others > 0)?;
            Some((below.max(above) as f64 / others as f64, series))
        });
        let chosen = choose(known.collect(), OUTSTANDING);
        let told = chosen.into_iter().map(|series| self.stands_out(series));
        let told: Result<Vec<Option<Outstanding>>, fact::Error> = told.collect();
        Ok(told?.into_iter().flatten().collect())
    }

    fn stands_out(&mut self, series: &Series<'_>) -> Result<Option<Outstanding>, fact::Error> {
        let Some(value) = self.value(series, series.year) else {
            return Ok(None);
        };
        let (below, above, n) = series.passed(value);
        let is_higher = below >= above;
        let (passes, others) = (below.max(above), n - 1);
        let counted = |word, what, number| Counted {
            indicator: series.id,
            word,
            what,
            file: GEMEENTEN,
            year: series.year,
            number,
        };
        let side = if is_higher {
            counted("lager", "gemeenten die lager uitkomen", passes)
        } else {
            counted("hoger", "gemeenten die hoger uitkomen", passes)
        };
        let passed = self.facts.count(side)?;
        let all = counted("andere", "andere gemeenten met een cijfer", others);
        let others_id = self.facts.count(all)?;
        Ok(Some(Outstanding {
            indicator: series.asked.id.clone(),
            title: with_unit(series.asked),
            year: series.year,
            value: self.one(series, self.region, series.year)?,
            nation: if series.compares {
                self.nation(series, series.year)?
            } else {
                none()
            },
            is_higher,
            is_extreme: passes == others,
            passes: vec![Piece::Fact { f: passed }],
            others: vec![Piece::Fact { f: others_id }],
            favours: if is_beyond_whole(series.asked, value) {
                ""
            } else {
                favours(series.asked.direction, is_higher)
            },
        }))
    }

    /// What changed otherwise than elsewhere, in the order of the paper.
    fn changes(&mut self) -> Result<Vec<Change>, fact::Error> {
        let ground = self.ground;
        let figures = self.figures();
        let known = ground.series.iter().filter_map(|series| {
            let (from, spread) = series.since.as_ref()?;
            let (now, then) = (self.value(series, series.year)?, self.value(series, *from)?);
            let is_divided = [*from, series.year].iter().any(|year| {
                let cell = figures.cell(series.id, self.region, *year);
                cell.is_some_and(|cell| cell.estimated)
            });
            let half = spread.q3 - spread.q1;
            let is_told = series.tells() && !is_divided && half > 0.0;
            let change = series.change(self.region, *from, figures)?;
            (is_told && went(series.asked, now, then) != SAME)
                .then(|| ((change - spread.median).abs() / half, series))
        });
        let mut chosen = choose(known.collect(), CHANGES);
        chosen.sort_by_key(|series| series.id);
        let told = chosen.into_iter().map(|series| self.changed(series));
        let told: Result<Vec<Option<Change>>, fact::Error> = told.collect();
        Ok(told?.into_iter().flatten().collect())
    }

    fn changed(&mut self, series: &Series<'_>) -> Result<Option<Change>, fact::Error> {
        let (figures, to) = (self.figures(), series.year);
        let Some((from, _)) = series.since else {
            return Ok(None);
        };
        let own = |year| self.value(series, year);
        let Some((now, then)) = own(to).zip(own(from)) else {
            return Ok(None);
        };
        let nation = figures.groups.nation().id;
        let national = |year| figures.group(series.id, nation, year)?.value;
        let of_nation = national(to).zip(national(from));
        Ok(Some(Change {
            indicator: series.asked.id.clone(),
            title: with_unit(series.asked),
            from,
            to,
            then: self.one(series, self.region, from)?,
            now: self.one(series, self.region, to)?,
            went: went(series.asked, now, then),
            nation_then: self.nation(series, from)?,
            nation_now: self.nation(series, to)?,
            nation_went: of_nation.map_or("", |(now, then)| went(series.asked, now, then)),
        }))
    }
}

/// Where no figure stands.
fn none() -> Pieces {
    vec![Piece::Text { t: NONE.to_owned() }]
}

/// The first of those that are told, most first; no more of one theme than may be.
fn choose<'s, 'a>(mut known: Vec<(f64, &'s Series<'a>)>, most: usize) -> Vec<&'s Series<'a>> {
    known.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.id.cmp(&b.1.id)));
    let mut of_themes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    for (_, series) in known {
        let of_theme = of_themes.entry(&series.asked.theme).or_default();
        if *of_theme < OF_THEME && chosen.len() < most {
            *of_theme += 1;
            chosen.push(series);
        }
    }
    chosen
}

/// The word for a change that does not matter.
const SAME: &str = "same";

/// Which way a figure went: nothing that prints the same, or changed by less than matters, went anywhere.
fn went(indicator: &Indicator, now: f64, then: f64) -> &'static str {
    // as printed both are whole numbers, of the last decimal
    let prints_same = (printed(indicator, now) - printed(indicator, then)).abs() < 0.5;
    if prints_same || indicator.is_small(now, then) {
        SAME
    } else if now > then {
        "up"
    } else {
        "down"
    }
}

/// Whether it is favourable to be on a side: only where the query says which is.
const fn favours(direction: Direction, is_higher: bool) -> &'static str {
    match (direction, is_higher) {
        (Direction::None, _) => "",
        (Direction::Higher, true) | (Direction::Lower, false) => "good",
        (Direction::Higher, false) | (Direction::Lower, true) => "bad",
    }
}

/// Whether a share is more than the whole, as a turnout is where people from elsewhere vote: more is no better then.
fn is_beyond_whole(asked: &Indicator, value: f64) -> bool {
    asked.unit == "%" && value > 100.0
}

/// Why a gemeente has no type: a word.
fn no_type(region: RegionId, figures: &Figures) -> &'static str {
    let types = &figures.types;
    if types.types.is_empty() {
        "unasked"
    } else if types.untyped.iter().any(|(of, _)| *of == region) {
        "few"
    } else {
        "size"
    }
}

/// A whole number in Dutch notation.
fn whole(n: usize) -> String {
    number::round(n as f64, 0).map_or_else(|_| n.to_string(), |of| of.to_string())
}

fn network(group: &Group) -> Network {
    Network {
        label: group.name.label.clone(),
        complete: group.complete,
    }
}

fn column(group: &Group, look: Look) -> Column {
    Column {
        label: group.name.label.clone(),
        complete: group.complete,
        n: whole(group.members.len()),
        color: look.color.hex(),
        shape: look.shape,
    }
}

fn peer(region: RegionId, figures: &Figures) -> Peer {
    let name = figures.name(region);
    Peer {
        code: region.to_string(),
        stem: file_stem(region, &name),
        name,
    }
}

/// What went into a gemeente, by date.
fn mergers(region: RegionId, figures: &Figures) -> Vec<Merger> {
    let mut mergers: Vec<Merger> = Vec::new();
    for (date, from, is_whole) in figures.gemeenten.herindelingen.into_gemeente(region) {
        if mergers.last().is_none_or(|last| last.date != date) {
            mergers.push(Merger {
                date: date.to_owned(),
                whole: Vec::new(),
                parts: Vec::new(),
            });
        }
        if let Some(last) = mergers.last_mut() {
            let names = if is_whole {
                &mut last.whole
            } else {
                &mut last.parts
            };
            let regions = &figures.gemeenten.regions;
            names.push(
                regions
                    .get(from)
                    .map_or_else(|| from.to_string(), |of| of.bare_name().to_owned()),
            );
        }
    }
    mergers
}
