//! `fetch --update` brings the list of gemeenten and the log of herindelingen as well, from the table of inhabitants.
//!
//! In: the run of a fetch, and what is in `data/regions/`. Out: a [`RegionsReport`]. It comes before all other tables, which
//! are then held against the new list. What would be lost, or cannot be read, keeps the list out until a person accepts it.
//! CBS peculiarity: the list is part of a table of figures and has its release; a table may have gone on to a year for
//! which nobody has borders yet.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, Options, Run, request};
use crate::base::csv;
use crate::base::failure::Report;
use crate::base::files;
use crate::gemeente::{Geometry, Regions};
use crate::query::{Queries, Service, Table};
use crate::source::cbs::{RegionList, Release};
use crate::source::regions::{self, Compared, Held, Lists, Parsed};
use crate::source::snapshot::{Accepted, Sidecar};

/// How the list of gemeenten and herindelingen was brought, with all that there is to say.
#[derive(Debug, Serialize)]
pub struct RegionsReport {
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
struct Source {
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

/// Brings the list of a table, which may have come with it. `unchanged` is its release when nothing new came of it: then
/// nothing is asked where the list here is of that release, or where there is none and the table told nothing the last time.
pub(super) fn bring(
    run: &Run<'_>,
    table: &Table,
    came: Option<RegionList>,
    unchanged: Option<&Sidecar>,
) -> Option<RegionsReport> {
    let folder = run.data.join("regions");
    let is_here = folder.join("gemeenten.csv").exists();
    let held = held(&folder, &table.id);
    if let Some(fetched) = unchanged.and_then(|sidecar| sidecar.fetched.as_ref()) {
        let release = (&fetched.service, &fetched.modified, &fetched.version);
        let is_same = |held: &Fetched| (&held.service, &held.modified, &held.version) == release;
        if !is_here || held.as_ref().is_some_and(is_same) {
            return None;
        }
    }
    let mut report = RegionsReport {
        outcome: Brought::Unchanged,
        release: String::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        old: Vec::new(),
        error: None,
        message: None,
    };
    if let Err(error) = read(run, table, came, held.as_ref(), &mut report) {
        report.outcome = Brought::Failed;
        report.message = Some(error.to_string());
        report.error = Some(error);
    }
    let is_silent = report.notes.is_empty() && report.warnings.is_empty();
    (report.outcome != Brought::Left || !is_silent).then_some(report)
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
    run: &Run<'_>,
    table: &Table,
    came: Option<RegionList>,
    held: Option<&Fetched>,
    report: &mut RegionsReport,
) -> Result<(), Error> {
    let (data, folder) = (run.data, run.data.join("regions"));
    let release = held.map(|held| Release {
        modified: held.modified.clone(),
        version: held.version.clone(),
    });
    let known = held.zip(release.as_ref());
    let known = known.map(|(held, release)| (held.service.as_str(), release));
    let list = if let Some(list) = came {
        Some(list).filter(|list| known != Some((list.service, &list.release)))
    } else {
        let (request, _) = request::request(run.queries, table, None)?;
        run.client.region_list(&request, known, run.progress)?
    };
    let Some(list) = list else {
        report.release = release.map_or_else(String::new, |release| release.modified);
        return borders(data, report);
    };
    report.release.clone_from(&list.release.modified);
    // what another run changes meanwhile must not be lost
    let _lock = files::FolderLock::wait_for(&folder)?;
    let path = folder.join("gemeenten.csv");
    let here = if path.exists() {
        Some(Regions::read(&path)?)
    } else {
        None
    };
    let parsed = match regions::parse(&list, here.as_ref()) {
        Err(error @ regions::Error::NoTexts { .. }) => {
            report.outcome = Brought::Left;
            // a table that never told anything is no news
            if here.is_some() {
                let hint = error.hint().unwrap_or_default();
                report.warnings.push(format!("{error}: {hint}"));
            }
            return Ok(());
        }
        parsed => parsed?,
    };
    let compared = if here.is_some() {
        Compared::of(&parsed.lists, &folder)?
    } else {
        Compared::default()
    };
    take(&parsed, compared, &list, data, run.options, report)?;
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
    let accepted = accepted(findings, options)?;
    let told = accepted.iter().flat_map(|accepted| &accepted.findings);
    report
        .warnings
        .extend(told.map(|finding| format!("accepted: {finding}")));
    let is = |name: &str, bytes: &[u8]| {
        std::fs::read(data.join("regions").join(name)).is_ok_and(|old| old == bytes)
    };
    if !(is("gemeenten.csv", gemeenten) && is("herindelingen.csv", herindelingen)) {
        report.outcome = Brought::New;
    }
    report.notes.extend(compared.notes);
    report.notes.extend(parsed.notes.iter().cloned());
    let source = source(list, regions, accepted);
    let text = toml::to_string(&source).map_err(|error| {
        let expected = "texts that fit TOML";
        csv::wrong(Path::new("source.toml"), 0, error.to_string(), expected)
    })?;
    parsed.lists.write(data, &text)?;
    Ok(())
}

/// What was found, with the reason why it is accepted; nothing when there is nothing to accept.
fn accepted(findings: Vec<String>, options: &Options) -> Result<Option<Accepted>, Held> {
    match (&options.accept, findings.is_empty()) {
        (_, true) => Ok(None),
        (None, false) => Err(Held { findings }),
        (Some(reason), false) => Ok(Some(Accepted {
            reason: reason.clone(),
            findings,
        })),
    }
}

/// Where lists come from.
fn source(list: &RegionList, regions: &Regions, accepted: Option<Accepted>) -> Source {
    let (first, last) = (regions.first_year(), regions.last_year());
    let now = jiff::Timestamp::now().to_string();
    Source {
        title: format!("Gemeenten per jaar en gemeentelijke herindelingen {first}-{last}"),
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
            retrieved: now.get(..10).unwrap_or_default().to_owned(),
        },
        accepted,
    }
}

/// The release of the list that is here, when it was fetched from this table and is still whole.
fn held(folder: &Path, table: &str) -> Option<Fetched> {
    let text = files::read_text(&folder.join("source.toml")).ok()?;
    let sidecar: Source = toml::from_str(&text).ok()?;
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
