//! Charts as the paper shows them: every one that is asked and has figures can be drawn, says what it shows, and says the
//! same as the facts.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use middelgroot::chart::MarkKind;
use middelgroot::fact::{Register, plain, print};
use middelgroot::figures::{Figures, Provenance};
use middelgroot::gemeente::Geometry;
use middelgroot::gemeente::group::GroupKind;
use middelgroot::illustrate::{self, Illustration, MAX_ALT};
use middelgroot::query::{ChartKind, Direction, Queries};

/// Every chart of an edition that has figures, by id.
fn illustrations(queries: &mut Queries, figures: &Figures) -> BTreeMap<String, Illustration> {
    queries.settle(figures.series());
    let queries = &*queries;
    let borders = support::frozen().join("geometry");
    let geometry = Geometry::read(&borders, figures.edition.boundaries).unwrap();
    let provenance = Provenance::new(queries, &figures.tidy);
    let drawn: Vec<_> = queries
        .charts
        .iter()
        .filter_map(|chart| {
            illustrate::draw(chart, queries, figures, geometry.as_ref())
                .unwrap_or_else(|error| panic!("{error}"))
        })
        .collect();
    let mut wanted = BTreeSet::new();
    for drawn in &drawn {
        wanted.extend(illustrate::wanted(drawn, queries, figures).unwrap());
    }
    let register = Register::new(queries, figures, wanted).unwrap();
    let captioned = drawn.into_iter().map(|drawn| {
        let illustration = illustrate::caption(drawn, &register, &provenance);
        illustration.unwrap_or_else(|error| panic!("{error}"))
    });
    captioned.map(|of| (of.id.clone(), of)).collect()
}

#[test]
fn every_chart_says_what_it_shows_and_no_two_say_the_same() {
    for edition in ["2026", "2026-leden-2023", "2021"] {
        let mut queries = support::queries();
        let illustrations = illustrations(&mut queries, &support::figures(edition));
        assert!(
            illustrations.len() > 10,
            "{edition}: {}",
            illustrations.len()
        );
        let mut alts = BTreeSet::new();
        for (id, of) in &illustrations {
            let length = of.alt.chars().count();
            assert!(
                (20..=MAX_ALT).contains(&length),
                "{edition} {id}: {}",
                of.alt
            );
            assert!(alts.insert(&of.alt), "{edition} {id}: {} twice", of.alt);
            assert!(
                !plain(&of.title).is_empty() && !of.subtitle.is_empty(),
                "{id}"
            );
            assert!(
                of.source.starts_with("Bron: ") && of.source.ends_with("; bewerking M50."),
                "{edition} {id}: {}",
                of.source
            );
            assert!(of.picture.svg.starts_with("<svg"), "{edition} {id}");
            assert_eq!(of.picture.overlaps(), [], "{edition} {id}");
            let alone = of.alone().unwrap();
            assert_eq!(alone.overlaps(), [], "{edition} {id}");
            let words: Vec<&str> = alone.texts.iter().map(|text| text.text.as_str()).collect();
            let words = words.join(" ");
            assert!(
                words.contains("Licentie: CC BY 4.0, met vermelding"),
                "{id}: {words}"
            );
            assert_eq!(of.picture.omitted, [""; 0], "{edition} {id}");
        }
    }
}

#[test]
fn alt_texts_print_the_figures_of_the_subject_and_of_nederland() {
    let (mut queries, figures) = (support::queries(), support::figures("2026"));
    let illustrations = illustrations(&mut queries, &figures);
    let groups = [figures.groups.subject(), figures.groups.nation()];
    let mut said = 0;
    for chart in queries
        .charts
        .iter()
        .filter(|chart| chart.kind != ChartKind::Map)
    {
        let Some(of) = illustrations.get(&chart.id) else {
            continue;
        };
        let id = chart.indicators[0];
        // a chart over years ends with the last that it shows
        let Some(year) = figures
            .used(id)
            .year
            .filter(|_| !chart.kind.is_over_years())
        else {
            continue;
        };
        for group in groups
            .into_iter()
            .filter(|group| chart.groups.contains(&group.id))
        {
            let figure = figures.group(id, group.id, year);
            let Some(value) = figure.and_then(|figure| figure.value) else {
                continue;
            };
            let text = print(&queries[id], value, figure.unwrap().is_provisional()).unwrap();
            let words = format!("{} {text}", group.name.id);
            assert!(of.alt.contains(&words), "`{words}` is not in: {}", of.alt);
            said += 1;
        }
    }
    assert!(said > 20, "{said}");
}

