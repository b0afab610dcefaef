//! What a build changed in the open data, beside the build before it.
//!
//! In: both folders of open data, and what each build recorded of its inputs. Out: [`Rebuilt`]. Never fails: a folder that is
//! not there, or in another form, is no build to compare with. The peculiarity it exists for: a re-imported table changes
//! printed figures without a word, so that each build tells what it changed. Only where bytes differ is anything read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::cause::Cause;
use crate::base::number;
use crate::fact::print;
use crate::query::{Indicator, Queries};

/// The files that hold figures, and the column that says whom a row is of.
const FILES: [(&str, &str); 2] = [("vergelijking.csv", "group"), ("gemeenten.csv", "region")];

/// Figures that are named.
const SHOWN: usize = 5;

/// What a build recorded of itself: nothing where none did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// SHA-256 of every input, by its path in the project.
    pub inputs: BTreeMap<String, String>,
    /// How each claim stood, by id.
    pub claims: BTreeMap<String, String>,
}

impl Record {
    /// From a `run.json`: its `inputs` and `claims`, of which both may be lacking.
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        let run: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let texts = |name: &str| {
            let of = run.get(name).and_then(serde_json::Value::as_object);
            let texts = of.into_iter().flatten();
            texts
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect()
        };
        Self {
            inputs: texts("inputs"),
            claims: texts("claims"),
        }
    }

    /// The release of each table that was read.
    fn releases(&self) -> BTreeMap<String, String> {
        let paths = self
            .inputs
            .keys()
            .filter_map(|path| path.strip_prefix("data/snapshots/"));
        let pairs = paths.filter_map(|path| path.split_once('/'));
        let pairs = pairs.filter_map(|(table, rest)| Some((table, rest.split_once('/')?.0)));
        pairs
            .map(|(table, release)| (table.to_owned(), release.to_owned()))
            .collect()
    }

    /// Whether inputs whose path starts so are others; nothing where one build recorded none.
    fn differs(&self, other: &Self, starts: &[&str]) -> Option<bool> {
        let of = |record: &Self| -> BTreeMap<String, String> {
            let inputs = record.inputs.clone().into_iter();
            inputs
                .filter(|(path, _)| starts.iter().any(|start| path.starts_with(start)))
                .collect()
        };
        let known = !self.inputs.is_empty() && !other.inputs.is_empty();
        known.then(|| of(self) != of(other))
    }
}

/// A build and the one before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rebuilt {
    /// Figures that changed, largest first.
    pub changed: Vec<Row>,
    /// Figures of a period that the build before had not, and of one that this has not.
    pub added: usize,
    /// Figures that went.
    pub gone: usize,
    /// Claims that turned: id, how it stood, how it stands.
    pub claims: Vec<(String, String, String)>,
}

/// A figure that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    indicator: String,
    whom: String,
    period: i32,
    /// Before and now, as printed.
    texts: (String, String),
    causes: String,
    size: f64,
}

/// A figure's place: indicator, whom, period.
type Key = (String, String, i32);

/// A figure with the releases that it rests on, and the name of whom it is of.
struct Figure {
    value: f64,
    release: String,
    name: String,
}

/// What a build changed; none where there is nothing to compare with. `tables` are those of an indicator and year; a file that
/// `is_same` need not be read.
pub fn rebuilt(
    queries: &Queries,
    (old, new): (&Path, &Path),
    (was, is): (&Record, &Record),
    tables: &dyn Fn(&str, i32) -> Vec<String>,
    mut is_same: impl FnMut(&str) -> bool,
) -> Option<Rebuilt> {
    let mut rebuilt = Rebuilt::default();
    for (file, whom) in FILES {
        if is_same(file) {
            continue;
        }
        let (before, now) = (
            fs::read(old.join(file)).ok()?,
            fs::read(new.join(file)).ok()?,
        );
        if before == now {
            continue;
        }
        let (before, now) = (figures(&before, whom)?, figures(&now, whom)?);
        rebuilt.added += now.keys().filter(|key| !before.contains_key(*key)).count();
        rebuilt.gone += before.keys().filter(|key| !now.contains_key(*key)).count();
        let scales = scales(&before);
        for (key, figure) in &now {
            let Some(earlier) = before.get(key).filter(|of| !same(of.value, figure.value)) else {
                continue;
            };
            let scale = scales
                .get(&(key.0.as_str(), key.2))
                .copied()
                .unwrap_or_default();
            let asked = queries.indicators.iter().find(|of| of.id == key.0);
            let text =
                |value: f64| asked.map_or_else(|| value.to_string(), |of| printed(of, value));
            rebuilt.changed.push(Row {
                indicator: key.0.clone(),
                whom: format!("{} {}", key.1, figure.name).trim_end().to_owned(),
                period: key.2,
                texts: (text(earlier.value), text(figure.value)),
                causes: causes(key, (earlier, figure), whom, (was, is), tables),
                size: (figure.value - earlier.value).abs() / scale.max(f64::MIN_POSITIVE),
            });
        }
    }
    rebuilt.changed.sort_by(|a, b| b.size.total_cmp(&a.size));
    let ids: BTreeSet<&String> = was.claims.keys().chain(is.claims.keys()).collect();
    if !was.claims.is_empty() && !is.claims.is_empty() {
        let word = |of: &Record, id: &str| {
            of.claims
                .get(id)
                .cloned()
                .unwrap_or_else(|| "none".to_owned())
        };
        let turned = ids
            .into_iter()
            .map(|id| (id.clone(), word(was, id), word(is, id)));
        rebuilt.claims = turned.filter(|(_, old, new)| old != new).collect();
    }
    Some(rebuilt)
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
}

