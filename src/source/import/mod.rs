//! `import`: figures, regions, borders and lists come into `data/`, in the project's format.
//!
//! In: a folder in the layout of tidied StatLine tables (`source.toml`, `topics.csv` and `observations.csv`), or
//! `gemeenten.csv` and `herindelingen.csv` (regions), or `gemeenten-<year>.json` (borders, with who made them and under which
//! licence), or a `networks.csv`, or a list of what networks say, or a file as StatLine's page or the Kiesraad gives it.
//! Out: a snapshot, or the files of `data/regions/` and `data/geometry/`, `data/networks.csv` and `data/agendas.csv`. This is
//! also how figures come in that are not in OData. Whatever is wrong is an [`Error`] with file and line, and what was there
//! before stays.

pub mod download;
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
use crate::source::agendas::{self, Agendas, Position};
use crate::source::compare;
use crate::source::regions::WriteError;

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
        /// What an analyst should know, such as how it differs from the release before.
        notes: Vec<String>,
    },
    /// Files of regions, borders, networks or what networks say.
    Files(Vec<PathBuf>),
}

impl Imported {
    /// The same, with something to say before all else.
    fn led_by(mut self, said: Vec<String>) -> Self {
        if let Self::Table { notes, .. } = &mut self {
            notes.splice(0..0, said);
        }
        self
    }
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
    rows: Option<usize>,
    topics: Option<usize>,
    periods: Option<Vec<String>>,
    #[serde(skip)]
    path: PathBuf,
    #[serde(skip)]
    text: String,
}

#[derive(Debug, Deserialize)]
struct GeometryFile {
    valid_for: Vec<i32>,
}

impl Source {
    fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("source.toml");
        let text = files::read_text(&path)?;
        let read: Result<Self, _> = toml::from_str(&text);
        let source = read.map_err(|error| {
            let line = error.span().map_or(0, |span| {
                text[..span.start].matches('\n').count() as u64 + 1
            });
            Error::wrong(
                &path,
                line,
                error.message().replace('\n', " "),
                "the keys of a source: id, title, …",
            )
        })?;
        Ok(Self {
            path,
            text,
            ..source
        })
    }

    /// The complaint that what it says under a key is wrong.
    fn wrong(&self, key: &str, message: String, expected: &str) -> Error {
        let is_it = |line: &str| {
            line.split('=')
                .next()
                .is_some_and(|name| name.trim() == key)
        };
        let before = self.text.lines().take_while(|line| !is_it(line)).count();
        Error::wrong(&self.path, before as u64 + 1, message, expected)
    }
}

/// Imports a folder (or a `networks.csv`, of which lists of other networks and dates stay) into `data`.
///
/// With `only_asked`, a table is cut down to the topics that its queries ask for, for gemeenten and Nederland.
///
/// # Errors
/// When something is not as it should be, does not look right beside the release before, or cannot be written.
pub fn import(
    folder: &Path,
    data: &Path,
    only_asked: Option<&Queries>,
) -> Result<Imported, Failure> {
    import_accepting(folder, data, only_asked, None)
}

