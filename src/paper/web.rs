//! Pages for the web, set by Typst from the sources of the paper.
//!
//! In: a folder with the sources, and which of them makes the pages. Out: HTML and pictures in another folder. Fails when Typst
//! fails or warns. Several runs may fill one folder at once, each with pages of its own.

use std::path::{Path, PathBuf};
use std::process::Child;

use super::{Error, Typst};

/// The folder of the sources that make pages, within those of the paper.
pub const SOURCES: &str = "site";

/// Sources of pages beside that folder, by which no paper is made.
const BESIDE: [&str; 3] = ["web.typ", super::pdfs::SHEET, super::pdfs::SHEET_WORDS];

/// Whether a source, by its path among those of the paper, makes pages and sheets only.
pub fn is_of_web(source: &Path) -> bool {
    source.starts_with(SOURCES) || BESIDE.iter().any(|name| source == Path::new(name))
}

/// Pages that Typst is making.
#[derive(Debug)]
pub struct WebPages {
    typst: Typst,
    /// None once it was waited for.
    child: Option<Child>,
    work: PathBuf,
    made: PathBuf,
}

/// What is not waited for, because something else failed, must not go on writing.
impl Drop for WebPages {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // it may have ended by itself
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl WebPages {
    /// Starts making the pages of a source, which reads what it is told as `sys.inputs`.
    ///
    /// # Errors
    /// When Typst cannot be started.
    pub fn start(
        typst: &Typst,
        work: &Path,
        source: &str,
        told: &[(&str, &str)],
        made: &Path,
    ) -> Result<Self, Error> {
        let inputs: Vec<_> = [("vorm", "web")].iter().chain(told).copied().collect();
        Ok(Self {
            child: Some(typst.start_bundle(work, source, made, &inputs)?),
            typst: typst.clone(),
            work: work.to_owned(),
            made: made.to_owned(),
        })
    }

    /// Waits until the pages are made.
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
