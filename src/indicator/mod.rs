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
use crate::tidy::{Tidy, collect_in_order, left_ordered, missing_code, packed, status_code};
use plan::Plan;

/// The figures of all indicators per region and year.
#[derive(Debug)]
pub struct Cells {
    /// Columns indicator (i32), way (i32), region, year (i32), num, den (f64), den_year (i32), value (f64),
    /// missing, status (i32), inhabitants (f64, of that year or the latest earlier one). Sorted by indicator, region
    /// and year, with a row for every gemeente of the edition and for Nederland.
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
    let grid = Grid::new(context, tidy);
    let topics = on_boundaries(to, &grid, rows.clone(), plan, crosswalks)?.cache();
    let formulas = formulas(topics.clone(), plan)?.cache();
    let ways = [
        quotients(&grid, formulas.clone(), plan)?,
        totals(formulas.clone(), plan)?,
        means(rows.clone(), plan, crosswalks, to)?,
        distributions(topics, plan)?,
        size_classes(context, rows)?.select(CELL.map(col)),
    ];
    let all = concat(ways, UnionArgs::default())?.cache();
    let inhabitants = inhabitants(&grid, formulas, plan)?;
    // sorted when it is there: within a plan the optimiser may drop an order that no later step asks for
    collect_in_order(complete(context, &grid, all, inhabitants)?)?.sort(
        ["indicator", "year", "region"],
        SortMultipleOptions::default(),
    )
}

/// The regions and years an edition speaks of.
struct Grid {
    /// Nederland and the gemeenten, ascending.
    regions: Vec<i32>,
    /// From the first with figures.
    years: Vec<i32>,
}

impl Grid {
    fn new(context: Context<'_>, tidy: &Tidy) -> Self {
        let until = context.edition.until;
        let gemeenten = context
            .regions
            .in_year(context.edition.boundaries)
            .filter_map(|(code, _)| region_number(code));
        let regions: BTreeSet<i32> = gemeenten.chain([NEDERLAND_NUMBER]).collect();
        let first = tidy.origins.keys().map(|(_, year)| *year).min();
        Self {
            regions: regions.into_iter().collect(),
            years: (first.unwrap_or(until)..=until).collect(),
        }
    }

    fn regions(&self) -> PolarsResult<LazyFrame> {
        Ok(df!["region" => &self.regions]?.lazy())
    }

    /// Every year of every region: columns region, year.
    fn region_years(&self) -> PolarsResult<LazyFrame> {
        Ok(self
            .regions()?
            .cross_join(df!["year" => &self.years]?.lazy(), None))
    }
}

/// Topics that are used as they are, per gemeente of the edition: columns topic, region, year, value, missing, status.
fn on_boundaries(
    to: i32,
    grid: &Grid,
    rows: LazyFrame,
    plan: &Plan,
    crosswalks: &Crosswalks,
) -> PolarsResult<LazyFrame> {
    let used = |additive: bool| -> PolarsResult<LazyFrame> {
        let uses = plan
            .uses()?
            .lazy()
            .filter(col("additive").eq(lit(additive)));
        Ok(rows
            .clone()
            .join(uses, [col("topic")], [col("topic")], left_ordered())
            .with_column(lit(to).alias("to")))
    };
    concat(
        [
            crosswalks.add_up(used(true)?, "topic", &[])?,
            crosswalks.keep_unchanged(used(false)?, "topic")?,
            gemeenten(grid, plan)?,
        ],
        UnionArgs::default(),
    )
}

/// The topic that counts 1 for every gemeente in every year.
fn gemeenten(grid: &Grid, plan: &Plan) -> PolarsResult<LazyFrame> {
    Ok(grid
        .region_years()?
        .filter(col("region").neq(lit(NEDERLAND_NUMBER)))
        .select([
            lit(plan.gemeenten()).alias("topic"),
            col("region"),
            col("year"),
            lit(1.0).alias("value"),
            lit(missing_code(Missing::None)).alias("missing"),
            lit(status_code(Status::Final)).alias("status"),
        ]))
}

