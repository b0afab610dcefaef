//! OData v4 as CBS speaks it: one catalog `CBS`, observations one per row, reasons instead of nulls.

use std::fmt::Write as _;

use super::filter::Value;
use super::http::{Answer, encode};
use super::json::{object, optional, s, text};
use super::model::{Cell, Dim, Member, ServedTable};
use super::pick::Picked;
use super::v3::Site;

/// Answers what comes behind `/odata/v1`.
pub fn answer(site: &Site<'_>, rest: &[&str]) -> Answer {
    let origin = if site.options.wrong_host {
        "https://datasets.prod.cbsp.nl".to_owned()
    } else {
        format!(
            "http://{}",
            site.request.header("host").unwrap_or("datasets.cbs.nl")
        )
    };
    let known = |id: &str| {
        site.tables
            .iter()
            .find(|table| table.v4 && table.catalog == "CBS" && table.id == id)
    };
    match rest {
        ["Catalogs"] => list(
            &origin,
            "Catalogs",
            &[object(&[
                s("Identifier", "CBS"),
                s("Title", "CBS databank StatLine"),
            ])],
        ),
        ["Datasets"] | ["CBS", "Datasets"] => {
            let own = site
                .tables
                .iter()
                .filter(|table| table.v4 && table.catalog == "CBS");
            list(&origin, "Datasets", &own.map(dataset).collect::<Vec<_>>())
        }
        ["CBS", id, rest @ ..] => match known(id) {
            Some(table) => in_table(site, table, &format!("{origin}/odata/v1/CBS/{id}"), rest),
            None => fault(404, "Dataset not found"),
        },
        _ => fault(404, "Not found"),
    }
}

fn in_table(site: &Site<'_>, table: &ServedTable, root: &str, rest: &[&str]) -> Answer {
    match rest {
        [] => list(root, "", &services(table)),
        ["Properties"] => Answer::json(properties(table, root)),
        ["Dimensions"] => list(root, "Dimensions", &dimensions(table, root)),
        ["MeasureCodes"] => list(root, "MeasureCodes", &measures(table)),
        ["MeasureGroups"] if !groups(table).is_empty() => {
            let row = |(at, path): (usize, &Vec<String>)| {
                let parent = (path.len() > 1).then(|| group_id(table, &path[..path.len() - 1]));
                object(&[
                    s("Id", &group_id(table, path)),
                    ("Index", (at + 1).to_string()),
                    s("Title", path.last().expect("a title")),
                    s("Description", ""),
                    ("ParentId", optional(parent.as_deref())),
                ])
            };
            list(
                root,
                "MeasureGroups",
                &groups(table)
                    .iter()
                    .enumerate()
                    .map(row)
                    .collect::<Vec<_>>(),
            )
        }
        ["Observations"] => observations(site, table, root, false),
        ["Observations", "$count"] if !site.options.countless => {
            observations(site, table, root, true)
        }
        [name] => match table
            .dims
            .iter()
            .find(|dim| format!("{}Codes", dim.key) == *name)
        {
            Some(dim) => {
                let row = |(at, member): (usize, &Member)| code(table, at, member);
                list(
                    root,
                    name,
                    &dim.members.iter().enumerate().map(row).collect::<Vec<_>>(),
                )
            }
            None => fault(404, "Not found"),
        },
        _ => fault(404, "Not found"),
    }
}

/// A member of a dimension as CBS lists it.
fn code(table: &ServedTable, at: usize, member: &Member) -> String {
    let told = table.told.get(&member.key);
    let group = told.and_then(|told| told.province.as_ref());
    let group = group.map(|(code, _)| format!("GM{code}"));
    let mut fields = vec![
        s("Identifier", &member.key),
        ("Index", (at + 1).to_string()),
        s("Title", &member.title),
        s("Description", told.map_or("", |told| &told.text)),
        ("DimensionGroupId", optional(group.as_deref())),
    ];
    fields.extend(member.status.as_deref().map(|status| s("Status", status)));
    object(&fields)
}

fn services(table: &ServedTable) -> Vec<String> {
    let names = ["Dimensions", "MeasureCodes", "Observations"]
        .map(str::to_owned)
        .into_iter();
    let codes = table.dims.iter().map(|dim| format!("{}Codes", dim.key));
    let set = |name: String| object(&[s("name", &name), s("kind", "EntitySet"), s("url", &name)]);
    let single = object(&[
        s("name", "Properties"),
        s("kind", "Singleton"),
        s("url", "Properties"),
    ]);
    names.chain(codes).map(set).chain([single]).collect()
}

fn head(table: &ServedTable) -> Vec<(&'static str, String)> {
    vec![
        s("Identifier", &table.id),
        s("Title", &table.title),
        s("Description", ""),
        s("Language", "nl"),
        s("Catalog", "CBS"),
        s("Version", &table.version.to_string()),
        s("VersionNotes", ""),
        s("VersionReason", &table.reason),
        s(
            "Status",
            if table.reason == "Stopgezet" {
                "Gediscontinueerd"
            } else {
                "Regulier"
            },
        ),
        s("Modified", &format!("{}+02:00", table.modified)),
        s("ObservationsModified", &format!("{}+02:00", table.modified)),
        s("DatasetType", "Numeric"),
        (
            "ObservationCount",
            (table.rows() * table.topics.len()).to_string(),
        ),
    ]
}

