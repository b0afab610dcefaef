//! The open data as a researcher meets it: tidy files of every edition, in which nothing is lost or mixed up.
//!
//! From the figures that never change, so that numbers can be told.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

use middelgroot::base::csv::plain;
use middelgroot::base::files::sha256;
use middelgroot::base::observation::{Missing, Status};
use polars::prelude::{DataFrame, DataType};
use polars_io::SerReader;
use polars_io::prelude::ParquetReader;
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
fn a_folder_per_edition_holds_every_table_twice_and_what_describes_them() {
    for edition in EDITIONS {
        let folder = built().project.path(&format!("output/{edition}/data"));
        let found: BTreeSet<String> = support::files(&folder).into_keys().collect();
        let twins = TABLES.iter();
        let twins = twins.flat_map(|table| [format!("{table}.csv"), format!("{table}.parquet")]);
        let expected: BTreeSet<String> = twins.chain(BESIDE.map(str::to_owned)).collect();
        assert_eq!(found, expected, "{edition}");
        let described = described(edition);
        assert!(described.keys().eq(TABLES), "{edition}: {described:?}");
        for table in TABLES {
            let (sheet, described) = (sheet(edition, table), &described[table]);
            let fields = all_of(&described["schema"], "fields").iter();
            let names: Vec<&str> = fields.map(|field| of(field, "name")).collect();
            assert_eq!(sheet.header, names, "{edition} {table}");
            let is_whole = |row: &csv::StringRecord| row.len() == names.len();
            assert!(
                !sheet.rows.is_empty() && sheet.rows.iter().all(is_whole),
                "{edition} {table}"
            );
        }
    }
}

#[test]
fn every_cell_is_what_its_column_says() {
    for edition in EDITIONS {
        for (table, described) in described(edition) {
            let sheet = sheet(edition, TABLES[TABLES.binary_search(&&*table).unwrap()]);
            let fields = all_of(&described["schema"], "fields").iter();
            for (place, field) in fields.enumerate() {
                let what = format!("{edition} {table}.{}", of(field, "name"));
                assert!(!of(field, "description").is_empty(), "{what}");
                let limits = &field["constraints"];
                let words: Vec<&str> = all_of(limits, "enum")
                    .iter()
                    .filter_map(Value::as_str)
                    .collect();
                for row in &sheet.rows {
                    let cell = &row[place];
                    if cell.is_empty() {
                        assert_ne!(limits["required"], true, "{what}: {row:?}");
                        continue;
                    }
                    assert!(
                        words.is_empty() || words.contains(&cell),
                        "{what}: `{cell}`"
                    );
                    check_cell(cell, field, &what);
                }
            }
        }
    }
}

/// Holds a cell against the type and the bounds of its column.
fn check_cell(cell: &str, field: &Value, what: &str) {
    // `inf`, `NaN`, `1e5` and `-0` parse as well, and none of them may stand here
    let plain = |signs: &[u8]| {
        let digits = cell.bytes();
        digits
            .clone()
            .all(|byte| byte.is_ascii_digit() || signs.contains(&byte))
            && cell != "-0"
    };
    let number = match of(field, "type") {
        "integer" => {
            assert!(plain(b"-"), "{what}: `{cell}`");
            Some(f64::from(
                cell.parse::<i32>()
                    .unwrap_or_else(|_| panic!("{what}: `{cell}`")),
            ))
        }
        "number" => {
            // a reader that guesses types takes every such cell for a number that is not whole
            assert!(plain(b"-.") && cell.contains('.'), "{what}: `{cell}`");
            Some(
                cell.parse::<f64>()
                    .unwrap_or_else(|_| panic!("{what}: `{cell}`")),
            )
        }
        "boolean" => {
            assert!(["true", "false"].contains(&cell), "{what}: `{cell}`");
            None
        }
        "string" => {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{what}: `{cell}`"
            );
            None
        }
        other => panic!("{what}: {other}"),
    };
    let bound = |name: &str| field["constraints"][name].as_f64();
    if let Some(number) = number {
        assert!(
            bound("minimum").is_none_or(|least| number >= least),
            "{what}: `{cell}`"
        );
        assert!(
            bound("maximum").is_none_or(|most| number <= most),
            "{what}: `{cell}`"
        );
    }
}

