//! The language of predicates: what must be true for a sentence to stand.
//!
//! `misdrijven.M50 < misdrijven.Nederland` · `inwoners.M50.min >= 30000 and inwoners.M50.max <= 80000` ·
//! `count(inwoners.M50 > 30000) >= 36` · `lasten.G4 > lasten.M50 * 1.5` · `not (…)` · `… or …`. Words and signs are
//! separated by spaces, because ids hold hyphens and dots; `*` and `/` bind before `+` and `-`, `not` before `and`,
//! `and` before `or`.

use crate::fact::FactId;

/// A predicate.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// Both.
    And(Box<Predicate>, Box<Predicate>),
    /// Either.
    Or(Box<Predicate>, Box<Predicate>),
    /// Not.
    Not(Box<Predicate>),
    /// A comparison of two amounts.
    Compare(Amount, Comparison, Amount),
}

/// An amount.
#[derive(Clone, Debug, PartialEq)]
pub enum Amount {
    /// A number.
    Number(f64),
    /// The value of a fact.
    Fact(String),
    /// How many members of a group have a value that compares so with a number.
    Count(String, Comparison, f64),
    /// Two amounts, combined.
    Combined(Box<Amount>, Operation, Box<Amount>),
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the four operations
pub enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the five signs
pub enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl Comparison {
    /// Whether two numbers compare so.
    pub fn holds(self, first: f64, second: f64) -> bool {
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
    fn value(&self, id: &str) -> Option<f64>;
    /// How many members of the group of a fact have a value that satisfies a condition; `None` without figures.
    fn count(&self, id: &str, condition: &dyn Fn(f64) -> bool) -> Option<f64>;
    /// Whether two facts count as equal, whatever their values.
    fn same(&self, _first: &str, _second: &str) -> bool {
        false
    }
}

impl Predicate {
    /// Parses a predicate.
    ///
    /// # Errors
    /// What was expected, as text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader {
            tokens: tokens(text),
            at: 0,
        };
        let predicate = reader.either()?;
        match reader.peek() {
            None => Ok(predicate),
            Some(rest) => Err(format!("`and`, `or` or the end before `{rest}`")),
        }
    }

    /// Whether it is true; `None` when a figure it needs is not there.
    pub fn holds(&self, values: &dyn Values) -> Option<bool> {
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
            Self::Compare(first, sign, second) => {
                Some(sign.holds(first.amount(values)?, second.amount(values)?))
            }
        }
    }

    /// Ids of the facts it rests on, in order.
    pub fn facts(&self) -> Vec<&str> {
        match self {
            Self::And(first, second) | Self::Or(first, second) => {
                [first.facts(), second.facts()].concat()
            }
            Self::Not(inner) => inner.facts(),
            Self::Compare(first, _, second) => [first.facts(), second.facts()].concat(),
        }
    }
}

impl Amount {
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

    fn facts(&self) -> Vec<&str> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Fact(id) | Self::Count(id, ..) => vec![id],
            Self::Combined(first, _, second) => [first.facts(), second.facts()].concat(),
        }
    }
}

