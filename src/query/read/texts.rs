//! Every text of `queries/` that the paper prints or that chooses what it prints, gathered from all files by the names of
//! their keys.
//!
//! The files are read once more, for nothing else than where their texts stand; what else they hold is passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::{optional, theme};
use crate::base::located::{At, Source};
use crate::query::{Error, PrintedText, TextKind, years};

/// The texts of a file.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[derive(Default)]
struct Texts {
    title: Option<At<String>>,
    pijler: Option<At<String>>,
    note: Option<At<String>>,
    average: Option<At<String>>,
    topic: Vec<Entry>,
    indicator: Vec<Entry>,
    chart: Vec<Entry>,
    claim: Vec<Entry>,
    ask: Vec<Entry>,
    edition: Vec<Entry>,
    group: Vec<Entry>,
    column: Vec<Entry>,
    mark: Vec<Entry>,
}

/// The texts of an entry.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[derive(Default)]
struct Entry {
    id: Option<String>,
    title: Option<At<String>>,
    definition: Option<At<String>>,
    topic_title: Option<At<String>>,
    note: Option<At<String>>,
    label: Option<At<String>>,
    text: Option<At<String>>,
    agenda: Option<At<String>>,
    why: Option<At<String>>,
    addressee: Option<At<String>>,
    gap: Option<At<String>>,
    amount: Option<Box<Entry>>,
    by: Option<Box<Entry>>,
    source: Option<At<String>>,
    sentence: Option<At<String>>,
    high: Option<At<String>>,
    low: Option<At<String>>,
    behind: Option<At<String>>,
    broken: Option<Box<Entry>>,
    way: Vec<Entry>,
    when: Option<At<String>>,
    years: Option<At<String>>,
    fact: Vec<At<String>>,
    #[serde(flatten)]
    rest: BTreeMap<String, toml::Value>,
}

/// The files beside the themes that hold texts.
const FILES: [&str; 5] = [
    "asks.toml",
    "editions.toml",
    "house.toml",
    "table.toml",
    "types.toml",
];

pub(super) fn read(folder: &Path) -> Result<Vec<PrintedText>, Error> {
    let mut sources = theme::sources(folder)?;
    for name in FILES {
        sources.extend(optional(folder.join(name))?);
    }
    let mut found = Vec::new();
    for source in sources {
        let texts: Texts = source.toml()?;
        let mut of_theme = Found {
            source: &source,
            texts: &mut found,
            whose: "theme".to_owned(),
            declared: BTreeSet::new(),
        };
        of_theme.take("title", TextKind::Other, texts.title);
        of_theme.take("pijler", TextKind::Other, texts.pijler);
        of_theme.take("note", TextKind::Other, texts.note);
        of_theme.take("average", TextKind::Other, texts.average);
        for (kind, entries) in [
            ("topic", texts.topic),
            ("indicator", texts.indicator),
            ("chart", texts.chart),
            ("claim", texts.claim),
            ("ask", texts.ask),
            ("edition", texts.edition),
            ("group", texts.group),
            ("column", texts.column),
            ("mark", texts.mark),
        ] {
            for entry in entries {
                entry.gather(&source, kind, &mut found);
            }
        }
    }
    Ok(found)
}

/// Where the texts of an entry go.
struct Found<'f> {
    source: &'f Source,
    texts: &'f mut Vec<PrintedText>,
    whose: String,
    declared: BTreeSet<i32>,
}

impl Found<'_> {
    fn take(&mut self, key: &str, kind: TextKind, text: Option<At<String>>) {
        self.texts.extend(text.map(|at| PrintedText {
            what: format!("{key} of {}", self.whose),
            kind,
            place: self.source.at(at.start()),
            plain: self.source.within(&at, 0) != self.source.at(at.start()),
            declared: self.declared.clone(),
            text: at.into_inner(),
        }));
    }
}

/// The years that a value of TOML holds.
fn years_of(value: &toml::Value, found: &mut BTreeSet<i32>) {
    match value {
        toml::Value::String(text) => {
            let words = text.split(|c: char| !c.is_ascii_digit());
            found.extend(words.filter_map(years::year));
        }
        toml::Value::Integer(number) => found.extend(years::year(&number.to_string())),
        toml::Value::Array(values) => values.iter().for_each(|of| years_of(of, found)),
        toml::Value::Table(fields) => fields.values().for_each(|of| years_of(of, found)),
        _ => {}
    }
}

impl Entry {
    /// The years that define it: of which tables it is, what it is held against, where it breaks, when it was made.
    fn declared(&self, kind: &str) -> BTreeSet<i32> {
        let mut found = BTreeSet::new();
        if matches!(kind, "topic" | "indicator" | "edition") {
            let ways = self.way.iter().flat_map(|way| way.rest.values());
            for value in self.rest.values().chain(ways) {
                years_of(value, &mut found);
            }
        }
        found
    }

    fn gather(self, source: &Source, kind: &str, found: &mut Vec<PrintedText>) {
        let whose = match &self.id {
            Some(id) => format!("{kind} `{id}`"),
            None => format!("a {kind}"),
        };
        let mut of = Found {
            source,
            texts: found,
            whose,
            declared: self.declared(kind),
        };
        let of_title = if kind == "chart" {
            TextKind::Finding
        } else {
            TextKind::Other
        };
        of.take("title", of_title, self.title);
        for (key, text) in [
            ("definition", self.definition),
            ("topic-title", self.topic_title),
            ("note", self.note),
            ("label", self.label),
            ("text", self.text),
            ("agenda", self.agenda),
            ("addressee", self.addressee),
            ("high", self.high),
            ("low", self.low),
            ("behind", self.behind),
        ] {
            of.take(key, TextKind::Other, text);
        }
        of.take("why", TextKind::Finding, self.why);
        of.take("gap", TextKind::Finding, self.gap);
        of.take("sentence", TextKind::Tested, self.sentence);
        of.take("when", TextKind::Rule, self.when);
        of.take("years", TextKind::Years, self.years);
        for fact in self.fact {
            of.take("fact", TextKind::Rule, Some(fact));
        }
        for sourced in [self.amount, self.by].into_iter().flatten() {
            of.take("text", TextKind::Sourced, sourced.text);
            of.take("source", TextKind::Sourced, sourced.source);
        }
        for inner in self.broken.map(|inner| *inner).into_iter().chain(self.way) {
            let inner = Self {
                id: self.id.clone(),
                ..inner
            };
            inner.gather(source, kind, found);
        }
    }
}
