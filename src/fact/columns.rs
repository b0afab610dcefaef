//! The frames that a trace reads, as columns that are sorted and searched by halving.

use polars::prelude::*;

use super::trace::Row;
use crate::observation::{Missing, Status};
use crate::tidy::{missing_of, status_of};

/// A snapshot, sorted by topic, period and region.
pub(super) struct Raw {
    pub region: StringChunked,
    pub period: StringChunked,
    year: Int32Chunked,
    topic: StringChunked,
    pub value: Float64Chunked,
    pub missing: StringChunked,
    pub status: StringChunked,
}

/// The rows of indicators, sorted by indicator, year and region.
pub(super) struct CellColumns {
    keys: [Int32Chunked; 3],
    way: Int32Chunked,
    den_year: Int32Chunked,
    missing: Int32Chunked,
    status: Int32Chunked,
    num: Float64Chunked,
    den: Float64Chunked,
    value: Float64Chunked,
}

impl Raw {
    pub(super) fn new(frame: &DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| PolarsResult::Ok(frame.column(name)?.str()?.rechunk().into_owned());
        Ok(Self {
            region: text("region")?,
            period: text("period")?,
            year: frame.column("year")?.i32()?.rechunk().into_owned(),
            topic: text("topic")?,
            value: frame.column("value")?.f64()?.rechunk().into_owned(),
            missing: text("missing")?,
            status: text("status")?,
        })
    }

    /// The rows of a key and year: they are sorted by topic, period and region.
    pub(super) fn rows(&self, key: &str, year: i32) -> std::ops::Range<usize> {
        let place = |row: usize| {
            (
                self.topic.get(row).unwrap_or_default(),
                self.year.get(row).unwrap_or_default(),
            )
        };
        let all = 0..self.topic.len();
        first_from(all.clone(), |row| place(row) < (key, year))..first_from(all, |row| {
            place(row) <= (key, year)
        })
    }
}

/// The first place of a range for which `before` does not hold, by halving.
pub(super) fn first_from(range: std::ops::Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl CellColumns {
    pub(super) fn new(frame: &DataFrame) -> PolarsResult<Self> {
        let ints = |name: &str| PolarsResult::Ok(frame.column(name)?.i32()?.rechunk().into_owned());
        let floats =
            |name: &str| PolarsResult::Ok(frame.column(name)?.f64()?.rechunk().into_owned());
        Ok(Self {
            keys: [ints("indicator")?, ints("year")?, ints("region")?],
            way: ints("way")?,
            den_year: ints("den_year")?,
            missing: ints("missing")?,
            status: ints("status")?,
            num: floats("num")?,
            den: floats("den")?,
            value: floats("value")?,
        })
    }

    pub(super) fn key(&self, row: usize) -> Option<(i32, i32, i32)> {
        let [indicator, year, region] = &self.keys;
        Some((indicator.get(row)?, year.get(row)?, region.get(row)?))
    }

    pub(super) fn at_or_after(&self, key: (i32, i32, i32)) -> usize {
        first_from(0..self.way.len(), |row| self.key(row) < Some(key))
    }

    pub(super) fn row(&self, row: usize) -> Row {
        Row {
            region: self.keys[2].get(row).unwrap_or_default(),
            way: self
                .way
                .get(row)
                .and_then(|way| usize::try_from(way).ok())
                .unwrap_or_default(),
            num: self.num.get(row),
            den: self.den.get(row),
            den_year: self.den_year.get(row),
            value: self.value.get(row),
            missing: self.missing.get(row).map_or(Missing::Absent, missing_of),
            status: self.status.get(row).map_or(Status::Unknown, status_of),
        }
    }
}
