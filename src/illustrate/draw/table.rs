//! The figures behind a chart, as a table: what its picture shows, for who reads rather than looks.
//!
//! In: the chart and the figures. Out: texts as printed. Nothing fails. The peculiarity it answers: a chart of members is a
//! table with a row for each of them, one over the years has a column for each year, one of several indicators over the years
//! both, and a map of all gemeenten tells those of the groups: the rest is a page of its own.

use super::{Drawing, name, years};
use crate::figures::{Cell, Figures, GroupFigure};
use crate::gemeente::RegionId;
use crate::gemeente::group::{GroupId, GroupKind};
use crate::gemeente::sort_name;
use crate::query::{Chart, ChartKind, IndicatorId, Queries};

/// What a chart shows, in rows and columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataTable {
    /// Heads; the first is of the names of rows.
    pub columns: Vec<String>,
    /// A name and a text per column.
    pub rows: Vec<Vec<String>>,
}

/// The table of a chart; one without figures in this edition has no rows.
pub fn table(chart: &Chart, queries: &Queries, figures: &Figures) -> DataTable {
    let drawing = Drawing {
        queries,
        figures,
        chart,
        years: years(chart, figures),
    };
    match chart.kind {
        // every gemeente is on the page of the indicator
        ChartKind::Bars | ChartKind::Choropleth => drawing.by_group(&drawing.last_columns(1)),
        ChartKind::Lines | ChartKind::Slope => drawing.by_group(&drawing.year_columns()),
        ChartKind::Multiples => drawing.by_indicator_and_group(),
        ChartKind::Heat => drawing.by_indicator(),
        ChartKind::Map => drawing.lie(),
        ChartKind::Strip | ChartKind::Ranked => drawing.by_group_and(drawing.subject()),
        ChartKind::Scatter => drawing.by_group_and(drawing.of_size()),
    }
}

/// A column: an indicator in a year.
type Column = (IndicatorId, i32);

impl Drawing<'_> {
    fn subject(&self) -> Vec<RegionId> {
        self.figures.groups.subject().regions().collect()
    }

    /// The first indicators in the year that the paper uses of each.
    fn last_columns(&self, count: usize) -> Vec<Column> {
        let shown = self.chart.indicators.iter().take(count);
        shown
            .filter_map(|id| Some((*id, self.figures.used(*id).year?)))
            .collect()
    }

    fn year_columns(&self) -> Vec<Column> {
        self.years
            .iter()
            .map(|year| (self.first(), *year))
            .collect()
    }

    fn of_group(&self, (indicator, year): Column, group: GroupId) -> String {
        let figure = self.figure(indicator, group, year);
        let value = figure.and_then(|figure| figure.value);
        let provisional = figure.is_some_and(GroupFigure::is_provisional);
        self.text(indicator, value, provisional)
    }

    fn of_gemeente(&self, (indicator, year): Column, region: RegionId) -> String {
        let cell = self.figures.cell(indicator, region, year);
        let value = cell.and_then(Cell::value);
        self.text(indicator, value, cell.is_some_and(Cell::is_provisional))
    }

    /// What stands over a column: the year, behind the indicator where there are several.
    fn heads(&self, first: &str, columns: &[Column]) -> Vec<String> {
        let several = columns.iter().any(|(id, _)| *id != self.first());
        let head = |(id, year): &Column| {
            if several {
                format!("{}, {year}", self.queries[*id].title)
            } else {
                year.to_string()
            }
        };
        let first = [first.to_owned()].into_iter();
        first.chain(columns.iter().map(head)).collect()
    }

    fn group_rows(&self, columns: &[Column]) -> Vec<Vec<String>> {
        let row = |id: &GroupId| {
            let texts = columns.iter().map(|column| self.of_group(*column, *id));
            let called = self.called(self.first(), self.group(*id));
            [called].into_iter().chain(texts).collect()
        };
        self.chart.groups.iter().map(row).collect()
    }

    fn by_group(&self, columns: &[Column]) -> DataTable {
        DataTable {
            columns: self.heads("Groep", columns),
            rows: self.group_rows(columns),
        }
    }

    /// The groups, and below them gemeenten by name.
    fn by_group_and(&self, gemeenten: Vec<RegionId>) -> DataTable {
        let columns = self.last_columns(self.chart.indicators.len());
        let mut named: Vec<(String, RegionId)> = gemeenten
            .into_iter()
            .map(|region| (self.figures.name(region), region))
            .collect();
        named.sort_by_key(|(name, _)| sort_name(name));
        let mut rows = self.group_rows(&columns);
        rows.extend(named.into_iter().map(|(name, region)| {
            let texts = columns.iter().map(|of| self.of_gemeente(*of, region));
            [name].into_iter().chain(texts).collect()
        }));
        DataTable {
            columns: self.heads("Groep of gemeente", &columns),
            rows,
        }
    }

    fn by_indicator_and_group(&self) -> DataTable {
        let mut rows = Vec::new();
        for id in &self.chart.indicators {
            for group in &self.chart.groups {
                let of = self.years.iter().map(|year| (*id, *year));
                let texts = of.map(|column| self.of_group(column, *group));
                let called = self.called(*id, self.group(*group));
                let named = format!("{}, {called}", self.queries[*id].title);
                rows.push([named].into_iter().chain(texts).collect());
            }
        }
        DataTable {
            columns: self.heads("Cijfer en groep", &self.year_columns()),
            rows,
        }
    }

    fn by_indicator(&self) -> DataTable {
        let groups = self.chart.groups.iter();
        let heads = groups.map(|id| name(self.group(*id)));
        let columns = self.last_columns(self.chart.indicators.len());
        let row = |column: &Column| {
            let named = format!("{}, {}", self.queries[column.0].title, column.1);
            let groups = self.chart.groups.iter();
            let texts = groups.map(|group| self.of_group(*column, *group));
            [named].into_iter().chain(texts).collect()
        };
        DataTable {
            rows: columns.iter().map(row).collect(),
            columns: ["Cijfer".to_owned()].into_iter().chain(heads).collect(),
        }
    }

    /// Who lies on a map of members.
    fn lie(&self) -> DataTable {
        let groups = &self.figures.groups;
        let (subject, of_size) = (groups.subject(), groups.of_kind(GroupKind::SizeClass));
        let mut rows: Vec<Vec<String>> = self
            .of_size()
            .into_iter()
            .map(|region| {
                let is_member = subject.regions().any(|of| of == region);
                let of_size = of_size.map_or("", |group| group.name.label.as_str());
                let group = if is_member {
                    subject.name.label.as_str()
                } else {
                    of_size
                };
                vec![self.figures.name(region), group.to_owned()]
            })
            .collect();
        rows.sort_by_key(|row| sort_name(&row[0]));
        DataTable {
            columns: vec!["Gemeente".to_owned(), "Groep".to_owned()],
            rows,
        }
    }
}
