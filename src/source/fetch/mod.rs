//! `fetch`: every table that `queries/` asks for comes from CBS into `data/snapshots/`, whole and proven, or stays as
//! it was.
//!
//! In: the queries, the store with its lock, and CBS. Out: a [`TableReport`] per table; one that fails does not stop the
//! others. Three ways: bring what the lock pins ([`Options::update`] not set), take the newest release, or only ask what
//! is new ([`check()`]). A release is pinned once it stands, and its pages are forgotten after that, so that a kill at
//! any moment leaves something to go on with.

mod check;
mod error;
mod regions;
mod report;
mod request;
mod settings;
mod sidecar;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use check::{UpdateReport, UpdateStatus, check};
pub use error::Error;
pub use regions::{Brought, RegionsReport, of_inhabitants};
pub use report::{Outcome, TableReport};
pub use settings::{read as settings, schema};

use crate::gemeente::{RegionId, Regions};
use crate::query::{Level, Queries, Service, Table};
use crate::source::cbs::{
    self, Client, ErrorKind, PageCache, PlannedRequest, Progress, RegionList,
};
use crate::source::compare::Door;
use crate::source::snapshot::{Draft, Lock, Sealed, Sidecar, Store};

/// What `fetch` was asked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Tables; all when empty.
    pub tables: Vec<String>,
    /// Take the newest release instead of the pinned one.
    pub update: bool,
    /// Why a release that does not look right beside the one before it is taken all the same.
    pub accept: Option<String>,
}

