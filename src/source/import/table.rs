//! A table: header, regions, periods, numbers, kinds of missing and duplicates are checked line by line.
//!
//! In: the three files of its folder. Out: a release, held against the one before it. Fails with file and line on a region
//! that is in no list the table follows, on a period that is no calendar year, on a value its topic cannot have, and where
//! `source.toml` says other rows, topics, periods or bytes. The peculiarity it exists for: such folders went through git,
//! Excel and pandas.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::DataFrame;

use super::{Damage, Error, Imported, Source};
use crate::base::csv::Lines;
use crate::base::files;
use crate::base::observation::{Missing, Status, UnknownWord};
use crate::gemeente::{NEDERLAND, RegionId, Regions};
use crate::query::Queries;
use crate::source::bounds::{Bounds, Wrong, calendar_year};
use crate::source::compare::Door;
use crate::source::snapshot::{Boundaries, Columns, Sidecar, Store, TopicMeta};
use crate::source::topics;

const OBSERVATIONS: [&str; 6] = ["region", "period", "topic", "value", "missing", "status"];
const TOPICS: [&str; 7] = [
    "topic",
    "title",
    "unit",
    "decimals",
    "presentation",
    "source_column",
    "key_known",
];

pub(super) fn import(
    folder: &Path,
    data: &Path,
    only_asked: Option<&Queries>,
    accept: Option<&str>,
) -> Result<Imported, Error> {
    let regions = Regions::read(&data.join("regions/gemeenten.csv"))?;
    let (sidecar, known, frame) = read(folder, &regions, only_asked)?;
    take(data, &regions, (sidecar, frame), &known, accept)
}

/// Holds a release against the one before it, writes it and uses it. `offered` is what its source has, also what was not
/// kept.
pub(super) fn take(
    data: &Path,
    regions: &Regions,
    (mut sidecar, mut frame): (Sidecar, DataFrame),
    offered: &[TopicMeta],
    accept: Option<&str>,
) -> Result<Imported, Error> {
    let (table, topics) = (sidecar.table.clone(), sidecar.topics.len());
    let store = Store::new(data);
    // what another import or a fetch pins meanwhile must stay
    let _locks = store.wait()?;
    let mut lock = store.lock()?;
    let pinned = lock.tables.get(&table);
    let before = pinned.and_then(|release| store.sidecar(&table, release).ok());
    // what another publisher calls by this id is no release of the same table
    let is_other = before.is_some_and(|before| before.publisher != sidecar.publisher);
    let door = Door {
        store: &store,
        lock: &lock,
        pinned: pinned.filter(|_| !is_other).map(String::as_str),
        regions: Some(regions),
        offered: Some(offered),
        accept,
    };
    let mut judged = door.judge(&sidecar, frame.height(), || Ok(frame.clone()))?;
    sidecar.accepted = judged.accepted;
    if is_other {
        let publisher = &sidecar.publisher;
        judged.notes.push(format!(
            "the release before is not of `{publisher}`: it was not held against it"
        ));
    }
    let release = store.write(sidecar, &mut frame)?;
    lock.tables.insert(table.clone(), release.clone());
    store.write_lock(&lock)?;
    Ok(Imported::Table {
        table,
        release,
        topics,
        rows: frame.height(),
        notes: judged.notes,
    })
}

/// What a folder holds: its sidecar, all topics that it offers, and the rows that are kept.
fn read(
    folder: &Path,
    regions: &Regions,
    only_asked: Option<&Queries>,
) -> Result<(Sidecar, Vec<TopicMeta>, DataFrame), Error> {
    let source = Source::read(folder)?;
    let known = read_topics(&folder.join("topics.csv"))?;
    let kept = match only_asked {
        None => known.iter().map(|topic| topic.key.clone()).collect(),
        Some(queries) => asked_keys(queries, &source.id, &known)?,
    };
    let path = folder.join("observations.csv");
    let (bytes, source_sha256) = read_proven(&path, &source.sha256)?;
    let mut sidecar = Sidecar {
        table: source.id.clone(),
        title: source.title.clone(),
        publisher: source.publisher.clone(),
        link: source.statline_url.clone(),
        release: source.release.clone(),
        modified: source.modified.clone(),
        retrieved: source.retrieved.clone(),
        boundaries: source.boundaries.clone(),
        license: source.license.clone(),
        source_sha256,
        caveats: source.caveats.clone(),
        ..Sidecar::default()
    };
    let mut reading = Reading {
        path: &path,
        known: known
            .iter()
            .map(|topic| (topic.key.as_str(), bounds(topic)))
            .collect(),
        kept: &kept,
        regions,
        boundaries: boundaries(&sidecar, &source, regions)?,
        periods: source.periods.as_deref(),
        last_year: last_year(&source, regions),
        seen: BTreeSet::new(),
        texts: BTreeMap::new(),
    };
    let (columns, read) = reading.observations(&bytes)?;
    agree(&source, &known, &read, folder)?;
    let frame = columns.into_frame().map_err(|error| Error::Polars {
        table: source.id.clone(),
        source: error,
    })?;
    sidecar.periods = read.periods.into_iter().collect();
    let is_kept = |topic: &&TopicMeta| kept.contains(&topic.key);
    sidecar.topics = known.iter().filter(is_kept).cloned().collect();
    Ok((sidecar, known, frame))
}

