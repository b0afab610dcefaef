//! Claims: sentences that compare, each with the predicate that makes it true.
//!
//! In: the claims of `queries/` and the register. Out: per claim its sentence with facts, its state, and how it stands
//! in the [`variants`]. A claim that holds on exact values but not on the values as printed, or that fails in more than
//! a quarter of the variants that apply, holds weakly. Facts of one claim that lie more than [`MAX_YEARS_APART`] years
//! apart are refused: a reader would take them for figures of one time.

mod predicate;
pub mod variants;

pub use predicate::{Amount, Comparison, Operation, Predicate, Values};

use std::collections::BTreeSet;

pub use variants::Variants;

use crate::compare::GroupId;
use crate::fact::{self, FactId, Register, Subject};
use crate::failure::{Exit, Report};
use crate::query::Claim;
use crate::text::{self, Segment};

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

/// Values of a register, exact or as printed.
struct Registered<'r, 'a> {
    register: &'r Register<'a>,
    as_printed: bool,
}

impl Values for Registered<'_, '_> {
    fn value(&self, id: &str) -> Option<f64> {
        let fact = self.register.fact(id).ok()?;
        let value = fact.value?;
        if !self.as_printed {
            return Some(value);
        }
        let decimals = i8::try_from(fact.decimals).unwrap_or_default();
        crate::number::round(value, decimals)
            .ok()
            .map(crate::number::Decimal::to_f64)
    }

    fn same(&self, first: &str, second: &str) -> bool {
        self.as_printed
            && self
                .register
                .sign(first, second)
                .is_ok_and(|sign| sign == Some(0))
    }

    fn count(&self, id: &str, condition: &dyn Fn(f64) -> bool) -> Option<f64> {
        let parsed = FactId::parse(id).ok()?;
        let Subject::Group(group) = parsed.subject else {
            return None;
        };
        let fact = self.register.fact(id).ok()?;
        let members = &self
            .register
            .figures()
            .groups
            .iter()
            .find(|known| known.id == group)?
            .members;
        let values = members.iter().filter_map(|member| {
            self.register
                .lookup()
                .gemeente(fact.indicator, &member.code, fact.year?)?
                .value
        });
        let all: Vec<f64> = values.collect();
        (!all.is_empty()).then(|| all.iter().filter(|value| condition(**value)).count() as f64)
    }
}

/// Tests a claim.
///
/// # Errors
/// When its sentence or predicate is not well-formed, or its facts lie too far apart.
pub fn test<'a>(claim: &'a Claim, register: &Register<'_>) -> Result<Tested<'a>, Error> {
    let wrong = |expected: String| Error::Predicate {
        claim: claim.id.clone(),
        place: claim.place.clone(),
        expected,
    };
    let predicate = Predicate::parse(&claim.when).map_err(wrong)?;
    let in_claim = |source: text::Error| Error::Text {
        claim: claim.id.clone(),
        place: claim.place.clone(),
        source,
    };
    let segments = text::fill(&claim.sentence, register).map_err(in_claim)?;
    let mut facts = Vec::new();
    for id in predicate
        .facts()
        .into_iter()
        .map(str::to_owned)
        .chain(text::ids(&claim.sentence))
    {
        facts.push((
            FactId::parse(&id),
            register.fact(&id).map_err(|error| in_claim(error.into()))?,
        ));
    }
    // a change names both its years; the others must be of about the same time
    let years: Vec<i32> = facts
        .iter()
        .filter(|(id, _)| id.as_ref().is_ok_and(|id| id.years == fact::Period::Used))
        .filter_map(|(_, fact)| fact.year)
        .collect();
    if let (Some(first), Some(last)) = (years.iter().min(), years.iter().max())
        && last - first > MAX_YEARS_APART
    {
        return Err(Error::Apart {
            claim: claim.id.clone(),
            place: claim.place.clone(),
            first: *first,
            last: *last,
        });
    }
    let exact = predicate.holds(&Registered {
        register,
        as_printed: false,
    });
    let printed = predicate.holds(&Registered {
        register,
        as_printed: true,
    });
    let trace = register.trace().map_err(|error| in_claim(error.into()))?;
    let variants = match exact {
        None => Variants::default(),
        Some(_) => variants::recompute(&predicate, register, trace),
    };
    let state = match (exact, printed) {
        (None, _) => State::NoData,
        (Some(false), _) => State::Fails,
        (Some(true), Some(true)) if !variants.is_frail() => State::Holds,
        (Some(true), _) => State::Weak,
    };
    let provisional = facts.iter().any(|(_, fact)| fact.provisional);
    let incomplete = facts.iter().any(|(id, _)| {
        id.as_ref()
            .is_ok_and(|id| rests_on_incomplete(id, register))
    });
    if claim.summary && incomplete {
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
        provisional,
        note: note(provisional, incomplete, &facts),
        caution: caution(&facts, register),
    })
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
            sentence: text::plain(&tested.segments),
            needs: tested.claim.needs,
            carried: variants.carried,
            applicable: variants.applicable,
            failing: variants.failing.join(", "),
        },
    )
}

