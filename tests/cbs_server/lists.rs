//! v3's lists of a table: `TableInfos`, `DataProperties`, and the members of a dimension.

use std::collections::BTreeSet;

use super::json::{object, optional, s};
use super::model::{Dim, Member, ServedTable};

pub fn info(table: &ServedTable) -> Vec<(&'static str, String)> {
    vec![
        ("ID", "0".into()),
        s("Identifier", &table.id),
        s("Title", &table.title),
        s("ShortTitle", &table.title),
        s("ShortDescription", ""),
        s("Summary", ""),
        s("Modified", &table.modified),
        s("ReasonDelivery", &table.reason),
        s("ExplanatoryText", ""),
        s("OutputStatus", "Regulier"),
        s("Source", &format!("{}.", table.catalog)),
        s("Language", "nl"),
        s("Catalog", &table.catalog),
        s("Frequency", "Perjaar"),
        s("Period", &table.period),
        s("DefaultPresentation", ""),
        s("DefaultSelection", ""),
        s("GraphTypes", "Table"),
        s("SearchPriority", "2"),
    ]
}

pub fn table_info(table: &ServedTable) -> String {
    let mut fields = info(table);
    fields.push(s("Description", "INHOUDSOPGAVE\r\n\r\n1. Toelichting"));
    object(&fields)
}

pub fn properties(table: &ServedTable) -> Vec<String> {
    let mut rows: Vec<String> = table
        .dims
        .iter()
        .enumerate()
        .map(|(id, dim)| dimension(table, id, dim))
        .collect();
    let mut groups: Vec<(Vec<String>, usize)> = Vec::new();
    for (number, topic) in table.topics.iter().enumerate() {
        let mut parent = "null".to_owned();
        for depth in 1..=topic.groups.len() {
            let path = topic.groups[..depth].to_vec();
            let known = groups
                .iter()
                .find(|(known, _)| *known == path)
                .map(|(_, id)| *id);
            let id = known.unwrap_or_else(|| {
                let id = rows.len();
                let mut fields = typed("TopicGroup", id, "null".into(), parent.clone());
                fields.extend([
                    s("Key", ""),
                    s("Title", &path[depth - 1]),
                    s("Description", ""),
                ]);
                rows.push(object(&fields));
                groups.push((path, id));
                id
            });
            parent = id.to_string();
        }
        let position = (table.dims.len() + number).to_string();
        let mut fields = typed("Topic", rows.len(), position, parent);
        fields.extend([
            s("Key", &topic.key),
            s("Title", &topic.title),
            ("Description", "null".into()),
            s("Datatype", &topic.datatype),
            s("Unit", &topic.unit),
            ("Decimals", topic.decimals.to_string()),
            ("Default", optional(topic.default.as_deref())),
            s("PresentationType", &topic.presentation),
        ]);
        rows.push(object(&fields));
    }
    rows
}

/// What every property begins with.
fn typed(word: &str, id: usize, position: String, parent: String) -> Vec<(&'static str, String)> {
    vec![
        s("odata.type", &format!("Cbs.OData.{word}")),
        ("ID", id.to_string()),
        ("Position", position),
        ("ParentID", parent),
        s("Type", word),
    ]
}

fn dimension(table: &ServedTable, id: usize, dim: &Dim) -> String {
    let mut fields = typed(dim.kind.word(), id, id.to_string(), "null".into());
    fields.extend([
        s("Key", &dim.key),
        s("Title", &dim.title),
        ("Description", "null".into()),
    ]);
    match dim.kind.word() {
        "TimeDimension" => fields.push(("ReleasePolicy", "false".into())),
        "Dimension" => {}
        _ => fields.push((
            "MapYear",
            table
                .map_year
                .map_or("null".into(), |year| year.to_string()),
        )),
    }
    object(&fields)
}

/// The provinces in whose groups regions are, in the order of their numbers from 1.
fn provinces(table: &ServedTable) -> BTreeSet<&(String, String)> {
    let told = table.told.values();
    told.filter_map(|told| told.province.as_ref()).collect()
}

pub fn category_groups(table: &ServedTable) -> Vec<String> {
    let group = |(id, (_, name)): (usize, &(String, String))| {
        object(&[
            ("ID", (id + 1).to_string()),
            s("DimensionKey", "RegioS"),
            s("Title", &format!("{name} (PV)")),
            ("Description", "null".into()),
            ("ParentID", "null".into()),
        ])
    };
    provinces(table)
        .into_iter()
        .enumerate()
        .map(group)
        .collect()
}

pub fn member_row(table: &ServedTable, dim: &Dim, member: &Member, width: usize) -> String {
    let told = table.told.get(&member.key);
    let text = told.map(|told| told.text.as_str());
    let mut fields = vec![
        s("Key", &format!("{:<width$}", member.key)),
        s("Title", &member.title),
        ("Description", optional(text)),
    ];
    match (&member.status, dim.kind.word()) {
        (Some(status), _) => fields.push(s("Status", status)),
        (None, "GeoDetail") => fields.extend([
            s("Municipality", &member.key),
            s("DetailRegionCode", &member.key),
        ]),
        _ => {
            let province = told.and_then(|told| told.province.as_ref());
            let id = province.and_then(|of| provinces(table).iter().position(|known| *known == of));
            let id = id.map_or("null".to_owned(), |id| (id + 1).to_string());
            fields.push(("CategoryGroupID", id));
        }
    }
    object(&fields)
}
