//! Describing a table: which service has it, and its whole [`Description`].
//!
//! In goes a table id, out comes where it is read and what it consists of. Fails when no service has it. CBS peculiarities: v4
//! lacks the tables of third parties; either service may call the regions a plain dimension.

use super::config::Bases;
use super::description::{Description, DimensionKind, is_gemeente};
use super::endpoint::Endpoint;
use super::error::{ErrorKind, Result};
use super::http::{Http, Session};
use super::request::Service;
use super::{v3, v4};

/// Where a table is read from, and its head, which had to be read to know. `Auto` prefers v4, which only has CBS's own
/// tables, and falls back on v3.
pub(super) fn find(
    http: &Http,
    session: &Session<'_>,
    bases: &Bases,
    (id, catalog, service): (&str, &str, Service),
) -> Result<(Endpoint, Description)> {
    let own = catalog.is_empty() || catalog == "CBS";
    let at = |v4: bool| {
        let endpoint = Endpoint::new(bases, id, catalog, v4)?;
        head(http, session, &endpoint).map(|head| (endpoint, head))
    };
    match service {
        Service::V4 if !own => {
            Err(ErrorKind::Config(format!("catalog {catalog} is only served in v3")).into())
        }
        Service::V4 => at(true),
        Service::Auto if own => match at(true) {
            Err(error) if matches!(*error.kind, ErrorKind::NotFound) => at(false),
            other => other,
        },
        Service::V3 | Service::Auto => at(false),
    }
}

/// Title, release and the like, without dimensions and topics: one small request.
pub(super) fn head(http: &Http, session: &Session<'_>, endpoint: &Endpoint) -> Result<Description> {
    if endpoint.v4 {
        v4::head(http, session, endpoint)
    } else {
        v3::head(http, session, endpoint)
    }
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
