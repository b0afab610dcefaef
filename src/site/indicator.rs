//! A page per indicator: how groups and years differ, where it is high and low, and every gemeente.
//!
//! In: the figures and borders. Out: what the pages tell, and their drawings by name. Fails when a chart cannot be drawn. The
//! peculiarity it answers: an indicator of one year has no lines, one of Nederland alone has no map, and one without figures in
//! this edition has a page that says so.

use std::collections::BTreeSet;

use super::downloads::rows_of;
use super::told::{Chart, Indicator, Listed, Row, Table, page_of};
use super::{Making, Places};
use crate::base::failure::Failure;
use crate::base::hands::in_parts;
use crate::chart;
use crate::fact::{self, Register, print};
use crate::figures::{Cell, GroupFigure};
use crate::gemeente::RegionId;
use crate::gemeente::group::{Group, GroupKind};
use crate::illustrate;
use crate::query::{self, ChartKind, IndicatorId, Template, TemplatePart, Years};

/// Drawings by name.
type Drawings = Vec<(String, String)>;

/// CBS's sign of what is unknown.
const NONE: &str = ".";

/// Pages of all indicators with their drawings.
pub(super) fn pages(
    making: &Making<'_>,
    places: &Places,
) -> Result<(Vec<Indicator>, Drawings), Failure> {
    let queries = making.manuscript.register.queries();
    let ids: Vec<IndicatorId> = queries.indicator_ids().collect();
    let make = |(): &mut (), place: usize| page(making, places, ids[place]);
    let (mut pages, mut drawings) = (Vec::new(), Drawings::new());
    for made in in_parts(ids.len(), || (), make) {
        let (page, drawn) = made?;
        pages.push(page);
        drawings.extend(drawn);
    }
    Ok((pages, drawings))
}

fn page(
    making: &Making<'_>,
    places: &Places,
    id: IndicatorId,
) -> Result<(Indicator, Drawings), Failure> {
    let register = &making.manuscript.register;
    let asked = &register.queries()[id];
    let (charts, drawings) = charts(making, id)?;
    let (columns, rows) = rows(register, places, id);
    let without = rows
        .iter()
        .filter(|row| row.cells.first().is_some_and(|text| text == NONE))
        .count();
    let path = page_of(&asked.id);
    let page = Indicator {
        listed: listed(register, id, &path),
        id: asked.id.clone(),
        title: asked.title.clone(),
        theme: asked.theme.clone(),
        charts,
        years: over_years(making, id),
        without: if without == 0 {
            String::new()
        } else {
            without.to_string()
        },
        columns,
        rows,
        breaks: asked
            .breaks
            .iter()
            .map(|of| format!("{}: {}", of.year, of.why))
            .collect(),
        download: rows_of(&asked.id),
        path,
    };
    Ok((page, drawings))
}

/// A text as it stands in a table.
fn text(asked: &query::Indicator, value: Option<f64>, provisional: bool) -> String {
    let printed = value.and_then(|value| print(asked, value, provisional).ok());
    printed.unwrap_or_else(|| NONE.to_owned())
}

fn listed(register: &Register<'_>, id: IndicatorId, path: &str) -> Listed {
    let (asked, figures) = (&register.queries()[id], register.figures());
    let year = figures.used(id).year;
    let of_group = |group: &Group| {
        let figure = year.and_then(|year| figures.group(id, group.id, year));
        let provisional = figure.is_some_and(GroupFigure::is_provisional);
        text(asked, figure.and_then(|of| of.value), provisional)
    };
    Listed {
        path: path.to_owned(),
        title: asked.title.clone(),
        period: year.map_or_else(|| NONE.to_owned(), |year| year.to_string()),
        subject: of_group(figures.groups.subject()),
        nation: of_group(figures.groups.nation()),
    }
}

