//! End to end against Python's `cbsodata` on the same server on loopback: time, memory, ratio and growth.
//!
//! `cargo bench --bench fetch_end_to_end [-- PART OF A NAME]` (`PYTHON` names an interpreter that has `cbsodata`, else
//! `python3`; without it only ours is timed). Best of three runs. Ours is the program itself, `fetch --update --mirror`, from
//! its start to pinned snapshots with every page on disk, counted and proven; theirs reads the same tables one after
//! another into memory, always through v3, without the time that Python takes to start. Connections and pace are the
//! defaults (twelve, and none on loopback); both ask for packed answers, which the server makes once and keeps: what is
//! measured is who reads them. Python reads v3 in all cases: in v4 each cell is a row of its own.
//!
//! Measured with the release program on two slow cores without instructions for SHA-256; server, Python and the program share them.
//!
//! | what | service | delay | ours | memory | cbsodata | memory | times as fast |
//! | --- | --- | --- | --- | --- | --- | --- | --- |
//! | eight small tables | v3 | 0 ms | 0.16 s | 41 MB | 0.53 s | 51 MB | 3.3 |
//! | eight small tables | v4 | 0 ms | 0.16 s | 41 MB | 0.53 s | 51 MB | 3.3 |
//! | eight small tables | v3 | 50 ms | 0.42 s | 41 MB | 4.12 s | 51 MB | 9.9 |
//! | eight small tables | v4 | 50 ms | 0.48 s | 41 MB | 4.12 s | 51 MB | 8.5 |
//! | nine KWB tables | v3 | 0 ms | 0.16 s | 46 MB | 0.19 s | 30 MB | 1.1 |
//! | nine KWB tables | v4 | 0 ms | 0.19 s | 48 MB | 0.19 s | 30 MB | 1.0 |
//! | nine KWB tables | v3 | 50 ms | 0.40 s | 48 MB | 3.01 s | 30 MB | 7.6 |
//! | nine KWB tables | v4 | 50 ms | 0.47 s | 50 MB | 3.01 s | 30 MB | 6.4 |
//! | 0.5 million cells of 25 topics | v3 | 0 ms | 0.40 s | 96 MB | 0.35 s | 73 MB | 0.9 |
//! | 0.5 million cells of 25 topics | v4 | 0 ms | 0.77 s | 100 MB | 0.35 s | 73 MB | 0.5 |
//! | 0.5 million cells of 25 topics | v3 | 50 ms | 0.72 s | 98 MB | 0.78 s | 73 MB | 1.1 |
//! | 0.5 million cells of 25 topics | v4 | 50 ms | 1.09 s | 102 MB | 0.78 s | 73 MB | 0.7 |
//! | 2 million cells of 10 topics | v3 | 0 ms | 1.20 s | 89 MB | 1.81 s | 221 MB | 1.5 |
//! | 2 million cells of 10 topics | v4 | 0 ms | 2.29 s | 102 MB | 1.81 s | 221 MB | 0.8 |
//! | 2 million cells of 10 topics | v3 | 50 ms | 1.60 s | 87 MB | 4.02 s | 221 MB | 2.5 |
//! | 2 million cells of 10 topics | v4 | 50 ms | 2.78 s | 105 MB | 4.02 s | 221 MB | 1.4 |
//! | 2 million cells of 100 topics | v3 | 0 ms | 1.35 s | 157 MB | 1.61 s | 201 MB | 1.2 |
//! | 2 million cells of 100 topics | v4 | 0 ms | 2.54 s | 103 MB | 1.61 s | 201 MB | 0.6 |
//! | 2 million cells of 100 topics | v3 | 50 ms | 1.88 s | 157 MB | 1.80 s | 201 MB | 1.0 |
//! | 2 million cells of 100 topics | v4 | 50 ms | 2.82 s | 106 MB | 1.80 s | 201 MB | 0.6 |
//! | 5 million cells of 10 topics | v3 | 0 ms | 2.99 s | 94 MB | 4.86 s | 497 MB | 1.6 |
//! | 5 million cells of 10 topics | v4 | 0 ms | 5.65 s | 120 MB | 4.86 s | 497 MB | 0.9 |
//! | 5 million cells of 10 topics | v3 | 50 ms | 2.95 s | 95 MB | 8.42 s | 497 MB | 2.9 |
//! | 5 million cells of 10 topics | v4 | 50 ms | 5.43 s | 109 MB | 8.42 s | 497 MB | 1.6 |
//!
//! The aim of twice as fast, five times at 50 ms, is reached by small tables (at 50 ms also by those of KWB), and twice by large ones of
//! few topics in v3 at 50 ms. What is left is the work that Python does not do: SHA-256 and a copy of each page on disk, every cell
//! proven and sorted, Parquet written and held against itself. Of the program's own time a quarter is SHA-256 and a quarter JSON. At 50 ms
//! five requests of a table wait for each other: release, topics, members, rows, and the release once more. Memory does not grow with the
//! rows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // it ends where it cannot go on

#[path = "../tests/cbs_server/mod.rs"]
mod cbs_server;
#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cbs_server::samples::wide;
use cbs_server::{ServedTable, Server};
use support::{Project, peak};

const SCRIPT: &str = r"
import sys, time, cbsodata
cbsodata.options.use_https = False
start = time.time()
for table in sys.argv[2:]:
    assert cbsodata.get_data(table, catalog_url=sys.argv[1])
print(time.time() - start)
";

/// Tables of `queries/` that both services have here.
const SMALL: [&str; 8] = [
    "03759ned", "37259ned", "70072ned", "83625NED", "83648NED", "85005NED", "85458NED", "86161NED",
];
const KWB: [&str; 9] = [
    "83220NED", "83487NED", "84286NED", "84583NED", "84799NED", "85039NED", "85318NED", "85618NED",
    "85984NED",
];
const RUNS: usize = 3;

