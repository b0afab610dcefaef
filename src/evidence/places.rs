//! `plaatsen.json`: what of the program was printed where, in the order of the pages. Typst writes it while it sets them, so that it
//! says what was asked to be printed, whatever the glyphs say.

use serde::{Deserialize, Serialize};

/// Something of the program that stands on a page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Stands {
    /// The page that it ends on, from 1.
    pub page: usize,
    /// What it is.
    #[serde(flatten)]
    pub put: Put,
}

/// What was printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Put {
    /// A fact, by its id.
    Fact(String),
    /// A sentence with its facts filled in: of a claim, a title or an ask.
    Sentence(String),
    /// A chart, by its id.
    Chart(String),
    /// A word that two facts choose.
    Choice {
        /// The facts, as `first~second`.
        pair: String,
        /// Words for higher, equal and lower.
        words: [String; 3],
    },
}
