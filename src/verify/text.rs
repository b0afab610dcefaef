//! The text of a finished PDF, in reading order, with what each piece is: prose, heading, cell, picture, header.
//!
//! In: a tagged PDF as Typst writes it. Out: [`Printed`]. Glyphs become letters by the font's ToUnicode map; the structure
//! tree says where they stand and which links they carry. What is in no structure element counts as prose, so that
//! nothing on a page goes unseen. An `ActualText` only replaces what holds no letter or digit: the glyphs that a reader
//! sees are what is read.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

/// Where a piece of text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A paragraph, a list, a note.
    Prose,
    /// A heading.
    Heading,
    /// A cell of a table.
    Cell,
    /// An entry of the table of contents.
    Contents,
    /// The number of a list item, a note or a heading.
    Label,
    /// A drawing.
    Picture,
    /// A header, a footer, a repeated head of a table.
    Artifact,
}

/// Text that was set in one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Page, from 1.
    pub page: usize,
    /// Its letters.
    pub text: String,
    /// Height of its baseline on the page, from below, in points.
    pub y: f64,
    /// Position in [`Printed::links`].
    pub link: Option<usize>,
}

/// A paragraph, a cell, a heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Where it stands.
    pub place: Place,
    /// Number of its element; 0 where it has none.
    pub element: usize,
    /// Number of the row, list item or note that it belongs to; 0 where it stands alone.
    pub whole: usize,
    /// Its text.
    pub runs: Vec<Run>,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A place in the paper: page from 1 and height from below.
    Spot(usize, f64),
    /// Anything else.
    Elsewhere,
}

/// The text of a PDF.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printed {
    /// Number of pages.
    pub pages: usize,
    /// Blocks in reading order, then headers and footers page by page.
    pub blocks: Vec<Block>,
    /// Links, by number.
    pub links: Vec<Target>,
}

type Result<T> = std::result::Result<T, lopdf::Error>;

impl Printed {
    /// Reads the text of a PDF.
    ///
    /// # Errors
    /// When it is no PDF, or a page cannot be read.
    pub fn read(document: &Document) -> Result<Self> {
        let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
        let mut fonts = BTreeMap::new();
        let mut found = Found::default();
        for (place, &page) in pages.iter().enumerate() {
            let mut reader = Reader {
                document,
                fonts: &mut fonts,
                found: &mut found,
                page: place + 1,
                marks: Vec::new(),
                depth: 0,
            };
            let content = document.get_page_content(page);
            let resources = resources(document, document.get_dictionary(page)?);
            reader.content(&content, resources, IDENTITY)?;
        }
        let numbers = (1..)
            .zip(&pages)
            .map(|(number, &id)| (id, number))
            .collect();
        let mut tree = Tree {
            document,
            numbers,
            found,
            printed: Self {
                pages: pages.len(),
                ..Self::default()
            },
            elements: 0,
            seen: BTreeSet::new(),
        };
        if let Ok(root) = document
            .catalog()
            .and_then(|catalog| catalog.get_deref(b"StructTreeRoot", document))
            .and_then(Object::as_dict)
        {
            tree.children(root, Within::default());
        }
        Ok(tree.finish())
    }
}

/// Pieces by page and number of their mark, and those in no structure element.
#[derive(Default)]
struct Found {
    marked: BTreeMap<(usize, i64), Vec<Run>>,
    loose: Vec<Block>,
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
    found: &'b mut Found,
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

fn number(object: &Object) -> f64 {
    object.as_float().map_or(0.0, f64::from)
}

fn numbers(operands: &[Object]) -> Matrix {
    let mut matrix = [0.0; 6];
    for (place, operand) in matrix.iter_mut().zip(operands) {
        *place = number(operand);
    }
    matrix
}

/// What the elements around a piece say of it.
#[derive(Clone, Copy, Default)]
struct Within {
    place: Option<Place>,
    block: usize,
    whole: usize,
    page: usize,
    link: Option<usize>,
    depth: usize,
}

struct Tree<'a> {
    document: &'a Document,
    numbers: BTreeMap<ObjectId, usize>,
    found: Found,
    printed: Printed,
    elements: usize,
    seen: BTreeSet<ObjectId>,
}

/// Deeper than any paper nests.
const MAX_NESTING: usize = 100;

