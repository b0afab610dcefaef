//! Evidence: for every fact its derivation, its formula with numbers, and the raw cells of CBS it rests on.
//!
//! In: a register from which every fact was asked. Out: `feiten.json`, `feiten.csv`, `bewijs.csv` (rows of indicators
//! per gemeente) and `cellen.csv` (raw cells), which are attached to the paper, so that a PDF can be checked with
//! nothing else. Only the indicators and years that facts rest on are in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::derivation::Derivation;
use super::formula::Writer;
use super::trace::{CellKey, Trace};
use super::{Error, Fact, Register};
use crate::failure::Failure;
use crate::files;
use crate::gemeente::region_code;
use crate::publish::Sheet;

/// Columns of `feiten.csv`.
pub const COLUMNS_FEITEN: [&str; 14] = [
    "id",
    "label",
    "text",
    "value",
    "unit",
    "decimals",
    "provisional",
    "lacking",
    "what",
    "indicator",
    "year",
    "derivation",
    "formula",
    "cells",
];
/// Columns of `bewijs.csv`.
pub const COLUMNS_BEWIJS: [&str; 9] = [
    "indicator",
    "year",
    "region",
    "name",
    "num",
    "den",
    "value",
    "missing",
    "status",
];
/// Columns of `cellen.csv`.
pub const COLUMNS_CELLEN: [&str; 9] = [
    "cell", "table", "release", "topic", "region", "period", "value", "missing", "status",
];

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
    feiten_json: Vec<u8>,
    feiten_csv: Vec<u8>,
    bewijs: Vec<u8>,
    cellen: Vec<u8>,
}

#[derive(Serialize)]
struct File<'a> {
    edition: &'a str,
    boundaries: i32,
    facts: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    label: &'a str,
    text: &'a str,
    value: Option<f64>,
    unit: &'a str,
    decimals: i32,
    provisional: bool,
    lacking: Option<&'a str>,
    what: &'a str,
    indicator: &'a str,
    year: Option<i32>,
    formula: &'a str,
    derivation: Option<&'a Derivation>,
    /// Places in `cellen.csv`, `[first, last]` where they follow each other.
    cells: Vec<Places>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Places {
    One(usize),
    Range([usize; 2]),
}

/// Regions that facts rest on, by indicator and year.
type Needed = BTreeMap<(usize, i32), BTreeSet<i32>>;

impl Evidence {
    /// Gathers the proof of every fact that was asked of the register.
    ///
    /// # Errors
    /// When a frame lacks a column.
    pub fn new(register: &Register<'_>) -> Result<Self, Error> {
        let trace = register.trace()?;
        Ok(gather(register, trace))
    }

    /// Writes `bewijs.csv`, `cellen.csv` and `feiten.json` into a folder, to be attached to the paper.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn attach(&self, folder: &Path) -> Result<(), Failure> {
        files::at("make", folder, std::fs::create_dir_all(folder))?;
        write(folder, "bewijs.csv", &self.bewijs)?;
        write(folder, "cellen.csv", &self.cellen)?;
        write(folder, "feiten.json", &self.feiten_json)
    }

    /// Writes `feiten.json`, `feiten.csv`, `bewijs.csv` and `cellen.csv` into the edition's output.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn publish(&self, folder: &Path) -> Result<(), Failure> {
        self.attach(folder)?;
        write(folder, "feiten.csv", &self.feiten_csv)
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    Ok(files::at("write", &path, std::fs::write(&path, bytes))?)
}

fn gather<'a>(register: &Register<'a>, trace: &Trace<'a>) -> Evidence {
    let writer = Writer { register, trace };
    let mut needed = Needed::new();
    let mut facts = Vec::new();
    let mut regions_of = Vec::new();
    for (place, fact) in register.facts().into_iter().enumerate() {
        let derivation = Derivation::of(&fact, register);
        let mut regions = BTreeMap::new();
        if let Some(derivation) = &derivation {
            derivation.regions(register, &mut regions);
        }
        for (year, regions) in &regions {
            needed
                .entry((fact.indicator, *year))
                .or_default()
                .extend(regions);
        }
        regions_of.push(regions);
        facts.push(Proven {
            label: label(place),
            formula: writer.of_fact(&fact, derivation.as_ref()),
            cells: Vec::new(),
            fact,
            derivation,
        });
    }
    let per_row = cells_of_rows(trace, &needed);
    let all: Vec<CellKey> = {
        let distinct: BTreeSet<CellKey> = per_row.values().flatten().copied().collect();
        distinct.into_iter().collect()
    };
    for (proven, regions) in facts.iter_mut().zip(regions_of) {
        let mut cells: Vec<usize> = Vec::new();
        for (year, regions) in regions {
            for region in regions {
                let of_row = per_row.get(&(proven.fact.indicator, year, region));
                let places = of_row.into_iter().flatten();
                cells.extend(places.filter_map(|cell| all.binary_search(cell).ok()));
            }
        }
        cells.sort_unstable();
        cells.dedup();
        proven.cells = cells;
    }
    Evidence {
        feiten_json: feiten_json(register, &facts),
        feiten_csv: feiten_csv(register, &facts),
        bewijs: bewijs(register, trace, &needed),
        cellen: cellen(trace, &all),
        facts,
    }
}

