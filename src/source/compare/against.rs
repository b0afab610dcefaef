//! A release against the one before it.
//!
//! In: the columns of both. Out: what no ordinary revision does, and notes on the revision. Cannot fail. A column that is
//! missing a hundredth of its figures, or turned as many to zero, was not revised; neither was a figure ten times as large.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Column, Columns};
use super::stretch::{COLUMN, stretch};
use super::tally::Tally;
use crate::base::number::csv_number;
use crate::base::sum::Sum;
use crate::gemeente::RegionCode;
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
    /// Per year and region: figures it lost, and had.
    lost: BTreeMap<(i32, RegionCode), (usize, usize)>,
    changed: usize,
    changed_columns: usize,
    compared: usize,
    added: usize,
    few_lost: usize,
    /// The largest change of a figure by its share, and where.
    widest: Option<(f64, String)>,
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
    if successors.is_empty() {
        let note = "no topic of the release before is among these: nothing was compared";
        revised.notes.push(note.to_owned());
    }
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
    revised.notes.extend(found.notes());
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
pub fn successors(new: &Columns<'_>, old: &Columns<'_>) -> BTreeMap<usize, usize> {
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

/// A column of both releases.
struct Both<'c> {
    new: &'c Columns<'c>,
    place: usize,
    year: i32,
    label: String,
    /// What the release before has, of the regions that the new one is to have.
    had: Vec<(RegionCode, f64)>,
    after: &'c Column,
}

/// A figure before and after.
type Pair = (RegionCode, f64, f64);

impl Both<'_> {
    fn value(&self, region: RegionCode) -> Option<f64> {
        self.after.get(region).copied().flatten()
    }

    fn steps(&self, value: f64) -> f64 {
        self.new.steps(self.place, value)
    }

    fn differ(&self, one: f64, other: f64) -> bool {
        self.steps(one - other) > 0.5
    }

    /// Figures that are there before and after.
    fn pairs(&self) -> Vec<Pair> {
        let had = self.had.iter();
        had.filter_map(|(region, old)| Some((*region, *old, self.value(*region)?)))
            .collect()
    }

    /// A stretch that fits what another row was before.
    fn stretch(&self) -> Option<(usize, RegionCode)> {
        let had = self.had.iter().map(|(region, old)| (*region, Some(*old)));
        stretch(self.after, &had.collect())
    }

    /// Figures that became zero, and the share of the column that may.
    fn zeros(&self) -> (Vec<(RegionCode, f64)>, f64) {
        let is_zero = |(region, _): &&(RegionCode, f64)| self.value(*region) == Some(0.0);
        let of = |least: f64| {
            let zeros = self.had.iter().filter(is_zero);
            zeros
                .copied()
                .filter(move |(_, old)| self.steps(*old) >= least)
        };
        // money is booked elsewhere; what else was many is not none at once
        let is_money = amount(&self.new.topic(self.place).unit).1 == "euro";
        let is_many = !is_money && of(100.0).next().is_some();
        (of(10.0).collect(), if is_many { 0.0 } else { FEW })
    }
}

impl Found {
    /// Holds a column against what it was.
    fn column(&mut self, new: &Columns<'_>, (place, year): (usize, i32), before: &Column) {
        let empty = Column::new();
        let had = before
            .iter()
            .filter_map(|(region, value)| Some((*region, (*value)?)));
        let both = Both {
            new,
            place,
            year,
            label: new.label((place, year)),
            had: had
                .filter(|(region, _)| new.expects(*region, year))
                .collect(),
            after: new.of.get(&(place, year)).unwrap_or(&empty),
        };
        let is_new = |region: &RegionCode| !matches!(before.get(*region), Some(Some(_)));
        let after = both.after.iter().filter(|(_, value)| value.is_some());
        self.added += after.filter(|(region, _)| is_new(region)).count();
        if both.had.is_empty() {
            return;
        }
        if !has_any(both.after) {
            self.emptied.push(both.label);
            return;
        }
        self.lost(&both);
        let pairs = both.pairs();
        let changed = pairs
            .iter()
            .copied()
            .filter(|(_, old, now)| both.differ(*old, *now));
        let changed: Vec<Pair> = changed.collect();
        self.compared += pairs.len();
        self.changed += changed.len();
        self.changed_columns += usize::from(!changed.is_empty());
        self.cells(&both, &changed, pairs.len());
        self.sum(&both, &pairs, changed.len());
    }

