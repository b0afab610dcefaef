//! The facts of one gemeente with their proof: what a sheet prints, and the evidence that it carries.
//!
//! In: which figures of gemeenten are printed, and figures of groups as they were compared. Out: entries of `feiten.json` by
//! id, and the files `bewijs.csv`, `cellen.csv` and `feiten.json`. Fails when a value cannot be printed. The peculiarity it
//! answers: the members of a group are too many to travel with each sheet, so that a figure of a group only names the
//! published file in which it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::formula::{formula, stated};
use super::proof::{cellen, row_of_bewijs};
use super::resolve::why_withheld;
use super::trace::{CellKey, Trace};
use super::{Error, Fact, Register, decimals, derivation, print};
use crate::base::csv::{Sheet, quoted};
use crate::base::number;
use crate::base::wording::NO_FIGURE;
use crate::evidence::{COLUMNS_BEWIJS, Derivation, Entry, Facts, Places, RestsOn, label};
use crate::figures::GroupFigure;
use crate::gemeente::RegionId;
use crate::query::{FactId, IndicatorId};

/// A row of an indicator: indicator, year and region.
type Row = (IndicatorId, i32, RegionId);

/// A figure of a group that stands in a published file.
#[derive(Clone, Copy, Debug)]
pub struct GroupStated<'a> {
    /// Indicator.
    pub indicator: IndicatorId,
    /// Id of the group.
    pub group: &'a str,
    /// What it is called.
    pub label: &'a str,
    /// The file in which it stands, by its path in the output.
    pub file: &'a str,
    /// The year.
    pub year: i32,
    /// Its figure; none where the group has none at all.
    pub figure: Option<&'a GroupFigure>,
}

/// A number of gemeenten that follows from a published file.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// Indicator by which they are counted.
    pub indicator: IndicatorId,
    /// What tells it apart from other numbers of that indicator, in its id.
    pub word: &'a str,
    /// What is counted, in Dutch.
    pub what: &'a str,
    /// The file from which it follows, by its path in the output.
    pub file: &'a str,
    /// The year.
    pub year: i32,
    /// How many.
    pub number: usize,
}

/// The facts of one gemeente, as they are gathered.
#[derive(Debug)]
pub struct FactsOfOne<'r, 'a> {
    register: &'r Register<'a>,
    entries: BTreeMap<String, Entry>,
    rows: BTreeMap<String, Row>,
}

impl<'r, 'a> FactsOfOne<'r, 'a> {
    /// None yet; the register gives figures and queries.
    pub const fn new(register: &'r Register<'a>) -> Self {
        Self {
            register,
            entries: BTreeMap::new(),
            rows: BTreeMap::new(),
        }
    }

    /// Adds the figure of a gemeente in a year; gives its id. The year in use is not named in the id.
    ///
    /// # Errors
    /// When it cannot be printed.
    pub fn gemeente(
        &mut self,
        indicator: IndicatorId,
        region: RegionId,
        year: i32,
    ) -> Result<String, Error> {
        let id = self.id(indicator, &region.to_string(), year);
        if self.entries.contains_key(&id) {
            return Ok(id);
        }
        let (queries, figures) = (self.register.queries(), self.register.figures());
        // an indicator and a code of a gemeente are always a fact
        let parsed = FactId::parse(&id, &queries.names());
        let parsed = parsed.map_err(|_| Error::NoGemeente { id: id.clone() })?;
        let fact = Fact::resolve(queries, figures, &parsed)?;
        let derivation = derivation(&fact, self.register);
        let formula = formula(&fact, derivation.as_ref(), self.register);
        self.rows.insert(id.clone(), (indicator, year, region));
        self.entries.insert(
            id.clone(),
            Entry {
                id: id.clone(),
                label: String::new(),
                text: fact.text,
                value: fact.value,
                unit: fact.unit,
                decimals: fact.decimals,
                provisional: fact.provisional,
                lacking: fact.lacking,
                what: fact.what,
                indicator: queries[indicator].id.clone(),
                year: fact.year,
                formula,
                derivation,
                cells: Vec::new(),
            },
        );
        Ok(id)
    }

