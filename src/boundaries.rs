//! Boundaries: figures of any year are brought to one list of gemeenten.
//!
//! In: tidy rows with the list they are on (`class`), and the log of herindelingen. Out: the same figures per gemeente
//! of another list. Counts add up, a split goes by the inhabitants (or dwellings) that moved, a ratio goes as value
//! times weight, and what cannot be converted becomes missing with the reason `herindeling`. National totals stay.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::gemeente::{
    Crosswalk, CrosswalkRow, Herindelingen, NEDERLAND, Part, Population, Regions, SLIVER,
    region_number,
};
use crate::observation::Missing;
use crate::tidy::{left_ordered, missing_code, packed};

/// Crosswalks between lists, as frames. A row's way is its list, the list it goes to and its region in one number.
#[derive(Clone)]
pub struct Crosswalks {
    /// Gemeenten that stayed as they were, under whatever code. Columns walk (i64), target (i32).
    unchanged: LazyFrame,
    /// Parts of gemeenten. Columns walk (i64), target (i32), share, share_dwellings, of_target (f64), lost (bool).
    parts: LazyFrame,
}

/// The key of a crosswalk, of rows with class, to and region.
fn walk() -> Expr {
    packed(&["class", "to", "region"]).alias("walk")
}

impl Crosswalks {
    /// Builds the crosswalks for pairs of lists (from, to). Nederland stays Nederland.
    ///
    /// # Errors
    /// When polars cannot build the frame.
    pub fn new(
        pairs: &BTreeSet<(i32, i32)>,
        herindelingen: &Herindelingen,
        regions: &Regions,
        population: &Population,
    ) -> PolarsResult<Self> {
        let last = regions.last_year();
        let mut made: BTreeMap<(i32, i32), Crosswalk> = BTreeMap::new();
        let (mut unchanged, mut parts) = (Parts::default(), Parts::default());
        for &pair in pairs {
            // after the last list nothing has changed yet
            let capped = (pair.0.min(last), pair.1.min(last));
            let crosswalk = made.entry(capped).or_insert_with(|| {
                Crosswalk::new(capped.0, capped.1, herindelingen, regions, population)
            });
            let mut parts_of: BTreeMap<&str, usize> = BTreeMap::new();
            for row in crosswalk.rows() {
                *parts_of.entry(&row.part.to).or_default() += 1;
            }
            unchanged.push(pair, &nederland());
            for row in crosswalk.rows() {
                if is_whole(row) && parts_of.get(row.part.to.as_str()) == Some(&1) {
                    unchanged.push(pair, row);
                } else {
                    parts.push(pair, row);
                }
            }
        }
        Ok(Self {
            unchanged: unchanged.frame()?.lazy().select([walk(), col("target")]),
            parts: parts
                .frame()?
                .lazy()
                .with_column(walk())
                .drop(cols(["class", "to", "region"])),
        })
    }

    /// Rows (class, to, region, …) of gemeenten that stayed as they were: only the code may be another.
    fn unchanged(&self, rows: LazyFrame) -> LazyFrame {
        rows.with_column(walk())
            .join(
                self.unchanged.clone(),
                [col("walk")],
                [col("walk")],
                left_ordered(),
            )
            .with_column(col("target").alias("region"))
    }

    /// Rows (class, to, region, …) of the others, each with the parts that its region ends up in.
    fn parts(&self, rows: LazyFrame) -> LazyFrame {
        rows.with_column(walk()).join(
            self.parts.clone(),
            [col("walk")],
            [col("walk")],
            left_ordered(),
        )
    }

    /// Counts: rows with `key`, class, to, region, year, value, missing, status and `by_dwellings` are added up per
    /// `key`, year and gemeente of the list `to`, which becomes `region`; `kept` are columns that follow from `key`.
    ///
    /// A missing part makes the sum missing, unless it is a [`SLIVER`] of the new gemeente.
    ///
    /// # Errors
    /// When polars cannot build the plan.
    pub fn add_up(&self, rows: LazyFrame, key: &str, kept: &[&str]) -> PolarsResult<LazyFrame> {
        let columns = columns(key, kept, &["value"]);
        let moved = self
            .parts(rows.clone())
            .with_column(hole().alias("hole"))
            .with_columns([
                (col("value") * share()).alias("value"),
                gap().alias("gap"),
                reason_of_hole().alias("missing"),
            ])
            .group_by_stable([grouping(key)])
            .agg(of_group(
                key,
                kept,
                [when(col("gap").sum().lt_eq(lit(SLIVER)))
                    .then(col("value").sum())
                    .otherwise(lit(NULL))
                    .cast(DataType::Float64)
                    .alias("value")],
            ))
            .with_column(no_reason_with_value())
            .select(columns.clone());
        concat(
            [self.unchanged(rows).select(columns), moved],
            UnionArgs::default(),
        )
    }

