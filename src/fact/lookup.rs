//! Finding one value among the compared figures.
//!
//! The frames are sorted, so a gemeente's cell is found by halving; the few thousand group rows are kept in a map.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::compare::{GroupId, Withheld};
use crate::gemeente::region_code;
use crate::gemeente::region_number;
use crate::observation::Missing;
use crate::pipeline::Figures;
use crate::tidy::{missing_of, status_of};

/// A group's figures of one indicator and year.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)] // columns of `vergelijking.csv`, by name
pub struct GroupRow {
    pub year: i32,
    pub way: usize,
    pub value: Option<f64>,
    pub n: i32,
    pub members: i32,
    pub coverage: Option<f64>,
    pub min: Option<f64>,
    pub q1: Option<f64>,
    pub median: Option<f64>,
    pub q3: Option<f64>,
    pub max: Option<f64>,
    pub mean: Option<f64>,
    pub rank: Option<i32>,
    pub withheld: Withheld,
    pub provisional: bool,
    pub own: bool,
}

/// A gemeente's figure of one indicator and year.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// Value.
    pub value: Option<f64>,
    /// Why there is none.
    pub missing: Missing,
    /// Whether it is provisional.
    pub provisional: bool,
}

/// Values by indicator, group or gemeente, and year.
#[derive(Debug)]
pub struct Lookup {
    groups: BTreeMap<(usize, GroupId, i32), GroupRow>,
    keys: Vec<(i32, i32, i32)>,
    values: Vec<Option<f64>>,
    missing: Vec<i32>,
    status: Vec<i32>,
}

impl Lookup {
    /// Indexes the comparison.
    ///
    /// # Errors
    /// When a frame lacks a column.
    pub fn new(figures: &Figures) -> PolarsResult<Self> {
        let frame = &figures.comparison.gemeenten;
        let ints = |name: &str| frame.column(name).and_then(|column| column.i32().cloned());
        let (indicators, regions, years) = (ints("indicator")?, ints("region")?, ints("year")?);
        let keys = indicators.iter().zip(regions.iter()).zip(years.iter());
        let plain = |column: Int32Chunked| column.iter().map(Option::unwrap_or_default).collect();
        Ok(Self {
            groups: groups(&figures.comparison.groups)?,
            keys: keys
                .map(|((i, r), y)| {
                    (
                        i.unwrap_or_default(),
                        r.unwrap_or_default(),
                        y.unwrap_or_default(),
                    )
                })
                .collect(),
            values: frame.column("value")?.f64()?.iter().collect(),
            missing: plain(ints("missing")?),
            status: plain(ints("status")?),
        })
    }

    /// A group's figures.
    pub fn group(&self, indicator: usize, group: GroupId, year: i32) -> Option<&GroupRow> {
        self.groups.get(&(indicator, group, year))
    }

    /// Years for which a group has a row, ascending.
    pub fn years(&self, indicator: usize, group: GroupId) -> Vec<i32> {
        let range = (indicator, group, i32::MIN)..=(indicator, group, i32::MAX);
        self.groups
            .range(range)
            .map(|((_, _, year), _)| *year)
            .collect()
    }

    /// A gemeente's figure.
    pub fn gemeente(&self, indicator: usize, code: &str, year: i32) -> Option<Cell> {
        let key = (i32::try_from(indicator).ok()?, region_number(code)?, year);
        let row = self.keys.binary_search(&key).ok()?;
        Some(Cell {
            value: self.values[row],
            missing: missing_of(self.missing[row]),
            provisional: status_of(self.status[row]).is_provisional(),
        })
    }

    /// The gemeente with the lowest or highest value; the first by code where several share it.
    pub fn extreme<'a>(
        &self,
        indicator: usize,
        codes: impl Iterator<Item = &'a str>,
        year: i32,
        highest: bool,
    ) -> Option<String> {
        let valued = codes.filter_map(|code| {
            Some((
                self.gemeente(indicator, code, year)?.value?,
                region_number(code)?,
            ))
        });
        let better = |a: &(f64, i32), b: &(f64, i32)| {
            let order = a.0.total_cmp(&b.0);
            (if highest { order.reverse() } else { order }).then(a.1.cmp(&b.1))
        };
        valued.min_by(better).map(|(_, number)| region_code(number))
    }
}

fn groups(frame: &DataFrame) -> PolarsResult<BTreeMap<(usize, GroupId, i32), GroupRow>> {
    let ints = |name: &str| frame.column(name).and_then(|column| column.i32().cloned());
    let floats = |name: &str| frame.column(name).and_then(|column| column.f64().cloned());
    let (indicator, group, year, way) = (
        ints("indicator")?,
        ints("group")?,
        ints("year")?,
        ints("way")?,
    );
    let (n, members, rank, withheld, status) = (
        ints("n")?,
        ints("members")?,
        ints("rank")?,
        ints("withheld")?,
        ints("status")?,
    );
    let [value, coverage, min, q1, median, q3, max, mean] = [
        floats("value")?,
        floats("coverage")?,
        floats("min")?,
        floats("q1")?,
        floats("median")?,
        floats("q3")?,
        floats("max")?,
        floats("mean")?,
    ];
    let own = frame.column("own")?.bool()?.clone();
    let position = |column: &Int32Chunked, row: usize| {
        column.get(row).and_then(|code| usize::try_from(code).ok())
    };
    Ok((0..frame.height())
        .filter_map(|row| {
            let key = (
                position(&indicator, row)?,
                *GroupId::ALL.get(position(&group, row)?)?,
                year.get(row)?,
            );
            let figures = GroupRow {
                year: key.2,
                way: position(&way, row)?,
                value: value.get(row),
                n: n.get(row)?,
                members: members.get(row)?,
                coverage: coverage.get(row),
                min: min.get(row),
                q1: q1.get(row),
                median: median.get(row),
                q3: q3.get(row),
                max: max.get(row),
                mean: mean.get(row),
                rank: rank.get(row),
                withheld: Withheld::of(withheld.get(row).unwrap_or_default()),
                provisional: status_of(status.get(row).unwrap_or(1)).is_provisional(),
                own: own.get(row).unwrap_or(false),
            };
            Some((key, figures))
        })
        .collect())
}
