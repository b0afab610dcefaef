//! `where`: a sentence or number of the paper, back to its chapter, its fact or claim, and the query that defines it.
//!
//! In: the chapters, the register, and what the program gave the paper to print. Out: [`Found`], by file and line. Chapters
//! are read as the paper prints them: facts, choices, claims and charts are put in their places; kinds of white space,
//! apostrophes and quotes, and marks of Typst do not matter.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::Inquiry;
use crate::base::number;
use crate::base::wording;
use crate::fact::{self, Register, fill, plain as plain_text};
use crate::paper::{GOES_ON, Printing, Use, UseKind};
use crate::query::{FactId, Template};

/// A place where the text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// File and line.
    pub place: String,
    /// The line as it is printed.
    pub line: String,
    /// What it is made of: kind, id, text, and the file and line that ask it.
    pub parts: Vec<[String; 4]>,
}

impl Found {
    /// As text.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}: {}\n", self.place, self.line);
        for [kind, id, text, place] in &self.parts {
            let _ = writeln!(out, "    {kind} {id}: {text} ({place})");
        }
        out
    }
}

/// Finds a text or number in everything that the paper prints: the chapters, the texts of `queries/`, and what the program
/// gave the paper to print, `given`, where that could be made.
///
/// # Errors
/// When a fact is not in the register.
pub fn find(
    wanted: &str,
    inquiry: &Inquiry<'_>,
    given: Option<&Value>,
) -> Result<Vec<Found>, fact::Error> {
    let (wanted, register) = (plain(wanted), &inquiry.register);
    let mut found = Vec::new();
    for chapter in inquiry.chapters.printed() {
        let path = chapter.path();
        let uses = inquiry.chapters.uses.iter();
        let own: Vec<&Use> = uses.filter(|used| used.path == path).collect();
        let text = chapter.replaced(&|kind| printed(kind, register))?;
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (first, last) in matches(&wanted, &lines) {
            let mut parts = Vec::new();
            for used in own
                .iter()
                .filter(|used| (first..=last).contains(&(used.line - 1)))
            {
                parts.extend(parts_of(&used.kind, register)?);
            }
            found.push(Found {
                place: format!("{}:{}", path.display(), first + 1),
                line: lines[first..=last]
                    .join(" ")
                    .replace(GOES_ON, "")
                    .trim()
                    .to_owned(),
                parts,
            });
        }
    }
    found.extend(of_queries(&wanted, register)?);
    if let Some(given) = given {
        found.extend(of_program(&wanted, register, given));
    }
    for of in &mut found {
        of.parts
            .retain(|part| !is_number(&wanted) || holds(&plain(&part[2]), &wanted));
        of.parts.dedup();
    }
    let mut seen = BTreeSet::new();
    found.retain(|of| seen.insert((of.place.clone(), of.line.clone())));
    Ok(found)
}

/// Texts of `queries/`, their facts filled in.
fn of_queries(wanted: &str, register: &Register<'_>) -> Result<Vec<Found>, fact::Error> {
    let queries = register.queries();
    let claims = queries
        .claims
        .iter()
        .map(|of| (&of.sentence, "", &of.place));
    let charts = queries.charts.iter().map(|of| (&of.title, "", &of.place));
    let asks = queries
        .asks
        .iter()
        .map(|of| (&of.why, of.text.as_str(), &of.place));
    let mut found = Vec::new();
    for (template, before, place) in claims.chain(charts).chain(asks) {
        let line = format!("{before} {}", plain_text(&fill(template, register)?));
        if holds(&plain(&line), wanted) {
            let parts = template.facts().map(|id| part_of(id, register));
            found.push(Found {
                place: place.clone(),
                line: line.trim().to_owned(),
                parts: parts.collect::<Result<_, _>>()?,
            });
        }
    }
    let others = queries.texts.iter().filter(|text| !text.text.contains('{'));
    found.extend(
        others
            .filter(|text| holds(&plain(&text.text), wanted))
            .map(|text| Found {
                place: format!("{}:{}", text.place.path.display(), text.place.line),
                line: text.text.clone(),
                parts: vec![[
                    "text".to_owned(),
                    text.what.clone(),
                    text.text.clone(),
                    text.place.to_string(),
                ]],
            }),
    );
    Ok(found)
}

