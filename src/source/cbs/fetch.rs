//! One table, whole or not at all.
//!
//! In goes a [`TableRequest`]; the cells of each page go to the sink while the next pages come. What it has heard counts only
//! when every page is on disk, the counts agree and the release is the same after the last page as before the first; else
//! it is void. A table that was republished meanwhile is read again, a bounded number of times, and so are pages whose
//! rows do not fit. Fails with the table named; what has arrived stays in the cache for the next attempt.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Client;
use super::cache::{PageCache, StoredPage, StoredPages};
use super::cells::Parsers;
use super::describe::{self, Sought};
use super::description::Description;
use super::emit::{Emitted, Emitter};
use super::endpoint::Endpoint;
use super::error::{ErrorKind, Result};
use super::http::Session;
use super::limiter::lock;
use super::pages::{self, PageReader, ReadPages};
use super::parallel::{both, parallel};
use super::plan::Plan;
use super::region_list;
use super::request::TableRequest;
use super::selection::RowRequest;
use super::sink::{Progress, RegionList, Release, RequestMade, Sink, TableMeta};
use super::stream::Stream;

/// How long a head is as good as asked now: a table that is republished meanwhile is read twice, not wrongly.
const RECENT: Duration = Duration::from_secs(10);

/// Where a table is read from, and its head.
pub(super) type Head = (Endpoint, Description);

/// Pages that were all read in one release.
struct TablePages {
    /// The description without its lists, which would weigh on memory.
    head: Description,
    plan: Plan,
    region_list: Option<RegionList>,
    stored: StoredPages,
    pages: Vec<Vec<StoredPage>>,
    expected: Option<u64>,
    notes: BTreeSet<String>,
    /// What went to the sink, or why not all of it did.
    emitted: Result<Emitted>,
}

/// Pages, and what of them went to the sink or why not all of it did.
type ReadAndSent = (Vec<ReadPages>, Result<Emitted>);

