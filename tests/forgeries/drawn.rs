//! Forgeries of what is drawn on a page and over it.

use std::fmt::Write as _;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use middelgroot::verify::numerals::squeeze;
use middelgroot::verify::text::{Look, Place, Printed};
use serde_json::Value;

use super::tools::{
    SAID, Shown, annotate, attached, change, change_digit, change_letter, change_word, draw, form,
    helvetica, page_mut, page_of, stream, text_of_page, words,
};
use super::{Forgery, beyond, found};

const WORDS: &str = "what a chapter says stands in no evidence";

pub fn all() -> Vec<Forgery> {
    vec![
        found("a digit of a figure is drawn as another", |of| {
            let is_figure =
                |text: &str| text.ends_with('%') && text.contains(',') && text.len() < 7;
            let page = page_with(of, is_figure);
            drop(change_digit(of, page, is_figure));
        }),
        beyond("a letter of a chapter is drawn as another", WORDS, |of| {
            let is_prose = |text: &str| {
                text.starts_with(char::is_lowercase)
                    && text.split(' ').count() > 12
                    && !text.contains(char::is_numeric)
            };
            let page = page_with(of, is_prose);
            drop(change_letter(of, page, is_prose));
        }),
        found(
            "two figures of a claim are swapped together with their links",
            |of| swap(of, true),
        ),
        found(
            "a claim that stands elsewhere too is taken off a page",
            |of| {
                let claim = claim_alone(of);
                wipe(of, &claim);
            },
        ),
        found("a claim is printed on one more page", |of| {
            let claim = claim_alone(of);
            print_again(of, &claim);
        }),
        found("a word that figures choose is drawn as another", misspell),
        found("a figure is drawn in English notation", |of| {
            let is_figure = |text: &str| {
                let parts: Vec<&str> = text.split('.').collect();
                let is_digits = |part: &&str| part.bytes().all(|of| of.is_ascii_digit());
                matches!(parts[..], [_, last] if last.len() == 3) && parts.iter().all(is_digits)
            };
            let page = page_with(of, is_figure);
            change(of, page, is_figure, |sign| matches!(sign, b'.' | b','));
        }),
        found(
            "two figures of a chapter are swapped together with their links",
            |of| swap(of, false),
        ),
        found("two cells of a row change places", |of| {
            let texts = texts_of(of);
            let row = &texts["paper"]["table"]["rows"][0]["cells"];
            let [one, other] = [2, 3].map(|at| row[at].as_str().unwrap().to_owned());
            swap_texts(of, |first, second| first == one && second == other);
        }),
        found("two outcomes of claims change places", |of| {
            let is_outcome = |text: &str| text.starts_with("klopt");
            swap_texts(of, |first, second| {
                is_outcome(first) && is_outcome(second) && first != second
            });
        }),
        found("text is painted over", |of| {
            draw(
                of,
                b"/c0 cs 1 1 1 scn 60 300 m 500 300 l 500 700 l 60 700 l h f",
                "Font",
                "Fproef",
                helvetica().into(),
            );
        }),
        found("text is not painted", |of| {
            own_text(of, "3 Tr", "1 0 0 1 74 405 Tm", "");
        }),
        found("text is white on white", |of| {
            own_text(of, "0 Tr", "1 0 0 1 74 405 Tm", "/c0 cs 1 1 1 scn");
        }),
        found("text is too small to be seen", |of| {
            own_text(of, "0 Tr", "0.1 0 0 0.1 74 405 Tm", "");
        }),
        found("text is cut away", |of| {
            own_text(
                of,
                "0 Tr",
                "1 0 0 1 74 405 Tm",
                "0 0 m 9 0 l 9 9 l 0 9 l h W n",
            );
        }),
        found("text beside the page", |of| {
            own_text(of, "0 Tr", "1 0 0 1 2000 405 Tm", "");
        }),
        found("text outside a text object", |of| {
            let content = format!("/Fproef 12 Tf 1 0 0 1 74 405 Tm ({SAID}) Tj");
            draw(of, content.as_bytes(), "Font", "Fproef", helvetica().into());
        }),
        found("text behind an error", |of| {
            let broken = [b") ] >> ", &words()[..]].concat();
            draw(of, &broken, "Font", "Fproef", helvetica().into());
        }),
        found("text in a font of the reader", |of| {
            draw(of, &words(), "Font", "Fproef", helvetica().into());
        }),
        found("text in letters that are drawings", |of| {
            let font = dictionary! {
                "Type" => "Font", "Subtype" => "Type3", "CharProcs" => dictionary! {}, "Encoding" => "WinAnsiEncoding",
            };
            draw(of, &words(), "Font", "Fproef", font.into());
        }),
        found("a font that says it draws other digits", |of| {
            font_of(of, swap_in_map);
        }),
        found("a font whose letters have another width", |of| {
            font_of(of, widen);
        }),
        found("a font with a program of its own", |of| {
            let fonts = of.objects.values().filter_map(|of| of.as_dict().ok());
            let programs = fonts.filter_map(|of| of.get(b"FontFile2").ok()?.as_reference().ok());
            let id = programs.min().unwrap();
            let stream = of.get_object_mut(id).unwrap().as_stream_mut().unwrap();
            let mut bytes = stream.get_plain_content().unwrap();
            // a table that nothing reads becomes one that is run
            let at = bytes.windows(4).position(|of| of == b"post").unwrap();
            bytes[at..at + 4].copy_from_slice(b"prep");
            stream.set_plain_content(bytes);
        }),
        found("a picture", |of| {
            let picture = dictionary! {
                "Type" => "XObject", "Subtype" => "Image", "Width" => 8, "Height" => 8,
                "BitsPerComponent" => 8, "ColorSpace" => "DeviceGray",
            };
            let picture = stream(of, picture, &[90; 64]);
            draw(of, b"/Iproef Do", "XObject", "Iproef", picture);
        }),
        found("a picture within the page", |of| {
            draw(
                of,
                b"BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI",
                "Font",
                "Fproef",
                helvetica().into(),
            );
        }),
        found("a form", |of| {
            let fonts = dictionary! { "Font" => dictionary! { "Fproef" => helvetica() } };
            let form = form(of, &words(), fonts);
            draw(of, b"/Xproef Do", "XObject", "Xproef", form);
        }),
        found("a pattern", |of| {
            let tile = dictionary! {
                "Type" => "Pattern", "PatternType" => 1, "PaintType" => 1, "TilingType" => 1,
                "XStep" => 9, "YStep" => 9, "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()],
            };
            let tile = stream(of, tile, b"0 0 5 5 re f");
            draw(
                of,
                b"/Pattern cs /Pproef scn 70 396 99 28 re f",
                "Pattern",
                "Pproef",
                tile,
            );
        }),
        found("a shading", |of| {
            draw(
                of,
                b"/Sproef sh",
                "Shading",
                "Sproef",
                dictionary! {}.into(),
            );
        }),
        found("a layer that can be hidden", |of| {
            draw(
                of,
                b"/OC /Oproef BDC EMC",
                "Properties",
                "Oproef",
                dictionary! { "Type" => "OCG" }.into(),
            );
        }),
        found("a state that makes things see-through", |of| {
            draw(
                of,
                b"/Gproef gs",
                "ExtGState",
                "Gproef",
                dictionary! { "ca" => 0 }.into(),
            );
        }),
        found("a note", |of| {
            annotate(of, dictionary! { "Subtype" => "Text" });
        }),
        found("a text over the page", |of| {
            annotate(of, dictionary! { "Subtype" => "FreeText" });
        }),
        found("a field to fill in", |of| {
            annotate(of, dictionary! { "Subtype" => "Widget" });
        }),
        found("a link with a drawing", |of| {
            let look = form(of, b"0 0 9 9 re f", Dictionary::new());
            annotate(
                of,
                dictionary! { "Subtype" => "Link", "AP" => dictionary! { "N" => look } },
            );
        }),
        found("links that lead elsewhere", |of| {
            let number = page_with(of, |text| text.ends_with('%') && text.contains(','));
            for id in links(of, of.get_pages()[&number]) {
                let link = of.get_dictionary_mut(id).unwrap();
                link.remove(b"Dest");
                let action = dictionary! { "S" => "URI", "URI" => Object::string_literal("https://example.org") };
                link.set("A", action);
            }
        }),
        found("an action when the page is shown", |of| {
            page_mut(of).set("AA", dictionary! {});
        }),
        found("a page that is cut", |of| {
            page_mut(of).set("CropBox", [0, 0, 300, 400].map(Object::from).to_vec());
        }),
        found("a page that is turned", |of| {
            page_mut(of).set("Rotate", 180);
        }),
        found("a page that is scaled", |of| {
            page_mut(of).set("UserUnit", 3);
        }),
    ]
}

