//! The language of predicates: what must be true for a sentence to stand.
//!
//! `misdrijven.M50 < misdrijven.Nederland` · `inwoners.M50.min >= 30000 and inwoners.M50.max <= 80000` ·
//! `count(inwoners.M50 > 30000) >= 36` · `lasten.G4 > lasten.M50 * 1.5` · `not (…)` · `… or …` ·
//! `every(realisatie.M50@-4.. > 0)`: the figure of each year since then, where the id alone would be the change. Words and
//! signs are separated by spaces, because ids hold hyphens and dots; `*` and `/` bind before `+` and `-`, `not` before
//! `and`, `and` before `or`.

mod reader;

use reader::{Reader, tokens};

use super::fact_id::{FactId, FactYears};
use super::misread::Misread;
use super::names::Names;
use super::years::Series;

/// A predicate, with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate {
    text: String,
    condition: Condition,
}

/// What must be true.
#[derive(Clone, Debug, PartialEq)]
enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Amount, Sign, Amount),
    /// The figure of each year since one compares so with a number; settled, it is a comparison per year.
    Every(FactId, Sign, f64),
}

#[derive(Clone, Debug, PartialEq)]
enum Amount {
    Number(f64),
    /// The value of a fact.
    Fact(FactId),
    /// How many members of a group have a value that compares so with a number.
    Count(FactId, Sign, f64),
    Combined(Box<Amount>, Operation, Box<Amount>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// The sign of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl Sign {
    fn holds(self, first: f64, second: f64) -> bool {
        match self {
            Self::Less => first < second,
            Self::LessOrEqual => first <= second,
            // amounts that are equal by rule were made by the same arithmetic
            Self::Equal => first.total_cmp(&second).is_eq(),
            Self::GreaterOrEqual => first >= second,
            Self::Greater => first > second,
        }
    }

    fn parse(sign: &str) -> Option<Self> {
        Some(match sign {
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            "=" => Self::Equal,
            ">=" => Self::GreaterOrEqual,
            ">" => Self::Greater,
            _ => return None,
        })
    }
}

/// Where a predicate gets its values from.
pub trait Values {
    /// The value of a fact; `None` when there is no figure.
    fn value(&self, id: &FactId) -> Option<f64>;
    /// How many members of the group of a fact have a value that satisfies a condition; `None` without figures.
    fn count(&self, id: &FactId, condition: &dyn Fn(f64) -> bool) -> Option<f64>;
    /// Whether two facts count as equal, whatever their values.
    fn same(&self, _first: &FactId, _second: &FactId) -> bool {
        false
    }
    /// Whether a change or difference counts as none, whatever its value.
    fn is_none(&self, _difference: &FactId) -> bool {
        false
    }
}

impl Predicate {
    /// Parses a predicate.
    ///
    /// ```
    /// # use middelgroot::query::{Predicate, Queries};
    /// # let queries = Queries::read(std::path::Path::new("queries"))?;
    /// let text = "misdrijven.M50 < misdrijven.Nederland and count(misdrijven.M50 < 40) >= 20";
    /// let predicate = Predicate::parse(text, &queries.names())?;
    /// assert_eq!(predicate.facts().len(), 3);
    /// let wrong = Predicate::parse("misdrijven.M50 < ", &queries.names()).unwrap_err();
    /// assert_eq!(wrong.hint, "expected a fact, a number or `count(…)`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where it stops making sense, and what was expected there.
    pub fn parse(text: &str, names: &Names<'_>) -> Result<Self, Misread> {
        let condition = Reader::read(text, names)?;
        Ok(Self {
            text: text.to_owned(),
            condition,
        })
    }

    /// The predicate as it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is true; `None` when a figure it needs is not there.
    pub fn holds(&self, values: &dyn Values) -> Option<bool> {
        self.condition.holds(values)
    }

    /// The facts it rests on, in order.
    pub fn facts(&self) -> Vec<&FactId> {
        self.condition.facts()
    }

