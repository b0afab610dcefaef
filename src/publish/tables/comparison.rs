//! `vergelijking`, and how each of its figures was made: `reeksen` and `reeks-bronnen`.

use std::collections::BTreeSet;

use super::super::codes::{METHOD, STATUS, WITHHELD};
use super::super::column::{Column, Table, column};
use super::super::ground::{Ground, Series};
use super::super::schema::{About, SERIES};
use crate::figures::{GroupFigure, Spread};
use crate::gemeente::group::Group;
use crate::query::{IndicatorId, Way};

/// `vergelijking`.
pub const VERGELIJKING: About = About {
    name: "vergelijking",
    title: "Groups compared",
    row: "an indicator, period and group",
    key: &["indicator", "group", "period"],
    links: &[SERIES],
};

/// `reeksen`.
const REEKSEN: About = About {
    name: "reeksen",
    title: "How figures are made, per indicator and period",
    row: "an indicator and period",
    key: &["indicator", "period"],
    links: &[],
};

/// `reeks-bronnen`.
const REEKS_BRONNEN: About = About {
    name: "reeks-bronnen",
    title: "Which tables figures come from",
    row: "an indicator, period and table",
    key: &["indicator", "period", "table"],
    links: &[SERIES],
};

/// A figure of a group.
pub(in super::super) struct Compared<'a> {
    pub series: &'a Series<'a>,
    pub group: &'a Group,
    pub figure: &'a GroupFigure,
}

/// The figures of groups; of some indicators and years only where these are given.
pub(in super::super) fn compared<'a>(
    ground: &'a Ground<'a>,
    only: Option<&BTreeSet<(IndicatorId, i32)>>,
) -> Vec<Compared<'a>> {
    let mut rows = Vec::new();
    for id in ground.queries.indicator_ids() {
        for group in ground.figures.groups.all() {
            for figure in ground.figures.compared(id).of_group(group.id) {
                let series = ground.of(id, figure.year);
                let is_wanted = only.is_none_or(|only| only.contains(&(id, figure.year)));
                if let Some(series) = series.filter(|_| is_wanted) {
                    rows.push(Compared {
                        series,
                        group,
                        figure,
                    });
                }
            }
        }
    }
    rows
}

