//! Drawing: the values of a chart's groups and members, with the labels that print them, in the shape of its kind.
//!
//! Provisional figures, incomplete lists and low coverage are marked in the picture itself.

mod gemeenten;
mod heat;
mod multiples;
mod table;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use table::{DataTable, table};

use super::{Error, ErrorKind, INCOMPLETE};
use crate::base::look::Look;
use crate::base::number::{self, Notation};
use crate::chart::{self, ChartError, Picture, Ticks};
use crate::fact::print;
use crate::figures::{Cell, Figures, GroupFigure};
use crate::gemeente::group::{Group, GroupId, GroupKind};
use crate::gemeente::{Geometry, RegionId};
use crate::query::{Chart, ChartKind, Indicator, IndicatorId, Queries, Way};

/// A chart that is drawn.
#[derive(Debug)]
pub struct Drawn<'a> {
    /// The chart.
    pub chart: &'a Chart,
    /// The drawing.
    pub picture: Picture,
    /// The years it shows.
    pub years: Vec<i32>,
    /// How many gemeenten it is about have no figure; of charts that show every gemeente.
    pub without: usize,
    /// Whether its panels have one scale.
    pub shares_scale: bool,
}

impl Drawn<'_> {
    /// The indicator that its title and alt text speak of.
    pub fn indicator(&self) -> IndicatorId {
        self.chart.indicators[0]
    }

    /// The last year it shows.
    pub fn last(&self) -> i32 {
        self.years.last().copied().unwrap_or_default()
    }
}

/// Draws a chart; `None` when there are no figures for it in this edition. Borders are needed for maps only.
///
/// # Errors
/// When it cannot be drawn, or its labels overlap.
pub fn draw<'a>(
    chart: &'a Chart,
    queries: &'a Queries,
    figures: &'a Figures,
    geometry: Option<&Geometry>,
) -> Result<Option<Drawn<'a>>, Error> {
    let drawing = Drawing {
        queries,
        figures,
        chart,
        years: years(chart, figures),
    };
    if drawing.years.is_empty() {
        return Ok(None);
    }
    let picture = match chart.kind {
        ChartKind::Strip => drawing.strip(),
        ChartKind::Bars => drawing.bars(),
        ChartKind::Lines => drawing.lines(),
        ChartKind::Slope => drawing.slope(),
        ChartKind::Ranked => drawing.ranked(),
        ChartKind::Map => drawing.map(geometry),
        ChartKind::Scatter => drawing.scatter(),
        ChartKind::Choropleth => drawing.choropleth(geometry),
        ChartKind::Heat => drawing.heat(),
        ChartKind::Multiples => drawing.multiples(),
    };
    let picture = match picture {
        Err(ChartError::Empty(_)) => return Ok(None),
        other => other.map_err(|error| Error::of(chart, ErrorKind::Drawing(error)))?,
    };
    if let Some(overlap) = picture.overlaps().first() {
        let overlap = ErrorKind::Overlap(format!("{overlap:?}"));
        return Err(Error::of(chart, overlap));
    }
    Ok(Some(Drawn {
        chart,
        picture,
        without: if chart.kind.is_of_gemeenten() {
            drawing.without()
        } else {
            0
        },
        shares_scale: drawing.shares_scale(),
        years: drawing.years,
    }))
}

/// The years a chart shows: over years those with a figure of a group, else the ones in use.
fn years(chart: &Chart, figures: &Figures) -> Vec<i32> {
    if chart.kind == ChartKind::Map {
        return vec![figures.edition.boundaries];
    }
    let used = || chart.indicators.iter().map(|id| figures.used(*id).year);
    if !chart.kind.is_over_years() {
        let all: BTreeSet<i32> = used().flatten().collect();
        // a scatter of one indicator is none, and other kinds are of their first
        let lacks = match chart.kind {
            ChartKind::Scatter => used().any(|year| year.is_none()),
            ChartKind::Heat => false,
            _ => used().next().flatten().is_none(),
        };
        return match chart.kind {
            _ if lacks => Vec::new(),
            ChartKind::Scatter | ChartKind::Heat => all.into_iter().collect(),
            _ => used().next().flatten().into_iter().collect(),
        };
    }
    let shown = match chart.kind {
        ChartKind::Multiples => &chart.indicators[..],
        _ => &chart.indicators[..1],
    };
    let mut valued: BTreeSet<i32> = BTreeSet::new();
    for indicator in shown {
        let used = figures.used(*indicator).year;
        let of_groups = chart.groups.iter();
        let figures = of_groups.flat_map(|group| figures.compared(*indicator).of_group(*group));
        let years = figures
            .filter(|figure| figure.value.is_some())
            .map(|figure| figure.year)
            .filter(|year| chart.years.contains(*year) && used.is_some_and(|used| *year <= used));
        valued.extend(years);
    }
    match (chart.kind, valued.first(), valued.last()) {
        _ if valued.len() < 2 => Vec::new(),
        (ChartKind::Slope, Some(first), Some(last)) => vec![*first, *last],
        _ => valued.into_iter().collect(),
    }
}

