//! Answers that are whole but wrong, tables that change, fetches that stop: nothing false passes, nothing is lost.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::cbs_server::faults::{Fault, Rule};
use crate::cbs_server::samples::{big as big_table, crime, population as population_table};
use crate::cbs_server::{ServedTable, Server};
use crate::fetching::{
    Heed, Kept, SERVICES, assert_whole, big, fetch, fetch_into, fetch_with, lasting, paged,
    paged_config, population, rows, topic,
};
use middelgroot::source::cbs::{
    Client, ErrorKind, PageCache, Periods, Service, TableRequest, TopicRequest,
};

#[test]
fn an_id_in_the_wrong_case() {
    let server = paged();
    let mut request = big(Service::V3);
    request.id = "99999ned".into();
    let error = fetch(&server, &request).unwrap_err();
    assert!(
        matches!(*error.kind, ErrorKind::NotFound) && error.hint().contains("case"),
        "{error}"
    );
}

#[test]
fn an_unpadded_filter_gives_an_empty_list_and_is_never_sent() {
    let server = Server::start(vec![population_table()]);
    let request =
        "/ODataFeed/odata/03759ned/TypedDataSet?$format=json&$filter=RegioS%20eq%20'NL01'";
    let body = reqwest::blocking::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .build()
        .unwrap();
    let body = body
        .get(format!("{}{request}", server.url()))
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
    server.edit("99999NED", |table| {
        table.dense = false;
        table.cells = std::sync::Arc::new(|_, _| crate::cbs_server::model::Cell::Absent);
    });
    assert!(matches!(
        *fetch(&server, &big(Service::V4)).unwrap_err().kind,
        ErrorKind::Empty
    ));
}

#[test]
fn a_next_link_that_loops() {
    let error = lasting(&Fault::LoopLink);
    assert!(matches!(*error.kind, ErrorKind::NextLink(_)), "{error}");
}

#[test]
fn a_first_next_link_that_loops() {
    let server = paged();
    server.fault(Rule::on("TypedDataSet", Fault::LoopLink));
    let error = fetch_with(paged_config(&server), &big(Service::V3), &Heed::default()).unwrap_err();
    assert!(matches!(*error.kind, ErrorKind::NextLink(_)), "{error}");
}

#[test]
fn a_next_link_to_another_host_and_table() {
    let error = lasting(&Fault::ForeignLink);
    assert!(matches!(*error.kind, ErrorKind::NextLink(_)), "{error}");
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
        matches!(*error.kind, ErrorKind::Republished { times: 4 }),
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
            matches!(&*error.kind, ErrorKind::Duplicate { cell } if cell.starts_with("NL01 2019JJ00")),
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
                ErrorKind::Count {
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
            matches!(
                *error.kind,
                ErrorKind::Count { .. } | ErrorKind::NextLink(_)
            ),
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
        table.topics[1].title = "Gemiddelde bevolking (nieuw)".into();
    });
    let error = fetch(&server, &population(Service::V4)).unwrap_err();
    assert!(
        matches!(*error.kind, ErrorKind::NoTopic { .. }) && error.hint().contains("M000365"),
        "{}",
        error.hint()
    );
}

#[test]
fn a_topic_of_which_only_the_number_moved_is_found() {
    let server = Server::start(vec![population_table()]);
    server.edit("03759ned", |table| {
        table.topics[0].key = "BevolkingOp1Januari_17".into();
    });
    let mut request = population(Service::V3);
    request.topics[0].key = Some("BevolkingOp1Januari_1".into());
    assert_eq!(
        fetch(&server, &request).unwrap().0.topics[0].key,
        "BevolkingOp1Januari_17"
    );
}

