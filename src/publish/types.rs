//! The files about types: which gemeente has which, what sets them apart, how they were found, and who is like whom.
//!
//! With `gemeenten.csv` they are enough to compute all of it again: `typen-kenmerken.csv` has the indicators, their
//! periods and their scale.

use crate::base::csv::Sheet;
use crate::figures::Figures;
use crate::figures::types::{Scale, Trait, Types};
use crate::gemeente::RegionId;
use crate::query::{Indicator, Queries};

/// Columns of `typen.csv`: a gemeente that should have a type each.
pub const COLUMNS_TYPEN: [&str; 12] = [
    "region",
    "name",
    "networks",
    "of_size",
    "subject",
    "type",
    "type_name",
    "silhouette",
    "kept",
    "indicators",
    "missing",
    "boundaries",
];

/// Columns of `typen-kenmerken.csv`: a type and indicator each.
pub const COLUMNS_KENMERKEN: [&str; 14] = [
    "type",
    "type_name",
    "gemeenten",
    "indicator",
    "period",
    "unit",
    "mean",
    "n",
    "mean_all",
    "n_all",
    "standardised_mean",
    "scale",
    "scale_mean",
    "scale_deviation",
];

/// Columns of `typen-toets.csv`: a number of types that was tried each, and an indicator that was left out each.
pub const COLUMNS_TOETS: [&str; 8] = [
    "test",
    "number",
    "indicator",
    "silhouette",
    "smallest",
    "chosen",
    "adjusted_rand",
    "kept",
];

/// Columns of `gelijken.csv`: a gemeente and one like it each.
pub const COLUMNS_GELIJKEN: [&str; 9] = [
    "region",
    "name",
    "rank",
    "peer",
    "peer_name",
    "distance",
    "indicators",
    "missing",
    "boundaries",
];

/// Why a gemeente has no type, or none is like it.
const TOO_FEW: &[u8] = b"too_few_indicators";

const fn truth(is_so: bool) -> &'static [u8] {
    if is_so { b"true" } else { b"false" }
}

fn number(count: usize) -> Option<i32> {
    i32::try_from(count).ok()
}

fn name(figures: &Figures, region: RegionId) -> &str {
    let gemeente = figures.gemeenten.regions.get(region);
    gemeente.map_or("", |gemeente| &gemeente.name)
}

/// The four files, by name; none where no types are asked.
pub(super) fn files(queries: &Queries, figures: &Figures) -> Vec<(&'static str, Vec<u8>)> {
    if queries.types.is_none() {
        return Vec::new();
    }
    vec![
        ("typen.csv", typen(figures)),
        ("typen-kenmerken.csv", kenmerken(queries, figures)),
        ("typen-toets.csv", toets(queries, &figures.types)),
        ("gelijken.csv", gelijken(figures)),
    ]
}

fn typen(figures: &Figures) -> Vec<u8> {
    let types = &figures.types;
    let mut rows: Vec<(RegionId, usize)> = types.untyped.clone();
    rows.extend(types.typed.iter().map(|typed| (typed.region, typed.marks)));
    rows.sort_unstable();
    let mut sheet = Sheet::new(&COLUMNS_TYPEN, rows.len());
    let subject = figures.groups.subject();
    for (region, marks) in rows {
        let networks = figures.groups.networks();
        let networks = networks.filter(|group| group.regions().any(|member| member == region));
        let networks: Vec<&str> = networks.map(|group| group.name.id.as_str()).collect();
        let inhabitants = figures
            .population
            .get(&(figures.edition.boundaries, region));
        let found = types.of_region(region);
        sheet.text(&region.to_string());
        sheet.text(name(figures, region));
        sheet.text(&networks.join(" "));
        sheet.ready(truth(
            inhabitants.is_some_and(|of| figures.groups.size.holds(*of)),
        ));
        sheet.ready(truth(subject.regions().any(|member| member == region)));
        sheet.integer(found.and_then(|(typed, _)| number(typed.of + 1)));
        sheet.text(found.map_or("", |(_, of)| &of.name));
        sheet.number(found.map(|(typed, _)| typed.silhouette));
        sheet.number(found.map(|(typed, _)| typed.kept));
        sheet.integer(number(marks));
        sheet.ready(if found.is_some() { b"none" } else { TOO_FEW });
        sheet.integer(Some(figures.edition.boundaries));
        sheet.end_row();
    }
    sheet.into_bytes()
}

