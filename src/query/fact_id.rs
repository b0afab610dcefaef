//! Fact ids: `indicator.subject`, a year or two after `@`, a statistic after a dot.
//!
//! `misdrijven.M50`, `misdrijven.M50@2021`, `misdrijven.M50.max-naam`, `misdrijven.M50-Nederland.pct`,
//! `inwoners.M50@2019..2026.pct`, `inwoners.M50@2019..`, `jeugdzorg.M50.boven-Nederland`, `inwoners.GM0203`,
//! `misdrijven.periode`, and with an earlier year that the figures choose `misdrijven.M50@-1`, `lasten.M50@eerste...pct`,
//! `misdrijven.periode@eerste`. An id is written in one way only, so that the same fact never stands in two rows of the
//! appendix; there an earlier year is the year it came to.

use std::fmt;

use super::indicator::IndicatorId;
use super::misread::Misread;
use super::names::Names;
use super::years::{self, Earlier, Series};
use crate::base::located::nearest;
use crate::gemeente::RegionId;
use crate::gemeente::group::GroupId;

/// A fact id: how it is written, and what it means. Ids sort as they are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactId {
    text: String,
    /// Indicator.
    pub indicator: IndicatorId,
    /// Whom or what it is about.
    pub subject: Subject,
    /// A fixed year, or the period the paper uses.
    pub years: FactYears,
    /// Which figure of the subject.
    pub stat: Stat,
}

/// Whom a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A group.
    Group(GroupId),
    /// The first group minus the second.
    Difference(GroupId, GroupId),
    /// A gemeente.
    Gemeente(RegionId),
    /// The period itself.
    Period,
}

impl Subject {
    /// The groups it speaks of.
    pub fn groups(self) -> impl Iterator<Item = GroupId> {
        let (first, second) = match self {
            Self::Group(group) => (Some(group), None),
            Self::Difference(first, second) => (Some(first), Some(second)),
            Self::Gemeente(_) | Self::Period => (None, None),
        };
        first.into_iter().chain(second)
    }
}

/// Which year or years a fact is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactYears {
    /// The one the paper uses of the indicator.
    Used,
    /// One year.
    Year(i32),
    /// The change from the first year to the second.
    Change(i32, i32),
    /// The change from a year to the period the paper uses.
    Since(i32),
    /// An earlier year, chosen by the figures.
    Earlier(Earlier),
    /// The change from an earlier year to the period the paper uses.
    SinceEarlier(Earlier),
}

impl FactYears {
    /// The year it is of, the later of two, when the paper uses one of the indicator.
    pub const fn last(self, used: Option<i32>) -> Option<i32> {
        match self {
            Self::Used | Self::Since(_) => used,
            Self::Year(year) | Self::Change(_, year) => Some(year),
            Self::Earlier(_) | Self::SinceEarlier(_) => None,
        }
    }

    /// The first year of a change.
    pub const fn first_of_change(self) -> Option<i32> {
        match self {
            Self::Change(from, _) | Self::Since(from) => Some(from),
            Self::Used | Self::Year(_) | Self::Earlier(_) | Self::SinceEarlier(_) => None,
        }
    }

    /// The earlier year that the figures have yet to choose; one that is still there has no figure.
    pub const fn earlier(self) -> Option<Earlier> {
        match self {
            Self::Earlier(earlier) | Self::SinceEarlier(earlier) => Some(earlier),
            Self::Used | Self::Year(_) | Self::Change(..) | Self::Since(_) => None,
        }
    }

    /// Whether it names a year in figures, so that it stays the same in the next edition.
    pub const fn is_typed(self) -> bool {
        matches!(self, Self::Year(_) | Self::Change(..) | Self::Since(_))
    }

    const fn is_change(self) -> bool {
        matches!(
            self,
            Self::Change(..) | Self::Since(_) | Self::SinceEarlier(_)
        )
    }
}

impl fmt::Display for FactYears {
    /// As it stands behind the `@`; nothing for the period the paper uses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Used => Ok(()),
            Self::Year(year) => write!(f, "{year}"),
            Self::Change(from, to) => write!(f, "{from}..{to}"),
            Self::Since(from) => write!(f, "{from}.."),
            Self::Earlier(earlier) => write!(f, "{earlier}"),
            Self::SinceEarlier(earlier) => write!(f, "{earlier}.."),
        }
    }
}

