//! The open data as a researcher meets it: tidy files of every edition, in which nothing is lost or mixed up.
//!
//! From the figures that never change, so that numbers can be told.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

use middelgroot::base::observation::{Missing, Status};
use middelgroot::publish::{
    COLUMNS_GELIJKEN, COLUMNS_GROEPEN, COLUMNS_INDICATOREN, COLUMNS_KENMERKEN, COLUMNS_TOETS,
    COLUMNS_TYPEN, COLUMNS_VERGELIJKING, columns_gemeenten,
};
use support::{Made, Project, Sheet, frozen};

const EDITIONS: [&str; 3] = ["2026", "2026-leden-2023", "2021"];

const FILES: [&str; 8] = [
    "gelijken.csv",
    "gemeenten.csv",
    "groepen.csv",
    "indicatoren.csv",
    "typen-kenmerken.csv",
    "typen-toets.csv",
    "typen.csv",
    "vergelijking.csv",
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
            for file in FILES {
                let path = project.path(&format!("output/{edition}/csv/{file}"));
                sheets.insert((edition, file), Sheet::read(&path));
            }
        }
        Built { project, sheets }
    })
}

fn sheet(edition: &'static str, file: &'static str) -> &'static Sheet {
    &built().sheets[&(edition, file)]
}

#[test]
fn eight_files_per_edition_with_the_columns_that_are_promised() {
    let gemeenten = columns_gemeenten(&support::figures("2026").groups);
    let promised = |file: &str| match file {
        "gelijken.csv" => COLUMNS_GELIJKEN.map(str::to_owned).to_vec(),
        "typen-kenmerken.csv" => COLUMNS_KENMERKEN.map(str::to_owned).to_vec(),
        "typen-toets.csv" => COLUMNS_TOETS.map(str::to_owned).to_vec(),
        "typen.csv" => COLUMNS_TYPEN.map(str::to_owned).to_vec(),
        "gemeenten.csv" => gemeenten.clone(),
        "groepen.csv" => COLUMNS_GROEPEN.map(str::to_owned).to_vec(),
        "indicatoren.csv" => COLUMNS_INDICATOREN.map(str::to_owned).to_vec(),
        _ => COLUMNS_VERGELIJKING.map(str::to_owned).to_vec(),
    };
    for edition in EDITIONS {
        let folder = built().project.path(&format!("output/{edition}/csv"));
        let found: Vec<String> = support::files(&folder).into_keys().collect();
        assert_eq!(found, FILES, "{edition}");
        for file in FILES {
            let (sheet, columns) = (sheet(edition, file), promised(file));
            assert_eq!(sheet.header, columns, "{edition} {file}");
            assert!(
                !sheet.rows.is_empty() && sheet.rows.iter().all(|row| row.len() == columns.len()),
                "{edition} {file}"
            );
        }
    }
}

#[test]
fn every_row_has_a_key_of_its_own() {
    let keys: [(&str, &[&str]); 7] = [
        ("gelijken.csv", &["region", "rank"]),
        ("typen-kenmerken.csv", &["type", "indicator"]),
        ("typen.csv", &["region"]),
        ("gemeenten.csv", &["indicator", "region", "period"]),
        ("groepen.csv", &["group", "region"]),
        ("indicatoren.csv", &["indicator"]),
        ("vergelijking.csv", &["indicator", "group", "period"]),
    ];
    for edition in EDITIONS {
        for (file, key) in keys {
            let sheet = sheet(edition, file);
            let columns: Vec<usize> = key.iter().map(|name| sheet.column(name)).collect();
            let mut seen = BTreeSet::new();
            for row in &sheet.rows {
                let key: Vec<&str> = columns.iter().map(|column| &row[*column]).collect();
                assert!(
                    key.iter().all(|part| !part.is_empty()),
                    "{edition} {file}: {row:?}"
                );
                assert!(seen.insert(key), "{edition} {file}: {row:?} twice");
            }
        }
    }
}

