//! Checks of the figures themselves: what came in, and whether it fits together.
//!
//! In: the raw snapshots, the tidy table and the checks of the queries. Out: a [`Check`] per table, indicator, count and
//! relation. CBS rounds the figures of neighbourhoods to fives, so sums have a tolerance.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::Error;
use super::check::{Check, Checked, Kind};
use crate::compare::GroupId;
use crate::fact::{Register, print};
use crate::gemeente::{NEDERLAND, NEDERLAND_NUMBER, region_code};
use crate::located::nearest;
use crate::observation::{Missing, Status};
use crate::query::{Formula, Known, Relation, Right, TopicKind};

/// Values by topic, then year and region.
type Values = BTreeMap<usize, BTreeMap<(i32, i32), Option<f64>>>;

/// All checks of the figures.
pub(super) fn checks(register: &Register<'_>) -> Result<Vec<Check>, crate::failure::Failure> {
    let asked = &register.queries().checks;
    let regions = &register.figures().gemeenten.regions;
    for known in &asked.known {
        let code = region_code(known.region);
        if regions.get(&code).is_none() {
            let message = format!("there is no gemeente `{code}`");
            return Err(known
                .place
                .clone()
                .wrong(message, nearest(&code, regions.codes()))
                .into());
        }
    }
    let mut found = Vec::new();
    for (table, frame) in &register.figures().tidy.raw {
        found.extend(of_table(table, frame, register).map_err(Error::Frame)?);
    }
    for position in 0..register.queries().indicators.len() {
        found.extend(of_indicator(position, &asked.known, register)?);
    }
    let values = values(register).map_err(Error::Frame)?;
    let relations = asked.relations.iter();
    found.extend(relations.map(|relation| of_relation(relation, &values, register)));
    found.extend(national(asked.tolerance, &values, register));
    Ok(found)
}

fn of_table(table: &str, frame: &DataFrame, register: &Register<'_>) -> PolarsResult<[Check; 2]> {
    let text = |name: &str| PolarsResult::Ok(frame.column(name)?.str()?.clone());
    let (region, period, topic) = (text("region")?, text("period")?, text("topic")?);
    let (missing, status) = (text("missing")?, text("status")?);
    let regions = &register.figures().gemeenten.regions;
    let (mut before, mut twice) = (None, Vec::new());
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    let cells = topic.iter().zip(period.iter()).zip(region.iter());
    for (((topic, period), region), (missing, status)) in
        cells.zip(missing.iter().zip(status.iter()))
    {
        let cell = (topic, period, region);
        if before.replace(cell) == Some(cell) {
            twice.push(format!(
                "{} {} {}",
                topic.unwrap_or_default(),
                period.unwrap_or_default(),
                region.unwrap_or_default()
            ));
        }
        let region = region.unwrap_or_default();
        let known = if region.starts_with("GM") {
            regions.get(region).is_some()
        } else {
            is_larger(region)
        };
        if !known {
            unknown.insert(format!("region {region}"));
        }
        let known = missing.is_some_and(|word| word.parse::<Missing>().is_ok());
        if !known {
            unknown.insert(format!("missing {}", missing.unwrap_or("null")));
        }
        if status.is_none_or(|word| word.parse::<Status>().is_err()) {
            unknown.insert(format!("status {}", status.unwrap_or("null")));
        }
    }
    let rows = frame.height();
    Ok([
        Check {
            state: Checked::of(twice.is_empty(), true),
            kind: Kind::Unique,
            id: table.to_owned(),
            required: true,
            detail: if twice.is_empty() {
                format!("{rows} cells")
            } else {
                format!("{} cells twice, such as {}", twice.len(), twice[0])
            },
        },
        Check {
            state: Checked::of(unknown.is_empty(), true),
            kind: Kind::Accepted,
            id: table.to_owned(),
            required: true,
            detail: if unknown.is_empty() {
                format!("{rows} cells")
            } else {
                unknown.into_iter().take(5).collect::<Vec<_>>().join(", ")
            },
        },
    ])
}

/// Nederland, landsdelen, provinces and the codes CBS gives to what is in no gemeente.
fn is_larger(region: &str) -> bool {
    region == NEDERLAND || region.starts_with("LD") || region.starts_with("PV")
}

fn of_indicator(
    position: usize,
    known: &[Known],
    register: &Register<'_>,
) -> Result<Vec<Check>, crate::fact::Error> {
    let indicator = &register.queries().indicators[position];
    let used = &register.figures().used[position];
    let not_null = |state: Checked, detail: String| Check {
        state,
        kind: Kind::NotNull,
        id: indicator.id.clone(),
        required: false,
        detail,
    };
    let Some(year) = used.year else {
        return Ok(vec![not_null(Checked::Warn, "no figures".to_owned())]);
    };
    let trace = register.trace()?;
    let members = register.members(GroupId::M50);
    let name = |region: i32| {
        let code = region_code(region);
        register
            .figures()
            .gemeenten
            .regions
            .short_name(&code)
            .to_owned()
    };
    let (mut lacking, mut outside) = (Vec::new(), Vec::new());
    let (low, high) = indicator.range;
    let (mut with_value, mut of_member) = (0, false);
    for row in trace
        .rows(position, year)
        .filter(|row| row.region != NEDERLAND_NUMBER)
    {
        match row.value {
            None if members.contains(&row.region) => {
                lacking.push(format!("{} ({})", name(row.region), row.missing.word()));
            }
            None => {}
            Some(value) => {
                with_value += 1;
                if !(low..=high).contains(&value) {
                    let looked_at = known
                        .iter()
                        .find(|known| known.indicator == position && known.region == row.region);
                    of_member |= members.contains(&row.region) && looked_at.is_none();
                    let text = print(indicator, value, false).unwrap_or_default();
                    let reason =
                        looked_at.map_or_else(String::new, |known| format!(" ({})", known.reason));
                    outside.push(format!("{} {text}{reason}", name(row.region)));
                }
            }
        }
    }
    let mut found = Vec::new();
    let is_size_class = with_value == 0;
    if !is_size_class {
        found.push(not_null(
            Checked::of(lacking.is_empty(), false),
            if lacking.is_empty() {
                format!("{year}: all {} members of M50", members.len())
            } else {
                format!("{year}: no figure for {}", lacking.join(", "))
            },
        ));
        // a strange value of a small gemeente may be true (Schiermonnikoog); one of a member would decide a figure
        found.push(Check {
            state: Checked::of(outside.is_empty(), of_member),
            kind: Kind::Range,
            id: indicator.id.clone(),
            required: outside.is_empty() || of_member,
            detail: if outside.is_empty() {
                format!("{year}: {with_value} gemeenten from {low} to {high}")
            } else {
                format!("{year}: not from {low} to {high}: {}", outside.join(", "))
            },
        });
    }
    Ok(found)
}

