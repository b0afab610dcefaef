//! The manuscript: everything the chapters ask for, collected, resolved, and tested.
//!
//! In: the chapters, the queries and the figures. First what is wanted is collected (by chapters, charts, claims and
//! asks), then it is resolved once; no order of calls matters. Fails when a chart cannot be drawn, or when a claim that a
//! chapter makes does not hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Error;
use super::prepare::prepare;
use super::scan::Chapters;
use super::uses::{Use, UseKind, wanted};
use crate::base::failure::{Failure, Report};
use crate::base::hands::in_parts;
use crate::base::located::Place;
use crate::claim;
use crate::fact::{self, Fact, Register};
use crate::figures::{Figures, Provenance};
use crate::gemeente::Geometry;
use crate::illustrate::{self, Drawn, Illustration};
use crate::query::{Ask, Chart, FactId, Queries};
use crate::source::agendas::Agendas;

/// What a manuscript is made of.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// What is asked.
    pub queries: &'a Queries,
    /// The figures of the edition.
    pub figures: &'a Figures,
    /// How they came about.
    pub provenance: &'a Provenance,
    /// Borders, needed for maps only.
    pub geometry: Option<&'a Geometry>,
    /// What networks say.
    pub agendas: &'a Agendas,
}

/// Everything the chapters ask for, resolved.
#[derive(Debug)]
pub struct Manuscript<'a> {
    /// The chapters, and where they use facts, claims and charts.
    pub chapters: Chapters,
    /// The facts.
    pub register: Register<'a>,
    /// Signs of the pairs that chapters choose words by.
    pub signs: BTreeMap<String, i32>,
    /// Pairs that are equal only because their difference does not matter.
    pub nearly: Vec<String>,
    /// All claims of the queries, tested.
    pub claims: Vec<claim::Tested<'a>>,
    /// The asks whose facts are all there.
    pub asks: Vec<&'a Ask>,
    /// What networks say.
    pub agendas: &'a Agendas,
    /// The charts that are used and have figures.
    pub illustrations: Vec<Illustration>,
    /// The press release, its figures filled in; empty where there is none.
    pub press: String,
    /// Charts, asks, claims and sentences that are not printed for want of a figure: where they stand, and why.
    pub left_out: Vec<String>,
    /// The chapters as Typst gets them.
    prepared: Vec<(PathBuf, String)>,
}

impl<'a> Manuscript<'a> {
    /// Collects and resolves what chapters ask for.
    ///
    /// # Errors
    /// When a chart cannot be drawn, or a claim that a chapter makes does not hold.
    pub fn new(chapters: Chapters, sources: Sources<'a>) -> Result<Self, Failure> {
        let Sources {
            queries, figures, ..
        } = sources;
        let uses = &chapters.uses;
        let (drawn, mut left_out) = draw(uses, sources)?;
        let mut facts = wanted(uses);
        facts.extend(claim::wanted(queries).cloned());
        for drawn in &drawn {
            facts.extend(illustrate::wanted(drawn, queries, figures)?);
        }
        for ask in &queries.asks {
            facts.extend(ask.wanted().cloned());
        }
        let register = register(queries, figures, &facts, uses)?;
        let claims = test_claims(uses, queries, &register)?;
        let mut illustrations = Vec::new();
        for drawn in drawn {
            let (title, place) = (&drawn.chart.title, &drawn.chart.place);
            let what = format!("{place}: chart `{}`", drawn.chart.id);
            match without_figure(title.facts(), &register)? {
                None => {
                    illustrations.push(illustrate::caption(drawn, &register, sources.provenance)?);
                }
                Some(why) => left_out.push(format!("{what} is not printed: {why}")),
            }
        }
        let asks = asks(queries, &register, &mut left_out)?;
        refuse_across(uses, &asks, &register)?;
        let (press, without) = chapters.press.filled(&register)?;
        left_out.extend(without);
        let mut manuscript = Self {
            nearly: nearly(uses, &register)?,
            signs: signs(uses, &register)?,
            chapters,
            register,
            claims,
            asks,
            agendas: sources.agendas,
            illustrations,
            press,
            left_out,
            prepared: Vec::new(),
        };
        manuscript.prepare()?;
        Ok(manuscript)
    }

    /// The chapters as Typst gets them.
    pub(super) fn prepared(&self) -> impl Iterator<Item = (&Path, &str)> {
        let files = self.prepared.iter();
        files.map(|(path, text)| (path.as_path(), text.as_str()))
    }

