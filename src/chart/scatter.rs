//! Scatter: gemeenten by two indicators, the members of a group strong, some of them named, dashed lines for the level that
//! all are measured against. In: dots with two values. Out: a `Picture`. Fails without any dot and on values that are not
//! numbers. The peculiarity it answers: most gemeenten lie close together, so a name stands beside its dot only where it
//! touches nothing, else at the end of a thin line, and one that finds no room is given back.

use super::flag::References;
use super::scale::Scale;
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text::{self, Weight};
use super::theme::{self, LINE};
use super::{ChartError, GroupValue, Picture, PlacedLine, Rect, Ticks, Width, check, meet, widen};
use crate::base::look::{Look, Rgb};

/// A scatter.
#[derive(Debug, Clone, Default)]
pub struct Scatter {
    /// Width on the page.
    pub width: Width,
    /// Height of the plot in points; without one 235 (full) or 170 (half).
    pub height: Option<f64>,
    /// From left to right.
    pub x: ScatterAxis,
    /// From bottom to top.
    pub y: ScatterAxis,
    /// The gemeenten.
    pub dots: Vec<ScatterDot>,
    /// How the group that the chart is about shows.
    pub look: Look,
    /// Label of that group in the legend.
    pub strong: String,
    /// Label of the others in the legend.
    pub others: String,
}

/// An axis of a scatter.
#[derive(Debug, Clone, Default)]
pub struct ScatterAxis {
    /// What is measured, with its unit.
    pub title: String,
    /// Ticks.
    pub ticks: Ticks,
    /// The level that all are measured against, mostly Nederland.
    pub reference: Option<GroupValue>,
}

/// A gemeente in a scatter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScatterDot {
    /// Name.
    pub name: String,
    /// Its two values; without both there is no dot.
    pub at: Option<(f64, f64)>,
    /// Whether it is a member of the group that the chart is about.
    pub strong: bool,
    /// Whether its name is printed.
    pub named: bool,
}

const KIND: &str = "scatter";
/// Radius of the dots of others.
const LIGHT: f64 = 1.5;
/// Their colour: the lightest grey that is a mark.
const OTHERS: Rgb = Rgb(0x94, 0x94, 0x94);
/// White between a name and whatever is near.
const CLEAR: f64 = 1.2;

/// Draws a scatter.
///
/// # Errors
/// `Empty` without a dot, `NotFinite` for a value that is infinite or not a number.
pub fn scatter(chart: &Scatter) -> Result<Picture, ChartError> {
    let layout = Layout::new(chart)?;
    let mut surface = Surface::new();
    layout.axes(&mut surface);
    layout.references(&mut surface);
    layout.legend(&mut surface);
    layout.dots(&mut surface);
    let omitted = layout.names(&mut surface);
    let mut picture = surface.finish(layout.width, layout.bottom + 2.4 * LINE)?;
    picture.omitted = omitted;
    Ok(picture)
}

/// Where everything goes.
struct Layout<'a> {
    chart: &'a Scatter,
    width: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: Scale,
    y: Scale,
    x_ticks: Vec<(f64, String)>,
    y_ticks: Vec<(f64, String)>,
    /// Label of the level line, beside the plot.
    level: Vec<String>,
}

impl<'a> Layout<'a> {
    fn new(chart: &'a Scatter) -> Result<Self, ChartError> {
        let width = chart.width.pt();
        let (usual, most) = match chart.width {
            Width::Full => (190.0, (8, 6)),
            Width::Half => (170.0, (4, 5)),
        };
        let height = chart.height.filter(|h| h.is_finite()).unwrap_or(usual);
        let height = height.clamp(80.0, 600.0);
        let range = |axis: &ScatterAxis, value: fn((f64, f64)) -> f64| {
            let values = chart
                .dots
                .iter()
                .map(|d| (d.name.as_str(), d.at.map(value)));
            let own = axis.reference.iter().map(|r| (r.label.as_str(), r.value));
            let ticks = axis.ticks.required().map(|v| ("tick", Some(v)));
            widen(KIND, widen(KIND, check(KIND, values)?, own)?, ticks)
        };
        let (x, y) = (range(&chart.x, |at| at.0)?, range(&chart.y, |at| at.1)?);
        let (x_ticks, x_low) = chart.x.ticks.grounded(x, most.0);
        let (y_ticks, y_low) = chart.y.ticks.grounded(y, most.1);
        let fitted = |(v, t): (f64, String)| (v, NOTE.fit(&t, width * 0.2));
        let x_ticks: Vec<_> = x_ticks.into_iter().map(fitted).collect();
        let y_ticks: Vec<_> = y_ticks.into_iter().map(fitted).collect();
        let widest = y_ticks.iter().map(|(_, t)| NOTE.width(t) + 4.0);
        let left = widest.fold(0.0, f64::max) + 2.0;
        let level = chart.y.reference.as_ref().filter(|r| r.value.is_some());
        let level = level.map_or_else(Vec::new, |r| {
            Print::of(r.look).wrap(&r.label, width * 0.22, 3)
        });
        let look = chart.y.reference.as_ref().map(|r| r.look);
        let beside = Print::of(look.unwrap_or_default()).widest(&level);
        let right = width - if level.is_empty() { 4.0 } else { beside + 5.0 };
        let x = Scale::new(x_low, x.1, left + 6.0, right - 6.0);
        let flags = References::new(&chart.x.reference, &x, width).height();
        // the title of the upright axis and the legend stand above the label of the reference
        let top = 2.0 * LINE + 5.0 + flags;
        let bottom = top + height;
        Ok(Self {
            chart,
            width,
            left,
            right,
            top,
            bottom,
            x,
            y: Scale::new(y_low, y.1, bottom - 6.0, top + 6.0),
            x_ticks,
            y_ticks,
            level,
        })
    }

