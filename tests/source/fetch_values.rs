//! What a fetch brings: every kind of value and missing of both services, under CBS's peculiarities.

use std::collections::BTreeMap;

use crate::cbs_server::model::{Cell, Kind};
use crate::cbs_server::samples::{crime, kwb, population as population_table};
use crate::cbs_server::{ServedTable, Server};
use crate::fetching::{Kept, config, fetch, population, topic};
use crate::support;
use middelgroot::base::observation::{Missing, Status};
use middelgroot::source::cbs::{
    Client, ErrorKind, Periods, PinnedTable, Release, Service, TableRequest, TopicRequest,
};

const SERVICES: [Service; 2] = [Service::V3, Service::V4];

fn kwb_request(service: Service) -> TableRequest {
    let topics = [
        "Aantal inwoners",
        "Prijs > Appartement",
        "Gas > Appartement",
        "Woningvoorraad",
    ]
    .map(topic)
    .to_vec();
    TableRequest {
        id: "84799NED".into(),
        service,
        topics,
        ..TableRequest::default()
    }
}

fn crime_request() -> TableRequest {
    let member = |key: &str| TopicRequest {
        title: "Geregistreerde misdrijven".into(),
        member: Some(("SoortMisdrijf".into(), key.into())),
        ..TopicRequest::default()
    };
    TableRequest {
        id: "47022NED".into(),
        catalog: "Politie".into(),
        periods: Periods::Years {
            from: None,
            to: None,
        },
        topics: vec![member("1.1.1"), member("0.0.0")],
        ..TableRequest::default()
    }
}

#[test]
fn both_services_give_the_same_figures() {
    let server = Server::start(vec![population_table()]);
    for service in SERVICES {
        let (meta, kept) = fetch(&server, &population(service)).unwrap();
        let (first, second) = if service == Service::V3 {
            ("BevolkingOp1Januari_1", "GemiddeldeBevolking_2")
        } else {
            ("M000352", "M000365")
        };
        assert_eq!(kept.value("NL01", "2020JJ00", first), Some(17_000_001.0));
        assert_eq!(
            kept.cell("GM0363", "2021JJ00", first),
            Some((Some(2_200.0), Missing::None, Status::Provisional))
        );
        assert_eq!(kept.value("GM0599", "2019JJ00", second), Some(3_001.5));
        assert_eq!(meta.topics[0].title, "Bevolking > Bevolking op 1 januari");
        assert_eq!(
            (meta.publisher.as_str(), meta.license.contains("by/4.0")),
            ("CBS", true)
        );
        assert!(
            kept.cells
                .keys()
                .all(|(region, ..)| ["NL01", "GM0363", "GM0599", "GM1992"]
                    .contains(&region.as_str()))
        );
    }
}

#[test]
fn v4_tells_the_kinds_of_missing_apart_and_leaves_absent_cells_out() {
    let server = Server::start(vec![population_table()]);
    let (meta, kept) = fetch(&server, &population(Service::V4)).unwrap();
    let missing = |region, period, topic| {
        kept.cell(region, period, topic)
            .map(|(value, missing, _)| (value, missing))
    };
    assert_eq!(
        missing("GM1992", "2019JJ00", "M000352"),
        Some((None, Missing::Impossible))
    );
    assert_eq!(
        missing("GM0599", "2020JJ00", "M000365"),
        Some((None, Missing::Confidential))
    );
    assert_eq!(missing("GM0599", "2021JJ00", "M000365"), None);
    assert_eq!(meta.expected, Some(meta.rows));
}

#[test]
fn v3_reads_an_empty_cell_as_the_default_of_its_topic() {
    let server = Server::start(vec![kwb("84799NED", 2020)]);
    let (_, kept) = fetch(&server, &kwb_request(Service::V3)).unwrap();
    let cell = |topic| {
        kept.cell("GM1680", "2020JJ00", topic)
            .map(|(value, missing, _)| (value, missing))
    };
    // its default is `Zero`: zeros are sent as such, and what is empty may be confidential
    assert_eq!(cell("AantalInwoners_5"), Some((None, Missing::Unknown)));
    assert_eq!(cell("Appartement_48"), Some((None, Missing::Impossible)));
    assert_eq!(cell("Appartement_56"), Some((None, Missing::Unknown)));
    assert_eq!(cell("Woningvoorraad_60"), Some((None, Missing::Unknown)));
}

