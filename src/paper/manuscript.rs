//! The manuscript: everything the chapters ask for, collected, resolved, and tested.
//!
//! In: the chapters, the queries and the figures. First what is wanted is collected (by chapters, charts, claims and
//! asks), then it is resolved once; no order of calls matters. Fails when a chart cannot be drawn, or when a claim that a
//! chapter makes does not hold.

use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use super::scan::{Use, UseKind, wanted};
use crate::base::failure::{Failure, Report};
use crate::base::hands::in_parts;
use crate::base::located::Place;
use crate::claim;
use crate::fact::{Fact, Register};
use crate::figures::{Figures, Provenance};
use crate::gemeente::Geometry;
use crate::illustrate::{self, Drawn, Illustration};
use crate::query::{Ask, Chart, FactId, Queries};

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
}

/// Everything the chapters ask for, resolved.
#[derive(Debug)]
pub struct Manuscript<'a> {
    /// Where facts, claims and charts are used.
    pub uses: Vec<Use>,
    /// The facts.
    pub register: Register<'a>,
    /// Signs of the pairs that chapters choose words by.
    pub signs: BTreeMap<String, i32>,
    /// All claims of the queries, tested.
    pub claims: Vec<claim::Tested<'a>>,
    /// The asks whose facts are all there.
    pub asks: Vec<&'a Ask>,
    /// The charts that are used and have figures.
    pub illustrations: Vec<Illustration>,
    /// Charts that are used and have no figures in this edition.
    pub undrawn: Vec<String>,
}

impl<'a> Manuscript<'a> {
    /// Collects and resolves what chapters ask for.
    ///
    /// # Errors
    /// When a chart cannot be drawn, or a claim that a chapter makes does not hold.
    pub fn new(uses: Vec<Use>, sources: Sources<'a>) -> Result<Self, Failure> {
        let Sources {
            queries, figures, ..
        } = sources;
        let (drawn, undrawn) = draw(&uses, sources)?;
        let mut facts = wanted(&uses);
        facts.extend(claim::wanted(queries).cloned());
        for drawn in &drawn {
            facts.extend(illustrate::wanted(drawn, queries, figures)?);
        }
        let asks = asks(queries, figures, &mut facts)?;
        let register = Register::new(queries, figures, facts)?;
        refuse_across(&uses, &asks, &register)?;
        let claims = test_claims(&uses, queries, &register)?;
        let illustrations = drawn
            .into_iter()
            .map(|drawn| illustrate::caption(drawn, &register, sources.provenance))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            signs: signs(&uses, &register)?,
            uses,
            register,
            claims,
            asks,
            illustrations,
            undrawn,
        })
    }

    /// Facts that claims name and no chapter prints: of claims that no chapter makes.
    pub fn unused(&self) -> BTreeSet<&FactId> {
        let queries = self.register.queries();
        let (mut named, mut used) = (BTreeSet::new(), BTreeSet::new());
        for tested in &self.claims {
            let made = makes(&self.uses, &tested.claim.id);
            let facts = tested.claim.sentence.facts();
            if made { &mut used } else { &mut named }.extend(facts);
        }
        for of in &self.uses {
            match &of.kind {
                UseKind::Fact(id) => drop(used.insert(id)),
                UseKind::Choice(first, second) => used.extend([first, second]),
                UseKind::Chart(id) => {
                    let charts = queries.charts.iter().filter(|chart| chart.id == *id);
                    used.extend(charts.flat_map(|chart| chart.title.facts()));
                }
                UseKind::Claim(_) => {}
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
            None => undrawn.push(chart.id.clone()),
        }
    }
    Ok((drawn, undrawn))
}

/// The asks whose facts are all there, and what they want; one without support is not printed.
fn asks<'a>(
    queries: &'a Queries,
    figures: &Figures,
    facts: &mut BTreeSet<FactId>,
) -> Result<Vec<&'a Ask>, Failure> {
    let mut supported = Vec::new();
    for ask in &queries.asks {
        facts.extend(ask.facts.iter().cloned());
        let mut lacks = ask.facts.is_empty();
        for id in &ask.facts {
            lacks |= Fact::resolve(queries, figures, id)?.lacking.is_some();
        }
        if !lacks {
            facts.extend(ask.why.facts().cloned());
            supported.push(ask);
        }
    }
    Ok(supported)
}

/// Refuses what chapters and asks compare across a break; charts and claims are refused where they are made.
fn refuse_across(uses: &[Use], asks: &[&Ask], register: &Register<'_>) -> Result<(), Failure> {
    for used in uses {
        let compared = match &used.kind {
            UseKind::Fact(id) => vec![id],
            UseKind::Choice(first, second) => vec![first, second],
            UseKind::Claim(_) | UseKind::Chart(_) => continue,
        };
        register.refuse_across(compared).map_err(|error| {
            let place = Place::line(&used.path, used.line);
            place.wrong(error.to_string(), error.hint().unwrap_or_default())
        })?;
    }
    for ask in asks {
        let facts = ask.facts.iter().chain(ask.why.facts());
        register.refuse_across(facts).map_err(|source| Error::Ask {
            ask: ask.id.clone(),
            place: ask.place.clone(),
            source,
        })?;
    }
    Ok(())
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
