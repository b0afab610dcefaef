//! Everything that the network and the server can do to a request: each ends in the right figures, or in the right error.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fetch_support;

use std::time::{Duration, Instant, SystemTime};

use fetch_support::cbs_server::Server;
use fetch_support::cbs_server::faults::{Fault, Rule};
use fetch_support::cbs_server::samples::big as big_table;
use fetch_support::{
    Heed, SERVICES, assert_whole, big, config, fetch, fetch_with, lasting, paged, paged_config,
    rows,
};
use middelgroot::source::cbs::{Client, Config, Error, ErrorKind, Service};

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

fn is_unreachable_after_four(error: &Error) {
    assert!(
        matches!(*error.kind, ErrorKind::Unreachable { attempts: 4, .. }),
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
        matches!(&*error.kind, ErrorKind::Unreachable { attempts: 1, last } if last.contains("longer pause")),
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
        matches!(*error.kind, ErrorKind::Unreachable { attempts: 6, .. }),
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
    assert!(matches!(*error.kind, ErrorKind::TooManyRecords), "{error}");
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
        matches!(*error.kind, ErrorKind::Refused { status: 403, .. })
            && error.to_string().contains("Forbidden by policy")
    );
    assert!(heed.retries.into_inner().unwrap().is_empty());
}

#[test]
fn an_id_that_would_leave_the_folder() {
    let server = paged();
    for id in ["../../etc", "a/b", "99999NED?x", "", "%2e%2e"] {
        let mut request = big(Service::V3);
        request.id = id.into();
        assert!(
            matches!(
                *fetch(&server, &request).unwrap_err().kind,
                ErrorKind::BadId(_)
            ),
            "{id}"
        );
    }
    assert!(server.requests().is_empty());
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
        matches!(&*error.kind, ErrorKind::Redirect(to) if to.contains("127.0.0.1:9")),
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
                Some(ErrorKind::Config(_))
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
        matches!(*error.kind, ErrorKind::TooLarge { unpacked: true, .. }),
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
            ErrorKind::TooLarge {
                unpacked: false,
                ..
            }
        ),
        "{error}"
    );
}
