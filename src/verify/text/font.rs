//! The fonts of a page: letters and widths by code.
//!
//! In: the dictionary of a font. Out: [`Letters`]. Cannot fail: a font whose letters cannot be told is none. The peculiarity it
//! exists for: the program uses fonts of one kind only, with codes of two bytes that are numbers of glyphs.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Encoding, Object};

/// A map from codes to letters is no larger, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// A font as it is read.
pub(super) struct Letters<'a> {
    encoding: Encoding<'a>,
    /// Widths by code, in thousandths of the size; none for a font of another kind.
    widths: Option<BTreeMap<u16, f64>>,
}

impl<'a> Letters<'a> {
    /// How the letters of a font are told from its codes; none where they cannot be.
    pub(super) fn read(document: &'a Document, font: &'a Dictionary) -> Option<Self> {
        let kind = font
            .get_deref(b"Subtype", document)
            .and_then(Object::as_name);
        let has_map = || {
            let map = font.get_deref(b"ToUnicode", document);
            map.is_ok_and(|map| map.as_stream().is_ok())
        };
        match kind {
            // each glyph is a drawing
            Ok(b"Type3") => return None,
            Ok(b"Type0") if !has_map() => return None,
            _ => {}
        }
        Some(Self {
            encoding: font
                .get_font_encoding_with_limit(document, MAX_BYTES)
                .ok()?,
            widths: descendant(document, font).map(|of| widths(document, of)),
        })
    }

    /// The letters of a string; none where they cannot be told.
    pub(super) fn letters(&self, codes: &[u8]) -> Option<String> {
        let letters = Document::decode_text(&self.encoding, codes).ok()?;
        (!letters.contains(char::REPLACEMENT_CHARACTER)).then_some(letters)
    }

    /// The widths of the glyphs of a string, for a size of 1.
    pub(super) fn advances<'c>(
        &self,
        codes: &'c [u8],
    ) -> impl Iterator<Item = f64> + use<'_, 'a, 'c> {
        codes.chunks_exact(2).map(|code| {
            let code = u16::from_be_bytes([code[0], code[1]]);
            let widths = self.widths.as_ref();
            widths
                .and_then(|widths| widths.get(&code))
                .copied()
                .unwrap_or_default()
                / 1000.0
        })
    }

    /// Whether it is of the kind that the program uses.
    pub(super) const fn is_plain(&self) -> bool {
        self.widths.is_some()
    }
}

/// The font that has the glyphs of a composite one.
pub(in crate::verify) fn descendant<'a>(
    document: &'a Document,
    font: &'a Dictionary,
) -> Option<&'a Dictionary> {
    let list = font
        .get_deref(b"DescendantFonts", document)
        .ok()?
        .as_array()
        .ok()?;
    document.dereference(list.first()?).ok()?.1.as_dict().ok()
}

/// Widths by code: one after another from a first code, or one width from a first code to a last.
pub(in crate::verify) fn widths(
    document: &Document,
    descendant: &Dictionary,
) -> BTreeMap<u16, f64> {
    let mut widths = BTreeMap::new();
    let list = descendant
        .get_deref(b"W", document)
        .and_then(Object::as_array);
    let mut list = list.into_iter().flatten();
    let code = |of: Option<&Object>| u16::try_from(of?.as_i64().ok()?).ok();
    let width = |of: &Object| of.as_float().ok().map(f64::from);
    while let Some(first) = code(list.next()) {
        let next = list.next();
        if let Some(Ok(of)) = next.map(Object::as_array) {
            let known = (first..=u16::MAX).zip(of);
            widths.extend(known.filter_map(|(code, of)| Some((code, width(of)?))));
        } else if let (Some(last), Some(of)) = (code(next), list.next().and_then(width)) {
            widths.extend((first..=last).map(|code| (code, of)));
        } else {
            break;
        }
    }
    widths
}
