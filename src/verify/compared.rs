//! Whether `vergelijking.csv` follows from the rows that travel with it.
//!
//! In: attached files and the rows in them. Out: what does not follow. Cannot fail. The peculiarity it exists for: a table of groups is
//! what people copy, and no fact of the paper need stand on a row of it.

use serde::Deserialize;

use super::attached::Files;
use super::rows::{Checked, Row, Rows, is_same, statistic};

const NAME: &str = "vergelijking.csv";
/// The group that others are held against.
const NATION: &str = "Nederland";
/// Differences of one file that are told one by one.
const TOLD: usize = 10;

#[derive(Deserialize)]
struct Compared {
    indicator: String,
    period: i32,
    group: String,
    value: Option<f64>,
    n: usize,
    members: usize,
    min: Option<f64>,
    q1: Option<f64>,
    median: Option<f64>,
    q3: Option<f64>,
    max: Option<f64>,
    mean: Option<f64>,
    diff_abs: Option<f64>,
    diff_pct: Option<f64>,
    method: String,
}

/// What does not follow; what is missing was named already.
pub(super) fn check(files: &Files, rows: &Rows) -> Vec<String> {
    let mut wrong = Vec::new();
    wrong.extend(
        rows.series()
            .filter_map(|(indicator, year)| rows.odd(indicator, year)),
    );
    let table: Result<Vec<Compared>, csv::Error> = match files.get(NAME) {
        Some(bytes) => csv::Reader::from_reader(bytes.as_slice())
            .deserialize()
            .collect(),
        None => return wrong,
    };
    match table {
        Ok(table) => {
            let of_row = |row: &Compared| row.check(rows, &table).err();
            wrong.extend(table.iter().filter_map(of_row));
        }
        Err(error) => wrong.push(format!("`{NAME}` cannot be read: {error}")),
    }
    if wrong.len() > TOLD {
        let more = wrong.len() - TOLD;
        wrong.truncate(TOLD);
        wrong.push(format!(
            "and {more} more figures do not follow from the rows attached"
        ));
    }
    wrong
}

impl Compared {
    fn check(&self, rows: &Rows, table: &[Self]) -> Checked<()> {
        let (indicator, group, year) = (&self.indicator, &self.group, self.period);
        let of = format!("`{NAME}`: `{indicator}` of {group} in {year}");
        let wrong = |what: &str| format!("{of}: {what} does not follow from the rows attached");
        let about = |error: String| format!("{of}: {error}");
        let members = rows.members(indicator, group, year).map_err(about)?;
        // who lives in gemeenten of a size is told of Nederland only, and of no member
        if self.group != NATION || members.iter().any(|row| row.value.is_some()) {
            let n = members.iter().filter(|row| row.value.is_some()).count();
            let all = rows.groups.get(group).map_or(0, Vec::len);
            if (self.n, self.members) != (n, all) {
                return Err(wrong("the number of members"));
            }
            let over = [
                ("min", self.min),
                ("q1", self.q1),
                ("median", self.median),
                ("q3", self.q3),
                ("max", self.max),
                ("mean", self.mean),
            ];
            if let Some((stat, _)) = over
                .into_iter()
                .find(|(stat, told)| !are_same(*told, statistic(stat, &members)))
            {
                return Err(wrong(stat));
            }
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

    /// Whether the differences are those with the group that is held against itself.
    fn differs(&self, value: f64, table: &[Self]) -> bool {
        let subject = table.iter().find(|of| of.diff_abs == Some(0.0));
        let held = |of: &&Self| {
            (&of.indicator, of.period) == (&self.indicator, self.period)
                && subject.is_some_and(|subject| subject.group == of.group)
        };
        let Some(other) = table.iter().find(held).and_then(|of| of.value) else {
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