fn dataset(table: &ServedTable) -> String {
    object(&head(table))
}

fn properties(table: &ServedTable, root: &str) -> String {
    let mut fields = vec![s("@odata.context", &format!("{root}/$metadata#Properties"))];
    fields.extend(head(table));
    fields.push(s("TemporalCoverage", &table.period));
    fields.push(s(
        "Publisher",
        "https://standaarden.overheid.nl/owms/terms/Centraal_Bureau_voor_de_Statistiek",
    ));
    fields.push(s("ContactPoint", "infoservice@cbs.nl"));
    fields.push(s("Frequency", "Per jaar"));
    fields.push(s("License", "https://creativecommons.org/licenses/by/4.0/"));
    fields.push(s("Source", "CBS."));
    object(&fields)
}

fn dimensions(table: &ServedTable, root: &str) -> Vec<String> {
    let row = |dim: &super::model::Dim| {
        let plain = dim.kind.word() == "Dimension";
        let mut fields = if plain {
            vec![]
        } else {
            vec![s(
                "@odata.type",
                &format!("#Cbs.Ccb.Models.{}", dim.kind.word()),
            )]
        };
        let year = table.map_year.map(|year| year.to_string());
        fields.extend([
            s("Identifier", &dim.key),
            s("Title", &dim.title),
            s("Description", ""),
        ]);
        fields.push((
            "MapYear",
            if plain {
                "null".into()
            } else {
                text(&year.unwrap_or_default())
            },
        ));
        fields.extend([("ReleasePolicy", "null".into()), s("Kind", dim.kind.word())]);
        fields.extend([
            ("ContainsGroups", "false".into()),
            ("ContainsCodes", "true".into()),
        ]);
        fields.extend([
            s("CodesUrl", &format!("{root}/{}Codes", dim.key)),
            ("GroupsUrl", "null".into()),
        ]);
        object(&fields)
    };
    table.dims.iter().map(row).collect()
}

fn measures(table: &ServedTable) -> Vec<String> {
    let row = |(at, topic): (usize, &super::model::Topic)| {
        let group = (!topic.groups.is_empty()).then(|| group_id(table, &topic.groups));
        object(&[
            s("Identifier", &topic.code),
            ("Index", (at + 1).to_string()),
            s("Title", &topic.title),
            s("Description", ""),
            ("MeasureGroupId", optional(group.as_deref())),
            s("DataType", &topic.datatype),
            s("Unit", &topic.unit),
            ("Decimals", topic.decimals.to_string()),
            s("PresentationType", &topic.presentation),
        ])
    };
    table.topics.iter().enumerate().map(row).collect()
}