/// The error for a claim that the paper makes and the figures do not carry.
pub fn does_not_hold(tested: &Tested<'_>, register: &Register<'_>) -> Error {
    let facts = Predicate::parse(&tested.claim.when).map(|predicate| {
        let said = predicate.facts().into_iter().map(|id| {
            let text = register
                .fact(id)
                .map_or_else(|_| "?".to_owned(), |fact| fact.text);
            format!("{id} is {text}")
        });
        said.collect::<Vec<_>>().join(", ")
    });
    Error::DoesNotHold {
        claim: tested.claim.id.clone(),
        place: tested.claim.place.clone(),
        sentence: text::plain(&tested.segments),
        predicate: tested.claim.when.clone(),
        figures: facts.unwrap_or_default(),
    }
}

fn rests_on_incomplete(id: &FactId, register: &Register<'_>) -> bool {
    let incomplete = |group: GroupId| {
        register
            .figures()
            .groups
            .iter()
            .any(|known| known.id == group && !known.complete)
    };
    match id.subject {
        Subject::Group(group) => incomplete(group),
        Subject::Difference(first, second) => incomplete(first) || incomplete(second),
        Subject::Gemeente(_) | Subject::Period => false,
    }
}

type Named = (Result<FactId, String>, fact::Fact);

/// Provisional and withheld figures, and groups whose list is incomplete.
fn note(provisional: bool, incomplete: bool, facts: &[Named]) -> String {
    let mut remarks = Vec::new();
    if provisional {
        remarks.push("berust op voorlopige cijfers".to_owned());
    }
    if incomplete {
        remarks.push("van P10 is de ledenlijst niet volledig".to_owned());
    }
    let lacking: BTreeSet<String> = facts
        .iter()
        .filter_map(|(_, fact)| Some(format!("{}: {}", fact.what, fact.lacking.as_ref()?)))
        .collect();
    remarks.extend(lacking);
    remarks.join("; ")
}

/// Small groups, and groups that share members.
fn caution(facts: &[Named], register: &Register<'_>) -> String {
    let groups: BTreeSet<GroupId> = facts
        .iter()
        .filter_map(|(id, _)| id.as_ref().ok())
        .flat_map(|id| match id.subject {
            Subject::Group(group) => vec![group],
            Subject::Difference(first, second) => vec![first, second],
            Subject::Gemeente(_) | Subject::Period => Vec::new(),
        })
        .filter(|group| *group != GroupId::Nederland)
        .collect();
    let members: Vec<(GroupId, BTreeSet<i32>)> = groups
        .into_iter()
        .map(|group| (group, register.members(group)))
        .collect();
    let mut remarks: Vec<String> = members
        .iter()
        .filter(|(_, members)| members.len() < SMALL)
        .map(|(group, members)| {
            let count = crate::number::count_in_words(members.len() as u32);
            format!("{} telt {count} gemeenten", group.label())
        })
        .collect();
    for (place, (first, of_first)) in members.iter().enumerate() {
        for (second, of_second) in &members[place + 1..] {
            let shared = of_first.intersection(of_second).count();
            if shared > 0 {
                let plural = if shared == 1 { "gemeente" } else { "gemeenten" };
                let (first, second) = (first.label(), second.label());
                remarks.push(format!("{first} en {second} delen {shared} {plural}"));
            }
        }
    }
    remarks.join("; ")
}

/// What can be wrong with a claim.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A predicate is not well-formed.
    #[error("{place}: the predicate of claim `{claim}` is not well-formed")]
    Predicate {
        /// Claim.
        claim: String,
        /// File and line.
        place: String,
        /// What was expected.
        expected: String,
    },
    /// A sentence is not well-formed.
    #[error("{place}: claim `{claim}`: {source}")]
    Text {
        /// Claim.
        claim: String,
        /// File and line.
        place: String,
        /// Why.
        source: text::Error,
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
            Self::Predicate { expected, .. } => format!("expected {expected}"),
            Self::Text { source, .. } => return source.hint(),
            Self::Apart { .. } => {
                format!("name the years in the sentence, or keep within {MAX_YEARS_APART} years")
            }
            Self::Incomplete { .. } => {
                "leave that group out, or take the claim out of the summary".to_owned()
            }
            Self::Needs { .. } => "take it out of the summary, or say less".to_owned(),
            Self::DoesNotHold { .. } => {
                "change the sentence, or leave it out of the chapter".to_owned()
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
