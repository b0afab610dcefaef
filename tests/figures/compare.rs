//! Groups against each other, each rule on a block of a few cells, in the country that never was.

use std::collections::BTreeMap;
use std::sync::Arc;

use middelgroot::base::observation::{Missing, Observation, Status};
use middelgroot::figures::members::{MemberSums, combine};
use middelgroot::figures::period::used;
use middelgroot::figures::standing::standings;
use middelgroot::figures::{
    Block, Cell, Compared, Comparing, GroupFigure, PassedOver, Period, Position, Withheld,
};
use middelgroot::gemeente::{RegionId, RegionList};
use middelgroot::query::{Direction, Formula, Indicator, Level, Way, Years};
use proptest::prelude::*;

use crate::support::{close, indicator, region};
use crate::{Made, blauw, of_2026, queries, rood};

/// A way that divides, with a factor of 100.
fn quotient(of_nederland: bool) -> Way {
    let nothing = || Formula {
        terms: Vec::new(),
        fixed_year: None,
    };
    Way::Quotient {
        numerator: nothing(),
        denominator: nothing(),
        of_nederland,
        scale: 100.0,
        minus: 0.0,
    }
}

fn asked(way: Way) -> Indicator {
    Indicator {
        id: "proef".to_owned(),
        theme: "proef".to_owned(),
        title: "Proef".to_owned(),
        definition: "Proef.".to_owned(),
        unit: "%".to_owned(),
        decimals: 0,
        direction: Direction::None,
        coverage: 80.0,
        range: (0.0, 100.0),
        matters: 1.0,
        measure: Vec::new(),
        years: Years::default(),
        level: Level::Gemeente,
        ways: vec![way],
        breaks: Vec::new(),
        place: "proef.toml:1".to_owned(),
    }
}

fn cell(num: Option<f64>, den: Option<f64>, value: Option<f64>) -> Cell {
    Cell {
        num,
        den,
        den_year: den.map(|_| 2024),
        estimated: false,
        observation: Observation {
            value,
            missing: value.map_or(Missing::Unknown, |_| Missing::None),
            status: Status::Final,
        },
    }
}

/// A numerator over a denominator, in percent.
fn ratio(num: f64, den: f64) -> Cell {
    cell(Some(num), Some(den), Some(num / den * 100.0))
}

/// A denominator without a numerator.
fn hole(den: f64) -> Cell {
    cell(None, Some(den), None)
}

/// A plain value.
fn plain(value: f64) -> Cell {
    cell(Some(value), None, Some(value))
}

/// An indicator with its cells of 2024, the others absent, and the people of each region.
struct Case {
    indicator: Indicator,
    block: Block,
    people: BTreeMap<i32, Vec<Option<f64>>>,
}

impl Case {
    fn new(way: Way, cells: &[(&str, Cell)]) -> Self {
        let regions = &rood().figures.gemeenten.regions;
        let list = Arc::new(RegionList::of_year(regions, 2024));
        let mut block = Block::new(Arc::clone(&list), 1);
        let year = 2024;
        let given: BTreeMap<RegionId, Cell> = cells
            .iter()
            .map(|(code, cell)| (region(code), *cell))
            .collect();
        let of = |region: &RegionId| given.get(region).copied().unwrap_or(Cell::ABSENT);
        block.push(
            Period {
                year,
                way: 0,
                of_size: None,
            },
            list.ids().iter().map(of),
        );
        let living = |region: &RegionId| rood().figures.population.get(&(2024, *region)).copied();
        Self {
            indicator: asked(way),
            block,
            people: BTreeMap::from([(2024, list.ids().iter().map(living).collect())]),
        }
    }

    fn comparing(&self) -> Comparing<'_> {
        Comparing {
            indicator: &self.indicator,
            block: &self.block,
            groups: &rood().figures.groups,
            inhabitants: &self.people,
        }
    }

    fn compare(&self) -> Compared {
        self.comparing().compare()
    }

    fn group(&self, id: &str) -> GroupFigure {
        let group = rood().figures.groups.named(id).unwrap().id;
        *self.compare().get(group, 2024).unwrap()
    }
}