/// The first page behind the contents that shows such a text.
fn page_with(document: &Document, is_meant: impl Fn(&str) -> bool) -> u32 {
    let pages = document.get_pages().into_iter().skip(2);
    let has = |page: ObjectId| {
        let texts = text_of_page(document, page);
        texts.iter().any(|text| is_meant(&text.letters))
    };
    let mut pages = pages.filter(|(_, page)| has(*page));
    pages.next().unwrap().0
}

/// A text of one's own in the font and with the letters of the page.
fn own_text(document: &mut Document, shown: &str, place: &str, before: &str) {
    let page = page_of(document);
    let content = document.get_and_decode_page_content(page).unwrap();
    let mut font = None;
    let mut codes = None;
    for operation in content.operations {
        match operation.operator.as_str() {
            "Tf" => font = operation.operands[0].as_name().ok().map(<[u8]>::to_vec),
            "TJ" if codes.is_none() => {
                let parts = operation.operands[0].as_array().unwrap();
                codes = parts[0].as_str().ok().map(<[u8]>::to_vec);
                break;
            }
            _ => {}
        }
    }
    let mut hex = String::new();
    for byte in codes.unwrap() {
        let _ = write!(hex, "{byte:02x}");
    }
    let font = String::from_utf8(font.unwrap()).unwrap();
    let content = format!("{before} BT {shown} /{font} 9 Tf {place} <{hex}> Tj ET");
    draw(
        document,
        content.as_bytes(),
        "Properties",
        "unused",
        dictionary! {}.into(),
    );
}

