//! Which gemeenten exist when, what becomes of them, and who is in which network and group.
//!
//! On the real lists since 2010, on countries that never were, and in one that is small enough to know by heart.

// a test stops where something is wrong
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use middelgroot::base::failure::Report;
use middelgroot::gemeente::group::Groups;
use middelgroot::gemeente::{Crosswalk, Gemeenten, Networks, RegionId, Regions};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use support::country::{Country, FIRST, countries};
use support::{Made, close};

#[test]
fn shares_of_every_gemeente_add_up_to_one_between_all_lists() {
    let figures = support::figures("2026");
    let population = &figures.population;
    let Gemeenten {
        regions,
        herindelingen,
        ..
    } = &*figures.gemeenten;
    for from in 2010..=2026 {
        for to in from..=2026 {
            let walk = Crosswalk::new(from, to, herindelingen, regions, population);
            let (mut given, mut received) = (BTreeMap::new(), BTreeMap::new());
            for row in walk.rows() {
                let shares: &mut (f64, f64) = given.entry(row.region).or_default();
                shares.0 += row.part.inhabitants;
                shares.1 += row.part.dwellings;
                *received.entry(row.part.to).or_insert(0.0) += row.of_target;
                assert!(
                    row.part.inhabitants >= 0.0 && row.part.dwellings >= 0.0 && !row.lost,
                    "{from}-{to}: {row:?}"
                );
            }
            let list = |year| -> Vec<RegionId> {
                regions.in_year(year).map(|(region, _)| region).collect()
            };
            assert_eq!(
                given.keys().copied().collect::<Vec<_>>(),
                list(from),
                "{from}-{to}"
            );
            assert_eq!(
                received.keys().copied().collect::<Vec<_>>(),
                list(to),
                "{from}-{to}"
            );
            for (code, (inhabitants, dwellings)) in given {
                assert!(
                    close(inhabitants, 1.0) && close(dwellings, 1.0),
                    "{code} {from}-{to}: {inhabitants}, {dwellings}"
                );
            }
            for (code, share) in received {
                assert!(close(share, 1.0), "{code} {from}-{to}: {share}");
            }
        }
    }
}

#[test]
fn replaying_the_herindelingen_gives_every_later_list() {
    let gemeenten = Gemeenten::read(&support::frozen()).unwrap_or_else(|error| panic!("{error}"));
    let list = |year| -> BTreeSet<RegionId> {
        let of_year = gemeenten.regions.in_year(year);
        of_year.map(|(region, _)| region).collect()
    };
    for start in [2010, 2014] {
        let mut regions = list(start);
        for year in start..2026 {
            gemeenten.herindelingen.replay(&mut regions, year);
            assert_eq!(
                regions,
                list(year + 1),
                "from {start}, the list of {}",
                year + 1
            );
        }
    }
    assert_eq!(
        (list(2010).len(), list(2021).len(), list(2026).len()),
        (431, 352, 342)
    );
}

/// The groups of an edition of the country that never was: id, kind, and members with the gemeente on the list.
fn groups(edition: &str) -> Groups {
    let made = Made::new();
    made.figures(&made.queries(), edition).groups
}

fn members(groups: &Groups, id: &str) -> Vec<(String, String)> {
    let members = groups.named(id).unwrap().members.iter();
    members
        .map(|member| (member.region.to_string(), member.listed.to_string()))
        .collect()
}

fn regions(groups: &Groups, id: &str) -> Vec<String> {
    let regions = groups.named(id).unwrap().regions();
    regions.map(|region| region.to_string()).collect()
}

#[test]
fn a_member_goes_on_in_the_gemeente_where_most_of_its_people_live() {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = |text: &str| text.to_owned();
        pairs
            .iter()
            .map(|(one, other)| (owned(one), owned(other)))
            .collect()
    };
    // Cuyk is in Hoorne now, and most of Elst in Goor
    assert_eq!(
        members(&groups("2024"), "Rood"),
        pairs(&[
            ("GM0001", "GM0001"),
            ("GM0007", "GM0005"),
            ("GM0010", "GM0003")
        ])
    );
    assert_eq!(
        members(&groups("2021"), "Rood"),
        pairs(&[
            ("GM0001", "GM0001"),
            ("GM0003", "GM0003"),
            ("GM0007", "GM0005")
        ])
    );
}

