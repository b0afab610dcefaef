//! The four files, row by row from the figures.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::csv::{Sheet, quoted};
use crate::figures::{Cell, Figures, Period, Position, Provenance, Standings};
use crate::gemeente::RegionId;
use crate::gemeente::group::{Group, Groups};
use crate::query::{IndicatorId, Queries};

/// Columns of `vergelijking.csv`.
pub const COLUMNS_VERGELIJKING: [&str; 25] = [
    "indicator",
    "period",
    "group",
    "value",
    "unit",
    "n",
    "members",
    "coverage",
    "min",
    "q1",
    "median",
    "q3",
    "max",
    "mean",
    "missing",
    "status",
    "break",
    "estimated",
    "diff_abs",
    "diff_pct",
    "rank",
    "weight",
    "method",
    "boundaries",
    "release",
];

/// Columns of `gemeenten.csv`: a rank per network and a position per group stand between.
pub fn columns_gemeenten(groups: &Groups) -> Vec<String> {
    let named = |prefix: &str, group: &Group| format!("{prefix}_{}", group.name.id);
    let fixed = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let mut columns = fixed(&[
        "indicator",
        "region",
        "name",
        "period",
        "value",
        "unit",
        "missing",
        "status",
        "break",
        "estimated",
    ]);
    columns.extend(groups.networks().map(|group| named("rank", group)));
    columns.push("rank_nederland".to_owned());
    columns.extend(groups.all().iter().map(|group| named("vs", group)));
    columns.extend(fixed(&[
        "weight",
        "weight_year",
        "method",
        "boundaries",
        "release",
    ]));
    columns
}

/// Columns of `indicatoren.csv`.
pub const COLUMNS_INDICATOREN: [&str; 19] = [
    "indicator",
    "pijler",
    "theme",
    "title",
    "definition",
    "unit",
    "decimals",
    "direction",
    "formula",
    "weight",
    "scale",
    "coverage_minimum",
    "plausible_minimum",
    "plausible_maximum",
    "tables",
    "period",
    "newer_period_held_back",
    "why",
    "deviation_nederland_pct",
];

/// Columns of `groepen.csv`.
pub const COLUMNS_GROEPEN: [&str; 10] = [
    "group",
    "label",
    "region",
    "name",
    "listed_code",
    "listed_name",
    "list_date",
    "complete",
    "source",
    "boundaries",
];

/// `vergelijking.csv`; of some indicators and years only where these are given.
pub(super) fn vergelijking(
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
    only: Option<&BTreeSet<(IndicatorId, i32)>>,
) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS_VERGELIJKING, 4096);
    let number = |count: Option<usize>| count.and_then(|count| i32::try_from(count).ok());
    for id in queries.indicator_ids() {
        let asked = &queries[id];
        for group in figures.groups.all() {
            for figure in figures.compared(id).of_group(group.id) {
                if only.is_some_and(|only| !only.contains(&(id, figure.year))) {
                    continue;
                }
                let method = provenance.get(id, figure.way, figure.year);
                sheet.text(&asked.id);
                sheet.integer(Some(figure.year));
                sheet.text(&group.name.id);
                sheet.number(figure.value);
                sheet.text(&asked.unit);
                sheet.integer(number(Some(figure.n)));
                sheet.integer(number(Some(figure.members)));
                sheet.number(Some(figure.coverage));
                let spread = figure.spread;
                for value in [
                    spread.map(|of| of.min),
                    spread.map(|of| of.q1),
                    spread.map(|of| of.median),
                    spread.map(|of| of.q3),
                    spread.map(|of| of.max),
                    spread.map(|of| of.mean),
                ] {
                    sheet.number(value);
                }
                sheet.text(figure.withheld.word());
                sheet.text(figure.status.word());
                sheet.text(&figures.breaks_before(id, figure.year));
                sheet.ready(truth(figure.estimated));
                sheet.number(figure.diff_abs);
                sheet.number(figure.diff_pct);
                sheet.integer(number(figure.rank));
                sheet.text(method.map_or("", |method| &method.weight));
                sheet.text(match method {
                    _ if figure.own => "published",
                    Some(method) => method.method,
                    None => "",
                });
                sheet.integer(Some(figures.edition.boundaries));
                sheet.text(method.map_or("", |method| &method.release));
                sheet.end_row();
            }
        }
    }
    sheet.into_bytes()
}

/// What is needed to write the rows of `gemeenten.csv`, with texts made ready once.
pub(super) struct GemeenteRows<'a> {
    queries: &'a Queries,
    figures: &'a Figures,
    provenance: &'a Provenance,
    /// Code and name per region, as cells.
    names: BTreeMap<RegionId, Vec<u8>>,
}

/// A period of an indicator while its rows are written.
struct Column<'a> {
    year: i32,
    cells: &'a [Cell],
    standings: Standings,
    /// What broke since the period before, as a cell.
    breaks: Vec<u8>,
    /// Weight, and method, boundaries and release, as cells.
    weight: Vec<u8>,
    method: Vec<u8>,
}

impl<'a> GemeenteRows<'a> {
    pub(super) fn new(
        queries: &'a Queries,
        figures: &'a Figures,
        provenance: &'a Provenance,
    ) -> Self {
        let names = figures
            .gemeenten
            .regions
            .in_year(figures.edition.boundaries);
        let names = names.map(|(region, gemeente)| {
            let code = region.to_string().into_bytes();
            (region, [code, quoted(&gemeente.name)].join(&b','))
        });
        Self {
            queries,
            figures,
            provenance,
            names: names.collect(),
        }
    }