/// One table on its way: what is asked, and where it goes.
struct Job<'a> {
    request: &'a TableRequest,
    cache: &'a PageCache,
    session: &'a Session<'a>,
    endpoint: &'a Endpoint,
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
        let session = Session::new(request.called(), progress, &self.http.config);
        let fetched = self.delivered(request, cache, sink, &session);
        progress.done(request.called());
        fetched.map_err(|error| {
            // the first error tells more than one of the sink, which has nothing to lose
            let _ = sink.topics(&[]);
            if error.spoils_cache() {
                // The first error tells more than one of the clean-up.
                let _ = cache.forget(request.called());
            }
            error.of_table(request.called())
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
            let whole = self.whole(request, cache, sink, session)?;
            let stored = whole.stored.clone();
            let delivered = whole.meta();
            match &delivered {
                Err(error)
                    if error.spoils_cache()
                        && self.http.again(session, attempt, &error.kind.to_string())? =>
                {
                    match (&*error.kind, &error.request) {
                        (ErrorKind::Malformed(_), Some(page)) => stored.forget(page)?,
                        // of two pages with the same row, either may be wrong
                        _ => cache.forget(request.called())?,
                    }
                    attempt += 1;
                }
                _ => return delivered,
            }
        }
    }

    /// The release that CBS has, and the service that has it: one small request, which whatever reads the table next is
    /// spared.
    ///
    /// # Errors
    /// When the table cannot be found.
    pub fn release(
        &self,
        request: &TableRequest,
        progress: &dyn Progress,
    ) -> Result<(&'static str, Release)> {
        let session = Session::new(request.called(), progress, &self.http.config);
        let found = self.find(request, &session);
        let found = found.map_err(|error| error.of_table(request.called()))?;
        let told = (found.1.service, found.1.release.clone());
        self.remember(request, found);
        Ok(told)
    }

    fn remember(&self, request: &TableRequest, head: Head) {
        lock(&self.heads).insert(sought(request), (Instant::now(), head));
    }

    /// The head of a table, which may have been asked just now.
    pub(super) fn begin(&self, request: &TableRequest, session: &Session<'_>) -> Result<Head> {
        let known = lock(&self.heads).remove(&sought(request));
        match known.filter(|(when, _)| when.elapsed() < RECENT) {
            Some((_, head)) => Ok(head),
            None => self.find(request, session),
        }
    }

    pub(super) fn find(&self, request: &TableRequest, session: &Session<'_>) -> Result<Head> {
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
        sink: &mut dyn Sink,
        session: &Session<'_>,
    ) -> Result<TablePages> {
        let (endpoint, mut head) = self.begin(request, session)?;
        let job = Job {
            request,
            cache,
            session,
            endpoint: &endpoint,
        };
        for _ in 0..=self.http.config.restarts {
            let (read, after) = match self.once(&job, &head, sink) {
                // the lists may be what is strange
                Err(error) if error.spoils_cache() => {
                    let after = describe::head(&self.http, session, &endpoint)?;
                    (Err(error), after)
                }
                read => read?,
            };
            // A strange answer may be the first sign of a new release.
            if after.release == head.release {
                if read.is_ok() {
                    self.remember(request, (endpoint, head));
                }
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
            match describe::proven(&self.http, session, endpoint, head)? {
                (description, None) => return Ok(description),
                (_, Some(why)) if !self.http.again(session, attempt, &why)? => {
                    return Err(ErrorKind::Short(why).into());
                }
                (_, Some(_)) => attempt += 1,
            }
        }
    }

    /// One reading, and the head of the table after its last page came. What is wrong with the reading is inside where a
    /// new release may explain it.
    fn once(
        &self,
        job: &Job<'_>,
        head: &Description,
        sink: &mut dyn Sink,
    ) -> Result<(Result<TablePages>, Description)> {
        let config = &self.http.config;
        let description = self.described(job.session, job.endpoint, head)?;
        let plan = Plan::new(config, job.endpoint, &description, job.request)?;
        // else it would weigh on memory
        let described = job.request.with_region_list.then_some(description);
        let release = &head.release;
        let stored = job
            .cache
            .pages_of(job.request.called(), head.service, release)?;
        let region_list = || {
            let list = |table| region_list::list(&self.http, job.session, job.endpoint, &table);
            // whoever needs it asks once more, and hears why
            described.and_then(|table| list(table).ok())
        };
        let streamed = || self.streamed(job, &plan, &stored, sink);
        let (region_list, streamed) = both(region_list, streamed);
        let (settled, after, notes) = streamed?;
        let read = settled.map(|(read, emitted)| TablePages {
            head: head.clone(),
            region_list,
            expected: read.iter().map(|one| one.count).sum::<Option<u64>>(),
            pages: read.into_iter().map(|one| one.pages).collect(),
            plan,
            stored,
            notes,
            emitted,
        });
        Ok((read, after))
    }

    /// The pages of a plan, what of them went to the sink, the head of the table after them, and surprises.
    fn streamed(
        &self,
        job: &Job<'_>,
        plan: &Plan,
        stored: &StoredPages,
        sink: &mut dyn Sink,
    ) -> Result<(Result<ReadAndSent>, Description, BTreeSet<String>)> {
        let config = &self.http.config;
        let page_rows = config.page_rows(plan.v4);
        let per_row = if plan.v4 { 1 } else { plan.columns as u64 };
        let parsers = Parsers::new(plan);
        let stream = Stream::new(page_rows * per_row, 2 * config.connections);
        let reader = PageReader {
            http: &self.http,
            session: job.session,
            stored,
            parsers: &parsers,
            stream: &stream,
            page_rows,
            expected: AtomicU64::new(0),
            notes: Mutex::default(),
        };
        let read = || self.read(job, &reader, &plan.requests);
        let (read, sent) = both(read, || send(plan, &stream, &parsers, sink));
        let (read, after) = read?;
        let settled = read.and_then(|read| {
            let emitted = settled(plan, stored, &parsers, &read, sent);
            let is_short = read.iter().any(|one| one.is_short);
            // rows of regions that nobody asks for may be missing, others not
            let emitted = if is_short { Ok(emitted?) } else { emitted };
            Ok((read, emitted))
        });
        let notes = reader.notes.into_inner();
        let notes = notes.unwrap_or_else(PoisonError::into_inner);
        Ok((settled, after, notes))
    }

    /// All pages, and the release after them, which is asked while the last of them still go to the sink.
    fn read(
        &self,
        job: &Job<'_>,
        reader: &PageReader<'_>,
        requests: &[RowRequest],
    ) -> Result<(Result<Vec<ReadPages>>, Description)> {
        let _guard = reader.stream.guard();
        let read = self.pages(reader, requests);
        let read = match read.inspect_err(|_| reader.stream.void()) {
            Err(error) if !error.spoils_cache() => return Err(error),
            read => read,
        };
        let after = describe::head(&self.http, job.session, job.endpoint)?;
        Ok((read, after))
    }

    /// The pages of all requests. Those of several pages each are read one after another, each with all connections.
    fn pages(&self, reader: &PageReader<'_>, requests: &[RowRequest]) -> Result<Vec<ReadPages>> {
        let is_long = requests.iter().any(|rows| rows.bound > reader.page_rows);
        let at_once = if is_long {
            1
        } else {
            self.http.config.connections
        };
        let requests = requests.iter().enumerate().collect();
        parallel(at_once, requests, |(number, rows)| {
            reader.read(number, rows)
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
        let session = Session::new(request.called(), progress, &self.http.config);
        let plan = || {
            let (endpoint, head) = self.find(request, &session)?;
            let description = describe::read(&self.http, &session, &endpoint, &head)?;
            Plan::new(&self.http.config, &endpoint, &description, request)
        };
        let plan = plan().map_err(|error| error.of_table(request.called()))?;
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

/// What a table is looked for by.
fn sought(request: &TableRequest) -> String {
    let TableRequest {
        id,
        catalog,
        service,
        ..
    } = request;
    format!("{service:?} {catalog} {id}")
}

/// What was sent while the pages came: those pages, if nothing was strange.
struct Sent<'a> {
    emitter: Emitter<'a>,
    pages: Option<Vec<StoredPage>>,
}

fn send<'a>(
    plan: &'a Plan,
    stream: &Stream,
    parsers: &Parsers<'_>,
    sink: &'a mut dyn Sink,
) -> Result<Sent<'a>> {
    let _guard = stream.guard();
    let begun = Emitter::begin(plan, sink);
    let mut emitter = begun.inspect_err(|_| stream.void())?;
    // what did not fit is told once all pages are there: it may be one that comes again
    let pages = stream
        .send(plan.requests.len(), &mut emitter, parsers)
        .ok()
        .flatten();
    Ok(Sent { emitter, pages })
}

/// Ends what was sent when it is all that was read, and sends what was read anew when it is not.
fn settled(
    plan: &Plan,
    stored: &StoredPages,
    parsers: &Parsers<'_>,
    read: &[ReadPages],
    sent: Result<Sent<'_>>,
) -> Result<Emitted> {
    // v4 leaves rows out, and only its count tells whether they are missing
    let all = !plan.v4 || read.iter().any(|one| one.count.is_none());
    let Sent { emitter, pages } = sent?;
    let there = || read.iter().flat_map(|one| &one.pages);
    let is_same = |(sent, page): (&StoredPage, &StoredPage)| {
        sent.request == page.request && sent.sha256 == page.sha256
    };
    let is_whole = |sent: &Vec<StoredPage>| {
        sent.len() == there().count() && sent.iter().zip(there()).all(is_same)
    };
    if pages.as_ref().is_some_and(is_whole) {
        return emitter.end(all);
    }
    let mut emitter = emitter.again()?;
    for (rows, one) in plan.requests.iter().zip(read) {
        for page in &one.pages {
            let cells = pages::cells(parsers.read(stored.open(page)?, &rows.columns)?);
            emitter.page(page, &cells)?;
            parsers.spare(cells);
        }
    }
    emitter.end(all)
}

impl TablePages {
    fn meta(self) -> Result<TableMeta> {
        let (head, plan) = (self.head, self.plan);
        let sent = self.emitted?;
        if sent.cells == 0 {
            return Err(ErrorKind::Empty.into());
        }
        let made = |page: StoredPage| RequestMade {
            url: page.request,
            rows: page.summary.rows,
            bytes: page.bytes,
            sha256: page.sha256,
            resumed: page.resumed,
        };
        let notes = plan.notes.into_iter().chain(sent.notes).chain(self.notes);
        Ok(TableMeta {
            id: head.id,
            title: head.title,
            catalog: head.catalog,
            service: head.service,
            publisher: head.publisher,
            license: head.license,
            release: head.release,
            regions: plan.regions,
            periods: plan.years.periods,
            topics: plan.topics,
            lacking: plan.lacking,
            map_year: plan.map_year,
            region_list: self.region_list,
            requests: self.pages.into_iter().flatten().map(made).collect(),
            retrieved: jiff::Timestamp::from_second(jiff::Timestamp::now().as_second())
                .unwrap_or_default()
                .to_string(),
            expected: self.expected,
            rows: sent.rows,
            cells: sent.cells,
            notes: notes.collect(),
            warnings: [head.warnings, plan.warnings].concat(),
        })
    }
}
