//! Reading chapters for what they use: `f("…")`, `keuze("…", "…", …)`, `bewering("…")` and `grafiek("…")`.
//!
//! The names are always literal, so that reading suffices and Typst need not run to know which facts a paper wants.
//! Comments are left out. A name that is none ends here, with file, line and column.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::base::failure::Failure;
use crate::base::files;
use crate::base::located::{Source, nearest};
use crate::query::{FactId, Misread, Queries};

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
    Fact(FactId),
    /// A word chosen by two facts.
    Choice(FactId, FactId),
    /// A claim.
    Claim(String),
    /// A chart.
    Chart(String),
}

/// Every use in the chapters of a folder, by file and line.
///
/// # Errors
/// When a file cannot be read, or names what is not in `queries/`.
pub fn uses(folder: &Path, queries: &Queries) -> Result<Vec<Use>, Failure> {
    let mut paths = Vec::new();
    gather(folder, &mut paths)?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let source = Source::new(path.clone(), files::read_text(&path)?);
        let mut start = 0;
        for (number, line) in source.text().split_inclusive('\n').enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            // an address holds `//` too, but no address holds a use
            for call in calls(code) {
                let kind = call.kind(queries).map_err(|wrong| {
                    let place = source.at(start + wrong.at);
                    place.wrong(wrong.message, wrong.hint)
                })?;
                found.push(Use {
                    path: path.clone(),
                    line: number + 1,
                    kind,
                });
            }
            start += line.len();
        }
    }
    Ok(found)
}

/// The facts that chapters want themselves.
pub fn wanted(uses: &[Use]) -> BTreeSet<FactId> {
    uses.iter()
        .flat_map(|used| match &used.kind {
            UseKind::Fact(id) => vec![id.clone()],
            UseKind::Choice(first, second) => vec![first.clone(), second.clone()],
            UseKind::Claim(_) | UseKind::Chart(_) => Vec::new(),
        })
        .collect()
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

/// A call of one of the four functions, with the literal strings that its arguments start with.
#[derive(Debug, PartialEq)]
struct Call<'l> {
    name: &'l str,
    /// Each with its place in the line.
    arguments: Vec<(usize, &'l str)>,
}

const FUNCTIONS: [(&str, usize); 4] = [("f", 1), ("keuze", 2), ("bewering", 1), ("grafiek", 1)];

fn calls(line: &str) -> impl Iterator<Item = Call<'_>> {
    line.match_indices('(').filter_map(|(at, _)| {
        let name = line[..at]
            .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .next()?;
        let (name, needed) = *FUNCTIONS.iter().find(|(known, _)| *known == name)?;
        let arguments = strings(line, at + 1);
        (arguments.len() >= needed).then_some(Call { name, arguments })
    })
}

impl Call<'_> {
    fn kind(&self, queries: &Queries) -> Result<UseKind, Misread> {
        let fact = |place: usize| {
            let (at, id) = self.arguments[place];
            FactId::parse(id, &queries.names()).map_err(|wrong| wrong.after(at))
        };
        let (at, id) = self.arguments[0];
        let named = |what: &str, known: Vec<&str>| {
            if known.contains(&id) {
                return Ok(id.to_owned());
            }
            let hint = nearest(id, known);
            Err(Misread {
                at,
                message: format!("there is no {what} `{id}`"),
                hint,
            })
        };
        Ok(match self.name {
            "f" => UseKind::Fact(fact(0)?),
            "keuze" => UseKind::Choice(fact(0)?, fact(1)?),
            "bewering" => {
                let claims = queries.claims.iter().map(|claim| claim.id.as_str());
                UseKind::Claim(named("claim", claims.collect())?)
            }
            _ => {
                let charts = queries.charts.iter().map(|chart| chart.id.as_str());
                UseKind::Chart(named("chart", charts.collect())?)
            }
        })
    }
}

/// The literal strings with which a list of arguments starts.
fn strings(line: &str, from: usize) -> Vec<(usize, &str)> {
    let (mut found, mut at) = (Vec::new(), from);
    let skip = |at: usize| line.len() - line[at..].trim_start().len();
    loop {
        let start = skip(at);
        let Some(inside) = line[start..].strip_prefix('"') else {
            return found;
        };
        let Some((text, _)) = inside.split_once('"') else {
            return found;
        };
        found.push((start + 1, text));
        let after = skip(start + text.len() + 2);
        match line[after..].strip_prefix(',') {
            Some(_) => at = after + 1,
            None => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_found_where_they_stand() {
        let line = "M50 telt #f(\"a.M50\"), #keuze(\"a.M50\", \"a.G4\", \"meer\"). #grafiek(\"x\")";
        let found: Vec<(&str, usize, usize)> = calls(line)
            .map(|call| (call.name, call.arguments[0].0, call.arguments.len()))
            .collect();
        assert_eq!(found, [("f", 13, 1), ("keuze", 30, 3), ("grafiek", 65, 1)]);
    }

    #[test]
    fn a_call_with_a_variable_is_no_use() {
        let line = "#let f(id) = body; #f(id) #proef(\"x\") #keuze(\"a\", b)";
        assert_eq!(calls(line).count(), 0);
    }
}
