//! `diff`: what changed between two editions, states of the data, projects and releases, in parts that add up.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use middelgroot::base::number::parse;
use middelgroot::diff::{Cause, Chain, Change, Changes, Effect, Side, Urgency, Whom, Whose};
use middelgroot::figures::Figures;
use middelgroot::query::Queries;
use middelgroot::source::snapshot::Store;
use polars::prelude::{Column, DataFrame};
use support::{Project, close, figures, frozen, indicator, queries, region};

/// All changes between two sides on the figures that never change.
fn changes(queries: &Queries, old: &Figures, new: &Figures) -> Changes {
    let data = frozen();
    let side = |figures| Side {
        data: &data,
        queries,
        figures,
    };
    let chain = Chain::new(side(old), side(new)).unwrap_or_else(|error| panic!("{error}"));
    Changes::new(&chain, Whose::All, Effect::default())
}

fn of<'c>(changes: &'c Changes, indicator: &str, whom: &str) -> &'c Change {
    let found = changes
        .figures
        .iter()
        .find(|of| of.indicator == indicator && of.whom.id() == whom);
    found.unwrap_or_else(|| panic!("`{indicator}` of {whom} did not change"))
}

/// A printed difference, without the words of its unit.
fn read(text: &str) -> f64 {
    let bare = text.replace(['+', '€', '\u{a0}', '%', '*'], "");
    parse(&bare)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .to_f64()
}

fn add_up(changes: &Changes) -> usize {
    let mut whole = 0;
    for change in &changes.figures {
        let what = (&change.indicator, &change.whom);
        assert!(!change.parts.is_empty(), "{what:?}");
        let Some(expected) = change.whole() else {
            continue;
        };
        let parts: Option<f64> = change.parts.iter().map(|part| part.change).sum();
        let parts = parts.unwrap_or_else(|| panic!("{what:?}: {:?}", change.parts));
        let scale = change
            .new
            .as_ref()
            .map_or(1.0, |of| of.value.abs().max(1.0));
        assert!(
            (parts - expected).abs() <= 1e-9 * scale,
            "{what:?}: {parts} is not {expected}"
        );
        let printed: f64 = change.parts.iter().map(|part| read(&part.text)).sum();
        let both = [&change.old, &change.new].map(|of| read(&of.as_ref().unwrap().text));
        assert!(
            close(printed, both[1] - both[0]),
            "{what:?}: {printed} is printed of {both:?}"
        );
        assert!(close(printed, read(&change.text)), "{what:?}");
        whole += 1;
    }
    whole
}

#[test]
fn parts_of_every_figure_add_up_from_edition_to_edition() {
    let (queries, old, new) = (queries(), figures("2021"), figures("2026"));
    let changes = changes(&queries, &old, &new);
    assert!(add_up(&changes) > 5_000);
    assert_eq!(changes.notes, Vec::<String>::new());
    let by_cause = changes.by_cause();
    for cause in [Cause::Boundaries, Cause::Members, Cause::Period] {
        assert!(by_cause[&cause] > 0, "{by_cause:?}");
    }
    for cause in [Cause::Code, Cause::Revised, Cause::Definition] {
        assert!(!by_cause.contains_key(&cause), "{by_cause:?}");
    }
    // what is not among the changes is the same
    let changed: BTreeSet<(&str, &str)> = changes
        .figures
        .iter()
        .map(|of| (of.indicator.as_str(), of.whom.id()))
        .collect();
    for id in queries.indicator_ids() {
        for group in new.groups.all() {
            let value = |figures: &Figures| {
                let year = figures.used(id).year?;
                figures.group(id, group.id, year)?.value
            };
            let is_same = match (value(&old), value(&new)) {
                (Some(old), Some(new)) => close(old, new),
                (old, new) => old == new,
            };
            let name = (queries[id].id.as_str(), group.name.id.as_str());
            assert!(is_same || changed.contains(&name), "{name:?}");
        }
    }
}

#[test]
fn each_part_is_what_one_thing_changed() {
    let (queries, old, new) = (queries(), figures("2021"), figures("2026"));
    let changes = changes(&queries, &old, &new);
    let inwoners = indicator(&queries, "inwoners");
    let years = [
        old.used(inwoners).year.unwrap(),
        new.used(inwoners).year.unwrap(),
    ];
    let sum = |figures: &Figures, group: &str, year: i32| {
        let group = figures.groups.named(group).unwrap();
        let members = figures.members(inwoners, group, year);
        members.map(|(_, cell)| cell.value().unwrap()).sum::<f64>()
    };
    let change = of(&changes, "inwoners", "G40");
    let part = |cause| {
        let part = change.parts.iter().find(|part| part.causes == [cause]);
        part.map_or(0.0, |part| part.change.unwrap())
    };
    // who joined or left the G40 moved it by their inhabitants of the year that was printed before
    let moved = changes.members.iter().find(|of| of.group == "G40").unwrap();
    let by_name = |name: &String| {
        let mut all = new.gemeenten.regions.in_year(2026);
        let found = all
            .find(|(region, _)| new.name(*region) == *name)
            .unwrap()
            .0;
        new.cell(inwoners, found, years[0])
            .unwrap()
            .value()
            .unwrap()
    };
    let joined: f64 = moved.joined.iter().map(by_name).sum();
    let left: f64 = moved.left.iter().map(by_name).sum();
    // computed apart from the same files, in Python
    assert_eq!(
        (moved.joined.as_slice(), joined),
        (&["Amstelveen".to_owned()][..], 90_829.0)
    );
    assert!(
        close(part(Cause::Members), joined - left),
        "{moved:?}: {change:?}"
    );
    // the last part is what the new open data says between both years
    let development = sum(&new, "G40", years[1]) - sum(&new, "G40", years[0]);
    assert!(close(part(Cause::Period), development), "{change:?}");
}