#[test]
fn a_changed_unit_is_an_error() {
    let server = Server::start(vec![population_table()]);
    let mut request = population(Service::V3);
    request.topics = vec![TopicRequest {
        unit: "x 1 000".into(),
        ..topic("Bevolking op 1 januari")
    }];
    assert!(matches!(
        *fetch(&server, &request).unwrap_err().kind,
        ErrorKind::NoTopic { .. }
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
    let pages = std::fs::read_dir(folder.path().join("99999NED"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let body = std::fs::read_dir(pages)
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
    assert!(matches!(*error.kind, ErrorKind::Interrupted), "{error}");
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
fn a_fetch_that_waits_for_its_first_byte_can_be_stopped() {
    let server = paged();
    server.fault(Rule::on(
        "Observations?",
        Fault::Delay(Duration::from_secs(20)),
    ));
    let folder = tempfile::tempdir().unwrap();
    let cache = PageCache::open(folder.path()).unwrap();
    let client = Client::new(middelgroot::source::cbs::Config {
        request_timeout: Duration::from_mins(1),
        ..paged_config(&server)
    })
    .unwrap();
    let flag = client.stop_flag();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        flag.store(true, Ordering::Relaxed);
    });
    let start = std::time::Instant::now();
    let error = client
        .fetch(&big(Service::V4), &cache, &mut Kept::default(), &())
        .unwrap_err();
    assert!(matches!(*error.kind, ErrorKind::Interrupted), "{error}");
    assert!(start.elapsed() < Duration::from_secs(15), "it was sat out");
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

#[test]
fn no_more_requests_a_second_than_are_set() {
    let server = paged();
    let mut config = paged_config(&server);
    (config.max_requests_per_second, config.burst) = (Some(20.0), 1);
    let start = std::time::Instant::now();
    assert_whole(
        &fetch_with(config, &big(Service::V4), &Heed::default())
            .unwrap()
            .1,
    );
    let (requests, elapsed) = (server.requests().len(), start.elapsed());
    assert!(
        elapsed >= Duration::from_millis(50) * (requests as u32 - 2),
        "{requests} in {elapsed:?}"
    );
}

#[test]
fn a_catalog_that_lags_behind_blocks_no_table() {
    // a row of another release counts another table
    let server = Server::start(vec![big_table(10, 4)])
        .with(|options| options.catalog_lag = Some(("2025-06-23T02:00:00", 44)));
    let (meta, kept) = fetch(&server, &big(Service::V3)).unwrap();
    assert_whole(&kept);
    assert_eq!((meta.expected, meta.notes.len()), (None, 0));
    // more rows than it counts are told; fewer are a loss
    let server = server.with(|options| options.catalog_lag = Some(("2026-06-23T02:00:00", 36)));
    let (meta, kept) = fetch(&server, &big(Service::V3)).unwrap();
    assert_whole(&kept);
    assert_eq!(meta.notes, ["the catalog counts 36 rows, 40 came"]);
    let server = server.with(|options| options.catalog_lag = Some(("2026-06-23T02:00:00", 44)));
    let error = fetch(&server, &big(Service::V3)).unwrap_err();
    let said = "the lists of members make 40 rows, the catalog counts 44";
    assert!(
        error.to_string().contains(said) && error.is_unreachable(),
        "{error}"
    );
}

#[test]
fn a_member_is_found_by_its_title_and_what_is_optional_may_be_lacking() {
    let server = Server::start(vec![crime()]);
    let request = TableRequest {
        id: "47022NED".into(),
        catalog: "Politie".into(),
        periods: Periods::Years {
            from: None,
            to: None,
        },
        topics: vec![
            TopicRequest {
                optional: true,
                ..topic("Fietsdiefstal > Geregistreerde misdrijven")
            },
            topic("Moord > Geregistreerde misdrijven"),
            topic("Diefstal woning > Geregistreerde misdrijven"),
        ],
        ..TableRequest::default()
    };
    let (meta, kept) = fetch(&server, &request).unwrap();
    let keys: Vec<_> = meta
        .topics
        .iter()
        .map(|topic| (topic.key.as_str(), topic.asked))
        .collect();
    assert_eq!(
        keys,
        [
            ("1.4.4:GeregistreerdeMisdrijven_1", 1),
            ("1.1.1:GeregistreerdeMisdrijven_1", 2)
        ]
    );
    assert_eq!(meta.lacking[0].asked, 0);
    assert_eq!(
        kept.value("GM0363", "2024JJ00", "1.4.4:GeregistreerdeMisdrijven_1"),
        Some(2_012.0)
    );
}
