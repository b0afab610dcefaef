//! Which topics of a table are asked: the bridge between `queries/` and what a snapshot or a service holds.
//!
//! In: a table's topics with title path and unit. Out: per asked topic the keys that make it up. Fails where a title
//! path fits several topics, or a sum of keys is of several units. CBS moves the number at the end of a key between
//! releases, so title path and unit decide, and the key only breaks ties.

use crate::base::located::Complaint;
use crate::query::{Find, Level, Queries, Table, Topic, TopicId, TopicSource, title_fits};
use crate::source::snapshot::TopicMeta;

/// A topic that is asked of a table.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The topic.
    pub topic: TopicId,
    /// What it is.
    pub of: &'a Topic,
    /// The source that asks.
    pub source: &'a TopicSource,
}

/// What is asked of a table, in the order of the queries; of its wijken and buurten only what is asked per buurt.
pub fn asked_of<'a>(queries: &'a Queries, table: &'a Table) -> impl Iterator<Item = Asked<'a>> {
    let topics: Vec<TopicId> = match table.level {
        Level::Gemeente => queries.topic_ids().collect(),
        Level::Buurt => queries.topics_per_buurt().into_iter().collect(),
    };
    topics.into_iter().flat_map(move |topic| {
        let of = &queries[topic];
        of.sources
            .iter()
            .filter(move |source| queries.tables_of(source).any(|of| of.id == table.at_cbs()))
            .map(move |source| Asked { topic, of, source })
    })
}

impl Asked<'_> {
    /// The keys among the topics of a table that are meant; empty when the table lacks it.
    ///
    /// # Errors
    /// When the title path fits several topics and no key says which, or the keys of a sum are of several units. Both
    /// are named where the topic is asked, with the candidates.
    pub fn keys<'t>(&self, topics: &'t [TopicMeta]) -> Result<Vec<&'t str>, Complaint> {
        let of_unit = topics
            .iter()
            .filter(|topic| self.source.unit.fits(&topic.unit));
        let (found, hint): (Vec<&TopicMeta>, _) = match &self.source.find {
            Find::Keys { keys, except } => {
                let summed = of_unit
                    .filter(|topic| keys.iter().any(|pattern| matches(pattern, &topic.key)))
                    .filter(|topic| !except.iter().any(|pattern| matches(pattern, &topic.key)))
                    .collect::<Vec<_>>();
                let is_one = summed.windows(2).all(|pair| pair[0].unit == pair[1].unit);
                (summed, (!is_one).then_some("`unit`"))
            }
            Find::Title { path, key } => {
                let titled = of_unit.filter(|topic| title_fits(path, &topic.title));
                let found = narrowed(titled.collect(), key.as_deref());
                let is_one = found.len() < 2;
                (
                    found,
                    (!is_one).then_some("more of the title path, a unit or a `key`"),
                )
            }
        };
        let Some(hint) = hint else {
            return Ok(found.into_iter().map(|topic| topic.key.as_str()).collect());
        };
        let candidates = found
            .iter()
            .map(|topic| format!("`{}` ({}, key {})", topic.title, topic.unit, topic.key));
        let candidates: Vec<_> = candidates.take(LISTED).collect();
        let message = format!(
            "topic `{}` fits {} of `{}`",
            self.of.id,
            found.len(),
            self.source.table
        );
        let hint = format!("expected {hint}; it may be {}", candidates.join(", "));
        Err(self.of.place.clone().wrong(message, hint))
    }
}

/// Candidates that a complaint lists.
const LISTED: usize = 6;

/// Those with the key, else those with its stem, else all.
fn narrowed<'t>(found: Vec<&'t TopicMeta>, key: Option<&str>) -> Vec<&'t TopicMeta> {
    let Some(key) = key.filter(|_| found.len() > 1) else {
        return found;
    };
    let of = |fits: &dyn Fn(&str) -> bool| -> Vec<&TopicMeta> {
        found
            .iter()
            .copied()
            .filter(|topic| fits(&topic.key))
            .collect()
    };
    let (equal, alike) = (
        of(&|known| known == key),
        of(&|known| stem(known) == stem(key)),
    );
    [equal, alike]
        .into_iter()
        .find(|some| !some.is_empty())
        .unwrap_or(found)
}

/// A key without the number that moves from release to release.
pub fn stem(key: &str) -> &str {
    key.trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end_matches('_')
}

/// Whether a key fits a pattern in which `*` stands for anything.
fn matches<'k>(pattern: &str, key: &'k str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == key;
    };
    // between two stars the first place is as good as any: many stars must not take long
    let (between, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    let after = |key: &'k str, part: &str| Some(key.split_once(part)?.1);
    let rest = key.strip_prefix(first);
    let rest = rest.and_then(|rest| between.split('*').try_fold(rest, after));
    rest.is_some_and(|rest| rest.ends_with(last))
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
        assert!(matches("*.1*:*n", "0.1:lasten") && !matches("a*a", "a"));
        assert!(!matches(&"*1".repeat(40), &"1".repeat(39)));
    }

    #[test]
    fn the_stem_of_a_key_stays_when_its_number_moves() {
        assert_eq!(stem("AantalInwoners_5"), stem("AantalInwoners_12"));
        assert_ne!(stem("AfstandTotSchool_60"), stem("AfstandTotSupermarkt_60"));
    }
}
