//! OData v4's description of a table: `Properties`, `Dimensions`, `MeasureCodes`, and codes per dimension.
//!
//! In goes a endpoint, out comes a [`Description`]. CBS peculiarities: `Properties` is an object without `value`;
//! `MeasureGroups` is absent where no measure is in a group; the publisher is an address.

use serde::Deserialize;

use super::description::{
    Description, Dimension, DimensionKind, Groups, Member, Remarks, Topic, Year, one_line, path_of,
    status,
};
use super::endpoint::Endpoint;
use super::error::Result;
use super::http::{Http, Session};
use super::list::list;
use super::page;
use super::parallel::{both, parallel};
use super::sink::Release;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    title: String,
    modified: Option<String>,
    version: Option<String>,
    version_reason: Option<String>,
    publisher: Option<String>,
    license: Option<String>,
    temporal_coverage: Option<String>,
    observation_count: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Axis {
    identifier: String,
    title: Option<String>,
    kind: Option<String>,
    map_year: Option<Year>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Measure {
    identifier: String,
    title: Option<String>,
    #[serde(rename = "MeasureGroupId")]
    group: Option<String>,
    data_type: Option<String>,
    unit: Option<String>,
    decimals: Option<u8>,
    presentation_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    id: String,
    title: Option<String>,
    parent_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Code {
    identifier: String,
    title: Option<String>,
    status: Option<String>,
    description: Option<String>,
    #[serde(rename = "DimensionGroupId")]
    group: Option<String>,
}

/// Title and release.
pub(super) fn head(http: &Http, session: &Session<'_>, endpoint: &Endpoint) -> Result<Description> {
    let found = http.get(
        session,
        &endpoint.at("Properties", ""),
        page::parse::<Properties>,
    )?;
    let publisher = found.publisher.unwrap_or_default();
    let own = publisher.is_empty() || publisher.ends_with("Centraal_Bureau_voor_de_Statistiek");
    Ok(Description {
        id: endpoint.id.clone(),
        title: one_line(&found.title),
        catalog: endpoint.catalog.clone(),
        service: "v4",
        release: Release {
            modified: found.modified.unwrap_or_default(),
            version: found.version.unwrap_or_default(),
        },
        period: found.temporal_coverage.unwrap_or_default(),
        reason: found.version_reason.unwrap_or_default(),
        publisher: if own { "CBS".into() } else { publisher },
        license: found.license.unwrap_or_default(),
        observations: found.observation_count,
        rows: None,
        warnings: Vec::new(),
        dimensions: Vec::new(),
        topics: Vec::new(),
    })
}

/// Dimensions and topics.
pub(super) fn whole(
    http: &Http,
    session: &Session<'_>,
    endpoint: &Endpoint,
    mut description: Description,
) -> Result<Description> {
    let (axes, measures) = both(
        || list::<Axis>(http, session, endpoint.at("Dimensions", "")),
        || list::<Measure>(http, session, endpoint.at("MeasureCodes", "")),
    );
    let (axes, measures) = (axes?, measures?);
    let is_grouped = measures.iter().any(|measure| measure.group.is_some());
    let (groups, dimensions) = both(
        || {
            if is_grouped {
                groups(http, session, endpoint)
            } else {
                Ok(Groups::new())
            }
        },
        || {
            parallel(http.config.connections, axes, |axis| {
                let codes = endpoint.at(&format!("{}Codes", axis.identifier), "");
                let codes: Vec<Code> = list(http, session, codes)?;
                Ok(dimension(axis, codes))
            })
        },
    );
    let groups = groups?;
    let topics = measures.into_iter().map(|measure| topic(&groups, measure));
    description.topics = topics.collect();
    description.dimensions = dimensions?;
    Ok(description)
}

fn groups(http: &Http, session: &Session<'_>, endpoint: &Endpoint) -> Result<Groups> {
    let groups: Vec<Group> = list(http, session, endpoint.at("MeasureGroups", ""))?;
    let entry = |group: Group| (group.id, (group.title.unwrap_or_default(), group.parent_id));
    Ok(groups.into_iter().map(entry).collect())
}

fn topic(groups: &Groups, measure: Measure) -> Topic {
    Topic {
        path: path_of(
            groups,
            measure.group.as_deref(),
            measure.title.as_deref().unwrap_or_default(),
        ),
        key: measure.identifier,
        unit: one_line(&measure.unit.unwrap_or_default()),
        decimals: measure.decimals.unwrap_or_default(),
        presentation: measure.presentation_type.unwrap_or_default(),
        datatype: measure.data_type.unwrap_or_default(),
        default: String::new(),
    }
}

fn kind(axis: &Axis) -> DimensionKind {
    match axis.kind.as_deref() {
        Some("TimeDimension") => DimensionKind::Time,
        Some("GeoDimension" | "GeoDetail" | "GeoDetailDimension") => DimensionKind::Geo,
        _ => DimensionKind::Plain,
    }
}

fn dimension(axis: Axis, codes: Vec<Code>) -> Dimension {
    let kind = kind(&axis);
    let member = |code: Code| Member {
        key: code.identifier.trim_end().to_owned(),
        remarks: Remarks::of(&code.identifier, code.description, code.group),
        raw: code.identifier,
        title: one_line(&code.title.unwrap_or_default()),
        status: status(code.status.as_deref()),
    };
    Dimension {
        key: axis.identifier,
        title: one_line(&axis.title.unwrap_or_default()),
        kind,
        map_year: axis.map_year.and_then(Year::get),
        members: codes.into_iter().map(member).collect(),
    }
}
