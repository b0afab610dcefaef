//! Gemeenten: which exist in which year, what became of them, who is in which network, and where they lie.
//!
//! In: the files of `data/regions/`, `data/networks.csv` and `data/geometry/`, which `import` writes. Out: plain
//! lookup structures, small enough to hold whole. Errors name file and line.

mod geometry;
mod herindeling;
mod network;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use geometry::Geometry;
pub use herindeling::{Crosswalk, CrosswalkRow, Herindelingen, Part, Population, SLIVER};
pub use network::{Member, MemberList, Networks};

use crate::failure::Report;

/// The code CBS gives to the Netherlands.
pub const NEDERLAND: &str = "NL01";

/// The number of a region in frames, which join and sort on it: that of `GM0363` is 363, that of Nederland 0.
pub fn region_number(code: &str) -> Option<i32> {
    match code.strip_prefix("GM") {
        Some(number) => number.parse().ok(),
        None => (code == NEDERLAND).then_some(NEDERLAND_NUMBER),
    }
}

/// The code of a region's number.
pub fn region_code(number: i32) -> String {
    if number == NEDERLAND_NUMBER {
        NEDERLAND.to_owned()
    } else {
        format!("GM{number:04}")
    }
}

/// The number of Nederland.
pub const NEDERLAND_NUMBER: i32 = 0;

/// One gemeente, under one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gemeente {
    /// Name as CBS writes it today.
    pub name: String,
    /// Province code.
    pub province: String,
    /// First year (of the files) it existed on 1 January.
    pub from: i32,
    /// Last year it existed on 1 January.
    pub to: i32,
}

/// All gemeenten by code.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    gemeenten: BTreeMap<String, Gemeente>,
    last_year: i32,
}

impl Regions {
    /// Reads `gemeenten.csv` of `data/regions/`: `code,name,province,from,to`.
    ///
    /// # Errors
    /// When the file is missing or a line is wrong.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut gemeenten = BTreeMap::new();
        for_each_row(path, &["code", "name", "province", "from", "to"], |row| {
            let [code, name, province, from, to] = row.cells();
            let gemeente = Gemeente {
                name: name.to_owned(),
                province: province.to_owned(),
                from: row.number(from, "a year")?,
                to: row.number(to, "a year")?,
            };
            match gemeenten.insert(code.to_owned(), gemeente) {
                None => Ok(()),
                Some(_) => Err(row.wrong(format!("gemeente `{code}` twice"), "one line per code")),
            }
        })?;
        Ok(Self::new(gemeenten))
    }

    /// From a table of gemeenten.
    pub fn new(gemeenten: BTreeMap<String, Gemeente>) -> Self {
        let last_year = gemeenten
            .values()
            .map(|gemeente| gemeente.to)
            .max()
            .unwrap_or_default();
        Self {
            gemeenten,
            last_year,
        }
    }

    /// Codes and gemeenten that existed on 1 January of a year; after the last year of the files that last list.
    pub fn in_year(&self, year: i32) -> impl Iterator<Item = (&str, &Gemeente)> {
        let year = year.min(self.last_year);
        self.gemeenten
            .iter()
            .filter(move |(_, gemeente)| gemeente.from <= year && year <= gemeente.to)
            .map(|(code, gemeente)| (code.as_str(), gemeente))
    }

    /// Whether a gemeente existed on 1 January of a year.
    pub fn exists(&self, code: &str, year: i32) -> bool {
        let year = year.min(self.last_year);
        self.gemeenten
            .get(code)
            .is_some_and(|gemeente| gemeente.from <= year && year <= gemeente.to)
    }

    /// The gemeente with this code.
    pub fn get(&self, code: &str) -> Option<&Gemeente> {
        self.gemeenten.get(code)
    }

    /// Every code, sorted.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.gemeenten.keys().map(String::as_str)
    }

    /// Last year of the files.
    pub const fn last_year(&self) -> i32 {
        self.last_year
    }

    /// The name of a region as the paper prints it, without CBS's suffixes in brackets where the name stays unique.
    pub fn short_name<'a>(&'a self, code: &'a str) -> &'a str {
        let Some(gemeente) = self.gemeenten.get(code) else {
            return if code == NEDERLAND { "Nederland" } else { code };
        };
        gemeente
            .name
            .strip_suffix(" (gemeente)")
            .unwrap_or(&gemeente.name)
    }
}

/// A file of `data/` that is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read `{}`: {message}", path.display())]
    Unreadable {
        /// File.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A line is wrong.
    #[error("{}:{line}: {message}", path.display())]
    Wrong {
        /// File.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
        /// What was expected.
        expected: String,
    },
    /// A network has no list of a date.
    #[error("there is no list of {network} dated {date}")]
    NoList {
        /// Network.
        network: String,
        /// Date asked for.
        date: String,
        /// Dates there are.
        known: Vec<String>,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => {
                "run `middelgroot import` on the folder it comes from".to_owned()
            }
            Self::Wrong { expected, .. } => format!("expected {expected}"),
            Self::NoList { known, .. } => format!("lists are dated {}", known.join(", ")),
        })
    }
}

/// One line of a CSV file, with its place.
pub(crate) struct Row<'a> {
    path: &'a Path,
    record: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    /// The cells; the header was checked, so there are exactly as many.
    pub(crate) fn cells<const N: usize>(&self) -> [&'a str; N] {
        std::array::from_fn(|position| self.record.get(position).unwrap_or_default())
    }

    pub(crate) fn number<T: std::str::FromStr>(
        &self,
        text: &str,
        expected: &str,
    ) -> Result<T, Error> {
        text.parse()
            .map_err(|_| self.wrong(format!("`{text}` is no number"), expected))
    }

    pub(crate) fn wrong(&self, message: String, expected: &str) -> Error {
        Error::Wrong {
            path: self.path.to_owned(),
            line: self.record.position().map_or(0, csv::Position::line),
            message,
            expected: expected.to_owned(),
        }
    }
}

/// Reads a CSV file with exactly this header and hands over each line.
pub(crate) fn for_each_row(
    path: &Path,
    header: &[&str],
    mut each: impl FnMut(Row<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let unreadable = |error: csv::Error| Error::Unreadable {
        path: path.to_owned(),
        message: error.to_string(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .from_path(path)
        .map_err(unreadable)?;
    let found = reader.headers().map_err(unreadable)?.clone();
    if found.iter().ne(header.iter().copied()) {
        return Err(Error::Wrong {
            path: path.to_owned(),
            line: 1,
            message: format!(
                "the header is `{}`",
                found.iter().collect::<Vec<_>>().join(",")
            ),
            expected: format!("`{}`", header.join(",")),
        });
    }
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => each(Row {
                path,
                record: &record,
            })?,
            Err(error) => {
                return Err(Error::Wrong {
                    path: path.to_owned(),
                    line: error.position().map_or(0, csv::Position::line),
                    message: error.to_string(),
                    expected: format!("{} cells", header.len()),
                });
            }
        }
    }
}
