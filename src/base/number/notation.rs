//! Numbers in Dutch notation, by their unit.
//!
//! In: a value, its decimals and the unit as CBS or a query names it. Out: the text as the paper prints it. Fails where
//! rounding fails. The peculiarity it exists for: units carry scales (`x 1 000 euro`, `mln uren`), and a difference of
//! percentages is in `procentpunt`.

use super::Result;
use super::decimal::{Decimal, round, round_scaled};

/// Joins a number to its unit.
const NO_BREAK: char = '\u{a0}';

/// What sign a number carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// None: counts, ratios and everything with a unit in words.
    #[default]
    Plain,
    /// `€ 1.234`; the minus follows the euro sign.
    Euro,
    /// `12,3%`; a difference is in `procentpunt`.
    Percent,
    /// A year or a number of years: no dot in `2024`.
    Year,
}

/// How the numbers of one unit are written. The default is a plain number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notation {
    kind: Kind,
    /// Values count thousands and are printed in full.
    thousands: bool,
    /// What follows the number, perhaps nothing.
    words: String,
}

/// What to add to the bare number and its sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The unit's words: `1.234 kWh`.
    pub words: bool,
    /// A sign also when positive, and `procentpunt` for `%`.
    pub difference: bool,
    /// CBS's mark for provisional figures, directly after the number: `1.234* kWh`.
    pub provisional: bool,
}

impl Style {
    /// The number and its unit's sign alone; the default.
    pub const BARE: Self = Self {
        words: false,
        difference: false,
        provisional: false,
    };
    /// With the unit's words.
    pub const WITH_UNIT: Self = Self {
        words: true,
        ..Self::BARE
    };
    /// A signed difference with the unit's words.
    pub const DIFFERENCE: Self = Self {
        difference: true,
        ..Self::WITH_UNIT
    };
}

impl Notation {
    /// From the unit as CBS or a query names it: `aantal`, `%`, `procentpunt`, `euro per inwoner`, `x 1 000 euro`,
    /// `mln uren`, `per 1 000 inwoners`, `jaar`. `jaartal` is a year that prints no word; `ratio` and an empty unit
    /// print none either; any other text follows the number as it is.
    ///
    /// ```
    /// use middelgroot::base::number::{Kind, Notation, print_with_unit};
    /// assert_eq!(Notation::parse("%").kind(), Kind::Percent);
    /// let hours = print_with_unit(18.06, 1, &Notation::parse("mln uren"))?;
    /// assert_eq!(hours, "18,1\u{a0}miljoen uren");
    /// # Ok::<(), middelgroot::base::number::NumberError>(())
    /// ```
    pub fn parse(unit: &str) -> Self {
        let unit = unit.split_whitespace().collect::<Vec<_>>().join(" ");
        let unit = unit.replace(" 000", ".000");
        let unit = unit.replace("mln ", "miljoen ").replace("mld ", "miljard ");
        let (thousands, rest) = leading(&unit, &[("x 1.000", true), ("1.000", true)], false);
        let scales = [("miljoen", "miljoen"), ("miljard", "miljard")];
        let (scale, rest) = leading(rest, &scales, "");
        let signs = [
            ("euro", Kind::Euro),
            ("€", Kind::Euro),
            ("%", Kind::Percent),
            ("procent", Kind::Percent),
            ("jaartal", Kind::Year),
            ("aantal", Kind::Plain),
            ("ratio", Kind::Plain),
        ];
        let unsigned = if rest == "jaar" {
            Kind::Year
        } else {
            Kind::Plain
        };
        let (kind, rest) = leading(rest, &signs, unsigned);
        let words = join_words([scale].into_iter().chain(rest.split(' ')));
        Self {
            kind,
            thousands,
            words,
        }
    }

    /// What sign the numbers carry.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Rounds `value` as it will be shown: like [`round`], and where the unit counts thousands, `decimals` are those
    /// of thousands and the result is in full. Fails as [`round`] does.
    ///
    /// ```
    /// use middelgroot::base::number::Notation;
    /// let thousands = Notation::parse("x 1 000 euro");
    /// assert_eq!(thousands.round(12.34, 1)?.to_f64(), 12_300.0);
    /// # Ok::<(), middelgroot::base::number::NumberError>(())
    /// ```
    pub fn round(&self, value: f64, decimals: i8) -> Result<Decimal> {
        round(value, decimals)?.times_power_of_ten(self.power())
    }

    const fn power(&self) -> u8 {
        if self.thousands { 3 } else { 0 }
    }

    /// The text of a number that [`Self::round`] made. Zero never has a sign.
    ///
    /// ```
    /// use middelgroot::base::number::{Notation, Style};
    /// let energy = Notation::parse("kWh");
    /// let style = Style { provisional: true, ..Style::WITH_UNIT };
    /// assert_eq!(energy.text(energy.round(2810.4, 0)?, style), "2.810*\u{a0}kWh");
    /// # Ok::<(), middelgroot::base::number::NumberError>(())
    /// ```
    pub fn text(&self, number: Decimal, style: Style) -> String {
        self.write(number, "", style)
    }

