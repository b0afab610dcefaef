//! The open data: the comparison as tidy CSV files, with everything needed to know what a number is.
//!
//! In: the figures of an edition. Out: `vergelijking.csv`, `gemeenten.csv`, `indicatoren.csv` and `groepen.csv`. UTF-8,
//! LF, decimal point, no grouping, an empty cell where there is no value and the reason beside it. A text that a
//! spreadsheet could take for a formula is led by an apostrophe.

mod cell;
mod provenance;
mod tables;

use std::collections::BTreeSet;
use std::path::Path;

pub(crate) use cell::Sheet;
pub use provenance::{Method, Provenance};
pub use tables::{COLUMNS_GEMEENTEN, COLUMNS_GROEPEN, COLUMNS_INDICATOREN, COLUMNS_VERGELIJKING};

use crate::failure::{Failure, Report};
use crate::files;
use crate::pipeline::Figures;
use crate::query::Queries;

/// Writes the four files into a folder.
///
/// # Errors
/// When a frame lacks a column or a file cannot be written.
pub fn write(
    folder: &Path,
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
) -> Result<(), Failure> {
    files::at("make", folder, std::fs::create_dir_all(folder))?;
    let (large, small) = std::thread::scope(|scope| {
        let large = scope.spawn(|| tables::gemeenten(queries, figures, provenance));
        let small = tables::vergelijking(queries, figures, provenance).map(|csv| {
            [
                csv,
                tables::indicatoren(queries, figures, provenance),
                tables::groepen(figures),
            ]
        });
        (large.join(), small)
    });
    let [vergelijking, indicatoren, groepen] = small.map_err(Error)?;
    let gemeenten = large.map_err(|_| {
        Error(polars::error::PolarsError::ComputeError(
            "a writer stopped".into(),
        ))
    })?;
    for (name, bytes) in [
        ("vergelijking.csv", vergelijking),
        ("gemeenten.csv", gemeenten.map_err(Error)?),
        ("indicatoren.csv", indicatoren),
        ("groepen.csv", groepen),
    ] {
        let path = folder.join(name);
        files::at("write", &path, std::fs::write(&path, bytes))?;
    }
    Ok(())
}

/// Writes what goes along with the paper beside its `bewijs.csv`: definitions, groups, and the comparison of the
/// indicators and periods in it.
///
/// # Errors
/// When a frame lacks a column, or a file cannot be read or written.
pub fn attach(
    folder: &Path,
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
) -> Result<(), Failure> {
    let proof = files::read_text(&folder.join("bewijs.csv"))?;
    let key = |line: &str| {
        let mut cells = line.splitn(3, ',');
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    };
    let used: BTreeSet<_> = proof.lines().skip(1).filter_map(key).collect();
    let all = tables::vergelijking(queries, figures, provenance).map_err(Error)?;
    let all = String::from_utf8_lossy(&all);
    let mut kept = String::new();
    for (place, line) in all.lines().enumerate() {
        if place == 0 || key(line).is_some_and(|key| used.contains(&key)) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    let definitions = tables::indicatoren(queries, figures, provenance);
    for (name, bytes) in [
        ("vergelijking.csv", kept.into_bytes()),
        ("indicatoren.csv", definitions),
        ("groepen.csv", tables::groepen(figures)),
    ] {
        let path = folder.join(name);
        files::at("write", &path, std::fs::write(&path, bytes))?;
    }
    Ok(())
}

/// A frame is not as it should be.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the open data: {0}")]
pub struct Error(pub polars::error::PolarsError);

impl Report for Error {}
