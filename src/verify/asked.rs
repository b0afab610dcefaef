//! What the id of a fact asks for, and whether a derivation answers that.
//!
//! In: an id such as `misdrijven.M50-Nederland@2021.pct`, and the derivation that is given for it. Out: nothing when it answers,
//! else what is wrong. Fails on an id that is none. The peculiarity it exists for: a derivation of another group, year or kind
//! gives a figure that follows from the rows and is not the one that is named; so ids are read here once more, without the
//! questions, which a stranger has not.

use super::rows::{Checked, Rows, are_those};
use crate::base::csv::plain;
use crate::base::wording;
use crate::evidence::{Derivation, Entry};

/// The group of all gemeenten.
const NATION: &str = "Nederland";
/// Words of a sheet for how many gemeenten are lower, higher, or there at all.
const COUNTED: [&str; 3] = ["lager", "hoger", "andere"];
/// Statistics over members.
const OVER_MEMBERS: [&str; 8] = ["min", "q1", "median", "q3", "max", "mean", "n", "members"];
/// Those of them, and the empty word for the value, that have the unit of the indicator.
const IN_ITS_UNIT: [&str; 7] = ["", "min", "q1", "median", "q3", "max", "mean"];

/// How many times the second the first is.
const TIMES: &str = "keer";
/// A place among the networks.
const RANK: &str = "rang";
/// How many members are above or below whom or what these words stand before.
const ABOVE: &str = "boven-";
const BELOW: &str = "onder-";

