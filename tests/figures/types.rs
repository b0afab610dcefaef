//! Types and peers: by hand where it is small, and the real ones against scipy and scikit-learn.

// numbers stand as they were computed
#![allow(clippy::unreadable_literal)]

use std::collections::{BTreeMap, BTreeSet};

use middelgroot::figures::Types;
use middelgroot::figures::types::cluster::{
    Distances, Tree, adjusted_rand, in_order, kept, silhouettes, sizes,
};
use middelgroot::figures::types::{Measured, NoTypes, PEERS, types};
use middelgroot::gemeente::RegionId;
use middelgroot::query::{Mark, TypesAsked};

use crate::support::{close, figures, indicator, region};
use crate::{of_2021, of_2026, queries, rood};

fn rows(rows: &[&[f64]]) -> Vec<Vec<f64>> {
    rows.iter().map(|row| row.to_vec()).collect()
}

/// Points on a line, of which the tree joins the first two, then the last two.
fn line() -> Distances {
    Distances::of(&rows(&[&[0.0], &[1.0], &[4.0], &[6.0]]))
}

#[test]
fn distances_are_found_whichever_row_comes_first() {
    let distances = Distances::of(&rows(&[&[0.0, 0.0], &[3.0, 4.0], &[0.0, 1.0], &[6.0, 8.0]]));
    for (one, other, distance) in [
        (0, 1, 5.0),
        (0, 2, 1.0),
        (0, 3, 10.0),
        (1, 2, 18.0_f64.sqrt()),
        (1, 3, 5.0),
        (2, 3, 85.0_f64.sqrt()),
        (2, 2, 0.0),
    ] {
        assert!(
            close(distances.between(one, other), distance),
            "{one} {other}"
        );
        assert!(
            close(distances.between(other, one), distance),
            "{one} {other}"
        );
    }
}

#[test]
fn a_tree_is_cut_where_the_last_steps_are_undone() {
    let tree = Tree::ward(&line());
    assert_eq!(tree.cut(1), [0, 0, 0, 0]);
    assert_eq!(tree.cut(2), [0, 0, 1, 1]);
    assert_eq!(tree.cut(3), [0, 0, 1, 2]);
    assert_eq!(tree.cut(4), [0, 1, 2, 3]);
    assert_eq!(tree.cut(9), [0, 1, 2, 3]);
    assert_eq!(Tree::ward(&Distances::of(&rows(&[&[1.0]]))).cut(2), [0]);
    assert_eq!(Tree::ward(&Distances::of(&[])).cut(2), [0_usize; 0]);
}

#[test]
fn ward_is_no_chain_of_neighbours() {
    // a chain would join the five in the middle first, and leave the ends apart
    let points: Vec<Vec<f64>> = [0.0, 1.0, 2.1, 3.3, 4.6, 6.0, 7.5]
        .map(|x| vec![x])
        .to_vec();
    let cut = Tree::ward(&Distances::of(&points)).cut(3);
    // scipy: fcluster(linkage(x, "ward"), 3, "maxclust")
    assert_eq!(cut, [0, 0, 1, 1, 2, 2, 2]);
}

#[test]
fn of_equal_distances_the_first_in_order_counts() {
    let square = rows(&[&[0.0, 0.0], &[0.0, 1.0], &[1.0, 0.0], &[1.0, 1.0]]);
    let cut = Tree::ward(&Distances::of(&square)).cut(2);
    assert_eq!(cut, [0, 0, 1, 1]);
    for _ in 0..3 {
        assert_eq!(Tree::ward(&Distances::of(&square)).cut(2), cut);
    }
    // rows that are the same stay together
    let same = rows(&[&[2.0], &[2.0], &[2.0], &[5.0]]);
    assert_eq!(Tree::ward(&Distances::of(&same)).cut(2), [0, 0, 0, 1]);
}

