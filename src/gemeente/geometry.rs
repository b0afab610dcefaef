//! Borders for maps: rings in RD metres per gemeente, simplified, for maps only and not for measuring.
//!
//! In: `data/geometry/<year>.json`, written by `import`: per gemeente a list of rings, every ring a flat list
//! `[x, y, dx, dy, dx, dy, …]` in units of 10 m, the first point absolute and each next one as a step.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::region::{RegionId, Regions};
use crate::base::csv::{self, Error};

/// Where the Netherlands lie in RD, in metres.
const RD_X: RangeInclusive<f64> = 0.0..=300_000.0;
const RD_Y: RangeInclusive<f64> = 300_000.0..=625_000.0;
const FRAME: &str = "metres in RD (EPSG:28992): x from 0 to 300000, y from 300000 to 625000";

/// One closed ring of points (x, y) in RD metres.
pub type Ring = Vec<(f64, f64)>;

/// The borders of one year's gemeenten.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Geometry {
    /// Years whose lists of gemeenten the borders serve.
    pub valid_for: Vec<i32>,
    /// Where the borders come from.
    pub source: String,
    /// Licence.
    pub license: String,
    /// The file they were read from.
    #[serde(skip)]
    pub path: PathBuf,
    /// Rings per code, as steps of 10 m.
    pub regions: BTreeMap<String, Vec<Vec<i32>>>,
}

impl Geometry {
    /// The borders that serve a year, from the folder `data/geometry/`; `None` when no file does.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(folder: &Path, year: i32) -> Result<Option<Self>, Error> {
        let unreadable = |path: &Path, message: String| Error::Unreadable {
            path: path.to_owned(),
            message,
        };
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .map_err(|error| unreadable(folder, error.to_string()))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        paths.sort();
        // the file name is the year it was made for: a later one may serve too
        for path in paths.iter().rev() {
            let text = std::fs::read_to_string(path)
                .map_err(|error| unreadable(path, error.to_string()))?;
            let geometry: Self =
                serde_json::from_str(&text).map_err(|error| unreadable(path, error.to_string()))?;
            if geometry.valid_for.contains(&year) {
                let path = path.clone();
                return Ok(Some(Self { path, ..geometry }));
            }
        }
        Ok(None)
    }

    /// Tests that every gemeente of a year's list has borders, nothing else has, and all lie where the Netherlands do.
    ///
    /// # Errors
    /// With the file, and the first gemeente or point that is wrong.
    pub fn fits(&self, regions: &Regions, year: i32) -> Result<(), Error> {
        let wrong =
            |message: String, expected: &str| Err(csv::wrong(&self.path, 0, message, expected));
        for code in self.regions.keys() {
            let region = RegionId::parse(code).filter(|region| regions.exists(*region, year));
            let Some(region) = region else {
                let message = format!("`{code}` has borders and is no gemeente in {year}");
                return wrong(message, "codes of the list of gemeenten of that year");
            };
            let name = &regions.short_name(region, year);
            for ring in self.rings(region) {
                if ring.len() < 4 || ring.first() != ring.last() {
                    let message = format!("the borders of `{code}` ({name}) are not closed");
                    return wrong(
                        message,
                        "rings of four points or more, of which the last is the first",
                    );
                }
                if let Some((x, y)) = ring
                    .iter()
                    .find(|(x, y)| !RD_X.contains(x) || !RD_Y.contains(y))
                {
                    let message = format!("the borders of `{code}` ({name}) go to {x}, {y}");
                    return wrong(message, FRAME);
                }
            }
        }
        let has_none = |(region, _): &(RegionId, _)| self.rings(*region).is_empty();
        match regions.in_year(year).find(has_none) {
            None => Ok(()),
            Some((region, gemeente)) => {
                let message = format!("`{region}` ({}) of {year} has no borders", gemeente.name);
                wrong(
                    message,
                    "borders of every gemeente of the years they are for",
                )
            }
        }
    }

    /// The rings of a gemeente in metres.
    pub fn rings(&self, region: RegionId) -> Vec<Ring> {
        self.regions
            .get(&region.to_string())
            .map(|rings| rings.iter().map(|steps| unpack(steps)).collect())
            .unwrap_or_default()
    }

    /// A ring as steps of 10 m.
    pub fn pack(ring: &[(f64, f64)]) -> Vec<i32> {
        let mut last = (0, 0);
        ring.iter()
            .flat_map(|&(x, y)| {
                let point = ((x / 10.0).round() as i32, (y / 10.0).round() as i32);
                // a step that is too long for a number still leads out of the country, which is refused
                let step = [
                    point.0.saturating_sub(last.0),
                    point.1.saturating_sub(last.1),
                ];
                last = point;
                step
            })
            .collect()
    }
}

fn unpack(steps: &[i32]) -> Ring {
    // whatever a file says, a sum of steps ends in numbers
    let mut last = (0.0, 0.0);
    steps
        .chunks_exact(2)
        .map(|step| {
            last = (last.0 + f64::from(step[0]), last.1 + f64::from(step[1]));
            (last.0 * 10.0, last.1 * 10.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_survives_packing() {
        let ring = vec![
            (247_390.0, 589_400.0),
            (247_350.0, 590_380.0),
            (247_390.0, 589_400.0),
        ];
        assert_eq!(unpack(&Geometry::pack(&ring)), ring);
    }

    #[test]
    fn a_ring_beyond_all_numbers_stays_out_of_the_country() {
        for (far, back) in [(1e300, -1e300), (-1e300, 1e300), (1e300, 100_000.0)] {
            let ring = [(far, 400_000.0), (back, 400_000.0), (far, 400_000.0)];
            let ring = unpack(&Geometry::pack(&ring));
            assert!(!RD_X.contains(&ring[0].0), "{ring:?}");
        }
    }
}
