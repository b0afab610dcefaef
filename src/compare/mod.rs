//! The comparison: per indicator, group and year a value with its distribution, and each gemeente's place.
//!
//! In: the cells per gemeente and the groups. Out: [`Comparison`], two frames. A group's value of a ratio is the sum of
//! numerators over the sum of denominators; Nederland is CBS's own figure where there is one. Sums go in the order of
//! region codes, so that the number of threads changes nothing.

mod group;
mod used;

use polars::prelude::*;

pub use group::{Group, GroupId, SIZE_FROM, SIZE_TO, groups};
pub use used::{HeldBack, Used, used};

use crate::failure::{Failure, Report};
use crate::gemeente::{NEDERLAND_NUMBER, region_number};
use crate::indicator::Cells;
use crate::query::{Indicator, Queries, Way};

/// Why a group has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// It has one.
    No = 0,
    /// Too small a share of the weight has a figure.
    Coverage = 1,
    /// The indicator cannot be combined.
    DistributionOnly = 2,
    /// No member has a figure.
    NoFigures = 3,
}

impl Withheld {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::No => "none",
            Self::Coverage => "withheld-coverage",
            Self::DistributionOnly => "distribution-only",
            Self::NoFigures => "no-figures",
        }
    }

    /// The word of a code.
    pub const fn of(code: i32) -> Self {
        match code {
            0 => Self::No,
            1 => Self::Coverage,
            2 => Self::DistributionOnly,
            _ => Self::NoFigures,
        }
    }
}

/// Groups and gemeenten, compared.
#[derive(Debug)]
pub struct Comparison {
    /// Columns indicator, group, year, way (i32), value, n, members (i32), coverage (percent), min, q1, median, q3, max,
    /// mean, withheld, status (i32), diff_abs, diff_pct (the group against M50), rank (i32, 1 is the highest value among
    /// the networks), den_year (i32), own (bool: CBS's own figure), computed (f64: the figure of all gemeenten where
    /// `own`). Sorted by indicator, group, year.
    pub groups: DataFrame,
    /// Columns of [`crate::indicator::Cells`] without Nederland, rank_nederland, rank_<network> (i32) and vs_<group> (i32:
    /// 1 above the group's value, -1 below, 0 where both print the same). Sorted by indicator, region, year.
    pub gemeenten: DataFrame,
}

/// Compares.
///
/// # Errors
/// When polars cannot carry out a step.
pub fn compare(queries: &Queries, cells: &Cells, groups: &[Group]) -> Result<Comparison, Failure> {
    let size_classes = &cells.size_classes;
    let kinds = kinds(queries).map_err(Error)?.lazy();
    let all = cells.frame.clone().lazy().join(
        kinds,
        ["indicator", "way"].map(col),
        ["indicator", "way"].map(col),
        left(),
    );
    let gemeenten = all.clone().filter(col("region").neq(lit(NEDERLAND_NUMBER)));
    let member_rows = membership(groups)
        .and_then(|members| {
            gemeenten
                .clone()
                .join(
                    members.lazy(),
                    [col("region")],
                    [col("region")],
                    left_ordered(),
                )
                .collect()
        })
        .map_err(Error)?;
    let group_values = group_values(member_rows.clone().lazy(), all, size_classes.clone().lazy())
        .map_err(Error)?
        .collect()
        .map_err(Error)?;
    let gemeenten = places(gemeenten, member_rows.lazy(), &group_values)
        .and_then(LazyFrame::collect)
        .map_err(Error)?;
    Ok(Comparison {
        groups: group_values,
        gemeenten,
    })
}

fn left() -> JoinArgs {
    JoinArgs::new(JoinType::Left)
}

/// An inner join that keeps the order of the left side, and with it the order of sums.
fn left_ordered() -> JoinArgs {
    let mut args = JoinArgs::new(JoinType::Inner);
    args.maintain_order = MaintainOrderJoin::Left;
    args
}

