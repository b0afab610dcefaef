//! The pages of a PDF held against the seal that the program put on them.
//!
//! In: a PDF with its text, and `teksten.json`. Out: the sealed file, or a line for each page that is changed, gone, moved
//! or added. A seal that is not there is said; then whatever the program never draws is named by page.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId, Stream};
use serde_json::Value;

use super::attached::Files;
use super::backcheck::{standing, words};
use super::digest::Digests;
use super::known::pieces;
use super::text::{OF_PICTURES, Printed, pages};
use crate::base::files;
use crate::evidence::attachments::CHECKSUMS;
use crate::evidence::{SEAL, Seal, SealedPage, Texts};

/// A seal larger than this is none, in bytes.
const MAX_BYTES: usize = 64 << 20;
/// Words of a difference that are shown.
const SHOWN: usize = 12;

/// The seal that belongs on a PDF.
pub(super) fn seal_of(
    document: &Document,
    printed: &Printed,
    texts: &Texts,
    checksums: &[u8],
) -> Seal {
    let sheets = printed.sheets.iter().zip(words(printed));
    Seal {
        pages: sheets
            .map(|(sheet, text)| SealedPage {
                content: sheet.content.clone(),
                links: sheet.links.clone(),
                text,
            })
            .collect(),
        structure: structure(document),
        checksums: files::sha256(checksums),
        standing: standing(printed, &named(texts)),
    }
}

/// Puts a seal on a PDF, and another content in one of its streams: adds them behind what is there.
///
/// # Errors
/// When the PDF has no catalog, or the seal cannot be written.
pub(super) fn put(
    bytes: Vec<u8>,
    document: Document,
    seal: &Seal,
    changed: Option<(ObjectId, Stream)>,
) -> Result<Vec<u8>, lopdf::Error> {
    let root = document.trailer.get(b"Root")?.as_reference()?;
    let mut catalog = document.catalog()?.clone();
    let info = document.trailer.get_deref(b"Info", &document);
    let made = info
        .and_then(Object::as_dict)
        .and_then(|info| info.get(b"ModDate").cloned());
    let mut update = IncrementalDocument::create_from(bytes, document);
    let json = serde_json::to_vec(seal).map_err(std::io::Error::from)?;
    let mut stream = Stream::new(Dictionary::new(), json);
    stream.compress()?;
    let stream = update.new_document.add_object(stream);
    let mut own = Dictionary::new();
    own.set(
        "LastModified",
        made.unwrap_or_else(|_| Object::string_literal("D:1970")),
    );
    own.set("Private", stream);
    let mut pieces = Dictionary::new();
    pieces.set(SEAL, own);
    catalog.set("PieceInfo", pieces);
    update.new_document.set_object(root, catalog);
    if let Some((id, mut stream)) = changed {
        stream.compress()?;
        update.new_document.set_object(id, stream);
    }
    let mut sealed = Vec::new();
    update.save_to(&mut sealed)?;
    Ok(sealed)
}

fn read(document: &Document) -> Option<Seal> {
    let pieces = document
        .catalog()
        .ok()?
        .get_deref(b"PieceInfo", document)
        .ok()?;
    let own = pieces
        .as_dict()
        .ok()?
        .get_deref(SEAL.as_bytes(), document)
        .ok()?;
    let stream = own.as_dict().ok()?.get_deref(b"Private", document).ok()?;
    let json = stream
        .as_stream()
        .ok()?
        .get_plain_content_with_limit(MAX_BYTES)
        .ok()?;
    serde_json::from_slice(&json).ok()
}

/// Holds a PDF against its seal, and against what the program never puts into one.
pub(super) fn check(
    document: &Document,
    printed: &Printed,
    attached: &Files,
    texts: Option<&Texts>,
    differences: &mut Vec<String>,
) {
    for (page, sheet) in (1..).zip(&printed.sheets) {
        for note in &sheet.notes {
            differences.push(format!("page {page}: carries {note}"));
        }
        let is_shown = |odd: &&&str| {
            page == 1 && OF_PICTURES.contains(*odd) && texts.is_some_and(has_pictures)
        };
        for odd in sheet.odd.iter().filter(|odd| !is_shown(odd)) {
            differences.push(format!("page {page}: holds {odd}"));
        }
    }
    if let Some(page) = printed.no_page {
        differences.push(format!(
            "page {page}: is none, or was there before in the list of pages"
        ));
    }
    differences.extend(actions(document));
    if let Some(texts) = texts {
        differences.extend(absent(texts, printed));
    }
    let Some(seal) = read(document) else {
        differences.push("the seal is missing: which pages there were cannot be told".to_owned());
        return;
    };
    let compare = Compare {
        seal: &seal,
        printed,
        words: words(printed),
    };
    compare.pages(differences);
    if let Some(texts) = texts {
        compare.texts(texts, differences);
    }
    if compare.is_whole() {
        compare.links(differences);
        if structure(document) != seal.structure {
            differences.push(
                "title, bookmarks, reading order or alternative texts are not those that were made"
                    .to_owned(),
            );
        }
    }
    let checksums = attached.get(CHECKSUMS).map_or(&[][..], Vec::as_slice);
    if files::sha256(checksums) != seal.checksums {
        differences.push(format!("`{CHECKSUMS}` is not the list that was sealed"));
    }
}

