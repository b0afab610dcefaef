//! From the client's cells to a snapshot on disk, in memory that does not grow with the table.
//!
//! In: cells, one by one. Out: row groups of a [`Draft`], each sorted by topic, period and region. A table that fits in
//! one group (nearly all do) is sorted as a whole; a larger one by group, and whoever reads it must not count on more.
//! A group is sorted and written by a thread of its own while the cells of the next one come. Fails on a period that is
//! no calendar year and on a value that its topic cannot have.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::base::observation::{Missing, Status};
use crate::source::bounds::{Bounds, calendar_year};
use crate::source::cbs::{AnsweredTopic, Sink, SinkError};
use crate::source::snapshot::{Draft, Rows, Store, Words};

/// Rows of a row group: what is held in memory at once, twice.
const GROUP: usize = 1 << 18;

/// Writes the cells of one table.
pub struct SnapshotWriter<'a> {
    store: &'a Store,
    table: &'a str,
    groups: Option<GroupThread>,
    topics: Vec<String>,
    bounds: Vec<Bounds>,
    regions: Names,
    periods: Names,
    /// The years of the periods.
    years: Vec<i32>,
    buffer: Vec<Cell>,
    /// For each region the last year that has a figure other than zero.
    last_figure: Vec<i32>,
    /// Whether a topic has any figure.
    has_figures: Vec<bool>,
}

/// Sorts and writes groups. When dropped before its end, so is the draft, and what was written of it vanishes.
struct GroupThread {
    /// Gone once nothing more can come: then the thread ends with the draft.
    groups: Option<SyncSender<Group>>,
    thread: Option<JoinHandle<Result<Draft, SinkError>>>,
}

/// Cells, and the names that they are the first to have.
struct Group {
    cells: Vec<Cell>,
    regions: Vec<Arc<str>>,
    periods: Vec<Arc<str>>,
    years: Vec<i32>,
}

/// The names that cells have by number.
struct Titles {
    topics: Vec<String>,
    regions: Vec<Arc<str>>,
    periods: Vec<Arc<str>>,
    years: Vec<i32>,
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
    pub last_figure: BTreeMap<Arc<str>, i32>,
    /// A sentence for each topic without any figure.
    pub without_figures: Vec<String>,
}

/// Names by number, in the order in which they came, each in memory once: a table may have a million regions.
#[derive(Default)]
struct Names {
    all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    last: u32,
    /// Those that a group was told of.
    told: usize,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        // names come in the same order again and again
        for near in [self.last, self.last + 1, 0] {
            if self
                .all
                .get(near as usize)
                .is_some_and(|known| **known == *name)
            {
                self.last = near;
                return near;
            }
        }
        self.last = if let Some(number) = self.numbers.get(name) {
            *number
        } else {
            let number = self.all.len() as u32;
            let name: Arc<str> = name.into();
            self.all.push(Arc::clone(&name));
            self.numbers.insert(name, number);
            number
        };
        self.last
    }

    /// Those that came since this was asked before.
    fn new_ones(&mut self) -> Vec<Arc<str>> {
        let new = self.all[self.told..].to_vec();
        self.told = self.all.len();
        new
    }
}

/// Cells of a group in an order that they need not be moved for.
struct Order<'c> {
    cells: &'c [Cell],
    places: Vec<u32>,
}

impl<'c> Order<'c> {
    /// The order in which they came.
    fn of(cells: &'c [Cell]) -> Self {
        let places = (0..cells.len() as u32).collect();
        Self { cells, places }
    }

    /// By the alphabetical order of names, else as before: cells are counted, not compared. Of the names, which may be a
    /// million, only those are put in order that the cells have.
    fn by(self, names: &[impl AsRef<str>], number: fn(&Cell) -> u32) -> Self {
        let number = |place: &u32| number(&self.cells[*place as usize]) as usize;
        let mut sizes = vec![0; names.len()];
        for place in &self.places {
            sizes[number(place)] += 1;
        }
        let mut used: Vec<usize> = (0..names.len()).filter(|name| sizes[*name] > 0).collect();
        used.sort_unstable_by_key(|name| names[*name].as_ref());
        let (mut next, mut from) = (sizes, 0);
        for name in used {
            from += std::mem::replace(&mut next[name], from);
        }
        let mut places = vec![0; self.places.len()];
        for place in &self.places {
            let to: &mut usize = &mut next[number(place)];
            places[*to] = *place;
            *to += 1;
        }
        Self { places, ..self }
    }

    fn column<T>(&self, of: impl Fn(&Cell) -> T) -> Vec<T> {
        let cells = self.places.iter().map(|place| &self.cells[*place as usize]);
        cells.map(of).collect()
    }

    fn words<'n>(&self, names: &'n [impl AsRef<str>], number: fn(&Cell) -> u32) -> Words<'n> {
        Words::of(names.iter().map(AsRef::as_ref), self.column(number))
    }
}

impl GroupThread {
    fn start(mut draft: Draft, topics: Vec<String>) -> Self {
        let mut titles = Titles {
            topics,
            regions: Vec::new(),
            periods: Vec::new(),
            years: Vec::new(),
        };
        let (groups, waiting) = sync_channel::<Group>(0);
        let thread = thread::spawn(move || {
            for group in waiting {
                draft.push(titles.rows(group))?;
            }
            Ok(draft)
        });
        Self {
            groups: Some(groups),
            thread: Some(thread),
        }
    }

