//! Where figures stand on the line of a strip: whole numbers from 0 to 1000, made here so that Typst draws and counts nothing.
//!
//! In: the distribution over all gemeenten. Out: places. Nothing fails. The peculiarity it answers: one gemeente with an odd
//! figure would squeeze all others, so the line ends where ordinary figures do.

use crate::figures::Spread;

/// How many times the distance between the quartiles the line goes on beyond them, at most.
const REACH: f64 = 2.5;

/// A line on which figures stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    half: [f64; 2],
}

impl Scale {
    /// The line of a distribution; none where all figures are the same.
    pub(super) fn of(spread: &Spread) -> Option<Self> {
        let reach = REACH * (spread.q3 - spread.q1);
        let (mut low, mut high) = (
            spread.min.max(spread.q1 - reach),
            spread.max.min(spread.q3 + reach),
        );
        // where half of the gemeenten have one figure, what is ordinary cannot be told
        if reach <= 0.0 {
            (low, high) = (spread.min, spread.max);
        }
        (low < high).then_some(Self {
            low,
            high,
            half: [spread.q1, spread.q3],
        })
    }

    /// The place of a figure; one beyond an end stands at that end.
    pub(super) fn place(self, value: f64) -> u16 {
        let share = (value - self.low) / (self.high - self.low);
        (share.clamp(0.0, 1.0) * 1000.0).round() as u16
    }

    /// Beyond which end a figure lies: -1 below, 1 above, 0 neither.
    pub(super) fn beyond(self, value: f64) -> i8 {
        i8::from(value > self.high) - i8::from(value < self.low)
    }

    /// The places of the first and third quartile.
    pub(super) fn half(self) -> [u16; 2] {
        self.half.map(|of| self.place(of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(values: &[f64]) -> Option<Scale> {
        Scale::of(&Spread::of(values)?)
    }

    #[test]
    fn the_lowest_stands_at_the_start_and_the_highest_at_the_end() {
        let scale = scale(&[2.0, 4.0, 6.0, 8.0, 10.0]).unwrap();
        assert_eq!(
            [2.0, 4.0, 6.0, 10.0].map(|of| scale.place(of)),
            [0, 250, 500, 1000]
        );
        assert_eq!(scale.half(), [250, 750]);
    }

    #[test]
    fn an_odd_figure_stands_at_the_end_and_says_so() {
        let scale = scale(&[1.0, 2.0, 3.0, 4.0, 1_000.0]).unwrap();
        assert_eq!((scale.place(1_000.0), scale.beyond(1_000.0)), (1000, 1));
        assert_eq!((scale.place(4.0), scale.beyond(4.0)), (375, 0));
        assert_eq!((scale.place(-5.0), scale.beyond(-5.0)), (0, -1));
    }

    #[test]
    fn where_all_are_the_same_there_is_no_line() {
        assert_eq!(scale(&[3.0, 3.0, 3.0]), None);
        let scale = scale(&[0.0, 0.0, 0.0, 0.0, 5.0]).unwrap();
        assert_eq!((scale.place(0.0), scale.place(5.0)), (0, 1000));
    }
}
