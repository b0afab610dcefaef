//! Forgeries of the document as a whole: its pages, what is told beside them, and what it does.

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use super::tools::{PLACE, page_of, set_pages, stream};
use super::{Forgery, beyond, found};

pub fn all() -> Vec<Forgery> {
    vec![
        beyond(
            "the last page less",
            "no figure and no claim stands on it",
            |of| {
                pages(of, |pages| pages.truncate(pages.len() - 1));
            },
        ),
        found("a page less in the middle", |of| {
            pages(of, |pages| {
                pages.retain({
                    let mut place = 0;
                    move |_| {
                        place += 1;
                        place != PLACE + 1
                    }
                });
            });
        }),
        found("pages in another order", |of| {
            pages(of, |pages| pages.swap(PLACE, PLACE + 1));
        }),
        found("a page twice", |of| {
            let page = of.get_dictionary(page_of(of)).unwrap().clone();
            let copy = of.add_object(page);
            pages(of, |pages| pages.insert(PLACE + 1, copy));
        }),
        found("a page more", |of| {
            let content = stream(of, Dictionary::new(), b"q Q");
            let frame = [0, 0, 595, 842].map(Object::from).to_vec();
            let page = dictionary! { "Type" => "Page", "Contents" => content, "MediaBox" => frame };
            let page = of.add_object(page);
            pages(of, |pages| pages.insert(PLACE, page));
        }),
        found("another title", |of| info(of, "Title")),
        found("another author", |of| info(of, "Author")),
        found("another title for search engines", |of| {
            let id = root(of).get(b"Metadata").unwrap().as_reference().unwrap();
            let metadata = of.get_object_mut(id).unwrap().as_stream_mut().unwrap();
            let text = String::from_utf8(metadata.get_plain_content().unwrap()).unwrap();
            let text = text.replacen("De Kracht van", "De Zwakte van", 1);
            metadata.set_plain_content(text.into_bytes());
        }),
        found("another bookmark", |of| {
            let root = root(of)
                .get_deref(b"Outlines", of)
                .unwrap()
                .as_dict()
                .unwrap();
            let first = root.get(b"First").unwrap().as_reference().unwrap();
            of.get_dictionary_mut(first)
                .unwrap()
                .set("Title", Object::string_literal("Iets anders"));
        }),
        found("another alternative text", |of| {
            let has_alt = |of: &Object| {
                of.as_dict()
                    .is_ok_and(|of| of.has_type(b"StructElem") && of.has(b"Alt"))
            };
            let ids = of
                .objects
                .iter()
                .find(|(_, of)| has_alt(of))
                .map(|(id, _)| *id);
            of.get_dictionary_mut(ids.unwrap())
                .unwrap()
                .set("Alt", Object::string_literal("Iets anders"));
        }),
        beyond(
            "another language",
            "the language is told nowhere else",
            |of| {
                root_mut(of).set("Lang", Object::string_literal("en"));
            },
        ),
        found("an action that runs when it is opened", |of| {
            root_mut(of).set("OpenAction", dictionary! { "S" => "JavaScript" });
        }),
        found("fields over all pages", |of| {
            root_mut(of).set("AcroForm", dictionary! {});
        }),
        found("layers over all pages", |of| {
            root_mut(of).set("OCProperties", dictionary! {});
        }),
        found("a cover of other files", |of| {
            root_mut(of).set("Collection", dictionary! {});
        }),
        beyond("no seal", "with a new seal it has one", |of| {
            drop(root_mut(of).remove(b"PieceInfo"));
        }),
    ]
}

fn root(document: &Document) -> &Dictionary {
    document.catalog().unwrap()
}

fn root_mut(document: &mut Document) -> &mut Dictionary {
    document.catalog_mut().unwrap()
}

fn info(document: &mut Document, key: &str) {
    let id = document
        .trailer
        .get(b"Info")
        .unwrap()
        .as_reference()
        .unwrap();
    document
        .get_dictionary_mut(id)
        .unwrap()
        .set(key, Object::string_literal("Iets anders"));
}

fn pages(document: &mut Document, change: impl FnOnce(&mut Vec<ObjectId>)) {
    let mut pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    change(&mut pages);
    set_pages(document, pages);
}
