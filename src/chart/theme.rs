//! What all charts have in common, in one place, each constant with its reason. In: nothing. Out: sizes, widths and
//! the colours of what belongs to no group (that of a group is its [`crate::base::look::Look`]). Nothing fails; the tests
//! compute the contrasts that the paper promises (text at least 4.5:1, marks at least 3:1 on white). The peculiarity it
//! answers: dots of members are lighter than the mark of their group, but not in a colour that could not be seen then.

pub use crate::base::look::WHITE;
use crate::base::look::{MARK_CONTRAST, Rgb};

/// Points in a millimetre.
pub const PT_PER_MM: f64 = 72.0 / 25.4;
/// Names and values beside marks, in points.
pub const LABEL: f64 = 8.0;
/// Axis ticks, notes and names of gemeenten, in points: the smallest print the paper allows.
pub const SMALL: f64 = 7.5;
/// Height of a line of labels, in points: 1.25 times the size, so that stacked labels stay apart.
pub const LINE: f64 = 10.0;
/// Stroke of grid lines: thin enough to lie behind the data.
pub const GRID_STROKE: f64 = 0.4;
/// Stroke of the lines that tie a label to its mark.
pub const LEADER_STROKE: f64 = 0.6;
/// Stroke of the reference line for Nederland.
pub const REFERENCE_STROKE: f64 = 1.0;
/// Stroke of the strong line in a line chart: twice the others, for it is what the chart is about.
pub const STRONG_STROKE: f64 = 2.2;
/// Stroke of the other groups in a line chart.
pub const SERIES_STROKE: f64 = 1.2;
/// Half the width of a group's marker, in points.
pub const MARK: f64 = 3.5;
/// Half the width of a marker at the end of a line: smaller, for lines end close together.
pub const END: f64 = 2.8;
/// Half the width of a marker along a line.
pub const POINT: f64 = 2.0;
/// Radius of a member's dot, in points.
pub const DOT: f64 = 1.9;
/// Opacity of members' dots: the lightest at which a dark colour (`#12436D`) keeps 3:1 on white.
pub const DOT_ALPHA: f64 = 0.6;

/// Names and other text that belongs to no group.
pub const INK: Rgb = Rgb(0x26, 0x26, 0x26);
/// Ticks and notes: quieter than labels, still 7:1.
pub const QUIET: Rgb = Rgb(0x59, 0x59, 0x59);
/// Grid lines and guides: decoration, so no contrast is asked of them.
pub const GRID: Rgb = Rgb(0xE2, 0xE2, 0xE2);
/// The zero line and axis lines.
pub const AXIS: Rgb = Rgb(0x8A, 0x8A, 0x8A);
/// A region of a map without a figure, which is hatched too.
pub const MISSING: Rgb = Rgb(0xB0, 0xB0, 0xB0);
/// A region of a map that belongs to no class.
pub const LAND: Rgb = Rgb(0xE9, 0xE9, 0xE6);

/// Whether a colour is dark enough for dots to show it at [`DOT_ALPHA`].
pub(crate) fn fades(color: Rgb) -> bool {
    color.on_white(DOT_ALPHA).contrast(WHITE) >= MARK_CONTRAST
}

/// Width of a picture on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Width {
    /// The width of the text, 160 mm.
    #[default]
    Full,
    /// Half of it less the gutter, 78 mm.
    Half,
}

impl Width {
    /// The width in points, to a tenth.
    pub fn pt(self) -> f64 {
        let mm = match self {
            Self::Full => 160.0,
            Self::Half => 78.0,
        };
        (mm * PT_PER_MM * 10.0).round() / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_readable_and_lines_are_visible_on_white() {
        for text in [INK, QUIET] {
            assert!(text.contrast(WHITE) >= 7.0);
        }
        assert!(AXIS.contrast(WHITE) >= MARK_CONTRAST);
        assert!(fades(Rgb(0x12, 0x43, 0x6D)));
        assert!(!fades(AXIS));
    }

    #[test]
    fn widths_are_those_of_the_page() {
        assert!((Width::Full.pt() - 453.5).abs() < 0.06);
        assert!((Width::Half.pt() - 221.1).abs() < 0.06);
    }
}
