//! The store: what one table held in one release, whole, with a readable sidecar, and a lock that says which is used.
//!
//! In `data/snapshots/<table>/<release>/` stand `observations.parquet` (region, period, year, topic, value, missing,
//! status; sorted by topic, period, region) and `snapshot.toml`. Earlier releases stay; `data/snapshots.lock` pins one
//! per table, and per edition where that differs. A file whose hash is not that of its sidecar is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::write::BatchedWriter;
use polars_io::prelude::{ParquetCompression, ParquetReader, ParquetWriter, StatisticsOptions};
use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Report};
use crate::files;

/// What a snapshot says of itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    /// Table id, verbatim.
    pub table: String,
    /// Title of the table.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Where a reader finds it.
    pub link: String,
    /// What the publisher calls this release.
    pub release: String,
    /// When the publisher changed it last, ISO date or `unknown`.
    pub modified: String,
    /// When it was brought here, ISO date or `unknown`.
    pub retrieved: String,
    /// The list of gemeenten the regions follow: `period`, `period-or-next`, or a year.
    pub boundaries: String,
    /// Licence.
    pub license: String,
    /// Periods as CBS codes them.
    pub periods: Vec<String>,
    /// Rows of `observations.parquet`.
    pub rows: usize,
    /// SHA-256 of `observations.parquet`.
    pub sha256: String,
    /// SHA-256 of what it was made from: the imported file, or the pages in order.
    pub source_sha256: String,
    /// The requests that brought it; empty for an imported file.
    #[serde(default)]
    pub requests: Vec<String>,
    /// What a user of the figures must know.
    #[serde(default)]
    pub caveats: Vec<String>,
    /// How it was fetched; none for what was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched: Option<Fetched>,
    /// The topics it holds.
    #[serde(default, rename = "topic")]
    pub topics: Vec<TopicMeta>,
}

/// How a snapshot came from CBS, exactly enough to ask whether there is a newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fetched {
    /// `v3` or `v4`.
    pub service: String,
    /// `CBS` or a third party's catalog.
    pub catalog: String,
    /// Time of the last change, as CBS writes it.
    pub modified: String,
    /// v4's version; empty in v3.
    pub version: String,
    /// Rows as CBS counts them, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    /// Rows that came.
    pub rows: u64,
    /// Bytes of the answers, unpacked.
    pub bytes: u64,
}

/// One topic of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TopicMeta {
    /// v3 topic key or v4 measure code.
    pub key: String,
    /// Path of topic groups and title, joined with ` > `.
    pub title: String,
    /// Unit as CBS prints it.
    pub unit: String,
    /// Decimals CBS gives.
    pub decimals: u32,
}

/// The list of gemeenten that figures follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundaries {
    /// That of each period.
    Period,
    /// That of each period, but a gemeente that starts the next 1 January may be in already.
    PeriodOrNext,
    /// That of one year.
    Year(i32),
}

impl Sidecar {
    /// The name of the release's folder: the date of its last change and the start of its hash.
    pub fn folder_name(&self) -> String {
        let date = if is_name(&self.modified) {
            &self.modified
        } else {
            "unknown"
        };
        format!("{date}-{}", self.sha256.get(..8).unwrap_or_default())
    }

    /// The boundaries, typed.
    ///
    /// # Errors
    /// When the word is none of those known.
    pub fn boundaries(&self) -> Result<Boundaries, Error> {
        match self.boundaries.as_str() {
            "period" => Ok(Boundaries::Period),
            "period-or-next" => Ok(Boundaries::PeriodOrNext),
            year => year
                .parse()
                .map(Boundaries::Year)
                .map_err(|_| Error::Boundaries {
                    table: self.table.clone(),
                    found: year.to_owned(),
                }),
        }
    }
}

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

/// A snapshot as it is read back.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Its sidecar.
    pub sidecar: Sidecar,
    /// Columns region, period, year, topic, value, missing, status.
    pub observations: DataFrame,
}

