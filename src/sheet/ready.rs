//! A sheet made ready for Typst: every figure in its place as text.
//!
//! In: a sheet. Out: JSON without facts, in which texts stand where their pieces did, and strips. Fails when it is no JSON. The
//! peculiarity it answers: Typst looks at all it is handed each time that it calls a function, so that looking up each figure
//! there takes ten times as long as setting it.

use serde_json::Value;

use super::shape::Sheet;
use crate::base::wording::NO_FIGURE;

/// What stands where there is no figure.
pub(super) const NONE: &str = ".";

/// A sheet as Typst reads it.
///
/// # Errors
/// When a number is not finite.
pub fn ready(sheet: &Sheet) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(sheet)?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("facts");
        for field in fields.values_mut() {
            put_texts(field, sheet);
        }
        fields.insert("strips".to_owned(), serde_json::to_value(&sheet.strips)?);
    }
    Ok(value)
}

/// Puts texts in the places of pieces, and apostrophes as they are set, also within.
fn put_texts(value: &mut Value, sheet: &Sheet) {
    match value {
        Value::String(text) => *text = text.replace('\'', "\u{2019}"),
        Value::Array(parts) => {
            let pieces: Option<Vec<&str>> = parts.iter().map(|part| piece(part, sheet)).collect();
            // what is empty is a list of other things: where there is no figure a dot stands
            let text = pieces
                .filter(|pieces| !pieces.is_empty())
                .map(|pieces| pieces.concat());
            match text {
                Some(text) => *value = Value::String(text),
                None => parts.iter_mut().for_each(|part| put_texts(part, sheet)),
            }
        }
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| put_texts(field, sheet)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text of a piece; nothing where it is something else.
fn piece<'p>(part: &'p Value, sheet: &'p Sheet) -> Option<&'p str> {
    let fields = part.as_object().filter(|fields| fields.len() == 1)?;
    let fact = fields.get("f").and_then(Value::as_str);
    let text = fields.get("t").and_then(Value::as_str);
    text.or_else(|| {
        let text = sheet.facts.get(fact?)?.text.as_str();
        Some(if text == NO_FIGURE { NONE } else { text })
    })
}
