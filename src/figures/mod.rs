//! The figures: from what came in to what is compared.
//!
//! `tidy` puts every asked observation under its topic, `boundaries` brings it to the edition's gemeenten, `indicator`
//! makes blocks of figures, `compare` holds groups and gemeenten against each other, `period` picks the year that the
//! paper uses, `provenance` says how a figure came about.
//!
//! Polars reads the tables; from there on the figures are small and dense, and plain functions over typed blocks read
//! like the rules of the statistics. Measured against lazy polars plans over the same data (`benches/stages.rs` keeps the
//! stages apart), they take a quarter of the time and give the same bytes for any number of threads.

pub mod block;
pub mod boundaries;
mod breaks;
pub mod buurten;
pub mod compare;
mod earlier;
pub mod indicator;
pub mod members;
pub mod period;
pub mod provenance;
mod quotient;
mod rank;
mod size_class;
mod spread;
pub mod standing;
pub mod tidy;
pub mod types;

pub use block::{Block, Cell, Period};
pub use buurten::{Buurt, BuurtFigure, Buurten};
pub use compare::{Compared, Comparing, GroupFigure, Withheld};
pub use period::{PassedOver, Used};
pub use provenance::{Method, Provenance};
pub use rank::printed;
pub use spread::Spread;
pub use standing::{Position, Standings};
pub use tidy::{Lacking, Origin, Overlap, Row, Tidy, Twice, Unfound};
pub use types::Types;

use std::path::Path;
use std::sync::Arc;

use crate::base::clock::Clock;
use crate::base::failure::Failure;
use crate::base::hands::in_parts;
use crate::gemeente::group::{Group, GroupId, Groups};
use crate::gemeente::{Gemeenten, NoList, Population, RegionId};
use crate::query::{Break, Edition, IndicatorId, Queries, Series};
use crate::source::snapshot::Store;
use indicator::Indicators;

/// What figures are of: the queries, in an edition, of the gemeenten there are.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// What is asked.
    pub queries: &'a Queries,
    /// For which edition.
    pub edition: &'a Edition,
    /// Gemeenten, herindelingen and networks.
    pub gemeenten: &'a Gemeenten,
}

/// All figures of an edition.
#[derive(Debug)]
pub struct Figures {
    /// The edition.
    pub edition: Edition,
    /// Gemeenten, herindelingen and networks.
    pub gemeenten: Arc<Gemeenten>,
    /// The tidy figures.
    pub tidy: Arc<Tidy>,
    /// Inhabitants on 1 January by year and gemeente, on each year's own list.
    pub population: Arc<Population>,
    /// Groups.
    pub groups: Groups,
    /// Types of gemeenten, and which are alike.
    pub types: Types,
    indicators: Arc<Indicators>,
    compared: Vec<Compared>,
    used: Vec<Used>,
    breaks: Vec<Vec<Break>>,
}

impl Figures {
    /// Computes all figures of an edition from the snapshots in `data/`.
    ///
    /// # Errors
    /// Whatever a stage reports.
    pub fn compute(
        data: &Path,
        queries: &Queries,
        edition: &Edition,
        clock: &mut Clock,
    ) -> Result<Self, Failure> {
        let gemeenten = Gemeenten::read(data)?;
        Self::compute_with(data, gemeenten, queries, edition, clock)
    }

    /// The same with gemeenten, herindelingen and lists of members from elsewhere.
    ///
    /// # Errors
    /// Whatever a stage reports.
    pub fn compute_with(
        data: &Path,
        gemeenten: Gemeenten,
        queries: &Queries,
        edition: &Edition,
        clock: &mut Clock,
    ) -> Result<Self, Failure> {
        edition.fits(&queries.groups, &gemeenten)?;
        let store = Store::new(data);
        let lock = store.lock()?;
        let scope = Scope {
            queries,
            edition,
            gemeenten: &gemeenten,
        };
        clock.lap("regions");
        let tidy = tidy::read(scope, &store, &lock)?;
        let population = indicator::population(queries, &tidy);
        clock.lap("tidy");
        let indicators = indicator::compute(scope, &tidy, &population);
        clock.lap("indicators");
        let mut figures = Self {
            edition: edition.clone(),
            groups: groups(queries, edition, &gemeenten, &population)?,
            gemeenten: Arc::new(gemeenten),
            tidy: Arc::new(tidy),
            population: Arc::new(population),
            types: Types::default(),
            indicators: Arc::new(indicators),
            compared: Vec::new(),
            used: Vec::new(),
            breaks: Vec::new(),
        };
        figures.fill(queries);
        clock.lap("compare");
        figures.types = types::types(queries.types.as_ref(), &figures);
        clock.lap("types");
        Ok(figures)
    }

    /// Another edition of the same releases and herindelingen, with lists of members that may be others: what does not
    /// depend on boundaries or the last period is shared. No types are made, and where things come from is as here.
    ///
    /// # Errors
    /// When the edition names a list of gemeenten or members that is not there.
    pub fn of_edition(
        &self,
        queries: &Queries,
        edition: &Edition,
        gemeenten: &Arc<Gemeenten>,
    ) -> Result<Self, Failure> {
        edition.fits(&queries.groups, gemeenten)?;
        let is_same =
            (edition.boundaries, edition.until) == (self.edition.boundaries, self.edition.until);
        let indicators = if is_same {
            Arc::clone(&self.indicators)
        } else {
            let scope = Scope {
                queries,
                edition,
                gemeenten,
            };
            Arc::new(indicator::compute(scope, &self.tidy, &self.population))
        };
        let mut figures = Self {
            edition: edition.clone(),
            groups: groups(queries, edition, gemeenten, &self.population)?,
            gemeenten: Arc::clone(gemeenten),
            tidy: Arc::clone(&self.tidy),
            population: Arc::clone(&self.population),
            types: Types::default(),
            indicators,
            compared: Vec::new(),
            used: Vec::new(),
            breaks: Vec::new(),
        };
        figures.fill(queries);
        Ok(figures)
    }

