//! A paper in letters of another family: its files tell whether they look as they are read, and without these it does not agree.
//!
//! The paper is that of the project with its letters renamed, as a font of the house would come.

use std::fs;
use std::path::Path;

use lopdf::{Document, Object, ObjectId};
use middelgroot::verify;
use tempfile::{TempDir, tempdir};

use super::forgeries::{self, tools::change_attachment, tools::mend_checksums};
use super::{asked, built};

const NAMES: [(&str, &str); 2] = [("Noto Sans", "Noto Sonz"), ("NotoSans", "NotoSonz")];

/// A file of TrueType under another name, of the same length.
fn renamed(bytes: &[u8]) -> Vec<u8> {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let names = NAMES.map(|(old, new)| [(wide(old), wide(new)), (old.into(), new.into())]);
    names
        .as_flattened()
        .iter()
        .fold(bytes.to_vec(), |mut bytes, (old, new)| {
            for at in 0..bytes.len() - old.len() {
                if bytes[at..].starts_with(old) {
                    bytes[at..at + old.len()].copy_from_slice(new);
                }
            }
            bytes
        })
}

/// The four styles in a folder.
fn files() -> TempDir {
    let folder = tempdir().unwrap();
    let styles = [
        ttf_noto_sans::REGULAR,
        ttf_noto_sans::BOLD,
        ttf_noto_sans::ITALIC,
        ttf_noto_sans::BOLD_ITALIC,
    ];
    for (number, bytes) in styles.iter().enumerate() {
        let path = folder.path().join(format!("{number}.ttf"));
        fs::write(path, renamed(bytes)).unwrap();
    }
    folder
}

/// The programs of the fonts of a paper.
fn programs(document: &Document) -> Vec<ObjectId> {
    let fonts = document.objects.values().filter_map(|of| of.as_dict().ok());
    let programs = fonts.filter_map(|of| of.get(b"FontFile2").ok()?.as_reference().ok());
    programs.collect()
}

fn change_program(document: &mut Document, id: ObjectId, change: impl Fn(&[u8]) -> Vec<u8>) {
    let stream = document
        .get_object_mut(id)
        .unwrap()
        .as_stream_mut()
        .unwrap();
    let changed = change(&stream.get_plain_content().unwrap());
    stream.set_plain_content(changed);
}

/// The paper in letters of another name, changed, with checksums and a seal that are right.
fn paper(folder: &Path, change: impl FnOnce(&mut Document)) -> std::path::PathBuf {
    let mut document = Document::load(built().project.paper()).unwrap();
    for id in programs(&document) {
        change_program(&mut document, id, renamed);
    }
    for of in document.objects.values_mut() {
        let Ok(of) = of.as_dict_mut() else { continue };
        for key in [&b"BaseFont"[..], b"FontName"] {
            if let Ok(name) = of.get(key).and_then(Object::as_name) {
                let name = String::from_utf8(name.to_vec()).unwrap();
                of.set(
                    key,
                    Object::Name(name.replace("NotoSans", "NotoSonz").into_bytes()),
                );
            }
        }
    }
    change_attachment(&mut document, "teksten.json", |text| {
        text.replace("\"font\":\"Noto Sans\"", "\"font\":\"Noto Sonz\"")
    });
    change(&mut document);
    mend_checksums(&mut document);
    let path = folder.join("paper.pdf");
    document.save(&path).unwrap();
    verify::seal_again(&path).unwrap();
    path
}

#[test]
fn letters_of_another_family_are_held_against_its_files() {
    let (folder, fonts, empty) = (tempdir().unwrap(), files(), tempdir().unwrap());
    let paper = paper(folder.path(), |_| ());
    let alone = verify::verify(&paper).unwrap().differences;
    assert_eq!(alone.len(), 1, "{alone:?}");
    assert!(alone[0].contains("`Noto Sonz`") && alone[0].contains("--font"));
    let held = verify::verify_letters(&paper, Some(fonts.path())).unwrap();
    assert_eq!(held.differences, [""; 0]);
    let without = verify::verify_letters(&paper, Some(empty.path())).unwrap();
    let without = without.differences.join("\n");
    assert!(
        without.contains("has no font of the family `Noto Sonz`"),
        "{without}"
    );
    let file = paper.to_str().unwrap();
    asked(file, &["--font", fonts.path().to_str().unwrap()])
        .ends(0)
        .says("held its letters against `Noto Sonz`");
    asked(
        file,
        &["--font", folder.path().join("no").to_str().unwrap()],
    )
    .ends(4)
    .says("no");
    // also where the program has the font itself
    let own = verify::verify_letters(&built().project.paper(), Some(empty.path())).unwrap();
    assert_eq!(own.differences.len(), 1, "{:?}", own.differences);
    assert!(own.differences[0].contains("has no font of the family `Noto Sans`"));
}

