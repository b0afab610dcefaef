//! What is added up counts nothing twice, and only what adds up is added up.

use middelgroot::base::observation::Missing;

use crate::support::{Made, close, indicator, region, told};

/// Regions of 2024 that no herindeling changed since, with a figure of each from one of them.
fn rows(table: &[(&str, [u32; 4])]) -> Vec<String> {
    let mut rows = Vec::new();
    for (key, values) in table {
        for (code, value) in ["GM0001", "GM0002", "GM0007", "GM0009"].iter().zip(values) {
            rows.push(format!("{code},2024JJ00,{key},{value}"));
        }
    }
    rows
}

/// A project with a table of its own, and an indicator that counts what a `[[topic]]` of it is.
fn counting(topics: &[&str], table: &[(&str, [u32; 4])], asked: &str, count: &str) -> Made {
    let made = Made::new();
    let rows = rows(table);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    made.bring("eigen", "", topics, &rows);
    made.ask(asked);
    made.ask(&format!(
        "[[indicator]]\nid = \"eigen\"\ntitle = \"Eigen\"\ndefinition = \"Eigen.\"\nunit = \"euro\"\n\
         range = [0, 1000000]\ncount = \"{count}\""
    ));
    made
}

fn sum_of(made: &Made, code: &str) -> f64 {
    let queries = made.queries();
    let figures = made
        .figured("2024")
        .unwrap_or_else(|error| panic!("{error}"));
    let id = indicator(&queries, "eigen");
    let cell = figures.cell(id, region(code), 2024).unwrap();
    cell.value().unwrap()
}

/// The figures are refused, in the theme, with these words.
#[track_caller]
fn refused(made: &Made, words: &[&str]) {
    let error = made.figured("2024").unwrap_err();
    for word in words.iter().chain(&["themes/proef.toml:"]) {
        assert!(error.contains(word), "no `{word}` in: {error}");
    }
}

const LASTEN: &str = "[[topic]]\nid = \"eigen\"\ntitle = \"eigen\"\ntable = \"eigen\"\nkeys = [\"*:lasten\"]\nunit = \"x 1 000 euro\"";

#[test]
fn a_pattern_that_catches_the_total_beside_its_parts_is_refused() {
    let topics = [
        "0.1:lasten,0.1 Bestuur > Lasten,x 1 000 euro,0",
        "0.2:lasten,0.2 Burgerzaken > Lasten,x 1 000 euro,0",
        "alle:lasten,Alle taakvelden zonder reserves > Lasten,x 1 000 euro,0",
    ];
    // not their sum: the total is of more than these two
    let table = [
        ("0.1:lasten", [1_000, 2_000, 3_000, 4_000]),
        ("0.2:lasten", [500, 400, 300, 200]),
        ("alle:lasten", [9_000, 9_000, 9_000, 9_000]),
    ];
    let made = counting(&topics, &table, LASTEN, "eigen");
    let words = [
        "topic `eigen` counts twice in 2024",
        "`alle:lasten`",
        "`0.1:lasten`",
        "`eigen`",
    ];
    refused(&made, &words);
    let parts = LASTEN.to_owned() + "\nexcept = [\"alle:lasten\"]";
    let made = counting(&topics, &table, &parts, "eigen");
    assert!(close(sum_of(&made, "GM0001"), 1_500_000.0));
    let total = LASTEN.replace("*:lasten", "alle:*");
    let made = counting(&topics, &table, &total, "eigen");
    assert!(close(sum_of(&made, "GM0001"), 9_000_000.0));
}

#[test]
fn a_total_is_known_by_its_figures_whatever_it_is_called() {
    let topics = [
        "a:lasten,Bestuur > Lasten,x 1 000 euro,0",
        "b:lasten,Burgerzaken > Lasten,x 1 000 euro,0",
        "c:lasten,Gemeente > Lasten,x 1 000 euro,0",
    ];
    // the last is one off by rounding
    let table = [
        ("a:lasten", [1_000, 2_000, 3_000, 4_000]),
        ("b:lasten", [500, 400, 300, 200]),
        ("c:lasten", [1_500, 2_400, 3_300, 4_201]),
    ];
    let made = counting(&topics, &table, LASTEN, "eigen");
    refused(
        &made,
        &["the figures of `c:lasten` (Gemeente > Lasten) are the sum of `a:lasten`"],
    );
    let mut other = table;
    other[2].1 = [1_700, 2_900, 3_350, 4_201];
    let made = counting(&topics, &other, LASTEN, "eigen");
    assert!(close(sum_of(&made, "GM0001"), 3_200_000.0));
}

