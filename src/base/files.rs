//! Writing so that nothing is ever half-written: beside the place, then one rename.
//!
//! In: bytes or a finished folder. Out: the same at its place. A fault (a full disk, a kill) leaves what was there.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ring::digest;

use crate::base::failure::Report;

/// A file or folder that could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{}`: {source}", in_its_place(path).display())]
pub struct Error {
    /// What was tried: `read`, `write`, …
    pub doing: &'static str,
    /// Where.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self.source.kind() {
            io::ErrorKind::NotFound => {
                Some("run from the project's folder, or name it with `--project`".to_owned())
            }
            io::ErrorKind::StorageFull => {
                Some("make room on the disk; nothing that was there is lost".to_owned())
            }
            io::ErrorKind::InvalidData => {
                Some("save it as UTF-8: an editor or `iconv -t UTF-8` does so".to_owned())
            }
            io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => Some(
                "make room, or raise the limit of this user; nothing that was there is lost"
                    .to_owned(),
            ),
            io::ErrorKind::ReadOnlyFilesystem => {
                Some("it lies where nothing can be written: copy the project elsewhere".to_owned())
            }
            io::ErrorKind::PermissionDenied => Some("check who may write there".to_owned()),
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                Some("move what stands in the place of a folder".to_owned())
            }
            _ => None,
        }
    }
}

/// A path as whoever reads an error knows it: in the folder that is being filled it stands where it would have come.
fn in_its_place(path: &Path) -> PathBuf {
    let place = |part: Component<'_>| {
        let name = part.as_os_str().to_str();
        let filled = name.and_then(|name| name.strip_prefix(UNFINISHED));
        let place = filled.and_then(|name| name.rsplit_once('-'));
        place.map_or_else(|| part.as_os_str().to_owned(), |(name, _)| name.into())
    };
    path.components().map(place).collect()
}

/// Names what was done where in an input or output error.
pub fn at<T>(doing: &'static str, path: &Path, result: io::Result<T>) -> Result<T, Error> {
    result.map_err(|source| Error {
        doing,
        path: path.to_owned(),
        source,
    })
}

/// Reads a whole file as text.
///
/// # Errors
/// When it cannot be read or is no UTF-8.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let text = fs::read(path).and_then(|bytes| {
        String::from_utf8(bytes).map_err(|wrong| {
            let good = &wrong.as_bytes()[..wrong.utf8_error().valid_up_to()];
            let line = good.split(|byte| *byte == b'\n').count();
            let message = format!("line {line} is not UTF-8");
            io::Error::new(io::ErrorKind::InvalidData, message)
        })
    });
    at("read", path, text)
}

/// The names in a folder, sorted; none where there is no folder.
///
/// # Errors
/// When it cannot be read.
pub fn names(folder: &Path) -> Result<Vec<String>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in at("read", folder, fs::read_dir(folder))? {
        let name = at("read", folder, entry)?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Every file in a folder and below, by its path with `/` between; none where there is no folder.
///
/// # Errors
/// When a folder cannot be read.
pub fn all_files(folder: &Path) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    if folder.exists() {
        gather(folder, "", &mut found)?;
    }
    Ok(found)
}

fn gather(folder: &Path, before: &str, found: &mut BTreeSet<String>) -> Result<(), Error> {
    for entry in at("read", folder, fs::read_dir(folder))? {
        let entry = at("read", folder, entry)?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        let kind = at("read", folder, entry.file_type())?;
        let path = entry.path();
        // the system says it of all but links with the name
        if kind.is_dir() || kind.is_symlink() && path.is_dir() {
            gather(&path, &(name + "/"), found)?;
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

/// Writes a file beside its place and renames it there; the folder is made when it is missing.
///
/// # Errors
/// When it cannot be written; what was there stays.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    at("make", folder, fs::create_dir_all(folder))?;
    let mut file = at(
        "write beside",
        path,
        tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(folder),
    )?;
    at(
        "write",
        path,
        file.write_all(bytes)
            .and_then(|()| file.as_file().sync_all()),
    )?;
    open_to_all(file.path(), 0o644)?;
    at(
        "rename to",
        path,
        file.persist(path).map(drop).map_err(|error| error.error),
    )?;
    Ok(())
}

/// A temporary file or folder is private; what stands in its place is for everyone.
fn open_to_all(path: &Path, mode: u32) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        at(
            "open up",
            path,
            fs::set_permissions(path, fs::Permissions::from_mode(mode)),
        )?;
    }
    Ok(())
}

