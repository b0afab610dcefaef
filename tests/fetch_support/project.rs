//! A project of its own in a temporary folder, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use middelgroot::source::snapshot::Store;

/// A copy of this project's `queries/` and `data/`, or a small project of one table.
pub struct Project {
    folder: tempfile::TempDir,
}

/// The one table of [`Project::small`].
const TABLES: &str = "[[table]]\nid = \"99999NED\"\n";
/// The one topic of [`Project::small`].
const THEME: &str = "id = \"proef\"\npijler = \"proef\"\ntitle = \"Proef\"\norder = 1\n\n[[topic]]\nid = \"getal\"\n\
                     title = \"getal\"\ncount = \"99999NED: Getal\"\n";

/// This project.
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Project {
    /// All queries and all data.
    pub fn whole() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["queries", "data"] {
            copy(&here().join(part), &folder.path().join(part));
        }
        Self { folder }
    }

    /// Only the table `99999NED`, and nothing of it.
    pub fn small() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let queries = folder.path().join("queries");
        std::fs::create_dir_all(queries.join("themes")).unwrap();
        std::fs::create_dir_all(folder.path().join("data")).unwrap();
        for name in ["editions.toml", "table.toml"] {
            let text = std::fs::read_to_string(here().join("queries").join(name)).unwrap();
            let text = if name == "table.toml" {
                "column = []\n".to_owned()
            } else {
                text
            };
            std::fs::write(queries.join(name), text).unwrap();
        }
        std::fs::write(queries.join("tables.toml"), TABLES).unwrap();
        std::fs::write(queries.join("themes/proef.toml"), THEME).unwrap();
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub fn store(&self) -> Store {
        Store::new(&self.data())
    }

    /// The program, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_middelgroot"));
        command
            .args(arguments)
            .arg("--project")
            .arg(self.path())
            .stdin(Stdio::null());
        command
    }

    /// The program, run to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// What stands in a project's file.
    pub fn write(&self, path: &str, text: &str) {
        std::fs::write(self.path().join(path), text).unwrap();
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Asserts the exit status.
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}{}", self.out, self.err);
        self
    }

    /// Asserts that stderr holds a text.
    pub fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "`{text}` is not in:\n{}", self.err);
        self
    }
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// All files below a folder with their bytes.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return all;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            all.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            // a program at work takes its temporary files away
            all.push((path, bytes));
        }
    }
    all.sort();
    all
}