#[test]
fn a_key_that_others_begin_with_is_their_total_only_by_its_figures() {
    let topics = [
        "0.1:lasten,Bestuur > Lasten,x 1 000 euro,0",
        "6:lasten,Sociaal > Lasten,x 1 000 euro,0",
        "6.1:lasten,Wijkteams > Lasten,x 1 000 euro,0",
        "6.2:lasten,Jeugd > Lasten,x 1 000 euro,0",
    ];
    let table = [
        ("0.1:lasten", [700, 800, 900, 1_000]),
        ("6:lasten", [1_500, 2_400, 3_300, 4_200]),
        ("6.1:lasten", [1_000, 2_000, 3_000, 4_000]),
        ("6.2:lasten", [500, 400, 300, 200]),
    ];
    let made = counting(&topics, &table, LASTEN, "eigen");
    refused(&made, &["`6:lasten`", "`6.1:lasten`", "`6.2:lasten`"]);
    // 0.1 is no total of 0.10 and 0.11, nor 6 of what does not add up to it
    let mut other = table;
    other[1].1 = [70, 80, 90, 100];
    let made = counting(&topics, &other, LASTEN, "eigen");
    assert!(close(sum_of(&made, "GM0001"), 2_270_000.0));
}

const WONEN: [&str; 4] = [
    "w,Wonen,aantal,0",
    "h,Wonen > Huur,aantal,0",
    "k,Wonen > Koop,aantal,0",
    "b,Wonen > Bedrijfswoningen totaal,aantal,0",
];
const WONINGEN: [(&str, [u32; 4]); 4] = [
    ("w", [103, 207, 301, 402]),
    ("h", [41, 52, 63, 77]),
    ("k", [57, 149, 231, 319]),
    ("b", [11, 12, 13, 14]),
];

/// The topics of a table about dwellings, by name.
fn wonen() -> String {
    let topic = |(id, path): (&str, &str)| {
        format!("[[topic]]\nid = \"{id}\"\ntitle = \"{id}\"\ncount = \"eigen: {path}\"\n")
    };
    let topics = [
        ("w", "Wonen"),
        ("h", "Wonen > Huur"),
        ("k", "Wonen > Koop"),
        ("b", "Wonen > Bedrijfswoningen totaal"),
        ("ook-h", "… > Huur"),
    ];
    topics.map(topic).concat()
}

#[test]
fn a_topic_and_one_below_it_are_not_added_up() {
    let made = counting(&WONEN, &WONINGEN, &wonen(), "w + h");
    refused(
        &made,
        &["indicator `eigen` counts twice in 2024: `w` holds `h`"],
    );
    // parts add up, also one that is the total of something else, and a part may be taken off
    let made = counting(&WONEN, &WONINGEN, &wonen(), "h + k + b");
    assert!(close(sum_of(&made, "GM0001"), 109.0));
    let made = counting(&WONEN, &WONINGEN, &wonen(), "w - h");
    assert!(close(sum_of(&made, "GM0001"), 62.0));
}

#[test]
fn a_topic_is_in_a_sum_once_under_whatever_name() {
    let made = counting(&WONEN, &WONINGEN, &wonen(), "h + k + h");
    refused(&made, &["`h` twice in one sum"]);
    let made = counting(&WONEN, &WONINGEN, &wonen(), "h + ook-h");
    refused(
        &made,
        &["`h` and `ook-h` both count key `h` of table `eigen`"],
    );
}

#[test]
fn topics_that_are_the_sum_of_others_are_known_by_their_figures() {
    let mut table = WONINGEN;
    table[3].1 = [98, 201, 294, 396];
    let made = counting(&WONEN, &table, &wonen(), "h + k + b");
    refused(&made, &["the figures of `b` are the sum of `h`, `k`"]);
}

