//! A release against the one before it: an ordinary revision is told and taken, what no revision does is held back until a
//! person takes it with a reason, and no table that was ever published is taken for wrong.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use middelgroot::base::files::sha256;
use middelgroot::base::observation::{Missing, Status};
use middelgroot::source::snapshot::{Columns, Lock, Sidecar, Store};

use crate::cbs_server::Server;
use crate::cbs_server::snapshots::project as served;
use crate::support::{Project, files, frozen, shared};

/// A row: topic, period, region, and value or kind of missing.
type Row = (String, String, String, Result<f64, String>);

/// A table as its publisher has it.
#[derive(Clone)]
struct Published {
    sidecar: Sidecar,
    rows: Vec<Row>,
}

impl Published {
    /// The release of a table that never changes.
    fn of(table: &str) -> Self {
        let store = Store::new(&frozen());
        let release = &store.lock().unwrap().tables[table];
        let snapshot = store.read(table, release).unwrap();
        let text = |name: &str| {
            snapshot
                .observations
                .column(name)
                .unwrap()
                .str()
                .unwrap()
                .clone()
        };
        let (topics, periods, regions) = (text("topic"), text("period"), text("region"));
        let (missing, values) = (
            text("missing"),
            snapshot
                .observations
                .column("value")
                .unwrap()
                .f64()
                .unwrap()
                .clone(),
        );
        let row = |at: usize| {
            let word = |column: &polars::prelude::StringChunked| column.get(at).unwrap().to_owned();
            let value = values.get(at).ok_or_else(|| word(&missing));
            (word(&topics), word(&periods), word(&regions), value)
        };
        Self {
            rows: (0..snapshot.observations.height()).map(row).collect(),
            sidecar: snapshot.sidecar,
        }
    }

    /// The key of the topic with a title.
    fn key(&self, title: &str) -> String {
        let topic = self
            .sidecar
            .topics
            .iter()
            .find(|topic| topic.title == title);
        topic
            .unwrap_or_else(|| panic!("no topic `{title}`"))
            .key
            .clone()
    }

    /// Figures of gemeenten in a topic and year, by place.
    fn column(&self, key: &str, year: i32) -> Vec<usize> {
        let is_it = |row: &Row| {
            row.0 == key && row.1.starts_with(&year.to_string()) && row.2.starts_with("GM")
        };
        (0..self.rows.len())
            .filter(|at| is_it(&self.rows[*at]) && self.rows[*at].3.is_ok())
            .collect()
    }

    /// The place of a figure.
    fn at(&self, key: &str, year: i32, region: &str) -> usize {
        let found = self
            .column(key, year)
            .into_iter()
            .find(|at| self.rows[*at].2 == region);
        found.unwrap_or_else(|| panic!("no figure of {region} in {year}"))
    }

    fn value(&self, at: usize) -> f64 {
        self.rows[at].3.clone().unwrap()
    }

    /// Changes figures.
    fn change(&mut self, places: &[usize], change: impl Fn(f64) -> f64) {
        for at in places {
            self.rows[*at].3 = self.rows[*at].3.clone().map(&change);
        }
    }

    /// Moves figures by a row, the last to the first.
    fn rotate(&mut self, places: &[usize]) {
        let mut values: Vec<f64> = places.iter().map(|at| self.value(*at)).collect();
        values.rotate_right(1);
        for (at, value) in places.iter().zip(values) {
            self.rows[*at].3 = Ok(value);
        }
    }

    fn without(&mut self, places: &[usize]) {
        let mut at = 0;
        self.rows.retain(|_| (!places.contains(&at), at += 1).0);
    }

