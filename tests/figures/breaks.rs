//! Breaks and estimates are data: declared, found, told in the open data, and nothing is compared across a break.

use crate::support::{Made, Sheet, close, indicator, region};
use crate::{of_2026, queries, rood};

fn years(made: &Made, id: &str, from: i32, to: i32) -> Vec<(i32, String)> {
    let figures = made
        .figured("2024")
        .unwrap_or_else(|error| panic!("{error}"));
    let breaks = figures.breaks_between(indicator(&made.queries(), id), from, to);
    breaks.iter().map(|of| (of.year, of.why.clone())).collect()
}

/// The price of dwellings is asked in another way since 2022.
fn broken() -> Made {
    let made = Made::new();
    made.project.replace(
        "queries/themes/proef.toml",
        "title = \"Verkoopprijs\"\n",
        "title = \"Verkoopprijs\"\nbreaks = [{ year = 2022, why = \"anders gevraagd\" }]\n",
    );
    made
}

#[test]
fn a_break_lies_between_the_years_before_and_from_it() {
    let made = broken();
    let found = |from, to| years(&made, "verkoopprijs", from, to).len();
    assert_eq!(
        [found(2020, 2021), found(2021, 2022), found(2020, 2023)],
        [0, 1, 1]
    );
    assert_eq!(
        [found(2022, 2023), found(2023, 2020), found(2022, 2022)],
        [0, 1, 0]
    );
}

#[test]
fn a_break_of_a_topic_is_one_of_what_is_made_of_it() {
    let made = Made::new();
    made.project.replace(
        "queries/themes/proef.toml",
        "title = \"woningen\"\n",
        "title = \"woningen\"\nbreaks = [{ year = 2021, why = \"andere telling\" }]\n",
    );
    let found = years(&made, "inwoners-per-woning", 2020, 2024);
    assert_eq!(found, [(2021, "andere telling".to_owned())]);
}

#[test]
fn another_way_to_compute_is_a_break_that_need_not_be_declared() {
    let id = indicator(&rood().queries, "misdrijven");
    let block = rood().figures.block(id);
    let ways: Vec<(i32, usize)> = block.periods().iter().map(|of| (of.year, of.way)).collect();
    let other = ways.windows(2).find(|pair| pair[0].1 != pair[1].1).unwrap()[1].0;
    let breaks = rood().figures.breaks_between(id, ways[0].0, 2024);
    assert_eq!(breaks.iter().map(|of| of.year).collect::<Vec<_>>(), [other]);
    assert!(
        breaks[0].why.contains("berekend uit aantallen"),
        "{}",
        breaks[0].why
    );
}

#[test]
fn wrong_breaks_are_refused_where_they_stand() {
    for (breaks, words) in [
        ("[{ year = 20220, why = \"x\" }]", "`year` is 20220"),
        ("[{ year = 2022, why = \" \" }]", "a break without a reason"),
        (
            "[{ year = 2022, why = \"x\" }, { year = 2022, why = \"y\" }]",
            "a break in 2022 twice",
        ),
    ] {
        let made = Made::new();
        made.project.replace(
            "queries/themes/proef.toml",
            "title = \"Verkoopprijs\"\n",
            &format!("title = \"Verkoopprijs\"\nbreaks = {breaks}\n"),
        );
        let error = made.figured("2024").unwrap_err();
        assert!(
            error.contains(words) && error.contains("proef.toml:"),
            "{error}"
        );
    }
}

#[test]
fn the_open_data_tell_breaks_and_estimates() {
    let made = broken();
    made.project.must(&["build", "--data-only"]);
    let sheet = |file: &str| Sheet::read(&made.project.path(&format!("output/2024/data/{file}")));
    let (groups, gemeenten) = (sheet("vergelijking.csv"), sheet("gemeenten.csv"));
    let of_group = |period, column| {
        let wanted = [
            ("indicator", "verkoopprijs"),
            ("group", "Rood"),
            ("period", period),
        ];
        groups.cell(groups.one(&wanted), column).to_owned()
    };
    assert_eq!(
        ["2020", "2022", "2023"].map(|period| of_group(period, "break")),
        ["false", "true", "false"]
    );
    let series = sheet("reeksen.csv");
    let of = [("indicator", "verkoopprijs"), ("period", "2022")];
    assert_eq!(
        series.cell(series.one(&of), "break_reason"),
        "anders gevraagd"
    );
    let of_gemeente = |indicator, region, period, column| {
        let wanted = [
            ("indicator", indicator),
            ("region", region),
            ("period", period),
        ];
        gemeenten.cell(gemeenten.one(&wanted), column).to_owned()
    };
    assert_eq!(
        of_gemeente("verkoopprijs", "GM0001", "2022", "break"),
        "true"
    );
    // Fort got three of ten people of Elst; Hoorne is all of Cuyk and Deest; a sliver of Beers is in Aarle
    let inwoners = |region| of_gemeente("inwoners", region, "2020", "estimated");
    assert_eq!(["GM0006", "GM0007"].map(inwoners), ["true", "true"]);
    assert_eq!(
        ["GM0010", "GM0001", "GM0012"].map(inwoners),
        ["false", "false", "false"]
    );
    assert_eq!(
        of_gemeente("inwoners", "GM0006", "2021", "estimated"),
        "false"
    );
    // Goor is in Rood, and Fort in Geel
    let of_2020 = |group| {
        let wanted = [
            ("indicator", "inwoners"),
            ("group", group),
            ("period", "2020"),
        ];
        groups.cell(groups.one(&wanted), "estimated").to_owned()
    };
    assert_eq!(
        ["Rood", "Blauw", "Geel"].map(of_2020),
        ["true", "false", "true"]
    );
}

#[test]
fn what_rests_on_a_division_below_the_line_is_an_estimate_too() {
    let id = indicator(&rood().queries, "inwoners-per-woning");
    let cell = |code, year| rood().figures.cell(id, region(code), year).unwrap();
    assert!(cell("GM0006", 2020).estimated);
    assert!(!cell("GM0006", 2021).estimated && !cell("GM0010", 2021).estimated);
    assert!(close(cell("GM0006", 2020).value().unwrap(), 800.0 / 350.0));
}

#[test]
fn the_real_breaks_are_declared() {
    let breaks = |id: &str, from, to| {
        let found = of_2026().breaks_between(indicator(queries(), id), from, to);
        found.iter().map(|of| of.year).collect::<Vec<i32>>()
    };
    assert_eq!(
        breaks("afstand-treinstation", 2015, 2024),
        [2018, 2020, 2021]
    );
    assert_eq!(breaks("afstand-supermarkt", 2021, 2024), [0; 0]);
    assert_eq!(breaks("goede-gezondheid", 2012, 2024), [2020, 2024]);
    assert_eq!(breaks("inkomen-per-inwoner", 2015, 2024), [2020, 2024]);
    assert_eq!(breaks("gf-overig", 2024, 2025), [2025]);
    // rounded percentages and counts of one and the same
    assert_eq!(breaks("aandeel-65-plus", 2015, 2024), [2019, 2021, 2024]);
    assert_eq!(breaks("inwoners", 2010, 2026), [0; 0]);
}
