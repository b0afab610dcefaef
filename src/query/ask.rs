//! What the paper asks for, and the columns of its table per gemeente.

use super::fact_id::FactId;
use super::indicator::IndicatorId;
use super::template::Template;

/// What the network asks.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Id.
    pub id: String,
    /// Theme it belongs to.
    pub theme: String,
    /// The ask, in Dutch.
    pub text: String,
    /// The line of the agenda it serves.
    pub agenda: String,
    /// Facts that support it.
    pub facts: Vec<FactId>,
    /// Why.
    pub why: Template,
    /// Whether the network agreed on it; else it is printed as a concept.
    pub agreed: bool,
    /// Whether it stands on the first page.
    pub core: bool,
    /// Where it is asked: `file:line`.
    pub place: String,
}

/// A column of the table per gemeente.
#[derive(Clone, Debug)]
pub struct Column {
    /// Indicator.
    pub indicator: IndicatorId,
    /// Title, short enough for a column.
    pub title: String,
}
