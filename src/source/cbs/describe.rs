//! Describing a table: which service has it, and its whole [`Description`].
//!
//! In goes a table id, out comes where it is read and what it consists of. Fails when no service has it. CBS peculiarities: v4
//! lacks the tables of third parties; either service may call the regions a plain dimension; an outage may look like a
//! table that is not there, so v4's own list has the last word before v3 is read in its place.

use std::collections::BTreeSet;

use reqwest::Url;

use super::config::{Bases, parse};
use super::description::{Description, DimensionKind, is_gemeente};
use super::endpoint::Endpoint;
use super::error::{Error, ErrorKind, Result};
use super::http::{Http, Session};
use super::limiter::lock;
use super::list::list;
use super::parallel::both;
use super::request::Service;
use super::{v3, v4};

/// A table that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Sought<'a> {
    pub(super) id: &'a str,
    pub(super) catalog: &'a str,
    pub(super) service: Service,
    /// The service that gave the release that is held, if any.
    pub(super) held: Option<Service>,
}

/// Where a table is read from, and its head, which had to be read to know. `Auto` prefers v4, which only has CBS's own
/// tables, and reads v3 where v4 does not have the table; that is told.
pub(super) fn find(
    http: &Http,
    session: &Session<'_>,
    bases: &Bases,
    sought: Sought<'_>,
) -> Result<(Endpoint, Description)> {
    let own = sought.catalog.is_empty() || sought.catalog == "CBS";
    let at = |v4: bool| {
        let endpoint = Endpoint::new(bases, sought.id, sought.catalog, v4)?;
        let found = head(http, session, &endpoint);
        let is_lacking = |error: &Error| matches!(*error.kind, ErrorKind::NotFound);
        if found.as_ref().is_err_and(is_lacking)
            && is_listed(http, session, bases, &endpoint).unwrap_or(false)
        {
            return Err(refused(&endpoint, "its catalog lists the table"));
        }
        found.map(|head| (endpoint, head))
    };
    match sought.service {
        Service::V4 if !own => {
            let why = format!("catalog {} is only served in v3", sought.catalog);
            Err(ErrorKind::Config(why).into())
        }
        Service::V4 => at(true),
        Service::Auto if own => match at(true) {
            Err(error) if matches!(*error.kind, ErrorKind::NotFound) => {
                let why = not_in_v4(http, session, bases, sought)?;
                let (endpoint, mut head) = at(false)?;
                head.warnings.push(why);
                Ok((endpoint, head))
            }
            other => other,
        },
        Service::V3 | Service::Auto => at(false),
    }
}

/// A table that must be there and is not given.
fn refused(endpoint: &Endpoint, why: &str) -> Error {
    let service = if endpoint.v4 { "v4" } else { "v3" };
    let message = format!("{service} does not give the table, though {why}");
    let kind = ErrorKind::Refused {
        status: 404,
        message,
    };
    Error::from(kind).of_request(endpoint.base.as_str())
}

