//! A download beside the release that is used: its columns are new, all others stay as they are.
//!
//! In: what the file holds, and the release that is used of its table. Out: a whole release. A column is a topic in a year:
//! a download of a few topics of one year loses nothing of the others. Where the release that is used follows another list
//! of gemeenten, its figures cannot stand beside these: then the file is a release by itself, and the door tells what would
//! be lost. Fails when the release that is used cannot be read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::{DataFrame, PolarsError};

use super::super::Error;
use super::{Download, Of, release};
use crate::base::observation::{Missing, Status};
use crate::source::snapshot::{Boundaries, Columns, Sidecar, Snapshot};

/// A release that holds a download.
pub struct Joined {
    pub sidecar: Sidecar,
    pub frame: DataFrame,
    /// The release that is used, where the download stands beside it.
    pub release: Option<String>,
    /// Whether it has exactly the figures that the release that is used has.
    pub is_same: bool,
    pub notes: Vec<String>,
}

/// What rows are gathered in, with each name once.
#[derive(Default)]
struct Rows {
    columns: Columns,
    names: BTreeMap<String, Arc<str>>,
}

impl Rows {
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.names.insert(text.to_owned(), Arc::clone(&new));
        new
    }
}

/// Joins a download with the release that is used.
pub fn join(of: &Of<'_>, download: &Download) -> Result<Joined, Error> {
    let polars = |source: PolarsError| Error::Polars {
        table: download.table.clone(),
        source,
    };
    let mut notes = Vec::new();
    let used = match of.used(&download.table)? {
        None => None,
        Some((name, sidecar)) if sidecar.boundaries()? != download.boundaries => {
            notes.push(format!(
                "the release that is used, `{name}`, follows the gemeenten of `{}` and this file those of `{}`: its figures do not stand beside these",
                sidecar.boundaries,
                word(download.boundaries)
            ));
            None
        }
        Some((name, _)) => Some((of.store.read(&download.table, &name)?, name)),
    };
    let fresh: BTreeSet<(&str, i32)> = download
        .cells
        .iter()
        .map(|cell| (download.topics[cell.topic].key.as_str(), cell.year))
        .collect();
    let mut rows = Rows::default();
    let mut sidecar = sidecar(download);
    if let Some((snapshot, name)) = &used {
        let stays = keep(snapshot, &fresh, &mut rows).map_err(polars)?;
        beside(&mut sidecar, snapshot, name, stays);
        if stays > 0 {
            notes.push(format!(
                "{} columns are new, {stays} of release `{name}` stay as they are",
                fresh.len()
            ));
        }
    }
    for cell in &download.cells {
        let region = rows.name(&cell.region.to_string());
        let period = rows.name(&format!("{}JJ00", cell.year));
        let topic = rows.name(&download.topics[cell.topic].key);
        rows.columns.push(
            &region,
            &period,
            cell.year,
            &topic,
            cell.value,
            cell.missing,
            cell.status,
        );
    }
    let frame = rows.columns.into_frame().map_err(polars)?;
    let is_same = used.as_ref().is_some_and(|(snapshot, _)| {
        snapshot.observations.equals_missing(&frame) && snapshot.sidecar.topics == sidecar.topics
    });
    Ok(Joined {
        sidecar,
        frame,
        release: used.map(|(_, name)| name),
        is_same,
        notes,
    })
}

/// The rows of a release but for those of fresh columns; how many columns they are.
fn keep(
    snapshot: &Snapshot,
    fresh: &BTreeSet<(&str, i32)>,
    rows: &mut Rows,
) -> Result<usize, PolarsError> {
    let frame = &snapshot.observations;
    let text = |name: &str| frame.column(name)?.str().cloned();
    let (regions, periods, topics) = (text("region")?, text("period")?, text("topic")?);
    let (missing, statuses) = (text("missing")?, text("status")?);
    let years = frame.column("year")?.i32()?;
    let values = frame.column("value")?.f64()?;
    let mut stays = BTreeSet::new();
    for row in 0..frame.height() {
        let (topic, year) = (
            topics.get(row).unwrap_or_default(),
            years.get(row).unwrap_or_default(),
        );
        if fresh.contains(&(topic, year)) {
            continue;
        }
        let period = periods.get(row).unwrap_or_default();
        stays.insert((topic.to_owned(), year));
        let (region, period, topic) = (
            rows.name(regions.get(row).unwrap_or_default()),
            rows.name(period),
            rows.name(topic),
        );
        let missing = missing
            .get(row)
            .and_then(|word| word.parse().ok())
            .unwrap_or(Missing::Unknown);
        let status = statuses
            .get(row)
            .and_then(|word| word.parse().ok())
            .unwrap_or(Status::Unknown);
        rows.columns.push(
            &region,
            &period,
            year,
            &topic,
            values.get(row),
            missing,
            status,
        );
    }
    Ok(stays.len())
}

/// The sidecar of a download by itself.
pub(super) fn sidecar(download: &Download) -> Sidecar {
    let years: BTreeSet<i32> = download.cells.iter().map(|cell| cell.year).collect();
    Sidecar {
        table: download.table.clone(),
        title: download.title.clone(),
        publisher: download.publisher.clone(),
        link: download.link.clone(),
        release: release("download", download.retrieved.as_deref()),
        modified: "unknown".to_owned(),
        retrieved: download
            .retrieved
            .clone()
            .unwrap_or_else(|| "unknown".to_owned()),
        boundaries: word(download.boundaries),
        license: download.license.clone(),
        periods: years
            .into_iter()
            .map(|year| format!("{year}JJ00"))
            .collect(),
        source_sha256: download.sha256.clone(),
        caveats: download.caveats.clone(),
        topics: download.topics.clone(),
        ..Sidecar::default()
    }
}

/// Adds what stays of the release that is used.
fn beside(sidecar: &mut Sidecar, used: &Snapshot, name: &str, stays: usize) {
    let old = &used.sidecar;
    let periods: BTreeSet<String> = old
        .periods
        .iter()
        .chain(&sidecar.periods)
        .cloned()
        .collect();
    sidecar.periods = periods.into_iter().collect();
    let new = std::mem::take(&mut sidecar.topics);
    let of_old = old.topics.iter().map(|topic| {
        new.iter()
            .find(|other| other.key == topic.key)
            .unwrap_or(topic)
    });
    sidecar.topics = of_old.cloned().collect();
    let added = new
        .into_iter()
        .filter(|topic| old.topics.iter().all(|known| known.key != topic.key));
    sidecar.topics.extend(added);
    if stays > 0 {
        sidecar.caveats.push(format!(
            "{stays} other columns are those of release `{name}` ({}).",
            old.release
        ));
    }
    let mut caveats = old.caveats.clone();
    caveats.retain(|known| !sidecar.caveats.contains(known));
    caveats.append(&mut sidecar.caveats);
    sidecar.caveats = caveats;
}

/// The word for a list of gemeenten, as sidecars have it.
fn word(boundaries: Boundaries) -> String {
    match boundaries {
        Boundaries::Period => "period".to_owned(),
        Boundaries::PeriodOrNext => "period-or-next".to_owned(),
        Boundaries::Year(year) => year.to_string(),
    }
}
