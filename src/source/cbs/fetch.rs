//! One table, whole or not at all.
//!
//! In goes a [`TableRequest`]; the sink hears the answer only when every page is on disk, the counts agree and the release is
//! the same after the last page as before the first. A table that was republished meanwhile is read again, a bounded
//! number of times, and so are pages whose rows do not fit. Fails with the table named; what has arrived stays in the
//! cache for the next attempt.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use super::Client;
use super::cache::{PageCache, StoredPage, StoredPages};
use super::describe::{self, Sought};
use super::description::Description;
use super::emit::{Emitted, emit};
use super::endpoint::Endpoint;
use super::error::{ErrorKind, Result};
use super::http::Session;
use super::pages::PageReader;
use super::parallel::parallel;
use super::plan::Plan;
use super::request::TableRequest;
use super::selection::RowRequest;
use super::sink::{Progress, Release, RequestMade, Sink, TableMeta};

/// Pages that were all read in one release.
struct TablePages {
    /// The description without its lists, which would weigh on memory.
    head: Description,
    plan: Plan,
    stored: StoredPages,
    pages: Vec<Vec<StoredPage>>,
    expected: Option<u64>,
    /// Whether every cell that was asked must be among the rows: in v3, and where v4 does not count.
    all: bool,
    notes: BTreeSet<String>,
}

impl Client {
    /// Reads one table into the sink.
    ///
    /// # Errors
    /// When the request does not fit the table, the source gives no whole answer, or the sink or the cache fails.
    /// What the sink has heard by then is void.
    pub fn fetch(
        &self,
        request: &TableRequest,
        cache: &PageCache,
        sink: &mut dyn Sink,
        progress: &dyn Progress,
    ) -> Result<TableMeta> {
        let session = Session::new(&request.id, progress, &self.http.config);
        let fetched = self.delivered(request, cache, sink, &session);
        progress.done(&request.id);
        fetched.map_err(|error| {
            if error.spoils_cache() {
                // The first error tells more than one of the clean-up.
                let _ = cache.forget(&request.id);
            }
            error.of_table(&request.id)
        })
    }

    /// Reads and hands over, and again when rows do not fit; of what lies in the cache only that which may be to blame is
    /// asked again.
    fn delivered(
        &self,
        request: &TableRequest,
        cache: &PageCache,
        sink: &mut dyn Sink,
        session: &Session<'_>,
    ) -> Result<TableMeta> {
        let mut attempt = 1;
        loop {
            let whole = self.whole(request, cache, session)?;
            let delivered = deliver(&whole, sink);
            match &delivered {
                Err(error)
                    if error.spoils_cache()
                        && self.http.again(session, attempt, &error.kind.to_string())? =>
                {
                    match (&*error.kind, &error.request) {
                        (ErrorKind::Malformed(_), Some(page)) => whole.stored.forget(page)?,
                        // of two pages with the same row, either may be wrong
                        _ => cache.forget(&request.id)?,
                    }
                    attempt += 1;
                }
                _ => return delivered,
            }
        }
    }

    /// The release that CBS has, and the service that has it: one small request.
    ///
    /// # Errors
    /// When the table cannot be found.
    pub fn release(
        &self,
        request: &TableRequest,
        progress: &dyn Progress,
    ) -> Result<(&'static str, Release)> {
        let session = Session::new(&request.id, progress, &self.http.config);
        self.find(request, &session)
            .map(|(_, head)| (head.service, head.release))
            .map_err(|error| error.of_table(&request.id))
    }

    pub(super) fn find(
        &self,
        request: &TableRequest,
        session: &Session<'_>,
    ) -> Result<(Endpoint, Description)> {
        let sought = Sought {
            id: &request.id,
            catalog: &request.catalog,
            service: request.service,
            held: request.held,
        };
        describe::find(&self.http, session, &self.bases, sought)
    }

    fn whole(
        &self,
        request: &TableRequest,
        cache: &PageCache,
        session: &Session<'_>,
    ) -> Result<TablePages> {
        let (endpoint, mut head) = self.find(request, session)?;
        for _ in 0..=self.http.config.restarts {
            let read = self.once(request, cache, session, &endpoint, &head);
            if read.as_ref().is_err_and(|error| !error.spoils_cache()) {
                return read;
            }
            // A strange answer may be the first sign of a new release.
            let after = describe::head(&self.http, session, &endpoint)?;
            if after.release == head.release {
                return read;
            }
            session.progress.restart(session.table);
            let warnings = std::mem::take(&mut head.warnings);
            head = Description { warnings, ..after };
        }
        Err(ErrorKind::Republished {
            times: self.http.config.restarts + 1,
        }
        .into())
    }

