//! The comparison: per indicator, period and group a value with its distribution, and each gemeente's place.
//!
//! In: the blocks and the groups. Out: a [`Compared`] per indicator. A group's value of a ratio is the sum of numerators
//! over the sum of denominators; Nederland is CBS's own figure where there is one. Sums go in region order, so that the
//! number of threads changes nothing.

use std::collections::BTreeMap;

use super::block::{Block, Cell, Period};
use super::members::{MemberSums, combine};
use super::rank::{printed, ranks};
use super::spread::Spread;
use crate::base::observation::Status;
use crate::gemeente::RegionId;
use crate::gemeente::group::{Group, GroupId, GroupKind, Groups};
use crate::query::{Indicator, Way};

/// Why a group has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// It has one.
    No,
    /// Too small a share of the weight has a figure.
    Coverage,
    /// Of a sum every member must have a figure, and one has none.
    Incomplete,
    /// A member has a figure and no weight.
    Unweighted,
    /// The indicator cannot be combined.
    DistributionOnly,
    /// No member has a figure.
    NoFigures,
}

impl Withheld {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::No => "none",
            Self::Coverage => "withheld-coverage",
            Self::Incomplete => "withheld-incomplete",
            Self::Unweighted => "withheld-weight",
            Self::DistributionOnly => "distribution-only",
            Self::NoFigures => "no-figures",
        }
    }
}

/// A group's figures of one indicator and year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupFigure {
    /// Year.
    pub year: i32,
    /// The way that makes it.
    pub way: usize,
    /// The value, in the indicator's unit.
    pub value: Option<f64>,
    /// Members with a figure; for a size class the gemeenten in it.
    pub n: usize,
    /// Members; for a size class all gemeenten.
    pub members: usize,
    /// Share of the weight that has a figure, in percent.
    pub coverage: f64,
    /// Distribution over members with a figure.
    pub spread: Option<Spread>,
    /// Why there is no value.
    pub withheld: Withheld,
    /// The least final status of what it rests on.
    pub status: Status,
    /// Whether a figure of a member rests on the division of a gemeente.
    pub estimated: bool,
    /// The earliest year of a denominator or weight.
    pub den_year: Option<i32>,
    /// The figure of all gemeenten, where the value is CBS's own.
    pub computed: Option<f64>,
    /// Whether the value is CBS's own figure.
    pub own: bool,
    /// The value minus that of the subject.
    pub diff_abs: Option<f64>,
    /// The same in percent of the subject's.
    pub diff_pct: Option<f64>,
    /// Place among the networks, 1 is the highest; who prints the same shares it.
    pub rank: Option<usize>,
}

impl GroupFigure {
    /// Whether it rests on provisional figures.
    pub const fn is_provisional(&self) -> bool {
        self.status.is_provisional()
    }

    /// By how many percent the figure of all gemeenten deviates from CBS's own.
    pub fn deviation(&self) -> Option<f64> {
        let (own, computed) = self.value.zip(self.computed)?;
        (own != 0.0).then(|| (computed / own - 1.0) * 100.0)
    }

    /// Whether a value differs from CBS's own figure by less than the figure of all gemeenten does: such a difference
    /// says nothing.
    pub fn is_near(&self, value: f64) -> bool {
        let off = |own: f64| ((value - own) / own * 100.0).abs();
        let (own, deviation) = (self.value, self.deviation());
        own.zip(deviation)
            .is_some_and(|(own, deviation)| off(own) < deviation.abs())
    }
}

/// The groups of one indicator, compared.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    periods: Vec<Vec<(GroupId, GroupFigure)>>,
}

impl Compared {
    /// The figures of a period by its place, in the order of tables.
    pub(super) fn at(&self, place: usize) -> &[(GroupId, GroupFigure)] {
        self.periods.get(place).map_or(&[], Vec::as_slice)
    }

    /// The figures of a group in a year.
    pub fn get(&self, group: GroupId, year: i32) -> Option<&GroupFigure> {
        let of_group = |known: &&(GroupId, GroupFigure)| known.0 == group;
        let mut years = self
            .periods
            .iter()
            .filter_map(|of| of.iter().find(of_group));
        years
            .find(|(_, figure)| figure.year == year)
            .map(|(_, figure)| figure)
    }

    /// The figures of a group, by year.
    pub fn of_group(&self, group: GroupId) -> impl DoubleEndedIterator<Item = &GroupFigure> {
        let all = self.periods.iter().flatten();
        all.filter(move |(known, _)| *known == group)
            .map(|(_, figure)| figure)
    }
}

/// What comparing the figures of an indicator needs.
#[derive(Clone, Copy)]
pub struct Comparing<'a> {
    /// The indicator.
    pub indicator: &'a Indicator,
    /// Its figures.
    pub block: &'a Block,
    /// The groups.
    pub groups: &'a Groups,
    /// Inhabitants by year and place of the region.
    pub inhabitants: &'a BTreeMap<i32, Vec<Option<f64>>>,
}

