//! Herindelingen, and the crosswalk that brings figures from one year's boundaries to a later year's.
//!
//! CBS publishes figures on the boundaries of their own time and does not cast back; the log of changes in its region
//! list gives the hectares, dwellings and inhabitants that moved. A change of a date lies between the lists of 1
//! January before it and 1 January on or after it, so Weesp (24 March 2022) moves between 2022 and 2023.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Error, Regions, for_each_row};

/// A part of a gemeente that is too small to break a series: half a percent of the inhabitants.
///
/// Border corrections move a handful of people (Hilversum and Gooise Meren 2023: four). Counts move with them, but a
/// figure that cannot be divided is kept, and a missing figure of such a part makes nothing missing.
pub const SLIVER: f64 = 0.005;

/// Inhabitants on 1 January by year and code.
pub type Population = BTreeMap<(i32, String), f64>;

/// One line of the log.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    date: String,
    kind: Kind,
    from: String,
    to: String,
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
#[derive(Clone, Debug, Default)]
pub struct Herindelingen {
    events: Vec<Event>,
}

/// What becomes of a part of a gemeente.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The gemeente it ends up in.
    pub to: String,
    /// Share of the inhabitants of the old gemeente.
    pub inhabitants: f64,
    /// Share of its dwellings.
    pub dwellings: f64,
}

impl Herindelingen {
    /// Reads `herindelingen.csv` of `data/regions/`: `date,kind,from,to,inhabitants,dwellings`.
    ///
    /// # Errors
    /// When the file is missing or a line is wrong.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut events = Vec::new();
        for_each_row(
            path,
            &["date", "kind", "from", "to", "inhabitants", "dwellings"],
            |row| {
                let [date, kind, from, to, inhabitants, dwellings] = row.cells();
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
                // a change of name moves everyone and counts no one
                let count = |text: &str| {
                    if text.is_empty() {
                        Ok(0.0)
                    } else {
                        row.number(text, "a count")
                    }
                };
                events.push(Event {
                    date: date.to_owned(),
                    kind,
                    from: from.to_owned(),
                    to: to.to_owned(),
                    inhabitants: count(inhabitants)?,
                    dwellings: count(dwellings)?,
                });
                Ok(())
            },
        )?;
        events.sort_by(|a, b| (&a.date, &a.from, &a.to).cmp(&(&b.date, &b.from, &b.to)));
        Ok(Self { events })
    }

    /// The list of codes of `year + 1` that follows from that of `year`.
    pub fn replay(&self, codes: &mut BTreeSet<String>, year: i32) {
        for event in self
            .after(year)
            .filter(|event| event.kind != Kind::Grenswijziging)
        {
            codes.remove(&event.from);
            codes.insert(event.to.clone());
        }
    }

    /// The code under which most inhabitants of a gemeente live in a later year.
    pub fn successor(&self, code: &str, from: i32, to: i32) -> String {
        let mut code = code.to_owned();
        for event_year in from..to {
            let ending = self
                .after(event_year)
                .filter(|event| event.from == code && event.kind != Kind::Grenswijziging);
            let largest = ending.max_by(|a, b| a.inhabitants.total_cmp(&b.inhabitants));
            code = largest.map_or(code, |event| event.to.clone());
        }
        code
    }

    /// Codes that end between the lists of `year` and `year + 1`, with what they go into.
    pub fn ending_after(&self, year: i32) -> impl Iterator<Item = (&str, &str)> {
        self.after(year)
            .filter(|event| event.kind != Kind::Grenswijziging)
            .map(|event| (event.from.as_str(), event.to.as_str()))
    }

    /// Changes between the lists of 1 January of `year` and of the next year.
    fn after(&self, year: i32) -> impl Iterator<Item = &Event> {
        let (first, last) = (format!("{year}-01-02"), format!("{}-01-01", year + 1));
        self.events
            .iter()
            .filter(move |event| first <= event.date && event.date <= last)
    }

    /// What becomes, until the list of `year + 1`, of every gemeente of `year`.
    fn step(
        &self,
        year: i32,
        regions: &Regions,
        population: &Population,
    ) -> BTreeMap<String, Vec<Part>> {
        let mut parts: BTreeMap<String, Vec<Part>> = regions
            .in_year(year)
            .map(|(code, _)| (code.to_owned(), vec![whole(code)]))
            .collect();
        let events: Vec<&Event> = self.after(year).collect();
        let mut start = 0;
        while let Some(first) = events.get(start) {
            let end = start + events[start..].partition_point(|event| event.date == first.date);
            let moves = moves(&events[start..end], year, population);
            for list in parts.values_mut() {
                *list = follow(list, &moves);
            }
            start = end;
        }
        parts
    }
}

fn whole(code: &str) -> Part {
    Part {
        to: code.to_owned(),
        inhabitants: 1.0,
        dwellings: 1.0,
    }
}

/// What the changes of one date do to each gemeente that gives something away.
fn moves(events: &[&Event], year: i32, population: &Population) -> BTreeMap<String, Vec<Part>> {
    let mut givers: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        givers.entry(&event.from).or_default().push(event);
    }
    givers
        .into_iter()
        .map(|(from, events)| (from.to_owned(), split(from, &events, year, population)))
        .collect()
}

