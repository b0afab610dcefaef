//! The open data: the comparison as tidy CSV files, with everything needed to know what a number is.
//!
//! In: the figures of an edition. Out: `vergelijking.csv`, `gemeenten.csv`, `indicatoren.csv` and `groepen.csv`, and what
//! types there are: `typen.csv`, `typen-kenmerken.csv`, `typen-toets.csv` and `gelijken.csv`. UTF-8, LF, decimal point, no grouping, an empty cell where there is no value and the reason beside it. A text that a
//! spreadsheet could take for a formula is led by an apostrophe. Writing fails on a full disk, and nothing else does.

mod tables;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::sync_channel;

pub use tables::{COLUMNS_GROEPEN, COLUMNS_INDICATOREN, COLUMNS_VERGELIJKING, columns_gemeenten};
pub use types::{COLUMNS_GELIJKEN, COLUMNS_KENMERKEN, COLUMNS_TOETS, COLUMNS_TYPEN};

use crate::base::failure::{Failure, Report};
use crate::base::files;
use crate::figures::{Figures, Provenance};
use crate::query::{IndicatorId, Queries};
use tables::GemeenteRows;

/// The files that go along with the paper too.
const SMALL: [&str; 3] = ["vergelijking.csv", "indicatoren.csv", "groepen.csv"];

/// Writes all files into a folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write(
    folder: &Path,
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
) -> Result<(), Failure> {
    files::at("make", folder, std::fs::create_dir_all(folder))?;
    let gemeenten = GemeenteRows::new(queries, figures, provenance);
    let (large, small) = std::thread::scope(|scope| {
        let small = scope.spawn(|| write_small(folder, queries, figures, provenance));
        let path = folder.join("gemeenten.csv");
        let ids: Vec<IndicatorId> = queries.indicator_ids().collect();
        let large = write_in_parts(&path, &gemeenten, &ids);
        (large, small.join())
    });
    large?;
    small.map_err(|_| Stopped)?
}

fn write_small(
    folder: &Path,
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
) -> Result<(), Failure> {
    let small = small(queries, figures, provenance, None).into_iter();
    for (name, bytes) in small.chain(types::files(queries, figures)) {
        let path = folder.join(name);
        files::at("write", &path, std::fs::write(&path, bytes))?;
    }
    Ok(())
}

/// Threads that make parts.
const HANDS: usize = 2;

/// Writes the large file while it is made: each hand makes every other indicator, and they are written in turn.
fn write_in_parts(
    path: &Path,
    gemeenten: &GemeenteRows<'_>,
    indicators: &[IndicatorId],
) -> Result<(), Failure> {
    let mut file = files::at("write", path, File::create(path))?;
    files::at("write", path, file.write_all(&gemeenten.header()))?;
    std::thread::scope(|scope| {
        let hands = [(); HANDS].map(|()| sync_channel::<Vec<u8>>(2));
        let (senders, receivers): (Vec<_>, Vec<_>) = hands.into_iter().unzip();
        for (hand, sender) in senders.into_iter().enumerate() {
            scope.spawn(move || {
                // nobody takes parts any more once writing failed
                let mut mine = indicators.iter().skip(hand).step_by(HANDS);
                mine.try_for_each(|indicator| sender.send(gemeenten.rows(*indicator)))
            });
        }
        for part in 0..indicators.len() {
            let bytes = receivers[part % HANDS].recv().map_err(|_| Stopped)?;
            files::at("write", path, file.write_all(&bytes))?;
        }
        Ok(())
    })
}

/// Whether open data in a folder are those that a paper carries: the same definitions and groups, and every comparison it
/// makes among theirs.
pub fn are_of(folder: &Path, carried: &BTreeMap<String, Vec<u8>>) -> bool {
    let lines = |bytes: &[u8]| -> BTreeSet<Vec<u8>> {
        bytes
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    };
    SMALL.iter().all(|name| {
        let both = std::fs::read(folder.join(name))
            .ok()
            .zip(carried.get(*name));
        both.is_some_and(|(open, carried)| lines(carried).is_subset(&lines(&open)))
    })
}

/// What goes along with the paper beside its evidence: definitions, groups, and the comparison of the indicators and
/// years that facts rest on.
pub fn attached(
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
    used: &BTreeSet<(IndicatorId, i32)>,
) -> [(&'static str, Vec<u8>); 3] {
    small(queries, figures, provenance, Some(used))
}

fn small(
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
    only: Option<&BTreeSet<(IndicatorId, i32)>>,
) -> [(&'static str, Vec<u8>); 3] {
    let comparison = tables::vergelijking(queries, figures, provenance, only);
    let definitions = tables::indicatoren(queries, figures, provenance);
    let [first, second, third] = SMALL;
    [
        (first, comparison),
        (second, definitions),
        (third, tables::groepen(figures)),
    ]
}

/// A thread that makes rows stopped.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the open data: a writer stopped")]
pub struct Stopped;

impl Report for Stopped {}
