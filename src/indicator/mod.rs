//! Indicators per gemeente: every way of every indicator, on the edition's boundaries, for every year there are figures.
//!
//! In: the tidy table. Out: [`Cells`], one row per indicator, region (gemeenten and Nederland) and year with numerator,
//! denominator or weight, and value or kind of missing. A denominator or weight that is missing comes from the latest
//! earlier year, brought to the same boundaries. Per year the first way that has figures counts, because CBS changes
//! counts into percentages and back.

mod plan;

use std::collections::BTreeSet;

use polars::prelude::*;

use crate::boundaries::Crosswalks;
use crate::failure::{Failure, Report};
use crate::gemeente::{
    Herindelingen, NEDERLAND_NUMBER, Population, Regions, region_code, region_number,
};
use crate::observation::{Missing, Status};
use crate::query::{Edition, Queries, Way};
use crate::tidy::{Tidy, missing_code, status_code};
use plan::Plan;

/// The figures of all indicators per region and year.
#[derive(Debug)]
pub struct Cells {
    /// Columns indicator (i32), way (i32), region, year (i32), num, den (f64), den_year (i32), value (f64),
    /// missing, status (i32), inhabitants (f64, of that year or the latest earlier one). Sorted by indicator, year and
    /// region, with a row for every gemeente of the edition and for Nederland.
    pub frame: DataFrame,
    /// Columns indicator, year, within, of (i32): gemeenten in a size class and in all, of the indicators that ask so.
    pub size_classes: DataFrame,
    /// Inhabitants on 1 January by year and code, on each year's own list.
    pub population: Population,
}

/// What computing needs besides the tidy table.
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

/// Computes all indicators.
///
/// # Errors
/// When polars cannot carry out a step.
pub fn compute(context: Context<'_>, tidy: &Tidy) -> Result<Cells, Failure> {
    let population = population(context, tidy).map_err(Error)?;
    let plan = Plan::new(context.queries, tidy, context.edition).map_err(Error)?;
    let crosswalks = Crosswalks::new(
        &plan.pairs(),
        context.herindelingen,
        context.regions,
        &population,
    )
    .map_err(Error)?;
    let frame = cells(context, tidy, &plan, &crosswalks).map_err(Error)?;
    let size_classes = size_classes(context, tidy.frame.clone().lazy())
        .and_then(|classes| {
            classes
                .select(["indicator", "year", "within", "of"].map(col))
                .collect()
        })
        .map_err(Error)?;
    Ok(Cells {
        frame,
        size_classes,
        population,
    })
}

/// Inhabitants per year and gemeente, as they were published.
fn population(context: Context<'_>, tidy: &Tidy) -> PolarsResult<Population> {
    let topic = context
        .queries
        .topic_index("inwoners")
        .map_or(-1, |topic| topic as i32);
    let frame = tidy
        .frame
        .clone()
        .lazy()
        .filter(col("topic").eq(lit(topic)).and(col("value").is_not_null()))
        .select([col("year"), col("region"), col("value")])
        .collect()?;
    let (years, regions, values) = (
        frame.column("year")?.i32()?,
        frame.column("region")?.i32()?,
        frame.column("value")?.f64()?,
    );
    Ok(years
        .iter()
        .zip(regions.iter())
        .zip(values.iter())
        .filter_map(|((year, region), value)| Some(((year?, region_code(region?)), value?)))
        .collect())
}

fn cells(
    context: Context<'_>,
    tidy: &Tidy,
    plan: &Plan,
    crosswalks: &Crosswalks,
) -> PolarsResult<DataFrame> {
    let to = context.edition.boundaries;
    let rows = tidy
        .frame
        .clone()
        .lazy()
        .filter(col("year").lt_eq(lit(context.edition.until)));
    let topics = on_boundaries(context, rows.clone(), plan, crosswalks)?.cache();
    let formulas = formulas(topics.clone(), plan)?.cache();
    let ways = [
        quotients(context, formulas.clone(), plan)?,
        totals(formulas.clone(), plan)?,
        means(rows.clone(), plan, crosswalks, to)?,
        distributions(topics, plan)?,
        size_classes(context, rows)?.select(CELL.map(col)),
    ];
    let all = concat(ways, UnionArgs::default())?.cache();
    complete(
        context,
        first_way(all),
        inhabitants(context, formulas, plan)?,
    )?
    .sort(
        ["indicator", "year", "region"],
        SortMultipleOptions::default(),
    )
    .collect()
}

