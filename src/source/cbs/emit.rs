//! From proven pages to the sink: each asked cell once, with its value or the reason that it has none.
//!
//! In go the cells of pages, in order; out go cells to a [`Sink`]. Fails on a cell that comes twice and on one that does
//! not come where all must. CBS peculiarities: v3 has a row for every region and period; v4 leaves rows out, in which case
//! nothing is sent on; some tables of third parties have months only.

use std::collections::{BTreeMap, BTreeSet};

use super::cache::StoredPage;
use super::cells::{CellValue, CellsRead, OneCell};
use super::error::{Error, ErrorKind, Result};
use super::plan::Plan;
use super::sink::Sink;
use super::years::OneYear;
use crate::base::observation::Missing;

/// What went through.
#[derive(Default)]
pub(super) struct Emitted {
    pub(super) rows: u64,
    pub(super) cells: u64,
    pub(super) notes: BTreeSet<String>,
}

/// Rows that an error names.
const NAMED: usize = 5;

/// One reading of a table on its way to the sink.
pub(super) struct Emitter<'a> {
    plan: &'a Plan,
    sink: &'a mut dyn Sink,
    sent: Emitted,
    /// One bit for each cell that can come.
    seen: Vec<u64>,
    /// Months by region, year and topic.
    sums: BTreeMap<(usize, usize, usize), OneYear>,
}

impl Plan {
    /// Cells that can come at most.
    fn cells(&self) -> usize {
        self.regions.len() * self.read.len() * self.targets.len()
    }

    /// The bit of a cell.
    fn bit(&self, region: usize, period: usize, target: usize) -> (usize, u64) {
        let bit = (region * self.read.len() + period) * self.targets.len() + target;
        (bit / 64, 1 << (bit % 64))
    }
}

impl<'a> Emitter<'a> {
    /// Begins: what the sink has heard before is void.
    pub(super) fn begin(plan: &'a Plan, sink: &'a mut dyn Sink) -> Result<Self> {
        sink.topics(&plan.topics).map_err(ErrorKind::Sink)?;
        Ok(Self {
            plan,
            sink,
            sent: Emitted::default(),
            seen: vec![0; plan.cells().div_ceil(64)],
            sums: BTreeMap::new(),
        })
    }

    /// Begins once more.
    pub(super) fn again(self) -> Result<Self> {
        Self::begin(self.plan, self.sink)
    }

    /// Sends the cells of the next page.
    pub(super) fn page(&mut self, page: &StoredPage, cells: &CellsRead) -> Result<()> {
        let of_page = |kind: ErrorKind| Error::from(kind).of_request(&page.request);
        let cells = cells
            .as_ref()
            .map_err(|why| of_page(ErrorKind::Malformed(why.clone())))?;
        for note in &cells.notes {
            if !self.sent.notes.contains(*note) {
                self.sent.notes.insert((*note).to_owned());
            }
        }
        for cell in &cells.cells {
            self.cell(cell).map_err(of_page)?;
        }
        self.sent.rows += page.summary.rows;
        Ok(())
    }

    /// Sends what only the last page makes whole; with `all`, every cell that was asked must have come.
    pub(super) fn end(mut self, all: bool) -> Result<Emitted> {
        if all {
            self.whole()?;
        }
        // years of months, once all of these are there
        for ((region, year, topic), months) in std::mem::take(&mut self.sums) {
            let sum = months.sum(self.plan.topics[topic].decimals);
            self.hand_over(region, year, topic, sum)?;
        }
        Ok(self.sent)
    }

    fn cell(&mut self, cell: &OneCell) -> std::result::Result<(), ErrorKind> {
        let plan = self.plan;
        let [region, period, target] =
            [cell.region, cell.period, cell.target].map(|number| number as usize);
        let Some(topic) = plan.targets[target] else {
            return Ok(());
        };
        let (word, mask) = plan.bit(region, period, target);
        if self.seen[word] & mask != 0 {
            let (region, period) = (&plan.regions[region].key, &plan.read[period]);
            let cell = format!("{region} {period} {}", plan.topics[topic].key);
            return Err(ErrorKind::Duplicate { cell });
        }
        self.seen[word] |= mask;
        let (year, month) = plan.years.places[period];
        match month {
            Some(month) => {
                let sum = self.sums.entry((region, year, topic)).or_default();
                sum.put(month, cell.made());
                Ok(())
            }
            None => self.hand_over(region, year, topic, cell.made()),
        }
    }

    /// To the sink.
    fn hand_over(
        &mut self,
        region: usize,
        period: usize,
        topic: usize,
        made: CellValue,
    ) -> std::result::Result<(), ErrorKind> {
        self.sent.cells += 1;
        let period = &self.plan.years.periods[period];
        let (value, missing) = made.map_or_else(
            |missing| (None, missing),
            |value| (Some(value), Missing::None),
        );
        self.sink
            .row(
                &self.plan.regions[region].key,
                &period.key,
                topic,
                value,
                missing,
                period.status,
            )
            .map_err(ErrorKind::Sink)
    }

    /// Whether every cell that was asked came.
    fn whole(&self) -> Result<()> {
        let plan = self.plan;
        let (mut missing, mut of, mut first) = (0, 0, Vec::new());
        let asked: Vec<(usize, usize)> = plan
            .targets
            .iter()
            .enumerate()
            .filter_map(|(target, topic)| Some((target, (*topic)?)))
            .collect();
        for (region, code) in plan.regions.iter().enumerate() {
            for (period, key) in plan.read.iter().enumerate() {
                of += 1;
                let is_lost = |(target, _): &&(usize, usize)| {
                    let (word, mask) = plan.bit(region, period, *target);
                    self.seen[word] & mask == 0
                };
                let lost: Vec<_> = asked.iter().filter(is_lost).collect();
                let Some((_, topic)) = lost.first() else {
                    continue;
                };
                missing += 1;
                if first.len() < NAMED {
                    let of_topic = if lost.len() == asked.len() {
                        String::new()
                    } else {
                        format!(" {}", plan.topics[*topic].key)
                    };
                    first.push(format!("{} {key}{of_topic}", code.key));
                }
            }
        }
        if missing > 0 {
            return Err(ErrorKind::Missing { missing, of, first }.into());
        }
        Ok(())
    }
}
