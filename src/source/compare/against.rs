//! A release against the one before it.
//!
//! In: the columns of both. Out: what no ordinary revision does, and notes on the revision. Cannot fail. A column that is
//! missing a hundredth of its figures, or turned as many to zero, was not revised; neither was a figure ten times as large.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Column, Columns, pairs};
use super::tally::Tally;
use crate::base::number::csv_number;
use crate::base::sum::Sum;
use crate::gemeente::RegionId;
use crate::query::amount;
use crate::source::snapshot::TopicMeta;

/// Share of a column's figures that may go missing or to zero in a revision.
const FEW: f64 = 0.01;

/// Share by which the sum of a column may change in a revision.
const JUMP: f64 = 0.1;

/// What there is to say of a release and the one before it.
#[derive(Default)]
pub struct Revised {
    pub findings: Vec<String>,
    pub notes: Vec<String>,
}

/// All that was found, kind by kind.
#[derive(Default)]
struct Found {
    gone: Tally,
    blank: Tally,
    zero: Tally,
    factor: Tally,
    sign: Tally,
    moved: Tally,
    sum: Tally,
    emptied: Vec<String>,
    /// Per year and gemeente: figures it lost, and had.
    lost: BTreeMap<(i32, RegionId), (usize, usize)>,
    changed: usize,
    changed_columns: usize,
    compared: usize,
    added: usize,
    few_lost: usize,
}

/// Compares. A topic that the source no longer offers is told where `offered` says what it offers.
pub fn compare(new: &Columns<'_>, old: &Columns<'_>, offered: Option<&[TopicMeta]>) -> Revised {
    let mut found = Found::default();
    let successors = successors(new, old);
    for (&(place, year), before) in &old.of {
        if let Some(&now) = successors.get(&place) {
            // thousands of a unit that moved are taken out
            let factor = old.scale(place) / new.scale(now);
            let before: Column = before
                .iter()
                .map(|(region, value)| (*region, value.map(|value| value * factor)))
                .collect();
            found.column(new, (now, year), &before);
        }
    }
    let mut revised = Revised::default();
    let is_offered =
        |topic: &TopicMeta| offered.is_none_or(|offered| successor(offered, topic).is_some());
    for (place, topic) in old.sidecar.topics.iter().enumerate() {
        let had = old
            .of
            .range((place, i32::MIN)..=(place, i32::MAX))
            .any(|(_, column)| has_any(column));
        if had && !is_offered(topic) {
            found
                .emptied
                .push(format!("topic `{}` ({})", topic.title, topic.unit));
        }
    }
    revised.findings = found.findings(new);
    revised.notes = found.notes();
    let years = |columns: &Columns<'_>| {
        columns
            .of
            .keys()
            .map(|(_, year)| *year)
            .collect::<BTreeSet<_>>()
    };
    let later: Vec<String> = years(new)
        .difference(&years(old))
        .map(i32::to_string)
        .collect();
    if !later.is_empty() {
        revised.notes.push(format!(
            "has figures of {} for the first time",
            later.join(", ")
        ));
    }
    revised
}

fn has_any(column: &Column) -> bool {
    column.values().any(Option::is_some)
}

/// Which topic of the new release each topic of the old one is.
fn successors(new: &Columns<'_>, old: &Columns<'_>) -> BTreeMap<usize, usize> {
    let topics = old.sidecar.topics.iter().enumerate();
    topics
        .filter_map(|(place, topic)| Some((place, successor(&new.sidecar.topics, topic)?)))
        .collect()
}

/// Title and unit decide, then the key: the number at its end moves, and thousands may move into the unit.
fn successor(topics: &[TopicMeta], old: &TopicMeta) -> Option<usize> {
    let of_unit = |topic: &TopicMeta| amount(&topic.unit).1 == amount(&old.unit).1;
    let titled = topics
        .iter()
        .position(|topic| of_unit(topic) && topic.title == old.title);
    titled.or_else(|| {
        topics
            .iter()
            .position(|topic| of_unit(topic) && topic.key == old.key)
    })
}

