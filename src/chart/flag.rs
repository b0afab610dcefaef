//! What labels look like once placed: flags on white, ties to marks, reference lines. In: places from `label`. Out: drawn
//! on a surface. Nothing fails. The peculiarity it answers: the line of Nederland runs through everything and its
//! label must stand on the line.

use super::label::{self, Flag, Flags, GAP, Pin, Side};
use super::scale::Scale;
use super::surface::{Anchor, Print, Surface};
use super::theme::{self, LINE};
use super::{GroupValue, Rect};
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

/// The box of a flag's text.
pub(crate) fn text_box(flag: &Flag, at: (f64, f64), reach: f64, print: Print) -> Rect {
    let w = print.widest(&flag.lines);
    let h = LINE * flag.lines.len() as f64;
    let x = match flag.side {
        Side::Right => at.0 + reach + GAP,
        Side::Left => at.0 - reach - GAP - w,
    };
    (x, at.1 - h / 2.0, w, h)
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
    /// crosses bars, and at a gap a line makes room for a text.
    pub fn draw(&self, surface: &mut Surface, left: f64, foot: f64, edge: f64, gaps: &[Rect]) {
        self.drawn(surface, ((left, 0.0), foot), edge, gaps);
    }

    /// The same with the labels from a place further down.
    pub fn draw_from(&self, surface: &mut Surface, origin: (f64, f64), foot: f64) {
        self.drawn(surface, (origin, foot), 0.0, &[]);
    }

    fn drawn(
        &self,
        surface: &mut Surface,
        ((left, top), foot): ((f64, f64), f64),
        edge: f64,
        gaps: &[Rect],
    ) {
        let base = top + LINE * self.flags.levels as f64;
        let place = |x: f64, flag: &Flag| (left + x, base - rise(flag));
        let flags = || self.lines.iter().zip(&self.flags.flags);
        let texts = flags()
            .map(|((group, x), flag)| text_box(flag, place(*x, flag), THIN, Print::of(group.look)));
        let gaps: Vec<Rect> = texts.chain(gaps.iter().copied()).collect();
        for ((group, x), flag) in flags() {
            let at = place(*x, flag);
            let color = group.look.color;
            for [from, to] in stretches(at.0, (at.1 - 4.0, foot), &gaps) {
                if edge > 0.0 {
                    let width = theme::REFERENCE_STROKE + 2.0 * edge;
                    let start = from.1.max(top + self.height());
                    surface.stroke(&[(at.0, start), to], width, theme::WHITE);
                }
                if group.look.dashed {
                    surface.dashed(&[from, to], theme::REFERENCE_STROKE, color, (3.0, 2.0));
                } else {
                    surface.line(&[from, to], theme::REFERENCE_STROKE, color);
                }
            }
            put(surface, flag, at, THIN, Print::of(group.look));
        }
    }
}

/// An upright line in stretches that leave out the boxes it would run through or against.
pub(crate) fn stretches(x: f64, (from, to): (f64, f64), gaps: &[Rect]) -> Vec<[(f64, f64); 2]> {
    let mut stretches = Vec::new();
    let mut start = from;
    let in_the_way = gaps.iter().filter(|b| b.0 - 2.0 < x && x < b.0 + b.2 + 2.0);
    let mut gaps: Vec<&Rect> = in_the_way.collect();
    gaps.sort_by(|a, b| a.1.total_cmp(&b.1));
    for gap in gaps {
        if gap.1 > start {
            stretches.push([(x, start), (x, gap.1)]);
        }
        start = start.max(gap.1 + gap.3);
    }
    if to > start {
        stretches.push([(x, start), (x, to)]);
    }
    stretches
}
