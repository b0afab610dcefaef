//! `fetch`: every table that `queries/` asks for comes from CBS into `data/snapshots/`, whole and proven, or stays as
//! it was.
//!
//! In: the queries, the store with its lock, and CBS. Out: per table what became of it ([`Told`]); one that fails does
//! not stop the others. Three ways: bring what the lock pins ([`Wishes::update`] not set), take the newest release, or
//! only ask what is new ([`check()`]). A release is pinned once it stands, and its pages are forgotten after that, so
//! that a kill at any moment leaves something to go on with.

mod asks;
mod check;
mod rows;
mod settings;
mod sidecar;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

pub use check::{Checked, Word, check};
pub use settings::{read as settings, schema};

use crate::cbs::{self, Client, Kind, PageCache, Planned, Progress};
use crate::failure::{Exit, Report};
use crate::files;
use crate::located::Complaint;
use crate::query::{Queries, Service, Table};
use crate::snapshot::{self, Lock, Sidecar, Store};

/// What `fetch` was asked.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Tables; all when empty.
    pub tables: Vec<String>,
    /// Take the newest release instead of the pinned one.
    pub update: bool,
}

/// What became of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Became {
    /// A release that was not here came, and is pinned.
    Fetched,
    /// CBS has the release that is here.
    Unchanged,
    /// What is pinned is here: CBS was not asked.
    Here,
    /// The table is a file: `import` brings it.
    File,
    /// CBS has nothing of it, and the queries call all of it optional.
    Lacking,
    /// It failed.
    Failed,
}

/// What became of a table, with all that there is to say.
#[derive(Debug, Serialize)]
pub struct Told {
    /// Table.
    pub table: String,
    /// What became of it.
    pub became: Became,
    /// Release folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Topics of the snapshot.
    pub topics: usize,
    /// Rows of the snapshot.
    pub rows: usize,
    /// Requests for rows that were made, and that an interrupted fetch had already made.
    pub requests: usize,
    /// How many of those were found in the cache.
    pub resumed: usize,
    /// What an analyst should know.
    pub notes: Vec<String>,
    /// Why it failed.
    #[serde(skip)]
    pub error: Option<Error>,
    /// The same as text.
    #[serde(rename = "error", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Told {
    fn new(table: &str, became: Became) -> Self {
        Self {
            table: table.to_owned(),
            became,
            release: None,
            topics: 0,
            rows: 0,
            requests: 0,
            resumed: 0,
            notes: Vec::new(),
            error: None,
            message: None,
            hint: None,
        }
    }

    fn failed(table: &str, error: Error) -> Self {
        Self {
            message: Some(error.to_string()),
            hint: error.hint(),
            error: Some(error),
            ..Self::new(table, Became::Failed)
        }
    }
}

/// The tables that were named, or all; each once.
///
/// # Errors
/// When one is not in the queries.
pub fn tables<'a>(queries: &'a Queries, named: &[String]) -> Result<Vec<&'a Table>, Error> {
    if named.is_empty() {
        return Ok(queries.tables.values().collect());
    }
    let ids: BTreeSet<&String> = named.iter().collect();
    ids.into_iter()
        .map(|id| {
            queries.tables.get(id).ok_or_else(|| {
                let mut known: Vec<&String> = queries.tables.keys().collect();
                known.sort_by_key(|known| {
                    strsim::levenshtein(&known.to_lowercase(), &id.to_lowercase())
                });
                Error::NotAsked {
                    table: id.clone(),
                    nearest: known.into_iter().take(3).cloned().collect(),
                }
            })
        })
        .collect()
}

/// The folder of pages that are on their way.
pub fn pages(data: &Path) -> PathBuf {
    data.join(".pages")
}

/// What all tables share.
struct Run<'a> {
    client: &'a Client,
    cache: PageCache,
    store: Store,
    lock: Mutex<Lock>,
    queries: &'a Queries,
    update: bool,
    progress: &'a dyn Progress,
}

