//! Facts: which are resolved, what they print, why one has no figure, and the cells that each rests on.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use middelgroot::base::failure::{Exit, Report};
use middelgroot::fact::{Error, Fact, Register, Role, Trace};
use middelgroot::figures::Figures;
use middelgroot::query::{FactId, Queries};
use support::{Made, indicator, region};

struct Country {
    queries: Queries,
    figures: Figures,
}

fn country() -> &'static Country {
    static COUNTRY: OnceLock<Country> = OnceLock::new();
    COUNTRY.get_or_init(|| {
        let made = Made::new();
        let queries = made.queries();
        let figures = made.figures(&queries, "2024");
        Country { queries, figures }
    })
}

fn id(text: &str) -> FactId {
    FactId::parse(text, &country().queries.names()).unwrap_or_else(|error| panic!("{error:?}"))
}

fn register(ids: &[&str]) -> Result<Register<'static>, Error> {
    let Country { queries, figures } = country();
    Register::new(queries, figures, ids.iter().map(|text| id(text)).collect())
}

fn fact(text: &str) -> Fact {
    let register = register(&[text]).unwrap();
    register.fact(&id(text)).unwrap().clone()
}

#[test]
fn only_what_is_wanted_is_resolved_and_once() {
    let ids = ["inwoners.Rood", "aandeel.Land", "inwoners.Rood"];
    let register = register(&ids).unwrap();
    let found: Vec<String> = register.facts().map(|fact| fact.id.to_string()).collect();
    assert_eq!(found, ["aandeel.Land", "inwoners.Rood"]);
    let error = register.fact(&id("groei.Rood")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fact `groei.Rood` is not in the register"
    );
}

#[test]
fn a_gemeente_that_never_was_is_an_error() {
    let error = register(&["inwoners.GM0099"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "fact `inwoners.GM0099` is of no gemeente"
    );
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.hint().unwrap().contains("gemeenten.csv"));
}

#[test]
fn a_fact_prints_value_unit_and_mark() {
    // Aarle, Goor and Hoorne: 1,020 + 4,700 + 4,000 provisional inhabitants of 2024
    for (id, value, text, unit) in [
        ("inwoners.Rood", Some(9_720.0), "9.720*", "inwoners"),
        ("inwoners.Rood@2023", Some(9_710.0), "9.710", "inwoners"),
        ("inwoners.Rood@2023.min", Some(1_010.0), "1.010", "inwoners"),
        (
            "inwoners.Rood@2023.median",
            Some(4_000.0),
            "4.000",
            "inwoners",
        ),
        ("inwoners.Rood@2023.max-naam", None, "Goor", "inwoners"),
        ("inwoners.Rood.n", Some(3.0), "3", "aantal"),
        ("inwoners.Rood.rang", Some(1.0), "1", "aantal"),
        ("inwoners.Geel.rang", Some(3.0), "3", "aantal"),
        ("inwoners.GM0010@2020", Some(4_000.0), "4.000", "inwoners"),
        ("inwoners.periode", None, "2024", "inwoners"),
        (
            "inwoners.Rood-Blauw@2023",
            Some(1_214.0),
            "1.214",
            "inwoners",
        ),
        ("inwoners.Rood@2020..2023", Some(6.0), "6", "inwoners"),
        ("aandeel.Rood@2020..2023.pct", Some(0.031_315), "0%", "%"),
        ("inwoners.Rood@2020..", Some(16.0), "16*", "inwoners"),
        // Aarle, Goor and Hoorne of 1,010, 4,700 and 4,000; 1.6, 0.0 and 0.0 percent of growth
        ("inwoners.Rood@2023.boven-Blauw", Some(0.0), "0", "aantal"),
        ("inwoners.Rood@2023.onder-Blauw", Some(3.0), "3", "aantal"),
        ("groei.Rood.boven-nul", Some(1.0), "1", "aantal"),
        ("groei.Rood.onder-nul", Some(0.0), "0", "aantal"),
        ("verkoopprijs.Land@2022", Some(280.0), "€\u{a0}280", "euro"),
    ] {
        let fact = fact(id);
        let is_value = match (fact.value, value) {
            (Some(found), Some(expected)) => (found - expected).abs() < 1e-3,
            (found, expected) => found == expected,
        };
        assert!(is_value, "{id}: {:?}", fact.value);
        assert_eq!(
            (fact.text.as_str(), fact.unit.as_str()),
            (text, unit),
            "{id}"
        );
        assert_eq!(fact.lacking, None, "{id}");
    }
    assert_eq!(
        fact("inwoners.Rood.rang").what,
        "Inwoners, Rood, 2024, rang onder de drie netwerken"
    );
    assert_eq!(
        fact("inwoners.Rood@2020..").what,
        "Inwoners, Rood, verandering 2020-2024"
    );
    assert_eq!(
        fact("inwoners.Rood@2023.onder-Blauw").what,
        "Inwoners, Rood, 2023, leden onder Blauw"
    );
}

