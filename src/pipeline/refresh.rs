//! The yearly refresh: the next edition from the last, as far as a program can take it, and a list of what a person decides.
//!
//! In: a project, a year and, unless it works with what is here, CBS. Out: entries in `queries/`, the last edition's own lock,
//! new releases in `data/`, and the checklist. Before anything is written into `queries/`, the lists of gemeenten, borders and members of the
//! year must be there, and it says what to fetch where they are not. What is done stays done: run again, it goes on. The
//! peculiarity it exists for: every year has other gemeenten, and KWB another id.

mod checklist;
mod written;

use std::collections::BTreeSet;

use super::{diff, inquire};
use crate::base::failure::{Exit, Failure, Report};
use crate::base::files::FolderLock;
use crate::base::project::Project;
use crate::gemeente::{Gemeenten, Geometry};
use crate::inquire::Inquiry;
use crate::query::{Edition, Queries};
use crate::source::cbs::{Client, Entry, Progress};
use crate::source::fetch::{self, Options, TableReport, UpdateReport, UpdateStatus};
use crate::source::snapshot::Store;
use checklist::{Before, Checklist};
use written::EntryFile;

/// CBS, as a refresh asks it.
#[derive(Clone, Copy)]
pub struct Cbs<'a> {
    /// The client.
    pub client: &'a Client,
    /// Tables at a time.
    pub at_once: usize,
    /// Who listens.
    pub progress: &'a dyn Progress,
}

/// Why there can be no edition of a year yet.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the year after the last edition's.
    #[error("the last edition, `{last}`, is of {boundaries}: {year} is not the next year")]
    Year {
        /// Edition.
        last: String,
        /// Its boundaries.
        boundaries: i32,
        /// The year asked.
        year: i32,
    },
    /// No list of gemeenten of the year.
    #[error("there is no list of gemeenten of {year}: those here are of {first} to {last}")]
    NoRegions {
        /// The year asked.
        year: i32,
        /// First list.
        first: i32,
        /// Last list.
        last: i32,
    },
    /// No borders of the year.
    #[error("there are no borders of the gemeenten of {year}{why}")]
    NoBorders {
        /// The year asked.
        year: i32,
        /// What is wrong with those that are nearest.
        why: String,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Year { boundaries, .. } => format!("`new-edition {}` is next", boundaries + 1),
            Self::NoRegions { .. } => {
                "`fetch --update` brings the list when CBS has it, from January on; or `import` a folder of regions"
                    .to_owned()
            }
            Self::NoBorders { .. } => {
                "`import` a folder of borders whose `valid_for` has the year: CBS and Kadaster publish them in spring; \
                 where no gemeente changed, those of the year before serve"
                    .to_owned()
            }
        })
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Year { .. } => Exit::Usage,
            Self::NoRegions { .. } | Self::NoBorders { .. } => Exit::DoesNotHold,
        }
    }
}

/// Makes the edition of a year, or goes on with it, and lists what is left to a person, in Markdown.
///
/// # Errors
/// When the year does not come next, its lists are not here, CBS cannot be asked, or the new edition cannot be computed.
pub fn new_edition(project: &Project, year: i32, cbs: Option<Cbs<'_>>) -> Result<String, Failure> {
    let queries = Queries::read(&project.queries())?;
    let last = last_before(&queries, year)?.clone();
    let id = year.to_string();
    let is_there = queries.editions.iter().any(|edition| edition.id == id);
    let news = match cbs {
        Some(cbs) => fetch::check(cbs.client, &queries, &project.data(), &[], cbs.progress)?,
        None => Vec::new(),
    };
    let mut list = Checklist::new(year, &last, is_there);
    if !is_there {
        bring_lists(project, &queries, &last, year, cbs, &mut list)?;
        may_be(project, &queries, &last, year)?;
        write(project, &queries, &last, year, &news, &mut list)?;
    }
    let queries = Queries::read(&project.queries())?;
    let reports = match cbs {
        Some(cbs) => update(project, &queries, Vec::new(), cbs)?,
        None => Vec::new(),
    };
    list.tables(&queries, &news, &reports);
    let before = inquire(project, Some(&last.id), &|_| Ok(BTreeSet::new()), before)?;
    inquire(project, Some(&id), &|_| Ok(BTreeSet::new()), |inquiry| {
        list.networks(inquiry, &last);
        list.figures(inquiry, &before);
        list.claims(inquiry, &before)?;
        list.texts(inquiry);
        list.checks(inquiry)
    })?;
    let changed = diff(project, [&last.id, &id], None)?;
    let (old, new) = (&changed.old, &changed.new);
    Ok(list.into_text(&changed.changes.to_text(old, new, false)))
}

fn before(inquiry: &Inquiry<'_>) -> Result<Before, Failure> {
    let (queries, figures) = (inquiry.register.queries(), inquiry.register.figures());
    let claims = inquiry.claims()?.into_iter();
    let claims = claims.map(|(of, _)| (of.claim.id.clone(), of.state.word()));
    let ids = queries.indicator_ids();
    let years = ids.map(|id| (queries[id].id.clone(), figures.used(id).year));
    let lacking = checklist::lacking(queries, &figures.tidy);
    Ok(Before {
        claims: claims.collect(),
        years: years.collect(),
        lacking: lacking.map(|(_, _, topic)| topic.id.clone()).collect(),
    })
}