/// Topics that are used as they are, per gemeente of the edition: columns topic, region, year, value, missing, status.
fn on_boundaries(
    context: Context<'_>,
    rows: LazyFrame,
    plan: &Plan,
    crosswalks: &Crosswalks,
) -> PolarsResult<LazyFrame> {
    let to = context.edition.boundaries;
    let uses = plan.uses()?.lazy();
    let rows = rows
        .join(
            uses,
            [col("topic")],
            [col("topic")],
            JoinArgs::new(JoinType::Inner),
        )
        .with_column(lit(to).alias("to"))
        .cache();
    let columns = ["topic", "region", "year", "value", "missing", "status"].map(col);
    let counts = crosswalks.add_up(rows.clone().filter(col("additive")), &["topic"]);
    let others = crosswalks.keep_unchanged(rows.filter(col("additive").not()), &["topic"]);
    concat(
        [
            counts.select(columns.clone()),
            others.select(columns),
            gemeenten(context)?,
        ],
        UnionArgs::default(),
    )
}

/// The topic that counts 1 for every gemeente in every year.
fn gemeenten(context: Context<'_>) -> PolarsResult<LazyFrame> {
    let topic = context.queries.topics.len() as i32;
    let codes: Vec<i32> = context
        .regions
        .in_year(context.edition.boundaries)
        .filter_map(|(code, _)| region_number(code))
        .collect();
    Ok(years(context)?
        .cross_join(df!["region" => codes]?.lazy(), None)
        .select([
            lit(topic).alias("topic"),
            col("region"),
            col("year"),
            lit(1.0).alias("value"),
            lit(missing_code(Missing::None)).alias("missing"),
            lit(status_code(Status::Final)).alias("status"),
        ]))
}

/// Every year an edition may speak of.
fn years(context: Context<'_>) -> PolarsResult<LazyFrame> {
    let first = 2000;
    Ok(df!["year" => (first..=context.edition.until).collect::<Vec<i32>>()]?.lazy())
}

/// Sums of topics: columns formula, region, year, sum, missing, status.
fn formulas(topics: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    let present = col("value").is_not_null().sum().eq(col("terms").first());
    Ok(topics
        .join(
            plan.formulas()?.lazy(),
            [col("topic")],
            [col("topic")],
            JoinArgs::new(JoinType::Inner),
        )
        .sort(
            ["formula", "term", "year", "region"],
            SortMultipleOptions::default(),
        )
        .group_by_stable([col("formula"), col("region"), col("year")])
        .agg([
            when(present)
                .then((col("value") * col("sign")).sum())
                .otherwise(lit(NULL))
                .cast(DataType::Float64)
                .alias("sum"),
            col("missing").max(),
            col("status").max(),
        ])
        .with_column(reason_of("sum")))
}

/// A sum without a value has a reason: that of a term, or that a term has no cell.
fn reason_of(value: &str) -> Expr {
    when(col(value).is_not_null())
        .then(lit(missing_code(Missing::None)))
        .when(col("missing").gt(lit(0)))
        .then(col("missing"))
        .otherwise(lit(missing_code(Missing::Absent)))
        .alias("missing")
}

const CELL: [&str; 10] = [
    "indicator",
    "way",
    "region",
    "year",
    "num",
    "den",
    "den_year",
    "value",
    "missing",
    "status",
];

