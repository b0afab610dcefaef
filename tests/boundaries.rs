//! Figures of any year on one list of gemeenten: nothing is lost, nothing is invented.
//!
//! Over all tables that the project carries, over the named herindelingen with numbers worked out by hand, and over
//! herindelingen that never were.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

use middelgroot::base::observation::Missing;
use middelgroot::figures::boundaries::Crosswalks;
use middelgroot::figures::tidy::{missing_code, missing_of};
use middelgroot::gemeente::{
    Crosswalk, Gemeente, Herindelingen, NEDERLAND_NUMBER, Population, Regions, region_number,
};
use middelgroot::pipeline::{Figures, Gemeenten};
use middelgroot::query::Queries;
use polars::prelude::*;
use proptest::prelude::{Strategy, prop, prop_assert, proptest};

use support::close;

fn of_2026() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(|| support::figures("2026"))
}

fn of_2021() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(|| support::figures("2021"))
}

/// Every cell of an indicator in a year, by region: value and kind of missing.
fn cells(
    figures: &Figures,
    queries: &Queries,
    id: &str,
    year: i32,
) -> BTreeMap<i32, (Option<f64>, Missing)> {
    let position = queries
        .indicators
        .iter()
        .position(|known| known.id == id)
        .expect(id);
    let frame = figures
        .cells
        .frame
        .clone()
        .lazy()
        .filter(
            col("indicator")
                .eq(lit(i32::try_from(position).unwrap()))
                .and(col("year").eq(lit(year))),
        )
        .collect()
        .unwrap();
    let (region, value, missing) = (
        frame.column("region").unwrap().i32().unwrap(),
        frame.column("value").unwrap().f64().unwrap(),
        frame.column("missing").unwrap().i32().unwrap(),
    );
    (0..frame.height())
        .map(|row| {
            (
                region.get(row).unwrap(),
                (value.get(row), missing_of(missing.get(row).unwrap())),
            )
        })
        .collect()
}

fn value(figures: &Figures, id: &str, year: i32, code: &str) -> f64 {
    let cells = cells(figures, &support::queries(), id, year);
    cells[&region_number(code).unwrap()]
        .0
        .unwrap_or_else(|| panic!("{id} of {code} in {year}"))
}

#[test]
fn totals_of_all_topics_that_add_up_survive() {
    let queries = support::queries();
    for figures in [of_2026(), of_2021()] {
        let to = figures.edition.boundaries;
        let additive: Vec<i32> = (0..queries.topics.len())
            .filter(|topic| queries.topics[*topic].additive)
            .map(|topic| i32::try_from(topic).unwrap())
            .collect();
        let by_dwellings: Vec<bool> = additive
            .iter()
            .map(|topic| queries.topics[usize::try_from(*topic).unwrap()].by_dwellings)
            .collect();
        // a hole counts as zero here, so that one missing part does not hide what happens to the others
        let rows = df!["topic" => &additive, "by_dwellings" => &by_dwellings]
            .unwrap()
            .lazy()
            .join(
                figures.tidy.frame.clone().lazy(),
                [col("topic")],
                [col("topic")],
                JoinArgs::new(JoinType::Inner),
            )
            .filter(
                col("class")
                    .lt_eq(lit(to))
                    .and(col("year").lt_eq(lit(figures.edition.until))),
            )
            .with_columns([col("value").fill_null(lit(0.0)), lit(to).alias("to")]);
        let pairs: BTreeSet<(i32, i32)> = (2010..=to).map(|class| (class, to)).collect();
        let Gemeenten {
            regions,
            herindelingen,
            ..
        } = &figures.gemeenten;
        let crosswalks =
            Crosswalks::new(&pairs, herindelingen, regions, &figures.cells.population).unwrap();
        let total = |frame: LazyFrame, name: &str| {
            frame
                .filter(col("region").neq(lit(NEDERLAND_NUMBER)))
                .group_by([col("topic"), col("year")])
                .agg([col("value").sum().alias(name)])
        };
        let on = [col("topic"), col("year")];
        let compared = total(rows.clone(), "before")
            .join(
                total(crosswalks.add_up(rows, "topic", &[]).unwrap(), "after"),
                on.clone(),
                on,
                JoinArgs::new(JoinType::Left),
            )
            .collect()
            .unwrap();
        let (topic, year, before, after) = (
            compared.column("topic").unwrap().i32().unwrap(),
            compared.column("year").unwrap().i32().unwrap(),
            compared.column("before").unwrap().f64().unwrap(),
            compared.column("after").unwrap().f64().unwrap(),
        );
        let mut lost = Vec::new();
        for row in 0..compared.height() {
            let (before, after) = (before.get(row).unwrap(), after.get(row).unwrap_or(f64::NAN));
            if !close(before, after) {
                let topic = &queries.topics[usize::try_from(topic.get(row).unwrap()).unwrap()].id;
                lost.push(format!(
                    "{topic} {}: {before} became {after}",
                    year.get(row).unwrap()
                ));
            }
        }
        assert!(lost.is_empty(), "edition {}: {lost:#?}", figures.edition.id);
        let tables: BTreeSet<&str> = figures
            .tidy
            .origins
            .values()
            .map(|origin| origin.table.as_str())
            .collect();
        assert!(
            tables.len() >= 15,
            "only {} tables were looked at",
            tables.len()
        );
    }
}

