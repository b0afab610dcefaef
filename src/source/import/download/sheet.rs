//! A file with `;` between its cells, as StatLine's page and the Kiesraad give it.
//!
//! In: its bytes. Out: the cells of its header and of each line, with the number of the line. Fails with file and line on
//! what is no UTF-8, and on a line with more or fewer cells than the header. The peculiarity it exists for: such files went
//! through Excel and mail, so there are a BOM, either kind of line ends, and quotes that were doubled without need, as in
//! `""2024*"";""Nederland"";8258,9`.

use std::path::Path;

use super::super::Error;
use crate::base::files;

/// The cells of a file.
#[derive(Debug)]
pub struct Sheet {
    /// The first line.
    pub header: Vec<String>,
    /// All others, each with its number.
    pub lines: Vec<(u64, Vec<String>)>,
    /// SHA-256 of the file as it is.
    pub sha256: String,
}

/// What lies between quotes that were doubled, and between those that were not.
const BROKEN: &str = "\"\";\"\"";

/// The first line of a text, without a BOM.
pub fn first_line(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}');
    text.lines().next().unwrap_or_default()
}

/// The cells of a first line.
pub fn header(line: &str) -> Vec<String> {
    let line = mended(line.trim_start_matches('\u{feff}'));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    let read = reader.read_record(&mut record);
    read.map_or_else(|_| Vec::new(), |_| record.iter().map(one_line).collect())
}

/// A text with each pair of quotes made one, where they were doubled; what a pair left over at its end is gone.
fn mended(text: &str) -> String {
    if !first_line(text).contains(BROKEN) {
        return text.to_owned();
    }
    let text = text.replace("\"\"", "\"");
    let end = text.trim_end_matches(['\r', '\n']);
    match end.strip_suffix('"') {
        Some(rest) if rest.ends_with('\n') => rest.to_owned(),
        _ => text,
    }
}

impl Sheet {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = files::read_text(path)?;
        let sha256 = files::sha256(text.as_bytes());
        // a line counts once, whichever ends it has
        let text = mended(text.trim_start_matches('\u{feff}')).replace("\r\n", "\n");
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut sheet = Self {
            header: Vec::new(),
            lines: Vec::new(),
            sha256,
        };
        let mut record = csv::StringRecord::new();
        let wrong = |line: u64, message: String| {
            Error::wrong(path, line, message, "cells with `;` between them")
        };
        while reader.read_record(&mut record).map_err(|error| {
            wrong(
                error.position().map_or(0, csv::Position::line),
                error.to_string(),
            )
        })? {
            let line = record.position().map_or(0, csv::Position::line);
            let cells: Vec<String> = record.iter().map(one_line).collect();
            // older downloads name the source in a line of its own
            let is_source =
                cells.len() == 1 && (cells[0].is_empty() || cells[0].starts_with(['B', '©']));
            if sheet.header.is_empty() {
                sheet.header = cells;
            } else if cells.len() == sheet.header.len() {
                sheet.lines.push((line, cells));
            } else if !is_source {
                let message = format!(
                    "{} cells, and the header has {}",
                    cells.len(),
                    sheet.header.len()
                );
                return Err(wrong(line, message));
            }
        }
        Ok(sheet)
    }
}

/// A cell without blanks around it: StatLine pads codes and names.
fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(u64, Vec<String>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        let sheet = Sheet::read(&path).unwrap();
        let mut lines = vec![(1, sheet.header)];
        lines.extend(sheet.lines);
        lines
    }

    #[test]
    fn whole_and_broken_quotes_are_the_same_cells() {
        let whole = "\u{feff}\"Perioden\";\"Regio's\";\"Inkomen (x 1 000)\"\r\n\"2024*\";\"Bergen (NH.) \";8,9\r\n\"2024*\";\"Zwolle\";\r\n";
        let broken = "\u{feff}\"Perioden\"\";\"\"Regio's\"\";\"\"Inkomen (x 1 000)\"\r\n\"2024*\"\";\"\"Bergen (NH.)\"\";8,9\r\n\"\"2024*\"\";\"\"Zwolle\"\";\r\n\"\r\n";
        let told = cells(whole);
        assert_eq!(
            told[1],
            (
                2,
                ["2024*", "Bergen (NH.)", "8,9"].map(str::to_owned).to_vec()
            )
        );
        assert_eq!(told, cells(broken));
        assert_eq!(told, cells(&whole.replace("\r\n", "\n")));
        assert_eq!(told, cells(&format!("{whole}\"Bron: CBS\"\r\n")));
    }
}
