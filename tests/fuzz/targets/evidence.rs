//! The evidence that a PDF carries: attachments of any content, with checksums and a seal that are right.
#![no_main]

use std::fs;
use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use middelgroot::verify;
use middelgroot_fuzz::{folder, pdf, sections};
use tempfile::TempDir;

static FOLDER: LazyLock<Mutex<TempDir>> = LazyLock::new(|| Mutex::new(folder()));

fuzz_target!(|input: &[u8]| {
    let folder = FOLDER.lock().expect("one input at a time");
    let path = folder.path().join("file.pdf");
    fs::write(&path, pdf::carrying(&sections(input))).expect("a file");
    // one whose texts cannot be read gets no seal
    let _ = verify::seal_again(&path);
    let verdict = verify::verify(&path).expect("a PDF");
    pdf::is_tame(&verdict.differences);
    assert!(
        !verdict
            .differences
            .iter()
            .any(|of| of.contains("its checksum differs")),
        "{:?}",
        verdict.differences
    );
});
