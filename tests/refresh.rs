//! A refresh rehearsed: from `fetch --check` to the finished paper, against a CBS that has a made year 2027.
//!
//! Two members of M50, Barneveld and Nijkerk, merge into one gemeente under a new code; Kerncijfers wijken en buurten has a new id
//! with moved keys, of which one is a share that was a count; the crime of members is revised, so that claims turn; house prices
//! end. All else is what the project carried when it was frozen.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cbs_server;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use cbs_server::model::{Cell, Cells, Kind, Member, Topic};
use cbs_server::snapshots::project as served;
use cbs_server::{ServedTable, Server};
use middelgroot::gemeente::Geometry;
use support::{Project, Run, files};

/// The members that merge, and what they become.
const MERGED: [&str; 2] = ["GM0203", "GM0267"];
const NEW: (&str, &str) = ("GM2100", "Gelderse Vallei");

/// The KWB that is held last, and the one that continues it.
const KWB: (&str, &str) = ("85984NED", "86999NED");
const PEOPLE: &str = "03759ned";
const CRIME: &str = "47022NED";
const PRICES: &str = "83625NED";

/// The lists of the frozen data with those of 2027.
fn lists_of_2027(project: &Project) {
    let part = "data/regions/gemeenten.csv";
    let lines: Vec<String> = project.text(part).lines().map(str::to_owned).collect();
    let longer = lines.into_iter().map(|line| {
        let ends = MERGED.iter().any(|code| line.starts_with(code));
        match line.strip_suffix(",2026") {
            Some(start) if !ends => format!("{start},2027\n"),
            _ => format!("{line}\n"),
        }
    });
    let new = format!("{},{},PV25,2027,2027\n", NEW.0, NEW.1);
    project.write(part, &(longer.collect::<String>() + &new));
    for code in MERGED {
        let line = format!("2027-01-01,opheffing,{code},{},60000,24000\n", NEW.0);
        project.append("data/regions/herindelingen.csv", &line);
    }
}

fn place(table: &ServedTable, kind: impl Fn(Kind) -> bool) -> usize {
    let mut dims = table.dims.iter();
    dims.position(|dim| kind(dim.kind)).expect("a dimension")
}

fn regions(table: &ServedTable) -> (usize, BTreeMap<String, usize>) {
    let at = place(table, |kind| {
        matches!(kind, Kind::GeoDimension | Kind::GeoDetail)
    });
    let members = table.dims[at].members.iter().zip(0..);
    let places = members.map(|(member, place)| (member.key.trim().to_owned(), place));
    (at, places.collect())
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Value(value) => *value,
        _ => 0.0,
    }
}

/// The cells on the list of 2027: what merged has none, and what came has their sum, or their mean where `is_mean` says so.
fn merged(table: &ServedTable, is_mean: impl Fn(usize) -> bool + Send + Sync + 'static) -> Cells {
    let ((at, places), cells) = (regions(table), Arc::clone(&table.cells));
    let parts = MERGED.map(|code| places[code]);
    let new = places[NEW.0];
    Arc::new(move |members: &[usize], topic: usize| {
        if parts.contains(&members[at]) {
            return Cell::Empty("Impossible");
        }
        if members[at] != new {
            return cells(members, topic);
        }
        let of = parts.map(|part| {
            let mut members = members.to_vec();
            members[at] = part;
            number(&cells(&members, topic))
        });
        let sum = of[0] + of[1];
        Cell::Value(if is_mean(topic) {
            (sum / 2.0).round()
        } else {
            sum
        })
    })
}

