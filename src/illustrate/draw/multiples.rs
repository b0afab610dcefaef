//! Small multiples: the same groups over the years, a panel per indicator, or per group where there is one indicator.
//!
//! In: the chart and the figures. Out: a picture of two columns. Panels of one unit share a scale; those of unlike units
//! have their own, and the subtitle says so.

use super::{Drawing, Picturing, name, ticks};
use crate::chart::{self, ChartError, Panel};
use crate::gemeente::group::GroupId;
use crate::illustrate::words::with_unit;
use crate::query::IndicatorId;

impl Drawing<'_> {
    pub(super) fn multiples(&self) -> Picturing {
        let panels = self.panels();
        let held: Vec<f64> = if self.shares_scale() {
            let values = panels
                .iter()
                .flat_map(|(_, id, groups)| self.all(*id, groups));
            values.collect()
        } else {
            Vec::new()
        };
        let mut drawn = Vec::new();
        for (heading, id, groups) in panels {
            let mut lines = self.lines_of(id, &groups);
            // a panel is too narrow for the reason; the open data have it
            for of in &mut lines.breaks {
                "breuk".clone_into(&mut of.note);
            }
            let picture = chart::lines(&chart::Lines {
                width: chart::Width::Half,
                height: Some(78.0),
                holds: held.clone(),
                ticks: ticks(&self.queries[id]),
                ..lines
            });
            match picture {
                Ok(picture) => drawn.push(Panel { heading, picture }),
                // a panel without figures is left out: the others still say what they say
                Err(ChartError::Empty(_)) => {}
                Err(other) => return Err(other),
            }
        }
        chart::grid(&drawn, 2)
    }

    /// Heading, indicator and groups of each panel.
    fn panels(&self) -> Vec<(String, IndicatorId, Vec<GroupId>)> {
        let groups = &self.chart.groups;
        if let [only] = self.chart.indicators[..] {
            let nation = self.figures.groups.nation().id;
            let others = groups.iter().filter(|id| **id != nation);
            let with_nation = |id: &GroupId| {
                let level = groups.contains(&nation).then_some(nation);
                [*id].into_iter().chain(level).collect()
            };
            return others
                .map(|id| (name(self.group(*id)), only, with_nation(id)))
                .collect();
        }
        let of = |id: &IndicatorId| (with_unit(&self.queries[*id]), *id, groups.clone());
        self.chart.indicators.iter().map(of).collect()
    }

    /// Whether all panels are of one unit, and so have one scale.
    pub(super) fn shares_scale(&self) -> bool {
        let mut units = self
            .chart
            .indicators
            .iter()
            .map(|id| &self.queries[*id].unit);
        let first = units.next();
        units.all(|unit| Some(unit) == first)
    }

    fn all(&self, id: IndicatorId, groups: &[GroupId]) -> Vec<f64> {
        let years = || self.years.iter();
        let of = |group: &GroupId| {
            let values = years().filter_map(|year| self.figure(id, *group, *year)?.value);
            values.collect::<Vec<f64>>()
        };
        groups.iter().flat_map(of).collect()
    }
}