fn values(register: &Register<'_>) -> PolarsResult<Values> {
    let frame = &register.figures().tidy.frame;
    let ints = |name: &str| PolarsResult::Ok(frame.column(name)?.i32()?.clone());
    let (topics, years, regions) = (ints("topic")?, ints("year")?, ints("region")?);
    let value = frame.column("value")?.f64()?.clone();
    let mut values = Values::new();
    let places = topics.iter().zip(years.iter()).zip(regions.iter());
    for (((topic, year), region), value) in places.zip(value.iter()) {
        if let (Some(topic), Some(year), Some(region)) = (topic, year, region)
            && let Ok(topic) = usize::try_from(topic)
        {
            values
                .entry(topic)
                .or_default()
                .insert((year, region), value);
        }
    }
    Ok(values)
}

/// The sum of a formula's topics in a year and region; `None` when one is missing.
fn sum(formula: &Formula, at: (i32, i32), values: &Values, register: &Register<'_>) -> Option<f64> {
    formula.terms.iter().try_fold(0.0, |sum, term| {
        let topic = register.queries().topic_index(&term.topic)?;
        let value = (*values.get(&topic)?.get(&at)?)?;
        Some(if term.negative {
            sum - value
        } else {
            sum + value
        })
    })
}

fn of_relation(relation: &Relation, values: &Values, register: &Register<'_>) -> Check {
    let left = &relation.left;
    let first = left
        .terms
        .first()
        .and_then(|term| register.queries().topic_index(&term.topic));
    let places = first
        .and_then(|topic| values.get(&topic))
        .into_iter()
        .flatten();
    let (mut tested, mut off) = (0, Vec::new());
    for (at, _) in places {
        let expected = match &relation.right {
            Right::Number(number) => Some(*number),
            Right::Sum(formula) => sum(formula, *at, values, register),
        };
        let (Some(found), Some(expected)) = (sum(left, *at, values, register), expected) else {
            continue;
        };
        tested += 1;
        if (found - expected).abs() > expected.abs() * relation.tolerance / 100.0 {
            let code = region_code(at.1);
            let name = register.figures().gemeenten.regions.short_name(&code);
            off.push(format!("{name} {}: {found} against {expected}", at.0));
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
fn national(tolerance: f64, values: &Values, register: &Register<'_>) -> Vec<Check> {
    let mut found = Vec::new();
    for (topic, cells) in values {
        let Some(asked) = register
            .queries()
            .topics
            .get(*topic)
            .filter(|topic| topic.kind == TopicKind::Count && topic.additive)
        else {
            continue;
        };
        let is_count = register
            .queries()
            .indicators
            .iter()
            .any(|indicator| indicator.ways.iter().any(|way| adds_up(way, &asked.id)));
        if !is_count {
            continue;
        }
        let years: BTreeSet<i32> = cells.keys().map(|(year, _)| *year).collect();
        let (mut tested, mut off, mut whole) = (Vec::new(), Vec::new(), true);
        for year in years {
            let Some(Some(own)) = cells.get(&(year, NEDERLAND_NUMBER)) else {
                continue;
            };
            let gemeenten = cells
                .range((year, NEDERLAND_NUMBER + 1)..=(year, i32::MAX))
                .map(|(_, value)| value);
            let complete = gemeenten.clone().all(Option::is_some);
            let sum: f64 = gemeenten.flatten().sum();
            let deviation = (sum / own - 1.0) * 100.0;
            tested.push(year.to_string());
            if deviation.abs() > tolerance {
                whole &= !complete;
                off.push(format!(
                    "{year}: {} is {deviation:.1}% off{}",
                    crate::number::csv_number(sum),
                    if complete { "" } else { ", some are missing" }
                ));
            }
        }
        if tested.is_empty() {
            continue;
        }
        found.push(Check {
            state: Checked::of(off.is_empty(), !whole),
            kind: Kind::National,
            id: asked.id.clone(),
            required: off.is_empty() || !whole,
            detail: if off.is_empty() {
                format!("{} within {tolerance}%", tested.join(", "))
            } else {
                off.join("; ")
            },
        });
    }
    found
}

/// Whether a way sums a topic over gemeenten.
fn adds_up(way: &crate::query::Way, topic: &str) -> bool {
    use crate::query::Way;
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
