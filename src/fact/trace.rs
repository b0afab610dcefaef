//! From a figure of an indicator back to the cells of CBS it rests on.
//!
//! In: the figures of an edition. Out: for an indicator, year and region its row (numerator, denominator, value), and
//! the raw cells behind it: through the sums of keys, the boundaries each figure was on, and the earlier year a weight
//! came from. Nothing is computed again here; it follows the same plan backwards.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use polars::prelude::*;

use super::columns::{CellColumns, Raw, first_from};
use super::lists::{Lists, lists};
use crate::gemeente::{Crosswalk, NEDERLAND_NUMBER, region_code, region_number};
use crate::observation::{Missing, Status};
use crate::pipeline::Figures;
use crate::query::{Formula, GEMEENTEN, Queries, Way};

/// A row of an indicator: one region and year.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Region number.
    pub region: i32,
    /// The way it was made.
    pub way: usize,
    /// Numerator.
    pub num: Option<f64>,
    /// Denominator or weight.
    pub den: Option<f64>,
    /// The year of the denominator.
    pub den_year: Option<i32>,
    /// Value.
    pub value: Option<f64>,
    /// Why there is none.
    pub missing: Missing,
    /// Status.
    pub status: Status,
}

/// What part of a figure a topic plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Above the line.
    Numerator,
    /// Below the line.
    Denominator,
    /// A published ratio.
    Ratio,
    /// Its weight.
    Weight,
}

impl Role {
    /// The word in Dutch.
    pub const fn dutch(self) -> &'static str {
        match self {
            Self::Numerator => "teller",
            Self::Denominator => "noemer",
            Self::Ratio => "verhouding",
            Self::Weight => "gewicht",
        }
    }
}

/// A topic of a region and year that goes into a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Part it plays.
    pub role: Role,
    /// Topic.
    pub topic: usize,
    /// Year.
    pub year: i32,
    /// Region number, on the boundaries of its own time.
    pub region: i32,
    /// Share of it that goes in; negative when it is taken off.
    pub share: f64,
}

/// One raw cell: a place among [`Trace::slots`] and a row of that table's snapshot.
pub type CellKey = (usize, usize);

/// The cells of one key and year in one table.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Table.
    pub table: String,
    /// Release.
    pub release: String,
    /// Topic key.
    pub key: String,
    /// Year.
    pub year: i32,
    rows: std::ops::Range<usize>,
}

/// A raw cell as it came in.
#[derive(Clone, Debug, PartialEq)]
pub struct RawCell<'a> {
    /// Region code of its own time.
    pub region: &'a str,
    /// Period as CBS codes it.
    pub period: &'a str,
    /// Value in the unit of the source.
    pub value: Option<f64>,
    /// Kind of missing.
    pub missing: &'a str,
    /// Status.
    pub status: &'a str,
}

/// Per target the regions that go into it, with their shares of inhabitants and of dwellings.
type Walk = BTreeMap<i32, Vec<(i32, f64, f64)>>;

/// The way back.
pub struct Trace<'a> {
    queries: &'a Queries,
    figures: &'a Figures,
    cells: CellColumns,
    raw: BTreeMap<&'a str, Raw>,
    slots: Vec<Slot>,
    of_topic: BTreeMap<(usize, i32), Vec<usize>>,
    lists: BTreeMap<(usize, i32), Lists>,
    walks: RefCell<BTreeMap<(i32, i32), Rc<Walk>>>,
}

impl<'a> Trace<'a> {
    /// Makes ready to trace figures of an edition.
    ///
    /// # Errors
    /// When a frame lacks a column.
    pub fn new(queries: &'a Queries, figures: &'a Figures) -> PolarsResult<Self> {
        let raw = figures
            .tidy
            .raw
            .iter()
            .map(|(table, frame)| Ok((table.as_str(), Raw::new(frame)?)))
            .collect::<PolarsResult<BTreeMap<_, _>>>()?;
        // slots in the order of table, key and year, so that cells have one order for all
        let mut wanted: BTreeMap<(&str, &str, i32), Vec<usize>> = BTreeMap::new();
        for ((topic, year), origin) in &figures.tidy.origins {
            for key in &origin.keys {
                wanted
                    .entry((&origin.table, key, *year))
                    .or_default()
                    .push(*topic);
            }
        }
        let releases: BTreeMap<&str, &str> = figures
            .tidy
            .origins
            .values()
            .map(|origin| (origin.table.as_str(), origin.release.as_str()))
            .collect();
        let (mut slots, mut of_topic) = (Vec::new(), BTreeMap::<_, Vec<usize>>::new());
        for ((table, key, year), topics) in wanted {
            let Some(rows) = raw.get(table).map(|raw| raw.rows(key, year)) else {
                continue;
            };
            for topic in topics {
                of_topic.entry((topic, year)).or_default().push(slots.len());
            }
            slots.push(Slot {
                table: table.to_owned(),
                release: releases.get(table).copied().unwrap_or_default().to_owned(),
                key: key.to_owned(),
                year,
                rows,
            });
        }
        Ok(Self {
            queries,
            figures,
            cells: CellColumns::new(&figures.cells.frame)?,
            raw,
            slots,
            of_topic,
            lists: lists(figures)?,
            walks: RefCell::new(BTreeMap::new()),
        })
    }

