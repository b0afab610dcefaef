//! New lists of gemeenten and a new log beside those that are here: what came, what changed, what would be lost.
//!
//! In: both. Out: a [`Compared`]. Fails when what is here cannot be read. What would be lost is held back until a person
//! accepts it with a reason, as with tables. CBS peculiarity: it changes a name, a number of inhabitants or a whole line of
//! years ago without saying so.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::csv::{Error, for_each_row};
use crate::base::failure::{Exit, Report};
use crate::gemeente::{Gemeente, RegionId, Regions};

use super::door::Lists;

/// Lines that are told one by one; of more, how many.
const TOLD: usize = 12;

/// Kind, inhabitants and dwellings, by date, giver and receiver.
type Lines = BTreeMap<[String; 3], [String; 3]>;

/// How new lists differ from those that are here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// What would be lost, with examples.
    pub findings: Vec<String>,
    /// What came and what changed.
    pub notes: Vec<String>,
    /// Whether the last list here is of a later year.
    pub is_older: bool,
}

/// Lists that would lose something, and were not accepted.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "the list of gemeenten and herindelingen is held back, and what was here stays in use: {}",
    findings.join("; ")
)]
pub struct Held {
    /// What would be lost, or could not be read.
    pub findings: Vec<String>,
}

impl Report for Held {
    fn hint(&self) -> Option<String> {
        Some(
            "look at the list at CBS; if it is right, run the same again with `--accept \"reason\"`, which \
             `data/regions/source.toml` keeps"
                .to_owned(),
        )
    }

    fn exit(&self) -> Exit {
        Exit::DoesNotHold
    }
}

impl Compared {
    /// Holds new lists against those in a folder `data/regions/`.
    ///
    /// # Errors
    /// When what is there cannot be read.
    pub fn of(new: &Lists, folder: &Path) -> Result<Self, Error> {
        let old = Regions::read(&folder.join("gemeenten.csv"))?;
        let (before, after) = (
            lines(&folder.join("herindelingen.csv"), None)?,
            lines(Path::new("regions"), Some(&new.herindelingen))?,
        );
        let mut compared = Self {
            is_older: new.regions.last_year() < old.last_year(),
            ..Self::default()
        };
        compared.gemeenten(&old, &new.regions);
        let named = |[date, from, to]: &[String; 3]| {
            let name = |code: &str| {
                let region = RegionId::parse(code);
                let known =
                    region.and_then(|region| new.regions.get(region).or_else(|| old.get(region)));
                format!("{} ({code})", known.map_or("", |of| of.name.as_str()))
            };
            format!("{date} {} to {}", name(from), name(to))
        };
        let came = after.iter().filter(|(key, _)| !before.contains_key(*key));
        let came = came.map(|(key, [kind, ..])| format!("{kind} {}", named(key)));
        compared
            .notes
            .extend(some("new in the log of herindelingen", came));
        let changed = after.iter().filter_map(|(key, line)| {
            let was = before.get(key).filter(|was| *was != line)?;
            let said = |[kind, inhabitants, dwellings]: &[String; 3]| {
                format!("{kind}, {inhabitants} inhabitants, {dwellings} dwellings")
            };
            Some(format!("{}: {}, was {}", named(key), said(line), said(was)))
        });
        compared
            .notes
            .extend(some("changed in the log of herindelingen", changed));
        let lost = before
            .keys()
            .filter(|key| !after.contains_key(*key))
            .map(named);
        compared
            .findings
            .extend(some("gone from the log of herindelingen", lost));
        Ok(compared)
    }

    fn gemeenten(&mut self, old: &Regions, new: &Regions) {
        let (before, after) = (old.all(), new.all());
        let (last, now) = (old.last_year(), new.last_year());
        if now > last {
            let (count, was) = (new.in_year(now).count(), old.in_year(last).count());
            self.notes.push(format!(
                "the list of {now}: {count} gemeenten, in {last} there were {was}"
            ));
        }
        let label = |(region, of): (&RegionId, &Gemeente)| format!("{} ({region})", of.name);
        let begin = after
            .iter()
            .filter(|(region, _)| !before.contains_key(*region));
        self.notes.extend(some("new gemeenten", begin.map(label)));
        // one that ends after the last list here is no longer on the new one
        let ends = before.iter().filter(|(region, of)| {
            let end = after.get(*region).map(|now| now.to);
            of.to == last && end.is_some_and(|end| (last..now).contains(&end))
        });
        self.notes
            .extend(some("gemeenten that ended", ends.map(label)));
        for (what, of) in [
            (
                "names that changed",
                (|of| &of.name) as fn(&Gemeente) -> &String,
            ),
            ("provinces that changed", |of| &of.province),
        ] {
            let differ = before.iter().filter_map(|(region, was)| {
                let now = after.get(region).filter(|now| of(now) != of(was))?;
                Some(format!("{region} is `{}`, was `{}`", of(now), of(was)))
            });
            self.notes.extend(some(what, differ));
        }
        let gone = before
            .iter()
            .filter(|(region, _)| !after.contains_key(*region));
        self.findings.extend(some(
            "gemeenten that are gone from the lists",
            gone.map(label),
        ));
        let moved = before.iter().filter_map(|(region, was)| {
            let now = after.get(region)?;
            let goes_on = now.to == was.to || was.to == last && now.to >= last;
            let years = |of: &Gemeente| format!("{} to {}", of.from, of.to);
            (now.from != was.from || !goes_on).then(|| {
                format!(
                    "{} ({region}) is one of {}, was of {}",
                    was.name,
                    years(now),
                    years(was)
                )
            })
        });
        self.findings
            .extend(some("gemeenten of other years", moved));
    }
}

/// How many there are, and the first of them; nothing where there is none.
fn some(what: &str, all: impl Iterator<Item = String>) -> Option<String> {
    let all: Vec<String> = all.collect();
    if all.is_empty() {
        return None;
    }
    let more = all.len().saturating_sub(TOLD);
    let more = if more == 0 {
        String::new()
    } else {
        format!(", and {more} more")
    };
    Some(format!(
        "{what}: {}: {}{more}",
        all.len(),
        all[..all.len().min(TOLD)].join(", ")
    ))
}

/// The lines of a log in the project's format: of a file, or of what is at hand.
fn lines(path: &Path, bytes: Option<&[u8]>) -> Result<Lines, Error> {
    let columns = ["date", "from", "to", "kind", "inhabitants", "dwellings"];
    let mut lines = Lines::new();
    let each = |row: crate::base::csv::Row<'_>| {
        let [date, from, to, kind, inhabitants, dwellings] = row.cells().map(str::to_owned);
        lines.insert([date, from, to], [kind, inhabitants, dwellings]);
        Ok(())
    };
    match bytes {
        None => for_each_row(path, &columns, each)?,
        Some(bytes) => crate::base::csv::for_each_row_of(path, bytes, &columns, each)?,
    }
    Ok(lines)
}
