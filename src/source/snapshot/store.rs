//! The folder `data/snapshots/`: releases are written whole, found by name and read back.
//!
//! In: figures with their sidecar, or the name of a release. Out: the name, or a [`Snapshot`]. Fails on a name that could
//! leave the folder and on a file whose hash is not that of its sidecar; what was there before stays. The peculiarity it
//! exists for: CBS keeps no earlier releases, so they must stay here.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use polars_io::SerReader;
use polars_io::prelude::{ParallelStrategy, ParquetReader};

use super::draft::parquet_writer;
use super::lock::LockFile;
use super::{
    Draft, Error, Lock, Pins, REGION_COLUMNS, REGIONS, Sidecar, is_name, parse, schema, to_toml,
};
use crate::base::{csv, files};
use crate::source::bounds::calendar_year;

/// A file smaller than this is unpacked sooner than another hand would come to help, in bytes.
const SMALL: usize = 1 << 20;

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

    /// Waits until nobody else brings releases or pins them, and clears away what a run that was stopped left of them.
    ///
    /// # Errors
    /// When the folders cannot be made or locked.
    pub fn wait(&self) -> Result<[files::FolderLock; 2], files::Error> {
        let (data, releases) = (&self.data, self.data.join("snapshots"));
        Ok([
            files::FolderLock::wait_for(data)?,
            files::FolderLock::wait_for(&releases)?,
        ])
    }

    fn lock_path(&self) -> PathBuf {
        self.data.join("snapshots.lock")
    }

    fn closed_path(&self, edition: &str) -> PathBuf {
        self.data.join("locks").join(format!("{edition}.lock"))
    }

    /// The folder of a release.
    pub fn folder(&self, table: &str, release: &str) -> PathBuf {
        self.data.join("snapshots").join(table).join(release)
    }

    /// The lock; empty when there is none yet.
    ///
    /// # Errors
    /// When a file of it cannot be read or is no lock.
    pub fn lock(&self) -> Result<Lock, Error> {
        let mut lock = Lock {
            tables: pins(&self.lock_path())?,
            ..Lock::default()
        };
        let folder = self.data.join("locks");
        for name in files::names(&folder)? {
            if let Some(edition) = name.strip_suffix(".lock").filter(|name| is_name(name)) {
                let own = pins(&folder.join(&name))?;
                lock.closed.insert(edition.to_owned(), own);
            }
        }
        Ok(lock)
    }

    /// Replaces the lock of the editions that are not closed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_lock(&self, lock: &Lock) -> Result<(), Error> {
        let note = "Which release of each table is used. `import` and `fetch --update` write it; older releases stay.";
        write_pins(&self.lock_path(), note, &lock.tables)
    }

    /// Closes an edition: from now on it uses these releases, whatever is fetched or imported later.
    ///
    /// # Errors
    /// When its id cannot be the name of a file, or the file cannot be written.
    pub fn close(&self, edition: &str, tables: &Pins) -> Result<PathBuf, Error> {
        if !is_name(edition) {
            return Err(Error::Name {
                name: edition.to_owned(),
            });
        }
        let path = self.closed_path(edition);
        let note =
            "Which release of each table this edition uses, whatever is fetched or imported later.";
        write_pins(&path, note, tables)?;
        Ok(path)
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
        let names = files::names(&self.data.join("snapshots").join(table))?;
        Ok(names.into_iter().filter(|name| is_name(name)).collect())
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
        let parallel = if bytes.len() < SMALL {
            ParallelStrategy::None
        } else {
            ParallelStrategy::Auto
        };
        let observations = ParquetReader::new(std::io::Cursor::new(bytes))
            .read_parallel(parallel)
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

    /// Reads some columns of a release piece by piece, however large it is: its sidecar, once it met the hash, then each
    /// piece. A piece is a row group, as it was written.
    ///
    /// # Errors
    /// When it is missing, damaged, or not what its sidecar says; or what the receiver says.
    pub fn read_pieces<E: From<Error>>(
        &self,
        table: &str,
        release: &str,
        columns: &[&str],
        mut each: impl FnMut(&Sidecar, DataFrame) -> Result<(), E>,
    ) -> Result<Sidecar, E> {
        let sidecar = self.sidecar(table, release)?;
        let path = self.folder(table, release).join("observations.parquet");
        hashed(&path, &sidecar.sha256)?;
        let wrong = |source| Error::Parquet {
            path: path.clone(),
            source,
        };
        let open = || {
            Ok(ParquetReader::new(files::at(
                "read",
                &path,
                fs::File::open(&path),
            )?))
        };
        let metadata = open().map_err(Error::Files)?;
        let metadata = { metadata }.get_metadata().map_err(wrong)?.clone();
        let mut start = 0;
        for group in &metadata.row_groups {
            let mut reader = open().map_err(Error::Files)?;
            reader.set_metadata(metadata.clone());
            let names = columns.iter().map(|name| (*name).to_owned()).collect();
            let piece = reader
                .with_columns(Some(names))
                .with_slice(Some((start, group.num_rows())))
                .finish();
            each(&sidecar, piece.map_err(wrong)?)?;
            start += group.num_rows();
        }
        if start == sidecar.rows {
            return Ok(sidecar);
        }
        let (rows, expected) = (start, sidecar.rows);
        Err(Error::Shape {
            path,
            rows,
            expected,
        }
        .into())
    }

    /// Hands over the code and name of each wijk and buurt of a release; of none where it is of gemeenten.
    ///
    /// # Errors
    /// When the list is missing, damaged, or not the one that the sidecar speaks of.
    pub fn each_region(
        &self,
        table: &str,
        release: &str,
        mut each: impl FnMut(&str, &str),
    ) -> Result<(), Error> {
        let sidecar = self.sidecar(table, release)?;
        let Some(expected) = &sidecar.regions_sha256 else {
            return Ok(());
        };
        let path = self.folder(table, release).join(REGIONS);
        hashed(&path, expected)?;
        let named = csv::for_each_row(&path, &REGION_COLUMNS, |row| {
            let [code, name] = row.cells();
            each(csv::plain(code), csv::plain(name));
            Ok(())
        });
        Ok(named?)
    }

    /// Whether a release is there, and is what its sidecar says; read in pieces, however large it is.
    ///
    /// # Errors
    /// When a file that is there cannot be read.
    pub fn is_whole(&self, table: &str, release: &str) -> Result<bool, Error> {
        let folder = self.folder(table, release);
        if !folder.join("snapshot.toml").exists() {
            return Ok(false);
        }
        let sidecar = self.sidecar(table, release)?;
        let regions = sidecar.regions_sha256.as_ref().map(|hash| (REGIONS, hash));
        for (name, expected) in [("observations.parquet", &sidecar.sha256)]
            .into_iter()
            .chain(regions)
        {
            let path = folder.join(name);
            if !path.exists() || sum_of(&path)? != *expected {
                return Ok(false);
            }
        }
        Ok(true)
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

/// The hash of a file, read in pieces.
fn sum_of(path: &Path) -> Result<String, Error> {
    let file = files::at("read", path, fs::File::open(path))?;
    Ok(files::at("read", path, files::sha256_of(file))?)
}

/// Refuses a file that has another hash than its sidecar says.
fn hashed(path: &Path, expected: &str) -> Result<(), Error> {
    let found = sum_of(path)?;
    if found == expected {
        return Ok(());
    }
    Err(Error::Hash {
        path: path.to_owned(),
        expected: expected.to_owned(),
        found,
    })
}

/// The pins of a file; none where there is no file.
fn pins(path: &Path) -> Result<Pins, Error> {
    if !path.exists() {
        return Ok(Pins::new());
    }
    let LockFile { tables } = parse(path, &files::read_text(path)?)?;
    match tables
        .iter()
        .find(|(table, release)| !is_name(table) || !is_name(release))
    {
        None => Ok(tables),
        Some((table, release)) => Err(Error::Name {
            name: format!("{table}/{release}"),
        }),
    }
}

fn write_pins(path: &Path, note: &str, tables: &Pins) -> Result<(), Error> {
    let pins = to_toml(&LockFile {
        tables: tables.clone(),
    })?;
    Ok(files::write(
        path,
        format!("# {note}\n\n{pins}").as_bytes(),
    )?)
}

/// What would put several figures into one year: a period that is no calendar year, or is in another year's place.
fn misplaced(observations: &DataFrame) -> PolarsResult<Option<String>> {
    let periods = observations.column("period")?.str()?.clone();
    let years = observations.column("year")?.i32()?;
    let mut seen = (None, None);
    for cell in periods.iter().zip(years.iter()) {
        if cell == seen && cell.0.is_some() {
            continue;
        }
        let period = cell.0.unwrap_or_default();
        match calendar_year(period) {
            Ok(year) if Some(year) == cell.1 => seen = cell,
            Ok(_) => return Ok(Some(format!("`{period}` stands in another year"))),
            Err((message, _)) => return Ok(Some(message)),
        }
    }
    Ok(None)
}
