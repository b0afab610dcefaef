//! Claims: sentences that compare, each with the predicate that makes it true.

use super::predicate::Predicate;
use super::template::Template;

/// A sentence that compares, with the predicate that makes it true.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Id.
    pub id: String,
    /// Theme it belongs to.
    pub theme: String,
    /// The sentence.
    pub sentence: Template,
    /// What must be true.
    pub when: Predicate,
    /// Whether it stands in the summary.
    pub summary: bool,
    /// How many variants must carry it, of those that apply, when it stands in the summary.
    pub needs: usize,
    /// The words of the agenda it tests.
    pub agenda: Option<String>,
    /// Where it is asked: `file:line`.
    pub place: String,
}
