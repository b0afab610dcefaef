//! Wijken and buurten from CBS to the open data: a query says `level = "buurt"`, and nothing else is changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use middelgroot::gemeente::RegionCode;

use crate::cbs_server::Server;
use crate::cbs_server::neighbourhoods::{Download, TABLES};
use crate::support::{Project, Sheet, root, shared};

/// What members of today were called before they merged, until which year.
const MERGED: [(&str, &str, i32); 4] = [
    ("1980", "0398", 2022),
    ("1992", "0530", 2023),
    ("1959", "0870", 2019),
    ("1948", "0860", 2017),
];

fn small() -> Arc<Download> {
    Arc::new(Download::read(&root().join("tests/small/buurten-2024.csv")))
}

fn server(download: &Arc<Download>) -> Server {
    let tables = TABLES.map(|(id, year)| download.table(id, year, &MERGED));
    Server::start(tables.into())
}

/// The figures that never change, with the share of who is 65 or older asked per buurt.
fn project() -> Project {
    let project = Project::frozen();
    let line = "id = \"aandeel-65-plus\"\n";
    let asked = format!("{line}level = \"buurt\"\n");
    project.replace("queries/themes/profiel.toml", line, &asked);
    project
}

fn fetch(project: &Project, server: &Server) -> crate::support::Run {
    let tables = TABLES.map(|(id, _)| format!("{id}-buurt"));
    let mut arguments = vec!["fetch", "--update"];
    arguments.extend(tables.iter().map(String::as_str));
    let url = server.url();
    arguments.extend(["--mirror", &url]);
    project.run(&arguments)
}

/// The share of a download's regions of members in all years, by region and year.
fn expected(download: &Download, members: &[&str]) -> BTreeMap<(String, i32), Option<f64>> {
    let place = |path: &str| {
        download
            .topics
            .iter()
            .position(|(of, _)| of == path)
            .expect("a topic")
    };
    let all = place("Bevolking > Aantal inwoners");
    let old = place("Bevolking > Leeftijdsgroepen > 65 jaar of ouder");
    let mut found = BTreeMap::new();
    for (_, year) in TABLES {
        for (code, region) in download.in_year(year, &MERGED) {
            let is_detailed = code.starts_with("WK") || code.starts_with("BU");
            if is_detailed && members.contains(&&code[2..6]) {
                let figure = |topic| download.figure(region, topic, year);
                let share = figure(old).zip(figure(all)).filter(|(_, all)| *all > 0.0);
                found.insert((code, year), share.map(|(old, all)| old / all * 100.0));
            }
        }
    }
    found
}

fn assert_figures(project: &Project, expected: &BTreeMap<(String, i32), Option<f64>>) {
    let sheet = Sheet::read(&project.path("output/2026/data/buurten.csv"));
    let mut found = BTreeMap::new();
    for row in &sheet.rows {
        let cell = |name: &str| sheet.cell(row, name);
        assert_eq!(cell("indicator"), "aandeel-65-plus");
        let value: Option<f64> = cell("value").parse().ok();
        let is_of_nobody = cell("denominator") == "0.0";
        let missing = if is_of_nobody { "impossible" } else { "none" };
        assert!(value.is_some() || cell("missing") != "none", "{row:?}");
        assert!(
            value.is_none() && !is_of_nobody || cell("missing") == missing,
            "{row:?}"
        );
        let year = cell("period").parse().expect("a year");
        assert!(
            found
                .insert((cell("region").to_owned(), year), value)
                .is_none(),
            "{row:?}"
        );
    }
    assert_eq!(found.len(), expected.len());
    for (at, value) in expected {
        let is_near = match (value, found[at]) {
            (Some(value), Some(found)) => (value - found).abs() < 1e-9,
            (None, None) => true,
            _ => false,
        };
        assert!(is_near, "{at:?}: {value:?}, found {:?}", found[at]);
    }
}