/// Whether the house style has pictures, which stand on the first page.
fn has_pictures(texts: &Texts) -> bool {
    let house = &texts.paper["house"];
    house["logo"].is_string() || house["cover"].is_string()
}

/// What can show, hide or do something over all pages.
fn actions(document: &Document) -> Vec<String> {
    let Ok(catalog) = document.catalog() else {
        return Vec::new();
    };
    let names = catalog
        .get_deref(b"Names", document)
        .and_then(Object::as_dict);
    let has = |key: &[u8]| catalog.has(key);
    let opens = catalog.get_deref(b"OpenAction", document);
    [
        (has(b"AcroForm"), "fields to fill in"),
        (has(b"OCProperties"), "layers that can be shown or hidden"),
        (has(b"Collection"), "a cover of other files"),
        (has(b"AA"), "actions of its own"),
        (
            opens.is_ok_and(|open| open.as_array().is_err()),
            "an action that runs when it is opened",
        ),
        (
            names.is_ok_and(|names| names.has(b"JavaScript")),
            "a program that runs when it is opened",
        ),
    ]
    .into_iter()
    .filter(|(is_there, _)| *is_there)
    .map(|(_, what)| format!("the document carries {what}"))
    .collect()
}

/// Digest of what is told beside the pages.
fn structure(document: &Document) -> String {
    let mut digests = Digests::new(document, &pages(document).0);
    let mut told = Vec::new();
    if let Ok(catalog) = document.catalog() {
        for key in [
            &b"StructTreeRoot"[..],
            b"Outlines",
            b"PageLabels",
            b"Lang",
            b"Dests",
        ] {
            digests.write(catalog.get(key).unwrap_or(&Object::Null), &mut told);
        }
    }
    let info = document
        .trailer
        .get_deref(b"Info", document)
        .and_then(Object::as_dict);
    let title = info.and_then(|info| info.get(b"Title"));
    digests.write(title.unwrap_or(&Object::Null), &mut told);
    files::sha256(&told)
}

/// Sentences and asks that stand nowhere though they are given, and charts without their title or titles without their chart.
fn absent(texts: &Texts, printed: &Printed) -> Vec<String> {
    let named = named(texts);
    let stands = standing(printed, &named);
    let is_there = |name: &str| stands.contains_key(name);
    let is_absent = |(name, text): &&(String, String)| {
        let chart = name.strip_prefix(TITLE_OF);
        let is_wanted = match chart {
            Some(chart) => is_there(chart),
            // a chapter need not show every chart
            None if name.starts_with("chart ") => is_there(&format!("{TITLE_OF}{name}")),
            None => !text.trim().is_empty(),
        };
        is_wanted && !is_there(name)
    };
    let told = named.iter().filter(is_absent).map(|(name, text)| {
        let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{name} stands nowhere word for word: \"{said}\"")
    });
    told.collect()
}

const TITLE_OF: &str = "the title of ";

/// Sentences, asks and charts of the program by what they are.
fn named(texts: &Texts) -> Vec<(String, String)> {
    let of = |kind: &str| texts.paper.get(kind);
    let by_id = |kind: &str| of(kind).and_then(Value::as_object).into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pieces = |value: &Value| -> String {
        let sentence = value
            .as_array()
            .and_then(|of| pieces(of, &texts.paper["facts"]));
        sentence.unwrap_or_default()
    };
    let claims =
        by_id("claims").map(|(id, claim)| (format!("claim `{id}`"), pieces(&claim["segments"])));
    let titles = by_id("charts")
        .map(|(id, chart)| (format!("{TITLE_OF}chart `{id}`"), pieces(&chart["title"])));
    let asks = of("asks").and_then(Value::as_array).into_iter().flatten();
    let asks = asks.map(|ask| (format!("ask `{}`", text(&ask["id"])), text(&ask["text"])));
    let pictures = texts
        .pictures
        .iter()
        .map(|(id, text)| (format!("chart `{id}`"), text.clone()));
    claims.chain(titles).chain(asks).chain(pictures).collect()
}

struct Compare<'a> {
    seal: &'a Seal,
    printed: &'a Printed,
    words: Vec<String>,
}

