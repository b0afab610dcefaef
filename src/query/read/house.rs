//! `house.toml`: whose paper it is and how it looks; whom it compares, in the order of tables, and how charts draw them.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{name, once, required};
use crate::base::family::STYLES;
use crate::base::located::{At, Complaint, Source};
use crate::base::look::{Look, MARK_CONTRAST, Rgb, TEXT_CONTRAST, WHITE};
use crate::gemeente::RegionId;
use crate::gemeente::group::{GroupKind, GroupName, GroupNames, SIZE_WORD, SUBJECT_WORD};
use crate::query::fact_id::PERIOD_WORD;
use crate::query::{Error, House, Voice};

/// Whose paper it is and how it looks, and whom it compares, in the order of tables.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct HouseFile {
    /// Who sends the paper, and its colours. Example: `[house]`.
    house: HouseEntry,
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

/// Who sends the paper, and its colours.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct HouseEntry {
    /// Name in text. Example: `name = "M50"`.
    name: At<String>,
    /// Name in full: the author of the PDF. Example: `full-name = "M50, netwerk van middelgrote gemeenten"`.
    full_name: At<String>,
    /// What the paper is, in a sentence of Dutch. Example: `description = "Position paper van M50."`.
    description: At<String>,
    /// Words by which it is found. Example: `keywords = ["gemeenten", "CBS"]`.
    keywords: Vec<At<String>>,
    /// The document of its own that the asks rest on, with its years. Example: `agenda = "Strategische Werkagenda M50 2019-2022"`.
    agenda: At<String>,
    /// Colour of headings, links, boxes and cover. Example: `color = "#12436D"`.
    color: At<String>,
    /// Colour of the mark before a heading. Example: `accent = "#F46A25"`.
    accent: At<String>,
    /// Files of the font beside the chapters; left out, Noto Sans. Example: `font = { regular = "letter/Inter-Regular.ttf", bold = "letter/Inter-Bold.ttf", italic = "letter/Inter-Italic.ttf", bold-italic = "letter/Inter-BoldItalic.ttf" }`.
    font: Option<FontEntry>,
}

/// The styles of a family, each a file of TrueType beside the chapters.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FontEntry {
    /// Regular. Example: `regular = "letter/Inter-Regular.ttf"`.
    regular: At<String>,
    /// Bold. Example: `bold = "letter/Inter-Bold.ttf"`.
    bold: At<String>,
    /// Italic. Example: `italic = "letter/Inter-Italic.ttf"`.
    italic: At<String>,
    /// Bold italic. Example: `bold-italic = "letter/Inter-BoldItalic.ttf"`.
    bold_italic: At<String>,
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

pub(super) fn read(folder: &Path) -> Result<(House, GroupNames, Vec<Voice>), Error> {
    let file = required(folder.join("house.toml"))?;
    let HouseFile {
        house,
        group,
        voice,
    } = file.toml()?;
    let house = self::house(&file, house)?;
    let mut seen = BTreeSet::new();
    let groups = groups(&file, group, &mut seen)?;
    let voices = voice.into_iter().map(|entry| {
        once(&file, &mut seen, &entry.id, "group")?;
        self::voice(&file, entry)
    });
    Ok((house, groups, voices.collect::<Result<_, Complaint>>()?))
}

fn house(file: &Source, entry: HouseEntry) -> Result<House, Complaint> {
    for (at, what) in [
        (&entry.name, "name"),
        (&entry.full_name, "full name"),
        (&entry.description, "description"),
        (&entry.agenda, "agenda"),
    ]
    .into_iter()
    .chain(entry.keywords.iter().map(|at| (at, "keyword")))
    {
        name(file, at, what)?;
    }
    Ok(House {
        fonts: entry.font.map(|font| fonts(file, font)).transpose()?,
        color: color(file, &entry.color, TEXT_CONTRAST)?,
        accent: color(file, &entry.accent, MARK_CONTRAST)?,
        name: entry.name.into_inner(),
        full_name: entry.full_name.into_inner(),
        description: entry.description.into_inner(),
        keywords: entry.keywords.into_iter().map(At::into_inner).collect(),
        agenda: entry.agenda.into_inner(),
    })
}

/// The files of a font, which lie beside the chapters and nowhere else.
fn fonts(file: &Source, entry: FontEntry) -> Result<[PathBuf; STYLES], Complaint> {
    let styles = [entry.regular, entry.bold, entry.italic, entry.bold_italic];
    let mut paths = [const { PathBuf::new() }; STYLES];
    for (at, path) in styles.into_iter().zip(&mut paths) {
        let within = Path::new(&*at).components();
        if at.is_empty()
            || !within
                .into_iter()
                .all(|of| matches!(of, Component::Normal(_)))
        {
            let message = format!("`{}` is no file beside the chapters", *at);
            let hint = "expected a path such as `letter/Inter-Regular.ttf`, in `src/paper/`";
            return Err(file.wrong(&at, message, hint));
        }
        *path = PathBuf::from(at.into_inner());
    }
    Ok(paths)
}

/// A colour with at least this contrast with white.
fn color(file: &Source, at: &At<String>, least: f64) -> Result<Rgb, Complaint> {
    let color: Rgb = at.parse().map_err(|error| {
        let message = format!("{error}");
        file.wrong(at, message, "expected six digits from 0 to F")
    })?;
    let contrast = color.contrast(WHITE);
    if contrast >= least {
        return Ok(color);
    }
    let message = format!("`{}` has a contrast of {contrast:.2} with white", **at);
    Err(file.wrong(
        at,
        message,
        format!("expected a darker colour: at least {least}"),
    ))
}

fn groups(
    file: &Source,
    entries: Vec<GroupEntry>,
    seen: &mut BTreeSet<String>,
) -> Result<GroupNames, Complaint> {
    let mut names = Vec::new();
    for entry in entries {
        once(file, seen, &entry.id, "group")?;
        if names.len() == GroupNames::MOST {
            let message = format!("more than {} groups", GroupNames::MOST);
            return Err(file.wrong(&entry.id, message, "expected fewer"));
        }
        names.push(group(file, entry, &names)?);
    }
    let is_there = |kind: GroupKind| names.iter().any(|name: &GroupName| name.kind == kind);
    for (kind, word) in [
        (GroupKind::Network, "network"),
        (GroupKind::Nation, "nation"),
    ] {
        if !is_there(kind) {
            let hint = format!("expected a `[[group]]` with `kind = \"{word}\"`");
            let message = format!("no group is a {word}");
            return Err(file.at(0).wrong(message, hint));
        }
    }
    Ok(GroupNames::new(names))
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
