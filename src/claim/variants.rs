//! Variants: a claim is recomputed in other ways that a reader could have chosen, to see whether it leans on one choice.
//!
//! | variant | what changes | where it applies |
//! | --- | --- | --- |
//! | unweighted mean | a group's value is the mean of its members' | ratios and means of groups, not Nederland |
//! | median | … the median of its members | the same |
//! | without the largest, without the smallest | each group loses that member (by inhabitants) | every group but Nederland |
//! | previous period | figures of the period before the one used | figures without a year of their own |
//! | the other list | M50 as listed in April 2023 instead of 2019, or the other way round | figures of M50 |
//! | all of 30,000 to 80,000 | that group stands for M50 | figures of M50, where that group is not compared itself |
//!
//! A variant that changes nothing in a claim, or for which a figure is not there, counts neither way. Nederland stays
//! CBS's own figure in all of them.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::predicate::{Predicate, Values};
use crate::compare::GroupId;
use crate::fact::{FactId, Period, Register, Row, Stat, Subject, Trace};
use crate::gemeente::{NEDERLAND_NUMBER, region_code, region_number};
use crate::number::count_in_words;
use crate::query::Way;

/// How a claim stands in the variants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variants {
    /// Variants that apply.
    pub applicable: usize,
    /// Those in which its predicate is true.
    pub carried: usize,
    /// Names, in Dutch, of those in which it is not.
    pub failing: Vec<String>,
}

impl Variants {
    /// How many carry it, in Dutch words: `zes van de zeven`.
    pub fn in_words(&self) -> String {
        if self.applicable == 0 {
            return "niet na te rekenen".to_owned();
        }
        let words = |count: usize| count_in_words(u32::try_from(count).unwrap_or(u32::MAX));
        format!("{} van de {}", words(self.carried), words(self.applicable))
    }

    /// Whether it fails in more than a quarter of the variants that apply.
    pub const fn is_frail(&self) -> bool {
        self.failing.len() * 4 > self.applicable
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Variant {
    Unweighted,
    Median,
    WithoutLargest,
    WithoutSmallest,
    Previous,
    OtherList(BTreeSet<i32>, String),
    AllMidSized,
}

impl Variant {
    fn dutch(&self) -> String {
        match self {
            Self::Unweighted => "ongewogen gemiddelde".to_owned(),
            Self::Median => "mediaan van de leden".to_owned(),
            Self::WithoutLargest => "zonder het grootste lid".to_owned(),
            Self::WithoutSmallest => "zonder het kleinste lid".to_owned(),
            Self::Previous => "vorige periode".to_owned(),
            Self::OtherList(_, when) => format!("M50 met de leden van {when}"),
            Self::AllMidSized => {
                "alle gemeenten van 30.000 tot 80.000 in plaats van M50".to_owned()
            }
        }
    }
}

/// Recomputes a predicate under every variant.
pub(super) fn recompute<'a>(
    predicate: &Predicate,
    register: &Register<'a>,
    trace: &Trace<'a>,
) -> Variants {
    let mut variants = vec![
        Variant::Unweighted,
        Variant::Median,
        Variant::WithoutLargest,
        Variant::WithoutSmallest,
        Variant::Previous,
    ];
    variants.extend(other_list(register));
    if !compares_mid_sized(predicate) {
        variants.push(Variant::AllMidSized);
    }
    let mut found = Variants::default();
    for variant in variants {
        let varied = Varied {
            register,
            trace,
            variant: &variant,
            changed: Cell::new(false),
        };
        let holds = predicate.holds(&varied);
        let Some(holds) = holds.filter(|_| varied.changed.get()) else {
            continue;
        };
        found.applicable += 1;
        if holds {
            found.carried += 1;
        } else {
            found.failing.push(variant.dutch());
        }
    }
    found
}

fn compares_mid_sized(predicate: &Predicate) -> bool {
    let mid = |group: &GroupId| matches!(group, GroupId::MidSized | GroupId::MidSizedOther);
    predicate
        .facts()
        .into_iter()
        .filter_map(|id| FactId::parse(id).ok())
        .any(|id| match id.subject {
            Subject::Group(group) => mid(&group),
            Subject::Difference(first, second) => mid(&first) || mid(&second),
            Subject::Gemeente(_) | Subject::Period => false,
        })
}

/// The list of M50 that the edition does not use: the latest but that one.
fn other_list(register: &Register<'_>) -> Option<Variant> {
    let figures = register.figures();
    let gemeenten = &figures.gemeenten;
    let own = figures.edition.lists.get(GroupId::M50.id())?;
    let date = gemeenten
        .networks
        .dates(GroupId::M50.id())
        .filter(|date| *date != own)
        .last()?;
    let list = gemeenten.networks.list(GroupId::M50.id(), date).ok()?;
    let members = list.members(
        figures.edition.boundaries,
        &gemeenten.regions,
        &gemeenten.herindelingen,
    );
    let numbers = members
        .iter()
        .filter_map(|member| region_number(&member.code));
    Some(Variant::OtherList(
        numbers.collect(),
        date.get(..4)?.to_owned(),
    ))
}

/// Values under a variant.
struct Varied<'r, 'a> {
    register: &'r Register<'a>,
    trace: &'r Trace<'a>,
    variant: &'r Variant,
    changed: Cell<bool>,
}

impl Values for Varied<'_, '_> {
    fn value(&self, id: &str) -> Option<f64> {
        let id = FactId::parse(id).ok()?;
        let indicators = &self.register.queries().indicators;
        let position = indicators
            .iter()
            .position(|known| known.id == id.indicator)?;
        let of = |group: GroupId, year: i32| self.of_group(position, group, year, Stat::Value);
        let two = |first: f64, second: f64| match id.stat {
            Stat::Percent => (second != 0.0).then(|| (first - second) / second.abs() * 100.0),
            Stat::Times => (second > 0.0).then(|| first / second),
            _ => Some(first - second),
        };
        match (&id.subject, id.years) {
            (Subject::Group(group), Period::Change(from, to)) => {
                two(of(*group, to)?, of(*group, from)?)
            }
            (Subject::Period, years) => Some(f64::from(self.year(position, years)?)),
            (Subject::Gemeente(code), years) => {
                let year = self.year(position, years)?;
                self.register.lookup().gemeente(position, code, year)?.value
            }
            (Subject::Group(group), years) => {
                self.of_group(position, *group, self.year(position, years)?, id.stat)
            }
            (Subject::Difference(first, second), years) => {
                let year = self.year(position, years)?;
                two(of(*first, year)?, of(*second, year)?)
            }
        }
    }

