//! How a figure came about: method, weight and releases, per indicator, way and year.

use std::collections::{BTreeMap, BTreeSet};

use super::earlier::latest_with;
use super::tidy::{Origin, Tidy};
use crate::query::{Formula, IndicatorId, Queries, TopicId, Way};

/// How the value of an indicator and year is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// `sum`, `ratio-of-sums`, `share-of-national`, `weighted-mean`, `distribution-only` or `size-class`.
    pub method: &'static str,
    /// Denominator or weight; empty where there is none.
    pub weight: String,
    /// The year that it comes from.
    pub weight_year: Option<i32>,
    /// Tables with their releases, joined with ` + `.
    pub release: String,
    /// Tables.
    pub tables: Vec<String>,
}

impl Method {
    /// Denominator or weight of a figure of a year, with the year it comes from where that is an earlier one.
    pub fn weight_in(&self, year: i32) -> String {
        match self.weight_year.filter(|of| *of != year) {
            Some(earlier) => format!("{} ({earlier})", self.weight),
            None => self.weight.clone(),
        }
    }
}

/// Methods by indicator, way and year.
#[derive(Debug)]
pub struct Provenance {
    methods: BTreeMap<(IndicatorId, usize, i32), Method>,
}

impl Provenance {
    /// Looks up, for every way and year, where its topics come from.
    pub fn new(queries: &Queries, tidy: &Tidy) -> Self {
        let mut methods = BTreeMap::new();
        let years: BTreeSet<i32> = tidy.origins.keys().map(|(_, year)| *year).collect();
        for indicator in queries.indicator_ids() {
            for (way, asked) in queries[indicator].ways.iter().enumerate() {
                for &year in &years {
                    let looking = Looking {
                        queries,
                        tidy,
                        year,
                    };
                    if let Some(method) = looking.method(asked) {
                        methods.insert((indicator, way, year), method);
                    }
                }
            }
        }
        Self { methods }
    }

    /// The method of a way in a year.
    pub fn get(&self, indicator: IndicatorId, way: usize, year: i32) -> Option<&Method> {
        self.methods.get(&(indicator, way, year))
    }
}

/// Looks up what goes into the figures of one year.
struct Looking<'a> {
    queries: &'a Queries,
    tidy: &'a Tidy,
    year: i32,
}

type Origins<'a> = Vec<&'a Origin>;

impl<'a> Looking<'a> {
    fn method(&self, way: &Way) -> Option<Method> {
        let (method, (weight, weight_year), origins) = match way {
            Way::Quotient {
                numerator,
                denominator,
                of_nederland,
                ..
            } => {
                let mut origins = self.exactly(numerator)?;
                let (found, of_denominator) = self.latest(denominator)?;
                origins.extend(of_denominator);
                let method = if *of_nederland {
                    "share-of-national"
                } else {
                    "ratio-of-sums"
                };
                (method, self.weight(denominator, found), origins)
            }
            Way::Mean { ratio, weight } => {
                let mut origins = self.exactly(&Formula::from(*ratio))?;
                let found = self.latest(weight);
                let text = found.as_ref().map(|(found, _)| self.weight(weight, *found));
                origins.extend(found.into_iter().flat_map(|(_, origins)| origins));
                ("weighted-mean", text.unwrap_or_default(), origins)
            }
            Way::Total { total } => ("sum", (String::new(), None), self.exactly(total)?),
            Way::Distribution { topic } => {
                let origins = self.exactly(&Formula::from(*topic))?;
                ("distribution-only", (String::new(), None), origins)
            }
            Way::SizeClass { topic, .. } => {
                let origins = self.exactly(&Formula::from(*topic))?;
                let weight = (self.queries[*topic].id.clone(), None);
                ("size-class", weight, origins)
            }
        };
        let releases: BTreeSet<(&str, &str)> = origins
            .iter()
            .map(|origin| (origin.table.as_str(), origin.release.as_str()))
            .collect();
        let named: Vec<String> = releases
            .iter()
            .map(|(table, release)| format!("{table}@{release}"))
            .collect();
        let tables: BTreeSet<&str> = releases.iter().map(|(table, _)| *table).collect();
        Some(Method {
            method,
            weight,
            weight_year,
            release: named.join(" + "),
            tables: tables.into_iter().map(str::to_owned).collect(),
        })
    }

    /// Where a formula's topics come from, in the latest year that has them all.
    fn latest(&self, formula: &Formula) -> Option<(i32, Origins<'a>)> {
        let topics = || formula.terms.iter().map(|term| term.topic);
        let origin = |topic, year| self.tidy.origins.get(&(topic, year));
        let has_all = |year: i32| {
            topics().all(|topic| topic == self.queries.gemeenten || origin(topic, year).is_some())
        };
        let found = latest_with(formula.fixed_year.unwrap_or(self.year), has_all)?;
        let filled = |topic: TopicId| {
            let is_filled = self.tidy.filled.contains_key(&(topic, found));
            self.queries[topic].fill.filter(|_| is_filled)
        };
        let of_topic = |topic| [Some(topic), filled(topic)].into_iter().flatten();
        let origins = topics().flat_map(of_topic);
        let origins = origins.filter_map(|topic| origin(topic, found));
        Some((found, origins.collect()))
    }

    /// The same, of the year itself only.
    fn exactly(&self, formula: &Formula) -> Option<Origins<'a>> {
        let (found, origins) = self.latest(formula)?;
        (found == self.year).then_some(origins)
    }

    fn weight(&self, formula: &Formula, found: i32) -> (String, Option<i32>) {
        let name = formula.written_without_year(|topic| &self.queries[topic].id);
        (name, Some(found))
    }
}
