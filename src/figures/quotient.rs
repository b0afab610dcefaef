//! Sums of topics on the edition's boundaries, and one over another.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::block::Cell;
use super::boundaries::Brought;
use crate::base::observation::{Missing, Observation, Status};
use crate::base::sum::Sum;

/// A topic on the edition's boundaries, year by year.
pub type Years = Rc<BTreeMap<i32, Brought>>;

/// A formula over topics on the edition's boundaries, by year and place of the region.
pub struct TopicSums {
    first: i32,
    years: Vec<Brought>,
}

impl TopicSums {
    /// Topics with their signs, in some years one after another, over so many regions.
    pub fn new(terms: &[(Years, f64)], years: &[i32], regions: usize) -> Self {
        let of_year = |year: &i32| -> Brought {
            let terms: Vec<(&[Option<Observation>], f64)> = terms
                .iter()
                .map(|(topic, sign)| (topic.get(year).map_or(&[][..], Vec::as_slice), *sign))
                .collect();
            (0..regions).map(|place| sum(&terms, place)).collect()
        };
        Self {
            first: years.first().copied().unwrap_or_default(),
            years: years.iter().map(of_year).collect(),
        }
    }

    /// The sum of a place, with the reason where it has no value.
    pub fn one(&self, year: i32, place: usize) -> Option<Observation> {
        *self.year(year).get(place)?
    }

    /// The sums of a year, by place of the region; none outside its years.
    pub fn year(&self, year: i32) -> &[Option<Observation>] {
        let place = usize::try_from(year - self.first).ok();
        let found = place.and_then(|place| self.years.get(place));
        found.map_or(&[], Vec::as_slice)
    }
}

/// A sum without a value has the reason of a term, or that a term has no row; it is none where no term has a row.
fn sum(terms: &[(&[Option<Observation>], f64)], place: usize) -> Option<Observation> {
    let mut found: Option<Observation> = None;
    let (mut value, mut whole) = (Sum::default(), true);
    for (rows, sign) in terms {
        let Some(row) = rows.get(place).copied().flatten() else {
            whole = false;
            continue;
        };
        whole &= row.value.is_some();
        value.add(row.value.unwrap_or_default() * sign);
        let before = found.unwrap_or(row);
        found = Some(Observation {
            value: None,
            missing: before.missing.max(row.missing),
            status: before.status.max(row.status),
        });
    }
    let found = found?;
    let value = whole.then_some(value.total());
    Some(Observation {
        value,
        missing: match (value, found.missing) {
            (Some(_), _) => Missing::None,
            (None, Missing::None) => Missing::Absent,
            (None, reason) => reason,
        },
        status: found.status,
    })
}

/// One sum over another.
pub struct Quotient {
    /// Above the line.
    pub numerator: Rc<TopicSums>,
    /// Below the line.
    pub denominator: Rc<TopicSums>,
    /// The year whose denominator stands for every year.
    pub fixed_year: Option<i32>,
    /// The denominator is that of Nederland, whoever is asked about.
    pub of_nederland: bool,
    /// Factor.
    pub scale: f64,
    /// Constant taken off.
    pub minus: f64,
}

/// What stands below the line.
#[derive(Clone, Copy, Default)]
pub struct Below {
    /// Its value.
    pub value: Option<f64>,
    /// The year it is of.
    pub year: Option<i32>,
    /// Why the year itself has none, if it ever had a row.
    pub missing: Option<Missing>,
    /// Status of the year itself.
    pub status: Option<Status>,
}

impl Below {
    /// What stands below the line in a year itself.
    pub fn of_year(sums: &TopicSums, year: i32, place: usize) -> Self {
        let sum = sums.one(year, place);
        let value = sum.and_then(|sum| sum.value);
        Self {
            value,
            year: value.map(|_| year),
            missing: sum.map(|sum| sum.missing),
            status: sum.map(|sum| sum.status),
        }
    }
}

impl Quotient {
    /// The figure of one region; `national` is the denominator of Nederland where that counts.
    pub fn cell(&self, above: Observation, below: Below, national: Option<f64>) -> Cell {
        let den = if self.of_nederland {
            national
        } else {
            below.value
        };
        let both = above.value.zip(den.filter(|den| *den > 0.0));
        let value = both.map(|(num, den)| num / den * self.scale - self.minus);
        let missing = match (value, above.value, below.missing) {
            (Some(_), _, _) => Missing::None,
            (None, None, _) => above.missing,
            (None, Some(_), Some(reason)) if reason != Missing::None => reason,
            (None, Some(_), _) => Missing::Absent,
        };
        Cell {
            num: above.value,
            den,
            den_year: below.year,
            estimated: false,
            observation: Observation {
                value,
                missing,
                status: below.status.map_or(above.status, |of| of.max(above.status)),
            },
        }
    }
}