/// What is read: a name, the tables, and a project that asks for them.
struct Case {
    name: String,
    tables: Vec<ServedTable>,
    is_wide: bool,
}

/// Seconds and megabytes at the peak.
#[derive(Clone, Copy)]
struct Cost {
    time: f64,
    memory: f64,
}

fn main() {
    let part = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    println!("| what | service | delay | ours | memory | cbsodata | memory | times as fast |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for case in cases() {
        if part.as_ref().is_none_or(|part| case.name.contains(part)) {
            measured(&case);
        }
    }
}

fn cases() -> Vec<Case> {
    let of_project = |name: &str, ids: &[&str]| {
        let tables = cbs_server::snapshots::project(support::root());
        let asked = tables.into_iter().filter(|table| ids.contains(&&*table.id));
        let tables = asked.map(|table| ServedTable {
            v3: true,
            v4: true,
            ..table
        });
        Case {
            name: name.into(),
            tables: tables.collect(),
            is_wide: false,
        }
    };
    let of_size = |years: usize, topics: usize| {
        let millions = (400 * years * topics) as f64 / 1e6;
        Case {
            name: format!("{millions} million cells of {topics} topics"),
            tables: vec![wide(400, years, topics)],
            is_wide: true,
        }
    };
    vec![
        of_project("eight small tables", &SMALL),
        of_project("nine KWB tables", &KWB),
        of_size(50, 25),
        of_size(500, 10),
        of_size(50, 100),
        of_size(1_250, 10),
    ]
}

fn measured(case: &Case) {
    for delay in [0, 50] {
        let slow = |options: &mut cbs_server::Options| {
            options.delay = Duration::from_millis(delay);
            options.keep = true;
        };
        let server = Server::start(case.tables.clone()).with(slow);
        let theirs = best(|| theirs(&server, &case.tables));
        for service in ["v3", "v4"] {
            let ours = best(|| Some(ours(&server, case, service))).expect("a run");
            let name = &case.name;
            let Cost { time, memory } = ours;
            let mut line =
                format!("| {name} | {service} | {delay} ms | {time:.2} s | {memory:.0} MB |");
            let _ = match theirs {
                Some(theirs) => write!(
                    line,
                    " {:.2} s | {:.0} MB | {:.1} |",
                    theirs.time,
                    theirs.memory,
                    theirs.time / time
                ),
                None => write!(line, " not installed | | |"),
            };
            println!("{line}");
        }
    }
}

fn best(run: impl Fn() -> Option<Cost>) -> Option<Cost> {
    let runs = (0..RUNS).filter_map(|_| run());
    runs.min_by(|a, b| a.time.total_cmp(&b.time))
}

/// The program itself, from queries to snapshots.
fn ours(server: &Server, case: &Case, service: &str) -> Cost {
    let project = if case.is_wide {
        asks_all(&case.tables[0], service)
    } else {
        asks_as_here(&case.tables, service)
    };
    let url = server.url();
    let mut arguments = vec!["fetch", "--update", "--mirror", &url];
    arguments.extend(case.tables.iter().map(|table| table.id.as_str()));
    let mut command = project.command(&arguments);
    let start = Instant::now();
    let run = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let (memory, is_well, said) = peak(run.spawn().expect("the program"));
    let time = start.elapsed().as_secs_f64();
    assert!(is_well, "{said}");
    Cost { time, memory }
}

/// A project that asks all topics of one table through a service.
fn asks_all(table: &ServedTable, service: &str) -> Project {
    let project = Project::small();
    let text = format!(
        "[[table]]\nid = \"{}\"\nservice = \"{service}\"\n",
        table.id
    );
    project.write("queries/tables.toml", &text);
    let mut theme = "id = \"proef\"\npijler = \"proef\"\ntitle = \"Proef\"\norder = 1\n".to_owned();
    for (number, topic) in table.topics.iter().enumerate() {
        let (id, title) = (&table.id, &topic.title);
        // what every project must ask
        let own = if number == 0 {
            "inwoners".to_owned()
        } else {
            format!("getal-{number}")
        };
        let _ = write!(
            theme,
            "\n[[topic]]\nid = \"{own}\"\ntitle = \"getal\"\ncount = \"{id}: {title}\"\n"
        );
    }
    project.write("queries/themes/proef.toml", &theme);
    project
}

/// This project's own queries without its snapshots, with these tables through a service.
fn asks_as_here(tables: &[ServedTable], service: &str) -> Project {
    let project = Project::copy();
    std::fs::remove_dir_all(project.path("data/snapshots")).expect("the snapshots go");
    std::fs::remove_file(project.path("data/snapshots.lock")).expect("the lock goes");
    let queries = project.text("queries/tables.toml");
    let mut asked = queries.replace("service = \"v4\"\n", "");
    for table in tables {
        let id = format!("id = \"{}\"\n", table.id);
        asked = asked.replace(&id, &format!("{id}service = \"{service}\"\n"));
    }
    project.write("queries/tables.toml", &asked);
    project
}

/// The time that Python needs, without that of starting Python.
fn theirs(server: &Server, tables: &[ServedTable]) -> Option<Cost> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let run = Command::new(python)
        .args(["-c", SCRIPT, &server.host()])
        .args(tables.iter().map(|table| &table.id))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut run = run.ok()?;
    let mut out = run.stdout.take()?;
    let (memory, is_well, _) = peak(run);
    let mut said = String::new();
    out.read_to_string(&mut said).ok()?;
    let time = said.trim().parse().ok().filter(|_| is_well)?;
    Some(Cost { time, memory })
}
