//! Claims: sentences that compare, each with the predicate that makes it true.
//!
//! In: the claims of `queries/` and the register. Out: per claim its sentence with facts, its state, and how it stands
//! in the [`variants`]. Two facts of which the difference does not matter are equal, also to a predicate. A claim that
//! holds on exact values but not on the values as printed, or that fails in more than a quarter of the variants that
//! apply, holds weakly. Facts of one claim that lie more than [`MAX_YEARS_APART`] years
//! apart are refused: a reader would take them for figures of one time.

pub mod variants;

use std::collections::BTreeSet;

pub use variants::Variants;

use crate::base::failure::{Exit, Report};
use crate::base::number;
use crate::fact::{self, Fact, Register, Segment, fill, plain};
use crate::gemeente::RegionId;
use crate::gemeente::group::{Group, GroupId};
use crate::query::{Claim, FactId, FactYears, Queries, Subject, Values};

/// How many years the facts of one claim may lie apart.
pub const MAX_YEARS_APART: i32 = 5;

/// A group with fewer members is small: one of them can decide its figure.
const SMALL: usize = 10;

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It holds, also as printed.
    Holds,
    /// It holds on exact values only, or not in more than a quarter of the variants.
    Weak,
    /// It does not hold.
    Fails,
    /// A figure is not there.
    NoData,
}

impl State {
    /// The word in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Weak => "weak",
            Self::Fails => "fails",
            Self::NoData => "no-data",
        }
    }

    /// The word in Dutch text.
    pub const fn dutch(self) -> &'static str {
        match self {
            Self::Holds => "klopt",
            Self::Weak => "klopt nipt",
            Self::Fails => "klopt niet",
            Self::NoData => "geen cijfer",
        }
    }
}

/// A claim, tested.
#[derive(Clone, Debug)]
pub struct Tested<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its sentence.
    pub segments: Vec<Segment>,
    /// How it stands.
    pub state: State,
    /// How it stands when it is recomputed in other ways.
    pub variants: Variants,
    /// Whether it rests on provisional figures.
    pub provisional: bool,
    /// What a reader must know of small groups and of groups that overlap, in Dutch.
    pub caution: String,
    /// What must be said beside it, in Dutch.
    pub note: String,
}

/// The facts that all claims want.
pub fn wanted(queries: &Queries) -> impl Iterator<Item = &FactId> {
    queries.claims.iter().flat_map(facts_of)
}

/// The facts of a claim: those of its predicate, then those of its sentence.
pub fn facts_of(claim: &Claim) -> impl Iterator<Item = &FactId> {
    claim.when.facts().into_iter().chain(claim.sentence.facts())
}

/// Values of a register, exact or as printed.
struct Registered<'r, 'a> {
    register: &'r Register<'a>,
    as_printed: bool,
}

impl Values for Registered<'_, '_> {
    fn value(&self, id: &FactId) -> Option<f64> {
        let fact = self.register.fact(id).ok()?;
        let value = fact.value?;
        if !self.as_printed {
            return Some(value);
        }
        let rounded = number::round(value, fact.decimals).ok()?;
        Some(rounded.to_f64())
    }

    fn same(&self, first: &FactId, second: &FactId) -> bool {
        let sign = self.register.sign(first, second);
        sign.is_ok_and(|sign| sign == Some(0))
    }

    fn is_none(&self, difference: &FactId) -> bool {
        self.register.is_no_difference(difference).unwrap_or(false)
    }

    fn count(&self, id: &FactId, condition: &dyn Fn(f64) -> bool) -> Option<f64> {
        let Subject::Group(group) = id.subject else {
            return None;
        };
        let (fact, figures) = (self.register.fact(id).ok()?, self.register.figures());
        let members = figures.members(id.indicator, figures.groups.get(group), fact.year?);
        let all: Vec<f64> = members.filter_map(|(_, cell)| cell.value()).collect();
        (!all.is_empty()).then(|| all.iter().filter(|value| condition(**value)).count() as f64)
    }
}

