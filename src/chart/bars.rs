//! Bars or dots for groups, sorted by value, with the value at the end; also deviations from Nederland. In: items with
//! printed values. Out: a `Picture`. Fails without any value and on values that are not numbers. Bars and dots start at zero.
//! The peculiarity it answers: a value can be withheld for coverage; its row then keeps its place and shows why.

use super::label::{self, Pin};
use super::scale::Scale;
use super::strip::put;
use super::surface::{Anchor, Print, Surface};
use super::text::{self, Weight};
use super::theme::{self, Group, LINE, MARK};
use super::{ChartError, GroupValue, Picture, Width, check};

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
    /// The group it stands for; without one it is grey.
    pub group: Option<Group>,
    /// The value, or the difference.
    pub value: Option<f64>,
    /// Value as printed; for a missing value the sign or the reason.
    pub text: String,
    /// Hollow bar or marker: the list is incomplete or the coverage low.
    pub hollow: bool,
}

const KIND: &str = "bar";
const BAR: f64 = 9.0;

/// Draws a bar chart.
///
/// # Errors
/// `Empty` when no item has a value, `NotFinite` for a value that is infinite or not a number.
pub fn bars(chart: &Bars) -> Result<Picture, ChartError> {
    let (low, high) = check(KIND, chart.items.iter().map(|i| (i.name.as_str(), i.value)))?;
    let reference = chart.reference.as_ref().and_then(|r| Some((r, r.value?)));
    let (low, high) = match reference {
        Some((r, value)) => check(KIND, [(r.label.as_str(), Some(value)), ("", Some(low)), ("", Some(high))].into_iter())?,
        None => (low, high),
    };
    let mut items: Vec<&BarItem> = chart.items.iter().collect();
    items.sort_by(|a, b| match (a.value, b.value) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    let width = chart.width.pt();
    let names: Vec<Vec<String>> =
        items.iter().map(|i| text::wrap(&i.name, theme::LABEL, print(i).weight, width * 0.34, 2)).collect();
    let column = names.iter().zip(&items).flat_map(|(n, i)| n.iter().map(|l| print(i).width(l))).fold(0.0, f64::max) + 6.0;
    let values: Vec<String> =
        items.iter().map(|i| text::fit(&i.text, theme::LABEL, print(i).weight, width * 0.22)).collect();
    // Room for the widest text on each side of zero, beyond the longest bar.
    let room = |left: bool| {
        let own = items.iter().zip(&values).filter(|(i, _)| (i.value.unwrap_or(0.0) < 0.0) == left);
        own.map(|(i, v)| print(i).width(v) + MARK + 4.0).fold(3.0, f64::max)
    };
    // All zero: the empty bars still start at the left.
    let high = if low == 0.0 && high == 0.0 { 1.0 } else { high };
    let scale = Scale::new(low.min(0.0), high.max(0.0), column + room(true), width - room(false));
    let pins: Vec<Pin> = reference.iter().map(|(r, v)| pin(r, scale.at(*v))).collect();
    let flags = label::pins(&pins, 0.0, width);
    let top = if flags.levels == 0 { 1.0 } else { LINE * flags.levels as f64 + 3.0 };
    let pitch = if names.iter().any(|n| n.len() > 1) { 2.0 * LINE + 4.0 } else { BAR + 6.5 };
    let bottom = top + pitch * items.len() as f64;

    let mut surface = Surface::new();
    let zero = scale.at(0.0);
    for (i, (item, name)) in items.iter().zip(&names).enumerate() {
        let middle = top + pitch * (i as f64 + 0.5);
        surface.block((0.0, middle), Anchor::Start, print(item), name);
        let end = item.value.map_or(zero, |v| scale.at(v));
        draw(&mut surface, chart.form, item, (zero, end), middle);
    }
    surface.line(&[(zero, top), (zero, bottom)], theme::LEADER_STROKE, theme::AXIS);
    for ((reference, value), flag) in reference.iter().zip(&flags.flags) {
        let x = scale.at(*value);
        // A white edge keeps the line visible where it crosses a bar.
        surface.line(&[(x, top), (x, bottom)], theme::REFERENCE_STROKE + 1.2, theme::WHITE);
        surface.dashed(&[(x, 2.0), (x, bottom)], theme::REFERENCE_STROKE, reference.group.color(), (3.0, 2.0));
        put(&mut surface, flag, x, 0.5, LINE * flag.lines.len() as f64 / 2.0, Print::of(reference.group));
    }
    for (i, (item, value)) in items.iter().zip(&values).enumerate() {
        let middle = top + pitch * (i as f64 + 0.5);
        let end = item.value.map_or(zero, |v| scale.at(v));
        let away = if chart.form == BarForm::Dot { MARK + 3.0 } else { 3.0 };
        let (x, anchor) =
            if item.value.unwrap_or(0.0) < 0.0 { (end - away, Anchor::End) } else { (end + away, Anchor::Start) };
        surface.knock_out((x, middle), anchor, print(item), std::slice::from_ref(value));
        surface.block((x, middle), anchor, print(item), std::slice::from_ref(value));
    }
    surface.finish(width, bottom + 1.0)
}

fn pin(reference: &GroupValue, x: f64) -> Pin {
    let print = Print::of(reference.group);
    Pin { x, text: reference.label.clone(), size: print.size, weight: print.weight, reach: 0.5 }
}

/// Names and values are ink, whatever the colour of the bar; M50 is bold.
fn print(item: &BarItem) -> Print {
    let strong = item.group.is_some_and(Group::strong);
    let weight = if strong { Weight::Bold } else { Weight::Regular };
    Print { size: theme::LABEL, weight, color: theme::INK }
}

fn draw(surface: &mut Surface, form: BarForm, item: &BarItem, (zero, end): (f64, f64), middle: f64) {
    let color = item.group.map_or(theme::AXIS, Group::color);
    if item.value.is_none() {
        return;
    }
    if form == BarForm::Dot {
        surface.line(&[(zero, middle), (end, middle)], theme::LEADER_STROKE, theme::AXIS);
        return surface.marker(&item.name, item.group, (end, middle), MARK, item.hollow);
    }
    let (left, w) = (zero.min(end), (end - zero).abs());
    surface.rect((left, middle - BAR / 2.0), w, BAR, color);
    if item.hollow && w > 2.4 {
        surface.rect((left + 1.2, middle - BAR / 2.0 + 1.2), w - 2.4, BAR - 2.4, theme::WHITE);
    }
}
