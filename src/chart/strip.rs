//! Strip chart: every member as a dot on a horizontal scale, the groups' values as flags above, a dashed line for
//! Nederland, chosen members named below. In: rows (indicators or years). Out: a `Picture`. Fails on a row without values
//! and on values that are not numbers. The peculiarity it answers: one group value hides how far members lie
//! apart, and medians may only be shown as a distribution.

use super::flag::{self, THIN, put};
use super::label::{self, Flags, Pin};
use super::scale::Scale;
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text::{self, Weight};
use super::theme::{self, LINE, MARK};
use super::{ChartError, GroupValue, Picture, Range, Rect, Ticks, Width, check, widen};
use crate::base::look::Look;

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
    /// All members of the group that the chart is about, in any order.
    pub members: Vec<Member>,
    /// How that group shows: its members' dots have its colour.
    pub dots: Look,
    /// Groups to compare, Nederland among them; the labels of those without a value are printed below the dots.
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

/// What is said of a scale without zero.
const START: &str = "as begint niet bij nul";
const INSET: f64 = 6.0;
const MOST_SWARM: f64 = 20.0;
const KIND: &str = "strip";

/// Draws a strip chart.
///
/// # Errors
/// `Empty` for no rows or a row without any value, `NotFinite` for a value that is infinite or not a number.
pub fn strip(chart: &Strip) -> Result<Picture, ChartError> {
    let ranges = chart
        .rows
        .iter()
        .map(|row| range(row, own_ticks(chart, row)));
    let ranges = ranges.collect::<Result<Vec<Range>, _>>()?;
    let ends = ranges
        .iter()
        .flat_map(|r| [("", Some(r.0)), ("", Some(r.1))]);
    let whole = check(KIND, ends)?;
    let width = chart.width.pt();
    let column = label_column(chart);
    let mut rows: Vec<Layout> = Vec::new();
    let mut y = 1.0;
    for (row, own) in chart.rows.iter().zip(&ranges) {
        let (low, high) = if chart.shared_scale { whole } else { *own };
        let scale = Scale::new(low, high, column + INSET, width - INSET);
        let mut layout = Layout::new(row, scale, y, (column, width));
        layout.holds_zero = low <= 0.0 && high >= 0.0;
        let axis = !chart.shared_scale && !matches!(own_ticks(chart, row), Ticks::None);
        // an axis may need a second line to say that it does not start at zero
        let foot = if layout.holds_zero { LINE } else { 2.0 * LINE };
        y = layout.bottom + if axis { foot + 12.0 } else { 8.0 };
        rows.push(layout);
    }
    let mut surface = Surface::new();
    // The grid lies under everything, in a shared scale through all rows, with the ticks below the last.
    let most = if chart.width == Width::Full { 7 } else { 4 };
    let mut more = 0.0;
    for (i, layout) in rows.iter().enumerate() {
        let ticks = own_ticks(chart, layout.row).on(&layout.scale, most);
        let next = rows.get(i + 1).filter(|_| chart.shared_scale);
        layout.grid(
            &mut surface,
            &ticks,
            next.map_or(layout.bottom, |n| n.start),
        );
        if next.is_none() {
            more = layout.ticks(&mut surface, &ticks);
        }
    }
    for layout in &rows {
        layout.draw(&mut surface);
    }
    let ticks = chart
        .rows
        .last()
        .is_some_and(|row| !matches!(own_ticks(chart, row), Ticks::None));
    let foot = if ticks { LINE + 2.0 + more } else { 1.0 };
    let end = rows.last().map_or(0.0, |l| l.bottom) + foot;
    surface.finish(width, end)
}

fn own_ticks<'a>(chart: &'a Strip, row: &'a StripRow) -> &'a Ticks {
    row.ticks
        .as_ref()
        .filter(|_| !chart.shared_scale)
        .unwrap_or(&chart.ticks)
}

fn range(row: &StripRow, ticks: &Ticks) -> Result<Range, ChartError> {
    let members = row.members.iter().map(|m| (m.name.as_str(), m.value));
    let groups = row.groups.iter().map(|g| (g.label.as_str(), g.value));
    let range = check(KIND, members.chain(groups))?;
    widen(KIND, range, ticks.required().map(|v| ("tick", Some(v))))
}

/// Width of the column for row labels; 0 when they are long and stand above their rows.
fn label_column(chart: &Strip) -> f64 {
    let widths = chart
        .rows
        .iter()
        .map(|row| HEAD.width(&text::clean(&row.label)));
    let widest = widths.fold(0.0, f64::max);
    if widest > chart.width.pt() * 0.16 || widest == 0.0 {
        0.0
    } else {
        widest + 8.0
    }
}

