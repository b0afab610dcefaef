//! From TOML to [`Queries`]: serde checks the shape, the files here the sense (every name exists, no id twice, no key
//! that does nothing).
//!
//! One file per kind of entry, each with the shape that the file has in TOML; the doc comments on its keys are what an
//! editor shows, through the JSON Schemas of [`schemas`]. Names are looked up in [`names`] and nowhere else. Topics come
//! first, also those that an indicator has in place; then what uses them.

mod ask;
mod breaks;
mod chart;
mod check;
mod claim;
mod column;
mod defaults;
mod edition;
mod entry;
mod house;
mod indicator;
mod names;
mod per;
mod sums;
mod table;
mod texts;
mod theme;
mod topic;
mod types;
mod way;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use schemars::Schema;

use super::years::YEARS;
use super::{Error, GEMEENTEN, INHABITANTS, PrintedText, Queries, Table, TextKind, TopicId, Years};
use crate::base::files;
use crate::base::form;
use crate::base::located::{self, At, Complaint, Source};
use theme::{ThemeFile, ThemeSource};

/// Reads the folder `queries/`.
pub(super) fn read(folder: &Path) -> Result<Queries, Error> {
    let (house, groups, voices) = house::read(folder)?;
    let mut queries = Queries {
        tables: table::read(folder)?,
        per_buurt: BTreeMap::new(),
        topics: Vec::new(),
        gemeenten: TopicId::new(0),
        inhabitants: TopicId::new(0),
        themes: Vec::new(),
        indicators: Vec::new(),
        charts: Vec::new(),
        claims: Vec::new(),
        asks: Vec::new(),
        columns: Vec::new(),
        types: None,
        editions: edition::read(folder, &groups)?,
        house,
        groups,
        voices,
        checks: check::none(),
        texts: Vec::new(),
        rules: Vec::new(),
        series: Vec::new(),
    };
    let common = per::read(folder)?;
    let mut themes = theme::read(folder)?;
    topic::read(take(&mut themes, |file| &mut file.topic), &mut queries)?;
    let own = themes.iter_mut().map(|theme| indicator::OwnTheme {
        indicators: theme.take(|file| &mut file.indicator),
        per: theme.take(|file| &mut file.per),
        defaults: std::mem::take(&mut theme.file.defaults),
    });
    indicator::read(own.collect(), common, &mut queries)?;
    queries.per_buurt = per_buurt(&queries);
    let topic = |id: &str| {
        let found = queries.topic_ids().find(|topic| queries[*topic].id == id);
        found.ok_or_else(|| Error::NoTopic {
            id: id.to_owned(),
            folder: folder.to_owned(),
        })
    };
    (queries.gemeenten, queries.inhabitants) = (topic(GEMEENTEN)?, topic(INHABITANTS)?);
    chart::read(take(&mut themes, |file| &mut file.chart), &mut queries)?;
    claim::read(take(&mut themes, |file| &mut file.claim), &mut queries)?;
    queries.themes = theme::themes(themes)?;
    queries.asks = ask::read(folder, &queries)?;
    queries.columns = column::read(folder, &queries.names())?;
    queries.types = types::read(folder, &queries)?;
    let is_printed = |text: &PrintedText| !matches!(text.kind, TextKind::Rule | TextKind::Years);
    (queries.texts, queries.rules) = texts::read(folder)?.into_iter().partition(is_printed);
    if let Some(file) = optional(folder.join("checks.toml"))? {
        queries.checks = check::read(&file, &queries)?;
    }
    Ok(queries)
}

/// The tables of which the wijken and buurten are asked: those that have them and one of the topics.
fn per_buurt(queries: &Queries) -> BTreeMap<String, Table> {
    let topics = queries.topics_per_buurt();
    let sources = topics.iter().flat_map(|topic| &queries[*topic].sources);
    let tables = sources.flat_map(|source| queries.tables_of(source));
    tables
        .filter(|table| table.has_buurten)
        .map(Table::per_buurt)
        .map(|table| (table.id.clone(), table))
        .collect()
}

