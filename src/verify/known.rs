//! What the program gave the paper to print: facts, sentences, tables, and the texts of charts.
//!
//! In: `paper.json`, the texts of the charts, and the listed numerals. Out: [`Known`], which can say of a piece of text
//! whether it came from the program. The same three travel with the PDF as `teksten.json`, so that `verify` can ask again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::numerals::{numerals, squeeze};
use super::wanted::Wanted;
use crate::evidence::Texts;

/// A fact as it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedFact {
    /// Id.
    pub id: String,
    /// Label of its row in the appendix.
    pub label: String,
    /// Text.
    pub text: String,
    /// The same in English notation.
    pub english: String,
    /// What it is, squeezed, as the appendix says.
    pub what: String,
}

/// Values and the texts beside which they may stand: a row of a table, an indicator.
#[derive(Debug, Default)]
struct Record {
    anchors: Vec<String>,
}

/// What may be printed.
#[derive(Debug, Default)]
pub struct Known {
    /// The facts.
    pub facts: Vec<PrintedFact>,
    sentences: Sentences,
    listed: Wanted,
    names: BTreeSet<String>,
    records: Vec<Record>,
    values: BTreeMap<String, Vec<usize>>,
    pictures: BTreeSet<String>,
}

/// The texts of facts.
struct Printed {
    by_id: BTreeMap<String, String>,
    /// Squeezed.
    alone: BTreeSet<String>,
}

/// Fewer letters than these are no sentence.
const LETTERS: usize = 4;
/// Bytes by which sentences are looked up.
const KEY: usize = 8;

#[derive(Debug, Default)]
struct Sentences {
    all: Vec<String>,
    by_start: HashMap<[u8; KEY], Vec<usize>>,
}