#[test]
fn a_chart_without_figures_is_none() {
    let queries = support::queries();
    let drawn = |figures: &Figures| -> usize {
        let charts = queries
            .charts
            .iter()
            .filter(|chart| chart.kind != ChartKind::Map);
        let drawn = charts.map(|chart| illustrate::draw(chart, &queries, figures, None));
        drawn
            .filter(|drawn| drawn.as_ref().unwrap().is_some())
            .count()
    };
    assert!(drawn(&support::figures("2021")) > 5);
    let folder = tempfile::tempdir().unwrap();
    support::copy(&support::frozen(), folder.path());
    std::fs::write(folder.path().join("snapshots.lock"), "[tables]\n").unwrap();
    let figures = support::compute(folder.path(), &queries, "2021");
    assert_eq!(drawn(&figures.unwrap_or_else(|error| panic!("{error}"))), 0);
}

/// The real queries with a break in an indicator from a year on.
fn with_break(theme: &str, indicator: &str, year: i32, more: &[(&str, &str)]) -> Queries {
    let project = support::Project::frozen();
    let theme = format!("queries/themes/{theme}.toml");
    let id = format!("[[indicator]]\nid = \"{indicator}\"\n");
    let breaks = format!("{id}breaks = [{{ year = {year}, why = \"andere meting\" }}]\n");
    project.replace(&theme, &id, &breaks);
    for (old, new) in more {
        project.replace(&theme, old, new);
    }
    Queries::read(&project.path("queries")).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_break_shows_in_the_chart_and_is_told_beside_it() {
    let drawn = |mut queries: Queries, chart: &str| {
        let figures = support::compute(&support::frozen(), &queries, "2026").unwrap();
        illustrations(&mut queries, &figures).remove(chart).unwrap()
    };
    let whole = drawn(support::queries(), "verkoopprijs");
    // a chart may go over a break that its text does not
    let years = "indicators = [\"verkoopprijs\"]\nyears = ";
    let whole_years = [(
        &*format!("{years}\"eerste..\""),
        &*format!("{years}\"2015..\""),
    )];
    let broken = drawn(
        with_break("profiel", "verkoopprijs", 2020, &whole_years),
        "verkoopprijs",
    );
    let texts = |of: &Illustration| {
        let texts = of.picture.texts.iter().map(|text| text.text.as_str());
        texts.collect::<Vec<_>>().join(" ")
    };
    assert!(texts(&broken).contains("andere meting") && !texts(&whole).contains("andere meting"));
    assert!(
        broken.subtitle.ends_with(", met een breuk in 2020"),
        "{}",
        broken.subtitle
    );
    assert!(
        broken.alt.contains("Met een breuk in 2020."),
        "{}",
        broken.alt
    );
    assert!(!whole.subtitle.contains("breuk"), "{}", whole.subtitle);
    // between two years side by side there is no line
    let title = "Zonnevermogen per woning: van {zonnestroom-vermogen.M50@eerste} naar {zonnestroom-vermogen.M50} kWp";
    let years = (
        "years = \"eerste..\"\ntitle = \"Zonne",
        "years = \"2019..\"\ntitle = \"Zonne",
    );
    let untold = [years, (title, "Zonnevermogen per woning")];
    let queries = with_break("duurzaamheid", "zonnestroom-vermogen", 2021, &untold);
    let slope = drawn(queries, "zonnestroom-vermogen");
    let told = texts(&slope);
    assert!(told.contains("breuk in 2021: andere meting"), "{told}");
}

/// A title that names its year, on whichever side of a break that lies.
const TYPED: [(&str, &str); 1] = [(
    "van {zonnestroom-vermogen.M50@eerste}",
    "van {zonnestroom-vermogen.M50@2019}",
)];

#[test]
fn a_title_that_compares_across_a_break_is_refused() {
    let queries = with_break("duurzaamheid", "zonnestroom-vermogen", 2021, &TYPED);
    let figures = support::compute(&support::frozen(), &queries, "2026").unwrap();
    let chart = queries
        .charts
        .iter()
        .find(|chart| chart.id == "zonnestroom-vermogen")
        .unwrap();
    let drawn = illustrate::draw(chart, &queries, &figures, None)
        .unwrap()
        .unwrap();
    let wanted = illustrate::wanted(&drawn, &queries, &figures).unwrap();
    let register = Register::new(&queries, &figures, wanted.into_iter().collect()).unwrap();
    let provenance = Provenance::new(&queries, &figures.tidy);
    let error = illustrate::caption(drawn, &register, &provenance)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("duurzaamheid.toml:") && error.contains("across the break of 2021"),
        "{error}"
    );
}

/// The texts of a drawing, in order.
fn texts(of: &Illustration) -> Vec<&str> {
    of.picture
        .texts
        .iter()
        .map(|text| text.text.as_str())
        .collect()
}

