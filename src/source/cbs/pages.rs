//! One request for rows from its first page to its last, several pages at once, every page safe on disk.
//!
//! In goes a [`RowRequest`]; out come its pages in order. CBS's next links are a plain count of rows to skip, so once the
//! first page shows the pattern, the pages after it are asked for side by side, and each next link must then agree with
//! what was foreseen. Another pattern is followed link by link. Where fewer rows come than must, or links loop, jump or
//! lead elsewhere, the pages that may be to blame are asked again, a few times; then it fails, or leaves it to the caller
//! to find out which rows are missing.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::Url;

use super::cache::{StoredPage, StoredPages};
use super::config::address;
use super::describe;
use super::error::{Error, ErrorKind, Result};
use super::http::{Http, Session};
use super::limiter::lock;
use super::list::next_url;
use super::page;
use super::parallel::{both, parallel};
use super::selection::{Count, RowRequest};

/// Reads the pages of one table.
pub(super) struct PageReader<'a> {
    pub(super) http: &'a Http,
    pub(super) session: &'a Session<'a>,
    pub(super) stored: &'a StoredPages,
    /// Rows of the requests of which the count is known by now: for the listener.
    pub(super) expected: AtomicU64,
    /// Surprises that stop nothing.
    pub(super) notes: Mutex<BTreeSet<String>>,
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
    pub(super) fn read(&self, request: &RowRequest) -> Result<ReadPages> {
        let mut attempt = 1;
        loop {
            let mut pages = Vec::new();
            // an API that gives less than it should is not asked twice
            let feed = request.feed.as_ref().filter(|_| attempt > 1);
            let read = self.once(request, feed.unwrap_or(&request.first), &mut pages);
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
                attempt += 1;
                continue;
            }
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
        request: &RowRequest,
        first: &Url,
        pages: &mut Vec<StoredPage>,
    ) -> Result<(Option<u64>, bool)> {
        // The first page is asked for together with the count, and found in hand afterwards.
        let count = || {
            request
                .count
                .as_ref()
                .map_or(Ok(None), |count| self.count(count))
        };
        let (count, start) = both(count, || self.page(first));
        let count = count?;
        self.expected
            .fetch_add(count.unwrap_or_default(), Ordering::Relaxed);
        let bound = count.unwrap_or(request.bound);
        let followed = start.and_then(|start| self.follow(first, start, bound, pages));
        match (followed, &request.feed) {
            // the API has more rows to it than it gives: the feed gives them all
            (Err(error), Some(feed)) if matches!(*error.kind, ErrorKind::TooManyRecords) => {
                pages.clear();
                self.follow(feed, self.page(feed)?, bound, pages)?;
            }
            (followed, _) => followed?,
        }
        let found: u64 = pages.iter().map(|page| page.summary.rows).sum();
        // v4 leaves rows out that have no value, so that only a count tells; v3 never does
        let of_v4 = matches!(request.count, Some(Count::Observations { .. }));
        let is_short = found < request.bound && (count.is_none() || !of_v4);
        match count {
            // v3's catalog may lag behind its tables: cells that come twice are refused elsewhere, so more rows are fine.
            Some(expected)
                if expected < found && matches!(request.count, Some(Count::Catalog { .. })) =>
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
    fn count(&self, count: &Count) -> Result<Option<u64>> {
        let found = match count {
            Count::Observations { count, within } => {
                match self.http.get(self.session, count, page::count) {
                    Err(error) if matches!(*error.kind, ErrorKind::Refused { .. }) => {
                        self.http.get(self.session, within, page::count_within)
                    }
                    found => found.map(Some),
                }
            }
            Count::Catalog { row, id, modified } => {
                describe::counted(self.http, self.session, row, (id, modified))
            }
        };
        match found {
            Err(error) if matches!(*error.kind, ErrorKind::Refused { .. }) => Ok(None),
            other => other,
        }
    }

    fn follow(
        &self,
        first: &Url,
        start: StoredPage,
        bound: u64,
        pages: &mut Vec<StoredPage>,
    ) -> Result<()> {
        let mut seen = BTreeSet::from([first.to_string()]);
        pages.push(start);
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
                    if self.side_by_side(&pattern, bound, pages)? {
                        return Ok(());
                    }
                }
                None => pages.push(self.page(&next)?),
            }
        }
    }

    /// The next few pages at once; whether the last page was among them.
    fn side_by_side(
        &self,
        pattern: &SkipPattern,
        bound: u64,
        pages: &mut Vec<StoredPage>,
    ) -> Result<bool> {
        let foreseen = bound
            .div_ceil(pattern.rows)
            .saturating_sub(pages.len() as u64);
        // More in a round than there are connections, so that few wait for the slowest at its end.
        let connections = self.http.config.connections;
        let count = foreseen.clamp(1, 8 * connections as u64);
        // More threads than connections: while one page goes to disk, the next is on its way.
        let threads = 2 * connections;
        let from = pages.len() as u64;
        let urls: Vec<_> = (from..from + count)
            .map(|number| pattern.url(number))
            .collect();
        let mut done = false;
        for (number, page) in (from..).zip(parallel(threads, urls, |url| self.page(&url))?) {
            if done {
                if page.summary.rows > 0 {
                    return Err(Error::from(ErrorKind::NextLink(
                        "is missing before the last row".into(),
                    ))
                    .of_request(&page.request));
                }
                continue;
            }
            match next(Some(&page))? {
                None => done = true,
                Some(next)
                    if page.summary.rows == pattern.rows
                        && skip(&next) == Some((number + 1) * pattern.rows) => {}
                Some(next) => {
                    let why = format!("does not go on where the page ends: {next}");
                    return Err(Error::from(ErrorKind::NextLink(why)).of_request(&page.request));
                }
            }
            pages.push(page);
        }
        Ok(done)
    }

    fn page(&self, url: &Url) -> Result<StoredPage> {
        let stored = if let Some(stored) = self.stored.find(url.as_str()) {
            stored
        } else {
            let received = self
                .http
                .stream(self.session, url, |body| self.stored.receive(body))?;
            self.stored.put(url.as_str(), received)?
        };
        self.session.progress.page(
            self.session.table,
            stored.summary.rows,
            stored.bytes,
            Some(self.expected.load(Ordering::Relaxed)).filter(|rows| *rows > 0),
        );
        Ok(stored)
    }
}

