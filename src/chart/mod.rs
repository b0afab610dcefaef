//! Charts of the paper, as SVG. In: plain structs of values with ready Dutch texts. Out: a `Picture`, the SVG with the
//! place of every text and mark in points, the same bytes for the same input. Fails on a chart without values and on a
//! value that is not a number. Title, subtitle and source are no part of a picture: the paper prints them as text.
//! plotters draws the shapes (`surface`); scales, labels and text measurement are our own.
//! The peculiarity it answers: incomplete lists, provisional figures, breaks in a series and thin coverage must show
//! in the picture itself, by hollow markers, dotted lines, gaps and notes.

mod alone;
mod bars;
mod flag;
mod font;
mod grid;
mod heat;
mod label;
mod lighter;
mod lines;
mod map;
mod ranked;
mod ring;
mod scale;
mod scatter;
mod slope;
mod strip;
mod surface;
mod text;
pub mod theme;

pub use alone::{Words, alone};
pub use bars::{BarForm, BarItem, Bars, bars};
pub use font::cut_down;
pub use grid::{Panel, grid};
pub use heat::{Heat, HeatCell, HeatColumn, HeatKind, HeatRow, heat};
pub use lighter::lighter;
pub use lines::{Break, Lines, Period, Point, Series, lines};
pub use map::{Map, MapClass, MapLabel, MapRegion, Pattern, map};
pub use ranked::{RankedDots, RankedMember, ranked_dots};
pub use scale::Ticks;
pub use scatter::{Scatter, ScatterAxis, ScatterDot, scatter};
pub use slope::{Slope, SlopeItem, slope};
pub use strip::{Member, Strip, StripRow, strip};
pub(crate) use surface::{DISC, outline};
pub(crate) use text::wrap;
pub use text::{Weight, width as text_width};
pub use theme::Width;

use std::fmt;

use crate::base::failure::{Exit, Report};
use crate::base::look::Look;

/// The value of a group with its printed text.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupValue {
    /// How the group shows: colour and marker.
    pub look: Look,
    /// Label as printed, name and value: `M50 12,3%`; a sign for an incomplete list or `*` belongs in it.
    pub label: String,
    /// The value; without one there is no mark.
    pub value: Option<f64>,
    /// Hollow marker: the list is incomplete or the coverage low.
    pub hollow: bool,
}

/// A finished drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The whole SVG document; its texts are live and name the font.
    pub svg: String,
    /// Width in points.
    pub width_pt: f64,
    /// Height in points.
    pub height_pt: f64,
    /// Every text, in drawing order.
    pub texts: Vec<PlacedText>,
    /// Every marker, dot and bar, in drawing order.
    pub marks: Vec<PlacedMark>,
    /// Every line that tells something, in drawing order: no grid, no borders.
    pub lines: Vec<PlacedLine>,
    /// Labels that found no room (only a map leaves any out).
    pub omitted: Vec<String>,
}

/// A line of text and its box, in points from the left top.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedText {
    /// The text as drawn.
    pub text: String,
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height, from the tallest plain letter to the lowest.
    pub h: f64,
}

/// Whose mark it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// The marker of a group.
    Group,
    /// The dot of a single gemeente.
    Member,
    /// A bar.
    Bar,
    /// A sign that says how a value stands, such as an arrow in a table.
    Sign,
}

/// A mark and its box, in points from the left top.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedMark {
    /// Whose it is.
    pub kind: MarkKind,
    /// Name of the group or gemeente, as given.
    pub name: String,
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A line through its points, in points from the left top: of a series, a reference, an axis, or one that ties a label to
/// its mark.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedLine {
    /// Its points.
    pub points: Vec<(f64, f64)>,
    /// Its stroke.
    pub width: f64,
}

/// Something that a reader could not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overlap {
    /// Two texts on top of each other.
    Texts(String, String),
    /// A text on top of a mark: the text, the mark's name.
    OnMark(String, String),
    /// A text that a line runs through or touches.
    OnLine(String),
    /// A text that leaves the canvas.
    Outside(String),
}

