//! `asks.toml`: what the network asks.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{name, names, once, optional, place};
use crate::base::located::{At, Complaint, Source};
use crate::query::ask::Sourced;
use crate::query::{Ask, Error, Queries};

/// What the network asks, each with the line of its agenda that it serves and the facts that support it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AsksFile {
    /// An ask. Example: `[[ask]]`.
    #[serde(default)]
    ask: Vec<AskEntry>,
}

/// One ask. It is not printed when one of its facts is missing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AskEntry {
    /// Id. Example: `id = "preventie"`.
    id: At<String>,
    /// Theme it belongs to. Example: `theme = "samenleving"`.
    theme: At<String>,
    /// Whom it asks. Example: `addressee = "Rijk"`.
    addressee: At<String>,
    /// The ask, in Dutch. Example: `text = "Geef gemeenten de ruimte om te doen wat nodig is."`.
    text: String,
    /// The line of the agenda it serves. Example: `agenda = "Knelpunten in het sociaal domein samenbrengen."`.
    agenda: String,
    /// Facts that support it. Example: `fact = ["jeugdzorg.M50", "jeugdzorg.Nederland"]`.
    fact: Vec<At<String>>,
    /// Why, with facts in braces; the first is printed large on page 1. Example: `why = "Van de jongeren krijgt {jeugdzorg.M50} jeugdzorg."`.
    why: At<String>,
    /// The size of the gap, with facts in braces. Example: `gap = "{jeugdzorg.M50-Nederland} meer dan landelijk"`.
    gap: Option<At<String>>,
    /// What is asked for in money; left out, the paper leaves it open. Example: `amount = { text = "150 miljoen euro per jaar", source = "Ledenvergadering, 1 juni 2026" }`.
    amount: Option<SourcedEntry>,
    /// Before when; left out, the paper leaves it open. Example: `by = { text = "vóór de begroting van 2027", source = "Ledenvergadering, 1 juni 2026" }`.
    by: Option<SourcedEntry>,
    /// Whether the network has adopted it; until then it is printed as a concept. Example: `state = "concept"`.
    state: State,
    /// Whether it stands on the first page. Example: `core = true`.
    #[serde(default)]
    core: bool,
}

/// An amount or a date with the dated source that names it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SourcedEntry {
    /// What is printed. Example: `text = "150 miljoen euro per jaar"`.
    text: At<String>,
    /// Who says so, and when: it names a year. Example: `source = "Ledenvergadering, 1 juni 2026"`.
    source: At<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// Not adopted yet.
    Concept,
    /// Adopted by the network.
    Agreed,
}

pub(super) fn read(folder: &Path, queries: &Queries) -> Result<Vec<Ask>, Error> {
    let Some(file) = optional(folder.join("asks.toml"))? else {
        return Ok(Vec::new());
    };
    let names = queries.names();
    let (mut asks, mut seen) = (Vec::new(), BTreeSet::new());
    for entry in file.toml::<AsksFile>()?.ask {
        once(&file, &mut seen, &entry.id, "ask")?;
        name(&file, &entry.addressee, "addressee")?;
        asks.push(Ask {
            theme: names::theme(&file, &entry.theme, &queries.themes)?,
            place: place(&file, &entry.id),
            id: entry.id.into_inner(),
            addressee: entry.addressee.into_inner(),
            text: entry.text,
            agenda: entry.agenda,
            facts: entry
                .fact
                .iter()
                .map(|id| names::fact(&file, id, &names))
                .collect::<Result<_, _>>()?,
            why: names::template(&file, &entry.why, &names)?,
            gap: entry
                .gap
                .map(|gap| names::template(&file, &gap, &names))
                .transpose()?,
            amount: entry.amount.map(|of| sourced(&file, of)).transpose()?,
            by: entry.by.map(|of| sourced(&file, of)).transpose()?,
            agreed: matches!(entry.state, State::Agreed),
            core: entry.core,
        });
    }
    Ok(asks)
}

/// An amount or a date asked for comes from a source that says when.
fn sourced(file: &Source, entry: SourcedEntry) -> Result<Sourced, Complaint> {
    name(file, &entry.text, "text")?;
    name(file, &entry.source, "source")?;
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    if !entry
        .source
        .split(|c: char| !c.is_alphanumeric())
        .any(is_year)
    {
        let message = format!("the source `{}` has no date", *entry.source);
        let hint = "expected who says so and when, with a year; left out, the paper leaves it open";
        return Err(file.wrong(&entry.source, message, hint));
    }
    Ok(Sourced {
        text: entry.text.into_inner(),
        source: entry.source.into_inner(),
    })
}