    fn axes(&self, surface: &mut Surface) {
        for (value, printed) in &self.y_ticks {
            let y = self.y.at(*value);
            let rule = [(self.left, y), (self.right, y)];
            surface.line(&rule, theme::GRID_STROKE, theme::GRID);
            let foot = y + NOTE.size * text::MIDDLE;
            surface.text((self.left - 4.0, foot), Anchor::End, NOTE, printed);
        }
        let mut free = f64::NEG_INFINITY;
        for (value, printed) in &self.x_ticks {
            let x = self.x.at(*value);
            let rule = [(x, self.top), (x, self.bottom)];
            surface.line(&rule, theme::GRID_STROKE, theme::GRID);
            let half = NOTE.width(printed) / 2.0;
            let at = x.clamp(half, self.width - half);
            if at - half > free {
                let foot = self.bottom + LINE;
                surface.text((at, foot), Anchor::Middle, NOTE, printed);
                free = at + half + 4.0;
            }
        }
        let title = |axis: &ScatterAxis, ticks: &[(f64, String)], arrow: &str| {
            let title = match super::scale::start(ticks) {
                Some(start) => format!("{} (as begint bij {start}) {arrow}", axis.title),
                None => format!("{} {arrow}", axis.title),
            };
            TITLE.fit(&title, self.width)
        };
        let upright = title(&self.chart.y, &self.y_ticks, "\u{2191}");
        surface.text((0.0, 2.0 * LINE), Anchor::Start, TITLE, &upright);
        let along = title(&self.chart.x, &self.x_ticks, "\u{2192}");
        let at = (self.width, self.bottom + 2.0 * LINE + 1.0);
        surface.text(at, Anchor::End, TITLE, &along);
    }

    fn legend(&self, surface: &mut Surface) {
        let mut x = 0.0;
        let middle = LINE / 2.0;
        for (label, strong) in [(&self.chart.strong, true), (&self.chart.others, false)] {
            if label.is_empty() {
                continue;
            }
            let label = NOTE.fit(label, (self.width - x - 10.0).max(0.0));
            self.dot(surface, &label, (x + 3.0, middle), strong);
            surface.block(
                (x + 9.0, middle),
                Anchor::Start,
                NOTE,
                std::slice::from_ref(&label),
            );
            x += 9.0 + NOTE.width(&label) + 14.0;
        }
    }

    fn references(&self, surface: &mut Surface) {
        let reference = References::new(&self.chart.x.reference, &self.x, self.width);
        reference.draw_from(surface, (0.0, self.top - reference.height()), self.bottom);
        let Some(level) = &self.chart.y.reference else {
            return;
        };
        let Some(value) = level.value else { return };
        let y = self.y.at(value);
        let path = [(self.left, y), (self.right, y)];
        let color = level.look.color;
        surface.dashed(&path, theme::REFERENCE_STROKE, color, (3.0, 2.0));
        let half = LINE * self.level.len() as f64 / 2.0;
        let middle = y.clamp(self.top + half, (self.bottom - half).max(self.top + half));
        let at = (self.right + 4.0, middle);
        surface.block(at, Anchor::Start, Print::of(level.look), &self.level);
    }

    fn dot(&self, surface: &mut Surface, name: &str, at: (f64, f64), strong: bool) {
        if strong {
            surface.disc(name, at, theme::DOT, (self.chart.look.color, 1.0), false);
        } else {
            surface.disc(name, at, LIGHT, (OTHERS, 1.0), false);
        }
    }

    fn place(&self, dot: &ScatterDot) -> Option<(f64, f64)> {
        dot.at.map(|(x, y)| (self.x.at(x), self.y.at(y)))
    }

    /// The others first: members lie on top.
    fn dots(&self, surface: &mut Surface) {
        for strong in [false, true] {
            for dot in self.chart.dots.iter().filter(|d| d.strong == strong) {
                if let Some(at) = self.place(dot) {
                    self.dot(surface, &dot.name, at, strong);
                }
            }
        }
    }

