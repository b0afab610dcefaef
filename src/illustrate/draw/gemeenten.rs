//! Charts of every gemeente of a kind: a scatter of two indicators, and a map in classes of one.
//!
//! In: the chart and the figures. Out: a picture. Named in a scatter are the members with the lowest and the highest value on
//! either axis, and nobody else, so that no author picks. The classes of a map hold about equally many gemeenten, and
//! their bounds are the lowest and highest printed values in them: who prints the same is never in two classes.

use super::{Drawing, Picturing, ends, ticks};
use crate::base::look::Rgb;
use crate::base::number::{self, Decimal};
use crate::chart::{self, ChartError};
use crate::fact::{decimals, print};
use crate::figures::Cell;
use crate::gemeente::group::{Group, GroupKind};
use crate::gemeente::{Geometry, RegionId};
use crate::illustrate::words::with_unit;
use crate::query::{ChartKind, IndicatorId};

/// The most classes of a map.
const CLASSES: usize = 5;

/// Tints from light to dark that stay apart in grey: lightness falls by about equal steps.
const TINTS: [Rgb; CLASSES] = [
    Rgb(0xE6, 0xEE, 0xF4),
    Rgb(0xBC, 0xD2, 0xE3),
    Rgb(0x8B, 0xB1, 0xCF),
    Rgb(0x55, 0x89, 0xB3),
    Rgb(0x1B, 0x52, 0x85),
];