/// Imports, and takes a table that does not look right for the reason given, which its sidecar keeps.
///
/// # Errors
/// When something is not as it should be, or cannot be written.
pub fn import_accepting(
    folder: &Path,
    data: &Path,
    only_asked: Option<&Queries>,
    accept: Option<&str>,
) -> Result<Imported, Failure> {
    let source = folder.join("source.toml");
    if source.exists() {
        dates::test(&source)?;
    }
    let lists = folder.join("networks.csv");
    if folder.join("observations.csv").exists() {
        Ok(table::import(folder, data, only_asked, accept)?)
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

/// Whether a path is a list of what networks say, by its header.
pub fn is_agendas(path: &Path) -> bool {
    let header = files::read_text(path).unwrap_or_default();
    let header = header.lines().next().unwrap_or_default();
    let names: Vec<&str> = header.trim_start_matches('\u{feff}').split(',').collect();
    path.is_file()
        && ["networks", "position"]
            .iter()
            .all(|name| names.contains(name))
}

/// Imports a list of what networks say in the place of the one before, if there is one.
///
/// # Errors
/// When a line is wrong, or the list cannot be written.
pub fn import_agendas(path: &Path, data: &Path, queries: &Queries) -> Result<Imported, Failure> {
    let agendas = Agendas::read_incoming(path, queries).map_err(Error::from)?;
    let rows = agendas.positions().iter().map(Position::cells);
    let mut list = csv::Writer::from_writer(Vec::new());
    let no_csv = |message: String| Error::wrong(path, 0, message, "texts that fit a CSV file");
    for row in std::iter::once(agendas::COLUMNS).chain(rows) {
        let written = list.write_record(row);
        written.map_err(|error| no_csv(error.to_string()))?;
    }
    let bytes = list.into_inner();
    let bytes = bytes.map_err(|error| no_csv(error.to_string()))?;
    let _lock = files::FolderLock::wait_for(data)?;
    let place = data.join("agendas.csv");
    files::write(&place, &bytes)?;
    Ok(Imported::Files(vec![place]))
}

/// What happened to a file that has another hash than its source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Its line ends became those of Windows.
    LineEnds,
    /// A byte order mark came before the first sign.
    ByteOrderMark,
    /// What the source says is no SHA-256.
    NoHash,
    /// It does not show.
    Other,
}

impl Damage {
    const fn hint(self) -> &'static str {
        match self {
            Self::LineEnds => {
                "with LF line ends the hash is right: git or an editor made them CRLF. Check the folder out again with \
                 `git config core.autocrlf false`, or turn the line ends back"
            }
            Self::ByteOrderMark => {
                "without the byte order mark (BOM) at its start the hash is right: save it as UTF-8 without BOM"
            }
            Self::NoHash => {
                "expected `sha256` of `observations.csv`: 64 hexadecimal digits, as `sha256sum` prints them"
            }
            Self::Other => "the file was changed after `source.toml` was written; get both anew",
        }
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
    /// A release is held back.
    #[error(transparent)]
    Compared(#[from] compare::Error),
    /// A file is not the one `source.toml` speaks of.
    #[error("`{}` has sha256 {found}, `source.toml` says {expected}", path.display())]
    Hash {
        /// File.
        path: PathBuf,
        /// What `source.toml` says.
        expected: String,
        /// What the file has.
        found: String,
        /// What happened to the file, as far as it shows.
        damage: Damage,
    },
    /// A table that no query asks for.
    #[error("no query asks for table `{table}`")]
    NotAsked {
        /// Table.
        table: String,
    },
    /// A table was named for what says itself which it is.
    #[error("`--table` is for a download from StatLine's page, and `{}` is none", folder.display())]
    TableOfFolder {
        /// What was to be imported.
        folder: PathBuf,
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
    let name = folder.display();
    if folder.exists() {
        format!("`{name}` holds nothing that can be imported")
    } else {
        format!("there is no `{name}`")
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
        let is_away = |error: &files::Error| error.source.kind() == std::io::ErrorKind::NotFound;
        Some(match self {
            Self::Files(error) if !is_away(error) => return error.hint(),
            Self::Store(error) => return error.hint(),
            Self::Compared(error) => return error.hint(),
            Self::Regions(error) => return error.hint(),
            Self::Polars { .. } => return None,
            Self::TableOfFolder { .. } => "leave `--table` out, or name one download".to_owned(),
            Self::Wrong(complaint) => return complaint.hint(),
            Self::Hash { damage, .. } => damage.hint().to_owned(),
            Self::NotAsked { .. } => "name it in `queries/tables.toml`, or leave out `--only-asked`".to_owned(),
            Self::Files(_) | Self::Nothing { .. } => {
                "name a folder with `source.toml`, `topics.csv` and `observations.csv`, a folder of regions or borders, \
                 a `networks.csv`, a list of what networks say, or a CSV file of StatLine's page or the Kiesraad"
                    .to_owned()
            }
        })
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Nothing { .. } | Self::NotAsked { .. } | Self::TableOfFolder { .. } => {
                Exit::Usage
            }
            Self::Wrong(complaint) => complaint.exit(),
            Self::Hash { .. } => Exit::DoesNotHold,
            Self::Compared(error) => error.exit(),
            _ => Exit::Other,
        }
    }
}
