//! Text as it will be printed: measured with the advance widths of the font that draws it, wrapped, shortened and
//! escaped. In: any text, also names from data. Out: widths in points and text that cannot become markup. Nothing fails: a
//! character that the font lacks counts as one em. Kerning only makes text narrower, so a measured box is never
//! too small. The peculiarity it answers: CBS names such as "'s-Gravenhage (gemeente)" hold quotes and are long.

use std::sync::OnceLock;

use ttf_parser::Face;

use crate::base::family::family;

/// Height of the tallest plain letter above the baseline, in ems.
pub(crate) const ASCENT: f64 = 0.76;
/// Depth of the lowest letter below the baseline, in ems.
pub(crate) const DESCENT: f64 = 0.22;
/// From the middle of a capital to the baseline, in ems.
pub(crate) const MIDDLE: f64 = 0.36;

/// Weight of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Weight {
    /// Regular.
    #[default]
    Regular,
    /// Bold.
    Bold,
}

/// Advance widths of the Latin letters and the punctuation, in ems, and the face for the rest.
struct Advances {
    latin: Vec<f32>,
    face: Option<Face<'static>>,
}

const LATIN: u32 = 0x250;

impl Advances {
    fn new(bytes: &'static [u8]) -> Self {
        let face = Face::parse(bytes, 0).ok();
        let latin = (0..LATIN)
            .map(|c| advance_in(face.as_ref(), char::from_u32(c)))
            .collect();
        Self { latin, face }
    }

    fn of(&self, c: char) -> f64 {
        let known = self.latin.get(c as usize).copied();
        f64::from(known.unwrap_or_else(|| advance_in(self.face.as_ref(), Some(c))))
    }
}

fn advance_in(face: Option<&Face<'static>>, c: Option<char>) -> f32 {
    let advance = || {
        let (face, c) = (face?, c?);
        let units = face.glyph_hor_advance(face.glyph_index(c)?)?;
        Some(f32::from(units) / f32::from(face.units_per_em()))
    };
    advance().unwrap_or(1.0)
}

fn advances(weight: Weight) -> &'static Advances {
    static REGULAR: OnceLock<Advances> = OnceLock::new();
    static BOLD: OnceLock<Advances> = OnceLock::new();
    match weight {
        Weight::Regular => REGULAR.get_or_init(|| Advances::new(family().regular())),
        Weight::Bold => BOLD.get_or_init(|| Advances::new(family().bold())),
    }
}

/// Width of one line of text in points, at a size in points.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let advances = advances(weight);
    text.chars().map(|c| advances.of(c)).sum::<f64>() * size
}

/// The text on one line: plain white space collapsed as SVG does, control and direction characters dropped.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim_matches(|c: char| c.is_ascii_whitespace()).chars() {
        if c.is_ascii_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() && !is_hidden(c) {
            out.push(c);
        }
    }
    out
}

/// Characters without ink that would reorder or break the text, or that XML forbids.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The text shortened with an ellipsis until it is at most `max` points wide.
pub(crate) fn fit(text: &str, size: f64, weight: Weight, max: f64) -> String {
    let text = clean(text);
    if width(&text, size, weight) <= max {
        return text;
    }
    let mut kept: Vec<char> = text.chars().collect();
    while let Some(last) = kept.pop() {
        if last == ' ' || last == ',' {
            continue;
        }
        let candidate: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if width(&candidate, size, weight) <= max {
            return candidate;
        }
    }
    String::new()
}

/// The text in lines of at most `max` points, broken at plain spaces; at most `lines` of them, the last one shortened.
pub(crate) fn wrap(text: &str, size: f64, weight: Weight, max: f64, lines: usize) -> Vec<String> {
    let text = clean(text);
    if width(&text, size, weight) <= max {
        return vec![text];
    }
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let joined = out.last().map(|line| format!("{line} {word}"));
        let full = out.len() >= lines.max(1);
        match (joined, out.last_mut()) {
            (Some(joined), Some(line)) if full || width(&joined, size, weight) <= max => {
                *line = joined;
            }
            _ => out.push(word.to_owned()),
        }
    }
    out.iter()
        .map(|line| fit(line, size, weight, max))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::xml::escape;

    #[test]
    fn digits_are_tabular_and_bold_is_wider() {
        let one = width("1111", 8.0, Weight::Regular);
        assert!((one - width("8888", 8.0, Weight::Regular)).abs() < 1e-6);
        assert!(width("Nederland", 8.0, Weight::Bold) > width("Nederland", 8.0, Weight::Regular));
        assert!((width("0", 100.0, Weight::Regular) - 57.2).abs() < 0.1);
    }

    #[test]
    fn narrow_spaces_and_signs_are_in_the_font() {
        for c in ['−', '²', '½', '€', '≥', '\u{202F}', '\u{A0}', '…', 'ë'] {
            assert!(width(&c.to_string(), 1.0, Weight::Regular) < 0.99, "{c:?}");
        }
        assert!((width("\u{4E2D}", 1.0, Weight::Regular) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn wrapping_and_shortening_keep_to_the_width() {
        let name = "'s-Gravenhage (gemeente) en een heel lange toevoeging";
        for max in [5.0, 20.0, 60.0, 90.0, 400.0] {
            let lines = wrap(name, 8.0, Weight::Bold, max, 2);
            assert!(lines.len() <= 2);
            assert!(
                lines
                    .iter()
                    .all(|line| width(line, 8.0, Weight::Bold) <= max),
                "{lines:?}"
            );
        }
        assert_eq!(fit("kort", 8.0, Weight::Regular, 100.0), "kort");
        assert_eq!(wrap("", 8.0, Weight::Regular, 10.0, 2), [""]);
    }

    #[test]
    fn text_never_becomes_markup() {
        let mut out = String::new();
        escape(&mut out, &clean("<b>\u{0}'s &\n \"x\"\u{202E}</b>"));
        assert_eq!(out, "&lt;b&gt;&#39;s &amp; &quot;x&quot;&lt;/b&gt;");
    }
}
