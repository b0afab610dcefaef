//! The tidy table: every asked observation of every table under its topic's name, with the boundaries it is on.
//!
//! In: snapshots and the topics of `queries/`. Out: one frame with a row per topic, region and year (columns in
//! [`Tidy::frame`]) and a list of where each topic of each year comes from. Sums of keys (the taakvelden of Iv3) are
//! made here, scales are undone here, and "zero in every taakveld" becomes "not delivered" here. The Nederland row of a
//! table that is a file is its compiler's sum and not CBS's figure (Iv3 leaves out who did not deliver): it is dropped.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::failure::{Failure, Report};
use crate::gemeente::{Herindelingen, NEDERLAND, Regions, region_number};
use crate::observation::{Missing, Status};
use crate::query::{Edition, Find, Queries, Service, Table};
use crate::snapshot::{Boundaries, Lock, Sidecar, Snapshot, Store};
use crate::topics;

/// The tidy observations and where they come from.
#[derive(Debug)]
pub struct Tidy {
    /// Columns topic (i32), region (i32, [`crate::gemeente::region_number`]), year (i32), class (i32: the year of the list of gemeenten), value (f64, in
    /// ones), missing (i32, [`missing_code`]), status (i32, [`status_code`]).
    pub frame: DataFrame,
    /// Source of each topic and year.
    pub origins: BTreeMap<(usize, i32), Origin>,
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

/// The code of a kind of missing in frames.
pub fn missing_code(missing: Missing) -> i32 {
    missing as i32
}

/// The code of a status in frames; of several the highest prevails.
pub const fn status_code(status: Status) -> i32 {
    match status {
        Status::Final => 0,
        Status::Unknown => 1,
        Status::Revised => 2,
        Status::Provisional => 3,
    }
}

/// The status of a code.
pub const fn status_of(code: i32) -> Status {
    match code {
        0 => Status::Final,
        2 => Status::Revised,
        3 => Status::Provisional,
        _ => Status::Unknown,
    }
}

/// The kind of missing of a code.
pub fn missing_of(code: i32) -> Missing {
    usize::try_from(code)
        .ok()
        .and_then(|code| Missing::ALL.get(code))
        .copied()
        .unwrap_or(Missing::Unknown)
}

/// What reading needs besides the queries.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What is asked.
    pub queries: &'a Queries,
    /// For which edition.
    pub edition: &'a Edition,
    /// Gemeenten.
    pub regions: &'a Regions,
    /// What became of them.
    pub herindelingen: &'a Herindelingen,
}

/// Reads all that the queries ask, from the releases that the lock pins for the edition.
///
/// # Errors
/// When a snapshot is damaged or polars fails.
pub fn read(context: Context<'_>, store: &Store, lock: &Lock) -> Result<Tidy, Failure> {
    let mut tidy = Tidy {
        frame: DataFrame::default(),
        origins: BTreeMap::new(),
        sidecars: BTreeMap::new(),
        lacking: Vec::new(),
        raw: BTreeMap::new(),
    };
    let mut frames = Vec::new();
    for (table, release, snapshot) in read_snapshots(context, store, lock, &mut tidy.lacking)? {
        let wanted = wanted(
            context.queries,
            table,
            &snapshot.sidecar,
            &release,
            &mut tidy,
        );
        if !wanted.is_empty() {
            frames.push(tidy_table(context, table, &snapshot, &wanted)?);
        }
        tidy.raw.insert(table.id.clone(), snapshot.observations);
        tidy.sidecars.insert(table.id.clone(), snapshot.sidecar);
    }
    tidy.lacking.sort();
    tidy.frame = concat(frames, UnionArgs::default())
        .and_then(LazyFrame::collect)
        .map_err(Error)?;
    tidy.origins
        .retain(|(_, year), _| *year <= context.edition.until);
    Ok(tidy)
}

type Read<'a> = (&'a Table, String, Snapshot);