fn bounds(topic: &TopicMeta) -> Bounds {
    Bounds::of(&topic.title, &topic.unit, topic.decimals)
}

/// The lists of gemeenten that the table follows, of which there must be one.
fn boundaries(sidecar: &Sidecar, source: &Source, regions: &Regions) -> Result<Boundaries, Error> {
    let boundaries = sidecar.boundaries()?;
    match boundaries {
        Boundaries::Year(year) if !has_list(regions, year) => Err(source.wrong(
            "boundaries",
            format!("there is no list of gemeenten of {year}"),
            "`period`, `period-or-next` or a year of `data/regions/gemeenten.csv`; import a newer list first",
        )),
        known => Ok(known),
    }
}

fn has_list(regions: &Regions, year: i32) -> bool {
    year <= regions.last_year() && regions.in_year(year).next().is_some()
}

/// The last year that figures can be of: a budget is of the next year, and nothing is later.
fn last_year(source: &Source, regions: &Regions) -> i32 {
    let dates = [&source.retrieved, &source.modified];
    let years = dates
        .into_iter()
        .filter_map(|date| date.get(..4)?.parse().ok());
    years.fold(regions.last_year(), i32::max) + 1
}

/// What `source.toml` says of rows, topics and periods must be what the files have.
fn agree(source: &Source, known: &[TopicMeta], read: &Read, folder: &Path) -> Result<(), Error> {
    for (key, said, found) in [
        ("rows", source.rows, read.rows),
        ("topics", source.topics, known.len()),
    ] {
        if let Some(said) = said.filter(|said| *said != found) {
            let message = format!("`{key} = {said}`, and the file has {found}");
            return Err(source.wrong(
                key,
                message,
                "what was written beside the file: get both anew",
            ));
        }
    }
    let gone = |period: &&String| !read.periods.contains(period.as_str());
    if let Some(period) = source.periods.iter().flatten().find(gone) {
        let message = format!("period `{period}` has no line in `observations.csv`");
        return Err(source.wrong("periods", message, "the periods that the file has"));
    }
    let silent = |(_, topic): &(u64, &TopicMeta)| !read.topics.contains(&*topic.key);
    match (2..).zip(known).find(silent) {
        None => Ok(()),
        Some((line, topic)) => Err(Error::wrong(
            &folder.join("topics.csv"),
            line,
            format!("topic `{}` has no line in `observations.csv`", topic.key),
            "figures, or a reason why each is missing",
        )),
    }
}

/// The bytes of a file, which must be those that its source speaks of, and their hash.
fn read_proven(path: &Path, sha256: &str) -> Result<(Vec<u8>, String), Error> {
    let bytes = files::at("read", path, std::fs::read(path))?;
    let found = files::sha256(&bytes);
    if found.eq_ignore_ascii_case(sha256.trim()) {
        return Ok((bytes, found));
    }
    let with_lf = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let is = |text: &str| files::sha256(text.as_bytes()).eq_ignore_ascii_case(sha256.trim());
    let damage = if is(&with_lf) {
        Damage::LineEnds
    } else if is(with_lf.trim_start_matches('\u{feff}')) {
        Damage::ByteOrderMark
    } else if sha256.trim().len() != found.len() {
        Damage::NoHash
    } else {
        Damage::Other
    };
    Err(Error::Hash {
        path: path.to_owned(),
        expected: sha256.to_owned(),
        found,
        damage,
    })
}

fn asked_keys(
    queries: &Queries,
    table: &str,
    known: &[TopicMeta],
) -> Result<BTreeSet<String>, Error> {
    let not_asked = || Error::NotAsked {
        table: table.to_owned(),
    };
    let table = queries.tables.get(table).ok_or_else(not_asked)?;
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for asked in topics::asked_of(queries, table) {
        keys.extend(asked.keys(known)?.into_iter().map(str::to_owned));
    }
    if keys.is_empty() {
        Err(not_asked())
    } else {
        Ok(keys)
    }
}

