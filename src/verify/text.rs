//! The text of a finished PDF, in reading order, with what each piece is: prose, heading, cell, picture, header.
//!
//! In: a tagged PDF as Typst writes it. Out: [`Printed`], with a [`Sheet`] for what else is on each page. Glyphs become
//! letters by the font's ToUnicode map; the structure tree says where they stand and which links they carry. What is in
//! no structure element counts as prose, so that nothing on a page goes unseen. An `ActualText` only replaces what holds
//! no letter or digit: the glyphs that a reader sees are what is read.

mod annotation;
mod content;
pub(super) mod font;
mod paint;
mod state;
mod structure;

use std::collections::BTreeSet;

use lopdf::{Document, Object, ObjectId};

use super::digest::Digests;
use crate::base::hands::in_parts;
use content::{Fonts, Pieces};
pub(super) use content::{OF_PICTURES, inherited};

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
    /// A fact of another document, by its label there.
    Label(String),
    /// Anything else.
    Elsewhere,
}

/// What is on a page beside its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Digest of all that draws on it.
    pub content: String,
    /// Digest of its annotations.
    pub links: String,
    /// What the program never puts on a page of its own accord, in words.
    pub odd: BTreeSet<&'static str>,
    /// Annotations that are no plain link, in words.
    pub notes: Vec<String>,
}

/// The text of a PDF.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printed {
    /// Number of pages.
    pub pages: usize,
    /// The pages.
    pub sheets: Vec<Sheet>,
    /// The first page that was there before in the list of pages, or is none; that list may lead back to itself.
    pub no_page: Option<usize>,
    /// Blocks in reading order, then headers and footers page by page.
    pub blocks: Vec<Block>,
    /// Links, by number.
    pub links: Vec<Target>,
}

type Result<T> = std::result::Result<T, lopdf::Error>;

/// What is looked for on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What is written on it.
    Text,
    /// Also whether that can be seen.
    Everything,
}

impl Printed {
    /// Reads the text of a PDF.
    ///
    /// # Errors
    /// When it is no PDF, or a page is none.
    pub fn read(document: &Document, look: Look) -> Result<Self> {
        let (pages, no_page) = pages(document);
        let read = in_parts(
            pages.len(),
            || (Fonts::new(), Digests::new(document, &pages)),
            |own, place| Pieces::of_page(document, own, (place + 1, look), &pages),
        );
        let (mut found, mut sheets) = (Pieces::default(), Vec::new());
        for of_page in read {
            let (pieces, sheet) = of_page?;
            found.add(pieces);
            sheets.push(sheet);
        }
        Ok(Self {
            sheets,
            no_page,
            ..structure::arranged(document, &pages, found)
        })
    }
}

/// The pages in order, each once, and the first place (from 1) of the list that holds none or one that was there before.
///
/// Whatever has no kids counts as a page, as it does where it is shown.
pub(super) fn pages(document: &Document) -> (Vec<ObjectId>, Option<usize>) {
    let (mut pages, mut seen, mut no_page) = (Vec::new(), BTreeSet::new(), None);
    let root = document.catalog().and_then(|catalog| catalog.get(b"Pages"));
    let mut open: Vec<&Object> = root.into_iter().collect();
    while let Some(next) = open.pop() {
        let known = next.as_reference().ok().filter(|&id| seen.insert(id));
        let node = known.and_then(|id| Some((id, document.get_dictionary(id).ok()?)));
        let Some((id, node)) = node else {
            no_page = no_page.or(Some(pages.len() + 1));
            continue;
        };
        match node.get_deref(b"Kids", document).and_then(Object::as_array) {
            Ok(kids) => open.extend(kids.iter().rev()),
            Err(_) => pages.push(id),
        }
    }
    (pages, no_page)
}
