//! From values to points on the page. In: finite values and a range. Out: positions, and ticks at round values.
//! Nothing fails: a domain without width is widened, so that equal values stand in the middle. The peculiarity it
//! answers: shares that are equal for all gemeenten, and a single gemeente far from the rest, both occur.

use std::fmt;
use std::sync::Arc;

/// A straight scale from a domain of values to a range in points.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale over `low..=high` (swapped when reversed, widened when equal) on `from..=to`.
    pub fn new(low: f64, high: f64, from: f64, to: f64) -> Self {
        let (low, high) = widened(low.min(high), low.max(high));
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// Position of a value, in points.
    pub fn at(&self, value: f64) -> f64 {
        // Halving first keeps the difference of two huge values finite.
        let share = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        self.from + share * (self.to - self.from)
    }

    /// Round values inside the domain, at most `most` of them, with a step of 1, 2 or 5 times a power of ten.
    pub fn round_values(&self, most: usize) -> Vec<f64> {
        let mut step =
            Step::at_least((self.high / 2.0 - self.low / 2.0) * 2.0 / most.max(1) as f64);
        for _ in 0..8 {
            let values = step.within(self.low, self.high);
            if values.len() <= most.max(1) {
                return values;
            }
            step = step.next();
        }
        Vec::new()
    }
}

fn widened(low: f64, high: f64) -> (f64, f64) {
    // Less than a billionth apart is rounding noise, not a difference to show.
    let least = low.abs().max(high.abs()) * 1e-9;
    if high / 2.0 - low / 2.0 > least.max(f64::MIN_POSITIVE) / 2.0 {
        return (low, high);
    }
    let room = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
    (low - room, high + room)
}

/// A step of 1, 2 or 5 times ten to a power.
#[derive(Debug, Clone, Copy)]
struct Step {
    digit: i32,
    power: i32,
}

impl Step {
    fn at_least(size: f64) -> Self {
        let power = size.max(f64::MIN_POSITIVE).log10().floor() as i32;
        let mut step = Self { digit: 1, power };
        while step.size() < size * 0.999_999 && step.power < 308 {
            step = step.next();
        }
        step
    }

    fn next(self) -> Self {
        match self.digit {
            1 => Self { digit: 2, ..self },
            2 => Self { digit: 5, ..self },
            _ => Self {
                digit: 1,
                power: self.power + 1,
            },
        }
    }

    fn size(self) -> f64 {
        self.times(1.0)
    }

    /// `count` steps; dividing by a whole power of ten gives the nearest number, so 3 x 0.1 prints as 0.3.
    fn times(self, count: f64) -> f64 {
        let whole = count * f64::from(self.digit);
        if self.power < 0 {
            whole / 10_f64.powi(-self.power)
        } else {
            whole * 10_f64.powi(self.power)
        }
    }

    fn within(self, low: f64, high: f64) -> Vec<f64> {
        let size = self.size();
        let slack = 1e-9;
        let (first, last) = ((low / size - slack).ceil(), (high / size + slack).floor());
        if !(last - first).is_finite() || last - first > 50.0 {
            return vec![0.0; 51]; // too many: the caller tries a larger step
        }
        // Adding zero turns a negative zero into zero.
        (0..=(last - first).max(-1.0) as i64)
            .map(|i| self.times(first + i as f64) + 0.0)
            .filter(|v| *v >= low - size * 1e-6 && *v <= high + size * 1e-6)
            .collect()
    }
}

/// The texts along a value axis.
#[derive(Clone, Default)]
pub enum Ticks {
    /// No ticks and no grid.
    #[default]
    None,
    /// Round values, printed by the caller's formatter.
    Format(Arc<dyn Fn(f64) -> String + Send + Sync>),
    /// Values with ready texts; those outside the domain widen it.
    Given(Vec<(f64, String)>),
}

impl Ticks {
    /// Ticks at round values, printed by `format`.
    pub fn by(format: impl Fn(f64) -> String + Send + Sync + 'static) -> Self {
        Self::Format(Arc::new(format))
    }

