//! Lists that are imported: gemeenten and herindelingen, borders, members of networks, what networks say.
#![no_main]

use std::path::Path;
use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use middelgroot::base::failure::Failure;
use middelgroot::gemeente::{Crosswalk, Gemeenten, Population};
use middelgroot::query::Queries;
use middelgroot::source::import::{Imported, import, import_agendas, is_agendas};
use middelgroot_fuzz::{Data, folder, tests, told, write};
use tempfile::TempDir;

static STATE: LazyLock<Mutex<(Data, TempDir)>> =
    LazyLock::new(|| Mutex::new((Data::of("made/data"), folder())));

const NAMES: [&str; 6] = [
    "source.toml",
    "gemeenten.csv",
    "herindelingen.csv",
    "borders.json",
    "networks.csv",
    "agendas.csv",
];

thread_local! {
    static QUERIES: Queries = Queries::read(&tests().join("made/queries")).expect("queries");
}

/// Brings in what is there; whatever is refused changes nothing.
fn bring(data: &Data, from: &Path) {
    let brought: Result<Imported, Failure> = if is_agendas(from) {
        QUERIES.with(|queries| import_agendas(from, data.path(), queries))
    } else {
        import(from, data.path(), None)
    };
    match brought {
        Ok(_) => {
            // what was taken is read again by every build
            let gemeenten = Gemeenten::read(data.path());
            let gemeenten = gemeenten.unwrap_or_else(|error| panic!("{}", told(&error)));
            let (log, regions) = (&gemeenten.herindelingen, &gemeenten.regions);
            for (from, to) in [(2020, 2024), (2024, 2020)] {
                let _ = Crosswalk::new(from, to, log, regions, &Population::new());
            }
            data.restore();
        }
        Err(failure) => data.must_be_as_it_was(&told(&failure)),
    }
}

fuzz_target!(|input: &[u8]| {
    let state = STATE.lock().expect("one input at a time");
    let (data, incoming) = &*state;
    write(incoming.path(), &NAMES, input);
    bring(data, incoming.path());
    for name in ["networks.csv", "agendas.csv"] {
        let path = incoming.path().join(name);
        if path.exists() {
            bring(data, &path);
        }
    }
});
