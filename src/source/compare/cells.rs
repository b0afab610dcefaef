//! Two releases of a table, cell by cell.
//!
//! In: both, read whole. Out: [`Cells`]: every figure that is another, came or went, in years that both have. Fails in polars
//! only. The peculiarity it exists for: CBS moves the number at the end of a key and thousands into the unit, so that a topic
//! is followed by its title.

use std::collections::BTreeSet;

use polars::prelude::PolarsResult;

use super::At;
use super::against::successors;
use super::columns::{Column, Columns};
use crate::gemeente::{RegionCode, Regions};
use crate::source::snapshot::Snapshot;

/// A cell that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Region.
    pub region: RegionCode,
    /// Place of the topic in the new release.
    pub topic: usize,
    /// Year.
    pub year: i32,
    /// Before, in the unit of the new release.
    pub old: Option<f64>,
    /// Now.
    pub new: Option<f64>,
    /// The median of the column without signs, before: what a usual figure of it is.
    pub usual: f64,
}

/// What lies between two releases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    /// Cells that differ, by topic, year and region.
    pub changed: Vec<Cell>,
    /// Cells of years that both have, with a figure on either side.
    pub compared: usize,
    /// Years that only the new release has.
    pub added: BTreeSet<i32>,
    /// Years that only the old release has.
    pub gone: BTreeSet<i32>,
    /// Titles of topics that only the old release has.
    pub gone_topics: Vec<String>,
}

/// Holds two releases of a table against each other.
///
/// # Errors
/// When a snapshot lacks a column.
pub fn cells(old: &Snapshot, new: &Snapshot, regions: Option<&Regions>) -> PolarsResult<Cells> {
    let before = Columns::new(&old.sidecar, &old.observations, regions)?;
    let now = Columns::new(&new.sidecar, &new.observations, regions)?;
    let years = |columns: &Columns<'_>| -> BTreeSet<i32> {
        columns.of.keys().map(|(_, year)| *year).collect()
    };
    let (was, is) = (years(&before), years(&now));
    let successors = successors(&now, &before);
    let topics = old.sidecar.topics.iter().enumerate();
    let gone = topics.filter(|(place, _)| !successors.contains_key(place));
    let mut cells = Cells {
        added: is.difference(&was).copied().collect(),
        gone: was.difference(&is).copied().collect(),
        gone_topics: gone.map(|(_, topic)| topic.title.clone()).collect(),
        ..Cells::default()
    };
    let both = before.of.keys().filter_map(|&(place, year)| {
        let topic = successors.get(&place)?;
        is.contains(&year).then_some(((*topic, year), place))
    });
    let mut both: Vec<(At, usize)> = both.collect();
    both.sort_unstable();
    for (at, place) in both {
        cells.column((&before, place), &now, at);
    }
    Ok(cells)
}

impl Cells {
    /// Holds a column against what it was.
    fn column(&mut self, (before, place): (&Columns<'_>, usize), now: &Columns<'_>, at: At) {
        let (topic, year) = at;
        let factor = before.scale(place) / now.scale(topic);
        let empty = Column::new();
        let first = before.of.get(&(place, year)).unwrap_or(&empty);
        let second = now.of.get(&at).unwrap_or(&empty);
        let sizes = first.values().flatten().map(|value| (value * factor).abs());
        let mut sizes: Vec<f64> = sizes.collect();
        sizes.sort_unstable_by(f64::total_cmp);
        let usual = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
        let regions: BTreeSet<&RegionCode> = first.keys().chain(second.keys()).collect();
        for region in regions {
            let value = |column: &Column| column.get(*region).copied().flatten();
            let (old, new) = (value(first).map(|value| value * factor), value(second));
            if old.is_none() && new.is_none() {
                continue;
            }
            self.compared += 1;
            let both = old.zip(new);
            if both.is_none_or(|(old, new)| now.steps(topic, old - new) > 0.5) {
                self.changed.push(Cell {
                    region: *region,
                    topic,
                    year,
                    old,
                    new,
                    usual,
                });
            }
        }
    }
}
