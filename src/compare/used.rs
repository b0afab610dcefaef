//! The period the paper uses of each indicator: the latest in which M50 and Nederland have enough coverage.
//!
//! In: the values of groups. Out: per indicator the year, and which newer year was held back and why, so that a reader
//! knows that the latest figure is not forgotten but not there yet.

use polars::prelude::*;

use super::{GroupId, Withheld};
use crate::query::Queries;

/// The period used of an indicator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Used {
    /// The year; `None` when there is no figure.
    pub year: Option<i32>,
    /// The way that makes it.
    pub way: usize,
    /// A newer year that was held back.
    pub held_back: Option<HeldBack>,
    /// By how many percent the figure computed from all gemeenten deviates from CBS's own for Nederland.
    pub deviation: Option<f64>,
}

/// A year that is there but not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBack {
    /// The year.
    pub year: i32,
    /// Why, in Dutch.
    pub why: String,
}

/// The period of each indicator, in the order of the queries.
///
/// # Errors
/// When the frame lacks a column.
pub fn used(queries: &Queries, groups: &DataFrame) -> PolarsResult<Vec<Used>> {
    let column = |name: &str| groups.column(name).and_then(|column| column.i32().cloned());
    let (indicator, group, year, way, withheld) = (
        column("indicator")?,
        column("group")?,
        column("year")?,
        column("way")?,
        column("withheld")?,
    );
    let (coverage, value, computed) = (
        groups.column("coverage")?.f64()?,
        groups.column("value")?.f64()?,
        groups.column("computed")?.f64()?,
    );
    let mut used = vec![Used::default(); queries.indicators.len()];
    let national = |row: usize| group.get(row) == Some(GroupId::Nederland.code());
    for row in 0..groups.height() {
        let (Some(position), Some(of_year)) = (
            indicator.get(row).and_then(|i| usize::try_from(i).ok()),
            year.get(row),
        ) else {
            continue;
        };
        if !national(row) {
            continue;
        }
        let threshold = queries.indicators[position].coverage;
        let same = |other: usize| {
            indicator.get(other) == indicator.get(row) && year.get(other) == year.get(row)
        };
        let of_m50 =
            (0..row).find(|&other| same(other) && group.get(other) == Some(GroupId::M50.code()));
        let state = |row: usize| {
            (
                Withheld::of(withheld.get(row).unwrap_or_default()),
                coverage.get(row).unwrap_or_default(),
            )
        };
        let fits = |row: usize| {
            let (reason, coverage) = state(row);
            match reason {
                Withheld::No => true,
                // a distribution is used where enough members have a figure, or where only some can have one
                Withheld::DistributionOnly => {
                    coverage >= threshold || queries.indicators[position].coverage == 0.0
                }
                Withheld::Coverage | Withheld::NoFigures => false,
            }
        };
        let entry = &mut used[position];
        // only a size class has no row of M50
        if of_m50.is_none_or(fits) && fits(row) {
            entry.year = Some(of_year);
            entry.way = way
                .get(row)
                .and_then(|way| usize::try_from(way).ok())
                .unwrap_or_default();
            entry.held_back = None;
            entry.deviation = match (value.get(row), computed.get(row)) {
                (Some(own), Some(computed)) if own != 0.0 => Some((computed / own - 1.0) * 100.0),
                _ => None,
            };
        } else {
            let m50 = of_m50.map_or(0.0, |row| state(row).1);
            let why = format!(
                "{} heeft in {of_year} cijfers voor {:.0}% van M50 en {:.0}% van Nederland, nodig is {threshold:.0}%",
                queries.indicators[position].title,
                m50,
                state(row).1
            );
            entry.held_back = Some(HeldBack { year: of_year, why });
        }
    }
    Ok(used)
}
