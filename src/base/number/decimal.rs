//! Exact decimal numbers: a value is rounded once, on its decimal digits.
//!
//! In: a value and a number of decimals. Out: a [`Decimal`]. Fails on what is not finite and on more digits than an
//! `i128` holds. The peculiarity it exists for: in binary, 41.25 and 1.005 round the wrong way.

use std::cmp::Ordering;
use std::fmt;

use super::{NumberError, Result};

/// 10³⁸ is the largest power of ten in an `i128`.
const MAX_PLACES: u8 = 38;

/// A rounded number, exact: `units / 10^places`. Compares by value (1,50 equals 1,5); displays as Dutch text with its
/// decimals, `−1.234,50`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    units: i128,
    places: u8,
}

impl Decimal {
    pub(super) fn new(units: Option<i128>, places: usize) -> Result<Self> {
        match (units, u8::try_from(places)) {
            (Some(units), Ok(places)) if places <= MAX_PLACES => Ok(Self { units, places }),
            _ => Err(NumberError::TooLarge),
        }
    }

    /// Digits after the comma.
    ///
    /// ```
    /// use middelgroot::base::number::round;
    /// assert_eq!(round(3.0, 2)?.places(), 2);
    /// assert_eq!(round(1234.0, -2)?.places(), 0);
    /// # Ok::<(), middelgroot::base::number::NumberError>(())
    /// ```
    pub const fn places(self) -> u8 {
        self.places
    }

    /// The nearest `f64`.
    ///
    /// ```
    /// use middelgroot::base::number::parse;
    /// assert_eq!(parse("1.234,5")?.to_f64(), 1234.5);
    /// # Ok::<(), middelgroot::base::number::NumberError>(())
    /// ```
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
    pub(super) fn whole(self) -> i128 {
        (self.units / self.unit()).abs()
    }

    pub(super) fn times_power_of_ten(self, power: u8) -> Result<Self> {
        let moved = power.min(self.places);
        let units = shift(self.units, i32::from(power - moved));
        Self::new(units, usize::from(self.places - moved))
    }

    /// Minus, nothing for zero, or `plus`.
    pub(super) fn sign(self, plus: &'static str) -> &'static str {
        match self.units {
            ..0 => "\u{2212}",
            0 => "",
            1.. => plus,
        }
    }

    /// The digits without sign, with dots between thousands where asked.
    pub(super) fn digits(self, grouped: bool) -> String {
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
///
/// ```
/// use middelgroot::base::number::round;
/// assert_eq!(round(41.25, 1)?.to_string(), "41,3");
/// assert_eq!(round(-1.005, 2)?.to_string(), "−1,01");
/// assert_eq!(round(1500.0, -3)?.to_string(), "2.000");
/// assert_eq!(round(-0.04, 1)?.to_string(), "0,0");
/// # Ok::<(), middelgroot::base::number::NumberError>(())
/// ```
pub fn round(value: f64, decimals: i8) -> Result<Decimal> {
    round_scaled(value, 0, decimals)
}

/// The value as it is printed, in units of its last decimal: two values print the same where these are equal.
///
/// The same rounding as [`round`], on the decimal digits, without making a text of each of a million values. What is not
/// finite stays so.
///
/// ```
/// use middelgroot::base::number::printed;
/// assert_eq!(printed(0.285, 2), 29.0); // in binary 28.499999999999996
/// assert_eq!(printed(-1.005, 2), -101.0);
/// assert_eq!(printed(1500.0, -3), 2.0);
/// ```
pub fn printed(value: f64, decimals: i8) -> f64 {
    // so far from a half, binary and decimal digits round alike
    const NEAR: f64 = 1e-6;
    let scaled = value * 10_f64.powi(decimals.into());
    let off_half = (scaled.fract().abs() - 0.5).abs();
    let exact = || {
        let (digits, exponent) = shortest(value)?;
        shift(digits, exponent + i32::from(decimals))
    };
    let is_clear = off_half > NEAR && scaled.abs() < 1e9;
    let units = if is_clear { None } else { exact() };
    units.map_or_else(|| scaled.round() + 0.0, |units| units as f64)
}

/// Rounds `value × 10^power`.
pub(super) fn round_scaled(value: f64, power: i32, decimals: i8) -> Result<Decimal> {
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
