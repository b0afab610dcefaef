//! Files as people have them: downloads from StatLine's page with all that is awkward about them, and the Kiesraad's result.
//!
//! On small files of the project's own in the same shapes, against the figures that never change. What they do to the
//! release that is used, and the real files, are in `downloads_beside.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use middelgroot::source::snapshot::Snapshot;

use crate::support::{Project, Run, differences, files};

/// A value and why there is none, by region, year and title path with unit.
pub type Cells = BTreeMap<(String, i32, String), (Option<f64>, String, String)>;

pub fn cells(snapshot: &Snapshot) -> Cells {
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
pub fn used(project: &Project, table: &str) -> Snapshot {
    let release = project.store().lock().unwrap().tables[table].clone();
    project.store().read(table, &release).unwrap()
}

/// A project with figures that never change and a folder of downloads.
pub struct Downloads(pub Project);

impl Downloads {
    pub fn new() -> Self {
        let project = Project::frozen();
        std::fs::create_dir_all(project.path("downloads")).unwrap();
        Self(project)
    }

    /// Leaves no release of a table to compare with.
    pub fn forget(&self, table: &str) {
        let mut lock = self.0.store().lock().unwrap();
        lock.tables.remove(table);
        self.0.store().write_lock(&lock).unwrap();
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path("downloads").join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn import(&self, path: &Path, more: &[&str]) -> Run {
        self.0
            .run(&[&["import", path.to_str().unwrap()], more].concat())
    }

    /// Refused with these words, and nothing changed.
    pub fn refuses(&self, path: &Path, more: &[&str], words: &[&str]) {
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

/// The same file in every shape that it is seen in.
fn shapes(whole: &str) -> [(&'static str, String); 6] {
    // quotes are doubled but for the first of the file, and one more stands at its end
    let lines = whole.trim_start_matches('\u{feff}').lines().map(|line| {
        let (texts, numbers) = line.split_at(line.rfind('"').unwrap() + 1);
        format!("{}{numbers}\r\n", texts.replace('"', "\"\""))
    });
    let broken: String = lines.collect();
    let broken = broken.replacen("\"\"", "\"", 1);
    let renamed = |old: &str, new: &str| whole.replace(old, new);
    [
        ("whole", whole.to_owned()),
        ("broken quotes", format!("\u{feff}{broken}\"\r\n")),
        (
            "LF and no BOM",
            renamed("\r\n", "\n").replace('\u{feff}', ""),
        ),
        (
            "padded",
            renamed("\"Zwolle\"", "\"Zwolle                 \""),
        ),
        (
            "by code",
            renamed("\"Zwolle\"", "\"GM0193\"").replace("\"Nederland\"", "\"NL01  \""),
        ),
        (
            "without what tells apart",
            renamed("\"Utrecht (gemeente)\"", "\"Utrecht\""),
        ),
    ]
}

#[test]
fn every_awkwardness_of_such_a_file_gives_the_same_cells() {
    let downloads = Downloads::new();
    let mut told: Option<Cells> = None;
    for (shape, text) in shapes(&regional(&downloads.0, 2023)) {
        downloads.forget("85458NED");
        let path = downloads.write("Proef_11122025_133649.csv", &text);
        let run = downloads.import(&path, &["--table", "85458NED"]).ends(0);
        run.says("imported table `85458NED`")
            .says("columns have no figure yet and are left out, such as `Later` of 2023")
            .says("lines without figures, of gemeenten that had ended or were not there yet")
            .says("no query asks for a topic of it");
        let snapshot = used(&downloads.0, "85458NED");
        let sidecar = &snapshot.sidecar;
        let said = [
            &sidecar.retrieved,
            &sidecar.modified,
            &sidecar.boundaries,
            &sidecar.publisher,
        ];
        assert_eq!(said, ["2025-12-11", "unknown", "period", "CBS"], "{shape}");
        assert_eq!(sidecar.periods, ["2023JJ00"], "{shape}");
        let origin =
            |told: &String| told.contains("Proef_11122025_133649.csv") && told.contains("sha256");
        assert!(sidecar.caveats.iter().any(origin));
        let cells = cells(&snapshot);
        assert_eq!(told.get_or_insert_with(|| cells.clone()), &cells, "{shape}");
    }
    let cells = told.unwrap();
    let is_there = |(_, from, to): &&(String, i32, i32)| (*from..=*to).contains(&2023);
    let there = lists(&downloads.0).iter().filter(is_there).count();
    assert_eq!(cells.len(), 2 * (there + 1));
    let of_nation = |topic: &str| cells[&("NL01".to_owned(), 2023, topic.to_owned())].clone();
    let inhabitants = (
        Some(17_000_000.0),
        "none".to_owned(),
        "voorlopig".to_owned(),
    );
    assert_eq!(
        of_nation("Bevolking > Leerlingen > studenten > Inwoners [aantal]"),
        inhabitants
    );
    assert_eq!(
        of_nation("Inkomen > Gemiddeld inkomen [1 000 euro]").0,
        Some(41.9)
    );
}

#[test]
#[rustfmt::skip]
fn what_cannot_be_placed_or_read_is_named_with_its_line() {
    let downloads = Downloads::new();
    let text = regional(&downloads.0, 2023);
    let line = |name: &str| text.lines().position(|line| line.contains(&format!("\"{name}\""))).unwrap() + 1;
    let at = |name: &str| format!("Proef.csv:{}: ", line(name));
    let bergen = text.lines().find(|line| line.contains("Bergen (L.)")).unwrap();
    let (twice, after) = (format!("{bergen}\r\n{bergen}"), format!("Proef.csv:{}: ", line("Bergen (L.)") + 1));
    downloads.forget("85458NED");
    for (old, new, place, said) in [
        ("\"Zwolle\"", "\"Zwole\"", at("Zwolle"), "`Zwole` has figures, and is no gemeente of 2023"),
        ("\"Zwolle\"", "\"Zwole\"", at("Zwolle"), "the nearest is `Zwolle`"),
        ("\"Bergen (L.)\"", "\"Bergen\"", at("Bergen (L.)"), "`Bergen` is the name of 2 gemeenten"),
        ("\"Bergen (L.)\"", "\"Bergen\"", at("Bergen (L.)"), "`Bergen (L.)` (GM0893)"),
        ("\"Aalburg\";;", "\"Aalburg\";12;", at("Aalburg"), "`Aalburg` has figures, and GM0738 is a gemeente of 2010 to 2018, not of 2023"),
        ("\"Zwartsluis\";;", "\"Zwartsluis\";9;", at("Zwartsluis"), "`Zwartsluis` has figures"),
        (bergen, twice.as_str(), after, "GM0893 has 2023 twice"),
        ("17000000;41,9", "17000000;41.9", at("Nederland"), "`Inkomen > Gemiddeld inkomen`: `41.9` has a point"),
        ("17000000;41,9", "17000000;veel", at("Nederland"), "`veel` is no number"),
        ("17000000;41,9", "-17000000;41,9", at("Nederland"), "is negative"),
        ("17000000;41,9;", "17000000;41,9", at("Nederland"), "4 cells, and the header has 5"),
        ("\"2023*\";\"Nederland\"", "\"2023 1e kwartaal\";\"Nederland\"", at("Nederland"), "`2023 1e kwartaal` is no calendar year"),
        ("\"Later (km)\"", "\"Inkomen/Gemiddeld inkomen (1 000 euro)\"", "Proef.csv:1: ".to_owned(), "two columns are `Inkomen/Gemiddeld inkomen`"),
    ] {
        let changed = text.replacen(old, new, 1);
        assert_ne!(changed, text, "{old}");
        let path = downloads.write("Proef.csv", &changed);
        downloads.refuses(&path, &["--table", "85458NED"], &[&place, said]);
    }
    // which table it is
    let path = downloads.write("Proef.csv", &text);
    downloads.refuses(&path, &[], &["its name does not tell which table it is", "--table"]);
    downloads.refuses(&path, &["--table", "../x"], &["`--table ../x` is no table"]);
    downloads.refuses(&path, &["--table", "85458NED", "--only-asked"], &["no query asks for a topic of it"]);
    downloads.refuses(&downloads.0.path("queries"), &["--table", "85458NED"], &["`--table` is for a download"]);
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
