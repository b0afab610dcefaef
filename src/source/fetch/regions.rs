//! `fetch --update` brings the list of gemeenten and the log of herindelingen as well, from the table of inhabitants.
//!
//! In: the queries, CBS, and what is in `data/regions/`. Out: a [`RegionsReport`]. It comes before the tables, which are
//! then held against the new list. What would be lost, or cannot be read, keeps the list out until a person accepts it.
//! CBS peculiarity: the list is part of a table of figures and has its release; a table may have gone on to a year for
//! which nobody has borders yet.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, Options, request, tables};
use crate::base::csv;
use crate::base::failure::Report;
use crate::base::files;
use crate::gemeente::{Geometry, Regions};
use crate::query::{Queries, Service, Table};
use crate::source::cbs::{Client, Progress, RegionList, Release};
use crate::source::regions::{self, Compared, Held, Lists, Parsed};
use crate::source::snapshot::{Accepted, Store};

/// How the list of gemeenten and herindelingen was brought, with all that there is to say.
#[derive(Debug, Serialize)]
pub struct RegionsReport {
    /// The table whose list of regions was read.
    pub table: String,
    /// Whether something came in.
    pub outcome: Brought,
    /// The release of the table; empty when it failed.
    pub release: String,
    /// What came, changed, or is told by one side only.
    pub notes: Vec<String>,
    /// What must be heard.
    pub warnings: Vec<String>,
    /// What only matters to who looks closely: lines of before the first list that could not be read.
    pub old: Vec<String>,
    /// Why it failed.
    #[serde(skip)]
    pub error: Option<Error>,
    /// The same as text.
    #[serde(rename = "error", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What became of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Brought {
    /// It came in, with something that was not here.
    New,
    /// It says what is here.
    Unchanged,
    /// What is here is of a later year, or the list tells nothing.
    Left,
    /// It failed or is held back.
    Failed,
}