    /// The values that the domain must hold.
    pub(crate) fn required(&self) -> impl Iterator<Item = f64> + '_ {
        let given: &[(f64, String)] = if let Self::Given(given) = self {
            given
        } else {
            &[]
        };
        given.iter().map(|(value, _)| *value)
    }

    /// Ticks for a range of values, and where an axis for them starts: at a tick at or below the lowest value, so that the
    /// start can be told; a range that holds zero or lies below it starts where it does.
    pub(crate) fn grounded(
        &self,
        (low, high): (f64, f64),
        most: usize,
    ) -> (Vec<(f64, String)>, f64) {
        let mut low = low;
        let mut ticks = self.on(&Scale::new(low, high, 0.0, 1.0), most);
        // a lower start may ask for a larger step
        for _ in 0..4 {
            let [(first, _), (second, _), ..] = ticks.as_slice() else {
                break;
            };
            let step = second - first;
            if !matches!(self, Self::Format(_)) || low <= 0.0 || first - low <= step * 1e-6 {
                break;
            }
            low = (first - step).max(0.0);
            ticks = self.on(&Scale::new(low, high, 0.0, 1.0), most);
        }
        (ticks, low)
    }

    /// Ticks on a scale, at most `most`; a formatter that prints two ticks alike gets fewer.
    pub(crate) fn on(&self, scale: &Scale, most: usize) -> Vec<(f64, String)> {
        match self {
            Self::None => Vec::new(),
            Self::Given(given) => given.clone(),
            Self::Format(format) => {
                for most in (1..=most).rev() {
                    let ticks: Vec<_> = scale
                        .round_values(most)
                        .into_iter()
                        .map(|v| (v, format(v)))
                        .collect();
                    if ticks.windows(2).all(|pair| pair[0].1 != pair[1].1) {
                        return ticks;
                    }
                }
                Vec::new()
            }
        }
    }
}

/// The first tick of an axis that starts above zero, as printed.
pub(crate) fn start(ticks: &[(f64, String)]) -> Option<&str> {
    let (first, printed) = ticks.first()?;
    (*first > 0.0).then_some(printed.as_str())
}

impl fmt::Debug for Ticks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Format(_) => f.write_str("Format(..)"),
            Self::Given(given) => f.debug_tuple("Given").field(given).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        let scale = Scale::new(0.0, 1.0, 0.0, 100.0);
        assert_eq!(scale.round_values(6), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(
            Scale::new(-0.31, 0.29, 0.0, 1.0).round_values(4),
            [-0.2, 0.0, 0.2]
        );
        assert_eq!(
            Scale::new(28_100.0, 39_900.0, 0.0, 1.0).round_values(4),
            [30_000.0, 35_000.0]
        );
        for (low, high) in [
            (0.0, 0.0),
            (5.0, 5.0),
            (-1e300, 1e300),
            (1e-300, 2e-300),
            (1e15, 1e15 + 1.0),
            (-3.0, 1e9),
        ] {
            let scale = Scale::new(low, high, 0.0, 100.0);
            let ticks = scale.round_values(5);
            assert!(
                ticks.len() <= 5 && ticks.iter().all(|t| scale.at(*t).is_finite()),
                "{low} {high} {ticks:?}"
            );
        }
    }

    #[test]
    fn equal_values_stand_in_the_middle() {
        for value in [0.0, 7.0, -7.0, 1e12] {
            assert!((Scale::new(value, value, 10.0, 30.0).at(value) - 20.0).abs() < 1e-9);
        }
    }

    #[test]
    fn an_axis_starts_at_a_tick_that_can_be_told() {
        let ticks = Ticks::by(|v| format!("{v}"));
        for ((low, high), starts) in [
            ((71.3, 76.2), Some("71")),
            ((101.0, 148.0), Some("100")),
            ((3.0, 19.0), None),
            ((-4.0, 9.0), None),
        ] {
            let (ticks, from) = ticks.grounded((low, high), 6);
            assert_eq!(start(&ticks), starts, "{low} {high}");
            assert!(from <= low && ticks.len() <= 6);
            assert!(low < 0.0 || (ticks[0].0 - from).abs() < 1e-9);
        }
    }

    #[test]
    fn a_coarse_formatter_gets_fewer_ticks() {
        let ticks = Ticks::by(|v| format!("{v:.0}")).on(&Scale::new(0.0, 1.2, 0.0, 1.0), 6);
        assert!(
            ticks.len() >= 2 && ticks.windows(2).all(|p| p[0].1 != p[1].1),
            "{ticks:?}"
        );
    }
}
