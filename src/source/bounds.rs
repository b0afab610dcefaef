//! What a figure can be: its decimals, sign and size by what its topic says, and a period that is a calendar year.
//!
//! In: a topic's title, unit and decimals, and a value as a file writes it or as CBS sends it. Out: the value, or what
//! is wrong with it and what was expected. Nothing in the layout of a table says whether a topic can be negative, or a
//! percentage above 100: unit and title decide, so that people, dwellings and cases never are, and a balance, growth or
//! amount of money may be. CBS writes codes for "no figure" where other programs expect a number (-99997).

use crate::query::amount;

/// Whatever is larger in ones is no figure of a country whose whole economy is a tenth of it in euros.
const LARGEST: f64 = 1e13;

/// Powers of ten, so far as they matter here.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Words of what has a direction: figures of these can be negative, and percentages above 100.
const CHANGES: [&str; 15] = [
    "saldo",
    "overschot",
    "tekort",
    "groei",
    "aanwas",
    "mutatie",
    "toename",
    "afname",
    "verander",
    "verschil",
    "resultaat",
    "correctie",
    "afwijking",
    "inflatie",
    "ten opzichte van",
];

/// Words of ratios that can be negative, and as percentages above 100.
const RATIOS: [&str; 4] = ["quote", "ratio", "solvabiliteit", "exploitatie"];

/// Words of percentages that can be above 100: the part is none of the whole, or comes from elsewhere (who votes on an
/// island with a pass).
const ABOVE: [&str; 9] = [
    "opkomst",
    "dekking",
    "index",
    "benutting",
    "bezetting",
    "grijze druk",
    "groene druk",
    "totale druk",
    "demografische druk",
];

/// What is wrong with a value or period, and what was expected.
pub type Wrong = (String, String);

/// What the figures of one topic can be.
#[derive(Clone, Debug)]
pub struct Bounds {
    decimals: usize,
    unit: String,
    /// The unit in ones.
    scale: f64,
    lowest: f64,
    highest: f64,
}

impl Bounds {
    /// By what a topic says of itself.
    ///
    /// ```
    /// use middelgroot::source::bounds::Bounds;
    /// let dwellings = Bounds::of("Wonen > Woningvoorraad", "aantal", 0);
    /// assert_eq!(dwellings.read("4021"), Ok(4021.0));
    /// assert!(dwellings.read("4.021").is_err() && dwellings.read("-1").is_err());
    /// assert!(Bounds::of("Lasten", "x 1 000 euro", 0).read("-1").is_ok());
    /// assert!(Bounds::of("Huurwoningen", "%", 0).read("101").is_err());
    /// assert!(Bounds::of("Bevolkingsgroei", "%", 1).read("-0.3").is_ok());
    /// ```
    pub fn of(title: &str, unit: &str, decimals: u32) -> Self {
        let title = title.to_lowercase();
        let last = title.rsplit(" > ").next().unwrap_or_default();
        let (scale, bare) = amount(unit);
        let bare = bare.to_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| title.contains(word));
        let changes = is(&CHANGES) || last.ends_with("ontwikkeling") || bare.contains("punt");
        let is_share =
            (bare.starts_with('%') || bare.starts_with("procent")) && !bare.contains("punt");
        let has_sign = ["euro", "€", "°c", "graden", "score"];
        let is_free = changes || is_share && is(&RATIOS);
        let is_signed = is_free || has_sign.iter().any(|word| bare.contains(word));
        let is_bounded = is_share && !is_free && !is(&ABOVE);
        Self {
            decimals: decimals as usize,
            unit: unit.to_owned(),
            scale,
            lowest: if is_signed { f64::NEG_INFINITY } else { 0.0 },
            highest: if is_bounded { 100.0 } else { f64::INFINITY },
        }
    }

    /// A value as a file writes it: digits with a decimal point.
    ///
    /// # Errors
    /// When it is no such number, or none that the topic can have.
    pub fn read(&self, text: &str) -> Result<f64, Wrong> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits
            .split_once('.')
            .map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
        let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let is_plain = are_digits(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(are_digits);
        let value: f64 = text.parse().ok().filter(|_| is_plain).ok_or_else(|| {
            let expected = "digits with a decimal point, such as 1234.5".to_owned();
            (format!("`{text}` is no number"), expected)
        })?;
        self.hold(value, text, fraction.map_or(0, str::len))?;
        // there is one zero
        Ok(value + 0.0)
    }

    /// Holds a value that came as a number against the topic.
    ///
    /// # Errors
    /// When the topic cannot have it.
    pub fn check(&self, value: f64) -> Result<(), Wrong> {
        if self.is_plainly_fine(value) {
            return Ok(());
        }
        let text = value.to_string();
        self.hold(
            value,
            &text,
            text.split_once('.')
                .map_or(0, |(_, fraction)| fraction.len()),
        )
    }

    /// Whether a value is fine beyond doubt, without writing it out, which takes longer than all else that is done with a
    /// cell. Whatever is not goes the long way.
    fn is_plainly_fine(&self, value: f64) -> bool {
        // whole numbers up to here are exact, and so are their quotients by a power of ten
        const EXACT: f64 = 1e15;
        let factor = POWERS.get(self.decimals).copied().unwrap_or(1.0);
        let scaled = (value * factor).round();
        let size = value.abs();
        // no code is smaller; among larger whole numbers nines and the ends of an integer are looked at closely
        let is_no_code = size < 9_999.0 || size.fract() != 0.0;
        let is_code_like = || {
            let tens = size as u64 / 10;
            POWERS.contains(&(tens as f64 + 1.0))
                || (2_147_483_640.0..2_147_483_650.0).contains(&size)
        };
        value >= self.lowest
            && value <= self.highest
            && size * self.scale <= LARGEST
            && size * factor < EXACT
            && (scaled / factor).to_bits() == value.to_bits()
            && (is_no_code || !is_code_like())
    }

    fn hold(&self, value: f64, text: &str, decimals: usize) -> Result<(), Wrong> {
        let wrong = |message: String, expected: &str| Err((message, expected.to_owned()));
        if !value.is_finite() || (value * self.scale).abs() > LARGEST {
            return wrong(
                format!("`{text}` is no figure that a country can have"),
                "a value in the unit of the topic",
            );
        }
        if is_code(value) {
            return wrong(
                format!("`{text}` is a code for a missing figure"),
                "no value, and `missing` says why there is none",
            );
        }
        if decimals > self.decimals {
            let expected = format!(
                "a value of at most {} decimals, as its topic has; perhaps the dot stands between thousands",
                self.decimals
            );
            return Err((
                format!("`{text}` has more decimals than the topic"),
                expected,
            ));
        }
        if value < self.lowest {
            return wrong(
                format!(
                    "`{text}` is negative, which nothing counted in `{}` can be",
                    self.unit
                ),
                "0 or more; a code for a missing figure is no value",
            );
        }
        if value > self.highest {
            return wrong(
                format!("`{text}` is no share in `{}`", self.unit),
                "0 to 100",
            );
        }
        Ok(())
    }
}

