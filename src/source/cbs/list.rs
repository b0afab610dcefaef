//! A list of CBS, such as the members of a dimension, from its first page to its last.
//!
//! In goes the first address, out come typed rows. Fails on next links that loop or lead elsewhere. CBS peculiarity: a
//! next link may name another host or write the id of the table in another case; only its query is taken over.

use std::collections::BTreeSet;

use reqwest::Url;
use serde::de::DeserializeOwned;

use super::error::{Error, ErrorKind, Result};
use super::http::{Http, Session};
use super::page::{self, List};

/// A list of CBS from its first page to its last.
pub(super) fn list<T: DeserializeOwned>(
    http: &Http,
    session: &Session<'_>,
    first: Url,
) -> Result<Vec<T>> {
    let (mut all, mut url, mut seen) = (Vec::new(), first, BTreeSet::new());
    loop {
        if !seen.insert(url.to_string()) {
            return Err(Error::from(ErrorKind::NextLink(
                "leads back to a page already read".into(),
            ))
            .of_request(url.as_str()));
        }
        let page = http.get(session, &url, page::parse::<List<T>>)?;
        all.extend(page.value);
        match page.next {
            Some(link) => url = next_url(&url, &link)?,
            None => return Ok(all),
        }
    }
}

/// Where a next link leads, on the host that we asked: only its query is taken over.
pub(super) fn next_url(current: &Url, link: &str) -> Result<Url> {
    let wrong = || {
        Error::from(ErrorKind::NextLink(format!("leads elsewhere: {link}")))
            .of_request(current.as_str())
    };
    let told = current.join(link).map_err(|_| wrong())?;
    let tail = |url: &Url| {
        let path = url.path().trim_end_matches('/').to_ascii_lowercase();
        path.rsplit('/')
            .take(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    // The id is compared without case, as CBS itself is not consistent in what it writes.
    let full = told.path().contains('/') && link.contains('/');
    if (full && tail(&told) != tail(current)) || told.query().is_none() {
        return Err(wrong());
    }
    let mut next = current.clone();
    next.set_query(told.query());
    Ok(next)
}
