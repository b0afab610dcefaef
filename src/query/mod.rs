//! What is asked: the files in `queries/` and the editions, read and checked as one whole.
//!
//! In: `tables.toml`, `editions.toml`, one TOML file per theme in `themes/`, and some more. Out: [`Queries`], in which
//! every name that is used exists and every way of an indicator is typed. A wrong file ends in an [`Error`] with file,
//! line, column and what was expected. CBS moves key suffixes between releases, so a topic is asked by title path and
//! unit; its key is a hint.

mod check;
mod error;
mod formula;
mod read;
mod source;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

pub use check::{Checks, Known, Relation, Right};
pub use error::Error;
pub use formula::{Formula, Term, Years};
pub use read::schemas;
pub use source::{ANY_LEVELS, InPlace, TopicKind, Unit, amount, is_of_ratio, title_fits};
pub use table::{Service, Table};

use crate::located::Place;

/// The topic that counts 1 for every gemeente; no table holds it.
pub const GEMEENTEN: &str = "gemeenten";

/// Everything that `queries/` asks.
#[derive(Debug)]
pub struct Queries {
    /// Tables by id.
    pub tables: BTreeMap<String, Table>,
    /// Topics in the order of the files.
    pub topics: Vec<Topic>,
    /// Themes in the order of the paper.
    pub themes: Vec<Theme>,
    /// Indicators in the order of the paper.
    pub indicators: Vec<Indicator>,
    /// Charts in the order of the paper.
    pub charts: Vec<Chart>,
    /// Claims in the order of the paper.
    pub claims: Vec<Claim>,
    /// Asks in the order of the file.
    pub asks: Vec<Ask>,
    /// Columns of the table per gemeente.
    pub columns: Vec<Column>,
    /// Editions in the order of the file.
    pub editions: Vec<Edition>,
    /// What the figures themselves must satisfy.
    pub checks: Checks,
}

/// One measure, from one or more tables.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Name in formulas.
    pub id: String,
    /// What it counts, in Dutch, as a sentence part.
    pub title: String,
    /// Whether it counts or is a ratio.
    pub kind: TopicKind,
    /// Whether values of merged gemeenten add up: never those of a ratio.
    pub additive: bool,
    /// What divides a split: inhabitants, or dwellings.
    pub by_dwellings: bool,
    /// Whether an absent cell counts as zero within a sum of keys.
    pub absent_is_zero: bool,
    /// Where it is found.
    pub sources: Vec<TopicSource>,
    /// Where it is asked.
    pub place: Place,
}

/// Where a topic is found.
#[derive(Clone, Debug)]
pub struct TopicSource {
    /// A table id or a family.
    pub table: String,
    /// The years taken from there.
    pub years: Years,
    /// What is looked for.
    pub find: Find,
    /// The units that fit.
    pub unit: Unit,
    /// Whether its absence is no error.
    pub optional: bool,
}

/// How a topic is found in a table.
#[derive(Clone, Debug)]
pub enum Find {
    /// By its title path, with the key as a hint.
    Title {
        /// Topic groups and title, joined with ` > `; [`ANY_LEVELS`] stands for any of them.
        path: String,
        /// The key it had in some release.
        key: Option<String>,
    },
    /// The sum of all keys that match one of the patterns (`*` stands for anything) and none of the exceptions.
    Keys {
        /// Patterns to sum.
        keys: Vec<String>,
        /// Patterns to leave out.
        except: Vec<String>,
    },
}

/// A theme: a chapter of the paper.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Id.
    pub id: String,
    /// Pijler it belongs to.
    pub pijler: String,
    /// Title.
    pub title: String,
    /// Place in the paper.
    pub order: i32,
    /// What the paper says when there are no figures.
    pub note: Option<String>,
}

/// What the paper reports.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// Id.
    pub id: String,
    /// Theme it belongs to.
    pub theme: String,
    /// Title in Dutch.
    pub title: String,
    /// Definition in Dutch.
    pub definition: String,
    /// Unit in Dutch.
    pub unit: String,
    /// Decimals to print; negative rounds to tens, hundreds, …
    pub decimals: i32,
    /// Which direction is favourable.
    pub direction: Direction,
    /// Percent of the weight that must have a value.
    pub coverage: f64,
    /// Plausible values of a gemeente.
    pub range: (f64, f64),
    /// Years to report.
    pub years: Years,
    /// Ways to compute it: per year the first that has figures.
    pub ways: Vec<Way>,
    /// Where it is asked: `file:line`.
    pub place: String,
}

/// Which direction of an indicator is favourable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Neither.
    None,
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl Direction {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }
}

/// One way to compute an indicator.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// Sum of numerators over sum of denominators, times scale, minus a constant.
    Quotient {
        /// Numerator.
        numerator: Formula,
        /// Denominator.
        denominator: Formula,
        /// The denominator is that of Nederland, whoever is asked about.
        of_nederland: bool,
        /// Factor.
        scale: f64,
        /// Constant taken off, for growth.
        minus: f64,
    },
    /// A published ratio, averaged with weights.
    Mean {
        /// Topic with the ratio.
        ratio: String,
        /// Weight.
        weight: Formula,
    },
    /// A plain sum.
    Total {
        /// What is summed.
        total: Formula,
    },
    /// A figure that cannot be combined: distribution only.
    Distribution {
        /// Topic.
        topic: String,
    },
    /// Share of the national total that lives in gemeenten of a size, on each year's own boundaries.
    SizeClass {
        /// Topic that gives the size.
        topic: String,
        /// Smallest size that counts.
        from: f64,
        /// Largest size that counts.
        to: f64,
        /// Factor.
        scale: f64,
    },
}

