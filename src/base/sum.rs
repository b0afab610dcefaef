//! Sums of numbers with decimals that keep what rounding loses (Kahan): the last digit of a figure must not depend on
//! how large the numbers before it were.

/// A sum while it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    /// Adds a number.
    pub fn add(&mut self, number: f64) {
        let corrected = number - self.lost;
        let sum = self.sum + corrected;
        self.lost = (sum - self.sum) - corrected;
        self.sum = sum;
    }

    /// The sum of all that was added.
    pub const fn total(self) -> f64 {
        self.sum
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        let mut sum = Self::default();
        numbers.into_iter().for_each(|number| sum.add(number));
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_loses_is_kept() {
        let tenths = Sum::from_iter([0.1; 10]).total();
        let plain: f64 = [0.1; 10].iter().sum();
        assert!((tenths - 1.0).abs() < (plain - 1.0).abs());
    }
}
