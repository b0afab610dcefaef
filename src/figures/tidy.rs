//! The tidy figures: every asked observation of every table under its topic, with the list of gemeenten it is on.
//!
//! In: snapshots and the topics of `queries/`. Out: per topic and year the rows in region order, and where they come
//! from. Sums of keys (the taakvelden of Iv3) are made here, scales are undone here, and "zero in every taakveld" becomes
//! "not delivered" here. The Nederland row of a table that is a file is its compiler's sum and not CBS's figure (Iv3
//! leaves out who did not deliver): it is dropped.
//!
//! Parquet is read with polars; after that one pass over the rows, which lie sorted by topic, period and region, does
//! what joins and groups on packed keys did before, in a fifth of the time (`benches/stages.rs`).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use polars::prelude::*;

use super::Scope;
use crate::base::failure::{Failure, Report};
use crate::base::observation::{Missing, Observation, Status};
use crate::gemeente::RegionId;
use crate::query::{Find, Queries, Service, Table, TopicId};
use crate::source::snapshot::{Boundaries, Lock, Sidecar, Snapshot, Store};
use crate::source::topics;

/// The figures of a topic in one region and year, as they were published.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Region.
    pub region: RegionId,
    /// The year of the list of gemeenten it is on.
    pub list: i32,
    /// Value in ones, kind of missing, status.
    pub observation: Observation,
}

/// The tidy figures and where they come from.
#[derive(Debug, Default)]
pub struct Tidy {
    columns: BTreeMap<(TopicId, i32), Vec<Row>>,
    /// Source of each topic and year, up to the edition's last period.
    pub origins: BTreeMap<(TopicId, i32), Origin>,
    /// Sidecars of the tables in use, by table.
    pub sidecars: BTreeMap<String, Sidecar>,
    /// What is asked but not there.
    pub lacking: Vec<Lacking>,
    /// The snapshots as they came in, by table: what a fact is traced back to.
    pub raw: BTreeMap<String, DataFrame>,
}

/// Where a topic of a year comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Table.
    pub table: String,
    /// Release folder of the snapshot.
    pub release: String,
    /// Keys in that table.
    pub keys: Vec<String>,
}

/// Something that is asked and not in `data/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lacking {
    /// A whole table.
    Table(String),
    /// A topic of a table that is there.
    Topic {
        /// Table.
        table: String,
        /// Topic id.
        topic: String,
    },
}

impl Tidy {
    /// The rows of a topic and year, in region order; none where there are no figures.
    pub fn rows(&self, topic: TopicId, year: i32) -> &[Row] {
        self.columns.get(&(topic, year)).map_or(&[], Vec::as_slice)
    }

    /// The row of one region.
    pub fn row(&self, topic: TopicId, year: i32, region: RegionId) -> Option<&Row> {
        let rows = self.rows(topic, year);
        let place = rows.binary_search_by_key(&region, |row| row.region);
        place.ok().map(|place| &rows[place])
    }

    /// The years of a topic with their rows, ascending.
    pub fn years(&self, topic: TopicId) -> impl Iterator<Item = (i32, &[Row])> {
        self.columns
            .range((topic, i32::MIN)..=(topic, i32::MAX))
            .map(|((_, year), rows)| (*year, rows.as_slice()))
    }
}

/// Reads all that the queries ask, from the releases that the lock pins for the edition.
///
/// # Errors
/// When a snapshot is damaged or polars fails.
pub fn read(scope: Scope<'_>, store: &Store, lock: &Lock) -> Result<Tidy, Failure> {
    let mut tidy = Tidy::default();
    let snapshots = read_snapshots(scope, store, lock, &mut tidy.lacking)?;
    let wanted = plan(scope.queries, &snapshots, &mut tidy);
    for (snapshot, wanted) in snapshots.into_iter().zip(wanted) {
        let boundaries = snapshot.sidecar.boundaries()?;
        let id = snapshot.table.id.clone();
        if !wanted.is_empty() {
            let lists = Lists::new(scope, boundaries, &snapshot.cells);
            fill(&mut tidy.columns, &snapshot, scope, &lists, &wanted);
        }
        tidy.raw.insert(id.clone(), snapshot.observations);
        tidy.sidecars.insert(id, snapshot.sidecar);
    }
    for rows in tidy.columns.values_mut() {
        rows.sort_by_key(|row| row.region);
    }
    tidy.lacking.sort();
    let until = scope.edition.until;
    tidy.origins.retain(|(_, year), _| *year <= until);
    Ok(tidy)
}

