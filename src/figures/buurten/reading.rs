//! What is asked of the members, out of the snapshots of wijken and buurten.
//!
//! In: the pieces of a snapshot, and what is wanted of it. Out: per year the regions with the figures of each topic. Fails on
//! a snapshot that is damaged. The peculiarity it answers: a table has eighteen thousand regions, of which some two thousand
//! are kept, and a code is all that tells where a region lies.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use polars::prelude::*;

use super::super::Figures;
use super::super::quotient::Years;
use super::super::tidy::Error;
use super::{Buurt, Release};
use crate::base::failure::Failure;
use crate::base::observation::{Missing, Observation, Status};
use crate::gemeente::{Crosswalk, RegionId, SLIVER};
use crate::query::{Queries, TopicId};
use crate::source::snapshot::{Boundaries, Store};

/// Of each key of a table the years and topics that it is wanted for, with the factor from its unit to ones.
pub(super) type Wanted = BTreeMap<String, Vec<(i32, TopicId, f64)>>;

/// What becomes of a gemeente of another list that has to do with a member.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heir {
    /// A member is the same, or has all of it.
    Member(RegionId),
    /// A member has a part of it.
    Divided,
}

/// What is read on the way.
pub(super) struct Reading<'a> {
    pub(super) queries: &'a Queries,
    pub(super) figures: &'a Figures,
    members: BTreeSet<RegionId>,
    /// By list of gemeenten; a gemeente that is not there has nothing to do with a member.
    heirs: HashMap<i32, HashMap<RegionId, Heir>>,
    pub(super) years: BTreeMap<i32, OfYear>,
}

/// The regions of a year, and the figures of its topics by their number.
#[derive(Default)]
pub(super) struct OfYear {
    regions: Vec<Buurt>,
    numbers: HashMap<Box<str>, usize>,
    topics: BTreeMap<TopicId, Vec<Option<Observation>>>,
    pub(super) divided: BTreeSet<RegionId>,
    pub(super) unknown: BTreeSet<RegionId>,
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
    pub(super) fn in_order(self) -> (Vec<Buurt>, BTreeMap<TopicId, Years>) {
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

impl<'a> Reading<'a> {
    /// Nothing read yet.
    pub(super) fn new(queries: &'a Queries, figures: &'a Figures) -> Self {
        Self {
            queries,
            figures,
            members: figures.groups.subject().regions().collect(),
            heirs: HashMap::new(),
            years: BTreeMap::new(),
        }
    }

    /// Reads what is wanted of a table.
    pub(super) fn table(
        &mut self,
        store: &Store,
        (table, release): (&str, &Release),
        wanted: &Wanted,
    ) -> Result<(), Failure> {
        let boundaries = release.sidecar.boundaries()?;
        let columns = ["region", "year", "topic", "value", "missing", "status"];
        store.read_pieces(table, &release.name, &columns, |_, piece| {
            self.piece(&piece, boundaries, wanted).map_err(Error)?;
            Ok::<(), Failure>(())
        })?;
        let years = release.sidecar.years();
        store.each_region(table, &release.name, |code, name| {
            for year in &years {
                let of_year = self.years.get_mut(year);
                let Some(of_year) = of_year else { continue };
                if let Some(number) = of_year.numbers.get(code) {
                    of_year.regions[*number].name = name.into();
                }
            }
        })?;
        Ok(())
    }

    /// The rows of a piece that are wanted. Words repeat row after row: each is looked up where it changes.
    fn piece(
        &mut self,
        piece: &DataFrame,
        boundaries: Boundaries,
        wanted: &Wanted,
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
            let Some(region) = self.region(code, year, boundaries) else {
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
    fn region(&mut self, code: &str, year: i32, boundaries: Boundaries) -> Option<usize> {
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
            name: Box::default(),
            gemeente,
            member,
        });
        of_year.numbers.insert(code.into(), number);
        Some(number)
    }

    /// Gives regions without a figure that of the topic which the query names.
    pub(super) fn fill(&mut self) {
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
    pub(super) fn left_out(
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

/// What a word means, looked up where the word changes.
struct Cached<'w, T, F> {
    word: Option<&'w str>,
    meaning: Option<T>,
    look_up: F,
}

impl<'w, T: Copy, F: Fn(&str) -> Option<T>> Cached<'w, T, F> {
    const fn new(look_up: F) -> Self {
        Self {
            word: None,
            meaning: None,
            look_up,
        }
    }

    fn get(&mut self, word: Option<&'w str>) -> Option<T> {
        if word != self.word {
            self.word = word;
            self.meaning = word.and_then(&self.look_up);
        }
        self.meaning
    }
}
