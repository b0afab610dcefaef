//! Many PDFs of one source, set by Typst in one run.
//!
//! In: a folder with the source and what it reads. Out: PDFs in another folder. Fails when Typst fails or warns. Several runs
//! may fill one folder at once, each with documents of its own.

use std::path::{Path, PathBuf};
use std::process::Child;

use super::{Error, Typst};

/// The template of the sheets of gemeenten, among the sources of the paper.
pub const SHEET: &str = "factsheet.typ";

/// The words that it says, which its page on the web says too.
pub const SHEET_WORDS: &str = "blad.typ";

/// PDFs that Typst is making.
#[derive(Debug)]
pub struct Pdfs {
    typst: Typst,
    /// None once it was waited for.
    child: Option<Child>,
    work: PathBuf,
    made: PathBuf,
}

/// What is not waited for, because something else failed, must not go on writing.
impl Drop for Pdfs {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // it may have ended by itself
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Pdfs {
    /// Starts setting the documents of a source of the folder where Typst works; they say that they were made at `timestamp`,
    /// in seconds since 1970.
    ///
    /// # Errors
    /// When Typst cannot be started.
    pub fn start(
        typst: &Typst,
        work: &Path,
        source: &str,
        made: &Path,
        timestamp: i64,
    ) -> Result<Self, Error> {
        Ok(Self {
            child: Some(typst.start_pdfs(work, source, made, timestamp)?),
            typst: typst.clone(),
            work: work.to_owned(),
            made: made.to_owned(),
        })
    }

    /// Waits until the documents are made; `sources` is where the source was copied from.
    ///
    /// # Errors
    /// When Typst fails or warns.
    pub fn finish(mut self, sources: &Path) -> Result<(), Error> {
        match self.child.take() {
            Some(child) => self.typst.wait(child, &self.work, &self.made, sources),
            None => Ok(()),
        }
    }
}
