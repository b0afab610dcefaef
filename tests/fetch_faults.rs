//! Everything that CBS or the network can do to a fetch: each ends in the right figures, or in the right error.

mod fetch_support;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use fetch_support::cbs_server::faults::{Fault, Rule};
use fetch_support::cbs_server::samples::{big as big_table, population as population_table};
use fetch_support::cbs_server::{ServedTable, Server};
use fetch_support::{Heed, Kept, big, config, fetch, fetch_into, fetch_with, population, topic};
use middelgroot::cbs::{Client, Config, Error, Kind, PageCache, Service, TopicAsk};

const SERVICES: [Service; 2] = [Service::V3, Service::V4];

/// The collection that holds the rows.
fn rows(service: Service) -> &'static str {
    if service == Service::V3 {
        "TypedDataSet"
    } else {
        "Observations?"
    }
}

/// Forty rows in pages of seven.
fn paged() -> Server {
    Server::start(vec![big_table(10, 4)]).with(|options| {
        options.feed_page = 7;
        options.v4_page = 7;
        options.api_limit = 7;
    })
}

/// Few connections, so that the pages of a table are asked for in more than one round.
fn paged_config(server: &Server) -> Config {
    Config {
        connections: 1,
        api_rows: 7,
        ..config(server)
    }
}

fn assert_whole(kept: &Kept) {
    assert_eq!(kept.cells.len(), 40);
    let sum: f64 = kept.cells.values().filter_map(|cell| cell.0).sum();
    let expected: f64 = (0..10)
        .flat_map(|g| (0..4).map(move |y| f64::from(g * 31 + y * 7) / 2.0))
        .sum();
    assert!((sum - expected).abs() < 1e-9);
}

/// A fault that passes after two requests ends in the right figures.
fn healed(fault: &Fault) -> Vec<String> {
    let mut said = Vec::new();
    for service in SERVICES {
        let (server, heed) = (paged(), Heed::default());
        server.fault(Rule::on(rows(service), fault.clone()).after(2).times(2));
        let (_, kept) = fetch_with(paged_config(&server), &big(service), &heed).unwrap();
        assert_whole(&kept);
        said.extend(
            heed.retries
                .into_inner()
                .unwrap()
                .into_iter()
                .map(|(why, _)| why),
        );
    }
    assert_eq!(said.len(), 4, "{said:?}");
    said
}

