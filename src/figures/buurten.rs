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

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use polars::prelude::*;

use super::Figures;
use super::block::Cell;
use super::indicator::{lone_cell, total_cell};
use super::quotient::{Below, Quotient, TopicSums, Years};
use super::tidy::{Cached, Error, Origin};
use crate::base::failure::Failure;
use crate::base::observation::{Missing, Observation, Status};
use crate::gemeente::{Crosswalk, RegionId, SLIVER};
use crate::query::{Formula, IndicatorId, Level, Queries, Table, TopicId, Way};
use crate::source::snapshot::{Boundaries, Lock, Sidecar, Store};
use crate::source::topics::Asked;

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
            .raw
            .store()
            .filter(|_| !queries.per_buurt.is_empty())
        else {
            return Ok(buurten);
        };
        let lock = store.lock()?;
        let members = figures.groups.subject().regions().collect();
        let mut reading = Reading {
            queries,
            figures,
            members,
            heirs: HashMap::new(),
            years: BTreeMap::new(),
        };
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
                    let held = release.sidecar.topics.iter();
                    let Some(held) = held.filter(|held| keys.contains(&held.key.as_str())).next()
                    else {
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

/// Of each key of a table the years and topics that it is wanted for, with the factor from its unit to ones.
type Wanted = BTreeMap<String, Vec<(i32, TopicId, f64)>>;

/// What becomes of a gemeente of another list that has to do with a member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heir {
    /// A member is the same, or has all of it.
    Member(RegionId),
    /// A member has a part of it.
    Divided,
}

/// What is read on the way.
struct Reading<'a> {
    queries: &'a Queries,
    figures: &'a Figures,
    members: BTreeSet<RegionId>,
    /// By list of gemeenten; a gemeente that is not there has nothing to do with a member.
    heirs: HashMap<i32, HashMap<RegionId, Heir>>,
    years: BTreeMap<i32, OfYear>,
}

/// The regions of a year, and the figures of its topics by their number.
#[derive(Default)]
struct OfYear {
    regions: Vec<Buurt>,
    numbers: HashMap<Box<str>, usize>,
    topics: BTreeMap<TopicId, Vec<Option<Observation>>>,
    divided: BTreeSet<RegionId>,
    unknown: BTreeSet<RegionId>,
}

impl OfYear {
    fn put(&mut self, region: usize, topic: TopicId, observation: Observation) {
        let column = self.topics.entry(topic).or_default();
        if column.len() <= region {
            column.resize(region + 1, None);
        }
        column[region] = Some(observation);
    }

    /// The regions by code, and the topics in the same order.
    fn in_order(self) -> (Vec<Buurt>, BTreeMap<TopicId, Years>) {
        let Self {
            regions, topics, ..
        } = self;
        let mut order: Vec<usize> = (0..regions.len()).collect();
        order.sort_unstable_by(|one, other| regions[*one].code.cmp(&regions[*other].code));
        let year = regions.first().map_or(0, |region| region.year);
        let in_order = |column: &Vec<Option<Observation>>| {
            let cells = order
                .iter()
                .map(|place| column.get(*place).copied().flatten());
            Rc::new(BTreeMap::from([(year, cells.collect())]))
        };
        let topics = topics
            .iter()
            .map(|(topic, column)| (*topic, in_order(column)));
        let topics = topics.collect();
        let mut regions: Vec<Option<Buurt>> = regions.into_iter().map(Some).collect();
        let regions = order.iter().filter_map(|place| regions[*place].take());
        (regions.collect(), topics)
    }
}

