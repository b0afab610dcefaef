//! The one place that rounds a number and that writes it in Dutch: exact values go in, the texts that the paper,
//! charts and tables share come out, and [`parse`] reads such a text back.
//!
//! Rounding works on the decimal digits (rule 9), since in binary 41.25 and 1.005 round the wrong way. Only a value
//! that is not finite or has too many digits fails, and a text that is no Dutch number. CBS names its units in words
//! (`x 1 000 euro`, `mln uren`, `per 1 000 inwoners`); [`Notation`] turns them into what a reader expects.

mod csv;
mod decimal;
mod notation;
mod parse;

use std::fmt;

pub use csv::{csv_number, push_csv_number};
pub use decimal::{Decimal, printed, round};
pub use notation::{Kind, Notation, Style, print, print_difference, print_scaled, print_with_unit};
pub use parse::parse;

/// Why a number cannot be rounded, written or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// The value is infinite or not a number.
    NotFinite,
    /// More digits than can be kept exactly: about 37 before and after the comma together.
    TooLarge,
    /// This text is no number in Dutch notation.
    NotANumber(String),
}

impl NumberError {
    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotFinite => "look for a division by zero; a missing value never comes here",
            Self::TooLarge => "check the value and its unit, and ask for fewer decimals",
            Self::NotANumber(_) => {
                "write it as 1.234,5 with dots for thousands and a comma for decimals"
            }
        }
    }
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite => f.write_str("the value is not a finite number"),
            Self::TooLarge => f.write_str("the number has too many digits"),
            Self::NotANumber(text) => write!(f, "`{text}` is not a number in Dutch notation"),
        }
    }
}

impl std::error::Error for NumberError {}

type Result<T> = std::result::Result<T, NumberError>;

/// A text in Dutch notation as an English reader writes it: `1.234,5` as `1,234.5`, `€ 12` as `€12`.
///
/// ```
/// use middelgroot::base::number::english;
/// assert_eq!(english("€\u{a0}1.234,5"), "€1,234.5");
/// assert_eq!(english("\u{2212}0,3\u{a0}procentpunt"), "\u{2212}0.3\u{a0}percentage points");
/// ```
pub fn english(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |place: Option<usize>| {
        place
            .and_then(|place| letters.get(place))
            .is_some_and(char::is_ascii_digit)
    };
    let swapped = letters.iter().enumerate().map(|(place, &letter)| {
        let between = is_digit(place.checked_sub(1)) && is_digit(Some(place + 1));
        match letter {
            '.' if between => ',',
            ',' if between => '.',
            other => other,
        }
    });
    let swapped: String = swapped.collect();
    let words = [
        ("€\u{a0}", "€"),
        ("procentpunt", "percentage points"),
        ("miljoen", "million"),
        ("miljard", "billion"),
    ];
    words.iter().fold(swapped, |text, (dutch, english)| {
        text.replace(dutch, english)
    })
}

/// `2020-2024`, or `2024` where both ends are the same. Ends print as they are: a year as an integer.
///
/// ```
/// use middelgroot::base::number::range;
/// assert_eq!(range(2020, 2024), "2020-2024");
/// assert_eq!(range(2024, 2024), "2024");
/// ```
pub fn range(from: impl fmt::Display, to: impl fmt::Display) -> String {
    let (from, to) = (from.to_string(), to.to_string());
    if from == to {
        from
    } else {
        format!("{from}-{to}")
    }
}

/// A count in prose: `nul` to `twaalf` as words, from 13 in digits, which cannot start a sentence.
///
/// ```
/// use middelgroot::base::number::count_in_words;
/// assert_eq!(count_in_words(12), "twaalf");
/// assert_eq!(count_in_words(1300), "1.300");
/// ```
pub fn count_in_words(count: u32) -> String {
    const WORDS: [&str; 13] = [
        "nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien",
        "elf", "twaalf",
    ];
    let word = WORDS.get(count as usize).map(ToString::to_string);
    word.unwrap_or_else(|| Decimal::from(i64::from(count)).to_string())
}

/// The text with a capital first, `IJ` as one letter.
///
/// ```
/// use middelgroot::base::number::capitalise;
/// assert_eq!(capitalise("ijssel"), "IJssel");
/// ```
pub fn capitalise(text: &str) -> String {
    let first = if text.starts_with("ij") {
        2
    } else {
        text.chars().next().map_or(0, char::len_utf8)
    };
    let (head, tail) = text.split_at(first);
    head.to_uppercase() + tail
}
/// A number of a formula: whole where it is or where it is large, else with a few decimals.
pub fn amount(value: f64) -> String {
    let decimals = if value.fract() == 0.0 || value.abs() >= 100_000.0 {
        0
    } else if value.abs() >= 100.0 {
        1
    } else {
        3
    };
    round(value, decimals).map_or_else(|_| value.to_string(), |rounded| rounded.to_string())
}
