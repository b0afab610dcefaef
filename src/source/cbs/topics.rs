//! Finding a topic by what it is called: title path and unit decide, a key only breaks ties.
//!
//! In go the topics of a table and what is asked; out comes one topic, or an error that lists the nearest. CBS
//! peculiarities: short titles repeat within a table, the number at the end of a v3 key moves from edition to edition,
//! and v3 keys are not v4 measure codes.

use std::collections::BTreeSet;

use super::description::{Topic, one_line};
use super::error::{Error, ErrorKind, Result};
use super::request::TopicRequest;
use crate::query::{ANY_LEVELS, Unit, title_fits};

/// Candidates that an error lists.
const LISTED: usize = 5;

/// The one topic that fits.
///
/// A full path beats a path of which the leading levels were left out; that beats nothing. `member` is the title of the
/// asked member, which may stand in front of the asked title.
pub(super) fn find<'a>(
    topics: &'a [Topic],
    request: &TopicRequest,
    member: Option<&str>,
) -> Result<&'a Topic> {
    let asked = one_line(&request.title);
    let bare = member
        .and_then(|title| asked.strip_prefix(&format!("{title} > ")))
        .unwrap_or(&asked);
    let fits = |level: &dyn Fn(&Topic) -> bool| -> Vec<&'a Topic> {
        topics
            .iter()
            .filter(|topic| level(topic) && request.unit.fits(&topic.unit))
            .collect()
    };
    let tail = format!("{ANY_LEVELS} > {bare}");
    let levels: [&dyn Fn(&Topic) -> bool; 3] = [
        &|topic| title_fits(&asked, &topic.path),
        &|topic| title_fits(bare, &topic.path),
        &|topic| title_fits(&tail, &topic.path),
    ];
    let found = levels
        .into_iter()
        .map(fits)
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    let named = |candidates: &[&Topic]| candidates.iter().map(|topic| shown(topic)).collect();
    match narrowed(found, request.key.as_deref()).as_slice() {
        [one] => Ok(one),
        [] => Err(Error::from(ErrorKind::NoTopic {
            nearest: named(&nearest(topics, bare, &request.unit)),
        })
        .of_topic(&asked)),
        many => Err(Error::from(ErrorKind::ManyTopics {
            candidates: named(many),
        })
        .of_topic(&asked)),
    }
}

/// Those with the key, else those with its stem, else all.
fn narrowed<'a>(found: Vec<&'a Topic>, key: Option<&str>) -> Vec<&'a Topic> {
    let Some(key) = key
        .map(|key| key.rsplit(':').next().unwrap_or(key))
        .filter(|_| found.len() > 1)
    else {
        return found;
    };
    let equal: Vec<_> = found
        .iter()
        .copied()
        .filter(|topic| topic.key == key)
        .collect();
    if !equal.is_empty() {
        return equal;
    }
    let alike: Vec<_> = found
        .iter()
        .copied()
        .filter(|topic| stem(&topic.key) == stem(key))
        .collect();
    if alike.is_empty() { found } else { alike }
}

/// A key without the number that CBS puts at its end.
fn stem(key: &str) -> &str {
    let bare = key.split_once('-').map_or(key, |(bare, _)| bare);
    match bare.rsplit_once('_') {
        Some((stem, number))
            if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            stem
        }
        _ => bare,
    }
}

fn nearest<'a>(topics: &'a [Topic], title: &str, unit: &Unit) -> Vec<&'a Topic> {
    let asked = words(title);
    let mut ranked: Vec<_> = topics
        .iter()
        .map(|topic| {
            let (here, same) = (
                words(&topic.path),
                topic.path == title || topic.path.ends_with(&format!(" > {title}")),
            );
            let shared = asked.intersection(&here).count();
            let all = asked.union(&here).count().max(1);
            (
                u8::from(!same),
                all * 1_000 / (shared * 1_000 / all + 1),
                !unit.fits(&topic.unit),
                topic,
            )
        })
        .collect();
    ranked.sort_by_key(|(same, distance, unit, _)| (*same, *distance, *unit));
    ranked
        .into_iter()
        .take(LISTED)
        .map(|(.., topic)| topic)
        .collect()
}

fn words(text: &str) -> BTreeSet<String> {
    let letters = |sign: char| !sign.is_alphanumeric();
    text.to_lowercase()
        .split(letters)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn shown(topic: &Topic) -> String {
    format!("{} `{}` ({})", topic.key, topic.path, topic.unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(key: &str, path: &str, unit: &str) -> Topic {
        Topic {
            key: key.into(),
            path: path.into(),
            unit: unit.into(),
            decimals: 0,
            presentation: String::new(),
            datatype: "Long".into(),
            default: String::new(),
        }
    }

    fn table() -> Vec<Topic> {
        vec![
            topic("Totaal_1", "Banen > Totaal", "x 1 000"),
            topic("Totaal_4", "Uren > Totaal", "mln uur"),
            topic(
                "k_0Tot15Jaar_8",
                "Bevolking > Leeftijd > 0 tot 15 jaar",
                "aantal",
            ),
            topic(
                "k_0Tot15Jaar_9",
                "Bevolking > Leeftijd > 0 tot 15 jaar",
                "%",
            ),
            topic("Appartement_48", "Prijs > Appartement", "euro"),
            topic("Appartement_56", "Gas > Appartement", "euro"),
        ]
    }

    fn found(title: &str, unit: &str, key: Option<&str>) -> Result<String> {
        let request = TopicRequest {
            title: title.into(),
            unit: unit.into(),
            key: key.map(Into::into),
            ..TopicRequest::default()
        };
        find(&table(), &request, Some("Totaal misdrijven")).map(|topic| topic.key.clone())
    }

    #[test]
    fn path_and_unit_decide() {
        assert_eq!(found("Uren > Totaal", "mln uur", None).unwrap(), "Totaal_4");
        assert_eq!(
            found("Bevolking >  Leeftijd > 0 tot 15 jaar", "%", None).unwrap(),
            "k_0Tot15Jaar_9"
        );
        assert_eq!(
            found("Totaal misdrijven > Banen > Totaal", "x 1 000", None).unwrap(),
            "Totaal_1"
        );
    }

    #[test]
    fn leading_levels_may_be_left_out_where_the_rest_is_unique() {
        assert_eq!(found("0 tot 15 jaar", "%", None).unwrap(), "k_0Tot15Jaar_9");
        assert!(matches!(
            *found("Appartement", "euro", None).unwrap_err().kind,
            ErrorKind::ManyTopics { .. }
        ));
    }

    #[test]
    fn a_key_or_its_stem_breaks_ties_and_nothing_else() {
        assert_eq!(
            found("Appartement", "euro", Some("Appartement_56")).unwrap(),
            "Appartement_56"
        );
        assert_eq!(
            found("0 tot 15 jaar", "", Some("0:k_0Tot15Jaar_8")).unwrap(),
            "k_0Tot15Jaar_8"
        );
        assert!(found("Totaal", "", Some("M000352")).is_err());
        assert!(found("Prijs > Boerderij", "euro", Some("Appartement_48")).is_err());
    }

    #[test]
    fn the_error_lists_the_nearest_first() {
        let error = found("Uren > Totaal", "uur", None).unwrap_err();
        assert!(
            error
                .hint()
                .contains("nearest: Totaal_4 `Uren > Totaal` (mln uur)"),
            "{}",
            error.hint()
        );
    }
}
