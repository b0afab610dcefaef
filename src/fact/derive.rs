//! How a fact follows from rows of its indicator, and which rows those are.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fact, Register};
use crate::evidence::Derivation;
use crate::figures::Figures;
use crate::gemeente::RegionId;
use crate::gemeente::group::{Group, GroupId};
use crate::query::{Bar, IndicatorId, Stat, Subject, Way};

/// The derivation of a fact; `None` when it has no figure.
pub fn derivation(fact: &Fact, register: &Register<'_>) -> Option<Derivation> {
    if fact.lacking.is_some() {
        return None;
    }
    let (id, year) = (&fact.id, fact.year?);
    let deriving = Deriving {
        register,
        indicator: id.indicator,
    };
    let two = |first: Option<Derivation>, second: Option<Derivation>| {
        let (first, second) = (Box::new(first?), Box::new(second?));
        Some(match id.stat {
            Stat::Times => Derivation::Times { first, second },
            stat => Derivation::Difference {
                first,
                second,
                percent: stat == Stat::Percent,
            },
        })
    };
    match (id.subject, id.years.first_of_change()) {
        (Subject::Period, _) => Some(Derivation::Period {}),
        (Subject::Gemeente(region), _) => Some(Derivation::Gemeente {
            region: region.to_string(),
            year,
        }),
        (Subject::Difference(first, second), _) => two(
            deriving.group_value(first, year),
            deriving.group_value(second, year),
        ),
        (Subject::Group(group), Some(from)) => two(
            deriving.group_value(group, year),
            deriving.group_value(group, from),
        ),
        (Subject::Group(group), _) => deriving.statistic(group, year, id.stat),
    }
}

/// The regions whose rows a derivation speaks of, by year.
pub fn regions(
    derivation: &Derivation,
    figures: &Figures,
    needed: &mut BTreeMap<i32, BTreeSet<RegionId>>,
) {
    match derivation {
        Derivation::Ratio { group, year, .. }
        | Derivation::Share { group, year, .. }
        | Derivation::Sum { group, year }
        | Derivation::Stat { group, year, .. }
        | Derivation::Name { group, year, .. } => {
            let members = figures.groups.named(group).map(Group::regions);
            let needed = needed.entry(*year).or_default();
            needed.extend(members.into_iter().flatten());
        }
        Derivation::Published { year } | Derivation::SizeClass { year, .. } => {
            needed.entry(*year).or_default().insert(RegionId::NEDERLAND);
        }
        Derivation::Beyond {
            group, year, bar, ..
        } => {
            let members = figures.groups.named(group).map(Group::regions);
            let of_year = needed.entry(*year).or_default();
            of_year.extend(members.into_iter().flatten());
            if let Some(bar) = bar {
                regions(bar, figures, needed);
            }
        }
        Derivation::Rank { of, .. } => {
            for of in of.values() {
                regions(of, figures, needed);
            }
        }
        Derivation::Gemeente { region, year } => {
            let needed = needed.entry(*year).or_default();
            needed.extend(RegionId::parse(region));
        }
        Derivation::Difference { first, second, .. } | Derivation::Times { first, second } => {
            regions(first, figures, needed);
            regions(second, figures, needed);
        }
        Derivation::Period {} | Derivation::Stated { .. } => {}
    }
}

struct Deriving<'r, 'a> {
    register: &'r Register<'a>,
    indicator: IndicatorId,
}

impl Deriving<'_, '_> {
    fn group_value(&self, group: GroupId, year: i32) -> Option<Derivation> {
        let figures = self.register.figures();
        let figure = figures.group(self.indicator, group, year)?;
        figure.value?;
        let way = &self.register.queries()[self.indicator].ways[figure.way];
        let group = figures.groups.get(group).name.id.clone();
        Some(match way {
            Way::SizeClass { scale, .. } => Derivation::SizeClass {
                year,
                scale: *scale,
            },
            _ if figure.own => Derivation::Published { year },
            Way::Quotient {
                of_nederland: true,
                scale,
                minus,
                ..
            } => Derivation::Share {
                group,
                year,
                scale: *scale,
                minus: *minus,
            },
            Way::Quotient { scale, minus, .. } => Derivation::Ratio {
                group,
                year,
                scale: *scale,
                minus: *minus,
            },
            Way::Mean { .. } => Derivation::Ratio {
                group,
                year,
                scale: 1.0,
                minus: 0.0,
            },
            Way::Total { .. } => Derivation::Sum { group, year },
            Way::Distribution { .. } => return None,
        })
    }

    fn statistic(&self, group: GroupId, year: i32, stat: Stat) -> Option<Derivation> {
        let groups = &self.register.figures().groups;
        let id = groups.get(group).name.id.clone();
        Some(match stat {
            Stat::Value => return self.group_value(group, year),
            Stat::Rank => Derivation::Rank {
                group: id,
                year,
                of: groups
                    .networks()
                    .filter_map(|of| Some((of.name.id.clone(), self.group_value(of.id, year)?)))
                    .collect(),
            },
            Stat::MinName | Stat::MaxName => Derivation::Name {
                group: id,
                year,
                highest: stat == Stat::MaxName,
            },
            Stat::Above(bar) | Stat::Below(bar) => Derivation::Beyond {
                group: id,
                year,
                above: matches!(stat, Stat::Above(_)),
                bar: match bar {
                    Bar::Zero => None,
                    Bar::Group(bar) => Some(Box::new(self.group_value(bar, year)?)),
                },
            },
            Stat::Percent | Stat::Times => return None,
            _ => Derivation::Stat {
                group: id,
                year,
                stat: stat.word().to_owned(),
            },
        })
    }
}
