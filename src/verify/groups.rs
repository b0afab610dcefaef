//! Who is compared: `groepen.csv` held against itself, and against what the program gave the paper to print of groups.
//!
//! In: attached files and `teksten.json`. Out: what differs. Cannot fail. The peculiarity it exists for: which groups are networks
//! decides among whom a rank is told, and a group that is called something else changes it without a single figure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::attached::Files;
use super::rows::Rows;
use crate::base::csv::plain;
use crate::evidence::Texts;

const NAME: &str = "groepen.csv";
/// Kinds of groups, and how many there can be of each.
const KINDS: [(&str, usize); 4] = [("network", usize::MAX), (SIZE, 1), (OTHERS, 1), (NATION, 1)];
const SIZE: &str = "size-class";
const OTHERS: &str = "others-of-size";
const NATION: &str = "nation";

/// A member of a group.
#[derive(Clone, PartialEq, Deserialize)]
struct Member {
    group: String,
    region: String,
    name: String,
    label: String,
    /// A paper of before there was such a column says nothing.
    #[serde(default)]
    kind: String,
    list_date: String,
    complete: bool,
    source: String,
}

/// The groups that are attached, by id.
type Groups = BTreeMap<String, Vec<Member>>;

/// What is wrong with the groups; of a sheet, which carries none, nothing.
pub(super) fn check(files: &Files, texts: &Texts, rows: &Rows) -> Vec<String> {
    let Some(bytes) = files.get(NAME) else {
        return Vec::new();
    };
    let mut groups = Groups::new();
    for row in csv::Reader::from_reader(bytes.as_slice()).deserialize() {
        match row {
            Ok(row) => {
                let row: Member = row;
                groups.entry(row.group.clone()).or_default().push(row);
            }
            Err(error) => return vec![format!("`{NAME}` cannot be read: {error}")],
        }
    }
    let mut wrong: Vec<String> = groups.values().filter_map(|of| alone(of)).collect();
    wrong.extend(together(&groups));
    let mut members = groups.values().flatten();
    wrong.extend(members.find_map(|member| renamed(member, rows)));
    wrong.extend(printed(&groups, texts, rows));
    wrong
}

/// What is wrong with a group by itself.
fn alone(of: &[Member]) -> Option<String> {
    let first = of.first()?;
    let is_like = |row: &Member| {
        let as_first = Member {
            region: first.region.clone(),
            name: first.name.clone(),
            ..row.clone()
        };
        as_first == *first
    };
    let regions: BTreeSet<&str> = of.iter().map(|row| row.region.as_str()).collect();
    let what = if !of.iter().all(is_like) {
        "says two things of one group"
    } else if regions.len() < of.len() {
        "names a member twice"
    } else if KINDS.iter().all(|(kind, _)| *kind != first.kind) {
        "does not say what kind of group it is"
    } else {
        return None;
    };
    Some(format!("`{NAME}`: {}: {what}", first.group))
}

/// A member that is called otherwise than in the rows: the source may add a province or a kind behind the name.
fn renamed(member: &Member, rows: &Rows) -> Option<String> {
    let (name, known) = (plain(&member.name), rows.names.get(&member.region)?);
    let rest = name.strip_prefix(known.as_str());
    let is_same = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("));
    (!is_same).then(|| format!("`{NAME}`: {known} is called {name} there"))
}

/// What is wrong between groups.
fn together(groups: &Groups) -> Vec<String> {
    let of_kind = |kind: &str| -> Vec<BTreeSet<&str>> {
        let of = groups
            .values()
            .filter(|of| of.iter().all(|row| row.kind == kind));
        of.map(|of| of.iter().map(|row| row.region.as_str()).collect())
            .collect()
    };
    let mut wrong = Vec::new();
    for (kind, most) in KINDS {
        if of_kind(kind).len() > most {
            wrong.push(format!("`{NAME}`: more than one group is of kind `{kind}`"));
        }
    }
    let (networks, nation) = (of_kind("network"), of_kind(NATION));
    let everyone: BTreeSet<&str> = groups
        .values()
        .flatten()
        .map(|row| row.region.as_str())
        .collect();
    if nation.first() != Some(&everyone) {
        wrong.push(format!("`{NAME}`: a member of a group is not in Nederland"));
    }
    if let (Some(size), Some(others)) = (of_kind(SIZE).first(), of_kind(OTHERS).first()) {
        let is_rest = |network: &BTreeSet<&str>| size - network == *others;
        if !networks.iter().any(is_rest) {
            wrong.push(format!(
                "`{NAME}`: the others of the size are not those outside a network"
            ));
        }
    }
    wrong
}

/// What the paper was given to print of groups that is not what is attached.
fn printed(groups: &Groups, texts: &Texts, rows: &Rows) -> Vec<String> {
    let Some(list) = texts.paper.get("groups").and_then(Value::as_array) else {
        return vec!["`teksten.json` names no groups".to_owned()];
    };
    let text = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    let ids: BTreeSet<String> = list.iter().map(|of| text(of, "id")).collect();
    let mut wrong = Vec::new();
    if ids.len() < list.len() || !ids.iter().eq(groups.keys()) {
        wrong.push(format!("`teksten.json` names other groups than `{NAME}`"));
    }
    for of in list {
        let Some(members) = groups.get(&text(of, "id")) else {
            continue;
        };
        let names = |members: &[Member]| -> BTreeSet<String> {
            let names = members.iter().map(|member| rows.names.get(&member.region));
            names.flatten().cloned().collect()
        };
        let listed = of["members"].as_array().into_iter().flatten();
        let listed: BTreeSet<String> = listed
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        // only of a network the paper says whom it has
        let is_told = |row: &Member| {
            let cells = [
                (&row.label, "label"),
                (&row.list_date, "list_date"),
                (&row.source, "source"),
            ];
            cells.iter().all(|(cell, key)| plain(cell) == text(of, key))
                && of["complete"] == row.complete
                && listed
                    == if row.kind == "network" {
                        names(members)
                    } else {
                        BTreeSet::new()
                    }
        };
        if of["n"] != members.len() || !members.first().is_some_and(is_told) {
            wrong.push(format!(
                "`teksten.json` says other things of {} than `{NAME}`",
                text(of, "id")
            ));
        }
    }
    wrong
}
