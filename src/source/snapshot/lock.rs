//! `data/snapshots.lock`: which release of each table is used.
//!
//! In: the file. Out: a [`Lock`]. Nothing fails here: a table that it does not name has no release. The peculiarity it
//! exists for: an edition of an earlier year may pin an earlier release than the others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which release of each table is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Release folder per table, for every edition that does not say otherwise.
    #[serde(default)]
    pub tables: BTreeMap<String, String>,
    /// Per edition: release folder per table.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub edition: BTreeMap<String, BTreeMap<String, String>>,
}

impl Lock {
    /// The release an edition uses of a table.
    pub fn release(&self, edition: &str, table: &str) -> Option<&str> {
        let own = self
            .edition
            .get(edition)
            .and_then(|tables| tables.get(table));
        own.or_else(|| self.tables.get(table)).map(String::as_str)
    }
}
