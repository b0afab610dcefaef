//! `verify` of whatever calls itself a PDF, in this process: the program itself does this in one that is limited.
#![no_main]

use std::fs;
use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use middelgroot::base::failure::Failure;
use middelgroot::verify;
use middelgroot_fuzz::{folder, pdf, told};
use tempfile::TempDir;

static FOLDER: LazyLock<Mutex<TempDir>> = LazyLock::new(|| Mutex::new(folder()));

fuzz_target!(|input: &[u8]| {
    let folder = FOLDER.lock().expect("one input at a time");
    let path = folder.path().join("file.pdf");
    // objects without a table are given one: a mutation never meets the offsets of its own
    let file = if input.starts_with(b"%PDF") {
        input.to_vec()
    } else {
        pdf::of(input)
    };
    fs::write(&path, file).expect("a file");
    match verify::verify(&path) {
        Ok(verdict) => pdf::is_tame(&verdict.differences),
        Err(error) => {
            let failure: Failure = error.into();
            assert!(told(&failure).contains("file.pdf"));
        }
    }
    let _ = verify::carried(&path);
});
