//! Groups over the years, each line labelled at its end. In: periods and one point a period for each series. Out: a
//! `Picture`. Fails without any value and on values that are not numbers. The peculiarities it answers: CBS breaks a series when
//! it changes a method (an upright dashed line with a note, and no line across), revises provisional figures (dotted up
//! to them) and skips years (a gap, never a line drawn across).

use super::flag::{self, THIN, put, tie};
use super::label::{self, Pin};
use super::scale::{self, Scale};
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text;
use super::theme::{self, LINE, MARK};
use super::{ChartError, Picture, Range, Rect, Ticks, Width, check, widen, with_zero};
use crate::base::look::Look;

/// A line chart.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// Width on the page.
    pub width: Width,
    /// Height of the plot in points; without one 130 (full) or 105 (half). Many labels make it higher.
    pub height: Option<f64>,
    /// Periods from left to right.
    pub periods: Vec<Period>,
    /// The lines.
    pub series: Vec<Series>,
    /// Breaks in the series.
    pub breaks: Vec<Break>,
    /// Whether the value axis starts at zero; one that does not says where it starts.
    pub from_zero: bool,
    /// Values that the axis must hold, so that charts side by side share one.
    pub holds: Vec<f64>,
    /// Ticks of the value axis.
    pub ticks: Ticks,
}

/// A year on the axis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Period {
    /// Place on the axis: years that were skipped leave their room.
    pub year: i32,
    /// As printed, with `*` when provisional.
    pub label: String,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// How its group shows: colour, marker and kind of line.
    pub look: Look,
    /// Label at the end of the line, name and last value: `M50 12,3%`.
    pub label: String,
    /// One point for each period, in the same order; periods without a point are missing.
    pub points: Vec<Point>,
    /// Hollow markers on the whole line: the list is incomplete.
    pub hollow: bool,
}

/// A value in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// The value; a missing one leaves a gap.
    pub value: Option<f64>,
    /// Provisional: the line towards it is dotted.
    pub provisional: bool,
    /// Hollow marker: low coverage.
    pub hollow: bool,
}

/// A break in all series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Break {
    /// First year after the break.
    pub before: i32,
    /// What changed, as printed.
    pub note: String,
}

const KIND: &str = "line";

/// Draws a line chart.
///
/// # Errors
/// `Empty` without periods or values, `NotFinite` for a value that is infinite or not a number.
pub fn lines(chart: &Lines) -> Result<Picture, ChartError> {
    let ticks = chart.ticks.required().map(|v| ("tick", Some(v)));
    let range = widen(KIND, check(KIND, values(chart))?, ticks)?;
    let held = chart.holds.iter().map(|v| ("axis", Some(*v)));
    let range = widen(KIND, range, held)?;
    let layout = Layout::new(chart, with_zero(range, chart.from_zero));
    let mut surface = Surface::new();
    layout.grid(&mut surface);
    period_labels(&mut surface, chart, &layout);
    layout.breaks(&mut surface);
    let mut order: Vec<&Series> = layout.ends.iter().map(|e| e.series).collect();
    // The thick line lies below the thin ones, which it would hide.
    order.sort_by_key(|s| !s.look.strong);
    for series in &order {
        draw(&mut surface, chart, series, &layout);
    }
    // Its markers lie on top, and below them the hollow ones, for those tell something.
    order.sort_by_key(|s| (s.look.strong, s.hollow));
    for series in order {
        markers(&mut surface, chart, series, &layout);
    }
    layout.labels(&mut surface);
    // A series without any value is named below the years: withheld is not the same as left out.
    let withheld = chart
        .series
        .iter()
        .filter(|s| last(s, chart).is_none())
        .map(|s| s.label.as_str());
    let withheld = NOTE.fit(&withheld.collect::<Vec<_>>().join(" · "), layout.width);
    let foot = layout.bottom + LINE * if withheld.is_empty() { 1.0 } else { 2.2 };
    surface.text((layout.width, foot), Anchor::End, NOTE, &withheld);
    surface.finish(layout.width, foot + 3.0)
}