    /// Figures that went.
    fn lost(&mut self, both: &Both<'_>) {
        let of = |is: &dyn Fn(RegionCode) -> bool| -> Vec<(RegionCode, f64)> {
            both.had
                .iter()
                .copied()
                .filter(|(region, _)| is(*region))
                .collect()
        };
        let gone = of(&|region| !both.after.contains_key(region));
        let blank = of(&|region| both.after.get(region) == Some(&None));
        let (zero, few_zeros) = both.zeros();
        for (region, _) in both
            .had
            .iter()
            .filter(|(region, _)| *region != RegionCode::NEDERLAND)
        {
            self.lost.entry((both.year, *region)).or_default().1 += 1;
        }
        for (kind, hits, few) in [
            (&mut self.gone, gone, 0.0),
            (&mut self.blank, blank, FEW),
            (&mut self.zero, zero, few_zeros),
        ] {
            for (region, _) in &hits {
                self.lost.entry((both.year, *region)).or_default().0 += 1;
            }
            if hits.len() as f64 > few * both.had.len() as f64 {
                let (region, before) = hits[0];
                let example = both.new.example(region, before, both.value(region));
                kind.add(hits.len(), both.had.len(), &both.label, &example);
            } else {
                self.few_lost += hits.len();
            }
        }
    }

    /// Figures that changed in a way of their own.
    fn cells(&mut self, both: &Both<'_>, changed: &[Pair], of: usize) {
        let least = |(_, old, now): &Pair| both.steps(old.abs().min(now.abs()));
        let large: Vec<Pair> = changed
            .iter()
            .copied()
            .filter(|pair| least(pair) >= 20.0)
            .collect();
        let factor = large
            .iter()
            .copied()
            .filter(|(_, old, now)| is_power(*old, *now, 1.0 / both.steps(1.0)));
        let sign = large
            .iter()
            .copied()
            .filter(|(_, old, now)| !both.differ(*old, -*now));
        let moved = moved(&both.had, changed, |value| both.steps(value));
        let is_moved = !moved.is_empty();
        for (kind, hits, few) in [
            (&mut self.factor, factor.collect::<Vec<_>>(), 0.0),
            (&mut self.sign, sign.collect(), FEW),
            (&mut self.moved, moved, 0.0),
        ] {
            if hits.len() as f64 > few * of as f64 {
                let (region, old, now) = hits[0];
                kind.add(
                    hits.len(),
                    of,
                    &both.label,
                    &both.new.example(region, old, Some(now)),
                );
            }
        }
        // revised and moved as well
        let moves = if changed.len() < COLUMN {
            None
        } else {
            both.stretch()
        };
        if let Some((length, first)) = moves.filter(|_| !is_moved) {
            let example = format!("from {} on", both.new.name(first));
            self.moved.add(length, of, &both.label, &example);
        }
        for &(region, old, now) in changed {
            let size = old.abs().max(now.abs());
            let share = (now - old).abs() / size;
            if both.steps(size) >= 100.0
                && self
                    .widest
                    .as_ref()
                    .is_none_or(|(widest, _)| share > *widest)
            {
                let example = both.new.example(region, old, Some(now));
                self.widest = Some((share, format!("{}: {example}", both.label)));
            }
        }
    }

    /// The sum of all regions but Nederland before and after.
    fn sum(&mut self, both: &Both<'_>, pairs: &[Pair], changed: usize) {
        let of = |each: fn(&Pair) -> f64| -> f64 {
            let regions = pairs
                .iter()
                .filter(|(region, ..)| *region != RegionCode::NEDERLAND);
            regions.map(each).collect::<Sum>().total()
        };
        let (size, old, now) = (of(|it| it.1.abs()), of(|it| it.1), of(|it| it.2));
        if (now - old).abs() > JUMP * size && both.steps(size) >= 100.0 {
            let example = format!(
                "all together from {} to {}",
                csv_number(old),
                csv_number(now)
            );
            self.sum.add(changed, pairs.len(), &both.label, &example);
        }
    }

