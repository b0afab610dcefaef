//! `[[claim]]` of a theme: sentences that compare.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{OfTheme, idle, names, once, place};
use crate::base::located::{At, Complaint, Source};
use crate::query::{Claim, Names, Queries};

/// How many ways there are to recompute a claim.
const VARIANTS: usize = 7;

/// A sentence that compares, with the predicate that makes it true.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ClaimEntry {
    /// Id, by which a chapter makes the claim. Example: `id = "misdrijven-lager"`.
    id: At<String>,
    /// The sentence in Dutch, with facts in braces. Example: `sentence = "M50 telt {misdrijven.M50} misdrijven."`.
    sentence: At<String>,
    /// The predicate that makes it true. Example: `when = "misdrijven.M50 < misdrijven.Nederland"`.
    when: At<String>,
    /// Whether it stands in the summary: then no group with an incomplete list. Example: `summary = true`.
    #[serde(default)]
    summary: bool,
    /// How many of the seven variants must carry it, of those that apply; for claims of the summary. Example: `needs = 5`.
    needs: Option<At<usize>>,
    /// Words of the agenda that it tests; such a claim is reported as it stands. Example: `agenda = "nabijheid"`.
    agenda: Option<String>,
}

pub(super) fn read(
    themes: Vec<OfTheme<ClaimEntry>>,
    queries: &mut Queries,
) -> Result<(), Complaint> {
    let mut seen = BTreeSet::new();
    for OfTheme {
        source,
        theme,
        entries,
    } in themes
    {
        for entry in entries {
            once(&source, &mut seen, &entry.id, "claim")?;
            let claim = claim(&source, entry, &theme, &queries.names())?;
            queries.claims.push(claim);
        }
    }
    Ok(())
}

fn claim(
    file: &Source,
    entry: ClaimEntry,
    theme: &str,
    names: &Names<'_>,
) -> Result<Claim, Complaint> {
    if let (Some(at), false) = (&entry.needs, entry.summary) {
        let hint = "`needs` belongs to a claim of the summary: expected `summary = true`";
        return Err(idle(file, at.start(), "needs", hint));
    }
    let needs = entry
        .needs
        .map(|at| file.bounded(&at, "needs", 0..=VARIANTS));
    let sentence = names::template(file, &entry.sentence, names)?;
    let when = names::predicate(file, &entry.when, names)?;
    Ok(Claim {
        place: place(file, &entry.id),
        id: entry.id.into_inner(),
        theme: theme.to_owned(),
        sentence,
        when,
        summary: entry.summary,
        needs: needs.transpose()?.unwrap_or(0),
        agenda: entry.agenda,
    })
}