    /// Names the dots that ask for it; gives back those that find no room.
    fn names(&self, surface: &mut Surface) -> Vec<String> {
        let mut taken: Vec<Rect> = surface.boxes();
        let mut lines: Vec<PlacedLine> = surface.told_lines().to_vec();
        let mut omitted = Vec::new();
        for dot in self.chart.dots.iter().filter(|d| d.named) {
            let Some(at) = self.place(dot) else { continue };
            let name = NAME.fit(&dot.name, self.width / 3.0);
            let w = NAME.width(&name);
            let free = |b: &Rect| {
                let grown = (
                    b.0 - CLEAR,
                    b.1 - CLEAR,
                    b.2 + 2.0 * CLEAR,
                    b.3 + 2.0 * CLEAR,
                );
                let within = grown.0 >= self.left
                    && grown.1 >= self.top
                    && b.0 + b.2 <= self.right
                    && b.1 + b.3 <= self.bottom;
                within
                    && !taken.iter().any(|t| meet(grown, *t))
                    && !lines.iter().any(|l| l.touches(grown))
            };
            let spot = places(at, w).find(|(b, tie)| {
                let of_texts = &taken[..];
                free(b) && tie.is_none_or(|tie| is_open(tie, at, of_texts))
            });
            let Some((place, tie)) = spot else {
                omitted.push(name);
                continue;
            };
            if let Some(tie) = tie {
                surface.line(&tie, theme::LEADER_STROKE, theme::AXIS);
                lines.push(PlacedLine {
                    points: tie.to_vec(),
                    width: theme::LEADER_STROKE,
                });
            }
            let foot = (place.0, place.1 + place.3 / 2.0);
            surface.block(foot, Anchor::Start, NAME, &[name]);
            taken.push(place);
        }
        omitted
    }
}

const TITLE: Print = Print {
    color: theme::INK,
    ..NOTE
};
const NAME: Print = Print {
    weight: Weight::Bold,
    color: theme::INK,
    ..NOTE
};

type Tie = [(f64, f64); 2];

/// Boxes for a name of a width near its dot, the nearest first, with a line to the dot where it is not beside it.
fn places(at: (f64, f64), w: f64) -> impl Iterator<Item = (Rect, Option<Tie>)> {
    let h = NAME.size * (text::ASCENT + text::DESCENT);
    let near = theme::DOT + 1.6;
    [near, 9.0, 15.0, 22.0, 30.0, 40.0, 52.0, 66.0, 82.0, 100.0]
        .into_iter()
        .flat_map(move |far| {
            (0..32).map(move |turn| {
                // right first, then left, above and below, then between, and between those
                const ORDER: [u8; 16] = [0, 8, 4, 12, 2, 6, 14, 10, 1, 7, 15, 9, 3, 5, 13, 11];
                let sixteenth = f64::from(ORDER[turn % 16]) + if turn < 16 { 0.0 } else { 0.5 };
                let angle = sixteenth * std::f64::consts::PI / 8.0;
                let (dx, dy) = (angle.cos(), -angle.sin());
                let (x, y) = (at.0 + far * dx, at.1 + far * dy);
                // the side of the box that is nearest to the dot lies on the circle
                let left = x - w * (1.0 - dx) / 2.0;
                let top = y - h * (1.0 - dy) / 2.0;
                let end = (at.0.clamp(left, left + w), at.1.clamp(top, top + h));
                let length = (end.0 - at.0).hypot(end.1 - at.1).max(1e-6);
                let along = |d: f64| {
                    let share = d / length;
                    (at.0 + (end.0 - at.0) * share, at.1 + (end.1 - at.1) * share)
                };
                let tie = (far > near).then(|| [along(theme::DOT + 0.6), along(length - 1.4)]);
                ((left, top, w, h), tie)
            })
        })
}

/// Whether a line to a name passes beside all other dots and texts.
fn is_open(tie: Tie, own: (f64, f64), taken: &[Rect]) -> bool {
    let line = PlacedLine {
        points: tie.to_vec(),
        width: theme::LEADER_STROKE,
    };
    let is_own = |b: &Rect| {
        let middle = (b.0 + b.2 / 2.0, b.1 + b.3 / 2.0);
        (middle.0 - own.0).abs() < 0.01 && (middle.1 - own.1).abs() < 0.01
    };
    !taken.iter().any(|b| !is_own(b) && line.touches(*b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::look::{MARK_CONTRAST, WHITE};

    #[test]
    fn the_dots_of_others_are_light_and_still_marks() {
        assert!(OTHERS.contrast(WHITE) >= MARK_CONTRAST);
        assert!(OTHERS.contrast(WHITE) < 3.2 && LIGHT < theme::DOT);
    }
}
