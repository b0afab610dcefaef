//! What is asked: the files in `queries/` and the editions, read, parsed and checked as one whole.
//!
//! In: `tables.toml`, `house.toml`, `editions.toml`, one TOML file per theme in `themes/`, and some more. Out:
//! [`Queries`], in which every name that is used exists, and every way, predicate, sentence and fact id is typed. A wrong
//! file ends in an [`Error`] with file, line, column and what was expected.

mod ask;
mod breaks;
mod chart;
mod check;
mod claim;
mod edition;
mod error;
mod fact_id;
mod formula;
mod house;
mod indicator;
mod misread;
mod names;
mod predicate;
mod read;
mod source;
mod table;
mod template;
mod text;
mod theme;
mod topic;
mod types;
mod voice;
mod years;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Index;
use std::path::Path;

pub use ask::{Ask, Column, Sourced};
pub use breaks::Break;
pub use chart::{Chart, ChartKind};
pub use check::{Checks, Known, Relation, Right};
pub use claim::Claim;
pub use edition::Edition;
pub use error::Error;
pub use fact_id::{Bar, FactId, FactYears, Stat, Subject};
pub use formula::{Formula, Term};
pub use house::House;
pub use indicator::{Direction, Indicator, IndicatorId, Level, Way};
pub use misread::Misread;
pub use names::Names;
#[cfg(test)]
pub(crate) use names::tests::sample;
pub use predicate::{Predicate, Values};
pub use read::schemas;
pub use source::{
    ANY_LEVELS, InPlace, TopicKind, Unit, amount, is_average, is_of_ratio, title_fits,
};
pub use table::{Service, Table};
pub use template::{Choice, Template, TemplatePart};
pub use text::{FACT, PrintedText, TextKind};
pub use theme::Theme;
pub use topic::{Find, Topic, TopicId, TopicSource};
pub use types::{Mark, TypesAsked};
pub use voice::Voice;
pub use years::{Earlier, Series, Years};

use crate::gemeente::group::GroupNames;

/// The topic that counts 1 for every gemeente; no table holds it.
pub const GEMEENTEN: &str = "gemeenten";
/// The topic that counts inhabitants: it divides splits and gives the sizes of gemeenten.
pub const INHABITANTS: &str = "inwoners";

/// Everything that `queries/` asks.
#[derive(Debug)]
pub struct Queries {
    /// Tables by id, of gemeenten.
    pub tables: BTreeMap<String, Table>,
    /// Of those the ones of which the wijken and buurten are asked as well, by an id of their own.
    pub per_buurt: BTreeMap<String, Table>,
    /// Topics by [`TopicId`].
    pub topics: Vec<Topic>,
    /// The topic that counts 1 for every gemeente.
    pub gemeenten: TopicId,
    /// The topic that counts inhabitants.
    pub inhabitants: TopicId,
    /// Whose paper it is, and how it looks.
    pub house: House,
    /// Groups, in the order of tables.
    pub groups: GroupNames,
    /// Who speaks for gemeenten and is no group.
    pub voices: Vec<Voice>,
    /// Themes in the order of the paper.
    pub themes: Vec<Theme>,
    /// Indicators by [`IndicatorId`], in the order of the paper.
    pub indicators: Vec<Indicator>,
    /// Charts in the order of the paper.
    pub charts: Vec<Chart>,
    /// Claims in the order of the paper.
    pub claims: Vec<Claim>,
    /// Asks in the order of the file.
    pub asks: Vec<Ask>,
    /// Columns of the table per gemeente.
    pub columns: Vec<Column>,
    /// By what gemeenten are put into types; nothing where no file says so.
    pub types: Option<TypesAsked>,
    /// Editions in the order of the file.
    pub editions: Vec<Edition>,
    /// What the figures themselves must satisfy.
    pub checks: Checks,
    /// Every text of the files that the paper prints.
    pub texts: Vec<PrintedText>,
    /// What chooses among that and is not printed itself: predicates, the facts of asks, the years of charts.
    pub rules: Vec<PrintedText>,
    /// What the earlier years of each indicator are chosen from, by [`IndicatorId`]; nothing until the figures are there.
    series: Vec<Series>,
}

impl Index<TopicId> for Queries {
    type Output = Topic;

    fn index(&self, topic: TopicId) -> &Topic {
        &self.topics[topic.place()]
    }
}

impl Index<IndicatorId> for Queries {
    type Output = Indicator;

    fn index(&self, indicator: IndicatorId) -> &Indicator {
        &self.indicators[indicator.place()]
    }
}

