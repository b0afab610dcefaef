//! The figures of a release as columns: per topic and year the values of gemeenten and Nederland.
//!
//! In: a sidecar and its rows. Out: [`Columns`]. Fails in polars only. The peculiarity it exists for: rows of what is no
//! gemeente (landsdelen, neighbourhoods) are not compared.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PolarsResult};

use super::inhabitants;
use crate::base::number::csv_number;
use crate::gemeente::{RegionId, Regions};
use crate::query::amount;
use crate::source::snapshot::{Boundaries, Sidecar, TopicMeta};

/// Values by region, in region order; a region with a row and no value is there too.
pub type Column = BTreeMap<RegionId, Option<f64>>;

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
        let rows = codes
            .iter()
            .zip(keys.iter())
            .zip(years.iter().zip(values.iter()));
        for ((code, key), (year, value)) in rows {
            let region = code.and_then(RegionId::parse);
            let place = key.and_then(|key| places.get(key));
            if let (Some(region), Some(place), Some(year)) = (region, place, year) {
                of.entry((*place, year)).or_default().insert(region, value);
            }
        }
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
    pub fn expects(&self, region: RegionId, year: i32) -> bool {
        let list = match self.boundaries {
            Boundaries::Period | Boundaries::PeriodOrNext => year,
            Boundaries::Year(list) => list,
        };
        let exists = |regions: &Regions| regions.exists(region, list);
        region == RegionId::NEDERLAND || self.regions.is_none_or(exists)
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
            for (region, value) in column {
                if let Some(value) = value.filter(|_| self.expects(*region, *year)) {
                    each(*region, *year, value);
                }
            }
        }
    }

    /// A column in a message.
    pub fn label(&self, (place, year): (usize, i32)) -> String {
        let topic = self.topic(place);
        format!("`{}` ({}) {year}", topic.title, topic.unit)
    }

    /// A region in a message.
    pub fn name(&self, region: RegionId) -> String {
        match self.regions {
            Some(regions) => format!(
                "{region} {}",
                regions.short_name(region, regions.last_year())
            ),
            None => region.to_string(),
        }
    }

    /// A region with its figure before and after.
    pub fn example(&self, region: RegionId, before: f64, after: Option<f64>) -> String {
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
) -> impl Iterator<Item = (RegionId, f64, f64)> + 'c {
    one.iter().filter_map(|(region, value)| {
        let other = other.get(region)?;
        Some((*region, (*value)?, (*other)?))
    })
}
