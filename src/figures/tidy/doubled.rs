//! What is added up counts nothing twice: a total never stands beside its parts.
//!
//! In: the keys or topics of a sum. Out: which of them is the total of another. Told by title path (`Wonen` holds
//! `Wonen > Huur`, `Totaal` what stands beside it) or by key (`alle:lasten`), and by the figures: a term that equals the
//! sum of the others for most gemeenten is their total, whatever it is called. Where a name alone could mislead, the
//! figures must agree: a total is nowhere smaller than its part.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Read, TidyCell};
use super::{Tidy, WantedOf};
use crate::base::failure::{Exit, Report};
use crate::base::located::Complaint;
use crate::gemeente::RegionId;
use crate::query::{Queries, Term, TopicId, amount};
use crate::source::snapshot::TopicMeta;

/// Words for all there is.
const TOTAL: [&str; 6] = [
    "totaal",
    "totale",
    "total",
    "alle",
    "tezamen",
    "gezamenlijk",
];
/// Gemeenten that must have a figure before figures alone say that something is a total.
const ENOUGH: usize = 3;

/// One term of a sum.
struct Addend<'a> {
    /// As it is named in messages.
    name: String,
    /// Title and key, where it is one topic of its table.
    titled: Option<Titled<'a>>,
    /// Figures in region order, where there is one.
    values: Vec<(RegionId, f64)>,
    /// What they are rounded to; 0 where they are exact.
    step: f64,
}

/// Title and key of a topic, taken apart once.
struct Titled<'a> {
    levels: Vec<(&'a str, Named)>,
    key: (&'a str, &'a str),
}