/// A chart while it is drawn.
struct Drawing<'a> {
    queries: &'a Queries,
    figures: &'a Figures,
    chart: &'a Chart,
    years: Vec<i32>,
}

type Picturing = Result<Picture, ChartError>;

/// A member with its cell.
struct Member<'a> {
    name: String,
    cell: Option<&'a Cell>,
}

impl Member<'_> {
    fn value(&self) -> Option<f64> {
        self.cell.and_then(Cell::value)
    }
}

impl<'a> Drawing<'a> {
    fn first(&self) -> IndicatorId {
        self.chart.indicators[0]
    }

    fn last(&self) -> i32 {
        self.years.last().copied().unwrap_or_default()
    }

    fn width(&self) -> chart::Width {
        if self.chart.half {
            chart::Width::Half
        } else {
            chart::Width::Full
        }
    }

    fn group(&self, id: GroupId) -> &'a Group {
        self.figures.groups.get(id)
    }

    fn figure(&self, indicator: IndicatorId, group: GroupId, year: i32) -> Option<&'a GroupFigure> {
        self.figures.group(indicator, group, year)
    }

    fn text(&self, indicator: IndicatorId, value: Option<f64>, provisional: bool) -> String {
        let indicator = &self.queries[indicator];
        value.map_or_else(
            || "geen cijfer".to_owned(),
            |value| print(indicator, value, provisional).unwrap_or_default(),
        )
    }

    /// A group's value with the label that prints it.
    fn value(&self, indicator: IndicatorId, id: GroupId, year: i32) -> chart::GroupValue {
        let (group, figure) = (self.group(id), self.figure(indicator, id, year));
        let value = figure.and_then(|figure| figure.value);
        let provisional = figure.is_some_and(GroupFigure::is_provisional);
        let text = self.text(indicator, value, provisional);
        chart::GroupValue {
            look: self.look(indicator, group),
            label: format!("{} {text}", self.called(indicator, group)),
            value,
            hollow: !group.complete || figure.is_some_and(is_thin),
        }
    }

    /// Whether what stands under Nederland is a share of it that lives in gemeenten of a size.
    fn is_of_size(&self, indicator: IndicatorId) -> bool {
        let ways = &self.queries[indicator].ways;
        ways.iter().all(|way| matches!(way, Way::SizeClass { .. }))
    }

    /// What a group's value is called.
    fn called(&self, indicator: IndicatorId, group: &Group) -> String {
        if self.is_of_size(indicator) {
            return format!("Gemeenten van {}", self.figures.groups.size.in_short());
        }
        name(group)
    }

    /// How a group's value shows: a share of Nederland is no level to be measured against.
    fn look(&self, indicator: IndicatorId, group: &Group) -> Look {
        let subject = self.figures.groups.subject().name.look;
        if self.is_of_size(indicator) {
            return subject;
        }
        group.name.look
    }

    fn members(&self, indicator: IndicatorId, year: i32) -> Vec<Member<'a>> {
        let of = |region: RegionId| Member {
            name: self.figures.name(region),
            cell: self.figures.cell(indicator, region, year),
        };
        self.figures.groups.subject().regions().map(of).collect()
    }

    fn strip(&self) -> Picturing {
        let rows = self.chart.indicators.iter();
        chart::strip(&chart::Strip {
            width: self.width(),
            rows: rows.filter_map(|id| self.strip_row(*id)).collect(),
            shared_scale: true,
            ticks: ticks(&self.queries[self.first()]),
        })
    }

    fn strip_row(&self, indicator: IndicatorId) -> Option<chart::StripRow> {
        let year = self.figures.used(indicator).year?;
        let members = self.members(indicator, year);
        let alone = self.chart.indicators.len() == 1;
        let named = if alone && !self.chart.half {
            ends(&members.iter().map(Member::value))
        } else {
            [None; 2]
        };
        let dots = members.iter().enumerate().map(|(place, member)| {
            let provisional = member.cell.is_some_and(Cell::is_provisional);
            let label = || {
                let text = self.text(indicator, member.value(), provisional);
                format!("{} {text}", member.name)
            };
            chart::Member {
                name: member.name.clone(),
                value: member.value(),
                label: named.contains(&Some(place)).then(label),
                hollow: false,
            }
        });
        let values = self.chart.groups.iter();
        Some(chart::StripRow {
            label: if alone {
                String::new()
            } else {
                self.queries[indicator].title.clone()
            },
            dots: self.figures.groups.subject().name.look,
            members: dots.collect(),
            groups: values
                .map(|group| self.value(indicator, *group, year))
                .collect(),
            ticks: None,
        })
    }

    fn bars(&self) -> Picturing {
        let (indicator, year) = (self.first(), self.last());
        let nation = self.figures.groups.nation().id;
        let groups = self.chart.groups.iter().filter(|group| **group != nation);
        let items = groups.map(|id| {
            let (group, value) = (self.group(*id), self.value(indicator, *id, year));
            let figure = self.figure(indicator, *id, year);
            let provisional = figure.is_some_and(GroupFigure::is_provisional);
            chart::BarItem {
                name: name(group),
                look: value.look,
                value: value.value,
                text: self.text(indicator, value.value, provisional),
                hollow: value.hollow,
            }
        });
        let reference = self.chart.groups.contains(&nation);
        chart::bars(&chart::Bars {
            width: self.width(),
            form: chart::BarForm::Bar,
            items: items.collect(),
            reference: reference.then(|| self.value(indicator, nation, year)),
        })
    }

    fn lines(&self) -> Picturing {
        chart::lines(&self.lines_of(self.first(), &self.chart.groups))
    }

    /// The lines of some groups, of one of the indicators, over the years of the chart.
    fn lines_of(&self, id: IndicatorId, groups: &[GroupId]) -> chart::Lines {
        let first = self.years.first().copied().unwrap_or_default();
        let periods: Vec<i32> = (first..=self.last()).collect();
        let series = groups.iter().map(|group| self.series(id, *group, &periods));
        let is_provisional = |year: i32| {
            let mut figures = groups
                .iter()
                .filter_map(|group| self.figure(id, *group, year));
            figures.any(|figure| figure.value.is_some() && figure.is_provisional())
        };
        let period = |year: &i32| chart::Period {
            year: *year,
            label: format!("{year}{}", if is_provisional(*year) { "*" } else { "" }),
        };
        chart::Lines {
            width: self.width(),
            height: None,
            series: series
                .filter(|series| series.points.iter().any(|point| point.value.is_some()))
                .collect(),
            breaks: self.breaks(id),
            from_zero: false,
            holds: Vec::new(),
            ticks: ticks(&self.queries[id]),
            periods: periods.iter().map(period).collect(),
        }
    }

    /// The breaks between its years: those of the chart, and those of what it shows.
    fn breaks(&self, id: IndicatorId) -> Vec<chart::Break> {
        let first = self.years.first().copied().unwrap_or_default();
        let own = self.chart.broken.iter();
        let own = own.map(|(year, why)| (*year, why.clone()));
        let shown = self.figures.breaks_between(id, first, self.last());
        let shown = shown.iter().map(|of| (of.year, of.why.clone()));
        own.chain(shown)
            .map(|(before, note)| chart::Break { before, note })
            .collect()
    }

    fn series(&self, indicator: IndicatorId, id: GroupId, periods: &[i32]) -> chart::Series {
        let group = self.group(id);
        let point = |year: &i32| {
            let figure = self.figure(indicator, id, *year);
            chart::Point {
                value: figure.and_then(|figure| figure.value),
                provisional: figure.is_some_and(GroupFigure::is_provisional),
                hollow: figure.is_some_and(is_thin),
            }
        };
        // an indicator of several may end before the others do
        let has_value = |year: &i32| {
            let figure = self.figure(indicator, id, *year);
            figure.is_some_and(|figure| figure.value.is_some())
        };
        let last = periods.iter().rev().copied().find(has_value);
        let last = last.filter(|_| self.chart.indicators.len() > 1);
        chart::Series {
            look: self.look(indicator, group),
            label: self.value(indicator, id, last.unwrap_or(self.last())).label,
            points: periods.iter().map(point).collect(),
            hollow: !group.complete,
        }
    }

    fn slope(&self) -> Picturing {
        let (from, to) = (self.years.first().copied().unwrap_or_default(), self.last());
        let end = |group: GroupId, year: i32| {
            let value = self.value(self.first(), group, year);
            value.value.map(|number| (number, value.label))
        };
        let items = self.chart.groups.iter().map(|id| chart::SlopeItem {
            look: self.group(*id).name.look,
            from: end(*id, from),
            to: end(*id, to),
            hollow: !self.group(*id).complete,
        });
        let breaks = self.breaks(self.first()).into_iter();
        let notes: Vec<String> = breaks
            .map(|of| format!("breuk in {}: {}", of.before, of.note))
            .collect();
        chart::slope(&chart::Slope {
            width: self.width(),
            from: from.to_string(),
            to: to.to_string(),
            items: items.collect(),
            broken: (!notes.is_empty()).then(|| notes.join("; ")),
        })
    }

    fn ranked(&self) -> Picturing {
        let (indicator, year) = (self.first(), self.last());
        let groups = &self.figures.groups;
        let members = self.members(indicator, year).into_iter().map(|member| {
            let provisional = member.cell.is_some_and(Cell::is_provisional);
            chart::RankedMember {
                value: member.value(),
                text: self.text(indicator, member.value(), provisional),
                name: member.name,
                strong: false,
                hollow: false,
            }
        });
        let ends = [groups.subject().id, groups.nation().id];
        let references = self
            .chart
            .groups
            .iter()
            .filter(|group| ends.contains(group));
        chart::ranked_dots(&chart::RankedDots {
            width: self.width(),
            members: members.collect(),
            dots: groups.subject().name.look,
            references: references
                .map(|group| self.value(indicator, *group, year))
                .collect(),
            ascending: false,
            columns: None,
            from_zero: true,
        })
    }

    fn map(&self, geometry: Option<&Geometry>) -> Picturing {
        let groups = &self.figures.groups;
        let (Some(geometry), Some(of_size)) = (geometry, groups.of_kind(GroupKind::SizeClass))
        else {
            return Err(ChartError::Empty("map"));
        };
        let subject = groups.subject();
        let boundaries = self.figures.edition.boundaries;
        let regions = self.figures.gemeenten.regions.in_year(boundaries);
        let regions = regions.map(|(region, _)| {
            let is_in = |group: &Group| group.regions().any(|member| member == region);
            chart::MapRegion {
                name: self.figures.name(region),
                rings: geometry.rings(region),
                class: if is_in(subject) {
                    Some(0)
                } else {
                    is_in(of_size).then_some(1)
                },
                outlined: false,
            }
        });
        let class = |label: String, group: &Group, pattern| chart::MapClass {
            label,
            fill: group.name.look.color,
            pattern,
        };
        let members = format!(
            "Leden van {} ({})",
            subject.name.label,
            subject.members.len()
        );
        let others = format!("Andere gemeenten van {} inwoners", groups.size.in_short());
        chart::map(&chart::Map {
            width: self.width(),
            regions: regions.collect(),
            classes: vec![
                class(members, subject, chart::Pattern::Solid),
                class(others, of_size, chart::Pattern::Hatch),
            ],
            ..chart::Map::default()
        })
    }
}