#[test]
fn eight_years_come_to_the_open_data() {
    let (project, download) = (project(), small());
    project
        .run(&["build", "--data-only", "--edition", "2026"])
        .ends(0)
        .says("asked per buurt and not in `data/`: table `83220NED-buurt`, ");
    let before = project.text("output/2026/data/gemeenten.csv");
    assert!(!project.path("output/2026/data/buurten.csv").exists());

    let server = server(&download);
    fetch(&project, &server).ends(0).says("85984NED-buurt");
    let requests = server.requests();
    let asks = |line: &&String| line.contains("85984NED") && line.contains("startswith");
    let asked = requests.iter().find(asks).expect("a request for rows");
    assert!(
        asked.contains("startswith(WijkenEnBuurten,'WK') or startswith(WijkenEnBuurten,'BU')"),
        "{asked}"
    );

    project
        .run(&["build", "--data-only", "--edition", "2026"])
        .ends(0)
        .says("wijken and buurten of members")
        .says("asked per buurt and not in `data/`: table `83220NED-buurt`, `86165NED-buurt`");
    // Zeist and Dijk en Waard are members, Schiermonnikoog is none
    assert_figures(&project, &expected(&download, &["0355", "1980", "0398"]));
    assert_eq!(project.text("output/2026/data/gemeenten.csv"), before);

    let regions = Sheet::read(&project.path("output/2026/data/buurtregios.csv"));
    let of = |code: &str, year: &str| -> [String; 4] {
        let is_it = |row: &&csv::StringRecord| {
            regions.cell(row, "region") == code && regions.cell(row, "period") == year
        };
        let row = regions.rows.iter().find(is_it).expect("a region");
        ["wijk", "name", "gemeente", "member"].map(|name| regions.cell(row, name).to_owned())
    };
    assert_eq!(
        of("WK198001", "2024"),
        ["true", "Oudkarspel", "GM1980", "GM1980"]
    );
    assert_eq!(
        of("WK039801", "2021"),
        ["true", "Oudkarspel", "GM0398", "GM1980"]
    );
    let sources = Sheet::read(&project.path("output/2026/data/buurtreeks-bronnen.csv"));
    let tables: Vec<&str> = sources
        .rows
        .iter()
        .map(|row| sources.cell(row, "table"))
        .collect();
    assert_eq!(tables, TABLES.map(|(id, _)| format!("{id}-buurt")));
    let releases = Sheet::read(&project.path("output/2026/data/bronnen.csv"));
    let is_listed = |table: &str| {
        releases
            .rows
            .iter()
            .any(|row| releases.cell(row, "table") == table)
    };
    assert!(tables.into_iter().all(is_listed));
}

#[test]
fn both_services_give_the_same_and_nothing_comes_twice() {
    let download = small();
    let read = |v4: bool| {
        let project = project();
        let tables = TABLES.map(|(id, year)| {
            let mut table = download.table(id, year, &MERGED);
            (table.v3, table.v4) = (!v4, v4);
            table
        });
        let server = Server::start(tables.into());
        fetch(&project, &server).ends(0);
        let lock = project.store().lock().expect("a lock");
        let release = lock.tables["85984NED-buurt"].clone();
        let snapshot = project
            .store()
            .read("85984NED-buurt", &release)
            .expect("a snapshot");
        let mut names = Vec::new();
        project
            .store()
            .each_region("85984NED-buurt", &release, |code, name| {
                names.push((code.to_owned(), name.to_owned()));
            })
            .expect("names");
        server.requests();
        fetch(&project, &server).ends(0);
        let rows = |line: &&String| line.contains("startswith");
        assert_eq!(
            server.requests().iter().filter(rows).count(),
            0,
            "unchanged releases are not read"
        );
        (snapshot.observations, names)
    };
    let (v3, names) = read(false);
    let (v4, names_of_v4) = read(true);
    let of = |frame: &polars::prelude::DataFrame, name: &str| {
        frame.column(name).expect("a column").clone()
    };
    for name in ["region", "year", "value", "missing"] {
        assert!(of(&v3, name).equals_missing(&of(&v4, name)), "{name}");
    }
    assert_eq!(names, names_of_v4);
    assert_eq!(names.len(), download.regions.len() - 4);
}

#[test]
fn a_list_of_names_that_was_touched_is_refused_and_fetched_again() {
    let (project, download) = (project(), small());
    let server = server(&download);
    fetch(&project, &server).ends(0);
    let lock = project.store().lock().expect("a lock");
    let release = &lock.tables["85984NED-buurt"];
    let names = format!("data/snapshots/85984NED-buurt/{release}/regions.csv");
    project.replace(&names, "Oudkarspel", "Onderkarspel");
    project
        .run(&["build", "--data-only", "--edition", "2026"])
        .ends(1)
        .says("regions.csv` has sha256");
    let url = server.url();
    project
        .run(&["fetch", "85984NED-buurt", "--mirror", &url])
        .ends(0);
    assert!(project.text(&names).contains("Oudkarspel"));
}

