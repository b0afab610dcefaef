//! `teksten.json`: what the program gave the paper to print, so that every numeral can be held against it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the program gave, as it travels with the PDF.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Texts {
    /// `paper.json`.
    pub paper: Value,
    /// The text of each chart, in the order it is drawn.
    pub pictures: BTreeMap<String, String>,
    /// The texts of `queries/numerals.toml`.
    pub numerals: Vec<String>,
}