/// A copy of the font of the page that draws all of it, changed.
fn font_of(document: &mut Document, change: fn(&mut Document, &mut Dictionary)) {
    let page = page_of(document);
    let fonts = document.get_page_fonts(page).unwrap();
    let (name, font) = fonts.into_iter().next().unwrap();
    let mut font = font.clone();
    change(document, &mut font);
    let name = String::from_utf8(name).unwrap();
    draw(document, b"", "Font", &name, font.into());
}

/// What is drawn as one digit is read as the other.
fn swap_in_map(document: &mut Document, font: &mut Dictionary) {
    let map = font
        .get_deref(b"ToUnicode", document)
        .unwrap()
        .as_stream()
        .unwrap();
    let text = String::from_utf8(map.get_plain_content().unwrap()).unwrap();
    let digits = [" <0031>", " <0032>"];
    assert!(digits.iter().all(|digit| text.contains(digit)));
    let text = text
        .replace(digits[0], " <#>")
        .replace(digits[1], digits[0])
        .replace(" <#>", digits[1]);
    let map = document.add_object(Stream::new(Dictionary::new(), text.into_bytes()));
    font.set("ToUnicode", map);
}

fn widen(document: &mut Document, font: &mut Dictionary) {
    let list = font
        .get_deref(b"DescendantFonts", document)
        .unwrap()
        .as_array()
        .unwrap();
    let (_, descendant) = document.dereference(&list[0]).unwrap();
    let mut descendant = descendant.as_dict().unwrap().clone();
    descendant.set("W", vec![1.into(), 200.into(), 900.into()]);
    let descendant = document.add_object(descendant);
    font.set("DescendantFonts", vec![descendant.into()]);
}

