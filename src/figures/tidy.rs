//! The tidy figures: every asked observation of every table under its topic, with the list of gemeenten it is on.
//!
//! In: snapshots and the topics of `queries/`. Out: per topic and year the rows in region order, and where they come
//! from. Sums of keys (the taakvelden of Iv3) are made here, scales are undone here, and "zero in every taakveld" becomes
//! "not delivered" here. The Nederland row of a table that is a file is its compiler's sum and not CBS's figure (Iv3
//! leaves out who did not deliver): it is dropped.
//!
//! Parquet is read with polars; after that one pass over the rows of each table, which lie sorted by topic, period and region,
//! puts each where it is wanted.

mod came_in;
mod cells;
mod doubled;
mod lists;

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::PolarsError;

use super::Scope;
use crate::base::failure::{Failure, Report};
use crate::base::hands::in_parts;
use crate::base::located::{Complaint, nearest};
use crate::base::observation::{Missing, Observation};
use crate::gemeente::RegionId;
use crate::query::{Find, Queries, Topic, TopicId, TopicSource};
use crate::source::snapshot::{Lock, Sidecar, Store, TopicMeta};
use crate::source::topics::Asked;
pub use came_in::{CameIn, Raw, RawRow, Words, first_from};
use cells::{Read, TidyCell, Unknown, cells, read_snapshots};
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
    /// Places of topics that no table of theirs has.
    pub unfound: Vec<Unfound>,
    /// Years that two sources of a topic have: the first that the query names counts.
    pub overlaps: Vec<Overlap>,
    /// Topics that have figures after the edition's last period.
    pub later: BTreeSet<TopicId>,
    /// Where a gemeente without a figure took that of another topic.
    pub filled: BTreeMap<(TopicId, i32), BTreeSet<RegionId>>,
    /// Figures that stand twice for one region, topic and year.
    pub twice: Vec<Twice>,
    /// The snapshots as they came in: what a fact is traced back to.
    pub raw: CameIn,
    /// Where the snapshots lie: what is asked per buurt is read when it is told.
    pub store: Option<Store>,
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

/// A place of a topic in tables that are there, of which none has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfound {
    /// Topic.
    pub topic: TopicId,
    /// The tables that were looked through, in words.
    pub tables: String,
    /// Whether its absence is no error.
    pub optional: bool,
    /// The last of these, and which source of the topic was looked for.
    last: (String, usize),
}

/// Years of a topic that two tables have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Topic id.
    pub topic: String,
    /// The table that counts.
    pub used: String,
    /// The one that does not.
    pub other: String,
    /// Years.
    pub years: Vec<i32>,
}

/// A figure that stands twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twice {
    /// Table.
    pub table: String,
    /// Key of the topic.
    pub key: String,
    /// Region.
    pub region: RegionId,
    /// Year.
    pub year: i32,
}

impl Tidy {
    /// Whether a table that is there lacks a topic.
    pub fn lacks(&self, table: &str, topic: &str) -> bool {
        let is_meant = |of: &Lacking| matches!(of, Lacking::Topic { table: of, topic: known } if of == table && known == topic);
        self.lacking.iter().any(is_meant)
    }

    /// What is nearest to a topic that no table has, among what the last of these has, in words.
    pub fn nearest(&self, queries: &Queries, to: &Unfound) -> String {
        let (table, place) = &to.last;
        let source = queries[to.topic].sources.get(*place);
        let found = source.zip(self.sidecars.get(table));
        found.map_or_else(String::new, |(source, sidecar)| nearest_to(source, sidecar))
    }

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