    /// Hands over a group once the one before it is written; nothing is taken any more after an error.
    fn send(&self, group: Group) -> bool {
        let sent = self.groups.as_ref().map(|groups| groups.send(group));
        sent.is_some_and(|sent| sent.is_ok())
    }

    /// The draft with all groups, if it was not asked before.
    fn end(&mut self) -> Result<Option<Draft>, SinkError> {
        self.groups = None;
        let ended = self.thread.take().map(JoinHandle::join);
        ended
            .map(|draft| draft.unwrap_or_else(|panic| resume_unwind(panic)))
            .transpose()
    }
}

impl Drop for GroupThread {
    fn drop(&mut self) {
        // nobody waits for what is void
        let _ = self.end();
    }
}

impl Titles {
    /// A group as rows, sorted by topic, period and region.
    fn rows(&mut self, group: Group) -> Rows<'_> {
        self.years.extend(group.years);
        self.periods.extend(group.periods);
        self.regions.extend(group.regions);
        let region = |cell: &Cell| cell.region;
        let period = |cell: &Cell| cell.period;
        let topic = |cell: &Cell| cell.topic;
        let order = Order::of(&group.cells)
            .by(&self.regions, region)
            .by(&self.periods, period)
            .by(&self.topics, topic);
        Rows {
            region: order.words(&self.regions, region),
            period: order.words(&self.periods, period),
            year: order.column(|cell| self.years[cell.period as usize]),
            topic: order.words(&self.topics, topic),
            value: order.column(|cell| cell.value),
            missing: order.column(|cell| cell.missing),
            status: order.column(|cell| cell.status),
        }
    }
}

impl<'a> SnapshotWriter<'a> {
    /// A writer for this table in this store; nothing is written before the first cell comes.
    pub fn new(store: &'a Store, table: &'a str) -> Self {
        Self {
            store,
            table,
            groups: None,
            topics: Vec::new(),
            bounds: Vec::new(),
            regions: Names::default(),
            periods: Names::default(),
            years: Vec::new(),
            buffer: Vec::new(),
            last_figure: Vec::new(),
            has_figures: Vec::new(),
        }
    }

    /// All that came; nothing when nothing came.
    pub fn finish(mut self) -> Result<Option<Written>, SinkError> {
        self.flush()?;
        let draft = match &mut self.groups {
            Some(groups) => groups.end()?,
            None => None,
        };
        let periods = self.periods.all.iter();
        let periods: BTreeSet<String> = periods.map(ToString::to_string).collect();
        let last_figure = self.regions.all.into_iter().zip(self.last_figure).collect();
        let topics = self.topics.iter().zip(&self.has_figures);
        let without = topics.filter(|(_, has_figures)| !**has_figures);
        let without = without.map(|(topic, _)| format!("topic `{topic}` has no figure anywhere"));
        Ok(draft.map(|draft| Written {
            draft,
            periods: periods.into_iter().collect(),
            last_figure,
            without_figures: without.collect(),
        }))
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        // after a full group comes another; room that doubles on the way takes twice the memory
        let is_full = self.buffer.len() >= GROUP;
        let room = Vec::with_capacity(if is_full { GROUP } else { 0 });
        let told = self.periods.told;
        let group = Group {
            regions: self.regions.new_ones(),
            periods: self.periods.new_ones(),
            years: self.years[told..].to_vec(),
            cells: std::mem::replace(&mut self.buffer, room),
        };
        let groups = match &mut self.groups {
            Some(groups) => groups,
            none => {
                let draft = self.store.start(self.table)?;
                none.insert(GroupThread::start(draft, self.topics.clone()))
            }
        };
        if !groups.send(group) {
            // its error says why
            groups.end()?;
        }
        Ok(())
    }

    /// The number of a period, which must be a year.
    fn period(&mut self, period: &str) -> Result<u32, Unfit> {
        let number = self.periods.number(period);
        if self.years.len() < self.periods.all.len() {
            let year = calendar_year(period);
            self.years
                .push(year.map_err(|(what, expected)| Unfit { what, expected })?);
        }
        Ok(number)
    }

    fn look_for_figure(&mut self, cell: &Cell) {
        let region = cell.region as usize;
        if self.last_figure.len() <= region {
            self.last_figure.resize(region + 1, 0);
        }
        if cell.value.is_some_and(|value| value != 0.0) {
            let last = &mut self.last_figure[region];
            *last = (*last).max(self.years[cell.period as usize]);
        }
    }
}

impl Sink for SnapshotWriter<'_> {
    fn topics(&mut self, topics: &[AnsweredTopic]) -> Result<(), SinkError> {
        // what came of an earlier reading is void
        *self = Self::new(self.store, self.table);
        self.topics = topics.iter().map(|topic| topic.key.clone()).collect();
        let bounds = |of: &AnsweredTopic| Bounds::of(&of.title, &of.unit, u32::from(of.decimals));
        self.bounds = topics.iter().map(bounds).collect();
        self.has_figures = vec![false; topics.len()];
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
            period: self.period(period)?,
            region: self.regions.number(region),
            value,
            missing,
            status,
        };
        self.look_for_figure(&cell);
        self.has_figures[topic] |= value.is_some();
        self.buffer.push(cell);
        if self.buffer.len() >= GROUP {
            self.flush()?;
        }
        Ok(())
    }
}
