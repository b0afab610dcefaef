//! What a forger does to a PDF with common tools: changing what a page draws, what is attached, and what pages there are.

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use middelgroot::base::files::sha256;
use middelgroot::evidence::attachments::CHECKSUMS;

/// The page that is changed.
pub const PAGE: u32 = 5;
/// What it says then.
pub const SAID: &str = "Correctie: M50 telt 99,9 misdrijven";

pub fn page_of(document: &Document) -> ObjectId {
    document.get_pages()[&PAGE]
}

pub fn page_mut(document: &mut Document) -> &mut Dictionary {
    let page = page_of(document);
    document.get_dictionary_mut(page).unwrap()
}

pub fn stream(document: &mut Document, dictionary: Dictionary, content: &[u8]) -> Object {
    let stream = Stream::new(dictionary, content.to_vec());
    document.add_object(stream).into()
}

pub fn form(document: &mut Document, content: &[u8], resources: Dictionary) -> Object {
    let dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Form",
        "BBox" => vec![0.into(), 0.into(), 500.into(), 500.into()],
        "Resources" => resources,
    };
    stream(document, dictionary, content)
}

pub fn helvetica() -> Dictionary {
    dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    }
}

pub fn words() -> Vec<u8> {
    format!("BT /Fproef 12 Tf 74 405 Td ({SAID}) Tj ET").into_bytes()
}

/// Draws something behind what is on the page, with a resource of its own.
pub fn draw(document: &mut Document, content: &[u8], kind: &str, name: &str, resource: Object) {
    let page = page_of(document);
    let mut resources = document.get_page_resources(page).unwrap().0.cloned();
    if resources.is_none() {
        let own = document.get_dictionary(page).unwrap();
        let own = own.get_deref(b"Resources", document).unwrap();
        resources = Some(own.as_dict().unwrap().clone());
    }
    let mut resources = resources.unwrap();
    let of_kind = resources.get_deref(kind.as_bytes(), document);
    let mut of_kind = of_kind
        .and_then(Object::as_dict)
        .cloned()
        .unwrap_or_default();
    of_kind.set(name, resource);
    resources.set(kind, of_kind);
    let before = stream(document, Dictionary::new(), b"q");
    let content = [b" Q q ", content, b" Q"].concat();
    let behind = stream(document, Dictionary::new(), &content);
    let page = page_mut(document);
    let drawn = page.get(b"Contents").unwrap().clone();
    page.set("Contents", vec![before, drawn, behind]);
    page.set("Resources", resources);
}

pub fn annotate(document: &mut Document, mut annotation: Dictionary) {
    annotation.set("Type", "Annot");
    let corners = [70, 396, 330, 424].map(Object::from);
    annotation.set("Rect", corners.to_vec());
    annotation.set("Contents", Object::string_literal(SAID));
    let annotation = document.add_object(annotation);
    let page = page_of(document);
    let page = document.get_dictionary(page).unwrap();
    // a page that prints no figure has none
    let known = page.get_deref(b"Annots", document);
    let known = known.and_then(Object::as_array).cloned();
    let mut all = known.unwrap_or_default();
    all.push(annotation.into());
    page_mut(document).set("Annots", all);
}

/// The kids of the one node that the pages hang on, in order.
pub fn set_pages(document: &mut Document, pages: Vec<ObjectId>) {
    let root = document.catalog().unwrap().get(b"Pages").unwrap();
    let root = root.as_reference().unwrap();
    for page in &pages {
        let page = document.get_dictionary_mut(*page).unwrap();
        page.set("Parent", root);
    }
    let node = document.get_dictionary_mut(root).unwrap();
    node.set("Count", i64::try_from(pages.len()).unwrap());
    let pages: Vec<Object> = pages.into_iter().map(Object::from).collect();
    node.set("Kids", pages);
}

/// Position of the page that is changed, among all.
pub const PLACE: usize = PAGE as usize - 1;

