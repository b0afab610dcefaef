//! Figures of any year on one list of gemeenten: nothing is lost, nothing is invented.
//!
//! In a country that never was, over all tables that the project carries, over the named herindelingen with numbers worked
//! out by hand, and over herindelingen by chance.

use std::collections::{BTreeMap, BTreeSet};

use middelgroot::base::observation::{Missing, Observation, Status};
use middelgroot::figures::boundaries::{Averaged, Brought, Crosswalks};
use middelgroot::figures::{Cell, Figures, Row};
use middelgroot::gemeente::RegionId;
use proptest::prelude::{prop_assert, proptest};

use crate::support::country::{Country, FIRST, countries};
use crate::support::{close, indicator, region, told};
use crate::{of_2021, of_2026, queries, rood};

/// Every cell of an indicator in a year, by region: value and kind of missing.
fn cells(figures: &Figures, id: &str, year: i32) -> BTreeMap<RegionId, (Option<f64>, Missing)> {
    let block = figures.block(indicator(queries(), id));
    let cells = block.regions().iter().zip(block.year(year));
    cells
        .map(|(region, cell)| (*region, (cell.value(), cell.observation.missing)))
        .collect()
}

fn value(figures: &Figures, id: &str, year: i32, code: &str) -> f64 {
    let cell = figures.cell(indicator(queries(), id), region(code), year);
    cell.and_then(Cell::value)
        .unwrap_or_else(|| panic!("{id} of {code} in {year}"))
}

fn row(region: RegionId, list: i32, value: Option<f64>) -> Row {
    let missing = value.map_or(Missing::Unknown, |_| Missing::None);
    let observation = Observation {
        value,
        missing,
        status: Status::Final,
    };
    Row {
        region,
        list,
        observation,
    }
}

/// Rows on a list of the country that never was.
fn rows(list: i32, values: &[(&str, f64)]) -> Vec<Row> {
    let values = values.iter();
    let rows = values.map(|(code, value)| row(region(code), list, Some(*value)));
    rows.collect()
}

/// The ways between two lists of the country that never was.
fn crosswalks(from: i32, to: i32) -> Crosswalks {
    let figures = &rood().figures;
    let pairs = BTreeSet::from([(from, to)]);
    Crosswalks::new(&pairs, &figures.gemeenten, &figures.population)
}

/// What a gemeente got; none where the source has no row.
fn got(brought: &Brought, list: i32, code: &str) -> Option<Result<f64, Missing>> {
    let list = crosswalks(list, list)
        .list(list)
        .unwrap()
        .place(region(code));
    brought[list.unwrap()].map(told)
}

fn got_ratio(brought: &[Option<Averaged>], code: &str) -> Averaged {
    let list = crosswalks(2024, 2024);
    let place = list.list(2024).unwrap().place(region(code)).unwrap();
    brought[place].unwrap()
}

#[test]
fn counts_of_gemeenten_that_merge_add_up() {
    let rows = rows(2021, &[("GM0003", 3.0), ("GM0004", 4.0), ("NL01", 9.0)]);
    let brought = crosswalks(2021, 2024).add_up(&rows, 2024, false);
    assert_eq!(got(&brought, 2024, "GM0010"), Some(Ok(7.0)));
    assert_eq!(got(&brought, 2024, "NL01"), Some(Ok(9.0)));
    // who has no row gets none
    assert_eq!(got(&brought, 2024, "GM0006"), None);
}

#[test]
fn a_split_goes_by_the_inhabitants_that_moved_or_by_the_dwellings() {
    let rows = rows(2020, &[("GM0005", 100.0), ("GM0006", 1.0), ("GM0007", 1.0)]);
    let crosswalks = crosswalks(2020, 2024);
    let [people, dwellings] =
        [false, true].map(|by_dwellings| crosswalks.add_up(&rows, 2024, by_dwellings));
    assert_eq!(got(&people, 2024, "GM0006"), Some(Ok(31.0)));
    assert_eq!(got(&people, 2024, "GM0007"), Some(Ok(71.0)));
    assert_eq!(got(&dwellings, 2024, "GM0006"), Some(Ok(21.0)));
    assert_eq!(got(&dwellings, 2024, "GM0007"), Some(Ok(81.0)));
}

