//! The fonts of a PDF held against the letters that they say they draw.
//!
//! In: a PDF, the family that its evidence names, and the files of that family where it is not the project's own. Out: what is wrong with
//! its fonts. Fails on files that cannot be read. The peculiarity it exists for: text is read by a map from glyphs to letters, and a map
//! can lie; so each glyph must be drawn as the font itself draws its letter. Of a family whose files are not here a PDF cannot show that.

mod alone;
mod embedded;
mod own;
mod strokes;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lopdf::{Dictionary, Document, ObjectId};
use ttf_parser::{Face, GlyphId};

use super::text::{inherited, pages};
use crate::base::family::{family, family_of};
use crate::base::files;
use crate::evidence::Texts;
use alone::Seen;
use embedded::Embedded;
use own::{Own, Style};
use strokes::{instructions, outline, programs};

/// Furthest that an advance may lie from that of the font, in thousandths of its size.
const ROUNDING: f64 = 1.0;
/// How the files of a font end, which are of TrueType.
const TRUETYPE: &str = "ttf";
/// How the folder with files of another family is named.
const OPTION: &str = "--font FOLDER";

/// The family that the evidence names, where it is not the project's own.
pub(super) fn other_family(texts: &Texts) -> Option<String> {
    let named = texts.paper["house"]["font"].as_str()?;
    (named != family().name()).then(|| named.to_owned())
}

/// What is wrong with the fonts of the pages, each font once: held against the project's own family, or against the files of another in
/// a folder, or without these against themselves.
///
/// # Errors
/// When the folder or a file in it cannot be read.
pub(super) fn check(
    document: &Document,
    other: Option<&str>,
    folder: Option<&Path>,
) -> Result<Vec<String>, files::Error> {
    let fonts = fonts(document, &pages(document).0);
    let held = |own: &Own<'_>| wrong(document, &fonts, |font| one(font, own));
    Ok(match (other, folder) {
        (None, None) => held(&Own::new(family().files().map(|(_, bytes)| bytes))),
        (_, Some(folder)) => {
            let name = other.unwrap_or(family().name());
            let files = of_family(folder, name)?;
            if files.is_empty() {
                let folder = folder.display();
                return Ok(vec![format!(
                    "`{folder}` has no font of the family `{name}`"
                )]);
            }
            held(&Own::new(files.iter().map(Vec::as_slice)))
        }
        (Some(other), None) => {
            let mut seen = Seen::default();
            let mut found = wrong(document, &fonts, |font| seen.hold(font, other));
            found.push(format!(
                "its letters are of `{other}`, and whether they look as they are read is told by the files of that font: `{OPTION}`"
            ));
            found
        }
    })
}

/// The files of TrueType in a folder that are of a family.
fn of_family(folder: &Path, name: &str) -> Result<Vec<Vec<u8>>, files::Error> {
    let mut found = Vec::new();
    for entry in files::at("read", folder, fs::read_dir(folder))? {
        let path = files::at("read", folder, entry)?.path();
        let end = path.extension().unwrap_or_default();
        if !end.eq_ignore_ascii_case(TRUETYPE) {
            continue;
        }
        let bytes = files::at("read", &path, fs::read(&path))?;
        let of = Face::parse(&bytes, 0)
            .ok()
            .and_then(|face| family_of(&face));
        if of.as_deref() == Some(name) {
            found.push(bytes);
        }
    }
    Ok(found)
}

/// What is wrong with each font.
fn wrong<'a>(
    document: &'a Document,
    fonts: &[&'a Dictionary],
    mut hold: impl FnMut(&Embedded<'a>) -> Result<(), String>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for font in fonts {
        let held = Embedded::read(document, font).ok_or_else(other);
        if let Err(what) = held.and_then(|font| hold(&font)) {
            let name = embedded::name(document, font);
            wrong.push(format!("the font `{name}` {what}"));
        }
    }
    wrong
}

fn other() -> String {
    "is not one that the program uses".to_owned()
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

/// Holds a font against the style of its name.
fn one(font: &Embedded<'_>, own: &Own<'_>) -> Result<(), String> {
    let face = Face::parse(&font.program, 0).map_err(|_| other())?;
    let style = own.style(&font.style).ok_or_else(other)?;
    let (its, theirs) = (programs(&face), programs(&style.face));
    // one that is left out moves nothing
    let mut both = its.into_iter().zip(theirs);
    if both.any(|(its, theirs)| its.is_some() && its != theirs) {
        return Err("has programs of its own that move what it draws".to_owned());
    }
    for glyph in 1..face.number_of_glyphs() {
        if let Some(letters) = font.letters(glyph) {
            of_letters(font, (&face, style), glyph, &letters)?;
        }
    }
    Ok(())
}

/// Holds one glyph against those that stand for its letters; one that says no letter is a part of another.
fn of_letters(
    font: &Embedded<'_>,
    (face, style): (&Face<'_>, &Style<'_>),
    glyph: u16,
    letters: &str,
) -> Result<(), String> {
    let drawn = outline(face, GlyphId(glyph));
    let mut alike = style.glyphs(letters);
    alike.retain(|known| outline(&style.face, *known) == drawn);
    if alike.is_empty() {
        return Err(format!("draws `{letters}` as something else"));
    }
    let moved = instructions(face, GlyphId(glyph));
    alike.retain(|known| moved.is_empty() || instructions(&style.face, *known) == moved);
    if alike.is_empty() {
        return Err(format!("moves what it draws for `{letters}`"));
    }
    let units = f64::from(style.face.units_per_em()) / 1000.0;
    let width = font.widths.get(&glyph).copied().unwrap_or_default();
    alike.retain(|known| {
        let advance = style.face.glyph_hor_advance(*known).unwrap_or_default();
        (width - f64::from(advance) / units).abs() <= ROUNDING
    });
    if alike.is_empty() {
        return Err(format!("gives `{letters}` another width"));
    }
    Ok(())
}
