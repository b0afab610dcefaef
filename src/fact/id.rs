//! Fact ids: `indicator.subject`, a year or two after `@`, a statistic after a dot.
//!
//! `misdrijven.M50`, `misdrijven.M50@2021`, `misdrijven.M50.max-naam`, `misdrijven.M50-Nederland.pct`,
//! `inwoners.M50@2019..2026.pct`, `inwoners.GM0203`, `misdrijven.periode`.

use crate::compare::GroupId;

/// A parsed fact id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactId {
    /// Indicator, or `editie`.
    pub indicator: String,
    /// Whom or what it is about.
    pub subject: Subject,
    /// A fixed year, or the period the paper uses.
    pub years: Period,
    /// Which figure of the subject.
    pub stat: Stat,
}

/// Whom a fact is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A group.
    Group(GroupId),
    /// The first group minus the second.
    Difference(GroupId, GroupId),
    /// A gemeente, by code.
    Gemeente(String),
    /// The period itself.
    Period,
}

/// Which period a fact is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// The one the paper uses of the indicator.
    Used,
    /// One year.
    Year(i32),
    /// The change from the first year to the second.
    Change(i32, i32),
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
    /// Rank among the networks, 1 is the highest value.
    Rank,
    /// Name of the member with the lowest value.
    MinName,
    /// Name of the member with the highest value.
    MaxName,
}

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
    /// The word in an id; empty for the value itself.
    pub fn word(self) -> &'static str {
        STATS
            .iter()
            .find(|(_, stat)| *stat == self)
            .map_or("", |(word, _)| word)
    }
}

impl FactId {
    /// Parses an id.
    ///
    /// # Errors
    /// What was expected, as text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (indicator, rest) = text
            .split_once('.')
            .ok_or("an indicator, a dot and a group")?;
        let (before, after) = rest
            .split_once('@')
            .map_or((rest, None), |(before, after)| (before, Some(after)));
        let (subject, stat_before) = split_stat(before);
        let (years, stat_after) = match after {
            None => (Period::Used, None),
            Some(after) => {
                let (years, stat) = split_stat(after);
                (parse_years(years)?, stat)
            }
        };
        let subject = parse_subject(subject)?;
        Ok(Self {
            indicator: indicator.to_owned(),
            subject,
            years,
            stat: stat_before.or(stat_after).unwrap_or(Stat::Value),
        })
    }
}

/// Takes a known statistic off the end.
fn split_stat(text: &str) -> (&str, Option<Stat>) {
    let found = text.rsplit_once('.').and_then(|(before, name)| {
        STATS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, stat)| (before, Some(*stat)))
    });
    found.unwrap_or((text, None))
}

fn parse_years(text: &str) -> Result<Period, String> {
    let year = |text: &str| {
        text.parse::<i32>()
            .map_err(|_| format!("a year instead of `{text}`"))
    };
    match text.split_once("..") {
        None => Ok(Period::Year(year(text)?)),
        Some((from, to)) => Ok(Period::Change(year(from)?, year(to)?)),
    }
}

fn parse_subject(text: &str) -> Result<Subject, String> {
    if text == "periode" {
        return Ok(Subject::Period);
    }
    if text.len() == 6 && text.starts_with("GM") {
        return Ok(Subject::Gemeente(text.to_owned()));
    }
    if let Some(group) = GroupId::parse(text) {
        return Ok(Subject::Group(group));
    }
    // ids of groups hold hyphens too: every hyphen is tried
    text.match_indices('-')
        .find_map(|(at, _)| Some(Subject::Difference(GroupId::parse(&text[..at])?, GroupId::parse(&text[at + 1..])?)))
        .ok_or_else(|| {
            let groups = GroupId::ALL.map(GroupId::id).join(", ");
            format!("a group ({groups}), two with a hyphen between them, a gemeente or `periode`, not `{text}`")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_what_they_mean() {
        let id = FactId::parse("misdrijven.M50-30-80.pct").unwrap();
        assert_eq!(
            id.subject,
            Subject::Difference(GroupId::M50, GroupId::MidSized)
        );
        assert_eq!(id.stat, Stat::Percent);
        let id = FactId::parse("inwoners.M50@2019..2026.pct").unwrap();
        assert_eq!(
            (id.years, id.stat),
            (Period::Change(2019, 2026), Stat::Percent)
        );
        let id = FactId::parse("inwoners.30-80-niet-M50.max-naam@2020").unwrap();
        assert_eq!(
            (id.subject, id.years, id.stat),
            (
                Subject::Group(GroupId::MidSizedOther),
                Period::Year(2020),
                Stat::MaxName
            )
        );
        assert_eq!(
            FactId::parse("woz-waarde.periode").unwrap().subject,
            Subject::Period
        );
    }

    #[test]
    fn a_wrong_id_says_what_was_expected() {
        for text in [
            "inwoners",
            "inwoners.M51",
            "inwoners.M50@x",
            "inwoners.M50.hoogste",
        ] {
            assert!(FactId::parse(text).is_err(), "{text}");
        }
    }
}
