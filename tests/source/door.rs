//! One folder of figures after another that no one should believe: each is refused with its line, and nothing changes.

use std::fs;
use std::path::PathBuf;

use middelgroot::base::files::sha256;
use middelgroot::base::observation::{Missing, Status};
use middelgroot::source::snapshot::{Columns, Sidecar};

use crate::support::{Project, differences, files, shared};

const TOPICS: &str = "topic,title,unit,decimals,presentation,source_column,key_known
misdrijven,Totaal misdrijven > Geregistreerde misdrijven,aantal,0,Absolute,a,true
woningen,Wonen > Koopwoningen,%,1,Relative,b,true
lasten,Lasten,x 1 000 euro,0,Absolute,c,true
";

const OBSERVATIONS: &str = "region,period,topic,value,missing,status
GM0363,2021JJ00,misdrijven,4021,none,definitief
GM0356,2021JJ00,misdrijven,87,none,definitief
GM0501,2021JJ00,misdrijven,,impossible,definitief
NL01,2021JJ00,misdrijven,90000,none,definitief
PV26,2021JJ00,misdrijven,900,none,definitief
GM0363,2021JJ00,woningen,30.5,none,unknown
GM0363,2021JJ00,lasten,-5,none,unknown
";

const SOURCE: &str = "id = \"47022NED\"
title = \"Proef\"
publisher = \"Politie\"
statline_url = \"https://data.politie.nl\"
periods = [\"2021JJ00\"]
release = \"proef\"
modified = \"2026-01-02\"
retrieved = \"2026-01-03\"
boundaries = \"2021\"
license = \"CC0\"
topics = 3
rows = 7
";

/// A folder as it came, of a table that is not here yet.
struct Folder {
    project: Project,
    folder: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let project = Project::frozen();
        let folder = project.path("incoming/47022NED");
        fs::create_dir_all(&folder).unwrap();
        let new = Self { project, folder };
        new.forget();
        new.write(SOURCE, TOPICS, OBSERVATIONS);
        new
    }

    /// Leaves no release to compare with.
    fn forget(&self) {
        let mut lock = self.project.store().lock().unwrap();
        lock.tables.remove("47022NED");
        self.project.store().write_lock(&lock).unwrap();
    }

    /// Its three files, with the hash that belongs to them.
    fn write(&self, source: &str, topics: &str, observations: &str) {
        let hash = sha256(observations.as_bytes());
        self.put("source.toml", &format!("{source}sha256 = \"{hash}\"\n"));
        self.put("topics.csv", topics);
        self.put("observations.csv", observations);
    }

    fn put(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).unwrap();
    }

    /// Imported with success.
    fn passes(&self) {
        self.project
            .must(&["import", self.folder.to_str().unwrap()]);
    }

    /// Refused with these words, and nothing changed.
    fn refuses(&self, message: &str, hint: &str) {
        let before = files(&self.project.data());
        let run = self.project.run(&["import", self.folder.to_str().unwrap()]);
        assert_eq!(run.status, 1, "{message}: {}", run.stderr);
        let (said, hinted) = run.stderr.split_once("hint: ").unwrap_or((&run.stderr, ""));
        assert!(said.contains(message), "`{message}` is not in: {said}");
        assert!(
            hinted.contains(hint),
            "{message}: `{hint}` is not in: {hinted}"
        );
        let after = files(&self.project.data());
        assert_eq!(differences(&before, &after), [""; 0], "{message}");
    }
}

#[test]
fn the_folder_as_it_is_passes() {
    Folder::new().passes();
}

#[test]
fn parts_of_a_year_beside_it_are_refused() {
    let folder = Folder::new();
    for period in [
        "2021KW01", "2021MM01", "2021SJ00", "2021W101", "2021X000", "2021HJ01", "2021DD01",
        "2021G400", "2021JJ01",
    ] {
        let line = format!("GM0363,{period},misdrijven,1000,none,definitief\n");
        let beside = OBSERVATIONS.replacen("GM0501", &format!("{line}GM0501"), 1);
        folder.write(
            "id = \"47022NED\"\nboundaries = \"2021\"\n",
            TOPICS,
            &beside,
        );
        folder.refuses(
            &format!("observations.csv:4: `{period}` is no calendar year"),
            "whole years such as `2021JJ00` only",
        );
        let instead = OBSERVATIONS.replace("2021JJ00", period);
        folder.write(
            "id = \"47022NED\"\nboundaries = \"2021\"\n",
            TOPICS,
            &instead,
        );
        folder.refuses(
            &format!("observations.csv:2: `{period}` is no calendar year"),
            "",
        );
    }
}

