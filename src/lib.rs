//! De Kracht van Middelgroot: open statistics on mid-sized Dutch municipalities, from figures to paper.
//!
//! Reading this list from top to bottom is reading the pipeline: what is asked, what came in, how it is brought to
//! one set of boundaries, computed, compared, and told.

pub mod failure;
pub mod files;
pub mod number;
pub mod observation;

pub mod boundaries;
pub mod cli;
pub mod compare;
pub mod gemeente;
pub mod import;
pub mod indicator;
pub mod pipeline;
pub mod publish;
pub mod query;
pub mod snapshot;
pub mod tidy;
pub mod topics;
