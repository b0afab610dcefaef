//! The tables about types: which gemeente has which, what sets them apart, how they were found, and who is like whom.
//!
//! With `gemeenten` they are enough to compute all of it again: `typen-kenmerken` has the indicators, their periods and
//! their scale.

use super::super::codes::{ENOUGH, SCALE, TEST};
use super::super::column::{Column, Table, column};
use super::super::ground::Ground;
use super::super::schema::{About, SERIES};
use crate::figures::Figures;
use crate::figures::types::{Peer, Scale, Trait, Tried, Type, Typed, Without};
use crate::gemeente::RegionId;
use crate::query::Indicator;

/// `typen`.
const TYPEN: About = About {
    name: "typen",
    title: "The type of each gemeente of the edition's size, and of each member of its subject",
    row: "a gemeente that should have a type",
    key: &["region"],
    links: &[],
};

/// `typen-kenmerken`.
const KENMERKEN: About = About {
    name: "typen-kenmerken",
    title: "What sets the types apart",
    row: "a type and indicator",
    key: &["type", "indicator"],
    links: &[SERIES],
};

/// `typen-toets`.
const TOETS: About = About {
    name: "typen-toets",
    title: "How the types were tested",
    row: "a number of types that was tried, or an indicator that was left out",
    key: &["place"],
    links: &[],
};

/// `gelijken`.
const GELIJKEN: About = About {
    name: "gelijken",
    title: "The gemeenten most like each gemeente of the Netherlands",
    row: "a gemeente and one like it; one row without a peer where it has too few indicators",
    key: &["region", "rank"],
    links: &[],
};

/// Why a gemeente has no type, or none is like it.
const TOO_FEW: &str = "too_few_indicators";

const fn enough(there_is_one: bool) -> &'static str {
    if there_is_one { "none" } else { TOO_FEW }
}

/// The four tables; none where no types are asked.
pub(in super::super) fn tables<'a>(ground: &'a Ground<'a>) -> Vec<Table<'a>> {
    if ground.queries.types.is_none() {
        return Vec::new();
    }
    vec![
        Table::new(TYPEN, typen(ground.figures), candidates(ground.figures)),
        Table::new(KENMERKEN, kenmerken(), traits(ground)),
        Table::new(TOETS, toets(), tests(ground)),
        Table::new(GELIJKEN, gelijken(), peers(ground.figures)),
    ]
}

/// A gemeente that should have a type, the indicators it has, and the type.
type Candidate<'a> = (RegionId, usize, Option<(&'a Typed, &'a Type)>);

fn candidates(figures: &Figures) -> Vec<Candidate<'_>> {
    let types = &figures.types;
    let mut rows = types.untyped.clone();
    rows.extend(types.typed.iter().map(|typed| (typed.region, typed.marks)));
    rows.sort_unstable();
    let with_type = rows
        .into_iter()
        .map(|(region, marks)| (region, marks, types.of_region(region)));
    with_type.collect()
}