    /// Figures that cannot be added up: only a gemeente that stayed the same, but for a [`SLIVER`], keeps its figure.
    ///
    /// # Errors
    /// When polars cannot build the plan.
    pub fn keep_unchanged(&self, rows: LazyFrame, key: &str) -> PolarsResult<LazyFrame> {
        let columns = columns(key, &[], &["value"]);
        let herindeling = lit(missing_code(Missing::Herindeling));
        let moved = self
            .parts(rows.clone())
            // of the parts of a gemeente at most one can be nearly all of it
            .with_columns(["value", "missing"].map(|name| {
                when(same())
                    .then(col(name))
                    .otherwise(lit(NULL))
                    .alias(name)
            }))
            .group_by_stable([grouping(key)])
            .agg(of_group(key, &[], [col("value").max()]))
            .with_column(col("missing").fill_null(herindeling))
            .select(columns.clone());
        concat(
            [self.unchanged(rows).select(columns), moved],
            UnionArgs::default(),
        )
    }

    /// Ratios with a weight: rows with value and weight go as value times weight; `num` and `den` are the sums.
    ///
    /// A gemeente made of one other keeps the value as it was published, and so does, for want of a weight, one that
    /// stayed the same but for a [`SLIVER`].
    ///
    /// # Errors
    /// When polars cannot build the plan.
    pub fn average(&self, rows: LazyFrame, key: &str, kept: &[&str]) -> PolarsResult<LazyFrame> {
        let columns = columns(key, kept, &["num", "den", "value"]);
        let or_null =
            |condition: Expr, name: &str| when(condition).then(col(name)).otherwise(lit(NULL));
        let single = len().eq(lit(1)).and(col("lost").any(true).not());
        let unweighted = col("weight").null_count().gt(lit(0));
        let moved = self
            .parts(rows.clone())
            .with_columns([
                hole().alias("hole"),
                // the weight of a newer gemeente is not that of the older one in its place
                when(col("lost"))
                    .then(lit(NULL))
                    .otherwise(col("weight") * share())
                    .cast(DataType::Float64)
                    .alias("weight"),
                or_null(same(), "value").alias("of_same"),
            ])
            .with_columns([
                (col("value") * col("weight")).alias("num"),
                or_null(col("hole").not(), "weight").alias("whole"),
                gap().alias("gap"),
                reason_of_hole().alias("missing"),
            ])
            .group_by_stable([grouping(key)])
            .agg(of_group(
                key,
                kept,
                [
                    col("num").sum(),
                    col("whole").sum().alias("den"),
                    col("weight").sum(),
                    when(single.clone())
                        .then(col("value").first())
                        .otherwise(col("of_same").max())
                        .alias("as_published"),
                    single.or(unweighted.clone()).alias("single"),
                    unweighted.alias("unweighted"),
                    col("gap").sum(),
                ],
            ))
            .with_columns(averaged())
            .select(columns.clone());
        let unchanged = self
            .unchanged(rows)
            .with_column(or_null(col("weight").gt(lit(0.0)), "value").alias("weighed"))
            .with_columns([
                (col("weighed") * col("weight")).alias("num"),
                col("weight").alias("den"),
            ])
            .select(columns);
        concat([unchanged, moved], UnionArgs::default())
    }
}

/// Nederland stays what it is.
fn nederland() -> CrosswalkRow {
    CrosswalkRow {
        region: NEDERLAND.to_owned(),
        part: Part {
            to: NEDERLAND.to_owned(),
            inhabitants: 1.0,
            dwellings: 1.0,
        },
        of_target: 1.0,
        lost: false,
    }
}

/// Whether all of a gemeente goes to one other.
fn is_whole(row: &CrosswalkRow) -> bool {
    let whole = |share: f64| share.to_bits() == 1f64.to_bits();
    whole(row.part.inhabitants) && whole(row.part.dwellings) && whole(row.of_target) && !row.lost
}

/// Rows of crosswalks, column by column.
#[derive(Default)]
struct Parts {
    pair: Vec<(i32, i32)>,
    regions: Vec<(Option<i32>, Option<i32>)>,
    shares: Vec<[f64; 3]>,
    lost: Vec<bool>,
}

