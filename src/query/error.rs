//! What can be wrong with `queries/`.

use std::path::PathBuf;

use crate::base::failure::{Exit, Report};
use crate::base::files;
use crate::base::located::Complaint;

/// What can be wrong with `queries/`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable {
        /// File.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no TOML, or says something that is not expected.
    #[error(transparent)]
    Wrong(#[from] Complaint),
    /// A topic that the program cannot do without.
    #[error("`{}` has no topic `{id}`", folder.display())]
    NoTopic {
        /// Topic.
        id: String,
        /// Folder.
        folder: PathBuf,
    },
    /// No such edition.
    #[error("there is no edition `{id}`")]
    NoEdition {
        /// What was asked.
        id: String,
        /// What there is.
        known: Vec<String>,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { path, source } => files::Error {
                doing: "read",
                path: path.clone(),
                source: source.kind().into(),
            }
            .hint(),
            Self::Wrong(complaint) => complaint.hint(),
            Self::NoTopic { .. } => {
                Some("inhabitants divide splits and give sizes: ask for them".to_owned())
            }
            Self::NoEdition { known, .. } => Some(format!("editions are {}", known.join(", "))),
        }
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}
