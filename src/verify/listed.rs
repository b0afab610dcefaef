//! `queries/numerals.toml`: the short list of numerals that may be typed, each with a reason.
//!
//! A text must hold a numeral and a word, so that it stands for what it says and not for a bare number.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use super::numerals::squeeze;
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::located::{self, At, Complaint, Source};

/// Name of the file in `queries/`.
const NAME: &str = "numerals.toml";

/// Numerals that may stand in the text of the paper without being a fact.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// A numeral that may be typed. Example: `[[numeral]]`.
    #[serde(default)]
    numeral: Vec<Entry>,
}

/// A numeral with the words around it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The numeral with a word beside it, so that it stands for what it says. Example: `text = "30.000 tot 80.000 inwoners"`.
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
/// When the list cannot be read, or an entry has no numeral, no word, no reason, or stands twice.
pub fn listed(queries: &Path) -> Result<Vec<String>, Failure> {
    let path = queries.join(NAME);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = files::read_text(&path)?;
    Ok(parse(&Source::new(path, text))?)
}

fn parse(source: &Source) -> Result<Vec<String>, Complaint> {
    let file: File = source.toml()?;
    let mut seen = BTreeSet::new();
    let mut texts = Vec::new();
    for Entry { text, reason } in file.numeral {
        let (squeezed, _) = squeeze(&text);
        let letters = squeezed.chars().filter(|c| c.is_alphabetic()).count();
        let wrong = if !squeezed.contains(char::is_numeric) {
            (&text, "holds no numeral")
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
        assert_eq!(parsed(&good).unwrap(), ["30.000 tot 80.000 inwoners"]);
        for wrong in [
            entry("37,4", "bare"),
            entry("veel inwoners", "no numeral"),
            entry("65 jaar", " "),
            good.clone() + &good,
            good.replace("reason", "because"),
        ] {
            assert!(parsed(&wrong).is_err(), "{wrong}");
        }
    }
}
