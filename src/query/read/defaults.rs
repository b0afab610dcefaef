//! `[defaults]` of a theme: what its indicators have in common, and those of a unit.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::breaks::BreakEntry;
use super::years;
use crate::base::located::{At, Complaint, Pair, Source};
use crate::query::Direction;

/// What the indicators of a theme have in common; what an indicator says itself goes first, then what is said for its
/// unit.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Defaults {
    /// What a `count` is divided by when its indicator does not say. Example: `per = "1.000 inwoners"`.
    pub(super) per: Option<At<String>>,
    /// What a `ratio` is weighted with when its indicator does not say. Example: `weight = "inwoners-kwb"`.
    pub(super) weight: Option<At<String>>,
    /// Unit in Dutch. Example: `unit = "km"`.
    pub(super) unit: Option<At<String>>,
    /// Decimals to print; negative rounds to tens, hundreds, …. Example: `decimals = 1`.
    pub(super) decimals: Option<At<i32>>,
    /// Which direction is favourable. Example: `direction = "lower"`.
    pub(super) direction: Option<DirectionWord>,
    /// Percent of the weight that must have a value, 80 when nothing says otherwise. Example: `coverage = 90`.
    pub(super) coverage: Option<At<f64>>,
    /// Lowest and highest plausible value of a gemeente. Example: `range = [0, 100]`.
    pub(super) range: Option<At<Pair>>,
    /// Years from which they are measured or made in another way. Example: `breaks = [{ year = 2020, why = "andere meetmethode" }]`.
    pub(super) breaks: Option<Vec<BreakEntry>>,
    /// Years to report. Example: `periods = "2015.."`.
    pub(super) periods: Option<At<String>>,
    /// The same for indicators of a unit. Example: `[defaults.units."%"]`.
    pub(super) units: BTreeMap<At<String>, OfUnit>,
}

/// What the indicators of a theme that have this unit have in common.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct OfUnit {
    /// Decimals to print; negative rounds to tens, hundreds, …. Example: `decimals = 1`.
    pub(super) decimals: Option<At<i32>>,
    /// Which direction is favourable. Example: `direction = "lower"`.
    pub(super) direction: Option<DirectionWord>,
    /// Percent of the weight that must have a value. Example: `coverage = 90`.
    pub(super) coverage: Option<At<f64>>,
    /// Lowest and highest plausible value of a gemeente. Example: `range = [0, 100]`.
    pub(super) range: Option<At<Pair>>,
    /// Years from which they are measured or made in another way. Example: `breaks = [{ year = 2020, why = "andere meetmethode" }]`.
    pub(super) breaks: Option<Vec<BreakEntry>>,
}

impl OfUnit {
    /// Tests that its numbers lie within their bounds.
    pub(super) fn test(&self, file: &Source) -> Result<(), Complaint> {
        if let Some(at) = &self.decimals {
            file.bounded(at, "decimals", -6..=6)?;
        }
        if let Some(at) = &self.coverage {
            file.bounded(at, "coverage", 0.0..=100.0)?;
        }
        if let Some(at) = &self.range {
            file.span_of(at, "range", "[lowest, highest]")?;
        }
        Ok(())
    }

    /// The same, with what another says where this says nothing.
    fn or(self, other: &Self) -> Self {
        Self {
            decimals: self.decimals.or_else(|| other.decimals.clone()),
            direction: self.direction.or(other.direction),
            coverage: self.coverage.or_else(|| other.coverage.clone()),
            range: self.range.or_else(|| other.range.clone()),
            breaks: self.breaks.or_else(|| other.breaks.clone()),
        }
    }
}

impl Defaults {
    /// What an indicator says, then what is said for its unit, then what is said for all.
    pub(super) fn complete(&self, own: OfUnit, unit: &str) -> OfUnit {
        let of_unit = self.units.iter().find(|(known, _)| ***known == unit);
        match of_unit {
            None => own.or(&self.of_all()),
            Some((_, of_unit)) => own.or(of_unit).or(&self.of_all()),
        }
    }

    fn of_all(&self) -> OfUnit {
        OfUnit {
            decimals: self.decimals.clone(),
            direction: self.direction,
            coverage: self.coverage.clone(),
            range: self.range.clone(),
            breaks: self.breaks.clone(),
        }
    }

    /// Tests what it says, also where every indicator says otherwise.
    pub(super) fn test(&self, file: &Source) -> Result<(), Complaint> {
        years(file, self.periods.as_ref())?;
        self.of_all().test(file)?;
        self.units
            .values()
            .try_for_each(|of_unit| of_unit.test(file))
    }
}

/// Which direction is favourable.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DirectionWord {
    /// Neither.
    None,
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl From<DirectionWord> for Direction {
    fn from(word: DirectionWord) -> Self {
        match word {
            DirectionWord::None => Self::None,
            DirectionWord::Higher => Self::Higher,
            DirectionWord::Lower => Self::Lower,
        }
    }
}