impl Reading<'_> {
    /// Reads what is wanted of a table.
    fn table(
        &mut self,
        store: &Store,
        (table, release): (&str, &Release),
        wanted: &Wanted,
    ) -> Result<(), Failure> {
        let names = store.region_names(table, &release.name)?;
        let names: HashMap<String, String> = names.into_iter().collect();
        let boundaries = release.sidecar.boundaries()?;
        let columns = ["region", "year", "topic", "value", "missing", "status"];
        store.read_pieces(table, &release.name, &columns, |_, piece| {
            self.piece(&piece, boundaries, wanted, &names)
                .map_err(Error)?;
            Ok::<(), Failure>(())
        })?;
        Ok(())
    }

    /// The rows of a piece that are wanted. Words repeat row after row: each is looked up where it changes.
    fn piece(
        &mut self,
        piece: &DataFrame,
        boundaries: Boundaries,
        wanted: &Wanted,
        names: &HashMap<String, String>,
    ) -> PolarsResult<()> {
        let text = |name: &str| PolarsResult::Ok(piece.column(name)?.str()?.clone());
        let (keys, regions) = (text("topic")?, text("region")?);
        let (missing, status) = (text("missing")?, text("status")?);
        let years = piece.column("year")?.i32()?;
        let values = piece.column("value")?.f64()?;
        let mut wanted_of = Cached::new(|key: &str| wanted.get(key));
        let mut missing_of = Cached::new(|word: &str| word.parse::<Missing>().ok());
        let mut status_of = Cached::new(|word: &str| word.parse::<Status>().ok());
        let words = keys
            .iter()
            .zip(regions.iter())
            .zip(missing.iter().zip(status.iter()));
        for (((key, code), (missing, status)), (year, value)) in
            words.zip(years.iter().zip(values.iter()))
        {
            let (Some(wanted), Some(code), Some(year)) = (wanted_of.get(key), code, year) else {
                continue;
            };
            let mut topics = wanted.iter().filter(|(of, ..)| *of == year).peekable();
            if topics.peek().is_none() {
                continue;
            }
            let Some(region) = self.region(code, year, boundaries, names) else {
                continue;
            };
            let of_year = self.years.entry(year).or_default();
            for (_, topic, scale) in topics {
                let observation = Observation {
                    value: value.map(|value| value * scale),
                    missing: missing_of.get(missing).unwrap_or(Missing::Unknown),
                    status: status_of.get(status).unwrap_or(Status::Unknown),
                };
                of_year.put(region, *topic, observation);
            }
        }
        Ok(())
    }

    /// The number of a wijk or buurt of a member among those of its year.
    fn region(
        &mut self,
        code: &str,
        year: i32,
        boundaries: Boundaries,
        names: &HashMap<String, String>,
    ) -> Option<usize> {
        let of_year = self.years.entry(year).or_default();
        if let Some(known) = of_year.numbers.get(code) {
            return Some(*known);
        }
        let gemeente = gemeente_of(code)?;
        let list = match boundaries {
            Boundaries::Period | Boundaries::PeriodOrNext => year,
            Boundaries::Year(list) => list,
        };
        let heir = self
            .heirs
            .entry(list)
            .or_insert_with(|| heirs(self.figures, &self.members, list));
        let member = match heir.get(&gemeente) {
            Some(Heir::Member(member)) => *member,
            Some(Heir::Divided) => {
                of_year.divided.insert(gemeente);
                return None;
            }
            None => {
                let regions = &self.figures.gemeenten.regions;
                if !regions.exists(gemeente, list.min(regions.last_year())) {
                    of_year.unknown.insert(gemeente);
                }
                return None;
            }
        };
        let number = of_year.regions.len();
        of_year.regions.push(Buurt {
            code: code.into(),
            year,
            name: names
                .get(code)
                .map(String::as_str)
                .unwrap_or_default()
                .into(),
            gemeente,
            member,
        });
        of_year.numbers.insert(code.into(), number);
        Some(number)
    }

    /// Gives regions without a figure that of the topic which the query names.
    fn fill(&mut self) {
        let queries = self.queries;
        for topic in queries.topics_per_buurt() {
            let Some(from) = queries[topic].fill else {
                continue;
            };
            for of_year in self.years.values_mut() {
                let Some(other) = of_year.topics.get(&from).cloned() else {
                    continue;
                };
                let has_figure = |of: Option<Observation>| of.is_some_and(|of| of.value.is_some());
                for (region, other) in other.into_iter().enumerate() {
                    let own = of_year.topics.get(&topic);
                    let own = own.and_then(|own| own.get(region).copied().flatten());
                    if let Some(other) = other.filter(|_| has_figure(other) && !has_figure(own)) {
                        of_year.put(region, topic, other);
                    }
                }
            }
        }
    }

    /// Gemeenten of which the rows are left out, with the years of those.
    fn left_out(
        &self,
        of: impl Fn(&OfYear) -> &BTreeSet<RegionId>,
    ) -> BTreeMap<RegionId, BTreeSet<i32>> {
        let mut all: BTreeMap<RegionId, BTreeSet<i32>> = BTreeMap::new();
        for (year, of_year) in &self.years {
            for gemeente in of(of_year) {
                all.entry(*gemeente).or_default().insert(*year);
            }
        }
        all
    }
}

