//! A release on its own: against the population table, and column against column.
//!
//! In: its columns and the inhabitants by other tables. Out: what does not fit. Cannot fail. A first import has no release
//! before it, and a new year of any release has none either: what can be held against something is held here. The bounds
//! were set where no table that is carried comes near them, and a column that is moved by a row is far beyond.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::thread;

use super::columns::{Column, Columns, by_topic, pairs};
use super::stretch::{COLUMN, median, stretch};
use super::tally::Tally;
use super::{Beside, INHABITANTS};
use crate::base::number::csv_number;
use crate::gemeente::{Population, RegionCode, RegionId};
use crate::query::{amount, is_of_ratio};

/// From how many steps of the last decimal equal figures are no chance.
const TELLING: f64 = 100.0;

/// Years in a row in which two gemeenten cannot have equal figures.
const YEARS: usize = 5;

/// What does not fit; `beside` has what other tables say of a topic in the year nearest to a column's.
pub fn findings(columns: &Columns<'_>, population: &Population, beside: &Beside) -> Vec<String> {
    // each looks at every column in its own way: the two halves take about as long
    let (first, last) = thread::scope(|scope| {
        let last = scope.spawn(|| [moved(columns, population, beside), leaps(columns)]);
        let first = [
            other_inhabitants(columns, population),
            twins(columns),
            copies(columns),
        ];
        let last = last.join();
        (first, last.unwrap_or_else(|panic| resume_unwind(panic)))
    });
    first.into_iter().chain(last).flatten().collect()
}

/// Inhabitants that are not those of the population table.
fn other_inhabitants(columns: &Columns<'_>, population: &Population) -> Option<String> {
    let mut off = Vec::new();
    columns.inhabitants(|region, year, count| {
        let known = population.get(&(year, region)).copied();
        let differs = |known: &f64| (count - known).abs() > INHABITANTS;
        if let (Some(known), true) = (known.filter(differs), region != RegionId::NEDERLAND) {
            off.push((region, year, count, known));
        }
    });
    let (region, year, count, known) = off.first()?;
    Some(format!(
        "inhabitants differ by more than {INHABITANTS} from another table's in {} cases, such as {} in {year}: {} \
         against {}",
        off.len(),
        columns.name(RegionCode::from(*region)),
        csv_number(*count),
        csv_number(*known)
    ))
}

/// Two gemeenten with the same figures year after year.
fn twins(columns: &Columns<'_>) -> Option<String> {
    let mut tally = Tally::default();
    for (place, years) in by_topic(columns) {
        for run in years.windows(YEARS) {
            let mut seen: BTreeMap<Vec<u64>, RegionCode> = BTreeMap::new();
            let (mut hits, mut example) = (0, String::new());
            // who has the figures of nobody in the first year has those of nobody in all
            let mut first: Vec<u64> = run[0].1.values().flatten().map(|it| it.to_bits()).collect();
            first.sort_unstable();
            let is_shared = |value: &Option<f64>| {
                let bits = value.map(f64::to_bits).unwrap_or_default();
                let from = first.partition_point(|known| *known < bits);
                first.get(from + 1) == Some(&bits)
            };
            for (region, _) in run[0].1.iter().filter(|(region, value)| {
                **region != RegionCode::NEDERLAND && value.is_some() && is_shared(value)
            }) {
                let value = |column: &Column| column.get(*region).copied().flatten();
                let telling = |value: &f64| columns.steps(place, *value) >= TELLING;
                let values = run
                    .iter()
                    .map(|(_, column)| value(column).filter(telling).map(f64::to_bits));
                let Some(values) = values.collect::<Option<Vec<u64>>>() else {
                    continue;
                };
                if let Some(other) = seen.insert(values, *region) {
                    hits += 1;
                    example = format!("{} and {}", columns.name(other), columns.name(*region));
                }
            }
            if hits > 0 {
                let label = columns.label((place, run[0].0));
                tally.add(hits, run[0].1.len(), &label, &example);
            }
        }
    }
    tally.told(&format!(
        "two gemeenten have equal figures {YEARS} years in a row"
    ))
}

/// Columns that are those of the year before, or of another topic.
fn copies(columns: &Columns<'_>) -> Option<String> {
    let mut tally = Tally::default();
    let telling = |place: usize, (_, one, other): &(RegionCode, f64, f64)| {
        columns.steps(place, one.abs().min(other.abs())) >= TELLING
    };
    for (place, years) in by_topic(columns) {
        // what does not change from year to year is no copy
        if matches!(
            columns.topic(place).unit.as_str(),
            "ha" | "km" | "km²" | "m" | "code"
        ) {
            continue;
        }
        for pair in years.windows(2) {
            let both: Vec<_> = pairs(pair[0].1, pair[1].1)
                .filter(|pair| telling(place, pair))
                .collect();
            let equal = both
                .iter()
                .filter(|(_, one, other)| one.to_bits() == other.to_bits())
                .count();
            if both.len() >= COLUMN && 2 * equal >= both.len() {
                let example = format!("those of {}", pair[0].0);
                tally.add(
                    equal,
                    both.len(),
                    &columns.label((place, pair[1].0)),
                    &example,
                );
            }
        }
    }
    let mut seen: BTreeMap<(i32, Vec<(RegionCode, u64)>), usize> = BTreeMap::new();
    for ((place, year), column) in &columns.of {
        let figures = column
            .iter()
            .filter_map(|(region, value)| Some((*region, (*value)?)));
        let figures: Vec<_> = figures
            .filter(|(_, value)| columns.steps(*place, *value) >= TELLING)
            .collect();
        if figures.len() < COLUMN || 2 * figures.len() < column.len() {
            continue;
        }
        let bits = column
            .iter()
            .map(|(region, value)| (*region, value.map_or(u64::MAX, f64::to_bits)));
        if let Some(other) = seen.insert((*year, bits.collect()), *place) {
            let example = format!("those of `{}`", columns.topic(other).title);
            tally.add(
                figures.len(),
                column.len(),
                &columns.label((*place, *year)),
                &example,
            );
        }
    }
    tally.told("figures are copies of others")
}

