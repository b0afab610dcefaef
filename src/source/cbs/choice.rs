//! Which members of which dimension are read: regions, periods, and one member of everything else.
//!
//! In go a description and a request; out come the chosen members, with the keys as CBS writes them. Fails on an
//! unknown member, on a dimension that is left open, on no regions. CBS peculiarities: totals have other codes in other
//! editions, KWB calls Nederland `NL00`, some tables have two dimensions of regions (from where to where).

use std::collections::HashMap;

use super::description::{Description, Dimension, DimensionKind, Member, Topic, is_gemeente};
use super::error::{ErrorKind, Result};
use super::request::{Periods, RegionLevel, TableRequest};
use super::rows::Axis;
use super::years;

/// One dimension, with the members that were asked.
pub(super) struct Choice<'a> {
    pub(super) dimension: &'a Dimension,
    pub(super) members: Vec<&'a Member>,
    /// For each asked topic the member it needs; empty for regions and periods, of which each topic needs all.
    pub(super) at: Vec<usize>,
    /// The total, where it was taken without anybody naming it.
    pub(super) total: Option<&'a Member>,
}

/// A topic that was found, and the dimension and member that it is asked for.
pub(super) struct Wanted<'a> {
    pub(super) topic: &'a Topic,
    pub(super) member: Option<(&'a str, &'a Member)>,
    /// Its place in the request.
    pub(super) asked: usize,
}

impl Choice<'_> {
    /// All members of the dimension; those that were asked are numbered.
    pub(super) fn axis(&self) -> Axis {
        let asked = self.members.iter().zip(0..);
        let asked: HashMap<&str, u32> = asked.map(|(of, number)| (&*of.key, number)).collect();
        let all = self.dimension.members.iter();
        let numbered = all.map(|of| (of.key.clone(), asked.get(&*of.key).copied()));
        Axis::new(&self.dimension.key, numbered, None)
    }
}

/// How the codes of wijken and of buurten start.
pub(super) const DETAILED: [&str; 2] = ["WK", "BU"];

pub(super) fn is_wijk_or_buurt(key: &str) -> bool {
    DETAILED.iter().any(|start| key.starts_with(start))
}

/// The country's own code.
pub(super) fn is_nederland(key: &str) -> bool {
    matches!(key, "NL01" | "NL00")
}

/// A dimension by its key.
pub(super) fn dimension_of<'a>(table: &'a Description, key: &str) -> Result<&'a Dimension> {
    table
        .dimensions
        .iter()
        .find(|dimension| dimension.key == key)
        .ok_or_else(|| {
            let nearest = table
                .dimensions
                .iter()
                .map(|dimension| dimension.key.clone())
                .collect();
            ErrorKind::NoMember {
                what: format!("dimension `{key}`"),
                nearest,
            }
            .into()
        })
}

/// A member by its trimmed key.
pub(super) fn member<'a>(dimension: &'a Dimension, key: &str) -> Result<&'a Member> {
    dimension
        .members
        .iter()
        .find(|member| member.key == key.trim_end())
        .ok_or_else(|| {
            ErrorKind::NoMember {
                what: format!("member `{key}` in dimension {}", dimension.key),
                nearest: totals_first(dimension),
            }
            .into()
        })
}

/// Whether a member is the total of its dimension, by what it is called: `Totaal`, `Totaal mannen en vrouwen`. A part
/// that is called one (`Nederlands (totaal)`) is not.
fn is_total(member: &Member) -> bool {
    let first = member
        .title
        .split(|sign: char| !sign.is_alphabetic())
        .next();
    first.is_some_and(|word| ["totaal", "total"].contains(&word.to_lowercase().as_str()))
}

/// Members that an error lists.
const LISTED: usize = 8;

/// The first few members, those that look like a total before the others.
fn totals_first(dimension: &Dimension) -> Vec<String> {
    let mut members: Vec<&Member> = dimension.members.iter().collect();
    members.sort_by_key(|member| {
        let mentions = member.title.to_lowercase().contains("tota");
        (!is_total(member), !mentions)
    });
    members.into_iter().take(LISTED).map(shown).collect()
}

pub(super) fn shown(member: &Member) -> String {
    format!("{} `{}`", member.key, member.title)
}

/// Regions, periods, other dimensions.
type Choices<'a> = (Choice<'a>, Option<Choice<'a>>, Vec<Choice<'a>>);

