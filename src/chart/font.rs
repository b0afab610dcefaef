//! A font with only the letters that are printed. In: a TrueType font and letters. Out: a smaller one that draws them alike,
//! or `None` for a font that is not as expected. Crates that do this bring a second set of font tables with them, or leave
//! out the map from letters to glyphs that a browser needs; cutting seven tables down takes less than either. Kerning goes:
//! texts are placed by plain advances. The peculiarity it answers: a letter such as `ë` is drawn by two other glyphs.

use std::collections::BTreeSet;

use ttf_parser::{Face, GlyphId, RawFace, Tag};

/// The font with some letters and what they are made of; the first glyph stays, for it stands for letters that lack.
pub fn cut_down(bytes: &[u8], letters: &BTreeSet<char>) -> Option<Vec<u8>> {
    let face = Face::parse(bytes, 0).ok()?;
    let raw = face.raw_face();
    let mapped = letters
        .iter()
        .filter_map(|c| Some((*c, face.glyph_index(*c)?)));
    let mapped: Vec<(char, GlyphId)> = mapped.collect();
    let glyphs = Glyphs::new(raw)?;
    let mut kept: Vec<u16> = vec![0];
    for (_, glyph) in &mapped {
        keep(glyph.0, &glyphs, &mut kept, 0)?;
    }
    let place = |glyph: u16| kept.iter().position(|of| *of == glyph).map(|at| at as u16);
    let (mut outlines, mut starts, mut metrics) = (Vec::new(), vec![0_u32], Vec::new());
    for &glyph in &kept {
        let mut outline = glyphs.outline(glyph)?.to_vec();
        for at in parts(&outline)? {
            let part = place(number(&outline, at)?)?;
            outline
                .get_mut(at..at + 2)?
                .copy_from_slice(&part.to_be_bytes());
        }
        outline.resize(outline.len().next_multiple_of(4), 0);
        outlines.extend(outline);
        starts.push(outlines.len() as u32);
        metrics.extend(face.glyph_hor_advance(GlyphId(glyph))?.to_be_bytes());
        let bearing = face.glyph_hor_side_bearing(GlyphId(glyph)).unwrap_or(0);
        metrics.extend(bearing.to_be_bytes());
    }
    let mapped = mapped.iter();
    let mapped = mapped.filter_map(|(c, glyph)| Some((*c, place(glyph.0)?)));
    let starts = starts.iter().flat_map(|at| at.to_be_bytes());
    let mut tables = heads(raw, kept.len() as u16)?;
    tables.extend([
        (*b"cmap", cmap(mapped)),
        (*b"glyf", outlines),
        (*b"hmtx", metrics),
        (*b"loca", starts.collect()),
    ]);
    for name in [*b"OS/2", *b"cvt ", *b"fpgm", *b"prep", *b"name"] {
        if let Some(table) = raw.table(Tag::from_bytes(&name)) {
            tables.push((name, table.to_vec()));
        }
    }
    tables.sort_by_key(|(name, _)| *name);
    Some(font(&tables))
}

/// A table with its name.
type Table = ([u8; 4], Vec<u8>);

/// The tables that count glyphs, for so many; places of outlines are long, and glyphs have no names.
fn heads(raw: &RawFace<'_>, count: u16) -> Option<Vec<Table>> {
    let count = count.to_be_bytes();
    let post = changed(raw, *b"post", &[(0, &[0, 3, 0, 0])])?;
    Some(vec![
        (
            *b"head",
            changed(raw, *b"head", &[(8, &[0; 4]), (50, &[0, 1])])?,
        ),
        (*b"hhea", changed(raw, *b"hhea", &[(34, &count)])?),
        (*b"maxp", changed(raw, *b"maxp", &[(4, &count)])?),
        (*b"post", post.get(..32)?.to_vec()),
    ])
}

/// The outlines of a font, by glyph.
struct Glyphs<'a> {
    outlines: &'a [u8],
    places: &'a [u8],
    is_long: bool,
}

impl<'a> Glyphs<'a> {
    fn new(raw: &RawFace<'a>) -> Option<Self> {
        let table = |name: &[u8; 4]| raw.table(Tag::from_bytes(name));
        Some(Self {
            outlines: table(b"glyf")?,
            places: table(b"loca")?,
            is_long: number(table(b"head")?, 50)? == 1,
        })
    }

    fn outline(&self, glyph: u16) -> Option<&'a [u8]> {
        let place = |at: usize| {
            if self.is_long {
                let bytes = self.places.get(4 * at..4 * at + 4)?;
                Some(u32::from_be_bytes(bytes.try_into().ok()?) as usize)
            } else {
                Some(2 * usize::from(number(self.places, 2 * at)?))
            }
        };
        let at = usize::from(glyph);
        self.outlines.get(place(at)?..place(at + 1)?)
    }
}

/// Keeps a glyph and those that it is made of.
fn keep(glyph: u16, glyphs: &Glyphs<'_>, kept: &mut Vec<u16>, depth: u8) -> Option<()> {
    if kept.contains(&glyph) {
        return Some(());
    }
    kept.push(glyph);
    let outline = glyphs.outline(glyph)?;
    // deeper than any font goes: one that is made of itself
    if depth > 8 {
        return None;
    }
    for at in parts(outline)? {
        keep(number(outline, at)?, glyphs, kept, depth + 1)?;
    }
    Some(())
}

