//! A page of rows held against `serde_json` reading the same bytes without any layout.

use middelgroot::source::cbs::rows::{Axis, Cell, Layout, Reader};
use serde_json::Value;

/// A table: its dimensions with their members, of which the first few were asked, and the other keys that are read.
pub struct Table {
    /// Key, members, and how many of those were asked.
    pub dimensions: &'static [(&'static str, &'static [&'static str], usize)],
    /// Keys.
    pub cells: &'static [&'static str],
}

type Rows = Vec<(Vec<u32>, Vec<Cell>)>;

impl Table {
    fn layout(&self) -> Layout {
        let axis = |(key, members, asked): &(&str, &[&str], usize)| {
            let members = members.iter().zip(0..);
            let numbered = members.map(|(member, at)| {
                let asked = (at < *asked).then_some(at as u32);
                ((*member).to_owned(), asked)
            });
            Axis::new(key, numbered, None)
        };
        Layout {
            dimensions: self.dimensions.iter().map(axis).collect(),
            cells: self.cells.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    /// The numbers of the members of a row that was asked; an unknown member is an error of the caller's.
    fn at(&self, row: &Value) -> Option<Vec<u32>> {
        let number = |(key, members, asked): &(&str, &[&str], usize)| {
            let member = row[*key].as_str().expect("a member").trim_end();
            let at = members.iter().position(|of| *of == member);
            let at = at.unwrap_or_else(|| panic!("`{member}` was taken for a member of {key}"));
            (at < *asked).then_some(at as u32)
        };
        self.dimensions.iter().map(number).collect()
    }
}

/// Reads a page twice with one reader, and holds what came against the same page read plainly.
pub fn check(table: &Table, body: &[u8]) {
    let layout = table.layout();
    let mut reader = Reader::new(&layout);
    let mut read = || {
        let mut rows = Rows::new();
        let summary = reader.page(body, &mut |row| {
            rows.push((row.at.clone(), row.cells.clone()));
            Ok(())
        });
        (summary, rows)
    };
    let (first, second) = (read(), read());
    assert_eq!(
        first, second,
        "what a reader knows of one page changes the next"
    );
    let (Ok(summary), rows) = first else {
        return;
    };
    let plain = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // what is skipped may hold what a plain reading refuses: numbers without end, half a sign, very deep lists
    let Ok(page) = serde_json::from_slice::<Value>(plain) else {
        return;
    };
    let values = page["value"].as_array().expect("a list of rows");
    assert_eq!(values.len() as u64, summary.rows);
    let next = ["odata.nextLink", "@odata.nextLink"].map(|key| page[key].as_str());
    let has_both = next.iter().all(Option::is_some);
    assert!(has_both || summary.next.as_deref() == next[0].or(next[1]));
    let expected = values.iter().filter_map(|row| Some((table.at(row)?, row)));
    let expected: Vec<_> = expected.collect();
    assert_eq!(expected.len(), rows.len());
    for ((at, row), (found, cells)) in expected.iter().zip(&rows) {
        assert_eq!(at, found);
        for (key, cell) in table.cells.iter().zip(cells) {
            assert!(is_that(cell, row.get(*key)), "{cell:?} of {row}");
        }
    }
}

/// Whether a cell is what stands there.
fn is_that(cell: &Cell, value: Option<&Value>) -> bool {
    match (cell, value) {
        (Cell::Left, None) | (Cell::Null, Some(Value::Null)) => true,
        (Cell::Dot, Some(Value::String(text))) => matches!(text.trim(), "" | "."),
        (Cell::Number(number), Some(Value::Number(value))) => value.as_f64() == Some(*number),
        (Cell::Number(number), Some(Value::String(text))) => {
            number.is_finite() && text.trim().parse() == Ok(*number)
        }
        (Cell::Text(cell), Some(Value::String(text))) => cell == text.trim(),
        _ => false,
    }
}
