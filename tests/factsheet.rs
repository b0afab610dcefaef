//! Sheets of gemeenten as their readers get them: two pages that prove themselves, with the numbers of the open data.
//!
//! One run of the program makes the sheets of the largest and the smallest gemeente, of one that was merged, one without
//! some of its figures, an island, one that is in no network, and of long names and names with signs.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

use lopdf::Document;
use middelgroot::base::files::sha256;
use middelgroot::verify::text::{Look, Printed};
use middelgroot::verify::{carried, verify};
use serde_json::Value;
use support::{Project, Sheet, close};

/// What is asked, and the files of what is made.
const SHEETS: [(&str, &str); 10] = [
    ("Amsterdam", "GM0363-amsterdam"),
    ("GM0088", "GM0088-schiermonnikoog"),
    ("Langedijk", "GM1980-dijk-en-waard"),
    ("De Bilt", "GM0310-de-bilt"),
    ("'s-Hertogenbosch", "GM0796-s-hertogenbosch"),
    ("Krimpen aan den IJssel", "GM0542-krimpen-aan-den-ijssel"),
    (
        "Nuenen, Gerwen en Nederwetten",
        "GM0820-nuenen-gerwen-en-nederwetten",
    ),
    ("texel", "GM0448-texel"),
    ("Zeist", "GM0355-zeist"),
    ("Súdwest-Fryslân", "GM1900-sudwest-fryslan"),
];

struct Made {
    project: Project,
    said: String,
}

impl Made {
    fn pdf(&self, stem: &str) -> PathBuf {
        self.project.output(&format!("factsheets/{stem}.pdf"))
    }

    fn facts(&self, stem: &str) -> Value {
        let files = carried(&self.pdf(stem)).unwrap();
        serde_json::from_slice(&files["feiten.json"]).unwrap()
    }

    fn table(&self, name: &str) -> Sheet {
        Sheet::read(&self.project.output(&format!("data/{name}.csv")))
    }
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let data = support::root().join("data");
        let project = Project::shared_by_tests_of("factsheet", &data);
        let mut arguments = vec!["factsheet"];
        arguments.extend(SHEETS.map(|(asked, _)| asked));
        let said = project.must(&arguments).stderr;
        Made { project, said }
    })
}

fn text<'v>(fact: &'v Value, name: &str) -> &'v str {
    fact[name].as_str().unwrap_or_default()
}

#[test]
fn a_sheet_has_two_pages_and_proves_itself() {
    let made = made();
    for (_, stem) in SHEETS {
        let verdict = verify(&made.pdf(stem)).unwrap();
        assert_eq!(verdict.differences, [""; 0], "{stem}");
        assert_eq!((verdict.pages, verdict.attachments), (2, 5), "{stem}");
        assert!(verdict.facts > 250 && verdict.stated > 250, "{stem}");
        for (file, sum) in verdict.rests_on.unwrap().sha256 {
            let bytes = std::fs::read(made.project.output(&file)).unwrap();
            assert_eq!(sha256(&bytes), sum, "{stem}: {file}");
        }
        assert!(made.pdf(stem).with_extension("html").is_file());
    }
}

#[test]
fn the_paper_is_built_first_and_a_merged_gemeente_leads_on() {
    let said = &made().said;
    assert!(said.contains("building it first"), "{said}");
    let note = "`Langedijk` is no gemeente in 2026: it goes on in Dijk en Waard (GM1980)";
    assert!(said.contains(note), "{said}");
}

#[test]
fn figures_are_those_of_the_open_data() {
    let made = made();
    let rows = made.table("gemeenten");
    let columns = ["indicator", "region", "period", "value"].map(|name| rows.column(name));
    let by_key: BTreeMap<[&str; 3], &str> = rows
        .rows
        .iter()
        .map(|row| {
            let [indicator, region, period, value] = columns.map(|column| &row[column]);
            ([indicator, region, period], value)
        })
        .collect();
    let groups = made.table("vergelijking");
    for (_, stem) in SHEETS {
        let (mut own, mut stated) = (0, 0);
        for fact in made.facts(stem)["facts"].as_array().unwrap() {
            let (of, year) = (&fact["derivation"], fact["year"].to_string());
            let indicator = text(fact, "indicator");
            match text(of, "kind") {
                "gemeente" => {
                    let value = by_key[&[indicator, text(of, "region"), &year]];
                    let value: f64 = value.parse().unwrap();
                    assert!(close(value, fact["value"].as_f64().unwrap()), "{fact}");
                    own += 1;
                }
                "stated" if text(of, "file").contains("vergelijking") => {
                    let group = text(of, "group");
                    let key = [
                        ("indicator", indicator),
                        ("group", group),
                        ("period", &year),
                    ];
                    let row = groups.one(&key);
                    let value = groups.number(row, "value").unwrap();
                    assert!(close(value, fact["value"].as_f64().unwrap()), "{fact}");
                    stated += 1;
                }
                _ => {}
            }
        }
        assert!(own > 250 && stated > 150, "{stem}: {own}, {stated}");
    }
}

