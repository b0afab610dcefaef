//! The glyphs of a page as letters, by the mark that each piece carries.
//!
//! In: the content of a page and its fonts. Out: [`Pieces`] and a [`Sheet`]. Fails on a page that is none; what cannot be
//! read is named in the sheet. The peculiarity it exists for: an `ActualText` only counts where the glyphs hold no letter
//! or digit, so that what a reader sees is what is read.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::font::Letters;
use super::paint::{Bounds, PALE, Paint, UNSEEN};
use super::state::{IDENTITY, MIDDLE, Running, State, number, numbers, point, times};
use super::{Block, Look, Place, Result, Run, Sheet, annotation};
use crate::base::files;
use crate::verify::digest::Digests;

/// More content than any page has, and than any paper has, in bytes.
const MAX_BYTES: (usize, usize) = (2 << 20, 64 << 20);

/// The fonts of a document by where they stand; `None` where the letters cannot be told.
pub(super) type Fonts<'a> = BTreeMap<*const Dictionary, Option<Letters<'a>>>;

/// Pieces by page and number of their mark, and those in no structure element.
#[derive(Default)]
pub(super) struct Pieces {
    pub(super) marked: BTreeMap<(usize, i64), Vec<Run>>,
    pub(super) loose: Vec<Block>,
}

impl Pieces {
    /// Those of a page, from 1, of so many.
    pub(super) fn of_page<'a>(
        document: &'a Document,
        (fonts, digests): &mut (Fonts<'a>, Digests<'a>),
        (page, look): (usize, Look),
        pages: &[ObjectId],
    ) -> Result<(Self, Sheet)> {
        let dictionary = document.get_dictionary(pages[page - 1])?;
        let mut sheet = Sheet::default();
        let mut drawn = Vec::new();
        frame(document, dictionary, digests, &mut sheet, &mut drawn);
        let resources = inherited(document, dictionary, b"Resources");
        let resources = resources.and_then(|of| of.as_dict().ok());
        let mut reader = Reader {
            document,
            fonts,
            found: Self::default(),
            sheet,
            page,
            marks: Vec::new(),
            forms: BTreeSet::new(),
            left: MAX_BYTES.0.min(MAX_BYTES.1 / pages.len()),
            paint: Paint::new(look == Look::Everything),
        };
        let content = document.get_page_content_with_limit(pages[page - 1], reader.left);
        let clip =
            inherited(document, dictionary, b"MediaBox").map_or_else(Bounds::default, bounds);
        let start = State {
            clip,
            ..State::default()
        };
        reader.content(content, resources, start, &mut |reader, operation| {
            reader.digest(operation, resources, digests, &mut drawn);
        });
        let (found, mut sheet) = (reader.found, reader.sheet);
        sheet.odd.extend(reader.paint.odd());
        // the operations up to where it breaks off may be all that there were
        if sheet.odd.contains(UNREADABLE) {
            drawn.extend_from_slice(UNREADABLE.as_bytes());
        }
        sheet.content = files::sha256(&drawn);
        annotation::read(document, dictionary, digests, &mut sheet);
        Ok((found, sheet))
    }

    /// Adds those of a later page.
    pub(super) fn add(&mut self, others: Self) {
        self.marked.extend(others.marked);
        self.loose.extend(others.loose);
    }
}

const UNREADABLE: &str = "content that cannot be read";
const UNREADABLE_TEXT: &str = "text that cannot be read";
const OUTSIDE: &str = "text outside a text object";
const FONT: &str = "letters of a kind of font that the program does not use";
const OTHER: &str = "an operation that the program does not use";
const PICTURE: &str = "a picture that the program did not draw";
const FORM: &str = "a form that the program did not draw";
const LAYER: &str = "a layer that can be shown or hidden";
const CUT: &str = "a frame that is cut, turned or scaled";

/// An operation that is in no content: what is read up to it, put behind, is read whole.
const END: &str = "middelgrootEnd";

/// What a page may hold on which pictures of the house style stand, and no other.
pub(in crate::verify) const OF_PICTURES: [&str; 4] = [PICTURE, FORM, OTHER, PALE];