/// The folder `data/`, as far as snapshots go.
#[derive(Clone, Debug)]
pub struct Store {
    data: PathBuf,
}

impl Store {
    /// The store in a folder `data/`.
    pub fn new(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
        }
    }

    fn lock_path(&self) -> PathBuf {
        self.data.join("snapshots.lock")
    }

    /// The folder of a release.
    pub fn folder(&self, table: &str, release: &str) -> PathBuf {
        self.data.join("snapshots").join(table).join(release)
    }

    /// The lock; empty when there is none yet.
    ///
    /// # Errors
    /// When it cannot be read or is no lock.
    pub fn lock(&self) -> Result<Lock, Error> {
        let path = self.lock_path();
        if !path.exists() {
            return Ok(Lock::default());
        }
        let lock: Lock = parse(&path, &files::read_text(&path)?)?;
        let names = lock.tables.iter().chain(lock.edition.values().flatten());
        match names
            .into_iter()
            .find(|(table, release)| !is_name(table) || !is_name(release))
        {
            None => Ok(lock),
            Some((table, release)) => Err(Error::Name {
                name: format!("{table}/{release}"),
            }),
        }
    }

    /// Replaces the lock.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_lock(&self, lock: &Lock) -> Result<(), Error> {
        let note = "# Which release of each table is used. `import` and `fetch --update` write it; older releases stay.\n\n";
        Ok(files::write(
            &self.lock_path(),
            format!("{note}{}", to_toml(lock)?).as_bytes(),
        )?)
    }

    /// The sidecar of a release.
    ///
    /// # Errors
    /// When there is none or it cannot be read.
    pub fn sidecar(&self, table: &str, release: &str) -> Result<Sidecar, Error> {
        let path = self.folder(table, release).join("snapshot.toml");
        parse(&path, &files::read_text(&path)?)
    }

    /// Releases of a table that are kept, oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn releases(&self, table: &str) -> Result<Vec<String>, Error> {
        let folder = self.data.join("snapshots").join(table);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in files::at("read", &folder, fs::read_dir(&folder))? {
            let name = files::at("read", &folder, entry)?
                .file_name()
                .to_string_lossy()
                .into_owned();
            if is_name(&name) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Reads a release whole and holds it against its hash.
    ///
    /// # Errors
    /// When it is missing, damaged, or not what its sidecar says.
    pub fn read(&self, table: &str, release: &str) -> Result<Snapshot, Error> {
        let sidecar = self.sidecar(table, release)?;
        let path = self.folder(table, release).join("observations.parquet");
        let bytes = files::at("read", &path, fs::read(&path))?;
        let found = files::sha256(&bytes);
        if found != sidecar.sha256 {
            return Err(Error::Hash {
                path,
                expected: sidecar.sha256,
                found,
            });
        }
        let observations = ParquetReader::new(std::io::Cursor::new(bytes))
            .finish()
            .map_err(|source| Error::Parquet {
                path: path.clone(),
                source,
            })?;
        if observations.height() != sidecar.rows || **observations.schema() != schema() {
            return Err(Error::Shape {
                path,
                rows: observations.height(),
                expected: sidecar.rows,
            });
        }
        Ok(Snapshot {
            sidecar,
            observations,
        })
    }

    /// Whether a release is there, and is what its sidecar says; read in pieces, however large it is.
    ///
    /// # Errors
    /// When a file that is there cannot be read.
    pub fn is_whole(&self, table: &str, release: &str) -> Result<bool, Error> {
        let folder = self.folder(table, release);
        let path = folder.join("observations.parquet");
        if !path.exists() || !folder.join("snapshot.toml").exists() {
            return Ok(false);
        }
        let file = files::at("read", &path, fs::File::open(&path))?;
        let found = files::at("read", &path, files::sha256_of(file))?;
        Ok(found == self.sidecar(table, release)?.sha256)
    }

    /// Starts a release that is written piece by piece. Nobody else writes releases of the table until it is done, and
    /// what a killed process left half-written of them is cleared away.
    ///
    /// # Errors
    /// When the id of the table could leave the store, or nothing can be written there.
    pub fn start(&self, table: &str) -> Result<Draft, Error> {
        if !is_name(table) {
            return Err(Error::Name {
                name: table.to_owned(),
            });
        }
        let lock = files::FolderLock::wait_for(&self.data.join("snapshots").join(table))?;
        let folder = files::NewFolder::beside(&self.folder(table, "new"))?;
        let path = folder.path().join("observations.parquet");
        let file = files::at("write", &path, fs::File::create(&path))?;
        let writer = ParquetWriter::new(file)
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(StatisticsOptions::empty())
            .set_parallel(false)
            .batched(&schema())
            .map_err(|source| Error::Parquet {
                path: path.clone(),
                source,
            })?;
        Ok(Draft {
            lock,
            folder,
            path,
            writer,
            rows: 0,
        })
    }

    /// Writes a release beside its place, renames it there and returns its name; `sha256` and `rows` are filled in.
    ///
    /// # Errors
    /// When it cannot be written; nothing that was there is lost.
    pub fn write(
        &self,
        mut sidecar: Sidecar,
        observations: &mut DataFrame,
    ) -> Result<String, Error> {
        if !is_name(&sidecar.table) {
            return Err(Error::Name {
                name: sidecar.table,
            });
        }
        let parquet_error = |path: &Path, source| Error::Parquet {
            path: path.to_owned(),
            source,
        };
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(StatisticsOptions::empty())
            .finish(observations)
            .map_err(|source| parquet_error(Path::new(&sidecar.table), source))?;
        sidecar.sha256 = files::sha256(&bytes);
        sidecar.rows = observations.height();
        let release = sidecar.folder_name();
        let new = files::NewFolder::beside(&self.folder(&sidecar.table, &release))?;
        files::write(&new.path().join("observations.parquet"), &bytes)?;
        files::write(
            &new.path().join("snapshot.toml"),
            to_toml(&sidecar)?.as_bytes(),
        )?;
        new.finish()?;
        Ok(release)
    }
}

