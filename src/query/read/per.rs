//! `[[per]]`: what the words after `per` divide by, in `per.toml` for all themes and in a theme for its own.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{OfTheme, name, optional, sums};
use crate::base::located::{At, Complaint, Source, nearest};
use crate::query::{Error, Formula, Topic};

/// What the words after `per` divide by, in every theme that does not say otherwise.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PerFile {
    /// Words and what they divide by. Example: `[[per]]`.
    #[serde(default)]
    per: Vec<PerEntry>,
}

/// Words after `per`, and what they divide by.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PerEntry {
    /// The words, one and many. Example: `words = ["inwoner", "inwoners"]`.
    words: At<Vec<At<String>>>,
    /// The topic, or sum of topics, that counts them. Example: `count = "inwoners"`.
    count: At<String>,
    /// How many of what is counted make one of the words; left out, one. Example: `scale = 100`, for km² counted in hectares.
    scale: Option<At<f64>>,
}

/// What words divide by, typed.
#[derive(Clone)]
pub(super) struct Per {
    words: String,
    pub(super) count: Formula,
    pub(super) scale: f64,
}

/// The words of all themes, and of each its own.
pub(super) struct Words {
    common: Vec<Per>,
    own: Vec<Vec<Per>>,
}

pub(super) fn read(folder: &Path) -> Result<Option<(Source, PerFile)>, Error> {
    let Some(file) = optional(folder.join("per.toml"))? else {
        return Ok(None);
    };
    let entries = file.toml()?;
    Ok(Some((file, entries)))
}

impl Words {
    pub(super) fn new<'t>(
        common: Option<(Source, PerFile)>,
        own: impl Iterator<Item = &'t mut OfTheme<PerEntry>>,
        topics: &[Topic],
    ) -> Result<Self, Complaint> {
        let common = common.map_or(Ok(Vec::new()), |(file, entries)| {
            typed(&file, entries.per, topics)
        })?;
        let own = own
            .map(|of| typed(&of.source, std::mem::take(&mut of.entries), topics))
            .collect::<Result<_, _>>()?;
        Ok(Self { common, own })
    }

    /// What words divide by in a theme; `offset` is where they start in the text at `at`.
    pub(super) fn find(
        &self,
        file: &Source,
        theme: usize,
        (at, offset): (&At<String>, usize),
    ) -> Result<&Per, Complaint> {
        let words = &at[offset..];
        let known = || self.own[theme].iter().chain(&self.common);
        known().find(|per| per.words == words).ok_or_else(|| {
            let message = format!("there is nothing to divide by for `per {words}`");
            let nearest = nearest(words, known().map(|per| per.words.as_str()));
            let hint = format!("{nearest}; other words are told in `per.toml`");
            file.within(at, offset).wrong(message, hint)
        })
    }
}

fn typed(file: &Source, entries: Vec<PerEntry>, topics: &[Topic]) -> Result<Vec<Per>, Complaint> {
    let mut all: Vec<Per> = Vec::new();
    for entry in entries {
        let count = sums::counted(file, &entry.count, topics)?;
        let scale = entry.scale.map_or(Ok(1.0), |at| {
            file.bounded(&at, "scale", f64::MIN_POSITIVE..=1e12)
        })?;
        if let Some(at) = entry.words.is_empty().then_some(&entry.words) {
            return Err(file.wrong(
                at,
                "divides for no words",
                "expected words such as `inwoner`",
            ));
        }
        for words in entry.words.into_inner() {
            name(file, &words, "words")?;
            if all.iter().any(|known| known.words == *words) {
                let message = format!("`per {}` twice", *words);
                return Err(file.wrong(&words, message, "expected each of the words once"));
            }
            all.push(Per {
                words: words.into_inner(),
                count: count.clone(),
                scale,
            });
        }
    }
    Ok(all)
}