#[test]
fn a_store_that_holds_quarters_is_read_by_nobody() {
    let project = Project::frozen();
    let store = project.store();
    let mut lock = store.lock().unwrap();
    let old = store.read("47022NED", &lock.tables["47022NED"]).unwrap();
    let topic = &old.sidecar.topics[0].key;
    let mut columns = Columns::default();
    for period in ["2024JJ00", "2024KW01", "2024KW02", "2024KW03", "2024KW04"] {
        let [region, period, topic] = ["GM0356", period, topic].map(Into::into);
        columns.push(
            &region,
            &period,
            2024,
            &topic,
            Some(1000.0),
            Missing::None,
            Status::Final,
        );
    }
    let sidecar = Sidecar {
        periods: vec!["2024JJ00".to_owned()],
        ..old.sidecar
    };
    let release = store
        .write(sidecar, &mut columns.into_frame().unwrap())
        .unwrap();
    lock.tables.insert("47022NED".to_owned(), release);
    store.write_lock(&lock).unwrap();
    for command in [&["build", "--data-only"][..], &["check"]] {
        project
            .run(command)
            .ends(1)
            .says("observations.parquet`: `2024KW01` is no calendar year")
            .says("hint: one figure per region, topic and calendar year");
    }
    assert!(files(&project.path("output")).is_empty());
}