/// The tables that were named, with the wijken and buurten of each where those are asked, or all; each once.
///
/// # Errors
/// When one is not in the queries.
pub fn tables<'a>(queries: &'a Queries, named: &[String]) -> Result<Vec<&'a Table>, Error> {
    if named.is_empty() {
        return Ok(queries.all_tables().collect());
    }
    let of_named = |table: &&Table| named.iter().any(|id| id == table.at_cbs());
    let per_buurt = queries.per_buurt.values().filter(of_named);
    let ids: BTreeSet<&String> = per_buurt.map(|table| &table.id).chain(named).collect();
    ids.into_iter()
        .map(|id| {
            queries.table(id).ok_or_else(|| {
                let mut known: Vec<&String> = queries.all_tables().map(|table| &table.id).collect();
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
    /// The lock as it was: what is held against what does not depend on which table comes first.
    began: Lock,
    queries: &'a Queries,
    options: &'a Options,
    /// The gemeenten that are known here, where there are lists of them; the table of inhabitants brings newer ones.
    regions: Mutex<Option<Arc<Regions>>>,
    /// Filled once it has, or has failed: until then nothing is held against them.
    lists_stand: OnceLock<()>,
    data: &'a Path,
    progress: &'a dyn Progress,
}

/// Says that the lists stand, whatever became of the table that brings them.
struct ListsStand<'a>(&'a OnceLock<()>);

impl Drop for ListsStand<'_> {
    fn drop(&mut self) {
        // whoever said so before was right
        let _ = self.0.set(());
    }
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
    options: &Options,
    progress: &dyn Progress,
) -> Result<Vec<TableReport>, Error> {
    let tables = tables(queries, &options.tables)?;
    let cache = PageCache::open(&pages(data))?;
    let store = Store::new(data);
    // what an import pins meanwhile must stay
    let _locks = store.wait()?;
    let lock = store.lock()?;
    let run = Run {
        client,
        cache,
        began: lock.clone(),
        lock: Mutex::new(lock),
        store,
        queries,
        options,
        // lists that cannot be read are told by whoever uses them
        regions: Mutex::new(listed(data)),
        lists_stand: OnceLock::new(),
        data,
        progress,
    };
    let reports: Mutex<BTreeMap<usize, TableReport>> = Mutex::default();
    let bring = |number: usize, table: &Table| {
        let one = run.table(table);
        let one = one.unwrap_or_else(|error| TableReport::failed(&table.id, error));
        unpoisoned(&reports).insert(number, one);
    };
    // what it brings, all others are held against: it is the first to begin
    let mut order: Vec<(usize, &Table)> = tables.iter().copied().enumerate().collect();
    order.sort_by_key(|(_, table)| !run.brings_lists(table));
    if !order.iter().any(|(_, table)| run.brings_lists(table)) {
        drop(ListsStand(&run.lists_stand));
    }
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((number, table)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let _stand = run
                .brings_lists(table)
                .then(|| ListsStand(&run.lists_stand));
            bring(*number, table);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..at_once.clamp(1, tables.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    Ok(reports
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_values()
        .collect())
}

/// The lists of gemeenten that are here, if any.
fn listed(data: &Path) -> Option<Arc<Regions>> {
    let read = Regions::read(&data.join("regions/gemeenten.csv"));
    read.ok().map(Arc::new)
}

/// A lock whose holder panicked holds whole values all the same.
fn unpoisoned<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Run<'_> {
    fn table(&self, table: &Table) -> Result<TableReport, Error> {
        if table.service == Service::File {
            return Ok(TableReport::new(&table.id, Outcome::File));
        }
        let pinned = self.pinned(&table.id);
        if !self.options.update && !pinned.is_empty() {
            let mut away = Vec::new();
            for release in &pinned {
                if !self.store.is_whole(&table.id, release)? {
                    away.push(release.clone());
                }
            }
            return match away.as_slice() {
                [] => Ok(TableReport {
                    release: pinned.first().cloned(),
                    ..TableReport::new(&table.id, Outcome::Here)
                }),
                away => self.bring(table, away),
            };
        }
        self.bring(table, &[])
    }

    /// Every release that any edition uses of a table.
    fn pinned(&self, table: &str) -> Vec<String> {
        let lock = unpoisoned(&self.lock);
        let all = lock.releases(table).into_iter();
        all.map(str::to_owned).collect()
    }

    /// The sidecar of the release that is used, if it is there.
    fn pinned_sidecar(&self, table: &str) -> Option<Sidecar> {
        let release = unpoisoned(&self.lock).tables.get(table).cloned()?;
        self.store.sidecar(table, &release).ok()
    }

    /// Fetches a table. With releases in `only`, what comes must be one of them; else it is pinned, whatever it is.
    fn bring(&self, table: &Table, only: &[String]) -> Result<TableReport, Error> {
        let pinned = self.pinned_sidecar(&table.id);
        let (mut request, optional) = request::request(self.queries, table, pinned.as_ref())?;
        if request.topics.is_empty() {
            return Ok(TableReport::new(&table.id, Outcome::Lacking));
        }
        request.with_region_list = self.brings_lists(table);
        let unchanged = self.unchanged(&request, pinned.as_ref())?;
        if unchanged.is_some() && only.is_empty() {
            return self.still_held(table, unchanged, pinned.as_ref());
        }
        let mut rows = writer::SnapshotWriter::new(&self.store, &table.id);
        let fetched = self
            .client
            .fetch(&request, &self.cache, &mut rows, self.progress);
        let mut meta = match fetched {
            Ok(meta) => meta,
            Err(error) => return missed(table, error, optional, pinned.as_ref()),
        };
        let written = written(rows, table)?;
        let sidecar = sidecar::sidecar(&meta, &request, written.periods, pinned.as_ref());
        let topics = sidecar.topics.len();
        // what is warned of leads them
        let mut notes = sidecar.caveats[meta.warnings.len()..].to_vec();
        let mut sealed = named(written.draft, table, &meta)?.seal(sidecar)?;
        if !only.is_empty() && !only.contains(&sealed.release()) {
            return Err(Error::Gone {
                table: table.id.clone(),
                pinned: only.join("`, `"),
                has: sealed.release(),
            });
        }
        self.wait_for_lists(table);
        if only.is_empty() {
            notes.extend(self.judge(&mut sealed)?);
        }
        let rows = sealed.rows();
        let (release, is_new) = sealed.keep()?;
        let is_changed = (only.is_empty() && self.pin(&table.id, &release)?) || is_new;
        self.cache
            .forget(&table.id)
            .map_err(|error| error.of_table(&table.id))?;
        let resumed = meta.requests.iter().filter(|request| request.resumed);
        let outcome = [Outcome::Unchanged, Outcome::Fetched][usize::from(is_changed)];
        let lists = self.lists(table, meta.region_list.take(), None);
        let mut warnings = meta.warnings.clone();
        warnings.extend(self.off_list(table, &written.last_figure));
        // of gemeenten what a release lacks is told by what it is held against
        if table.level == Level::Buurt {
            warnings.extend(written.without_figures);
        }
        Ok(TableReport {
            release: Some(release),
            lists,
            topics,
            rows,
            requests: meta.requests.len(),
            resumed: resumed.count(),
            notes,
            new_regions: self.new_regions(&meta, &written.last_figure),
            warnings,
            ..TableReport::new(&table.id, outcome)
        })
    }

    /// What is told of a table of which CBS has no newer release.
    fn still_held(
        &self,
        table: &Table,
        release: Option<String>,
        pinned: Option<&Sidecar>,
    ) -> Result<TableReport, Error> {
        // a run that was stopped once it had pinned the release left its pages
        let forgotten = self.cache.forget(&table.id);
        forgotten.map_err(|error| error.of_table(&table.id))?;
        Ok(TableReport {
            release,
            lists: self.lists(table, None, pinned),
            ..TableReport::new(&table.id, Outcome::Unchanged)
        })
    }

    /// Whether a table also brings lists of gemeenten.
    fn brings_lists(&self, table: &Table) -> bool {
        self.options.update
            && regions::of_inhabitants(self.queries).is_some_and(|of| of.id == table.id)
    }

    /// Waits until what a table is held against stands; the one that brings it is held against what was here.
    fn wait_for_lists(&self, table: &Table) {
        if !self.brings_lists(table) {
            self.lists_stand.wait();
        }
    }

    /// Brings the lists of gemeenten and the log, where the table is that of inhabitants. `read` came with the table;
    /// `unchanged` is its release when nothing new came of it.
    fn lists(
        &self,
        table: &Table,
        read: Option<RegionList>,
        unchanged: Option<&Sidecar>,
    ) -> Option<RegionsReport> {
        if !self.brings_lists(table) {
            return None;
        }
        let report = regions::bring(self, table, read, unchanged)?;
        *unpoisoned(&self.regions) = listed(self.data);
        Some(report)
    }

    fn regions(&self) -> Option<Arc<Regions>> {
        unpoisoned(&self.regions).clone()
    }

    /// Holds a release against the one before it: what there is to say of it, when it may come in.
    fn judge(&self, sealed: &mut Sealed) -> Result<Vec<String>, Error> {
        let pinned = self.began.tables.get(&sealed.sidecar().table);
        let regions = self.regions();
        let door = Door {
            store: &self.store,
            lock: &self.began,
            pinned: pinned.map(String::as_str),
            regions: regions.as_deref(),
            offered: None,
            accept: self.options.accept.as_deref(),
        };
        Ok(door.let_in(sealed)?)
    }

    /// The release that is used, when CBS has the same and the same was asked of it: then nothing more is asked.
    fn unchanged(
        &self,
        request: &cbs::TableRequest,
        pinned: Option<&Sidecar>,
    ) -> Result<Option<String>, Error> {
        let held = pinned.and_then(|sidecar| sidecar.fetched.as_ref());
        let release = unpoisoned(&self.lock).tables.get(request.called()).cloned();
        let (Some(held), Some(release)) = (held, release) else {
            return Ok(None);
        };
        if held.asked != request::fingerprint(request)
            || !self.store.is_whole(request.called(), &release)?
        {
            return Ok(None);
        }
        // what goes wrong here goes wrong again, and is told, when the table is read
        let is_same = self
            .client
            .release(request, self.progress)
            .is_ok_and(|(service, latest)| {
                let latest = (service, &latest.modified, &latest.version);
                latest == (held.service.as_str(), &held.modified, &held.version)
            });
        Ok(is_same.then_some(release))
    }

    /// Gemeenten of the answer that no list here knows and that have figures of the years of those: CBS's lists go back
    /// further than those here, and have what begins after the last 1 January.
    fn new_regions(
        &self,
        meta: &cbs::TableMeta,
        last_figure: &BTreeMap<Arc<str>, i32>,
    ) -> Vec<String> {
        let Some(regions) = self.regions() else {
            return Vec::new();
        };
        let first_year = regions.first_year();
        let is_new = |region: &&cbs::RegionMeta| {
            let id = RegionId::parse(&region.key).filter(|id| !regions.knows(*id));
            let last = last_figure.get(&*region.key).copied().unwrap_or_default();
            id.is_some() && last >= first_year
        };
        meta.regions
            .iter()
            .filter(is_new)
            .map(|region| format!("{} `{}`", region.key, region.title))
            .collect()
    }

    /// Where the gemeenten that have inhabitants on the last 1 January are not those of the last list: the texts under the
    /// regions and the figures come from CBS in one release, and must agree.
    fn off_list(&self, table: &Table, last_figure: &BTreeMap<Arc<str>, i32>) -> Option<String> {
        let regions = self.regions()?;
        let year = regions.last_year();
        if !self.brings_lists(table) || last_figure.values().max() != Some(&year) {
            return None;
        }
        let listed: BTreeSet<String> = regions
            .in_year(year)
            .map(|(region, _)| region.to_string())
            .collect();
        let counted = last_figure
            .iter()
            .filter(|(code, last)| **last == year && code.starts_with("GM"));
        let counted: BTreeSet<String> = counted.map(|(code, _)| code.to_string()).collect();
        let differ: Vec<String> = listed.symmetric_difference(&counted).cloned().collect();
        (!differ.is_empty()).then(|| {
            format!("the list of gemeenten of {year} and the gemeenten with inhabitants on 1 January {year} differ: {}", differ.join(", "))
        })
    }

    /// Pins a release; whether another one was pinned before.
    fn pin(&self, table: &str, release: &str) -> Result<bool, Error> {
        let mut lock = unpoisoned(&self.lock);
        let before = lock.tables.insert(table.to_owned(), release.to_owned());
        let is_other = before.as_deref() != Some(release);
        if is_other {
            self.store.write_lock(&lock)?;
        }
        Ok(is_other)
    }
}

/// A draft with the names of its regions, where those are wijken and buurten.
fn named(mut draft: Draft, table: &Table, meta: &cbs::TableMeta) -> Result<Draft, Error> {
    if table.level == Level::Buurt {
        let regions = meta.regions.iter();
        let names = regions.map(|region| (region.key.clone(), region.title.clone()));
        draft.name(&names.collect::<Vec<_>>())?;
    }
    Ok(draft)
}

/// All rows of a table, which must have some.
fn written(rows: writer::SnapshotWriter<'_>, table: &Table) -> Result<writer::Written, cbs::Error> {
    let of_table = |kind| cbs::Error::from(kind).of_table(&table.id);
    let finished = rows.finish();
    let finished = finished.map_err(|error| of_table(ErrorKind::Sink(error)))?;
    finished.ok_or_else(|| of_table(ErrorKind::Empty))
}

/// What becomes of a table that was not read: an optional one that was never held is left out, all else is an error.
fn missed(
    table: &Table,
    error: cbs::Error,
    optional: bool,
    pinned: Option<&Sidecar>,
) -> Result<TableReport, Error> {
    match (pinned, &*error.kind) {
        (None, _) if optional && is_lacking(&error) => Ok(TableReport {
            notes: vec![error.to_string()],
            ..TableReport::new(&table.id, Outcome::Lacking)
        }),
        (Some(held), ErrorKind::NotFound) => Err(Error::Withdrawn {
            table: table.id.clone(),
            held: held.release.clone(),
        }),
        _ => Err(error.into()),
    }
}

/// Whether CBS has nothing of what was asked.
fn is_lacking(error: &cbs::Error) -> bool {
    matches!(*error.kind, ErrorKind::NotFound | ErrorKind::NoTopic { .. })
}

/// A table, and the requests that a fetch of it would make.
pub type TablePlan = (String, Result<Vec<PlannedRequest>, Error>);

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
) -> Result<Vec<TablePlan>, Error> {
    let store = Store::new(data);
    let lock = store.lock()?;
    let mut planned = Vec::new();
    for table in tables(queries, named)? {
        if table.service == Service::File {
            continue;
        }
        let pinned = lock
            .tables
            .get(&table.id)
            .and_then(|release| store.sidecar(&table.id, release).ok());
        let requests = || {
            let (request, optional) = request::request(queries, table, pinned.as_ref())?;
            match client.requests(&request, progress) {
                Err(error) => missed(table, error, optional, pinned.as_ref()).map(|_| Vec::new()),
                Ok(requests) => Ok(requests),
            }
        };
        planned.push((table.id.clone(), requests()));
    }
    Ok(planned)
}
