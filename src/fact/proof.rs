//! Evidence: for every fact its derivation, its formula with numbers, and the raw cells of CBS it rests on.
//!
//! In: a register. Out: `feiten.json`, `feiten.csv`, `bewijs.csv` (rows of indicators per gemeente) and `cellen.csv` (raw
//! cells), which are attached to the paper, so that a PDF can be checked with nothing else. Only the indicators and
//! years that facts rest on are in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::derive::{derivation, regions};
use super::formula::formula;
use super::trace::{CellKey, Trace};
use super::{Error, Fact, Register};
use crate::base::csv::{Sheet, quoted};
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::hands::{both, in_parts};
use crate::evidence::{
    COLUMNS_BEWIJS, COLUMNS_CELLEN, COLUMNS_FEITEN, Derivation, Entry, Facts, Places, label,
};
use crate::figures::Cell;
use crate::gemeente::RegionId;
use crate::query::IndicatorId;

/// A fact with its proof.
#[derive(Clone, Debug)]
pub struct Proven {
    /// The fact.
    pub fact: Fact,
    /// Its label in the paper.
    pub label: String,
    /// How it follows from cells; `None` without a figure.
    pub derivation: Option<Derivation>,
    /// Its formula with the numbers filled in.
    pub formula: String,
    /// Its raw cells: places in `cellen.csv`, ascending.
    pub cells: Vec<usize>,
}