#[test]
fn of_two_tables_that_fill_one_year_the_first_counts_and_that_is_told() {
    let made = Made::new();
    let told = "overlap: topic `inwoners` is in `bevolking` and in `bevolking-oud` for 2021: the first counts";
    made.project.must(&["build", "--data-only"]).says(told);
    // of a family the first in `tables.toml`, not the first by name
    for (id, value) in [("z-eerst", 10), ("a-later", 99)] {
        let topics = ["t,Dingen,aantal,0"];
        let row = format!("GM0001,2024JJ00,t,{value}");
        made.bring(id, "family = \"twee\"", &topics, &[&row]);
    }
    made.ask(
        "[[indicator]]\nid = \"eigen\"\ntitle = \"Dingen\"\ndefinition = \"Dingen.\"\nunit = \"dingen\"\ncoverage = 0\n\
         count = \"twee: Dingen\"",
    );
    assert!(close(sum_of(&made, "GM0001"), 10.0));
    let told = "overlap: topic `eigen` is in `z-eerst` and in `a-later` for 2024: the first counts";
    made.project.must(&["build", "--data-only"]).says(told);
}

/// A share of what merged: 60% in Cuyk with 3,000 people, 20% in Deest with 1,000.
fn labels(indicator: &str, topics: &str) -> Made {
    let made = Made::new();
    let rows = [
        "GM0001,2020JJ00,label,30",
        "GM0003,2020JJ00,label,60",
        "GM0004,2020JJ00,label,20",
    ];
    made.bring("labels", "", &[topics], &rows);
    made.ask(&format!(
        "[[indicator]]\nid = \"label\"\ntitle = \"Label\"\ndefinition = \"Label.\"\nunit = \"%\"\ncoverage = 0\n{indicator}"
    ));
    made
}

const LABEL: &str = "label,Woningen > Woningen met een energielabel,%,1";

#[test]
fn a_share_does_not_add_up_when_gemeenten_merge() {
    let path = "labels: Woningen > Woningen met een energielabel";
    let made = labels(&format!("count = \"{path} [%]\""), LABEL);
    refused(
        &made,
        &["`%` is the unit of a ratio, and a ratio does not add up"],
    );
    let value = |made: &Made| {
        let figures = made
            .figured("2024")
            .unwrap_or_else(|error| panic!("{error}"));
        let id = indicator(&made.queries(), "label");
        told(
            figures
                .cell(id, region("GM0010"), 2020)
                .unwrap()
                .observation,
        )
    };
    let weighted = format!("ratio = \"{path} [%]\"\nweight = \"inwoners\"");
    assert!(close(value(&labels(&weighted, LABEL)).unwrap(), 50.0));
    let kept = format!("distribution = \"{path} [%]\"");
    assert_eq!(value(&labels(&kept, LABEL)), Err(Missing::Herindeling));
}

#[test]
fn an_average_in_the_unit_of_a_count_does_not_add_up_either() {
    for (topic, path) in [
        (
            "label,Wonen > Gemiddelde woningwaarde,x 1 000 euro,0",
            "Wonen > Gemiddelde woningwaarde [x 1 000 euro]",
        ),
        (
            "label,Winkels > Aantal winkels > Binnen 3 km,aantal,1",
            "Winkels > Aantal winkels > Binnen 3 km",
        ),
        (
            "label,Inkomen > Mediaan vermogen,euro,0",
            "Inkomen > Mediaan vermogen [euro]",
        ),
    ] {
        let made = labels(&format!("count = \"labels: {path}\""), topic);
        refused(
            &made,
            &[
                "topic `label` is no count",
                "of table `labels` does not add up",
            ],
        );
    }
    // nor does what CBS presents as relative, whatever it is called
    let made = labels("count = \"labels: Huur [euro]\"", "label,Huur,euro,0");
    let part = "incoming/labels/topics.csv";
    made.project.replace(part, "Absolute", "Relative");
    made.change_value("labels", "GM0001,2020JJ00,label,", "31,");
    refused(&made, &["topic `label` is no count: `Huur`"]);
    // where the query says so it does
    let made = labels(
        "count = \"gemiddeld\"",
        "label,Gemiddelde bevolking,aantal,1",
    );
    made.ask(
        "[[topic]]\nid = \"gemiddeld\"\ntitle = \"bevolking\"\ncount = \"labels: Gemiddelde bevolking\"\nadditive = true",
    );
    let figures = made
        .figured("2024")
        .unwrap_or_else(|error| panic!("{error}"));
    let cell = figures.cell(indicator(&made.queries(), "label"), region("GM0010"), 2020);
    assert!(close(cell.unwrap().value().unwrap(), 80.0));
}
