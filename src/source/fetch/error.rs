//! What can go wrong with a fetch, with a hint and the exit status.
//!
//! In: an error of the client, the store or the queries. Out: the same as one [`Error`]. The peculiarity it exists for: a
//! source that cannot be reached ends with another status than figures that do not hold.

use super::writer::Unfit;
use crate::base::csv;
use crate::base::failure::{Exit, Report};
use crate::base::files;
use crate::base::located::Complaint;
use crate::source::cbs::{self, ErrorKind};
use crate::source::compare;
use crate::source::regions::{self, WriteError};
use crate::source::snapshot;

/// What can go wrong with a fetch.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// CBS, or the way to it.
    #[error(transparent)]
    Cbs(cbs::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] snapshot::Error),
    /// A release is held back.
    #[error(transparent)]
    Compared(#[from] compare::Error),
    /// Files or folders.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// Lists that are here, or were to be written.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// The list of regions makes no lists of gemeenten.
    #[error(transparent)]
    Regions(#[from] regions::Error),
    /// The list of gemeenten and herindelingen is held back.
    #[error(transparent)]
    Held(#[from] regions::Held),
    /// What the queries ask does not fit the table that is held.
    #[error(transparent)]
    Query(#[from] Complaint),
    /// A table that the queries do not know.
    #[error("`queries/tables.toml` has no table `{table}`")]
    NotAsked {
        /// Table.
        table: String,
        /// Tables with nearly that id.
        nearest: Vec<String>,
    },
    /// A topic that is found by patterns of keys.
    #[error("table {table}: topic `{topic}` is asked by patterns of keys, which only a file has")]
    Patterns {
        /// Table.
        table: String,
        /// Topic.
        topic: String,
    },
    /// CBS sends a figure that its topic cannot have.
    #[error("table {table}: {unfit}")]
    Unfit {
        /// Table.
        table: String,
        /// The figure, and what is wrong with it.
        unfit: Unfit,
    },
    /// What the lock pins is not here, and CBS has something else.
    #[error("table {table}: CBS no longer has the pinned release `{pinned}`, it now has `{has}`")]
    Gone {
        /// Table.
        table: String,
        /// Releases that are pinned and not here.
        pinned: String,
        /// The release that CBS has.
        has: String,
    },
    /// CBS answers that it does not have a table of which a release is held.
    #[error(
        "table {table}: CBS has no such table any more; the release `{held}` that is held stays in use"
    )]
    Withdrawn {
        /// Table.
        table: String,
        /// The release that is held.
        held: String,
    },
    /// CBS has gemeenten that the lists here do not.
    #[error("CBS has {} gemeenten that `data/regions` lacks: {}", .0.len(), .0.join(", "))]
    NewRegions(Vec<String>),
    /// The list of gemeenten did not come in, which was reported.
    #[error("the list of gemeenten and herindelingen did not come in; what was here of it stays")]
    ListsFailed(Exit),
    /// Some tables failed; each was reported.
    #[error("{failed} of {of} tables could not be fetched; what was here of them stays")]
    SomeFailed {
        /// How many failed.
        failed: usize,
        /// Of how many.
        of: usize,
        /// The exit status of the worst.
        exit: Exit,
        /// What to do next, beside what each hints at.
        next: Option<&'static str>,
    },
    /// `check` found that figures are out of date.
    #[error("a refresh is due for {0} tables")]
    Due(usize),
}

impl Error {
    /// The error of a run in which some tables failed, if any did. A source that cannot be reached weighs most.
    pub fn of_all<'a>(errors: impl IntoIterator<Item = &'a Self>, of: usize) -> Option<Self> {
        let errors: Vec<&Self> = errors.into_iter().collect();
        let worst = [
            Exit::Unreachable,
            Exit::Other,
            Exit::Usage,
            Exit::DoesNotHold,
        ];
        let exit = worst
            .into_iter()
            .find(|exit| errors.iter().any(|error| error.exit() == *exit))?;
        let kinds = || errors.iter().filter_map(|error| error.kind());
        let may_pass = |kind: &ErrorKind| !matches!(kind, ErrorKind::Connection { .. });
        let next = if kinds().any(|kind| matches!(kind, ErrorKind::Interrupted)) {
            Some("what has arrived is kept: run the same `fetch` again to resume")
        } else if exit == Exit::Unreachable && kinds().any(may_pass) {
            Some("what has arrived is kept: run the same `fetch` again later to resume")
        } else {
            None
        };
        Some(Self::SomeFailed {
            failed: errors.len(),
            of,
            exit,
            next,
        })
    }

    fn kind(&self) -> Option<&ErrorKind> {
        match self {
            Self::Cbs(error) => Some(&error.kind),
            _ => None,
        }
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Files(error) => error.into(),
            WriteError::Csv(error) => error.into(),
        }
    }
}

