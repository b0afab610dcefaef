//! What is asked: wrong files are named with file, line and what was expected, and every indicator that must be
//! reported is there, whole and plausible.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use middelgroot::base::failure::{Exit, Report};
use middelgroot::figures::Figures;
use middelgroot::gemeente::RegionId;
use middelgroot::query::{Error, Queries, TopicKind, Unit, Way};
use middelgroot::source::snapshot::TopicMeta;
use middelgroot::source::topics;
use support::Project;

fn of_today() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(support::figures_of_today)
}

/// Reads the queries with one text of one file replaced: `¦` in the new text is where the complaint must point. Gives
/// that place, as `file:line:column`, and the error there must be.
fn wrong(file: &str, old: &str, new: &str) -> (String, Error) {
    let project = Project::empty();
    let folder = project.path("queries");
    support::copy(&support::root().join("queries"), &folder);
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "`{old}` is not in {file}");
    let marked = text.replacen(old, new, 1);
    let (before, after) = marked
        .split_once('¦')
        .unwrap_or_else(|| panic!("no mark in `{new}`"));
    fs::write(&path, format!("{before}{after}")).unwrap();
    let line = before.matches('\n').count() + 1;
    let column = before.lines().last().unwrap_or_default().chars().count();
    let column = if before.is_empty() || before.ends_with('\n') {
        1
    } else {
        column + 1
    };
    match Queries::read(&folder) {
        Ok(_) => panic!("{file}: `{new}` was accepted"),
        Err(error) => (format!("{file}:{line}:{column}: "), error),
    }
}

/// A wrong text: file, what is replaced, by what (with the place), what the message says, what the hint says.
type Wrong = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

fn are_named(cases: &[Wrong]) {
    for (file, old, new, message, hint) in cases {
        let (place, error) = wrong(file, old, new);
        let (said, hinted) = (error.to_string(), error.hint().unwrap_or_default());
        assert!(
            said.contains(&format!("{place}{message}")),
            "{new}: expected `{place}{message}` in `{said}`"
        );
        assert!(
            hinted.contains(hint),
            "{new}: expected `{hint}` in the hint `{hinted}`"
        );
        assert_eq!(error.exit(), Exit::Usage, "{new}");
    }
}

const VEILIGHEID: &str = "themes/veiligheid.toml";
const PROFIEL: &str = "themes/profiel.toml";
const DEMOCRATIE: &str = "themes/democratie.toml";
const FINANCIEN: &str = "themes/financien.toml";
const MOBILITEIT: &str = "themes/mobiliteit.toml";
const DUURZAAMHEID: &str = "themes/duurzaamheid.toml";

/// A topic that several indicators use, as it stands in the file.
const LAND: &str = "count = \"kwb: Oppervlakte > Oppervlakte land [ha]\"";
const GEMEENTEFONDS: &str = "count = \"gemeentefonds: Totaal [euro]\"";
const MISDRIJVEN: &str =
    "count = \"47022NED 2021..2025: Totaal misdrijven > Geregistreerde misdrijven\"";

