//! The shape of `feiten.json`: every number of the paper with its text, its derivation and its cells.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::derivation::Derivation;

/// `feiten.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Facts {
    /// Edition.
    pub edition: String,
    /// Year of whose 1 January the boundaries are.
    pub boundaries: i32,
    /// Of what a sheet of one gemeente rests on; a paper has all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<RestsOn>,
    /// Facts by id.
    pub facts: Vec<Entry>,
}

/// What a sheet of one gemeente does not carry and yet rests on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct RestsOn {
    /// Code of the gemeente.
    pub region: String,
    /// The paper's file.
    pub paper: String,
    /// SHA-256 of the paper and of the published files that figures are stated from, by their path in the output.
    pub sha256: BTreeMap<String, String>,
}

/// One fact.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Entry {
    /// Id.
    pub id: String,
    /// Label of its row in the paper's appendix.
    pub label: String,
    /// Text as printed, with the mark of a provisional figure.
    pub text: String,
    /// Exact value; none for a name, a period, or where there is no figure.
    pub value: Option<f64>,
    /// Unit of the value.
    pub unit: String,
    /// Decimals it is rounded to.
    pub decimals: i8,
    /// Whether it rests on provisional figures.
    pub provisional: bool,
    /// Why there is no figure, in Dutch.
    pub lacking: Option<String>,
    /// What it is, in Dutch.
    pub what: String,
    /// Indicator.
    pub indicator: String,
    /// The year (or last year) it is of.
    pub year: Option<i32>,
    /// Its formula with the numbers filled in.
    pub formula: String,
    /// How it follows from rows of `bewijs.csv`; none without a figure.
    pub derivation: Option<Derivation>,
    /// Its raw cells: places in `cellen.csv`.
    pub cells: Vec<Places>,
}

/// A place in `cellen.csv`, or `[first, last]` where they follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Places {
    /// One.
    One(usize),
    /// First and last.
    Range([usize; 2]),
}

impl Places {
    /// First and last.
    pub const fn ends(self) -> (usize, usize) {
        match self {
            Self::One(place) => (place, place),
            Self::Range([first, last]) => (first, last),
        }
    }

    /// Ascending places, those that follow each other as first and last.
    pub fn of(cells: &[usize]) -> Vec<Self> {
        cells
            .chunk_by(|a, b| a + 1 == *b)
            .filter_map(|run| match run {
                [one] => Some(Self::One(*one)),
                [first, .., last] => Some(Self::Range([*first, *last])),
                [] => None,
            })
            .collect()
    }
}

/// The label of the fact at a place among all facts by id.
pub fn label(place: usize) -> String {
    format!("feit-{}", place + 1)
}
