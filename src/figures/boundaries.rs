//! Boundaries: figures of any year are brought to one list of gemeenten.
//!
//! In: tidy rows with the list they are on, and the log of herindelingen. Out: the same figures per gemeente of another
//! list. Counts add up, a split goes by the inhabitants (or dwellings) that moved, a ratio goes as value times weight,
//! and what cannot be converted becomes missing with the reason `herindeling`. National totals stay.

use std::collections::{BTreeMap, BTreeSet};

use super::tidy::Row;
use crate::base::observation::{Missing, Observation, Status};
use crate::base::sum::Sum;
use crate::gemeente::{
    Crosswalk, CrosswalkRow, Gemeenten, Population, RegionId, RegionList, SLIVER,
};

/// Figures of one topic and year by place in a [`RegionList`]; none where the source has no row.
pub type Brought = Vec<Option<Observation>>;

/// The ways from lists of gemeenten to others.
#[derive(Debug)]
pub struct Crosswalks {
    lists: BTreeMap<i32, RegionList>,
    ways: BTreeMap<(i32, i32), Destinations>,
    last: i32,
}

/// Where the figures of each region go, by its number: every row of every topic asks.
#[derive(Debug)]
struct Destinations(Vec<Option<Destination>>);

/// Where the figures of a region go.
#[derive(Clone, Debug)]
enum Destination {
    /// To one gemeente that is the same, under whatever code.
    Same(usize),
    /// To each of which it becomes a part.
    Parts(Vec<Part>),
}

/// What a region becomes of another.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// Place of the other.
    to: usize,
    /// Share of its inhabitants that goes there.
    inhabitants: f64,
    /// Share of its dwellings.
    dwellings: f64,
    /// Share of the other's inhabitants that comes from here.
    of_target: f64,
    /// The figure of the other cannot be made.
    lost: bool,
}

impl Part {
    /// The share of a figure that goes along.
    const fn share(self, by_dwellings: bool) -> f64 {
        if by_dwellings {
            self.dwellings
        } else {
            self.inhabitants
        }
    }

    /// Whether the other rests on a division of the one, for more than a [`SLIVER`].
    fn divides(self) -> bool {
        let is_part = |share: f64| share > SLIVER && share < 1.0 - SLIVER;
        self.of_target > SLIVER
            && !self.lost
            && (is_part(self.inhabitants) || is_part(self.dwellings))
    }

    /// Whether both are the same gemeente, but for a [`SLIVER`].
    fn is_same(self) -> bool {
        let nearly_all = 1.0 - SLIVER;
        self.of_target >= nearly_all && self.inhabitants >= nearly_all && !self.lost
    }
}

impl Crosswalks {
    /// Builds the ways for pairs of lists (from, to). Nederland stays Nederland.
    pub fn new(
        pairs: &BTreeSet<(i32, i32)>,
        gemeenten: &Gemeenten,
        population: &Population,
    ) -> Self {
        let Gemeenten {
            regions,
            herindelingen,
            ..
        } = gemeenten;
        // after the last list nothing has changed yet
        let last = regions.last_year();
        let capped: BTreeSet<(i32, i32)> = pairs
            .iter()
            .map(|(from, to)| (*from.min(&last), *to.min(&last)))
            .collect();
        let lists: BTreeMap<i32, RegionList> = capped
            .iter()
            .map(|(_, to)| (*to, RegionList::of_year(regions, *to)))
            .collect();
        let ways = capped
            .into_iter()
            .map(|(from, to)| {
                let crosswalk = Crosswalk::new(from, to, herindelingen, regions, population);
                ((from, to), Destinations::new(&crosswalk, &lists[&to]))
            })
            .collect();
        Self { lists, ways, last }
    }

    /// The regions of a list that something goes to.
    pub fn list(&self, to: i32) -> Option<&RegionList> {
        self.lists.get(&to.min(self.last))
    }

    fn size(&self, to: i32) -> usize {
        self.list(to).map_or(0, RegionList::len)
    }

    /// Hands each row to what keeps whole gemeenten or to what gathers parts, and to neither when its own list has no
    /// such region.
    fn each(
        &self,
        rows: &[Row],
        to: i32,
        mut whole: impl FnMut(usize, usize, &Row),
        mut part: impl FnMut(usize, &Part, &Row),
    ) {
        let mut way = None;
        for (place, row) in rows.iter().enumerate() {
            // rows of one list lie together
            if way.is_none_or(|(list, _)| list != row.list) {
                let pair = (row.list.min(self.last), to.min(self.last));
                way = self.ways.get(&pair).map(|way| (row.list, way));
            }
            match way.and_then(|(_, way)| way.of(row.region)) {
                None => {}
                Some(Destination::Same(target)) => whole(place, *target, row),
                Some(Destination::Parts(parts)) => {
                    for of in parts {
                        part(place, of, row);
                    }
                }
            }
        }
    }

