//! The folder `data/snapshots/`: releases are written whole, found by name and read back.
//!
//! In: figures with their sidecar, or the name of a release. Out: the name, or a [`Snapshot`]. Fails on a name that could
//! leave the folder and on a file whose hash is not that of its sidecar; what was there before stays. The peculiarity it
//! exists for: CBS keeps no earlier releases, so they must stay here.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::prelude::ParquetReader;

use super::draft::parquet_writer;
use super::{Draft, Error, Lock, Sidecar, is_name, parse, schema, to_toml};
use crate::base::files;
use crate::source::bounds::calendar_year;

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
        match misplaced(&observations) {
            Ok(None) => Ok(Snapshot {
                sidecar,
                observations,
            }),
            Ok(Some(what)) => Err(Error::Misplaced { path, what }),
            Err(source) => Err(Error::Parquet { path, source }),
        }
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
        Draft::start(&self.data.join("snapshots").join(table))
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
        parquet_writer(&mut bytes)
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

/// What would give a region, topic and year another figure than its own: a period that is no calendar year, a year that is
/// not that of its period, a cell that comes twice in a row.
fn misplaced(observations: &DataFrame) -> PolarsResult<Option<String>> {
    let text = |name: &str| PolarsResult::Ok(observations.column(name)?.str()?.clone());
    let (regions, periods, topics) = (text("region")?, text("period")?, text("topic")?);
    let years = observations.column("year")?.i32()?;
    let (mut before, mut calendar) = ((None, None, None), (None, None));
    let cells = regions.iter().zip(periods.iter()).zip(topics.iter());
    for (((region, period), topic), year) in cells.zip(years.iter()) {
        if calendar.0 != period || period.is_none() {
            match calendar_year(period.unwrap_or_default()) {
                Ok(year) => calendar = (period, Some(year)),
                Err((message, _)) => return Ok(Some(message)),
            }
        }
        let cell = (region, period, topic);
        let [region, period, topic] = [region, period, topic].map(Option::unwrap_or_default);
        if calendar.1 != year {
            return Ok(Some(format!("`{region}` has `{period}` in another year")));
        }
        if std::mem::replace(&mut before, cell) == cell {
            return Ok(Some(format!(
                "`{region}` has topic `{topic}` in `{period}` twice"
            )));
        }
    }
    Ok(None)
}
