//! Checks of the figures themselves: what came in, and whether it fits together.
//!
//! In: the raw snapshots, the tidy table and `queries/checks.toml`. Out: a [`Check`] per table, indicator, count and
//! relation. CBS rounds the figures of neighbourhoods to fives, so sums have a tolerance.

use std::collections::BTreeSet;
use std::path::Path;

use polars::prelude::*;
use serde::Deserialize;

use super::Error;
use super::check::{Check, Checked, Kind};
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::number;
use crate::base::observation::{Missing, Status};
use crate::fact::{Register, print};
use crate::figures::{Figures, Row};
use crate::gemeente::{NEDERLAND, RegionId};
use crate::query::{Formula, IndicatorId, Misread, Queries, TopicId, Way};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChecksFile {
    national: National,
    #[serde(default)]
    known: Vec<Known>,
    #[serde(default)]
    relation: Vec<Relation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct National {
    tolerance: f64,
}

/// A value outside the plausible range that was looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    indicator: String,
    region: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Relation {
    id: String,
    title: String,
    left: String,
    right: Right,
    tolerance: f64,
    required: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Right {
    Number(f64),
    Sum(String),
}

/// All checks of the figures.
pub(super) fn checks(queries: &Path, register: &Register<'_>) -> Result<Vec<Check>, Failure> {
    let path = queries.join("checks.toml");
    let wrong = |message: String| Error::Checks {
        path: path.clone(),
        message,
    };
    let asked: ChecksFile =
        toml::from_str(&files::read_text(&path)?).map_err(|error| wrong(error.to_string()))?;
    let mut found = Vec::new();
    for (table, frame) in &register.figures().tidy.raw {
        found.extend(of_table(table, frame, register).map_err(Error::Frame)?);
    }
    for id in register.queries().indicator_ids() {
        found.extend(of_indicator(id, &asked.known, register));
    }
    for relation in &asked.relation {
        found.push(of_relation(relation, register).map_err(wrong)?);
    }
    found.extend(national(asked.national.tolerance, register));
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
        let known = match RegionId::parse(region) {
            Some(region) => regions.knows(region),
            None => is_larger(region),
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

fn of_indicator(id: IndicatorId, known: &[Known], register: &Register<'_>) -> Vec<Check> {
    let (figures, indicator) = (register.figures(), &register.queries()[id]);
    let not_null = |state: Checked, detail: String| Check {
        state,
        kind: Kind::NotNull,
        id: indicator.id.clone(),
        required: false,
        detail,
    };
    let Some(year) = figures.used(id).year else {
        return vec![not_null(Checked::Warn, "no figures".to_owned())];
    };
    let subject = figures.groups.subject();
    let is_member = |region: RegionId| subject.regions().any(|member| member == region);
    let (mut lacking, mut outside) = (Vec::new(), Vec::new());
    let (low, high) = indicator.range;
    let (mut with_value, mut of_member) = (0, false);
    let block = figures.block(id);
    let cells = block.regions().iter().zip(block.year(year));
    for (&region, cell) in cells.filter(|(region, _)| **region != RegionId::NEDERLAND) {
        let name = || figures.name(region);
        match cell.value() {
            None if is_member(region) => {
                lacking.push(format!("{} ({})", name(), cell.observation.missing.word()));
            }
            None => {}
            Some(value) => {
                with_value += 1;
                if (low..=high).contains(&value) {
                    continue;
                }
                let looked_at = known.iter().find(|known| {
                    known.indicator == indicator.id
                        && RegionId::parse(&known.region) == Some(region)
                });
                of_member |= is_member(region) && looked_at.is_none();
                let text = print(indicator, value, false).unwrap_or_default();
                let reason = looked_at.map(|known| format!(" ({})", known.reason));
                outside.push(format!("{} {text}{}", name(), reason.unwrap_or_default()));
            }
        }
    }
    // of a size class only Nederland has a figure
    if with_value == 0 {
        return Vec::new();
    }
    let (members, label) = (subject.members.len(), &subject.name.label);
    let not_null = not_null(
        Checked::of(lacking.is_empty(), false),
        if lacking.is_empty() {
            format!("{year}: all {members} members of {label}")
        } else {
            format!("{year}: no figure for {}", lacking.join(", "))
        },
    );
    // a strange value of a small gemeente may be true (Schiermonnikoog); one of a member would decide a figure
    let range = Check {
        state: Checked::of(outside.is_empty(), of_member),
        kind: Kind::Range,
        id: indicator.id.clone(),
        required: outside.is_empty() || of_member,
        detail: if outside.is_empty() {
            format!("{year}: {with_value} gemeenten from {low} to {high}")
        } else {
            format!("{year}: not from {low} to {high}: {}", outside.join(", "))
        },
    };
    vec![not_null, range]
}

/// The sum of a formula's topics in a year and region; `None` when one is missing.
fn sum(formula: &Formula, year: i32, region: RegionId, figures: &Figures) -> Option<f64> {
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

/// A sum of topics of `checks.toml`.
fn formula(text: &str, queries: &Queries) -> Result<Formula, Misread> {
    Formula::parse(text, &|name| {
        let found = queries.topic_ids().find(|topic| queries[*topic].id == name);
        found.ok_or_else(|| {
            let message = format!("there is no topic `{name}`");
            Misread::new(0, message, "one that `queries/` knows")
        })
    })
}

fn of_relation(relation: &Relation, register: &Register<'_>) -> Result<Check, String> {
    let (queries, figures) = (register.queries(), register.figures());
    let parse = |text: &str| {
        formula(text, queries).map_err(|wrong| {
            let (message, expected) = (wrong.message, wrong.expected);
            format!("relation `{}`: {message}, expected {expected}", relation.id)
        })
    };
    let left = parse(&relation.left)?;
    let right = match &relation.right {
        Right::Number(_) => None,
        Right::Sum(text) => Some(parse(text)?),
    };
    let (mut tested, mut off) = (0, Vec::new());
    let rows = figures
        .tidy
        .years(left.terms[0].topic)
        .flat_map(|(year, rows)| rows.iter().map(move |row| (year, row.region)));
    for (year, region) in rows {
        let expected = match (&relation.right, &right) {
            (Right::Number(number), _) => Some(*number),
            (_, Some(formula)) => sum(formula, year, region, figures),
            _ => None,
        };
        let (Some(found), Some(expected)) = (sum(&left, year, region, figures), expected) else {
            continue;
        };
        tested += 1;
        if (found - expected).abs() > expected.abs() * relation.tolerance / 100.0 {
            let name = figures.name(region);
            off.push(format!("{name} {year}: {found} against {expected}"));
        }
    }
    let holds = off.is_empty() && tested > 0;
    Ok(Check {
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
    })
}

/// Counts of all gemeenten against CBS's own figure for Nederland; required where no gemeente is missing.
fn national(tolerance: f64, register: &Register<'_>) -> Vec<Check> {
    let queries = register.queries();
    let ways = || queries.indicators.iter().flat_map(|asked| &asked.ways);
    let is_count = |topic: TopicId| {
        let asked = &queries[topic];
        let is_share = asked.id.starts_with("pct-") || asked.id.starts_with("rel-");
        asked.additive && !is_share && ways().any(|way| adds_up(way, topic))
    };
    let counts = queries.topic_ids().filter(|topic| is_count(*topic));
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
