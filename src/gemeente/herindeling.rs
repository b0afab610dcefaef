//! Herindelingen: which gemeenten end, change their name or hand over a part, and how many people and dwellings move.
//!
//! In: CBS's log of changes. Out: what becomes of every gemeente from one list to the next. A change of a date lies
//! between the lists of 1 January before it and 1 January on or after it, so Weesp (24 March 2022) moves between 2022
//! and 2023.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::region::{RegionId, Regions, region_in};
use crate::base::csv;

/// Inhabitants on 1 January by year and gemeente.
pub type Population = BTreeMap<(i32, RegionId), f64>;

/// One line of the log.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    /// Its line in the file.
    line: u64,
    date: String,
    kind: Kind,
    from: RegionId,
    to: RegionId,
    inhabitants: f64,
    dwellings: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The gemeente ends; its lines name all that receive a part.
    Opheffing,
    /// A part moves.
    Grenswijziging,
    /// The code changes with the name.
    Naamswijziging,
}

/// The log of changes, by date.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Herindelingen {
    events: Vec<Event>,
}

/// What becomes of the gemeenten that do not stay as they are.
pub(super) type Moves = BTreeMap<RegionId, Vec<Part>>;

/// What becomes of a part of a gemeente.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The gemeente it ends up in.
    pub to: RegionId,
    /// Share of the inhabitants of the old gemeente.
    pub inhabitants: f64,
    /// Share of its dwellings.
    pub dwellings: f64,
}

impl Event {
    /// What no two lines have in common.
    fn key(&self) -> (String, RegionId, RegionId) {
        (self.date.clone(), self.from, self.to)
    }

    /// The year of the last list of 1 January before it.
    fn list_before(&self) -> i32 {
        let year: i32 = self.date[..4].parse().unwrap_or(0);
        year - i32::from(self.date.ends_with("-01-01"))
    }
}

/// A number of inhabitants or dwellings. A change of name moves everyone and counts no one.
fn count(row: &csv::Row<'_>, text: &str) -> Result<f64, csv::Error> {
    if text.is_empty() {
        return Ok(0.0);
    }
    // no gemeente is larger than the country
    let count: u32 = row.number(text, "a count, of whole inhabitants or dwellings")?;
    Ok(f64::from(count))
}

impl Herindelingen {
    /// Reads `herindelingen.csv` of `data/regions/`: `date,kind,from,to,inhabitants,dwellings`.
    ///
    /// # Errors
    /// When the file is missing or a line is wrong.
    pub fn read(path: &Path) -> Result<Self, csv::Error> {
        let mut herindelingen = Self::default();
        csv::for_each_row(
            path,
            &["date", "kind", "from", "to", "inhabitants", "dwellings"],
            |row| herindelingen.add(&row, row.cells()),
        )?;
        Ok(herindelingen)
    }

    /// Adds a line of the log: its date, kind, both codes, inhabitants and dwellings.
    ///
    /// # Errors
    /// With file and line when one of them is wrong, or the same stands in an earlier line.
    pub fn add(
        &mut self,
        row: &csv::Row<'_>,
        [date, kind, from, to, inhabitants, dwellings]: [&str; 6],
    ) -> Result<(), csv::Error> {
        let kind = match kind {
            "opheffing" => Kind::Opheffing,
            "grenswijziging" => Kind::Grenswijziging,
            "naamswijziging" => Kind::Naamswijziging,
            other => {
                return Err(row.wrong(
                    format!("`{other}` is no kind of herindeling"),
                    "opheffing, grenswijziging or naamswijziging",
                ));
            }
        };
        row.date(date)?;
        let event = Event {
            line: row.line(),
            date: date.to_owned(),
            kind,
            from: region_in(row, from)?,
            to: region_in(row, to)?,
            inhabitants: count(row, inhabitants)?,
            dwellings: count(row, dwellings)?,
        };
        if event.from == event.to {
            let expected = "two gemeenten, of which the first gives something to the second";
            return Err(row.wrong(format!("`{from}` goes into itself"), expected));
        }
        let place = self.events.binary_search_by_key(&event.key(), Event::key);
        let Err(place) = place else {
            let message = format!("`{from}` goes into `{to}` on {date} twice");
            return Err(row.wrong(message, "one line per date and pair"));
        };
        self.events.insert(place, event);
        Ok(())
    }

