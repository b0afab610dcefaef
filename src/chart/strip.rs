//! Strip chart: every member as a dot on a horizontal scale, the groups' values as flags above, a dashed line for
//! Nederland, chosen members named below. In: rows (indicators or years). Out: a `Picture`. Fails on a row without values
//! and on values that are not numbers. The peculiarity it answers: one group value hides how far members lie
//! apart, and medians may only be shown as a distribution.

use super::label::{self, Flag, GAP, Pin, Side};
use super::scale::Scale;
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text::{self, Weight};
use super::theme::{self, Group, LINE, MARK};
use super::{ChartError, GroupValue, Picture, Ticks, Width, check};

/// A strip chart.
#[derive(Debug, Clone, Default)]
pub struct Strip {
    /// Width on the page.
    pub width: Width,
    /// Rows from top to bottom.
    pub rows: Vec<StripRow>,
    /// One scale and one axis for all rows (years of one indicator) instead of one for each.
    pub shared_scale: bool,
    /// Ticks; a row's own ticks take precedence when the scale is not shared.
    pub ticks: Ticks,
}

/// A row of dots.
#[derive(Debug, Clone, Default)]
pub struct StripRow {
    /// Indicator or year; empty for none.
    pub label: String,
    /// All members of M50, in any order.
    pub members: Vec<Member>,
    /// Groups to compare, Nederland among them.
    pub groups: Vec<GroupValue>,
    /// Ticks in this row's own unit.
    pub ticks: Option<Ticks>,
}

/// A gemeente in a strip.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Member {
    /// Name.
    pub name: String,
    /// Value; without one there is no dot.
    pub value: Option<f64>,
    /// Text to print below the dot, for the lowest, the highest or the gemeente of a factsheet: `Urk 3,1%`.
    pub label: Option<String>,
    /// Hollow dot: low coverage or an estimate.
    pub hollow: bool,
}

const INSET: f64 = 6.0;
const MOST_SWARM: f64 = 20.0;
const KIND: &str = "strip";

/// Draws a strip chart.
///
/// # Errors
/// `Empty` for no rows or a row without any value, `NotFinite` for a value that is infinite or not a number.
pub fn strip(chart: &Strip) -> Result<Picture, ChartError> {
    let ranges = chart.rows.iter().map(|row| range(row, own_ticks(chart, row))).collect::<Result<Vec<_>, _>>()?;
    if ranges.is_empty() {
        return Err(ChartError::Empty(KIND));
    }
    let whole = ranges.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |w, r| (w.0.min(r.0), w.1.max(r.1)));
    let width = chart.width.pt();
    let column = label_column(chart);
    let mut surface = Surface::new();
    let layouts: Vec<Row> = chart
        .rows
        .iter()
        .zip(&ranges)
        .map(|(row, range)| {
            let range = if chart.shared_scale { whole } else { *range };
            Row::new(row, Scale::new(range.0, range.1, column + INSET, width - INSET), (column, width))
        })
        .collect();
    let mut y = 1.0;
    let mut frames = Vec::new();
    for (i, layout) in layouts.iter().enumerate() {
        let top = y + if column == 0.0 && !chart.rows[i].label.is_empty() { LINE + 2.0 } else { 0.0 };
        let bottom = top + layout.height();
        frames.push((y, top, bottom));
        let axis = !chart.shared_scale && !matches!(own_ticks(chart, &chart.rows[i]), Ticks::None);
        y = bottom + if axis { LINE + 12.0 } else { 8.0 };
    }
    let most = if chart.width == Width::Full { 7 } else { 4 };
    // The grid lies under everything, in a shared scale through all rows.
    for (i, layout) in layouts.iter().enumerate() {
        let last = i + 1 == layouts.len();
        let ticks = own_ticks(chart, &chart.rows[i]);
        let foot = if chart.shared_scale && !last { frames[i + 1].0 } else { frames[i].2 };
        axis(&mut surface, ticks, layout, most, (frames[i].1 + layout.above(), foot), (column, width), last || !chart.shared_scale);
    }
    for ((row, layout), frame) in chart.rows.iter().zip(&layouts).zip(&frames) {
        draw_row(&mut surface, row, layout, *frame, column);
    }
    let axis_below = !matches!(chart.ticks, Ticks::None) || chart.rows.iter().any(|r| r.ticks.is_some());
    let end = frames.last().map_or(0.0, |f| f.2) + if axis_below { LINE + 2.0 } else { 1.0 };
    surface.finish(width, end)
}