impl Comparing<'_> {
    /// Compares the groups in every period.
    pub fn compare(self) -> Compared {
        let members: Vec<Vec<usize>> = self
            .groups
            .all()
            .iter()
            .map(|group| places(self.block, group))
            .collect();
        let of_period = |(period, cells): (Period, &[Cell])| {
            let way = &self.indicator.ways[period.way];
            let mut figures: Vec<(GroupId, GroupFigure)> = self
                .groups
                .all()
                .iter()
                .zip(&members)
                .filter(|(group, members)| speaks_of(way, group) && !members.is_empty())
                .map(|(group, members)| (group.id, self.figure(group, members, period, cells)))
                .collect();
            self.difference(&mut figures);
            self.rank(&mut figures);
            figures
        };
        Compared {
            periods: self.block.rows().map(of_period).collect(),
        }
    }

    /// The figure of a group in a year, also of one that is compared nowhere else; none where there is no such year, no
    /// member, or only a figure of Nederland.
    pub fn of_group(self, group: &Group, year: i32) -> Option<GroupFigure> {
        let mut rows = self.block.rows();
        let (period, cells) = rows.find(|(period, _)| period.year == year)?;
        let members = places(self.block, group);
        let speaks = speaks_of(&self.indicator.ways[period.way], group) && !members.is_empty();
        speaks.then(|| self.figure(group, &members, period, cells))
    }

    fn figure(
        self,
        group: &Group,
        members: &[usize],
        period: Period,
        cells: &[Cell],
    ) -> GroupFigure {
        let way = &self.indicator.ways[period.way];
        let people = self.inhabitants.get(&period.year);
        let sums = MemberSums::of(members, cells, people.map_or(&[], Vec::as_slice));
        let is_nation = group.name.kind == GroupKind::Nation;
        let national = self.block.place(RegionId::NEDERLAND);
        let published = national
            .map(|place| cells[place])
            .filter(|cell| is_nation && cell.value().is_some());
        let computed = combine(way, &sums);
        let coverage = sums.coverage(way);
        let withheld = match &published {
            None if sums.n == 0 => Withheld::NoFigures,
            None if matches!(way, Way::Distribution { .. }) => Withheld::DistributionOnly,
            None if coverage < self.indicator.coverage => Withheld::Coverage,
            None if computed.is_none() && matches!(way, Way::Total { .. }) => Withheld::Incomplete,
            None if computed.is_none() => Withheld::Unweighted,
            _ => Withheld::No,
        };
        let own = published.and_then(|cell| cell.value());
        let (n, of) = period.of_size.unwrap_or((sums.n, members.len()));
        GroupFigure {
            year: period.year,
            way: period.way,
            value: own.or(computed).filter(|_| withheld == Withheld::No),
            n,
            members: of,
            coverage,
            spread: Spread::of(&sums.values),
            withheld,
            status: published.map_or(sums.status(), |cell| cell.observation.status),
            estimated: sums.estimated && own.is_none(),
            den_year: sums.den_year,
            computed: computed.filter(|_| own.is_some()),
            own: own.is_some(),
            diff_abs: None,
            diff_pct: None,
            rank: None,
        }
    }

    /// Each group against the subject.
    fn difference(self, figures: &mut [(GroupId, GroupFigure)]) {
        let subject = self.groups.subject().id;
        let of_subject = figures.iter().find(|(group, _)| *group == subject);
        let Some(base) = of_subject.and_then(|(_, figure)| figure.value) else {
            return;
        };
        for (_, figure) in figures {
            figure.diff_abs = figure.value.map(|value| value - base);
            let percent = figure
                .diff_abs
                .map(|difference| difference / base.abs() * 100.0);
            figure.diff_pct = percent.filter(|_| base != 0.0);
        }
    }

    fn rank(self, figures: &mut [(GroupId, GroupFigure)]) {
        let networks: Vec<usize> = (0..figures.len())
            .filter(|place| self.groups.get(figures[*place].0).is_network())
            .collect();
        let print = |place: &usize| figures[*place].1.value.map(|v| printed(self.indicator, v));
        let prints: Vec<Option<f64>> = networks.iter().map(print).collect();
        for (place, rank) in networks.into_iter().zip(ranks(&prints)) {
            figures[place].1.rank = rank;
        }
    }
}

/// Where the members of a group lie in a block, in region order.
pub fn places(block: &Block, group: &Group) -> Vec<usize> {
    group
        .regions()
        .filter_map(|region| block.place(region))
        .collect()
}

/// A share of a size class is one of Nederland only.
fn speaks_of(way: &Way, group: &Group) -> bool {
    way.is_of_gemeenten() || group.name.kind == GroupKind::Nation
}
