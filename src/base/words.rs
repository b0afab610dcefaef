//! Dutch words that say a number, and words that compare: what a typed text may not say without a figure behind it.
//!
//! In: a text. Out: such words with where they start, in bytes. Cannot fail, and cannot read: it knows words and no
//! meaning, so what it finds is a question to the writer and no verdict.

use std::ops::Range;

/// The months, in order.
pub const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

/// The months in English, where they are other words.
pub const MONTHS_IN_ENGLISH: [&str; 8] = [
    "january", "february", "march", "may", "june", "july", "august", "october",
];

/// Numbers from two on; `een` is mostly an article.
const NUMBERS: [&str; 37] = [
    "twee",
    "drie",
    "vier",
    "vijf",
    "zes",
    "zeven",
    "acht",
    "negen",
    "tien",
    "elf",
    "twaalf",
    "dertien",
    "veertien",
    "vijftien",
    "zestien",
    "zeventien",
    "achttien",
    "negentien",
    "twintig",
    "dertig",
    "veertig",
    "vijftig",
    "zestig",
    "zeventig",
    "tachtig",
    "negentig",
    "honderd",
    "duizend",
    "miljoen",
    "miljard",
    "tientallen",
    "honderden",
    "duizenden",
    "miljoenen",
    "miljarden",
    "helft",
    "dozijn",
];

/// Beginnings of words for a multiple or a part.
const MULTIPLES: [&str; 10] = [
    "verdubbel",
    "verdrievoudig",
    "verviervoudig",
    "vertienvoudig",
    "halveer",
    "halver",
    "gehalveer",
    "driekwart",
    "tweederde",
    "eenderde",
];

/// Parts, behind `een`, `twee` or `drie`.
const PARTS: [&str; 8] = [
    "derde",
    "kwart",
    "vijfde",
    "zesde",
    "zevende",
    "achtste",
    "tiende",
    "honderdste",
];

/// Words that compare, or say that something went up or down.
const COMPARING: [&str; 74] = [
    "hoger",
    "hogere",
    "hoogste",
    "lager",
    "lagere",
    "laagste",
    "meer",
    "meeste",
    "minder",
    "minst",
    "minste",
    "groter",
    "grotere",
    "grootste",
    "kleiner",
    "kleinere",
    "kleinste",
    "vaker",
    "vaakst",
    "sneller",
    "snellere",
    "snelst",
    "snelste",
    "langzamer",
    "trager",
    "duurder",
    "duurdere",
    "duurste",
    "goedkoper",
    "goedkopere",
    "goedkoopste",
    "evenveel",
    "sterker",
    "sterkere",
    "sterkste",
    "zwakker",
    "zwaarder",
    "zwaardere",
    "zwaarste",
    "dichterbij",
    "langer",
    "langere",
    "korter",
    "kortere",
    "gestegen",
    "stijgt",
    "stijgen",
    "steeg",
    "stegen",
    "stijging",
    "gedaald",
    "daalt",
    "dalen",
    "daalde",
    "daalden",
    "daling",
    "gegroeid",
    "groeit",
    "groeien",
    "groeide",
    "groeiden",
    "gekrompen",
    "krimpt",
    "krimpen",
    "kromp",
    "toegenomen",
    "afgenomen",
    "toename",
    "afname",
    "neemt toe",
    "neemt af",
    "nam toe",
    "nam af",
    "gelijk gebleven",
];

/// The words of a text in small letters, with where they are.
fn words(text: &str) -> Vec<(Range<usize>, String)> {
    let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(is_of_word).map(|start| at + start) {
        let end = text[start..]
            .find(|c| !is_of_word(c))
            .map_or(text.len(), |end| start + end);
        found.push((start..end, text[start..end].to_lowercase()));
        at = end;
    }
    found
}

/// Words that say a number: `twee op de drie`, `verdubbeling`, `de helft`, `een derde`, `tientallen`, `tien`.
///
/// ```
/// use middelgroot::base::words::numbers;
/// let text = "Twee op de drie zijn tevreden, een verdubbeling; één op de vijf niet, en een kwart van de rest.";
/// let found: Vec<&str> = numbers(text).into_iter().map(|at| &text[at]).collect();
/// assert_eq!(found, ["Twee op de drie", "verdubbeling", "één op de vijf", "een kwart"]);
/// assert!(numbers("een derde partij, een van de steden").len() < 2);
/// ```
pub fn numbers(text: &str) -> Vec<Range<usize>> {
    let words = words(text);
    let is_number = |word: &str| NUMBERS.contains(&word);
    let is_one = |word: &str| matches!(word, "een" | "één" | "eén" | "1");
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut nth = 0;
    while let Some((range, word)) = words.get(nth) {
        let next = |by: usize| words.get(nth + by).map_or("", |(_, word)| word.as_str());
        let counts = is_number(word) || is_one(word);
        let length = if counts
            && matches!(next(1), "op" | "van")
            && matches!(next(2), "de" | "elke")
            && is_number(next(3))
        {
            4
        } else if counts && PARTS.contains(&next(1)) {
            2
        } else {
            usize::from(is_number(word) || MULTIPLES.iter().any(|start| word.starts_with(start)))
        };
        if length > 0 {
            found.push(range.start..words[nth + length - 1].0.end);
        }
        nth += length.max(1);
    }
    found
}

/// Words that compare: `hoger`, `minder`, `grootste`, `gestegen`. `niet meer` compares nothing.
///
/// ```
/// use middelgroot::base::words::comparisons;
/// let text = "Dat is hoger dan elders, en het neemt toe. Zij wonen er niet meer.";
/// let found: Vec<&str> = comparisons(text).into_iter().map(|at| &text[at]).collect();
/// assert_eq!(found, ["hoger", "neemt toe"]);
/// ```
pub fn comparisons(text: &str) -> Vec<Range<usize>> {
    let words = words(text);
    let mut found = Vec::new();
    for (nth, (range, word)) in words.iter().enumerate() {
        let before = nth
            .checked_sub(1)
            .map_or("", |before| words[before].1.as_str());
        let (end, two) = words
            .get(nth + 1)
            .map_or((range.end, String::new()), |(next, after)| {
                (next.end, format!("{word} {after}"))
            });
        if COMPARING.contains(&two.as_str()) {
            found.push(range.start..end);
        } else if COMPARING.contains(&word.as_str())
            && !(word == "meer" && matches!(before, "niet" | "geen" | "onder"))
        {
            found.push(range.clone());
        }
    }
    found
}
