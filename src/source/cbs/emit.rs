//! From proven pages to the sink: each asked cell once, with its value or the reason that it has none.
//!
//! In go a [`Plan`] and the pages of its requests; out go cells. Fails on a cell that comes twice, on one that does not
//! come where all must, and on text in a numeric topic. CBS peculiarities: v3 has a row for every region and period; an
//! empty cell of it means what the topic's `Default` says; v4 names the reason, or leaves the row out, in which case
//! nothing is sent on.

use std::collections::{BTreeMap, BTreeSet};

use super::cache::{StoredPage, StoredPages};
use super::error::{Error, ErrorKind, Result};
use super::plan::{ATTRIBUTES, Plan};
use super::rows::{Cell, Reader, Row};
use super::selection::RowRequest;
use super::sink::{Sink, SinkError};
use super::years::OneYear;
use crate::base::observation::Missing;

/// What went through.
#[derive(Default)]
pub(super) struct Emitted {
    pub(super) rows: u64,
    pub(super) cells: u64,
    pub(super) notes: BTreeSet<String>,
}

/// Sends the cells of all requests; with `all`, every cell that was asked must come.
pub(super) fn emit(
    plan: &Plan,
    stored: &StoredPages,
    requests: &[(&RowRequest, Vec<StoredPage>)],
    all: bool,
    sink: &mut dyn Sink,
) -> Result<Emitted> {
    sink.topics(&plan.topics).map_err(ErrorKind::Sink)?;
    let mut emitter = Emitter {
        plan,
        sink,
        sent: Emitted::default(),
        seen: vec![0; plan.cells().div_ceil(64)],
        sums: BTreeMap::new(),
        failed: None,
    };
    let (mut buffer, mut reader) = (Vec::new(), Reader::new(&plan.layout));
    for (request, pages) in requests {
        for page in pages {
            stored.read(page, &mut buffer)?;
            let rows = reader.page(&buffer, &mut |row| emitter.row(request, row));
            let rows = rows.map_err(|why| {
                let kind = emitter.failed.take().unwrap_or(ErrorKind::Malformed(why));
                Error::from(kind).of_request(&page.request)
            })?;
            emitter.sent.rows += rows;
        }
    }
    if all {
        emitter.whole()?;
    }
    emitter.send_sums()?;
    Ok(emitter.sent)
}

/// Rows that an error names.
const NAMED: usize = 5;

struct Emitter<'a> {
    plan: &'a Plan,
    sink: &'a mut dyn Sink,
    sent: Emitted,
    /// One bit for each cell that can come.
    seen: Vec<u64>,
    /// Months by region, year and topic.
    sums: BTreeMap<(usize, usize, usize), OneYear>,
    failed: Option<ErrorKind>,
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

impl Emitter<'_> {
    fn row(&mut self, request: &RowRequest, row: &Row) -> std::result::Result<(), String> {
        let plan = self.plan;
        let region = row.at[0] as usize;
        let period = if plan.has_periods {
            row.at[1] as usize
        } else {
            0
        };
        let others = &row.at[1 + usize::from(plan.has_periods)..];
        let at = plan
            .others
            .iter()
            .zip(others)
            .fold(0, |at, (size, member)| at * size + *member as usize);
        if plan.v4 {
            let rest = &others[plan.others.len()..];
            let (column, attribute) = (rest[0] as usize, rest[1]);
            let made = self.v4(attribute, &row.cells);
            return made.and_then(|made| self.send(region, period, at, column, made));
        }
        for column in request.columns.clone() {
            if plan.targets[at * plan.columns + column].is_some() {
                let made = self.v3(column, &row.cells[column])?;
                self.send(region, period, at, column, made)?;
            }
        }
        Ok(())
    }

    fn v3(&self, column: usize, cell: &Cell) -> std::result::Result<CellValue, String> {
        match cell {
            Cell::Null => Ok(Err(self.plan.empty[column])),
            Cell::Left => Err(format!(
                "a row lacks the topic {}",
                self.plan.layout.cells[column]
            )),
            other => number(other),
        }
    }

    fn v4(&mut self, attribute: u32, cells: &[Cell]) -> std::result::Result<CellValue, String> {
        let missing = match ATTRIBUTES.get(attribute as usize).copied() {
            Some("None") => {
                return match cells {
                    [Cell::Null | Cell::Left, text] => number(text),
                    [value, ..] => number(value),
                    [] => Ok(Err(Missing::Unknown)),
                };
            }
            Some("Impossible") => Missing::Impossible,
            Some("Confidential") => Missing::Confidential,
            Some(_) => Missing::Unknown,
            None => {
                self.sent.notes.insert(
                    "v4 gave a reason for a missing value that is not known here: read as unknown"
                        .into(),
                );
                Missing::Unknown
            }
        };
        if cells.iter().any(|cell| matches!(cell, Cell::Number(_))) {
            self.sent.notes.insert(
                "v4 gave a value together with a reason why there is none: read as missing".into(),
            );
        }
        Ok(Err(missing))
    }

    fn send(
        &mut self,
        region: usize,
        period: usize,
        at: usize,
        column: usize,
        made: CellValue,
    ) -> std::result::Result<(), String> {
        let plan = self.plan;
        let target = at * plan.columns + column;
        let Some(topic) = plan.targets[target] else {
            return Ok(());
        };
        let (word, mask) = plan.bit(region, period, target);
        if self.seen[word] & mask != 0 {
            let (region, period) = (&plan.regions[region].key, &plan.read[period]);
            let cell = format!("{region} {period} {}", plan.topics[topic].key);
            return self.fail(ErrorKind::Duplicate { cell });
        }
        self.seen[word] |= mask;
        let (year, month) = plan.years.places[period];
        match month {
            Some(month) => {
                let sum = self.sums.entry((region, year, topic)).or_default();
                sum.put(month, made);
                Ok(())
            }
            None => self.hand_over(region, year, topic, made),
        }
    }

    /// To the sink.
    fn hand_over(
        &mut self,
        region: usize,
        period: usize,
        topic: usize,
        made: CellValue,
    ) -> std::result::Result<(), String> {
        self.sent.cells += 1;
        let period = &self.plan.years.periods[period];
        let (value, missing) = made.map_or_else(
            |missing| (None, missing),
            |value| (Some(value), Missing::None),
        );
        let sent = self.sink.row(
            &self.plan.regions[region].key,
            &period.key,
            topic,
            value,
            missing,
            period.status,
        );
        sent.or_else(|error: SinkError| self.fail(ErrorKind::Sink(error)))
    }

    /// Years of months, once all of these are there.
    fn send_sums(&mut self) -> Result<()> {
        for ((region, year, topic), months) in std::mem::take(&mut self.sums) {
            let sum = months.sum(self.plan.topics[topic].decimals);
            self.hand_over(region, year, topic, sum)
                .map_err(|why| self.failed.take().unwrap_or(ErrorKind::Malformed(why)))?;
        }
        Ok(())
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

    /// Ends the page; the kind is told in place of the text that the parser carries.
    fn fail(&mut self, kind: ErrorKind) -> std::result::Result<(), String> {
        let text = kind.to_string();
        self.failed = Some(kind);
        Err(text)
    }
}

/// A value, or why there is none.
type CellValue = std::result::Result<f64, Missing>;

fn number(cell: &Cell) -> std::result::Result<CellValue, String> {
    match cell {
        Cell::Number(value) => Ok(Ok(*value)),
        Cell::Text(text) => Err(format!("`{text}` stands where a number must be")),
        Cell::Null | Cell::Dot | Cell::Left => Ok(Err(Missing::Unknown)),
    }
}