#[test]
fn who_is_smaller_than_the_class_is_held_against_all_that_are() {
    let made = made();
    let rows = made.table("gemeenten");
    let inhabitants = rows.of(&[("indicator", "inwoners"), ("period", "2026")]);
    let smaller = inhabitants.into_iter().filter(|row| {
        let count = rows.number(row, "value");
        count.is_some_and(|count| count < 30_000.0)
    });
    let smaller: BTreeSet<&str> = smaller.map(|row| rows.cell(row, "region")).collect();
    let facts = made.facts("GM0088-schiermonnikoog");
    let facts = facts["facts"].as_array().unwrap();
    let mut checked = 0;
    for fact in facts
        .iter()
        .filter(|fact| text(&fact["derivation"], "group") == "onder-30-80")
    {
        let year = fact["year"].to_string();
        let all = rows.of(&[("indicator", text(fact, "indicator")), ("period", &year)]);
        let is_mean = all
            .iter()
            .any(|row| rows.cell(row, "method") == "weighted-mean");
        if !is_mean {
            continue;
        }
        let (mut num, mut den) = (0.0, 0.0);
        for row in all
            .iter()
            .filter(|row| smaller.contains(rows.cell(row, "region")))
        {
            if rows.number(row, "value").is_some() {
                num += rows.number(row, "numerator").unwrap();
                den += rows.number(row, "denominator").unwrap();
            }
        }
        assert!(close(num / den, fact["value"].as_f64().unwrap()), "{fact}");
        checked += 1;
    }
    assert!(checked > 10, "{checked}");
}

#[test]
fn every_figure_is_printed_and_what_is_missing_says_why() {
    let made = made();
    for (_, stem) in SHEETS {
        let printed = Printed::read(&Document::load(made.pdf(stem)).unwrap(), Look::Text).unwrap();
        let blocks = printed.blocks.iter();
        let words: String = blocks
            .map(|block| {
                let runs = block.runs.iter().map(|run| run.text.as_str());
                runs.collect::<String>() + "\n"
            })
            .collect();
        let words: String = words.split_whitespace().collect();
        let facts = made.facts(stem);
        for fact in facts["facts"].as_array().unwrap() {
            let shown: String = text(fact, "text").split_whitespace().collect();
            assert!(
                fact["value"].is_null() || words.contains(&shown) || text(fact, "unit") == "aantal",
                "{stem}: {fact}"
            );
        }
        assert!(words.contains("Watontbreekt"), "{stem}");
    }
    let bilt = std::fs::read_to_string(made.pdf("GM0310-de-bilt").with_extension("html")).unwrap();
    assert!(bilt.contains("de gemeente leverde haar cijfers niet aan"));
}

#[test]
fn a_sheet_takes_the_place_of_its_own_alone() {
    let made = made();
    let before = std::fs::read(made.pdf("GM0355-zeist")).unwrap();
    let run = made.project.must(&["factsheet", "Texel"]);
    assert!(!run.stderr.contains("building"), "{}", run.stderr);
    assert_eq!(std::fs::read(made.pdf("GM0355-zeist")).unwrap(), before);
}

#[test]
fn what_is_no_gemeente_is_named_with_the_nearest() {
    let project = Project::copy();
    let run = project.run(&["factsheet", "Zeits"]).ends(2);
    let run = run
        .says("`Zeits` is not one gemeente of 2026")
        .says("Zeist");
    assert!(!project.output("factsheets").exists(), "{}", run.stderr);
    project.run(&["factsheet"]).ends(2).says("GEMEENTE");
    project
        .run(&["factsheet", "--all", "Zeist"])
        .ends(2)
        .says("--all");
    project
        .run(&["factsheet", "Zeist", "--edition", "1999"])
        .says("1999");
}
