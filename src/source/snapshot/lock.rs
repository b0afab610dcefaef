//! Which release of each table is used: `data/snapshots.lock`, and `data/locks/<edition>.lock` for an edition that is closed.
//!
//! In: the files. Out: a [`Lock`]. Nothing fails here: a table that it does not name has no release. The peculiarity it
//! exists for: CBS keeps no earlier releases. An edition that was published keeps its own, whole: what a refresh pins, or a
//! table that came later, is nothing to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Release folder per table.
pub type Pins = BTreeMap<String, String>;

/// What stands in one file.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LockFile {
    #[serde(default)]
    pub(super) tables: Pins,
}

/// Which release of each table is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// What `import` and `fetch --update` pin: used by every edition that is not closed.
    pub tables: Pins,
    /// Per closed edition: all that it uses.
    pub closed: BTreeMap<String, Pins>,
}

impl Lock {
    /// The release an edition uses of a table.
    pub fn release(&self, edition: &str, table: &str) -> Option<&str> {
        self.of_edition(edition).get(table).map(String::as_str)
    }

    /// All that an edition uses.
    pub fn of_edition(&self, edition: &str) -> &Pins {
        self.closed.get(edition).unwrap_or(&self.tables)
    }

    /// Every release that any edition uses of a table, in order; that of the editions that are not closed first.
    pub fn releases(&self, table: &str) -> Vec<&str> {
        let all = std::iter::once(&self.tables).chain(self.closed.values());
        let mut releases = Vec::new();
        for release in all.filter_map(|pins| pins.get(table)) {
            if !releases.contains(&release.as_str()) {
                releases.push(release.as_str());
            }
        }
        releases
    }
}
