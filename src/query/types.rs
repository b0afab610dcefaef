//! Types of gemeenten: by which indicators gemeenten are alike, and how many types there may be.

use super::indicator::IndicatorId;

/// How gemeenten are put into types, and which are alike.
#[derive(Clone, Debug)]
pub struct TypesAsked {
    /// Fewest and most types.
    pub number: (usize, usize),
    /// The smallest share of the gemeenten that a type may have, in percent.
    pub smallest: f64,
    /// The share of the marks that a gemeente must have, in percent; also of the gemeenten that must have a mark.
    pub known: f64,
    /// Fewer marks with figures than these make no types.
    pub fewest_marks: usize,
    /// How alike types must be, on average, to those made without one of the marks: the adjusted Rand index.
    pub firm: f64,
    /// A type is named after what deviates by so many standard deviations.
    pub stands_out: f64,
    /// The most words in a name, as long as names differ.
    pub words: usize,
    /// The name of a type that nothing sets apart.
    pub average: String,
    /// What gemeenten are told apart by, in the order of the file. The first also orders the types.
    pub marks: Vec<Mark>,
}

/// An indicator by which gemeenten are told apart.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The indicator.
    pub indicator: IndicatorId,
    /// What it stands for. A name takes one word of each.
    pub aspect: String,
    /// Whether its logarithm is taken: what is skewed must not decide alone.
    pub log: bool,
    /// What a type is called of which the figure is high, and of which it is low; none where it names no type.
    pub words: Option<(String, String)>,
    /// The words behind a figure of it, such as `koopwoningen` behind `57%`.
    pub behind: String,
}
