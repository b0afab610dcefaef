//! A font as a PDF carries it.
//!
//! In: a document and the dictionary of a font. Out: its program, and how its glyphs are read. A font of a kind that the program does not
//! use is none. The peculiarity it answers: a subset has no list of letters, so that they are told by a map beside it.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Encoding, Object};

use crate::verify::text::font::{descendant, widths};

/// More than any font of a paper takes, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// A font of a document.
pub(super) struct Embedded<'a> {
    /// The name of its style.
    pub(super) style: String,
    /// A file of TrueType.
    pub(super) program: Vec<u8>,
    /// Widths by glyph, in thousandths of the size.
    pub(super) widths: BTreeMap<u16, f64>,
    encoding: Encoding<'a>,
}

/// The name of a font, with the letters that mark a part of it.
pub(super) fn name(document: &Document, font: &Dictionary) -> String {
    let name = font.get_deref(b"BaseFont", document);
    let name = name.and_then(Object::as_name).unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

impl<'a> Embedded<'a> {
    /// Reads a font; none of another kind.
    pub(super) fn read(document: &'a Document, font: &'a Dictionary) -> Option<Self> {
        let is = |of: &Dictionary, key: &[u8], word: &[u8]| {
            let part = of.get_deref(key, document).and_then(Object::as_name);
            part.is_ok_and(|part| part == word)
        };
        let descendant = descendant(document, font)?;
        let is_plain = is(font, b"Subtype", b"Type0")
            && is(font, b"Encoding", b"Identity-H")
            && is(descendant, b"Subtype", b"CIDFontType2")
            && is(descendant, b"CIDToGIDMap", b"Identity");
        let program = descendant
            .get_deref(b"FontDescriptor", document)
            .and_then(Object::as_dict)
            .and_then(|of| of.get_deref(b"FontFile2", document)?.as_stream())
            .and_then(|of| of.get_plain_content_with_limit(MAX_BYTES));
        let name = name(document, font);
        let style = name.split_once('+').map_or(&*name, |(_, style)| style);
        let encoding = font.get_font_encoding_with_limit(document, MAX_BYTES);
        is_plain.then_some(Self {
            style: style.to_owned(),
            program: program.ok()?,
            widths: widths(document, descendant),
            encoding: encoding.ok()?,
        })
    }

    /// The letters of a glyph; none of one that is a part of another.
    pub(super) fn letters(&self, glyph: u16) -> Option<String> {
        let letters = Document::decode_text(&self.encoding, &glyph.to_be_bytes()).ok()?;
        let is_some = !letters.is_empty() && !letters.contains(char::REPLACEMENT_CHARACTER);
        is_some.then_some(letters)
    }
}