#[test]
fn inhabitants_of_every_year_add_up_to_those_of_nederland() {
    let queries = support::queries();
    for (figures, last) in [(of_2026(), 2026), (of_2021(), 2021)] {
        // 37259ned, with the years before, comes without the Netherlands
        for year in 2019..=last {
            let cells = cells(figures, &queries, "inwoners", year);
            let nederland = cells[&NEDERLAND_NUMBER].0.unwrap();
            let sum: f64 = cells
                .iter()
                .filter(|(region, _)| **region != NEDERLAND_NUMBER)
                .map(|(_, cell)| cell.0.unwrap())
                .sum();
            assert!(close(sum, nederland), "{year}: {sum} against {nederland}");
        }
    }
}

#[test]
fn shares_of_every_gemeente_add_up_to_one_between_all_lists() {
    let Gemeenten {
        regions,
        herindelingen,
        ..
    } = &of_2026().gemeenten;
    let population = &of_2026().cells.population;
    for from in 2010..=2026 {
        for to in from..=2026 {
            let walk = Crosswalk::new(from, to, herindelingen, regions, population);
            let (mut given, mut received) = (BTreeMap::new(), BTreeMap::new());
            for row in walk.rows() {
                let shares: &mut (f64, f64) = given.entry(row.region.as_str()).or_default();
                shares.0 += row.part.inhabitants;
                shares.1 += row.part.dwellings;
                *received.entry(row.part.to.as_str()).or_insert(0.0) += row.of_target;
                assert!(
                    row.part.inhabitants >= 0.0 && row.part.dwellings >= 0.0 && !row.lost,
                    "{from}-{to}: {row:?}"
                );
            }
            let codes = |year| {
                regions
                    .in_year(year)
                    .map(|(code, _)| code)
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                given.keys().copied().collect::<Vec<_>>(),
                codes(from),
                "{from}-{to}"
            );
            assert_eq!(
                received.keys().copied().collect::<Vec<_>>(),
                codes(to),
                "{from}-{to}"
            );
            for (code, (inhabitants, dwellings)) in given {
                assert!(
                    close(inhabitants, 1.0) && close(dwellings, 1.0),
                    "{code} {from}-{to}: {inhabitants}, {dwellings}"
                );
            }
            for (code, share) in received {
                assert!(close(share, 1.0), "{code} {from}-{to}: {share}");
            }
        }
    }
}

