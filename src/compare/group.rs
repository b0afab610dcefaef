//! Groups: the networks in an edition, the gemeenten of 30,000 to 80,000 inhabitants, those not in M50, Nederland.
//!
//! Groups overlap, and each gemeente counts in every group it belongs to. The size class is the set on the edition's
//! date, held fixed over time.

use std::collections::BTreeSet;

use crate::gemeente::{Error, Herindelingen, Member, NEDERLAND, Networks, Population, Regions};
use crate::query::Edition;

/// Inhabitants from which a gemeente is mid-sized, bound included.
pub const SIZE_FROM: f64 = 30_000.0;
/// Inhabitants up to which a gemeente is mid-sized, bound included.
pub const SIZE_TO: f64 = 80_000.0;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupId {
    /// The network of mid-sized gemeenten.
    M50,
    /// The four large cities.
    G4,
    /// The forty cities.
    G40,
    /// The network of large rural gemeenten.
    P10,
    /// All gemeenten of 30,000 to 80,000 inhabitants.
    MidSized,
    /// Those of them that are not in M50.
    MidSizedOther,
    /// The Netherlands.
    Nederland,
}

impl GroupId {
    /// Every group, in the order of tables.
    pub const ALL: [Self; 7] = [
        Self::M50,
        Self::G4,
        Self::G40,
        Self::P10,
        Self::MidSized,
        Self::MidSizedOther,
        Self::Nederland,
    ];
    /// The networks, among which ranks are given.
    pub const NETWORKS: [Self; 4] = [Self::M50, Self::G4, Self::G40, Self::P10];

    /// The id in files and facts.
    pub const fn id(self) -> &'static str {
        match self {
            Self::M50 => "M50",
            Self::G4 => "G4",
            Self::G40 => "G40",
            Self::P10 => "P10",
            Self::MidSized => "30-80",
            Self::MidSizedOther => "30-80-niet-M50",
            Self::Nederland => "Nederland",
        }
    }

    /// The name in Dutch text.
    pub const fn label(self) -> &'static str {
        match self {
            Self::MidSized => "30.000-80.000",
            Self::MidSizedOther => "30.000-80.000, niet in M50",
            other => other.id(),
        }
    }

    /// The group with this id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.id() == id)
    }

    /// The code in frames.
    pub const fn code(self) -> i32 {
        self as i32
    }
}

/// A group with its members.
#[derive(Clone, Debug)]
pub struct Group {
    /// Which.
    pub id: GroupId,
    /// Members on the edition's boundaries, by code.
    pub members: Vec<Member>,
    /// Date of the list; that of the edition for groups that follow from figures.
    pub list_date: String,
    /// Where the list comes from.
    pub source: String,
    /// Whether all members are known.
    pub complete: bool,
}

/// The groups of an edition.
///
/// # Errors
/// When a list is missing.
pub fn groups(
    edition: &Edition,
    networks: &Networks,
    regions: &Regions,
    herindelingen: &Herindelingen,
    population: &Population,
) -> Result<Vec<Group>, Error> {
    let mut groups = Vec::new();
    for id in GroupId::NETWORKS {
        let date = edition.lists.get(id.id()).cloned().unwrap_or_default();
        let list = networks.list(id.id(), &date)?;
        groups.push(Group {
            id,
            members: list.members(edition.boundaries, regions, herindelingen),
            list_date: date,
            source: list.source.clone(),
            complete: list.complete,
        });
    }
    let m50: BTreeSet<&str> = groups[0]
        .members
        .iter()
        .map(|member| member.code.as_str())
        .collect();
    let of_size = |code: &str| {
        let inhabitants = population.get(&(edition.boundaries, code.to_owned()));
        inhabitants.is_some_and(|count| (SIZE_FROM..=SIZE_TO).contains(count))
    };
    let all: Vec<Member> = regions
        .in_year(edition.boundaries)
        .map(|(code, gemeente)| Member {
            code: code.to_owned(),
            listed_code: code.to_owned(),
            listed_name: gemeente.name.clone(),
        })
        .collect();
    let pick = |keep: &dyn Fn(&str) -> bool| {
        all.iter()
            .filter(|member| keep(&member.code))
            .cloned()
            .collect::<Vec<_>>()
    };
    let sets = [
        (GroupId::MidSized, pick(&of_size)),
        (
            GroupId::MidSizedOther,
            pick(&|code| of_size(code) && !m50.contains(code)),
        ),
        (GroupId::Nederland, pick(&|code| code != NEDERLAND)),
    ];
    groups.extend(sets.map(|(id, members)| Group {
        id,
        members,
        list_date: format!("{}-01-01", edition.boundaries),
        source: "CBS, Bevolking op 1 januari (03759ned)".to_owned(),
        complete: true,
    }));
    Ok(groups)
}
