//! Several pictures in one: small multiples. In: pictures with an optional heading each. Out: a `Picture` of all, its
//! texts and marks moved along. Fails without any picture. Pictures of half the width make two columns of a full one.
//! The peculiarity it answers: indicators have different units, so one scale for all would lie.

use super::surface::{Anchor, Print, Surface};
use super::text::Weight;
use super::theme::{self, LINE};
use super::{ChartError, Picture, Width};

/// A picture of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Heading above it, as printed; empty for none. It wraps to two lines.
    pub heading: String,
    /// The picture.
    pub picture: Picture,
}

const HEAD: Print = Print {
    size: theme::LABEL,
    weight: Weight::Bold,
    color: theme::INK,
};

/// Sets pictures side by side, row by row, on the full width.
///
/// # Errors
/// `Empty` when there are no pictures.
pub fn grid(panels: &[Panel], columns: usize) -> Result<Picture, ChartError> {
    let widest = panels
        .iter()
        .map(|c| c.picture.width_pt)
        .fold(0.0, f64::max);
    if panels.is_empty() {
        return Err(ChartError::Empty("grid"));
    }
    let columns = columns.max(1);
    let width = Width::Full.pt().max(widest * columns as f64);
    let gap = if columns > 1 {
        (width - widest * columns as f64) / (columns - 1) as f64
    } else {
        0.0
    };
    let (mut body, mut texts, mut marks) = (String::new(), Vec::new(), Vec::new());
    let mut placed = Vec::new();
    let (mut omitted, mut y) = (Vec::new(), 0.0);
    for row in panels.chunks(columns) {
        let heads: Vec<Vec<String>> = row
            .iter()
            .map(|c| HEAD.wrap(&c.heading, c.picture.width_pt, 2))
            .collect();
        let lines = row
            .iter()
            .zip(&heads)
            .filter(|(c, _)| !c.heading.is_empty())
            .map(|(_, h)| h.len())
            .max();
        let top = y + lines.map_or(0.0, |n| LINE * n as f64 + 4.0);
        let height = row.iter().map(|c| c.picture.height_pt).fold(0.0, f64::max);
        for (i, (panel, lines)) in row.iter().zip(&heads).enumerate() {
            let x = (widest + gap) * i as f64;
            let mut heading = Surface::new();
            for (n, line) in lines.iter().enumerate() {
                heading.text((x, y + LINE * (n as f64 + 0.8)), Anchor::Start, HEAD, line);
            }
            let heading = heading.finish(width, top)?;
            body += &heading.moved((0.0, 0.0));
            texts.extend(heading.texts);
            body += &panel.picture.moved((x, top));
            let moved = panel.picture.placed((x, top));
            texts.extend(moved.0);
            marks.extend(moved.1);
            placed.extend(moved.2);
            omitted.extend(panel.picture.omitted.iter().cloned());
        }
        y = top + height + 12.0;
    }
    let mut picture = Picture::assemble(width, y - 12.0, &body, texts, marks, placed);
    picture.omitted = omitted;
    Ok(picture)
}
