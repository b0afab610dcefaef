//! JSON written by hand, in the order in which CBS writes it.

/// A text as JSON.
pub fn text(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

/// A text or null.
pub fn optional(value: Option<&str>) -> String {
    value.map_or_else(|| "null".into(), text)
}

/// An object of plain names and ready JSON.
pub fn object(fields: &[(&str, String)]) -> String {
    let length: usize = fields
        .iter()
        .map(|(name, value)| name.len() + value.len() + 4)
        .sum();
    let mut out = String::with_capacity(length + 2);
    for (number, (name, value)) in fields.iter().enumerate() {
        let parts = [if number == 0 { "{\"" } else { ",\"" }, name, "\":", value];
        for part in parts {
            out.push_str(part);
        }
    }
    out.push('}');
    out
}

/// Shorthand for a text field.
pub fn s<'a>(name: &'a str, value: &str) -> (&'a str, String) {
    (name, text(value))
}
