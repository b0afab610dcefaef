//! `$filter`, as far as clients of CBS use it: eq ne gt ge lt le and or not, parentheses, and the functions on texts.
//!
//! Comparison is exact: a key without its padding equals nothing. v3 does not know `contains`, v4 not `substringof`.

use std::iter::Peekable;
use std::vec::IntoIter;

/// A value in a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    Truth(bool),
    Null,
}

/// A parsed filter.
#[derive(Clone, Debug)]
pub enum Expr {
    Column(String),
    Literal(Value),
    Call(String, Vec<Expr>),
    Binary(String, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Number(f64),
    Sign(char),
}

impl Expr {
    pub fn parse(text: &str, v4: bool) -> Result<Self, String> {
        let mut parser = Parser {
            tokens: tokens(text)?.into_iter().peekable(),
            v4,
        };
        let expr = parser.any()?;
        match parser.tokens.next() {
            None => Ok(expr),
            Some(token) => Err(format!("Syntax error at {token:?} in '{text}'.")),
        }
    }

    /// The conditions that all must hold.
    pub fn all(self) -> Vec<Self> {
        match self {
            Self::Binary(op, left, right) if op == "and" => [left.all(), right.all()].concat(),
            other => vec![other],
        }
    }

    /// The columns that it speaks of.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Column(name) => vec![name],
            Self::Literal(_) => vec![],
            Self::Call(_, inner) => inner.iter().flat_map(Self::columns).collect(),
            Self::Binary(_, left, right) => [left.columns(), right.columns()].concat(),
            Self::Not(inner) => inner.columns(),
        }
    }

    pub fn holds(&self, row: &dyn Fn(&str) -> Value) -> bool {
        self.value(row) == Value::Truth(true)
    }

    fn value(&self, row: &dyn Fn(&str) -> Value) -> Value {
        match self {
            Self::Column(name) => row(name),
            Self::Literal(value) => value.clone(),
            Self::Not(inner) => Value::Truth(!inner.holds(row)),
            Self::Binary(op, left, right) => Value::Truth(match op.as_str() {
                "and" => left.holds(row) && right.holds(row),
                "or" => left.holds(row) || right.holds(row),
                op => compare(op, &left.value(row), &right.value(row)),
            }),
            Self::Call(name, inner) => call(
                name,
                &inner.iter().map(|one| one.value(row)).collect::<Vec<_>>(),
            ),
        }
    }
}

fn compare(op: &str, left: &Value, right: &Value) -> bool {
    let order = match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right),
        _ => None,
    };
    match op {
        "eq" => left == right,
        "ne" => left != right,
        "gt" => order.is_some_and(std::cmp::Ordering::is_gt),
        "ge" => order.is_some_and(std::cmp::Ordering::is_ge),
        "lt" => order.is_some_and(std::cmp::Ordering::is_lt),
        _ => order.is_some_and(std::cmp::Ordering::is_le),
    }
}

fn call(name: &str, args: &[Value]) -> Value {
    let text = |at: usize| match args.get(at) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let number = |at: usize| match args.get(at) {
        Some(Value::Number(number)) => *number as usize,
        _ => 0,
    };
    match name {
        "startswith" => Value::Truth(text(0).starts_with(&text(1))),
        "endswith" => Value::Truth(text(0).ends_with(&text(1))),
        "contains" => Value::Truth(text(0).contains(&text(1))),
        "substringof" => Value::Truth(text(1).contains(&text(0))),
        "trim" => Value::Text(text(0).trim().to_owned()),
        "tolower" => Value::Text(text(0).to_lowercase()),
        "toupper" => Value::Text(text(0).to_uppercase()),
        "length" => Value::Number(text(0).len() as f64),
        "indexof" => Value::Number(text(0).find(&text(1)).map_or(-1.0, |at| at as f64)),
        "substring" => {
            let all = text(0);
            let from = number(1).min(all.len());
            let to = if args.len() > 2 {
                (from + number(2)).min(all.len())
            } else {
                all.len()
            };
            Value::Text(all[from..to].to_owned())
        }
        _ => Value::Null,
    }
}

