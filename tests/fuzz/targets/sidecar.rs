//! What stands beside the figures: `snapshot.toml`, and the lock that says which release is used.
#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use middelgroot::base::failure::Failure;
use middelgroot::source::snapshot::{Sidecar, Store};
use middelgroot_fuzz::{folder, told, write};
use tempfile::TempDir;

static FOLDER: LazyLock<Mutex<TempDir>> = LazyLock::new(|| Mutex::new(folder()));

const SIDECAR: &str = "snapshots/proef/unknown/snapshot.toml";
const NAMES: [&str; 3] = [SIDECAR, "snapshots.lock", "locks/2021.lock"];

fn refused(failure: &Failure) {
    let told = told(failure);
    assert!(told.contains('`'), "nothing is named: {told}");
}

fuzz_target!(|input: &[u8]| {
    let folder = FOLDER.lock().expect("one input at a time");
    write(folder.path(), &NAMES, input);
    let store = Store::new(folder.path());
    match store.lock() {
        Ok(lock) => {
            store.write_lock(&lock).expect("a lock is written");
            assert_eq!(store.lock().expect("and read again").tables, lock.tables);
        }
        Err(error) => refused(&error.into()),
    }
    if !folder.path().join(SIDECAR).exists() {
        return;
    }
    let sidecar = match store.sidecar("proef", "unknown") {
        Ok(sidecar) => sidecar,
        Err(error) => return refused(&error.into()),
    };
    if let Err(error) = sidecar.boundaries() {
        refused(&error.into());
    }
    let name = sidecar.folder_name();
    assert!(
        !name.contains('/') && !name.starts_with('.'),
        "`{name}` leaves the store"
    );
    let _ = sidecar.years();
    sidecar
        .topics
        .iter()
        .for_each(|topic| assert!(topic.is_average() || !topic.relative));
    let written = toml::to_string(&sidecar).expect("a sidecar is written");
    let again: Sidecar = toml::from_str(&written).expect("and read again");
    assert_eq!(again, sidecar);
});