/// How much of a page is shown, and which way up.
fn frame(
    document: &Document,
    page: &Dictionary,
    digests: &mut Digests<'_>,
    sheet: &mut Sheet,
    drawn: &mut Vec<u8>,
) {
    let media = inherited(document, page, b"MediaBox");
    let shown = inherited(document, page, b"CropBox").or(media);
    let (upright, single) = (Object::Integer(0), Object::Integer(1));
    let turned = inherited(document, page, b"Rotate").unwrap_or(&upright);
    let scaled = page.get_deref(b"UserUnit", document).unwrap_or(&single);
    if shown != media || number(turned) != 0.0 || number(scaled) - 1.0 != 0.0 {
        sheet.odd.insert(CUT);
    }
    for part in [media, shown, Some(turned), Some(scaled)] {
        digests.write(part.unwrap_or(&Object::Null), drawn);
    }
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
    fonts: &'b mut Fonts<'a>,
    found: Pieces,
    sheet: Sheet,
    page: usize,
    marks: Vec<Mark>,
    /// Forms read for this page: one that is drawn twice says nothing more, and one that draws itself ends.
    forms: BTreeSet<*const Stream>,
    /// How many bytes of content may still be read.
    left: usize,
    paint: Paint,
}

/// Pages within pages within pages are no paper.
const MAX_DEPTH: usize = 20;

