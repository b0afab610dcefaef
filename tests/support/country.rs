//! Countries that never were: gemeenten that merge, split, hand over a part and change their name, by chance.
//!
//! People only move with a border, so that every count can be checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::fs;

use middelgroot::gemeente::{
    Gemeente, Gemeenten, Herindelingen, Networks, Population, RegionId, Regions,
};
use proptest::prelude::{Strategy, prop};

use super::region;

/// A change that never was: which kind, who gives, who receives, and how much.
#[derive(Clone, Copy, Debug)]
struct Change {
    kind: u8,
    giver: usize,
    receiver: usize,
    percent: u32,
}

/// A country that never was: lists and inhabitants per year, and the log of changes.
pub struct Country {
    pub gemeenten: Gemeenten,
    pub population: Population,
    /// The log as it is read, to be shown where something is wrong.
    pub log: String,
}

/// The year of its first list.
pub const FIRST: i32 = 2010;

/// Lets changes happen to `start` gemeenten; people only move with a border, so that every count can be checked.
fn country(start: &[u32], years: &[Vec<Change>]) -> Country {
    let numbered = |number: u32| region(&format!("GM{number:04}"));
    let mut living: BTreeMap<RegionId, f64> = (1..)
        .zip(start)
        .map(|(number, people)| (numbered(number), f64::from(*people)))
        .collect();
    let mut gemeenten: BTreeMap<RegionId, Gemeente> = BTreeMap::new();
    let mut population = Population::new();
    let mut log = String::from("date,kind,from,to,inhabitants,dwellings\n");
    let mut next = 1000;
    for (year, changes) in (FIRST..).zip(years.iter().chain([&Vec::new()])) {
        for (code, people) in &living {
            let known = gemeenten.entry(*code).or_insert_with(|| Gemeente {
                name: code.to_string(),
                province: "PV20".to_owned(),
                from: year,
                to: year,
            });
            known.to = year;
            population.insert((year, *code), *people);
        }
        let regions: Vec<RegionId> = living.keys().copied().collect();
        let before = living.clone();
        let (mut gave, mut received): (BTreeSet<RegionId>, BTreeSet<RegionId>) = Default::default();
        for change in changes {
            let (giver, receiver) = (
                regions[change.giver % regions.len()],
                regions[change.receiver % regions.len()],
            );
            // who ends on a date takes nothing in on that date, and gives only once
            if giver == receiver
                || gave.contains(&giver)
                || gave.contains(&receiver)
                || received.contains(&giver)
            {
                continue;
            }
            next += 1;
            let new = numbered(next);
            let people = before[&giver];
            let part = (people * f64::from(change.percent) / 100.0).floor();
            let moves: Vec<(&str, RegionId, RegionId, f64)> = match change.kind {
                0 => vec![("opheffing", giver, receiver, people)],
                1 => vec![
                    ("opheffing", giver, new, people),
                    ("opheffing", receiver, new, before[&receiver]),
                ],
                2 => vec![
                    ("opheffing", giver, receiver, part),
                    ("opheffing", giver, new, people - part),
                ],
                3 => vec![("grenswijziging", giver, receiver, part)],
                _ => vec![("naamswijziging", giver, new, people)],
            };
            if change.kind == 1 && received.contains(&receiver) {
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
                *living.get_mut(&from).unwrap() -= moved;
                *living.entry(to).or_default() += moved;
                gave.insert(from);
                received.insert(to);
                if kind != "grenswijziging" && living[&from] < 0.5 {
                    living.remove(&from);
                }
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("herindelingen.csv");
    fs::write(&path, &log).unwrap();
    let herindelingen = Herindelingen::read(&path).unwrap_or_else(|error| panic!("{error}"));
    let gemeenten = Gemeenten {
        regions: Regions::new(gemeenten),
        herindelingen,
        networks: Networks::default(),
    };
    Country {
        gemeenten,
        population,
        log,
    }
}

/// Countries that never were.
pub fn countries() -> impl Strategy<Value = Country> {
    let change = (0_u8..5, 0_usize..12, 0_usize..12, 1_u32..50).prop_map(
        |(kind, giver, receiver, percent)| Change {
            kind,
            giver,
            receiver,
            percent,
        },
    );
    let years = prop::collection::vec(prop::collection::vec(change, 0..5), 1..5);
    let start = prop::collection::vec(200_u32..90_000, 4..12);
    (start, years).prop_map(|(start, years)| country(&start, &years))
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.log)
    }
}
