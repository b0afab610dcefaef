//! A table as CSV, in the notation of the open data or as Dutch Excel reads it, and as Parquet.
//!
//! In: a table. Out: bytes, the same for any number of threads. Only Parquet can fail, in polars. In CSV a text that a
//! spreadsheet could take for a formula is led by an apostrophe; in Parquet, which none opens, it stands as it is.

use std::borrow::Cow;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::sync::PoisonError;

use polars::prelude::*;
use polars_io::parquet::write::RowGroupIterColumns;
use polars_io::prelude::{ParquetCompression, ParquetWriter, StatisticsOptions};

use super::column::{Table, Value};
use super::schema::Kind;
use crate::base::csv::quoted;
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

/// Rows that are handed on at once.
const ROWS: usize = 2048;

/// Rows of Parquet that stand together.
const GROUP: usize = 512 * 512;

/// A table as CSV, handed on in pieces that follow each other: the whole would be the most that a build holds.
///
/// # Errors
/// Whatever comes of handing one on.
pub(super) fn csv<E>(
    table: &Table<'_>,
    dialect: Dialect,
    mut hand_on: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut out = match dialect {
        Dialect::Plain => Vec::new(),
        Dialect::Dutch => b"\xef\xbb\xbf".to_vec(),
    };
    let names = table.fields.iter().map(|field| dialect.text(&field.name));
    let names: Vec<Vec<u8>> = names.collect();
    out.extend(names.join(&dialect.separator()));
    out.push(b'\n');
    let mut last = vec![(Cow::Borrowed(""), Vec::new()); names.len()];
    for start in (0..table.rows).step_by(ROWS) {
        table.across(start..table.rows.min(start + ROWS), |place, value| {
            push(&mut out, value, &mut last[place], dialect);
            let is_last = place + 1 == names.len();
            out.push(if is_last { b'\n' } else { dialect.separator() });
        });
        hand_on(&out)?;
        out.clear();
    }
    hand_on(&out)
}

/// A text, and its cell.
type Written<'a> = (Cow<'a, str>, Vec<u8>);

/// Adds a cell. Rows lie sorted: most texts are that of the row before, which stands ready.
fn push<'a>(out: &mut Vec<u8>, value: Value<'a>, last: &mut Written<'a>, dialect: Dialect) {
    match value {
        Value::Text(text) => {
            if text != last.0 {
                let cell = dialect.text(&text);
                *last = (text, cell);
            }
            out.extend_from_slice(&last.1);
        }
        Value::Whole(Some(number)) => push_csv_number(out, f64::from(number)),
        Value::Number(Some(number)) => push_number(out, number, dialect),
        Value::Truth(Some(true)) => out.extend_from_slice(b"true"),
        Value::Truth(Some(false)) => out.extend_from_slice(b"false"),
        Value::Whole(None) | Value::Number(None) | Value::Truth(None) => {}
    }
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

/// A table as Parquet. A column is made when its turn comes, and is gone when it is written.
///
/// # Errors
/// When polars cannot make it.
pub(super) fn parquet(table: &Table<'_>, to: impl Write) -> PolarsResult<()> {
    let empty = (0..table.fields.len()).map(|place| series(table, place, 0..0).into_column());
    let empty = DataFrame::new_infer_height(empty.collect())?;
    let mut to = BufWriter::new(to);
    let file = writer(&mut to).batched(empty.schema())?;
    for rows in groups(table.rows) {
        let columns = (0..table.fields.len()).map(|place| {
            let column = series(table, place, rows.clone()).into_column();
            let frame = DataFrame::new_infer_height(vec![column])?;
            let alone = writer(std::io::sink()).batched(frame.schema())?;
            let mut group = alone.encode_and_compress(&frame);
            let pages = group.next().transpose()?.and_then(|mut of| of.next());
            pages.unwrap_or_else(|| Err(polars_err!(NoData: "a column without pages")))
        });
        // a panic of another hand ends the run before this
        let mut file = file
            .get_writer()
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        file.write(rows.len() as u64, RowGroupIterColumns::new(columns))?;
    }
    file.finish()?;
    drop(file);
    Ok(to.flush()?)
}

fn writer<W: Write>(to: W) -> ParquetWriter<W> {
    ParquetWriter::new(to)
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::empty())
}

/// The rows of each group: as many groups as are whole, all of a size but the last.
fn groups(rows: usize) -> Vec<Range<usize>> {
    let count = (rows / GROUP).max(1);
    let size = rows / count;
    let groups = (0..count).map(|group| {
        let end = if group + 1 == count {
            rows
        } else {
            (group + 1) * size
        };
        group * size..end
    });
    groups.filter(|rows| !rows.is_empty()).collect()
}

/// Some rows of a column.
fn series(table: &Table<'_>, place: usize, rows: Range<usize>) -> Series {
    let field = &table.fields[place];
    let (name, count) = (field.name.as_str().into(), rows.len());
    macro_rules! all {
        ($kind:ident, $cells:expr, $cell:ident => $given:expr) => {{
            let mut cells = $cells;
            table.down(place, rows, |value| {
                // the type of a column's function makes every cell of it, see `column`
                if let Value::$kind($cell) = value {
                    cells.append_option($given);
                }
            });
            cells.finish().into_series()
        }};
    }
    match field.kind {
        Kind::Text => {
            all!(Text, StringChunkedBuilder::new(name, count), text => (!text.is_empty()).then_some(&*text))
        }
        Kind::Whole => {
            all!(Whole, PrimitiveChunkedBuilder::<Int32Type>::new(name, count), number => number)
        }
        Kind::Number => {
            all!(Number, PrimitiveChunkedBuilder::<Float64Type>::new(name, count), number => number)
        }
        Kind::Truth => all!(Truth, BooleanChunkedBuilder::new(name, count), truth => truth),
    }
}
