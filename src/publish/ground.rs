//! What the tables of the open data are filled from, with what all of them need looked up once.
//!
//! In: queries, figures and provenance. Out: a [`Ground`]. Cannot fail.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::figures::{Buurten, Figures, Method, Period, Provenance};
use crate::gemeente::{self, RegionId};
use crate::query::{Edition, Indicator, IndicatorId, Queries, Way};
use crate::source::snapshot::Sidecar;

/// The figures of an indicator and period, and how they were made.
pub(super) struct Series<'a> {
    /// Indicator.
    pub id: IndicatorId,
    /// The same, as it is asked.
    pub asked: &'a Indicator,
    /// Place of the period in the indicator's block.
    pub place: usize,
    /// Period.
    pub period: Period,
    /// How they were made.
    pub method: Option<&'a Method>,
    /// What broke since the period before; empty where nothing did.
    pub breaks: String,
}

impl Series<'_> {
    /// The way that makes them.
    pub(super) fn way(&self) -> &Way {
        &self.asked.ways[self.period.way]
    }

    /// The word for the way that makes them.
    pub(super) fn method(&self) -> &'static str {
        self.method.map_or("", |method| method.method)
    }
}

/// A gemeente of the edition.
pub(super) struct Gemeente<'a> {
    /// Region.
    pub region: RegionId,
    /// Code.
    pub code: String,
    /// What it is called and where it lies.
    pub of: &'a gemeente::Gemeente,
}

/// A table that figures come from.
pub(super) struct Release<'a> {
    /// Release folder of the snapshot.
    pub release: &'a str,
    /// What it says of itself.
    pub sidecar: &'a Sidecar,
}

impl Release<'_> {
    /// Where a reader finds it, when that is an address on the web: what comes from data is never run.
    pub(super) fn link(&self) -> Option<&str> {
        let link = self.sidecar.link.as_str();
        link.starts_with("https://").then_some(link)
    }
}

/// What stands where nothing is told of wijken and buurten.
static NO_BUURTEN: OnceLock<Buurten> = OnceLock::new();

/// Everything that the tables are filled from.
pub(super) struct Ground<'a> {
    /// What was asked.
    pub queries: &'a Queries,
    /// The figures.
    pub figures: &'a Figures,
    /// Every indicator and period, by both.
    pub series: Vec<Series<'a>>,
    /// The gemeenten of the edition, in region order.
    pub gemeenten: Vec<Gemeente<'a>>,
    /// The tables that any figure comes from, by table.
    pub releases: BTreeMap<&'a str, Release<'a>>,
    /// Wijken and buurten.
    pub buurten: &'a Buurten,
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        queries: &'a Queries,
        figures: &'a Figures,
        provenance: &'a Provenance,
    ) -> Self {
        let of_indicator = |id: IndicatorId| {
            let periods = figures.block(id).periods().iter().enumerate();
            periods.map(move |(place, &period)| Series {
                id,
                asked: &queries[id],
                place,
                period,
                method: provenance.get(id, period.way, period.year),
                breaks: figures.breaks_before(id, period.year),
            })
        };
        let series: Vec<Series<'_>> = queries.indicator_ids().flat_map(of_indicator).collect();
        let tables = series.iter().filter_map(|series| series.method);
        let tables = tables.flat_map(|method| &method.tables);
        let known: BTreeMap<&str, &str> = figures
            .tidy
            .origins
            .values()
            .map(|origin| (origin.table.as_str(), origin.release.as_str()))
            .collect();
        let releases = tables.filter_map(|table| {
            let sidecar = figures.tidy.sidecars.get(table)?;
            let release = known.get(table.as_str())?;
            Some((table.as_str(), Release { release, sidecar }))
        });
        let releases = releases.collect();
        let list = figures
            .gemeenten
            .regions
            .in_year(figures.edition.boundaries);
        Self {
            queries,
            figures,
            series,
            gemeenten: list
                .map(|(region, of)| Gemeente {
                    region,
                    code: region.to_string(),
                    of,
                })
                .collect(),
            releases,
            buurten: NO_BUURTEN.get_or_init(Buurten::default),
        }
    }

    /// The same with the wijken and buurten, and the tables they come from.
    #[must_use]
    pub(super) fn with_buurten(mut self, buurten: &'a Buurten) -> Self {
        let releases = buurten.releases.iter().map(|(table, of)| {
            let (release, sidecar) = (of.name.as_str(), &of.sidecar);
            (table.as_str(), Release { release, sidecar })
        });
        self.releases.extend(releases);
        self.buurten = buurten;
        self
    }

    pub(super) fn edition(&self) -> &'a Edition {
        &self.figures.edition
    }

    /// The series of an indicator and year.
    pub(super) fn of(&self, id: IndicatorId, year: i32) -> Option<&Series<'a>> {
        let place = self
            .series
            .binary_search_by_key(&(id, year), |series| (series.id, series.period.year));
        place.ok().map(|place| &self.series[place])
    }

    /// The series that the paper uses of an indicator.
    pub(super) fn used(&self, id: IndicatorId) -> Option<&Series<'a>> {
        self.of(id, self.figures.used(id).year?)
    }

    /// Every indicator, with its id.
    pub(super) fn indicators(
        &self,
    ) -> impl Iterator<Item = (IndicatorId, &'a Indicator)> + use<'a> {
        let queries = self.queries;
        queries.indicator_ids().map(move |id| (id, &queries[id]))
    }
}
