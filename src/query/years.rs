//! Years as query files write them: ranges (`2019`, `2019..`, `..2021`, `2019..2021`), and earlier years that the figures
//! choose (`-1`, `eerste`, `basis`).
//!
//! In: a text, and for an earlier year the [`Series`] of an indicator. Out: years. A text that is none is refused with what
//! was expected. What it answers: tables of CBS move on by a period at a time and lack some (elections, a survey every
//! other year), so that a text that types a year is wrong as soon as the next release is read.

use std::fmt;
use std::ops::RangeInclusive;

/// Years between which every year lies.
pub(super) const YEARS: RangeInclusive<i32> = 1900..=2100;

/// A year as query files write it: four digits, within [`YEARS`].
pub(super) fn year(text: &str) -> Option<i32> {
    let is_plain = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = text.parse().ok().filter(|_| is_plain)?;
    YEARS.contains(&year).then_some(year)
}

/// A range of years, bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Years {
    /// First year.
    pub from: i32,
    /// Last year.
    pub to: i32,
}

impl Default for Years {
    fn default() -> Self {
        Self {
            from: i32::MIN,
            to: i32::MAX,
        }
    }
}

impl Years {
    /// Parses `2019`, `2019..`, `..2021` or `2019..2021`.
    ///
    /// # Errors
    /// What was expected, as text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = || {
            "years such as `2019`, `2019..`, `..2021` or `2019..2021`, between 1900 and 2100"
                .to_owned()
        };
        let bound = |text: &str, open: i32| match text {
            "" => Ok(open),
            text => year(text).ok_or_else(expected),
        };
        let years = match text.split_once("..") {
            None => bound(text, 0).map(|year| Self {
                from: year,
                to: year,
            })?,
            Some((from, to)) => Self {
                from: bound(from, i32::MIN)?,
                to: bound(to, i32::MAX)?,
            },
        };
        if text.is_empty() || years.from > years.to {
            Err(expected())
        } else {
            Ok(years)
        }
    }

    /// Whether the year lies within.
    pub const fn contains(self, year: i32) -> bool {
        self.from <= year && year <= self.to
    }
}

/// A year before the one that the paper uses of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Earlier {
    /// So many periods with figures before it: `-1` is the one before.
    Periods(u8),
    /// The first since which nothing broke in how the figure is made: `eerste`.
    First,
    /// The year since which the edition tells how things went: `basis`.
    Base,
}

const FIRST_WORD: &str = "eerste";
const BASE_WORD: &str = "basis";

impl Earlier {
    /// An earlier year as query files write it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            FIRST_WORD => Some(Self::First),
            BASE_WORD => Some(Self::Base),
            _ => {
                let periods = text.strip_prefix('-')?;
                let is_plain = periods.bytes().all(|byte| byte.is_ascii_digit());
                let is_plain = is_plain && periods.len() <= 2 && !periods.starts_with('0');
                periods.parse().ok().filter(|_| is_plain).map(Self::Periods)
            }
        }
    }
}

impl fmt::Display for Earlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Periods(periods) => write!(f, "-{periods}"),
            Self::First => f.write_str(FIRST_WORD),
            Self::Base => f.write_str(BASE_WORD),
        }
    }
}

/// What the earlier years of an indicator are chosen from: what lies before a break is none of it, for nothing is compared
/// across one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Years that the paper could use and since which nothing broke, the last of them being the one it uses.
    pub years: Vec<i32>,
    /// The year since which the edition tells how things went.
    pub base: Option<i32>,
}

impl Series {
    /// The earlier year; none where there is no such year before the one in use.
    pub fn year(&self, earlier: Earlier) -> Option<i32> {
        let (used, before) = self.years.split_last()?;
        match earlier {
            Earlier::Periods(periods) => before.iter().rev().nth(usize::from(periods) - 1).copied(),
            Earlier::First => before.first().copied(),
            Earlier::Base => self
                .base
                .filter(|base| before.first() <= Some(base) && base < used),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_inclusive() {
        let years = Years::parse("2019..2021").unwrap();
        assert!(years.contains(2019) && years.contains(2021) && !years.contains(2022));
        assert!(Years::parse("..2021").unwrap().contains(1900));
        for text in ["", "19", "2021..2019", "x..", "+201", "20260..", "0000"] {
            assert!(Years::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn earlier_years_are_written_in_one_way_and_lie_before_the_one_in_use() {
        for text in ["-1", "-12", "eerste", "basis"] {
            assert_eq!(Earlier::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "-", "-0", "-01", "-100", "--1", "+1", "1", "Eerste"] {
            assert_eq!(Earlier::parse(text), None, "{text}");
        }
        // elections are not of every year
        let mut series = Series {
            years: vec![2017, 2021, 2023],
            base: Some(2019),
        };
        let year = |series: &Series, text| series.year(Earlier::parse(text).unwrap());
        assert_eq!(year(&series, "-1"), Some(2021));
        assert_eq!(year(&series, "-2"), Some(2017));
        assert_eq!(year(&series, "-3"), None);
        assert_eq!(year(&series, "eerste"), Some(2017));
        assert_eq!(year(&series, "basis"), Some(2019));
        // a base before the break, or in the year in use
        for base in [2016, 2023] {
            series.base = Some(base);
            assert_eq!(year(&series, "basis"), None);
        }
        series.years = vec![2023];
        assert_eq!(year(&series, "eerste"), None);
        assert_eq!(year(&Series::default(), "-1"), None);
    }
}
