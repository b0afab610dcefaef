//! `checks.toml`: what the figures themselves must satisfy.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{names, once, sums};
use crate::base::located::{At, Complaint, Source};
use crate::gemeente::RegionId;
use crate::query::{Checks, Known, Queries, Relation, Right};

/// What the figures must satisfy; `middelgroot check` tests it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ChecksFile {
    /// Sums of all gemeenten against CBS's own figure. Example: `[national]`.
    national: National,
    /// A value of a member outside the plausible range that was looked at: it warns. Example: `[[known]]`.
    #[serde(default)]
    known: Vec<KnownEntry>,
    /// Sums of topics that must be equal. Example: `[[relation]]`.
    #[serde(default)]
    relation: Vec<RelationEntry>,
}

/// Sums of all gemeenten against CBS's own figure.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct National {
    /// Percent by which they may deviate. Example: `tolerance = 0.5`.
    tolerance: At<f64>,
}

/// A value outside the plausible range that was looked at.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct KnownEntry {
    /// Id of the indicator. Example: `indicator = "lasten-ruimte"`.
    indicator: At<String>,
    /// Code of the gemeente. Example: `region = "GM0441"`.
    region: At<String>,
    /// Why it is so. Example: `reason = "Schagen delivered 295 thousand euro in taakveld 8.1"`.
    reason: String,
}

/// Two sums of topics that must be equal in every region and year.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RelationEntry {
    /// Id. Example: `id = "leeftijden"`.
    id: At<String>,
    /// What it says, in Dutch. Example: `title = "leeftijdsgroepen tellen op tot de bevolking"`.
    title: String,
    /// A sum of topics. Example: `left = "inwoners-0-15 + inwoners-15-25"`.
    left: At<String>,
    /// A sum of topics or a number. Example: `right = "inwoners-kwb"`.
    right: At<RightEntry>,
    /// By how many percent of `right` it may deviate. Example: `tolerance = 0.5`.
    tolerance: At<f64>,
    /// Whether one that does not hold makes `check` fail; else it warns. Example: `required = true`.
    required: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum RightEntry {
    /// A number.
    Number(f64),
    /// A sum of topics.
    Sum(String),
}

/// Without the file nothing is asked of the figures but that they are whole.
pub(super) fn none() -> Checks {
    Checks {
        tolerance: f64::INFINITY,
        known: Vec::new(),
        relations: Vec::new(),
    }
}

pub(super) fn read(file: &Source, queries: &Queries) -> Result<Checks, Complaint> {
    let asked: ChecksFile = file.toml()?;
    let mut checks = none();
    checks.tolerance = file.bounded(&asked.national.tolerance, "tolerance", 0.0..=100.0)?;
    for entry in asked.known {
        checks.known.push(known(file, entry, queries)?);
    }
    let mut seen = BTreeSet::new();
    for entry in asked.relation {
        once(file, &mut seen, &entry.id, "relation")?;
        checks.relations.push(relation(file, entry, queries)?);
    }
    Ok(checks)
}

fn known(file: &Source, entry: KnownEntry, queries: &Queries) -> Result<Known, Complaint> {
    let region = RegionId::parse(&entry.region).filter(|region| *region != RegionId::NEDERLAND);
    let region = region.ok_or_else(|| {
        let message = format!("`{}` is no code of a gemeente", *entry.region);
        file.wrong(&entry.region, message, "expected a code such as `GM0441`")
    })?;
    Ok(Known {
        indicator: names::indicator(file, &entry.indicator, &queries.names())?,
        region,
        place: file.at(entry.region.start()),
        reason: entry.reason,
    })
}

fn relation(file: &Source, entry: RelationEntry, queries: &Queries) -> Result<Relation, Complaint> {
    let sum = |at: &At<String>| {
        let formula = names::sum(file, at, &queries.topics)?;
        sums::of_each_year(file, at, formula)
    };
    Ok(Relation {
        id: entry.id.into_inner(),
        title: entry.title,
        left: sum(&entry.left)?,
        right: match &*entry.right {
            RightEntry::Number(number) => {
                let number = entry.right.with(*number);
                Right::Number(file.bounded(&number, "right", -1e12..=1e12)?)
            }
            RightEntry::Sum(text) => Right::Sum(sum(&entry.right.with(text.clone()))?),
        },
        tolerance: file.bounded(&entry.tolerance, "tolerance", 0.0..=100.0)?,
        required: entry.required,
    })
}