#[test]
fn silhouettes_are_those_made_by_hand() {
    let distances = line();
    // own part 1, 1, 2, 2 away; the other 5, 4, 3.5, 5.5
    let expected = [4.0 / 5.0, 3.0 / 4.0, 1.5 / 3.5, 3.5 / 5.5];
    let found = silhouettes(&distances, &[0, 0, 1, 1]);
    assert!(
        found.iter().zip(expected).all(|(a, b)| close(*a, b)),
        "{found:?}"
    );
    // a row that is a part of its own has none, and so has a single part
    let found = silhouettes(&distances, &[0, 0, 1, 2]);
    assert!(close(found[2], 0.0) && close(found[3], 0.0), "{found:?}");
    assert!(
        silhouettes(&distances, &[0, 0, 0, 0])
            .iter()
            .all(|of| close(*of, 0.0))
    );
}

#[test]
fn partitions_are_compared_by_pairs_and_by_rows() {
    let (one, other) = ([0, 0, 1, 1], [0, 0, 1, 2]);
    // one pair together in both, of two and one: (1 - 1/3) / (3/2 - 1/3)
    assert!(close(adjusted_rand(&one, &other), 4.0 / 7.0));
    assert!(close(adjusted_rand(&one, &one), 1.0));
    assert!(close(adjusted_rand(&one, &[1, 1, 0, 0]), 1.0));
    // pairs are together as often as chance makes them, and less
    assert!(close(adjusted_rand(&one, &[0, 1, 0, 1]), -0.5));
    assert_eq!(kept(&one, &other), [true, true, true, false]);
    assert_eq!(kept(&one, &[1, 1, 0, 0]), [true; 4]);
    // the part with most in common would be taken by the wrong one: 3 + 0 stay, or 2 + 3
    let (one, other) = ([0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 0, 0, 0]);
    let stays = kept(&one, &other);
    assert_eq!(stays, [false, false, false, true, true, true, true, true]);
    assert_eq!(in_order(&[7, 3, 7, 1]), [0, 1, 0, 2]);
    assert_eq!(sizes(&[0, 1, 0, 2]), [2, 1, 1]);
}

#[test]
fn the_order_of_rows_changes_only_the_numbers_of_parts() {
    // no two distances are the same
    let points: Vec<Vec<f64>> = (1..=17_u32)
        .map(|n| {
            let n = f64::from(n);
            vec![(n * 1.7).sin() * 3.0, (n * n * 0.37).cos() * 2.0, n.sqrt()]
        })
        .collect();
    let whole = Tree::ward(&Distances::of(&points));
    for turn in 1..points.len() {
        let mut turned = points.clone();
        turned.rotate_left(turn);
        let tree = Tree::ward(&Distances::of(&turned));
        for parts in 2..7 {
            let mut back = tree.cut(parts);
            back.rotate_right(turn);
            assert_eq!(in_order(&back), whole.cut(parts), "{turn} {parts}");
        }
    }
}

/// Two marks, of which the second goes as its logarithm.
fn asked() -> TypesAsked {
    let mark = |id: &str, aspect: &str, log: bool, words: Option<(&str, &str)>| Mark {
        indicator: indicator(&rood().queries, id),
        aspect: aspect.to_owned(),
        log,
        words: words.map(|(high, low)| (high.to_owned(), low.to_owned())),
        behind: "zoveel".to_owned(),
    };
    TypesAsked {
        number: (2, 2),
        smallest: 5.0,
        firm: 0.65,
        known: 60.0,
        fewest_marks: 2,
        stands_out: 0.5,
        words: 2,
        average: "doorsnee".to_owned(),
        marks: vec![
            mark("groei", "groei", false, Some(("snel", "traag"))),
            mark("lasten", "geld", true, Some(("duur", "goedkoop"))),
        ],
    }
}

