//! The one place that rounds a number and that writes it in Dutch: exact values go in, the texts that the paper,
//! charts and tables share come out, and [`parse`] reads such a text back.
//!
//! Rounding works on the decimal digits (rule 9), since in binary 41.25 and 1.005 round the wrong way. Only a value
//! that is not finite or has too many digits fails, and a text that is no Dutch number. CBS names its units in words
//! (`x 1 000 euro`, `mln uren`, `per 1 000 inwoners`); [`Notation`] turns them into what a reader expects.

use std::cmp::Ordering;
use std::fmt;
use std::io::Write as _;

/// Joins a number to its unit.
const NO_BREAK: char = '\u{a0}';
/// 10³⁸ is the largest power of ten in an `i128`.
const MAX_PLACES: u8 = 38;

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

/// A rounded number, exact: `units / 10^places`. Compares by value (1,50 equals 1,5); displays as Dutch text with its
/// decimals, `−1.234,50`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    units: i128,
    places: u8,
}

impl Decimal {
    fn new(units: Option<i128>, places: usize) -> Result<Self> {
        match (units, u8::try_from(places)) {
            (Some(units), Ok(places)) if places <= MAX_PLACES => Ok(Self { units, places }),
            _ => Err(NumberError::TooLarge),
        }
    }

    /// Digits after the comma.
    pub const fn places(self) -> u8 {
        self.places
    }

    /// The nearest `f64`.
    pub fn to_f64(self) -> f64 {
        // Through text, because dividing would round twice; such a text always parses.
        format!("{}e-{}", self.units, self.places)
            .parse()
            .unwrap_or(f64::NAN)
    }

    /// Ten to the power of `places`, which never exceeds `MAX_PLACES`.
    fn unit(self) -> i128 {
        10_i128.pow(u32::from(self.places))
    }

    /// What stands before the comma, without sign.
    fn whole(self) -> i128 {
        (self.units / self.unit()).abs()
    }

    fn times_power_of_ten(self, power: u8) -> Result<Self> {
        let moved = power.min(self.places);
        let units = shift(self.units, i32::from(power - moved));
        Self::new(units, usize::from(self.places - moved))
    }

    /// Minus, nothing for zero, or `plus`.
    fn sign(self, plus: &'static str) -> &'static str {
        match self.units {
            ..0 => "\u{2212}",
            0 => "",
            1.. => plus,
        }
    }

    /// The digits without sign, with dots between thousands where asked.
    fn digits(self, grouped: bool) -> String {
        let places = usize::from(self.places);
        let digits = format!("{:01$}", self.units.unsigned_abs(), places + 1);
        let whole = digits.len() - places;
        let mut text = String::with_capacity(2 * digits.len());
        for (at, digit) in digits.char_indices() {
            if at == whole {
                text.push(',');
            } else if grouped && at > 0 && at < whole && (whole - at).is_multiple_of(3) {
                text.push('.');
            }
            text.push(digit);
        }
        text
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self {
            units: value.into(),
            places: 0,
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        // Whole part, then the fraction in the finer of both units: neither can overflow.
        let finest = self.unit().max(other.unit());
        let key = |number: &Self| {
            let unit = number.unit();
            let fraction = number.units.rem_euclid(unit) * (finest / unit);
            (number.units.div_euclid(unit), fraction)
        };
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}{}", self.sign(""), self.digits(true)))
    }
}

/// Rounds once, half away from zero, from the shortest decimal that round-trips `value`. Negative `decimals` round to
/// tens, hundreds, thousands. Fails when `value` is not finite or has too many digits.
pub fn round(value: f64, decimals: i8) -> Result<Decimal> {
    round_scaled(value, 0, decimals)
}

/// Rounds `value × 10^power`.
fn round_scaled(value: f64, power: i32, decimals: i8) -> Result<Decimal> {
    let (digits, exponent) = shortest(value).ok_or(NumberError::NotFinite)?;
    let decimals = i32::from(decimals);
    let rounded = shift(digits, exponent + power + decimals);
    let filled = rounded.and_then(|units| shift(units, -decimals.min(0)));
    Decimal::new(filled, usize::try_from(decimals).unwrap_or(0))
}

/// The shortest decimal that round-trips, as whole digits and a power of ten; `None` unless finite.
fn shortest(value: f64) -> Option<(i128, i32)> {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let places = mantissa.split_once('.').map_or(0, |(_, tail)| tail.len());
    let digits = mantissa.replace('.', "").parse().ok()?;
    let exponent: i32 = exponent.parse().ok()?;
    Some((digits, exponent - i32::try_from(places).ok()?))
}

/// `units × 10^by`, half away from zero where digits go; `None` where it does not fit.
fn shift(units: i128, by: i32) -> Option<i128> {
    match 10_i128.checked_pow(by.unsigned_abs()) {
        Some(power) if by >= 0 => units.checked_mul(power),
        Some(power) => {
            let rest = (units % power).abs();
            let away = i128::from(rest >= power - rest) * units.signum();
            Some(units / power + away)
        }
        None => (by < 0 || units == 0).then_some(0),
    }
}

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
    pub fn round(&self, value: f64, decimals: i8) -> Result<Decimal> {
        round(value, decimals)?.times_power_of_ten(self.power())
    }

