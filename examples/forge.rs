//! Forges a paper in every way that the tests know, and says what `verify` finds: as it is forged, and with mended checksums and a new
//! seal. `cargo run --release --example forge -- output/2026/de-kracht-van-middelgroot-2026.pdf [FOLDER]`; with a folder the forgeries
//! stay there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // it ends where it cannot go on

#[path = "../tests/forgeries/mod.rs"]
mod forgeries;

use std::path::{Path, PathBuf};
use std::{env, fs};

use forgeries::{Forgery, write, write_sealed};
use middelgroot::verify;

fn main() {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let paper = arguments.next().expect("the file of a paper");
    let own = tempfile::tempdir().unwrap();
    let folder = arguments.next().unwrap_or_else(|| own.path().to_owned());
    fs::create_dir_all(&folder).unwrap();
    println!("| forgery | as it is | with new checksums and seal |\n| --- | --- | --- |");
    for (number, forgery) in (1..).zip(&forgeries::all()) {
        let told = |write: fn(&Path, &Forgery, &Path), name: &str| {
            let file = folder.join(format!("{number:02}-{name}.pdf"));
            write(&paper, forgery, &file);
            let found = verify::verify(&file).unwrap().differences;
            found
                .first()
                .map(|first| format!("{} found: {first}", found.len()))
        };
        let plain = told(write, "plain").unwrap_or_else(|| "not found".to_owned());
        let sealed = told(write_sealed, "sealed");
        let sealed = sealed.unwrap_or_else(|| {
            format!(
                "beyond a PDF alone: {}",
                forgery.beyond.unwrap_or("not found")
            )
        });
        println!("| {} | {plain} | {sealed} |", forgery.what);
    }
}
