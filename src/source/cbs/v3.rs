//! OData v3's description of a table: `TableInfos`, `DataProperties` and one list per dimension.
//!
//! In goes a endpoint, out comes a [`Description`]. Everything is read through the feed, because a list of regions may
//! exceed the API's 10,000 rows. CBS peculiarities: padded keys, groups with an empty key, no licence, no zone.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::description::{
    Description, Dimension, DimensionKind, Groups, Member, Remarks, Topic, Year, one_line, path_of,
    status,
};
use super::endpoint::Endpoint;
use super::error::{ErrorKind, Result};
use super::http::{Http, Session};
use super::list::list;
use super::parallel::parallel;
use super::sink::Release;

/// The licence of CBS's own tables, which v3 does not carry.
const OWN_LICENSE: &str = "https://creativecommons.org/licenses/by/4.0/";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    title: String,
    modified: Option<String>,
    reason_delivery: Option<String>,
    period: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Property {
    #[serde(rename = "ID")]
    id: i64,
    #[serde(rename = "ParentID")]
    parent: Option<i64>,
    r#type: String,
    key: Option<String>,
    title: Option<String>,
    map_year: Option<Year>,
    datatype: Option<String>,
    unit: Option<String>,
    decimals: Option<u8>,
    default: Option<String>,
    presentation_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    key: String,
    title: Option<String>,
    status: Option<String>,
    description: Option<String>,
    #[serde(rename = "CategoryGroupID")]
    group: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Category {
    #[serde(rename = "ID")]
    id: i64,
    title: Option<String>,
}

/// Title and release.
pub(super) fn head(http: &Http, session: &Session<'_>, endpoint: &Endpoint) -> Result<Description> {
    let infos: Vec<Info> = list(http, session, endpoint.at("TableInfos", ""))?;
    let info = infos
        .into_iter()
        .next()
        .ok_or_else(|| ErrorKind::Malformed("TableInfos is empty".into()))?;
    let own = endpoint.catalog == "CBS";
    let source = one_line(&info.source.unwrap_or_default());
    Ok(Description {
        id: endpoint.id.clone(),
        title: one_line(&info.title),
        catalog: endpoint.catalog.clone(),
        service: "v3",
        release: Release {
            modified: info.modified.unwrap_or_default(),
            version: String::new(),
        },
        period: info.period.unwrap_or_default(),
        reason: info.reason_delivery.unwrap_or_default(),
        publisher: if own {
            "CBS".into()
        } else {
            source.trim_end_matches('.').to_owned()
        },
        license: if own {
            OWN_LICENSE.into()
        } else {
            String::new()
        },
        observations: None,
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
    let properties: Vec<Property> = list(http, session, endpoint.at("DataProperties", ""))?;
    description.topics = topics(&properties);
    let found: Vec<_> = properties.into_iter().filter_map(dimension).collect();
    description.dimensions = parallel(http.config.connections, found, |mut dimension| {
        let items: Vec<Item> = list(http, session, endpoint.at(&dimension.key, ""))?;
        dimension.members = items.into_iter().map(member).collect();
        Ok(dimension)
    })?;
    Ok(description)
}

/// The titles of the groups of members, by id.
pub(super) fn groups(
    http: &Http,
    session: &Session<'_>,
    endpoint: &Endpoint,
) -> Result<BTreeMap<String, String>> {
    let groups: Vec<Category> = list(http, session, endpoint.at("CategoryGroups", ""))?;
    let entry = |group: Category| {
        let title = group.title.unwrap_or_default();
        (group.id.to_string(), one_line(&title))
    };
    Ok(groups.into_iter().map(entry).collect())
}

fn topics(properties: &[Property]) -> Vec<Topic> {
    let groups: Groups = properties
        .iter()
        .filter(|property| property.r#type == "TopicGroup")
        .map(|group| {
            let parent = group.parent.map(|id| id.to_string());
            (
                group.id.to_string(),
                (group.title.clone().unwrap_or_default(), parent),
            )
        })
        .collect();
    let is_topic = |property: &&Property| property.r#type == "Topic";
    properties
        .iter()
        .filter(is_topic)
        .map(|topic| {
            let parent = topic.parent.map(|id| id.to_string());
            Topic {
                key: topic.key.clone().unwrap_or_default(),
                path: path_of(
                    &groups,
                    parent.as_deref(),
                    topic.title.as_deref().unwrap_or_default(),
                ),
                unit: one_line(topic.unit.as_deref().unwrap_or_default()),
                decimals: topic.decimals.unwrap_or_default(),
                presentation: topic.presentation_type.clone().unwrap_or_default(),
                datatype: topic.datatype.clone().unwrap_or_default(),
                default: topic.default.clone().unwrap_or_default(),
            }
        })
        .collect()
}

fn dimension(property: Property) -> Option<Dimension> {
    let kind = match property.r#type.as_str() {
        "TimeDimension" => DimensionKind::Time,
        "GeoDimension" | "GeoDetail" => DimensionKind::Geo,
        "Topic" | "TopicGroup" => return None,
        _ => DimensionKind::Plain,
    };
    Some(Dimension {
        key: property.key?,
        title: one_line(&property.title.unwrap_or_default()),
        kind,
        map_year: property.map_year.and_then(Year::get),
        members: Vec::new(),
    })
}

fn member(item: Item) -> Member {
    let group = item.group.map(|id| id.to_string());
    Member {
        key: item.key.trim_end().to_owned(),
        remarks: Remarks::of(&item.key, item.description, group),
        raw: item.key,
        title: one_line(&item.title.unwrap_or_default()),
        status: status(item.status.as_deref()),
    }
}
