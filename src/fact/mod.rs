//! Facts: every printed number, by id, with its exact value, its text and how it came about.
//!
//! In: the figures of an edition, and the ids that chapters, charts, claims, asks and tables want. Out: [`Register`],
//! which resolves each of them once and does not change after that, so that prose, charts, titles, alt texts and tables
//! all print the same text. A fact without a figure says why.

mod derive;
mod fill;
mod formula;
mod of_one;
mod proof;
mod request;
mod resolve;
mod sayable;
mod trace;

use std::collections::{BTreeMap, BTreeSet};

pub use derive::{derivation, regions};
pub use fill::{Segment, fill, plain};
pub use formula::formula;
pub use of_one::{Counted, FactsOfOne, GroupStated};
pub use proof::{Evidence, Proven};
pub use request::request;
pub use resolve::{Fact, beyond, decimals, print};
pub use sayable::{compared, names_measure, sayable, unsaid_years};
pub use trace::{CellKey, Input, RawCell, Role, Slot, Trace};

use crate::base::failure::{Exit, Report};
use crate::base::number::NumberError;
use crate::figures::Figures;
use crate::query::{FactId, IndicatorId, Queries, Stat, Subject};

/// The facts that are wanted, resolved.
#[derive(Debug)]
pub struct Register<'a> {
    queries: &'a Queries,
    figures: &'a Figures,
    facts: BTreeMap<FactId, Fact>,
}

impl<'a> Register<'a> {
    /// Resolves the facts that are wanted.
    ///
    /// # Errors
    /// When one names a gemeente that never was, or its value cannot be printed.
    pub fn new(
        queries: &'a Queries,
        figures: &'a Figures,
        wanted: BTreeSet<FactId>,
    ) -> Result<Self, Error> {
        let facts = wanted.into_iter().map(|id| {
            let fact = Fact::resolve(queries, figures, &id)?;
            Ok((id, fact))
        });
        Ok(Self {
            queries,
            figures,
            facts: facts.collect::<Result<_, Error>>()?,
        })
    }

    /// The figures the facts are of.
    pub const fn figures(&self) -> &'a Figures {
        self.figures
    }

    /// The queries the facts are of.
    pub const fn queries(&self) -> &'a Queries {
        self.queries
    }

    /// The fact with this id.
    ///
    /// # Errors
    /// When it is none of those that were wanted.
    pub fn fact(&self, id: &FactId) -> Result<&Fact, Error> {
        self.facts
            .get(id)
            .ok_or_else(|| Error::NotWanted { id: id.to_string() })
    }

    /// Every fact, by id.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// Which of two facts is larger: 1, -1, or 0 where both print the same or the difference does not matter: it is smaller
    /// than what our own sum deviates from Nederland, or than the share that the indicator declares; `None` when one has no
    /// figure.
    ///
    /// # Errors
    /// When one is none of those that were wanted.
    pub fn sign(&self, first: &FactId, second: &FactId) -> Result<Option<i32>, Error> {
        let (first, second) = (self.fact(first)?, self.fact(second)?);
        Ok(first.value.zip(second.value).map(|(a, b)| {
            let equal = prints_the_same(first, second)
                || self.within_deviation(first, second, (a, b))
                || self.is_small(first, second, (a, b));
            if equal {
                0
            } else {
                a.partial_cmp(&b).map_or(0, |order| order as i32)
            }
        }))
    }

    /// Refuses facts that hold figures of one indicator against each other across a break in its series.
    ///
    /// # Errors
    /// With the break, and when one is none of those that were wanted.
    pub fn refuse_across<'f>(
        &self,
        ids: impl IntoIterator<Item = &'f FactId>,
    ) -> Result<(), Error> {
        let mut years: BTreeMap<IndicatorId, Vec<i32>> = BTreeMap::new();
        for id in ids {
            let of = years.entry(id.indicator).or_default();
            of.extend(self.fact(id)?.year);
            of.extend(id.years.first_of_change());
        }
        for (indicator, years) in years {
            let (Some(&first), Some(&last)) = (years.iter().min(), years.iter().max()) else {
                continue;
            };
            if let Some(of) = self.figures.breaks_between(indicator, first, last).first() {
                return Err(Error::Across {
                    indicator: self.queries[indicator].id.clone(),
                    first,
                    last,
                    year: of.year,
                    why: of.why.clone(),
                });
            }
        }
        Ok(())
    }

    /// Whether two facts count as equal and yet do not print the same: then the word for equal needs `vrijwel`.
    ///
    /// # Errors
    /// When one is none of those that were wanted.
    pub fn is_nearly(&self, first: &FactId, second: &FactId) -> Result<bool, Error> {
        let equal = self.sign(first, second)? == Some(0);
        Ok(equal && !prints_the_same(self.fact(first)?, self.fact(second)?))
    }

    /// Whether a change or difference is too small to tell.
    ///
    /// # Errors
    /// When it is none of the facts that were wanted.
    pub fn is_no_difference(&self, id: &FactId) -> Result<bool, Error> {
        let (fact, figures) = (self.fact(id)?, self.figures);
        let of = |group, year: Option<i32>| {
            year.and_then(|year| figures.group(id.indicator, group, year)?.value)
        };
        let pair = match (id.subject, id.years.first_of_change()) {
            (Subject::Group(group), from @ Some(_)) => of(group, fact.year).zip(of(group, from)),
            (Subject::Difference(first, second), _) => {
                of(first, fact.year).zip(of(second, fact.year))
            }
            _ => None,
        };
        let indicator = &self.queries[id.indicator];
        Ok(pair.is_some_and(|(first, second)| {
            let rounded = |value| crate::base::number::round(value, decimals(indicator)).ok();
            indicator.is_small(first, second) || rounded(first) == rounded(second)
        }))
    }

    /// Whether two values of one indicator differ less than the share that it declares.
    fn is_small(&self, first: &Fact, second: &Fact, (a, b): (f64, f64)) -> bool {
        // numbers of members, ranks and the like are exact
        let is_value = |fact: &Fact| {
            let stat = fact.id.stat;
            stat.beyond().is_none()
                && !matches!(
                    stat,
                    Stat::Count | Stat::Members | Stat::Rank | Stat::Percent | Stat::Times
                )
        };
        let is_later = first.year.zip(second.year).is_some_and(|(a, b)| a < b);
        let (value, base) = if is_later { (b, a) } else { (a, b) };
        first.id.indicator == second.id.indicator
            && is_value(first)
            && is_value(second)
            && self.queries[first.id.indicator].is_small(value, base)
    }

    /// Whether two values of one indicator, one of them CBS's own for Nederland, differ less than our sum of all
    /// gemeenten deviates from that.
    fn within_deviation(&self, first: &Fact, second: &Fact, (a, b): (f64, f64)) -> bool {
        let nation = self.figures.groups.nation().id;
        let national = |fact: &Fact| {
            let is_own = fact.id.subject == Subject::Group(nation)
                && fact.id.years.first_of_change().is_none()
                && fact.id.stat == Stat::Value;
            let figure = |year| self.figures.group(fact.id.indicator, nation, year);
            fact.year.filter(|_| is_own).and_then(figure)
        };
        let is_near = match (national(first), national(second)) {
            (None, Some(own)) => own.is_near(a),
            (Some(own), None) => own.is_near(b),
            _ => false,
        };
        first.id.indicator == second.id.indicator && is_near
    }
}

