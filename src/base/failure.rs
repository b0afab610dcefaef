//! What every error of the program can say of itself: a message, a hint, and the exit status it ends with.
//!
//! Each room has its own typed error; this trait is the one thing they share, so that `main` prints them alike.

use std::error::Error;

/// How a run ends, as a contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is done.
    Done = 0,
    /// The data or a claim does not hold.
    DoesNotHold = 1,
    /// Wrong usage, or a query file that cannot be read.
    Usage = 2,
    /// A source cannot be reached.
    Unreachable = 3,
    /// Everything else.
    Other = 4,
}

/// An error with a hint and an exit status.
pub trait Report: Error + Send + Sync + 'static {
    /// What the user can do about it.
    fn hint(&self) -> Option<String> {
        None
    }

    /// The exit status it ends the program with.
    fn exit(&self) -> Exit {
        Exit::Other
    }
}

/// Any error that reports itself.
pub type Failure = Box<dyn Report>;

impl<E: Report> From<E> for Failure {
    fn from(error: E) -> Self {
        Box::new(error)
    }
}

/// A failure as a person reads it: what is wrong, and what to do, a line each.
///
/// ```
/// # use middelgroot::base::failure::{Failure, told};
/// # use middelgroot::base::hands::NoThreads;
/// let failure: Failure = NoThreads { variable: "X", value: "0".to_owned() }.into();
/// assert!(told(&failure).starts_with("error: `X` is `0`\nhint: expected a number"));
/// ```
pub fn told(failure: &Failure) -> String {
    let hint = failure.hint().map(|hint| format!("hint: {hint}\n"));
    format!("error: {failure}\n{}", hint.unwrap_or_default())
}