    const fn power(&self) -> u8 {
        if self.thousands { 3 } else { 0 }
    }

    /// The text of a number that [`Self::round`] made. Zero never has a sign.
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
pub fn print(value: f64, decimals: i8, notation: &Notation) -> Result<String> {
    Ok(notation.text(notation.round(value, decimals)?, Style::BARE))
}

/// The number with all of its unit: `1.234 kWh`, `€ 512 per inwoner`, `12,3%`. Fails as [`round`] does.
pub fn print_with_unit(value: f64, decimals: i8, notation: &Notation) -> Result<String> {
    Ok(notation.text(notation.round(value, decimals)?, Style::WITH_UNIT))
}

/// A signed difference with its unit: `+3,2 procentpunt`, `€ −12 per inwoner`; what rounds to zero has no sign.
/// Fails as [`round`] does.
pub fn print_difference(value: f64, decimals: i8, notation: &Notation) -> Result<String> {
    Ok(notation.text(notation.round(value, decimals)?, Style::DIFFERENCE))
}

/// For prose: from a million in `miljoen` or `miljard` with `decimals` of those (`18,1 miljoen`, `€ 1,2 miljard`),
/// below that in full without decimals. With the unit's words. Fails as [`round`] does.
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

/// `2020-2024`, or `2024` where both ends are the same. Ends print as they are: a year as an integer.
pub fn range(from: impl fmt::Display, to: impl fmt::Display) -> String {
    let (from, to) = (from.to_string(), to.to_string());
    if from == to {
        from
    } else {
        format!("{from}-{to}")
    }
}

/// A count in prose: `nul` to `twaalf` as words, from 13 in digits, which cannot start a sentence.
pub fn count_in_words(count: u32) -> String {
    const WORDS: [&str; 13] = [
        "nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien",
        "elf", "twaalf",
    ];
    let word = WORDS.get(count as usize).map(ToString::to_string);
    word.unwrap_or_else(|| Decimal::from(i64::from(count)).to_string())
}

/// The text with a capital first, `IJ` as one letter.
pub fn capitalise(text: &str) -> String {
    let first = if text.starts_with("ij") {
        2
    } else {
        text.chars().next().map_or(0, char::len_utf8)
    };
    let (head, tail) = text.split_at(first);
    head.to_uppercase() + tail
}

/// Reads a printed text back, to the value that it states: `€ −1.234,5* per inwoner` is −1234.5, `18,1 miljoen` is
/// 18100000. Takes a hyphen for minus, ungrouped digits, and any words after a space. Fails on everything else, such
/// as dots that do not part thousands, and on too many digits.
pub fn parse(text: &str) -> Result<Decimal> {
    read(text).ok_or_else(|| NumberError::NotANumber(text.to_owned()))?
}

/// `None` where the text is no number.
fn read(text: &str) -> Option<Result<Decimal>> {
    let (mut sign, mut rest) = strip_sign(text.trim());
    rest = rest.strip_prefix('€').map_or(rest, str::trim_start);
    if sign.is_empty() {
        (sign, rest) = strip_sign(rest);
    }
    let numeral = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    let (number, rest) = rest.split_at(rest.find(|c| !numeral(c)).unwrap_or(rest.len()));
    let (whole, fraction) = match number.split_once(',') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (number, ""),
    };
    if !is_whole(whole) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let power = scale_of(rest)?;
    let units = format!("{sign}{}{fraction}", whole.replace('.', ""));
    let number = Decimal::new(units.parse().ok(), fraction.len());
    Some(number.and_then(|number| number.times_power_of_ten(power)))
}