/// A snapshot as it is read.
struct Read<'a> {
    table: &'a Table,
    release: String,
    sidecar: Sidecar,
    cells: Vec<Cell>,
    /// The snapshot itself, for tracing figures back to it.
    observations: DataFrame,
}

/// A row of a snapshot of a known region.
struct Cell {
    /// Place among the sidecar's topics.
    key: Option<usize>,
    region: RegionId,
    year: i32,
    observation: Observation,
}

/// Reads the snapshots with two hands: unpacking them is most of the work.
fn read_snapshots<'a>(
    scope: Scope<'a>,
    store: &Store,
    lock: &Lock,
    lacking: &mut Vec<Lacking>,
) -> Result<Vec<Read<'a>>, Failure> {
    let mut pinned = Vec::new();
    for table in scope.queries.tables.values() {
        match lock.release(&scope.edition.id, &table.id) {
            None => lacking.push(Lacking::Table(table.id.clone())),
            Some(release) => pinned.push((table, release.to_owned())),
        }
    }
    let read_some = |start: usize| -> Result<Vec<(usize, Read<'a>)>, Failure> {
        let mine = pinned.iter().enumerate().skip(start).step_by(2);
        mine.map(|(place, (table, release))| {
            let Snapshot {
                sidecar,
                observations,
            } = store.read(&table.id, release)?;
            let read = Read {
                table,
                release: release.clone(),
                cells: cells(scope, table, &sidecar, &observations).map_err(Error)?,
                sidecar,
                observations,
            };
            Ok((place, read))
        })
        .collect()
    };
    let (even, odd) = std::thread::scope(|scope| {
        let odd = scope.spawn(|| read_some(1));
        (read_some(0), odd.join())
    });
    let odd = odd.map_err(|_| Error(PolarsError::ComputeError("a reader stopped".into())))??;
    let mut all = even?;
    all.extend(odd);
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().map(|(_, read)| read).collect())
}

/// The rows that count, with words as what they mean. Words repeat row after row: each is looked up where it changes.
fn cells(
    scope: Scope<'_>,
    table: &Table,
    sidecar: &Sidecar,
    observations: &DataFrame,
) -> PolarsResult<Vec<Cell>> {
    let text = |name: &str| PolarsResult::Ok(observations.column(name)?.str()?.clone());
    let (keys, regions) = (text("topic")?, text("region")?);
    let (missing, status) = (text("missing")?, text("status")?);
    let years = observations.column("year")?.i32()?;
    let values = observations.column("value")?.f64()?;
    let places: BTreeMap<&str, usize> = (0..)
        .zip(&sidecar.topics)
        .map(|(place, topic)| (topic.key.as_str(), place))
        .collect();
    let mut key_of = Cached::new(|word: &str| places.get(word).copied());
    let mut missing_of = Cached::new(|word: &str| word.parse::<Missing>().ok());
    let mut status_of = Cached::new(|word: &str| word.parse::<Status>().ok());
    let mut cells = Vec::with_capacity(observations.height());
    let words = keys
        .iter()
        .zip(regions.iter())
        .zip(missing.iter().zip(status.iter()));
    for (((key, region), (missing, status)), (year, value)) in
        words.zip(years.iter().zip(values.iter()))
    {
        let known = region
            .and_then(RegionId::parse)
            .filter(|region| scope.gemeenten.regions.knows(*region));
        let (Some(region), Some(year)) = (known, year) else {
            continue;
        };
        if table.service == Service::File && region == RegionId::NEDERLAND {
            continue;
        }
        cells.push(Cell {
            key: key_of.get(key),
            region,
            year,
            observation: Observation {
                value,
                missing: missing_of.get(missing).unwrap_or(Missing::Unknown),
                status: status_of.get(status).unwrap_or(Status::Unknown),
            },
        });
    }
    if table.all_zero_is_not_delivered {
        not_delivered(&mut cells);
    }
    Ok(cells)
}

