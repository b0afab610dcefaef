//! `asks.toml`: what the network asks.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{names, once, optional, place};
use crate::base::located::At;
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
    /// The ask, in Dutch. Example: `text = "Rijk: geef gemeenten de ruimte om te doen wat nodig is."`.
    text: String,
    /// The line of the agenda it serves. Example: `agenda = "Knelpunten in het sociaal domein samenbrengen."`.
    agenda: String,
    /// Facts that support it. Example: `fact = ["jeugdzorg.M50", "jeugdzorg.Nederland"]`.
    fact: Vec<At<String>>,
    /// Why, with facts in braces; the first is printed large on page 1. Example: `why = "Van de jongeren krijgt {jeugdzorg.M50} jeugdzorg."`.
    why: At<String>,
    /// Whether the network has adopted it; until then it is printed as a concept. Example: `state = "concept"`.
    state: State,
    /// Whether it stands on the first page. Example: `core = true`.
    #[serde(default)]
    core: bool,
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
        asks.push(Ask {
            theme: names::theme(&file, &entry.theme, &queries.themes)?,
            place: place(&file, &entry.id),
            id: entry.id.into_inner(),
            text: entry.text,
            agenda: entry.agenda,
            facts: entry
                .fact
                .iter()
                .map(|id| names::fact(&file, id, &names))
                .collect::<Result<_, _>>()?,
            why: names::template(&file, &entry.why, &names)?,
            agreed: matches!(entry.state, State::Agreed),
            core: entry.core,
        });
    }
    Ok(asks)
}
