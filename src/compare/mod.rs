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
use crate::tidy::{ROOM, collect_in_order, left_ordered, packed};

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
    /// `own`), print (f64: the value as it prints, in units of its last decimal). Sorted by indicator, group, year.
    pub groups: DataFrame,
    /// Columns indicator, way, region, year, den_year, missing, status (i32) and value (f64) of
    /// [`crate::indicator::Cells`] without Nederland, rank_nederland, rank_<network> (i32) and vs_<group> (i32: 1 above
    /// the group's value, -1 below, 0 where both print the same). Sorted by indicator, region, year.
    pub gemeenten: DataFrame,
}

/// Compares.
///
/// # Errors
/// When polars cannot carry out a step.
pub fn compare(queries: &Queries, cells: &Cells, groups: &[Group]) -> Result<Comparison, Failure> {
    let kinds = kinds(queries).map_err(Error)?.lazy();
    let rows = collect_in_order(with_kinds(cells.frame.clone().lazy(), kinds.clone()))
        .map_err(Error)?
        .lazy();
    let groups_of = membership(groups).map_err(Error)?;
    let group_values = group_values(
        &rows,
        kinds,
        groups_of.clone().lazy(),
        cells.size_classes.clone().lazy(),
    )
    .and_then(collect_in_order)
    .map_err(Error)?;
    // sorted when it is there: within a plan the optimiser may drop an order that no later step asks for
    let by_gemeente = ["indicator", "region", "year"];
    let gemeenten = places(rows, &groups_of, &group_values)
        .and_then(collect_in_order)
        .and_then(|frame| frame.sort(by_gemeente, SortMultipleOptions::default()))
        .map_err(Error)?;
    Ok(Comparison {
        groups: group_values,
        gemeenten,
    })
}

/// Cells with their kind, factor and cell (indicator and year in one number).
fn with_kinds(cells: LazyFrame, kinds: LazyFrame) -> LazyFrame {
    cells
        .with_columns([
            packed(&["indicator", "way"]).alias("method"),
            packed(&["indicator", "year"]).alias("cell"),
        ])
        .join(
            kinds.select(["method", "kind", "factor"].map(col)),
            [col("method")],
            [col("method")],
            left(),
        )
}

fn left() -> JoinArgs {
    let mut args = JoinArgs::new(JoinType::Left);
    args.maintain_order = MaintainOrderJoin::Left;
    args
}

const QUOTIENT: i32 = 0;
const SHARE: i32 = 1;
const TOTAL: i32 = 2;
const DISTRIBUTION: i32 = 3;
const NATIONAL: i32 = 4;

/// method (indicator and way in one number), kind, scale, minus, threshold, factor (10 to the power of the decimals).
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
        "method" => rows.iter().map(|row| i64::from(row.0) * ROOM + i64::from(row.1)).collect::<Vec<_>>(),
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
    rows: &LazyFrame,
    kinds: LazyFrame,
    groups_of: LazyFrame,
    size_classes: LazyFrame,
) -> PolarsResult<LazyFrame> {
    let size_classes = size_classes.with_column(packed(&["indicator", "year"]).alias("cell"));
    let of_nederland = col("group").eq(lit(GroupId::Nederland.code()));
    let published = |name: &str| {
        when(of_nederland.clone())
            .then(col(name))
            .otherwise(lit(NULL))
            .alias(name)
    };
    let grouped = sums(rows, groups_of)?
        .join(national(rows, kinds), [col("cell")], [col("cell")], left())
        .with_columns([published("published"), published("published_status")])
        .with_column(coverage())
        .with_column(group_value())
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
            size_classes.select(["cell", "within", "of"].map(col)),
            [col("cell")],
            [col("cell")],
            left(),
        )
        .with_columns([
            col("within").fill_null(col("n")).alias("n"),
            col("of").fill_null(col("members")).alias("members"),
        ])
        .filter(col("kind").neq(lit(NATIONAL)).or(of_nederland))
        .cache();
    let m50 = grouped
        .clone()
        .filter(col("group").eq(lit(GroupId::M50.code())))
        .select([col("cell"), col("value").alias("of_m50")]);
    let networks: Vec<i32> = GroupId::NETWORKS.iter().map(|group| group.code()).collect();
    let is_network = col("group").lt(lit(networks.len() as i32));
    let ranked = when(is_network)
        .then(rounded("value"))
        .otherwise(lit(NULL))
        .cast(DataType::Float64);
    let difference = col("value") - col("of_m50");
    Ok(grouped
        .join(m50, [col("cell")], [col("cell")], left())
        .with_columns([
            difference.clone().alias("diff_abs"),
            when(col("of_m50").neq(lit(0.0)))
                .then(difference / col("of_m50").abs() * lit(100.0))
                .otherwise(lit(NULL))
                .cast(DataType::Float64)
                .alias("diff_pct"),
            highest_first(ranked).over([col("cell")])?.alias("rank"),
            rounded("value").alias("print"),
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
                "print",
            ]
            .map(col),
        )
        .sort(
            ["indicator", "group", "year"],
            SortMultipleOptions::default(),
        ))
}

