//! What all sheets share: per indicator the figures of all gemeenten in order, and the groups that only sheets compare with.
//!
//! In: the register of an edition, for its figures and queries. Out: a [`Ground`]. Nothing fails. The peculiarity it answers: a
//! gemeente outside the size class is held against all that are smaller, or all that are larger, and these are no group of
//! the paper.

use std::collections::BTreeMap;

use super::scale::Scale;
use crate::base::number;
use crate::fact::{Register, Trace};
use crate::figures::{Figures, GroupFigure, Spread, printed as printed_value};
use crate::gemeente::RegionId;
use crate::gemeente::group::{Group, GroupKind, Groups};
use crate::query::{Indicator, IndicatorId, Queries, Way};

/// Years before the last period that figures are told of where a gemeente stands out: an older one says little of today.
const RECENT: i32 = 5;
/// Years that a change is over, at least.
const SPAN: i32 = 3;

/// Where the size of a gemeente lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Size {
    /// In the edition's size class.
    Class,
    /// Below it.
    Smaller,
    /// Above it.
    Larger,
}

/// What all sheets share.
#[derive(Debug)]
pub struct Ground<'a> {
    /// For figures and queries.
    pub(super) register: &'a Register<'a>,
    /// Indicators of which gemeenten have figures, in the order of the paper.
    pub(super) series: Vec<Series<'a>>,
    /// The gemeenten of the edition that are smaller, and those that are larger, than its size class.
    outside: BTreeMap<Size, Group>,
}

/// An indicator in the period that the paper uses.
#[derive(Debug)]
pub(super) struct Series<'a> {
    pub(super) id: IndicatorId,
    pub(super) asked: &'a Indicator,
    pub(super) year: i32,
    /// Whether the figure of a group can stand beside that of a gemeente: a sum or a share of the country cannot.
    pub(super) compares: bool,
    /// The line on which gemeenten stand; none where all have one figure.
    pub(super) scale: Option<Scale>,
    /// Figures of all gemeenten, as printed, ascending.
    printed: Vec<f64>,
    /// Whether an earlier indicator puts the gemeenten in the same order.
    is_repeated: bool,
    is_recent: bool,
    outside: BTreeMap<Size, GroupFigure>,
    /// The earlier year that it is held against, and the distribution of changes since.
    pub(super) since: Option<(i32, Spread)>,
}

impl<'a> Ground<'a> {
    /// Gathers what all sheets share.
    pub fn new(register: &'a Register<'a>) -> Self {
        let (queries, figures) = (register.queries(), register.figures());
        let outside = outside(&figures.groups, figures);
        let series = figures.series();
        let known = queries.indicator_ids().filter_map(|id| {
            let (used, asked) = (figures.used(id), &queries[id]);
            let year = used.year?;
            if !asked.ways.get(used.way)?.is_of_gemeenten() {
                return None;
            }
            let years = series.get(id.place()).map_or(&[][..], |of| &of.years);
            Some(Series::new(
                (id, asked),
                (year, years),
                queries,
                figures,
                &outside,
            ))
        });
        let mut known: Vec<Series<'a>> = known.collect();
        mark_repeated(&mut known, figures);
        Self {
            register,
            series: known,
            outside,
        }
    }

    /// The way back from these figures to the cells that they rest on.
    pub fn trace(&self) -> Trace<'a> {
        Trace::new(self.queries(), self.figures())
    }

    pub(super) fn figures(&self) -> &'a Figures {
        self.register.figures()
    }

    pub(super) fn queries(&self) -> &'a Queries {
        self.register.queries()
    }

    /// The group of gemeenten that are of the size of one, and whether the paper compares it.
    pub(super) fn of_size(&self, region: RegionId) -> Option<(Size, &Group)> {
        let class = self.figures().groups.of_kind(GroupKind::SizeClass);
        let is_in = |group: &&Group| group.regions().any(|of| of == region);
        let class = class.filter(is_in).map(|group| (Size::Class, group));
        let outside = || {
            let mut outside = self.outside.iter();
            outside.find(|(_, group)| is_in(group))
        };
        class.or_else(|| outside().map(|(size, group)| (*size, group)))
    }
}

