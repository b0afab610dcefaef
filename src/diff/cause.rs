//! Why a figure changed.
//!
//! In: nothing. Out: the causes, in the order in which the chain of states takes them, with their words. Nothing fails.

use serde::Serialize;

/// Why a figure changed, in the order of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The same inputs give another result.
    Code,
    /// Another release has another figure for the same period.
    Revised,
    /// The query computes it otherwise.
    Definition,
    /// Gemeenten merged, split or moved a border.
    Boundaries,
    /// The lists of members, or the sizes that count, are others.
    Members,
    /// A later period is used.
    Period,
}

impl Cause {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Revised => "revised",
            Self::Definition => "definition",
            Self::Boundaries => "boundaries",
            Self::Members => "members",
            Self::Period => "period",
        }
    }

    /// The word in messages.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Revised => "CBS revised it",
            Self::Period => "new period",
            other => other.word(),
        }
    }

    /// The word in the paper.
    pub const fn dutch(self) -> &'static str {
        match self {
            Self::Code => "de berekening",
            Self::Revised => "bijgesteld door de bron",
            Self::Definition => "een andere definitie",
            Self::Boundaries => "gemeentegrenzen",
            Self::Members => "leden",
            Self::Period => "een nieuw jaar",
        }
    }
}