    fn count(&self, id: &str, condition: &dyn Fn(f64) -> bool) -> Option<f64> {
        let parsed = FactId::parse(id).ok()?;
        let Subject::Group(group) = parsed.subject else {
            return None;
        };
        let indicators = &self.register.queries().indicators;
        let position = indicators
            .iter()
            .position(|known| known.id == parsed.indicator)?;
        let year = self.year(position, parsed.years)?;
        let members = self
            .members(group)
            .unwrap_or_else(|| self.register.members(group));
        let values: Vec<f64> = self
            .trace
            .rows(position, year)
            .filter(|row| members.contains(&row.region))
            .filter_map(|row| row.value)
            .collect();
        (!values.is_empty())
            .then(|| values.iter().filter(|value| condition(**value)).count() as f64)
    }
}

impl Varied<'_, '_> {
    /// The year meant; in the variant of the previous period the latest one before it that has figures.
    fn year(&self, position: usize, years: Period) -> Option<i32> {
        let used = match years {
            Period::Year(year) | Period::Change(_, year) => return Some(year),
            Period::Used => self.register.figures().used[position].year?,
        };
        if *self.variant != Variant::Previous {
            return Some(used);
        }
        let lookup = self.register.lookup();
        // a size class has no row of M50
        let group = if lookup.group(position, GroupId::M50, used).is_some() {
            GroupId::M50
        } else {
            GroupId::Nederland
        };
        let before = lookup
            .years(position, group)
            .into_iter()
            .rev()
            .filter(|year| *year < used);
        let mut with_figures = before.filter(|year| {
            lookup
                .group(position, group, *year)
                .is_some_and(|row| row.n > 0)
        });
        let found = with_figures.next()?;
        self.changed.set(true);
        Some(found)
    }

    /// The members that the variant puts in place of those of a group.
    fn members(&self, group: GroupId) -> Option<BTreeSet<i32>> {
        if group == GroupId::Nederland {
            return None;
        }
        let members = match self.variant {
            Variant::WithoutLargest => self.without(group, true)?,
            Variant::WithoutSmallest => self.without(group, false)?,
            Variant::OtherList(members, _) if group == GroupId::M50 => members.clone(),
            Variant::AllMidSized if group == GroupId::M50 => {
                self.register.members(GroupId::MidSized)
            }
            _ => return None,
        };
        self.changed.set(true);
        Some(members)
    }

    fn without(&self, group: GroupId, largest: bool) -> Option<BTreeSet<i32>> {
        let figures = self.register.figures();
        let mut members = self.register.members(group);
        let size = |region: &i32| {
            let key = (figures.edition.boundaries, region_code(*region));
            figures
                .cells
                .population
                .get(&key)
                .copied()
                .unwrap_or_default()
        };
        let by_size = |a: &i32, b: &i32| size(a).total_cmp(&size(b)).then(a.cmp(b));
        let out = if largest {
            members.iter().copied().max_by(by_size)
        } else {
            members.iter().copied().min_by(by_size)
        }?;
        members.remove(&out);
        Some(members)
    }

