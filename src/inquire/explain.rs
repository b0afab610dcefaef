//! `explain`: a fact or claim, taken apart down to the cells that CBS published.
//!
//! In: an id and the register. Out: [`Explanation`]: the formula with its numbers, per gemeente numerator, denominator
//! and value, the raw cells behind them on the boundaries of their own time, the snapshots with their hashes, and the
//! request that shows a cell in a browser.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Inquiry;
use crate::base::failure::Failure;
use crate::base::number::csv_number;
use crate::claim;
use crate::evidence::Derivation;
use crate::fact::{
    self, Fact, Input, Register, Trace, derivation, formula, plain, regions, request,
};
use crate::query::{FactId, Queries};

/// A fact taken apart.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The fact.
    pub fact: Fact,
    /// How it follows from cells.
    pub derivation: Option<Derivation>,
    /// Its formula with the numbers filled in.
    pub formula: String,
    /// Where its indicator is asked: file and line.
    pub place: String,
    /// Per year the regions it rests on.
    pub steps: Vec<Step>,
    /// Table, release and hash of each snapshot.
    pub snapshots: Vec<[String; 3]>,
    /// Per table, topic and year the request for its first region.
    pub requests: Vec<String>,
}

/// The regions of one year.
#[derive(Clone, Debug)]
pub struct Step {
    /// Year.
    pub year: i32,
    /// Lines in region order.
    pub lines: Vec<Line>,
    /// Sum of the numerators of regions with a value.
    pub num: f64,
    /// Sum of their denominators.
    pub den: f64,
}

/// One region.
#[derive(Clone, Debug)]
pub struct Line {
    /// Code.
    pub region: String,
    /// Name.
    pub name: String,
    /// Numerator.
    pub num: Option<f64>,
    /// Denominator or weight.
    pub den: Option<f64>,
    /// Value.
    pub value: Option<f64>,
    /// Why there is none.
    pub missing: &'static str,
    /// The cells behind it.
    pub cells: Vec<Source>,
}

/// A raw cell in its part.
#[derive(Clone, Debug)]
pub struct Source {
    /// `teller`, `noemer`, `verhouding` or `gewicht`.
    pub role: &'static str,
    /// Table.
    pub table: String,
    /// Topic key.
    pub key: String,
    /// Region of its own time.
    pub region: String,
    /// Period as CBS codes it.
    pub period: String,
    /// Value in the unit of the source.
    pub value: Option<f64>,
    /// Kind of missing.
    pub missing: String,
    /// Status.
    pub status: String,
    /// Share of it that goes in; negative when it is taken off.
    pub share: f64,
}

/// The facts that explaining an id wants besides those that are named: itself, unless it is a claim.
///
/// # Errors
/// When there is neither a fact nor a claim with this id.
pub fn wanted(id: &str, queries: &Queries) -> Result<BTreeSet<FactId>, Failure> {
    if queries.claims.iter().any(|claim| claim.id == id) {
        return Ok(BTreeSet::new());
    }
    Ok(BTreeSet::from([fact_of(id, queries)?]))
}

/// The fact that an id names, of the year that an earlier one comes to.
fn fact_of(id: &str, queries: &Queries) -> Result<FactId, super::Error> {
    let asked = FactId::parse(id, &queries.names()).map_err(super::Error::Id)?;
    Ok(queries.settled(&asked))
}

/// Explains a fact, or a claim with all facts of its predicate, as text.
///
/// # Errors
/// When there is neither a fact nor a claim with this id.
pub fn explain(id: &str, inquiry: &Inquiry<'_>) -> Result<String, Failure> {
    let register = &inquiry.register;
    let queries = register.queries();
    let trace = Trace::new(queries, register.figures());
    let Some(asked) = queries.claims.iter().find(|claim| claim.id == id) else {
        let id = fact_of(id, queries)?;
        return Ok(Explanation::of(&id, register, &trace)?.to_text());
    };
    let tested = claim::test(asked, register)?;
    let mut out = format!(
        "claim      {}\nsentence   {}\npredicate  {}\nstate      {}\nvariants   {} of {} carry it\n",
        asked.id,
        plain(&tested.segments),
        asked.when.text(),
        tested.state.word(),
        tested.variants.carried,
        tested.variants.applicable,
    );
    for failing in &tested.variants.failing {
        let _ = writeln!(out, "           not with: {failing}");
    }
    for remark in [&tested.note, &tested.caution] {
        if !remark.is_empty() {
            let _ = writeln!(out, "remark     {remark}");
        }
    }
    let _ = writeln!(out, "asked in   {}", asked.place);
    let facts: BTreeSet<&FactId> = asked.when.facts().into_iter().collect();
    for id in facts {
        let _ = write!(
            out,
            "\n{}",
            Explanation::of(id, register, &trace)?.to_text()
        );
    }
    Ok(out)
}

