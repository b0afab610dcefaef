//! What a numeral is in Dutch text, and which need no fact: years, dates, numbers of pages, figures, tables, sections.
//!
//! In: a text. Out: its [`Numeral`]s, each with the words around it. A numeral is a stretch of digits with the dots,
//! commas, sign, `€` and `%` that belong to it (`1.234,5`; `€ 1.234`; `12,3%`); both ends of a range count. Digits that
//! touch letters make a name (`M50`, `80590ned`, `3a`), as do digits behind a hyphen and letters (`feit-12`).

use crate::base::words::{MONTHS, MONTHS_IN_ENGLISH};

/// One numeral or name with digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numeral<'a> {
    /// Where its digits (of a name: its letters) start in the text.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// Digits with dots and commas; of a name all of it.
    pub core: &'a str,
    /// As it is printed, with `€`, sign and `%`.
    pub printed: &'a str,
    /// Whether it is a name.
    pub is_name: bool,
    /// All text before it.
    before: &'a str,
    /// All text behind it.
    after: &'a str,
}

/// The numerals of a text.
pub fn numerals(text: &str) -> Vec<Numeral<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(char::is_numeric) {
        let numeral = around(text, from, from + at);
        from = numeral.end;
        let is_exponent = numeral.core.ends_with(is_raised)
            && !numeral.core.contains(|c: char| c.is_ascii_digit());
        if !(numeral.is_name && is_exponent) {
            found.push(numeral);
        }
    }
    found
}

/// The `²` of `m²`.
fn is_raised(letter: char) -> bool {
    matches!(letter, '²' | '³' | '¹' | '\u{2070}'..='\u{2089}')
}

fn is_joint(letter: char) -> bool {
    matches!(letter, '.' | ',' | ':')
}

/// The numeral around the digit at `at`, which starts no earlier than `floor`.
fn around(text: &str, floor: usize, at: usize) -> Numeral<'_> {
    let head = &text[floor..at];
    let mut start = floor + head.trim_end_matches(char::is_alphanumeric).len();
    let compound = text[floor..start]
        .strip_suffix('-')
        .filter(|front| front.ends_with(char::is_alphabetic));
    if let Some(front) = compound {
        let joined = front.trim_end_matches(|c: char| c.is_alphanumeric() || c == '-');
        start = floor + joined.len();
    }
    let mut end = at;
    for (place, letter) in text[at..].char_indices() {
        let next = || text[at + place + letter.len_utf8()..].chars().next();
        let joins = is_joint(letter) && next().is_some_and(char::is_numeric);
        if !letter.is_alphanumeric() && !joins {
            break;
        }
        end = at + place + letter.len_utf8();
    }
    let core = &text[start..end];
    let (mut first, mut last) = (start, end);
    let sign = text[floor..first].trim_end_matches(['\u{2212}', '+']);
    first = floor + sign.len();
    if let Some(front) = text[floor..first].trim_end().strip_suffix('€') {
        first = floor + front.len();
    }
    let tail = text[end..].trim_start_matches(['\u{a0}', ' ']);
    if tail.starts_with(['%', '‰']) {
        last = text.len() - tail.len() + tail.chars().next().map_or(0, char::len_utf8);
    }
    Numeral {
        start,
        end,
        core,
        printed: &text[first..last],
        is_name: core.contains(char::is_alphabetic),
        before: &text[..first],
        after: &text[last..],
    }
}

/// Words that a number of the paper's own parts stands behind.
const PARTS: [&str; 17] = [
    "figuur",
    "figuren",
    "tabel",
    "tabellen",
    "hoofdstuk",
    "hoofdstukken",
    "paragraaf",
    "sectie",
    "bijlage",
    "pagina",
    "pagina's",
    "bladzijde",
    "blz",
    "p",
    "pag",
    "noot",
    "voetnoot",
];

