//! The seal: what stood on each page when the program made it, so that a page that is changed, gone or added shows.
//!
//! It lies in the PDF beside the attachments, in the catalog's `PieceInfo`, because it can only be made of a finished
//! paper. Whoever makes a new seal can hide any change that the facts do not show; README says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Under which name the seal lies in `PieceInfo`.
pub const SEAL: &str = "Middelgroot";

/// What the program printed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Seal {
    /// The pages in order.
    pub pages: Vec<SealedPage>,
    /// SHA-256 of reading order, alternative texts, bookmarks and title.
    pub structure: String,
    /// SHA-256 of the list of checksums of the attachments.
    pub checksums: String,
    /// On which pages each sentence, ask and chart of `teksten.json` stands.
    pub standing: BTreeMap<String, Vec<usize>>,
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct SealedPage {
    /// SHA-256 of all that draws on it: its frame, its operations, and the fonts, forms and pictures they use.
    pub content: String,
    /// SHA-256 of its links.
    pub links: String,
    /// Its words in reading order, parted by single spaces.
    pub text: String,
}
