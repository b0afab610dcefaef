//! Writing so that nothing is ever half-written: beside the place, then one rename.
//!
//! In: bytes or a finished folder. Out: the same at its place. A fault (a full disk, a kill) leaves what was there.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::Report;

/// A file or folder that could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{}`: {source}", path.display())]
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
            io::ErrorKind::PermissionDenied => Some("check who may write there".to_owned()),
            _ => None,
        }
    }
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
    at("read", path, fs::read_to_string(path))
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
        tempfile::NamedTempFile::new_in(folder),
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
    /// When the folder cannot be made.
    pub fn beside(place: &Path) -> Result<Self, Error> {
        let parent = place.parent().unwrap_or(Path::new("."));
        at("make", parent, fs::create_dir_all(parent))?;
        let filling = tempfile::Builder::new().prefix(".new-").tempdir_in(parent);
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

    /// Puts the folder in its place. The old one steps aside first and goes only when the new one stands.
    ///
    /// # Errors
    /// When renaming fails; the old folder is put back.
    pub fn finish(self) -> Result<(), Error> {
        let parent = self.place.parent().unwrap_or(Path::new("."));
        let aside = at(
            "make a folder beside",
            &self.place,
            tempfile::Builder::new().prefix(".old-").tempdir_in(parent),
        )?;
        let old = aside.path().join("old");
        let had_one = self.place.exists();
        if had_one {
            at("move aside", &self.place, fs::rename(&self.place, &old))?;
        }
        let filled = self.filling.keep();
        open_to_all(&filled, 0o755)?;
        if let Err(source) = fs::rename(&filled, &self.place) {
            if had_one {
                at("put back", &self.place, fs::rename(&old, &self.place))?;
            }
            return Err(Error {
                doing: "rename to",
                path: self.place,
                source,
            });
        }
        Ok(())
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The same of all that can be read, in pieces.
///
/// # Errors
/// When reading fails.
pub fn sha256_of(mut source: impl io::Read) -> io::Result<String> {
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&digest.finalize())),
            read => digest.update(&buffer[..read]),
        }
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
