//! A folder in the layout of tidied tables: taken whole, or refused with nothing changed.
#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use middelgroot::source::import::{Imported, import};
use middelgroot::source::snapshot::Store;
use middelgroot_fuzz::{Data, folder, seal, told, write};
use tempfile::TempDir;

static STATE: LazyLock<Mutex<(Data, TempDir)>> =
    LazyLock::new(|| Mutex::new((Data::of("made/data"), folder())));

const NAMES: [&str; 3] = ["source.toml", "topics.csv", "observations.csv"];

fuzz_target!(|input: &[u8]| {
    let state = STATE.lock().expect("one input at a time");
    let (data, incoming) = &*state;
    write(incoming.path(), &NAMES, input);
    seal(incoming.path());
    match import(incoming.path(), data.path(), None) {
        Ok(Imported::Table {
            table,
            release,
            rows,
            ..
        }) => {
            let read = Store::new(data.path()).read(&table, &release);
            let read = read.unwrap_or_else(|error| panic!("{table}: {error}"));
            assert_eq!(read.observations.height(), rows);
            data.restore();
        }
        Ok(Imported::Files(_)) => data.restore(),
        Err(failure) => data.must_be_as_it_was(&told(&failure)),
    }
});
