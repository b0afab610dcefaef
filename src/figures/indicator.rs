//! Indicators per region: every way of every indicator, on the edition's boundaries, for every year there are figures.
//!
//! In: the tidy figures. Out: a [`Block`] per indicator, with numerator, denominator or weight, and value or kind of
//! missing. A denominator or weight that is missing comes from the latest earlier year, brought to the same boundaries.
//! Per year the first way that has figures counts, because CBS changes counts into percentages and back.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::Scope;
use super::block::{Block, Cell, Period};
use super::boundaries::{Brought, Crosswalks};
use super::earlier::latest_with;
use super::quotient::{Below, Quotient, TopicSums, Years};
use super::size_class::SizeClassSums;
use super::tidy::Tidy;
use crate::base::hands::in_parts;
use crate::base::observation::{Missing, Observation, Status};
use crate::base::sum::Sum;
use crate::gemeente::{Population, RegionId, RegionList};
use crate::query::{Formula, Queries, Term, TopicId, Way};

/// Figures of all indicators, and the inhabitants that they were divided by.
#[derive(Debug)]
pub struct Indicators {
    /// By [`crate::query::IndicatorId`].
    pub blocks: Vec<Block>,
    /// Inhabitants by year and place of the region, of that year or the latest earlier one.
    pub inhabitants: BTreeMap<i32, Vec<Option<f64>>>,
}

/// Inhabitants on 1 January per year and gemeente, as they were published.
pub fn population(queries: &Queries, tidy: &Tidy) -> Population {
    tidy.years(queries.inhabitants)
        .flat_map(|(year, rows)| {
            rows.iter()
                .filter_map(move |row| Some(((year, row.region), row.observation.value?)))
        })
        .collect()
}

/// Computes all indicators.
pub fn compute(scope: Scope<'_>, tidy: &Tidy, population: &Population) -> Indicators {
    let boundaries = scope.edition.boundaries;
    let pairs = pairs(scope, tidy);
    let first = tidy.origins.keys().map(|(_, year)| *year).min();
    let until = scope.edition.until;
    let regions = Arc::new(RegionList::of_year(&scope.gemeenten.regions, boundaries));
    let crosswalks = Crosswalks::new(&pairs, scope.gemeenten, population);
    let ready = || Making {
        queries: scope.queries,
        tidy,
        to: boundaries,
        regions: Arc::clone(&regions),
        years: (first.unwrap_or(until)..=until).collect(),
        crosswalks: &crosswalks,
        topics: RefCell::default(),
        divided: RefCell::default(),
        sums: RefCell::default(),
    };
    let indicators = &scope.queries.indicators;
    Indicators {
        blocks: in_parts(indicators.len(), ready, |making, place| {
            making.block(&indicators[place])
        }),
        inhabitants: ready().inhabitants(),
    }
}

/// Every pair of lists between which figures go: all to the edition's, and weights to those of their ratios.
fn pairs(scope: Scope<'_>, tidy: &Tidy) -> BTreeSet<(i32, i32)> {
    let queries = scope.queries;
    let mut pairs = BTreeSet::new();
    for topic in queries.topic_ids() {
        for (year, _) in tidy.years(topic) {
            let to = scope.edition.boundaries;
            let lists = tidy.lists(topic, year).iter();
            pairs.extend(lists.map(|from| (*from, to)));
        }
    }
    for way in queries.indicators.iter().flat_map(|asked| &asked.ways) {
        let Way::Mean { ratio, weight } = way else {
            continue;
        };
        for (year, _) in tidy.years(*ratio) {
            let Some(den_year) = weight_year(tidy, weight, year) else {
                continue;
            };
            for to in tidy.lists(*ratio, year) {
                for term in &weight.terms {
                    let from = tidy.lists(term.topic, den_year).iter();
                    pairs.extend(from.map(|from| (*from, *to)));
                }
            }
        }
    }
    pairs
}

/// The year that the weight of a ratio comes from: the latest in which all of its topics have figures.
pub fn weight_year(tidy: &Tidy, weight: &Formula, year: i32) -> Option<i32> {
    let has_figures = |topic: TopicId, year: i32| {
        let rows = tidy.rows(topic, year);
        rows.iter().any(|row| row.observation.value.is_some())
    };
    let has_all = |year: i32| {
        weight
            .terms
            .iter()
            .all(|term| has_figures(term.topic, year))
    };
    latest_with(year, has_all)
}

/// How the figures of a topic go to other boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Moving {
    AddingUp,
    Unchanged,
}

/// Which places rest on the division of a gemeente.
type Divided = Rc<Vec<bool>>;

