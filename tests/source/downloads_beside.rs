//! Downloads beside the release that is used, beside a fetch of the same table, and the real ones where they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::cbs_server::model::{Cell, Dim, Kind};
use crate::cbs_server::{ServedTable, Server};
use crate::downloads::{Cells, Downloads, cells, used};
use crate::support::{Project, Run, copy, files, root, shared};

/// Inhabitants of all gemeenten as the release that is used has them, five more in Aalten.
fn inhabitants(before: &Cells) -> String {
    let header = "\"Wijken en buurten\";\"Regioaanduiding/Codering (code)\";\"Bevolking/Aantal inwoners (aantal)\"\r\n";
    let mut text = header.to_owned();
    for ((region, _, topic), (value, ..)) in before {
        if topic == "Bevolking > Aantal inwoners [aantal]" {
            let more = if region == "GM0197" { 5.0 } else { 0.0 };
            let _ = write!(text, "\"x\";\"{region}    \";{}\r\n", value.unwrap() + more);
        }
    }
    text
}

const DISTRICTS: &str = "Kerncijfers_wijken_en_buurten_2024_11122025_141648.csv";

#[test]
fn other_topics_and_years_stay() {
    let downloads = Downloads::new();
    let before = cells(&used(&downloads.0, "85984NED"));
    let path = downloads.write(DISTRICTS, &inhabitants(&before));
    downloads
        .import(&path, &[])
        .ends(0)
        .says("revised: 1 of")
        .says("of release `unknown-")
        .says("stay as they are");
    let after = cells(&used(&downloads.0, "85984NED"));
    assert_eq!(after.len(), before.len());
    let mut differ: Cells = after.clone();
    differ.retain(|key, cell| before.get(key).map(|of| of.0) != Some(cell.0));
    assert_eq!(differ.len(), 1, "{differ:?}");
    let (key, (value, ..)) = differ.first_key_value().unwrap();
    assert_eq!(
        (key.0.as_str(), *value),
        ("GM0197", before[key].0.map(|old| old + 5.0))
    );
    let sidecar = used(&downloads.0, "85984NED").sidecar;
    assert!(
        sidecar.release.contains("2025-12-11") && sidecar.caveats.len() > 2,
        "{sidecar:?}"
    );
    // the same again changes nothing
    let all = files(&downloads.0.data());
    downloads
        .import(&path, &[])
        .ends(0)
        .says("it says what the release that is used says: nothing changed");
    assert_eq!(files(&downloads.0.data()), all);
}

