//! The print of a text: size, weight and colour.
//!
//! In: a text and the room that it has. Out: its width, or the text fitted. Nothing fails. The peculiarity it answers: the
//! label of what the chart is about is bold, and so wider than it would be otherwise.

use crate::base::look::{Look, Rgb};
use crate::chart::text::{self, Weight};
use crate::chart::theme;

/// Size, weight and colour of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Print {
    pub size: f64,
    pub weight: Weight,
    pub color: Rgb,
}

/// Ticks and notes.
pub(crate) const NOTE: Print = Print {
    size: theme::SMALL,
    weight: Weight::Regular,
    color: theme::QUIET,
};

impl Print {
    /// A label in a group's text colour, bold where the group is what the chart is about.
    pub fn of(look: Look) -> Self {
        let weight = if look.strong {
            Weight::Bold
        } else {
            Weight::Regular
        };
        Self {
            size: theme::LABEL,
            weight,
            color: look.text,
        }
    }

    pub fn width(self, text: &str) -> f64 {
        text::width(text, self.size, self.weight)
    }

    /// Width of the widest line.
    pub fn widest(self, lines: &[String]) -> f64 {
        lines
            .iter()
            .map(|line| self.width(line))
            .fold(0.0, f64::max)
    }

    /// One line of at most `max` points.
    pub fn fit(self, text: &str, max: f64) -> String {
        text::fit(text, self.size, self.weight, max)
    }

    /// At most `lines` lines of at most `max` points.
    pub fn wrap(self, text: &str, max: f64, lines: usize) -> Vec<String> {
        text::wrap(text, self.size, self.weight, max, lines)
    }
}
