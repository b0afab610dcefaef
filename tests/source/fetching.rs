//! What the tests of fetching share: a sink that keeps everything, a client that loses no time, and a short question.
//!
//! Stands beside [`crate::cbs_server`], the CBS that is asked.

#![allow(dead_code, missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use middelgroot::base::observation::{Missing, Status};
use middelgroot::source::cbs::{
    AnsweredTopic, Client, Config, Error, PageCache, Periods, Progress, Retry, Service, Sink,
    SinkError, TableMeta, TableRequest, TopicRequest,
};

use crate::cbs_server::Server;
use crate::cbs_server::faults::{Fault, Rule};
use crate::cbs_server::samples::big as big_table;

/// A cell as the sink heard it.
pub type Heard = (Option<f64>, Missing, Status);

/// Keeps everything, by region, period and topic key.
#[derive(Debug, Default)]
pub struct Kept {
    pub topics: Vec<AnsweredTopic>,
    pub cells: BTreeMap<(String, String, String), Heard>,
}

impl Sink for Kept {
    fn topics(&mut self, topics: &[AnsweredTopic]) -> Result<(), SinkError> {
        self.topics = topics.to_vec();
        self.cells.clear();
        Ok(())
    }
    fn row(
        &mut self,
        region: &str,
        period: &str,
        topic: usize,
        value: Option<f64>,
        missing: Missing,
        status: Status,
    ) -> Result<(), SinkError> {
        let key = (
            region.to_owned(),
            period.to_owned(),
            self.topics[topic].key.clone(),
        );
        assert!(
            self.cells.insert(key, (value, missing, status)).is_none(),
            "a cell came twice"
        );
        Ok(())
    }
}

impl Kept {
    /// The value at region, period and topic key.
    pub fn value(&self, region: &str, period: &str, topic: &str) -> Option<f64> {
        self.cell(region, period, topic)?.0
    }
    pub fn cell(&self, region: &str, period: &str, topic: &str) -> Option<Heard> {
        self.cells
            .get(&(region.into(), period.into(), topic.into()))
            .copied()
    }
}

/// Hears what happens.
#[derive(Default)]
pub struct Heed {
    pub retries: Mutex<Vec<(String, Duration)>>,
    pub restarts: Mutex<usize>,
    pub rows: Mutex<u64>,
}

impl Progress for Heed {
    fn page(&self, _: &str, rows: u64, _: u64, _: Option<u64>) {
        *self.rows.lock().unwrap() += rows;
    }
    fn retry(&self, _: &str, why: &str, wait: Duration) {
        self.retries.lock().unwrap().push((why.to_owned(), wait));
    }
    fn restart(&self, _: &str) {
        *self.restarts.lock().unwrap() += 1;
    }
}

/// A configuration for a server on loopback: short waits.
pub fn config(server: &Server) -> Config {
    Config {
        mirror: Some(server.url()),
        idle_timeout: Duration::from_millis(700),
        request_timeout: Duration::from_millis(1_500),
        retry: Retry {
            attempts: 4,
            first: Duration::from_millis(2),
            longest: Duration::from_millis(10),
            ..Retry::default()
        },
        ..Config::default()
    }
}

pub fn topic(title: &str) -> TopicRequest {
    TopicRequest {
        title: title.into(),
        ..TopicRequest::default()
    }
}

/// The sample of the population, through one service.
pub fn population(service: Service) -> TableRequest {
    TableRequest {
        id: "03759ned".into(),
        service,
        fixed: BTreeMap::from([("Geslacht".into(), vec!["T001038".into()])]),
        periods: Periods::Years {
            from: Some(2019),
            to: Some(2026),
        },
        topics: vec![
            topic("Bevolking > Bevolking op 1 januari"),
            topic("Gemiddelde bevolking"),
        ],
        ..TableRequest::default()
    }
}

/// The big sample, through one service.
pub fn big(service: Service) -> TableRequest {
    TableRequest {
        id: "99999NED".into(),
        service,
        topics: vec![topic("Getal")],
        ..TableRequest::default()
    }
}

/// A fetch from the server with a fresh cache.
pub fn fetch(server: &Server, request: &TableRequest) -> Result<(TableMeta, Kept), Error> {
    fetch_with(config(server), request, &Heed::default())
}

pub fn fetch_with(
    config: Config,
    request: &TableRequest,
    heed: &Heed,
) -> Result<(TableMeta, Kept), Error> {
    let folder = tempfile::tempdir().unwrap();
    let cache = PageCache::open(folder.path()).unwrap();
    fetch_into(config, request, heed, &cache)
}

pub fn fetch_into(
    config: Config,
    request: &TableRequest,
    heed: &Heed,
    cache: &PageCache,
) -> Result<(TableMeta, Kept), Error> {
    let mut kept = Kept::default();
    let meta = Client::new(config)?.fetch(request, cache, &mut kept, heed)?;
    Ok((meta, kept))
}

/// Both services.
pub const SERVICES: [Service; 2] = [Service::V3, Service::V4];

/// The collection that holds the rows.
pub fn rows(service: Service) -> &'static str {
    if service == Service::V3 {
        "TypedDataSet"
    } else {
        "Observations?"
    }
}

/// Forty rows in pages of seven.
pub fn paged() -> Server {
    Server::start(vec![big_table(10, 4)]).with(|options| {
        options.feed_page = 7;
        options.v4_page = 7;
        options.api_limit = 7;
    })
}

/// Few connections, so that the pages of a table are asked for in more than one round.
pub fn paged_config(server: &Server) -> Config {
    Config {
        connections: 1,
        api_rows: 7,
        ..config(server)
    }
}

pub fn assert_whole(kept: &Kept) {
    assert_eq!(kept.cells.len(), 40);
    let sum: f64 = kept.cells.values().filter_map(|cell| cell.0).sum();
    let expected: f64 = (0..10)
        .flat_map(|g| (0..4).map(move |y| f64::from(g * 31 + y * 7) / 2.0))
        .sum();
    assert!((sum - expected).abs() < 1e-9);
}

/// A fault that stays ends in an error that names table and request; the sink hears nothing.
pub fn lasting(fault: &Fault) -> Error {
    let server = paged();
    server.fault(Rule::on("TypedDataSet", fault.clone()).after(2));
    let folder = tempfile::tempdir().unwrap();
    let cache = PageCache::open(folder.path()).unwrap();
    let mut kept = Kept::default();
    let client = Client::new(paged_config(&server)).unwrap();
    let error = client
        .fetch(&big(Service::V3), &cache, &mut kept, &())
        .unwrap_err();
    assert!(
        kept.topics.is_empty() && kept.cells.is_empty(),
        "the sink heard of half a table"
    );
    assert_eq!(error.table.as_deref(), Some("99999NED"));
    assert!(
        error
            .request
            .as_deref()
            .is_some_and(|request| request.contains("TypedDataSet")),
        "{error}"
    );
    assert!(error.is_unreachable() && !error.hint().is_empty());
    error
}