#[test]
fn the_value_of_a_group_is_the_ratio_of_its_sums() {
    let case = Case::new(
        quotient(false),
        &[
            ("GM0001", ratio(10.0, 100.0)),
            ("GM0007", ratio(90.0, 300.0)),
            ("GM0010", ratio(20.0, 100.0)),
        ],
    );
    let rood = case.group("Rood");
    // 120 of 500, and not the mean of 10, 30 and 20
    assert_eq!(rood.value, Some(24.0));
    let spread = rood.spread.unwrap();
    let quartiles = [spread.min, spread.q1, spread.median, spread.q3, spread.max];
    for (found, expected) in quartiles.into_iter().zip([10.0, 15.0, 20.0, 25.0, 30.0]) {
        assert!(close(found, expected), "{quartiles:?}");
    }
    assert!(close(spread.mean, 20.0));
    assert_eq!((rood.n, rood.members, rood.withheld), (3, 3, Withheld::No));
    assert!(close(rood.coverage, 100.0));
}

#[test]
fn below_the_coverage_that_is_asked_the_value_is_withheld() {
    // Blauw is Beers and Jelsum; 80 percent of the weight must have a figure
    for (den, value, withheld) in [
        (80.0, Some(50.0), Withheld::No),
        (79.0, None, Withheld::Coverage),
    ] {
        let cells = [
            ("GM0002", hole(100.0 - den)),
            ("GM0009", ratio(den / 2.0, den)),
        ];
        let blauw = Case::new(quotient(false), &cells).group("Blauw");
        assert_eq!((blauw.value, blauw.withheld), (value, withheld), "{den}");
        assert!(close(blauw.coverage, den));
        // what is known of its members is told all the same
        assert_eq!((blauw.n, blauw.members), (1, 2));
        assert!(close(blauw.spread.unwrap().max, 50.0));
    }
}

#[test]
fn where_a_member_has_no_weight_people_are_the_measure_of_coverage() {
    // Beers, without a weight, has 2,000 of the 8,500 people
    let cells = [
        ("GM0002", cell(None, None, None)),
        ("GM0009", ratio(1.0, 2.0)),
    ];
    let blauw = Case::new(quotient(false), &cells).group("Blauw");
    assert!(close(blauw.coverage, 6_500.0 / 8_500.0 * 100.0));
    assert_eq!(blauw.withheld, Withheld::Coverage);
}

#[test]
fn a_sum_with_a_hole_is_no_sum() {
    let total = || {
        let terms = Vec::new();
        let fixed_year = None;
        Way::Total {
            total: Formula { terms, fixed_year },
        }
    };
    let all = [("GM0002", plain(2.0)), ("GM0009", plain(3.0))];
    assert_eq!(Case::new(total(), &all).group("Blauw").value, Some(5.0));
    // although Jelsum alone covers enough when 70 percent will do
    let mut case = Case::new(total(), &all[1..]);
    case.indicator.coverage = 70.0;
    let blauw = case.group("Blauw");
    assert_eq!((blauw.value, blauw.withheld), (None, Withheld::Incomplete));
}

#[test]
fn a_share_of_nederland_adds_up_numerators_only() {
    let cells = [
        ("GM0002", ratio(20.0, 1000.0)),
        ("GM0009", ratio(65.0, 1000.0)),
    ];
    let blauw = Case::new(quotient(true), &cells).group("Blauw");
    assert_eq!(blauw.value, Some(8.5));
}