/// Why v3 may be read in the place of v4, which answered that it does not have a table; the error when it may not.
fn not_in_v4(
    http: &Http,
    session: &Session<'_>,
    bases: &Bases,
    sought: Sought<'_>,
) -> Result<String> {
    let ends = "read from v3, which does not tell the kinds of missing apart";
    let endpoint = Endpoint::new(bases, sought.id, sought.catalog, true)?;
    match is_listed(http, session, bases, &endpoint) {
        Ok(_) => Ok(format!("v4 does not list the table: {ends}")),
        Err(error) if matches!(*error.kind, ErrorKind::Interrupted) => Err(error),
        Err(_) if sought.held == Some(Service::V4) => {
            let why = "it gave the release that is held; neither does it give its list of tables";
            Err(refused(&endpoint, why))
        }
        Err(_) => Ok(format!(
            "v4 gives neither the table nor its list of tables: {ends}"
        )),
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    identifier: String,
    modified: Option<String>,
    record_count: Option<u64>,
    column_count: Option<u64>,
}

/// The row of v3's catalog for a release of a table. A row of another release counts another table: the catalog lags, or
/// runs ahead.
fn catalog_row(
    http: &Http,
    session: &Session<'_>,
    row: &Url,
    (id, modified): (&str, &str),
) -> Result<Option<Row>> {
    let rows: Vec<Row> = list(http, session, row.clone())?;
    let of_release =
        |row: &Row| row.identifier == id && row.modified.as_ref().is_none_or(|at| at == modified);
    Ok(rows.into_iter().find(of_release))
}

/// The whole description, from its head, and why it cannot be whole, if so. In v3 the catalog, which counts what the lists
/// must make, is asked at the same time; one that cannot be read or lags behind is no failure of the table.
pub(super) fn proven(
    http: &Http,
    session: &Session<'_>,
    endpoint: &Endpoint,
    head: &Description,
) -> Result<(Description, Option<String>)> {
    let release = (endpoint.id.as_str(), head.release.modified.as_str());
    let row = || {
        if endpoint.v4 {
            Ok(None)
        } else {
            catalog_row(http, session, &endpoint.row, release)
        }
    };
    let (row, description) = both(row, || read(http, session, endpoint, head));
    let mut description = description?;
    let row = match row {
        Err(error) if matches!(*error.kind, ErrorKind::Interrupted) => return Err(error),
        row => row.ok().flatten(),
    };
    description.rows = row.as_ref().and_then(|row| row.record_count);
    let why = lacks(&description, row.as_ref());
    Ok((description, why))
}

/// Why a description cannot be whole, if so: a list is empty, or v3's catalog counts more rows (the product of the lists
/// of members) or columns (dimensions and topics) than the lists make.
fn lacks(table: &Description, row: Option<&Row>) -> Option<String> {
    let (dimensions, topics) = (&table.dimensions, &table.topics);
    let empty = dimensions
        .iter()
        .find(|dimension| dimension.members.is_empty());
    if let Some(dimension) = empty {
        return Some(format!("dimension {} has no members", dimension.key));
    }
    if dimensions.is_empty() || topics.is_empty() {
        return Some("the table has no dimensions or no topics".into());
    }
    let row = row?;
    let members = dimensions.iter().map(|one| one.members.len() as u64);
    let rows = members.fold(1, u64::saturating_mul);
    let columns = (dimensions.len() + topics.len()) as u64;
    let made = [
        (rows, row.record_count, "rows"),
        (columns, row.column_count, "columns"),
    ];
    made.into_iter().find_map(|(made, counted, what)| {
        let counted = counted.filter(|counted| made < *counted)?;
        Some(format!(
            "the lists make {made} {what}, the catalog counts {counted}"
        ))
    })
}

/// Whether the catalog of a service lists a table. v4's, which comes as a whole, is read once.
fn is_listed(
    http: &Http,
    session: &Session<'_>,
    bases: &Bases,
    endpoint: &Endpoint,
) -> Result<bool> {
    if !endpoint.v4 {
        let rows: Vec<Row> = list(http, session, endpoint.row.clone())?;
        return Ok(rows.iter().any(|row| row.identifier == endpoint.id));
    }
    let mut listed = lock(&http.listed);
    if listed.is_none() {
        let rows: Vec<Row> = list(http, session, parse(&format!("{}/Datasets", bases.v4))?)?;
        let ids: BTreeSet<String> = rows.into_iter().map(|row| row.identifier).collect();
        if ids.is_empty() {
            return Err(ErrorKind::Short("the catalog of v4 lists no tables at all".into()).into());
        }
        *listed = Some(ids);
    }
    Ok(listed
        .as_ref()
        .is_some_and(|ids| ids.contains(&endpoint.id)))
}

/// Title, release and the like, without dimensions and topics: one small request. That it is not there means that the
/// table is not.
pub(super) fn head(http: &Http, session: &Session<'_>, endpoint: &Endpoint) -> Result<Description> {
    let head = if endpoint.v4 { v4::head } else { v3::head };
    head(http, session, endpoint).map_err(|error| {
        if error.is_404() {
            ErrorKind::NotFound.into()
        } else {
            error
        }
    })
}

/// The whole description, from its head.
pub(super) fn read(
    http: &Http,
    session: &Session<'_>,
    endpoint: &Endpoint,
    head: &Description,
) -> Result<Description> {
    let whole = if endpoint.v4 { v4::whole } else { v3::whole };
    let mut description = whole(http, session, endpoint, head.clone())?;
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
