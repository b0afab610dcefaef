//! The fonts of a PDF held against themselves, where the files of their family are not at hand.
//!
//! In: fonts, and the family that they should be of. Out: what is wrong with them. Cannot fail. The peculiarity it exists for: a map that
//! lies contradicts the names of the glyphs, or another map, or draws two letters alike; one that lies the same way everywhere does not.

use std::collections::BTreeMap;

use ttf_parser::{Face, GlyphId};

use super::embedded::Embedded;
use super::strokes::{Strokes, outline};
use crate::base::family::family_of;

/// The names of digits among the names of glyphs.
const DIGITS: [&str; 10] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];

/// What is known so far of how letters are drawn, by style, and by the form of the letter.
#[derive(Default)]
pub(super) struct Seen {
    drawn: BTreeMap<(String, String), BTreeMap<String, Strokes>>,
}

impl Seen {
    /// Holds a font against the family, and against those before it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn hold(&mut self, font: &Embedded<'_>, family: &str) -> Result<(), String> {
        let face = Face::parse(&font.program, 0).map_err(|_| "cannot be read".to_owned())?;
        if family_of(&face).as_deref() != Some(family) {
            return Err(format!("is not of the family `{family}`"));
        }
        for glyph in 1..face.number_of_glyphs() {
            if let Some(letters) = font.letters(glyph) {
                self.glyph(&face, GlyphId(glyph), &font.style, letters)?;
            }
        }
        Ok(())
    }

    fn glyph(
        &mut self,
        face: &Face<'_>,
        glyph: GlyphId,
        style: &str,
        letters: String,
    ) -> Result<(), String> {
        let name = face.glyph_name(glyph).unwrap_or_default();
        let (base, form) = name.split_once('.').unwrap_or((name, ""));
        if letter_of(base).is_some_and(|letter| letters != letter.to_string()) {
            return Err(format!("calls `{letters}` what it names `{base}`"));
        }
        let strokes = outline(face, glyph);
        if strokes.is_empty() && letters.contains(char::is_alphanumeric) {
            return Err(format!("shows nothing for `{letters}`"));
        }
        let key = (style.to_owned(), form.to_owned());
        let known = self.drawn.entry(key).or_default();
        if known.get(&letters).is_some_and(|known| *known != strokes) {
            return Err(format!("draws `{letters}` in two ways"));
        }
        // two dashes, or two blanks, may look the same
        let is_word = |text: &str| text.chars().all(char::is_alphanumeric);
        let mut alike = known.iter().filter(|(other, of)| {
            **other != letters && **of == strokes && is_word(other) && is_word(&letters)
        });
        if let Some((other, _)) = alike.next() {
            return Err(format!("draws `{letters}` as it draws `{other}`"));
        }
        known.insert(letters, strokes);
        Ok(())
    }
}

/// The letter that the name of a glyph says: a letter of ASCII, a digit, or one by its number; none of another name.
fn letter_of(name: &str) -> Option<char> {
    let mut signs = name.chars();
    if let (Some(letter), None) = (signs.next(), signs.next()) {
        return letter.is_ascii_alphabetic().then_some(letter);
    }
    if let Some(digit) = DIGITS.iter().position(|digit| *digit == name) {
        return char::from_digit(u32::try_from(digit).ok()?, 10);
    }
    let number = name.strip_prefix("uni").filter(|rest| rest.len() == 4);
    let letter = char::from_u32(u32::from_str_radix(number?, 16).ok()?)?;
    letter.is_alphanumeric().then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_a_letter_or_nothing() {
        for (name, letter) in [
            ("a", Some('a')),
            ("seven", Some('7')),
            ("uni0037", Some('7')),
            ("uni20AC", None),
            ("uni0037.tnum", None),
            ("fi", None),
            ("", None),
        ] {
            assert_eq!(letter_of(name), letter, "{name}");
        }
    }
}
