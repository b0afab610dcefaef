//! Tables that have more than the queries knew of: further dimensions, months in the place of years, a region that belongs
//! nowhere. What is asked stays what it was, or it is said what must be chosen.

use std::sync::Arc;

use crate::cbs_server::Server;
use crate::cbs_server::model::{Cell, Dim, Kind, Member, ServedTable};
use crate::cbs_server::samples::population as population_table;
use crate::cbs_server::snapshots::project as served;
use crate::fetch_project::same_cells;
use crate::fetching::{SERVICES, fetch, population, topic};
use crate::support::{Project, frozen};
use middelgroot::base::observation::{Missing, Status};
use middelgroot::query::Queries;
use middelgroot::source::cbs::{ErrorKind, Periods, Service, TableRequest};
use middelgroot::source::snapshot::Store;

fn member(key: &str, title: &str) -> Member {
    Member {
        key: key.into(),
        title: title.into(),
        status: None,
    }
}

/// A table with a further dimension in front, of which the first member carries its figures and any other wrong ones.
fn with_dimension(mut table: ServedTable, key: &str, members: &[(&str, &str)]) -> ServedTable {
    // the right one stands in the middle of the list
    let mut all: Vec<Member> = members
        .iter()
        .map(|(key, title)| member(key, title))
        .collect();
    let right = all.len() / 2;
    all[..=right].rotate_left(1);
    table.dims.insert(
        0,
        Dim {
            key: key.into(),
            title: key.into(),
            kind: Kind::Dimension,
            members: all,
        },
    );
    let inner = table.cells.clone();
    table.cells = Arc::new(move |at: &[usize], topic| {
        if at[0] == right {
            inner(&at[1..], topic)
        } else {
            Cell::Value(-7.0)
        }
    });
    table
}

/// A table with its years taken apart: each in twelve months, of which the third carries the figure, and behind them the
/// months of a year that is not whole.
fn in_months(mut table: ServedTable) -> ServedTable {
    let at = table
        .dims
        .iter()
        .position(|dim| dim.kind == Kind::TimeDimension)
        .unwrap();
    let years: Vec<Member> = table.dims[at].members.clone();
    let months = |year: &Member, to: usize| {
        let year = year.clone();
        (1..=to).map(move |month| Member {
            key: format!("{}MM{month:02}", &year.key[..4]),
            ..year.clone()
        })
    };
    let part = member("2099JJ00", "2099");
    table.dims[at].members = years
        .iter()
        .flat_map(|year| months(year, 12))
        .chain(months(&part, 11))
        .collect();
    let (inner, count) = (table.cells.clone(), years.len());
    table.cells = Arc::new(move |place: &[usize], topic| {
        let (year, month) = (place[at] / 12, place[at] % 12);
        if year >= count {
            return Cell::Value(1.0);
        }
        let mut of_year = place.to_vec();
        of_year[at] = year;
        match inner(&of_year, topic) {
            Cell::Value(_) if month != 2 => Cell::Value(0.0),
            cell => cell,
        }
    });
    table
}

/// A table with a region more.
fn with_region(mut table: ServedTable, key: &str) -> ServedTable {
    let at = table
        .dims
        .iter()
        .position(|dim| dim.key == "RegioS")
        .unwrap();
    let known = table.dims[at].members.len();
    table.dims[at].members.push(member(key, "Niet in te delen"));
    let inner = table.cells.clone();
    table.cells = Arc::new(move |place: &[usize], topic| {
        if place[at] == known {
            Cell::Value(13.0)
        } else {
            inner(place, topic)
        }
    });
    table
}

