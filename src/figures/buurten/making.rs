//! The figures of an indicator per wijk and buurt of a year.
//!
//! In: the topics of a year, by place among its regions, and a way to compute. Out: a cell per region, or nothing where none
//! has a figure. Cannot fail. The ways are those of gemeenten; what stands below the line is of the same year.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::block::Cell;
use super::super::indicator::{lone_cell, total_cell};
use super::super::quotient::{Below, Quotient, TopicSums, Years};
use crate::base::observation::{Missing, Observation};
use crate::query::{Formula, TopicId, Way};

/// The topics of a year, by place among its regions.
pub(super) struct Making {
    pub(super) year: i32,
    /// Place of its first region among all.
    pub(super) start: usize,
    pub(super) size: usize,
    pub(super) topics: BTreeMap<TopicId, Years>,
}

impl Making {
    /// The figures of a way, by place among the regions of the year; none where no region has one.
    pub(super) fn way(&self, way: &Way) -> Option<Vec<Cell>> {
        let cells: Vec<Cell> = match way {
            Way::Quotient {
                numerator,
                denominator,
                scale,
                minus,
                ..
            } => {
                let quotient = Quotient {
                    numerator: self.sums(numerator),
                    denominator: self.sums(denominator),
                    fixed_year: None,
                    of_nederland: false,
                    scale: *scale,
                    minus: *minus,
                };
                self.of(&quotient.numerator, |place, above| {
                    let below = Below::of_year(&quotient.denominator, self.year, place);
                    of_nobody(quotient.cell(above, below, None))
                })
            }
            Way::Mean { ratio, weight } => {
                let weights = self.sums(weight);
                self.of(&self.sums(&Formula::from(*ratio)), |place, ratio| {
                    let weight = weights.one(self.year, place).and_then(|of| of.value);
                    let both = ratio.value.zip(weight);
                    Cell {
                        num: both.map(|(ratio, weight)| ratio * weight),
                        den: weight,
                        den_year: weight.map(|_| self.year),
                        ..lone_cell(ratio)
                    }
                })
            }
            Way::Total { total } => self.of(&self.sums(total), |_, sum| total_cell(sum)),
            Way::Distribution { topic } => {
                self.of(&self.sums(&Formula::from(*topic)), |_, one| lone_cell(one))
            }
            Way::SizeClass { .. } => Vec::new(),
        };
        cells
            .iter()
            .any(|cell| cell.value().is_some())
            .then_some(cells)
    }

    fn of(&self, sums: &TopicSums, cell: impl Fn(usize, Observation) -> Cell) -> Vec<Cell> {
        let sums = sums.year(self.year).iter().enumerate();
        sums.map(|(place, sum)| sum.map_or(Cell::ABSENT, |sum| cell(place, sum)))
            .collect()
    }

    fn sums(&self, formula: &Formula) -> Rc<TopicSums> {
        let terms = formula.terms.iter().map(|term| {
            let known = self.topics.get(&term.topic).cloned();
            (known.unwrap_or_default(), term.sign())
        });
        let terms: Vec<(Years, f64)> = terms.collect();
        Rc::new(TopicSums::new(&terms, &[self.year], self.size))
    }
}

/// A share of nothing cannot exist: many buurten have no inhabitants, and CBS says so with a zero.
fn of_nobody(mut cell: Cell) -> Cell {
    if cell.num.is_some() && cell.den == Some(0.0) {
        cell.observation.missing = Missing::Impossible;
    }
    cell
}