    fn write(&self, number: Decimal, scale: &str, style: Style) -> String {
        let (euro, percent, point) = match (self.kind, style.difference) {
            (Kind::Euro, _) => ("€\u{a0}", "", ""),
            (Kind::Percent, false) => ("", "%", ""),
            (Kind::Percent, true) => ("", "", "procentpunt"),
            _ => ("", "", ""),
        };
        let sign = number.sign(if style.difference { "+" } else { "" });
        let digits = number.digits(self.kind != Kind::Year);
        let star = if style.provisional { "*" } else { "" };
        let mut text = format!("{euro}{sign}{digits}{percent}{star}");
        if style.words {
            let words = join_words([scale, point, &self.words]);
            if !words.is_empty() {
                text.push(NO_BREAK);
                text += &words;
            }
        }
        text
    }
}

/// The meaning of the words at the start of `text` and what follows them; where none stands there, `otherwise`.
fn leading<'a, T: Copy>(text: &'a str, meanings: &[(&str, T)], otherwise: T) -> (T, &'a str) {
    let found = meanings.iter().find_map(|&(word, meaning)| {
        let rest = text.strip_prefix(word)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| (meaning, rest.trim_start()))
    });
    found.unwrap_or((otherwise, text))
}

/// Joins with spaces, unbreakable after a number (`per 1.000 inwoners`).
fn join_words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        if text.ends_with(|last: char| last.is_ascii_digit()) {
            text.push(NO_BREAK);
        } else if !text.is_empty() {
            text.push(' ');
        }
        text += word;
    }
    text
}

/// The number with the unit's sign but without its words: `1.234`, `€ 512`, `12,3%`. Fails as [`round`] does.
///
/// ```
/// use middelgroot::base::number::{Notation, print};
/// assert_eq!(print(12.345, 1, &Notation::parse("%"))?, "12,3%");
/// assert_eq!(print(-1234.0, 0, &Notation::parse("euro per inwoner"))?, "€\u{a0}−1.234");
/// assert_eq!(print(2024.0, 0, &Notation::parse("jaartal"))?, "2024");
/// # Ok::<(), middelgroot::base::number::NumberError>(())
/// ```
pub fn print(value: f64, decimals: i8, notation: &Notation) -> Result<String> {
    Ok(notation.text(notation.round(value, decimals)?, Style::BARE))
}

/// The number with all of its unit: `1.234 kWh`, `€ 512 per inwoner`, `12,3%`. Fails as [`round`] does.
///
/// ```
/// use middelgroot::base::number::{Notation, print_with_unit};
/// let euro = Notation::parse("euro per inwoner");
/// assert_eq!(print_with_unit(512.4, 0, &euro)?, "€\u{a0}512\u{a0}per inwoner");
/// let thousands = Notation::parse("x 1 000");
/// assert_eq!(print_with_unit(64.5, 0, &thousands)?, "65.000");
/// # Ok::<(), middelgroot::base::number::NumberError>(())
/// ```
pub fn print_with_unit(value: f64, decimals: i8, notation: &Notation) -> Result<String> {
    Ok(notation.text(notation.round(value, decimals)?, Style::WITH_UNIT))
}

/// A signed difference with its unit: `+3,2 procentpunt`, `€ −12 per inwoner`; what rounds to zero has no sign.
/// Fails as [`round`] does.
///
/// ```
/// use middelgroot::base::number::{Notation, print_difference};
/// let percent = Notation::parse("%");
/// assert_eq!(print_difference(3.16, 1, &percent)?, "+3,2\u{a0}procentpunt");
/// assert_eq!(print_difference(-0.04, 1, &percent)?, "0,0\u{a0}procentpunt");
/// # Ok::<(), middelgroot::base::number::NumberError>(())
/// ```
pub fn print_difference(value: f64, decimals: i8, notation: &Notation) -> Result<String> {
    Ok(notation.text(notation.round(value, decimals)?, Style::DIFFERENCE))
}

/// For prose: from a million in `miljoen` or `miljard` with `decimals` of those (`18,1 miljoen`, `€ 1,2 miljard`),
/// below that in full without decimals. With the unit's words. Fails as [`round`] does.
///
/// ```
/// use middelgroot::base::number::{Notation, print_scaled};
/// let euro = Notation::parse("x 1 000 euro");
/// assert_eq!(print_scaled(1_234_000.0, 1, &euro)?, "€\u{a0}1,2\u{a0}miljard");
/// assert_eq!(print_scaled(812.0, 1, &euro)?, "€\u{a0}812.000");
/// # Ok::<(), middelgroot::base::number::NumberError>(())
/// ```
pub fn print_scaled(value: f64, decimals: i8, notation: &Notation) -> Result<String> {
    let power = i32::from(notation.power());
    let full = notation.round(value, 0)?;
    let millions = round_scaled(value, power - 6, decimals)?;
    let (number, scale) = if full.whole() < 1_000_000 {
        (full, "")
    } else if millions.whole() < 1_000 {
        (millions, "miljoen")
    } else {
        (round_scaled(value, power - 9, decimals)?, "miljard")
    };
    Ok(notation.write(number, scale, Style::WITH_UNIT))
}
