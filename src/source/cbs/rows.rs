//! Typed rows straight from the bytes of a page: no tree of values is built, nothing is kept of a row but its cells.
//!
//! In go a page and a [`Layout`] (which keys mean what, which members were asked); out go cells to a callback. Fails on
//! a member that the table's lists do not have, on text where a number must be, and on columns that are left out.
//! CBS peculiarities: padded keys, text topics padded and dotted, rows whose members come in the same order all along
//! (so the next key and the next member are guessed before they are looked up).

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::page::{Summary, twice};

/// What the keys of a row mean. The first two dimensions are the regions and the periods.
pub struct Layout {
    /// The dimensions, with their members.
    pub dimensions: Vec<Axis>,
    /// What else is read: v3 topics by key, or v4's four.
    pub cells: Vec<String>,
}

/// One dimension: its key, and its trimmed members with their numbers among the asked ones.
pub struct Axis {
    key: String,
    /// The asked ones first, in the order of their numbers: that is the table's, in which rows come.
    members: Vec<(Box<str>, Option<u32>)>,
    /// Places of all members, by their keys.
    by_key: Vec<u32>,
    other: Option<u32>,
}

impl Axis {
    /// A dimension. `other` is the number of members that are not listed; without it they are an error.
    pub fn new(
        key: &str,
        members: impl IntoIterator<Item = (String, Option<u32>)>,
        other: Option<u32>,
    ) -> Self {
        let members = members.into_iter();
        let mut members: Vec<_> = members
            .map(|(key, at)| (key.into_boxed_str(), at))
            .collect();
        members.sort_by_key(|(_, number)| (number.is_none(), *number));
        let mut by_key: Vec<u32> = (0..members.len() as u32).collect();
        by_key.sort_by_key(|place| &members[*place as usize].0);
        Self {
            key: key.to_owned(),
            members,
            by_key,
            other,
        }
    }

    /// The place of a member, guessed from that of the row before: there, or one further; nothing when there is no such member.
    fn find(&self, before: usize, key: &str) -> Option<usize> {
        let member = |place: usize| self.members.get(place).map(|(key, _)| &**key);
        let mut near = [before, before + 1, 0].into_iter();
        near.find(|place| member(*place) == Some(key)).or_else(|| {
            let found = self
                .by_key
                .binary_search_by_key(&Some(key), |place| member(*place as usize));
            found.ok().map(|at| self.by_key[at] as usize)
        })
    }
}

/// One cell of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// The row does not have it.
    #[default]
    Left,
    /// `null`.
    Null,
    /// A dot, or text of blanks.
    Dot,
    /// A number, also one written as text.
    Number(f64),
    /// Any other text.
    Text(String),
}

/// One row of which every dimension was asked for.
#[derive(Default)]
pub struct Row {
    /// For each axis the number of the member.
    pub at: Vec<u32>,
    /// The cells, as in [`Layout::cells`].
    pub cells: Vec<Cell>,
}

#[derive(Clone, Copy)]
enum Field {
    Axis(usize),
    Cell(usize),
    Other,
}

/// Reads pages of one layout.
pub struct Reader<'a> {
    layout: &'a Layout,
    fields: HashMap<&'a str, Field>,
    order: Vec<(String, Field)>,
    /// Where on each axis the last row was.
    before: Vec<usize>,
    row: Row,
}

impl<'a> Reader<'a> {
    /// A reader of pages of this layout.
    pub fn new(layout: &'a Layout) -> Self {
        let axes = layout
            .dimensions
            .iter()
            .enumerate()
            .map(|(i, axis)| (axis.key.as_str(), Field::Axis(i)));
        let cells = layout
            .cells
            .iter()
            .enumerate()
            .map(|(i, key)| (key.as_str(), Field::Cell(i)));
        let row = Row {
            at: vec![0; layout.dimensions.len()],
            cells: vec![Cell::Left; layout.cells.len()],
        };
        Self {
            layout,
            fields: axes.chain(cells).collect(),
            order: Vec::new(),
            before: vec![0; layout.dimensions.len()],
            row,
        }
    }

