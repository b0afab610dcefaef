//! Checks of the claims against the figures.

use std::fmt::Write as _;

use super::Inquiry;
use super::check::{Check, Checked, Kind};
use crate::claim::{self, State};
use crate::fact::plain;

/// A check per claim: required are those that the paper makes.
pub(super) fn checks(inquiry: &Inquiry<'_>) -> Result<Vec<Check>, claim::Error> {
    let mut checks = Vec::new();
    for (tested, made) in inquiry.claims()? {
        // the agenda's own claims are reported as they stand
        let required = made && tested.claim.agenda.is_none();
        let variants = &tested.variants;
        let enough = claim::too_few_variants(&tested).is_none();
        let holds = matches!(tested.state, State::Holds) && enough;
        let false_or_unfit = tested.state == State::Fails || !enough;
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
