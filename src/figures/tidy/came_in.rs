//! The snapshots as they came in: what a check looks at and what a fact is traced back to.
//!
//! In: the store, and which release of each table is in use. Out: frames with the columns of a snapshot. Fails when one that was
//! closed is no longer what its sidecar says. The peculiarity it answers: they are a third of all that is held, and once the
//! facts are traced nobody asks for them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use polars::prelude::DataFrame;

use crate::source::snapshot::{Error, Store};

/// The snapshots in use, by table.
#[derive(Debug, Default)]
pub struct CameIn {
    store: Option<Store>,
    releases: BTreeMap<String, String>,
    open: Mutex<BTreeMap<String, DataFrame>>,
}

impl CameIn {
    pub(super) fn of(store: &Store) -> Self {
        Self {
            store: Some(store.clone()),
            ..Self::default()
        }
    }

    /// Adds a snapshot that was just read.
    pub(super) fn add(&mut self, table: &str, release: &str, frame: DataFrame) {
        self.releases.insert(table.to_owned(), release.to_owned());
        self.frames().insert(table.to_owned(), frame);
    }

    /// Where they lie.
    pub fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// The tables in use.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.releases.keys().map(String::as_str)
    }

    /// The frame of a table, sorted by topic, period and region; read anew where it was closed. None where the table is not in
    /// use.
    ///
    /// # Errors
    /// When it must be read and is gone or damaged.
    pub fn open(&self, table: &str) -> Result<Option<DataFrame>, Error> {
        let (Some(release), Some(store)) = (self.releases.get(table), &self.store) else {
            return Ok(None);
        };
        if let Some(frame) = self.frames().get(table) {
            return Ok(Some(frame.clone()));
        }
        let frame = store.read(table, release)?.observations;
        self.frames().insert(table.to_owned(), frame.clone());
        Ok(Some(frame))
    }

    /// Gives back the room that they take, until one is opened again.
    pub fn close(&self) {
        self.frames().clear();
    }

    fn frames(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, DataFrame>> {
        // a frame is there or not: no panic leaves half of one
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
