//! Facts: every printed number, by id, with its exact value, its text and how it came about.
//!
//! In: the figures of an edition. Out: [`Register`], which resolves an id once and remembers it, so that prose, charts,
//! titles, alt texts and tables all print the same text. A fact without a figure says why; an unknown id is an error.

mod columns;
mod derivation;
mod error;
mod evidence;
mod formula;
mod id;
mod lists;
mod lookup;
mod request;
mod trace;
pub mod wording;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

pub use derivation::Derivation;
pub use error::Error;
pub use evidence::{COLUMNS_BEWIJS, COLUMNS_CELLEN, COLUMNS_FEITEN, Evidence, Proven};
pub use id::{FactId, Period, Stat, Subject};
pub use lookup::{GroupRow, Lookup};
pub use request::request;
pub use trace::{CellKey, Input, RawCell, Role, Row, Slot, Trace};

use crate::compare::{GroupId, Withheld};
use crate::gemeente::region_number;
use crate::number::{self, Notation, NumberError, Style};
use crate::pipeline::Figures;
use crate::query::{Indicator, Queries};

/// One printed number (or name).
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Id as it was asked.
    pub id: String,
    /// Exact value; `None` for a name, a period, or when there is no figure.
    pub value: Option<f64>,
    /// Text as printed, with the mark of a provisional figure.
    pub text: String,
    /// Unit of the value.
    pub unit: String,
    /// Decimals it is rounded to.
    pub decimals: i32,
    /// Position of the indicator in the queries.
    pub indicator: usize,
    /// The way the value was made.
    pub way: usize,
    /// The year (or last year) it is of.
    pub year: Option<i32>,
    /// What it is, in Dutch.
    pub what: String,
    /// Whether it rests on provisional figures.
    pub provisional: bool,
    /// Why there is no figure, in Dutch.
    pub lacking: Option<String>,
}

/// All facts that were asked for.
pub struct Register<'a> {
    queries: &'a Queries,
    figures: &'a Figures,
    lookup: Lookup,
    facts: RefCell<BTreeMap<String, Fact>>,
    trace: OnceCell<Trace<'a>>,
}

impl std::fmt::Debug for Register<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Register")
            .field("facts", &self.facts.borrow().len())
            .finish_non_exhaustive()
    }
}

impl<'a> Register<'a> {
    /// An empty register over the figures of an edition.
    ///
    /// # Errors
    /// When a frame lacks a column.
    pub fn new(queries: &'a Queries, figures: &'a Figures) -> Result<Self, Error> {
        let lookup = Lookup::new(figures).map_err(Error::Frame)?;
        Ok(Self {
            queries,
            figures,
            lookup,
            facts: RefCell::new(BTreeMap::new()),
            trace: OnceCell::new(),
        })
    }

