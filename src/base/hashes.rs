//! SHA-256 of files that need not be read again: what the system says of a file is kept beside its hash, as git's index does.
//!
//! In: files of a folder. Out: their hashes; a file is read only when the system says something else of it than before. Fails when
//! a file cannot be read. What is kept may be gone, damaged, or of another machine: then files are read. The peculiarity it
//! answers: a file that is written twice within one tick of the file system's clock looks the same both times, so that only
//! what is older than a file that is made at that moment is kept.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::files;

/// The file in which hashes are kept.
const KEPT: &str = "hashes";

/// What the system says of a file, by which it knows it from every other and from itself at other times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    size: u64,
    /// When its content changed last, seconds and nanoseconds: what a program may set.
    modified: (i64, i64),
    /// When anything of it changed last: what no program can set.
    changed: (i64, i64),
    device: u64,
    inode: u64,
}

impl Mark {
    /// What the system says of a file, links followed; nothing where it does not say enough.
    ///
    /// # Errors
    /// When the system says nothing of it.
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        fs::metadata(path).map(|found| Self::said(&found))
    }

    #[cfg(unix)]
    #[allow(clippy::unnecessary_wraps)] // other systems do not say it
    fn said(found: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            size: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
            device: found.dev(),
            inode: found.ino(),
        })
    }

    #[cfg(not(unix))]
    fn said(_: &fs::Metadata) -> Option<Self> {
        None
    }

    /// The mark of the program that runs, also when another has taken its place on disk since.
    pub fn of_program() -> Option<Self> {
        let own = Path::new("/proc/self/exe");
        let found = Self::of(own).or_else(|_| Self::of(&std::env::current_exe()?));
        found.ok().flatten()
    }

    /// In words: five numbers.
    pub fn text(&self) -> String {
        let Self {
            size,
            modified,
            changed,
            device,
            inode,
        } = self;
        format!(
            "{size} {}.{:09} {}.{:09} {device} {inode}",
            modified.0, modified.1, changed.0, changed.1
        )
    }

    /// Whether whatever is written to the file from the moment of another on, on the same device, gives it another mark.
    fn is_settled(&self, moment: Option<&Self>) -> bool {
        moment.is_some_and(|of| self.device == of.device && self.changed < of.changed)
    }
}

/// A file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    mark: Option<Mark>,
}

/// The hashes of files, by the path within a folder.
#[derive(Debug)]
pub struct Hashes {
    root: PathBuf,
    folder: PathBuf,
    /// The mark in words, and the hash.
    known: BTreeMap<String, (String, String)>,
    is_new: bool,
    /// The mark of a file that was made later than what is settled was found.
    moment: Option<Mark>,
}

impl Hashes {
    /// What is kept in `folder` of files within `root`; nothing where that is not there or not whole.
    pub fn kept(root: &Path, folder: &Path) -> Self {
        let text = read_sealed(&folder.join(KEPT)).unwrap_or_default();
        let entries = text.lines().filter_map(|line| {
            let (sha256, rest) = line.split_once(' ')?;
            let (mark, name) = rest.split_once('\t')?;
            Some((name.to_owned(), (mark.to_owned(), sha256.to_owned())))
        });
        Self {
            root: root.to_owned(),
            folder: folder.to_owned(),
            known: entries.collect(),
            is_new: false,
            moment: None,
        }
    }

