//! Words for what an indicator measures: its unit as a reader says it, and its title within a sentence.
//!
//! In: an indicator. Out: Dutch. Nothing fails. The peculiarity it answers: many titles say their unit already.

use crate::query::Indicator;

/// The unit as a subtitle says it; nothing where the title says it.
pub fn unit(unit: &str, title: &str) -> String {
    match unit {
        "%" => "in procenten".to_owned(),
        "euro" | "x 1.000 euro" => "in euro's".to_owned(),
        "index" => "2010 = 100".to_owned(),
        "km" => "in kilometers".to_owned(),
        "inwoners" if title.to_lowercase().contains("inwoners") => String::new(),
        unit => match unit.strip_prefix("euro per") {
            Some(per) => format!("in euro's per{per}"),
            None => unit.to_owned(),
        },
    }
}

/// The title with its unit, where neither the title nor a sign beside the value says it.
pub fn with_unit(indicator: &Indicator) -> String {
    let title = &indicator.title;
    let words = match indicator.unit.as_str() {
        "%" | "euro" | "x 1.000 euro" | "index" | "aantal" => String::new(),
        unit if unit.starts_with("euro per") => unit["euro ".len()..].to_owned(),
        "km" => "in km".to_owned(),
        unit if unit.starts_with("per ") => unit.to_owned(),
        unit => format!("({unit})"),
    };
    let unit = words.trim_matches(['(', ')']).to_lowercase();
    let said = title.to_lowercase().contains(&unit);
    // `per 1.000 inwoners` stays on one line
    let words = words.replace("per 1.000 ", "per 1.000\u{a0}");
    if words.is_empty() || said {
        title.clone()
    } else {
        format!("{title} {words}")
    }
}

/// A title within a sentence; an abbreviation keeps its capitals.
pub fn lower_first(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}
