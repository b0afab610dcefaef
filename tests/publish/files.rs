//! The twins of the tables, what people read beside them, hashes and dates, another dialect, and the workbook.

use std::collections::BTreeMap;
use std::fs;

use middelgroot::base::csv::plain;
use middelgroot::base::files::sha256;
use polars::prelude::{DataFrame, DataType};
use polars_io::SerReader;
use polars_io::prelude::ParquetReader;
use serde_json::Value;

use super::support::{self, Made};
use super::{BESIDE, EDITIONS, TABLES, all_of, bytes, described, of, sheet, text};

/// A table in Parquet.
pub fn parquet(bytes: &[u8]) -> DataFrame {
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

fn records(bytes: &[u8], delimiter: u8) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.delimiter(delimiter).has_headers(false);
    let records = reader.from_reader(bytes).into_records();
    records.map(Result::unwrap).collect()
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
        let (own, other) = (records(&plain[table], b','), records(dutch, b';'));
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
pub fn unzipped(zip: &[u8]) -> BTreeMap<String, String> {
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
            if edition == "2021" { 354 } else { 344 }
        );
    }
}
