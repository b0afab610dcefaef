//! The derivation of a fact: which sum over which rows of `bewijs.csv` it is, in a form that a machine can redo.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How a fact follows from rows of its indicator. Groups and regions stand by their ids.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Derivation {
    /// Sum of numerators over sum of denominators, times `scale`, minus `minus`, over members with a value.
    Ratio {
        /// Group.
        group: String,
        /// Year.
        year: i32,
        /// Factor.
        scale: f64,
        /// Constant taken off.
        minus: f64,
    },
    /// Sum of numerators over the denominator of Nederland.
    Share {
        /// Group.
        group: String,
        /// Year.
        year: i32,
        /// Factor.
        scale: f64,
        /// Constant taken off.
        minus: f64,
    },
    /// Sum of numerators.
    Sum {
        /// Group.
        group: String,
        /// Year.
        year: i32,
    },
    /// The figure published for Nederland, or made of its numerator and denominator.
    Published {
        /// Year.
        year: i32,
    },
    /// Numerator over denominator of Nederland: who lives in gemeenten of a size.
    SizeClass {
        /// Year.
        year: i32,
        /// Factor.
        scale: f64,
    },
    /// A statistic of the distribution over members.
    Stat {
        /// Group.
        group: String,
        /// Year.
        year: i32,
        /// `min`, `q1`, `median`, `q3`, `max`, `mean`, `n` or `members`.
        stat: String,
    },
    /// How many members print a value above or below a bar.
    Beyond {
        /// Group.
        group: String,
        /// Year.
        year: i32,
        /// Above the bar instead of below it.
        above: bool,
        /// The bar: the value of a group, or zero.
        bar: Option<Box<Derivation>>,
    },
    /// Rank among the networks by printed value, 1 the highest.
    Rank {
        /// Group.
        group: String,
        /// Year.
        year: i32,
        /// The values ranked, by network.
        of: BTreeMap<String, Derivation>,
    },
    /// Name of the member with the highest or lowest value.
    Name {
        /// Group.
        group: String,
        /// Year.
        year: i32,
        /// The highest instead of the lowest.
        highest: bool,
    },
    /// The value of one gemeente.
    Gemeente {
        /// Code.
        region: String,
        /// Year.
        year: i32,
    },
    /// The first minus the second, or that in percent of the second.
    Difference {
        /// First.
        first: Box<Derivation>,
        /// Second.
        second: Box<Derivation>,
        /// In percent of the second.
        percent: bool,
    },
    /// How many times the second the first is.
    Times {
        /// First.
        first: Box<Derivation>,
        /// Second.
        second: Box<Derivation>,
    },
    /// The period the paper uses of the indicator.
    Period {},
    /// What does not follow from the rows at hand, but from a published file that is named with its hash: a group figure on
    /// a sheet of one gemeente.
    Stated {
        /// The file: one of those that [`RestsOn`](super::RestsOn) names.
        file: String,
        /// Group, or what gemeenten are counted.
        group: String,
        /// Year.
        year: i32,
    },
}

impl Derivation {
    /// The word for its kind, as in `feiten.json`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ratio { .. } => "ratio",
            Self::Share { .. } => "share",
            Self::Sum { .. } => "sum",
            Self::Published { .. } => "published",
            Self::SizeClass { .. } => "size-class",
            Self::Stat { .. } => "stat",
            Self::Beyond { .. } => "beyond",
            Self::Rank { .. } => "rank",
            Self::Name { .. } => "name",
            Self::Gemeente { .. } => "gemeente",
            Self::Difference { .. } => "difference",
            Self::Times { .. } => "times",
            Self::Period {} => "period",
            Self::Stated { .. } => "stated",
        }
    }

    /// The year it speaks of; of two years that of the first.
    pub fn year(&self) -> Option<i32> {
        match self {
            Self::Ratio { year, .. }
            | Self::Share { year, .. }
            | Self::Sum { year, .. }
            | Self::Published { year }
            | Self::SizeClass { year, .. }
            | Self::Stat { year, .. }
            | Self::Beyond { year, .. }
            | Self::Rank { year, .. }
            | Self::Name { year, .. }
            | Self::Gemeente { year, .. }
            | Self::Stated { year, .. } => Some(*year),
            Self::Difference { first, .. } | Self::Times { first, .. } => first.year(),
            Self::Period {} => None,
        }
    }
}
