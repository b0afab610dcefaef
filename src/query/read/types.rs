//! `types.toml`: by what gemeenten are put into types, and which are alike.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{name, names, once, optional};
use crate::base::located::{At, Complaint, Source};
use crate::query::{Error, Mark, Queries, TypesAsked, Way};

/// By what gemeenten are put into types: all that are of the size of the edition, and the members of its subject. Each
/// type is a branch of a tree (Ward) over standardised indicators.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TypesFile {
    /// Fewest and most types; of these the largest number is taken that is firm and in which no type is too small.
    /// Example: `number = [3, 6]`.
    number: At<[usize; 2]>,
    /// The smallest share of the gemeenten that a type may have, in percent. Example: `smallest = 5`.
    smallest: At<f64>,
    /// The share of the marks that a gemeente must have to get a type, in percent; a mark that fewer gemeenten have is
    /// left out. Example: `known = 80`.
    known: At<f64>,
    /// Fewer marks with figures than these make no types. Example: `fewest-marks = 6`.
    fewest_marks: At<usize>,
    /// How alike types must be, on average, to those made without one of the marks (adjusted Rand index, 1 is the same
    /// and 0 is chance). Example: `firm = 0.65`.
    firm: At<f64>,
    /// A type is named after the marks of which its mean deviates by so many standard deviations.
    /// Example: `stands-out = 0.5`.
    stands_out: At<f64>,
    /// The most words in the name of a type; more only where two would be called the same. Example: `words = 2`.
    words: At<usize>,
    /// The name of a type that nothing sets apart, in Dutch. Example: `average = "doorsnee"`.
    average: At<String>,
    /// An indicator by which gemeenten are told apart; the types are numbered by the first, from high to low.
    /// Example: `[[mark]]`.
    mark: Vec<MarkEntry>,
}

/// One indicator by which gemeenten are told apart, on the year that the paper uses.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MarkEntry {
    /// Id of the indicator, which gemeenten must have. Example: `indicator = "koopwoningen"`.
    indicator: At<String>,
    /// What it stands for; a name takes one word of each aspect. Example: `aspect = "wonen"`.
    aspect: At<String>,
    /// Whether its logarithm is taken, for what is skewed; what is not above zero is missing then.
    /// Example: `log = true`.
    #[serde(default)]
    log: bool,
    /// What a type is called of which it is high, in Dutch; without it and `low` it names no type.
    /// Example: `high = "veel koopwoningen"`.
    high: Option<At<String>>,
    /// What a type is called of which it is low, in Dutch. Example: `low = "veel huurwoningen"`.
    low: Option<At<String>>,
    /// The words behind a figure of it, in Dutch. Example: `behind = "koopwoningen"`.
    behind: At<String>,
}

/// What was there before.
#[derive(Default)]
struct Seen {
    indicators: BTreeSet<String>,
    words: BTreeSet<String>,
}

/// The numbers that a number of types can be: more cannot be told from each other in a table or a map.
const TYPES: std::ops::RangeInclusive<usize> = 2..=8;

pub(super) fn read(folder: &Path, queries: &Queries) -> Result<Option<TypesAsked>, Error> {
    let Some(file) = optional(folder.join("types.toml"))? else {
        return Ok(None);
    };
    let entries: TypesFile = file.toml()?;
    let number = number(&file, &entries.number)?;
    name(&file, &entries.average, "name")?;
    let percent = |at: &At<f64>, key: &str| file.bounded(at, key, 0.0..=100.0);
    let mut seen = Seen::default();
    let marks = entries
        .mark
        .into_iter()
        .map(|entry| mark(&file, entry, &mut seen, queries))
        .collect::<Result<Vec<_>, _>>()?;
    let fewest = file.bounded(&entries.fewest_marks, "fewest-marks", 2..=100)?;
    if marks.len() < fewest {
        let message = format!(
            "there are {} marks, and no types with fewer than {fewest}",
            marks.len()
        );
        let hint = "expected so many `[[mark]]` at least";
        return Err(file.wrong(&entries.fewest_marks, message, hint).into());
    }
    Ok(Some(TypesAsked {
        number,
        smallest: percent(&entries.smallest, "smallest")?,
        known: percent(&entries.known, "known")?,
        fewest_marks: fewest,
        firm: file.bounded(&entries.firm, "firm", -1.0..=1.0)?,
        stands_out: file.bounded(&entries.stands_out, "stands-out", 0.1..=3.0)?,
        words: file.bounded(&entries.words, "words", 1..=5)?,
        average: entries.average.into_inner(),
        marks,
    }))
}

fn number(file: &Source, at: &At<[usize; 2]>) -> Result<(usize, usize), Complaint> {
    let [fewest, most] = **at;
    if fewest <= most && TYPES.contains(&fewest) && TYPES.contains(&most) {
        return Ok((fewest, most));
    }
    let message = format!("types cannot be {fewest} to {most}");
    let hint = format!(
        "expected two numbers from {} to {}",
        TYPES.start(),
        TYPES.end()
    );
    Err(file.wrong(at, message, hint))
}

fn mark(
    file: &Source,
    entry: MarkEntry,
    seen: &mut Seen,
    queries: &Queries,
) -> Result<Mark, Complaint> {
    once(file, &mut seen.indicators, &entry.indicator, "indicator")?;
    let indicator = names::indicator(file, &entry.indicator, &queries.names())?;
    if !queries[indicator].ways.iter().all(Way::is_of_gemeenten) {
        let message = format!("gemeenten have no `{}`", *entry.indicator);
        return Err(file.wrong(
            &entry.indicator,
            message,
            "expected an indicator of gemeenten",
        ));
    }
    name(file, &entry.aspect, "aspect")?;
    name(file, &entry.behind, "words")?;
    for word in [&entry.high, &entry.low].into_iter().flatten() {
        name(file, word, "word")?;
        // two types that differ would be called the same
        once(file, &mut seen.words, word, "word")?;
    }
    let words = match (entry.high, entry.low) {
        (Some(high), Some(low)) => Some((high.into_inner(), low.into_inner())),
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => {
            let hint = "expected both `high` and `low`, or neither";
            return Err(file.wrong(&one, "a word for one side only", hint));
        }
    };
    Ok(Mark {
        indicator,
        aspect: entry.aspect.into_inner(),
        log: entry.log,
        words,
        behind: entry.behind.into_inner(),
    })
}
