//! Tables by column: what a column is and how it is filled stand on one line, and every format is written from the result.
//!
//! In: rows of whatever kind, and a [`Column`] per cell of them. Out: a [`Table`]. Cannot fail. The peculiarity it answers: all
//! cells together are more than all figures. So none is held: each is made when its file is written.

use std::borrow::Cow;
use std::ops::Range;

use super::codes::Words;
use super::schema::{About, Field, Kind, Link};

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
    cell: Cell<'a, R>,
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

/// The rows of a table: held, or made anew whenever they are asked.
pub(super) trait Rows<R>: Sync {
    /// How many there are.
    fn count(&self) -> usize;
    /// Hands over some of them, in order.
    fn each(&self, rows: Range<usize>, hand_over: &mut dyn FnMut(&R));
}

impl<R: Sync> Rows<R> for Vec<R> {
    fn count(&self) -> usize {
        self.len()
    }

    fn each(&self, rows: Range<usize>, hand_over: &mut dyn FnMut(&R)) {
        self[rows].iter().for_each(hand_over);
    }
}

impl<R: Sync> Rows<R> for &[R] {
    fn count(&self) -> usize {
        self.len()
    }

    fn each(&self, rows: Range<usize>, hand_over: &mut dyn FnMut(&R)) {
        self[rows].iter().for_each(hand_over);
    }
}

/// What makes a cell of a row.
type Cell<'a, R> = Box<dyn Fn(&R) -> Value<'a> + Sync + 'a>;

/// Cells of whatever kind of row.
trait Cells<'a>: Sync {
    fn across(&self, rows: Range<usize>, hand_over: &mut dyn FnMut(usize, Value<'a>));
    fn down(&self, column: usize, rows: Range<usize>, hand_over: &mut dyn FnMut(Value<'a>));
}

struct Filled<'a, R, A> {
    rows: A,
    cells: Vec<Cell<'a, R>>,
}

impl<'a, R, A: Rows<R>> Cells<'a> for Filled<'a, R, A> {
    fn across(&self, rows: Range<usize>, hand_over: &mut dyn FnMut(usize, Value<'a>)) {
        self.rows.each(rows, &mut |row| {
            for (place, cell) in self.cells.iter().enumerate() {
                hand_over(place, cell(row));
            }
        });
    }

    fn down(&self, column: usize, rows: Range<usize>, hand_over: &mut dyn FnMut(Value<'a>)) {
        let cell = &self.cells[column];
        self.rows.each(rows, &mut |row| hand_over(cell(row)));
    }
}

/// A table of the open data. What stands in it is made when it is written.
pub(super) struct Table<'a> {
    /// What it is.
    pub about: About,
    /// Rows it has.
    pub rows: usize,
    /// Its columns.
    pub fields: Vec<Field>,
    cells: Box<dyn Cells<'a> + 'a>,
}

impl<'a> Table<'a> {
    /// A table of rows, with what makes each cell of them.
    pub(super) fn new<R: 'a>(
        about: About,
        columns: Vec<Column<'a, R>>,
        rows: impl Rows<R> + 'a,
    ) -> Self {
        let key = about.key;
        let (fields, cells) = columns
            .into_iter()
            .map(|column| (column.field, column.cell))
            .unzip::<_, _, Vec<Field>, _>();
        let fields = fields.into_iter().map(|field| Field {
            needed: field.needed || key.contains(&field.name.as_str()),
            ..field
        });
        Self {
            about,
            rows: rows.count(),
            fields: fields.collect(),
            cells: Box::new(Filled { rows, cells }),
        }
    }

    /// Makes the cells of some rows, row by row, each with the place of its column.
    pub(super) fn across(&self, rows: Range<usize>, mut hand_over: impl FnMut(usize, Value<'a>)) {
        self.cells.across(rows, &mut hand_over);
    }

    /// Makes the cells of some rows in one column.
    pub(super) fn down(
        &self,
        column: usize,
        rows: Range<usize>,
        mut hand_over: impl FnMut(Value<'a>),
    ) {
        self.cells.down(column, rows, &mut hand_over);
    }

    /// Every key of it that stands in another table: columns here, table, columns there.
    pub(super) fn links(&self) -> Vec<(Vec<&str>, &'static str, Vec<&str>)> {
        let own = self.fields.iter().filter_map(|field| {
            let (table, column) = field.link?;
            Some((vec![field.name.as_str()], table, vec![column]))
        });
        let several = self.about.links.iter();
        let several =
            several.map(|Link { columns, table }| (columns.to_vec(), *table, columns.to_vec()));
        own.chain(several).collect()
    }
}