impl<'a> Reader<'a, '_> {
    /// Adds an operation, with what its names stand for.
    fn digest(
        &self,
        operation: &Operation,
        resources: Option<&'a Dictionary>,
        digests: &mut Digests<'_>,
        drawn: &mut Vec<u8>,
    ) {
        let kind: &[u8] = match operation.operator.as_str() {
            "Tf" => b"Font",
            "Do" => b"XObject",
            "gs" => b"ExtGState",
            "cs" | "CS" => b"ColorSpace",
            "scn" | "SCN" => b"Pattern",
            "sh" => b"Shading",
            "BDC" | "DP" => b"Properties",
            _ => b"",
        };
        for operand in &operation.operands {
            let named = operand.as_name().ok().filter(|_| !kind.is_empty());
            let named = named.and_then(|name| self.resource(resources, kind, name));
            match named {
                Some(named) => digests.write(named, drawn),
                None => digests.write_operand(operand, drawn),
            }
        }
        drawn.extend_from_slice(operation.operator.as_bytes());
        drawn.push(b'\n');
    }

    fn resource(
        &self,
        resources: Option<&'a Dictionary>,
        kind: &[u8],
        name: &[u8],
    ) -> Option<&'a Object> {
        let of_kind = resources?.get_deref(kind, self.document).ok()?;
        of_kind.as_dict().ok()?.get_deref(name, self.document).ok()
    }

    /// Reads a content, one operation after another: those of a map together are more than all else that is held. Of one that
    /// breaks off those before that are read.
    fn content(
        &mut self,
        content: Result<Vec<u8>>,
        resources: Option<&'a Dictionary>,
        start: State,
        each: &mut dyn FnMut(&Self, &Operation),
    ) {
        let is_whole = content.is_ok();
        let mut bytes = content.unwrap_or_default();
        self.left -= bytes.len().min(self.left);
        let is_end = |window: &[u8]| window == END.as_bytes();
        let is_whole = is_whole && !bytes.windows(END.len()).any(is_end);
        bytes.push(b'\n');
        bytes.extend_from_slice(END.as_bytes());
        let mut run = Running::new(start);
        let mut is_ended = false;
        for operation in Content::decode_iter(&bytes).map_while(std::result::Result::ok) {
            let is_end = operation.operator == END;
            is_ended = is_end && operation.operands.is_empty();
            if !is_end {
                each(self, &operation);
                self.operation(&operation, resources, start, &mut run);
            }
        }
        if !(is_whole && is_ended) {
            self.sheet.odd.insert(UNREADABLE);
        }
        // text that no `ET` ends is painted all the same
        let y = run.baseline();
        self.keep(&mut run.text, y);
    }

    fn operation(
        &mut self,
        operation: &Operation,
        resources: Option<&'a Dictionary>,
        start: State,
        run: &mut Running,
    ) {
        match operation.operator.as_str() {
            "q" => run.saved.push(run.state),
            "Q" => run.state = run.saved.pop().unwrap_or(start),
            "cm" => run.state.matrix = times(numbers(&operation.operands), run.state.matrix),
            "Do" => self.draw(&operation.operands, resources, run.state),
            "gs" => {
                self.sheet.odd.insert(OTHER);
                let font = self.font_of_state(&operation.operands, resources);
                run.state.font = font.or(run.state.font);
            }
            "BI" | "sh" => drop(self.sheet.odd.insert(PICTURE)),
            "BDC" | "BMC" => {
                let mark = self.mark(&operation.operands, resources, run.text.len());
                self.marks.push(mark);
            }
            "EMC" => self.end_mark(&mut run.text),
            _ => {
                let is_known =
                    self.paints(operation, run) || self.writes(operation, resources, run);
                if !is_known {
                    self.sheet.odd.insert(OTHER);
                }
            }
        }
    }

    /// Paths and colours; whether it was one of these.
    fn paints(&mut self, operation: &Operation, run: &mut Running) -> bool {
        let operands = &operation.operands;
        let at = |place: usize| {
            let of = |place: usize| operands.get(place).map_or(0.0, number);
            point(run.state.matrix, (of(place), of(place + 1)))
        };
        let paint = &mut self.paint;
        match operation.operator.as_str() {
            "m" => paint.starts(at(0)),
            "l" => paint.goes_on(at(0)),
            "c" => [0, 2, 4]
                .into_iter()
                .for_each(|place| paint.goes_on(at(place))),
            "W" => run.cuts = true,
            "f" | "f*" | "B" | "B*" | "S" | "n" => {
                if std::mem::take(&mut run.cuts) {
                    run.state.clip = run.state.clip.within(paint.bounds());
                }
                if operation.operator.starts_with(['f', 'B']) {
                    paint.fills(run.state.fill);
                }
                paint.ends();
            }
            "scn" => {
                if operands.iter().any(|of| of.as_name().is_ok()) {
                    self.sheet.odd.insert(PICTURE);
                }
                let parts: Vec<f64> = operands.iter().map(number).collect();
                run.state.fill = match parts[..] {
                    [red, green, blue] => [red, green, blue],
                    [grey] => [grey; 3],
                    _ => return false,
                };
            }
            "SCN" => {
                if operands.iter().any(|of| of.as_name().is_ok()) {
                    self.sheet.odd.insert(PICTURE);
                }
            }
            "cs" => run.state.fill = [0.0; 3],
            "h" | "CS" | "w" | "M" | "j" | "J" | "d" => {}
            _ => return false,
        }
        true
    }

    /// Text; whether it was that.
    fn writes(
        &mut self,
        operation: &Operation,
        resources: Option<&'a Dictionary>,
        run: &mut Running,
    ) -> bool {
        let operands = &operation.operands;
        let mut is_plain = true;
        match operation.operator.as_str() {
            "BT" => (run.line, run.is_open) = (IDENTITY, true),
            "ET" => {
                run.is_open = false;
                let y = run.baseline();
                self.keep(&mut run.text, y);
            }
            "Tm" => run.line = numbers(operands),
            "Td" | "TD" => {
                let by = numbers(operands);
                run.line = times([1.0, 0.0, 0.0, 1.0, by[0], by[1]], run.line);
                is_plain = false;
            }
            "Tf" => {
                run.state.font = self.font(operands, resources);
                run.state.size = operands.get(1).map_or(0.0, number);
            }
            "Tr" => run.state.shows = numbers(operands)[0] < 3.0,
            "Tj" | "TJ" | "'" | "\"" => {
                is_plain = operation.operator.starts_with('T');
                let before = run.text.len();
                let mut along = 0.0;
                for operand in operands {
                    self.show(operand, run, &mut along);
                }
                let is_text = run.text.len() > before;
                if is_text && !run.state.shows {
                    self.sheet.odd.insert(UNSEEN);
                }
                if is_text && !run.is_open {
                    self.sheet.odd.insert(OUTSIDE);
                }
            }
            _ => return false,
        }
        is_plain
    }

    fn font(
        &mut self,
        operands: &[Object],
        resources: Option<&'a Dictionary>,
    ) -> Option<*const Dictionary> {
        let name = operands.first()?.as_name().ok()?;
        let font = self.resource(resources, b"Font", name)?.as_dict().ok()?;
        Some(self.learn(font))
    }

    /// The font that a graphics state sets.
    fn font_of_state(
        &mut self,
        operands: &[Object],
        resources: Option<&'a Dictionary>,
    ) -> Option<*const Dictionary> {
        let name = operands.first()?.as_name().ok()?;
        let state = self
            .resource(resources, b"ExtGState", name)?
            .as_dict()
            .ok()?;
        let font = state.get_deref(b"Font", self.document).ok()?;
        let (_, font) = self
            .document
            .dereference(font.as_array().ok()?.first()?)
            .ok()?;
        Some(self.learn(font.as_dict().ok()?))
    }

    fn learn(&mut self, font: &'a Dictionary) -> *const Dictionary {
        let key = std::ptr::from_ref(font);
        let document = self.document;
        let known = self.fonts.entry(key);
        let letters = known.or_insert_with(|| Letters::read(document, font));
        if letters.as_ref().is_none_or(|letters| !letters.is_plain()) {
            self.sheet.odd.insert(FONT);
        }
        key
    }

    /// Shows a string, or several; `along` is how far the line went, in points of the text.
    fn show(&mut self, operand: &Object, run: &mut Running, along: &mut f64) {
        let state = &run.state;
        match operand {
            Object::String(codes, _) if !codes.is_empty() => {
                let letters = state.font.and_then(|font| self.fonts.get(&font)?.as_ref());
                let Some((text, letters)) =
                    letters.and_then(|letters| Some((letters.letters(codes)?, letters)))
                else {
                    self.sheet.odd.insert(UNREADABLE_TEXT);
                    return;
                };
                let matrix = times(run.line, state.matrix);
                let size =
                    state.size * (matrix[0] * matrix[3] - matrix[1] * matrix[2]).abs().sqrt();
                let blank = |letter: Option<char>| letter.is_none_or(char::is_whitespace);
                let mut spelled = text.chars();
                for advance in letters.advances(codes) {
                    let width = advance * state.size;
                    if !blank(spelled.next()) {
                        let middle = (*along + width / 2.0, state.size * MIDDLE);
                        let at = point(matrix, middle);
                        self.paint.letter(at, size, state.fill, state.clip);
                    }
                    *along += width;
                }
                run.text.push_str(&text);
            }
            Object::Array(parts) => {
                for part in parts {
                    self.show(part, run, along);
                }
            }
            Object::Integer(_) | Object::Real(_) => {
                *along -= number(operand) / 1000.0 * state.size;
            }
            _ => {}
        }
    }

    fn mark(
        &mut self,
        operands: &[Object],
        resources: Option<&'a Dictionary>,
        written: usize,
    ) -> Mark {
        match operands.first().and_then(|tag| tag.as_name().ok()) {
            Some(b"Artifact") => return Mark::Artifact,
            Some(b"OC") => drop(self.sheet.odd.insert(LAYER)),
            _ => {}
        }
        let properties = match operands.get(1) {
            Some(Object::Dictionary(properties)) => Some(properties),
            Some(Object::Name(name)) => self
                .resource(resources, b"Properties", name)
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

    fn end_mark(&mut self, text: &mut String) {
        if let Some(Mark::Actual(actual, from)) = self.marks.pop()
            && let Some(glyphs) = text.get(from..)
            && !glyphs.contains(char::is_alphanumeric)
        {
            text.truncate(from);
            text.push_str(&actual);
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

    fn draw(&mut self, operands: &[Object], resources: Option<&'a Dictionary>, state: State) {
        let form = operands
            .first()
            .and_then(|name| name.as_name().ok())
            .and_then(|name| self.resource(resources, b"XObject", name))
            .and_then(|form| form.as_stream().ok())
            .filter(|form| {
                form.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Form")
            });
        let Some(form) = form else {
            self.sheet.odd.insert(PICTURE);
            return;
        };
        self.sheet.odd.insert(FORM);
        if form.dict.has(b"OC") {
            self.sheet.odd.insert(LAYER);
        }
        if self.forms.len() > MAX_DEPTH || !self.forms.insert(std::ptr::from_ref(form)) {
            return;
        }
        let own = match form.dict.get(b"Matrix").and_then(Object::as_array) {
            Ok(own) => numbers(own),
            Err(_) => IDENTITY,
        };
        let content = form.get_plain_content_with_limit(self.left);
        let inner = form.dict.get_deref(b"Resources", self.document);
        let inner = inner.and_then(Object::as_dict).ok().or(resources);
        let matrix = times(own, state.matrix);
        self.content(content, inner, State { matrix, ..state }, &mut |_, _| {});
    }
}

/// What a page says itself, or the pages it is among.
pub(in crate::verify) fn inherited<'a>(
    document: &'a Document,
    of: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Object> {
    let mut of = of;
    for _ in 0..MAX_DEPTH {
        if let Ok(found) = of.get_deref(key, document) {
            return Some(found);
        }
        of = of.get_deref(b"Parent", document).ok()?.as_dict().ok()?;
    }
    None
}

/// The frame of a page.
fn bounds(frame: &Object) -> Bounds {
    let sides = frame.as_array().map(|sides| numbers(sides));
    sides.map_or_else(
        |_| Bounds::default(),
        |[left, lower, right, upper, ..]| Bounds::of([(left, lower), (right, upper)].into_iter()),
    )
}
