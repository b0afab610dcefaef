//! From the client's cells to a snapshot on disk, in memory that does not grow with the table.
//!
//! In: cells, one by one. Out: row groups of a [`Draft`], each sorted by topic, period and region. A table that fits in
//! one group (nearly all do) is sorted as a whole; a larger one by group, and whoever reads it must not count on more.
//! Fails on a period that is no calendar year and on a value that its topic cannot have.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use polars::prelude::*;

use crate::base::observation::{Missing, Status};
use crate::source::bounds::{Bounds, calendar_year};
use crate::source::cbs::{AnsweredTopic, Sink, SinkError};
use crate::source::snapshot::{Draft, Store};

/// Rows of a row group: what is held in memory at once.
const GROUP: usize = 1 << 18;

/// Writes the cells of one table.
pub struct SnapshotWriter<'a> {
    store: &'a Store,
    table: &'a str,
    draft: Option<Draft>,
    topics: Vec<String>,
    bounds: Vec<Bounds>,
    regions: Names,
    periods: Names,
    buffer: Vec<Cell>,
    /// For each region the last year that has a figure other than zero.
    last_figure: Vec<i32>,
}

/// A cell of CBS that its topic cannot have.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{what}")]
pub struct Unfit {
    /// The cell, and what is wrong with it.
    pub what: String,
    /// What was expected.
    pub expected: String,
}

#[derive(Clone, Copy)]
struct Cell {
    topic: u32,
    period: u32,
    region: u32,
    value: Option<f64>,
    missing: Missing,
    status: Status,
}

/// All cells of a table.
pub struct Written {
    /// The release.
    pub draft: Draft,
    /// The periods that have cells.
    pub periods: Vec<String>,
    /// For each region the last year that has a figure other than zero; 0 where there is none.
    pub last_figure: BTreeMap<String, i32>,
}

/// Names by number, in the order in which they came.
#[derive(Default)]
struct Names {
    all: Vec<String>,
    numbers: HashMap<String, u32>,
    last: u32,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if self
            .all
            .get(self.last as usize)
            .is_some_and(|last| last == name)
        {
            return self.last;
        }
        self.last = if let Some(number) = self.numbers.get(name) {
            *number
        } else {
            let number = self.all.len() as u32;
            self.all.push(name.to_owned());
            self.numbers.insert(name.to_owned(), number);
            number
        };
        self.last
    }
}

/// The place of each name in alphabetical order.
fn ranks(names: &[String]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|number| &names[*number]);
    let mut ranks = vec![0; names.len()];
    for (rank, number) in (0..).zip(order) {
        ranks[number] = rank;
    }
    ranks
}

fn text<'n>(name: &str, cells: &[Cell], of: impl Fn(&Cell) -> &'n str) -> Column {
    let words: StringChunked = cells.iter().map(|cell| Some(of(cell))).collect();
    words.with_name(name.into()).into_column()
}

impl<'a> SnapshotWriter<'a> {
    /// A writer for this table in this store; nothing is written before the first cell comes.
    pub fn new(store: &'a Store, table: &'a str) -> Self {
        Self {
            store,
            table,
            draft: None,
            topics: Vec::new(),
            bounds: Vec::new(),
            regions: Names::default(),
            periods: Names::default(),
            buffer: Vec::new(),
            last_figure: Vec::new(),
        }
    }

    /// All that came; nothing when nothing came.
    pub fn finish(mut self) -> Result<Option<Written>, SinkError> {
        self.flush()?;
        let periods: BTreeSet<String> = self.periods.all.into_iter().collect();
        let last_figure = self.regions.all.into_iter().zip(self.last_figure).collect();
        Ok(self.draft.map(|draft| Written {
            draft,
            periods: periods.into_iter().collect(),
            last_figure,
        }))
    }

    fn look_for_figures(&mut self, years: &[i32]) {
        self.last_figure.resize(self.regions.all.len(), 0);
        let has_figure = |cell: &&Cell| cell.value.is_some_and(|value| value != 0.0);
        for cell in self.buffer.iter().filter(has_figure) {
            let last = &mut self.last_figure[cell.region as usize];
            *last = (*last).max(years[cell.period as usize]);
        }
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let (topics, periods, regions) = (
            ranks(&self.topics),
            ranks(&self.periods.all),
            ranks(&self.regions.all),
        );
        self.buffer.sort_unstable_by_key(|cell| {
            (
                topics[cell.topic as usize],
                periods[cell.period as usize],
                regions[cell.region as usize],
            )
        });
        let years: Vec<i32> = self
            .periods
            .all
            .iter()
            .map(|period| {
                calendar_year(period).map_err(|(what, expected)| Unfit { what, expected })
            })
            .collect::<Result<_, _>>()?;
        self.look_for_figures(&years);
        let cells = &self.buffer;
        let frame = DataFrame::new_infer_height(vec![
            text("region", cells, |cell| {
                &self.regions.all[cell.region as usize]
            }),
            text("period", cells, |cell| {
                &self.periods.all[cell.period as usize]
            }),
            Column::new(
                "year".into(),
                cells
                    .iter()
                    .map(|cell| years[cell.period as usize])
                    .collect::<Vec<_>>(),
            ),
            text("topic", cells, |cell| &self.topics[cell.topic as usize]),
            Column::new(
                "value".into(),
                cells.iter().map(|cell| cell.value).collect::<Vec<_>>(),
            ),
            text("missing", cells, |cell| cell.missing.word()),
            text("status", cells, |cell| cell.status.word()),
        ])?;
        if self.draft.is_none() {
            self.draft = Some(self.store.start(self.table)?);
        }
        if let Some(draft) = &mut self.draft {
            draft.push(frame)?;
        }
        self.buffer.clear();
        Ok(())
    }
}

impl Sink for SnapshotWriter<'_> {
    fn topics(&mut self, topics: &[AnsweredTopic]) -> Result<(), SinkError> {
        // what came of an earlier reading is void
        *self = Self::new(self.store, self.table);
        self.topics = topics.iter().map(|topic| topic.key.clone()).collect();
        let bounds = |of: &AnsweredTopic| Bounds::of(&of.title, &of.unit, u32::from(of.decimals));
        self.bounds = topics.iter().map(bounds).collect();
        Ok(())
    }

    fn row(
        &mut self,
        region: &str,
        period: &str,
        topic: usize,
        value: Option<f64>,
        missing: Missing,
        status: Status,
    ) -> Result<(), SinkError> {
        let checked = value.map_or(Ok(()), |value| self.bounds[topic].check(value));
        checked.map_err(|(message, expected)| {
            let topic = &self.topics[topic];
            Unfit {
                what: format!("`{region}` has topic `{topic}` in `{period}`: {message}"),
                expected,
            }
        })?;
        let cell = Cell {
            topic: topic as u32,
            period: self.periods.number(period),
            region: self.regions.number(region),
            value,
            missing,
            status,
        };
        self.buffer.push(cell);
        if self.buffer.len() >= GROUP {
            self.flush()?;
        }
        Ok(())
    }
}