const HEAD: Print = Print {
    size: theme::LABEL,
    weight: Weight::Bold,
    color: theme::INK,
};

/// A row with its places: label and flags above the rail, dots around the middle, names below the floor.
struct Layout<'a> {
    row: &'a StripRow,
    scale: Scale,
    column: f64,
    width: f64,
    offsets: Vec<f64>,
    flags: Flags,
    named: Flags,
    /// Labels of the groups without a value, on one line.
    withheld: String,
    /// Whether the scale holds zero.
    holds_zero: bool,
    start: f64,
    rail: f64,
    middle: f64,
    floor: f64,
    bottom: f64,
}

impl<'a> Layout<'a> {
    fn new(row: &'a StripRow, scale: Scale, start: f64, (column, width): (f64, f64)) -> Self {
        let xs: Vec<f64> = row
            .members
            .iter()
            .filter_map(|m| Some(scale.at(m.value?)))
            .collect();
        let offsets = label::swarm(&xs, MOST_SWARM);
        let widest = offsets.iter().fold(0.0_f64, |w, y| w.max(y.abs()));
        let half = if xs.is_empty() {
            2.0
        } else {
            widest + theme::DOT + 1.5
        };
        let pins: Vec<Pin> = groups(row)
            .map(|(g, v)| flag::pin(scale.at(v), &g.label, Print::of(g.look), reach(g)))
            .collect();
        let flags = label::pins(&pins, 0.0, width);
        let pins: Vec<Pin> = named(row)
            .map(|(_, v, t)| flag::pin(scale.at(v), t, NOTE, THIN))
            .collect();
        let named = label::pins(&pins, 0.0, width);
        let withheld = row
            .groups
            .iter()
            .filter(|g| g.value.is_none())
            .map(|g| g.label.as_str());
        let withheld = NOTE.fit(&withheld.collect::<Vec<_>>().join(" · "), width);
        let head = if column == 0.0 && !row.label.is_empty() {
            LINE + 2.0
        } else {
            0.0
        };
        let rail = start + head + LINE * flags.levels as f64 + 3.0;
        let (middle, floor) = (rail + half, rail + 2.0 * half);
        let lines = named.levels + usize::from(!withheld.is_empty());
        let bottom = floor
            + if lines == 0 {
                0.0
            } else {
                LINE * lines as f64 + 2.0
            };
        Self {
            row,
            scale,
            column,
            width,
            offsets,
            flags,
            named,
            withheld,
            holds_zero: true,
            start,
            rail,
            middle,
            floor,
            bottom,
        }
    }

    fn grid(&self, surface: &mut Surface, ticks: &[(f64, String)], foot: f64) {
        for (value, _) in ticks {
            let x = self.scale.at(*value);
            surface.line(
                &[(x, self.rail), (x, foot + 2.0)],
                theme::GRID_STROKE,
                theme::GRID,
            );
        }
    }

    /// The ticks, and that they do not start at zero; gives the height that takes.
    fn ticks(&self, surface: &mut Surface, ticks: &[(f64, String)]) -> f64 {
        let mut free = f64::NEG_INFINITY;
        let mut first = None;
        for (value, printed) in ticks {
            let printed = NOTE.fit(printed, self.width - self.column);
            let half = NOTE.width(&printed) / 2.0;
            let x = self
                .scale
                .at(*value)
                .clamp(self.column + half, self.width - half + 0.01);
            if x - half > free {
                surface.text((x, self.bottom + LINE), Anchor::Middle, NOTE, &printed);
                free = x + half + 4.0;
                first = first.or(Some(x - half));
            }
        }
        let Some(first) = first.filter(|_| !self.holds_zero) else {
            return 0.0;
        };
        // Beside the ticks where there is room, else below them.
        let long = NOTE.width(START) + 8.0;
        let foot = self.bottom + LINE;
        let (at, anchor, more) = if free + long < self.width {
            ((self.width, foot), Anchor::End, 0.0)
        } else if self.column + long < first {
            ((self.column, foot), Anchor::Start, 0.0)
        } else {
            ((self.width, foot + LINE), Anchor::End, LINE)
        };
        surface.text(at, anchor, NOTE, START);
        more
    }