/// Where a page leads.
fn next(page: Option<&StoredPage>) -> Result<Option<Url>> {
    let Some((page, link)) =
        page.and_then(|page| page.summary.next.as_ref().map(|link| (page, link)))
    else {
        return Ok(None);
    };
    let current = address(&page.request)?;
    next_url(&current, link).map(Some)
}

/// Whether rows or the link of a page may be missing: it is the last, or its link does not skip the rows that it has.
fn is_doubtful(page: &StoredPage) -> bool {
    let from = address(&page.request).ok().and_then(|url| skip(&url));
    let to = next(Some(page)).ok().flatten().and_then(|url| skip(&url));
    to != Some(from.unwrap_or_default() + page.summary.rows)
}

/// Next links that skip so many rows a page.
struct SkipPattern {
    rows: u64,
    next: Url,
}

impl SkipPattern {
    /// The pattern, when the first page has shown it: `$skip` counts exactly the rows read, the rest is as asked.
    fn of(first: &Url, pages: &[StoredPage], next: &Url) -> Option<Self> {
        let rows = pages.first()?.summary.rows;
        let steady = rows > 0 && pages.iter().all(|page| page.summary.rows == rows);
        let counted = skip(next) == Some(rows * pages.len() as u64);
        (steady && counted && options(first) == options(next)).then(|| Self {
            rows,
            next: next.clone(),
        })
    }

    /// The address of the page with this number, from 0.
    fn url(&self, number: u64) -> Url {
        let mut url = self.next.clone();
        let kept = url
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|option| !is_skip(option))
            .collect::<Vec<_>>();
        let query = [kept, vec![&format!("$skip={}", number * self.rows)]]
            .concat()
            .join("&");
        url.set_query(Some(&query));
        url
    }
}

fn is_skip(option: &str) -> bool {
    ["$skip=", "%24skip="]
        .iter()
        .any(|name| option.starts_with(name))
}

fn skip(url: &Url) -> Option<u64> {
    url.query_pairs()
        .find(|(name, _)| name == "$skip")
        .and_then(|(_, count)| count.parse().ok())
}

/// The other options of an address, however they are ordered and escaped.
fn options(url: &Url) -> BTreeSet<(String, String)> {
    url.query_pairs()
        .filter(|(name, _)| name != "$skip")
        .map(|(name, text)| (name.into_owned(), text.into_owned()))
        .collect()
}