#[test]
fn what_cannot_be_combined_is_a_distribution_only() {
    let topic = queries().inhabitants;
    let cells = [("GM0002", plain(40.0)), ("GM0009", plain(60.0))];
    let case = Case::new(Way::Distribution { topic }, &cells);
    let blauw = case.group("Blauw");
    assert_eq!(
        (blauw.value, blauw.withheld),
        (None, Withheld::DistributionOnly)
    );
    assert!(close(blauw.spread.unwrap().median, 50.0));
    let rood = case.group("Rood");
    assert_eq!((rood.withheld, rood.spread), (Withheld::NoFigures, None));
}

#[test]
fn nederland_is_what_was_published_and_the_sum_of_all_is_a_check() {
    let gemeenten = [
        ("GM0001", ratio(10.0, 100.0)),
        ("GM0002", ratio(30.0, 100.0)),
    ];
    let published = [("NL01", plain(25.0)), gemeenten[0], gemeenten[1]];
    let mut case = Case::new(quotient(false), &published);
    case.indicator.coverage = 10.0;
    let land = case.group("Land");
    assert_eq!((land.value, land.own), (Some(25.0), true));
    assert_eq!(land.computed, Some(20.0));
    let groups = &rood().figures.groups;
    let period = used(&case.indicator, &case.compare(), groups);
    assert!(close(period.deviation.unwrap(), -20.0));
    // where nothing is published it is the sum, and nothing deviates
    let mut case = Case::new(quotient(false), &gemeenten);
    case.indicator.coverage = 10.0;
    let land = case.group("Land");
    assert_eq!((land.value, land.own), (Some(20.0), false));
    assert_eq!(land.computed, None);
    assert_eq!(
        used(&case.indicator, &case.compare(), groups).deviation,
        None
    );
}

#[test]
fn networks_that_print_the_same_share_a_rank_and_others_have_none() {
    // printed 20, 20 and 30: Rood, Blauw and Geel
    let cells = [
        ("GM0001", ratio(20.4, 100.0)),
        ("GM0007", ratio(20.4, 100.0)),
        ("GM0010", ratio(20.4, 100.0)),
        ("GM0002", ratio(9.6, 100.0)),
        ("GM0009", ratio(30.0, 100.0)),
        ("GM0006", ratio(30.0, 100.0)),
        ("GM0012", ratio(90.0, 100.0)),
    ];
    let mut case = Case::new(quotient(false), &cells);
    let rank = |case: &Case, id| case.group(id).rank;
    assert_eq!(rank(&case, "Geel"), Some(1));
    assert_eq!([rank(&case, "Rood"), rank(&case, "Blauw")], [Some(2); 2]);
    for id in ["midden", "midden-elders", "Land"] {
        assert_eq!(rank(&case, id), None, "{id}");
    }
    // with a decimal more they differ
    case.indicator.decimals = 1;
    assert_eq!(
        [rank(&case, "Rood"), rank(&case, "Blauw")],
        [Some(2), Some(3)]
    );
}

#[test]
fn differences_are_from_whose_paper_it_is() {
    let cells = |rood: f64| {
        [
            ("GM0001", ratio(rood, 100.0)),
            ("GM0007", ratio(rood, 100.0)),
            ("GM0010", ratio(rood, 100.0)),
            ("GM0002", ratio(30.0, 100.0)),
            ("GM0009", ratio(30.0, 100.0)),
        ]
    };
    let difference = |case: &Case, id| (case.group(id).diff_abs, case.group(id).diff_pct);
    let case = Case::new(quotient(false), &cells(20.0));
    assert_eq!(difference(&case, "Rood"), (Some(0.0), Some(0.0)));
    assert_eq!(difference(&case, "Blauw"), (Some(10.0), Some(50.0)));
    // nothing can be said in percent of nothing, and nothing against what is not there
    let case = Case::new(quotient(false), &cells(0.0));
    assert_eq!(difference(&case, "Blauw"), (Some(30.0), None));
    let case = Case::new(quotient(false), &cells(20.0)[3..]);
    assert_eq!(difference(&case, "Blauw"), (None, None));
}