    /// The folder that `import` takes.
    fn folder(&self, project: &Project) -> PathBuf {
        let folder = project.path("incoming").join(&self.sidecar.table);
        fs::create_dir_all(&folder).unwrap();
        let mut topics =
            "topic,title,unit,decimals,presentation,source_column,key_known\n".to_owned();
        let mut decimals = BTreeMap::new();
        for topic in &self.sidecar.topics {
            let title = format!("\"{}\"", topic.title);
            writeln!(
                topics,
                "{},{title},{},{},Absolute,x,true",
                topic.key, topic.unit, topic.decimals
            )
            .unwrap();
            decimals.insert(&topic.key, topic.decimals as usize);
        }
        let mut observations = "region,period,topic,value,missing,status\n".to_owned();
        for (topic, period, region, value) in &self.rows {
            let (value, missing) = match value {
                Ok(value) => (format!("{value:.*}", decimals[topic]), "none"),
                Err(missing) => (String::new(), missing.as_str()),
            };
            writeln!(
                observations,
                "{region},{period},{topic},{value},{missing},unknown"
            )
            .unwrap();
        }
        let Sidecar {
            table,
            publisher,
            boundaries,
            ..
        } = &self.sidecar;
        let source = format!(
            "id = \"{table}\"\ntitle = \"Proef\"\npublisher = \"{publisher}\"\nboundaries = \"{boundaries}\"\n\
             release = \"nieuw\"\nmodified = \"2026-11-01\"\nretrieved = \"2026-11-02\"\nsha256 = \"{}\"\n",
            sha256(observations.as_bytes())
        );
        fs::write(folder.join("topics.csv"), topics).unwrap();
        fs::write(folder.join("observations.csv"), observations).unwrap();
        fs::write(folder.join("source.toml"), source).unwrap();
        folder
    }

    fn import(&self, project: &Project, more: &[&str]) -> crate::support::Run {
        let folder = self.folder(project);
        project.run(&[&["import"], more, &[folder.to_str().unwrap()]].concat())
    }

    /// Held back with these words; the release before stays in use, and the new one is taken with a reason that stays.
    fn is_held(&self, project: &Project, words: &[&str]) {
        let before = files(&project.data());
        let mut run = self.import(project, &[]).ends(1);
        for word in words {
            run = run.says(word);
        }
        let table = &self.sidecar.table;
        run.says(&format!("table {table}: the new release is held back"))
            .says("--accept \"reason\"");
        assert_eq!(before, files(&project.data()), "{words:?}");
        self.import(project, &["--accept", "nagekeken bij de bron"])
            .ends(0)
            .says("note: accepted: ");
        // the same again is no news, and keeps the reason
        self.import(project, &[]).ends(0);
        let lock = project.store().lock().unwrap();
        let sidecar = project.store().sidecar(table, &lock.tables[table]).unwrap();
        let accepted = sidecar.accepted.unwrap();
        assert_eq!(accepted.reason, "nagekeken bij de bron");
        assert!(
            accepted
                .findings
                .iter()
                .any(|finding| finding.contains(words[0])),
            "{accepted:?}"
        );
    }
}

const CRIME: &str = "47022NED";
const DISTRICTS: &str = "84583NED";
const CASES: &str = "Totaal misdrijven > Geregistreerde misdrijven";

fn crime() -> (Published, String) {
    let crime = Published::of(CRIME);
    let key = crime.key(CASES);
    (crime, key)
}

#[test]
fn an_ordinary_revision_is_told_with_counts_and_taken() {
    let (mut crime, key) = crime();
    let project = Project::frozen();
    let places = crime.column(&key, 2024);
    crime.change(&places[..40], |value| (value * 1.02).round() + 1.0);
    crime.rows[places[50]].3 = Err("confidential".to_owned());
    let run = crime.import(&project, &["--accept", "niet nodig"]).ends(0);
    run.says("note: revised: 40 of 1709 figures differ from the release before, in 1 columns; 0 are new, 1 went missing");
    let lock = project.store().lock().unwrap();
    let sidecar = project.store().sidecar(CRIME, &lock.tables[CRIME]).unwrap();
    assert!(sidecar.release == "nieuw" && sidecar.accepted.is_none());
}