#[test]
fn every_row_has_a_key_of_its_own_and_every_foreign_key_leads_somewhere() {
    let names = |value: &Value, key: &str| -> Vec<String> {
        all_of(value, key)
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    };
    for edition in EDITIONS {
        let all = described(edition);
        let keys = |table: &str, columns: &[String]| -> Vec<Vec<&'static str>> {
            let sheet = sheet(edition, TABLES[TABLES.binary_search(&table).unwrap()]);
            let columns: Vec<usize> = columns.iter().map(|name| sheet.column(name)).collect();
            let rows = sheet.rows.iter();
            rows.map(|row| columns.iter().map(|column| &row[*column]).collect())
                .collect()
        };
        for (table, described) in &all {
            let schema = &described["schema"];
            let mut seen = BTreeSet::new();
            for key in keys(table, &names(schema, "primaryKey")) {
                assert!(
                    key.iter().all(|part| !part.is_empty()),
                    "{edition} {table}: {key:?}"
                );
                assert!(seen.insert(key.clone()), "{edition} {table}: {key:?} twice");
            }
            assert!(!all_of(schema, "fields").is_empty());
            for link in all_of(schema, "foreignKeys") {
                let (there, fields) = (of(&link["reference"], "resource"), names(link, "fields"));
                let known = keys(there, &names(&link["reference"], "fields"));
                let unique: BTreeSet<&Vec<&str>> = known.iter().collect();
                assert_eq!(
                    unique.len(),
                    known.len(),
                    "{there} has a key twice: a join would double figures"
                );
                for key in keys(table, &fields) {
                    assert!(
                        key.iter().all(|part| part.is_empty()) || unique.contains(&key),
                        "{edition} {table}: {key:?} is not in {there}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_figure_leads_to_its_table_release_and_licence() {
    for edition in EDITIONS {
        let (links, sources) = (sheet(edition, "reeks-bronnen"), sheet(edition, "bronnen"));
        let mut tables: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for row in &links.rows {
            let key = (links.cell(row, "indicator"), links.cell(row, "period"));
            tables
                .entry(key)
                .or_default()
                .push(links.cell(row, "table"));
        }
        let known: BTreeMap<&str, &csv::StringRecord> = sources
            .rows
            .iter()
            .map(|row| (sources.cell(row, "table"), row))
            .collect();
        for row in known.values() {
            for column in ["title", "publisher", "licence", "release", "sha256"] {
                assert!(!sources.cell(row, column).is_empty(), "{row:?}");
            }
        }
        let mut used = BTreeSet::new();
        for table in ["vergelijking", "gemeenten"] {
            let sheet = sheet(edition, table);
            let [value, indicator, period, method] =
                ["value", "indicator", "period", "method"].map(|name| sheet.column(name));
            for row in sheet.rows.iter().filter(|row| !row[value].is_empty()) {
                let of = tables.get(&(&row[indicator], &row[period]));
                assert!(!row[method].is_empty(), "{edition} {table}: {row:?}");
                let of = of.unwrap_or_else(|| panic!("{edition} {table}: {row:?} has no source"));
                assert!(of.iter().all(|table| known.contains_key(table)), "{of:?}");
                used.extend(of.iter().copied());
            }
        }
        assert!(used.len() > 10, "{used:?}");
    }
}

#[test]
fn bytes_are_utf_8_with_lf_and_no_mark_in_front() {
    for edition in EDITIONS {
        for table in TABLES {
            let bytes = bytes(edition, &format!("{table}.csv"));
            assert!(
                !bytes.starts_with(b"\xef\xbb\xbf")
                    && !bytes.contains(&b'\r')
                    && bytes.ends_with(b"\n"),
                "{edition} {table}"
            );
            assert!(String::from_utf8(bytes).is_ok(), "{edition} {table}");
        }
    }
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

/// A table in Parquet.
fn parquet(bytes: &[u8]) -> DataFrame {
    ParquetReader::new(std::io::Cursor::new(bytes))
        .finish()
        .unwrap()
}

#[test]
fn parquet_holds_the_same_rows_in_less_than_two_megabytes() {
    for edition in EDITIONS {
        let mut size = 0;
        for table in TABLES {
            let bytes = bytes(edition, &format!("{table}.parquet"));
            size += bytes.len();
            let (frame, sheet) = (parquet(&bytes), sheet(edition, table));
            assert_eq!(frame.height(), sheet.rows.len(), "{edition} {table}");
            for (place, column) in frame.columns().iter().enumerate() {
                assert_eq!(
                    column.name().as_str(),
                    sheet.header[place],
                    "{edition} {table}"
                );
                let what = || format!("{edition} {table}.{}", sheet.header[place]);
                let cells = sheet.rows.iter().map(|row| &row[place]);
                match column.dtype() {
                    DataType::Float64 => {
                        let own = column.f64().unwrap().iter();
                        let same = own.zip(cells).all(|(own, cell)| cell.parse().ok() == own);
                        assert!(same, "{}", what());
                    }
                    DataType::Int32 => {
                        let own = column.i32().unwrap().iter();
                        let same = own.zip(cells).all(|(own, cell)| cell.parse().ok() == own);
                        assert!(same, "{}", what());
                    }
                    DataType::Boolean => {
                        let own = column.bool().unwrap().iter();
                        let same = own.zip(cells).all(|(own, cell)| cell.parse().ok() == own);
                        assert!(same, "{}", what());
                    }
                    DataType::String => {
                        let own = column.str().unwrap().iter();
                        let same = own
                            .zip(cells)
                            .all(|(own, cell)| own.unwrap_or_default() == plain(cell));
                        assert!(same, "{}", what());
                    }
                    other => panic!("{} is {other}", what()),
                }
            }
        }
        assert!(size < 2_000_000, "{edition}: {size} bytes");
    }
}

#[test]
fn sums_hold_and_dates_are_those_of_the_edition() {
    for (edition, date, version) in [
        ("2026", "2026-11-01", "2026.11.1"),
        ("2021", "2021-11-01", "2021.11.1"),
    ] {
        let sums = text(edition, "SHA256SUMS");
        assert_eq!(sums.lines().count(), 2 * TABLES.len() + BESIDE.len() - 1);
        for line in sums.lines() {
            let (sum, file) = line.split_once("  ").unwrap();
            assert_eq!(sum, sha256(&bytes(edition, file)), "{edition} {file}");
        }
        for file in [
            "CITATION.cff",
            "dcat.jsonld",
            "datasheet.md",
            "LICENSE",
            "README.md",
        ] {
            let text = text(edition, file);
            assert!(
                text.contains(date) && text.contains(version),
                "{edition} {file}"
            );
            assert!(
                !text.contains('{') || file.ends_with("jsonld"),
                "{edition} {file} has a gap"
            );
        }
        let package: Value = serde_json::from_slice(&bytes(edition, "datapackage.json")).unwrap();
        assert_eq!(of(&package, "created"), format!("{date}T00:00:00Z"));
        assert_eq!(of(&package, "version"), version);
        assert_eq!(package["licenses"][0]["name"], "CC-BY-4.0");
        assert!(
            all_of(&package, "sources").len() > 10 && !all_of(&package, "contributors").is_empty()
        );
    }
}

#[test]
fn the_codebook_has_every_column_and_the_guide_every_file() {
    let (codebook, guide) = (text("2026", "codebook.md"), text("2026", "README.md"));
    for (table, described) in described("2026") {
        let part = codebook.split(&format!("\n## `{table}`\n")).nth(1);
        let part = part.unwrap_or_else(|| panic!("no {table}"));
        let part = part.split("\n## ").next().unwrap();
        for field in all_of(&described["schema"], "fields") {
            let row = format!("| `{}` | ", of(field, "name"));
            assert!(part.contains(&row), "{table}: {row}");
        }
        assert!(guide.contains(&format!("| `{table}.csv` | ")), "{table}");
    }
    for file in BESIDE.iter().filter(|file| **file != "README.md") {
        assert!(guide.contains(&format!("`{file}`")), "{file}");
    }
    // and so has the README of the project
    let readme = fs::read_to_string(support::root().join("README.md")).unwrap();
    for name in TABLES.iter().chain(&BESIDE) {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
    for file in ["feiten.csv", "bewijs.csv", "cellen.csv"] {
        assert!(readme.contains(&format!("`{file}`")), "{file}");
        assert!(codebook.contains(&format!("## `{file}`")), "{file}");
    }
    let sheet = sheet("2026", "codes");
    for row in &sheet.rows {
        assert!(
            codebook.contains(&format!("`{}` (", sheet.cell(row, "code"))),
            "{row:?}"
        );
    }
}

#[test]
fn another_dialect_has_the_same_figures_as_dutch_excel_opens_them() {
    let made = Made::new();
    made.project
        .must(&["build", "--data-only", "--edition", "2021"]);
    let folder = made.project.path("output/2021/data");
    let plain = support::files(&folder);
    made.project.must(&[
        "build",
        "--data-only",
        "--edition",
        "2021",
        "--dialect",
        "nl",
    ]);
    let with_dutch = support::files(&folder);
    let (mut tables, mut commas) = (0, 0);
    for (name, bytes) in &with_dutch {
        let Some(table) = name.strip_prefix("nl/") else {
            assert!(
                name == "SHA256SUMS" || plain[name] == *bytes || name == "dcat.jsonld",
                "{name}"
            );
            continue;
        };
        let dutch = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .expect("a mark in front");
        let read = |bytes: &[u8], delimiter| -> Vec<csv::StringRecord> {
            let mut reader = csv::ReaderBuilder::new();
            let reader = reader.delimiter(delimiter).has_headers(false);
            reader
                .from_reader(bytes)
                .records()
                .map(Result::unwrap)
                .collect()
        };
        let (own, other) = (read(&plain[table], b','), read(dutch, b';'));
        assert_eq!(own.len(), other.len(), "{table}");
        for (own, other) in own.iter().flatten().zip(other.iter().flatten()) {
            let is_number = own.contains('.') && own.parse::<f64>().is_ok();
            commas += usize::from(is_number);
            assert_eq!(
                if is_number {
                    own.replace('.', ",")
                } else {
                    own.to_owned()
                },
                other,
                "{table}"
            );
        }
        tables += 1;
    }
    assert!(
        tables > 8 && commas > 100,
        "{tables} tables, {commas} numbers"
    );
    // without the flag it is gone again
    made.project
        .must(&["build", "--data-only", "--edition", "2021"]);
    assert_eq!(
        support::differences(&plain, &support::files(&folder)),
        [""; 0]
    );
    made.project.run(&["build", "--dialect", "fr"]).ends(2);
}

/// The parts of a workbook as texts, by name.
fn unzipped(zip: &[u8]) -> BTreeMap<String, String> {
    let number = |at: usize, length: usize| {
        let bytes = zip[at..at + length].iter().rev();
        bytes.fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let mut parts = BTreeMap::new();
    // entries of the central directory
    for at in 0..zip.len() - 46 {
        if !zip[at..].starts_with(b"PK\x01\x02") {
            continue;
        }
        let (size, name, start) = (number(at + 20, 4), number(at + 28, 2), number(at + 42, 4));
        let named = String::from_utf8(zip[at + 46..at + 46 + name].to_vec()).unwrap();
        let data = start + 30 + number(start + 26, 2) + number(start + 28, 2);
        let mut text = String::new();
        let mut reader = flate2::read::DeflateDecoder::new(&zip[data..data + size]);
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
        parts.insert(named, text);
    }
    parts
}

#[test]
fn the_workbook_has_headings_filters_links_and_the_date_of_the_edition() {
    for (edition, date) in [("2026", "2026-11-01"), ("2021", "2021-11-01")] {
        let parts = unzipped(&bytes(edition, "kracht-van-middelgroot.xlsx"));
        for name in [
            "Samenvatting",
            "Vergelijking",
            "Gemeenten",
            "Definities",
            "Bronnen",
        ] {
            assert!(
                parts["xl/workbook.xml"].contains(&format!("name=\"{name}\"")),
                "{name}"
            );
        }
        for sheet in 1..=5 {
            let sheet = &parts[&format!("xl/worksheets/sheet{sheet}.xml")];
            for needed in [
                "<pane ",
                "state=\"frozen\"",
                "<autoFilter ",
                "<cols>",
                "<hyperlink ",
            ] {
                assert!(sheet.contains(needed), "{edition} {needed}");
            }
            assert!(!sheet.contains("<f>"));
        }
        let about = &parts["docProps/core.xml"];
        assert_eq!(
            about.matches(&format!("{date}T00:00:00Z")).count(),
            2,
            "{about}"
        );
        let figures = &parts["xl/worksheets/sheet3.xml"];
        assert_eq!(
            figures.matches("<row ").count(),
            if edition == "2021" { 353 } else { 343 }
        );
    }
}
