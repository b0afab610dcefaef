//! `fetch --check`: is there anything new at CBS? Only the catalogs are read.
//!
//! In: the queries and the sidecars of the pinned releases. Out: a status per table, and whether a refresh is due. Fails
//! when a catalog cannot be read. CBS peculiarity: KWB has a new id every year; a table with the same title but a later
//! year than any that is asked is proposed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::{Error, tables};
use crate::query::{Queries, Service, Table};
use crate::source::cbs::{Client, Entry, News, PinnedTable, Progress, Release};
use crate::source::snapshot::{Sidecar, Store};

/// Whether CBS has something newer than what is pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UpdateStatus {
    /// CBS has what is pinned.
    Current,
    /// CBS has it, and it was never fetched.
    New,
    /// CBS has a newer release, or what is pinned does not say which release it is.
    Revised,
    /// CBS has stopped it; what is pinned is the last.
    Discontinued,
    /// CBS no longer lists it, or does not yet.
    Gone,
    /// A table with the same title and a later year is not asked yet.
    Renumbered,
    /// Not in OData: `import` brings it.
    File,
}

impl UpdateStatus {
    /// Whether a refresh is due.
    pub fn is_due(self) -> bool {
        matches!(self, Self::New | Self::Revised | Self::Renumbered)
    }

    /// The word in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::New => "new",
            Self::Revised => "revised",
            Self::Discontinued => "discontinued",
            Self::Gone => "gone",
            Self::Renumbered => "renumbered",
            Self::File => "file",
        }
    }
}

/// What there is to say about a table; a table may get several.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateReport {
    /// Table.
    pub table: String,
    /// Whether a refresh is due.
    #[serde(rename = "word")]
    pub status: UpdateStatus,
    /// The release that is pinned, in the publisher's words; empty when none is.
    #[serde(rename = "held")]
    pub pinned: String,
    /// The release that CBS has; empty when it has none.
    pub latest: String,
    /// What else there is to say.
    pub note: String,
    /// The table that continues it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<Entry>,
}

/// Asks CBS what is new about the tables that were named, or all.
///
/// # Errors
/// When a table is not asked, the store cannot be read, or a catalog cannot be reached.
pub fn check(
    client: &Client,
    queries: &Queries,
    data: &Path,
    named: &[String],
    progress: &dyn Progress,
) -> Result<Vec<UpdateReport>, Error> {
    let tables = tables(queries, named)?;
    let store = Store::new(data);
    let lock = store.lock()?;
    let mut sidecars = BTreeMap::new();
    for table in &tables {
        if let Some(release) = lock.tables.get(&table.id) {
            sidecars.insert(table.id.as_str(), store.sidecar(&table.id, release)?);
        }
    }
    let asked: Vec<&Table> = tables
        .iter()
        .copied()
        .filter(|table| table.service != Service::File)
        .collect();
    let pinned: Vec<PinnedTable> = asked
        .iter()
        .map(|table| pinned(table, sidecars.get(table.id.as_str())))
        .collect();
    let news = client.releases(&pinned, progress)?;
    let mut checked = Vec::new();
    for (table, news) in asked.iter().zip(&news) {
        checked.push(report(table, sidecars.get(table.id.as_str()), news));
    }
    checked.extend(renumbered(queries, &asked, &news));
    for table in tables {
        if table.service == Service::File {
            let sidecar = sidecars.get(table.id.as_str());
            checked.push(UpdateReport {
                note: "a file: `import` brings it".to_owned(),
                ..of(table, UpdateStatus::File, sidecar)
            });
        }
    }
    checked.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(checked)
}

fn of(table: &Table, status: UpdateStatus, sidecar: Option<&Sidecar>) -> UpdateReport {
    UpdateReport {
        table: table.id.clone(),
        status,
        pinned: sidecar.map_or_else(String::new, |sidecar| sidecar.release.clone()),
        latest: String::new(),
        note: String::new(),
        successor: None,
    }
}

