//! Where pages lead: next links, and the pattern of those that only skip rows.
//!
//! In go pages, out come addresses. Fails on a link that leads elsewhere. CBS peculiarity: a next link is the address of the
//! page with `$skip` as the count of rows before it, in whatever order and escaping.

use std::collections::BTreeSet;

use reqwest::Url;

use super::cache::StoredPage;
use super::config::address;
use super::error::Result;
use super::list::next_url;

/// Where a page leads.
pub(super) fn next(page: Option<&StoredPage>) -> Result<Option<Url>> {
    let Some((page, link)) =
        page.and_then(|page| page.summary.next.as_ref().map(|link| (page, link)))
    else {
        return Ok(None);
    };
    let current = address(&page.request)?;
    next_url(&current, link).map(Some)
}

/// Whether rows or the link of a page may be missing: it is the last, or its link does not skip the rows that it has.
pub(super) fn is_doubtful(page: &StoredPage) -> bool {
    let from = address(&page.request).ok().and_then(|url| skip(&url));
    let to = next(Some(page)).ok().flatten().and_then(|url| skip(&url));
    to != Some(from.unwrap_or_default() + page.summary.rows)
}

/// Next links that skip so many rows a page.
pub(super) struct SkipPattern {
    pub(super) rows: u64,
    next: Url,
}

impl SkipPattern {
    /// The pattern, when the first page has shown it: `$skip` counts exactly the rows read, the rest is as asked.
    pub(super) fn of(first: &Url, pages: &[StoredPage], next: &Url) -> Option<Self> {
        let rows = pages.first()?.summary.rows;
        let steady = rows > 0 && pages.iter().all(|page| page.summary.rows == rows);
        let counted = skip(next) == Some(rows * pages.len() as u64);
        (steady && counted && options(first) == options(next)).then(|| Self {
            rows,
            next: next.clone(),
        })
    }

    /// What the next links of a request are expected to be before any has come: pages of so many rows.
    pub(super) fn foreseen(first: &Url, rows: u64) -> Self {
        Self {
            rows,
            next: first.clone(),
        }
    }

    /// The address of the page with this number, from 0.
    pub(super) fn url(&self, number: u64) -> Url {
        let mut url = self.next.clone();
        let kept = url
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|option| !option.is_empty() && !is_skip(option))
            .collect::<Vec<_>>();
        let query = [kept, vec![&format!("$skip={}", number * self.rows)]]
            .concat()
            .join("&");
        url.set_query(Some(&query));
        url
    }
}

/// Whether the link of one page leads to the other.
pub(super) fn leads_to(page: &StoredPage, other: &StoredPage) -> bool {
    let link = next(Some(page)).ok().flatten();
    let to = address(&other.request).ok();
    link.zip(to).is_some_and(|(link, to)| {
        link.path() == to.path() && skip(&link) == skip(&to) && options(&link) == options(&to)
    })
}

fn is_skip(option: &str) -> bool {
    ["$skip=", "%24skip="]
        .iter()
        .any(|name| option.starts_with(name))
}

pub(super) fn skip(url: &Url) -> Option<u64> {
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
