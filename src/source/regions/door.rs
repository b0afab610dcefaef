//! The door of lists of gemeenten and of the log of herindelingen, whoever brings them.
//!
//! In: both as CSV, a line for each year in which a gemeente exists, and a line per change. Out: [`Lists`], which are then
//! written to `data/regions/` in the project's format. Fails with file and line on a code, name, date or number that is
//! none, on a change between gemeenten that did not exist, and where a list does not follow from the one before by the log.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::base::csv::{self, Error, Row, for_each_row_of};
use crate::base::files;
use crate::gemeente::{
    Gemeente, Herindelingen, RegionId, Regions, gemeente_in, is_no_gemeente, region_in, year_in,
};

/// Where something stands, and what it is.
pub type Named = (PathBuf, Vec<u8>);

/// The columns of the lists, as they come in.
pub const LIST: [&str; 4] = ["year", "code", "name", "province_code"];

/// The columns of the log, as it comes in.
pub const LOG: [&str; 9] = [
    "date",
    "kind",
    "from_code",
    "from_name",
    "to_code",
    "to_name",
    "hectare",
    "dwellings",
    "inhabitants",
];

/// Lists and log that passed the door.
#[derive(Debug)]
pub struct Lists {
    /// The gemeenten of all years.
    pub regions: Regions,
    /// `gemeenten.csv`, as it is written.
    pub gemeenten: Vec<u8>,
    /// `herindelingen.csv`, as it is written.
    pub herindelingen: Vec<u8>,
}

impl Lists {
    /// Tests what comes in.
    ///
    /// # Errors
    /// With file and line of what is wrong.
    pub fn checked(gemeenten: &Named, log: &Named) -> Result<Self, Error> {
        let listed = read_gemeenten(gemeenten)?;
        let of_lists = listed
            .iter()
            .map(|(region, of)| (*region, of.gemeente.clone()));
        let all: BTreeMap<RegionId, Gemeente> = of_lists.collect();
        let written = list(&gemeenten.0, &all)?;
        let regions = Regions::new(all);
        let (herindelingen, lines) = read_herindelingen(log, &regions)?;
        herindelingen.fits(&log.0, &regions)?;
        lists_follow(&gemeenten.0, &listed, &regions, &herindelingen)?;
        Ok(Self {
            regions,
            gemeenten: written,
            herindelingen: lines.into_bytes(),
        })
    }

    /// Puts them in the place of what is in `data/regions/`, with what is known of their source; the files.
    ///
    /// # Errors
    /// When they cannot be written or read back; what was there stays.
    pub fn write(&self, data: &Path, sidecar: &str) -> Result<Vec<PathBuf>, WriteError> {
        let place = data.join("regions");
        let new = files::NewFolder::beside(&place)?;
        let [list, log, source] =
            ["gemeenten.csv", "herindelingen.csv", "source.toml"].map(|name| new.path().join(name));
        files::write(&list, &self.gemeenten)?;
        files::write(&log, &self.herindelingen)?;
        files::write(&source, sidecar.as_bytes())?;
        // what was written must read back before it replaces anything
        Regions::read(&list)?;
        Herindelingen::read(&log)?;
        new.finish()?;
        Ok(["gemeenten.csv", "herindelingen.csv"]
            .map(|name| place.join(name))
            .into())
    }
}

/// Why lists could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file or folder.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// They do not read back.
    #[error(transparent)]
    Csv(#[from] Error),
}

/// A gemeente of a folder, with the lines of `gemeenten.csv` that name it, by year.
struct Listed {
    gemeente: Gemeente,
    lines: BTreeMap<i32, u64>,
}

/// Gemeenten by code, from a list with a line for each year that they exist, in any order. Name and province are those
/// of the last year: a gemeente may change both.
fn read_gemeenten((path, bytes): &Named) -> Result<BTreeMap<RegionId, Listed>, Error> {
    let mut all: BTreeMap<RegionId, Listed> = BTreeMap::new();
    for_each_row_of(path, bytes.as_slice(), &LIST, |row| {
        let [year, code, name, province] = row.cells();
        let region = gemeente_in(&row, [code, name, province])?;
        let year = year_in(&row, year)?;
        let listed = all.entry(region).or_insert_with(|| Listed {
            gemeente: Gemeente {
                name: String::new(),
                province: String::new(),
                from: year,
                to: year,
            },
            lines: BTreeMap::new(),
        });
        if listed.lines.insert(year, row.line()).is_some() {
            let message = format!("`{code}` is on the list of {year} twice");
            return Err(row.wrong(message, "one line per gemeente and year"));
        }
        let gemeente = &mut listed.gemeente;
        gemeente.from = gemeente.from.min(year);
        if gemeente.to <= year {
            gemeente.to = year;
            name.clone_into(&mut gemeente.name);
            province.clone_into(&mut gemeente.province);
        }
        Ok(())
    })?;
    if all.is_empty() {
        let message = "no gemeente".to_owned();
        return Err(csv::wrong(path, 1, message, "a line per gemeente and year"));
    }
    for (region, listed) in &all {
        let years = listed.lines.keys().zip(listed.lines.iter().skip(1));
        for (before, (year, line)) in years {
            if before + 1 < *year {
                let message = format!("`{region}` is back in {year} after {before}");
                return Err(csv::wrong(path, *line, message, "years without a gap"));
            }
        }
    }
    Ok(all)
}