#[test]
fn bytes_are_utf_8_with_lf_and_no_mark_in_front() {
    for edition in EDITIONS {
        for file in FILES {
            let bytes = fs::read(
                built()
                    .project
                    .path(&format!("output/{edition}/csv/{file}")),
            )
            .unwrap();
            assert!(
                !bytes.starts_with(b"\xef\xbb\xbf")
                    && !bytes.contains(&b'\r')
                    && bytes.ends_with(b"\n"),
                "{edition} {file}"
            );
            assert!(String::from_utf8(bytes).is_ok(), "{edition} {file}");
        }
    }
}

/// Columns that hold numbers.
fn is_number_column(file: &str, column: &str) -> bool {
    let numbers: &[&str] = match file {
        "vergelijking.csv" => &[
            "period",
            "value",
            "n",
            "members",
            "coverage",
            "min",
            "q1",
            "median",
            "q3",
            "max",
            "mean",
            "diff_abs",
            "diff_pct",
            "rank",
            "boundaries",
        ],
        "gemeenten.csv" => &[
            "period",
            "value",
            "rank_M50",
            "rank_G4",
            "rank_G40",
            "rank_P10",
            "rank_nederland",
            "weight_year",
            "boundaries",
        ],
        "indicatoren.csv" => &[
            "decimals",
            "scale",
            "coverage_minimum",
            "plausible_minimum",
            "plausible_maximum",
            "period",
            "newer_period_held_back",
            "deviation_nederland_pct",
        ],
        "gelijken.csv" => &["rank", "distance", "indicators", "boundaries"],
        "typen.csv" => &["type", "silhouette", "kept", "indicators", "boundaries"],
        "typen-kenmerken.csv" => &[
            "type",
            "gemeenten",
            "period",
            "mean",
            "n",
            "mean_all",
            "n_all",
            "standardised_mean",
            "scale_mean",
            "scale_deviation",
        ],
        "typen-toets.csv" => &["number", "silhouette", "smallest", "adjusted_rand", "kept"],
        _ => &["boundaries"],
    };
    numbers.contains(&column)
}