    /// The figures the facts are of.
    pub const fn figures(&self) -> &'a Figures {
        self.figures
    }

    /// The queries the facts are of.
    pub const fn queries(&self) -> &'a Queries {
        self.queries
    }

    /// The values of groups and gemeenten.
    pub const fn lookup(&self) -> &Lookup {
        &self.lookup
    }

    /// The way back to raw cells; made ready when it is first asked.
    ///
    /// # Errors
    /// When a frame lacks a column.
    pub fn trace(&self) -> Result<&Trace<'a>, Error> {
        if let Some(trace) = self.trace.get() {
            return Ok(trace);
        }
        let trace = Trace::new(self.queries, self.figures).map_err(Error::Frame)?;
        Ok(self.trace.get_or_init(|| trace))
    }

    /// The members of a group by number, in region order.
    pub fn members(&self, group: GroupId) -> BTreeSet<i32> {
        let groups = &self.figures.groups;
        groups
            .iter()
            .filter(|known| known.id == group)
            .flat_map(|known| &known.members)
            .filter_map(|member| region_number(&member.code))
            .collect()
    }

    /// The fact with this id; resolved when it is new.
    ///
    /// # Errors
    /// When there is no such indicator, group or statistic.
    pub fn fact(&self, id: &str) -> Result<Fact, Error> {
        if let Some(fact) = self.facts.borrow().get(id) {
            return Ok(fact.clone());
        }
        let fact = self.resolve(id)?;
        self.facts.borrow_mut().insert(id.to_owned(), fact.clone());
        Ok(fact)
    }

    /// Every fact that was asked for, by id.
    pub fn facts(&self) -> Vec<Fact> {
        self.facts.borrow().values().cloned().collect()
    }

    /// Which of two facts is larger: 1, -1, or 0 where both print the same or where the difference with Nederland is
    /// smaller than what our own sum deviates from it; `None` when one has no figure.
    ///
    /// # Errors
    /// When an id is unknown.
    pub fn sign(&self, first: &str, second: &str) -> Result<Option<i32>, Error> {
        let (first, second) = (self.fact(first)?, self.fact(second)?);
        Ok(first.value.zip(second.value).map(|(a, b)| {
            let same = first.text.trim_end_matches('*') == second.text.trim_end_matches('*');
            if same || self.within_deviation(&first, &second, (a, b)) {
                0
            } else {
                a.partial_cmp(&b).map_or(0, |order| order as i32)
            }
        }))
    }

    /// Whether two values of one indicator, one of them CBS's own for Nederland, differ less than our sum of all
    /// gemeenten deviates from that.
    fn within_deviation(&self, first: &Fact, second: &Fact, (a, b): (f64, f64)) -> bool {
        let national = |fact: &Fact| {
            FactId::parse(&fact.id).is_ok_and(|id| {
                id.subject == Subject::Group(GroupId::Nederland)
                    && id.years == Period::Used
                    && id.stat == Stat::Value
            })
        };
        let own = match (national(first), national(second)) {
            (false, true) => b,
            (true, false) => a,
            _ => return false,
        };
        let deviation = self.figures.used[first.indicator].deviation;
        first.indicator == second.indicator
            && own != 0.0
            && deviation.is_some_and(|percent| ((a - b) / own * 100.0).abs() < percent.abs())
    }

    fn resolve(&self, text: &str) -> Result<Fact, Error> {
        let id = FactId::parse(text).map_err(|expected| Error::Malformed {
            id: text.to_owned(),
            expected,
        })?;
        let Some(position) = self
            .queries
            .indicators
            .iter()
            .position(|known| known.id == id.indicator)
        else {
            return Err(Error::Unknown {
                id: text.to_owned(),
                nearest: self.nearest(&id.indicator),
            });
        };
        let indicator = &self.queries.indicators[position];
        let used = &self.figures.used[position];
        let mut fact = Fact {
            id: text.to_owned(),
            value: None,
            text: String::new(),
            unit: indicator.unit.clone(),
            decimals: indicator.decimals,
            indicator: position,
            way: used.way,
            year: match id.years {
                Period::Used => used.year,
                Period::Year(year) | Period::Change(_, year) => Some(year),
            },
            what: String::new(),
            provisional: false,
            lacking: None,
        };
        fact.what = wording::what(indicator, &id, fact.year, self.figures);
        let found = match (&id.subject, id.years) {
            (Subject::Period, _) => fact.year.map(|year| (None, year.to_string())),
            (Subject::Group(group), Period::Change(from, to)) => {
                self.change(&mut fact, indicator, *group, (from, to), id.stat)?
            }
            (Subject::Group(group), _) => self.of_group(&mut fact, indicator, *group, id.stat)?,
            (Subject::Difference(first, second), _) => {
                let row = |group| {
                    fact.year
                        .and_then(|year| self.lookup.group(position, group, year))
                };
                let pair = row(*first).and_then(|a| Some((a, row(*second)?)));
                let values = pair.and_then(|(a, b)| Some((a.value?, b.value?)));
                fact.provisional = pair.is_some_and(|(a, b)| a.provisional || b.provisional);
                self.difference(&mut fact, indicator, values, id.stat)?
            }
            (Subject::Gemeente(code), _) => {
                let cell = fact
                    .year
                    .and_then(|year| self.lookup.gemeente(position, code, year));
                fact.provisional = cell.is_some_and(|cell| cell.provisional);
                match cell.and_then(|cell| cell.value) {
                    None => None,
                    Some(value) => Some((Some(value), print(indicator, value, fact.provisional)?)),
                }
            }
        };
        if let Some((value, text)) = found {
            (fact.value, fact.text) = (value, text);
        } else {
            fact.lacking = Some(self.why_lacking(position, &id, fact.year));
            "geen cijfer".clone_into(&mut fact.text);
        }
        Ok(fact)
    }

    fn of_group(
        &self,
        fact: &mut Fact,
        indicator: &Indicator,
        group: GroupId,
        stat: Stat,
    ) -> Found {
        let Some(row) = fact
            .year
            .and_then(|year| self.lookup.group(fact.indicator, group, year))
        else {
            return Ok(None);
        };
        fact.way = row.way;
        let count = |fact: &mut Fact, number: i32| {
            (fact.unit, fact.decimals) = ("aantal".to_owned(), 0);
            Ok(Some((
                Some(f64::from(number)),
                number::round(f64::from(number), 0)?.to_string(),
            )))
        };
        let value = match stat {
            Stat::Value => row.value,
            Stat::Min => row.min,
            Stat::Q1 => row.q1,
            Stat::Median => row.median,
            Stat::Q3 => row.q3,
            Stat::Max => row.max,
            Stat::Mean => row.mean,
            Stat::Count => return count(fact, row.n),
            Stat::Members => return count(fact, row.members),
            Stat::Rank => return row.rank.map_or(Ok(None), |rank| count(fact, rank)),
            Stat::MinName | Stat::MaxName => {
                let members = self.figures.groups.iter().find(|known| known.id == group);
                let codes =
                    members.map(|group| group.members.iter().map(|member| member.code.as_str()));
                let extreme = codes.and_then(|codes| {
                    self.lookup.extreme(
                        fact.indicator,
                        codes,
                        row.year,
                        matches!(stat, Stat::MaxName),
                    )
                });
                return Ok(extreme.map(|code| {
                    (
                        None,
                        self.figures.gemeenten.regions.short_name(&code).to_owned(),
                    )
                }));
            }
            Stat::Percent | Stat::Times => {
                return Err(Error::Malformed {
                    id: fact.id.clone(),
                    expected: "two groups or years".to_owned(),
                });
            }
        };
        fact.provisional = row.provisional;
        value
            .map(|value| Ok((Some(value), print(indicator, value, fact.provisional)?)))
            .transpose()
    }

    fn change(
        &self,
        fact: &mut Fact,
        indicator: &Indicator,
        group: GroupId,
        years: (i32, i32),
        stat: Stat,
    ) -> Found {
        let row = |year| self.lookup.group(fact.indicator, group, year);
        let (from, to) = (row(years.0), row(years.1));
        fact.provisional =
            from.is_some_and(|row| row.provisional) || to.is_some_and(|row| row.provisional);
        let values = to
            .and_then(|row| row.value)
            .zip(from.and_then(|row| row.value));
        self.difference(fact, indicator, values, stat)
    }

    /// The first minus the second, printed without a sign: the sentence around it says the direction.
    #[allow(clippy::unused_self)] // reads with its siblings
    fn difference(
        &self,
        fact: &mut Fact,
        indicator: &Indicator,
        values: Option<(f64, f64)>,
        stat: Stat,
    ) -> Found {
        let Some((first, second)) = values else {
            return Ok(None);
        };
        let style = Style {
            provisional: fact.provisional,
            ..Style::BARE
        };
        if stat == Stat::Percent {
            if second == 0.0 {
                return Ok(None);
            }
            let percent = (first - second) / second.abs() * 100.0;
            (fact.unit, fact.decimals) = ("%".to_owned(), 0);
            let notation = Notation::parse("%");
            return Ok(Some((
                Some(percent),
                notation.text(notation.round(percent.abs(), 0)?, style),
            )));
        }
        if stat == Stat::Times {
            if second <= 0.0 {
                return Ok(None);
            }
            (fact.unit, fact.decimals) = ("keer".to_owned(), 1);
            let times = first / second;
            return Ok(Some((
                Some(times),
                wording::times(times, style.provisional)?,
            )));
        }
        let difference = first - second;
        let unit = if indicator.unit == "%" {
            "procentpunt"
        } else {
            &indicator.unit
        };
        unit.clone_into(&mut fact.unit);
        let notation = Notation::parse(unit);
        let style = Style {
            words: unit == "procentpunt",
            ..style
        };
        Ok(Some((
            Some(difference),
            notation.text(
                notation.round(difference.abs(), decimals(indicator))?,
                style,
            ),
        )))
    }

    fn why_lacking(&self, position: usize, id: &FactId, year: Option<i32>) -> String {
        let Some(year) = year else {
            return "geen cijfers in deze editie".to_owned();
        };
        let group = match id.subject {
            Subject::Group(group) | Subject::Difference(group, _) => group,
            Subject::Gemeente(_) | Subject::Period => return format!("geen cijfer in {year}"),
        };
        match self
            .lookup
            .group(position, group, year)
            .map(|row| row.withheld)
        {
            Some(Withheld::Coverage) => format!("te weinig leden met een cijfer in {year}"),
            Some(Withheld::DistributionOnly) => {
                "laat zich niet middelen: alleen de verdeling".to_owned()
            }
            _ => format!("geen cijfer in {year}"),
        }
    }

    fn nearest(&self, wrong: &str) -> Vec<String> {
        let mut ranked: Vec<_> = self
            .queries
            .indicators
            .iter()
            .map(|known| (strsim::levenshtein(wrong, &known.id), known.id.clone()))
            .collect();
        ranked.sort();
        ranked.into_iter().take(3).map(|(_, id)| id).collect()
    }
}

/// The formula of a fact with its numbers filled in, in Dutch.
///
/// # Errors
/// When a frame lacks a column.
pub fn formula_of(
    fact: &Fact,
    derivation: Option<&Derivation>,
    register: &Register<'_>,
) -> Result<String, Error> {
    let trace = register.trace()?;
    Ok(formula::Writer { register, trace }.of_fact(fact, derivation))
}

type Found = Result<Option<(Option<f64>, String)>, Error>;

/// Decimals as the notation takes them.
pub fn decimals(indicator: &Indicator) -> i8 {
    i8::try_from(indicator.decimals).unwrap_or_default()
}

/// The text of a value of an indicator, with its sign but without the words of its unit.
///
/// # Errors
/// When the value is not finite.
pub fn print(indicator: &Indicator, value: f64, provisional: bool) -> Result<String, NumberError> {
    let notation = Notation::parse(&indicator.unit);
    Ok(notation.text(
        notation.round(value, decimals(indicator))?,
        Style {
            provisional,
            ..Style::BARE
        },
    ))
}
