//! What can be wrong with a fact, with the nearest indicators where an id is unknown.

use crate::failure::{Exit, Report};
use crate::number::NumberError;

/// What can be wrong with a fact id.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such indicator.
    #[error("there is no fact `{id}`")]
    Unknown {
        /// Id.
        id: String,
        /// Indicators that look like it.
        nearest: Vec<String>,
    },
    /// An id that is none.
    #[error("`{id}` is no fact")]
    Malformed {
        /// Id.
        id: String,
        /// What was expected.
        expected: String,
    },
    /// A value cannot be printed.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A frame lacks a column.
    #[error("cannot read the comparison: {0}")]
    Frame(polars::error::PolarsError),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { nearest, .. } => {
                Some(format!("indicators such as {}", nearest.join(", ")))
            }
            Self::Malformed { expected, .. } => Some(format!("expected {expected}")),
            Self::Number(error) => Some(error.hint().to_owned()),
            Self::Frame(_) => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } | Self::Malformed { .. } => Exit::Usage,
            Self::Number(_) | Self::Frame(_) => Exit::Other,
        }
    }
}