impl Explanation {
    /// Takes a fact apart.
    ///
    /// # Errors
    /// When it is not in the register.
    pub fn of(
        id: &FactId,
        register: &Register<'_>,
        trace: &Trace<'_>,
    ) -> Result<Self, fact::Error> {
        let (fact, figures) = (register.fact(id)?, register.figures());
        let derivation = derivation(fact, register);
        let mut needed = BTreeMap::new();
        if let Some(derivation) = &derivation {
            regions(derivation, figures, &mut needed);
        }
        let (mut steps, mut slots) = (Vec::new(), BTreeMap::new());
        for (year, regions) in needed {
            let mut step = Step {
                year,
                lines: Vec::new(),
                num: 0.0,
                den: 0.0,
            };
            for region in regions {
                let Some(cell) = figures.cell(id.indicator, region, year) else {
                    continue;
                };
                if cell.value().is_some() {
                    step.num += cell.num.unwrap_or_default();
                    step.den += cell.den.unwrap_or_default();
                }
                let inputs = trace.inputs(id.indicator, year, region);
                step.lines.push(Line {
                    region: region.to_string(),
                    name: figures.name(region),
                    num: cell.num,
                    den: cell.den,
                    value: cell.value(),
                    missing: cell.observation.missing.word(),
                    cells: inputs
                        .iter()
                        .flat_map(|input| sources(trace, input, &mut slots))
                        .collect(),
                });
            }
            steps.push(step);
        }
        let (snapshots, requests) = origins(register, &slots);
        Ok(Self {
            formula: formula(fact, derivation.as_ref(), register),
            place: register.queries()[id.indicator].place.clone(),
            fact: fact.clone(),
            derivation,
            steps,
            snapshots,
            requests,
        })
    }

    /// All of it, as text.
    pub fn to_text(&self) -> String {
        let fact = &self.fact;
        let mut out = format!(
            "fact       {}\nprinted    {}\nexact      {}\nunit       {}, {} decimals\nwhat       {}\nkind       {}\nformula    {}\nasked in   {}\n",
            fact.id,
            fact.text,
            fact.value.map_or_else(|| "-".to_owned(), csv_number),
            fact.unit,
            fact.decimals,
            fact.what,
            self.derivation.as_ref().map_or("-", Derivation::kind),
            self.formula,
            self.place,
        );
        if fact.provisional {
            out.push_str("remark     rests on provisional figures\n");
        }
        for step in &self.steps {
            let _ = writeln!(
                out,
                "\n{}: per region numerator, denominator or weight, value",
                step.year
            );
            for line in &step.lines {
                let _ = writeln!(
                    out,
                    "  {} {:28} {:>14} {:>14} {:>20}",
                    line.region,
                    line.name,
                    number(line.num, "-"),
                    number(line.den, "-"),
                    number(line.value, line.missing)
                );
                for cell in &line.cells {
                    let _ = writeln!(out, "      {}", cell.to_text());
                }
            }
            if step.lines.len() > 1 {
                let _ = writeln!(
                    out,
                    "  {:35} {:>14} {:>14}",
                    "sum of regions with a value",
                    csv_number(step.num),
                    csv_number(step.den)
                );
            }
        }
        if !self.snapshots.is_empty() {
            out.push_str("\nsnapshots\n");
            for [table, release, hash] in &self.snapshots {
                let _ = writeln!(out, "  {table} {release} sha256 {hash}");
            }
        }
        if !self.requests.is_empty() {
            out.push_str("\nrequests (one region; put another code in its place)\n");
            for request in &self.requests {
                let _ = writeln!(out, "  {request}");
            }
        }
        out
    }
}

impl Source {
    fn to_text(&self) -> String {
        let share = if self.share.total_cmp(&1.0).is_eq() {
            String::new()
        } else {
            format!(" x {}", csv_number(self.share))
        };
        format!(
            "{} {} {} {} {} {}{share}{}",
            self.role,
            self.table,
            self.key,
            self.region,
            self.period,
            number(self.value, &self.missing),
            if self.status == "unknown" {
                String::new()
            } else {
                format!(" ({})", self.status)
            }
        )
    }
}

fn number(value: Option<f64>, otherwise: &str) -> String {
    value.map_or_else(|| otherwise.to_owned(), csv_number)
}

/// Table, key and year, with the first region and period seen of it.
type Slots = BTreeMap<(String, String, i32), (String, String)>;

fn sources(trace: &Trace<'_>, input: &Input, slots: &mut Slots) -> Vec<Source> {
    let cells = trace.cells(input).map(|cell| {
        let (slot, raw) = (trace.slot(cell), trace.raw(cell));
        slots
            .entry((slot.table.clone(), slot.key.clone(), slot.year))
            .or_insert_with(|| (raw.region.to_owned(), raw.period.to_owned()));
        Source {
            role: input.role.dutch(),
            table: slot.table.clone(),
            key: slot.key.clone(),
            region: raw.region.to_owned(),
            period: raw.period.to_owned(),
            value: raw.value,
            missing: raw.missing.to_owned(),
            status: raw.status.to_owned(),
            share: input.share,
        }
    });
    cells.collect()
}

fn origins(register: &Register<'_>, slots: &Slots) -> (Vec<[String; 3]>, Vec<String>) {
    let figures = register.figures();
    let tables: BTreeSet<&str> = slots.keys().map(|(table, _, _)| table.as_str()).collect();
    let snapshots = tables.into_iter().filter_map(|table| {
        let sidecar = figures.tidy.sidecars.get(table)?;
        let mut origins = figures.tidy.origins.values();
        let release = &origins.find(|origin| origin.table == table)?.release;
        Some([table.to_owned(), release.clone(), sidecar.sha256.clone()])
    });
    let requests = slots
        .iter()
        .filter_map(|((table, key, _), (region, period))| {
            request(register.queries().tables.get(table)?, key, region, period)
        });
    (snapshots.collect(), requests.collect())
}
