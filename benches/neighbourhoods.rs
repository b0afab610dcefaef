//! Growth with the number of wijken and buurten: from CBS to the open data, at 1, 10 and 50 times the rows.
//!
//! `cargo bench --bench neighbourhoods [-- TIMES …]`. A server on loopback makes eight years of Kerncijfers wijken en buurten
//! of a download of StatLine's page, with each buurt as often as is asked: all 14,574 of the country where
//! `../shared/statline-exports` is here, those of three gemeenten where it is not. The program fetches the wijken and
//! buurten of all eight through v3, with the two topics that a share of who is 65 or older needs, and builds the open data
//! with that share per wijk and buurt of the members. Time and peak of memory are those of the program, from its start.
//!
//! Measured with the release program on two cores that did nothing else; the server takes about as much of them as the program.
//!
//! | times | cells at CBS | fetch | memory | snapshots | figures | build | memory |
//! | --- | --- | --- | --- | --- | --- | --- | --- |
//! | none | | | | | | 0.20 s | 84 MB |
//! | 1 | 0.3 million | 0.7 s | 116 MB | 5.3 MB | 15443 | 0.30 s | 94 MB |
//! | 10 | 2.4 million | 4.2 s | 990 MB | 41.6 MB | 128123 | 0.86 s | 131 MB |
//! | 50 | 11.7 million | 25.7 s | 3632 MB | 200.2 MB | 628923 | 3.37 s | 385 MB |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // it ends where it cannot go on

#[path = "../tests/cbs_server/mod.rs"]
mod cbs_server;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use cbs_server::neighbourhoods::{Download, TABLES};
use cbs_server::{ServedTable, Server};
use support::{Project, peak, root, shared};

fn main() {
    let asked = std::env::args().filter_map(|word| word.parse().ok());
    let mut times: Vec<usize> = asked.collect();
    if times.is_empty() {
        times = vec![1, 10, 50];
    }
    let file = shared("statline-exports/Kerncijfers_wijken_en_buurten_2024_geslachten.csv");
    let file = file.unwrap_or_else(|| root().join("tests/small/buurten-2024.csv"));
    let download = Download::read(&file);
    println!("| times | cells at CBS | fetch | memory | snapshots | figures | build | memory |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    println!("{}", without());
    for times in times {
        println!("{}", measured(&Arc::new(download.times(times)), times));
    }
}

/// What a build takes that asks nothing per buurt.
fn without() -> String {
    let project = Project::frozen();
    let (time, memory) = run(&project, &["build", "--data-only", "--edition", "2026"]);
    format!("| none | | | | | | {time:.2} s | {memory:.0} MB |")
}

fn measured(download: &Arc<Download>, times: usize) -> String {
    let tables = TABLES.map(|(id, year)| ServedTable {
        v4: false,
        ..download.table(id, year, &[])
    });
    let regions = download.regions.len() - 1;
    let server = Server::start(tables.into());
    let project = Project::frozen();
    let line = "id = \"aandeel-65-plus\"\n";
    let asked = format!("{line}level = \"buurt\"\n");
    project.replace("queries/themes/profiel.toml", line, &asked);
    let ids = TABLES.map(|(id, _)| format!("{id}-buurt"));
    let url = server.url();
    let mut arguments = vec!["fetch", "--update", "--mirror", &url];
    arguments.extend(ids.iter().map(String::as_str));
    let (fetch, of_fetch) = run(&project, &arguments);
    let size = |id: &String| -> u64 {
        let folder = project.path("data/snapshots").join(id);
        let files = support::files(&folder).into_values();
        files.map(|bytes| bytes.len() as u64).sum()
    };
    let size = ids.iter().map(size).sum::<u64>() as f64 / 1e6;
    let (build, of_build) = run(&project, &["build", "--data-only", "--edition", "2026"]);
    let table = project.text("output/2026/data/buurten.csv");
    let figures = table.lines().count() - 1;
    let cells = (regions * TABLES.len() * 2) as f64 / 1e6;
    format!(
        "| {times} | {cells:.1} million | {fetch:.1} s | {of_fetch:.0} MB | {size:.1} MB | {figures} | {build:.2} s | {of_build:.0} MB |"
    )
}

/// Seconds and megabytes at the peak of a run, which must succeed.
fn run(project: &Project, arguments: &[&str]) -> (f64, f64) {
    let mut command = project.command(arguments);
    let start = Instant::now();
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let (memory, is_well, said) = peak(child.expect("the program"));
    assert!(is_well, "{said}");
    (start.elapsed().as_secs_f64(), memory)
}
