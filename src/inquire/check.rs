//! One line of what `check` prints: what is checked, how it ends, and what was found.

use serde::Serialize;

use super::Error;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A claim against the figures.
    Claim,
    /// An indicator has figures, and so have its members.
    NotNull,
    /// No cell of a table is there twice.
    Unique,
    /// Words and regions of a table are known.
    Accepted,
    /// Values of gemeenten are plausible.
    Range,
    /// Topics add up to another.
    Relation,
    /// Gemeenten add up to CBS's own figure for Nederland.
    National,
    /// Buurten add up to their gemeente.
    Buurten,
}

impl Kind {
    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::NotNull => "not-null",
            Self::Unique => "unique",
            Self::Accepted => "accepted",
            Self::Range => "range",
            Self::Relation => "relation",
            Self::National => "national",
            Self::Buurten => "buurten",
        }
    }
}

/// How a check ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checked {
    /// It holds.
    Ok,
    /// It does not hold, or not quite, and need not.
    Warn,
    /// It does not hold and must.
    Fail,
}

impl Checked {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    pub(super) const fn of(holds: bool, required: bool) -> Self {
        match (holds, required) {
            (true, _) => Self::Ok,
            (false, true) => Self::Fail,
            (false, false) => Self::Warn,
        }
    }
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// How it ends.
    pub state: Checked,
    /// What is checked.
    pub kind: Kind,
    /// Claim, table, indicator or topic.
    pub id: String,
    /// Whether the paper cannot do without it.
    pub required: bool,
    /// What was found.
    pub detail: String,
}

impl Check {
    /// As a line of the table.
    pub fn to_text(&self) -> String {
        let required = if self.required { "required" } else { "" };
        format!(
            "{:4} {:8} {:8} {:32} {}\n",
            self.state.word(),
            self.kind.word(),
            required,
            self.id,
            self.detail
        )
    }
}

/// The error for required checks that fail; `None` when all hold.
pub fn does_not_hold(checks: &[Check]) -> Option<Error> {
    let failing: Vec<String> = checks
        .iter()
        .filter(|check| check.state == Checked::Fail)
        .map(|check| format!("{} `{}`", check.kind.word(), check.id))
        .collect();
    (!failing.is_empty()).then(|| Error::DoesNotHold {
        failed: failing.len(),
        all: checks.len(),
        names: failing.join(", "),
    })
}