/// The sign as Rust reads it, and what follows.
fn strip_sign(text: &str) -> (&'static str, &str) {
    let minus = text.strip_prefix(['\u{2212}', '-']).map(|rest| ("-", rest));
    let sign = minus.or_else(|| Some(("+", text.strip_prefix('+')?)));
    sign.unwrap_or(("", text))
}

/// Digits without dots, or one to three digits and then groups of three.
fn is_whole(text: &str) -> bool {
    let mut groups = text.split('.');
    let first = groups.next().unwrap_or("");
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = first.len() <= 3 && groups.all(|group| group.len() == 3);
    !first.is_empty() && (digits || grouped)
}

/// The power of ten that the words after a number state; `None` where they cannot follow one.
fn scale_of(rest: &str) -> Option<u8> {
    let rest = rest.strip_prefix('%').unwrap_or(rest);
    let rest = rest.strip_prefix('*').unwrap_or(rest);
    let apart = rest.is_empty() || rest.starts_with(char::is_whitespace);
    match rest.split_whitespace().next().unwrap_or("") {
        "miljoen" if apart => Some(6),
        "miljard" if apart => Some(9),
        // `12 345` would be two numbers, or one in a notation that is not ours.
        word if apart && !word.starts_with(|c: char| c.is_ascii_digit()) => Some(0),
        _ => None,
    }
}

/// The number for CSV and JSON: the shortest decimal that round-trips, with a point, without exponent, `0` for
/// negative zero. What is not finite prints as `NaN` or `inf`, to be seen.
pub fn csv_number(value: f64) -> String {
    // Adding zero drops the sign of negative zero.
    (value + 0.0).to_string()
}

/// Appends what [`csv_number`] gives, without allocating, for tables of millions of cells.
pub fn push_csv_number(out: &mut Vec<u8>, value: f64) {
    const SCALE: f64 = 1000.0;
    let scaled = value * SCALE;
    // Nearly all figures have at most three decimals. Of at most 15 digits just one decimal text reads back as
    // `value`, so a whole number of thousandths that does is the shortest, and far quicker to write.
    if scaled.abs() < 1e15 {
        let thousandths = (scaled + 0.5_f64.copysign(scaled)) as i64;
        if (thousandths as f64 / SCALE).to_bits() == value.to_bits() {
            return push_thousandths(out, thousandths);
        }
    }
    // Writing to a vector cannot fail; adding zero is as above.
    let _ = write!(out, "{}", value + 0.0);
}

fn push_thousandths(out: &mut Vec<u8>, thousandths: i64) {
    if thousandths < 0 {
        out.push(b'-');
    }
    let (mut rest, mut places) = (thousandths.unsigned_abs(), 3);
    while places > 0 && rest.is_multiple_of(10) {
        (rest, places) = (rest / 10, places - 1);
    }
    // From the last digit to the first, with at least one before the point.
    let (mut buffer, mut start, mut written) = ([0; 20], 20, 0);
    while rest > 0 || written <= places {
        if written == places && places > 0 {
            start -= 1;
            buffer[start] = b'.';
        }
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        (rest, written) = (rest / 10, written + 1);
    }
    out.extend_from_slice(&buffer[start..]);
}