fn printed(asked: &Indicator, value: f64) -> String {
    let text = print(asked, value, false).unwrap_or_else(|_| number::csv_number(value));
    text.replace('\u{a0}', " ")
}

/// The rows with a figure; none where a column is lacking.
fn figures(bytes: &[u8], whom: &str) -> Option<BTreeMap<Key, Figure>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().ok()?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let (indicator, whom, period, value) = (
        place("indicator")?,
        place(whom)?,
        place("period")?,
        place("value")?,
    );
    let (release, name) = (place("release"), place("name"));
    let mut figures = BTreeMap::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).ok()? {
        let text = |place: usize| record.get(place).unwrap_or_default();
        let optional = |place: Option<usize>| place.map(text).unwrap_or_default().to_owned();
        let Some((value, period)) = text(value).parse().ok().zip(text(period).parse().ok()) else {
            continue;
        };
        let key = (text(indicator).to_owned(), text(whom).to_owned(), period);
        let figure = Figure {
            value,
            release: optional(release),
            name: crate::base::csv::plain(&optional(name)).to_owned(),
        };
        figures.insert(key, figure);
    }
    Some(figures)
}

/// Per indicator and period the distance between the first and the third quartile, or the middle figure without sign where
/// there is no distance.
fn scales(figures: &BTreeMap<Key, Figure>) -> BTreeMap<(&str, i32), f64> {
    let mut all: BTreeMap<(&str, i32), Vec<f64>> = BTreeMap::new();
    for ((indicator, _, period), figure) in figures {
        all.entry((indicator, *period))
            .or_default()
            .push(figure.value);
    }
    let scale = |mut values: Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: usize| values[(values.len() - 1) * share / 4];
        let distance = at(3) - at(1);
        if distance > 0.0 {
            distance
        } else {
            at(2).abs()
        }
    };
    all.into_iter()
        .map(|(key, values)| (key, scale(values)))
        .collect()
}

/// What may have changed a figure of the same period, by what both builds say of themselves.
fn causes(
    (indicator, _, period): &Key,
    (old, new): (&Figure, &Figure),
    whom: &str,
    (was, is): (&Record, &Record),
    tables: &dyn Fn(&str, i32) -> Vec<String>,
) -> String {
    let mut causes = Vec::new();
    let revised: Vec<String> = if was.inputs.is_empty() {
        changed(&pairs(&old.release), pairs(&new.release))
    } else {
        let all = changed(&was.releases(), is.releases());
        let own = tables(indicator, *period);
        all.into_iter()
            .filter(|table| own.contains(table))
            .collect()
    };
    if !revised.is_empty() {
        causes.push(format!(
            "{} ({})",
            Cause::Revised.english(),
            revised.join(", ")
        ));
    }
    let inputs = [
        (
            Cause::Definition,
            &["queries/themes/", "queries/tables.toml", "queries/per.toml"][..],
        ),
        (Cause::Boundaries, &["data/regions/"][..]),
        (
            Cause::Members,
            &["data/networks.csv", "queries/editions.toml"][..],
        ),
    ];
    for (cause, starts) in inputs {
        let may_be = cause != Cause::Members || whom == "group";
        if may_be && was.differs(is, starts) == Some(true) {
            causes.push(cause.english().to_owned());
        }
    }
    if !causes.is_empty() {
        return causes.join(" or ");
    }
    if was.inputs.is_empty() {
        return "definition, members, boundaries or code".to_owned();
    }
    Cause::Code.english().to_owned()
}

/// Releases by table, of `table@release + table@release`.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let parts = text.split(" + ").filter_map(|part| part.split_once('@'));
    parts
        .map(|(table, release)| (table.to_owned(), release.to_owned()))
        .collect()
}

/// Tables of which another release is used now.
fn changed(before: &BTreeMap<String, String>, now: BTreeMap<String, String>) -> Vec<String> {
    let is_other =
        |(table, release): &(String, String)| before.get(table).is_some_and(|of| of != release);
    now.into_iter()
        .filter(is_other)
        .map(|(table, _)| table)
        .collect()
}

impl Rebuilt {
    /// What the summary of a build says of it.
    pub fn lines(&self) -> Vec<String> {
        let Self {
            changed,
            added,
            gone,
            claims,
        } = self;
        if changed.is_empty() && claims.is_empty() && added + gone == 0 {
            return vec!["since the last build: no figure changed".to_owned()];
        }
        let mut head = match changed.len() {
            0 => "since the last build: no figure changed".to_owned(),
            number => format!("since the last build: {number} figures changed"),
        };
        if *added > 0 {
            let _ = write!(head, ", {added} are new");
        }
        if *gone > 0 {
            let _ = write!(head, ", {gone} are gone");
        }
        let mut lines = vec![head];
        for row in changed.iter().take(SHOWN) {
            let Row {
                indicator,
                whom,
                period,
                texts: (old, new),
                causes,
                ..
            } = row;
            lines.push(format!(
                "  `{indicator}` of {whom} in {period}: {old} -> {new} ({causes})"
            ));
        }
        if changed.len() > SHOWN {
            lines.push(format!("  and {} more", changed.len() - SHOWN));
        }
        for (id, old, new) in claims {
            lines.push(format!("  claim `{id}`: {old} -> {new}"));
        }
        lines
    }
}
