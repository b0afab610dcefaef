//! Checks of the claims against the figures.

use std::fmt::Write as _;

use super::Inquiry;
use super::check::{Check, Checked, Kind};
use crate::claim::{self, State, Tested};
use crate::fact::plain;
use crate::query::{FactId, Way};

/// Whether all that a claim lacks has its first figures after the edition's last period, is of a year after it, or of an
/// earlier year that the figures of the edition do not go back to.
fn comes_later(tested: &Tested<'_>, inquiry: &Inquiry<'_>) -> bool {
    let (figures, queries) = (inquiry.register.figures(), inquiry.register.queries());
    let facts = tested.claim.when.facts().into_iter();
    let until = figures.edition.until;
    let is_of_later = |id: &FactId| {
        let years = [id.years.last(None), id.years.first_of_change()];
        let is_after = years.into_iter().flatten().any(|year| year > until);
        is_after || id.years.earlier().is_some()
    };
    let has_none = |id: &FactId| figures.used(id.indicator).year.is_none();
    let mut lacking = facts.filter(|id| has_none(id) || is_of_later(id));
    let later = |way: &Way| {
        way.topics()
            .any(|topic| figures.tidy.later.contains(&topic))
    };
    let any = lacking.clone().next().is_some();
    any && lacking.all(|id| is_of_later(id) || queries[id.indicator].ways.iter().any(later))
}

/// A check per claim: required are those that the paper makes.
pub(super) fn checks(inquiry: &Inquiry<'_>) -> Result<Vec<Check>, claim::Error> {
    let mut checks = Vec::new();
    for (tested, made) in inquiry.claims()? {
        // the agenda's own claims are reported as they stand
        let required = made && tested.claim.agenda.is_none();
        let variants = &tested.variants;
        let enough = claim::too_few_variants(&tested).is_none();
        let holds = matches!(tested.state, State::Holds) && enough;
        // an edition that ends before the first figure says nothing of them
        let lacks = tested.state == State::NoData && !comes_later(&tested, inquiry);
        let false_or_unfit = tested.state == State::Fails || lacks || !enough;
        let mut detail = format!(
            "{}, {} of {} variants: {}",
            tested.state.word(),
            variants.carried,
            variants.applicable,
            plain(&tested.segments)
        );
        if !variants.failing.is_empty() {
            let _ = write!(detail, " [not with: {}]", variants.failing.join(", "));
        }
        if !tested.note.is_empty() {
            let _ = write!(detail, " [{}]", tested.note);
        }
        checks.push(Check {
            state: Checked::of(holds, required && false_or_unfit),
            kind: Kind::Claim,
            id: tested.claim.id.clone(),
            required,
            detail,
        });
    }
    Ok(checks)
}