fn read_topics(path: &Path) -> Result<Vec<TopicMeta>, Error> {
    let mut topics: Vec<TopicMeta> = Vec::new();
    for_each_line(
        path,
        &files::at("read", path, std::fs::read(path))?,
        &TOPICS,
        |line, cells| {
            let wrong =
                |message: String, expected: &str| Err(Error::wrong(path, line, message, expected));
            let [key, title, unit, decimals, presentation, ..] = cells;
            for (name, text) in [("topic", key), ("title", title), ("unit", unit)] {
                if text.trim() != text || text.is_empty() && name != "unit" {
                    return wrong(
                        format!("{name} `{text}`"),
                        "a text without blanks around it",
                    );
                }
            }
            let Some(decimals) = decimals.parse().ok().filter(|decimals| *decimals < 10) else {
                return wrong(format!("decimals `{decimals}`"), "a whole number below 10");
            };
            if topics.iter().any(|known| known.key == key) {
                return wrong(format!("topic `{key}` twice"), "one line per topic");
            }
            let is_so_called = |known: &&TopicMeta| known.title == title && known.unit == unit;
            if let Some(known) = topics.iter().find(is_so_called) {
                let message = format!(
                    "topics `{}` and `{key}` are both `{title}`, in `{unit}`",
                    known.key
                );
                return wrong(message, "a title path and unit that no other topic has");
            }
            let topic = TopicMeta {
                key: key.to_owned(),
                title: title.to_owned(),
                unit: unit.to_owned(),
                decimals,
                relative: false,
            };
            topics.push(topic.presented(presentation));
            Ok(())
        },
    )?;
    Ok(topics)
}

/// Year, value, kind of missing and status of one line.
type CheckedLine = (i32, Option<f64>, Missing, Status);

/// What a file of observations has.
#[derive(Default)]
struct Read {
    rows: usize,
    periods: BTreeSet<String>,
    topics: BTreeSet<Arc<str>>,
}

/// Reading one file of observations.
struct Reading<'a> {
    path: &'a Path,
    known: BTreeMap<&'a str, Bounds>,
    kept: &'a BTreeSet<String>,
    regions: &'a Regions,
    boundaries: Boundaries,
    periods: Option<&'a [String]>,
    last_year: i32,
    seen: BTreeSet<(Arc<str>, Arc<str>, Arc<str>)>,
    /// Each name once, however often it stands in the file.
    texts: BTreeMap<String, Arc<str>>,
}

