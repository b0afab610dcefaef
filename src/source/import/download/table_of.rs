//! Which table a download is of: StatLine's page writes a table's title into the name of the file, and nothing into it.
//!
//! In: the name of the file, the topics in it, the tables of the queries and the titles of their releases. Out: a table.
//! Fails, with the candidates, where none or several fit. CBS peculiarity: the title is cut and stripped of its signs
//! (`Inkomen_van_huishoudens__regio`), and Kerncijfers wijken en buurten is another table every year.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Error;
use super::columns::{Column, levels};
use super::{Of, wrong};
use crate::query::{Find, Service, Table};
use crate::source::topics;

/// Candidates that a message names.
const NAMED: usize = 4;

/// The table that was typed, or that the name of the file tells.
pub fn table_of(of: &Of<'_>, columns: &[Column]) -> Result<String, Error> {
    if let Some(table) = of.asked.table {
        return crate::source::cbs::checked_id(table)
            .map(str::to_owned)
            .map_err(|_| {
                wrong(
                    of,
                    format!("`--table {table}` is no table"),
                    "an id such as `70072ned`",
                )
            });
    }
    let file = words(&without_stamp(&of.name()));
    let titles = titles(of)?;
    let shared = |title: &String| {
        let title = words(title);
        let is_part = file.is_subset(&title) || title.is_subset(&file);
        // a year names another table of the same family
        let years = |words: &BTreeSet<String>| {
            words
                .iter()
                .filter(|word| is_year(word))
                .cloned()
                .collect::<BTreeSet<_>>()
        };
        let same_year = years(&file).is_subset(&years(&title));
        (is_part && same_year && file.len() > 1).then(|| file.intersection(&title).count())
    };
    let fitting: Vec<(usize, &String)> = titles
        .iter()
        .filter_map(|(id, title)| Some((shared(title)?, id)))
        .collect();
    let most = fitting.iter().map(|(shared, _)| *shared).max();
    let best: Vec<&String> = fitting
        .iter()
        .filter(|(shared, _)| Some(*shared) == most)
        .map(|(_, id)| *id)
        .collect();
    match best.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(wrong(
            of,
            "its name does not tell which table it is".to_owned(),
            hint(of, columns, &[]),
        )),
        several => Err(wrong(
            of,
            format!("its name fits {} tables", several.len()),
            hint(of, columns, several),
        )),
    }
}

/// What to type, with the tables that it may be.
fn hint(of: &Of<'_>, columns: &[Column], several: &[&String]) -> String {
    let by_topics;
    let candidates: Vec<String> = if several.is_empty() {
        by_topics = ranked(of, columns);
        by_topics
    } else {
        several.iter().map(|id| (*id).clone()).collect()
    };
    let which: Vec<String> = candidates
        .iter()
        .take(NAMED)
        .map(|id| format!("`--table {id}`"))
        .collect();
    if which.is_empty() {
        "`--table ID` with the id of the table, as its page and `queries/tables.toml` have it"
            .to_owned()
    } else {
        which.join(" or ")
    }
}

/// Tables that ask for topics of these columns, those with most first.
fn ranked(of: &Of<'_>, columns: &[Column]) -> Vec<String> {
    let asks = |table: &Table| {
        let asked = topics::asked_of(of.queries, table).filter(|asked| match &asked.source.find {
            Find::Title { path, .. } => columns.iter().any(|column| {
                asked.source.unit.fits(&column.unit) && levels(path, &column.path).is_some()
            }),
            Find::Keys { .. } => false,
        });
        asked.count()
    };
    let tables = of
        .queries
        .tables
        .values()
        .map(|table| (asks(table), &table.id));
    let mut tables: Vec<_> = tables.filter(|(asks, _)| *asks > 0).collect();
    tables.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    tables.into_iter().map(|(_, id)| id.clone()).collect()
}

/// The titles of tables in OData: those of their releases, and for a new table of a family its sister's with its year.
fn titles(of: &Of<'_>) -> Result<BTreeMap<String, String>, Error> {
    let lock = of.store.lock()?;
    let mut titles = BTreeMap::new();
    for table in of
        .queries
        .tables
        .values()
        .filter(|table| table.service != Service::File)
    {
        let release = lock.tables.get(&table.id);
        if let Some(sidecar) = release.and_then(|release| of.store.sidecar(&table.id, release).ok())
        {
            titles.insert(table.id.clone(), sidecar.title);
        }
    }
    let known = titles.clone();
    for table in of
        .queries
        .tables
        .values()
        .filter(|table| !known.contains_key(&table.id))
    {
        let sisters = of
            .queries
            .tables
            .values()
            .filter(|sister| sister.family.is_some() && sister.family == table.family);
        let title = sisters
            .zip(std::iter::repeat(table.period))
            .find_map(|(sister, period)| {
                let (title, year) = (known.get(&sister.id)?, sister.period?);
                Some(title.replace(&year.to_string(), &period?.to_string()))
            });
        titles.extend(title.map(|title| (table.id.clone(), title)));
    }
    Ok(titles)
}

/// A name without the day and time at its end, and without what a browser adds to a second one.
fn without_stamp(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.rsplit_once(" (").map_or(stem, |(stem, _)| stem);
    let is_number = |part: &&str, digits: usize| {
        part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut parts: Vec<&str> = stem.split('_').collect();
    parts.retain(|part| !is_number(part, 8) && !is_number(part, 6));
    parts.join("_")
}

fn is_year(word: &str) -> bool {
    word.len() == 4
        && (word.starts_with("19") || word.starts_with("20"))
        && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// The last year in the name of a file, without its stamp.
pub fn year_of(name: &str) -> Option<i32> {
    let stem = without_stamp(name);
    let parts = stem.split(|sign: char| !sign.is_ascii_digit());
    parts
        .filter(|part| is_year(part))
        .filter_map(|part| part.parse().ok())
        .next_back()
}
