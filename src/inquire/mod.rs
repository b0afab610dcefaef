//! Questions about a paper: how a fact or claim came about, where a text stands, and whether the figures hold.
//!
//! In: the register of an edition and the paper's sources. Out: what `explain`, `where` and `check` print. Nothing is
//! written; the figures are computed by the same code as `build`.

mod check;
mod data_check;
mod explain;
mod find;

pub use check::{Check, Checked, Kind, check, does_not_hold};
pub use explain::{Explanation, Line, Step, explain};
pub use find::{Found, find};

use std::path::Path;

use crate::claim;
use crate::fact::Register;
use crate::failure::{Exit, Failure, Report};
use crate::paper::{self, UseKind};

/// Every claim, tested, with whether a chapter makes it.
///
/// # Errors
/// When a chapter cannot be read or a claim is not well-formed.
pub fn claims<'a>(
    sources: &Path,
    register: &Register<'a>,
) -> Result<Vec<(claim::Tested<'a>, bool)>, Failure> {
    let uses = paper::uses(sources)?;
    let mut tested = Vec::new();
    for claim in &register.queries().claims {
        let made = uses
            .iter()
            .any(|used| matches!(&used.kind, UseKind::Claim(id) if *id == claim.id));
        tested.push((claim::test(claim, register)?, made));
    }
    Ok(tested)
}

/// What can be wrong with a question.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing was found.
    #[error("`{text}` is not in the paper of edition `{edition}`")]
    NotFound {
        /// What was looked for.
        text: String,
        /// Edition.
        edition: String,
    },
    /// Required checks that fail.
    #[error("{failed} of {all} checks do not hold: {names}")]
    DoesNotHold {
        /// How many fail.
        failed: usize,
        /// How many there are.
        all: usize,
        /// Which.
        names: String,
    },
    /// A frame lacks a column.
    #[error("cannot read the figures: {0}")]
    Frame(#[from] polars::error::PolarsError),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::NotFound { .. } => {
                    "give a number as it is printed, such as 37,4, or a few words of a sentence"
                }
                Self::DoesNotHold { .. } => "the lines marked `fail` say what is wrong",
                Self::Frame(_) => return None,
            }
            .to_owned(),
        )
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NotFound { .. } | Self::DoesNotHold { .. } => Exit::DoesNotHold,
            Self::Frame(_) => Exit::Other,
        }
    }
}