/// Sums and distributions of every group and cell, and columns cell and group.
fn sums(rows: &LazyFrame, groups_of: LazyFrame) -> PolarsResult<LazyFrame> {
    let nederland = GroupId::Nederland.code();
    let gemeenten = rows
        .clone()
        .filter(col("region").neq(lit(NEDERLAND_NUMBER)))
        .select(of_gemeente())
        .cache();
    let of_others = gemeenten
        .clone()
        .join(
            groups_of.filter(col("group").neq(lit(nederland))),
            [col("region")],
            [col("region")],
            left_ordered(),
        )
        .group_by_stable([packed(&["cell", "group"]).alias("group_cell")])
        .agg(aggregates())
        .with_columns([
            (col("group_cell") / lit(ROOM)).alias("cell"),
            (col("group_cell") % lit(ROOM))
                .cast(DataType::Int32)
                .alias("group"),
        ])
        .drop(cols(["group_cell"]));
    // all gemeenten are in Nederland: no need to look that up
    let of_nederland = gemeenten
        .group_by_stable([col("cell")])
        .agg(aggregates())
        .with_column(lit(nederland).alias("group"));
    concat(
        [of_others, of_nederland].map(|sums| {
            sums.select([
                cols(["cell", "group"]).as_expr(),
                all().exclude_cols(["cell", "group"]).as_expr(),
            ])
        }),
        UnionArgs::default(),
    )
}

/// Of each cell: indicator, year, way and what follows from them, and what CBS published of Nederland.
fn national(rows: &LazyFrame, kinds: LazyFrame) -> LazyFrame {
    rows.clone()
        .filter(col("region").eq(lit(NEDERLAND_NUMBER)))
        .select([
            col("cell"),
            col("indicator"),
            col("year"),
            col("way"),
            col("method"),
            col("value").alias("published"),
            col("status").alias("published_status"),
        ])
        .join(kinds, [col("method")], [col("method")], left())
}

/// What groups are made of; num and `present_…`, status and year only of those with a figure.
fn of_gemeente() -> Vec<Expr> {
    let present = |name: &str| {
        when(col("value").is_not_null())
            .then(col(name))
            .otherwise(lit(NULL))
    };
    let mut columns = ["cell", "region", "value", "den", "inhabitants"]
        .map(col)
        .to_vec();
    columns.extend([
        present("num").alias("num"),
        present("den").alias("present_den"),
        present("inhabitants").alias("present_inhabitants"),
        present("status").alias("status"),
        present("den_year").alias("den_year"),
    ]);
    columns
}

