//! Pages that are cut, short, doubled or lead nowhere while CBS gives no count: what was asked comes whole, or it is said
//! what did not come. In both services, the API and the feed, CBS's own host and that of third parties.

use crate::cbs_server::faults::{Fault, Rule};
use crate::cbs_server::samples::{big as big_table, kwb, population as population_table};
use crate::cbs_server::{ServedTable, Server};
use crate::fetching::{
    Heed, Kept, assert_whole, big, config, fetch, fetch_with, paged_config, population, rows, topic,
};
use middelgroot::base::observation::Missing;
use middelgroot::source::cbs::{
    Client, Config, Error, ErrorKind, PageCache, Periods, Service, TableRequest,
};

/// A way to the forty figures of the big sample, of which CBS gives no count.
struct Way {
    name: &'static str,
    server: Server,
    request: TableRequest,
    config: Config,
}

/// Every way: v3 through API and feed, filtered and not, of third parties, and v4 without counts.
fn ways() -> Vec<Way> {
    let third = || ServedTable {
        catalog: "Politie".into(),
        v4: false,
        ..big_table(10, 4)
    };
    let of_third = || TableRequest {
        catalog: "Politie".into(),
        ..big(Service::V3)
    };
    // a further period, so that four are a filter
    let more = || big_table(10, 5);
    let four = |service| TableRequest {
        periods: Periods::Keys((1000..1004).map(|year| format!("{year}JJ00")).collect()),
        ..big(service)
    };
    let mut ways = Vec::new();
    for (name, table, request) in [
        ("v3", big_table(10, 4), big(Service::V3)),
        ("v3 filtered", more(), four(Service::V3)),
        ("v3 of third parties", third(), of_third()),
        ("v4", big_table(10, 4), big(Service::V4)),
        ("v4 filtered", more(), four(Service::V4)),
    ] {
        for is_paged in [false, true] {
            let server = Server::start(vec![table.clone()]).with(|options| {
                options.countless = true;
                // the catalog counts another release
                options.catalog_lag = Some(("2025-06-23T02:00:00", 44));
                if is_paged {
                    options.feed_page = 7;
                    options.v4_page = 7;
                    options.api_limit = 7;
                }
            });
            let config = if is_paged {
                paged_config(&server)
            } else {
                config(&server)
            };
            ways.push(Way {
                name,
                server,
                request: request.clone(),
                config,
            });
        }
    }
    ways
}

fn faults() -> [Fault; 5] {
    [
        Fault::CutRows(3),
        Fault::CutRows(0),
        Fault::LostRow,
        Fault::LostLink,
        Fault::DuplicateRow,
    ]
}

impl Way {
    fn fetch(&self, heed: &Heed) -> Result<Kept, Error> {
        fetch_with(self.config.clone(), &self.request, heed).map(|(_, kept)| kept)
    }
}

#[test]
fn without_a_fault_nothing_is_asked_twice() {
    for way in ways() {
        let heed = Heed::default();
        assert_whole(&way.fetch(&heed).unwrap());
        let retries = heed.retries.into_inner().unwrap();
        let but_counts = retries.iter().filter(|(why, _)| !why.contains("404"));
        assert_eq!(but_counts.count(), 0, "{}: {retries:?}", way.name);
    }
}

#[test]
fn what_is_missing_is_asked_again() {
    for fault in faults() {
        for after in [0, 2] {
            for way in ways() {
                way.server.fault(
                    Rule::on(rows(way.request.service), fault.clone())
                        .after(after)
                        .times(1),
                );
                let kept = way.fetch(&Heed::default());
                let kept = kept.unwrap_or_else(|error| panic!("{} {fault:?}: {error}", way.name));
                assert_whole(&kept);
            }
        }
    }
}

#[test]
fn what_stays_missing_is_refused_and_named() {
    for fault in [Fault::CutRows(3), Fault::CutRows(0), Fault::LostRow] {
        for way in ways() {
            way.server
                .fault(Rule::on(rows(way.request.service), fault.clone()));
            let folder = tempfile::tempdir().unwrap();
            let cache = PageCache::open(folder.path()).unwrap();
            let mut kept = Kept::default();
            let client = Client::new(way.config.clone()).unwrap();
            let error = client
                .fetch(&way.request, &cache, &mut kept, &())
                .unwrap_err();
            let said = error.to_string();
            let named = match &*error.kind {
                ErrorKind::Missing { first, .. } => {
                    said.contains("rows that were asked") && !first.is_empty()
                }
                ErrorKind::NextLink(_) => said.contains("next link"),
                _ => false,
            };
            assert!(named, "{} {fault:?}: {said}", way.name);
            assert!(error.is_unreachable() && kept.cells.is_empty());
        }
    }
}

