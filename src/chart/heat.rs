//! Heat map: indicators as rows, groups as columns, each cell its value with how it stands against Nederland. In: printed
//! values with a step from -2 to 2. Out: a `Picture`. Fails without any cell that has a figure. Every cell has a sign beside
//! its value, so that nothing is told by colour alone, and tints grow darker with the step, so that it can be read in grey.
//! The peculiarity it answers: of many indicators more is neither good nor bad; those have arrows and tints of their own.

use super::surface::{Anchor, NOTE, Print, Surface};
use super::text::Weight;
use super::theme::{self, LINE};
use super::{ChartError, Picture, Width};
use crate::base::look::Rgb;

/// A heat map.
#[derive(Debug, Clone, Default)]
pub struct Heat {
    /// Width on the page.
    pub width: Width,
    /// Head of the column that all others are measured against.
    pub reference: String,
    /// The groups.
    pub columns: Vec<HeatColumn>,
    /// The indicators, in order.
    pub rows: Vec<HeatRow>,
    /// What the signs mean: a kind, a step and its words.
    pub legend: Vec<(HeatKind, i8, String)>,
}

/// A column of a heat map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeatColumn {
    /// Name as printed, with a sign for an incomplete list.
    pub label: String,
    /// What the chart is about.
    pub strong: bool,
}

/// A row of a heat map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeatRow {
    /// Heading of the rows from here on; empty where the one before goes on.
    pub heading: String,
    /// Indicator.
    pub label: String,
    /// Whether more of it is good or bad, or neither.
    pub kind: HeatKind,
    /// What the others are measured against, as printed.
    pub reference: String,
    /// A cell per column.
    pub cells: Vec<HeatCell>,
}

/// What a step says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum HeatKind {
    /// More favourable (above zero) or less.
    #[default]
    Judged,
    /// Higher (above zero) or lower, without judgement.
    Neutral,
}

/// A cell of a heat map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeatCell {
    /// Value as printed, or the sign of a missing one.
    pub text: String,
    /// How far from the reference: 0 is equal, 1 and -1 differ, 2 and -2 differ clearly; `None` without a figure.
    pub step: Option<i8>,
}

const KIND: &str = "heat map";
/// Room of a sign in a cell.
const SIGN: f64 = 17.0;
/// Half the width of an arrow.
const ARROW: f64 = 2.5;
const HEAD: Print = Print {
    size: theme::SMALL,
    weight: Weight::Bold,
    color: theme::INK,
};
const PLAIN: Print = Print {
    color: theme::INK,
    ..NOTE
};

/// The tint of a step: the darker, the farther from the reference.
pub(crate) const fn tint(kind: HeatKind, step: i8) -> Rgb {
    match (kind, step) {
        (_, 0) => Rgb(0xF4, 0xF4, 0xF4),
        (HeatKind::Judged, 1) => Rgb(0xCF, 0xE2, 0xF1),
        (HeatKind::Judged, 2..) => Rgb(0x8C, 0xB8, 0xDB),
        (HeatKind::Judged, -1) => Rgb(0xFB, 0xDD, 0xBD),
        (HeatKind::Judged, _) => Rgb(0xF2, 0xA8, 0x5E),
        (HeatKind::Neutral, 1) => Rgb(0xE4, 0xDD, 0xEE),
        (HeatKind::Neutral, 2..) => Rgb(0xC4, 0xB6, 0xDA),
        (HeatKind::Neutral, -1) => Rgb(0xDC, 0xE8, 0xDC),
        (HeatKind::Neutral, _) => Rgb(0xAF, 0xCB, 0xB2),
    }
}

/// Draws a heat map.
///
/// # Errors
/// `Empty` when no cell has a figure.
pub fn heat(chart: &Heat) -> Result<Picture, ChartError> {
    let mut cells = chart.rows.iter().flat_map(|row| &row.cells);
    if !cells.any(|cell| cell.step.is_some()) {
        return Err(ChartError::Empty(KIND));
    }
    let layout = Layout::new(chart);
    let mut surface = Surface::new();
    let mut y = layout.legend(&mut surface, chart);
    y = layout.heads(&mut surface, chart, y);
    for row in &chart.rows {
        y = layout.row(&mut surface, row, y);
    }
    surface.finish(layout.width, y + 1.0)
}

/// Where the columns stand.
struct Layout {
    width: f64,
    /// Width of the names of the indicators.
    names: f64,
    /// Width of the column that the others are measured against.
    reference: f64,
    /// Width of each other column.
    cell: f64,
}

