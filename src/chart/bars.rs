//! Bars or dots for groups, sorted by value, with the value at the end; also deviations from Nederland. In: items with
//! printed values. Out: a `Picture`. Fails without any value and on values that are not numbers. Bars and dots start at zero.
//! The peculiarity it answers: a value can be withheld for coverage; its row then keeps its place and shows why.

use super::flag::{self, References};
use super::scale::Scale;
use super::surface::{Anchor, Print, Surface};
use super::text::Weight;
use super::theme::{self, LINE, MARK};
use super::{ChartError, GroupValue, Picture, Rect, Width, check, widen};
use crate::base::look::Look;

/// Bars, dots or deviations.
#[derive(Debug, Clone, Default)]
pub struct Bars {
    /// Width on the page.
    pub width: Width,
    /// How a value is drawn.
    pub form: BarForm,
    /// The items, in any order: the largest comes first, items without a value last, ties as given.
    pub items: Vec<BarItem>,
    /// Reference line, mostly Nederland; in deviations its value is 0 and its label tells the level: `Nederland 12,3%`.
    pub reference: Option<GroupValue>,
}

/// How a value is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BarForm {
    /// A bar from zero.
    #[default]
    Bar,
    /// The group's marker on a thin line from zero.
    Dot,
    /// A bar to the right or left of zero; the values are differences from the reference.
    Deviation,
}

/// An item of a bar chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BarItem {
    /// Name as printed, with a sign for an incomplete list.
    pub name: String,
    /// How it shows: as its group; grey where it stands for none.
    pub look: Look,
    /// The value, or the difference.
    pub value: Option<f64>,
    /// Value as printed; for a missing value the sign or the reason.
    pub text: String,
    /// Hollow bar or marker: the list is incomplete or the coverage low.
    pub hollow: bool,
}

const KIND: &str = "bar";
const BAR: f64 = 9.0;
/// White between a value and a line beside it.
const CLEAR: f64 = 3.0;

/// Draws a bar chart.
///
/// # Errors
/// `Empty` when no item has a value, `NotFinite` for a value that is infinite or not a number.
pub fn bars(chart: &Bars) -> Result<Picture, ChartError> {
    let range = check(KIND, chart.items.iter().map(|i| (i.name.as_str(), i.value)))?;
    let reference = chart.reference.iter().map(|r| (r.label.as_str(), r.value));
    let (low, high) = widen(KIND, (range.0.min(0.0), range.1.max(0.0)), reference)?;
    // All zero: the empty bars still start at the left.
    let high = if low >= high { 1.0 } else { high };
    let width = chart.width.pt();
    let rows = rows(chart, width);
    let widest = rows.iter().map(|r| print(r.item).widest(&r.name));
    let column = widest.fold(0.0, f64::max) + 6.0;
    // Room for the widest text on each side of zero, beyond the longest bar.
    let room = |left: bool| {
        let own = rows
            .iter()
            .filter(|r| r.item.value.is_some_and(|v| (v < 0.0) == left));
        own.map(|r| print(r.item).width(&r.value) + MARK + 4.0)
            .fold(3.0, f64::max)
    };
    let scale = Scale::new(low, high, column + room(true), width - room(false));
    let reference = References::new(&chart.reference, &scale, width);
    let top = reference.height();
    let bottom = top + rows.iter().map(|r| r.height).sum::<f64>();
    let zero = scale.at(0.0);

    let mut surface = Surface::new();
    // Markers lie on the reference line, bars below it with a white edge between; at zero nothing is crossed.
    let value = chart.reference.as_ref().and_then(|r| r.value);
    let crossing = value.is_some_and(|v| v != 0.0);
    let layout = Layout {
        form: chart.form,
        scale,
        line: value.map(|v| scale.at(v)),
        column,
        width,
    };
    // Where a row has no value the lines make room for the reason.
    let without = placed(&rows, top).filter(|(row, _)| row.item.value.is_none());
    let gaps: Vec<Rect> = without.map(|(row, at)| layout.reason(row, at).1).collect();
    for stretch in flag::stretches(zero, (top, bottom), &gaps) {
        surface.line(&stretch, theme::LEADER_STROKE, theme::AXIS);
    }
    if chart.form == BarForm::Dot {
        reference.draw(&mut surface, 0.0, bottom, 0.0, &gaps);
    }
    for (row, middle) in placed(&rows, top) {
        surface.block((0.0, middle), Anchor::Start, print(row.item), &row.name);
        layout.mark(&mut surface, row.item, middle);
    }
    if chart.form != BarForm::Dot {
        let edge = if crossing { 0.6 } else { 0.0 };
        reference.draw(&mut surface, 0.0, bottom, edge, &gaps);
    }
    for (row, middle) in placed(&rows, top) {
        layout.value(&mut surface, row, middle);
    }
    surface.finish(width, bottom + 1.0)
}

