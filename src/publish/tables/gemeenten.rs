//! `gemeenten`, and where each gemeente stands in the period that the paper uses: `standen`.

use std::ops::Range;

use super::super::codes::{METHOD, MISSING, POSITION, STATUS};
use super::super::column::{Column, Rows, Table, column};
use super::super::ground::{Gemeente, Ground, Series};
use super::super::schema::{About, SERIES};
use crate::figures::{Block, Cell, Position, Standings};

/// `gemeenten`.
const GEMEENTEN: About = About {
    name: "gemeenten",
    title: "Figures per gemeente",
    row: "an indicator, gemeente and period",
    key: &["indicator", "region", "period"],
    links: &[SERIES],
};

/// `standen`.
const STANDEN: About = About {
    name: "standen",
    title: "Where gemeenten stand, in the period that the paper uses",
    row: "an indicator and gemeente",
    key: &["indicator", "region"],
    links: &[SERIES],
};

/// A figure of a gemeente.
struct Row<'a> {
    series: &'a Series<'a>,
    gemeente: &'a Gemeente<'a>,
    cell: &'a Cell,
}

/// What the rows of an indicator are made of.
struct OfIndicator<'a> {
    /// Rows before them.
    before: usize,
    periods: Vec<(&'a Series<'a>, &'a [Cell])>,
    /// Each with its place among the cells.
    gemeenten: Vec<(&'a Gemeente<'a>, usize)>,
}

impl OfIndicator<'_> {
    fn end(&self) -> usize {
        self.before + self.periods.len() * self.gemeenten.len()
    }
}

/// The rows of all indicators.
struct All<'a>(Vec<OfIndicator<'a>>);

impl<'a> Rows<Row<'a>> for All<'a> {
    fn count(&self) -> usize {
        self.0.last().map_or(0, OfIndicator::end)
    }

    fn each(&self, rows: Range<usize>, hand_over: &mut dyn FnMut(&Row<'a>)) {
        let first = self.0.partition_point(|of| of.end() <= rows.start);
        let asked = self.0[first..].iter();
        for of in asked.take_while(|of| of.before < rows.end) {
            for row in rows.start.max(of.before)..rows.end.min(of.end()) {
                let row = row - of.before;
                let (gemeente, place) = of.gemeenten[row / of.periods.len()];
                let (series, cells) = of.periods[row % of.periods.len()];
                let cell = &cells[place];
                hand_over(&Row {
                    series,
                    gemeente,
                    cell,
                });
            }
        }
    }
}

/// `gemeenten`: every gemeente in every period of every indicator, but of a share of a size class, which is of Nederland.
pub(in super::super) fn gemeenten<'a>(ground: &'a Ground<'a>) -> Table<'a> {
    let mut all = All(Vec::new());
    for id in ground.queries.indicator_ids() {
        let block = ground.figures.block(id);
        let of_indicator = ground.series.iter().filter(|series| series.id == id);
        let periods = of_indicator.filter(|series| series.way().is_of_gemeenten());
        let periods = periods.map(|series| (series, block.year(series.period.year)));
        let of = OfIndicator {
            before: all.count(),
            periods: periods.collect(),
            gemeenten: places(ground, block).collect(),
        };
        all.0.push(of);
    }
    Table::new(GEMEENTEN, of_gemeente(), all)
}

/// The gemeenten that a block has, each with its place there.
fn places<'a>(
    ground: &'a Ground<'a>,
    block: &'a Block,
) -> impl Iterator<Item = (&'a Gemeente<'a>, usize)> {
    let all = ground.gemeenten.iter();
    all.filter_map(|gemeente| Some((gemeente, block.place(gemeente.region)?)))
}