/// What `data/regions/source.toml` says of a list that was fetched.
#[derive(Deserialize, Serialize)]
struct Sidecar {
    title: String,
    publisher: String,
    license: String,
    link: String,
    caveats: Vec<String>,
    fetched: Fetched,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepted: Option<Accepted>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Fetched {
    table: String,
    service: String,
    modified: String,
    version: String,
    retrieved: String,
}

/// What must be known of lists that CBS's list of regions makes.
const CAVEATS: [&str; 4] = [
    "A gemeente is on the list of a year when it existed on 1 January, by what CBS's list of regions says of its beginning and end; each list also follows from the one before by the log.",
    "Names are those of today, also in earlier years.",
    "The log is what gemeenten gave and received by the texts under them; what moved abroad is left out.",
    "A change within a year lies between the lists of two years: Weesp (GM0457) ended on 2022-03-24 and is on the list of 2022.",
];

/// Brings the list; nothing where it is not asked: without `--update`, or with other tables than that of inhabitants.
///
/// # Errors
/// When a table that was named is not in the queries.
pub fn bring(
    client: &Client,
    queries: &Queries,
    data: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Option<RegionsReport>, Error> {
    let named = tables(queries, &options.tables)?;
    let Some(table) = of_inhabitants(queries)
        .filter(|table| options.update && named.iter().any(|of| of.id == table.id))
    else {
        return Ok(None);
    };
    let mut report = RegionsReport {
        table: table.id.clone(),
        outcome: Brought::Unchanged,
        release: String::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        old: Vec::new(),
        error: None,
        message: None,
    };
    if let Err(error) = read(
        client,
        (queries, table),
        data,
        options,
        progress,
        &mut report,
    ) {
        report.outcome = Brought::Failed;
        report.message = Some(error.to_string());
        report.error = Some(error);
    }
    Ok(Some(report))
}

/// The table in OData that has inhabitants of the latest year.
pub fn of_inhabitants(queries: &Queries) -> Option<&Table> {
    let sources = queries[queries.inhabitants].sources.iter();
    let in_odata = sources.flat_map(|source| {
        let tables = queries
            .tables_of(source)
            .filter(|table| table.service != Service::File);
        tables.map(move |table| (source.years.to, table))
    });
    // of those that go on as long, the first
    let latest = in_odata.fold(None, |best: Option<(i32, &Table)>, one| match best {
        Some(best) if best.0 >= one.0 => Some(best),
        _ => Some(one),
    });
    latest
        .map(|(_, table)| table)
        .filter(|table| table.period.is_none())
}

fn read(
    client: &Client,
    (queries, table): (&Queries, &Table),
    data: &Path,
    options: &Options,
    progress: &dyn Progress,
    report: &mut RegionsReport,
) -> Result<(), Error> {
    let store = Store::new(data);
    let pinned = store.lock()?.tables.get(&table.id).cloned();
    let pinned = pinned.and_then(|release| store.sidecar(&table.id, &release).ok());
    let (request, _) = request::request(queries, table, pinned.as_ref())?;
    let folder = data.join("regions");
    let held = held(&folder, &table.id);
    let release = held.as_ref().map(|held| {
        let release = Release {
            modified: held.modified.clone(),
            version: held.version.clone(),
        };
        (held.service.clone(), release)
    });
    let known = release
        .as_ref()
        .map(|(service, release)| (service.as_str(), release));
    let Some(list) = client.region_list(&request, known, progress)? else {
        report.release = release.map_or_else(String::new, |(_, release)| release.modified);
        return borders(data, report);
    };
    report.release.clone_from(&list.release.modified);
    // what another run changes meanwhile must not be lost
    let _lock = files::FolderLock::wait_for(&folder)?;
    let is_here = folder.join("gemeenten.csv").exists();
    let here = if is_here {
        Some(Regions::read(&folder.join("gemeenten.csv"))?)
    } else {
        None
    };
    let parsed = match regions::parse(&list, here.as_ref()) {
        Err(error @ regions::Error::NoTexts { .. }) => {
            report.outcome = Brought::Left;
            let hint = error.hint().unwrap_or_default();
            report.warnings.push(format!("{error}: {hint}"));
            return Ok(());
        }
        parsed => parsed?,
    };
    let compared = if is_here {
        Compared::of(&parsed.lists, &folder)?
    } else {
        Compared::default()
    };
    take(&parsed, compared, &list, data, options, report)?;
    report.old = parsed.old;
    borders(data, report)
}

/// Takes a list in, when it may.
fn take(
    parsed: &Parsed,
    compared: Compared,
    list: &RegionList,
    data: &Path,
    options: &Options,
    report: &mut RegionsReport,
) -> Result<(), Error> {
    let Lists {
        regions,
        gemeenten,
        herindelingen,
    } = &parsed.lists;
    if compared.is_older {
        report.outcome = Brought::Left;
        let last = regions.last_year();
        report.notes.push(format!(
            "the list at CBS ends with {last}, and what is here is of a later year: it stays"
        ));
        return Ok(());
    }
    let unread = parsed
        .unread
        .iter()
        .map(|line| format!("not understood: {line}"));
    let findings: Vec<String> = compared.findings.into_iter().chain(unread).collect();
    let accepted = match (&options.accept, findings.is_empty()) {
        (_, true) => None,
        (None, false) => return Err(Held { findings }.into()),
        (Some(reason), false) => {
            report.warnings.extend(
                findings
                    .iter()
                    .map(|finding| format!("accepted: {finding}")),
            );
            Some(Accepted {
                reason: reason.clone(),
                findings,
            })
        }
    };
    let is = |name: &str, bytes: &[u8]| {
        std::fs::read(data.join("regions").join(name)).is_ok_and(|old| old == bytes)
    };
    if !(is("gemeenten.csv", gemeenten) && is("herindelingen.csv", herindelingen)) {
        report.outcome = Brought::New;
    }
    report.notes.extend(compared.notes);
    report.notes.extend(parsed.notes.iter().cloned());
    let sidecar = Sidecar {
        title: format!(
            "Gemeenten per jaar en gemeentelijke herindelingen {}-{}",
            regions.first_year(),
            regions.last_year()
        ),
        publisher: "CBS".to_owned(),
        license: "CC BY 4.0, CBS (bron: CBS StatLine)".to_owned(),
        link: format!(
            "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/{}",
            list.table
        ),
        caveats: CAVEATS.map(str::to_owned).to_vec(),
        fetched: Fetched {
            table: list.table.clone(),
            service: list.service.to_owned(),
            modified: list.release.modified.clone(),
            version: list.release.version.clone(),
            retrieved: jiff::Timestamp::now()
                .to_string()
                .get(..10)
                .unwrap_or_default()
                .to_owned(),
        },
        accepted,
    };
    let text = toml::to_string(&sidecar).map_err(|error| {
        csv::wrong(
            Path::new("source.toml"),
            0,
            error.to_string(),
            "texts that fit TOML",
        )
    })?;
    parsed.lists.write(data, &text)?;
    Ok(())
}

/// The release of the list that is here, when it was fetched from this table and is still whole.
fn held(folder: &Path, table: &str) -> Option<Fetched> {
    let text = files::read_text(&folder.join("source.toml")).ok()?;
    let sidecar: Sidecar = toml::from_str(&text).ok()?;
    Some(sidecar.fetched).filter(|fetched| fetched.table == table)
}

/// Tells when the last list has no borders: maps of an edition of that year need them.
fn borders(data: &Path, report: &mut RegionsReport) -> Result<(), Error> {
    let year = Regions::read(&data.join("regions/gemeenten.csv"))?.last_year();
    let folder = data.join("geometry");
    if folder.exists() && Geometry::read(&folder, year)?.is_none() {
        report.warnings.push(format!(
            "no borders in `data/geometry` serve {year}: `import` a folder with `gemeenten-{year}.json` and a `source.toml` \
             that names publisher and license, and says `[files.\"gemeenten-{year}.json\"]` with `valid_for = [{year}]`"
        ));
    }
    Ok(())
}