    /// Counts add up. A missing part makes the sum missing, unless it is a [`SLIVER`] of the new gemeente.
    pub fn add_up(&self, rows: &[Row], to: i32, by_dwellings: bool) -> Brought {
        let mut brought = vec![None; self.size(to)];
        let mut sums: BTreeMap<usize, Count> = BTreeMap::new();
        self.each(
            rows,
            to,
            |_, target, row| brought[target] = Some(row.observation),
            |_, part, row| {
                let sum = sums.entry(part.to).or_default();
                sum.add(row.observation, *part, by_dwellings);
            },
        );
        for (target, sum) in sums {
            brought[target] = Some(sum.observation());
        }
        brought
    }

    /// Which places rest on the division of a gemeente.
    pub fn divided(&self, rows: &[Row], to: i32) -> Vec<bool> {
        let mut divided = vec![false; self.size(to)];
        let mark = |_: usize, part: &Part, row: &Row| {
            divided[part.to] |= part.divides() && row.observation.value.is_some();
        };
        self.each(rows, to, |_, _, _| {}, mark);
        divided
    }

    /// Figures that cannot be added up: only a gemeente that stayed the same, but for a [`SLIVER`], keeps its figure.
    pub fn keep_unchanged(&self, rows: &[Row], to: i32) -> Brought {
        let mut brought: Brought = vec![None; self.size(to)];
        let mut kept: BTreeMap<usize, (Option<Observation>, Status)> = BTreeMap::new();
        self.each(
            rows,
            to,
            |_, target, row| brought[target] = Some(row.observation),
            |_, part, row| {
                let (same, status) = kept.entry(part.to).or_insert((None, Status::Final));
                *status = row.observation.status.max(*status);
                // of the parts of a gemeente at most one can be nearly all of it
                if part.is_same() {
                    *same = Some(row.observation);
                }
            },
        );
        for (target, (same, status)) in kept {
            let herindeling = Observation::without(Missing::Herindeling, status);
            brought[target] = Some(Observation {
                status,
                ..same.unwrap_or(herindeling)
            });
        }
        brought
    }

    /// Ratios go as value times weight; `weight` is that of a row, by its place among the rows.
    ///
    /// A gemeente made of one other keeps the value as it was published, and so does, for want of a weight, one that
    /// stayed the same but for a [`SLIVER`].
    pub fn average(
        &self,
        rows: &[Row],
        weight: impl Fn(usize) -> Option<f64>,
        to: i32,
        by_dwellings: bool,
    ) -> Vec<Option<Averaged>> {
        let mut brought = vec![None; self.size(to)];
        let mut means: BTreeMap<usize, Mean> = BTreeMap::new();
        self.each(
            rows,
            to,
            |place, target, row| {
                let weight = weight(place);
                let value = row.observation.value;
                brought[target] = Some(Averaged {
                    num: value
                        .zip(weight)
                        .filter(|(_, weight)| *weight > 0.0)
                        .map(|(value, weight)| value * weight),
                    den: weight,
                    observation: row.observation,
                });
            },
            |place, part, row| {
                // the weight of a newer gemeente is not that of the older one in its place
                let weight = weight(place).filter(|_| !part.lost);
                let weight = weight.map(|weight| weight * part.share(by_dwellings));
                means
                    .entry(part.to)
                    .or_default()
                    .add(row.observation, *part, weight);
            },
        );
        for (target, mean) in means {
            brought[target] = Some(mean.averaged());
        }
        brought
    }
}

/// A ratio on other boundaries, with what a group sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averaged {
    /// Value times weight.
    pub num: Option<f64>,
    /// Weight, also of a figure that is missing.
    pub den: Option<f64>,
    /// The ratio.
    pub observation: Observation,
}