fn quotients(context: Context<'_>, formulas: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    let quotients = plan.quotients()?.lazy();
    let inner = || JoinArgs::new(JoinType::Inner);
    let left = || JoinArgs::new(JoinType::Left);
    let numerators = formulas
        .clone()
        .join(quotients, [col("formula")], [col("numerator")], inner())
        .rename(["sum"], ["num"], true);
    let denominators = latest_earlier(context, formulas, plan)?.cache();
    // a denominator is that of the same year, of one fixed year, or of Nederland
    let same = denominators.clone().select([
        col("formula").alias("denominator"),
        col("region"),
        col("year").alias("base"),
        col("sum").alias("den"),
        col("den_year"),
        col("missing").alias("den_missing"),
        col("status").alias("den_status"),
    ]);
    let of_nederland = || col("region").eq(lit(NEDERLAND_NUMBER));
    let published = col("sum").filter(of_nederland()).first();
    let national = denominators
        .group_by_stable([col("formula"), col("year")])
        .agg([published
            .fill_null(col("sum").filter(of_nederland().not()).sum())
            .alias("national")])
        .rename(["formula"], ["denominator"], true);
    let value = col("num") / col("den") * col("scale") - col("minus");
    let reason = when(col("value").is_not_null())
        .then(lit(missing_code(Missing::None)))
        .when(col("num").is_null())
        .then(col("missing"))
        .when(col("den_missing").gt(lit(0)))
        .then(col("den_missing"))
        .otherwise(lit(missing_code(Missing::Absent)));
    Ok(numerators
        .with_column(col("fixed_year").fill_null(col("year")).alias("base"))
        .join(
            same,
            ["denominator", "region", "base"].map(col),
            ["denominator", "region", "base"].map(col),
            left(),
        )
        .join(
            national,
            ["denominator", "year"].map(col),
            ["denominator", "year"].map(col),
            left(),
        )
        .with_column(
            when(col("of_nederland"))
                .then(col("national"))
                .otherwise(col("den"))
                .alias("den"),
        )
        .with_column(
            when(col("den").gt(lit(0.0)))
                .then(value)
                .otherwise(lit(NULL))
                .cast(DataType::Float64)
                .alias("value"),
        )
        .with_columns([
            reason.alias("missing"),
            when(col("den_status").gt(col("status")))
                .then(col("den_status"))
                .otherwise(col("status"))
                .alias("status"),
        ])
        .select(CELL.map(col)))
}

/// Denominators for every year, a hole filled from the latest earlier year: formula, region, year, sum, den_year.
fn latest_earlier(
    context: Context<'_>,
    formulas: LazyFrame,
    plan: &Plan,
) -> PolarsResult<LazyFrame> {
    let wanted = formulas.join(
        plan.denominators()?.lazy(),
        [col("formula")],
        [col("formula")],
        JoinArgs::new(JoinType::Semi),
    );
    let wanted = wanted.cache();
    let keys = wanted
        .clone()
        .select([col("formula"), col("region")])
        .unique_stable(None, UniqueKeepStrategy::First);
    let on = ["formula", "region", "year"].map(col);
    let carried = |name: &str| forward(name).over([col("formula"), col("region")]);
    Ok(keys
        .cross_join(years(context)?, None)
        .join(wanted, on.clone(), on, JoinArgs::new(JoinType::Left))
        .sort(
            ["formula", "region", "year"],
            SortMultipleOptions::default(),
        )
        .with_column(
            when(col("sum").is_not_null())
                .then(col("year"))
                .otherwise(lit(NULL))
                .cast(DataType::Int32)
                .alias("den_year"),
        )
        // a gemeente without any keeps the reason why
        .with_columns([carried("sum")?, carried("den_year")?, carried("missing")?]))
}

fn totals(formulas: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    Ok(formulas
        .join(
            plan.totals()?.lazy(),
            [col("formula")],
            [col("formula")],
            JoinArgs::new(JoinType::Inner),
        )
        .with_columns([
            col("sum").alias("num"),
            lit(NULL).cast(DataType::Float64).alias("den"),
            lit(NULL).cast(DataType::Int32).alias("den_year"),
            col("sum").alias("value"),
        ])
        .select(CELL.map(col)))
}

