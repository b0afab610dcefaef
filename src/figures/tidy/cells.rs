//! Snapshots with their words as what they mean: one cell per row of a known region.
//!
//! Parquet is read with polars, by two hands, for unpacking it is most of the work.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use polars::prelude::*;

use super::{Error, Lacking, Scope};
use crate::base::failure::Failure;
use crate::base::hands::in_parts;
use crate::base::observation::{Missing, Observation, Status};
use crate::gemeente::{RegionId, is_no_gemeente};
use crate::query::{Service, Table};
use crate::source::snapshot::{Lock, Sidecar, Snapshot, Store};

/// A snapshot as it is read.
pub(super) struct Read<'a> {
    pub table: &'a Table,
    pub release: String,
    pub sidecar: Sidecar,
    pub cells: Vec<TidyCell>,
    /// Codes of gemeenten that no list has, with the years of their rows.
    pub unknown: Unknown,
    /// The snapshot itself, for tracing figures back to it.
    pub observations: DataFrame,
}

/// A row of a snapshot of a known region.
pub(super) struct TidyCell {
    /// Place among the sidecar's topics.
    pub key: Option<usize>,
    pub region: RegionId,
    pub year: i32,
    pub observation: Observation,
}

/// Reads the snapshots with two hands: unpacking them is most of the work.
pub(super) fn read_snapshots<'a>(
    scope: Scope<'a>,
    store: &Store,
    lock: &Lock,
    lacking: &mut Vec<Lacking>,
) -> Result<Vec<Read<'a>>, Failure> {
    let mut pinned = Vec::new();
    for table in scope.queries.tables.values() {
        match lock.release(&scope.edition.id, &table.id) {
            None => lacking.push(Lacking::Table(table.id.clone())),
            Some(release) => pinned.push((table, release.to_owned())),
        }
    }
    let read = |(table, release): &(&'a Table, String)| -> Result<Read<'a>, Failure> {
        let Snapshot {
            sidecar,
            observations,
        } = store.read(&table.id, release)?;
        let (cells, unknown) = cells(scope, table, &sidecar, &observations).map_err(Error)?;
        Ok(Read {
            table,
            release: release.clone(),
            cells,
            unknown,
            sidecar,
            observations,
        })
    };
    in_parts(pinned.len(), || (), |(), place| read(&pinned[place]))
        .into_iter()
        .collect()
}

/// Codes of gemeenten that no list has, with the years of their rows.
type Unknown = BTreeMap<String, BTreeSet<i32>>;

/// The rows that count, with words as what they mean, and the codes of those that are of no known gemeente. Words repeat row after row: each is looked up where it changes.
fn cells(
    scope: Scope<'_>,
    table: &Table,
    sidecar: &Sidecar,
    observations: &DataFrame,
) -> PolarsResult<(Vec<TidyCell>, Unknown)> {
    let text = |name: &str| PolarsResult::Ok(observations.column(name)?.str()?.clone());
    let (keys, regions) = (text("topic")?, text("region")?);
    let (missing, status) = (text("missing")?, text("status")?);
    let years = observations.column("year")?.i32()?;
    let values = observations.column("value")?.f64()?;
    let places: BTreeMap<&str, usize> = (0..)
        .zip(&sidecar.topics)
        .map(|(place, topic)| (topic.key.as_str(), place))
        .collect();
    let mut key_of = Cached::new(|word: &str| places.get(word).copied());
    let mut missing_of = Cached::new(|word: &str| word.parse::<Missing>().ok());
    let mut status_of = Cached::new(|word: &str| word.parse::<Status>().ok());
    let (mut cells, mut unknown) = (Vec::with_capacity(observations.height()), Unknown::new());
    let words = keys
        .iter()
        .zip(regions.iter())
        .zip(missing.iter().zip(status.iter()));
    for (((key, region), (missing, status)), (year, value)) in
        words.zip(years.iter().zip(values.iter()))
    {
        let known = region
            .and_then(RegionId::parse)
            .filter(|region| scope.gemeenten.regions.knows(*region));
        let (Some(region), Some(year)) = (known, year) else {
            let code = region.filter(|code| !is_no_gemeente(code));
            if let (Some(code), Some(year)) = (code, year) {
                unknown.entry(code.to_owned()).or_default().insert(year);
            }
            continue;
        };
        if table.service == Service::File && region == RegionId::NEDERLAND {
            continue;
        }
        cells.push(TidyCell {
            key: key_of.get(key),
            region,
            year,
            observation: Observation {
                value,
                missing: missing_of.get(missing).unwrap_or(Missing::Unknown),
                status: status_of.get(status).unwrap_or(Status::Unknown),
            },
        });
    }
    if table.all_zero_is_not_delivered {
        not_delivered(&mut cells);
    }
    Ok((cells, unknown))
}

/// What a word means, looked up where the word changes.
pub(in super::super) struct Cached<'w, T, F> {
    word: Option<&'w str>,
    meaning: Option<T>,
    look_up: F,
}

impl<'w, T: Copy, F: Fn(&str) -> Option<T>> Cached<'w, T, F> {
    pub(in super::super) const fn new(look_up: F) -> Self {
        Self {
            word: None,
            meaning: None,
            look_up,
        }
    }

    pub(in super::super) fn get(&mut self, word: Option<&'w str>) -> Option<T> {
        if word != self.word {
            self.word = word;
            self.meaning = word.and_then(&self.look_up);
        }
        self.meaning
    }
}

/// A gemeente whose every figure is zero did not deliver: its zeros become missing.
fn not_delivered(cells: &mut [TidyCell]) {
    let is_figure = |cell: &&TidyCell| cell.observation.value.is_some_and(|value| value != 0.0);
    let delivered: HashSet<(i32, RegionId)> = cells
        .iter()
        .filter(is_figure)
        .map(|cell| (cell.year, cell.region))
        .collect();
    for cell in cells {
        if !delivered.contains(&(cell.year, cell.region)) {
            cell.observation.value = None;
            cell.observation.missing = Missing::NotDelivered;
        }
    }
}
