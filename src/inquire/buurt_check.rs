//! Wijken and buurten against the gemeenten they lie in.
//!
//! In: the figures. Out: a [`Check`] per indicator that is asked per buurt. Fails where their snapshots cannot be read. CBS
//! rounds the counts of wijken and buurten to fives and withholds small ones, so the sum of a gemeente has that tolerance,
//! and one with a buurt that lacks a figure is not tested.

use std::collections::BTreeMap;

use super::check::{Check, Checked, Kind};
use super::data_check::sum;
use crate::base::failure::Failure;
use crate::base::number::csv_number;
use crate::fact::Register;
use crate::figures::Buurten;
use crate::gemeente::RegionId;
use crate::query::{Formula, IndicatorId, Level, Way};

/// By how much a count that is rounded to fives can be off.
const ROUNDING: f64 = 2.5;

/// The buurten of a gemeente in a year: their sum, unless one lacks a figure, and how many they are.
#[derive(Default)]
struct Sum {
    of: f64,
    count: usize,
    lacks_one: bool,
}

/// All checks of wijken and buurten; none where nothing is asked of them.
pub(super) fn checks(register: &Register<'_>) -> Result<Vec<Check>, Failure> {
    let queries = register.queries();
    let buurten = Buurten::read(queries, register.figures())?;
    let asked = queries.indicator_ids();
    let asked = asked.filter(|id| queries[*id].level == Level::Buurt);
    Ok(asked
        .map(|id| of_indicator(id, &buurten, register))
        .collect())
}

fn of_indicator(id: IndicatorId, buurten: &Buurten, register: &Register<'_>) -> Check {
    let indicator = &register.queries()[id];
    let figures = || {
        buurten
            .figures
            .iter()
            .filter(|figure| figure.indicator == id)
    };
    let count = figures()
        .filter(|figure| figure.cell.value().is_some())
        .count();
    let mut sums: BTreeMap<(i32, RegionId, usize), Sum> = BTreeMap::new();
    for figure in figures() {
        let region = &buurten.regions[figure.region];
        if region.is_wijk() || counted(&indicator.ways[figure.way]).is_none() {
            continue;
        }
        let sum = sums
            .entry((region.year, region.gemeente, figure.way))
            .or_default();
        sum.count += 1;
        match figure.cell.num {
            Some(number) => sum.of += number,
            None => sum.lacks_one = true,
        }
    }
    let (mut tested, mut off) = (0, Vec::new());
    for ((year, gemeente, way), found) in &sums {
        let formula = counted(&indicator.ways[*way]).filter(|_| !found.lacks_one);
        let figures = register.figures();
        let Some(own) = formula.and_then(|formula| sum(formula, *year, *gemeente, figures)) else {
            continue;
        };
        let terms = formula.map_or(1, |formula| formula.terms.len());
        tested += 1;
        if (found.of - own).abs() > ROUNDING * (found.count * terms) as f64 {
            let (name, of, own) = (
                figures.name(*gemeente),
                csv_number(found.of),
                csv_number(own),
            );
            off.push(format!("{name} {year}: {of} against {own}"));
        }
    }
    let detail = match (count, off.first()) {
        (0, _) => "no figure of any wijk or buurt".to_owned(),
        (_, None) => {
            format!("{count} figures; the buurten of {tested} gemeenten and years add up to theirs")
        }
        (_, Some(first)) => format!(
            "{} of {tested} gemeenten and years do not add up, such as {first}",
            off.len()
        ),
    };
    Check {
        state: Checked::of(count > 0 && off.is_empty(), false),
        kind: Kind::Buurten,
        id: indicator.id.clone(),
        required: false,
        detail,
    }
}

/// What is counted above the line, where it is a count.
fn counted(way: &Way) -> Option<&Formula> {
    match way {
        Way::Quotient { numerator, .. } => Some(numerator),
        Way::Total { total } => Some(total),
        Way::Mean { .. } | Way::Distribution { .. } | Way::SizeClass { .. } => None,
    }
}