/// The herindelingen between these gemeenten, also as the project writes them.
fn read_herindelingen(
    (path, bytes): &Named,
    regions: &Regions,
) -> Result<(Herindelingen, String), Error> {
    let mut log = String::from("date,kind,from,to,inhabitants,dwellings\n");
    let mut herindelingen = Herindelingen::default();
    for_each_row_of(path, bytes.as_slice(), &LOG, |row: Row<'_>| {
        let [date, kind, from, _, to, _, _, dwellings, inhabitants] = row.cells();
        let knows = |code: &str| region_in(&row, code).map(|region| regions.get(region).is_some());
        let both_known = knows(from)? && knows(to)?;
        // no one lives in what moves abroad, and no figure is of before the first list or after the last
        let is_abroad = is_no_gemeente(from) || is_no_gemeente(to);
        let [first, last] =
            [regions.first_year(), regions.last_year()].map(|year| format!("{year}-01-01"));
        let cells = [date, kind, from, to, inhabitants, dwellings];
        if both_known {
            herindelingen.add(&row, cells)?;
            log.push_str(&cells.join(","));
            log.push('\n');
        } else {
            row.date(date)?;
            if !is_abroad && date > first.as_str() && date <= last.as_str() {
                let message = format!("`{from}` or `{to}` is on no list of gemeenten");
                return Err(row.wrong(message, "codes of `gemeenten.csv`"));
            }
        }
        Ok(())
    })?;
    Ok((herindelingen, log))
}

/// Tests that each list of gemeenten follows from the one before by the herindelingen: without them a gemeente that
/// begins has no past, and one that ends no successor.
fn lists_follow(
    path: &Path,
    listed: &BTreeMap<RegionId, Listed>,
    regions: &Regions,
    herindelingen: &Herindelingen,
) -> Result<(), Error> {
    let on_list =
        |year| -> BTreeSet<RegionId> { regions.in_year(year).map(|(region, _)| region).collect() };
    for year in regions.first_year()..regions.last_year() {
        let (mut follows, is) = (on_list(year), on_list(year + 1));
        herindelingen.replay(&mut follows, year);
        let Some(region) = follows.symmetric_difference(&is).next() else {
            continue;
        };
        let (what, at) = if is.contains(region) {
            ("begins", year + 1)
        } else {
            ("ends", year)
        };
        let (name, line) = listed.get(region).map_or(("", 0), |of| {
            let line = of.lines.get(&at).copied();
            (of.gemeente.name.as_str(), line.unwrap_or_default())
        });
        let message = format!(
            "`{region}` ({name}) {what} between the lists of {year} and {}, and no herindeling says so",
            year + 1
        );
        let expected = "a line of `herindelingen.csv` for each gemeente that begins or ends";
        return Err(csv::wrong(path, line, message, expected));
    }
    Ok(())
}

/// The list of gemeenten, as the project writes it.
fn list(path: &Path, gemeenten: &BTreeMap<RegionId, Gemeente>) -> Result<Vec<u8>, Error> {
    let mut list = ::csv::Writer::from_writer(Vec::new());
    let csv_error =
        |error: ::csv::Error| csv::wrong(path, 0, error.to_string(), "names that fit a CSV file");
    list.write_record(["code", "name", "province", "from", "to"])
        .map_err(csv_error)?;
    for (code, gemeente) in gemeenten {
        let years = [gemeente.from.to_string(), gemeente.to.to_string()];
        list.write_record([
            &code.to_string(),
            &gemeente.name,
            &gemeente.province,
            &years[0],
            &years[1],
        ])
        .map_err(csv_error)?;
    }
    list.into_inner()
        .map_err(|error| csv::wrong(path, 0, error.to_string(), "memory"))
}