#[test]
fn a_gemeente_under_another_code_keeps_its_figure() {
    let rows = rows(2023, &[("GM0011", 5.0)]);
    let crosswalks = crosswalks(2023, 2024);
    let brought = [
        crosswalks.add_up(&rows, 2024, false),
        crosswalks.keep_unchanged(&rows, 2024),
    ];
    for brought in brought {
        assert_eq!(got(&brought, 2024, "GM0012"), Some(Ok(5.0)));
    }
}

#[test]
fn a_part_without_a_figure_leaves_the_whole_without_one() {
    let mut rows = rows(2021, &[("GM0003", 3.0), ("GM0004", 4.0)]);
    rows[0].observation.status = Status::Provisional;
    rows[1].observation = Observation::without(Missing::Confidential, Status::Final);
    let brought = crosswalks(2021, 2024).add_up(&rows, 2024, false);
    assert_eq!(
        got(&brought, 2024, "GM0010"),
        Some(Err(Missing::Confidential))
    );
    let status = brought.iter().flatten().map(|found| found.status);
    assert_eq!(status.collect::<Vec<_>>(), [Status::Provisional]);
}

#[test]
fn a_sliver_breaks_no_series() {
    let crosswalks = crosswalks(2022, 2023);
    // four of the 2,000 people of Beers went to Aarle
    let all = rows(2022, &[("GM0001", 1_000.0), ("GM0002", 2_000.0)]);
    let counts = crosswalks.add_up(&all, 2023, false);
    assert_eq!(got(&counts, 2023, "GM0001"), Some(Ok(1_004.0)));
    assert_eq!(got(&counts, 2023, "GM0002"), Some(Ok(1_996.0)));
    let kept = crosswalks.keep_unchanged(&all, 2023);
    assert_eq!(got(&kept, 2023, "GM0001"), Some(Ok(1_000.0)));
    assert_eq!(got(&kept, 2023, "GM0002"), Some(Ok(2_000.0)));
    // a sliver without a figure makes nothing missing
    let holed = [all[0], row(region("GM0002"), 2022, None)];
    let counts = crosswalks.add_up(&holed, 2023, false);
    assert_eq!(got(&counts, 2023, "GM0001"), Some(Ok(1_000.0)));
    assert_eq!(got(&counts, 2023, "GM0002"), Some(Err(Missing::Unknown)));
}

#[test]
fn what_does_not_add_up_stays_only_with_a_gemeente_that_stayed() {
    let rows = rows(2021, &[("GM0003", 3.0), ("GM0004", 4.0), ("GM0006", 5.0)]);
    let brought = crosswalks(2021, 2024).keep_unchanged(&rows, 2024);
    assert_eq!(
        got(&brought, 2024, "GM0010"),
        Some(Err(Missing::Herindeling))
    );
    assert_eq!(got(&brought, 2024, "GM0006"), Some(Ok(5.0)));
}

#[test]
fn a_ratio_goes_as_value_times_weight() {
    let rows = rows(2021, &[("GM0003", 10.0), ("GM0004", 30.0), ("GM0006", 5.0)]);
    let crosswalks = crosswalks(2021, 2024);
    let weights = [Some(3.0), Some(1.0), Some(2.0)];
    let brought = crosswalks.average(&rows, |place| weights[place], 2024, false);
    let hoorne = got_ratio(&brought, "GM0010");
    assert_eq!((hoorne.num, hoorne.den), (Some(60.0), Some(4.0)));
    assert_eq!(told(hoorne.observation), Ok(15.0));
    let fort = got_ratio(&brought, "GM0006");
    assert_eq!((fort.num, fort.den), (Some(10.0), Some(2.0)));
    // without its weight a ratio cannot go along; who stayed needs none
    let brought = crosswalks.average(&rows, |_| None, 2024, false);
    let hoorne = got_ratio(&brought, "GM0010");
    assert_eq!(told(hoorne.observation), Err(Missing::Herindeling));
    assert_eq!(hoorne.den, None);
    assert_eq!(told(got_ratio(&brought, "GM0006").observation), Ok(5.0));
}