#[test]
fn numbers_are_numbers_and_texts_are_no_formulas() {
    for edition in EDITIONS {
        for file in FILES {
            let sheet = sheet(edition, file);
            for (position, column) in sheet.header.iter().enumerate() {
                let is_number = is_number_column(file, column);
                for row in &sheet.rows {
                    let cell = &row[position];
                    if cell.is_empty() {
                        continue;
                    }
                    if is_number {
                        // `inf`, `NaN` and `1e5` parse as well, and none of them may stand here
                        let plain = cell
                            .bytes()
                            .all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
                        assert!(
                            plain && cell.parse::<f64>().is_ok(),
                            "{edition} {file} {column}: `{cell}`"
                        );
                        assert_ne!(cell, "-0", "{edition} {file} {column}");
                    } else {
                        assert!(
                            !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                            "{edition} {file} {column}: `{cell}`"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_cell_has_a_value_or_a_kind_of_missing() {
    for edition in EDITIONS {
        let gemeenten = sheet(edition, "gemeenten.csv");
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
        let groups = sheet(edition, "vergelijking.csv");
        let (value, missing) = (groups.column("value"), groups.column("missing"));
        for row in &groups.rows {
            let known = [
                "none",
                "withheld-coverage",
                "withheld-incomplete",
                "withheld-weight",
                "distribution-only",
                "no-figures",
            ];
            assert!(known.contains(&&row[missing]), "{edition}: {row:?}");
            if row[value].is_empty() {
                assert_ne!(&row[missing], "none", "{edition}: {row:?}");
            }
        }
    }
}

#[test]
fn kinds_of_missing_stay_apart_to_the_end() {
    let sheet = sheet("2026", "gemeenten.csv");
    let of = |indicator: &str, year: &str, kind: &str| -> Vec<&str> {
        sheet
            .of(&[
                ("indicator", indicator),
                ("period", year),
                ("missing", kind),
            ])
            .into_iter()
            .map(|row| sheet.cell(row, "name"))
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
                ("value", "0"),
                ("missing", "none")
            ])
            .is_empty()
    );
}

#[test]
fn every_gemeente_stands_in_every_year_of_every_indicator() {
    for (edition, gemeenten) in [("2026", 342), ("2026-leden-2023", 342), ("2021", 352)] {
        let sheet = sheet(edition, "gemeenten.csv");
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
    let sheet = sheet(edition, "groepen.csv");
    sheet
        .of(&[("group", group)])
        .into_iter()
        .map(|row| sheet.cell(row, "region"))
        .collect()
}

#[test]
fn all_members_of_m50_are_there_under_todays_names() {
    for (edition, count) in [("2026", 40), ("2026-leden-2023", 61), ("2021", 40)] {
        let groups = sheet(edition, "groepen.csv");
        let listed = groups.of(&[("group", "M50")]);
        assert_eq!(listed.len(), count, "{edition}");
        let gemeenten = sheet(edition, "gemeenten.csv");
        let names: BTreeMap<&str, &str> = gemeenten
            .rows
            .iter()
            .map(|row| (gemeenten.cell(row, "region"), gemeenten.cell(row, "name")))
            .collect();
        for row in &listed {
            assert_eq!(
                names[groups.cell(row, "region")],
                groups.cell(row, "name"),
                "{edition}"
            );
        }
        let continued: Vec<(&str, &str)> = listed
            .iter()
            .filter(|row| groups.cell(row, "region") != groups.cell(row, "listed_code"))
            .map(|row| (groups.cell(row, "listed_name"), groups.cell(row, "name")))
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
    let sheet = sheet("2026", "groepen.csv");
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
fn every_figure_names_method_and_release() {
    for edition in EDITIONS {
        for file in ["vergelijking.csv", "gemeenten.csv"] {
            let sheet = sheet(edition, file);
            let (value, method, release) = (
                sheet.column("value"),
                sheet.column("method"),
                sheet.column("release"),
            );
            for row in sheet.rows.iter().filter(|row| !row[value].is_empty()) {
                assert!(
                    !row[method].is_empty() && row[release].contains('@'),
                    "{edition} {file}: {row:?}"
                );
            }
        }
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
    for (file, key) in [("groepen.csv", "group"), ("gemeenten.csv", "indicator")] {
        let sheet = Sheet::read(&project.path(&format!("output/2026/csv/{file}")));
        let rows = sheet.of(&[("region", "GM0166")]);
        assert!(rows.len() > 1);
        for row in rows {
            assert_eq!(
                sheet.cell(row, "name"),
                "'=HYPERLINK(\"http://x\")",
                "{}",
                sheet.cell(row, key)
            );
        }
    }
}

#[test]
fn the_columns_follow_the_groups_that_are_asked() {
    let made = Made::new();
    made.project
        .must(&["build", "--data-only", "--edition", "2021"]);
    let folder = made.project.path("output/2021/csv");
    let sheet = Sheet::read(&folder.join("gemeenten.csv"));
    let of_groups: Vec<&str> = sheet
        .header
        .iter()
        .map(String::as_str)
        .filter(|column| column.starts_with("rank_") || column.starts_with("vs_"))
        .collect();
    assert_eq!(
        of_groups,
        [
            "rank_Rood",
            "rank_Blauw",
            "rank_Geel",
            "rank_nederland",
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
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("M50"), "{name}");
    }
}

#[test]
fn types_can_be_computed_again_from_the_open_data() {
    for edition in EDITIONS {
        let (gemeenten, traits) = (
            sheet(edition, "gemeenten.csv"),
            sheet(edition, "typen-kenmerken.csv"),
        );
        let types = sheet(edition, "typen.csv");
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
        let groups = sheet(edition, "groepen.csv");
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