/// Where an outline names the glyphs that it is made of; nowhere in one that draws itself.
fn parts(outline: &[u8]) -> Option<Vec<usize>> {
    const WORDS: u16 = 0x1;
    const SCALE: u16 = 0x8;
    const MORE: u16 = 0x20;
    const TWO_SCALES: u16 = 0x40;
    const FOUR_SCALES: u16 = 0x80;
    let mut parts = Vec::new();
    // one that draws itself counts its contours here
    if outline.first().is_none_or(|byte| *byte < 0x80) {
        return Some(parts);
    }
    let mut at = 10;
    loop {
        let flags = number(outline, at)?;
        parts.push(at + 2);
        at += if flags & WORDS == 0 { 6 } else { 8 };
        at += match flags {
            of if of & SCALE != 0 => 2,
            of if of & TWO_SCALES != 0 => 4,
            of if of & FOUR_SCALES != 0 => 8,
            _ => 0,
        };
        if flags & MORE == 0 {
            return Some(parts);
        }
    }
}

/// The map from letters to glyphs, a group per letter.
fn cmap(mapped: impl Iterator<Item = (char, u16)>) -> Vec<u8> {
    let groups: Vec<[u32; 3]> = mapped
        .map(|(letter, glyph)| [letter as u32, letter as u32, u32::from(glyph)])
        .collect();
    let words = |of: &[u16]| {
        of.iter()
            .flat_map(|word| word.to_be_bytes())
            .collect::<Vec<u8>>()
    };
    // one table, of Unicode (3, 10), which starts after this head
    let mut table = words(&[0, 1, 3, 10, 0, 12]);
    table.extend(words(&[12, 0]));
    let numbers = [16 + 12 * groups.len() as u32, 0, groups.len() as u32];
    let all = numbers.into_iter().chain(groups.into_iter().flatten());
    table.extend(all.flat_map(u32::to_be_bytes));
    table
}

/// A table of the font with some bytes changed.
fn changed(raw: &RawFace<'_>, name: [u8; 4], changes: &[(usize, &[u8])]) -> Option<Vec<u8>> {
    let mut table = raw.table(Tag::from_bytes(&name))?.to_vec();
    for (at, bytes) in changes {
        table.get_mut(*at..at + bytes.len())?.copy_from_slice(bytes);
    }
    Some(table)
}

/// The tables as one file, with the sums that some readers test.
fn font(tables: &[Table]) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = count.checked_ilog2().unwrap_or(0);
    let search = 16 << power;
    let mut file = vec![0, 1, 0, 0];
    for word in [count, search, power as u16, count * 16 - search] {
        file.extend(word.to_be_bytes());
    }
    let mut start = file.len() + 16 * tables.len();
    let mut body = Vec::new();
    let mut head = 0;
    for (name, table) in tables {
        if name == b"head" {
            head = start;
        }
        file.extend(name);
        for number in [sum(table), start as u32, table.len() as u32] {
            file.extend(number.to_be_bytes());
        }
        body.extend(table);
        body.resize(body.len().next_multiple_of(4), 0);
        start = 12 + 16 * tables.len() + body.len();
    }
    file.extend(body);
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(sum(&file));
    if let Some(place) = file.get_mut(head + 8..head + 12) {
        place.copy_from_slice(&adjustment.to_be_bytes());
    }
    file
}

/// Sum of a table as numbers of four bytes.
fn sum(table: &[u8]) -> u32 {
    table.chunks(4).fold(0, |sum: u32, chunk| {
        let mut bytes = [0; 4];
        bytes[..chunk.len()].copy_from_slice(chunk);
        sum.wrapping_add(u32::from_be_bytes(bytes))
    })
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outline of a letter as a list of its points.
    #[derive(Default)]
    struct Points(Vec<[f32; 2]>);

    impl ttf_parser::OutlineBuilder for Points {
        fn move_to(&mut self, x: f32, y: f32) {
            self.0.push([x, y]);
        }
        fn line_to(&mut self, x: f32, y: f32) {
            self.0.push([x, y]);
        }
        fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
            self.0.extend([[x1, y1], [x, y]]);
        }
        fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
            self.0.extend([[x1, y1], [x2, y2], [x, y]]);
        }
        fn close(&mut self) {}
    }

    #[test]
    fn a_font_keeps_the_letters_that_are_printed_and_loses_the_rest() {
        let letters: BTreeSet<char> = "M50 12,3% \u{2212}\u{a0}ëÉ€†·".chars().collect();
        for whole in [ttf_noto_sans::REGULAR, ttf_noto_sans::BOLD] {
            let cut = cut_down(whole, &letters).unwrap();
            assert!(cut.len() < 16_000, "{}", cut.len());
            assert_eq!(sum(&cut), 0xB1B0_AFBA, "the sum of the whole file");
            let faces = [&cut[..], whole].map(|bytes| Face::parse(bytes, 0).unwrap());
            for letter in &letters {
                let [cut, whole] = faces.each_ref().map(|face| {
                    let glyph = face.glyph_index(*letter).unwrap();
                    let mut points = Points::default();
                    let frame = face.outline_glyph(glyph, &mut points);
                    (face.glyph_hor_advance(glyph), frame, points.0)
                });
                assert_eq!(cut, whole, "{letter:?}");
            }
            assert!(faces[0].glyph_index('Q').is_none());
            assert_eq!(faces[0].units_per_em(), faces[1].units_per_em());
        }
        assert_eq!(cut_down(b"no font", &letters), None);
    }
}
