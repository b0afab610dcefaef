//! Claims: how one stands, in how many other ways of computing, and what stops a build.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use middelgroot::claim::{self, State};
use middelgroot::fact::{Register, plain};
use support::Made;

/// How the claims of the country that never was stand: state, sentence, variants that carry it and that apply, note.
type Standing = (State, String, usize, usize, String);

fn tested(made: &Made, id: &str) -> Result<Standing, String> {
    let queries = made.queries();
    let figures = made.figures(&queries, "2024");
    let wanted = claim::wanted(&queries).cloned().collect();
    let register = Register::new(&queries, &figures, wanted).unwrap();
    let claim = queries.claims.iter().find(|claim| claim.id == id).unwrap();
    let tested = claim::test(claim, &register).map_err(|error| error.to_string())?;
    Ok((
        tested.state,
        plain(&tested.segments),
        tested.variants.carried,
        tested.variants.applicable,
        tested.note.clone(),
    ))
}

/// Adds a claim to the queries.
fn add(made: &Made, id: &str, when: &str, more: &str) {
    let claim = format!(
        "\n[[claim]]\nid = \"{id}\"\nsentence = \"Zo is het.\"\nwhen = \"{when}\"\n{more}\n"
    );
    made.project.append("queries/themes/proef.toml", &claim);
}

#[test]
fn a_claim_holds_fails_or_has_no_figures() {
    let made = Made::new();
    let (state, sentence, ..) = tested(&made, "prijs-lager").unwrap();
    assert_eq!(state, State::Holds);
    assert_eq!(
        sentence,
        "In Rood kost een woning €\u{a0}255*, minder dan gemiddeld."
    );
    assert_eq!(tested(&made, "prijs-hoger").unwrap().0, State::Fails);
    assert_eq!(tested(&made, "banen-meer").unwrap().0, State::NoData);
}

#[test]
fn a_claim_that_holds_on_exact_values_only_is_weak() {
    let made = Made::new();
    // 9,720 of 19,720 is 49.29 percent, and both print 49.3
    add(&made, "nipt", "aandeel.Rood < 49.3", "");
    assert_eq!(tested(&made, "nipt").unwrap().0, State::Weak);
}

#[test]
fn provisional_figures_and_incomplete_lists_are_told_beside_it() {
    let made = Made::new();
    add(&made, "geel", "inwoners.Geel < inwoners.Rood", "");
    let (.., note) = tested(&made, "geel").unwrap();
    assert_eq!(
        note,
        "berust op voorlopige cijfers; van Geel is de ledenlijst niet volledig"
    );
    let (.., note) = tested(&made, "banen-meer").unwrap();
    assert!(note.contains("geen cijfers in deze editie"), "{note}");
}

/// The price of dwellings is another one from a year on.
fn broken(year: i32) -> Made {
    let made = Made::new();
    made.project.replace(
        "queries/themes/proef.toml",
        "title = \"Verkoopprijs\"\n",
        &format!(
            "title = \"Verkoopprijs\"\nbreaks = [{{ year = {year}, why = \"anders gevraagd\" }}]\n"
        ),
    );
    made
}

#[test]
fn no_claim_compares_across_a_break() {
    for when in [
        "verkoopprijs.Rood > verkoopprijs.Rood@2020",
        "verkoopprijs.Rood@2020..2023 > 0",
        "verkoopprijs.Rood@2020.. > 0",
        "verkoopprijs.Rood@2020 > 0 and verkoopprijs.Land > 0",
    ] {
        let made = broken(2022);
        add(&made, "trend", when, "");
        let error = tested(&made, "trend").unwrap_err();
        assert!(error.contains("proef.toml:"), "{error}");
        assert!(
            error.contains("across the break of 2022: anders gevraagd"),
            "{error}"
        );
        // on one side of it they may be compared
        let made = broken(2020);
        add(&made, "trend", when, "");
        tested(&made, "trend").unwrap();
    }
}

#[test]
fn the_previous_period_is_no_variant_across_a_break() {
    let count = |made: &Made| tested(made, "prijs-lager").unwrap().3;
    assert_eq!(count(&broken(2023)) + 1, count(&broken(2022)));
}

#[test]
fn figures_of_different_times_are_refused() {
    let made = Made::new();
    add(
        &made,
        "ver",
        "mediaan-vermogen.Rood.max > inwoners.Rood",
        "",
    );
    // 2021 and 2024 are near enough
    assert!(tested(&made, "ver").is_ok());
    // the same figures become those of 2018, on the list that they were on
    made.project
        .replace("incoming/mediaan/source.toml", "\"period\"", "\"2021\"");
    let text = made.project.text("incoming/mediaan/observations.csv");
    made.change("mediaan", &text, &text.replace("2021JJ00", "2018JJ00"));
    let part = "queries/themes/proef.toml";
    made.project.replace(part, "coverage = 40", "coverage = 0");
    let said = tested(&made, "ver").unwrap_err();
    assert!(
        said.contains("claim `ver` compares figures of 2018 with figures of 2024"),
        "{said}"
    );
}

#[test]
fn a_claim_of_the_summary_rests_on_no_incomplete_list() {
    let made = Made::new();
    let when = "inwoners.Geel < inwoners.Rood";
    add(&made, "geel", when, "summary = true");
    let error = tested(&made, "geel").unwrap_err();
    assert!(
        error.contains("claim `geel` of the summary rests on a group whose list is incomplete"),
        "{error}"
    );
}

