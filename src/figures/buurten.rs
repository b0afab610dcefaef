//! Wijken and buurten of the members: indicators one level below the gemeente, where the queries say `level = "buurt"`.
//!
//! In: the snapshots of the wijken and buurten of tables, which are kept apart from those of gemeenten. Out: the regions
//! with their names and the member they lie in, and their figures. Fails on a snapshot that is damaged, and where a title
//! fits several topics. CBS peculiarity: wijken and buurten are drawn and numbered anew every year, so a figure is of its
//! year's own regions, is never brought to other boundaries, and is divided by a figure of the same year or by none. Which
//! member one lies in follows from the gemeente in its code: what a gemeente that went on gave away stays with it, and of one
//! that ended and was divided, nobody can tell.
//!
//! Snapshots are read piece by piece and only what is asked of the members is kept, so that memory grows with what is asked
//! and not with the table.

mod making;
mod reading;

use std::collections::{BTreeMap, BTreeSet};

use super::Figures;
use super::block::Cell;
use super::tidy::Origin;
use crate::base::failure::Failure;
use crate::gemeente::RegionId;
use crate::query::{IndicatorId, Level, Queries, Table, TopicId, Way};
use crate::source::snapshot::{Lock, Sidecar, Store};
use crate::source::topics::Asked;
use making::Making;
use reading::{Reading, Wanted};

/// A wijk or buurt of a member, in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buurt {
    /// Code, `WK` or `BU` with that of the gemeente and its number.
    pub code: Box<str>,
    /// Year.
    pub year: i32,
    /// Name as CBS writes it; empty where no list tells.
    pub name: Box<str>,
    /// The gemeente it lay in.
    pub gemeente: RegionId,
    /// The member that this is on the edition's boundaries.
    pub member: RegionId,
}

impl Buurt {
    /// Whether it is a wijk, of which buurten are the parts.
    pub fn is_wijk(&self) -> bool {
        self.code.starts_with("WK")
    }
}

/// A figure of a wijk or buurt.
#[derive(Clone, Debug)]
pub struct BuurtFigure {
    /// Indicator.
    pub indicator: IndicatorId,
    /// Which of its ways makes it: the first that has figures in its year.
    pub way: usize,
    /// Place among the regions.
    pub region: usize,
    /// The figure, with what it is made of.
    pub cell: Cell,
}

/// A release of wijken and buurten in use.
#[derive(Clone, Debug)]
pub struct Release {
    /// Release folder.
    pub name: String,
    /// What it says of itself.
    pub sidecar: Sidecar,
}

/// Wijken and buurten of the members, and their figures.
#[derive(Debug, Default)]
pub struct Buurten {
    /// By year and code.
    pub regions: Vec<Buurt>,
    /// By indicator, year and code.
    pub figures: Vec<BuurtFigure>,
    /// By id of the table.
    pub releases: BTreeMap<String, Release>,
    /// Tables of which the wijken and buurten are asked and no release is held.
    pub lacking: Vec<String>,
    /// Indicators that no wijk or buurt has a figure of.
    pub empty: Vec<IndicatorId>,
    /// Gemeenten that were divided since, a part of which went to a member, with the years of their rows: left out.
    pub divided: BTreeMap<RegionId, BTreeSet<i32>>,
    /// Gemeenten in codes that the list of their year does not have, with the years of their rows: left out.
    pub unknown: BTreeMap<RegionId, BTreeSet<i32>>,
    origins: BTreeMap<(TopicId, i32), Origin>,
}

impl Buurten {
    /// Reads what is asked of the wijken and buurten of the members; nothing where no indicator asks.
    ///
    /// # Errors
    /// When a snapshot is damaged, or a title fits several of its topics.
    pub fn read(queries: &Queries, figures: &Figures) -> Result<Self, Failure> {
        let mut buurten = Self::default();
        let Some(store) = figures
            .tidy
            .store
            .as_ref()
            .filter(|_| !queries.per_buurt.is_empty())
        else {
            return Ok(buurten);
        };
        let lock = store.lock()?;
        let mut reading = Reading::new(queries, figures);
        let wanted = buurten.plan(&reading, store, &lock)?;
        for (table, wanted) in &wanted {
            let release = &buurten.releases[table];
            reading.table(store, (table, release), wanted)?;
        }
        reading.fill();
        buurten.divided = reading.left_out(|year| &year.divided);
        buurten.unknown = reading.left_out(|year| &year.unknown);
        buurten.take(reading);
        Ok(buurten)
    }

