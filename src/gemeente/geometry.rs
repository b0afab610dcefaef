//! Borders for maps: rings in RD metres per gemeente, simplified, for maps only and not for measuring.
//!
//! In: `data/geometry/<year>.json`, written by `import`: per gemeente a list of rings, every ring a flat list
//! `[x, y, dx, dy, dx, dy, …]` in units of 10 m, the first point absolute and each next one as a step.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::region::RegionId;
use crate::base::csv::Error;

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
                return Ok(Some(geometry));
            }
        }
        Ok(None)
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
                let step = [point.0 - last.0, point.1 - last.1];
                last = point;
                step
            })
            .collect()
    }
}

fn unpack(steps: &[i32]) -> Ring {
    let mut last = (0, 0);
    steps
        .chunks_exact(2)
        .map(|step| {
            last = (last.0 + step[0], last.1 + step[1]);
            (f64::from(last.0) * 10.0, f64::from(last.1) * 10.0)
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
}