/// All facts with their proof, and the files that hold it.
#[derive(Debug)]
pub struct Evidence {
    /// Facts by id.
    pub facts: Vec<Proven>,
    /// The indicators and years that they and the table per gemeente rest on.
    pub used: BTreeSet<(IndicatorId, i32)>,
    /// `bewijs.csv`, `cellen.csv` and `feiten.json`, which are attached to the paper.
    pub attached: [(&'static str, Vec<u8>); 3],
    feiten_csv: Vec<u8>,
}

/// Regions that facts rest on, by indicator and year.
type Needed = BTreeMap<(IndicatorId, i32), BTreeSet<RegionId>>;

impl Evidence {
    /// Gathers the proof of every fact of the register.
    ///
    /// # Errors
    /// When a snapshot lacks a column.
    pub fn new(register: &Register<'_>) -> Result<Self, Error> {
        let trace = Trace::new(register.queries(), register.figures());
        Ok(gather(register, &trace))
    }

    /// Writes the evidence into the edition's output.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn publish(&self, folder: &Path) -> Result<(), Failure> {
        for (name, bytes) in &self.attached {
            write(folder, name, bytes)?;
        }
        write(folder, "feiten.csv", &self.feiten_csv)
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    Ok(files::at("write", &path, std::fs::write(&path, bytes))?)
}

fn gather(register: &Register<'_>, trace: &Trace<'_>) -> Evidence {
    let mut needed = Needed::new();
    let (mut facts, mut regions_of) = (Vec::new(), Vec::new());
    for (place, fact) in register.facts().enumerate() {
        let derivation = derivation(fact, register);
        let mut of_years = BTreeMap::new();
        if let Some(derivation) = &derivation {
            regions(derivation, register.figures(), &mut of_years);
        }
        for (year, regions) in &of_years {
            needed
                .entry((fact.id.indicator, *year))
                .or_default()
                .extend(regions);
        }
        regions_of.push(of_years);
        facts.push(Proven {
            label: label(place),
            formula: formula(fact, derivation.as_ref(), register),
            cells: Vec::new(),
            fact: fact.clone(),
            derivation,
        });
    }
    of_table(register, &mut needed);
    let (per_row, all) = cells_of_rows(trace, &needed);
    for (proven, of_years) in facts.iter_mut().zip(regions_of) {
        let rows = of_years.into_iter().flat_map(|(year, regions)| {
            let indicator = proven.fact.id.indicator;
            regions
                .into_iter()
                .map(move |region| (indicator, year, region))
        });
        let cells = rows.filter_map(|row| per_row.get(&row)).flatten();
        proven.cells = cells.copied().collect();
        proven.cells.sort_unstable();
        proven.cells.dedup();
    }
    let of_facts = || {
        (
            bewijs(register, &needed),
            feiten_json(register, &facts),
            feiten_csv(register, &facts),
        )
    };
    let (cellen, (bewijs, feiten_json, feiten_csv)) = both(|| cellen(trace, &all), of_facts);
    Evidence {
        attached: [
            ("bewijs.csv", bewijs),
            ("cellen.csv", cellen),
            ("feiten.json", feiten_json),
        ],
        feiten_csv,
        used: needed.into_keys().collect(),
        facts,
    }
}

/// The table per gemeente rests on rows too, of the members of the network whose paper it is.
fn of_table(register: &Register<'_>, needed: &mut Needed) {
    let (figures, columns) = (register.figures(), &register.queries().columns);
    for column in columns {
        if let Some(year) = figures.used(column.indicator).year {
            let of_column = needed.entry((column.indicator, year)).or_default();
            of_column.extend(figures.groups.subject().regions());
        }
    }
}

/// Places of raw cells, by indicator, year and region.
type CellsOfRows = BTreeMap<(IndicatorId, i32, RegionId), Vec<usize>>;

/// The raw cells behind each row that is needed, as places among all of them.
fn cells_of_rows(trace: &Trace<'_>, needed: &Needed) -> (CellsOfRows, Vec<CellKey>) {
    let needed: Vec<_> = needed.iter().collect();
    let parts = in_parts(needed.len(), trace.another(), |trace, place| {
        let ((indicator, year), regions) = needed[place];
        let rows = regions.iter().map(|region| {
            let inputs = trace.inputs(*indicator, *year, *region);
            let cells = inputs.iter().flat_map(|input| trace.cells(input));
            let cells: Vec<CellKey> = cells.collect();
            ((*indicator, *year, *region), cells)
        });
        rows.collect::<Vec<_>>()
    });
    let per_row: Vec<_> = parts.into_iter().flatten().collect();
    let mut all: Vec<CellKey> = per_row
        .iter()
        .flat_map(|(_, cells)| cells)
        .copied()
        .collect();
    all.sort_unstable();
    all.dedup();
    let place = |cell: &CellKey| all.binary_search(cell).ok();
    let places = per_row.into_iter().map(|(row, cells)| {
        let cells = cells.iter().filter_map(place);
        (row, cells.collect())
    });
    (places.collect(), all)
}

fn feiten_json(register: &Register<'_>, facts: &[Proven]) -> Vec<u8> {
    let edition = &register.figures().edition;
    let entry = |proven: &Proven| {
        let fact = &proven.fact;
        Entry {
            id: fact.id.to_string(),
            label: proven.label.clone(),
            text: fact.text.clone(),
            value: fact.value,
            unit: fact.unit.clone(),
            decimals: fact.decimals,
            provisional: fact.provisional,
            lacking: fact.lacking.clone(),
            what: fact.what.clone(),
            indicator: register.queries()[fact.id.indicator].id.clone(),
            year: fact.year,
            formula: proven.formula.clone(),
            derivation: proven.derivation.clone(),
            cells: Places::of(&proven.cells),
        }
    };
    let file = Facts {
        edition: edition.id.clone(),
        boundaries: edition.boundaries,
        sheet: None,
        facts: facts.iter().map(entry).collect(),
    };
    // what holds no map with other keys than texts, and no number that is not finite, becomes JSON
    serde_json::to_vec(&file).unwrap_or_default()
}

fn feiten_csv(register: &Register<'_>, facts: &[Proven]) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS_FEITEN, facts.len());
    for proven in facts {
        let fact = &proven.fact;
        sheet.text(&fact.id.to_string());
        sheet.text(&proven.label);
        sheet.text(&fact.text);
        sheet.number(fact.value);
        sheet.text(&fact.unit);
        sheet.integer(Some(i32::from(fact.decimals)));
        sheet.text(if fact.provisional { "true" } else { "false" });
        sheet.text(fact.lacking.as_deref().unwrap_or_default());
        sheet.text(&fact.what);
        sheet.text(&register.queries()[fact.id.indicator].id);
        sheet.integer(fact.year);
        sheet.text(proven.derivation.as_ref().map_or("", Derivation::kind));
        sheet.text(&proven.formula);
        sheet.number(Some(proven.cells.len() as f64));
        sheet.end_row();
    }
    sheet.into_bytes()
}

fn bewijs(register: &Register<'_>, needed: &Needed) -> Vec<u8> {
    let figures = register.figures();
    let mut names: BTreeMap<RegionId, Vec<u8>> = BTreeMap::new();
    let mut sheet = Sheet::new(&COLUMNS_BEWIJS, needed.len() * 350);
    for (indicator, year) in needed.keys() {
        let id = quoted(&register.queries()[*indicator].id);
        let block = figures.block(*indicator);
        for (region, cell) in block.regions().iter().zip(block.year(*year)) {
            let code_and_name = || {
                let code = region.to_string().into_bytes();
                [code, quoted(&figures.name(*region))].join(&b',')
            };
            let named = names.entry(*region).or_insert_with(code_and_name);
            row_of_bewijs(&mut sheet, (&id, *year), named, cell);
        }
    }
    sheet.into_bytes()
}

/// A row of `bewijs.csv`; indicator, and code with name, are quoted where they must be.
pub(super) fn row_of_bewijs(
    sheet: &mut Sheet,
    (indicator, year): (&[u8], i32),
    region: &[u8],
    cell: &Cell,
) {
    sheet.ready(indicator);
    sheet.integer(Some(year));
    sheet.ready(region);
    sheet.number(cell.num);
    sheet.number(cell.den);
    sheet.number(cell.value());
    sheet.ready(cell.observation.missing.word().as_bytes());
    sheet.ready(cell.observation.status.word().as_bytes());
    sheet.end_row();
}

pub(super) fn cellen(trace: &Trace<'_>, cells: &[CellKey]) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS_CELLEN, cells.len());
    let mut place = 0;
    // cells of one key and year lie together
    for of_slot in cells.chunk_by(|a, b| a.0 == b.0) {
        let slot = trace.slot(of_slot[0]);
        let source = [&slot.table, &slot.release, &slot.key].map(|text| quoted(text));
        let source = source.join(&b',');
        for cell in of_slot {
            let raw = trace.raw(*cell);
            sheet.integer(Some(place));
            place += 1;
            sheet.ready(&source);
            sheet.text(raw.region);
            sheet.text(raw.period);
            sheet.number(raw.value);
            sheet.text(raw.missing);
            sheet.text(raw.status);
            sheet.end_row();
        }
    }
    sheet.into_bytes()
}