/// Ends of words for what is counted or measured, so that compounds are found too: `1950 inwoners` typed without its dot is
/// no year, nor are `2000 arbeidsmigranten`.
const COUNTED: [&str; 103] = [
    "inwoner",
    "inwoners",
    "gemeente",
    "gemeenten",
    "leden",
    "woningen",
    "huizen",
    "huishoudens",
    "personen",
    "mensen",
    "banen",
    "bedrijven",
    "vestigingen",
    "misdrijven",
    "delicten",
    "jongeren",
    "ouderen",
    "kinderen",
    "leerlingen",
    "studenten",
    "migranten",
    "vluchtelingen",
    "houders",
    "werkers",
    "nemers",
    "werklozen",
    "vrouwen",
    "mannen",
    "burgers",
    "nederlanders",
    "kiezers",
    "stemmen",
    "zetels",
    "panelen",
    "installaties",
    "palen",
    "auto's",
    "auto’s",
    "fietsen",
    "voertuigen",
    "aansluitingen",
    "sensoren",
    "bomen",
    "scholen",
    "winkels",
    "wijken",
    "buurten",
    "dorpen",
    "kernen",
    "steden",
    "straten",
    "plaatsen",
    "locaties",
    "plekken",
    "zaken",
    "gevallen",
    "incidenten",
    "meldingen",
    "aangiften",
    "aanvragen",
    "klanten",
    "cliënten",
    "uitkeringen",
    "kosten",
    "lasten",
    "baten",
    "punten",
    "eenheden",
    "gebieden",
    "projecten",
    "proeven",
    "experimenten",
    "keer",
    "maal",
    "stuks",
    "fte",
    "uur",
    "uren",
    "dagen",
    "maanden",
    "procent",
    "procentpunt",
    "miljoen",
    "miljard",
    "duizend",
    "euro",
    "euro's",
    "euro’s",
    "gulden",
    "hectare",
    "hectaren",
    "ha",
    "meter",
    "km",
    "km²",
    "m²",
    "m³",
    "liter",
    "kilo",
    "ton",
    "kwh",
    "kwp",
    "watt",
];

/// Words directly behind which a number of four digits is a year.
const BEFORE_YEAR: [&str; 31] = [
    "in",
    "sinds",
    "vanaf",
    "tot",
    "van",
    "uit",
    "over",
    "jaar",
    "jaren",
    "eind",
    "begin",
    "medio",
    "ultimo",
    "voorjaar",
    "najaar",
    "zomer",
    "herfst",
    "winter",
    "lente",
    "voor",
    "vóór",
    "na",
    "rond",
    "tussen",
    "editie",
    "kwartaal",
    "t/m",
    "per",
    "naar",
    "begroting",
    "jaarrekening",
];

/// Words that say that a number is about so large.
const ABOUT: [&str; 14] = [
    "ruim",
    "bijna",
    "circa",
    "ca",
    "ongeveer",
    "zo'n",
    "zo’n",
    "zeker",
    "minstens",
    "hooguit",
    "slechts",
    "krap",
    "meer dan",
    "minder dan",
];

/// Words that look like a plural and count nothing.
const NO_PLURAL: [&str; 40] = [
    "waren",
    "hadden",
    "kwamen",
    "gingen",
    "hebben",
    "kregen",
    "stegen",
    "bleven",
    "lagen",
    "namen",
    "zaten",
    "vielen",
    "liepen",
    "gaven",
    "zagen",
    "wonen",
    "tegen",
    "tussen",
    "boven",
    "binnen",
    "buiten",
    "alleen",
    "samen",
    "steeds",
    "reeds",
    "sinds",
    "soms",
    "vervolgens",
    "nergens",
    "volgens",
    "tijdens",
    "telkens",
    "eens",
    "toen",
    "geen",
    "begonnen",
    "stonden",
    "mogen",
    "kunnen",
    "zullen",
];