impl Parts {
    fn push(&mut self, pair: (i32, i32), row: &CrosswalkRow) {
        self.pair.push(pair);
        self.regions
            .push((region_number(&row.region), region_number(&row.part.to)));
        self.shares
            .push([row.part.inhabitants, row.part.dwellings, row.of_target]);
        self.lost.push(row.lost);
    }

    fn frame(&self) -> PolarsResult<DataFrame> {
        let share = |place: usize| {
            self.shares
                .iter()
                .map(|shares| shares[place])
                .collect::<Vec<_>>()
        };
        df![
            "class" => self.pair.iter().map(|pair| pair.0).collect::<Vec<_>>(),
            "to" => self.pair.iter().map(|pair| pair.1).collect::<Vec<_>>(),
            "region" => self.regions.iter().map(|regions| regions.0).collect::<Vec<_>>(),
            "target" => self.regions.iter().map(|regions| regions.1).collect::<Vec<_>>(),
            "share" => share(0),
            "share_dwellings" => share(1),
            "of_target" => share(2),
            "lost" => &self.lost,
        ]
    }
}

/// What comes out: the key and what follows from it, region, year, the values, missing and status.
fn columns(key: &str, kept: &[&str], values: &[&str]) -> Vec<Expr> {
    [key]
        .iter()
        .chain(kept)
        .chain(&["region", "year"])
        .chain(values)
        .chain(&["missing", "status"])
        .map(|name| col(*name))
        .collect()
}

fn grouping(key: &str) -> Expr {
    packed(&[key, "target", "year"]).alias("group")
}

/// Of the rows of a [`grouping`]: what they have in common, their sums, reason and status.
fn of_group<const N: usize>(key: &str, kept: &[&str], sums: [Expr; N]) -> Vec<Expr> {
    [key, "year"]
        .iter()
        .chain(kept)
        .map(|name| col(*name).first())
        .chain([col("target").first().alias("region")])
        .chain(sums)
        .chain([col("missing").max(), col("status").max()])
        .collect()
}

/// A part without a figure.
fn hole() -> Expr {
    col("value").is_null().or(col("lost"))
}

/// The share of a region that goes to the target.
fn share() -> Expr {
    when(col("by_dwellings"))
        .then(col("share_dwellings"))
        .otherwise(col("share"))
}

/// Whether region and target are the same gemeente, but for a [`SLIVER`].
fn same() -> Expr {
    let nearly_all = || lit(1.0 - SLIVER);
    col("of_target")
        .gt_eq(nearly_all())
        .and(col("share").gt_eq(nearly_all()))
        .and(col("lost").not())
}

/// After [`Crosswalks::average`]: the value, and numerator and denominator where there is one.
fn averaged() -> [Expr; 4] {
    let weighted = col("unweighted")
        .not()
        .and(col("gap").lt_eq(lit(SLIVER)))
        .and(col("den").gt(lit(0.0)));
    let value = when(col("single"))
        .then(col("as_published"))
        .when(weighted.clone())
        .then(col("num") / col("den"))
        .otherwise(lit(NULL))
        .cast(DataType::Float64);
    let herindeling = missing_code(Missing::Herindeling);
    let reason = when(value.clone().is_not_null())
        .then(lit(missing_code(Missing::None)))
        .when(col("missing").gt(lit(0)))
        .then(col("missing"))
        .otherwise(lit(herindeling));
    let kept = weighted.and(value.clone().is_not_null());
    [
        when(kept)
            .then(col("num"))
            .otherwise(lit(NULL))
            .cast(DataType::Float64)
            .alias("num"),
        // a missing figure keeps its weight, for the coverage of a group
        when(col("unweighted"))
            .then(lit(NULL))
            .otherwise(col("weight"))
            .cast(DataType::Float64)
            .alias("den"),
        reason.alias("missing"),
        value.alias("value"),
    ]
}

/// The share of the new gemeente's inhabitants of a part that has no figure.
fn gap() -> Expr {
    when(col("hole"))
        .then(col("of_target"))
        .otherwise(lit(NULL))
}

/// Why a part has no figure; of several the highest code prevails.
fn reason_of_hole() -> Expr {
    when(col("hole").not())
        .then(lit(missing_code(Missing::None)))
        .when(col("lost"))
        .then(lit(missing_code(Missing::Herindeling)))
        .otherwise(col("missing"))
}

fn no_reason_with_value() -> Expr {
    when(col("value").is_null())
        .then(col("missing"))
        .otherwise(lit(missing_code(Missing::None)))
        .alias("missing")
}
