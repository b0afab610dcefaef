//! The figures of a download, whichever it is, and which of them are kept.
//!
//! In: what a file prints in the place of a figure. Out: a [`Cell`]. Fails on what its topic cannot have. CBS peculiarities:
//! a decimal comma; `.` or nothing for unknown, `x` for secret; columns that CBS fills in later stand there empty.

use std::collections::BTreeSet;

use super::super::Error;
use super::topics;
use super::{Download, Of, wrong};
use crate::base::observation::{Missing, Status};
use crate::gemeente::RegionId;
use crate::source::bounds::{Bounds, Wrong};
use crate::source::snapshot::TopicMeta;

/// A figure of a download.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Gemeente or Nederland.
    pub region: RegionId,
    /// Its year.
    pub year: i32,
    /// Place of its topic.
    pub topic: usize,
    /// The figure, exactly where nothing is missing.
    pub value: Option<f64>,
    /// Why there is none.
    pub missing: Missing,
    /// How final it is.
    pub status: Status,
}

/// A figure, or why there is none.
pub fn figure(text: &str, bounds: &Bounds) -> Result<(Option<f64>, Missing), Wrong> {
    match text {
        // what a gemeente that exists has no figure of, beside others that have, is not known
        "" | "." => Ok((None, Missing::Unknown)),
        "x" => Ok((None, Missing::Confidential)),
        text if text.contains('.') => Err((
            format!("`{text}` has a point"),
            "a decimal comma and nothing between thousands, as StatLine's page writes it"
                .to_owned(),
        )),
        text => Ok((
            Some(bounds.read(&text.replacen(',', ".", 1))?),
            Missing::None,
        )),
    }
}

/// Leaves out each topic and year without any figure: StatLine's page prints what CBS will fill in later.
pub fn without_empty(
    topics: Vec<TopicMeta>,
    mut cells: Vec<Cell>,
    notes: &mut Vec<String>,
) -> (Vec<TopicMeta>, Vec<Cell>) {
    let full: BTreeSet<(usize, i32)> = cells
        .iter()
        .filter(|cell| cell.value.is_some())
        .map(|cell| (cell.topic, cell.year))
        .collect();
    let all: BTreeSet<(usize, i32)> = cells.iter().map(|cell| (cell.topic, cell.year)).collect();
    if all.len() > full.len() {
        let first = all
            .difference(&full)
            .next()
            .map_or(String::new(), |(topic, year)| {
                format!("`{}` of {year}", topics[*topic].title)
            });
        notes.push(format!(
            "{} columns have no figure yet and are left out, such as {first}",
            all.len() - full.len()
        ));
    }
    cells.retain(|cell| full.contains(&(cell.topic, cell.year)));
    kept(topics, cells, |place| {
        full.iter().any(|(topic, _)| *topic == place)
    })
}

/// Those topics, and their cells.
fn kept(
    topics: Vec<TopicMeta>,
    cells: Vec<Cell>,
    keep: impl Fn(usize) -> bool,
) -> (Vec<TopicMeta>, Vec<Cell>) {
    let places: Vec<usize> = (0..topics.len()).filter(|place| keep(*place)).collect();
    let new = |old: usize| places.iter().position(|place| *place == old);
    let cells = cells
        .into_iter()
        .filter_map(|cell| {
            Some(Cell {
                topic: new(cell.topic)?,
                ..cell
            })
        })
        .collect();
    let topics = topics
        .into_iter()
        .enumerate()
        .filter(|(place, _)| keep(*place))
        .map(|(_, topic)| topic)
        .collect();
    (topics, cells)
}

/// Keeps only what is asked, where that was asked; tells when nothing is.
pub fn only_asked(of: &Of<'_>, download: &mut Download) -> Result<(), Error> {
    let keys = topics::asked_keys(of, &download.table, &download.topics)?;
    if keys.is_empty() {
        let message = format!(
            "no query asks for a topic of it (table `{}`)",
            download.table
        );
        if of.asked.only_asked {
            return Err(wrong(
                of,
                message,
                "a topic that `queries/` asks, or no `--only-asked`",
            ));
        }
        download.notes.push(message);
    } else if of.asked.only_asked {
        let is_asked: Vec<bool> = download
            .topics
            .iter()
            .map(|topic| keys.contains(&topic.key))
            .collect();
        let (topics, cells) = (
            std::mem::take(&mut download.topics),
            std::mem::take(&mut download.cells),
        );
        (download.topics, download.cells) = kept(topics, cells, |place| is_asked[place]);
    }
    Ok(())
}