#[test]
fn wijken_and_buurten_stay_out_and_nl00_becomes_nl01() {
    let server = Server::start(vec![kwb("84799NED", 2020)]);
    for service in SERVICES {
        let (meta, kept) = fetch(&server, &kwb_request(service)).unwrap();
        assert!(
            kept.cells
                .keys()
                .all(|(region, ..)| region == "NL01" || region == "GM1680"),
            "{:?}",
            kept.cells
        );
        assert_eq!(meta.periods[0].key, "2020JJ00");
        assert!(kept.cells.keys().any(|(region, ..)| region == "NL01"));
    }
}

#[test]
fn members_of_a_dimension_become_topics_of_their_own() {
    let server = Server::start(vec![crime()]);
    let (meta, kept) = fetch(&server, &crime_request()).unwrap();
    assert_eq!(meta.service, "v3");
    assert_eq!(meta.topics[0].key, "1.1.1:GeregistreerdeMisdrijven_1");
    assert_eq!(
        meta.topics[0].title,
        "Diefstal woning > Geregistreerde misdrijven"
    );
    assert_eq!(
        kept.value("GM0363", "2024JJ00", "1.1.1:GeregistreerdeMisdrijven_1"),
        Some(1_012.0)
    );
    assert_eq!(
        kept.value("NL01", "2023JJ00", "0.0.0:GeregistreerdeMisdrijven_1"),
        Some(0.0)
    );
    assert_eq!(kept.cells.len(), 8, "months and wijken stay out");
    assert_eq!(meta.notes, [""; 0], "the total is asked by its name");
}

#[test]
fn only_what_is_asked_is_requested() {
    let server = Server::start(vec![population_table(), crime()]);
    let client = Client::new(config(&server)).unwrap();
    let planned = client.requests(&population(Service::V3), &()).unwrap();
    server.requests();
    let (meta, _) = fetch(&server, &population(Service::V3)).unwrap();
    let made = server
        .requests()
        .into_iter()
        .filter(|line| line.contains("TypedDataSet"))
        .collect::<Vec<_>>();
    assert_eq!(planned.len(), 1);
    assert_eq!(planned[0].url, meta.requests[0].url);
    assert_eq!(
        planned[0].rows_at_most,
        12 + 3,
        "three periods of the country, three gemeenten and GM0999"
    );
    assert_eq!(
        made,
        [
            "/ODataApi/odata/03759ned/TypedDataSet?$format=json&$filter=Geslacht eq 'T001038' and \
          (startswith(RegioS,'GM') or RegioS eq 'NL01  ')"
        ]
    );
    let planned = client.requests(&crime_request(), &()).unwrap();
    assert!(
        planned[0]
            .url
            .contains("/dataderden/ODataApi/odata/47022NED/TypedDataSet?"),
        "{}",
        planned[0].url
    );
    assert!(
        planned[0].url.contains("Perioden%20eq%20%272023JJ00%27"),
        "{}",
        planned[0].url
    );
}

#[test]
fn many_topics_go_in_several_requests_of_bearable_length() {
    let table = (0..200).fold(
        ServedTable::new("80001NED", "Breed", |at, topic| {
            crate::cbs_server::model::Cell::Value((at[0] * 1_000 + topic) as f64)
        })
        .dim(
            "RegioS",
            crate::cbs_server::model::Kind::GeoDimension,
            &[("NL01", "Nederland"), ("GM0363", "A")],
        )
        .dim(
            "Perioden",
            crate::cbs_server::model::Kind::TimeDimension,
            &[("2020JJ00", "2020")],
        ),
        |table, n| {
            table.topic(
                &format!("EenTamelijkLangeSleutel_{n}"),
                &format!("M{n:06}"),
                &format!("Groep > T{n}"),
                "%",
            )
        },
    );
    let server = Server::start(vec![table]);
    for service in SERVICES {
        let topics = (0..199).map(|n| topic(&format!("Groep > T{n}"))).collect();
        let request = TableRequest {
            id: "80001NED".into(),
            service,
            topics,
            ..TableRequest::default()
        };
        let (meta, kept) = fetch(&server, &request).unwrap();
        assert_eq!(kept.cells.len(), 398);
        assert!(
            meta.requests.len() > 2
                && meta
                    .requests
                    .iter()
                    .all(|request| request.url.len() < 2_000)
        );
        assert_eq!(
            kept.value("GM0363", "2020JJ00", &meta.topics[198].key),
            Some(1_198.0)
        );
    }
}

