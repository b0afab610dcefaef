//! The tidy table: every asked observation of every table under its topic's name, with the boundaries it is on.
//!
//! In: snapshots and the topics of `queries/`. Out: one frame with a row per topic, region and year (columns in
//! [`Tidy::frame`]) and a list of where each topic of each year comes from. Sums of keys (the taakvelden of Iv3) are
//! made here, scales are undone here, and "zero in every taakveld" becomes "not delivered" here. The Nederland row of a
//! table that is a file is its compiler's sum and not CBS's figure (Iv3 leaves out who did not deliver): it is dropped.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::failure::{Failure, Report};
use crate::gemeente::{
    Herindelingen, NEDERLAND, NEDERLAND_NUMBER, Regions, region_code, region_number,
};
use crate::located::Complaint;
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
    let (mut single, mut sums) = (Rows::default(), Rows::default());
    let read = read_snapshots(context, store, lock, &mut tidy.lacking)?;
    for (place, snapshot) in read.into_iter().enumerate() {
        let (table, sidecar) = (snapshot.table, snapshot.sidecar);
        let wanted = wanted(
            context.queries,
            table,
            &sidecar,
            &snapshot.release,
            &mut tidy,
        )?;
        let boundaries = sidecar.boundaries()?;
        tidy.sidecars.insert(table.id.clone(), sidecar);
        if !wanted.is_empty() {
            let rows = on_lists(context, table, boundaries, snapshot.numbers).map_err(Error)?;
            let is_sum = wanted.iter().any(|w| w.sum);
            let kind = if is_sum { &mut sums } else { &mut single };
            kind.add(place, rows, wanted);
        }
        tidy.raw.insert(table.id.clone(), snapshot.observations);
    }
    tidy.lacking.sort();
    tidy.frame = concat(
        [
            single.values().map_err(Error)?,
            added_up(sums.values().map_err(Error)?),
        ],
        UnionArgs::default(),
    )
    .and_then(collect_in_order)
    .map_err(Error)?;
    tidy.origins
        .retain(|(_, year), _| *year <= context.edition.until);
    Ok(tidy)
}