#[test]
fn a_row_that_stays_missing_is_named() {
    let server = Server::start(vec![big_table(10, 4)]).with(|options| {
        options.catalog_lag = Some(("2025-06-23T02:00:00", 44));
    });
    server.fault(Rule::on("TypedDataSet", Fault::LostRow));
    let error = fetch(&server, &big(Service::V3)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("1 of 40 rows that were asked did not come: GM0010 1003JJ00"),
        "{error}"
    );
    // of the first requests all pages are asked again, and after that nobody is asked for ever
    let asked = server.requests();
    let asked = asked.iter().filter(|line| line.contains("TypedDataSet"));
    assert_eq!(asked.count(), 3);
}

#[test]
fn an_api_that_gives_less_than_it_should_gives_way_to_the_feed() {
    for catalog in ["CBS", "Politie"] {
        let server = Server::start(vec![ServedTable {
            catalog: catalog.into(),
            v4: false,
            ..big_table(10, 5)
        }]);
        server.fault(Rule::on("ODataApi", Fault::CutRows(3)));
        let request = TableRequest {
            catalog: catalog.into(),
            periods: Periods::Keys((1000..1004).map(|year| format!("{year}JJ00")).collect()),
            ..big(Service::V3)
        };
        let (meta, kept) = fetch(&server, &request).unwrap();
        assert_whole(&kept);
        assert!(meta.requests[0].url.contains("/ODataFeed/"));
    }
}

#[test]
fn only_the_page_to_blame_is_asked_again() {
    let way = ways().remove(1);
    // the last page: they come in any order
    way.server
        .fault(Rule::on("$skip=35", Fault::CutRows(3)).times(1));
    assert_whole(&way.fetch(&Heed::default()).unwrap());
    let asked = way.server.requests();
    let pages = asked.iter().filter(|line| line.contains("TypedDataSet"));
    assert_eq!(pages.count(), 7, "six pages, of which one twice: {asked:?}");
}

#[test]
fn a_lost_link_or_a_doubled_row_that_stays_is_refused() {
    for fault in [Fault::LostLink, Fault::DuplicateRow] {
        // the ways through pages; one page has no link to lose
        for way in ways().into_iter().skip(1).step_by(2) {
            way.server
                .fault(Rule::on(rows(way.request.service), fault.clone()).after(1));
            let error = way.fetch(&Heed::default()).unwrap_err();
            assert!(
                matches!(
                    *error.kind,
                    ErrorKind::Missing { .. }
                        | ErrorKind::NextLink(_)
                        | ErrorKind::Duplicate { .. }
                ),
                "{} {fault:?}: {error}",
                way.name
            );
        }
    }
}

#[test]
fn rows_that_nobody_asked_for_may_be_lacking() {
    // the last row of the filtered answer is that of GM0999, which is no gemeente
    let server = Server::start(vec![population_table()]);
    server.fault(Rule::on("TypedDataSet", Fault::LostRow));
    let (_, kept) = fetch(&server, &population(Service::V3)).unwrap();
    assert_eq!(kept.cells.len(), 24);
}

#[test]
fn v4_counts_within_a_page_where_it_has_no_count_of_its_own() {
    let server = Server::start(vec![population_table()]);
    server.fault(Rule::on("/$count", Fault::Status(404, "Not found", None)));
    // one cell is absent, as v4 may leave it out: the count says that this is all
    let (meta, kept) = fetch(&server, &population(Service::V4)).unwrap();
    assert_eq!((meta.expected, meta.rows), (Some(29), 29));
    assert_eq!(kept.value("GM0363", "2019JJ00", "M000352"), Some(2_000.0));
    // without any count nobody knows whether it is absent or lost
    let server = Server::start(vec![population_table()]).with(|options| options.countless = true);
    let error = fetch(&server, &population(Service::V4)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("1 of 12 rows that were asked did not come: GM0599 2021JJ00 M000365"),
        "{error}"
    );
}

#[test]
fn a_doubled_key_is_refused_and_healed() {
    let envelope = Fault::Rewrite("\"value\":[", "\"value\":[],\"value\":[");
    let of_v3 = Fault::Rewrite("\"Getal_1\":", "\"Getal_1\":7,\"Getal_1\":");
    let of_v4 = Fault::Rewrite("\"Value\":", "\"Value\":7,\"Value\":");
    let id = Fault::Rewrite("\"RegioS\":", "\"RegioS\":\"GM0001\",\"RegioS\":");
    for (service, fault) in [
        (Service::V3, &envelope),
        (Service::V4, &envelope),
        (Service::V3, &of_v3),
        (Service::V4, &of_v4),
        (Service::V3, &id),
        (Service::V4, &id),
    ] {
        let server = Server::start(vec![big_table(10, 4)]);
        server.fault(Rule::on(rows(service), fault.clone()).times(1));
        assert_whole(&fetch(&server, &big(service)).unwrap().1);
        server.fault(Rule::on(rows(service), fault.clone()));
        let error = fetch(&server, &big(service)).unwrap_err();
        assert!(
            error.to_string().contains("twice in one object") && error.is_unreachable(),
            "{fault:?}: {error}"
        );
    }
    // and in a list
    let server = Server::start(vec![big_table(10, 4)]);
    let title = Fault::Rewrite("\"Title\":", "\"Title\":\"Iets anders\",\"Title\":");
    server.fault(Rule::on("DataProperties", title));
    let error = fetch(&server, &big(Service::V3)).unwrap_err();
    assert!(error.to_string().contains("duplicate field"), "{error}");
}

