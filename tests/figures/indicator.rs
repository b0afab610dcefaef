//! Indicators per gemeente, on the edition's boundaries: every way to compute one, and where its parts come from.

use middelgroot::base::observation::{Missing, Status};
use middelgroot::figures::Cell;

use crate::support::{close, indicator, region, told};
use crate::{Made, blauw, rood};

fn cell(made: &'static Made, id: &str, year: i32, code: &str) -> &'static Cell {
    let id = indicator(&made.queries, id);
    let cell = made.figures.cell(id, region(code), year);
    cell.unwrap_or_else(|| panic!("{code} {year}"))
}

/// The value of a gemeente in the edition of Rood, or why there is none.
fn value(id: &str, year: i32, code: &str) -> Result<f64, Missing> {
    told(cell(rood(), id, year, code).observation)
}

#[track_caller]
fn assert_value(id: &str, year: i32, code: &str, expected: f64) {
    let found = value(id, year, code);
    let is_close = found.is_ok_and(|found| close(found, expected));
    assert!(is_close, "{id} {year} {code}: {found:?}, not {expected}");
}

/// The years that an indicator has figures of, with the way that makes them.
fn periods(made: &Made, id: &str) -> Vec<(i32, usize)> {
    let block = made.figures.block(indicator(&made.queries, id));
    let periods = block.periods().iter();
    periods.map(|period| (period.year, period.way)).collect()
}

#[test]
fn counts_are_on_the_boundaries_of_the_edition() {
    for (code, people) in [
        ("GM0001", 1_004.0),
        ("GM0002", 1_996.0),
        ("GM0006", 800.0),
        ("GM0007", 4_700.0),
        ("GM0009", 6_500.0),
        ("GM0010", 4_000.0),
        ("GM0012", 700.0),
    ] {
        assert_value("inwoners", 2020, code, people);
    }
    let hoorne = cell(rood(), "inwoners", 2020, "GM0010");
    assert_eq!((hoorne.num, hoorne.den), (hoorne.value(), None));
    // in the edition of Blauw Hoorne does not exist yet
    let cuyk = cell(blauw(), "inwoners", 2020, "GM0003");
    assert_eq!(cuyk.value(), Some(3_000.0));
    assert_eq!(value("inwoners", 2020, "NL01"), Err(Missing::Absent));
}

#[test]
fn a_share_is_of_nederland_whoever_is_asked_about() {
    assert_value("aandeel", 2024, "GM0001", 1_020.0 / 19_720.0 * 100.0);
    assert_eq!(cell(rood(), "aandeel", 2024, "GM0009").den, Some(19_720.0));
    // of 2020 no figure of the country is published: it is the sum
    assert_value("aandeel", 2020, "GM0001", 1_004.0 / 19_700.0 * 100.0);
}

#[test]
fn growth_is_from_a_fixed_year() {
    assert_value("groei", 2024, "GM0001", 1_020.0 / 1_004.0 * 100.0 - 100.0);
    assert_value("groei", 2024, "GM0010", 0.0);
    assert_eq!(cell(rood(), "groei", 2024, "GM0001").den_year, Some(2020));
}

#[test]
fn a_denominator_that_is_missing_comes_from_the_latest_earlier_year() {
    // 1,600 dwellings in Cuyk and Deest of 2021
    assert_value("inwoners-per-woning", 2024, "GM0010", 4_000.0 / 1_600.0);
    let hoorne = cell(rood(), "inwoners-per-woning", 2024, "GM0010");
    assert_eq!((hoorne.den, hoorne.den_year), (Some(1_600.0), Some(2021)));
    let hoorne = cell(rood(), "inwoners-per-woning", 2020, "GM0010");
    assert_eq!(hoorne.den_year, Some(2020));
}

#[test]
fn people_are_split_by_people_and_dwellings_by_dwellings() {
    // Fort gets 300 of the 1,000 people of Elst, and 100 of its 500 dwellings
    let fort = cell(rood(), "inwoners-per-woning", 2020, "GM0006");
    assert_eq!((fort.num, fort.den), (Some(800.0), Some(350.0)));
}

#[test]
fn one_gemeente_counts_one() {
    assert_value("inwoners-per-gemeente", 2024, "GM0010", 4_000.0);
    let land = cell(rood(), "inwoners-per-gemeente", 2024, "NL01");
    assert_eq!((land.den, land.value()), (None, None));
}

#[test]
fn a_ratio_goes_as_value_times_weight() {
    let prijs = |code| cell(rood(), "verkoopprijs", 2020, code);
    // Cuyk 100 with 1,200 dwellings, Deest 200 with 400
    assert_value("verkoopprijs", 2020, "GM0010", 125.0);
    assert_eq!(prijs("GM0010").num, Some(200_000.0));
    assert_eq!(prijs("GM0010").den, Some(1_600.0));
    // Fort 200 with 250, and 100 of the 500 of Elst at 100
    assert_value("verkoopprijs", 2020, "GM0006", 60_000.0 / 350.0);
    assert_value("verkoopprijs", 2020, "GM0007", 640_000.0 / 2_400.0);
    // two of the dwellings of Beers are in Aarle; Beers keeps the value that was published
    assert_value("verkoopprijs", 2020, "GM0001", 80_480.0 / 401.6);
    assert_value("verkoopprijs", 2020, "GM0002", 300.0);
    assert_value("verkoopprijs", 2020, "GM0012", 250.0);
}

#[test]
fn a_ratio_that_lacks_a_part_is_missing_and_keeps_its_weight() {
    // Ids is unknown, and more than a sliver of Jelsum
    assert_eq!(value("verkoopprijs", 2020, "GM0009"), Err(Missing::Unknown));
    let jelsum = cell(rood(), "verkoopprijs", 2020, "GM0009");
    assert_eq!((jelsum.num, jelsum.den), (None, Some(2_750.0)));
}

#[test]
fn a_weight_that_is_missing_comes_from_the_latest_earlier_year() {
    let prijs = |code| cell(rood(), "verkoopprijs", 2023, code);
    assert_value("verkoopprijs", 2023, "GM0010", 160.0);
    assert_eq!(prijs("GM0010").den, Some(1_600.0));
    assert_eq!(prijs("GM0010").den_year, Some(2021));
    assert_eq!(value("verkoopprijs", 2023, "GM0002"), Err(Missing::Absent));
    assert!(close(prijs("GM0002").den.unwrap(), 798.4));
    assert_eq!(
        value("verkoopprijs", 2023, "GM0006"),
        Err(Missing::Confidential)
    );
    // what was published for the country stands
    assert_eq!(
        (prijs("NL01").value(), prijs("NL01").num),
        (Some(300.0), None)
    );
}

#[test]
fn what_cannot_be_added_up_is_lost_in_a_herindeling() {
    assert_eq!(
        value("mediaan-vermogen", 2021, "GM0010"),
        Err(Missing::Herindeling)
    );
    assert_eq!(
        value("mediaan-vermogen", 2021, "GM0009"),
        Err(Missing::Herindeling)
    );
    // a sliver breaks nothing, and neither does another name
    assert_value("mediaan-vermogen", 2021, "GM0001", 50.0);
    assert_value("mediaan-vermogen", 2021, "GM0002", 60.0);
    assert_value("mediaan-vermogen", 2021, "GM0012", 45.0);
    let aarle = cell(rood(), "mediaan-vermogen", 2021, "GM0001");
    assert_eq!((aarle.num, aarle.den), (None, None));
}

#[test]
fn per_year_the_first_way_that_has_figures_counts() {
    assert_eq!(
        periods(rood(), "misdrijven"),
        [(2020, 1), (2021, 0), (2022, 0)]
    );
    // published per 1,000 inhabitants: Cuyk 10 with 3,000, Deest 30 with 1,000
    assert_value("misdrijven", 2020, "GM0010", 15.0);
    assert_value("misdrijven", 2021, "GM0010", 20.0);
    assert_value("misdrijven", 2021, "GM0001", 10.0 / 1_004.0 * 1000.0);
}

#[test]
fn figures_on_newer_boundaries_are_never_divided() {
    let misdrijven = |code| told(cell(blauw(), "misdrijven", 2021, code).observation);
    for merged in ["GM0003", "GM0004", "GM0008", "GM0009"] {
        assert_eq!(misdrijven(merged), Err(Missing::Herindeling), "{merged}");
    }
    // Aarle and Beers are the same but for a sliver, and Goor all the same
    assert_eq!(misdrijven("GM0001"), Ok(10.0));
    assert_eq!(misdrijven("GM0002"), Ok(10.0));
    assert_eq!(misdrijven("GM0007"), Ok(20.0));
}

#[test]
fn a_size_class_is_counted_on_the_list_of_each_year() {
    // 2020: Aarle, Beers, Cuyk, Deest and Elst; 2024: Aarle and Beers
    assert_value("aandeel-midden", 2020, "NL01", 8_000.0 / 19_700.0 * 100.0);
    assert_value("aandeel-midden", 2024, "NL01", 3_020.0 / 19_720.0 * 100.0);
    assert_eq!(
        value("aandeel-midden", 2024, "GM0001"),
        Err(Missing::Absent)
    );
    // on the list of 2024 Aarle and Beers are the only ones in every year
    assert_value(
        "aandeel-midden-nu",
        2020,
        "NL01",
        3_000.0 / 19_700.0 * 100.0,
    );
    assert_value(
        "aandeel-midden-nu",
        2024,
        "NL01",
        3_020.0 / 19_720.0 * 100.0,
    );
}

#[test]
fn a_gemeente_that_did_not_deliver_says_so_and_keeps_its_denominator() {
    assert_eq!(value("lasten", 2024, "GM0002"), Err(Missing::NotDelivered));
    assert_eq!(cell(rood(), "lasten", 2024, "GM0002").den, Some(2_000.0));
    assert_value("lasten", 2024, "GM0001", 30_000.0 / 1_020.0);
}

#[test]
fn votes_of_the_next_list_count_where_they_belong() {
    assert_value("opkomst", 2022, "GM0009", 5_000.0 / 6_300.0 * 100.0);
    assert_value("opkomst", 2021, "GM0010", 70.0);
    assert_value("opkomst", 2023, "GM0012", 350.0 / 600.0 * 100.0);
}

#[test]
fn the_least_final_status_of_the_parts_counts() {
    let status = |id, year| cell(rood(), id, year, "GM0001").observation.status;
    assert_eq!(status("inwoners", 2023), Status::Final);
    assert_eq!(status("inwoners", 2024), Status::Provisional);
    assert_eq!(status("verkoopprijs", 2023), Status::Revised);
    // lasten say nothing of their status, the inhabitants they are divided by do
    assert_eq!(status("lasten", 2023), Status::Unknown);
    assert_eq!(status("lasten", 2024), Status::Provisional);
}

#[test]
fn an_edition_has_no_period_after_its_last_and_no_figures_are_no_period() {
    let years = |made, id| -> Vec<i32> {
        let periods = periods(made, id).into_iter();
        periods.map(|(year, _)| year).collect()
    };
    assert_eq!(years(rood(), "inwoners"), [2020, 2021, 2022, 2023, 2024]);
    assert_eq!(years(blauw(), "inwoners"), [2020, 2021]);
    assert_eq!(years(rood(), "banen"), [0; 0]);
}
