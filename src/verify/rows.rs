//! The figures that a PDF carries, as rows: `bewijs.csv` by indicator and year, `groepen.csv`, and what `indicatoren.csv` says
//! of each indicator.
//!
//! In: attached files. Out: [`Rows`], and statistics over members. Fails on a file that is not as it should be. The peculiarity
//! it answers: one factor and one constant make every figure of an indicator and year of its numerator and denominator, so
//! that they can be told from the rows, whatever anyone says they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::attached::Files;
use crate::base::csv::plain;
use crate::base::number::{self, Decimal, Notation, Style};
use crate::base::observation::Status;
use crate::gemeente::NEDERLAND;

/// Relative difference that the order of additions can make.
pub(super) const ROUNDING: f64 = 1e-9;
/// The same where a figure was divided and multiplied again.
const OF_FACTORS: f64 = 1e-6;

/// A row of `bewijs.csv`.
#[derive(Deserialize)]
pub(super) struct Row {
    indicator: String,
    year: i32,
    region: String,
    pub(super) name: String,
    pub(super) num: Option<f64>,
    pub(super) den: Option<f64>,
    pub(super) value: Option<f64>,
    status: String,
}

/// What `indicatoren.csv` says of an indicator.
#[derive(Deserialize)]
pub(super) struct Defined {
    indicator: String,
    pub(super) title: String,
    pub(super) unit: String,
    pub(super) decimals: i8,
    /// The period that the paper uses.
    pub(super) period: Option<i32>,
    /// Share of the weight that must have a figure, in percent.
    pub(super) coverage_minimum: f64,
}

impl Row {
    /// Whether its figure is marked as provisional.
    pub(super) fn is_provisional(&self) -> bool {
        is_provisional(&self.status)
    }
}

/// Whether a figure of this status is marked.
pub(super) fn is_provisional(status: &str) -> bool {
    status.parse().is_ok_and(Status::is_provisional)
}

/// What makes a group a network.
const NETWORK: &str = "network";

#[derive(Deserialize)]
struct MemberRow {
    group: String,
    region: String,
    /// A paper of before there was such a column says nothing, and that is told.
    #[serde(default)]
    kind: String,
    label: String,
}

/// The figures, by indicator and year, then region.
pub(super) struct Rows {
    by_year: BTreeMap<(String, i32), BTreeMap<String, Row>>,
    /// What gemeenten are called, by code.
    pub(super) names: BTreeMap<String, String>,
    pub(super) groups: BTreeMap<String, Vec<String>>,
    /// What they are called.
    pub(super) labels: BTreeMap<String, String>,
    /// Those of them that are ranked.
    pub(super) networks: BTreeSet<String>,
    pub(super) defined: BTreeMap<String, Defined>,
}

pub(super) type Checked<T> = Result<T, String>;

