//! What comes in is checked line by line, and what was there stays until the new is whole.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{self, Project, differences, files};
use middelgroot::base::files::sha256;
use middelgroot::query::Queries;
use middelgroot::source::snapshot::Store;

const TOPICS: &str = "topic,title,unit,decimals,presentation,source_column,key_known
0.0.0:GeregistreerdeMisdrijven_1,Totaal misdrijven > Geregistreerde misdrijven,aantal,0,Absolute,a,true
0.0.0:Verdachten_2,Totaal misdrijven > Verdachten,aantal,0,Absolute,b,true
";

const OBSERVATIONS: &str = "region,period,topic,value,missing,status
GM0363,2021JJ00,0.0.0:GeregistreerdeMisdrijven_1,12,none,definitief
GM0599,2021JJ00,0.0.0:GeregistreerdeMisdrijven_1,,unknown,voorlopig
GM0363,2022JJ00,0.0.0:GeregistreerdeMisdrijven_1,13,none,unknown
GM0599,2022JJ00,0.0.0:GeregistreerdeMisdrijven_1,4,none,unknown
NL01,2022JJ00,0.0.0:GeregistreerdeMisdrijven_1,99,none,unknown
PV20,2022JJ00,0.0.0:GeregistreerdeMisdrijven_1,50,none,unknown
GM0363,2021JJ00,0.0.0:Verdachten_2,3,none,definitief
";

/// A project that has no release of the table that comes in.
fn without_release() -> Project {
    let project = Project::frozen();
    let mut lock = project.store().lock().unwrap();
    lock.tables.remove("47022NED");
    project.store().write_lock(&lock).unwrap();
    project
}

/// A folder of figures as it should be, for table `47022NED`, which the queries ask.
fn folder(project: &Project, topics: &str, observations: &str) -> PathBuf {
    let folder = project.path("incoming/47022NED");
    fs::create_dir_all(&folder).unwrap();
    let source = format!(
        "id = \"47022NED\"\ntitle = \"Proef\"\npublisher = \"Politie\"\nstatline_url = \"https://data.politie.nl\"\nrelease = \"proef\"\n\
         modified = \"2026-01-02\"\nretrieved = \"2026-01-03\"\nboundaries = \"2024\"\nlicense = \"CC0\"\nsha256 = \"{}\"\n",
        sha256(observations.as_bytes())
    );
    fs::write(folder.join("source.toml"), source).unwrap();
    fs::write(folder.join("topics.csv"), topics).unwrap();
    fs::write(folder.join("observations.csv"), observations).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of the test's own")
}

#[test]
fn a_good_folder_becomes_a_snapshot_and_the_lock_names_it() {
    let project = without_release();
    let before = files(&project.path("data"));
    let run = project.must(&["import", text(&folder(&project, TOPICS, OBSERVATIONS))]);
    assert!(
        run.stderr.contains("imported table `47022NED`") && run.stdout.is_empty(),
        "{}",
        run.stderr
    );

    let store = Store::new(&project.path("data"));
    let release = store.lock().unwrap().tables["47022NED"].clone();
    assert!(release.starts_with("2026-01-02-"), "{release}");
    let snapshot = store.read("47022NED", &release).unwrap();
    // gemeenten and Nederland, not provinces
    assert_eq!(snapshot.observations.height(), 6);
    assert_eq!(snapshot.sidecar.topics.len(), 2);
    assert_eq!(snapshot.sidecar.periods, ["2021JJ00", "2022JJ00"]);
    assert_eq!(
        snapshot.sidecar.source_sha256,
        sha256(OBSERVATIONS.as_bytes())
    );
    let value = |region: &str, year: i32| {
        let frame = &snapshot.observations;
        let (regions, years) = (
            frame.column("region").unwrap().str().unwrap(),
            frame.column("year").unwrap().i32().unwrap(),
        );
        let row = (0..frame.height())
            .find(|row| regions.get(*row) == Some(region) && years.get(*row) == Some(year))
            .unwrap();
        let missing = frame
            .column("missing")
            .unwrap()
            .str()
            .unwrap()
            .get(row)
            .unwrap()
            .to_owned();
        (
            frame.column("value").unwrap().f64().unwrap().get(row),
            missing,
        )
    };
    assert_eq!(value("GM0599", 2021), (None, "unknown".to_owned()));
    assert_eq!(value("GM0599", 2022), (Some(4.0), "none".to_owned()));

    // every release that was there is there still
    let after = files(&project.path("data"));
    let gone: Vec<_> = before
        .iter()
        .filter(|(name, bytes)| *name != "snapshots.lock" && after.get(*name) != Some(bytes))
        .collect();
    assert!(gone.is_empty());
}

