//! A project of a test's own, and the built program in it, so that no test writes where another reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use middelgroot::source::snapshot::Store;

use super::{copy, edition, frozen, root, scratch};

/// The lists of members that data carry: network and date, by both.
pub fn lists_of(data: &Path) -> BTreeSet<(String, String)> {
    let text = fs::read_to_string(data.join("networks.csv")).expect("lists of members");
    let cells = text.lines().skip(1).map(|line| {
        let mut cells = line.split(',').map(str::to_owned);
        (
            cells.next().expect("a network"),
            cells.next().expect("a date"),
        )
    });
    cells.collect()
}

/// Editions that use the newest list that data carry where they name one that came later: figures that never change have
/// none that is newer than they are.
fn with_lists_of(data: &Path, editions: &str) -> String {
    let lists = lists_of(data);
    let newest: BTreeMap<&String, &String> =
        lists.iter().map(|(name, date)| (name, date)).collect();
    newest
        .into_iter()
        .fold(editions.to_owned(), |text, (name, newest)| {
            let named = format!("{name} = \"");
            let mut parts = text.split(&named);
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| {
                let (date, rest) = part.split_at(10);
                let is_there = lists.contains(&(name.clone(), date.to_owned()));
                let date = if is_there { date } else { newest };
                format!("{text}{named}{date}{rest}")
            })
        })
}

/// A project of a test's own.
pub struct Project {
    root: PathBuf,
    // dropped with the project; a project that is shared by all tests of a file has none
    _folder: Option<tempfile::TempDir>,
}

impl Project {
    /// A copy of the real project as it is, without output: what a test of it sees changes with a refresh of `data/`.
    pub fn copy() -> Self {
        Self::empty().filled(&root().join("data"))
    }

    /// A copy of the real project with the figures that never change.
    pub fn frozen() -> Self {
        Self::empty().filled(&frozen())
    }

    /// Only the table `99999NED` is asked, and nothing of it is here.
    pub fn small() -> Self {
        let project = Self::empty();
        copy(
            &root().join("tests/small/queries"),
            &project.path("queries"),
        );
        for name in ["house.toml", "editions.toml"] {
            let from = root().join("tests/made/queries").join(name);
            fs::copy(from, project.path("queries").join(name)).expect("a file of queries");
        }
        fs::create_dir_all(project.data()).expect("a folder");
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

    /// The same for all tests of a file: the folder lies in `target/` and is made anew by every run.
    pub fn shared_by_tests_of(file: &str, data: &Path) -> Self {
        let root = scratch().join(file);
        if root.exists() {
            fs::remove_dir_all(&root).expect("the folder of the last run goes");
        }
        fs::create_dir_all(&root).expect("a folder");
        let project = Self {
            root,
            _folder: None,
        };
        project.filled(data)
    }

    fn filled(self, data: &Path) -> Self {
        for part in ["queries", "src/paper"] {
            copy(&root().join(part), &self.path(part));
        }
        copy(data, &self.data());
        let editions = self.text("queries/editions.toml");
        self.write("queries/editions.toml", &with_lists_of(data, &editions));
        self
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path within the project.
    pub fn path(&self, part: &str) -> PathBuf {
        self.root.join(part)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub fn store(&self) -> Store {
        Store::new(&self.data())
    }

    /// A path within the output of the edition that is built when none is named.
    pub fn output(&self, part: &str) -> PathBuf {
        self.path("output").join(edition().id).join(part)
    }

    /// The paper of that edition.
    pub fn paper(&self) -> PathBuf {
        self.paper_of(&edition().id)
    }

    /// The paper of an edition.
    pub fn paper_of(&self, edition: &str) -> PathBuf {
        let name = format!("output/{edition}/de-kracht-van-middelgroot-{edition}.pdf");
        self.path(&name)
    }

    /// Text of a file.
    pub fn text(&self, part: &str) -> String {
        let path = self.path(part);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Writes a file.
    pub fn write(&self, part: &str, text: &str) {
        fs::write(self.path(part), text).expect("a file of the test's own");
    }

    /// Adds to a file.
    pub fn append(&self, part: &str, text: &str) {
        self.write(part, &(self.text(part) + text));
    }

    /// Replaces a text that must be there.
    pub fn replace(&self, part: &str, old: &str, new: &str) {
        let text = self.text(part);
        assert!(text.contains(old), "`{old}` is not in {part}");
        self.write(part, &text.replacen(old, new, 1));
    }

    /// The program, in this project.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.arg("--project").arg(&self.root).args(arguments);
        command
    }

    /// Runs the program in this project.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// Runs the program, which must succeed.
    pub fn must(&self, arguments: &[&str]) -> Run {
        self.run(arguments).ends(0)
    }
}

/// The program.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_middelgroot"));
    command.stdin(Stdio::null());
    command
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        Self::from(command.output().expect("the program starts"))
    }

    /// It must have ended with this status.
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}{}", self.stdout, self.stderr);
        self
    }

    /// It must have said this.
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "`{text}` is not in: {}",
            self.stderr
        );
        self
    }
}
