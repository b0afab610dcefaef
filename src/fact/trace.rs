//! From a figure of an indicator back to the cells of CBS it rests on.
//!
//! In: the figures of an edition. Out: for an indicator, year and region the raw cells behind it: through the sums of
//! keys, the boundaries each figure was on, and the earlier year a weight came from. Nothing is computed again here; it
//! follows the same plan backwards.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::figures::Figures;
use crate::figures::tidy::{self, first_from};
use crate::gemeente::{Crosswalk, NEDERLAND, RegionId};
use crate::query::{Formula, IndicatorId, Queries, TopicId, Way};

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input {
    /// Part it plays.
    pub role: Role,
    /// Topic.
    pub topic: TopicId,
    /// Year.
    pub year: i32,
    /// Region, on the boundaries of its own time.
    pub region: RegionId,
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
type Walk = BTreeMap<RegionId, Vec<(RegionId, f64, f64)>>;

/// The way back.
pub struct Trace<'a> {
    queries: &'a Queries,
    figures: &'a Figures,
    came_in: Arc<CameIn<'a>>,
    walks: RefCell<BTreeMap<(i32, i32), Rc<Walk>>>,
    /// How far from the start of a key and year a region was last found: most hold the same regions in the same order.
    last_found: Cell<usize>,
}

/// The snapshots, and where in them each topic stands.
struct CameIn<'a> {
    raw: &'a tidy::CameIn,
    slots: Vec<Slot>,
    of_topic: BTreeMap<(TopicId, i32), Vec<usize>>,
}

/// A topic in its part, of a year.
#[derive(Clone, Copy)]
struct Part {
    role: Role,
    topic: TopicId,
    year: i32,
}

impl Part {
    const fn new(role: Role, topic: TopicId, year: i32) -> Self {
        Self { role, topic, year }
    }

    const fn input(self, region: RegionId, share: f64) -> Input {
        Input {
            role: self.role,
            topic: self.topic,
            year: self.year,
            region,
            share,
        }
    }
}

impl<'a> Trace<'a> {
    /// Makes ready to trace figures of an edition.
    pub fn new(queries: &'a Queries, figures: &'a Figures) -> Self {
        let raw = &figures.tidy.raw;
        // slots in the order of table, key and year, so that cells have one order for all
        let mut wanted: BTreeMap<(&str, &str, i32), (&str, Vec<TopicId>)> = BTreeMap::new();
        for ((topic, year), origin) in &figures.tidy.origins {
            for key in &origin.keys {
                let slot = wanted.entry((&origin.table, key, *year));
                let (_, topics) = slot.or_insert((&origin.release, Vec::new()));
                topics.push(*topic);
            }
        }
        let (mut slots, mut of_topic) = (Vec::new(), BTreeMap::<_, Vec<usize>>::new());
        for ((table, key, year), (release, topics)) in wanted {
            let Some(rows) = raw.get(table).map(|raw| raw.of(key, year)) else {
                continue;
            };
            for topic in topics {
                of_topic.entry((topic, year)).or_default().push(slots.len());
            }
            slots.push(Slot {
                table: table.to_owned(),
                release: release.to_owned(),
                key: key.to_owned(),
                year,
                rows,
            });
        }
        let came_in = Arc::new(CameIn {
            raw,
            slots,
            of_topic,
        });
        Self::over(queries, figures, came_in)
    }

    fn over(queries: &'a Queries, figures: &'a Figures, came_in: Arc<CameIn<'a>>) -> Self {
        Self {
            queries,
            figures,
            came_in,
            walks: RefCell::default(),
            last_found: Cell::default(),
        }
    }