    /// The topics of an indicator's way in a year, as tables with their releases.
    pub fn tables(&self, way: &Way, year: i32) -> BTreeSet<&str> {
        let origins = way
            .topics()
            .filter_map(|topic| self.origins.get(&(topic, year)));
        origins.map(|origin| origin.table.as_str()).collect()
    }

    /// Where each topic of each year comes from: of two sources for one year the first that the query names.
    fn plan(
        &mut self,
        reading: &Reading<'_>,
        store: &Store,
        lock: &Lock,
    ) -> Result<BTreeMap<String, Wanted>, Failure> {
        let (queries, edition) = (reading.queries, &reading.figures.edition);
        for table in queries.per_buurt.values() {
            let Some(name) = lock.release(&edition.id, &table.id) else {
                self.lacking.push(table.id.clone());
                continue;
            };
            let sidecar = store.sidecar(&table.id, name)?;
            let name = name.to_owned();
            self.releases
                .insert(table.id.clone(), Release { name, sidecar });
        }
        let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
        for topic in queries.topics_per_buurt() {
            let of = &queries[topic];
            for source in &of.sources {
                let asked = Asked { topic, of, source };
                for table in queries
                    .tables_of(source)
                    .filter_map(|table| of_buurten(queries, table))
                {
                    let Some(release) = self.releases.get(&table.id) else {
                        continue;
                    };
                    let keys = asked.keys(&release.sidecar.topics)?;
                    let mut held = release.sidecar.topics.iter();
                    let Some(held) = held.find(|held| keys.contains(&held.key.as_str())) else {
                        continue;
                    };
                    let is_asked =
                        |year: &i32| source.years.contains(*year) && *year <= edition.until;
                    for year in release.sidecar.years().into_iter().filter(is_asked) {
                        if self.origins.contains_key(&(topic, year)) {
                            continue;
                        }
                        let origin = Origin {
                            table: table.id.clone(),
                            release: release.name.clone(),
                            keys: vec![held.key.clone()],
                        };
                        self.origins.insert((topic, year), origin);
                        let of_table = wanted.entry(table.id.clone()).or_default();
                        let of_key = of_table.entry(held.key.clone()).or_default();
                        of_key.push((year, topic, of.scale_from(&held.unit)));
                    }
                }
            }
        }
        Ok(wanted)
    }

    /// Takes the regions in order, and makes the figures of every indicator.
    fn take(&mut self, reading: Reading<'_>) {
        let queries = reading.queries;
        let mut years = BTreeMap::new();
        for (year, of_year) in reading.years {
            let start = self.regions.len();
            let (regions, topics) = of_year.in_order();
            let size = regions.len();
            self.regions.extend(regions);
            years.insert(
                year,
                Making {
                    year,
                    start,
                    size,
                    topics,
                },
            );
        }
        for id in queries.indicator_ids() {
            let indicator = &queries[id];
            if indicator.level != Level::Buurt {
                continue;
            }
            let before = self.figures.len();
            for making in years
                .values()
                .filter(|of| indicator.years.contains(of.year))
            {
                let mut ways = indicator.ways.iter().enumerate();
                let made = ways.find_map(|(place, way)| Some((place, making.way(way)?)));
                let Some((way, cells)) = made else { continue };
                let figures = (making.start..)
                    .zip(cells)
                    .map(|(region, cell)| BuurtFigure {
                        indicator: id,
                        way,
                        region,
                        cell,
                    });
                self.figures.extend(figures);
            }
            if self.figures.len() == before {
                self.empty.push(id);
            }
        }
    }
}

/// The wijken and buurten of a table, where it has any that are asked.
fn of_buurten<'q>(queries: &'q Queries, table: &Table) -> Option<&'q Table> {
    let mut tables = queries.per_buurt.values();
    tables.find(|of| of.at_cbs() == table.id)
}