#[test]
fn replaying_the_herindelingen_gives_every_later_list() {
    let gemeenten =
        Gemeenten::read(&support::root().join("data")).unwrap_or_else(|error| panic!("{error}"));
    let list = |year| {
        gemeenten
            .regions
            .in_year(year)
            .map(|(code, _)| code.to_owned())
            .collect::<BTreeSet<_>>()
    };
    for start in [2010, 2014] {
        let mut codes = list(start);
        for year in start..2026 {
            gemeenten.herindelingen.replay(&mut codes, year);
            assert_eq!(
                codes,
                list(year + 1),
                "from {start}, the list of {}",
                year + 1
            );
        }
    }
    assert_eq!(
        (list(2010).len(), list(2021).len(), list(2026).len()),
        (431, 352, 342)
    );
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
    let cells = cells(of_2021(), &support::queries(), "misdrijven", 2021);
    // Amsterdam and Weesp, Beemster and Purmerend, Dijk en Waard's two, Voorne aan Zee's three, Land van Cuijk's five,
    // Maashorst's two
    let merged = [
        363, 370, 398, 416, 439, 457, 501, 530, 614, 756, 786, 815, 856, 1684, 1685, 1702,
    ];
    let lost: Vec<i32> = cells
        .iter()
        .filter(|(_, cell)| cell.0.is_none())
        .map(|(region, _)| *region)
        .filter(|region| *region != NEDERLAND_NUMBER)
        .collect();
    assert_eq!(lost, merged);
    for region in lost {
        assert_eq!(cells[&region].1, Missing::Herindeling, "GM{region:04}");
    }
    // Boxtel's figure is there: 1 278 misdrijven over 32 973 inhabitants
    assert!(close(cells[&757].0.unwrap(), 1_278.0 / 32_973.0 * 1000.0));
    // and so is that of Hilversum, whose border moved for four people only
    assert!(cells[&402].0.is_some());
}

#[test]
fn slivers_of_border_corrections_break_no_series() {
    // Hilversum and Gooise Meren 2023 (four people), Eindhoven and Best 2022 (none), Leeuwarden and Waadhoeke 2021
    let frame = of_2026().cells.frame.clone().lazy();
    let broken = frame
        .filter(col("year").gt_eq(lit(2018)))
        .filter(col("missing").eq(lit(missing_code(Missing::Herindeling))))
        .collect()
        .unwrap();
    let regions: BTreeSet<i32> = broken
        .column("region")
        .unwrap()
        .i32()
        .unwrap()
        .iter()
        .flatten()
        .collect();
    assert!(
        !regions.is_empty(),
        "real herindelingen do break series that cannot be added up"
    );
    for code in [402, 1942, 772, 753, 80, 1949] {
        assert!(!regions.contains(&code), "GM{code:04}");
    }
    // a median cannot be added up, and stands as it was published: Hilversum 2021: 107 000 euro
    let medians = cells(of_2026(), &support::queries(), "mediaan-vermogen", 2021);
    assert_eq!(medians[&402].0, Some(107.0));
    assert_eq!(
        medians[&1980],
        (None, Missing::Herindeling),
        "Dijk en Waard has no median before it exists"
    );
}

/// A change that never was: which kind, who gives, who receives, and how much.
#[derive(Clone, Copy, Debug)]
struct Change {
    kind: u8,
    giver: usize,
    receiver: usize,
    percent: u32,
}

/// A country that never was: lists and inhabitants per year, and the log of changes.
struct Country {
    regions: Regions,
    population: Population,
    log: String,
}

const FIRST: i32 = 2010;

