//! What changed figures do to claims and to what is printed.
//!
//! In: the registers of both sides. Out: [`Effect`]. A claim that cannot be tested on a side (its facts lie on two sides of
//! a break there) has the word `refused`; nothing fails.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::hands::in_parts;
use crate::claim::{self, State, Tested};
use crate::fact::{Register, plain};

/// The word for a claim that cannot be tested on a side.
const REFUSED: &str = "refused";
/// The word for a claim that a side does not make.
const NONE: &str = "none";

/// What changed figures do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Effect {
    /// Claims that stand otherwise, in the order of the paper; those that held first.
    pub claims: Vec<Turned>,
    /// Facts that print something else, by id.
    pub facts: Vec<Printed>,
    /// Facts that both sides have.
    pub compared: usize,
}

/// A claim that turned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Turned {
    /// Claim.
    pub id: String,
    /// How it stood: `holds`, `weak`, `fails`, `no-data`, `refused`, or `none` where there was no such claim.
    pub old: &'static str,
    /// How it stands.
    pub new: &'static str,
    /// Its sentence with the figures of the new side, else of the old one.
    pub sentence: String,
}

impl Turned {
    /// Whether it held and no longer does.
    pub fn fell(&self) -> bool {
        holds(self.old) && !holds(self.new)
    }
}

fn holds(word: &str) -> bool {
    [State::Holds, State::Weak]
        .iter()
        .any(|state| state.word() == word)
}

/// A fact that prints something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Printed {
    /// Fact.
    pub id: String,
    /// Before.
    pub old: String,
    /// Now.
    pub new: String,
}

/// How every claim stands on a side, in the order of the paper.
#[derive(Clone, Debug, Default)]
pub struct Verdicts(Vec<Verdict>);

#[derive(Clone, Debug)]
struct Verdict {
    id: String,
    word: &'static str,
    sentence: String,
}

impl Verdicts {
    /// Tests the claims of a side.
    pub fn test(register: &Register<'_>) -> Self {
        let claims = &register.queries().claims;
        let verdicts = in_parts(
            claims.len(),
            || (),
            |(), place| {
                let of = &claims[place];
                let tested = claim::test(of, register).ok();
                let (word, sentence) = tested.map_or((REFUSED, String::new()), |of| words(&of));
                let id = of.id.clone();
                Verdict { id, word, sentence }
            },
        );
        Self(verdicts)
    }

    /// Of claims that were tested.
    pub fn of(claims: &[Tested<'_>]) -> Self {
        let verdicts = claims.iter().map(|of| {
            let ((word, sentence), id) = (words(of), of.claim.id.clone());
            Verdict { id, word, sentence }
        });
        Self(verdicts.collect())
    }

    fn get(&self, id: &str) -> Option<&Verdict> {
        self.0.iter().find(|of| of.id == id)
    }

    /// The claims that stand otherwise than before, those that held first.
    pub fn turned_since(&self, old: &Self) -> Vec<Turned> {
        let gone = old.0.iter().filter(|of| self.get(&of.id).is_none());
        let turned = self.0.iter().chain(gone).filter_map(|of| {
            let [was, is] = [old, self].map(|verdicts| verdicts.get(&of.id));
            let word = |of: Option<&Verdict>| of.map_or(NONE, |of| of.word);
            let mut sentences = [is, was].into_iter().flatten().map(|of| &of.sentence);
            let found = sentences.find(|text| !text.is_empty());
            (word(was) != word(is)).then(|| Turned {
                id: of.id.clone(),
                old: word(was),
                new: word(is),
                sentence: found.cloned().unwrap_or_default(),
            })
        });
        let mut turned: Vec<Turned> = turned.collect();
        turned.sort_by_key(|of| !of.fell());
        turned
    }
}

fn words(tested: &Tested<'_>) -> (&'static str, String) {
    (tested.state.word(), plain(&tested.segments))
}

/// What lies between two registers.
pub fn effect(old: &Register<'_>, new: &Register<'_>) -> Effect {
    let claims = Verdicts::test(new).turned_since(&Verdicts::test(old));
    let texts: BTreeMap<String, &str> = old
        .facts()
        .map(|fact| (fact.id.to_string(), fact.text.as_str()))
        .collect();
    let both = new.facts().filter_map(|fact| {
        let id = fact.id.to_string();
        Some((texts.get(&id)?.to_owned(), fact.text.as_str(), id))
    });
    let both: Vec<_> = both.collect();
    let printed = both.iter().filter(|(old, new, _)| old != new);
    let facts = printed.map(|(old, new, id)| Printed {
        id: id.clone(),
        old: (*old).to_owned(),
        new: (*new).to_owned(),
    });
    Effect {
        claims,
        facts: facts.collect(),
        compared: both.len(),
    }
}
