//! Forgeries of a paper, each as someone with common tools would make it, and what `verify` can find of it.
//!
//! `all` lists them. A careful forger also mends the checksums and puts a new seal on, with this program; what then still differs from
//! the evidence is found, and what does not is named: only `--sums` and `--rebuild` show it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::too_many_lines)] // what forgeries there are is a list

mod drawn;
mod evidence;
pub mod tools;
mod whole;

use std::path::Path;

use lopdf::Document;
use middelgroot::verify;
use tools::mend_checksums;

/// What a forgery is.
pub struct Forgery {
    /// What is done, in words.
    pub what: &'static str,
    /// Does it.
    pub forge: fn(&mut Document),
    /// Why it cannot be told from the PDF alone once it has a new seal; none where it can.
    pub beyond: Option<&'static str>,
}

const fn found(what: &'static str, forge: fn(&mut Document)) -> Forgery {
    Forgery {
        what,
        forge,
        beyond: None,
    }
}

const fn beyond(what: &'static str, why: &'static str, forge: fn(&mut Document)) -> Forgery {
    Forgery {
        what,
        forge,
        beyond: Some(why),
    }
}

/// Every kind of forgery.
pub fn all() -> Vec<Forgery> {
    let mut all = drawn::all();
    all.extend(evidence::all());
    all.extend(whole::all());
    all
}

/// Forges a paper into a file.
pub fn write(paper: &Path, forgery: &Forgery, file: &Path) {
    let mut document = Document::load(paper).unwrap();
    (forgery.forge)(&mut document);
    document.save(file).unwrap();
}

/// Forges it with mended checksums and a new seal.
pub fn write_sealed(paper: &Path, forgery: &Forgery, file: &Path) {
    let mut document = Document::load(paper).unwrap();
    (forgery.forge)(&mut document);
    mend_checksums(&mut document);
    document.save(file).unwrap();
    verify::seal_again(file).unwrap();
}
