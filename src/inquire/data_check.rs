//! Checks of the figures themselves: what came in, and whether it fits together.
//!
//! In: the raw snapshots, the tidy figures and the checks of the queries. Out: a [`Check`] per table, indicator, count and
//! relation. CBS rounds the figures of neighbourhoods to fives, so sums have a tolerance.

use std::collections::BTreeSet;

use super::check::{Check, Checked, Kind};
use crate::base::failure::Failure;
use crate::base::number;
use crate::base::observation::{Missing, Status};
use crate::fact::{Register, print};
use crate::figures::tidy::{Raw, Words};
use crate::figures::{Cell, Figures, Row};
use crate::gemeente::{RegionId, is_no_gemeente};
use crate::query::{Formula, IndicatorId, Known, Relation, Right, TopicId, TopicKind, Way};

/// All checks of the figures.
pub(super) fn checks(register: &Register<'_>) -> Result<Vec<Check>, Failure> {
    let (queries, regions) = (register.queries(), &register.figures().gemeenten.regions);
    let asked = &queries.checks;
    for known in &asked.known {
        if regions.get(known.region).is_none() {
            let message = format!("there is no gemeente `{}`", known.region);
            let hint = "codes of gemeenten stand in `data/regions/gemeenten.csv`";
            return Err(known.place.clone().wrong(message, hint).into());
        }
    }
    let mut found = Vec::new();
    for (table, raw) in &register.figures().tidy.raw {
        found.extend(of_table(table, raw, register));
    }
    for id in queries.indicator_ids() {
        found.extend(of_indicator(id, &asked.known, register));
    }
    let relations = asked.relations.iter();
    found.extend(relations.map(|relation| of_relation(relation, register)));
    found.extend(national(asked.tolerance, register));
    Ok(found)
}

fn of_table(table: &str, raw: &Raw, register: &Register<'_>) -> [Check; 2] {
    fn word(words: &Words, place: usize) -> &str {
        words[place].as_deref().unwrap_or_default()
    }
    let regions = &register.figures().gemeenten.regions;
    let is_unknown = |place: usize| {
        let code = word(raw.regions(), place);
        let is_known = RegionId::parse(code).is_some_and(|region| regions.knows(region));
        !is_known && !is_no_gemeente(code)
    };
    let is_unknown: Vec<bool> = (0..raw.regions().len()).map(is_unknown).collect();
    let (mut before, mut twice) = (None, Vec::new());
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    for row in raw.rows() {
        let cell = (row.topic, row.period, row.region);
        let (period, region) = (
            word(raw.periods(), row.period),
            word(raw.regions(), row.region),
        );
        if before.replace(cell) == Some(cell) {
            let topic = word(raw.topics(), row.topic);
            twice.push(format!("{topic} {period} {region}"));
        }
        if is_unknown[row.region] {
            unknown.insert(format!("region {region} in {period}"));
        }
    }
    for word in raw.kinds_of_missing().iter().map(Option::as_deref) {
        if word.is_none_or(|word| word.parse::<Missing>().is_err()) {
            unknown.insert(format!("missing {}", word.unwrap_or("null")));
        }
    }
    for word in raw.statuses().iter().map(Option::as_deref) {
        if word.is_none_or(|word| word.parse::<Status>().is_err()) {
            unknown.insert(format!("status {}", word.unwrap_or("null")));
        }
    }
    let check = |kind: Kind, wrong: Option<String>| Check {
        state: Checked::of(wrong.is_none(), true),
        kind,
        id: table.to_owned(),
        required: true,
        detail: wrong.unwrap_or_else(|| format!("{} cells", raw.height())),
    };
    // two periods of one year are two figures of it
    if twice.is_empty() {
        let of_year = register.figures().tidy.twice.iter();
        let of_year = of_year.filter(|again| again.table == table);
        twice.extend(of_year.map(|again| format!("{} {} {}", again.key, again.year, again.region)));
    }
    let twice = twice
        .first()
        .map(|first| format!("{} cells twice, such as {first}", twice.len()));
    let some: Vec<String> = unknown.into_iter().take(5).collect();
    let unknown = (!some.is_empty()).then(|| some.join(", "));
    [check(Kind::Unique, twice), check(Kind::Accepted, unknown)]
}

/// What the figures of an indicator's members lack, and how many gemeenten have one.
#[derive(Default)]
struct Found {
    with_value: usize,
    /// Members without a figure.
    lacking: Vec<String>,
}