    /// Makes another over the same snapshots, for another hand.
    pub fn another(&self) -> impl Fn() -> Self + Sync + use<'a> {
        let (queries, figures, came_in) = (self.queries, self.figures, Arc::clone(&self.came_in));
        move || Self::over(queries, figures, Arc::clone(&came_in))
    }

    /// What goes into a figure.
    pub fn inputs(&self, indicator: IndicatorId, year: i32, region: RegionId) -> Vec<Input> {
        let mut inputs = Vec::new();
        let block = self.figures.block(indicator);
        let (Some(period), Some(cell)) = (block.period(year), block.cell(region, year)) else {
            return inputs;
        };
        let den_year = cell.den_year.unwrap_or(year);
        match &self.queries[indicator].ways[period.way] {
            Way::Quotient {
                numerator,
                denominator,
                of_nederland,
                ..
            } => {
                let below = if *of_nederland {
                    RegionId::NEDERLAND
                } else {
                    region
                };
                self.formula(&mut inputs, Role::Numerator, numerator, (year, region));
                self.formula(
                    &mut inputs,
                    Role::Denominator,
                    denominator,
                    (den_year, below),
                );
            }
            Way::Mean { ratio, weight } => {
                self.mean(&mut inputs, *ratio, weight, (year, den_year), region);
            }
            Way::Total { total } => {
                self.formula(&mut inputs, Role::Numerator, total, (year, region));
            }
            Way::Distribution { topic } => {
                let part = Part::new(Role::Ratio, *topic, year);
                let to = (self.boundaries(), region);
                self.brought(&mut inputs, part, to, 1.0, false);
            }
            Way::SizeClass { topic, .. } => {
                let part = Part::new(Role::Numerator, *topic, year);
                self.every_gemeente(&mut inputs, part, 1.0);
            }
        }
        inputs
    }

    fn by_dwellings(&self, topic: TopicId) -> bool {
        self.queries[topic].by_dwellings
    }

    const fn boundaries(&self) -> i32 {
        self.figures.edition.boundaries
    }

    fn formula(
        &self,
        inputs: &mut Vec<Input>,
        role: Role,
        formula: &Formula,
        (year, region): (i32, RegionId),
    ) {
        for term in &formula.terms {
            if term.topic != self.queries.gemeenten {
                let part = Part::new(role, term.topic, year);
                let (to, by_dwellings) = (self.boundaries(), self.by_dwellings(term.topic));
                self.brought(inputs, part, (to, region), term.sign(), by_dwellings);
            }
        }
    }

    fn mean(
        &self,
        inputs: &mut Vec<Input>,
        ratio: TopicId,
        weight: &Formula,
        (year, den_year): (i32, i32),
        region: RegionId,
    ) {
        let before = inputs.len();
        let part = Part::new(Role::Ratio, ratio, year);
        // a ratio goes along as its weight does
        let by_dwellings = weight
            .terms
            .iter()
            .any(|term| self.by_dwellings(term.topic));
        self.brought(inputs, part, (self.boundaries(), region), 1.0, by_dwellings);
        if region == RegionId::NEDERLAND {
            return;
        }
        let ratios = inputs[before..].to_vec();
        for input in ratios {
            let row = self.figures.tidy.row(input.topic, year, input.region);
            let Some(list) = row.map(|row| row.list) else {
                continue;
            };
            for term in &weight.terms {
                let part = Part::new(Role::Weight, term.topic, den_year);
                let share = input.share * term.sign();
                let by_dwellings = self.by_dwellings(term.topic);
                self.brought(inputs, part, (list, input.region), share, by_dwellings);
            }
        }
    }

    /// The regions whose figures make up that of a region on another list, with the share that went along.
    fn brought(
        &self,
        inputs: &mut Vec<Input>,
        part: Part,
        (to, target): (i32, RegionId),
        share: f64,
        by_dwellings: bool,
    ) {
        if target == RegionId::NEDERLAND {
            let mut slots = self
                .came_in
                .of_topic
                .get(&(part.topic, part.year))
                .into_iter()
                .flatten();
            if slots.any(|slot| self.cell(*slot, NEDERLAND).is_some()) {
                inputs.push(part.input(RegionId::NEDERLAND, share));
            } else {
                self.every_gemeente(inputs, part, share);
            }
            return;
        }
        for &list in self.figures.tidy.lists(part.topic, part.year) {
            let walk = self.walk(list, to);
            for (region, people, dwellings) in walk.get(&target).into_iter().flatten() {
                let row = self.figures.tidy.row(part.topic, part.year, *region);
                if row.is_some_and(|row| row.list == list) {
                    let of = if by_dwellings { *dwellings } else { *people };
                    inputs.push(self.from(part, *region).input(*region, share * of));
                }
            }
        }
    }

    fn every_gemeente(&self, inputs: &mut Vec<Input>, part: Part, share: f64) {
        let slots = self.came_in.of_topic.get(&(part.topic, part.year));
        let Some(slot) = slots.and_then(|slots| slots.first()) else {
            return;
        };
        let slot = &self.came_in.slots[*slot];
        let raw = &self.came_in.raw[slot.table.as_str()];
        let regions: BTreeSet<RegionId> = slot
            .rows
            .clone()
            .filter(|row| raw.value(*row).is_some())
            .filter_map(|row| RegionId::parse(raw.region(row)?))
            .filter(|region| *region != RegionId::NEDERLAND)
            .collect();
        let filled = self.figures.tidy.filled.get(&(part.topic, part.year));
        let regions = regions.iter().chain(filled.into_iter().flatten());
        inputs.extend(regions.map(|region| self.from(part, *region).input(*region, share)));
    }

    /// The part with the topic that the figure of a region is of, where another one filled it.
    fn from(&self, part: Part, region: RegionId) -> Part {
        let tidy = &self.figures.tidy;
        let topic = tidy.source_of(self.queries, part.topic, part.year, region);
        Part { topic, ..part }
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
            &self.figures.population,
        );
        for row in crosswalk.rows().iter().filter(|row| !row.lost) {
            let (to, part) = (row.part.to, &row.part);
            let from = (row.region, part.inhabitants, part.dwellings);
            walk.entry(to).or_default().push(from);
        }
        let walk = Rc::new(walk);
        self.walks.borrow_mut().insert(pair, Rc::clone(&walk));
        walk
    }

    /// The raw cells of an input: one, or one per key of a sum.
    pub fn cells(&self, input: &Input) -> impl Iterator<Item = CellKey> + '_ {
        let slots = self.came_in.of_topic.get(&(input.topic, input.year));
        let code = input.region.to_string();
        let slots = slots.into_iter().flatten();
        slots.filter_map(move |slot| Some((*slot, self.cell(*slot, &code)?)))
    }

    fn cell(&self, slot: usize, code: &str) -> Option<usize> {
        let slot = &self.came_in.slots[slot];
        let raw = &self.came_in.raw[slot.table.as_str()];
        let is_it = |row: usize| slot.rows.contains(&row) && raw.region(row) == Some(code);
        let near = slot.rows.start + self.last_found.get();
        let row = [near, near + 1].into_iter().find(|row| is_it(*row));
        let row = row.or_else(|| {
            let before = |row| raw.region(row) < Some(code);
            Some(first_from(slot.rows.clone(), before)).filter(|row| is_it(*row))
        })?;
        self.last_found.set(row - slot.rows.start);
        Some(row)
    }

    /// Where a cell stands.
    pub fn slot(&self, cell: CellKey) -> &Slot {
        &self.came_in.slots[cell.0]
    }

    /// A cell as it came in.
    pub fn raw(&self, cell: CellKey) -> RawCell<'_> {
        let raw = &self.came_in.raw[self.came_in.slots[cell.0].table.as_str()];
        RawCell {
            region: raw.region(cell.1).unwrap_or_default(),
            period: raw.period(cell.1).unwrap_or_default(),
            value: raw.value(cell.1),
            missing: raw.missing(cell.1).unwrap_or_default(),
            status: raw.status(cell.1).unwrap_or_default(),
        }
    }
}
