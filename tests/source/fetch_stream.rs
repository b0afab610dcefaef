//! Pages that are asked together and sent on while others come: the same figures whatever their size, order and number, and
//! nothing of a reading that fails.

use crate::cbs_server::faults::{Fault, Rule};
use crate::cbs_server::samples::wide;
use crate::cbs_server::{ServedTable, Server};
use crate::fetching::{
    Heed, Kept, SERVICES, assert_whole, big, config, fetch_with, paged, rows, topic,
};
use crate::support::Project;
use middelgroot::base::observation::{Missing, Status};
use middelgroot::query::Queries;
use middelgroot::source::cbs::{
    AnsweredTopic, Client, Config, PageCache, Service, Sink, SinkError, TableRequest,
};
use middelgroot::source::fetch;

/// Pages of seven rows are known to be of seven rows.
fn known(server: &Server, rows: u64) -> Config {
    Config {
        feed_rows: rows,
        v4_rows: rows,
        api_rows: 7,
        ..config(server)
    }
}

/// The rows that requests skip, in the order in which they came.
fn skips(server: &Server, service: Service) -> Vec<usize> {
    let requests = server.requests();
    let pages = requests.iter().filter(|line| line.contains(rows(service)));
    let skip = |line: &String| {
        let (_, skip) = line.split_once("$skip=")?;
        skip.split('&').next()?.parse().ok()
    };
    pages.map(|line| skip(line).unwrap_or_default()).collect()
}

#[test]
fn pages_are_asked_once_and_together() {
    for service in SERVICES {
        let server = paged().with(|options| options.delay = std::time::Duration::from_millis(60));
        let start = std::time::Instant::now();
        let (meta, kept) = fetch_with(known(&server, 7), &big(service), &Heed::default()).unwrap();
        assert_whole(&kept);
        assert_eq!((meta.rows, meta.requests.len()), (40, 6));
        // six pages one after another would take six times the delay beside the five or six steps of a description
        assert!(
            start.elapsed().as_millis() < 11 * 60,
            "{:?}",
            start.elapsed()
        );
        let mut skips = skips(&server, service);
        skips.sort_unstable();
        assert_eq!(skips, [0, 7, 14, 21, 28, 35]);
    }
}

#[test]
fn pages_of_another_size_than_was_thought_are_followed_as_their_links_lead() {
    for service in SERVICES {
        for thought in [3, 5, 10, 14, 21, 39] {
            let server = paged();
            let heed = Heed::default();
            let config = known(&server, thought);
            let (meta, kept) = fetch_with(config, &big(service), &heed).unwrap();
            assert_whole(&kept);
            assert_eq!((meta.rows, meta.requests.len()), (40, 6), "{thought}");
            assert!(heed.retries.into_inner().unwrap().is_empty());
        }
    }
}

#[test]
fn a_page_that_was_asked_ahead_and_is_wrong_is_asked_again() {
    let faults = [
        Fault::CutRows(3),
        Fault::LostRow,
        Fault::LostLink,
        Fault::DuplicateRow,
        Fault::Truncated,
        Fault::Reset(50),
        Fault::Rewrite("\"RegioS\":\"GM0", "\"RegioS\":\"XX0"),
    ];
    let pages = ["TypedDataSet?$format=json&", "Observations?"];
    for service in SERVICES {
        for fault in &faults {
            for skip in ["$skip=7", "$skip=14", "$skip=35"] {
                let server = paged();
                // not the lists, which are of pages as well
                let page = format!("{}{skip}", pages[usize::from(service == Service::V4)]);
                server.fault(Rule::on(&page, fault.clone()).times(1));
                let fetched = fetch_with(known(&server, 7), &big(service), &Heed::default());
                let (_, kept) = fetched.unwrap_or_else(|error| panic!("{skip} {fault:?}: {error}"));
                assert_whole(&kept);
            }
        }
    }
}

#[test]
fn a_new_release_between_pages_that_were_asked_together_starts_again() {
    for service in SERVICES {
        let server = paged();
        server.fault(Rule::on("$skip=21", Fault::Republish).times(1));
        let heed = Heed::default();
        let (_, kept) = fetch_with(known(&server, 7), &big(service), &heed).unwrap();
        assert_whole(&kept);
        assert_eq!(*heed.restarts.lock().unwrap(), 1);
    }
}

/// Counts what it hears.
#[derive(Default)]
struct Counting {
    begun: Vec<usize>,
    cells: usize,
    fails_at: Option<usize>,
}