fn found(id: IndicatorId, year: i32, figures: &Figures) -> Found {
    let subject = figures.groups.subject();
    let is_member = |region: RegionId| subject.regions().any(|member| member == region);
    let mut found = Found::default();
    for (region, cell) in gemeenten(id, year, figures) {
        if cell.value().is_some() {
            found.with_value += 1;
        } else if is_member(region) {
            let (name, missing) = (figures.name(region), cell.observation.missing.word());
            found.lacking.push(format!("{name} ({missing})"));
        }
    }
    found
}

fn gemeenten(
    id: IndicatorId,
    year: i32,
    figures: &Figures,
) -> impl Iterator<Item = (RegionId, &Cell)> {
    let block = figures.block(id);
    let cells = block.regions().iter().copied().zip(block.year(year));
    cells.filter(|(region, _)| *region != RegionId::NEDERLAND)
}

/// Figures of a year outside the plausible range, in words, and whether one of them decides a figure: that of a member
/// of a network, or one so far off that it would decide that of any group. One that was looked at does not.
fn outside(
    id: IndicatorId,
    year: i32,
    known: &[Known],
    register: &Register<'_>,
) -> (Vec<String>, bool) {
    let (figures, indicator) = (register.figures(), &register.queries()[id]);
    let (low, high) = indicator.range;
    let far = high - low;
    let (mut texts, mut decides) = (Vec::new(), false);
    for (region, cell) in gemeenten(id, year, figures) {
        let Some(value) = cell.value().filter(|value| !(low..=high).contains(value)) else {
            continue;
        };
        let is_meant = |known: &&Known| known.indicator == id && known.region == region;
        let looked_at = known.iter().find(is_meant);
        let is_far = !(low - far..=high + far).contains(&value);
        let mut networks = figures.groups.networks();
        let is_member = networks.any(|network| network.regions().any(|member| member == region));
        decides |= looked_at.is_none() && (is_far || is_member);
        let text = print(indicator, value, false).unwrap_or_else(|error| error.to_string());
        let reason = looked_at.map(|known| format!(" ({})", known.reason));
        let name = figures.name(region);
        texts.push(format!("{name} {text}{}", reason.unwrap_or_default()));
    }
    (texts, decides)
}

fn of_indicator(id: IndicatorId, known: &[Known], register: &Register<'_>) -> Vec<Check> {
    let (figures, indicator) = (register.figures(), &register.queries()[id]);
    let check = |kind: Kind, state: Checked, required: bool, detail: String| Check {
        state,
        kind,
        id: indicator.id.clone(),
        required,
        detail,
    };
    let Some(year) = figures.used(id).year else {
        let detail = "no figures".to_owned();
        return vec![check(Kind::NotNull, Checked::Warn, false, detail)];
    };
    let found = found(id, year, figures);
    // of a size class only Nederland has a figure
    if found.with_value == 0 {
        return Vec::new();
    }
    let subject = figures.groups.subject();
    let all_there = found.lacking.is_empty();
    let lacking = if all_there {
        let (members, label) = (subject.members.len(), &subject.name.label);
        format!("{year}: all {members} members of {label}")
    } else {
        format!("{year}: no figure for {}", found.lacking.join(", "))
    };
    let (low, high) = indicator.range;
    let (mut details, mut decides) = (Vec::new(), false);
    // the year that the paper uses, then the others: they stand in charts and in the open data
    let mut years: Vec<i32> = figures
        .block(id)
        .periods()
        .iter()
        .map(|of| of.year)
        .collect();
    years.sort_by_key(|of| (*of != year, *of));
    for of in years {
        let (texts, of_member) = outside(id, of, known, register);
        decides |= of_member;
        if !texts.is_empty() {
            let texts = texts.join(", ");
            details.push(format!("{of}: not from {low} to {high}: {texts}"));
        }
    }
    let all_within = details.is_empty();
    if all_within {
        let gemeenten = found.with_value;
        details.push(format!(
            "{year}: {gemeenten} gemeenten from {low} to {high}"
        ));
    }
    // a strange value of a small gemeente may be true (Schiermonnikoog); one of a member would decide a figure
    let state = Checked::of(all_within, decides);
    vec![
        check(Kind::NotNull, Checked::of(all_there, false), false, lacking),
        check(
            Kind::Range,
            state,
            all_within || decides,
            details.join("; "),
        ),
    ]
}