/// What the program wrote: subtitles, sources and alternative texts of charts, tables, lists of members, the appendix.
fn of_program(wanted: &str, register: &Register<'_>, given: &Value) -> Vec<Found> {
    let queries = register.queries();
    let place_of = |kind: &str, id: &str| {
        let claim = || {
            queries
                .claims
                .iter()
                .find(|of| of.id == id)
                .map(|of| of.place.clone())
        };
        let chart = || {
            queries
                .charts
                .iter()
                .find(|of| of.id == id)
                .map(|of| of.place.clone())
        };
        let indicator = || {
            let name = id.split('.').next().unwrap_or_default();
            let found = queries.indicators.iter().find(|of| of.id == name);
            found.map(|of| of.place.clone())
        };
        let place = match kind {
            "claims" => claim(),
            "charts" => chart(),
            "facts_table" | "indicators" => indicator(),
            "groups" => Some("data/networks.csv".to_owned()),
            "sources" => Some(format!("data/snapshots/{id}")),
            _ => None,
        };
        place.unwrap_or_else(|| format!("paper.json: {kind}"))
    };
    let mut found = Vec::new();
    for (kind, entries) in given.as_object().into_iter().flatten() {
        if matches!(
            kind.as_str(),
            "facts" | "signs" | "asks" | "themes" | "edition" | "attachments"
        ) {
            continue;
        }
        for (id, entry) in entries_of(entries) {
            let mut lines = Vec::new();
            texts_of(entry, &mut lines);
            let hit = lines.iter().any(|line| holds(&plain(line), wanted));
            if hit {
                let place = place_of(kind, &id);
                let shown: Vec<String> = lines
                    .into_iter()
                    .filter(|line| holds(&plain(line), wanted))
                    .collect();
                found.extend(shown.into_iter().map(|line| Found {
                    place: place.clone(),
                    parts: vec![[kind.clone(), id.clone(), line.clone(), place.clone()]],
                    line,
                }));
            }
        }
    }
    found
}

/// Entries of a list or map, each with its name.
fn entries_of(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Object(fields) if fields.contains_key("rows") => ["columns", "rows", "foot"]
            .into_iter()
            .filter_map(|key| fields.get(key))
            .flat_map(entries_of)
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(id, entry)| (id.clone(), entry))
            .collect(),
        Value::Array(items) => {
            let name = |item: &Value| {
                let keys = ["id", "table", "name", "title"];
                let name = keys.iter().find_map(|key| item.get(*key)?.as_str());
                name.unwrap_or_default().to_owned()
            };
            items.iter().map(|item| (name(item), item)).collect()
        }
        other => vec![(String::new(), other)],
    }
}

/// Every text of an entry; the cells of a row are one.
fn texts_of(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let cells: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            texts.push(cells.join("  "));
        }
        // pieces of a sentence, which is found where it is asked
        Value::Array(items) if items.iter().any(|item| item.get("t").is_some()) => {}
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| texts_of(field, texts)),
        _ => {}
    }
}

/// A fact: kind, id, text, and where it is asked.
fn part_of(id: &FactId, register: &Register<'_>) -> Result<[String; 4], fact::Error> {
    let place = register.queries()[id.indicator].place.clone();
    let text = register.fact(id)?.text.clone();
    Ok(["fact".to_owned(), id.to_string(), text, place])
}

/// What a use is made of: itself, and the facts in it.
fn parts_of(kind: &UseKind, register: &Register<'_>) -> Result<Vec<[String; 4]>, fact::Error> {
    let queries = register.queries();
    let with_facts = |kind: &str, id: &str, template: &Template, place: &str| {
        let text = plain_text(&fill(template, register)?);
        let mut parts = vec![[kind.to_owned(), id.to_owned(), text, place.to_owned()]];
        for id in template.facts() {
            parts.push(part_of(id, register)?);
        }
        Ok(parts)
    };
    match kind {
        UseKind::Fact(id) | UseKind::Condition(id) => Ok(vec![part_of(id, register)?]),
        UseKind::Choice(first, second) => {
            Ok(vec![part_of(first, register)?, part_of(second, register)?])
        }
        UseKind::Claim(id) => match queries.claims.iter().find(|claim| claim.id == *id) {
            Some(claim) => with_facts("claim", id, &claim.sentence, &claim.place),
            None => Ok(Vec::new()),
        },
        UseKind::Chart(id) => match queries.charts.iter().find(|chart| chart.id == *id) {
            Some(chart) => with_facts("chart", id, &chart.title, &chart.place),
            None => Ok(Vec::new()),
        },
    }
}

