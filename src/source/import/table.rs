//! A table: header, regions, periods, numbers, kinds of missing and duplicates are checked line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::{Error, Imported, Source};
use crate::base::files;
use crate::base::observation::{Missing, Status, UnknownWord};
use crate::gemeente::{NEDERLAND, RegionId, Regions};
use crate::query::Queries;
use crate::source::snapshot::{Columns, Sidecar, Store, TopicMeta};
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
) -> Result<Imported, Error> {
    let source = Source::read(folder)?;
    let known = read_topics(&folder.join("topics.csv"))?;
    let kept = match only_asked {
        None => known.iter().map(|topic| topic.key.clone()).collect(),
        Some(queries) => asked_keys(queries, &source.id, &known)?,
    };
    let regions = Regions::read(&data.join("regions/gemeenten.csv"))?;

    let path = folder.join("observations.csv");
    let bytes = read_proven(&path, &source.sha256)?;
    let mut reading = Reading {
        path: &path,
        known: known.iter().map(|topic| topic.key.as_str()).collect(),
        kept: &kept,
        regions: &regions,
        seen: BTreeSet::new(),
        texts: BTreeMap::new(),
    };
    let (columns, periods) = reading.observations(&bytes)?;
    let polars = |error| Error::Polars {
        table: source.id.clone(),
        source: error,
    };
    let mut frame = columns.into_frame().map_err(polars)?;

    let sidecar = Sidecar {
        table: source.id.clone(),
        title: source.title,
        publisher: source.publisher,
        link: source.statline_url,
        release: source.release,
        modified: source.modified,
        retrieved: source.retrieved,
        boundaries: source.boundaries,
        license: source.license,
        periods,
        source_sha256: source.sha256,
        caveats: source.caveats,
        topics: known
            .into_iter()
            .filter(|topic| kept.contains(&topic.key))
            .collect(),
        ..Sidecar::default()
    };
    sidecar.boundaries()?;
    let topics = sidecar.topics.len();
    let store = Store::new(data);
    let mut lock = store.lock()?;
    let release = store.write(sidecar, &mut frame)?;
    lock.tables.insert(source.id.clone(), release.clone());
    store.write_lock(&lock)?;
    Ok(Imported::Table {
        table: source.id,
        release,
        topics,
        rows: frame.height(),
    })
}

/// The bytes of a file, which must be those that its source speaks of.
fn read_proven(path: &Path, sha256: &str) -> Result<Vec<u8>, Error> {
    let bytes = files::at("read", path, std::fs::read(path))?;
    let found = files::sha256(&bytes);
    if found == sha256 {
        Ok(bytes)
    } else {
        Err(Error::Hash {
            path: path.to_owned(),
            expected: sha256.to_owned(),
            found,
        })
    }
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
            let decimals = cells[3];
            let topic = TopicMeta {
                key: cells[0].to_owned(),
                title: cells[1].to_owned(),
                unit: cells[2].to_owned(),
                decimals: decimals.parse().map_err(|_| {
                    Error::wrong(
                        path,
                        line,
                        format!("decimals `{decimals}`"),
                        "a whole number",
                    )
                })?,
                relative: false,
            };
            let topic = topic.presented(cells[4]);
            if topics.iter().any(|known| known.key == topic.key) {
                return Err(Error::wrong(
                    path,
                    line,
                    format!("topic `{}` twice", topic.key),
                    "one line per topic",
                ));
            }
            topics.push(topic);
            Ok(())
        },
    )?;
    Ok(topics)
}

/// Year, value, kind of missing and status of one line.
type CheckedLine = (i32, Option<f64>, Missing, Status);

/// Reading one file of observations.
struct Reading<'a> {
    path: &'a Path,
    known: BTreeSet<&'a str>,
    kept: &'a BTreeSet<String>,
    regions: &'a Regions,
    seen: BTreeSet<(Arc<str>, Arc<str>, Arc<str>)>,
    /// Each name once, however often it stands in the file.
    texts: BTreeMap<String, Arc<str>>,
}

