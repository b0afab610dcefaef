//! Which members of which dimension are read: regions, periods, and one member of everything else.
//!
//! In go a description and a request; out come the chosen members, with the keys as CBS writes them. Fails on an
//! unknown member, on a dimension that is left open, on no regions. CBS peculiarities: totals have other codes in other
//! editions, KWB calls Nederland `NL00`, some tables have two dimensions of regions (from where to where).

use std::collections::HashMap;

use super::description::{Description, Dimension, DimensionKind, Member, Topic, is_gemeente};
use super::error::{ErrorKind, Result};
use super::request::{Periods, TableRequest};
use super::rows::Axis;

/// One dimension, with the members that were asked.
pub(super) struct Choice<'a> {
    pub(super) dimension: &'a Dimension,
    pub(super) members: Vec<&'a Member>,
    /// For each asked topic the member it needs; empty for regions and periods, of which each topic needs all.
    pub(super) at: Vec<usize>,
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
        let all = self.dimension.members.iter();
        let mut members: HashMap<_, _> = all.map(|member| (member.key.clone(), None)).collect();
        members.extend(
            self.members
                .iter()
                .zip(0..)
                .map(|(member, number)| (member.key.clone(), Some(number))),
        );
        Axis {
            key: self.dimension.key.clone(),
            members,
            other: None,
        }
    }
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
            let totals = totals(dimension);
            let some = || dimension.members.iter().take(5).map(shown).collect();
            let nearest = if totals.is_empty() { some() } else { totals };
            ErrorKind::NoMember {
                what: format!("member `{key}` in dimension {}", dimension.key),
                nearest,
            }
            .into()
        })
}

fn totals(dimension: &Dimension) -> Vec<String> {
    let total = |member: &&Member| member.title.to_lowercase().contains("tota");
    dimension
        .members
        .iter()
        .filter(total)
        .take(5)
        .map(shown)
        .collect()
}

fn shown(member: &Member) -> String {
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
            DimensionKind::Geo if free => regions.push(region_choice(dimension)?),
            DimensionKind::Time if free => {
                periods.push(period_choice(dimension, &request.periods)?);
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

fn region_choice(dimension: &Dimension) -> Result<Choice<'_>> {
    let kept = |member: &&Member| is_gemeente(&member.key) || is_nederland(&member.key);
    let members: Vec<_> = dimension.members.iter().filter(kept).collect();
    if members.is_empty() {
        return Err(ErrorKind::Shape(format!(
            "dimension {} has neither gemeenten nor Nederland",
            dimension.key
        ))
        .into());
    }
    Ok(Choice {
        dimension,
        members,
        at: Vec::new(),
    })
}

fn period_choice<'a>(dimension: &'a Dimension, asked: &Periods) -> Result<Choice<'a>> {
    let all = dimension.members.iter();
    let members: Vec<_> = match asked {
        Periods::All => all.collect(),
        Periods::Years { from, to } => all
            .filter(|member| {
                let year = member
                    .key
                    .strip_suffix("JJ00")
                    .and_then(|year| year.parse::<u16>().ok());
                year.is_some_and(|year| {
                    from.is_none_or(|first| year >= first) && to.is_none_or(|last| year <= last)
                })
            })
            .collect(),
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
        return Err(ErrorKind::NoMember {
            what: "period of the asked years".into(),
            nearest,
        }
        .into());
    }
    Ok(Choice {
        dimension,
        members,
        at: Vec::new(),
    })
}

/// Members that topics name, and the fixed one for topics that name none.
fn other_choice<'a>(
    dimension: &'a Dimension,
    request: &TableRequest,
    wanted: &[Wanted<'a>],
) -> Result<Choice<'a>> {
    let (mut members, mut at): (Vec<&Member>, _) = (Vec::new(), Vec::new());
    for one in wanted {
        let needed = match one.member {
            Some((key, member)) if key == dimension.key => member,
            _ => fixed(dimension, request)?,
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
    })
}

fn fixed<'a>(dimension: &'a Dimension, request: &TableRequest) -> Result<&'a Member> {
    match (
        request.fixed.get(&dimension.key).map(Vec::as_slice),
        dimension.members.as_slice(),
    ) {
        (Some([first, rest @ ..]), _) => {
            let found = rest.iter().find_map(|key| member(dimension, key).ok());
            member(dimension, first).or_else(|error| found.ok_or(error))
        }
        (_, [only]) => Ok(only),
        _ => Err(ErrorKind::OpenDimension {
            dimension: dimension.key.clone(),
            totals: totals(dimension),
        }
        .into()),
    }
}