#[test]
fn figures_that_are_gone_missing_or_zero_are_held_back() {
    let (crime, key) = crime();
    let places = crime.column(&key, 2023);
    let example = "`Totaal misdrijven > Geregistreerde misdrijven` (aantal) 2023";
    let mut gone = crime.clone();
    gone.without(&places[10..12]);
    gone.is_held(
        &Project::frozen(),
        &[
            "rows with a figure are gone in",
            example,
            "2 of 342, such as GM0",
        ],
    );
    let mut blank = crime.clone();
    for at in &places[..20] {
        blank.rows[*at].3 = Err("unknown".to_owned());
    }
    blank.is_held(
        &Project::frozen(),
        &["figures became missing in", "20 of 342"],
    );
    let mut zero = crime.clone();
    zero.change(&places[..20], |_| 0.0);
    zero.is_held(&Project::frozen(), &["figures became zero in", "20 of 342"]);
    let mut year = crime.clone();
    year.without(&crime.column(&key, 2022));
    year.is_held(&Project::frozen(), &["lost every figure", "(aantal) 2022"]);
    let mut one = crime;
    let nieuwegein: Vec<usize> = (2021..=2025)
        .map(|year| one.at(&key, year, "GM0356"))
        .collect();
    one.without(&nieuwegein);
    one.is_held(
        &Project::frozen(),
        &[
            "rows with a figure are gone: 5 figures in 5 columns",
            "GM0356 Nieuwegein",
        ],
    );
}

#[test]
fn a_topic_that_went_or_lost_all_is_held_back() {
    let districts = Published::of(DISTRICTS);
    let key = districts.key("Wonen > Woningvoorraad");
    let mut empty = districts.clone();
    for row in empty.rows.iter_mut().filter(|row| row.0 == key) {
        row.3 = Err("unknown".to_owned());
    }
    empty.is_held(
        &Project::frozen(),
        &["lost every figure, such as `Wonen > Woningvoorraad`"],
    );
    let mut went = districts;
    went.rows.retain(|row| row.0 != key);
    went.sidecar.topics.retain(|topic| topic.key != key);
    went.is_held(
        &Project::frozen(),
        &["lost every figure, such as topic `Wonen > Woningvoorraad`"],
    );
}

#[test]
fn a_column_moved_by_a_row_is_held_back() {
    let districts = Published::of(DISTRICTS);
    for (title, from, to) in [
        ("Wonen > Woningvoorraad", 40, 293),
        ("Wonen > Gemiddelde woningwaarde", 0, 352),
        ("Wonen > Gemiddelde woningwaarde", 100, 112),
    ] {
        let Some(topic) = districts
            .sidecar
            .topics
            .iter()
            .find(|topic| topic.title.ends_with(title))
        else {
            assert!(title.contains("waarde"), "{title}");
            continue;
        };
        let mut moved = districts.clone();
        let places = moved.column(&topic.key, 2019);
        moved.rotate(&places[from..to.min(places.len())]);
        moved.is_held(
            &Project::frozen(),
            &["figures stand at another gemeente than before", title],
        );
    }
}

#[test]
fn a_column_that_was_revised_and_moved_is_held_back() {
    let (mut crime, key) = crime();
    let places = crime.column(&key, 2024);
    crime.change(&places, |value| (value * 1.01).round() + 3.0);
    crime.rotate(&places[100..180]);
    crime.is_held(
        &Project::frozen(),
        &[
            "figures stand at another gemeente than before",
            "(aantal) 2024",
        ],
    );
}

#[test]
fn two_gemeenten_that_changed_places_are_held_back() {
    let (mut crime, key) = crime();
    let (one, other) = (
        crime.at(&key, 2024, "GM0356"),
        crime.at(&key, 2024, "GM0345"),
    );
    crime.rotate(&[one, other]);
    crime.is_held(
        &Project::frozen(),
        &["figures stand at another gemeente than before"],
    );
}

#[test]
fn a_factor_of_ten_is_held_back() {
    let (crime, key) = crime();
    for factor in [10.0, 100.0, 0.001] {
        let mut wrong = crime.clone();
        let places = wrong.column(&key, 2025);
        wrong.change(&places, |value| (value * factor).round());
        wrong.is_held(&Project::frozen(), &["by a factor of ten", "(aantal) 2025"]);
    }
    let mut one = crime.clone();
    let at = one.at(&key, 2024, "GM0356");
    one.change(&[at], |value| value * 10.0);
    one.is_held(
        &Project::frozen(),
        &[
            "by a factor of ten",
            "1 of 342, such as GM0356 Nieuwegein from",
        ],
    );
    // thousands that moved into the unit change nothing
    let mut thousands = crime;
    thousands.sidecar.topics[0].unit = "x 1 000".to_owned();
    thousands.sidecar.topics[0].decimals = 3;
    let all: Vec<usize> = (0..thousands.rows.len()).collect();
    thousands.change(&all, |value| value / 1000.0);
    let run = thousands.import(&Project::frozen(), &[]).ends(0);
    assert!(!run.stderr.contains("revised"), "{}", run.stderr);
}