impl Tree<'_> {
    fn children(&mut self, element: &Dictionary, within: Within) {
        match element.get_deref(b"K", self.document) {
            Ok(Object::Array(kids)) => {
                for kid in kids {
                    self.kid(kid, within);
                }
            }
            Ok(kid) => self.kid(kid, within),
            Err(_) => {}
        }
    }

    fn kid(&mut self, kid: &Object, within: Within) {
        let document = self.document;
        if let Object::Reference(id) = kid {
            // an element has one place in the tree
            if !self.seen.insert(*id) {
                return;
            }
        }
        let Ok((_, kid)) = document.dereference(kid) else {
            return;
        };
        match kid {
            Object::Integer(number) => self.piece(within.page, *number, within),
            Object::Dictionary(kid) if kid.has(b"MCID") => {
                let page = self.page_of(kid).unwrap_or(within.page);
                let number = kid.get(b"MCID").and_then(Object::as_i64);
                self.piece(page, number.unwrap_or(-1), within);
            }
            Object::Dictionary(kid) if kid.has(b"Obj") => {
                if let Some(link) = within.link
                    && let Some(target) = self.target(kid)
                {
                    self.printed.links[link] = target;
                }
            }
            Object::Dictionary(kid) if within.depth < MAX_NESTING => self.element(kid, within),
            _ => {}
        }
    }

    fn element(&mut self, element: &Dictionary, outer: Within) {
        self.elements += 1;
        let mut within = Within {
            page: self.page_of(element).unwrap_or(outer.page),
            depth: outer.depth + 1,
            ..outer
        };
        let kind = element
            .get(b"S")
            .and_then(Object::as_name)
            .unwrap_or_default();
        let place = match kind {
            b"P" | b"Note" | b"LBody" | b"Caption" | b"Title" | b"Code" | b"BlockQuote" => {
                Some(Place::Prose)
            }
            b"H" | b"H1" | b"H2" | b"H3" | b"H4" | b"H5" | b"H6" => Some(Place::Heading),
            b"TD" | b"TH" => Some(Place::Cell),
            b"TOCI" => Some(Place::Contents),
            b"Lbl" => Some(Place::Label),
            b"Figure" | b"Formula" => Some(Place::Picture),
            _ => None,
        };
        let inside = within.place;
        // what stands in a cell or an entry of the contents belongs to it
        let fixed = matches!(inside, Some(Place::Cell | Place::Contents))
            && matches!(place, Some(Place::Prose | Place::Label));
        if let Some(place) = place.filter(|_| !fixed) {
            within.place = Some(place);
            within.block = self.elements;
        }
        match kind {
            b"TR" | b"LI" | b"Note" => within.whole = self.elements,
            b"Link" => {
                within.link = Some(self.printed.links.len());
                self.printed.links.push(Target::Elsewhere);
            }
            _ => {}
        }
        self.children(element, within);
    }

    fn page_of(&self, element: &Dictionary) -> Option<usize> {
        let page = element.get(b"Pg").and_then(Object::as_reference).ok()?;
        self.numbers.get(&page).copied()
    }

    fn piece(&mut self, page: usize, number: i64, within: Within) {
        let Some(mut runs) = self.found.marked.remove(&(page, number)) else {
            return;
        };
        for run in &mut runs {
            run.link = within.link;
        }
        let place = within.place.unwrap_or(Place::Prose);
        // a note or its mark within a paragraph does not part it
        let blocks = self.printed.blocks.iter_mut().rev().take(8);
        let open = blocks
            .filter(|block| block.place == place)
            .find(|block| block.element == within.block);
        match open {
            Some(block) => block.runs.append(&mut runs),
            None => self.printed.blocks.push(Block {
                place,
                element: within.block,
                whole: within.whole,
                runs,
            }),
        }
    }

    /// Where a link annotation leads.
    fn target(&self, reference: &Dictionary) -> Option<Target> {
        let annotation = reference.get_deref(b"Obj", self.document).ok()?;
        let annotation = annotation.as_dict().ok()?;
        let destination = annotation.get_deref(b"Dest", self.document);
        let parts = destination.ok()?.as_array().ok()?;
        let page = parts.first()?.as_reference().ok()?;
        let height = parts.get(3).map(number)?;
        Some(Target::Spot(self.numbers.get(&page).copied()?, height))
    }

    fn finish(mut self) -> Printed {
        // marked, but in no element
        for (_, runs) in self.found.marked {
            self.printed.blocks.push(Block {
                place: Place::Prose,
                element: 0,
                whole: 0,
                runs,
            });
        }
        self.printed.blocks.append(&mut self.found.loose);
        self.printed
    }
}