/// An item with its texts fitted.
struct Row<'a> {
    item: &'a BarItem,
    name: Vec<String>,
    value: String,
    height: f64,
}

/// The rows from top to bottom.
fn rows(chart: &Bars, width: f64) -> Vec<Row<'_>> {
    let mut items: Vec<&BarItem> = chart.items.iter().collect();
    items.sort_by(|a, b| match (a.value, b.value) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    let row = |item| {
        let name = print(item).wrap(&item.name, width * 0.34, 3);
        let value = print(item).fit(&item.text, width * 0.22);
        let height = (LINE * name.len() as f64 + 4.0).max(BAR + 6.5);
        Row {
            item,
            name,
            value,
            height,
        }
    };
    items.into_iter().map(row).collect()
}

/// Rows with their vertical middle.
fn placed<'a>(rows: &'a [Row<'a>], top: f64) -> impl Iterator<Item = (&'a Row<'a>, f64)> {
    rows.iter().scan(top, |y, row| {
        *y += row.height;
        Some((row, *y - row.height / 2.0))
    })
}

/// Names and values are ink, whatever the colour of the bar; what the chart is about is bold.
fn print(item: &BarItem) -> Print {
    let weight = if item.look.strong {
        Weight::Bold
    } else {
        Weight::Regular
    };
    Print {
        size: theme::LABEL,
        weight,
        color: theme::INK,
    }
}

/// Where bars and their values stand.
struct Layout {
    form: BarForm,
    scale: Scale,
    /// The reference line.
    line: Option<f64>,
    /// Width of the names.
    column: f64,
    width: f64,
}

impl Layout {
    /// The bar or marker of an item.
    fn mark(&self, surface: &mut Surface, item: &BarItem, middle: f64) {
        let Some(value) = item.value else { return };
        let (zero, end) = (self.scale.at(0.0), self.scale.at(value));
        if self.form == BarForm::Dot {
            surface.line(
                &[(zero, middle), (end, middle)],
                theme::LEADER_STROKE,
                theme::AXIS,
            );
            return surface.marker(&item.name, item.look, (end, middle), MARK, item.hollow);
        }
        let (left, w) = (zero.min(end), (end - zero).abs());
        let at = (left, middle - BAR / 2.0);
        surface.bar(&item.name, at, w, BAR, item.look.color);
        if item.hollow && w > 2.4 {
            surface.rect(
                (left + 1.2, middle - BAR / 2.0 + 1.2),
                w - 2.4,
                BAR - 2.4,
                theme::WHITE,
            );
        }
    }

    /// The value at the end of the bar, or the reason that there is none.
    fn value(&self, surface: &mut Surface, row: &Row<'_>, middle: f64) {
        let print = print(row.item);
        let Some(value) = row.item.value else {
            let (lines, place) = self.reason(row, middle);
            return surface.block((place.0, middle), Anchor::Start, print, &lines);
        };
        let (out, anchor) = if value < 0.0 {
            (-1.0, Anchor::End)
        } else {
            (1.0, Anchor::Start)
        };
        let away = if self.form == BarForm::Dot {
            MARK + 3.0
        } else {
            3.0
        };
        let long = print.width(&row.value);
        let start = self.scale.at(value) + out * away;
        // A text that a line would cross or touch starts after it, and so at its own end too: there is room for both.
        let crosses = |x: &f64| (-CLEAR..long + CLEAR).contains(&((x - start) * out));
        let line = self.line.filter(crosses);
        let x = line.map_or(start, |x| x + out * CLEAR);
        surface.block((x, middle), anchor, print, std::slice::from_ref(&row.value));
    }

    /// The reason that a row has no value, and its place: it may be longer than a number, and has the row to itself.
    fn reason(&self, row: &Row<'_>, middle: f64) -> ([String; 1], Rect) {
        let print = print(row.item);
        let reason = print.fit(&row.item.text, self.width - self.column - 3.0);
        let long = print.width(&reason);
        let x = (self.scale.at(0.0) + 3.0).min(self.width - long);
        let half = row.height / 2.0;
        ([reason], (x, middle - half, long, row.height))
    }
}
