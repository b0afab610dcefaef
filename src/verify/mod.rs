//! Checking a finished PDF: every numeral came from the program, and every fact follows from what is attached.
//!
//! In: a PDF. [`back_check`] is the last stage of a build; [`verify`](self) needs the PDF alone. Out: nothing when all
//! holds, else what differs, with pages. The text is read from the glyphs, so it is what a reader sees.

pub mod backcheck;
mod known;
mod listed;
pub mod numerals;
pub mod text;

use std::path::{Path, PathBuf};

use lopdf::Document;

pub use backcheck::Finding;
pub use known::{Known, Texts, text_of_svg};
pub use listed::listed;

use crate::failure::{Exit, Failure, Report};
use text::Printed;

/// Checks that every numeral of a PDF came from the program.
///
/// # Errors
/// When the PDF cannot be read, or a numeral came from elsewhere.
pub fn back_check(pdf: &Path, texts: &Texts) -> Result<(), Failure> {
    let printed = read(pdf).and_then(|document| printed(pdf, &document))?;
    let findings = backcheck::check(&printed, &Known::new(texts));
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Error::Typed(findings).into())
    }
}

fn read(pdf: &Path) -> Result<Document, Error> {
    Document::load(pdf).map_err(|source| Error::Pdf {
        path: pdf.to_owned(),
        source,
    })
}

fn printed(pdf: &Path, document: &Document) -> Result<Printed, Error> {
    Printed::read(document).map_err(|source| Error::Pdf {
        path: pdf.to_owned(),
        source,
    })
}

/// What can be wrong with a PDF.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Pdf {
        /// File.
        path: PathBuf,
        /// Why.
        source: lopdf::Error,
    },
    /// Numerals that the program did not print.
    #[error("the paper prints numbers that are no facts\n{}", lines(.0))]
    Typed(Vec<Finding>),
}

fn lines(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| format!("  {finding}"))
        .collect();
    lines.join("\n")
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Pdf { .. } => None,
            Self::Typed(_) => Some(
                "print a figure with #f(\"…\"); what is no figure goes into queries/numerals.toml with its reason"
                    .to_owned(),
            ),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Pdf { .. } => Exit::Other,
            Self::Typed(_) => Exit::DoesNotHold,
        }
    }
}
