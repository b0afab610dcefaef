//! `[[topic]]` of a theme, and topics that stand in place in an indicator.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::breaks::{BreakEntry, breaks};
use super::{OfTheme, idle, names, once, years};
use crate::base::located::{At, Complaint, Place, Source};
use crate::query::{
    Find, GEMEENTEN, InPlace, Queries, Table, Topic, TopicKind, TopicSource, Unit, is_of_ratio,
};

/// A measure of CBS under a name of its own: `count`, `ratio`, or `table` with `keys`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TopicEntry {
    /// Name in sums of topics. Example: `id = "inwoners-0-15"`.
    id: At<String>,
    /// What it counts, in Dutch, as a part of a sentence. Example: `title = "inwoners van 0 tot 15 jaar"`.
    title: String,
    /// Where the count is: `TABLE YEARS: TITLE PATH [UNIT]`. `…` stands for any levels of the path; years and unit may be left out, and without a unit it is a number of things. Of several places the first that has a year counts. Example: `count = ["03759ned: Bevolking op 1 januari", "37259ned 2010..2018: Bevolking op 1 januari"]`.
    count: Option<At<Places>>,
    /// Where the ratio is, written in the same way; a ratio does not add up. Example: `ratio = "kwb: Wonen > … > Koopwoningen [%]"`.
    ratio: Option<At<Places>>,
    /// Table or family of which keys are summed. Example: `table = "iv3-begroting"`.
    table: Option<At<String>>,
    /// Years that are taken from `table`. Example: `periods = "2024.."`.
    periods: Option<At<String>>,
    /// Keys that are summed; `*` stands for anything. Example: `keys = ["6.*:lasten"]`.
    keys: Option<At<Vec<String>>>,
    /// Keys that are left out. Example: `except = ["0.10:lasten", "0.11:lasten"]`.
    except: Option<At<Vec<String>>>,
    /// Unit of the keys as CBS prints it; left out, they are a number of things. Example: `unit = "x 1 000 euro"`.
    unit: Option<At<String>>,
    /// A key that the topic had in some release: it decides where several topics fit. Example: `key = "M000352"`.
    key: Option<At<String>>,
    /// Whether its absence is no error. Example: `optional = true`.
    #[serde(default)]
    optional: bool,
    /// What divides a count when a gemeente is split; left out, inhabitants. Example: `split = "dwellings"`.
    split: Option<At<Split>>,
    /// What an absent cell is in a sum of keys; left out, it is missing. Example: `absent = "zero"`.
    absent: Option<At<Absent>>,
    /// Whether the counts of gemeenten that merge add up; seats of a council do not. Example: `additive = false`.
    additive: Option<At<bool>>,
    /// Another topic of the same figure: a gemeente that has none here takes the one it has there. Example: `fill = "kiesgerechtigden-cbs"`.
    fill: Option<At<String>>,
    /// Years from which CBS makes the figure in another way: no trend crosses them. Example: `breaks = [{ year = 2020, why = "andere onderzoeksmethode" }]`.
    #[serde(default)]
    breaks: Vec<BreakEntry>,
}

/// What divides a count when a gemeente is split.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Split {
    /// Dwellings that moved.
    Dwellings,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Absent {
    /// It counts as zero.
    Zero,
}

/// One place, or several of which the first that has a year counts.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Places {
    One(String),
    Many(Vec<At<String>>),
}