#[test]
fn the_queries_fit_tables_with_and_without_what_others_report_of_them() {
    let change = |table: ServedTable| match table.id.as_str() {
        "86161NED" => with_dimension(
            table,
            "KenmerkenVanHuishoudens",
            &[
                ("1050010", "Particuliere huishoudens"),
                ("1016040", "Type: eenpersoonshuishouden"),
                ("1050050", "Type: totaal meerpersoonshuishoudens"),
            ],
        ),
        "50150NED" => with_dimension(
            with_dimension(
                table,
                "Marges",
                &[
                    ("MW00000", "Waarde"),
                    ("MOG0095", "Ondergrens 95%-interval"),
                    ("MBG0095", "Bovengrens 95%-interval"),
                ],
            ),
            "Leeftijd",
            &[
                ("20300", "18 jaar of ouder"),
                ("53110", "18 tot 65 jaar"),
                ("80200", "65 jaar of ouder"),
            ],
        ),
        "47022NED" => in_months(table),
        _ => with_region(table, "GM0000"),
    };
    let ids = ["86161NED", "50150NED", "47022NED", "85005NED"];
    for changed in [false, true] {
        let project = Project::frozen();
        let tables = served(project.root())
            .into_iter()
            .filter(|table| ids.contains(&table.id.as_str()));
        let tables = if changed {
            tables.map(change).collect()
        } else {
            tables.collect()
        };
        let server = Server::start(tables);
        let url = server.url();
        let old = project.store().lock().unwrap();
        project
            .run(&[&["fetch", "--update", "--mirror", &url], &ids[..]].concat())
            .ends(0);
        let lock = project.store().lock().unwrap();
        for table in ids {
            let ours = Store::new(&frozen())
                .read(table, &old.tables[table])
                .unwrap();
            let theirs = project.store().read(table, &lock.tables[table]).unwrap();
            same_cells(table, &ours, &theirs);
        }
    }
}

#[test]
fn an_open_dimension_is_taken_at_its_one_total_and_that_is_noted() {
    for service in SERVICES {
        let server = Server::start(vec![population_table()]);
        let request = TableRequest {
            fixed: std::collections::BTreeMap::new(),
            ..population(service)
        };
        let (meta, kept) = fetch(&server, &request).unwrap();
        let (_, same) = fetch(&server, &population(service)).unwrap();
        assert_eq!(kept.cells, same.cells);
        assert_eq!(
            meta.notes,
            [
                "dimension Geslacht is not fixed in the query: taken at T001038 `Totaal mannen en vrouwen`"
            ]
        );
    }
}

#[test]
fn an_open_dimension_without_one_total_lists_members_with_totals_first() {
    let with = |titles: &[(&str, &str)]| {
        let mut table = population_table();
        table.dims[1].members = titles
            .iter()
            .map(|(key, title)| member(key, title))
            .collect();
        let server = Server::start(vec![table]);
        let request = TableRequest {
            fixed: std::collections::BTreeMap::new(),
            ..population(Service::V4)
        };
        fetch(&server, &request).unwrap_err()
    };
    // two, and one that only sounds like one
    let error = with(&[
        ("3000", "Mannen"),
        ("T2", "Totaal 18 jaar of ouder"),
        ("T1", "Totaal"),
    ]);
    assert!(
        matches!(*error.kind, ErrorKind::OpenDimension { .. }),
        "{error}"
    );
    assert!(!error.is_unreachable());
    let hint = error.hint();
    assert!(
        hint.contains("T2 `Totaal 18 jaar of ouder`; T1 `Totaal`; 3000 `Mannen`"),
        "{hint}"
    );
    let error = with(&[("1", "Overig"), ("2", "Nederlands (totaal)")]);
    assert!(
        error
            .hint()
            .contains("there are: 2 `Nederlands (totaal)`; 1 `Overig`"),
        "{}",
        error.hint()
    );
}

#[test]
fn a_member_that_is_asked_where_it_is_gives_way_to_the_total() {
    for (key, expected) in [("3000", 2_010.0), ("9999", 2_000.0)] {
        let server = Server::start(vec![population_table()]);
        let request = TableRequest {
            fixed: std::collections::BTreeMap::new(),
            fixed_where_there: [("Geslacht", key), ("Herkomst", "1")]
                .map(|(dimension, key)| (dimension.to_owned(), key.to_owned()))
                .into(),
            ..population(Service::V3)
        };
        let (_, kept) = fetch(&server, &request).unwrap();
        assert_eq!(
            kept.value("GM0363", "2019JJ00", "BevolkingOp1Januari_1"),
            Some(expected)
        );
    }
}