/// The name of a group, with the mark of an incomplete list.
fn name(group: &Group) -> String {
    let mark = if group.complete { "" } else { INCOMPLETE };
    format!("{}{mark}", group.name.label)
}

/// Whether so few members have a figure that the mark must show it.
fn is_thin(figure: &GroupFigure) -> bool {
    figure.coverage < 95.0
}

/// The places of the lowest and the highest value.
fn ends(values: &(impl Iterator<Item = Option<f64>> + Clone)) -> [Option<usize>; 2] {
    let valued = || {
        let all = values.clone().enumerate();
        all.filter_map(|(place, value)| Some((place, value?)))
    };
    // of equal values the first, on either side
    let lower = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
    let higher = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1);
    [valued().min_by(lower), valued().min_by(higher)].map(|end| Some(end?.0))
}

/// Ticks print like values, with no more decimals than they need.
fn ticks(indicator: &Indicator) -> Ticks {
    let notation = Notation::parse(&indicator.unit);
    Ticks::Format(Arc::new(move |value| {
        let exact = |decimals: &i8| {
            number::round(value, *decimals)
                .is_ok_and(|rounded| (rounded.to_f64() - value).abs() < 1e-9)
        };
        let decimals = (0..=3).find(exact).unwrap_or(3);
        number::print(value, decimals, &notation).unwrap_or_default()
    }))
}