impl Sink for Counting {
    fn topics(&mut self, topics: &[AnsweredTopic]) -> Result<(), SinkError> {
        self.begun.push(topics.len());
        self.cells = 0;
        Ok(())
    }
    fn row(
        &mut self,
        _: &str,
        _: &str,
        _: usize,
        _: Option<f64>,
        _: Missing,
        _: Status,
    ) -> Result<(), SinkError> {
        self.cells += 1;
        if self.fails_at == Some(self.cells) {
            return Err("the disk is full".into());
        }
        Ok(())
    }
}

#[test]
fn what_a_sink_has_heard_of_a_reading_that_fails_is_void() {
    let server = paged();
    server.fault(Rule::on("$skip=35", Fault::Status(503, "Busy", None)));
    let folder = tempfile::tempdir().unwrap();
    let cache = PageCache::open(folder.path()).unwrap();
    let mut sink = Counting::default();
    let client = Client::new(known(&server, 7)).unwrap();
    let error = client.fetch(&big(Service::V3), &cache, &mut sink, &());
    assert!(error.unwrap_err().is_unreachable());
    assert_eq!((sink.begun.last(), sink.cells), (Some(&0), 0));
}

#[test]
fn a_sink_that_fails_ends_the_fetch_and_loses_no_page() {
    let server = paged();
    let folder = tempfile::tempdir().unwrap();
    let cache = PageCache::open(folder.path()).unwrap();
    let client = Client::new(known(&server, 7)).unwrap();
    let mut sink = Counting {
        fails_at: Some(9),
        ..Counting::default()
    };
    let error = client.fetch(&big(Service::V3), &cache, &mut sink, &());
    assert!(error.unwrap_err().to_string().contains("the disk is full"));
    server.requests();
    let mut kept = Kept::default();
    client
        .fetch(&big(Service::V3), &cache, &mut kept, &())
        .unwrap();
    assert_whole(&kept);
    assert!(
        skips(&server, Service::V3).is_empty(),
        "all pages were kept"
    );
}

#[test]
fn all_topics_are_asked_in_one_request_however_many() {
    let table = wide(3, 2, 150);
    let server = Server::start(vec![table]);
    for service in SERVICES {
        let request = TableRequest {
            id: "99999NED".into(),
            service,
            topics: (1..=150).map(|n| topic(&format!("Getal {n}"))).collect(),
            ..TableRequest::default()
        };
        let (meta, kept) = fetch_with(config(&server), &request, &Heed::default()).unwrap();
        assert_eq!((kept.cells.len(), meta.requests.len()), (900, 1));
        let url = &meta.requests[0].url;
        // of each cell what says where it belongs, and its value: no serial number, no text
        let selected = "?$select=Measure,ValueAttribute,Value,RegioS,Perioden";
        let is_whole = match service {
            Service::V4 => url.ends_with(selected),
            _ => !url.contains("$select"),
        };
        assert!(is_whole && !url.contains("$filter"), "{url}");
    }
}

/// The bytes of the snapshot that a fetch makes, and of how many groups it may be.
fn snapshot(server: &Server, service: &str, change: impl FnOnce(&mut Config)) -> Vec<u8> {
    let project = Project::small();
    let tables = format!("[[table]]\nid = \"99999NED\"\nservice = \"{service}\"\n");
    project.write("queries/tables.toml", &tables);
    project.replace("queries/themes/proef.toml", "Getal\"", "Getal 1\"");
    let queries = Queries::read(&project.path("queries")).unwrap();
    let mut config = Config {
        mirror: Some(server.url()),
        ..Config::default()
    };
    change(&mut config);
    let options = fetch::Options {
        update: true,
        ..fetch::Options::default()
    };
    let client = Client::new(config).unwrap();
    let reports = fetch::fetch(&client, 1, &queries, &project.data(), &options, &()).unwrap();
    assert!(reports[0].error.is_none(), "{:?}", reports[0].message);
    let release = reports[0].release.as_deref().unwrap();
    let path = format!("data/snapshots/99999NED/{release}/observations.parquet");
    std::fs::read(project.path(&path)).unwrap()
}

#[test]
fn the_bytes_of_a_snapshot_depend_on_neither_threads_nor_pages() {
    // more cells than a group of rows has
    let table: ServedTable = wide(1_000, 300, 1);
    let server = Server::start(vec![table]).with(|options| options.v4_page = 40_000);
    let expected = snapshot(&server, "v3", |config| config.connections = 1);
    let same: [fn(&mut Config); 2] = [
        |config| config.feed_rows = 9_000,
        |config| {
            (config.connections, config.feed_rows) = (3, 1_000_000);
        },
    ];
    for (number, change) in same.into_iter().enumerate() {
        assert!(snapshot(&server, "v3", change) == expected, "{number}");
    }
    let of_v4 = snapshot(&server, "v4", |config| config.connections = 1);
    let known_size = snapshot(&server, "v4", |config| config.v4_rows = 40_000);
    assert!(of_v4 == known_size, "v4");
}
