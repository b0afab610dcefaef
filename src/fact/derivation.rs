//! The derivation of a fact: which sum over which cells it is, in a form that a machine can redo.
//!
//! In: a fact and the register. Out: [`Derivation`], which travels with the paper so that `verify` needs nothing else.
//! Every kind speaks of the rows of `bewijs.csv` of the fact's indicator.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::{Fact, FactId, Period, Register, Stat, Subject};
use crate::compare::GroupId;
use crate::gemeente::{NEDERLAND_NUMBER, region_number};
use crate::query::Way;

/// How a fact follows from cells of its indicator.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Derivation {
    /// Sum of numerators over sum of denominators, times `scale`, minus `minus`, over members with a value.
    Ratio {
        /// Group.
        #[serde(serialize_with = "id_of")]
        group: GroupId,
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
        #[serde(serialize_with = "id_of")]
        group: GroupId,
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
        #[serde(serialize_with = "id_of")]
        group: GroupId,
        /// Year.
        year: i32,
    },
    /// The figure published for Nederland, or made of its numerator and denominator.
    Published {
        /// Year.
        year: i32,
    },
    /// Numerator over denominator of Nederland: who lives in gemeenten of a size, on each year's own boundaries.
    SizeClass {
        /// Year.
        year: i32,
        /// Factor.
        scale: f64,
    },
    /// A statistic of the distribution over members.
    Stat {
        /// Group.
        #[serde(serialize_with = "id_of")]
        group: GroupId,
        /// Year.
        year: i32,
        /// `min`, `q1`, `median`, `q3`, `max`, `mean`, `n` or `members`.
        stat: &'static str,
    },
    /// Rank among the networks by printed value, 1 the highest.
    Rank {
        /// Group.
        #[serde(serialize_with = "id_of")]
        group: GroupId,
        /// Year.
        year: i32,
        /// The values ranked, by network.
        of: BTreeMap<&'static str, Derivation>,
    },
    /// Name of the member with the highest or lowest value.
    Name {
        /// Group.
        #[serde(serialize_with = "id_of")]
        group: GroupId,
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
}

/// `serialize_with` passes a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn id_of<S: Serializer>(group: &GroupId, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(group.id())
}

impl Derivation {
    /// The derivation of a fact; `None` when it has no figure.
    pub fn of(fact: &Fact, register: &Register<'_>) -> Option<Self> {
        if fact.lacking.is_some() {
            return None;
        }
        let id = FactId::parse(&fact.id).ok()?;
        let year = fact.year?;
        let of_group =
            |group: GroupId, year: i32| group_value(register, fact.indicator, group, year);
        let two = |first: Option<Self>, second: Option<Self>| {
            let (first, second) = (Box::new(first?), Box::new(second?));
            Some(match id.stat {
                Stat::Times => Self::Times { first, second },
                stat => Self::Difference {
                    first,
                    second,
                    percent: stat == Stat::Percent,
                },
            })
        };
        match (&id.subject, id.years) {
            (Subject::Period, _) => Some(Self::Period {}),
            (Subject::Gemeente(region), _) => Some(Self::Gemeente {
                region: region.clone(),
                year,
            }),
            (Subject::Difference(first, second), _) => {
                two(of_group(*first, year), of_group(*second, year))
            }
            (Subject::Group(group), Period::Change(from, to)) => {
                two(of_group(*group, to), of_group(*group, from))
            }
            (Subject::Group(group), _) => of_stat(register, fact.indicator, *group, year, id.stat),
        }
    }

    /// The regions whose rows it speaks of, by year.
    pub fn regions(&self, register: &Register<'_>, needed: &mut BTreeMap<i32, BTreeSet<i32>>) {
        let mut members = |group: GroupId, year: i32| {
            needed
                .entry(year)
                .or_default()
                .extend(register.members(group));
        };
        match self {
            Self::Ratio { group, year, .. }
            | Self::Share { group, year, .. }
            | Self::Sum { group, year }
            | Self::Stat { group, year, .. }
            | Self::Name { group, year, .. } => members(*group, *year),
            Self::Published { year } | Self::SizeClass { year, .. } => {
                needed.entry(*year).or_default().insert(NEDERLAND_NUMBER);
            }
            Self::Rank { of, .. } => of.values().for_each(|of| of.regions(register, needed)),
            Self::Gemeente { region, year } => {
                needed
                    .entry(*year)
                    .or_default()
                    .extend(region_number(region));
            }
            Self::Difference { first, second, .. } | Self::Times { first, second } => {
                first.regions(register, needed);
                second.regions(register, needed);
            }
            Self::Period {} => {}
        }
    }

    /// The word for its kind, as in `feiten.json`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ratio { .. } => "ratio",
            Self::Share { .. } => "share",
            Self::Sum { .. } => "sum",
            Self::Published { .. } => "published",
            Self::SizeClass { .. } => "size-class",
            Self::Stat { .. } => "stat",
            Self::Rank { .. } => "rank",
            Self::Name { .. } => "name",
            Self::Gemeente { .. } => "gemeente",
            Self::Difference { .. } => "difference",
            Self::Times { .. } => "times",
            Self::Period {} => "period",
        }
    }
}

fn group_value(
    register: &Register<'_>,
    indicator: usize,
    group: GroupId,
    year: i32,
) -> Option<Derivation> {
    let row = register.lookup().group(indicator, group, year)?;
    row.value?;
    Some(
        match register.queries().indicators[indicator].ways.get(row.way)? {
            Way::SizeClass { scale, .. } => Derivation::SizeClass {
                year,
                scale: *scale,
            },
            _ if row.own => Derivation::Published { year },
            Way::Quotient {
                of_nederland,
                scale,
                minus,
                ..
            } => {
                let (scale, minus) = (*scale, *minus);
                if *of_nederland {
                    Derivation::Share {
                        group,
                        year,
                        scale,
                        minus,
                    }
                } else {
                    Derivation::Ratio {
                        group,
                        year,
                        scale,
                        minus,
                    }
                }
            }
            Way::Mean { .. } => Derivation::Ratio {
                group,
                year,
                scale: 1.0,
                minus: 0.0,
            },
            Way::Total { .. } => Derivation::Sum { group, year },
            Way::Distribution { .. } => return None,
        },
    )
}

fn of_stat(
    register: &Register<'_>,
    indicator: usize,
    group: GroupId,
    year: i32,
    stat: Stat,
) -> Option<Derivation> {
    Some(match stat {
        Stat::Value => return group_value(register, indicator, group, year),
        Stat::Rank => Derivation::Rank {
            group,
            year,
            of: GroupId::NETWORKS
                .into_iter()
                .filter_map(|of| Some((of.id(), group_value(register, indicator, of, year)?)))
                .collect(),
        },
        Stat::MinName | Stat::MaxName => Derivation::Name {
            group,
            year,
            highest: stat == Stat::MaxName,
        },
        Stat::Percent | Stat::Times => return None,
        _ => Derivation::Stat {
            group,
            year,
            stat: stat.word(),
        },
    })
}