fn tokens(text: &str) -> Vec<String> {
    text.replace('(', " ( ")
        .replace(')', " ) ")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

struct Reader {
    tokens: Vec<String>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn next(&mut self, expected: &str) -> Result<String, String> {
        let token = self
            .tokens
            .get(self.at)
            .cloned()
            .ok_or_else(|| format!("{expected} at the end"))?;
        self.at += 1;
        Ok(token)
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn either(&mut self) -> Result<Predicate, String> {
        let mut predicate = self.both()?;
        while self.takes("or") {
            predicate = Predicate::Or(Box::new(predicate), Box::new(self.both()?));
        }
        Ok(predicate)
    }

    fn both(&mut self) -> Result<Predicate, String> {
        let mut predicate = self.single()?;
        while self.takes("and") {
            predicate = Predicate::And(Box::new(predicate), Box::new(self.single()?));
        }
        Ok(predicate)
    }

    fn single(&mut self) -> Result<Predicate, String> {
        if self.takes("not") {
            return Ok(Predicate::Not(Box::new(self.single()?)));
        }
        if self.takes("(") {
            let predicate = self.either()?;
            return if self.takes(")") {
                Ok(predicate)
            } else {
                Err("a `)`".to_owned())
            };
        }
        let first = self.sum()?;
        let sign = self.comparison()?;
        Ok(Predicate::Compare(first, sign, self.sum()?))
    }

    fn comparison(&mut self) -> Result<Comparison, String> {
        let token = self.next("`<`, `<=`, `=`, `>=` or `>`")?;
        Comparison::parse(&token)
            .ok_or_else(|| format!("`<`, `<=`, `=`, `>=` or `>` instead of `{token}`"))
    }

    fn sum(&mut self) -> Result<Amount, String> {
        let mut amount = self.product()?;
        loop {
            let operation = match self.peek() {
                Some("+") => Operation::Add,
                Some("-") => Operation::Subtract,
                _ => return Ok(amount),
            };
            self.at += 1;
            amount = Amount::Combined(Box::new(amount), operation, Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Amount, String> {
        let mut amount = self.amount()?;
        loop {
            let operation = match self.peek() {
                Some("*") => Operation::Multiply,
                Some("/") => Operation::Divide,
                _ => return Ok(amount),
            };
            self.at += 1;
            amount = Amount::Combined(Box::new(amount), operation, Box::new(self.amount()?));
        }
    }

    fn amount(&mut self) -> Result<Amount, String> {
        let token = self.next("a fact, a number or `count(…)`")?;
        if token == "count" && self.takes("(") {
            let id = self.next("a fact")?;
            let sign = self.comparison()?;
            let number = self.next("a number")?;
            let number = number
                .parse()
                .map_err(|_| format!("a number instead of `{number}`"))?;
            return if self.takes(")") {
                Ok(Amount::Count(fact_id(&id)?, sign, number))
            } else {
                Err("a `)`".to_owned())
            };
        }
        match token.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Amount::Number(number)),
            _ => fact_id(&token).map(Amount::Fact),
        }
    }
}

fn fact_id(text: &str) -> Result<String, String> {
    FactId::parse(text)
        .map(|_| text.to_owned())
        .map_err(|expected| format!("{expected} (in `{text}`)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M50 has 1, Nederland 2, all others nothing; three members have 1, 2 and 3.
    struct Sample;

    impl Values for Sample {
        fn value(&self, id: &str) -> Option<f64> {
            if id.ends_with("M50") {
                Some(1.0)
            } else {
                id.ends_with("Nederland").then_some(2.0)
            }
        }

        fn count(&self, _: &str, condition: &dyn Fn(f64) -> bool) -> Option<f64> {
            Some(
                [1.0, 2.0, 3.0]
                    .into_iter()
                    .filter(|value| condition(*value))
                    .count() as f64,
            )
        }
    }

    fn holds(text: &str) -> Option<bool> {
        Predicate::parse(text).unwrap().holds(&Sample)
    }

    #[test]
    fn comparisons_arithmetic_and_counting() {
        assert_eq!(holds("a.M50 < a.Nederland"), Some(true));
        assert_eq!(holds("a.M50 + 1 * 1 = a.Nederland"), Some(true));
        assert_eq!(holds("a.M50 * 2 > a.Nederland"), Some(false));
        assert_eq!(holds("count(a.M50 >= 2) = 2"), Some(true));
        assert_eq!(holds("a.Nederland / 0 > 1"), None);
    }

    #[test]
    fn and_or_not_with_and_without_figures() {
        assert_eq!(holds("a.M50 = 1 and not a.M50 = 2 or a.G4 = 1"), Some(true));
        assert_eq!(holds("a.G4 = 1 and a.M50 = 2"), Some(false));
        assert_eq!(holds("a.G4 = 1 and a.M50 = 1"), None);
        assert_eq!(holds("not (a.M50 = 1 or a.G4 = 1)"), Some(false));
    }

    #[test]
    fn a_wrong_predicate_says_what_was_expected() {
        for text in [
            "",
            "a.M50",
            "a.M50 <",
            "a.M50 < 1 a.M50",
            "(a.M50 < 1",
            "a.M51 < 1",
            "count(a.M50) > 1",
            "inf < 1",
        ] {
            assert!(Predicate::parse(text).is_err(), "{text}");
        }
    }
}
