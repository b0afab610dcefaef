//! The evidence beside the paper: every fact follows from the rows and cells that lie there.
//!
//! The paper is that of the figures in `data/`; no number is asserted here.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;

use support::{Project, Sheet, close};

#[test]
fn every_fact_beside_the_paper_follows_from_the_rows_beside_it() {
    let data = support::root().join("data");
    let project = Project::shared_by_tests_of("evidence", &data);
    project.must(&["build"]);
    let facts = std::fs::read(project.output("feiten.json")).unwrap();
    let facts: serde_json::Value = serde_json::from_slice(&facts).unwrap();
    let [bewijs, cellen, groepen] = ["bewijs.csv", "cellen.csv", "data/groepen.csv"]
        .map(|name| Sheet::read(&project.output(name)));
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
