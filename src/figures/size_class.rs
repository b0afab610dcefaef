//! Who lives in gemeenten of a size, on each year's own list of gemeenten.

use super::block::Cell;
use super::tidy::Row;
use crate::base::observation::{Missing, Observation, Status};
use crate::base::sum::Sum;
use crate::gemeente::RegionId;

/// The sums over the gemeenten of one year.
#[derive(Clone, Copy, Debug)]
pub struct SizeClassSums {
    num: Sum,
    den: Sum,
    status: Status,
    /// Gemeenten of that size.
    pub within: usize,
    /// All gemeenten.
    pub of: usize,
}

impl SizeClassSums {
    /// From the rows of a topic and year; `None` where no gemeente has a figure.
    pub fn of(rows: &[Row], (from, to): (f64, f64)) -> Option<Self> {
        let mut sums = Self {
            num: Sum::default(),
            den: Sum::default(),
            status: Status::Final,
            within: 0,
            of: 0,
        };
        for row in rows.iter().filter(|row| row.region != RegionId::NEDERLAND) {
            let Some(value) = row.observation.value else {
                continue;
            };
            sums.den.add(value);
            sums.of += 1;
            sums.status = sums.status.max(row.observation.status);
            if (from..=to).contains(&value) {
                sums.num.add(value);
                sums.within += 1;
            }
        }
        (sums.of > 0).then_some(sums)
    }

    /// The share of all inhabitants, as the figure of Nederland.
    pub fn cell(self, year: i32, scale: f64) -> Cell {
        let (num, den) = (self.num.total(), self.den.total());
        Cell {
            num: Some(num),
            den: Some(den),
            den_year: Some(year),
            estimated: false,
            observation: Observation {
                value: Some(num / den * scale),
                missing: Missing::None,
                status: self.status,
            },
        }
    }
}
