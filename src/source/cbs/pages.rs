//! One request for rows from its first page to its last, several pages at once, every page safe on disk.
//!
//! In goes a [`RowRequest`]; out come its pages in order, and each as soon as it is there to the [`Stream`]. CBS's next links
//! are a plain count of rows to skip and its pages are of one size, so where it is known how many rows there are, the
//! pages after the first are asked for together with it. Each next link must then agree with what was foreseen; another
//! size or pattern is followed as the links show it. Where fewer rows come than must, or links loop, jump or lead
//! elsewhere, the pages that may be to blame are asked again, a few times; then it fails, or leaves it to the caller to
//! find out which rows are missing.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reqwest::Url;

use super::cache::{StoredPage, StoredPages};
use super::cells::{CellsRead, PageRead, Parsers};
use super::error::{Error, ErrorKind, Result};
use super::http::{Http, Session};
use super::limiter::lock;
use super::links::{SkipPattern, is_doubtful, next, skip};
use super::page;
use super::parallel::{both, parallel};
use super::selection::{Count, RowRequest};
use super::stream::{Place, Stream};

/// Reads the pages of one table.
pub(super) struct PageReader<'a> {
    pub(super) http: &'a Http,
    pub(super) session: &'a Session<'a>,
    pub(super) stored: &'a StoredPages,
    pub(super) parsers: &'a Parsers<'a>,
    pub(super) stream: &'a Stream,
    /// Rows of a page, as far as is known before one has come.
    pub(super) page_rows: u64,
    /// Rows of the requests of which the count is known by now: for the listener.
    pub(super) expected: AtomicU64,
    /// Surprises that stop nothing.
    pub(super) notes: Mutex<BTreeSet<String>>,
}

/// One request, with its number.
#[derive(Clone, Copy)]
struct Asked<'a> {
    number: usize,
    request: &'a RowRequest,
}

impl Asked<'_> {
    fn place(&self, page: u64) -> Place {
        (self.number, page)
    }
}

/// The pages of a request.
pub(super) struct ReadPages {
    pub(super) pages: Vec<StoredPage>,
    /// CBS's own count of their rows, where it has one.
    pub(super) count: Option<u64>,
    /// Fewer rows than the product of the members and periods that were asked, where that is what must come.
    pub(super) is_short: bool,
}

