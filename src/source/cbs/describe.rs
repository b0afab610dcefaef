//! What a table consists of, in one form for both services: dimensions with members, topics with path and unit, release.
//!
//! In goes a table id, out comes a [`Description`]. CBS peculiarities: v3 keeps dimensions, groups and topics in one
//! list and pads its keys; v4 has a list for each and may lack the groups; either may call a region a plain dimension.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use reqwest::Url;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ask::{Service, checked_id};
use super::config::{Bases, parse};
use super::error::{Error, Kind, Result};
use super::http::{Errand, Http};
use super::limiter::lock;
use super::page::{self, List};
use super::sink::Release;
use super::{v3, v4};
use crate::base::observation::Status;

/// A table as CBS describes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// Id, verbatim.
    pub id: String,
    /// Title.
    pub title: String,
    /// Catalog: `CBS` or a third party.
    pub catalog: String,
    /// `v3` or `v4`.
    pub service: &'static str,
    /// The release.
    #[serde(flatten)]
    pub release: Release,
    /// The periods, in CBS's words.
    pub period: String,
    /// Why this release was made: `Actualisering`, `Stopgezet`, …
    pub reason: String,
    /// Publisher.
    pub publisher: String,
    /// Licence; empty when unknown.
    pub license: String,
    /// All cells (v4), empty in v3.
    pub observations: Option<u64>,
    /// Dimensions, in the table's order.
    pub dimensions: Vec<Dimension>,
    /// Topics, in the table's order.
    pub topics: Vec<Topic>,
}

/// What a dimension is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DimensionKind {
    /// Periods.
    Time,
    /// Regions.
    Geo,
    /// Anything else.
    Plain,
}

/// A dimension and its members.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dimension {
    /// Key, such as `RegioS`.
    pub key: String,
    /// Title.
    pub title: String,
    /// What it is about.
    pub kind: DimensionKind,
    /// The year whose regions it has.
    pub map_year: Option<u16>,
    /// Members, in the table's order.
    pub members: Vec<Member>,
}

/// One member of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Trimmed key.
    pub key: String,
    /// The key as filters must carry it, padded in v3.
    #[serde(skip)]
    pub raw: String,
    /// Title.
    pub title: String,
    /// How final a period is; unknown for other dimensions.
    #[serde(serialize_with = "as_word", skip_serializing_if = "is_unknown")]
    pub status: Status,
}

/// One topic of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Topic {
    /// v3 key or v4 measure code.
    pub key: String,
    /// Groups and title, joined with ` > `.
    pub path: String,
    /// Unit.
    pub unit: String,
    /// Decimals.
    pub decimals: u8,
    /// `Absolute`, `Relative` or empty.
    pub presentation: String,
    /// CBS's type: `Long`, `Double`, `String`, …
    pub datatype: String,
    /// What an empty cell means (v3).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub default: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn as_word<S: serde::Serializer>(
    status: &Status,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(status.word())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn is_unknown(status: &Status) -> bool {
    *status == Status::Unknown
}

impl Description {
    /// Gemeenten among the members of all dimensions of regions.
    pub fn gemeenten(&self) -> usize {
        let geo = self
            .dimensions
            .iter()
            .filter(|dimension| dimension.kind == DimensionKind::Geo);
        geo.flat_map(|dimension| &dimension.members)
            .filter(|member| is_gemeente(&member.key))
            .count()
    }
}

/// Whether a trimmed key is that of a gemeente; `GM0998` (abroad) and `GM0999` (unknown) are none.
pub(super) fn is_gemeente(key: &str) -> bool {
    key.len() == 6
        && key.starts_with("GM")
        && key[2..].bytes().all(|byte| byte.is_ascii_digit())
        && !matches!(key, "GM0998" | "GM0999")
}

/// A service of one table, found.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) catalog: String,
    pub(super) v4: bool,
    /// Address of the table: the feed's in v3.
    pub(super) base: Url,
    /// The v3 API's.
    pub(super) api: Url,
    /// The table's row in the v3 catalog.
    pub(super) row: Url,
}

impl Place {
    /// The place of a table in v3 or v4.
    pub(super) fn new(bases: &Bases, id: &str, catalog: &str, v4: bool) -> Result<Self> {
        let own = catalog.is_empty() || catalog == "CBS";
        let (tables, feed, api) = if own {
            (&bases.catalog, &bases.feed, &bases.api)
        } else {
            (&bases.third_catalog, &bases.third_feed, &bases.third_api)
        };
        let id = checked_id(id)?;
        let mut row = parse(&format!("{tables}/Tables"))?;
        row.set_query(Some(&format!(
            "$format=json&$filter=Identifier%20eq%20'{id}'"
        )));
        Ok(Self {
            id: id.to_owned(),
            catalog: if own { "CBS" } else { catalog }.to_owned(),
            v4,
            base: parse(&format!("{}/{id}", if v4 { &bases.v4 } else { feed }))?,
            api: parse(&format!("{api}/{id}"))?,
            row,
        })
    }

    /// The address of one of the table's collections.
    pub(super) fn at(&self, collection: &str, query: &str) -> Url {
        under(&self.base, collection, self.v4, query)
    }

