//! Many files of one source, set by Typst in one run: pages for the web, or PDFs.
//!
//! In: a folder with the sources, and which of them makes the files. Out: the files in another folder. Fails when Typst fails or
//! warns. Several runs may fill one folder at once, each with files of its own.

use std::path::{Path, PathBuf};
use std::process::Child;

use super::{Error, Typst};

/// The folder of the sources that make pages, within those of the paper.
pub const SOURCES: &str = "site";

/// The template of the sheets of gemeenten, among the sources of the paper.
pub const SHEET: &str = "factsheet.typ";

/// The words that it says, which its page on the web says too.
pub const SHEET_WORDS: &str = "blad.typ";

/// Sources of pages beside that folder, by which no paper is made.
const BESIDE: [&str; 3] = ["web.typ", SHEET, SHEET_WORDS];

/// Whether a source, by its path among those of the paper, makes pages and sheets only.
pub fn is_of_web(source: &Path) -> bool {
    source.starts_with(SOURCES) || BESIDE.iter().any(|name| source == Path::new(name))
}

/// Files that Typst is making.
#[derive(Debug)]
pub struct Bundle {
    typst: Typst,
    /// None once it was waited for.
    child: Option<Child>,
    work: PathBuf,
    made: PathBuf,
}

/// What is not waited for, because something else failed, must not go on writing.
impl Drop for Bundle {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // it may have ended by itself
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Bundle {
    /// Starts making the pages of a source, which reads what it is told as `sys.inputs`.
    ///
    /// # Errors
    /// When Typst cannot be started.
    pub fn pages(
        typst: &Typst,
        work: &Path,
        source: &str,
        told: &[(&str, &str)],
        made: &Path,
    ) -> Result<Self, Error> {
        let inputs: Vec<_> = [("vorm", "web")].iter().chain(told).copied().collect();
        let child = typst.start_bundle(work, source, made, &inputs)?;
        Ok(Self::of(typst, child, work, made))
    }

    /// Starts setting PDFs of a source, which reads what it is told as `sys.inputs`; they say that they were made at
    /// `timestamp`, in seconds since 1970.
    ///
    /// # Errors
    /// When Typst cannot be started.
    pub fn pdfs(
        typst: &Typst,
        work: &Path,
        source: &str,
        told: &[(&str, &str)],
        made: &Path,
        timestamp: i64,
    ) -> Result<Self, Error> {
        let child = typst.start_pdfs(work, source, made, timestamp, told)?;
        Ok(Self::of(typst, child, work, made))
    }

    fn of(typst: &Typst, child: Child, work: &Path, made: &Path) -> Self {
        Self {
            typst: typst.clone(),
            child: Some(child),
            work: work.to_owned(),
            made: made.to_owned(),
        }
    }

    /// Waits until the files are made; `sources` is where the source was copied from.
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
