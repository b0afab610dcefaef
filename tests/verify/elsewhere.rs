//! A finished paper that was changed where numerals are not looked for: over the page, beside its text, in its pages.
//!
//! Each change is one that common tools make. Saving anew what was not changed passes.

use lopdf::{Dictionary, Document, Object, ObjectId, SaveOptions, dictionary};
use middelgroot::verify;
use middelgroot::verify::text::{Look, Place, Printed};
use serde_json::Value;
use tempfile::tempdir;

use super::forgeries::tools::{
    PAGE, PLACE, SAID, annotate, draw, form, helvetica, page_mut, page_of, set_pages, stream, words,
};
use super::{after, assert_found, attached, built, change_letter};

/// What is said when such a thing is drawn on the page.
fn drawn(content: &[u8], kind: &str, name: &str, resource: impl Into<Object>) -> verify::Verdict {
    after(|document| draw(document, content, kind, name, resource.into()))
}

fn assert_on_page(verdict: &verify::Verdict, what: &str) {
    assert_on(PAGE, verdict, what);
}

fn assert_on(page: u32, verdict: &verify::Verdict, what: &str) {
    let page = format!("page {page}: ");
    let said = verdict.differences.join("\n");
    let lines = verdict.differences.iter();
    let mut lines = lines.filter(|line| line.starts_with(&page));
    assert!(lines.any(|line| line.contains(what)), "{what}:\n{said}");
}

fn with_pages(change: impl FnOnce(&mut Vec<ObjectId>)) -> verify::Verdict {
    after(|document| {
        let mut pages: Vec<ObjectId> = document.get_pages().into_values().collect();
        change(&mut pages);
        set_pages(document, pages);
    })
}

#[test]
fn saving_it_in_another_form_changes_nothing() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("saved.pdf");
    let save = |options: SaveOptions, unpack: bool| {
        let mut document = Document::load(built().project.paper()).unwrap();
        if unpack {
            document.decompress();
        }
        document.renumber_objects();
        let mut bytes = Vec::new();
        document.save_with_options(&mut bytes, options).unwrap();
        std::fs::write(&path, bytes).unwrap();
        verify::verify(&path).unwrap().differences
    };
    let modern = SaveOptions::builder()
        .use_object_streams(true)
        .use_xref_streams(true)
        .build();
    for (options, unpack) in [
        (modern, false),
        (SaveOptions::default(), true),
        (SaveOptions::builder().pretty(true).build(), false),
    ] {
        assert_eq!(save(options, unpack), [""; 0]);
    }
}

#[test]
fn an_annotation_that_is_no_link_is_named_with_its_page() {
    for kind in ["FreeText", "Stamp", "Widget", "Popup", "Text", "Square"] {
        let verdict = after(|document| annotate(document, dictionary! { "Subtype" => kind }));
        assert_on_page(&verdict, kind);
        assert_on_page(&verdict, "99,9");
        assert_eq!(verdict.differences.len(), 1, "{:?}", verdict.differences);
    }
}

#[test]
fn a_link_that_shows_or_does_something_else_is_named_with_its_page() {
    let verdict = after(|document| {
        let look = form(document, b"0 0 9 9 re f", Dictionary::new());
        let link = dictionary! { "Subtype" => "Link", "AP" => dictionary! { "N" => look } };
        annotate(document, link);
    });
    assert_on_page(&verdict, "a link with a drawing of its own");
    let added = after(|document| annotate(document, dictionary! { "Subtype" => "Link" }));
    assert_on_page(&added, "its links are not those");
}

#[test]
fn letters_of_a_font_that_stands_in_the_resources_are_read() {
    let verdict = drawn(&words(), "Font", "Fproef", helvetica());
    assert_on_page(&verdict, "`99,9` is no fact");
    // by the graphics state instead of its name, without an end, and outside of text
    let verdict = after(|document| {
        let font = document.add_object(helvetica());
        let state = dictionary! { "Font" => vec![font.into(), 12.into()] };
        let content = format!("/Gproef gs ({SAID}) Tj");
        draw(
            document,
            content.as_bytes(),
            "ExtGState",
            "Gproef",
            state.into(),
        );
    });
    assert_on_page(&verdict, "`99,9` is no fact");
    // a font that was set within `q` and `Q` is not the one behind it
    let content = format!("/Fproef 12 Tf q /f0 12 Tf Q BT ({SAID}) Tj ET");
    let verdict = drawn(content.as_bytes(), "Font", "Fproef", helvetica());
    assert_on_page(&verdict, "`99,9` is no fact");
}