#[test]
fn the_service_is_found_out() {
    let mut only_v3 = population_table();
    only_v3.v4 = false;
    for (table, service) in [(population_table(), "v4"), (only_v3, "v3")] {
        let server = Server::start(vec![table]);
        assert_eq!(
            fetch(&server, &population(Service::Auto))
                .unwrap()
                .0
                .service,
            service
        );
    }
}

#[test]
fn the_first_fixed_member_that_the_table_has_is_taken() {
    let server = Server::start(vec![population_table()]);
    let mut request = population(Service::V3);
    request.fixed = BTreeMap::from([("Geslacht".into(), vec!["1100".into(), "T001038".into()])]);
    assert!(fetch(&server, &request).is_ok());
    request.fixed = BTreeMap::from([("Geslacht".into(), vec!["1100".into()])]);
    assert!(matches!(
        *fetch(&server, &request).unwrap_err().kind,
        ErrorKind::NoMember { .. }
    ));
}

#[test]
fn tables_are_read_side_by_side_and_one_failure_stays_alone() {
    let server = Server::start(vec![population_table(), kwb("84799NED", 2020), crime()]);
    let mut jobs: Vec<_> = [
        population(Service::V4),
        kwb_request(Service::V3),
        crime_request(),
    ]
    .map(|request| (request, Kept::default()))
    .into();
    jobs.insert(
        1,
        (
            TableRequest {
                id: "11111NED".into(),
                ..population(Service::V4)
            },
            Kept::default(),
        ),
    );
    let folder = tempfile::tempdir().unwrap();
    let cache = middelgroot::source::cbs::PageCache::open(folder.path()).unwrap();
    let results = Client::new(config(&server))
        .unwrap()
        .fetch_all(&mut jobs, &cache, &());
    assert_eq!(
        results.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, true, true]
    );
    assert!(
        results[1]
            .as_ref()
            .unwrap_err()
            .to_string()
            .starts_with("table 11111NED: CBS has no such table")
    );
    assert_eq!(jobs[3].1.cells.len(), 8);
}

#[test]
fn catalogs_are_searched_and_tables_described() {
    let server = Server::start(vec![population_table(), kwb("84799NED", 2020), crime()])
        .with(|o| o.wrong_host = true);
    let client = Client::new(config(&server)).unwrap();
    let found = client.search(&["MISDRIJVEN", "soort"], &()).unwrap();
    assert_eq!(
        found
            .iter()
            .map(|entry| (entry.id.as_str(), entry.catalog.as_str()))
            .collect::<Vec<_>>(),
        [("47022NED", "Politie")]
    );
    assert_eq!(
        client.search(&["bevolking"], &()).unwrap()[0].services,
        ["v3", "v4"]
    );
    for service in SERVICES {
        let table = client.describe("84799NED", "CBS", service, &()).unwrap();
        assert_eq!(table.gemeenten(), 1);
        assert_eq!(table.topics[2].path, "Prijs > Appartement");
        assert!(
            serde_json::to_string(&table)
                .unwrap()
                .contains("\"path\":\"Gas > Appartement\"")
        );
    }
}

