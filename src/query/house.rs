//! The house style: whose paper it is, and its two colours.

use std::path::PathBuf;

use crate::base::family::STYLES;
use crate::base::look::Rgb;

/// Who sends the paper, and how it looks.
#[derive(Clone, Debug)]
pub struct House {
    /// Name in text.
    pub name: String,
    /// Name in full.
    pub full_name: String,
    /// What the paper is, in a sentence.
    pub description: String,
    /// Words by which it is found.
    pub keywords: Vec<String>,
    /// The document of its own that the asks rest on, with its years.
    pub agenda: String,
    /// Colour of headings, links, boxes and cover: a text in it can be read on white, and white on it.
    pub color: Rgb,
    /// Colour of the mark before a heading.
    pub accent: Rgb,
    /// Files of the font beside the chapters: regular, bold, italic, bold italic; none for Noto Sans.
    pub fonts: Option<[PathBuf; STYLES]>,
}