/// A release that is being written, row group by row group; dropped before [`Draft::finish`], it vanishes.
pub struct Draft {
    lock: files::FolderLock,
    folder: files::NewFolder,
    path: PathBuf,
    writer: BatchedWriter<fs::File>,
    rows: usize,
}

impl Draft {
    /// Adds rows as one row group.
    ///
    /// # Errors
    /// When they have other columns, or cannot be written.
    pub fn push(&mut self, mut rows: DataFrame) -> Result<(), Error> {
        self.rows += rows.height();
        rows.align_chunks();
        let pushed = self.writer.write_batch(&rows);
        self.parquet(pushed)
    }

    /// Ends the file and writes its sidecar, of which `sha256` and `rows` are filled in.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn seal(self, mut sidecar: Sidecar) -> Result<Sealed, Error> {
        let ended = self.writer.finish();
        self.parquet(ended)?;
        sidecar.rows = self.rows;
        let written = fs::File::open(&self.path)
            .and_then(|file| file.sync_all().and_then(|()| files::sha256_of(file)));
        sidecar.sha256 = files::at("write", &self.path, written)?;
        files::write(
            &self.folder.path().join("snapshot.toml"),
            to_toml(&sidecar)?.as_bytes(),
        )?;
        Ok(Sealed {
            folder: self.folder,
            sidecar,
            _lock: self.lock,
        })
    }

    fn parquet<T>(&self, result: PolarsResult<T>) -> Result<T, Error> {
        result.map_err(|source| Error::Parquet {
            path: self.path.clone(),
            source,
        })
    }
}

/// A release that is whole and not yet in its place; dropped before [`Sealed::keep`], it vanishes.
pub struct Sealed {
    folder: files::NewFolder,
    sidecar: Sidecar,
    _lock: files::FolderLock,
}

impl Sealed {
    /// The name it will have.
    pub fn release(&self) -> String {
        self.sidecar.folder_name()
    }

    /// Rows it has.
    pub fn rows(&self) -> usize {
        self.sidecar.rows
    }

