//! The tables of a paper, row by row, held against what the program gave.
//!
//! In: the text of a paper and `teksten.json`. Out: rows that are not there as they were given. Cannot fail. The peculiarity it exists for:
//! a figure that changes places with another of its row is still one of that row, and the outcome of a claim is a word that
//! stands on many pages.

use std::collections::BTreeSet;

use serde_json::Value;

use super::backcheck::cells;
use super::known::pieces;
use super::numerals::squeeze;
use super::text::Printed;
use crate::evidence::Texts;

/// Rows that are told one by one.
const TOLD: usize = 5;

/// Rows that are not there as they were given; a table that a paper does not print has none.
pub(super) fn check(printed: &Printed, texts: &Texts) -> Vec<String> {
    let printed = cells(printed);
    let rows: BTreeSet<&[String]> = printed.iter().map(|(_, cells)| cells.as_slice()).collect();
    let is_there = |row: &Vec<String>| rows.contains(row.as_slice());
    let mut wrong = whole(&per_gemeente(texts), is_there);
    wrong.extend(whole(&changed(texts), is_there));
    wrong.extend(whole(&turned(texts), is_there));
    let claims = claims(texts);
    let has = |[sentence, state, variants]: &[String; 3]| {
        rows.iter().any(|row| {
            row.first()
                .is_some_and(|cell| cell.ends_with(sentence.as_str()))
                && row.contains(state)
                && row.contains(variants)
        })
    };
    wrong.extend(whole(&claims, has));
    wrong.extend(outcomes(&printed, &claims));
    wrong
}

/// Rows that give a claim the outcome of another; one with two outcomes is of two editions.
fn outcomes(printed: &[(usize, Vec<String>)], claims: &[[String; 3]]) -> Vec<String> {
    let words: BTreeSet<&str> = claims.iter().map(|[_, state, _]| state.as_str()).collect();
    let of_row = |(page, row): &(usize, Vec<String>)| {
        let mut said = row.iter().filter(|cell| words.contains(cell.as_str()));
        let (Some(said), None) = (said.next(), said.next()) else {
            return None;
        };
        let is_in = |sentence: &str| row.iter().any(|cell| cell.ends_with(sentence));
        let of = claims.iter().filter(|[sentence, ..]| is_in(sentence));
        // one may end as another does
        let [sentence, state, _] = of.max_by_key(|[sentence, ..]| sentence.len())?;
        (said != state).then(|| {
            format!("page {page}: says \"{said}\" of \"{sentence}\", which is \"{state}\"")
        })
    };
    printed.iter().filter_map(of_row).take(TOLD).collect()
}

/// Which rows of a table are not there, where it is printed at all.
fn whole<R: AsRef<[String]>>(rows: &[R], is_there: impl Fn(&R) -> bool) -> Vec<String> {
    let (there, gone): (Vec<&R>, Vec<&R>) = rows.iter().partition(|row| is_there(row));
    if there.is_empty() {
        return Vec::new();
    }
    let told = gone.iter().take(TOLD).map(|row| {
        let name = row.as_ref().first().map_or("", String::as_str);
        format!("the row of \"{name}\" is not printed as it was given")
    });
    told.collect()
}

/// The rows of the table per gemeente with its foot, squeezed.
fn per_gemeente(texts: &Texts) -> Vec<Vec<String>> {
    let table = &texts.paper["table"];
    let rows = ["rows", "foot"].map(|part| table[part].as_array().map_or(&[][..], Vec::as_slice));
    let row = |of: &Value| -> Vec<String> {
        let cells = of["cells"].as_array().into_iter().flatten();
        let texts = [&of["name"]].into_iter().chain(cells);
        texts.map(squeezed).collect()
    };
    rows.into_iter().flatten().map(row).collect()
}

/// The figures that changed since the edition before.
fn changed(texts: &Texts) -> Vec<Vec<String>> {
    let rows = texts.paper["changes"]["rows"].as_array();
    let row = |of: &Value| -> Vec<String> {
        let [title, unit] = [&of["title"], &of["unit"]].map(squeezed);
        let cells = ["old", "new", "change", "why"].map(|key| squeezed(&of[key]));
        [format!("{title}({unit})")]
            .into_iter()
            .chain(cells)
            .collect()
    };
    rows.into_iter().flatten().map(row).collect()
}

/// The claims that turned since then.
fn turned(texts: &Texts) -> Vec<Vec<String>> {
    let rows = texts.paper["changes"]["claims"].as_array();
    let row = |of: &Value| {
        ["sentence", "old", "new"]
            .map(|key| squeezed(&of[key]))
            .to_vec()
    };
    rows.into_iter().flatten().map(row).collect()
}

/// Each claim with its outcome, and in how many other ways it holds.
fn claims(texts: &Texts) -> Vec<[String; 3]> {
    let claims = texts.paper["claims"].as_object().into_iter().flatten();
    let said = claims.filter_map(|(_, claim)| {
        let sentence = pieces(claim["segments"].as_array()?, &texts.paper["facts"])?;
        let [state, variants] = [&claim["state_text"], &claim["variants"]["text"]].map(squeezed);
        (!sentence.is_empty()).then(|| [squeeze(&sentence).0, state, variants])
    });
    said.collect()
}

fn squeezed(text: &Value) -> String {
    squeeze(text.as_str().unwrap_or_default()).0
}
