//! The one rule for what is missing in its own year: the latest earlier year stands in, and says so.

/// How many years a denominator or weight may lie before the figure that it divides.
const FURTHEST: i32 = 30;

/// The latest year, not after `year`, that has what is wanted.
pub fn latest_with(year: i32, has: impl Fn(i32) -> bool) -> Option<i32> {
    (year - FURTHEST..=year).rev().find(|year| has(*year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_itself_comes_first_and_then_the_nearest_before() {
        let years = [2015, 2018];
        let has = |year: i32| years.contains(&year);
        assert_eq!(latest_with(2018, has), Some(2018));
        assert_eq!(latest_with(2020, has), Some(2018));
        assert_eq!(latest_with(2017, has), Some(2015));
        assert_eq!(latest_with(2014, has), None);
    }
}
