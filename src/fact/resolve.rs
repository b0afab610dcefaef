//! From a fact id to its fact: the value, its text as printed, and what it is.

use super::Error;
use crate::base::number::{self, Notation, NumberError, Style};
use crate::base::wording::{self, NO_FIGURE};
use crate::figures::{Cell, Figures, GroupFigure, Withheld};
use crate::gemeente::group::GroupId;
use crate::query::{Bar, Earlier, FactId, Indicator, Queries, Stat, Subject};

/// One printed number (or name).
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Id as it was asked.
    pub id: FactId,
    /// Exact value; `None` for a name, a period, or when there is no figure.
    pub value: Option<f64>,
    /// Text as printed, with the mark of a provisional figure.
    pub text: String,
    /// Unit of the value.
    pub unit: String,
    /// Decimals it is rounded to.
    pub decimals: i8,
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
    let style = Style {
        provisional,
        ..Style::BARE
    };
    Ok(notation.text(notation.round(value, decimals(indicator))?, style))
}

/// A value, unless it is a name or a year, and its text.
type Found = Option<(Option<f64>, String)>;

impl Fact {
    /// Resolves an id.
    ///
    /// # Errors
    /// When it is of a gemeente that never was, or its value cannot be printed.
    pub fn resolve(queries: &Queries, figures: &Figures, id: &FactId) -> Result<Self, Error> {
        if let Subject::Gemeente(region) = id.subject
            && !figures.gemeenten.regions.knows(region)
        {
            return Err(Error::NoGemeente { id: id.to_string() });
        }
        let indicator = &queries[id.indicator];
        let used = figures.used(id.indicator);
        let mut fact = Self {
            id: id.clone(),
            value: None,
            text: String::new(),
            unit: indicator.unit.clone(),
            decimals: decimals(indicator),
            way: used.way,
            year: id.years.last(used.year),
            what: String::new(),
            provisional: false,
            lacking: None,
        };
        fact.what = what(indicator, &fact, figures);
        let resolving = Resolving { figures, indicator };
        if let Some((value, text)) = resolving.found(&mut fact)? {
            (fact.value, fact.text) = (value, text);
        } else {
            fact.lacking = Some(resolving.why_lacking(&fact));
            NO_FIGURE.clone_into(&mut fact.text);
        }
        Ok(fact)
    }
}

struct Resolving<'a> {
    figures: &'a Figures,
    indicator: &'a Indicator,
}

