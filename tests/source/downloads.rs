//! Files as people have them: downloads from StatLine's page with all that is awkward about them, and the Kiesraad's result.
//!
//! On small files of the project's own in the same shapes, against the figures that never change; and on the real files
//! where they are. What a fetch and a download of the same table bring is held against each other cell by cell.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use middelgroot::source::snapshot::Snapshot;

use crate::cbs_server::model::{Cell, Dim, Kind};
use crate::cbs_server::{ServedTable, Server};
use crate::support::{Project, Run, copy, differences, files, root, shared};

/// A value and why there is none, by region, year and title path with unit.
type Cells = BTreeMap<(String, i32, String), (Option<f64>, String, String)>;

fn cells(snapshot: &Snapshot) -> Cells {
    let titles: BTreeMap<&str, String> = snapshot
        .sidecar
        .topics
        .iter()
        .map(|topic| {
            (
                topic.key.as_str(),
                format!("{} [{}]", topic.title, topic.unit),
            )
        })
        .collect();
    let frame = &snapshot.observations;
    let text = |name: &str| frame.column(name).unwrap().str().unwrap().clone();
    let (regions, topics, missing, statuses) = (
        text("region"),
        text("topic"),
        text("missing"),
        text("status"),
    );
    let years = frame.column("year").unwrap().i32().unwrap();
    let values = frame.column("value").unwrap().f64().unwrap();
    let row = |row: usize| {
        let key = (
            regions.get(row).unwrap().to_owned(),
            years.get(row).unwrap(),
            titles[topics.get(row).unwrap()].clone(),
        );
        (
            key,
            (
                values.get(row),
                missing.get(row).unwrap().to_owned(),
                statuses.get(row).unwrap().to_owned(),
            ),
        )
    };
    (0..frame.height()).map(row).collect()
}

/// The release of a table that a project uses.
fn used(project: &Project, table: &str) -> Snapshot {
    let release = project.store().lock().unwrap().tables[table].clone();
    project.store().read(table, &release).unwrap()
}

/// A project with figures that never change and a folder of downloads.
struct Downloads(Project);

impl Downloads {
    fn new() -> Self {
        let project = Project::frozen();
        std::fs::create_dir_all(project.path("downloads")).unwrap();
        Self(project)
    }

    /// Leaves no release of a table to compare with.
    fn forget(&self, table: &str) {
        let mut lock = self.0.store().lock().unwrap();
        lock.tables.remove(table);
        self.0.store().write_lock(&lock).unwrap();
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path("downloads").join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn import(&self, path: &Path, more: &[&str]) -> Run {
        self.0
            .run(&[&["import", path.to_str().unwrap()], more].concat())
    }

    /// Refused with these words, and nothing changed.
    fn refuses(&self, path: &Path, more: &[&str], words: &[&str]) {
        let before = files(&self.0.data());
        let run = self.import(path, more);
        assert_ne!(run.status, 0, "{words:?}: {}", run.stderr);
        assert_eq!(
            differences(&before, &files(&self.0.data())),
            [""; 0],
            "{words:?}"
        );
        words
            .iter()
            .fold(run, |run, word| run.says(word))
            .says("hint: ");
    }
}

/// Inhabitants, average income and a topic that CBS fills in later, of all gemeenten of a year's list; two that ended stay as
/// empty lines, one of long ago is on no list, and there are a province, a landsdeel and a COROP region.
fn regional(project: &Project, year: i32) -> String {
    let mut text = "\u{feff}\"Perioden\";\"Regio's\";\"Bevolking/Leerlingen/studenten/Inwoners (aantal)\";\"Inkomen/Gemiddeld  inkomen (1 000 euro)\";\"Later (km)\"\r\n".to_owned();
    let mut add = |name: &str, cells: &str| {
        let _ = write!(text, "\"{year}*\";\"{name}\";{cells}\r\n");
    };
    add("Nederland", "17000000;41,9;");
    add("Noord-Nederland (LD)", "1700000;40,1;");
    add("Groningen (PV)", "600000;39,9;");
    add("Oost-Groningen (CR)", "140000;38,2;");
    for (name, from, to) in lists(project) {
        if from <= year && year <= to {
            let number = name.len() * 1_000 + name.bytes().map(usize::from).sum::<usize>();
            add(
                &name,
                &format!("{number};{},{};", 30 + number % 20, number % 7 + 1),
            );
        } else {
            add(&name, ";;");
        }
    }
    add("Zwartsluis", ";;");
    text
}

/// Name and years of all gemeenten.
fn lists(project: &Project) -> Vec<(String, i32, i32)> {
    let text = project.text("data/regions/gemeenten.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| {
        (
            row[1].to_owned(),
            row[3].parse().unwrap(),
            row[4].parse().unwrap(),
        )
    })
    .collect()
}