fn means(
    rows: LazyFrame,
    plan: &Plan,
    crosswalks: &Crosswalks,
    to: i32,
) -> PolarsResult<LazyFrame> {
    // weights on the list that the ratio is on, of that year or the latest earlier one
    let weights = rows
        .clone()
        .rename(["year"], ["source_year"], true)
        .join(
            plan.weights()?.lazy(),
            [col("topic"), col("source_year")],
            [col("topic"), col("source_year")],
            JoinArgs::new(JoinType::Inner),
        )
        .with_columns([
            (col("value") * col("sign")).alias("value"),
            col("of_class").alias("to"),
            // the list the weights come from, kept while the rows are grouped
            col("source_year").alias("den_year"),
        ]);
    let weights = crosswalks
        .add_up(weights, &["formula", "of_class", "den_year", "topic"])
        .group_by_stable(["formula", "of_class", "den_year", "region", "year"].map(col))
        .agg([when(col("value").null_count().eq(lit(0)))
            .then(col("value").sum())
            .otherwise(lit(NULL))
            .cast(DataType::Float64)
            .alias("weight")]);
    let ratios = rows
        .join(
            plan.means()?.lazy(),
            [col("topic")],
            [col("topic")],
            JoinArgs::new(JoinType::Inner),
        )
        .join(
            weights,
            ["formula", "class", "year", "region"].map(col),
            ["formula", "of_class", "year", "region"].map(col),
            JoinArgs::new(JoinType::Left),
        );
    let national = col("region").eq(lit(NEDERLAND_NUMBER));
    Ok(crosswalks
        .average(
            ratios.with_column(lit(to).alias("to")),
            &["indicator", "way", "formula"],
        )
        // what was published for Nederland stands; its weight plays no part
        .with_column(
            when(national)
                .then(lit(NULL))
                .otherwise(col("num"))
                .cast(DataType::Float64)
                .alias("num"),
        )
        .join(
            plan.weight_years()?.lazy(),
            [col("formula"), col("year")],
            [col("formula"), col("year")],
            JoinArgs::new(JoinType::Left),
        )
        .select(CELL.map(col)))
}

fn distributions(topics: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    Ok(topics
        .join(
            plan.distributions()?.lazy(),
            [col("topic")],
            [col("topic")],
            JoinArgs::new(JoinType::Inner),
        )
        .with_columns([
            lit(NULL).cast(DataType::Float64).alias("num"),
            lit(NULL).cast(DataType::Float64).alias("den"),
            lit(NULL).cast(DataType::Int32).alias("den_year"),
        ])
        .select(CELL.map(col)))
}

/// Shares of a size class: each year on its own list, so on rows that were brought nowhere.
fn size_classes(context: Context<'_>, rows: LazyFrame) -> PolarsResult<LazyFrame> {
    let mut frames = Vec::new();
    for (position, indicator) in context.queries.indicators.iter().enumerate() {
        for (way, asked) in indicator.ways.iter().enumerate() {
            let Way::SizeClass {
                topic,
                from,
                to,
                scale,
            } = asked
            else {
                continue;
            };
            let topic = context
                .queries
                .topic_index(topic)
                .map_or(-1, |topic| topic as i32);
            let within = col("value")
                .gt_eq(lit(*from))
                .and(col("value").lt_eq(lit(*to)));
            let gemeente = col("region")
                .neq(lit(NEDERLAND_NUMBER))
                .and(col("value").is_not_null());
            frames.push(
                rows.clone()
                    .filter(col("topic").eq(lit(topic)).and(gemeente))
                    .group_by_stable([col("year")])
                    .agg([
                        col("value").filter(within.clone()).sum().alias("num"),
                        col("value")
                            .filter(within)
                            .count()
                            .cast(DataType::Int32)
                            .alias("within"),
                        len().cast(DataType::Int32).alias("of"),
                        col("value").sum().alias("den"),
                        col("status").max(),
                    ])
                    .with_columns([
                        lit(position as i32).alias("indicator"),
                        lit(way as i32).alias("way"),
                        lit(NEDERLAND_NUMBER).alias("region"),
                        col("year").alias("den_year"),
                        (col("num") / col("den") * lit(*scale)).alias("value"),
                        lit(missing_code(Missing::None)).alias("missing"),
                    ]),
            );
        }
    }
    if frames.is_empty() {
        let columns = CELL
            .into_iter()
            .chain(["within", "of"])
            .map(|name| lit(NULL).alias(name));
        frames.push(rows.limit(0).with_columns(columns.collect::<Vec<_>>()));
    }
    concat(frames, UnionArgs::default())
}