fn kenmerken(queries: &Queries, figures: &Figures) -> Vec<u8> {
    let types = &figures.types;
    let mut sheet = Sheet::new(&COLUMNS_KENMERKEN, types.types.len() * types.marks.len());
    for (place, of) in types.types.iter().enumerate() {
        for (scale, found) in types.marks.iter().zip(&of.traits) {
            sheet.integer(number(place + 1));
            sheet.text(&of.name);
            sheet.integer(number(of.n));
            push_trait(&mut sheet, &queries[scale.indicator], scale, found);
            sheet.end_row();
        }
    }
    sheet.into_bytes()
}

fn push_trait(sheet: &mut Sheet, indicator: &Indicator, scale: &Scale, found: &Trait) {
    sheet.text(&indicator.id);
    sheet.integer(Some(scale.year));
    sheet.text(&indicator.unit);
    sheet.number(found.average);
    sheet.integer(number(found.n));
    sheet.number(Some(scale.average));
    sheet.integer(number(scale.n));
    sheet.number(Some(found.standardised));
    sheet.ready(if scale.log { b"log" } else { b"linear" });
    sheet.number(Some(scale.mean));
    sheet.number(Some(scale.deviation));
}

fn toets(queries: &Queries, types: &Types) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS_TOETS, types.tried.len() + types.without.len());
    for tried in &types.tried {
        sheet.ready(b"number");
        sheet.integer(number(tried.number));
        sheet.text("");
        sheet.number(Some(tried.silhouette));
        sheet.integer(number(tried.smallest));
        sheet.ready(truth(types.chosen() == Some(tried)));
        sheet.number(Some(tried.rand));
        sheet.number(None);
        sheet.end_row();
    }
    for (scale, without) in types.marks.iter().zip(&types.without) {
        sheet.ready(b"without");
        sheet.integer(number(types.types.len()));
        sheet.text(&queries[scale.indicator].id);
        sheet.number(None);
        sheet.integer(None);
        sheet.text("");
        sheet.number(Some(without.rand));
        sheet.number(Some(without.kept));
        sheet.end_row();
    }
    sheet.into_bytes()
}

fn gelijken(figures: &Figures) -> Vec<u8> {
    let types = &figures.types;
    let mut sheet = Sheet::new(&COLUMNS_GELIJKEN, types.peers.len() * 5);
    let boundaries = Some(figures.edition.boundaries);
    for (region, peers) in &types.peers {
        for (place, peer) in peers.iter().enumerate() {
            sheet.text(&region.to_string());
            sheet.text(name(figures, *region));
            sheet.integer(number(place + 1));
            sheet.text(&peer.region.to_string());
            sheet.text(name(figures, peer.region));
            sheet.number(Some(peer.distance));
            sheet.integer(number(peer.marks));
            sheet.ready(b"none");
            sheet.integer(boundaries);
            sheet.end_row();
        }
        if peers.is_empty() {
            let known = types.standardised.get(region);
            let known = known.map(|row| row.iter().flatten().count());
            sheet.text(&region.to_string());
            sheet.text(name(figures, *region));
            for _ in 0..4 {
                sheet.text("");
            }
            sheet.integer(known.and_then(number));
            sheet.ready(TOO_FEW);
            sheet.integer(boundaries);
            sheet.end_row();
        }
    }
    sheet.into_bytes()
}
