//! One question from its first page to its last, several pages at once, every page safe on disk.
//!
//! In goes a [`Chain`]; out come its pages in order. CBS's next links are a plain count of rows to skip, so once the
//! first page shows the pattern, the pages after it are asked for side by side, and each next link must then agree with
//! what was foreseen. Another pattern is followed link by link. Fails on links that loop, jump or lead elsewhere, and on
//! rows behind the last page.

use std::collections::BTreeSet;

use reqwest::Url;

use super::cache::{Shelf, Stored};
use super::config::address;
use super::describe::{next_url, parallel};
use super::error::{Error, Kind, Result};
use super::http::{Errand, Http};
use super::page;
use super::query::Chain;

/// What all pages of a table need.
pub(super) struct Reading<'a> {
    pub(super) http: &'a Http,
    pub(super) errand: &'a Errand<'a>,
    pub(super) shelf: &'a Shelf,
    /// Rows of all chains, where known: for the listener.
    pub(super) expected: Option<u64>,
}

impl Reading<'_> {
    /// All pages of a chain.
    pub(super) fn pages(&self, chain: &Chain, bound: u64) -> Result<Vec<Stored>> {
        match self.follow(&chain.first, bound) {
            Err(error) if matches!(*error.kind, Kind::TooManyRecords) => match &chain.feed {
                Some(feed) => self.follow(feed, bound),
                None => Err(error),
            },
            other => other,
        }
    }

    fn follow(&self, first: &Url, bound: u64) -> Result<Vec<Stored>> {
        let (mut pages, mut seen) = (vec![self.page(first)?], BTreeSet::from([first.to_string()]));
        loop {
            let Some(next) = Self::next(pages.last())? else { return Ok(pages) };
            if !seen.insert(next.to_string()) {
                return Err(Error::from(Kind::NextLink("leads back to a page already read".into())).of_request(next.as_str()));
            }
            match Pace::of(first, &pages, &next) {
                Some(pace) => {
                    if self.side_by_side(&pace, bound, &mut pages)? {
                        return Ok(pages);
                    }
                }
                None => pages.push(self.page(&next)?),
            }
        }
    }

    /// The next few pages at once; whether the last page was among them.
    fn side_by_side(&self, pace: &Pace, bound: u64, pages: &mut Vec<Stored>) -> Result<bool> {
        let foreseen = bound.div_ceil(pace.rows).saturating_sub(pages.len() as u64);
        // More in a round than there are connections, so that few wait for the slowest at its end.
        let connections = self.http.config.connections;
        let count = foreseen.clamp(1, 8 * connections as u64);
        let from = pages.len() as u64;
        let urls: Vec<_> = (from..from + count).map(|number| pace.url(number)).collect();
        let mut done = false;
        for (number, page) in (from..).zip(parallel(connections, urls, |url| self.page(&url))?) {
            if done {
                if page.summary.rows > 0 {
                    return Err(Error::from(Kind::NextLink("is missing before the last row".into())).of_request(&page.request));
                }
                continue;
            }
            match Self::next(Some(&page))? {
                None => done = true,
                Some(next) if page.summary.rows == pace.rows && skip(&next) == Some((number + 1) * pace.rows) => {}
                Some(next) => {
                    let why = format!("does not go on where the page ends: {next}");
                    return Err(Error::from(Kind::NextLink(why)).of_request(&page.request));
                }
            }
            pages.push(page);
        }
        Ok(done)
    }

    fn next(page: Option<&Stored>) -> Result<Option<Url>> {
        let Some((page, link)) = page.and_then(|page| page.summary.next.as_ref().map(|link| (page, link))) else {
            return Ok(None);
        };
        let current = address(&page.request)?;
        next_url(&current, link).map(Some)
    }

    fn page(&self, url: &Url) -> Result<Stored> {
        let stored = if let Some(stored) = self.shelf.find(url.as_str()) {
            stored
        } else {
            let (body, summary) = self.http.get(self.errand, url, page::summary)?;
            let stored = self.shelf.put(url.as_str(), &body, summary)?;
            self.http.give_back(body);
            stored
        };
        self.errand.progress.page(self.errand.table, stored.summary.rows, stored.bytes, self.expected);
        Ok(stored)
    }
}

/// Next links that skip so many rows a page.
struct Pace {
    rows: u64,
    next: Url,
}

impl Pace {
    /// The pattern, when the first page has shown it: `$skip` counts exactly the rows read, the rest is as asked.
    fn of(first: &Url, pages: &[Stored], next: &Url) -> Option<Self> {
        let rows = pages.first()?.summary.rows;
        let steady = rows > 0 && pages.iter().all(|page| page.summary.rows == rows);
        let counted = skip(next) == Some(rows * pages.len() as u64);
        (steady && counted && options(first) == options(next)).then(|| Self { rows, next: next.clone() })
    }

    /// The address of the page with this number, from 0.
    fn url(&self, number: u64) -> Url {
        let mut url = self.next.clone();
        let kept = url.query().unwrap_or_default().split('&').filter(|option| !is_skip(option)).collect::<Vec<_>>();
        let query = [kept, vec![&format!("$skip={}", number * self.rows)]].concat().join("&");
        url.set_query(Some(&query));
        url
    }
}

fn is_skip(option: &str) -> bool {
    ["$skip=", "%24skip="].iter().any(|name| option.starts_with(name))
}

fn skip(url: &Url) -> Option<u64> {
    url.query_pairs().find(|(name, _)| name == "$skip").and_then(|(_, count)| count.parse().ok())
}

/// The other options of an address, however they are ordered and escaped.
fn options(url: &Url) -> BTreeSet<(String, String)> {
    url.query_pairs().filter(|(name, _)| name != "$skip").map(|(name, text)| (name.into_owned(), text.into_owned())).collect()
}
