//! What comes in: the CBS client against a server that behaves like CBS, `fetch`, `tables` and `import`.
//!
//! `tests/source_memory.rs` measures memory, on a machine that does nothing else meanwhile.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../cbs_server/mod.rs"]
mod cbs_server;
#[path = "../support/mod.rs"]
mod support;

mod agendas;
mod cbs_faithful;
mod compare;
mod door;
mod downloads;
mod downloads_beside;
mod fetch_buurten;
mod fetch_door;
mod fetch_faults;
mod fetch_integrity;
mod fetch_program;
mod fetch_project;
mod fetch_queries;
mod fetch_stream;
mod fetch_values;
mod fetch_whole;
mod fetching;
mod herindelingen;
mod import;
mod import_lists;
