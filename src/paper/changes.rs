//! What the paper is told of the edition before: which figures of the subject changed most and why, who became a member,
//! and which claims turned; all as ready text.
//!
//! In: what lies between both editions. Out: the texts of the chapter. Cannot fail. The peculiarity it answers: a reader
//! who kept last year's paper sees other numbers, and cannot tell a new year from a border that moved.

use std::collections::BTreeMap;

use super::printed;
use super::types::listed;
use crate::base::number::{Decimal, capitalise};
use crate::claim::{State, Tested};
use crate::diff::{Amount, Cause, Change, Part, Since, Turned, Verdicts, Whom};
use crate::fact::Register;

/// Figures that the chapter names.
const SHOWN: usize = 10;

/// Everything that the paper prints of what changed.
pub(super) fn changes(
    since: &Since,
    register: &Register<'_>,
    claims: &[Tested<'_>],
) -> printed::Changes {
    let subject = &register.figures().groups.subject().name;
    let is_of_subject = |of: &&Change| of.whom == Whom::Group(subject.id.clone());
    let own: Vec<&Change> = since.changes.figures.iter().filter(is_of_subject).collect();
    let (both, rest): (Vec<&Change>, Vec<&Change>) =
        own.into_iter().partition(|of| of.whole().is_some());
    // nothing is compared across a break
    let (broken, both): (Vec<&Change>, Vec<&Change>) = both
        .into_iter()
        .filter(|of| of.shows())
        .partition(|of| of.broken);
    let turned = Verdicts::of(claims).turned_since(&since.verdicts);
    let is_figure = |word: &str| {
        [State::Holds, State::Weak, State::Fails]
            .iter()
            .any(|of| of.word() == word)
    };
    let turned = turned
        .iter()
        .filter(|of| is_figure(of.old) && is_figure(of.new));
    printed::Changes {
        edition: since.title.clone(),
        same_releases: !since.revised,
        whole: whole(&both, &broken, &rest, &subject.label),
        reasons: reasons(&both),
        rows: both.iter().take(SHOWN).map(|of| row(of)).collect(),
        rest: rest_of(both.len()),
        members: members(since),
        claims: turned.map(claim).collect(),
    }
}

fn count(number: usize) -> String {
    Decimal::from(i64::try_from(number).unwrap_or(i64::MAX)).to_string()
}

/// How many figures changed, and how many cannot be held against what they were.
fn whole(both: &[&Change], broken: &[&Change], rest: &[&Change], subject: &str) -> String {
    let new = rest.iter().filter(|of| of.new.is_some()).count();
    let told = [
        (new, "cijfers zijn er voor het eerst"),
        (rest.len() - new, "cijfers van toen zijn er niet meer"),
        (
            broken.len(),
            "cijfers zijn nu anders gemeten en worden hier niet vergeleken",
        ),
    ];
    let told = told.into_iter().filter(|(number, _)| *number > 0);
    let told: Vec<String> = told
        .map(|(number, what)| format!("; {} {what}", count(number)))
        .collect();
    let changed = count(both.len());
    format!(
        "Van {subject} zijn {changed} cijfers anders dan toen{}.",
        told.concat()
    )
}

/// In how many figures each reason has a part, most first.
fn reasons(both: &[&Change]) -> Vec<printed::Reason> {
    let mut counts: BTreeMap<Cause, usize> = BTreeMap::new();
    for change in both {
        let shown = change.parts.iter().filter(|part| part.shows());
        let mut causes: Vec<Cause> = shown.flat_map(|part| &part.causes).copied().collect();
        causes.sort_unstable();
        causes.dedup();
        for cause in causes {
            *counts.entry(cause).or_default() += 1;
        }
    }
    let mut counts: Vec<(Cause, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(cause, count)| (std::cmp::Reverse(*count), *cause));
    let reason = |(cause, number): (Cause, usize)| printed::Reason {
        reason: capitalise(cause.dutch()),
        count: count(number),
    };
    counts.into_iter().map(reason).collect()
}

fn row(change: &Change) -> printed::ChangeRow {
    let amount = |of: &Option<Amount>| {
        let text = of.as_ref().map(|of| format!("{} ({})", of.text, of.year));
        text.unwrap_or_default()
    };
    let parts: Vec<&Part> = change.parts.iter().filter(|part| part.shows()).collect();
    let named = |part: &Part| {
        let causes: Vec<String> = part
            .causes
            .iter()
            .map(|cause| cause.dutch().to_owned())
            .collect();
        listed(&causes)
    };
    let why = match parts.as_slice() {
        [] => change.parts.first().map(named).unwrap_or_default(),
        [one] => named(one),
        several => {
            let texts: Vec<String> = several
                .iter()
                .map(|part| format!("{} {}", named(part), part.text))
                .collect();
            texts.join("; ")
        }
    };
    let median = if change.median {
        ", mediaan van de leden"
    } else {
        ""
    };
    printed::ChangeRow {
        title: change.title.clone(),
        unit: format!("{}{median}", change.unit),
        old: amount(&change.old),
        new: amount(&change.new),
        change: change.text.clone(),
        why,
    }
}

fn rest_of(changed: usize) -> String {
    match changed.saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!("Nog {} cijfers veranderden minder.", count(rest)),
    }
}

/// Who joined or left a network, and which gemeenten are no more.
fn members(since: &Since) -> Vec<String> {
    let moved = since.changes.members.iter().map(|of| {
        let parts = [
            ("nieuw op de lijst: ", &of.joined),
            ("niet meer op de lijst: ", &of.left),
        ];
        let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
        let parts: Vec<String> = parts
            .map(|(what, names)| format!("{what}{}", listed(names)))
            .collect();
        format!("{}: {}.", of.group, parts.join("; "))
    });
    let mut lines: Vec<String> = moved.collect();
    let ended = &since.changes.ended;
    if !ended.is_empty() {
        lines.push(format!(
            "Opgegaan in een andere gemeente: {}.",
            listed(ended)
        ));
    }
    lines
}

fn claim(turned: &Turned) -> printed::TurnedClaim {
    let dutch = |word: &str| {
        let states = [State::Holds, State::Weak, State::Fails, State::NoData];
        let state = states.into_iter().find(|state| state.word() == word);
        state.map_or("", State::dutch)
    };
    printed::TurnedClaim {
        sentence: turned.sentence.clone(),
        old: dutch(turned.old),
        new: dutch(turned.new),
    }
}