fn prints_the_same(first: &Fact, second: &Fact) -> bool {
    first.text.trim_end_matches('*') == second.text.trim_end_matches('*')
}

/// What can be wrong with a fact.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing wanted it before the register was made.
    #[error("fact `{id}` is not in the register")]
    NotWanted {
        /// Id.
        id: String,
    },
    /// It is of a gemeente that is and was none.
    #[error("fact `{id}` is of no gemeente")]
    NoGemeente {
        /// Id.
        id: String,
    },
    /// A comparison across a break.
    #[error(
        "`{indicator}` of {first} and of {last} are compared across the break of {year}: {why}"
    )]
    Across {
        /// Indicator.
        indicator: String,
        /// First year that is compared.
        first: i32,
        /// Last year that is compared.
        last: i32,
        /// First year after the break.
        year: i32,
        /// What changed.
        why: String,
    },
    /// Figures of different years in one sentence that does not say them.
    #[error("figures of different years, and the sentence does not say {years}: {sentence}")]
    Years {
        /// The sentence.
        sentence: String,
        /// The years that it does not say.
        years: String,
    },
    /// A sentence that says `aantal` of a rate or a share.
    #[error("`{indicator}` is {unit}, and the sentence says `aantal`: {sentence}")]
    Measure {
        /// Indicator.
        indicator: String,
        /// Its unit.
        unit: String,
        /// The sentence.
        sentence: String,
    },
    /// A value cannot be printed.
    #[error(transparent)]
    Number(#[from] NumberError),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoGemeente { .. } => {
                Some("codes of gemeenten stand in `data/regions/gemeenten.csv`".to_owned())
            }
            Self::Across { .. } => {
                Some("compare years on one side of the break, or leave it out".to_owned())
            }
            Self::Years { .. } => {
                Some("name the years: `in 2019`, or `{indicator.periode}`".to_owned())
            }
            Self::Measure { unit, .. } => Some(format!("say what it is: {unit}")),
            Self::Number(error) => Some(error.hint().to_owned()),
            Self::NotWanted { .. } => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NoGemeente { .. }
            | Self::Across { .. }
            | Self::Years { .. }
            | Self::Measure { .. } => Exit::Usage,
            _ => Exit::Other,
        }
    }
}