    /// Tests that both gemeenten of every line existed about its date; before the first list nothing is known of that.
    ///
    /// # Errors
    /// With file and line of the first that did not.
    pub fn fits(&self, path: &Path, regions: &Regions) -> Result<(), csv::Error> {
        for event in &self.events {
            let before = event.list_before();
            if before < regions.first_year() {
                continue;
            }
            let exists =
                |region| regions.exists(region, before) || regions.exists(region, before + 1);
            if let Some(region) = [event.from, event.to].into_iter().find(|of| !exists(*of)) {
                let message = format!(
                    "`{region}` is no gemeente on 1 January {before} or {}",
                    before + 1
                );
                let expected = "codes of the lists of gemeenten before and after the date";
                return Err(csv::wrong(path, event.line, message, expected));
            }
        }
        Ok(())
    }

    /// The list of `year + 1` that follows from that of `year`.
    pub fn replay(&self, list: &mut BTreeSet<RegionId>, year: i32) {
        for event in self
            .after(year)
            .filter(|event| event.kind != Kind::Grenswijziging)
        {
            list.remove(&event.from);
            list.insert(event.to);
        }
    }

    /// The gemeente in which most inhabitants of a gemeente live in a later year.
    pub fn successor(&self, region: RegionId, from: i32, to: i32) -> RegionId {
        let mut region = region;
        for event_year in from..to {
            let ending = self
                .after(event_year)
                .filter(|event| event.from == region && event.kind != Kind::Grenswijziging);
            let largest = ending.max_by(|a, b| a.inhabitants.total_cmp(&b.inhabitants));
            region = largest.map_or(region, |event| event.to);
        }
        region
    }

    /// What came into a gemeente, by date: which gemeenten ended, and whether all of each came here. A part of a gemeente
    /// that went on is not among them, nor is another name.
    pub fn into_gemeente(&self, region: RegionId) -> Vec<(&str, RegionId, bool)> {
        let ended = |event: &&Event| event.kind == Kind::Opheffing;
        let came = self.events.iter().filter(ended);
        came.filter(|event| event.to == region)
            .map(|event| {
                let same = |other: &&Event| other.from == event.from && other.date == event.date;
                let heirs = self.events.iter().filter(ended).filter(same);
                (event.date.as_str(), event.from, heirs.count() == 1)
            })
            .collect()
    }

    /// Gemeenten that end between the lists of `year` and `year + 1`, with what they go into.
    pub fn ending_after(&self, year: i32) -> impl Iterator<Item = (RegionId, RegionId)> + '_ {
        self.after(year)
            .filter(|event| event.kind != Kind::Grenswijziging)
            .map(|event| (event.from, event.to))
    }

    /// Changes between the lists of 1 January of `year` and of the next year.
    fn after(&self, year: i32) -> impl Iterator<Item = &Event> {
        let (first, last) = (format!("{year}-01-02"), format!("{}-01-01", year + 1));
        self.events
            .iter()
            .filter(move |event| first <= event.date && event.date <= last)
    }

    /// What becomes, until the list of `year + 1`, of the gemeenten of `year` that do not stay as they are.
    pub(super) fn step(&self, year: i32, regions: &Regions, population: &Population) -> Moves {
        let events: Vec<&Event> = self.after(year).collect();
        // who gives nothing away stays as it is
        let givers = events.iter().map(|event| event.from);
        let mut parts: Moves = givers
            .filter(|region| regions.exists(*region, year))
            .map(|region| (region, vec![whole(region)]))
            .collect();
        let mut start = 0;
        while let Some(first) = events.get(start) {
            let end = start + events[start..].partition_point(|event| event.date == first.date);
            let moves = moves(&events[start..end], year, population);
            for list in parts.values_mut() {
                follow(list, &moves);
            }
            start = end;
        }
        parts.retain(|region, list| *list != [whole(*region)]);
        parts
    }
}