/// Columns of which a stretch fits the gemeente of the row before or after, and not its own.
fn moved(columns: &Columns<'_>, population: &Population, beside: &Beside) -> Option<String> {
    let mut tally = Tally::default();
    let inhabitants = |year: i32| -> Column {
        let of_year =
            population.range((year, RegionId::NEDERLAND)..(year + 1, RegionId::NEDERLAND));
        of_year
            .map(|((_, region), count)| (RegionCode::from(*region), Some(*count)))
            .collect()
    };
    for (place, years) in by_topic(columns) {
        let topic = columns.topic(place);
        let is_amount = !is_of_ratio(&topic.unit) && matches!(amount(&topic.unit).1, "" | "euro");
        for (position, (year, column)) in years.iter().enumerate() {
            let before = match position.checked_sub(1) {
                Some(before) => Some(years[before].1.clone()),
                None => beside.get(&(place, *year)).cloned(),
            };
            let counts = is_amount.then(|| inhabitants(*year));
            let stretches = before
                .into_iter()
                .chain(counts)
                .filter_map(|fixed| stretch(column, &fixed));
            if let Some((length, first)) = stretches.max_by_key(|(length, _)| *length) {
                let example = format!("from {} on", columns.name(first));
                tally.add(
                    length,
                    column.len(),
                    &columns.label((place, *year)),
                    &example,
                );
            }
        }
    }
    tally.told("figures fit the gemeente of the row before or after, and not their own")
}

/// Years in which most figures are a multiple or a fraction of those of the year before.
fn leaps(columns: &Columns<'_>) -> Option<String> {
    let mut tally = Tally::default();
    for (place, years) in by_topic(columns) {
        for pair in years.windows(2) {
            let large = |pair: &(RegionCode, f64, f64)| {
                columns.steps(place, pair.1.abs().min(pair.2.abs())) >= 10.0
            };
            let both: Vec<_> = pairs(pair[0].1, pair[1].1).filter(large).collect();
            let ratios: Vec<f64> = both.iter().map(|(_, one, other)| other / one).collect();
            let middle = median(&ratios);
            if both.len() >= COLUMN && !(1.0 / 3.0..=3.0).contains(&middle) {
                let (region, one, other) = both[0];
                let label = columns.label((place, pair[1].0));
                tally.add(
                    both.len(),
                    both.len(),
                    &label,
                    &columns.example(region, one, Some(other)),
                );
            }
        }
    }
    tally.told("figures are a multiple or a fraction of those of the year before")
}

/// Gemeenten with far more zeros than others, which may not have delivered all: a warning.
pub fn partial(columns: &Columns<'_>) -> Vec<String> {
    let mut zeros: BTreeMap<i32, BTreeMap<RegionCode, (usize, usize)>> = BTreeMap::new();
    for ((_, year), column) in &columns.of {
        let of_year = zeros.entry(*year).or_default();
        for (region, value) in column.iter() {
            if let (Some(value), true) = (value, *region != RegionCode::NEDERLAND) {
                let (zero, all) = of_year.entry(*region).or_default();
                *zero += usize::from(*value == 0.0);
                *all += 1;
            }
        }
    }
    let mut notes = Vec::new();
    for (year, gemeenten) in zeros {
        let share = |(zero, all): (usize, usize)| zero as f64 / all as f64;
        // who delivered nothing at all is known as such
        let counted = gemeenten.iter().filter(|(_, (_, all))| *all >= 20);
        let shares: Vec<f64> = counted.clone().map(|(_, counts)| share(*counts)).collect();
        let middle = median(&shares);
        let is_partial =
            |counts: (usize, usize)| counts.0 < counts.1 && share(counts) > middle + 0.4;
        let found: Vec<_> = counted.filter(|(_, counts)| is_partial(**counts)).collect();
        if let (Some((region, (zero, all))), true) = (found.first(), shares.len() >= COLUMN) {
            notes.push(format!(
                "warning: {} gemeenten have far more zeros in {year} than others and may have delivered a part, such as {}: \
                 {zero} of {all}",
                found.len(),
                columns.name(**region)
            ));
        }
    }
    notes
}

/// Columns without a row of gemeenten that other columns of the year have: a warning.
pub fn uneven(columns: &Columns<'_>) -> Option<String> {
    let mut listed: BTreeMap<i32, BTreeSet<RegionCode>> = BTreeMap::new();
    for ((_, year), column) in &columns.of {
        listed.entry(*year).or_default().extend(column.keys());
    }
    let mut tally = Tally::default();
    for ((place, year), column) in &columns.of {
        let all = listed.get(year).into_iter().flatten();
        let lacking: Vec<&RegionCode> = all
            .filter(|region| !column.contains_key(**region))
            .collect();
        let gemeente = lacking
            .iter()
            .find(|region| ***region != RegionCode::NEDERLAND);
        if let Some(region) = gemeente {
            let label = columns.label((*place, *year));
            tally.add(
                lacking.len(),
                lacking.len() + column.len(),
                &label,
                &columns.name(**region),
            );
        }
    }
    tally.told("warning: rows lack of gemeenten that have others")
}
