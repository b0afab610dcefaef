//! Countries that never were: gemeenten that merge, split, hand over a part and change their name, by chance.
//!
//! People only move with a border, so that every count can be checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
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

/// A country on its way through the years.
#[derive(Default)]
struct Making {
    living: BTreeMap<RegionId, f64>,
    gemeenten: BTreeMap<RegionId, Gemeente>,
    population: Population,
    log: String,
    /// Codes that were given out to new gemeenten.
    codes: u32,
}

fn numbered(number: u32) -> RegionId {
    region(&format!("GM{number:04}"))
}

impl Making {
    /// What is on the list of 1 January of a year.
    fn list(&mut self, year: i32) {
        for (code, people) in &self.living {
            let known = self.gemeenten.entry(*code).or_insert_with(|| Gemeente {
                name: code.to_string(),
                province: "PV20".to_owned(),
                from: year,
                to: year,
            });
            known.to = year;
            self.population.insert((year, *code), *people);
        }
    }

    /// Lets the changes of 1 January of a year happen, of those that can.
    fn change(&mut self, changes: &[Change], year: i32) {
        let before = self.living.clone();
        let regions: Vec<RegionId> = before.keys().copied().collect();
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
                || (change.kind == 1 && received.contains(&receiver))
            {
                continue;
            }
            self.codes += 1;
            let new = numbered(1000 + self.codes);
            let people = (before[&giver], before[&receiver]);
            let (kind, moves) = change.moves((giver, receiver, new), people);
            for (from, to, moved) in moves {
                self.moved(kind, year, (from, to, moved));
                gave.insert(from);
                received.insert(to);
            }
        }
    }

    /// One line of the log, and what it does.
    fn moved(&mut self, kind: &str, year: i32, (from, to, moved): (RegionId, RegionId, f64)) {
        let dwellings = (moved / 2.0).ceil();
        let line = format!("{year}-01-01,{kind},{from},{to},{moved},{dwellings}\n");
        self.log.push_str(&line);
        *self.living.get_mut(&from).unwrap() -= moved;
        *self.living.entry(to).or_default() += moved;
        if kind != "grenswijziging" && self.living[&from] < 0.5 {
            self.living.remove(&from);
        }
    }
}

impl Change {
    /// The kind in the log, and who hands over how many people to whom.
    fn moves(
        self,
        (giver, receiver, new): (RegionId, RegionId, RegionId),
        (people, of_receiver): (f64, f64),
    ) -> (&'static str, Vec<(RegionId, RegionId, f64)>) {
        let part = (people * f64::from(self.percent) / 100.0).floor();
        match self.kind {
            0 => ("opheffing", vec![(giver, receiver, people)]),
            1 => (
                "opheffing",
                vec![(giver, new, people), (receiver, new, of_receiver)],
            ),
            2 => (
                "opheffing",
                vec![(giver, receiver, part), (giver, new, people - part)],
            ),
            3 => ("grenswijziging", vec![(giver, receiver, part)]),
            _ => ("naamswijziging", vec![(giver, new, people)]),
        }
    }
}

/// Lets changes happen to `start` gemeenten; people only move with a border, so that every count can be checked.
fn country(start: &[u32], years: &[Vec<Change>]) -> Country {
    let mut making = Making {
        living: (1..)
            .zip(start)
            .map(|(number, people)| (numbered(number), f64::from(*people)))
            .collect(),
        log: String::from("date,kind,from,to,inhabitants,dwellings\n"),
        ..Making::default()
    };
    for (year, changes) in (FIRST..).zip(years.iter().chain([&Vec::new()])) {
        making.list(year);
        making.change(changes, year + 1);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("herindelingen.csv");
    fs::write(&path, &making.log).unwrap();
    let herindelingen = Herindelingen::read(&path).unwrap_or_else(|error| panic!("{error}"));
    let gemeenten = Gemeenten {
        regions: Regions::new(making.gemeenten),
        herindelingen,
        networks: Networks::default(),
    };
    Country {
        gemeenten,
        population: making.population,
        log: making.log,
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
