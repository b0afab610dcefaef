//! The room of the table of a sheet: how wide its columns are, and how many lines each row takes.
//!
//! In: a sheet made ready for Typst. Out: the same with a number of lines in each row. Nothing fails. The peculiarity it answers: where
//! Typst finds out itself how high a row is, it sets every cell twice.

use serde_json::Value;

use super::strip;
use crate::chart::{Weight, wrap};

/// Size of the letters of the table, in points.
const LETTERS: f64 = 7.0;
/// Room between two texts.
const BETWEEN: f64 = 3.0;

/// The columns in order, with their width in points; what they leave is for the strip, which stands behind the third.
const COLUMNS: [(&str, f64); 7] = [
    ("title", 193.4),
    ("year", 18.0),
    ("own", 47.0),
    ("network", 38.5),
    ("size", 42.0),
    ("nation", 39.0),
    ("peers", 78.0),
];
/// Columns before the strip.
const BEFORE_STRIP: usize = 3;

/// The widths of all columns, that of the strip among them.
pub(super) fn widths() -> Vec<f64> {
    let mut widths: Vec<f64> = COLUMNS.iter().map(|(_, width)| *width).collect();
    widths.insert(BEFORE_STRIP, strip::SIZE.0 + BETWEEN);
    widths
}

/// Says in each row how many lines it takes.
pub(super) fn put_lines(sheet: &mut Value) {
    let themes = sheet["themes"].as_array_mut().into_iter().flatten();
    let rows = themes.filter_map(|theme| theme["rows"].as_array_mut());
    for row in rows.flatten() {
        let lines = COLUMNS.map(|column| lines(row, column));
        row["lines"] = lines.into_iter().max().unwrap_or(1).into();
    }
}

/// The lines of one cell; a word that is broken at its end takes no more.
fn lines(row: &Value, (name, width): (&str, f64)) -> usize {
    let weight = if name == "own" {
        Weight::Bold
    } else {
        Weight::Regular
    };
    let text = row[name].as_str().unwrap_or_default();
    wrap(text, LETTERS, weight, width - BETWEEN, usize::MAX).len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_as_high_as_its_longest_cell() {
        let title = "Verschil tussen het gemiddelde inkomen van huishoudens met en zonder eigen woning (euro per jaar)";
        let row = |title: &str, own: &str| json!({ "title": title, "year": 2024, "own": own, "peers": "1,0 – 2,0" });
        let rows = [
            row("Inwoners", "1"),
            row(title, "1"),
            row("Inwoners", "12.345.678 mensen en meer"),
        ];
        let mut sheet = json!({ "themes": [{ "rows": rows }] });
        put_lines(&mut sheet);
        let rows = sheet["themes"][0]["rows"].as_array().unwrap();
        let lines: Vec<_> = rows.iter().map(|row| row["lines"].as_u64()).collect();
        assert_eq!(lines, [Some(1), Some(2), Some(3)]);
    }
}