fn links(document: &Document, page: ObjectId) -> Vec<ObjectId> {
    let page = document.get_dictionary(page).unwrap();
    let list = page
        .get_deref(b"Annots", document)
        .and_then(Object::as_array);
    let list = list.into_iter().flatten();
    list.map(|of| of.as_reference().unwrap()).collect()
}

fn texts_of(document: &Document) -> Value {
    let texts = attached(document, "teksten.json");
    let texts = document.get_object(texts).unwrap().as_stream().unwrap();
    serde_json::from_slice(&texts.get_plain_content().unwrap()).unwrap()
}

/// The sentences of claims, squeezed.
fn claims_of(texts: &Value) -> Vec<String> {
    let text_of = |claim: &Value| -> String {
        let pieces = claim["segments"].as_array().unwrap().iter();
        pieces
            .map(|piece| {
                let fact = piece["f"]
                    .as_str()
                    .map(|id| &texts["paper"]["facts"][id]["text"]);
                fact.unwrap_or(&piece["t"]).as_str().unwrap_or_default()
            })
            .collect()
    };
    let claims = texts["paper"]["claims"].as_object().unwrap().values();
    claims.map(|claim| squeeze(&text_of(claim)).0).collect()
}

/// Two figures of a page that stand in one claim, or in none together.
fn two_figures(document: &Document, in_claim: bool) -> (ObjectId, [(Shown, ObjectId); 2]) {
    let claims = claims_of(&texts_of(document));
    let blocks = Printed::read(document, Look::Text).unwrap().blocks;
    let written: Vec<(usize, String)> = blocks
        .iter()
        .map(|block| {
            let text: Vec<&str> = block.runs.iter().map(|run| run.text.as_str()).collect();
            (block.runs[0].page, squeeze(&text.join(" ")).0)
        })
        .collect();
    // a claim that stands once is gone when it is changed there
    let stands_on = |claim: &String| {
        let mut places = written
            .iter()
            .filter(|(_, text)| text.contains(claim.as_str()));
        let first = places.next().map(|(page, _)| *page);
        first.filter(|_| !claim.is_empty() && places.next().is_none())
    };
    let fits = |a: &Shown, b: &Shown, page: usize| {
        let is_claim = claims.iter().any(|of| {
            let holds = |shown: &Shown| of.contains(&squeeze(&shown.letters).0);
            holds(a) && holds(b) && (!in_claim || stands_on(of) == Some(page))
        });
        a.letters != b.letters && a.font == b.font && is_claim == in_claim
    };
    for (number, page) in document.get_pages().into_iter().skip(2) {
        let figures = linked_figures(document, page);
        for (place, (first, one)) in figures.iter().enumerate() {
            let mut behind = figures[place + 1..].iter();
            let second =
                behind.find(|(second, other)| one != other && fits(first, second, number as usize));
            if let Some((second, other)) = second {
                return (page, [(first.clone(), *one), (second.clone(), *other)]);
            }
        }
    }
    panic!("no two figures");
}

/// The figures of a page that are links, each with its link.
fn linked_figures(document: &Document, page: ObjectId) -> Vec<(Shown, ObjectId)> {
    let page_links = links(document, page);
    let link_at = |(x, y): (f64, f64)| {
        let holds = |id: &&ObjectId| {
            let [left, lower, right, upper] = rect(document, **id);
            (left - 1.0..=right + 1.0).contains(&x) && (lower - 2.0..=upper + 2.0).contains(&y)
        };
        page_links.iter().find(holds).copied()
    };
    let texts = text_of_page(document, page).into_iter();
    let figures = texts.filter(|text| text.letters.contains(',') && text.letters.len() < 8);
    figures
        .filter_map(|text| link_at(text.at).map(|link| (text, link)))
        .collect()
}

