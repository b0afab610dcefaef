//! The whole way through the program: all tables of `queries/` fetched from a server with a project's own figures equal
//! those it had, and a build on them gives the same figures.

use std::collections::BTreeMap;

use crate::cbs_server::snapshots::project as served;
use crate::cbs_server::{ServedTable, Server};
use crate::support::{Project, Sheet, files, frozen, queries};
use middelgroot::query::Service;
use middelgroot::source::snapshot::{Lock, Snapshot, Store};

/// Values and kinds of missing of a snapshot, by what the queries find them by. A gemeente that CBS has no row for is
/// absent, whether the snapshot says so or not.
type Cells = BTreeMap<(String, String, String, String), (Option<String>, String)>;

fn cells(snapshot: &Snapshot) -> Cells {
    let named: BTreeMap<_, _> = snapshot
        .sidecar
        .topics
        .iter()
        .map(|topic| {
            (
                topic.key.as_str(),
                (topic.title.clone(), topic.unit.clone()),
            )
        })
        .collect();
    let column = |name: &str| {
        let column = snapshot.observations.column(name).unwrap();
        let text = column.str().unwrap();
        text.iter()
            .map(|text| text.unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (regions, periods, topics, missing) = (
        column("region"),
        column("period"),
        column("topic"),
        column("missing"),
    );
    let values = snapshot.observations.column("value").unwrap();
    values
        .f64()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(row, _)| missing[*row] != "absent")
        .map(|(row, value)| {
            let (title, unit) = named[topics[row].as_str()].clone();
            let cell = (value.map(|value| value.to_string()), missing[row].clone());
            (
                (regions[row].clone(), periods[row].clone(), title, unit),
                cell,
            )
        })
        .collect()
}

/// The tables that are pinned and in OData.
fn pinned() -> (Lock, Vec<String>) {
    let lock = Store::new(&frozen()).lock().unwrap();
    let tables = queries()
        .tables
        .values()
        .filter(|table| table.service != Service::File && lock.tables.contains_key(&table.id))
        .map(|table| table.id.clone())
        .collect();
    (lock, tables)
}

/// The CSV of the open data of 2026, without what names releases.
fn open_data(project: &Project) -> Vec<(String, Vec<Vec<String>>)> {
    let folder = project.path("output/2026/data");
    let without_releases = |name: String| {
        let sheet = Sheet::read(&folder.join(&name));
        let kept: Vec<usize> = (0..sheet.header.len())
            .filter(|at| !matches!(sheet.header[*at].as_str(), "release" | "key" | "keys"))
            .collect();
        let rows = sheet.rows.iter();
        let rows = rows.map(|row| kept.iter().map(|at| row[*at].to_owned()).collect());
        (name, rows.collect())
    };
    let names = files(&folder).into_keys();
    let tables = names.filter(|name| name.ends_with("csv") && name != "bronnen.csv");
    tables.map(without_releases).collect()
}

/// Two snapshots of a table hold the same cells.
pub fn same_cells(table: &str, ours: &Snapshot, theirs: &Snapshot) {
    let (ours, theirs) = (cells(ours), cells(theirs));
    let differ = ours
        .iter()
        .find(|(at, cell)| theirs.get(*at) != Some(*cell));
    assert!(
        differ.is_none(),
        "{table}: {differ:?}, fetched {:?}",
        differ.and_then(|(at, _)| theirs.get(at))
    );
    assert_eq!(ours.len(), theirs.len(), "{table}");
}

#[test]
fn all_tables_come_back_equal_and_build_the_same_figures() {
    let project = Project::frozen();
    let server = Server::start(served(project.root()));
    let before = project
        .run(&["build", "--data-only", "--edition", "2026"])
        .ends(0);
    let figures = open_data(&project);
    assert!(!figures.is_empty(), "{}", before.stderr);

    // KWB 2025 is asked and not carried, so this server has none of it
    let ran = project
        .run(&["fetch", "--update", "--mirror", &server.url()])
        .ends(0)
        .says("table `86165NED` is left out")
        .says("table `kiesraad-gr2022` is a file and left alone")
        .says("table `83582NED` is left out");
    let (old, tables) = pinned();
    let lock = project.store().lock().unwrap();
    let here = Store::new(&frozen());
    for table in &tables {
        assert!(
            ran.stderr.contains(&format!("fetched table `{table}`")),
            "{}",
            ran.stderr
        );
        let ours = here.read(table, &old.tables[table]).unwrap();
        let theirs = project.store().read(table, &lock.tables[table]).unwrap();
        same_cells(table, &ours, &theirs);
    }
    // the releases that were there stay
    for (table, release) in &old.tables {
        assert!(project.store().is_whole(table, release).unwrap(), "{table}");
    }

    project
        .run(&["build", "--data-only", "--edition", "2026"])
        .ends(0);
    for ((name, ours), (other, theirs)) in figures.iter().zip(open_data(&project)) {
        assert_eq!(*name, other);
        let differ = ours.iter().zip(&theirs).find(|(a, b)| a != b);
        assert!(differ.is_none(), "{name}: {differ:?}");
        assert_eq!(ours.len(), theirs.len(), "{name}");
    }

    // all is here as it is pinned: nothing is asked, and a second update changes nothing
    server.requests();
    let ids: Vec<&str> = tables.iter().map(String::as_str).collect();
    project
        .run(&[vec!["fetch"], ids.clone()].concat())
        .ends(0)
        .says("is here as pinned");
    assert!(server.requests().is_empty());
    let url = server.url();
    let again = [vec!["fetch", "--update", "--mirror", &url], ids].concat();
    let ran = project.run(&again).ends(0);
    assert_eq!(
        ran.stderr.matches("is unchanged").count(),
        tables.len(),
        "{}",
        ran.stderr
    );
    assert_eq!(project.store().lock().unwrap(), lock);
}

#[test]
fn v3_alone_gives_the_same_values() {
    let project = Project::frozen();
    let tables = served(project.root()).into_iter().map(|table| ServedTable {
        v4: false,
        v3: true,
        ..table
    });
    let server = Server::start(tables.collect()).with(|options| options.wrong_host = true);
    let (old, tables) = pinned();
    let ids: Vec<&str> = tables.iter().map(String::as_str).collect();
    let url = server.url();
    project
        .run(&[vec!["fetch", "--update", "--mirror", &url], ids].concat())
        .ends(0);
    let lock = project.store().lock().unwrap();
    let here = Store::new(&frozen());
    for table in &tables {
        let ours = here.read(table, &old.tables[table]).unwrap();
        let theirs = cells(&project.store().read(table, &lock.tables[table]).unwrap());
        for (at, (value, _)) in cells(&ours)
            .into_iter()
            .filter(|(_, cell)| cell.0.is_some())
        {
            assert_eq!(
                theirs.get(&at).map(|cell| &cell.0),
                Some(&value),
                "{table} {at:?}"
            );
        }
    }
}

#[test]
fn a_sidecar_tells_where_every_figure_came_from() {
    let project = Project::frozen();
    let server = Server::start(served(project.root()));
    project
        .run(&[
            "fetch",
            "--update",
            "--mirror",
            &server.url(),
            "03759ned",
            "84799NED",
            "47022NED",
        ])
        .ends(0);
    let lock = project.store().lock().unwrap();
    let sidecar = |table: &str| project.store().sidecar(table, &lock.tables[table]).unwrap();
    let population = sidecar("03759ned");
    assert_eq!(
        population.release,
        "Version 202606230000, modified 2026-06-23"
    );
    assert_eq!(
        (population.modified.as_str(), population.boundaries.as_str()),
        ("2026-06-23", "period")
    );
    assert_eq!(population.license, "CC BY 4.0, CBS (bron: CBS StatLine)");
    assert!(population.retrieved.ends_with('Z') && population.rows > 3_000);
    assert!(
        population
            .requests
            .iter()
            .all(|url| url.contains("/odata/v1/CBS/03759ned/Observations"))
    );
    let fetched = population.fetched.unwrap();
    assert_eq!(fetched.expected, Some(fetched.rows));
    assert_eq!(sidecar("84799NED").boundaries, "2020");
    let crime = sidecar("47022NED");
    assert_eq!(
        (crime.publisher.as_str(), crime.boundaries.as_str()),
        ("Politie", "2024")
    );
    assert!(crime.requests[0].contains("/dataderden/"));
}
