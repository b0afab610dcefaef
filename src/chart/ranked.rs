//! All members by name, sorted by value, as dots on a scale. In: members and reference values. Out: a `Picture` in one or two
//! columns. Fails without any value and on values that are not numbers. The peculiarity it answers: a member whose figure is
//! missing stays in the list, at the end, with CBS's sign instead of a dot.

use super::label::{self, Pin};
use super::scale::Scale;
use super::strip::put;
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text::{self, Weight};
use super::theme::{self, Group, LINE};
use super::{ChartError, GroupValue, Picture, Width, check};

/// A ranking of gemeenten.
#[derive(Debug, Clone, Default)]
pub struct RankedDots {
    /// Width on the page.
    pub width: Width,
    /// The members, in any order: the largest comes first, those without a value last, ties by name.
    pub members: Vec<RankedMember>,
    /// Reference lines, mostly Nederland and M50.
    pub references: Vec<GroupValue>,
    /// The smallest first.
    pub ascending: bool,
    /// Columns; without a number two from 24 members in full width, else one.
    pub columns: Option<usize>,
    /// Whether the scale starts at zero.
    pub from_zero: bool,
}

/// A gemeente in a ranking.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RankedMember {
    /// Name.
    pub name: String,
    /// The value.
    pub value: Option<f64>,
    /// Value as printed, with `*` when provisional; the sign when it is missing.
    pub text: String,
    /// Bold, for the gemeente of a factsheet.
    pub strong: bool,
    /// Hollow dot: low coverage or an estimate.
    pub hollow: bool,
}

const KIND: &str = "ranked dots";
const PITCH: f64 = 10.0;
const GUTTER: f64 = 20.0;

/// Draws a ranking.
///
/// # Errors
/// `Empty` when no member has a value, `NotFinite` for a value that is infinite or not a number.
pub fn ranked_dots(chart: &RankedDots) -> Result<Picture, ChartError> {
    let range = check(KIND, chart.members.iter().map(|m| (m.name.as_str(), m.value)))?;
    let both = [("", Some(range.0)), ("", Some(range.1))];
    let (low, high) = check(KIND, chart.references.iter().map(|g| (g.label.as_str(), g.value)).chain(both))?;
    let (low, high) = if chart.from_zero { (low.min(0.0), high.max(0.0)) } else { (low, high) };
    let members = sorted(chart);
    let width = chart.width.pt();
    let two = if chart.width == Width::Full && members.len() >= 24 { 2 } else { 1 };
    let most = if chart.width == Width::Full { 3 } else { 1 };
    let columns = chart.columns.unwrap_or(two).clamp(1, most);
    let own = (width - GUTTER * (columns - 1) as f64) / columns as f64;
    let each = members.len().div_ceil(columns).max(1);
    let fit = |t: &str, m: &RankedMember, share: f64| text::fit(t, NOTE.size, print(m).weight, own * share);
    let names: Vec<String> = members.iter().map(|m| fit(&m.name, m, 0.42)).collect();
    let values: Vec<String> = members.iter().map(|m| fit(&m.text, m, 0.25)).collect();
    let widest = |texts: &[String]| texts.iter().zip(&members).map(|(t, m)| print(m).width(t)).fold(0.0, f64::max);
    let (name_w, value_w) = (widest(&names), widest(&values));
    let plot = (name_w + 6.0 + theme::DOT, own - value_w - 6.0 - theme::DOT);
    let scale = Scale::new(low, high, plot.0, plot.1);
    let lines: Vec<(&GroupValue, f64)> = chart.references.iter().filter_map(|g| Some((g, scale.at(g.value?)))).collect();
    let pins: Vec<Pin> = lines.iter().map(|(g, x)| pin(g, *x)).collect();
    let flags = label::pins(&pins, 0.0, own);
    let top = if flags.levels == 0 { 1.0 } else { LINE * flags.levels as f64 + 4.0 };
    let bottom = top + PITCH * each as f64;

    let mut surface = Surface::new();
    for (column, rows) in members.chunks(each).enumerate() {
        let left = (own + GUTTER) * column as f64;
        let foot = top + PITCH * rows.len() as f64;
        for (i, name) in names.iter().skip(column * each).take(rows.len()).enumerate() {
            let y = top + PITCH * (i as f64 + 0.5);
            let from = left + print(rows[i]).width(name) + 4.0;
            surface.line(&[(from, y), (left + plot.1 + theme::DOT, y)], theme::GRID_STROKE, theme::GRID);
        }
        for ((group, x), flag) in lines.iter().zip(&flags.flags) {
            let y = LINE * (flags.levels as f64 - flag.level as f64 - flag.lines.len() as f64 / 2.0);
            let path = [(left + x, y - 4.0), (left + x, foot)];
            if group.group.dashed() {
                surface.dashed(&path, theme::REFERENCE_STROKE, group.group.color(), (3.0, 2.0));
            } else {
                surface.line(&path, theme::REFERENCE_STROKE, group.group.color());
            }
            put(&mut surface, flag, left + x, 0.5, y, Print::of(group.group));
        }
        for (i, member) in rows.iter().enumerate() {
            let (n, y) = (column * each + i, top + PITCH * (i as f64 + 0.5));
            let print = print(member);
            surface.block((left, y), Anchor::Start, print, std::slice::from_ref(&names[n]));
            surface.block((left + own, y), Anchor::End, print, std::slice::from_ref(&values[n]));
            if let Some(value) = member.value {
                surface.dot(&member.name, (left + scale.at(value), y), (Group::M50.color(), 1.0), member.hollow);
            }
        }
    }
    surface.finish(width, bottom + 1.0)
}

fn sorted(chart: &RankedDots) -> Vec<&RankedMember> {
    let mut members: Vec<&RankedMember> = chart.members.iter().collect();
    members.sort_by(|a, b| {
        let by_value = match (a.value, b.value) {
            (Some(a), Some(b)) if chart.ascending => a.total_cmp(&b),
            (Some(a), Some(b)) => b.total_cmp(&a),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        by_value.then_with(|| a.name.cmp(&b.name))
    });
    members
}

fn pin(group: &GroupValue, x: f64) -> Pin {
    let print = Print::of(group.group);
    Pin { x, text: group.label.clone(), size: print.size, weight: print.weight, reach: 0.5 }
}

fn print(member: &RankedMember) -> Print {
    let weight = if member.strong { Weight::Bold } else { Weight::Regular };
    Print { weight, color: theme::INK, ..NOTE }
}
