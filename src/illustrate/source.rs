//! The source line under a chart: publishers, titles, tables and years of what it shows.

use std::collections::{BTreeMap, BTreeSet};

use super::draw::Drawn;
use crate::base::number;
use crate::figures::{Figures, Provenance};
use crate::query::ChartKind;

/// Where the figures of a chart come from, in Dutch.
pub fn source(drawn: &Drawn<'_>, figures: &Figures, provenance: &Provenance) -> String {
    let subject = &figures.groups.subject().name.label;
    if drawn.chart.kind == ChartKind::Map {
        return format!("Bron: CBS en Kadaster, gemeentegrenzen; bewerking {subject}.");
    }
    let nation = figures.groups.nation().id;
    let mut years: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    for &indicator in &drawn.chart.indicators {
        let of_chart: Vec<i32> = if drawn.chart.kind.is_over_years() {
            drawn.years.clone()
        } else {
            figures.used(indicator).year.into_iter().collect()
        };
        for year in of_chart {
            let figure = figures.group(indicator, nation, year);
            let way = figure.map_or(0, |figure| figure.way);
            let method = provenance.get(indicator, way, year);
            for table in method.iter().flat_map(|method| &method.tables) {
                years.entry(table.clone()).or_default().insert(year);
            }
        }
    }
    // borders are a source too
    let borders = if drawn.chart.kind == ChartKind::Choropleth {
        "; CBS en Kadaster, gemeentegrenzen"
    } else {
        ""
    };
    let list = list(figures, &years);
    format!("Bron: {list}{borders}; bewerking {subject}.")
}

/// With more series than these a source line is longer than what it stands under.
const MOST_NAMED: usize = 4;

/// The publishers of many tables, and where the tables are named.
fn publishers(series: &BTreeMap<(&str, &str), Series<'_>>) -> String {
    let publishers: BTreeSet<&str> = series.keys().map(|(publisher, _)| *publisher).collect();
    let publishers: Vec<&str> = publishers.into_iter().collect();
    let years: BTreeSet<i32> = series
        .values()
        .flat_map(|(_, years)| years)
        .copied()
        .collect();
    let range = years.first().zip(years.last());
    let range = range.map_or_else(String::new, |(first, last)| number::range(first, last));
    format!(
        "{}, {range}; tabel per cijfer in de bijlage Definities",
        publishers.join(", ")
    )
}

/// The tables of one series and the years used of them.
type Series<'a> = (Vec<&'a str>, BTreeSet<i32>);

/// Tables with titles, publishers and years, as a source line has them; the tables of one series are named once.
fn list(figures: &Figures, years: &BTreeMap<String, BTreeSet<i32>>) -> String {
    let mut series: BTreeMap<(&str, &str), Series<'_>> = BTreeMap::new();
    for (table, years) in years {
        let Some(sidecar) = figures.tidy.sidecars.get(table) else {
            continue;
        };
        let publisher = sidecar.publisher.split(" (").next().unwrap_or_default();
        let title = sidecar.title.split(';').next().unwrap_or_default();
        // KWB has a table a year, with the year at the end of its title
        let title = title
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end();
        let (tables, of_series) = series.entry((publisher, title)).or_default();
        tables.push(table);
        of_series.extend(years);
    }
    if series.len() > MOST_NAMED {
        return publishers(&series);
    }
    let mut list = String::new();
    let mut before = "";
    for ((publisher, title), (tables, years)) in &series {
        let (Some(first), Some(last)) = (years.first(), years.last()) else {
            continue;
        };
        if !list.is_empty() {
            list.push_str("; ");
        }
        if *publisher != before {
            list.push_str(publisher);
            list.push_str(", ");
        }
        list.extend([
            *title,
            " (",
            &tables.join(", "),
            "), ",
            &number::range(first, last),
        ]);
        before = publisher;
    }
    list
}
