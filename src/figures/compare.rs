//! The comparison: per indicator, period and group a value with its distribution, and each gemeente's place.
//!
//! In: the blocks and the groups. Out: a [`Compared`] per indicator. A group's value of a ratio is the sum of numerators
//! over the sum of denominators; Nederland is CBS's own figure where there is one. Sums go in region order, so that the
//! number of threads changes nothing.

use std::collections::BTreeMap;

use super::block::{Block, Cell, Period};
use super::indicator::SizeClassSums;
use super::tidy::Tidy;
use crate::base::observation::Status;
use crate::base::sum::Sum;
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
}

/// A distribution over members, each counting once; quartiles by linear interpolation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Lowest.
    pub min: f64,
    /// First quartile.
    pub q1: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub q3: f64,
    /// Highest.
    pub max: f64,
    /// Mean.
    pub mean: f64,
}

impl Spread {
    /// Of some values, in region order; `None` of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let sum = Sum::from_iter(values.iter().copied()).total();
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Some(Self {
            min: *sorted.first()?,
            q1: quantile(&sorted, 0.25)?,
            median: quantile(&sorted, 0.5)?,
            q3: quantile(&sorted, 0.75)?,
            max: *sorted.last()?,
            mean: sum / values.len() as f64,
        })
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

/// The groups of one indicator, compared.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    periods: Vec<Vec<(GroupId, GroupFigure)>>,
}

impl Compared {
    /// The figures of a period by its place, in the order of tables.
    fn at(&self, place: usize) -> &[(GroupId, GroupFigure)] {
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
    /// Where a size class is counted on each year's own list.
    pub tidy: &'a Tidy,
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

    fn figure(
        self,
        group: &Group,
        members: &[usize],
        period: Period,
        cells: &[Cell],
    ) -> GroupFigure {
        let way = &self.indicator.ways[period.way];
        let people = self.inhabitants.get(&period.year);
        let sums = Sums::of(members, cells, people.map_or(&[], Vec::as_slice));
        let is_nation = group.name.kind == GroupKind::Nation;
        let national = self.block.place(RegionId::NEDERLAND);
        let published = national
            .map(|place| cells[place])
            .filter(|cell| is_nation && cell.value().is_some());
        let computed = combine(way, &sums);
        let coverage = sums.coverage(way);
        let withheld = match &published {
            Some(_) => Withheld::No,
            None if sums.n == 0 => Withheld::NoFigures,
            None if matches!(way, Way::Distribution { .. }) => Withheld::DistributionOnly,
            None if computed.is_none() || coverage < self.indicator.coverage => Withheld::Coverage,
            None => Withheld::No,
        };
        let own = published.and_then(|cell| cell.value());
        let counted = self.size_class(way, period.year);
        let (n, of) = counted.unwrap_or((sums.n, members.len()));
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
            den_year: sums.den_year,
            computed: computed.filter(|_| own.is_some()),
            own: own.is_some(),
            diff_abs: None,
            diff_pct: None,
            rank: None,
        }
    }