/// Overlap that rounding to a tenth of a point may cause.
const TOLERANCE: f64 = 0.15;

type Rect = (f64, f64, f64, f64);

impl Picture {
    /// Texts that overlap texts, marks or lines or leave the canvas; empty for a good picture.
    pub fn overlaps(&self) -> Vec<Overlap> {
        let mut found = Vec::new();
        for (i, a) in self.texts.iter().enumerate() {
            let box_a = (a.x, a.y, a.w, a.h);
            let (right, bottom) = (self.width_pt + TOLERANCE, self.height_pt + TOLERANCE);
            if a.x < -TOLERANCE || a.y < -TOLERANCE || a.x + a.w > right || a.y + a.h > bottom {
                found.push(Overlap::Outside(a.text.clone()));
            }
            let texts = self.texts[i + 1..]
                .iter()
                .filter(|b| meet(box_a, (b.x, b.y, b.w, b.h)));
            found.extend(texts.map(|b| Overlap::Texts(a.text.clone(), b.text.clone())));
            let marks = self
                .marks
                .iter()
                .filter(|m| meet(box_a, (m.x, m.y, m.w, m.h)));
            found.extend(marks.map(|m| Overlap::OnMark(a.text.clone(), m.name.clone())));
            if self.lines.iter().any(|line| line.touches(box_a)) {
                found.push(Overlap::OnLine(a.text.clone()));
            }
        }
        found
    }
}

/// Texts, marks and lines of a picture.
type Placed = (Vec<PlacedText>, Vec<PlacedMark>, Vec<PlacedLine>);

impl Picture {
    /// Its texts, marks and lines moved by an offset in points, for a picture of several.
    fn placed(&self, (x, y): (f64, f64)) -> Placed {
        let texts = self.texts.iter().map(|t| PlacedText {
            x: t.x + x,
            y: t.y + y,
            ..t.clone()
        });
        let marks = self.marks.iter().map(|m| PlacedMark {
            x: m.x + x,
            y: m.y + y,
            ..m.clone()
        });
        let lines = self.lines.iter().map(|l| PlacedLine {
            points: l.points.iter().map(|p| (p.0 + x, p.1 + y)).collect(),
            width: l.width,
        });
        (texts.collect(), marks.collect(), lines.collect())
    }
}

impl PlacedLine {
    /// Whether a part of it, with half its stroke, lies in a box.
    fn touches(&self, (x, y, w, h): Rect) -> bool {
        let room = self.width / 2.0 - TOLERANCE;
        let low = (x - room, y - room);
        let high = (x + w + room, y + h + room);
        self.points
            .windows(2)
            .any(|pair| crosses(pair[0], pair[1], low, high))
    }
}

/// Whether a stretch passes through the inside of a box (Liang and Barsky's clipping).
fn crosses(a: (f64, f64), b: (f64, f64), low: (f64, f64), high: (f64, f64)) -> bool {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for (step, room) in [
        (-dx, a.0 - low.0),
        (dx, high.0 - a.0),
        (-dy, a.1 - low.1),
        (dy, high.1 - a.1),
    ] {
        if step == 0.0 {
            if room <= 0.0 {
                return false;
            }
        } else if step < 0.0 {
            from = from.max(room / step);
        } else {
            to = to.min(room / step);
        }
    }
    from < to
}

fn meet(a: Rect, b: Rect) -> bool {
    let along = |a: f64, w: f64, b: f64, v: f64| (a + w).min(b + v) - a.max(b) > TOLERANCE;
    along(a.0, a.2, b.0, b.2) && along(a.1, a.3, b.1, b.3)
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartError {
    /// There is no value to draw: the kind of chart.
    Empty(&'static str),
    /// A value is infinite or not a number: the kind of chart and whose value.
    NotFinite(&'static str, String),
    /// The drawing library refused.
    Drawing(String),
}

impl ChartError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty(_) => "leave the chart out of the paper when none of its values is known",
            Self::NotFinite(..) => {
                "pass a missing value as `None`; look for a division by zero in the indicator"
            }
            Self::Drawing(_) => "this is a defect of the chart room: report it with the input",
        }
    }
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(kind) => write!(f, "{kind} chart without values"),
            Self::NotFinite(kind, name) => {
                write!(f, "{kind} chart: value of {name} is not a finite number")
            }
            Self::Drawing(why) => write!(f, "drawing failed: {why}"),
        }
    }
}

