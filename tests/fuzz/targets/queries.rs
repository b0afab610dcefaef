//! The files of `queries/`: read as one whole, or refused with file and line; earlier years become years.
#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use middelgroot::base::failure::Failure;
use middelgroot::query::{Predicate, Queries, Series};
use middelgroot::source::fetch::settings;
use middelgroot::verify;
use middelgroot_fuzz::{folder, told, write};
use tempfile::TempDir;

static FOLDER: LazyLock<Mutex<TempDir>> = LazyLock::new(|| Mutex::new(folder()));

const NAMES: [&str; 12] = [
    "asks.toml",
    "checks.toml",
    "editions.toml",
    "fetch.toml",
    "house.toml",
    "numerals.toml",
    "per.toml",
    "table.toml",
    "tables.toml",
    "themes/a.toml",
    "themes/b.toml",
    "types.toml",
];

/// A failure names a file of the folder, or the folder.
fn names_its_place(failure: &Failure, folder: &TempDir) {
    let told = told(failure);
    let place = folder.path().to_string_lossy();
    assert!(told.contains(place.as_ref()), "no place: {told}");
}

/// After the figures chose the years, what is asked reads as it did.
fn settled(mut queries: Queries) {
    let series = Series {
        years: vec![2019, 2021, 2024],
        base: Some(2020),
    };
    queries.settle(vec![series; queries.indicators.len()]);
    for claim in &queries.claims {
        let text = claim.when.text();
        let again = Predicate::parse(text, &queries.names());
        let again = again.unwrap_or_else(|wrong| panic!("`{text}`: {wrong}"));
        assert_eq!(again.text(), text);
        for fact in claim.when.facts().into_iter().chain(claim.sentence.facts()) {
            assert_eq!(&queries.settled(fact), fact);
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let folder = FOLDER.lock().expect("one input at a time");
    write(folder.path(), &NAMES, input);
    if let Err(error) = settings(folder.path(), None) {
        names_its_place(&error.into(), &folder);
    }
    if let Err(failure) = verify::listed(folder.path()) {
        names_its_place(&failure, &folder);
    }
    match Queries::read(folder.path()) {
        Ok(queries) => settled(queries),
        Err(error) => names_its_place(&error.into(), &folder),
    }
});
