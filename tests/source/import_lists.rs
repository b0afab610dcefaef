//! Lists of gemeenten, herindelingen, members and borders: what is wrong in them is named, and what is there stays.
//!
//! On a country of five gemeenten, of which Cuyk goes on in Hoorne in 2022 and two are called Bergen.

use std::fs;
use std::path::PathBuf;

use crate::support::{self, Project, Run, differences, files};

const GEMEENTEN: &str = "year,code,name,province_code
2021,GM0001,Aarle (L.),PV31
2021,GM0002,Bergen (NH.),PV27
2021,GM0003,Bergen (L.),PV31
2021,GM0004,Cuyk,PV30
2022,GM0001,Aarle-Rixtel (L.),PV31
2022,GM0002,Bergen (NH.),PV27
2022,GM0003,Bergen (L.),PV31
2022,GM0005,Hoorne,PV30
";

const LOG: &str = "date,kind,from_code,from_name,to_code,to_name,hectare,dwellings,inhabitants
2021-01-01,opheffing,GM0093,Weg,GM0092,Ook weg,1,1,1
2021-06-01,grenswijziging,GM0998,Buitenland,GM0002,Bergen (NH.),1,0,0
2022-01-01,opheffing,GM0004,Cuyk,GM0005,Hoorne,1200,900,2000
";

const BORDERS: &str = r#"{"year":2022,"crs":"EPSG:28992","regions":{
"GM0001":[[[100000,400000],[101000,400000],[101000,401000],[100000,400000]]],
"GM0002":[[[110000,500000],[111000,500000],[111000,501000],[110000,500000]]],
"GM0003":[[[190000,400000],[191000,400000],[191000,401000],[190000,400000]]],
"GM0005":[[[180000,410000],[181000,410000],[181000,411000],[180000,410000]]]}}"#;

