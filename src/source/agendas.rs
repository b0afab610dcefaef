//! What networks say on each theme: `data/agendas.csv`, and how such a list comes in.
//!
//! In: a list of statements, each with who made it (several where they spoke together), theme, position in one sentence,
//! document, date in words, source, a quote and how sure it is. Out: the same, a row per network and position, sorted, with
//! the date as far as the words give it. No text is changed. Fails with file and line on a theme or network that
//! `queries/` does not have, on an empty or malformed text, on a source that is no web address, and on what stands twice.

use std::collections::BTreeSet;
use std::path::Path;

use crate::base::csv::{Error, Row, for_each_row};
use crate::base::form;
use crate::base::words::MONTHS;
use crate::query::Queries;

/// The columns of `data/agendas.csv`, a line per network and position.
pub const COLUMNS: [&str; 10] = [
    "theme",
    "network",
    "with",
    "position",
    "document",
    "date",
    "dated",
    "source",
    "quote",
    "confidence",
];

/// The columns of a list that comes in, a line per position.
pub const INCOMING: [&str; 8] = [
    "networks",
    "theme",
    "position",
    "document",
    "date",
    "source",
    "quote",
    "confidence",
];

/// The theme of what belongs to none.
pub const OTHER_THEME: &str = "overig";

/// How sure it is that a position is what was said.
const CONFIDENCE: [&str; 3] = ["high", "medium", "low"];

/// What one network says on one theme, in the order of [`COLUMNS`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Theme, or [`OTHER_THEME`].
    pub theme: String,
    /// Who says it.
    pub network: String,
    /// With whom, ids with a blank between.
    pub with: String,
    /// What it says, in one sentence.
    pub position: String,
    /// Where it says so.
    pub document: String,
    /// `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or `YYYY/YYYY`; empty where the words give none.
    pub date: String,
    /// The date in words.
    pub dated: String,
    /// Web address.
    pub source: String,
    /// Its own words; empty where there are none.
    pub quote: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
}

impl Position {
    /// Its cells in the order of [`COLUMNS`].
    pub fn cells(&self) -> [&str; 10] {
        [
            &self.theme,
            &self.network,
            &self.with,
            &self.position,
            &self.document,
            &self.date,
            &self.dated,
            &self.source,
            &self.quote,
            &self.confidence,
        ]
    }
}

/// What networks say, by theme and network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agendas {
    positions: Vec<Position>,
}

impl Agendas {
    /// Reads `data/agendas.csv`; nothing where there is no such file.
    ///
    /// # Errors
    /// When a line is wrong.
    pub fn read(path: &Path, queries: &Queries) -> Result<Self, Error> {
        let mut agendas = Self::default();
        if !path.exists() {
            return Ok(agendas);
        }
        for_each_row(path, &COLUMNS, |row| {
            let cells: [&str; 10] = row.cells();
            let [
                theme,
                network,
                with,
                position,
                document,
                date,
                dated,
                source,
                quote,
                confidence,
            ] = cells.map(str::to_owned);
            if !is_partial_date(&date) {
                let message = format!("`{date}` is no date or part of one");
                return Err(row.wrong(
                    message,
                    "`2023`, `2023-01`, `2023-01-23`, `2019/2022` or nothing",
                ));
            }
            let position = Position {
                theme,
                network,
                with,
                position,
                document,
                date,
                dated,
                source,
                quote,
                confidence,
            };
            agendas.add(&row, position, queries)
        })?;
        agendas.positions.sort();
        Ok(agendas)
    }

    /// Reads a list that comes in.
    ///
    /// # Errors
    /// When it has no line, or a line is wrong.
    pub fn read_incoming(path: &Path, queries: &Queries) -> Result<Self, Error> {
        let mut agendas = Self::default();
        for_each_row(path, &INCOMING, |row| {
            let [
                networks,
                theme,
                position,
                document,
                dated,
                source,
                quote,
                confidence,
            ] = row.cells();
            let all: Vec<&str> = networks.split(' ').collect();
            for (place, network) in all.iter().enumerate() {
                if all[..place].contains(network) {
                    let message = format!("`{network}` stands twice among the networks");
                    return Err(row.wrong(message, "each once, with a blank between"));
                }
                let others = all.iter().filter(|other| *other != network);
                let position = Position {
                    theme: theme.to_owned(),
                    network: (*network).to_owned(),
                    with: others.copied().collect::<Vec<_>>().join(" "),
                    position: position.to_owned(),
                    document: document.to_owned(),
                    date: date_in(dated),
                    dated: dated.to_owned(),
                    source: source.to_owned(),
                    quote: quote.to_owned(),
                    confidence: confidence.to_owned(),
                };
                agendas.add(&row, position, queries)?;
            }
            Ok(())
        })?;
        if agendas.positions.is_empty() {
            return Err(crate::base::csv::wrong(
                path,
                1,
                "no position".to_owned(),
                "a line per position",
            ));
        }
        agendas.positions.sort();
        Ok(agendas)
    }

