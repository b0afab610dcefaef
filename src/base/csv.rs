//! CSV: files of the project are read line by line with their places, and written so that no text is ever a formula.
//!
//! Reading fails with file and line: other columns (in whatever order), a line with too few cells, a cell that is no
//! number, date or name.

use std::path::{Path, PathBuf};

use super::failure::{Exit, Report};
use super::form;
use super::located::{Complaint, Place};
use super::number::push_csv_number;

/// A CSV file that is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("cannot read `{}`: {message}", path.display())]
    Unreadable {
        /// File.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A line is wrong.
    #[error(transparent)]
    Wrong(#[from] Complaint),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => {
                "run `middelgroot import` on the folder it comes from".to_owned()
            }
            Self::Wrong(complaint) => return complaint.hint(),
        })
    }
}

/// One line of a CSV file, with its place.
pub struct Row<'a> {
    path: &'a Path,
    line: u64,
    record: &'a csv::StringRecord,
    /// Where the columns that were asked stand.
    order: &'a [usize],
}

impl<'a> Row<'a> {
    /// The cells in the order of the columns asked; the header was checked, so there are exactly as many.
    pub fn cells<const N: usize>(&self) -> [&'a str; N] {
        std::array::from_fn(|column| {
            let place = self.order.get(column);
            place
                .and_then(|place| self.record.get(*place))
                .unwrap_or_default()
        })
    }

    /// A cell as a number.
    ///
    /// # Errors
    /// With file and line when it is none.
    pub fn number<T: std::str::FromStr>(&self, text: &str, expected: &str) -> Result<T, Error> {
        text.parse()
            .map_err(|_| self.wrong(format!("`{text}` is no number"), expected))
    }

    /// Tests that a cell is a date `YYYY-MM-DD`.
    ///
    /// # Errors
    /// With file and line when it is none.
    pub fn date(&self, text: &str) -> Result<(), Error> {
        if form::is_date(text) {
            return Ok(());
        }
        Err(self.wrong(
            format!("`{text}` is no date"),
            "a date such as `2023-01-01`",
        ))
    }

    /// Tests that a cell is a name as [`form::fault`] wants it.
    ///
    /// # Errors
    /// With file and line when something is wrong with it.
    pub fn name(&self, text: &str, what: &str) -> Result<(), Error> {
        let Some(fault) = form::fault(text) else {
            return Ok(());
        };
        let message = format!("the {what} `{}` {fault}", text.escape_debug());
        Err(self.wrong(message, "one line of text in UTF-8"))
    }

    /// Its line in the file.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The complaint that this line is wrong.
    pub fn wrong(&self, message: String, expected: &str) -> Error {
        wrong(self.path, self.line(), message, expected)
    }
}

/// The complaint that a line of a file is wrong.
pub fn wrong(path: &Path, line: u64, message: String, expected: &str) -> Error {
    let complaint = Place::line(path, line as usize).wrong(message, format!("expected {expected}"));
    complaint.ending(Exit::DoesNotHold).into()
}

fn no_utf8(path: &Path, line: u64) -> Error {
    let message = "the line is no UTF-8".to_owned();
    wrong(path, line, message, "a file that is saved as UTF-8")
}

