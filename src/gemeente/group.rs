//! Groups: what is compared, as the queries name it and as an edition fills it.
//!
//! A group is a network, the gemeenten of a size, those of them outside the network whose paper it is, or Nederland.
//! Which there are, and in which order, is data of `queries/`: nothing here knows a network by name. Groups overlap, and
//! each gemeente counts in every group it belongs to. The size class is the set on the edition's date, held fixed over
//! time.

use std::collections::BTreeMap;

use super::network::{Member, Networks, NoList};
use super::{Gemeenten, Population, RegionId};
use crate::base::look::Look;
use crate::base::number;

/// A group, by its place in the order of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(u8);

impl GroupId {
    /// Its place in the order of tables.
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

/// What kind of group it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// A network, by its membership list.
    Network,
    /// All gemeenten of the edition's size class.
    SizeClass,
    /// Those of them that are not in the network whose paper it is.
    OthersOfSize,
    /// The Netherlands.
    Nation,
}

/// What stands in a label for the bounds of the size class: `30.000-80.000`.
pub const SIZE_WORD: &str = "{maat}";
/// What stands in a label for the network whose paper it is.
pub const SUBJECT_WORD: &str = "{wie}";

/// A group as the queries name it.
#[derive(Clone, Debug)]
pub struct GroupName {
    /// Id in files and facts.
    pub id: String,
    /// Name in Dutch text, in which [`SIZE_WORD`] and [`SUBJECT_WORD`] stand for what the edition says.
    pub label: String,
    /// Kind.
    pub kind: GroupKind,
    /// How charts show it.
    pub look: Look,
}

/// All groups that the queries name, in the order of tables.
#[derive(Clone, Debug, Default)]
pub struct GroupNames(Vec<GroupName>);

impl GroupNames {
    /// The most groups that can be told apart.
    pub const MOST: usize = u8::MAX as usize;

    /// Names in the order of tables, of which there are [`Self::MOST`] at most: who reads them refuses more.
    pub fn new(names: Vec<GroupName>) -> Self {
        debug_assert!(names.len() <= Self::MOST, "{} groups", names.len());
        Self(names)
    }

    /// Every group, in the order of tables.
    pub fn ids(&self) -> impl Iterator<Item = GroupId> + '_ {
        (0..self.0.len()).map(|place| GroupId(place as u8))
    }

    /// The group with this id.
    pub fn parse(&self, id: &str) -> Option<GroupId> {
        self.ids().find(|group| self.get(*group).id == id)
    }

    /// How a group is named.
    pub fn get(&self, group: GroupId) -> &GroupName {
        &self.0[group.place()]
    }

    /// The groups of a kind, in the order of tables.
    pub fn of_kind(&self, kind: GroupKind) -> impl Iterator<Item = GroupId> + '_ {
        self.ids()
            .filter(move |group| self.get(*group).kind == kind)
    }
}

/// The sizes of a class of gemeenten, in inhabitants, bounds included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizeClass {
    /// Smallest.
    pub from: f64,
    /// Largest.
    pub to: f64,
}

impl SizeClass {
    /// Whether a gemeente of so many inhabitants is in it.
    pub fn holds(self, inhabitants: f64) -> bool {
        (self.from..=self.to).contains(&inhabitants)
    }

    /// Its bounds in Dutch text: `30.000 tot 80.000`.
    pub fn in_words(self) -> String {
        self.bounds(" tot ")
    }

    /// Its bounds in short: `30.000-80.000`.
    pub fn in_short(self) -> String {
        self.bounds("-")
    }

    fn bounds(self, between: &str) -> String {
        let text = |bound: f64| {
            number::round(bound, 0).map_or_else(|_| bound.to_string(), |of| of.to_string())
        };
        format!("{}{between}{}", text(self.from), text(self.to))
    }
}

/// What an edition says of its groups.
#[derive(Clone, Debug)]
pub struct GroupPlan {
    /// The network whose paper it is.
    pub subject: GroupId,
    /// Which gemeenten are of its size.
    pub size: SizeClass,
    /// Date of the membership list per network.
    pub lists: BTreeMap<GroupId, String>,
}

/// A group of an edition, with its members.
#[derive(Clone, Debug)]
pub struct Group {
    /// Which.
    pub id: GroupId,
    /// How it is named.
    pub name: GroupName,
    /// Members on the edition's boundaries, in region order.
    pub members: Vec<Member>,
    /// Date of the list; that of the edition for groups that follow from figures.
    pub list_date: String,
    /// Where the list comes from.
    pub source: String,
    /// Whether all members are known.
    pub complete: bool,
}

impl Group {
    /// Its members' regions, ascending.
    pub fn regions(&self) -> impl Iterator<Item = RegionId> + '_ {
        self.members.iter().map(|member| member.region)
    }

    /// Whether it is a network.
    pub fn is_network(&self) -> bool {
        self.name.kind == GroupKind::Network
    }
}

