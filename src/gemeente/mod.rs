//! Gemeenten: which exist in which year, what became of them, who is in which network and group, and where they lie.
//!
//! In: the files of `data/regions/`, `data/networks.csv` and `data/geometry/`, which `import` writes. Out: plain
//! lookup structures, small enough to hold whole. Errors name file and line.

pub mod group;
mod code;
mod crosswalk;
mod geometry;
mod herindeling;
mod network;
mod order;
mod region;
mod stem;

use std::path::Path;

pub use code::RegionCode;
pub use crosswalk::{Crosswalk, CrosswalkRow, SLIVER};
pub use geometry::Geometry;
pub use herindeling::{Herindelingen, Part, Population};
pub use network::{COLUMNS as NETWORK_COLUMNS, Member, MemberList, Networks, NoList};
pub use order::sort_name;
pub use region::{
    Gemeente, NEDERLAND, RegionId, RegionList, Regions, gemeente_in, is_no_gemeente, region_in,
    year_in,
};
pub use stem::file_stem;

use crate::base::failure::Failure;

/// Everything known of gemeenten.
#[derive(Clone, Debug)]
pub struct Gemeenten {
    /// Which exist when.
    pub regions: Regions,
    /// What became of them.
    pub herindelingen: Herindelingen,
    /// Who is in which network.
    pub networks: Networks,
}

impl Gemeenten {
    /// Reads the files of `data/`.
    ///
    /// # Errors
    /// When one is missing or wrong.
    pub fn read(data: &Path) -> Result<Self, Failure> {
        let regions = Regions::read(&data.join("regions/gemeenten.csv"))?;
        let log = data.join("regions/herindelingen.csv");
        let herindelingen = Herindelingen::read(&log)?;
        herindelingen.fits(&log, &regions)?;
        Ok(Self {
            herindelingen,
            networks: Networks::read(&data.join("networks.csv"), &regions)?,
            regions,
        })
    }
}
