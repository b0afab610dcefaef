//! What labels look like once placed: flags on white, ties to marks, reference lines. In: places from `label`. Out: drawn
//! on a surface. Nothing fails. The peculiarity it answers: the line of Nederland runs through everything and its
//! label must stand on the line.

use super::GroupValue;
use super::label::{self, Flag, Flags, GAP, Pin, Side};
use super::scale::Scale;
use super::surface::{Anchor, Print, Surface};
use super::theme::{self, LINE};
use crate::base::look::Rgb;

/// Half the width of a leader, for flags without a marker.
pub(crate) const THIN: f64 = 0.5;

/// A pin with the print of its label.
pub(crate) fn pin(x: f64, text: &str, print: Print, reach: f64) -> Pin {
    Pin {
        x,
        text: text.to_owned(),
        size: print.size,
        weight: print.weight,
        reach,
    }
}

/// The text of a flag beside its leader, on white.
pub(crate) fn put(surface: &mut Surface, flag: &Flag, at: (f64, f64), reach: f64, print: Print) {
    let (x, anchor) = match flag.side {
        Side::Right => (at.0 + reach + GAP, Anchor::Start),
        Side::Left => (at.0 - reach - GAP, Anchor::End),
    };
    surface.knock_out((x, at.1), anchor, print, &flag.lines);
    surface.block((x, at.1), anchor, print, &flag.lines);
}

/// A thin line from a mark to its label where the label had to move or the mark is far.
pub(crate) fn tie(surface: &mut Surface, color: Rgb, from: (f64, f64), to: (f64, f64)) {
    if (from.1 - to.1).abs() > 1.0 || (from.0 - to.0).abs() > 12.0 {
        surface.line(&[from, to], theme::LEADER_STROKE, color);
    }
}

/// Distance of a flag's middle from the base of the flags.
pub(crate) fn rise(flag: &Flag) -> f64 {
    LINE * (flag.level as f64 + flag.lines.len() as f64 / 2.0)
}

/// Upright reference lines with their labels on top.
pub(crate) struct References<'a> {
    lines: Vec<(&'a GroupValue, f64)>,
    flags: Flags,
}

impl<'a> References<'a> {
    /// Lines for the groups that have a value, labels between 0 and `width`.
    pub fn new(
        groups: impl IntoIterator<Item = &'a GroupValue>,
        scale: &Scale,
        width: f64,
    ) -> Self {
        let groups = groups.into_iter();
        let lines: Vec<_> = groups
            .filter_map(|g| Some((g, scale.at(g.value?))))
            .collect();
        let pins: Vec<Pin> = lines
            .iter()
            .map(|(g, x)| pin(*x, &g.label, Print::of(g.look), THIN))
            .collect();
        let flags = label::pins(&pins, 0.0, width);
        Self { lines, flags }
    }

    /// Height of the labels, with white below them.
    pub fn height(&self) -> f64 {
        let levels = self.flags.levels as f64;
        if levels > 0.0 {
            LINE * levels + 3.0
        } else {
            1.0
        }
    }

    /// Draws the labels from the top of the picture and the lines down to `foot`; `edge` is white around a line that
    /// crosses bars.
    pub fn draw(&self, surface: &mut Surface, left: f64, foot: f64, edge: f64) {
        let base = LINE * self.flags.levels as f64;
        for ((group, x), flag) in self.lines.iter().zip(&self.flags.flags) {
            let at = (left + x, base - rise(flag));
            let color = group.look.color;
            let path = [(at.0, at.1 - 4.0), (at.0, foot)];
            if edge > 0.0 {
                let width = theme::REFERENCE_STROKE + 2.0 * edge;
                surface.line(&[(at.0, self.height()), path[1]], width, theme::WHITE);
            }
            if group.look.dashed {
                surface.dashed(&path, theme::REFERENCE_STROKE, color, (3.0, 2.0));
            } else {
                surface.line(&path, theme::REFERENCE_STROKE, color);
            }
            put(surface, flag, at, THIN, Print::of(group.look));
        }
    }
}
