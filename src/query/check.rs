//! What the figures themselves must satisfy, as `queries/checks.toml` says it.

use super::formula::Formula;
use super::indicator::IndicatorId;
use crate::base::located::Place;
use crate::gemeente::RegionId;

/// The checks of the data that are asked.
#[derive(Debug)]
pub struct Checks {
    /// Percent by which the sum of all gemeenten may deviate from CBS's own figure; infinite where nothing is asked of it.
    pub tolerance: f64,
    /// Values outside the plausible range that were looked at.
    pub known: Vec<Known>,
    /// Relations between topics, in the order of the file.
    pub relations: Vec<Relation>,
}

/// A value outside the plausible range that was looked at.
#[derive(Clone, Debug)]
pub struct Known {
    /// Indicator.
    pub indicator: IndicatorId,
    /// Gemeente.
    pub region: RegionId,
    /// Why it is so.
    pub reason: String,
    /// Where the region is named.
    pub place: Place,
}

/// Two sums of topics that must be equal in every region and year.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Id.
    pub id: String,
    /// What it says, in Dutch.
    pub title: String,
    /// What is tested.
    pub left: Formula,
    /// What it must be.
    pub right: Right,
    /// By how many percent of `right` it may deviate.
    pub tolerance: f64,
    /// Whether one that does not hold stops a run; else it warns.
    pub required: bool,
}

/// The right side of a relation.
#[derive(Clone, Debug, PartialEq)]
pub enum Right {
    /// A number.
    Number(f64),
    /// A sum of topics.
    Sum(Formula),
}