impl Drawing<'_> {
    /// The gemeenten of the size class and the members, in region order.
    pub(super) fn of_size(&self) -> Vec<RegionId> {
        let groups = &self.figures.groups;
        let of_size = groups.of_kind(GroupKind::SizeClass);
        let all = of_size.into_iter().chain([groups.subject()]);
        let mut regions: Vec<RegionId> = all.flat_map(Group::regions).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    fn figure_of(&self, indicator: IndicatorId, region: RegionId) -> Option<f64> {
        let year = self.figures.used(indicator).year?;
        let cell = self.figures.cell(indicator, region, year);
        cell.and_then(Cell::value)
    }

    pub(super) fn scatter(&self) -> Picturing {
        let [x, y] = [0, 1].map(|place| self.chart.indicators[place]);
        let subject = self.figures.groups.subject();
        let is_member = |region: RegionId| subject.regions().any(|of| of == region);
        let value = |of, region| self.figure_of(of, region);
        let of_size = self.of_size();
        let mut dots: Vec<chart::ScatterDot> = of_size
            .iter()
            .map(|&region| chart::ScatterDot {
                name: self.figures.name(region),
                at: value(x, region).zip(value(y, region)),
                strong: is_member(region),
                named: false,
            })
            .collect();
        for place in extremes(&dots) {
            dots[place].named = true;
        }
        let size = self.figures.groups.size.in_short();
        chart::scatter(&chart::Scatter {
            width: self.width(),
            height: None,
            x: self.axis(x),
            y: self.axis(y),
            look: subject.name.look,
            strong: format!("Leden van {}", subject.name.label),
            others: format!("Andere gemeenten van {size} inwoners"),
            dots,
        })
    }

    fn axis(&self, id: IndicatorId) -> chart::ScatterAxis {
        let indicator = &self.queries[id];
        let nation = self.figures.groups.nation().id;
        let year = self.figures.used(id).year;
        let shown = self.chart.groups.contains(&nation);
        chart::ScatterAxis {
            title: with_unit(indicator),
            ticks: ticks(indicator),
            reference: year
                .filter(|_| shown)
                .map(|year| self.value(id, nation, year)),
        }
    }

    /// The gemeenten that a map of classes shows: all where Nederland is among its groups, else the members of these.
    pub(super) fn shown(&self) -> Vec<RegionId> {
        let boundaries = self.figures.edition.boundaries;
        let all = self.figures.gemeenten.regions.in_year(boundaries);
        let all = all.map(|(region, _)| region);
        if self.chart.groups.contains(&self.figures.groups.nation().id) {
            return all.collect();
        }
        let groups = self.chart.groups.iter().map(|id| self.group(*id));
        let members: Vec<RegionId> = groups.flat_map(Group::regions).collect();
        all.filter(|region| members.contains(region)).collect()
    }

    pub(super) fn choropleth(&self, geometry: Option<&Geometry>) -> Picturing {
        let Some(geometry) = geometry else {
            return Err(ChartError::Empty("map"));
        };
        let (id, shown) = (self.first(), self.shown());
        let subject = self.figures.groups.subject();
        let is_member = |region: RegionId| subject.regions().any(|of| of == region);
        let values: Vec<(RegionId, Option<f64>)> = shown
            .iter()
            .map(|&region| (region, self.figure_of(id, region)))
            .collect();
        let classes = self.classes(values.iter().filter_map(|(_, value)| *value).collect());
        if classes.is_empty() {
            return Err(ChartError::Empty("map"));
        }
        let without = values.iter().filter(|(_, value)| value.is_none()).count();
        let of_value = |value: f64| {
            let rounded = self.rounded(value);
            classes.iter().position(|class| rounded <= class.high)
        };
        let boundaries = self.figures.edition.boundaries;
        let regions = self.figures.gemeenten.regions.in_year(boundaries);
        let regions = regions.map(|(region, _)| {
            let known = values.iter().find(|(of, _)| *of == region);
            chart::MapRegion {
                name: self.figures.name(region),
                rings: geometry.rings(region),
                class: known.map(|(_, value)| value.and_then(of_value).unwrap_or(classes.len())),
                outlined: is_member(region) && shown.len() > subject.members.len(),
            }
        });
        let outlined = format!("Lid van {}", subject.name.label);
        chart::map(&chart::Map {
            width: self.width(),
            regions: regions.collect(),
            classes: self.legend(&classes, without),
            outlined: if shown.len() > subject.members.len() {
                outlined
            } else {
                String::new()
            },
            ..chart::Map::default()
        })
    }

    fn rounded(&self, value: f64) -> f64 {
        let places = decimals(&self.queries[self.first()]);
        number::round(value, places).map_or(value, Decimal::to_f64)
    }

    /// Classes of about equally many values; equal printed values share one.
    fn classes(&self, values: Vec<f64>) -> Vec<Class> {
        let mut values: Vec<(f64, f64)> = values
            .into_iter()
            .map(|value| (self.rounded(value), value))
            .collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut classes: Vec<Class> = Vec::new();
        let count = values.len();
        for (place, (rounded, value)) in values.into_iter().enumerate() {
            let wanted = place * CLASSES / count;
            match classes.last_mut() {
                Some(class) if class.high >= rounded || class.wanted == wanted => {
                    (class.high, class.last) = (rounded, value);
                    class.count += 1;
                }
                _ => classes.push(Class {
                    wanted,
                    high: rounded,
                    first: value,
                    last: value,
                    count: 1,
                }),
            }
        }
        classes
    }

    /// Bounds and numbers of the classes, the highest first, and those without a figure.
    fn legend(&self, classes: &[Class], without: usize) -> Vec<chart::MapClass> {
        let indicator = &self.queries[self.first()];
        let text = |value: f64| print(indicator, value, false).unwrap_or_default();
        // of fewer classes the tints still run from light to dark
        let tint = |place: usize| TINTS[place * (CLASSES - 1) / (classes.len() - 1).max(1)];
        let class = |(place, class): (usize, &Class)| {
            let (first, last) = (text(class.first), text(class.last));
            let bounds = if first == last {
                first
            } else {
                format!("{first} tot en met {last}")
            };
            chart::MapClass {
                label: format!("{bounds} ({})", class.count),
                fill: tint(place),
                pattern: chart::Pattern::Solid,
            }
        };
        let mut legend: Vec<_> = classes.iter().enumerate().map(class).collect();
        let label = if without == 0 {
            String::new()
        } else {
            format!("Geen cijfer ({without})")
        };
        legend.push(chart::MapClass {
            label,
            fill: chart::theme::MISSING,
            pattern: chart::Pattern::Hatch,
        });
        legend
    }

    /// How many of the gemeenten that the chart is about have no figure.
    pub(super) fn without(&self) -> usize {
        let regions = if self.chart.kind == ChartKind::Scatter {
            self.of_size()
        } else {
            self.shown()
        };
        let lacks = |region: &&RegionId| {
            let mut of = self.chart.indicators.iter();
            of.any(|id| self.figure_of(*id, **region).is_none())
        };
        regions.iter().filter(lacks).count()
    }
}

/// Values of a map that share a tint.
struct Class {
    /// The fifth that its first value is in.
    wanted: usize,
    /// The highest value, as printed.
    high: f64,
    first: f64,
    last: f64,
    count: usize,
}

/// The members with the lowest and the highest value on either axis; the first in region order where several share it.
fn extremes(dots: &[chart::ScatterDot]) -> Vec<usize> {
    let member = |dot: &chart::ScatterDot| dot.at.filter(|_| dot.strong);
    let on = |axis: fn((f64, f64)) -> f64| -> Vec<Option<f64>> {
        dots.iter().map(|dot| member(dot).map(axis)).collect()
    };
    let mut places: Vec<usize> = [on(|at| at.0), on(|at| at.1)]
        .iter()
        .flat_map(|values| ends(&values.iter().copied()))
        .flatten()
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::look::WHITE;

    #[test]
    fn tints_of_a_map_stay_apart_in_grey() {
        let dark = TINTS.map(|tint| tint.contrast(WHITE));
        assert!(
            dark.windows(2).all(|pair| pair[1] > pair[0] * 1.25),
            "{dark:?}"
        );
    }
}