/// Whom a fact is about.
enum Subject<'a> {
    Period,
    Gemeente(&'a str),
    Group(&'a str),
    Two(&'a str, &'a str),
    /// A word of a sheet: a group that it states, or what it counts.
    Word(&'a str),
}

/// What is asked.
pub(super) struct Asked<'a> {
    indicator: &'a str,
    subject: Subject<'a>,
    /// The first year of a change.
    since: Option<i32>,
    /// The year, or the last of two; none for the period that the paper uses.
    year: Option<i32>,
    stat: &'a str,
}

impl<'a> Asked<'a> {
    /// Reads an id.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn read(id: &'a str, rows: &Rows) -> Checked<Self> {
        let none = || "its id asks for nothing".to_owned();
        let (indicator, rest) = id.split_once('.').ok_or_else(none)?;
        let is_stat = |(_, word): &(&str, &str)| word.starts_with(char::is_alphabetic);
        let (rest, stat) = rest.rsplit_once('.').filter(is_stat).unwrap_or((rest, ""));
        let (subject, years) = rest.split_once('@').unwrap_or((rest, ""));
        let year = |text: &str| text.parse::<i32>().map_err(|_| none());
        let (since, year) = match years.split_once("..") {
            None if years.is_empty() => (None, None),
            None => (None, Some(year(years)?)),
            Some((from, "")) => (Some(year(from)?), None),
            Some((from, to)) => (Some(year(from)?), Some(year(to)?)),
        };
        Ok(Self {
            indicator,
            subject: subject_of(subject, rows),
            since,
            year,
            stat,
        })
    }

    /// Whether a fact and its derivation are what is asked.
    ///
    /// # Errors
    /// What they are not.
    pub(super) fn answers(
        &self,
        fact: &Entry,
        derivation: &Derivation,
        rows: &Rows,
    ) -> Checked<()> {
        let defined = rows.defined.get(self.indicator);
        let used = defined.and_then(|defined| defined.period);
        // a sheet says which year it uses with the fact
        let year = self
            .year
            .or(used)
            .or(fact.year.filter(|_| defined.is_none()));
        if fact.indicator != self.indicator || fact.year != year {
            return Err("it is of another indicator or year than its id asks".to_owned());
        }
        let is_other = defined.is_some_and(|defined| {
            IN_ITS_UNIT.contains(&self.stat)
                && self.since.is_none()
                && matches!(self.subject, Subject::Group(_) | Subject::Gemeente(_))
                && (fact.unit != defined.unit || fact.decimals != defined.decimals)
        });
        if is_other {
            return Err("its unit or decimals are not those of its indicator".to_owned());
        }
        let year = year.unwrap_or_default();
        if !self.is_derived(derivation, year, defined.is_none()) {
            return Err("its derivation is not of what its id asks".to_owned());
        }
        if self.what(fact, rows).is_some_and(|what| what != fact.what) {
            return Err(format!("is called `{}`, which it is not", fact.what));
        }
        self.factors(derivation, rows)
    }

    /// What the paper calls a fact; none where that cannot be told, as on a sheet.
    fn what(&self, fact: &Entry, rows: &Rows) -> Option<String> {
        let defined = rows.defined.get(self.indicator)?;
        let label = |group: &str| rows.labels.get(group).cloned();
        let whom = match self.subject {
            Subject::Period => wording::PERIOD.to_owned(),
            Subject::Gemeente(code) => {
                let of_year = rows.rows(self.indicator, fact.year?).ok()?;
                plain(&of_year.get(code)?.name).to_owned()
            }
            Subject::Group(group) => label(group)?,
            Subject::Two(first, second) => {
                wording::two(&label(first)?, &label(second)?, self.stat == TIMES)
            }
            Subject::Word(_) => return None,
        };
        let bar = |group: &str| match group {
            wording::ZERO => Some(wording::ZERO.to_owned()),
            group => label(group),
        };
        let beyond = [(ABOVE, true), (BELOW, false)].into_iter();
        let mut beyond = beyond.filter_map(|(word, above)| {
            let bar = bar(self.stat.strip_prefix(word)?)?;
            Some(wording::of_beyond(above, &bar))
        });
        let stat = match self.stat {
            RANK => wording::of_rank(rows.networks.len()),
            stat => beyond.next().unwrap_or_else(|| wording::of_stat(stat)),
        };
        let title = plain(&defined.title);
        Some(wording::what(title, &whom, self.since, fact.year, &stat))
    }

    fn is_derived(&self, derivation: &Derivation, asked: i32, is_sheet: bool) -> bool {
        if let Derivation::Stated { group, year, .. } = derivation {
            return is_sheet
                && *year == asked
                && match self.subject {
                    Subject::Word(word) => word == group || COUNTED.contains(&word),
                    _ => false,
                };
        }
        match (&self.subject, self.since) {
            (Subject::Period, _) => matches!(derivation, Derivation::Period {}),
            (Subject::Gemeente(code), _) => {
                matches!(derivation, Derivation::Gemeente { region, year } if region == code && *year == asked)
            }
            (Subject::Group(group), None) => self.is_of_group(derivation, group, asked),
            (Subject::Group(group), Some(since)) => {
                self.is_of_two(derivation, (group, asked), (group, since))
            }
            (Subject::Two(first, second), _) => {
                self.is_of_two(derivation, (first, asked), (second, asked))
            }
            (Subject::Word(_), _) => false,
        }
    }

    fn is_of_two(&self, derivation: &Derivation, a: (&str, i32), b: (&str, i32)) -> bool {
        let (first, second) = match derivation {
            Derivation::Difference {
                first,
                second,
                percent,
            } if self.stat == if *percent { "pct" } else { "" } => (first, second),
            Derivation::Times { first, second } if self.stat == TIMES => (first, second),
            _ => return false,
        };
        is_value(first, a) && is_value(second, b)
    }

    fn is_of_group(&self, derivation: &Derivation, group: &str, asked: i32) -> bool {
        let bar_of = |word: &str| self.stat.strip_prefix(word).map(str::to_owned);
        match derivation {
            Derivation::Stat {
                group: of,
                year,
                stat,
            } => {
                OVER_MEMBERS.contains(&self.stat)
                    && stat == self.stat
                    && (of.as_str(), *year) == (group, asked)
            }
            Derivation::Name {
                group: of,
                year,
                highest,
            } => {
                self.stat == if *highest { "max-naam" } else { "min-naam" }
                    && (of.as_str(), *year) == (group, asked)
            }
            Derivation::Beyond {
                group: of,
                year,
                above,
                bar,
            } => {
                let word = bar_of(if *above { ABOVE } else { BELOW });
                let is_bar = match (word.as_deref(), bar) {
                    (Some(wording::ZERO), None) => true,
                    (Some(word), Some(bar)) => is_value(bar, (word, asked)),
                    _ => false,
                };
                is_bar && (of.as_str(), *year) == (group, asked)
            }
            Derivation::Rank {
                group: of,
                year,
                of: ranked,
            } => {
                self.stat == RANK
                    && (of.as_str(), *year) == (group, asked)
                    && ranked
                        .iter()
                        .all(|(of, value)| is_value(value, (of, asked)))
            }
            value => self.stat.is_empty() && is_value(value, (group, asked)),
        }
    }

    /// Whether the factors of a derivation are those that the rows show.
    fn factors(&self, derivation: &Derivation, rows: &Rows) -> Checked<()> {
        match derivation {
            Derivation::Ratio {
                year, scale, minus, ..
            }
            | Derivation::Share {
                year, scale, minus, ..
            } => {
                let shown = rows.factors(self.indicator, *year);
                if are_those(shown, (*scale, *minus)) {
                    Ok(())
                } else {
                    Err("its derivation has another factor than the rows show".to_owned())
                }
            }
            Derivation::Difference { first, second, .. } | Derivation::Times { first, second } => {
                self.factors(first, rows)?;
                self.factors(second, rows)
            }
            Derivation::Rank { of, .. } => {
                of.values().try_for_each(|value| self.factors(value, rows))
            }
            Derivation::Beyond { bar: Some(bar), .. } => self.factors(bar, rows),
            _ => Ok(()),
        }
    }
}

/// Whether a derivation is the value of a group in a year.
fn is_value(derivation: &Derivation, asked: (&str, i32)) -> bool {
    match derivation {
        Derivation::Ratio { group, year, .. }
        | Derivation::Share { group, year, .. }
        | Derivation::Sum { group, year } => (group.as_str(), *year) == asked,
        Derivation::Published { year } | Derivation::SizeClass { year, .. } => {
            (NATION, *year) == asked
        }
        _ => false,
    }
}

/// Ids of groups hold hyphens too: every hyphen is tried.
fn subject_of<'a>(text: &'a str, rows: &Rows) -> Subject<'a> {
    let is_group = |text: &str| rows.groups.contains_key(text);
    let is_code = |text: &str| {
        let digits = text.strip_prefix("GM");
        digits
            .is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|of| of.is_ascii_digit()))
    };
    if text == wording::PERIOD {
        return Subject::Period;
    }
    if is_code(text) {
        return Subject::Gemeente(text);
    }
    if is_group(text) {
        return Subject::Group(text);
    }
    let two = text
        .match_indices('-')
        .map(|(at, _)| (&text[..at], &text[at + 1..]));
    let mut two = two.filter(|(first, second)| is_group(first) && is_group(second));
    two.next().map_or(Subject::Word(text), |(first, second)| {
        Subject::Two(first, second)
    })
}