impl<'de> Deserialize<'de> for Places {
    /// By hand, because serde's untagged enums forget places.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Places;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a topic in place, or a list of them")
            }

            fn visit_str<E>(self, text: &str) -> Result<Places, E> {
                Ok(Places::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Places, A::Error> {
                let mut places = Vec::new();
                while let Some(place) = list.next_element()? {
                    places.push(place);
                }
                Ok(Places::Many(places))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

/// What a topic in place has beside its line.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) key: Option<String>,
    pub(super) optional: bool,
}

pub(super) fn read(
    themes: Vec<OfTheme<TopicEntry>>,
    queries: &mut Queries,
) -> Result<(), Complaint> {
    let mut seen = BTreeSet::from([GEMEENTEN.to_owned()]);
    queries.topics.push(one_per_gemeente());
    let mut fills = Vec::new();
    for OfTheme {
        source, entries, ..
    } in themes
    {
        for mut entry in entries {
            once(&source, &mut seen, &entry.id, "topic")?;
            let fill = entry.fill.take();
            fills.extend(fill.map(|at| (queries.topics.len(), Rc::clone(&source), at)));
            queries.topics.push(topic(&source, entry, &queries.tables)?);
        }
    }
    fill(&fills, &mut queries.topics)
}

/// Looks up the topics that fill others, which must count in the same way and take nothing from a third.
fn fill(fills: &[(usize, Rc<Source>, At<String>)], topics: &mut [Topic]) -> Result<(), Complaint> {
    for (place, file, at) in fills {
        let other = names::topic(file, at, topics)?;
        let (topic, from) = (&topics[*place], &topics[other.place()]);
        let is_filled = fills.iter().any(|(filled, ..)| *filled == other.place());
        let is_alike = topic.kind == from.kind && topic.additive == from.additive;
        if is_filled || !is_alike || from.sources.is_empty() {
            let message = format!("`{}` cannot be filled from `{}`", topic.id, from.id);
            let hint = "expected a count for a count or a ratio for a ratio, from a table, that is not filled itself";
            return Err(file.wrong(at, message, hint));
        }
        topics[*place].fill = Some(other);
    }
    Ok(())
}

/// The topic that counts 1 for every gemeente; no table holds it.
fn one_per_gemeente() -> Topic {
    Topic {
        id: GEMEENTEN.to_owned(),
        title: GEMEENTEN.to_owned(),
        kind: TopicKind::Count,
        additive: true,
        additive_said: Some(true),
        by_dwellings: false,
        absent_is_zero: false,
        sources: Vec::new(),
        fill: None,
        breaks: Vec::new(),
        place: Place::line("queries", 0),
    }
}

fn topic(
    file: &Source,
    entry: TopicEntry,
    tables: &BTreeMap<String, Table>,
) -> Result<Topic, Complaint> {
    let kind = match (&entry.count, &entry.ratio, &entry.keys) {
        (Some(_), None, None) | (None, None, Some(_)) => TopicKind::Count,
        (None, Some(_), None) => TopicKind::Ratio,
        _ => {
            let message = format!("topic `{}` is found in several ways or none", *entry.id);
            let hint = "expected `count`, `ratio`, or `table` and `keys`";
            return Err(file.wrong(&entry.id, message, hint));
        }
    };
    refuse_idle(file, &entry, kind)?;
    let sources = match entry.count.as_ref().or(entry.ratio.as_ref()) {
        None => vec![of_keys(file, &entry, tables)?],
        Some(places) => of_titles(file, places, &entry, kind, tables)?,
    };
    Ok(Topic {
        breaks: breaks(file, &entry.breaks)?,
        place: file.at(entry.id.start()),
        id: entry.id.into_inner(),
        title: entry.title,
        kind,
        additive: kind == TopicKind::Count && entry.additive.as_deref() != Some(&false),
        additive_said: entry.additive.map(At::into_inner),
        by_dwellings: entry.split.is_some(),
        absent_is_zero: entry.absent.is_some(),
        sources,
        fill: None,
    })
}

/// Keys that change nothing: those of a sum of keys beside a title, those of a count beside a ratio.
fn refuse_idle(file: &Source, entry: &TopicEntry, kind: TopicKind) -> Result<(), Complaint> {
    let by_title = entry.keys.is_none();
    let is_ratio = kind == TopicKind::Ratio;
    let of_keys = "it belongs to `keys`";
    let of_count = "it belongs to `count`: a ratio is not divided but weighted";
    #[rustfmt::skip]
    let keys = [
        (by_title, entry.table.as_ref().map(At::start), "table", "the table stands before the title path: `kwb: …`"),
        (by_title, entry.periods.as_ref().map(At::start), "periods", "years stand after the table: `kwb 2020..: …`"),
        (by_title, entry.unit.as_ref().map(At::start), "unit", "the unit stands after the title path: `… [euro]`"),
        (by_title, entry.except.as_ref().map(At::start), "except", of_keys),
        (by_title, entry.absent.as_ref().map(At::start), "absent", of_keys),
        (!by_title, entry.key.as_ref().map(At::start), "key", "it belongs to a title path"),
        (is_ratio, entry.split.as_ref().map(At::start), "split", of_count),
        (is_ratio, entry.additive.as_ref().map(At::start), "additive", of_count),
    ];
    for (is_idle, start, key, hint) in keys {
        if let Some(start) = start.filter(|_| is_idle) {
            return Err(idle(file, start, key, hint));
        }
    }
    Ok(())
}

fn of_keys(
    file: &Source,
    entry: &TopicEntry,
    tables: &BTreeMap<String, Table>,
) -> Result<TopicSource, Complaint> {
    let table = entry.table.as_ref().ok_or_else(|| {
        let message = format!(
            "topic `{}` does not say of which table its keys are",
            *entry.id
        );
        file.wrong(&entry.id, message, "expected `table = \"iv3-begroting\"`")
    })?;
    let keys = entry.keys.as_deref().cloned().unwrap_or_default();
    Ok(TopicSource {
        table: names::table(file, table, table, tables)?,
        years: years(file, entry.periods.as_ref())?,
        find: Find::Keys {
            keys,
            except: entry.except.as_deref().cloned().unwrap_or_default(),
        },
        unit: match &entry.unit {
            None => Unit::Number,
            Some(at) => Unit::Given(count_unit(file, at, 0, at)?),
        },
        optional: entry.optional,
    })
}

fn of_titles(
    file: &Source,
    places: &At<Places>,
    entry: &TopicEntry,
    kind: TopicKind,
    tables: &BTreeMap<String, Table>,
) -> Result<Vec<TopicSource>, Complaint> {
    let unit = match kind {
        TopicKind::Count => Unit::Number,
        TopicKind::Ratio => Unit::Ratio,
    };
    let one = |at: &At<String>| {
        let beside = Beside {
            key: entry.key.as_deref().cloned(),
            optional: entry.optional,
        };
        in_place(file, at, kind, unit.clone(), beside, tables)
    };
    match &**places {
        Places::One(text) => Ok(vec![one(&places.with(text.clone()))?]),
        Places::Many(list) if list.is_empty() => {
            Err(file.wrong(places, "a topic of no table", "expected one place or more"))
        }
        Places::Many(list) => list.iter().map(one).collect(),
    }
}

/// The source that a line says; `otherwise` are the units that fit when it says none.
pub(super) fn in_place(
    file: &Source,
    at: &At<String>,
    kind: TopicKind,
    otherwise: Unit,
    beside: Beside,
    tables: &BTreeMap<String, Table>,
) -> Result<TopicSource, Complaint> {
    let parsed = InPlace::parse(at);
    let place = parsed
        .map_err(|hint| file.wrong(at, format!("`{}` is no place of a topic", **at), hint))?;
    let unit = match place.unit {
        None => otherwise,
        Some(unit) if kind == TopicKind::Count => {
            let offset = at.rfind('[').map_or(0, |bracket| bracket + 1);
            Unit::Given(count_unit(file, at, offset, &unit)?)
        }
        Some(unit) => Unit::Given(unit),
    };
    Ok(TopicSource {
        table: names::table(file, at, &place.table, tables)?,
        years: place.years,
        find: Find::Title {
            path: place.path,
            key: beside.key,
        },
        unit,
        optional: beside.optional,
    })
}

/// A unit of which a count can be.
fn count_unit(
    file: &Source,
    at: &At<String>,
    offset: usize,
    unit: &str,
) -> Result<String, Complaint> {
    if !is_of_ratio(unit) {
        return Ok(unit.to_owned());
    }
    let message = format!("`{unit}` is the unit of a ratio, and a ratio does not add up");
    let hint = "expected `ratio` with a `weight`, or `distribution`";
    Err(file.within(at, offset).wrong(message, hint))
}