#[test]
fn only_asked_keeps_only_what_the_queries_ask() {
    let project = without_release();
    let folder = folder(&project, TOPICS, OBSERVATIONS);
    project.must(&["import", "--only-asked", text(&folder)]);
    let store = Store::new(&project.path("data"));
    let release = store.lock().unwrap().tables["47022NED"].clone();
    let snapshot = store.read("47022NED", &release).unwrap();
    let keys: Vec<&str> = snapshot
        .sidecar
        .topics
        .iter()
        .map(|topic| topic.key.as_str())
        .collect();
    assert_eq!(keys, ["0.0.0:GeregistreerdeMisdrijven_1"]);
    assert_eq!(snapshot.observations.height(), 5);

    let source = fs::read_to_string(folder.join("source.toml")).unwrap();
    fs::write(
        folder.join("source.toml"),
        source.replace("47022NED", "99999NED"),
    )
    .unwrap();
    let run = project.run(&["import", "--only-asked", text(&folder)]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("no query asks for table `99999NED`") && run.stderr.contains("hint: "),
        "{}",
        run.stderr
    );
}

/// A wrong input: what is replaced in which file, by what, and what the message and the hint must say.
type Wrong = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const WRONG: &[Wrong] = &[
    ("observations.csv", "region,period,topic", "regio,period,topic", "observations.csv:1: the header is `regio,period", "expected `region,period,topic,value,missing,status`"),
    ("observations.csv", "GM0599,2021JJ00", "GM9999,2021JJ00", "observations.csv:3: unknown region `GM9999`", "NL01"),
    ("observations.csv", "GM0599,2021JJ00", "GM599,2021JJ00", "observations.csv:3: unknown region `GM599`", "NL01"),
    ("observations.csv", "GM0363,2022JJ00", "GM0363,2021JJ00", "observations.csv:4: `GM0363` has topic `0.0.0:GeregistreerdeMisdrijven_1` in `2021JJ00` twice", "one line per cell"),
    ("observations.csv", ",13,none", ",\"13,5\",none", "observations.csv:4: `13,5` is no number", "decimal point"),
    ("observations.csv", ",13,none", ",NaN,none", "observations.csv:4: `NaN` is no number", "decimal point"),
    ("observations.csv", ",13,none", ",inf,none", "observations.csv:4: `inf` is no number", "decimal point"),
    ("observations.csv", ",13,none", ",1e3,none", "observations.csv:4: `1e3` is no number", "decimal point"),
    ("observations.csv", ",4,none", ",4,unknown", "observations.csv:5: a value and a kind of missing", "a value with `none`"),
    ("observations.csv", ",4,none", ",,none", "observations.csv:5: a value and a kind of missing", "a value with `none`"),
    ("observations.csv", ",4,none,unknown", ",4,none,klaar", "observations.csv:5: `klaar` is none of definitief", "a status"),
    ("observations.csv", ",,unknown,voorlopig", ",,weg,voorlopig", "observations.csv:3: `weg` is none of none", "a kind of missing"),
    ("observations.csv", "2021JJ00,0.0.0:Verdachten_2", "2021JJ00,0.0.0:Verdachten_3", "observations.csv:8: unknown topic `0.0.0:Verdachten_3`", "a topic of `topics.csv`"),
    ("observations.csv", "GM0363,2022JJ00", "GM0363,2022", "observations.csv:4: `2022` is no period", "2021JJ00"),
    ("observations.csv", "GM0363,2022JJ00", "GM0363,JJ002022", "observations.csv:4: `JJ002022` is no period", "2021JJ00"),
    ("observations.csv", ",13,none,unknown", ",13,none", "observations.csv:4: ", "6 cells"),
    ("topics.csv", "decimals", "decimalen", "topics.csv:1: the header is", "expected `topic,title,unit,decimals"),
    ("topics.csv", "Verdachten,aantal,0", "Verdachten,aantal,geen", "topics.csv:3: decimals `geen`", "a whole number"),
    ("topics.csv", "0.0.0:Verdachten_2", "0.0.0:GeregistreerdeMisdrijven_1", "topics.csv:3: topic `0.0.0:GeregistreerdeMisdrijven_1` twice", "one line per topic"),
    ("source.toml", "title = \"Proef\"", "title = Proef", "source.toml:2: ", "the keys of a source"),
    ("source.toml", "boundaries = \"2024\"", "boundaries = \"ooit\"", "table `47022NED` follows boundaries `ooit`", "`period-or-next`"),
    ("source.toml", "id = \"47022NED\"", "id = \"../47022NED\"", "`../47022NED` cannot be the name of a snapshot", "letters, digits"),
];