    /// The hash of a file, read only where its mark is not the one that is kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn find(&mut self, path: &Path) -> Result<Found, files::Error> {
        let mark = files::at("read", path, Mark::of(path))?;
        if let (Some(kept), Some(mark)) = (self.known.get(&self.name(path)), &mark)
            && kept.0 == mark.text()
        {
            return Ok(Found {
                sha256: kept.1.clone(),
                mark: Some(mark.clone()),
            });
        }
        let mark = self.settling(path, mark)?;
        let file = files::at("read", path, fs::File::open(path))?;
        let sha256 = files::at("read", path, files::sha256_of(file))?;
        self.keep(path, &sha256, mark.as_ref())?;
        Ok(Found { sha256, mark })
    }

    /// Reads a file whole and keeps its hash.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&mut self, path: &Path) -> Result<(Vec<u8>, Found), files::Error> {
        let mark = files::at("read", path, Mark::of(path))?;
        let mark = self.settling(path, mark)?;
        let bytes = files::at("read", path, fs::read(path))?;
        let sha256 = files::sha256(&bytes);
        self.keep(path, &sha256, mark.as_ref())?;
        Ok((bytes, Found { sha256, mark }))
    }

    /// Copies a file that was found so; keeps the hash of the copy, which must lie where nobody else writes. Gives whether the
    /// file was still the same when that was done.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn copy(&mut self, from: &Path, found: &Found, to: &Path) -> Result<bool, files::Error> {
        files::at("copy", from, fs::copy(from, to))?;
        Ok(found.mark.is_some() && files::at("read", from, Mark::of(from))? == found.mark)
    }

    /// Keeps the hash of a file that this process made, where nobody else writes.
    ///
    /// # Errors
    /// When the system says nothing of it.
    pub fn made(&mut self, path: &Path, sha256: &str) -> Result<(), files::Error> {
        let mark = files::at("read", path, Mark::of(path))?;
        let mark = self.settling(path, mark)?;
        self.keep(path, sha256, mark.as_ref())
    }

    /// Says that a folder has been given another place, by which no file in it changes.
    pub fn moved(&mut self, from: &Path, to: &Path) {
        let (from, to) = (self.name(from) + "/", self.name(to) + "/");
        let (moved, rest) = std::mem::take(&mut self.known)
            .into_iter()
            .partition::<BTreeMap<_, _>, _>(|(name, _)| name.starts_with(&from));
        self.known = rest;
        for (name, entry) in moved {
            self.known.insert(to.clone() + &name[from.len()..], entry);
            self.is_new = true;
        }
    }

    /// Writes what is kept. Where that cannot be, files are read again next time.
    pub fn save(&mut self) {
        if !self.is_new {
            return;
        }
        let root = &self.root;
        self.known.retain(|name, _| root.join(name).exists());
        let lines = self.known.iter();
        let text = lines.fold(String::new(), |text, (name, (mark, sha256))| {
            text + sha256 + " " + mark + "\t" + name + "\n"
        });
        write_sealed(&self.folder.join(KEPT), &text);
        self.is_new = false;
    }

    /// The mark of a file, taken after a moment that lies later than it where there is such a moment.
    fn settling(&mut self, path: &Path, mark: Option<Mark>) -> Result<Option<Mark>, files::Error> {
        let is_settled = |of: &Mark| of.is_settled(self.moment.as_ref());
        if mark.as_ref().is_some_and(is_settled) {
            return Ok(mark);
        }
        self.moment = now(&self.folder);
        files::at("read", path, Mark::of(path))
    }

    /// Keeps a hash of a file that had this mark before it was read, if it has it still and is settled.
    fn keep(&mut self, path: &Path, sha256: &str, mark: Option<&Mark>) -> Result<(), files::Error> {
        let name = self.name(path);
        let after = files::at("read", path, Mark::of(path))?;
        let mark = mark.filter(|of| Some(*of) == after.as_ref());
        match mark.filter(|of| of.is_settled(self.moment.as_ref()) && !name.contains('\n')) {
            Some(mark) => {
                self.known.insert(name, (mark.text(), sha256.to_owned()));
                self.is_new = true;
            }
            None => self.is_new |= self.known.remove(&name).is_some(),
        }
        Ok(())
    }

    fn name(&self, path: &Path) -> String {
        let within = path.strip_prefix(&self.root).unwrap_or(path);
        within.to_string_lossy().into_owned()
    }
}

/// The mark of a file that is made now; nothing where none can be made.
fn now(folder: &Path) -> Option<Mark> {
    make(folder).ok()?;
    let file = unfinished(folder).ok()?;
    Mark::of(file.path()).ok().flatten()
}

fn unfinished(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(files::UNFINISHED)
        .tempfile_in(folder)
}