/// The label of the fact at a place among all facts by id.
pub fn label(place: usize) -> String {
    format!("feit-{}", place + 1)
}

fn cells_of_rows(trace: &Trace<'_>, needed: &Needed) -> BTreeMap<(usize, i32, i32), Vec<CellKey>> {
    let mut per_row = BTreeMap::new();
    for ((indicator, year), regions) in needed {
        for region in regions {
            let Some(row) = trace.row(*indicator, *year, *region) else {
                continue;
            };
            let cells: Vec<CellKey> = trace
                .inputs(*indicator, *year, &row)
                .iter()
                .flat_map(|input| trace.cells(input))
                .collect();
            per_row.insert((*indicator, *year, *region), cells);
        }
    }
    per_row
}

fn feiten_json(register: &Register<'_>, facts: &[Proven]) -> Vec<u8> {
    let edition = &register.figures().edition;
    let file = File {
        edition: &edition.id,
        boundaries: edition.boundaries,
        facts: facts
            .iter()
            .map(|proven| {
                let fact = &proven.fact;
                Entry {
                    id: &fact.id,
                    label: &proven.label,
                    text: &fact.text,
                    value: fact.value,
                    unit: &fact.unit,
                    decimals: fact.decimals,
                    provisional: fact.provisional,
                    lacking: fact.lacking.as_deref(),
                    what: &fact.what,
                    indicator: &register.queries().indicators[fact.indicator].id,
                    year: fact.year,
                    formula: &proven.formula,
                    derivation: proven.derivation.as_ref(),
                    cells: ranges(&proven.cells),
                }
            })
            .collect(),
    };
    // what holds no map with other keys than texts, and no number that is not finite, becomes JSON
    serde_json::to_vec(&file).unwrap_or_default()
}

/// Places, those that follow each other as first and last.
fn ranges(cells: &[usize]) -> Vec<Places> {
    cells
        .chunk_by(|a, b| a + 1 == *b)
        .filter_map(|run| match run {
            [one] => Some(Places::One(*one)),
            [first, .., last] => Some(Places::Range([*first, *last])),
            [] => None,
        })
        .collect()
}

fn feiten_csv(register: &Register<'_>, facts: &[Proven]) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS_FEITEN, facts.len());
    for proven in facts {
        let fact = &proven.fact;
        sheet.text(&fact.id);
        sheet.text(&proven.label);
        sheet.text(&fact.text);
        sheet.number(fact.value);
        sheet.text(&fact.unit);
        sheet.integer(Some(fact.decimals));
        sheet.text(if fact.provisional { "true" } else { "false" });
        sheet.text(fact.lacking.as_deref().unwrap_or_default());
        sheet.text(&fact.what);
        sheet.text(&register.queries().indicators[fact.indicator].id);
        sheet.integer(fact.year);
        sheet.text(proven.derivation.as_ref().map_or("", Derivation::kind));
        sheet.text(&proven.formula);
        sheet.number(Some(proven.cells.len() as f64));
        sheet.end_row();
    }
    sheet.into_bytes()
}

fn bewijs(register: &Register<'_>, trace: &Trace<'_>, needed: &Needed) -> Vec<u8> {
    let regions = &register.figures().gemeenten.regions;
    let mut names: BTreeMap<i32, (String, String)> = BTreeMap::new();
    let mut sheet = Sheet::new(&COLUMNS_BEWIJS, needed.len() * 350);
    for (indicator, year) in needed.keys() {
        let id = &register.queries().indicators[*indicator].id;
        for row in trace.rows(*indicator, *year) {
            let (code, name) = names.entry(row.region).or_insert_with(|| {
                let code = region_code(row.region);
                let name = regions.short_name(&code).to_owned();
                (code, name)
            });
            sheet.text(id);
            sheet.integer(Some(*year));
            sheet.text(code);
            sheet.text(name);
            sheet.number(row.num);
            sheet.number(row.den);
            sheet.number(row.value);
            sheet.text(row.missing.word());
            sheet.text(row.status.word());
            sheet.end_row();
        }
    }
    sheet.into_bytes()
}

fn cellen(trace: &Trace<'_>, cells: &[CellKey]) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS_CELLEN, cells.len());
    for (place, cell) in cells.iter().enumerate() {
        let (slot, raw) = (trace.slot(*cell), trace.raw(*cell));
        sheet.number(Some(place as f64));
        sheet.text(&slot.table);
        sheet.text(&slot.release);
        sheet.text(&slot.key);
        sheet.text(raw.region);
        sheet.text(raw.period);
        sheet.number(raw.value);
        sheet.text(raw.missing);
        sheet.text(raw.status);
        sheet.end_row();
    }
    sheet.into_bytes()
}
