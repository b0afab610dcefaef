//! Variants: a claim is recomputed in other ways that a reader could have chosen, to see whether it leans on one choice.
//!
//! | variant | what changes | where it applies |
//! | --- | --- | --- |
//! | unweighted mean | a group's value is the mean of its members' | ratios and means of groups, not Nederland |
//! | median | … the median of its members | the same |
//! | without the largest, without the smallest | each group loses that member (by inhabitants) | every group but Nederland |
//! | previous period | figures of the period before the one used | figures without a year of their own and no break between |
//! | the other list | the members of the subject's latest other list | figures of the subject |
//! | all of its size | that group stands for the subject | figures of the subject, where that group is not compared itself |
//!
//! A variant that changes nothing in a claim, or for which a figure is not there, counts neither way. Nederland stays
//! CBS's own figure in all of them.

use std::cell::Cell;

use crate::base::number::{self, count_in_words};
use crate::fact::{Register, beyond, decimals};
use crate::figures::members::{MemberSums, combine};
use crate::figures::{Figures, GroupFigure, Spread};
use crate::gemeente::RegionId;
use crate::gemeente::group::{Group, GroupId, GroupKind};
use crate::query::{Bar, FactId, FactYears, IndicatorId, Predicate, Stat, Subject, Values, Way};

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
    OtherList(Vec<RegionId>, String),
    AllOfSize,
}

impl Variant {
    fn dutch(&self, figures: &Figures) -> String {
        let subject = &figures.groups.subject().name.label;
        match self {
            Self::Unweighted => "ongewogen gemiddelde".to_owned(),
            Self::Median => "mediaan van de leden".to_owned(),
            Self::WithoutLargest => "zonder het grootste lid".to_owned(),
            Self::WithoutSmallest => "zonder het kleinste lid".to_owned(),
            Self::Previous => "vorige periode".to_owned(),
            Self::OtherList(_, year) => format!("{subject} met de leden van {year}"),
            Self::AllOfSize => {
                let size = figures.groups.size.in_words();
                format!("alle gemeenten van {size} in plaats van {subject}")
            }
        }
    }
}

/// Recomputes a predicate under every variant.
pub(super) fn recompute(predicate: &Predicate, register: &Register<'_>) -> Variants {
    let figures = register.figures();
    let mut variants = vec![
        Variant::Unweighted,
        Variant::Median,
        Variant::WithoutLargest,
        Variant::WithoutSmallest,
        Variant::Previous,
    ];
    variants.extend(other_list(figures));
    let of_size = |group: GroupId| {
        let kind = figures.groups.get(group).name.kind;
        matches!(kind, GroupKind::SizeClass | GroupKind::OthersOfSize)
    };
    let facts = predicate.facts();
    if !facts.iter().flat_map(|id| id.subject.groups()).any(of_size) {
        variants.push(Variant::AllOfSize);
    }
    let mut found = Variants::default();
    for variant in variants {
        let varied = Varied {
            register,
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
            found.failing.push(variant.dutch(figures));
        }
    }
    found
}

/// The list of the subject that the edition does not use: the latest but that one.
fn other_list(figures: &Figures) -> Option<Variant> {
    let (gemeenten, subject) = (&figures.gemeenten, figures.groups.subject());
    let own = &subject.list_date;
    let dates = gemeenten.networks.dates(&subject.name.id);
    let date = dates.filter(|date| *date != own).last()?;
    let list = gemeenten.networks.list(&subject.name.id, date).ok()?;
    let boundaries = figures.edition.boundaries;
    let members = list.members(boundaries, &gemeenten.regions, &gemeenten.herindelingen);
    Some(Variant::OtherList(
        members.iter().map(|member| member.region).collect(),
        date.get(..4)?.to_owned(),
    ))
}

/// Values under a variant.
struct Varied<'r, 'a> {
    register: &'r Register<'a>,
    variant: &'r Variant,
    changed: Cell<bool>,
}

impl Values for Varied<'_, '_> {
    fn value(&self, id: &FactId) -> Option<f64> {
        let of = |group: GroupId, year: i32| self.of_group(id.indicator, group, year, Stat::Value);
        let two = |first: f64, second: f64| match id.stat {
            Stat::Percent => (second != 0.0).then(|| (first - second) / second.abs() * 100.0),
            Stat::Times => (second > 0.0).then(|| first / second),
            _ => Some(first - second),
        };
        match (id.subject, id.years) {
            (Subject::Group(group), years) if years.first_of_change().is_some() => {
                let to = self.year(id.indicator, years)?;
                two(of(group, to)?, of(group, years.first_of_change()?)?)
            }
            (Subject::Period, years) => Some(f64::from(self.year(id.indicator, years)?)),
            (Subject::Gemeente(region), years) => {
                let year = self.year(id.indicator, years)?;
                let cell = self.figures().cell(id.indicator, region, year)?;
                cell.value()
            }
            (Subject::Group(group), years) => {
                let year = self.year(id.indicator, years)?;
                self.of_group(id.indicator, group, year, id.stat)
            }
            (Subject::Difference(first, second), years) => {
                let year = self.year(id.indicator, years)?;
                two(of(first, year)?, of(second, year)?)
            }
        }
    }

