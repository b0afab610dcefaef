//! What `fetch` and `tables` say and how they end when CBS, the way to it, or what it has is not as it should be.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use crate::cbs_server::Server;
use crate::cbs_server::faults::{Fault, Rule};
use crate::cbs_server::model::{Cell, Member, ServedTable};
use crate::cbs_server::samples::{big, kwb};
use crate::cbs_server::snapshots::project as served;
use crate::fetching::{Heed, assert_whole, big as big_request, fetch_with, paged, paged_config};
use crate::support::{Project, Run};
use middelgroot::source::cbs::{Config, Service};

fn small() -> Project {
    let project = Project::small();
    project.write("queries/fetch.toml", "connections = 1\n");
    project
}

fn update(project: &Project, server: &Server) -> Run {
    project.run(&["fetch", "--update", "--mirror", &server.url()])
}

/// The service that gave the release that is used.
fn service(project: &Project) -> String {
    let lock = project.store().lock().unwrap();
    let sidecar = project
        .store()
        .sidecar("99999NED", &lock.tables["99999NED"])
        .unwrap();
    sidecar.fetched.unwrap().service
}

/// Not among the texts of a run.
fn silent(run: &Run, text: &str) {
    assert!(!run.stderr.contains(text), "`{text}` in: {}", run.stderr);
}

fn not_found() -> Fault {
    Fault::Status(404, "Not found", None)
}

#[test]
fn one_404_of_v4_is_not_believed() {
    let (project, server) = (small(), paged());
    server.fault(Rule::on("Properties", not_found()).times(1));
    let ran = update(&project, &server).ends(0);
    silent(&ran, "warning");
    assert_eq!(service(&project), "v4");
}

#[test]
fn a_table_that_v4_lists_is_not_read_from_v3() {
    let (project, server) = (small(), paged());
    server.fault(Rule::on("99999NED/Properties", not_found()));
    let ran = update(&project, &server)
        .ends(3)
        .says("v4 does not give the table, though its catalog lists the table");
    silent(&ran, "no such table");
    assert!(project.store().lock().unwrap().tables.is_empty());
}

#[test]
fn what_v4_does_not_list_comes_from_v3_and_that_is_told() {
    let project = small();
    let only_v3 = || ServedTable {
        v4: false,
        ..big(10, 4)
    };
    let server = Server::start(vec![only_v3(), kwb("84799NED", 2020)]);
    update(&project, &server)
        .ends(0)
        .says("warning: v4 does not list the table: read from v3");
    assert_eq!(service(&project), "v3");
    // all of v4 away: told as well
    let project = small();
    let server = Server::start(vec![only_v3()]);
    update(&project, &server)
        .ends(0)
        .says("warning: v4 gives neither the table nor its list of tables");
    // but not where the release that is held came from v4
    let (project, server) = (small(), paged());
    update(&project, &server).ends(0);
    server.edit("99999NED", ServedTable::republish);
    server.fault(Rule::on("/odata/v1/", not_found()));
    update(&project, &server)
        .ends(3)
        .says("though it gave the release that is held");
    assert_eq!(service(&project), "v4");
}

#[test]
fn a_table_that_the_catalog_of_v3_lists_is_there() {
    for catalog in ["CBS", "Politie"] {
        let project = small();
        let tables = format!(
            "[[table]]\nid = \"99999NED\"\nservice = \"v3\"\ncatalog = \"{catalog}\"\noptional = true\n"
        );
        project.write("queries/tables.toml", &tables);
        let server = Server::start(vec![ServedTable {
            catalog: catalog.into(),
            v4: false,
            ..big(10, 4)
        }]);
        server.fault(Rule::on("99999NED/TableInfos", not_found()));
        let ran = update(&project, &server)
            .ends(3)
            .says("v3 does not give the table, though its catalog lists the table");
        silent(&ran, "left out");
        server.heal();
        server.fault(Rule::on("99999NED/TableInfos", not_found()).times(1));
        update(&project, &server).ends(0);
    }
}

#[test]
fn a_list_of_periods_that_ends_early_is_told() {
    let (project, server) = (small(), paged());
    silent(&update(&project, &server).ends(0), "warning");
    server.edit("99999NED", |table| {
        table.republish();
        table.period = "1988 - 2026".into();
    });
    update(&project, &server)
        .ends(0)
        .says("warning: CBS speaks of `1988 - 2026`, and its list of periods ends with 1003");
}

