//! A release on its way in, held against the one before it and against what else is known.
//!
//! In: a new release with its sidecar, and the store. Out: notes on an ordinary revision, or [`Held`]: what no revision
//! does is told with examples, and the release stays out until a person accepts it with a reason, which its sidecar keeps.
//! What the release before has just as much is no news. CBS peculiarities: it revises without saying what, moves the number
//! at the end of a key, and a table that follows the gemeenten of another year has other rows for a good reason.

mod against;
mod cells;
mod columns;
mod stretch;
mod tally;
mod within;

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PolarsError};

pub use self::cells::{Cell, Cells, cells};
use self::columns::{Column, Columns};
use crate::base::failure::{Exit, Report};
use crate::gemeente::{Population, Regions};
use crate::source::snapshot::{self, Accepted, Lock, Sealed, Sidecar, Snapshot, Store, TopicMeta};

/// Rows of a release that is compared whole: neighbourhoods of all years do not fit in memory twice.
pub const WHOLE: usize = 1 << 20;

/// By how many a table's inhabitants may differ from those of the population table: CBS corrects a few later on.
const INHABITANTS: f64 = 20.0;

/// Last words of the titles under which CBS counts all inhabitants on 1 January; the first is that of the table of which
/// it is the subject.
const INHABITANTS_TITLES: [&str; 3] = [
    "bevolking op 1 januari",
    "aantal inwoners",
    "totale bevolking",
];

/// Place of a topic in its sidecar, and year.
type At = (usize, i32);

/// Columns of other tables, by the column that each goes with.
type Beside = BTreeMap<At, Column>;

/// What is known when a release comes in.
pub struct Door<'a> {
    /// Where releases are.
    pub store: &'a Store,
    /// The releases that are used of all tables.
    pub lock: &'a Lock,
    /// The release that is used of the table, if any.
    pub pinned: Option<&'a str>,
    /// The lists of gemeenten, if there are any yet.
    pub regions: Option<&'a Regions>,
    /// The topics that the source offers, where a topic that went is not known by other means.
    pub offered: Option<&'a [TopicMeta]>,
    /// Why a release that does not look right is taken all the same.
    pub accept: Option<&'a str>,
}

/// What there is to say of a release that may come in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// What an analyst should know.
    pub notes: Vec<String>,
    /// What was accepted, and why.
    pub accepted: Option<Accepted>,
}

/// A release that does not look right, and was not accepted.
#[derive(Debug, thiserror::Error)]
#[error(
    "table {table}: the new release is held back, and what was here stays in use: {}",
    findings.join("; ")
)]
pub struct Held {
    /// Table.
    pub table: String,
    /// What no ordinary revision does, each with an example.
    pub findings: Vec<String>,
}

impl Report for Held {
    fn hint(&self) -> Option<String> {
        Some(
            "look at these figures at the publisher; if they are right, run the same again with `--accept \"reason\"`, \
             which the sidecar keeps"
                .to_owned(),
        )
    }

    fn exit(&self) -> Exit {
        Exit::DoesNotHold
    }
}

/// Why a release could not be compared, or is held back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is held back.
    #[error(transparent)]
    Held(#[from] Held),
    /// The store.
    #[error(transparent)]
    Store(#[from] snapshot::Error),
    /// Polars cannot read it.
    #[error("cannot compare the release: {0}")]
    Polars(#[from] PolarsError),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Held(held) => held.hint(),
            Self::Store(error) => error.hint(),
            Self::Polars(_) => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Held(held) => held.exit(),
            Self::Store(error) => error.exit(),
            Self::Polars(_) => Exit::Other,
        }
    }
}

