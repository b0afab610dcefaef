//! Sums of topics that must be counts: a ratio does not add up.

use super::names;
use crate::base::located::{At, Complaint, Source};
use crate::query::{Formula, Topic, TopicKind};

/// A sum of counts, each of its own year.
pub(super) fn counted(
    file: &Source,
    at: &At<String>,
    topics: &[Topic],
) -> Result<Formula, Complaint> {
    let formula = names::sum(file, at, topics)?;
    all_counts(file, at, &formula, topics)?;
    of_each_year(file, at, formula)
}

/// A sum that fixes no year.
pub(super) fn of_each_year(
    file: &Source,
    at: &At<String>,
    formula: Formula,
) -> Result<Formula, Complaint> {
    let Some(year) = formula.fixed_year else {
        return Ok(formula);
    };
    let hint = "a year may stand in `share-of`, `change-from` and `denominator`";
    let place = file.within(at, at.find('@').unwrap_or(0));
    Err(place.wrong(format!("`@{year}` does nothing here"), hint))
}

/// Refuses a ratio in a sum.
pub(super) fn all_counts(
    file: &Source,
    at: &At<String>,
    formula: &Formula,
    topics: &[Topic],
) -> Result<(), Complaint> {
    let mut named = formula.terms.iter().map(|term| &topics[term.topic.place()]);
    let Some(ratio) = named.find(|topic| topic.kind == TopicKind::Ratio) else {
        return Ok(());
    };
    let message = if formula.terms.len() > 1 {
        format!("`{}` is a ratio: it does not add up", ratio.id)
    } else {
        format!("`{}` is a ratio, not a count", ratio.id)
    };
    let hint = format!(
        "expected counts; `ratio = \"{}\"` with a `weight` averages it",
        ratio.id
    );
    let place = file.within(at, names::offset(at, &ratio.id));
    Err(place.wrong(message, hint))
}
