//! Groups over the years, each line labelled at its end. In: periods and one point a period for each series. Out: a
//! `Picture`. Fails without any value and on values that are not numbers. The peculiarities it answers: CBS breaks a series when
//! it changes a method (an upright dashed line with a note, and no line across), revises provisional figures (dotted up
//! to them) and skips years (a gap, never a line drawn across).

use super::label::{self, Pin};
use super::scale::Scale;
use super::strip::put;
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text;
use super::theme::{self, Group, LINE, MARK};
use super::{ChartError, Picture, Ticks, Width, check};

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
    /// Whether the value axis starts at zero.
    pub from_zero: bool,
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
    /// The group, for colour, marker and kind of line.
    pub group: Group,
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
    let (low, high) = check(KIND, values(chart))?;
    let (low, high) = check(KIND, ticks.chain([("", Some(low)), ("", Some(high))]))?;
    let (low, high) = if chart.from_zero { (low.min(0.0), high.max(0.0)) } else { (low, high) };
    let width = chart.width.pt();
    let series: Vec<&Series> = chart.series.iter().filter(|s| last(s, chart).is_some()).collect();
    let ends: Vec<Vec<String>> = series
        .iter()
        .map(|s| text::wrap(&s.label, theme::LABEL, Print::of(s.group).weight, width * 0.36, 2))
        .collect();
    let right = ends.iter().zip(&series).flat_map(|(e, s)| e.iter().map(|l| Print::of(s.group).width(l))).fold(0.0, f64::max);
    let heights: Vec<f64> = ends.iter().map(|e| LINE * e.len() as f64).collect();
    let (usual, most) = if chart.width == Width::Full { (130.0, 5) } else { (105.0, 4) };
    let height = chart.height.filter(|h| h.is_finite()).unwrap_or(usual).clamp(40.0, 600.0).max(heights.iter().sum::<f64>() + 2.0);

    // The texts of the ticks do not depend on where the plot ends, so they come first.
    let ticks: Vec<(f64, String)> = chart.ticks.on(&Scale::new(low, high, 0.0, 1.0), most);
    let ticks: Vec<(f64, String)> = ticks.into_iter().map(|(v, t)| (v, text::fit(&t, NOTE.size, NOTE.weight, width * 0.2))).collect();
    let left = ticks.iter().map(|(_, t)| NOTE.width(t)).fold(0.0, f64::max);
    let left = if left > 0.0 { left + 4.0 } else { 0.0 };
    let plot = (left + MARK + 4.0, width - right - MARK - 14.0);
    let x = x_scale(chart, plot);
    let pins: Vec<Pin> = chart.breaks.iter().map(|b| note(b, break_x(chart, b, &x))).collect();
    let notes = label::pins(&pins, left, width);
    let top = if notes.levels == 0 { 5.0 } else { LINE * notes.levels as f64 + 7.0 };
    let bottom = top + height;
    let y = Scale::new(low, high, bottom - 4.0, top + 4.0);

    let mut surface = Surface::new();
    for (value, printed) in &ticks {
        let at = y.at(*value);
        let color = if *value == 0.0 { theme::AXIS } else { theme::GRID };
        surface.line(&[(left, at), (plot.1 + MARK + 2.0, at)], theme::GRID_STROKE, color);
        surface.text((left - 4.0, at + NOTE.size * text::MIDDLE), Anchor::End, NOTE, printed);
    }
    period_labels(&mut surface, chart, &x, bottom + LINE, width);
    for ((b, pin), flag) in chart.breaks.iter().zip(&pins).zip(&notes.flags) {
        let at = LINE * (notes.levels as f64 - flag.level as f64 - flag.lines.len() as f64 / 2.0) + 1.0;
        let _ = b;
        surface.dashed(&[(pin.x, at - 4.0), (pin.x, bottom)], theme::LEADER_STROKE, theme::AXIS, (1.5, 1.5));
        put(&mut surface, flag, pin.x, 0.5, at, NOTE);
    }
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by_key(|i| series[*i].group.strong()); // M50 lies on top
    for &i in &order {
        draw(&mut surface, chart, series[i], &x, &y);
    }
    let wanted: Vec<f64> = series.iter().map(|s| last(s, chart).map_or(bottom, |(_, v)| y.at(v))).collect();
    let places = label::spread(&wanted, &heights, top, bottom);
    for (i, end) in ends.iter().enumerate() {
        let print = Print::of(series[i].group);
        let text_x = plot.1 + MARK + 12.0;
        let from = last(series[i], chart).map_or(plot.1, |(n, _)| x.at(f64::from(chart.periods[n].year)));
        tie(&mut surface, series[i].group, (from + MARK + 1.5, wanted[i]), (text_x - 2.0, places[i]));
        surface.block((text_x, places[i]), Anchor::Start, print, end);
    }
    surface.finish(width, bottom + LINE + 3.0)
}

fn values(chart: &Lines) -> impl Iterator<Item = (&str, Option<f64>)> {
    chart.series.iter().flat_map(|s| points(s, chart).map(|(_, p)| (s.label.as_str(), p.value)))
}

