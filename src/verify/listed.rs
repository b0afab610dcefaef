//! `queries/numerals.toml`: the short list of numerals, comparisons and years that may be typed, each with a reason.
//!
//! The text of a numeral must hold one, in digits or in words, and another word, so that it stands for what it says and
//! not for a bare number; that of a comparison a word that compares, that of a year a year.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use super::numerals::{Numeral, numerals, squeeze};
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::located::{self, At, Complaint, Source};
use crate::base::words;

/// Name of the file in `queries/`.
const NAME: &str = "numerals.toml";

/// Numerals that may stand in the text of the paper without being a fact.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// A numeral that may be typed. Example: `[[numeral]]`.
    #[serde(default)]
    numeral: Vec<Entry>,
    /// A comparison that may be typed without a claim. Example: `[[comparison]]`.
    #[serde(default)]
    comparison: Vec<Entry>,
    /// A year that may be typed: of a document, a break, an event, and not of a figure. Example: `[[year]]`.
    #[serde(default)]
    year: Vec<Entry>,
}

/// What may be typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Texts with numerals, in digits or in words.
    pub numerals: Vec<String>,
    /// Texts that compare.
    pub comparisons: Vec<String>,
    /// Texts with years.
    pub years: Vec<String>,
}

/// A text with the words around it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The numeral or year with a word beside it, or the words that compare, so that it stands for what it says. Example: `text = "30.000 tot 80.000 inwoners"`.
    text: At<String>,
    /// Why it may be typed. Example: `reason = "the size class that makes a gemeente mid-sized"`.
    reason: At<String>,
}

/// The JSON Schema of the file.
pub fn schema() -> Schema {
    located::schema::<File>()
}

/// The listed texts; none where there is no list.
///
/// # Errors
/// When the list cannot be read, or an entry has no numeral or comparison, no word, no reason, or stands twice.
pub fn listed(queries: &Path) -> Result<Listed, Failure> {
    let path = queries.join(NAME);
    if !path.exists() {
        return Ok(Listed::default());
    }
    let text = files::read_text(&path)?;
    Ok(parse(&Source::new(path, text))?)
}

fn parse(source: &Source) -> Result<Listed, Complaint> {
    let file: File = source.toml()?;
    let holds = |text: &str| text.contains(char::is_numeric) || !words::numbers(text).is_empty();
    let compares = |text: &str| !words::comparisons(text).is_empty();
    let has_year = |text: &str| numerals(text).iter().any(Numeral::is_year);
    Ok(Listed {
        numerals: texts(source, file.numeral, holds, "holds no numeral")?,
        comparisons: texts(source, file.comparison, compares, "compares nothing")?,
        years: texts(source, file.year, has_year, "holds no year")?,
    })
}

/// The texts of entries, each of which must hold what it is listed for.
fn texts(
    source: &Source,
    entries: Vec<Entry>,
    holds: impl Fn(&str) -> bool,
    without: &str,
) -> Result<Vec<String>, Complaint> {
    let (mut seen, mut texts) = (BTreeSet::new(), Vec::new());
    for Entry { text, reason } in entries {
        let (squeezed, _) = squeeze(&text);
        let letters = squeezed.chars().filter(|c| c.is_alphabetic()).count();
        let wrong = if !holds(&text) {
            (&text, without)
        } else if letters < 2 {
            (&text, "needs a word beside its number")
        } else if reason.trim().is_empty() {
            (&reason, "has no reason")
        } else if !seen.insert(squeezed) {
            (&text, "is listed twice")
        } else {
            texts.push(text.into_inner());
            continue;
        };
        let hint =
            "an entry is [[numeral]] with text = \"30.000 tot 80.000 inwoners\" and reason = \"…\"";
        return Err(source.wrong(wrong.0, format!("`{}` {}", *text, wrong.1), hint));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_strict() {
        let entry = |text: &str, reason: &str| {
            format!("# list\n[[numeral]]\ntext = \"{text}\"\nreason = \"{reason}\"\n")
        };
        let good = entry("30.000 tot 80.000 inwoners", "the size class");
        let parsed = |text: &str| parse(&Source::new("numerals.toml", text));
        let listed = parsed(&good).unwrap();
        assert_eq!(listed.numerals, ["30.000 tot 80.000 inwoners"]);
        let words = entry("twee op de drie", "of the agenda")
            + &entry("het lager is", "a name").replace("numeral", "comparison")
            + &entry("agenda 2019-2022", "a document").replace("numeral", "year");
        let listed = parsed(&words).unwrap();
        assert_eq!(listed.numerals, ["twee op de drie"]);
        assert_eq!(listed.comparisons, ["het lager is"]);
        assert_eq!(listed.years, ["agenda 2019-2022"]);
        for wrong in [
            entry("37,4", "bare"),
            entry("veel inwoners", "no numeral"),
            entry("veel inwoners", "no comparison").replace("numeral", "comparison"),
            entry("65 jaar", " "),
            entry("65 jaar", "no year").replace("numeral", "year"),
            good.clone() + &good,
            good.replace("reason", "because"),
        ] {
            assert!(parsed(&wrong).is_err(), "{wrong}");
        }
    }
}