fn own_ticks<'a>(chart: &'a Strip, row: &'a StripRow) -> &'a Ticks {
    row.ticks.as_ref().filter(|_| !chart.shared_scale).unwrap_or(&chart.ticks)
}

fn range(row: &StripRow, ticks: &Ticks) -> Result<(f64, f64), ChartError> {
    let members = row.members.iter().map(|m| (m.name.as_str(), m.value));
    let groups = row.groups.iter().map(|g| (g.label.as_str(), g.value));
    let (low, high) = check(KIND, members.chain(groups))?;
    let given = check(KIND, ticks.required().map(|v| ("tick", Some(v))));
    match given {
        Ok(given) => Ok((low.min(given.0), high.max(given.1))),
        Err(ChartError::Empty(_)) => Ok((low, high)),
        Err(other) => Err(other),
    }
}

/// Width of the column for row labels; 0 when they are long and stand above their rows.
fn label_column(chart: &Strip) -> f64 {
    let widest = chart.rows.iter().map(|row| BOLD.width(&text::clean(&row.label))).fold(0.0, f64::max);
    if widest > chart.width.pt() * 0.16 || widest == 0.0 { 0.0 } else { widest + 8.0 }
}

const BOLD: Print = Print { size: theme::LABEL, weight: Weight::Bold, color: theme::INK };

/// What a row needs, before anything is drawn.
struct Row {
    scale: Scale,
    offsets: Vec<f64>,
    swarm: f64,
    flags: label::Flags,
    named: label::Flags,
}

impl Row {
    fn new(row: &StripRow, scale: Scale, (low, high): (f64, f64)) -> Self {
        let xs: Vec<f64> = row.members.iter().filter_map(|m| m.value).map(|v| scale.at(v)).collect();
        let offsets = label::swarm(&xs, MOST_SWARM);
        let widest = offsets.iter().fold(0.0_f64, |w, y| w.max(y.abs()));
        let swarm = if xs.is_empty() { 2.0 } else { widest + theme::DOT + 1.5 };
        let pins: Vec<Pin> = groups(row).map(|(g, v)| flag_pin(g, scale.at(v))).collect();
        let named: Vec<Pin> = named(row).map(|(_, v, text)| name_pin(text, scale.at(v))).collect();
        Self { scale, offsets, swarm, flags: label::pins(&pins, low, high), named: label::pins(&named, low, high) }
    }

    /// Height of the flags, above the dots.
    fn above(&self) -> f64 {
        LINE * self.flags.levels as f64 + 3.0
    }

    fn height(&self) -> f64 {
        let below = if self.named.levels == 0 { 0.0 } else { LINE * self.named.levels as f64 + 1.0 };
        self.above() + 2.0 * self.swarm + below
    }
}

fn groups(row: &StripRow) -> impl Iterator<Item = (&GroupValue, f64)> {
    row.groups.iter().filter_map(|g| Some((g, g.value?)))
}

fn named(row: &StripRow) -> impl Iterator<Item = (usize, f64, &str)> {
    let valued = row.members.iter().filter_map(|m| Some((m.value?, m.label.as_deref())));
    valued.enumerate().filter_map(|(i, (value, label))| Some((i, value, label?)))
}

fn flag_pin(group: &GroupValue, x: f64) -> Pin {
    let print = Print::of(group.group);
    let reach = if group.group.dashed() { 0.5 } else { MARK };
    Pin { x, text: group.label.clone(), size: print.size, weight: print.weight, reach }
}

fn name_pin(text: &str, x: f64) -> Pin {
    Pin { x, text: text.to_owned(), size: NOTE.size, weight: NOTE.weight, reach: 0.3 }
}