#[test]
fn members_that_merged_count_once() {
    let gemeenten = Gemeenten::read(&support::root().join("tests/made/data"));
    let gemeenten = gemeenten.unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("networks.csv");
    let list = "network,list_date,code,name,complete,source\n\
                Wit,2020-01-01,GM0003,Cuyk,true,x\nWit,2020-01-01,GM0004,Deest,true,x\n";
    std::fs::write(&path, list).unwrap();
    let networks = Networks::read(&path, &gemeenten.regions).unwrap();
    let list = networks.list("Wit", "2020-01-01").unwrap();
    let in_2024 = list.members(2024, &gemeenten.regions, &gemeenten.herindelingen);
    assert_eq!(in_2024.len(), 1);
    assert_eq!(in_2024[0].region.to_string(), "GM0010");
    let in_2021 = list.members(2021, &gemeenten.regions, &gemeenten.herindelingen);
    assert_eq!(in_2021.len(), 2);
}

#[test]
fn a_list_that_is_not_there_is_named_with_those_that_are() {
    let gemeenten = Gemeenten::read(&support::root().join("tests/made/data"));
    let gemeenten = gemeenten.unwrap_or_else(|error| panic!("{error}"));
    let error = gemeenten.networks.list("Rood", "1999-01-01").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no list of Rood dated 1999-01-01"
    );
    let hint = error.hint().unwrap();
    assert_eq!(hint, "lists are dated 2020-01-01, 2023-01-01");
}

#[test]
fn an_edition_needs_a_list_of_gemeenten_and_lists_of_members() {
    let made = Made::new();
    let refused = |old: &str, new: &str| {
        made.project.replace("queries/editions.toml", old, new);
        let run = made
            .project
            .run(&["build", "--data-only", "--edition", "2024"])
            .ends(2);
        made.project.replace("queries/editions.toml", new, old);
        run
    };
    for year in [2025, 2100] {
        let new = format!("boundaries = {year}\nuntil = 2024");
        refused("boundaries = 2024\nuntil = 2024", &new)
            .says(&format!(
                "edition `2024`: there is no list of gemeenten of {year}"
            ))
            .says("editions.toml:")
            .says("hint: lists are of 2020 to 2024");
    }
    // a gemeente that is not yet there would be a member without figures
    let [of_2024, of_2021] = [
        "boundaries = 2024\nuntil = 2024",
        "boundaries = 2021\nuntil = 2021",
    ];
    made.project
        .replace("queries/editions.toml", of_2024, of_2021);
    refused("Rood = \"2020-01-01\"", "Rood = \"2023-01-01\"")
        .says("edition `2024`: `GM0010` (Hoorne) of the list of Rood dated 2023-01-01 is no gemeente in 2021")
        .says("hint: take a list of that time: lists are dated 2020-01-01, 2023-01-01");
    made.project
        .replace("queries/editions.toml", of_2021, of_2024);
    refused(
        "boundaries = 2024\nuntil = 2024",
        "boundaries = 2019\nuntil = 2019",
    )
    .says("there is no list of gemeenten of 2019");
    refused("Rood = \"2020-01-01\"", "Rood = \"2023-01-02\"")
        .says("editions.toml:10:18: edition `2024`: there is no list of Rood dated 2023-01-02")
        .says("hint: lists are dated 2020-01-01, 2023-01-01");
}

#[test]
fn a_suffix_is_printed_where_two_gemeenten_of_a_year_share_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gemeenten.csv");
    let list = "code,name,province,from,to\nGM0001,Aarle (L.),PV31,2020,2024\nGM0002,Bergen (NH.),PV27,2020,2024\n\
                GM0003,Bergen (L.),PV31,2020,2022\nGM0004,Beek en (A) Donk (gemeente),PV30,2020,2024\n\
                GM0005,Hoek) van,PV28,2020,2024\n";
    std::fs::write(&path, list).unwrap();
    let regions = Regions::read(&path).unwrap();
    let name = |code: &str, year| regions.short_name(RegionId::parse(code).unwrap(), year);
    assert_eq!(name("GM0001", 2024), "Aarle");
    assert_eq!(
        (name("GM0002", 2022), name("GM0002", 2023)),
        ("Bergen (NH.)".into(), "Bergen".into())
    );
    // one that is no longer there is told from one that is
    assert_eq!(name("GM0003", 2024), "Bergen (L.)");
    assert_eq!(name("GM0004", 2024), "Beek en (A) Donk");
    assert_eq!(name("GM0005", 2024), "Hoek) van");
    assert_eq!(name("NL01", 2024), "Nederland");
}