/// Entries of one kind in a theme, with the file they stand in.
struct OfTheme<E> {
    source: Rc<Source>,
    /// Id of the theme.
    theme: String,
    entries: Vec<E>,
}

fn take<E>(
    themes: &mut [ThemeSource],
    of: impl Fn(&mut ThemeFile) -> &mut Vec<E>,
) -> Vec<OfTheme<E>> {
    themes.iter_mut().map(|theme| theme.take(&of)).collect()
}

/// The JSON Schema of every kind of file that this room reads, by the name of the kind.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("asks", located::schema::<ask::AsksFile>()),
        ("checks", located::schema::<check::ChecksFile>()),
        ("editions", located::schema::<edition::EditionsFile>()),
        ("house", located::schema::<house::HouseFile>()),
        ("per", located::schema::<per::PerFile>()),
        ("table", located::schema::<column::TableFile>()),
        ("tables", located::schema::<table::TablesFile>()),
        ("theme", located::schema::<theme::ThemeFile>()),
        ("types", located::schema::<types::TypesFile>()),
    ]
}

/// A file that must be there.
fn required(path: PathBuf) -> Result<Source, Error> {
    match files::read_text(&path) {
        Ok(text) => Ok(Source::new(path, text)),
        Err(files::Error { path, source, .. }) => Err(Error::Unreadable { path, source }),
    }
}

/// A file that may be left out.
fn optional(path: PathBuf) -> Result<Option<Source>, Error> {
    if path.exists() {
        required(path).map(Some)
    } else {
        Ok(None)
    }
}

/// Where an entry stands, for messages that come later: `file:line`.
fn place<T>(file: &Source, at: &At<T>) -> String {
    let place = file.at(at.start());
    format!("{}:{}", place.path.display(), place.line)
}

/// Refuses an id that was there before.
fn once(
    file: &Source,
    seen: &mut BTreeSet<String>,
    id: &At<String>,
    kind: &str,
) -> Result<(), Complaint> {
    if seen.insert(id.to_string()) {
        return Ok(());
    }
    let message = format!("{kind} `{}` twice", **id);
    Err(file.wrong(id, message, format!("expected one {kind} per id")))
}

/// Refuses an id that cannot be the name of a file or folder.
fn is_name(file: &Source, id: &At<String>, kind: &str) -> Result<(), Complaint> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=100).contains(&id.len()) && id.chars().all(fine) {
        return Ok(());
    }
    let message = format!("`{}` is no {kind} id", **id);
    Err(file.wrong(
        id,
        message,
        "expected small letters, digits and `-`, 100 at most",
    ))
}

fn years(file: &Source, text: Option<&At<String>>) -> Result<Years, Complaint> {
    text.map_or(Ok(Years::default()), |text| {
        Years::parse(text).map_err(|expected| {
            let message = format!("`{}` is no range of years", **text);
            file.wrong(text, message, format!("expected {expected}"))
        })
    })
}

/// Tests that a text is a date `YYYY-MM-DD`.
fn date(file: &Source, at: &At<String>) -> Result<(), Complaint> {
    if form::is_date(at) {
        return Ok(());
    }
    let message = format!("`{}` is no date", **at);
    Err(file.wrong(at, message, "expected a date such as `2026-11-01`"))
}

/// Tests that a text that is printed as a name can be one.
fn name(file: &Source, at: &At<String>, what: &str) -> Result<(), Complaint> {
    let Some(fault) = form::fault(at) else {
        return Ok(());
    };
    let message = format!("the {what} `{}` {fault}", at.escape_debug());
    Err(file.wrong(at, message, "expected one line of text"))
}

/// A key whose value starts at an offset changes nothing where it stands.
fn idle(file: &Source, start: usize, key: &str, hint: &str) -> Complaint {
    file.at(start)
        .wrong(format!("`{key}` does nothing here"), hint)
}
