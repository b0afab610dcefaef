//! Describing a table: which service has it, and its whole [`Description`].
//!
//! In goes a table id, out comes where it is read and what it consists of. Fails when no service has it. CBS peculiarities: v4
//! lacks the tables of third parties; either service may call the regions a plain dimension; an outage may look like a
//! table that is not there, so v4's own list has the last word before v3 is read in its place.

use std::collections::BTreeSet;

use super::config::{Bases, parse};
use super::description::{Description, DimensionKind, is_gemeente};
use super::endpoint::Endpoint;
use super::error::{Error, ErrorKind, Result};
use super::http::{Http, Session};
use super::limiter::lock;
use super::list::list;
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
    let Sought { id, catalog, .. } = sought;
    let own = catalog.is_empty() || catalog == "CBS";
    let at = |v4: bool| {
        let endpoint = Endpoint::new(bases, id, catalog, v4)?;
        head(http, session, &endpoint).map(|head| (endpoint, head))
    };
    match sought.service {
        Service::V4 if !own => {
            Err(ErrorKind::Config(format!("catalog {catalog} is only served in v3")).into())
        }
        Service::V4 => at(true),
        Service::Auto if own => match at(true) {
            Err(error) if matches!(*error.kind, ErrorKind::NotFound) => {
                let why = not_in_v4(http, session, bases, sought, error)?;
                let (endpoint, mut head) = at(false)?;
                head.warnings.push(why);
                Ok((endpoint, head))
            }
            other => other,
        },
        Service::V3 | Service::Auto => at(false),
    }
}

/// Why v3 may be read in the place of v4, which answered that it does not have a table; the error when it may not.
fn not_in_v4(
    http: &Http,
    session: &Session<'_>,
    bases: &Bases,
    sought: Sought<'_>,
    error: Error,
) -> Result<String> {
    let ends = "read from v3, which does not tell the kinds of missing apart";
    let refused = |message: &str| {
        let (status, message) = (404, message.to_owned());
        let kind = ErrorKind::Refused { status, message };
        Error {
            kind: Box::new(kind),
            ..error
        }
    };
    match is_listed(http, session, bases, sought.id) {
        Ok(true) => Err(refused("v4 lists the table and does not give it")),
        Ok(false) => Ok(format!("v4 does not list the table: {ends}")),
        Err(error) if matches!(*error.kind, ErrorKind::Interrupted) => Err(error),
        Err(_) if sought.held == Some(Service::V4) => Err(refused(
            "v4 gave the release that is held, and gives neither the table nor its list of tables",
        )),
        Err(_) => Ok(format!(
            "v4 gives neither the table nor its list of tables: {ends}"
        )),
    }
}

/// Whether v4 lists a table. The list is read once.
fn is_listed(http: &Http, session: &Session<'_>, bases: &Bases, id: &str) -> Result<bool> {
    #[derive(serde::Deserialize)]
    struct Row {
        #[serde(rename = "Identifier")]
        id: String,
    }
    let mut listed = lock(&http.listed);
    if listed.is_none() {
        let rows: Vec<Row> = list(http, session, parse(&format!("{}/Datasets", bases.v4))?)?;
        let ids: BTreeSet<String> = rows.into_iter().map(|row| row.id).collect();
        if ids.is_empty() {
            return Err(ErrorKind::Short("v4 lists no tables at all".into()).into());
        }
        *listed = Some(ids);
    }
    Ok(listed.as_ref().is_some_and(|ids| ids.contains(id)))
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
