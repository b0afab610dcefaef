//! `buurten`, the regions that its figures are of, and how they are made: `buurtregios`, `buurtreeksen`,
//! `buurtreeks-bronnen`. They are there where an indicator is asked per buurt.

use std::collections::BTreeSet;

use super::super::codes::{MISSING, STATUS};
use super::super::column::{Column, Table, column};
use super::super::ground::Ground;
use super::super::schema::{About, Link};
use crate::figures::{Buurt, BuurtFigure, Buurten};
use crate::query::{Indicator, Way};

/// The figures of an indicator and period, and how they were made.
const BUURTREEKS: Link = Link {
    columns: &["indicator", "period"],
    table: "buurtreeksen",
};

/// `buurten`.
const BUURTEN: About = About {
    name: "buurten",
    title: "Figures per wijk and buurt of the members",
    row: "an indicator, wijk or buurt, and period",
    key: &["indicator", "region", "period"],
    links: &[
        BUURTREEKS,
        Link {
            columns: &["region", "period"],
            table: "buurtregios",
        },
    ],
};

/// `buurtregios`.
const BUURTREGIOS: About = About {
    name: "buurtregios",
    title: "The wijken and buurten of the members, as each year drew them",
    row: "a wijk or buurt and year",
    key: &["region", "period"],
    links: &[],
};

/// `buurtreeksen`.
const BUURTREEKSEN: About = About {
    name: "buurtreeksen",
    title: "How figures of wijken and buurten are made, per indicator and period",
    row: "an indicator and period",
    key: &["indicator", "period"],
    links: &[],
};

/// `buurtreeks-bronnen`.
const BUURTREEKS_BRONNEN: About = About {
    name: "buurtreeks-bronnen",
    title: "Which tables figures of wijken and buurten come from",
    row: "an indicator, period and table",
    key: &["indicator", "period", "table"],
    links: &[BUURTREEKS],
};

/// A figure, with what it is of.
struct Row<'a> {
    asked: &'a Indicator,
    region: &'a Buurt,
    figure: &'a BuurtFigure,
}

/// An indicator and period, and the way that makes its figures.
#[derive(Clone, Copy)]
struct Series<'a> {
    asked: &'a Indicator,
    period: i32,
    way: &'a Way,
}

/// The tables; none where nothing is asked per buurt, or nothing is held.
pub(in super::super) fn tables<'a>(ground: &'a Ground<'a>) -> Vec<Table<'a>> {
    let buurten = ground.buurten;
    if buurten.figures.is_empty() {
        return Vec::new();
    }
    let rows: Vec<Row<'_>> = buurten
        .figures
        .iter()
        .map(|figure| row(ground, figure))
        .collect();
    let mut series: Vec<Series<'_>> = Vec::new();
    for row in &rows {
        let (id, year) = (&row.asked.id, row.region.year);
        let is_known = |last: &Series<'_>| (&last.asked.id, last.period) == (id, year);
        if !series.last().is_some_and(is_known) {
            series.push(Series {
                asked: row.asked,
                period: row.region.year,
                way: &row.asked.ways[row.figure.way],
            });
        }
    }
    let regions: Vec<&Buurt> = buurten.regions.iter().collect();
    let sources: Vec<(Series<'_>, &str)> =
        series.iter().flat_map(|of| sources(buurten, *of)).collect();
    vec![
        Table::new(BUURTEN, of_figure(), rows),
        Table::new(BUURTREGIOS, of_region(), regions),
        Table::new(BUURTREEKSEN, of_series(ground), series),
        Table::new(BUURTREEKS_BRONNEN, of_source(), sources),
    ]
}

fn row<'a>(ground: &'a Ground<'a>, figure: &'a BuurtFigure) -> Row<'a> {
    Row {
        asked: &ground.queries[figure.indicator],
        region: &ground.buurten.regions[figure.region],
        figure,
    }
}

fn sources<'a>(
    buurten: &'a Buurten,
    of: Series<'a>,
) -> impl Iterator<Item = (Series<'a>, &'a str)> {
    let tables: BTreeSet<&str> = buurten.tables(of.way, of.period);
    tables.into_iter().map(move |table| (of, table))
}

#[rustfmt::skip] // a column a line
fn of_figure<'a>() -> Vec<Column<'a, Row<'a>>> {
    type Of<'a> = Row<'a>;
    vec![
        column("indicator", "what is measured", |row: &Of<'a>| row.asked.id.as_str()).of("indicatoren", "indicator"),
        column("region", "wijk or buurt, as its year numbers it", |row: &Of<'a>| &*row.region.code),
        column("period", "year", |row: &Of<'_>| row.region.year),
        column("value", "the figure, unrounded, in the unit of the indicator", |row: &Of<'_>| row.figure.cell.value()),
        column("missing", "why there is no value", |row: &Of<'_>| row.figure.cell.observation.missing.word()).words(MISSING).needed(),
        column("status", "how final it is", |row: &Of<'_>| row.figure.cell.observation.status.word()).words(STATUS).needed(),
        column("numerator", "what stands above the line: a count, or a ratio times its weight", |row: &Of<'_>| row.figure.cell.num),
        column("denominator", "what stands below the line, of the same year: a count or a weight; of a sum none", |row: &Of<'_>| row.figure.cell.den),
    ]
}

#[rustfmt::skip] // a column a line
fn of_region<'a>() -> Vec<Column<'a, &'a Buurt>> {
    type Of<'a> = &'a Buurt;
    vec![
        column("region", "code at CBS: WK or BU, four digits of the gemeente, its number", |row: &Of<'a>| &*row.code),
        column("period", "the year that drew and numbered it: the same code may be another region in another year", |row: &Of<'_>| row.year),
        column("wijk", "whether it is a wijk, of which buurten are the parts", |row: &Of<'_>| row.is_wijk()).needed(),
        column("name", "name, as CBS writes it", |row: &Of<'a>| &*row.name),
        column("gemeente", "code of the gemeente that it lay in that year", |row: &Of<'_>| row.gemeente.to_string()).needed(),
        column("member", "the member of the network that this is on the edition's boundaries", |row: &Of<'_>| row.member.to_string()).of("regios", "region").needed(),
    ]
}

#[rustfmt::skip] // a column a line
fn of_series<'a>(ground: &'a Ground<'a>) -> Vec<Column<'a, Series<'a>>> {
    type Of<'a> = Series<'a>;
    let queries = ground.queries;
    vec![
        column("indicator", "what is measured", |row: &Of<'a>| row.asked.id.as_str()).of("indicatoren", "indicator"),
        column("period", "year", |row: &Of<'_>| row.period),
        column("formula", "the computation, in names of topics of the project's queries", |row: &Of<'_>| queries.describe(row.way).0).needed(),
        column("scale", "factor of numerator / denominator", |row: &Of<'_>| queries.describe(row.way).1).needed(),
    ]
}

#[rustfmt::skip] // a column a line
fn of_source<'a>() -> Vec<Column<'a, (Series<'a>, &'a str)>> {
    type Of<'a> = (Series<'a>, &'a str);
    vec![
        column("indicator", "what is measured", |row: &Of<'a>| row.0.asked.id.as_str()).of("indicatoren", "indicator"),
        column("period", "year", |row: &Of<'_>| row.0.period),
        column("table", "a table that the figures come from: its wijken and buurten", |row: &Of<'a>| row.1).of("bronnen", "table"),
    ]
}
