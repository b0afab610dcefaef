//! Whether what the paper was given to print of its facts is what `feiten.json` says of them.
//!
//! In: attached files and `teksten.json`. Out: what differs. Cannot fail. The peculiarity it exists for: a figure passes on a page where the
//! one list has its text, and is derived by the other; whatever one says alone is nobody's.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::attached::Files;
use super::known::{Known, PrintedFact};
use crate::base::number;
use crate::evidence::{Entry, Facts, Texts, label};

/// What the raw cells tell of where they come from.
#[derive(Deserialize)]
struct Cell {
    cell: usize,
    table: String,
}

/// What differs; what cannot be read was named already.
pub(super) fn check(files: &Files, texts: &Texts, known: &Known) -> Vec<String> {
    let Some(Ok(feiten)) = files
        .get("feiten.json")
        .map(|bytes| serde_json::from_slice::<Facts>(bytes))
    else {
        return Vec::new();
    };
    let given: BTreeMap<&str, &PrintedFact> = known
        .facts
        .iter()
        .map(|fact| (fact.id.as_str(), fact))
        .collect();
    let mut wrong: Vec<String> = feiten
        .facts
        .iter()
        .filter_map(|fact| of_fact(fact, given.get(fact.id.as_str()).copied()))
        .collect();
    if given.len() > feiten.facts.len() {
        wrong.push("`teksten.json` holds facts that are not in `feiten.json`".to_owned());
    }
    let odd = known.facts.iter().filter(|fact| !is_same_in_english(fact));
    wrong.extend(odd.map(|fact| {
        let (id, text, english) = (&fact.id, &fact.text, &fact.english);
        format!("fact `{id}` is `{text}`, and not `{english}` in English")
    }));
    let cells = cells(files).unwrap_or_else(|what| {
        wrong.push(what);
        Vec::new()
    });
    wrong.extend(
        feiten
            .facts
            .iter()
            .filter_map(|fact| off(fact, cells.len())),
    );
    // of a sheet the paper has the appendix, by whose labels it calls its facts
    if feiten.sheet.is_none() {
        wrong.extend(appendix(&feiten.facts, texts));
        wrong.extend(signs(&feiten.facts, texts));
        wrong.extend(sources(&cells, texts));
    }
    wrong
}

/// What is wrong with a fact, which the paper was given as such.
fn of_fact(fact: &Entry, given: Option<&PrintedFact>) -> Option<String> {
    let Some(given) = given else {
        return Some(format!("fact `{}` is not in `teksten.json`", fact.id));
    };
    let is_same = (&given.label, &given.text) == (&fact.label, &fact.text);
    (!is_same).then(|| {
        format!(
            "fact `{}` is `{}` in `feiten.json` and `{}` in `teksten.json`",
            fact.id, fact.text, given.text
        )
    })
}

/// Whether the text of a fact in English is the same figure; a sheet has none.
fn is_same_in_english(fact: &PrintedFact) -> bool {
    fact.english.is_empty() || fact.english == number::english(&fact.text)
}

/// The rows of the appendix, which say what a fact is and how it was computed: one of each fact, by its id.
fn appendix(facts: &[Entry], texts: &Texts) -> Vec<String> {
    let rows = texts.paper["facts_table"].as_array();
    let rows = rows.map_or(&[][..], Vec::as_slice);
    let mut wrong = Vec::new();
    if rows.len() != facts.len() {
        wrong.push("the appendix in `teksten.json` has not one row of each fact".to_owned());
    }
    for (place, (fact, row)) in facts.iter().zip(rows).enumerate() {
        let told = &texts.paper["facts"][&fact.id];
        let is_same = row["id"] == fact.id
            && row["text"] == fact.text
            && row["what"] == fact.what
            && row["formula"] == fact.formula
            && row["label"] == fact.label
            && fact.label == label(place)
            && told["unit"] == fact.unit
            && told["year"] == json!(fact.year);
        if !is_same {
            let id = &fact.id;
            wrong.push(format!(
                "fact `{id}` is told otherwise in `feiten.json` than in the appendix of `teksten.json`"
            ));
        }
    }
    wrong
}

/// The pairs of facts by which words are chosen that say another direction than their figures.
fn signs(facts: &[Entry], texts: &Texts) -> Vec<String> {
    let facts: BTreeMap<&str, &Entry> = facts.iter().map(|fact| (fact.id.as_str(), fact)).collect();
    let near = texts.paper["nearly"].as_array().into_iter().flatten();
    let near: BTreeSet<&str> = near.filter_map(Value::as_str).collect();
    let signs = texts.paper["signs"].as_object().into_iter().flatten();
    let is_right = |pair: &str, sign: &Value| -> Option<bool> {
        let (first, second) = pair.split_once('~')?;
        let (first, second) = (facts.get(first)?, facts.get(second)?);
        let order = first.value?.partial_cmp(&second.value?)?;
        let text = |fact: &Entry| fact.text.trim_end_matches('*').to_owned();
        let is_same = text(first) == text(second);
        Some(match sign.as_i64()? {
            // what does not matter is equal; where it prints otherwise it is nearly so
            0 => near.contains(pair) != is_same,
            sign => !is_same && order as i64 == sign,
        })
    };
    let wrong = signs.filter(|(pair, sign)| is_right(pair, sign) != Some(true));
    wrong
        .map(|(pair, _)| format!("`teksten.json` chooses words by `{pair}` as the figures do not"))
        .collect()
}

/// The raw cells in order.
fn cells(files: &Files) -> Result<Vec<Cell>, String> {
    let Some(bytes) = files.get("cellen.csv") else {
        return Ok(Vec::new());
    };
    let mut cells = Vec::new();
    for (place, cell) in csv::Reader::from_reader(bytes.as_slice())
        .deserialize()
        .enumerate()
    {
        let cell: Cell = cell.map_err(|error| format!("`cellen.csv` cannot be read: {error}"))?;
        if cell.cell != place {
            return Err(format!("`cellen.csv`: cell {place} is missing"));
        }
        cells.push(cell);
    }
    Ok(cells)
}

/// A fact that names cells which are not there.
fn off(fact: &Entry, cells: usize) -> Option<String> {
    let mut next = 0;
    for places in &fact.cells {
        let (first, last) = places.ends();
        if first < next || last < first || last >= cells {
            return Some(format!("fact `{}` names cells that are not there", fact.id));
        }
        next = last + 1;
    }
    None
}

/// The tables that cells come from and that the list of sources does not name.
fn sources(cells: &[Cell], texts: &Texts) -> Vec<String> {
    let named = texts.paper["sources"].as_array().into_iter().flatten();
    let named: BTreeSet<&str> = named.filter_map(|of| of["table"].as_str()).collect();
    let tables: BTreeSet<&str> = cells.iter().map(|cell| cell.table.as_str()).collect();
    let unnamed = tables.difference(&named);
    unnamed
        .map(|table| format!("the list of sources does not name `{table}`, which cells come from"))
        .collect()
}