const BORDERS_SOURCE: &str = "publisher = \"Kadaster\"
license = \"CC BY 4.0, Kadaster\"
[files.\"gemeenten-2022.json\"]
valid_for = [2022]
";

const MEMBERS: &str = "network,list_date,name,code,complete,source
Rood,2022-01-01,Aarle-Rixtel,GM0001,true,\"een lijst, en meer\"
Rood,2022-01-01,Bergen (L.),GM0003,true,\"een lijst, en meer\"
";

/// A project of that country, without figures.
struct Country(Project);

impl Country {
    fn new() -> Self {
        let country = Self(Project::empty());
        country.import_regions(GEMEENTEN, LOG).ends(0);
        country
    }

    fn write(&self, part: &str, text: &str) -> PathBuf {
        let path = self.0.path("incoming").join(part);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn import(&self, part: &str) -> Run {
        let path = self.0.path("incoming").join(part);
        self.0.run(&["import", path.to_str().unwrap()])
    }

    fn import_regions(&self, gemeenten: &str, log: &str) -> Run {
        self.write("regions/source.toml", "retrieved = \"2022-02-01\"\n");
        self.write("regions/gemeenten.csv", gemeenten);
        self.write("regions/herindelingen.csv", log);
        self.import("regions")
    }

    fn import_members(&self, lists: &str) -> Run {
        self.write("networks.csv", lists);
        self.import("networks.csv")
    }

    fn import_borders(&self, borders: &str) -> Run {
        self.write("borders/source.toml", BORDERS_SOURCE);
        self.write("borders/gemeenten-2022.json", borders);
        self.import("borders")
    }

    /// Whatever an import refuses, `data/` is as it was.
    fn refuses(&self, import: impl FnOnce(&Self) -> Run, words: &[&str]) {
        let before = files(&self.0.data());
        let run = import(self);
        assert_ne!(run.status, 0, "{words:?} was accepted");
        let after = files(&self.0.data());
        assert_eq!(differences(&before, &after), [""; 0], "{words:?}");
        // a place in a file that somebody wrote, and never one of the program's own
        assert!(!run.stderr.contains(".new-"), "{}", run.stderr);
        words.iter().fold(run, |run, word| run.says(word));
    }
}

#[test]
fn a_list_of_gemeenten_may_have_its_years_in_any_order() {
    let country = Country::new();
    let lists = country.0.text("data/regions/gemeenten.csv");
    assert_eq!(
        lists,
        "code,name,province,from,to\nGM0001,Aarle-Rixtel (L.),PV31,2021,2022\nGM0002,Bergen (NH.),PV27,2021,2022\n\
         GM0003,Bergen (L.),PV31,2021,2022\nGM0004,Cuyk,PV30,2021,2021\nGM0005,Hoorne,PV30,2022,2022\n"
    );
    let (header, lines) = GEMEENTEN.split_once('\n').unwrap();
    let mut lines: Vec<&str> = lines.lines().collect();
    for _ in 0..lines.len() {
        lines.rotate_left(1);
        lines.swap(0, 4);
        let text = format!("{header}\n{}\n", lines.join("\n"));
        country.import_regions(&text, LOG).ends(0);
        assert_eq!(
            country.0.text("data/regions/gemeenten.csv"),
            lists,
            "{text}"
        );
    }
    // what comes after the last list waits for the next one
    let later = format!("{LOG}2023-01-01,opheffing,GM0005,Hoorne,GM0006,Ids,1,1,1\n");
    country.import_regions(GEMEENTEN, &later).ends(0);
    // and its columns
    let swapped = GEMEENTEN.lines().map(|line| {
        let (year, rest) = line.split_once(',').unwrap();
        format!("{rest},{year}\n")
    });
    country
        .import_regions(&swapped.collect::<String>(), LOG)
        .ends(0);
    assert_eq!(country.0.text("data/regions/gemeenten.csv"), lists);
}

/// What is replaced, by what, and what is said of it.
type Wrong = (&'static str, &'static str, &'static str);

#[test]
#[rustfmt::skip]
fn a_wrong_list_of_gemeenten_is_named_with_its_line() {
    const WRONG: &[Wrong] = &[
        ("2021,GM0004", "2021,GM4", "gemeenten.csv:5: `GM4` is no region"),
        ("2021,GM0004", "2021,gm0004", "gemeenten.csv:5: `gm0004` is no region"),
        ("2021,GM0004", "2021,GM0004    ", "gemeenten.csv:5: `GM0004    ` is no region"),
        ("2021,GM0004", "2021,PV30", "gemeenten.csv:5: `PV30` is no region"),
        ("2021,GM0004", "2021,", "gemeenten.csv:5: `` is no region"),
        ("2021,GM0004", "2021,NL01", "gemeenten.csv:5: `NL01` is no gemeente"),
        ("2021,GM0004", "21,GM0004", "gemeenten.csv:5: `21` is no year"),
        ("2021,GM0004", "2022,GM0003", "gemeenten.csv:8: `GM0003` is on the list of 2022 twice"),
        ("2022,GM0003", "2023,GM0003", "gemeenten.csv:8: `GM0003` is back in 2023 after 2021"),
        ("Cuyk", "Cu\u{301}yk", "gemeenten.csv:5: the name `Cu\u{301}yk` is not NFC"),
        ("Cuyk", "CÃºyk", "gemeenten.csv:5: the name `CÃºyk` was read in another encoding"),
        ("Cuyk", "\"Cu\nyk\"", "gemeenten.csv:5: the name `Cu\\nyk` has a line break"),
        ("Cuyk", "Cuyk\u{202E}", "gemeenten.csv:5: the name `Cuyk\\u{202e}` has a sign that is not seen"),
        ("Cuyk", "", "gemeenten.csv:5: the name `` is empty"),
        ("Cuyk", "C\u{443}yk", "gemeenten.csv:5: the name `C\u{443}yk` has a letter that is not Latin"),
        ("Cuyk", " Cuyk", "gemeenten.csv:5: the name ` Cuyk` has white space around it"),
        ("Cuyk,PV30", "Cuyk,30", "gemeenten.csv:5: `30` is no province"),
        ("2022,GM0005,Hoorne,PV30\n", "2022,GM0005,Hoorne,PV30\n2022,GM0006,Ids,PV30\n", "gemeenten.csv:10: `GM0006` (Ids) begins between the lists of 2021 and 2022"),
        ("2021,GM0004", "2021,GM0006,Ids,PV30\n2021,GM0004", "gemeenten.csv:5: `GM0006` (Ids) ends between the lists of 2021 and 2022"),
    ];
    let country = Country::new();
    for (old, new, said) in WRONG {
        let text = GEMEENTEN.replacen(old, new, 1);
        assert_ne!(text, GEMEENTEN, "{old}");
        country.refuses(|country| country.import_regions(&text, LOG), &[said, "hint: expected "]);
    }
    let (header, _) = GEMEENTEN.split_once('\n').unwrap();
    country.refuses(|country| country.import_regions(header, LOG), &["gemeenten.csv:1: no gemeente"]);
    let long = GEMEENTEN.replacen("Cuyk", &"Cuyk".repeat(200), 1);
    country.refuses(|country| country.import_regions(&long, LOG), &["gemeenten.csv:5: ", "is longer than 500 signs"]);
    let folder = country.write("regions/gemeenten.csv", "");
    fs::write(folder, [GEMEENTEN.as_bytes(), b"2022,GM0006,S\xFAdwest,PV21\n"].concat()).unwrap();
    country.refuses(|country| country.import("regions"), &["gemeenten.csv:10: the line is no UTF-8", "saved as UTF-8"]);
}

#[test]
#[rustfmt::skip]
fn a_wrong_line_of_the_log_of_herindelingen_is_named() {
    const WRONG: &[Wrong] = &[
        ("2022-01-01,opheffing", "1-1-2022,opheffing", "herindelingen.csv:4: `1-1-2022` is no date"),
        ("2022-01-01,opheffing", "2022-01-01 00:00:00,opheffing", "herindelingen.csv:4: `2022-01-01 00:00:00` is no date"),
        ("2022-01-01,opheffing", "2022-01-01T00:00:00,opheffing", "herindelingen.csv:4: `2022-01-01T00:00:00` is no date"),
        ("2022-01-01,opheffing", "2022/01/01,opheffing", "herindelingen.csv:4: `2022/01/01` is no date"),
        ("2022-01-01,opheffing", "2022-1-1,opheffing", "herindelingen.csv:4: `2022-1-1` is no date"),
        ("2021-06-01,grens", "2021-02-29,grens", "herindelingen.csv:3: `2021-02-29` is no date"),
        ("2022-01-01,opheffing", "2023-01-01,opheffing", "herindelingen.csv:4: `GM0004` is no gemeente on 1 January 2022 or 2023"),
        ("opheffing,GM0004", "verdamping,GM0004", "herindelingen.csv:4: `verdamping` is no kind of herindeling"),
        ("opheffing,GM0004", "opheffing,4", "herindelingen.csv:4: `4` is no region"),
        ("opheffing,GM0004", "opheffing,GM0044", "herindelingen.csv:4: `GM0044` or `GM0005` is on no list of gemeenten"),
        ("opheffing,GM0004,Cuyk,GM0005", "opheffing,GM0004,Cuyk,GM0004", "herindelingen.csv:4: `GM0004` goes into itself"),
        ("900,2000", "900,veel", "herindelingen.csv:4: `veel` is no number"),
        ("900,2000", "900,NaN", "herindelingen.csv:4: `NaN` is no number"),
        ("900,2000", "-900,2000", "herindelingen.csv:4: `-900` is no number"),
        ("1200,900,2000\n", "1200,900,2000\n2022-01-01,opheffing,GM0004,Cuyk,GM0005,Hoorne,1200,900,2000\n", "herindelingen.csv:5: `GM0004` goes into `GM0005` on 2022-01-01 twice"),
        ("2022-01-01,opheffing", "2021-01-01,opheffing", "gemeenten.csv:5: `GM0004` (Cuyk) ends between the lists of 2021 and 2022, and no herindeling says so"),
    ];
    let country = Country::new();
    for (old, new, said) in WRONG {
        let text = LOG.replacen(old, new, 1);
        assert_ne!(text, LOG, "{old}");
        country.refuses(|country| country.import_regions(GEMEENTEN, &text), &[said, "hint: expected "]);
    }
}

#[test]
fn every_case_of_dates_of_herindelingen_is_refused() {
    let Some(cases) = support::shared("cases/05-dates-of-herindelingen") else {
        return;
    };
    let project = Project::empty();
    for case in ["bare-codes", "dutch", "one-digit", "pandas", "slashes"] {
        let folder = cases.join(case);
        let run = project.run(&["import", folder.to_str().unwrap()]);
        assert_ne!(run.status, 0, "{case}");
        run.says("herindelingen.csv:2: ");
    }
}

#[test]
#[rustfmt::skip]
fn a_wrong_list_of_members_is_named_with_its_line() {
    const WRONG: &[Wrong] = &[
        (",GM0003", ",GM9999", "networks.csv:3: `GM9999` (Bergen (L.)) is and was no gemeente"),
        (",GM0003", ",PV31", "networks.csv:3: `PV31` is no region"),
        (",GM0003", ",NL01", "networks.csv:3: `NL01` (Bergen (L.)) is and was no gemeente"),
        (",GM0003", ",gm0003", "networks.csv:3: `gm0003` is no region"),
        (",GM0003", ",GM0003    ", "networks.csv:3: `GM0003    ` is no region"),
        (",GM0003", ",3", "networks.csv:3: `3` is no region"),
        (",GM0003", ",", "networks.csv:3: `` is no region"),
        (",GM0003", ",GM0001", "networks.csv:3: `GM0001` is Aarle-Rixtel (L.), and `Bergen (L.)` is `GM0003`"),
        (",GM0003", ",GM0002", "networks.csv:3: `GM0002` is Bergen (NH.), and `Bergen (L.)` is `GM0003`"),
        ("Bergen (L.)", "Berchem", "networks.csv:3: `GM0003` is Bergen (L.), not `Berchem`"),
        ("Bergen (L.)", "Bergen (G.)", "networks.csv:3: `GM0003` is Bergen (L.), not `Bergen (G.)`"),
        ("Bergen (L.),GM0003", "Cuyk,GM0004", "networks.csv:3: `GM0004` (Cuyk) is no gemeente on 2022-01-01"),
        ("Bergen (L.)", "BÃ©rgen", "networks.csv:3: the name `BÃ©rgen` was read in another encoding"),
        ("Bergen (L.),GM0003,true", "Bergen (L.),GM0003,false", "networks.csv:3: the list of Rood of 2022-01-01 is complete and is not"),
        ("Bergen (L.),GM0003,true", "Bergen (L.),GM0003,ja", "networks.csv:3: `ja` is not yes or no"),
        ("Rood,2022-01-01,Bergen", "Rood,1 januari 2022,Bergen", "networks.csv:3: `1 januari 2022` is no date"),
        ("Rood,2022-01-01,Bergen", "Rood,2022-02-30,Bergen", "networks.csv:3: `2022-02-30` is no date"),
        ("Rood,2022-01-01,Bergen", ",2022-01-01,Bergen", "networks.csv:3: the network `` is empty"),
        ("Bergen (L.),GM0003,true,\"een lijst, en meer\"", "Bergen (L.),GM0003,true,", "networks.csv:3: the source `` is empty"),
        ("Bergen (L.),GM0003", "Aarle-Rixtel,GM0001", "networks.csv:3: `GM0001` is on the list of Rood twice"),
        ("list_date", "date", "networks.csv:1: the header is `network,date,"),
    ];
    let country = Country::new();
    country.import_members(MEMBERS).ends(0);
    for (old, new, said) in WRONG {
        let text = MEMBERS.replacen(old, new, 1);
        assert_ne!(text, MEMBERS, "{old}");
        country.refuses(|country| country.import_members(&text), &[said, "hint: expected "]);
    }
    let (header, _) = MEMBERS.split_once('\n').unwrap();
    country.refuses(|country| country.import_members(header), &["networks.csv:1: no list of members"]);
    // without a suffix, and of its own time
    let right = MEMBERS.replace("Bergen (L.)", "Bergen").replace("Rood", "Oud") + "Oud,2021-12-31,Cuyk,GM0004,true,x\n";
    country.import_members(&right).ends(0);
    // after the last list, that one counts
    country.import_members(&MEMBERS.replace("2022-01-01", "2030-01-01")).ends(0);
}

#[test]
fn every_case_of_networks_is_refused() {
    let Some(cases) = support::shared("cases/08-networks") else {
        return;
    };
    let project = Project::frozen();
    let before = files(&project.data());
    for (case, line, said) in [
        ("half-complete", 4, "is complete and is not"),
        ("mojibake", 4, "another encoding"),
        ("padded", 4, "`GM0748    ` is no region"),
        ("wrong-bergen", 4, "`Bergen (NH.)` is `GM0373`"),
    ] {
        let path = cases.join(format!("{case}.csv.d/networks.csv"));
        let run = project.run(&["import", path.to_str().unwrap()]);
        assert_ne!(run.status, 0, "{case}");
        run.says(&format!("{}:{line}: ", path.display())).says(said);
    }
    assert_eq!(differences(&before, &files(&project.data())), [""; 0]);
}

#[test]
fn lists_of_members_are_added_and_replaced_and_the_others_stay() {
    let country = Country::new();
    country.import_members(MEMBERS).ends(0);
    let blue =
        "network,list_date,name,code,complete,source\nBlauw,2021-01-01,Cuyk,GM0004,false,x\n";
    country.import_members(blue).ends(0);
    let all = country.0.text("data/networks.csv");
    let red = "Rood,2022-01-01,GM0001,Aarle-Rixtel,true,\"een lijst, en meer\"\n\
               Rood,2022-01-01,GM0003,Bergen (L.),true,\"een lijst, en meer\"\n";
    let header = "network,list_date,code,name,complete,source\n";
    let blue = "Blauw,2021-01-01,GM0004,Cuyk,false,x\n";
    assert_eq!(all, format!("{header}{blue}{red}"));
    // another date is another list; the same date is the list anew, with fewer members too
    let later = MEMBERS.replace("2022-01-01", "2022-05-01");
    let (fewer, _) = MEMBERS.split_once("Rood,2022-01-01,Bergen").unwrap();
    country.import_members(&later).ends(0);
    country.import_members(fewer).ends(0);
    let (first, _) = red.split_once("Rood,2022-01-01,GM0003").unwrap();
    let later = red.replace("2022-01-01", "2022-05-01");
    let all = format!("{header}{blue}{first}{later}");
    assert_eq!(country.0.text("data/networks.csv"), all);
    // the project's own file, and a folder with one, change nothing
    for part in ["data/networks.csv", "data"] {
        let path = country.0.path(part);
        country.0.must(&["import", path.to_str().unwrap()]);
        assert_eq!(country.0.text("data/networks.csv"), all);
    }
    // a list that is there and broken is told, and stays
    country
        .0
        .append("data/networks.csv", "Geel,2022-01-01,GM9999,X,true,x\n");
    let place = country.0.path("data/networks.csv").display().to_string();
    country.refuses(
        |country| country.import_members(MEMBERS),
        &[&format!("{place}:6: `GM9999` (X)")],
    );
    let missing = country.0.path("incoming/geen.csv").display().to_string();
    country.refuses(
        |country| country.import("geen.csv"),
        &[&format!("there is no `{missing}`")],
    );
}

#[test]
fn lists_that_come_in_at_the_same_moment_are_all_kept() {
    let country = Country::new();
    let names = ["Aap", "Noot", "Mies", "Wim", "Zus", "Jet"];
    let runs = names.map(|name| {
        let path = country.write(&format!("{name}.csv"), &MEMBERS.replace("Rood", name));
        let mut command = country.0.command(&["import", path.to_str().unwrap()]);
        command.stderr(std::process::Stdio::null()).spawn().unwrap()
    });
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    let all = country.0.text("data/networks.csv");
    for name in names {
        assert_eq!(all.matches(name).count(), 2, "{name}: {all}");
    }
}

#[test]
#[rustfmt::skip]
fn wrong_borders_are_named() {
    const WRONG: &[Wrong] = &[
        ("[101000,400000]", "[5.9,52.1]", "the borders of `GM0001` (Aarle-Rixtel) go to 10, 50"),
        ("[101000,400000]", "[400000,101000]", "the borders of `GM0001` (Aarle-Rixtel) go to 400000, 101000"),
        ("[101000,400000]", "[1e300,400000]", "the borders of `GM0001` (Aarle-Rixtel) go to "),
        ("[101000,401000],[100000,400000]", "[101000,401000]", "the borders of `GM0001` (Aarle-Rixtel) are not closed"),
        ("[[[100000,400000],[101000,400000],[101000,401000],[100000,400000]]]", "[[]]", "the borders of `GM0001` (Aarle-Rixtel) are not closed"),
        ("[[[100000,400000],[101000,400000],[101000,401000],[100000,400000]]]", "[]", "`GM0001` (Aarle-Rixtel (L.)) of 2022 has no borders"),
        ("GM0005", "GM0004", "`GM0004` has borders and is no gemeente in 2022"),
        ("GM0005", "GM9999", "`GM9999` has borders and is no gemeente in 2022"),
        ("GM0005", "5", "`5` has borders and is no gemeente in 2022"),
        ("EPSG:28992", "EPSG:4326", "the borders are in `EPSG:4326`"),
        ("101000,400000],", "101000,400000,1],", "gemeenten-2022.json:2: "),
    ];
    let country = Country::new();
    country.import_borders(BORDERS).ends(0);
    for (old, new, said) in WRONG {
        let text = BORDERS.replacen(old, new, 1);
        assert_ne!(text, BORDERS, "{old}");
        country.refuses(|country| country.import_borders(&text), &["gemeenten-2022.json", said, "hint: expected "]);
    }
    // borders of another year stay
    let earlier = country.0.path("data/geometry/2021.json");
    fs::write(&earlier, "{}").unwrap();
    country.import_borders(BORDERS).ends(0);
    assert_eq!(fs::read_to_string(&earlier).unwrap(), "{}");
    country.refuses(|country| country.import_borders(r#"{"year":2022,"crs":"EPSG:28992","regions":{}}"#), &["gemeenten-2022.json", "has no borders"]);
}

#[test]
fn a_date_of_a_source_is_a_date() {
    let country = Country::new();
    for (source, said) in [
        (
            "title = \"x\"\nmodified = \"1-2-2022\"\n",
            "source.toml:2:12: `1-2-2022` is no date",
        ),
        (
            "retrieved = \"2022-13-01\"\n",
            "source.toml:1:13: `2022-13-01` is no date",
        ),
        (
            "retrieved = \"2022-02-01T09:00:00\"\n",
            "source.toml:1:13: ",
        ),
    ] {
        country.write("regions/source.toml", source);
        country.refuses(
            |country| country.import("regions"),
            &[said, "expected a date such as"],
        );
    }
    country.write(
        "regions/source.toml",
        "modified = \"unknown\"\nretrieved = \"\"\n",
    );
    country.import("regions").ends(0);
}

#[test]
fn borders_of_a_new_year_come_with_a_named_source() {
    let country = Country::new();
    country.import_borders(BORDERS).ends(0);
    let borders = country.0.text("data/geometry/2022.json");
    assert!(
        borders.contains("Kadaster") && borders.contains("CC BY 4.0, Kadaster"),
        "{borders}"
    );
    for (line, key) in [
        ("publisher = \"Kadaster\"\n", "publisher"),
        ("license = \"CC BY 4.0, Kadaster\"\n", "license"),
    ] {
        country.write("borders/source.toml", &BORDERS_SOURCE.replacen(line, "", 1));
        let said = format!("it does not name the {key} of the borders");
        country.refuses(
            |country| country.import("borders"),
            &["source.toml", &said, "hint: expected who made them"],
        );
    }
}