const QUOTIENT: i32 = 0;
const SHARE: i32 = 1;
const TOTAL: i32 = 2;
const DISTRIBUTION: i32 = 3;
const NATIONAL: i32 = 4;

/// indicator, way, kind, scale, minus, threshold, factor (10 to the power of the decimals).
fn kinds(queries: &Queries) -> PolarsResult<DataFrame> {
    let rows: Vec<(i32, i32, i32, f64, f64, &Indicator)> = queries
        .indicators
        .iter()
        .enumerate()
        .flat_map(|(indicator, asked)| {
            asked.ways.iter().enumerate().map(move |(way, of)| {
                let (kind, scale, minus) = match of {
                    Way::Quotient {
                        of_nederland: true,
                        scale,
                        minus,
                        ..
                    } => (SHARE, *scale, *minus),
                    Way::Quotient { scale, minus, .. } => (QUOTIENT, *scale, *minus),
                    Way::Mean { .. } => (QUOTIENT, 1.0, 0.0),
                    Way::Total { .. } => (TOTAL, 1.0, 0.0),
                    Way::Distribution { .. } => (DISTRIBUTION, 1.0, 0.0),
                    Way::SizeClass { scale, .. } => (NATIONAL, *scale, 0.0),
                };
                (indicator as i32, way as i32, kind, scale, minus, asked)
            })
        })
        .collect();
    df![
        "indicator" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "way" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "kind" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        "scale" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
        "minus" => rows.iter().map(|row| row.4).collect::<Vec<_>>(),
        "threshold" => rows.iter().map(|row| row.5.coverage).collect::<Vec<_>>(),
        "factor" => rows.iter().map(|row| 10f64.powi(row.5.decimals)).collect::<Vec<_>>(),
    ]
}

fn membership(groups: &[Group]) -> PolarsResult<DataFrame> {
    let rows: Vec<(i32, Option<i32>)> = groups
        .iter()
        .flat_map(|group| {
            group
                .members
                .iter()
                .map(|member| (group.id.code(), region_number(&member.code)))
        })
        .collect();
    df![
        "group" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "region" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
    ]
}

fn group_values(
    members: LazyFrame,
    all: LazyFrame,
    size_classes: LazyFrame,
) -> PolarsResult<LazyFrame> {
    let national = all.filter(col("region").eq(lit(NEDERLAND_NUMBER))).select([
        col("indicator"),
        col("year"),
        lit(GroupId::Nederland.code()).alias("group"),
        col("value").alias("published"),
        col("status").alias("published_status"),
    ]);
    let on = ["indicator", "year", "group"].map(col);
    let grouped = members
        .group_by_stable(["indicator", "year", "group", "way"].map(col))
        .agg(aggregates())
        .with_column(coverage())
        .with_column(group_value())
        .join(national, on.clone(), on, left())
        .with_columns([
            col("published").is_not_null().alias("own"),
            when(col("published").is_not_null())
                .then(col("value"))
                .otherwise(lit(NULL))
                .cast(DataType::Float64)
                .alias("computed"),
            when(col("published").is_not_null())
                .then(col("published_status"))
                .otherwise(col("status"))
                .alias("status"),
        ])
        .with_column(coverage_rule())
        .with_column(
            when(col("withheld").eq(lit(0)))
                .then(col("published").fill_null(col("value")))
                .otherwise(lit(NULL))
                .cast(DataType::Float64)
                .alias("value"),
        )
        .join(
            size_classes,
            ["indicator", "year"].map(col),
            ["indicator", "year"].map(col),
            left(),
        )
        .with_columns([
            col("within").fill_null(col("n")).alias("n"),
            col("of").fill_null(col("members")).alias("members"),
        ])
        .filter(
            col("kind")
                .neq(lit(NATIONAL))
                .or(col("group").eq(lit(GroupId::Nederland.code()))),
        )
        .cache();
    let m50 = grouped
        .clone()
        .filter(col("group").eq(lit(GroupId::M50.code())))
        .select([col("indicator"), col("year"), col("value").alias("of_m50")]);
    let pair = ["indicator", "year"].map(col);
    let networks: Vec<i32> = GroupId::NETWORKS.iter().map(|group| group.code()).collect();
    let is_network = col("group").lt(lit(networks.len() as i32));
    let ranked = when(is_network)
        .then(rounded("value"))
        .otherwise(lit(NULL))
        .cast(DataType::Float64);
    let difference = col("value") - col("of_m50");
    Ok(grouped
        .join(m50, pair.clone(), pair, left())
        .with_columns([
            difference.clone().alias("diff_abs"),
            when(col("of_m50").neq(lit(0.0)))
                .then(difference / col("of_m50").abs() * lit(100.0))
                .otherwise(lit(NULL))
                .cast(DataType::Float64)
                .alias("diff_pct"),
            highest_first(ranked)
                .over([col("indicator"), col("year")])?
                .alias("rank"),
        ])
        .select(
            [
                "indicator",
                "group",
                "year",
                "way",
                "value",
                "n",
                "members",
                "coverage",
                "min",
                "q1",
                "median",
                "q3",
                "max",
                "mean",
                "withheld",
                "status",
                "diff_abs",
                "diff_pct",
                "rank",
                "den_year",
                "own",
                "computed",
            ]
            .map(col),
        )
        .sort(
            ["indicator", "group", "year"],
            SortMultipleOptions::default(),
        ))
}

