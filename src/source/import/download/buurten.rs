//! The wijken and buurten of a download, where the queries ask for some of its topics per buurt: a release of their own.
//!
//! In: the lines of a file that shows codes, and its topics. Out: that release, with the names of the regions. Fails with the
//! line on a figure that its topic cannot have and on a region that stands twice, and when the release does not look right
//! beside the one before. A release that has topics which the file
//! lacks stays in use: a table of wijken and buurten is of one year, and has all of them or is another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::DataFrame;

use super::super::Error;
use super::cells::figure;
use super::columns::Found;
use super::lines::Line;
use super::places::is_wijk_or_buurt;
use super::{Download, Of, join};
use crate::base::observation::Status;
use crate::source::bounds::Bounds;
use crate::source::compare::Door;
use crate::source::snapshot::{Columns, Sidecar, TopicMeta};
use crate::source::topics;

/// The wijken and buurten of a download.
#[derive(Debug)]
pub struct Buurten {
    /// The table, by the id of its wijken and buurten.
    table: String,
    topics: Vec<TopicMeta>,
    frame: DataFrame,
    /// Code and name of each region.
    names: Vec<(String, String)>,
}

/// Reads them; nothing where nothing is asked of them, or the file shows no codes.
pub fn read(
    of: &Of<'_>,
    table: &str,
    (found, lines): (&Found, &[Line<'_>]),
    named: &[TopicMeta],
    unmarked: Status,
) -> Result<Option<Buurten>, Error> {
    let mut tables = of.queries.per_buurt.values();
    let (Some(of_table), Some(code)) = (tables.find(|of| of.at_cbs() == table), found.code) else {
        return Ok(None);
    };
    let mut keys = BTreeSet::new();
    for asked in topics::asked_of(of.queries, of_table) {
        keys.extend(asked.keys(named)?);
    }
    let asked = |(_, topic): &(usize, &TopicMeta)| keys.contains(topic.key.as_str());
    let asked: Vec<(usize, &TopicMeta)> = named.iter().enumerate().filter(asked).collect();
    let (mut columns, mut names) = (Columns::default(), BTreeMap::new());
    let mut seen = BTreeSet::new();
    for line in lines {
        let code = line.cells[code].as_str();
        if asked.is_empty() || !is_wijk_or_buurt(code) {
            continue;
        }
        if !seen.insert((code, line.year, line.member)) {
            let message = format!("`{code}` has {} twice", line.year);
            let expected = "one line per region and year";
            return Err(Error::wrong(of.path, line.number, message, expected));
        }
        names.insert(code.to_owned(), line.cells[found.region].clone());
        let region: Arc<str> = code.into();
        let period: Arc<str> = format!("{}JJ00", line.year).into();
        for (place, topic) in &asked {
            let width = found.topics.len();
            if place / width != line.member {
                continue;
            }
            let bounds = Bounds::of(&topic.title, &topic.unit, topic.decimals);
            let text = &line.cells[found.topics[place % width].place];
            let (value, missing) = figure(text, &bounds).map_err(|(message, expected)| {
                let message = format!("`{}`: {message}", topic.title);
                Error::wrong(of.path, line.number, message, expected)
            })?;
            let status = line.status.unwrap_or(unmarked);
            let key: Arc<str> = topic.key.as_str().into();
            columns.push(&region, &period, line.year, &key, value, missing, status);
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    let frame = columns.into_frame().map_err(|source| Error::Polars {
        table: of_table.id.clone(),
        source,
    })?;
    Ok(Some(Buurten {
        table: of_table.id.clone(),
        topics: asked.into_iter().map(|(_, topic)| topic.clone()).collect(),
        frame,
        names: names.into_iter().collect(),
    }))
}

impl Buurten {
    /// Writes them as a release, which is used from now on once it may come in. Gives what there is to say of it.
    pub fn take(self, of: &Of<'_>, download: &Download) -> Result<Vec<String>, Error> {
        let (table, rows) = (&self.table, self.frame.height());
        // what another import or a fetch pins meanwhile must stay
        let _locks = of.store.wait()?;
        let is_here = |old: &TopicMeta| {
            let is_it = |new: &TopicMeta| (&new.title, &new.unit) == (&old.title, &old.unit);
            self.topics.iter().any(is_it)
        };
        if let Some((release, before)) = of.used(table)?
            && let Some(lacking) = before.topics.iter().find(|old| !is_here(old))
        {
            return Ok(vec![format!(
                "the wijken and buurten of release `{release}` of table {table} stay in use: this file lacks `{}`",
                lacking.title
            )]);
        }
        let sidecar = Sidecar {
            table: table.clone(),
            topics: self.topics,
            ..join::sidecar(download)
        };
        let (topics, regions) = (sidecar.topics.len(), self.names.len());
        let mut draft = of.store.start(table)?;
        draft.push_frame(self.frame)?;
        draft.name(&self.names)?;
        let mut sealed = draft.seal(sidecar)?;
        let mut lock = of.store.lock()?;
        let door = Door {
            store: of.store,
            lock: &lock,
            pinned: lock.tables.get(table).map(String::as_str),
            regions: Some(of.regions),
            offered: None,
            accept: of.asked.accept,
        };
        let mut notes = door.let_in(&mut sealed)?;
        let (release, _) = sealed.keep()?;
        lock.tables.insert(table.clone(), release.clone());
        of.store.write_lock(&lock)?;
        notes.push(format!(
            "{regions} wijken and buurten are release `{release}` of table {table}: {topics} topics, {rows} rows"
        ));
        Ok(notes)
    }
}