/// Tests a claim.
///
/// # Errors
/// When its facts lie too far apart or on two sides of a break, or it stands in the summary and rests on an incomplete list.
pub fn test<'a>(claim: &'a Claim, register: &Register<'_>) -> Result<Tested<'a>, Error> {
    let in_claim = |source: fact::Error| Error::Fact {
        claim: claim.id.clone(),
        place: claim.place.clone(),
        source,
    };
    let segments = fill(&claim.sentence, register).map_err(in_claim)?;
    let facts = facts_of(claim)
        .map(|id| register.fact(id).map_err(in_claim))
        .collect::<Result<Vec<&Fact>, _>>()?;
    near_in_time(claim, &facts)?;
    register.refuse_across(facts_of(claim)).map_err(in_claim)?;
    fact::sayable(&claim.sentence, register, &[]).map_err(in_claim)?;
    let holds = |as_printed: bool| {
        claim.when.holds(&Registered {
            register,
            as_printed,
        })
    };
    let (exact, printed) = (holds(false), holds(true));
    let variants = match exact {
        None => Variants::default(),
        Some(_) => variants::recompute(&claim.when, register),
    };
    let state = match (exact, printed) {
        (None, _) => State::NoData,
        // a sentence that says "geen cijfer" says nothing
        _ if facts.iter().any(|fact| fact.lacking.is_some()) => State::NoData,
        (Some(false), _) => State::Fails,
        (Some(true), Some(true)) if !variants.is_frail() => State::Holds,
        (Some(true), _) => State::Weak,
    };
    let groups = groups_of(&facts, register);
    if claim.summary && groups.iter().any(|group| !group.complete) {
        return Err(Error::Incomplete {
            claim: claim.id.clone(),
            place: claim.place.clone(),
        });
    }
    Ok(Tested {
        claim,
        segments,
        state,
        variants,
        provisional: facts.iter().any(|fact| fact.provisional),
        note: note(&facts, &groups),
        caution: caution(&groups, register),
    })
}

/// Refuses facts of different times. A change names both its years; the others must be of about the same time.
fn near_in_time(claim: &Claim, facts: &[&Fact]) -> Result<(), Error> {
    let of_used = facts.iter().filter(|fact| fact.id.years == FactYears::Used);
    let years: BTreeSet<i32> = of_used.filter_map(|fact| fact.year).collect();
    match (years.first(), years.last()) {
        (Some(first), Some(last)) if last - first > MAX_YEARS_APART => Err(Error::Apart {
            claim: claim.id.clone(),
            place: claim.place.clone(),
            first: *first,
            last: *last,
        }),
        _ => Ok(()),
    }
}

/// The error for a claim of the summary that too few variants carry.
pub fn too_few_variants(tested: &Tested<'_>) -> Option<Error> {
    let variants = &tested.variants;
    // a variant that cannot apply counts neither way
    let needed = tested.claim.needs.min(variants.applicable);
    (tested.claim.summary && tested.state != State::NoData && variants.carried < needed).then(
        || Error::Needs {
            claim: tested.claim.id.clone(),
            place: tested.claim.place.clone(),
            sentence: plain(&tested.segments),
            needs: tested.claim.needs,
            carried: variants.carried,
            applicable: variants.applicable,
            failing: variants.failing.join(", "),
        },
    )
}

/// The error for a claim that the paper makes and the figures do not carry.
pub fn does_not_hold(tested: &Tested<'_>, register: &Register<'_>) -> Error {
    let figures = tested.claim.when.facts().into_iter().map(|id| {
        let text = register.fact(id).map_or("?", |fact| fact.text.as_str());
        format!("{id} is {text}")
    });
    Error::DoesNotHold {
        claim: tested.claim.id.clone(),
        place: tested.claim.place.clone(),
        sentence: plain(&tested.segments),
        predicate: tested.claim.when.text().to_owned(),
        figures: figures.collect::<Vec<_>>().join(", "),
    }
}

/// The groups that facts speak of, in the order of tables.
fn groups_of<'a>(facts: &[&Fact], register: &Register<'a>) -> Vec<&'a Group> {
    let ids: BTreeSet<GroupId> = facts
        .iter()
        .flat_map(|fact| fact.id.subject.groups())
        .collect();
    let groups = &register.figures().groups;
    ids.into_iter().map(|id| groups.get(id)).collect()
}

