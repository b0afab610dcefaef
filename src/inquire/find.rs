//! `where`: a sentence or number of the paper, back to its chapter, its fact or claim, and the query that defines it.
//!
//! In: the chapters and the register. Out: [`Found`], by file and line. Chapters are read as the paper prints them:
//! facts, choices, claims and charts are put in their places, white space and marks of Typst do not matter.

use std::fmt::Write as _;
use std::path::Path;

use super::Inquiry;
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::number;
use crate::fact::{self, Register, fill, plain as plain_text};
use crate::paper::{Use, UseKind};
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

/// Finds a text or number.
///
/// # Errors
/// When a chapter cannot be read.
pub fn find(wanted: &str, inquiry: &Inquiry<'_>) -> Result<Vec<Found>, Failure> {
    let (wanted, register) = (plain(wanted), &inquiry.register);
    let mut found = Vec::new();
    let mut paths: Vec<&Path> = inquiry
        .uses
        .iter()
        .map(|used| used.path.as_path())
        .collect();
    paths.dedup();
    for path in paths {
        let own: Vec<&Use> = inquiry
            .uses
            .iter()
            .filter(|used| used.path == path)
            .collect();
        let lines = printed_lines(&files::read_text(path)?, register)?;
        for (first, last) in matches(&wanted, &lines) {
            let mut parts = Vec::new();
            for used in own
                .iter()
                .filter(|used| (first..=last).contains(&(used.line - 1)))
            {
                parts.extend(
                    parts_of(&used.kind, register)?
                        .into_iter()
                        .filter(|part| !is_number(&wanted) || holds(&plain(&part[2]), &wanted)),
                );
            }
            parts.dedup();
            found.push(Found {
                place: format!("{}:{}", path.display(), first + 1),
                line: lines[first..=last].join(" ").trim().to_owned(),
                parts,
            });
        }
    }
    for ask in &register.queries().asks {
        let why = plain_text(&fill(&ask.why, register)?);
        let line = format!("{} {why}", ask.text);
        if holds(&plain(&line), &wanted) {
            let mut parts = Vec::new();
            for id in ask.why.facts() {
                parts.push(part_of(id, register)?);
            }
            parts.retain(|part| !is_number(&wanted) || holds(&plain(&part[2]), &wanted));
            found.push(Found {
                place: ask.place.clone(),
                line,
                parts,
            });
        }
    }
    Ok(found)
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
        UseKind::Fact(id) => Ok(vec![part_of(id, register)?]),
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

/// The lines of a chapter as they are printed.
fn printed_lines(source: &str, register: &Register<'_>) -> Result<Vec<String>, fact::Error> {
    source
        .lines()
        .map(|line| printed(line.split("//").next().unwrap_or_default(), register))
        .collect()
}

/// Puts facts, choices, claims and charts of a line in their places.
fn printed(line: &str, register: &Register<'_>) -> Result<String, fact::Error> {
    // names were checked when the chapter was read
    let id = |text: &str| FactId::parse(text, &register.queries().names()).ok();
    let (mut out, mut rest) = (String::new(), line);
    while let Some(open) = rest.find('(') {
        let name_at = rest[..open]
            .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .map_or(0, |at| at + 1);
        let name = &rest[name_at..open];
        let Some(close) = closing(&rest[open..]).map(|at| open + at) else {
            break;
        };
        let arguments: Vec<&str> = rest[open + 1..close]
            .split('"')
            .skip(1)
            .step_by(2)
            .collect();
        let text = match (name, &arguments[..]) {
            ("f", [text]) => match id(text) {
                Some(id) => register.fact(&id)?.text.clone(),
                None => String::new(),
            },
            ("keuze", [first, second, higher, equal, lower]) => {
                let sign = match id(first).zip(id(second)) {
                    Some((first, second)) => register.sign(&first, &second)?,
                    None => None,
                };
                match sign {
                    Some(1) => *higher,
                    Some(0) => *equal,
                    Some(_) => *lower,
                    None => "niet te vergelijken met",
                }
                .to_owned()
            }
            ("bewering", [id, ..]) => first_text(&UseKind::Claim((*id).to_owned()), register)?,
            ("grafiek", [id, ..]) => first_text(&UseKind::Chart((*id).to_owned()), register)?,
            _ => {
                out.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
                continue;
            }
        };
        out.push_str(rest[..name_at].trim_end_matches('#'));
        out.push_str(&text);
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn first_text(kind: &UseKind, register: &Register<'_>) -> Result<String, fact::Error> {
    let parts = parts_of(kind, register)?;
    Ok(parts
        .into_iter()
        .next()
        .map(|[_, _, text, _]| text)
        .unwrap_or_default())
}

/// Where the parenthesis that a text starts with is closed.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// First and last line of every place where the wanted text stands; it may run over line ends.
fn matches(wanted: &str, lines: &[String]) -> Vec<(usize, usize)> {
    let lines: Vec<String> = lines.iter().map(|line| plain(line)).collect();
    let mut found = Vec::new();
    for first in 0..lines.len() {
        if holds(&lines[first], wanted) {
            found.push((first, first));
            continue;
        }
        // a sentence over several lines starts in this one and ends in a later one
        let mut joined = lines[first].clone();
        for (last, line) in lines.iter().enumerate().skip(first + 1).take(6) {
            if line.is_empty() || holds(line, wanted) {
                break;
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

/// A text without what does not show: kinds of spaces, capitals, marks of Typst.
fn plain(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|sign| match sign {
            '\u{a0}' | '\u{202f}' | '~' => ' ',
            other => other,
        })
        .filter(|sign| !matches!(sign, '*' | '_' | '#' | '[' | ']' | '\\'))
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
    fn parentheses_close_outside_of_quotes() {
        assert_eq!(closing("(\"a)\", b(c)) rest"), Some(11));
        assert_eq!(closing("(a"), None);
    }
}