/// Nine gemeenten: three low, three high, one that lacks a mark, and two that are to get no type.
fn measured() -> Measured {
    let values = [
        (1, Some(0.0), Some(10.0)),
        (2, Some(1.0), Some(10.0)),
        (3, Some(2.0), Some(10.0)),
        (4, Some(10.0), Some(1000.0)),
        (5, Some(11.0), Some(1000.0)),
        (6, Some(12.0), Some(1000.0)),
        (7, None, Some(1000.0)),
        (8, Some(11.0), Some(0.0)),
        (9, Some(12.5), Some(1000.0)),
    ];
    Measured {
        years: vec![Some(2024), Some(2023)],
        values: values
            .into_iter()
            .map(|(number, one, other)| (gm(number), vec![one, other]))
            .collect(),
        to_type: (1..=7).map(gm).collect(),
    }
}

fn gm(number: u32) -> RegionId {
    region(&format!("GM{number:04}"))
}

fn numbers(types: &Types) -> BTreeMap<usize, usize> {
    let typed = types.typed.iter();
    typed.map(|of| (of.region.number(), of.of)).collect()
}

#[test]
fn types_are_those_made_by_hand() {
    let types = Types::of(&asked(), &measured());
    assert_eq!(types.none, None);
    // the seventh has one mark of two: below 60%
    assert_eq!(types.untyped, [(gm(7), 1)]);
    // the type that is high on the first mark comes first
    let expected = BTreeMap::from([(1, 1), (2, 1), (3, 1), (4, 0), (5, 0), (6, 0)]);
    assert_eq!(numbers(&types), expected);
    let [growth, costs] = types.marks.as_slice() else {
        panic!("{:?}", types.marks)
    };
    assert!(close(growth.mean, 6.0) && close(growth.average, 6.0) && growth.n == 6);
    assert!(close(growth.deviation, (154.0_f64 / 6.0).sqrt()));
    assert!(close(costs.mean, 100.0_f64.ln()) && close(costs.deviation, 10.0_f64.ln()));
    assert!(close(costs.average, 505.0));
    assert_eq!((growth.year, costs.year), (2024, 2023));
    let [high, low] = types.types.as_slice() else {
        panic!("{:?}", types.types)
    };
    assert_eq!((high.name.as_str(), high.n), ("Snel en duur", 3));
    assert_eq!((low.name.as_str(), low.n), ("Traag en goedkoop", 3));
    assert_eq!(high.traits[0].average, Some(11.0));
    assert!(close(high.traits[1].standardised, 1.0) && close(low.traits[1].standardised, -1.0));
    // without either mark the other parts them in the same way
    assert_eq!(types.without.len(), 2);
    assert!(
        types
            .without
            .iter()
            .all(|of| close(of.rand, 1.0) && close(of.kept, 1.0))
    );
    assert!(
        types
            .typed
            .iter()
            .all(|of| close(of.kept, 1.0) && of.marks == 2)
    );
    assert_eq!(types.chosen().map(|of| of.number), Some(2));
    assert!(
        types
            .of_region(gm(5))
            .is_some_and(|(_, of)| of.name == "Snel en duur")
    );
    assert!(types.of_region(gm(9)).is_none());
}

#[test]
fn peers_are_the_nearest_anywhere_and_equal_ones_go_by_code() {
    let types = Types::of(&asked(), &measured());
    let of = |number: u32| -> Vec<usize> {
        let peers = types.peers[&gm(number)].iter();
        peers.map(|peer| peer.region.number()).collect()
    };
    // the fourth and the sixth are as near
    assert_eq!(of(5), [4, 6, 9, 3, 2]);
    assert_eq!(of(9), [6, 5, 4, 3, 2]);
    let nearest = types.peers[&gm(5)][0];
    // one of the first mark, nothing of the second
    assert!(
        close(nearest.distance, (6.0_f64 / 154.0 / 2.0).sqrt()),
        "{nearest:?}"
    );
    assert_eq!(nearest.marks, 2);
    // too little in common with anyone: a mark is missing, or has no logarithm
    assert!(of(7).is_empty() && of(8).is_empty());
    assert!(
        types
            .peers
            .values()
            .flatten()
            .all(|peer| ![7, 8].contains(&peer.region.number()))
    );
}

