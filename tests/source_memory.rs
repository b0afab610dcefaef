//! Memory stays flat: a fetch of five million rows into a snapshot peaks at no more than 1.3 times the memory of half a million.
//!
//! It stands apart from the other tests of the room, which would compete with it for a machine that it keeps busy.
//! The peak is that of a whole process, so each fetch runs in one of its own: this test starts itself again, and stays
//! behind as the server. Linux only, where `/proc` tells the peak; elsewhere it says so and passes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cbs_server;
mod support;

use std::process::Command;
use std::time::Duration;

use cbs_server::Server;
use cbs_server::samples::big as big_table;
use middelgroot::query::Queries;
use middelgroot::source::cbs::{Client, Config};
use middelgroot::source::fetch::{self, Options};
use support::Project;

/// Tells the process that fetches where the server is.
const MIRROR: &str = "FETCH_MEMORY_MIRROR";

/// The peak of this process in kilobytes.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn five_million_rows_need_hardly_more_memory_than_half_a_million() {
    if let Ok(mirror) = std::env::var(MIRROR) {
        return one_fetch(mirror);
    }
    if peak().is_none() {
        eprintln!("passed over: this system does not tell the peak of memory");
        return;
    }
    let [small, large] = [50, 500].map(|years: usize| {
        let server =
            Server::start(vec![big_table(9_999, years)]).with(|options| options.gzip = false);
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--nocapture", "five_million"])
            .env(MIRROR, server.url())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        let peak = said
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{years}0 thousand rows, peak ")));
        peak.unwrap_or_else(|| panic!("{said}"))
            .parse::<u64>()
            .unwrap()
    });
    eprintln!("peak: {small} kB for 0.5 million rows, {large} kB for 5 million");
    assert!(large * 10 <= small * 13, "{small} kB, then {large} kB");
}

fn one_fetch(mirror: String) {
    let wait = Duration::from_mins(1);
    let config = Config {
        mirror: Some(mirror),
        request_timeout: wait,
        ..Config::default()
    };
    let project = Project::small();
    let queries = Queries::read(&project.path("queries")).unwrap();
    let client = Client::new(config).unwrap();
    let options = Options {
        update: true,
        ..Options::default()
    };
    let reports = fetch::fetch(&client, 8, &queries, &project.data(), &options, &()).unwrap();
    assert!(reports[0].error.is_none(), "{:?}", reports[0].message);
    let peak = peak().unwrap();
    let release = reports[0].release.as_deref().unwrap();
    assert!(project.store().is_whole("99999NED", release).unwrap());
    // GM0998 and GM0999 are no gemeenten.
    let years = reports[0].rows / 9_997;
    assert_eq!(years * 9_997, reports[0].rows);
    eprintln!("{years}0 thousand rows, peak {peak}");
}