    fn findings(&self, new: &Columns<'_>) -> Vec<String> {
        let [region, regions] = new.level();
        let moved = format!("figures stand at another {region} than before");
        let sum = format!("the sum of {regions} jumped");
        let kinds = [
            (&self.gone, "rows with a figure are gone"),
            (&self.blank, "figures became missing"),
            (&self.zero, "figures became zero"),
            (
                &self.factor,
                "figures changed by a factor of ten, or of tens",
            ),
            (&self.sign, "figures changed their sign"),
            (&self.moved, &*moved),
            (&self.sum, &*sum),
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
                "{} {regions} lost half of their figures, such as {} in {year}: {gone} of {had}",
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
        let widest = self
            .widest
            .as_ref()
            .map_or_else(String::new, |(_, widest)| format!("; most in {widest}"));
        vec![format!(
            "revised: {} of {} figures differ from the release before, in {} columns; {} are new, {} went missing or to zero{widest}",
            self.changed, self.compared, self.changed_columns, self.added, self.few_lost
        )]
    }
}

/// Whether one figure is ten, a hundred, … times the other, but for what the steps of the smaller one lose.
fn is_power(one: f64, other: f64, step: f64) -> bool {
    let factor = 10_f64.powf((other / one).log10().round().abs());
    let is = |large: f64, small: f64| (large - small * factor).abs() <= factor * step;
    other / one > 0.0 && factor > 1.0 && (is(one, other) || is(other, one))
}

/// Of the figures that changed those that are another region's figure of before, where these are too many for chance.
///
/// In a column of values that few share it is telling when half of what changed is a value of elsewhere; in one of whole
/// percentages only when it is that of the row before or after, time after time.
fn moved(had: &[(RegionCode, f64)], changed: &[Pair], steps: impl Fn(f64) -> f64) -> Vec<Pair> {
    let counts =
        |(region, value): &&(RegionCode, f64)| *region != RegionCode::NEDERLAND && *value != 0.0;
    let rows: Vec<(RegionCode, u64)> = had
        .iter()
        .filter(counts)
        .map(|(region, value)| (*region, value.to_bits()))
        .collect();
    let mut holders: BTreeMap<u64, Vec<RegionCode>> = BTreeMap::new();
    for (region, value) in &rows {
        holders.entry(*value).or_default().push(*region);
    }
    let alone = holders
        .values()
        .filter(|regions| regions.len() == 1)
        .count();
    let is_telling = alone * 5 >= rows.len() * 4;
    let is_moved = |(region, old, now): &&Pair| {
        let elsewhere = match holders.get(&now.to_bits()).map(Vec::as_slice) {
            Some([other]) => is_telling && steps(*old) >= 20.0 && other != region,
            _ => false,
        };
        let at = rows
            .binary_search_by_key(region, |(region, _)| *region)
            .ok();
        let neighbour = |step: isize| {
            let place = at.and_then(|place| place.checked_add_signed(step));
            let row = place.and_then(|place| rows.get(place));
            row.is_some_and(|(_, value)| *value == now.to_bits())
        };
        elsewhere || neighbour(1) || neighbour(-1)
    };
    let hits: Vec<Pair> = changed.iter().filter(is_moved).copied().collect();
    let is_swap = match hits.as_slice() {
        [one, other] => {
            is_telling
                && one.1.to_bits() == other.2.to_bits()
                && one.2.to_bits() == other.1.to_bits()
        }
        _ => false,
    };
    let least = if is_telling { 3 } else { 5 };
    let is_many = hits.len() >= least && hits.len() * 5 >= changed.len() * 3;
    if is_many || is_swap { hits } else { Vec::new() }
}