impl Resolving<'_> {
    fn found(&self, fact: &mut Fact) -> Result<Found, NumberError> {
        let of = |group: GroupId, year: Option<i32>| self.group(fact, group, year);
        match (fact.id.subject, fact.id.years.first_of_change()) {
            (Subject::Period, _) => Ok(fact.year.map(|year| (None, year.to_string()))),
            (Subject::Group(group), from @ Some(_)) => {
                let (to, from) = (of(group, fact.year), of(group, from));
                self.difference(fact, to, from)
            }
            (Subject::Group(group), _) => match of(group, fact.year) {
                Some(figure) => self.of_group(fact, group, figure),
                None => Ok(None),
            },
            (Subject::Difference(first, second), _) => {
                let (first, second) = (of(first, fact.year), of(second, fact.year));
                self.difference(fact, first, second)
            }
            (Subject::Gemeente(region), _) => {
                let cell = fact
                    .year
                    .and_then(|year| self.figures.cell(fact.id.indicator, region, year));
                fact.provisional = cell.is_some_and(Cell::is_provisional);
                self.printed(fact, cell.and_then(Cell::value))
            }
        }
    }

    fn group(&self, fact: &Fact, group: GroupId, year: Option<i32>) -> Option<GroupFigure> {
        let figures = self.figures;
        year.and_then(|year| figures.group(fact.id.indicator, group, year).copied())
    }

    fn printed(&self, fact: &Fact, value: Option<f64>) -> Result<Found, NumberError> {
        value
            .map(|value| Ok((Some(value), print(self.indicator, value, fact.provisional)?)))
            .transpose()
    }

    fn of_group(
        &self,
        fact: &mut Fact,
        group: GroupId,
        figure: GroupFigure,
    ) -> Result<Found, NumberError> {
        fact.way = figure.way;
        let spread = figure.spread;
        let value = match fact.id.stat {
            Stat::Value => figure.value,
            Stat::Min => spread.map(|spread| spread.min),
            Stat::Q1 => spread.map(|spread| spread.q1),
            Stat::Median => spread.map(|spread| spread.median),
            Stat::Q3 => spread.map(|spread| spread.q3),
            Stat::Max => spread.map(|spread| spread.max),
            Stat::Mean => spread.map(|spread| spread.mean),
            Stat::Count => return count(fact, Some(figure.n)),
            Stat::Members => return count(fact, Some(figure.members)),
            Stat::Rank => return count(fact, figure.rank),
            Stat::Above(_) | Stat::Below(_) => {
                let beyond = self.beyond(fact, &figure, group);
                return count(fact, beyond);
            }
            Stat::MinName | Stat::MaxName => {
                let highest = fact.id.stat == Stat::MaxName;
                let members = self.figures.groups.get(group);
                let extreme =
                    self.figures
                        .extreme(fact.id.indicator, members, figure.year, highest);
                return Ok(extreme.map(|region| (None, self.figures.name(region))));
            }
            // an id of one group and year has none of these
            Stat::Percent | Stat::Times => None,
        };
        fact.provisional = figure.is_provisional();
        self.printed(fact, value)
    }

    /// How many members print more or less than a bar; none where no member or no bar has a figure.
    fn beyond(&self, fact: &Fact, figure: &GroupFigure, group: GroupId) -> Option<usize> {
        let (above, bar) = fact.id.stat.beyond()?;
        let bar = match bar {
            Bar::Zero => 0.0,
            Bar::Group(of) => self.group(fact, of, Some(figure.year))?.value?,
        };
        let members = self.figures.groups.get(group);
        let members = self
            .figures
            .members(fact.id.indicator, members, figure.year);
        let values = members.filter_map(|(_, cell)| cell.value());
        (figure.n > 0).then(|| beyond(values, (above, bar), fact.decimals))
    }

    /// The first minus the second, printed without a sign: the sentence around it says the direction.
    fn difference(
        &self,
        fact: &mut Fact,
        first: Option<GroupFigure>,
        second: Option<GroupFigure>,
    ) -> Result<Found, NumberError> {
        let provisional = |of: &Option<GroupFigure>| of.is_some_and(|of| of.is_provisional());
        let of_change = fact.id.years.first_of_change().is_some();
        let both = of_change || (first.is_some() && second.is_some());
        fact.provisional = both && (provisional(&first) || provisional(&second));
        let values = first
            .and_then(|of| of.value)
            .zip(second.and_then(|of| of.value));
        let Some((first, second)) = values else {
            return Ok(None);
        };
        let style = Style {
            provisional: fact.provisional,
            ..Style::BARE
        };
        match fact.id.stat {
            Stat::Percent if second == 0.0 => Ok(None),
            Stat::Percent => {
                let percent = (first - second) / second.abs() * 100.0;
                (fact.unit, fact.decimals) = ("%".to_owned(), 0);
                let notation = Notation::parse("%");
                let text = notation.text(notation.round(percent.abs(), 0)?, style);
                Ok(Some((Some(percent), text)))
            }
            Stat::Times if second <= 0.0 => Ok(None),
            Stat::Times => {
                (fact.unit, fact.decimals) = ("keer".to_owned(), 1);
                let times = first / second;
                Ok(Some((
                    Some(times),
                    wording::times(times, fact.provisional)?,
                )))
            }
            _ => {
                let difference = first - second;
                let points = self.indicator.unit == "%";
                if points {
                    "procentpunt".clone_into(&mut fact.unit);
                }
                let notation = Notation::parse(&fact.unit);
                let style = Style {
                    words: points,
                    ..style
                };
                let rounded = notation.round(difference.abs(), fact.decimals)?;
                Ok(Some((Some(difference), notation.text(rounded, style))))
            }
        }
    }

    fn why_lacking(&self, fact: &Fact) -> String {
        if let Some(earlier) = fact.id.years.earlier() {
            return no_earlier(earlier).to_owned();
        }
        let Some(year) = fact.year else {
            return "geen cijfers in deze editie".to_owned();
        };
        let group = fact.id.subject.groups().next();
        let figure = group.and_then(|group| self.group(fact, group, Some(year)));
        why_withheld(figure.map(|figure| figure.withheld), year)
    }
}