    /// Calls back for each asked row; returns how many rows the page has in all, and where it leads.
    ///
    /// # Errors
    /// When the page is not whole, a row does not fit the layout, or the callback fails; says where.
    pub fn page(
        &mut self,
        body: &[u8],
        each: &mut dyn FnMut(&Row) -> Result<(), String>,
    ) -> Result<Summary, String> {
        // once for the page, not again for every text in it
        let text = std::str::from_utf8(super::page::plain(body));
        let text = text.map_err(|error| format!("not UTF-8: {error}"))?;
        let mut source = serde_json::Deserializer::from_str(text);
        let summary = source
            .deserialize_map(Page { reader: self, each })
            .map_err(|error| error.to_string())?;
        source.end().map_err(|error| error.to_string())?;
        Ok(summary)
    }

    /// What a key means. The keys before it are the first of `order`, so one that is among those comes twice.
    fn field(&mut self, position: usize, key: &str) -> Result<Field, String> {
        match self.order.get(position) {
            Some((known, field)) if known == key => Ok(*field),
            _ => {
                let field = self.fields.get(key).copied().unwrap_or(Field::Other);
                self.order.truncate(position);
                if self.order.iter().any(|(known, _)| known == key) {
                    return Err(twice(key));
                }
                self.order.push((key.to_owned(), field));
                Ok(field)
            }
        }
    }

    /// The number of the member on an axis; `None` when it was not asked for.
    fn member(&mut self, axis: usize, key: &str) -> Result<Option<u32>, String> {
        let key = key.trim_end();
        let (before, axis) = (&mut self.before[axis], &self.layout.dimensions[axis]);
        if let Some(place) = axis.find(*before, key) {
            *before = place;
            return Ok(axis.members[place].1);
        }
        let other = axis.other.map(Some);
        other.ok_or_else(|| format!("member `{key}` is not in {}'s list", axis.key))
    }
}

/// The page: an object with a list `value`.
struct Page<'r, 'a, 'f> {
    reader: &'r mut Reader<'a>,
    each: &'f mut dyn FnMut(&Row) -> Result<(), String>,
}

impl<'de> Visitor<'de> for Page<'_, '_, '_> {
    type Value = Summary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Summary, A::Error> {
        let (mut rows, mut next, mut seen) = (None, None, BTreeSet::new());
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(twice(&key)));
            }
            match key.as_ref() {
                "value" => {
                    rows = Some(map.next_value_seed(Rows {
                        reader: self.reader,
                        each: self.each,
                    })?);
                }
                "odata.nextLink" | "@odata.nextLink" => next = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let rows = rows.ok_or_else(|| A::Error::custom("no rows"))?;
        Ok(Summary { rows, next })
    }
}

struct Rows<'r, 'a, 'f> {
    reader: &'r mut Reader<'a>,
    each: &'f mut dyn FnMut(&Row) -> Result<(), String>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_, '_> {
    type Value = u64;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_, '_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
        let mut rows = 0;
        while let Some(asked) = seq.next_element_seed(OneRow(self.reader))? {
            rows += 1;
            if asked {
                (self.each)(&self.reader.row).map_err(A::Error::custom)?;
            }
        }
        Ok(rows)
    }
}

/// One row into the reader's own; whether all its members were asked for.
struct OneRow<'r, 'a>(&'r mut Reader<'a>);

impl<'de> DeserializeSeed<'de> for OneRow<'_, '_> {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneRow<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let reader = self.0;
        reader.row.cells.fill(Cell::Left);
        let (mut asked, mut known, mut position) = (true, 0, 0);
        while let Some(field) = map.next_key_seed(Key(|key: &str| reader.field(position, key)))? {
            position += 1;
            match field.map_err(A::Error::custom)? {
                Field::Axis(axis) => {
                    known += 1;
                    match map
                        .next_value_seed(Key(|key: &str| reader.member(axis, key)))?
                        .map_err(A::Error::custom)?
                    {
                        Some(number) => reader.row.at[axis] = number,
                        None => asked = false,
                    }
                }
                Field::Cell(cell) => reader.row.cells[cell] = map.next_value_seed(OneCell)?,
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if known == reader.layout.dimensions.len() {
            Ok(asked)
        } else {
            Err(A::Error::custom("a row lacks a dimension"))
        }
    }
}

/// A string, handed to a function without being kept.
struct Key<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Key<F> {
    type Value = T;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Key<F> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }
}

struct OneCell;

