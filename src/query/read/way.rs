//! How an indicator is computed: what its keys mean together, and which of them do nothing.

use super::entry::WayEntry;
use super::per::Words;
use super::sums::{all_counts, counted};
use super::{idle, names};
use crate::base::located::{At, Complaint, Source};
use crate::query::{Formula, Topic, TopicKind, Way, amount};

/// What a way is read with.
pub(super) struct Ground<'a> {
    pub(super) file: &'a Source,
    /// Position of the theme.
    pub(super) theme: usize,
    pub(super) topics: &'a [Topic],
    pub(super) words: &'a Words,
}

/// The four ways to compute, by the key that says so.
const KINDS: [&str; 4] = ["count", "ratio", "distribution", "size-class"];

/// A way, when its keys make one. What stood in place is a topic by now.
pub(super) fn way(ground: &Ground<'_>, at: &At<WayEntry>) -> Result<Way, Complaint> {
    let (file, entry) = (ground.file, &**at);
    let kinds = [
        &entry.count,
        &entry.ratio,
        &entry.distribution,
        &entry.size_class,
    ];
    let mut named = KINDS
        .into_iter()
        .zip(kinds)
        .filter_map(|(kind, at)| Some((kind, at.as_ref()?)));
    let Some((kind, what)) = named.next() else {
        let hint = "expected `count`, `ratio` and `weight`, `distribution`, or `size-class`, `from` and `to`";
        return Err(file.wrong(at, "a way that is none of those known", hint));
    };
    if let Some((other, at)) = named.next() {
        let hint = "what is to be tried when the first has no figures is an `[[indicator.way]]` of its own";
        return Err(file.wrong(at, format!("`{other}` beside `{kind}`"), hint));
    }
    refuse_idle(file, entry, kind)?;
    match kind {
        "count" => quotient(ground, entry, what),
        "ratio" => mean(ground, entry, what),
        "size-class" => size_class(ground, entry, what),
        _ => Ok(Way::Distribution {
            topic: names::topic(file, what, ground.topics)?,
        }),
    }
}

/// Keys that belong to another way to compute, or to a topic in place where there is none.
fn refuse_idle(file: &Source, entry: &WayEntry, kind: &str) -> Result<(), Complaint> {
    let in_place = "a topic in place (`split`: a count), or a `[[topic]]`";
    let is = |of: &str| kind == of;
    let (per, share) = (entry.per.is_some(), entry.share_of.is_some());
    // the key, whether it does something here, and what it belongs to
    #[rustfmt::skip]
    let keys = [
        ("per", entry.per.as_ref().map(At::start), is("count"), "`count`"),
        ("denominator", entry.denominator.as_ref().map(At::start), is("count") && per, "`per`"),
        ("share-of", entry.share_of.as_ref().map(At::start), is("count"), "`count`"),
        ("of", entry.of.as_ref().map(At::start), is("count") && share, "`share-of`"),
        ("change-from", entry.change_from.as_ref().map(At::start), is("count"), "`count`"),
        ("weight", entry.weight.as_ref().map(At::start), is("ratio"), "`ratio`"),
        ("from", entry.from.as_ref().map(At::start), is("size-class"), "`size-class`"),
        ("to", entry.to.as_ref().map(At::start), is("size-class"), "`size-class`"),
        ("boundaries", entry.boundaries.as_ref().map(At::start), is("size-class"), "`size-class`"),
        // what stood in place took these away
        ("key", entry.key.as_ref().map(At::start), false, in_place),
        ("optional", entry.optional.as_ref().map(At::start), false, in_place),
        ("split", entry.split.as_ref().map(At::start), false, in_place),
        ("topic-title", entry.topic_title.as_ref().map(At::start), false, in_place),
    ];
    for (key, start, does_something, belongs) in keys {
        if let Some(start) = start.filter(|_| !does_something) {
            return Err(idle(
                file,
                start,
                key,
                &format!("`{key}` belongs to {belongs}"),
            ));
        }
    }
    let divided = [&entry.per, &entry.share_of, &entry.change_from];
    if let Some(second) = divided.into_iter().flatten().nth(1) {
        let hint = "expected one of `per`, `share-of` and `change-from`";
        return Err(file.wrong(second, "divided in two ways", hint));
    }
    Ok(())
}

