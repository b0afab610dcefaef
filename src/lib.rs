//! De Kracht van Middelgroot: open statistics on mid-sized Dutch municipalities, from figures to paper.
//!
//! Reading this list from top to bottom is reading the pipeline: what is asked, what came in, how it is brought to
//! one set of boundaries, computed, compared, and told.

pub mod failure;
pub mod files;
pub mod number;
pub mod observation;

pub mod boundaries;
pub mod chart;
pub mod claim;
pub mod cli;
pub mod compare;
pub mod fact;
pub mod gemeente;
pub mod illustrate;
pub mod import;
pub mod indicator;
pub mod paper;
pub mod pipeline;
pub mod publish;
pub mod query;
pub mod snapshot;
pub mod text;
pub mod tidy;
pub mod topics;
