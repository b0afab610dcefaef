//! A gemeente without a figure takes that of another topic, and everything that tells where figures come from says so.

use std::collections::BTreeSet;

use middelgroot::base::observation::Missing;
use middelgroot::fact::{Role, Trace};
use middelgroot::figures::Provenance;

use crate::support::{Made, close, indicator, region, told, topic};

const ASKED: &str = r#"
[[topic]]
id = "tel-kiezers"
title = "kiezers"
count = "tel: Kiezers"
fill = "tel-schatting"

[[topic]]
id = "tel-schatting"
title = "kiezers, geschat"
count = "schatting: Kiezers geschat"

[[topic]]
id = "tel-stemmen"
title = "stemmen"
count = "tel: Stemmen"

[[indicator]]
id = "opkomst-geteld"
title = "Opkomst"
definition = "Opkomst."
coverage = 0
count = "tel-stemmen"
share-of = "tel-kiezers"

[[indicator]]
id = "verschil"
title = "Verschil"
definition = "Verschil."
coverage = 0
range = [-100, 1000]
count = "tel-stemmen"
change-from = "tel-kiezers"
"#;

fn counted() -> Made {
    let made = Made::new();
    made.bring(
        "tel",
        "",
        &["k,Kiezers,aantal,0", "s,Stemmen,aantal,0"],
        &[
            "GM0001,2023JJ00,k,80",
            "GM0001,2024JJ00,k,100",
            "GM0002,2024JJ00,k,7",
            "GM0006,2023JJ00,k,40",
            "GM0006,2024JJ00,k,7",
            "GM0001,2024JJ00,s,50",
            "GM0002,2024JJ00,s,30",
            "GM0006,2024JJ00,s,10",
        ],
    );
    made.bring(
        "schatting",
        "",
        &["q,Kiezers geschat,x 1 000,1"],
        &[
            "GM0001,2024JJ00,q,0.2",
            "GM0002,2024JJ00,q,0.1",
            "GM0007,2024JJ00,q,0.5",
        ],
    );
    for code in ["GM0002", "GM0006"] {
        let line = format!("{code},2024JJ00,k,");
        made.change("tel", &format!("{line}7,none"), &format!("{line},unknown"));
    }
    made.ask(ASKED);
    made
}

#[test]
fn a_gemeente_without_a_figure_takes_that_of_the_topic_that_fills() {
    let made = counted();
    let queries = made.queries();
    let figures = made.figures(&queries, "2024");
    let share = indicator(&queries, "opkomst-geteld");
    let cell = |code: &str| *figures.cell(share, region(code), 2024).unwrap();
    assert!(close(cell("GM0001").value().unwrap(), 50.0));
    assert!(close(cell("GM0002").value().unwrap(), 30.0));
    assert_eq!(cell("GM0002").den, Some(100.0));
    // no estimate for it either: what it was a year ago stands below the line
    assert_eq!(cell("GM0006").den_year, Some(2023));
    // who is not in the table that is filled is not added to it
    assert_eq!(told(cell("GM0007").observation), Err(Missing::Absent));
    let kiezers = topic(&queries, "tel-kiezers");
    let filled = &figures.tidy.filled[&(kiezers, 2024)];
    assert_eq!(*filled, BTreeSet::from([region("GM0002")]));
}

#[test]
fn a_filled_figure_is_traced_to_the_cell_that_filled_it() {
    let made = counted();
    let queries = made.queries();
    let figures = made.figures(&queries, "2024");
    let share = indicator(&queries, "opkomst-geteld");
    let trace = Trace::new(&queries, &figures);
    let below = |code: &str| {
        let inputs = trace.inputs(share, 2024, region(code));
        let input = inputs.iter().find(|of| of.role == Role::Denominator);
        let input = *input.unwrap();
        let cell = trace.cells(&input).next().unwrap();
        let (table, value) = (trace.slot(cell).table.clone(), trace.raw(cell).value);
        (queries[input.topic].id.clone(), table, value)
    };
    let is = |topic: &str, table: &str, value| (topic.to_owned(), table.to_owned(), Some(value));
    assert_eq!(below("GM0001"), is("tel-kiezers", "tel", 100.0));
    assert_eq!(below("GM0002"), is("tel-schatting", "schatting", 0.1));
    let provenance = Provenance::new(&queries, &figures.tidy);
    let method = provenance.get(share, 0, 2024).unwrap();
    assert_eq!(method.tables, ["schatting", "tel"]);
}

#[test]
fn a_change_within_a_year_is_never_from_an_earlier_one() {
    let made = counted();
    let queries = made.queries();
    let figures = made.figures(&queries, "2024");
    let change = indicator(&queries, "verschil");
    let cell = |code: &str| *figures.cell(change, region(code), 2024).unwrap();
    assert!(close(cell("GM0001").value().unwrap(), -50.0));
    assert_eq!(told(cell("GM0006").observation), Err(Missing::Unknown));
    assert_eq!(cell("GM0006").den_year, None);
}

#[test]
fn what_cannot_fill_a_topic_is_refused_where_it_stands() {
    for (old, new, said) in [
        (
            "fill = \"tel-schatting\"",
            "fill = \"tel-schating\"",
            "there is no topic `tel-schating`",
        ),
        (
            "fill = \"tel-schatting\"",
            "fill = \"verkoopprijs\"",
            "`tel-kiezers` cannot be filled from `verkoopprijs`",
        ),
        (
            "fill = \"tel-schatting\"",
            "fill = \"tel-kiezers\"",
            "`tel-kiezers` cannot be filled from `tel-kiezers`",
        ),
        (
            "fill = \"tel-schatting\"",
            "fill = \"gemeenten\"",
            "`tel-kiezers` cannot be filled from `gemeenten`",
        ),
        (
            "count = \"schatting: Kiezers geschat\"",
            "count = \"schatting: Kiezers geschat\"\nfill = \"tel-stemmen\"",
            "`tel-kiezers` cannot be filled from `tel-schatting`",
        ),
    ] {
        let made = counted();
        made.project.replace("queries/themes/proef.toml", old, new);
        let error = made.figured("2024").unwrap_err();
        assert!(
            error.contains(said) && error.contains("proef.toml:"),
            "{error}"
        );
    }
}
