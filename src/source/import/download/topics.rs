//! What the topics of a download are called: as the release that is used calls them, or as the queries ask them.
//!
//! In: title paths and units as StatLine prints them, the topics of the release that is used and of its sisters, and what is
//! asked. Out: a [`TopicMeta`] each. Fails where several columns fit what is asked. CBS peculiarities: a title may have a
//! `/` of its own, which StatLine's page also puts between levels; a group of topics comes or goes between editions.

use std::collections::BTreeSet;

use super::super::Error;
use super::columns::levels;
use super::{Of, wrong};
use crate::query::{ANY_LEVELS, Find, title_fits};
use crate::source::snapshot::TopicMeta;
use crate::source::topics::{self, Asked};

/// A topic as it is printed: path, and unit.
pub type Printed = (String, String);

/// The topics by the names that the rest of the project knows, in the order of the columns.
pub fn named(
    of: &Of<'_>,
    table: &str,
    known: &[TopicMeta],
    sisters: &[TopicMeta],
    printed: &[Printed],
) -> Result<Vec<TopicMeta>, Error> {
    let asked: Vec<Asked<'_>> = match of.queries.tables.get(table) {
        Some(table) => topics::asked_of(of.queries, table).collect(),
        None => Vec::new(),
    };
    let tails = tails(of, &asked, printed)?;
    let mut all: Vec<TopicMeta> = Vec::new();
    let mut keys: BTreeSet<String> = known.iter().map(|topic| topic.key.clone()).collect();
    for (place, (path, unit)) in printed.iter().enumerate() {
        let same = |topic: &&TopicMeta| {
            one_line(&topic.unit) == one_line(unit) && levels(&topic.title, path).is_some()
        };
        if let Some(topic) = known.iter().find(same) {
            all.push(topic.clone());
            continue;
        }
        let of_asked = asked.iter().find_map(|asked| {
            let wanted = path_of(asked).filter(|_| asked.source.unit.fits(unit))?;
            Some(levels(wanted, path)?.join(" > "))
        });
        let of_tail = || tails[place].clone();
        let of_sister = || {
            sisters
                .iter()
                .find(|topic| levels(&topic.title, path).is_some())
                .map(|topic| topic.title.clone())
        };
        let title = of_asked.or_else(of_tail).or_else(of_sister);
        let title = title.unwrap_or_else(|| {
            path.split('/')
                .map(str::trim)
                .collect::<Vec<_>>()
                .join(" > ")
        });
        let key = key(&title, unit, &mut keys);
        all.push(TopicMeta {
            key,
            title,
            unit: unit.clone(),
            decimals: 0,
            relative: false,
        });
    }
    Ok(all)
}

/// The title path that is asked, where it is asked by one.
fn path_of<'a>(asked: &Asked<'a>) -> Option<&'a str> {
    match &asked.source.find {
        Find::Title { path, .. } => Some(path),
        Find::Keys { .. } => None,
    }
}

/// For each column what is asked of which it has all but the leading levels, where no column has them all: as in `fetch`.
fn tails(
    of: &Of<'_>,
    asked: &[Asked<'_>],
    printed: &[Printed],
) -> Result<Vec<Option<String>>, Error> {
    let mut tails = vec![None; printed.len()];
    for asked in asked {
        let Some(wanted) = path_of(asked) else {
            continue;
        };
        let fits = |wanted: &str| -> Vec<usize> {
            let of_unit = printed
                .iter()
                .enumerate()
                .filter(|(_, (_, unit))| asked.source.unit.fits(unit));
            of_unit
                .filter(|(_, (path, _))| levels(wanted, path).is_some())
                .map(|(place, _)| place)
                .collect()
        };
        if !fits(wanted).is_empty() {
            continue;
        }
        match fits(&format!("{ANY_LEVELS} > {wanted}")).as_slice() {
            [] => {}
            [one] => {
                let is_exact = !wanted.contains(ANY_LEVELS);
                tails[*one] = is_exact.then(|| wanted.to_owned());
            }
            many => {
                let titles: Vec<String> = many
                    .iter()
                    .map(|place| format!("`{}` ({})", printed[*place].0, printed[*place].1))
                    .collect();
                let message = format!(
                    "topic `{}` may be any of {}",
                    asked.of.id,
                    titles.join(", ")
                );
                return Err(wrong(
                    of,
                    message,
                    format!("more of its title path in `queries/`: `{wanted}`"),
                ));
            }
        }
    }
    Ok(tails)
}

/// Which of the topics are asked.
pub fn asked_keys(
    of: &Of<'_>,
    table: &str,
    topics: &[TopicMeta],
) -> Result<BTreeSet<String>, Error> {
    let mut keys = BTreeSet::new();
    if let Some(table) = of.queries.tables.get(table) {
        for asked in topics::asked_of(of.queries, table) {
            let is_by_title = path_of(&asked)
                .is_some_and(|path| topics.iter().any(|topic| title_fits(path, &topic.title)));
            if is_by_title {
                keys.extend(asked.keys(topics)?.into_iter().map(str::to_owned));
            }
        }
    }
    Ok(keys)
}

/// A key made of the last level of a title, for StatLine's page does not print those of CBS; none twice.
pub fn key(title: &str, unit: &str, keys: &mut BTreeSet<String>) -> String {
    let last = title.rsplit(" > ").next().unwrap_or_default();
    let letters = last
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut stem = letters.collect::<Vec<_>>().join("-").to_lowercase();
    if unit == "%" {
        stem.push_str("-pct");
    }
    let numbered =
        std::iter::once(stem.clone()).chain((2..).map(|number| format!("{stem}-{number}")));
    for key in numbered {
        if keys.insert(key.clone()) {
            return key;
        }
    }
    stem
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