#[test]
fn a_new_year_in_another_unit_is_held_back() {
    let (crime, key) = crime();
    let project = Project::frozen();
    let mut before = crime.clone();
    before.without(&crime.column(&key, 2025));
    before
        .import(&project, &["--accept", "een jaar terug"])
        .ends(0);
    let mut wrong = crime.clone();
    wrong.change(&crime.column(&key, 2025), |value| value * 1000.0);
    wrong.is_held(
        &project,
        &[
            "a multiple or a fraction of those of the year before",
            "(aantal) 2025",
        ],
    );
    let mut copied = crime.clone();
    for at in crime.column(&key, 2025) {
        let (_, _, region, _) = &crime.rows[at];
        copied.rows[at].3 = Ok(crime.value(crime.at(&key, 2024, region)));
    }
    before
        .import(&project, &["--accept", "een jaar terug"])
        .ends(0);
    copied.is_held(&project, &["figures are copies of others", "those of 2024"]);
    before
        .import(&project, &["--accept", "een jaar terug"])
        .ends(0);
    let mut moved = crime.clone();
    moved.rotate(&crime.column(&key, 2025)[60..313]);
    moved.is_held(
        &project,
        &[
            "figures fit the gemeente of the row before or after",
            "(aantal) 2025",
        ],
    );
    before
        .import(&project, &["--accept", "een jaar terug"])
        .ends(0);
    crime
        .import(&project, &[])
        .ends(0)
        .says("has figures of 2025 for the first time");
}

#[test]
fn the_sum_and_the_sign_are_held() {
    let (mut crime, key) = crime();
    let places = crime.column(&key, 2024);
    crime.change(&places, |value| (value * 1.3).round());
    crime.is_held(
        &Project::frozen(),
        &["the sum of gemeenten jumped", "all together from"],
    );
    let mut budget = Published::of("iv3-2025-begroting");
    let topic = budget.sidecar.topics[0].key.clone();
    let places = budget.column(&topic, 2025);
    budget.change(&places, |value| -value);
    budget.is_held(&Project::frozen(), &["figures changed their sign"]);
}

#[test]
fn inhabitants_are_those_of_the_population_table() {
    let mut districts = Published::of(DISTRICTS);
    let key = districts.key("Bevolking > Aantal inwoners");
    let at = districts.at(&key, 2019, "GM0356");
    let known = districts.value(at);
    districts.change(&[at], |value| value + 15.0);
    let project = Project::frozen();
    districts.import(&project, &[]).ends(0);
    districts.change(&[at], |_| known + 60.0);
    districts.is_held(
        &project,
        &[
            "inhabitants differ by more than 20 from another table's in 1 cases",
            "GM0356 Nieuwegein in 2019",
        ],
    );
    // the population table itself is held against those who count the same
    let mut population = Published::of("03759ned");
    let key = population.key("Bevolking op 1 januari");
    let at = population.at(&key, 2024, "GM0363");
    population.change(&[at], |value| value + 5000.0);
    population.is_held(
        &Project::frozen(),
        &[
            "inhabitants differ by more than 20",
            "GM0363 Amsterdam in 2024",
        ],
    );
}

#[test]
fn two_gemeenten_cannot_have_the_same_five_years() {
    let (mut crime, key) = crime();
    for year in 2021..=2025 {
        let (from, to) = (
            crime.at(&key, year, "GM0345"),
            crime.at(&key, year, "GM0356"),
        );
        crime.rows[to].3 = Ok(crime.value(from));
    }
    crime.is_held(
        &Project::frozen(),
        &[
            "equal figures 5 years in a row",
            "GM0345 Veenendaal and GM0356 Nieuwegein",
        ],
    );
}