/// Refuses a topic that sums keys of a table of which one is the total of another.
pub(super) fn refuse_keys(
    (read, cells): (&Read<'_>, &[TidyCell]),
    wanted: &WantedOf,
    queries: &Queries,
) -> Result<(), Complaint> {
    let mut sums: BTreeMap<(TopicId, i32), BTreeSet<usize>> = BTreeMap::new();
    for ((key, year), of_key) in wanted {
        for wanted in of_key.iter().filter(|wanted| wanted.sum) {
            sums.entry((wanted.topic, *year)).or_default().insert(*key);
        }
    }
    sums.retain(|_, keys| keys.len() > 1);
    if sums.is_empty() {
        return Ok(());
    }
    let runs = cells.chunk_by(|a, b| (a.key, a.year) == (b.key, b.year));
    let runs: BTreeMap<(usize, i32), &[TidyCell]> = runs
        .filter_map(|run| Some(((run.first()?.key?, run.first()?.year), run)))
        .collect();
    for ((topic, year), keys) in sums {
        let addends = keys.iter().map(|key| {
            let cells = runs.get(&(*key, year)).copied().unwrap_or_default();
            let values = cells
                .iter()
                .filter_map(|cell| Some((cell.region, cell.observation.value?)));
            let meta = &read.sidecar.topics[*key];
            Addend::new(
                format!("`{}` ({})", meta.key, meta.title),
                Some(meta),
                values.collect(),
            )
        });
        if let Some(message) = doubled(&addends.collect::<Vec<_>>()) {
            let topic = &queries[topic];
            let message = format!(
                "topic `{}` counts twice in {year}: {message}, of table `{}`",
                topic.id, read.table.id
            );
            let hint = "name the parts alone or the total alone, or leave one out with `except`";
            return Err(topic.place.clone().wrong(message, hint));
        }
    }
    Ok(())
}

/// Refuses an indicator that adds up topics of which one is the total of another.
pub(super) fn refuse_sums(queries: &Queries, tidy: &Tidy) -> Result<(), Doubled> {
    let mut seen: BTreeSet<Vec<TopicId>> = BTreeSet::new();
    for indicator in &queries.indicators {
        for sum in indicator.ways.iter().flat_map(|way| way.sums()) {
            for negative in [false, true] {
                let terms = sum.terms.iter().filter(|term| term.negative == negative);
                let topics: Vec<TopicId> = terms.map(|Term { topic, .. }| *topic).collect();
                if topics.len() < 2 || !seen.insert(topics.clone()) {
                    continue;
                }
                if let Some(message) = doubled_topics(&topics, queries, tidy) {
                    return Err(Doubled {
                        place: indicator.place.clone(),
                        indicator: indicator.id.clone(),
                        message,
                    });
                }
            }
        }
    }
    Ok(())
}

fn doubled_topics(topics: &[TopicId], queries: &Queries, tidy: &Tidy) -> Option<String> {
    let years: BTreeSet<i32> = topics
        .iter()
        .flat_map(|topic| tidy.years(*topic).map(|(year, _)| year))
        .collect();
    years.into_iter().find_map(|year| {
        let message = shared_key(topics, year, queries, tidy).or_else(|| {
            let addends: Vec<Addend<'_>> = topics
                .iter()
                .map(|topic| {
                    let rows = tidy.rows(*topic, year).iter();
                    let values = rows.filter_map(|row| Some((row.region, row.observation.value?)));
                    let name = format!("`{}`", queries[*topic].id);
                    Addend::new(name, meta_of(*topic, year, tidy), values.collect())
                })
                .collect();
            doubled(&addends)
        });
        Some(format!("in {year}: {}", message?))
    })
}

/// The title and key of a topic that is one topic of its table.
fn meta_of(topic: TopicId, year: i32, tidy: &Tidy) -> Option<&TopicMeta> {
    let origin = tidy.origins.get(&(topic, year))?;
    let [key] = origin.keys.as_slice() else {
        return None;
    };
    let topics = &tidy.sidecars.get(&origin.table)?.topics;
    topics.iter().find(|meta| meta.key == *key)
}

/// Two topics that take the same key of the same table.
fn shared_key(topics: &[TopicId], year: i32, queries: &Queries, tidy: &Tidy) -> Option<String> {
    let mut taken: BTreeMap<(&str, &str), TopicId> = BTreeMap::new();
    for topic in topics {
        let Some(origin) = tidy.origins.get(&(*topic, year)) else {
            continue;
        };
        for key in &origin.keys {
            if let Some(other) = taken.insert((&origin.table, key), *topic) {
                let (first, second) = (&queries[other].id, &queries[*topic].id);
                let table = &origin.table;
                return Some(format!(
                    "`{first}` and `{second}` both count key `{key}` of table `{table}`"
                ));
            }
        }
    }
    None
}

/// What is added up twice in a sum, in words.
fn doubled(addends: &[Addend<'_>]) -> Option<String> {
    let pairs = (0..addends.len())
        .flat_map(|one| (0..addends.len()).map(move |other| (one, other)))
        .filter(|(one, other)| one != other);
    for (one, other) in pairs {
        let (total, part) = (&addends[one], &addends[other]);
        if total.is_total_of(part) {
            let (total, part) = (&total.name, &part.name);
            return Some(format!("{total} holds {part}, and both are added up"));
        }
    }
    let table = Dense::new(addends);
    (0..addends.len()).find_map(|place| {
        let parts = parts(addends, place);
        let equal = parts.into_iter().find(|parts| table.equals(place, parts))?;
        let names: Vec<&str> = equal
            .iter()
            .map(|part| addends[*part].name.as_str())
            .collect();
        let named = names[..names.len().min(3)].join(", ");
        let more = if names.len() > 3 { ", …" } else { "" };
        let total = &addends[place].name;
        Some(format!(
            "the figures of {total} are the sum of {named}{more}, and all are added up"
        ))
    })
}

/// What a term may be the total of: all others, those whose key starts with its own, and the last of these only.
fn parts(addends: &[Addend<'_>], place: usize) -> Vec<Vec<usize>> {
    let others: Vec<usize> = (0..addends.len()).filter(|other| *other != place).collect();
    let starts = |part: usize, whole: usize| addends[part].starts_with(&addends[whole]);
    let below: Vec<usize> = others
        .iter()
        .copied()
        .filter(|other| starts(*other, place))
        .collect();
    let is_last = |part: &usize| {
        !below
            .iter()
            .any(|other| other != part && starts(*other, *part))
    };
    let last: Vec<usize> = below.iter().copied().filter(is_last).collect();
    let mut all = vec![others, below, last];
    all.dedup();
    all.retain(|parts| !parts.is_empty());
    all
}

/// The figures of all terms by region; NaN where there is none.
struct Dense {
    regions: Vec<RegionId>,
    /// Term after term.
    rows: Vec<Vec<f64>>,
    /// Sum of all terms by region.
    all: Vec<f64>,
    steps: Vec<f64>,
}

impl Dense {
    fn new(addends: &[Addend<'_>]) -> Self {
        let regions = addends.iter().flat_map(|addend| &addend.values);
        let regions: BTreeSet<RegionId> = regions.map(|(region, _)| *region).collect();
        let regions: Vec<RegionId> = regions.into_iter().collect();
        let row = |addend: &Addend<'_>| {
            let mut row = vec![f64::NAN; regions.len()];
            for (region, value) in &addend.values {
                if let Ok(place) = regions.binary_search(region) {
                    row[place] = *value;
                }
            }
            row
        };
        let rows: Vec<Vec<f64>> = addends.iter().map(row).collect();
        let sum = |place: usize| {
            rows.iter()
                .map(|row| row[place])
                .filter(|of| of.is_finite())
                .sum()
        };
        Self {
            all: (0..regions.len()).map(sum).collect(),
            steps: addends.iter().map(|addend| addend.step).collect(),
            regions,
            rows,
        }
    }

    /// Whether a term equals the sum of others for most gemeenten, or for Nederland where hardly a gemeente has a figure.
    fn equals(&self, term: usize, parts: &[usize]) -> bool {
        let is_all = parts.len() + 1 == self.rows.len();
        let steps = parts.iter().map(|part| self.steps[*part]).sum::<f64>() + self.steps[term];
        let slack = steps / 2.0;
        let (mut equal, mut tested, mut national) = (0, 0, false);
        for (place, value) in self.rows[term].iter().enumerate() {
            // a figure that rounding could make says nothing
            if value.is_nan() || value.abs() <= slack * 10.0 || *value == 0.0 {
                continue;
            }
            let sum: f64 = if is_all {
                self.all[place] - value
            } else {
                let of_parts = parts.iter().map(|part| self.rows[*part][place]);
                of_parts.filter(|of| of.is_finite()).sum()
            };
            let is_equal = (value - sum).abs() <= slack + value.abs() * 1e-9;
            if self.regions[place] == RegionId::NEDERLAND {
                national = is_equal;
                continue;
            }
            tested += 1;
            equal += usize::from(is_equal);
        }
        if tested < ENOUGH {
            return national;
        }
        equal * 3 >= tested * 2
    }
}

impl<'a> Addend<'a> {
    fn new(name: String, meta: Option<&'a TopicMeta>, mut values: Vec<(RegionId, f64)>) -> Self {
        values.sort_unstable_by_key(|(region, _)| *region);
        let (scale, decimals) = meta.map_or((1.0, 0), |meta| (amount(&meta.unit).0, meta.decimals));
        let whole = |step: f64| values.iter().all(|(_, value)| value % step == 0.0);
        // CBS rounds people of small areas to fives or tens
        let step = if scale > 1.0 || decimals > 0 {
            0.1_f64.powi(i32::try_from(decimals).unwrap_or_default())
        } else {
            [10.0, 5.0]
                .into_iter()
                .find(|step| whole(*step))
                .unwrap_or_default()
        };
        Self {
            name,
            titled: meta.map(|meta| Titled {
                levels: levels(&meta.title),
                key: member(&meta.key),
            }),
            values,
            step,
        }
    }

    /// Whether its key is that of another with more behind it: `6.1:lasten` and `6:lasten`.
    fn starts_with(&self, whole: &Self) -> bool {
        let Some((own, whole)) = self.titled.as_ref().zip(whole.titled.as_ref()) else {
            return false;
        };
        let ((own, topic), (whole, of)) = (own.key, whole.key);
        topic == of && own.len() > whole.len() && own.starts_with(whole)
    }

    /// Whether it is the total of another, by name and, where that leaves room, by the figures.
    fn is_total_of(&self, part: &Self) -> bool {
        let Some((total, of)) = self.titled.as_ref().zip(part.titled.as_ref()) else {
            return false;
        };
        match by_title(&total.levels, &of.levels).max(by_key(total.key, of.key)) {
            Named::No => false,
            Named::Perhaps => self.is_nowhere_smaller(part),
            Named::Surely => true,
        }
    }

    fn is_nowhere_smaller(&self, part: &Self) -> bool {
        let both = self.values.iter().filter_map(|(region, total)| {
            let of_part = part
                .values
                .binary_search_by_key(region, |(region, _)| *region);
            Some((*total, part.values[of_part.ok()?].1))
        });
        let both: Vec<(f64, f64)> = both.collect();
        let smaller = both.iter().filter(|(total, part)| total < part).count();
        let larger = both.iter().filter(|(total, part)| total > part).count();
        larger > 0 && smaller * 50 <= both.len()
    }
}

/// Whether a name says that one is the total of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    No,
    Perhaps,
    Surely,
}

/// The levels of a title, each with whether it means all that stands beside it.
fn levels(title: &str) -> Vec<(&str, Named)> {
    let mut above = None;
    let level = |level| {
        let named = names_all(level, above);
        above = Some(level);
        (level, named)
    };
    title.split(" > ").map(level).collect()
}

fn by_title(total: &[(&str, Named)], part: &[(&str, Named)]) -> Named {
    let mut named = Named::Surely;
    let mut is_same = total.len() == part.len();
    for (place, (level, all)) in total.iter().enumerate() {
        if part.get(place).is_some_and(|(of, _)| of == level) {
            continue;
        }
        named = named.min(*all);
        is_same = false;
    }
    if is_same { Named::No } else { named }
}

/// Whether a level of a title means all that stands beside it.
fn names_all(level: &str, above: Option<&str>) -> Named {
    let words = |text: &str| -> Vec<String> {
        let text = text.to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let of_level = words(level);
    let is_total = |word: &String| TOTAL.contains(&word.as_str());
    let Some(at) = of_level.iter().position(is_total) else {
        return Named::No;
    };
    let of_above = above.map(words).unwrap_or_default();
    let mut others = of_level.iter().filter(|word| !is_total(word));
    if others.all(|word| of_above.contains(word)) {
        return Named::Surely;
    }
    // `Bedrijfsmotorvoertuigen totaal` is the total of those alone
    if at == 0 || level.contains(',') || above.is_none() {
        Named::Perhaps
    } else {
        Named::No
    }
}

/// Whether the member in a key is all of its dimension, and the topic in it the same.
fn by_key((total, of): (&str, &str), (part, topic): (&str, &str)) -> Named {
    // CBS's codes of totals: `T001161`
    let is_code =
        total.len() > 4 && total.starts_with('T') && total[1..].chars().all(|c| c.is_ascii_digit());
    let is_all = is_code || TOTAL.iter().any(|word| total.eq_ignore_ascii_case(word));
    if is_all && of == topic && total != part {
        Named::Perhaps
    } else {
        Named::No
    }
}

/// The member and the topic of a key such as `0.1:lasten`; a key without a member is a topic.
fn member(key: &str) -> (&str, &str) {
    key.rsplit_once(':').unwrap_or(("", key))
}

/// A sum of topics that counts something twice.
#[derive(Debug, thiserror::Error)]
#[error("{place}: indicator `{indicator}` counts twice {message}")]
pub struct Doubled {
    /// File and line.
    place: String,
    /// Indicator.
    indicator: String,
    /// What.
    message: String,
}

impl Report for Doubled {
    fn hint(&self) -> Option<String> {
        Some("add up the parts alone, or take the total alone".to_owned())
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_keys_say_what_is_a_total() {
        for (total, part, named) in [
            ("Wonen", "Wonen > Huur", Named::Surely),
            ("Wonen > Totaal", "Wonen > Huur > Corporatie", Named::Surely),
            (
                "Wonen > Huur > Huur totaal",
                "Wonen > Huur > Corporatie",
                Named::Surely,
            ),
            ("Totaal", "Clusters > Jeugd", Named::Surely),
            (
                "Alle taakvelden > Lasten",
                "0.1 Bestuur > Lasten",
                Named::Perhaps,
            ),
            (
                "Begroting > Lasten, alle taakvelden",
                "Begroting > Lasten 0.1",
                Named::Perhaps,
            ),
            (
                "Misdrijven, totaal > Aantal",
                "1 Diefstal > Aantal",
                Named::Perhaps,
            ),
            ("Totaal > Mannen", "Provincie > Vrouwen", Named::No),
            (
                "Wagens > Bestelwagens totaal",
                "Wagens > Motoren",
                Named::No,
            ),
            ("Wonen > Huur", "Wonen > Koop", Named::No),
            ("Wonen > Huur", "Wonen", Named::No),
            ("Wonen", "Wonen", Named::No),
        ] {
            let found = by_title(&levels(total), &levels(part));
            assert!(found == named, "{total} and {part}");
        }
        assert!(by_key(member("alle:lasten"), member("0.1:lasten")) == Named::Perhaps);
        assert!(by_key(member("T001161:Aantal_1"), member("A0416:Aantal_1")) == Named::Perhaps);
        assert!(by_key(member("alle:lasten"), member("0.1:baten")) == Named::No);
        assert!(by_key(member("0.1:lasten"), member("0.10:lasten")) == Named::No);
    }
}
