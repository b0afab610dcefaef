//! Boundaries: figures of any year are brought to one list of gemeenten.
//!
//! In: tidy rows with the list they are on (`class`), and the log of herindelingen. Out: the same figures per gemeente
//! of another list. Counts add up, a split goes by the inhabitants (or dwellings) that moved, a ratio goes as value
//! times weight, and what cannot be converted becomes missing with the reason `herindeling`. National totals stay.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::gemeente::{
    Crosswalk, Herindelingen, NEDERLAND, Population, Regions, SLIVER, region_number,
};
use crate::observation::Missing;
use crate::tidy::missing_code;

/// Crosswalks between lists, as one frame.
#[derive(Clone)]
pub struct Crosswalks {
    /// Columns class, to, region, target (i32), share, share_dwellings, of_target (f64), lost (bool).
    frame: LazyFrame,
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
        let (mut class, mut to, mut region, mut target) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut share, mut share_dwellings, mut of_target, mut lost) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let last = regions.last_year();
        let mut made: BTreeMap<(i32, i32), Crosswalk> = BTreeMap::new();
        for &pair in pairs {
            // after the last list nothing has changed yet
            let capped = (pair.0.min(last), pair.1.min(last));
            let walk = made.entry(capped).or_insert_with(|| {
                Crosswalk::new(capped.0, capped.1, herindelingen, regions, population)
            });
            let mut push = |from: &str,
                            into: &str,
                            inhabitants: f64,
                            dwellings: f64,
                            part: f64,
                            gone: bool| {
                class.push(pair.0);
                to.push(pair.1);
                region.push(region_number(from));
                target.push(region_number(into));
                share.push(inhabitants);
                share_dwellings.push(dwellings);
                of_target.push(part);
                lost.push(gone);
            };
            push(NEDERLAND, NEDERLAND, 1.0, 1.0, 1.0, false);
            for row in walk.rows() {
                push(
                    &row.region,
                    &row.part.to,
                    row.part.inhabitants,
                    row.part.dwellings,
                    row.of_target,
                    row.lost,
                );
            }
        }
        let frame = df![
            "class" => class, "to" => to, "region" => region, "target" => target,
            "share" => share, "share_dwellings" => share_dwellings, "of_target" => of_target, "lost" => lost,
        ]?;
        Ok(Self {
            frame: frame.lazy(),
        })
    }

    /// Joins rows (class, region, …) to where their region ends up on the list `to` of each row.
    fn follow(&self, rows: LazyFrame) -> LazyFrame {
        let on = [col("class"), col("to"), col("region")];
        rows.join(
            self.frame.clone(),
            on.clone(),
            on,
            JoinArgs::new(JoinType::Inner),
        )
    }

    /// Counts: rows with `keys`, class, to, region, year, value, missing, status and `by_dwellings` are added up per
    /// gemeente of the list `to`, which becomes `region`.
    ///
    /// A missing part makes the sum missing, unless it is a [`SLIVER`] of the new gemeente.
    pub fn add_up(&self, rows: LazyFrame, keys: &[&str]) -> LazyFrame {
        let hole = col("value").is_null().or(col("lost"));
        self.follow(rows)
            .with_columns([(col("value") * share()).alias("value"), hole.alias("hole")])
            .group_by_stable(grouping(keys))
            .agg([
                when(missing_share().lt_eq(lit(SLIVER)))
                    .then(col("value").sum())
                    .otherwise(lit(NULL))
                    .cast(DataType::Float64)
                    .alias("value"),
                missing_reason().alias("missing"),
                col("status").max(),
            ])
            .with_column(no_reason_with_value())
            .rename(["target"], ["region"], true)
    }

    /// Figures that cannot be added up: only a gemeente that stayed the same, but for a [`SLIVER`], keeps its figure.
    pub fn keep_unchanged(&self, rows: LazyFrame, keys: &[&str]) -> LazyFrame {
        let same_value = col("value").filter(col("same")).first();
        let same_missing = col("missing").filter(col("same")).first();
        self.follow(rows)
            .with_column(same().alias("same"))
            .group_by_stable(grouping(keys))
            .agg([
                same_value.alias("value"),
                same_missing
                    .fill_null(lit(missing_code(Missing::Herindeling)))
                    .alias("missing"),
                col("status").max(),
            ])
            .rename(["target"], ["region"], true)
    }

    /// Ratios with a weight: rows with value and weight go as value times weight; `num` and `den` are the sums.
    ///
    /// A gemeente made of one other keeps the value as it was published, and so does, for want of a weight, one that
    /// stayed the same but for a [`SLIVER`].
    pub fn average(&self, rows: LazyFrame, keys: &[&str]) -> LazyFrame {
        let hole = col("value").is_null().or(col("lost"));
        let whole = when(col("hole")).then(lit(NULL)).otherwise(col("weight"));
        let single = len().eq(lit(1)).and(col("lost").any(true).not());
        let unweighted = col("weight").null_count().gt(lit(0));
        // the weight of a newer gemeente is not that of the older one in its place
        let weight = when(col("lost"))
            .then(lit(NULL))
            .otherwise(col("weight") * share());
        self.follow(rows)
            .with_columns([
                hole.alias("hole"),
                weight.cast(DataType::Float64).alias("weight"),
                same().alias("same"),
            ])
            .with_columns([
                (col("value") * col("weight")).alias("num"),
                whole.alias("whole"),
            ])
            .group_by_stable(grouping(keys))
            .agg([
                col("num").sum().alias("num"),
                col("whole").sum().alias("den"),
                col("weight").sum().alias("weight"),
                when(single.clone())
                    .then(col("value").first())
                    .otherwise(col("value").filter(col("same")).first())
                    .alias("as_published"),
                single.or(unweighted.clone()).alias("single"),
                unweighted.alias("unweighted"),
                missing_share().alias("missing_share"),
                missing_reason().alias("missing"),
                col("status").max(),
            ])
            .with_columns(averaged())
            .rename(["target"], ["region"], true)
    }
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
        .and(col("missing_share").lt_eq(lit(SLIVER)))
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

fn grouping(keys: &[&str]) -> Vec<Expr> {
    keys.iter()
        .copied()
        .chain(["target", "year"])
        .map(col)
        .collect()
}

/// Share of the new gemeente's inhabitants whose part has no figure.
fn missing_share() -> Expr {
    col("of_target").filter(col("hole")).sum()
}

/// Why: the highest code among the missing parts, `herindeling` where a part is lost.
fn missing_reason() -> Expr {
    let lost = when(col("lost"))
        .then(lit(missing_code(Missing::Herindeling)))
        .otherwise(col("missing"));
    lost.filter(col("hole"))
        .max()
        .fill_null(lit(missing_code(Missing::None)))
}

fn no_reason_with_value() -> Expr {
    when(col("value").is_null())
        .then(col("missing"))
        .otherwise(lit(missing_code(Missing::None)))
        .alias("missing")
}
