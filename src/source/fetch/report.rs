//! How the fetch of a table ended, for people and for programs.
//!
//! In: what was done, or the error. Out: a [`TableReport`], which prints as JSON. Cannot fail. The peculiarity it exists
//! for: one table that fails does not stop the others, so an error is part of the report.

use serde::Serialize;

use super::{Error, RegionsReport};
use crate::base::failure::Report;

/// How the fetch of a table ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A release that was not here came, and is pinned.
    Fetched,
    /// CBS has the release that is here.
    Unchanged,
    /// What is pinned is here: CBS was not asked.
    Here,
    /// The table is a file: `import` brings it.
    File,
    /// CBS has nothing of it, and the queries call all of it optional.
    Lacking,
    /// It failed.
    Failed,
}

/// How the fetch of a table ended, with all that there is to say.
#[derive(Debug, Serialize)]
pub struct TableReport {
    /// Table.
    pub table: String,
    /// How it ended.
    #[serde(rename = "became")]
    pub outcome: Outcome,
    /// Release folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Topics of the snapshot.
    pub topics: usize,
    /// Rows of the snapshot.
    pub rows: usize,
    /// Requests for rows that were made, and that an interrupted fetch had already made.
    pub requests: usize,
    /// How many of those were found in the cache.
    pub resumed: usize,
    /// What an analyst should know.
    pub notes: Vec<String>,
    /// What must be heard.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Gemeenten that `data/regions` does not know, with their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_regions: Vec<String>,
    /// The lists of gemeenten and the log of herindelingen that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lists: Option<RegionsReport>,
    /// Why it failed.
    #[serde(skip)]
    pub error: Option<Error>,
    /// The same as text.
    #[serde(rename = "error", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl TableReport {
    pub(super) fn new(table: &str, outcome: Outcome) -> Self {
        Self {
            table: table.to_owned(),
            outcome,
            release: None,
            topics: 0,
            rows: 0,
            requests: 0,
            resumed: 0,
            notes: Vec::new(),
            warnings: Vec::new(),
            new_regions: Vec::new(),
            lists: None,
            error: None,
            message: None,
            hint: None,
        }
    }

    pub(super) fn failed(table: &str, error: Error) -> Self {
        Self {
            message: Some(error.to_string()),
            hint: error.hint(),
            error: Some(error),
            ..Self::new(table, Outcome::Failed)
        }
    }
}