/// Which figure of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stat {
    /// Its value.
    Value,
    /// A difference or change in percent.
    Percent,
    /// How many times the second the first is.
    Times,
    /// Lowest value among the members.
    Min,
    /// First quartile.
    Q1,
    /// Median.
    Median,
    /// Third quartile.
    Q3,
    /// Highest value.
    Max,
    /// Unweighted mean.
    Mean,
    /// Members with a value.
    Count,
    /// Members.
    Members,
    /// Members that print more than the bar.
    Above(Bar),
    /// Members that print less than the bar.
    Below(Bar),
    /// Rank among the networks, 1 is the highest value.
    Rank,
    /// Name of the member with the lowest value.
    MinName,
    /// Name of the member with the highest value.
    MaxName,
}

/// What members are held against, as it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bar {
    /// Zero.
    Zero,
    /// The value of a group.
    Group(GroupId),
}

/// The words before a bar, and the word for zero behind them.
const ABOVE_WORD: &str = "boven-";
const BELOW_WORD: &str = "onder-";
const ZERO_WORD: &str = "nul";

/// The word for the period that the paper uses of an indicator, in the place of a group.
pub(super) const PERIOD_WORD: &str = "periode";

const STATS: [(&str, Stat); 13] = [
    ("pct", Stat::Percent),
    ("keer", Stat::Times),
    ("min", Stat::Min),
    ("q1", Stat::Q1),
    ("median", Stat::Median),
    ("q3", Stat::Q3),
    ("max", Stat::Max),
    ("mean", Stat::Mean),
    ("n", Stat::Count),
    ("members", Stat::Members),
    ("rang", Stat::Rank),
    ("min-naam", Stat::MinName),
    ("max-naam", Stat::MaxName),
];

impl Stat {
    /// The word in an id; empty for the value itself, and for what is held against a bar.
    pub fn word(self) -> &'static str {
        STATS
            .iter()
            .find(|(_, stat)| *stat == self)
            .map_or("", |(word, _)| word)
    }

    /// Whether it counts members beyond a bar: above it or not, and the bar.
    pub const fn beyond(self) -> Option<(bool, Bar)> {
        match self {
            Self::Above(bar) => Some((true, bar)),
            Self::Below(bar) => Some((false, bar)),
            _ => None,
        }
    }

    /// Whether it is of two groups or years.
    pub(super) const fn is_of_two(self) -> bool {
        matches!(self, Self::Percent | Self::Times)
    }
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FactId {
    /// The fact that a text names; none where it names none, and nobody is to be told why: what is nearest takes long to find.
    pub fn find(text: &str, names: &Names<'_>) -> Option<Self> {
        let (indicator, _) = text.split_once('.')?;
        let is_known = names.has_indicator(indicator);
        is_known.then(|| Self::parse(text, names).ok()).flatten()
    }

    /// Parses an id.
    ///
    /// ```
    /// # use middelgroot::query::{FactId, FactYears, Queries, Stat, Subject};
    /// # let queries = Queries::read(std::path::Path::new("queries"))?;
    /// let id = FactId::parse("inwoners.M50@2019..2026.pct", &queries.names())?;
    /// assert_eq!((id.years, id.stat), (FactYears::Change(2019, 2026), Stat::Percent));
    /// let id = FactId::parse("misdrijven.GM0203", &queries.names())?;
    /// assert!(matches!(id.subject, Subject::Gemeente(_)));
    /// let wrong = FactId::parse("misdrijven.M51", &queries.names()).unwrap_err();
    /// assert_eq!(wrong.at, "misdrijven.".len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the id stops making sense, and what was expected there.
    pub fn parse(text: &str, names: &Names<'_>) -> Result<Self, Misread> {
        let Some((indicator, rest)) = text.split_once('.') else {
            let hint = "expected an indicator, a dot and a group";
            return Err(Misread::new(0, format!("`{text}` is no fact"), hint));
        };
        let indicator = names.indicator(indicator)?;
        let from = text.len() - rest.len();
        let (rest, stat) = split_stat(rest, names).map_err(|wrong| wrong.after(from))?;
        let (subject, years) = match rest.split_once('@') {
            None => (rest, FactYears::Used),
            Some((subject, years)) => {
                let at = from + subject.len() + 1;
                (
                    subject,
                    parse_years(years).map_err(|wrong| wrong.after(at))?,
                )
            }
        };
        let id = Self {
            text: text.to_owned(),
            indicator,
            subject: parse_subject(subject, names).map_err(|wrong| wrong.after(from))?,
            years,
            stat,
        };
        let of_two = matches!(id.subject, Subject::Difference(..)) || id.years.is_change();
        if stat.is_of_two() && !of_two {
            let message = format!("`{}` is of two groups or years", stat.word());
            let hint = "expected two groups with a hyphen between them, or two years such as `@2019..2026`";
            return Err(Misread::new(from + rest.len() + 1, message, hint));
        }
        if id.stat.beyond().is_some() && (of_two || !matches!(id.subject, Subject::Group(_))) {
            let message = format!("`{text}` counts members, and is not of one group and year");
            let hint = "expected a group before it, such as `jeugdzorg.M50.boven-Nederland`";
            return Err(Misread::new(from + rest.len() + 1, message, hint));
        }
        Ok(id)
    }

    /// The same fact of the year that its earlier year comes to, given the series of every indicator; as it is where it
    /// names none, or where there is no such year.
    #[must_use]
    pub fn settled(&self, series: &[Series]) -> Self {
        let year = |earlier| series.get(self.indicator.place())?.year(earlier);
        match self.years {
            FactYears::Earlier(earlier) => year(earlier).map(FactYears::Year),
            FactYears::SinceEarlier(earlier) => year(earlier).map(FactYears::Since),
            _ => None,
        }
        .map_or_else(|| self.clone(), |years| self.of(years))
    }

    /// The same fact of other years; one of the period in use stays what it is.
    #[must_use]
    pub fn of(&self, years: FactYears) -> Self {
        let text = match self.text.split_once('@') {
            None => self.text.clone(),
            Some((head, tail)) => {
                let stat = tail
                    .strip_prefix(&self.years.to_string())
                    .unwrap_or_default();
                format!("{head}@{years}{stat}")
            }
        };
        Self {
            text,
            years,
            ..self.clone()
        }
    }
}

