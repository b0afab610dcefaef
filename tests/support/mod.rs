//! What the tests of the whole program share: a project of their own beside the real one, the built program, CSV files
//! by column, and the figures of an edition.
//!
//! In: the project's `queries/`, `data/` and paper sources. Out: copies in a temporary folder, so that no test writes
//! where another reads. Whatever goes wrong here panics, with what was tried.

// every test file uses its own part, and stops where something is wrong
#![allow(dead_code, missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use middelgroot::pipeline::{self, Clock, Figures};
use middelgroot::query::Queries;

/// The project's own folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder with the raw figures, which only some machines have; says so where it is not.
pub fn shared(part: &str) -> Option<PathBuf> {
    let folder = root().join("../shared").join(part);
    if folder.exists() {
        return Some(folder);
    }
    println!("`../shared/{part}` is not here: nothing to compare with");
    None
}

/// A folder for temporary files, inside `target/`.
fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// A project of a test's own.
pub struct Project {
    root: PathBuf,
    // dropped with the project; a project that is shared by all tests of a file has none
    _folder: Option<tempfile::TempDir>,
}

/// How a run of the program ended.
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// A copy of the real project, without output.
    pub fn copy() -> Self {
        let project = Self::empty();
        project.fill();
        project
    }

    /// An empty folder.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir_in(scratch()).expect("a temporary folder");
        Self {
            root: folder.path().to_owned(),
            _folder: Some(folder),
        }
    }

    /// A copy of the real project for all tests of a file: it lives in `target/` and is made anew by every run.
    pub fn shared_by_tests_of(file: &str) -> Self {
        let root = scratch().join(file);
        if root.exists() {
            fs::remove_dir_all(&root).expect("the folder of the last run goes");
        }
        fs::create_dir_all(&root).expect("a folder");
        let project = Self {
            root,
            _folder: None,
        };
        project.fill();
        project
    }

    fn fill(&self) {
        for part in ["queries", "data", "src/paper"] {
            copy(&root().join(part), &self.path(part));
        }
    }

    /// A path within the project.
    pub fn path(&self, part: &str) -> PathBuf {
        self.root.join(part)
    }

    /// Text of a file.
    pub fn text(&self, part: &str) -> String {
        let path = self.path(part);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Replaces a text that must be there.
    pub fn replace(&self, part: &str, old: &str, new: &str) {
        let text = self.text(part);
        assert!(text.contains(old), "`{old}` is not in {part}");
        fs::write(self.path(part), text.replacen(old, new, 1)).expect("a file of the test's own");
    }

    /// The program, in this project.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_middelgroot"));
        command
            .arg("--project")
            .arg(&self.root)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs the program in this project.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// Runs the program, which must succeed.
    pub fn must(&self, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.status, 0, "{arguments:?} failed: {}", run.stderr);
        run
    }
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().expect("the program starts");
        Self {
            status: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).expect("UTF-8"),
            stderr: String::from_utf8(stderr).expect("UTF-8"),
        }
    }
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap_or_else(|error| panic!("{}: {error}", to.display()));
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let path = entry.expect("an entry").path();
        let place = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}

/// Every file of a folder with its bytes, by path within it.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in
            fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display()))
        {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_string_lossy();
                found.insert(name.into_owned(), fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// Names in two folders whose bytes differ, or that only one has.
pub fn differences(
    one: &BTreeMap<String, Vec<u8>>,
    other: &BTreeMap<String, Vec<u8>>,
) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names
        .into_iter()
        .filter(|name| one.get(*name) != other.get(*name))
        .cloned()
        .collect()
}

/// A CSV file, read whole.
pub struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<csv::StringRecord>,
}

impl Sheet {
    pub fn read(path: &Path) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .from_path(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let header = reader
            .headers()
            .expect("a header")
            .iter()
            .map(str::to_owned)
            .collect();
        let rows = reader
            .records()
            .map(|row| row.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
            .collect();
        Self { header, rows }
    }

    /// The position of a column.
    pub fn column(&self, name: &str) -> usize {
        self.header
            .iter()
            .position(|column| column == name)
            .unwrap_or_else(|| panic!("there is no column `{name}`"))
    }

    /// The cell of a row.
    pub fn cell<'a>(&self, row: &'a csv::StringRecord, name: &str) -> &'a str {
        &row[self.column(name)]
    }

    /// Rows in which all these columns hold these texts.
    pub fn of<'a>(&'a self, wanted: &[(&str, &str)]) -> Vec<&'a csv::StringRecord> {
        let wanted: Vec<(usize, &str)> = wanted
            .iter()
            .map(|(name, text)| (self.column(name), *text))
            .collect();
        self.rows
            .iter()
            .filter(|row| wanted.iter().all(|(column, text)| &row[*column] == *text))
            .collect()
    }

    /// The one row in which all these columns hold these texts.
    pub fn one<'a>(&'a self, wanted: &[(&str, &str)]) -> &'a csv::StringRecord {
        let rows = self.of(wanted);
        assert_eq!(rows.len(), 1, "rows with {wanted:?}");
        rows[0]
    }
}

/// The queries of the real project.
pub fn queries() -> Queries {
    Queries::read(&root().join("queries")).unwrap_or_else(|error| panic!("{error}"))
}

/// All figures of an edition of the real project.
pub fn figures(edition: &str) -> Figures {
    let queries = queries();
    let edition = queries.edition(Some(edition)).expect("an edition");
    pipeline::figures(
        &pipeline::Project::new(root()),
        &queries,
        edition,
        &mut Clock::default(),
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

/// Whether two numbers are the same but for the last bits of a sum.
pub fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}
