//! How a figure came about: method, weight and releases, per indicator, way and year.

use std::collections::{BTreeMap, BTreeSet};

use crate::pipeline::Figures;
use crate::query::{Formula, Queries, Way};
use crate::tidy::Origin;

/// How the value of an indicator and year is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// `sum`, `ratio-of-sums`, `share-of-national`, `weighted-mean`, `distribution-only` or `size-class`.
    pub method: &'static str,
    /// Denominator or weight, with the year it comes from where that is an earlier one.
    pub weight: String,
    /// Tables with their releases, joined with ` + `.
    pub release: String,
    /// Tables.
    pub tables: Vec<String>,
}

/// Methods by indicator, way and year.
#[derive(Debug)]
pub struct Provenance {
    methods: BTreeMap<(usize, usize, i32), Method>,
}

impl Provenance {
    /// Looks up, for every way and year, where its topics come from.
    pub fn new(queries: &Queries, figures: &Figures) -> Self {
        let mut methods = BTreeMap::new();
        let years: BTreeSet<i32> = figures.tidy.origins.keys().map(|(_, year)| *year).collect();
        for (position, indicator) in queries.indicators.iter().enumerate() {
            for (way, asked) in indicator.ways.iter().enumerate() {
                for &year in &years {
                    if let Some(method) = method(queries, figures, asked, year) {
                        methods.insert((position, way, year), method);
                    }
                }
            }
        }
        Self { methods }
    }

    /// All methods, by indicator, way and year.
    pub fn all(&self) -> impl Iterator<Item = ((usize, usize, i32), &Method)> {
        self.methods.iter().map(|(key, method)| (*key, method))
    }

    /// The method of a way in a year.
    pub fn get(&self, indicator: usize, way: usize, year: i32) -> Option<&Method> {
        self.methods.get(&(indicator, way, year))
    }
}

fn method(queries: &Queries, figures: &Figures, way: &Way, year: i32) -> Option<Method> {
    let lookup = |formula: &Formula, year: i32| -> Option<(i32, Vec<&Origin>)> {
        let topics: Vec<usize> = formula
            .terms
            .iter()
            .filter_map(|term| queries.topic_index(&term.topic))
            .collect();
        let year = formula.fixed_year.unwrap_or(year);
        let has_all = |year: i32| {
            topics.iter().all(|&topic| {
                topic == queries.topics.len() || figures.tidy.origins.contains_key(&(topic, year))
            })
        };
        let found = (year - 30..=year).rev().find(|year| has_all(*year))?;
        Some((
            found,
            topics
                .iter()
                .filter_map(|&topic| figures.tidy.origins.get(&(topic, found)))
                .collect(),
        ))
    };
    let one = |topic: &String| Formula {
        terms: vec![crate::query::Term {
            topic: topic.clone(),
            negative: false,
        }],
        fixed_year: None,
    };
    let exactly = |formula: &Formula| lookup(formula, year).filter(|(found, _)| *found == year);
    let weight_text = |formula: &Formula, found: i32| {
        let name = Formula {
            fixed_year: None,
            ..formula.clone()
        }
        .to_string();
        if found == year {
            name
        } else {
            format!("{name} ({found})")
        }
    };
    let (method, weight, origins) = match way {
        Way::Quotient {
            numerator,
            denominator,
            of_nederland,
            ..
        } => {
            let (_, mut origins) = exactly(numerator)?;
            let (found, of_denominator) = lookup(denominator, year)?;
            origins.extend(of_denominator);
            let method = if *of_nederland {
                "share-of-national"
            } else {
                "ratio-of-sums"
            };
            (method, weight_text(denominator, found), origins)
        }
        Way::Mean { ratio, weight } => {
            let (_, mut origins) = exactly(&one(ratio))?;
            let found = lookup(weight, year);
            let text = found
                .as_ref()
                .map(|(found, _)| weight_text(weight, *found))
                .unwrap_or_default();
            origins.extend(found.into_iter().flat_map(|(_, origins)| origins));
            ("weighted-mean", text, origins)
        }
        Way::Total { total } => ("sum", String::new(), exactly(total)?.1),
        Way::Distribution { topic } => {
            ("distribution-only", String::new(), exactly(&one(topic))?.1)
        }
        Way::SizeClass { topic, .. } => ("size-class", topic.clone(), exactly(&one(topic))?.1),
    };
    let releases: BTreeSet<(&str, &str)> = origins
        .iter()
        .map(|origin| (origin.table.as_str(), origin.release.as_str()))
        .collect();
    Some(Method {
        method,
        weight,
        release: releases
            .iter()
            .map(|(table, release)| format!("{table}@{release}"))
            .collect::<Vec<_>>()
            .join(" + "),
        tables: releases
            .iter()
            .map(|(table, _)| (*table).to_owned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    })
}
