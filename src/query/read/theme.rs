//! `themes/*.toml`: a theme, with all that belongs to it.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::chart::ChartEntry;
use super::claim::ClaimEntry;
use super::defaults::Defaults;
use super::entry::IndicatorEntry;
use super::per::PerEntry;
use super::topic::TopicEntry;
use super::{OfTheme, once, required};
use crate::base::located::{At, Complaint, Source};
use crate::query::{Error, Theme};

/// A theme: a chapter of the paper with its indicators, topics, charts and claims.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ThemeFile {
    /// Id. Example: `id = "veiligheid"`.
    pub(super) id: At<String>,
    /// Pijler it belongs to. Example: `pijler = "Bestuur"`.
    pijler: String,
    /// Title in Dutch. Example: `title = "Veiligheid"`.
    title: String,
    /// Place in the paper. Example: `order = 4`.
    order: i32,
    /// What the paper says when there are no figures. Example: `note = "CBS publiceert hierover geen cijfers."`.
    note: Option<String>,
    /// What the indicators of this theme have in common. Example: `[defaults]`.
    #[serde(default)]
    pub(super) defaults: Defaults,
    /// What words after `per` divide by in this theme, before what `per.toml` says. Example: `[[per]]`.
    #[serde(default)]
    pub(super) per: Vec<PerEntry>,
    /// A measure of CBS that several indicators or checks use, or that one line cannot say. Example: `[[topic]]`.
    #[serde(default)]
    pub(super) topic: Vec<TopicEntry>,
    /// What the paper reports. Example: `[[indicator]]`.
    #[serde(default)]
    pub(super) indicator: Vec<IndicatorEntry>,
    /// A chart. Example: `[[chart]]`.
    #[serde(default)]
    pub(super) chart: Vec<ChartEntry>,
    /// A sentence that compares. Example: `[[claim]]`.
    #[serde(default)]
    pub(super) claim: Vec<ClaimEntry>,
}

/// A theme with the file it stands in.
pub(super) struct ThemeSource {
    source: Rc<Source>,
    pub(super) file: ThemeFile,
}

impl ThemeSource {
    /// Entries of one kind, taken out of the theme.
    pub(super) fn take<E>(&mut self, of: impl FnOnce(&mut ThemeFile) -> &mut Vec<E>) -> OfTheme<E> {
        OfTheme {
            source: Rc::clone(&self.source),
            theme: self.file.id.to_string(),
            entries: std::mem::take(of(&mut self.file)),
        }
    }
}

/// The files of the themes, by name.
pub(super) fn sources(folder: &Path) -> Result<Vec<Source>, Error> {
    let folder = folder.join("themes");
    let unreadable = |source| Error::Unreadable {
        path: folder.clone(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(required).collect()
}

/// All themes in the order of the paper.
pub(super) fn read(folder: &Path) -> Result<Vec<ThemeSource>, Error> {
    let mut themes = Vec::new();
    for source in sources(folder)? {
        let file = source.toml()?;
        themes.push(ThemeSource {
            source: Rc::new(source),
            file,
        });
    }
    themes.sort_by_key(|theme| theme.file.order);
    Ok(themes)
}

/// The themes themselves.
pub(super) fn themes(themes: Vec<ThemeSource>) -> Result<Vec<Theme>, Complaint> {
    let mut seen = BTreeSet::new();
    themes
        .into_iter()
        .map(|ThemeSource { source, file }| {
            once(&source, &mut seen, &file.id, "theme")?;
            Ok(Theme {
                id: file.id.into_inner(),
                pijler: file.pijler,
                title: file.title,
                order: file.order,
                note: file.note,
            })
        })
        .collect()
}
