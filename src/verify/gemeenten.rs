//! The table per gemeente that the paper was given, held against the rows that are attached.
//!
//! In: `teksten.json`, rows of gemeenten and figures of groups. Out: cells that say something else. Cannot fail. The peculiarity it exists
//! for: most figures of a paper stand in this table, and are no facts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::compared::Compared;
use super::rows::{Row, Rows};
use crate::base::csv::plain;
use crate::evidence::Texts;

/// Cells that are told one by one.
const TOLD: usize = 5;
/// What is printed where there is no figure.
const NONE: &str = ".";

/// A column: an indicator and the year it is of; none where the paper uses no year of it.
struct Column<'a> {
    indicator: &'a str,
    year: Option<i32>,
}

/// What the table says otherwise than the rows.
pub(super) fn check(texts: &Texts, rows: &Rows, compared: &Compared) -> Vec<String> {
    let table = &texts.paper["table"];
    let list = |key: &str| table[key].as_array().map_or(&[][..], Vec::as_slice);
    let mut wrong = Vec::new();
    let mut columns = Vec::new();
    for told in list("columns") {
        let indicator = told["indicator"].as_str().unwrap_or_default();
        let defined = rows.defined.get(indicator);
        let year = defined.and_then(|defined| defined.period);
        let period = year.map_or_else(|| "geen cijfers".to_owned(), |year| year.to_string());
        let is_told = told["period"] == period
            && defined.is_some_and(|defined| told["unit"] == defined.unit.as_str());
        if !is_told {
            wrong.push(format!(
                "the table per gemeente has a column that is not `{indicator}` as it is defined"
            ));
        }
        columns.push(Column { indicator, year });
    }
    let mut names = BTreeSet::new();
    for told in list("rows") {
        let name = told["name"].as_str().unwrap_or_default();
        names.insert(name);
        let cell = |column: &Column<'_>| {
            let row = of_name(rows, column, name)?;
            Some((row.value?, row.is_provisional()))
        };
        wrong.extend(of_row(rows, &columns, (name, told), cell));
    }
    // the members of the network whose paper it is
    let is_whole = rows.networks.iter().any(|of| names_of(rows, of) == names);
    if !is_whole || names.len() < list("rows").len() {
        wrong.push("the table per gemeente is not of the members of a network".to_owned());
    }
    let labels = labels(texts);
    for told in list("foot") {
        let name = told["name"].as_str().unwrap_or_default();
        let group = labels.get(name).copied().unwrap_or_default();
        let cell = |column: &Column<'_>| compared.figure(column.indicator, column.year?, group);
        wrong.extend(of_row(rows, &columns, (name, told), cell));
    }
    if wrong.len() > TOLD {
        let more = wrong.len() - TOLD;
        wrong.truncate(TOLD);
        wrong.push(format!("and {more} more of the table per gemeente"));
    }
    wrong
}

/// Cells of a row that say something else than a figure, which may be provisional.
fn of_row<'c>(
    rows: &Rows,
    columns: &'c [Column<'c>],
    (name, told): (&str, &Value),
    figure: impl Fn(&Column<'_>) -> Option<(f64, bool)>,
) -> Vec<String> {
    let cells = told["cells"].as_array().map_or(&[][..], Vec::as_slice);
    let mut wrong = Vec::new();
    if cells.len() != columns.len() {
        wrong.push(format!("the table per gemeente has not all of {name}"));
    }
    for (column, cell) in columns.iter().zip(cells) {
        let indicator = column.indicator;
        let text = match figure(column) {
            Some((value, provisional)) => rows.text(indicator, value, provisional),
            None => Ok(NONE.to_owned()),
        };
        if text.as_deref().ok() != cell.as_str() {
            let cell = cell.as_str().unwrap_or_default();
            wrong.push(format!(
                "the table per gemeente says `{cell}` for `{indicator}` of {name}, which does not follow from the rows attached"
            ));
        }
    }
    wrong
}

/// The row of a gemeente by its name.
fn of_name<'r>(rows: &'r Rows, column: &Column<'_>, name: &str) -> Option<&'r Row> {
    let mut of_year = rows.rows(column.indicator, column.year?).ok()?.values();
    of_year.find(|row| plain(&row.name) == name)
}

/// The names of the members of a group.
fn names_of<'r>(rows: &'r Rows, group: &str) -> BTreeSet<&'r str> {
    let members = rows.groups.get(group).into_iter().flatten();
    let names = members.filter_map(|region| rows.names.get(region));
    names.map(String::as_str).collect()
}

/// Groups by what the foot of the table calls them.
fn labels(texts: &Texts) -> BTreeMap<String, &str> {
    let mark = texts.paper["incomplete_mark"].as_str().unwrap_or_default();
    let groups = texts.paper["groups"].as_array().into_iter().flatten();
    groups
        .filter_map(|of| {
            let (id, label) = (of["id"].as_str()?, of["label"].as_str()?);
            let mark = if of["complete"] == true { "" } else { mark };
            Some((format!("{label}{mark}"), id))
        })
        .collect()
}