    /// Puts the year that it comes to in the place of every earlier year, and a comparison per year in that of `every`.
    pub(super) fn settle(&mut self, series: &[Series]) {
        let asked = self.facts().into_iter();
        let years: Vec<(String, String)> = asked
            .filter(|id| id.years.earlier().is_some())
            .map(|id| (id.to_string(), id.settled(series).to_string()))
            .collect();
        let mut text = String::new();
        let mut at = 0;
        for (start, token) in tokens(&self.text) {
            let settled = years.iter().find(|(asked, _)| asked == token);
            text.push_str(&self.text[at..start]);
            text.push_str(settled.map_or(token, |(_, settled)| settled));
            at = start + token.len();
        }
        text.push_str(&self.text[at..]);
        self.text = text;
        self.condition.settle(series);
    }
}

impl Condition {
    fn settle(&mut self, series: &[Series]) {
        match self {
            Self::And(first, second) | Self::Or(first, second) => {
                first.settle(series);
                second.settle(series);
            }
            Self::Not(inner) => inner.settle(series),
            Self::Compare(first, _, second) => {
                first.settle(series);
                second.settle(series);
            }
            Self::Every(id, sign, number) => {
                *id = id.settled(series);
                let of = series.get(id.indicator.place());
                let used = of.and_then(|series| series.years.last().copied());
                let years = id.years.first_of_change().zip(used);
                // each year between them, so that one without a figure leaves it open
                let each = years.into_iter().flat_map(|(first, used)| first..=used);
                let each = each.map(|year| {
                    let fact = Amount::Fact(id.of(FactYears::Year(year)));
                    Self::Compare(fact, *sign, Amount::Number(*number))
                });
                let all = each.reduce(|all, one| Self::And(Box::new(all), Box::new(one)));
                if let Some(all) = all {
                    *self = all;
                }
            }
        }
    }

    fn holds(&self, values: &dyn Values) -> Option<bool> {
        match self {
            // a comparison without figures leaves open what it could change
            Self::And(first, second) => match (first.holds(values), second.holds(values)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (first, second) => Some(first? && second?),
            },
            Self::Or(first, second) => match (first.holds(values), second.holds(values)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (first, second) => Some(first? || second?),
            },
            Self::Not(inner) => inner.holds(values).map(|holds| !holds),
            Self::Compare(Amount::Fact(first), sign, Amount::Fact(second))
                if values.same(first, second) =>
            {
                Some(sign.holds(0.0, 0.0))
            }
            Self::Compare(Amount::Fact(id), sign, Amount::Number(zero))
            | Self::Compare(Amount::Number(zero), sign, Amount::Fact(id))
                if *zero == 0.0 && values.is_none(id) =>
            {
                Some(sign.holds(0.0, 0.0))
            }
            Self::Compare(first, sign, second) => {
                Some(sign.holds(first.amount(values)?, second.amount(values)?))
            }
            // no year to start from
            Self::Every(..) => None,
        }
    }

    fn facts(&self) -> Vec<&FactId> {
        match self {
            Self::And(first, second) | Self::Or(first, second) => {
                [first.facts(), second.facts()].concat()
            }
            Self::Not(inner) => inner.facts(),
            Self::Compare(first, _, second) => [first.facts(), second.facts()].concat(),
            Self::Every(id, ..) => vec![id],
        }
    }
}

impl Amount {
    fn settle(&mut self, series: &[Series]) {
        match self {
            Self::Number(_) => {}
            Self::Fact(id) | Self::Count(id, ..) => *id = id.settled(series),
            Self::Combined(first, _, second) => {
                first.settle(series);
                second.settle(series);
            }
        }
    }

