//! Indicators: what the paper reports, and the ways to compute it from topics.

use super::breaks::Break;
use super::formula::Formula;
use super::topic::TopicId;
use super::years::Years;

/// An indicator, by its place among those of the queries, which is their order in the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndicatorId(u16);

impl IndicatorId {
    /// The indicator at a place; no project asks for as many as would not fit.
    pub(super) const fn new(place: usize) -> Self {
        Self(place as u16)
    }

    /// Its place.
    pub const fn place(self) -> usize {
        self.0 as usize
    }
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
    /// Percent below which a difference does not matter.
    pub matters: f64,
    /// Words by which a sentence may name what is measured, beside those of the unit.
    pub measure: Vec<String>,
    /// Years to report.
    pub years: Years,
    /// Of what it is told.
    pub level: Level,
    /// Ways to compute it: per year the first that has figures.
    pub ways: Vec<Way>,
    /// Breaks that are declared, of the indicator and of its topics, by year.
    pub breaks: Vec<Break>,
    /// Where it is asked: `file:line`.
    pub place: String,
}

impl Indicator {
    /// Whether a difference is too small to tell: below the share of the second value that is declared.
    pub fn is_small(&self, first: f64, second: f64) -> bool {
        (first - second).abs() < second.abs() * self.matters / 100.0
    }

    /// What it is counted per, without the number of them (`inwoners` of `per 1.000 inwoners`); none where it is no rate.
    pub fn per(&self) -> Option<&str> {
        let per = if let Some(rest) = self.unit.strip_prefix("per ") {
            rest
        } else {
            self.unit.split_once(" per ")?.1
        };
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ' ');
        Some(per.trim_start_matches(is_number))
    }
}

/// Of what an indicator is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Of gemeenten and groups of them.
    #[default]
    Gemeente,
    /// Also of the wijken and buurten of the members, as each year drew them.
    Buurt,
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
        ratio: TopicId,
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
        topic: TopicId,
    },
    /// Share of the national total that lives in gemeenten of a size.
    SizeClass {
        /// Topic that gives the size.
        topic: TopicId,
        /// Smallest size that counts.
        from: f64,
        /// Largest size that counts.
        to: f64,
        /// On the edition's boundaries, instead of those of each year itself.
        on_edition: bool,
        /// Factor.
        scale: f64,
    },
}

impl Way {
    /// Whether it gives gemeenten a figure; a share of a size class is of Nederland only.
    pub const fn is_of_gemeenten(&self) -> bool {
        !matches!(self, Self::SizeClass { .. })
    }

    /// The sums of topics it is made of: above the line first, then below it or what weighs.
    pub fn sums(&self) -> Vec<&Formula> {
        match self {
            Self::Quotient {
                numerator,
                denominator,
                ..
            } => vec![numerator, denominator],
            Self::Mean { weight, .. } => vec![weight],
            Self::Total { total } => vec![total],
            Self::Distribution { .. } | Self::SizeClass { .. } => Vec::new(),
        }
    }

    /// The topics it is made of.
    pub fn topics(&self) -> impl Iterator<Item = TopicId> {
        let alone = match self {
            Self::Mean { ratio, .. } => Some(*ratio),
            Self::Distribution { topic } | Self::SizeClass { topic, .. } => Some(*topic),
            Self::Quotient { .. } | Self::Total { .. } => None,
        };
        let terms = self.sums().into_iter().flat_map(|sum| &sum.terms);
        alone.into_iter().chain(terms.map(|term| term.topic))
    }

    /// Whether a group's value is a ratio of its own sums.
    pub const fn is_ratio(&self) -> bool {
        matches!(
            self,
            Self::Mean { .. }
                | Self::Quotient {
                    of_nederland: false,
                    ..
                }
        )
    }
}