/// Reads the snapshots with two hands: unpacking them is most of the work.
fn read_snapshots<'a>(
    context: Context<'a>,
    store: &Store,
    lock: &Lock,
    lacking: &mut Vec<Lacking>,
) -> Result<Vec<Read<'a>>, Failure> {
    let mut wanted = Vec::new();
    for table in context.queries.tables.values() {
        match lock.release(&context.edition.id, &table.id) {
            None => lacking.push(Lacking::Table(table.id.clone())),
            Some(release) => wanted.push((table, release.to_owned())),
        }
    }
    let read_some = |start: usize| -> Result<Vec<(usize, Read<'a>)>, crate::snapshot::Error> {
        let mine = wanted.iter().enumerate().skip(start).step_by(2);
        mine.map(|(place, (table, release))| {
            Ok((
                place,
                (*table, release.clone(), store.read(&table.id, release)?),
            ))
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

/// Which key of a table, in which year, is which topic.
struct Wanted {
    topic: usize,
    key: String,
    year: i32,
    scale: f64,
    absent_is_zero: bool,
    sum: bool,
}

fn wanted(
    queries: &Queries,
    table: &Table,
    sidecar: &Sidecar,
    release: &str,
    tidy: &mut Tidy,
) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    let years: BTreeSet<i32> = sidecar
        .periods
        .iter()
        .filter_map(|period| period.get(..4)?.parse().ok())
        .collect();
    for asked in topics::asked_of(queries, table) {
        let topic = &queries.topics[asked.topic];
        let keys = topics::keys(asked.source, &sidecar.topics);
        if keys.is_empty() {
            tidy.lacking.push(Lacking::Topic {
                table: table.id.clone(),
                topic: topic.id.clone(),
            });
            continue;
        }
        for &year in years
            .iter()
            .filter(|year| asked.source.years.contains(**year))
        {
            // two sources for one year: the first that the query names counts
            if tidy.origins.contains_key(&(asked.topic, year)) {
                continue;
            }
            let origin = Origin {
                table: table.id.clone(),
                release: release.to_owned(),
                keys: keys.iter().map(|&key| key.to_owned()).collect(),
            };
            tidy.origins.insert((asked.topic, year), origin);
            wanted.extend(keys.iter().map(|&key| Wanted {
                topic: asked.topic,
                key: key.to_owned(),
                year,
                scale: topic.scale,
                absent_is_zero: topic.absent_is_zero,
                sum: matches!(asked.source.find, Find::Keys { .. }),
            }));
        }
    }
    wanted
}

fn tidy_table(
    context: Context<'_>,
    table: &Table,
    snapshot: &Snapshot,
    wanted: &[Wanted],
) -> Result<LazyFrame, Failure> {
    let map = df![
        "key" => wanted.iter().map(|w| w.key.as_str()).collect::<Vec<_>>(),
        "year" => wanted.iter().map(|w| w.year).collect::<Vec<_>>(),
        "asked" => wanted.iter().map(|w| w.topic as i32).collect::<Vec<_>>(),
        "scale" => wanted.iter().map(|w| w.scale).collect::<Vec<_>>(),
        "absent_is_zero" => wanted.iter().map(|w| w.absent_is_zero).collect::<Vec<_>>(),
    ]
    .map_err(Error)?;
    let boundaries = snapshot.sidecar.boundaries()?;
    let mut frame = snapshot.observations.clone().lazy();
    if table.service == Service::File {
        frame = frame.filter(col("region").neq(lit(NEDERLAND)));
    }
    if table.all_zero_is_not_delivered {
        frame = not_delivered(frame).map_err(Error)?;
    }
    let absent = lit(missing_code(Missing::Absent));
    let mut frame = frame
        .join(
            map.lazy(),
            [col("topic"), col("year")],
            [col("key"), col("year")],
            JoinArgs::new(JoinType::Inner),
        )
        .join(
            region_numbers(context)?,
            [col("region")],
            [col("region")],
            JoinArgs::new(JoinType::Inner),
        )
        .select([
            col("asked").alias("topic"),
            col("number").alias("region"),
            col("year"),
            (col("value") * col("scale")).alias("value"),
            code_of(
                "missing",
                Missing::ALL
                    .iter()
                    .map(|word| (word.word(), missing_code(*word))),
            )
            .alias("missing"),
            code_of(
                "status",
                Status::ALL
                    .iter()
                    .map(|word| (word.word(), status_code(*word))),
            )
            .alias("status"),
            col("absent_is_zero"),
        ])
        .with_column(
            when(col("absent_is_zero").and(col("missing").eq(absent)))
                .then(lit(0.0))
                .otherwise(col("value"))
                .alias("value"),
        )
        .with_column(
            when(col("value").is_null())
                .then(col("missing"))
                .otherwise(lit(missing_code(Missing::None)))
                .alias("missing"),
        );
    if wanted.iter().any(|w| w.sum) {
        frame = frame
            .group_by_stable([col("topic"), col("region"), col("year")])
            .agg([
                when(col("value").null_count().eq(lit(0)))
                    .then(col("value").sum())
                    .otherwise(lit(NULL))
                    .alias("value"),
                col("missing").max(),
                col("status").max(),
            ]);
    }
    let class = match boundaries {
        Boundaries::Period => return Ok(finished(frame.with_column(col("year").alias("class")))),
        Boundaries::Year(year) => return Ok(finished(frame.with_column(lit(year).alias("class")))),
        Boundaries::PeriodOrNext => period_or_next(context, &snapshot.observations)?,
    };
    let on = [col("region"), col("year")];
    Ok(finished(frame.join(
        class,
        on.clone(),
        on,
        JoinArgs::new(JoinType::Left),
    )))
}

/// region (code), number.
fn region_numbers(context: Context<'_>) -> Result<LazyFrame, Failure> {
    let codes: Vec<&str> = context.regions.codes().chain([NEDERLAND]).collect();
    let numbers: Vec<Option<i32>> = codes.iter().map(|code| region_number(code)).collect();
    Ok(df!["region" => codes, "number" => numbers]
        .map_err(Error)?
        .lazy())
}

fn finished(frame: LazyFrame) -> LazyFrame {
    frame.select(
        [
            "topic", "region", "year", "class", "value", "missing", "status",
        ]
        .map(col),
    )
}

/// The number of a word, by comparing: there are but a few words.
fn code_of<'a>(column: &str, words: impl Iterator<Item = (&'a str, i32)>) -> Expr {
    words.fold(lit(-1), |otherwise, (word, code)| {
        when(col(column).eq(lit(word.to_owned())))
            .then(lit(code))
            .otherwise(otherwise)
    })
}

