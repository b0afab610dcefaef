//! `queries/numerals.toml`: the short list of numerals that may be typed, each with a reason.
//!
//! A text must hold a numeral and a word, so that it stands for what it says and not for a bare number.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::numerals::squeeze;
use crate::base::failure::{Exit, Failure, Report};
use crate::base::files;

/// Name of the file in `queries/`.
const NAME: &str = "numerals.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    numeral: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    text: Spanned<String>,
    reason: String,
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
    Ok(parse(&text).map_err(|(at, message)| Error {
        line: text[..at.min(text.len())].matches('\n').count() + 1,
        path,
        message,
    })?)
}

fn parse(text: &str) -> Result<Vec<String>, (usize, String)> {
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (at, error.message().to_owned())
    })?;
    let mut seen = BTreeMap::new();
    let mut texts = Vec::new();
    for entry in file.numeral {
        let at = entry.text.span().start;
        let listed = entry.text.into_inner();
        let (squeezed, _) = squeeze(&listed);
        let letters = squeezed.chars().filter(|c| c.is_alphabetic()).count();
        if !squeezed.contains(char::is_numeric) {
            return Err((at, format!("`{listed}` holds no numeral")));
        }
        if letters < 2 {
            return Err((at, format!("`{listed}` needs a word beside its number")));
        }
        if entry.reason.trim().is_empty() {
            return Err((at, format!("`{listed}` has no reason")));
        }
        if seen.insert(squeezed, at).is_some() {
            return Err((at, format!("`{listed}` is listed twice")));
        }
        texts.push(listed);
    }
    Ok(texts)
}

/// The list is not as it should be.
#[derive(Debug, thiserror::Error)]
#[error("{}:{line}: {message}", path.display())]
pub struct Error {
    /// File.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(
            "an entry is [[numeral]] with text = \"30.000 tot 80.000 inwoners\" and reason = \"…\""
                .to_owned(),
        )
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
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
        assert_eq!(parse(&good).unwrap(), ["30.000 tot 80.000 inwoners"]);
        for wrong in [
            entry("37,4", "bare"),
            entry("veel inwoners", "no numeral"),
            entry("65 jaar", " "),
            good.clone() + &good,
            good.replace("reason", "because"),
        ] {
            assert!(parse(&wrong).is_err(), "{wrong}");
        }
    }
}
