//! Breaks: from which year on an indicator's figures are made in another way, so that nothing is compared across.
//!
//! In: what the queries declare, and the block of an indicator. Out: its breaks by year. A year that another way
//! computes is one without being declared: there exact figures and rounded ones stand in one line.

use super::block::Block;
use crate::query::{Break, Indicator, Way};

/// The breaks of an indicator, by year: those declared, and those between two ways.
pub(super) fn breaks(indicator: &Indicator, block: &Block) -> Vec<Break> {
    let mut all = indicator.breaks.clone();
    for pair in block.periods().windows(2) {
        let (before, after) = (pair[0], pair[1]);
        if before.way != after.way && between(&all, before.year, after.year).is_empty() {
            all.push(Break {
                year: after.year,
                why: why(&indicator.ways[before.way], &indicator.ways[after.way]).to_owned(),
            });
            all.sort();
        }
    }
    all
}

/// Those after the first of two years, in whichever order, and not after the last.
pub(super) fn between(breaks: &[Break], one: i32, other: i32) -> &[Break] {
    let (first, last) = (one.min(other), one.max(other));
    let from = breaks.partition_point(|of| of.year <= first);
    let to = breaks.partition_point(|of| of.year <= last);
    &breaks[from..to]
}

const fn why(before: &Way, after: &Way) -> &'static str {
    match (before, after) {
        (Way::Mean { .. }, Way::Mean { .. }) => "een ander gepubliceerd cijfer dan eerder",
        (_, Way::Mean { .. }) => "een gepubliceerd, afgerond cijfer; eerder berekend uit aantallen",
        (Way::Mean { .. }, _) => "berekend uit aantallen; eerder een gepubliceerd, afgerond cijfer",
        _ => "anders berekend dan eerder",
    }
}