#[test]
fn every_buurt_of_the_country_comes_through() {
    let Some(folder) = shared("statline-exports") else {
        return;
    };
    let file = folder.join("Kerncijfers_wijken_en_buurten_2024_geslachten.csv");
    let (project, download) = (project(), Arc::new(Download::read(&file)));
    let count = |start: &str| {
        download
            .regions
            .iter()
            .filter(|of| of.code.starts_with(start))
            .count()
    };
    assert_eq!((count("WK"), count("BU")), (3_393, 14_574));
    // also those of Amsterdam, which have letters, are held against the release before
    let is_read = |code: &str| RegionCode::parse(code).is_some_and(|read| read.to_string() == code);
    let detailed = download.regions.iter().map(|of| of.code.as_str());
    let mut detailed = detailed.filter(|code| code.starts_with("WK") || code.starts_with("BU"));
    assert_eq!(detailed.find(|code| !is_read(code)), None);
    fetch(&project, &server(&download)).ends(0);
    let told = project
        .run(&["build", "--data-only", "--edition", "2026"])
        .ends(0)
        .stderr;
    println!("{told}");
    let groups = Sheet::read(&project.path("output/2026/data/groepen.csv"));
    let of_m50 = groups
        .rows
        .iter()
        .filter(|row| groups.cell(row, "group") == "M50");
    let mut members: Vec<&str> = of_m50.map(|row| &groups.cell(row, "region")[2..]).collect();
    members.extend(MERGED.map(|(_, before, _)| before));
    let expected = expected(&download, &members);
    assert!(expected.len() > 8 * 1_500, "{}", expected.len());
    assert_figures(&project, &expected);
}

#[test]
fn a_download_with_codes_brings_them_too() {
    let (project, download) = (project(), small());
    let file = root().join("tests/small/buurten-2024.csv");
    let file = file.to_str().expect("a path");
    let import = |project: &Project| {
        // three gemeenten alone are no release that the door lets in
        project.run(&["import", file, "--table", "85984NED", "--accept", "small"])
    };
    import(&project)
        .ends(0)
        .says("137 wijken and buurten are release `unknown-")
        .says("of table 85984NED-buurt: 2 topics, 274 rows");
    let lock = project.store().lock().expect("a lock");
    let release = &lock.tables["85984NED-buurt"];
    let read = project
        .store()
        .read("85984NED-buurt", release)
        .expect("a snapshot");
    let column = |name: &str| read.observations.column(name).expect("a column").clone();
    let (regions, topics, values) = (column("region"), column("topic"), column("value"));
    let cells = regions
        .str()
        .expect("texts")
        .iter()
        .zip(topics.str().expect("texts").iter());
    for ((region, topic), value) in cells.zip(values.f64().expect("numbers").iter()) {
        let title = read
            .sidecar
            .topics
            .iter()
            .find(|of| Some(of.key.as_str()) == topic);
        let title = &title.expect("a topic").title;
        let topic = download.topics.iter().position(|(path, _)| path == title);
        let of = download
            .regions
            .iter()
            .find(|of| Some(of.code.as_str()) == region);
        assert_eq!(
            value,
            of.expect("a region").cells[topic.expect("a topic")],
            "{region:?} {title}"
        );
    }
}

#[test]
fn a_release_with_more_topics_than_a_download_stays() {
    let download = small();
    let file = root().join("tests/small/buurten-2024.csv");
    let other = Project::frozen();
    let line = "id = \"aandeel-65-plus\"\n";
    let asked = format!("level = \"buurt\"\n{line}");
    other.replace("queries/themes/profiel.toml", line, &asked);
    other.replace(
        "queries/themes/profiel.toml",
        "id = \"aandeel-0-15\"\n",
        "level = \"buurt\"\nid = \"aandeel-0-15\"\n",
    );
    fetch(&other, &server(&download)).ends(0);
    let before = other.store().lock().expect("a lock").tables["85984NED-buurt"].clone();
    let text = std::fs::read_to_string(file).expect("a download");
    let lines = text.lines().map(|line| {
        let mut cells: Vec<&str> = line.split(';').collect();
        cells.remove(8);
        cells.join(";") + "\n"
    });
    let narrow = other.path("narrow.csv");
    std::fs::write(&narrow, lines.collect::<String>()).expect("a file");
    let narrow = narrow.to_str().expect("a path");
    other
        .run(&["import", narrow, "--table", "85984NED", "--accept", "small"])
        .ends(0)
        .says("stay in use: this file lacks `Bevolking > Leeftijdsgroepen > 0 tot 15 jaar`");
    let after = &other.store().lock().expect("a lock").tables["85984NED-buurt"];
    assert_eq!(*after, before);
}

/// A table of 2024 that CBS published anew, for so manieth time, with the figures of the first buurten of Zeist changed.
fn republished(
    download: &Download,
    time: usize,
    buurten: usize,
    change: impl Fn(&mut Option<f64>),
) -> Server {
    let mut other = download.clone();
    let old = other
        .topics
        .iter()
        .position(|(path, _)| path.ends_with("65 jaar of ouder"));
    let of_zeist = other
        .regions
        .iter_mut()
        .filter(|of| of.code.starts_with("BU0355"));
    for region in of_zeist.take(buurten) {
        change(&mut region.cells[old.expect("a topic")]);
    }
    let mut table = Arc::new(other).table("85984NED", 2024, &MERGED);
    (0..time).for_each(|_| table.republish());
    Server::start(vec![table])
}