impl Numeral<'_> {
    /// The word directly behind it, with nothing but space between; empty where there is none.
    fn word_behind(&self) -> &str {
        let rest = self.after.trim_start();
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
            .unwrap_or(rest.len());
        if rest.len() == self.after.len() {
            ""
        } else {
            &rest[..end]
        }
    }

    /// Whether what stands around it says that it counts or measures something.
    fn is_count(&self) -> bool {
        let (word, before) = (self.word_behind().to_lowercase(), self.word_before());
        if COUNTED
            .iter()
            .any(|end| word == *end || end.len() > 4 && word.ends_with(end))
        {
            return true;
        }
        if !self.word_behind().starts_with(char::is_lowercase) {
            return false;
        }
        let head = self.before.trim_end().to_lowercase();
        if ABOUT.iter().any(|about| {
            let front = head.strip_suffix(about);
            front.is_some_and(|front| !front.ends_with(char::is_alphanumeric))
        }) {
            return true;
        }
        let of_year = BEFORE_YEAR.contains(&before.as_str())
            || MONTHS.contains(&before.as_str())
            || before.ends_with(|c: char| c.is_ascii_digit())
            || before.is_empty()
            || matches!(before.as_str(), "en" | "of");
        // `daalden` and `schatten` are verbs; the nouns that end so are listed
        let is_verb = word.ends_with("den") || word.ends_with("ten");
        let plural = word.len() > 3 && (word.ends_with("en") || word.ends_with('s'));
        !of_year && plural && !is_verb && !NO_PLURAL.contains(&word.as_str())
    }

    fn word_after(&self) -> String {
        let word = self.after.split_whitespace().next();
        word.unwrap_or_default()
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase()
    }

    fn word_before(&self) -> String {
        let word = self.before.split_whitespace().next_back();
        word.unwrap_or_default()
            .trim_matches(|c: char| !c.is_alphanumeric() && c != '\'')
            .to_lowercase()
    }

    fn is_bare(&self) -> bool {
        self.printed.len() == self.core.len()
            && !self.core.is_empty()
            && self.core.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Its whole number, when it is nothing but one.
    pub fn whole(&self) -> Option<usize> {
        self.is_bare().then(|| self.core.parse().ok()).flatten()
    }

    /// Whether it is a year, as `2024`, `2020-2024`, `editie-2026` or the decade `'90`; what counts something is none.
    pub fn is_year(&self) -> bool {
        let front = self.before.trim_end_matches(['\'', '’', '‘']);
        let shortened = front.len() < self.before.len() && !front.ends_with(char::is_alphanumeric);
        let decade = self.core.ends_with('0') && self.word_before() == "jaren";
        if self.is_bare() && self.core.len() == 2 && (shortened || decade) {
            return true;
        }
        let digits = self.core.rsplit('-').next().unwrap_or_default();
        let bare = self.is_name || self.is_bare();
        let plausible = digits.len() == 4
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits.starts_with("19") || digits.starts_with("20"));
        bare && plausible && (self.is_name || !self.is_count())
    }

    /// Whether it is part of a date: `1 januari`, `2026-01-01`, `1-1-2026`.
    pub fn is_date(&self) -> bool {
        let Some(number) = self.whole() else {
            return false;
        };
        let day = (1..=31).contains(&number) && self.core.len() <= 2;
        if day && MONTHS.contains(&self.word_after().as_str()) {
            return true;
        }
        let joined = |c: char| c.is_ascii_digit() || c == '-';
        let head = self.before.trim_end_matches(joined).len();
        let tail = self.after.trim_start_matches(joined);
        let tail = &self.after[..self.after.len() - tail.len()];
        let whole = [&self.before[head..], self.core, tail].concat();
        let lengths: Vec<usize> = whole.split('-').map(str::len).collect();
        let shape = matches!(lengths[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4] | [4, 2]);
        shape && (day || self.core.len() == 4)
    }

    /// Whether a month stands before it, as in `september 2020`.
    pub fn is_of_month(&self) -> bool {
        let before = self.word_before();
        MONTHS.contains(&before.as_str()) || MONTHS_IN_ENGLISH.contains(&before.as_str())
    }

    /// Whether it is the number of a part of the paper: `figuur 3`, `paragraaf 2.1`, `pagina 12`.
    pub fn is_part(&self, pages: usize) -> bool {
        let before = self.word_before();
        self.is_section() && PARTS.contains(&before.as_str()) && {
            let is_page = before.starts_with("pag") || before.starts_with("bl") || before == "p";
            !is_page || self.whole().is_some_and(|page| page <= pages)
        }
    }

    /// Whether it has the form of a section's number: `3`, `2.1`.
    pub fn is_section(&self) -> bool {
        !self.is_name
            && self.printed.len() == self.core.len()
            && self.core.split('.').all(|part| {
                (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
            })
    }
}