    /// The topic that the figure of a region is of: that itself, or the one that it was filled from.
    pub fn source_of(
        &self,
        queries: &Queries,
        topic: TopicId,
        year: i32,
        region: RegionId,
    ) -> TopicId {
        let filled = self.filled.get(&(topic, year));
        let from = queries[topic].fill;
        from.filter(|_| filled.is_some_and(|filled| filled.contains(&region)))
            .unwrap_or(topic)
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
    let mut tidy = Tidy {
        store: Some(store.clone()),
        ..Tidy::default()
    };
    let snapshots = read_snapshots(scope, store, lock, &mut tidy.lacking)?;
    let wanted = plan(scope.queries, &snapshots, &mut tidy)?;
    let filled = in_parts(
        snapshots.len(),
        || (),
        |(), place| Filled::of(scope, &snapshots[place], &wanted[place]),
    );
    for (read, filled) in snapshots.into_iter().zip(filled) {
        let (filled, id) = (filled?, read.table.id.clone());
        // a topic of a year comes from one table
        tidy.columns.extend(filled.columns);
        tidy.twice.extend(filled.twice);
        if !filled.unknown.is_empty() {
            tidy.unknown.insert(id.clone(), filled.unknown);
        }
        tidy.raw.insert(id.clone(), read.raw);
        tidy.sidecars.insert(id, read.sidecar);
    }
    take_fillings(scope.queries, &mut tidy);
    doubled::refuse_sums(scope.queries, &tidy)?;
    tidy.lacking.sort();
    let until = scope.edition.until;
    let later = tidy.origins.keys().filter(|(_, year)| *year > until);
    tidy.later = later.map(|(topic, _)| *topic).collect();
    tidy.origins.retain(|(_, year), _| *year <= until);
    Ok(tidy)
}

/// Gives regions without a figure that of the topic which the query names, where it is on the same list.
fn take_fillings(queries: &Queries, tidy: &mut Tidy) {
    let fills = queries
        .topic_ids()
        .filter_map(|topic| Some((topic, queries[topic].fill?)));
    for (topic, from) in fills {
        let years: Vec<i32> = tidy.years(topic).map(|(year, _)| year).collect();
        for year in years {
            let empty = tidy.rows(topic, year).iter().enumerate();
            let empty = empty.filter(|(_, row)| row.observation.value.is_none());
            let found = empty.filter_map(|(place, row)| {
                let other = tidy.row(from, year, row.region)?;
                let is_figure = other.list == row.list && other.observation.value.is_some();
                is_figure.then_some((place, *other))
            });
            let found: Vec<(usize, Row)> = found.collect();
            let Some(column) = tidy.columns.get_mut(&(topic, year)) else {
                continue;
            };
            let regions = found.iter().map(|(_, other)| other.region).collect();
            for (place, other) in found {
                column.rows[place] = other;
            }
            tidy.filled.insert((topic, year), regions);
        }
    }
    tidy.filled.retain(|_, regions| !regions.is_empty());
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
        for (place, source) in queries[topic].sources.iter().enumerate() {
            let of = &queries[topic];
            let asked = Asked { topic, of, source };
            let tables = queries.tables_of(source);
            let held = tables.filter_map(|table| places.get(table.id.as_str()).copied());
            let held: Vec<usize> = held.collect();
            let mut found = false;
            for &place in &held {
                found |= take(&asked, &snapshots[place], tidy, &mut wanted[place])?;
            }
            if let (false, Some(&last)) = (found, held.last()) {
                let more = match held.len() {
                    1 => String::new(),
                    tables => format!(" or another of {tables} tables of `{}`", source.table),
                };
                tidy.unfound.push(Unfound {
                    topic,
                    tables: format!("`{}`{more}", snapshots[last].table.id),
                    optional: source.optional,
                    last: (snapshots[last].table.id.clone(), place),
                });
            }
        }
    }
    Ok(wanted)
}

/// Takes what is asked from a table, in the years that no earlier source has; whether the table has it.
fn take(
    asked: &Asked<'_>,
    read: &Read<'_>,
    tidy: &mut Tidy,
    wanted: &mut WantedOf,
) -> Result<bool, Complaint> {
    let (topic, table) = (asked.topic, &read.table.id);
    let keys = asked.keys(&read.sidecar.topics)?;
    if keys.is_empty() {
        tidy.lacking.push(Lacking::Topic {
            table: table.clone(),
            topic: asked.of.id.clone(),
        });
        return Ok(false);
    }
    let of_keys = (0..).zip(&read.sidecar.topics);
    let of_keys: Vec<(usize, &TopicMeta)> = of_keys
        .filter(|(_, known)| keys.contains(&known.key.as_str()))
        .collect();
    refuse_average(asked.of, table, &of_keys)?;
    let years = read.sidecar.years().into_iter();
    for year in years.filter(|year| asked.source.years.contains(*year)) {
        if let Some(first) = tidy.origins.get(&(topic, year)) {
            overlap(&mut tidy.overlaps, asked.of, (&first.table, table), year);
            continue;
        }
        let origin = Origin {
            table: table.clone(),
            release: read.release.clone(),
            keys: keys.iter().map(|&key| key.to_owned()).collect(),
        };
        tidy.origins.insert((topic, year), origin);
        for (key, known) in &of_keys {
            wanted.entry((*key, year)).or_default().push(Wanted {
                topic,
                scale: asked.of.scale_from(&known.unit),
                sum: matches!(asked.source.find, Find::Keys { .. }),
            });
        }
    }
    Ok(true)
}