#[test]
fn a_figure_that_turns_a_claim_stops_the_build_and_names_sentence_predicate_and_figures() {
    let made = Made::new();
    // a dwelling in Goor, a member, suddenly costs three times as much
    made.change(
        "prijs",
        "GM0007,2023JJ00,prijs,320,",
        "GM0007,2023JJ00,prijs,950,",
    );
    let mut run = made.project.run(&["build"]).ends(1);
    for part in [
        "proef.toml:",
        "does not hold: ",
        "In Rood kost een woning",
        "verkoopprijs.Rood < verkoopprijs.Land",
        "verkoopprijs.Rood is €\u{a0}598",
        "hint: ",
    ] {
        run = run.says(part);
    }
    assert!(!made.project.path("output/2024").exists());
    made.project
        .run(&["check"])
        .ends(1)
        .says("claim `prijs-lager`");
}

#[test]
fn a_summary_claim_that_too_few_variants_carry_stops_the_build() {
    let made = Made::new();
    // only without its smallest member is it still more than 250
    let (state, _, carried, applicable, _) = tested(&made, "prijs-kern").unwrap();
    assert_eq!((state, carried, applicable), (State::Weak, 1, 6));
    let part = "queries/themes/proef.toml";
    made.project.replace(part, "needs = 1", "needs = 7");
    made.project.append(
        "src/paper/chapters/proef.typ",
        "#bewering(\"prijs-kern\")\n",
    );
    made.project
        .run(&["build"])
        .ends(1)
        .says("`prijs-kern`")
        .says("1 of 6 variants")
        .says("not with: ")
        .says("vorige periode");
}

/// Lets a difference matter only from so many percent.
fn matters(made: &Made, percent: u32) {
    let part = "queries/themes/proef.toml";
    let line = "ratio = \"verkoopprijs\"\nweight";
    made.project
        .replace(part, line, &format!("matters = {percent}\n{line}"));
}

#[test]
fn a_difference_that_does_not_matter_is_told_as_nearly_equal_and_carries_no_claim() {
    let made = Made::new();
    matters(&made, 50);
    add(&made, "daalde", "verkoopprijs.Rood@2022..2023 < 0", "");
    add(&made, "steeg", "verkoopprijs.Rood@2022..2023 > 0", "");
    add(&made, "gelijk", "verkoopprijs.Rood@2022..2023 = 0", "");
    let (state, sentence, ..) = tested(&made, "prijs-lager").unwrap();
    assert_eq!(state, State::Fails);
    assert_eq!(
        sentence,
        "In Rood kost een woning €\u{a0}255*, vrijwel evenveel als gemiddeld."
    );
    for (id, state) in [
        ("daalde", State::Fails),
        ("steeg", State::Fails),
        ("gelijk", State::Holds),
    ] {
        assert_eq!(tested(&made, id).unwrap().0, state, "{id}");
    }
    let run = made.project.run(&["build"]).ends(1);
    run.says("claim `prijs-lager` does not hold")
        .says("`matters`");
}

#[test]
fn what_matters_is_a_share_of_the_value_that_is_compared_with() {
    let made = Made::new();
    // the same figures, and a share below the difference between them
    matters(&made, 1);
    assert_eq!(tested(&made, "prijs-lager").unwrap().0, State::Holds);
    let part = "queries/themes/proef.toml";
    made.project.replace(part, "matters = 1", "matters = 51");
    made.project.run(&["check"]).ends(2).says("`matters` is 51");
}

/// Adds a claim with a sentence of its own.
fn add_sentence(made: &Made, id: &str, sentence: &str) {
    let claim = format!(
        "\n[[claim]]\nid = \"{id}\"\nsentence = \"{sentence}\"\nwhen = \"inwoners.Rood > 0\"\n"
    );
    made.project.append("queries/themes/proef.toml", &claim);
}

#[test]
fn figures_of_different_years_stand_in_a_sentence_with_their_years_only() {
    let made = Made::new();
    let facts = "{inwoners.Rood@2021} en {inwoners.Rood}";
    add_sentence(&made, "zonder", &format!("Rood telde {facts} inwoners."));
    add_sentence(
        &made,
        "met",
        &format!("Rood telde in 2021 en nu {facts} inwoners."),
    );
    add_sentence(
        &made,
        "lang",
        &format!("Rood telde 20214 keer {facts} inwoners."),
    );
    assert!(tested(&made, "met").is_ok());
    for id in ["zonder", "lang"] {
        let error = tested(&made, id).unwrap_err();
        assert!(
            error.contains("does not say 2021") && error.contains("proef.toml:"),
            "{error}"
        );
    }
}

#[test]
fn a_rate_is_not_called_a_number() {
    let made = Made::new();
    let words = "{misdrijven.Rood ~ misdrijven.Blauw | hoger | gelijk | lager}";
    add_sentence(
        &made,
        "aantal",
        &format!("Het aantal misdrijven is {words}."),
    );
    add_sentence(
        &made,
        "maat",
        &format!("Het aantal misdrijven per inwoner is {words}."),
    );
    let error = tested(&made, "aantal").unwrap_err();
    assert!(
        error.contains("`misdrijven` is per 1.000 inwoners"),
        "{error}"
    );
    assert!(tested(&made, "maat").is_ok());
}

#[test]
fn a_sentence_that_lacks_a_figure_is_no_sentence() {
    let made = Made::new();
    add_sentence(&made, "leeg", "Rood telt {banen.Rood} banen.");
    assert_eq!(tested(&made, "leeg").unwrap().0, State::NoData);
}