    /// What follows from blocks and groups.
    fn fill(&mut self, queries: &Queries) {
        let blocks = queries.indicators.iter().zip(&self.indicators.blocks);
        self.breaks = blocks
            .map(|(indicator, block)| breaks::breaks(indicator, block))
            .collect();
        self.compared = self.compare(queries);
        let all = queries.indicators.iter().zip(&self.compared);
        self.used = all
            .map(|(indicator, compared)| period::used(indicator, compared, &self.groups))
            .collect();
    }

    /// Groups of all indicators, held against each other.
    pub fn compare(&self, queries: &Queries) -> Vec<Compared> {
        let ids: Vec<IndicatorId> = queries.indicator_ids().collect();
        in_parts(
            ids.len(),
            || (),
            |(), place| self.comparing(queries, ids[place]).compare(),
        )
    }

    /// What comparing an indicator needs.
    pub fn comparing<'a>(&'a self, queries: &'a Queries, indicator: IndicatorId) -> Comparing<'a> {
        Comparing {
            indicator: &queries[indicator],
            block: self.block(indicator),
            groups: &self.groups,
            inhabitants: &self.indicators.inhabitants,
        }
    }

    /// All figures of an indicator.
    pub fn block(&self, indicator: IndicatorId) -> &Block {
        &self.indicators.blocks[indicator.place()]
    }

    /// The groups of an indicator, compared.
    pub fn compared(&self, indicator: IndicatorId) -> &Compared {
        &self.compared[indicator.place()]
    }

    /// The period the paper uses of an indicator.
    pub fn used(&self, indicator: IndicatorId) -> &Used {
        &self.used[indicator.place()]
    }

    /// What the earlier years of each indicator are chosen from, by its place among all.
    pub fn series(&self) -> Vec<Series> {
        let all = self.used.iter().zip(&self.breaks);
        all.map(|(used, breaks)| {
            let years = used.before.iter().chain(&used.year).copied();
            let goes_on = |year: &i32| {
                let breaks = used.year.map(|used| breaks::between(breaks, *year, used));
                breaks.is_some_and(<[Break]>::is_empty)
            };
            Series {
                years: years.filter(goes_on).collect(),
                base: self.edition.base,
            }
        })
        .collect()
    }

    /// The breaks of an indicator between two years, in whichever order, by year: nothing is compared across one.
    pub fn breaks_between(&self, indicator: IndicatorId, one: i32, other: i32) -> &[Break] {
        breaks::between(&self.breaks[indicator.place()], one, other)
    }

    /// The breaks since the period before, in words; none in a period that continues it.
    pub fn breaks_before(&self, indicator: IndicatorId, year: i32) -> String {
        let periods = self.block(indicator).periods().iter();
        let before = periods
            .map(|period| period.year)
            .take_while(|of| *of < year);
        let breaks = before.last().map_or(&[][..], |before| {
            self.breaks_between(indicator, before, year)
        });
        let mut reasons: Vec<&str> = breaks.iter().map(|of| of.why.as_str()).collect();
        reasons.dedup();
        reasons.join("; ")
    }

    /// A group's figures of an indicator and year.
    pub fn group(&self, indicator: IndicatorId, group: GroupId, year: i32) -> Option<&GroupFigure> {
        self.compared(indicator).get(group, year)
    }

    /// A gemeente's figure of an indicator and year.
    pub fn cell(&self, indicator: IndicatorId, region: RegionId, year: i32) -> Option<&Cell> {
        self.block(indicator).cell(region, year)
    }

    /// The cells of a group's members in a year, in region order.
    pub fn members(
        &self,
        indicator: IndicatorId,
        group: &Group,
        year: i32,
    ) -> impl Iterator<Item = (RegionId, &Cell)> {
        let cells = group
            .regions()
            .map(move |region| (region, self.cell(indicator, region, year)));
        cells.filter_map(|(region, cell)| Some((region, cell?)))
    }

    /// The member with the lowest or highest value; the first in region order where several share it.
    pub fn extreme(
        &self,
        indicator: IndicatorId,
        group: &Group,
        year: i32,
        highest: bool,
    ) -> Option<RegionId> {
        let valued = self
            .members(indicator, group, year)
            .filter_map(|(region, cell)| Some((cell.value()?, region)));
        let better = |a: &(f64, RegionId), b: &(f64, RegionId)| {
            let order = a.0.total_cmp(&b.0);
            (if highest { order.reverse() } else { order }).then(a.1.cmp(&b.1))
        };
        valued.min_by(better).map(|(_, region)| region)
    }

    /// Where every region stands in a period of an indicator, by the period's place in its block.
    pub fn standings(&self, queries: &Queries, indicator: IndicatorId, period: usize) -> Standings {
        let comparing = self.comparing(queries, indicator);
        standing::standings(comparing, self.compared(indicator), period)
    }

    /// The name of a region as the paper prints it.
    pub fn name(&self, region: RegionId) -> String {
        let regions = &self.gemeenten.regions;
        regions.short_name(region, self.edition.boundaries)
    }
}

fn groups(
    queries: &Queries,
    edition: &Edition,
    gemeenten: &Gemeenten,
    population: &Population,
) -> Result<Groups, NoList> {
    let (names, plan, boundaries) = (&queries.groups, &edition.groups, edition.boundaries);
    Groups::new(names, plan, boundaries, gemeenten, population)
}