/// Provisional and withheld figures, and groups whose list is incomplete.
fn note(facts: &[&Fact], groups: &[&Group]) -> String {
    let mut remarks = Vec::new();
    if facts.iter().any(|fact| fact.provisional) {
        remarks.push("berust op voorlopige cijfers".to_owned());
    }
    for group in groups.iter().filter(|group| !group.complete) {
        remarks.push(format!(
            "van {} is de ledenlijst niet volledig",
            group.name.label
        ));
    }
    let lacking: BTreeSet<String> = facts
        .iter()
        .filter_map(|fact| Some(format!("{}: {}", fact.what, fact.lacking.as_ref()?)))
        .collect();
    remarks.extend(lacking);
    remarks.join("; ")
}

/// Small groups, and groups that share members.
fn caution(groups: &[&Group], register: &Register<'_>) -> String {
    let nation = register.figures().groups.nation().id;
    let members: Vec<(&str, BTreeSet<RegionId>)> = groups
        .iter()
        .filter(|group| group.id != nation)
        .map(|group| (group.name.label.as_str(), group.regions().collect()))
        .collect();
    let mut remarks: Vec<String> = members
        .iter()
        .filter(|(_, members)| members.len() < SMALL)
        .map(|(label, members)| {
            let count = number::count_in_words(members.len() as u32);
            format!("{label} telt {count} gemeenten")
        })
        .collect();
    for (place, (first, of_first)) in members.iter().enumerate() {
        for (second, of_second) in &members[place + 1..] {
            let shared = of_first.intersection(of_second).count();
            if shared > 0 {
                let plural = if shared == 1 { "gemeente" } else { "gemeenten" };
                remarks.push(format!("{first} en {second} delen {shared} {plural}"));
            }
        }
    }
    remarks.join("; ")
}

/// What can be wrong with a claim.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One of its facts.
    #[error("{place}: claim `{claim}`: {source}")]
    Fact {
        /// Claim.
        claim: String,
        /// File and line.
        place: String,
        /// Why.
        source: fact::Error,
    },
    /// Facts of different times.
    #[error("{place}: claim `{claim}` compares figures of {first} with figures of {last}")]
    Apart {
        /// Claim.
        claim: String,
        /// File and line.
        place: String,
        /// Earliest year.
        first: i32,
        /// Latest year.
        last: i32,
    },
    /// A claim of the summary that rests on an incomplete list.
    #[error("{place}: claim `{claim}` of the summary rests on a group whose list is incomplete")]
    Incomplete {
        /// Claim.
        claim: String,
        /// File and line.
        place: String,
    },
    /// A claim of the summary that too few variants carry.
    #[error(
        "{place}: claim `{claim}` of the summary holds in {carried} of {applicable} variants, it needs {needs}: \
         {sentence} (not with: {failing})"
    )]
    Needs {
        /// Claim.
        claim: String,
        /// File and line.
        place: String,
        /// The sentence as it would be printed.
        sentence: String,
        /// Variants its query demands.
        needs: usize,
        /// Variants that carry it.
        carried: usize,
        /// Variants that apply.
        applicable: usize,
        /// Those that do not carry it.
        failing: String,
    },
    /// A claim that the paper makes and the figures do not carry.
    #[error("{place}: claim `{claim}` does not hold: {sentence} ({predicate}: {figures})")]
    DoesNotHold {
        /// Claim.
        claim: String,
        /// File and line.
        place: String,
        /// The sentence as it would be printed.
        sentence: String,
        /// The predicate.
        predicate: String,
        /// The figures in it.
        figures: String,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Fact { source, .. } => return source.hint(),
            Self::Apart { .. } => {
                format!("name the years in the sentence, or keep within {MAX_YEARS_APART} years")
            }
            Self::Incomplete { .. } => {
                "leave that group out, or take the claim out of the summary".to_owned()
            }
            Self::Needs { .. } => "take it out of the summary, or say less".to_owned(),
            Self::DoesNotHold { .. } => {
                "change the sentence, or leave it out of the chapter; a difference that does not matter (`matters`) is none"
                    .to_owned()
            }
        })
    }

    fn exit(&self) -> Exit {
        match self {
            Self::DoesNotHold { .. } | Self::Needs { .. } => Exit::DoesNotHold,
            _ => Exit::Usage,
        }
    }
}
