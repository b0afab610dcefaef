//! A download from StatLine's page, whole.
//!
//! In: its cells. Out: a [`Download`] with a figure, or the kind of missing, per gemeente, year and topic. Fails with the
//! line on a figure that its topic cannot have and on what stands twice, and where it does not show which table it is.

use std::collections::BTreeSet;

use super::super::Error;
use super::buurten;
use super::cells::{Cell, figure, only_asked, without_empty};
use super::columns::Found;
use super::lines::{Known, Line, Placed, lines, members, unmarked};
use super::table_of::table_of;
use super::topics::{self, Printed};
use super::{Download, Of, downloaded, origin};
use crate::base::observation::Status;
use crate::query::Table;
use crate::source::bounds::Bounds;
use crate::source::snapshot::{Sidecar, TopicMeta};

/// Lines with what their columns are.
struct Read<'r, 's> {
    found: &'r Found,
    lines: &'r [Line<'s>],
    places: &'r Placed,
    /// The status of a year without a mark.
    unmarked: Status,
}

/// Reads a download from StatLine's page.
pub fn read(of: &Of<'_>) -> Result<Download, Error> {
    let found = Found::of(of.path, of.sheet)?;
    let table = table_of(of, &found.topics)?;
    let used = of.used(&table)?;
    let known: Known<'_> = (of.queries.tables.get(&table), used.as_ref());
    let mut notes = Vec::new();
    let (members, of_lines) = members(of, known.0, &found, &mut notes)?;
    let lines = lines(of, &found, known, &of_lines)?;
    let places = Placed::of(of, &found, &lines, known)?;
    notes.extend(places.notes(of, &lines));
    let read = Read {
        found: &found,
        lines: &lines,
        places: &places,
        unmarked: unmarked(of, known.1, &lines),
    };
    let here = known.1.map_or(&[][..], |(_, sidecar)| &sidecar.topics);
    let printed = printed(&members, &found);
    let mut named = topics::named(of, &table, here, &sisters(of, known.0)?, &printed)?;
    for (place, topic) in named.iter_mut().enumerate() {
        let fractions = read
            .texts(place)
            .filter_map(|(_, text)| text.split_once(','));
        let decimals = fractions.map(|(_, fraction)| fraction.len() as u32).max();
        topic.decimals = topic.decimals.max(decimals.unwrap_or_default());
    }
    let mut cells = Vec::new();
    for (place, topic) in named.iter().enumerate() {
        read.column(of, place, topic, &mut cells)?;
    }
    let buurten = buurten::read(of, &table, (&found, &lines), &named, read.unmarked)?;
    let (topics, cells) = without_empty(named, cells, &mut notes);
    let mut download = Download {
        boundaries: places.boundaries,
        topics,
        cells,
        buurten,
        notes,
        ..about(of, table, known)
    };
    only_asked(of, &mut download)?;
    let years: BTreeSet<String> = download
        .cells
        .iter()
        .map(|cell| cell.year.to_string())
        .collect();
    let years: Vec<String> = years.into_iter().collect();
    let what = format!("{} topics of {}", download.topics.len(), years.join(", "));
    download.caveats.push(origin(of, &download, &what));
    Ok(download)
}

impl<'s> Read<'_, 's> {
    /// What stands in a column for a member, line by line.
    fn texts(&self, place: usize) -> impl Iterator<Item = (&Line<'s>, &'s str)> {
        let (member, column) = (
            place / self.found.topics.len(),
            place % self.found.topics.len(),
        );
        let column = self.found.topics[column].place;
        let lines = self.lines.iter().filter(move |line| line.member == member);
        lines.map(move |line| (line, line.cells[column].as_str()))
    }

    /// The figures of a topic.
    fn column(
        &self,
        of: &Of<'_>,
        place: usize,
        topic: &TopicMeta,
        cells: &mut Vec<Cell>,
    ) -> Result<(), Error> {
        let bounds = Bounds::of(&topic.title, &topic.unit, topic.decimals);
        let mut seen = BTreeSet::new();
        for (line, text) in self.texts(place) {
            let Some(region) = self.places.region(line) else {
                continue;
            };
            let wrong = |(message, expected): (String, String)| {
                let message = format!("`{}`: {message}", topic.title);
                Error::wrong(of.path, line.number, message, expected)
            };
            let (value, missing) = figure(text, &bounds).map_err(wrong)?;
            let year = line.year;
            if !seen.insert((year, region)) {
                let message = format!("{region} has {year} twice");
                return Err(wrong((message, "one line per region and year".to_owned())));
            }
            let status = line.status.unwrap_or(self.unmarked);
            cells.push(Cell {
                region,
                year,
                topic: place,
                value,
                missing,
                status,
            });
        }
        Ok(())
    }
}

/// What a download says of itself, as far as it does not follow from its figures.
fn about(of: &Of<'_>, table: String, (known, used): Known<'_>) -> Download {
    let catalog = known.map_or("CBS", |table| table.catalog.as_str());
    let (host, license) = match catalog {
        "CBS" => ("opendata", "CC BY 4.0, CBS (bron: CBS StatLine)"),
        _ => ("dataderden", "unknown"),
    };
    let own = |field: fn(&Sidecar) -> &String, other: String| {
        used.map_or(other, |(_, sidecar)| field(sidecar).clone())
    };
    let link = format!("https://{host}.cbs.nl/statline/#/{catalog}/nl/dataset/{table}");
    Download {
        title: own(|sidecar| &sidecar.title, of.name()),
        publisher: own(|sidecar| &sidecar.publisher, catalog.to_owned()),
        license: own(|sidecar| &sidecar.license, license.to_owned()),
        link: own(|sidecar| &sidecar.link, link),
        retrieved: downloaded(&of.name()),
        sha256: of.sheet.sha256.clone(),
        table,
        ..Download::default()
    }
}

/// The topics as they are printed: each column for each member.
fn printed(members: &[String], found: &Found) -> Vec<Printed> {
    let of_member = |member: &String| {
        let lead = if member.is_empty() {
            String::new()
        } else {
            format!("{member}/")
        };
        found
            .topics
            .iter()
            .map(move |column| (format!("{lead}{}", column.path), column.unit.clone()))
    };
    members.iter().flat_map(of_member).collect()
}

/// The topics of the releases of the other tables of a family, whose titles show where levels end.
fn sisters(of: &Of<'_>, known: Option<&Table>) -> Result<Vec<TopicMeta>, Error> {
    let lock = of.store.lock()?;
    let family = known.and_then(|table| table.family.as_ref());
    let sisters = of
        .queries
        .tables
        .values()
        .filter(|table| family.is_some() && table.family.as_ref() == family);
    let topics = sisters.filter_map(|table| {
        let release = lock.tables.get(&table.id)?;
        Some(of.store.sidecar(&table.id, release).ok()?.topics)
    });
    Ok(topics.flatten().collect())
}
