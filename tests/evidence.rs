//! Every number can be followed to CBS's cells: `explain` against computations by hand, the evidence beside the paper
//! against the facts it proves, and a figure that turns a claim against the build.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use middelgroot::claim::variants::combine;
use middelgroot::fact::{Register, Row};
use middelgroot::figures::Figures;
use middelgroot::inquire::Explanation;
use middelgroot::query::{Queries, Way};
use middelgroot::source::snapshot::Store;
use polars::prelude::*;
use proptest::prelude::*;
use support::{Project, Sheet, close, figures, queries};

fn edition() -> &'static (Queries, Figures) {
    static EDITION: OnceLock<(Queries, Figures)> = OnceLock::new();
    EDITION.get_or_init(|| (queries(), figures("2026")))
}

fn explained(id: &str) -> Explanation {
    let (queries, figures) = edition();
    Explanation::of(id, &Register::new(queries, figures).unwrap()).unwrap()
}

fn built() -> &'static Project {
    static BUILT: OnceLock<Project> = OnceLock::new();
    BUILT.get_or_init(|| {
        let project = Project::shared_by_tests_of("evidence");
        project.must(&["build"]);
        project
    })
}

// The three values below were computed by hand with Python from `../shared/figures`: csv.DictReader over
// observations.csv, no code of this project.

#[test]
fn a_sum_over_a_herindeling_is_the_one_made_by_hand() {
    // Voorne aan Zee (GM1992) was made of Brielle, Hellevoetsluis and Westvoorne on 1 January 2023. Table 03759ned,
    // M000352, 2019JJ00: GM0501 17182 + GM0530 40049 + GM0614 14626 = 71857
    let explained = explained("inwoners.GM1992@2019");
    assert_eq!(explained.fact.value, Some(71_857.0));
    let cells = &explained.steps[0].lines[0].cells;
    let found: Vec<_> = cells
        .iter()
        .map(|cell| (cell.region.as_str(), cell.value, cell.share))
        .collect();
    assert_eq!(
        found,
        [
            ("GM0501", Some(17_182.0), 1.0),
            ("GM0530", Some(40_049.0), 1.0),
            ("GM0614", Some(14_626.0), 1.0)
        ]
    );
    assert!(
        cells
            .iter()
            .all(|cell| cell.table == "03759ned" && cell.period == "2019JJ00")
    );
}

#[test]
fn a_weighted_mean_is_the_one_made_by_hand() {
    // 85984NED, 2024: density of addresses x inhabitants, over inhabitants, of the G4:
    // (3614 * 374238 + 6099 * 931298 + 5070 * 566221 + 4090 * 670610) / (374238 + 931298 + 566221 + 670610)
    //   = 12646018004 / 2542367 = 4974.111921685579
    let explained = explained("omgevingsadressendichtheid.G4@2024");
    assert!(close(explained.fact.value.unwrap(), 4_974.111_921_685_579));
    let step = &explained.steps[0];
    assert!(close(step.num, 12_646_018_004.0) && close(step.den, 2_542_367.0));
    let raw: Vec<_> = step
        .lines
        .iter()
        .flat_map(|line| &line.cells)
        .map(|cell| (cell.role, cell.value.unwrap()))
        .collect();
    assert_eq!(
        raw[..4],
        [
            ("verhouding", 3614.0),
            ("gewicht", 374_238.0),
            ("verhouding", 6099.0),
            ("gewicht", 931_298.0)
        ]
    );
}

#[test]
fn a_rank_is_the_one_made_by_hand() {
    // 47022NED over 03759ned, 2024, members by `data/networks.csv` under their codes of 2024:
    // G4 200489 / 2542367 = 78.86, G40 282247 / 5360782 = 52.65, M50 80149 / 2141299 = 37.43, P10 19916 / 849341 = 23.45
    let explained = explained("misdrijven.M50.rang");
    assert_eq!(explained.fact.value, Some(3.0));
    assert_eq!(
        explained.formula,
        "plaats van hoog naar laag onder G4 78,9, G40 52,7, M50 37,4, P10 23,4"
    );
    for (group, num, den) in [
        ("G4", 200_489.0, 2_542_367.0),
        ("G40", 282_247.0, 5_360_782.0),
        ("M50", 80_149.0, 2_141_299.0),
        ("P10", 19_916.0, 849_341.0),
    ] {
        let step = &self::explained(&format!("misdrijven.{group}@2024")).steps[0];
        assert_eq!((step.num, step.den), (num, den), "{group}");
    }
}