impl std::error::Error for ChartError {}

impl Report for ChartError {
    fn hint(&self) -> Option<String> {
        Some(Self::hint(self).to_owned())
    }

    fn exit(&self) -> Exit {
        Exit::Other
    }
}

/// Lowest and highest value.
type Range = (f64, f64);

/// Refuses values that cannot be placed, and a chart without any.
fn check<'a>(
    kind: &'static str,
    values: impl Iterator<Item = (&'a str, Option<f64>)>,
) -> Result<Range, ChartError> {
    let range = widen(kind, (f64::INFINITY, f64::NEG_INFINITY), values)?;
    if range.0 > range.1 {
        return Err(ChartError::Empty(kind));
    }
    Ok(range)
}

/// The range widened to hold further values.
fn widen<'a>(
    kind: &'static str,
    range: Range,
    values: impl Iterator<Item = (&'a str, Option<f64>)>,
) -> Result<Range, ChartError> {
    let mut range = range;
    for (name, value) in values {
        let Some(value) = value else { continue };
        if !value.is_finite() {
            return Err(ChartError::NotFinite(kind, text::clean(name)));
        }
        range = (range.0.min(value), range.1.max(value));
    }
    Ok(range)
}

/// The range, down or up to zero where the chart starts there.
fn with_zero(range: Range, from_zero: bool) -> Range {
    if from_zero {
        (range.0.min(0.0), range.1.max(0.0))
    } else {
        range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_are_found_and_touching_is_none() {
        let text = |text: &str, x, y| PlacedText {
            text: text.into(),
            x,
            y,
            w: 20.0,
            h: 8.0,
        };
        let mark = PlacedMark {
            kind: MarkKind::Group,
            name: "M50".into(),
            x: 58.0,
            y: 0.0,
            w: 7.0,
            h: 7.0,
        };
        let mut picture = Picture::assemble(
            100.0,
            50.0,
            "",
            vec![text("a", 0.0, 0.0), text("b", 20.0, 0.0)],
            vec![mark],
            Vec::new(),
        );
        assert_eq!(picture.overlaps(), []);
        picture.texts.extend([
            text("c", 10.0, 4.0),
            text("d", 40.0, 0.0),
            text("e", 81.0, 20.0),
            text("f", 0.0, 43.0),
        ]);
        let found = picture.overlaps();
        assert_eq!(
            found,
            [
                Overlap::Texts("a".into(), "c".into()),
                Overlap::Texts("b".into(), "c".into()),
                Overlap::OnMark("d".into(), "M50".into()),
                Overlap::Outside("e".into()),
                Overlap::Outside("f".into()),
            ]
        );
    }

    #[test]
    fn a_line_through_or_against_a_text_is_found() {
        let line = |points: &[(f64, f64)]| PlacedLine {
            points: points.to_vec(),
            width: 1.0,
        };
        let text = (10.0, 10.0, 20.0, 8.0);
        for through in [
            [(20.0, 0.0), (20.0, 50.0)],
            [(0.0, 14.0), (12.0, 14.0)],
            [(0.0, 0.0), (40.0, 30.0)],
            // half the stroke reaches into it
            [(30.3, 0.0), (30.3, 50.0)],
        ] {
            assert!(line(&through).touches(text), "{through:?}");
        }
        for beside in [
            [(31.0, 0.0), (31.0, 50.0)],
            [(20.0, 0.0), (20.0, 9.0)],
            [(0.0, 25.0), (40.0, 25.0)],
            [(0.0, 20.0), (12.0, 40.0)],
        ] {
            assert!(!line(&beside).touches(text), "{beside:?}");
        }
    }
}
