//! The log of a run and the sums of an output: who gets the output can tell what it was made from, and that it is whole.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use middelgroot::base::files::sha256;
use serde_json::Value;
use support::{Made, Project, files};

fn log(project: &Project, edition: &str) -> Value {
    serde_json::from_str(&project.text(&format!("output/{edition}/run.json"))).unwrap()
}

fn texts(value: &Value) -> Vec<(&str, &str)> {
    let map = value.as_object().unwrap().iter();
    map.map(|(key, value)| (key.as_str(), value.as_str().unwrap()))
        .collect()
}

#[test]
fn a_run_says_what_it_read_made_and_remarked() {
    let made = Made::new();
    let project = &made.project;
    project.must(&["build", "--data-only", "--edition", "2021"]);
    let log = log(project, "2021");
    assert_eq!(log["program"], "middelgroot");
    assert_eq!(log["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(log["command"], "build --edition 2021 --data-only");
    assert_eq!(log["edition"], "2021");
    let moment = |name: &str| log[name].as_str().unwrap().to_owned();
    let (started, finished) = (moment("started"), moment("finished"));
    assert!(started <= finished && started.ends_with('Z'), "{started}");

    // every input is a file of the project with that sum, also the observations
    let inputs = texts(&log["inputs"]);
    for (name, sum) in &inputs {
        let bytes = fs::read(project.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(sha256(&bytes), *sum, "{name}");
    }
    let names: Vec<&str> = inputs.iter().map(|(name, _)| *name).collect();
    for part in [
        "data/networks.csv",
        "data/regions/gemeenten.csv",
        "data/snapshots.lock",
        "queries/themes/proef.toml",
    ] {
        assert!(names.contains(&part), "{part}: {names:?}");
    }
    assert!(!names.iter().any(|name| name.starts_with("src/paper")));
    for (table, release) in texts(&log["releases"]) {
        let part = format!("data/snapshots/{table}/{release}/observations.parquet");
        assert!(names.contains(&part.as_str()), "{part}");
    }

    let stage = |name: &str| {
        let mut stages = log["stages"].as_array().unwrap().iter();
        stages.find(|stage| stage["stage"] == name).unwrap()
    };
    for name in ["tidy", "indicators", "compare", "open data"] {
        let rows = |side: &str| stage(name)[side].as_u64().unwrap();
        assert!(rows("rows_in") > 0 && rows("rows_out") > 0, "{name}");
        assert!(stage(name)["milliseconds"].as_f64().unwrap() >= 0.0);
    }
    assert_eq!(stage("tidy")["rows_out"], stage("indicators")["rows_in"]);
    assert!(stage("queries").get("rows_in").is_none());
    let warnings = log["warnings"].as_array().unwrap();
    assert!(!warnings.is_empty());
    let claims = texts(&log["claims"]);
    assert!(!claims.is_empty());
    for (id, word) in claims {
        assert!(
            ["holds", "weak", "fails", "no-data"].contains(&word),
            "{id}"
        );
    }
}

#[test]
fn every_file_of_an_output_has_its_sum_and_the_clock_has_none() {
    let made = Made::new();
    let project = &made.project;
    project.must(&["build", "--data-only"]);
    let output = project.path("output/2024");
    let first = files(&output);
    let sums = project.text("output/2024/SHA256SUMS");
    let sums: Vec<(&str, &str)> = sums
        .lines()
        .map(|line| line.split_once("  ").unwrap())
        .collect();
    let names: Vec<&str> = sums.iter().map(|(_, name)| *name).collect();
    let there = first.keys().map(String::as_str);
    let there: Vec<&str> = there.filter(|name| *name != "SHA256SUMS").collect();
    assert_eq!(names, there);
    let log = log(project, "2024");
    for (sum, name) in sums {
        assert_eq!(sha256(&first[name]), sum, "{name}");
        let logged = &log["outputs"][name];
        assert_eq!(logged["sha256"], sum, "{name}");
        assert_eq!(logged["bytes"], first[name].len());
        if logged.get("rows").is_some() {
            let rows = csv::Reader::from_reader(first[name].as_slice())
                .into_records()
                .count();
            assert_eq!(logged["rows"], rows, "{name}");
        }
    }
    // the same again: everything but the log is the same
    project.must(&["build", "--data-only", "--force"]);
    assert_eq!(files(&output), first);
}

#[test]
fn a_closed_edition_keeps_its_releases() {
    let made = Made::new();
    let project = &made.project;
    let build = |edition: &str| {
        project.must(&["build", "--data-only", "--edition", edition]);
        files(&project.path(&format!("output/{edition}")))
    };
    let (open, closed) = (build("2024"), build("2021"));
    let store = project.store();
    store.close("2021", &store.lock().unwrap().tables).unwrap();
    made.change_value("misdaad", "GM0001,", "11,");
    assert_ne!(
        build("2024"),
        open,
        "a refresh reaches the edition that is open"
    );
    assert_eq!(build("2021"), closed, "and leaves the closed one alone");
    let inputs = &log(project, "2021")["inputs"];
    assert!(inputs.get("data/locks/2021.lock").is_some());

    // a table that came after it was closed is nothing to it
    let mut own = store.lock().unwrap().closed["2021"].clone();
    own.remove("misdaad");
    store.close("2021", &own).unwrap();
    let run = project.must(&["build", "--data-only", "--edition", "2021"]);
    run.says("asked and not in `data/`: table `misdaad`")
        .says("edition `2021` is closed: it uses the releases of `data/locks/2021.lock`");

    project.write("data/locks/2021.lock", "[tables]\nmisdaad = \"../../..\"\n");
    project
        .run(&["build", "--data-only", "--edition", "2021"])
        .ends(4)
        .says("`misdaad/../../..` cannot be the name of a snapshot");
}
