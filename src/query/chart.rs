//! Charts: what is drawn, of whom and when, under which finding.

use super::indicator::IndicatorId;
use super::template::Template;
use super::years::Years;
use crate::gemeente::group::GroupId;

/// A chart of the paper.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Id.
    pub id: String,
    /// Theme it belongs to.
    pub theme: String,
    /// Kind.
    pub kind: ChartKind,
    /// Indicators.
    pub indicators: Vec<IndicatorId>,
    /// Groups to show.
    pub groups: Vec<GroupId>,
    /// The finding.
    pub title: Template,
    /// Years to show.
    pub years: Years,
    /// Half the width of the page.
    pub half: bool,
    /// First year after a break in the series, with what broke.
    pub broken: Option<(i32, String)>,
    /// Where it is asked: `file:line`.
    pub place: String,
}

/// The kinds of charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// All members as dots, with the values of groups.
    Strip,
    /// Groups sorted by value, as bars.
    Bars,
    /// Groups over years.
    Lines,
    /// Groups in two years.
    Slope,
    /// Members sorted by value.
    Ranked,
    /// Where the members lie.
    Map,
}

impl ChartKind {
    /// Whether it shows several years.
    pub const fn is_over_years(self) -> bool {
        matches!(self, Self::Lines | Self::Slope)
    }
}
