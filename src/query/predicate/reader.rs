//! Reading a predicate, word by word.
//!
//! In: its text. Out: its condition. Fails where it stops making sense, with the byte and what was expected there; quickly,
//! however long or deep it is.

use super::{Amount, Condition, Operation, Sign};
use crate::query::fact_id::{FactId, FactYears};
use crate::query::misread::Misread;
use crate::query::names::Names;

/// Words and brackets, each with its place.
pub(super) fn tokens(text: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let mut at = word.as_ptr() as usize - text.as_ptr() as usize;
        for piece in word.split_inclusive(['(', ')']) {
            let (before, bracket) = piece.split_at(piece.trim_end_matches(['(', ')']).len());
            let both = [(at, before), (at + before.len(), bracket)];
            tokens.extend(both.into_iter().filter(|(_, token)| !token.is_empty()));
            at += piece.len();
        }
    }
    tokens
}

/// Words and signs; each sum or `and` goes one level deeper, whatever its brackets.
const LONGEST: usize = 1000;
/// Brackets and `not` within each other; a sentence that needs more says too much.
pub(super) const DEEPEST: usize = 50;

/// A predicate that is being read.
pub(super) struct Reader<'t> {
    text: &'t str,
    names: &'t Names<'t>,
    tokens: Vec<(usize, &'t str)>,
    at: usize,
    depth: usize,
}

type Read<T> = Result<T, Misread>;

impl<'t> Reader<'t> {
    /// Reads all of a predicate.
    pub(super) fn read(text: &'t str, names: &'t Names<'t>) -> Read<Condition> {
        let mut reader = Reader {
            text,
            names,
            tokens: tokens(text),
            at: 0,
            depth: 0,
        };
        if let Some((at, _)) = reader.tokens.get(LONGEST) {
            let message = format!("a predicate of more than {LONGEST} words and signs");
            return Err(Misread::new(
                *at,
                message,
                "expected fewer: make claims of its parts",
            ));
        }
        let condition = reader.either()?;
        if reader.peek().is_some() {
            return Err(reader.wrong("`and`, `or` or the end"));
        }
        Ok(condition)
    }

    fn peek(&self) -> Option<&'t str> {
        self.tokens.get(self.at).map(|(_, token)| *token)
    }

    /// The complaint that something else was expected than what comes next.
    fn wrong(&self, expected: &str) -> Misread {
        let hint = format!("expected {expected}");
        match self.tokens.get(self.at) {
            Some((at, token)) => Misread::new(*at, format!("`{token}` cannot stand here"), hint),
            None => Misread::new(self.text.len(), "the predicate ends too early", hint),
        }
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn needs(&mut self, token: &str) -> Read<()> {
        if self.takes(token) {
            Ok(())
        } else {
            Err(self.wrong(&format!("a `{token}`")))
        }
    }

    fn either(&mut self) -> Read<Condition> {
        let mut condition = self.both()?;
        while self.takes("or") {
            condition = Condition::Or(Box::new(condition), Box::new(self.both()?));
        }
        Ok(condition)
    }

    fn both(&mut self) -> Read<Condition> {
        let mut condition = self.single()?;
        while self.takes("and") {
            condition = Condition::And(Box::new(condition), Box::new(self.single()?));
        }
        Ok(condition)
    }

    fn single(&mut self) -> Read<Condition> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong("fewer brackets within each other"));
        }
        let condition = if self.takes("not") {
            Condition::Not(Box::new(self.single()?))
        } else if self.takes("(") {
            let inner = self.either()?;
            self.needs(")")?;
            inner
        } else if self.calls("every") {
            let at = self.at;
            let (fact, sign, number) = self.compared()?;
            let is_of_years =
                matches!(fact.years, FactYears::Since(_) | FactYears::SinceEarlier(_));
            if !is_of_years || fact.stat.is_of_two() {
                self.at = at;
                return Err(self.wrong("a fact of years since one, such as `lasten.M50@-4..`"));
            }
            Condition::Every(fact, sign, number)
        } else {
            let first = self.sum()?;
            let sign = self.sign()?;
            Condition::Compare(first, sign, self.sum()?)
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn sign(&mut self) -> Read<Sign> {
        let expected = "`<`, `<=`, `=`, `>=` or `>`";
        let sign = self.peek().and_then(Sign::parse);
        let sign = sign.ok_or_else(|| self.wrong(expected))?;
        self.at += 1;
        Ok(sign)
    }

    fn sum(&mut self) -> Read<Amount> {
        let operation = |token: &str| match token {
            "+" => Some(Operation::Add),
            "-" => Some(Operation::Subtract),
            _ => None,
        };
        let mut amount = self.product()?;
        while let Some(operation) = self.peek().and_then(operation) {
            self.at += 1;
            amount = Amount::Combined(Box::new(amount), operation, Box::new(self.product()?));
        }
        Ok(amount)
    }

    fn product(&mut self) -> Read<Amount> {
        let operation = |token: &str| match token {
            "*" => Some(Operation::Multiply),
            "/" => Some(Operation::Divide),
            _ => None,
        };
        let mut amount = self.amount()?;
        while let Some(operation) = self.peek().and_then(operation) {
            self.at += 1;
            amount = Amount::Combined(Box::new(amount), operation, Box::new(self.amount()?));
        }
        Ok(amount)
    }

    fn amount(&mut self) -> Read<Amount> {
        if self.calls("count") {
            let (fact, sign, number) = self.compared()?;
            return Ok(Amount::Count(fact, sign, number));
        }
        match self.number() {
            Some(number) => {
                self.at += 1;
                Ok(Amount::Number(number))
            }
            None => Ok(Amount::Fact(self.fact("a fact, a number or `count(…)`")?)),
        }
    }

    /// Takes a word and its opening bracket.
    fn calls(&mut self, word: &str) -> bool {
        let next = self.tokens.get(self.at + 1);
        let found = self.peek() == Some(word) && next.is_some_and(|token| token.1 == "(");
        self.at += if found { 2 } else { 0 };
        found
    }

    /// A fact held against a number, up to the closing bracket.
    fn compared(&mut self) -> Read<(FactId, Sign, f64)> {
        let fact = self.fact("a fact")?;
        let sign = self.sign()?;
        let number = self.number().ok_or_else(|| self.wrong("a number"))?;
        self.at += 1;
        self.needs(")")?;
        Ok((fact, sign, number))
    }

    fn number(&self) -> Option<f64> {
        let number: f64 = self.peek()?.parse().ok()?;
        number.is_finite().then_some(number)
    }

    fn fact(&mut self, expected: &str) -> Read<FactId> {
        let Some((at, token)) = self.tokens.get(self.at).copied() else {
            return Err(self.wrong(expected));
        };
        let fact = FactId::parse(token, self.names).map_err(|wrong| wrong.after(at))?;
        self.at += 1;
        Ok(fact)
    }
}