/// Fetches. Results are in the order of the table ids; so many tables at a time as the configuration says.
///
/// # Errors
/// When it cannot begin: a table that nobody asks for, a lock that cannot be read, another fetch at work.
pub fn fetch(
    client: &Client,
    at_once: usize,
    queries: &Queries,
    data: &Path,
    wishes: &Wishes,
    progress: &dyn Progress,
) -> Result<Vec<Told>, Error> {
    let tables = tables(queries, &wishes.tables)?;
    let store = Store::new(data);
    let run = Run {
        client,
        cache: PageCache::open(&pages(data))?,
        lock: Mutex::new(store.lock()?),
        store,
        queries,
        update: wishes.update,
        progress,
    };
    let told: Mutex<BTreeMap<usize, Told>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((number, table)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            tables.get(number).map(|table| (number, table))
        } {
            let one = run
                .table(table)
                .unwrap_or_else(|error| Told::failed(&table.id, error));
            unpoisoned(&told).insert(number, one);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..at_once.clamp(1, tables.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    Ok(told
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_values()
        .collect())
}

/// A lock whose holder panicked holds whole values all the same.
fn unpoisoned<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Run<'_> {
    fn table(&self, table: &Table) -> Result<Told, Error> {
        if table.service == Service::File {
            return Ok(Told::new(&table.id, Became::File));
        }
        let pinned = self.pinned(&table.id);
        if !self.update && !pinned.is_empty() {
            let mut away = Vec::new();
            for release in &pinned {
                if !self.store.is_whole(&table.id, release)? {
                    away.push(release.clone());
                }
            }
            return match away.as_slice() {
                [] => Ok(Told {
                    release: pinned.first().cloned(),
                    ..Told::new(&table.id, Became::Here)
                }),
                away => self.bring(table, away),
            };
        }
        self.bring(table, &[])
    }

    /// Every release that any edition uses of a table.
    fn pinned(&self, table: &str) -> Vec<String> {
        let lock = unpoisoned(&self.lock);
        let own = lock.edition.values().filter_map(|tables| tables.get(table));
        let all: BTreeSet<&String> = lock.tables.get(table).into_iter().chain(own).collect();
        all.into_iter().cloned().collect()
    }

    /// The sidecar of the release that is used, if it is there.
    fn held(&self, table: &str) -> Option<Sidecar> {
        let release = unpoisoned(&self.lock).tables.get(table).cloned()?;
        self.store.sidecar(table, &release).ok()
    }

    /// Fetches a table. With releases in `only`, what comes must be one of them; else it is pinned, whatever it is.
    fn bring(&self, table: &Table, only: &[String]) -> Result<Told, Error> {
        let held = self.held(&table.id);
        let (ask, optional) = asks::ask(self.queries, table, held.as_ref())?;
        if ask.topics.is_empty() {
            return Ok(Told::new(&table.id, Became::Lacking));
        }
        let mut rows = rows::Rows::new(&self.store, &table.id);
        let fetched = self
            .client
            .fetch(&ask, &self.cache, &mut rows, self.progress);
        let meta = match fetched {
            Ok(meta) => meta,
            Err(error) if optional && only.is_empty() && is_lacking(&error) => {
                return Ok(Told {
                    notes: vec![error.to_string()],
                    ..Told::new(&table.id, Became::Lacking)
                });
            }
            Err(error) => return Err(error.into()),
        };
        let finished = rows
            .finish()
            .map_err(|error| cbs::Error::from(Kind::Sink(error)).of_table(&table.id))?;
        let Some((draft, periods)) = finished else {
            return Err(cbs::Error::from(Kind::Empty).of_table(&table.id).into());
        };
        let sidecar = sidecar::sidecar(&meta, &ask, periods, held.as_ref());
        let (topics, notes) = (sidecar.topics.len(), sidecar.caveats.clone());
        let sealed = draft.seal(sidecar)?;
        if !only.is_empty() && !only.contains(&sealed.release()) {
            return Err(Error::Gone {
                table: table.id.clone(),
                pinned: only.join("`, `"),
                has: sealed.release(),
            });
        }
        let rows = sealed.rows();
        let (release, is_new) = sealed.keep()?;
        let mut changed = is_new;
        if only.is_empty() {
            let mut lock = unpoisoned(&self.lock);
            let before = lock.tables.insert(table.id.clone(), release.clone());
            if before.as_ref() != Some(&release) {
                changed = true;
                self.store.write_lock(&lock)?;
            }
        }
        self.cache
            .forget(&table.id)
            .map_err(|error| error.of_table(&table.id))?;
        Ok(Told {
            release: Some(release),
            topics,
            rows,
            requests: meta.requests.len(),
            resumed: meta
                .requests
                .iter()
                .filter(|request| request.resumed)
                .count(),
            notes,
            ..Told::new(
                &table.id,
                if changed {
                    Became::Fetched
                } else {
                    Became::Unchanged
                },
            )
        })
    }
}

/// Whether CBS has nothing of what was asked.
fn is_lacking(error: &cbs::Error) -> bool {
    matches!(*error.kind, Kind::NotFound | Kind::NoTopic { .. })
}

/// A table, and the requests that a fetch of it would make.
pub type OfTable = (String, Result<Vec<Planned>, Error>);

/// The requests that a fetch of the tables would make, per table; those that fail say why.
///
/// # Errors
/// When a table is not in the queries, or the lock cannot be read.
pub fn requests(
    client: &Client,
    queries: &Queries,
    data: &Path,
    named: &[String],
    progress: &dyn Progress,
) -> Result<Vec<OfTable>, Error> {
    let store = Store::new(data);
    let lock = store.lock()?;
    let mut planned = Vec::new();
    for table in tables(queries, named)? {
        if table.service == Service::File {
            continue;
        }
        let held = lock
            .tables
            .get(&table.id)
            .and_then(|release| store.sidecar(&table.id, release).ok());
        let asked = asks::ask(queries, table, held.as_ref());
        let requests = asked.and_then(|(ask, optional)| match client.requests(&ask, progress) {
            Err(error) if optional && is_lacking(&error) => Ok(Vec::new()),
            other => Ok(other?),
        });
        planned.push((table.id.clone(), requests));
    }
    Ok(planned)
}

/// What can go wrong with a fetch.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// CBS, or the way to it.
    #[error(transparent)]
    Cbs(#[from] cbs::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] snapshot::Error),
    /// Files or folders.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// What the queries ask does not fit the table that is held.
    #[error(transparent)]
    Query(#[from] Complaint),
    /// A table that the queries do not know.
    #[error("`queries/tables.toml` has no table `{table}`")]
    NotAsked {
        /// Table.
        table: String,
        /// Tables with nearly that id.
        nearest: Vec<String>,
    },
    /// A topic that is found by patterns of keys.
    #[error("table {table}: topic `{topic}` is asked by patterns of keys, which only a file has")]
    Patterns {
        /// Table.
        table: String,
        /// Topic.
        topic: String,
    },
    /// What the lock pins is not here, and CBS has something else.
    #[error("table {table}: CBS no longer has the pinned release `{pinned}`, it now has `{has}`")]
    Gone {
        /// Table.
        table: String,
        /// Releases that are pinned and not here.
        pinned: String,
        /// The release that CBS has.
        has: String,
    },
    /// Some tables failed; each was reported.
    #[error("{failed} of {of} tables could not be fetched; what was here of them stays")]
    Some {
        /// How many failed.
        failed: usize,
        /// Of how many.
        of: usize,
        /// The exit status of the worst.
        exit: Exit,
        /// Whether the user stopped it.
        interrupted: bool,
    },
    /// `check` found that figures are out of date.
    #[error("a refresh is due for {0} tables")]
    Due(usize),
}

impl Error {
    /// The error of a run in which some tables failed, if any did. A source that cannot be reached weighs most.
    pub fn of_all<'a>(errors: impl IntoIterator<Item = &'a Self>, of: usize) -> Option<Self> {
        let errors: Vec<&Self> = errors.into_iter().collect();
        let worst = [
            Exit::Unreachable,
            Exit::Other,
            Exit::Usage,
            Exit::DoesNotHold,
        ];
        let exit = worst
            .into_iter()
            .find(|exit| errors.iter().any(|error| error.exit() == *exit))?;
        let interrupted = errors.iter().any(
            |error| matches!(error, Self::Cbs(error) if matches!(*error.kind, Kind::Interrupted)),
        );
        Some(Self::Some {
            failed: errors.len(),
            of,
            exit,
            interrupted,
        })
    }
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Cbs(error) => Some(error.hint()),
            Self::Store(error) => error.hint(),
            Self::Files(error) => error.hint(),
            Self::Query(error) => error.hint(),
            Self::NotAsked { nearest, .. } => {
                Some(format!("ids are case-sensitive; there are {}", nearest.join(", ")))
            }
            Self::Patterns { .. } => Some("ask it by its title path".to_owned()),
            Self::Gone { .. } => Some(
                "restore the snapshot from version control, or take the newest with `fetch --update`"
                    .to_owned(),
            ),
            Self::Some { interrupted: true, .. } => {
                Some("what has arrived is kept: run the same `fetch` again to resume".to_owned())
            }
            Self::Some { exit: Exit::Unreachable, .. } => {
                Some("what has arrived is kept: run the same `fetch` again later to resume".to_owned())
            }
            Self::Some { .. } => None,
            Self::Due(_) => Some("run `fetch --update`, then `build`".to_owned()),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Cbs(error) => exit_of(error),
            Self::Store(error) => error.exit(),
            Self::Files(error) => error.exit(),
            Self::Query(error) => error.exit(),
            Self::NotAsked { .. } | Self::Patterns { .. } => Exit::Usage,
            Self::Gone { .. } | Self::Due(_) => Exit::DoesNotHold,
            Self::Some { exit, .. } => *exit,
        }
    }
}

/// The exit status of what went wrong between CBS and us.
fn exit_of(error: &cbs::Error) -> Exit {
    match *error.kind {
        _ if error.is_unreachable() => Exit::Unreachable,
        Kind::Config(_) | Kind::BadId(_) => Exit::Usage,
        Kind::Cache(_) | Kind::CacheInUse | Kind::Sink(_) | Kind::Interrupted => Exit::Other,
        _ => Exit::DoesNotHold,
    }
}

impl Report for cbs::Error {
    fn hint(&self) -> Option<String> {
        Some(cbs::Error::hint(self))
    }

    fn exit(&self) -> Exit {
        exit_of(self)
    }
}