#[test]
fn a_404_on_a_page_is_no_table_that_is_not_there() {
    for (service, rows) in [("v3", "TypedDataSet"), ("v4", "Observations")] {
        for after in [0, 2] {
            let (project, server) = (small(), paged());
            let tables = format!("[[table]]\nid = \"99999NED\"\nservice = \"{service}\"\n");
            project.write("queries/tables.toml", &tables);
            let rows = format!("{rows}?");
            server.fault(Rule::on(&rows, not_found()).after(after));
            let ran = update(&project, &server)
                .ends(3)
                .says("refused with status 404")
                .says(rows.trim_end_matches('?'));
            silent(&ran, "no such table");
            server.heal();
            update(&project, &server).ends(0);
        }
    }
    // once is not believed
    let (project, server) = (small(), paged());
    server.fault(Rule::on("Observations?", not_found()).after(2).times(1));
    update(&project, &server).ends(0);
}

#[test]
fn an_optional_table_that_is_held_is_not_left_out() {
    let project = small();
    project.write(
        "queries/tables.toml",
        "[[table]]\nid = \"99999NED\"\noptional = true\n",
    );
    let server = Server::start(vec![kwb("84799NED", 2020)]);
    update(&project, &server)
        .ends(0)
        .says("table `99999NED` is left out");
    let server = Server::start(vec![big(10, 4), kwb("84799NED", 2020)]);
    update(&project, &server).ends(0).says("fetched table");
    let lock = project.store().lock().unwrap();
    server.edit("99999NED", |table| (table.v3, table.v4) = (false, false));
    update(&project, &server)
        .ends(1)
        .says("CBS has no such table any more")
        .says("stays in use");
    assert_eq!(project.store().lock().unwrap(), lock);
    // an optional topic that was there and is not found any more
    server.edit("99999NED", |table| {
        (table.v3, table.v4) = (true, true);
        table.republish();
        table.topics[0].title = "Aantal".into();
    });
    update(&project, &server)
        .ends(1)
        .says("no topic has this title and unit");
    assert_eq!(project.store().lock().unwrap(), lock);
}

#[test]
fn an_empty_catalog_says_nothing_of_tables() {
    let empty = Fault::Instead("{\"value\":[]}");
    let project = Project::frozen();
    let server = Server::start(served(project.root()));
    let url = server.url();
    for (part, said) in [
        (
            "/odata/v1/CBS/Datasets",
            "the catalog of v4 lists no tables at all",
        ),
        (
            "/ODataCatalog/Tables",
            "the catalog of v3 lists no tables at all",
        ),
        (
            "/dataderden/ODataCatalog/Tables",
            "the catalog of third parties lists no tables",
        ),
    ] {
        server.fault(Rule::on(part, empty.clone()));
        let ran = project
            .run(&["fetch", "--check", "--mirror", &url])
            .ends(3)
            .says(said);
        assert!(!ran.stdout.contains("gone"), "{}", ran.stdout);
        server.heal();
    }
    // one table is left of all that are held
    let one = Fault::Instead(
        "{\"value\":[{\"Identifier\":\"12345NED\",\"Title\":\"Iets\",\"Modified\":\"2026-01-01T02:00:00\"}]}",
    );
    server.fault(Rule::on("/ODataCatalog/Tables", one.clone()));
    server.fault(Rule::on("/odata/v1/CBS/Datasets", one));
    project
        .run(&["fetch", "--check", "--mirror", &url])
        .ends(3)
        .says("tables that are held");
    server.heal();
    project.run(&["fetch", "--check", "--mirror", &url]).ends(1);
}

#[test]
fn a_404_of_a_catalog_is_no_refresh_that_is_due() {
    let (project, server) = (small(), paged());
    update(&project, &server).ends(0);
    let url = server.url();
    project.run(&["fetch", "--check", "--mirror", &url]).ends(0);
    for part in ["/odata/v1/CBS/Datasets", "/ODataCatalog/Tables"] {
        server.fault(Rule::on(part, not_found()));
        let ran = project
            .run(&["fetch", "--check", "--mirror", &url])
            .ends(3)
            .says("refused with status 404");
        silent(&ran, "no such table");
        server.heal();
    }
}