/// Regions, periods, and the other dimensions with the members that the topics need.
pub(super) fn choices<'a>(
    table: &'a Description,
    request: &TableRequest,
    wanted: &[Wanted<'a>],
) -> Result<Choices<'a>> {
    request
        .fixed
        .keys()
        .try_for_each(|key| dimension_of(table, key).map(drop))?;
    let (mut regions, mut periods, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for dimension in &table.dimensions {
        let named = wanted
            .iter()
            .any(|one| one.member.is_some_and(|(key, _)| key == dimension.key));
        let free = !named && !request.fixed.contains_key(&dimension.key);
        match dimension.kind {
            DimensionKind::Geo if free => regions.push(region_choice(dimension, request.level)?),
            DimensionKind::Time if free => {
                periods.push(period_choice(dimension, request)?);
            }
            _ => others.push(other_choice(dimension, request, wanted)?),
        }
    }
    if periods.len() > 1 || regions.len() != 1 {
        let found = format!(
            "{} dimensions of regions and {} of periods are left open",
            regions.len(),
            periods.len()
        );
        return Err(ErrorKind::Shape(found).into());
    }
    let Some(region) = regions.pop() else {
        return Err(ErrorKind::Shape("no regions".into()).into());
    };
    Ok((region, periods.pop(), others))
}

fn region_choice(dimension: &Dimension, level: RegionLevel) -> Result<Choice<'_>> {
    let kept = |member: &&Member| match level {
        RegionLevel::Gemeente => is_gemeente(&member.key) || is_nederland(&member.key),
        RegionLevel::Buurt => is_wijk_or_buurt(&member.key),
    };
    let members: Vec<_> = dimension.members.iter().filter(kept).collect();
    if members.is_empty() {
        let lacks = match level {
            RegionLevel::Gemeente => "has neither gemeenten nor Nederland",
            RegionLevel::Buurt => "has no wijken and buurten, though `buurten = true` says so",
        };
        return Err(ErrorKind::Shape(format!("dimension {} {lacks}", dimension.key)).into());
    }
    Ok(Choice {
        dimension,
        members,
        at: Vec::new(),
        total: None,
    })
}

fn period_choice<'a>(dimension: &'a Dimension, request: &TableRequest) -> Result<Choice<'a>> {
    let all = dimension.members.iter();
    let members: Vec<_> = match &request.periods {
        Periods::All => all.collect(),
        Periods::Years { from, to } => {
            let parts = years::parts(&dimension.members, request.sum_months);
            all.filter(|member| {
                let year = parts.get(member.key.as_str());
                year.is_some_and(|year| {
                    from.is_none_or(|first| *year >= first) && to.is_none_or(|last| *year <= last)
                })
            })
            .collect()
        }
        Periods::Keys(keys) => keys
            .iter()
            .map(|key| member(dimension, key))
            .collect::<Result<_>>()?,
    };
    if members.is_empty() {
        let nearest = dimension
            .members
            .first()
            .into_iter()
            .chain(dimension.members.last())
            .map(shown)
            .collect();
        let has_months = !years::parts(&dimension.members, true).is_empty();
        let what = if has_months && !request.sum_months {
            "year among the periods; it has months, which `months = \"sum\"` adds up"
        } else {
            "period of the asked years"
        };
        return Err(ErrorKind::NoMember {
            what: what.into(),
            nearest,
        }
        .into());
    }
    Ok(Choice {
        dimension,
        members,
        at: Vec::new(),
        total: None,
    })
}

/// Members that topics name, and the fixed one for topics that name none.
fn other_choice<'a>(
    dimension: &'a Dimension,
    request: &TableRequest,
    wanted: &[Wanted<'a>],
) -> Result<Choice<'a>> {
    let (mut members, mut at): (Vec<&Member>, _) = (Vec::new(), Vec::new());
    let mut total = None;
    for one in wanted {
        let needed = match one.member {
            Some((key, member)) if key == dimension.key => member,
            _ => match fixed(dimension, request)? {
                Some(member) => member,
                None => *total.insert(only_total(dimension)?),
            },
        };
        let known = members.iter().position(|member| member.key == needed.key);
        at.push(known.unwrap_or(members.len()));
        if known.is_none() {
            members.push(needed);
        }
    }
    Ok(Choice {
        dimension,
        members,
        at,
        total,
    })
}

/// The member that the request fixes, else the only one there is.
fn fixed<'a>(dimension: &'a Dimension, request: &TableRequest) -> Result<Option<&'a Member>> {
    if let Some([first, rest @ ..]) = request.fixed.get(&dimension.key).map(Vec::as_slice) {
        let found = rest.iter().find_map(|key| member(dimension, key).ok());
        let first = member(dimension, first).or_else(|error| found.ok_or(error));
        return first.map(Some);
    }
    let preferred = request.fixed_where_there.get(&dimension.key);
    let found = preferred.and_then(|key| member(dimension, key).ok());
    Ok(found.or(match dimension.members.as_slice() {
        [only] => Some(only),
        _ => None,
    }))
}

/// The one member that is the total.
fn only_total(dimension: &Dimension) -> Result<&Member> {
    let mut totals = dimension.members.iter().filter(|member| is_total(member));
    match (totals.next(), totals.next()) {
        (Some(total), None) => Ok(total),
        _ => Err(ErrorKind::OpenDimension {
            dimension: dimension.key.clone(),
            members: totals_first(dimension),
        }
        .into()),
    }
}