    /// Makes the chapters ready, and says which claims and sentences are left out.
    fn prepare(&mut self) -> Result<(), fact::Error> {
        for used in &self.chapters.uses {
            if let UseKind::Claim(id) = &used.kind
                && let Some(tested) = self.claims.iter().find(|of| of.claim.id == *id)
                && tested.state == claim::State::NoData
            {
                let facts = claim::facts_of(tested.claim);
                let why = without_figure(facts, &self.register)?.unwrap_or_default();
                let place = used.place();
                self.left_out
                    .push(format!("{place}: claim `{id}` is not printed: {why}"));
            }
        }
        for chapter in &self.chapters.files {
            let calls = chapter.calls.iter();
            let lacking: BTreeMap<usize, String> = calls
                .filter_map(|(call, kind)| Some((*call, self.why_lacking(kind)?)))
                .collect();
            let ready = prepare(chapter, &|call| lacking.contains_key(&call));
            for (at, words) in ready.left_out {
                let start = |call: &usize| chapter.markup.calls[*call].range.start;
                let why = lacking.iter().find(|(call, _)| start(call) >= at);
                let place = Place::line(chapter.path(), chapter.source.at(at).line);
                self.left_out.push(format!(
                    "{place}: a sentence is not printed: {}: \"{words}\"",
                    why.map_or("", |(_, why)| why)
                ));
            }
            for call in ready.empty {
                let start = chapter.markup.calls[call].range.start;
                let place = Place::line(chapter.path(), chapter.source.at(start).line);
                let why = lacking.get(&call).map_or("", String::as_str);
                self.left_out.push(format!("{place}: {why}"));
            }
            self.prepared
                .push((chapter.source.path().to_owned(), ready.text));
        }
        Ok(())
    }

    /// Why a use has no figure to print; none where it has one.
    fn why_lacking(&self, kind: &UseKind) -> Option<String> {
        let lacks = |facts: &[&FactId]| {
            let facts = facts.iter().copied();
            without_figure(facts, &self.register).ok()?
        };
        match kind {
            UseKind::Fact(id) | UseKind::Condition(id) => lacks(&[id]),
            UseKind::Choice(first, second) => lacks(&[first, second]),
            UseKind::Claim(id) => {
                let mut claims = self.claims.iter();
                let of = claims.find(|of| of.claim.id == *id)?;
                (of.state == claim::State::NoData).then(|| format!("claim `{id}` has no figure"))
            }
            UseKind::Chart(_) => None,
        }
    }

    /// Facts that claims name and no chapter prints: of claims that no chapter makes.
    pub fn unused(&self) -> BTreeSet<&FactId> {
        let queries = self.register.queries();
        let (mut named, mut used) = (BTreeSet::new(), BTreeSet::new());
        for tested in &self.claims {
            let made = makes(&self.chapters.uses, &tested.claim.id);
            let facts = tested.claim.sentence.facts();
            if made { &mut used } else { &mut named }.extend(facts);
        }
        for of in &self.chapters.uses {
            match &of.kind {
                UseKind::Fact(id) => drop(used.insert(id)),
                UseKind::Choice(first, second) => used.extend([first, second]),
                UseKind::Chart(id) => {
                    let charts = queries.charts.iter().filter(|chart| chart.id == *id);
                    used.extend(charts.flat_map(|chart| chart.title.facts()));
                }
                UseKind::Claim(_) | UseKind::Condition(_) => {}
            }
        }
        used.extend(queries.asks.iter().flat_map(|ask| ask.why.facts()));
        named.difference(&used).copied().collect()
    }
}

/// Whether a chapter makes a claim.
pub(super) fn makes(uses: &[Use], claim: &str) -> bool {
    uses.iter()
        .any(|used| matches!(&used.kind, UseKind::Claim(id) if id == claim))
}

/// Draws the charts that chapters use; and which of them have no figures.
fn draw<'a>(
    uses: &[Use],
    sources: Sources<'a>,
) -> Result<(Vec<Drawn<'a>>, Vec<String>), illustrate::Error> {
    let (mut drawn, mut undrawn) = (Vec::new(), Vec::new());
    let is_used = |id: &str| {
        uses.iter()
            .any(|used| matches!(&used.kind, UseKind::Chart(used) if used == id))
    };
    let charts = sources.queries.charts.iter();
    let charts: Vec<&Chart> = charts.filter(|chart| is_used(&chart.id)).collect();
    let drawings = in_parts(
        charts.len(),
        || (),
        |(), place| {
            let (queries, figures) = (sources.queries, sources.figures);
            illustrate::draw(charts[place], queries, figures, sources.geometry)
        },
    );
    for (chart, drawing) in charts.into_iter().zip(drawings) {
        match drawing? {
            Some(of) => drawn.push(of),
            None => undrawn.push(format!(
                "{}: chart `{}` has no figures in this edition",
                chart.place, chart.id
            )),
        }
    }
    Ok((drawn, undrawn))
}

/// The asks whose facts are all there; one without support is not printed.
fn asks<'a>(
    queries: &'a Queries,
    register: &Register<'_>,
    left_out: &mut Vec<String>,
) -> Result<Vec<&'a Ask>, Failure> {
    let mut supported = Vec::new();
    for ask in &queries.asks {
        let (id, place) = (&ask.id, &ask.place);
        let why = match without_figure(ask.wanted(), register)? {
            None if ask.facts.is_empty() => "no fact supports it".to_owned(),
            None => {
                fact::sayable(&ask.why, register, &[]).map_err(|source| Error::Ask {
                    ask: id.clone(),
                    place: place.clone(),
                    source,
                })?;
                supported.push(ask);
                continue;
            }
            Some(why) => why,
        };
        left_out.push(format!("{place}: ask `{id}` is not printed: {why}"));
    }
    Ok(supported)
}