/// The end of a series and its label.
struct End<'a> {
    series: &'a Series,
    year: f64,
    value: f64,
    lines: Vec<String>,
}

/// Where everything goes.
struct Layout<'a> {
    ends: Vec<End<'a>>,
    ticks: Vec<(f64, String)>,
    breaks: Vec<Pin>,
    notes: label::Flags,
    /// Where the value axis starts, when not at zero.
    start: String,
    width: f64,
    left: f64,
    right: f64,
    /// Where the notes of the breaks begin.
    head: f64,
    top: f64,
    bottom: f64,
    x: Scale,
    y: Scale,
}

impl<'a> Layout<'a> {
    fn new(chart: &'a Lines, (low, high): Range) -> Self {
        let width = chart.width.pt();
        let most = if chart.width == Width::Full { 5 } else { 4 };
        let ends: Vec<End> = chart.series.iter().filter_map(|s| end(s, chart)).collect();
        let labels = ends
            .iter()
            .map(|e| Print::of(e.series.look).widest(&e.lines))
            .fold(0.0, f64::max);
        // The texts of the ticks do not depend on where the plot ends, so they come first.
        let (ticks, low) = chart.ticks.grounded((low, high), most);
        let ticks: Vec<_> = ticks
            .into_iter()
            .map(|(v, t)| (v, NOTE.fit(&t, width * 0.2)))
            .collect();
        let left = ticks
            .iter()
            .map(|(_, t)| NOTE.width(t) + 4.0)
            .fold(0.0, f64::max);
        let right = width - labels - MARK - 14.0;
        let x = time(chart, left + MARK + 4.0, right);
        let breaks = chart
            .breaks
            .iter()
            .map(|b| flag::pin(break_x(chart, b, &x), &b.note, NOTE, THIN));
        let breaks: Vec<Pin> = breaks.collect();
        let notes = label::pins(&breaks, left, width);
        let start = scale::start(&ticks).map_or_else(String::new, |start| {
            NOTE.fit(&format!("as begint bij {start}"), width)
        });
        let head = if start.is_empty() { 0.0 } else { LINE };
        let top = head
            + if breaks.is_empty() {
                5.0
            } else {
                LINE * notes.levels as f64 + 7.0
            };
        let bottom = top + height(chart, &ends);
        let y = Scale::new(low, high, bottom - 4.0, top + 4.0);
        Self {
            ends,
            ticks,
            breaks,
            notes,
            start,
            width,
            left,
            right,
            head,
            top,
            bottom,
            x,
            y,
        }
    }

    fn at(&self, year: f64, value: f64) -> (f64, f64) {
        (self.x.at(year), self.y.at(value))
    }

    fn grid(&self, surface: &mut Surface) {
        surface.text((0.0, LINE * 0.8), Anchor::Start, NOTE, &self.start);
        for (value, printed) in &self.ticks {
            let y = self.y.at(*value);
            let color = if *value == 0.0 {
                theme::AXIS
            } else {
                theme::GRID
            };
            surface.line(
                &[(self.left, y), (self.right + MARK + 2.0, y)],
                theme::GRID_STROKE,
                color,
            );
            let foot = y + NOTE.size * text::MIDDLE;
            surface.text((self.left - 4.0, foot), Anchor::End, NOTE, printed);
        }
    }

    fn breaks(&self, surface: &mut Surface) {
        let base = self.head + LINE * self.notes.levels as f64 + 1.0;
        let flags = || self.breaks.iter().zip(&self.notes.flags);
        let place = |pin: &Pin, flag: &label::Flag| (pin.x, base - flag::rise(flag));
        let texts = flags().map(|(pin, flag)| flag::text_box(flag, place(pin, flag), THIN, NOTE));
        let texts: Vec<Rect> = texts.collect();
        for (pin, flag) in flags() {
            let at = place(pin, flag);
            for path in flag::stretches(at.0, (at.1 - 4.0, self.bottom), &texts) {
                surface.dashed(&path, theme::LEADER_STROKE, theme::AXIS, (1.5, 1.5));
            }
            put(surface, flag, at, THIN, NOTE);
        }
    }

