//! A CBS of one's own on loopback, for other clients to be pointed at: `cargo run --example cbs -- [port] [folder]`.
//!
//! Serves a few small tables and, when a folder with an `index.csv` is given, the captured answers in it. Prints its
//! address and runs until it is stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

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
    let tables = vec![
        population(),
        kwb("84799NED", 2020),
        kwb("85039NED", 2021),
        crime(),
        big(350, 700),
    ];
    let server = cbs_server::Server::on(port, tables, folder.as_deref());
    let server = server.with(|options| options.delay = Duration::from_millis(delay));
    println!("{}", server.url());
    loop {
        std::thread::sleep(Duration::from_hours(1));
    }
}
