//! What is told beside the pages, held against the evidence: title, author, description and keywords in both places where they
//! stand, bookmarks, and alternative texts.
//!
//! In: a PDF with its text, and `teksten.json`. Out: what differs. Cannot fail. The peculiarity it exists for: who listens to a paper, or
//! finds it by a search, is told other words than who sees it.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object, ObjectId};
use serde_json::Value;

use super::numerals::squeeze;
use super::text::{Place, Printed};
use crate::evidence::Texts;

/// More than any description of a document takes, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// More bookmarks than any paper has.
const MAX_BOOKMARKS: usize = 10_000;
/// Differences of one kind that are told.
const TOLD: usize = 5;

/// Holds what is told beside the pages against the evidence.
pub(super) fn check(document: &Document, printed: &Printed, texts: &Texts) -> Vec<String> {
    let mut wrong = described(document, texts);
    let headings: Vec<String> = printed
        .blocks
        .iter()
        .filter(|block| block.place == Place::Heading)
        .map(|block| {
            block
                .runs
                .iter()
                .map(|run| run.text.as_str())
                .collect::<String>()
        })
        .map(|text| squeeze(&text).0)
        .collect();
    let is_heading = |title: &&String| headings.iter().any(|heading| *heading == squeeze(title).0);
    let bookmarks = bookmarks(document);
    let odd = bookmarks.iter().filter(|title| !is_heading(title));
    wrong.extend(
        odd.take(TOLD)
            .map(|title| format!("the bookmark \"{title}\" is no heading")),
    );
    let known = alternatives(texts);
    let elements = document.objects.values().filter_map(|of| of.as_dict().ok());
    let said = elements
        .filter(|of| of.has_type(b"StructElem"))
        .filter_map(|of| of.get(b"Alt").ok());
    let said = said.filter_map(|alt| lopdf::decode_text_string(alt).ok());
    let odd: BTreeSet<String> = said
        .filter(|alt| !known.contains(&squeeze(alt).0))
        .collect();
    let odd = odd.iter().take(TOLD);
    wrong.extend(odd.map(|alt| format!("the alternative text \"{alt}\" is of no chart")));
    wrong
}

/// The alternative texts of charts.
fn alternatives(texts: &Texts) -> BTreeSet<String> {
    let charts = texts.paper["charts"].as_object().into_iter().flatten();
    let alternatives = charts.filter_map(|(_, chart)| chart["alt"].as_str());
    alternatives.map(|alt| squeeze(alt).0).collect()
}

/// Title, author, description and keywords, by their names in both places.
fn described(document: &Document, texts: &Texts) -> Vec<String> {
    let (paper, text) = (&texts.paper, |value: &Value| {
        value.as_str().unwrap_or_default().to_owned()
    });
    let (house, edition) = (&paper["house"], text(&paper["edition"]["title"]));
    let words = |of: &Value| {
        let words = of.as_array().into_iter().flatten().map(text);
        words.collect::<Vec<_>>().join(", ")
    };
    let [title, description, keywords] = match paper["name"].as_str() {
        Some(name) => [
            name.to_owned(),
            format!("Factsheet van {name}, bij {edition}"),
            format!("{name}, {}, factsheet", text(&house["name"])),
        ],
        None => [
            edition,
            text(&house["description"]),
            words(&house["keywords"]),
        ],
    };
    let info = document
        .trailer
        .get_deref(b"Info", document)
        .and_then(Object::as_dict);
    let info = |key: &[u8]| {
        let value = info.as_ref().ok()?.get_deref(key, document).ok()?;
        lopdf::decode_text_string(value).ok()
    };
    let metadata = metadata(document);
    let author = text(&house["full_name"]);
    let expected = [
        ("title", b"Title".as_slice(), "dc:title", title),
        ("author", b"Author", "dc:creator", author),
        ("description", b"Subject", "dc:description", description),
        ("keywords", b"Keywords", "pdf:Keywords", keywords),
    ];
    let is_other = |told: Option<String>, expected: &str| {
        squeeze(&told.unwrap_or_default()).0 != squeeze(expected).0
    };
    let wrong = expected.into_iter().filter(|(_, key, element, expected)| {
        is_other(info(key), expected) || is_other(within(&metadata, element), expected)
    });
    wrong
        .map(|(what, _, _, expected)| format!("the {what} of the document is not \"{expected}\""))
        .collect()
}

fn metadata(document: &Document) -> String {
    let stream = document
        .catalog()
        .and_then(|catalog| catalog.get_deref(b"Metadata", document)?.as_stream());
    let bytes = stream.and_then(|stream| stream.get_plain_content_with_limit(MAX_BYTES));
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

/// The text within an element that is there once.
fn within(xml: &str, element: &str) -> Option<String> {
    let (start, end) = (format!("<{element}>"), format!("</{element}>"));
    let mut found = xml.split(&start).skip(1);
    let inside = found.next()?.split(&end).next()?;
    if found.next().is_some() {
        return None;
    }
    let mut text = String::new();
    for piece in inside.split('<') {
        text.push_str(piece.rsplit('>').next().unwrap_or_default());
    }
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    Some(
        plain
            .into_iter()
            .fold(text, |text, (from, to)| text.replace(from, to)),
    )
}

/// The titles of bookmarks; where the list leads back to itself it ends.
fn bookmarks(document: &Document) -> Vec<String> {
    let (mut titles, mut seen) = (Vec::new(), BTreeSet::<ObjectId>::new());
    let next = |of: &Dictionary, key: &[u8]| of.get(key).and_then(Object::as_reference).ok();
    let root = document
        .catalog()
        .and_then(|of| of.get_deref(b"Outlines", document)?.as_dict());
    let mut open: Vec<ObjectId> = root.iter().filter_map(|of| next(of, b"First")).collect();
    while let Some(id) = open.pop() {
        let Ok(item) = document.get_dictionary(id) else {
            continue;
        };
        if seen.len() > MAX_BOOKMARKS || !seen.insert(id) {
            continue;
        }
        let title = item
            .get_deref(b"Title", document)
            .and_then(lopdf::decode_text_string);
        titles.extend(title.ok());
        open.extend(
            [b"Next".as_slice(), b"First"]
                .iter()
                .filter_map(|key| next(item, key)),
        );
    }
    titles
}