#[test]
fn every_awkwardness_of_such_a_file_gives_the_same_cells() {
    let downloads = Downloads::new();
    let whole = regional(&downloads.0, 2023);
    let lines = whole.lines().map(|line| {
        let (texts, numbers) = line.split_once(";\"").map_or((line, ""), |(_, _)| {
            let at = line.rfind('"').unwrap() + 1;
            line.split_at(at)
        });
        let inner = texts.trim_start_matches('\u{feff}').replace('"', "\"\"");
        format!("{inner}{numbers}\r\n")
    });
    // the first quote stands alone, and one more at the end
    let broken: String = lines.collect();
    let broken = format!(
        "\u{feff}{}\"\r\n",
        broken.trim_start_matches('"').to_owned()
    )
    .replacen('\u{feff}', "\u{feff}\"", 1);
    let padded = whole.replace("\"Zwolle\"", "\"Zwolle                 \"");
    let mut told = None;
    for (shape, text) in [
        ("whole", whole.clone()),
        ("broken quotes", broken),
        (
            "LF and no BOM",
            whole.replace("\r\n", "\n").replace('\u{feff}', ""),
        ),
        ("padded", padded),
        (
            "by code",
            whole
                .replace("\"Zwolle\"", "\"GM0193\"")
                .replace("\"Nederland\"", "\"NL01  \""),
        ),
        (
            "names without what tells them apart",
            whole.replace("\"Utrecht (gemeente)\"", "\"Utrecht\""),
        ),
    ] {
        downloads.forget("85458NED");
        let path = downloads.write("Proef_11122025_133649.csv", &text);
        let run = downloads.import(&path, &["--table", "85458NED"]).ends(0);
        run.says("imported table `85458NED`")
            .says("columns have no figure yet and are left out, such as `Later` of 2023")
            .says("lines without figures, of gemeenten that had ended or were not there yet, are left out")
            .says("no query asks for a topic of it");
        let snapshot = used(&downloads.0, "85458NED");
        let sidecar = &snapshot.sidecar;
        assert_eq!(
            (sidecar.retrieved.as_str(), sidecar.modified.as_str()),
            ("2025-12-11", "unknown"),
            "{shape}"
        );
        assert_eq!(
            (sidecar.boundaries.as_str(), sidecar.publisher.as_str()),
            ("period", "CBS"),
            "{shape}"
        );
        assert_eq!(sidecar.periods, ["2023JJ00"], "{shape}");
        assert!(
            sidecar
                .caveats
                .iter()
                .any(|told| told.contains("Proef_11122025_133649.csv") && told.contains("sha256"))
        );
        let cells = cells(&snapshot);
        assert_eq!(told.get_or_insert_with(|| cells.clone()), &cells, "{shape}");
    }
    let cells = told.unwrap();
    let there = lists(&downloads.0)
        .iter()
        .filter(|(_, from, to)| (*from..=*to).contains(&2023))
        .count();
    assert_eq!(cells.len(), 2 * (there + 1));
    let topic = "Bevolking > Leerlingen > studenten > Inwoners [aantal]".to_owned();
    assert_eq!(
        cells[&("NL01".to_owned(), 2023, topic)],
        (
            Some(17_000_000.0),
            "none".to_owned(),
            "voorlopig".to_owned()
        )
    );
    let income = "Inkomen > Gemiddeld inkomen [1 000 euro]".to_owned();
    assert_eq!(cells[&("NL01".to_owned(), 2023, income)].0, Some(41.9));
}

