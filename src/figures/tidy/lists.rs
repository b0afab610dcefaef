//! The list of gemeenten that each row of a table is on.

use std::collections::{BTreeMap, BTreeSet};

use super::Scope;
use super::cells::TidyCell;
use crate::gemeente::RegionId;
use crate::source::snapshot::Boundaries;

/// The list of gemeenten that each row of a table is on.
pub(super) enum Lists {
    /// That of its own year.
    Period,
    /// That of one year for all.
    Year(i32),
    /// Region by region.
    PerRegion(BTreeMap<(i32, RegionId), i32>),
}

impl Lists {
    pub fn new(scope: Scope<'_>, boundaries: Boundaries, cells: &[TidyCell]) -> Self {
        match boundaries {
            Boundaries::Period => Self::Period,
            Boundaries::Year(year) => Self::Year(year),
            Boundaries::PeriodOrNext => Self::PerRegion(period_or_next(scope, cells)),
        }
    }

    pub fn of(&self, region: RegionId, year: i32) -> Option<i32> {
        match self {
            Self::Period => Some(year),
            Self::Year(list) => Some(*list),
            Self::PerRegion(lists) => lists.get(&(year, region)).copied(),
        }
    }
}

/// Per year and region the list a figure is on, where the next year's gemeenten may be in already.
///
/// A gemeente of the next list only is clear. One that takes others in and keeps its code is on the next list when none
/// of those it takes in has a figure (Amsterdam in the election of March 2022: Weesp voted along).
fn period_or_next(scope: Scope<'_>, cells: &[TidyCell]) -> BTreeMap<(i32, RegionId), i32> {
    let regions = &scope.gemeenten.regions;
    let mut present: BTreeMap<i32, BTreeSet<RegionId>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.observation.value.is_some()) {
        present.entry(cell.year).or_default().insert(cell.region);
    }
    let mut lists = BTreeMap::new();
    for (&year, have) in &present {
        let endings: Vec<(RegionId, RegionId)> =
            scope.gemeenten.herindelingen.ending_after(year).collect();
        for &region in have {
            let exists = regions.exists(region, year) || region == RegionId::NEDERLAND;
            let taken_in = endings.iter().filter(|(_, to)| *to == region);
            let mut taken_in = taken_in.peekable();
            let takes_in = taken_in.peek().is_some();
            let counted_apart = taken_in.any(|(from, _)| have.contains(from));
            // what has figures under the old codes does not count again under the new one (De Fryske Marren 2015)
            if !exists && counted_apart {
                continue;
            }
            let on_next = !exists || takes_in && !counted_apart;
            lists.insert((year, region), if on_next { year + 1 } else { year });
        }
    }
    lists
}