#[rustfmt::skip] // a column a line
pub(in super::super) fn vergelijking<'a>() -> Vec<Column<'a, Compared<'a>>> {
    type Of<'a> = Compared<'a>;
    let spread = |of: fn(Spread) -> f64| move |row: &Of<'_>| row.figure.spread.map(of);
    let subject = "the network whose paper it is";
    vec![
        column("indicator", "what is measured", |row: &Of<'a>| row.series.asked.id.as_str()).of("indicatoren", "indicator"),
        column("period", "year", |row: &Of<'_>| row.figure.year),
        column("group", "whom it is of", |row: &Of<'a>| row.group.name.id.as_str()).of("groepslijsten", "group"),
        column("value", "the group's value, unrounded, in the unit of the indicator", |row: &Of<'_>| row.figure.value),
        column("missing", "why there is no value", |row: &Of<'_>| row.figure.withheld.word()).words(WITHHELD).needed(),
        column("status", "the least final of what it rests on", |row: &Of<'_>| row.figure.status.word()).words(STATUS).needed(),
        column("n", "members with a figure (for a size class: gemeenten in it)", |row: &Of<'_>| row.figure.n).needed().from(0.0),
        column("members", "all members (for a size class: all gemeenten)", |row: &Of<'_>| row.figure.members).needed().from(0.0),
        column("coverage", "share of the weight that has a figure", |row: &Of<'_>| row.figure.coverage).unit("%").from(0.0),
        column("min", "lowest value of a member", spread(|of| of.min)),
        column("q1", "first quartile over members, each counting once, by linear interpolation", spread(|of| of.q1)),
        column("median", "median over members, each counting once", spread(|of| of.median)),
        column("q3", "third quartile over members, each counting once, by linear interpolation", spread(|of| of.q3)),
        column("max", "highest value of a member", spread(|of| of.max)),
        column("mean", "mean over members, each counting once", spread(|of| of.mean)),
        column("diff_abs", format!("the group minus {subject}, in the unit of the indicator"), |row: &Of<'_>| row.figure.diff_abs),
        column("diff_pct", format!("the same in percent of {subject}"), |row: &Of<'_>| row.figure.diff_pct).unit("%"),
        column("rank", "rank among the networks, 1 is the highest; equal printed values share a rank", |row: &Of<'_>| row.figure.rank).from(1.0),
        column("method", "how the value is made", |row: &Of<'_>| if row.figure.own { "published" } else { row.series.method() }).words(METHOD),
        column("computed", "the figure of all gemeenten, where the value is the publisher's own", |row: &Of<'_>| row.figure.computed),
        column("estimated", "whether more than half a percent of a member's figure was divided by the inhabitants or dwellings that moved in a herindeling", |row: &Of<'_>| row.figure.estimated).needed(),
        column("break", "whether the figure is made in another way than in the period before: nothing is compared across it (`reeksen` says why)", |row: &Of<'_>| !row.series.breaks.is_empty()).needed(),
    ]
}

/// `vergelijking`, `reeksen` and `reeks-bronnen`.
pub(in super::super) fn tables<'a>(ground: &'a Ground<'a>) -> [Table<'a>; 3] {
    let rows = compared(ground, None);
    [
        Table::new(VERGELIJKING, vergelijking(), rows),
        Table::new(REEKSEN, reeksen(ground), ground.series.as_slice()),
        reeks_bronnen(ground),
    ]
}

#[rustfmt::skip] // a column a line
fn reeksen<'a>(ground: &'a Ground<'a>) -> Vec<Column<'a, Series<'a>>> {
    type Of<'a> = Series<'a>;
    let queries = ground.queries;
    let minus = |way: &Way| match way {
        Way::Quotient { minus, .. } => *minus,
        _ => 0.0,
    };
    vec![
        column("indicator", "what is measured", |row: &Of<'a>| row.asked.id.as_str()).of("indicatoren", "indicator"),
        column("period", "year", |row: &Of<'_>| row.period.year),
        column("method", "how a group's value is made of its members", |row: &Of<'_>| row.method()).words(METHOD),
        column("formula", "the computation, in names of topics of the project's queries", |row: &Of<'_>| queries.describe(row.way()).0),
        column("scale", "factor of numerator / denominator", |row: &Of<'_>| queries.describe(row.way()).1).needed(),
        column("minus", "what is taken off after that: 100 for growth in percent", move |row: &Of<'_>| minus(row.way())).needed(),
        column("weight", "denominator or weight, in names of topics", |row: &Of<'a>| row.method.map(|method| method.weight.as_str())),
        column("weight_period", "the year that it comes from: an earlier one where the period has none yet", |row: &Of<'_>| row.method.and_then(|method| method.weight_year)),
        column("break", "whether figures are made in another way than in the period before", |row: &Of<'_>| !row.breaks.is_empty()).needed(),
        column("break_reason", "what changed, in Dutch", |row: &Of<'_>| row.breaks.clone()),
    ]
}

#[rustfmt::skip] // a column a line
fn reeks_bronnen<'a>(ground: &'a Ground<'a>) -> Table<'a> {
    type Of<'a> = (&'a Series<'a>, &'a str);
    let of_series = |series: &'a Series<'a>| {
        let tables = series.method.map_or(&[][..], |method| &method.tables);
        tables.iter().map(move |table| (series, table.as_str()))
    };
    let rows: Vec<Of<'a>> = ground.series.iter().flat_map(of_series).collect();
    let columns = vec![
        column("indicator", "what is measured", |row: &Of<'a>| row.0.asked.id.as_str()).of("indicatoren", "indicator"),
        column("period", "year", |row: &Of<'_>| row.0.period.year),
        column("table", "a table that the figures come from", |row: &Of<'a>| row.1).of("bronnen", "table"),
    ];
    Table::new(REEKS_BRONNEN, columns, rows)
}