impl<'de> DeserializeSeed<'de> for OneCell {
    type Value = Cell;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for OneCell {
    type Value = Cell;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text or null")
    }
    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }
    fn visit_f64<E>(self, number: f64) -> Result<Cell, E> {
        Ok(Cell::Number(number))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell::Number(number as f64))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Cell, E> {
        Ok(Cell::Number(number as f64))
    }
    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(cell(text))
    }
}

/// What a text in a cell means. Numbers may carry blanks (`"   135.5"`); words that only Rust reads as numbers do not count.
fn cell(text: &str) -> Cell {
    let bare = text.trim();
    if bare.is_empty() || bare == "." {
        return Cell::Dot;
    }
    let numeric = bare
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    match bare.parse() {
        Ok(number) if numeric && f64::is_finite(number) => Cell::Number(number),
        _ => Cell::Text(bare.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        let axis = |key: &str, members: &[&str]| {
            let members = (0..).zip(members);
            let members = members.map(|(at, member)| ((*member).to_owned(), Some(at)));
            Axis::new(key, members, None)
        };
        Layout {
            dimensions: vec![
                axis("RegioS", &["NL01", "GM0363"]),
                axis("Perioden", &["2019JJ00"]),
            ],
            cells: vec!["A_1".into(), "B_2".into()],
        }
    }

    type Rows = Vec<(Vec<u32>, Vec<Cell>)>;

    fn read(body: &str) -> Result<Rows, String> {
        let (layout, mut rows) = (layout(), Vec::new());
        Reader::new(&layout).page(body.as_bytes(), &mut |row| {
            rows.push((row.at.clone(), row.cells.clone()));
            Ok(())
        })?;
        Ok(rows)
    }

    #[test]
    fn padded_keys_and_every_kind_of_cell_are_read() {
        let rows = read(
            r#"{"value":[{"ID":0,"RegioS":"NL01  ","Perioden":"2019JJ00","A_1":17282163,"B_2":38.799999999999997},
            {"ID":1,"RegioS":"GM0363","Perioden":"2019JJ00","B_2":"       .","A_1":"   135.5"},
            {"RegioS":"GM0363","Perioden":"2019JJ00","A_1":null,"B_2":"NaN"},
            {"RegioS":"GM0363","Perioden":"2019JJ00","A_1":"1e999","B_2":"-inf"}]}"#,
        )
        .unwrap();
        assert_eq!(
            rows[0],
            (
                vec![0, 0],
                vec![
                    Cell::Number(17_282_163.0),
                    Cell::Number("38.799999999999997".parse().unwrap())
                ]
            )
        );
        assert_eq!(rows[1], (vec![1, 0], vec![Cell::Number(135.5), Cell::Dot]));
        assert_eq!(
            rows[2],
            (vec![1, 0], vec![Cell::Null, Cell::Text("NaN".into())])
        );
        let endless = ["1e999", "-inf"].map(|text| Cell::Text(text.into()));
        assert_eq!(rows[3], (vec![1, 0], endless.to_vec()));
    }

    #[test]
    fn members_and_dimensions_that_are_not_known_are_errors() {
        let unknown =
            read(r#"{"value":[{"RegioS":"GM9999","Perioden":"2019JJ00","A_1":1,"B_2":2}]}"#);
        assert!(unknown.unwrap_err().contains("GM9999"));
        for doubled in [
            r#"{"RegioS":"NL01","RegioS":"GM0363","Perioden":"2019JJ00","A_1":1,"B_2":2}"#,
            r#"{"RegioS":"NL01","Perioden":"2019JJ00","A_1":1,"B_2":2,"A_1":3}"#,
            r#"{"ID":0,"ID":1,"RegioS":"NL01","Perioden":"2019JJ00","A_1":1,"B_2":2}"#,
        ] {
            let plain = r#"{"RegioS":"NL01","Perioden":"2019JJ00","A_1":1,"B_2":2}"#;
            for page in [doubled.to_owned(), format!("{plain},{doubled}")] {
                let error = read(&format!(r#"{{"value":[{page}]}}"#)).unwrap_err();
                assert!(error.contains("twice in one object"), "{error}");
            }
        }
        assert!(
            read(r#"{"value":[{"RegioS":"NL01","A_1":1}]}"#)
                .unwrap_err()
                .contains("lacks a dimension")
        );
    }
}
