//! Files as people have them: a table downloaded from StatLine's own page, or the Kiesraad's result per gemeente.
//!
//! In: one CSV file, and the release of the table that is used. Out: a release of that table in which the columns of the
//! file (each topic and year) are new, and all others as they were. Fails, with the line, on what cannot be placed or read,
//! and where it does not show which table it is. The file tells neither its table nor its release: the first follows from
//! its name, the second is `unknown`.

mod buurten;
mod cells;
mod columns;
mod join;
mod kiesraad;
mod lines;
mod places;
mod sheet;
mod statline;
mod table_of;
mod topics;

use std::path::Path;

use super::{Error, Imported, table};
use crate::gemeente::Regions;
use crate::query::Queries;
use crate::source::snapshot::{Boundaries, Sidecar, Store, TopicMeta};

use self::buurten::Buurten;
use self::cells::Cell;
use self::sheet::Sheet;

/// What a download holds, before it is joined with what is here.
#[derive(Debug)]
struct Download {
    table: String,
    title: String,
    publisher: String,
    license: String,
    link: String,
    /// The list of gemeenten that it follows.
    boundaries: Boundaries,
    topics: Vec<TopicMeta>,
    cells: Vec<Cell>,
    /// Its wijken and buurten, where those are asked.
    buurten: Option<Buurten>,
    /// When it was downloaded, where its name says so.
    retrieved: Option<String>,
    sha256: String,
    /// What a user of the figures must know.
    caveats: Vec<String>,
    /// What else there is to say.
    notes: Vec<String>,
}

impl Default for Download {
    fn default() -> Self {
        Self {
            table: String::new(),
            title: String::new(),
            publisher: String::new(),
            license: String::new(),
            link: String::new(),
            boundaries: Boundaries::Period,
            topics: Vec::new(),
            cells: Vec::new(),
            buurten: None,
            retrieved: None,
            sha256: String::new(),
            caveats: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// What was asked of an import.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Whether only the topics are kept that the queries ask.
    pub only_asked: bool,
    /// The table, where it was typed.
    pub table: Option<&'a str>,
    /// Why a release that does not look right is taken all the same.
    pub accept: Option<&'a str>,
}

/// Whether a file is a download, by its first line.
pub fn is_download(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let start = std::fs::File::open(path).and_then(|file| {
        use std::io::{BufRead, BufReader, Read};
        let mut line = Vec::new();
        // a header of all topics of a table is long, one without end is none
        BufReader::new(file.take(1 << 20)).read_until(b'\n', &mut line)?;
        Ok(line)
    });
    let line = start.unwrap_or_default();
    let line = String::from_utf8_lossy(&line);
    let header = sheet::header(&line);
    kiesraad::is_one(&header) || columns::is_statline(&header)
}

/// Imports a download.
///
/// # Errors
/// When it cannot be read or placed, does not look right beside the release before, or cannot be written.
pub fn import(
    path: &Path,
    data: &Path,
    queries: &Queries,
    asked: Asked<'_>,
) -> Result<Imported, Error> {
    let regions = Regions::read(&data.join("regions/gemeenten.csv"))?;
    let store = Store::new(data);
    let sheet = Sheet::read(path)?;
    let of = Of {
        path,
        sheet: &sheet,
        regions: &regions,
        queries,
        store: &store,
        asked,
    };
    let mut download = if kiesraad::is_one(&sheet.header) {
        kiesraad::read(&of)?
    } else {
        statline::read(&of)?
    };
    let joined = join::join(&of, &download)?;
    let (buurten, mut notes) = (download.buurten.take(), std::mem::take(&mut download.notes));
    // they come in once the figures of gemeenten may
    let take_buurten = || buurten.map_or(Ok(Vec::new()), |buurten| buurten.take(&of, &download));
    if joined.is_same {
        notes.extend(take_buurten()?);
        notes.push("it says what the release that is used says: nothing changed".to_owned());
        let (table, release) = (joined.sidecar.table, joined.release.unwrap_or_default());
        let (topics, rows) = (joined.sidecar.topics.len(), joined.frame.height());
        return Ok(Imported::Table {
            table,
            release,
            topics,
            rows,
            notes,
        });
    }
    notes.extend(joined.notes);
    let offered = joined.sidecar.topics.clone();
    let taken = table::take(
        data,
        &regions,
        (joined.sidecar, joined.frame),
        &offered,
        asked.accept,
    )?;
    notes.extend(take_buurten()?);
    Ok(taken.led_by(notes))
}

/// All that a download is read beside.
struct Of<'a> {
    path: &'a Path,
    sheet: &'a Sheet,
    regions: &'a Regions,
    queries: &'a Queries,
    store: &'a Store,
    asked: Asked<'a>,
}

impl Of<'_> {
    /// The name of the file.
    fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The release of a table that is used, with its sidecar, where there is one.
    fn used(&self, table: &str) -> Result<Option<(String, Sidecar)>, Error> {
        let Some(release) = self.store.lock()?.tables.get(table).cloned() else {
            return Ok(None);
        };
        let sidecar = self.store.sidecar(table, &release)?;
        Ok(Some((release, sidecar)))
    }
}

/// The day in the name of a download, `…_11122025_135329.csv`.
fn downloaded(name: &str) -> Option<String> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut parts = stem
        .rsplit('_')
        .map(|part| part.split(' ').next().unwrap_or_default());
    let days =
        parts.find(|part| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (day, rest) = days.split_at(2);
    let (month, year) = rest.split_at(2);
    let date = format!("{year}-{month}-{day}");
    crate::base::form::is_date(&date).then_some(date)
}

/// What a sidecar calls such a release.
fn release(what: &str, retrieved: Option<&str>) -> String {
    retrieved.map_or_else(
        || format!("{what} of an unknown day"),
        |day| format!("{what} of {day}"),
    )
}

/// A line that names the file where a part of a release came from.
fn origin(of: &Of<'_>, download: &Download, what: &str) -> String {
    let day = download
        .retrieved
        .as_ref()
        .map_or_else(String::new, |day| format!(", downloaded on {day}"));
    format!(
        "From the file `{}` (sha256 {}{day}): {what}.",
        of.name(),
        download.sha256
    )
}

/// An error that names the file without a line.
fn wrong(of: &Of<'_>, message: String, expected: impl Into<String>) -> Error {
    Error::wrong(of.path, 0, message, expected)
}
