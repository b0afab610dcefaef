//! `fetch` and `tables` as they are typed: kills, full disks, strangers, wrong names, and what a refresh is told by.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::cbs_server::faults::{Fault, Rule};
use crate::cbs_server::samples::{big, kwb};
use crate::cbs_server::snapshots::project as served;
use crate::cbs_server::{ServedTable, Server};
use crate::fetching::paged;
use crate::support::{Project, Run, differences, files};

/// One connection, so that pages come one by one, and one attempt, so that a fault shows.
const ONE_BY_ONE: &str = "connections = 1\nattempts = 1\n";

fn small() -> Project {
    let project = Project::small();
    project.write("queries/fetch.toml", ONE_BY_ONE);
    project
}

/// The requests for rows so far, forgotten after.
fn pages(server: &Server) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|line| line.contains("/Observations?"))
        .count()
}

fn update(project: &Project, server: &Server) -> Run {
    project.run(&["fetch", "--update", "--mirror", &server.url()])
}

fn assert_forty(project: &Project) {
    let lock = project.store().lock().unwrap();
    let snapshot = project
        .store()
        .read("99999NED", &lock.tables["99999NED"])
        .unwrap();
    let values = snapshot.observations.column("value").unwrap();
    let sum: f64 = values.f64().unwrap().iter().flatten().sum();
    let expected: f64 = (0..10)
        .flat_map(|g| (0..4).map(move |y| f64::from(g * 31 + y * 7) / 2.0))
        .sum();
    assert_eq!(values.len(), 40);
    assert!((sum - expected).abs() < 1e-9);
}