/// The stream of an attached file.
pub fn attached(document: &Document, name: &str) -> ObjectId {
    let files = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok());
    files
        .filter(|file| file.has_type(b"Filespec"))
        .find(|file| {
            let known = file.get(b"UF").and_then(lopdf::decode_text_string);
            known.is_ok_and(|known| known == name)
        })
        .and_then(|file| file.get(b"EF").ok()?.as_dict().ok())
        .and_then(|streams| streams.get(b"F").ok()?.as_reference().ok())
        .unwrap_or_else(|| panic!("{name} is not attached"))
}

fn content_of(document: &Document, name: &str) -> Vec<u8> {
    let stream = document.get_object(attached(document, name)).unwrap();
    stream.as_stream().unwrap().get_plain_content().unwrap()
}

fn set_content(document: &mut Document, name: &str, text: String) {
    let id = attached(document, name);
    let stream = document.get_object_mut(id).unwrap();
    let stream = stream.as_stream_mut().unwrap();
    stream.set_plain_content(text.into_bytes());
}

pub fn change_attachment(document: &mut Document, name: &str, change: impl FnOnce(&str) -> String) {
    let text = String::from_utf8(content_of(document, name)).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed);
    set_content(document, name, changed);
}

/// Puts the right checksums in place, as a careful forger would.
pub fn mend_checksums(document: &mut Document) {
    let list = String::from_utf8(content_of(document, CHECKSUMS)).unwrap();
    let sum = |line: &str| {
        let (_, name) = line.split_once("  ").unwrap();
        format!("{}  {name}\n", sha256(&content_of(document, name)))
    };
    let mended = list.lines().map(sum).collect();
    set_content(document, CHECKSUMS, mended);
}

/// The letters of a font by their codes.
pub type Codes = Vec<(Vec<u8>, String)>;

