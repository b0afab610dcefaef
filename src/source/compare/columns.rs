//! The figures of a release as columns: per topic and year the values of gemeenten and Nederland, or of wijken and buurten.
//!
//! In: a sidecar and its rows. Out: [`Columns`]. Fails in polars only. The peculiarity it exists for: rows of what is no
//! gemeente (landsdelen, provincies) are not compared, nor rows of gemeenten in a release of wijken and buurten.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PolarsResult};

use super::inhabitants;
use crate::base::number::csv_number;
use crate::gemeente::{RegionCode, RegionId, Regions};
use crate::query::amount;
use crate::source::snapshot::{Boundaries, Sidecar, TopicMeta};

/// Values by region, in region order; a region with a row and no value is there too. One piece of memory, because a release
/// has a million cells, and most come in this order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column(Vec<(RegionCode, Option<f64>)>);

impl Column {
    /// Without a region.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a value, in the place of the one that the region had.
    pub fn insert(&mut self, region: RegionCode, value: Option<f64>) {
        if self.0.last().is_none_or(|(last, _)| *last < region) {
            return self.0.push((region, value));
        }
        match self.place(region) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (region, value)),
        }
    }

    /// The value of a region that has a row.
    pub fn get(&self, region: RegionCode) -> Option<&Option<f64>> {
        let place = self.place(region).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// Whether a region has a row.
    pub fn contains_key(&self, region: RegionCode) -> bool {
        self.place(region).is_ok()
    }

    /// Regions with their values, in region order.
    pub fn iter(&self) -> impl Iterator<Item = (&RegionCode, &Option<f64>)> {
        self.0.iter().map(|(region, value)| (region, value))
    }

    /// Regions, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &RegionCode> {
        self.0.iter().map(|(region, _)| region)
    }

    /// Values, in region order.
    pub fn values(&self) -> impl Iterator<Item = &Option<f64>> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Regions that have a row.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no region has a row.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, region: RegionCode) -> Result<usize, usize> {
        self.0.binary_search_by_key(&region, |(known, _)| *known)
    }
}

impl FromIterator<(RegionCode, Option<f64>)> for Column {
    fn from_iter<I: IntoIterator<Item = (RegionCode, Option<f64>)>>(cells: I) -> Self {
        let mut column = Self::new();
        for (region, value) in cells {
            column.insert(region, value);
        }
        column
    }
}

/// The columns of a release.
pub struct Columns<'a> {
    pub sidecar: &'a Sidecar,
    pub regions: Option<&'a Regions>,
    boundaries: Boundaries,
    /// By place of the topic in the sidecar, and year.
    pub of: BTreeMap<(usize, i32), Column>,
}

impl<'a> Columns<'a> {
    pub fn new(
        sidecar: &'a Sidecar,
        frame: &DataFrame,
        regions: Option<&'a Regions>,
    ) -> PolarsResult<Self> {
        let text = |name: &str| PolarsResult::Ok(frame.column(name)?.str()?.clone());
        let (codes, keys) = (text("region")?, text("topic")?);
        let (years, values) = (frame.column("year")?.i32()?, frame.column("value")?.f64()?);
        let places: BTreeMap<&str, usize> = (0..)
            .zip(&sidecar.topics)
            .map(|(place, topic)| (topic.key.as_str(), place))
            .collect();
        let mut of: BTreeMap<(usize, i32), Column> = BTreeMap::new();
        // rows of one column stand together, save where a large table goes on in its next part
        let (mut at, mut column) = ((0, 0), Column::new());
        let (mut last, mut place) = (None, None);
        let is_of_level = |code: &RegionCode| code.is_wijk_or_buurt() == sidecar.is_per_buurt();
        let rows = codes
            .iter()
            .zip(keys.iter())
            .zip(years.iter().zip(values.iter()));
        for ((code, key), (year, value)) in rows {
            if key != last {
                (last, place) = (key, key.and_then(|key| places.get(key)).copied());
            }
            let region = code.and_then(RegionCode::parse).filter(is_of_level);
            if let (Some(region), Some(place), Some(year)) = (region, place, year) {
                if at != (place, year) {
                    of.insert(at, std::mem::take(&mut column));
                    at = (place, year);
                    column = of.remove(&at).unwrap_or_default();
                }
                column.insert(region, value);
            }
        }
        of.insert(at, column);
        of.retain(|_, column| !column.is_empty());
        Ok(Self {
            sidecar,
            regions,
            boundaries: sidecar.boundaries().unwrap_or(Boundaries::Period),
            of,
        })
    }

