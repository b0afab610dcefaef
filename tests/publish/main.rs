//! The open data as a researcher meets it: tidy files of every edition, in which nothing is lost or mixed up.
//!
//! From the figures that never change, so that numbers can be told.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod files;
mod package;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

use files::{parquet, unzipped};
use middelgroot::base::observation::{Missing, Status};
use serde_json::Value;
use support::{Made, Project, Sheet, frozen};

const EDITIONS: [&str; 3] = ["2026", "2026-leden-2023", "2021"];

const TABLES: [&str; 15] = [
    "bronnen",
    "codes",
    "gelijken",
    "gemeenten",
    "groepen",
    "groepslijsten",
    "indicatoren",
    "reeks-bronnen",
    "reeksen",
    "regios",
    "standen",
    "typen",
    "typen-kenmerken",
    "typen-toets",
    "vergelijking",
];

/// What lies beside the tables.
const BESIDE: [&str; 9] = [
    "CITATION.cff",
    "LICENSE",
    "README.md",
    "SHA256SUMS",
    "codebook.md",
    "datapackage.json",
    "datasheet.md",
    "dcat.jsonld",
    "kracht-van-middelgroot.xlsx",
];

/// The sheets of all editions, by edition and file.
struct Built {
    project: Project,
    sheets: BTreeMap<(&'static str, &'static str), Sheet>,
}

fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let project = Project::shared_by_tests_of("publish", &frozen());
        let mut sheets = BTreeMap::new();
        for edition in EDITIONS {
            project.must(&["build", "--data-only", "--edition", edition]);
            for table in TABLES {
                let path = project.path(&format!("output/{edition}/data/{table}.csv"));
                sheets.insert((edition, table), Sheet::read(&path));
            }
        }
        Built { project, sheets }
    })
}

fn sheet(edition: &'static str, table: &'static str) -> &'static Sheet {
    &built().sheets[&(edition, table)]
}

