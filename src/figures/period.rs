//! The period the paper uses of each indicator: the latest in which the subject and Nederland have enough coverage.
//!
//! In: the compared groups. Out: per indicator the year, and which newer year was passed over and why, so that a reader
//! knows that the latest figure is not forgotten but not there yet.

use super::compare::{Compared, GroupFigure, Withheld};
use crate::base::number;
use crate::gemeente::group::Groups;
use crate::query::Indicator;

/// The period used of an indicator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Used {
    /// The year; `None` when there is no figure.
    pub year: Option<i32>,
    /// Earlier years that fit as well, in order.
    pub before: Vec<i32>,
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
            let mut before = used.before;
            before.extend(used.year);
            used = Used {
                year: Some(year),
                before,
                way: national.way,
                passed_over: None,
                deviation: national.deviation(),
            };
        } else {
            let why = why(indicator, national, of_subject, &subject.name.label);
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
        Withheld::Coverage | Withheld::Incomplete | Withheld::Unweighted | Withheld::NoFigures => {
            false
        }
    }
}

/// Why a year is not used, in Dutch: what of it the subject and Nederland have, and what was needed.
fn why(
    indicator: &Indicator,
    national: &GroupFigure,
    of_subject: Option<&GroupFigure>,
    label: &str,
) -> String {
    let (title, year) = (&indicator.title, national.year);
    let both = [(label, of_subject), ("Nederland", Some(national))];
    let known = both
        .into_iter()
        .filter_map(|(label, of)| Some((label, of?)));
    let unfit: Vec<(&str, &GroupFigure)> = known.filter(|(_, of)| !fits(of, indicator)).collect();
    let is_incomputable =
        |of: &GroupFigure| matches!(of.withheld, Withheld::Incomplete | Withheld::Unweighted);
    if unfit.iter().any(|(_, of)| !is_incomputable(of)) {
        let share = |of: &GroupFigure| below(of.coverage, indicator.coverage);
        return format!(
            "{title} heeft in {year} cijfers voor {} van {label} en {} van Nederland, nodig is {}",
            of_subject.map_or_else(|| "0%".to_owned(), share),
            share(national),
            percent(indicator.coverage, 0),
        );
    }
    let reasons = unfit.iter().map(|(label, of)| {
        if of.withheld == Withheld::Incomplete {
            let (n, members) = (of.n, of.members);
            format!("{n} van de {members} gemeenten van {label}, en een som telt alleen als ze er allemaal zijn")
        } else {
            format!("{label}, maar niet van elke gemeente het gewicht")
        }
    });
    let reasons: Vec<String> = reasons.collect();
    format!(
        "{title} heeft in {year} cijfers van {}",
        reasons.join(", en van ")
    )
}

/// A share in percent that shows on which side of a minimum it lies: 79,96% of which 80% is needed is not 80%.
fn below(share: f64, minimum: f64) -> String {
    let shows =
        |decimals: &i8| number::printed(share, *decimals) < number::printed(minimum, *decimals);
    let decimals = if share < minimum {
        (0..=6).find(shows).unwrap_or(6)
    } else {
        0
    };
    percent(share, decimals)
}

fn percent(share: f64, decimals: i8) -> String {
    number::round(share, decimals).map_or_else(|_| "0%".to_owned(), |share| format!("{share}%"))
}