#[test]
fn an_update_asks_nothing_of_a_table_that_did_not_change() {
    let (project, server) = (small(), paged());
    update(&project, &server).ends(0);
    server.requests();
    update(&project, &server).ends(0).says("is unchanged");
    assert_eq!(server.requests(), ["/odata/v1/CBS/99999NED/Properties?"]);
    // another question
    project.replace(
        "queries/tables.toml",
        "id = \"99999NED\"",
        "id = \"99999NED\"\nservice = \"v3\"",
    );
    update(&project, &server).ends(0);
    assert_eq!(service(&project), "v3");
    server.requests();
    update(&project, &server).ends(0).says("is unchanged");
    assert_eq!(server.requests().len(), 1);
    // another release
    server.edit("99999NED", ServedTable::republish);
    update(&project, &server).ends(0);
    assert!(server.requests().len() > 2);
    // a release that is damaged here
    let lock = project.store().lock().unwrap();
    let folder = project.store().folder("99999NED", &lock.tables["99999NED"]);
    std::fs::write(folder.join("observations.parquet"), "x").unwrap();
    update(&project, &server).ends(0).says("fetched table");
    assert!(
        project
            .store()
            .is_whole("99999NED", &lock.tables["99999NED"])
            .unwrap()
    );
}

#[test]
fn failures_come_last_and_notes_when_they_are_asked() {
    let project = Project::frozen();
    let server = Server::start(served(project.root()));
    server.fault(Rule::on(
        "03759ned/Observations?",
        Fault::Status(403, "Forbidden", None),
    ));
    let url = server.url();
    let ids = ["03759ned", "84799NED", "85618NED"];
    let fetch = |more: &[&str]| {
        project.run(&[&["fetch", "--update", "--mirror", &url], more, &ids].concat())
    };
    let ran = fetch(&[])
        .ends(3)
        .says("failed: table 03759ned")
        .says("`--verbose` prints them");
    let place = |text: &str| ran.stderr.find(text).unwrap();
    assert!(
        place("failed: table 03759ned") > place("`85618NED`"),
        "{}",
        ran.stderr
    );
    silent(&ran, "note:");
    project.write("data/snapshots.lock", "[tables]\n");
    fetch(&["--verbose"])
        .ends(3)
        .says("  note: the table has no `");
}

#[test]
fn a_search_without_hits_says_so() {
    let (project, server) = (small(), paged());
    let ran = project
        .run(&[
            "tables",
            "search",
            "Grote",
            "olifant",
            "--mirror",
            &server.url(),
        ])
        .ends(0)
        .says("no table has `Grote` and `olifant` in its id, title or catalog");
    assert!(ran.stdout.is_empty());
}

#[test]
fn a_long_wait_is_heard_in_a_pipe_and_a_short_one_is_not() {
    let (project, server) = (small(), paged());
    let busy = |seconds: &str| Fault::Status(429, "Too many", Some(seconds.into()));
    server.fault(Rule::on("Properties", busy("1")).times(1));
    server.fault(Rule::on("Observations?", busy("5")).times(1));
    let ran = update(&project, &server)
        .ends(0)
        .says("99999NED: status 429: Too many; again in 5.0 s");
    silent(&ran, "again in 1.0 s");
}

#[test]
fn a_slow_first_byte_is_waited_for_and_a_stall_after_it_is_not() {
    let server = paged().with(|options| options.gzip = false);
    let patient = || Config {
        idle_timeout: Duration::from_millis(300),
        request_timeout: Duration::from_secs(5),
        ..paged_config(&server)
    };
    let heed = Heed::default();
    let slow = Fault::Delay(Duration::from_millis(900));
    server.fault(Rule::on("Observations?", slow).times(1));
    let request = big_request(Service::V4);
    assert_whole(&fetch_with(patient(), &request, &heed).unwrap().1);
    assert!(
        heed.retries.lock().unwrap().is_empty(),
        "the query was begun anew"
    );
    let stall = Fault::Drip {
        bytes: 250,
        every: Duration::from_millis(900),
    };
    server.fault(Rule::on("Observations?", stall).times(1));
    assert_whole(&fetch_with(patient(), &request, &heed).unwrap().1);
    let retries = heed.retries.into_inner().unwrap();
    assert!(
        retries.len() == 1 && retries[0].0.contains("nothing more came"),
        "{retries:?}"
    );
}

/// What a run says when the way to CBS is closed: at once, and without `later`.
fn closed(run: Run, what: &str, hint: &str) {
    let run = run.ends(3).says(what).says(hint);
    silent(&run, "later");
    silent(&run, "attempts");
}

/// A command that no proxy of the machine stands in the way of.
fn direct(project: &Project, arguments: &[&str]) -> std::process::Command {
    let mut command = project.command(arguments);
    for name in [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ] {
        command.env_remove(name);
    }
    command
}

