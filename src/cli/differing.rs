//! `diff`: what changed, and why. Answers go to stdout.

use clap::Args;

use super::asking::say;
use crate::base::failure::Failure;
use crate::base::project::Project;
use crate::diff::{Revision, revision};
use crate::gemeente::Gemeenten;
use crate::pipeline;
use crate::source::snapshot::{Lock, Store};

#[derive(Debug, Args)]
pub(super) struct Diff {
    /// Two sides, old and new: an edition, the folder of a project, or a folder `data/`. With `--table` two releases of it, or
    /// none: those are then the pinned one and the one before it.
    #[arg(value_names = ["OLD", "NEW"], num_args = 0..=2, required_unless_present = "table")]
    sides: Vec<String>,
    /// Two releases of this table, cell by cell.
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// The edition that folders are read for; without it that of the other side, else the default one.
    #[arg(long, value_name = "ID", conflicts_with = "table")]
    edition: Option<String>,
    /// Print all changes, not only the largest.
    #[arg(long)]
    all: bool,
    /// Print CSV: a row per figure and cause, or per cell.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Not two sides.
#[derive(Debug, thiserror::Error)]
#[error("`diff` compares two sides, and one was named")]
struct OneSide;

impl crate::base::failure::Report for OneSide {
    fn hint(&self) -> Option<String> {
        Some("name the old and the new side, such as `diff 2021 2026`".to_owned())
    }

    fn exit(&self) -> crate::base::failure::Exit {
        crate::base::failure::Exit::Usage
    }
}

pub(super) fn run_diff(project: &Project, diff: &Diff) -> Result<(), Failure> {
    let sides = match diff.sides.as_slice() {
        [old, new] => Some([old.as_str(), new.as_str()]),
        [] => None,
        _ => return Err(OneSide.into()),
    };
    if let Some(table) = &diff.table {
        let gemeenten = Gemeenten::read(&project.data())?;
        let named = sides.map(|[old, new]| (old, new));
        let found = revision(&Store::new(&project.data()), &gemeenten, table, named)?;
        print(diff, &found, Revision::to_csv, |of| of.to_text(diff.all));
        return Ok(());
    }
    let found = pipeline::diff(project, sides.ok_or(OneSide)?, diff.edition.as_deref())?;
    let text = |of: &crate::diff::Changes| of.to_text(&found.old, &found.new, diff.all);
    print(diff, &found.changes, crate::diff::Changes::to_csv, text);
    Ok(())
}

/// Which releases are used before something comes in.
pub(super) fn releases(project: &Project) -> Lock {
    // a lock that cannot be read is told by what comes next
    Store::new(&project.data()).lock().unwrap_or_default()
}

/// Tells of every table that uses another release than before which figures that release has otherwise, the largest first.
pub(super) fn tell_revised(project: &Project, before: &Lock) {
    let now = releases(project);
    let Ok(gemeenten) = Gemeenten::read(&project.data()) else {
        // without lists of gemeenten there is nothing to compare yet
        return;
    };
    let store = Store::new(&project.data());
    for (table, release) in &now.tables {
        let Some(old) = before.tables.get(table).filter(|old| *old != release) else {
            continue;
        };
        match revision(&store, &gemeenten, table, Some((old, release))) {
            Ok(found) => eprint!("{}", found.summary()),
            Err(error) => {
                eprintln!("note: table `{table}` cannot be compared with what was here: {error}");
            }
        }
    }
}

fn print<T: serde::Serialize>(
    diff: &Diff,
    found: &T,
    csv: impl Fn(&T) -> Vec<u8>,
    text: impl Fn(&T) -> String,
) {
    if diff.json {
        // numbers and texts become JSON always
        say(&serde_json::to_string_pretty(found).unwrap_or_default());
        say("\n");
    } else if diff.csv {
        say(&String::from_utf8_lossy(&csv(found)));
    } else {
        say(&text(found));
    }
}