/// What a word means, looked up where the word changes.
struct Cached<'w, T, F> {
    word: Option<&'w str>,
    meaning: Option<T>,
    look_up: F,
}

impl<'w, T: Copy, F: Fn(&str) -> Option<T>> Cached<'w, T, F> {
    const fn new(look_up: F) -> Self {
        Self {
            word: None,
            meaning: None,
            look_up,
        }
    }

    fn get(&mut self, word: Option<&'w str>) -> Option<T> {
        if word != self.word {
            self.word = word;
            self.meaning = word.and_then(&self.look_up);
        }
        self.meaning
    }
}

/// A gemeente whose every figure is zero did not deliver: its zeros become missing.
fn not_delivered(cells: &mut [Cell]) {
    let is_figure = |cell: &&Cell| cell.observation.value.is_some_and(|value| value != 0.0);
    let delivered: HashSet<(i32, RegionId)> = cells
        .iter()
        .filter(is_figure)
        .map(|cell| (cell.year, cell.region))
        .collect();
    for cell in cells {
        if !delivered.contains(&(cell.year, cell.region)) {
            cell.observation.value = None;
            cell.observation.missing = Missing::NotDelivered;
        }
    }
}

/// Which key of a table, in which year, is (part of) which topic.
struct Wanted {
    topic: TopicId,
    sum: bool,
}

/// What is wanted of a table, by place of the key and year.
type WantedOf = BTreeMap<(usize, i32), Vec<Wanted>>;

