//! The files that a PDF carries, held against their checksums.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object};

use crate::base::files;
use crate::evidence::attachments::{ALL, CHECKSUMS, OF_SHEET};
use crate::evidence::{Facts, RestsOn};

/// Attached files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Deeper than any name tree nests.
const MAX_DEPTH: usize = 32;
/// More nodes than any name tree has.
const MAX_NODES: usize = 10_000;
/// More than any paper carries, in bytes.
const MAX_BYTES: usize = 512 << 20;

/// Reads the attached files of a PDF, and says which are missing, changed, unlisted, or attached in one way only.
pub fn read(document: &Document, differences: &mut Vec<String>) -> Files {
    let mut named = Reader::new(document);
    let names = document
        .catalog()
        .and_then(|catalog| catalog.get_deref(b"Names", document)?.as_dict())
        .and_then(|names| names.get_deref(b"EmbeddedFiles", document)?.as_dict());
    if let Ok(names) = names {
        named.tree(names, 0);
    }
    let mut associated = Reader::new(document);
    let list = document
        .catalog()
        .and_then(|catalog| catalog.get_deref(b"AF", document)?.as_array());
    for file in list.into_iter().flatten() {
        associated.one(file);
    }
    let Reader {
        files: mut found,
        mut twice,
        ..
    } = named;
    twice.extend(associated.twice);
    for (name, bytes) in associated.files {
        match found.get(&name) {
            None => differences.push(format!("attachment `{name}` is not in the list of names")),
            Some(known) if *known != bytes => drop(twice.insert(name.clone())),
            Some(_) => {}
        }
        found.entry(name).or_insert(bytes);
    }
    for name in twice {
        differences.push(format!("attachment `{name}` is there in two versions"));
    }
    let expected: Vec<&str> = match rests_on(&found) {
        Some(_) => OF_SHEET.to_vec(),
        None => ALL.map(|attachment| attachment.name).to_vec(),
    };
    for name in &expected {
        if !found.contains_key(*name) {
            differences.push(format!("attachment `{name}` is missing"));
        }
    }
    checksums(&found, &expected, differences);
    found
}

/// What a sheet of one gemeente rests on beside what it carries; none for a paper.
pub fn rests_on(files: &Files) -> Option<RestsOn> {
    let facts = files.get("feiten.json")?;
    serde_json::from_slice::<Facts>(facts).ok()?.sheet
}

struct Reader<'a> {
    document: &'a Document,
    files: Files,
    /// Names with different contents.
    twice: BTreeSet<String>,
    nodes_left: usize,
    bytes_left: usize,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document) -> Self {
        Self {
            document,
            files: Files::new(),
            twice: BTreeSet::new(),
            nodes_left: MAX_NODES,
            bytes_left: MAX_BYTES,
        }
    }

    fn tree(&mut self, node: &Dictionary, depth: usize) {
        if depth > MAX_DEPTH || self.nodes_left == 0 {
            return;
        }
        self.nodes_left -= 1;
        let list = |key: &[u8]| node.get_deref(key, self.document)?.as_array();
        for file in list(b"Names").into_iter().flatten().skip(1).step_by(2) {
            self.one(file);
        }
        for kid in list(b"Kids").into_iter().flatten() {
            if let Ok((_, Object::Dictionary(kid))) = self.document.dereference(kid) {
                self.tree(kid, depth + 1);
            }
        }
    }

    fn one(&mut self, file: &Object) {
        let Ok((name, bytes)) = self.named(file) else {
            return;
        };
        self.bytes_left -= bytes.len().min(self.bytes_left);
        let other = self.files.insert(name.clone(), bytes);
        if other.is_some_and(|other| self.files.get(&name) != Some(&other)) {
            self.twice.insert(name);
        }
    }

    fn named(&self, file: &Object) -> Result<(String, Vec<u8>), lopdf::Error> {
        let (_, file) = self.document.dereference(file)?;
        let file = file.as_dict()?;
        let name = lopdf::decode_text_string(file.get(b"UF").or_else(|_| file.get(b"F"))?)?;
        let streams = file.get_deref(b"EF", self.document)?.as_dict()?;
        let stream = streams.get_deref(b"F", self.document)?.as_stream()?;
        Ok((name, stream.get_plain_content_with_limit(self.bytes_left)?))
    }
}

fn checksums(found: &Files, expected: &[&str], differences: &mut Vec<String>) {
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
    for name in sums.keys() {
        if !found.contains_key(*name) && !expected.contains(name) {
            differences.push(format!("attachment `{name}` is missing"));
        }
    }
}
