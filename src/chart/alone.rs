//! A chart alone, for slides and the press. In: a picture and the words around it. Out: one SVG with title, subtitle, source
//! and licence in the picture, its font within it, and `<title>` and `<desc>` for who does not see it. Fails when the font
//! cannot be cut down. The peculiarity it answers: an SVG that is shown as a picture loads no font from elsewhere, and
//! a whole family is a hundred times the drawing, so it carries the letters that it prints and no others.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::font::cut_down;
use super::surface::{Anchor, Print, Surface};
use super::text::{self, Weight};
use super::theme::{self, LINE};
use super::{ChartError, Picture, PlacedText};
use crate::base::family::family;
use crate::base::xml::escape;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The words around a chart that stands alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The finding.
    pub title: String,
    /// Measure, unit, whom, when.
    pub subtitle: String,
    /// What stands below the drawing, a paragraph each: signs, source, licence.
    pub foot: Vec<String>,
    /// What a reader who cannot see it must know.
    pub description: String,
}

/// White around everything.
const MARGIN: f64 = 14.0;
const TITLE: Print = Print {
    size: 12.0,
    weight: Weight::Bold,
    color: theme::INK,
};
const SUBTITLE: Print = Print {
    size: 8.5,
    weight: Weight::Regular,
    color: theme::QUIET,
};
const FOOT: Print = Print {
    size: theme::SMALL,
    weight: Weight::Regular,
    color: theme::QUIET,
};
/// More lines than any title or source has.
const MOST_LINES: usize = 12;

/// Puts the words around a picture and the font into it.
///
/// # Errors
/// `Drawing` when the font cannot be cut down.
pub fn alone(picture: &Picture, words: &Words) -> Result<Picture, ChartError> {
    let width = picture.width_pt + 2.0 * MARGIN;
    let mut surface = Surface::new();
    let mut y = MARGIN;
    for (print, words, pitch) in [
        (TITLE, &words.title, LINE * 1.5),
        (SUBTITLE, &words.subtitle, LINE * 1.1),
    ] {
        y = paragraph(&mut surface, print, words, (y, picture.width_pt, pitch));
    }
    let top = y + 6.0;
    y = top + picture.height_pt + 6.0;
    for words in &words.foot {
        y = paragraph(&mut surface, FOOT, words, (y, picture.width_pt, LINE)) + 1.5;
    }
    let height = y + MARGIN - 4.0;
    let around = surface.finish(width, height)?;
    let (mut texts, marks, lines) = picture.placed((MARGIN, top));
    texts.extend(around.texts.iter().cloned());
    let mut body = head(words, &texts)?;
    body += &around.moved((0.0, 0.0));
    body += &picture.moved((MARGIN, top));
    let whole = Picture::assemble(width, height, &body, texts, marks, lines);
    let named = " role=\"img\" aria-labelledby=\"titel omschrijving\"";
    let svg = whole.svg.replacen("<svg", &format!("<svg{named}"), 1);
    Ok(Picture { svg, ..whole })
}

/// A paragraph from a height down; gives where it ends.
fn paragraph(
    surface: &mut Surface,
    print: Print,
    words: &str,
    (y, width, pitch): (f64, f64, f64),
) -> f64 {
    if words.is_empty() {
        return y;
    }
    let lines = print.wrap(words, width, MOST_LINES);
    for (n, line) in lines.iter().enumerate() {
        let baseline = y + pitch * n as f64 + print.size * text::ASCENT;
        surface.text((MARGIN, baseline), Anchor::Start, print, line);
    }
    y + pitch * lines.len() as f64
}

/// Name, description, font and ground of the whole.
fn head(words: &Words, texts: &[PlacedText]) -> Result<String, ChartError> {
    let mut head = String::new();
    for (element, id, text) in [
        ("title", "titel", &words.title),
        ("desc", "omschrijving", &words.description),
    ] {
        // writing to a string cannot fail
        let _ = write!(head, "<{element} id=\"{id}\">");
        escape(&mut head, &text::clean(text));
        let _ = writeln!(head, "</{element}>");
    }
    let letters: BTreeSet<char> = texts.iter().flat_map(|t| t.text.chars()).collect();
    head += "<style>\n";
    for (weight, bytes) in [(400, family().regular()), (700, family().bold())] {
        let cut = cut_down(bytes, &letters);
        let cut =
            cut.ok_or_else(|| ChartError::Drawing("the font cannot be cut down".to_owned()))?;
        let font = STANDARD.encode(cut);
        let family = family().name();
        let _ = writeln!(
            head,
            "@font-face{{font-family:\"{family}\";font-weight:{weight};src:url(data:font/ttf;base64,{font}) \
             format(\"truetype\")}}"
        );
    }
    head += "</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n";
    Ok(head)
}
