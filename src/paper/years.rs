//! Typed years: in chapters and `queries/` no year of a figure stands by hand, or the next edition is wrong in silence.
//!
//! In: the manuscript, and the years that may be typed. Out: every other one, with file, line, column and the words around
//! it. Nothing fails. Passed over are dates, what the keys of the same entry say (the year that an index starts from), and
//! what `queries/numerals.toml` lists with a reason. What it answers: tables of CBS move on at times of their own, so no
//! year can be put in the place of all.

use std::collections::BTreeSet;

use super::manuscript::Manuscript;
use super::scan::Chapter;
use crate::base::located::Place;
use crate::query::{FACT, FactId, PrintedText, Queries, TextKind};
use crate::verify::Known;
use crate::verify::numerals::numerals;

/// Every year that is typed and may not be.
pub(super) fn typed(manuscript: &Manuscript<'_>, known: &Known) -> Vec<String> {
    let (queries, chapters) = (manuscript.register.queries(), &manuscript.chapters);
    let texts = queries.texts.iter().chain(chapters.press.typed());
    let mut found: Vec<String> = texts
        .flat_map(|text| of_text(text, queries, known))
        .collect();
    found.extend(queries.rules.iter().filter_map(|rule| {
        let at = match rule.kind {
            TextKind::Years => years_in(&rule.text, &BTreeSet::new(), queries, known)
                .first()
                .copied(),
            _ => ids_of_years(&rule.text).next(),
        };
        at.map(|at| line(&rule.at(at), &rule.what, &rule.text))
    }));
    found.extend(
        chapters
            .printed()
            .flat_map(|chapter| of_chapter(chapter, queries, known)),
    );
    found
}

fn line(place: &Place, whose: &str, said: &str) -> String {
    format!("  {place}: {whose}: \"{said}\"")
}

fn of_text(text: &PrintedText, queries: &Queries, known: &Known) -> Vec<String> {
    let words = text.in_place();
    let ids = ids_of_years(&text.text).filter(|at| words[*at..].starts_with(' '));
    let mut found: Vec<usize> = ids.collect();
    // what has a dated source of its own says when
    if text.kind != TextKind::Sourced {
        found.extend(years_in(&words, &text.declared, queries, known));
    }
    let found = found.into_iter();
    found
        .map(|at| line(&text.at(at), &text.what, &around(&text.text, at)))
        .collect()
}

fn of_chapter(chapter: &Chapter, queries: &Queries, known: &Known) -> Vec<String> {
    let (text, none) = (chapter.source.text(), BTreeSet::new());
    let prose = chapter.markup.only_prose(text);
    let mut found = years_in(&prose, &none, queries, known);
    for (start, inside) in &chapter.markup.strings {
        let fact = FactId::find(inside, &queries.names());
        let years = match fact {
            Some(id) if id.years.is_typed() => vec![0],
            Some(_) => Vec::new(),
            None => years_in(inside, &none, queries, known),
        };
        // the code of a sign is none
        let years = years.into_iter().map(|at| start + at);
        found.extend(years.filter(|at| !text[..*at].ends_with("\\u{")));
    }
    found.sort_unstable();
    let found = found.into_iter();
    found
        .map(|at| line(&chapter.source.at(at), "a chapter", &around(text, at)))
        .collect()
}

/// Where years stand in words that are neither part of a date nor declared, listed, or part of a table's name.
fn years_in(words: &str, declared: &BTreeSet<i32>, queries: &Queries, known: &Known) -> Vec<usize> {
    let found: Vec<_> = numerals(words)
        .into_iter()
        .filter(|numeral| {
            let digits = numeral.core.rsplit('-').next().unwrap_or_default();
            let is_declared = || digits.parse().is_ok_and(|year| declared.contains(&year));
            // a decade (`'90`) is none of a figure
            let is_year = digits.len() == 4 && numeral.is_year();
            is_year
                && !numeral.is_date()
                && !numeral.is_of_month()
                && !is_declared()
                && !queries.tables.contains_key(numeral.core)
        })
        .collect();
    if found.is_empty() {
        return Vec::new();
    }
    let covered = known.covered(words);
    let is_listed = |start: usize, end: usize| {
        let mut covered = covered.iter();
        covered.any(|(from, to)| *from <= start && end <= *to)
    };
    let found = found.into_iter();
    found
        .filter(|numeral| !is_listed(numeral.start, numeral.end))
        .map(|numeral| numeral.start)
        .collect()
}

/// Where fact ids name a year in figures.
fn ids_of_years(text: &str) -> impl Iterator<Item = usize> {
    let behind = text.match_indices('@').map(|(at, _)| at + 1);
    behind.filter(|at| {
        let year = text[*at..].get(..4);
        year.is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Some words around a place.
pub(super) fn around(text: &str, at: usize) -> String {
    let at = text[..at]
        .trim_end_matches(|c: char| !c.is_whitespace())
        .len();
    let head: Vec<&str> = text[..at].split_whitespace().collect();
    let tail: Vec<&str> = text[at..].split_whitespace().collect();
    let words = [
        &head[head.len().saturating_sub(4)..],
        &tail[..tail.len().min(5)],
    ]
    .concat();
    words.join(" ").replace(FACT, "…")
}
