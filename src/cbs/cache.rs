//! Pages on disk as they arrive, so that an interrupted fetch goes on where it stopped.
//!
//! In goes a page, out comes the same page after a crash, proven by its hash. A page is a body `<name>.json` and a note
//! `<name>.page` with request, hash and rows; the note comes last, so that a page with a note is whole. Both are written
//! beside their place, forced to disk, and renamed. One process at a time: a lock on the folder ends with its holder.

use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ask::checked_id;
use super::error::{Kind, Result};
use super::page::Summary;
use super::sink::Release;

/// The folder of all pages, held by this process.
#[derive(Debug)]
pub struct PageCache {
    root: PathBuf,
    _lock: File,
}

/// The pages of one release of one table.
#[derive(Clone, Debug)]
pub(super) struct Shelf(PathBuf);

/// A page that lies in the cache.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Stored {
    pub(super) request: String,
    pub(super) sha256: String,
    pub(super) bytes: u64,
    #[serde(flatten)]
    pub(super) summary: Summary,
    #[serde(skip)]
    pub(super) resumed: bool,
}

impl PageCache {
    /// Opens the folder, which is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or another process holds it.
    pub fn open(root: &Path) -> Result<Self> {
        fs::create_dir_all(root)?;
        let lock = File::create(root.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Kind::CacheInUse.into()),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Throws away the pages of a table: once its snapshot is stored, or when they cannot be trusted.
    ///
    /// # Errors
    /// When the id could leave the folder, or the pages cannot be removed.
    pub fn forget(&self, id: &str) -> Result<()> {
        match fs::remove_dir_all(self.root.join(checked_id(id)?)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The pages of one release of a table, those of other releases are thrown away.
    pub(super) fn shelf(&self, id: &str, service: &str, release: &Release) -> Result<Shelf> {
        let table = self.root.join(checked_id(id)?);
        let name = hash(format!("{service} {} {}", release.modified, release.version).as_bytes());
        let own = table.join(&name[..16]);
        fs::create_dir_all(&own)?;
        for entry in fs::read_dir(&table)? {
            let path = entry?.path();
            if path != own {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(Shelf(own))
    }
}

impl Shelf {
    /// The page to a request, if it is there and whole.
    pub(super) fn find(&self, request: &str) -> Option<Stored> {
        let note = fs::read(self.place(request, "page")).ok()?;
        let mut stored: Stored = serde_json::from_slice(&note).ok()?;
        let body = fs::read(self.place(request, "json")).ok()?;
        stored.resumed = true;
        (stored.request == request && stored.sha256 == hash(&body)).then_some(stored)
    }

    /// Stores a page.
    pub(super) fn put(&self, request: &str, body: &[u8], summary: Summary) -> Result<Stored> {
        let bytes = body.len() as u64;
        let stored = Stored { request: request.to_owned(), sha256: hash(body), bytes, summary, resumed: false };
        let note = serde_json::to_vec(&stored).map_err(io::Error::from)?;
        self.write(&self.place(request, "json"), body)?;
        self.write(&self.place(request, "page"), &note)?;
        Ok(stored)
    }

    /// The bytes of a stored page, into a buffer that is used again.
    pub(super) fn read(&self, stored: &Stored, buffer: &mut Vec<u8>) -> Result<()> {
        buffer.clear();
        io::copy(&mut File::open(self.place(&stored.request, "json"))?, buffer)?;
        if hash(buffer) == stored.sha256 { Ok(()) } else { Err(Kind::Malformed("a page changed on disk".into()).into()) }
    }

    fn place(&self, request: &str, ending: &str) -> PathBuf {
        self.0.join(format!("{}.{ending}", &hash(request.as_bytes())[..32]))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        File::open(&self.0)?.sync_all()?;
        Ok(())
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(modified: &str) -> Release {
        Release { modified: modified.into(), version: String::new() }
    }

    #[test]
    fn a_page_is_found_again_and_a_damaged_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(folder.path()).unwrap();
        let shelf = cache.shelf("03759ned", "v3", &release("2026")).unwrap();
        shelf.put("http://x/?$skip=7", b"{}", Summary { rows: 7, next: Some("n".into()) }).unwrap();
        assert_eq!(shelf.find("http://x/?$skip=7").unwrap().summary.rows, 7);
        assert!(shelf.find("http://x/?$skip=14").is_none());
        fs::write(shelf.place("http://x/?$skip=7", "json"), b"{ }").unwrap();
        assert!(shelf.find("http://x/?$skip=7").is_none());
    }

    #[test]
    fn pages_of_another_release_are_not_used_and_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(folder.path()).unwrap();
        cache.shelf("03759ned", "v3", &release("2026")).unwrap().put("r", b"{}", Summary::default()).unwrap();
        assert!(cache.shelf("03759ned", "v3", &release("2027")).unwrap().find("r").is_none());
        assert!(cache.shelf("03759ned", "v3", &release("2026")).unwrap().find("r").is_none());
    }

    #[test]
    fn two_fetches_cannot_share_a_cache() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(folder.path()).unwrap();
        assert!(matches!(*PageCache::open(folder.path()).unwrap_err().kind, Kind::CacheInUse));
        drop(cache);
        assert!(PageCache::open(folder.path()).is_ok());
    }

    #[test]
    fn an_id_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(&folder.path().join("inner")).unwrap();
        for id in ["..", "a/b", "", "03759ned.", "../x", "C:"] {
            assert!(cache.forget(id).is_err() && cache.shelf(id, "v3", &release("")).is_err(), "{id}");
        }
    }
}