/// Reads a CSV file with exactly these columns, in any order, and hands over each line.
pub fn for_each_row(
    path: &Path,
    header: &[&str],
    each: impl FnMut(Row<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let file = std::fs::File::open(path).map_err(|error| Error::Unreadable {
        path: path.to_owned(),
        message: error.to_string(),
    })?;
    for_each_row_of(path, file, header, each)
}

/// The same of what is at hand; the path is where messages say that it stands.
pub fn for_each_row_of(
    path: &Path,
    mut source: impl std::io::Read,
    header: &[&str],
    mut each: impl FnMut(Row<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let unreadable = |message: String| Error::Unreadable {
        path: path.to_owned(),
        message,
    };
    let mut bytes = Vec::new();
    let read = source.read_to_end(&mut bytes);
    read.map_err(|error| unreadable(error.to_string()))?;
    let mut lines = Lines::of(&bytes);
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes.as_slice());
    let found = reader.headers().map_err(|error| match error.kind() {
        csv::ErrorKind::Utf8 { .. } => no_utf8(path, 1),
        _ => unreadable(error.to_string()),
    })?;
    let found = found.clone();
    let places = header
        .iter()
        .map(|name| found.iter().position(|other| other == *name));
    let order: Option<Vec<usize>> = places.collect();
    let Some(order) = order.filter(|_| found.len() == header.len()) else {
        let found = found.iter().collect::<Vec<_>>().join(",");
        let expected = format!("`{}`", header.join(","));
        return Err(wrong(
            path,
            1,
            format!("the header is `{found}`"),
            &expected,
        ));
    };
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => each(Row {
                path,
                line: lines.at(record.position()),
                record: &record,
                order: &order,
            })?,
            Err(error) => {
                let line = lines.at(error.position());
                if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) {
                    return Err(no_utf8(path, line));
                }
                let expected = format!("{} cells", header.len());
                return Err(wrong(path, line, error.to_string(), &expected));
            }
        }
    }
}

/// The lines of a text, for records that follow each other: to the reader a record begins where the one before it ended, with the
/// rest of its line end and whatever empty lines come between.
pub struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Those of a text.
    pub const fn of(bytes: &'a [u8]) -> Self {
        let (at, line) = (0, 1);
        Self { bytes, at, line }
    }

    /// The line on which a record begins that is not before the last one asked; 0 where it is not known.
    pub fn at(&mut self, position: Option<&csv::Position>) -> u64 {
        let Some(start) = position.and_then(|at| usize::try_from(at.byte()).ok()) else {
            return 0;
        };
        let (all, is_end) = (self.bytes.len(), |byte: u8| matches!(byte, b'\r' | b'\n'));
        let begins = (start..all).find(|at| !is_end(self.bytes[*at]));
        while self.at < begins.unwrap_or(all) {
            let ends = match self.bytes[self.at] {
                b'\n' => true,
                b'\r' => self.bytes.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(ends);
            self.at += 1;
        }
        self.line
    }
}

/// A CSV file while it is written.
pub struct Sheet {
    bytes: Vec<u8>,
    at_start: bool,
}

impl Sheet {
    /// Rows without a header, to go after others.
    pub fn part(rows: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(rows * 192),
            at_start: true,
        }
    }

    /// A file with this header, and room for so many rows.
    pub fn new(header: &[&str], rows: usize) -> Self {
        let mut sheet = Self::part(rows + 1);
        for name in header {
            sheet.text(name);
        }
        sheet.end_row();
        sheet
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.at_start) {
            self.bytes.push(b',');
        }
    }

    /// A text. Signs with which a spreadsheet starts a formula are led by an apostrophe.
    pub fn text(&mut self, text: &str) {
        self.separate();
        let is_formula = is_formula(text);
        let needs_quotes = is_formula
            || text
                .bytes()
                .any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
        if !needs_quotes {
            self.bytes.extend_from_slice(text.as_bytes());
            return;
        }
        self.bytes.push(b'"');
        if is_formula {
            self.bytes.push(b'\'');
        }
        for byte in text.bytes() {
            if byte == b'"' {
                self.bytes.push(b'"');
            }
            self.bytes.push(byte);
        }
        self.bytes.push(b'"');
    }

    /// A cell that was made ready with [`quoted`], or several with commas between.
    pub fn ready(&mut self, text: &[u8]) {
        self.separate();
        self.bytes.extend_from_slice(text);
    }

    /// A number with decimal point, as short as it reads back; empty where there is none.
    pub fn number(&mut self, value: Option<f64>) {
        self.separate();
        if let Some(value) = value {
            push_csv_number(&mut self.bytes, value);
        }
    }

    /// A whole number; empty where there is none.
    pub fn integer(&mut self, value: Option<i32>) {
        self.separate();
        if let Some(value) = value {
            push_integer(&mut self.bytes, value);
        }
    }

    /// Ends a row.
    pub fn end_row(&mut self) {
        self.bytes.push(b'\n');
        self.at_start = true;
    }

    /// The bytes of the file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Whether a spreadsheet could take a text for a formula, or an apostrophe before it for one of ours.
