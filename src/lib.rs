//! De Kracht van Middelgroot: open statistics on mid-sized Dutch municipalities, from figures to paper.
//!
//! Reading this list from top to bottom is reading the pipeline: what is asked, what came in, how it is brought to
//! one set of boundaries, computed, compared, told, and given out.

// what every room uses
pub mod failure;
pub mod files;
pub mod located;
pub mod number;
pub mod observation;

// what is asked, and what came in
pub mod query;
pub mod topics;
pub mod cbs;
pub mod snapshot;
pub mod fetch;
pub mod import;
pub mod gemeente;

// from observations to comparison
pub mod tidy;
pub mod boundaries;
pub mod indicator;
pub mod compare;

// from comparison to paper and open data
pub mod fact;
pub mod text;
pub mod claim;
pub mod chart;
pub mod publish;
pub mod illustrate;
pub mod paper;
pub mod verify;
pub mod inquire;

// the run
pub mod pipeline;
pub mod cli;