/// Why a group has no value in a year, in Dutch.
pub(super) fn why_withheld(withheld: Option<Withheld>, year: i32) -> String {
    match withheld {
        Some(Withheld::Coverage) => format!("te weinig leden met een cijfer in {year}"),
        Some(Withheld::Incomplete) => {
            format!("niet elk lid heeft een cijfer in {year}, en een som vraagt ze alle")
        }
        Some(Withheld::Unweighted) => {
            format!("niet van elk lid is het gewicht in {year} bekend")
        }
        Some(Withheld::DistributionOnly) => {
            "laat zich niet middelen: alleen de verdeling".to_owned()
        }
        _ => format!("geen cijfer in {year}"),
    }
}

/// Why there is no such earlier year, in Dutch.
const fn no_earlier(earlier: Earlier) -> &'static str {
    match earlier {
        Earlier::Periods(_) => {
            "zo veel perioden die met de laatste te vergelijken zijn, zijn er niet"
        }
        Earlier::First => "geen eerdere periode die met de laatste te vergelijken is",
        Earlier::Base => {
            "het basisjaar van de editie is met de laatste periode niet te vergelijken"
        }
    }
}

/// How many values print more or less than a bar; who prints the same does neither.
pub fn beyond(values: impl Iterator<Item = f64>, (above, bar): (bool, f64), decimals: i8) -> usize {
    let bar = number::printed(bar, decimals);
    let printed = values.map(|value| number::printed(value, decimals));
    let beyond = printed.filter(|value| if above { *value > bar } else { *value < bar });
    beyond.count()
}

fn count(fact: &mut Fact, number: Option<usize>) -> Result<Found, NumberError> {
    let Some(number) = number else {
        return Ok(None);
    };
    "aantal".clone_into(&mut fact.unit);
    fact.decimals = 0;
    let value = number as f64;
    Ok(Some((Some(value), number::round(value, 0)?.to_string())))
}

/// What a fact is, in Dutch.
fn what(indicator: &Indicator, fact: &Fact, figures: &Figures) -> String {
    let stat = match fact.id.stat {
        Stat::Above(bar) => wording::of_beyond(true, &bar_name(bar, figures)),
        Stat::Below(bar) => wording::of_beyond(false, &bar_name(bar, figures)),
        Stat::Rank => wording::of_rank(figures.groups.networks().count()),
        stat => wording::of_stat(stat.word()),
    };
    let label = |group: GroupId| &figures.groups.get(group).name.label;
    let whom = match fact.id.subject {
        Subject::Group(group) => label(group).clone(),
        Subject::Difference(first, second) => {
            wording::two(label(first), label(second), fact.id.stat == Stat::Times)
        }
        Subject::Gemeente(region) => figures.name(region),
        Subject::Period => wording::PERIOD.to_owned(),
    };
    let since = fact.id.years.first_of_change();
    wording::what(&indicator.title, &whom, since, fact.year, &stat)
}

/// What members are held against, in Dutch.
fn bar_name(bar: Bar, figures: &Figures) -> String {
    match bar {
        Bar::Zero => wording::ZERO.to_owned(),
        Bar::Group(group) => figures.groups.get(group).name.label.clone(),
    }
}
