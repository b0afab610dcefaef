//! Two years side by side, labels at both ends. In: items with a value and a printed label for each year. Out: a
//! `Picture`. Fails without any value and on values that are not numbers. The peculiarity it answers: an item known in one year only
//! keeps its marker and label and gets no line, and across a break in the series no item gets one.

use super::flag::tie;
use super::label;
use super::scale::Scale;
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text::Weight;
use super::theme::{self, LINE, MARK};
use super::{ChartError, Picture, Range, Width, check};
use crate::base::look::Look;

/// A slope chart.
#[derive(Debug, Clone, Default)]
pub struct Slope {
    /// Width on the page.
    pub width: Width,
    /// The first year, as printed.
    pub from: String,
    /// The second year, as printed, with `*` when provisional.
    pub to: String,
    /// The lines.
    pub items: Vec<SlopeItem>,
    /// What broke between the years, as printed: then the values stand side by side without a line.
    pub broken: Option<String>,
}

/// A line between two years.
#[derive(Debug, Clone, PartialEq)]
pub struct SlopeItem {
    /// How its group shows: colour, marker and kind of line.
    pub look: Look,
    /// Value and label in the first year: `M50 10,1%`.
    pub from: Option<(f64, String)>,
    /// Value and label in the second year: `12,3% M50`.
    pub to: Option<(f64, String)>,
    /// Hollow markers: the list is incomplete or the coverage low.
    pub hollow: bool,
}

const KIND: &str = "slope";
/// What is said of a scale without zero.
const START: &str = "schaal begint niet bij nul";

/// Draws a slope chart.
///
/// # Errors
/// `Empty` when no item has a value, `NotFinite` for a value that is infinite or not a number.
pub fn slope(chart: &Slope) -> Result<Picture, ChartError> {
    let (low, high) = check(KIND, chart.items.iter().flat_map(ends))?;
    let width = chart.width.pt();
    let sides = [
        Side::new(chart, |i| i.from.as_ref(), width),
        Side::new(chart, |i| i.to.as_ref(), width),
    ];
    let least = if chart.width == Width::Full {
        150.0
    } else {
        110.0
    };
    let needed = sides
        .iter()
        .map(|s| s.heights.iter().sum::<f64>())
        .fold(least, f64::max);
    let top = LINE + 5.0;
    let bottom = top + needed;
    let y = Scale::new(low, high, bottom - LINE / 2.0, top + LINE / 2.0);
    let xs = [sides[0].width + 16.0, width - sides[1].width - 16.0];

    let mut surface = Surface::new();
    for (x, label, outwards) in [
        (xs[0], &chart.from, Anchor::End),
        (xs[1], &chart.to, Anchor::Start),
    ] {
        let axis = [(x, top), (x, bottom)];
        surface.line(&axis, theme::GRID_STROKE * 2.0, theme::GRID);
        head(&mut surface, label, outwards, x, width);
    }
    let mut order: Vec<&SlopeItem> = chart.items.iter().collect();
    // The thick line lies below the thin ones, which it would hide.
    order.sort_by_key(|item| !item.look.strong);
    for item in order.iter().filter(|_| chart.broken.is_none()) {
        draw(&mut surface, item, xs, &y);
    }
    // Its markers lie on top, and below them the hollow ones, for those tell something.
    order.sort_by_key(|item| (item.look.strong, item.hollow));
    for item in order {
        for (x, end) in xs.into_iter().zip([&item.from, &item.to]) {
            if let Some((value, label)) = end {
                let at = (x, y.at(*value));
                surface.marker(label, item.look, at, theme::END, item.hollow);
            }
        }
    }
    for (side, x, out) in [(&sides[0], xs[0], -1.0), (&sides[1], xs[1], 1.0)] {
        side.draw(&mut surface, (x, out), &y, (top, bottom));
    }
    foot(surface, chart, (low, high), (width, top, bottom))
}