impl Found {
    /// Holds a column against what it was.
    fn column(&mut self, new: &Columns<'_>, key: (usize, i32), before: &Column) {
        let (empty, label) = (Column::new(), new.label(key));
        let after = new.of.get(&key).unwrap_or(&empty);
        let had: Vec<(RegionId, f64)> = before
            .iter()
            .filter_map(|(region, value)| Some((*region, (*value)?)))
            .filter(|(region, _)| new.expects(*region, key.1))
            .collect();
        if had.is_empty() {
            return;
        }
        if !has_any(after) {
            self.emptied.push(label);
            return;
        }
        let large = |value: f64| new.steps(key.0, value) >= 10.0;
        let value = |region: &RegionId| after.get(region).copied().flatten();
        let is_zero =
            |(region, before): &&(RegionId, f64)| value(region) == Some(0.0) && large(*before);
        let gone = had.iter().filter(|(region, _)| !after.contains_key(region));
        let blank = had
            .iter()
            .filter(|(region, _)| after.get(region) == Some(&None));
        let (gone, blank): (Vec<_>, Vec<_>) = (gone.collect(), blank.collect());
        let zero: Vec<_> = had.iter().filter(is_zero).collect();
        for (kind, hits, least) in [
            (&mut self.gone, &gone, 0.0),
            (&mut self.blank, &blank, FEW),
            (&mut self.zero, &zero, FEW),
        ] {
            if hits.len() as f64 > least * had.len() as f64 {
                let (region, before) = *hits[0];
                kind.add(
                    hits.len(),
                    had.len(),
                    &label,
                    &new.example(region, before, value(&region)),
                );
            } else {
                self.few_lost += hits.len();
            }
        }
        for (region, _) in had
            .iter()
            .filter(|(region, _)| *region != RegionId::NEDERLAND)
        {
            self.lost.entry((key.1, *region)).or_default().1 += 1;
        }
        for (region, _) in gone.iter().chain(&blank).chain(&zero) {
            self.lost.entry((key.1, *region)).or_default().0 += 1;
        }
        self.added += after
            .iter()
            .filter(|(region, value)| {
                value.is_some() && !matches!(before.get(region), Some(Some(_)))
            })
            .count();
        self.revised(new, key, before, after);
    }

    /// Figures that are there before and after.
    fn revised(&mut self, new: &Columns<'_>, key: (usize, i32), before: &Column, after: &Column) {
        let label = new.label(key);
        let both: Vec<(RegionId, f64, f64)> = pairs(before, after).collect();
        let differs = |one: f64, other: f64| new.steps(key.0, one - other) > 0.5;
        let changed: Vec<_> = both
            .iter()
            .copied()
            .filter(|(_, old, now)| differs(*old, *now))
            .collect();
        self.compared += both.len();
        self.changed += changed.len();
        self.changed_columns += usize::from(!changed.is_empty());
        let large = |(_, old, now): &&(RegionId, f64, f64)| {
            new.steps(key.0, old.abs().min(now.abs())) >= 20.0
        };
        let tell = |kind: &mut Tally, hits: &[&(RegionId, f64, f64)]| {
            if let Some(&&(region, old, now)) = hits.first() {
                kind.add(
                    hits.len(),
                    both.len(),
                    &label,
                    &new.example(region, old, Some(now)),
                );
            }
        };
        let by_factor = |old: f64, now: f64| {
            let power = (now / old).log10().round();
            let ends = |one: f64, other: f64| {
                (one - other * 10_f64.powf(power.abs())).abs() <= one.abs() * 1e-3
            };
            power != 0.0 && now / old > 0.0 && (ends(now, old) || ends(old, now))
        };
        let factor: Vec<_> = changed
            .iter()
            .filter(large)
            .filter(|(_, old, now)| by_factor(*old, *now))
            .collect();
        tell(&mut self.factor, &factor);
        let sign: Vec<_> = changed
            .iter()
            .filter(large)
            .filter(|(_, old, now)| !differs(*old, -*now))
            .collect();
        if sign.len() as f64 > FEW * both.len() as f64 {
            tell(&mut self.sign, &sign);
        }
        let moved = moved(before, &changed, |value| new.steps(key.0, value));
        tell(&mut self.moved, &moved);
        let of = |each: fn(&(RegionId, f64, f64)) -> f64| -> f64 {
            let gemeenten = both
                .iter()
                .filter(|(region, ..)| *region != RegionId::NEDERLAND);
            gemeenten.map(each).collect::<Sum>().total()
        };
        let (size, old, now) = (of(|it| it.1.abs()), of(|it| it.1), of(|it| it.2));
        if (now - old).abs() > JUMP * size && new.steps(key.0, size) >= 100.0 {
            let example = format!(
                "all together from {} to {}",
                csv_number(old),
                csv_number(now)
            );
            self.sum.add(changed.len(), both.len(), &label, &example);
        }
    }