    fn same(&self, first: &FactId, second: &FactId) -> bool {
        let indicator = &self.register.queries()[first.indicator];
        let is_value = |id: &FactId| id.stat == Stat::Value;
        let values = self.value(first).zip(self.value(second));
        first.indicator == second.indicator
            && is_value(first)
            && is_value(second)
            && values.is_some_and(|(a, b)| indicator.is_small(a, b))
    }

    fn is_none(&self, difference: &FactId) -> bool {
        let indicator = &self.register.queries()[difference.indicator];
        let of = |group, year| self.of_group(difference.indicator, group, year, Stat::Value);
        let year = self.year(difference.indicator, difference.years);
        // a change over fewer years is smaller by itself: there only its direction counts
        let is_shorter =
            matches!(difference.years, FactYears::Since(_)) && *self.variant == Variant::Previous;
        let pair = match (difference.subject, difference.years.first_of_change()) {
            (Subject::Group(group), Some(from)) if !is_shorter => {
                year.and_then(|to| of(group, to).zip(of(group, from)))
            }
            (Subject::Difference(first, second), _) => {
                year.and_then(|year| of(first, year).zip(of(second, year)))
            }
            _ => None,
        };
        pair.is_some_and(|(a, b)| indicator.is_small(a, b))
    }

    fn count(&self, id: &FactId, condition: &dyn Fn(f64) -> bool) -> Option<f64> {
        let Subject::Group(group) = id.subject else {
            return None;
        };
        let year = self.year(id.indicator, id.years)?;
        let values = self.values(id.indicator, group, year);
        (!values.is_empty())
            .then(|| values.iter().filter(|value| condition(**value)).count() as f64)
    }
}

