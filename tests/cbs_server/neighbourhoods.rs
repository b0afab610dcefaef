//! Kerncijfers wijken en buurten of several years, from one download of StatLine's page.
//!
//! In: a download with the columns of codes. Out: a [`ServedTable`] per year: that of the download with its own figures,
//! the others with as many inhabitants more or less as years lie between. As CBS draws them anew, a merged gemeente is one
//! of those it was made of in the years before, and a table can be made of as many times the buurten.

use std::path::Path;
use std::sync::Arc;

use super::model::{Cell, Kind, ServedTable};

/// The year of the download.
pub const YEAR: i32 = 2024;

/// The tables of eight years.
pub const TABLES: [(&str, i32); 8] = [
    ("83487NED", 2016),
    ("84286NED", 2018),
    ("84583NED", 2019),
    ("84799NED", 2020),
    ("85039NED", 2021),
    ("85318NED", 2022),
    ("85618NED", 2023),
    ("85984NED", 2024),
];

/// A line of the download.
#[derive(Clone, Debug)]
pub struct Region {
    pub code: String,
    pub name: String,
    pub cells: Vec<Option<f64>>,
}

/// A download.
#[derive(Clone, Debug)]
pub struct Download {
    /// Path with ` > `, and unit.
    pub topics: Vec<(String, String)>,
    pub regions: Vec<Region>,
}

impl Download {
    /// Reads a file with name, gemeente, kind, code and a further column before the topics.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a download");
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let cells = |line: &str| -> Vec<String> {
            let cells = line.split(';');
            cells
                .map(|cell| cell.trim_matches('"').trim().to_owned())
                .collect()
        };
        let header = cells(lines.next().expect("a header"));
        let topic = |cell: &String| {
            let (path, unit) = cell.rsplit_once(" (").expect("a unit");
            (
                path.replace('/', " > "),
                unit.trim_end_matches(')').to_owned(),
            )
        };
        let region = |line: &str| {
            let cells = cells(line);
            Region {
                code: cells[3].clone(),
                name: cells[0].clone(),
                cells: cells[5..].iter().map(|cell| cell.parse().ok()).collect(),
            }
        };
        Self {
            topics: header[5..].iter().map(topic).collect(),
            regions: lines.map(region).collect(),
        }
    }

    /// The same with each buurten so many times, under codes of their own.
    #[must_use]
    pub fn times(&self, times: usize) -> Self {
        let of = |region: &Region| -> Vec<Region> {
            if !region.code.starts_with("BU") || times == 1 {
                return vec![region.clone()];
            }
            let copy = |number| Region {
                code: format!("{}{number:02}", region.code),
                ..region.clone()
            };
            (0..times).map(copy).collect()
        };
        Self {
            topics: self.topics.clone(),
            regions: self.regions.iter().flat_map(of).collect(),
        }
    }

    /// The regions in a year: code, and place of the line that its figures come from.
    pub fn in_year(&self, year: i32, merged: &[(&str, &str, i32)]) -> Vec<(String, usize)> {
        let code = |code: &str| {
            let old = merged
                .iter()
                .find(|(new, _, from)| code.get(2..6) == Some(*new) && year < *from);
            old.map_or_else(
                || code.to_owned(),
                |(_, old, _)| format!("{}{old}{}", &code[..2], &code[6..]),
            )
        };
        let regions = self.regions.iter().enumerate();
        regions
            .map(|(place, region)| (code(&region.code), place))
            .collect()
    }

    /// A figure in a year.
    pub fn figure(&self, region: usize, topic: usize, year: i32) -> Option<f64> {
        let value = self.regions[region].cells[topic]?;
        let more = f64::from(year - YEAR) * 5.0;
        Some(if value > 100.0 { value + more } else { value })
    }

    /// The table of a year.
    pub fn table(
        self: &Arc<Self>,
        id: &str,
        year: i32,
        merged: &[(&str, &str, i32)],
    ) -> ServedTable {
        let codes = self.in_year(year, merged);
        let named: Vec<(&str, &str)> = codes
            .iter()
            .map(|(code, place)| (code.as_str(), self.regions[*place].name.as_str()))
            .collect();
        let (data, places) = (Arc::clone(self), codes.iter().map(|(_, place)| *place));
        let places: Vec<usize> = places.collect();
        let cells = move |at: &[usize], topic: usize| {
            let figure = data.figure(places[at[0]], topic, year);
            figure.map_or(Cell::Empty("NotAvailable"), Cell::Value)
        };
        let title = format!("Kerncijfers wijken en buurten {year}");
        let mut table =
            ServedTable::new(id, &title, cells).dim("WijkenEnBuurten", Kind::GeoDetail, &named);
        for (number, (path, unit)) in self.topics.iter().enumerate() {
            let key = format!("Topic{number}_{}", number + 5);
            table = table.topic(&key, &format!("T{number:06}"), path, unit);
        }
        table.map_year = Some(year as u16);
        table.dense = true;
        table
    }
}