#[test]
fn what_cannot_be_placed_or_read_is_named_with_its_line() {
    let downloads = Downloads::new();
    let text = regional(&downloads.0, 2023);
    let line = |name: &str| {
        text.lines()
            .position(|line| line.contains(&format!("\"{name}\"")))
            .unwrap()
            + 1
    };
    let bergen = text
        .lines()
        .find(|line| line.contains("Bergen (L.)"))
        .unwrap();
    let try_one = |old: &str, new: &str, words: &[&str]| {
        let changed = text.replacen(old, new, 1);
        assert_ne!(changed, text, "{old}");
        let path = downloads.write("Proef.csv", &changed);
        downloads.refuses(&path, &["--table", "85458NED"], words);
    };
    downloads.forget("85458NED");
    let at = |name: &str| format!("Proef.csv:{}: ", line(name));
    try_one(
        "\"Zwolle\"",
        "\"Zwole\"",
        &[
            &at("Zwolle"),
            "`Zwole` has figures, and is no gemeente of 2023",
            "the nearest is `Zwolle`",
        ],
    );
    try_one(
        "\"Bergen (L.)\"",
        "\"Bergen\"",
        &[
            &at("Bergen (L.)"),
            "`Bergen` is the name of 2 gemeenten",
            "`Bergen (L.)` (GM0893)",
        ],
    );
    try_one(
        "\"Aalburg\";;",
        "\"Aalburg\";12;",
        &[
            &at("Aalburg"),
            "`Aalburg` has figures, and GM0738 is a gemeente of 2010 to 2018, not of 2023",
        ],
    );
    try_one(
        "\"Zwartsluis\";;",
        "\"Zwartsluis\";9;",
        &[&at("Zwartsluis"), "`Zwartsluis` has figures"],
    );
    try_one(
        bergen,
        &format!("{bergen}\r\n{bergen}"),
        &[
            &format!("Proef.csv:{}: ", line("Bergen (L.)") + 1),
            "GM0893 has 2023 twice",
        ],
    );
    try_one(
        "17000000;41,9",
        "17000000;41.9",
        &[
            "Proef.csv:2: `Inkomen > Gemiddeld inkomen`: `41.9` has a point",
            "a decimal comma",
        ],
    );
    try_one(
        "17000000;41,9",
        "17000000;veel",
        &["Proef.csv:2: ", "`veel` is no number"],
    );
    try_one(
        "17000000;41,9",
        "-17000000;41,9",
        &["Proef.csv:2: ", "is negative"],
    );
    try_one(
        "17000000;41,9;",
        "17000000;41,9",
        &["Proef.csv:2: 4 cells, and the header has 5"],
    );
    try_one(
        "\"2023*\";\"Nederland\"",
        "\"2023 1e kwartaal\";\"Nederland\"",
        &["Proef.csv:2: `2023 1e kwartaal` is no calendar year"],
    );
    try_one(
        "\"Later (km)\"",
        "\"Inkomen/Gemiddeld inkomen (1 000 euro)\"",
        &["Proef.csv:1: two columns are `Inkomen/Gemiddeld inkomen`"],
    );
    // which table it is
    let path = downloads.write("Proef.csv", &text);
    downloads.refuses(
        &path,
        &[],
        &["its name does not tell which table it is", "--table"],
    );
    downloads.refuses(&path, &["--table", "../x"], &["`--table ../x` is no table"]);
    downloads.refuses(
        &path,
        &["--table", "85458NED", "--only-asked"],
        &["no query asks for a topic of it"],
    );
    downloads.refuses(
        &downloads.0.path("queries"),
        &["--table", "85458NED"],
        &["`--table` is for a download"],
    );
}

/// The first lines of Kerncijfers wijken en buurten: a buurt is called as its gemeente is, and another has a suffix.
const DISTRICTS: &str = "\u{feff}\"Wijken en buurten\";\"Regioaanduiding/Gemeentenaam (naam)\";\"Regioaanduiding/Codering (code)\";\"Bevolking/Aantal inwoners (aantal)\"\r
\"Nederland\";\"Nederland                               \";\"NL00      \";17942942\r
\"Aalten\";\"Aalten                                  \";\"GM0197    \";27313\r
\"Wijk 00 Aalten\";\"Aalten                                  \";\"WK019700  \";13000\r
\"Aalten\";\"Aalten                                  \";\"BU01970000\";.\r
\"Utrecht (gemeente)\";\"Utrecht                                 \";\"GM0344    \";374238\r
\"Wijk 01 West\";\"Utrecht                                 \";\"WK034401  \";30000\r
\"Bergen (NH.)\";\"Bergen (NH.)                            \";\"GM0373    \";29932\r
";

