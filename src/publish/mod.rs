//! The open data: the comparison as tidy CSV files, with everything needed to know what a number is.
//!
//! In: the figures of an edition. Out: `vergelijking.csv`, `gemeenten.csv`, `indicatoren.csv` and `groepen.csv`. UTF-8,
//! LF, decimal point, no grouping, an empty cell where there is no value and the reason beside it. A text that a
//! spreadsheet could take for a formula is led by an apostrophe.

mod cell;
mod provenance;
mod tables;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::sync_channel;

pub(crate) use cell::Sheet;
pub use provenance::{Method, Provenance};
pub use tables::{COLUMNS_GEMEENTEN, COLUMNS_GROEPEN, COLUMNS_INDICATOREN, COLUMNS_VERGELIJKING};

use crate::failure::{Failure, Report};
use crate::files;
use crate::pipeline::Figures;
use crate::query::Queries;
use tables::Gemeenten;

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
    let gemeenten = Gemeenten::new(queries, figures, provenance).map_err(Error)?;
    let (large, small) = std::thread::scope(|scope| {
        let small = scope.spawn(|| write_small(folder, queries, figures, provenance));
        let large = write_in_parts(&folder.join("gemeenten.csv"), &gemeenten);
        (large, small.join())
    });
    large?;
    small.map_err(|_| stopped())?
}

fn write_small(
    folder: &Path,
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
) -> Result<(), Failure> {
    let vergelijking = tables::vergelijking(queries, figures, provenance).map_err(Error)?;
    let indicatoren = tables::indicatoren(queries, figures, provenance);
    for (name, bytes) in [
        ("vergelijking.csv", vergelijking),
        ("indicatoren.csv", indicatoren),
        ("groepen.csv", tables::groepen(figures)),
    ] {
        let path = folder.join(name);
        files::at("write", &path, std::fs::write(&path, bytes))?;
    }
    Ok(())
}

/// Rows of a part: large enough to be worth handing over, small enough to keep few of them in memory.
const PART: usize = 4096;
/// Threads that make parts.
const HANDS: usize = 2;

/// Writes the large file while it is made: each hand makes every other part, and they are written in turn.
fn write_in_parts(path: &Path, gemeenten: &Gemeenten<'_>) -> Result<(), Failure> {
    let mut file = files::at("write", path, File::create(path))?;
    files::at("write", path, file.write_all(&Gemeenten::header()))?;
    let parts = gemeenten.height().div_ceil(PART);
    let rows = |part: usize| part * PART..gemeenten.height().min((part + 1) * PART);
    std::thread::scope(|scope| {
        let hands = [(); HANDS].map(|()| sync_channel::<Vec<u8>>(2));
        let (senders, receivers): (Vec<_>, Vec<_>) = hands.into_iter().unzip();
        for (hand, sender) in senders.into_iter().enumerate() {
            scope.spawn(move || {
                // nobody takes parts any more once writing failed
                (hand..parts)
                    .step_by(HANDS)
                    .try_for_each(|part| sender.send(gemeenten.rows(rows(part))))
            });
        }
        for part in 0..parts {
            let bytes = receivers[part % HANDS].recv().map_err(|_| stopped())?;
            files::at("write", path, file.write_all(&bytes))?;
        }
        Ok(())
    })
}

fn stopped() -> Error {
    Error(polars::error::PolarsError::ComputeError(
        "a writer stopped".into(),
    ))
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
