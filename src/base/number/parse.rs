//! Reading a printed number back, to hold a text against the value it states.
//!
//! In: a text as [`super::print_with_unit`] writes it, or as a person types it. Out: its value. Fails on all that is no
//! number in Dutch notation. The peculiarity it exists for: `1.234` is a thousand, and `12.34` is nothing.

use super::{Decimal, NumberError, Result};

/// Reads a printed text back, to the value that it states. Takes a hyphen for minus, ungrouped digits, and any words
/// after a space. Fails on everything else, such as dots that do not part thousands, and on too many digits.
///
/// ```
/// use middelgroot::base::number::parse;
/// assert_eq!(parse("€ −1.234,5* per inwoner")?.to_f64(), -1234.5);
/// assert_eq!(parse("18,1 miljoen")?, parse("18.100.000")?);
/// assert!(parse("12.34").is_err());
/// # Ok::<(), middelgroot::base::number::NumberError>(())
/// ```
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
