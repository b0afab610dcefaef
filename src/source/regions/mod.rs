//! Lists of gemeenten and the log of herindelingen: from what CBS writes into its list of regions, through one door.
//!
//! In: a list of regions with its texts. Out: the gemeenten of each year and the log, tested as those of a folder are, and
//! how they differ from those that are here. Fails where the list tells nothing, or its years do not follow from each
//! other by its own log. CBS peculiarities: whatever is or was a gemeente stays on the list with the name of today; what
//! exists on 1 January of a year follows from when each began and ended, and from the log as well, and both must agree.

pub mod text;
mod door;
mod held;
mod log;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use door::{Lists, WriteError};
pub use held::{Compared, Held};
pub use log::{Change, Log};

use self::log::life;
use self::text::Told;
use crate::base::csv;
use crate::base::failure::{Exit, Report};
use crate::gemeente::{RegionId, Regions, is_no_gemeente};
use crate::source::bounds::calendar_year;
use crate::source::cbs::{RegionList, RegionText};

/// What a list of regions makes.
#[derive(Debug)]
pub struct Parsed {
    /// The lists and the log, tested.
    pub lists: Lists,
    /// Lines of years that count which could not be read: they may tell of a change.
    pub unread: Vec<String>,
    /// What else there is to say.
    pub notes: Vec<String>,
    /// Lines of before the first list that could not be read.
    pub old: Vec<String>,
}

/// Why a list of regions makes no lists of gemeenten.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No region of it tells when it began.
    #[error("the list of regions of table {table} tells of no gemeente when it began or ended")]
    NoTexts {
        /// Table.
        table: String,
    },
    /// The table has no calendar years.
    #[error("table {table} has no calendar years, so no year is known of which its regions are")]
    NoYears {
        /// Table.
        table: String,
    },
    /// A gemeente is in no province.
    #[error(
        "the list of regions of table {table} does not say in which province {region} `{name}` is"
    )]
    NoProvince {
        /// Table.
        table: String,
        /// Its code.
        region: RegionId,
        /// Its name.
        name: String,
    },
    /// What it tells does not hold together.
    #[error("the list of regions of table {table} does not hold together: {source}")]
    Wrong {
        /// Table.
        table: String,
        /// What is wrong.
        source: Box<csv::Error>,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(
            "what is in `data/regions` stays in use; bring a folder of regions with `import` until CBS has mended its list"
                .to_owned(),
        )
    }

    fn exit(&self) -> Exit {
        Exit::DoesNotHold
    }
}

/// A gemeente of the list.
struct Listed<'l> {
    name: &'l str,
    province: Option<&'l str>,
    told: Told,
}

/// Reads a list of regions. The years begin with those that are here, else with the table's own.
///
/// # Errors
/// When it tells nothing, or what it tells does not hold together.
pub fn parse(list: &RegionList, here: Option<&Regions>) -> Result<Parsed, Error> {
    let table = || list.table.clone();
    let (first, last) = span(list, here)?;
    let gemeenten = gemeenten(&list.regions, here);
    let is_silent = |of: &Listed<'_>| of.told.made.is_empty() && of.told.begins.is_empty();
    if gemeenten.values().all(is_silent) {
        return Err(Error::NoTexts { table: table() });
    }
    let since = format!("{first}-01-01");
    let told = gemeenten.iter().map(|(region, of)| (*region, &of.told));
    let (log, mut notes) = log::log(&told.collect(), &since);
    let mut lines = vec![door::LIST.map(str::to_owned).to_vec()];
    for (region, of) in &gemeenten {
        let (begin, end, strange) = life(*region, &of.told);
        let exists = |year: &i32| {
            let day = format!("{year}-01-01");
            begin <= day && end.as_ref().is_none_or(|end| *end > day)
        };
        let years: Vec<i32> = (first..=last).filter(exists).collect();
        notes.extend(strange);
        let known = || Some(here?.get(*region)?.province.clone());
        let province = of.province.map(str::to_owned).or_else(known);
        let province = province.or_else(|| of_heirs(*region, &log, &gemeenten));
        if province.is_none() && !years.is_empty() {
            let name = of.name.to_owned();
            return Err(Error::NoProvince {
                table: table(),
                region: *region,
                name,
            });
        }
        let line = |year: &i32| {
            let province = province.clone().unwrap_or_default();
            vec![
                year.to_string(),
                region.to_string(),
                of.name.to_owned(),
                province,
            ]
        };
        lines.extend(years.iter().map(line));
    }
    let (unread, old) = unread(&gemeenten, &since);
    let checked = || {
        Lists::checked(
            &written(&lines)?,
            &written(&log_lines(&log, &gemeenten, &since))?,
        )
    };
    let lists = checked().map_err(|source| Error::Wrong {
        table: table(),
        source: source.into(),
    })?;
    Ok(Parsed {
        lists,
        unread,
        notes,
        old,
    })
}

