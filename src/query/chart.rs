//! Charts: what is drawn, of whom and when, under which finding.

use super::indicator::IndicatorId;
use super::template::Template;
use super::years::{Earlier, Series, Years};
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
    /// The earlier year from which it shows them, of its first indicator; it takes the place of the first of `years`.
    pub since: Option<Earlier>,
    /// Half the width of the page.
    pub half: bool,
    /// First year after a break in the series, with what broke.
    pub broken: Option<(i32, String)>,
    /// Where it is asked: `file:line`.
    pub place: String,
}

impl Chart {
    /// Puts the year that it comes to in the place of every earlier year.
    pub(super) fn settle(&mut self, series: &[Series]) {
        self.title.settle(series);
        let Some(since) = self.since else {
            return;
        };
        let of_first = self.indicators.first().map(|id| id.place());
        let Some(series) = of_first.and_then(|place| series.get(place)) else {
            return;
        };
        let shorter = match since {
            Earlier::Periods(_) => series.years.first().copied(),
            // nothing to show beside the year in use
            Earlier::First | Earlier::Base => None,
        };
        self.years.from = series.year(since).or(shorter).unwrap_or(i32::MAX);
    }
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
    /// Gemeenten by two indicators.
    Scatter,
    /// Gemeenten on a map, in classes of an indicator.
    Choropleth,
    /// Indicators by groups, with how each stands against Nederland.
    Heat,
    /// Groups over years, a panel per indicator, or per group where there is one indicator.
    Multiples,
}

impl ChartKind {
    /// Whether it shows several years.
    pub const fn is_over_years(self) -> bool {
        matches!(self, Self::Lines | Self::Slope | Self::Multiples)
    }

    /// Whether it shows every gemeente of a kind, so that some may lack a figure.
    pub const fn is_of_gemeenten(self) -> bool {
        matches!(self, Self::Scatter | Self::Choropleth)
    }
}