/// Looks up where each topic of each year comes from: of two sources for one year the first that the query names.
fn plan(queries: &Queries, snapshots: &[Read<'_>], tidy: &mut Tidy) -> Vec<WantedOf> {
    let mut wanted: Vec<WantedOf> = snapshots.iter().map(|_| WantedOf::new()).collect();
    let places: BTreeMap<&str, usize> = (0..)
        .zip(snapshots)
        .map(|(place, read)| (read.table.id.as_str(), place))
        .collect();
    for topic in queries.topic_ids() {
        for source in &queries[topic].sources {
            for table in queries.tables_of(source) {
                let Some(&place) = places.get(table.id.as_str()) else {
                    continue;
                };
                let (read, wanted) = (&snapshots[place], &mut wanted[place]);
                let keys = topics::keys(source, &read.sidecar.topics);
                if keys.is_empty() {
                    tidy.lacking.push(Lacking::Topic {
                        table: table.id.clone(),
                        topic: queries[topic].id.clone(),
                    });
                    continue;
                }
                let years = read.sidecar.years().into_iter();
                for year in years.filter(|year| source.years.contains(*year)) {
                    if tidy.origins.contains_key(&(topic, year)) {
                        continue;
                    }
                    let origin = Origin {
                        table: table.id.clone(),
                        release: read.release.clone(),
                        keys: keys.iter().map(|&key| key.to_owned()).collect(),
                    };
                    tidy.origins.insert((topic, year), origin);
                    let sum = matches!(source.find, Find::Keys { .. });
                    let positions = (0..).zip(&read.sidecar.topics);
                    for (key, _) in positions.filter(|(_, of)| keys.contains(&of.key.as_str())) {
                        wanted
                            .entry((key, year))
                            .or_default()
                            .push(Wanted { topic, sum });
                    }
                }
            }
        }
    }
    wanted
}

/// Puts the rows of a snapshot where they are wanted, in ones; sums of keys are made in the order of the keys.
fn fill(
    columns: &mut BTreeMap<(TopicId, i32), Vec<Row>>,
    read: &Read<'_>,
    scope: Scope<'_>,
    lists: &Lists,
    wanted: &WantedOf,
) {
    // rows of one key and year lie together
    for run in read
        .cells
        .chunk_by(|a, b| (a.key, a.year) == (b.key, b.year))
    {
        let Some(first) = run.first() else { continue };
        let of_run = first.key.and_then(|key| wanted.get(&(key, first.year)));
        for wanted in of_run.into_iter().flatten() {
            let topic = &scope.queries[wanted.topic];
            let rows = run.iter().filter_map(|cell| {
                Some(Row {
                    region: cell.region,
                    list: lists.of(cell.region, cell.year)?,
                    observation: in_ones(cell.observation, topic),
                })
            });
            let column = columns.entry((wanted.topic, first.year)).or_default();
            if wanted.sum {
                add_up(column, rows);
            } else {
                column.extend(rows);
            }
        }
    }
}

/// The observation in ones. An empty cell of a sum may stand for nothing at all.
fn in_ones(observation: Observation, topic: &crate::query::Topic) -> Observation {
    let is_zero = topic.absent_is_zero && observation.missing == Missing::Absent;
    let value = if is_zero {
        Some(0.0)
    } else {
        observation.value.map(|value| value * topic.scale)
    };
    Observation {
        value,
        missing: if value.is_some() {
            Missing::None
        } else {
            observation.missing
        },
        status: observation.status,
    }
}

/// Adds the rows of one more key: one that is missing makes the sum missing.
fn add_up(sums: &mut Vec<Row>, rows: impl Iterator<Item = Row>) {
    let mut at = 0;
    for row in rows {
        // regions come in the same order for every key, so the next sum is nearly always the right one
        let found = (at..sums.len())
            .chain(0..at.min(sums.len()))
            .find(|place| sums[*place].region == row.region);
        let Some(place) = found else {
            sums.push(row);
            at = sums.len();
            continue;
        };
        let (sum, term) = (&mut sums[place].observation, row.observation);
        sum.value = sum.value.zip(term.value).map(|(sum, value)| sum + value);
        sum.missing = sum.missing.max(term.missing);
        sum.status = sum.status.max(term.status);
        at = place + 1;
    }
}

/// The list of gemeenten that each row of a table is on.
enum Lists {
    /// That of its own year.
    Period,
    /// That of one year for all.
    Year(i32),
    /// Region by region.
    PerRegion(BTreeMap<(i32, RegionId), i32>),
}

impl Lists {
    fn new(scope: Scope<'_>, boundaries: Boundaries, cells: &[Cell]) -> Self {
        match boundaries {
            Boundaries::Period => Self::Period,
            Boundaries::Year(year) => Self::Year(year),
            Boundaries::PeriodOrNext => Self::PerRegion(period_or_next(scope, cells)),
        }
    }

    fn of(&self, region: RegionId, year: i32) -> Option<i32> {
        match self {
            Self::Period => Some(year),
            Self::Year(list) => Some(*list),
            Self::PerRegion(lists) => lists.get(&(year, region)).copied(),
        }
    }
}

/// Per year and region the list a figure is on, where the next year's gemeenten may be in already.
///
/// A gemeente of the next list only is clear. One that takes others in and keeps its code is on the next list when none
/// of those it takes in has a figure (Amsterdam in the election of March 2022: Weesp voted along).
fn period_or_next(scope: Scope<'_>, cells: &[Cell]) -> BTreeMap<(i32, RegionId), i32> {
    let regions = &scope.gemeenten.regions;
    let mut present: BTreeMap<i32, BTreeSet<RegionId>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.observation.value.is_some()) {
        present.entry(cell.year).or_default().insert(cell.region);
    }
    let mut lists = BTreeMap::new();
    for (&year, have) in &present {
        for &region in have {
            let exists = regions.exists(region, year) || region == RegionId::NEDERLAND;
            let herindelingen = &scope.gemeenten.herindelingen;
            let mut taken_in = herindelingen
                .ending_after(year)
                .filter(|(_, to)| *to == region)
                .peekable();
            let takes_in = taken_in.peek().is_some();
            let counted_apart = taken_in.any(|(from, _)| have.contains(&from));
            // what has figures under the old codes does not count again under the new one (De Fryske Marren 2015)
            if !exists && counted_apart {
                continue;
            }
            let on_next = !exists || takes_in && !counted_apart;
            lists.insert((year, region), if on_next { year + 1 } else { year });
        }
    }
    lists
}

/// Polars could not carry out a step.
#[derive(Debug, thiserror::Error)]
#[error("cannot tidy the observations: {0}")]
pub struct Error(pub PolarsError);

impl Report for Error {}
