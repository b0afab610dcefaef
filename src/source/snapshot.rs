//! The store: what one table held in one release, whole, with a readable sidecar, and a lock that says which is used.
//!
//! In `data/snapshots/<table>/<release>/` stand `observations.parquet` (region, period, year, topic, value, missing,
//! status; sorted by topic, period, region) and `snapshot.toml`; beside wijken and buurten also `regions.csv` with their
//! names. Earlier releases stay; `data/snapshots.lock` pins one
//! per table, and `data/locks/` those of each edition that is closed. A file whose hash is not that of its sidecar is refused.

mod columns;
mod draft;
mod lock;
mod rows;
mod sidecar;
mod store;

use std::path::{Path, PathBuf};

use polars::prelude::PolarsError;
use serde::Serialize;

pub use columns::{Columns, schema};
pub use draft::{Draft, Sealed};
pub use lock::{Lock, Pins};
pub use rows::{Rows, Words};
pub use sidecar::{Accepted, Boundaries, Fetched, Sidecar, TopicMeta};
pub use store::{Snapshot, Store};

use crate::base::failure::{Exit, Report};
use crate::base::{csv, files};

/// The names of the wijken and buurten of a release.
const REGIONS: &str = "regions.csv";

/// Its columns.
const REGION_COLUMNS: [&str; 2] = ["region", "name"];

/// Whether a text may be the name of a folder in the store.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|source| Error::Toml {
        path: path.to_owned(),
        message: source.to_string(),
    })
}

fn to_toml<T: Serialize>(value: &T) -> Result<String, Error> {
    toml::to_string(value).map_err(|source| Error::Toml {
        path: PathBuf::new(),
        message: source.to_string(),
    })
}

/// What can be wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// A list of wijken and buurten.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A sidecar or the lock is not what it should be.
    #[error("`{}`: {message}", path.display())]
    Toml {
        /// File.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A Parquet file is damaged.
    #[error("`{}`: {source}", path.display())]
    Parquet {
        /// File.
        path: PathBuf,
        /// Why.
        source: PolarsError,
    },
    /// A file is not the one its sidecar speaks of.
    #[error("`{}` has sha256 {found}, its sidecar says {expected}", path.display())]
    Hash {
        /// File.
        path: PathBuf,
        /// What the sidecar says.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// A file has other columns or rows than its sidecar says.
    #[error("`{}` has {rows} rows or other columns, its sidecar says {expected} rows", path.display())]
    Shape {
        /// File.
        path: PathBuf,
        /// Rows found.
        rows: usize,
        /// Rows expected.
        expected: usize,
    },
    /// A file puts several figures into one year, or a figure into another.
    #[error("`{}`: {what}", path.display())]
    Misplaced {
        /// File.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A name that could leave the store.
    #[error("`{name}` cannot be the name of a snapshot")]
    Name {
        /// The name.
        name: String,
    },
    /// Boundaries that are no word known.
    #[error("table `{table}` follows boundaries `{found}`")]
    Boundaries {
        /// Table.
        table: String,
        /// The word.
        found: String,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Files(error) => error.hint(),
            Self::Csv(error) => error.hint(),
            Self::Hash { .. } | Self::Shape { .. } | Self::Parquet { .. } => Some(
                "restore the file from version control, or import or fetch the table again"
                    .to_owned(),
            ),
            Self::Misplaced { .. } => Some(
                "one figure per region, topic and calendar year: import or fetch the table again, whole years only"
                    .to_owned(),
            ),
            Self::Toml { .. } => Some("restore the file from version control".to_owned()),
            Self::Name { .. } => Some("letters, digits, `-`, `_` and `.`".to_owned()),
            Self::Boundaries { .. } => Some("`period`, `period-or-next` or a year".to_owned()),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Hash { .. } | Self::Shape { .. } | Self::Misplaced { .. } => Exit::DoesNotHold,
            _ => Exit::Other,
        }
    }
}
