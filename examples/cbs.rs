//! A CBS of one's own on loopback, for other clients to be pointed at: `cargo run --example cbs -- [port] [folder]`.
//!
//! Serves a few small tables; when the folder is a project (it holds `queries/` and `data/`), all its snapshots in the
//! shapes of CBS; when it holds an `index.csv`, the captured answers in it. `CBS_DELAY_MS` makes it as slow as a network.
//! Prints its address, to be used with `--mirror`, and runs until it is stopped.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // it ends where it cannot go on

#[path = "../tests/cbs_server/mod.rs"]
mod cbs_server;

use cbs_server::samples::{big, crime, kwb, population};
use std::path::PathBuf;
use std::time::Duration;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = arguments
        .first()
        .and_then(|port| port.parse().ok())
        .unwrap_or(8080);
    let folder = arguments.get(1).map(PathBuf::from);
    let delay = std::env::var("CBS_DELAY_MS")
        .ok()
        .and_then(|delay| delay.parse().ok())
        .unwrap_or(0);
    let is_project = |folder: &PathBuf| folder.join("queries").is_dir();
    let (project, captured) = match folder {
        Some(folder) if is_project(&folder) => (Some(folder), None),
        other => (None, other),
    };
    let tables = project.map_or_else(
        || {
            vec![
                population(),
                kwb("84799NED", 2020),
                kwb("85039NED", 2021),
                crime(),
                big(350, 700),
            ]
        },
        |project| cbs_server::snapshots::project(&project),
    );
    let server = cbs_server::Server::on(port, tables, captured.as_deref());
    let server = server.with(|options| options.delay = Duration::from_millis(delay));
    println!("{}", server.url());
    loop {
        std::thread::sleep(Duration::from_hours(1));
    }
}
