//! The heat map: indicators by groups, each value with how it stands against Nederland.
//!
//! In: the chart and the figures. Out: a picture. Two values are equal by the rules of the whole program: they print the
//! same, differ less than our sum of all gemeenten deviates from CBS's own figure, or less than matters for the
//! indicator. A difference is clear from the share at which a sentence says `duidelijk`.

use super::{Drawing, Picturing, name};
use crate::base::{number, wording};
use crate::chart::{self, ChartError, HeatCell, HeatKind};
use crate::fact::decimals;
use crate::figures::GroupFigure;
use crate::gemeente::group::GroupId;
use crate::illustrate::words::with_unit;
use crate::query::{Direction, Indicator, IndicatorId};

/// What the signs mean.
const LEGEND: [(HeatKind, i8, &str); 9] = [
    (HeatKind::Judged, 2, "duidelijk gunstiger dan Nederland"),
    (HeatKind::Judged, 1, "gunstiger"),
    (HeatKind::Judged, 0, "gelijk"),
    (HeatKind::Judged, -1, "ongunstiger"),
    (HeatKind::Judged, -2, "duidelijk ongunstiger"),
    (HeatKind::Neutral, 2, "duidelijk hoger, zonder oordeel"),
    (HeatKind::Neutral, 1, "hoger"),
    (HeatKind::Neutral, -1, "lager"),
    (HeatKind::Neutral, -2, "duidelijk lager"),
];

impl Drawing<'_> {
    pub(super) fn heat(&self) -> Picturing {
        let nation = self.figures.groups.nation();
        let groups = self.chart.groups.iter().copied();
        let groups: Vec<GroupId> = groups.filter(|id| *id != nation.id).collect();
        let mut pijler = "";
        let mut rows = Vec::new();
        for &id in &self.chart.indicators {
            let Some(mut row) = self.row(id, &groups) else {
                continue;
            };
            let own = self.pijler(id);
            if own != pijler {
                own.clone_into(&mut row.heading);
                pijler = own;
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(ChartError::Empty("heat map"));
        }
        let columns = groups.iter().map(|id| chart::HeatColumn {
            label: name(self.group(*id)),
            strong: self.group(*id).name.look.strong,
        });
        let used = |kind: HeatKind, step: i8| {
            let mut of_kind = rows.iter().filter(|row| row.kind == kind || step == 0);
            of_kind.any(|row| row.cells.iter().any(|cell| cell.step == Some(step)))
        };
        let legend = LEGEND.iter().filter(|(kind, step, _)| used(*kind, *step));
        let legend: Vec<_> = legend
            .map(|(kind, step, words)| (*kind, *step, (*words).to_owned()))
            .collect();
        chart::heat(&chart::Heat {
            width: self.width(),
            reference: nation.name.label.clone(),
            columns: columns.collect(),
            legend,
            rows,
        })
    }

    fn pijler(&self, id: IndicatorId) -> &str {
        let theme = &self.queries[id].theme;
        let mut themes = self.queries.themes.iter();
        themes
            .find(|of| of.id == *theme)
            .map_or("", |of| of.pijler.as_str())
    }

    /// A row; none where Nederland has no figure to be measured against.
    fn row(&self, id: IndicatorId, groups: &[GroupId]) -> Option<chart::HeatRow> {
        let indicator = &self.queries[id];
        let year = self.figures.used(id).year?;
        let nation = self.figure(id, self.figures.groups.nation().id, year)?;
        let level = nation.value?;
        let cell = |group: &GroupId| {
            let figure = self.figure(id, *group, year);
            let value = figure.and_then(|figure| figure.value);
            let provisional = figure.is_some_and(GroupFigure::is_provisional);
            HeatCell {
                text: value.map_or_else(
                    || ".".to_owned(),
                    |value| self.text(id, Some(value), provisional),
                ),
                step: value.map(|value| step(indicator, value, nation)),
            }
        };
        Some(chart::HeatRow {
            heading: String::new(),
            label: format!("{}, {year}", with_unit(indicator)),
            kind: if indicator.direction == Direction::None {
                HeatKind::Neutral
            } else {
                HeatKind::Judged
            },
            reference: self.text(id, Some(level), nation.is_provisional()),
            cells: groups.iter().map(cell).collect(),
        })
    }
}

/// How far a value is from that of Nederland: above zero where it is favourable, or higher where nothing is.
fn step(indicator: &Indicator, value: f64, nation: &GroupFigure) -> i8 {
    let Some(level) = nation.value else { return 0 };
    let rounded = |value| number::round(value, decimals(indicator)).ok();
    if rounded(value) == rounded(level) || nation.is_near(value) || indicator.is_small(value, level)
    {
        return 0;
    }
    let clear = level != 0.0 && ((value - level) / level).abs() >= wording::CLEAR;
    let size = if clear { 2 } else { 1 };
    let up = (value > level) == (indicator.direction != Direction::Lower);
    if up { size } else { -size }
}