    fn add(&mut self, row: &Row<'_>, new: Position, queries: &Queries) -> Result<(), Error> {
        test(row, &new, queries)?;
        let is_it = |of: &&Position| {
            (&of.theme, &of.network, &of.position) == (&new.theme, &new.network, &new.position)
        };
        if self.positions.iter().any(|of| is_it(&of)) {
            let message = format!(
                "`{}` says this on `{}` twice: \"{}\"",
                new.network, new.theme, new.position
            );
            return Err(row.wrong(message, "each position of a network once"));
        }
        self.positions.push(new);
        Ok(())
    }

    /// What a network says on a theme, the newest first and what has no date last.
    pub fn of<'a>(&'a self, theme: &'a str, network: &'a str) -> Vec<&'a Position> {
        let own = self.positions.iter();
        let own = own.filter(|of| of.theme == theme && of.network == network);
        let mut own: Vec<&Position> = own.collect();
        own.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.cmp(b)));
        own
    }

    /// Every position, sorted by the cells of [`COLUMNS`].
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }
}

/// Tests what is the same in both forms of the list.
fn test(row: &Row<'_>, of: &Position, queries: &Queries) -> Result<(), Error> {
    let themes: Vec<&str> = queries
        .themes
        .iter()
        .map(|theme| theme.id.as_str())
        .chain([OTHER_THEME])
        .collect();
    if !themes.contains(&of.theme.as_str()) {
        let message = format!("there is no theme `{}`", of.theme);
        return Err(row.wrong(message, &format!("one of {}", themes.join(", "))));
    }
    let known: BTreeSet<&str> = queries.speakers().map(|(id, _)| id).collect();
    let all = of.with.split(' ').filter(|id| !id.is_empty());
    if let Some(id) = [of.network.as_str()]
        .into_iter()
        .chain(all)
        .find(|id| !known.contains(id))
    {
        let known: Vec<&str> = queries.speakers().map(|(id, _)| id).collect();
        let expected = format!(
            "{}, with one blank between several; others become a `[[voice]]` of `queries/house.toml`",
            known.join(", ")
        );
        return Err(row.wrong(format!("there is no network `{id}`"), &expected));
    }
    row.name(&of.position, "position")?;
    row.name(&of.document, "document")?;
    row.name(&of.dated, "date")?;
    if !of.quote.is_empty() {
        row.name(&of.quote, "quote")?;
    }
    row.name(&of.source, "source")?;
    if !is_address(&of.source) {
        let message = format!("`{}` is no web address", of.source);
        return Err(row.wrong(message, "one that starts with `https://` or `http://`"));
    }
    if !CONFIDENCE.contains(&of.confidence.as_str()) {
        let message = format!("`{}` does not say how sure it is", of.confidence);
        return Err(row.wrong(message, "`high`, `medium` or `low`"));
    }
    Ok(())
}

/// Whether a text is an address of the web, without blanks.
fn is_address(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let starts = |host: &str| host.starts_with(|c: char| c.is_alphanumeric());
    host.is_some_and(starts) && !text.contains(char::is_whitespace)
}

fn is_year(text: &str) -> bool {
    form::is_date(&format!("{text}-01-01"))
}

fn is_partial_date(text: &str) -> bool {
    let is_month = || form::is_date(&format!("{text}-01"));
    let is_span = || {
        let years = text.split_once('/');
        years.is_some_and(|(from, to)| is_year(from) && is_year(to) && from < to)
    };
    text.is_empty() || form::is_date(text) || is_year(text) || is_month() || is_span()
}

/// The date, or the part of one, that words give; nothing where they only say before, after or around what it is, or
/// what it may be.
///
/// ```
/// use middelgroot::source::agendas::date_in;
/// assert_eq!(date_in("2021-02-12 (ALV)"), "2021-02-12");
/// assert_eq!(date_in("20 september (2023, jaar afgeleid)"), "2023-09-20");
/// assert_eq!(date_in("vanaf april 2022"), "2022-04");
/// assert_eq!(date_in("ongedateerd (voorjaar 2021)"), "2021");
/// assert_eq!(date_in("2019-2022"), "2019/2022");
/// for unknown in ["ongedateerd (vóór april 2023)", "25 mei (jaar niet vermeld; vermoedelijk 2020)", "31 juni 2020"] {
///     assert_eq!(date_in(unknown), "", "{unknown}");
/// }
/// ```
pub fn date_in(words: &str) -> String {
    const SEASONS: [&str; 4] = ["voorjaar", "zomer", "najaar", "winter"];
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';');
    let words = words.split(ends).filter(|word| !word.is_empty());
    let mut words = words
        .skip_while(|word| ["vanaf", "ongedateerd"].contains(word))
        .skip_while(|word| SEASONS.contains(word));
    let [first, second, third] = std::array::from_fn(|_| words.next().unwrap_or_default());
    let month = |word: &str| MONTHS.iter().position(|month| *month == word);
    let span = first.replace('-', "/");
    let found = match (month(first), month(second)) {
        (Some(month), _) => format!("{second}-{:02}", month + 1),
        (None, Some(month)) => match first.parse::<u8>() {
            Ok(day) => format!("{third}-{:02}-{day:02}", month + 1),
            Err(_) => String::new(),
        },
        _ if first.len() == 9 && is_partial_date(&span) => span,
        _ => first.to_owned(),
    };
    if is_partial_date(&found) {
        found
    } else {
        String::new()
    }
}
