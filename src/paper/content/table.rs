//! The table per gemeente: each column in the last year that it has, members and groups as rows.
//!
//! In: the register. Out: the table as it is printed. Cannot fail. What is missing is CBS's dot, for nothing is left blank.

use super::super::printed;
use crate::fact::{Register, print};
use crate::figures::{Cell, GroupFigure};
use crate::gemeente::group::{Group, GroupKind};
use crate::gemeente::sort_name;
use crate::illustrate::INCOMPLETE;
use crate::query::IndicatorId;

/// A column of the table per gemeente with the year it shows.
struct Shown {
    indicator: IndicatorId,
    year: Option<i32>,
}

pub(super) fn table(register: &Register<'_>) -> printed::Table {
    let figures = register.figures();
    let shown: Vec<Shown> = register
        .queries()
        .columns
        .iter()
        .map(|column| Shown {
            indicator: column.indicator,
            year: figures.used(column.indicator).year,
        })
        .collect();
    let subject = figures.groups.subject();
    let mut rows: Vec<printed::TableRow> = subject
        .regions()
        .map(|region| printed::TableRow {
            name: figures.name(region),
            cells: shown
                .iter()
                .map(|of| {
                    let cell = of
                        .year
                        .and_then(|year| figures.cell(of.indicator, region, year));
                    let value = cell.and_then(Cell::value);
                    text(
                        register,
                        of.indicator,
                        value,
                        cell.is_some_and(Cell::is_provisional),
                    )
                })
                .collect(),
        })
        .collect();
    rows.sort_by_key(|row| sort_name(&row.name));
    let groups = figures.groups.all().iter();
    printed::Table {
        columns: columns(register, &shown),
        rows,
        foot: groups
            .filter(|group| group.name.kind != GroupKind::OthersOfSize)
            .map(|group| foot(register, group, &shown))
            .collect(),
    }
}

fn columns(register: &Register<'_>, shown: &[Shown]) -> Vec<printed::Column> {
    let columns = register.queries().columns.iter().zip(shown);
    columns
        .map(|(column, of)| printed::Column {
            indicator: register.queries()[of.indicator].id.clone(),
            title: column.title.clone(),
            unit: register.queries()[of.indicator].unit.clone(),
            period: period(of.year),
        })
        .collect()
}

fn foot(register: &Register<'_>, group: &Group, shown: &[Shown]) -> printed::TableRow {
    let mark = if group.complete { "" } else { INCOMPLETE };
    let cell = |of: &Shown| {
        let figures = register.figures();
        let figure = of
            .year
            .and_then(|year| figures.group(of.indicator, group.id, year));
        let provisional = figure.is_some_and(GroupFigure::is_provisional);
        let value = figure.and_then(|figure| figure.value);
        text(register, of.indicator, value, provisional)
    };
    printed::TableRow {
        name: format!("{}{mark}", group.name.label),
        cells: shown.iter().map(cell).collect(),
    }
}

/// A value as it is printed.
fn text(
    register: &Register<'_>,
    indicator: IndicatorId,
    value: Option<f64>,
    provisional: bool,
) -> String {
    let asked = &register.queries()[indicator];
    value
        .and_then(|value| print(asked, value, provisional).ok())
        .unwrap_or_else(|| ".".to_owned())
}

/// What a column says of its year.
pub(super) fn period(year: Option<i32>) -> String {
    year.map_or_else(|| "geen cijfers".to_owned(), |year| year.to_string())
}