/// A file of the open data of an edition.
fn bytes(edition: &str, file: &str) -> Vec<u8> {
    let path = format!("output/{edition}/data/{file}");
    fs::read(built().project.path(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(edition: &str, file: &str) -> String {
    String::from_utf8(bytes(edition, file)).unwrap()
}

/// The tables as the package of an edition describes them, by name.
fn described(edition: &str) -> BTreeMap<String, Value> {
    let package: Value = serde_json::from_slice(&bytes(edition, "datapackage.json")).unwrap();
    let resources = package["resources"].as_array().unwrap().iter();
    let named = resources.map(|table| (of(table, "name").to_owned(), table.clone()));
    named.collect()
}

fn of<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn all_of<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn a_cell_has_a_value_or_a_kind_of_missing() {
    for edition in EDITIONS {
        let gemeenten = sheet(edition, "gemeenten");
        let (value, missing, status) = (
            gemeenten.column("value"),
            gemeenten.column("missing"),
            gemeenten.column("status"),
        );
        for row in &gemeenten.rows {
            let kind: Missing = row[missing]
                .parse()
                .unwrap_or_else(|error| panic!("{error}: {row:?}"));
            assert_eq!(
                row[value].is_empty(),
                kind != Missing::None,
                "{edition}: {row:?}"
            );
            assert!(row[status].parse::<Status>().is_ok(), "{edition}: {row:?}");
        }
        let groups = sheet(edition, "vergelijking");
        let (value, missing) = (groups.column("value"), groups.column("missing"));
        for row in &groups.rows {
            if row[value].is_empty() {
                assert_ne!(&row[missing], "none", "{edition}: {row:?}");
            }
        }
    }
}

/// Names of regions, by code.
fn names(edition: &'static str) -> BTreeMap<&'static str, &'static str> {
    let sheet = sheet(edition, "regios");
    let rows = sheet.rows.iter();
    rows.map(|row| (sheet.cell(row, "region"), sheet.cell(row, "name")))
        .collect()
}

#[test]
fn kinds_of_missing_stay_apart_to_the_end() {
    let (sheet, names) = (sheet("2026", "gemeenten"), names("2026"));
    let of = |indicator: &str, year: &str, kind: &str| -> Vec<&str> {
        sheet
            .of(&[
                ("indicator", indicator),
                ("period", year),
                ("missing", kind),
            ])
            .into_iter()
            .map(|row| names[sheet.cell(row, "region")])
            .collect()
    };
    let lasten = [
        "lasten",
        "lasten-bestuur",
        "lasten-sociaal",
        "lasten-veiligheid",
        "lasten-ruimte",
        "ozb",
        "ozb-per-woning",
    ];
    for indicator in lasten {
        assert_eq!(
            of(indicator, "2025", "not-delivered"),
            ["De Bilt", "Landsmeer", "Midden-Drenthe", "Vijfheerenlanden"],
            "{indicator}"
        );
        assert_eq!(of(indicator, "2025", "none").len(), 338, "{indicator}");
    }
    // what cannot be brought to other boundaries says so
    let merged = of("mediaan-vermogen", "2021", "herindeling");
    assert!(
        merged.contains(&"Dijk en Waard") && merged.contains(&"Voorne aan Zee"),
        "{merged:?}"
    );
    assert!(!of("mediaan-vermogen", "2021", "none").contains(&"Dijk en Waard"));
    // CBS prints a dot where there is little or no stadsverwarming: unknown, not zero
    assert!(of("stadsverwarming", "2021", "unknown").len() > 200);
    // and zero is a figure
    assert!(
        !sheet
            .of(&[
                ("indicator", "corporatiewoningen"),
                ("value", "0.0"),
                ("missing", "none")
            ])
            .is_empty()
    );
}

#[test]
fn every_gemeente_stands_in_every_year_of_every_indicator() {
    for (edition, gemeenten) in [("2026", 342), ("2026-leden-2023", 342), ("2021", 352)] {
        let sheet = sheet(edition, "gemeenten");
        let (indicator, period) = (sheet.column("indicator"), sheet.column("period"));
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for row in &sheet.rows {
            *counts.entry((&row[indicator], &row[period])).or_default() += 1;
        }
        assert!(
            counts.values().all(|count| *count == gemeenten),
            "{edition}"
        );
        assert!(
            edition != "2021" || counts.keys().all(|(_, period)| *period <= "2021"),
            "no period after 2021"
        );
    }
}

/// Codes of the members of a group.
fn members(edition: &'static str, group: &str) -> BTreeSet<&'static str> {
    let sheet = sheet(edition, "groepen");
    sheet
        .of(&[("group", group)])
        .into_iter()
        .map(|row| sheet.cell(row, "region"))
        .collect()
}

#[test]
fn all_members_of_m50_are_there_under_todays_names() {
    for (edition, count) in [("2026", 40), ("2026-leden-2023", 61), ("2021", 40)] {
        let groups = sheet(edition, "groepen");
        let listed = groups.of(&[("group", "M50")]);
        assert_eq!(listed.len(), count, "{edition}");
        let names = names(edition);
        let continued: Vec<(&str, &str)> = listed
            .iter()
            .filter(|row| groups.cell(row, "region") != groups.cell(row, "listed_code"))
            .map(|row| {
                (
                    groups.cell(row, "listed_name"),
                    names[groups.cell(row, "region")],
                )
            })
            .collect();
        let expected: &[(&str, &str)] = match edition {
            "2026" => &[
                ("Heerhugowaard", "Dijk en Waard"),
                ("Hellevoetsluis", "Voorne aan Zee"),
            ],
            _ => &[],
        };
        assert_eq!(continued, expected, "{edition}");
    }
}

#[test]
fn groups_overlap_as_they_do() {
    let [m50, g4, g40, p10, mid, other, all] = [
        "M50",
        "G4",
        "G40",
        "P10",
        "30-80",
        "30-80-niet-M50",
        "Nederland",
    ]
    .map(|group| members("2026", group));
    assert_eq!(
        [m50.len(), g4.len(), p10.len(), all.len()],
        [40, 4, 23, 342]
    );
    assert_eq!(mid.len(), 144);
    assert_eq!(
        [&m50, &p10, &g40].map(|network| mid.intersection(network).count()),
        [37, 15, 5]
    );
    assert_eq!(other, &mid - &m50);
    assert_eq!(
        m50.intersection(&p10).copied().collect::<Vec<_>>(),
        ["GM1894"],
        "Peel en Maas"
    );
    assert!(all.is_superset(&(&(&m50 | &g40) | &(&g4 | &p10))));
    let sheet = sheet("2026", "groepslijsten");
    for row in &sheet.rows {
        let complete = sheet.cell(row, "group") != "P10";
        assert_eq!(
            sheet.cell(row, "complete"),
            complete.to_string(),
            "only the list of P10 is incomplete"
        );
        assert!(!sheet.cell(row, "source").is_empty() && sheet.cell(row, "boundaries") == "2026");
    }
}

#[test]
fn a_name_that_starts_like_a_formula_is_defused() {
    let project = Project::frozen();
    project.replace(
        "data/regions/gemeenten.csv",
        "GM0166,Kampen,",
        "GM0166,\"=HYPERLINK(\"\"http://x\"\")\",",
    );
    project.must(&["build", "--data-only", "--edition", "2026"]);
    let sheet = Sheet::read(&project.path("output/2026/data/regios.csv"));
    let row = sheet.one(&[("region", "GM0166")]);
    assert_eq!(sheet.cell(row, "name"), "'=HYPERLINK(\"http://x\")");
    // what no spreadsheet opens as text has it as it is, and a workbook has it as a text
    let twin = parquet(&fs::read(project.path("output/2026/data/regios.parquet")).unwrap());
    let names = twin.column("name").unwrap().str().unwrap();
    assert!(
        names
            .iter()
            .any(|name| name == Some("=HYPERLINK(\"http://x\")"))
    );
    let book = fs::read(project.path("output/2026/data/kracht-van-middelgroot.xlsx")).unwrap();
    let parts = unzipped(&book);
    assert!(parts["xl/sharedStrings.xml"].contains("=HYPERLINK("));
    assert!(parts.values().all(|part| !part.contains("<f>")));
}

#[test]
fn the_columns_follow_the_groups_that_are_asked() {
    let made = Made::new();
    made.project
        .must(&["build", "--data-only", "--edition", "2021"]);
    let folder = made.project.path("output/2021/data");
    let sheet = Sheet::read(&folder.join("standen.csv"));
    let of_groups: Vec<&str> = sheet
        .header
        .iter()
        .map(String::as_str)
        .filter(|column| column.starts_with("rank_") || column.starts_with("vs_"))
        .collect();
    assert_eq!(
        of_groups,
        [
            "rank_nederland",
            "rank_Rood",
            "rank_Blauw",
            "rank_Geel",
            "vs_Rood",
            "vs_Blauw",
            "vs_Geel",
            "vs_midden",
            "vs_midden-elders",
            "vs_Land"
        ]
    );
    // no network is known by name
    for (name, bytes) in support::files(&folder) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("M50"), "{name}");
    }
}

#[test]
fn types_can_be_computed_again_from_the_open_data() {
    for edition in EDITIONS {
        let (gemeenten, traits) = (
            sheet(edition, "gemeenten"),
            sheet(edition, "typen-kenmerken"),
        );
        let types = sheet(edition, "typen");
        let (region, of, subject) = (
            types.column("region"),
            types.column("type"),
            types.column("subject"),
        );
        let members: BTreeMap<&str, &str> = types
            .rows
            .iter()
            .map(|row| (&row[region], &row[of]))
            .collect();
        let groups = sheet(edition, "groepen");
        let (group, member) = (groups.column("group"), groups.column("region"));
        let in_group = |id: &str| -> BTreeSet<&str> {
            let rows = groups.rows.iter().filter(|row| row[group] == *id);
            rows.map(|row| &row[member]).collect()
        };
        // every gemeente of the size, and every member
        let wanted: BTreeSet<&str> = in_group("30-80").union(&in_group("M50")).copied().collect();
        assert_eq!(members.keys().copied().collect::<BTreeSet<_>>(), wanted);
        let is_member = types.rows.iter().filter(|row| &row[subject] == "true");
        assert_eq!(is_member.count(), in_group("M50").len(), "{edition}");
        let column = |name: &str| gemeenten.column(name);
        let figures: BTreeMap<(&str, &str, &str), f64> = gemeenten
            .rows
            .iter()
            .filter(|row| !row[column("value")].is_empty())
            .map(|row| {
                let key = ["indicator", "region", "period"].map(|name| &row[column(name)]);
                (
                    (key[0], key[1], key[2]),
                    row[column("value")].parse().unwrap(),
                )
            })
            .collect();
        for row in &traits.rows {
            let cell = |name: &str| &row[traits.column(name)];
            let values: Vec<f64> = members
                .iter()
                .filter(|(_, of)| **of == cell("type"))
                .filter_map(|(region, _)| {
                    let key = (cell("indicator"), *region, cell("period"));
                    figures.get(&key).copied()
                })
                .collect();
            assert_eq!(values.len().to_string(), cell("n"), "{edition} {row:?}");
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let told: f64 = cell("mean").parse().unwrap();
            assert!((mean - told).abs() < 1e-9 * told, "{edition} {row:?}");
        }
    }
}