/// What is replaced, by what, and what the message and the hint say.
type Wrong = [&'static str; 4];

#[rustfmt::skip]
const WRONG: &[Wrong] = &[
    // decimals, signs, shares and codes
    [",4021,", ",4.021,", ":2: `4.021` has more decimals than the topic", "at most 0 decimals, as its topic has; perhaps the dot stands between thousands"],
    [",4021,", ",4021.0,", ":2: `4021.0` has more decimals", "0 decimals"],
    [",30.5,", ",30.55,", ":7: `30.55` has more decimals", "1 decimals"],
    [",87,", ",-87,", ":3: `-87` is negative, which nothing counted in `aantal` can be", "0 or more"],
    [",87,", ",-99997,", ":3: `-99997` is a code for a missing figure", "`missing` says why"],
    [",-5,", ",-99997,", ":8: `-99997` is a code for a missing figure", "`missing` says why"],
    [",-5,", ",-99999999,", ":8: `-99999999` is a code for a missing figure", ""],
    [",87,", ",99999999,", ":3: `99999999` is a code for a missing figure", ""],
    [",30.5,", ",100.1,", ":7: `100.1` is no share in `%`", "0 to 100"],
    [",30.5,", ",-0.1,", ":7: `-0.1` is negative", ""],
    [",87,", ",120000000000000000000000000000,", ":3: `120000000000000000000000000000` is no figure that a country can have", ""],
    [",-5,", ",20000000000,", ":8: `20000000000` is no figure that a country can have", ""],
    // texts that are no number
    [",87,", ",1e3,", ":3: `1e3` is no number", "decimal point"],
    [",87,", ",+5,", ":3: `+5` is no number", ""],
    [",87,", ", 87,", ":3: ` 87` is no number", ""],
    [",87,", ",87.,", ":3: `87.` is no number", ""],
    [",87,", ",087,", ":3: `087` is no number", ""],
    [",87,", ",1.234.567,", ":3: `1.234.567` is no number", ""],
    // regions
    ["GM0356", "GM9999", ":3: unknown region `GM9999` in `2021JJ00`", "a code of `data/regions/gemeenten.csv`"],
    ["GM0356", "GM0356    ", ":3: unknown region `GM0356    `", "`GM0356`, or a code"],
    ["GM0356", "gm0356", ":3: unknown region `gm0356`", "`GM0356`, or a code"],
    ["GM0356", "356", ":3: unknown region `356`", "`GM0356`, or a code"],
    ["GM0356", "0356", ":3: unknown region `0356`", "`GM0356`, or a code"],
    ["GM0356", "", ":3: unknown region `` in", ""],
    ["GM0356", "Nieuwegein", ":3: unknown region `Nieuwegein`", ""],
    ["NL01", "NL00", ":5: unknown region `NL00`", "`NL01`, or a code"],
    ["PV26", "PV99", ":6: unknown region `PV99`", ""],
    ["GM0356", "GM1992", ":3: `GM1992` is no gemeente of 2021, where `2021JJ00` has it: Voorne aan Zee is one of 2023 to 2026", "a gemeente of 1 January 2021"],
    // keys and words
    [",misdrijven,87", ",misdrijven ,87", ":3: unknown topic `misdrijven `", "a topic of `topics.csv`"],
    [",87,none", ",87,unknown", ":3: a value and a kind of missing", ""],
    ["GM0356,2021JJ00,misdrijven", "GM0363,2021JJ00,misdrijven", ":3: `GM0363` has topic `misdrijven` in `2021JJ00` twice", ""],
    ["region,period,topic,value", "region,topic,period,value", ":1: the header is `region,topic,period,value", ""],
];

#[test]
fn figures_that_cannot_be_are_refused_with_their_line() {
    let folder = Folder::new();
    for [old, new, message, hint] in WRONG {
        assert!(OBSERVATIONS.contains(old), "{old}");
        folder.write(SOURCE, TOPICS, &OBSERVATIONS.replacen(old, new, 1));
        folder.refuses(&format!("observations.csv{message}"), hint);
    }
}

#[test]
fn a_gemeente_is_on_the_list_that_the_table_follows() {
    let folder = Folder::new();
    let (weesp, voorne) = ("GM0457", "GM1992");
    // a period, the list, a gemeente, and what is wrong with it
    for (period, boundaries, code, wrong) in [
        ("2022JJ00", "period", weesp, ""),
        ("2023JJ00", "period", weesp, "is no gemeente of 2023"),
        ("2022JJ00", "period", voorne, "is no gemeente of 2022"),
        ("2022JJ00", "period-or-next", voorne, ""),
        (
            "2021JJ00",
            "period-or-next",
            voorne,
            "is no gemeente of 2021",
        ),
        ("2021JJ00", "2024", voorne, ""),
        ("2024JJ00", "2021", weesp, ""),
        ("2027JJ00", "period", voorne, "is no gemeente of 2027"),
        ("2009JJ00", "period", weesp, "is no gemeente of 2009"),
    ] {
        let source = SOURCE
            .replace("\"2021\"", &format!("\"{boundaries}\""))
            .replace("2021JJ00", period);
        let observations = OBSERVATIONS
            .replace("GM0363", code)
            .replace("2021JJ00", period)
            .replace("GM0356", "PV20");
        folder.write(&source, TOPICS, &observations);
        if wrong.is_empty() {
            folder.passes();
            folder.forget();
        } else {
            folder.refuses(&format!("observations.csv:2: `{code}` {wrong}"), "");
        }
    }
}

#[test]
fn topics_and_source_say_what_the_file_has() {
    let folder = Folder::new();
    for (old, new, message) in [
        (
            "rows = 7",
            "rows = 8",
            "source.toml:12: `rows = 8`, and the file has 7",
        ),
        (
            "topics = 3",
            "topics = 4",
            "source.toml:11: `topics = 4`, and the file has 3",
        ),
        (
            "[\"2021JJ00\"]",
            "[\"2021JJ00\", \"2022JJ00\"]",
            "source.toml:5: period `2022JJ00` has no line",
        ),
        (
            "[\"2021JJ00\"]",
            "[\"2022JJ00\"]",
            "observations.csv:2: `2021JJ00` is none of the periods",
        ),
        (
            "\"2021\"",
            "\"2031\"",
            "source.toml:9: there is no list of gemeenten of 2031",
        ),
        (
            "\"2021\"",
            "\"20210\"",
            "source.toml:9: there is no list of gemeenten of 20210",
        ),
    ] {
        folder.write(&SOURCE.replace(old, new), TOPICS, OBSERVATIONS);
        folder.refuses(message, "");
    }
}

#[test]
fn topics_are_told_apart_and_have_figures() {
    let folder = Folder::new();
    let extra = "gas,Gas,m³,0,Absolute,d,true\n";
    for (topics, message) in [
        (
            format!("{TOPICS}{extra}"),
            "topics.csv:5: topic `gas` has no line",
        ),
        (
            TOPICS.replace("\nlasten,", "\nmisdrijven,"),
            "topics.csv:4: topic `misdrijven` twice",
        ),
        (
            TOPICS.replace("Lasten,x 1 000 euro", "Wonen > Koopwoningen,%"),
            "topics.csv:4: topics `woningen` and `lasten` are both `Wonen > Koopwoningen`",
        ),
        (
            TOPICS.replace("\nlasten,", "\nlasten ,"),
            "topics.csv:4: topic `lasten `",
        ),
        (TOPICS.replace(",Lasten,", ",,"), "topics.csv:4: title ``"),
        (
            TOPICS.replace("euro,0", "euro,99"),
            "topics.csv:4: decimals `99`",
        ),
    ] {
        let source = "id = \"47022NED\"\nboundaries = \"2021\"\n";
        folder.write(source, &topics, OBSERVATIONS);
        folder.refuses(message, "");
    }
}

#[test]
fn no_year_comes_before_it_begins() {
    let folder = Folder::new();
    let late = SOURCE.replace("2021JJ00", "2030JJ00");
    folder.write(&late, TOPICS, &OBSERVATIONS.replace("2021JJ00", "2030JJ00"));
    folder.refuses(
        "observations.csv:2: `2030JJ00` had not begun",
        "a year up to 2027",
    );
}

#[test]
fn a_hash_in_capitals_is_right_and_line_ends_are_named() {
    let folder = Folder::new();
    let hash = sha256(OBSERVATIONS.as_bytes());
    folder.put(
        "source.toml",
        &format!("{SOURCE}sha256 = \"{}\"\n", hash.to_uppercase()),
    );
    folder.passes();
    let lock = folder.project.store().lock().unwrap();
    let sidecar = folder
        .project
        .store()
        .sidecar("47022NED", &lock.tables["47022NED"])
        .unwrap();
    assert_eq!(sidecar.source_sha256, hash);

    folder.put("observations.csv", &OBSERVATIONS.replace('\n', "\r\n"));
    folder.refuses(
        "observations.csv` has sha256",
        "with LF line ends the hash is right",
    );
    folder.put("observations.csv", &format!("\u{feff}{OBSERVATIONS}"));
    folder.refuses(
        "observations.csv` has sha256",
        "without the byte order mark",
    );
    folder.put("observations.csv", &OBSERVATIONS.replace("87", "78"));
    folder.refuses("observations.csv` has sha256", "the file was changed after");
    folder.put("source.toml", SOURCE);
    folder.refuses("observations.csv` has sha256", "64 hexadecimal digits");
    // whoever hashed the file with CRLF or a byte order mark means it
    for damaged in [
        OBSERVATIONS.replace('\n', "\r\n"),
        format!("\u{feff}{OBSERVATIONS}"),
    ] {
        folder.write(SOURCE, TOPICS, &damaged);
        folder.passes();
    }
}

#[test]
fn errors_name_the_path_that_was_given() {
    let folder = Folder::new();
    folder.write(SOURCE, TOPICS, &OBSERVATIONS.replace(",87,", ",-87,"));
    let run = |given: &str| {
        let mut command = folder.project.command(&["import", given]);
        crate::support::Run::of(command.current_dir(folder.project.path("incoming")))
    };
    run("47022NED")
        .ends(1)
        .says("error: 47022NED/observations.csv:3: ");
    run("./47022NED/")
        .ends(1)
        .says("error: ./47022NED/observations.csv:3: ");
    run("../incoming/47022NED")
        .ends(1)
        .says("error: ../incoming/47022NED/observations.csv:3: ");
    run("nergens").ends(2).says("error: there is no `nergens`");
    fs::remove_file(folder.folder.join("topics.csv")).unwrap();
    run("47022NED")
        .ends(4)
        .says("cannot read `47022NED/topics.csv`")
        .says("hint: name a folder with `source.toml`, `topics.csv`");
}

#[test]
fn the_cases_of_practice_have_their_right_answers() {
    let Some(cases) = shared("cases") else { return };
    let project = Project::frozen();
    let before = files(&project.data());
    let import = |case: &str| project.run(&["import", cases.join(case).to_str().unwrap()]);
    for (case, message, hint) in [
        (
            "01-quarters-and-year/47022NED",
            "observations.csv:5: `2024KW01` is no calendar year",
            "whole years",
        ),
        (
            "01-quarters-and-year/weeks/47022NED",
            "observations.csv:3: `2024MM01` is no calendar year",
            "whole years",
        ),
        (
            "03-dutch-thousands/47022NED",
            "observations.csv:3: `3.250` has more decimals",
            "between thousands",
        ),
        (
            "04-sentinel-99997/85039NED",
            "observations.csv:2: `-99997` is a code for a missing figure",
            "no value",
        ),
        (
            "17-hash-and-line-ends/crlf/47022NED",
            "has sha256",
            "with LF line ends the hash is right",
        ),
    ] {
        import(case).ends(1).says(message).says(hint);
        assert_eq!(
            differences(&before, &files(&project.data())),
            [""; 0],
            "{case}"
        );
    }
    for case in [
        "12-percent-added-up/proef-label",
        "13-rounded-half/proef-half",
    ] {
        import(case).ends(0);
    }
    let case = "17-hash-and-line-ends/upper-case/47022NED";
    import(case)
        .ends(0)
        .says("imported table `47022NED`")
        .says("not of `proef`");
}
