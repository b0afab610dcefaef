//! Who lives in gemeenten of a size, on each year's own list of gemeenten or on the edition's.

use super::block::Cell;
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
    /// From what regions have of a topic in a year; `None` where no gemeente has a figure.
    pub fn of(
        rows: impl Iterator<Item = (RegionId, Observation)>,
        (from, to): (f64, f64),
    ) -> Option<Self> {
        let mut sums = Self {
            num: Sum::default(),
            den: Sum::default(),
            status: Status::Final,
            within: 0,
            of: 0,
        };
        for (_, observation) in rows.filter(|(region, _)| *region != RegionId::NEDERLAND) {
            let Some(value) = observation.value else {
                continue;
            };
            sums.den.add(value);
            sums.of += 1;
            sums.status = sums.status.max(observation.status);
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