    pub(super) fn header(&self) -> Vec<u8> {
        let columns = columns_gemeenten(&self.figures.groups);
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Sheet::new(&columns, 0).into_bytes()
    }

    /// The rows of an indicator, by region and period. A share of a size class is not of gemeenten.
    pub(super) fn rows(&self, indicator: IndicatorId) -> Vec<u8> {
        let (asked, block) = (&self.queries[indicator], self.figures.block(indicator));
        let columns: Vec<Column<'_>> = block
            .rows()
            .enumerate()
            .filter(|(_, (period, _))| asked.ways[period.way].is_of_gemeenten())
            .map(|(place, (period, cells))| self.column(indicator, place, period, cells))
            .collect();
        let (id, unit) = (quoted(&asked.id), quoted(&asked.unit));
        let mut sheet = Sheet::part(block.regions().len() * columns.len());
        for (place, region) in block.regions().iter().enumerate() {
            let Some(name) = self.names.get(region) else {
                continue;
            };
            for column in &columns {
                let cell = &column.cells[place];
                sheet.ready(&id);
                sheet.ready(name);
                sheet.integer(Some(column.year));
                sheet.number(cell.value());
                sheet.ready(&unit);
                sheet.ready(cell.observation.missing.word().as_bytes());
                sheet.ready(cell.observation.status.word().as_bytes());
                sheet.ready(&column.breaks);
                sheet.ready(truth(cell.estimated));
                push_standing(&mut sheet, &column.standings, place);
                sheet.ready(&column.weight);
                sheet.integer(cell.den_year);
                sheet.ready(&column.method);
                sheet.end_row();
            }
        }
        sheet.into_bytes()
    }

    fn column<'c>(
        &self,
        indicator: IndicatorId,
        place: usize,
        period: Period,
        cells: &'c [Cell],
    ) -> Column<'c> {
        let method = self.provenance.get(indicator, period.way, period.year);
        let boundaries = self.figures.edition.boundaries;
        Column {
            year: period.year,
            cells,
            standings: self.figures.standings(self.queries, indicator, place),
            breaks: quoted(&self.figures.breaks_before(indicator, period.year)),
            weight: method
                .map(|method| quoted(&method.weight))
                .unwrap_or_default(),
            method: method.map_or(b",,".to_vec(), |method| {
                let rest = format!("{},{boundaries},", method.method).into_bytes();
                [rest, quoted(&method.release)].concat()
            }),
        }
    }
}

const fn truth(is_so: bool) -> &'static [u8] {
    if is_so { b"true" } else { b"false" }
}

fn push_standing(sheet: &mut Sheet, standings: &Standings, place: usize) {
    let all = std::iter::once(&standings.ranks);
    for ranks in standings.networks.iter().chain(all) {
        sheet.integer(ranks[place].and_then(|rank| i32::try_from(rank).ok()));
    }
    for positions in &standings.groups {
        sheet.ready(match positions[place] {
            None => b"",
            Some(Position::Equal) => b"equal",
            Some(Position::Higher) => b"higher",
            Some(Position::Lower) => b"lower",
        });
    }
}

pub(super) fn indicatoren(
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS_INDICATOREN, queries.indicators.len());
    for id in queries.indicator_ids() {
        let (asked, used) = (&queries[id], figures.used(id));
        let theme = queries.themes.iter().find(|theme| theme.id == asked.theme);
        let method = used
            .year
            .and_then(|year| provenance.get(id, used.way, year));
        sheet.text(&asked.id);
        sheet.text(theme.map_or("", |theme| &theme.pijler));
        sheet.text(theme.map_or("", |theme| &theme.title));
        sheet.text(&asked.title);
        sheet.text(&asked.definition);
        sheet.text(&asked.unit);
        sheet.integer(Some(asked.decimals));
        sheet.text(asked.direction.word());
        let way = asked.ways.get(used.way);
        let (formula, scale) = way.map_or_else(Default::default, |way| queries.describe(way));
        sheet.text(&formula);
        sheet.text(method.map_or("", |method| &method.weight));
        sheet.number(Some(scale));
        sheet.number(Some(asked.coverage));
        sheet.number(Some(asked.range.0));
        sheet.number(Some(asked.range.1));
        sheet.text(
            &method
                .map(|method| method.tables.join(" + "))
                .unwrap_or_default(),
        );
        sheet.integer(used.year);
        let passed_over = used.passed_over.as_ref();
        sheet.integer(passed_over.map(|passed| passed.year));
        sheet.text(passed_over.map_or("", |passed| &passed.why));
        sheet.number(used.deviation);
        sheet.end_row();
    }
    sheet.into_bytes()
}

pub(super) fn groepen(figures: &Figures) -> Vec<u8> {
    let groups = figures.groups.all();
    let rows = groups.iter().map(|group| group.members.len()).sum();
    let mut sheet = Sheet::new(&COLUMNS_GROEPEN, rows);
    for group in groups {
        for member in &group.members {
            let gemeente = figures.gemeenten.regions.get(member.region);
            sheet.text(&group.name.id);
            sheet.text(&group.name.label);
            sheet.text(&member.region.to_string());
            sheet.text(gemeente.map_or("", |gemeente| &gemeente.name));
            sheet.text(&member.listed.to_string());
            sheet.text(&member.listed_name);
            sheet.text(&group.list_date);
            sheet.ready(truth(group.complete));
            sheet.text(&group.source);
            sheet.integer(Some(figures.edition.boundaries));
            sheet.end_row();
        }
    }
    sheet.into_bytes()
}