/// Inhabitants of 2027: a little more than in 2026.
fn with_2027(mut table: ServedTable) -> ServedTable {
    let time = place(&table, |kind| kind == Kind::TimeDimension);
    let periods = &mut table.dims[time].members;
    let (last, new) = (periods.len() - 1, periods.len());
    assert_eq!(periods[last].key, "2026JJ00");
    periods.push(Member {
        key: "2027JJ00".to_owned(),
        title: "2027".to_owned(),
        status: Some("Voorlopig".to_owned()),
    });
    let (then, since) = (Arc::clone(&table.cells), merged(&table, |_| false));
    let came = (regions(&table).0, regions(&table).1[NEW.0]);
    table.cells = Arc::new(move |members: &[usize], topic: usize| {
        if members[time] != new {
            let is_new = members[came.0] == came.1;
            return if is_new {
                Cell::Empty("Impossible")
            } else {
                then(members, topic)
            };
        }
        let mut before = members.to_vec();
        before[time] = last;
        match since(&before, topic) {
            Cell::Value(value) => Cell::Value((value * 1.004).round()),
            other => other,
        }
    });
    table.republish();
    table
}

/// Inhabitants of the last year by region, and the country as Kerncijfers calls it.
fn inhabitants(table: &ServedTable) -> BTreeMap<String, f64> {
    let (at, places) = regions(table);
    let time = place(table, |kind| kind == Kind::TimeDimension);
    let last = table.dims[time].members.len() - 1;
    let of = |place: usize| {
        let mut members = vec![0; table.dims.len()];
        (members[at], members[time]) = (place, last);
        number(&(table.cells)(&members, 0))
    };
    let all = places.into_iter();
    all.map(|(code, place)| (code.replace("NL01", "NL00"), of(place)))
        .collect()
}

/// Kerncijfers of 2027: of as many people as there are then, under a new id, with keys that moved. Of people born in Europe it
/// has the share.
fn kwb_2027(table: &ServedTable, people_of: &BTreeMap<String, f64>) -> ServedTable {
    const EUROPE: &str = "Europa (exclusief Nederland)";
    let mut new = table.clone();
    let at = regions(&new).0;
    new.dims[at].members.push(Member {
        key: NEW.0.to_owned(),
        title: NEW.1.to_owned(),
        status: None,
    });
    KWB.1.clone_into(&mut new.id);
    new.title = new.title.replace("2024", "2027");
    "2027".clone_into(&mut new.period);
    new.map_year = Some(2027);
    let is_mean = |topic: &Topic| topic.unit != "aantal" || topic.title.starts_with("Gemiddelde");
    let means: Vec<bool> = new.topics.iter().map(is_mean).collect();
    let topic_of = |title: &str| new.topics.iter().position(|topic| topic.title == title);
    let (people, share) = (topic_of("Aantal inwoners"), topic_of(EUROPE));
    for (number, topic) in new.topics.iter_mut().enumerate() {
        let stem = topic.key.split('_').next().unwrap_or_default().to_owned();
        topic.key = format!("{stem}_{}", number + 207);
        if topic.title == EUROPE {
            "%".clone_into(&mut topic.unit);
        }
    }
    let kept = means.clone();
    let cells = merged(&new, move |topic| kept[topic]);
    let members = new.dims[at].members.iter();
    let now = members.map(|of| people_of.get(of.key.trim()).copied());
    let now: Vec<f64> = now.map(Option::unwrap_or_default).collect();
    new.cells = Arc::new(move |members: &[usize], topic: usize| {
        let then = number(&cells(members, people.unwrap()));
        match cells(members, topic) {
            Cell::Value(value) if Some(topic) == share => {
                Cell::Value((value / then * 100.0).round())
            }
            Cell::Value(value) if !means[topic] => {
                Cell::Value((value / then * now[members[at]]).round())
            }
            cell => cell,
        }
    });
    new
}

