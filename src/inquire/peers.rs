//! `peers`: the type of a gemeente, who is like it, and where it stands out.
//!
//! In: the code or name of a gemeente of the edition, and the figures. Out: text, in the order in which it is asked.

use std::fmt::Write as _;

use super::Inquiry;
use super::whom::gemeente;
use crate::base::failure::Failure;
use crate::base::number::csv_number;
use crate::fact::print;
use crate::figures::Figures;
use crate::gemeente::RegionId;
use crate::query::Queries;

/// How many indicators are told by which it stands out.
const TOLD: usize = 5;

/// The type of a gemeente, who is like it, and where it stands out.
///
/// # Errors
/// When the edition has no gemeente of this code or name.
pub fn peers(text: &str, inquiry: &Inquiry<'_>) -> Result<String, Failure> {
    let (figures, queries) = (inquiry.register.figures(), inquiry.register.queries());
    let region = gemeente(text, &figures.gemeenten.regions, figures.edition.boundaries)?;
    let types = &figures.types;
    let mut out = format!("gemeente    {} ({region})\n", figures.name(region));
    let _ = match types.of_region(region) {
        Some((typed, of)) => writeln!(
            out,
            "type        {} ({} of {}, {} gemeenten)\nsilhouette  {:.2}\nkept        {:.0}% of the indicators can be left out, one at a time",
            of.name,
            typed.of + 1,
            types.types.len(),
            of.n,
            typed.silhouette,
            typed.kept * 100.0,
        ),
        None => writeln!(out, "type        none: {}", why_none(region, figures)),
    };
    out.push_str("\npeers: distance, indicators that both have, type\n");
    let peers = types
        .peers
        .get(&region)
        .map(Vec::as_slice)
        .unwrap_or_default();
    for peer in peers {
        let of = types.of_region(peer.region).map_or("-", |(_, of)| &of.name);
        let (code, name) = (peer.region, figures.name(peer.region));
        let (distance, marks) = (peer.distance, peer.marks);
        let _ = writeln!(out, "  {code} {name:28} {distance:.3} {marks:3}  {of}");
    }
    if peers.is_empty() {
        out.push_str("  none: too few indicators\n");
    }
    out.push_str("\nstands out: standard deviations from the mean, figure, year, indicator\n");
    for (deviation, line) in outstanding(region, figures, queries) {
        let _ = writeln!(out, "  {deviation:+.2} {line}");
    }
    Ok(out)
}

/// Why a gemeente has no type.
fn why_none(region: RegionId, figures: &Figures) -> &'static str {
    let types = &figures.types;
    if types.types.is_empty() {
        "this edition has no types"
    } else if types.untyped.iter().any(|(of, _)| *of == region) {
        "it has too few indicators"
    } else {
        "it is not of the size of this edition, and no member of its network"
    }
}

/// The indicators by which a gemeente stands out, most first, with how far.
fn outstanding(region: RegionId, figures: &Figures, queries: &Queries) -> Vec<(f64, String)> {
    let types = &figures.types;
    let row = types
        .standardised
        .get(&region)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let known = types.marks.iter().zip(row).filter_map(|(scale, of)| {
        let cell = figures.cell(scale.indicator, region, scale.year)?;
        let (value, asked) = (cell.value()?, &queries[scale.indicator]);
        let text = print(asked, value, cell.is_provisional());
        let text = text.unwrap_or_else(|_| csv_number(value));
        Some(((*of)?, format!("{text:>10} {} {}", scale.year, asked.title)))
    });
    let mut known: Vec<(f64, String)> = known.collect();
    known.sort_by(|(a, _), (b, _)| b.abs().total_cmp(&a.abs()));
    known.truncate(TOLD);
    known
}
