//! The list of gemeenten that each topic's figures of a year are on.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use crate::pipeline::Figures;
use crate::snapshot::Boundaries;

/// The list a topic's figures of a year are on.
#[derive(Debug)]
pub(super) enum Lists {
    One(i32),
    PerRegion(BTreeMap<i32, i32>),
}

/// The lists on which figures are; where a table is on two at once, region by region.
pub(super) fn lists(figures: &Figures) -> PolarsResult<BTreeMap<(usize, i32), Lists>> {
    let mut lists = BTreeMap::new();
    for ((topic, year), origin) in &figures.tidy.origins {
        let boundaries = figures
            .tidy
            .sidecars
            .get(&origin.table)
            .and_then(|sidecar| sidecar.boundaries().ok());
        let list = match boundaries {
            Some(Boundaries::Period) => Lists::One(*year),
            Some(Boundaries::Year(list)) => Lists::One(list),
            Some(Boundaries::PeriodOrNext) => Lists::PerRegion(BTreeMap::new()),
            None => continue,
        };
        lists.insert((*topic, *year), list);
    }
    let mixed: BTreeSet<i32> = lists
        .iter()
        .filter(|(_, list)| matches!(list, Lists::PerRegion(_)))
        .map(|((topic, _), _)| *topic as i32)
        .collect();
    if mixed.is_empty() {
        return Ok(lists);
    }
    let frame = &figures.tidy.frame;
    let ints = |name: &str| PolarsResult::Ok(frame.column(name)?.i32()?.rechunk().into_owned());
    let (topics, years, regions, classes) = (
        ints("topic")?,
        ints("year")?,
        ints("region")?,
        ints("class")?,
    );
    for row in 0..frame.height() {
        let Some(topic) = topics.get(row).filter(|topic| mixed.contains(topic)) else {
            continue;
        };
        if let (Some(year), Some(region), Some(class)) =
            (years.get(row), regions.get(row), classes.get(row))
            && let Ok(topic) = usize::try_from(topic)
            && let Some(Lists::PerRegion(of)) = lists.get_mut(&(topic, year))
        {
            of.insert(region, class);
        }
    }
    Ok(lists)
}
