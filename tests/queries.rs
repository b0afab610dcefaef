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
use middelgroot::gemeente::{NEDERLAND_NUMBER, region_code};
use middelgroot::query::{Error, Queries, Way};
use support::Project;

fn of_2026() -> &'static Figures {
    static FIGURES: OnceLock<Figures> = OnceLock::new();
    FIGURES.get_or_init(|| support::figures("2026"))
}

/// Reads the queries with one text of one file replaced: the line of the new text, and the error there must be.
fn wrong(file: &str, old: &str, new: &str) -> (usize, Error) {
    let project = Project::empty();
    let folder = project.path("queries");
    support::copy(&support::root().join("queries"), &folder);
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    let at = text
        .find(old)
        .unwrap_or_else(|| panic!("`{old}` is not in {file}"));
    fs::write(&path, text.replacen(old, new, 1)).unwrap();
    let line = text[..at].matches('\n').count() + 1;
    match Queries::read(&folder) {
        Ok(_) => panic!("{file}: `{new}` was accepted"),
        Err(error) => (line, error),
    }
}

#[rustfmt::skip]
const WRONG: &[(&str, &str, &str, &str, &str)] = &[
    // file, what is replaced, by what, what the message says, what was expected
    ("veiligheid.toml", "direction = \"lower\"", "directoin = \"lower\"", "unknown field `directoin`", "direction"),
    ("veiligheid.toml", "direction = \"lower\"", "direction = \"down\"", "unknown variant `down`", "higher"),
    ("veiligheid.toml", "numerator = \"misdrijven\"", "numerator = \"misdrijvne\"", "there is no topic `misdrijvne`", "`misdrijven`"),
    ("veiligheid.toml", "numerator = \"misdrijven\"", "numerator = \"misdrijven +\"", "`misdrijven +` is no sum of topics", "a + b - c"),
    ("veiligheid.toml", "table = \"47022NED\"", "table = \"47022ned\"", "there is no table or family `47022ned`", "tables.toml"),
    ("veiligheid.toml", "periods = \"2021..2025\"", "periods = \"2025..2021\"", "`2025..2021` is no range of years", "`2019..2021`"),
    ("veiligheid.toml", "periods = \"..2024\"", "periods = \"tot 2024\"", "`tot 2024` is no range of years", "`..2021`"),
    ("veiligheid.toml", "range = [3, 250]", "range = [250, 3]", "the range is empty", "[lowest, highest]"),
    ("veiligheid.toml", "id = \"vermogensmisdrijven\"", "id = \"misdrijven\"", "topic `misdrijven` twice", "one topic per id"),
    ("profiel.toml", "total = \"inwoners\"", "totaal = \"inwoners\"", "unknown field `totaal`", "total"),
    ("profiel.toml", "distribution = \"mediaan-vermogen\"", "distribution = \"mediaan\"", "there is no topic `mediaan`", "such as"),
    ("tables.toml", "service = \"v3\"", "service = \"v5\"", "unknown variant `v5`", "v4"),
    ("tables.toml", "id = \"03759ned\"", "id = \"../03759ned\"", "`../03759ned` is no table id", "letters, digits"),
    ("tables.toml", "id = \"37259ned\"", "id = \"03759ned\"", "table `03759ned` twice", "one entry per table"),
    ("editions.toml", "id = \"2026-leden-2023\"", "id = \"../2026\"", "`../2026` is no edition id", "small letters"),
    ("editions.toml", "id = \"2026-leden-2023\"", "id = \"2026\"", "edition `2026` twice", "one entry per edition"),
    ("table.toml", "indicator = \"", "indicator = \"x-", "there is no indicator `x-", "such as"),
];

#[test]
fn a_wrong_file_is_named_with_line_and_what_was_expected() {
    for (file, old, new, message, expected) in WRONG {
        let (line, error) = wrong(file, old, new);
        let said = error.to_string();
        let hint = error.hint().unwrap_or_default();
        assert!(
            said.contains(&format!("{file}:{line}: ")),
            "{new}: line {line} is not named in `{said}`"
        );
        assert!(
            said.contains(message),
            "{new}: expected `{message}` in `{said}`"
        );
        assert!(
            hint.contains(expected),
            "{new}: expected `{expected}` in the hint `{hint}`"
        );
        assert_eq!(error.exit(), Exit::Usage, "{new}");
    }
}

#[test]
fn an_edition_that_looks_ahead_of_its_boundaries_is_wrong() {
    let (line, error) = wrong("editions.toml", "until = 2021", "until = 2022");
    let said = error.to_string();
    // the message stands at the edition's id, three lines up
    assert!(
        said.contains(&format!("editions.toml:{}: ", line - 3)),
        "{said}"
    );
    assert!(
        said.contains("edition `2021` uses periods after its boundaries of 2021"),
        "{said}"
    );
    let (_, error) = wrong(
        "editions.toml",
        "date = \"2026-11-01\"",
        "date = \"1 november\"",
    );
    assert!(
        error.to_string().contains("`1 november` is no date"),
        "{error}"
    );
}