#[test]
fn a_map_that_lies_is_found_with_the_files_of_the_font_and_without() {
    let (folder, fonts) = (tempdir().unwrap(), files());
    let all = forgeries::all();
    let forgery = "a font that says it draws other digits";
    let forgery = all.iter().find(|of| of.what == forgery).unwrap();
    let paper = paper(folder.path(), forgery.forge);
    for (font, what) in [
        (None, "in two ways"),
        (Some(fonts.path()), "as something else"),
    ] {
        let said = verify::verify_letters(&paper, font).unwrap().differences;
        assert!(said.iter().any(|of| of.contains(what)), "{said:?}");
    }
}

/// A font in which two glyphs have changed places, and nothing else.
fn swapped(bytes: &[u8], letters: [char; 2], own: &[(u16, String)]) -> Vec<u8> {
    let face = ttf_parser::Face::parse(bytes, 0).unwrap();
    let glyphs = letters.map(|letter| {
        let mut known = own.iter();
        let (glyph, _) = known.find(|(_, text)| *text == letter.to_string())?;
        Some(usize::from(*glyph))
    });
    let [Some(one), Some(other)] = glyphs else {
        return bytes.to_vec();
    };
    let table = |tag: &[u8; 4]| {
        face.raw_face()
            .table(ttf_parser::Tag::from_bytes(tag))
            .unwrap()
    };
    let (places, data) = (table(b"loca"), table(b"glyf"));
    let is_short = face.tables().head.index_to_location_format
        == ttf_parser::head::IndexToLocationFormat::Short;
    let size = if is_short { 2 } else { 4 };
    let mut ends: Vec<usize> = places
        .chunks_exact(size)
        .map(|of| of.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
        .collect();
    if is_short {
        for end in &mut ends {
            *end *= 2;
        }
    }
    let mut all: Vec<&[u8]> = ends.windows(2).map(|of| &data[of[0]..of[1]]).collect();
    all.swap(one, other);
    let (mut new_places, mut at) = (Vec::new(), 0);
    for glyph in all.iter().chain([&&[][..]]) {
        let place = if is_short { at / 2 } else { at } as u32;
        new_places.extend_from_slice(&place.to_be_bytes()[4 - size..]);
        at += glyph.len();
    }
    let offset = |part: &[u8]| part.as_ptr() as usize - bytes.as_ptr() as usize;
    let (of_places, of_data) = (offset(places), offset(data));
    let mut changed = bytes.to_vec();
    changed[of_places..of_places + new_places.len()].copy_from_slice(&new_places);
    let all = all.concat();
    changed[of_data..of_data + all.len()].copy_from_slice(&all);
    changed
}

/// The letters of each font by its program.
fn letters(document: &Document) -> Vec<(ObjectId, Vec<(u16, String)>)> {
    let fonts = document.objects.values().filter_map(|of| of.as_dict().ok());
    let fonts = fonts.filter(|of| of.has(b"DescendantFonts"));
    fonts
        .map(|font| {
            let encoding = font.get_font_encoding(document).unwrap();
            let letters = (1..400_u16).filter_map(|glyph| {
                let text = Document::decode_text(&encoding, &glyph.to_be_bytes()).ok()?;
                (!text.is_empty()).then_some((glyph, text))
            });
            let list = font.get_deref(b"DescendantFonts", document).unwrap();
            let first = &list.as_array().unwrap()[0];
            let descendant = document.dereference(first).unwrap().1.as_dict().unwrap();
            let descriptor = descendant.get_deref(b"FontDescriptor", document).unwrap();
            let program = descriptor.as_dict().unwrap().get(b"FontFile2").unwrap();
            (program.as_reference().unwrap(), letters.collect())
        })
        .collect()
}

#[test]
fn a_lie_that_is_told_everywhere_is_found_by_the_files_of_the_font_alone() {
    let (folder, fonts) = (tempdir().unwrap(), files());
    let paper = paper(folder.path(), |document| {
        for (program, own) in letters(document) {
            change_program(document, program, |bytes| swapped(bytes, ['1', '7'], &own));
        }
    });
    let alone = verify::verify(&paper).unwrap().differences;
    assert_eq!(alone.len(), 1, "{alone:?}");
    let held = verify::verify_letters(&paper, Some(fonts.path()))
        .unwrap()
        .differences;
    assert!(
        held.iter()
            .any(|of| of.contains("draws `1` as something else")),
        "{held:?}"
    );
}