#[test]
fn a_list_that_is_cut_is_asked_again_and_refused() {
    for catalog in ["CBS", "Politie"] {
        for part in ["Perioden?", "RegioS?"] {
            let table = ServedTable {
                catalog: catalog.into(),
                v4: false,
                ..big_table(10, 9)
            };
            let request = TableRequest {
                catalog: catalog.into(),
                ..big(Service::V3)
            };
            let server = Server::start(vec![table]).with(|options| options.feed_page = 7);
            server.fault(Rule::on(part, Fault::LostLink).times(1));
            assert_eq!(fetch(&server, &request).unwrap().1.cells.len(), 90);
            server.fault(Rule::on(part, Fault::CutRows(5)));
            let error = fetch(&server, &request).unwrap_err();
            assert!(
                error.to_string().contains("the catalog counts 90") && error.is_unreachable(),
                "{error}"
            );
        }
    }
}

#[test]
fn a_list_that_is_empty_or_lacks_topics_says_nothing_of_what_the_table_has() {
    let optional = |service| {
        let mut request = population(service);
        request.topics[1].optional = true;
        request
    };
    let empty = Fault::Instead("{\"value\":[]}");
    for (service, part, fault) in [
        (Service::V3, "DataProperties?", &empty),
        (Service::V3, "Perioden?", &empty),
        (Service::V3, "RegioS?", &empty),
        // the last topic is lost, which is optional
        (Service::V3, "DataProperties?", &Fault::LostRow),
        (Service::V4, "MeasureCodes?", &empty),
        (Service::V4, "/Dimensions?", &empty),
        (Service::V4, "RegioSCodes?", &empty),
    ] {
        let server = Server::start(vec![population_table()]);
        server.fault(Rule::on(part, fault.clone()).times(1));
        let (meta, _) = fetch(&server, &optional(service)).unwrap();
        assert!(meta.lacking.is_empty());
        server.fault(Rule::on(part, fault.clone()));
        let error = fetch(&server, &optional(service)).unwrap_err();
        assert!(
            matches!(*error.kind, ErrorKind::Short(_)) && error.is_unreachable(),
            "{part} {fault:?}: {error}"
        );
    }
}

#[test]
fn any_number_of_records_is_the_limit_of_the_api() {
    for text in ["query returns more than 100 records", "More than 2500 rows"] {
        let server = Server::start(vec![big_table(10, 4)]).with(|options| {
            options.api_limit = 7;
            options.limit_text = text;
        });
        let heed = Heed::default();
        let (meta, kept) = fetch_with(config(&server), &big(Service::V3), &heed).unwrap();
        assert_whole(&kept);
        assert!(heed.retries.into_inner().unwrap().is_empty());
        assert!(meta.requests[0].url.contains("/ODataFeed/"));
    }
}

#[test]
fn null_is_never_a_zero() {
    let server = Server::start(vec![kwb("84799NED", 2020)]);
    server.edit("84799NED", |table| {
        for topic in &mut table.topics {
            topic.default = Some("Zero".into());
        }
    });
    let request = TableRequest {
        id: "84799NED".into(),
        service: Service::V3,
        topics: vec![topic("Aantal inwoners"), topic("Woningvoorraad")],
        ..TableRequest::default()
    };
    let (_, kept) = fetch(&server, &request).unwrap();
    for topic in ["AantalInwoners_5", "Woningvoorraad_60"] {
        let (value, missing, _) = kept.cell("GM1680", "2020JJ00", topic).unwrap();
        assert_eq!((value, missing), (None, Missing::Unknown));
        assert!(kept.value("NL01", "2020JJ00", topic).is_some());
    }
    // a zero that is sent is one
    let zero = |at: &[usize], _: usize| crate::cbs_server::model::Cell::Value(at[0] as f64);
    server.edit("84799NED", |table| table.cells = std::sync::Arc::new(zero));
    let (_, kept) = fetch(&server, &request).unwrap();
    assert_eq!(
        kept.value("NL01", "2020JJ00", "AantalInwoners_5"),
        Some(0.0)
    );
}
