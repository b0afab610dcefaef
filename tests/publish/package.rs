//! The package is what it says of itself: files, columns, types, bounds, words, keys, and where each figure comes from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{BESIDE, EDITIONS, TABLES, all_of, built, bytes, described, of, sheet, support};

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
