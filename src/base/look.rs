//! How a group shows in a drawing: colour, marker and kind of line, read from `queries/` and used by every chart.
//!
//! In: an entry of a data file, colours as `"#12436D"` and shapes as words. Out: a [`Look`]. Fails on a colour that is
//! none, and on one too light for the paper: marks need a contrast of 3:1 on white, text 4.5:1 (WCAG 2.1). The
//! peculiarity it exists for: colours of groups are alike in greyscale, so every group also has a shape of its own.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// Least contrast of a mark with white.
pub const MARK_CONTRAST: f64 = 3.0;
/// Least contrast of a text with white.
pub const TEXT_CONTRAST: f64 = 4.5;

/// Paper.
pub const WHITE: Rgb = Rgb(0xFF, 0xFF, 0xFF);

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
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

/// A text that is no colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoColor(String);

impl fmt::Display for NoColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no colour, expected one such as `#12436D`",
            self.0
        )
    }
}

impl std::error::Error for NoColor {}

impl FromStr for Rgb {
    type Err = NoColor;

    fn from_str(text: &str) -> Result<Self, NoColor> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, red, green, blue] = number
            .ok_or_else(|| NoColor(text.to_owned()))?
            .to_be_bytes();
        Ok(Self(red, green, blue))
    }
}

impl TryFrom<String> for Rgb {
    type Error = NoColor;

    fn try_from(text: String) -> Result<Self, NoColor> {
        text.parse()
    }
}

/// Shape of a marker.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A disc.
    Circle,
    /// A square on its point.
    Diamond,
    /// A square.
    Square,
    /// A triangle on its base.
    TriangleUp,
    /// A triangle on its point.
    TriangleDown,
    /// A cross with upright arms.
    Plus,
    /// A short upright bar.
    Bar,
}

/// How a group shows: its marks, its label and its line. The default is the grey of what belongs to no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Colour of marks, bars and lines. Example: `color = "#12436D"`.
    #[serde(deserialize_with = "mark_color")]
    #[schemars(with = "String")]
    pub color: Rgb,
    /// Colour of the label: that of the marks where it is dark enough to read, else a darker tone. Example: `text = "#12436D"`.
    #[serde(deserialize_with = "text_color")]
    #[schemars(with = "String")]
    pub text: Rgb,
    /// Marker. Example: `shape = "circle"`.
    pub shape: Shape,
    /// Whether the label is bold and the line thick: what the chart is about.
    #[serde(skip)]
    pub strong: bool,
    /// Whether its value is a dashed line instead of a marker: what the others are measured against.
    #[serde(skip)]
    pub dashed: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            color: Rgb(0x8A, 0x8A, 0x8A),
            text: Rgb(0x59, 0x59, 0x59),
            shape: Shape::Circle,
            strong: false,
            dashed: false,
        }
    }
}

fn mark_color<'de, D: Deserializer<'de>>(source: D) -> Result<Rgb, D::Error> {
    dark_enough(source, MARK_CONTRAST)
}

fn text_color<'de, D: Deserializer<'de>>(source: D) -> Result<Rgb, D::Error> {
    dark_enough(source, TEXT_CONTRAST)
}

fn dark_enough<'de, D: Deserializer<'de>>(source: D, least: f64) -> Result<Rgb, D::Error> {
    let color = Rgb::deserialize(source)?;
    let contrast = color.contrast(WHITE);
    if contrast >= least {
        return Ok(color);
    }
    let color = color.hex();
    Err(serde::de::Error::custom(format!(
        "`{color}` has a contrast of {contrast:.2} with white, expected at least {least}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(color: &str, text: &str, shape: &str) -> Result<Look, String> {
        let entry = format!("color = \"{color}\"\ntext = \"{text}\"\nshape = \"{shape}\"");
        toml::from_str(&entry).map_err(|error: toml::de::Error| error.message().to_owned())
    }

    #[test]
    fn a_look_is_read_from_its_entry() {
        let read = look("#F46A25", "#a83c08", "triangle-up").unwrap();
        assert_eq!(read.color, Rgb(0xF4, 0x6A, 0x25));
        assert_eq!(read.text.hex(), "#A83C08");
        assert_eq!(read.shape, Shape::TriangleUp);
        assert!(!read.strong && !read.dashed);
    }

    #[test]
    fn what_a_reader_could_not_see_is_refused() {
        let light = look("#FFCC00", "#000000", "circle").unwrap_err();
        assert!(light.contains("contrast of 1.5"), "{light}");
        // visible as a mark, too light to read
        assert!(look("#F46A25", "#F46A25", "circle").is_err());
        for color in ["12436D", "#12436", "#12436DF", "#12436G", "#+2436D", "blue"] {
            assert!(look(color, "#000000", "circle").is_err(), "{color}");
        }
        assert!(look("#12436D", "#12436D", "star").is_err());
        let plain = Look::default();
        assert!(plain.color.contrast(WHITE) >= MARK_CONTRAST);
        assert!(plain.text.contrast(WHITE) >= TEXT_CONTRAST);
        assert!(Rgb(0, 0, 0).contrast(WHITE) > 20.9);
    }
}