impl PageReader<'_> {
    /// All pages of a request. Where CBS counts its rows, they meet that count.
    pub(super) fn read(&self, number: usize, request: &RowRequest) -> Result<ReadPages> {
        let asked = Asked { number, request };
        let mut attempt = 1;
        loop {
            let mut pages = Vec::new();
            // an API that gives less than it should is not asked twice
            let feed = request.feed.as_ref().filter(|_| attempt > 1);
            let read = self.once(asked, feed.unwrap_or(&request.first), &mut pages);
            let why = match &read {
                Ok((_, true)) => {
                    let found: u64 = pages.iter().map(|page| page.summary.rows).sum();
                    Some(format!("{found} of {} rows came", request.bound))
                }
                Err(error) if error.spoils_cache() => Some(error.kind.to_string()),
                _ => None,
            };
            if let Some(why) = why
                && self.http.again(self.session, attempt, &why)?
            {
                let of_error = read
                    .as_ref()
                    .err()
                    .and_then(|error| error.request.as_deref());
                let doubtful = pages.iter().filter(|page| is_doubtful(page));
                for page in doubtful.map(|page| page.request.as_str()).chain(of_error) {
                    self.stored.forget(page)?;
                }
                self.stream.void();
                attempt += 1;
                continue;
            }
            self.stream.ended(number, pages.len());
            return read.map(|(count, is_short)| ReadPages {
                pages,
                count,
                is_short,
            });
        }
    }

    /// One reading: into the pages, and out comes CBS's count, and whether they have fewer rows than must come.
    fn once(
        &self,
        asked: Asked<'_>,
        first: &Url,
        pages: &mut Vec<StoredPage>,
    ) -> Result<(Option<u64>, bool)> {
        let request = asked.request;
        // The first page is asked for together with the count and those after it, and found in hand afterwards.
        let given_up = AtomicBool::new(false);
        let ahead = || -> Result<_> {
            let count = self.count(request.count.as_ref())?;
            self.expected
                .fetch_add(count.unwrap_or_default(), Ordering::Relaxed);
            self.ahead(asked, first, count, &given_up)
                .map(|rest| (count, rest))
        };
        let start = || {
            let start = self.page(first, asked, 0);
            let leads_on = |start: &StoredPage| self.leads_on(first, start);
            given_up.store(!start.as_ref().is_ok_and(leads_on), Ordering::Relaxed);
            start
        };
        let (ahead, start) = both(ahead, start);
        // what is wrong with the first page is told before what is wrong with those after it
        let start =
            start.map_err(|error| (matches!(*error.kind, ErrorKind::TooManyRecords), error));
        let (count, rest) = match (&start, ahead) {
            (Err((false, _)), Err(_)) => (None, Vec::new()),
            (_, ahead) => ahead?,
        };
        let bound = count.unwrap_or(request.bound);
        match (start, &request.feed) {
            // the API has more rows to it than it gives: the feed gives them all
            (Err((true, _)), Some(feed)) => {
                pages.push(self.page(feed, asked, 0)?);
                self.follow(asked, feed, bound, pages)?;
            }
            (Err((_, error)), _) => return Err(error),
            (Ok(start), _) => {
                pages.push(start);
                if !self.join(asked, first, rest, pages)? {
                    self.follow(asked, first, bound, pages)?;
                }
            }
        }
        let found: u64 = pages.iter().map(|page| page.summary.rows).sum();
        // v4 leaves rows out that have no value, so that only a count tells; v3 never does
        let of_v4 = matches!(request.count, Some(Count::Observations { .. }));
        let is_short = found < request.bound && (count.is_none() || !of_v4);
        match count {
            // v3's catalog may lag behind its tables: cells that come twice are refused elsewhere, so more rows are fine.
            Some(expected)
                if expected < found && matches!(request.count, Some(Count::Catalog(_))) =>
            {
                lock(&self.notes)
                    .insert(format!("the catalog counts {expected} rows, {found} came"));
                Ok((Some(found), is_short))
            }
            Some(expected) if expected != found => {
                Err(Error::from(ErrorKind::Count { expected, found })
                    .of_request(request.first.as_str()))
            }
            _ => Ok((count, is_short)),
        }
    }

    /// CBS's own count; a service that offers none is no failure.
    fn count(&self, count: Option<&Count>) -> Result<Option<u64>> {
        let found = match count {
            None => Ok(None),
            Some(Count::Catalog(rows)) => Ok(Some(*rows)),
            Some(Count::Observations { count, within }) => {
                match self.http.get(self.session, count, page::count) {
                    Err(error) if matches!(*error.kind, ErrorKind::Refused { .. }) => {
                        self.http.get(self.session, within, page::count_within)
                    }
                    found => found.map(Some),
                }
            }
        };
        match found {
            Err(error) if matches!(*error.kind, ErrorKind::Refused { .. }) => Ok(None),
            other => other,
        }
    }

    /// The pages after the first, asked before that is there: where the count of rows, or in v3 the product of what was
    /// asked, tells how many there must be. A page that is refused is none.
    fn ahead(
        &self,
        asked: Asked<'_>,
        first: &Url,
        count: Option<u64>,
        given_up: &AtomicBool,
    ) -> Result<Vec<Option<StoredPage>>> {
        let request = asked.request;
        let of_v4 = matches!(request.count, Some(Count::Observations { .. }));
        let is_api = request.feed.is_some() && *first == request.first;
        let rows = count.or(Some(request.bound).filter(|_| !of_v4));
        let pages = rows.unwrap_or_default().div_ceil(self.page_rows);
        if is_api || pages < 2 {
            return Ok(Vec::new());
        }
        let pattern = SkipPattern::foreseen(first, self.page_rows);
        let numbers = (1..pages.min(1 + self.round())).collect();
        parallel(self.threads(), numbers, |number| {
            let is_wanted = || !given_up.load(Ordering::Relaxed);
            let turn = self.turn(asked.place(number), is_wanted)?;
            let page = turn.then(|| self.page_now(&pattern.url(number), asked, number));
            match page.transpose() {
                Err(error)
                    if matches!(
                        *error.kind,
                        ErrorKind::Refused { .. } | ErrorKind::TooManyRecords
                    ) =>
                {
                    Ok(None)
                }
                page => page,
            }
        })
    }

    /// Whether the first page leads to the one that was foreseen.
    fn leads_on(&self, first: &Url, start: &StoredPage) -> bool {
        let next = next(Some(start)).ok().flatten();
        let pattern =
            next.and_then(|next| SkipPattern::of(first, std::slice::from_ref(start), &next));
        pattern.is_some_and(|pattern| pattern.rows == self.page_rows)
    }

    /// Takes over the pages that were asked together with the first, where its link leads to them; whether the last page is
    /// among them.
    fn join(
        &self,
        asked: Asked<'_>,
        first: &Url,
        rest: Vec<Option<StoredPage>>,
        pages: &mut Vec<StoredPage>,
    ) -> Result<bool> {
        if rest.is_empty() {
            return Ok(false);
        }
        let is_last = next(pages.last())?.is_none();
        // whatever comes after the last page is held against it
        if !is_last
            && !pages
                .last()
                .is_some_and(|start| self.leads_on(first, start))
        {
            self.stream.withdraw(asked.place(1));
            return Ok(false);
        }
        let pattern = SkipPattern::foreseen(first, self.page_rows);
        let there: Vec<StoredPage> = rest.into_iter().map_while(|page| page).collect();
        accept(&pattern, is_last, there, pages)
    }

    /// All pages after those that are there, as their links lead.
    fn follow(
        &self,
        asked: Asked<'_>,
        first: &Url,
        bound: u64,
        pages: &mut Vec<StoredPage>,
    ) -> Result<()> {
        let mut seen = BTreeSet::from([first.to_string()]);
        loop {
            let Some(next) = next(pages.last())? else {
                return Ok(());
            };
            if !seen.insert(next.to_string()) {
                return Err(Error::from(ErrorKind::NextLink(
                    "leads back to a page already read".into(),
                ))
                .of_request(next.as_str()));
            }
            match SkipPattern::of(first, pages, &next) {
                Some(pattern) => {
                    if self.side_by_side(asked, &pattern, bound, pages)? {
                        return Ok(());
                    }
                }
                None => pages.push(self.page(&next, asked, pages.len() as u64)?),
            }
        }
    }

    /// Pages in a round: more than there are connections, so that few wait for the slowest at its end.
    fn round(&self) -> u64 {
        8 * self.http.config.connections as u64
    }

    /// More threads than connections: while one page is read, the next is on its way.
    fn threads(&self) -> usize {
        2 * self.http.config.connections
    }

    /// The next few pages at once; whether the last page was among them.
    fn side_by_side(
        &self,
        asked: Asked<'_>,
        pattern: &SkipPattern,
        bound: u64,
        pages: &mut Vec<StoredPage>,
    ) -> Result<bool> {
        let from = pages.len() as u64;
        let foreseen = bound.div_ceil(pattern.rows).saturating_sub(from);
        let numbers = (from..from + foreseen.clamp(1, self.round())).collect();
        let read = parallel(self.threads(), numbers, |number| {
            self.page(&pattern.url(number), asked, number)
        })?;
        accept(pattern, false, read, pages)
    }

    /// A page, from disk or from CBS, when its turn has come; it goes on to the stream.
    fn page(&self, url: &Url, asked: Asked<'_>, number: u64) -> Result<StoredPage> {
        self.turn(asked.place(number), || true)?;
        self.page_now(url, asked, number)
    }

    /// Waits until a page is wanted next; whether it still is.
    fn turn(&self, place: Place, is_wanted: impl Fn() -> bool) -> Result<bool> {
        let check = || self.http.check().map(|()| is_wanted());
        self.stream.wait_for_turn(place, check)
    }

    /// A page whose turn it is.
    fn page_now(&self, url: &Url, asked: Asked<'_>, number: u64) -> Result<StoredPage> {
        let read = self.stored_page(url, &asked.request.columns);
        // nobody need wait for a page that does not come
        let (stored, cells) = read.inspect_err(|_| self.stream.void())?;
        self.stream.arrived(asked.place(number), &stored, cells);
        Ok(stored)
    }

    /// A page, once it is on disk, and its cells.
    fn stored_page(&self, url: &Url, columns: &Range<usize>) -> Result<(StoredPage, CellsRead)> {
        let (stored, cells) = if let Some(stored) = self.stored.find(url.as_str()) {
            let read = self.parsers.read(self.stored.open(&stored)?, columns)?;
            (stored, cells(read))
        } else {
            let received = self.http.stream(self.session, url, |body| {
                self.stored
                    .receive(body, |file| self.parsers.read(file, columns))
            })?;
            let summary = received.found.summary.clone();
            let (stored, read) = self.stored.put(url.as_str(), received, summary)?;
            (stored, read.cells)
        };
        self.session.progress.page(
            self.session.table,
            stored.summary.rows,
            stored.bytes,
            Some(self.expected.load(Ordering::Relaxed)).filter(|rows| *rows > 0),
        );
        Ok((stored, cells))
    }
}

/// The cells of a page that was found on disk.
pub(super) fn cells(read: serde_json::Result<PageRead>) -> CellsRead {
    read.map_err(|error| error.to_string())
        .and_then(|read| read.cells)
}

/// Takes over pages that were asked side by side, each of which must lead to the next; whether the last page is among them,
/// or was before them.
fn accept(
    pattern: &SkipPattern,
    mut is_done: bool,
    read: Vec<StoredPage>,
    pages: &mut Vec<StoredPage>,
) -> Result<bool> {
    for page in read {
        let wrong = |why: String| Error::from(ErrorKind::NextLink(why)).of_request(&page.request);
        if is_done {
            if page.summary.rows > 0 {
                return Err(wrong("is missing before the last row".into()));
            }
            continue;
        }
        let end = (pages.len() as u64 + 1) * pattern.rows;
        match next(Some(&page))? {
            None => is_done = true,
            Some(next) if page.summary.rows == pattern.rows && skip(&next) == Some(end) => {}
            Some(next) => {
                let why = format!("does not go on where the page ends: {next}");
                return Err(wrong(why));
            }
        }
        pages.push(page);
    }
    Ok(is_done)
}