    /// Rows of an indicator and year, in region order: Nederland first.
    pub fn rows(&self, indicator: usize, year: i32) -> impl Iterator<Item = Row> + '_ {
        let start = self.cells.at_or_after((indicator as i32, year, i32::MIN));
        let end = self.cells.at_or_after((indicator as i32, year, i32::MAX));
        (start..end).map(|row| self.cells.row(row))
    }

    /// The row of one region.
    pub fn row(&self, indicator: usize, year: i32, region: i32) -> Option<Row> {
        let key = (indicator as i32, year, region);
        let row = self.cells.at_or_after(key);
        (self.cells.key(row) == Some(key)).then(|| self.cells.row(row))
    }

    /// What goes into a row.
    pub fn inputs(&self, indicator: usize, year: i32, row: &Row) -> Vec<Input> {
        let mut inputs = Vec::new();
        let Some(way) = self.queries.indicators[indicator].ways.get(row.way) else {
            return inputs;
        };
        let region = row.region;
        let den_year = row.den_year.unwrap_or(year);
        match way {
            Way::Quotient {
                numerator,
                denominator,
                of_nederland,
                ..
            } => {
                self.formula(&mut inputs, Role::Numerator, numerator, year, region);
                let below = if *of_nederland {
                    NEDERLAND_NUMBER
                } else {
                    region
                };
                self.formula(&mut inputs, Role::Denominator, denominator, den_year, below);
            }
            Way::Mean { ratio, weight } => {
                self.mean(&mut inputs, ratio, weight, (year, den_year), region);
            }
            Way::Total { total } => {
                self.formula(&mut inputs, Role::Numerator, total, year, region);
            }
            Way::Distribution { topic } => {
                self.topic(&mut inputs, Role::Ratio, topic, year, region);
            }
            Way::SizeClass { topic, .. } => {
                if let Some(topic) = self.queries.topic_index(topic) {
                    self.every_gemeente(&mut inputs, Role::Numerator, topic, year, 1.0);
                }
            }
        }
        inputs
    }

    fn topic(&self, inputs: &mut Vec<Input>, role: Role, topic: &str, year: i32, region: i32) {
        if let Some(topic) = self.queries.topic_index(topic) {
            let to = self.figures.edition.boundaries;
            self.brought(inputs, (role, topic, year), (to, region), 1.0);
        }
    }

    fn formula(
        &self,
        inputs: &mut Vec<Input>,
        role: Role,
        formula: &Formula,
        year: i32,
        region: i32,
    ) {
        for term in &formula.terms {
            if term.topic == GEMEENTEN {
                continue;
            }
            let before = inputs.len();
            self.topic(inputs, role, &term.topic, year, region);
            if term.negative {
                for input in &mut inputs[before..] {
                    input.share = -input.share;
                }
            }
        }
    }

    fn mean(
        &self,
        inputs: &mut Vec<Input>,
        ratio: &str,
        weight: &Formula,
        (year, den_year): (i32, i32),
        region: i32,
    ) {
        let before = inputs.len();
        self.topic(inputs, Role::Ratio, ratio, year, region);
        if region == NEDERLAND_NUMBER {
            return;
        }
        let ratios = inputs[before..].to_vec();
        for input in ratios {
            let Some(list) = self.list_of(input.topic, year, input.region) else {
                continue;
            };
            for term in &weight.terms {
                let Some(topic) = self.queries.topic_index(&term.topic) else {
                    continue;
                };
                let share = if term.negative {
                    -input.share
                } else {
                    input.share
                };
                self.brought(
                    inputs,
                    (Role::Weight, topic, den_year),
                    (list, input.region),
                    share,
                );
            }
        }
    }

    /// The regions whose figures make up that of a region on another list.
    fn brought(
        &self,
        inputs: &mut Vec<Input>,
        (role, topic, year): (Role, usize, i32),
        (to, target): (i32, i32),
        share: f64,
    ) {
        let by_dwellings = self
            .queries
            .topics
            .get(topic)
            .is_some_and(|t| t.by_dwellings);
        let mut push = |region: i32, part: f64| {
            inputs.push(Input {
                role,
                topic,
                year,
                region,
                share: share * part,
            });
        };
        if target == NEDERLAND_NUMBER {
            let published = self.of_topic.get(&(topic, year)).into_iter().flatten();
            let published: Vec<&usize> = published
                .filter(|slot| self.cell(**slot, NEDERLAND_NUMBER).is_some())
                .collect();
            if published.is_empty() {
                self.every_gemeente(inputs, role, topic, year, share);
            } else {
                push(NEDERLAND_NUMBER, 1.0);
            }
            return;
        }
        let mut from = |list: i32, keep: &dyn Fn(i32) -> bool| {
            let walk = self.walk(list, to);
            let parts = walk.get(&target).into_iter().flatten();
            for (region, people, dwellings) in parts.filter(|part| keep(part.0)) {
                push(*region, if by_dwellings { *dwellings } else { *people });
            }
        };
        match self.lists.get(&(topic, year)) {
            None => {}
            Some(Lists::One(list)) => from(*list, &|_| true),
            Some(Lists::PerRegion(of)) => {
                let lists: BTreeSet<i32> = of.values().copied().collect();
                for list in lists {
                    from(list, &|region| of.get(&region) == Some(&list));
                }
            }
        }
    }

    fn every_gemeente(
        &self,
        inputs: &mut Vec<Input>,
        role: Role,
        topic: usize,
        year: i32,
        share: f64,
    ) {
        let Some(slot) = self
            .of_topic
            .get(&(topic, year))
            .and_then(|slots| slots.first())
        else {
            return;
        };
        let slot = &self.slots[*slot];
        let raw = &self.raw[slot.table.as_str()];
        let regions: BTreeSet<i32> = slot
            .rows
            .clone()
            .filter(|row| raw.value.get(*row).is_some())
            .filter_map(|row| region_number(raw.region.get(row)?))
            .filter(|region| *region != NEDERLAND_NUMBER)
            .collect();
        inputs.extend(regions.into_iter().map(|region| Input {
            role,
            topic,
            year,
            region,
            share,
        }));
    }

    fn list_of(&self, topic: usize, year: i32, region: i32) -> Option<i32> {
        match self.lists.get(&(topic, year))? {
            Lists::One(list) => Some(*list),
            Lists::PerRegion(of) => of.get(&region).copied(),
        }
    }

    fn walk(&self, from: i32, to: i32) -> Rc<Walk> {
        let gemeenten = &self.figures.gemeenten;
        let last = gemeenten.regions.last_year();
        let pair = (from.min(last), to.min(last));
        if let Some(walk) = self.walks.borrow().get(&pair) {
            return Rc::clone(walk);
        }
        let mut walk = Walk::new();
        let crosswalk = Crosswalk::new(
            pair.0,
            pair.1,
            &gemeenten.herindelingen,
            &gemeenten.regions,
            &self.figures.cells.population,
        );
        for row in crosswalk.rows().iter().filter(|row| !row.lost) {
            if let (Some(target), Some(region)) =
                (region_number(&row.part.to), region_number(&row.region))
            {
                walk.entry(target).or_default().push((
                    region,
                    row.part.inhabitants,
                    row.part.dwellings,
                ));
            }
        }
        let walk = Rc::new(walk);
        self.walks.borrow_mut().insert(pair, Rc::clone(&walk));
        walk
    }

    /// The raw cells of an input: one, or one per key of a sum.
    pub fn cells(&self, input: &Input) -> impl Iterator<Item = CellKey> + '_ {
        let slots = self.of_topic.get(&(input.topic, input.year));
        let region = input.region;
        slots
            .into_iter()
            .flatten()
            .filter_map(move |slot| Some((*slot, self.cell(*slot, region)?)))
    }

    fn cell(&self, slot: usize, region: i32) -> Option<usize> {
        let slot = &self.slots[slot];
        let raw = &self.raw[slot.table.as_str()];
        let code = region_code(region);
        let row = first_from(slot.rows.clone(), |row| {
            raw.region.get(row) < Some(code.as_str())
        });
        (slot.rows.contains(&row) && raw.region.get(row) == Some(&code)).then_some(row)
    }

    /// Where a cell stands.
    pub fn slot(&self, cell: CellKey) -> &Slot {
        &self.slots[cell.0]
    }

    /// A cell as it came in.
    pub fn raw(&self, cell: CellKey) -> RawCell<'_> {
        let raw = &self.raw[self.slots[cell.0].table.as_str()];
        RawCell {
            region: raw.region.get(cell.1).unwrap_or_default(),
            period: raw.period.get(cell.1).unwrap_or_default(),
            value: raw.value.get(cell.1),
            missing: raw.missing.get(cell.1).unwrap_or_default(),
            status: raw.status.get(cell.1).unwrap_or_default(),
        }
    }
}