fn aggregates() -> Vec<Expr> {
    let present = || col("value").is_not_null();
    let quantile = |share: f64| col("value").quantile(lit(share), QuantileMethod::Linear);
    let int = DataType::Int32;
    vec![
        col("value").count().cast(int.clone()).alias("n"),
        len().cast(int.clone()).alias("members"),
        col("kind").first(),
        col("scale").first(),
        col("minus").first(),
        col("threshold").first(),
        col("factor").first(),
        col("num").filter(present()).sum().alias("num"),
        col("den").filter(present()).sum().alias("den"),
        col("den").filter(present()).first().alias("one_den"),
        col("den")
            .filter(present())
            .null_count()
            .alias("unweighted"),
        col("den").sum().alias("all_den"),
        col("den").null_count().alias("den_holes"),
        col("inhabitants").filter(present()).sum().alias("people"),
        col("inhabitants").sum().alias("all_people"),
        col("value").min().alias("min"),
        quantile(0.25).alias("q1"),
        quantile(0.5).alias("median"),
        quantile(0.75).alias("q3"),
        col("value").max().alias("max"),
        col("value").mean().alias("mean"),
        col("status")
            .filter(present())
            .max()
            .fill_null(lit(1))
            .alias("status"),
        col("den_year").filter(present()).min().alias("den_year"),
    ]
}

/// The share of the weight that has a figure: by denominator or weight where all members have one, else by inhabitants.
fn coverage() -> Expr {
    let own_weight = col("kind")
        .eq(lit(QUOTIENT))
        .and(col("den_holes").eq(lit(0)))
        .and(col("all_den").gt(lit(0.0)));
    when(col("kind").eq(lit(NATIONAL)))
        .then(lit(100.0))
        .when(own_weight)
        .then(col("den") / col("all_den") * lit(100.0))
        .otherwise(col("people") / col("all_people") * lit(100.0))
        .alias("coverage")
}

fn group_value() -> Expr {
    let weighted = col("kind")
        .eq(lit(QUOTIENT))
        .and(col("den").gt(lit(0.0)))
        .and(col("unweighted").eq(lit(0)));
    when(weighted)
        .then(col("num") / col("den") * col("scale") - col("minus"))
        .when(col("kind").eq(lit(SHARE)))
        .then(col("num") / col("one_den") * col("scale") - col("minus"))
        .when(col("kind").eq(lit(TOTAL)).and(col("n").eq(col("members"))))
        .then(col("num"))
        .otherwise(lit(NULL))
        .cast(DataType::Float64)
        .alias("value")
}

