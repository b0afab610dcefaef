//! A table as CSV, in the notation of the open data or as Dutch Excel reads it, and as Parquet.
//!
//! In: a filled table. Out: bytes, the same for any number of threads. Only Parquet can fail, in polars. In CSV a text that a
//! spreadsheet could take for a formula is led by an apostrophe; in Parquet, which none opens, it stands as it is.

use polars::prelude::{Column, DataFrame, PolarsResult};
use polars_io::prelude::{ParquetCompression, ParquetWriter, StatisticsOptions};

use super::column::{Table, Values};
use crate::base::csv::quoted;
use crate::base::hands::in_parts;
use crate::base::number::push_csv_number;

/// How a CSV file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Comma between, decimal point.
    Plain,
    /// As Excel in Dutch opens it by a double click: a mark of UTF-8 in front, semicolon between, decimal comma.
    Dutch,
}

impl Dialect {
    const fn separator(self) -> u8 {
        match self {
            Self::Plain => b',',
            Self::Dutch => b';',
        }
    }

    fn text(self, text: &str) -> Vec<u8> {
        let cell = quoted(text);
        let is_bare = !cell.starts_with(b"\"");
        if is_bare && cell.contains(&self.separator()) {
            return [b"\"", cell.as_slice(), b"\""].concat();
        }
        cell
    }
}

/// Rows that a hand writes at once.
const ROWS: usize = 8192;

/// Pieces that are held at once.
const PIECES: usize = 4;

/// A table as CSV, handed on in pieces that follow each other: the whole would be the most that a build holds.
///
/// # Errors
/// Whatever comes of handing one on.
pub(super) fn csv<E>(
    table: &Table<'_>,
    dialect: Dialect,
    mut hand_on: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let words: Vec<Vec<Vec<u8>>> = table
        .columns
        .iter()
        .map(|(_, values)| match values {
            Values::Text(texts) => texts.words.iter().map(|word| dialect.text(word)).collect(),
            _ => Vec::new(),
        })
        .collect();
    let names: Vec<Vec<u8>> = table
        .fields()
        .map(|field| dialect.text(&field.name))
        .collect();
    let mut header = match dialect {
        Dialect::Plain => Vec::new(),
        Dialect::Dutch => b"\xef\xbb\xbf".to_vec(),
    };
    header.extend(names.join(&dialect.separator()));
    header.push(b'\n');
    hand_on(&header)?;
    let count = table.rows.div_ceil(ROWS);
    for first in (0..count).step_by(PIECES) {
        let pieces = in_parts(
            PIECES.min(count - first),
            || (),
            |(), place| {
                let start = (first + place) * ROWS;
                let mut out = Vec::with_capacity(ROWS * 128);
                for row in start..table.rows.min(start + ROWS) {
                    push_row(&mut out, table, &words, row, dialect);
                }
                out
            },
        );
        for piece in pieces {
            hand_on(&piece)?;
        }
    }
    Ok(())
}

fn push_row(
    out: &mut Vec<u8>,
    table: &Table<'_>,
    words: &[Vec<Vec<u8>>],
    row: usize,
    dialect: Dialect,
) {
    for (place, (_, values)) in table.columns.iter().enumerate() {
        if place > 0 {
            out.push(dialect.separator());
        }
        match values {
            Values::Text(texts) => {
                out.extend_from_slice(&words[place][texts.places[row] as usize]);
            }
            Values::Whole(cells) => {
                if let Some(number) = cells[row] {
                    push_csv_number(out, f64::from(number));
                }
            }
            Values::Number(cells) => {
                if let Some(number) = cells[row] {
                    push_number(out, number, dialect);
                }
            }
            Values::Truth(cells) => out.extend_from_slice(match cells[row] {
                None => b"",
                Some(true) => b"true",
                Some(false) => b"false",
            }),
        }
    }
    out.push(b'\n');
}

/// A number with at least one decimal: a reader that guesses types from the first rows takes it for what it is.
fn push_number(out: &mut Vec<u8>, number: f64, dialect: Dialect) {
    let start = out.len();
    push_csv_number(out, number);
    match out[start..].iter().position(|byte| *byte == b'.') {
        None => out.extend_from_slice(b".0"),
        Some(_) if dialect == Dialect::Plain => return,
        Some(_) => {}
    }
    if dialect == Dialect::Dutch {
        for byte in &mut out[start..] {
            if *byte == b'.' {
                *byte = b',';
            }
        }
    }
}

/// A table as Parquet.
///
/// # Errors
/// When polars cannot make it.
pub(super) fn parquet(table: &Table<'_>) -> PolarsResult<Vec<u8>> {
    let columns = table.columns.iter().map(|(field, values)| {
        let name = field.name.as_str().into();
        match values {
            Values::Text(texts) => {
                let cells: Vec<Option<&str>> = (0..table.rows).map(|row| texts.get(row)).collect();
                Column::new(name, cells)
            }
            Values::Whole(cells) => Column::new(name, cells),
            Values::Number(cells) => Column::new(name, cells),
            Values::Truth(cells) => Column::new(name, cells),
        }
    });
    let mut frame = DataFrame::new_infer_height(columns.collect())?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::empty())
        .set_parallel(false)
        .finish(&mut frame)?;
    Ok(bytes)
}
