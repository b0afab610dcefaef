//! A stretch of a column that is moved by a row.
//!
//! In: a column and one that it goes with: the same topic of another year or release, or inhabitants. Out: where it fits
//! the row before or after and not its own. Cannot fail. The peculiarity it exists for: whoever pastes columns side by side
//! moves some of one, and every single figure still looks like one.

use super::columns::{Column, pairs};
use crate::gemeente::RegionCode;

/// Figures from which a column can be told from another.
pub const COLUMN: usize = 10;

/// The stretch of a column that fits another column moved by a row better than as it stands: its length and first region.
///
/// Both are held as logarithms, each less its median; a stretch is where the deviations fall most when the row moves.
pub fn stretch(column: &Column, fixed: &Column) -> Option<(usize, RegionCode)> {
    let positive = |pair: &(RegionCode, f64, f64)| {
        pair.0 != RegionCode::NEDERLAND && pair.1 > 0.0 && pair.2 > 0.0
    };
    let rows: Vec<(RegionCode, f64, f64)> = pairs(column, fixed)
        .filter(positive)
        .map(|(region, value, fixed)| (region, value.ln(), fixed.ln()))
        .collect();
    if rows.len() < COLUMN {
        return None;
    }
    let deviations = |step: isize| -> Vec<f64> {
        let at = |place: usize| rows.get(place.checked_add_signed(step)?);
        let ratio =
            |(place, row): (usize, &(RegionCode, f64, f64))| row.1 - at(place).unwrap_or(row).2;
        let ratios: Vec<f64> = rows.iter().enumerate().map(ratio).collect();
        let middle = median(&ratios);
        ratios
            .iter()
            .map(|ratio| (ratio - middle).abs().min(2.0))
            .collect()
    };
    let own = deviations(0);
    [1, -1].into_iter().find_map(|step| {
        let moved = deviations(step);
        let (mut best, mut sum, mut from) = ((0.0, 0, 0), 0.0, 0);
        for (place, (own, moved)) in own.iter().zip(&moved).enumerate() {
            sum += own - moved - 0.05;
            if sum <= 0.0 {
                (sum, from) = (0.0, place + 1);
            } else if sum > best.0 {
                best = (sum, from, place + 1);
            }
        }
        let (gain, from, to) = best;
        let mean = |of: &[f64]| of[from..to].iter().sum::<f64>() / (to - from).max(1) as f64;
        let (length, after, before) = (to - from, mean(&moved), mean(&own));
        let is_moved =
            gain >= 5.0 && length >= 8 && after <= 0.35 || gain >= 15.0 && after <= 0.7 * before;
        is_moved.then(|| (length, rows[from].0))
    })
}

/// The middle one; of two the higher.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    // the others need not be in order
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f64]) -> Column {
        let region = |number: usize| RegionCode::parse(&format!("GM{:04}", number + 1));
        let cells = values.iter().enumerate();
        cells
            .filter_map(|(place, value)| Some((region(place)?, Some(*value))))
            .collect()
    }

    /// Sizes as gemeenten have them, in no order.
    fn sizes() -> Vec<f64> {
        (0..60_u32)
            .map(|place| f64::from(5_000 + place * 7_919 % 61 * 1_500))
            .collect()
    }

    #[test]
    fn a_stretch_moved_by_a_row_shows_and_noise_does_not() {
        let people = sizes();
        let right: Vec<f64> = (0..)
            .zip(&people)
            .map(|(place, of)| of * (0.4 + f64::from(place % 7) / 50.0))
            .collect();
        assert_eq!(stretch(&column(&right), &column(&people)), None);
        for (from, to) in [(0, 60), (20, 45)] {
            let mut wrong = right.clone();
            wrong[from..to].rotate_right(1);
            let found = stretch(&column(&wrong), &column(&people));
            assert!(
                found.is_some_and(|(length, _)| length + 6 >= to - from),
                "{from} {found:?}"
            );
        }
    }
}
