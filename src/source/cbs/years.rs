//! Years that a table has only in months.
//!
//! In go the members of a dimension of periods, out come the years, each with the periods it is read from: its own
//! (`2021JJ00`), else its twelve months (`2021MM01` to `2021MM12`) where they may be added up. A year that is not whole is
//! left out. Fails on a ratio, which does not add up. CBS peculiarity: some tables of third parties are monthly only.

use std::collections::{BTreeMap, BTreeSet};

use super::description::{Member, Topic};
use super::error::{Error, ErrorKind, Result};
use super::sink::PeriodMeta;
use crate::base::observation::Missing;
use crate::base::sum::Sum;
use crate::query::is_of_ratio;

/// Months of a year.
pub(super) const MONTHS: usize = 12;

/// The year of each period that is read for one: years, and with `months` also the months of years that have no period
/// of their own.
pub(super) fn parts(members: &[Member], months: bool) -> BTreeMap<&str, u16> {
    let mut parts = BTreeMap::new();
    let mut of_months: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for member in members {
        match split(&member.key) {
            Some((year, "JJ", "00")) => drop(parts.insert(member.key.as_str(), year)),
            Some((year, "MM", month)) if (1..=MONTHS).any(|one| format!("{one:02}") == month) => {
                of_months.entry(year).or_default().insert(&member.key);
            }
            _ => {}
        }
    }
    let own: BTreeSet<u16> = parts.values().copied().collect();
    if months {
        for (year, keys) in of_months {
            if keys.len() == MONTHS && !own.contains(&year) {
                parts.extend(keys.into_iter().map(|key| (key, year)));
            }
        }
    }
    parts
}

/// Year, kind and number of a period.
fn split(key: &str) -> Option<(u16, &str, &str)> {
    let (year, rest) = (key.get(..4)?, key.get(4..)?);
    Some((year.parse().ok()?, rest.get(..2)?, rest.get(2..)?))
}

/// The periods that come out of those that are read, and for each of the latter its place among the former and its month.
pub(super) struct Years {
    pub(super) periods: Vec<PeriodMeta>,
    pub(super) places: Vec<(usize, Option<usize>)>,
}

impl Years {
    /// Months become their year where they are to be added up, the rest stays.
    pub(super) fn of(read: Vec<PeriodMeta>, months: bool) -> Self {
        let (mut periods, mut places) = (Vec::<PeriodMeta>::new(), Vec::new());
        for period in read {
            let (meta, month) = match split(&period.key) {
                Some((year, "MM", month)) if months => (
                    PeriodMeta {
                        key: format!("{year}JJ00"),
                        title: year.to_string(),
                        status: period.status,
                    },
                    month.parse().ok(),
                ),
                _ => (period, None),
            };
            let known = periods.iter().position(|known| known.key == meta.key);
            places.push((known.unwrap_or(periods.len()), month));
            match known {
                // a year is as final as its least final month
                Some(known) => periods[known].status = periods[known].status.max(meta.status),
                None => periods.push(meta),
            }
        }
        Self { periods, places }
    }

    /// Whether anything is added up.
    pub(super) fn has_sums(&self) -> bool {
        self.places.iter().any(|(_, month)| month.is_some())
    }
}

/// Whether the months of a topic may be added up.
pub(super) fn may_sum(topic: &Topic) -> Result<()> {
    if is_of_ratio(&topic.unit) || topic.presentation == "Relative" {
        let kind = ErrorKind::Config(format!(
            "months of a topic in `{}` do not add up to a year",
            topic.unit
        ));
        return Err(Error::from(kind).of_topic(&topic.path));
    }
    Ok(())
}

/// The months of one year, by month.
#[derive(Clone, Default)]
pub(super) struct OneYear([Option<std::result::Result<f64, Missing>>; MONTHS]);

impl OneYear {
    /// Takes one month, from 1.
    pub(super) fn put(&mut self, month: usize, value: std::result::Result<f64, Missing>) {
        if let Some(place) = month.checked_sub(1).and_then(|at| self.0.get_mut(at)) {
            *place = Some(value);
        }
    }

    /// The sum; why there is none when a month has none.
    pub(super) fn sum(&self, decimals: u8) -> std::result::Result<f64, Missing> {
        let months = self
            .0
            .iter()
            .map(|month| month.unwrap_or(Err(Missing::Absent)));
        if let Some(missing) = months.clone().filter_map(std::result::Result::err).max() {
            return Err(missing);
        }
        let sum: Sum = months.flatten().collect();
        // binary fractions leave a trace behind the last decimal
        let factor = 10_f64.powi(decimals.into());
        Ok((sum.total() * factor).round() / factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::observation::Status;

    fn members(keys: &[String]) -> Vec<Member> {
        let member = |key: &String| Member {
            key: key.clone(),
            raw: key.clone(),
            title: key.clone(),
            status: Status::Final,
            remarks: None,
        };
        keys.iter().map(member).collect()
    }

    fn months(year: u16, to: usize) -> Vec<String> {
        (1..=to)
            .map(|month| format!("{year}MM{month:02}"))
            .collect()
    }

    #[test]
    fn a_year_is_its_own_period_else_its_twelve_months_else_left_out() {
        let keys = [
            vec!["2022JJ00".to_owned(), "2022KW01".to_owned()],
            months(2022, 12),
            months(2023, 12),
            months(2024, 11),
        ]
        .concat();
        let members = members(&keys);
        let years = |months| {
            let parts = parts(&members, months);
            let per_year = |year| parts.values().filter(|of| **of == year).count();
            [2022, 2023, 2024].map(per_year)
        };
        assert_eq!((years(false), years(true)), ([1, 0, 0], [1, 12, 0]));
    }

    #[test]
    fn a_sum_lacks_what_a_month_lacks() {
        let mut year = OneYear::default();
        for month in 1..=MONTHS {
            year.put(month, Ok(0.1));
        }
        assert_eq!(year.sum(1), Ok(1.2));
        year.put(3, Err(Missing::Confidential));
        assert_eq!(year.sum(1), Err(Missing::Confidential));
        assert_eq!(OneYear::default().sum(0), Err(Missing::Absent));
    }
}
