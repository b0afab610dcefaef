//! `groups.toml`: whom the paper compares, in the order of tables, and how charts draw them.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{name, once, required};
use crate::base::located::{At, Complaint, Source};
use crate::base::look::Look;
use crate::gemeente::RegionId;
use crate::gemeente::group::{GroupKind, GroupName, GroupNames, SIZE_WORD, SUBJECT_WORD};
use crate::query::fact_id::PERIOD_WORD;
use crate::query::{Error, Voice};

/// Whom the paper compares, in the order of tables.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GroupsFile {
    /// A group. Example: `[[group]]`.
    #[serde(default)]
    group: Vec<GroupEntry>,
    /// One who speaks for gemeenten and is not compared. Example: `[[voice]]`.
    #[serde(default)]
    voice: Vec<VoiceEntry>,
}

/// One who speaks for gemeenten and is not compared.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct VoiceEntry {
    /// Id in `data/agendas.csv`. Example: `id = "VNG"`.
    id: At<String>,
    /// Name in Dutch text; left out, the id. Example: `label = "K80 (kleine gemeenten)"`.
    label: Option<At<String>>,
}

/// A group.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GroupEntry {
    /// Id in facts and open data; for a network that of `data/networks.csv`. Example: `id = "M50"`.
    id: At<String>,
    /// Name in Dutch text; left out, the id. `{maat}` stands for the edition's size class, `{wie}` for its subject. Example: `label = "{maat}, niet in {wie}"`.
    label: Option<At<String>>,
    /// What kind of group it is. Example: `kind = "network"`.
    kind: At<KindWord>,
    /// Colours of its marks and its text on white, and the shape of its marker. Example: `look = { color = "#12436D", text = "#12436D", shape = "circle" }`.
    look: Look,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum KindWord {
    /// A network, by its membership list.
    Network,
    /// All gemeenten of the edition's size class.
    SizeClass,
    /// Those of them that are not in the network whose paper it is.
    OthersOfSize,
    /// The Netherlands.
    Nation,
}

impl From<KindWord> for GroupKind {
    fn from(word: KindWord) -> Self {
        match word {
            KindWord::Network => Self::Network,
            KindWord::SizeClass => Self::SizeClass,
            KindWord::OthersOfSize => Self::OthersOfSize,
            KindWord::Nation => Self::Nation,
        }
    }
}

pub(super) fn read(folder: &Path) -> Result<(GroupNames, Vec<Voice>), Error> {
    let file = required(folder.join("groups.toml"))?;
    let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
    let GroupsFile { group, voice } = file.toml()?;
    for entry in group {
        once(&file, &mut seen, &entry.id, "group")?;
        if names.len() == GroupNames::MOST {
            let message = format!("more than {} groups", GroupNames::MOST);
            return Err(file.wrong(&entry.id, message, "expected fewer").into());
        }
        names.push(self::group(&file, entry, &names)?);
    }
    let mut voices = Vec::new();
    for entry in voice {
        once(&file, &mut seen, &entry.id, "group")?;
        voices.push(self::voice(&file, entry)?);
    }
    let is_there = |kind: GroupKind| names.iter().any(|name: &GroupName| name.kind == kind);
    for (kind, word) in [
        (GroupKind::Network, "network"),
        (GroupKind::Nation, "nation"),
    ] {
        if !is_there(kind) {
            let hint = format!("expected a `[[group]]` with `kind = \"{word}\"`");
            let message = format!("no group is a {word}");
            return Err(file.at(0).wrong(message, hint).into());
        }
    }
    Ok((GroupNames::new(names), voices))
}

fn voice(file: &Source, entry: VoiceEntry) -> Result<Voice, Complaint> {
    // ids stand in a cell with blanks between
    if !entry.id.chars().all(|c| c.is_alphanumeric() || c == '-') || entry.id.is_empty() {
        let message = format!("`{}` is no id of a voice", *entry.id);
        let hint = "expected letters, digits and hyphens, such as `VNG`";
        return Err(file.wrong(&entry.id, message, hint));
    }
    if let Some(at) = &entry.label {
        name(file, at, "label")?;
    }
    let id = entry.id.into_inner();
    Ok(Voice {
        label: entry.label.map_or_else(|| id.clone(), At::into_inner),
        id,
    })
}

fn group(file: &Source, entry: GroupEntry, before: &[GroupName]) -> Result<GroupName, Complaint> {
    let kind = GroupKind::from(*entry.kind);
    if kind != GroupKind::Network && before.iter().any(|known| known.kind == kind) {
        let hint = "expected several networks at most, and one of each other kind";
        return Err(file.wrong(&entry.kind, "a second group of this kind", hint));
    }
    // ids are parts of fact ids and of column names
    let is_id = |id: &str| id.chars().all(|c| c.is_alphanumeric() || c == '-') && !id.is_empty();
    if !is_id(&entry.id) || *entry.id == PERIOD_WORD || RegionId::parse(&entry.id).is_some() {
        let message = format!("`{}` is no group id", *entry.id);
        let hint = "expected letters, digits and hyphens, such as `G40`; no code of a gemeente";
        return Err(file.wrong(&entry.id, message, hint));
    }
    if let Some(at) = &entry.label {
        name(file, at, "label")?;
        let rest = at.replace(SIZE_WORD, "").replace(SUBJECT_WORD, "");
        if rest.contains(['{', '}']) {
            let hint = format!("expected `{SIZE_WORD}` or `{SUBJECT_WORD}` in braces");
            return Err(file.wrong(at, "a label with something else in braces", hint));
        }
    }
    let id = entry.id.into_inner();
    Ok(GroupName {
        label: entry.label.map_or_else(|| id.clone(), At::into_inner),
        id,
        kind,
        look: entry.look,
    })
}