/// The gemeente in the code of a wijk or buurt.
fn gemeente_of(code: &str) -> Option<RegionId> {
    let rest = code
        .strip_prefix("WK")
        .or_else(|| code.strip_prefix("BU"))?;
    RegionId::parse(&format!("GM{}", rest.get(..4)?))
}

/// What becomes of each gemeente of a list that has to do with a member.
fn heirs(figures: &Figures, members: &BTreeSet<RegionId>, list: i32) -> HashMap<RegionId, Heir> {
    let gemeenten = &figures.gemeenten;
    let last = gemeenten.regions.last_year();
    let to = figures.edition.boundaries.min(last);
    let crosswalk = Crosswalk::new(
        list.min(last),
        to,
        &gemeenten.herindelingen,
        &gemeenten.regions,
        &figures.population,
    );
    let mut heirs = HashMap::new();
    for row in crosswalk.rows() {
        let (share, heir) = (row.part.inhabitants, row.part.to);
        let goes_on = gemeenten.regions.exists(row.region, to);
        // codes do not tell which buurten a gemeente that goes on gave away: they stay with it
        let is_given = goes_on && heir != row.region;
        if share <= SLIVER || is_given || !members.contains(&heir) {
            continue;
        }
        let is_whole = goes_on || share >= 1.0 - SLIVER;
        let heir = if is_whole && !row.lost {
            Heir::Member(heir)
        } else {
            Heir::Divided
        };
        heirs.insert(row.region, heir);
    }
    heirs
}

/// The topics of a year, by place among its regions.
struct Making {
    year: i32,
    /// Place of its first region among all.
    start: usize,
    size: usize,
    topics: BTreeMap<TopicId, Years>,
}

impl Making {
    /// The figures of a way, by place among the regions of the year; none where no region has one.
    fn way(&self, way: &Way) -> Option<Vec<Cell>> {
        let cells: Vec<Cell> = match way {
            Way::Quotient {
                numerator,
                denominator,
                scale,
                minus,
                ..
            } => {
                let quotient = Quotient {
                    numerator: self.sums(numerator),
                    denominator: self.sums(denominator),
                    fixed_year: None,
                    of_nederland: false,
                    scale: *scale,
                    minus: *minus,
                };
                self.of(&quotient.numerator, |place, above| {
                    let below = Below::of_year(&quotient.denominator, self.year, place);
                    quotient.cell(above, below, None)
                })
            }
            Way::Mean { ratio, weight } => {
                let weights = self.sums(weight);
                self.of(&self.sums(&Formula::from(*ratio)), |place, ratio| {
                    let weight = weights.one(self.year, place).and_then(|of| of.value);
                    let both = ratio.value.zip(weight);
                    Cell {
                        num: both.map(|(ratio, weight)| ratio * weight),
                        den: weight,
                        den_year: weight.map(|_| self.year),
                        ..lone_cell(ratio)
                    }
                })
            }
            Way::Total { total } => self.of(&self.sums(total), |_, sum| total_cell(sum)),
            Way::Distribution { topic } => {
                self.of(&self.sums(&Formula::from(*topic)), |_, one| lone_cell(one))
            }
            Way::SizeClass { .. } => Vec::new(),
        };
        cells
            .iter()
            .any(|cell| cell.value().is_some())
            .then_some(cells)
    }

    fn of(&self, sums: &TopicSums, cell: impl Fn(usize, Observation) -> Cell) -> Vec<Cell> {
        let sums = sums.year(self.year).iter().enumerate();
        sums.map(|(place, sum)| sum.map_or(Cell::ABSENT, |sum| cell(place, sum)))
            .collect()
    }

    fn sums(&self, formula: &Formula) -> Rc<TopicSums> {
        let terms = formula.terms.iter().map(|term| {
            let known = self.topics.get(&term.topic).cloned();
            (known.unwrap_or_default(), term.sign())
        });
        let terms: Vec<(Years, f64)> = terms.collect();
        Rc::new(TopicSums::new(&terms, &[self.year], self.size))
    }
}
