//! The files that a PDF carries, held against their checksums.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object};

use crate::base::files;
use crate::evidence::attachments::{ALL, CHECKSUMS};

/// Attached files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Deeper than any name tree nests.
const MAX_DEPTH: usize = 32;

/// Reads the attached files of a PDF, and says which are missing, changed, unlisted, or attached in one way only.
pub fn read(document: &Document, differences: &mut Vec<String>) -> Files {
    let mut found = Files::new();
    let names = document.catalog().ok().and_then(|catalog| {
        let names = catalog.get_deref(b"Names", document).ok()?.as_dict().ok()?;
        names
            .get_deref(b"EmbeddedFiles", document)
            .ok()?
            .as_dict()
            .ok()
    });
    if let Some(names) = names {
        tree(document, names, &mut found, 0);
    }
    let mut associated = Files::new();
    let list = document
        .catalog()
        .and_then(|catalog| catalog.get_deref(b"AF", document))
        .and_then(Object::as_array);
    for file in list.into_iter().flatten() {
        one(document, file, &mut associated);
    }
    for (name, bytes) in associated {
        match found.get(&name) {
            None => differences.push(format!("attachment `{name}` is not in the list of names")),
            Some(known) if *known != bytes => {
                differences.push(format!("attachment `{name}` is there in two versions"));
            }
            Some(_) => {}
        }
        found.entry(name).or_insert(bytes);
    }
    for attachment in ALL {
        if !found.contains_key(attachment.name) {
            differences.push(format!("attachment `{}` is missing", attachment.name));
        }
    }
    checksums(&found, differences);
    found
}

fn tree(document: &Document, node: &Dictionary, found: &mut Files, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Ok(pairs) = node
        .get_deref(b"Names", document)
        .and_then(Object::as_array)
    {
        for file in pairs.iter().skip(1).step_by(2) {
            one(document, file, found);
        }
    }
    if let Ok(kids) = node.get_deref(b"Kids", document).and_then(Object::as_array) {
        for kid in kids {
            if let Ok((_, Object::Dictionary(kid))) = document.dereference(kid) {
                tree(document, kid, found, depth + 1);
            }
        }
    }
}

fn one(document: &Document, file: &Object, found: &mut Files) {
    let read = || {
        let (_, file) = document.dereference(file).ok()?;
        let file = file.as_dict().ok()?;
        let name = file.get(b"UF").or_else(|_| file.get(b"F")).ok()?;
        let name = lopdf::decode_text_string(name).ok()?;
        let streams = file.get_deref(b"EF", document).ok()?.as_dict().ok()?;
        let stream = streams.get_deref(b"F", document).ok()?.as_stream().ok()?;
        Some((name, stream.get_plain_content().ok()?))
    };
    found.extend(read());
}

fn checksums(found: &Files, differences: &mut Vec<String>) {
    let Some(list) = found.get(CHECKSUMS) else {
        return;
    };
    let list = String::from_utf8_lossy(list);
    let sums: BTreeMap<&str, &str> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, name)| (name, sum))
        .collect();
    for (name, bytes) in found {
        match sums.get(name.as_str()) {
            _ if name == CHECKSUMS => {}
            None => differences.push(format!("attachment `{name}` is not in `{CHECKSUMS}`")),
            Some(sum) if *sum != files::sha256(bytes) => {
                differences.push(format!(
                    "attachment `{name}` was changed: its checksum differs"
                ));
            }
            Some(_) => {}
        }
    }
    let is_known = |name: &str| ALL.iter().any(|attachment| attachment.name == name);
    for name in sums.keys() {
        if !found.contains_key(*name) && !is_known(name) {
            differences.push(format!("attachment `{name}` is missing"));
        }
    }
}
