//! Earlier years: texts name them by what they are, the figures choose them, and nothing need be edited in the next edition.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use middelgroot::claim::{self, State, Tested};
use middelgroot::fact::{Register, plain};
use middelgroot::figures::{Figures, Provenance};
use middelgroot::paper::{self, Chapters, Content, Manuscript, Sources};
use middelgroot::query::{FactId, Queries};
use middelgroot::source::agendas::Agendas;
use middelgroot::verify;
use support::{Made, root};

/// A claim about inhabitants that types no year.
const GROWTH: &str = r#"
[[claim]]
id = "groei"
sentence = "Van {inwoners.periode@eerste} tot {inwoners.periode} ging Rood van {inwoners.Rood@eerste} naar {inwoners.Rood} inwoners; in {inwoners.periode@-1} was dat {inwoners.Rood@-1}."
when = "every(inwoners.Rood@-2.. > 1000) and inwoners.Rood@eerste.. >= 0"
"#;

/// What a claim of the country that never was says in an edition: its state, its sentence, its predicate.
fn said(made: &Made, edition: &str, id: &str) -> Result<(State, String, String), String> {
    let (queries, figures) = settled(made, edition);
    let register = Register::new(
        &queries,
        &figures,
        claim::wanted(&queries).cloned().collect(),
    );
    let register = register.unwrap();
    let claim = queries.claims.iter().find(|claim| claim.id == id).unwrap();
    let tested: Tested<'_> = claim::test(claim, &register).map_err(|error| error.to_string())?;
    let when = claim.when.text().to_owned();
    Ok((tested.state, plain(&tested.segments), when))
}

fn settled(made: &Made, edition: &str) -> (Queries, Figures) {
    let mut queries = made.queries();
    let figures = made.figures(&queries, edition);
    queries.settle(figures.series());
    (queries, figures)
}

#[test]
fn a_year_later_no_text_is_edited() {
    let made = Made::new();
    made.ask(GROWTH);
    let (state, sentence, when) = said(&made, "2024", "groei").unwrap();
    assert_eq!(state, State::Holds, "{sentence}");
    assert!(sentence.starts_with("Van 2020 tot 2024 ging"), "{sentence}");
    assert!(sentence.contains("; in 2023 was dat"), "{sentence}");
    assert_eq!(
        when,
        "every(inwoners.Rood@2022.. > 1000) and inwoners.Rood@2020.. >= 0"
    );
    let editions = made.project.text("queries/editions.toml");
    let earlier = editions.replacen("until = 2024", "until = 2023", 1);
    made.project.write("queries/editions.toml", &earlier);
    let (state, sentence, when) = said(&made, "2024", "groei").unwrap();
    assert_eq!(state, State::Holds, "{sentence}");
    assert!(sentence.starts_with("Van 2020 tot 2023 ging"), "{sentence}");
    assert!(sentence.contains("; in 2022 was dat"), "{sentence}");
    assert!(
        when.starts_with("every(inwoners.Rood@2021.. > 1000)"),
        "{when}"
    );
    // nothing to compare with, and said of no other year
    let first = editions.replacen("until = 2024", "until = 2020", 1);
    made.project.write("queries/editions.toml", &first);
    let (state, _, when) = said(&made, "2024", "groei").unwrap();
    assert_eq!(state, State::NoData);
    assert!(when.contains("inwoners.Rood@eerste.."), "{when}");
}

#[test]
fn every_year_counts_also_one_without_a_figure() {
    let made = Made::new();
    made.ask(
        "[[claim]]\nid = \"elk\"\nsentence = \"Zo was het elk jaar.\"\nwhen = \"every(inwoners.Rood@eerste.. > 0)\"",
    );
    assert_eq!(said(&made, "2024", "elk").unwrap().0, State::Holds);
    let text = made.project.text("queries/themes/proef.toml");
    let other = text.replace(
        "every(inwoners.Rood@eerste.. > 0)",
        "every(inwoners.Rood@eerste.. > 9715)",
    );
    made.project.write("queries/themes/proef.toml", &other);
    assert_eq!(said(&made, "2024", "elk").unwrap().0, State::Fails);
}

#[test]
fn the_base_is_of_the_edition_and_lies_before_the_year_in_use() {
    let made = Made::new();
    made.ask(
        "[[claim]]\nid = \"sinds\"\nsentence = \"Sinds {inwoners.periode@basis}.\"\nwhen = \"inwoners.Rood@basis.. > 0\"",
    );
    assert_eq!(said(&made, "2024", "sinds").unwrap().0, State::NoData);
    let part = "queries/editions.toml";
    made.project
        .replace(part, "until = 2024", "until = 2024\nbase = 2022");
    let (_, sentence, when) = said(&made, "2024", "sinds").unwrap();
    assert_eq!(sentence, "Sinds 2022.");
    assert_eq!(when, "inwoners.Rood@2022.. > 0");
    made.project.replace(part, "base = 2022", "base = 2025");
    let wrong = Queries::read(&made.project.path("queries")).unwrap_err();
    assert!(wrong.to_string().contains("`base` is 2025"), "{wrong}");
}