/// Whether a number stands for "no figure": CBS's -99997 and its brothers, nines without end, the ends of an integer.
fn is_code(value: f64) -> bool {
    let digits = value.abs().to_string();
    let (first, last) = digits.split_at(digits.len() - 1);
    let are_nines = first.bytes().all(|b| b == b'9');
    let is_negative_code = value < 0.0 && digits.len() >= 5 && "456789".contains(last);
    are_nines && (is_negative_code || digits.len() >= 7 && last == "9")
        || matches!(&*digits, "2147483647" | "2147483648")
}

/// The year of a period that is one, such as `2021JJ00`.
///
/// # Errors
/// When it is no period, or one that is no calendar year: five quarters and years of one gemeente are not five figures.
///
/// ```
/// use middelgroot::source::bounds::calendar_year;
/// assert_eq!(calendar_year("2021JJ00"), Ok(2021));
/// for part in ["2021KW01", "2021MM12", "2021SJ00", "2021W101", "2021HJ01", "2021X000"] {
///     assert!(calendar_year(part).is_err_and(|(message, _)| message.contains("no calendar year")));
/// }
/// ```
pub fn calendar_year(period: &str) -> Result<i32, Wrong> {
    let parts = period.split_at_checked(4).filter(|(year, kind)| {
        year.bytes().all(|b| b.is_ascii_digit())
            && kind.len() == 4
            && kind.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let year = parts.and_then(|(year, kind)| Some((year.parse().ok()?, kind)));
    match year {
        Some((year, "JJ00")) if (1000..3000).contains(&year) => Ok(year),
        None => Err((
            format!("`{period}` is no period"),
            "a calendar year such as `2021JJ00`".to_owned(),
        )),
        Some(_) => Err((
            format!("`{period}` is no calendar year"),
            "whole years such as `2021JJ00` only: quarters, months, weeks and school years are other figures, and \
             would count beside the year"
                .to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count() -> Bounds {
        Bounds::of("Bevolking > Aantal inwoners", "aantal", 0)
    }

    #[test]
    fn only_plain_digits_are_a_number() {
        for text in [
            "1e3", "NaN", "inf", "+5", " 5", "5 ", "5.", ".5", "05", "--5", "-", "", "1.2.3",
            "1,5", "٣", "0x10",
        ] {
            assert!(count().read(text).is_err(), "{text}");
        }
        assert_eq!(count().read("0"), Ok(0.0));
        let money = Bounds::of("Lasten", "x 1 000 euro", 1);
        assert_eq!(money.read("-0.0").map(f64::to_bits), Ok(0));
        assert_eq!(money.read("-131712.5"), Ok(-131_712.5));
    }

    #[test]
    fn decimals_are_those_of_the_topic() {
        assert!(count().read("4.0").is_err() && count().check(4.5).is_err());
        assert!(count().check(4.0).is_ok());
        let one = Bounds::of("Huishoudensgrootte", "aantal", 1);
        assert!(one.read("2.1").is_ok() && one.read("2.12").is_err() && one.check(2.12).is_err());
    }

    #[test]
    fn codes_for_missing_are_no_values_in_any_unit() {
        let money = Bounds::of("Gemiddelde woningwaarde", "x 1 000 euro", 0);
        for code in [
            "-99997",
            "-99999",
            "-99995",
            "-99998",
            "-99999999",
            "-999999",
            "9999999",
            "99999999",
            "-2147483648",
        ] {
            assert!(
                money
                    .read(code)
                    .is_err_and(|(message, _)| message.contains("code")),
                "{code}"
            );
        }
        for value in ["9999", "99999", "999999", "-9998", "-99989", "-9", "99997"] {
            assert!(money.read(value).is_ok(), "{value}");
        }
    }

    #[test]
    fn the_short_way_lets_nothing_pass_that_the_long_way_refuses() {
        let units = [
            ("Bevolking > Aantal inwoners", "aantal", 0),
            ("Huishoudensgrootte", "aantal", 1),
            ("Huurwoningen", "%", 2),
            ("Gemiddelde woningwaarde", "x 1 000 euro", 3),
            ("Migratiesaldo", "aantal", 0),
        ];
        let long_way = |bounds: &Bounds, value: f64| {
            let text = value.to_string();
            let fraction = text.split_once('.').map_or(0, |(_, rest)| rest.len());
            bounds.hold(value, &text, fraction).is_ok()
        };
        let mut short = 0;
        for (title, unit, decimals) in units {
            let bounds = Bounds::of(title, unit, decimals);
            let ends = [
                0.0,
                -0.0,
                f64::NAN,
                f64::INFINITY,
                1e15,
                1e300,
                2_147_483_647.0,
                0.1 + 0.2,
            ];
            let nines = (1..17).flat_map(|power| {
                let end = 10_f64.powi(power);
                [
                    end - 1.0,
                    end - 2.0,
                    1.0 - end,
                    3.0 - end,
                    6.0 - end,
                    end - 0.1,
                ]
            });
            let many = (0..40_000).map(|number| f64::from(number) * 7.31 / 100.0);
            let plain = (0..40_000).map(|number| f64::from(number * 37) / 100.0);
            for value in ends.into_iter().chain(nines).chain(many).chain(plain) {
                let is_fine = bounds.is_plainly_fine(value);
                assert!(!is_fine || long_way(&bounds, value), "{value} {unit}");
                short += usize::from(is_fine);
            }
        }
        assert!(short > 20_000, "the short way is of use: {short}");
    }

    #[test]
    fn the_sign_goes_by_what_is_counted() {
        for (title, unit) in [
            ("Bevolking > Aantal inwoners", "aantal"),
            ("Wonen > Woningvoorraad", "x 1 000"),
            ("Totaal misdrijven", "per 1 000 inwoners"),
            ("Bevolkingsontwikkeling > Levend geboren kinderen", "aantal"),
            ("Gemiddeld aardgasverbruik", "m³"),
            ("Huurwoningen", "%"),
        ] {
            assert!(Bounds::of(title, unit, 1).read("-1").is_err(), "{title}");
        }
        for (title, unit) in [
            ("Bevolking > Migratiesaldo", "aantal"),
            ("Geboorteoverschot", "per 1 000 inwoners"),
            ("Bevolkingsontwikkeling", "aantal"),
            ("0.10 Mutaties reserves > Baten", "x 1 000 euro"),
            ("Ontwikkeling ten opzichte van een jaar eerder", "%"),
            ("Solvabiliteitsratio", "%"),
            ("Stand", "%-punt"),
            ("Gemiddelde temperatuur", "°C"),
        ] {
            assert!(Bounds::of(title, unit, 1).read("-1").is_ok(), "{title}");
        }
    }

    #[test]
    fn a_share_is_of_a_whole_and_a_quote_is_not() {
        assert!(Bounds::of("Koopwoningen", "%", 0).read("100").is_ok());
        assert!(Bounds::of("Koopwoningen", "%", 1).read("100.1").is_err());
        for title in [
            "Netto schuldquote",
            "Grijze druk",
            "Opkomst",
            "Prijsontwikkeling ten opzichte van vorig jaar",
        ] {
            assert!(Bounds::of(title, "%", 0).read("140").is_ok(), "{title}");
        }
    }

    #[test]
    fn a_turnout_above_the_whole_is_no_negative_one() {
        let turnout = Bounds::of("Opkomst", "%", 1);
        assert!(turnout.read("104.2").is_ok() && turnout.read("-0.1").is_err());
    }

    #[test]
    fn nothing_is_larger_than_a_country() {
        assert!(count().read("120000000000000000000000000000").is_err());
        assert!(count().check(1.2e29).is_err() && count().check(f64::NAN).is_err());
        let thousands = Bounds::of("Lasten", "x 1 000 euro", 0);
        assert!(thousands.read("10000000000").is_ok() && thousands.read("10000000001").is_err());
    }

    #[test]
    fn a_period_is_a_calendar_year() {
        for wrong in [
            "",
            "2021",
            "JJ002021",
            "2021JJ0",
            "2021JJ01",
            "0021JJ00",
            "2021jj00",
            "+021JJ00",
            "2021JJ00 ",
        ] {
            assert!(calendar_year(wrong).is_err(), "{wrong}");
        }
    }
}