#[test]
fn a_gemeente_that_is_gone_from_a_download_is_held_back() {
    let downloads = Downloads::new();
    let text = inhabitants(&cells(&used(&downloads.0, "85984NED")));
    let lines = text.lines().filter(|line| !line.contains("GM0197"));
    let short: String = lines.flat_map(|line| [line, "\r\n"]).collect();
    let path = downloads.write(DISTRICTS, &short);
    downloads.refuses(&path, &[], &["is held back", "rows with a figure are gone"]);
    let reason = "Aalten heeft geen cijfer meer";
    downloads.import(&path, &["--accept", reason]).ends(0);
    let accepted = used(&downloads.0, "85984NED").sidecar.accepted;
    assert_eq!(accepted.unwrap().reason, reason);
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

/// What a region is called on StatLine's page.
fn names(project: &Project) -> BTreeMap<String, String> {
    let text = project.text("data/regions/gemeenten.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    let mut names: BTreeMap<String, String> = rows
        .map(|row| (row[0].to_owned(), row[1].to_owned()))
        .collect();
    for (code, name) in [
        ("NL01", "Nederland"),
        ("PV20", "Groningen (PV)"),
        ("GM0999", "Gemeente onbekend"),
    ] {
        names.insert(code.to_owned(), name.to_owned());
    }
    names
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
        let url = server.url();
        fetched
            .run(&["fetch", "--update", id, "--mirror", &url])
            .ends(0);
        let downloads = Downloads::new();
        let names = names(&fetched);
        let text = exported(&served(id), &|code| names[code].clone());
        let path = downloads.write("Download_11122025_100000.csv", &text);
        downloads
            .import(&path, &["--table", id, "--only-asked"])
            .ends(0);
        let (ours, theirs) = (cells(&used(&downloads.0, id)), cells(&used(&fetched, id)));
        // a download has neither a row nor a reason for what does not exist, and one sign for all that is not known
        let with_value = |cells: &Cells| -> BTreeMap<_, _> {
            let some = cells.iter().filter(|(_, cell)| cell.0.is_some());
            some.map(|(key, (value, _, status))| {
                (key.clone(), (value.unwrap().to_bits(), status.clone()))
            })
            .collect()
        };
        let (values, others) = (with_value(&ours), with_value(&theirs));
        let differ = values
            .iter()
            .find(|(key, value)| others.get(*key) != Some(value));
        assert!(differ.is_none() && !values.is_empty(), "{id}: {differ:?}");
        assert_eq!(values.len(), others.len(), "{id}");
        for (key, _) in ours.iter().filter(|(_, cell)| cell.0.is_none()) {
            let missing = theirs
                .get(key)
                .map_or("absent", |(_, missing, _)| missing.as_str());
            assert_ne!(missing, "none", "{id} {key:?}");
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
        let key = (region.to_owned(), 2025, format!("{topic} [aantal]"));
        told.get(&key).and_then(|cell| cell.0)
    };
    assert_eq!(value("GM0518", "Geldige stemmen"), Some(89_631.0));
    let party = "Stemmen > GROENLINKS / Partij van de Arbeid (PvdA)";
    assert_eq!(value("GM0518", party), Some(40_603.0));
    assert_eq!(value("GM0193", "Stemmen > D66"), Some(12.0));
    assert_eq!(value("GM0193", "Stemmen > DE LINIE"), None);
    let regions: BTreeSet<&str> = told.keys().map(|(region, ..)| region.as_str()).collect();
    assert_eq!(regions, ["GM0193", "GM0518"].into());
    let sidecar = &snapshot.sidecar;
    assert_eq!(
        [&sidecar.publisher, &sidecar.boundaries],
        ["Kiesraad", "2025"]
    );
}

#[test]
#[rustfmt::skip]
fn a_wrong_line_of_a_result_is_named_and_a_council_has_seats() {
    let downloads = Downloads::new();
    for (old, new, words) in [
        ("G0193;10093;D66;12", "GM0193;10093;D66;12", ["Gemeente.csv:4: `GM0193` is no code", "`G` and four digits"]),
        ("G0193;10093;D66;12", "G0193;10093;D66;veel", ["Gemeente.csv:4: `veel` is no number", "a whole number"]),
        ("G0193;10093;D66;12", "G0738;10093;D66;12", ["Gemeente.csv:4: `GM0738` has figures, and GM0738 is a gemeente of 2010 to 2018", "2025"]),
        ("DE LINIE", "D66", ["Gemeente.csv:5: `Zwolle` has `D66` twice", "one line"]),
    ] {
        let path = downloads.write("uitslag_TK20251029_Gemeente.csv", &RESULT.replacen(old, new, 1));
        downloads.refuses(&path, &[], &words);
    }
    downloads.refuses(&downloads.write("uitslag.csv", RESULT), &[], &["its name does not tell which election it is of", "uitslag_TK20251029"]);
    // of a council seats, and no party of which there are thousands
    let council = RESULT.replace(";;\n", ";3;\n");
    let path = downloads.write("uitslag_GR20260318_Gemeente.csv", &council);
    downloads.forget("kiesraad-gr2026");
    downloads.import(&path, &[]).ends(0).says("imported table `kiesraad-gr2026` as");
    let snapshot = used(&downloads.0, "kiesraad-gr2026");
    let titles: Vec<&str> = snapshot.sidecar.topics.iter().map(|topic| topic.title.as_str()).collect();
    assert_eq!(titles, ["Geldige stemmen op partijen", "Raadszetels"]);
    let seats = cells(&snapshot)[&("GM0518".to_owned(), 2026, "Raadszetels [aantal]".to_owned())].0;
    assert_eq!(seats, Some(6.0));
}

/// A project with everything that is carried, and the real downloads where they are.
struct Real(Project, std::path::PathBuf);

impl Real {
    fn new() -> Option<Self> {
        let folder = shared("statline-exports")?;
        let project = Project::empty();
        copy(&root().join("queries"), &project.path("queries"));
        copy(&root().join("data"), &project.data());
        Some(Self(project, folder))
    }

    fn import(&self, name: &str, more: &[&str]) -> Run {
        let path = self.1.join(name);
        self.0
            .run(&[&["import", path.to_str().unwrap()], more].concat())
            .ends(0)
    }

    fn value(&self, table: &str, region: &str, year: i32, topic: &str) -> Option<f64> {
        let told = cells(&used(&self.0, table));
        let key = (region.to_owned(), year, topic.to_owned());
        told.get(&key).and_then(|cell| cell.0)
    }
}

#[test]
fn the_real_incomes_with_broken_quotes() {
    let Some(real) = Real::new() else { return };
    // what is carried of this table came from this very file
    let income = "Inkomen_van_huishoudens__regio_11122025_135329.csv";
    real.import(income, &["--only-asked"])
        .says("table `86161NED`")
        .says("is `Particuliere huishoudens` in every line")
        .says("nothing changed");
    real.import(income, &[]);
    let mean = "Inkomen > Gemiddeld gestandaardiseerd inkomen [1 000 euro]";
    assert_eq!(real.value("86161NED", "NL01", 2024, mean), Some(41.9));
    // the highest is what the page prints, however far from the nation's
    let told = cells(&used(&real.0, "86161NED"));
    let of_mean = told.iter().filter(|((.., topic), _)| topic == mean);
    let highest = of_mean.filter_map(|(_, cell)| cell.0).fold(0.0, f64::max);
    assert!((highest - 154.4).abs() < 1e-9, "{highest}");
}

#[test]
fn the_real_kerncijfers_with_and_without_codes() {
    let Some(real) = Real::new() else { return };
    for name in [
        "Kerncijfers_wijken_en_buurten_2024_geslachten.csv",
        "Kerncijfers_wijken_en_buurten_2024_11122025_141648.csv",
    ] {
        let run = real.import(name, &[]);
        run.says("table `85984NED`")
            .says("17967 lines of wijken, buurten");
    }
    let value = |region: &str, topic: &str| real.value("85984NED", region, 2024, topic);
    assert_eq!(
        value("GM0193", "Bevolking > Aantal inwoners [aantal]"),
        Some(133_141.0)
    );
    assert_eq!(
        value("NL01", "Bevolking > Geslacht > Mannen [aantal]"),
        Some(8_920_768.0)
    );
    let europe = "Bevolking > Bevolking naar herkomst > Herkomstland > Europa (exclusief Nederland) [aantal]";
    assert_eq!(value("NL01", europe), Some(1_677_093.0));
}

#[test]
fn the_real_regional_figures_beside_those_of_2015() {
    let Some(real) = Real::new() else { return };
    let jobs = "Arbeid > Banen van werknemers > Totaal aantal banen [x 1 000]";
    let before = real.value("70072ned", "NL01", 2015, jobs);
    assert!(before.is_some());
    real.import("Regionale_kerncijfers_Nederland_11122025_133649.csv", &[])
        .says("imported table `70072ned`")
        .says("columns have no figure yet")
        .says("no query asks for a topic of it");
    assert_eq!(real.value("70072ned", "NL01", 2015, jobs), before);
    let total = "Bevolking > Bevolkingssamenstelling op 1 januari > Totale bevolking [aantal]";
    assert_eq!(
        real.value("70072ned", "GM0193", 2025, total),
        Some(133_810.0)
    );
    let told = cells(&used(&real.0, "70072ned"));
    let new = told.keys().filter(|(_, year, _)| *year == 2025);
    let regions: BTreeSet<&String> = new.map(|(region, ..)| region).collect();
    assert_eq!(regions.len(), 343);
}

#[test]
fn the_real_result_of_an_election() {
    let Some(real) = Real::new() else { return };
    real.import("uitslag_TK20251029_Gemeente.csv", &[])
        .says("imported table `kiesraad-tk2025`")
        .says("votes of `NBSB (G9010)`");
    let value = |topic: &str| real.value("kiesraad-tk2025", "GM0518", 2025, topic);
    assert_eq!(value("Stemmen > D66 [aantal]"), Some(49_028.0));
    assert_eq!(value("Geldige stemmen [aantal]"), Some(246_000.0));
}