/// Every path of groups, parents first.
fn groups(table: &ServedTable) -> Vec<Vec<String>> {
    let mut paths: Vec<Vec<String>> = Vec::new();
    for topic in &table.topics {
        for depth in 1..=topic.groups.len() {
            let path = topic.groups[..depth].to_vec();
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    paths
}

fn group_id(table: &ServedTable, path: &[String]) -> String {
    format!(
        "G{:06}",
        groups(table)
            .iter()
            .position(|known| known == path)
            .expect("a group")
            + 1
    )
}

/// The codes of the measures, then those of each dimension.
fn keys(table: &ServedTable) -> Vec<Vec<String>> {
    let measures = table.topics.iter().map(|topic| topic.code.clone());
    let members = |dim: &Dim| {
        dim.members
            .iter()
            .map(|member| member.key.clone())
            .collect()
    };
    std::iter::once(measures.collect())
        .chain(table.dims.iter().map(members))
        .collect()
}

/// What an observation has beside its members.
const OWN: [&str; 4] = ["Id", "ValueAttribute", "Value", "StringValue"];

fn observations(site: &Site<'_>, table: &ServedTable, root: &str, only_count: bool) -> Answer {
    let names: Vec<&str> = std::iter::once("Measure")
        .chain(table.dims.iter().map(|dim| dim.key.as_str()))
        .collect();
    let keys = keys(table);
    let cell = |coords: &[usize]| (table.cells)(&coords[1..], coords[0]);
    let other = |name: &str, coords: &[usize]| match (name, cell(coords)) {
        ("Value", Cell::Value(value)) => Some(Value::Number(value)),
        ("ValueAttribute", Cell::Empty(reason)) => Some(Value::Text(reason.into())),
        ("ValueAttribute", _) => Some(Value::Text("None".into())),
        ("Value" | "StringValue", _) => Some(Value::Null),
        _ => None,
    };
    let selected = match selected(site, &names) {
        Ok(selected) => selected,
        Err(why) => return fault(400, &why),
    };
    let is_selected = |name: &str| selected.as_ref().is_none_or(|names| names.contains(&name));
    let picked = match Picked::new(site.request.option("$filter"), true, &names, &keys, &other) {
        Ok(picked) => picked,
        Err(why) => return fault(400, &why),
    };
    let present: Option<Vec<usize>> = (!table.dense).then(|| {
        (0..picked.count())
            .filter(|at| cell(&picked.coords(*at)) != Cell::Absent)
            .collect()
    });
    let count = present.as_ref().map_or(picked.count(), Vec::len);
    if only_count {
        return Answer::text(200, &format!("\u{feff}{count}"));
    }
    let in_row = |(name, keys): (&&str, &Vec<String>)| -> Vec<String> {
        let field = |key: &String| {
            if is_selected(name) {
                format!(",\"{name}\":{}", text(key))
            } else {
                String::new()
            }
        };
        keys.iter().map(field).collect()
    };
    let codes: Vec<Vec<String>> = names.iter().zip(&keys).map(in_row).collect();
    let write = |number: usize| {
        let at = present.as_ref().map_or(number, |present| present[number]);
        let coords = picked.coords(at);
        let own = codes.iter().zip(&coords).map(|(codes, at)| &*codes[*at]);
        observation(at, &cell(&coords), own, &is_selected)
    };
    let skip = site.number("$skip").unwrap_or_default().min(count);
    let end = site
        .number("$top")
        .map_or(count, |top| (skip + top).min(count));
    let last = end.min(skip + site.options.v4_page);
    let mut rows: Vec<_> = (skip..last).map(write).collect();
    site.tweak(&mut rows);
    let next = (last < end).then(|| next_link(site, root, last));
    let next = site.tweak_link(next, skip);
    let counted = site.request.option("$count") == Some("true") && !site.options.countless;
    page(root, counted.then_some(count), &rows, next.as_deref())
}

/// The fields that are asked of each observation, all when none are named.
fn selected<'a>(site: &Site<'a>, names: &[&str]) -> Result<Option<Vec<&'a str>>, String> {
    let selected = site.request.option("$select");
    let selected: Option<Vec<&str>> = selected.map(|names| names.split(',').collect());
    let known = |name: &&str| names.contains(name) || OWN.contains(name);
    match selected.iter().flatten().find(|name| !known(name)) {
        Some(unknown) => Err(format!("Could not find a property named '{unknown}'.")),
        None => Ok(selected),
    }
}

/// Where the rows from this one on are.
fn next_link(site: &Site<'_>, root: &str, from: usize) -> String {
    let query = site.request.query.iter();
    let kept = query.filter(|(name, _)| name != "$skip");
    let kept: Vec<_> = kept
        .map(|(name, text)| format!("{name}={}&", encode(text)))
        .collect();
    format!("{root}/Observations?{}$skip={from}", kept.concat())
}

/// An observation as CBS writes it, with the field of its measure and that of each dimension, each after a comma.
fn observation<'a>(
    id: usize,
    cell: &Cell,
    mut codes: impl Iterator<Item = &'a str>,
    is_selected: &dyn Fn(&str) -> bool,
) -> String {
    let mut out = String::with_capacity(192);
    if is_selected("Id") {
        let _ = write!(out, ",\"Id\":{id}");
    }
    out.push_str(codes.next().unwrap_or_default());
    if is_selected("ValueAttribute") {
        let attribute = match cell {
            Cell::Empty(reason) => reason,
            _ => "None",
        };
        let _ = write!(out, ",\"ValueAttribute\":\"{attribute}\"");
    }
    if is_selected("Value") {
        let _ = match cell {
            Cell::Value(value) => write!(out, ",\"Value\":{value}"),
            _ => out.write_str(",\"Value\":null"),
        };
    }
    if is_selected("StringValue") {
        let _ = match cell {
            Cell::Text(found) => write!(out, ",\"StringValue\":{}", text(found)),
            _ => out.write_str(",\"StringValue\":null"),
        };
    }
    for code in codes {
        out.push_str(code);
    }
    out.replace_range(..1, "{");
    out.push('}');
    out
}

/// A page of observations as CBS writes it.
fn page(root: &str, count: Option<usize>, rows: &[String], next: Option<&str>) -> Answer {
    let counted = count.map(|count| format!("\"@odata.count\":{count},"));
    let next = next.map(|link| format!(",\"@odata.nextLink\":{}", text(link)));
    let (counted, next) = (counted.unwrap_or_default(), next.unwrap_or_default());
    let context = text(&format!("{root}/$metadata#Observations"));
    Answer::json(format!(
        "{{\"@odata.context\":{context},{counted}\"value\":[{}]{next}}}",
        rows.join(",")
    ))
}

fn list(root: &str, name: &str, rows: &[String]) -> Answer {
    let context = text(&format!("{root}/$metadata#{name}"));
    Answer::json(format!(
        "{{\"@odata.context\":{context},\"value\":[{}]}}",
        rows.join(",")
    ))
}

fn fault(status: u16, message: &str) -> Answer {
    let mut answer = Answer::json(format!(
        "{{\"error\":{{\"code\":\"\",\"message\":{},\"details\":[]}}}}",
        text(message)
    ));
    answer.status = status;
    answer
}