impl Known {
    /// From what the paper was given.
    pub fn new(texts: &Texts) -> Self {
        let mut known = Self::default();
        if let Some(facts) = texts.paper.get("facts").and_then(Value::as_object) {
            let field = |fact: &Value, name: &str| {
                fact.get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let rows = texts.paper.get("facts_table").and_then(Value::as_array);
            let whats: BTreeMap<String, String> = rows
                .into_iter()
                .flatten()
                .map(|row| (field(row, "id"), squeeze(&field(row, "what")).0))
                .collect();
            known.facts = facts
                .iter()
                .map(|(id, fact)| PrintedFact {
                    id: id.clone(),
                    label: field(fact, "label"),
                    text: field(fact, "text"),
                    english: field(fact, "english"),
                    what: whats.get(id).cloned().unwrap_or_default(),
                })
                .collect();
        }
        let facts = known.facts.iter();
        let printed = Printed {
            alone: facts.clone().map(|fact| squeeze(&fact.text).0).collect(),
            by_id: facts
                .map(|fact| (fact.id.clone(), fact.text.clone()))
                .collect(),
        };
        let mut sentences = BTreeSet::new();
        known.gather(&texts.paper, &printed, &mut sentences);
        for sentence in &sentences {
            let Some(start) = sentence.as_bytes().first_chunk::<KEY>() else {
                continue;
            };
            let place = known.sentences.all.len();
            known.sentences.all.push(sentence.clone());
            known
                .sentences
                .by_start
                .entry(*start)
                .or_default()
                .push(place);
        }
        let listed = texts.numerals.iter().map(|text| squeeze(text).0);
        known.listed = Wanted::new(listed.collect());
        known.pictures = texts
            .pictures
            .values()
            .map(|text| squeeze(text).0)
            .collect();
        known
    }

    fn gather(&mut self, value: &Value, facts: &Printed, sentences: &mut BTreeSet<String>) {
        let mut texts = Vec::new();
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    match field {
                        // facts are printed as links, and known by their labels
                        Value::Object(of) if name == "facts" => self.learn_names(of.keys()),
                        Value::Object(_) => self.gather(field, facts, sentences),
                        _ => self.field(field, facts, sentences, &mut texts),
                    }
                    self.learn_names([name]);
                }
            }
            other => self.field(other, facts, sentences, &mut texts),
        }
        self.learn_names(&texts);
        let record = self.records.len();
        let mut anchors = Vec::new();
        for text in texts {
            let (squeezed, _) = squeeze(&text);
            let letters = squeezed.chars().filter(|c| c.is_alphabetic()).count();
            let with_digit = squeezed.contains(char::is_numeric);
            // a fact alone, such as `1,05 procentpunt`, is a value and no sentence
            // what is too short to be looked up is a value beside the other texts of its record
            let is_sentence = letters >= LETTERS && squeezed.len() >= KEY;
            if with_digit && is_sentence && !facts.alone.contains(&squeezed) {
                sentences.insert(squeezed.clone());
            } else if with_digit {
                for numeral in numerals(&text) {
                    let of = self.values.entry(numeral.core.to_owned()).or_default();
                    if of.last() != Some(&record) {
                        of.push(record);
                    }
                }
            }
            if squeezed.len() > 1 && (letters > 0 || squeezed.len() >= KEY) {
                anchors.push(squeezed);
            }
        }
        self.records.push(Record { anchors });
    }

    fn field(
        &mut self,
        field: &Value,
        facts: &Printed,
        sentences: &mut BTreeSet<String>,
        texts: &mut Vec<String>,
    ) {
        match field {
            Value::String(text) => texts.push(text.clone()),
            Value::Number(number) => texts.push(number.to_string()),
            Value::Array(items) => {
                let piece = |item: &Value| {
                    let text = item.get("t").and_then(Value::as_str);
                    let fact = item.get("f").and_then(Value::as_str);
                    text.or_else(|| fact.and_then(|id| facts.by_id.get(id)).map(String::as_str))
                        .map(str::to_owned)
                };
                if let Some(pieces) = items.iter().map(piece).collect::<Option<Vec<_>>>() {
                    texts.push(pieces.concat());
                    return;
                }
                for item in items {
                    match item {
                        Value::String(text) => texts.push(text.clone()),
                        _ => self.gather(item, facts, sentences),
                    }
                }
            }
            Value::Object(_) => self.gather(field, facts, sentences),
            _ => {}
        }
    }

    fn learn_names(&mut self, texts: impl IntoIterator<Item = impl AsRef<str>>) {
        for text in texts {
            // the number of a release is as good as a name
            let is_name = |core: &str| core.len() >= KEY && !core.contains(['.', ',']);
            for found in numerals(text.as_ref()) {
                if found.is_name || is_name(found.core) {
                    self.names.insert(found.core.to_lowercase());
                }
            }
        }
    }

    /// Whether this is a name that the program knows.
    pub fn is_name(&self, name: &str) -> bool {
        self.names.contains(&name.to_lowercase())
    }

    /// Whether a drawing with this text (squeezed) was drawn by the program.
    pub fn is_picture(&self, squeezed: &str) -> bool {
        self.pictures.contains(squeezed)
    }

    /// Whether a value stands beside a text that it belongs to. `beside` are the squeezed texts of the blocks around it,
    /// and `in_table` says that they are the cells of its row.
    pub fn belongs(&self, core: &str, beside: &[String], in_table: bool) -> bool {
        let records = self.values.get(core).into_iter().flatten();
        records
            .filter_map(|&record| self.records.get(record))
            .flat_map(|record| &record.anchors)
            .any(|anchor| {
                let long = anchor.chars().filter(|c| c.is_alphabetic()).count() >= 2 * LETTERS;
                beside.iter().any(|text| {
                    (long && text.contains(anchor))
                        || (in_table
                            && text.trim_end_matches(is_mark) == anchor.trim_end_matches(is_mark))
                })
            })
    }

    /// The stretches of a text that are sentences of the program or listed, as bytes of the text.
    pub fn covered(&self, text: &str) -> Vec<(usize, usize)> {
        let (squeezed, places) = squeeze(text);
        let mut covered = Vec::new();
        let bytes = squeezed.as_bytes();
        let mut cover = |start: usize, length: usize| {
            let end = start + length;
            let from = places[start];
            let to = places.get(end).copied().unwrap_or(text.len());
            let last = places[end - 1];
            let last = last + text[last..].chars().next().map_or(0, char::len_utf8);
            let cuts = |a: Option<char>, b: Option<char>| {
                a.is_some_and(char::is_numeric) && b.is_some_and(char::is_numeric)
            };
            let cut_before = cuts(
                text[..from].chars().next_back(),
                text[from..].chars().next(),
            );
            let cut_behind = cuts(
                text[..last].chars().next_back(),
                text[last..].chars().next(),
            );
            let joint = |c: Option<char>| matches!(c, Some('.' | ','));
            let decimals = text[last..].chars().next();
            let runs_on = joint(decimals)
                && cuts(
                    text[..last].chars().next_back(),
                    text[last..].chars().nth(1),
                );
            let runs_in = joint(text[..from].chars().next_back())
                && cuts(
                    text[..from].chars().nth_back(1),
                    text[from..].chars().next(),
                );
            if !(cut_before || cut_behind || runs_on || runs_in) {
                covered.push((from, to));
            }
        };
        for (start, window) in bytes.windows(KEY).enumerate() {
            let Ok(key) = <[u8; KEY]>::try_from(window) else {
                continue;
            };
            for &place in self.sentences.by_start.get(&key).into_iter().flatten() {
                let sentence = self.sentences.all[place].as_bytes();
                if bytes[start..].starts_with(sentence) {
                    cover(start, sentence.len());
                }
            }
        }
        for (listed, start) in self.listed.within(&squeezed) {
            cover(start, self.listed.length(listed));
        }
        covered
    }
}

/// The sentence that pieces make, each a text or a fact by its id; none where one is something else.
pub(super) fn pieces(items: &[Value], facts: &Value) -> Option<String> {
    let piece = |item: &Value| {
        let text = item.get("t").and_then(Value::as_str);
        let fact = || facts[item.get("f")?.as_str()?]["text"].as_str();
        text.or_else(fact).map(str::to_owned)
    };
    items.iter().map(piece).collect()
}

/// A mark behind a name, as that of an incomplete list.
fn is_mark(letter: char) -> bool {
    !letter.is_alphanumeric() && letter != ')'
}

/// The text of a drawing: all its text elements, one after another.
pub fn text_of_svg(svg: &str) -> String {
    let mut text = String::new();
    for element in svg.split("<text").skip(1) {
        let body = element.split_once("</text>").map_or("", |(body, _)| body);
        let inside = body.split_once('>').map_or("", |(_, inside)| inside);
        for piece in inside.split('<') {
            let letters = piece.rsplit('>').next().unwrap_or_default();
            text.push_str(&letters.replace("&lt;", "<").replace("&gt;", ">"));
        }
        text.push('\n');
    }
    text.replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
