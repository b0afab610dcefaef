//! The format of the evidence that travels with the paper, and nothing else: what the files are called, which columns
//! they have, and how a fact says which sum over which rows it is.
//!
//! Who makes the evidence and who checks it share only this.

pub mod attachments;
mod derivation;
mod facts;
mod seal;
mod texts;

pub use derivation::Derivation;
pub use facts::{Entry, Facts, Places, label};
pub use seal::{SEAL, Seal, SealedPage};
pub use texts::Texts;

/// Columns of `feiten.csv`.
pub const COLUMNS_FEITEN: [&str; 14] = [
    "id",
    "label",
    "text",
    "value",
    "unit",
    "decimals",
    "provisional",
    "lacking",
    "what",
    "indicator",
    "year",
    "derivation",
    "formula",
    "cells",
];
/// Columns of `bewijs.csv`: rows of indicators per gemeente; `num` and `den` are what a group sums.
pub const COLUMNS_BEWIJS: [&str; 9] = [
    "indicator",
    "year",
    "region",
    "name",
    "num",
    "den",
    "value",
    "missing",
    "status",
];
/// Columns of `cellen.csv`: raw cells of CBS.
pub const COLUMNS_CELLEN: [&str; 9] = [
    "cell", "table", "release", "topic", "region", "period", "value", "missing", "status",
];
