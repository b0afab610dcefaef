//! What a PDF holds as a digest that stays the same when the file is saved anew.
//!
//! In: objects. Out: SHA-256. Cannot fail: what is not there or cannot be unpacked has a digest too. Numbers of objects,
//! compression, ways to write a string or a number and the order of keys do not count.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use crate::base::files;

/// Deeper than any paper nests.
const MAX_DEPTH: usize = 200;
/// As much is unpacked at most, in bytes.
const MAX_BYTES: usize = 256 << 20;

/// What leads back up, or says the same once more.
const UPWARDS: [&[u8]; 6] = [
    b"Parent",
    b"StructParent",
    b"StructParents",
    b"ParentTree",
    b"ParentTreeNextKey",
    b"Obj",
];
/// How a stream is packed.
const PACKING: [&[u8]; 3] = [b"Length", b"Filter", b"DecodeParms"];

/// Digests of the objects of a document.
pub(super) struct Digests<'a> {
    document: &'a Document,
    pages: BTreeMap<ObjectId, usize>,
    /// `None` while it is being made.
    known: BTreeMap<ObjectId, Option<String>>,
    depth: usize,
    left: usize,
    /// Whether strings hold codes of glyphs.
    codes: bool,
}

impl<'a> Digests<'a> {
    pub(super) fn new(document: &'a Document, pages: &[ObjectId]) -> Self {
        let numbers = (1..).zip(pages).map(|(number, &id)| (id, number));
        Self {
            document,
            pages: numbers.collect(),
            known: BTreeMap::new(),
            depth: 0,
            left: MAX_BYTES,
            codes: false,
        }
    }

    /// Adds an operand, whose strings hold codes of glyphs.
    pub(super) fn write_operand(&mut self, operand: &Object, into: &mut Vec<u8>) {
        self.codes = true;
        self.write(operand, into);
        self.codes = false;
    }

    /// Adds an object in one form.
    pub(super) fn write(&mut self, object: &Object, into: &mut Vec<u8>) {
        match object {
            Object::Null => into.push(b'0'),
            Object::Boolean(is) => into.push(if *is { b't' } else { b'f' }),
            // 1 and 1.0 are one number
            Object::Integer(number) => value(*number as f64, into),
            Object::Real(number) => value(f64::from(*number), into),
            Object::Name(name) => bytes(b'/', name, into),
            Object::String(text, _) => self.text(object, text, into),
            Object::Array(items) => {
                into.push(b'[');
                for item in items {
                    self.write(item, into);
                }
                into.push(b']');
            }
            Object::Dictionary(fields) => self.dictionary(fields, &[], into),
            Object::Stream(stream) => self.stream(stream, into),
            Object::Reference(id) => self.reference(*id, into),
        }
    }

    /// A text has several encodings; what may be none stays as it is.
    fn text(&self, object: &Object, text: &[u8], into: &mut Vec<u8>) {
        let marked = text.starts_with(b"\xfe\xff") || text.starts_with(b"\xef\xbb\xbf");
        let plain = |byte: &u8| matches!(byte, 9 | 10 | 13 | 32..=126 | 0xa1..);
        let letters = (marked || text.iter().all(plain))
            .then(|| lopdf::decode_text_string(object).ok())
            .flatten()
            .filter(|_| !self.codes);
        match letters {
            Some(letters) => bytes(b'"', letters.as_bytes(), into),
            None => bytes(b'(', text, into),
        }
    }

    fn dictionary(&mut self, fields: &Dictionary, without: &[&[u8]], into: &mut Vec<u8>) {
        let counts = |key: &[u8], value: &Object| {
            let upwards = UPWARDS.contains(&key)
                // the parent of an element, the page of an annotation
                || (key == b"P" && value.as_reference().is_ok());
            !upwards && !without.contains(&key) && *value != Object::Null
        };
        let mut fields: Vec<(&Vec<u8>, &Object)> = fields
            .iter()
            .filter(|(key, value)| counts(key.as_slice(), value))
            .collect();
        fields.sort_by_key(|(key, _)| *key);
        into.push(b'<');
        for (key, value) in fields {
            bytes(b'/', key, into);
            self.write(value, into);
        }
        into.push(b'>');
    }

    fn stream(&mut self, stream: &Stream, into: &mut Vec<u8>) {
        let (packing, content) = match stream.get_plain_content_with_limit(self.left) {
            Ok(content) => (&PACKING[..], Cow::Owned(content)),
            Err(_) => (&PACKING[..1], Cow::Borrowed(&stream.content)),
        };
        self.left -= content.len().min(self.left);
        self.dictionary(&stream.dict, packing, into);
        bytes(b'{', files::sha256(&content).as_bytes(), into);
    }

    fn reference(&mut self, id: ObjectId, into: &mut Vec<u8>) {
        if let Some(page) = self.pages.get(&id) {
            return bytes(b'p', page.to_string().as_bytes(), into);
        }
        if let Some(known) = self.known.get(&id) {
            return bytes(b'r', known.as_deref().unwrap_or("loop").as_bytes(), into);
        }
        let document = self.document;
        let object = document.objects.get(&id).unwrap_or(&Object::Null);
        if self.depth == MAX_DEPTH {
            return bytes(b'r', b"deep", into);
        }
        let holds = matches!(
            object,
            Object::Array(_) | Object::Dictionary(_) | Object::Stream(_) | Object::Reference(_)
        );
        if !holds {
            return self.write(object, into);
        }
        self.depth += 1;
        self.known.insert(id, None);
        let mut own = Vec::new();
        self.write(object, &mut own);
        let digest = files::sha256(&own);
        bytes(b'r', digest.as_bytes(), into);
        self.known.insert(id, Some(digest));
        self.depth -= 1;
    }
}

fn value(number: f64, into: &mut Vec<u8>) {
    into.push(b'1');
    // zero has two signs
    into.extend_from_slice(&(number + 0.0).to_le_bytes());
}

fn bytes(kind: u8, bytes: &[u8], into: &mut Vec<u8>) {
    into.push(kind);
    into.extend_from_slice(&bytes.len().to_le_bytes());
    into.extend_from_slice(bytes);
}