impl Way {
    /// The computation in one line, and the factor.
    pub fn describe(&self) -> (String, f64) {
        match self {
            Self::Quotient {
                numerator,
                denominator,
                of_nederland,
                scale,
                minus,
            } => {
                let of = if *of_nederland { " van Nederland" } else { "" };
                let minus = if *minus == 0.0 {
                    String::new()
                } else {
                    format!(" - {minus}")
                };
                (
                    format!("({numerator}) / ({denominator}{of}) x {scale}{minus}"),
                    *scale,
                )
            }
            Self::Mean { ratio, weight } => (
                format!("gemiddelde van {ratio}, gewogen naar {weight}"),
                1.0,
            ),
            Self::Total { total } => (total.to_string(), 1.0),
            Self::Distribution { topic } => (format!("verdeling van {topic}"), 1.0),
            Self::SizeClass {
                topic,
                from,
                to,
                scale,
            } => (
                format!("{topic} waar {from} <= {topic} <= {to} / {topic} x {scale}"),
                *scale,
            ),
        }
    }
}

/// A chart of the paper.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Id.
    pub id: String,
    /// Theme it belongs to.
    pub theme: String,
    /// Kind.
    pub kind: ChartKind,
    /// Indicators, by position.
    pub indicators: Vec<usize>,
    /// Groups to show.
    pub groups: Vec<crate::compare::GroupId>,
    /// The finding, as a template of [`crate::text`].
    pub title: String,
    /// Years to show.
    pub years: Years,
    /// Half the width of the page.
    pub half: bool,
    /// First year after a break in the series, with what broke.
    pub broken: Option<(i32, String)>,
    /// Where it is asked: `file:line`.
    pub place: String,
}

/// The kinds of charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// All members as dots, with the values of groups.
    Strip,
    /// Groups sorted by value, as bars.
    Bars,
    /// Groups over years.
    Lines,
    /// Groups in two years.
    Slope,
    /// Members sorted by value.
    Ranked,
    /// Where the members lie.
    Map,
}

/// A sentence that compares, with the predicate that makes it true.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Id.
    pub id: String,
    /// Theme it belongs to.
    pub theme: String,
    /// The sentence, as a template of [`crate::text`].
    pub sentence: String,
    /// The predicate, in the language of [`crate::claim`].
    pub when: String,
    /// Whether it stands in the summary.
    pub summary: bool,
    /// How many variants must carry it, of those that apply, when it stands in the summary.
    pub needs: usize,
    /// The words of the agenda it tests.
    pub agenda: Option<String>,
    /// Where it is asked: `file:line`.
    pub place: String,
}

/// A column of the table per gemeente.
#[derive(Clone, Debug)]
pub struct Column {
    /// Indicator, by position.
    pub indicator: usize,
    /// Title, short enough for a column.
    pub title: String,
}

/// What M50 asks.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Id.
    pub id: String,
    /// Theme it belongs to.
    pub theme: String,
    /// The ask, in Dutch.
    pub text: String,
    /// The line of the agenda it serves.
    pub agenda: String,
    /// Facts that support it.
    pub facts: Vec<String>,
    /// Why, as a template of [`crate::text`].
    pub why: String,
    /// Whether M50 agreed on it; else it is printed as a concept.
    pub agreed: bool,
    /// Whether it stands on the first page.
    pub core: bool,
    /// Where it is asked: `file:line`.
    pub place: String,
}

/// One yearly publication.
#[derive(Clone, Debug)]
pub struct Edition {
    /// Id, also the name of its folder in `output/`.
    pub id: String,
    /// Title of the paper.
    pub title: String,
    /// The one that is built when none is named.
    pub default: bool,
    /// Year of whose 1 January the boundaries are.
    pub boundaries: i32,
    /// Last period that may be used.
    pub until: i32,
    /// Date printed on the paper, ISO.
    pub date: String,
    /// Date of the membership list per network.
    pub lists: BTreeMap<String, String>,
    /// What the first page says of it.
    pub note: String,
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

    /// The tables that a source names: one, or all of a family.
    pub fn tables_of<'a>(&'a self, source: &'a TopicSource) -> impl Iterator<Item = &'a Table> {
        self.tables.values().filter(move |table| {
            table.id == source.table
                || (table.family.as_deref() == Some(&source.table)
                    && table.period.is_none_or(|year| source.years.contains(year)))
        })
    }

    /// The position of a topic; [`GEMEENTEN`] has the first free one.
    pub fn topic_index(&self, id: &str) -> Option<usize> {
        if id == GEMEENTEN {
            return Some(self.topics.len());
        }
        self.topics.iter().position(|topic| topic.id == id)
    }

    /// The indicator with this id.
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.id == id)
    }
}