/// What is pinned, as the client asks for it. An imported snapshot tells as much as its sidecar does.
fn pinned(table: &Table, sidecar: Option<&Sidecar>) -> PinnedTable {
    let mut pinned = PinnedTable {
        id: table.at_cbs().to_owned(),
        catalog: table.catalog.clone(),
        ..PinnedTable::default()
    };
    let Some(sidecar) = sidecar else {
        return pinned;
    };
    pinned.title.clone_from(&sidecar.title);
    if let Some(fetched) = &sidecar.fetched {
        pinned.service.clone_from(&fetched.service);
        pinned.release = Release {
            modified: fetched.modified.clone(),
            version: fetched.version.clone(),
        };
    } else if sidecar.modified != "unknown" {
        pinned.release.modified.clone_from(&sidecar.modified);
        let version = sidecar
            .release
            .split_once("Version ")
            .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect());
        pinned.release.version = version.unwrap_or_default();
    }
    pinned
}

fn report(table: &Table, sidecar: Option<&Sidecar>, news: &News) -> UpdateReport {
    let said = |release: &Release| {
        if release.version.is_empty() {
            format!("modified {}", release.modified)
        } else {
            format!("Version {}, modified {}", release.version, release.modified)
        }
    };
    let latest = news.latest.as_ref().map(said).unwrap_or_default();
    let is_dated = |sidecar: &Sidecar| sidecar.fetched.is_some() || sidecar.modified != "unknown";
    let (status, note) = match sidecar {
        None if news.gone => (
            UpdateStatus::Gone,
            "CBS does not list it, and it was never fetched",
        ),
        None => (UpdateStatus::New, "never fetched"),
        Some(_) if news.gone => (
            UpdateStatus::Gone,
            "CBS no longer lists it; what is held stays",
        ),
        Some(sidecar) if news.revised.is_some() && !is_dated(sidecar) => (
            UpdateStatus::Revised,
            "what is held does not say which release it is",
        ),
        Some(_) if news.revised.is_some() && news.discontinued => (
            UpdateStatus::Revised,
            "this is the last release: CBS has stopped it",
        ),
        Some(_) if news.revised.is_some() => (UpdateStatus::Revised, ""),
        Some(_) if news.discontinued => (
            UpdateStatus::Discontinued,
            "CBS has stopped it; what is held is the last",
        ),
        Some(_) => (UpdateStatus::Current, ""),
    };
    UpdateReport {
        latest,
        note: note.to_owned(),
        ..of(table, status, sidecar)
    }
}

/// Tables that continue those that are asked, each proposed once: with a later year than any that is asked.
fn renumbered(queries: &Queries, asked: &[&Table], news: &[News]) -> Vec<UpdateReport> {
    let mut proposed: BTreeMap<&str, (&Table, &Entry)> = BTreeMap::new();
    let known = |entry: &Entry| queries.tables.contains_key(&entry.id);
    // a table that is itself continued by one that is asked proposes nothing
    let lasting = asked
        .iter()
        .zip(news)
        .filter(|(_, news)| !news.successors.iter().any(known));
    for (table, news) in lasting {
        for entry in &news.successors {
            proposed.entry(&entry.id).or_insert((table, entry));
        }
    }
    let mut checked = Vec::new();
    let mut seen = BTreeSet::new();
    for (table, entry) in proposed.into_values() {
        if seen.insert(&entry.id) {
            let family = table.family.as_ref().map_or_else(String::new, |family| {
                format!(" with `family = \"{family}\"`")
            });
            checked.push(UpdateReport {
                note: format!(
                    "continued as {} `{}`: add it to `queries/tables.toml`{family}",
                    entry.id, entry.title
                ),
                successor: Some(entry.clone()),
                ..of(table, UpdateStatus::Renumbered, None)
            });
        }
    }
    checked
}