/// A fetch that has stored so many pages and is still at work.
fn under_way(project: &Project, server: &Server, stored: usize) -> Child {
    let child = project
        .command(&["fetch", "--update", "--mirror", &server.url()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let pages = project.data().join(".pages");
    let is_page = |name: &&String| {
        Path::new(name)
            .extension()
            .is_some_and(|ending| ending == "page")
    };
    while files(&pages).keys().filter(is_page).count() < stored {
        assert!(start.elapsed() < Duration::from_secs(30), "no pages came");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

#[test]
fn killed_and_resumed_with_fewer_requests() {
    let server = paged().with(|options| options.delay = Duration::from_millis(150));
    let project = small();
    let mut child = under_way(&project, &server, 3);
    child.kill().unwrap();
    child.wait().unwrap();
    let first = pages(&server);
    assert!(
        project.store().lock().unwrap().tables.is_empty(),
        "half a table was pinned"
    );
    let server = server.with(|options| options.delay = Duration::ZERO);
    update(&project, &server)
        .ends(0)
        .says("requests were already here");
    let second = pages(&server);
    assert!(second <= 3 && first >= 3, "{first} requests, then {second}");
    assert_forty(&project);
    assert!(
        !project.data().join(".pages/99999NED").exists(),
        "the pages stay"
    );
}

#[cfg(unix)]
#[test]
fn stopped_with_ctrl_c_and_resumed() {
    let server = paged().with(|options| options.delay = Duration::from_millis(150));
    let project = small();
    let child = under_way(&project, &server, 3);
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    Run::from(child.wait_with_output().unwrap())
        .ends(4)
        .says("run the same `fetch` again to resume");
    pages(&server);
    let server = server.with(|options| options.delay = Duration::ZERO);
    update(&project, &server).ends(0);
    assert!(pages(&server) <= 3);
    assert_forty(&project);
}

#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing() {
    // a limit on the size of files makes writing fail as a full disk does, without being root
    let server = Server::start(vec![big(300, 20)]).with(|options| options.v4_page = 1_000);
    let project = small();
    update(&project, &server).ends(0);
    let before = files(&project.data());
    server.edit("99999NED", ServedTable::republish);
    let url = server.url();
    let command = project.command(&["fetch", "--update", "--mirror", &url]);
    let ran = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args())
        .output()
        .unwrap();
    Run::from(ran)
        .ends(4)
        .says("page cache")
        .says("free disk space");
    let lost: Vec<_> = differences(&before, &files(&project.data()))
        .into_iter()
        .filter(|name| !name.starts_with(".pages"))
        .collect();
    assert_eq!(lost, [""; 0], "something of the old release is lost");
    update(&project, &server).ends(0).says("fetched table");
}

#[test]
fn two_fetches_at_once() {
    let server = paged().with(|options| options.delay = Duration::from_millis(150));
    let project = small();
    let first = under_way(&project, &server, 1);
    update(&project, &server)
        .ends(4)
        .says("in use by another fetch")
        .says("hint: wait for the other fetch to end");
    Run::from(first.wait_with_output().unwrap()).ends(0);
    assert_forty(&project);
}

#[test]
fn a_redirect_to_another_host_is_refused() {
    let elsewhere = Server::start(vec![big(10, 4)]);
    let server = paged();
    let to = format!("{}/odata/v1/CBS/99999NED/Observations", elsewhere.url());
    server.fault(Rule::on("Observations?", Fault::Redirect(to)));
    update(&small(), &server)
        .ends(3)
        .says("redirected to another host");
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_proxy_of_the_environment_is_used() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let (heard, hears) = mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in proxy.incoming().flatten() {
            let mut line = [0; 256];
            let read = stream.read(&mut line).unwrap_or_default();
            let _ = heard.send(String::from_utf8_lossy(&line[..read]).into_owned());
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let project = small();
    let mut command = project.command(&["fetch", "--update"]);
    for name in [
        "NO_PROXY",
        "no_proxy",
        "ALL_PROXY",
        "all_proxy",
        "https_proxy",
    ] {
        command.env_remove(name);
    }
    let output = command.env("HTTPS_PROXY", address).output().unwrap();
    Run::from(output).ends(3);
    let line = hears.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(line.starts_with("CONNECT datasets.cbs.nl:443 "), "{line}");
}

#[test]
fn plain_http_goes_to_loopback_only() {
    small()
        .run(&["fetch", "--mirror", "http://example.org"])
        .ends(2)
        .says("only loopback may go without");
}

#[test]
fn ids_cannot_leave_the_data() {
    let server = paged();
    let project = small();
    for id in ["../../etc", "99999NED/..", "99999ned"] {
        project
            .run(&["fetch", id, "--mirror", &server.url()])
            .ends(2)
            .says("has no table");
    }
    project
        .run(&["tables", "show", "../../etc", "--mirror", &server.url()])
        .ends(2)
        .says("cannot be a table id");
    project.write("queries/tables.toml", "[[table]]\nid = \"../99999NED\"\n");
    update(&project, &server)
        .ends(2)
        .says("tables.toml:2:6: `../99999NED` is no table id");
    project.write("queries/tables.toml", "[[table]]\nid = \"99999NED\"\n");
    project.write("data/snapshots.lock", "[tables]\n99999NED = \"../../..\"\n");
    update(&project, &server)
        .ends(4)
        .says("cannot be the name of a snapshot");
    assert!(server.requests().is_empty());
}

#[test]
fn a_wrong_setting_is_named_with_its_line() {
    let project = small();
    project.write("queries/fetch.toml", "connections = 2\nspeed = \"high\"\n");
    project
        .run(&["fetch"])
        .ends(2)
        .says("fetch.toml:2:1: unknown field `speed`");
}

#[test]
fn one_table_that_fails_does_not_stop_the_others() {
    let project = Project::frozen();
    let server = Server::start(served(project.root()));
    let old = project.store().lock().unwrap();
    project.write("queries/fetch.toml", "attempts = 1\n");
    server.fault(Rule::on(
        "83625NED/Observations?",
        Fault::Status(503, "Service Unavailable", None),
    ));
    let url = server.url();
    let ran = project
        .run(&[
            "fetch", "--update", "--mirror", &url, "03759ned", "83625NED", "84799NED",
        ])
        .ends(3)
        .says("failed: table 83625NED")
        .says("fetched table `03759ned`")
        .says("fetched table `84799NED`")
        .says("1 of 3 tables could not be fetched");
    let lock = project.store().lock().unwrap();
    assert_eq!(
        lock.tables["83625NED"], old.tables["83625NED"],
        "{}",
        ran.stderr
    );
    assert_ne!(lock.tables["84799NED"], old.tables["84799NED"]);
}

#[test]
fn without_update_comes_what_is_pinned_or_nothing() {
    let server = paged();
    let project = small();
    update(&project, &server).ends(0);
    let lock = project.store().lock().unwrap();
    let release = lock.tables["99999NED"].clone();
    let folder = project.store().folder("99999NED", &release);
    let url = server.url();
    let fetch = || project.run(&["fetch", "--mirror", &url]);

    // lost: brought back as it was
    std::fs::remove_dir_all(&folder).unwrap();
    fetch().ends(0).says(&format!("as `{release}`"));
    // damaged: likewise
    std::fs::write(folder.join("observations.parquet"), "x").unwrap();
    fetch().ends(0);
    assert_forty(&project);
    // lost, and CBS has another release
    server.edit("99999NED", |table| {
        table.republish();
        table.modified = "2026-07-01T02:00:00".to_owned();
    });
    fetch().ends(0).says("is here as pinned");
    std::fs::remove_dir_all(&folder).unwrap();
    fetch()
        .ends(1)
        .says(&format!("CBS no longer has the pinned release `{release}`"))
        .says("fetch --update");
    assert_eq!(project.store().lock().unwrap(), lock);
    assert!(project.store().releases("99999NED").unwrap().is_empty());
    // the newest instead
    update(&project, &server).ends(0).says("as `2026-07-01-");
}

#[test]
fn a_release_that_was_held_stays_beside_the_new_one() {
    let server = paged();
    let project = small();
    update(&project, &server).ends(0);
    server.edit("99999NED", |table| {
        table.modified = "2026-07-01T02:00:00".to_owned();
    });
    update(&project, &server).ends(0);
    assert_eq!(project.store().releases("99999NED").unwrap().len(), 2);
}

#[test]
fn a_renamed_topic_leaves_everything_as_it_was() {
    let server = paged();
    let project = small();
    update(&project, &server).ends(0);
    let before = project.store().lock().unwrap();
    server.edit("99999NED", |table| {
        table.republish();
        table.topics[0].title = "Aantal".to_owned();
    });
    update(&project, &server)
        .ends(1)
        .says("table 99999NED: topic `Getal`: no topic has this title and unit")
        .says("`Aantal` (aantal)");
    assert_eq!(project.store().lock().unwrap(), before);
}

#[test]
fn a_dry_run_prints_the_exact_requests_and_makes_none() {
    let project = Project::frozen();
    let server = Server::start(served(project.root()));
    let url = server.url();
    let ran = project
        .run(&[
            "fetch",
            "--dry-run",
            "--mirror",
            &url,
            "03759ned",
            "47022NED",
        ])
        .ends(0);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.len() >= 2 && lines.iter().all(|line| line.starts_with(&url)));
    assert!(
        ran.stdout.contains("03759ned/Observations?$filter=") && ran.stdout.contains("T001038")
    );
    assert!(
        server
            .requests()
            .iter()
            .all(|line| !line.contains("TypedDataSet") && !line.contains("Observations"))
    );
    let json = project
        .run(&["fetch", "--dry-run", "--json", "--mirror", &url, "03759ned"])
        .ends(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json[0]["table"], "03759ned");
    assert!(
        json[0]["requests"][0]["url"]
            .as_str()
            .unwrap()
            .starts_with(&url)
    );
}

#[test]
fn check_tells_current_revised_discontinued_and_renumbered() {
    let project = Project::frozen();
    let mut tables = served(project.root());
    tables.extend([kwb("86165NED", 2025), kwb("86358NED", 2026)]);
    let server = Server::start(tables);
    let url = server.url();
    let check =
        |ids: &[&str]| project.run(&[&["fetch", "--check", "--mirror", &url], ids].concat());
    // what was imported without a date may be out of date
    let ran = check(&[]).ends(1).says("a refresh is due");
    let line = |ran: &Run, id: &str, word: &str| {
        let found = ran
            .stdout
            .lines()
            .any(|line| line.starts_with(id) && line.contains(word));
        assert!(found, "no `{id} {word}` in:\n{}", ran.stdout);
    };
    line(&ran, "03759ned", "current");
    line(&ran, "84799NED", "revised");
    line(&ran, "86165NED", "new");
    line(
        &ran,
        "86165NED",
        "continued as 86358NED `Kerncijfers wijken en buurten 2026`",
    );
    line(&ran, "85950NED", "gone");
    line(&ran, "kiesraad-tk2021", "file");
    assert!(server.requests().iter().all(|line| {
        line.contains("/ODataCatalog/Tables") || line.contains("/odata/v1/CBS/Datasets")
    }));

    let ids = ["03759ned", "84799NED", "47022NED"];
    project
        .run(&[vec!["fetch", "--update", "--mirror", &url], ids.to_vec()].concat())
        .ends(0);
    let ran = check(&["03759ned", "47022NED"]).ends(0);
    line(&ran, "47022NED", "current");
    server.edit("03759ned", |table| {
        table.version += 1;
        table.modified = "2026-10-01T02:00:00".to_owned();
    });
    server.edit("47022NED", |table| table.reason = "Stopgezet".to_owned());
    let ran = check(&["03759ned", "47022NED"]).ends(1);
    line(&ran, "03759ned", "revised");
    line(&ran, "47022NED", "discontinued");
    let json = check(&["--json", "03759ned"]).ends(1);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json[0]["word"], "revised");
}

#[test]
fn check_without_a_source_ends_in_3() {
    let project = small();
    project
        .run(&["fetch", "--check", "--mirror", "http://127.0.0.1:1"])
        .ends(3);
}

#[test]
fn tables_are_found_and_shown() {
    let project = Project::frozen();
    let server = Server::start(served(project.root()));
    let url = server.url();
    let tables =
        |arguments: &[&str]| project.run(&[&["tables"], arguments, &["--mirror", &url]].concat());
    let ran = tables(&["search", "KERNCIJFERS", "2020"]).ends(0);
    assert_eq!(ran.stdout.lines().count(), 1);
    assert!(
        ran.stdout
            .starts_with("84799NED   Kerncijfers wijken en buurten 2020 (CBS, v3 and v4, ")
    );
    let ran = tables(&["show", "03759ned"]).ends(0);
    for part in [
        "Perioden",
        "2026JJ00",
        "(definitief)",
        "M000352",
        "Bevolking op 1 januari (aantal)",
        "gemeenten",
    ] {
        assert!(
            ran.stdout.contains(part),
            "`{part}` is not in:\n{}",
            ran.stdout
        );
    }
    // a third party's, which the queries know; and in the wrong case
    assert!(
        tables(&["show", "47022NED"])
            .ends(0)
            .stdout
            .contains("catalog Politie")
    );
    tables(&["show", "03759NED"]).ends(1).says("case-sensitive");
    let json = tables(&["show", "03759ned", "--json"]).ends(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["topics"][0]["unit"], "aantal");
    let json = tables(&["search", "misdrijven", "--json"]).ends(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json[0]["catalog"], "Politie");
}