#[test]
fn figures_on_a_newer_list_go_back_only_where_nothing_changed() {
    let rows = rows(
        2023,
        &[
            ("GM0001", 1.0),
            ("GM0002", 2.0),
            ("GM0009", 3.0),
            ("GM0010", 4.0),
            ("NL01", 9.0),
        ],
    );
    let crosswalks = crosswalks(2023, 2021);
    let brought = [
        crosswalks.add_up(&rows, 2021, false),
        crosswalks.keep_unchanged(&rows, 2021),
    ];
    for brought in brought {
        for lost in ["GM0003", "GM0004", "GM0008", "GM0009"] {
            let found = got(&brought, 2021, lost);
            assert_eq!(found, Some(Err(Missing::Herindeling)), "{lost}");
        }
        // all but a sliver is the same
        assert_eq!(got(&brought, 2021, "GM0001"), Some(Ok(1.0)));
        assert_eq!(got(&brought, 2021, "GM0002"), Some(Ok(2.0)));
        assert_eq!(got(&brought, 2021, "NL01"), Some(Ok(9.0)));
    }
}

#[test]
fn after_the_last_list_nothing_has_changed_yet() {
    let rows = rows(2026, &[("GM0012", 5.0)]);
    let brought = crosswalks(2026, 2024).add_up(&rows, 2024, false);
    assert_eq!(got(&brought, 2024, "GM0012"), Some(Ok(5.0)));
}

#[test]
fn totals_of_all_topics_that_add_up_survive() {
    let queries = queries();
    for (figures, least) in [(of_2026(), 15), (of_2021(), 10)] {
        let to = figures.edition.boundaries;
        let pairs: BTreeSet<(i32, i32)> = (2010..=to).map(|list| (list, to)).collect();
        let crosswalks = Crosswalks::new(&pairs, &figures.gemeenten, &figures.population);
        let (mut tables, mut lost) = (BTreeSet::new(), Vec::new());
        for id in queries.topic_ids().filter(|id| queries[*id].additive) {
            for (year, rows) in figures.tidy.years(id) {
                let rows = rows.iter().filter(|row| row.list <= to);
                let rows: Vec<Row> = rows.map(with_zero).collect();
                if year > figures.edition.until || rows.is_empty() {
                    continue;
                }
                let brought = crosswalks.add_up(&rows, to, queries[id].by_dwellings);
                let list = crosswalks.list(to).unwrap();
                let gemeenten = list.ids().iter().zip(&brought);
                let gemeenten = gemeenten.filter(|(region, _)| **region != RegionId::NEDERLAND);
                let after: f64 = gemeenten
                    .filter_map(|(_, found)| found.as_ref()?.value)
                    .sum();
                let before = rows.iter().filter(|row| row.region != RegionId::NEDERLAND);
                let before: f64 = before.filter_map(|row| row.observation.value).sum();
                if !close(before, after) {
                    let topic = &queries[id].id;
                    lost.push(format!("{topic} {year}: {before} became {after}"));
                }
                tables.insert(figures.tidy.origins[&(id, year)].table.as_str());
            }
        }
        assert!(lost.is_empty(), "edition {}: {lost:#?}", figures.edition.id);
        let tables = tables.len();
        assert!(tables >= least, "only {tables} tables were looked at");
    }
}

/// A hole counts as zero here, so that one missing part does not hide what happens to the others.
fn with_zero(row: &Row) -> Row {
    let observation = Observation {
        value: row.observation.value.or(Some(0.0)),
        missing: Missing::None,
        ..row.observation
    };
    Row {
        observation,
        ..*row
    }
}

