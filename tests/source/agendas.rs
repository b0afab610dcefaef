//! Lists of what networks say: one row per network and position in the project's own format, and each fault is named.

use std::fs;

use crate::support::{self, Project, differences, files};
use middelgroot::query::Queries;
use middelgroot::source::agendas::Agendas;

const HEADER: &str = "networks,theme,position,document,date,source,quote,confidence";

const GOOD: &str = "Rood,proef,Rood wil 65.000 woningen bouwen.,\"Nieuws, een stuk\",2023-01-23,https://example.org/a,,high
Blauw Rood Bond,overig,Samen willen zij geld.,Krant,september 2020,http://example.org/b,‘Geld’,medium
Bond,proef,De Bond wil rust.,Site,\"ongedateerd (vóór april 2023)\",https://example.org/c,,low
";

/// A project of the made country in which a Bond speaks beside the networks.
fn project() -> Project {
    let project = Project::empty();
    for part in ["queries", "data"] {
        support::copy(
            &support::root().join("tests/made").join(part),
            &project.path(part),
        );
    }
    project.append(
        "queries/house.toml",
        "\n[[voice]]\nid = \"Bond\"\nlabel = \"de Bond\"\n",
    );
    project
}

fn import(project: &Project, list: &str) -> support::Run {
    let path = project.path("agendas.csv");
    fs::write(&path, list).unwrap();
    project.run(&["import", path.to_str().unwrap()])
}

#[test]
fn a_list_becomes_a_sorted_row_per_network_and_position() {
    let project = project();
    import(&project, &format!("{HEADER}\n{GOOD}")).ends(0);
    let expected = "theme,network,with,position,document,date,dated,source,quote,confidence
overig,Blauw,Rood Bond,Samen willen zij geld.,Krant,2020-09,september 2020,http://example.org/b,‘Geld’,medium
overig,Bond,Blauw Rood,Samen willen zij geld.,Krant,2020-09,september 2020,http://example.org/b,‘Geld’,medium
overig,Rood,Blauw Bond,Samen willen zij geld.,Krant,2020-09,september 2020,http://example.org/b,‘Geld’,medium
proef,Bond,,De Bond wil rust.,Site,,ongedateerd (vóór april 2023),https://example.org/c,,low
proef,Rood,,Rood wil 65.000 woningen bouwen.,\"Nieuws, een stuk\",2023-01-23,2023-01-23,https://example.org/a,,high
";
    assert_eq!(project.text("data/agendas.csv"), expected);
    // the columns may stand in another order, and the lines too
    let mut lines: Vec<&str> = GOOD.lines().collect();
    lines.reverse();
    import(&project, &format!("{HEADER}\r\n{}\r\n", lines.join("\r\n"))).ends(0);
    assert_eq!(project.text("data/agendas.csv"), expected);
    let queries = Queries::read(&project.path("queries")).unwrap();
    let agendas = Agendas::read(&project.path("data/agendas.csv"), &queries).unwrap();
    assert_eq!(agendas.positions().len(), 5);
    assert_eq!(agendas.of("overig", "Rood")[0].with, "Blauw Bond");
    assert!(agendas.of("proef", "Blauw").is_empty());
    let away = Agendas::read(&project.path("data/nergens.csv"), &queries).unwrap();
    assert_eq!(away, Agendas::default());
}

#[test]
fn the_newest_position_comes_first_and_one_without_a_date_last() {
    let project = project();
    let row = |text: &str, date: &str| {
        format!("Rood,proef,{text},Stuk,{date},https://example.org,,high\n")
    };
    let rows = [
        row("Een.", "ongedateerd"),
        row("Twee.", "2019-2022"),
        row("Drie.", "20 september (2023 afgeleid)"),
        row("Vier.", "2023"),
    ];
    import(&project, &format!("{HEADER}\n{}", rows.concat())).ends(0);
    let queries = Queries::read(&project.path("queries")).unwrap();
    let agendas = Agendas::read(&project.path("data/agendas.csv"), &queries).unwrap();
    let own = agendas.of("proef", "Rood");
    let texts: Vec<(&str, &str)> = own.iter().map(|of| (&*of.position, &*of.date)).collect();
    assert_eq!(
        texts,
        [
            ("Drie.", "2023-09-20"),
            ("Vier.", "2023"),
            ("Twee.", "2019/2022"),
            ("Een.", "")
        ]
    );
}

