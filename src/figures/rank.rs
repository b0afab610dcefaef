//! Ranks: places from high to low by what is printed.

use crate::base::number;
use crate::query::Indicator;

/// Closer to a half than this, a scaled value may round the wrong way in binary.
const HALF: f64 = 1e-6;

/// A value as it is printed, in units of its last decimal.
pub fn printed(indicator: &Indicator, value: f64) -> f64 {
    let scaled = value * 10f64.powi(indicator.decimals);
    let from_half = (scaled.fract().abs() - 0.5).abs();
    if from_half > HALF * scaled.abs().max(1.0) {
        return scaled.round();
    }
    // only the decimal digits tell
    let decimals = i8::try_from(indicator.decimals).unwrap_or_default();
    let rounded = number::round(value, decimals).map_or(value, number::Decimal::to_f64);
    (rounded * 10f64.powi(indicator.decimals)).round()
}

/// Places from high to low, 1 is the highest; equal ones share a place.
pub fn ranks(printed: &[Option<f64>]) -> Vec<Option<usize>> {
    let mut sorted: Vec<f64> = printed.iter().copied().flatten().collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let rank = |value: f64| 1 + sorted.partition_point(|other| *other > value);
    printed.iter().map(|value| value.map(rank)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_rank() {
        let values = [Some(3.0), None, Some(5.0), Some(3.0), Some(1.0)];
        assert_eq!(ranks(&values), [Some(2), None, Some(1), Some(2), Some(4)]);
    }

    #[test]
    fn what_prints_the_same_is_the_same() {
        let (indicators, _) = crate::query::sample();
        let mut indicator = indicators[0].clone();
        indicator.decimals = 2;
        // in binary, 0.285 x 100 is 28.499999999999996
        for (half, text) in [
            (0.285, 29.0),
            (1.005, 101.0),
            (0.145, 15.0),
            (-0.285, -29.0),
            (0.284, 28.0),
        ] {
            assert!((printed(&indicator, half) - text).abs() < 0.1, "{half}");
        }
        indicator.decimals = -2;
        assert!((printed(&indicator, 1_250.0) - 13.0).abs() < 0.1);
    }
}