impl Queries {
    /// Reads and checks the folder `queries/`.
    ///
    /// # Errors
    /// An [`Error`] that names file, line and what was expected.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        read::read(folder)
    }

    /// The edition with this id, or the default one.
    ///
    /// # Errors
    /// When there is no such edition.
    pub fn edition(&self, id: Option<&str>) -> Result<&Edition, Error> {
        self.editions
            .iter()
            .find(|edition| id.map_or(edition.default, |id| edition.id == id))
            .ok_or_else(|| Error::NoEdition {
                id: id.unwrap_or("(default)").to_owned(),
                known: self
                    .editions
                    .iter()
                    .map(|edition| edition.id.clone())
                    .collect(),
            })
    }

    /// Puts the year that it comes to in the place of every earlier year, now that the series of each indicator is known:
    /// from here on all that is printed, proved and explained names years.
    pub fn settle(&mut self, series: Vec<Series>) {
        for claim in &mut self.claims {
            claim.sentence.settle(&series);
            claim.when.settle(&series);
        }
        for chart in &mut self.charts {
            chart.settle(&series);
        }
        for ask in &mut self.asks {
            ask.settle(&series);
        }
        self.series = series;
    }

    /// A fact of the year that its earlier year comes to; as it is before the figures are there.
    #[must_use]
    pub fn settled(&self, id: &FactId) -> FactId {
        id.settled(&self.series)
    }

    /// A text with the year that it comes to in the place of every earlier year.
    #[must_use]
    pub fn settled_in(&self, mut template: Template) -> Template {
        template.settle(&self.series);
        template
    }

    /// The tables that a source names: one, or all of a family in the order of `tables.toml`.
    pub fn tables_of<'a>(&'a self, source: &'a TopicSource) -> impl Iterator<Item = &'a Table> {
        let named = self.tables.values().filter(move |table| {
            table.id == source.table
                || (table.family.as_deref() == Some(&source.table)
                    && table.period.is_none_or(|year| source.years.contains(year)))
        });
        let mut named: Vec<&Table> = named.collect();
        named.sort_by_key(|table| table.place);
        named.into_iter()
    }

    /// A table of either level.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.get(id).or_else(|| self.per_buurt.get(id))
    }

    /// The tables of both levels, by id.
    pub fn all_tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().chain(self.per_buurt.values())
    }

    /// The topics that are asked per wijk and buurt: those of the indicators that are, and what fills them.
    pub fn topics_per_buurt(&self) -> BTreeSet<TopicId> {
        let asked = self.indicators.iter();
        let asked = asked.filter(|indicator| indicator.level == Level::Buurt);
        let topics = asked.flat_map(|indicator| indicator.ways.iter().flat_map(Way::topics));
        topics
            .flat_map(|topic| [Some(topic), self[topic].fill])
            .flatten()
            .collect()
    }

    /// Every topic.
    pub fn topic_ids(&self) -> impl Iterator<Item = TopicId> + use<> {
        (0..self.topics.len()).map(TopicId::new)
    }

    /// Every indicator, in the order of the paper.
    pub fn indicator_ids(&self) -> impl Iterator<Item = IndicatorId> + use<> {
        (0..self.indicators.len()).map(IndicatorId::new)
    }

    /// What fact ids are made of.
    pub fn names(&self) -> Names<'_> {
        Names::new(&self.indicators, &self.groups)
    }

    /// A sum of topics as it is written.
    pub fn written(&self, formula: &Formula) -> String {
        formula.written(|topic| &self[topic].id)
    }

    /// The computation of a way in one line, and its factor.
    pub fn describe(&self, way: &Way) -> (String, f64) {
        match way {
            Way::Quotient {
                numerator,
                denominator,
                of_nederland,
                scale,
                minus,
            } => {
                let (numerator, denominator) = (self.written(numerator), self.written(denominator));
                let of = if *of_nederland { " van Nederland" } else { "" };
                let minus = if *minus == 0.0 {
                    String::new()
                } else {
                    format!(" - {minus}")
                };
                let text = format!("({numerator}) / ({denominator}{of}) x {scale}{minus}");
                (text, *scale)
            }
            Way::Mean { ratio, weight } => {
                let (ratio, weight) = (&self[*ratio].id, self.written(weight));
                (
                    format!("gemiddelde van {ratio}, gewogen naar {weight}"),
                    1.0,
                )
            }
            Way::Total { total } => (self.written(total), 1.0),
            Way::Distribution { topic } => (format!("verdeling van {}", self[*topic].id), 1.0),
            Way::SizeClass {
                topic,
                from,
                to,
                scale,
                on_edition,
            } => {
                let topic = &self[*topic].id;
                let list = if *on_edition {
                    " op de grenzen van de editie"
                } else {
                    ""
                };
                let text =
                    format!("{topic} waar {from} <= {topic} <= {to}{list} / {topic} x {scale}");
                (text, *scale)
            }
        }
    }
}