#[test]
fn an_edition_that_shares_its_observations_has_the_same_figures() {
    let (queries, old, new) = (queries(), figures("2021"), figures("2026"));
    let shared = new.of_edition(&queries, &old.edition, &new.gemeenten);
    let shared = shared.unwrap_or_else(|error| panic!("{error}"));
    for id in queries.indicator_ids() {
        assert_eq!(old.used(id), shared.used(id), "{}", queries[id].id);
        for group in old.groups.all() {
            let of = |figures: &Figures| -> Vec<_> {
                figures.compared(id).of_group(group.id).copied().collect()
            };
            assert_eq!(of(&old), of(&shared), "{}", queries[id].id);
        }
    }
}

/// Brings in another release of a table, past the door: these gemeenten are so many times what they were.
fn revise(project: &Project, table: &str, codes: &[&str], factor: f64) {
    let store = Store::new(&project.data());
    let mut lock = store.lock().unwrap();
    let snapshot = store.read(table, &lock.tables[table]).unwrap();
    let frame = snapshot.observations;
    let regions = frame.column("region").unwrap().str().unwrap().clone();
    let values = frame.column("value").unwrap().f64().unwrap().clone();
    let revised: Vec<Option<f64>> = regions
        .iter()
        .zip(values.iter())
        .map(|(code, value)| {
            let factor = if code.is_some_and(|code| codes.contains(&code)) {
                factor
            } else {
                1.0
            };
            value.map(|value| (value * factor).round())
        })
        .collect();
    let mut columns = frame.columns().to_vec();
    let at = frame.get_column_index("value").unwrap();
    columns[at] = Column::new("value".into(), revised);
    let mut frame = DataFrame::new_infer_height(columns).unwrap();
    let release = store.write(snapshot.sidecar, &mut frame).unwrap();
    lock.tables.insert(table.to_owned(), release);
    store.write_lock(&lock).unwrap();
}

/// Den Helder, Rijswijk and Gouda: members of M50, of which the first two have much crime.
const THREE: [&str; 3] = ["GM0400", "GM0603", "GM0513"];

/// The lines of a table under a title, up to the empty line behind it.
fn under<'t>(text: &'t str, title: &str) -> Vec<&'t str> {
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with(title))
        .skip(1);
    lines.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn three_gemeenten_that_became_a_third_larger_are_named_first() {
    let (old, new) = (Project::frozen(), Project::frozen());
    revise(&new, "47022NED", &THREE, 1.3);
    let data = old.data();
    let arguments = ["diff", data.to_str().unwrap(), "2026"];
    let text = new.must(&arguments).stdout;
    let first = under(&text, "changed for a year that was printed before");
    for line in &first[..3] {
        assert!(THREE.iter().any(|code| line.contains(code)), "{text}");
        assert!(line.contains("CBS revised it +"), "{text}");
    }
    // the extreme that is printed is another, and that is said
    assert!(text.contains("highest of M50 (was Roermond)"), "{text}");
    let facts = under(&text, "facts that print something else");
    let named = facts
        .iter()
        .any(|line| line.contains("Roermond -> Den Helder"));
    assert!(named, "{text}");
    assert!(!text.contains("new period"), "{text}");
    // cell by cell they come first too
    let cells = new.must(&["diff", "--table", "47022NED"]).stdout;
    let lines: Vec<&str> = cells
        .lines()
        .filter(|line| line.starts_with("  GM"))
        .collect();
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.contains("+30.")),
        "{cells}"
    );
    // the same as CSV
    let csv = new
        .must(&["diff", data.to_str().unwrap(), "2026", "--csv"])
        .stdout;
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    assert!(rows.iter().all(|row| row.contains(",revised,")), "{csv}");
}

