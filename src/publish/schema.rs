//! What a table of the open data is: its columns with type, meaning, bounds, words and keys.
//!
//! In: nothing but what the tables say of themselves. Out: [`About`] and [`Field`], from which header, types, Parquet,
//! `datapackage.json`, `codebook.md` and the tests all follow: a column is described once, where it is filled. Cannot fail.

use super::codes::Words;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text in UTF-8.
    Text,
    /// Whole numbers.
    Whole,
    /// Numbers, always with a decimal point in CSV, so that a reader that guesses never takes them for whole.
    Number,
    /// `true` or `false`.
    Truth,
}

impl Kind {
    /// The type in a Table Schema.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Whole => "integer",
            Self::Number => "number",
            Self::Truth => "boolean",
        }
    }
}

/// One column.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// What it means, in English.
    pub meaning: String,
    /// Unit, where it is the same in every row.
    pub unit: Option<&'static str>,
    /// Whether no cell of it is empty.
    pub needed: bool,
    /// Smallest and largest value that there can be.
    pub bounds: (Option<f64>, Option<f64>),
    /// The words that may stand in it, all in `codes.csv`.
    pub words: Option<Words>,
    /// Table and column that its cells stand in.
    pub link: Option<(&'static str, &'static str)>,
}

/// A key of several columns that stands in another table under the same names.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Columns.
    pub columns: &'static [&'static str],
    /// Table.
    pub table: &'static str,
}

/// What a table says of itself.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Name, also of its files.
    pub name: &'static str,
    /// Title, in English.
    pub title: &'static str,
    /// What a row is, in English.
    pub row: &'static str,
    /// The columns that tell its rows apart, in which they are sorted.
    pub key: &'static [&'static str],
    /// Keys of several columns in other tables.
    pub links: &'static [Link],
}

/// The key by which a figure is led to how it was made.
pub const SERIES: Link = Link {
    columns: &["indicator", "period"],
    table: "reeksen",
};