#[test]
fn what_is_missing_counts_as_the_mean_where_enough_is_known() {
    let asked = TypesAsked {
        known: 50.0,
        ..asked()
    };
    let types = Types::of(&asked, &measured());
    assert!(types.untyped.is_empty());
    assert_eq!(numbers(&types)[&7], 0);
    assert_eq!(types.standardised[&gm(7)][0], None);
    let high = &types.types[0];
    assert_eq!((high.n, high.traits[0].n, high.traits[1].n), (4, 3, 4));
    // the mean of what is known, but standardised with the missing one as 0
    assert_eq!(high.traits[0].average, Some(11.0));
    let deviation = types.marks[0].deviation;
    assert!(close(high.traits[0].standardised, 15.0 / deviation / 4.0));
    // distances are over the marks that both have
    let peers = &types.peers[&gm(7)];
    assert!(peers.len() == PEERS && peers.iter().all(|peer| peer.marks == 1));
    assert!(close(peers[0].distance, 0.0) && peers[0].region == gm(4));
}

#[test]
fn there_are_no_types_where_too_little_is_known_or_nothing_fits() {
    let types = |change: fn(&mut TypesAsked), measured: &Measured| {
        let mut asked = asked();
        change(&mut asked);
        Types::of(&asked, measured)
    };
    let mut without = measured();
    without.years[1] = None;
    let found = types(|_| {}, &without);
    assert_eq!(found.none, Some(NoTypes::FewMarks));
    assert!(found.types.is_empty() && found.peers.is_empty());
    // a mark that is the same everywhere parts nothing
    let mut same = measured();
    same.values.values_mut().for_each(|row| row[1] = Some(7.0));
    assert_eq!(types(|_| {}, &same).none, Some(NoTypes::FewMarks));
    // nor does one that few have
    let mut few = measured();
    (1..=4).for_each(|number| few.values.entry(gm(number)).or_default()[1] = None);
    assert_eq!(types(|_| {}, &few).none, Some(NoTypes::FewMarks));
    let found = types(|asked| asked.smallest = 60.0, &measured());
    assert_eq!(found.none, Some(NoTypes::NoNumber));
    assert!(found.types.is_empty() && found.typed.is_empty() && found.tried.len() == 1);
    // who is like whom does not depend on types
    assert!(!found.peers.is_empty());
    let alone = Measured {
        to_type: BTreeSet::from([gm(1)]),
        ..measured()
    };
    // one gemeente differs from nothing
    assert_eq!(types(|_| {}, &alone).none, Some(NoTypes::FewMarks));
    let nobody = Measured {
        to_type: BTreeSet::new(),
        ..measured()
    };
    assert_eq!(types(|_| {}, &nobody).none, Some(NoTypes::FewMarks));
}

/// Of an edition: gemeenten per type, and per number tried the mean silhouette, the smallest type and the mean adjusted
/// Rand index without one of the marks.
type Edition = ([usize; 5], [(usize, f64, usize, f64); 4]);

/// scipy 1.17 (`linkage`, `fcluster`) and scikit-learn 1.9 (`silhouette_samples`, `adjusted_rand_score`), from the open
/// data alone.
const OF_2026: Edition = (
    [45, 14, 32, 9, 47],
    [
        (3, 0.22920192528944067, 46, 0.8115340649644157),
        (4, 0.2277975292179617, 9, 0.8009833989933572),
        (5, 0.20467232303458874, 9, 0.7864313569977555),
        (6, 0.21456157450684302, 2, 0.7128613874929893),
    ],
);
const OF_61: Edition = (
    [46, 15, 35, 9, 44],
    [
        (3, 0.23113414107934102, 44, 0.7646670511967895),
        (4, 0.2276874617446659, 9, 0.7513495240167211),
        (5, 0.20594876730259112, 9, 0.7576154038961117),
        (6, 0.16991107846972653, 9, 0.6443641167769125),
    ],
);
const OF_2021: Edition = (
    [51, 19, 15, 9, 50],
    [
        (3, 0.23710827938112308, 34, 0.7760842995364647),
        (4, 0.23753940330579282, 9, 0.7638974379355971),
        (5, 0.22360115274709758, 9, 0.7213854871234285),
        (6, 0.16846551880185445, 9, 0.6167681424606343),
    ],
);

