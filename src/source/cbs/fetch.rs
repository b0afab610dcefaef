//! One table, whole or not at all.
//!
//! In goes a [`TableRequest`]; the sink hears the answer only when every page is on disk, the counts agree and the release is
//! the same after the last page as before the first. A table that was republished meanwhile is read again, a bounded
//! number of times. Fails with the table named; what has arrived stays in the cache for the next attempt.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use super::Client;
use super::cache::{PageCache, StoredPage, StoredPages};
use super::describe;
use super::description::Description;
use super::emit::emit;
use super::endpoint::Endpoint;
use super::error::{ErrorKind, Result};
use super::http::Session;
use super::pages::PageReader;
use super::parallel::parallel;
use super::plan::Plan;
use super::request::TableRequest;
use super::selection::RowRequest;
use super::sink::{Progress, RequestMade, Sink, TableMeta};

/// Pages that were all read in one release.
struct TablePages {
    /// The description without its lists, which would weigh on memory.
    head: Description,
    plan: Plan,
    stored: StoredPages,
    pages: Vec<Vec<StoredPage>>,
    expected: Option<u64>,
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
        let fetched = self
            .whole(request, cache, &session)
            .and_then(|whole| deliver(&whole, sink));
        progress.done(&request.id);
        fetched.map_err(|error| {
            if error.spoils_cache() {
                // The first error tells more than one of the clean-up.
                let _ = cache.forget(&request.id);
            }
            error.of_table(&request.id)
        })
    }

    fn whole(
        &self,
        request: &TableRequest,
        cache: &PageCache,
        session: &Session<'_>,
    ) -> Result<TablePages> {
        let found = (
            request.id.as_str(),
            request.catalog.as_str(),
            request.service,
        );
        let (endpoint, mut head) = describe::find(&self.http, session, &self.bases, found)?;
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
            head = after;
        }
        Err(ErrorKind::Republished {
            times: self.http.config.restarts + 1,
        }
        .into())
    }

    fn once(
        &self,
        request: &TableRequest,
        cache: &PageCache,
        session: &Session<'_>,
        endpoint: &Endpoint,
        head: &Description,
    ) -> Result<TablePages> {
        let description = describe::read(&self.http, session, endpoint, head)?;
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
        let (pages, counts): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        let expected = counts.into_iter().sum::<Option<u64>>();
        let notes = reader
            .notes
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(TablePages {
            head: head.clone(),
            plan,
            stored,
            pages,
            expected,
            notes,
        })
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
            let found = (
                request.id.as_str(),
                request.catalog.as_str(),
                request.service,
            );
            let (endpoint, head) = describe::find(&self.http, &session, &self.bases, found)?;
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

fn deliver(whole: &TablePages, sink: &mut dyn Sink) -> Result<TableMeta> {
    let (head, plan) = (&whole.head, &whole.plan);
    let requests: Vec<_> = plan
        .requests
        .iter()
        .zip(whole.pages.iter().cloned())
        .collect();
    let sent = emit(plan, &whole.stored, &requests, sink)?;
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
        periods: plan.periods.clone(),
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
        notes: sent.notes.union(&whole.notes).cloned().collect(),
    })
}
