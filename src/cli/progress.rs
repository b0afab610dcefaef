//! Progress of a fetch: a bar per table with rows, bytes and time left on a terminal, only long waits in a pipe.
//!
//! In: word from the client, from several threads. Out: bars or lines on stderr. Cannot fail.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};

use crate::source::cbs::Progress;

/// Bars, one per table under way.
pub struct Bars {
    all: MultiProgress,
    tables: Mutex<BTreeMap<String, (ProgressBar, u64)>>,
}

impl Bars {
    /// No bars yet.
    pub fn new() -> Self {
        Self {
            all: MultiProgress::new(),
            tables: Mutex::default(),
        }
    }

    fn tables(&self) -> MutexGuard<'_, BTreeMap<String, (ProgressBar, u64)>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bar(&self, table: &str) -> ProgressBar {
        let bar = self.all.add(ProgressBar::no_length());
        let style = "{prefix:12} {bar:24} {human_pos} of {human_len} rows, {msg}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_prefix(table.to_owned());
        bar
    }
}

/// What is heard in a pipe: a wait that could be taken for a program that hangs.
pub struct LongWaits;

/// A wait that is told in a pipe.
const LONG: Duration = Duration::from_secs(5);

impl Progress for LongWaits {
    fn retry(&self, table: &str, why: &str, wait: Duration) {
        if wait >= LONG {
            // a reader that went away hears nothing
            let _ = writeln!(std::io::stderr(), "{}", waiting(table, why, wait));
        }
    }
}

fn waiting(table: &str, why: &str, wait: Duration) -> String {
    format!("{table}: {why}; again in {:.1} s", wait.as_secs_f64())
}

impl Progress for Bars {
    fn page(&self, table: &str, rows: u64, bytes: u64, expected: Option<u64>) {
        let mut tables = self.tables();
        let (bar, sum) = tables
            .entry(table.to_owned())
            .or_insert_with(|| (self.bar(table), 0));
        *sum += bytes;
        bar.inc(rows);
        // the counts come in one by one, each after its first page
        if let Some(expected) = expected {
            bar.set_length(expected.max(bar.position()));
        }
        bar.set_message(HumanBytes(*sum).to_string());
    }

    fn retry(&self, table: &str, why: &str, wait: Duration) {
        // a terminal that is gone hears nothing
        let _ = self.all.println(waiting(table, why, wait));
    }

    fn restart(&self, table: &str) {
        let _ = self.all.println(format!(
            "{table}: republished while it was read; starting again"
        ));
        if let Some((bar, _)) = self.tables().get(table) {
            bar.reset();
        }
    }

    fn done(&self, table: &str) {
        if let Some((bar, _)) = self.tables().remove(table) {
            bar.finish_and_clear();
        }
    }
}
