//! The period the paper uses of each indicator: the latest in which the subject and Nederland have enough coverage.
//!
//! In: the compared groups. Out: per indicator the year, and which newer year was passed over and why, so that a reader
//! knows that the latest figure is not forgotten but not there yet.

use super::compare::{Compared, GroupFigure, Withheld};
use crate::gemeente::group::Groups;
use crate::query::Indicator;

/// The period used of an indicator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Used {
    /// The year; `None` when there is no figure.
    pub year: Option<i32>,
    /// The way that makes it.
    pub way: usize,
    /// A newer year that was passed over.
    pub passed_over: Option<PassedOver>,
    /// By how many percent the figure computed from all gemeenten deviates from CBS's own for Nederland.
    pub deviation: Option<f64>,
}

/// A year that is there but not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The year.
    pub year: i32,
    /// Why, in Dutch.
    pub why: String,
}

/// The period of an indicator.
pub fn used(indicator: &Indicator, compared: &Compared, groups: &Groups) -> Used {
    let mut used = Used::default();
    let subject = groups.subject();
    for national in compared.of_group(groups.nation().id) {
        let year = national.year;
        // only a size class has no figure of the subject
        let of_subject = compared.get(subject.id, year);
        if of_subject.is_none_or(|figure| fits(figure, indicator)) && fits(national, indicator) {
            used = Used {
                year: Some(year),
                way: national.way,
                passed_over: None,
                deviation: deviation(national),
            };
        } else {
            let coverage = of_subject.map_or(0.0, |figure| figure.coverage);
            let why = format!(
                "{} heeft in {year} cijfers voor {coverage:.0}% van {} en {:.0}% van Nederland, nodig is {:.0}%",
                indicator.title, subject.name.label, national.coverage, indicator.coverage
            );
            used.passed_over = Some(PassedOver { year, why });
        }
    }
    used
}

fn fits(figure: &GroupFigure, indicator: &Indicator) -> bool {
    match figure.withheld {
        Withheld::No => true,
        // a distribution is used where enough members have a figure, or where only some can have one
        Withheld::DistributionOnly => {
            figure.coverage >= indicator.coverage || indicator.coverage == 0.0
        }
        Withheld::Coverage | Withheld::NoFigures => false,
    }
}

fn deviation(national: &GroupFigure) -> Option<f64> {
    let (own, computed) = national.value.zip(national.computed)?;
    (own != 0.0).then(|| (computed / own - 1.0) * 100.0)
}