/// Two figures of a page change places, and so do their links.
fn swap(document: &mut Document, in_claim: bool) {
    let (page, [(first, one), (second, other)]) = two_figures(document, in_claim);
    let mut content: Content<Vec<Operation>> = document.get_and_decode_page_content(page).unwrap();
    content.operations.swap(first.operation, second.operation);
    document
        .change_page_content(page, Content::encode(&content).unwrap())
        .unwrap();
    let target = |link: ObjectId| {
        let link = document.get_dictionary(link).unwrap();
        let key = if link.has(b"Dest") { "Dest" } else { "A" };
        (key, link.get(key.as_bytes()).unwrap().clone())
    };
    let (here, there) = (target(one), target(other));
    for (link, (key, target)) in [(one, there), (other, here)] {
        document.get_dictionary_mut(link).unwrap().set(key, target);
    }
}

/// A paragraph of a page that is claims and nothing else.
struct Claimed {
    /// Its page, from 1.
    page: u32,
    /// The texts that it is drawn by.
    shown: Vec<Shown>,
}

/// The first paragraph that is one claim, which stands elsewhere too.
fn claim_alone(document: &Document) -> Claimed {
    let claims = claims_of(&texts_of(document));
    let blocks = Printed::read(document, Look::Text).unwrap().blocks;
    let squeezed = |text: &[&str]| squeeze(&text.join(" ")).0;
    let paragraphs: Vec<(u32, String)> = blocks
        .iter()
        .filter(|block| block.place == Place::Prose)
        .map(|block| {
            let runs: Vec<&str> = block.runs.iter().map(|run| run.text.as_str()).collect();
            (block.runs[0].page as u32, squeezed(&runs))
        })
        .collect();
    let rest = |text: &str| {
        let claims = claims.iter().filter(|claim| !claim.is_empty());
        claims.fold(text.to_owned(), |text, claim| text.replace(claim, ""))
    };
    let pages = document.get_pages();
    for (page, text) in paragraphs.iter().filter(|(page, _)| *page > 2) {
        let has_words = text.chars().count() > 60;
        if !has_words || !rest(text).is_empty() {
            continue;
        }
        // the texts between the first and the last of its letters
        let all = text_of_page(document, pages[page]);
        for first in 0..all.len() {
            let mut drawn = String::new();
            for last in first..all.len() {
                drawn.push_str(&squeeze(&all[last].letters).0);
                if !text.starts_with(&drawn) {
                    break;
                }
                if drawn == *text {
                    let shown = all[first..=last].to_vec();
                    return Claimed { page: *page, shown };
                }
            }
        }
    }
    panic!("no claim stands alone")
}

/// Takes the texts of a paragraph off its page, and the links on them.
fn wipe(document: &mut Document, claim: &Claimed) {
    let page = document.get_pages()[&claim.page];
    let mut content: Content<Vec<Operation>> = document.get_and_decode_page_content(page).unwrap();
    for shown in &claim.shown {
        content.operations[shown.operation].operands = vec![Object::Array(Vec::new())];
        "TJ".clone_into(&mut content.operations[shown.operation].operator);
    }
    document
        .change_page_content(page, Content::encode(&content).unwrap())
        .unwrap();
}

