//! What a table consists of, in one form for both services: dimensions with members, topics with path and unit, release.
//!
//! In go the lists of v3 or v4, out comes a [`Description`]. Nothing fails. CBS peculiarities: texts with double spaces,
//! groups of topics that may be their own ancestors, a year that is a number in v3 and a text in v4.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sink::Release;
use crate::base::observation::Status;

/// A table as CBS describes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// Id, verbatim.
    pub id: String,
    /// Title.
    pub title: String,
    /// Catalog: `CBS` or a third party.
    pub catalog: String,
    /// `v3` or `v4`.
    pub service: &'static str,
    /// The release.
    #[serde(flatten)]
    pub release: Release,
    /// The periods, in CBS's words.
    pub period: String,
    /// Why this release was made: `Actualisering`, `Stopgezet`, …
    pub reason: String,
    /// Publisher.
    pub publisher: String,
    /// Licence; empty when unknown.
    pub license: String,
    /// All cells (v4), empty in v3.
    pub observations: Option<u64>,
    /// All rows (v3), as the catalog counts them for this release, where it was asked.
    #[serde(skip)]
    pub rows: Option<u64>,
    /// What is strange about where it was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Dimensions, in the table's order.
    pub dimensions: Vec<Dimension>,
    /// Topics, in the table's order.
    pub topics: Vec<Topic>,
}

/// What a dimension is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DimensionKind {
    /// Periods.
    Time,
    /// Regions.
    Geo,
    /// Anything else.
    Plain,
}

/// A dimension and its members.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dimension {
    /// Key, such as `RegioS`.
    pub key: String,
    /// Title.
    pub title: String,
    /// What it is about.
    pub kind: DimensionKind,
    /// The year whose regions it has.
    pub map_year: Option<u16>,
    /// Members, in the table's order.
    pub members: Vec<Member>,
}

/// One member of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Trimmed key.
    pub key: String,
    /// The key as filters must carry it, padded in v3.
    #[serde(skip)]
    pub raw: String,
    /// Title.
    pub title: String,
    /// How final a period is; unknown for other dimensions.
    #[serde(serialize_with = "as_word", skip_serializing_if = "is_unknown")]
    pub status: Status,
    /// What CBS writes of a gemeente; nothing of any other member, of which there may be a million.
    #[serde(skip)]
    pub remarks: Option<Box<Remarks>>,
}

/// What CBS writes of a gemeente in a list of regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remarks {
    /// The text under it, with its line breaks; empty when nothing.
    pub text: String,
    /// The id of its group, which is that of its province.
    pub group: Option<String>,
}

impl Remarks {
    /// Those of a member, where it is a gemeente.
    pub(super) fn of(key: &str, text: Option<String>, group: Option<String>) -> Option<Box<Self>> {
        let text = text.unwrap_or_default();
        key.starts_with("GM")
            .then(|| Box::new(Self { text, group }))
    }
}

/// One topic of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Topic {
    /// v3 key or v4 measure code.
    pub key: String,
    /// Groups and title, joined with ` > `.
    pub path: String,
    /// Unit.
    pub unit: String,
    /// Decimals.
    pub decimals: u8,
    /// `Absolute`, `Relative` or empty.
    pub presentation: String,
    /// CBS's type: `Long`, `Double`, `String`, …
    pub datatype: String,
    /// What an empty cell means (v3).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub default: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn as_word<S: serde::Serializer>(
    status: &Status,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(status.word())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn is_unknown(status: &Status) -> bool {
    *status == Status::Unknown
}

impl Description {
    /// Gemeenten among the members of all dimensions of regions.
    pub fn gemeenten(&self) -> usize {
        let geo = self
            .dimensions
            .iter()
            .filter(|dimension| dimension.kind == DimensionKind::Geo);
        geo.flat_map(|dimension| &dimension.members)
            .filter(|member| is_gemeente(&member.key))
            .count()
    }
}

/// Whether a trimmed key is that of a gemeente; `GM0000` (belongs nowhere), `GM0998` (abroad) and `GM0999` (unknown) are
/// none.
pub(super) fn is_gemeente(key: &str) -> bool {
    key.len() == 6
        && key.starts_with("GM")
        && key[2..].bytes().all(|byte| byte.is_ascii_digit())
        && !matches!(key, "GM0000" | "GM0998" | "GM0999")
}

/// Groups of topics: id to title and parent.
pub(super) type Groups = BTreeMap<String, (String, Option<String>)>;

/// Path of groups down to a title, with single spaces.
pub(super) fn path_of(groups: &Groups, parent: Option<&str>, title: &str) -> String {
    let mut levels = vec![one_line(title)];
    let mut above = parent;
    // A group that is its own ancestor would never end.
    while let Some((title, parent)) = above
        .and_then(|id| groups.get(id))
        .filter(|_| levels.len() < 32)
    {
        levels.push(one_line(title));
        above = parent.as_deref();
    }
    levels.reverse();
    levels.join(" > ")
}

/// Text with single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How final CBS calls a period.
pub(super) fn status(word: Option<&str>) -> Status {
    match word
        .unwrap_or_default()
        .replace([' ', '-'], "")
        .to_lowercase()
        .as_str()
    {
        "definitief" => Status::Final,
        "nadervoorlopig" => Status::Revised,
        "voorlopig" => Status::Provisional,
        _ => Status::Unknown,
    }
}

/// A year that v3 writes as a number and v4 as a text.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Year {
    Number(u16),
    Text(String),
}

impl Year {
    pub(super) fn get(self) -> Option<u16> {
        match self {
            Self::Number(year) => Some(year),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}
