//! Where gemeenten have their page, and who leads there.
//!
//! In: the figures of an edition. Out: a page for each gemeente that exists on its boundaries, and for each that ended before
//! them the one that it goes on in. Nothing fails. The peculiarity it answers: names have signs that paths may not have, and
//! two gemeenten may have one name.

use std::collections::BTreeMap;

use crate::figures::Figures;
use crate::gemeente::{RegionId, file_stem, sort_name};

/// The folder of the pages of gemeenten.
pub const GEMEENTEN: &str = "gemeenten";

/// A gemeente with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Code.
    pub region: RegionId,
    /// Name as printed.
    pub name: String,
    /// Its page within the site.
    pub path: String,
}

/// All pages of gemeenten.
#[derive(Debug)]
pub struct Places {
    /// Gemeenten of the edition, by name.
    pub gemeenten: Vec<Place>,
    /// Names of gemeenten that were, and the codes of those that they go on in, by name.
    pub earlier: Vec<(String, RegionId)>,
    by_region: BTreeMap<RegionId, usize>,
}

impl Places {
    /// The pages of an edition.
    pub fn new(figures: &Figures) -> Self {
        let (regions, year) = (&figures.gemeenten.regions, figures.edition.boundaries);
        let mut gemeenten: Vec<Place> = regions
            .in_year(year)
            .map(|(region, _)| {
                let name = figures.name(region);
                Place {
                    path: format!("{GEMEENTEN}/{}.html", file_stem(region, &name)),
                    region,
                    name,
                }
            })
            .collect();
        gemeenten.sort_by_key(|of| sort_name(&of.name));
        let all = gemeenten.iter().enumerate();
        let by_region = all.map(|(place, of)| (of.region, place)).collect();
        let ended = regions.all().iter().filter(|(_, of)| of.to < year);
        let herindelingen = &figures.gemeenten.herindelingen;
        let mut earlier: Vec<(String, RegionId)> = ended
            .map(|(region, of)| {
                let now = herindelingen.successor(*region, of.to, year);
                (of.bare_name().to_owned(), now)
            })
            .collect();
        earlier.sort_by_key(|(name, region)| (sort_name(name), *region));
        earlier.dedup();
        let places = Self {
            gemeenten,
            earlier,
            by_region,
        };
        // who still has its name is found by it
        let known = |name: &str, region| places.of(region).is_some_and(|of| of.name != name);
        let earlier = places.earlier.iter();
        let earlier = earlier.filter(|(name, region)| known(name, *region));
        Self {
            earlier: earlier.cloned().collect(),
            ..places
        }
    }

    /// The page of a gemeente.
    pub fn of(&self, region: RegionId) -> Option<&Place> {
        let place = self.by_region.get(&region)?;
        self.gemeenten.get(*place)
    }
}
