//! Sheets: what there is to say of one gemeente, on two pages.
//!
//! In: the figures of an edition, and what they were published in. Out: [`tell`] gives what is printed of a gemeente with its
//! facts, [`set`] the PDFs, each with its own evidence and a seal. Fails when a figure cannot be printed, when Typst fails or
//! warns, when a numeral came from nowhere, or when a sheet is not of two pages. The peculiarity it answers: hundreds of
//! documents in one run of Typst take gigabytes, so they are set in batches.

mod ground;
mod ready;
mod room;
mod scale;
mod set;
mod shape;
mod strip;
mod tell;

pub use ground::Ground;
pub use ready::ready;
pub use set::{Kept, Setting, pdf_name, rests_on, set};
pub use shape::*;
pub use tell::{Told, tell};

use crate::base::failure::Report;
use crate::paper::SHEET as SOURCE;

/// What can be wrong with a sheet.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is shorter or longer than it may be.
    #[error("the sheet of {name} has {pages} pages, not two")]
    Pages {
        /// Name of the gemeente.
        name: String,
        /// Its pages.
        pages: usize,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Pages { .. } => Some(format!("make room in src/paper/{SOURCE}, or tell less")),
        }
    }
}