/// A fault that stays ends in an error that names table and request; the sink hears nothing.
fn lasting(fault: &Fault) -> Error {
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

fn is_unreachable_after_four(error: &Error) {
    assert!(
        matches!(*error.kind, Kind::Unreachable { attempts: 4, .. }),
        "{error}"
    );
}

#[test]
fn reset_in_mid_body() {
    healed(&Fault::Reset(150));
    is_unreachable_after_four(&lasting(&Fault::Reset(150)));
}

#[test]
fn reset_before_the_first_byte() {
    healed(&Fault::Reset(0));
}

#[test]
fn connection_closed_in_mid_body() {
    healed(&Fault::Cut(300));
    is_unreachable_after_four(&lasting(&Fault::Cut(300)));
}

#[test]
fn empty_reply() {
    healed(&Fault::NoReply);
    is_unreachable_after_four(&lasting(&Fault::NoReply));
}

#[test]
fn empty_body_with_status_200() {
    assert!(
        healed(&Fault::Empty)
            .iter()
            .all(|why| why == "the answer is empty")
    );
}

#[test]
fn truncated_json() {
    assert!(
        healed(&Fault::Truncated)
            .iter()
            .all(|why| why.starts_with("truncated after"))
    );
    is_unreachable_after_four(&lasting(&Fault::Truncated));
}

#[test]
fn html_with_status_200() {
    assert!(
        healed(&Fault::Html)
            .iter()
            .all(|why| why.contains("HTML") && why.contains("Er is een storing"))
    );
    is_unreachable_after_four(&lasting(&Fault::Html));
}

#[test]
fn status_503() {
    healed(&Fault::Status(503, "Service Unavailable", None));
    is_unreachable_after_four(&lasting(&Fault::Status(503, "Service Unavailable", None)));
}

#[test]
fn status_500_with_a_text() {
    let text = "Object reference not set to an instance of an object.";
    assert!(
        healed(&Fault::Status(500, text, None))
            .iter()
            .all(|why| why.contains(text))
    );
}

#[test]
fn status_429_with_seconds() {
    let (server, heed) = (paged(), Heed::default());
    server.fault(
        Rule::on(
            "Observations?",
            Fault::Status(429, "Too many", Some("1".into())),
        )
        .times(1),
    );
    let start = Instant::now();
    assert_whole(
        &fetch_with(paged_config(&server), &big(Service::V4), &heed)
            .unwrap()
            .1,
    );
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(
        heed.retries.into_inner().unwrap()[0].1,
        Duration::from_secs(1)
    );
}

#[test]
fn status_429_with_a_date() {
    let (server, heed) = (paged(), Heed::default());
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    server.fault(Rule::on("Observations?", Fault::Status(429, "Too many", Some(date))).times(1));
    assert_whole(
        &fetch_with(paged_config(&server), &big(Service::V4), &heed)
            .unwrap()
            .1,
    );
    let waited = heed.retries.into_inner().unwrap()[0].1;
    assert!(
        waited > Duration::from_millis(500) && waited <= Duration::from_secs(2),
        "{waited:?}"
    );
}

#[test]
fn a_longer_pause_than_is_set_is_not_sat_out() {
    let error = lasting(&Fault::Status(429, "Too many", Some("86400".into())));
    assert!(
        matches!(&*error.kind, Kind::Unreachable { attempts: 1, last } if last.contains("longer pause")),
        "{error}"
    );
}

#[test]
fn slow_drip() {
    let slow = Fault::Drip {
        bytes: 60,
        every: Duration::from_millis(150),
    };
    let (server, heed) = (
        paged().with(|options| options.gzip = false),
        Heed::default(),
    );
    server.fault(Rule::on("Observations?", slow).after(1).times(1));
    assert_whole(
        &fetch_with(paged_config(&server), &big(Service::V4), &heed)
            .unwrap()
            .1,
    );
    assert!(
        heed.retries.into_inner().unwrap()[0]
            .0
            .contains("too slowly")
    );
}

#[test]
fn an_answer_that_never_comes() {
    let (server, heed) = (paged(), Heed::default());
    server.fault(
        Rule::on("Observations?", Fault::Delay(Duration::from_secs(2)))
            .after(1)
            .times(1),
    );
    assert_whole(
        &fetch_with(paged_config(&server), &big(Service::V4), &heed)
            .unwrap()
            .1,
    );
    assert_eq!(heed.retries.into_inner().unwrap().len(), 1);
}

#[test]
fn no_server_at_all() {
    let server = paged();
    let config = Config {
        mirror: Some("http://127.0.0.1:1".into()),
        ..paged_config(&server)
    };
    let error = fetch_with(config, &big(Service::V4), &Heed::default()).unwrap_err();
    is_unreachable_after_four(&error);
    assert!(error.is_unreachable());
}

#[test]
fn the_budget_of_a_table_ends_the_retries() {
    let server = paged();
    server.fault(Rule::on("TypedDataSet", Fault::Html));
    let mut config = paged_config(&server);
    (config.retry.attempts, config.retry.budget) = (100, 5);
    let error = fetch_with(config, &big(Service::V3), &Heed::default()).unwrap_err();
    assert!(
        matches!(*error.kind, Kind::Unreachable { attempts: 6, .. }),
        "{error}"
    );
}

#[test]
fn more_than_10000_records_goes_on_through_the_feed() {
    let server = Server::start(vec![big_table(10, 4)]).with(|options| options.api_limit = 7);
    let heed = Heed::default();
    let (meta, kept) = fetch_with(config(&server), &big(Service::V3), &heed).unwrap();
    assert_whole(&kept);
    assert!(
        heed.retries.into_inner().unwrap().is_empty(),
        "it must not be tried again"
    );
    assert!(meta.requests[0].url.contains("/ODataFeed/"));
}

#[test]
fn more_than_10000_records_from_the_feed_is_an_error_at_once() {
    let error = lasting(&Fault::Status(
        500,
        "query returns more than 10000 records",
        None,
    ));
    assert!(matches!(*error.kind, Kind::TooManyRecords), "{error}");
}

#[test]
fn not_acceptable_is_not_provoked() {
    let server = paged().with(|options| options.strict_accept = true);
    assert_whole(
        &fetch_with(paged_config(&server), &big(Service::V3), &Heed::default())
            .unwrap()
            .1,
    );
}

#[test]
fn a_refusal_is_not_tried_again_and_is_quoted() {
    let server = paged();
    server.fault(Rule::on(
        "Observations?",
        Fault::Status(403, "Forbidden by policy", None),
    ));
    let heed = Heed::default();
    let error = fetch_with(paged_config(&server), &big(Service::V4), &heed).unwrap_err();
    assert!(
        matches!(*error.kind, Kind::Refused { status: 403, .. })
            && error.to_string().contains("Forbidden by policy")
    );
    assert!(heed.retries.into_inner().unwrap().is_empty());
}

#[test]
fn an_id_in_the_wrong_case() {
    let server = paged();
    let mut ask = big(Service::V3);
    ask.id = "99999ned".into();
    let error = fetch(&server, &ask).unwrap_err();
    assert!(
        matches!(*error.kind, Kind::NotFound) && error.hint().contains("case"),
        "{error}"
    );
}

#[test]
fn an_id_that_would_leave_the_folder() {
    let server = paged();
    for id in ["../../etc", "a/b", "99999NED?x", "", "%2e%2e"] {
        let mut ask = big(Service::V3);
        ask.id = id.into();
        assert!(
            matches!(*fetch(&server, &ask).unwrap_err().kind, Kind::BadId(_)),
            "{id}"
        );
    }
    assert!(server.requests().is_empty());
}

#[test]
fn an_unpadded_filter_gives_an_empty_list_and_is_never_sent() {
    let server = Server::start(vec![population_table()]);
    let ask = "/ODataFeed/odata/03759ned/TypedDataSet?$format=json&$filter=RegioS%20eq%20'NL01'";
    let body = reqwest::blocking::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .build()
        .unwrap();
    let body = body
        .get(format!("{}{ask}", server.url()))
        .send()
        .unwrap()
        .text()
        .unwrap();
    assert!(body.contains("\"value\":[]"), "{body}");
    assert_eq!(
        fetch(&server, &population(Service::V3)).unwrap().1.value(
            "NL01",
            "2019JJ00",
            "BevolkingOp1Januari_1"
        ),
        Some(17_000_000.0)
    );
}

#[test]
fn no_rows_at_all_is_an_error() {
    let server = Server::start(vec![big_table(10, 4)]);
    server.fault(Rule::on("TypedDataSet", Fault::LostRow));
    let mut ask = big(Service::V3);
    ask.periods = middelgroot::cbs::Periods::Keys(vec!["1001JJ00".into()]);
    server.edit("99999NED", |table| table.dims[0].members.truncate(1));
    assert!(matches!(
        *fetch(&server, &ask).unwrap_err().kind,
        Kind::Empty
    ));
}

#[test]
fn a_next_link_that_loops() {
    let error = lasting(&Fault::LoopLink);
    assert!(matches!(*error.kind, Kind::NextLink(_)), "{error}");
}

#[test]
fn a_first_next_link_that_loops() {
    let server = paged();
    server.fault(Rule::on("TypedDataSet", Fault::LoopLink));
    let error = fetch_with(paged_config(&server), &big(Service::V3), &Heed::default()).unwrap_err();
    assert!(matches!(*error.kind, Kind::NextLink(_)), "{error}");
}

#[test]
fn a_next_link_to_another_host_and_table() {
    let error = lasting(&Fault::ForeignLink);
    assert!(matches!(*error.kind, Kind::NextLink(_)), "{error}");
}

#[test]
fn host_names_in_answers_are_replaced() {
    for service in SERVICES {
        let server = paged().with(|options| options.wrong_host = true);
        let (meta, kept) =
            fetch_with(paged_config(&server), &big(service), &Heed::default()).unwrap();
        assert_whole(&kept);
        assert!(
            meta.requests
                .iter()
                .all(|request| request.url.starts_with(&server.url()))
        );
    }
}

#[test]
fn a_redirect_to_another_host() {
    let error = lasting(&Fault::Redirect("http://127.0.0.1:9/elsewhere".into()));
    assert!(
        matches!(&*error.kind, Kind::Redirect(to) if to.contains("127.0.0.1:9")),
        "{error}"
    );
}

#[test]
fn plain_http_to_another_machine() {
    for mirror in [
        "http://opendata.cbs.nl",
        "ftp://127.0.0.1",
        "http://127.0.0.1.example.org",
        "nonsense",
        "http://user@127.0.0.1",
    ] {
        let config = Config {
            mirror: Some(mirror.into()),
            ..Config::default()
        };
        assert!(
            matches!(
                Client::new(config).err().map(|error| *error.kind),
                Some(Kind::Config(_))
            ),
            "{mirror}"
        );
    }
    assert!(Client::new(Config::default()).is_ok());
}

#[test]
fn a_bomb_of_compressed_data() {
    let server = paged();
    server.fault(Rule::on("TypedDataSet", Fault::Bomb(64)));
    let config = Config {
        max_body_bytes: 8 << 20,
        ..paged_config(&server)
    };
    let error = fetch_with(config, &big(Service::V3), &Heed::default()).unwrap_err();
    assert!(
        matches!(*error.kind, Kind::TooLarge { unpacked: true, .. }),
        "{error}"
    );
}

#[test]
fn an_answer_without_end() {
    let server = Server::start(vec![big_table(1_000, 4)]).with(|options| options.gzip = false);
    let config = Config {
        max_wire_bytes: 100_000,
        ..config(&server)
    };
    let error = fetch_with(config, &big(Service::V3), &Heed::default()).unwrap_err();
    assert!(
        matches!(
            *error.kind,
            Kind::TooLarge {
                unpacked: false,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn republished_between_pages() {
    for service in SERVICES {
        let (server, heed) = (paged(), Heed::default());
        server.fault(Rule::on(rows(service), Fault::Republish).after(2).times(1));
        let (meta, kept) = fetch_with(paged_config(&server), &big(service), &heed).unwrap();
        assert_whole(&kept);
        assert_eq!(*heed.restarts.lock().unwrap(), 1);
        assert!(
            meta.release.modified.starts_with("2026-06-23T")
                && !meta.release.modified.starts_with("2026-06-23T02")
        );
    }
}

#[test]
fn republished_without_end() {
    let server = paged();
    server.fault(Rule::on("TypedDataSet", Fault::Republish));
    let error = fetch_with(paged_config(&server), &big(Service::V3), &Heed::default()).unwrap_err();
    assert!(
        matches!(*error.kind, Kind::Republished { times: 4 }),
        "{error}"
    );
}

#[test]
fn duplicate_rows() {
    for service in SERVICES {
        let server =
            Server::start(vec![population_table()]).with(|options| options.countless = true);
        server.fault(Rule::on(rows(service), Fault::DuplicateRow));
        let error = fetch(&server, &population(service)).unwrap_err();
        assert!(
            matches!(&*error.kind, Kind::Duplicate { cell } if cell.starts_with("NL01 2019JJ00")),
            "{error}"
        );
    }
}

#[test]
fn a_row_that_is_lost() {
    for service in SERVICES {
        let server = Server::start(vec![big_table(10, 4)]);
        server.fault(Rule::on(rows(service), Fault::LostRow));
        let error = fetch(&server, &big(service)).unwrap_err();
        assert!(
            matches!(
                *error.kind,
                Kind::Count {
                    expected: 40,
                    found: 39
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn a_next_link_that_is_lost() {
    for service in SERVICES {
        let server = paged();
        server.fault(Rule::on(rows(service), Fault::LostLink).after(2));
        let error = fetch_with(paged_config(&server), &big(service), &Heed::default()).unwrap_err();
        assert!(
            matches!(*error.kind, Kind::Count { .. } | Kind::NextLink(_)),
            "{error}"
        );
    }
}

#[test]
fn a_missing_topic_lists_the_nearest() {
    let server = Server::start(vec![population_table()]);
    server.edit("03759ned", |table| drop(table.topics.remove(0)));
    let error = fetch(&server, &population(Service::V3)).unwrap_err();
    assert_eq!(
        error.topic.as_deref(),
        Some("Bevolking > Bevolking op 1 januari")
    );
    assert!(
        error
            .hint()
            .contains("GemiddeldeBevolking_2 `Bevolking > Gemiddelde bevolking` (aantal)"),
        "{}",
        error.hint()
    );
    assert!(!error.is_unreachable());
}

#[test]
fn a_renamed_topic_is_not_guessed() {
    let server = Server::start(vec![population_table()]);
    server.edit("03759ned", |table| {
        table.topics[1].title = "Gemiddelde bevolking (nieuw)".into()
    });
    let error = fetch(&server, &population(Service::V4)).unwrap_err();
    assert!(
        matches!(*error.kind, Kind::NoTopic { .. }) && error.hint().contains("M000365"),
        "{}",
        error.hint()
    );
}

#[test]
fn a_topic_of_which_only_the_number_moved_is_found() {
    let server = Server::start(vec![population_table()]);
    server.edit("03759ned", |table| {
        table.topics[0].key = "BevolkingOp1Januari_17".into()
    });
    let mut ask = population(Service::V3);
    ask.topics[0].key = Some("BevolkingOp1Januari_1".into());
    assert_eq!(
        fetch(&server, &ask).unwrap().0.topics[0].key,
        "BevolkingOp1Januari_17"
    );
}

#[test]
fn a_changed_unit_is_an_error() {
    let server = Server::start(vec![population_table()]);
    let mut ask = population(Service::V3);
    ask.topics = vec![TopicAsk {
        unit: "x 1 000".into(),
        ..topic("Bevolking op 1 januari")
    }];
    assert!(matches!(
        *fetch(&server, &ask).unwrap_err().kind,
        Kind::NoTopic { .. }
    ));
}

#[test]
fn an_interrupted_fetch_resumes_with_fewer_requests() {
    for service in SERVICES {
        let server = paged();
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(folder.path()).unwrap();
        server.fault(Rule::on(rows(service), Fault::Reset(50)).after(4));
        assert!(
            fetch_into(
                paged_config(&server),
                &big(service),
                &Heed::default(),
                &cache
            )
            .is_err()
        );
        server.heal();
        server.requests();
        let (meta, kept) = fetch_into(
            paged_config(&server),
            &big(service),
            &Heed::default(),
            &cache,
        )
        .unwrap();
        assert_whole(&kept);
        let asked = server
            .requests()
            .iter()
            .filter(|line| line.contains(rows(service)))
            .count();
        let resumed = meta
            .requests
            .iter()
            .filter(|request| request.resumed)
            .count();
        assert_eq!(
            (asked + resumed, resumed >= 4),
            (6, true),
            "{asked} asked, {resumed} resumed"
        );
    }
}

#[test]
fn a_page_damaged_on_disk_is_fetched_again() {
    let server = paged();
    let folder = tempfile::tempdir().unwrap();
    let cache = PageCache::open(folder.path()).unwrap();
    fetch_into(
        paged_config(&server),
        &big(Service::V3),
        &Heed::default(),
        &cache,
    )
    .unwrap();
    let shelf = std::fs::read_dir(folder.path().join("99999NED"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let body = std::fs::read_dir(shelf)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let body = body
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .min()
        .unwrap();
    std::fs::write(body, "{\"value\":[]}").unwrap();
    server.requests();
    let (_, kept) = fetch_into(
        paged_config(&server),
        &big(Service::V3),
        &Heed::default(),
        &cache,
    )
    .unwrap();
    assert_whole(&kept);
    assert_eq!(
        server
            .requests()
            .iter()
            .filter(|line| line.contains("TypedDataSet"))
            .count(),
        1
    );
}

#[test]
fn a_stopped_fetch_ends_soon_and_resumes() {
    let server = paged().with(|options| options.delay = Duration::from_millis(30));
    let folder = tempfile::tempdir().unwrap();
    let cache = PageCache::open(folder.path()).unwrap();
    let client = Client::new(paged_config(&server)).unwrap();
    let flag = client.stop_flag();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(220));
        flag.store(true, Ordering::Relaxed);
    });
    let error = client
        .fetch(&big(Service::V3), &cache, &mut Kept::default(), &())
        .unwrap_err();
    assert!(matches!(*error.kind, Kind::Interrupted), "{error}");
    assert_whole(
        &fetch_into(
            paged_config(&server),
            &big(Service::V3),
            &Heed::default(),
            &cache,
        )
        .unwrap()
        .1,
    );
}

#[test]
fn a_strange_answer_that_a_new_release_explains_starts_again() {
    let server = paged();
    server.fault(Rule::on("Observations/$count", Fault::Republish).times(1));
    server.fault(Rule::on("Observations?", Fault::LostRow).times(1));
    let heed = Heed::default();
    assert_whole(
        &fetch_with(paged_config(&server), &big(Service::V4), &heed)
            .unwrap()
            .1,
    );
    assert_eq!(*heed.restarts.lock().unwrap(), 1);
    server.edit("99999NED", ServedTable::republish);
}
