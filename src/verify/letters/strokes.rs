//! What a glyph is drawn with: its outline, and the programs by which a printer or screen moves that.
//!
//! In: a font and the number of a glyph. Out: strokes, and instructions of the glyph and its parts. Cannot fail: what is not there is
//! empty. The peculiarity it exists for: a font carries programs that shift points when it is painted, so that an outline alone does not
//! say what is seen.

use ttf_parser::{Face, GlyphId, OutlineBuilder, Tag, head};

/// Parts of a glyph at most: more is no letter, and may have no end.
const MAX_PARTS: usize = 256;

/// The strokes of a glyph.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Strokes(Vec<(char, [f32; 6])>);

impl Strokes {
    /// Whether nothing is drawn.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl OutlineBuilder for Strokes {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(('m', [x, y, 0.0, 0.0, 0.0, 0.0]));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(('l', [x, y, 0.0, 0.0, 0.0, 0.0]));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.push(('q', [x1, y1, x, y, 0.0, 0.0]));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.push(('c', [x1, y1, x2, y2, x, y]));
    }

    fn close(&mut self) {
        self.0.push(('h', [0.0; 6]));
    }
}

/// The outline of a glyph.
pub(super) fn outline(face: &Face<'_>, glyph: GlyphId) -> Strokes {
    let mut strokes = Strokes::default();
    // a blank has none
    let _ = face.outline_glyph(glyph, &mut strokes);
    strokes
}

/// The programs that a font runs for every glyph, those that it has.
pub(super) fn programs<'a>(face: &Face<'a>) -> [Option<&'a [u8]>; 3] {
    [b"cvt ", b"fpgm", b"prep"].map(|tag| face.raw_face().table(Tag::from_bytes(tag)))
}

/// The instructions of a glyph and of its parts, one after another.
pub(super) fn instructions<'a>(face: &Face<'a>, glyph: GlyphId) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    gather(face, glyph, &mut { MAX_PARTS }, &mut found);
    found
}

/// Bytes of a font, read from a place on.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        let bytes = self.take(2)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }
}

/// What a part of a glyph says of itself.
const LONG: u16 = 0x0001;
const SCALED: u16 = 0x0008;
const MORE: u16 = 0x0020;
const SCALED_TWICE: u16 = 0x0040;
const TURNED: u16 = 0x0080;
const INSTRUCTED: u16 = 0x0100;

fn gather<'a>(
    face: &Face<'a>,
    glyph: GlyphId,
    left: &mut usize,
    found: &mut Vec<&'a [u8]>,
) -> Option<()> {
    *left = left.checked_sub(1)?;
    let mut bytes = Bytes(data(face, glyph)?);
    let contours = bytes.number()?.cast_signed();
    // its frame
    bytes.take(8)?;
    if let Ok(contours) = usize::try_from(contours) {
        bytes.take(2 * contours)?;
        let length = bytes.number()?;
        found.push(bytes.take(length.into())?);
        return Some(());
    }
    let mut parts = Vec::new();
    let last = loop {
        let flags = bytes.number()?;
        parts.push(GlyphId(bytes.number()?));
        bytes.take(if flags & LONG == 0 { 2 } else { 4 })?;
        bytes.take(match flags & (SCALED | SCALED_TWICE | TURNED) {
            0 => 0,
            SCALED => 2,
            SCALED_TWICE => 4,
            _ => 8,
        })?;
        if flags & MORE == 0 {
            break flags;
        }
    };
    if last & INSTRUCTED != 0 {
        let length = bytes.number()?;
        found.push(bytes.take(length.into())?);
    }
    for part in parts {
        gather(face, part, left, found);
    }
    Some(())
}

/// What a font says of a glyph; none of a blank.
fn data<'a>(face: &Face<'a>, glyph: GlyphId) -> Option<&'a [u8]> {
    let table = |tag| face.raw_face().table(Tag::from_bytes(tag));
    let (places, glyphs) = (table(b"loca")?, table(b"glyf")?);
    let place = |number: usize| -> Option<usize> {
        Some(match face.tables().head.index_to_location_format {
            head::IndexToLocationFormat::Short => {
                let bytes = places.get(2 * number..2 * number + 2)?;
                usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) * 2
            }
            head::IndexToLocationFormat::Long => {
                let bytes = places.get(4 * number..4 * number + 4)?;
                u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
            }
        })
    };
    let number = usize::from(glyph.0);
    let data = glyphs.get(place(number)?..place(number + 1)?)?;
    (!data.is_empty()).then_some(data)
}
