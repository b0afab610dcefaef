//! What changed between two editions, two states of the data or two releases of a table, and why.
//!
//! In: the figures of both sides; or two releases; or the open data of an earlier build. Out: [`Changes`] of figures in
//! parts by cause, with what they do to claims and to printed facts; [`Revision`] of a table cell by cell; [`Rebuilt`]
//! beside the last build. Nothing is written here. A state between the two that cannot be computed is no failure: its
//! part is joined with the next. The peculiarity it exists for: CBS revises without saying what, so that a printed figure
//! changes and nobody knows whether the year, the members, a border, the definition or the source did it.
//!
//! **The parts add up.** From the old figures to the new ones goes a chain of computed states, in each of which one thing
//! more is new ([`Cause`], in this order); a part is what one link changes. The period of the old side is held to the last
//! link: so what CBS did to the figure that was printed comes first and alone; what we chose (definition, boundaries,
//! members) is measured on that same year; and the last part is the development between two years of the same gemeenten,
//! which is also what the series in the new open data says.
//!
//! **Largest first.** A part is as large as it moves a figure among those of all gemeenten: in distances between the first
//! and the third quartile, or as a share of the figure where it is a sum or there is no such distance. Before all others
//! come the figures that changed without a new year and without a choice of ours (revised, or by the code) so that it
//! shows in print: nobody announced those, and a refresh is to hide none of them.

mod cause;
mod cells;
mod chain;
mod effect;
mod figure;
mod order;
mod recorded;
mod told;

pub use cause::Cause;
pub use cells::{CellChange, Revision, revision};
pub use chain::{Chain, Moved, Side};
pub use effect::{Effect, Printed, Turned, Verdicts, effect};
pub use figure::{Amount, Change, Part, Whom, Whose};
pub use order::Urgency;
pub use recorded::{Rebuilt, Record, rebuilt};
pub use told::{COLUMNS_CELLS, COLUMNS_FIGURES};

use std::collections::BTreeMap;

use serde::Serialize;

/// What changed between two sides.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// Figures that changed, largest first.
    pub figures: Vec<Change>,
    /// Figures that one of both sides has.
    pub compared: usize,
    /// Claims that turned, and facts that print something else.
    pub effect: Effect,
    /// Networks with other members.
    pub members: Vec<Moved>,
    /// Gemeenten that are no more, by name.
    pub ended: Vec<String>,
    /// What could not be computed, a sentence each.
    pub notes: Vec<String>,
}

/// What a paper tells of the edition before.
#[derive(Clone, Debug, Default)]
pub struct Since {
    /// Title of that edition.
    pub title: String,
    /// What changed in figures of groups.
    pub changes: Changes,
    /// How claims stood in it.
    pub verdicts: Verdicts,
    /// Whether it rests on other releases.
    pub revised: bool,
}

impl Changes {
    /// Between the ends of a chain; `effect` on claims and facts is looked up apart.
    pub fn new(chain: &Chain<'_>, whose: Whose, effect: Effect) -> Self {
        let (figures, compared) = figure::changes(chain, whose);
        Self {
            figures: order::largest_first(figures),
            compared,
            effect,
            members: chain.members(),
            ended: chain.ended(),
            notes: chain.notes(),
        }
    }

    /// How many figures each cause has a part in, in the order of the chain.
    pub fn by_cause(&self) -> BTreeMap<Cause, usize> {
        let mut counts = BTreeMap::new();
        for change in &self.figures {
            let mut causes: Vec<Cause> = change
                .parts
                .iter()
                .flat_map(|of| &of.causes)
                .copied()
                .collect();
            causes.sort_unstable();
            causes.dedup();
            for cause in causes {
                *counts.entry(cause).or_default() += 1;
            }
        }
        counts
    }
}