#[test]
fn a_heat_map_holds_each_group_against_nederland_by_the_rules_of_sentences() {
    let (mut queries, figures) = (support::queries(), support::figures("2026"));
    let of = &illustrations(&mut queries, &figures)["waar-anders"];
    let texts = texts(of);
    // the sign that follows a value in the row of a name
    let sign_of = |name: &str, value: &str| -> &str {
        // a name that takes two lines begins on the first
        let begins =
            |text: &&str| text.len() > 6 && (name.starts_with(text) || text.starts_with(name));
        let first = texts
            .iter()
            .filter(|text| begins(text))
            .max_by_key(|text| text.len());
        let row = texts.iter().skip_while(|text| Some(*text) != first);
        let mut after = row.skip_while(|text| **text != value);
        after.nth(1).unwrap()
    };
    let chart = queries
        .charts
        .iter()
        .find(|chart| chart.id == "waar-anders")
        .unwrap();
    let mut seen = 0;
    for &id in &chart.indicators {
        let indicator = &queries[id];
        let Some(year) = figures.used(id).year else {
            continue;
        };
        let value = |group| figures.group(id, group, year).and_then(|of| of.value);
        let groups = &figures.groups;
        let (Some(m50), Some(level)) = (value(groups.subject().id), value(groups.nation().id))
        else {
            continue;
        };
        // judged and not nearly equal: by hand, without the code that draws
        let relative = (m50 - level) / level;
        let matters = indicator.matters.max(5.0) / 100.0;
        if indicator.direction == Direction::None || relative.abs() < matters {
            continue;
        }
        let good = (relative > 0.0) == (indicator.direction == Direction::Higher);
        let sign = match (good, relative.abs() < 0.2) {
            (true, true) => "+",
            (true, false) => "++",
            (false, true) => "\u{2212}",
            (false, false) => "\u{2212}\u{2212}",
        };
        let printed = print(indicator, m50, false).unwrap();
        let drawn = sign_of(&indicator.title, &printed);
        assert_eq!(drawn, sign, "{}: {m50} {level}", indicator.id);
        seen += 1;
    }
    assert!(seen >= 3, "{seen}");
    // a group of which not all members are known is marked
    assert!(texts.contains(&"P10\u{2020}"));
}

#[test]
fn a_map_of_classes_counts_every_gemeente_once() {
    let (mut queries, figures) = (support::queries(), support::figures("2026"));
    let of = &illustrations(&mut queries, &figures)["overstapstation-kaart"];
    let counts = texts(of).into_iter().filter_map(|text| {
        let (_, count) = text.strip_suffix(')')?.rsplit_once('(')?;
        count.parse::<usize>().ok()
    });
    let counts: Vec<usize> = counts.collect();
    let all = figures
        .gemeenten
        .regions
        .in_year(figures.edition.boundaries)
        .count();
    assert_eq!(counts.iter().sum::<usize>(), all, "{counts:?}");
    // fifths, but for those who print the same
    assert!(
        counts[..5].iter().all(|count| count.abs_diff(all / 5) < 20),
        "{counts:?}"
    );
}

#[test]
fn a_scatter_names_the_extremes_of_the_members_and_shows_all_of_the_size() {
    let (mut queries, figures) = (support::queries(), support::figures("2026"));
    let of = &illustrations(&mut queries, &figures)["jeugdzorg-inkomen"];
    let chart = queries
        .charts
        .iter()
        .find(|chart| chart.id == "jeugdzorg-inkomen")
        .unwrap();
    let subject = figures.groups.subject();
    for &id in &chart.indicators {
        let year = figures.used(id).year.unwrap();
        for highest in [false, true] {
            let extreme = figures.extreme(id, subject, year, highest).unwrap();
            let name = figures.name(extreme);
            assert!(texts(of).contains(&name.as_str()), "{name}");
        }
    }
    assert_eq!(of.picture.omitted, [""; 0]);
    let dots = of
        .picture
        .marks
        .iter()
        .filter(|mark| mark.kind == MarkKind::Member);
    let of_size = figures.groups.of_kind(GroupKind::SizeClass).unwrap();
    // two stand in the legend
    assert!(dots.count() > of_size.members.len() - 10);
}

#[test]
fn a_share_of_nederland_is_not_called_nederland() {
    let (mut queries, figures) = (support::queries(), support::figures("2026"));
    let of = &illustrations(&mut queries, &figures)["aandeel-30-80"];
    let words = texts(of).join(" ");
    assert!(
        words.contains("Gemeenten van 30.000-80.000 ") && !words.contains("Nederland"),
        "{words}"
    );
    assert!(!of.subtitle.contains("groepen"), "{}", of.subtitle);
}

#[test]
fn what_a_kind_cannot_draw_is_refused_with_its_place() {
    let project = support::Project::frozen();
    let theme = "queries/themes/samenleving.toml";
    let read = || {
        Queries::read(&project.path("queries"))
            .unwrap_err()
            .to_string()
    };
    project.replace(
        theme,
        "indicators = [\"bijstand\", \"jeugdzorg\"]",
        "indicators = [\"bijstand\"]",
    );
    let error = read();
    assert!(
        error.contains("samenleving.toml:") && error.contains("1 indicators"),
        "{error}"
    );
    project.replace(
        theme,
        "kind = \"scatter\"\nindicators = [\"bijstand\"]",
        "kind = \"heat\"\nsize = \"half\"\nindicators = [\"bijstand\"]",
    );
    let error = read();
    assert!(error.contains("too narrow"), "{error}");
}
