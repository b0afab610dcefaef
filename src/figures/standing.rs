//! Where gemeenten stand: ranks within Nederland and the networks, positions against every group.

use super::compare::{Compared, Comparing, GroupFigure, places};
use super::rank::{printed, ranks};
use crate::gemeente::RegionId;
use crate::gemeente::group::Group;

/// Where a gemeente stands against a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Above the group's value.
    Higher,
    /// Both print the same, or the difference with CBS's own figure is smaller than its deviation.
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
        let positions = cells
            .iter()
            .map(|cell| position(cell.value()?, &figure?.1, print));
        positions.collect()
    };
    Standings {
        ranks: ranks(&prints),
        networks: of.groups.networks().map(within).collect(),
        groups: of.groups.all().iter().map(against).collect(),
    }
}

fn position(value: f64, group: &GroupFigure, print: impl Fn(f64) -> f64) -> Option<Position> {
    let of_group = group.value?;
    Some(
        if print(value) - print(of_group) == 0.0 || group.is_near(value) {
            Position::Equal
        } else if value > of_group {
            Position::Higher
        } else {
            Position::Lower
        },
    )
}
