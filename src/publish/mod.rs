//! The open data: a data package of tidy tables, with everything needed to know what a number is, and a workbook.
//!
//! In: the figures of an edition. Out: a folder with each table as CSV and Parquet (`vergelijking`, `gemeenten`, … as
//! `codebook.md` lists them), `datapackage.json` over them, what people and catalogues read beside them, the workbook, and
//! `SHA256SUMS` of all. Words that repeat live in tables of their own; [`column`] is where a column is described. Nothing in
//! it depends on a clock, and the same figures give the same bytes. Writing fails on a full disk; nothing else does.

mod attached;
mod catalogue;
mod codes;
mod column;
mod format;
mod ground;
mod guide;
mod identity;
mod package;
mod schema;
mod tables;
mod workbook;

use std::path::{Path, PathBuf};

pub use attached::{are_of, attached};
pub use codes::{Code, Words};
pub use format::Dialect;
pub use package::Written;
pub use schema::{About, Field, Kind, Link};

use crate::base::failure::{Failure, Report};
use crate::base::files::{self, HashedFile};
use crate::base::hands::{both, in_parts};
use crate::figures::{Buurten, Figures, Provenance};
use crate::query::Queries;
use column::Table;
use ground::Ground;
use identity::{Identity, WORKBOOK};
use tables::gemeenten::AllStandings;
pub use tables::lists::province;

/// Where CSV in another dialect lies, within the folder.
const DUTCH: &str = "nl/";

/// Writes the open data into a folder; in another dialect too where one is asked. Gives every file that it wrote.
///
/// # Errors
/// When a file cannot be written.
pub fn write(
    folder: &Path,
    queries: &Queries,
    (figures, provenance, buurten): (&Figures, &Provenance, &Buurten),
    dialect: Dialect,
) -> Result<Vec<Written>, Failure> {
    files::at("make", folder, std::fs::create_dir_all(folder))?;
    let ground = Ground::new(queries, figures, provenance).with_buurten(buurten);
    let standings = AllStandings::new(&ground);
    let tables = all(&ground, &standings);
    let writing = Writing {
        folder,
        ground: &ground,
        tables: &tables,
    };
    writing.all(dialect)
}

/// Every table, those that figures are in first.
fn all<'a>(ground: &'a Ground<'a>, standings: &'a AllStandings<'a>) -> Vec<Table<'a>> {
    let mut all = Vec::from(tables::comparison::tables(ground));
    all.insert(1, tables::gemeenten::gemeenten(ground));
    all.insert(2, tables::gemeenten::standen(ground, standings));
    all.extend(tables::lists::tables(ground));
    all.extend(tables::types::tables(ground));
    all.extend(tables::buurten::tables(ground));
    all
}

/// A file of a table, as it is written.
#[derive(Clone, Copy)]
enum Form {
    Csv(Dialect),
    Parquet,
}

struct Writing<'w, 'a> {
    folder: &'w Path,
    ground: &'w Ground<'a>,
    tables: &'w [Table<'a>],
}

impl Writing<'_, '_> {
    fn all(&self, dialect: Dialect) -> Result<Vec<Written>, Failure> {
        let identity = Identity::new(self.ground);
        let mut jobs: Vec<(&Table<'_>, Form)> = Vec::new();
        for table in self.tables {
            jobs.push((table, Form::Csv(Dialect::Plain)));
            jobs.push((table, Form::Parquet));
            if dialect == Dialect::Dutch {
                jobs.push((table, Form::Csv(dialect)));
            }
        }
        // the largest first, that no hand waits long for the other
        jobs.sort_by_key(|(table, _)| std::cmp::Reverse(table.rows));
        let (workbook, written) = both(
            || self.one(WORKBOOK, &workbook::workbook(&identity, self.ground)?),
            || {
                in_parts(
                    jobs.len(),
                    || (),
                    |(), place| self.table(jobs[place].0, jobs[place].1),
                )
            },
        );
        let mut written = written.into_iter().collect::<Result<Vec<_>, _>>()?;
        written.push(workbook?);
        written.sort_by(|one, other| one.path.cmp(&other.path));
        self.beside(&identity, written)
    }

    fn table(&self, table: &Table<'_>, form: Form) -> Result<Written, Failure> {
        let name = table.about.name;
        match form {
            Form::Csv(dialect) => {
                let folder = match dialect {
                    Dialect::Plain => "",
                    Dialect::Dutch => DUTCH,
                };
                let path = format!("{folder}{name}.csv");
                let mut file = self.create(&path)?;
                format::csv(table, dialect, |piece| file.push(piece))?;
                Ok(Written::new(path, file.finish(), Some(table.rows)))
            }
            Form::Parquet => {
                let path = format!("{name}.parquet");
                let mut file = self.create(&path)?;
                format::parquet(table, &mut file).map_err(|source| Unwritable {
                    path: self.folder.join(&path),
                    message: source.to_string(),
                })?;
                Ok(Written::new(path, file.finish(), None))
            }
        }
    }

    /// What describes the tables, and the hashes of all.
    fn beside(
        &self,
        identity: &Identity,
        mut written: Vec<Written>,
    ) -> Result<Vec<Written>, Failure> {
        let (ground, tables) = (self.ground, self.tables);
        let package = package::datapackage(identity, ground, tables, &written);
        let catalogue = catalogue::dcat(identity, ground, &written);
        let texts = [
            ("CITATION.cff", guide::citation(identity)),
            ("LICENSE", guide::licence(identity, ground)),
            ("README.md", guide::readme(identity, ground, tables)),
            ("codebook.md", guide::codebook(identity, tables)),
            ("datapackage.json", format!("{package:#}\n")),
            ("datasheet.md", guide::datasheet(identity, ground, tables)),
            ("dcat.jsonld", format!("{catalogue:#}\n")),
        ];
        for (path, text) in texts {
            written.push(self.one(path, text.as_bytes())?);
        }
        written.sort_by(|one, other| one.path.cmp(&other.path));
        let sums = written.iter();
        let sums = sums.map(|file| format!("{}  {}\n", file.sha256, file.path));
        let sums = self.one("SHA256SUMS", sums.collect::<String>().as_bytes())?;
        written.push(sums);
        Ok(written)
    }

    /// Writes a file, and hashes it.
    fn one(&self, path: &str, whole: &[u8]) -> Result<Written, Failure> {
        let mut file = self.create(path)?;
        file.push(whole)?;
        Ok(Written::new(path.to_owned(), file.finish(), None))
    }

    fn create(&self, path: &str) -> Result<HashedFile, Failure> {
        let place = self.folder.join(path);
        if let Some(folder) = place.parent() {
            files::at("make", folder, std::fs::create_dir_all(folder))?;
        }
        Ok(HashedFile::create(&place)?)
    }
}

/// A file of the open data that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot make `{}`: {message}", path.display())]
pub struct Unwritable {
    /// File.
    pub path: PathBuf,
    /// Why.
    pub message: String,
}

impl Report for Unwritable {}
