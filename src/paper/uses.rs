//! What the texts of the paper use of the figures, each with where it stands. In: nothing. Out: the shapes. Nothing fails.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::base::located::Place;
use crate::query::FactId;

/// One use of a fact, choice, claim or chart in a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Chapter.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// What is used.
    pub kind: UseKind,
}

impl Use {
    /// File and line.
    pub fn place(&self) -> String {
        Place::line(&self.path, self.line).to_string()
    }
}

/// What a chapter uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UseKind {
    /// A fact.
    Fact(FactId),
    /// A fact on which it depends whether something is printed.
    Condition(FactId),
    /// A word chosen by two facts.
    Choice(FactId, FactId),
    /// A claim.
    Claim(String),
    /// A chart.
    Chart(String),
}

/// The facts that chapters want themselves.
pub fn wanted(uses: &[Use]) -> BTreeSet<FactId> {
    uses.iter()
        .flat_map(|used| match &used.kind {
            UseKind::Fact(id) | UseKind::Condition(id) => vec![id.clone()],
            UseKind::Choice(first, second) => vec![first.clone(), second.clone()],
            UseKind::Claim(_) | UseKind::Chart(_) => Vec::new(),
        })
        .collect()
}