/// Refuses a place where a file or a link stands, for a folder would take it away.
///
/// # Errors
/// With what stands there.
pub fn for_folder(place: &Path) -> Result<(), Error> {
    let what = match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(found) if found.is_symlink() => Err(taken("a link stands there")),
        Ok(_) => Err(taken("a file stands there")),
        Err(error) => Err(error),
    };
    at("make the folder", place, what)
}

fn taken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, what)
}

/// A folder that is filled beside its place and takes the place of the old one when it is whole.
#[derive(Debug)]
pub struct NewFolder {
    filling: tempfile::TempDir,
    place: PathBuf,
}

impl NewFolder {
    /// Starts a folder beside `place`; dropped before [`Self::finish`], it vanishes.
    ///
    /// # Errors
    /// When the folder cannot be made, or something else stands in its place.
    pub fn beside(place: &Path) -> Result<Self, Error> {
        for_folder(place)?;
        let parent = place.parent().unwrap_or(Path::new("."));
        at("make", parent, fs::create_dir_all(parent))?;
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let filling = tempfile::Builder::new()
            .prefix(&format!("{UNFINISHED}{name}-"))
            .tempdir_in(parent);
        Ok(Self {
            filling: at("make a folder beside", place, filling)?,
            place: place.to_owned(),
        })
    }

    /// Where to write for now.
    pub fn path(&self) -> &Path {
        self.filling.path()
    }

    /// The same, for another name beside the first: one that only shows when the folder is filled.
    pub fn named(self, name: &str) -> Self {
        Self {
            place: self.place.with_file_name(name),
            ..self
        }
    }

    /// Where it will stand.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Puts one folder within it in its place, and leaves all else that stands there as it is.
    ///
    /// # Errors
    /// When renaming fails; the old folder stays.
    pub fn finish_part(self, name: &str) -> Result<(), Error> {
        if !self.place.exists() {
            return self.finish();
        }
        let (new, old) = (self.path().join(name), self.place.join(name));
        for_folder(&old)?;
        let swapped = if old.exists() {
            exchange(&new, &old)
        } else {
            fs::rename(&new, &old)
        };
        at("rename to", &old, swapped)?;
        // after an exchange the old folder lies where the new one was filled
        let filled = self.filling.path().to_owned();
        at("remove", &filled, self.filling.close())
    }

    /// Puts the folder in its place: one exchange where there is an old one, so that at no moment there is none.
    ///
    /// # Errors
    /// When renaming fails; the old folder stays.
    pub fn finish(self) -> Result<(), Error> {
        self.finish_keeping(None)
    }

    /// The same, and takes one folder over from the old one, where there is such a folder.
    ///
    /// # Errors
    /// When renaming fails; the old folder stays.
    pub fn finish_keeping(self, name: Option<&str>) -> Result<(), Error> {
        let filled = self.filling.keep();
        open_to_all(&filled, 0o755)?;
        let swapped = if self.place.exists() {
            exchange(&filled, &self.place)
        } else {
            fs::rename(&filled, &self.place)
        };
        if let Err(source) = swapped {
            at("remove", &filled, fs::remove_dir_all(&filled))?;
            return Err(Error {
                doing: "rename to",
                path: self.place,
                source,
            });
        }
        // after an exchange the old folder lies where the new one was filled
        if filled.exists() {
            let kept = name.map(|name| (filled.join(name), self.place.join(name)));
            if let Some((old, new)) = kept.filter(|(old, _)| old.is_dir()) {
                at("move", &old, fs::rename(&old, new))?;
            }
            at("remove", &filled, fs::remove_dir_all(&filled))?;
        }
        Ok(())
    }
}

/// Exchanges two folders in one step.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