#[test]
fn a_group_is_as_final_as_the_least_final_of_its_figures() {
    let mut provisional = ratio(1.0, 2.0);
    provisional.observation.status = Status::Provisional;
    provisional.den_year = Some(2019);
    let cells = [("GM0002", provisional), ("GM0009", ratio(1.0, 2.0))];
    let blauw = Case::new(quotient(false), &cells).group("Blauw");
    assert!(blauw.is_provisional());
    assert_eq!(blauw.den_year, Some(2019));
}

#[test]
fn a_gemeente_that_is_in_two_networks_counts_in_both() {
    let cells = [
        ("GM0002", ratio(10.0, 100.0)),
        ("GM0006", ratio(20.0, 100.0)),
        ("GM0009", ratio(90.0, 100.0)),
    ];
    let case = Case::new(quotient(false), &cells);
    assert!(close(case.group("Blauw").value.unwrap(), 50.0));
    assert!(close(case.group("Geel").value.unwrap(), 55.0));
}

#[test]
fn a_gemeente_stands_among_all_among_its_network_and_against_each_group() {
    let cells = [
        ("NL01", plain(20.0)),
        ("GM0001", ratio(10.0, 100.0)),
        ("GM0002", ratio(20.3, 100.0)),
        ("GM0006", ratio(30.0, 100.0)),
        ("GM0009", ratio(30.4, 100.0)),
    ];
    let case = Case::new(quotient(false), &cells);
    let standings = standings(case.comparing(), &case.compare(), 0);
    let place = |code| case.block.place(region(code)).unwrap();
    let rank = |code| standings.ranks[place(code)];
    // Fort and Jelsum print the same
    assert_eq!(
        ["GM0009", "GM0006", "GM0002", "GM0001"].map(rank),
        [Some(1), Some(1), Some(3), Some(4)]
    );
    assert_eq!(["NL01", "GM0007"].map(rank), [None, None]);
    // networks in the order of tables: Rood, Blauw, Geel
    let within = |network: usize, code| standings.networks[network][place(code)];
    assert_eq!(within(1, "GM0009"), Some(1));
    assert_eq!(within(1, "GM0002"), Some(2));
    assert_eq!(within(1, "GM0006"), None);
    let land = rood().figures.groups.nation().id.place();
    let against = |code| standings.groups[land][place(code)];
    assert_eq!(against("GM0001"), Some(Position::Lower));
    assert_eq!(against("GM0002"), Some(Position::Equal));
    assert_eq!(against("GM0009"), Some(Position::Higher));
    assert_eq!(against("GM0007"), None);
}

#[test]
fn what_prints_the_same_shares_a_rank_and_is_equal() {
    // in binary 0.285 times 100 lies below a half
    let cells = [
        ("GM0001", plain(0.285)),
        ("GM0002", plain(0.29)),
        ("GM0006", plain(1.005)),
        ("GM0007", plain(1.01)),
        ("GM0009", plain(2.675)),
        ("NL01", plain(0.285)),
    ];
    let mut case = Case::new(quotient(false), &cells);
    case.indicator.decimals = 2;
    let standings = standings(case.comparing(), &case.compare(), 0);
    let place = |code| case.block.place(region(code)).unwrap();
    let rank = |code| standings.ranks[place(code)].unwrap();
    assert_eq!(
        ["GM0009", "GM0006", "GM0007", "GM0001", "GM0002"].map(rank),
        [1, 2, 2, 4, 4]
    );
    // Aarle and Goor are in Rood
    let in_rood = |code| standings.networks[0][place(code)];
    assert_eq!(["GM0001", "GM0007"].map(in_rood), [Some(2), Some(1)]);
    let land = rood().figures.groups.nation().id.place();
    let against = |code| standings.groups[land][place(code)];
    assert_eq!(against("GM0002"), Some(Position::Equal));
    assert_eq!(against("GM0006"), Some(Position::Higher));
}