#[test]
fn text_that_cannot_be_read_or_is_not_painted_is_named_with_its_page() {
    let drawings = dictionary! {
        "Type" => "Font", "Subtype" => "Type3", "CharProcs" => dictionary! {},
        "Encoding" => "WinAnsiEncoding",
    };
    let codes = dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Proef", "Encoding" => "Identity-H",
    };
    for font in [drawings, codes] {
        let verdict = drawn(&words(), "Font", "Fproef", font);
        assert_on_page(&verdict, "text that cannot be read");
    }
    let unseen = [b"3 Tr ", &words()[..]].concat();
    let verdict = drawn(&unseen, "Font", "Fproef", helvetica());
    assert_on_page(&verdict, "text that is not painted");
    // what stands behind an error is shown by some programs
    let broken = [b") ] >> ", &words()[..]].concat();
    let verdict = drawn(&broken, "Font", "Fproef", helvetica());
    assert_on_page(&verdict, "content that cannot be read");
}

#[test]
fn a_picture_that_the_program_did_not_draw_is_named_with_its_page() {
    let picture = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => 8, "Height" => 8,
        "BitsPerComponent" => 8, "ColorSpace" => "DeviceGray",
    };
    let image = |document: &mut Document| {
        let image = stream(document, picture.clone(), &[90; 64]);
        draw(document, b"/Iproef Do", "XObject", "Iproef", image);
    };
    let tiles = |document: &mut Document| {
        let tile = dictionary! {
            "Type" => "Pattern", "PatternType" => 1, "PaintType" => 1, "TilingType" => 1,
            "XStep" => 9, "YStep" => 9, "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()],
        };
        let tile = stream(document, tile, b"0 0 5 5 re f");
        let content = b"/Pattern cs /Pproef scn 70 396 99 28 re f";
        draw(document, content, "Pattern", "Pproef", tile);
    };
    let inline = b"BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI";
    for verdict in [
        after(image),
        after(tiles),
        drawn(inline, "Font", "Fproef", helvetica()),
    ] {
        assert_on_page(&verdict, "a picture that the program did not draw");
    }
    let fonts = dictionary! { "Font" => dictionary! { "Fproef" => helvetica() } };
    let verdict = after(|document| {
        let form = form(document, &words(), fonts);
        draw(document, b"/Xproef Do", "XObject", "Xproef", form);
    });
    assert_on_page(&verdict, "a form that the program did not draw");
    assert_on_page(&verdict, "`99,9` is no fact");
    // text that is painted over
    let verdict = drawn(b"1 g 0 0 600 800 re f", "Font", "Fproef", helvetica());
    assert_on_page(&verdict, "its drawing, fonts or frame are not those");
}

#[test]
fn a_page_that_is_gone_is_named_with_what_stood_on_it() {
    let verdict = with_pages(|pages| {
        pages.remove(PLACE);
    });
    let gone = format!("page {PAGE} is gone");
    let pages = |line: &&String| line.contains(" is gone") || line.contains("as it was made");
    let told: Vec<&String> = verdict.differences.iter().filter(pages).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(&gone), "{told:?}");
    assert_on_page(&verdict, "does not stand there word for word");
}

#[test]
fn pages_that_are_moved_doubled_or_added_are_named() {
    let moved = with_pages(|pages| pages.swap(PLACE, PLACE + 1));
    let behind = format!("page {}: is page {PAGE} of the paper", PAGE + 1);
    assert_found(&moved, &[&behind]);
    let mut copy = None;
    let doubled = after(|document| {
        let page = document.get_dictionary(page_of(document)).unwrap().clone();
        copy = Some(document.add_object(page));
        let mut pages: Vec<ObjectId> = document.get_pages().into_values().collect();
        pages.insert(PLACE + 1, copy.unwrap());
        set_pages(document, pages);
    });
    assert_found(&doubled, &[&behind]);
    let twice = with_pages(|pages| pages.insert(PLACE + 1, pages[PLACE]));
    assert_found(&twice, &["was there before in the list of pages"]);
    // a page of a kind that viewers show and others skip
    let added = after(|document| {
        let content = stream(document, Dictionary::new(), b"q Q");
        let page = dictionary! { "Type" => "Template", "Contents" => content };
        let page = document.add_object(page);
        let mut pages: Vec<ObjectId> = document.get_pages().into_values().collect();
        pages.insert(PLACE, page);
        set_pages(document, pages);
    });
    assert_on_page(&added, "was added");
}

#[test]
fn a_page_that_is_cut_turned_or_scaled_is_named() {
    let half = [0, 0, 300, 400].map(Object::from).to_vec();
    for (key, value) in [
        ("CropBox", Object::from(half)),
        ("Rotate", 180.into()),
        ("UserUnit", 3.into()),
    ] {
        let verdict = after(|document| page_mut(document).set(key, value));
        assert_on_page(&verdict, "a frame that is cut, turned or scaled");
    }
}

