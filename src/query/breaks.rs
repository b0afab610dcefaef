//! Breaks in a series, as the queries declare them.

/// A break in a series: from a year on the figures are made in another way, so that nothing is compared across it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// First year after it.
    pub year: i32,
    /// What changed, in Dutch.
    pub why: String,
}