fn split(from: &str, events: &[&Event], year: i32, population: &Population) -> Vec<Part> {
    let leaving = |kind| events.iter().filter(move |event| event.kind == kind);
    let living = population
        .get(&(year, from.to_owned()))
        .copied()
        .unwrap_or(0.0);
    // dwellings of the giver are not in the log: a border correction takes the share of inhabitants for both
    let mut parts: Vec<Part> = leaving(Kind::Grenswijziging)
        .filter(|event| event.inhabitants > 0.0 && living > 0.0)
        .map(|event| {
            let share = event.inhabitants / living;
            Part {
                to: event.to.clone(),
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
            to: renamed.to.clone(),
            inhabitants: rest,
            dwellings: rest,
        });
    } else if heirs.is_empty() {
        parts.push(Part {
            to: from.to_owned(),
            inhabitants: rest,
            dwellings: rest,
        });
    } else {
        let count = heirs.len() as f64;
        let share = |of: fn(&Event) -> f64| {
            let total: f64 = heirs.iter().map(|event| of(event)).sum();
            heirs
                .iter()
                .map(move |event| {
                    // where the log counts no one, the heirs share alike
                    if total > 0.0 {
                        rest * of(event) / total
                    } else {
                        rest / count
                    }
                })
                .collect::<Vec<_>>()
        };
        let shares = share(|event| event.inhabitants)
            .into_iter()
            .zip(share(|event| event.dwellings));
        parts.extend(
            heirs
                .iter()
                .zip(shares)
                .filter(|(_, (inhabitants, dwellings))| *inhabitants > 0.0 || *dwellings > 0.0)
                .map(|(event, (inhabitants, dwellings))| Part {
                    to: event.to.clone(),
                    inhabitants,
                    dwellings,
                }),
        );
    }
    parts
}

/// Parts, each followed one step further; parts of the same gemeente are taken together.
fn follow(parts: &[Part], moves: &BTreeMap<String, Vec<Part>>) -> Vec<Part> {
    let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for part in parts {
        let unmoved = [whole(&part.to)];
        for next in moves.get(&part.to).map_or(&unmoved[..], Vec::as_slice) {
            let sum = sums.entry(next.to.clone()).or_default();
            sum.0 += part.inhabitants * next.inhabitants;
            sum.1 += part.dwellings * next.dwellings;
        }
    }
    sums.into_iter()
        .map(|(to, (inhabitants, dwellings))| Part {
            to,
            inhabitants,
            dwellings,
        })
        .collect()
}

/// Where every gemeente of one year's list ends up in another's.
#[derive(Clone, Debug)]
pub struct Crosswalk {
    /// Year of the list the figures are on.
    pub from: i32,
    /// Year of the list they are brought to.
    pub to: i32,
    rows: Vec<CrosswalkRow>,
}

/// One line of a crosswalk.
#[derive(Clone, Debug, PartialEq)]
pub struct CrosswalkRow {
    /// Gemeente of the old list.
    pub region: String,
    /// What becomes of a part of it.
    pub part: Part,
    /// Share of the inhabitants of the new gemeente that come from there.
    pub of_target: f64,
    /// The figure of the new gemeente cannot be made: the old list is newer than the new one and differs.
    pub lost: bool,
}

impl Crosswalk {
    /// Builds the crosswalk between two lists.
    ///
    /// Backwards (`from` later than `to`) only gemeenten that stayed the same, but for a [`SLIVER`], keep their
    /// figures: figures on newer boundaries are never divided.
    pub fn new(
        from: i32,
        to: i32,
        herindelingen: &Herindelingen,
        regions: &Regions,
        population: &Population,
    ) -> Self {
        let rows = if from <= to {
            forward(from, to, herindelingen, regions, population)
        } else {
            backward(&forward(to, from, herindelingen, regions, population))
        };
        Self { from, to, rows }
    }

    /// The lines, by old gemeente.
    pub fn rows(&self) -> &[CrosswalkRow] {
        &self.rows
    }
}

fn forward(
    from: i32,
    to: i32,
    herindelingen: &Herindelingen,
    regions: &Regions,
    population: &Population,
) -> Vec<CrosswalkRow> {
    let mut parts: BTreeMap<String, Vec<Part>> = regions
        .in_year(from)
        .map(|(code, _)| (code.to_owned(), vec![whole(code)]))
        .collect();
    for year in from..to {
        let step = herindelingen.step(year, regions, population);
        for list in parts.values_mut() {
            *list = follow(list, &step);
        }
    }
    let living = |region: &String| {
        population
            .get(&(from, region.clone()))
            .copied()
            .unwrap_or(1.0)
    };
    let mut totals: BTreeMap<&str, f64> = BTreeMap::new();
    for (region, list) in &parts {
        for part in list {
            *totals.entry(&part.to).or_default() += living(region) * part.inhabitants;
        }
    }
    let row = |region: &String, part: &Part| CrosswalkRow {
        region: region.clone(),
        part: part.clone(),
        of_target: living(region) * part.inhabitants / totals[part.to.as_str()],
        lost: false,
    };
    parts
        .iter()
        .flat_map(|(region, list)| list.iter().map(move |part| row(region, part)))
        .collect()
}

fn backward(forward: &[CrosswalkRow]) -> Vec<CrosswalkRow> {
    let same = |row: &&CrosswalkRow| {
        row.region == row.part.to
            && row.part.inhabitants >= 1.0 - SLIVER
            && row.of_target >= 1.0 - SLIVER
    };
    let kept: BTreeSet<&str> = forward
        .iter()
        .filter(same)
        .map(|row| row.region.as_str())
        .collect();
    let mut rows: BTreeMap<&str, CrosswalkRow> = BTreeMap::new();
    for row in forward {
        let lost = !kept.contains(row.region.as_str());
        rows.entry(&row.region).or_insert_with(|| CrosswalkRow {
            // a lost gemeente hangs on one of its successors, so that its line is found and marked
            region: if lost {
                row.part.to.clone()
            } else {
                row.region.clone()
            },
            part: whole(&row.region),
            of_target: 1.0,
            lost,
        });
    }
    rows.into_values().collect()
}
