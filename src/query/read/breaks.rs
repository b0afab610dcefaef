//! `breaks = [{ year = 2021, why = "…" }]`: years from which figures are made in another way than before.

use schemars::JsonSchema;
use serde::Deserialize;

use super::YEARS;
use crate::base::located::{At, Complaint, Source};
use crate::query::Break;

/// A break in a series: nothing is compared across it.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BreakEntry {
    /// First year after the break. Example: `year = 2021`.
    year: At<i32>,
    /// What changed, in Dutch. Example: `why = "andere meetmethode"`.
    why: At<String>,
}

/// The breaks that are declared, by year.
pub(super) fn breaks(file: &Source, entries: &[BreakEntry]) -> Result<Vec<Break>, Complaint> {
    let mut breaks: Vec<Break> = Vec::new();
    for entry in entries {
        let year = file.bounded(&entry.year, "year", YEARS)?;
        if entry.why.trim().is_empty() {
            let hint = "expected what changed, such as `andere meetmethode`";
            return Err(file.wrong(&entry.why, "a break without a reason", hint));
        }
        if breaks.iter().any(|known| known.year == year) {
            let message = format!("a break in {year} twice");
            return Err(file.wrong(&entry.year, message, "expected one break per year"));
        }
        breaks.push(Break {
            year,
            why: entry.why.to_string(),
        });
    }
    breaks.sort();
    Ok(breaks)
}
