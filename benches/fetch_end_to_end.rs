//! End to end against Python's `cbsodata` on the same server on loopback, with 0 and 50 ms of delay per request.
//!
//! `cargo bench --bench fetch_end_to_end` (needs `python3` with `cbsodata`, else only ours is timed). Best of three runs.
//! First one table of two million rows through OData v3's feed: both end with every value in memory, ours also writes
//! each page to disk, proves it, and checks count and release. Then all tables of `queries/` with this project's own
//! figures: ours is the program itself, from start to pinned snapshots, theirs reads the tables one after another.
//! Connections and pace are the defaults (twelve, and none on loopback).
//!
//! Measured with `--profile dev` (little optimised) on two cores that others kept busy (load 5), so read the ratios:
//!
//! | what | delay | ours | cbsodata | ratio |
//! | --- | --- | --- | --- | --- |
//! | 2 million rows | 0 ms | 3.51 s | 7.60 s | 2.2 |
//! | 2 million rows | 50 ms | 4.60 s | 13.70 s | 3.0 |
//! | tables of `queries/` | 0 ms | 0.69 s | 0.73 s | 1.1 |
//! | tables of `queries/` | 50 ms | 1.07 s | 6.58 s | 6.1 |
//!
//! Optimised, on the same cores and with eight connections, two million rows at 50 ms came 4.6 to 5.0 times faster.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // it ends where it cannot go on

#[path = "../tests/cbs_server/mod.rs"]
mod cbs_server;
#[path = "../tests/source/fetching.rs"]
mod fetching;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use cbs_server::samples::big as table;
use cbs_server::snapshots::project as served;
use cbs_server::{Options, Server};
use fetching::{big, config};
use middelgroot::base::observation::{Missing, Status};
use middelgroot::source::cbs::{
    AnsweredTopic, Client, Config, PageCache, Service, Sink, SinkError,
};

const SCRIPT: &str = r"
import sys, time, cbsodata
cbsodata.options.use_https = False
start = time.time()
for table in sys.argv[2:]:
    assert cbsodata.get_data(table, catalog_url=sys.argv[1])
print(time.time() - start)
";

/// The table as a store would keep it: names once, numbers in columns.
#[derive(Default)]
struct Columns {
    regions: Vec<String>,
    periods: Vec<String>,
    rows: Vec<(usize, usize, f64)>,
}

impl Columns {
    fn number(names: &mut Vec<String>, name: &str) -> usize {
        if names.last().is_none_or(|last| last != name) {
            names.push(name.to_owned());
        }
        names.len() - 1
    }
}

impl Sink for Columns {
    fn topics(&mut self, _: &[AnsweredTopic]) -> Result<(), SinkError> {
        Ok(())
    }
    fn row(
        &mut self,
        region: &str,
        period: &str,
        _: usize,
        value: Option<f64>,
        _: Missing,
        _: Status,
    ) -> Result<(), SinkError> {
        let region = Self::number(&mut self.regions, region);
        let period = Self::number(&mut self.periods, period);
        self.rows.push((region, period, value.unwrap_or(f64::NAN)));
        Ok(())
    }
}

fn main() {
    for delay in [0, 50] {
        let slow = |options: &mut Options| options.delay = Duration::from_millis(delay);
        let server = Server::start(vec![table(980, 2_000)]).with(slow);
        told(
            "one table of 2 million rows",
            delay,
            &|| Some(ours(&server)),
            &|| theirs(&server, &["99999NED"]),
        );
        let tables = served(support::root());
        let ids: Vec<String> = tables.iter().map(|table| table.id.clone()).collect();
        let server = Server::start(tables).with(slow);
        told(
            "the tables of queries/",
            delay,
            &|| Some(refresh(&server, &ids)),
            &|| theirs(&server, &ids),
        );
    }
}

fn told(what: &str, delay: u64, ours: &dyn Fn() -> Option<f64>, theirs: &dyn Fn() -> Option<f64>) {
    let ours = best(ours).unwrap_or_default();
    let said = best(theirs).map_or("not installed".into(), |theirs| {
        format!("{theirs:.2} s, {:.1} times ours", theirs / ours)
    });
    println!("{what}, {delay} ms a request: middelgroot {ours:.2} s, cbsodata {said}");
}

/// The program itself, from queries to snapshots.
fn refresh(server: &Server, ids: &[String]) -> f64 {
    let project = support::Project::copy();
    let url = server.url();
    let fixed = ["fetch", "--update", "--mirror", &url];
    let arguments: Vec<&str> = fixed
        .into_iter()
        .chain(ids.iter().map(String::as_str))
        .collect();
    let start = Instant::now();
    project.run(&arguments).ends(0);
    start.elapsed().as_secs_f64()
}

fn best(run: &dyn Fn() -> Option<f64>) -> Option<f64> {
    (0..3).filter_map(|_| run()).min_by(f64::total_cmp)
}

fn ours(server: &Server) -> f64 {
    let wait = Duration::from_mins(1);
    let config = Config {
        idle_timeout: wait,
        request_timeout: wait,
        ..config(server)
    };
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let (cache, mut columns) = (PageCache::open(folder.path()).unwrap(), Columns::default());
    Client::new(config)
        .unwrap()
        .fetch(&big(Service::V3), &cache, &mut columns, &())
        .unwrap();
    assert_eq!(columns.rows.len(), 1_960_000);
    start.elapsed().as_secs_f64()
}

/// The time that Python needs, without that of starting Python.
fn theirs(server: &Server, ids: &[impl AsRef<str>]) -> Option<f64> {
    let run = Command::new("python3")
        .args(["-c", SCRIPT, &server.host()])
        .args(ids.iter().map(AsRef::as_ref))
        .output()
        .ok()?;
    String::from_utf8_lossy(&run.stdout).trim().parse().ok()
}