impl Reading<'_> {
    /// The observations that are kept, and the periods of all.
    fn observations(&mut self, bytes: &[u8]) -> Result<(Columns, Vec<String>), Error> {
        let mut columns = Columns::default();
        let mut periods = BTreeSet::new();
        for_each_line(self.path, bytes, &OBSERVATIONS, |line, cells| {
            let [region, period, topic, value, missing, _] = cells;
            // CBS keeps the codes of gemeenten that ended long ago, as cells that cannot exist
            let is_ended = is_gemeente_code(region) && missing == "impossible" && value.is_empty();
            if is_ended && !self.is_region(region) {
                return Ok(());
            }
            let (year, value, missing, status) = self
                .checked(cells)
                .map_err(|(message, expected)| Error::wrong(self.path, line, message, expected))?;
            let key = (self.shared(topic), self.shared(period), self.shared(region));
            if !self.seen.insert(key.clone()) {
                let message = format!("`{region}` has topic `{topic}` in `{period}` twice");
                return Err(Error::wrong(self.path, line, message, "one line per cell"));
            }
            periods.insert(period.to_owned());
            if self.kept.contains(topic) && (region.starts_with("GM") || region == NEDERLAND) {
                columns.push(&key.2, &key.1, year, &key.0, value, missing, status);
            }
            Ok(())
        })?;
        Ok((columns, periods.into_iter().collect()))
    }

    /// Year, value, kind of missing and status of a line; or what is wrong with it, and what was expected.
    fn checked(&self, cells: [&str; 6]) -> Result<CheckedLine, (String, &'static str)> {
        let [region, period, topic, value, missing, status] = cells;
        if !self.is_region(region) {
            return Err((
                format!("unknown region `{region}`"),
                "a code of `data/regions/gemeenten.csv`, NL01, PV or LD",
            ));
        }
        let year = year_of(period).ok_or_else(|| {
            let message = format!("`{period}` is no period");
            (message, "eight signs such as `2021JJ00`")
        })?;
        if !self.known.contains(topic) {
            let message = format!("unknown topic `{topic}`");
            return Err((message, "a topic of `topics.csv`"));
        }
        let word = |word: UnknownWord| (word.to_string(), "a kind of missing and a status");
        let missing: Missing = missing.parse().map_err(word)?;
        let status: Status = status.parse().map_err(word)?;
        let value = match value {
            "" => None,
            text => Some(plain_number(text).ok_or_else(|| {
                let message = format!("`{text}` is no number");
                (message, "digits with a decimal point")
            })?),
        };
        if value.is_some() != (missing == Missing::None) {
            return Err((
                "a value and a kind of missing".to_owned(),
                "a value with `none`, or no value with a reason",
            ));
        }
        Ok((year, value, missing, status))
    }

    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(text.to_owned(), Arc::clone(&new));
        new
    }

    fn is_region(&self, code: &str) -> bool {
        match code.split_at_checked(2) {
            Some(("GM", _)) => {
                RegionId::parse(code).is_some_and(|region| self.regions.knows(region))
            }
            Some(("PV" | "LD", number)) => {
                number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit())
            }
            _ => code == NEDERLAND,
        }
    }
}

/// A number as sources print it: `inf`, `1e5` and `+1` parse too, but are none.
fn plain_number(text: &str) -> Option<f64> {
    let is_plain = |b: u8| b.is_ascii_digit() || b == b'.' || b == b'-';
    text.parse().ok().filter(|_| text.bytes().all(is_plain))
}

fn is_gemeente_code(code: &str) -> bool {
    code.strip_prefix("GM")
        .is_some_and(|number| number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// The year of a period such as `2021JJ00`.
fn year_of(period: &str) -> Option<i32> {
    let (year, kind) = period.split_at_checked(4)?;
    let kind_is_right = kind.len() == 4 && kind.bytes().all(|b| b.is_ascii_alphanumeric());
    year.parse().ok().filter(|_| kind_is_right)
}

/// Hands over each line with its number; the header must be exactly this.
fn for_each_line<const N: usize>(
    path: &Path,
    bytes: &[u8],
    header: &[&str; N],
    mut each: impl FnMut(u64, [&str; N]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let csv_error = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        Error::wrong(path, line, error.to_string(), format!("{N} cells of UTF-8"))
    };
    let found = reader.headers().map_err(csv_error)?;
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
    while reader.read_record(&mut record).map_err(csv_error)? {
        let line = record.position().map_or(0, csv::Position::line);
        each(
            line,
            std::array::from_fn(|cell| record.get(cell).unwrap_or_default()),
        )?;
    }
    Ok(())
}
