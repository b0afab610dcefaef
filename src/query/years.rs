//! Ranges of years as query files write them: `2019`, `2019..`, `..2021`, `2019..2021`.

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
}
