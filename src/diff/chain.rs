//! The states between two sides: in each, one thing more is new.
//!
//! In: both sides. Out: [`Chain`], the states in their order with what was changed to come to each. What cannot be
//! computed (an old list of members that the new data no longer has) is a state without figures, with the reason. What two
//! states have in common is computed once: members alone make no new indicators, boundaries alone read no snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::cause::Cause;
use crate::base::clock::Clock;
use crate::base::failure::Failure;
use crate::base::hands::in_parts;
use crate::figures::Figures;
use crate::gemeente::group::{Group, GroupPlan};
use crate::gemeente::{Gemeenten, RegionId};
use crate::query::{Edition, Queries};
use crate::source::snapshot::Store;

/// One of the two sides.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Its folder `data/`.
    pub data: &'a Path,
    /// What it asks.
    pub queries: &'a Queries,
    /// Its figures, computed from these.
    pub figures: &'a Figures,
}

impl Side<'_> {
    /// The release it uses of each table.
    fn releases(self) -> Result<BTreeMap<String, String>, Failure> {
        let lock = Store::new(self.data).lock()?;
        let edition = &self.figures.edition.id;
        let pinned = self.queries.tables.keys();
        let pinned = pinned
            .filter_map(|table| Some((table.clone(), lock.release(edition, table)?.to_owned())));
        Ok(pinned.collect())
    }

    /// Its groups by their ids.
    fn plan(self) -> Plan {
        let (plan, names) = (&self.figures.edition.groups, &self.queries.groups);
        let lists = plan.lists.iter();
        Plan {
            subject: names.get(plan.subject).id.clone(),
            size: (plan.size.from, plan.size.to),
            lists: lists
                .map(|(group, date)| (names.get(*group).id.clone(), date.clone()))
                .collect(),
        }
    }
}

/// A plan of groups that does not depend on the order in which queries name them.
#[derive(PartialEq)]
struct Plan {
    subject: String,
    size: (f64, f64),
    lists: BTreeMap<String, String>,
}

/// A network with other members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Network.
    pub group: String,
    /// Who joined, by name.
    pub joined: Vec<String>,
    /// Who left, by name.
    pub left: Vec<String>,
}

/// One state of the chain.
#[derive(Debug)]
pub(super) struct State<'a> {
    /// What is new in it.
    pub(super) cause: Cause,
    /// What it asks.
    pub(super) queries: &'a Queries,
    figures: Held<'a>,
}

#[derive(Debug)]
enum Held<'a> {
    Lent(&'a Figures),
    Made(Box<Figures>),
    Not(String),
}

impl State<'_> {
    /// Its figures, where they could be computed.
    pub(super) fn figures(&self) -> Option<&Figures> {
        match &self.figures {
            Held::Lent(figures) => Some(figures),
            Held::Made(figures) => Some(figures),
            Held::Not(_) => None,
        }
    }
}

/// The states from the old side to the new one.
#[derive(Debug)]
pub struct Chain<'a> {
    /// Where it starts.
    pub old: Side<'a>,
    /// Where it ends.
    pub new: Side<'a>,
    /// What lies between, in order; all are looked at in the period of the old side.
    pub(super) states: Vec<State<'a>>,
}

/// What is taken from the new side; the rest is of the old one.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each thing is of the new side or of the old one"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mix {
    data: bool,
    queries: bool,
    boundaries: bool,
    members: bool,
}

impl<'a> Chain<'a> {
    /// Computes the states between two sides.
    ///
    /// # Errors
    /// When a file of releases cannot be read.
    pub fn new(old: Side<'a>, new: Side<'a>) -> Result<Self, Failure> {
        let (was, is) = (&old.figures.gemeenten, &new.figures.gemeenten);
        let regions = was.regions != is.regions || was.herindelingen != is.herindelingen;
        let boundaries =
            regions || old.figures.edition.boundaries != new.figures.edition.boundaries;
        let mixing = Mixing {
            old,
            new,
            data: old.releases()? != new.releases()?,
            regions,
        };
        let differs = [
            (Cause::Revised, mixing.data),
            (Cause::Definition, !std::ptr::eq(old.queries, new.queries)),
            (Cause::Boundaries, boundaries),
            (
                Cause::Members,
                old.plan() != new.plan() || was.networks != is.networks,
            ),
        ];
        let mut mix = Mix::default();
        let steps = differs.into_iter().filter(|(_, differs)| *differs);
        let steps: Vec<(Cause, Mix)> = steps
            .map(|(cause, _)| {
                mix = mix.with(cause);
                (cause, mix)
            })
            .collect();
        let states = in_parts(
            steps.len(),
            || (),
            |(), place| mixing.state(steps[place], place + 1 == steps.len()),
        );
        Ok(Self { old, new, states })
    }

    /// The networks that have other members than they would have had with the lists of the old side, on the new boundaries.
    pub(super) fn members(&self) -> Vec<Moved> {
        let at = self
            .states
            .iter()
            .position(|state| state.cause == Cause::Members);
        let Some(at) = at else { return Vec::new() };
        let before = at
            .checked_sub(1)
            .map_or(Some(self.old.figures), |at| self.states[at].figures());
        let (Some(before), Some(now)) = (before, self.states[at].figures()) else {
            return Vec::new();
        };
        let moved = now.groups.networks().filter_map(|group| {
            let was = before.groups.named(&group.name.id)?;
            let only = |of: &Group, other: &Group, figures: &Figures| -> Vec<String> {
                let others: BTreeSet<RegionId> = other.regions().collect();
                let own = of.regions().filter(|region| !others.contains(region));
                own.map(|region| figures.name(region)).collect()
            };
            let moved = Moved {
                group: group.name.id.clone(),
                joined: only(group, was, now),
                left: only(was, group, before),
            };
            (!moved.joined.is_empty() || !moved.left.is_empty()).then_some(moved)
        });
        moved.collect()
    }

