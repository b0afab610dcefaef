//! What a group adds up over its members, and the value that follows: sum over sum, never a mean of ratios.

use super::block::Cell;
use crate::base::observation::Status;
use crate::base::sum::Sum;
use crate::query::Way;

/// What a group adds up: of members with a figure, and of all.
#[derive(Default)]
pub struct MemberSums {
    /// Figures of members, in region order.
    pub values: Vec<f64>,
    /// Members with a figure.
    pub n: usize,
    members: usize,
    num: Sum,
    den: Sum,
    /// Of a share of Nederland all have the same denominator.
    one_den: Option<f64>,
    unweighted: bool,
    /// The earliest year of a denominator or weight.
    pub den_year: Option<i32>,
    /// Whether one of the figures rests on the division of a gemeente.
    pub estimated: bool,
    least_final: Option<Status>,
    all_den: Sum,
    den_holes: bool,
    people: Sum,
    all_people: Sum,
}

impl MemberSums {
    /// Over some members by their places.
    pub fn of(members: &[usize], cells: &[Cell], inhabitants: &[Option<f64>]) -> Self {
        let mut sums = Self {
            members: members.len(),
            ..Self::default()
        };
        for &place in members {
            let Some(cell) = cells.get(place) else {
                continue;
            };
            let people = inhabitants.get(place).copied().flatten();
            sums.all_people.add(people.unwrap_or_default());
            sums.all_den.add(cell.den.unwrap_or_default());
            sums.den_holes |= cell.den.is_none();
            let Some(value) = cell.value() else { continue };
            sums.n += 1;
            sums.values.push(value);
            sums.estimated |= cell.estimated;
            sums.num.add(cell.num.unwrap_or_default());
            sums.den.add(cell.den.unwrap_or_default());
            sums.unweighted |= cell.den.is_none();
            sums.one_den = match (sums.one_den, cell.den) {
                (Some(one), Some(den)) => Some(one.max(den)),
                (one, den) => one.or(den),
            };
            sums.people.add(people.unwrap_or_default());
            sums.den_year = match (sums.den_year, cell.den_year) {
                (Some(first), Some(year)) => Some(first.min(year)),
                (first, year) => first.or(year),
            };
            sums.least_final = sums.least_final.max(Some(cell.observation.status));
        }
        sums
    }

    /// The least final status of the figures.
    pub fn status(&self) -> Status {
        self.least_final.unwrap_or(Status::Unknown)
    }

    /// The share of the weight that has a figure, in percent: by denominator or weight where all members have one, else
    /// by inhabitants.
    pub fn coverage(&self, way: &Way) -> f64 {
        if !way.is_of_gemeenten() {
            100.0
        } else if way.is_ratio() && !self.den_holes && self.all_den.total() > 0.0 {
            self.den.total() / self.all_den.total() * 100.0
        } else {
            self.people.total() / self.all_people.total() * 100.0
        }
    }
}

/// The value of a group from the sums over its members.
pub fn combine(way: &Way, sums: &MemberSums) -> Option<f64> {
    let (num, den) = (sums.num.total(), sums.den.total());
    let weighted = den > 0.0 && !sums.unweighted;
    match way {
        Way::Quotient {
            of_nederland: true,
            scale,
            minus,
            ..
        } => sums.one_den.map(|den| num / den * scale - minus),
        Way::Quotient { scale, minus, .. } => weighted.then(|| num / den * scale - minus),
        Way::Mean { .. } => weighted.then(|| num / den),
        Way::Total { .. } => (sums.n == sums.members).then_some(num),
        Way::Distribution { .. } | Way::SizeClass { .. } => None,
    }
}