/// Makes a folder in one that is there.
fn make(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Reads a text that was written by [`write_sealed`]; nothing where it is not whole.
pub fn read_sealed(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let (seal, rest) = text.split_once('\n')?;
    (files::sha256(rest.as_bytes()) == seal).then(|| rest.to_owned())
}

/// Writes a text under its own hash, beside its place and then there. Where it cannot be written it is not there.
pub fn write_sealed(path: &Path, text: &str) {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        make(folder)?;
        // the disk need not be waited for: what it loses has another hash
        let mut file = unfinished(folder)?;
        writeln!(file, "{}", files::sha256(text.as_bytes()))?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    if write().is_err() {
        // it may not be there either
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Longer than a tick of any clock of a file system in use.
    const TICK: Duration = Duration::from_millis(30);

    fn ground() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let (file, folder) = (root.path().join("a"), root.path().join("cache"));
        fs::write(&file, "een").unwrap();
        (root, file, folder)
    }

    #[test]
    fn what_is_kept_is_believed_only_of_the_same_file_at_the_same_time() {
        let (root, file, folder) = ground();
        std::thread::sleep(TICK);
        let mut hashes = Hashes::kept(root.path(), &folder);
        let sum = hashes.find(&file).unwrap().sha256;
        assert_eq!(sum, files::sha256(b"een"));
        hashes.save();
        // what is kept is used: another hash under the same mark is given
        let kept = folder.join(KEPT);
        let other = read_sealed(&kept).unwrap().replace(&sum, "anders");
        assert!(other.contains("anders"));
        write_sealed(&kept, &other);
        let mut believing = Hashes::kept(root.path(), &folder);
        assert_eq!(believing.find(&file).unwrap().sha256, "anders");
        // and not of what was written since, though size and time of writing are the same
        let times = fs::metadata(&file).unwrap().modified().unwrap();
        fs::write(&file, "two").unwrap();
        let opened = fs::File::options().write(true).open(&file).unwrap();
        opened.set_modified(times).unwrap();
        let mut believing = Hashes::kept(root.path(), &folder);
        assert_eq!(believing.find(&file).unwrap().sha256, files::sha256(b"two"));
        // nor where the file was damaged
        let text = fs::read_to_string(&kept).unwrap();
        fs::write(&kept, text.replace("anders", "ander5")).unwrap();
        assert!(Hashes::kept(root.path(), &folder).known.is_empty());
    }

    #[test]
    fn what_was_written_in_this_tick_is_read_again() {
        let (root, file, folder) = ground();
        let mut hashes = Hashes::kept(root.path(), &folder);
        // as often as it takes to write twice in one tick
        for round in 0..200_u32 {
            let text = format!("{round:03}");
            fs::write(&file, &text).unwrap();
            let found = hashes.find(&file).unwrap();
            assert_eq!(found.sha256, files::sha256(text.as_bytes()));
        }
    }

    #[test]
    fn a_folder_that_moves_takes_its_hashes_along() {
        let (root, _, folder) = ground();
        let (old, new) = (root.path().join("old"), root.path().join("new"));
        fs::create_dir(&old).unwrap();
        fs::write(old.join("a"), "x").unwrap();
        std::thread::sleep(TICK);
        let mut hashes = Hashes::kept(root.path(), &folder);
        hashes.find(&old.join("a")).unwrap();
        fs::rename(&old, &new).unwrap();
        hashes.moved(&old, &new);
        let names: Vec<&String> = hashes.known.keys().collect();
        assert_eq!(names, ["new/a"]);
        let mark = Mark::of(&new.join("a")).unwrap().unwrap();
        assert_eq!(hashes.known["new/a"].0, mark.text());
    }

    #[test]
    fn where_nothing_can_be_kept_files_are_read() {
        let (root, file, _) = ground();
        let folder = root.path().join("not/there");
        let mut hashes = Hashes::kept(root.path(), &folder);
        assert_eq!(hashes.find(&file).unwrap().sha256, files::sha256(b"een"));
        hashes.save();
        assert!(!folder.exists());
    }
}