/// The sum of a formula's topics in a year and region; `None` when one is missing.
pub(super) fn sum(
    formula: &Formula,
    year: i32,
    region: RegionId,
    figures: &Figures,
) -> Option<f64> {
    formula.terms.iter().try_fold(0.0, |sum, term| {
        let row = figures.tidy.row(term.topic, year, region)?;
        let value = row.observation.value?;
        Some(if term.negative {
            sum - value
        } else {
            sum + value
        })
    })
}

fn of_relation(relation: &Relation, register: &Register<'_>) -> Check {
    let figures = register.figures();
    let (mut tested, mut off) = (0, Vec::new());
    let rows = figures
        .tidy
        .years(relation.left.terms[0].topic)
        .flat_map(|(year, rows)| rows.iter().map(move |row| (year, row.region)));
    for (year, region) in rows {
        let expected = match &relation.right {
            Right::Number(number) => Some(*number),
            Right::Sum(formula) => sum(formula, year, region, figures),
        };
        let (Some(found), Some(expected)) = (sum(&relation.left, year, region, figures), expected)
        else {
            continue;
        };
        tested += 1;
        if (found - expected).abs() > expected.abs() * relation.tolerance / 100.0 {
            let name = figures.name(region);
            off.push(format!("{name} {year}: {found} against {expected}"));
        }
    }
    let holds = off.is_empty() && tested > 0;
    Check {
        state: Checked::of(holds, relation.required),
        kind: Kind::Relation,
        id: relation.id.clone(),
        required: relation.required,
        detail: if off.is_empty() {
            format!("{}: {tested} times", relation.title)
        } else {
            let some: Vec<_> = off.iter().take(3).cloned().collect();
            format!(
                "{}: {} of {tested} not, such as {}",
                relation.title,
                off.len(),
                some.join(", ")
            )
        },
    }
}

/// Counts of all gemeenten against CBS's own figure for Nederland; required where no gemeente is missing.
fn national(tolerance: f64, register: &Register<'_>) -> Vec<Check> {
    let queries = register.queries();
    let ways = || queries.indicators.iter().flat_map(|asked| &asked.ways);
    let is_count = |topic: TopicId| {
        let asked = &queries[topic];
        asked.kind == TopicKind::Count && asked.additive && ways().any(|way| adds_up(way, topic))
    };
    let is_asked = tolerance.is_finite();
    let counts = queries.topic_ids();
    let counts = counts.filter(|topic| is_asked && is_count(*topic));
    counts
        .filter_map(|topic| of_count(topic, tolerance, register))
        .collect()
}

fn of_count(topic: TopicId, tolerance: f64, register: &Register<'_>) -> Option<Check> {
    let (mut tested, mut off, mut whole) = (Vec::new(), Vec::new(), true);
    for (year, rows) in register.figures().tidy.years(topic) {
        let (nation, gemeenten): (Vec<&Row>, Vec<&Row>) = rows
            .iter()
            .partition(|row| row.region == RegionId::NEDERLAND);
        let Some(own) = nation.first().and_then(|row| row.observation.value) else {
            continue;
        };
        let values = || gemeenten.iter().map(|row| row.observation.value);
        let complete = values().all(|value| value.is_some());
        let sum: f64 = values().flatten().sum();
        let deviation = (sum / own - 1.0) * 100.0;
        tested.push(year.to_string());
        if deviation.abs() > tolerance {
            whole &= !complete;
            off.push(format!(
                "{year}: {} is {deviation:.1}% off{}",
                number::csv_number(sum),
                if complete { "" } else { ", some are missing" }
            ));
        }
    }
    (!tested.is_empty()).then(|| Check {
        state: Checked::of(off.is_empty(), !whole),
        kind: Kind::National,
        id: register.queries()[topic].id.clone(),
        required: off.is_empty() || !whole,
        detail: if off.is_empty() {
            format!("{} within {tolerance}%", tested.join(", "))
        } else {
            off.join("; ")
        },
    })
}

/// Whether a way sums a topic over gemeenten.
fn adds_up(way: &Way, topic: TopicId) -> bool {
    let within = |formula: &Formula| formula.terms.iter().any(|term| term.topic == topic);
    match way {
        Way::Quotient {
            numerator,
            denominator,
            ..
        } => within(numerator) || within(denominator),
        Way::Total { total } => within(total),
        Way::Mean { weight, .. } => within(weight),
        Way::Distribution { .. } | Way::SizeClass { .. } => false,
    }
}
