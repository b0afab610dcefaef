//! Every word that stands for something in the open data, with what it means in English and Dutch.
//!
//! In: the words of observations and comparisons. Out: `codes.csv`, and the words that a column may hold. Cannot fail. A
//! word that two columns share has one row, so that a join with `codes.csv` never doubles a figure.

use std::collections::BTreeMap;

/// A word: as files carry it, and what it means in English and in Dutch.
pub type Code = (&'static str, &'static str, &'static str);

/// The words of one kind of column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What they tell of.
    pub of: &'static str,
    /// The words.
    pub codes: &'static [Code],
}

impl Words {
    /// The words alone.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        self.codes.iter().map(|(word, _, _)| *word)
    }
}

/// Why a gemeente has no figure.
pub const MISSING: Words = Words {
    of: "missing (of a gemeente)",
    codes: &[
        ("none", "there is a value", "er is een waarde"),
        ("absent", "the source has no cell", "de bron heeft geen cel"),
        (
            "impossible",
            "the cell cannot exist, such as a gemeente before it began",
            "de cel kan niet bestaan, zoals een gemeente voor haar begin",
        ),
        (
            "confidential",
            "withheld by CBS",
            "geheim, door CBS weggelaten",
        ),
        (
            "unknown",
            "a dot at CBS: unknown, unreliable or secret",
            "een punt bij CBS: onbekend, onbetrouwbaar of geheim",
        ),
        (
            "not-delivered",
            "the gemeente did not deliver its accounts",
            "de gemeente heeft niet aangeleverd",
        ),
        (
            "herindeling",
            "lost where boundaries changed: it cannot be converted",
            "vervallen door herindeling: niet om te rekenen",
        ),
    ],
};

/// Why a group has no value.
pub const WITHHELD: Words = Words {
    of: "missing (of a group)",
    codes: &[
        ("none", "there is a value", "er is een waarde"),
        (
            "withheld-coverage",
            "too small a share of the weight has a figure",
            "een te klein deel van het gewicht heeft een cijfer",
        ),
        (
            "withheld-incomplete",
            "a sum, and a member has no figure",
            "een som, en een lid heeft geen cijfer",
        ),
        (
            "withheld-weight",
            "a member has a figure and no weight",
            "een lid heeft een cijfer en geen gewicht",
        ),
        (
            "distribution-only",
            "it cannot be combined, such as a median: only the distribution is given",
            "niet samen te nemen, zoals een mediaan: alleen de verdeling",
        ),
        (
            "no-figures",
            "no member has a figure",
            "geen lid heeft een cijfer",
        ),
    ],
};

/// How final a figure is.
pub const STATUS: Words = Words {
    of: "status",
    codes: &[
        ("definitief", "final", "definitief"),
        (
            "unknown",
            "the source does not say how final",
            "de bron zegt niet hoe definitief",
        ),
        (
            "nader-voorlopig",
            "revised and provisional",
            "nader voorlopig",
        ),
        ("voorlopig", "provisional", "voorlopig"),
    ],
};

/// How a figure is made.
pub const METHOD: Words = Words {
    of: "method",
    codes: &[
        ("sum", "sum of the members", "som van de leden"),
        (
            "ratio-of-sums",
            "sum of numerators / sum of denominators x scale - minus",
            "som van tellers / som van noemers x scale - minus",
        ),
        (
            "share-of-national",
            "sum of numerators / the denominator of Nederland x scale - minus",
            "som van tellers / de noemer van Nederland x scale - minus",
        ),
        (
            "weighted-mean",
            "a published ratio, weighted: sum of numerators (ratio x weight) / sum of denominators (weights)",
            "een gepubliceerde verhouding, gewogen: som van tellers (verhouding x gewicht) / som van noemers (gewichten)",
        ),
        (
            "distribution-only",
            "not combined: only the distribution over members",
            "niet samengenomen: alleen de verdeling over leden",
        ),
        (
            "size-class",
            "share of Nederland in gemeenten of a size",
            "aandeel van Nederland in gemeenten van een omvang",
        ),
        (
            "published",
            "the figure of the publisher itself",
            "het cijfer van de uitgever zelf",
        ),
    ],
};

/// Which direction is favourable.
pub const DIRECTION: Words = Words {
    of: "direction",
    codes: &[
        (
            "none",
            "neither direction is favourable",
            "geen richting is gunstig",
        ),
        ("higher", "more is favourable", "hoger is gunstig"),
        ("lower", "less is favourable", "lager is gunstig"),
    ],
};

/// Where a gemeente stands against a group.
pub const POSITION: Words = Words {
    of: "vs",
    codes: &[
        ("higher", "above the group's value", "boven de groep"),
        (
            "equal",
            "both print the same, or the difference with Nederland is smaller than what the sum of all gemeenten deviates from the publisher's own figure",
            "beide drukken hetzelfde af, of het verschil met Nederland is kleiner dan wat de som van alle gemeenten van het gepubliceerde cijfer afwijkt",
        ),
        ("lower", "below the group's value", "onder de groep"),
    ],
};

