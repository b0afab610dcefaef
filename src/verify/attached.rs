//! The files that a PDF carries, held against their checksums.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

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
        associated.one(file, None);
    }
    strays(document, [&named, &associated], differences);
    let Reader {
        files: mut found,
        mut odd,
        ..
    } = named;
    odd.extend(associated.odd);
    for (name, bytes) in associated.files {
        match found.get(&name) {
            None => differences.push(format!("attachment `{name}` is not in the list of names")),
            Some(known) if *known != bytes => drop(odd.insert(twice(&name))),
            Some(_) => {}
        }
        found.entry(name).or_insert(bytes);
    }
    differences.extend(odd);
    let expected: Vec<&str> = match rests_on(&found) {
        Some(_) => OF_SHEET.to_vec(),
        None => ALL.map(|attachment| attachment.name).to_vec(),
    };
    for name in &expected {
        if !found.contains_key(*name) {
            differences.push(format!("attachment `{name}` is missing"));
        }
    }
    for name in found
        .keys()
        .filter(|name| !expected.contains(&name.as_str()))
    {
        differences.push(format!(
            "attachment `{name}` is none that the program attaches"
        ));
    }
    checksums(&found, &expected, differences);
    found
}

/// The file of a name in the list of files that belong to a document: where its content stands, and that.
pub fn one(document: &Document, name: &str) -> Option<(ObjectId, Vec<u8>)> {
    let list = document.catalog().ok()?.get_deref(b"AF", document).ok()?;
    list.as_array().ok()?.iter().find_map(|file| {
        let file = document.dereference(file).ok()?.1.as_dict().ok()?;
        let known = file.get(b"UF").and_then(lopdf::decode_text_string).ok()?;
        let streams = file.get_deref(b"EF", document).ok()?.as_dict().ok()?;
        let id = streams.get(b"F").ok()?.as_reference().ok()?;
        let stream = document.get_object(id).ok()?.as_stream().ok()?;
        let content = stream.get_plain_content_with_limit(MAX_BYTES).ok()?;
        (known == name).then_some((id, content))
    })
}

/// The stream of an attached file with another content, told as it was.
pub fn with_content(document: &Document, id: ObjectId, content: Vec<u8>) -> Stream {
    let told = document.get_object(id).and_then(Object::as_stream);
    let mut told = told.map_or_else(|_| Dictionary::new(), |stream| stream.dict.clone());
    let size = i64::try_from(content.len()).unwrap_or_default();
    let params = told
        .get_deref(b"Params", document)
        .and_then(Object::as_dict);
    if let Ok(mut params) = params.cloned() {
        params.set("Size", size);
        params.remove(b"CheckSum");
        told.set("Params", params);
    }
    told.remove(b"Filter");
    told.remove(b"DecodeParms");
    Stream::new(told, content)
}

fn twice(name: &str) -> String {
    format!("attachment `{name}` is there in two versions")
}

/// Files in the document that stand in no list, which a reader may show all the same.
fn strays(document: &Document, lists: [&Reader<'_>; 2], differences: &mut Vec<String>) {
    let is_listed = |stream: &Stream| {
        let key = std::ptr::from_ref(stream);
        lists.iter().any(|list| list.streams.contains(&key))
    };
    let streams = document
        .objects
        .values()
        .filter_map(|of| of.as_stream().ok());
    let embedded = streams.filter(|of| of.dict.has_type(b"EmbeddedFile"));
    let n = embedded.filter(|stream| !is_listed(stream)).count();
    if n > 0 {
        differences.push(format!("the document carries files in no list: {n}"));
    }
}

/// What a sheet of one gemeente rests on beside what it carries; none for a paper.
pub fn rests_on(files: &Files) -> Option<RestsOn> {
    let facts = files.get("feiten.json")?;
    serde_json::from_slice::<Facts>(facts).ok()?.sheet
}

struct Reader<'a> {
    document: &'a Document,
    files: Files,
    /// What is odd about how they are attached.
    odd: BTreeSet<String>,
    /// Where their contents stand.
    streams: BTreeSet<*const Stream>,
    nodes_left: usize,
    bytes_left: usize,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document) -> Self {
        Self {
            document,
            files: Files::new(),
            odd: BTreeSet::new(),
            streams: BTreeSet::new(),
            nodes_left: MAX_NODES,
            bytes_left: MAX_BYTES,
        }
    }

    fn tree(&mut self, node: &'a Dictionary, depth: usize) {
        if depth > MAX_DEPTH || self.nodes_left == 0 {
            return;
        }
        self.nodes_left -= 1;
        let list = |key: &[u8]| node.get_deref(key, self.document)?.as_array();
        let pairs = list(b"Names").into_iter().flat_map(|names| names.chunks(2));
        for pair in pairs {
            let key = pair
                .first()
                .and_then(|key| lopdf::decode_text_string(key).ok());
            if let Some(file) = pair.get(1) {
                self.one(file, key.as_deref());
            }
        }
        for kid in list(b"Kids").into_iter().flatten() {
            if let Ok((_, Object::Dictionary(kid))) = self.document.dereference(kid) {
                self.tree(kid, depth + 1);
            }
        }
    }

    /// Takes a file, which may stand under a name in a list.
    fn one(&mut self, file: &'a Object, key: Option<&str>) {
        let Ok((name, bytes)) = self.named(file, key) else {
            let what =
                "an attachment cannot be read, or is larger than any that the program attaches";
            self.odd.insert(what.to_owned());
            return;
        };
        self.bytes_left -= bytes.len().min(self.bytes_left);
        let other = self.files.insert(name.clone(), bytes);
        if other.is_some_and(|other| self.files.get(&name) != Some(&other)) {
            self.odd.insert(twice(&name));
        }
    }

    fn named(
        &mut self,
        file: &'a Object,
        key: Option<&str>,
    ) -> Result<(String, Vec<u8>), lopdf::Error> {
        let (_, file) = self.document.dereference(file)?;
        let file = file.as_dict()?;
        let names =
            [b"UF".as_slice(), b"F"].map(|key| file.get(key).and_then(lopdf::decode_text_string));
        let mut names = names.into_iter().flatten().chain(key.map(str::to_owned));
        let name = names.next().ok_or(lopdf::Error::DictKey("UF".to_owned()))?;
        if names.any(|other| other != name) {
            self.odd
                .insert(format!("attachment `{name}` has another name too"));
        }
        let streams = file.get_deref(b"EF", self.document)?.as_dict()?;
        let stream = streams.get_deref(b"F", self.document)?.as_stream()?;
        // a reader takes the one that it prefers
        for (_, other) in streams {
            let other = self.document.dereference(other)?.1.as_stream()?;
            self.streams.insert(std::ptr::from_ref(other));
            if other != stream {
                self.odd.insert(twice(&name));
            }
        }
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
