//! What can be taken along: the paper, the open data, and the rows of each indicator.
//!
//! In: the output of the edition. Out: copies in the site, for a page from disk may lie anywhere. Fails when a file cannot be
//! read or written. The rows of an indicator are lines of `gemeenten.csv` as they are, with its header.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::beside::write;
use super::told::Download;
use super::{Error, Making};
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::number;

/// Where downloads lie in the site.
pub(super) const FOLDER: &str = "download";

/// The open data in the output, and the table of figures per gemeente in them.
const OPEN_DATA: &str = "data";
const GEMEENTEN: &str = "gemeenten.csv";

/// Copies what can be taken along.
pub(super) fn write_all(making: &Making<'_>, made: &Path) -> Result<Vec<Download>, Failure> {
    let mut downloads = Vec::new();
    for name in files::names(making.output)? {
        if Path::new(&name).extension().is_some_and(|of| of == "pdf") {
            downloads.push(copy(&making.output.join(&name), made, &name)?);
        }
    }
    let data = making.output.join(OPEN_DATA);
    for name in files::names(&data)? {
        let from = data.join(&name);
        if from.is_file() {
            downloads.push(copy(&from, made, &format!("{OPEN_DATA}/{name}"))?);
        }
    }
    rows(&data.join(GEMEENTEN), made)?;
    Ok(downloads)
}

fn copy(from: &Path, made: &Path, name: &str) -> Result<Download, Failure> {
    let bytes = files::at("read", from, fs::read(from))?;
    write(made, &format!("{FOLDER}/{name}"), &bytes)?;
    let size = bytes.len() as f64;
    let (size, unit) = if size < 1e6 {
        (size / 1e3, "kB")
    } else {
        (size / 1e6, "MB")
    };
    let size = number::round(size, i8::from(size < 10.0))
        .map_or_else(|_| String::new(), |of| of.to_string());
    Ok(Download {
        name: name.to_owned(),
        path: format!("{FOLDER}/{name}"),
        size: format!("{size}\u{a0}{unit}"),
    })
}

/// Writes the rows of each indicator apart; they stand together and no cell of the first column is quoted.
fn rows(from: &Path, made: &Path) -> Result<(), Failure> {
    let text = files::read_text(from)?;
    let wrong = || Error::Rows {
        path: from.display().to_string(),
    };
    let (head, lines) = text.split_once('\n').ok_or_else(wrong)?;
    if !head.starts_with("indicator,") {
        return Err(wrong().into());
    }
    let mut parts: BTreeMap<&str, String> = BTreeMap::new();
    for line in lines.split_inclusive('\n') {
        let (indicator, _) = line.split_once(',').ok_or_else(wrong)?;
        let part = parts.entry(indicator);
        *part.or_insert_with(|| format!("{head}\n")) += line;
    }
    for (indicator, part) in parts {
        write(made, &rows_of(indicator), part.as_bytes())?;
    }
    Ok(())
}

/// Where the rows of an indicator lie.
pub(super) fn rows_of(indicator: &str) -> String {
    format!("{FOLDER}/cijfers/{indicator}.csv")
}
