//! Shapes as SVG: the only file that calls plotters.
//!
//! In: shapes in points. Out: elements, and the document around them. Fails when the backend refuses a shape. plotters
//! knows whole pixels only, so the canvas is ten times as large as the picture.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::{Color, RGBAColor, RGBColor, ShapeStyle};

use super::Point;
use crate::base::family::family;
use crate::base::look::Rgb;
use crate::chart::{ChartError, Picture, PlacedLine, PlacedMark, PlacedText};

/// Canvas units in a point.
pub(super) const UNITS: f64 = 10.0;

/// A shape to draw.
pub(super) enum Op {
    Line {
        points: Vec<Point>,
        width: f64,
        color: Rgb,
    },
    Fill {
        points: Vec<Point>,
        color: Rgb,
    },
    Disc {
        at: Point,
        radius: f64,
        color: Rgb,
        alpha: f64,
    },
    Ring {
        at: Point,
        radius: f64,
        width: f64,
        color: Rgb,
    },
}

/// The elements of all shapes.
pub(super) fn shapes(ops: &[Op]) -> Result<String, ChartError> {
    let mut drawn = String::with_capacity(256 * ops.len());
    {
        let mut backend = SVGBackend::with_string(&mut drawn, (1, 1));
        for op in ops {
            draw(&mut backend, op)?;
        }
    }
    // The backend opens the document with its own first line; sizes in points need another.
    let shapes = drawn.split_once('\n').map_or("", |(_, shapes)| shapes);
    let shapes = shapes
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\" stroke-width=\"1\"", "")
        .replace(" \"/>", "\"/>");
    Ok(shapes.replace("</svg>\n", ""))
}

impl Picture {
    /// A picture around ready elements in canvas units.
    pub(crate) fn assemble(
        width: f64,
        height: f64,
        body: &str,
        texts: Vec<PlacedText>,
        marks: Vec<PlacedMark>,
        lines: Vec<PlacedLine>,
    ) -> Self {
        let (w, h) = ((width * UNITS).round(), (height * UNITS).ceil());
        let (width_pt, height_pt) = (w / UNITS, h / UNITS);
        let family = family().name();
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width_pt}pt\" height=\"{height_pt}pt\" \
             viewBox=\"0 0 {w} {h}\" font-family=\"{family}\" stroke-linejoin=\"round\">\n{body}</svg>\n"
        );
        Self {
            svg,
            width_pt,
            height_pt,
            texts,
            marks,
            lines,
            omitted: Vec::new(),
        }
    }

    /// The elements of the picture moved by an offset in points, for a picture of several.
    pub(crate) fn moved(&self, (x, y): Point) -> String {
        let body = self
            .svg
            .split_once('\n')
            .map_or("", |(_, body)| body)
            .trim_end()
            .trim_end_matches("</svg>");
        format!(
            "<g transform=\"translate({} {})\">\n{body}</g>\n",
            (x * UNITS).round(),
            (y * UNITS).round()
        )
    }
}

fn draw(backend: &mut SVGBackend<'_>, op: &Op) -> Result<(), ChartError> {
    let drawn = match op {
        Op::Line {
            points,
            width,
            color,
        } => backend.draw_path(points.iter().map(pixel), &style(*color, 1.0, *width)),
        Op::Fill { points, color } => {
            backend.fill_polygon(points.iter().map(pixel), &style(*color, 1.0, 0.0))
        }
        Op::Disc {
            at,
            radius,
            color,
            alpha,
        } => backend.draw_circle(
            pixel(at),
            pixels(*radius),
            &style(*color, *alpha, 0.1),
            true,
        ),
        Op::Ring {
            at,
            radius,
            width,
            color,
        } => backend.draw_circle(
            pixel(at),
            pixels(*radius),
            &style(*color, 1.0, *width),
            false,
        ),
    };
    drawn.map_err(|error| ChartError::Drawing(error.to_string()))
}

fn style(color: Rgb, alpha: f64, width: f64) -> ShapeStyle {
    let color: RGBAColor = RGBColor(color.0, color.1, color.2).mix(alpha);
    ShapeStyle {
        color,
        filled: true,
        stroke_width: pixels(width),
    }
}

fn pixel(point: &Point) -> (i32, i32) {
    (
        (point.0 * UNITS).round() as i32,
        (point.1 * UNITS).round() as i32,
    )
}

fn pixels(length: f64) -> u32 {
    (length * UNITS).round() as u32
}
