//! Texts with facts in them: `{fact}` and `{A ~ B | higher | equal | lower}`, as query files write them.
//!
//! In: a template and the register. Out: segments, so that each number in the paper can point to its fact. The word for
//! a direction is chosen by the figures, never by the author: on exact values, "equal" where both print the same. With
//! `~~` instead of `~` the words for higher and lower get their strength too: `iets`, `duidelijk` or `veel`, by the
//! rules of [`crate::fact::wording`].

use crate::fact::{self, Register, wording};
use crate::failure::{Exit, Report};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Plain text.
    Text(String),
    /// A fact: its id and its text.
    Fact {
        /// Id.
        id: String,
        /// Text as printed.
        text: String,
    },
}

/// Fills in a template.
///
/// # Errors
/// When a brace is not closed, a choice has not three texts, or a fact is unknown.
pub fn fill(template: &str, register: &Register<'_>) -> Result<Vec<Segment>, Error> {
    let mut segments = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        push(&mut segments, &rest[..open]);
        let close = rest[open..]
            .find('}')
            .ok_or_else(|| Error::unclosed(template))?
            + open;
        let inside = rest[open + 1..close].trim();
        match inside.split_once('|') {
            None => {
                let fact = register.fact(inside)?;
                segments.push(Segment::Fact {
                    id: inside.to_owned(),
                    text: fact.text,
                });
            }
            Some((pair, texts)) => {
                let chosen =
                    choose(pair, texts, register).map_err(|error| error.within(template))?;
                push(&mut segments, &chosen);
            }
        }
        rest = &rest[close + 1..];
    }
    push(&mut segments, rest);
    Ok(segments)
}

/// The text of segments.
pub fn plain(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Text(text) | Segment::Fact { text, .. } => text.as_str(),
        })
        .collect()
}

/// Ids of the facts in a template, without resolving them.
pub fn ids(template: &str) -> Vec<String> {
    let inside = template
        .split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(inside, _)| inside));
    inside
        .flat_map(|inside| {
            let pair = inside.split('|').next().unwrap_or_default();
            pair.split('~')
                .filter(|id| !id.trim().is_empty())
                .map(|id| id.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

fn push(segments: &mut Vec<Segment>, text: &str) {
    if text.is_empty() {
        return;
    }
    match segments.last_mut() {
        Some(Segment::Text(before)) => before.push_str(text),
        _ => segments.push(Segment::Text(text.to_owned())),
    }
}

fn choose(pair: &str, texts: &str, register: &Register<'_>) -> Result<String, Error> {
    let (first, second) = pair.split_once('~').ok_or_else(|| Error::choice(pair))?;
    let (second, with_strength) = second
        .strip_prefix('~')
        .map_or((second, false), |second| (second, true));
    let (first, second) = (first.trim(), second.trim());
    let texts: Vec<&str> = texts.split('|').map(str::trim).collect();
    let [higher, equal, lower] = texts[..] else {
        return Err(Error::choice(pair));
    };
    let sign = register.sign(first, second)?;
    let text = match sign {
        Some(1) => higher,
        Some(0) => equal,
        Some(_) => lower,
        None => "niet te vergelijken met",
    };
    let strength = match sign {
        Some(1 | -1) if with_strength => {
            let values = register
                .fact(first)?
                .value
                .zip(register.fact(second)?.value);
            values.map_or("", |(a, b)| wording::strength(a, b))
        }
        _ => "",
    };
    Ok(format!("{strength}{text}"))
}

/// What can be wrong with a template.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template is not well-formed.
    #[error("the text `{template}` is not well-formed")]
    Template {
        /// Text.
        template: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A fact.
    #[error(transparent)]
    Fact(#[from] fact::Error),
}

impl Error {
    fn unclosed(template: &str) -> Self {
        Self::Template {
            template: template.to_owned(),
            expected: "a `}` for each `{`",
        }
    }

    fn choice(template: &str) -> Self {
        Self::Template {
            template: template.to_owned(),
            expected: "`{A ~ B | higher | equal | lower}`, or `~~` to say how much",
        }
    }

    fn within(self, whole: &str) -> Self {
        match self {
            Self::Template { expected, .. } => Self::Template {
                template: whole.to_owned(),
                expected,
            },
            Self::Fact(error) => Self::Fact(error),
        }
    }
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Template { expected, .. } => Some(format!("expected {expected}")),
            Self::Fact(error) => error.hint(),
        }
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}