#[test]
fn lists_that_were_changed_by_hand_are_read_as_strictly() {
    let made = support::root().join("tests/made/data");
    let project = support::Project::empty();
    for (part, line, said) in [
        (
            "networks.csv",
            "Wit,2020-01-01,GM9999,X,true,x",
            "networks.csv:11: `GM9999` (X) is and was no gemeente",
        ),
        (
            "networks.csv",
            "Wit,2020-1-1,GM0001,Aarle,true,x",
            "networks.csv:11: `2020-1-1` is no date",
        ),
        (
            "networks.csv",
            "Wit,2020-01-01,GM0001,Beers,true,x",
            "networks.csv:11: `GM0001` is Aarle, and `Beers` is `GM0002`",
        ),
        (
            "networks.csv",
            "Wit,2020-01-01,GM0012,Kerkdorp,true,x",
            "networks.csv:11: `GM0012` (Kerkdorp) is no gemeente on 2020-01-01",
        ),
        (
            "regions/gemeenten.csv",
            "GM0013,Lo,PV20,2024,2023",
            "gemeenten.csv:14: `GM0013` ends before it begins",
        ),
        (
            "regions/gemeenten.csv",
            "GM0013,Lo\u{200B},PV20,2024,2024",
            "gemeenten.csv:14: the name `Lo\\u{200b}` has a sign that is not seen",
        ),
        (
            "regions/herindelingen.csv",
            "1-1-2024,opheffing,GM0001,GM0002,1,1",
            "herindelingen.csv:9: `1-1-2024` is no date",
        ),
        (
            "regions/herindelingen.csv",
            "2024-01-01,opheffing,GM0099,GM0002,1,1",
            "herindelingen.csv:9: `GM0099` is no gemeente on 1 January 2023 or 2024",
        ),
    ] {
        support::copy(&made, &project.data());
        project.append(&format!("data/{part}"), &format!("{line}\n"));
        let error = Gemeenten::read(&project.data()).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[test]
fn whose_paper_it_is_and_what_is_its_size_are_data_of_the_edition() {
    let of_rood = groups("2024");
    assert_eq!(of_rood.subject().name.id, "Rood");
    assert_eq!(of_rood.nation().name.id, "Land");
    let ids: Vec<&str> = of_rood
        .all()
        .iter()
        .map(|group| group.name.id.as_str())
        .collect();
    assert_eq!(
        ids,
        ["Rood", "Blauw", "Geel", "midden", "midden-elders", "Land"]
    );
    // of 1,000 to 3,000 inhabitants, bounds included, on the date of the edition
    assert_eq!(regions(&of_rood, "midden"), ["GM0001", "GM0002"]);
    assert_eq!(regions(&of_rood, "midden-elders"), ["GM0002"]);
    assert_eq!(regions(&of_rood, "Land").len(), 7);
    assert_eq!(of_rood.size.in_words(), "1.000 tot 3.000");
    // Blauw has members of another size, and others are of that size and elsewhere
    let of_blauw = groups("2021");
    assert_eq!(of_blauw.subject().name.id, "Blauw");
    let midden = ["GM0001", "GM0004", "GM0006", "GM0008", "GM0011"];
    assert_eq!(regions(&of_blauw, "midden"), midden);
    assert_eq!(regions(&of_blauw, "midden-elders"), midden);
    // a label follows what the edition says
    for (groups, label) in [
        (&of_rood, "1.000-3.000, niet in Rood"),
        (&of_blauw, "500-1.000, niet in Blauw"),
    ] {
        assert_eq!(groups.named("midden-elders").unwrap().name.label, label);
    }
    // charts are about the subject
    let strong = |groups: &Groups| -> Vec<String> {
        let strong = groups.all().iter().filter(|group| group.name.look.strong);
        strong.map(|group| group.name.id.clone()).collect()
    };
    assert_eq!(
        (strong(&of_rood), strong(&of_blauw)),
        (vec!["Rood".to_owned()], vec!["Blauw".to_owned()])
    );
}

#[test]
fn groups_overlap_and_an_incomplete_list_says_so() {
    let groups = groups("2024");
    assert_eq!(regions(&groups, "Blauw"), ["GM0002", "GM0009"]);
    assert_eq!(regions(&groups, "Geel"), ["GM0006", "GM0009"]);
    let incomplete: Vec<&str> = groups
        .all()
        .iter()
        .filter(|group| !group.complete)
        .map(|group| group.name.id.as_str())
        .collect();
    assert_eq!(incomplete, ["Geel"]);
    let networks: Vec<&str> = groups
        .networks()
        .map(|group| group.name.id.as_str())
        .collect();
    assert_eq!(networks, ["Rood", "Blauw", "Geel"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    #[test]
    fn nothing_is_divided_backwards(country in countries()) {
        let Country { gemeenten, population, log } = &country;
        let Gemeenten { regions, herindelingen, .. } = gemeenten;
        let last = regions.last_year();
        for to in FIRST..=last {
            for row in Crosswalk::new(last, to, herindelingen, regions, population).rows() {
                let is_same = row.region == row.part.to && close(row.part.inhabitants, 1.0);
                prop_assert!(row.lost || is_same, "{row:?}\n{log}");
            }
        }
    }
}