#[rustfmt::skip] // a column a line
fn typen<'a>(figures: &'a Figures) -> Vec<Column<'a, Candidate<'a>>> {
    type Of<'a> = Candidate<'a>;
    let (groups, year) = (&figures.groups, figures.edition.boundaries);
    let networks = |region: RegionId| {
        let of_region = groups.networks().filter(|group| group.regions().any(|member| member == region));
        of_region.map(|group| group.name.id.as_str()).collect::<Vec<_>>().join(" ")
    };
    let is_of_size = move |region: RegionId| figures.population.get(&(year, region)).is_some_and(|of| groups.size.holds(*of));
    let is_member = |region: RegionId| groups.subject().regions().any(|member| member == region);
    vec![
        column("region", "gemeente", |row: &Of<'_>| row.0.to_string()).of("regios", "region"),
        column("networks", "the networks it is in: ids with a space between", move |row: &Of<'_>| networks(row.0)),
        column("of_size", "whether it is of the edition's size", move |row: &Of<'_>| is_of_size(row.0)).needed(),
        column("subject", "whether the network whose paper it is counts it", move |row: &Of<'_>| is_member(row.0)).needed(),
        column("type", "number of its type", |row: &Of<'_>| row.2.map(|(typed, _)| typed.of + 1)).from(1.0),
        column("type_name", "name of its type, in Dutch", |row: &Of<'a>| row.2.map(|(_, of)| of.name.as_str())),
        column("silhouette", "how much nearer its own type is than the next", |row: &Of<'_>| row.2.map(|(typed, _)| typed.silhouette)).from(-1.0).to(1.0),
        column("kept", "share of the indicators that can be left out, one at a time, without it leaving its type", |row: &Of<'_>| row.2.map(|(typed, _)| typed.kept)).from(0.0).to(1.0),
        column("indicators", "indicators that it has", |row: &Of<'_>| row.1).needed().from(0.0),
        column("missing", "why it has no type", |row: &Of<'_>| enough(row.2.is_some())).words(ENOUGH).needed(),
    ]
}

/// A trait of a type.
struct Mark<'a> {
    number: usize,
    of: &'a Type,
    indicator: &'a Indicator,
    scale: &'a Scale,
    found: &'a Trait,
}

fn traits<'a>(ground: &'a Ground<'a>) -> Vec<Mark<'a>> {
    let types = &ground.figures.types;
    let marks = types.types.iter().enumerate().flat_map(|(place, of)| {
        let traits = types.marks.iter().zip(&of.traits);
        traits.map(move |(scale, found)| Mark {
            number: place + 1,
            of,
            indicator: &ground.queries[scale.indicator],
            scale,
            found,
        })
    });
    marks.collect()
}

#[rustfmt::skip] // a column a line
fn kenmerken<'a>() -> Vec<Column<'a, Mark<'a>>> {
    type Of<'a> = Mark<'a>;
    vec![
        column("type", "number of the type", |row: &Of<'_>| row.number).from(1.0),
        column("type_name", "name of the type, in Dutch", |row: &Of<'a>| row.of.name.as_str()).needed(),
        column("gemeenten", "gemeenten of the type", |row: &Of<'_>| row.of.n).needed(),
        column("indicator", "by what they were compared", |row: &Of<'a>| row.indicator.id.as_str()).of("indicatoren", "indicator"),
        column("period", "year of the figures", |row: &Of<'_>| row.scale.year).needed(),
        column("mean", "mean of the type's gemeenten, unweighted", |row: &Of<'_>| row.found.average),
        column("n", "gemeenten of the type with a figure", |row: &Of<'_>| row.found.n).needed(),
        column("mean_all", "mean of all gemeenten that were put into types, unweighted", |row: &Of<'_>| row.scale.average).needed(),
        column("n_all", "those of them with a figure", |row: &Of<'_>| row.scale.n).needed(),
        column("standardised_mean", "mean of the type on the standardised scale", |row: &Of<'_>| row.found.standardised).needed(),
        column("scale", "on what scale gemeenten are compared", |row: &Of<'_>| if row.scale.log { "log" } else { "linear" }).words(SCALE).needed(),
        column("scale_mean", "mean on that scale, taken off", |row: &Of<'_>| row.scale.mean).needed(),
        column("scale_deviation", "standard deviation on that scale, by which is divided", |row: &Of<'_>| row.scale.deviation).needed(),
    ]
}

/// What was tried.
enum Test<'a> {
    Number(&'a Tried, bool),
    Without(&'a Indicator, &'a Without, usize),
}

fn tests<'a>(ground: &'a Ground<'a>) -> Vec<(usize, Test<'a>)> {
    let types = &ground.figures.types;
    let chosen = types.chosen();
    let tried = types
        .tried
        .iter()
        .map(|tried| Test::Number(tried, chosen == Some(tried)));
    let without = types.marks.iter().zip(&types.without);
    let without = without.map(|(scale, without)| {
        Test::Without(&ground.queries[scale.indicator], without, types.types.len())
    });
    tried.chain(without).enumerate().collect()
}

#[rustfmt::skip] // a column a line
fn toets<'a>() -> Vec<Column<'a, (usize, Test<'a>)>> {
    type Of<'a> = (usize, Test<'a>);
    let tried = |row: &Of<'a>| match row.1 { Test::Number(tried, _) => Some(tried), Test::Without(..) => None };
    let without = |row: &Of<'a>| match row.1 { Test::Number(..) => None, Test::Without(indicator, of, _) => Some((indicator, of)) };
    vec![
        column("place", "number of the test", |row: &Of<'_>| row.0 + 1),
        column("test", "what was tried", move |row: &Of<'a>| if tried(row).is_some() { "number" } else { "without" }).words(TEST).needed(),
        column("number", "number of types", |row: &Of<'_>| match row.1 { Test::Number(tried, _) => tried.number, Test::Without(_, _, number) => number }).needed(),
        column("indicator", "the indicator that was left out", move |row: &Of<'a>| without(row).map(|(of, _)| of.id.as_str())).of("indicatoren", "indicator"),
        column("silhouette", "mean silhouette", move |row: &Of<'a>| tried(row).map(|of| of.silhouette)).from(-1.0).to(1.0),
        column("smallest", "gemeenten in the smallest type", move |row: &Of<'a>| tried(row).map(|of| of.smallest)),
        column("chosen", "whether it was chosen", |row: &Of<'_>| match row.1 { Test::Number(_, chosen) => Some(chosen), Test::Without(..) => None }),
        column("adjusted_rand", "adjusted Rand index: for a number the mean over indicators left out, else against the types with all", move |row: &Of<'a>| tried(row).map(|of| of.rand).or(without(row).map(|(_, of)| of.rand))).to(1.0),
        column("kept", "share of the gemeenten that stayed in their type", move |row: &Of<'a>| without(row).map(|(_, of)| of.kept)).from(0.0).to(1.0),
    ]
}

/// A gemeente and one like it, by place; none where it has too few indicators.
struct Pair<'a> {
    region: RegionId,
    rank: usize,
    peer: Option<&'a Peer>,
    known: Option<usize>,
}

fn peers(figures: &Figures) -> Vec<Pair<'_>> {
    let types = &figures.types;
    let mut rows = Vec::new();
    for (&region, peers) in &types.peers {
        let pair = |(place, peer)| Pair {
            region,
            rank: place + 1,
            peer: Some(peer),
            known: None,
        };
        rows.extend(peers.iter().enumerate().map(pair));
        if peers.is_empty() {
            let known = types.standardised.get(&region);
            rows.push(Pair {
                region,
                rank: 0,
                peer: None,
                known: known.map(|row| row.iter().flatten().count()),
            });
        }
    }
    rows
}

#[rustfmt::skip] // a column a line
fn gelijken<'a>() -> Vec<Column<'a, Pair<'a>>> {
    type Of<'a> = Pair<'a>;
    vec![
        column("region", "gemeente", |row: &Of<'_>| row.region.to_string()).of("regios", "region"),
        column("rank", "1 is the most alike; 0 where there is none", |row: &Of<'_>| row.rank).from(0.0),
        column("peer", "a gemeente like it", |row: &Of<'_>| row.peer.map_or_else(String::new, |peer| peer.region.to_string())).of("regios", "region"),
        column("distance", "root mean square of the differences, in standard deviations", |row: &Of<'_>| row.peer.map(|peer| peer.distance)).from(0.0),
        column("indicators", "indicators that both have; without a peer those that it has", |row: &Of<'_>| row.peer.map(|peer| peer.marks).or(row.known)).from(0.0),
        column("missing", "why there is none", |row: &Of<'_>| enough(row.peer.is_some())).words(ENOUGH).needed(),
    ]
}