/// Sums of topics: columns formula, region, year, sum, missing, status.
fn formulas(topics: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    let terms = |several: bool| -> PolarsResult<LazyFrame> {
        let formulas = plan.formulas(several)?.lazy();
        Ok(topics
            .clone()
            .join(formulas, [col("topic")], [col("topic")], left_ordered())
            .with_column((col("value") * col("sign")).alias("sum")))
    };
    let columns = ["formula", "region", "year", "sum", "missing", "status"].map(col);
    let present = col("sum").count().eq(col("terms").first());
    // terms are added in their order
    let sums = terms(true)?
        .sort(
            ["term"],
            SortMultipleOptions::default().with_maintain_order(true),
        )
        .group_by_stable([packed(&["formula", "region", "year"]).alias("group")])
        .agg([
            col("formula").first(),
            col("region").first(),
            col("year").first(),
            when(present)
                .then(col("sum").sum())
                .otherwise(lit(NULL))
                .cast(DataType::Float64)
                .alias("sum"),
            col("missing").max(),
            col("status").max(),
        ]);
    let all = concat(
        [terms(false)?.select(columns.clone()), sums.select(columns)],
        UnionArgs::default(),
    )?;
    Ok(all.with_column(reason_of("sum")))
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

fn quotients(grid: &Grid, formulas: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    let quotients = plan.quotients()?.lazy();
    let numerators = formulas.clone().join(
        quotients,
        [col("formula")],
        [col("numerator")],
        left_ordered(),
    );
    let denominators = latest_earlier(grid, formulas, plan)?.cache();
    // a denominator is that of the same year, of one fixed year, or of Nederland
    let same = denominators.clone().select([
        col("cell"),
        col("sum").alias("den"),
        col("den_year"),
        col("missing").alias("den_missing"),
        col("status").alias("den_status"),
    ]);
    let value = col("num") / col("den") * col("scale") - col("minus");
    let reason = when(col("value").is_not_null())
        .then(lit(missing_code(Missing::None)))
        .when(col("num").is_null())
        .then(col("missing"))
        .when(col("den_missing").gt(lit(0)))
        .then(col("den_missing"))
        .otherwise(lit(missing_code(Missing::Absent)));
    Ok(numerators
        .with_columns([
            col("sum").alias("num"),
            col("fixed_year").fill_null(col("year")).alias("base"),
        ])
        .with_columns([
            packed(&["denominator", "region", "base"]).alias("cell"),
            packed(&["denominator", "year"]).alias("formula_year"),
        ])
        .join(same, [col("cell")], [col("cell")], left())
        .join(
            national(denominators, plan)?,
            [col("formula_year")],
            [col("formula_year")],
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

fn left() -> JoinArgs {
    let mut args = JoinArgs::new(JoinType::Left);
    args.maintain_order = MaintainOrderJoin::Left;
    args
}

/// What Nederland has of the denominators that ask for it: as published, or else the sum. Columns formula_year, national.
fn national(denominators: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    let of_nederland = || col("region").eq(lit(NEDERLAND_NUMBER));
    let published = col("sum").filter(of_nederland()).first();
    let wanted = df!["formula" => plan.denominators(true)]?.lazy();
    Ok(denominators
        .join(wanted, [col("formula")], [col("formula")], left_ordered())
        .group_by_stable([packed(&["formula", "year"]).alias("formula_year")])
        .agg([published
            .fill_null(col("sum").filter(of_nederland().not()).sum())
            .alias("national")]))
}

/// Denominators for every year, a hole filled from the latest earlier year: columns cell (formula, region and year in
/// one), formula, region, year, sum, den_year, and missing and status of the year itself.
fn latest_earlier(grid: &Grid, formulas: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    let sums = formulas.select([
        packed(&["formula", "region", "year"]).alias("cell"),
        col("sum"),
        col("missing"),
        col("status"),
    ]);
    let cells = df!["formula" => plan.denominators(false)]?
        .lazy()
        .cross_join(grid.region_years()?, None)
        .with_columns([
            packed(&["formula", "region", "year"]).alias("cell"),
            packed(&["formula", "region"]).alias("series"),
        ])
        .join(sums, [col("cell")], [col("cell")], left());
    // a gemeente that has lost its figures keeps the reason why
    let forward = |of: Expr| of.fill_null_with_strategy(FillNullStrategy::Forward(None));
    let known = when(col("missing").is_not_null())
        .then(col("series"))
        .otherwise(lit(NULL));
    let reason = when(forward(known).eq(col("series")))
        .then(forward(col("missing")))
        .otherwise(lit(NULL));
    Ok(carried_forward(cells, "sum", "den_year").with_column(reason.alias("missing")))
}

/// Fills the holes of each series with its latest figure before them, and tells the year that comes from. Rows lie
/// series by series, year after year.
fn carried_forward(rows: LazyFrame, value: &str, from_year: &str) -> LazyFrame {
    let where_present = |name: &str| {
        when(col(value).is_not_null())
            .then(col(name))
            .otherwise(lit(NULL))
    };
    let forward = |name: &str| col(name).fill_null_with_strategy(FillNullStrategy::Forward(None));
    // what is carried out of one series into the next is taken away again
    let of_series = |name: &str| {
        when(forward("carried").eq(col("series")))
            .then(forward(name))
            .otherwise(lit(NULL))
            .alias(name)
    };
    rows.with_columns([
        where_present("series").alias("carried"),
        where_present("year").alias(from_year),
    ])
    .with_columns([of_series(value), of_series(from_year)])
}

fn totals(formulas: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    Ok(formulas
        .join(
            plan.totals()?.lazy(),
            [col("formula")],
            [col("formula")],
            left_ordered(),
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
        .with_column(packed(&["topic", "year"]).alias("source"))
        .drop(cols(["year"]))
        .join(
            plan.weights()?.lazy(),
            [col("source")],
            [col("source")],
            left_ordered(),
        )
        .with_columns([
            (col("value") * col("sign")).alias("value"),
            col("of_class").alias("to"),
        ]);
    let weights = crosswalks
        .add_up(weights, "weight", &["formula", "of_class"])?
        .group_by_stable([packed(&["formula", "of_class", "year", "region"]).alias("weighs")])
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
            left_ordered(),
        )
        .with_columns([
            packed(&["formula", "class", "year", "region"]).alias("weighs"),
            lit(to).alias("to"),
        ])
        .join(weights, [col("weighs")], [col("weighs")], left());
    let national = col("region").eq(lit(NEDERLAND_NUMBER));
    Ok(crosswalks
        .average(ratios, "mean", &["indicator", "way", "formula"])?
        .with_columns([
            // what was published for Nederland stands; its weight plays no part
            when(national)
                .then(lit(NULL))
                .otherwise(col("num"))
                .cast(DataType::Float64)
                .alias("num"),
            packed(&["formula", "year"]).alias("formula_year"),
        ])
        .join(
            plan.weight_years()?.lazy(),
            [col("formula_year")],
            [col("formula_year")],
            left(),
        )
        .select(CELL.map(col)))
}

fn distributions(topics: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    Ok(topics
        .join(
            plan.distributions()?.lazy(),
            [col("topic")],
            [col("topic")],
            left_ordered(),
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

/// Of every indicator and year the first way that has a figure, within the years the indicator reports.
fn first_ways(context: Context<'_>, all: LazyFrame) -> PolarsResult<LazyFrame> {
    let first = all
        .filter(col("value").is_not_null())
        .group_by([packed(&["indicator", "year"]).alias("group")])
        .agg([
            col("indicator").first(),
            col("year").first(),
            col("way").min(),
        ])
        .join(
            wanted_years(context)?,
            [col("indicator")],
            [col("indicator")],
            left_ordered(),
        );
    let reported = col("year")
        .gt_eq(col("first"))
        .and(col("year").lt_eq(col("last")));
    Ok(first
        .filter(reported)
        .sort(["indicator", "year"], SortMultipleOptions::default())
        .select(["indicator", "way", "year"].map(col)))
}

/// Inhabitants per region and year, of that year or the latest earlier one: columns region_year, inhabitants.
fn inhabitants(grid: &Grid, formulas: LazyFrame, plan: &Plan) -> PolarsResult<LazyFrame> {
    let people = formulas
        .filter(col("formula").eq(lit(plan.inhabitants)))
        .select([
            packed(&["region", "year"]).alias("region_year"),
            col("sum").alias("inhabitants"),
        ]);
    let cells = grid
        .region_years()?
        .with_columns([
            packed(&["region", "year"]).alias("region_year"),
            col("region").alias("series"),
        ])
        .join(people, [col("region_year")], [col("region_year")], left());
    Ok(carried_forward(cells, "inhabitants", "from_year")
        .select([col("region_year"), col("inhabitants")]))
}

/// A row for every gemeente of the edition and for Nederland, whether there is a figure or not, by indicator, region and
/// year.
fn complete(
    context: Context<'_>,
    grid: &Grid,
    all: LazyFrame,
    inhabitants: LazyFrame,
) -> PolarsResult<LazyFrame> {
    let cell = || packed(&["indicator", "way", "year", "region"]).alias("cell");
    let figures =
        all.clone()
            .with_column(cell())
            .drop(cols(["indicator", "way", "year", "region"]));
    let ways = first_ways(context, all)?.cache();
    let indicators = ways
        .clone()
        .select([col("indicator")])
        .unique_stable(None, UniqueKeepStrategy::First);
    Ok(indicators
        .cross_join(grid.regions()?, None)
        .join(ways, [col("indicator")], [col("indicator")], left())
        .with_columns([cell(), packed(&["region", "year"]).alias("region_year")])
        .join(figures, [col("cell")], [col("cell")], left())
        .with_columns([
            col("missing").fill_null(lit(missing_code(Missing::Absent))),
            col("status").fill_null(lit(status_code(Status::Unknown))),
        ])
        .join(
            inhabitants,
            [col("region_year")],
            [col("region_year")],
            left(),
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