#[test]
fn a_connection_that_is_not_trusted_is_tried_once() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let mirror = format!("https://{}", plain.local_addr().unwrap());
    let (heard, hears) = mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in plain.incoming().flatten() {
            let _ = heard.send(());
            let _ = stream.read(&mut [0; 512]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let project = small();
    let output = direct(&project, &["fetch", "--update", "--mirror", &mirror]).output();
    closed(
        Run::from(output.unwrap()),
        "no trusted connection",
        "SSL_CERT_FILE",
    );
    assert_eq!(hears.try_iter().count(), 1);
}

#[test]
fn a_name_without_an_address_is_tried_once() {
    let project = small();
    project.write(
        "queries/fetch.toml",
        "[hosts]\ndatasets = \"https://statline.invalid\"\nopendata = \"https://statline.invalid\"\n",
    );
    let output = direct(&project, &["fetch", "--update"]).output();
    closed(
        Run::from(output.unwrap()),
        "no address for the host",
        "queries/fetch.toml",
    );
}

#[test]
fn a_proxy_that_lets_nobody_through_is_tried_once() {
    for answer in [
        "403 Forbidden",
        "407 Proxy Authentication Required",
        "502 Bad Gateway",
    ] {
        let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", proxy.local_addr().unwrap());
        let (heard, hears) = mpsc::channel();
        std::thread::spawn(move || {
            for mut stream in proxy.incoming().flatten() {
                let _ = stream.read(&mut [0; 512]);
                let _ = heard.send(());
                let head = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
                let _ = stream.write_all(head.as_bytes());
            }
        });
        let project = small();
        let mut command = direct(&project, &["fetch", "--update"]);
        let output = command.env("HTTPS_PROXY", address).output();
        closed(
            Run::from(output.unwrap()),
            "the proxy gives no way through",
            "HTTPS_PROXY",
        );
        assert_eq!(hears.try_iter().count(), 1);
    }
    // one that is not there
    let project = small();
    let mut command = direct(&project, &["fetch", "--update"]);
    let output = command.env("HTTPS_PROXY", "http://127.0.0.1:1").output();
    closed(
        Run::from(output.unwrap()),
        "the proxy gives no way through",
        "HTTPS_PROXY",
    );
}

#[test]
fn a_gemeente_that_is_new_at_cbs_is_told() {
    // of two codes that no list here has, one has figures of today, the other had them long ago
    let table = |title: &str| {
        let mut table = served(Project::frozen().root())
            .into_iter()
            .find(|table| table.id == "03759ned")
            .unwrap();
        let at = table
            .dims
            .iter()
            .position(|dim| dim.key == "RegioS")
            .unwrap();
        let known = table.dims[at].members.len();
        for (key, title) in [("GM2001", title), ("GM0001", "Adorp")] {
            table.dims[at].members.push(Member {
                key: key.into(),
                title: title.into(),
                status: None,
            });
        }
        let inner = table.cells.clone();
        table.cells = std::sync::Arc::new(move |place: &[usize], topic| match place[at] {
            region if region == known => Cell::Value(34_567.0),
            region if region > known => Cell::Empty("Impossible"),
            _ => inner(place, topic),
        });
        table
    };
    for of_v4 in [true, false] {
        let project = Project::frozen();
        let server = Server::start(vec![ServedTable {
            v4: of_v4,
            ..table("Nieuwstad")
        }]);
        let url = server.url();
        let fetch = ["fetch", "--update", "--mirror", &url, "03759ned"];
        let ran = project
            .run(&fetch)
            .ends(1)
            .says("fetched table `03759ned`")
            .says("CBS has 1 gemeenten that `data/regions` lacks: GM2001 `Nieuwstad`")
            .says("hint: ");
        silent(&ran, "GM0001");
        silent(&ran, "could not be fetched");
    }
}

#[test]
fn other_tables_are_read_while_that_of_inhabitants_is_under_way() {
    let (first, other) = ("03759ned", "85984NED");
    let project = Project::frozen();
    let tables = served(project.root()).into_iter();
    let server = Server::start(
        tables
            .filter(|table| [first, other].contains(&&*table.id))
            .collect(),
    );
    let slow = Fault::Delay(Duration::from_millis(500));
    server.fault(Rule::on(first, slow).times(1));
    let url = server.url();
    let fetch = ["fetch", "--update", "--mirror", &url, other, first];
    project.run(&fetch).ends(0).says("fetched table `85984NED`");
    let asked = server.requests();
    let places = |id: &str| -> Vec<usize> {
        let lines = asked.iter().zip(0..);
        lines
            .filter(|(line, _)| line.contains(id))
            .map(|(_, at)| at)
            .collect()
    };
    let (first, other) = (places(first), places(other));
    assert!(other[1] < first[1], "nothing waits for it: {asked:?}");
}