impl Reading<'_> {
    /// The observations that are kept, and what there is of all.
    fn observations(&mut self, bytes: &[u8]) -> Result<(Columns, Read), Error> {
        let mut columns = Columns::default();
        let mut read = Read::default();
        for_each_line(self.path, bytes, &OBSERVATIONS, |line, cells| {
            let [region, period, topic, value, missing, _] = cells;
            read.rows += 1;
            // CBS keeps the codes of gemeenten that ended long ago, as cells that cannot exist
            let is_ended = is_gemeente_code(region) && missing == "impossible" && value.is_empty();
            if is_ended && RegionId::parse(region).is_none_or(|region| !self.regions.knows(region))
            {
                return Ok(());
            }
            let (year, value, missing, status) = self
                .checked(cells, is_ended)
                .map_err(|(message, expected)| Error::wrong(self.path, line, message, expected))?;
            let key = (self.shared(topic), self.shared(period), self.shared(region));
            if !self.seen.insert(key.clone()) {
                let message = format!("`{region}` has topic `{topic}` in `{period}` twice");
                return Err(Error::wrong(self.path, line, message, "one line per cell"));
            }
            if !read.periods.contains(period) {
                read.periods.insert(period.to_owned());
            }
            if self.kept.contains(topic) && (region.starts_with("GM") || region == NEDERLAND) {
                columns.push(&key.2, &key.1, year, &key.0, value, missing, status);
            }
            read.topics.insert(key.0);
            Ok(())
        })?;
        Ok((columns, read))
    }

    /// Year, value, kind of missing and status of a line; or what is wrong with it, and what was expected.
    fn checked(&self, cells: [&str; 6], is_ended: bool) -> Result<CheckedLine, Wrong> {
        let [region, period, topic, value, missing, status] = cells;
        self.known_region(region, period)?;
        let year = calendar_year(period)?;
        if self
            .periods
            .is_some_and(|said| said.iter().all(|said| said != period))
        {
            let message = format!("`{period}` is none of the periods");
            return Err((message, "one of the `periods` of `source.toml`".to_owned()));
        }
        if year > self.last_year {
            let message = format!("`{period}` had not begun when the figures were brought");
            return Err((message, format!("a year up to {}", self.last_year)));
        }
        if !is_ended {
            self.listed_region(region, year)?;
        }
        let Some(bounds) = self.known.get(topic) else {
            let message = format!("unknown topic `{topic}`");
            return Err((message, "a topic of `topics.csv`".to_owned()));
        };
        let word = |word: UnknownWord| {
            (
                word.to_string(),
                "a kind of missing and a status".to_owned(),
            )
        };
        let missing: Missing = missing.parse().map_err(word)?;
        let status: Status = status.parse().map_err(word)?;
        let value = match value {
            "" => None,
            text => Some(bounds.read(text)?),
        };
        if value.is_some() != (missing == Missing::None) {
            return Err((
                "a value and a kind of missing".to_owned(),
                "a value with `none`, or no value with a reason".to_owned(),
            ));
        }
        Ok((year, value, missing, status))
    }

    /// The code is one of Nederland, a landsdeel, a province or a gemeente that is or was.
    fn known_region(&self, code: &str, period: &str) -> Result<(), Wrong> {
        let is_known = match code.split_at_checked(2) {
            Some(("GM", _)) => {
                RegionId::parse(code).is_some_and(|region| self.regions.knows(region))
            }
            Some(("PV", number)) => is_number_of(number, 20..=31),
            Some(("LD", number)) => is_number_of(number, 1..=4),
            _ => code == NEDERLAND,
        };
        if is_known {
            return Ok(());
        }
        let expected = "a code of `data/regions/gemeenten.csv`, NL01, PV or LD".to_owned();
        // blanks around it, small letters, a number without letters or zeros: the code that is meant shows
        let bare = code.trim().to_ascii_uppercase();
        let digits = bare.strip_prefix("GM").unwrap_or(&bare);
        let meant = if bare == "NL00" {
            NEDERLAND.to_owned()
        } else {
            format!("GM{digits:0>4}")
        };
        let is_one = meant == NEDERLAND
            || RegionId::parse(&meant).is_some_and(|region| self.regions.knows(region));
        let hint = if is_one {
            format!("`{meant}`, or {expected}")
        } else {
            expected
        };
        Err((format!("unknown region `{code}` in `{period}`"), hint))
    }

    /// A gemeente is in a list that the table follows.
    fn listed_region(&self, code: &str, year: i32) -> Result<(), Wrong> {
        let Some(region) = RegionId::parse(code).filter(|region| *region != RegionId::NEDERLAND)
        else {
            return Ok(());
        };
        let lists = match self.boundaries {
            Boundaries::Period => year..=year,
            Boundaries::PeriodOrNext => year..=year + 1,
            Boundaries::Year(list) => list..=list,
        };
        let is_listed =
            |list: i32| has_list(self.regions, list) && self.regions.exists(region, list);
        if lists.clone().any(is_listed) {
            return Ok(());
        }
        let span = self
            .regions
            .get(region)
            .map_or_else(String::new, |gemeente| {
                format!(
                    ": {} is one of {} to {}",
                    gemeente.name, gemeente.from, gemeente.to
                )
            });
        let first = lists.start();
        Err((
            format!("`{code}` is no gemeente of {first}, where `{year}JJ00` has it{span}"),
            format!(
                "a gemeente of 1 January {first}, for that is the list that `boundaries` names"
            ),
        ))
    }

    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(text.to_owned(), Arc::clone(&new));
        new
    }
}

fn is_number_of(text: &str, numbers: std::ops::RangeInclusive<u32>) -> bool {
    text.len() == 2 && text.parse().is_ok_and(|number| numbers.contains(&number))
}

fn is_gemeente_code(code: &str) -> bool {
    code.strip_prefix("GM")
        .is_some_and(|number| number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Hands over each line with its number; the header must be exactly this.
fn for_each_line<const N: usize>(
    path: &Path,
    bytes: &[u8],
    header: &[&str; N],
    mut each: impl FnMut(u64, [&str; N]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let mut lines = Lines::of(bytes);
    let csv_error = |line: u64, error: &csv::Error| {
        Error::wrong(path, line, error.to_string(), format!("{N} cells of UTF-8"))
    };
    let found = reader.headers().map_err(|error| csv_error(1, &error))?;
    if found.iter().ne(header.iter().copied()) {
        let found = found.iter().collect::<Vec<_>>().join(",");
        return Err(Error::wrong(
            path,
            1,
            format!("the header is `{found}`"),
            format!("`{}`", header.join(",")),
        ));
    }
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| csv_error(lines.at(error.position()), &error))?
    {
        each(
            lines.at(record.position()),
            std::array::from_fn(|cell| record.get(cell).unwrap_or_default()),
        )?;
    }
    Ok(())
}