/// What is said below: a break, and that the scale does not start at zero.
fn foot(
    mut surface: Surface,
    chart: &Slope,
    (low, high): Range,
    (width, top, bottom): (f64, f64, f64),
) -> Result<Picture, ChartError> {
    let middle = width / 2.0;
    let mut lines = Vec::new();
    if let Some(note) = &chart.broken {
        let mark = [(middle, top), (middle, bottom)];
        surface.dashed(&mark, theme::LEADER_STROKE, theme::AXIS, (1.5, 1.5));
        lines = NOTE.wrap(note, width * 0.9, 2);
    }
    if low > 0.0 || high < 0.0 {
        lines.push(START.to_owned());
    }
    if lines.is_empty() {
        return surface.finish(width, bottom + 1.0);
    }
    let foot = bottom + LINE * (lines.len() as f64 / 2.0 + 0.5);
    surface.block((middle, foot), Anchor::Middle, NOTE, &lines);
    surface.finish(width, bottom + LINE * (lines.len() as f64 + 0.5))
}

/// The year above its axis.
fn head(surface: &mut Surface, label: &str, outwards: Anchor, x: f64, width: f64) {
    let print = Print {
        weight: Weight::Bold,
        ..NOTE
    };
    let label = print.fit(label, width * 0.3);
    // It hangs inwards where the column of labels is too narrow for it.
    let room = if outwards == Anchor::End {
        x
    } else {
        width - x
    };
    let outside = print.width(&label) <= room + MARK;
    let (at, anchor) = if outside == (outwards == Anchor::Start) {
        (x - MARK, Anchor::Start)
    } else {
        (x + MARK, Anchor::End)
    };
    surface.text((at, LINE), anchor, print, &label);
}

fn ends(item: &SlopeItem) -> impl Iterator<Item = (&str, Option<f64>)> {
    [&item.from, &item.to]
        .into_iter()
        .flatten()
        .map(|(value, label)| (label.as_str(), Some(*value)))
}

/// The labels of one year.
struct Side {
    labels: Vec<(Look, f64, Vec<String>)>,
    heights: Vec<f64>,
    width: f64,
}

impl Side {
    fn new(chart: &Slope, end: impl Fn(&SlopeItem) -> Option<&(f64, String)>, width: f64) -> Self {
        let label = |item: &SlopeItem| {
            let (value, label) = end(item)?;
            let lines = Print::of(item.look).wrap(label, width * 0.34, 2);
            Some((item.look, *value, lines))
        };
        let labels: Vec<_> = chart.items.iter().filter_map(label).collect();
        let heights = labels
            .iter()
            .map(|(_, _, lines)| LINE * lines.len() as f64)
            .collect();
        let widths = labels
            .iter()
            .map(|(look, _, lines)| Print::of(*look).widest(lines));
        let width = widths.fold(0.0, f64::max);
        Self {
            labels,
            heights,
            width,
        }
    }

    /// Draws the labels at an axis, to the left (`out` is -1) or right of it, each tied to its value.
    fn draw(
        &self,
        surface: &mut Surface,
        (x, out): (f64, f64),
        y: &Scale,
        (top, bottom): (f64, f64),
    ) {
        let wanted: Vec<f64> = self
            .labels
            .iter()
            .map(|(_, value, _)| y.at(*value))
            .collect();
        let places = label::spread(&wanted, &self.heights, top, bottom);
        let anchor = if out < 0.0 {
            Anchor::End
        } else {
            Anchor::Start
        };
        for (((look, _, lines), at), place) in self.labels.iter().zip(&wanted).zip(&places) {
            let (from, to) = (x + out * (MARK + 1.5), x + out * 13.0);
            tie(surface, look.color, (from, *at), (to, *place));
            surface.block((x + out * 15.0, *place), anchor, Print::of(*look), lines);
        }
    }
}

fn draw(surface: &mut Surface, item: &SlopeItem, xs: [f64; 2], y: &Scale) {
    let look = item.look;
    let stroke = if look.strong {
        theme::STRONG_STROKE
    } else {
        theme::SERIES_STROKE
    };
    if let (Some((from, _)), Some((to, _))) = (&item.from, &item.to) {
        let path = [(xs[0], y.at(*from)), (xs[1], y.at(*to))];
        if look.dashed {
            surface.dashed(&path, stroke, look.color, (4.0, 2.2));
        } else {
            surface.line(&path, stroke, look.color);
        }
    }
}