/// All strings that an operation shows.
pub fn strings(operands: &mut [Object]) -> Vec<&mut Vec<u8>> {
    let mut strings = Vec::new();
    for operand in operands {
        match operand {
            Object::String(bytes, _) => strings.push(bytes),
            Object::Array(parts) => {
                strings.extend(parts.iter_mut().filter_map(|part| match part {
                    Object::String(bytes, _) => Some(bytes),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    strings
}

/// What kind of sign is changed.
pub type Kind = fn(&u8) -> bool;

/// Puts another sign of the kind and the font in the place of the last one; whether there was one.
pub fn change_last(strings: Vec<&mut Vec<u8>>, codes: &Codes, kind: Kind) -> bool {
    let is_meant = |text: &str| text.len() == 1 && kind(&text.as_bytes()[0]);
    let letters = strings.into_iter().rev();
    for code in letters.flat_map(|bytes| bytes.chunks_mut(2).rev()) {
        let known = codes.iter().find(|(known, _)| known == code);
        let Some((_, old)) = known.filter(|(_, text)| is_meant(text)) else {
            continue;
        };
        let other = codes.iter().find(|(_, text)| is_meant(text) && text != old);
        code.copy_from_slice(&other.unwrap().0);
        return true;
    }
    false
}

/// Draws the last digit of a text on a page as another digit of the same font, and returns the text as it was.
pub fn change_digit(document: &mut Document, page: u32, is_meant: impl Fn(&str) -> bool) -> String {
    change(document, page, is_meant, u8::is_ascii_digit)
}

/// Draws the last letter of a text on a page as another letter of the same font, and returns the text as it was.
pub fn change_letter(
    document: &mut Document,
    page: u32,
    is_meant: impl Fn(&str) -> bool,
) -> String {
    change(document, page, is_meant, u8::is_ascii_lowercase)
}

pub fn change(
    document: &mut Document,
    page: u32,
    is_meant: impl Fn(&str) -> bool,
    kind: Kind,
) -> String {
    let id = document.get_pages()[&page];
    let mut content = document.get_and_decode_page_content(id).unwrap();
    let fonts = document.get_page_fonts(id).unwrap();
    let mut codes = Codes::new();
    let mut changed = None;
    for operation in &mut content.operations {
        match operation.operator.as_str() {
            "Tf" => codes = codes_of(document, fonts[operation.operands[0].as_name().unwrap()]),
            "Tj" | "TJ" if changed.is_none() => {
                let strings = strings(&mut operation.operands);
                let letter = |code: &[u8]| {
                    let found = codes.iter().find(|(known, _)| known == code);
                    found.map_or("", |(_, text)| text.as_str())
                };
                let text: String = strings
                    .iter()
                    .flat_map(|bytes| bytes.chunks(2))
                    .map(letter)
                    .collect();
                if is_meant(&text) && change_last(strings, &codes, kind) {
                    changed = Some(text);
                }
            }
            _ => {}
        }
    }
    let bytes = Content::encode(&content).unwrap();
    document.change_page_content(id, bytes).unwrap();
    changed.unwrap_or_else(|| panic!("no such text on page {page}"))
}

/// Draws the first letter of a word on a page as another small letter of the same font; whether the word is there in one text.
pub fn change_word(document: &mut Document, page: u32, word: &str) -> bool {
    let id = document.get_pages()[&page];
    let mut content = document.get_and_decode_page_content(id).unwrap();
    let fonts = document.get_page_fonts(id).unwrap();
    let mut codes = Codes::new();
    for operation in &mut content.operations {
        if operation.operator == "Tf" {
            codes = codes_of(document, fonts[operation.operands[0].as_name().unwrap()]);
        }
        if !matches!(operation.operator.as_str(), "Tj" | "TJ") {
            continue;
        }
        let letter = |code: &[u8]| {
            let found = codes.iter().find(|(known, _)| known == code);
            found.map_or("", |(_, text)| text.as_str())
        };
        let mut drawn: Vec<&mut [u8]> = strings(&mut operation.operands)
            .into_iter()
            .flat_map(|bytes| bytes.chunks_mut(2))
            .collect();
        let letters: Vec<&str> = drawn.iter().map(|code| letter(code)).collect();
        let Some(at) = letters.concat().find(word) else {
            continue;
        };
        let mut seen = 0;
        let place = letters.iter().position(|of| {
            seen += of.len();
            seen > at
        });
        let code = &mut drawn[place.unwrap()];
        let is_other = |(known, text): &&(Vec<u8>, String)| {
            text.len() == 1 && text.as_bytes()[0].is_ascii_lowercase() && known != *code
        };
        let (other, _) = codes.iter().find(is_other).unwrap();
        code.copy_from_slice(other);
        let bytes = Content::encode(&content).unwrap();
        document.change_page_content(id, bytes).unwrap();
        return true;
    }
    false
}

/// The letters of a font by their codes.
fn codes_of(document: &Document, font: &Dictionary) -> Codes {
    let encoding = font.get_font_encoding(document).unwrap();
    (1..256_u16)
        .filter_map(|code| {
            let bytes = code.to_be_bytes().to_vec();
            let text = Document::decode_text(&encoding, &bytes).ok()?;
            Some((bytes, text))
        })
        .collect()
}

/// A text that a page shows.
#[derive(Clone)]
pub struct Shown {
    /// Place of its operation.
    pub operation: usize,
    /// Its letters.
    pub letters: String,
    /// The name of its font.
    pub font: Vec<u8>,
    /// Where it starts.
    pub at: (f64, f64),
}

/// The texts of a page in which each text has a place of its own.
pub fn text_of_page(document: &Document, page: ObjectId) -> Vec<Shown> {
    let content = document.get_and_decode_page_content(page).unwrap();
    let fonts = document.get_page_fonts(page).unwrap();
    let (mut shown, mut at, mut font) = (Vec::new(), (0.0, 0.0), Vec::new());
    for (place, mut operation) in content.operations.into_iter().enumerate() {
        match operation.operator.as_str() {
            "cm" => {
                let number =
                    |place: usize| f64::from(operation.operands[place].as_float().unwrap());
                at = (number(4), number(5));
            }
            "Tf" => font = operation.operands[0].as_name().unwrap().to_vec(),
            "Tj" | "TJ" => {
                let encoding = fonts[font.as_slice()].get_font_encoding(document).unwrap();
                let letters = strings(&mut operation.operands)
                    .into_iter()
                    .map(|codes| Document::decode_text(&encoding, codes).unwrap())
                    .collect();
                shown.push(Shown {
                    operation: place,
                    letters,
                    font: font.clone(),
                    at,
                });
            }
            _ => {}
        }
    }
    shown
}