    fn amount(&self, values: &dyn Values) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Fact(id) => values.value(id),
            Self::Count(id, sign, number) => values.count(id, &|value| sign.holds(value, *number)),
            Self::Combined(first, operation, second) => {
                let (first, second) = (first.amount(values)?, second.amount(values)?);
                match operation {
                    Operation::Add => Some(first + second),
                    Operation::Subtract => Some(first - second),
                    Operation::Multiply => Some(first * second),
                    Operation::Divide => (second != 0.0).then(|| first / second),
                }
            }
        }
    }

    fn facts(&self) -> Vec<&FactId> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Fact(id) | Self::Count(id, ..) => vec![id],
            Self::Combined(first, _, second) => [first.facts(), second.facts()].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::reader::DEEPEST;
    use super::*;
    use crate::query::fact_id::Subject;
    use crate::query::names::tests::sample;

    /// The first group has 1, the last 2, all others nothing; three members have 1, 2 and 3.
    struct Sample;

    impl Values for Sample {
        fn value(&self, id: &FactId) -> Option<f64> {
            match id.subject {
                Subject::Group(group) if group.place() == 0 => Some(1.0),
                Subject::Group(group) if group.place() == 4 => Some(2.0),
                _ => None,
            }
        }

        fn count(&self, _: &FactId, condition: &dyn Fn(f64) -> bool) -> Option<f64> {
            Some(
                [1.0, 2.0, 3.0]
                    .into_iter()
                    .filter(|value| condition(*value))
                    .count() as f64,
            )
        }
    }

    fn holds(text: &str) -> Option<bool> {
        let (indicators, groups) = sample();
        let names = Names::new(&indicators, &groups);
        Predicate::parse(text, &names).unwrap().holds(&Sample)
    }

    #[test]
    fn comparisons_arithmetic_and_counting() {
        assert_eq!(holds("a.A < a.Nederland"), Some(true));
        assert_eq!(holds("a.A + 1 * 1 = a.Nederland"), Some(true));
        assert_eq!(holds("a.A * 2 > a.Nederland"), Some(false));
        assert_eq!(holds("count(a.A >= 2) = 2"), Some(true));
        assert_eq!(holds("a.Nederland / 0 > 1"), None);
    }

    #[test]
    fn and_or_not_with_and_without_figures() {
        assert_eq!(holds("a.A = 1 and not a.A = 2 or a.B2 = 1"), Some(true));
        assert_eq!(holds("a.B2 = 1 and a.A = 2"), Some(false));
        assert_eq!(holds("a.B2 = 1 and a.A = 1"), None);
        assert_eq!(holds("not (a.A = 1 or a.B2 = 1)"), Some(false));
    }

    #[test]
    fn earlier_years_become_years_and_every_becomes_each_of_them() {
        let (indicators, groups) = sample();
        let names = Names::new(&indicators, &groups);
        let settled = |text: &str, years: &[i32]| {
            let mut predicate = Predicate::parse(text, &names).unwrap();
            let series = Series {
                years: years.to_vec(),
                base: None,
            };
            predicate.settle(&vec![series; indicators.len()]);
            let facts = predicate.facts().into_iter().map(ToString::to_string);
            (predicate.text().to_owned(), facts.collect::<Vec<_>>())
        };
        let text = "a.A@-1 < a.A@-12 * 2 and count(a.A@eerste > 1) > 2";
        let (text, facts) = settled(text, &[2020, 2022, 2023]);
        assert_eq!(text, "a.A@2022 < a.A@-12 * 2 and count(a.A@2020 > 1) > 2");
        assert_eq!(facts, ["a.A@2022", "a.A@-12", "a.A@2020"]);
        // a year without a figure is one of them
        let every = "not every(a.A@eerste.. > 0) or a.A < 1";
        let (text, facts) = settled(every, &[2020, 2022]);
        assert_eq!(text, "not every(a.A@2020.. > 0) or a.A < 1");
        assert_eq!(facts, ["a.A@2020", "a.A@2021", "a.A@2022", "a.A"]);
        let (text, facts) = settled(every, &[2020]);
        assert_eq!((text.as_str(), facts.len()), (every, 2));
        assert_eq!(holds("every(a.A@-1.. > 0)"), None);
    }

    #[test]
    fn a_wrong_predicate_says_where_and_what_was_expected() {
        let (indicators, groups) = sample();
        let names = Names::new(&indicators, &groups);
        let deep = format!("{}a.A < 1", "not ".repeat(DEEPEST));
        for (text, at) in [
            ("", 0),
            ("a.A", 3),
            ("a.A <", 5),
            ("a.A < 1 a.A", 8),
            ("(a.A < 1", 8),
            ("a.C < 1", 2),
            ("count(a.A) > 1", 9),
            ("every(a.A > 1)", 6),
            ("every(a.A@2020 > 1)", 6),
            ("every(a.A@-4...pct > 1)", 6),
            ("every(a.A@-4.. > a.A)", 17),
            ("every(a.A@-4.. > 1) > 1", 20),
            ("inf < 1", 0),
            (deep.as_str(), 4 * DEEPEST),
        ] {
            let wrong = Predicate::parse(text, &names).unwrap_err();
            assert_eq!(wrong.at, at, "{text}: {wrong:?}");
        }
        // quickly, however long it is
        for part in [
            "(",
            "not ",
            "a.A + ",
            "a.A < 1 and ",
            "a.A < 1 or ",
            ")",
            "1 * ",
        ] {
            let wrong = Predicate::parse(&part.repeat(200_000), &names).unwrap_err();
            assert!(
                wrong.message.starts_with("a predicate of more than 1000"),
                "{part}"
            );
        }
    }
}
