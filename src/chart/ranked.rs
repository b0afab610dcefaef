//! All members by name, sorted by value, as dots on a scale. In: members and reference values. Out: a `Picture` in one or two
//! columns. Fails without any value and on values that are not numbers. The peculiarity it answers: a member whose figure is
//! missing stays in the list, at the end, with CBS's sign instead of a dot.

use super::flag::References;
use super::scale::Scale;
use super::surface::{Anchor, NOTE, Print, Surface};
use super::text::Weight;
use super::theme;
use super::{ChartError, GroupValue, Picture, Width, check, widen, with_zero};
use crate::base::look::Look;

/// A ranking of gemeenten.
#[derive(Debug, Clone, Default)]
pub struct RankedDots {
    /// Width on the page.
    pub width: Width,
    /// The members, in any order: the largest comes first, those without a value last, ties by name.
    pub members: Vec<RankedMember>,
    /// How their group shows: their dots have its colour.
    pub dots: Look,
    /// Reference lines, mostly Nederland and the group itself.
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
/// How dark the line from zero to a dot is.
const STEM: f64 = 0.6;
const GUTTER: f64 = 20.0;

/// Draws a ranking.
///
/// # Errors
/// `Empty` when no member has a value, `NotFinite` for a value that is infinite or not a number.
pub fn ranked_dots(chart: &RankedDots) -> Result<Picture, ChartError> {
    let range = check(
        KIND,
        chart.members.iter().map(|m| (m.name.as_str(), m.value)),
    )?;
    let references = chart.references.iter().map(|g| (g.label.as_str(), g.value));
    let (low, high) = with_zero(widen(KIND, range, references)?, chart.from_zero);
    let width = chart.width.pt();
    let columns = columns(chart);
    let own = (width - GUTTER * (columns - 1) as f64) / columns as f64;
    let each = chart.members.len().div_ceil(columns).max(1);
    let rows = rows(chart, own);
    let names = rows.iter().map(|r| print(r.member).width(&r.name));
    let values = rows.iter().map(|r| print(r.member).width(&r.value));
    let left = names.fold(0.0, f64::max) + 6.0 + theme::DOT;
    let right = own - values.fold(0.0, f64::max) - 6.0 - theme::DOT;
    let scale = Scale::new(low, high, left, right);
    let references = References::new(&chart.references, &scale, own);
    let top = references.height() + 1.0;

    let mut surface = Surface::new();
    for (column, rows) in rows.chunks(each).enumerate() {
        let left = (own + GUTTER) * column as f64;
        let middle = |i: usize| top + PITCH * (i as f64 + 0.5);
        for (i, row) in rows.iter().enumerate() {
            let y = middle(i);
            let from = left + print(row.member).width(&row.name) + 4.0;
            let guide = [(from, y), (left + right + theme::DOT, y)];
            surface.line(&guide, theme::GRID_STROKE, theme::GRID);
            stem(&mut surface, chart, row.member, (left, y, &scale));
        }
        references.draw(
            &mut surface,
            left,
            top + PITCH * rows.len() as f64,
            0.0,
            &[],
        );
        for (
            i,
            Row {
                member,
                name,
                value,
            },
        ) in rows.iter().enumerate()
        {
            let (print, y) = (print(member), middle(i));
            surface.block((left, y), Anchor::Start, print, std::slice::from_ref(name));
            surface.block(
                (left + own, y),
                Anchor::End,
                print,
                std::slice::from_ref(value),
            );
            if let Some(value) = member.value {
                let at = (left + scale.at(value), y);
                surface.dot(&member.name, at, (chart.dots.color, 1.0), member.hollow);
            }
        }
    }
    surface.finish(width, top + PITCH * each as f64 + 1.0)
}

/// Columns: as asked, or two for many members where there is the width.
fn columns(chart: &RankedDots) -> usize {
    let (many, most) = if chart.width == Width::Full {
        (24, 3)
    } else {
        (usize::MAX, 1)
    };
    let usual = 1 + usize::from(chart.members.len() >= many);
    chart.columns.unwrap_or(usual).clamp(1, most)
}

/// From zero a value is a length: the width that it takes is what it says.
fn stem(
    surface: &mut Surface,
    chart: &RankedDots,
    member: &RankedMember,
    (left, y, scale): (f64, f64, &Scale),
) {
    if let Some(value) = member.value.filter(|_| chart.from_zero) {
        let path = [(left + scale.at(0.0), y), (left + scale.at(value), y)];
        let color = chart.dots.color.on_white(STEM);
        surface.line(&path, theme::SERIES_STROKE, color);
    }
}

/// A member with its texts fitted.
struct Row<'a> {
    member: &'a RankedMember,
    name: String,
    value: String,
}

fn rows(chart: &RankedDots, width: f64) -> Vec<Row<'_>> {
    let row = |member| Row {
        member,
        name: print(member).fit(&member.name, width * 0.42),
        value: print(member).fit(&member.text, width * 0.25),
    };
    sorted(chart).into_iter().map(row).collect()
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

fn print(member: &RankedMember) -> Print {
    let weight = if member.strong {
        Weight::Bold
    } else {
        Weight::Regular
    };
    Print {
        weight,
        color: theme::INK,
        ..NOTE
    }
}