/// A sum of counts, and what it is divided by.
fn quotient(ground: &Ground<'_>, entry: &WayEntry, what: &At<String>) -> Result<Way, Complaint> {
    let numerator = counted(ground.file, what, ground.topics)?;
    let (denominator, scale, minus) = if let Some(at) = &entry.per {
        let (number, words) = number_and_words(ground.file, at)?;
        if let Some(at) = &entry.denominator {
            (divides(ground, at)?, number, 0.0)
        } else {
            let per = ground.words.find(ground.file, ground.theme, (at, words))?;
            (per.count.clone(), number * per.scale, 0.0)
        }
    } else if let Some(at) = &entry.share_of {
        (divides(ground, at)?, 100.0, 0.0)
    } else if let Some(at) = &entry.change_from {
        (divides(ground, at)?, 100.0, 100.0)
    } else {
        return Ok(Way::Total { total: numerator });
    };
    Ok(Way::Quotient {
        numerator,
        denominator,
        of_nederland: entry.of.is_some(),
        scale,
        minus,
    })
}

fn mean(ground: &Ground<'_>, entry: &WayEntry, what: &At<String>) -> Result<Way, Complaint> {
    let file = ground.file;
    let topic = names::topic(file, what, ground.topics)?;
    if ground.topics[topic.place()].kind == TopicKind::Count {
        let message = format!("`{}` is a count, not a ratio", **what);
        let hint = "expected `count` with `per` or `share-of`; a count is not averaged";
        return Err(file.wrong(what, message, hint));
    }
    let Some(weight) = &entry.weight else {
        let hint =
            "expected `weight`: a topic or sum of topics that counts what the ratio is about";
        return Err(file.wrong(what, "a ratio without a weight", hint));
    };
    Ok(Way::Mean {
        ratio: topic,
        weight: counted(file, weight, ground.topics)?,
    })
}

fn size_class(ground: &Ground<'_>, entry: &WayEntry, what: &At<String>) -> Result<Way, Complaint> {
    let file = ground.file;
    let counts = counted(file, what, ground.topics)?;
    let [term] = counts.terms.as_slice() else {
        return Err(file.wrong(
            what,
            "a size is one topic",
            "expected a topic such as `inwoners`",
        ));
    };
    let (Some(from), Some(to)) = (&entry.from, &entry.to) else {
        let hint = "expected `from` and `to`, the smallest and the largest size that counts";
        return Err(file.wrong(what, "a size class without bounds", hint));
    };
    let smallest = file.bounded(from, "from", 0.0..=1e9)?;
    Ok(Way::SizeClass {
        topic: term.topic,
        from: smallest,
        to: file.bounded(to, "to", smallest..=1e9)?,
        on_edition: entry.boundaries.is_some(),
        scale: 100.0,
    })
}

/// A sum of counts that divides; it may be that of one year.
fn divides(ground: &Ground<'_>, at: &At<String>) -> Result<Formula, Complaint> {
    let formula = names::sum(ground.file, at, ground.topics)?;
    all_counts(ground.file, at, &formula, ground.topics)?;
    Ok(formula)
}

/// The number before the words of `per`, and where the words start: `1.000 inwoners` is 1000 and 6.
fn number_and_words(file: &Source, at: &At<String>) -> Result<(f64, usize), Complaint> {
    if !at.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok((1.0, 0));
    }
    let parsed = at.split_once(' ').and_then(|(number, _)| {
        let digits: String = number.split('.').collect();
        let is_grouped = number.split('.').skip(1).all(|group| group.len() == 3);
        let value: f64 = digits.parse().ok()?;
        (is_grouped && (1.0..=1e12).contains(&value)).then_some((value, number.len() + 1))
    });
    parsed.ok_or_else(|| {
        let message = format!("`per {}` starts with no number", **at);
        file.wrong(
            at,
            message,
            "expected words such as `inwoner` or `1.000 inwoners`",
        )
    })
}

/// What a sum of counts counts; nothing is a number of things.
pub(super) fn measure(
    file: &Source,
    at: &At<String>,
    topics: &[Topic],
) -> Result<String, Complaint> {
    let terms = counted(file, at, topics)?.terms;
    let named = terms.iter().map(|term| &topics[term.topic.place()]);
    let measures: Vec<&str> = named.map(measure_of).collect();
    if let Some(other) = measures.iter().find(|measure| **measure != measures[0]) {
        let [one, other] = [measures[0], other].map(|measure| match measure {
            "" => "aantal",
            measure => measure,
        });
        let message = format!("adds up `{one}` and `{other}`");
        return Err(file.wrong(at, message, "expected topics of one unit"));
    }
    Ok(measures[0].to_owned())
}

fn measure_of(topic: &Topic) -> &str {
    topic.given_unit().map_or("", |unit| amount(unit).1)
}