    /// The same in the v3 API.
    pub(super) fn in_api(&self, collection: &str, query: &str) -> Url {
        under(&self.api, collection, false, query)
    }
}

fn under(base: &Url, collection: &str, v4: bool, query: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{collection}", base.path()));
    let parts = [if v4 { "" } else { "$format=json" }, query];
    let full = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("&");
    url.set_query(Some(full.as_str()).filter(|text| !text.is_empty()));
    url
}

/// Where a table is read from, and its head, which had to be read to know. `Auto` prefers v4, which only has CBS's own
/// tables, and falls back on v3.
pub(super) fn find(
    http: &Http,
    errand: &Errand<'_>,
    bases: &Bases,
    (id, catalog, service): (&str, &str, Service),
) -> Result<(Place, Description)> {
    let own = catalog.is_empty() || catalog == "CBS";
    let at = |v4: bool| {
        let place = Place::new(bases, id, catalog, v4)?;
        head(http, errand, &place).map(|head| (place, head))
    };
    match service {
        Service::V4 if !own => {
            Err(Kind::Config(format!("catalog {catalog} is only served in v3")).into())
        }
        Service::V4 => at(true),
        Service::Auto if own => match at(true) {
            Err(error) if matches!(*error.kind, Kind::NotFound) => at(false),
            other => other,
        },
        Service::V3 | Service::Auto => at(false),
    }
}

/// Title, release and the like, without dimensions and topics: one small request.
pub(super) fn head(http: &Http, errand: &Errand<'_>, place: &Place) -> Result<Description> {
    if place.v4 {
        v4::head(http, errand, place)
    } else {
        v3::head(http, errand, place)
    }
}

/// The whole description, from its head.
pub(super) fn read(
    http: &Http,
    errand: &Errand<'_>,
    place: &Place,
    head: &Description,
) -> Result<Description> {
    let whole = if place.v4 { v4::whole } else { v3::whole };
    let mut description = whole(http, errand, place, head.clone())?;
    for dimension in &mut description.dimensions {
        // Some tables call their regions a plain dimension.
        let geo = dimension.kind == DimensionKind::Plain
            && dimension.members.iter().any(|it| is_gemeente(&it.key));
        if geo {
            dimension.kind = DimensionKind::Geo;
        }
    }
    Ok(description)
}

/// A list of CBS from its first page to its last.
pub(super) fn list<T: DeserializeOwned>(
    http: &Http,
    errand: &Errand<'_>,
    first: Url,
) -> Result<Vec<T>> {
    let (mut all, mut url, mut seen) = (Vec::new(), first, BTreeSet::new());
    loop {
        if !seen.insert(url.to_string()) {
            return Err(
                Error::from(Kind::NextLink("leads back to a page already read".into()))
                    .of_request(url.as_str()),
            );
        }
        let page = http.get(errand, &url, page::parse::<List<T>>)?;
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
        Error::from(Kind::NextLink(format!("leads elsewhere: {link}"))).of_request(current.as_str())
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

/// Runs a function on every item, in so many threads at once; results in order, of which the first error wins. After an
/// error no further item is begun.
pub(super) fn parallel<I: Send, T: Send>(
    threads: usize,
    items: Vec<I>,
    run: impl Fn(I) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let count = items.len();
    let (items, results) = (
        Mutex::new(items.into_iter().enumerate()),
        Mutex::new(BTreeMap::new()),
    );
    let work = || {
        loop {
            let Some((at, item)) = lock(&items).next() else {
                return;
            };
            let result = run(item);
            if result.is_err() {
                lock(&items).by_ref().for_each(drop);
            }
            lock(&results).insert(at, result);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(count) {
            scope.spawn(work);
        }
        work();
    });
    results
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_values()
        .collect()
}

/// Runs two functions at once.
pub(super) fn both<A: Send, B>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (
            one.join().unwrap_or_else(|panic| resume_unwind(panic)),
            other,
        )
    })
}

/// Groups of topics: id to title and parent.
pub(super) type Groups = BTreeMap<String, (String, Option<String>)>;

/// Path of groups down to a title, with single spaces.
pub(super) fn path_of(groups: &Groups, parent: Option<&str>, title: &str) -> String {
    let mut levels = vec![one_line(title)];
    let mut above = parent;
    // A group that is its own ancestor would never end.
    while let Some((title, parent)) = above
        .and_then(|id| groups.get(id))
        .filter(|_| levels.len() < 32)
    {
        levels.push(one_line(title));
        above = parent.as_deref();
    }
    levels.reverse();
    levels.join(" > ")
}

/// Text with single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How final CBS calls a period.
pub(super) fn status(word: Option<&str>) -> Status {
    match word
        .unwrap_or_default()
        .replace([' ', '-'], "")
        .to_lowercase()
        .as_str()
    {
        "definitief" => Status::Final,
        "nadervoorlopig" => Status::Revised,
        "voorlopig" => Status::Provisional,
        _ => Status::Unknown,
    }
}

/// A year that v3 writes as a number and v4 as a text.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Year {
    Number(u16),
    Text(String),
}

impl Year {
    pub(super) fn get(self) -> Option<u16> {
        match self {
            Self::Number(year) => Some(year),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}