impl Rows {
    /// Reads the attached figures; of a sheet, which needs no members or definitions, without these. None where one is missing.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(super) fn read(files: &Files, is_sheet: bool) -> Option<Result<Self, csv::Error>> {
        let empty = is_sheet.then(Vec::new);
        let other = |name: &str| files.get(name).or(empty.as_ref());
        let (bewijs, groepen) = (files.get("bewijs.csv")?, other("groepen.csv")?);
        Some(Self::of(bewijs, groepen, other("indicatoren.csv")?))
    }

    fn of(bewijs: &[u8], groepen: &[u8], defined: &[u8]) -> Result<Self, csv::Error> {
        let mut rows: BTreeMap<(String, i32), BTreeMap<String, Row>> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for row in csv::Reader::from_reader(bewijs).deserialize() {
            let row: Row = row?;
            let name = names.entry(row.region.clone());
            name.or_insert_with(|| plain(&row.name).to_owned());
            rows.entry((row.indicator.clone(), row.year))
                .or_default()
                .insert(row.region.clone(), row);
        }
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let (mut networks, mut labels) = (BTreeSet::new(), BTreeMap::new());
        for row in csv::Reader::from_reader(groepen).deserialize() {
            let row: MemberRow = row?;
            if row.kind == NETWORK {
                networks.insert(row.group.clone());
            }
            labels.insert(row.group.clone(), plain(&row.label).to_owned());
            groups.entry(row.group).or_default().push(row.region);
        }
        for members in groups.values_mut() {
            members.sort();
        }
        let mut by_indicator = BTreeMap::new();
        for row in csv::Reader::from_reader(defined).deserialize() {
            let row: Defined = row?;
            by_indicator.insert(row.indicator.clone(), row);
        }
        Ok(Self {
            by_year: rows,
            names,
            groups,
            labels,
            networks,
            defined: by_indicator,
        })
    }

    /// The indicators and years of which there are rows.
    pub(super) fn series(&self) -> impl Iterator<Item = (&str, i32)> {
        self.by_year
            .keys()
            .map(|(indicator, year)| (indicator.as_str(), *year))
    }

    /// The rows of an indicator and year, by region.
    pub(super) fn rows(&self, indicator: &str, year: i32) -> Checked<&BTreeMap<String, Row>> {
        self.by_year
            .get(&(indicator.to_owned(), year))
            .ok_or_else(|| format!("there is no proof of `{indicator}` of {year}"))
    }

    /// Rows of a group's members, in region order.
    pub(super) fn members(&self, indicator: &str, group: &str, year: i32) -> Checked<Vec<&Row>> {
        let rows = self.rows(indicator, year)?;
        let members = self.groups.get(group);
        Ok(members
            .ok_or_else(|| format!("there is no group `{group}`"))?
            .iter()
            .filter_map(|region| rows.get(region))
            .collect())
    }

    pub(super) fn nederland(&self, indicator: &str, year: i32) -> Checked<&Row> {
        self.rows(indicator, year)?
            .get(NEDERLAND)
            .ok_or_else(|| format!("there is no row of Nederland for `{indicator}` of {year}"))
    }

    /// Sums of numerators and denominators over the members that have a value, and the denominator of the first.
    pub(super) fn sums(
        &self,
        indicator: &str,
        group: &str,
        year: i32,
    ) -> Checked<(f64, f64, Option<f64>)> {
        let rows = self.members(indicator, group, year)?;
        let with_value: Vec<&Row> = rows.into_iter().filter(|row| row.value.is_some()).collect();
        let num = with_value.iter().filter_map(|row| row.num).sum();
        let den = with_value.iter().filter_map(|row| row.den).sum();
        Ok((num, den, with_value.first().and_then(|row| row.den)))
    }

    /// The factor and the constant that make the figures of an indicator and year of their numerators and denominators; none
    /// where they have none, or where all are alike. Two rows from the middle say it, for the one that was changed may be at an end.
    pub(super) fn factors(&self, indicator: &str, year: i32) -> Option<(f64, f64)> {
        let rows = self.rows(indicator, year).ok()?;
        let mut known: Vec<(f64, f64)> = rows.values().filter_map(quotient).collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        let at = |place: usize| known.get(place).copied();
        let pairs = [
            (known.len() / 4, known.len() * 3 / 4),
            (0, known.len().saturating_sub(1)),
        ];
        let apart =
            |(low, high): &((f64, f64), (f64, f64))| high.0 - low.0 > OF_FACTORS * high.0.abs();
        let mut pairs = pairs
            .into_iter()
            .filter_map(|(low, high)| at(low).zip(at(high)))
            .filter(apart);
        let (low, high) = pairs.next()?;
        let scale = (high.1 - low.1) / (high.0 - low.0);
        Some((scale, high.0 * scale - high.1))
    }

    /// A value as it is printed.
    ///
    /// # Errors
    /// When it is not finite.
    pub(super) fn printed(&self, indicator: &str, value: f64) -> Checked<Decimal> {
        let defined = self.defined.get(indicator);
        let decimals = defined.map_or(0, |defined| defined.decimals);
        number::round(value, decimals).map_err(|error| error.to_string())
    }

    /// The text of a value, as tables print it: with its sign and mark, without the words of its unit.
    ///
    /// # Errors
    /// When it is not finite, or its indicator is not defined.
    pub(super) fn text(&self, indicator: &str, value: f64, provisional: bool) -> Checked<String> {
        let defined = self.defined.get(indicator).ok_or("is not defined")?;
        let notation = Notation::parse(&defined.unit);
        let rounded = notation.round(value, defined.decimals);
        let style = Style {
            provisional,
            ..Style::BARE
        };
        Ok(notation.text(rounded.map_err(|error| error.to_string())?, style))
    }

    /// What is odd about the rows of an indicator and year: the first of another name, or whose figure does not follow from its numerator
    /// and denominator.
    pub(super) fn odd(&self, indicator: &str, year: i32) -> Option<String> {
        let rows = self.rows(indicator, year).ok()?;
        let is_renamed = |(code, row): &(&String, &Row)| {
            self.names.get(*code).map(String::as_str) != Some(plain(&row.name))
        };
        if let Some((code, row)) = rows.iter().find(is_renamed) {
            let name = &row.name;
            return Some(format!("`bewijs.csv`: {code} is called {name} too"));
        }
        let (scale, minus) = self.factors(indicator, year)?;
        let differs = |row: &&Row| {
            quotient(row).is_some_and(|(of, value)| !is_near(of * scale - minus, value, OF_FACTORS))
        };
        let row = rows.values().find(differs)?;
        Some(format!(
            "`bewijs.csv`: the figure of {} for `{indicator}` of {year} does not follow from its numerator and denominator",
            row.name
        ))
    }
}

/// Numerator over denominator of a row, and its figure.
fn quotient(row: &Row) -> Option<(f64, f64)> {
    let (num, den) = row.num.zip(row.den).filter(|(_, den)| *den != 0.0)?;
    Some((num / den, row.value?))
}

/// Whether two figures differ by no more than a share of the larger, or of one.
fn is_near(a: f64, b: f64, share: f64) -> bool {
    (a - b).abs() <= share * a.abs().max(b.abs()).max(1.0)
}

/// Whether two figures differ by no more than the order of additions can make.
pub(super) fn is_same(a: f64, b: f64) -> bool {
    (a - b).abs() <= ROUNDING * a.abs().max(b.abs())
}

/// Whether factors are those that the rows show.
pub(super) fn are_those(shown: Option<(f64, f64)>, (scale, minus): (f64, f64)) -> bool {
    shown.is_none_or(|shown| {
        is_near(shown.0, scale, OF_FACTORS) && is_near(shown.1, minus, OF_FACTORS)
    })
}

/// A statistic over members; none where it has no value.
pub(super) fn statistic(stat: &str, rows: &[&Row]) -> Option<f64> {
    let mut values: Vec<f64> = rows.iter().filter_map(|row| row.value).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    values.sort_by(f64::total_cmp);
    let quantile = |share: f64| {
        let place = share * (count - 1.0);
        let (low, high) = (place.floor(), place.ceil());
        let at = |place: f64| values.get(place as usize).copied();
        Some(at(low)? + (at(high)? - at(low)?) * (place - low))
    };
    match stat {
        "n" => Some(count),
        "members" => Some(rows.len() as f64),
        "min" => values.first().copied(),
        "max" => values.last().copied(),
        "mean" => (count > 0.0).then_some(mean),
        "q1" => quantile(0.25),
        "median" => quantile(0.5),
        "q3" => quantile(0.75),
        _ => None,
    }
}