/// Lets changes happen to `start` gemeenten; people only move with a border, so that every count can be checked.
fn country(start: &[u32], years: &[Vec<Change>]) -> Country {
    let mut living: BTreeMap<String, f64> = (1..)
        .zip(start)
        .map(|(number, people)| (format!("GM{number:04}"), f64::from(*people)))
        .collect();
    let mut gemeenten: BTreeMap<String, Gemeente> = BTreeMap::new();
    let mut population = Population::new();
    let mut log = String::from("date,kind,from,to,inhabitants,dwellings\n");
    let mut next = 1000;
    for (year, changes) in (FIRST..).zip(years.iter().chain([&Vec::new()])) {
        for (code, people) in &living {
            let known = gemeenten.entry(code.clone()).or_insert_with(|| Gemeente {
                name: code.clone(),
                province: "PV20".to_owned(),
                from: year,
                to: year,
            });
            known.to = year;
            population.insert((year, code.clone()), *people);
        }
        let codes: Vec<String> = living.keys().cloned().collect();
        let before = living.clone();
        let (mut gave, mut received): (BTreeSet<String>, BTreeSet<String>) = Default::default();
        for change in changes {
            let (giver, receiver) = (
                &codes[change.giver % codes.len()],
                &codes[change.receiver % codes.len()],
            );
            // who ends on a date takes nothing in on that date, and gives only once
            if giver == receiver
                || gave.contains(giver)
                || gave.contains(receiver)
                || received.contains(giver)
            {
                continue;
            }
            next += 1;
            let new = format!("GM{next:04}");
            let people = before[giver];
            let part = (people * f64::from(change.percent) / 100.0).floor();
            let moves: Vec<(&str, &str, &String, f64)> = match change.kind {
                0 => vec![("opheffing", giver, receiver, people)],
                1 => vec![
                    ("opheffing", giver, &new, people),
                    ("opheffing", receiver, &new, before[receiver]),
                ],
                2 => vec![
                    ("opheffing", giver, receiver, part),
                    ("opheffing", giver, &new, people - part),
                ],
                3 => vec![("grenswijziging", giver, receiver, part)],
                _ => vec![("naamswijziging", giver, &new, people)],
            };
            if change.kind == 1 && received.contains(receiver) {
                continue;
            }
            for (kind, from, to, moved) in moves {
                let dwellings = (moved / 2.0).ceil();
                writeln!(
                    log,
                    "{}-01-01,{kind},{from},{to},{moved},{dwellings}",
                    year + 1
                )
                .unwrap();
                *living.get_mut(from).unwrap() -= moved;
                *living.entry(to.clone()).or_default() += moved;
                gave.insert(from.to_owned());
                received.insert(to.clone());
                if kind != "grenswijziging" && living[from] < 0.5 {
                    living.remove(from);
                }
            }
        }
    }
    Country {
        regions: Regions::new(gemeenten),
        population,
        log,
    }
}

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = (0_u8..5, 0_usize..12, 0_usize..12, 1_u32..50).prop_map(
        |(kind, giver, receiver, percent)| Change {
            kind,
            giver,
            receiver,
            percent,
        },
    );
    prop::collection::vec(prop::collection::vec(change, 0..5), 1..5)
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    #[test]
    fn herindelingen_that_never_were_keep_totals(start in prop::collection::vec(200_u32..90_000, 4..12), years in changes()) {
        let country = country(&start, &years);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("herindelingen.csv");
        std::fs::write(&path, &country.log).unwrap();
        let log = Herindelingen::read(&path).unwrap_or_else(|error| panic!("{error}"));
        let last = country.regions.last_year();
        let pairs: BTreeSet<(i32, i32)> = (FIRST..=last).map(|class| (class, last)).collect();
        let crosswalks = Crosswalks::new(&pairs, &log, &country.regions, &country.population).unwrap();
        for from in FIRST..=last {
            let people: Vec<(i32, f64)> = country
                .regions
                .in_year(from)
                .map(|(code, _)| (region_number(code).unwrap(), country.population[&(from, code.to_owned())]))
                .collect();
            let rows = people.len();
            let frame = df![
                "topic" => vec![0_i32; rows],
                "region" => people.iter().map(|row| row.0).collect::<Vec<_>>(),
                "year" => vec![from; rows],
                "class" => vec![from; rows],
                "to" => vec![last; rows],
                "value" => people.iter().map(|row| row.1).collect::<Vec<_>>(),
                "missing" => vec![0_i32; rows],
                "status" => vec![0_i32; rows],
                "by_dwellings" => vec![false; rows],
            ]
            .unwrap();
            let brought = crosswalks.add_up(frame.lazy(), "topic", &[]).unwrap().collect().unwrap();
            let (region, value) = (brought.column("region").unwrap().i32().unwrap(), brought.column("value").unwrap().f64().unwrap());
            let brought: BTreeMap<i32, f64> = (0..brought.height()).map(|row| (region.get(row).unwrap(), value.get(row).unwrap())).collect();
            let total: f64 = people.iter().map(|row| row.1).sum();
            prop_assert!(close(total, brought.values().sum()), "{from}: {}", country.log);
            // no one moved but with a border: the inhabitants brought forward are those of the last list
            for (code, _) in country.regions.in_year(last) {
                let living = country.population[&(last, code.to_owned())];
                let got = brought[&region_number(code).unwrap()];
                prop_assert!(close(living, got), "{code} {from}: {living} against {got}\n{}", country.log);
            }
            for row in Crosswalk::new(last, from, &log, &country.regions, &country.population).rows() {
                prop_assert!(row.lost || row.region == row.part.to && close(row.part.inhabitants, 1.0), "divided backwards: {row:?}\n{}", country.log);
            }
        }
    }
}