#[test]
fn a_fact_without_a_figure_says_why() {
    for (id, why) in [
        ("lasten.Geel@2024", "te weinig leden met een cijfer in 2024"),
        (
            "mediaan-vermogen.Rood",
            "laat zich niet middelen: alleen de verdeling",
        ),
        ("banen.Rood", "geen cijfers in deze editie"),
        ("opkomst.Rood@2020", "geen cijfer in 2020"),
    ] {
        let fact = fact(id);
        assert_eq!(
            (fact.value, fact.text.as_str()),
            (None, "geen cijfer"),
            "{id}"
        );
        assert_eq!(fact.lacking.as_deref(), Some(why), "{id}");
    }
}

#[test]
fn which_is_larger_is_equal_where_both_print_the_same() {
    let sign = |first: &str, second: &str| {
        let register = register(&[first, second]).unwrap();
        register.sign(&id(first), &id(second)).unwrap()
    };
    assert_eq!(sign("inwoners.Rood", "inwoners.Blauw"), Some(1));
    assert_eq!(sign("inwoners.Blauw", "inwoners.Rood"), Some(-1));
    // 0.0 percent of growth in both
    assert_eq!(sign("groei.GM0006", "groei.GM0010"), Some(0));
    assert_eq!(sign("banen.Rood", "banen.Blauw"), None);
}

#[test]
fn a_difference_with_nederland_within_the_deviation_is_none() {
    // the country's own price of 2022 is 300 where all gemeenten give another: what is nearer to it counts as equal
    let made = Made::new();
    let queries = made.queries();
    let sign = |own: &str| {
        made.project.write(
            "incoming/prijs/observations.csv",
            &std::fs::read_to_string(
                support::root().join("tests/made/tables/prijs/observations.csv"),
            )
            .unwrap(),
        );
        made.change(
            "prijs",
            "NL01,2023JJ00,prijs,300,",
            &format!("NL01,2023JJ00,prijs,{own},"),
        );
        let figures = made.figures(&queries, "2024");
        let names = queries.names();
        let [rood, land] =
            ["verkoopprijs.Rood", "verkoopprijs.Land"].map(|id| FactId::parse(id, &names).unwrap());
        let wanted = BTreeSet::from([rood.clone(), land.clone()]);
        let register = Register::new(&queries, &figures, wanted).unwrap();
        let deviation = figures.used(rood.indicator).deviation.unwrap();
        (register.sign(&rood, &land).unwrap(), deviation)
    };
    // Rood has 254.54; all gemeenten with a price and dwellings of 2021: 338.9
    let (far, deviation) = sign("300");
    assert!((deviation - 8.0).abs() < 8.0, "{deviation}");
    assert_eq!(far, Some(-1));
    let (near, deviation) = sign("265");
    assert!(deviation > 4.5, "{deviation}");
    assert_eq!(near, Some(0));
}

#[test]
fn a_figure_is_traced_to_the_cells_of_its_own_time() {
    let Country { queries, figures } = country();
    let trace = Trace::new(queries, figures);
    // the price of Fort in 2020: its own and that of Elst, weighted with dwellings, of which a fifth moved
    let prijs = indicator(queries, "verkoopprijs");
    let inputs = trace.inputs(prijs, 2020, region("GM0006"));
    let found: Vec<(Role, String, f64, Option<f64>)> = inputs
        .iter()
        .flat_map(|input| {
            trace.cells(input).map(|cell| {
                let value = trace.raw(cell).value;
                (input.role, input.region.to_string(), input.share, value)
            })
        })
        .collect();
    assert_eq!(
        found,
        [
            (Role::Ratio, "GM0005".to_owned(), 0.2, Some(100.0)),
            (Role::Ratio, "GM0006".to_owned(), 1.0, Some(200.0)),
            (Role::Weight, "GM0005".to_owned(), 0.2, Some(500.0)),
            (Role::Weight, "GM0006".to_owned(), 1.0, Some(250.0)),
        ]
    );
    // a sum of keys rests on each of them
    let lasten = indicator(queries, "lasten");
    let inputs = trace.inputs(lasten, 2024, region("GM0001"));
    let keys: Vec<&str> = inputs
        .iter()
        .flat_map(|input| trace.cells(input))
        .map(|cell| trace.slot(cell).key.as_str())
        .collect();
    assert_eq!(keys, ["1.1:lasten", "1.2:lasten", "inwoners"]);
}