/// Draws the texts of a paragraph on the page behind it too, in the letters of its own page and as a paragraph.
fn print_again(document: &mut Document, claim: &Claimed) {
    const MARK: i64 = 9999;
    let from = document.get_pages()[&claim.page];
    let content: Content<Vec<Operation>> = document.get_and_decode_page_content(from).unwrap();
    let fonts = document.get_page_fonts(from).unwrap();
    let fonts: Vec<(Vec<u8>, Dictionary)> = fonts
        .into_iter()
        .map(|(name, font)| ([b"Fproef", &name[..]].concat(), font.clone()))
        .collect();
    let mut drawn = vec![Operation::new(
        "BDC",
        vec!["P".into(), dictionary! { "MCID" => MARK }.into()],
    )];
    for (line, shown) in (0..).zip(&claim.shown) {
        let font = [b"Fproef", &shown.font[..]].concat();
        let text = content.operations[shown.operation].clone();
        let place = [1, 0, 0, 1, 80, 60 - line].map(Object::from).to_vec();
        drawn.push(Operation::new("BT", vec![]));
        drawn.push(Operation::new("Tf", vec![Object::Name(font), 9.into()]));
        drawn.push(Operation::new("Tm", place));
        drawn.push(text);
        drawn.push(Operation::new("ET", vec![]));
    }
    drawn.push(Operation::new("EMC", vec![]));
    let drawn = Content::encode(&Content { operations: drawn }).unwrap();
    let page = page_of(document);
    for (name, font) in fonts {
        let name = String::from_utf8(name).unwrap();
        draw(document, b"", "Font", &name, font.into());
    }
    draw(
        document,
        &drawn,
        "Properties",
        "unused",
        dictionary! {}.into(),
    );
    // a paragraph of that page gets it
    let is_paragraph = |of: &Object| {
        let of = of.as_dict();
        of.is_ok_and(|of| {
            of.get(b"S").and_then(Object::as_name).ok() == Some(b"P")
                && of.get(b"Pg").and_then(Object::as_reference).ok() == Some(page)
        })
    };
    let mut objects = document.objects.iter();
    let (id, _) = objects.find(|(_, of)| is_paragraph(of)).unwrap();
    let id = *id;
    let element = document.get_dictionary_mut(id).unwrap();
    let mut kids = match element.get(b"K").unwrap().clone() {
        Object::Array(kids) => kids,
        one => vec![one],
    };
    kids.insert(0, MARK.into());
    element.set("K", kids);
}

/// Draws the first letter of a word that figures chose as another one.
fn misspell(document: &mut Document) {
    let places = attached(document, "plaatsen.json");
    let places = document.get_object(places).unwrap().as_stream().unwrap();
    let places: Value = serde_json::from_slice(&places.get_plain_content().unwrap()).unwrap();
    let all = places.as_array().unwrap().iter();
    let chosen = all.filter_map(|of| {
        let words = of["choice"]["words"].as_array()?;
        let page = u32::try_from(of["page"].as_u64()?).ok()?;
        Some((
            page,
            words.iter().filter_map(Value::as_str).map(str::to_owned),
        ))
    });
    let chosen: Vec<(u32, Vec<String>)> = chosen.map(|(page, of)| (page, of.collect())).collect();
    for (page, words) in chosen {
        if words.iter().any(|word| change_word(document, page, word)) {
            return;
        }
    }
    panic!("no chosen word");
}

/// Swaps the first two texts of one page that are like this.
fn swap_texts(document: &mut Document, are_meant: impl Fn(&str, &str) -> bool) {
    for page in document.get_pages().into_values() {
        let texts = text_of_page(document, page);
        for (place, first) in texts.iter().enumerate() {
            let mut behind = texts[place + 1..].iter();
            let second = behind.find(|of| are_meant(first.letters.trim(), of.letters.trim()));
            let Some(second) = second.filter(|of| of.font == first.font) else {
                continue;
            };
            let mut content: Content<Vec<Operation>> =
                document.get_and_decode_page_content(page).unwrap();
            content.operations.swap(first.operation, second.operation);
            let content = Content::encode(&content).unwrap();
            return document.change_page_content(page, content).unwrap();
        }
    }
    panic!("no such texts");
}

fn rect(document: &Document, link: ObjectId) -> [f64; 4] {
    let link = document.get_dictionary(link).unwrap();
    let rect = link.get(b"Rect").unwrap().as_array().unwrap();
    let number = |place: usize| f64::from(rect[place].as_float().unwrap());
    [number(0), number(1), number(2), number(3)]
}
