//! What came in, under the topics that are asked: sources, sums of keys, units, kinds of missing, lists of gemeenten.

use middelgroot::base::observation::Missing;
use middelgroot::figures::{Lacking, Origin, Row};

use crate::support::{region, told, topic};
use crate::{Made, blauw, rood};

fn row<'m>(made: &'m Made, id: &str, year: i32, code: &str) -> Option<&'m Row> {
    let topic = topic(&made.queries, id);
    made.figures.tidy.row(topic, year, region(code))
}

/// The value of a gemeente in the edition of Rood, or why there is none.
fn value(id: &str, year: i32, code: &str) -> Result<f64, Missing> {
    let row = row(rood(), id, year, code);
    told(
        row.unwrap_or_else(|| panic!("{id} {year} {code}"))
            .observation,
    )
}

/// The list of gemeenten that a row is on; none where there is no row.
fn list(id: &str, year: i32, code: &str) -> Option<i32> {
    row(rood(), id, year, code).map(|row| row.list)
}

fn origin(made: &'static Made, id: &str, year: i32) -> Option<&'static Origin> {
    let topic = topic(&made.queries, id);
    made.figures.tidy.origins.get(&(topic, year))
}

#[test]
fn of_two_sources_for_one_year_the_first_that_is_named_counts() {
    assert_eq!(value("inwoners", 2021, "GM0001"), Ok(1_000.0));
    assert_eq!(value("inwoners", 2020, "GM0001"), Ok(1_000.0));
    let table = |year| origin(rood(), "inwoners", year).unwrap().table.as_str();
    assert_eq!(
        [2020, 2021, 2024].map(table),
        ["bevolking-oud", "bevolking", "bevolking"]
    );
}

#[test]
fn who_has_zero_in_every_taakveld_did_not_deliver() {
    let lasten = |year, code| value("lasten", year, code);
    assert_eq!(lasten(2024, "GM0002"), Err(Missing::NotDelivered));
    assert_eq!(
        value("lasten-streng", 2024, "GM0002"),
        Err(Missing::NotDelivered)
    );
    assert_eq!(lasten(2023, "GM0002"), Ok(10_000.0));
    // Goor has three thousand of reserves, which are left out: its zero is a figure
    assert_eq!(lasten(2024, "GM0007"), Ok(0.0));
}

#[test]
fn an_absent_cell_counts_as_zero_within_a_sum_of_keys_where_the_query_says_so() {
    assert_eq!(value("lasten", 2024, "GM0006"), Ok(7_000.0));
    assert_eq!(value("lasten-streng", 2024, "GM0006"), Err(Missing::Absent));
}

#[test]
fn a_sum_of_keys_leaves_exceptions_out_and_undoes_the_scale() {
    // (10 + 20) x 1,000, without the 5 of reserves
    assert_eq!(value("lasten", 2024, "GM0001"), Ok(30_000.0));
    assert_eq!(value("lasten", 2024, "GM0010"), Ok(10_000.0));
    let keys = &origin(rood(), "lasten", 2024).unwrap().keys;
    assert_eq!(*keys, ["1.1:lasten", "1.2:lasten"]);
}

#[test]
fn a_key_that_is_missing_makes_the_sum_missing() {
    assert_eq!(value("lasten", 2024, "GM0009"), Err(Missing::Confidential));
}

#[test]
fn the_nederland_of_a_file_is_no_figure_of_cbs() {
    assert_eq!(list("lasten", 2024, "NL01"), None);
    assert_eq!(value("inwoners", 2024, "NL01"), Ok(19_720.0));
}

#[test]
fn kinds_of_missing_are_those_of_the_source() {
    assert_eq!(value("verkoopprijs", 2020, "GM0008"), Err(Missing::Unknown));
    assert_eq!(value("verkoopprijs", 2023, "GM0002"), Err(Missing::Absent));
    assert_eq!(
        value("verkoopprijs", 2023, "GM0006"),
        Err(Missing::Confidential)
    );
}

#[test]
fn every_row_is_on_the_list_that_its_table_follows() {
    for year in 2021..=2024 {
        assert_eq!(list("inwoners", year, "GM0001"), Some(year));
    }
    assert_eq!(list("misdrijven", 2021, "GM0010"), Some(2023));
    assert_eq!(list("rel-misdrijven", 2020, "GM0005"), Some(2020));
}

#[test]
fn figures_may_be_on_the_list_of_the_next_year() {
    let stemmen = |year, code| list("stemmen", year, code);
    // Ids voted in Jelsum
    assert_eq!(stemmen(2022, "GM0009"), Some(2023));
    assert_eq!(stemmen(2022, "GM0001"), Some(2022));
    // Kerkdorp is of the next list only
    assert_eq!(stemmen(2023, "GM0012"), Some(2024));
    // Cuyk and Deest were counted apart: Hoorne does not count again
    assert_eq!(stemmen(2021, "GM0003"), Some(2021));
    assert_eq!(stemmen(2021, "GM0010"), None);
}

#[test]
fn tables_of_a_family_hold_a_year_each() {
    let table = |year| {
        origin(rood(), "rel-misdrijven", year)
            .unwrap()
            .table
            .as_str()
    };
    assert_eq!([2020, 2021].map(table), ["wijken-2020", "wijken-2021"]);
}

#[test]
fn what_is_asked_and_not_here_is_named() {
    let lacking = [
        Lacking::Table("ontbreekt".to_owned()),
        Lacking::Topic {
            table: "wijken-2021".to_owned(),
            topic: "inwoners-wijken".to_owned(),
        },
    ];
    assert_eq!(rood().figures.tidy.lacking, lacking);
}

#[test]
fn nothing_comes_from_after_the_last_period_of_the_edition() {
    assert!(origin(blauw(), "inwoners", 2021).is_some());
    assert!(origin(blauw(), "inwoners", 2022).is_none());
    assert!(
        blauw()
            .figures
            .tidy
            .origins
            .keys()
            .all(|(_, year)| *year <= 2021)
    );
}
