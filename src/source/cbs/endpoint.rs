//! The addresses of one table in one service.
//!
//! In go the services, an id and a catalog; out come addresses of the table's collections. Fails on an id that could
//! lead elsewhere. CBS peculiarity: v3 has a feed and an API with the same collections, and third parties a host of
//! their own.

use reqwest::Url;

use super::config::{Bases, parse};
use super::error::Result;
use super::request::checked_id;

/// A service of one table, found.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
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

impl Endpoint {
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