/// A snapshot as it is read: its words are numbers already.
struct Read<'a> {
    table: &'a Table,
    release: String,
    sidecar: Sidecar,
    /// Columns key (position in the sidecar's topics), region, year, value, missing, status.
    numbers: DataFrame,
    /// The snapshot itself, for tracing figures back to it.
    observations: DataFrame,
}

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
    let known: BTreeSet<i32> = context
        .regions
        .codes()
        .chain([NEDERLAND])
        .filter_map(region_number)
        .collect();
    let read_some = |start: usize| -> Result<Vec<(usize, Read<'a>)>, Failure> {
        let mine = wanted.iter().enumerate().skip(start).step_by(2);
        mine.map(|(place, (table, release))| {
            let Snapshot {
                sidecar,
                observations,
            } = store.read(&table.id, release)?;
            let numbers = numbers(&observations, &sidecar, &known).map_err(Error)?;
            let read = Read {
                table,
                release: release.clone(),
                sidecar,
                numbers,
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

/// Words become numbers at the door: everything after it joins and groups on whole numbers, which is far quicker.
fn numbers(
    observations: &DataFrame,
    sidecar: &Sidecar,
    known: &BTreeSet<i32>,
) -> PolarsResult<DataFrame> {
    let keys: BTreeMap<&str, i32> = (0..)
        .zip(&sidecar.topics)
        .map(|(position, topic)| (topic.key.as_str(), position))
        .collect();
    let coded = |name: &str, number: &dyn Fn(&str) -> Option<i32>| -> PolarsResult<Column> {
        Ok(coded(observations.column(name)?.str()?, number)
            .with_name(name.into())
            .into_column())
    };
    let frame = DataFrame::new(
        observations.height(),
        vec![
            coded("topic", &|key| keys.get(key).copied())?.with_name("key".into()),
            coded("region", &|code| {
                region_number(code).filter(|number| known.contains(number))
            })?,
            observations.column("year")?.clone(),
            observations.column("value")?.clone(),
            coded("missing", &|word| {
                Some(word.parse().map_or(-1, missing_code))
            })?,
            coded("status", &|word| Some(word.parse().map_or(-1, status_code)))?,
        ],
    )?;
    frame.lazy().filter(col("region").is_not_null()).collect()
}

/// The numbers of words. Words repeat row after row, so a word is looked up where it changes.
fn coded(words: &StringChunked, number: &dyn Fn(&str) -> Option<i32>) -> Int32Chunked {
    let mut before = (None, None);
    words
        .iter()
        .map(|word| {
            if word != before.0 {
                before = (word, word.and_then(number));
            }
            before.1
        })
        .collect()
}

/// Several small whole numbers as one, for joins and groups on one number are quickest.
///
/// Topics, formulas, regions, years and places are all below [`ROOM`], so four of them fit.
pub fn packed(columns: &[&str]) -> Expr {
    columns
        .iter()
        .map(|name| col(*name).cast(DataType::Int64))
        .reduce(|packed, next| packed * lit(ROOM) + next)
        .unwrap_or(lit(0_i64))
}

/// What each number of [`packed`] stays below.
pub const ROOM: i64 = 10_000;

/// Carries out a plan without dropping the order of rows, as the optimiser does where it sees no step that needs it: sums
/// of numbers with decimals do, to give the same last digit every time.
pub fn collect_in_order(plan: LazyFrame) -> PolarsResult<DataFrame> {
    plan.with_check_order(false).collect()
}

/// An inner join that keeps the order of the left side, and with it the order of sums.
pub fn left_ordered() -> JoinArgs {
    let mut args = JoinArgs::new(JoinType::Inner);
    args.maintain_order = MaintainOrderJoin::Left;
    args
}

/// Rows of several tables, with what is wanted of them.
#[derive(Default)]
struct Rows {
    frames: Vec<LazyFrame>,
    wanted: Vec<(i64, Wanted)>,
}

/// Which key of a table, in which year, is which topic.
struct Wanted {
    topic: usize,
    /// Position in the sidecar's topics.
    key: i32,
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
) -> Result<Vec<Wanted>, Complaint> {
    let mut wanted = Vec::new();
    let years: BTreeSet<i32> = sidecar
        .periods
        .iter()
        .filter_map(|period| period.get(..4)?.parse().ok())
        .collect();
    for asked in topics::asked_of(queries, table) {
        let topic = &queries.topics[asked.topic];
        let keys = asked.keys(&sidecar.topics)?;
        if keys.is_empty() {
            tidy.lacking.push(Lacking::Topic {
                table: table.id.clone(),
                topic: topic.id.clone(),
            });
            continue;
        }
        let positions: Vec<(i32, f64)> = (0..)
            .zip(&sidecar.topics)
            .filter(|(_, known)| keys.contains(&known.key.as_str()))
            .map(|(position, known)| (position, topic.scale_from(&known.unit)))
            .collect();
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
            wanted.extend(positions.iter().map(|&(key, scale)| Wanted {
                topic: asked.topic,
                key,
                year,
                scale,
                absent_is_zero: topic.absent_is_zero,
                sum: matches!(asked.source.find, Find::Keys { .. }),
            }));
        }
    }
    Ok(wanted)
}

impl Rows {
    fn add(&mut self, place: usize, rows: LazyFrame, wanted: Vec<Wanted>) {
        let table = place as i64;
        self.frames
            .push(rows.with_column(lit(table).alias("table")));
        self.wanted
            .extend(wanted.into_iter().map(|wanted| (table, wanted)));
    }

    /// Columns of [`Tidy::frame`], with a row per key where several make up a topic.
    fn values(self) -> PolarsResult<LazyFrame> {
        let wanted = self.wanted;
        let cell = |(table, w): &(i64, Wanted)| {
            (table * ROOM + i64::from(w.key)) * ROOM + i64::from(w.year)
        };
        let asked = df![
            "cell" => wanted.iter().map(cell).collect::<Vec<_>>(),
            "topic" => wanted.iter().map(|(_, w)| w.topic as i32).collect::<Vec<_>>(),
            "scale" => wanted.iter().map(|(_, w)| w.scale).collect::<Vec<_>>(),
            "absent_is_zero" => wanted.iter().map(|(_, w)| w.absent_is_zero).collect::<Vec<_>>(),
        ]?;
        let is_zero =
            col("absent_is_zero").and(col("missing").eq(lit(missing_code(Missing::Absent))));
        Ok(concat(self.frames, UnionArgs::default())?
            .with_column(packed(&["table", "key", "year"]).alias("cell"))
            .join(asked.lazy(), [col("cell")], [col("cell")], left_ordered())
            .with_column(
                when(is_zero)
                    .then(lit(0.0))
                    .otherwise(col("value") * col("scale"))
                    .alias("value"),
            )
            .with_column(
                when(col("value").is_null())
                    .then(col("missing"))
                    .otherwise(lit(missing_code(Missing::None)))
                    .alias("missing"),
            )
            .select(COLUMNS.map(col)))
    }
}

const COLUMNS: [&str; 7] = [
    "topic", "region", "year", "class", "value", "missing", "status",
];

/// Sums of keys: one that is missing makes the sum missing.
fn added_up(rows: LazyFrame) -> LazyFrame {
    rows.group_by_stable([packed(&["topic", "region", "year"]).alias("cell")])
        .agg([
            col("topic").first(),
            col("region").first(),
            col("year").first(),
            col("class").first(),
            when(col("value").null_count().eq(lit(0)))
                .then(col("value").sum())
                .otherwise(lit(NULL))
                .cast(DataType::Float64)
                .alias("value"),
            col("missing").max(),
            col("status").max(),
        ])
        .select(COLUMNS.map(col))
}

/// The rows of a table that count, each with the list of gemeenten it is on.
fn on_lists(
    context: Context<'_>,
    table: &Table,
    boundaries: Boundaries,
    numbers: DataFrame,
) -> PolarsResult<LazyFrame> {
    let mut rows = numbers.clone().lazy();
    if table.service == Service::File {
        rows = rows.filter(col("region").neq(lit(NEDERLAND_NUMBER)));
    }
    if table.all_zero_is_not_delivered {
        rows = not_delivered(rows)?;
    }
    Ok(match boundaries {
        Boundaries::Period => rows.with_column(col("year").alias("class")),
        Boundaries::Year(year) => rows.with_column(lit(year).alias("class")),
        Boundaries::PeriodOrNext => {
            let on = [col("region"), col("year")];
            let lists = period_or_next(context, numbers)?;
            rows.join(lists, on.clone(), on, JoinArgs::new(JoinType::Left))
        }
    })
}

/// A gemeente whose every figure is zero did not deliver: its zeros become missing.
fn not_delivered(frame: LazyFrame) -> PolarsResult<LazyFrame> {
    let all_zero = col("value")
        .abs()
        .sum()
        .over([packed(&["region", "year"])])?
        .eq(lit(0.0));
    Ok(frame
        .with_column(
            all_zero
                .and(col("region").neq(lit(NEDERLAND_NUMBER)))
                .alias("all_zero"),
        )
        .with_columns([
            when(col("all_zero"))
                .then(lit(NULL))
                .otherwise(col("value"))
                .cast(DataType::Float64)
                .alias("value"),
            when(col("all_zero"))
                .then(lit(missing_code(Missing::NotDelivered)))
                .otherwise(col("missing"))
                .alias("missing"),
        ]))
}

/// Per region and year the list a figure is on, where the next year's gemeenten may be in already.
///
/// A code of the next list only is clear. A gemeente that takes others in and keeps its code is on the next list when
/// none of those it takes in has a figure (Amsterdam in the election of March 2022: Weesp voted along).
fn period_or_next(context: Context<'_>, numbers: DataFrame) -> PolarsResult<LazyFrame> {
    let with_value = numbers
        .lazy()
        .filter(col("value").is_not_null())
        .select([col("region"), col("year")])
        .unique(None, UniqueKeepStrategy::Any)
        .collect()?;
    let mut present: BTreeMap<i32, BTreeSet<String>> = BTreeMap::new();
    let (regions, years) = (
        with_value.column("region")?.i32()?,
        with_value.column("year")?.i32()?,
    );
    for (region, year) in regions.iter().zip(years.iter()) {
        if let (Some(region), Some(year)) = (region, year) {
            present.entry(year).or_default().insert(region_code(region));
        }
    }
    let (mut codes, mut of_years, mut classes) = (Vec::new(), Vec::new(), Vec::new());
    for (&year, have) in &present {
        for region in have {
            let exists = context.regions.exists(region, year) || region == NEDERLAND;
            let mut taken_in = context
                .herindelingen
                .ending_after(year)
                .filter(|(_, to)| to == region)
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
    Ok(df!["region" => codes, "year" => of_years, "class" => classes]?.lazy())
}

/// Polars could not carry out a step.
#[derive(Debug, thiserror::Error)]
#[error("cannot tidy the observations: {0}")]
pub struct Error(pub PolarsError);

impl Report for Error {}