fn points<'a>(series: &'a Series, chart: &Lines) -> impl Iterator<Item = (usize, &'a Point)> {
    series.points.iter().take(chart.periods.len()).enumerate()
}

/// Period and value of the last point.
fn last(series: &Series, chart: &Lines) -> Option<(usize, f64)> {
    points(series, chart).filter_map(|(i, p)| Some((i, p.value?))).last()
}

fn x_scale(chart: &Lines, plot: (f64, f64)) -> Scale {
    let years = || chart.periods.iter().map(|p| f64::from(p.year));
    Scale::new(years().fold(f64::INFINITY, f64::min), years().fold(f64::NEG_INFINITY, f64::max), plot.0, plot.1)
}

/// Halfway the last period before the break and the first after it.
fn break_x(chart: &Lines, b: &Break, x: &Scale) -> f64 {
    let years = || chart.periods.iter().map(|p| p.year);
    let after = years().filter(|y| *y >= b.before).min();
    let before = years().filter(|y| *y < b.before).max();
    let (Some(first), Some(end)) = (before.or(after), after.or(before)) else { return x.at(f64::from(b.before)) };
    x.at(f64::midpoint(f64::from(first), f64::from(end)))
}

fn note(b: &Break, x: f64) -> Pin {
    Pin { x, text: b.note.clone(), size: NOTE.size, weight: NOTE.weight, reach: 0.5 }
}

/// As many period labels as fit, the last one always.
fn period_labels(surface: &mut Surface, chart: &Lines, x: &Scale, y: f64, width: f64) {
    let mut order: Vec<&Period> = chart.periods.iter().collect();
    order.sort_by_key(|p| p.year);
    order.dedup_by_key(|p| p.year);
    let labels: Vec<(f64, String)> = order
        .iter()
        .map(|p| (x.at(f64::from(p.year)), text::fit(&p.label, NOTE.size, NOTE.weight, width * 0.3)))
        .map(|(at, label)| (at.clamp(NOTE.width(&label) / 2.0, width - NOTE.width(&label) / 2.0), label))
        .collect();
    let fits = |stride: usize| {
        let shown: Vec<_> = labels.iter().rev().step_by(stride).collect();
        shown.windows(2).all(|p| p[0].0 - p[1].0 >= (NOTE.width(&p[0].1) + NOTE.width(&p[1].1)) / 2.0 + 5.0)
    };
    let stride = (1..=labels.len()).find(|s| fits(*s)).unwrap_or(1);
    for (at, label) in labels.iter().rev().step_by(stride) {
        surface.text((*at, y), Anchor::Middle, NOTE, label);
    }
}

fn draw(surface: &mut Surface, chart: &Lines, series: &Series, x: &Scale, y: &Scale) {
    let group = series.group;
    let stroke = if group.strong() { theme::STRONG_STROKE } else { theme::SERIES_STROKE };
    let place = |i: usize, v: f64| (x.at(f64::from(chart.periods[i].year)), y.at(v));
    let broken = |i: usize| {
        let (a, b) = (chart.periods[i].year, chart.periods[i + 1].year);
        chart.breaks.iter().any(|k| a < k.before && k.before <= b)
    };
    // Stretches of the same kind of line are one path, so that dashes run on.
    let mut path: Vec<(f64, f64)> = Vec::new();
    let mut dotted = false;
    let flush = |surface: &mut Surface, path: &mut Vec<(f64, f64)>, dotted: bool| {
        match (dotted, group.dashed()) {
            (true, _) => surface.dashed(path, stroke, group.color(), (1.3, 1.7)),
            (false, true) => surface.dashed(path, stroke, group.color(), (4.0, 2.2)),
            (false, false) => surface.line(path, stroke, group.color()),
        }
        path.clear();
    };
    let known: Vec<(usize, &Point)> = points(series, chart).collect();
    for pair in known.windows(2) {
        let ((i, a), (j, b)) = (pair[0], pair[1]);
        if let (Some(va), Some(vb), false) = (a.value, b.value, broken(i)) {
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
    let end = last(series, chart).map(|(i, _)| i);
    for (i, point) in known {
        let Some(value) = point.value else { continue };
        let hollow = point.hollow || series.hollow;
        // Dense series show markers at the end and where a marker tells something.
        let r = if Some(i) == end { MARK } else { MARK * 0.66 };
        if Some(i) == end || hollow || chart.periods.len() <= 12 {
            surface.marker(&series.label, Some(group), place(i, value), r, hollow);
        }
    }
}

/// A thin line from a mark to its label where the label had to move or the mark is far.
pub(super) fn tie(surface: &mut Surface, group: Group, from: (f64, f64), to: (f64, f64)) {
    if (from.1 - to.1).abs() > 1.0 || (from.0 - to.0).abs() > 12.0 {
        surface.line(&[from, to], theme::LEADER_STROKE, group.color());
    }
}