    pub fn topic(&self, place: usize) -> &TopicMeta {
        &self.sidecar.topics[place]
    }

    /// How large a value is in steps of its last decimal: small ones are equal by chance.
    pub fn steps(&self, place: usize, value: f64) -> f64 {
        value.abs() * 10_f64.powi(self.topic(place).decimals as i32)
    }

    /// The factor of a topic's unit to ones.
    pub fn scale(&self, place: usize) -> f64 {
        amount(&self.topic(place).unit).0
    }

    /// Whether a region belongs in the figures of a year.
    pub fn expects(&self, region: RegionCode, year: i32) -> bool {
        let list = match self.boundaries {
            Boundaries::Period | Boundaries::PeriodOrNext => year,
            Boundaries::Year(list) => list,
        };
        let exists = |regions: &Regions| {
            let gemeente = region.gemeente();
            gemeente.is_some_and(|gemeente| regions.exists(gemeente, list))
        };
        region == RegionCode::NEDERLAND || self.regions.is_none_or(exists)
    }

    /// Hands over every count of all inhabitants of a gemeente on the list of its own year.
    pub fn inhabitants(&self, mut each: impl FnMut(RegionId, i32, f64)) {
        for ((place, year), column) in &self.of {
            let is_own = match self.boundaries {
                Boundaries::Year(list) => list == *year,
                Boundaries::Period | Boundaries::PeriodOrNext => true,
            };
            if !is_own || inhabitants(self.topic(*place)).is_none() {
                continue;
            }
            for (region, value) in column.iter() {
                let value = value.filter(|_| self.expects(*region, *year));
                if let (Some(value), Some(gemeente)) = (value, region.gemeente()) {
                    each(gemeente, *year, value);
                }
            }
        }
    }

    /// A column in a message.
    pub fn label(&self, (place, year): (usize, i32)) -> String {
        let topic = self.topic(place);
        format!("`{}` ({}) {year}", topic.title, topic.unit)
    }

    /// What regions it has, in a message: of one and of several.
    pub fn level(&self) -> [&'static str; 2] {
        if self.sidecar.is_per_buurt() {
            ["wijk or buurt", "wijken and buurten"]
        } else {
            ["gemeente", "gemeenten"]
        }
    }

    /// A region in a message.
    pub fn name(&self, region: RegionCode) -> String {
        let Some((regions, gemeente)) = self.regions.zip(region.gemeente()) else {
            return region.to_string();
        };
        let name = regions.short_name(gemeente, regions.last_year());
        let lies = if region.is_wijk_or_buurt() { "in " } else { "" };
        format!("{region} {lies}{name}")
    }

    /// A region with its figure before and after.
    pub fn example(&self, region: RegionCode, before: f64, after: Option<f64>) -> String {
        let after = after.map_or_else(|| "nothing".to_owned(), csv_number);
        format!(
            "{} from {} to {after}",
            self.name(region),
            csv_number(before)
        )
    }
}

/// The columns of each topic by year.
pub fn by_topic<'c>(columns: &'c Columns<'_>) -> BTreeMap<usize, Vec<(i32, &'c Column)>> {
    let mut topics: BTreeMap<usize, Vec<(i32, &Column)>> = BTreeMap::new();
    for ((place, year), column) in &columns.of {
        topics.entry(*place).or_default().push((*year, column));
    }
    topics
}

/// Regions that have a figure in both.
pub fn pairs<'c>(
    one: &'c Column,
    other: &'c Column,
) -> impl Iterator<Item = (RegionCode, f64, f64)> + 'c {
    // both are in region order: one way through each
    let mut others = other.iter().peekable();
    one.iter().filter_map(move |(region, value)| {
        while others.next_if(|(other, _)| *other < region).is_some() {}
        let (_, other) = others.next_if(|(other, _)| *other == region)?;
        Some((*region, (*value)?, (*other)?))
    })
}
