//! Reading chapters for what they use: `f("…")`, `keuze("…", "…", …)`, `bewering("…")` and `grafiek("…")`.
//!
//! The names are always literal, so that reading suffices and Typst need not run to know which facts a paper wants.
//! Comments are left out.

use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::failure::Report;
use crate::files;

/// One use of a fact, choice, claim or chart in a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Chapter.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// What is used.
    pub kind: UseKind,
}

/// What a chapter uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UseKind {
    /// A fact.
    Fact(String),
    /// A word chosen by two facts.
    Choice(String, String),
    /// A claim.
    Claim(String),
    /// A chart.
    Chart(String),
}

impl Use {
    pub(super) fn wrong(&self, error: &dyn Report) -> Error {
        Error::Chapter {
            path: self.path.clone(),
            line: self.line,
            message: error.to_string(),
            hint: error.hint().unwrap_or_default(),
        }
    }

    pub(super) fn unknown<'k>(
        &self,
        what: &str,
        id: &str,
        known: impl Iterator<Item = &'k str>,
    ) -> Error {
        let mut ranked: Vec<_> = known
            .map(|name| (strsim::levenshtein(id, name), name))
            .collect();
        ranked.sort_unstable();
        let names: Vec<_> = ranked
            .iter()
            .take(3)
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        Error::Chapter {
            path: self.path.clone(),
            line: self.line,
            message: format!("there is no {what} `{id}`"),
            hint: format!("the nearest are {}", names.join(", ")),
        }
    }
}

/// Every use in the chapters of a folder, by file and line.
///
/// # Errors
/// When a file cannot be read.
pub fn uses(folder: &Path) -> Result<Vec<Use>, files::Error> {
    let mut paths = Vec::new();
    gather(folder, &mut paths)?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let text = files::read_text(&path)?;
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            // an address holds `//` too, but no address holds a use
            found.extend(in_line(code).map(|kind| Use {
                path: path.clone(),
                line: number + 1,
                kind,
            }));
        }
    }
    Ok(found)
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), files::Error> {
    for entry in files::at("read", folder, fs::read_dir(folder))? {
        let path = files::at("read", folder, entry)?.path();
        if path.is_dir() {
            gather(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "typ") {
            paths.push(path);
        }
    }
    Ok(())
}

fn in_line(line: &str) -> impl Iterator<Item = UseKind> + '_ {
    line.match_indices('(').filter_map(|(at, _)| {
        let name = line[..at]
            .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .next()?;
        let mut arguments = strings(&line[at + 1..]);
        match name {
            "f" => arguments.next().map(UseKind::Fact),
            "keuze" => Some(UseKind::Choice(arguments.next()?, arguments.next()?)),
            "bewering" => arguments.next().map(UseKind::Claim),
            "grafiek" => arguments.next().map(UseKind::Chart),
            _ => None,
        }
    })
}

/// The literal strings with which a list of arguments starts.
fn strings(arguments: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = arguments.trim_start();
    std::iter::from_fn(move || {
        let inside = rest.strip_prefix('"')?;
        let (text, after) = inside.split_once('"')?;
        rest = after
            .trim_start()
            .strip_prefix(',')
            .map_or("", str::trim_start);
        Some(text.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_found_where_they_stand() {
        let line = "M50 telt #f(\"inwoners.M50\") inwoners, #keuze(\"a.M50\", \"a.G4\", \"meer\", \"evenveel\", \"minder\"). #grafiek(\"x\")";
        let found: Vec<UseKind> = in_line(line).collect();
        assert_eq!(
            found,
            [
                UseKind::Fact("inwoners.M50".to_owned()),
                UseKind::Choice("a.M50".to_owned(), "a.G4".to_owned()),
                UseKind::Chart("x".to_owned())
            ]
        );
    }

    #[test]
    fn a_call_with_a_variable_is_no_use() {
        assert_eq!(
            in_line("#let f(id) = body; #f(id) #proef(\"x\")").count(),
            0
        );
    }
}