#[test]
fn an_indicator_has_one_id_and_a_known_way() {
    let id = |id: &str| format!("id = \"{id}\"");
    let last = |file: &str, name: &str| {
        // the id of the indicator, not that of the topic of the same name
        let text = fs::read_to_string(support::root().join("queries").join(file)).unwrap();
        let at = text.rfind(&id(name)).unwrap();
        text[at..].lines().take(2).collect::<Vec<_>>().join("\n")
    };
    let old = last("veiligheid.toml", "vernielingen");
    let (line, error) = wrong(
        "veiligheid.toml",
        &old,
        &old.replace("vernielingen\"", "misdrijven\""),
    );
    assert!(
        error.to_string().contains(&format!(
            "veiligheid.toml:{line}: indicator `misdrijven` twice"
        )),
        "{error}"
    );
    let (_, error) = wrong("democratie.toml", "denominator = \"raadszetels\"", "");
    assert!(
        error
            .to_string()
            .contains("a way that is none of those known"),
        "{error}"
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains("`numerator` and `denominator`")
    );
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Queries::read(Path::new("nergens")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cannot read `nergens/tables.toml`"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("--project"));
}

#[test]
fn every_indicator_is_whole() {
    let queries = support::queries();
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
                assert!(
                    !weight.terms.is_empty() && queries.topic_index(ratio).is_some(),
                    "{id}"
                );
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
    ("democratie", &["inwoners-per-raadszetel", "opkomst-tweede-kamer"]),
    ("smart-city", &[]),
    ("veiligheid", &["misdrijven", "woninginbraken", "vernielingen", "geweldsmisdrijven"]),
    ("arbeidsmigranten", &[
        "geboren-europa", "herkomst-europa", "nettoarbeidsparticipatie", "werknemers", "zelfstandigen", "bedrijfsvestigingen",
        "vestigingen-landbouw", "vestigingen-nijverheid", "vestigingen-handel", "vestigingen-vervoer", "vestigingen-financieel",
        "vestigingen-zakelijk", "vestigingen-overheid", "vestigingen-cultuur",
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
        "gf-overig", "ozb", "ozb-per-woning",
    ]),
];

/// Asked with figures that are not carried yet (marked † in the list of indicators).
const NOT_YET: [(&str, &str); 3] = [
    ("democratie", "opkomst-gemeenteraad"),
    ("arbeidsmigranten", "banen"),
    ("financien", "woonlasten"),
];

#[test]
fn every_row_of_the_list_of_indicators_has_figures() {
    let queries = support::queries();
    let figures = of_2026();
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
            let position = queries
                .indicators
                .iter()
                .position(|asked| asked.id == *id)
                .unwrap_or_else(|| panic!("no {id}"));
            assert_eq!(queries.indicators[position].theme, *theme, "{id}");
            assert!(figures.used[position].year.is_some(), "{id} has no figures");
        }
    }
    for (theme, id) in NOT_YET {
        let position = queries
            .indicators
            .iter()
            .position(|asked| asked.id == id)
            .unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(queries.indicators[position].theme, theme);
        assert_eq!(
            figures.used[position].year, None,
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
    ("lasten-ruimte", &["GM0088", "GM0441", "GM0873", "GM1911"]),     // Schiermonnikoog; Schagen, Woensdrecht, Hollands Kroon
    ("lasten-ruimte-met-grond", &["GM0441"]),
    ("opkomst-tweede-kamer", &["GM0088"]),                            // visitors vote on the island
    ("ozb-per-woning", &["GM0171", "GM1696"]),                        // booked elsewhere in the budget of 2024
];

#[test]
fn every_gemeente_is_within_the_plausible_range_but_for_known_ones() {
    let queries = support::queries();
    let frame = &of_2026().cells.frame;
    let (indicator, region, value) = (
        frame.column("indicator").unwrap().i32().unwrap(),
        frame.column("region").unwrap().i32().unwrap(),
        frame.column("value").unwrap().f64().unwrap(),
    );
    let mut outside: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut looked_at = 0;
    for row in 0..frame.height() {
        let (Some(value), Some(region)) = (value.get(row), region.get(row)) else {
            continue;
        };
        let asked = &queries.indicators[usize::try_from(indicator.get(row).unwrap()).unwrap()];
        if region != NEDERLAND_NUMBER {
            looked_at += 1;
            if value < asked.range.0 || value > asked.range.1 {
                outside
                    .entry(&asked.id)
                    .or_default()
                    .insert(region_code(region));
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