/// Takes the statistic off the end; what follows the last dot and starts with a letter must be one.
fn split_stat<'t>(text: &'t str, names: &Names<'_>) -> Result<(&'t str, Stat), Misread> {
    let Some((before, word)) = text.rsplit_once('.') else {
        return Ok((text, Stat::Value));
    };
    if !word.starts_with(char::is_alphabetic) {
        return Ok((text, Stat::Value));
    }
    let above = word.strip_prefix(ABOVE_WORD);
    if let Some(bar) = above.or_else(|| word.strip_prefix(BELOW_WORD)) {
        let at = text.len() - bar.len();
        let bar = parse_bar(bar, names).map_err(|wrong| wrong.after(at))?;
        let stat = if above.is_some() {
            Stat::Above
        } else {
            Stat::Below
        };
        return Ok((before, stat(bar)));
    }
    let known = STATS.iter().find(|(known, _)| *known == word);
    known.map(|(_, stat)| (before, *stat)).ok_or_else(|| {
        let message = format!("there is no statistic `{word}`");
        Misread::new(
            before.len() + 1,
            message,
            nearest(word, STATS.map(|(known, _)| known)),
        )
    })
}

fn parse_bar(text: &str, names: &Names<'_>) -> Result<Bar, Misread> {
    if text == ZERO_WORD {
        return Ok(Bar::Zero);
    }
    names.groups.parse(text).map(Bar::Group).ok_or_else(|| {
        let groups = names
            .groups
            .ids()
            .map(|id| names.groups.get(id).id.as_str());
        let known: Vec<&str> = std::iter::once(ZERO_WORD).chain(groups).collect();
        Misread::new(
            0,
            format!("there is no group `{text}`"),
            format!("expected one of {}", known.join(", ")),
        )
    })
}

fn parse_years(text: &str) -> Result<FactYears, Misread> {
    let year = |text: &str, at: usize| {
        years::year(text).ok_or_else(|| {
            let hint = "expected a year such as `2019`, between 1900 and 2100, or an earlier one: `-1`, `eerste`, `basis`";
            Misread::new(at, format!("`{text}` is no year"), hint)
        })
    };
    if let Some(earlier) = Earlier::parse(text) {
        return Ok(FactYears::Earlier(earlier));
    }
    if let Some(earlier) = text.strip_suffix("..").and_then(Earlier::parse) {
        return Ok(FactYears::SinceEarlier(earlier));
    }
    match text.split_once("..") {
        None => Ok(FactYears::Year(year(text, 0)?)),
        Some((from, "")) => Ok(FactYears::Since(year(from, 0)?)),
        Some((from, to)) => Ok(FactYears::Change(year(from, 0)?, year(to, from.len() + 2)?)),
    }
}