#[test]
fn wrong_input_is_named_with_file_and_line_and_changes_nothing() {
    let project = without_release();
    let good = folder(&project, TOPICS, OBSERVATIONS);
    project.must(&["import", text(&good)]);
    let before = files(&project.path("data"));
    for (file, old, new, message, hint) in WRONG {
        folder(&project, TOPICS, OBSERVATIONS);
        let path = good.join(file);
        let right = fs::read_to_string(&path).unwrap();
        assert!(right.contains(old), "`{old}` is not in {file}");
        let wrong = right.replacen(old, new, 1);
        if *file == "observations.csv" {
            folder(&project, TOPICS, &wrong);
        } else {
            fs::write(&path, wrong).unwrap();
        }
        let run = project.run(&["import", text(&good)]);
        assert_ne!(run.status, 0, "{new}: {}", run.stderr);
        assert!(
            run.stderr.contains(message),
            "{new}: expected `{message}` in: {}",
            run.stderr
        );
        let said = run.stderr.split_once("hint: ").map_or("", |(_, hint)| hint);
        assert!(
            said.contains(hint),
            "{new}: expected the hint `{hint}` in: {}",
            run.stderr
        );
        assert_eq!(
            differences(&before, &files(&project.path("data"))),
            [""; 0],
            "{new}"
        );
    }
}

#[test]
fn a_wrong_hash_is_refused() {
    let project = Project::frozen();
    let before = files(&project.path("data"));
    let folder = folder(&project, TOPICS, OBSERVATIONS);
    fs::write(
        folder.join("observations.csv"),
        OBSERVATIONS.replace(",12,", ",21,"),
    )
    .unwrap();
    let run = project.run(&["import", text(&folder)]);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr.contains("observations.csv` has sha256 ")
            && run.stderr.contains("`source.toml` says "),
        "{}",
        run.stderr
    );
    assert_eq!(differences(&before, &files(&project.path("data"))), [""; 0]);
}

#[test]
fn a_folder_without_figures_is_wrong_usage() {
    let project = Project::frozen();
    let run = project.run(&["import", text(&project.path("src"))]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("holds nothing that can be imported"),
        "{}",
        run.stderr
    );
}

#[test]
fn wrong_lists_of_regions_and_networks_change_nothing() {
    let project = Project::frozen();
    let before = files(&project.path("data"));
    let incoming = project.path("incoming/regions");
    fs::create_dir_all(&incoming).unwrap();
    fs::write(incoming.join("source.toml"), "id = \"regions\"\n").unwrap();
    let log = "date,kind,from_code,from_name,to_code,to_name,hectare,dwellings,inhabitants\n2011-01-01,verdamping,GM0001,A,GM0002,B,1,1,1\n";
    fs::write(
        incoming.join("gemeenten.csv"),
        "year,code,name,province_code\n2010,GM0001,A,PV20\n2010,GM0002,B,PV20\n",
    )
    .unwrap();
    fs::write(incoming.join("herindelingen.csv"), log).unwrap();
    let run = project.run(&["import", text(&incoming)]);
    assert_eq!(run.status, 4, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("herindelingen.csv:2: `verdamping` is no kind of herindeling"),
        "{}",
        run.stderr
    );

    let networks = project.path("incoming/networks.csv");
    let lines = "network,list_date,name,code,complete,source\nM50,2019-01-01,Gouda,GM0513,misschien,een lijst\n";
    fs::write(&networks, lines).unwrap();
    let run = project.run(&["import", text(&networks)]);
    assert_eq!(run.status, 4, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("networks.csv:2: `misschien` is not yes or no"),
        "{}",
        run.stderr
    );
    assert_eq!(differences(&before, &files(&project.path("data"))), [""; 0]);
}

#[test]
fn refreshed_data_comes_from_the_pack() {
    let (Some(figures), Some(networks), Some(agendas)) = (
        support::shared("figures"),
        support::shared("networks.csv"),
        support::shared("agendas.csv"),
    ) else {
        return;
    };
    let project = Project::empty();
    support::copy(&support::root().join("queries"), &project.path("queries"));
    let queries = Queries::read(&project.path("queries")).unwrap_or_else(|error| panic!("{error}"));
    let store = Store::new(&support::root().join("data"));
    let mut folders = vec![
        figures.join("regions"),
        figures.join("geometry"),
        networks,
        agendas,
    ];
    let mut tables: Vec<String> = store.lock().unwrap().tables.into_keys().collect();
    tables.retain(|table| figures.join(table).exists());
    assert!(
        tables.len() >= 25
            && tables
                .iter()
                .all(|table| queries.tables.contains_key(table))
    );
    folders.extend(tables.iter().map(|table| figures.join(table)));
    let mut arguments = vec!["import", "--only-asked"];
    arguments.extend(folders.iter().map(|folder| text(folder)));
    project.must(&arguments);
    let mut carried = files(&support::root().join("data"));
    // which releases a closed edition keeps is no import, nor is what is known of earlier runs
    carried.retain(|name, _| !["locks/", ".cache/"].iter().any(|of| name.starts_with(of)));
    assert_eq!(
        differences(&carried, &files(&project.path("data"))),
        [""; 0]
    );
}