#[test]
fn releases_tell_what_is_new_and_where_a_table_went_on() {
    let server = Server::start(vec![
        population_table(),
        kwb("84799NED", 2020),
        kwb("85039NED", 2021),
    ]);
    let client = Client::new(config(&server)).unwrap();
    let (meta, _) = fetch(&server, &population(Service::V4)).unwrap();
    let pinned = |id: &str, title: &str, release: &Release| PinnedTable {
        id: id.into(),
        catalog: "CBS".into(),
        title: title.into(),
        service: "v4".into(),
        release: release.clone(),
    };
    let known = pinned("03759ned", &meta.title, &meta.release);
    let older = pinned(
        "84799NED",
        "Kerncijfers wijken en buurten 2020",
        &meta.release,
    );
    let gone = pinned("12345NED", "Opgeheven", &meta.release);
    let news = client.releases(&[known.clone(), older, gone], &()).unwrap();
    assert!(!news[0].is_due());
    assert_eq!(news[1].successors[0].id, "85039NED");
    assert!(news[2].gone && news[2].is_due());
    server.edit("03759ned", ServedTable::republish);
    assert!(client.releases(&[known], &()).unwrap()[0].revised.is_some());
}

#[test]
fn captured_answers_of_cbs_are_read() {
    let Some(folder) = support::shared("cbs-responses") else {
        return;
    };
    let server = Server::captured(&folder);
    let mut request = TableRequest {
        id: "83625NED".into(),
        periods: Periods::Years {
            from: Some(2015),
            to: None,
        },
        topics: vec![TopicRequest {
            unit: "euro".into(),
            ..topic("Gemiddelde verkoopprijs")
        }],
        ..TableRequest::default()
    };
    let (meta, kept) = fetch(&server, &request).unwrap();
    assert_eq!(
        (meta.service, meta.topics[0].key.as_str()),
        ("v4", "M001534")
    );
    assert_eq!(kept.value("NL01", "2015JJ00", "M001534"), Some(230_194.0));
    assert_eq!(meta.rows, 8_195);
    assert!(
        kept.cells
            .values()
            .any(|cell| cell.1 == Missing::Impossible)
    );

    request.id = "03759ned".into();
    request.periods = Periods::Years {
        from: Some(2019),
        to: Some(2026),
    };
    request.topics = vec![topic("Bevolking op 1 januari")];
    request.fixed = [
        ("Geslacht", "T001038"),
        ("Leeftijd", "10000"),
        ("BurgerlijkeStaat", "T001019"),
    ]
    .map(|(dimension, member)| (dimension.to_owned(), vec![member.to_owned()]))
    .into();
    // The capture lacks the list of ages, so that dimension cannot be read.
    let error = fetch(&server, &request).unwrap_err();
    assert!(error.to_string().contains("LeeftijdCodes"), "{error}");
}

/// Figures that v4 sends as text are read where CBS says that a topic holds text; where it says numbers, they do not go unseen.
#[test]
fn figures_as_text_are_asked_of_v4_where_a_topic_may_hold_them() {
    for (datatype, is_text) in [("String", true), ("Long", false)] {
        let text = |_: &[usize], _| Cell::Text("   135.5".into());
        let mut table = ServedTable::new("99999NED", "Tekst", text)
            .dim(
                "RegioS",
                Kind::GeoDimension,
                &[("GM0363", "A"), ("GM0599", "B")],
            )
            .dim("Perioden", Kind::TimeDimension, &[("2020JJ00", "2020")])
            .topic("Getal_1", "M000001", "Getal", "aantal");
        table.topics[0].datatype = datatype.into();
        let request = TableRequest {
            id: "99999NED".into(),
            service: Service::V4,
            topics: vec![topic("Getal")],
            ..TableRequest::default()
        };
        let (meta, kept) = fetch(&Server::start(vec![table]), &request).unwrap();
        let figures: Vec<Option<f64>> = kept.cells.values().map(|cell| cell.0).collect();
        assert_eq!(figures, [Some(135.5).filter(|_| is_text); 2], "{datatype}");
        assert_eq!(meta.requests[0].url.contains("StringValue"), is_text);
        let is_told = |note: &String| note.contains("neither a number nor a reason");
        assert_eq!(meta.notes.iter().any(is_told), !is_text, "{:?}", meta.notes);
    }
}