    fn of_group(&self, position: usize, group: GroupId, year: i32, stat: Stat) -> Option<f64> {
        if stat == Stat::Rank {
            return self.rank(position, group, year);
        }
        let row = self.register.lookup().group(position, group, year)?;
        let way = self.register.queries().indicators[position]
            .ways
            .get(row.way)?;
        if let Some(members) = self.members(group) {
            return self.over(position, year, way, &members, stat);
        }
        let is_ratio = matches!(
            way,
            Way::Mean { .. }
                | Way::Quotient {
                    of_nederland: false,
                    ..
                }
        );
        let other_middle = is_ratio && group != GroupId::Nederland && row.value.is_some();
        Some(match (stat, self.variant) {
            (Stat::Value, Variant::Unweighted) if other_middle => {
                self.changed.set(true);
                row.mean?
            }
            (Stat::Value, Variant::Median) if other_middle => {
                self.changed.set(true);
                row.median?
            }
            (Stat::Value, _) => row.value?,
            (Stat::Min, _) => row.min?,
            (Stat::Q1, _) => row.q1?,
            (Stat::Median, _) => row.median?,
            (Stat::Q3, _) => row.q3?,
            (Stat::Max, _) => row.max?,
            (Stat::Mean, _) => row.mean?,
            (Stat::Count, _) => f64::from(row.n),
            (Stat::Members, _) => f64::from(row.members),
            _ => return None,
        })
    }

    /// Rank among the networks by printed value, 1 the highest.
    fn rank(&self, position: usize, group: GroupId, year: i32) -> Option<f64> {
        let decimals = crate::fact::decimals(&self.register.queries().indicators[position]);
        let printed = |group: GroupId| {
            let value = self.of_group(position, group, year, Stat::Value)?;
            let rounded = crate::number::round(value, decimals).ok()?;
            Some(rounded.to_f64())
        };
        let own = printed(group)?;
        let above = GroupId::NETWORKS
            .into_iter()
            .filter_map(printed)
            .filter(|value| *value > own);
        Some((above.count() + 1) as f64)
    }

    /// A statistic over other members than the group's own.
    fn over(
        &self,
        position: usize,
        year: i32,
        way: &Way,
        members: &BTreeSet<i32>,
        stat: Stat,
    ) -> Option<f64> {
        let rows: Vec<Row> = self
            .trace
            .rows(position, year)
            .filter(|row| row.region != NEDERLAND_NUMBER && members.contains(&row.region))
            .collect();
        if stat == Stat::Members {
            return Some(rows.len() as f64);
        }
        let mut values: Vec<f64> = rows.iter().filter_map(|row| row.value).collect();
        values.sort_by(f64::total_cmp);
        let quantile = |share: f64| quantile(&values, share);
        match stat {
            Stat::Value => {
                let minimum = self.register.queries().indicators[position].coverage;
                let enough = values.len() as f64 * 100.0 >= minimum * rows.len() as f64;
                if enough { combine(way, &rows) } else { None }
            }
            Stat::Min => quantile(0.0),
            Stat::Q1 => quantile(0.25),
            Stat::Median => quantile(0.5),
            Stat::Q3 => quantile(0.75),
            Stat::Max => quantile(1.0),
            Stat::Mean => {
                (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
            }
            Stat::Count => Some(values.len() as f64),
            _ => None,
        }
    }
}

/// The value of a group from the rows of its members, as [`crate::compare`] makes it.
pub fn combine(way: &Way, rows: &[Row]) -> Option<f64> {
    let present = || rows.iter().filter(|row| row.value.is_some());
    let num: f64 = present().filter_map(|row| row.num).sum();
    let den: f64 = present().filter_map(|row| row.den).sum();
    match way {
        Way::Quotient {
            of_nederland: true,
            scale,
            minus,
            ..
        } => {
            let of = present().find_map(|row| row.den)?;
            Some(num / of * scale - minus)
        }
        Way::Quotient { scale, minus, .. } if den > 0.0 => Some(num / den * scale - minus),
        Way::Mean { .. } if den > 0.0 && present().all(|row| row.den.is_some()) => Some(num / den),
        Way::Total { .. } => rows.iter().all(|row| row.value.is_some()).then_some(num),
        _ => None,
    }
}

/// A quantile of sorted values by linear interpolation.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share * last as f64;
    let (below, above) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        let values = [1.0, 2.0, 4.0];
        assert_eq!(quantile(&values, 0.5), Some(2.0));
        assert_eq!(quantile(&values, 0.25), Some(1.5));
        assert_eq!(quantile(&values, 1.0), Some(4.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn more_than_a_quarter_is_frail() {
        let with = |failing: usize, applicable: usize| Variants {
            applicable,
            carried: applicable - failing,
            failing: vec![String::new(); failing],
        };
        assert!(!with(0, 0).is_frail());
        assert!(!with(1, 4).is_frail());
        assert!(with(2, 7).is_frail());
    }
}