/// What stands in the good list, what takes its place, in which line, what is said and what is hinted.
#[rustfmt::skip]
const WRONG: [(&str, &str, u64, &str, &str); 14] = [
    ("proef,Rood", "wonen,Rood", 2, "there is no theme `wonen`", "one of proef, overig"),
    ("Blauw Rood Bond", "Blauw Paars", 3, "there is no network `Paars`", "Rood, Blauw, Geel, Bond"),
    ("Blauw Rood Bond", "Blauw  Rood", 3, "there is no network ``", "one blank"),
    ("Blauw Rood Bond", "Blauw Rood Blauw", 3, "`Blauw` stands twice", "each once"),
    ("De Bond wil rust.", "", 4, "the position `` is empty", "one line of text"),
    ("De Bond wil rust.", "Cafe\u{301}s dicht.", 4, "is not NFC", "one line of text"),
    ("De Bond wil rust.", "De Bond\u{202e} wil.", 4, "a sign that is not seen", "one line of text"),
    ("De Bond wil rust.", "\"De Bond\nwil rust.\"", 4, "has a line break", "one line of text"),
    ("Krant", "", 3, "the document `` is empty", "one line of text"),
    ("september 2020", "", 3, "the date `` is empty", "one line of text"),
    ("https://example.org/a", "javascript:alert(1)", 2, "is no web address", "`https://`"),
    ("https://example.org/a", "https://", 2, "is no web address", "`https://`"),
    (",high", ",zeker", 2, "`zeker` does not say how sure it is", "`medium`"),
    ("Bond,proef,De Bond wil rust.", "Bond,overig,Samen willen zij geld.", 4, "`Bond` says this on `overig` twice", "once"),
];

#[test]
fn what_is_wrong_with_a_line_is_told_and_the_list_before_stays() {
    let project = project();
    import(&project, &format!("{HEADER}\n{GOOD}")).ends(0);
    let before = files(&project.data());
    for (old, new, line, said, hint) in WRONG {
        let list = format!("{HEADER}\n{}", GOOD.replacen(old, new, 1));
        assert!(list.contains(new), "{old}");
        let run = import(&project, &list).ends(4);
        run.says(&format!("agendas.csv:{line}: "))
            .says(said)
            .says(hint);
        assert_eq!(
            differences(&before, &files(&project.data())),
            [""; 0],
            "{new}"
        );
    }
    import(&project, &format!("{HEADER}\n"))
        .ends(4)
        .says("no position");
    // a list of members is still told apart, and a header that is neither is named
    import(&project, "networks,thema,position\n")
        .ends(4)
        .says("the header is");
}

#[test]
fn a_list_that_was_changed_by_hand_is_tested_again_by_the_build() {
    let project = project();
    import(&project, &format!("{HEADER}\n{GOOD}")).ends(0);
    let queries = Queries::read(&project.path("queries")).unwrap();
    for (old, new, said) in [
        (
            ",2020-09,",
            ",sept 2020,",
            "`sept 2020` is no date or part of one",
        ),
        (
            ",2020-09,",
            ",2020-13,",
            "`2020-13` is no date or part of one",
        ),
        (
            "overig,Bond",
            "overig,Verbond",
            "there is no network `Verbond`",
        ),
        (
            "Blauw Bond",
            "Blauw Verbond",
            "there is no network `Verbond`",
        ),
        ("proef,Bond", "wonen,Bond", "there is no theme `wonen`"),
        (
            "De Bond wil rust.",
            "De Bond\u{7} wil rust.",
            "control sign",
        ),
    ] {
        let text = project.text("data/agendas.csv").replacen(old, new, 1);
        let path = project.path("changed.csv");
        fs::write(&path, text).unwrap();
        let error = Agendas::read(&path, &queries).unwrap_err().to_string();
        assert!(
            error.contains(said) && error.contains("changed.csv:"),
            "{error}"
        );
    }
}

#[test]
fn a_voice_is_no_group_and_has_an_id_of_its_own() {
    for (id, said) in [
        ("Rood", "group `Rood` twice"),
        ("de Bond", "`de Bond` is no id of a voice"),
        ("Bond", "group `Bond` twice"),
    ] {
        let project = project();
        project.append(
            "queries/house.toml",
            &format!("\n[[voice]]\nid = \"{id}\"\n"),
        );
        let error = Queries::read(&project.path("queries")).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}