#[test]
fn types_are_those_of_scipy() {
    let of_61 = figures("2026-leden-2023");
    for (edition, found, (members, tried)) in [
        ("2026", &of_2026().types, OF_2026),
        ("2026-leden-2023", &of_61.types, OF_61),
        ("2021", &of_2021().types, OF_2021),
    ] {
        assert_eq!(found.marks.len(), 11, "{edition}");
        let n: Vec<usize> = found.types.iter().map(|of| of.n).collect();
        assert_eq!(n, members, "{edition}");
        assert_eq!(found.tried.len(), tried.len(), "{edition}");
        for (of, (number, silhouette, smallest, rand)) in found.tried.iter().zip(tried) {
            assert_eq!((of.number, of.smallest), (number, smallest), "{edition}");
            let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
            assert!(near(of.silhouette, silhouette), "{edition} {of:?}");
            assert!(near(of.rand, rand), "{edition} {of:?}");
        }
        assert!(found.untyped.is_empty(), "{edition}");
    }
}

#[test]
fn a_type_is_named_after_what_is_true_of_it_and_no_two_alike() {
    for figures in [of_2026(), of_2021()] {
        let types = &figures.types;
        let names: BTreeSet<&str> = types.types.iter().map(|of| of.name.as_str()).collect();
        assert_eq!(names.len(), types.types.len(), "{names:?}");
        for of in &types.types {
            assert!(
                !of.named_after.is_empty() && of.named_after.len() <= 3,
                "{of:?}"
            );
            for place in &of.named_after {
                let (found, scale) = (&of.traits[*place], &types.marks[*place]);
                let side = found.average.unwrap() - scale.average;
                assert!(side * found.standardised > 0.0, "{of:?}");
            }
        }
    }
}

#[test]
fn members_are_with_their_like() {
    let types = &of_2026().types;
    for (code, name) in [
        ("GM0355", "Dure woningen en veel hoogopgeleiden"), // Zeist
        ("GM1942", "Dure woningen en veel hoogopgeleiden"), // Gooise Meren
        ("GM0928", "Goedkope woningen en weinig bedrijven"), // Kerkrade
        ("GM0166", "Veel gezinnen en dure woningen"),       // Kampen
        ("GM0118", "Stedelijk en veel huurwoningen"),       // Hoogeveen
        ("GM1894", "Landelijk en ver van een ziekenhuis"),  // Peel en Maas
    ] {
        let found = types
            .of_region(region(code))
            .map(|(_, of)| of.name.as_str());
        assert_eq!(found, Some(name), "{code}");
    }
    let peers = &types.peers[&region("GM0355")];
    // Amstelveen, Hilversum, De Bilt, Soest, Baarn
    let expected = ["GM0362", "GM0402", "GM0310", "GM0342", "GM0308"];
    assert_eq!(
        peers
            .iter()
            .map(|of| of.region.to_string())
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(types.peers.len(), 342);
    for (of, peers) in &types.peers {
        assert!(
            peers.len() == PEERS && peers.iter().all(|peer| peer.region != *of),
            "{of}"
        );
    }
}

#[test]
fn the_same_figures_give_the_same_types_on_every_thread() {
    let figures = of_2026();
    let asked = queries().types.as_ref();
    let computed = || types(asked, figures);
    let several: Vec<Types> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..3).map(|_| scope.spawn(computed)).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert!(several.iter().all(|of| *of == figures.types));
}
