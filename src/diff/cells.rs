//! What another release of a table says of the same cells.
//!
//! In: the store and two releases of a table. Out: [`Revision`], the cells that differ, largest first. Fails when a release
//! is not there or damaged. A cell is as large as its change in shares of itself times its change in shares of a usual cell
//! of its column: so neither a small gemeente that goes from one to two nor a large one that moves by a per mille comes
//! before three gemeenten that are a third higher.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::failure::{Exit, Failure, Report};
use crate::base::number;
use crate::gemeente::{Gemeenten, RegionCode, Regions};
use crate::source::compare::{self, Cell};
use crate::source::snapshot::{Store, TopicMeta};

/// A cell that another release has otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellChange {
    /// Code of the region.
    pub region: String,
    /// Its name.
    pub name: String,
    /// Title path of the topic.
    pub topic: String,
    /// Its unit.
    pub unit: String,
    /// Year.
    pub year: i32,
    /// Before.
    pub old: Option<f64>,
    /// Now.
    pub new: Option<f64>,
    /// How large the change is: see the head of this file.
    pub size: f64,
    /// Decimals of the topic.
    #[serde(skip)]
    decimals: i8,
}

/// What lies between two releases of a table.
#[derive(Clone, Debug, Serialize)]
pub struct Revision {
    /// Table.
    pub table: String,
    /// The release before.
    pub old: String,
    /// The release now.
    pub new: String,
    /// Cells that differ in years that both have, largest first.
    pub cells: Vec<CellChange>,
    /// Cells with a figure in years that both have.
    pub compared: usize,
    /// Years for the first time.
    pub added: BTreeSet<i32>,
    /// Years that are gone.
    pub gone: BTreeSet<i32>,
    /// Topics that are gone.
    pub gone_topics: Vec<String>,
}

/// Why two releases cannot be held against each other.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The table is not in the store.
    #[error("table `{table}` has no release in `data/snapshots`")]
    NoTable {
        /// Table.
        table: String,
        /// The nearest that are there.
        nearest: String,
    },
    /// The release is not.
    #[error("table `{table}` has no release `{release}`")]
    NoRelease {
        /// Table.
        table: String,
        /// Release.
        release: String,
        /// Those that are there.
        known: String,
    },
    /// There is only one release.
    #[error("table `{table}` has one release only, `{release}`")]
    Alone {
        /// Table.
        table: String,
        /// Release.
        release: String,
    },
    /// They do not fit in memory twice.
    #[error("table `{table}` has {rows} rows, too many to be held against each other")]
    Large {
        /// Table.
        table: String,
        /// Rows.
        rows: usize,
    },
    /// Polars cannot read one.
    #[error("cannot compare the releases: {0}")]
    Polars(#[from] polars::error::PolarsError),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoTable { nearest, .. } => Some(nearest.clone()),
            Self::NoRelease { known, .. } => Some(format!("releases are {known}")),
            Self::Alone { .. } => Some("there is nothing to compare with until `fetch --update` or `import` brings another".to_owned()),
            Self::Polars(_) | Self::Large { .. } => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Polars(_) | Self::Large { .. } => Exit::Other,
            _ => Exit::Usage,
        }
    }
}

/// Two releases of a table, by their names; without names the pinned one and the one that came before it.
///
/// # Errors
/// When there are no two such releases, or one is damaged.
pub fn revision(
    store: &Store,
    gemeenten: &Gemeenten,
    table: &str,
    named: Option<(&str, &str)>,
) -> Result<Revision, Failure> {
    let (old, new) = match named {
        Some((old, new)) => (old.to_owned(), new.to_owned()),
        None => newest_two(store, table)?,
    };
    let known = store.releases(table)?;
    for release in [&old, &new] {
        if !known.contains(release) {
            return Err(Error::NoRelease {
                table: table.to_owned(),
                release: release.clone(),
                known: known
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", "),
            }
            .into());
        }
    }
    let (before, now) = (store.sidecar(table, &old)?, store.sidecar(table, &new)?);
    let rows = before.rows.max(now.rows);
    if rows > compare::WHOLE {
        return Err(Error::Large {
            table: table.to_owned(),
            rows,
        }
        .into());
    }
    let (before, now) = (store.read(table, &old)?, store.read(table, &new)?);
    let regions = &gemeenten.regions;
    let found = compare::cells(&before, &now, Some(regions)).map_err(Error::from)?;
    let mut of_buurten = BTreeMap::new();
    for release in [&old, &new] {
        store.each_region(table, release, |code, name| {
            of_buurten.insert(code.to_owned(), name.to_owned());
        })?;
    }
    let changed = found.changed.iter();
    let mut cells: Vec<CellChange> = changed
        .map(|cell| {
            let name = name(cell.region, regions, &of_buurten);
            CellChange::new(cell, name, &now.sidecar.topics[cell.topic])
        })
        .collect();
    cells.sort_by(|a, b| b.size.total_cmp(&a.size));
    Ok(Revision {
        table: table.to_owned(),
        old,
        new,
        cells,
        compared: found.compared,
        added: found.added,
        gone: found.gone,
        gone_topics: found.gone_topics,
    })
}