/// The chart of a kind that an indicator has on its page, with every group.
fn asked_chart(making: &Making<'_>, id: IndicatorId, kind: ChartKind) -> query::Chart {
    let register = &making.manuscript.register;
    let asked = &register.queries()[id];
    let groups = &register.figures().groups;
    let groups = groups.all().iter();
    let (what, shown): (_, fn(&Group) -> bool) = match kind {
        ChartKind::Choropleth => ("kaart", |of| of.name.kind == GroupKind::Nation),
        _ => ("groepen", |of| of.name.kind != GroupKind::OthersOfSize),
    };
    let groups = groups.filter(|group| shown(group));
    query::Chart {
        id: format!("{}-{what}", asked.id),
        theme: asked.theme.clone(),
        kind,
        indicators: vec![id],
        groups: groups.map(|group| group.id).collect(),
        title: Template {
            parts: vec![TemplatePart::Text(what.to_owned())],
        },
        years: Years::default(),
        since: None,
        half: false,
        broken: None,
        place: asked.place.clone(),
    }
}

/// Lines over the years where there are years, else bars; and a map. What has no figures for a kind lacks it.
fn charts(making: &Making<'_>, id: IndicatorId) -> Result<(Vec<Chart>, Drawings), Failure> {
    let register = &making.manuscript.register;
    let (queries, figures) = (register.queries(), register.figures());
    let (mut charts, mut drawings) = (Vec::new(), Drawings::new());
    let mut add = |kind: ChartKind| -> Result<bool, Failure> {
        let asked = asked_chart(making, id, kind);
        let Some(drawn) = illustrate::draw(&asked, queries, figures, Some(making.geometry))? else {
            return Ok(false);
        };
        let of = illustrate::caption(drawn, register, making.provenance)?;
        let svg = chart::lighter(&of.picture.svg).unwrap_or_else(|| of.picture.svg.clone());
        drawings.push((of.id.clone(), svg));
        charts.push(Chart {
            title: fact::plain(&of.title),
            id: of.id,
            subtitle: of.subtitle,
            source: of.source,
            alt: of.alt,
            width_pt: of.picture.width_pt,
        });
        Ok(true)
    };
    if !add(ChartKind::Lines)? {
        add(ChartKind::Bars)?;
    }
    add(ChartKind::Choropleth)?;
    Ok((charts, drawings))
}

/// Groups by years, the table behind the first chart and more: also years that no group has but Nederland.
fn over_years(making: &Making<'_>, id: IndicatorId) -> Table {
    let register = &making.manuscript.register;
    let asked = asked_chart(making, id, ChartKind::Lines);
    let mut table = illustrate::table(&asked, register.queries(), register.figures());
    if table.columns.len() < 2 {
        let asked = asked_chart(making, id, ChartKind::Bars);
        table = illustrate::table(&asked, register.queries(), register.figures());
    }
    Table {
        title: register.queries()[id].title.clone(),
        page: String::new(),
        columns: table.columns,
        rows: table.rows,
    }
}

/// Every gemeente, in the year in use and those with figures before it, the latest first.
fn rows(register: &Register<'_>, places: &Places, id: IndicatorId) -> (Vec<String>, Vec<Row>) {
    let (asked, figures) = (&register.queries()[id], register.figures());
    let used = figures.used(id);
    let years: Vec<i32> = used
        .year
        .iter()
        .chain(used.before.iter().rev())
        .copied()
        .collect();
    let shown = &years[..years.len().min(YEARS_SHOWN)];
    let way = asked.ways.get(used.way);
    if used.year.is_none() || !way.is_some_and(query::Way::is_of_gemeenten) {
        return (Vec::new(), Vec::new());
    }
    let networks: Vec<(&Group, BTreeSet<RegionId>)> = figures
        .groups
        .networks()
        .map(|group| (group, group.regions().collect()))
        .collect();
    let row = |of: &super::places::Place| {
        let own = networks
            .iter()
            .filter(|(_, of_group)| of_group.contains(&of.region));
        let own: Vec<&str> = own.map(|(group, _)| &*group.name.label).collect();
        let cell = |year: &i32| {
            let cell = figures.cell(id, of.region, *year);
            let provisional = cell.is_some_and(Cell::is_provisional);
            text(asked, cell.and_then(Cell::value), provisional)
        };
        Row {
            name: of.name.clone(),
            path: of.path.clone(),
            groups: own.join(", "),
            cells: shown.iter().map(cell).collect(),
        }
    };
    (
        shown.iter().map(i32::to_string).collect(),
        places.gemeenten.iter().map(row).collect(),
    )
}

/// How many years the table of gemeenten shows; the rows to download have all.
const YEARS_SHOWN: usize = 3;