#[test]
fn a_first_release_is_held_against_what_there_is() {
    let project = Project::frozen();
    let mut lock = project.store().lock().unwrap();
    lock.tables.remove(DISTRICTS);
    project.store().write_lock(&lock).unwrap();
    let districts = Published::of(DISTRICTS);
    let mut moved = districts.clone();
    let key = moved.key("Wonen > Woningvoorraad");
    let places = moved.column(&key, 2019);
    moved.rotate(&places[40..293]);
    moved
        .import(&project, &[])
        .ends(1)
        .says("figures fit the gemeente of the row before or after")
        .says("`Wonen > Woningvoorraad`");
    // what goes with no inhabitants goes with the same of the year before, in another table of the family
    for title in [
        "Wonen > Woningen naar eigendom > Koopwoningen",
        "Wonen > Gemiddelde woningwaarde",
        "Oppervlakte > Oppervlakte land",
        "Stedelijkheid > Omgevingsadressendichtheid",
    ] {
        let mut moved = districts.clone();
        let column = moved.column(&moved.key(title), 2019);
        moved.rotate(&column[40..293]);
        moved
            .import(&project, &[])
            .ends(1)
            .says("figures fit the gemeente of the row before or after")
            .says(title);
    }
    let mut copied = districts.clone();
    let people = districts.column(&districts.key("Bevolking > Aantal inwoners"), 2019);
    for (to, from) in places.iter().zip(people) {
        copied.rows[*to].3 = Ok(districts.value(from));
    }
    copied
        .import(&project, &[])
        .ends(1)
        .says("figures are copies of others");
    districts.import(&project, &[]).ends(0);
}

#[test]
fn a_delivery_in_part_is_a_warning() {
    let project = Project::frozen();
    let table = "iv3-2023-begroting";
    let mut lock = project.store().lock().unwrap();
    lock.tables.remove(table);
    project.store().write_lock(&lock).unwrap();
    let mut budget = Published::of(table);
    let places: Vec<usize> = (0..budget.rows.len())
        .filter(|at| budget.rows[*at].2 == "GM0356")
        .collect();
    budget.change(&places[3..], |_| 0.0);
    let run = budget.import(&project, &[]).ends(0);
    run.says("note: warning: 1 gemeenten have far more zeros in 2023 than others")
        .says("GM0356 Nieuwegein");
    Published::of(table).import(&Project::frozen(), &[]).ends(0);
}

#[test]
fn gemeenten_that_ended_on_the_newer_list_are_not_lost() {
    let project = Project::frozen();
    let (crime, key) = crime();
    let mut before = crime.clone();
    before.sidecar.boundaries = "2022".to_owned();
    // Voorne aan Zee was three, and Weesp was there
    for row in before.rows.iter_mut().filter(|row| row.2 == "GM1992") {
        row.2 = "GM0457".to_owned();
    }
    before
        .import(&project, &["--accept", "de lijst van 2022"])
        .ends(0);
    let run = crime.import(&project, &[]).ends(0);
    run.says("revised: 0 of 1705 figures differ from the release before, in 0 columns; 5 are new, 0 went missing");
    let at = crime.at(&key, 2024, "GM0356");
    let mut less = crime;
    less.change(&[at], |_| 0.0);
    less.is_held(&project, &["figures became zero", "GM0356 Nieuwegein"]);
}

#[test]
fn what_cbs_sends_is_within_what_the_topic_says() {
    let (project, theirs) = (Project::frozen(), Project::frozen());
    let store = theirs.store();
    let mut lock = store.lock().unwrap();
    let crime = store.read(CRIME, &lock.tables[CRIME]).unwrap();
    let mut columns = Columns::default();
    for (region, value) in [("GM0355", 4000.0), ("GM0356", -99997.0)] {
        let [region, period, topic] =
            [region, "2024JJ00", &*crime.sidecar.topics[0].key].map(Into::into);
        columns.push(
            &region,
            &period,
            2024,
            &topic,
            Some(value),
            Missing::None,
            Status::Final,
        );
    }
    let sidecar = Sidecar {
        periods: vec!["2024JJ00".to_owned()],
        ..crime.sidecar
    };
    let release = store
        .write(sidecar, &mut columns.into_frame().unwrap())
        .unwrap();
    lock.tables.insert(CRIME.to_owned(), release);
    store.write_lock(&lock).unwrap();
    let server = Server::start(served(theirs.root()));
    let before = files(&project.path("data/snapshots"));
    let run = project
        .run(&["fetch", "--update", "--mirror", &server.url(), CRIME])
        .ends(1);
    run.says("failed: table 47022NED: `GM0356` has topic")
        .says("in `2024JJ00`: `-99997` is a code for a missing figure")
        .says("what was here stays in use");
    assert_eq!(files(&project.path("data/snapshots")), before);
}

