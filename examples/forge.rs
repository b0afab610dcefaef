//! Forges a paper in every way that the tests know, and says what `verify` finds: as it is forged, and with mended checksums and a new
//! seal. `cargo run --release --example forge -- PAPER.pdf [FOLDER [PART OF A NAME]]`: in the folder the forgeries stay, and with a part of a
//! name only those are made.

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
    let part = arguments.next().unwrap_or_default();
    let part = part.to_str().expect("a name in UTF-8");
    println!("| forgery | as it is | with new checksums and seal |\n| --- | --- | --- |");
    let all = forgeries::all();
    let meant = (1..)
        .zip(&all)
        .filter(|(_, forgery)| forgery.what.contains(part));
    for (number, forgery) in meant {
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