    /// The gemeenten of the old side's boundaries that are no more on those of the new side.
    pub(super) fn ended(&self) -> Vec<String> {
        let (old, new) = (self.old.figures, self.new.figures);
        let is_there = |region| new.gemeenten.regions.exists(region, new.edition.boundaries);
        let was = old.gemeenten.regions.in_year(old.edition.boundaries);
        let ended = was.filter(|(region, _)| !is_there(*region));
        ended.map(|(region, _)| old.name(region)).collect()
    }

    /// Whether both sides rest on other releases.
    pub fn is_revised(&self) -> bool {
        self.states
            .iter()
            .any(|state| state.cause == Cause::Revised)
    }

    /// What could not be computed, a sentence each.
    pub(super) fn notes(&self) -> Vec<String> {
        let told = self.states.iter().filter_map(|state| match &state.figures {
            Held::Not(why) => Some(format!(
                "the part of {} is joined with the next: {why}",
                state.cause.english()
            )),
            _ => None,
        });
        told.collect()
    }
}

impl Mix {
    const fn with(mut self, cause: Cause) -> Self {
        match cause {
            Cause::Revised => self.data = true,
            Cause::Definition => self.queries = true,
            Cause::Boundaries => self.boundaries = true,
            Cause::Members => self.members = true,
            Cause::Code | Cause::Period => {}
        }
        self
    }
}

/// What states are made of.
struct Mixing<'a> {
    old: Side<'a>,
    new: Side<'a>,
    /// Whether releases differ.
    data: bool,
    /// Whether the lists of gemeenten or herindelingen do.
    regions: bool,
}

impl<'a> Mixing<'a> {
    const fn side(&self, is_new: bool) -> Side<'a> {
        if is_new { self.new } else { self.old }
    }

    fn state(&self, (cause, mix): (Cause, Mix), is_last: bool) -> State<'a> {
        let (was, is) = (&self.old.figures.edition, &self.new.figures.edition);
        let figures = if is_last && is.until >= was.until {
            Held::Lent(self.new.figures)
        } else {
            match self.figures(mix) {
                Ok(figures) => Held::Made(Box::new(figures)),
                Err(error) => Held::Not(error.to_string()),
            }
        };
        State {
            cause,
            queries: self.side(mix.queries).queries,
            figures,
        }
    }

    fn figures(&self, mix: Mix) -> Result<Figures, Failure> {
        let (edition, queries) = (self.edition(mix), self.side(mix.queries).queries);
        let (land, members) = (self.side(mix.boundaries), self.side(mix.members));
        let is_whole = !self.regions || mix.boundaries == mix.members;
        let gemeenten = if is_whole {
            Arc::clone(&members.figures.gemeenten)
        } else {
            let (land, members) = (&land.figures.gemeenten, &members.figures.gemeenten);
            Arc::new(Gemeenten {
                regions: land.regions.clone(),
                herindelingen: land.herindelingen.clone(),
                networks: members.networks.clone(),
            })
        };
        // who has the same observations on the same lists: the nearest in boundaries first
        let fits = |is_new: bool| {
            (!self.data || mix.data == is_new)
                && std::ptr::eq(queries, self.side(is_new).queries)
                && (!self.regions || mix.boundaries == is_new)
        };
        let near = [mix.boundaries, !mix.boundaries]
            .into_iter()
            .find(|is_new| fits(*is_new));
        if let Some(is_new) = near {
            return self
                .side(is_new)
                .figures
                .of_edition(queries, &edition, &gemeenten);
        }
        let data = self.side(mix.data).data;
        let gemeenten = Gemeenten::clone(&gemeenten);
        Figures::compute_with(data, gemeenten, queries, &edition, &mut Clock::default())
    }

    /// The edition of a state. It goes on to the last period of either, so that the period of the old side is there.
    fn edition(&self, mix: Mix) -> Edition {
        let asked = self.side(mix.queries);
        let (was, is) = (&self.old.figures.edition, &self.new.figures.edition);
        let of = |is_new: bool| &self.side(is_new).figures.edition;
        Edition {
            id: of(mix.data).id.clone(),
            boundaries: of(mix.boundaries).boundaries,
            until: was.until.max(is.until),
            groups: plan(self.side(mix.members), asked),
            ..asked.figures.edition.clone()
        }
    }
}

/// The groups of one side for the queries of another: what those name and the side does not stays as they have it.
fn plan(members: Side<'_>, asked: Side<'_>) -> GroupPlan {
    let (theirs, names) = (members.plan(), &asked.queries.groups);
    let mut plan = asked.figures.edition.groups.clone();
    plan.size = members.figures.edition.groups.size;
    plan.subject = names.parse(&theirs.subject).unwrap_or(plan.subject);
    for (group, date) in &mut plan.lists {
        if let Some(known) = theirs.lists.get(&names.get(*group).id) {
            date.clone_from(known);
        }
    }
    plan
}
