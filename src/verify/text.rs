//! The text of a finished PDF, in reading order, with what each piece is: prose, heading, cell, picture, header.
//!
//! In: a tagged PDF as Typst writes it. Out: [`Printed`]. Glyphs become letters by the font's ToUnicode map; the structure
//! tree says where they stand and which links they carry. What is in no structure element counts as prose, so that
//! nothing on a page goes unseen. An `ActualText` only replaces what holds no letter or digit: the glyphs that a reader
//! sees are what is read.

mod content;
mod structure;

use std::collections::BTreeMap;

use lopdf::{Document, ObjectId};

use content::Pieces;

/// Where a piece of text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A paragraph, a list, a note.
    Prose,
    /// A heading.
    Heading,
    /// A cell of a table.
    Cell,
    /// An entry of the table of contents.
    Contents,
    /// The number of a list item, a note or a heading.
    Label,
    /// A drawing.
    Picture,
    /// A header, a footer, a repeated head of a table.
    Artifact,
}

/// Text that was set in one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Page, from 1.
    pub page: usize,
    /// Its letters.
    pub text: String,
    /// Height of its baseline on the page, from below, in points.
    pub y: f64,
    /// Position in [`Printed::links`].
    pub link: Option<usize>,
}

/// A paragraph, a cell, a heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Where it stands.
    pub place: Place,
    /// Number of its element; 0 where it has none.
    pub element: usize,
    /// Number of the row, list item or note that it belongs to; 0 where it stands alone.
    pub whole: usize,
    /// Its text.
    pub runs: Vec<Run>,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A place in the paper: page from 1 and height from below.
    Spot(usize, f64),
    /// Anything else.
    Elsewhere,
}

/// The text of a PDF.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printed {
    /// Number of pages.
    pub pages: usize,
    /// Blocks in reading order, then headers and footers page by page.
    pub blocks: Vec<Block>,
    /// Links, by number.
    pub links: Vec<Target>,
}

type Result<T> = std::result::Result<T, lopdf::Error>;

impl Printed {
    /// Reads the text of a PDF.
    ///
    /// # Errors
    /// When it is no PDF, or a page cannot be read.
    pub fn read(document: &Document) -> Result<Self> {
        let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
        let mut fonts = BTreeMap::new();
        let mut found = Pieces::default();
        for (number, &page) in (1..).zip(&pages) {
            found.read_page(document, &mut fonts, number, page)?;
        }
        Ok(structure::arranged(document, &pages, found))
    }
}