/// Sums and distribution of a group. They run over whole columns: a filter inside a group is slow.
fn aggregates() -> Vec<Expr> {
    let quantile = |share: f64| col("value").quantile(lit(share), QuantileMethod::Linear);
    let int = DataType::Int32;
    vec![
        col("value").count().cast(int.clone()).alias("n"),
        len().cast(int).alias("members"),
        col("num").sum(),
        col("present_den").sum().alias("den"),
        // of a share of Nederland all have the same denominator
        col("present_den").max().alias("one_den"),
        (col("value").count() - col("present_den").count()).alias("unweighted"),
        col("den").sum().alias("all_den"),
        col("den").null_count().alias("den_holes"),
        col("present_inhabitants").sum().alias("people"),
        col("inhabitants").sum().alias("all_people"),
        col("value").min().alias("min"),
        quantile(0.25).alias("q1"),
        quantile(0.5).alias("median"),
        quantile(0.75).alias("q3"),
        col("value").max().alias("max"),
        col("value").mean().alias("mean"),
        col("status").max().fill_null(lit(1)),
        col("den_year").min(),
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

/// Above, below, or the same in print as the group whose value and print are in these columns.
fn position(value: &str, print: &str) -> Expr {
    let side = |sign: i32| lit(sign);
    when(col("value").is_null().or(col(value).is_null()))
        .then(lit(NULL))
        .when(col("print").eq(col(print)))
        .then(side(0))
        .when(col("value").gt(col(value)))
        .then(side(1))
        .otherwise(side(-1))
        .cast(DataType::Int32)
}

/// Ranks within groups, and positions against them.
fn places(
    rows: LazyFrame,
    groups_of: &DataFrame,
    group_values: &DataFrame,
) -> PolarsResult<LazyFrame> {
    let mut ranks = vec![
        highest_first(col("print"))
            .over([col("cell")])?
            .alias("rank_nederland"),
    ];
    for group in GroupId::NETWORKS {
        let of_member = when(col(group.id()))
            .then(col("print"))
            .otherwise(lit(NULL))
            .cast(DataType::Float64);
        let rank = highest_first(of_member).over([col("cell")])?;
        ranks.push(rank.alias(rank_column(group)));
    }
    let positions = GroupId::ALL
        .map(|group| position(&value_of(group), &print_of(group)).alias(versus_column(group)));
    let of_cell = [
        "indicator",
        "way",
        "region",
        "year",
        "den_year",
        "missing",
        "status",
        "value",
        "rank_nederland",
    ];
    let of_groups = GroupId::NETWORKS
        .map(rank_column)
        .into_iter()
        .chain(GroupId::ALL.map(versus_column));
    let columns = of_cell.map(col).into_iter().chain(of_groups.map(col));
    Ok(rows
        .filter(
            col("region")
                .neq(lit(NEDERLAND_NUMBER))
                .and(col("kind").neq(lit(NATIONAL))),
        )
        .with_column(rounded("value").alias("print"))
        .join(
            networks_of(groups_of),
            [col("region")],
            [col("region")],
            left(),
        )
        .with_columns(ranks)
        .join(
            side_by_side(group_values),
            [col("cell")],
            [col("cell")],
            left(),
        )
        .with_columns(positions)
        .select(columns.collect::<Vec<_>>()))
}

/// Per region whether it is in each network: columns region and the ids of networks.
fn networks_of(groups_of: &DataFrame) -> LazyFrame {
    let is_in = |group: GroupId| {
        col("group")
            .eq(lit(group.code()))
            .any(true)
            .alias(group.id())
    };
    groups_of
        .clone()
        .lazy()
        .group_by([col("region")])
        .agg(GroupId::NETWORKS.map(is_in))
}

/// Per cell the values of all groups beside each other, and how they print.
fn side_by_side(group_values: &DataFrame) -> LazyFrame {
    let of = |column: &str, group: GroupId| {
        col(column)
            .filter(col("group").eq(lit(group.code())))
            .first()
    };
    let values = GroupId::ALL.map(|group| of("value", group).alias(value_of(group)));
    let prints = GroupId::ALL.map(|group| of("print", group).alias(print_of(group)));
    group_values
        .clone()
        .lazy()
        .group_by([packed(&["indicator", "year"]).alias("cell")])
        .agg(values.into_iter().chain(prints).collect::<Vec<_>>())
}

fn value_of(group: GroupId) -> String {
    format!("value_{}", group.id())
}

fn print_of(group: GroupId) -> String {
    format!("print_{}", group.id())
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