    /// Gemeenten in a size class and in all, on the year's own list.
    fn size_class(self, way: &Way, year: i32) -> Option<(usize, usize)> {
        let Way::SizeClass {
            topic, from, to, ..
        } = way
        else {
            return None;
        };
        let sums = SizeClassSums::of(self.tidy.rows(*topic, year), (*from, *to))?;
        Some((sums.within, sums.of))
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

/// What a group adds up: of members with a figure, and of all.
#[derive(Default)]
pub struct Sums {
    /// Figures of members, in region order.
    pub values: Vec<f64>,
    n: usize,
    members: usize,
    num: Sum,
    den: Sum,
    /// Of a share of Nederland all have the same denominator.
    one_den: Option<f64>,
    unweighted: bool,
    den_year: Option<i32>,
    least_final: Option<Status>,
    all_den: Sum,
    den_holes: bool,
    people: Sum,
    all_people: Sum,
}

impl Sums {
    /// Over some members by their places.
    pub fn of(members: &[usize], cells: &[Cell], inhabitants: &[Option<f64>]) -> Self {
        let mut sums = Self {
            members: members.len(),
            ..Self::default()
        };
        for &place in members {
            let Some(cell) = cells.get(place) else {
                continue;
            };
            let people = inhabitants.get(place).copied().flatten();
            sums.all_people.add(people.unwrap_or_default());
            sums.all_den.add(cell.den.unwrap_or_default());
            sums.den_holes |= cell.den.is_none();
            let Some(value) = cell.value() else { continue };
            sums.n += 1;
            sums.values.push(value);
            sums.num.add(cell.num.unwrap_or_default());
            sums.den.add(cell.den.unwrap_or_default());
            sums.unweighted |= cell.den.is_none();
            sums.one_den = match (sums.one_den, cell.den) {
                (Some(one), Some(den)) => Some(one.max(den)),
                (one, den) => one.or(den),
            };
            sums.people.add(people.unwrap_or_default());
            sums.den_year = match (sums.den_year, cell.den_year) {
                (Some(first), Some(year)) => Some(first.min(year)),
                (first, year) => first.or(year),
            };
            sums.least_final = sums.least_final.max(Some(cell.observation.status));
        }
        sums
    }

    fn status(&self) -> Status {
        self.least_final.unwrap_or(Status::Unknown)
    }

    /// The share of the weight that has a figure, in percent: by denominator or weight where all members have one, else
    /// by inhabitants.
    fn coverage(&self, way: &Way) -> f64 {
        if !way.is_of_gemeenten() {
            100.0
        } else if way.is_ratio() && !self.den_holes && self.all_den.total() > 0.0 {
            self.den.total() / self.all_den.total() * 100.0
        } else {
            self.people.total() / self.all_people.total() * 100.0
        }
    }
}

/// The value of a group from the sums over its members.
pub fn combine(way: &Way, sums: &Sums) -> Option<f64> {
    let (num, den) = (sums.num.total(), sums.den.total());
    let weighted = den > 0.0 && !sums.unweighted;
    match way {
        Way::Quotient {
            of_nederland: true,
            scale,
            minus,
            ..
        } => sums.one_den.map(|den| num / den * scale - minus),
        Way::Quotient { scale, minus, .. } => weighted.then(|| num / den * scale - minus),
        Way::Mean { .. } => weighted.then(|| num / den),
        Way::Total { .. } => (sums.n == sums.members).then_some(num),
        Way::Distribution { .. } | Way::SizeClass { .. } => None,
    }
}

/// A value as it is printed, in units of its last decimal.
fn printed(indicator: &Indicator, value: f64) -> f64 {
    (value * 10f64.powi(indicator.decimals)).round()
}

/// Places from high to low, 1 is the highest; equal ones share a place.
fn ranks(printed: &[Option<f64>]) -> Vec<Option<usize>> {
    let mut sorted: Vec<f64> = printed.iter().copied().flatten().collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let rank = |value: f64| 1 + sorted.partition_point(|other| *other > value);
    printed.iter().map(|value| value.map(rank)).collect()
}

/// Where a gemeente stands against a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Above the group's value.
    Higher,
    /// Both print the same.
    Equal,
    /// Below it.
    Lower,
}

/// Where every region stands in a period, by its place in the block; Nederland has no rank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standings {
    /// Rank among all gemeenten, 1 is the highest.
    pub ranks: Vec<Option<usize>>,
    /// Ranks within each network, in the order of tables; none where a gemeente is no member.
    pub networks: Vec<Vec<Option<usize>>>,
    /// Positions against each group, in the order of tables.
    pub groups: Vec<Vec<Option<Position>>>,
}

/// Where every region stands in a period of the block, by the period's place.
pub fn standings(of: Comparing<'_>, compared: &Compared, period: usize) -> Standings {
    let Some((_, cells)) = of.block.rows().nth(period) else {
        return Standings::default();
    };
    let national = of.block.place(RegionId::NEDERLAND);
    let print = |value: f64| printed(of.indicator, value);
    let prints: Vec<Option<f64>> = cells
        .iter()
        .enumerate()
        .map(|(place, cell)| cell.value().filter(|_| Some(place) != national).map(print))
        .collect();
    let within = |network: &Group| {
        let mut members = vec![None; prints.len()];
        for place in places(of.block, network) {
            members[place] = prints[place];
        }
        ranks(&members)
    };
    let figures = compared.at(period);
    let against = |group: &Group| {
        let figure = figures.iter().find(|(known, _)| *known == group.id);
        let value = figure.and_then(|(_, figure)| figure.value);
        let positions = cells
            .iter()
            .map(|cell| Some(position(cell.value()?, value?, print)));
        positions.collect()
    };
    Standings {
        ranks: ranks(&prints),
        networks: of.groups.networks().map(within).collect(),
        groups: of.groups.all().iter().map(against).collect(),
    }
}

fn position(value: f64, group: f64, print: impl Fn(f64) -> f64) -> Position {
    if print(value) - print(group) == 0.0 {
        Position::Equal
    } else if value > group {
        Position::Higher
    } else {
        Position::Lower
    }
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
    fn equal_values_share_a_rank() {
        let values = [Some(3.0), None, Some(5.0), Some(3.0), Some(1.0)];
        assert_eq!(ranks(&values), [Some(2), None, Some(1), Some(2), Some(4)]);
    }
}