/// The first and last year of the lists.
fn span(list: &RegionList, here: Option<&Regions>) -> Result<(i32, i32), Error> {
    let years = list.periods.iter();
    let years: Vec<i32> = years
        .filter_map(|period| calendar_year(period).ok())
        .collect();
    let span = years.iter().min().zip(years.iter().max());
    let (first, last) = span.ok_or_else(|| Error::NoYears {
        table: list.table.clone(),
    })?;
    Ok((here.map_or(*first, Regions::first_year), *last))
}

/// The gemeenten of a list. What is in no province where the list tells provinces, and never began, is none: CBS once kept
/// a register of persons without a home under such a code.
fn gemeenten<'l>(
    regions: &'l [RegionText],
    here: Option<&Regions>,
) -> BTreeMap<RegionId, Listed<'l>> {
    let province =
        |of: &'l RegionText| of.province.as_deref().filter(|code| code.starts_with("PV"));
    let tells_provinces = regions.iter().any(|of| province(of).is_some());
    let listed = regions.iter().filter_map(|of| {
        let region = RegionId::parse(&of.key).filter(|_| !is_no_gemeente(&of.key))?;
        let listed = Listed {
            name: &of.title,
            province: province(of),
            told: text::read(&of.text),
        };
        let told = &listed.told;
        let is_one = listed.province.is_some()
            || !tells_provinces
            || !(told.made.is_empty() && told.begins.is_empty())
            || here.is_some_and(|here| here.knows(region));
        is_one.then_some((region, listed))
    });
    listed.collect()
}

/// The province of those that a gemeente went into or came from.
fn of_heirs(
    region: RegionId,
    log: &Log,
    gemeenten: &BTreeMap<RegionId, Listed<'_>>,
) -> Option<String> {
    let others = log.keys().filter_map(|(_, from, to)| match () {
        () if *from == region => Some(to),
        () if *to == region => Some(from),
        () => None,
    });
    let mut provinces = others.filter_map(|other| gemeenten.get(other)?.province);
    provinces.next().map(str::to_owned)
}

/// The log since a date, in the columns in which it comes in.
fn log_lines(
    log: &Log,
    gemeenten: &BTreeMap<RegionId, Listed<'_>>,
    since: &str,
) -> Vec<Vec<String>> {
    let name = |region: RegionId| gemeenten.get(&region).map_or("", |of| of.name).to_owned();
    let count = |count: Option<u32>| count.map_or_else(String::new, |count| count.to_string());
    let line = |((date, from, to), change): (&(String, RegionId, RegionId), &Change)| {
        let amounts = &change.amounts;
        vec![
            date.clone(),
            change.kind.to_owned(),
            from.to_string(),
            name(*from),
            to.to_string(),
            name(*to),
            amounts.hectare.clone().unwrap_or_default(),
            count(amounts.dwellings),
            count(amounts.inhabitants),
        ]
    };
    let since = log.iter().filter(|((date, ..), _)| date.as_str() >= since);
    std::iter::once(door::LOG.map(str::to_owned).to_vec())
        .chain(since.map(line))
        .collect()
}

/// Lines as CSV, which nobody wrote: what is wrong in one says so by its codes.
fn written(lines: &[Vec<String>]) -> Result<door::Named, csv::Error> {
    let path = PathBuf::from("regions");
    let wrong = |message: String| csv::wrong(&path, 0, message, "names that fit a CSV file");
    let mut written = ::csv::Writer::from_writer(Vec::new());
    for line in lines {
        written
            .write_record(line)
            .map_err(|error| wrong(error.to_string()))?;
    }
    let bytes = written
        .into_inner()
        .map_err(|error| wrong(error.to_string()))?;
    Ok((path, bytes))
}

/// Lines that could not be read: those that may count since a date, and those of before.
fn unread(gemeenten: &BTreeMap<RegionId, Listed<'_>>, since: &str) -> (Vec<String>, Vec<String>) {
    let all = gemeenten.iter().flat_map(|(region, of)| {
        let told = of.told.unread.iter();
        told.map(move |unread| {
            let counts = unread
                .date
                .as_ref()
                .is_none_or(|date| date.as_str() >= since);
            let date = unread
                .date
                .as_ref()
                .map_or_else(String::new, |date| format!(", under {date}"));
            (
                counts,
                format!("{region} `{}`{date}: `{}`", of.name, unread.line),
            )
        })
    });
    let (counts, before): (Vec<_>, Vec<_>) = all.partition(|(counts, _)| *counts);
    let texts = |lines: Vec<(bool, String)>| lines.into_iter().map(|(_, text)| text).collect();
    (texts(counts), texts(before))
}
