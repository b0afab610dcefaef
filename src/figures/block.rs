//! The figures of one indicator as a block: dense over the regions and periods it has.
//!
//! 94 indicators of 343 regions over 17 years are half a million cells: small enough to hold whole, and plain functions
//! over them read like the rules they follow. A block knows its own regions, so that another level than the gemeente
//! fits too.

use std::sync::Arc;

use crate::base::observation::{Missing, Observation, Status};
use crate::gemeente::{RegionId, RegionList};

/// A figure of an indicator in one region and period, with what it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// What a group adds up above the line: a numerator, or a ratio times its weight.
    pub num: Option<f64>,
    /// What it adds up below the line: a denominator or weight.
    pub den: Option<f64>,
    /// The year that the denominator or weight is of.
    pub den_year: Option<i32>,
    /// Whether more than a sliver of it was divided by the inhabitants or dwellings that moved.
    pub estimated: bool,
    /// The figure, why there is none, and how final it is.
    pub observation: Observation,
}

impl Cell {
    /// Where there is nothing at all.
    pub const ABSENT: Self = Self {
        num: None,
        den: None,
        den_year: None,
        estimated: false,
        observation: Observation::without(Missing::Absent, Status::Unknown),
    };

    /// The figure.
    pub const fn value(&self) -> Option<f64> {
        self.observation.value
    }

    /// Whether it is there and provisional.
    pub const fn is_provisional(&self) -> bool {
        self.observation.status.is_provisional()
    }
}

/// A period of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Year.
    pub year: i32,
    /// Which of the indicator's ways makes it: the first that has figures.
    pub way: usize,
    /// Gemeenten in the size class that it is about, and in all.
    pub of_size: Option<(usize, usize)>,
}

/// All figures of one indicator.
#[derive(Clone, Debug)]
pub struct Block {
    regions: Arc<RegionList>,
    periods: Vec<Period>,
    /// Period after period, within each region after region.
    cells: Vec<Cell>,
}

impl Block {
    /// An empty block over some regions, with room for so many periods.
    pub fn new(regions: Arc<RegionList>, periods: usize) -> Self {
        Self {
            periods: Vec::with_capacity(periods),
            cells: Vec::with_capacity(periods * regions.len()),
            regions,
        }
    }

    /// Adds a later period with a cell per region, in the order of the regions.
    pub fn push(&mut self, period: Period, cells: impl Iterator<Item = Cell>) {
        self.periods.push(period);
        self.cells.extend(cells);
        self.cells
            .resize(self.periods.len() * self.regions.len(), Cell::ABSENT);
    }

    /// The regions, Nederland first.
    pub fn regions(&self) -> &[RegionId] {
        self.regions.ids()
    }

    /// The place of a region.
    pub fn place(&self, region: RegionId) -> Option<usize> {
        self.regions.place(region)
    }

    /// The periods, ascending.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// Each period with its cells, by place of the region.
    pub fn rows(&self) -> impl Iterator<Item = (Period, &[Cell])> {
        let cells = self.cells.chunks(self.regions.len().max(1));
        self.periods.iter().copied().zip(cells)
    }

    /// The period of a year.
    pub fn period(&self, year: i32) -> Option<Period> {
        self.at(year).map(|place| self.periods[place])
    }

    fn at(&self, year: i32) -> Option<usize> {
        self.periods
            .binary_search_by_key(&year, |period| period.year)
            .ok()
    }

    /// The cells of a year by place of the region; none where the indicator has no such period.
    pub fn year(&self, year: i32) -> &[Cell] {
        self.at(year).map_or(&[], |place| {
            let size = self.regions.len();
            &self.cells[place * size..(place + 1) * size]
        })
    }

    /// The cell of a region and year.
    pub fn cell(&self, region: RegionId, year: i32) -> Option<&Cell> {
        self.year(year).get(self.place(region)?)
    }
}