#[test]
fn what_lies_nearer_to_nederland_than_the_sum_of_all_does_is_equal() {
    // the sum of all is 20, CBS says 25
    let cells = [
        ("NL01", plain(25.0)),
        ("GM0001", ratio(10.0, 100.0)),
        ("GM0002", ratio(22.0, 100.0)),
        ("GM0009", ratio(28.0, 100.0)),
    ];
    let case = Case::new(quotient(false), &cells);
    let standings = standings(case.comparing(), &case.compare(), 0);
    let land = rood().figures.groups.nation().id.place();
    let place = |code| case.block.place(region(code)).unwrap();
    let against = |code| standings.groups[land][place(code)].unwrap();
    assert_eq!(
        ["GM0001", "GM0002", "GM0009"].map(against),
        [Position::Lower, Position::Equal, Position::Equal]
    );
}

#[test]
fn a_year_that_is_held_back_says_what_it_lacks() {
    let why = |way: Way, cells: &[(&str, Cell)], coverage: f64| {
        let mut case = Case::new(way, cells);
        case.indicator.coverage = coverage;
        let used = used(&case.indicator, &case.compare(), &rood().figures.groups);
        used.passed_over.unwrap().why
    };
    let total = || {
        let (terms, fixed_year) = (Vec::new(), None);
        Way::Total {
            total: Formula { terms, fixed_year },
        }
    };
    // Aarle and Hoorne of the three of Rood: nearly half of its people
    let some = [("GM0001", plain(1.0)), ("GM0010", plain(2.0))];
    assert_eq!(
        why(total(), &some, 10.0),
        "Proef heeft in 2024 cijfers van 2 van de 3 gemeenten van Rood, en een som telt alleen als ze er allemaal zijn, \
         en van 2 van de 7 gemeenten van Nederland, en een som telt alleen als ze er allemaal zijn"
    );
    // a figure without a weight, with all the coverage that can be had
    let unweighted = [
        ("NL01", plain(1.0)),
        ("GM0001", plain(1.0)),
        ("GM0007", ratio(1.0, 2.0)),
        ("GM0010", ratio(1.0, 2.0)),
    ];
    assert_eq!(
        why(quotient(false), &unweighted, 80.0),
        "Proef heeft in 2024 cijfers van Rood, maar niet van elke gemeente het gewicht"
    );
    // 79.96 percent of the weight is not 80
    let mut nearly = ratio(1.0, 2_004.0);
    nearly.observation = Observation::without(Missing::Unknown, Status::Final);
    let cells = [
        ("NL01", plain(1.0)),
        ("GM0001", nearly),
        ("GM0007", ratio(1.0, 7_000.0)),
        ("GM0010", ratio(1.0, 996.0)),
    ];
    let text = why(quotient(false), &cells, 80.0);
    assert!(text.contains("cijfers voor 79,96% van Rood en"), "{text}");
    assert!(text.ends_with("nodig is 80%"), "{text}");
}

// the way from tables to groups, in both editions

fn group(made: &Made, id: &str, year: i32, group: &str) -> GroupFigure {
    let id = indicator(&made.queries, id);
    let group = made.figures.groups.named(group).unwrap().id;
    *made.figures.group(id, group, year).unwrap()
}

#[test]
fn a_weighted_mean_weighs_with_what_the_query_names() {
    // Aarle 240, Goor 320 and Hoorne 160, by their dwellings of 2021
    let weighted = (240.0 * 401.6 + 320.0 * 2_400.0 + 160.0 * 1_600.0) / 4_401.6;
    let of_rood = group(rood(), "verkoopprijs", 2023, "Rood");
    assert!(close(of_rood.value.unwrap(), weighted));
    assert_eq!(of_rood.den_year, Some(2021));
    let land = group(rood(), "verkoopprijs", 2023, "Land");
    assert_eq!((land.value, land.own), (Some(300.0), true));
}

