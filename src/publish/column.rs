//! Tables by column: what a column is and how it is filled stand on one line, and every format is written from the result.
//!
//! In: rows of whatever kind, and a [`Column`] per cell of them. Out: a [`Table`]. Cannot fail. Columns are filled side by
//! side; texts are kept once, because names of indicators and regions repeat a hundred thousand times.

use std::borrow::Cow;
use std::collections::HashMap;

use super::codes::Words;
use super::schema::{About, Field, Kind, Link};
use crate::base::hands::in_parts;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// A text; an empty one is none.
    Text(Cow<'a, str>),
    /// A whole number, or none.
    Whole(Option<i32>),
    /// A number, or none.
    Number(Option<f64>),
    /// Whether something is so, or nothing.
    Truth(Option<bool>),
}

/// What can stand in a cell; the type says which kind of column it makes.
pub(super) trait IntoValue<'a> {
    /// The kind of column.
    const KIND: Kind;
    /// The cell.
    fn value(self) -> Value<'a>;
}

macro_rules! into_value {
    ($($from:ty => $kind:ident, $this:ident, $value:expr;)+) => {
        $(impl<'a> IntoValue<'a> for $from {
            const KIND: Kind = Kind::$kind;
            fn value(self) -> Value<'a> {
                let $this = self;
                Value::$kind($value)
            }
        })+
    };
}

into_value! {
    &'a str => Text, text, Cow::Borrowed(text);
    Option<&'a str> => Text, text, Cow::Borrowed(text.unwrap_or_default());
    String => Text, text, Cow::Owned(text);
    i32 => Whole, number, Some(number);
    Option<i32> => Whole, number, number;
    usize => Whole, count, i32::try_from(count).ok();
    Option<usize> => Whole, count, count.and_then(|count| i32::try_from(count).ok());
    f64 => Number, number, Some(number);
    Option<f64> => Number, number, number;
    bool => Truth, is_so, Some(is_so);
    Option<bool> => Truth, is_so, is_so;
}

/// A column: what it is, and its cell of a row.
pub(super) struct Column<'a, R> {
    field: Field,
    cell: Box<dyn Fn(&R) -> Value<'a> + Sync + 'a>,
}

/// A column of a name and a meaning, filled from rows.
pub(super) fn column<'a, R, V: IntoValue<'a>>(
    name: impl Into<String>,
    meaning: impl Into<String>,
    cell: impl Fn(&R) -> V + Sync + 'a,
) -> Column<'a, R> {
    Column {
        field: Field {
            name: name.into(),
            kind: V::KIND,
            meaning: meaning.into(),
            unit: None,
            needed: false,
            bounds: (None, None),
            words: None,
            link: None,
        },
        cell: Box::new(move |row| cell(row).value()),
    }
}

impl<R> Column<'_, R> {
    /// No cell is empty.
    pub(super) fn needed(mut self) -> Self {
        self.field.needed = true;
        self
    }

    /// Its cells stand in a column of another table.
    pub(super) fn of(mut self, table: &'static str, column: &'static str) -> Self {
        self.field.link = Some((table, column));
        self
    }

    /// Its cells are words of `codes.csv`.
    pub(super) fn words(mut self, words: Words) -> Self {
        self.field.words = Some(words);
        self.of("codes", "code")
    }

    /// Its unit.
    pub(super) fn unit(mut self, unit: &'static str) -> Self {
        self.field.unit = Some(unit);
        self
    }

    /// The least that there can be.
    pub(super) fn from(mut self, least: f64) -> Self {
        self.field.bounds.0 = Some(least);
        self
    }

    /// The most that there can be.
    pub(super) fn to(mut self, most: f64) -> Self {
        self.field.bounds.1 = Some(most);
        self
    }
}

/// Texts of a column, each kept once.
#[derive(Debug, Default)]
pub(super) struct Texts<'a> {
    /// Every text.
    pub words: Vec<Cow<'a, str>>,
    /// Which one each row has.
    pub places: Vec<u32>,
}

impl<'a> Texts<'a> {
    fn new(cells: impl Iterator<Item = Cow<'a, str>>) -> Self {
        let mut texts = Self::default();
        let mut known: HashMap<Cow<'a, str>, u32> = HashMap::new();
        let mut last = None;
        for cell in cells {
            // rows lie sorted: most have the text of the row before
            let place = match last {
                Some(last) if texts.words[last as usize] == cell => last,
                _ => *known.entry(cell).or_insert_with_key(|cell| {
                    texts.words.push(cell.clone());
                    texts.words.len() as u32 - 1
                }),
            };
            last = Some(place);
            texts.places.push(place);
        }
        texts
    }

    /// The text of a row; none where it is empty.
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        let text = self.words[self.places[row] as usize].as_ref();
        (!text.is_empty()).then_some(text)
    }
}

/// The cells of a column.
#[derive(Debug)]
pub(super) enum Values<'a> {
    /// Texts.
    Text(Texts<'a>),
    /// Whole numbers.
    Whole(Vec<Option<i32>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
    /// Whether something is so.
    Truth(Vec<Option<bool>>),
}

/// A table of the open data, filled.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// What it is.
    pub about: About,
    /// Rows it has.
    pub rows: usize,
    /// Its columns with their cells.
    pub columns: Vec<(Field, Values<'a>)>,
}

impl<'a> Table<'a> {
    /// Fills a table from rows, column by column.
    pub(super) fn new<R: Sync>(about: About, columns: Vec<Column<'a, R>>, rows: &[R]) -> Self {
        let key = about.key;
        let filled = in_parts(
            columns.len(),
            || (),
            |(), place| {
                let column = &columns[place];
                values(column.field.kind, rows.iter().map(&column.cell))
            },
        );
        let fields = columns.into_iter().map(|column| column.field);
        let fields = fields.map(|field| Field {
            needed: field.needed || key.contains(&field.name.as_str()),
            ..field
        });
        Self {
            about,
            rows: rows.len(),
            columns: fields.zip(filled).collect(),
        }
    }

    /// Its columns.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.columns.iter().map(|(field, _)| field)
    }

    /// Every key of it that stands in another table: columns here, table, columns there.
    pub(super) fn links(&self) -> Vec<(Vec<&str>, &'static str, Vec<&str>)> {
        let own = self.fields().filter_map(|field| {
            let (table, column) = field.link?;
            Some((vec![field.name.as_str()], table, vec![column]))
        });
        let several = self.about.links.iter();
        let several =
            several.map(|Link { columns, table }| (columns.to_vec(), *table, columns.to_vec()));
        own.chain(several).collect()
    }
}

fn values<'a>(kind: Kind, cells: impl Iterator<Item = Value<'a>>) -> Values<'a> {
    macro_rules! all {
        ($kind:ident) => {
            cells.filter_map(|cell| match cell {
                Value::$kind(cell) => Some(cell),
                // the type of a column's function makes every cell of it, see `column`
                _ => None,
            })
        };
    }
    match kind {
        Kind::Text => Values::Text(Texts::new(all!(Text))),
        Kind::Whole => Values::Whole(all!(Whole).collect()),
        Kind::Number => Values::Number(all!(Number).collect()),
        Kind::Truth => Values::Truth(all!(Truth).collect()),
    }
}