    /// Labels right of the lines, spread, each tied to the end of its line.
    fn labels(&self, surface: &mut Surface) {
        let wanted: Vec<f64> = self.ends.iter().map(|e| self.y.at(e.value)).collect();
        let heights: Vec<f64> = self
            .ends
            .iter()
            .map(|e| LINE * e.lines.len() as f64)
            .collect();
        let places = label::spread(&wanted, &heights, self.top, self.bottom);
        let x = self.right + MARK + 12.0;
        for (end, place) in self.ends.iter().zip(places) {
            let from = self.at(end.year, end.value);
            tie(
                surface,
                end.series.look.color,
                (from.0 + MARK + 1.5, from.1),
                (x - 2.0, place),
            );
            surface.block(
                (x, place),
                Anchor::Start,
                Print::of(end.series.look),
                &end.lines,
            );
        }
    }
}

/// Height of the plot: what is asked or usual, and room for the labels.
fn height(chart: &Lines, ends: &[End<'_>]) -> f64 {
    let usual = if chart.width == Width::Full {
        130.0
    } else {
        105.0
    };
    let needed = ends.iter().map(|e| LINE * e.lines.len() as f64);
    let asked = chart.height.filter(|h| h.is_finite()).unwrap_or(usual);
    asked.clamp(40.0, 600.0).max(needed.sum::<f64>() + 2.0)
}

/// The scale of the years.
fn time(chart: &Lines, left: f64, right: f64) -> Scale {
    let years = || chart.periods.iter().map(|p| f64::from(p.year));
    let first = years().fold(f64::INFINITY, f64::min);
    let last = years().fold(f64::NEG_INFINITY, f64::max);
    Scale::new(first, last, left, right)
}

fn end<'a>(series: &'a Series, chart: &Lines) -> Option<End<'a>> {
    let (i, value) = last(series, chart)?;
    let lines = Print::of(series.look).wrap(&series.label, chart.width.pt() * 0.36, 3);
    Some(End {
        series,
        year: f64::from(chart.periods[i].year),
        value,
        lines,
    })
}

fn values(chart: &Lines) -> impl Iterator<Item = (&str, Option<f64>)> {
    chart
        .series
        .iter()
        .flat_map(|s| points(s, chart).map(|(_, p)| (s.label.as_str(), p.value)))
}

fn points<'a>(series: &'a Series, chart: &Lines) -> impl Iterator<Item = (usize, &'a Point)> {
    series.points.iter().take(chart.periods.len()).enumerate()
}

/// Period and value of the last point.
fn last(series: &Series, chart: &Lines) -> Option<(usize, f64)> {
    points(series, chart)
        .filter_map(|(i, p)| Some((i, p.value?)))
        .last()
}

/// Halfway the last period before the break and the first after it.
fn break_x(chart: &Lines, b: &Break, x: &Scale) -> f64 {
    let years = || chart.periods.iter().map(|p| p.year);
    let after = years().filter(|y| *y >= b.before).min();
    let before = years().filter(|y| *y < b.before).max();
    let (Some(first), Some(end)) = (before.or(after), after.or(before)) else {
        return x.at(f64::from(b.before));
    };
    x.at(f64::midpoint(f64::from(first), f64::from(end)))
}