/// A text for comparison: without white space, hyphens and marks of hyphenation, in lower case; and for each byte where
/// it stood.
pub fn squeeze(text: &str) -> (String, Vec<usize>) {
    let mut squeezed = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    for (place, letter) in text.char_indices() {
        // most are plain
        if letter.is_ascii_alphanumeric() {
            squeezed.push(letter.to_ascii_lowercase());
            places.push(place);
            continue;
        }
        // an apostrophe is one, however it is set
        let letter = if matches!(letter, '\u{2018}' | '\u{2019}') {
            '\''
        } else {
            letter
        };
        let mark = matches!(
            letter,
            '-' | '\u{ad}' | '\u{2010}' | '\u{2011}' | '\u{200b}' | '\u{2060}' | '\u{feff}'
        );
        if letter.is_whitespace() || mark {
            continue;
        }
        for lower in letter.to_lowercase() {
            squeezed.push(lower);
        }
        places.resize(squeezed.len(), place);
    }
    (squeezed, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Vec<&str> {
        numerals(text).iter().map(|found| found.printed).collect()
    }

    #[test]
    fn a_numeral_has_its_dots_commas_and_signs() {
        let text = "van 1.234,5 en €\u{a0}1.234, 12,3% of −3; € −4 en 5 %.";
        let expected = ["1.234,5", "€\u{a0}1.234", "12,3%", "−3", "€ −4", "5 %"];
        assert_eq!(printed(text), expected);
        assert_eq!(
            printed("30.000-80.000 (2020-2024)"),
            ["30.000", "80.000", "2020", "2024"]
        );
    }

    #[test]
    fn digits_that_touch_letters_make_a_name() {
        let text = "M50, G4 en P10: tabel 80590ned, feit-12, 3a, GM0203, M50-gemeenten";
        let names: Vec<_> = numerals(text)
            .into_iter()
            .filter(|found| found.is_name)
            .map(|found| found.core)
            .collect();
        let expected = [
            "M50", "G4", "P10", "80590ned", "feit-12", "3a", "GM0203", "M50",
        ];
        assert_eq!(names, expected);
        assert!(printed("1.200 m³ en m²").len() == 1);
    }

    #[test]
    fn years_and_dates_are_told_from_counts() {
        let years = |text: &str| numerals(text).iter().all(|n| n.is_year() || n.is_date());
        for text in [
            "in 2024",
            "2020-2024",
            "op 1 januari 2026",
            "2026-01-01",
            "1-1-2026",
            "de 2019-lijst",
            "31 december",
            "2026-07",
            "in 2019 kwamen er mensen bij",
            "sinds 2020 (zie onder) is dat zo",
            "op 24 maart 2022 ging Weesp over",
            "cijfers van 2019, 2020 en 2021 tellen anders",
            "de circulaire 2024 daalden de bedragen",
            "de jaren '90 en de jaren ’80",
        ] {
            assert!(years(text), "{text}");
        }
        for text in [
            "1950 inwoners",
            "ruim 2000 arbeidsmigranten",
            "op 1950 zonnepanelen na",
            "het gaat om 1998 hectare",
            "in 2000 woningen",
            "er zijn 2010 lantaarns",
            "bijna 2000 ervan",
            "in 1990 euro's",
            "€ 2000",
            "2024%",
            "2.024",
            "32 januari",
            "12 mensen",
            "3024",
            "1-2-3",
            "2000,5",
        ] {
            assert!(!years(text), "{text}");
        }
    }

    #[test]
    fn parts_of_the_paper_have_numbers() {
        let part = |text: &str| numerals(text).iter().all(|n| n.is_part(30));
        assert!(part("zie figuur 3, paragraaf 2.1 en (pagina 12)"));
        assert!(!part("pagina 31"));
        assert!(!part("figuur 3,5"));
        assert!(!part("ruim 3"));
    }
}
