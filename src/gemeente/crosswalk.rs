//! The crosswalk: where every gemeente of one year's list ends up in another year's.
//!
//! CBS publishes figures on the boundaries of their own time and does not cast back. Forwards a gemeente is followed
//! through the herindelingen of every year between; backwards only one that stayed the same keeps its figures.

use std::collections::{BTreeMap, BTreeSet};

use super::herindeling::{Herindelingen, Moves, Part, Population, follow, whole};
use super::region::{RegionId, Regions};

/// A part of a gemeente that is too small to break a series: half a percent of the inhabitants.
///
/// Border corrections move a handful of people (Hilversum and Gooise Meren 2023: four). Counts move with them, but a
/// figure that cannot be divided is kept, and a missing figure of such a part makes nothing missing.
pub const SLIVER: f64 = 0.005;

/// Where every gemeente of one list ends up in another, by gemeente of the first.
#[derive(Clone, Debug)]
pub struct Crosswalk {
    rows: Vec<CrosswalkRow>,
}

/// What becomes of one part of a gemeente.
#[derive(Clone, Debug, PartialEq)]
pub struct CrosswalkRow {
    /// Gemeente of the old list.
    pub region: RegionId,
    /// What becomes of a part of it.
    pub part: Part,
    /// Share of the inhabitants of the new gemeente that come from there.
    pub of_target: f64,
    /// The figure of the new gemeente cannot be made: the old list is newer than the new one and differs.
    pub lost: bool,
}

impl CrosswalkRow {
    /// Whether all of a gemeente goes to one other, of which it is all.
    pub fn is_whole(&self) -> bool {
        let whole = |share: f64| share.to_bits() == 1f64.to_bits();
        whole(self.part.inhabitants)
            && whole(self.part.dwellings)
            && whole(self.of_target)
            && !self.lost
    }
}

impl Crosswalk {
    /// Builds the crosswalk between two lists.
    ///
    /// Backwards (`from` later than `to`) only gemeenten that stayed the same, but for a [`SLIVER`], keep their
    /// figures: figures on newer boundaries are never divided.
    pub fn new(
        from: i32,
        to: i32,
        herindelingen: &Herindelingen,
        regions: &Regions,
        population: &Population,
    ) -> Self {
        let mut rows = if from <= to {
            forward(from, to, herindelingen, regions, population)
        } else {
            backward(&forward(to, from, herindelingen, regions, population))
        };
        rows.sort_by_key(|row| row.region);
        Self { rows }
    }

    /// The lines, by old gemeente.
    pub fn rows(&self) -> &[CrosswalkRow] {
        &self.rows
    }
}

fn forward(
    from: i32,
    to: i32,
    herindelingen: &Herindelingen,
    regions: &Regions,
    population: &Population,
) -> Vec<CrosswalkRow> {
    let mut parts: Moves = regions
        .in_year(from)
        .map(|(region, _)| (region, vec![whole(region)]))
        .collect();
    for year in from..to {
        let step = herindelingen.step(year, regions, population);
        for list in parts.values_mut() {
            follow(list, &step);
        }
    }
    let living = |region: RegionId| population.get(&(from, region)).copied().unwrap_or(1.0);
    let mut totals: BTreeMap<RegionId, f64> = BTreeMap::new();
    for (region, list) in &parts {
        for part in list {
            *totals.entry(part.to).or_default() += living(*region) * part.inhabitants;
        }
    }
    let row = |region: RegionId, part: &Part| CrosswalkRow {
        region,
        part: part.clone(),
        of_target: living(region) * part.inhabitants / totals[&part.to],
        lost: false,
    };
    parts
        .iter()
        .flat_map(|(region, list)| list.iter().map(move |part| row(*region, part)))
        .collect()
}

fn backward(forward: &[CrosswalkRow]) -> Vec<CrosswalkRow> {
    let same = |row: &&CrosswalkRow| {
        row.region == row.part.to
            && row.part.inhabitants >= 1.0 - SLIVER
            && row.of_target >= 1.0 - SLIVER
    };
    let kept: BTreeSet<RegionId> = forward.iter().filter(same).map(|row| row.region).collect();
    let mut rows: BTreeMap<RegionId, CrosswalkRow> = BTreeMap::new();
    for row in forward {
        let lost = !kept.contains(&row.region);
        rows.entry(row.region).or_insert_with(|| CrosswalkRow {
            // a lost gemeente hangs on one of its successors, so that its line is found and marked
            region: if lost { row.part.to } else { row.region },
            part: whole(row.region),
            of_target: 1.0,
            lost,
        });
    }
    rows.into_values().collect()
}
