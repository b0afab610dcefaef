//! The tidy figures: every asked observation of every table under its topic, with the list of gemeenten it is on.
//!
//! In: snapshots and the topics of `queries/`. Out: per topic and year the rows in region order, and where they come
//! from. Sums of keys (the taakvelden of Iv3) are made here, scales are undone here, and "zero in every taakveld" becomes
//! "not delivered" here. The Nederland row of a table that is a file is its compiler's sum and not CBS's figure (Iv3
//! leaves out who did not deliver): it is dropped.
//!
//! Parquet is read with polars; after that one pass over the rows, which lie sorted by topic, period and region, puts
//! each where it is wanted.

mod cells;
mod lists;

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, PolarsError};

use super::Scope;
use crate::base::failure::{Failure, Report};
use crate::base::located::Complaint;
use crate::base::observation::{Missing, Observation};
use crate::gemeente::RegionId;
use crate::query::{Find, Queries, Topic, TopicId};
use crate::source::snapshot::{Lock, Sidecar, Store};
use crate::source::topics::Asked;
use cells::{Read, read_snapshots};
use lists::Lists;

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
    columns: BTreeMap<(TopicId, i32), Column>,
    /// Source of each topic and year, up to the edition's last period.
    pub origins: BTreeMap<(TopicId, i32), Origin>,
    /// Sidecars of the tables in use, by table.
    pub sidecars: BTreeMap<String, Sidecar>,
    /// Codes of gemeenten that are in a table and on no list, with the years of their rows, by table.
    pub unknown: BTreeMap<String, BTreeMap<String, BTreeSet<i32>>>,
    /// What is asked but not there.
    pub lacking: Vec<Lacking>,
    /// The snapshots as they came in, by table: what a fact is traced back to.
    pub raw: BTreeMap<String, DataFrame>,
}

/// The figures of a topic and year.
#[derive(Debug)]
struct Column {
    /// In region order.
    rows: Vec<Row>,
    /// The lists of gemeenten they are on, ascending.
    lists: Vec<i32>,
}

impl Column {
    fn new(mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(|row| row.region);
        let mut lists: Vec<i32> = rows.iter().map(|row| row.list).collect();
        lists.sort_unstable();
        lists.dedup();
        Self { rows, lists }
    }
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
        let column = self.columns.get(&(topic, year));
        column.map_or(&[], |column| &column.rows)
    }

    /// The years of the lists of gemeenten that its rows are on, ascending.
    pub fn lists(&self, topic: TopicId, year: i32) -> &[i32] {
        let column = self.columns.get(&(topic, year));
        column.map_or(&[], |column| &column.lists)
    }

    /// The row of one region.
    pub fn row(&self, topic: TopicId, year: i32, region: RegionId) -> Option<&Row> {
        let rows = self.rows(topic, year);
        let place = rows.binary_search_by_key(&region, |row| row.region);
        place.ok().map(|place| &rows[place])
    }

    /// The codes of gemeenten that no list has, a sentence per table.
    pub fn unknown_codes(&self) -> impl Iterator<Item = String> + '_ {
        const SHOWN: usize = 5;
        self.unknown.iter().map(|(table, codes)| {
            let years = |years: &BTreeSet<i32>| {
                let years: Vec<String> = years.iter().map(i32::to_string).collect();
                years.join(", ")
            };
            let some = codes.iter().take(SHOWN);
            let some = some.map(|(code, of)| format!("`{code}` in {}", years(of)));
            let mut some: Vec<String> = some.collect();
            if codes.len() > SHOWN {
                some.push(format!("and {} more", codes.len() - SHOWN));
            }
            let some = some.join("; ");
            format!("unknown: table `{table}` has {some}, which `data/regions` lacks: its figures are left out")
        })
    }

    /// The years of a topic with their rows, ascending.
    pub fn years(&self, topic: TopicId) -> impl Iterator<Item = (i32, &[Row])> {
        self.columns
            .range((topic, i32::MIN)..=(topic, i32::MAX))
            .map(|((_, year), column)| (*year, column.rows.as_slice()))
    }
}

/// Reads all that the queries ask, from the releases that the lock pins for the edition.
///
/// # Errors
/// When a snapshot is damaged or polars fails.
pub fn read(scope: Scope<'_>, store: &Store, lock: &Lock) -> Result<Tidy, Failure> {
    let mut tidy = Tidy::default();
    let snapshots = read_snapshots(scope, store, lock, &mut tidy.lacking)?;
    let wanted = plan(scope.queries, &snapshots, &mut tidy)?;
    let mut columns = BTreeMap::new();
    for (snapshot, wanted) in snapshots.into_iter().zip(wanted) {
        let boundaries = snapshot.sidecar.boundaries()?;
        let id = snapshot.table.id.clone();
        if !wanted.is_empty() {
            let lists = Lists::new(scope, boundaries, &snapshot.cells);
            fill(&mut columns, &snapshot, scope, &lists, &wanted);
        }
        if !snapshot.unknown.is_empty() {
            tidy.unknown.insert(id.clone(), snapshot.unknown);
        }
        tidy.raw.insert(id.clone(), snapshot.observations);
        tidy.sidecars.insert(id, snapshot.sidecar);
    }
    let columns = columns.into_iter();
    tidy.columns = columns
        .map(|(key, rows)| (key, Column::new(rows)))
        .collect();
    tidy.lacking.sort();
    let until = scope.edition.until;
    tidy.origins.retain(|(_, year), _| *year <= until);
    Ok(tidy)
}

/// Which key of a table, in which year, is (part of) which topic.
struct Wanted {
    topic: TopicId,
    /// Factor from the unit of the source to ones.
    scale: f64,
    sum: bool,
}

/// What is wanted of a table, by place of the key and year.
type WantedOf = BTreeMap<(usize, i32), Vec<Wanted>>;

/// Looks up where each topic of each year comes from: of two sources for one year the first that the query names.
fn plan(
    queries: &Queries,
    snapshots: &[Read<'_>],
    tidy: &mut Tidy,
) -> Result<Vec<WantedOf>, Complaint> {
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
                let asked = Asked {
                    topic,
                    of: &queries[topic],
                    source,
                };
                let keys = asked.keys(&read.sidecar.topics)?;
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
                    for (key, known) in positions.filter(|(_, of)| keys.contains(&of.key.as_str()))
                    {
                        wanted.entry((key, year)).or_default().push(Wanted {
                            topic,
                            scale: queries[topic].scale_from(&known.unit),
                            sum,
                        });
                    }
                }
            }
        }
    }
    Ok(wanted)
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
                    observation: in_ones(cell.observation, topic, wanted.scale),
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
fn in_ones(observation: Observation, topic: &Topic, scale: f64) -> Observation {
    let is_zero = topic.absent_is_zero && observation.missing == Missing::Absent;
    let value = if is_zero {
        Some(0.0)
    } else {
        observation.value.map(|value| value * scale)
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

/// Polars could not carry out a step.
#[derive(Debug, thiserror::Error)]
#[error("cannot tidy the observations: {0}")]
pub struct Error(pub PolarsError);

impl Report for Error {}