pub(super) fn whole(region: RegionId) -> Part {
    Part {
        to: region,
        inhabitants: 1.0,
        dwellings: 1.0,
    }
}

/// What the changes of one date do to each gemeente that gives something away.
fn moves(events: &[&Event], year: i32, population: &Population) -> Moves {
    let mut givers: BTreeMap<RegionId, Vec<&Event>> = BTreeMap::new();
    for event in events {
        givers.entry(event.from).or_default().push(event);
    }
    givers
        .into_iter()
        .map(|(from, events)| (from, split(from, &events, year, population)))
        .collect()
}

fn split(from: RegionId, events: &[&Event], year: i32, population: &Population) -> Vec<Part> {
    let leaving = |kind| events.iter().filter(move |event| event.kind == kind);
    let living = population.get(&(year, from)).copied().unwrap_or(0.0);
    // dwellings of the giver are not in the log: a border correction takes the share of inhabitants for both
    let mut parts: Vec<Part> = leaving(Kind::Grenswijziging)
        .filter(|event| event.inhabitants > 0.0 && living > 0.0)
        .map(|event| {
            let share = event.inhabitants / living;
            Part {
                to: event.to,
                inhabitants: share,
                dwellings: share,
            }
        })
        .collect();
    let moved: f64 = parts.iter().map(|part| part.inhabitants).sum();
    let rest = 1.0 - moved;
    let heirs: Vec<&&Event> = leaving(Kind::Opheffing).collect();
    if let Some(renamed) = leaving(Kind::Naamswijziging).next() {
        parts.push(Part {
            to: renamed.to,
            inhabitants: rest,
            dwellings: rest,
        });
    } else if heirs.is_empty() {
        parts.push(Part {
            to: from,
            inhabitants: rest,
            dwellings: rest,
        });
    } else {
        parts.extend(inherited(&heirs, rest));
    }
    parts
}

/// What the heirs of a gemeente get of the share that is left.
fn inherited(heirs: &[&&Event], rest: f64) -> Vec<Part> {
    let share = |event: &Event, of: fn(&Event) -> f64| {
        let total: f64 = heirs.iter().map(|event| of(event)).sum();
        // where the log counts no one, the heirs share alike
        if total > 0.0 {
            rest * of(event) / total
        } else {
            rest / heirs.len() as f64
        }
    };
    let parts = heirs.iter().map(|event| Part {
        to: event.to,
        inhabitants: share(event, |event| event.inhabitants),
        dwellings: share(event, |event| event.dwellings),
    });
    parts
        .filter(|part| part.inhabitants > 0.0 || part.dwellings > 0.0)
        .collect()
}

/// Follows each part one step further; parts of the same gemeente are taken together.
pub(super) fn follow(parts: &mut Vec<Part>, moves: &Moves) {
    if !parts.iter().any(|part| moves.contains_key(&part.to)) {
        return;
    }
    let mut sums: BTreeMap<RegionId, (f64, f64)> = BTreeMap::new();
    for part in parts.iter() {
        let unmoved = [whole(part.to)];
        for next in moves.get(&part.to).map_or(&unmoved[..], Vec::as_slice) {
            let sum = sums.entry(next.to).or_default();
            sum.0 += part.inhabitants * next.inhabitants;
            sum.1 += part.dwellings * next.dwellings;
        }
    }
    *parts = sums
        .into_iter()
        .map(|(to, (inhabitants, dwellings))| Part {
            to,
            inhabitants,
            dwellings,
        })
        .collect();
}