/// Refuses what chapters and asks compare across a break; charts and claims are refused where they are made.
fn refuse_across(uses: &[Use], asks: &[&Ask], register: &Register<'_>) -> Result<(), Failure> {
    for used in uses {
        let compared = match &used.kind {
            UseKind::Fact(id) | UseKind::Condition(id) => vec![id],
            UseKind::Choice(first, second) => vec![first, second],
            UseKind::Claim(_) | UseKind::Chart(_) => continue,
        };
        register.refuse_across(compared).map_err(|error| {
            let place = Place::line(&used.path, used.line);
            place.wrong(error.to_string(), error.hint().unwrap_or_default())
        })?;
    }
    for ask in asks {
        let facts = ask.wanted();
        register.refuse_across(facts).map_err(|source| Error::Ask {
            ask: ask.id.clone(),
            place: ask.place.clone(),
            source,
        })?;
    }
    Ok(())
}

/// Why the first of some facts that has no figure has none; nothing where all have one.
fn without_figure<'i>(
    mut facts: impl Iterator<Item = &'i FactId>,
    register: &Register<'_>,
) -> Result<Option<String>, fact::Error> {
    facts.try_fold(None, |found: Option<String>, id| {
        let lacking = register.fact(id)?.lacking.as_ref();
        Ok(found.or_else(|| lacking.map(|why| format!("`{id}` has no figure ({why})"))))
    })
}

/// Resolves what is wanted; what cannot be is named with where it is asked.
pub fn register<'a>(
    queries: &'a Queries,
    figures: &'a Figures,
    facts: &BTreeSet<FactId>,
    uses: &[Use],
) -> Result<Register<'a>, Failure> {
    let source = match Register::new(queries, figures, facts.clone()) {
        Ok(register) => return Ok(register),
        Err(source) => source,
    };
    let wrong = facts
        .iter()
        .find(|id| Fact::resolve(queries, figures, id).is_err());
    let place = wrong.and_then(|id| place_of(id, queries, uses));
    Err(match place {
        Some(place) => Error::Fact { place, source }.into(),
        None => source.into(),
    })
}

/// The first place where a fact is asked.
fn place_of(id: &FactId, queries: &Queries, uses: &[Use]) -> Option<String> {
    let used = uses
        .iter()
        .find(|used| wanted(std::slice::from_ref(used)).contains(id));
    let asks = queries.asks.iter().map(|ask| {
        let facts: Vec<&FactId> = ask.wanted().collect();
        (facts, &ask.place)
    });
    let claims = queries
        .claims
        .iter()
        .map(|of| (claim::facts_of(of).collect(), &of.place));
    let charts = queries
        .charts
        .iter()
        .map(|of| (of.title.facts().collect(), &of.place));
    let mut asked = asks.chain(claims).chain(charts);
    used.map(Use::place).or_else(|| {
        let found = asked.find(|(facts, _)| facts.contains(&id));
        found.map(|(_, place)| place.clone())
    })
}

fn test_claims<'a>(
    uses: &[Use],
    queries: &'a Queries,
    register: &Register<'_>,
) -> Result<Vec<claim::Tested<'a>>, claim::Error> {
    let tested = queries.claims.iter().map(|of| claim::test(of, register));
    let claims = tested.collect::<Result<Vec<_>, _>>()?;
    for tested in claims.iter().filter(|of| makes(uses, &of.claim.id)) {
        // the agenda's own claims are reported as they stand; what the paper itself says must be true
        if tested.claim.agenda.is_none() && tested.state == claim::State::Fails {
            return Err(claim::does_not_hold(tested, register));
        }
        if let Some(error) = claim::too_few_variants(tested) {
            return Err(error);
        }
    }
    Ok(claims)
}

fn signs(uses: &[Use], register: &Register<'_>) -> Result<BTreeMap<String, i32>, Failure> {
    let mut signs = BTreeMap::new();
    for used in uses {
        if let UseKind::Choice(first, second) = &used.kind
            && let Some(sign) = register.sign(first, second)?
        {
            signs.insert(format!("{first}~{second}"), sign);
        }
    }
    Ok(signs)
}

fn nearly(uses: &[Use], register: &Register<'_>) -> Result<Vec<String>, fact::Error> {
    let mut pairs = BTreeSet::new();
    for used in uses {
        if let UseKind::Choice(first, second) = &used.kind
            && register.is_nearly(first, second)?
        {
            pairs.insert(format!("{first}~{second}"));
        }
    }
    Ok(pairs.into_iter().collect())
}