#[test]
fn an_explanation_ends_in_a_request_that_a_browser_takes() {
    let text = explained("misdrijven.M50").to_text();
    for part in [
        "sha256 ",
        "https://dataderden.cbs.nl/ODataApi/odata/47022NED/TypedDataSet?$format=json&$filter=trim(SoortMisdrijf)",
        "https://datasets.cbs.nl/odata/v1/CBS/03759ned/Observations?$filter=Measure%20eq%20%27M000352%27",
    ] {
        assert!(text.contains(part), "no {part}");
    }
}

/// Numerator and denominator that stand for a part, so that parts can be combined again.
fn part(way: &Way, rows: &[Row]) -> Row {
    let present: Vec<&Row> = rows.iter().filter(|row| row.value.is_some()).collect();
    let share = matches!(
        way,
        Way::Quotient {
            of_nederland: true,
            ..
        }
    );
    Row {
        num: Some(present.iter().filter_map(|row| row.num).sum()),
        den: if share {
            present.iter().find_map(|row| row.den)
        } else {
            Some(present.iter().filter_map(|row| row.den).sum())
        },
        value: (!present.is_empty()).then_some(0.0),
        ..rows[0]
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn aggregation_over_a_partition_equals_that_over_the_whole(picks in prop::collection::vec(0_usize..5, 400)) {
        let (queries, figures) = edition();
        let register = Register::new(queries, figures).unwrap();
        let trace = register.trace().unwrap();
        for (position, indicator) in queries.indicators.iter().enumerate() {
            let used = &figures.used[position];
            let (Some(year), Some(way)) = (used.year, indicator.ways.get(used.way)) else { continue };
            let rows: Vec<Row> = trace.rows(position, year).filter(|row| row.region != 0).collect();
            let Some(whole) = combine(way, &rows) else { continue };
            let mut parts: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
            for (row, pick) in rows.iter().zip(&picks) {
                parts.entry(*pick).or_default().push(*row);
            }
            let parts: Vec<Row> = parts.values().map(|rows| part(way, rows)).collect();
            let again = combine(way, &parts).unwrap();
            prop_assert!(close(whole, again), "{}: {whole} and {again}", indicator.id);
        }
    }
}

#[test]
fn every_fact_beside_the_paper_follows_from_the_rows_beside_it() {
    let project = built();
    let facts: serde_json::Value =
        serde_json::from_str(&project.text("output/2026/feiten.json")).unwrap();
    let bewijs = Sheet::read(&project.path("output/2026/bewijs.csv"));
    let cellen = Sheet::read(&project.path("output/2026/cellen.csv"));
    let groepen = Sheet::read(&project.path("output/2026/csv/groepen.csv"));
    let mut rows: BTreeMap<(&str, &str), Vec<&csv::StringRecord>> = BTreeMap::new();
    for row in &bewijs.rows {
        let key = (bewijs.cell(row, "indicator"), bewijs.cell(row, "year"));
        rows.entry(key).or_default().push(row);
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for fact in facts["facts"].as_array().unwrap() {
        for cell in fact["cells"].as_array().unwrap() {
            let last = cell.as_u64().or_else(|| cell[1].as_u64()).unwrap();
            assert!((last as usize) < cellen.rows.len(), "{}", fact["id"]);
        }
        let derivation = &fact["derivation"];
        let (Some(kind), Some(value)) = (derivation["kind"].as_str(), fact["value"].as_f64())
        else {
            continue;
        };
        *kinds.entry(kind.to_owned()).or_default() += 1;
        if !matches!(kind, "ratio" | "share" | "sum") {
            continue;
        }
        let members: Vec<&str> = groepen
            .of(&[("group", derivation["group"].as_str().unwrap())])
            .into_iter()
            .map(|row| groepen.cell(row, "region"))
            .collect();
        let year = derivation["year"].to_string();
        let key = (fact["indicator"].as_str().unwrap(), year.as_str());
        let (mut num, mut den, mut one) = (0.0, 0.0, 0.0);
        for row in &rows[&key] {
            let number = |name| bewijs.cell(row, name).parse::<f64>().ok();
            if members.contains(&bewijs.cell(row, "region")) && number("value").is_some() {
                num += number("num").unwrap();
                one = number("den").unwrap_or_default();
                den += one;
            }
        }
        let again = match kind {
            "sum" => num,
            kind => {
                let below = if kind == "share" { one } else { den };
                num / below * derivation["scale"].as_f64().unwrap()
                    - derivation["minus"].as_f64().unwrap()
            }
        };
        assert!(close(value, again), "{}: {value} and {again}", fact["id"]);
    }
    for kind in ["ratio", "share", "sum", "published", "size-class", "stat"] {
        assert!(
            kinds.contains_key(kind),
            "no fact of kind {kind}: {kinds:?}"
        );
    }
}

#[test]
fn a_figure_that_turns_a_claim_stops_the_build_and_names_sentence_predicate_and_figures() {
    let project = Project::copy();
    let store = Store::new(&project.path("data"));
    let mut lock = store.lock().unwrap();
    let release = lock.tables["47022NED"].clone();
    let snapshot = store.read("47022NED", &release).unwrap();
    // Roermond (GM0957), a member, suddenly counts 200,000 crimes
    let mut observations = snapshot
        .observations
        .lazy()
        .with_column(
            when(
                col("region")
                    .eq(lit("GM0957"))
                    .and(col("year").eq(lit(2024))),
            )
            .then(lit(200_000.0))
            .otherwise(col("value"))
            .alias("value"),
        )
        .collect()
        .unwrap();
    let flipped = store.write(snapshot.sidecar, &mut observations).unwrap();
    lock.tables.insert("47022NED".to_owned(), flipped);
    store.write_lock(&lock).unwrap();
    let run = project.run(&["build"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    for part in [
        "queries/themes/veiligheid.toml:",
        "does not hold: ",
        "misdrijven.M50 < misdrijven.G40",
        "misdrijven.M50 is 12",
        "hint: ",
    ] {
        assert!(run.stderr.contains(part), "no `{part}` in: {}", run.stderr);
    }
    assert!(!project.path("output/2026").exists());
    let run = project.run(&["check"]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr.contains("claim `veiligheid-kop`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_summary_claim_that_too_few_variants_carry_stops_the_build() {
    let project = Project::copy();
    let old = "id = \"samenleving-kop\"";
    assert!(
        project
            .text("queries/themes/samenleving.toml")
            .contains(old)
    );
    let text = project.text("queries/themes/samenleving.toml");
    let (before, after) = text.split_once(old).unwrap();
    // six of the seven variants carry it: the previous period does not
    let after = after.replacen("needs = 5", "needs = 7", 1);
    std::fs::write(
        project.path("queries/themes/samenleving.toml"),
        format!("{before}{old}{after}"),
    )
    .unwrap();
    let run = project.run(&["build"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    for part in ["`samenleving-kop`", "6 of 7 variants", "vorige periode"] {
        assert!(run.stderr.contains(part), "no `{part}` in: {}", run.stderr);
    }
}

#[test]
fn where_finds_a_number_and_a_sentence_and_says_what_defines_them() {
    let project = built();
    let number = project.must(&["where", "37,4"]).stdout;
    for part in [
        "04-veiligheid.typ:",
        "claim misdrijven-lager",
        "fact misdrijven.M50: 37,4",
        "veiligheid.toml:",
    ] {
        assert!(number.contains(part), "no `{part}` in: {number}");
    }
    assert!(!number.contains("fact misdrijven.Nederland"), "{number}");
    let sentence = project.must(&["where", "meer dan één op de drie"]).stdout;
    assert!(sentence.contains("claim kern-aandeel"), "{sentence}");
    let run = project.run(&["where", "staat er niet in"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
}

#[test]
fn check_prints_a_table_and_json_of_every_edition() {
    let project = built();
    for edition in ["2026", "2026-leden-2023", "2021"] {
        let json = project
            .must(&["check", "--edition", edition, "--json"])
            .stdout;
        let checks: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
        for kind in [
            "claim", "not-null", "unique", "accepted", "range", "relation", "national",
        ] {
            assert!(
                checks.iter().any(|check| check["kind"] == kind),
                "no {kind}"
            );
        }
        assert!(checks.iter().all(|check| check["state"] != "fail"));
    }
    assert!(project.must(&["check"]).stdout.starts_with("ok   claim"));
}

#[test]
fn a_relation_that_does_not_hold_fails_the_check_and_a_wrong_one_is_named() {
    let project = Project::copy();
    project.replace("queries/checks.toml", " + inwoners-65-plus", "");
    let run = project.run(&["check"]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr.contains("relation `leeftijden`"),
        "{}",
        run.stderr
    );
    project.replace(
        "queries/checks.toml",
        "right = \"inwoners-kwb\"",
        "right = \"inwonrs\"",
    );
    let run = project.run(&["check"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr
            .contains("checks.toml:23:10: there is no topic `inwonrs`"),
        "{}",
        run.stderr
    );
}
