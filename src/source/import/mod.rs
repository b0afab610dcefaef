//! `import`: a folder of figures in the layout of tidied StatLine tables comes into `data/`, in the project's format.
//!
//! In: `source.toml`, `topics.csv` and `observations.csv` (a table), or `gemeenten.csv` and `herindelingen.csv`
//! (regions), or `gemeenten-<year>.json` (borders), or a `networks.csv`. Out: a snapshot, or the files of
//! `data/regions/`, `data/geometry/` and `data/networks.csv`. This is also how figures come in that are not in OData.
//! Whatever is wrong is an [`Error`] with file and line, and what was there before stays.

mod dates;
mod regions;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::base::failure::{Exit, Failure, Report};
use crate::base::files;
use crate::base::located::{Complaint, Place};
use crate::query::Queries;

/// What an import brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// A table, as a new release.
    Table {
        /// Table id.
        table: String,
        /// Release folder.
        release: String,
        /// Topics kept.
        topics: usize,
        /// Rows kept.
        rows: usize,
    },
    /// Files of regions, borders or networks.
    Files(Vec<PathBuf>),
}

/// What `source.toml` says of any folder.
#[derive(Debug, Default, Deserialize)]
struct Source {
    #[serde(default)]
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    publisher: String,
    #[serde(default)]
    statline_url: String,
    #[serde(default)]
    release: String,
    #[serde(default)]
    modified: String,
    #[serde(default)]
    retrieved: String,
    #[serde(default)]
    boundaries: String,
    #[serde(default)]
    license: String,
    #[serde(default)]
    sha256: String,
    #[serde(default)]
    caveats: Vec<String>,
    #[serde(default)]
    files: BTreeMap<String, GeometryFile>,
}

#[derive(Debug, Deserialize)]
struct GeometryFile {
    valid_for: Vec<i32>,
}

impl Source {
    fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("source.toml");
        let text = files::read_text(&path)?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(0, |span| {
                text[..span.start].matches('\n').count() as u64 + 1
            });
            Error::wrong(
                &path,
                line,
                error.message().replace('\n', " "),
                "the keys of a source: id, title, …",
            )
        })
    }
}

/// Imports a folder (or a `networks.csv`, of which lists of other networks and dates stay) into `data`.
///
/// With `only_asked`, a table is cut down to the topics that its queries ask for, for gemeenten and Nederland.
///
/// # Errors
/// When something is not as it should be, or cannot be written.
pub fn import(
    folder: &Path,
    data: &Path,
    only_asked: Option<&Queries>,
) -> Result<Imported, Failure> {
    let source = folder.join("source.toml");
    if source.exists() {
        dates::test(&source)?;
    }
    let lists = folder.join("networks.csv");
    if folder.join("observations.csv").exists() {
        Ok(table::import(folder, data, only_asked)?)
    } else if folder.join("herindelingen.csv").exists() {
        Ok(regions::import(folder, data)?)
    } else if folder.is_file() {
        Ok(regions::import_networks(folder, data)?)
    } else if lists.exists() {
        Ok(regions::import_networks(&lists, data)?)
    } else if source.exists() {
        Ok(regions::import_geometry(folder, data)?)
    } else {
        Err(Error::Nothing {
            folder: folder.to_owned(),
        }
        .into())
    }
}

/// What can be wrong with a folder that is imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Files or folders.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::source::snapshot::Error),
    /// Regions that are already there.
    #[error(transparent)]
    Regions(#[from] crate::base::csv::Error),
    /// A line is wrong, or what the queries ask does not fit the table.
    #[error(transparent)]
    Wrong(#[from] Complaint),
    /// A file is not the one `source.toml` speaks of.
    #[error("`{}` has sha256 {found}, `source.toml` says {expected}", path.display())]
    Hash {
        /// File.
        path: PathBuf,
        /// What `source.toml` says.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// A table that no query asks for.
    #[error("no query asks for table `{table}`")]
    NotAsked {
        /// Table.
        table: String,
    },
    /// Polars could not build the table.
    #[error("table `{table}`: {source}")]
    Polars {
        /// Table.
        table: String,
        /// Why.
        source: polars::error::PolarsError,
    },
    /// A folder without figures.
    #[error("{}", nothing(folder))]
    Nothing {
        /// Folder.
        folder: PathBuf,
    },
}

fn nothing(folder: &Path) -> String {
    if folder.exists() {
        format!("`{}` holds nothing that can be imported", folder.display())
    } else {
        format!("there is no `{}`", folder.display())
    }
}

impl Error {
    fn wrong(
        path: &Path,
        line: u64,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        let hint = format!("expected {}", expected.into());
        let complaint = Place::line(path, line as usize).wrong(message, hint);
        complaint.ending(Exit::DoesNotHold).into()
    }
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Files(error) => return error.hint(),
            Self::Store(error) => return error.hint(),
            Self::Regions(error) => return error.hint(),
            Self::Polars { .. } => return None,
            Self::Wrong(complaint) => return complaint.hint(),
            Self::Hash { .. } => "the file was changed after `source.toml` was written; get both anew".to_owned(),
            Self::NotAsked { .. } => "name it in `queries/tables.toml`, or leave out `--only-asked`".to_owned(),
            Self::Nothing { .. } => {
                "name a folder with `source.toml`, `topics.csv` and `observations.csv`, a folder of regions or borders, \
                 or a `networks.csv`"
                    .to_owned()
            }
        })
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Nothing { .. } | Self::NotAsked { .. } => Exit::Usage,
            Self::Wrong(complaint) => complaint.exit(),
            Self::Hash { .. } => Exit::DoesNotHold,
            _ => Exit::Other,
        }
    }
}
