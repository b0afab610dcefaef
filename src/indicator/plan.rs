//! The plan: queries turned into small frames that polars joins with, so that no row is visited by hand.
//!
//! Formulas get a number; every use of a topic says whether its figures add up; every ratio knows which year its weight
//! comes from (the latest that has all terms, not after its own) and on which list.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::query::{Edition, Formula, Queries, Way};
use crate::tidy::{ROOM, Tidy, packed};

/// Queries as numbers and pairs.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    queries: &'a Queries,
    formulas: Vec<Formula>,
    /// Lists (classes) on which a topic of a year is.
    classes: BTreeMap<(i32, i32), BTreeSet<i32>>,
    boundaries: i32,
    weights: Vec<Weight>,
    /// The formula that counts inhabitants.
    pub inhabitants: i32,
}

/// The weight of a ratio of one year and list.
#[derive(Debug)]
struct Weight {
    formula: usize,
    topic: i32,
    sign: f64,
    year: i32,
    class: i32,
    source_year: i32,
}

impl<'a> Plan<'a> {
    pub(super) fn new(queries: &'a Queries, tidy: &Tidy, edition: &Edition) -> PolarsResult<Self> {
        let people = Formula {
            terms: vec![crate::query::Term {
                topic: "inwoners".to_owned(),
                negative: false,
            }],
            fixed_year: None,
        };
        let mut formulas = vec![people];
        for way in queries
            .indicators
            .iter()
            .flat_map(|indicator| &indicator.ways)
        {
            let used: Vec<&Formula> = match way {
                Way::Quotient {
                    numerator,
                    denominator,
                    ..
                } => vec![numerator, denominator],
                Way::Mean { weight, .. } => vec![weight],
                Way::Total { total } => vec![total],
                Way::Distribution { .. } | Way::SizeClass { .. } => Vec::new(),
            };
            for formula in used.into_iter().map(unfixed) {
                if !formulas.contains(&formula) {
                    formulas.push(formula);
                }
            }
        }
        let mut plan = Self {
            queries,
            formulas,
            classes: classes(tidy, edition.until)?,
            boundaries: edition.boundaries,
            weights: Vec::new(),
            inhabitants: 0,
        };
        plan.weights = plan.weight_rows();
        Ok(plan)
    }

    fn number(&self, formula: &Formula) -> i32 {
        let formula = unfixed(formula);
        self.formulas
            .iter()
            .position(|known| *known == formula)
            .map_or(-1, |position| position as i32)
    }

    fn topic(&self, id: &str) -> i32 {
        self.queries
            .topic_index(id)
            .map_or(-1, |topic| topic as i32)
    }

    /// The number of the topic that no table holds.
    pub(super) fn gemeenten(&self) -> i32 {
        self.queries.topics.len() as i32
    }

    fn ways(&self) -> impl Iterator<Item = (i32, i32, &'a Way)> {
        self.queries
            .indicators
            .iter()
            .enumerate()
            .flat_map(|(indicator, asked)| {
                asked
                    .ways
                    .iter()
                    .enumerate()
                    .map(move |(way, asked)| (indicator as i32, way as i32, asked))
            })
    }

    /// Every pair of lists between which figures go.
    pub(super) fn pairs(&self) -> BTreeSet<(i32, i32)> {
        let to_edition = self
            .classes
            .values()
            .flatten()
            .map(|class| (*class, self.boundaries));
        let weights = self.weights.iter().flat_map(|weight| {
            let from = self
                .classes
                .get(&(weight.topic, weight.source_year))
                .cloned()
                .unwrap_or_default();
            from.into_iter().map(move |from| (from, weight.class))
        });
        to_edition.chain(weights).collect()
    }

    /// topic, additive, by_dwellings: topics that formulas and distributions use.
    pub(super) fn uses(&self) -> PolarsResult<DataFrame> {
        let mut used: BTreeMap<i32, (bool, bool)> = BTreeMap::new();
        let about = |id: &str| {
            let topic = self.queries.topics.iter().find(|topic| topic.id == id);
            topic.map_or((true, false), |topic| (topic.additive, topic.by_dwellings))
        };
        for term in self.formulas.iter().flat_map(|formula| &formula.terms) {
            used.insert(self.topic(&term.topic), about(&term.topic));
        }
        for (_, _, way) in self.ways() {
            if let Way::Distribution { topic } = way {
                used.insert(self.topic(topic), (false, false));
            }
        }
        df![
            "topic" => used.keys().copied().collect::<Vec<_>>(),
            "additive" => used.values().map(|(additive, _)| *additive).collect::<Vec<_>>(),
            "by_dwellings" => used.values().map(|(_, dwellings)| *dwellings).collect::<Vec<_>>(),
        ]
    }