    /// The whole description; lists that are too short are asked again.
    fn described(
        &self,
        session: &Session<'_>,
        endpoint: &Endpoint,
        head: &Description,
    ) -> Result<Description> {
        let mut attempt = 1;
        loop {
            let description = describe::read(&self.http, session, endpoint, head)?;
            match describe::lacks(&self.http, session, endpoint, &description)? {
                None => return Ok(description),
                Some(why) if !self.http.again(session, attempt, &why)? => {
                    return Err(ErrorKind::Short(why).into());
                }
                Some(_) => attempt += 1,
            }
        }
    }

    fn once(
        &self,
        request: &TableRequest,
        cache: &PageCache,
        session: &Session<'_>,
        endpoint: &Endpoint,
        head: &Description,
    ) -> Result<TablePages> {
        let description = self.described(session, endpoint, head)?;
        let plan = Plan::new(&self.http.config, endpoint, &description, request)?;
        let stored = cache.pages_of(&request.id, head.service, &head.release)?;
        let reader = PageReader {
            http: &self.http,
            session,
            stored: &stored,
            expected: AtomicU64::new(0),
            notes: Mutex::default(),
        };
        let requests = plan.requests.iter().collect();
        let read = parallel(self.http.config.connections, requests, |rows| {
            reader.read(rows)
        })?;
        let notes = reader
            .notes
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let expected = read.iter().map(|one| one.count).sum::<Option<u64>>();
        let is_short = read.iter().any(|one| one.is_short);
        let whole = TablePages {
            head: head.clone(),
            all: !plan.v4 || read.iter().any(|one| one.count.is_none()),
            plan,
            stored,
            pages: read.into_iter().map(|one| one.pages).collect(),
            expected,
            notes,
        };
        if is_short {
            // rows of regions that nobody asks for may be missing: the sink hears of none before that is known
            whole.emit(&mut ())?;
        }
        Ok(whole)
    }

    /// The requests for rows that a fetch would make, without making them. The lists of the table are read for it,
    /// because filters carry the keys as CBS pads them.
    ///
    /// # Errors
    /// As [`Client::fetch`].
    pub fn requests(
        &self,
        request: &TableRequest,
        progress: &dyn Progress,
    ) -> Result<Vec<PlannedRequest>> {
        let session = Session::new(&request.id, progress, &self.http.config);
        let plan = || {
            let (endpoint, head) = self.find(request, &session)?;
            let description = describe::read(&self.http, &session, &endpoint, &head)?;
            Plan::new(&self.http.config, &endpoint, &description, request)
        };
        let plan = plan().map_err(|error| error.of_table(&request.id))?;
        let planned = |rows: &RowRequest| PlannedRequest {
            url: rows.first.to_string(),
            rows_at_most: rows.bound,
        };
        Ok(plan.requests.iter().map(planned).collect())
    }
}

/// A request that would be made; the pages after it follow from its next links.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PlannedRequest {
    /// The address.
    pub url: String,
    /// Rows that it and its next pages can bring.
    pub rows_at_most: u64,
}

impl TablePages {
    fn emit(&self, sink: &mut dyn Sink) -> Result<Emitted> {
        let requests = self.plan.requests.iter().zip(self.pages.iter().cloned());
        let requests: Vec<_> = requests.collect();
        emit(&self.plan, &self.stored, &requests, self.all, sink)
    }
}

fn deliver(whole: &TablePages, sink: &mut dyn Sink) -> Result<TableMeta> {
    let (head, plan) = (&whole.head, &whole.plan);
    let sent = whole.emit(sink)?;
    if sent.cells == 0 {
        return Err(ErrorKind::Empty.into());
    }
    let made = |page: &StoredPage| RequestMade {
        url: page.request.clone(),
        rows: page.summary.rows,
        bytes: page.bytes,
        sha256: page.sha256.clone(),
        resumed: page.resumed,
    };
    Ok(TableMeta {
        id: head.id.clone(),
        title: head.title.clone(),
        catalog: head.catalog.clone(),
        service: head.service,
        publisher: head.publisher.clone(),
        license: head.license.clone(),
        release: head.release.clone(),
        regions: plan.regions.clone(),
        periods: plan.years.periods.clone(),
        topics: plan.topics.clone(),
        lacking: plan.lacking.clone(),
        map_year: plan.map_year,
        requests: whole.pages.iter().flatten().map(made).collect(),
        retrieved: jiff::Timestamp::from_second(jiff::Timestamp::now().as_second())
            .unwrap_or_default()
            .to_string(),
        expected: whole.expected,
        rows: sent.rows,
        cells: sent.cells,
        notes: plan
            .notes
            .iter()
            .chain(&sent.notes)
            .chain(&whole.notes)
            .cloned()
            .collect(),
        warnings: [head.warnings.as_slice(), &plan.warnings].concat(),
    })
}