/// The edition that the one of a year continues: the default, unless that is the year's own.
fn last_before(queries: &Queries, year: i32) -> Result<&Edition, Failure> {
    let default = queries.edition(None)?;
    if default.id == year.to_string() {
        return Ok(queries.edition(default.previous.as_deref())?);
    }
    if year == default.boundaries + 1 {
        return Ok(default);
    }
    Err(Error::Year {
        last: default.id.clone(),
        boundaries: default.boundaries,
        year,
    }
    .into())
}

/// Brings the list of gemeenten of the year, which comes with the table of inhabitants, where it is not here. The editions of
/// the last year are closed before: they keep the release that they had.
fn bring_lists(
    project: &Project,
    queries: &Queries,
    last: &Edition,
    year: i32,
    cbs: Option<Cbs<'_>>,
    list: &mut Checklist,
) -> Result<(), Failure> {
    let newest = Gemeenten::read(&project.data())?.regions.last_year();
    let table = fetch::of_inhabitants(queries);
    let (Some(cbs), Some(table), true) = (cbs, table, newest < year) else {
        return Ok(());
    };
    close(project, queries, last, list)?;
    let reports = update(project, queries, vec![table.id.clone()], cbs)?;
    match reports.into_iter().find_map(|report| report.error) {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

/// Gives the editions of the last year locks of their own.
fn close(
    project: &Project,
    queries: &Queries,
    last: &Edition,
    list: &mut Checklist,
) -> Result<(), Failure> {
    let _lock = FolderLock::wait_for(&project.data())?;
    let store = Store::new(&project.data());
    let lock = store.lock()?;
    let of_last = queries.editions.iter();
    for edition in of_last.filter(|of| of.boundaries == last.boundaries) {
        if !lock.closed.contains_key(&edition.id) {
            store.close(&edition.id, &lock.tables)?;
            list.did(format!(
                "edition `{0}` keeps its releases: `data/locks/{0}.lock`",
                edition.id
            ));
        }
    }
    Ok(())
}

/// Tests that there are lists of gemeenten, borders and members of a year.
fn may_be(project: &Project, queries: &Queries, last: &Edition, year: i32) -> Result<(), Failure> {
    let gemeenten = Gemeenten::read(&project.data())?;
    let (first, newest) = (
        gemeenten.regions.first_year(),
        gemeenten.regions.last_year(),
    );
    if year > newest {
        return Err(Error::NoRegions {
            year,
            first,
            last: newest,
        }
        .into());
    }
    let next = Edition {
        id: year.to_string(),
        boundaries: year,
        ..last.clone()
    };
    next.fits(&queries.groups, &gemeenten)?;
    let geometry = Geometry::read(&project.data().join("geometry"), year)?;
    let why = match &geometry {
        None => Some(String::new()),
        Some(of) => {
            let unfit = of.fits(&gemeenten.regions, year).err();
            unfit.map(|error| format!(": {error}"))
        }
    };
    match why {
        None => Ok(()),
        Some(why) => Err(Error::NoBorders { year, why }.into()),
    }
}

/// Writes the edition and the tables that continue others, and closes the editions of the last year.
fn write(
    project: &Project,
    queries: &Queries,
    last: &Edition,
    year: i32,
    news: &[UpdateReport],
    list: &mut Checklist,
) -> Result<(), Failure> {
    let mut editions = EntryFile::read(&project.queries(), "edition")?;
    editions.add_edition(last, year)?;
    let mut tables = EntryFile::read(&project.queries(), "table")?;
    for (like, entry) in continued(queries, news) {
        tables.add_table(like, entry)?;
        list.did(format!(
            "table {} `{}` continues `{like}`: added to `queries/tables.toml`",
            entry.id, entry.title
        ));
    }
    close(project, queries, last, list)?;
    let _lock = FolderLock::wait_for(&project.queries())?;
    tables.write()?;
    editions.write()?;
    list.did(format!(
        "edition `{year}` stands in `queries/editions.toml`, as `{}` but for the year, and is the default",
        last.id
    ));
    Ok(())
}

/// Tables at CBS that continue one that is asked, with the last of its family.
fn continued<'a>(queries: &'a Queries, news: &'a [UpdateReport]) -> Vec<(&'a str, &'a Entry)> {
    let new = news
        .iter()
        .filter(|of| of.status == UpdateStatus::Renumbered);
    new.filter_map(|of| Some((of.table.as_str(), of.successor.as_ref()?)))
        .map(|(table, entry)| {
            let family = queries.tables.get(table).and_then(|of| of.family.as_ref());
            let of_family = queries.tables.values();
            let of_family = of_family.filter(|of| family.is_some() && of.family.as_ref() == family);
            let last = of_family.max_by_key(|of| of.place);
            (last.map_or(table, |of| of.id.as_str()), entry)
        })
        .collect()
}

fn update(
    project: &Project,
    queries: &Queries,
    tables: Vec<String>,
    cbs: Cbs<'_>,
) -> Result<Vec<TableReport>, Failure> {
    let options = Options {
        tables,
        update: true,
        ..Options::default()
    };
    let data = project.data();
    Ok(fetch::fetch(
        cbs.client,
        cbs.at_once,
        queries,
        &data,
        &options,
        cbs.progress,
    )?)
}
