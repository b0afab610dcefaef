//! What all gemeenten tell, as one log: both sides of each change brought together.
//!
//! In: what each gemeente tells. Out: the changes by date, and what there is to say of those that only one side tells, or
//! both tell differently. Nothing fails. CBS peculiarity: it mends one side and forgets the other, and what goes abroad has
//! no other side.

use std::collections::BTreeMap;

use super::text::{Amounts, EVER, Told, Way};
use crate::gemeente::{RegionId, is_no_gemeente};

/// A change between two gemeenten.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// `opheffing`, `naamswijziging` or `grenswijziging`.
    pub kind: &'static str,
    /// What moved, as the giver tells it, else the receiver.
    pub amounts: Amounts,
}

/// Changes by date, giver and receiver.
pub type Log = BTreeMap<(String, RegionId, RegionId), Change>;

/// The changes, and notes on those since a date of which the two sides do not agree.
pub fn log(told: &BTreeMap<RegionId, &Told>, since: &str) -> (Log, Vec<String>) {
    let mut sides: BTreeMap<_, [Option<(Way, &Amounts)>; 2]> = BTreeMap::new();
    let mut notes = Vec::new();
    for (region, told) in told {
        // a merger that keeps a name counts the gemeente itself
        for side in told.sides.iter().filter(|side| side.other != *region) {
            let (from, to) = if side.gave {
                (*region, side.other)
            } else {
                (side.other, *region)
            };
            let both = sides.entry((side.date.clone(), from, to)).or_default();
            let is_again = both[usize::from(side.gave)]
                .replace((side.way, &side.amounts))
                .is_some();
            if is_again && side.date.as_str() >= since {
                notes.push(format!(
                    "{region} tells twice that {from} gave to {to} on {}",
                    side.date
                ));
            }
        }
    }
    let mut log = Log::new();
    for ((date, from, to), [received, given]) in sides {
        let told_of = [given, received].into_iter().flatten().collect::<Vec<_>>();
        let is = |way| told_of.iter().any(|(of, _)| *of == way);
        let ends_then = told
            .get(&from)
            .is_some_and(|told| told.ends.contains(&date));
        let kind = if is(Way::Naamswijziging) {
            "naamswijziging"
        } else if is(Way::Opgeheven) || ends_then {
            "opheffing"
        } else {
            "grenswijziging"
        };
        let Some((_, amounts)) = told_of.first() else {
            continue;
        };
        let is_abroad = [from, to].iter().any(|of| is_no_gemeente(&of.to_string()));
        if date.as_str() >= since && !is_abroad {
            notes.extend(disagree(&date, (from, to), given, received));
        }
        log.insert(
            (date, from, to),
            Change {
                kind,
                amounts: (*amounts).clone(),
            },
        );
    }
    (log, notes)
}

/// What there is to say of a change of which one side is not told, or is told differently.
fn disagree(
    date: &str,
    (from, to): (RegionId, RegionId),
    given: Option<(Way, &Amounts)>,
    received: Option<(Way, &Amounts)>,
) -> Option<String> {
    let change = format!("{from} gave to {to} on {date}");
    match (given, received) {
        (Some((_, given)), Some((_, received))) if given != received => Some(format!(
            "{change}: {from} tells of {}, {to} of {}; the first counts",
            in_words(given),
            in_words(received)
        )),
        (Some(_), None) => Some(format!("{change}: only {from} tells so")),
        (None, Some(_)) => Some(format!("{change}: only {to} tells so")),
        _ => None,
    }
}

fn in_words(amounts: &Amounts) -> String {
    let count = |count: Option<u32>| {
        count.map_or_else(|| "no number of".to_owned(), |count| count.to_string())
    };
    format!(
        "{} inhabitants and {} dwellings",
        count(amounts.inhabitants),
        count(amounts.dwellings)
    )
}

/// First and last day of a gemeente, as its own text has them; the last is none where it goes on. What does not agree is
/// told.
pub fn life(region: RegionId, told: &Told) -> (String, Option<String>, Option<String>) {
    let first = |dates: &std::collections::BTreeSet<String>| dates.first().cloned();
    let begin = first(&told.made).or_else(|| first(&told.begins));
    let all: Vec<&str> = told
        .made
        .iter()
        .chain(&told.begins)
        .map(String::as_str)
        .collect();
    let strange = if all.iter().any(|date| **date != *all[0]) {
        Some(format!("{region} begins on {}", all.join(" and on ")))
    } else if told.ends.len() > 1 {
        let ends: Vec<&str> = told.ends.iter().map(String::as_str).collect();
        Some(format!("{region} ends on {}", ends.join(" and on ")))
    } else {
        None
    };
    (
        begin.unwrap_or_else(|| EVER.to_owned()),
        told.ends.last().cloned(),
        strange,
    )
}