impl Compare<'_> {
    /// Whether every page draws what it did, in order.
    fn is_whole(&self) -> bool {
        let sealed = self.seal.pages.iter().map(|page| &page.content);
        sealed.eq(self.printed.sheets.iter().map(|sheet| &sheet.content))
    }

    /// A line for each page whose annotations differ though none of them is odd.
    fn links(&self, differences: &mut Vec<String>) {
        let pages = self.seal.pages.iter().zip(&self.printed.sheets);
        for (page, (sealed, sheet)) in (1..).zip(pages) {
            if sheet.links != sealed.links && sheet.notes.is_empty() {
                differences.push(format!(
                    "page {page}: its links are not those that were made"
                ));
            }
        }
    }

    /// A line for each page that is changed, gone, moved or added.
    fn pages(&self, differences: &mut Vec<String>) {
        let sealed = &self.seal.pages;
        let sheets = &self.printed.sheets;
        let still: BTreeSet<&str> = sheets.iter().map(|sheet| sheet.content.as_str()).collect();
        let mut places = BTreeMap::new();
        for (place, page) in sealed.iter().enumerate() {
            places.entry(page.content.as_str()).or_insert(place);
        }
        let is_gone = |place: usize| {
            let page = sealed.get(place);
            page.is_some_and(|page| !still.contains(page.content.as_str()))
        };
        let gone = |from: usize, to: usize| {
            (from..to).filter(|&place| is_gone(place)).map(|place| {
                let begins = opening(&sealed[place].text);
                format!("page {} is gone, which begins \"{begins}\"", place + 1)
            })
        };
        let mut next = 0;
        for (at, sheet) in sheets.iter().enumerate() {
            let content = sheet.content.as_str();
            let expected = sealed.get(next).is_some_and(|page| page.content == content);
            let place = if expected {
                Some(next)
            } else {
                places.get(content).copied()
            };
            let line = match place {
                Some(place) if place >= next => {
                    differences.extend(gone(next, place));
                    next = place + 1;
                    continue;
                }
                Some(place) => format!("is page {} of the paper as it was made", place + 1),
                None if is_gone(next) => {
                    next += 1;
                    self.change(next - 1, at)
                }
                None => format!("was added, and begins \"{}\"", opening(&self.words[at])),
            };
            differences.push(format!("page {}: {line}", at + 1));
        }
        differences.extend(gone(next, sealed.len()));
    }

    /// What is different about a page.
    fn change(&self, was: usize, is: usize) -> String {
        changed(&self.seal.pages[was].text, &self.words[is]).unwrap_or_else(|| {
            "its drawing, fonts or frame are not those that were made".to_owned()
        })
    }

    /// A line for each text of `teksten.json` that stands less often than it did.
    fn texts(&self, texts: &Texts, differences: &mut Vec<String>) {
        let named = named(texts);
        let stands = standing(self.printed, &named);
        for (name, text) in &named {
            let pages =
                |of: &BTreeMap<String, Vec<usize>>| of.get(name).cloned().unwrap_or_default();
            let (was, is) = (pages(&self.seal.standing), pages(&stands));
            if is.len() < was.len()
                && let Some(page) = was.iter().find(|page| !is.contains(page)).or(was.last())
            {
                let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
                differences.push(format!(
                    "page {page}: {name} does not stand there word for word: \"{said}\""
                ));
            }
        }
    }
}

/// The first words of a page.
fn opening(words: &str) -> String {
    words.split(' ').take(SHOWN).collect::<Vec<_>>().join(" ")
}

/// Which words of a page differ, from the first to the last that does.
fn changed(was: &str, is: &str) -> Option<String> {
    let (was, is): (Vec<&str>, Vec<&str>) = (was.split(' ').collect(), is.split(' ').collect());
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let before = was.iter().zip(&is).take_while(same).count();
    let (was_rest, is_rest) = (&was[before..], &is[before..]);
    let behind = was_rest
        .iter()
        .rev()
        .zip(is_rest.iter().rev())
        .take_while(same)
        .count();
    let stretch = |words: &[&str]| {
        let words = &words[..words.len() - behind];
        let shown = words[..words.len().min(SHOWN)].join(" ");
        if words.len() > SHOWN {
            format!("{shown} …")
        } else {
            shown
        }
    };
    let (was_said, is_said) = (stretch(was_rest), stretch(is_rest));
    let after = was[before.saturating_sub(5)..before].join(" ");
    match (was_said.is_empty(), is_said.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format!("prints \"{is_said}\" too, after \"{after}\"")),
        (false, true) => Some(format!("lacks \"{was_said}\", after \"{after}\"")),
        (false, false) => Some(format!(
            "prints \"{is_said}\" for \"{was_said}\", after \"{after}\""
        )),
    }
}