#[test]
fn nothing_is_compared_across_a_break() {
    let made = Made::new();
    let text = made.project.text("queries/themes/proef.toml");
    let broken = text.replacen(
        "range = [100, 100000]\n",
        "range = [100, 100000]\nbreaks = [{ year = 2023, why = \"andere telling\" }]\n",
        1,
    );
    made.project.write("queries/themes/proef.toml", &broken);
    made.ask(GROWTH);
    // two periods before lie on the other side
    let (state, _, when) = said(&made, "2024", "groei").unwrap();
    assert_eq!(state, State::NoData);
    assert!(
        when.starts_with("every(inwoners.Rood@-2.. > 1000)"),
        "{when}"
    );
    made.project.replace(
        "queries/themes/proef.toml",
        "every(inwoners.Rood@-2.. > 1000)",
        "every(inwoners.Rood@eerste.. > 1000)",
    );
    // the first that can be compared is the one after the break
    let (_, sentence, _) = said(&made, "2024", "groei").unwrap();
    assert!(sentence.starts_with("Van 2023 tot 2024 ging"), "{sentence}");
}

/// What the door says of the paper of a project.
fn door(root: &Path, queries: &Queries, figures: &Figures) -> Result<Vec<String>, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let provenance = Provenance::new(queries, &figures.tidy);
    let agendas = Agendas::read(&root.join("data/agendas.csv"), queries).map_err(|e| told(&e))?;
    let sources = Sources {
        queries,
        figures,
        provenance: &provenance,
        geometry: None,
        agendas: &agendas,
    };
    let chapters = Chapters::read(&root.join("src/paper"), queries).map_err(|e| told(&e))?;
    let manuscript = Manuscript::new(chapters, sources).map_err(|e| told(&e))?;
    let content = Content::new(&manuscript, &provenance).map_err(|e| told(&e))?;
    let listed = verify::listed(&root.join("queries")).map_err(|e| told(&e))?;
    paper::admit(&manuscript, &content, &listed).map_err(|e| told(&e))
}

/// The sizes that titles of the country that never was say.
const SIZES: &str =
    "[[numeral]]\ntext = \"gemeenten van 1.000 tot 3.000\"\nreason = \"a size class\"\n";

#[test]
fn a_typed_year_of_a_figure_stops_the_build_with_its_place() {
    let made = Made::new();
    made.project.write("queries/numerals.toml", SIZES);
    made.ask(
        "[[claim]]\nid = \"typt\"\nsentence = \"In 2023 telde Rood {inwoners.Rood@2023} inwoners.\"\nwhen = \"inwoners.Rood@2023 > 0\"\n\
         [[chart]]\nid = \"lijn\"\nkind = \"lines\"\nindicators = [\"inwoners\"]\nyears = \"2021..2024\"\ntitle = \"Inwoners\"",
    );
    let chapter = "src/paper/chapters/proef.typ";
    made.project.append(
        chapter,
        "\nRood telde #f(\"inwoners.Rood@2022\") inwoners.\n\nDat was in 2022. #als(\"inwoners.Rood\")[Zo was het in 2021.]\n",
    );
    let (queries, figures) = settled(&made, "2024");
    let root = made.project.path("");
    let wrong = door(&root, &queries, &figures).unwrap_err();
    let theme = made.project.text("queries/themes/proef.toml");
    let line = |text: &str| {
        let at = theme.find(text).unwrap();
        theme[..at].matches('\n').count() + 1
    };
    let said = line("sentence = \"In 2023");
    for place in [
        format!("proef.toml:{said}:16: sentence of claim `typt`"),
        format!("proef.toml:{said}:47: sentence of claim `typt`"),
        format!("proef.toml:{}:23: when of claim `typt`", said + 1),
        format!(
            "proef.toml:{}:10: years of chart `lijn`",
            line("years = \"2021..2024\"")
        ),
        "proef.typ:3:16: a chapter".to_owned(),
        "proef.typ:5:12: a chapter".to_owned(),
        "proef.typ:5:54: a chapter".to_owned(),
    ] {
        assert!(wrong.contains(&place), "{place}: {wrong}");
    }
    assert_eq!(wrong.lines().count(), 8, "{wrong}");
}

#[test]
fn years_of_documents_and_definitions_may_be_typed() {
    let made = Made::new();
    made.project.write("queries/numerals.toml", SIZES);
    made.project.append(
        "src/paper/chapters/proef.typ",
        "\nOp 1 januari 2021 en in maart 2022, lijst 2021-05-01, #text(\"in mei 2020\"); de jaren '90. De telling van 2019 is van de #(\"notitie 2018\").\n",
    );
    // the keys of an indicator say what it is held against
    let (queries, figures) = settled(&made, "2024");
    let root = made.project.path("");
    let wrong = door(&root, &queries, &figures).unwrap_err();
    assert_eq!(wrong.lines().count(), 3, "{wrong}");
    let year = |text: &str| format!("[[year]]\ntext = \"{text}\"\nreason = \"a document\"\n");
    let listed = SIZES.to_owned() + &year("telling van 2019") + &year("notitie 2018");
    made.project.write("queries/numerals.toml", &listed);
    door(&root, &queries, &figures).unwrap();
}

#[test]
fn refreshed_texts_name_no_year_of_a_figure() {
    let mut queries = support::queries();
    let figures = support::figures_of_today();
    queries.settle(figures.series());
    let remarks = door(root(), &queries, &figures).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(remarks.is_empty(), "{remarks:?}");
    // every earlier year of the default edition is there
    let chapters = Chapters::read(&root().join("src/paper"), &queries).unwrap();
    let mut named: BTreeSet<FactId> = paper::wanted(&chapters.uses);
    named.extend(claim::wanted(&queries).cloned());
    let open = named.iter().filter(|id| id.years.earlier().is_some());
    assert_eq!(open.collect::<Vec<_>>(), Vec::<&FactId>::new());
}
