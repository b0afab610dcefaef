//! What lies over a page: its annotations.
//!
//! In: a page. Out: what is no plain link, in words, and a digest of them all. Cannot fail. The peculiarity it exists for:
//! an annotation is painted over the page, so it can say or hide anything.

use lopdf::{Dictionary, Document, Object};

use super::Sheet;
use crate::base::files;
use crate::verify::digest::Digests;

/// Reads the annotations of a page into its sheet.
pub(super) fn read(
    document: &Document,
    page: &Dictionary,
    digests: &mut Digests<'_>,
    sheet: &mut Sheet,
) {
    let list = page
        .get_deref(b"Annots", document)
        .and_then(Object::as_array);
    let mut all = Vec::new();
    for annotation in list.into_iter().flatten() {
        digests.write(annotation, &mut all);
        let annotation = document.dereference(annotation).map(|(_, of)| of);
        if let Ok(Object::Dictionary(annotation)) = annotation {
            sheet.notes.extend(note(document, annotation));
        }
    }
    if page.has(b"AA") {
        sheet
            .notes
            .push("an action that runs when it is shown".to_owned());
    }
    sheet.links = files::sha256(&all);
}

/// What an annotation that is no plain link says.
fn note(document: &Document, annotation: &Dictionary) -> Option<String> {
    let kind = annotation.get_deref(b"Subtype", document);
    let kind = kind.and_then(Object::as_name).unwrap_or_default();
    let is_link = kind == b"Link";
    if is_link && !annotation.has(b"AP") {
        return None;
    }
    let what = if is_link {
        "a link with a drawing of its own".to_owned()
    } else {
        format!("an annotation ({})", String::from_utf8_lossy(kind))
    };
    let said = annotation
        .get_deref(b"Contents", document)
        .and_then(lopdf::decode_text_string)
        .unwrap_or_default();
    let said = said.split_whitespace().take(12).collect::<Vec<_>>();
    Some(if said.is_empty() {
        what
    } else {
        format!("{what} that says \"{}\"", said.join(" "))
    })
}
