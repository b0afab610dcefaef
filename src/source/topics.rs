//! Which topics of a table are asked: the bridge between `queries/` and what a snapshot or a service holds.
//!
//! In: a table's topics with title path and unit. Out: per asked topic the keys that make it up. CBS moves the number
//! at the end of a key between releases, so title path and unit decide, and the key only breaks ties.

use crate::query::{Find, Queries, Table, TopicId, TopicSource};
use crate::source::snapshot::TopicMeta;

/// A topic that is asked of a table.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The topic.
    pub topic: TopicId,
    /// The source that asks.
    pub source: &'a TopicSource,
}

/// What is asked of a table, in the order of the queries.
pub fn asked_of<'a>(queries: &'a Queries, table: &'a Table) -> impl Iterator<Item = Asked<'a>> {
    queries.topic_ids().flat_map(move |topic| {
        queries[topic]
            .sources
            .iter()
            .filter(move |source| queries.tables_of(source).any(|of| of.id == table.id))
            .map(move |source| Asked { topic, source })
    })
}

/// The keys among `topics` that a source means; empty when the table lacks it.
pub fn keys<'a>(source: &TopicSource, topics: &'a [TopicMeta]) -> Vec<&'a str> {
    let of_unit = topics
        .iter()
        .filter(|topic| same_text(&topic.unit, &source.unit));
    match &source.find {
        Find::Keys { keys, except } => of_unit
            .map(|topic| topic.key.as_str())
            .filter(|key| keys.iter().any(|pattern| matches(pattern, key)))
            .filter(|key| !except.iter().any(|pattern| matches(pattern, key)))
            .collect(),
        Find::Title { path, key } => {
            let mut found: Vec<&str> = of_unit
                .filter(|topic| same_text(&topic.title, path))
                .map(|topic| topic.key.as_str())
                .collect();
            if found.len() > 1 {
                let hint = key.as_deref().unwrap_or_default();
                found.sort_by_key(|key| (*key != hint, stem(key) != stem(hint)));
                found.truncate(1);
            }
            found
        }
    }
}

/// A key without the number that moves from release to release.
pub fn stem(key: &str) -> &str {
    key.trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end_matches('_')
}

/// Titles and units are the same when only white space differs.
fn same_text(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

/// Whether a key fits a pattern in which `*` stands for anything.
fn matches(pattern: &str, key: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == key,
        Some((before, after)) => key.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).any(|cut| rest.is_char_boundary(cut) && matches(after, &rest[cut..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("6.*:lasten", "6.711:lasten"));
        assert!(matches("*:lasten", "0.1:lasten"));
        assert!(!matches("6.*:lasten", "0.6:lasten"));
        assert!(!matches("1.*:lasten", "1.1:baten"));
    }

    #[test]
    fn the_stem_of_a_key_stays_when_its_number_moves() {
        assert_eq!(stem("AantalInwoners_5"), stem("AantalInwoners_12"));
        assert_ne!(stem("AfstandTotSchool_60"), stem("AfstandTotSupermarkt_60"));
    }
}
