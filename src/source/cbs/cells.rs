//! From the bytes of a page to the cells that were asked, each with its value or the reason that it has none.
//!
//! In go a [`Plan`] and pages; out come [`PageRead`]s, made side by side by as many [`Parsers`] as there are cores. A page
//! that is no whole answer fails; one that is whole but has a row that does not fit says which, and is kept. CBS
//! peculiarities: an empty cell of v3 means what the topic's `Default` says; v4 names the reason.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::Range;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use super::limiter::lock;
use super::page::{self, Summary};
use super::plan::{ATTRIBUTES, Plan};
use super::rows::{Cell, Reader, Row};
use crate::base::observation::Missing;

/// Parsers at most: each holds a page in memory.
const PARSERS: usize = 4;

/// One cell that was asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OneCell {
    value: f64,
    missing: Missing,
    /// Numbers of region and period in the plan.
    pub(super) region: u32,
    pub(super) period: u32,
    /// Place among the plan's targets.
    pub(super) target: u32,
}

/// A value, or why there is none.
pub(super) type CellValue = std::result::Result<f64, Missing>;

/// The cells of a page that were asked, in the order of its rows.
#[derive(Debug, Default)]
pub(super) struct PageCells {
    pub(super) cells: Vec<OneCell>,
    pub(super) notes: BTreeSet<&'static str>,
}

/// A page that is a whole answer.
pub(super) struct PageRead {
    pub(super) summary: Summary,
    /// Its cells.
    pub(super) cells: CellsRead,
}

/// The cells of a page, or what is wrong with one of its rows.
pub(super) type CellsRead = std::result::Result<PageCells, String>;

/// Reads pages of one plan, a few at once.
pub(super) struct Parsers<'a> {
    plan: &'a Plan,
    free: Mutex<Vec<Parser<'a>>>,
    freed: Condvar,
    /// Room for cells that is used again, so that memory is not taken and given back for every page.
    spare: Mutex<Vec<Vec<OneCell>>>,
}

struct Parser<'a> {
    reader: Reader<'a>,
    buffer: Vec<u8>,
}

impl OneCell {
    /// The value, or why there is none.
    pub(super) fn made(&self) -> CellValue {
        match self.missing {
            Missing::None => Ok(self.value),
            missing => Err(missing),
        }
    }
}

impl<'a> Parsers<'a> {
    /// As many as there are cores, within reason.
    pub(super) fn new(plan: &'a Plan) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let parser = || Parser {
            reader: Reader::new(&plan.layout),
            buffer: Vec::new(),
        };
        let free = (0..cores.min(PARSERS)).map(|_| parser()).collect();
        Self {
            plan,
            free: Mutex::new(free),
            freed: Condvar::new(),
            spare: Mutex::default(),
        }
    }

    /// Takes back the room of cells that went on.
    pub(super) fn spare(&self, cells: CellsRead) {
        if let Ok(PageCells { mut cells, .. }) = cells {
            cells.clear();
            lock(&self.spare).push(cells);
        }
    }

    /// Reads a page with these columns, once a parser is free.
    ///
    /// # Errors
    /// When the page cannot be read, or, inside, when it is no whole answer.
    pub(super) fn read(
        &self,
        mut page: impl Read,
        columns: &Range<usize>,
    ) -> std::io::Result<serde_json::Result<PageRead>> {
        let mut parser = self.take();
        parser.buffer.clear();
        let read = page.read_to_end(&mut parser.buffer);
        let cells = PageCells {
            cells: lock(&self.spare).pop().unwrap_or_default(),
            ..PageCells::default()
        };
        let read = read.map(|_| parser.page(self.plan, columns, cells));
        lock(&self.free).push(parser);
        self.freed.notify_one();
        read
    }

    fn take(&self) -> Parser<'a> {
        let mut free = lock(&self.free);
        loop {
            if let Some(parser) = free.pop() {
                return parser;
            }
            free = self
                .freed
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Parser<'_> {
    fn page(
        &mut self,
        plan: &Plan,
        columns: &Range<usize>,
        mut cells: PageCells,
    ) -> serde_json::Result<PageRead> {
        let read = self.reader.page(&self.buffer, &mut |row| {
            cells.take(plan, columns.clone(), row)
        });
        match read {
            Ok(summary) => Ok(PageRead {
                summary,
                cells: Ok(cells),
            }),
            // the reader stops at the first row that does not fit; whether the rest is there decides what is to blame
            Err(why) => Ok(PageRead {
                summary: page::summary(&self.buffer)?,
                cells: Err(why),
            }),
        }
    }
}