    /// formula, topic, term, sign, terms: those of one term, or those of several.
    pub(super) fn formulas(&self, several: bool) -> PolarsResult<DataFrame> {
        let rows: Vec<(i32, i32, i32, f64, u32)> = self
            .formulas
            .iter()
            .enumerate()
            .filter(|(_, formula)| (formula.terms.len() > 1) == several)
            .flat_map(|(number, formula)| {
                formula.terms.iter().enumerate().map(move |(place, term)| {
                    let terms = u32::try_from(formula.terms.len()).unwrap_or(u32::MAX);
                    (
                        number as i32,
                        self.topic(&term.topic),
                        place as i32,
                        if term.negative { -1.0 } else { 1.0 },
                        terms,
                    )
                })
            })
            .collect();
        df![
            "formula" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "topic" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "term" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            "sign" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
            "terms" => rows.iter().map(|row| row.4).collect::<Vec<_>>(),
        ]
    }

    /// indicator, way, numerator, denominator, fixed_year, of_nederland, scale, minus.
    pub(super) fn quotients(&self) -> PolarsResult<DataFrame> {
        let mut rows = Vec::new();
        for (indicator, way, asked) in self.ways() {
            if let Way::Quotient {
                numerator,
                denominator,
                of_nederland,
                scale,
                minus,
            } = asked
            {
                let formulas = (self.number(numerator), self.number(denominator));
                rows.push((
                    indicator,
                    way,
                    formulas,
                    denominator.fixed_year,
                    *of_nederland,
                    *scale,
                    *minus,
                ));
            }
        }
        df![
            "indicator" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "way" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "numerator" => rows.iter().map(|row| row.2.0).collect::<Vec<_>>(),
            "denominator" => rows.iter().map(|row| row.2.1).collect::<Vec<_>>(),
            "fixed_year" => rows.iter().map(|row| row.3).collect::<Vec<Option<i32>>>(),
            "of_nederland" => rows.iter().map(|row| row.4).collect::<Vec<_>>(),
            "scale" => rows.iter().map(|row| row.5).collect::<Vec<_>>(),
            "minus" => rows.iter().map(|row| row.6).collect::<Vec<_>>(),
        ]
    }

    /// Formulas that are a denominator somewhere, ascending; of those of Nederland only, or all.
    pub(super) fn denominators(&self, only_of_nederland: bool) -> Vec<i32> {
        let used: BTreeSet<i32> = self
            .ways()
            .filter_map(|(_, _, way)| match way {
                Way::Quotient {
                    denominator,
                    of_nederland,
                    ..
                } if *of_nederland || !only_of_nederland => Some(self.number(denominator)),
                _ => None,
            })
            .collect();
        used.into_iter().collect()
    }

    /// indicator, way, formula.
    pub(super) fn totals(&self) -> PolarsResult<DataFrame> {
        self.three("formula", |way| match way {
            Way::Total { total } => Some(self.number(total)),
            _ => None,
        })
    }

    /// indicator, way, topic.
    pub(super) fn distributions(&self) -> PolarsResult<DataFrame> {
        self.three("topic", |way| match way {
            Way::Distribution { topic } => Some(self.topic(topic)),
            _ => None,
        })
    }

    fn three(&self, name: &str, pick: impl Fn(&Way) -> Option<i32>) -> PolarsResult<DataFrame> {
        let rows: Vec<_> = self
            .ways()
            .filter_map(|(indicator, way, asked)| Some((indicator, way, pick(asked)?)))
            .collect();
        df![
            "indicator" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "way" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            name => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        ]
    }

    /// mean (the row's number), indicator, way, topic, formula, by_dwellings: ratios and their weights.
    pub(super) fn means(&self) -> PolarsResult<DataFrame> {
        let mut rows = Vec::new();
        for (indicator, way, asked) in self.ways() {
            if let Way::Mean { ratio, weight } = asked {
                let by_dwellings = weight
                    .terms
                    .iter()
                    .any(|term| self.by_dwellings(self.topic(&term.topic)));
                rows.push((
                    indicator,
                    way,
                    self.topic(ratio),
                    self.number(weight),
                    by_dwellings,
                ));
            }
        }
        df![
            "mean" => (0..rows.len() as i32).collect::<Vec<_>>(),
            "indicator" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "way" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "topic" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            "formula" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
            "by_dwellings" => rows.iter().map(|row| row.4).collect::<Vec<_>>(),
        ]
    }