/// Without a column.
fn without(text: &str, column: usize) -> String {
    let lines = text.lines().map(|line| {
        let cells: Vec<&str> = line
            .split(';')
            .enumerate()
            .filter(|(at, _)| *at != column)
            .map(|(_, cell)| cell)
            .collect();
        cells.join(";") + "\r\n"
    });
    lines.collect()
}

#[test]
fn gemeenten_among_wijken_and_buurten_are_told_by_code_or_by_order() {
    let downloads = Downloads::new();
    let name = "Kerncijfers_wijken_en_buurten_2024_11122025_141648.csv";
    let mut told = None;
    for text in [DISTRICTS.to_owned(), without(DISTRICTS, 2)] {
        downloads.forget("85984NED");
        // the name tells the table by that of its sister of another year
        let path = downloads.write(name, &text);
        downloads
            .import(&path, &["--only-asked"])
            .ends(0)
            .says("imported table `85984NED`")
            .says("3 lines of wijken, buurten");
        let snapshot = used(&downloads.0, "85984NED");
        assert_eq!(
            (
                snapshot.sidecar.boundaries.as_str(),
                snapshot.sidecar.periods.join(" ")
            ),
            ("2024", "2024JJ00".to_owned())
        );
        let cells = cells(&snapshot);
        let regions: Vec<&str> = cells.keys().map(|(region, ..)| region.as_str()).collect();
        assert_eq!(regions, ["GM0197", "GM0344", "GM0373", "NL01"]);
        assert!(
            cells
                .values()
                .all(|(value, _, status)| value.is_some() && status == "unknown")
        );
        assert_eq!(told.get_or_insert_with(|| cells.clone()), &cells);
    }
    let bare = without(&without(DISTRICTS, 2), 1);
    downloads.forget("85984NED");
    downloads.refuses(
        &downloads.write(name, &bare),
        &[],
        &[
            "names of wijken and buurten alone do not tell which lines are gemeenten",
            "`Gemeentenaam` or `Codering`",
        ],
    );
    let unordered =
        without(DISTRICTS, 2).replacen("\"Aalten\";\"Aalten ", "\"Buurt\";\"Aalten ", 1);
    downloads.refuses(
        &downloads.write(name, &unordered),
        &[],
        &[":3: the first line of `Aalten` is `Buurt`"],
    );
    let again = without(DISTRICTS, 2) + "\"Aalten\";\"Aalten\";5\r\n";
    downloads.refuses(
        &downloads.write(name, &again),
        &[],
        &[":9: `Aalten` begins again, after line 3"],
    );
}

#[test]
fn other_topics_and_years_stay_and_a_strange_column_is_held_back() {
    let downloads = Downloads::new();
    let before = cells(&used(&downloads.0, "85984NED"));
    let inhabitants = |cells: &Cells, region: &str| {
        cells[&(
            region.to_owned(),
            2024,
            "Bevolking > Aantal inwoners [aantal]".to_owned(),
        )]
            .0
    };
    let name = "Kerncijfers_wijken_en_buurten_2024_11122025_141648.csv";
    // all gemeenten, one with a few more
    let mut text = "\"Wijken en buurten\";\"Regioaanduiding/Codering (code)\";\"Bevolking/Aantal inwoners (aantal)\"\r\n".to_owned();
    for (region, _, topic) in before
        .keys()
        .filter(|(.., topic)| topic == "Bevolking > Aantal inwoners [aantal]")
    {
        let value = before[&(region.clone(), 2024, topic.clone())].0.unwrap()
            + if region == "GM0197" { 5.0 } else { 0.0 };
        let _ = write!(text, "\"x\";\"{region}    \";{value}\r\n");
    }
    let path = downloads.write(name, &text);
    downloads
        .import(&path, &[])
        .ends(0)
        .says("revised: 1 of")
        .says("of release `unknown-")
        .says("stay as they are");
    let after = cells(&used(&downloads.0, "85984NED"));
    assert_eq!(after.len(), before.len());
    let differ: Vec<_> = after
        .iter()
        .filter(|(key, cell)| before.get(*key).map(|of| of.0) != Some(cell.0))
        .collect();
    assert_eq!(differ.len(), 1, "{differ:?}");
    assert_eq!(
        inhabitants(&after, "GM0197"),
        inhabitants(&before, "GM0197").map(|old| old + 5.0)
    );
    let sidecar = used(&downloads.0, "85984NED").sidecar;
    assert!(
        sidecar.release.contains("2025-12-11") && sidecar.caveats.len() > 2,
        "{:?}",
        sidecar.caveats
    );
    // the same again changes nothing
    let files_before = files(&downloads.0.data());
    downloads
        .import(&path, &[])
        .ends(0)
        .says("it says what the release that is used says: nothing changed");
    assert_eq!(files(&downloads.0.data()), files_before);
    // a gemeente that is gone from it is held back
    let short: String = text
        .lines()
        .filter(|line| !line.contains("GM0197"))
        .flat_map(|line| [line, "\r\n"])
        .collect();
    let path = downloads.write(name, &short);
    downloads.refuses(&path, &[], &["is held back", "rows with a figure are gone"]);
    downloads
        .import(&path, &["--accept", "Aalten heeft geen cijfer meer"])
        .ends(0);
    assert_eq!(
        used(&downloads.0, "85984NED")
            .sidecar
            .accepted
            .unwrap()
            .reason,
        "Aalten heeft geen cijfer meer"
    );
}