    /// Adds a figure of a group; gives its id.
    ///
    /// # Errors
    /// When it cannot be printed.
    pub fn group(&mut self, of: GroupStated<'_>) -> Result<String, Error> {
        let id = self.id(of.indicator, of.group, of.year);
        if self.entries.contains_key(&id) {
            return Ok(id);
        }
        let asked = &self.register.queries()[of.indicator];
        let figure = of.figure;
        let value = figure.and_then(|figure| figure.value);
        let provisional = value.is_some() && figure.is_some_and(GroupFigure::is_provisional);
        let text = match value {
            Some(value) => print(asked, value, provisional)?,
            None => NO_FIGURE.to_owned(),
        };
        let withheld = figure.map(|figure| figure.withheld);
        let entry = Entry {
            id: id.clone(),
            label: String::new(),
            text,
            value,
            unit: asked.unit.clone(),
            decimals: decimals(asked),
            provisional,
            lacking: value.is_none().then(|| why_withheld(withheld, of.year)),
            what: format!("{}, {}, {}", asked.title, of.label, of.year),
            indicator: asked.id.clone(),
            year: Some(of.year),
            formula: stated(of.file, of.group, of.year),
            derivation: value.is_some().then(|| Derivation::Stated {
                file: of.file.to_owned(),
                group: of.group.to_owned(),
                year: of.year,
            }),
            cells: Vec::new(),
        };
        self.entries.insert(id.clone(), entry);
        Ok(id)
    }

    /// Adds a number of gemeenten; gives its id.
    ///
    /// # Errors
    /// When it cannot be printed.
    pub fn count(&mut self, of: Counted<'_>) -> Result<String, Error> {
        let asked = &self.register.queries()[of.indicator];
        let id = format!("{}.{}", asked.id, of.word);
        let value = of.number as f64;
        let entry = Entry {
            id: id.clone(),
            label: String::new(),
            text: number::round(value, 0)?.to_string(),
            value: Some(value),
            unit: "aantal".to_owned(),
            decimals: 0,
            provisional: false,
            lacking: None,
            what: format!("{}, {}, {}", asked.title, of.what, of.year),
            indicator: asked.id.clone(),
            year: Some(of.year),
            formula: stated(of.file, of.what, of.year),
            derivation: Some(Derivation::Stated {
                file: of.file.to_owned(),
                group: of.what.to_owned(),
                year: of.year,
            }),
            cells: Vec::new(),
        };
        self.entries.insert(id.clone(), entry);
        Ok(id)
    }

    fn id(&self, indicator: IndicatorId, whom: &str, year: i32) -> String {
        let asked = &self.register.queries()[indicator].id;
        if self.register.figures().used(indicator).year == Some(year) {
            format!("{asked}.{whom}")
        } else {
            format!("{asked}.{whom}@{year}")
        }
    }

    /// The facts by id, with the labels that they get.
    pub fn labelled(&mut self) -> impl Iterator<Item = &Entry> {
        for (place, entry) in self.entries.values_mut().enumerate() {
            entry.label = label(place);
        }
        self.entries.values()
    }

    /// The evidence of all that was added.
    pub fn prove(mut self, trace: &Trace<'_>, rests_on: RestsOn) -> [(&'static str, Vec<u8>); 3] {
        let rows: BTreeSet<Row> = self.rows.values().copied().collect();
        let per_row = rows.iter().map(|row| (*row, cells(trace, *row)));
        let per_row: BTreeMap<Row, Vec<CellKey>> = per_row.collect();
        let all: BTreeSet<CellKey> = per_row.values().flatten().copied().collect();
        let all: Vec<CellKey> = all.into_iter().collect();
        let place = |cell: &CellKey| all.binary_search(cell).ok();
        for (id, row) in &self.rows {
            if let (Some(entry), Some(cells)) = (self.entries.get_mut(id), per_row.get(row)) {
                let mut places: Vec<usize> = cells.iter().filter_map(place).collect();
                places.sort_unstable();
                places.dedup();
                entry.cells = Places::of(&places);
            }
        }
        let bewijs = self.bewijs(&rows);
        let edition = &self.register.figures().edition;
        let (edition, boundaries) = (edition.id.clone(), edition.boundaries);
        let file = Facts {
            edition,
            boundaries,
            sheet: Some(rests_on),
            facts: self.labelled().cloned().collect(),
        };
        [
            ("bewijs.csv", bewijs),
            ("cellen.csv", cellen(trace, &all)),
            // texts, and numbers that are finite, become JSON always
            ("feiten.json", serde_json::to_vec(&file).unwrap_or_default()),
        ]
    }

    fn bewijs(&self, rows: &BTreeSet<Row>) -> Vec<u8> {
        let (queries, figures) = (self.register.queries(), self.register.figures());
        let mut sheet = Sheet::new(&COLUMNS_BEWIJS, rows.len());
        for (indicator, year, region) in rows {
            let Some(cell) = figures.cell(*indicator, *region, *year) else {
                continue;
            };
            let code = region.to_string().into_bytes();
            let named = [code, quoted(&figures.name(*region))].join(&b',');
            let id = quoted(&queries[*indicator].id);
            row_of_bewijs(&mut sheet, (&id, *year), &named, cell);
        }
        sheet.into_bytes()
    }
}

/// The raw cells behind a row.
fn cells(trace: &Trace<'_>, (indicator, year, region): Row) -> Vec<CellKey> {
    let inputs = trace.inputs(indicator, year, region);
    inputs.iter().flat_map(|input| trace.cells(input)).collect()
}