#[test]
fn a_release_of_buurten_is_held_against_the_one_before() {
    let (project, download) = (project(), small());
    let first = server(&download);
    fetch(&project, &first).ends(0);
    let used = |project: &Project| {
        project.store().lock().expect("a lock").tables["85984NED-buurt"].clone()
    };
    let update = |server: &Server, more: &[&str]| {
        let url = server.url();
        let all = ["fetch", "--update", "85984NED-buurt", "--mirror", &url];
        project.run(&[&all, more].concat())
    };
    let before = used(&project);

    // an ordinary revision is told and taken, and `diff` names the buurt
    let revised = republished(&download, 1, 1, |cell| {
        *cell = cell.map(|value| value + 5.0);
    });
    update(&revised, &[])
        .ends(0)
        .says("1 of 274 figures are others")
        .says("BU0355")
        .says(" (Zeist)  2024  ");
    let after = used(&project);
    assert_ne!(after, before);
    let told = project.must(&["diff", "--table", "85984NED-buurt"]).stdout;
    assert!(told.contains("BU03550101 Carré (Zeist)"), "{told}");

    // what no revision does stays out until a person takes it
    let blank = republished(&download, 2, 30, |cell| *cell = None);
    update(&blank, &[])
        .ends(1)
        .says("table 85984NED-buurt: the new release is held back")
        .says("figures became missing in")
        .says(" in Zeist from ");
    assert_eq!(used(&project), after);
    update(&blank, &["--accept", "nagekeken bij CBS"]).ends(0);
    let sidecar = project.store().sidecar("85984NED-buurt", &used(&project));
    let accepted = sidecar.expect("a sidecar").accepted.expect("a reason");
    assert_eq!(accepted.reason, "nagekeken bij CBS");
    assert!(accepted.findings[0].starts_with("figures became missing in"));
}

#[test]
fn buurten_that_a_download_lacks_keep_it_out() {
    let project = project();
    let text =
        std::fs::read_to_string(root().join("tests/small/buurten-2024.csv")).expect("a download");
    let import = |name: &str, lines: &str, accept: Option<&str>| {
        let file = project.path(name);
        std::fs::write(&file, lines).expect("a file");
        let file = file.to_str().expect("a path");
        let mut arguments = vec!["import", file, "--table", "85984NED"];
        arguments.extend(accept.iter().flat_map(|reason| ["--accept", reason]));
        project.run(&arguments)
    };
    import("all.csv", &text, Some("three gemeenten alone")).ends(0);
    let used = || project.store().lock().expect("a lock").tables["85984NED-buurt"].clone();
    let before = used();
    let is_kept = |line: &&str| !line.contains("BU19800101");
    let fewer: String = text.split_inclusive('\n').filter(is_kept).collect();
    assert_ne!(fewer.len(), text.len());
    import("fewer.csv", &fewer, None)
        .ends(1)
        .says("table 85984NED-buurt: the new release is held back")
        .says("rows with a figure are gone");
    assert_eq!(used(), before);
    import("fewer.csv", &fewer, Some("opgeheven")).ends(0);
    assert_ne!(used(), before);
}

#[test]
fn buurten_that_do_not_add_up_to_their_gemeente_are_told() {
    let (project, download) = (project(), small());
    let mut wrong = (*download).clone();
    let old = wrong
        .topics
        .iter()
        .position(|(path, _)| path.ends_with("65 jaar of ouder"));
    let region = wrong
        .regions
        .iter_mut()
        .find(|of| of.code.starts_with("BU0355"));
    *region.expect("a buurt").cells[old.expect("a topic")]
        .as_mut()
        .expect("a figure") += 500.0;
    for (download, state, told) in [
        (
            download,
            "ok ",
            "the buurten of 2 gemeenten and years add up to theirs",
        ),
        (
            Arc::new(wrong),
            "warn ",
            "1 of 2 gemeenten and years do not add up, such as Zeist 2024: ",
        ),
    ] {
        let mut table = download.table("85984NED", 2024, &MERGED);
        if state == "warn " {
            table.republish();
        }
        let server = Server::start(vec![table]);
        project
            .run(&[
                "fetch",
                "--update",
                "85984NED-buurt",
                "--mirror",
                &server.url(),
            ])
            .ends(0);
        let checks = project.run(&["check", "--edition", "2026"]).stdout;
        let line = checks.lines().find(|line| line.contains(" buurten "));
        let line = line.unwrap_or_else(|| panic!("no check of buurten in {checks}"));
        assert!(line.starts_with(state) && line.contains(told), "{line}");
    }
}