#[test]
fn further_dimensions_are_fixed_or_stand_in_front_of_topics() {
    let downloads = Downloads::new();
    downloads.forget("86161NED");
    let text = "\"Populatie\";\"Kenmerken van huishoudens\";\"Perioden\";\"Regio's\";\"Inkomen/Gemiddeld besteedbaar inkomen (1 000 euro)\"\r\n\
        \"Particuliere huishoudens incl. studenten\";\"Particuliere huishoudens\";\"2024*\";\"Nederland\";60,2\r\n\
        \"Particuliere huishoudens incl. studenten\";\"Particuliere huishoudens\";\"2024*\";\"Zwolle\";56,6\r\n";
    let path = downloads.write("Inkomen.csv", text);
    downloads
        .import(&path, &["--table", "86161NED"])
        .ends(0)
        .says("`Populatie` is `Particuliere huishoudens incl. studenten` in every line: taken for the member `1050010`")
        .says("gemeenten of 2024 have no line for 2024");
    assert_eq!(cells(&used(&downloads.0, "86161NED")).len(), 2);
    let two = text.replacen(
        "studenten\";\"Particuliere huishoudens\";\"2024*\";\"Zwolle\"",
        "studenten\";\"Type: Paar\";\"2024*\";\"Zwolle\"",
        1,
    );
    downloads.forget("86161NED");
    downloads.refuses(
        &downloads.write("Inkomen.csv", &two),
        &["--table", "86161NED"],
        &["`Kenmerken van huishoudens` has 2 members, and `queries/tables.toml` fixes `1050010`"],
    );
    // of a dimension that is not fixed each member has topics of its own
    downloads.forget("83648NED");
    let crime = "\"Soort misdrijf\";\"Perioden\";\"Regio's\";\"Totaal geregistreerde misdrijven (aantal)\"\r\n\
        \"Misdrijven, totaal\";\"2024\";\"Zwolle\";5\r\n\"3 Gewelds- en seksuele misdrijven\";\"2024\";\"Zwolle\";2\r\n\
        \"Misdrijven, totaal\";\"2024\";\"Nederland\";7\r\n\"3 Gewelds- en seksuele misdrijven\";\"2024\";\"Nederland\";.\r\n";
    downloads
        .import(
            &downloads.write("Misdrijven.csv", crime),
            &["--table", "83648NED"],
        )
        .ends(0);
    let told = cells(&used(&downloads.0, "83648NED"));
    assert_eq!(told.len(), 4);
    let topic =
        "3 Gewelds- en seksuele misdrijven > Totaal geregistreerde misdrijven [aantal]".to_owned();
    assert_eq!(
        told[&("GM0193".to_owned(), 2024, topic.clone())],
        (Some(2.0), "none".to_owned(), "unknown".to_owned())
    );
    assert_eq!(told[&("NL01".to_owned(), 2024, topic)].1, "unknown");
}