impl PageCells {
    fn take(
        &mut self,
        plan: &Plan,
        columns: Range<usize>,
        row: &Row,
    ) -> std::result::Result<(), String> {
        let (region, period) = (row.at[0], if plan.has_periods { row.at[1] } else { 0 });
        let others = &row.at[1 + usize::from(plan.has_periods)..];
        let at = plan
            .others
            .iter()
            .zip(others)
            .fold(0, |at, (size, member)| at * size + *member as usize);
        let put = |cells: &mut Vec<OneCell>, column: usize, made: CellValue| {
            cells.push(OneCell {
                value: made.unwrap_or_default(),
                missing: made.err().unwrap_or(Missing::None),
                region,
                period,
                target: (at * plan.columns + column) as u32,
            });
        };
        let is_asked = |column: usize| plan.targets[at * plan.columns + column].is_some();
        if plan.v4 {
            let rest = &others[plan.others.len()..];
            let (column, attribute) = (rest[0] as usize, rest[1]);
            let made = self.v4(attribute, &row.cells)?;
            if is_asked(column) {
                put(&mut self.cells, column, made);
            }
            return Ok(());
        }
        for column in columns {
            if is_asked(column) {
                let made = v3(plan, column, &row.cells[column])?;
                put(&mut self.cells, column, made);
            }
        }
        Ok(())
    }

    fn v4(&mut self, attribute: u32, cells: &[Cell]) -> std::result::Result<CellValue, String> {
        let missing = match ATTRIBUTES.get(attribute as usize).copied() {
            Some("None") => {
                return match cells {
                    // of a topic of numbers no text is asked: one that is there all the same must not go unseen
                    [Cell::Null | Cell::Left, Cell::Left] => {
                        self.notes.insert(
                            "v4 gave neither a number nor a reason why there is none: read as unknown",
                        );
                        Ok(Err(Missing::Unknown))
                    }
                    [Cell::Null | Cell::Left, text] => number(text),
                    [value, ..] => number(value),
                    [] => Ok(Err(Missing::Unknown)),
                };
            }
            Some("Impossible") => Missing::Impossible,
            Some("Confidential") => Missing::Confidential,
            Some(_) => Missing::Unknown,
            None => {
                self.notes.insert(
                    "v4 gave a reason for a missing value that is not known here: read as unknown",
                );
                Missing::Unknown
            }
        };
        if cells.iter().any(|cell| matches!(cell, Cell::Number(_))) {
            self.notes.insert(
                "v4 gave a value together with a reason why there is none: read as missing",
            );
        }
        Ok(Err(missing))
    }
}

fn v3(plan: &Plan, column: usize, cell: &Cell) -> std::result::Result<CellValue, String> {
    match cell {
        Cell::Null => Ok(Err(plan.empty[column])),
        Cell::Left => Err(format!(
            "a row lacks the topic {}",
            plan.layout.cells[column]
        )),
        other => number(other),
    }
}

fn number(cell: &Cell) -> std::result::Result<CellValue, String> {
    match cell {
        Cell::Number(value) => Ok(Ok(*value)),
        Cell::Text(text) => Err(format!("`{text}` stands where a number must be")),
        Cell::Null | Cell::Dot | Cell::Left => Ok(Err(Missing::Unknown)),
    }
}
