//! The fonts of a PDF held against the letters that they say they draw.
//!
//! In: a PDF, and the family that its evidence names. Out: what is wrong with its fonts. Cannot fail. The peculiarity it exists for: text
//! is read by a map from glyphs to letters, and a map can lie; so each glyph must be drawn as the project's own font draws its letter.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::text::font::{descendant, widths};
use super::text::{inherited, pages};
use crate::base::family::family;
use crate::evidence::Texts;

/// More than any font of a paper takes, in bytes.
const MAX_BYTES: usize = 16 << 20;
/// Furthest that an advance may lie from that of the font, in thousandths of its size.
const ROUNDING: f64 = 1.0;

/// The family that the evidence names, where it is not the project's own.
pub(super) fn other_family(texts: &Texts) -> Option<String> {
    let named = texts.paper["house"]["font"].as_str()?;
    (named != family().name()).then(|| named.to_owned())
}

/// What is wrong with the fonts of the pages, each font once.
pub(super) fn check(document: &Document) -> Vec<String> {
    let own = Own::new();
    let pages = &pages(document).0;
    let mut wrong = Vec::new();
    for font in fonts(document, pages) {
        let name = font.get_deref(b"BaseFont", document);
        let name = name.and_then(Object::as_name).unwrap_or_default();
        let name = String::from_utf8_lossy(name).into_owned();
        if let Err(what) = one(document, font, &own) {
            wrong.push(format!("the font `{name}` {what}"));
        }
    }
    wrong
}

/// The fonts in the resources of pages.
fn fonts<'a>(document: &'a Document, pages: &[ObjectId]) -> Vec<&'a Dictionary> {
    let (mut seen, mut fonts) = (BTreeSet::new(), Vec::new());
    for page in pages {
        let page = document.get_dictionary(*page).ok();
        let resources = page.and_then(|page| inherited(document, page, b"Resources"));
        let named = resources.and_then(|of| {
            of.as_dict()
                .ok()?
                .get_deref(b"Font", document)
                .ok()?
                .as_dict()
                .ok()
        });
        for (_, font) in named.into_iter().flatten() {
            let font = document.dereference(font).and_then(|(_, of)| of.as_dict());
            if let Ok(font) = font
                && seen.insert(std::ptr::from_ref(font))
            {
                fonts.push(font);
            }
        }
    }
    fonts
}

/// The styles that letters may be drawn in.
struct Own {
    styles: Vec<(String, Face<'static>)>,
}

impl Own {
    fn new() -> Self {
        let styles = family().files().filter_map(|(_, bytes)| {
            let face = Face::parse(bytes, 0).ok()?;
            Some((name(&face)?, face))
        });
        Self {
            styles: styles.collect(),
        }
    }
}

/// The name of a style, as a font of a PDF bears it.
fn name(face: &Face<'_>) -> Option<String> {
    let is_name = |of: &ttf_parser::name::Name<'_>| {
        of.name_id == ttf_parser::name_id::POST_SCRIPT_NAME && of.is_unicode()
    };
    let name = face.names().into_iter().find(is_name)?.to_string()?;
    Some(name.trim_end_matches("-Regular").to_owned())
}

/// Holds a font against the style of its name.
fn one(document: &Document, font: &Dictionary, own: &Own) -> Result<(), String> {
    let part = |of: &Dictionary, key: &[u8]| {
        of.get_deref(key, document)
            .ok()
            .and_then(|of| of.as_name().ok())
            .map(<[u8]>::to_vec)
    };
    let other = || "is not one that the program uses".to_owned();
    let descendant = descendant(document, font).ok_or_else(other)?;
    let is_plain = part(font, b"Subtype").as_deref() == Some(b"Type0")
        && part(font, b"Encoding").as_deref() == Some(b"Identity-H")
        && part(descendant, b"Subtype").as_deref() == Some(b"CIDFontType2")
        && part(descendant, b"CIDToGIDMap").as_deref() == Some(b"Identity");
    let program = descendant
        .get_deref(b"FontDescriptor", document)
        .and_then(Object::as_dict)
        .and_then(|of| of.get_deref(b"FontFile2", document)?.as_stream())
        .and_then(|of| of.get_plain_content_with_limit(MAX_BYTES))
        .map_err(|_| other())?;
    let face = Face::parse(&program, 0).map_err(|_| other())?;
    let name = part(font, b"BaseFont").unwrap_or_default();
    let name = String::from_utf8_lossy(&name);
    let style = name.split_once('+').map_or(&*name, |(_, style)| style);
    let (_, own) = own
        .styles
        .iter()
        .find(|(of, _)| of == style)
        .ok_or_else(other)?;
    let encoding = font
        .get_font_encoding_with_limit(document, MAX_BYTES)
        .map_err(|_| other())?;
    if !is_plain {
        return Err(other());
    }
    let widths = widths(document, descendant);
    for glyph in 1..face.number_of_glyphs() {
        glyph_of((&widths, &encoding), (&face, own), glyph)?;
    }
    Ok(())
}

/// Holds one glyph against its letter; one that says no letter is a part of another.
fn glyph_of(
    (widths, encoding): (&BTreeMap<u16, f64>, &Encoding<'_>),
    (face, own): (&Face<'_>, &Face<'_>),
    glyph: u16,
) -> Result<(), String> {
    let letters = Document::decode_text(encoding, &glyph.to_be_bytes()).unwrap_or_default();
    if letters.is_empty() || letters.contains(char::REPLACEMENT_CHARACTER) {
        return Ok(());
    }
    let mut those = letters.chars();
    let known = match (those.next(), those.next()) {
        (Some(letter), None) => own.glyph_index(letter),
        _ => None,
    };
    let drawn = outline(face, GlyphId(glyph));
    if known.map(|known| outline(own, known)) != Some(drawn) {
        return Err(format!("draws `{letters}` as something else"));
    }
    let units = f64::from(own.units_per_em()) / 1000.0;
    let advance = known.and_then(|known| own.glyph_hor_advance(known));
    let advance = f64::from(advance.unwrap_or_default()) / units;
    let width = widths.get(&glyph).copied().unwrap_or_default();
    if (width - advance).abs() > ROUNDING {
        return Err(format!("gives `{letters}` another width"));
    }
    Ok(())
}

/// The strokes of a glyph.
#[derive(Default, PartialEq)]
struct Strokes(Vec<(char, [f32; 6])>);

impl OutlineBuilder for Strokes {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(('m', [x, y, 0.0, 0.0, 0.0, 0.0]));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(('l', [x, y, 0.0, 0.0, 0.0, 0.0]));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.push(('q', [x1, y1, x, y, 0.0, 0.0]));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.push(('c', [x1, y1, x2, y2, x, y]));
    }

    fn close(&mut self) {
        self.0.push(('h', [0.0; 6]));
    }
}

fn outline(face: &Face<'_>, glyph: GlyphId) -> Strokes {
    let mut strokes = Strokes::default();
    // a blank has none
    let _ = face.outline_glyph(glyph, &mut strokes);
    strokes
}