#[test]
fn a_gemeente_that_no_list_has_is_told() {
    let project = Project::frozen();
    let server = Server::start(served(project.root()));
    let lists = project.text("data/regions/gemeenten.csv");
    let kept = lists.lines().filter(|line| !line.starts_with("GM1992"));
    let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
    project.write("data/regions/gemeenten.csv", &kept);
    let run = project
        .run(&["fetch", "--update", "--mirror", &server.url(), CRIME])
        .ends(1);
    run.says("CBS has 1 gemeenten that `data/regions` lacks: GM1992");
}

#[test]
fn rows_that_lack_in_a_first_release_are_a_warning() {
    let project = Project::frozen();
    project.store().write_lock(&Lock::default()).unwrap();
    let mut districts = Published::of(DISTRICTS);
    let key = districts.key("Wonen > Woningvoorraad");
    let places = districts.column(&key, 2019);
    districts.without(&places[100..130]);
    let run = districts.import(&project, &[]).ends(0);
    run.says("note: warning: rows lack of gemeenten that have others in `Wonen > Woningvoorraad` (aantal) 2019: 30 of 355");
}

#[test]
fn a_reason_is_words() {
    let project = Project::frozen();
    let (crime, _) = crime();
    for reason in ["", "  ", "1", "a\nb"] {
        crime
            .import(&project, &["--accept", reason])
            .ends(2)
            .says("expected a reason in words");
    }
    project.run(&["fetch", "--check", "--accept", "ja"]).ends(2);
}

#[test]
fn a_fetched_release_is_held_back_too_and_resumed_when_accepted() {
    let project = Project::frozen();
    // what CBS has is what another project holds, wrong
    let theirs = Project::frozen();
    let mut crime = Published::of(CRIME);
    let key = crime.key(CASES);
    let at = crime.at(&key, 2024, "GM0356");
    crime.change(&[at], |value| value * 10.0);
    crime.import(&theirs, &["--accept", "fout"]).ends(0);
    let server = Server::start(served(theirs.root()));
    let before = project.store().lock().unwrap();
    let url = server.url();
    let fetch = ["fetch", "--update", "--mirror", &url, CRIME];
    project
        .run(&fetch)
        .ends(1)
        .says("failed: table 47022NED: the new release is held back")
        .says("GM0356 Nieuwegein from");
    assert_eq!(project.store().lock().unwrap(), before);
    assert_eq!(project.store().releases(CRIME).unwrap().len(), 1);
    let run = project
        .run(&[&fetch[..], &["--accept", "nagebeld"]].concat())
        .ends(0);
    run.says("fetched table `47022NED`")
        .says("requests were already here");
    let lock = project.store().lock().unwrap();
    let sidecar = project.store().sidecar(CRIME, &lock.tables[CRIME]).unwrap();
    assert_eq!(sidecar.accepted.unwrap().reason, "nagebeld");
    project.run(&fetch).ends(0).says("is unchanged");
}

#[test]
fn no_table_of_the_pack_is_taken_for_wrong() {
    let Some(figures) = shared("figures") else {
        return;
    };
    let mut tables: Vec<PathBuf> = fs::read_dir(figures)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    tables.retain(|table| table.join("observations.csv").exists());
    tables.sort();
    assert!(tables.len() >= 35);
    let whole: Vec<&str> = tables.iter().map(|table| table.to_str().unwrap()).collect();
    let quiet = |project: &Project, arguments: &[&str]| {
        let run = project.must(arguments);
        for told in ["warning", "revised", "accepted"] {
            assert!(!run.stderr.contains(told), "{}", run.stderr);
        }
    };
    // over what is carried, as a first import, and over itself
    let project = Project::frozen();
    quiet(&project, &[&["import"], &whole[..]].concat());
    let new = Project::frozen();
    new.store().write_lock(&Lock::default()).unwrap();
    quiet(&new, &[&["import"], &whole[..]].concat());
    quiet(&new, &[&["import"], &whole[..]].concat());
}
