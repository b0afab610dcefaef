//! Questions: `explain` against computations by hand, `where`, and `check`, of which every kind is seen failing.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use middelgroot::fact::{Register, Trace};
use middelgroot::figures::Figures;
use middelgroot::inquire::Explanation;
use middelgroot::query::{FactId, Queries};
use middelgroot::source::snapshot::Store;
use polars::prelude::{Column, DataFrame};
use serde_json::Value;
use support::{Made, Project, close, figures, queries};

fn of_2026() -> &'static (Queries, Figures) {
    static EDITION: OnceLock<(Queries, Figures)> = OnceLock::new();
    EDITION.get_or_init(|| (queries(), figures("2026")))
}

fn explained(id: &str) -> Explanation {
    let (queries, figures) = of_2026();
    let id = FactId::parse(id, &queries.names()).unwrap();
    let register = Register::new(queries, figures, BTreeSet::from([id.clone()])).unwrap();
    let trace = Trace::new(queries, figures);
    Explanation::of(&id, &register, &trace).unwrap()
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
    let explained = explained("misdrijven.M50@2024.rang");
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

#[test]
fn a_claim_is_explained_with_all_facts_of_its_predicate() {
    let made = Made::new();
    let said = made.project.must(&["explain", "prijs-lager"]).stdout;
    for part in [
        "claim      prijs-lager",
        "predicate  verkoopprijs.Rood < verkoopprijs.Land",
        "fact       verkoopprijs.Rood",
        "fact       verkoopprijs.Land",
        "asked in   ",
    ] {
        assert!(said.contains(part), "no `{part}` in: {said}");
    }
    let run = made.project.run(&["explain", "prijs-laag"]).ends(2);
    assert!(run.stdout.is_empty() && run.stderr.contains("hint: "));
}

#[test]
fn where_finds_a_number_and_a_sentence_and_says_what_defines_them() {
    let project = Project::frozen();
    let number = project
        .must(&[
            "where",
            &explained("misdrijven.M50").fact.text,
            "--edition",
            "2026",
        ])
        .stdout;
    for part in [
        "03-veiligheid.typ:",
        "claim misdrijven-lager",
        "fact misdrijven.M50: ",
        "veiligheid.toml:",
    ] {
        assert!(number.contains(part), "no `{part}` in: {number}");
    }
    assert!(!number.contains("fact misdrijven.Nederland"), "{number}");
    let sentence = project
        .must(&["where", "meer dan één op de drie", "--edition", "2026"])
        .stdout;
    assert!(sentence.contains("claim kern-aandeel"), "{sentence}");
    let run = project.run(&["where", "staat er niet in"]).ends(1);
    assert_eq!(run.stdout, "");
}

#[test]
fn where_finds_every_printed_text_however_it_is_typed() {
    let project = Project::frozen();
    let chapter = "src/paper/chapters/03-veiligheid.typ";
    project.append(chapter, "\nIn 's-Gravenhage zijn #keuze(\n  \"misdrijven.G4\",\n  \"misdrijven.M50\",\n  \"meer\",\n  \"evenveel\",\n  \"minder\",\n) auto's (https://x.nl/a: ja).\n");
    for (text, place) in [
        ("’s-Gravenhage", "03-veiligheid.typ:"),
        ("'s-gravenhage zijn meer auto‘s", "03-veiligheid.typ:"),
        ("https://x.nl/a: ja", "03-veiligheid.typ:"),
        // a subtitle, a source and an alternative text
        ("leden van M50 (stippen) en groepen", "veiligheid.toml:"),
        (
            "Stippenstrook: geregistreerde misdrijven",
            "veiligheid.toml:",
        ),
        ("Bron: CBS, Bevolking op 1 januari", "profiel.toml:"),
        // words of the agenda, a definition, a heading of a column, a note, the template
        ("“nog meer mensen werken er”", "arbeidsmigranten.toml:"),
        ("\"nog meer mensen werken er\"", "arbeidsmigranten.toml:"),
        ("Misdrijven die de politie registreerde", "veiligheid.toml:"),
        ("Inwoners per raadszetel", "table.toml:"),
        ("noemde in april 2023 zelf", "editions.toml:"),
        ("blauwe getallen", "druk.typ:"),
        // a row of the appendix
        ("Geregistreerde misdrijven, M50, 2024", "veiligheid.toml:"),
    ] {
        let said = project.must(&["where", text, "--edition", "2026"]).stdout;
        assert!(said.contains(place), "{text}: {said}");
    }
}

#[test]
fn refreshed_data_passes_every_required_check_in_every_edition() {
    let project = Project::copy();
    for edition in queries().editions {
        let json = project
            .must(&["check", "--edition", &edition.id, "--json"])
            .stdout;
        let checks: Vec<Value> = serde_json::from_str(&json).unwrap();
        for kind in KINDS {
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
    let project = Project::frozen();
    project.replace("queries/checks.toml", " + inwoners-65-plus", "");
    project
        .run(&["check", "--edition", "2026"])
        .ends(1)
        .says("relation `leeftijden`");
    project.replace(
        "queries/checks.toml",
        "right = \"inwoners-kwb\"",
        "right = \"inwonrs\"",
    );
    project
        .run(&["check", "--edition", "2026"])
        .ends(2)
        .says("checks.toml:")
        .says(": there is no topic `inwonrs`");
}

/// What `check` looks at.
const KINDS: [&str; 7] = [
    "claim", "not-null", "unique", "accepted", "range", "relation", "national",
];

/// What a check of the country that never was says of something: how it ends, and the words to it. A check that fails
/// ends the program with 1 and is named.
fn checked(made: &Made, kind: &str, id: &str) -> (String, String) {
    let run = made.project.run(&["check", "--json"]);
    let checks: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    let of = |check: &&Value| check["kind"] == kind && check["id"] == id;
    let check = checks
        .iter()
        .find(of)
        .unwrap_or_else(|| panic!("no {kind} `{id}`"));
    let state = check["state"].as_str().unwrap().to_owned();
    let is_named = run.stderr.contains(&format!("{kind} `{id}`"));
    assert_eq!(is_named, state == "fail", "{}", run.stderr);
    assert_eq!(
        run.status,
        i32::from(checks.iter().any(|of| of["state"] == "fail"))
    );
    (state, check["detail"].as_str().unwrap().to_owned())
}

/// The check must end so before and after a change, and say these words after it.
fn turns(kind: &str, id: &str, states: [&str; 2], words: &str, change: impl FnOnce(&Made)) {
    let made = Made::new();
    assert_eq!(checked(&made, kind, id).0, states[0], "{kind} before");
    change(&made);
    let (state, detail) = checked(&made, kind, id);
    assert_eq!(state, states[1], "{kind}: {detail}");
    assert!(detail.contains(words), "no `{words}` in: {detail}");
}

#[test]
fn check_finds_a_claim_that_a_chapter_makes_and_the_figures_do_not_carry() {
    // no chapter makes it yet: it warns
    turns(
        "claim",
        "prijs-hoger",
        ["warn", "fail"],
        "fails, ",
        |made| {
            made.project.append(
                "src/paper/chapters/proef.typ",
                "#bewering(\"prijs-hoger\")\n",
            );
        },
    );
}

#[test]
fn check_finds_a_member_without_a_figure() {
    let words = "2023: no figure for Goor (confidential)";
    turns("not-null", "verkoopprijs", ["ok", "warn"], words, |made| {
        let cell = "GM0007,2023JJ00,prijs,320,none";
        made.change("prijs", cell, "GM0007,2023JJ00,prijs,,confidential");
        // the others are enough of the weight when half will do
        let theme = "queries/themes/proef.toml";
        made.project.replace(
            theme,
            "title = \"Verkoopprijs\"\ndefinition",
            "title = \"Verkoopprijs\"\ncoverage = 20\ndefinition",
        );
    });
    let made = Made::new();
    assert_eq!(
        checked(&made, "not-null", "banen"),
        ("warn".to_owned(), "no figures".to_owned())
    );
}

/// Writes a table anew after a change to its frame, past all checks of what comes in.
fn forge(made: &Made, table: &str, change: impl FnOnce(DataFrame) -> DataFrame) {
    let store = Store::new(&made.project.data());
    let mut lock = store.lock().unwrap();
    let snapshot = store.read(table, &lock.tables[table]).unwrap();
    let mut observations = change(snapshot.observations);
    let release = store.write(snapshot.sidecar, &mut observations).unwrap();
    lock.tables.insert(table.to_owned(), release);
    store.write_lock(&lock).unwrap();
}

/// The frame with another text in the first row of a column.
fn with_first(frame: &DataFrame, column: &str, text: &str) -> DataFrame {
    let mut texts: Vec<String> = frame
        .column(column)
        .unwrap()
        .str()
        .unwrap()
        .iter()
        .map(|text| text.unwrap().to_owned())
        .collect();
    text.clone_into(&mut texts[0]);
    let mut columns = frame.columns().to_vec();
    let at = frame.get_column_index(column).unwrap();
    columns[at] = Column::new(column.into(), texts);
    DataFrame::new_infer_height(columns).unwrap()
}

#[test]
fn check_finds_a_cell_that_is_there_twice() {
    let words = "1 cells twice, such as misdrijven 2021JJ00 GM0001";
    turns("unique", "misdaad", ["ok", "fail"], words, |made| {
        forge(made, "misdaad", |frame| {
            frame.head(Some(1)).vstack(&frame).unwrap()
        });
    });
}

#[test]
fn check_finds_words_and_regions_that_are_not_known() {
    for (column, text, words) in [
        ("missing", "weg", "missing weg"),
        ("status", "klaar", "status klaar"),
        ("region", "GM9999", "region GM9999"),
    ] {
        turns("accepted", "misdaad", ["ok", "fail"], words, |made| {
            forge(made, "misdaad", |frame| with_first(&frame, column, text));
        });
    }
}

#[test]
fn check_finds_a_member_outside_the_plausible_range() {
    // the range is from 50 to 1,000
    let words = "2023: not from 50 to 1000: Aarle €\u{a0}2.400";
    turns("range", "verkoopprijs", ["ok", "fail"], words, |made| {
        made.change(
            "prijs",
            "GM0001,2023JJ00,prijs,240,",
            "GM0001,2023JJ00,prijs,2400,",
        );
    });
    // so does one of another network, in a year before, and one far off of whichever gemeente
    for (cell, value, words) in [
        (
            "GM0009,2023JJ00,prijs,440,",
            "1040,",
            "2023: not from 50 to 1000: Jelsum",
        ),
        (
            "GM0001,2020JJ00,prijs,200,",
            "1040,",
            "; 2020: not from 50 to 1000: Aarle",
        ),
        (
            "GM0011,2023JJ00,prijs,",
            "4400,",
            "2023: not from 50 to 1000: Kerkdorp",
        ),
    ] {
        turns(
            "range",
            "verkoopprijs",
            ["ok", "fail"],
            words.trim_start_matches("; "),
            |made| {
                made.change_value("prijs", cell, value);
            },
        );
    }
    // of a gemeente in no network, or of one that was looked at, it warns
    turns(
        "range",
        "verkoopprijs",
        ["ok", "warn"],
        "Kerkdorp",
        |made| {
            made.change_value("prijs", "GM0011,2023JJ00,prijs,", "1040,");
        },
    );
    turns(
        "range",
        "verkoopprijs",
        ["ok", "warn"],
        "Aarle €\u{a0}2.400 (looked at)",
        |made| {
            made.change(
                "prijs",
                "GM0001,2023JJ00,prijs,240,",
                "GM0001,2023JJ00,prijs,2400,",
            );
            let known = "\n[[known]]\nindicator = \"verkoopprijs\"\nregion = \"GM0001\"\nreason = \"looked at\"\n";
            made.project.append("queries/checks.toml", known);
        },
    );
}

#[test]
fn check_finds_a_claim_that_a_chapter_makes_without_figures() {
    turns("claim", "banen-meer", ["warn", "fail"], "no-data", |made| {
        let chapter = "src/paper/chapters/proef.typ";
        made.project.append(chapter, "#bewering(\"banen-meer\")\n");
    });
    // an edition that ends before the first figure says nothing of them
    let made = Made::new();
    made.bring(
        "later",
        "",
        &["t,Dingen,aantal,0"],
        &["GM0002,2024JJ00,t,3", "GM0009,2024JJ00,t,4"],
    );
    made.ask(
        "[[indicator]]\nid = \"dingen\"\ntitle = \"Dingen\"\ndefinition = \"Dingen.\"\nunit = \"dingen\"\n\
         count = \"later: Dingen\"\n[[claim]]\nid = \"dingen\"\nsentence = \"Er zijn dingen.\"\nwhen = \"dingen.Blauw > 0\"",
    );
    made.project
        .append("src/paper/chapters/proef.typ", "#bewering(\"dingen\")\n");
    let run = made.project.run(&["check", "--edition", "2021"]);
    assert!(run.stdout.contains("no-data"), "{}", run.stdout);
    assert!(!run.stderr.contains("claim `dingen`"), "{}", run.stderr);
}

/// A build is refused with 1 and these words after a change, and leaves no output.
fn unfit(words: &str, change: impl FnOnce(&Made)) {
    let made = Made::new();
    change(&made);
    let run = made.project.run(&["build", "--data-only"]).ends(1);
    run.says("the figures do not hold: ")
        .says(words)
        .says("hint: ");
    assert!(support::files(&made.project.path("output")).is_empty());
}

#[test]
fn a_build_is_refused_when_what_is_required_of_the_figures_does_not_hold() {
    unfit(
        "range `verkoopprijs` 2023: not from 50 to 1000: Aarle €\u{a0}2.400",
        |made| {
            made.change_value("prijs", "GM0001,2023JJ00,prijs,240,", "2400,");
        },
    );
    unfit("national `inwoners` 2022: 19700 is -1.5% off", |made| {
        made.change_value("bevolking", "NL01,2022JJ00,inwoners,19700,", "20000,");
    });
    unfit("relation `wijken`", |made| {
        made.change_value("wijken-2020", "GM0001,2020JJ00,inwoners,1000,", "1100,");
    });
    unfit("unique `misdaad` 1 cells twice", |made| {
        forge(made, "misdaad", |frame| {
            frame.head(Some(1)).vstack(&frame).unwrap()
        });
    });
}

#[test]
fn check_finds_topics_that_do_not_add_up() {
    let words = "1 of 10 not, such as Aarle 2020: 1100 against 1000";
    turns("relation", "wijken", ["ok", "fail"], words, |made| {
        let cell = "GM0001,2020JJ00,inwoners,1000,";
        made.change("wijken-2020", cell, "GM0001,2020JJ00,inwoners,1100,");
    });
}

#[test]
fn check_finds_gemeenten_that_do_not_add_up_to_the_country() {
    turns(
        "national",
        "inwoners",
        ["ok", "fail"],
        "2022: 19700 is -1.5% off",
        |made| {
            made.change(
                "bevolking",
                "NL01,2022JJ00,inwoners,19700,",
                "NL01,2022JJ00,inwoners,20000,",
            );
        },
    );
    // where some are missing it warns
    turns(
        "national",
        "woningen",
        ["ok", "warn"],
        "some are missing",
        |made| {
            made.change(
                "wonen",
                "GM0009,2021JJ00,woningen,2500,none",
                "GM0009,2021JJ00,woningen,,unknown",
            );
        },
    );
}

#[test]
fn peers_are_those_of_the_open_data() {
    let project = Project::frozen();
    project.must(&["build", "--data-only"]);
    let open = support::Sheet::read(&project.output("data/gelijken.csv"));
    let regions = support::Sheet::read(&project.output("data/regios.csv"));
    let run = project.must(&["peers", "Zeist"]);
    assert!(run.stdout.contains("Zeist (GM0355)"), "{}", run.stdout);
    for rank in ["1", "5"] {
        let row = open.one(&[("region", "GM0355"), ("rank", rank)]);
        let code = open.cell(row, "peer");
        let name = regions.cell(regions.one(&[("region", code)]), "name");
        let line = format!("{code} {name}");
        assert!(run.stdout.contains(&line), "{line}:\n{}", run.stdout);
    }
    assert_eq!(project.must(&["peers", "GM0355"]).stdout, run.stdout);
    project
        .run(&["peers", "Zeits"])
        .ends(2)
        .says("`Zeits` is not one gemeente")
        .says("`Zeist`");
}
