//! The next edition and the tables that continue others, written into the files of `queries/` beside what stands there.
//!
//! In: the texts of `editions.toml` and `tables.toml`. Out: the same texts with an entry more, every comment in its place. Fails
//! where the last edition is not among the entries. The peculiarity it exists for: KWB has a new id every year.

use std::path::{Path, PathBuf};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::base::failure::Report;
use crate::base::files;
use crate::query::Edition;
use crate::source::cbs::Entry;

/// A file of `queries/` to which nothing can be added.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read or written.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// It has no such entry.
    #[error("cannot add to `{}`: {message}", path.display())]
    Unfit {
        /// File.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Files(error) => error.hint(),
            Self::Unfit { .. } => {
                Some("add the entry by hand, after the example of the last".to_owned())
            }
        }
    }
}

/// A file of entries of one kind.
pub(super) struct EntryFile {
    path: PathBuf,
    name: &'static str,
    document: DocumentMut,
}

impl EntryFile {
    /// Reads `queries/<name>s.toml`, which holds entries `[[<name>]]`.
    pub(super) fn read(queries: &Path, name: &'static str) -> Result<Self, Error> {
        let path = queries.join(format!("{name}s.toml"));
        let text = files::read_text(&path)?;
        match text.parse() {
            Ok(document) => Ok(Self {
                path,
                name,
                document,
            }),
            Err(error) => Err(Error::Unfit {
                path,
                message: error.to_string(),
            }),
        }
    }

    /// Writes the file, beside its place first.
    pub(super) fn write(&self) -> Result<(), Error> {
        let text = self.document.to_string();
        Ok(files::write(&self.path, text.as_bytes())?)
    }

    fn entries(&mut self) -> Result<&mut ArrayOfTables, Error> {
        let (path, name) = (self.path.clone(), self.name);
        let entries = self.document.get_mut(name);
        let entries = entries.and_then(Item::as_array_of_tables_mut);
        entries.ok_or_else(|| Error::Unfit {
            path,
            message: format!("it has no `[[{name}]]`"),
        })
    }

    fn entry(&mut self, id: &str) -> Result<&mut Table, Error> {
        let is_meant = |entry: &&mut Table| entry.get("id").and_then(Item::as_str) == Some(id);
        let missing = Error::Unfit {
            path: self.path.clone(),
            message: format!("it has no entry with the id `{id}`"),
        };
        self.entries()?.iter_mut().find(is_meant).ok_or(missing)
    }

    /// Adds an entry at the end that is as another, but for what `change` does to it.
    fn add_like(&mut self, id: &str, change: impl FnOnce(&mut Table)) -> Result<(), Error> {
        let mut new = self.entry(id)?.clone();
        // what stands above the other is about that
        new.decor_mut().set_prefix("\n");
        new.set_position(None);
        change(&mut new);
        self.entries()?.push(new);
        Ok(())
    }

    /// Adds the edition of a year after the last, which is the default no more.
    pub(super) fn add_edition(&mut self, last: &Edition, year: i32) -> Result<(), Error> {
        let later = year - last.boundaries;
        let shifted = |text: &str| {
            let old = last.boundaries.to_string();
            text.replace(&old, &year.to_string())
        };
        let date = match last.date.split_once('-') {
            Some((of, rest)) => {
                let of: i32 = of.parse().unwrap_or(last.boundaries);
                format!("{}-{rest}", of + later)
            }
            None => last.date.clone(),
        };
        self.entry(&last.id)?.remove("default");
        self.add_like(&last.id, |new| {
            new["id"] = value(year.to_string());
            new["title"] = value(shifted(&last.title));
            new["boundaries"] = value(i64::from(year));
            new["until"] = value(i64::from(last.until + later));
            new["date"] = value(date);
            new["previous"] = value(last.id.as_str());
            // its site is another folder
            new.remove("address");
            new["default"] = value(true);
        })
    }

    /// Adds a table that continues another of its family, with the dimensions of that.
    pub(super) fn add_table(&mut self, like: &str, entry: &Entry) -> Result<(), Error> {
        let year = year_in(&entry.title).or_else(|| year_in(&entry.period));
        self.add_like(like, |new| {
            new["id"] = value(entry.id.as_str());
            if let (true, Some(year)) = (new.contains_key("period"), year) {
                new["period"] = value(year);
            }
        })
    }
}

/// The last year of four digits that a text names.
pub(super) fn year_in(text: &str) -> Option<i64> {
    let words = text.split(|c: char| !c.is_ascii_digit());
    let years = words.filter(|word| word.len() == 4);
    years.filter_map(|word| word.parse().ok()).next_back()
}