/// A table as StatLine's page would give it for download: the periods with their marks, regions by name, topics by path,
/// and a column for the members of a dimension that is not fixed.
fn exported(table: &ServedTable, name_of: &dyn Fn(&str) -> String) -> String {
    let header = table.topics.iter().map(|topic| {
        let levels = topic.groups.iter().chain([&topic.title]);
        let levels: Vec<&str> = levels.map(String::as_str).collect();
        format!("\"{} ({})\"", levels.join("/"), topic.unit)
    });
    let header: Vec<String> = header.collect();
    let place = |is: &dyn Fn(&Dim) -> bool| table.dims.iter().position(is);
    let regions = place(&|dim| dim.kind == Kind::GeoDimension).unwrap();
    let periods = place(&|dim| dim.kind == Kind::TimeDimension).unwrap();
    let kinds = place(&|dim| dim.key == "Soort");
    // what stands beside those that are asked is made up
    let members = kinds.map_or(1, |at| table.dims[at].members.len() - 1);
    let lead = if kinds.is_some() { "\"Soort\";" } else { "" };
    let mut text = format!(
        "\u{feff}{lead}\"Perioden\";\"Regio's\";{}\r\n",
        header.join(";")
    );
    for kind in 0..members {
        for (year, period) in table.dims[periods].members.iter().enumerate() {
            let mark = match period.status.as_deref() {
                Some("Voorlopig") => "*",
                Some("NaderVoorlopig") => "**",
                _ => "",
            };
            for (region, member) in table.dims[regions].members.iter().enumerate() {
                let mut at = vec![0; table.dims.len()];
                (at[regions], at[periods]) = (region, year);
                let mut lead = String::new();
                if let Some(kinds) = kinds {
                    at[kinds] = kind;
                    lead = format!("\"{}\";", table.dims[kinds].members[kind].title);
                }
                let figure = |topic: usize| match (table.cells)(&at, topic) {
                    Cell::Value(value) => value.to_string().replace('.', ","),
                    Cell::Empty("NotAvailable" | "Confidential") => ".".to_owned(),
                    _ => String::new(),
                };
                let figures: Vec<String> = (0..table.topics.len()).map(figure).collect();
                let (name, year) = (name_of(&member.key), &period.key[..4]);
                let _ = write!(
                    text,
                    "{lead}\"{year}{mark}\";\"{name}\";{}\r\n",
                    figures.join(";")
                );
            }
        }
    }
    text
}

#[test]
fn the_same_table_fetched_and_downloaded_gives_the_same_cells() {
    let served = |id: &str| {
        let all = crate::cbs_server::snapshots::project(Project::frozen().root());
        all.into_iter().find(|table| table.id == id).unwrap()
    };
    for id in ["83625NED", "85005NED"] {
        let fetched = Project::frozen();
        let server = Server::start(vec![served(id)]);
        fetched
            .run(&["fetch", "--update", id, "--mirror", &server.url()])
            .ends(0);
        let downloads = Downloads::new();
        let names: BTreeMap<String, String> = {
            let text = fetched.text("data/regions/gemeenten.csv");
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            reader
                .records()
                .map(|row| row.unwrap())
                .map(|row| (row[0].to_owned(), row[1].to_owned()))
                .collect()
        };
        let name_of = |code: &str| match code {
            "NL01" => "Nederland".to_owned(),
            "PV20" => "Groningen (PV)".to_owned(),
            "GM0999" => "Gemeente onbekend".to_owned(),
            code => names[code].clone(),
        };
        let table = served(id);
        let path = downloads.write("Download_11122025_100000.csv", &exported(&table, &name_of));
        downloads
            .import(&path, &["--table", id, "--only-asked"])
            .ends(0);
        let (ours, theirs) = (cells(&used(&downloads.0, id)), cells(&used(&fetched, id)));
        // a download has neither a row nor a reason for what does not exist, and one sign for all that is not known
        let has_value = |cells: &Cells| -> BTreeMap<_, _> {
            cells
                .iter()
                .filter(|(_, cell)| cell.0.is_some())
                .map(|(key, (value, _, status))| {
                    (key.clone(), (value.unwrap().to_bits(), status.clone()))
                })
                .collect()
        };
        let (values, others) = (has_value(&ours), has_value(&theirs));
        let differ: Vec<_> = values
            .iter()
            .filter(|(key, value)| others.get(*key) != Some(value))
            .take(3)
            .collect();
        assert!(
            differ.is_empty() && values.len() == others.len() && !values.is_empty(),
            "{id}: {differ:?} {} {}",
            values.len(),
            others.len()
        );
        for (key, (value, missing, _)) in &ours {
            let other = theirs
                .get(key)
                .map_or("absent", |(_, missing, _)| missing.as_str());
            assert!(
                value.is_some()
                    || ["unknown", "confidential", "absent", "impossible"].contains(&other),
                "{id} {key:?}: {missing} {other}"
            );
        }
    }
}

