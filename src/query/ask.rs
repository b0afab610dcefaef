//! What the paper asks for, and the columns of its table per gemeente.

use super::fact_id::FactId;
use super::indicator::IndicatorId;
use super::template::Template;
use super::years::Series;

/// What the network asks.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Id.
    pub id: String,
    /// Theme it belongs to.
    pub theme: String,
    /// Whom it asks.
    pub addressee: String,
    /// The ask, in Dutch.
    pub text: String,
    /// The line of the agenda it serves.
    pub agenda: String,
    /// Facts that support it.
    pub facts: Vec<FactId>,
    /// Why.
    pub why: Template,
    /// The size of the gap, in words around a fact.
    pub gap: Option<Template>,
    /// What is asked for in money, with its source; none leaves it open.
    pub amount: Option<Sourced>,
    /// Before when, with its source; none leaves it open.
    pub by: Option<Sourced>,
    /// Whether the network agreed on it; else it is printed as a concept.
    pub agreed: bool,
    /// Whether it stands on the first page.
    pub core: bool,
    /// Where it is asked: `file:line`.
    pub place: String,
}

/// An amount or a date with the dated source that names it.
#[derive(Clone, Debug)]
pub struct Sourced {
    /// What is printed.
    pub text: String,
    /// Who says so, and when.
    pub source: String,
}

/// A column of the table per gemeente.
#[derive(Clone, Debug)]
pub struct Column {
    /// Indicator.
    pub indicator: IndicatorId,
    /// Title, short enough for a column.
    pub title: String,
}

impl Ask {
    /// Puts the year that it comes to in the place of every earlier year.
    pub(super) fn settle(&mut self, series: &[Series]) {
        for fact in &mut self.facts {
            *fact = fact.settled(series);
        }
        self.why.settle(series);
        if let Some(gap) = &mut self.gap {
            gap.settle(series);
        }
    }

    /// Every fact that it prints or rests on.
    pub fn wanted(&self) -> impl Iterator<Item = &FactId> {
        let gap = self.gap.iter().flat_map(Template::facts);
        self.facts.iter().chain(self.why.facts()).chain(gap)
    }
}