impl<'a> Varied<'_, 'a> {
    const fn figures(&self) -> &'a Figures {
        self.register.figures()
    }

    /// The year meant; in the variant of the previous period the latest one before it that has figures.
    fn year(&self, indicator: IndicatorId, years: FactYears) -> Option<i32> {
        let used = years.last(self.figures().used(indicator).year)?;
        let is_fixed = matches!(years, FactYears::Year(_) | FactYears::Change(..));
        if is_fixed || *self.variant != Variant::Previous {
            return Some(used);
        }
        let (compared, groups) = (self.figures().compared(indicator), &self.figures().groups);
        // a size class has no figure of the subject
        let subject = groups.subject().id;
        let group = if compared.get(subject, used).is_some() {
            subject
        } else {
            groups.nation().id
        };
        let mut before = compared
            .of_group(group)
            .rev()
            .filter(|figure| figure.year < used && figure.n > 0);
        let found = before.next()?.year;
        // nothing is left of a change since the period before
        if years.first_of_change().is_some_and(|from| found <= from) {
            return None;
        }
        if !self
            .figures()
            .breaks_between(indicator, found, used)
            .is_empty()
        {
            return None;
        }
        self.changed.set(true);
        Some(found)
    }

    /// The members that the variant puts in place of those of a group, in region order.
    fn members(&self, group: &Group) -> Option<Vec<RegionId>> {
        let groups = &self.figures().groups;
        let is_subject = group.id == groups.subject().id;
        if group.id == groups.nation().id {
            return None;
        }
        let members = match self.variant {
            Variant::WithoutLargest => self.without(group, true)?,
            Variant::WithoutSmallest => self.without(group, false)?,
            Variant::OtherList(members, _) if is_subject => members.clone(),
            Variant::AllOfSize if is_subject => {
                let of_size = groups.of_kind(GroupKind::SizeClass)?;
                of_size.regions().collect()
            }
            _ => return None,
        };
        self.changed.set(true);
        Some(members)
    }

    fn without(&self, group: &Group, largest: bool) -> Option<Vec<RegionId>> {
        let figures = self.figures();
        let size = |region: &RegionId| {
            let key = (figures.edition.boundaries, *region);
            figures.population.get(&key).copied().unwrap_or_default()
        };
        let by_size = |a: &RegionId, b: &RegionId| size(a).total_cmp(&size(b)).then(a.cmp(b));
        let out = if largest {
            group.regions().max_by(by_size)
        } else {
            group.regions().min_by(by_size)
        }?;
        Some(group.regions().filter(|region| *region != out).collect())
    }

    fn of_group(
        &self,
        indicator: IndicatorId,
        group: GroupId,
        year: i32,
        stat: Stat,
    ) -> Option<f64> {
        if stat == Stat::Rank {
            return self.rank(indicator, group, year);
        }
        if let Some((above, bar)) = stat.beyond() {
            return self.beyond(indicator, group, year, (above, bar));
        }
        let figure = self.figures().group(indicator, group, year)?;
        let way = &self.register.queries()[indicator].ways[figure.way];
        let group = self.figures().groups.get(group);
        match self.members(group) {
            Some(members) => self.over(indicator, year, way, &members, stat),
            None => self.statistic(figure, way, group, stat),
        }
    }

    /// The values of the members of a group, or of those that the variant puts in their place.
    fn values(&self, indicator: IndicatorId, group: GroupId, year: i32) -> Vec<f64> {
        let group = self.figures().groups.get(group);
        let members = self
            .members(group)
            .unwrap_or_else(|| group.regions().collect());
        let cells = members
            .into_iter()
            .filter_map(|region| self.figures().cell(indicator, region, year));
        cells.filter_map(crate::figures::Cell::value).collect()
    }

    /// How many members print more or less than a bar.
    fn beyond(
        &self,
        indicator: IndicatorId,
        group: GroupId,
        year: i32,
        (above, bar): (bool, Bar),
    ) -> Option<f64> {
        let bar = match bar {
            Bar::Zero => 0.0,
            Bar::Group(bar) => self.of_group(indicator, bar, year, Stat::Value)?,
        };
        let values = self.values(indicator, group, year).into_iter();
        let decimals = decimals(&self.register.queries()[indicator]);
        Some(beyond(values, (above, bar), decimals) as f64)
    }

    /// A statistic of the group as it is; for its value another middle where the variant is one.
    fn statistic(&self, figure: &GroupFigure, way: &Way, group: &Group, stat: Stat) -> Option<f64> {
        let other_middle =
            way.is_ratio() && group.name.kind != GroupKind::Nation && figure.value.is_some();
        let middle = match self.variant {
            Variant::Unweighted if other_middle => figure.spread.map(|spread| spread.mean),
            Variant::Median if other_middle => figure.spread.map(|spread| spread.median),
            _ => None,
        };
        match (stat, middle) {
            (Stat::Value, Some(middle)) => {
                self.changed.set(true);
                Some(middle)
            }
            (Stat::Value, None) => figure.value,
            (Stat::Count, _) => Some(figure.n as f64),
            (Stat::Members, _) => Some(figure.members as f64),
            _ => of_spread(figure.spread?, stat),
        }
    }

    /// Rank among the networks by printed value, 1 the highest.
    fn rank(&self, indicator: IndicatorId, group: GroupId, year: i32) -> Option<f64> {
        let decimals = decimals(&self.register.queries()[indicator]);
        let printed = |group: GroupId| {
            let value = self.of_group(indicator, group, year, Stat::Value)?;
            let rounded = number::round(value, decimals).ok()?;
            Some(rounded.to_f64())
        };
        let own = printed(group)?;
        let networks = self.figures().groups.networks();
        let above = networks
            .filter_map(|network| printed(network.id))
            .filter(|value| *value > own);
        Some((above.count() + 1) as f64)
    }

    /// A statistic over other members than the group's own.
    fn over(
        &self,
        indicator: IndicatorId,
        year: i32,
        way: &Way,
        members: &[RegionId],
        stat: Stat,
    ) -> Option<f64> {
        let block = self.figures().block(indicator);
        let places: Vec<usize> = members
            .iter()
            .filter_map(|region| block.place(*region))
            .collect();
        let sums = MemberSums::of(&places, block.year(year), &[]);
        match stat {
            Stat::Value => {
                let minimum = self.register.queries()[indicator].coverage;
                let enough = sums.values.len() as f64 * 100.0 >= minimum * places.len() as f64;
                if enough { combine(way, &sums) } else { None }
            }
            Stat::Count => Some(sums.values.len() as f64),
            Stat::Members => Some(places.len() as f64),
            _ => of_spread(Spread::of(&sums.values)?, stat),
        }
    }
}

const fn of_spread(spread: Spread, stat: Stat) -> Option<f64> {
    Some(match stat {
        Stat::Min => spread.min,
        Stat::Q1 => spread.q1,
        Stat::Median => spread.median,
        Stat::Q3 => spread.q3,
        Stat::Max => spread.max,
        Stat::Mean => spread.mean,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