/// What a use prints; nothing where it prints nothing itself.
fn printed(used: &Printing<'_>, register: &Register<'_>) -> Result<Option<String>, fact::Error> {
    Ok(match &used.kind {
        UseKind::Fact(id) => Some(register.fact(id)?.text.clone()),
        UseKind::Choice(first, second) => {
            let Some([higher, equal, lower]) = used.words else {
                return Ok(None);
            };
            Some(match register.sign(first, second)? {
                Some(1) => higher.to_owned(),
                Some(0) if register.is_nearly(first, second)? => wording::nearly(equal),
                Some(0) => equal.to_owned(),
                Some(_) => lower.to_owned(),
                None => "niet te vergelijken met".to_owned(),
            })
        }
        UseKind::Claim(_) | UseKind::Chart(_) => {
            let parts = parts_of(&used.kind, register)?;
            parts.into_iter().next().map(|[_, _, text, _]| text)
        }
        UseKind::Condition(_) => None,
    })
}

/// Over how many line ends a sentence may run.
const JOINED: usize = 12;

/// First and last line of every place where the wanted text stands; it may run over line ends.
fn matches(wanted: &str, lines: &[String]) -> Vec<(usize, usize)> {
    let is_end: Vec<bool> = lines.iter().map(|line| line.trim().is_empty()).collect();
    let lines: Vec<String> = lines.iter().map(|line| plain(line)).collect();
    let mut found = Vec::new();
    for first in 0..lines.len() {
        if holds(&lines[first], wanted) {
            found.push((first, first));
            continue;
        }
        // a sentence over several lines starts in this one and ends in a later one
        let mut joined = lines[first].clone();
        for (last, line) in lines.iter().enumerate().skip(first + 1).take(JOINED) {
            if is_end[last] || holds(line, wanted) {
                break;
            }
            if line.is_empty() {
                continue;
            }
            joined = format!("{joined} {line}");
            let starts_here = !holds(joined.get(lines[first].len()..).unwrap_or_default(), wanted);
            if holds(&joined, wanted) && starts_here {
                found.push((first, last));
                break;
            }
        }
    }
    found
}

/// A text without what does not show or what one types otherwise: kinds of spaces, apostrophes, quotes and hyphens,
/// capitals, marks of Typst.
fn plain(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|sign| match sign {
            '\u{a0}' | '\u{202f}' | '\u{2007}' | '\u{2009}' | '~' => ' ',
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2bc}' | '\u{2032}' | '`' | '\u{b4}' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»' => '"',
            '\u{2010}' | '\u{2011}' | '\u{2013}' | '\u{2212}' => '-',
            other => other,
        })
        .filter(|sign| {
            !matches!(
                *sign,
                '*' | '_' | '#' | '[' | ']' | '\\' | '\u{ad}' | '\u{200b}' | '\u{2060}' | GOES_ON
            )
        })
        .collect();
    let words: Vec<&str> = shown.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && number::parse(text).is_ok()
}

/// Whether a text holds the wanted one; a number must not be part of a longer one.
fn holds(text: &str, wanted: &str) -> bool {
    if wanted.is_empty() {
        return false;
    }
    let number = is_number(wanted);
    text.match_indices(wanted).any(|(at, _)| {
        let digit = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_digit());
        let (before, after) = (&text[..at], &text[at + wanted.len()..]);
        let part_before = digit(before.chars().next_back())
            || before.ends_with(['.', ',']) && digit(before.chars().rev().nth(1));
        let part_after = digit(after.chars().next())
            || after.starts_with(['.', ',']) && digit(after.chars().nth(1));
        !number || !(part_before || part_after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_whole() {
        assert!(holds("m50 telt 37,4 misdrijven", "37,4"));
        assert!(holds("het zijn er 37.", "37"));
        for text in ["137,4", "37,45", "1.37,4"] {
            assert!(!holds(text, "37,4"), "{text}");
        }
        assert!(!holds("37,4", "37"));
    }

    #[test]
    fn a_sentence_runs_over_lines() {
        let lines = ["", "In M50 is het", "  *lager* dan elders.", ""].map(str::to_owned);
        assert_eq!(matches(&plain("het lager dan"), &lines), [(1, 2)]);
        assert_eq!(matches(&plain("lager dan"), &lines), [(2, 2)]);
    }

    #[test]
    fn apostrophes_quotes_and_spaces_are_typed_in_many_ways() {
        for text in [
            "'s-Gravenhage \"nu\" 3 km",
            "’s‑Gravenhage “nu” 3\u{a0}km",
            "‘s-Graven\u{ad}hage „nu” 3~km",
        ] {
            assert_eq!(plain(text), "'s-gravenhage \"nu\" 3 km");
        }
    }
}
