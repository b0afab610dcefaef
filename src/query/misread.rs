//! A short text of a query that cannot be read: where in it, what is wrong, and what was expected there.
//!
//! Fact ids, sums, predicates and templates are texts within a TOML string; who reads the file turns the place within
//! the text into file, line and column.

use std::fmt;

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// Where in the text it stops making sense, in bytes.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What was expected there, or the nearest names.
    pub hint: String,
}

impl Misread {
    pub(crate) fn new(at: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The same in a longer text, in which so much comes before.
    #[must_use]
    pub(crate) fn after(mut self, before: usize) -> Self {
        self.at += before;
        self
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Misread {}
