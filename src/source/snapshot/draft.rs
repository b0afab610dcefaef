//! A release on its way into the store.
//!
//! In: rows, group by group, then the sidecar. Out: the release in its place, and whether it is a new one. Fails when it
//! cannot be written; what is not finished vanishes. The peculiarity it exists for: the largest tables do not fit in
//! memory, and their name is only known when all of them was hashed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use polars_arrow::array::Array;
use polars_io::SerReader;
use polars_io::parquet::write::RowGroupIterColumns;
use polars_io::prelude::{ParquetCompression, ParquetReader, ParquetWriter, StatisticsOptions};
use polars_parquet::read::ParquetError;
use polars_parquet::write::{
    CompressionOptions, Compressor, DynStreamingIterator, Encoding, FallibleStreamingIterator,
    FileWriter, Version, WriteOptions, array_to_columns,
};

use super::{Accepted, Error, REGION_COLUMNS, REGIONS, Rows, Sidecar, parse, schema, to_toml};
use crate::base::{csv, files};

/// How figures are written: the same as [`parquet_writer`] does.
const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: false,
        max_value: false,
        distinct_count: false,
        null_count: false,
        binary_statistics_truncate_length: None,
    },
    version: Version::V1,
    compression: CompressionOptions::Zstd(None),
    data_page_size: None,
};

/// A release that is being written, row group by row group; dropped before [`Draft::finish`], it vanishes.
pub struct Draft {
    lock: files::FolderLock,
    folder: files::NewFolder,
    path: PathBuf,
    /// In a buffer: a header is written byte by byte.
    writer: FileWriter<io::BufWriter<fs::File>>,
    rows: usize,
    regions_sha256: Option<String>,
}

/// The one way in which figures are written.
pub(super) fn parquet_writer<W: std::io::Write>(to: W) -> ParquetWriter<W> {
    ParquetWriter::new(to)
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::empty())
}

impl Draft {
    /// Starts a release in the folder of its table, once nobody else writes there.
    pub(super) fn start(table: &Path) -> Result<Self, Error> {
        let lock = files::FolderLock::wait_for(table)?;
        let folder = files::NewFolder::beside(&table.join("new"))?;
        let path = folder.path().join("observations.parquet");
        let file = files::at("write", &path, fs::File::create(&path))?;
        let columns = schema().to_arrow(CompatLevel::newest());
        let writer = FileWriter::try_new(io::BufWriter::new(file), columns, OPTIONS);
        let writer = writer.map_err(|source| Error::Parquet {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            lock,
            folder,
            path,
            writer,
            rows: 0,
            regions_sha256: None,
        })
    }

    /// Adds rows as one row group.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn push(&mut self, rows: Rows<'_>) -> Result<(), Error> {
        let pushed = rows.into_arrays().and_then(|arrays| self.write(arrays));
        self.parquet(pushed)
    }

    /// Adds the rows of a table as one row group.
    ///
    /// # Errors
    /// When they have other columns, or cannot be written.
    pub fn push_frame(&mut self, mut rows: DataFrame) -> Result<(), Error> {
        rows.align_chunks();
        let groups = rows.iter_chunks(CompatLevel::newest(), false);
        let mut groups = groups.filter(|group| !group.is_empty());
        let pushed = groups.try_for_each(|group| self.write(group.into_arrays()));
        self.parquet(pushed)
    }

    /// Writes a row group, a column at a time.
    fn write(&mut self, columns: Vec<Box<dyn Array>>) -> PolarsResult<()> {
        let height = columns.first().map_or(0, |column| column.len());
        self.rows += height;
        let types = self.writer.parquet_schema().fields().to_vec();
        let columns = columns.into_iter().zip(types).map(|(column, kind)| {
            let pages = array_to_columns(column, kind, OPTIONS, &[Encoding::RleDictionary])?;
            // no column is nested: each is one
            let pages = pages.into_iter().flatten();
            let wrong = |error: PolarsError| ParquetError::FeatureNotSupported(error.to_string());
            let pages = pages.map(move |page| page.map_err(wrong));
            let packed = Compressor::new(pages, OPTIONS.compression, Vec::new());
            Ok(DynStreamingIterator::new(packed.map_err(PolarsError::from)))
        });
        let columns = RowGroupIterColumns::new(columns);
        self.writer.write(height as u64, columns)
    }

    /// Keeps the names of its regions, code and name, beside it: for those that no list here knows.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn name(&mut self, regions: &[(String, String)]) -> Result<(), Error> {
        let mut list = csv::Sheet::new(&REGION_COLUMNS, regions.len());
        for (code, name) in regions {
            list.text(code);
            list.text(name);
            list.end_row();
        }
        let bytes = list.into_bytes();
        files::write(&self.folder.path().join(REGIONS), &bytes)?;
        self.regions_sha256 = Some(files::sha256(&bytes));
        Ok(())
    }

    /// Ends the file and writes its sidecar, of which the hashes and `rows` are filled in.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn seal(mut self, mut sidecar: Sidecar) -> Result<Sealed, Error> {
        let ended = self.writer.end(None).map(drop);
        self.parquet(ended)?;
        sidecar.rows = self.rows;
        sidecar.regions_sha256.clone_from(&self.regions_sha256);
        let written = self.writer.into_inner().into_inner();
        let written = written.map_err(io::IntoInnerError::into_error);
        let written = written
            .and_then(|file| file.sync_all())
            .and_then(|()| files::sha256_of(fs::File::open(&self.path)?));
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
        let path = self.path.clone();
        result.map_err(|source| match source {
            // what the disk refuses is no damaged file
            PolarsError::IO { error, .. } => files::Error {
                doing: "write",
                path,
                source: io::Error::new(error.kind(), error.to_string()),
            }
            .into(),
            source => Error::Parquet { path, source },
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

    /// Its sidecar.
    pub fn sidecar(&self) -> &Sidecar {
        &self.sidecar
    }

    /// Its figures.
    ///
    /// # Errors
    /// When they cannot be read back.
    pub fn observations(&self) -> Result<DataFrame, Error> {
        let path = self.folder.path().join("observations.parquet");
        let file = files::at("read", &path, fs::File::open(&path))?;
        let read = ParquetReader::new(file).finish();
        read.map_err(|source| Error::Parquet { path, source })
    }

    /// Keeps in the sidecar why it was taken.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn accept(&mut self, accepted: Accepted) -> Result<(), Error> {
        self.sidecar.accepted = Some(accepted);
        let path = self.folder.path().join("snapshot.toml");
        Ok(files::write(&path, to_toml(&self.sidecar)?.as_bytes())?)
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
                of.fetched.as_ref().map(|it| {
                    [&it.service, &it.modified, &it.version, &it.asked].map(String::clone)
                })
            };
            release(old) == release(new)
                && old.topics == new.topics
                && old.boundaries == new.boundaries
                && old.regions_sha256 == new.regions_sha256
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