const FUNCTIONS: [&str; 10] = [
    "startswith",
    "endswith",
    "contains",
    "substringof",
    "trim",
    "tolower",
    "toupper",
    "length",
    "indexof",
    "substring",
];

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    v4: bool,
}

impl Parser {
    fn any(&mut self) -> Result<Expr, String> {
        let mut left = self.every()?;
        while self.word("or") {
            left = Expr::Binary("or".into(), Box::new(left), Box::new(self.every()?));
        }
        Ok(left)
    }

    fn every(&mut self) -> Result<Expr, String> {
        let mut left = self.comparison()?;
        while self.word("and") {
            left = Expr::Binary("and".into(), Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let left = self.operand()?;
        for op in ["eq", "ne", "gt", "ge", "lt", "le"] {
            if self.word(op) {
                return Ok(Expr::Binary(
                    op.into(),
                    Box::new(left),
                    Box::new(self.operand()?),
                ));
            }
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Expr, String> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(Expr::Literal(Value::Text(text))),
            Some(Token::Number(number)) => Ok(Expr::Literal(Value::Number(number))),
            Some(Token::Sign('(')) => {
                let inner = self.any()?;
                self.sign(')')?;
                Ok(inner)
            }
            Some(Token::Word(word)) if word == "not" => Ok(Expr::Not(Box::new(self.comparison()?))),
            Some(Token::Word(word)) if matches!(word.as_str(), "true" | "false") => {
                Ok(Expr::Literal(Value::Truth(word == "true")))
            }
            Some(Token::Word(word)) if word == "null" => Ok(Expr::Literal(Value::Null)),
            Some(Token::Word(word)) if self.tokens.peek() == Some(&Token::Sign('(')) => {
                self.call(word)
            }
            Some(Token::Word(word)) => Ok(Expr::Column(word)),
            other => Err(format!("Expression expected, found {other:?}.")),
        }
    }

    fn call(&mut self, name: String) -> Result<Expr, String> {
        let foreign = if self.v4 { "substringof" } else { "contains" };
        if !FUNCTIONS.contains(&name.as_str()) || name == foreign {
            return Err(format!("An unknown function with name '{name}' was found."));
        }
        self.sign('(')?;
        let mut inner = vec![self.any()?];
        while self.tokens.peek() == Some(&Token::Sign(',')) {
            self.tokens.next();
            inner.push(self.any()?);
        }
        self.sign(')')?;
        Ok(Expr::Call(name, inner))
    }

    fn word(&mut self, word: &str) -> bool {
        self.tokens
            .next_if(|token| matches!(token, Token::Word(found) if found == word))
            .is_some()
    }

    fn sign(&mut self, sign: char) -> Result<(), String> {
        match self.tokens.next() {
            Some(Token::Sign(found)) if found == sign => Ok(()),
            other => Err(format!("'{sign}' expected, found {other:?}.")),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let signs: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(&sign) = signs.get(at) {
        let word = |from: usize| {
            signs[from..]
                .iter()
                .take_while(|s| s.is_alphanumeric() || matches!(s, '_' | '.'))
                .count()
        };
        match sign {
            ' ' => at += 1,
            '(' | ')' | ',' => {
                tokens.push(Token::Sign(sign));
                at += 1;
            }
            '\'' => {
                let mut out = String::new();
                at += 1;
                loop {
                    match (signs.get(at), signs.get(at + 1)) {
                        (Some('\''), Some('\'')) => at += 1,
                        (Some('\''), _) => break,
                        (None, _) => return Err("Unterminated string literal.".into()),
                        _ => {}
                    }
                    out.push(signs[at]);
                    at += 1;
                }
                at += 1;
                tokens.push(Token::Text(out));
            }
            sign if sign.is_alphanumeric() || sign == '_' || sign == '-' => {
                let skip = usize::from(sign == '-');
                let length = skip + word(at + skip);
                let found: String = signs[at..at + length.max(1)].iter().collect();
                at += length.max(1);
                tokens.push(found.parse().map_or(Token::Word(found), Token::Number));
            }
            other => return Err(format!("Syntax error: character '{other}'.")),
        }
    }
    Ok(tokens)
}
