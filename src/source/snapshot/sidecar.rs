//! `snapshot.toml`: what a release says of itself.
//!
//! In: the file beside the figures. Out: a [`Sidecar`]. Fails on a word for boundaries that is not known. The peculiarity
//! it exists for: nowhere does CBS say which year's gemeenten the periods of a table follow.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Error, is_name};
use crate::query::is_average;

/// What a snapshot says of itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    /// Table id, verbatim.
    pub table: String,
    /// Title of the table.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Where a reader finds it.
    pub link: String,
    /// What the publisher calls this release.
    pub release: String,
    /// When the publisher changed it last, ISO date or `unknown`.
    pub modified: String,
    /// When it was brought here, ISO date or `unknown`.
    pub retrieved: String,
    /// The list of gemeenten the regions follow: `period`, `period-or-next`, or a year.
    pub boundaries: String,
    /// Licence.
    pub license: String,
    /// Periods as CBS codes them.
    pub periods: Vec<String>,
    /// Rows of `observations.parquet`.
    pub rows: usize,
    /// SHA-256 of `observations.parquet`.
    pub sha256: String,
    /// SHA-256 of `regions.csv`, the names of its wijken and buurten; of gemeenten there is a list for all tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions_sha256: Option<String>,
    /// SHA-256 of what it was made from: the imported file, or the pages in order.
    pub source_sha256: String,
    /// The requests that brought it; empty for an imported file.
    #[serde(default)]
    pub requests: Vec<String>,
    /// What a user of the figures must know.
    #[serde(default)]
    pub caveats: Vec<String>,
    /// How it was fetched; none for what was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched: Option<Fetched>,
    /// What did not look right about it, and why it was taken all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// The topics it holds.
    #[serde(default, rename = "topic")]
    pub topics: Vec<TopicMeta>,
}

/// How a snapshot came from CBS, exactly enough to ask whether there is a newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fetched {
    /// `v3` or `v4`.
    pub service: String,
    /// `CBS` or a third party's catalog.
    pub catalog: String,
    /// Time of the last change, as CBS writes it.
    pub modified: String,
    /// v4's version; empty in v3.
    pub version: String,
    /// Fingerprint of what was asked of the table: while that and the release stay, nothing need be asked again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asked: String,
    /// Rows as CBS counts them, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    /// Rows that came.
    pub rows: u64,
    /// Bytes of the answers, unpacked.
    pub bytes: u64,
}

/// A release that was held back until a person took it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Why, in the words of who took it.
    pub reason: String,
    /// What did not look right.
    pub findings: Vec<String>,
}

/// One topic of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TopicMeta {
    /// v3 topic key or v4 measure code.
    pub key: String,
    /// Path of topic groups and title, joined with ` > `.
    pub title: String,
    /// Unit as CBS prints it.
    pub unit: String,
    /// Decimals CBS gives.
    pub decimals: u32,
    /// CBS presents it as relative, which neither title nor unit shows: see [`Self::presented`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub relative: bool,
}

impl TopicMeta {
    /// The same with the word of CBS for how it is presented: `Absolute` or `Relative`.
    #[must_use]
    pub fn presented(self, presentation: &str) -> Self {
        let relative = presentation == "Relative" && !self.is_average();
        Self { relative, ..self }
    }

    /// Whether it is an average, a median or a share: of gemeenten that merge it does not add up.
    pub fn is_average(&self) -> bool {
        self.relative || is_average(&self.title, &self.unit, self.decimals)
    }
}

/// The list of gemeenten that figures follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundaries {
    /// That of each period.
    Period,
    /// That of each period, but a gemeente that starts the next 1 January may be in already.
    PeriodOrNext,
    /// That of one year.
    Year(i32),
}

impl Sidecar {
    /// Whether it is of wijken and buurten, and not of gemeenten.
    pub const fn is_per_buurt(&self) -> bool {
        self.regions_sha256.is_some()
    }

    /// The name of the release's folder: the date of its last change and the start of its hash.
    pub fn folder_name(&self) -> String {
        let date = if is_name(&self.modified) {
            &self.modified
        } else {
            "unknown"
        };
        format!("{date}-{}", self.sha256.get(..8).unwrap_or_default())
    }

    /// The boundaries, typed.
    ///
    /// # Errors
    /// When the word is none of those known.
    pub fn boundaries(&self) -> Result<Boundaries, Error> {
        match self.boundaries.as_str() {
            "period" => Ok(Boundaries::Period),
            "period-or-next" => Ok(Boundaries::PeriodOrNext),
            year => year
                .parse()
                .map(Boundaries::Year)
                .map_err(|_| Error::Boundaries {
                    table: self.table.clone(),
                    found: year.to_owned(),
                }),
        }
    }

    /// The years of its periods, ascending.
    pub fn years(&self) -> BTreeSet<i32> {
        let years = self
            .periods
            .iter()
            .map(|period| period.get(..4)?.parse().ok());
        years.flatten().collect()
    }
}
