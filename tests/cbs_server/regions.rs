//! What CBS writes under regions: its log of herindelingen, told by both sides, in its own words.
//!
//! In: a folder `data/regions/`, or the regions of a captured answer. Out: the texts of a [`ServedTable`], and its regions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::model::{Kind, Member, RegionTold, ServedTable};

/// The provinces by code.
const PROVINCES: [(&str, &str); 12] = [
    ("PV20", "Groningen"),
    ("PV21", "Fryslân"),
    ("PV22", "Drenthe"),
    ("PV23", "Overijssel"),
    ("PV24", "Flevoland"),
    ("PV25", "Gelderland"),
    ("PV26", "Utrecht"),
    ("PV27", "Noord-Holland"),
    ("PV28", "Zuid-Holland"),
    ("PV29", "Zeeland"),
    ("PV30", "Noord-Brabant"),
    ("PV31", "Limburg"),
];

/// The cells of each line of a CSV file without its header, by the names of the header.
pub fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a file");
    let rows = reader.deserialize();
    rows.map(|row| row.expect("a line")).collect()
}

fn member(key: &str, title: &str) -> Member {
    Member {
        key: key.to_owned(),
        title: title.to_owned(),
        status: None,
    }
}

/// Writes under the regions of a table what lists of gemeenten and a log in the project's own format say. Gemeenten and
/// provinces that the table lacks join it: CBS's list has whatever ever was one.
pub fn tell(table: &mut ServedTable, folder: &Path) {
    let gemeenten = rows(&folder.join("gemeenten.csv"));
    let log = rows(&folder.join("herindelingen.csv"));
    let names: BTreeMap<&str, &str> = gemeenten
        .iter()
        .map(|of| (of["code"].as_str(), of["name"].as_str()))
        .collect();
    let first = gemeenten.iter().map(|of| of["from"].as_str()).min();
    let first = first.expect("a gemeente");
    let mut told = BTreeMap::new();
    for of in &gemeenten {
        let name = PROVINCES.iter().find(|(code, _)| **code == *of["province"]);
        let (code, name) = name.expect("a province");
        let is_new = of["from"] != first;
        let text = text(&of["code"], is_new, &log, &names);
        let since = if is_new {
            ""
        } else {
            "Begindatum voor 1830\r\n"
        };
        told.insert(
            of["code"].clone(),
            RegionTold {
                text: text + since,
                province: Some(((*code).to_owned(), (*name).to_owned())),
            },
        );
    }
    let dims = table.dims.iter_mut();
    let mut geo = dims.filter(|dim| dim.kind == Kind::GeoDimension);
    let members = &mut geo.next().expect("regions").members;
    for member in members.iter_mut() {
        if let Some(name) = names.get(member.key.as_str()) {
            (*name).clone_into(&mut member.title);
        }
    }
    let known: BTreeSet<String> = members.iter().map(|member| member.key.clone()).collect();
    let provinces = PROVINCES
        .iter()
        .map(|(code, name)| member(code, &format!("{name} (PV)")));
    let gemeenten = names.iter().map(|(code, name)| member(code, name));
    let lacking = provinces
        .chain(gemeenten)
        .filter(|member| !known.contains(&member.key));
    members.extend(lacking.collect::<Vec<_>>());
    table.told = told;
}

/// What CBS writes under one gemeente, latest first.
fn text(
    code: &str,
    is_new: bool,
    log: &[BTreeMap<String, String>],
    names: &BTreeMap<&str, &str>,
) -> String {
    let own = || {
        log.iter()
            .filter(|line| line["from"] == code || line["to"] == code)
    };
    let first = own().map(|line| line["date"].as_str()).min();
    let ends: BTreeSet<(&str, &str)> = log
        .iter()
        .filter(|line| line["kind"] == "opheffing")
        .map(|line| (line["date"].as_str(), line["from"].as_str()))
        .collect();
    let mut parts: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for line in own() {
        let [year, month, day] = [0..4, 5..7, 8..10].map(|at| &line["date"][at]);
        let gave = line["from"] == code;
        let other = if gave { &line["to"] } else { &line["from"] };
        let name = names.get(other.as_str()).copied().unwrap_or("Onbekend");
        let (heading, body) = if line["kind"] == "naamswijziging" {
            let word = if gave { "nieuwe" } else { "oude" };
            (
                "Naamswijziging per DATE,",
                format!("{word} naam: {name} ({other})\r\n"),
            )
        } else {
            let is_made = is_new && first == Some(line["date"].as_str());
            let heading = match (gave, ends.contains(&(line["date"].as_str(), code))) {
                (true, true) => "Opgeheven per DATE, overgegaan naar:",
                (true, false) => "Grenswijziging per DATE, overgegaan naar:",
                (false, _) if is_made => "Ontstaan per DATE, ontvangen van:",
                (false, _) => "Grenswijziging per DATE, ontvangen van:",
            };
            let (dwellings, inhabitants) = (&line["dwellings"], &line["inhabitants"]);
            let words = [
                (dwellings, "woning", "woningen"),
                (inhabitants, "inwoner", "inwoners"),
            ];
            let words = words.map(|(count, one, more)| {
                let word = if count == "1" { one } else { more };
                format!("{count} {word}")
            });
            let amounts = format!("... 1 hectare met {} en {}", words[0], words[1]);
            (heading, format!("- {name} ({other}),\r\n{amounts}\r\n"))
        };
        let heading = heading.replace("DATE", &format!("{day}-{month}-{year}"));
        parts
            .entry((line["date"].clone(), heading))
            .or_default()
            .push(body);
    }
    let parts = parts.iter().rev();
    let parts =
        parts.map(|((_, heading), bodies)| [heading, "\r\n", &bodies.concat(), "\r\n"].concat());
    parts.collect()
}

/// The regions of a captured answer of v4, with their texts, in the place of those of a table.
pub fn captured(table: &mut ServedTable, path: &Path) {
    let answer = std::fs::read_to_string(path).expect("a captured answer");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let text = |of: &serde_json::Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    let dims = table.dims.iter_mut();
    let mut geo = dims.filter(|dim| dim.kind == Kind::GeoDimension);
    let members = &mut geo.next().expect("regions").members;
    members.clear();
    for of in answer["value"].as_array().expect("a list") {
        let code = text(of, "Identifier");
        let group = text(of, "DimensionGroupId");
        let province = PROVINCES
            .iter()
            .find(|(code, _)| group == format!("GM{code}"));
        members.push(member(&code, &text(of, "Title")));
        let told = RegionTold {
            text: text(of, "Description"),
            province: province.map(|(code, name)| ((*code).to_owned(), (*name).to_owned())),
        };
        table.told.insert(code, told);
    }
}
