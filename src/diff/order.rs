//! Which change comes first.
//!
//! In: changes with the sizes of their parts. Out: the same, largest first. Cannot fail.

use super::cause::Cause;
use super::figure::{Change, Part, Whom};

/// How soon a reader should see a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It shows in print, and neither a new year nor a choice of ours explains it.
    Unannounced,
    /// It is of a group.
    Group,
    /// It is of a gemeente.
    Gemeente,
}

impl Change {
    /// How soon a reader should see it.
    pub fn urgency(&self) -> Urgency {
        if self.parts.iter().any(is_unannounced) {
            Urgency::Unannounced
        } else if matches!(self.whom, Whom::Group(_)) {
            Urgency::Group
        } else {
            Urgency::Gemeente
        }
    }

    /// The size of its largest part; of what nobody announced, of that.
    pub fn size(&self) -> f64 {
        let is_first = self.urgency() == Urgency::Unannounced;
        let parts = self
            .parts
            .iter()
            .filter(|part| !is_first || is_unannounced(part));
        parts.map(|part| part.size).fold(0.0, f64::max)
    }
}

/// Whether the source or the code changed a figure of the same period so that it prints otherwise.
fn is_unannounced(part: &Part) -> bool {
    let is_cause = part
        .causes
        .iter()
        .any(|cause| matches!(cause, Cause::Revised | Cause::Code));
    is_cause && part.shows()
}

/// In the order in which a reader should see them; what is as large stays in the order of the paper.
pub(super) fn largest_first(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by(|a, b| {
        let size = || b.size().total_cmp(&a.size());
        a.urgency().cmp(&b.urgency()).then_with(size)
    });
    changes
}