fn is_formula(text: &str) -> bool {
    let signs = [
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ];
    text.trim_start_matches(['\'', ' ']).starts_with(signs)
}

/// The text of a cell that [`Sheet::text`] wrote: without the apostrophe before a formula.
pub fn plain(cell: &str) -> &str {
    let inside = cell.strip_prefix('\'');
    inside.filter(|text| is_formula(text)).unwrap_or(cell)
}

fn push_integer(out: &mut Vec<u8>, value: i32) {
    if value < 0 {
        out.push(b'-');
    }
    // from the last digit to the first; an i32 has at most ten
    let (mut rest, mut buffer, mut start) = (value.unsigned_abs(), [b'0'; 10], 10);
    while rest > 0 || start == 10 {
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&buffer[start..]);
}

/// A text as its cell, to write it many times.
pub fn quoted(text: &str) -> Vec<u8> {
    let mut sheet = Sheet::part(0);
    sheet.text(text);
    sheet.bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_counts_once() {
        for (text, lines) in [
            ("a,b\n1,2\n3,4\n", [2, 3]),
            ("a,b\r\n1,2\r\n3,4\r\n", [2, 3]),
            ("\u{feff}a,b\r\n1,2\r\n3,4", [2, 3]),
            ("a,b\r1,2\r3,4", [2, 3]),
            ("a,b\n\n\r\n1,2\n\n3,4", [4, 6]),
            ("a,b\r\n\"1\r\n1\",2\r\n3,4", [2, 4]),
        ] {
            let mut found = Vec::new();
            for_each_row_of(Path::new("a.csv"), text.as_bytes(), &["a", "b"], |row| {
                found.push(row.line());
                Ok(())
            })
            .unwrap();
            assert_eq!(found, lines, "{text:?}");
            let short = format!("{text}\r\n5\r\n");
            let wrong =
                for_each_row_of(
                    Path::new("a.csv"),
                    short.as_bytes(),
                    &["a", "b"],
                    |_| Ok(()),
                );
            let last = short.replace("\r\n", "\n").replace('\r', "\n");
            let last = last.trim_end().matches('\n').count() + 1;
            let told = wrong.unwrap_err().to_string();
            assert!(
                told.starts_with(&format!("a.csv:{last}: ")),
                "{text:?}: {told}"
            );
        }
    }

    #[test]
    fn a_text_is_never_a_formula() {
        for text in ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1"] {
            let cell = String::from_utf8(quoted(text)).unwrap();
            assert!(cell.starts_with("\"'"), "{cell}");
        }
    }

    #[test]
    fn a_cell_reads_back_as_the_text_it_was() {
        for text in [
            "=1+1",
            "'=1",
            "''=1",
            " =1",
            "'s-Gravenhage",
            "\u{ff1d}1",
            "\n=1",
            "a",
            "",
        ] {
            let mut sheet = Sheet::part(0);
            sheet.text(text);
            sheet.end_row();
            let mut reader = ::csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(&sheet.bytes[..]);
            let cell = reader
                .records()
                .next()
                .map_or(String::new(), |record| record.unwrap()[0].to_owned());
            assert_eq!(plain(&cell), text);
        }
    }

    #[test]
    fn integers_are_written_whole() {
        for value in [0, 7, 10, -1, 2026, i32::MAX, i32::MIN] {
            let mut out = Vec::new();
            push_integer(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }

    #[test]
    fn separators_and_quotes_are_quoted() {
        assert_eq!(quoted("a,b"), b"\"a,b\"");
        assert_eq!(quoted("a \"b\""), b"\"a \"\"b\"\"\"");
        assert_eq!(quoted("'s-Gravenhage"), b"'s-Gravenhage");
    }
}
