//! The look of every chart, in one place, each constant with its reason. In: nothing. Out: colours, sizes, widths
//! and the marker of each group. Nothing fails; the tests compute the contrasts that the paper promises (text at
//! least 4.5:1, marks at least 3:1 on white). The peculiarity it answers: G4, G40 and P10 have colours that are alike in
//! greyscale, so every group also has a shape of its own and a label.

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
/// Stroke of M50 in a line chart: twice the others, for it is what the chart is about.
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
/// Opacity of members' dots: the lightest at which the colour of M50 keeps 3:1 on white.
pub const DOT_ALPHA: f64 = 0.6;

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rgb(
    /// Red.
    pub u8,
    /// Green.
    pub u8,
    /// Blue.
    pub u8,
);

impl Rgb {
    /// The colour as `#RRGGBB`.
    pub fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }

    /// Contrast with another colour, 1 to 21, as WCAG 2.1 defines it.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The colour that this one shows at `alpha` on white.
    #[must_use]
    pub fn on_white(self, alpha: f64) -> Self {
        let mix = |c: u8| (alpha * f64::from(c) + (1.0 - alpha) * 255.0).round() as u8;
        Self(mix(self.0), mix(self.1), mix(self.2))
    }

    fn luminance(self) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// Paper.
pub const WHITE: Rgb = Rgb(0xFF, 0xFF, 0xFF);
/// Names and other text that belongs to no group.
pub const INK: Rgb = Rgb(0x26, 0x26, 0x26);
/// Ticks and notes: quieter than labels, still 7:1.
pub const QUIET: Rgb = Rgb(0x59, 0x59, 0x59);
/// Grid lines and guides: decoration, so no contrast is asked of them.
pub const GRID: Rgb = Rgb(0xE2, 0xE2, 0xE2);
/// The zero line and axis lines.
pub const AXIS: Rgb = Rgb(0x8A, 0x8A, 0x8A);
/// A region of a map that belongs to no class.
pub const LAND: Rgb = Rgb(0xE9, 0xE9, 0xE6);

/// Shape of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A disc.
    Circle,
    /// A square on its point.
    Diamond,
    /// A square.
    Square,
    /// A triangle on its base.
    Up,
    /// A triangle on its point.
    Down,
    /// A cross with upright arms.
    Plus,
    /// A short upright bar.
    Bar,
}

/// What is compared, for its colour, marker and kind of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The network M50.
    M50,
    /// The four largest cities.
    G4,
    /// The network of larger cities.
    G40,
    /// The network of large rural gemeenten.
    P10,
    /// All gemeenten of 30.000 to 80.000 inhabitants.
    Middelgroot,
    /// Gemeenten of 30.000 to 80.000 inhabitants that are not in M50.
    MiddelgrootOverig,
    /// The whole country.
    Nederland,
}

impl Group {
    /// Every group, in the order of the paper.
    pub const ALL: [Self; 7] = [
        Self::M50,
        Self::G4,
        Self::G40,
        Self::P10,
        Self::Middelgroot,
        Self::MiddelgrootOverig,
        Self::Nederland,
    ];

    /// Colour of marks, bars and lines.
    pub fn color(self) -> Rgb {
        match self {
            Self::M50 => Rgb(0x12, 0x43, 0x6D),
            Self::G4 => Rgb(0xF4, 0x6A, 0x25),
            Self::G40 => Rgb(0x28, 0xA1, 0x97),
            Self::P10 => Rgb(0xA2, 0x85, 0xD1),
            Self::Middelgroot | Self::MiddelgrootOverig => Rgb(0x76, 0x76, 0x76),
            Self::Nederland => Rgb(0x3D, 0x3D, 0x3D),
        }
    }

    /// Colour of the group's label: the colour of its marks where that is dark enough to read, else a darker tone.
    pub fn text_color(self) -> Rgb {
        match self {
            Self::M50 | Self::Nederland => self.color(),
            Self::G4 => Rgb(0xA8, 0x3C, 0x08),
            Self::G40 => Rgb(0x15, 0x6E, 0x67),
            Self::P10 => Rgb(0x6A, 0x48, 0xA8),
            Self::Middelgroot | Self::MiddelgrootOverig => QUIET,
        }
    }

    /// Marker of the group.
    pub fn shape(self) -> Shape {
        match self {
            Self::M50 => Shape::Circle,
            Self::G4 => Shape::Diamond,
            Self::G40 => Shape::Square,
            Self::P10 => Shape::Up,
            Self::Middelgroot => Shape::Down,
            Self::MiddelgrootOverig => Shape::Plus,
            Self::Nederland => Shape::Bar,
        }
    }

    /// Whether the group's label is bold and its line thick.
    pub fn strong(self) -> bool {
        self == Self::M50
    }

    /// Whether the group's line is dashed.
    pub fn dashed(self) -> bool {
        self == Self::Nederland
    }
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
    fn text_is_readable_and_marks_are_visible_on_white() {
        for group in Group::ALL {
            assert!(group.text_color().contrast(WHITE) >= 4.5, "{group:?}");
            assert!(group.color().contrast(WHITE) >= 3.0, "{group:?}");
        }
        for text in [INK, QUIET] {
            assert!(text.contrast(WHITE) >= 7.0);
        }
        assert!(AXIS.contrast(WHITE) >= 3.0);
        let dot = Group::M50.color().on_white(DOT_ALPHA);
        assert!(dot.contrast(WHITE) >= 3.0, "{}", dot.contrast(WHITE));
    }

    #[test]
    fn groups_that_are_alike_in_greyscale_differ_in_shape() {
        for (i, a) in Group::ALL.iter().enumerate() {
            for b in &Group::ALL[i + 1..] {
                assert_ne!(a.shape(), b.shape());
            }
        }
    }

    #[test]
    fn widths_are_those_of_the_page() {
        assert!((Width::Full.pt() - 453.5).abs() < 0.06);
        assert!((Width::Half.pt() - 221.1).abs() < 0.06);
        assert!(Rgb(0, 0, 0).contrast(WHITE) > 20.9);
    }
}