impl Destinations {
    fn new(crosswalk: &Crosswalk, list: &RegionList) -> Self {
        let mut sources = vec![0_usize; list.len()];
        let placed = || {
            let rows = crosswalk.rows().iter();
            rows.filter_map(|row| Some((row, list.place(row.part.to)?)))
        };
        for (_, to) in placed() {
            sources[to] += 1;
        }
        let last = crosswalk.rows().iter().map(|row| row.region.number()).max();
        let mut all = vec![None; last.unwrap_or_default() + 1];
        all[RegionId::NEDERLAND.number()] = list.place(RegionId::NEDERLAND).map(Destination::Same);
        for (row, to) in placed() {
            let destination = &mut all[row.region.number()];
            if row.is_whole() && sources[to] == 1 {
                *destination = Some(Destination::Same(to));
            } else if let Destination::Parts(parts) =
                destination.get_or_insert(Destination::Parts(Vec::new()))
            {
                parts.push(part(row, to));
            }
        }
        Self(all)
    }

    fn of(&self, region: RegionId) -> Option<&Destination> {
        self.0.get(region.number())?.as_ref()
    }
}

const fn part(row: &CrosswalkRow, to: usize) -> Part {
    Part {
        to,
        inhabitants: row.part.inhabitants,
        dwellings: row.part.dwellings,
        of_target: row.of_target,
        lost: row.lost,
    }
}

/// Parts of a gemeente, added up.
#[derive(Default)]
struct Count {
    value: Sum,
    /// Share of the inhabitants without a figure.
    gap: Sum,
    reason: Reason,
}

impl Count {
    fn add(&mut self, observation: Observation, part: Part, by_dwellings: bool) {
        self.value
            .add(observation.value.unwrap_or_default() * part.share(by_dwellings));
        self.gap.add(self.reason.add(observation, part));
    }

    fn observation(self) -> Observation {
        let value = (self.gap.total() <= SLIVER).then_some(self.value.total());
        self.reason.observation(value, Missing::Absent)
    }
}

/// Why parts have no figure: of several reasons the last prevails, and the least final status.
#[derive(Clone, Copy)]
struct Reason {
    missing: Missing,
    status: Status,
}

impl Default for Reason {
    fn default() -> Self {
        Self {
            missing: Missing::None,
            status: Status::Final,
        }
    }
}

impl Reason {
    /// Takes up a part; the share of the new gemeente's inhabitants that it leaves without a figure.
    fn add(&mut self, observation: Observation, part: Part) -> f64 {
        self.status = self.status.max(observation.status);
        let is_hole = observation.value.is_none() || part.lost;
        if !is_hole {
            return 0.0;
        }
        let reason = if part.lost {
            Missing::Herindeling
        } else {
            observation.missing
        };
        self.missing = self.missing.max(reason);
        part.of_target
    }

    fn observation(self, value: Option<f64>, otherwise: Missing) -> Observation {
        Observation {
            value,
            missing: match (value, self.missing) {
                (Some(_), _) => Missing::None,
                (None, Missing::None) => otherwise,
                (None, reason) => reason,
            },
            status: self.status,
        }
    }
}

/// Parts of a gemeente, averaged.
#[derive(Default)]
struct Mean {
    num: Sum,
    /// Weight of the parts with a figure.
    den: Sum,
    /// Weight of all parts.
    weight: Sum,
    gap: Sum,
    parts: usize,
    lost: bool,
    unweighted: bool,
    first: Option<f64>,
    same: Option<f64>,
    reason: Reason,
}

impl Mean {
    fn add(&mut self, observation: Observation, part: Part, weight: Option<f64>) {
        let value = observation.value;
        if self.parts == 0 {
            self.first = value;
        }
        if part.is_same() {
            self.same = self.same.or(value);
        }
        self.parts += 1;
        self.lost |= part.lost;
        self.unweighted |= weight.is_none();
        let weight = weight.unwrap_or_default();
        self.weight.add(weight);
        self.gap.add(self.reason.add(observation, part));
        if let Some(value) = value {
            self.num.add(value * weight);
            if !part.lost {
                self.den.add(weight);
            }
        }
    }

    fn averaged(self) -> Averaged {
        let single = self.parts == 1 && !self.lost;
        let (num, den) = (self.num.total(), self.den.total());
        let weighted = !self.unweighted && self.gap.total() <= SLIVER && den > 0.0;
        let value = if single {
            self.first
        } else if self.unweighted {
            self.same
        } else {
            weighted.then(|| num / den)
        };
        Averaged {
            num: (weighted && value.is_some()).then_some(num),
            // a missing figure keeps its weight, for the coverage of a group
            den: (!self.unweighted).then_some(self.weight.total()),
            observation: self.reason.observation(value, Missing::Herindeling),
        }
    }
}