#[test]
fn one_of_each_kind_of_change_adds_up_for_a_group() {
    let (old, new) = (Project::frozen(), Project::frozen());
    revise(&new, "47022NED", &THREE, 1.3);
    // per household instead of per inhabitant
    let theme = "queries/themes/veiligheid.toml";
    let per = "per = \"1.000 inwoners\"\ncount = \"47022NED";
    new.replace(theme, per, &per.replace("inwoners", "huishoudens"));
    let folder = old.root().to_str().unwrap().to_owned();
    let csv = new
        .must(&["diff", &folder, "2026", "--edition", "2021", "--csv"])
        .stdout;
    new.write("diff.csv", &csv);
    let sheet = support::Sheet::read(&new.path("diff.csv"));
    let mut sums: BTreeMap<(String, String), (f64, f64, BTreeSet<String>)> = BTreeMap::new();
    for row in &sheet.rows {
        let cell = |name: &str| sheet.cell(row, name).to_owned();
        if cell("change").is_empty() {
            continue;
        }
        let number = |name: &str| cell(name).parse::<f64>().unwrap();
        let sum = sums.entry((cell("indicator"), cell("id"))).or_default();
        sum.0 += number("part");
        sum.1 = number("change");
        sum.2.insert(cell("cause"));
    }
    assert!(sums.values().all(|(parts, whole, _)| close(*parts, *whole)));
    let kinds: BTreeSet<&str> = sums
        .values()
        .flat_map(|of| of.2.iter().map(String::as_str))
        .collect();
    for kind in ["revised", "definition", "boundaries", "members", "period"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
}

#[test]
fn builds_tell_what_they_change() {
    let project = Project::frozen();
    let build = ["build", "--data-only"];
    project
        .must(&build)
        .says("there is no earlier build to compare with");
    let again = [&build[..], &["--force"]].concat();
    for build in [&build[..], &again] {
        project
            .must(build)
            .says("since the last build: no figure changed");
    }
    revise(&project, "47022NED", &THREE, 1.3);
    let told = project.must(&build).stderr;
    let named = told
        .lines()
        .skip_while(|line| !line.starts_with("since the last build:"))
        .nth(1);
    let named = named.unwrap_or_else(|| panic!("{told}"));
    assert!(THREE.iter().any(|code| named.contains(code)), "{told}");
    assert!(named.contains("CBS revised it (47022NED)"), "{told}");
}

#[test]
fn what_is_no_side_is_told() {
    let project = Project::frozen();
    let run = project.run(&["diff", "2021", "2099"]).ends(2);
    run.says("`2099` is no edition").says("`2026`");
    project.run(&["diff", "2021"]).ends(2).says("one was named");
    project
        .run(&["diff", "--table", "00000NED"])
        .ends(2)
        .says("no release");
    project
        .run(&["diff", "--table", "47022NED"])
        .ends(2)
        .says("one release only");
    let same = project.must(&["diff", "2026", "2026"]).stdout;
    assert!(same.contains(": 0 of "), "{same}");
}

#[test]
fn groups_come_before_gemeenten_and_the_largest_first() {
    let (queries, old, new) = (queries(), figures("2021"), figures("2026"));
    let changes = changes(&queries, &old, &new);
    let order: Vec<(Urgency, f64)> = changes
        .figures
        .iter()
        .map(|of| (of.urgency(), of.size()))
        .collect();
    assert!(order.windows(2).all(|pair| {
        pair[0].0 < pair[1].0 || (pair[0].0 == pair[1].0 && pair[0].1 >= pair[1].1)
    }));
    // Weesp went into Amsterdam: its figure is gone, and not small
    let weesp = region("GM0457").to_string();
    let gone = changes
        .figures
        .iter()
        .find(|of| matches!(&of.whom, Whom::Gemeente(code, _) if *code == weesp));
    let gone = gone.expect("Weesp is told");
    assert_eq!(gone.parts.last().unwrap().causes, [Cause::Boundaries]);
    assert!(gone.new.is_none());
}

#[test]
fn a_table_that_comes_in_tells_what_it_has_otherwise() {
    let made = support::Made::new();
    let store = made.project.store();
    let before = store.lock().unwrap();
    made.change_value("misdaad", "GM0007,2021JJ00,misdrijven", "101,");
    store.write_lock(&before).unwrap();
    let folder = made.project.path("incoming/misdaad");
    let told = made
        .project
        .must(&["import", folder.to_str().unwrap()])
        .stderr;
    assert!(
        told.contains("table `misdaad`") && told.contains(": 1 of "),
        "{told}"
    );
    assert!(
        told.contains("94 -> 101") && told.contains("+7.4%"),
        "{told}"
    );
}

#[test]
fn claims_stand_in_each_edition_as_its_own_check_says() {
    let project = Project::frozen();
    let changed = project.must(&["diff", "2021", "2026"]).stdout;
    let turned = changed.lines().filter_map(|line| {
        let (id, rest) = line.strip_prefix("  ")?.split_once(' ')?;
        let (old, rest) = rest.trim_start().split_once(" -> ")?;
        let states = ["holds", "weak", "fails", "no-data"];
        let new = rest.split(' ').next()?;
        (states.contains(&old) && states.contains(&new)).then_some((id, [old, new]))
    });
    let turned: Vec<(&str, [&str; 2])> = turned.collect();
    assert!(turned.len() > 5, "{changed}");
    for (at, edition) in ["2021", "2026"].into_iter().enumerate() {
        let checked = project.run(&["check", "--edition", edition]).stdout;
        for (id, states) in &turned {
            let line = checked
                .lines()
                .find(|line| line.contains(&format!(" {id} ")));
            let line = line.unwrap_or_else(|| panic!("{id} is not in {checked}"));
            assert!(
                line.contains(&format!(" {},", states[at])),
                "{edition}: {line}"
            );
        }
    }
}
