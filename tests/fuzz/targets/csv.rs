//! Files of the project in CSV: whatever comes is read or refused with its line, and what is written reads back.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use middelgroot::base::csv::{Error, Row, Sheet, for_each_row_of, plain};
use middelgroot::base::failure::Failure;

const HEADER: [&str; 3] = ["code", "name", "value"];

/// The rows of a file, with their lines.
fn read(bytes: &[u8]) -> Result<Vec<[String; 3]>, Error> {
    let (mut rows, mut last) = (Vec::new(), 0);
    for_each_row_of(Path::new("proef.csv"), bytes, &HEADER, |row: Row<'_>| {
        assert!(row.line() > last, "line {} after {last}", row.line());
        last = row.line();
        let cells: [&str; 3] = row.cells();
        // what a cell may be asked to be
        let _ = (row.number::<f64>(cells[2], "a number"), row.date(cells[0]));
        let _ = row.name(cells[1], "name");
        rows.push(cells.map(str::to_owned));
        Ok(())
    })?;
    Ok(rows)
}

fuzz_target!(|bytes: &[u8]| {
    let rows = match read(bytes) {
        Ok(rows) => rows,
        Err(error) => {
            let failure: Failure = error.into();
            assert!(middelgroot_fuzz::told(&failure).contains("proef.csv"));
            return;
        }
    };
    let mut sheet = Sheet::new(&HEADER, rows.len());
    for row in &rows {
        row.iter().for_each(|cell| sheet.text(cell));
        sheet.end_row();
    }
    let written = sheet.into_bytes();
    let again = read(&written).expect("what was written is read");
    assert_eq!(rows.len(), again.len());
    for (row, again) in rows.iter().zip(&again) {
        for (cell, again) in row.iter().zip(again) {
            assert_eq!(cell, plain(again));
        }
    }
});