/// As many period labels as fit, the last one always.
fn period_labels(surface: &mut Surface, chart: &Lines, layout: &Layout) {
    let mut periods: Vec<&Period> = chart.periods.iter().collect();
    periods.sort_by_key(|p| p.year);
    periods.dedup_by_key(|p| p.year);
    let place = |p: &Period| {
        let label = NOTE.fit(&p.label, layout.width * 0.3);
        let half = NOTE.width(&label) / 2.0;
        (
            layout
                .x
                .at(f64::from(p.year))
                .clamp(half, layout.width - half),
            half,
            label,
        )
    };
    let labels: Vec<(f64, f64, String)> = periods.into_iter().rev().map(place).collect();
    let fits = |stride: usize| {
        let shown: Vec<_> = labels.iter().step_by(stride).collect();
        shown
            .windows(2)
            .all(|p| p[0].0 - p[1].0 >= p[0].1 + p[1].1 + 5.0)
    };
    let stride = (1..=labels.len()).find(|s| fits(*s)).unwrap_or(1);
    for (x, _, label) in labels.iter().step_by(stride) {
        surface.text((*x, layout.bottom + LINE), Anchor::Middle, NOTE, label);
    }
}

fn draw(surface: &mut Surface, chart: &Lines, series: &Series, layout: &Layout) {
    let look = series.look;
    let stroke = if look.strong {
        theme::STRONG_STROKE
    } else {
        theme::SERIES_STROKE
    };
    let place = |i: usize, v: f64| layout.at(f64::from(chart.periods[i].year), v);
    // Stretches of the same kind of line are one path, so that dashes run on.
    let mut path: Vec<(f64, f64)> = Vec::new();
    let mut dotted = false;
    let flush = |surface: &mut Surface, path: &mut Vec<(f64, f64)>, dotted: bool| {
        match (dotted, look.dashed) {
            (true, _) => surface.dashed(path, stroke, look.color, (1.3, 1.7)),
            (false, true) => surface.dashed(path, stroke, look.color, (4.0, 2.2)),
            (false, false) => surface.line(path, stroke, look.color),
        }
        path.clear();
    };
    let known: Vec<(usize, &Point)> = points(series, chart).collect();
    for pair in known.windows(2) {
        let ((i, a), (j, b)) = (pair[0], pair[1]);
        if let (Some(va), Some(vb), false) = (a.value, b.value, broken(chart, i)) {
            if b.provisional != dotted {
                flush(surface, &mut path, dotted);
                dotted = b.provisional;
            }
            if path.is_empty() {
                path.push(place(i, va));
            }
            path.push(place(j, vb));
        } else {
            flush(surface, &mut path, dotted);
        }
    }
    flush(surface, &mut path, dotted);
}

/// A full marker at the end; small ones where the series is short or a point has no line or stands for low coverage.
fn markers(surface: &mut Surface, chart: &Lines, series: &Series, layout: &Layout) {
    let known: Vec<(usize, &Point)> = points(series, chart).collect();
    let end = last(series, chart).map(|(i, _)| i);
    let joined = |a: usize, b: usize| {
        let value = |i: usize| known.get(i).and_then(|(_, p)| p.value);
        value(a).and(value(b)).is_some() && !broken(chart, a)
    };
    for (i, point) in &known {
        let (i, Some(value)) = (*i, point.value) else {
            continue;
        };
        let alone = !joined(i, i + 1) && (i == 0 || !joined(i - 1, i));
        if Some(i) == end
            || point.hollow
            || alone
            || (chart.periods.len() <= 10 && !series.look.dashed)
        {
            let r = if Some(i) == end {
                theme::END
            } else {
                theme::POINT
            };
            let at = layout.at(f64::from(chart.periods[i].year), value);
            surface.marker(
                &series.label,
                series.look,
                at,
                r,
                point.hollow || series.hollow,
            );
        }
    }
}

/// Whether a break lies between a period and the next.
fn broken(chart: &Lines, i: usize) -> bool {
    let year = |i: usize| chart.periods.get(i).map(|p| p.year);
    chart.breaks.iter().any(|b| {
        year(i).is_some_and(|y| y < b.before) && year(i + 1).is_some_and(|y| b.before <= y)
    })
}