/// Crime of the members is revised to seven tenths, and that of the country with it.
fn revised(mut table: ServedTable, members: &[String]) -> ServedTable {
    let (at, places) = regions(&table);
    let cells = Arc::clone(&table.cells);
    let those: Vec<usize> = members
        .iter()
        .filter_map(|code| places.get(code).copied())
        .collect();
    let country = places.iter().find(|(code, _)| code.starts_with("NL"));
    let country = country.map(|(_, place)| *place);
    table.cells = Arc::new(move |asked: &[usize], topic: usize| {
        let cell = cells(asked, topic);
        let Cell::Value(value) = cell else {
            return cell;
        };
        let less = |value: f64| (value * 0.3).round();
        if those.contains(&asked[at]) {
            return Cell::Value(value - less(value));
        }
        if Some(asked[at]) != country {
            return Cell::Value(value);
        }
        let gone = those.iter().map(|member| {
            let mut of = asked.to_vec();
            of[at] = *member;
            less(number(&cells(&of, topic)))
        });
        Cell::Value(value - gone.sum::<f64>())
    });
    table.republish();
    table
}

/// A CBS of 2027 that continues what the project holds.
fn cbs() -> Server {
    let theirs = Project::frozen();
    let lists = theirs.text("data/networks.csv");
    let members = lists.lines().filter(|line| line.starts_with("M50,2019"));
    let members: Vec<String> = members
        .map(|line| line.split(',').nth(2).unwrap().to_owned())
        .collect();
    lists_of_2027(&theirs);
    let (all, mut tables) = (served(theirs.root()), Vec::new());
    let people = all.iter().find(|table| table.id == PEOPLE);
    let people = with_2027(people.unwrap().clone());
    let people_of = inhabitants(&people);
    for mut table in all {
        if table.id == KWB.0 {
            tables.push(kwb_2027(&table, &people_of));
        }
        if table.id == PEOPLE {
            table = people.clone();
        } else if table.id == CRIME {
            table = revised(table, &members);
        } else if table.id == PRICES {
            "Stopgezet".clone_into(&mut table.reason);
        }
        tables.push(table);
    }
    Server::start(tables)
}

/// Borders of 2027, as a folder to import: what merged has the rings of both.
fn borders(project: &Project) -> String {
    let held = Geometry::read(&project.path("data/geometry"), 2026)
        .unwrap()
        .unwrap();
    let mut regions: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for code in held.regions.keys() {
        let name = if MERGED.contains(&code.as_str()) {
            NEW.0
        } else {
            code
        };
        let rings = held.rings(support::region(code));
        regions.entry(name.to_owned()).or_default().extend(rings);
    }
    let file = serde_json::json!({ "year": 2027, "crs": "EPSG:28992", "regions": regions });
    fs::create_dir_all(project.path("borders")).unwrap();
    project.write("borders/gemeenten-2027.json", &file.to_string());
    project.write(
        "borders/source.toml",
        "title = \"Gemeentegrenzen\"\npublisher = \"CBS / Kadaster\"\nlicense = \"CC BY 4.0\"\n\n\
         [files.\"gemeenten-2027.json\"]\nyear = 2027\nvalid_for = [2027]\n",
    );
    project.path("borders").display().to_string()
}

/// The open data of the last edition that hold figures.
fn published(project: &Project) -> [String; 2] {
    project.must(&["build", "--data-only", "--edition", "2026"]);
    ["gemeenten.csv", "vergelijking.csv"]
        .map(|name| project.text(&format!("output/2026/data/{name}")))
}

/// Asks what is new, which changes nothing.
fn ask(mirrored: &dyn Fn(&[&str]) -> Run) {
    let said = mirrored(&["fetch", "--check"]).ends(1).stdout;
    let line = |table: &str| {
        said.lines()
            .find(|line| line.starts_with(table))
            .unwrap()
            .to_owned()
    };
    assert!(
        said.contains("renumbered   continued as 86999NED"),
        "{said}"
    );
    assert!(line(PEOPLE).contains("revised"), "{said}");
    assert!(line(CRIME).contains("revised"), "{said}");
    assert!(
        line(PRICES).contains("discontinued") || line(PRICES).contains("CBS has stopped it"),
        "{said}"
    );
    println!("{said}");
}