/// What a hand needs to compute indicators of an edition.
struct Making<'a> {
    queries: &'a Queries,
    tidy: &'a Tidy,
    /// The edition's list of gemeenten.
    to: i32,
    regions: Arc<RegionList>,
    years: Vec<i32>,
    crosswalks: &'a Crosswalks,
    /// Topics on the edition's boundaries, brought there when first asked for.
    topics: RefCell<BTreeMap<(TopicId, Moving), Years>>,
    /// Which places of them rest on the division of a gemeente, looked up when first asked for.
    divided: RefCell<BTreeMap<(TopicId, i32), Divided>>,
    /// Sums of them, made when first asked for: nearly every indicator is per inhabitant.
    sums: RefCell<BTreeMap<Vec<Term>, Rc<TopicSums>>>,
}

impl Making<'_> {
    fn block(&self, indicator: &crate::query::Indicator) -> Block {
        let mut made: BTreeMap<i32, (usize, Vec<Option<Cell>>)> = BTreeMap::new();
        for (place, way) in indicator.ways.iter().enumerate() {
            let years = self
                .years
                .iter()
                .filter(|year| indicator.years.contains(**year) && !made.contains_key(year));
            let cells = self.way(way, &years.copied().collect::<Vec<_>>());
            let with_figures = cells
                .into_iter()
                .filter(|(_, cells)| cells.iter().flatten().any(|cell| cell.value().is_some()));
            made.extend(with_figures.map(|(year, cells)| (year, (place, cells))));
        }
        let mut block = Block::new(Arc::clone(&self.regions), made.len());
        for (year, (place, cells)) in made {
            let way = &indicator.ways[place];
            let estimated = self.estimated(way, year, &cells);
            let cells = cells.into_iter().zip(estimated);
            let cells = cells.map(|(cell, estimated)| {
                let cell = cell.unwrap_or(Cell::ABSENT);
                let estimated = estimated && cell.value().is_some();
                Cell { estimated, ..cell }
            });
            let of_size = self.of_size(way, year);
            let period = Period {
                year,
                way: place,
                of_size: of_size.map(|sums| (sums.within, sums.of)),
            };
            block.push(period, cells);
        }
        block
    }

    /// Which figures rest on the division of a gemeente: of what stands above the line in its year, or of what stands
    /// below it in the year that is of.
    fn estimated(&self, way: &Way, year: i32, cells: &[Option<Cell>]) -> Vec<bool> {
        let mut estimated = vec![false; cells.len()];
        let mut mark = |topic: TopicId, year: i32, only: Option<i32>| {
            let divided = self.divided(topic, year);
            for ((mark, divided), cell) in estimated.iter_mut().zip(divided.iter()).zip(cells) {
                let den_year = cell.and_then(|cell| cell.den_year);
                *mark |= *divided && only.is_none_or(|only| den_year == Some(only));
            }
        };
        let added_up = |sum: &Formula| -> Vec<TopicId> {
            let topics = sum.terms.iter().map(|term| term.topic);
            topics
                .filter(|topic| self.queries[*topic].additive)
                .collect()
        };
        let (above, below) = match way {
            Way::Quotient {
                numerator,
                denominator,
                of_nederland,
                ..
            } => {
                let below = added_up(denominator);
                let below = if *of_nederland { Vec::new() } else { below };
                (added_up(numerator), below)
            }
            Way::Total { total } => (added_up(total), Vec::new()),
            Way::Mean { ratio, .. } => (vec![*ratio], Vec::new()),
            Way::Distribution { .. } | Way::SizeClass { .. } => (Vec::new(), Vec::new()),
        };
        for topic in above {
            mark(topic, year, None);
        }
        let den_years = cells
            .iter()
            .filter_map(|cell| cell.and_then(|cell| cell.den_year));
        for den_year in den_years.collect::<BTreeSet<i32>>() {
            for topic in &below {
                mark(*topic, den_year, Some(den_year));
            }
        }
        estimated
    }

    /// Which places rest on the division of a gemeente in a topic and year.
    fn divided(&self, topic: TopicId, year: i32) -> Divided {
        if let Some(known) = self.divided.borrow().get(&(topic, year)) {
            return Rc::clone(known);
        }
        let rows = self.tidy.rows(topic, year);
        let divided = Rc::new(self.crosswalks.divided(rows, self.to));
        let mut known = self.divided.borrow_mut();
        known.insert((topic, year), Rc::clone(&divided));
        divided
    }

    /// The cells of a way in some years, by place of the region.
    fn way(&self, way: &Way, years: &[i32]) -> Vec<(i32, Vec<Option<Cell>>)> {
        let of_year: Box<dyn Fn(i32) -> Vec<Option<Cell>> + '_> = match way {
            Way::Quotient {
                numerator,
                denominator,
                of_nederland,
                scale,
                minus,
            } => {
                let quotient = Quotient {
                    numerator: self.sums(numerator),
                    denominator: self.sums(denominator),
                    fixed_year: denominator.fixed_year,
                    of_nederland: *of_nederland,
                    scale: *scale,
                    minus: *minus,
                };
                Box::new(move |year| self.quotient(&quotient, year))
            }
            Way::Mean { ratio, weight } => Box::new(|year| self.mean(*ratio, weight, year)),
            Way::Total { total } => {
                let sums = self.sums(total);
                Box::new(move |year| {
                    let cells = sums.year(year).iter();
                    cells.map(|sum| sum.map(total_cell)).collect()
                })
            }
            Way::Distribution { topic } => {
                let topic = self.topic(*topic, Moving::Unchanged);
                Box::new(move |year| {
                    let rows = topic.get(&year).into_iter().flatten();
                    rows.map(|row| row.map(lone_cell)).collect()
                })
            }
            Way::SizeClass { scale, .. } => Box::new(|year| self.size_class(way, *scale, year)),
        };
        years.iter().map(|year| (*year, of_year(*year))).collect()
    }

    /// A topic on the edition's boundaries, year by year.
    fn topic(&self, topic: TopicId, moving: Moving) -> Years {
        if let Some(known) = self.topics.borrow().get(&(topic, moving)) {
            return Rc::clone(known);
        }
        let by_dwellings = self.queries[topic].by_dwellings;
        let brought = if topic == self.queries.gemeenten {
            self.years
                .iter()
                .map(|year| (*year, self.one_per_gemeente()))
                .collect()
        } else {
            let years = self.tidy.years(topic);
            let years = years.filter(|(year, _)| self.years.last() >= Some(year));
            years
                .map(|(year, rows)| {
                    let brought = match moving {
                        Moving::AddingUp => self.crosswalks.add_up(rows, self.to, by_dwellings),
                        Moving::Unchanged => self.crosswalks.keep_unchanged(rows, self.to),
                    };
                    (year, brought)
                })
                .collect()
        };
        let brought = Rc::new(brought);
        let mut topics = self.topics.borrow_mut();
        topics.insert((topic, moving), Rc::clone(&brought));
        brought
    }

    fn one_per_gemeente(&self) -> Brought {
        let one = Observation {
            value: Some(1.0),
            missing: Missing::None,
            status: Status::Final,
        };
        let of = |region: &RegionId| (*region != RegionId::NEDERLAND).then_some(one);
        self.regions.ids().iter().map(of).collect()
    }

    fn sums(&self, formula: &Formula) -> Rc<TopicSums> {
        if let Some(known) = self.sums.borrow().get(&formula.terms) {
            return Rc::clone(known);
        }
        let terms = formula.terms.iter().map(|term| {
            let moving = if self.queries[term.topic].additive {
                Moving::AddingUp
            } else {
                Moving::Unchanged
            };
            (self.topic(term.topic, moving), term.sign())
        });
        let terms: Vec<(Years, f64)> = terms.collect();
        let sums = Rc::new(TopicSums::new(&terms, &self.years, self.regions.len()));
        let mut known = self.sums.borrow_mut();
        known.insert(formula.terms.clone(), Rc::clone(&sums));
        sums
    }

    fn quotient(&self, quotient: &Quotient, year: i32) -> Vec<Option<Cell>> {
        let base = quotient.fixed_year.unwrap_or(year);
        let national = quotient
            .of_nederland
            .then(|| self.national(&quotient.denominator, year));
        let numerators = quotient.numerator.year(year);
        // a change from something of the same year is none from an earlier one
        let is_of_year = quotient.minus != 0.0 && quotient.fixed_year.is_none();
        let cells = numerators.iter().enumerate().map(|(place, numerator)| {
            let below = if is_of_year {
                Below::of_year(&quotient.denominator, year, place)
            } else {
                self.with_earlier(&quotient.denominator, base, place)
            };
            Some(quotient.cell((*numerator)?, below, national))
        });
        cells.collect()
    }

    /// A denominator of a year, or of the latest earlier year where that has none.
    fn with_earlier(&self, sums: &TopicSums, year: i32, place: usize) -> Below {
        if !self.years.contains(&year) {
            return Below::default();
        }
        let of = |year: i32| sums.one(year, place);
        // nearly all have one of the year itself
        let own = Below::of_year(sums, year, place);
        if own.value.is_some() {
            return own;
        }
        let found = latest_with(year, |year| of(year).is_some_and(|sum| sum.value.is_some()));
        // a gemeente that has lost its figures keeps the reason why
        let known = latest_with(year, |year| of(year).is_some());
        Below {
            value: found.and_then(|year| of(year)?.value),
            year: found,
            missing: known.and_then(of).map(|sum| sum.missing),
            status: of(year).map(|sum| sum.status),
        }
    }

    /// What Nederland has of a denominator: as published, or else the sum.
    fn national(&self, sums: &TopicSums, year: i32) -> f64 {
        let values =
            (0..self.regions.len()).map(|place| self.with_earlier(sums, year, place).value);
        let values = self.regions.ids().iter().zip(values);
        let published = values
            .clone()
            .find(|(region, _)| **region == RegionId::NEDERLAND)
            .and_then(|(_, value)| value);
        published.unwrap_or_else(|| {
            let gemeenten = values.filter(|(region, _)| **region != RegionId::NEDERLAND);
            gemeenten
                .filter_map(|(_, value)| value)
                .collect::<Sum>()
                .total()
        })
    }

    /// A published ratio, with its weight on the list that it is on, brought to the edition's.
    fn mean(&self, ratio: TopicId, weight: &Formula, year: i32) -> Vec<Option<Cell>> {
        let rows = self.tidy.rows(ratio, year);
        let den_year = weight_year(self.tidy, weight, year);
        let by_dwellings = weight
            .terms
            .iter()
            .any(|term| self.queries[term.topic].by_dwellings);
        let lists = self.tidy.lists(ratio, year).iter();
        let weights: BTreeMap<i32, Vec<Option<f64>>> = lists
            .filter_map(|list| Some((*list, self.weights(weight, den_year?, *list))))
            .collect();
        let weight_of = |place: usize| {
            let row = rows[place];
            let list = self.crosswalks.list(row.list)?;
            *weights.get(&row.list)?.get(list.place(row.region)?)?
        };
        let averaged = self
            .crosswalks
            .average(rows, weight_of, self.to, by_dwellings);
        let cells = averaged.into_iter().zip(self.regions.ids());
        cells
            .map(|(averaged, region)| {
                let averaged = averaged?;
                Some(Cell {
                    // what was published for Nederland stands; its weight plays no part
                    num: averaged.num.filter(|_| *region != RegionId::NEDERLAND),
                    den: averaged.den,
                    den_year,
                    estimated: false,
                    observation: averaged.observation,
                })
            })
            .collect()
    }

    /// Weights of a year on a list, by place in it; a term that is missing makes the weight missing.
    fn weights(&self, formula: &Formula, year: i32, list: i32) -> Vec<Option<f64>> {
        let mut weights: Option<Vec<Option<f64>>> = None;
        for term in &formula.terms {
            let rows = self.tidy.rows(term.topic, year);
            let by_dwellings = self.queries[term.topic].by_dwellings;
            let brought = self.crosswalks.add_up(rows, list, by_dwellings);
            let term = brought
                .into_iter()
                .map(|of| of?.value.map(|value| value * term.sign()));
            weights = Some(match weights {
                None => term.collect(),
                Some(sums) => {
                    let both = sums.into_iter().zip(term);
                    both.map(|(sum, term)| Some(sum? + term?)).collect()
                }
            });
        }
        weights.unwrap_or_default()
    }

    /// The share of the national total that lives in gemeenten of a size.
    fn size_class(&self, way: &Way, scale: f64, year: i32) -> Vec<Option<Cell>> {
        let Some(sums) = self.of_size(way, year) else {
            return Vec::new();
        };
        let cell = sums.cell(year, scale);
        let of = |region: &RegionId| (*region == RegionId::NEDERLAND).then_some(cell);
        self.regions.ids().iter().map(of).collect()
    }

    /// Who lives in gemeenten of the size that a way asks for, on the year's own list or on the edition's.
    fn of_size(&self, way: &Way, year: i32) -> Option<SizeClassSums> {
        let Way::SizeClass {
            topic,
            from,
            to,
            on_edition,
            ..
        } = way
        else {
            return None;
        };
        if *on_edition {
            let brought = self.topic(*topic, Moving::AddingUp);
            let regions = self.regions.ids().iter().zip(brought.get(&year)?);
            let rows = regions.filter_map(|(region, of)| Some((*region, (*of)?)));
            return SizeClassSums::of(rows, (*from, *to));
        }
        let rows = self.tidy.rows(*topic, year).iter();
        SizeClassSums::of(rows.map(|row| (row.region, row.observation)), (*from, *to))
    }

    /// Inhabitants per year and place, of that year or the latest earlier one.
    fn inhabitants(&self) -> BTreeMap<i32, Vec<Option<f64>>> {
        let sums = self.sums(&Formula::from(self.queries.inhabitants));
        let of = |year: i32| {
            let places = 0..self.regions.len();
            let of_place = |place| self.with_earlier(&sums, year, place).value;
            (year, places.map(of_place).collect())
        };
        self.years.iter().copied().map(of).collect()
    }
}

/// The cell of a figure that stands alone.
pub(super) fn lone_cell(observation: Observation) -> Cell {
    Cell {
        observation,
        ..Cell::ABSENT
    }
}

/// The cell of a plain sum.
pub(super) fn total_cell(sum: Observation) -> Cell {
    Cell {
        num: sum.value,
        ..lone_cell(sum)
    }
}