#[test]
fn inhabitants_of_every_year_add_up_to_those_of_nederland() {
    for (figures, last) in [(of_2026(), 2026), (of_2021(), 2021)] {
        // 37259ned, with the years before, comes without the Netherlands
        for year in 2019..=last {
            let cells = cells(figures, "inwoners", year);
            let nederland = cells[&RegionId::NEDERLAND].0.unwrap();
            let sum: f64 = cells
                .iter()
                .filter(|(region, _)| **region != RegionId::NEDERLAND)
                .map(|(_, cell)| cell.0.unwrap())
                .sum();
            assert!(close(sum, nederland), "{year}: {sum} against {nederland}");
        }
    }
}

#[test]
fn weesp_moves_to_amsterdam_between_the_lists_of_2022_and_2023() {
    // 03759ned, 1 January 2022: Amsterdam 882 633 + Weesp 20 766 = 903 399
    assert!(close(
        value(of_2026(), "inwoners", 2022, "GM0363"),
        903_399.0
    ));
    // 1 January 2021: 873 338 + 20 445 = 893 783; and on the list of 2021 Weesp is still there
    assert!(close(
        value(of_2026(), "inwoners", 2021, "GM0363"),
        893_783.0
    ));
    assert!(close(
        value(of_2021(), "inwoners", 2021, "GM0363"),
        873_338.0
    ));
    assert!(close(
        value(of_2021(), "inwoners", 2021, "GM0457"),
        20_445.0
    ));
    // 47022NED counts 2021 with Weesp already: 64 192 misdrijven over those 893 783 inhabitants
    assert!(close(
        value(of_2026(), "misdrijven", 2021, "GM0363"),
        64_192.0 / 893_783.0 * 1000.0
    ));
}

#[test]
fn haaren_is_split_over_four() {
    // log of 2021-01-01: Boxtel 2 149, Oisterwijk 5 827, Tilburg 1 442, Vught 4 900: together 14 318
    // 03759ned, 1 January 2020: Haaren 14 370, Boxtel 30 801, Oisterwijk 26 245, Tilburg 219 789, Vught 26 558
    let parts = [
        ("GM0757", 30_801.0, 2_149.0),
        ("GM0824", 26_245.0, 5_827.0),
        ("GM0855", 219_789.0, 1_442.0),
        ("GM0865", 26_558.0, 4_900.0),
    ];
    for (code, own, moved) in parts {
        let expected = own + 14_370.0 * moved / 14_318.0;
        assert!(
            close(value(of_2021(), "inwoners", 2020, code), expected),
            "{code}"
        );
        assert!(
            close(value(of_2026(), "inwoners", 2020, code), expected),
            "{code}"
        );
    }
    // Boxtel: 30 801 + 14 370 x 2 149 / 14 318 = 32 957.8...
    let boxtel = value(of_2021(), "inwoners", 2020, "GM0757");
    assert!(boxtel > 32_957.7 && boxtel < 32_957.9, "{boxtel}");
}

#[test]
fn dijk_en_waard_is_heerhugowaard_and_langedijk() {
    // 03759ned, 1 January 2021: Heerhugowaard 58 387 + Langedijk 28 335 = 86 722
    assert!(close(
        value(of_2026(), "inwoners", 2021, "GM1980"),
        86_722.0
    ));
    assert!(close(
        value(of_2021(), "inwoners", 2021, "GM0398"),
        58_387.0
    ));
    // 37259ned, 1 January 2018: 55 850 + 27 836 = 83 686
    assert!(close(
        value(of_2026(), "inwoners", 2018, "GM1980"),
        83_686.0
    ));
}

#[test]
fn voorne_aan_zee_is_brielle_hellevoetsluis_and_westvoorne() {
    // 03759ned, 1 January 2022: 17 704 + 40 574 + 14 960 = 73 238
    assert!(close(
        value(of_2026(), "inwoners", 2022, "GM1992"),
        73_238.0
    ));
    // 1 January 2019: 17 182 + 40 049 + 14 626 = 71 857, so growth until 2023 (73 945) is 73 945 / 71 857 x 100 - 100
    assert!(close(
        value(of_2026(), "bevolkingsgroei", 2023, "GM1992"),
        73_945.0 / 71_857.0 * 100.0 - 100.0
    ));
}

