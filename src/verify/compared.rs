//! Whether `vergelijking.csv` follows from the rows that travel with it.
//!
//! In: attached files and the rows in them. Out: what does not follow, and which networks have a figure. Cannot fail. The peculiarity it
//! exists for: a table of groups is what people copy, and no fact of the paper need stand on a row of it.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::attached::Files;
use super::rows::{Checked, Row, Rows, is_provisional, is_same, statistic};

const NAME: &str = "vergelijking.csv";
/// The group that others are held against.
const NATION: &str = "Nederland";
/// Differences of one file that are told one by one.
const TOLD: usize = 10;
/// How a figure is made that the publisher itself gives.
const PUBLISHED: &str = "published";
/// How none is made, of any group.
const DISTRIBUTION: &str = "distribution-only";
/// How one is made of numerators and denominators of members.
const RATIOS: [&str; 2] = ["ratio-of-sums", "weighted-mean"];

/// The rows of the table.
#[derive(Default)]
pub(super) struct Compared(Vec<Of>);

/// A group in a period.
#[derive(Deserialize)]
struct Of {
    indicator: String,
    period: i32,
    group: String,
    value: Option<f64>,
    missing: String,
    status: String,
    n: usize,
    members: usize,
    coverage: Option<f64>,
    min: Option<f64>,
    q1: Option<f64>,
    median: Option<f64>,
    q3: Option<f64>,
    max: Option<f64>,
    mean: Option<f64>,
    diff_abs: Option<f64>,
    diff_pct: Option<f64>,
    rank: Option<usize>,
    method: String,
}

impl Compared {
    /// Reads the table; one that is missing was named already, and one that cannot be read is named here.
    pub(super) fn read(files: &Files, differences: &mut Vec<String>) -> Self {
        let table: Result<Vec<Of>, csv::Error> = match files.get(NAME) {
            Some(bytes) => csv::Reader::from_reader(bytes.as_slice())
                .deserialize()
                .collect(),
            None => return Self::default(),
        };
        Self(table.unwrap_or_else(|error| {
            differences.push(format!("`{NAME}` cannot be read: {error}"));
            Vec::new()
        }))
    }

    /// What does not follow.
    pub(super) fn check(&self, rows: &Rows) -> Vec<String> {
        let mut wrong = Vec::new();
        wrong.extend(
            rows.series()
                .filter_map(|(indicator, year)| rows.odd(indicator, year)),
        );
        let of_row = |of: &Of| of.check(rows, self).err();
        wrong.extend(self.0.iter().filter_map(of_row));
        if wrong.len() > TOLD {
            let more = wrong.len() - TOLD;
            wrong.truncate(TOLD);
            wrong.push(format!(
                "and {more} more figures do not follow from the rows attached"
            ));
        }
        wrong
    }

    /// The networks that have a figure of an indicator in a year, by id.
    pub(super) fn ranked<'a>(
        &'a self,
        indicator: &str,
        year: i32,
        rows: &Rows,
    ) -> BTreeSet<&'a str> {
        let of = self.of(indicator, year);
        let ranked = of.filter(|of| of.value.is_some() && rows.networks.contains(&of.group));
        ranked.map(|of| of.group.as_str()).collect()
    }

    /// The figure of a group, and whether it is provisional; none where there is none.
    pub(super) fn figure(&self, indicator: &str, year: i32, group: &str) -> Option<(f64, bool)> {
        let mut of = self.of(indicator, year);
        let of = of.find(|of| of.group == group)?;
        Some((of.value?, is_provisional(&of.status)))
    }

    /// The rows of an indicator and year.
    fn of<'a>(&'a self, indicator: &str, year: i32) -> impl Iterator<Item = &'a Of> {
        let is_of = move |of: &&'a Of| (of.indicator.as_str(), of.period) == (indicator, year);
        self.0.iter().filter(is_of)
    }
}

impl Of {
    fn check(&self, rows: &Rows, table: &Compared) -> Checked<()> {
        let (indicator, group, year) = (&self.indicator, &self.group, self.period);
        let of = format!("`{NAME}`: `{indicator}` of {group} in {year}");
        let wrong = |what: &str| format!("{of}: {what} does not follow from the rows attached");
        let about = |error: String| format!("{of}: {error}");
        let members = rows.members(indicator, group, year).map_err(about)?;
        // who lives in gemeenten of a size is told of Nederland only, and of no member
        if self.group != NATION || members.iter().any(|row| row.value.is_some()) {
            self.spread(rows, &members).map_err(|what| wrong(&what))?;
            if !self.is_withheld_rightly(&members, rows, table) {
                return Err(wrong("whether there is a figure"));
            }
        }
        if self.rank != self.place(rows, table).map_err(about)? {
            return Err(wrong("the rank"));
        }
        let Some(value) = self.value else {
            return Ok(());
        };
        if !self
            .made(rows, &members)?
            .is_some_and(|made| is_same(made, value))
        {
            return Err(wrong("the figure"));
        }
        if !self.differs(value, table) {
            return Err(wrong("the difference with the group of the paper"));
        }
        Ok(())
    }