fn axis(surface: &mut Surface, ticks: &Ticks, layout: &Row, most: usize, (top, foot): (f64, f64), bounds: (f64, f64), texts: bool) {
    let mut free = f64::NEG_INFINITY;
    for (value, printed) in ticks.on(&layout.scale, most) {
        let x = layout.scale.at(value);
        surface.line(&[(x, top), (x, foot + 2.0)], theme::GRID_STROKE, theme::GRID);
        let printed = text::fit(&printed, NOTE.size, NOTE.weight, bounds.1 - bounds.0);
        let half = NOTE.width(&printed) / 2.0;
        let centre = x.clamp(bounds.0 + half, (bounds.1 - half).max(bounds.0 + half));
        if texts && centre - half > free {
            surface.text((centre, foot + LINE), Anchor::Middle, NOTE, &printed);
            free = centre + half + 4.0;
        }
    }
}

fn draw_row(surface: &mut Surface, row: &StripRow, layout: &Row, (start, top, bottom): (f64, f64, f64), column: f64) {
    let rail = top + layout.above();
    let middle = rail + layout.swarm;
    let floor = middle + layout.swarm;
    if column == 0.0 {
        let label = text::fit(&row.label, BOLD.size, BOLD.weight, 1e3_f64.min(Width::Full.pt()));
        surface.text((0.0, start + BOLD.size * text::ASCENT), Anchor::Start, BOLD, &label);
    } else {
        surface.block((0.0, middle), Anchor::Start, BOLD, &[text::clean(&row.label)]);
    }
    let _ = bottom;
    for ((group, value), flag) in groups(row).zip(&layout.flags.flags) {
        leader(surface, group, layout.scale.at(value), (flag_middle(flag, rail), rail, floor));
    }
    let m50 = (Group::M50.color(), theme::DOT_ALPHA);
    let valued = row.members.iter().filter_map(|m| Some((m, m.value?)));
    for ((member, value), dy) in valued.zip(&layout.offsets) {
        let at = (layout.scale.at(value), middle + dy);
        let paint = if member.label.is_some() { (m50.0, 1.0) } else { m50 };
        surface.dot(&member.name, at, paint, member.hollow);
    }
    for ((i, value, _), flag) in named(row).zip(&layout.named.flags) {
        let x = layout.scale.at(value);
        let y = floor + 1.0 + LINE * (flag.level as f64 + flag.lines.len() as f64 / 2.0);
        surface.line(&[(x, middle + layout.offsets[i] + theme::DOT), (x, y + 3.0)], theme::LEADER_STROKE, theme::AXIS);
        put(surface, flag, x, 0.3, y, NOTE);
    }
    for ((group, value), flag) in groups(row).zip(&layout.flags.flags) {
        let (x, y) = (layout.scale.at(value), flag_middle(flag, rail));
        let reach = flag_pin(group, x).reach;
        if !group.group.dashed() {
            surface.marker(&group.label, Some(group.group), (x, y), MARK, group.hollow);
        }
        put(surface, flag, x, reach, y, Print::of(group.group));
    }
}

fn flag_middle(flag: &Flag, base: f64) -> f64 {
    base - LINE * (flag.level as f64 + flag.lines.len() as f64 / 2.0) - 2.0
}

/// The line from a flag to the dots: dashed through them for Nederland, through them for M50, down to them for others.
fn leader(surface: &mut Surface, group: &GroupValue, x: f64, (from, rail, floor): (f64, f64, f64)) {
    let color = group.group.color();
    if group.group.dashed() {
        surface.dashed(&[(x, from - 4.0), (x, floor)], theme::REFERENCE_STROKE, color, (3.0, 2.0));
    } else if group.group.strong() {
        surface.line(&[(x, from), (x, floor)], theme::REFERENCE_STROKE, color);
    } else {
        surface.line(&[(x, from), (x, rail)], theme::LEADER_STROKE, color);
    }
}

/// The text of a flag beside its leader, on white.
pub(super) fn put(surface: &mut Surface, flag: &Flag, x: f64, reach: f64, y: f64, print: Print) {
    let (x, anchor) = match flag.side {
        Side::Right => (x + reach + GAP, Anchor::Start),
        Side::Left => (x - reach - GAP, Anchor::End),
    };
    surface.knock_out((x, y), anchor, print, &flag.lines);
    surface.block((x, y), anchor, print, &flag.lines);
}