fn parse_subject(text: &str, names: &Names<'_>) -> Result<Subject, Misread> {
    if text == PERIOD_WORD {
        return Ok(Subject::Period);
    }
    if let Some(region) = RegionId::parse(text).filter(|id| *id != RegionId::NEDERLAND) {
        return Ok(Subject::Gemeente(region));
    }
    if let Some(group) = names.groups.parse(text) {
        return Ok(Subject::Group(group));
    }
    // ids of groups hold hyphens too: every hyphen is tried
    let two = text.match_indices('-').find_map(|(at, _)| {
        let (first, second) = (&text[..at], &text[at + 1..]);
        Some(Subject::Difference(
            names.groups.parse(first)?,
            names.groups.parse(second)?,
        ))
    });
    two.ok_or_else(|| {
        let groups: Vec<&str> = names
            .groups
            .ids()
            .map(|group| names.groups.get(group).id.as_str())
            .collect();
        Misread::new(
            0,
            format!("there is no group `{text}`"),
            format!(
                "expected a group ({}), two with a hyphen between them, a gemeente or `periode`",
                groups.join(", ")
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::names::tests::sample;

    #[test]
    fn ids_say_what_they_mean() {
        let (indicators, groups) = sample();
        let names = Names::new(&indicators, &groups);
        let parse = |text: &str| FactId::parse(text, &names).unwrap();
        let group = |id: &str| groups.parse(id).unwrap();
        let id = parse("misdrijven.A-30-80.pct");
        assert_eq!(id.subject, Subject::Difference(group("A"), group("30-80")));
        assert_eq!(id.stat, Stat::Percent);
        let id = parse("inwoners.A@2019..2026.pct");
        assert_eq!(id.years, FactYears::Change(2019, 2026));
        let id = parse("inwoners.30-80-niet-A@2020.max-naam");
        assert_eq!(
            (id.subject, id.years, id.stat),
            (
                Subject::Group(group("30-80-niet-A")),
                FactYears::Year(2020),
                Stat::MaxName
            )
        );
        assert_eq!(parse("misdrijven.periode").subject, Subject::Period);
        assert_eq!(parse("inwoners.A@2019..").years, FactYears::Since(2019));
        let id = parse("inwoners.A@-3...pct");
        assert_eq!(id.years, FactYears::SinceEarlier(Earlier::Periods(3)));
        assert_eq!(id.stat, Stat::Percent);
        let id = parse("misdrijven.periode@eerste");
        assert_eq!(id.years, FactYears::Earlier(Earlier::First));
        assert_eq!(
            parse("inwoners.A@basis").years,
            FactYears::Earlier(Earlier::Base)
        );
        let bar = |id: &str| Bar::Group(group(id));
        assert_eq!(parse("inwoners.A.boven-nul").stat, Stat::Above(Bar::Zero));
        let id = parse("inwoners.30-80-niet-A@2020.onder-30-80");
        assert_eq!(id.stat, Stat::Below(bar("30-80")));
    }

    #[test]
    fn an_earlier_year_becomes_the_year_it_came_to() {
        let (indicators, groups) = sample();
        let names = Names::new(&indicators, &groups);
        for (text, years, expected) in [
            (
                "a.A@-1.max-naam",
                FactYears::Year(2020),
                "a.A@2020.max-naam",
            ),
            ("a.A@eerste...pct", FactYears::Since(2015), "a.A@2015...pct"),
            ("a.A", FactYears::Used, "a.A"),
        ] {
            let id = FactId::parse(text, &names).unwrap().of(years);
            assert_eq!(id, FactId::parse(expected, &names).unwrap());
        }
    }

    #[test]
    fn a_wrong_id_says_where_and_what_was_expected() {
        let (indicators, groups) = sample();
        let names = Names::new(&indicators, &groups);
        for (text, at) in [
            ("inwoners", 0),
            ("inwoner.A", 0),
            ("inwoners.B", 9),
            ("inwoners.A@x", 11),
            ("inwoners.A@2019..x", 17),
            ("inwoners.A@-0", 11),
            ("inwoners.A@-01", 11),
            ("inwoners.A@-3..-1", 11),
            ("inwoners.A@laatste", 11),
            ("inwoners.A@eerste.pct", 18),
            ("inwoners.A.hoogste", 11),
            ("inwoners.A.pct", 11),
            ("inwoners.A.boven-B", 17),
            ("inwoners.A-30-80.boven-nul", 17),
            ("inwoners.A@2019...onder-nul", 18),
        ] {
            assert_eq!(FactId::parse(text, &names).unwrap_err().at, at, "{text}");
        }
    }
}
