//! Snapshots with their words as what they mean: one cell per row of a known region.
//!
//! In: snapshots in use. Out: each as it came in, and the cells of one when asked: all together they are too much to hold. Fails
//! on a snapshot that is damaged. Parquet is read with polars, by two hands, for unpacking it is most of the work.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::came_in::{Raw, RawRow, Words};
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
    /// What figures are traced back to.
    pub raw: Raw,
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
        let raw = Raw::new(&observations).map_err(Error)?;
        Ok(Read {
            table,
            release: release.clone(),
            sidecar,
            raw,
        })
    };
    in_parts(pinned.len(), || (), |(), place| read(&pinned[place]))
        .into_iter()
        .collect()
}

/// Codes of gemeenten that no list has, with the years of their rows.
pub(super) type Unknown = BTreeMap<String, BTreeSet<i32>>;

/// What each word of a column means.
fn meanings<T>(words: &Words, look_up: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    let meaning = |word: &Option<Box<str>>| word.as_deref().and_then(&look_up);
    words.iter().map(meaning).collect()
}

/// The rows that count, with words as what they mean, and the codes of those that are of no known gemeente.
pub(super) fn cells(scope: Scope<'_>, read: &Read<'_>) -> (Vec<TidyCell>, Unknown) {
    let raw = &read.raw;
    let places: BTreeMap<&str, usize> = (0..)
        .zip(&read.sidecar.topics)
        .map(|(place, topic)| (topic.key.as_str(), place))
        .collect();
    let regions = &scope.gemeenten.regions;
    let known = |code: &str| RegionId::parse(code).filter(|region| regions.knows(*region));
    let keys = meanings(raw.topics(), |word| places.get(word).copied());
    let regions = meanings(raw.regions(), known);
    let missing = meanings(raw.kinds_of_missing(), |word| word.parse::<Missing>().ok());
    let status = meanings(raw.statuses(), |word| word.parse::<Status>().ok());
    let (mut cells, mut unknown) = (Vec::with_capacity(raw.height()), Unknown::new());
    for row in raw.rows() {
        let Some(region) = regions[row.region] else {
            let code = raw.regions()[row.region].as_deref();
            if let Some(code) = code.filter(|code| !is_no_gemeente(code)) {
                unknown.entry(code.to_owned()).or_default().insert(row.year);
            }
            continue;
        };
        if read.table.service == Service::File && region == RegionId::NEDERLAND {
            continue;
        }
        let RawRow { year, value, .. } = row;
        cells.push(TidyCell {
            key: keys[row.topic],
            region,
            year,
            observation: Observation {
                value,
                missing: missing[row.missing].unwrap_or(Missing::Unknown),
                status: status[row.status].unwrap_or(Status::Unknown),
            },
        });
    }
    if read.table.all_zero_is_not_delivered {
        not_delivered(&mut cells);
    }
    (cells, unknown)
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
