//! Texts with their facts filled in: each number keeps pointing to its fact, and the figures choose the words.

use super::{Error, Register};
use crate::base::wording;
use crate::query::{Choice, Template, TemplatePart};

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
/// When one of its facts is not in the register.
pub fn fill(template: &Template, register: &Register<'_>) -> Result<Vec<Segment>, Error> {
    let mut segments = Vec::new();
    for part in &template.parts {
        match part {
            TemplatePart::Text(text) => push(&mut segments, text),
            TemplatePart::Fact(id) => segments.push(Segment::Fact {
                id: id.to_string(),
                text: register.fact(id)?.text.clone(),
            }),
            TemplatePart::Choice(choice) => push(&mut segments, &choose(choice, register)?),
        }
    }
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

fn push(segments: &mut Vec<Segment>, text: &str) {
    match segments.last_mut() {
        Some(Segment::Text(before)) => before.push_str(text),
        _ if text.is_empty() => {}
        _ => segments.push(Segment::Text(text.to_owned())),
    }
}

fn choose(choice: &Choice, register: &Register<'_>) -> Result<String, Error> {
    let sign = register.sign(&choice.first, &choice.second)?;
    let text = match sign {
        Some(1) => &choice.higher,
        Some(0) if register.is_nearly(&choice.first, &choice.second)? => {
            return Ok(wording::nearly(&choice.equal));
        }
        Some(0) => &choice.equal,
        Some(_) => &choice.lower,
        None => "niet te vergelijken met",
    };
    let values = (register.fact(&choice.first)?.value).zip(register.fact(&choice.second)?.value);
    let strength = values
        .filter(|_| choice.with_strength && matches!(sign, Some(1 | -1)))
        .map_or("", |(a, b)| wording::strength(a, b));
    Ok(format!("{strength}{text}"))
}
