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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{IndicatorId, Mark, Queries};

    fn id() -> IndicatorId {
        let queries = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/made/queries");
        let queries = Queries::read(std::path::Path::new(queries)).unwrap();
        queries.indicator_ids().next().unwrap()
    }

    /// Marks of two aspects: the first two of one, the third without words.
    fn asked(indicator: IndicatorId) -> TypesAsked {
        let mark = |aspect: &str, words: Option<(&str, &str)>| Mark {
            indicator,
            aspect: aspect.to_owned(),
            log: false,
            words: words.map(|(high, low)| (high.to_owned(), low.to_owned())),
            behind: String::new(),
        };
        TypesAsked {
            number: (2, 4),
            smallest: 0.0,
            firm: 0.0,
            known: 0.0,
            fewest_marks: 2,
            stands_out: 0.5,
            words: 1,
            average: "doorsnee".to_owned(),
            marks: vec![
                mark("huis", Some(("duur", "goedkoop"))),
                mark("huis", Some(("groot", "klein"))),
                mark("leed", None),
                mark("plek", Some(("stad", "dorp"))),
            ],
        }
    }

    /// The names of types with these standardised means; the plain means lie on the side of the second numbers.
    fn names(types: &[[(f64, f64); 4]]) -> Vec<String> {
        let indicator = id();
        let scale = |place: usize| Scale {
            place,
            indicator,
            year: 2024,
            log: false,
            n: 9,
            average: 5.0,
            mean: 5.0,
            deviation: 1.0,
        };
        let marks: Vec<Scale> = (0..4).map(scale).collect();
        let traits = |of: &[(f64, f64); 4]| {
            let of = of.iter().map(|(standardised, side)| Trait {
                n: 3,
                average: Some(5.0 + side),
                standardised: *standardised,
            });
            of.collect()
        };
        let named = named(
            &asked(indicator),
            &marks,
            types.iter().map(traits).collect(),
        );
        named.into_iter().map(|of| of.name).collect()
    }

    #[test]
    fn names_say_what_deviates_most_and_differ() {
        let plain = |of: [f64; 4]| of.map(|z| (z, z));
        // one word; the third has none; nothing stands out
        let found = names(&[
            plain([0.4, 0.9, 3.0, -0.6]),
            plain([-1.0, 0.9, 0.0, 0.0]),
            plain([0.4, 0.0, 9.0, -0.4]),
        ]);
        assert_eq!(found, ["Groot", "Goedkoop", "Doorsnee"]);
        // two that would be called the same get another word, in the order of the file and of another aspect
        let found = names(&[
            plain([0.7, 0.6, 0.0, 2.0]),
            plain([0.1, 0.0, 0.0, 2.0]),
            plain([-0.6, 0.9, 0.0, 2.0]),
        ]);
        assert_eq!(found, ["Duur en stad", "Stad", "Groot en stad"]);
        // what cannot be told apart by words is numbered
        let found = names(&[plain([0.0; 4]), plain([1.0; 4]), plain([0.1; 4])]);
        assert_eq!(found, ["Doorsnee (1)", "Duur", "Doorsnee (3)"]);
    }

    #[test]
    fn a_word_that_is_not_true_of_the_plain_mean_is_not_said() {
        let found = names(&[[(2.0, -0.1), (0.0, 0.0), (0.0, 0.0), (-0.8, -1.0)]]);
        assert_eq!(found, ["Dorp"]);
    }
}
