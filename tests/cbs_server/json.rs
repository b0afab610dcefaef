//! JSON written by hand, in the order in which CBS writes it.

/// A text as JSON.
pub fn text(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

/// A text or null.
pub fn optional(value: Option<&str>) -> String {
    value.map_or_else(|| "null".into(), text)
}

/// An object of names and ready JSON.
pub fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{}:{value}", text(name)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// Shorthand for a text field.
pub fn s<'a>(name: &'a str, value: &str) -> (&'a str, String) {
    (name, text(value))
}