#[rustfmt::skip] // a column a line
fn of_gemeente<'a>() -> Vec<Column<'a, Row<'a>>> {
    type Of<'a> = Row<'a>;
    vec![
        column("indicator", "what is measured", |row: &Of<'a>| row.series.asked.id.as_str()).of("indicatoren", "indicator"),
        column("region", "gemeente", |row: &Of<'a>| row.gemeente.code.as_str()).of("regios", "region"),
        column("period", "year", |row: &Of<'_>| row.series.period.year),
        column("value", "the figure, unrounded, in the unit of the indicator", |row: &Of<'_>| row.cell.value()),
        column("missing", "why there is no value", |row: &Of<'_>| row.cell.observation.missing.word()).words(MISSING).needed(),
        column("status", "how final it is", |row: &Of<'_>| row.cell.observation.status.word()).words(STATUS).needed(),
        column("numerator", "what a group adds up above the line: a count, or a ratio times its weight", |row: &Of<'_>| row.cell.num),
        column("denominator", "what a group adds up below the line: a count or a weight; of a share of Nederland that of Nederland; of a sum none", |row: &Of<'_>| row.cell.den),
        column("denominator_period", "the year of the denominator or weight: an earlier one where the period has none yet", |row: &Of<'_>| row.cell.den_year),
        column("estimated", "whether more than half a percent of it was divided by the inhabitants or dwellings that moved in a herindeling", |row: &Of<'_>| row.cell.estimated).needed(),
        column("break", "whether the figure is made in another way than in the period before: nothing is compared across it (`reeksen` says why)", |row: &Of<'_>| !row.series.breaks.is_empty()).needed(),
        column("method", "how a group's value is made of such figures", |row: &Of<'_>| row.series.method()).words(METHOD),
        column("province", "province of the gemeente", |row: &Of<'a>| row.gemeente.of.province.as_str()).of("regios", "region").needed(),
    ]
}

/// Where a gemeente stands in a period.
struct Standing<'a> {
    series: &'a Series<'a>,
    gemeente: &'a Gemeente<'a>,
    all: &'a Standings,
    place: usize,
}

/// Where the gemeenten stand in the period used of each indicator that they have figures of.
pub(in super::super) struct AllStandings<'a>(Vec<(&'a Series<'a>, Standings)>);

impl<'a> AllStandings<'a> {
    pub(in super::super) fn new(ground: &'a Ground<'a>) -> Self {
        let used = ground.indicators().filter_map(|(id, _)| ground.used(id));
        let used = used.filter(|series| series.way().is_of_gemeenten());
        let standings = used.map(|series| {
            let standings = ground
                .figures
                .standings(ground.queries, series.id, series.place);
            (series, standings)
        });
        Self(standings.collect())
    }
}

/// `standen`: a rank per network and a position per group, in columns that are named after them.
pub(in super::super) fn standen<'a>(
    ground: &'a Ground<'a>,
    all: &'a AllStandings<'a>,
) -> Table<'a> {
    let rows = all.0.iter().flat_map(|(series, all)| {
        let places = places(ground, ground.figures.block(series.id));
        places.map(move |(gemeente, place)| Standing {
            series,
            gemeente,
            all,
            place,
        })
    });
    let rows: Vec<Standing<'_>> = rows.collect();
    Table::new(STANDEN, of_standing(ground), rows)
}

#[rustfmt::skip] // a column a line
fn of_standing<'a>(ground: &'a Ground<'a>) -> Vec<Column<'a, Standing<'a>>> {
    type Of<'a> = Standing<'a>;
    let groups = &ground.figures.groups;
    let mut columns = vec![
        column("indicator", "what is measured", |row: &Of<'a>| row.series.asked.id.as_str()).of("indicatoren", "indicator"),
        column("region", "gemeente", |row: &Of<'a>| row.gemeente.code.as_str()).of("regios", "region"),
        column("period", "the year that the paper uses", |row: &Of<'_>| row.series.period.year).needed(),
        column("rank_nederland", "rank among all gemeenten, 1 is the highest; equal printed values share a rank", |row: &Of<'_>| row.all.ranks[row.place]).from(1.0),
    ];
    columns.extend(groups.networks().enumerate().map(|(place, group)| {
        let id = &group.name.id;
        let rank = move |row: &Of<'_>| row.all.networks[place][row.place];
        column(format!("rank_{id}"), format!("rank among the members of {id}"), rank).from(1.0)
    }));
    columns.extend(groups.all().iter().enumerate().map(|(place, group)| {
        let id = &group.name.id;
        let side = move |row: &Of<'_>| row.all.groups[place][row.place].map(word);
        column(format!("vs_{id}"), format!("where the gemeente stands against the value of {id}"), side).words(POSITION)
    }));
    columns
}

const fn word(position: Position) -> &'static str {
    match position {
        Position::Equal => "equal",
        Position::Higher => "higher",
        Position::Lower => "lower",
    }
}
