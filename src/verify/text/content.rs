//! The glyphs of a page as letters, by the mark that each piece carries.
//!
//! In: the content of a page and its fonts. Out: [`Pieces`]. Fails on content that is none. The peculiarity it exists for:
//! an `ActualText` only counts where the glyphs hold no letter or digit, so that what a reader sees is what is read.

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

use super::{Block, Place, Result, Run};

/// Pieces by page and number of their mark, and those in no structure element.
#[derive(Default)]
pub(super) struct Pieces {
    pub(super) marked: BTreeMap<(usize, i64), Vec<Run>>,
    pub(super) loose: Vec<Block>,
}

impl Pieces {
    /// Adds those of a page.
    pub(super) fn read_page<'a>(
        &mut self,
        document: &'a Document,
        fonts: &mut BTreeMap<ObjectId, Encoding<'a>>,
        number: usize,
        page: ObjectId,
    ) -> Result<()> {
        let content = document.get_page_content(page);
        let resources = resources(document, document.get_dictionary(page)?);
        let mut reader = Reader {
            document,
            fonts,
            found: self,
            page: number,
            marks: Vec::new(),
            depth: 0,
        };
        reader.content(&content, resources, IDENTITY)
    }
}

type Matrix = [f64; 6];
const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// First `a`, then `b`.
fn times(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

/// A marked piece of content that is open.
enum Mark {
    Element(i64),
    Artifact,
    /// What was written for it, and where its text starts.
    Actual(String, usize),
    Other,
}

struct Reader<'a, 'b> {
    document: &'a Document,
    fonts: &'b mut BTreeMap<ObjectId, Encoding<'a>>,
    found: &'b mut Pieces,
    page: usize,
    marks: Vec<Mark>,
    depth: usize,
}

/// Forms within forms within forms are no paper.
const MAX_DEPTH: usize = 20;

impl<'a> Reader<'a, '_> {
    fn content(
        &mut self,
        bytes: &[u8],
        resources: Option<&'a Dictionary>,
        start: Matrix,
    ) -> Result<()> {
        let (mut matrix, mut saved) = (start, Vec::new());
        let (mut line, mut font) = (IDENTITY, None);
        let mut text = String::new();
        for operation in Content::decode_iter(bytes) {
            let operation = operation?;
            let operands = &operation.operands;
            match operation.operator.as_str() {
                "q" => saved.push(matrix),
                "Q" => matrix = saved.pop().unwrap_or(start),
                "cm" => matrix = times(numbers(operands), matrix),
                "BT" => {
                    line = IDENTITY;
                    text.clear();
                }
                "Tm" => line = numbers(operands),
                "Td" | "TD" => {
                    let by = numbers(operands);
                    line = times([1.0, 0.0, 0.0, 1.0, by[0], by[1]], line);
                }
                "Tf" => font = self.font(operands, resources),
                "Tj" | "TJ" | "'" | "\"" => {
                    for operand in operands {
                        self.show(operand, font, &mut text);
                    }
                }
                "ET" => self.keep(&mut text, times(line, matrix)[5]),
                "BDC" | "BMC" => {
                    let mark = self.mark(operands, resources, text.len());
                    self.marks.push(mark);
                }
                "EMC" => {
                    if let Some(Mark::Actual(actual, from)) = self.marks.pop()
                        && !text[from..].contains(char::is_alphanumeric)
                    {
                        text.truncate(from);
                        text.push_str(&actual);
                    }
                }
                "Do" => self.form(operands, resources, matrix)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn font(&mut self, operands: &[Object], resources: Option<&'a Dictionary>) -> Option<ObjectId> {
        let name = operands.first()?.as_name().ok()?;
        let fonts = resources?.get_deref(b"Font", self.document).ok()?;
        let id = fonts.as_dict().ok()?.get(name).ok()?.as_reference().ok()?;
        if !self.fonts.contains_key(&id) {
            let font = self.document.get_dictionary(id).ok()?;
            self.fonts
                .insert(id, font.get_font_encoding(self.document).ok()?);
        }
        Some(id)
    }

    fn show(&self, operand: &Object, font: Option<ObjectId>, text: &mut String) {
        match operand {
            Object::String(bytes, _) => {
                let encoding = font.and_then(|font| self.fonts.get(&font));
                let letters = encoding.and_then(|known| Document::decode_text(known, bytes).ok());
                text.push_str(&letters.unwrap_or_default());
            }
            Object::Array(parts) => {
                for part in parts {
                    self.show(part, font, text);
                }
            }
            _ => {}
        }
    }

    fn mark(&self, operands: &[Object], resources: Option<&'a Dictionary>, written: usize) -> Mark {
        if operands.first().and_then(|tag| tag.as_name().ok()) == Some(b"Artifact") {
            return Mark::Artifact;
        }
        let properties = match operands.get(1) {
            Some(Object::Dictionary(properties)) => Some(properties),
            Some(Object::Name(name)) => resources
                .and_then(|known| known.get_deref(b"Properties", self.document).ok())
                .and_then(|known| known.as_dict().ok())
                .and_then(|known| known.get_deref(name, self.document).ok())
                .and_then(|known| known.as_dict().ok()),
            _ => None,
        };
        let Some(properties) = properties else {
            return Mark::Other;
        };
        if let Ok(number) = properties.get(b"MCID").and_then(Object::as_i64) {
            return Mark::Element(number);
        }
        match properties.get(b"ActualText") {
            Ok(actual) => Mark::Actual(
                lopdf::decode_text_string(actual).unwrap_or_default(),
                written,
            ),
            Err(_) => Mark::Other,
        }
    }

    fn keep(&mut self, text: &mut String, y: f64) {
        if text.is_empty() {
            return;
        }
        let run = Run {
            page: self.page,
            text: std::mem::take(text),
            y,
            link: None,
        };
        let outer = self
            .marks
            .iter()
            .find(|mark| matches!(mark, Mark::Element(_) | Mark::Artifact));
        let place = match outer {
            Some(Mark::Element(number)) => {
                let runs = self.found.marked.entry((self.page, *number)).or_default();
                return runs.push(run);
            }
            Some(_) => Place::Artifact,
            None => Place::Prose,
        };
        let open = self.found.loose.last_mut().filter(|block| {
            let last = &block.runs[0];
            block.place == place && last.page == run.page && (last.y - run.y).abs() < 1.0
        });
        match open {
            Some(block) => block.runs.push(run),
            None => self.found.loose.push(Block {
                place,
                element: 0,
                whole: 0,
                runs: vec![run],
            }),
        }
    }

    fn form(
        &mut self,
        operands: &[Object],
        resources: Option<&'a Dictionary>,
        matrix: Matrix,
    ) -> Result<()> {
        let form = operands
            .first()
            .and_then(|name| name.as_name().ok())
            .zip(resources)
            .and_then(|(name, known)| {
                let forms = known.get_deref(b"XObject", self.document).ok()?;
                let form = forms.as_dict().ok()?.get_deref(name, self.document).ok()?;
                form.as_stream().ok()
            })
            .filter(|form| {
                form.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Form")
            });
        let Some(form) = form.filter(|_| self.depth < MAX_DEPTH) else {
            return Ok(());
        };
        let own = match form.dict.get(b"Matrix").and_then(Object::as_array) {
            Ok(own) => numbers(own),
            Err(_) => IDENTITY,
        };
        self.depth += 1;
        let content = form.get_plain_content()?;
        let inner = self::resources(self.document, &form.dict).or(resources);
        self.content(&content, inner, times(own, matrix))?;
        self.depth -= 1;
        Ok(())
    }
}

/// The resources of a page, or of the pages it is among.
fn resources<'a>(document: &'a Document, of: &'a Dictionary) -> Option<&'a Dictionary> {
    let mut of = of;
    for _ in 0..MAX_DEPTH {
        if let Ok(found) = of.get_deref(b"Resources", document) {
            return found.as_dict().ok();
        }
        of = of.get_deref(b"Parent", document).ok()?.as_dict().ok()?;
    }
    None
}

pub(super) fn number(object: &Object) -> f64 {
    object.as_float().map_or(0.0, f64::from)
}

fn numbers(operands: &[Object]) -> Matrix {
    let mut matrix = [0.0; 6];
    for (place, operand) in matrix.iter_mut().zip(operands) {
        *place = number(operand);
    }
    matrix
}