#[test]
fn figures_on_newer_boundaries_are_never_divided_backwards() {
    // 47022NED counts all years on the list of 2023: for the edition of 2021 what merged since then has no figure
    let cells = cells(of_2021(), "misdrijven", 2021);
    // Amsterdam and Weesp, Beemster and Purmerend, Dijk en Waard's two, Voorne aan Zee's three, Land van Cuijk's five,
    // Maashorst's two
    let merged = [
        363, 370, 398, 416, 439, 457, 501, 530, 614, 756, 786, 815, 856, 1684, 1685, 1702,
    ];
    let merged = merged.map(|number| region(&format!("GM{number:04}")));
    let lost: Vec<RegionId> = cells
        .iter()
        .filter(|(_, cell)| cell.0.is_none())
        .map(|(region, _)| *region)
        .filter(|region| *region != RegionId::NEDERLAND)
        .collect();
    assert_eq!(lost, merged);
    for region in lost {
        assert_eq!(cells[&region].1, Missing::Herindeling, "{region}");
    }
    // Boxtel's figure is there: 1 278 misdrijven over 32 973 inhabitants
    assert!(close(
        cells[&region("GM0757")].0.unwrap(),
        1_278.0 / 32_973.0 * 1000.0
    ));
    // and so is that of Hilversum, whose border moved for four people only
    assert!(cells[&region("GM0402")].0.is_some());
}

#[test]
fn slivers_of_border_corrections_break_no_series() {
    // Hilversum and Gooise Meren 2023 (four people), Eindhoven and Best 2022 (none), Leeuwarden and Waadhoeke 2021
    let mut regions = BTreeSet::new();
    for id in queries().indicator_ids() {
        let block = of_2026().block(id);
        for (_, cells) in block.rows().filter(|(period, _)| period.year >= 2018) {
            let broken = block.regions().iter().zip(cells);
            let broken = broken.filter(|(_, of)| of.observation.missing == Missing::Herindeling);
            regions.extend(broken.map(|(region, _)| *region));
        }
    }
    assert!(
        !regions.is_empty(),
        "real herindelingen do break series that cannot be added up"
    );
    for code in ["GM0402", "GM1942", "GM0772", "GM0753", "GM0080", "GM1949"] {
        assert!(!regions.contains(&region(code)), "{code}");
    }
    // a median cannot be added up, and stands as it was published: Hilversum 2021: 107 000 euro
    let medians = cells(of_2026(), "mediaan-vermogen", 2021);
    assert_eq!(medians[&region("GM0402")].0, Some(107.0));
    assert_eq!(
        medians[&region("GM1980")],
        (None, Missing::Herindeling),
        "Dijk en Waard has no median before it exists"
    );
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    #[test]
    fn herindelingen_that_never_were_keep_totals(country in countries()) {
        let Country { gemeenten, population, log } = &country;
        let last = gemeenten.regions.last_year();
        let pairs: BTreeSet<(i32, i32)> = (FIRST..=last).map(|list| (list, last)).collect();
        let crosswalks = Crosswalks::new(&pairs, gemeenten, population);
        let list = crosswalks.list(last).unwrap();
        for from in FIRST..=last {
            let of_year = gemeenten.regions.in_year(from);
            let people: Vec<Row> = of_year
                .map(|(region, _)| row(region, from, Some(population[&(from, region)])))
                .collect();
            let brought = crosswalks.add_up(&people, last, false);
            let value = |found: &Option<Observation>| found.as_ref()?.value;
            let total: f64 = people.iter().filter_map(|row| row.observation.value).sum();
            let sum: f64 = brought.iter().filter_map(value).sum();
            prop_assert!(close(total, sum), "{from}: {log}");
            // no one moved but with a border: the inhabitants brought forward are those of the last list
            for (region, _) in gemeenten.regions.in_year(last) {
                let living = population[&(last, region)];
                let got = value(&brought[list.place(region).unwrap()]).unwrap();
                prop_assert!(close(living, got), "{region} {from}: {living} against {got}\n{log}");
            }
        }
    }
}