#[test]
fn a_size_class_counts_gemeenten_of_the_year_itself() {
    let land = group(rood(), "aandeel-midden", 2020, "Land");
    assert!(close(land.value.unwrap(), 8_000.0 / 19_700.0 * 100.0));
    assert_eq!((land.n, land.members), (5, 10));
    let of_edition = group(rood(), "aandeel-midden-nu", 2020, "Land");
    assert_eq!((of_edition.n, of_edition.members), (2, 7));
    let id = indicator(&rood().queries, "aandeel-midden");
    let of_rood = rood().figures.groups.subject().id;
    assert_eq!(rood().figures.group(id, of_rood, 2020), None);
}

#[test]
fn a_newer_year_with_too_little_coverage_is_passed_over_with_the_reason() {
    let used = rood().figures.used(indicator(&rood().queries, "lasten"));
    assert_eq!(used.year, Some(2023));
    let why = "Lasten heeft in 2024 cijfers voor 100% van Rood en 57% van Nederland, nodig is 80%";
    let passed = PassedOver {
        year: 2024,
        why: why.to_owned(),
    };
    assert_eq!(used.passed_over, Some(passed));
    let banen = rood().figures.used(indicator(&rood().queries, "banen"));
    assert_eq!((banen.year, &banen.passed_over), (None, &None));
}

#[test]
fn another_network_can_make_its_own_paper() {
    let of_blauw = group(blauw(), "aandeel", 2021, "Blauw");
    assert!(close(of_blauw.value.unwrap(), 8_000.0 / 19_700.0 * 100.0));
    assert_eq!(of_blauw.diff_abs, Some(0.0));
    // Rood is Aarle, Cuyk and Goor on that list
    let of_rood = group(blauw(), "aandeel", 2021, "Rood");
    assert!(close(of_rood.diff_abs.unwrap(), 700.0 / 19_700.0 * 100.0));
    // of 500 to 1,000: Aarle, Deest, Fort, Ids and Kerk
    let midden = group(blauw(), "inwoners", 2021, "midden");
    assert_eq!((midden.value, midden.n), (Some(4_000.0), 5));
}

/// The cell that stands for a part, so that parts can be combined again.
fn part(way: &Way, cells: &[Cell]) -> Cell {
    let present = || cells.iter().filter(|cell| cell.value().is_some());
    let is_share = matches!(
        way,
        Way::Quotient {
            of_nederland: true,
            ..
        }
    );
    let den = if is_share {
        present().find_map(|cell| cell.den)
    } else {
        Some(present().filter_map(|cell| cell.den).sum())
    };
    let num = present().filter_map(|cell| cell.num).sum();
    cell(Some(num), den, present().next().map(|_| 0.0))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn aggregation_over_a_partition_equals_that_over_the_whole(picks in prop::collection::vec(0_usize..5, 400)) {
        let (queries, figures) = (queries(), of_2026());
        let mut combined = 0;
        for id in queries.indicator_ids() {
            let used = figures.used(id);
            let Some(year) = used.year else { continue };
            let way = &queries[id].ways[used.way];
            let block = figures.block(id);
            let regions = block.regions().iter().zip(block.year(year));
            let cells: Vec<Cell> = regions
                .filter(|(region, _)| **region != RegionId::NEDERLAND)
                .map(|(_, cell)| *cell)
                .collect();
            let over = |cells: &[Cell]| {
                let all: Vec<usize> = (0..cells.len()).collect();
                combine(way, &MemberSums::of(&all, cells, &[]))
            };
            let Some(whole) = over(&cells) else { continue };
            let mut parts: BTreeMap<usize, Vec<Cell>> = BTreeMap::new();
            for (cell, pick) in cells.iter().zip(&picks) {
                parts.entry(*pick).or_default().push(*cell);
            }
            let parts: Vec<Cell> = parts.values().map(|cells| part(way, cells)).collect();
            let again = over(&parts).unwrap();
            prop_assert!(close(whole, again), "{}: {whole} and {again}", queries[id].id);
            combined += 1;
        }
        prop_assert!(combined > 50, "{combined}");
    }
}