const RESULT: &str = "Gemeente;Code;AmsterdamseCode;Partij;AantalStemmen;AantalZetels;
's-Gravenhage;G0518;11434;D66;49028;;
's-Gravenhage;G0518;11434;GROENLINKS / Partij van de Arbeid (PvdA);40603;;
Zwolle;G0193;10093;D66;12;;
Zwolle;G0193;10093;DE LINIE;;;
NBSB;G9010;;D66;500;;
Bonaire;G9001;;D66;70;;
";

#[test]
fn votes_per_gemeente_without_turnout() {
    let downloads = Downloads::new();
    let path = downloads.write("uitslag_TK20251029_Gemeente.csv", RESULT);
    downloads
        .import(&path, &[])
        .ends(0)
        .says("imported table `kiesraad-tk2025`")
        .says("so it gives no turnout")
        .says("500 votes of `NBSB (G9010)`, which is no gemeente, are left out")
        .says("70 votes of `Bonaire (G9001)`")
        .says("a query can ask for it after a `[[table]]` with `id = \"kiesraad-tk2025\"`, `kind = \"file\"` and `family = \"kiesraad-tk\"`");
    let snapshot = used(&downloads.0, "kiesraad-tk2025");
    let told = cells(&snapshot);
    let value = |region: &str, topic: &str| {
        told.get(&(region.to_owned(), 2025, format!("{topic} [aantal]")))
            .and_then(|cell| cell.0)
    };
    assert_eq!(value("GM0518", "Geldige stemmen"), Some(89_631.0));
    assert_eq!(
        value(
            "GM0518",
            "Stemmen > GROENLINKS / Partij van de Arbeid (PvdA)"
        ),
        Some(40_603.0)
    );
    assert_eq!(
        (
            value("GM0193", "Stemmen > D66"),
            value("GM0193", "Stemmen > DE LINIE")
        ),
        (Some(12.0), None)
    );
    assert!(
        told.keys()
            .all(|(region, ..)| ["GM0518", "GM0193"].contains(&region.as_str()))
    );
    assert_eq!(
        (
            snapshot.sidecar.publisher.as_str(),
            snapshot.sidecar.boundaries.as_str()
        ),
        ("Kiesraad", "2025")
    );
    for (old, new, words) in [
        (
            "G0193;10093;D66;12",
            "GM0193;10093;D66;12",
            ["Gemeente.csv:4: `GM0193` is no code", "`G` and four digits"],
        ),
        (
            "G0193;10093;D66;12",
            "G0193;10093;D66;veel",
            ["Gemeente.csv:4: `veel` is no number", "a whole number"],
        ),
        (
            "G0193;10093;D66;12",
            "G0738;10093;D66;12",
            [
                "Gemeente.csv:4: `GM0738` has figures, and GM0738 is a gemeente of 2010 to 2018",
                "2025",
            ],
        ),
        (
            "DE LINIE",
            "D66",
            ["Gemeente.csv:5: `Zwolle` has `D66` twice", "one line"],
        ),
    ] {
        let path = downloads.write(
            "uitslag_TK20251029_Gemeente.csv",
            &RESULT.replacen(old, new, 1),
        );
        downloads.refuses(&path, &[], &words);
    }
    downloads.refuses(
        &downloads.write("uitslag.csv", RESULT),
        &[],
        &[
            "its name does not tell which election it is of",
            "uitslag_TK20251029",
        ],
    );
    // a council: seats, and no party of which there are thousands
    let council = RESULT
        .replace(";;\n", ";3;\n")
        .replacen(";3;", ";;", 1)
        .replace("AantalStemmen;;", "AantalStemmen;AantalZetels;");
    let council = council.replace(
        "Gemeente;Code;AmsterdamseCode;Partij;AantalStemmen;3;",
        "Gemeente;Code;AmsterdamseCode;Partij;AantalStemmen;AantalZetels;",
    );
    let path = downloads.write("uitslag_GR20260318_Gemeente.csv", &council);
    downloads.forget("kiesraad-gr2026");
    downloads
        .import(&path, &["--only-asked"])
        .ends(0)
        .says("imported table `kiesraad-gr2026` as");
    let topics: Vec<String> = used(&downloads.0, "kiesraad-gr2026")
        .sidecar
        .topics
        .into_iter()
        .map(|topic| topic.title)
        .collect();
    assert!(
        topics
            .iter()
            .all(|title| ["Geldige stemmen op partijen", "Raadszetels"].contains(&title.as_str())),
        "{topics:?}"
    );
}