#[test]
#[rustfmt::skip]
fn a_wrong_shape_is_named_with_its_place() {
    are_named(&[
        (VEILIGHEID, "direction = \"lower\"", "¦directoin = \"lower\"", "unknown field `directoin`", "direction"),
        (VEILIGHEID, "direction = \"lower\"", "direction = ¦\"down\"", "unknown variant `down`", "`higher`"),
        (PROFIEL, "size-class = \"inwoners\"", "¦size-klass = \"inwoners\"", "unknown field `size-klass`", "`size-class`"),
        (PROFIEL, LAND, "count = ¦7", "invalid type: integer `7`", "a topic in place"),
        ("tables.toml", "service = \"v3\"", "service = ¦\"v5\"", "unknown variant `v5`", "`v4`"),
        ("tables.toml", "id = \"03759ned\"", "id = ¦\"../03759ned\"", "`../03759ned` is no table id", "letters, digits"),
        ("editions.toml", "id = \"2026-leden-2023\"", "id = ¦\"../2026\"", "`../2026` is no edition id", "small letters"),
        (VEILIGHEID, "id = \"misdrijven-jaren\"", "id = ¦\"misdrijven jaren\"", "`misdrijven jaren` is no chart id", "small letters"),
        ("editions.toml", "date = \"2026-11-01\"", "date = ¦\"1 november\"", "`1 november` is no date", "2026-11-01"),
        ("editions.toml", "id = \"2021\"\ntitle = \"De Kracht van Middelgroot 2021\"\nboundaries = 2021\nuntil = 2021", "id = \"2021\"\ntitle = \"x\"\nboundaries = 2021\nuntil = ¦2022", "edition `2021` uses periods after its boundaries of 2021", "no later than"),
        ("editions.toml", "id = \"2021\"", "default = ¦true\nid = \"2021\"", "edition `2021` is a second default", "the default is `2026`"),
        ("checks.toml", "region = \"GM0441\"", "region = ¦\"0441\"", "`0441` is no code of a gemeente", "GM0441"),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_name_that_is_not_there_is_told_with_the_nearest() {
    are_named(&[
        (DEMOCRATIE, "count = \"opkomst-tk\"", "count = \"¦opkomst-kt\"", "there is no topic `opkomst-kt`", "`opkomst-tk`"),
        (MOBILITEIT, "personenautos + motorfietsen", "personenautos + ¦motorfeitsen", "there is no topic `motorfeitsen`", "`motorfietsen`"),
        (PROFIEL, "share-of = \"inwoners@2010\"", "share-of = \"¦inwonrs@2010\"", "there is no topic `inwonrs`", "`inwoners`"),
        (PROFIEL, "distribution = \"mate-van-stedelijkheid\"", "distribution = \"¦stedelijkheid\"", "there is no topic `stedelijkheid`", "nearest"),
        (VEILIGHEID, MISDRIJVEN, "count = \"¦47022ned: Totaal misdrijven > Geregistreerde misdrijven\"", "there is no table or family `47022ned`", "`47022NED`"),
        (FINANCIEN, "table = \"iv3-begroting\"", "table = \"¦iv3\"", "there is no table or family `iv3`", "nearest"),
        (VEILIGHEID, "per = \"1.000 inwoners\"", "per = \"1.000 ¦inwonners\"", "there is nothing to divide by for `per inwonners`", "`inwoners`"),
        (VEILIGHEID, "indicators = [\"misdrijven\"]", "indicators = [\"¦misdrijvne\"]", "there is no indicator `misdrijvne`", "`misdrijven`"),
        (DEMOCRATIE, "\"G40\", \"P10\"", "¦\"G41\", \"P10\"", "there is no group `G41`", "`G40`"),
        ("table.toml", "indicator = \"misdrijven\"", "indicator = \"¦misdrijvne\"", "there is no indicator `misdrijvne`", "`misdrijven`"),
        ("asks.toml", "addressee = \"Rijk en provincies\"", "by = { text = \"in het voorjaar\", source = ¦\"ledenvergadering\" }\naddressee = \"Rijk\"", "the source `ledenvergadering` has no date", "with a year"),
        ("asks.toml", "gap = \"{jeugdzorg.M50-Nederland}\"", "gap = \"{¦jeugdzorgen.M50-Nederland}\"", "there is no indicator `jeugdzorgen`", "`jeugdzorg`"),
        ("asks.toml", "theme = \"samenleving\"", "theme = ¦\"samenlevingen\"", "there is no theme `samenlevingen`", "`samenleving`"),
        ("checks.toml", "right = \"inwoners-kwb\"", "right = \"¦inwoners-kbw\"", "there is no topic `inwoners-kbw`", "`inwoners-kwb`"),
        ("checks.toml", "inwoners-45-65 +", "¦inwoners-45-56 +", "there is no topic `inwoners-45-56`", "`inwoners-45-65`"),
        ("checks.toml", "indicator = \"lasten-ruimte\"", "indicator = \"¦lasten-ruim\"", "there is no indicator `lasten-ruim`", "`lasten-ruimte`"),
        (FINANCIEN, "[defaults.units.\"euro per inwoner\"]", "[defaults.units.¦\"euro per inwonner\"]", "no indicator of this theme has the unit `euro per inwonner`", "`euro per inwoner`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn what_is_there_already_is_told() {
    are_named(&[
        (VEILIGHEID, "id = \"rel-vernielingen\"", "id = ¦\"rel-woninginbraken\"", "topic `rel-woninginbraken` twice", "one topic per id"),
        (VEILIGHEID, "id = \"vernielingen\"", "id = ¦\"misdrijven\"", "indicator `misdrijven` twice", "one indicator per id"),
        (VEILIGHEID, "id = \"geweld\"", "id = ¦\"misdrijven\"", "chart `misdrijven` twice", "one chart per id"),
        (VEILIGHEID, "id = \"misdrijven-lager\"", "id = ¦\"veiligheid-kop\"", "claim `veiligheid-kop` twice", "one claim per id"),
        (VEILIGHEID, "id = \"veiligheid\"", "id = ¦\"democratie\"", "theme `democratie` twice", "one theme per id"),
        ("checks.toml", "id = \"koop-en-huur\"", "id = ¦\"leeftijden\"", "relation `leeftijden` twice", "one relation per id"),
        ("tables.toml", "id = \"37259ned\"", "id = ¦\"03759ned\"", "table `03759ned` twice", "one entry per table"),
        ("editions.toml", "id = \"2026-leden-2023\"", "id = ¦\"2026\"", "edition `2026` twice", "one edition per id"),
        ("per.toml", "[\"woning\", \"woningen\"]", "[\"woning\", ¦\"inwoner\"]", "`per inwoner` twice", "once"),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_number_out_of_bounds_is_named_with_the_bounds() {
    are_named(&[
        (VEILIGHEID, "decimals = 1", "decimals = ¦7", "`decimals` is 7", "from -6 to 6"),
        (VEILIGHEID, "range = [3, 250]", "range = ¦[250, 3]", "the range is empty", "[lowest, highest]"),
        (VEILIGHEID, "range = [3, 250]", "range = ¦[3, inf]", "the range is empty", "[lowest, highest]"),
        (DUURZAAMHEID, "coverage = 0", "coverage = ¦120", "`coverage` is 120", "from 0 to 100"),
        (VEILIGHEID, "needs = 5", "needs = ¦8", "`needs` is 8", "from 0 to 7"),
        (VEILIGHEID, "periods = \"..2024\"", "periods = ¦\"tot 2024\"", "`tot 2024` is no range of years", "`..2021`"),
        (VEILIGHEID, "per = \"1.000 inwoners\"", "per = ¦\"1.00 inwoners\"", "`per 1.00 inwoners` starts with no number", "`1.000 inwoners`"),
        (PROFIEL, "to = 80000", "to = ¦8000", "`to` is 8000", "from 30000"),
        ("per.toml", "scale = 100", "scale = ¦0.0", "`scale` is 0", "a number from"),
        ("per.toml", "scale = 100", "scale = ¦inf", "`scale` is inf", "a number from"),
        ("tables.toml", "period = 2015", "period = ¦20150", "`period` is 20150", "from 1900 to 2100"),
        ("editions.toml", "boundaries = 2026", "boundaries = ¦226", "`boundaries` is 226", "from 1900 to 2100"),
        ("checks.toml", "tolerance = 0.5", "tolerance = ¦-1.0", "`tolerance` is -1", "from 0 to 100"),
        (VEILIGHEID, "range = [3, 250]", "range = ¦[nan, 250]", "the range is empty", "[lowest, highest]"),
        (VEILIGHEID, "range = [3, 250]", "range = ¦[3, 1e300]", "the range is empty", "numbers up to 1e12"),
        (DUURZAAMHEID, "coverage = 0", "coverage = ¦nan", "`coverage` is NaN", "from 0 to 100"),
        (VEILIGHEID, "periods = \"..2024\"", "periods = ¦\"..20240\"", "`..20240` is no range of years", "between 1900 and 2100"),
        (VEILIGHEID, "periods = \"..2024\"", "periods = ¦\"+201..2024\"", "`+201..2024` is no range of years", "between 1900 and 2100"),
        (PROFIEL, "share-of = \"inwoners@2010\"", "share-of = \"¦inwoners@20100\"", "`inwoners@20100` is no sum of topics", "a year after `@`"),
        (VEILIGHEID, "misdrijven.M50@eerste |", "misdrijven.M50@¦20210 |", "`20210` is no year", "between 1900 and 2100"),
        (VEILIGHEID, "per = \"1.000 inwoners\"", "per = ¦\"1.000.000.000.000.000 inwoners\"", "`per 1.000.000.000.000.000 inwoners` starts with no number", "`1.000 inwoners`"),
        ("per.toml", "scale = 100", "scale = ¦nan", "`scale` is NaN", "a number from"),
        ("per.toml", "words = [\"km²\"]", "words = ¦[]", "divides for no words", "`inwoner`"),
        ("editions.toml", "boundaries = 2026", "boundaries = ¦20260", "`boundaries` is 20260", "from 1900 to 2100"),
        ("editions.toml", "until = 2026", "until = ¦20260", "`until` is 20260", "from 1900 to 2100"),
        ("editions.toml", "size-class = [30_000, 80_000]", "size-class = ¦[30_000, inf]", "the size class is empty", "[smallest, largest]"),
        ("editions.toml", "size-class = [30_000, 80_000]", "size-class = ¦[-1, 80_000]", "the size class starts below 0", "inhabitants"),
        ("checks.toml", "right = 100", "right = ¦nan", "`right` is NaN", "from -10"),
        ("checks.toml", "right = 100", "right = ¦inf", "`right` is inf", "from -10"),
        // also where every indicator says otherwise
        (VEILIGHEID, "[defaults]", "[defaults]\ncoverage = ¦500", "`coverage` is 500", "from 0 to 100"),
        (VEILIGHEID, "[defaults]", "[defaults.units.\"per 1.000 inwoners\"]\ndecimals = ¦99\n[defaults]", "`decimals` is 99", "from -6 to 6"),
    ]);
}

#[test]
#[rustfmt::skip]
fn numbers_as_dutch_text_has_them_are_told_from_those_of_toml() {
    are_named(&[
        (VEILIGHEID, "range = [3, 250]", "range = ¦[3,5, 250]", "3 numbers", "`20.5` and not `20,5`"),
        (VEILIGHEID, "range = [3, 250]", "range = ¦[3]", "1 numbers", "expected two"),
        (VEILIGHEID, "range = [3, 250]", "range = ¦[3, 1.250]", "`1.250` is 1.25 in TOML", "write `1_250`, or `1.25`"),
        ("editions.toml", "size-class = [30_000, 80_000]", "size-class = ¦[30.000, 80.000]", "`30.000` is 30 in TOML", "write `30_000`, or `30`"),
        (PROFIEL, "to = 80000", "to = ¦80.000", "`80.000` is 80 in TOML", "write `80_000`"),
        ("per.toml", "scale = 100", "scale = 0¦,5", "unexpected", "`20.5` and not `20,5`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn dates_and_names_have_their_form() {
    are_named(&[
        ("editions.toml", "date = \"2026-11-01\"", "date = ¦\"2026-11-1\"", "`2026-11-1` is no date", "2026-11-01"),
        ("editions.toml", "date = \"2026-11-01\"", "date = ¦\"2026-02-30\"", "`2026-02-30` is no date", "2026-11-01"),
        ("editions.toml", "M50 = \"2019-01-01\"", "M50 = ¦\"1 januari 2019\"", "`1 januari 2019` is no date", "2026-11-01"),
        ("editions.toml", "{ M50 = \"2019-01-01\"", "{ ¦M51 = \"2019-01-01\"", "there is no group `M51`", "M50"),
        ("editions.toml", "title = \"De Kracht van Middelgroot 2026\"", "title = ¦\"De Kracht\\nvan\"", "the title `De Kracht\\nvan` has a line break", "one line"),
        ("house.toml", "label = \"{maat}\"", "label = ¦\"{maat}\\u202E\"", "the label `{maat}\\u{202e}` has a sign that is not seen", "one line"),
        ("house.toml", "label = \"{maat}\"", "label = ¦\"\"", "the label `` is empty", "one line"),
    ]);
}

#[test]
fn a_file_without_entries_says_what_is_lacking() {
    let project = Project::empty();
    let folder = project.path("queries");
    for (file, said, hinted) in [
        (
            "house.toml",
            "1:1: missing field `house`",
            "expected the key `house`",
        ),
        (
            "editions.toml",
            "1:1: no edition is the default",
            "expected `default = true`",
        ),
        (
            "checks.toml",
            "1:1: missing field `national`",
            "expected the key `national`",
        ),
        (
            "table.toml",
            "1:1: missing field `column`",
            "expected the key `column`",
        ),
    ] {
        support::copy(&support::root().join("queries"), &folder);
        project.write(&format!("queries/{file}"), "# nothing\n");
        let error = Queries::read(&folder).unwrap_err();
        assert!(
            error.to_string().contains(&format!("{file}:{said}")),
            "{error}"
        );
        assert!(
            error.hint().unwrap().contains(hinted),
            "{file}: {:?}",
            error.hint()
        );
    }
    // what is no UTF-8 is not sought elsewhere
    support::copy(&support::root().join("queries"), &folder);
    fs::write(folder.join("house.toml"), b"# een\n# \xE9\xE9n\n").unwrap();
    let error = Queries::read(&folder).unwrap_err();
    assert!(error.to_string().contains("line 2 is not UTF-8"), "{error}");
    let hint = error.hint().unwrap();
    assert!(
        hint.contains("UTF-8") && !hint.contains("--project"),
        "{hint}"
    );
}

#[test]
fn there_are_no_more_groups_than_can_be_told_apart() {
    let project = Project::empty();
    let folder = project.path("queries");
    support::copy(&support::root().join("queries"), &folder);
    let groups = project.text("queries/house.toml");
    let look = "look = { color = \"#12436D\", text = \"#12436D\", shape = \"circle\" }";
    let more = |count: usize| -> String {
        let entry = |number| format!("[[group]]\nid = \"N{number}\"\nkind = \"network\"\n{look}\n");
        (0..count).map(entry).collect()
    };
    // seven are there; an edition names a list of each
    project.write("queries/house.toml", &(groups.clone() + &more(248)));
    let error = Queries::read(&folder).unwrap_err().to_string();
    assert!(error.contains("names no list of N0"), "{error}");
    project.write("queries/house.toml", &(groups.clone() + &more(249)));
    let error = Queries::read(&folder).unwrap_err().to_string();
    let line = groups.lines().count() + 248 * 4 + 2;
    let place = format!("house.toml:{line}:6: more than 255 groups");
    assert!(error.contains(&place), "{error}");
}

#[test]
#[rustfmt::skip]
fn what_is_deep_or_long_is_refused_quickly() {
    let when = "when = \"misdrijven.M50 < misdrijven.Nederland and misdrijven.M50 < misdrijven.G40\"";
    let deep = |part: &str| format!("when = \"{}misdrijven.M50 < 1\"", part.repeat(20_000));
    for part in ["(", "not ", "(not ", "misdrijven.M50 + ", "misdrijven.M50 < 1 and ", "misdrijven.M50 < 1 or "] {
        let (_, error) = wrong(VEILIGHEID, when, &format!("¦{}", deep(part)));
        let said = error.to_string();
        assert!(said.contains("veiligheid.toml:") && said.contains("a predicate of more than 1000"), "{part}: {said}");
    }
    let (_, error) = wrong(VEILIGHEID, when, &format!("¦when = \"{}misdrijven.M50 < 1\"", "(".repeat(100)));
    assert!(error.hint().unwrap().contains("fewer brackets"), "{error}");
    let (_, error) = wrong(VEILIGHEID, "range = [3, 250]", &format!("¦range = {}", "[".repeat(20_000)));
    assert!(error.to_string().contains("veiligheid.toml:"), "{error}");
}

#[test]
#[rustfmt::skip]
fn groups_are_whole_and_an_edition_names_a_list_of_each_network() {
    are_named(&[
        ("house.toml", "accent = \"#F46A25\"", "accent = ¦\"#FFD000\"", "`#FFD000` has a contrast of", "at least 3"),
        ("house.toml", "accent = \"#F46A25\"", "accent = ¦\"oranje\"", "`oranje` is no colour", "six digits"),
        ("house.toml", "name = \"M50\"", "name = ¦\"\"", "the name `` is empty", "one line"),
        ("house.toml", "id = \"P10\"", "id = ¦\"G40\"", "group `G40` twice", "one group per id"),
        ("house.toml", "id = \"P10\"", "id = ¦\"P.10\"", "`P.10` is no group id", "letters, digits and hyphens"),
        ("house.toml", "id = \"P10\"", "id = ¦\"periode\"", "`periode` is no group id", "no code of a gemeente"),
        ("house.toml", "id = \"P10\"", "id = ¦\"GM0010\"", "`GM0010` is no group id", "no code of a gemeente"),
        ("house.toml", "label = \"{maat}\"", "label = ¦\"{size}\"", "a label with something else in braces", "`{maat}`"),
        ("house.toml", "kind = \"others-of-size\"", "kind = ¦\"size-class\"", "a second group of this kind", "one of each other kind"),
        ("house.toml", "kind = \"nation\"", "kind = ¦\"country\"", "unknown variant `country`", "`nation`"),
        ("house.toml", "color = \"#A285D1\"", "color = ¦\"violet\"", "`violet` is no colour", "#12436D"),
        ("house.toml", "text = \"#6A48A8\"", "text = ¦\"#A285D1\"", "`#A285D1` has a contrast of", "at least 4.5"),
        ("house.toml", "shape = \"triangle-up\"", "shape = ¦\"triangle\"", "unknown variant `triangle`", "`triangle-up`"),
        ("editions.toml", "subject = \"M50\"", "subject = ¦\"M40\"", "there is no group `M40`", "M50"),
        ("editions.toml", "subject = \"M50\"", "subject = ¦\"Nederland\"", "`Nederland` is no network", "`kind = \"network\"`"),
        ("editions.toml", "size-class = [30_000, 80_000]", "size-class = ¦[80_000, 30_000]", "the size class is empty", "[smallest, largest]"),
        ("editions.toml", "id = \"2026\"\ntitle = \"De Kracht van Middelgroot 2026\"\ndefault = true\nprevious = \"2021\"\nboundaries = 2026\nuntil = 2026\nbase = 2019\ndate = \"2026-11-01\"\nsubject = \"M50\"\nsize-class = [30_000, 80_000]\nlists = { M50 = \"2019-01-01\", ", "id = ¦\"2026\"\ntitle = \"x\"\ndefault = true\nprevious = \"2021\"\nboundaries = 2026\nuntil = 2026\ndate = \"2026-11-01\"\nsubject = \"M50\"\nsize-class = [30_000, 80_000]\nlists = { ", "edition `2026` names no list of M50", "a list date"),
        ("editions.toml", "previous = \"2021\"", "previous = ¦\"2026\"", "`2026` is no edition before `2026`", "`2021`"),
        ("editions.toml", "previous = \"2021\"", "previous = ¦\"2012\"", "`2012` is no edition before `2026`", "`2021`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_text_with_facts_is_read_to_its_end_before_anything_is_computed() {
    const WHEN: &str = "when = \"misdrijven.M50 < misdrijven.Nederland and misdrijven.M50 < misdrijven.G40\"";
    const TITLE: &str = "title = \"Misdrijven per inwoner in M50: sinds {misdrijven.periode@eerste} {misdrijven.M50 ~ misdrijven.M50@eerste | gestegen | gelijk gebleven | gedaald}\"";
    are_named(&[
        (VEILIGHEID, WHEN, "when = \"misdrijven.M50 < ¦misdrijvne.Nederland\"", "there is no indicator `misdrijvne`", "`misdrijven`"),
        (VEILIGHEID, WHEN, "when = \"misdrijven.M50 < misdrijven.¦Nedreland\"", "there is no group `Nedreland`", "Nederland"),
        (VEILIGHEID, WHEN, "when = \"misdrijven.M50 < ¦\"", "the predicate ends too early", "fact"),
        (VEILIGHEID, TITLE, "title = \"Sinds {misdrijven.¦M40} is\"", "there is no group `M40`", "M50"),
        (VEILIGHEID, TITLE, "title = \"Sinds 2021 ¦{misdrijven.M50 is\"", "a `{` is not closed", "`}`"),
        ("asks.toml", "fact = [\"jeugdzorg.M50\", ", "fact = [\"¦jeugdzorgen.M50\", ", "there is no indicator `jeugdzorgen`", "`jeugdzorg`"),
        ("asks.toml", "why = \"Van de jongeren in M50 kreeg {jeugdzorg.M50} jeugdzorg", "why = \"Van de jongeren in M50 kreeg {jeugdzorg.M50.¦maxx} jeugdzorg", "there is no statistic `maxx`", "`max`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_ratio_does_not_add_up() {
    are_named(&[
        (FINANCIEN, "lasten-ruimte - lasten-grondexploitatie", "lasten-ruimte - ¦pct-koopwoningen", "`pct-koopwoningen` is a ratio: it does not add up", "expected counts"),
        (FINANCIEN, "count = \"ozb\"", "count = \"¦pct-koopwoningen\"", "`pct-koopwoningen` is a ratio, not a count", "`ratio = \"pct-koopwoningen\"`"),
        (PROFIEL, "share-of = \"huishoudens\"", "share-of = \"¦pct-0-15\"", "`pct-0-15` is a ratio, not a count", "expected counts"),
        (PROFIEL, "weight = \"woningvoorraad\"", "weight = \"woningvoorraad + ¦pct-0-15\"", "`pct-0-15` is a ratio: it does not add up", "expected counts"),
        (PROFIEL, "size-class = \"inwoners\"", "size-class = \"¦pct-0-15\"", "`pct-0-15` is a ratio, not a count", "expected counts"),
        ("per.toml", "count = \"woningvoorraad\"", "count = \"¦pct-0-15\"", "`pct-0-15` is a ratio, not a count", "expected counts"),
        (FINANCIEN, GEMEENTEFONDS, "count = \"gemeentefonds: Totaal [¦%]\"", "`%` is the unit of a ratio", "`ratio` with a `weight`"),
        (FINANCIEN, "unit = \"x 1 000 euro\"", "unit = \"¦euro per inwoner\"", "`euro per inwoner` is the unit of a ratio", "`ratio` with a `weight`"),
        (PROFIEL, "ratio = \"pct-koopwoningen\"", "ratio = ¦\"inwoners\"", "`inwoners` is a count, not a ratio", "`count` with `per`"),
        (FINANCIEN, "count = \"lasten-ruimte - lasten-grondexploitatie\"", "count = ¦\"lasten-ruimte - inwoners\"", "adds up `euro` and `aantal`", "one unit"),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_way_is_whole_and_one() {
    are_named(&[
        (PROFIEL, "[[indicator.way]]\nratio = \"pct-0-15\"\nweight", "¦[[indicator.way]]\nweight", "a way that is none of those known", "`ratio` and `weight`"),
        (PROFIEL, "count = \"inwoners-0-15\"", "count = \"inwoners-0-15\"\nratio = ¦\"pct-0-15\"", "`ratio` beside `count`", "`[[indicator.way]]`"),
        (PROFIEL, "ratio = \"pct-koopwoningen\"\nweight = \"woningvoorraad\"", "ratio = ¦\"pct-koopwoningen\"", "a ratio without a weight", "expected `weight`"),
        (PROFIEL, "unit = \"inwoners\"\ndecimals = 0\nrange = [900, 19000000]", "boundaries = ¦\"edition\"\nunit = \"inwoners\"\ndecimals = 0\nrange = [900, 19000000]", "`boundaries` does nothing here", "belongs to `size-class`"),
        (PROFIEL, "size-class = \"inwoners\"\nfrom = 30000\nto = 80000", "size-class = ¦\"inwoners\"\nfrom = 30000", "a size class without bounds", "`from` and `to`"),
        (PROFIEL, "size-class = \"inwoners\"", "size-class = ¦\"inwoners + inwoners-kwb\"", "a size is one topic", "`inwoners`"),
        (FINANCIEN, "change-from = \"begroting", "share-of = \"lasten\"\nchange-from = ¦\"begroting", "divided in two ways", "one of `per`"),
        (DEMOCRATIE, "count = \"opkomst-tk\"", "count = \"opkomst-tk +¦\"", "`opkomst-tk +` is no sum of topics", "a + b - c"),
        (VEILIGHEID, MISDRIJVEN, "count = ¦\"47022NED: \"", "`47022NED: ` is no place of a topic", "`TABLE: TITLE PATH`"),
        (VEILIGHEID, MISDRIJVEN, "count = ¦\"47022NED 2025..2021: Totaal\"", "`47022NED 2025..2021: Totaal` is no place of a topic", "`2019..2021`"),
        (PROFIEL, "id = \"inwoners-per-gemeente\"\ntitle = \"Gemiddeld aantal inwoners per gemeente\"\ndefinition = \"Inwoners op 1 januari, gedeeld door het aantal gemeenten.\"\nunit = \"inwoners\"\ndecimals = 0\nrange = [900, 1000000]", "id = ¦\"inwoners-per-gemeente\"\ntitle = \"x\"\ndefinition = \"x\"", "indicator `inwoners-per-gemeente` has no `range`", "`[defaults]`"),
        (PROFIEL, "id = \"inwoners\"\ntitle = \"Inwoners\"\ndefinition = \"Aantal inwoners op 1 januari.\"\nunit = \"inwoners\"", "id = ¦\"inwoners\"\ntitle = \"Inwoners\"\ndefinition = \"x\"", "indicator `inwoners` has no `unit`", "`per`"),
        (PROFIEL, "id = \"oppervlakte-land\"\ntitle = \"oppervlakte land\"\ncount", "id = ¦\"oppervlakte-land\"\ntitle = \"oppervlakte land\"\nkeys = []\ncount", "topic `oppervlakte-land` is found in several ways or none", "`count`, `ratio`"),
        (FINANCIEN, "id = \"lasten\"\ntitle = \"begrote lasten zonder reserves en resultaat\"\ntable = \"iv3-begroting\"", "id = ¦\"lasten\"\ntitle = \"x\"", "topic `lasten` does not say of which table its keys are", "`table"),
    ]);
}

#[test]
#[rustfmt::skip] // a case a line
fn what_no_buurt_can_have_is_refused() {
    are_named(&[
        (PROFIEL, "id = \"aandeel-65-plus\"", "level = ¦\"wijk\"\nid = \"aandeel-65-plus\"", "unknown variant `wijk`", "`buurt`"),
        (PROFIEL, "id = \"bevolkingsgroei\"", "level = ¦\"buurt\"\nid = \"bevolkingsgroei\"", "no figure per buurt: wijken and buurten are drawn anew every year: a change", "leave `level` out"),
        (PROFIEL, "id = \"bevolkingsindex\"", "level = ¦\"buurt\"\nid = \"bevolkingsindex\"", "no figure per buurt: wijken and buurten are drawn anew every year: no other year's", "leave `level` out"),
        (PROFIEL, "id = \"aandeel-nederland\"", "level = ¦\"buurt\"\nid = \"aandeel-nederland\"", "no figure per buurt: a share of Nederland", "leave `level` out"),
        (PROFIEL, "id = \"aandeel-30-80\"", "level = ¦\"buurt\"\nid = \"aandeel-30-80\"", "no figure per buurt: a share of a size class", "leave `level` out"),
        (PROFIEL, "id = \"inwoners-per-gemeente\"", "level = ¦\"buurt\"\nid = \"inwoners-per-gemeente\"", "no figure per buurt: no table with wijken and buurten has `inwoners`", "`buurten = true`"),
        ("tables.toml", "id = \"37259ned\"", "id = ¦\"37259ned-buurt\"", "`37259ned-buurt` is the id of wijken and buurten", "`level` of an indicator"),
        ("tables.toml", "id = \"kiesraad-tk2021\"", "id = \"kiesraad-tk2021\"\nbuurten = ¦true", "`buurten` does nothing here", "by `import`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_key_that_does_nothing_is_refused() {
    let after = |line: &'static str, key: &'static str| (line, Box::leak(format!("{line}\n{key}").into_boxed_str()) as &str);
    let cases = [
        (FINANCIEN, after("count = \"ozb\"", "weight = ¦\"inwoners\""), "weight", "`weight` belongs to `ratio`"),
        (FINANCIEN, after("count = \"ozb\"", "of = ¦\"nederland\""), "of", "`of` belongs to `share-of`"),
        (FINANCIEN, after("count = \"ozb\"", "from = ¦1"), "from", "`from` belongs to `size-class`"),
        (FINANCIEN, after("count = \"ozb\"", "to = ¦1"), "to", "`to` belongs to `size-class`"),
        (FINANCIEN, after("count = \"ozb\"", "key = ¦\"x\""), "key", "a topic in place"),
        (FINANCIEN, after("count = \"ozb\"", "optional = ¦true"), "optional", "a topic in place"),
        (FINANCIEN, after("count = \"ozb\"", "topic-title = ¦\"x\""), "topic-title", "a topic in place"),
        (DEMOCRATIE, after("count = \"opkomst-tk\"", "denominator = ¦\"inwoners\""), "denominator", "`denominator` belongs to `per`"),
        (PROFIEL, after("ratio = \"pct-koopwoningen\"", "per = ¦\"woning\""), "per", "`per` belongs to `count`"),
        (PROFIEL, after("ratio = \"pct-koopwoningen\"", "share-of = ¦\"inwoners\""), "share-of", "`share-of` belongs to `count`"),
        (PROFIEL, after("ratio = \"pct-koopwoningen\"", "change-from = ¦\"inwoners\""), "change-from", "`change-from` belongs to `count`"),
        (PROFIEL, after("distribution = \"mate-van-stedelijkheid\"", "weight = ¦\"inwoners\""), "weight", "`weight` belongs to `ratio`"),
        (PROFIEL, after("ratio = \"83625NED: Gemiddelde verkoopprijs [euro]\"", "split = ¦\"dwellings\""), "split", "`split`: a count"),
        (PROFIEL, ("count = \"inwoners\"\nchange-from", "count = \"inwoners¦@2019\"\nchange-from"), "@2019", "a year may stand in `share-of`"),
        (PROFIEL, ("weight = \"woningvoorraad\"", "weight = \"woningvoorraad¦@2020\""), "@2020", "a year may stand in `share-of`"),
        ("checks.toml", ("right = \"inwoners-kwb\"", "right = \"inwoners-kwb¦@2020\""), "@2020", "a year may stand in `share-of`"),
        (PROFIEL, after(LAND, "absent = ¦\"zero\""), "absent", "belongs to `keys`"),
        (PROFIEL, after(LAND, "except = ¦[]"), "except", "belongs to `keys`"),
        (PROFIEL, after(LAND, "table = ¦\"kwb\""), "table", "before the title path"),
        (PROFIEL, after(LAND, "periods = ¦\"2020..\""), "periods", "after the table"),
        (PROFIEL, after(LAND, "unit = ¦\"ha\""), "unit", "after the title path"),
        (PROFIEL, after("ratio = \"kwb: Wonen > Woningen naar eigendom > Koopwoningen [%]\"", "split = ¦\"dwellings\""), "split", "belongs to `count`"),
        (PROFIEL, after("ratio = \"kwb: Wonen > Woningen naar eigendom > Koopwoningen [%]\"", "additive = ¦false"), "additive", "belongs to `count`"),
        (FINANCIEN, after("table = \"iv3-begroting\"", "key = ¦\"x\""), "key", "belongs to a title path"),
        (VEILIGHEID, after("kind = \"strip\"", "years = ¦\"2020..\""), "years", "`lines`, `slope` and `multiples`"),
        (VEILIGHEID, after("kind = \"strip\"", "broken = ¦{ before = 2022, note = \"x\" }"), "broken", "`lines`"),
        (VEILIGHEID, ("summary = true\nneeds = 5", "needs = ¦5"), "needs", "`summary = true`"),
        ("tables.toml", after("id = \"kiesraad-tk2021\"", "service = ¦\"v3\""), "service", "`import`"),
        ("tables.toml", after("id = \"kiesraad-tk2021\"", "catalog = ¦\"CBS\""), "catalog", "`import`"),
        ("tables.toml", after("id = \"kiesraad-tk2021\"", "fixed = ¦{}"), "fixed", "`import`"),
    ];
    for (file, (old, new), key, hint) in cases {
        let message: &str = Box::leak(format!("`{key}` does nothing here").into_boxed_str());
        are_named(&[(file, old, new, message, hint)]);
    }
}

#[test]
fn exactly_one_edition_is_the_default() {
    let project = Project::empty();
    let folder = project.path("queries");
    support::copy(&support::root().join("queries"), &folder);
    project.replace("queries/editions.toml", "default = true\n", "");
    let error = Queries::read(&folder).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("editions.toml:1:1: no edition is the default"),
        "{error}"
    );
}

#[test]
fn ways_of_one_indicator_have_one_unit() {
    let project = Project::empty();
    let folder = project.path("queries");
    support::copy(&support::root().join("queries"), &folder);
    project.replace(
        "queries/themes/veiligheid.toml",
        "ratio = \"rel-vernielingen\"",
        "ratio = \"pct-koopwoningen\"",
    );
    let error = Queries::read(&folder).unwrap_err();
    let said = "this way gives `%`, another `per 1.000 inwoners`";
    assert!(error.to_string().contains(said), "{error}");
}

/// Reads the queries with a piece at the end of the theme Veiligheid.
fn with_piece(piece: &str) -> Queries {
    let project = Project::empty();
    let folder = project.path("queries");
    support::copy(&support::root().join("queries"), &folder);
    let path = "queries/themes/veiligheid.toml";
    fs::write(project.path(path), project.text(path) + "\n" + piece).unwrap();
    Queries::read(&folder).unwrap_or_else(|error| panic!("{error}, {:?}", error.hint()))
}

#[test]
fn the_indicator_of_six_lines_in_the_readme_is_one() {
    let readme = fs::read_to_string(support::root().join("README.md")).unwrap();
    let start = readme.find("    [[indicator]]\n").expect("an indicator");
    let lines: Vec<&str> = readme[start..]
        .lines()
        .take_while(|line| !line.is_empty())
        .collect();
    assert_eq!(lines.len(), 6, "{lines:#?}");
    let piece: String = lines
        .iter()
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect();
    let queries = with_piece(&piece.replace("id = \"geweldsmisdrijven\"", "id = \"proef\""));
    let asked = &queries[support::indicator(&queries, "proef")];
    assert_eq!(
        (asked.unit.as_str(), asked.decimals, asked.coverage),
        ("per 1.000 inwoners", 1, 80.0)
    );
    let (formula, scale) = queries.describe(&asked.ways[0]);
    assert_eq!(
        (formula.as_str(), scale),
        ("(proef) / (inwoners) x 1000", 1000.0)
    );
    let topic = &queries[support::topic(&queries, "proef")];
    assert_eq!(topic.title, "gewelds- en seksuele misdrijven");
    assert_eq!((topic.kind, topic.additive), (TopicKind::Count, true));
}

#[test]
fn a_topic_in_place_has_the_id_of_its_indicator_or_a_number_behind_it() {
    let piece = "[[indicator]]\nid = \"inwoners-kwb\"\ntitle = \"OZB\"\ndefinition = \"x\"\nper = \"woning\"\n\
                 count = \"83648NED 2015: Een > … [mln euro]\"\noptional = true\nsplit = \"dwellings\"\n\
                 [[indicator.way]]\nratio = \"kwb: Twee > Drie\"\nweight = \"inwoners\"\n";
    let queries = with_piece(piece);
    let asked = &queries[support::indicator(&queries, "inwoners-kwb")];
    assert_eq!(asked.unit, "euro per woning");
    let ways: Vec<String> = asked
        .ways
        .iter()
        .map(|way| queries.describe(way).0)
        .collect();
    assert_eq!(ways[0], "(inwoners-kwb-2) / (woningvoorraad) x 1");
    assert_eq!(
        ways[1],
        "gemiddelde van inwoners-kwb-3, gewogen naar inwoners"
    );
    let topic = |id: &str| &queries[support::topic(&queries, id)];
    let counted = topic("inwoners-kwb-2");
    assert_eq!(counted.title, "OZB");
    assert!(counted.by_dwellings && counted.sources[0].optional);
    assert_eq!(counted.sources[0].unit, Unit::Given("mln euro".to_owned()));
    assert_eq!(counted.scale_from("mln euro").to_bits(), 1e6_f64.to_bits());
    // a ratio that says no unit has that of its indicator
    assert_eq!(
        topic("inwoners-kwb-3").sources[0].unit,
        Unit::Given("euro per woning".to_owned())
    );
}

fn known(key: &str, title: &str, unit: &str) -> TopicMeta {
    TopicMeta {
        key: key.to_owned(),
        title: title.to_owned(),
        unit: unit.to_owned(),
        decimals: 0,
        relative: false,
    }
}

/// What a topic in place finds in a table of some topics.
fn found(line: &str, beside: &str) -> Result<Vec<String>, (String, String)> {
    let piece = format!("[[topic]]\nid = \"proef\"\ntitle = \"proef\"\n{line}\n{beside}\n");
    let queries = with_piece(&piece);
    let topic = support::topic(&queries, "proef");
    let asked = topics::asked_of(&queries, &queries.tables["83648NED"])
        .find(|asked| asked.topic == topic)
        .unwrap();
    let table = [
        known("Totaal_1", "1 Vermogen > Geregistreerd > Totaal", "aantal"),
        known("Totaal_2", "1 Vermogen > Opgehelderd > Totaal", "aantal"),
        known(
            "Totaal_3",
            "1 Vermogen > Geregistreerd > Totaal",
            "per 1 000 inwoners",
        ),
        known("Schade_4", "1 Vermogen > Schade", "mln euro"),
    ];
    let keys = asked.keys(&table);
    keys.map(|keys| keys.into_iter().map(str::to_owned).collect())
        .map_err(|error| (error.to_string(), error.hint().unwrap_or_default()))
}

#[test]
fn a_title_path_leaves_one_topic_or_lists_the_candidates() {
    let one =
        |line: &str, beside: &str| found(line, beside).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(
        one("count = \"83648NED: 1 Vermogen > Geregistreerd > …\"", ""),
        ["Totaal_1"]
    );
    assert_eq!(
        one(
            "count = \"83648NED: 1 Vermogen > … > Totaal\"",
            "key = \"Totaal_2\""
        ),
        ["Totaal_2"]
    );
    assert_eq!(
        one("ratio = \"83648NED: 1 Vermogen > … > Totaal\"", ""),
        ["Totaal_3"]
    );
    assert_eq!(
        one("count = \"83648NED: … > Schade [mln euro]\"", ""),
        ["Schade_4"]
    );
    // euros do not pass for a number of things
    assert_eq!(one("count = \"83648NED: … > Schade\"", "").len(), 0);
    assert_eq!(
        one("table = \"83648NED\"\nkeys = [\"Totaal_*\"]", ""),
        ["Totaal_1", "Totaal_2"]
    );
    let (said, hint) = found("count = \"83648NED: 1 Vermogen > … > Totaal\"", "").unwrap_err();
    assert!(
        said.contains("themes/veiligheid.toml:")
            && said.ends_with("topic `proef` fits 2 of `83648NED`"),
        "{said}"
    );
    for part in [
        "`1 Vermogen > Geregistreerd > Totaal` (aantal, key Totaal_1)",
        "key Totaal_2",
        "more of the title path",
    ] {
        assert!(hint.contains(part), "no `{part}` in {hint}");
    }
}

#[test]
fn schemas_are_current_and_describe_every_key_with_an_example() {
    let project = Project::empty();
    project.must(&["schema"]);
    let written = support::files(&project.path("queries/schema"));
    let ours = support::files(&support::root().join("queries/schema"));
    let stale = support::differences(&written, &ours);
    assert!(stale.is_empty(), "run `cargo run -- schema`: {stale:?}");
    let taplo = fs::read_to_string(support::root().join(".taplo.toml")).unwrap();
    let mut keys = 0;
    for (name, bytes) in &written {
        assert!(
            taplo.contains(&format!("path = \"queries/schema/{name}\"")),
            "{name} is in no rule of .taplo.toml"
        );
        let schema: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        let defined = schema["definitions"]
            .as_object()
            .into_iter()
            .flat_map(|all| all.values());
        for object in defined.chain([&schema]) {
            for (key, about) in object["properties"].as_object().into_iter().flatten() {
                let said = about["description"].as_str().unwrap_or_default();
                let example = said
                    .split_once("Example: `")
                    .unwrap_or_else(|| panic!("{name}: `{key}`: `{said}`"))
                    .1;
                assert!(
                    example.contains(key.as_str()),
                    "{name}: the example of `{key}` is `{example}`"
                );
                keys += 1;
            }
        }
    }
    assert!(keys > 100, "{keys}");
}

#[test]
fn types_have_marks_that_gemeenten_have_and_words_that_differ() {
    are_named(&[
        (
            "types.toml",
            "number = [3, 6]",
            "number = ¦[6, 3]",
            "types cannot be 6 to 3",
            "expected two numbers from 2 to 8",
        ),
        (
            "types.toml",
            "firm = 0.65",
            "firm = ¦1.5",
            "`firm` is 1.5",
            "expected a number from -1 to 1",
        ),
        (
            "types.toml",
            "fewest-marks = 6",
            "fewest-marks = ¦60",
            "there are 11 marks, and no types with fewer than 60",
            "`[[mark]]`",
        ),
        (
            "types.toml",
            "\"koopwoningen\"\naspect",
            "\"¦koopwoning\"\naspect",
            "",
            "`koopwoningen`",
        ),
        (
            "types.toml",
            "\"koopwoningen\"\naspect",
            "¦\"aandeel-30-80\"\naspect",
            "gemeenten have no `aandeel-30-80`",
            "expected an indicator of gemeenten",
        ),
        (
            "types.toml",
            "\"koopwoningen\"\naspect",
            "¦\"aandeel-65-plus\"\naspect",
            "indicator `aandeel-65-plus` twice",
            "expected one",
        ),
        (
            "types.toml",
            "\"veel huurwoningen\"",
            "¦\"veel gezinnen\"",
            "word `veel gezinnen` twice",
            "expected one",
        ),
        (
            "types.toml",
            "high = \"veel koopwoningen\"\nlow = \"veel huurwoningen\"",
            "high = ¦\"veel koopwoningen\"",
            "a word for one side only",
            "expected both `high` and `low`, or neither",
        ),
    ]);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Queries::read(Path::new("nergens")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cannot read `nergens/house.toml`"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("--project"));
}

#[test]
fn every_indicator_is_whole() {
    // tests run in the project's folder, and the program reads a relative path there
    let queries = Queries::read(Path::new("queries")).unwrap();
    for asked in &queries.indicators {
        let id = &asked.id;
        assert!(
            asked.definition.len() > 20 && asked.definition.ends_with('.'),
            "{id}: `{}`",
            asked.definition
        );
        assert!(
            !asked.title.is_empty() && !asked.unit.is_empty() && !asked.ways.is_empty(),
            "{id}"
        );
        assert!(asked.range.0 < asked.range.1, "{id}");
        assert!(
            queries.themes.iter().any(|theme| theme.id == asked.theme),
            "{id}"
        );
        // a weighted figure says so to the reader: its weight is named in the open data
        for way in &asked.ways {
            if let Way::Mean { ratio, weight } = way {
                let is_ratio = queries[*ratio].kind == TopicKind::Ratio;
                assert!(!weight.terms.is_empty() && is_ratio, "{id}");
            }
        }
    }
}

/// What the paper must report, row by row of the list of indicators (those marked † there have no figures yet).
#[rustfmt::skip]
const THEMES: &[(&str, &[&str])] = &[
    ("profiel", &[
        "inwoners", "aandeel-nederland", "inwoners-per-gemeente", "aandeel-30-80", "bevolkingsgroei", "bevolkingsindex",
        "aandeel-0-15", "aandeel-65-plus", "grijze-druk", "bevolkingsdichtheid", "omgevingsadressendichtheid", "stedelijkheid",
        "eenpersoonshuishoudens", "huishoudens-met-kinderen", "huishoudensgrootte", "woz-waarde", "verkoopprijs", "koopwoningen",
        "huurwoningen", "corporatiewoningen", "inkomen-per-inwoner", "besteedbaar-inkomen", "laag-inkomen", "mediaan-vermogen",
    ]),
    ("democratie", &["inwoners-per-raadszetel", "opkomst-tweede-kamer", "opkomst-gemeenteraad"]),
    ("smart-city", &[]),
    ("veiligheid", &["misdrijven", "woninginbraken", "vernielingen", "geweldsmisdrijven"]),
    ("arbeidsmigranten", &[
        "geboren-europa", "herkomst-europa", "nettoarbeidsparticipatie", "werknemers", "zelfstandigen", "bedrijfsvestigingen",
        "vestigingen-landbouw", "vestigingen-nijverheid", "vestigingen-handel", "vestigingen-vervoer", "vestigingen-financieel",
        "vestigingen-zakelijk", "vestigingen-overheid", "vestigingen-cultuur", "banen",
    ]),
    ("duurzaamheid", &["aardgasverbruik", "elektriciteitsverbruik", "stadsverwarming", "zonnestroom-vermogen", "zonnestroom-installaties"]),
    ("mobiliteit", &[
        "autos-per-huishouden", "motorvoertuigen-per-km2", "afstand-treinstation", "afstand-overstapstation", "afstand-oprit",
        "afstand-huisartsenpost", "afstand-ziekenhuis", "afstand-supermarkt", "afstand-basisschool", "afstand-bibliotheek",
    ]),
    ("samenleving", &[
        "jeugdzorg", "wmo", "bijstand", "ww", "ao", "goede-gezondheid", "opleiding-laag", "opleiding-midden", "opleiding-hoog",
    ]),
    ("financien", &[
        "lasten", "lasten-bestuur", "lasten-sociaal", "lasten-veiligheid", "lasten-ruimte", "lasten-ruimte-met-grond",
        "realisatie", "saldo", "gemeentefonds", "gf-sociale-basisvoorzieningen", "gf-participatie",
        "gf-individuele-voorzieningen-wmo", "gf-individuele-voorzieningen-jeugd", "gf-bestuur-en-ondersteuning",
        "gf-orde-en-veiligheid", "gf-onderwijs", "gf-sport-cultuur-en-recreatie", "gf-infrastructuur-ruimte-en-milieu",
        "gf-overig", "ozb", "ozb-per-woning", "solvabiliteit", "eigen-vermogen", "jeugdhulp-gerealiseerd",
        "jeugdhulp-rekening-verschil", "inhuur", "gemeenschappelijke-regelingen",
    ]),
];

/// Asked with figures that are not carried yet (marked † in the list of indicators).
const NOT_YET: [(&str, &str); 1] = [("financien", "woonlasten")];

#[test]
fn refreshed_data_has_every_row_of_the_list_of_indicators() {
    let queries = support::queries();
    let figures = of_today();
    for (theme, ids) in THEMES {
        let known = queries
            .themes
            .iter()
            .find(|known| known.id == *theme)
            .unwrap_or_else(|| panic!("no theme {theme}"));
        assert_eq!(
            ids.is_empty(),
            known.note.is_some(),
            "{theme}: a theme without figures says so"
        );
        for id in *ids {
            let asked = support::indicator(&queries, id);
            assert_eq!(queries[asked].theme, *theme, "{id}");
            assert!(figures.used(asked).year.is_some(), "{id} has no figures");
        }
    }
    for (theme, id) in NOT_YET {
        let asked = support::indicator(&queries, id);
        assert_eq!(queries[asked].theme, theme);
        assert_eq!(
            figures.used(asked).year,
            None,
            "{id} has figures now: it belongs in the list above"
        );
    }
}

/// Gemeenten that are known to be outside the plausible range: real figures of extreme places, as they were published.
#[rustfmt::skip]
const OUTSIDE: &[(&str, &[&str])] = &[
    ("afstand-huisartsenpost", &["GM0093", "GM0096"]),                // Terschelling and Vlieland: overseas
    ("autos-per-km2", &["GM0088"]),                                   // Schiermonnikoog: no cars of visitors
    ("besteedbaar-inkomen", &["GM0417"]),                             // Laren
    ("geboren-europa", &["GM0981"]),                                  // Vaals: at the German border
    ("herkomst-europa", &["GM0981"]),
    ("inhuur", &["GM0784"]),                                          // Gilze en Rijen: a correction of earlier years
    ("lasten-bestuur", &[                                             // overhead that was delivered elsewhere, or not
        "GM0160", "GM0175", "GM0268", "GM0301", "GM0489", "GM0590", "GM0716", "GM1700", "GM1903",
    ]),
    ("lasten-ruimte", &["GM0088", "GM0441", "GM0873", "GM1911", "GM1979"]), // the same, and Eemsdelta with its earthquakes
    ("lasten-ruimte-met-grond", &["GM0441"]),
    ("opkomst-tweede-kamer", &["GM0060", "GM0088"]),                  // visitors vote on the islands
    ("ozb-per-woning", &["GM0171", "GM1696"]),                        // booked elsewhere in the budget of 2024
];

#[test]
fn refreshed_data_is_within_the_plausible_range_but_for_known_gemeenten() {
    let queries = support::queries();
    let figures = of_today();
    let mut outside: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut looked_at = 0;
    for indicator in queries.indicator_ids() {
        let asked = &queries[indicator];
        let block = figures.block(indicator);
        for (_, cells) in block.rows() {
            for (region, cell) in block.regions().iter().zip(cells) {
                let Some(value) = cell.value().filter(|_| *region != RegionId::NEDERLAND) else {
                    continue;
                };
                looked_at += 1;
                if value < asked.range.0 || value > asked.range.1 {
                    let regions = outside.entry(&asked.id).or_default();
                    regions.insert(region.to_string());
                }
            }
        }
    }
    let known: BTreeMap<&str, BTreeSet<String>> = OUTSIDE
        .iter()
        .map(|(id, codes)| (*id, codes.iter().map(|code| (*code).to_owned()).collect()))
        .collect();
    assert_eq!(outside, known);
    assert!(looked_at > 100_000, "{looked_at}");
}
