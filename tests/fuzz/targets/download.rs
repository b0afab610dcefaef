//! A table as downloaded from StatLine's page, or the Kiesraad's result: taken whole, or refused with nothing changed.
#![no_main]

use std::fs;
use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use middelgroot::base::failure::Failure;
use middelgroot::query::Queries;
use middelgroot::source::import::download::{Asked, import, is_download};
use middelgroot::source::import::import_accepting;
use middelgroot::source::snapshot::Store;
use middelgroot_fuzz::{Data, folder, tests, told};
use tempfile::TempDir;

/// A release of one table is here already, which others are joined with.
static STATE: LazyLock<Mutex<(Data, TempDir)>> = LazyLock::new(|| {
    let mut data = Data::of("made/data");
    let (incoming, table) = (folder(), tests().join("made/tables/misdaad"));
    middelgroot_fuzz::copy(&table, incoming.path());
    middelgroot_fuzz::seal(incoming.path());
    let brought = import_accepting(incoming.path(), data.path(), None, None);
    brought.unwrap_or_else(|error| panic!("{}", told(&error)));
    data.keep();
    Mutex::new((data, folder()))
});

thread_local! {
    static QUERIES: Queries = Queries::read(&tests().join("made/queries")).expect("queries");
}

/// Names of files, and the table that is typed with each.
const AS: [(&str, Option<&str>); 3] = [
    ("Proef_2023_11122025_133649.csv", Some("misdaad")),
    ("Wijken_2021.csv", Some("wijken-2021")),
    ("uitslag_TK20211117_Gemeente.csv", None),
];

fuzz_target!(|bytes: &[u8]| {
    let state = STATE.lock().expect("one input at a time");
    let (data, incoming) = &*state;
    for (name, table) in AS {
        let path = incoming.path().join(name);
        fs::write(&path, bytes).expect("a file");
        if !is_download(&path) {
            return;
        }
        let asked = Asked {
            table,
            ..Asked::default()
        };
        let brought = QUERIES.with(|queries| import(&path, data.path(), queries, asked));
        match brought.map_err(Failure::from) {
            Ok(_) => {
                let store = Store::new(data.path());
                for (table, release) in store.lock().expect("a lock").tables {
                    let read = store.read(&table, &release);
                    read.unwrap_or_else(|error| panic!("{table}: {error}"));
                }
                data.restore();
            }
            Err(failure) => data.must_be_as_it_was(&told(&failure)),
        }
    }
});