/// A gemeente whose every figure is zero did not deliver: its zeros become missing.
fn not_delivered(frame: LazyFrame) -> PolarsResult<LazyFrame> {
    let all_zero = col("value")
        .abs()
        .sum()
        .over([col("region"), col("year")])?
        .eq(lit(0.0));
    Ok(frame
        .with_column(
            all_zero
                .and(col("region").neq(lit(NEDERLAND)))
                .alias("all_zero"),
        )
        .with_columns([
            when(col("all_zero"))
                .then(lit(NULL))
                .otherwise(col("value"))
                .cast(DataType::Float64)
                .alias("value"),
            when(col("all_zero"))
                .then(lit(Missing::NotDelivered.word()))
                .otherwise(col("missing"))
                .alias("missing"),
        ]))
}

/// Per region and year the list a figure is on, where the next year's gemeenten may be in already.
///
/// A code of the next list only is clear. A gemeente that takes others in and keeps its code is on the next list when
/// none of those it takes in has a figure (Amsterdam in the election of March 2022: Weesp voted along).
fn period_or_next(context: Context<'_>, observations: &DataFrame) -> Result<LazyFrame, Failure> {
    let with_value = observations
        .clone()
        .lazy()
        .filter(col("value").is_not_null())
        .select([col("region"), col("year")])
        .unique_stable(None, UniqueKeepStrategy::First)
        .sort(["year", "region"], SortMultipleOptions::default())
        .collect()
        .map_err(Error)?;
    let regions = with_value
        .column("region")
        .and_then(|c| c.str().cloned())
        .map_err(Error)?;
    let years = with_value
        .column("year")
        .and_then(|c| c.i32().cloned())
        .map_err(Error)?;
    let mut present: BTreeMap<i32, BTreeSet<&str>> = BTreeMap::new();
    for (region, year) in regions.iter().zip(years.iter()) {
        if let (Some(region), Some(year)) = (region, year) {
            present.entry(year).or_default().insert(region);
        }
    }
    let (mut codes, mut of_years, mut classes) = (Vec::new(), Vec::new(), Vec::new());
    for (&year, have) in &present {
        for &region in have {
            let exists = context.regions.exists(region, year) || region == NEDERLAND;
            let mut taken_in = context
                .herindelingen
                .ending_after(year)
                .filter(|(_, to)| *to == region)
                .peekable();
            let takes_in = taken_in.peek().is_some();
            let counted_apart = taken_in.any(|(from, _)| have.contains(from));
            // what has figures under the old codes does not count again under the new one (De Fryske Marren 2015)
            if !exists && counted_apart {
                continue;
            }
            codes.push(region_number(region));
            of_years.push(year);
            classes.push(if !exists || takes_in && !counted_apart {
                year + 1
            } else {
                year
            });
        }
    }
    Ok(
        df!["region" => codes, "year" => of_years, "class" => classes]
            .map_err(Error)?
            .lazy(),
    )
}

/// Polars could not carry out a step.
#[derive(Debug, thiserror::Error)]
#[error("cannot tidy the observations: {0}")]
pub struct Error(pub PolarsError);

impl Report for Error {}