    /// Puts the release in its place and returns its name, and whether it is a new one. The same figures of the same
    /// release that are there already stay as they are.
    ///
    /// # Errors
    /// When it cannot be renamed; nothing that was there is lost.
    pub fn keep(self) -> Result<(String, bool), Error> {
        let release = self.release();
        let folder = self.folder.named(&release);
        let (there, new) = (folder.place(), &self.sidecar);
        let path = there.join("snapshot.toml");
        let is_same = |old: &Sidecar| {
            let release = |of: &Sidecar| {
                of.fetched
                    .as_ref()
                    .map(|it| (it.service.clone(), it.modified.clone(), it.version.clone()))
            };
            release(old) == release(new)
                && old.topics == new.topics
                && old.boundaries == new.boundaries
        };
        let old = files::read_text(&path)
            .ok()
            .and_then(|text| parse(&path, &text).ok());
        let same = old.is_some_and(|old| is_same(&old))
            && fs::File::open(there.join("observations.parquet"))
                .and_then(files::sha256_of)
                .is_ok_and(|found| found == new.sha256);
        if !same {
            folder.finish()?;
        }
        Ok((release, !same))
    }
}

/// Columns of `observations.parquet`.
pub fn schema() -> Schema {
    Schema::from_iter([
        Field::new("region".into(), DataType::String),
        Field::new("period".into(), DataType::String),
        Field::new("year".into(), DataType::Int32),
        Field::new("topic".into(), DataType::String),
        Field::new("value".into(), DataType::Float64),
        Field::new("missing".into(), DataType::String),
        Field::new("status".into(), DataType::String),
    ])
}

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
            Self::Hash { .. } | Self::Shape { .. } | Self::Parquet { .. } => Some(
                "restore the file from version control, or import or fetch the table again"
                    .to_owned(),
            ),
            Self::Toml { .. } => Some("restore the file from version control".to_owned()),
            Self::Name { .. } => Some("letters, digits, `-`, `_` and `.`".to_owned()),
            Self::Boundaries { .. } => Some("`period`, `period-or-next` or a year".to_owned()),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Hash { .. } | Self::Shape { .. } => Exit::DoesNotHold,
            _ => Exit::Other,
        }
    }
}

/// Columns of observations while they come in, row by row.
#[derive(Debug, Default)]
pub struct Columns {
    region: Vec<Arc<str>>,
    period: Vec<Arc<str>>,
    year: Vec<i32>,
    topic: Vec<Arc<str>>,
    value: Vec<Option<f64>>,
    missing: Vec<&'static str>,
    status: Vec<&'static str>,
}

impl Columns {
    /// Adds one observation.
    #[allow(clippy::too_many_arguments)] // an observation has seven parts
    pub fn push(
        &mut self,
        region: &Arc<str>,
        period: &Arc<str>,
        year: i32,
        topic: &Arc<str>,
        value: Option<f64>,
        missing: crate::observation::Missing,
        status: crate::observation::Status,
    ) {
        self.region.push(Arc::clone(region));
        self.period.push(Arc::clone(period));
        self.year.push(year);
        self.topic.push(Arc::clone(topic));
        self.value.push(value);
        self.missing.push(missing.word());
        self.status.push(status.word());
    }

    /// The table, sorted by topic, period and region.
    ///
    /// # Errors
    /// When polars cannot build or sort it.
    pub fn into_frame(self) -> PolarsResult<DataFrame> {
        let text = |name: &str, cells: Vec<Arc<str>>| {
            Column::new(
                name.into(),
                cells.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
            )
        };
        DataFrame::new_infer_height(vec![
            text("region", self.region),
            text("period", self.period),
            Column::new("year".into(), self.year),
            text("topic", self.topic),
            Column::new("value".into(), self.value),
            Column::new("missing".into(), self.missing),
            Column::new("status".into(), self.status),
        ])?
        .sort(
            ["topic", "period", "region"],
            SortMultipleOptions::default(),
        )
    }
}