impl From<cbs::Error> for Error {
    fn from(error: cbs::Error) -> Self {
        let table = error.table.clone().unwrap_or_default();
        let cause = match *error.kind {
            ErrorKind::Sink(cause) => cause,
            kind => {
                return Self::Cbs(cbs::Error {
                    kind: kind.into(),
                    ..error
                });
            }
        };
        // what the store says of itself tells more than that rows could not be stored
        match cause.downcast::<Unfit>() {
            Ok(unfit) => Self::Unfit {
                table,
                unfit: *unfit,
            },
            Err(cause) => match cause.downcast::<snapshot::Error>() {
                Ok(store) => Self::Store(*store),
                Err(cause) => Self::Cbs(cbs::Error::from(ErrorKind::Sink(cause)).of_table(&table)),
            },
        }
    }
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Cbs(error) => Some(error.hint()),
            Self::Store(error) => error.hint(),
            Self::Compared(error) => error.hint(),
            Self::Files(error) => error.hint(),
            Self::Query(error) => error.hint(),
            Self::Csv(error) => error.hint(),
            Self::Regions(error) => error.hint(),
            Self::Held(error) => error.hint(),
            Self::NotAsked { nearest, .. } => {
                Some(format!("ids are case-sensitive; there are {}", nearest.join(", ")))
            }
            Self::Unfit { unfit, .. } => Some(format!(
                "expected {}; what was here stays in use until CBS has mended it",
                unfit.expected
            )),
            Self::Patterns { .. } => Some("ask it by its title path".to_owned()),
            Self::Gone { .. } => Some(
                "restore the snapshot from version control, or take the newest with `fetch --update`"
                    .to_owned(),
            ),
            Self::Withdrawn { .. } => Some(
                "look for what continues it with `fetch --check` or `tables search`, and name that in `queries/tables.toml`"
                    .to_owned(),
            ),
            Self::NewRegions(_) => Some(
                "bring the new list of gemeenten and herindelingen: `fetch --update` does, with the table of inhabitants, or \
                 `import` from a folder; then `build`"
                    .to_owned(),
            ),
            Self::ListsFailed(_) => None,
            Self::SomeFailed { next, .. } => next.map(str::to_owned),
            Self::Due(_) => Some("run `fetch --update`, then `build`".to_owned()),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Cbs(error) => exit_of(error),
            Self::Store(error) => error.exit(),
            Self::Compared(error) => error.exit(),
            Self::Files(error) => error.exit(),
            Self::Query(error) => error.exit(),
            Self::Csv(error) => error.exit(),
            Self::Regions(error) => error.exit(),
            Self::Held(error) => error.exit(),
            Self::NotAsked { .. } | Self::Patterns { .. } => Exit::Usage,
            Self::Gone { .. }
            | Self::Due(_)
            | Self::Unfit { .. }
            | Self::Withdrawn { .. }
            | Self::NewRegions(_) => Exit::DoesNotHold,
            Self::ListsFailed(exit) | Self::SomeFailed { exit, .. } => *exit,
        }
    }
}

/// The exit status of what went wrong between CBS and us.
fn exit_of(error: &cbs::Error) -> Exit {
    match *error.kind {
        _ if error.is_unreachable() => Exit::Unreachable,
        ErrorKind::Config(_) | ErrorKind::BadId(_) => Exit::Usage,
        ErrorKind::Cache(_)
        | ErrorKind::CacheInUse
        | ErrorKind::Sink(_)
        | ErrorKind::Interrupted => Exit::Other,
        _ => Exit::DoesNotHold,
    }
}

impl Report for cbs::Error {
    fn hint(&self) -> Option<String> {
        Some(cbs::Error::hint(self))
    }

    fn exit(&self) -> Exit {
        exit_of(self)
    }
}
