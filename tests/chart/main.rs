//! Drawing: what a chart says, and that it can be read.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod content;
mod geometry;