/// The figures of a project as the pack has them, with everything that is carried.
fn carried() -> Project {
    let project = Project::empty();
    copy(&root().join("queries"), &project.path("queries"));
    copy(&root().join("data"), &project.data());
    project
}

#[test]
fn the_real_downloads_come_in_or_end_with_a_named_error() {
    let Some(folder) = shared("statline-exports") else {
        return;
    };
    let project = carried();
    let import = |name: &str, more: &[&str]| {
        let path = folder.join(name);
        project.run(&[&["import", path.to_str().unwrap()], more].concat())
    };
    let value = |table: &str, region: &str, year: i32, topic: &str| {
        let told = cells(&used(&project, table));
        told.get(&(region.to_owned(), year, topic.to_owned()))
            .and_then(|cell| cell.0)
    };
    // what is carried of this year came from this very file
    let income = "Inkomen_van_huishoudens__regio_11122025_135329.csv";
    import(income, &["--only-asked"])
        .ends(0)
        .says("table `86161NED`")
        .says("is `Particuliere huishoudens` in every line")
        .says("nothing changed");
    import(income, &[]).ends(0);
    let mean = "Inkomen > Gemiddeld gestandaardiseerd inkomen [1 000 euro]";
    assert_eq!(value("86161NED", "NL01", 2024, mean), Some(41.9));
    // the highest is what the page prints, however far from the nation's
    let told = cells(&used(&project, "86161NED"));
    let of_mean = told.iter().filter(|((.., topic), _)| topic == mean);
    let highest = of_mean.filter_map(|(_, cell)| cell.0).fold(0.0, f64::max);
    assert!((highest - 154.4).abs() < 1e-9, "{highest}");
    for name in [
        "Kerncijfers_wijken_en_buurten_2024_geslachten.csv",
        "Kerncijfers_wijken_en_buurten_2024_11122025_141648.csv",
    ] {
        import(name, &[])
            .ends(0)
            .says("table `85984NED`")
            .says("17967 lines of wijken, buurten");
    }
    assert_eq!(
        value(
            "85984NED",
            "GM0193",
            2024,
            "Bevolking > Aantal inwoners [aantal]"
        ),
        Some(133_141.0)
    );
    assert_eq!(
        value(
            "85984NED",
            "NL01",
            2024,
            "Bevolking > Geslacht > Mannen [aantal]"
        ),
        Some(8_920_768.0)
    );
    // what is carried of 2015 stays
    let jobs = "Arbeid > Banen van werknemers > Totaal aantal banen [x 1 000]";
    let before = value("70072ned", "NL01", 2015, jobs);
    assert!(before.is_some());
    let ran = import("Regionale_kerncijfers_Nederland_11122025_133649.csv", &[]).ends(0);
    ran.says("imported table `70072ned`")
        .says("columns have no figure yet")
        .says("no query asks for a topic of it");
    assert_eq!(value("70072ned", "NL01", 2015, jobs), before);
    assert_eq!(
        value(
            "70072ned",
            "GM0193",
            2025,
            "Bevolking > Bevolkingssamenstelling op 1 januari > Totale bevolking [aantal]"
        ),
        Some(133_810.0)
    );
    let told = cells(&used(&project, "70072ned"));
    let regions: BTreeSet<&String> = told
        .keys()
        .filter(|(_, year, _)| *year == 2025)
        .map(|(region, ..)| region)
        .collect();
    assert_eq!(regions.len(), 343);
    import("uitslag_TK20251029_Gemeente.csv", &[])
        .ends(0)
        .says("imported table `kiesraad-tk2025`")
        .says("votes of `NBSB (G9010)`");
    assert_eq!(
        value("kiesraad-tk2025", "GM0518", 2025, "Stemmen > D66 [aantal]"),
        Some(49_028.0)
    );
}
