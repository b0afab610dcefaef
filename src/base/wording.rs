//! Words for how much: the strength of a difference and "twice", by rules that no author can bend.
//!
//! | relative difference | word before a comparative |
//! | --- | --- |
//! | printed the same | none: the text for "equal" is chosen |
//! | too small to matter | the text for "equal", with `vrijwel` |
//! | below [`SLIGHT`] | iets |
//! | up to [`CLEAR`] | none |
//! | from [`CLEAR`] | duidelijk |
//! | from [`MUCH`] | veel |
//!
//! The difference is taken relative to the second figure, on exact values, because a text that is chosen on rounded
//! ones would turn with the number of decimals. Of two shares it is that of the shares, not of percentage points.

use super::number::{self, Decimal, NumberError};

/// What is printed where there is no figure.
pub const NO_FIGURE: &str = "geen cijfer";

/// Below this relative difference a comparative gets "iets".
pub const SLIGHT: f64 = 0.05;
/// From this relative difference it gets "duidelijk".
pub const CLEAR: f64 = 0.20;
/// From this relative difference it gets "veel".
pub const MUCH: f64 = 0.50;
/// How far from a whole number of times still is "bijna" or "ruim".
pub const NEAR: f64 = 0.15;
/// How far from a whole number of times nothing need be said.
pub const EXACT: f64 = 0.03;

/// The word before a comparative, with the space after it; empty where none is due.
pub fn strength(first: f64, second: f64) -> &'static str {
    if second == 0.0 {
        return "";
    }
    let relative = ((first - second) / second).abs();
    if relative < SLIGHT {
        "iets "
    } else if relative < CLEAR {
        ""
    } else if relative < MUCH {
        "duidelijk "
    } else {
        "veel "
    }
}

/// What a statistic over members is, by its word in the id of a fact.
const OF_STATS: [(&str, &str); 12] = [
    ("pct", ", in procenten"),
    ("keer", ", hoeveel keer"),
    ("min", ", laagste lid"),
    ("q1", ", eerste kwartiel van de leden"),
    ("median", ", mediaan van de leden"),
    ("q3", ", derde kwartiel van de leden"),
    ("max", ", hoogste lid"),
    ("mean", ", ongewogen gemiddelde van de leden"),
    ("n", ", leden met een cijfer"),
    ("members", ", aantal leden"),
    ("min-naam", ", lid met de laagste waarde"),
    ("max-naam", ", lid met de hoogste waarde"),
];

/// What a statistic is, by its word in the id of a fact; nothing of the value itself.
pub fn of_stat(word: &str) -> String {
    let known = OF_STATS.iter().find(|(known, _)| *known == word);
    known.map_or_else(String::new, |(_, words)| (*words).to_owned())
}

/// What a rank among so many networks is.
pub fn of_rank(networks: usize) -> String {
    let networks = number::count_in_words(u32::try_from(networks).unwrap_or(u32::MAX));
    format!(", rang onder de {networks} netwerken")
}

/// What a number of members above or below a bar is.
pub fn of_beyond(above: bool, bar: &str) -> String {
    let side = if above { "boven" } else { "onder" };
    format!(", leden {side} {bar}")
}

/// What a fact is: a figure, whose it is, of which year or since which, and which statistic.
///
/// ```
/// use middelgroot::base::wording::what;
/// assert_eq!(what("Misdrijven", "M50", None, Some(2024), ""), "Misdrijven, M50, 2024");
/// assert_eq!(what("Banen", "M50", Some(2019), Some(2024), ", in procenten"), "Banen, M50, verandering 2019-2024, in procenten");
/// ```
pub fn what(title: &str, whom: &str, since: Option<i32>, year: Option<i32>, stat: &str) -> String {
    let when = match (since, year) {
        (Some(from), Some(to)) => format!(", verandering {from}-{to}"),
        (_, Some(year)) => format!(", {year}"),
        (_, None) => String::new(),
    };
    format!("{title}, {whom}{when}{stat}")
}

/// Two groups that are held against each other: how many times the second the first is, or by how much it differs.
pub fn two(first: &str, second: &str, times: bool) -> String {
    let between = if times { "tegenover" } else { "min" };
    format!("{first} {between} {second}")
}

/// Whom a fact is about that is of the period alone.
pub const PERIOD: &str = "periode";
/// A bar of nothing.
pub const ZERO: &str = "nul";

/// The text for equal, of two that are not quite: `vrijwel gelijk`, `vrijwel even hoog als`.
///
/// ```
/// use middelgroot::base::wording::nearly;
/// assert_eq!(nearly("gelijk gebleven"), "vrijwel gelijk gebleven");
/// assert_eq!(nearly("blijft evenveel"), "blijft vrijwel evenveel");
/// assert_eq!(nearly("ongeveer gelijk aan"), "ongeveer gelijk aan");
/// ```
pub fn nearly(equal: &str) -> String {
    if ["vrijwel", "ongeveer", "bijna", "nagenoeg"]
        .iter()
        .any(|word| equal.contains(word))
    {
        return equal.to_owned();
    }
    let words = ["gelijk", "even", "hetzelfde", "dezelfde", "net zo"];
    let places = words.iter().filter_map(|word| {
        let at = equal.find(word)?;
        (at == 0 || equal[..at].ends_with(' ')).then_some(at)
    });
    let (before, after) = equal.split_at(places.min().unwrap_or(0));
    format!("{before}vrijwel {after}")
}

/// How many times: "bijna twee keer", "twee keer", "ruim twee keer", and else "2,3 keer".
///
/// # Errors
/// When the number is not finite.
pub fn times(value: f64, provisional: bool) -> Result<String, NumberError> {
    let mark = if provisional { "*" } else { "" };
    let whole = value.round();
    let off = value - whole;
    if (2.0..=10.0).contains(&whole) && off.abs() <= NEAR {
        let words = number::count_in_words(whole as u32);
        let about = if off.abs() <= EXACT {
            ""
        } else if off < 0.0 {
            "bijna "
        } else {
            "ruim "
        };
        return Ok(format!("{about}{words} keer{mark}"));
    }
    number::round(value, 1).map(|rounded: Decimal| format!("{rounded} keer{mark}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_follows_the_relative_difference() {
        for (first, word) in [
            (104.0, "iets "),
            (96.0, "iets "),
            (110.0, ""),
            (120.0, "duidelijk "),
            (70.0, "duidelijk "),
            (150.0, "veel "),
            (10.0, "veel "),
        ] {
            assert_eq!(strength(first, 100.0), word, "{first}");
        }
    }

    #[test]
    fn times_are_said_in_words_where_they_are_nearly_whole() {
        for (value, text) in [
            (1.88, "bijna twee keer"),
            (1.98, "twee keer"),
            (2.1, "ruim twee keer"),
            (2.3, "2,3 keer"),
            (1.05, "1,1 keer"),
            (0.5, "0,5 keer"),
        ] {
            assert_eq!(times(value, false).unwrap(), text);
        }
        assert_eq!(times(3.0, true).unwrap(), "drie keer*");
    }
}