/// A table of three gemeenten in the months of one whole year: the first has them all, the second lacks one, of the third
/// one is secret.
fn monthly(unit: &str) -> ServedTable {
    let months: Vec<String> = (1..=12).map(|month| format!("2023MM{month:02}")).collect();
    let months: Vec<(&str, &str)> = months.iter().map(|key| (key.as_str(), "maand")).collect();
    let mut table = ServedTable::new("47022NED", "Maandcijfers", |at, _| match (at[0], at[1]) {
        (1, 6) => Cell::Absent,
        (2, 6) => Cell::Empty("Confidential"),
        (_, month) => Cell::Value((month + 1) as f64 / 10.0),
    })
    .dim(
        "RegioS",
        Kind::GeoDimension,
        &[("GM0001", "A"), ("GM0002", "B"), ("GM0003", "C")],
    )
    .dim("Perioden", Kind::TimeDimension, &months)
    .topic("Getal_1", "M000001", "Getal", unit);
    table.topics[0].decimals = 1;
    table.dims[1].members[11].status = Some("Voorlopig".into());
    table
}

fn in_years(service: Service, sum_months: bool) -> TableRequest {
    TableRequest {
        id: "47022NED".into(),
        service,
        periods: Periods::Years {
            from: Some(2023),
            to: Some(2024),
        },
        sum_months,
        topics: vec![topic("Getal")],
        ..TableRequest::default()
    }
}

#[test]
fn twelve_months_are_a_year_where_the_query_says_so() {
    for service in SERVICES {
        let server = Server::start(vec![monthly("aantal")]);
        let (meta, kept) = fetch(&server, &in_years(service, true)).unwrap();
        let key = meta.topics[0].key.clone();
        let periods: Vec<_> = meta
            .periods
            .iter()
            .map(|period| period.key.as_str())
            .collect();
        assert_eq!((periods, kept.cells.len()), (vec!["2023JJ00"], 3));
        // 0,1 + 0,2 + … + 1,2, and as final as the least final month
        assert_eq!(
            kept.cell("GM0001", "2023JJ00", &key),
            Some((Some(7.8), Missing::None, Status::Provisional))
        );
        for region in ["GM0002", "GM0003"] {
            assert_eq!(
                kept.value(region, "2023JJ00", &key),
                None,
                "a month is missing"
            );
        }
        let error = fetch(&server, &in_years(service, false)).unwrap_err();
        assert!(
            error.to_string().contains("`months = \"sum\"` adds up"),
            "{error}"
        );
    }
}

#[test]
fn months_of_a_ratio_and_of_a_year_that_is_not_whole_do_not_add_up() {
    let server = Server::start(vec![monthly("%")]);
    let error = fetch(&server, &in_years(Service::V3, true)).unwrap_err();
    assert!(
        error.to_string().contains("do not add up to a year"),
        "{error}"
    );
    let mut part = monthly("aantal");
    part.dims[1].members.pop();
    let server = Server::start(vec![part]);
    let error = fetch(&server, &in_years(Service::V3, true)).unwrap_err();
    assert!(matches!(*error.kind, ErrorKind::NoMember { .. }), "{error}");
}

#[test]
fn a_file_has_neither_dimensions_nor_months() {
    let project = Project::small();
    for key in [
        "months = \"sum\"",
        "optional = true",
        "fixed-where-there = { A = \"1\" }",
    ] {
        let text = format!("[[table]]\nid = \"99999NED\"\nkind = \"file\"\n{key}\n");
        project.write("queries/tables.toml", &text);
        let error = Queries::read(&project.path("queries"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("does nothing here"), "{error}");
    }
}