    fn findings(&self, new: &Columns<'_>) -> Vec<String> {
        let kinds = [
            (&self.gone, "rows with a figure are gone"),
            (&self.blank, "figures became missing"),
            (&self.zero, "figures became zero"),
            (
                &self.factor,
                "figures changed by a factor of ten, or of tens",
            ),
            (&self.sign, "figures changed their sign"),
            (&self.moved, "figures stand at another gemeente than before"),
            (&self.sum, "the sum of gemeenten jumped"),
        ];
        let told = kinds
            .into_iter()
            .filter_map(|(tally, what)| tally.told(what));
        let mut findings: Vec<String> = told.collect();
        if let Some(first) = self.emptied.first() {
            let columns = self.emptied.len();
            findings.push(format!(
                "{columns} columns or topics lost every figure, such as {first}"
            ));
        }
        let lost = self.lost.iter();
        let lost: Vec<_> = lost
            .filter(|(_, (lost, had))| *lost >= 5 && 2 * lost >= *had)
            .collect();
        if let Some(((year, region), (gone, had))) = lost.first() {
            findings.push(format!(
                "{} gemeenten lost half of their figures, such as {} in {year}: {gone} of {had}",
                lost.len(),
                new.name(*region)
            ));
        }
        findings
    }

    fn notes(&self) -> Vec<String> {
        if self.changed + self.added + self.few_lost == 0 {
            return Vec::new();
        }
        vec![format!(
            "revised: {} of {} figures differ from the release before, in {} columns; {} are new, {} went missing or to zero",
            self.changed, self.compared, self.changed_columns, self.added, self.few_lost
        )]
    }
}

/// Of the figures that changed those that are another gemeente's figure of before, where these are too many for chance.
///
/// In a column of values that few share it is telling when half of what changed is a value of elsewhere; in one of whole
/// percentages only when it is that of the row before or after, time after time.
fn moved<'c>(
    before: &Column,
    changed: &'c [(RegionId, f64, f64)],
    steps: impl Fn(f64) -> f64,
) -> Vec<&'c (RegionId, f64, f64)> {
    let rows: Vec<(RegionId, f64)> = before
        .iter()
        .filter_map(|(region, value)| Some((*region, (*value)?)))
        .filter(|(region, value)| *region != RegionId::NEDERLAND && *value != 0.0)
        .collect();
    let mut holders: BTreeMap<u64, Vec<RegionId>> = BTreeMap::new();
    for (region, value) in &rows {
        holders.entry(value.to_bits()).or_default().push(*region);
    }
    let alone = holders
        .values()
        .filter(|regions| regions.len() == 1)
        .count();
    let is_telling = alone * 5 >= rows.len() * 4;
    let at = |region: RegionId| {
        rows.binary_search_by_key(&region, |(region, _)| *region)
            .ok()
    };
    let is_moved = |(region, old, now): &&(RegionId, f64, f64)| {
        let elsewhere = holders
            .get(&now.to_bits())
            .and_then(|regions| match regions.as_slice() {
                [other] if is_telling && steps(*old) >= 20.0 => Some(*other),
                _ => None,
            });
        let neighbour = |step: isize| {
            let place = at(*region).and_then(|place| place.checked_add_signed(step));
            place
                .and_then(|place| rows.get(place))
                .is_some_and(|(_, value)| value == now)
        };
        elsewhere.is_some_and(|other| other != *region) || neighbour(1) || neighbour(-1)
    };
    let hits: Vec<_> = changed.iter().filter(is_moved).collect();
    let swapped = || match hits.as_slice() {
        [one, other] => is_telling && one.1 == other.2 && one.2 == other.1,
        _ => false,
    };
    let least = if is_telling { 3 } else { 5 };
    let is_many = hits.len() >= least && hits.len() * 5 >= changed.len() * 3;
    if is_many || swapped() {
        hits
    } else {
        Vec::new()
    }
}