impl Door<'_> {
    /// Whether a release may come in, and what there is to say of it.
    ///
    /// # Errors
    /// With [`Held`] when it may not; when it or a release it is held against cannot be read.
    pub fn judge(
        &self,
        sidecar: &Sidecar,
        rows: usize,
        observations: impl FnOnce() -> Result<DataFrame, snapshot::Error>,
    ) -> Result<Judged, Error> {
        let mut judged = Judged::default();
        if sidecar.is_per_buurt() && self.pinned.is_none() {
            return Ok(judged); // there is nothing to hold it against
        }
        if rows > WHOLE {
            judged.notes.push(format!(
                "{rows} rows are too many to be held against the release before"
            ));
            return Ok(judged);
        }
        let frame = observations()?;
        let old = self
            .pinned
            .map(|release| self.store.read(&sidecar.table, release));
        let old = match old.transpose() {
            Ok(old) => old,
            Err(error) => {
                judged.notes.push(format!(
                    "the release before cannot be compared with: {error}"
                ));
                None
            }
        };
        let findings = self.findings(sidecar, &frame, old.as_ref(), &mut judged.notes)?;
        let is_same = |old: &Snapshot| old.observations.equals_missing(&frame);
        judged.accepted = match (findings.is_empty(), self.accept) {
            (true, _) => old.filter(is_same).and_then(|old| old.sidecar.accepted),
            (false, Some(reason)) => {
                let told = findings
                    .iter()
                    .map(|finding| format!("accepted: {finding}"));
                judged.notes.extend(told);
                Some(Accepted {
                    reason: reason.to_owned(),
                    findings,
                })
            }
            (false, None) => {
                return Err(Error::Held(Held {
                    table: sidecar.table.clone(),
                    findings,
                }));
            }
        };
        Ok(judged)
    }

    /// Holds a release that is whole against the one before it: what there is to say of it, when it may come in. Why it was
    /// taken all the same is kept in it.
    ///
    /// # Errors
    /// As [`Door::judge`], and when its sidecar cannot be written.
    pub fn let_in(&self, sealed: &mut Sealed) -> Result<Vec<String>, Error> {
        let judged = self.judge(sealed.sidecar(), sealed.rows(), || sealed.observations())?;
        if let Some(accepted) = judged.accepted {
            sealed.accept(accepted)?;
        }
        Ok(judged.notes)
    }

    fn findings(
        &self,
        sidecar: &Sidecar,
        frame: &DataFrame,
        old: Option<&Snapshot>,
        notes: &mut Vec<String>,
    ) -> Result<Vec<String>, Error> {
        let new = Columns::new(sidecar, frame, self.regions)?;
        let before = old.map(|old| Columns::new(&old.sidecar, &old.observations, self.regions));
        let before = before.transpose()?;
        let mut findings = Vec::new();
        // wijken and buurten are drawn and numbered anew every year: another year, or another table, is no measure of them
        if !sidecar.is_per_buurt() {
            findings = self.within(&new, before.as_ref(), notes)?;
        }
        if let Some(before) = before {
            let revised = against::compare(&new, &before, self.offered);
            findings.extend(revised.findings);
            notes.extend(revised.notes);
        }
        Ok(findings)
    }

    /// What does not fit within a release of gemeenten, and is not so in the one before it.
    fn within(
        &self,
        new: &Columns<'_>,
        before: Option<&Columns<'_>>,
        notes: &mut Vec<String>,
    ) -> Result<Vec<String>, Error> {
        let population = self.population(new.sidecar)?;
        let earlier = match before {
            Some(_) => Beside::new(),
            None => self.beside(new)?,
        };
        let mut findings = within::findings(new, &population, &earlier);
        notes.extend(within::partial(new));
        // CBS leaves out rows of what is absent; a file says so
        notes.extend(self.offered.and_then(|_| within::uneven(new)));
        if let Some(before) = before {
            let known = within::findings(before, &population, &earlier);
            findings.retain(|finding| !known.contains(finding));
        }
        Ok(findings)
    }

    /// The other tables of gemeenten that are used. One that is not here, or damaged, is no measure.
    fn others(&self, own: &Sidecar) -> Vec<(&str, &str, Sidecar)> {
        let tables = self
            .lock
            .tables
            .iter()
            .filter(|(table, _)| **table != own.table);
        let others = tables.filter_map(|(table, release)| {
            let sidecar = self.store.sidecar(table, release).ok()?;
            (!sidecar.is_per_buurt()).then_some((table.as_str(), release.as_str(), sidecar))
        });
        others.collect()
    }

    /// For a release without one before it the columns of the tables that are used which have its topics, by title and
    /// unit, in the year nearest to its own: Kerncijfers wijken en buurten is a new table every year.
    fn beside(&self, new: &Columns<'_>) -> Result<Beside, Error> {
        let others = self.others(new.sidecar);
        let mut wanted: BTreeMap<usize, Vec<(At, At)>> = BTreeMap::new();
        for &(place, year) in new.of.keys() {
            let topic = new.topic(place);
            let nearest = others.iter().enumerate().filter_map(|(at, (.., sidecar))| {
                let is_same = |of: &TopicMeta| of.title == topic.title && of.unit == topic.unit;
                let found = sidecar.topics.iter().position(is_same)?;
                let years = sidecar.years().into_iter();
                let nearest = years.min_by_key(|of| (of.abs_diff(year), *of))?;
                Some((nearest.abs_diff(year), at, found, nearest))
            });
            if let Some((_, at, found, of_year)) = nearest.min() {
                let wanted = wanted.entry(at).or_default();
                wanted.push(((place, year), (found, of_year)));
            }
        }
        let mut beside = Beside::new();
        for (at, columns) in wanted {
            let (table, release, _) = &others[at];
            let Ok(read) = self.store.read(table, release) else {
                continue;
            };
            let other = Columns::new(&read.sidecar, &read.observations, self.regions)?;
            let found = columns.into_iter();
            beside.extend(found.filter_map(|(own, of)| Some((own, other.of.get(&of)?.clone()))));
        }
        Ok(beside)
    }

    /// Inhabitants on 1 January by the tables that are used, other than the one that comes in.
    fn population(&self, sidecar: &Sidecar) -> Result<Population, Error> {
        // what is the measure itself is held against whoever counts the same
        let is_measure = sidecar
            .topics
            .iter()
            .any(|topic| inhabitants(topic) == Some(0));
        let ranks = if is_measure {
            INHABITANTS_TITLES.len()
        } else {
            1
        };
        let others = self.others(sidecar);
        let mut population = Population::new();
        for (rank, (table, release, of)) in
            (0..ranks).flat_map(|rank| others.iter().map(move |it| (rank, it)))
        {
            let counts = |topic: &TopicMeta| inhabitants(topic) == Some(rank);
            let read = of.topics.iter().any(counts);
            let read = read.then(|| self.store.read(table, release).ok());
            let Some(read) = read.flatten() else { continue };
            let columns = Columns::new(&read.sidecar, &read.observations, self.regions)?;
            columns.inhabitants(|region, year, count| {
                population.entry((year, region)).or_insert(count);
            });
        }
        Ok(population)
    }
}

/// The place among [`INHABITANTS_TITLES`] of a topic that counts all inhabitants.
fn inhabitants(topic: &TopicMeta) -> Option<usize> {
    let last = topic.title.rsplit(" > ").next()?.to_lowercase();
    let place = INHABITANTS_TITLES.iter().position(|title| *title == last);
    place.filter(|_| topic.unit == "aantal")
}