/// Of every indicator and year the first way that has a figure.
fn first_way(all: LazyFrame) -> LazyFrame {
    let first = all
        .clone()
        .filter(col("value").is_not_null())
        .group_by_stable([col("indicator"), col("year")])
        .agg([col("way").min()]);
    let on = ["indicator", "year", "way"].map(col);
    all.join(first, on.clone(), on, JoinArgs::new(JoinType::Semi))
}

/// Inhabitants per region and year, of that year or the latest earlier one.
fn inhabitants(context: Context<'_>, formulas: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    let people = formulas
        .filter(col("formula").eq(lit(plan.inhabitants)))
        .select([col("region"), col("year"), col("sum").alias("inhabitants")]);
    let people = people.cache();
    let regions = people
        .clone()
        .select([col("region")])
        .unique_stable(None, UniqueKeepStrategy::First);
    let on = ["region", "year"].map(col);
    Ok(regions
        .cross_join(years(context)?, None)
        .join(people, on.clone(), on, JoinArgs::new(JoinType::Left))
        .sort(["region", "year"], SortMultipleOptions::default())
        .with_column(forward("inhabitants").over([col("region")])?))
}

/// Holes filled with the latest figure before them.
fn forward(name: &str) -> Expr {
    col(name).fill_null_with_strategy(FillNullStrategy::Forward(None))
}

/// A row for every gemeente of the edition and for Nederland, whether there is a figure or not.
fn complete(
    context: Context<'_>,
    cells: LazyFrame,
    inhabitants: LazyFrame,
) -> PolarsResult<LazyFrame> {
    let cells = cells.join(
        wanted_years(context)?,
        [col("indicator")],
        [col("indicator")],
        JoinArgs::new(JoinType::Inner),
    );
    let cells = cells
        .filter(
            col("year")
                .gt_eq(col("first"))
                .and(col("year").lt_eq(col("last"))),
        )
        .cache();
    let gemeenten = context
        .regions
        .in_year(context.edition.boundaries)
        .filter_map(|(code, _)| region_number(code));
    let codes: BTreeSet<i32> = gemeenten.chain([NEDERLAND_NUMBER]).collect();
    let regions = df!["region" => codes.into_iter().collect::<Vec<_>>()]?.lazy();
    let on = ["indicator", "way", "year", "region"].map(col);
    Ok(cells
        .clone()
        .select(["indicator", "way", "year"].map(col))
        .unique_stable(None, UniqueKeepStrategy::First)
        .cross_join(regions, None)
        .join(cells, on.clone(), on, JoinArgs::new(JoinType::Left))
        .with_columns([
            col("missing").fill_null(lit(missing_code(Missing::Absent))),
            col("status").fill_null(lit(status_code(Status::Unknown))),
        ])
        .join(
            inhabitants,
            ["region", "year"].map(col),
            ["region", "year"].map(col),
            JoinArgs::new(JoinType::Left),
        )
        .select(
            CELL.into_iter()
                .chain(["inhabitants"])
                .map(col)
                .collect::<Vec<_>>(),
        ))
}

/// The years each indicator reports.
fn wanted_years(context: Context<'_>) -> PolarsResult<LazyFrame> {
    let indicators = &context.queries.indicators;
    Ok(df![
        "indicator" => (0..indicators.len() as i32).collect::<Vec<_>>(),
        "first" => indicators.iter().map(|indicator| indicator.years.from).collect::<Vec<_>>(),
        "last" => indicators.iter().map(|indicator| indicator.years.to).collect::<Vec<_>>(),
    ]?
    .lazy())
}

/// Polars could not carry out a step.
#[derive(Debug, thiserror::Error)]
#[error("cannot compute the indicators: {0}")]
pub struct Error(pub PolarsError);

impl Report for Error {}