    fn by_dwellings(&self, topic: i32) -> bool {
        usize::try_from(topic)
            .ok()
            .and_then(|topic| self.queries.topics.get(topic))
            .is_some_and(|t| t.by_dwellings)
    }

    /// weight (the row's number), formula, source (topic and year in one), sign, year, of_class, by_dwellings: the
    /// weights that the ratios of a year need.
    pub(super) fn weights(&self) -> PolarsResult<DataFrame> {
        let rows = &self.weights;
        let source = |row: &Weight| i64::from(row.topic) * ROOM + i64::from(row.source_year);
        df![
            "weight" => (0..rows.len() as i32).collect::<Vec<_>>(),
            "formula" => rows.iter().map(|row| row.formula as i32).collect::<Vec<_>>(),
            "source" => rows.iter().map(source).collect::<Vec<_>>(),
            "sign" => rows.iter().map(|row| row.sign).collect::<Vec<_>>(),
            "year" => rows.iter().map(|row| row.year).collect::<Vec<_>>(),
            "of_class" => rows.iter().map(|row| row.class).collect::<Vec<_>>(),
            "by_dwellings" => rows.iter().map(|row| self.by_dwellings(row.topic)).collect::<Vec<_>>(),
        ]
    }

    /// formula_year (both in one), den_year: the year a weight comes from.
    pub(super) fn weight_years(&self) -> PolarsResult<DataFrame> {
        let years: BTreeMap<(i32, i32), i32> = self
            .weights
            .iter()
            .map(|row| ((row.formula as i32, row.year), row.source_year))
            .collect();
        let both = |key: &(i32, i32)| i64::from(key.0) * ROOM + i64::from(key.1);
        df![
            "formula_year" => years.keys().map(both).collect::<Vec<_>>(),
            "den_year" => years.values().copied().collect::<Vec<_>>(),
        ]
    }

    fn weight_rows(&self) -> Vec<Weight> {
        let mut wanted: BTreeSet<(usize, i32, i32)> = BTreeSet::new();
        for (_, _, way) in self.ways() {
            let Way::Mean { ratio, weight } = way else {
                continue;
            };
            let topic = self.topic(ratio);
            let Ok(formula) = usize::try_from(self.number(weight)) else {
                continue;
            };
            for (&(_, year), classes) in self.classes.range((topic, i32::MIN)..=(topic, i32::MAX)) {
                wanted.extend(classes.iter().map(|class| (formula, year, *class)));
            }
        }
        let mut rows = Vec::new();
        for (formula, year, class) in wanted {
            let terms = &self.formulas[formula].terms;
            let topics: Vec<i32> = terms.iter().map(|term| self.topic(&term.topic)).collect();
            let Some(source_year) = self.latest_year(&topics, year) else {
                continue;
            };
            rows.extend(terms.iter().map(|term| Weight {
                formula,
                topic: self.topic(&term.topic),
                sign: if term.negative { -1.0 } else { 1.0 },
                year,
                class,
                source_year,
            }));
        }
        rows
    }

    /// The latest year, not after `year`, in which all these topics have figures.
    fn latest_year(&self, topics: &[i32], year: i32) -> Option<i32> {
        (year - 30..=year).rev().find(|year| {
            topics
                .iter()
                .all(|topic| self.classes.contains_key(&(*topic, *year)))
        })
    }
}

fn unfixed(formula: &Formula) -> Formula {
    Formula {
        terms: formula.terms.clone(),
        fixed_year: None,
    }
}

/// The lists on which each topic of each year has figures.
fn classes(tidy: &Tidy, until: i32) -> PolarsResult<BTreeMap<(i32, i32), BTreeSet<i32>>> {
    let has_figures = col("value")
        .is_not_null()
        .and(col("class").is_not_null())
        .and(col("year").lt_eq(lit(until)));
    let frame = tidy
        .frame
        .clone()
        .lazy()
        .filter(has_figures)
        .select([packed(&["topic", "year", "class"]).alias("all")])
        .unique(None, UniqueKeepStrategy::Any)
        .collect()?;
    let mut classes: BTreeMap<(i32, i32), BTreeSet<i32>> = BTreeMap::new();
    for all in frame.column("all")?.i64()?.iter().flatten() {
        let [topic, year, class] =
            [all / ROOM / ROOM, all / ROOM % ROOM, all % ROOM].map(|number| number as i32);
        classes.entry((topic, year)).or_default().insert(class);
    }
    Ok(classes)
}