    /// Whether the numbers of members and the distribution over them are those of the rows; what is not.
    fn spread(&self, rows: &Rows, members: &[&Row]) -> Checked<()> {
        let n = members.iter().filter(|row| row.value.is_some()).count();
        let all = rows.groups.get(&self.group).map_or(0, Vec::len);
        if (self.n, self.members) != (n, all) {
            return Err("the number of members".to_owned());
        }
        let over = [
            ("min", self.min),
            ("q1", self.q1),
            ("median", self.median),
            ("q3", self.q3),
            ("max", self.max),
            ("mean", self.mean),
        ];
        let odd = |(stat, told): &(&str, Option<f64>)| !are_same(*told, statistic(stat, members));
        match over.iter().find(|of| odd(of)) {
            Some((stat, _)) => Err((*stat).to_owned()),
            None => Ok(()),
        }
    }

    /// Whether a figure is there, or is not for the reason that is told, as the rows have it.
    fn is_withheld_rightly(&self, members: &[&Row], rows: &Rows, table: &Compared) -> bool {
        let minimum = rows
            .defined
            .get(&self.indicator)
            .map_or(0.0, |of| of.coverage_minimum);
        let (n, coverage) = (self.n, self.coverage.unwrap_or_default());
        if (self.missing == "none") != self.value.is_some() {
            return false;
        }
        if self.method == PUBLISHED {
            return self.value.is_some();
        }
        // all groups of a period are made in one way
        let of_period = table.of(&self.indicator, self.period);
        let mut methods = of_period.map(|of| &of.method).filter(|of| *of != PUBLISHED);
        if methods.any(|of| *of != self.method) {
            return false;
        }
        let is_ratio = RATIOS.contains(&self.method.as_str());
        let told = coverage_of(members).filter(|_| is_ratio);
        let is_covered = coverage >= minimum;
        let lacks_weight = |row: &&&Row| row.value.is_some() && row.den.is_none();
        told.is_none_or(|told| is_same(told, coverage))
            && match self.missing.as_str() {
                "none" => is_covered,
                "no-figures" => n == 0,
                // by inhabitants where a weight is not known: that it is short of some is all that the rows say then
                "withheld-coverage" => !is_covered && n < self.members,
                "withheld-incomplete" => self.method == "sum" && n < self.members,
                "withheld-weight" => members.iter().any(|row| lacks_weight(&row)),
                DISTRIBUTION => self.method == DISTRIBUTION,
                _ => false,
            }
    }

    /// The place among the networks that have a figure, by what is printed; none of another group, or without one.
    fn place(&self, rows: &Rows, table: &Compared) -> Checked<Option<usize>> {
        let Some(own) = self.value.filter(|_| rows.networks.contains(&self.group)) else {
            return Ok(None);
        };
        let own = rows.printed(&self.indicator, own)?;
        let mut place = 1;
        for other in table.of(&self.indicator, self.period) {
            if let Some(value) = other.value
                && rows.networks.contains(&other.group)
            {
                place += usize::from(rows.printed(&self.indicator, value)? > own);
            }
        }
        Ok(Some(place))
    }

    /// Whether the differences are those with the group that is held against itself.
    fn differs(&self, value: f64, table: &Compared) -> bool {
        let subject = table.0.iter().find(|of| of.diff_abs == Some(0.0));
        let held = |of: &&Self| subject.is_some_and(|subject| subject.group == of.group);
        let mut of_period = table.of(&self.indicator, self.period);
        let Some(other) = of_period.find(held).and_then(|of| of.value) else {
            return (self.diff_abs, self.diff_pct) == (None, None);
        };
        let by = value - other;
        let is_percent = |told| are_same(Some(told), Some(by / other.abs() * 100.0));
        are_same(self.diff_abs, Some(by)) && self.diff_pct.is_none_or(is_percent)
    }

    /// The figure of the group, by the method that the table names.
    fn made(&self, rows: &Rows, members: &[&Row]) -> Checked<Option<f64>> {
        let (indicator, year) = (&self.indicator, self.period);
        let (num, den, first) = rows.sums(indicator, &self.group, year)?;
        let of_nation = || {
            let row = rows.nederland(indicator, year)?;
            Ok(row.value.filter(|_| self.group == NATION))
        };
        let quotient = |den: Option<f64>| -> Checked<Option<f64>> {
            let factors = rows.factors(indicator, year).or_else(|| alike(members));
            Ok(factors
                .zip(den)
                .map(|((scale, minus), den)| num / den * scale - minus))
        };
        match self.method.as_str() {
            "ratio-of-sums" | "weighted-mean" if !members.is_empty() => quotient(Some(den)),
            "share-of-national" if !members.is_empty() => quotient(first),
            "sum" => Ok(Some(num)),
            _ => of_nation(),
        }
    }
}

/// The share of the weight that has a figure, in percent; none where a weight is not known.
fn coverage_of(members: &[&Row]) -> Option<f64> {
    let all: Option<Vec<f64>> = members.iter().map(|row| row.den).collect();
    let all: f64 = all?.iter().sum();
    let with_value = members.iter().filter(|row| row.value.is_some());
    let covered: f64 = with_value.filter_map(|row| row.den).sum();
    (all > 0.0).then(|| covered / all * 100.0)
}

/// The factors where all quotients are alike, so that rows show no more than one figure.
fn alike(members: &[&Row]) -> Option<(f64, f64)> {
    let row = members.iter().find(|row| row.value.is_some())?;
    let quotient = row.num? / row.den.filter(|den| *den != 0.0)?;
    Some((row.value? / quotient, 0.0))
}

fn are_same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => is_same(a, b) || (a - b).abs() < 1e-12,
        (None, None) => true,
        _ => false,
    }
}