    fn draw(&self, surface: &mut Surface) {
        if self.column == 0.0 {
            let label = HEAD.fit(&self.row.label, self.width);
            surface.text(
                (0.0, self.start + HEAD.size * text::ASCENT),
                Anchor::Start,
                HEAD,
                &label,
            );
        } else {
            surface.block(
                (0.0, self.middle),
                Anchor::Start,
                HEAD,
                &[text::clean(&self.row.label)],
            );
        }
        if !self.withheld.is_empty() {
            let (at, line) = (
                (self.width, self.bottom - LINE / 2.0),
                [self.withheld.clone()],
            );
            surface.knock_out(at, Anchor::End, NOTE, &line);
            surface.block(at, Anchor::End, NOTE, &line);
        }
        let rule = [(self.column, self.middle), (self.width, self.middle)];
        surface.line(&rule, theme::GRID_STROKE, theme::GRID);
        let texts = self.flag_boxes();
        for ((group, value), flag) in groups(self.row).zip(&self.flags.flags) {
            let at = (self.scale.at(value), self.flag_y(flag));
            self.leader(surface, group.look, at, &texts);
        }
        self.dots(surface);
        self.names(surface);
        for ((group, value), flag) in groups(self.row).zip(&self.flags.flags) {
            let at = (self.scale.at(value), self.flag_y(flag));
            if !group.look.dashed {
                surface.marker(&group.label, group.look, at, MARK, group.hollow);
            }
            put(surface, flag, at, reach(group), Print::of(group.look));
        }
    }

    fn flag_y(&self, flag: &label::Flag) -> f64 {
        self.rail - 2.0 - flag::rise(flag)
    }

    /// The boxes of the labels above the dots: no leader runs through one.
    fn flag_boxes(&self) -> Vec<Rect> {
        let flags = groups(self.row).zip(&self.flags.flags);
        let text = |((group, value), flag): ((&GroupValue, f64), &label::Flag)| {
            let at = (self.scale.at(value), self.flag_y(flag));
            flag::text_box(flag, at, reach(group), Print::of(group.look))
        };
        flags.map(text).collect()
    }

    /// From a flag to the dots: dashed through them for Nederland, whole for what the chart is about, and down to them
    /// for others.
    fn leader(&self, surface: &mut Surface, look: Look, (x, y): (f64, f64), texts: &[Rect]) {
        let color = look.color;
        let (from, to) = if look.dashed {
            (y - 4.0, self.floor)
        } else if look.strong {
            (y, self.floor)
        } else {
            (y, self.rail)
        };
        for path in flag::stretches(x, (from, to), texts) {
            if look.dashed {
                surface.dashed(&path, theme::REFERENCE_STROKE, color, (3.0, 2.0));
            } else if look.strong {
                surface.line(&path, theme::REFERENCE_STROKE, color);
            } else {
                surface.line(&path, theme::LEADER_STROKE, color);
            }
        }
    }

    fn dots(&self, surface: &mut Surface) {
        let color = self.row.dots.color;
        let members = self.row.members.iter().filter_map(|m| Some((m, m.value?)));
        for ((member, value), dy) in members.zip(&self.offsets) {
            let alpha = if member.label.is_some() || !theme::fades(color) {
                1.0
            } else {
                theme::DOT_ALPHA
            };
            let at = (self.scale.at(value), self.middle + dy);
            surface.dot(&member.name, at, (color, alpha), member.hollow);
        }
    }

    /// Names below the dots they belong to, at a leader that hangs from the dot.
    fn names(&self, surface: &mut Surface) {
        let flags = || named(self.row).zip(&self.named.flags);
        let place = |value: f64, flag: &label::Flag| {
            (self.scale.at(value), self.floor + 1.0 + flag::rise(flag))
        };
        let texts = flags()
            .map(|((_, value, _), flag)| flag::text_box(flag, place(value, flag), THIN, NOTE));
        let texts: Vec<Rect> = texts.collect();
        for ((i, value, _), flag) in flags() {
            let at = place(value, flag);
            let from = self.middle + self.offsets[i] + theme::DOT;
            for path in flag::stretches(at.0, (from, at.1 + 3.0), &texts) {
                surface.line(&path, theme::LEADER_STROKE, theme::AXIS);
            }
            put(surface, flag, at, THIN, NOTE);
        }
    }
}

fn groups(row: &StripRow) -> impl Iterator<Item = (&GroupValue, f64)> {
    row.groups.iter().filter_map(|g| Some((g, g.value?)))
}

/// Members to name: place among those with a value, value and text.
fn named(row: &StripRow) -> impl Iterator<Item = (usize, f64, &str)> {
    let valued = row
        .members
        .iter()
        .filter_map(|m| Some((m.value?, m.label.as_deref())));
    valued
        .enumerate()
        .filter_map(|(i, (value, label))| Some((i, value, label?)))
}

/// Half the width of a group's marker; Nederland is a line.
fn reach(group: &GroupValue) -> f64 {
    if group.look.dashed { THIN } else { MARK }
}