/// What a region is called; a wijk or buurt with its gemeente.
fn name(region: RegionCode, regions: &Regions, of_buurten: &BTreeMap<String, String>) -> String {
    let gemeente = region.gemeente();
    let gemeente = gemeente.map(|of| regions.short_name(of, regions.last_year()));
    let gemeente = gemeente.unwrap_or_default();
    match of_buurten.get(&region.to_string()) {
        Some(name) => format!("{name} ({gemeente})"),
        None => gemeente,
    }
}

/// The release that is pinned, and the newest that came before it.
fn newest_two(store: &Store, table: &str) -> Result<(String, String), Failure> {
    let releases = store.releases(table)?;
    let lock = store.lock()?;
    let pinned = lock
        .tables
        .get(table)
        .cloned()
        .or_else(|| releases.last().cloned());
    let Some(pinned) = pinned else {
        let known = lock.tables.keys().map(String::as_str);
        return Err(Error::NoTable {
            table: table.to_owned(),
            nearest: crate::base::located::nearest(table, known),
        }
        .into());
    };
    // neither names nor files tell the order alone: a clone has new files, and many releases have no date in their name
    let came = |release: &String| {
        let sidecar = store.sidecar(table, release).ok();
        let date = |text: String| Some(text).filter(|text| text != "unknown");
        let dates = sidecar.map(|of| (date(of.modified), date(of.retrieved)));
        let path = store.folder(table, release).join("snapshot.toml");
        (
            dates,
            std::fs::metadata(path).and_then(|of| of.modified()).ok(),
        )
    };
    let is_before = |release: &&String| came(release) <= came(&pinned);
    let others = || releases.iter().filter(|release| **release != pinned);
    let newest = |of: Vec<&String>| of.into_iter().max_by_key(|release| came(release)).cloned();
    let before =
        newest(others().filter(is_before).collect()).or_else(|| newest(others().collect()));
    match before {
        Some(before) => Ok((before, pinned)),
        None => Err(Error::Alone {
            table: table.to_owned(),
            release: pinned,
        }
        .into()),
    }
}

fn size(cell: &Cell) -> f64 {
    let Some((old, new)) = cell.old.zip(cell.new) else {
        // a figure that went is as large as itself, one that came as nothing
        return cell.old.map_or(0.0, |old| share(old, cell.usual));
    };
    let change = new - old;
    share(change, old.abs().max(new.abs())) * share(change, cell.usual)
}

fn share(change: f64, of: f64) -> f64 {
    if of > 0.0 { change.abs() / of } else { 1.0 }
}

impl CellChange {
    fn new(cell: &Cell, name: String, topic: &TopicMeta) -> Self {
        Self {
            region: cell.region.to_string(),
            name,
            topic: topic.title.clone(),
            unit: topic.unit.clone(),
            year: cell.year,
            old: cell.old,
            new: cell.new,
            size: size(cell),
            decimals: i8::try_from(topic.decimals).unwrap_or_default(),
        }
    }

    /// Before or now, in Dutch notation; a dot where there is no figure.
    pub fn text(&self, value: Option<f64>) -> String {
        let rounded = value.and_then(|value| number::round(value, self.decimals).ok());
        rounded.map_or_else(|| ".".to_owned(), |value| value.to_string())
    }
}
