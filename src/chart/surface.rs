//! The drawing surface. In: shapes and texts in points. Out: a `Picture`, an SVG with a record of every text and mark.
//! Fails when the backend refuses a shape (`svg`). The peculiarity it answers: the text elements are written here, for
//! plotters divides sizes and shifts baselines in a way that does not agree with the font's own measures.

mod print;
mod svg;

use std::fmt::Write as _;

use super::text::{self, Weight};
use super::theme;
use super::{ChartError, MarkKind, Picture, PlacedLine, PlacedMark, PlacedText, Rect};
use crate::base::look::{Look, Rgb, Shape};
use crate::base::xml::escape;

pub(crate) use print::{NOTE, Print};
use svg::{Op, UNITS};

pub(crate) type Point = (f64, f64);

/// Which point of a text its x stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Radius of the disc that looks as heavy as the other shapes, in halves of their box.
pub(crate) const DISC: f64 = 0.97;

/// The corners of a shape around its middle, in halves of its box; none for a disc.
pub(crate) fn outline(shape: Shape) -> Option<&'static [Point]> {
    Some(match shape {
        Shape::Circle => return None,
        Shape::Diamond => &[(0.0, -1.15), (1.15, 0.0), (0.0, 1.15), (-1.15, 0.0)],
        Shape::Square => &[(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
        Shape::TriangleUp => &[(0.0, -1.1), (1.1, 0.85), (-1.1, 0.85)],
        Shape::TriangleDown => &[(0.0, 1.1), (1.1, -0.85), (-1.1, -0.85)],
        Shape::Bar => &[(-0.35, -1.0), (0.35, -1.0), (0.35, 1.0), (-0.35, 1.0)],
        Shape::Plus => &[
            (-0.38, -1.0),
            (0.38, -1.0),
            (0.38, -0.38),
            (1.0, -0.38),
            (1.0, 0.38),
            (0.38, 0.38),
            (0.38, 1.0),
            (-0.38, 1.0),
            (-0.38, 0.38),
            (-1.0, 0.38),
            (-1.0, -0.38),
            (-0.38, -0.38),
        ],
    })
}

/// Collects what is drawn; `finish` hands it to plotters.
pub(crate) struct Surface {
    ops: Vec<Op>,
    body: String,
    texts: Vec<PlacedText>,
    marks: Vec<PlacedMark>,
    lines: Vec<PlacedLine>,
    /// Width of a white edge around every filled shape, 0 for none: the borders of a map for no further bytes.
    pub edge: f64,
}

impl Surface {
    pub fn new() -> Self {
        Self {
            ops: Vec::new(),
            body: String::new(),
            texts: Vec::new(),
            marks: Vec::new(),
            lines: Vec::new(),
            edge: 0.0,
        }
    }

    /// The boxes of all texts and marks so far.
    pub fn boxes(&self) -> Vec<Rect> {
        let texts = self.texts.iter().map(|t| (t.x, t.y, t.w, t.h));
        let marks = self.marks.iter().map(|m| (m.x, m.y, m.w, m.h));
        texts.chain(marks).collect()
    }

    /// The lines so far that no label may touch.
    pub fn told_lines(&self) -> &[PlacedLine] {
        &self.lines
    }

    /// A line that tells something: no label may touch it. Grid and white are ground.
    pub fn line(&mut self, points: &[Point], width: f64, color: Rgb) {
        self.told(points, width, color);
        self.stroke(points, width, color);
    }

    fn told(&mut self, points: &[Point], width: f64, color: Rgb) {
        if points.len() > 1 && color != theme::GRID && color != theme::WHITE {
            self.lines.push(PlacedLine {
                points: points.to_vec(),
                width,
            });
        }
    }

    /// A line that is ground, such as a border: labels lie on it.
    pub fn stroke(&mut self, points: &[Point], width: f64, color: Rgb) {
        if points.len() > 1 {
            self.ops.push(Op::Line {
                points: points.to_vec(),
                width,
                color,
            });
        }
    }

    /// A line in strokes: `on` points of ink, `off` points of white, along the whole path.
    pub fn dashed(&mut self, points: &[Point], width: f64, color: Rgb, (on, off): (f64, f64)) {
        self.told(points, width, color);
        let (mut left, mut ink, mut dash) = (on, true, Vec::new());
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let length = (b.0 - a.0).hypot(b.1 - a.1);
            let at = |d: f64| {
                (
                    a.0 + (b.0 - a.0) * d / length,
                    a.1 + (b.1 - a.1) * d / length,
                )
            };
            let mut done = 0.0;
            if ink {
                dash.push(a);
            }
            while length - done > left {
                done += left;
                if ink {
                    dash.push(at(done));
                    self.stroke(&std::mem::take(&mut dash), width, color);
                } else {
                    dash.push(at(done));
                }
                ink = !ink;
                left = if ink { on } else { off };
            }
            left -= length - done;
        }
        if let (true, Some(last)) = (ink, points.last()) {
            dash.push(*last);
            self.stroke(&dash, width, color);
        }
    }

    pub fn fill(&mut self, points: Vec<Point>, color: Rgb) {
        self.ops.push(Op::Fill { points, color });
    }

    pub fn rect(&mut self, (x, y): Point, w: f64, h: f64, color: Rgb) {
        self.fill(vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h)], color);
    }

    /// A bar: a rectangle that no label may touch.
    pub fn bar(&mut self, name: &str, (x, y): Point, w: f64, h: f64, color: Rgb) {
        self.rect((x, y), w, h, color);
        self.marks.push(PlacedMark {
            kind: MarkKind::Bar,
            name: text::clean(name),
            x,
            y,
            w,
            h,
        });
    }

    /// An arrow up or down; what it says is a text elsewhere.
    pub fn arrow(&mut self, at: Point, r: f64, up: bool, color: Rgb) {
        let y = if up { r } else { -r };
        let (foot, top) = (at.1 + y * 0.8, at.1 - y * 0.9);
        self.fill(vec![(at.0 - r, foot), (at.0 + r, foot), (at.0, top)], color);
        self.mark(MarkKind::Sign, if up { "omhoog" } else { "omlaag" }, at, r);
    }

    /// A member's dot; hollow where its figure rests on little.
    ///
    /// Dots do not overlap, so a lighter colour does what transparency would, without an object per dot in the PDF.
    pub fn dot(&mut self, name: &str, at: Point, (color, alpha): (Rgb, f64), hollow: bool) {
        self.disc(name, at, theme::DOT, (color, alpha), hollow);
    }

    /// A gemeente's dot of any size.
    pub fn disc(
        &mut self,
        name: &str,
        at: Point,
        r: f64,
        (color, alpha): (Rgb, f64),
        hollow: bool,
    ) {
        if hollow {
            self.ops.push(Op::Disc {
                at,
                radius: r,
                color: theme::WHITE,
                alpha: 1.0,
            });
            self.ops.push(Op::Ring {
                at,
                radius: r - 0.4,
                width: 0.8,
                color,
            });
        } else {
            self.ops.push(Op::Disc {
                at,
                radius: r,
                color: color.on_white(alpha),
                alpha: 1.0,
            });
        }
        self.mark(MarkKind::Member, name, at, r);
    }

    /// A group's marker in its shape, with a white edge that keeps it apart from what lies behind.
    pub fn marker(&mut self, name: &str, look: Look, at: Point, r: f64, hollow: bool) {
        self.shape(look.shape, at, r + 0.8, theme::WHITE);
        self.shape(look.shape, at, r, look.color);
        if hollow {
            self.shape(look.shape, at, r * 0.6, theme::WHITE);
        }
        self.mark(MarkKind::Group, name, at, r);
    }

    fn mark(&mut self, kind: MarkKind, name: &str, at: Point, r: f64) {
        let name = text::clean(name);
        self.marks.push(PlacedMark {
            kind,
            name,
            x: at.0 - r,
            y: at.1 - r,
            w: 2.0 * r,
            h: 2.0 * r,
        });
    }

    /// A filled shape; `r` is half its box, the shapes being drawn to look equally heavy.
    fn shape(&mut self, shape: Shape, at: Point, r: f64, color: Rgb) {
        let Some(outline) = outline(shape) else {
            return self.ops.push(Op::Disc {
                at,
                radius: r * DISC,
                color,
                alpha: 1.0,
            });
        };
        let scaled = outline.iter().map(|(x, y)| (at.0 + x * r, at.1 + y * r));
        self.fill(scaled.collect(), color);
    }

    /// One line of text with its baseline at `y`, as it stands: clean and fit it first.
    pub fn text(&mut self, (x, y): Point, anchor: Anchor, print: Print, line: &str) {
        if line.is_empty() {
            return;
        }
        let (w, h) = (
            print.width(line),
            print.size * (text::ASCENT + text::DESCENT),
        );
        let (left, named) = match anchor {
            Anchor::Start => (x, ""),
            Anchor::Middle => (x - w / 2.0, " text-anchor=\"middle\""),
            Anchor::End => (x - w, " text-anchor=\"end\""),
        };
        let bold = if print.weight == Weight::Bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let (x, size) = ((x * UNITS).round(), print.size * UNITS);
        let baseline = (y * UNITS).round();
        let fill = print.color.hex();
        // Writing to a string cannot fail.
        let _ = write!(
            self.body,
            "<text x=\"{x}\" y=\"{baseline}\" font-size=\"{size}\" fill=\"{fill}\"{bold}{named}>"
        );
        escape(&mut self.body, line);
        self.body.push_str("</text>\n");
        self.texts.push(PlacedText {
            text: line.to_owned(),
            x: left,
            y: y - print.size * text::ASCENT,
            w,
            h,
        });
    }

    /// Lines of text around a vertical middle.
    pub fn block(&mut self, (x, middle): Point, anchor: Anchor, print: Print, lines: &[String]) {
        let first = middle - theme::LINE * (lines.len().max(1) - 1) as f64 / 2.0
            + print.size * text::MIDDLE;
        for (i, line) in lines.iter().enumerate() {
            self.text((x, first + theme::LINE * i as f64), anchor, print, line);
        }
    }

    /// White behind a text that stands on grid or reference lines.
    pub fn knock_out(
        &mut self,
        (x, middle): Point,
        anchor: Anchor,
        print: Print,
        lines: &[String],
    ) {
        let w = print.widest(lines) + 2.0;
        let h = theme::LINE * lines.len() as f64;
        let left = match anchor {
            Anchor::Start => x - 1.0,
            Anchor::Middle => x - w / 2.0,
            Anchor::End => x + 1.0 - w,
        };
        self.rect((left, middle - h / 2.0), w, h, theme::WHITE);
    }

    /// Draws everything on a canvas of the given size in points.
    pub fn finish(self, width: f64, height: f64) -> Result<Picture, ChartError> {
        let mut body = svg::shapes(&self.ops)?;
        if self.edge > 0.0 {
            let (edge, color) = (self.edge * UNITS, theme::WHITE.hex());
            body = format!("<g stroke=\"{color}\" stroke-width=\"{edge}\">\n{body}</g>\n");
        }
        body += &self.body;
        Ok(Picture::assemble(
            width, height, &body, self.texts, self.marks, self.lines,
        ))
    }
}
