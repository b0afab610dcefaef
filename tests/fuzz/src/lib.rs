//! What all targets share: several files in one input, folders in memory, and the country that never was.

pub mod page;
pub mod pdf;
pub mod service;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

/// The tests of the project, whose small files the targets begin with.
pub fn tests() -> &'static Path {
    static TESTS: LazyLock<PathBuf> = LazyLock::new(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.parent().expect("tests/").to_owned()
    });
    &TESTS
}

/// A folder in memory where the system has one: a target writes thousands of files a second.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.expect("a temporary folder")
}

/// Several files in one input, as `tail -n +1 FILE…` prints them: `==> name <==` stands above each. What stands above the
/// first of them is of none.
pub fn sections(input: &[u8]) -> Vec<(&str, &[u8])> {
    let mut found: Vec<(&str, &[u8])> = Vec::new();
    let mut at = 0;
    let mut start = None;
    while at < input.len() {
        let end = input[at..].iter().position(|byte| *byte == b'\n');
        let end = end.map_or(input.len(), |end| at + end + 1);
        if let Some(name) = name_of(&input[at..end]) {
            close(&mut found, start, &input[..at]);
            found.push((name, &[]));
            start = Some(end);
        }
        at = end;
    }
    close(&mut found, start, input);
    found
}

fn close<'a>(found: &mut [(&'a str, &'a [u8])], start: Option<usize>, before: &'a [u8]) {
    if let Some((last, start)) = found.last_mut().zip(start) {
        // `tail` parts files by an empty line
        last.1 = before[start..]
            .strip_suffix(b"\n")
            .unwrap_or(&before[start..]);
    }
}

fn name_of(line: &[u8]) -> Option<&str> {
    let name = line.strip_prefix(b"==> ")?.trim_ascii_end();
    std::str::from_utf8(name.strip_suffix(b" <==")?).ok()
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder that is there") {
        let path = entry.expect("an entry").path();
        let place = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).expect("a copy");
        }
    }
}

/// Every file of a folder with its bytes, by path.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).expect("a file");
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

/// A folder `data/` that is as it was again after every input.
pub struct Data {
    folder: TempDir,
    from: Vec<(PathBuf, Vec<u8>)>,
}

impl Data {
    /// With what stands in a folder of the tests.
    pub fn of(part: &str) -> Self {
        let folder = folder();
        copy(&tests().join(part), folder.path());
        let from = files(folder.path());
        Self { folder, from }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What stands in it now is what it begins with from here on.
    pub fn keep(&mut self) {
        self.from = files(self.folder.path());
    }

    /// Nothing in it may have changed.
    pub fn must_be_as_it_was(&self, why: &str) {
        let now = files(self.folder.path());
        let names = |of: &[(PathBuf, Vec<u8>)]| -> Vec<PathBuf> {
            of.iter().map(|(path, _)| path.clone()).collect()
        };
        assert!(
            now == self.from,
            "`{why}`, and something changed: {:?} became {:?}",
            names(&self.from),
            names(&now)
        );
    }

    /// Puts everything back.
    pub fn restore(&self) {
        for entry in fs::read_dir(self.path()).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                fs::remove_dir_all(path).expect("it goes");
            } else {
                fs::remove_file(path).expect("it goes");
            }
        }
        for (path, bytes) in &self.from {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
    }
}

/// Writes those sections that have one of these names into a folder, and takes away the others of them.
pub fn write(folder: &Path, names: &[&str], input: &[u8]) {
    let sections = sections(input);
    for name in names {
        let place = folder.join(name);
        match sections.iter().find(|(of, _)| of == name) {
            Some((_, bytes)) => {
                fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
                fs::write(place, bytes).expect("a file");
            }
            None => drop(fs::remove_file(place)),
        }
    }
}

/// An error must say something, and its hint too.
pub fn told(failure: &middelgroot::base::failure::Failure) -> String {
    let told = middelgroot::base::failure::told(failure);
    assert!(
        !failure.to_string().trim().is_empty(),
        "an error without words"
    );
    assert!(
        failure.hint().is_none_or(|hint| !hint.trim().is_empty()),
        "an empty hint: {told}"
    );
    told
}

/// Makes `source.toml` of a folder name the hash that `observations.csv` has, as who wrote both would: nothing is learned of
/// what lies behind a hash that no mutation ever meets.
pub fn seal(folder: &Path) {
    let Ok(observations) = fs::read(folder.join("observations.csv")) else {
        return;
    };
    let path = folder.join("source.toml");
    let source = fs::read(&path).unwrap_or_default();
    let source = String::from_utf8_lossy(&source);
    let sum = middelgroot::base::files::sha256(&observations);
    let mut lines: Vec<&str> = source.lines().collect();
    lines.retain(|line| !line.starts_with("sha256"));
    let sealed = format!("sha256 = \"{sum}\"\n{}\n", lines.join("\n"));
    fs::write(path, sealed).expect("a file");
}