/// The groups of an edition, in the order of tables.
#[derive(Clone, Debug)]
pub struct Groups {
    all: Vec<Group>,
    subject: GroupId,
    nation: GroupId,
    /// The class of gemeenten that are of the subject's size.
    pub size: SizeClass,
}

impl Groups {
    /// Fills the groups that the queries name, on the boundaries of a year.
    ///
    /// # Errors
    /// When a network has no list of the date that the edition names.
    pub fn new(
        names: &GroupNames,
        plan: &GroupPlan,
        boundaries: i32,
        gemeenten: &Gemeenten,
        population: &Population,
    ) -> Result<Self, NoList> {
        let filling = Filling {
            plan,
            boundaries,
            gemeenten,
            population,
        };
        let subject = filling.network(names, plan.subject)?;
        let all = names
            .ids()
            .map(|id| match names.get(id).kind {
                GroupKind::Network => filling.network(names, id),
                kind => Ok(filling.by_size(names, id, kind, &subject)),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let nation = names.of_kind(GroupKind::Nation).next();
        Ok(Self {
            all,
            subject: plan.subject,
            nation: nation.unwrap_or(plan.subject),
            size: plan.size,
        })
    }

    /// Every group, in the order of tables.
    pub fn all(&self) -> &[Group] {
        &self.all
    }

    /// One group.
    pub fn get(&self, id: GroupId) -> &Group {
        &self.all[id.place()]
    }

    /// The group with this id.
    pub fn named(&self, id: &str) -> Option<&Group> {
        self.all.iter().find(|group| group.name.id == id)
    }

    /// The network whose paper it is.
    pub fn subject(&self) -> &Group {
        self.get(self.subject)
    }

    /// The Netherlands.
    pub fn nation(&self) -> &Group {
        self.get(self.nation)
    }

    /// The networks, among which ranks are given.
    pub fn networks(&self) -> impl Iterator<Item = &Group> {
        self.all.iter().filter(|group| group.is_network())
    }

    /// The first group of a kind.
    pub fn of_kind(&self, kind: GroupKind) -> Option<&Group> {
        self.all.iter().find(|group| group.name.kind == kind)
    }
}

struct Filling<'a> {
    plan: &'a GroupPlan,
    boundaries: i32,
    gemeenten: &'a Gemeenten,
    population: &'a Population,
}

impl Filling<'_> {
    /// The name of a group: charts are about the subject, and measure by the nation.
    fn name(&self, names: &GroupNames, id: GroupId) -> GroupName {
        let mut name = names.get(id).clone();
        // what a group is called must not outlive the size class or the subject that it follows from
        let subject = &names.get(self.plan.subject).label;
        let label = name.label.replace(SIZE_WORD, &self.plan.size.in_short());
        name.label = label.replace(SUBJECT_WORD, subject);
        name.look.strong = id == self.plan.subject;
        name.look.dashed = name.kind == GroupKind::Nation;
        name
    }

    fn network(&self, names: &GroupNames, id: GroupId) -> Result<Group, NoList> {
        let Gemeenten {
            regions,
            herindelingen,
            networks,
        } = self.gemeenten;
        let date = self.plan.lists.get(&id).cloned().unwrap_or_default();
        let list = Networks::list(networks, &names.get(id).id, &date)?;
        Ok(Group {
            id,
            name: self.name(names, id),
            members: list.members(self.boundaries, regions, herindelingen),
            list_date: date,
            source: list.source.clone(),
            complete: list.complete,
        })
    }

    fn by_size(&self, names: &GroupNames, id: GroupId, kind: GroupKind, subject: &Group) -> Group {
        let in_subject = |region: RegionId| subject.regions().any(|member| member == region);
        let of_size = |region: RegionId| {
            let inhabitants = self.population.get(&(self.boundaries, region));
            inhabitants.is_some_and(|count| self.plan.size.holds(*count))
        };
        let holds = |region: RegionId| match kind {
            GroupKind::SizeClass => of_size(region),
            GroupKind::OthersOfSize => of_size(region) && !in_subject(region),
            GroupKind::Network | GroupKind::Nation => true,
        };
        let members = self
            .gemeenten
            .regions
            .in_year(self.boundaries)
            .filter(|(region, _)| holds(*region));
        Group {
            id,
            name: self.name(names, id),
            members: members
                .map(|(region, gemeente)| Member {
                    region,
                    listed: region,
                    listed_name: gemeente.name.clone(),
                })
                .collect(),
            list_date: format!("{}-01-01", self.boundaries),
            source: "CBS, Bevolking op 1 januari (03759ned)".to_owned(),
            complete: true,
        }
    }
}