impl Layout {
    fn new(chart: &Heat) -> Self {
        let width = chart.width.pt();
        let texts = |row: &'_ HeatRow| {
            let cells = row.cells.iter().map(|cell| HEAD.width(&cell.text));
            cells.fold(0.0, f64::max)
        };
        let of_cells = chart.rows.iter().map(texts).fold(0.0, f64::max);
        let heads = chart.columns.iter().map(|of| longest_word(&of.label));
        let columns = chart.columns.len().max(1) as f64;
        let wanted = (of_cells + SIGN + 6.0).max(heads.fold(0.0, f64::max) + 4.0);
        let own = chart.rows.iter().map(|row| PLAIN.width(&row.reference));
        let own = own.fold(HEAD.width(&chart.reference), f64::max) + 6.0;
        // names keep a quarter of the width, whatever the groups are called
        let reference = own.min(width * 0.25);
        let cell = wanted.max(40.0).min((width * 0.75 - reference) / columns);
        Self {
            width,
            names: width - reference - cell * columns,
            reference,
            cell,
        }
    }

    /// Left of a column.
    fn left(&self, column: usize) -> f64 {
        self.names + self.reference + self.cell * column as f64
    }

    /// What the signs mean, in as many lines as it takes; gives where it ends.
    fn legend(&self, surface: &mut Surface, chart: &Heat) -> f64 {
        let (mut x, mut y) = (0.0, 1.0);
        for (kind, step, words) in &chart.legend {
            let words = PLAIN.fit(words, self.width - SIGN - 4.0);
            let long = SIGN + 4.0 + PLAIN.width(&words);
            if x > 0.0 && x + long > self.width {
                (x, y) = (0.0, y + LINE + 4.0);
            }
            surface.rect((x, y), SIGN, LINE + 1.0, tint(*kind, *step));
            let middle = y + LINE / 2.0 + 0.5;
            sign(surface, (*kind, *step), (x + SIGN / 2.0, middle));
            surface.block((x + SIGN + 4.0, middle), Anchor::Start, PLAIN, &[words]);
            x += long + 12.0;
        }
        if chart.legend.is_empty() {
            0.0
        } else {
            y + LINE + 8.0
        }
    }

    /// The names of the groups; gives where they end.
    fn heads(&self, surface: &mut Surface, chart: &Heat, y: f64) -> f64 {
        let print = |strong: bool| if strong { HEAD } else { PLAIN };
        let wrapped = |of: &HeatColumn| print(of.strong).wrap(&of.label, self.cell - 3.0, 3);
        let heads: Vec<Vec<String>> = chart.columns.iter().map(wrapped).collect();
        let lines = heads.iter().map(Vec::len).max().unwrap_or(1);
        let foot = y + LINE * lines as f64;
        let stand = |count: usize| foot - LINE * count as f64 / 2.0;
        let own = PLAIN.fit(&chart.reference, self.reference - 4.0);
        let at = (self.names + self.reference - 6.0, stand(1));
        surface.block(at, Anchor::End, PLAIN, &[own]);
        for (i, (lines, of)) in heads.iter().zip(&chart.columns).enumerate() {
            let at = (self.left(i) + self.cell / 2.0, stand(lines.len()));
            surface.block(at, Anchor::Middle, print(of.strong), lines);
        }
        foot + 3.0
    }

    /// A row, with its heading where it has one; gives where it ends.
    fn row(&self, surface: &mut Surface, row: &HeatRow, y: f64) -> f64 {
        let mut y = y;
        if !row.heading.is_empty() {
            y += 4.0;
            let heading = HEAD.fit(&row.heading, self.width);
            let middle = y + LINE / 2.0;
            surface.block((0.0, middle), Anchor::Start, HEAD, &[heading]);
            y += LINE + 3.0;
        }
        let names = PLAIN.wrap(&row.label, self.names - 6.0, 3);
        let height = LINE * names.len() as f64 + 4.5;
        let middle = y + height / 2.0;
        surface.line(
            &[(0.0, y), (self.width, y)],
            theme::GRID_STROKE,
            theme::GRID,
        );
        surface.block((0.0, middle), Anchor::Start, PLAIN, &names);
        let own = PLAIN.fit(&row.reference, self.reference - 4.0);
        let at = (self.names + self.reference - 6.0, middle);
        surface.block(at, Anchor::End, PLAIN, &[own]);
        for (i, cell) in row.cells.iter().enumerate() {
            let left = self.left(i);
            let text = PLAIN.fit(&cell.text, self.cell - SIGN - 4.0);
            let right = left + self.cell - SIGN - 2.0;
            let Some(step) = cell.step else {
                surface.block((right, middle), Anchor::End, PLAIN, &[text]);
                continue;
            };
            let (w, h) = (self.cell - 1.2, height - 1.2);
            surface.rect((left + 0.6, y + 0.6), w, h, tint(row.kind, step));
            surface.block((right, middle), Anchor::End, PLAIN, &[text]);
            let at = (left + self.cell - SIGN / 2.0 - 1.0, middle);
            sign(surface, (row.kind, step), at);
        }
        y + height
    }
}

/// The sign of a step: plus and minus judge, arrows only say which way.
fn sign(surface: &mut Surface, (kind, step): (HeatKind, i8), (x, y): (f64, f64)) {
    let print = Print {
        size: theme::LABEL,
        ..HEAD
    };
    if kind == HeatKind::Judged || step == 0 {
        let words = match step {
            0 => "=",
            1 => "+",
            2.. => "++",
            -1 => "\u{2212}",
            _ => "\u{2212}\u{2212}",
        };
        return surface.block((x, y), Anchor::Middle, print, &[words.to_owned()]);
    }
    let apart = if step.abs() > 1 { ARROW + 0.6 } else { 0.0 };
    surface.arrow((x - apart, y), ARROW, step > 0, theme::INK);
    if apart > 0.0 {
        surface.arrow((x + apart, y), ARROW, step > 0, theme::INK);
    }
}

fn longest_word(text: &str) -> f64 {
    let words = text.split(' ').map(|word| HEAD.width(word));
    words.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::look::{TEXT_CONTRAST, WHITE};

    #[test]
    fn tints_can_be_read_on_and_told_apart_in_grey() {
        for kind in [HeatKind::Judged, HeatKind::Neutral] {
            for side in [1_i8, -1] {
                let steps = [0, side, 2 * side].map(|step| tint(kind, step));
                for tint in steps {
                    assert!(theme::INK.contrast(tint) >= TEXT_CONTRAST, "{tint:?}");
                }
                // the farther, the darker: contrast with white grows with each step
                let dark = steps.map(|tint| tint.contrast(WHITE));
                assert!(
                    dark[1] > dark[0] * 1.1 && dark[2] > dark[1] * 1.25,
                    "{kind:?} {side}: {dark:?}"
                );
            }
        }
    }
}