fn overlap(overlaps: &mut Vec<Overlap>, topic: &Topic, (used, other): (&str, &str), year: i32) {
    match overlaps.last_mut() {
        Some(last) if last.topic == topic.id && last.used == used && last.other == other => {
            last.years.push(year);
        }
        _ => overlaps.push(Overlap {
            topic: topic.id.clone(),
            used: used.to_owned(),
            other: other.to_owned(),
            years: vec![year],
        }),
    }
}

/// Refuses a count that is an average, a median or a share by what the table says of it.
fn refuse_average(
    topic: &Topic,
    table: &str,
    keys: &[(usize, &TopicMeta)],
) -> Result<(), Complaint> {
    let found = keys.iter().find(|(_, known)| known.is_average());
    let Some((_, known)) = found.filter(|_| topic.additive && topic.additive_said.is_none()) else {
        return Ok(());
    };
    let message = format!(
        "topic `{}` is no count: `{}` ({}, {} decimals) of table `{table}` does not add up when gemeenten merge",
        topic.id, known.title, known.unit, known.decimals
    );
    let hint = "expected `ratio` with a `weight`, `distribution`, or a `[[topic]]` that says `additive = false`, or \
                `additive = true` where it does add up";
    Err(topic.place.clone().wrong(message, hint))
}

/// The titles or keys of a table that are nearest to what is asked of it, with their units.
fn nearest_to(source: &TopicSource, sidecar: &Sidecar) -> String {
    let (asked, is_key) = match &source.find {
        Find::Title { path, .. } => (path.clone(), false),
        Find::Keys { keys, .. } => (keys.join(" "), true),
    };
    let names = sidecar.topics.iter().map(|known| {
        let name = if is_key { &known.key } else { &known.title };
        format!("{name} [{}]", known.unit)
    });
    let names: Vec<String> = names.collect();
    let asked = format!("{asked} [{}]", source.unit.words());
    nearest(&asked, names.iter().map(String::as_str))
}

/// What a snapshot gives.
struct Filled {
    columns: BTreeMap<(TopicId, i32), Column>,
    twice: Vec<Twice>,
    unknown: Unknown,
}

impl Filled {
    fn of(scope: Scope<'_>, read: &Read<'_>, wanted: &WantedOf) -> Result<Self, Failure> {
        let boundaries = read.sidecar.boundaries()?;
        let (cells, unknown) = cells(scope, read);
        let (mut columns, mut twice) = (BTreeMap::new(), Vec::new());
        if !wanted.is_empty() {
            doubled::refuse_keys((read, &cells), wanted, scope.queries)?;
            let lists = Lists::new(scope, boundaries, &cells);
            twice = fill(&mut columns, (read, &cells), scope, &lists, wanted);
        }
        let columns = columns.into_iter();
        Ok(Self {
            columns: columns
                .map(|(key, rows)| (key, Column::new(rows)))
                .collect(),
            twice,
            unknown,
        })
    }
}

/// Puts the rows of a snapshot where they are wanted, in ones; sums of keys are made in the order of the keys. What it
/// gives back stands twice.
fn fill(
    columns: &mut BTreeMap<(TopicId, i32), Vec<Row>>,
    (read, cells): (&Read<'_>, &[TidyCell]),
    scope: Scope<'_>,
    lists: &Lists,
    wanted: &WantedOf,
) -> Vec<Twice> {
    let mut twice = Vec::new();
    // the key and year in which a region was seen last, by its number
    let mut seen: Vec<Option<(usize, i32)>> = Vec::new();
    // rows of one key and year lie together
    for run in cells.chunk_by(|a, b| (a.key, a.year) == (b.key, b.year)) {
        let Some(first) = run.first() else { continue };
        let of_run = first.key.and_then(|key| wanted.get(&(key, first.year)));
        if let (Some(key), Some(_)) = (first.key, of_run) {
            let again = run.iter().filter(|cell| is_again(&mut seen, cell, key));
            twice.extend(again.map(|cell| Twice {
                table: read.table.id.clone(),
                key: read.sidecar.topics[key].key.clone(),
                region: cell.region,
                year: cell.year,
            }));
        }
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
                column.reserve_exact(run.len());
                column.extend(rows);
            }
        }
    }
    twice
}

/// Whether a region was seen before in this key and year.
fn is_again(seen: &mut Vec<Option<(usize, i32)>>, cell: &TidyCell, key: usize) -> bool {
    let number = cell.region.number();
    if seen.len() <= number {
        seen.resize(number + 1, None);
    }
    seen[number].replace((key, cell.year)) == Some((key, cell.year))
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
