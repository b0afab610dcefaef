//! The name of a type: what sets it apart, in the words of `queries/types.toml`.
//!
//! A type is named after the marks of which its mean deviates most, by `stands-out` standard deviations at least, one of
//! each aspect and in the order of the file. Some marks have no words: what they say of a gemeente is no name for it. A word must be true of the plain mean as well: where that lies on the other side of the
//! mean of all than the standardised one, or on it, the mark says nothing. Names that would be the same get a word more
//! each, as long as there is one; what still is the same gets its number.

use super::{Scale, Trait, Type};
use crate::query::TypesAsked;

/// Types with their names, of their traits.
pub(super) fn named(asked: &TypesAsked, marks: &[Scale], types: Vec<Vec<Trait>>) -> Vec<Type> {
    let telling: Vec<Vec<usize>> = types
        .iter()
        .map(|traits| telling(asked, marks, traits))
        .collect();
    let mut words: Vec<usize> = telling
        .iter()
        .map(|marks| marks.len().min(asked.words))
        .collect();
    let name = |nth: usize, words: usize| {
        let mut chosen: Vec<usize> = telling[nth].iter().copied().take(words).collect();
        chosen.sort_unstable();
        let chosen = chosen.into_iter();
        let chosen = chosen.filter_map(|place| word(asked, &marks[place], &types[nth][place]));
        joined(&chosen.collect::<Vec<_>>(), &asked.average)
    };
    let mut names: Vec<String> = Vec::new();
    // each round gives a word more to some type, so it ends
    for _ in 0..=marks.len() * types.len() {
        names = words
            .iter()
            .enumerate()
            .map(|(nth, of)| name(nth, *of))
            .collect();
        let longer: Vec<usize> = (0..names.len())
            .filter(|nth| is_twice(&names, *nth) && words[*nth] < telling[*nth].len())
            .collect();
        if longer.is_empty() {
            break;
        }
        for nth in longer {
            words[nth] += 1;
        }
    }
    let twice: Vec<bool> = (0..names.len()).map(|nth| is_twice(&names, nth)).collect();
    let all = types.into_iter().zip(telling).zip(words).zip(names);
    all.enumerate()
        .map(|(nth, (((traits, telling), words), name))| Type {
            name: if twice[nth] {
                format!("{name} ({})", nth + 1)
            } else {
                name
            },
            n: 0,
            traits,
            named_after: telling.into_iter().take(words).collect(),
        })
        .collect()
}

fn is_twice(names: &[String], nth: usize) -> bool {
    names.iter().filter(|name| **name == names[nth]).count() > 1
}

/// The places of the marks that set a type apart, most telling first.
fn telling(asked: &TypesAsked, marks: &[Scale], traits: &[Trait]) -> Vec<usize> {
    let is_true = |place: usize| {
        let (of, scale) = (&traits[place], &marks[place]);
        let has_words = asked.marks[scale.place].words.is_some();
        let side = of.average.map_or(0.0, |average| average - scale.average);
        has_words && of.standardised.abs() >= asked.stands_out && side * of.standardised > 0.0
    };
    let mut places: Vec<usize> = (0..marks.len()).filter(|place| is_true(*place)).collect();
    let size = |place: &usize| traits[*place].standardised.abs();
    // of equal ones the first in the file
    places.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let mut aspects: Vec<&str> = Vec::new();
    places.retain(|place| {
        let aspect = asked.marks[marks[*place].place].aspect.as_str();
        let is_new = !aspects.contains(&aspect);
        aspects.push(aspect);
        is_new
    });
    places
}

fn word<'a>(asked: &'a TypesAsked, scale: &Scale, of: &Trait) -> Option<&'a str> {
    let (high, low) = asked.marks[scale.place].words.as_ref()?;
    Some(if of.standardised > 0.0 { high } else { low })
}

/// `Landelijk, veel ouderen en weinig huurwoningen`.
fn joined(words: &[&str], average: &str) -> String {
    let text = match words {
        [] => average.to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} en {last}", first.join(", ")),
    };
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