/// The lines of paragraphs, each with its page; and what the program gave to print.
fn paragraphs() -> (Vec<(u32, String)>, Value) {
    let document = Document::load(built().project.paper()).unwrap();
    let texts = attached(&document, "teksten.json");
    let texts = document.get_object(texts).unwrap().as_stream().unwrap();
    let texts = serde_json::from_slice(&texts.get_plain_content().unwrap()).unwrap();
    let blocks = Printed::read(&document, Look::Text)
        .unwrap()
        .blocks
        .into_iter();
    let prose = blocks.filter(|block| block.place == Place::Prose);
    let lines = prose
        .flat_map(|block| block.runs)
        .map(|run| (u32::try_from(run.page).unwrap(), run.text));
    (lines.collect(), texts)
}

#[test]
fn a_changed_word_of_a_claim_is_found_though_its_numbers_are_right() {
    let (lines, texts) = paragraphs();
    // a sentence that starts a line with words that nothing else holds
    let claims = texts["paper"]["claims"].as_object().unwrap();
    let all = texts.to_string();
    let (claim, start, page) = claims
        .iter()
        .filter_map(|(id, claim)| Some((id, claim["segments"][0]["t"].as_str()?.trim())))
        .filter(|(_, start)| start.len() > 8 && all.matches(start).count() == 1)
        .find_map(|(id, start)| {
            let line = lines.iter().find(|(_, line)| line.starts_with(start))?;
            Some((id, start, line.0))
        })
        .unwrap();
    let verdict = after(|document| {
        change_letter(document, page, |text| text.starts_with(start));
    });
    let not_so = format!("claim `{claim}` does not stand there word for word");
    assert_on(page, &verdict, &not_so);
    assert_on(page, &verdict, "prints \"");
}

#[test]
fn a_changed_word_of_a_chapter_is_found() {
    let (lines, texts) = paragraphs();
    let texts = texts.to_string();
    let start = |line: &str| line.chars().take(16).collect::<String>();
    let (page, line) = lines
        .iter()
        .find(|(_, line)| line.len() > 30 && !texts.contains(&start(line)))
        .unwrap();
    let verdict = after(|document| {
        change_letter(document, *page, |text| text == line);
    });
    assert_on(*page, &verdict, "prints \"");
}

#[test]
fn what_is_told_beside_the_pages_is_held_too() {
    let verdict = after(|document| {
        let changed = document.objects.values_mut().find_map(|object| {
            let element = object.as_dict_mut().ok()?;
            element.has(b"Alt").then_some(element)
        });
        changed.unwrap().set("Alt", Object::string_literal(SAID));
    });
    assert_found(&verdict, &["alternative texts are not those"]);
    let fields = dictionary! { "Fields" => Object::Array(Vec::new()) };
    let verdict = after(|document| document.catalog_mut().unwrap().set("AcroForm", fields));
    assert_found(&verdict, &["fields to fill in"]);
    let layers = dictionary! { "OCGs" => Object::Array(Vec::new()) };
    let verdict = after(|document| document.catalog_mut().unwrap().set("OCProperties", layers));
    assert_found(&verdict, &["layers"]);
}

#[test]
fn without_its_seal_a_paper_does_not_verify_and_pictures_are_named_still() {
    let verdict = after(|document| {
        let content = b"BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI";
        draw(document, content, "Font", "Fproef", helvetica().into());
        document.catalog_mut().unwrap().remove(b"PieceInfo");
    });
    assert_found(&verdict, &["the seal is missing"]);
    assert_on_page(&verdict, "a picture that the program did not draw");
}

#[test]
fn what_leads_back_to_itself_ends() {
    let verdict = after(|document| {
        let root = document.catalog().unwrap().get(b"Pages").unwrap();
        let root = root.as_reference().unwrap();
        let mut kids: Vec<Object> = document
            .get_pages()
            .into_values()
            .map(Object::from)
            .collect();
        kids.extend([Object::from(root), Object::from(root)]);
        document.get_dictionary_mut(root).unwrap().set("Kids", kids);
    });
    assert_found(&verdict, &["was there before in the list of pages"]);
    let verdict = after(|document| {
        let id = document.new_object_id();
        let fonts = dictionary! { "XObject" => dictionary! { "Xproef" => id } };
        let own = form(document, b"/Xproef Do /Xproef Do", fonts);
        let own = document.get_object(own.as_reference().unwrap()).unwrap();
        document.set_object(id, own.clone());
        draw(document, b"/Xproef Do", "XObject", "Xproef", id.into());
    });
    assert_on_page(&verdict, "a form that the program did not draw");
    // lists of kids that hold themselves twice, in the structure and in the list of names
    let verdict = after(|document| {
        let list = document.new_object_id();
        let kid = |key: &str| Object::from(dictionary! { "S" => "P", key => list });
        let kids: Vec<Object> = ["K", "K", "Kids", "Kids"].map(kid).to_vec();
        document.set_object(list, kids);
        let catalog = document.catalog_mut().unwrap();
        catalog.set("StructTreeRoot", dictionary! { "K" => list });
        let names = dictionary! { "EmbeddedFiles" => dictionary! { "Kids" => list } };
        catalog.set("Names", names);
    });
    assert_found(&verdict, &["is not in the list of names"]);
}