fn coverage_rule() -> Expr {
    let code = |reason: Withheld| lit(reason as i32);
    when(col("published").is_not_null())
        .then(code(Withheld::No))
        .when(col("n").eq(lit(0)))
        .then(code(Withheld::NoFigures))
        .when(col("kind").eq(lit(DISTRIBUTION)))
        .then(code(Withheld::DistributionOnly))
        .when(
            col("value")
                .is_null()
                .or(col("coverage").lt(col("threshold"))),
        )
        .then(code(Withheld::Coverage))
        .otherwise(code(Withheld::No))
        .alias("withheld")
}

/// Rank 1 is the highest; equal printed values share a rank.
fn highest_first(values: Expr) -> Expr {
    values
        .rank(
            RankOptions {
                method: RankMethod::Min,
                descending: true,
            },
            None,
        )
        .cast(DataType::Int32)
}

/// A column as it is printed, in units of its last decimal.
fn rounded(column: &str) -> Expr {
    (col(column) * col("factor")).round(0, RoundMode::HalfAwayFromZero)
}

/// Above, below, or the same as a group in print.
fn position() -> Expr {
    let side = |sign: i32| lit(sign);
    when(col("value").is_null().or(col("of_group").is_null()))
        .then(lit(NULL))
        .when(rounded("value").eq(rounded("of_group")))
        .then(side(0))
        .when(col("value").gt(col("of_group")))
        .then(side(1))
        .otherwise(side(-1))
        .cast(DataType::Int32)
}

fn places(gemeenten: LazyFrame, members: LazyFrame, groups: &DataFrame) -> PolarsResult<LazyFrame> {
    let mut frame = gemeenten
        .filter(col("kind").neq(lit(NATIONAL)))
        .with_column(
            highest_first(rounded("value"))
                .over([col("indicator"), col("year")])?
                .alias("rank_nederland"),
        );
    let in_group = members
        .filter(col("group").lt(lit(GroupId::NETWORKS.len() as i32)))
        .with_column(
            highest_first(rounded("value"))
                .over([col("indicator"), col("year"), col("group")])?
                .alias("place"),
        )
        .select(["indicator", "year", "region", "group", "place"].map(col))
        .cache();
    let cell = ["indicator", "year", "region"].map(col);
    for group in GroupId::NETWORKS {
        let ranks = in_group
            .clone()
            .filter(col("group").eq(lit(group.code())))
            .select(
                cell.iter()
                    .cloned()
                    .chain([col("place").alias(rank_column(group))])
                    .collect::<Vec<_>>(),
            );
        frame = frame.join(ranks, cell.clone(), cell.clone(), left());
    }
    let pair = ["indicator", "year"].map(col);
    for group in GroupId::ALL {
        let values = groups
            .clone()
            .lazy()
            .filter(col("group").eq(lit(group.code())))
            .select([
                col("indicator"),
                col("year"),
                col("value").alias("of_group"),
            ]);
        frame = frame
            .join(values, pair.clone(), pair.clone(), left())
            .with_column(position().alias(versus_column(group)))
            .drop(cols(["of_group"]));
    }
    Ok(frame.sort(
        ["indicator", "region", "year"],
        SortMultipleOptions::default(),
    ))
}

/// The column with the rank within a network.
pub fn rank_column(group: GroupId) -> String {
    format!("rank_{}", group.id())
}

/// The column with the position against a group.
pub fn versus_column(group: GroupId) -> String {
    format!("vs_{}", group.id())
}

/// Polars could not carry out a step.
#[derive(Debug, thiserror::Error)]
#[error("cannot compare: {0}")]
pub struct Error(pub PolarsError);

impl Report for Error {}