/// Begins the edition: without borders nothing is written into the queries.
fn begin(project: &Project, mirrored: &dyn Fn(&[&str]) -> Run) {
    let before = files(&project.path("queries"));
    mirrored(&["new-edition", "2027"])
        .ends(1)
        .says("there are no borders of the gemeenten of 2027")
        .says("`import` a folder of borders");
    assert_eq!(files(&project.path("queries")), before);
    assert!(
        project
            .text("data/regions/gemeenten.csv")
            .contains("GM2100,Gelderse Vallei,PV25,2027,2027")
    );
    project.must(&["import", &borders(project)]);

    let closed = project.text("data/locks/2026.lock");
    let list = mirrored(&["new-edition", "2027"]).ends(0).stdout;
    assert_eq!(project.text("data/locks/2026.lock"), closed);
    for part in [
        "- table 86999NED `Kerncijfers wijken en buurten 2027` continues `",
        "- edition `2027` stands in `queries/editions.toml`",
        "M50: Barneveld (GM0203) goes on in Gelderse Vallei (GM2100); is that a member?",
        "M50: Nijkerk (GM0267) goes on in Gelderse Vallei (GM2100); is that a member?",
        "`83625NED`: CBS has stopped it",
        "`kiesraad-gr2026` is a file: is there one of 2027?",
        "M50: the list of 2019-01-01, 39 members",
        "topic `herkomst-europa-kwb` is not in `86999NED`, the newest of `kwb`, or has another unit there",
        "claim `veiligheid-kop` was `holds` and is `fails`, and a chapter makes it",
        "claim `misdrijven-zelfde-maat` was `holds` and is `fails`, and a chapter makes it",
        "22-verantwoording.typ:",
    ] {
        assert!(list.contains(part), "`{part}` is not in {list}");
    }
    assert!(!list.contains("was not taken"), "{list}");
}

/// What a person decides: the paper would say what no longer holds, so it is not made before the sentences are others.
fn decide(project: &Project) {
    project.run(&["build"]).ends(1).says("veiligheid-kop");
    let theme = "queries/themes/veiligheid.toml";
    project.replace(theme, "\"Meer misdrijven per", "\"Minder misdrijven per");
    for (old, new) in [
        (
            " > misdrijven.30-80-niet-M50 * 1.05",
            " < misdrijven.30-80-niet-M50 * 0.95",
        ),
        (
            " > misdrijven.30-80-niet-M50 * 1.05",
            " < misdrijven.30-80-niet-M50 * 0.95",
        ),
        (
            "M50 telt er {misdrijven.M50-30-80-niet-M50.pct} meer.",
            "M50 telt er minder.",
        ),
    ] {
        project.replace(theme, old, new);
    }
    let checked = project.run(&["check"]).stdout;
    let mut failing = checked.lines().filter(|line| line.starts_with("fail"));
    // what had no figures when the data were frozen has none now
    assert!(failing.all(|line| line.contains("no-data")), "{checked}");
    let changed = project.must(&["diff", "2026", "2027"]).stdout;
    let first = changed
        .lines()
        .find(|line| line.contains("misdrijven [per"));
    assert!(
        first.is_some_and(|line| line.contains("CBS revised it")),
        "{changed}"
    );
    println!("{changed}");
}

#[test]
fn a_year_goes_from_what_is_new_to_the_paper() {
    let (project, server) = (Project::frozen(), cbs());
    let url = server.url();
    let mirrored = |arguments: &[&str]| project.run(&[arguments, &["--mirror", &url]].concat());
    let before = published(&project);
    ask(&mirrored);
    begin(&project, &mirrored);
    decide(&project);
    project.must(&["build"]).says("wrote edition `2027`");
    let paper = project.paper_of("2027");
    project.must(&["verify", paper.to_str().unwrap()]);
    // what was published stays as it was
    assert!(published(&project) == before);
}

#[test]
fn an_update_ends_with_what_was_revised() {
    let (project, server) = (Project::frozen(), cbs());
    let run = project.run(&["fetch", "--update", "--mirror", &server.url(), CRIME]);
    run.ends(0)
        .says("190 of 1710 figures are others")
        .says("4.212 -> 2.948")
        .says("`diff --table 47022NED` shows them");
}
