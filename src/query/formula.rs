//! The two small notations in query files: sums of topics (`a + b - c`, `a@2019`) and ranges of years (`2019..2022`).

use std::fmt;

/// A sum of topics.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Formula {
    /// Terms in the order they are written.
    pub terms: Vec<Term>,
    /// When set, the figures of that year stand for every year.
    pub fixed_year: Option<i32>,
}

/// One term of a formula.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// Topic id.
    pub topic: String,
    /// Taken off instead of added.
    pub negative: bool,
}

impl Formula {
    /// Parses `a + b - c` or `a@2019`.
    ///
    /// # Errors
    /// What was expected, as text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut terms = Vec::new();
        let mut fixed_year = None;
        let mut sign = Some(false);
        for word in text.split_whitespace() {
            match (word, sign) {
                ("+", None) => sign = Some(false),
                ("-", None) => sign = Some(true),
                ("+" | "-", Some(_)) => return Err("a topic before each `+` or `-`".to_owned()),
                (topic, Some(negative)) => {
                    let (topic, year) = topic
                        .split_once('@')
                        .map_or((topic, None), |(t, y)| (t, Some(y)));
                    if let Some(year) = year {
                        fixed_year = Some(
                            year.parse()
                                .map_err(|_| format!("a year after `@`, not `{year}`"))?,
                        );
                    }
                    terms.push(Term {
                        topic: topic.to_owned(),
                        negative,
                    });
                    sign = None;
                }
                (_, None) => {
                    return Err("`+` or `-`, with spaces around it, between topics".to_owned());
                }
            }
        }
        if terms.is_empty() || sign.is_some() {
            return Err("a sum of topics such as `a + b - c`".to_owned());
        }
        if fixed_year.is_some() && terms.len() > 1 {
            return Err("a single topic with `@`".to_owned());
        }
        Ok(Self { terms, fixed_year })
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, term) in self.terms.iter().enumerate() {
            match (position, term.negative) {
                (0, false) => {}
                (0, true) => f.write_str("- ")?,
                (_, false) => f.write_str(" + ")?,
                (_, true) => f.write_str(" - ")?,
            }
            f.write_str(&term.topic)?;
        }
        self.fixed_year.map_or(Ok(()), |year| write!(f, "@{year}"))
    }
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
        let expected = || "years such as `2019`, `2019..`, `..2021` or `2019..2021`".to_owned();
        let bound = |text: &str, open: i32| match text {
            "" => Ok(open),
            year if year.len() == 4 => year.parse().map_err(|_| expected()),
            _ => Err(expected()),
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
    fn a_formula_prints_as_it_was_written() {
        for text in ["a", "a + b - c", "a@2019"] {
            assert_eq!(Formula::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wrong_formula_says_what_was_expected() {
        for text in ["", "a +", "+ a", "a b", "a@x", "a@2019 + b"] {
            assert!(Formula::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn years_are_inclusive() {
        let years = Years::parse("2019..2021").unwrap();
        assert!(years.contains(2019) && years.contains(2021) && !years.contains(2022));
        assert!(Years::parse("..2021").unwrap().contains(1900));
        for text in ["", "19", "2021..2019", "x.."] {
            assert!(Years::parse(text).is_err(), "{text}");
        }
    }
}