/// The gemeenten below and above the size class, as groups.
fn outside(groups: &Groups, figures: &Figures) -> BTreeMap<Size, Group> {
    let Some(class) = groups.of_kind(GroupKind::SizeClass) else {
        return BTreeMap::new();
    };
    let year = figures.edition.boundaries;
    let bound = |bound: f64| {
        number::round(bound, 0).map_or_else(|_| bound.to_string(), |of| of.to_string())
    };
    let of = |size: Size| {
        let holds = |region: RegionId| {
            let inhabitants = figures.population.get(&(year, region)).copied();
            inhabitants.is_some_and(|of| match size {
                Size::Class => groups.size.holds(of),
                Size::Smaller => of < groups.size.from,
                Size::Larger => of > groups.size.to,
            })
        };
        let mut group = class.clone();
        let (word, id, bound) = match size {
            Size::Larger => ("meer", "boven", bound(groups.size.to)),
            _ => ("minder", "onder", bound(groups.size.from)),
        };
        group.name.id = format!("{id}-{}", class.name.id);
        group.name.label = format!("{word} dan {bound} inwoners");
        group.members.clone_from(&groups.nation().members);
        group.members.retain(|member| holds(member.region));
        (size, group)
    };
    [Size::Smaller, Size::Larger].map(of).into()
}

/// Marks what puts the gemeenten in the same order as an indicator before it, such as a share of a sum.
fn mark_repeated(series: &mut [Series<'_>], figures: &Figures) {
    let orders: Vec<Vec<RegionId>> = series.iter().map(|of| of.order(figures)).collect();
    for place in 0..series.len() {
        series[place].is_repeated = orders[..place].contains(&orders[place]);
    }
}

impl<'a> Series<'a> {
    fn new(
        (id, asked): (IndicatorId, &'a Indicator),
        (year, years): (i32, &[i32]),
        queries: &Queries,
        figures: &Figures,
        outside: &BTreeMap<Size, Group>,
    ) -> Self {
        let nation = figures.group(id, figures.groups.nation().id, year);
        let comparing = figures.comparing(queries, id);
        let outside = outside.iter();
        let outside =
            outside.filter_map(|(size, group)| Some((*size, comparing.of_group(group, year)?)));
        let mut printed: Vec<f64> = figures
            .members(id, figures.groups.nation(), year)
            .filter_map(|(_, cell)| Some(printed_value(asked, cell.value()?)))
            .collect();
        printed.sort_unstable_by(f64::total_cmp);
        let way = asked.ways.get(figures.used(id).way);
        let mut series = Self {
            id,
            asked,
            year,
            compares: way
                .is_some_and(|way| way.is_ratio() || matches!(way, Way::Distribution { .. })),
            scale: nation.and_then(|of| Scale::of(&of.spread?)),
            printed,
            is_repeated: false,
            is_recent: year + RECENT >= figures.edition.until,
            outside: outside.collect(),
            since: None,
        };
        let before = |from: &i32| *from + SPAN <= year;
        // since the year that the edition tells of, or the first after it
        let base = figures.edition.base.unwrap_or_default();
        let from = years
            .iter()
            .find(|from| **from >= base)
            .filter(|from| before(from));
        series.since = from.and_then(|from| series.changes(*from, figures));
        series
    }

    /// The distribution of changes since a year.
    fn changes(&self, from: i32, figures: &Figures) -> Option<(i32, Spread)> {
        let all = figures.groups.nation().regions();
        let changes: Vec<f64> = all
            .filter_map(|region| self.change(region, from, figures))
            .collect();
        Some((from, Spread::of(&changes)?))
    }

    /// How much a gemeente changed since a year: in points of a share or of what can be below zero, else by what share.
    pub(super) fn change(&self, region: RegionId, from: i32, figures: &Figures) -> Option<f64> {
        let value = |year| figures.cell(self.id, region, year)?.value();
        let (now, then) = (value(self.year)?, value(from)?);
        let in_points = self.asked.unit == "%" || self.asked.range.0 < 0.0 || then <= 0.0;
        Some(if in_points {
            now - then
        } else {
            (now - then) / then
        })
    }

    /// The gemeenten from low to high.
    fn order(&self, figures: &Figures) -> Vec<RegionId> {
        let all = figures.members(self.id, figures.groups.nation(), self.year);
        let mut all: Vec<(f64, RegionId)> = all
            .filter_map(|(region, cell)| Some((cell.value()?, region)))
            .collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all.into_iter().map(|(_, region)| region).collect()
    }

    /// The figure of the gemeenten of a size that no group of the paper holds.
    pub(super) fn outside(&self, size: Size) -> Option<&GroupFigure> {
        self.outside.get(&size)
    }

    /// How many gemeenten print less and how many print more than a value, and how many print anything.
    pub(super) fn passed(&self, value: f64) -> (usize, usize, usize) {
        let value = printed_value(self.asked, value);
        let below = self.printed.partition_point(|of| *of < value);
        let above = self.printed.len() - self.printed.partition_point(|of| *of <= value);
        (below, above, self.printed.len())
    }

    /// Whether a gemeente may be told to stand out by it.
    pub(super) const fn tells(&self) -> bool {
        self.is_recent && !self.is_repeated
    }
}