/// What kind of region it is.
pub const REGION: Words = Words {
    of: "kind (of a region)",
    codes: &[
        ("land", "the Netherlands", "Nederland"),
        ("provincie", "province", "provincie"),
        ("gemeente", "municipality", "gemeente"),
    ],
};

/// What kind of group it is.
pub const GROUP: Words = Words {
    of: "kind (of a group)",
    codes: &[
        (
            "network",
            "a network, by its list of members",
            "een netwerk, volgens zijn ledenlijst",
        ),
        (
            "size-class",
            "all gemeenten of the edition's size class",
            "alle gemeenten van de omvang van de editie",
        ),
        (
            "others-of-size",
            "those of the size class outside the network whose paper it is",
            "die van deze omvang buiten het netwerk van dit stuk",
        ),
        ("nation", "all gemeenten", "alle gemeenten"),
    ],
};

/// Whether there are enough indicators to tell a type or a peer.
pub const ENOUGH: Words = Words {
    of: "missing (of a type or peer)",
    codes: &[
        ("none", "there is one", "er is er een"),
        (
            "too_few_indicators",
            "the gemeente has figures of too few indicators",
            "de gemeente heeft van te weinig indicatoren een cijfer",
        ),
    ],
};

/// The scale on which gemeenten are compared for types.
pub const SCALE: Words = Words {
    of: "scale",
    codes: &[
        ("linear", "the value itself", "de waarde zelf"),
        (
            "log",
            "the logarithm of the value",
            "de logaritme van de waarde",
        ),
    ],
};

/// What was tried of the types.
pub const TEST: Words = Words {
    of: "test",
    codes: &[
        (
            "number",
            "another number of types",
            "een ander aantal typen",
        ),
        (
            "without",
            "one indicator left out",
            "een indicator weggelaten",
        ),
    ],
};

/// A word as a cell of a workbook in Dutch has it.
pub(super) fn dutch(word: &str) -> &str {
    match word {
        "absent" => "geen cel",
        "impossible" => "bestond niet",
        "confidential" => "geheim",
        "unknown" => "onbekend",
        "not-delivered" => "niet geleverd",
        "withheld-coverage" => "te weinig cijfers",
        "withheld-incomplete" => "onvolledig",
        "withheld-weight" => "geen gewicht",
        "distribution-only" => "alleen verdeling",
        "no-figures" => "geen cijfers",
        "higher" => "hoger",
        "lower" => "lager",
        "sum" => "som",
        "ratio-of-sums" => "verhouding van sommen",
        "share-of-national" => "aandeel van Nederland",
        "weighted-mean" => "gewogen gemiddelde",
        "size-class" => "omvangklasse",
        "published" => "gepubliceerd",
        "none" => "geen",
        other => other,
    }
}

/// Every list of words.
const ALL: [Words; 11] = [
    MISSING, WITHHELD, STATUS, METHOD, DIRECTION, POSITION, REGION, GROUP, ENOUGH, SCALE, TEST,
];

/// A word of `codes.csv`, with all that it means.
pub(super) struct Entry {
    /// The word.
    pub word: &'static str,
    /// What it tells of, joined with `; `.
    pub of: String,
    /// What it means, in English and Dutch.
    pub meanings: [String; 2],
}

/// Every word once, by the word. One that tells of several things says what it means of each.
pub(super) fn entries() -> Vec<Entry> {
    let mut words: BTreeMap<&str, Vec<(&str, &Code)>> = BTreeMap::new();
    for list in &ALL {
        for code in list.codes {
            words.entry(code.0).or_default().push((list.of, code));
        }
    }
    let entry = |(word, uses): (&'static str, Vec<(&str, &Code)>)| {
        let told = |of: &str, meaning: &str| match uses.len() {
            1 => meaning.to_owned(),
            _ => format!("{of}: {meaning}"),
        };
        let all = |of: fn(&Code) -> &'static str| -> String {
            let all: Vec<String> = uses
                .iter()
                .map(|(list, code)| told(list, of(code)))
                .collect();
            all.join("; ")
        };
        let lists: Vec<&str> = uses.iter().map(|(list, _)| *list).collect();
        Entry {
            word,
            of: lists.join("; "),
            meanings: [all(|code| code.1), all(|code| code.2)],
        }
    };
    words.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::observation::{Missing, Status};

    #[test]
    fn every_word_of_an_observation_is_explained() {
        let missing: Vec<&str> = Missing::ALL.iter().map(|of| of.word()).collect();
        assert_eq!(MISSING.words().collect::<Vec<_>>(), missing);
        let status: Vec<&str> = Status::ALL.iter().map(|of| of.word()).collect();
        assert_eq!(STATUS.words().collect::<Vec<_>>(), status);
    }
}