/// Exchanges two folders, in three steps where the system has no single one.
#[cfg(not(target_os = "linux"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    let aside = one.with_extension("old");
    fs::rename(other, &aside)?;
    fs::rename(one, other).or_else(|error| fs::rename(&aside, other).and(Err(error)))?;
    fs::rename(&aside, one)
}

/// A folder that one run at a time may change; another waits until it is free.
#[derive(Clone, Debug)]
pub struct FolderLock {
    lock: Arc<fs::File>,
}

impl FolderLock {
    /// Waits for the folder, and says so where it must; clears away what a run that was stopped left unfinished in it and in its
    /// folders.
    ///
    /// # Errors
    /// When the folder cannot be made or locked.
    pub fn wait_for(folder: &Path) -> Result<Self, Error> {
        at("make", folder, fs::create_dir_all(folder))?;
        // the folder itself is what is locked: no file is left behind
        let lock = at("open", folder, fs::File::open(folder))?;
        let locked = match lock.try_lock() {
            Err(fs::TryLockError::WouldBlock) => {
                let place = folder.display();
                eprintln!("another run is at work in `{place}`: this one waits until it has ended");
                lock.lock()
            }
            locked => locked.map_err(io::Error::from),
        };
        at("lock", folder, locked)?;
        for name in names(folder)? {
            clear(&folder.join(name));
        }
        clear(folder);
        Ok(Self {
            lock: Arc::new(lock),
        })
    }

    /// Lets a program that is started hold the folder as well: where this one is killed, that may go on writing, and the next run
    /// waits until it has ended. It stands in the place of what it would read.
    ///
    /// # Errors
    /// When the system has no room for one more open file.
    pub fn share(&self, command: &mut Command) -> io::Result<()> {
        command.stdin(self.lock.try_clone()?);
        Ok(())
    }
}

/// How the names of files and folders begin that are not finished yet.
pub(super) const UNFINISHED: &str = ".new-";

/// Whether a name is that of a file or folder that is not finished yet.
pub fn is_unfinished(name: &str) -> bool {
    name.starts_with(UNFINISHED)
}

/// Clears away what a run that was stopped left unfinished in a folder where no other run writes. What stays goes the next time.
pub fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_unfinished(&entry.file_name().to_string_lossy()) {
            let path = entry.path();
            let remove = || fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
            // a program that the run had started may still write there
            let _ = remove().or_else(|_| remove());
        }
    }
}

/// A file that is hashed while it is written, so that it need not be held whole.
#[derive(Debug)]
pub struct HashedFile {
    path: PathBuf,
    file: fs::File,
    digest: Sha256,
    bytes: usize,
}

impl HashedFile {
    /// Makes the file.
    ///
    /// # Errors
    /// When that cannot be.
    pub fn create(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            path: path.to_owned(),
            file: at("write", path, fs::File::create(path))?,
            digest: Sha256::default(),
            bytes: 0,
        })
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Error> {
        at("write", &self.path, self.file.write_all(piece))?;
        self.digest.update(piece);
        self.bytes += piece.len();
        Ok(())
    }

    /// The SHA-256 of all, and how many bytes they are.
    pub fn finish(self) -> (String, usize) {
        (self.digest.finish(), self.bytes)
    }
}

impl io::Write for HashedFile {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.push(piece).map_err(io::Error::other)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// The same of all that can be read, in pieces.
///
/// # Errors
/// When reading fails.
pub fn sha256_of(mut source: impl io::Read) -> io::Result<String> {
    let (mut digest, mut buffer) = (Sha256::default(), vec![0; 1 << 16]);
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(digest.finish()),
            read => digest.update(&buffer[..read]),
        }
    }
}

/// A SHA-256 on its way, by the library at hand that is fastest where the processor has no instructions for it.
pub struct Sha256(digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256")
    }
}

impl Sha256 {
    /// Adds a piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// That of all pieces, in hexadecimal.
    pub fn finish(self) -> String {
        hexadecimal(self.0.finish().as_ref())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // writing to a string cannot fail
            let _ = write!(text, "{byte:02x}");
            text
        })
}
