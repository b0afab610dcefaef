//! De Kracht van Middelgroot: open statistics on mid-sized Dutch municipalities, from figures to paper.
//!
//! Reading this list from top to bottom is reading the pipeline. It is also the order in which the rooms may use each
//! other: no room uses one that stands below it, and within a room no two files import each other (a parent and its
//! children aside). `tests/house.rs` holds every path in `src/` against it.

// what every room uses: errors, files, numbers, words, CSV
pub mod base;
// who: gemeenten, what became of them, networks and groups
pub mod gemeente;
// what is asked: `queries/`, read and parsed once
pub mod query;
// what came in: the CBS client, snapshots, fetch and import
pub mod source;
// the figures: tidy, boundaries, indicators, comparison
pub mod figures;
// the evidence as a format, shared by who makes it and who checks it
pub mod evidence;
// a PDF held against its evidence; needs nothing that computed it
pub mod verify;
// every printed number, and the sentences that compare
pub mod fact;
pub mod claim;
// what changed, and why
pub mod diff;
// what goes out: open data, charts, paper
pub mod publish;
pub mod chart;
pub mod illustrate;
pub mod paper;
// what there is to say of one gemeente, on two pages
pub mod sheet;
// the paper as pages, and pages of what it rests on
pub mod site;
// a folder over HTTP, for whoever is writing; knows nothing of what made it
pub mod serve;
// questions, the run, the command line
pub mod inquire;
pub mod pipeline;
pub mod cli;
