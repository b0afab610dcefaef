//! Questions about a paper: how a fact or claim came about, where a text stands, which gemeenten are alike, and whether the
//! figures hold.
//!
//! In: the register of an edition and the paper's sources. Out: what `explain`, `where`, `peers` and `check` print. Nothing is
//! written; the figures are computed by the same code as `build`.

mod buurt_check;
mod check;
mod claim_check;
mod data_check;
mod explain;
mod find;
mod peers;
mod whom;

pub use check::{Check, Checked, Kind, does_not_hold};
pub use explain::{Explanation, Line, Step, explain, wanted};
pub use find::{Found, find};
pub use peers::peers;
pub use whom::gemeente_or_successor;

use std::collections::BTreeSet;

use crate::base::failure::{Exit, Failure, Report};
use crate::claim;
use crate::fact::Register;
use crate::figures::Figures;
use crate::paper::{Chapters, UseKind};
use crate::query::{Misread, Queries};

/// What is asked about: the facts of an edition, and what its chapters use.
#[derive(Debug)]
pub struct Inquiry<'a> {
    /// Every fact that chapters and queries name.
    pub register: Register<'a>,
    /// The chapters, and where they use facts, claims and charts.
    pub chapters: Chapters,
}

impl<'a> Inquiry<'a> {
    /// Every claim, tested, with whether a chapter makes it.
    ///
    /// # Errors
    /// When a claim's facts lie too far apart.
    pub fn claims(&self) -> Result<Vec<(claim::Tested<'a>, bool)>, claim::Error> {
        let claims = self.register.queries().claims.iter();
        claims
            .map(|of| Ok((claim::test(of, &self.register)?, self.makes(&of.id))))
            .collect()
    }

    fn makes(&self, claim: &str) -> bool {
        self.chapters
            .uses
            .iter()
            .any(|used| matches!(&used.kind, UseKind::Claim(id) if id == claim))
    }
}

/// Checks every claim and the figures themselves. Required are the claims that the paper makes and the checks of the
/// data that say so; what fails without being required warns.
///
/// # Errors
/// When `checks.toml` names no gemeente, or a claim's facts lie too far apart.
pub fn check(inquiry: &Inquiry<'_>) -> Result<Vec<Check>, Failure> {
    let mut checks = claim_check::checks(inquiry)?;
    checks.extend(data_check::checks(&inquiry.register)?);
    checks.extend(buurt_check::checks(&inquiry.register)?);
    Ok(checks)
}

/// Refuses figures that do not satisfy what is required of them: no cell twice, plausible values of members, sums that
/// add up.
///
/// # Errors
/// With all that does not hold, and when `checks.toml` names no gemeente.
pub fn refuse_unfit(queries: &Queries, figures: &Figures) -> Result<(), Failure> {
    let register = Register::new(queries, figures, BTreeSet::new())?;
    // what is in no list counts nowhere, and is told with what was built
    let counts = |of: &Check| of.state == Checked::Fail && of.kind != Kind::Accepted;
    let checks = data_check::checks(&register)?.into_iter();
    let failing: Vec<Check> = checks.filter(counts).collect();
    if failing.is_empty() {
        return Ok(());
    }
    Err(Error::Unfit(failing).into())
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
    /// No single gemeente of this code or name.
    #[error("`{text}` is not one gemeente of {year}")]
    NoGemeente {
        /// What was looked for.
        text: String,
        /// The year of the edition's boundaries.
        year: i32,
        /// Which there are.
        hint: String,
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
    /// Required checks of the figures that fail.
    #[error("the figures do not hold: {}", told(.0))]
    Unfit(Vec<Check>),
    /// Neither a fact nor a claim.
    #[error(transparent)]
    Id(Misread),
}

/// Checks with what they found, one after another.
fn told(checks: &[Check]) -> String {
    let told = checks.iter().map(|check| {
        let (kind, id, detail) = (check.kind.word(), &check.id, &check.detail);
        format!("{kind} `{id}` {detail}")
    });
    told.collect::<Vec<_>>().join("; ")
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Id(wrong) => return Some(wrong.hint.clone()),
            Self::NoGemeente { hint, .. } => return Some(hint.clone()),
            _ => {}
        }
        Some(
            match self {
                Self::NotFound { .. } => {
                    "give a number as it is printed, such as 37,4, or a few words of a sentence"
                }
                Self::DoesNotHold { .. } => "the lines marked `fail` say what is wrong",
                Self::Unfit(_) => {
                    "mend the figures or the query; a strange value that was looked at stands as `[[known]]` in \
                     `queries/checks.toml`"
                }
                Self::Id(_) | Self::NoGemeente { .. } => return None,
            }
            .to_owned(),
        )
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NotFound { .. } | Self::DoesNotHold { .. } | Self::Unfit(_) => Exit::DoesNotHold,
            Self::Id(_) | Self::NoGemeente { .. } => Exit::Usage,
        }
    }
}
