//! Pages on disk as they arrive, so that an interrupted fetch goes on where it stopped.
//!
//! In goes a page, out comes the same page after a crash, proven by its hash. A page is a body `<name>.json` and a note
//! `<name>.page` with request, hash and rows; the note comes last, so that a page with a note is whole. Both are written
//! beside their place and renamed. Nothing is forced to disk: what a power failure takes does not meet its hash, and is
//! asked again. One process at a time: a lock on the folder ends with its holder.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{ErrorKind, Result};
use super::http::{Body, BodyError};
use super::page::{self, Summary};
use super::request::checked_name;
use super::sink::Release;
use crate::base::files::{Sha256, sha256};

/// Bytes between the network and the scan.
const BUFFER: usize = 64 << 10;
/// As much of an answer as is quoted when it is no page.
const START: usize = 1 << 10;

/// The folder of all pages, held by this process.
#[derive(Debug)]
pub struct PageCache {
    root: PathBuf,
    _lock: File,
}

/// The pages of one release of one table.
#[derive(Clone, Debug)]
pub(super) struct StoredPages(PathBuf);

/// A page that lies in the cache.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct StoredPage {
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
        fs::create_dir_all(root).map_err(in_folder(root))?;
        let lock = File::create(root.join("lock")).map_err(in_folder(root))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                root: root.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(ErrorKind::CacheInUse.into()),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Throws away the pages of a table: once its snapshot is stored, or when they cannot be trusted.
    ///
    /// # Errors
    /// When the name could leave the folder, or the pages cannot be removed.
    pub fn forget(&self, name: &str) -> Result<()> {
        match fs::remove_dir_all(self.root.join(checked_name(name)?)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The pages of one release of a table, those of other releases are thrown away.
    pub(super) fn pages_of(
        &self,
        name: &str,
        service: &str,
        release: &Release,
    ) -> Result<StoredPages> {
        let table = self.root.join(checked_name(name)?);
        let of_release =
            sha256(format!("{service} {} {}", release.modified, release.version).as_bytes());
        let own = table.join(&of_release[..16]);
        fs::create_dir_all(&own).map_err(in_folder(&table))?;
        for entry in fs::read_dir(&table)? {
            let path = entry?.path();
            if path != own {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(StoredPages(own))
    }
}

impl StoredPages {
    /// The page to a request, if it is there and whole.
    pub(super) fn find(&self, request: &str) -> Option<StoredPage> {
        let note = fs::read(self.place(request, "page")).ok()?;
        let mut stored: StoredPage = serde_json::from_slice(&note).ok()?;
        let mut digest = Sha256::default();
        let mut body =
            BufReader::with_capacity(BUFFER, File::open(self.place(request, "json")).ok()?);
        while let Some(bytes) = body.fill_buf().ok().filter(|bytes| !bytes.is_empty()) {
            digest.update(bytes);
            let read = bytes.len();
            body.consume(read);
        }
        stored.resumed = true;
        (stored.request == request && stored.sha256 == digest.finish()).then_some(stored)
    }

    /// Takes a page as it comes in, to disk and never as a whole in memory, and hands it to a reader once it is there.
    pub(super) fn receive<T>(
        &self,
        body: &mut Body<'_>,
        read: impl Fn(File) -> io::Result<serde_json::Result<T>>,
    ) -> std::result::Result<ReceivedPage<T>, BodyError> {
        let own = |error: io::Error| BodyError::Receiver(in_folder(&self.0)(error).into());
        let mut file = tempfile::NamedTempFile::new_in(&self.0).map_err(own)?;
        let (mut digest, mut start) = (Sha256::default(), Vec::new());
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(BodyError::Content(error.to_string())),
            };
            let bytes = &buffer[..read];
            digest.update(bytes);
            start.extend(bytes.iter().take(START.saturating_sub(start.len())));
            file.write_all(bytes).map_err(own)?;
        }
        let bytes = body.bytes;
        let found = file.reopen().and_then(read).map_err(own)?;
        let found =
            found.map_err(|error| BodyError::Content(page::explained(&error, &start, bytes)))?;
        Ok(ReceivedPage {
            file,
            sha256: digest.finish(),
            bytes,
            found,
        })
    }

    /// Stores a page that came in whole.
    pub(super) fn put<T>(
        &self,
        request: &str,
        received: ReceivedPage<T>,
        summary: Summary,
    ) -> Result<(StoredPage, T)> {
        let ReceivedPage {
            file,
            sha256,
            bytes,
            found,
        } = received;
        let stored = StoredPage {
            request: request.to_owned(),
            sha256,
            bytes,
            summary,
            resumed: false,
        };
        let mut note = tempfile::NamedTempFile::new_in(&self.0)?;
        let text = serde_json::to_vec(&stored).map_err(io::Error::from)?;
        note.write_all(&text).map_err(in_folder(&self.0))?;
        // The note comes last: a page with a note is whole.
        let keep = |file: tempfile::NamedTempFile, ending: &str| {
            file.persist(self.place(request, ending))
                .map_err(|error| error.error)
        };
        keep(file, "json")?;
        keep(note, "page")?;
        Ok((stored, found))
    }

    /// Throws away the page to a request; the note goes first, as it came last.
    pub(super) fn forget(&self, request: &str) -> Result<()> {
        for ending in ["page", "json"] {
            match fs::remove_file(self.place(request, ending)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The bytes of a stored page. They were hashed when they came or were found.
    pub(super) fn open(&self, stored: &StoredPage) -> io::Result<File> {
        File::open(self.place(&stored.request, "json"))
    }

    fn place(&self, request: &str, ending: &str) -> PathBuf {
        self.0
            .join(format!("{}.{ending}", &sha256(request.as_bytes())[..32]))
    }
}

/// A page that came in whole and is not yet in its place, and what its reader found.
pub(super) struct ReceivedPage<T> {
    file: tempfile::NamedTempFile,
    sha256: String,
    bytes: u64,
    pub(super) found: T,
}

/// Names the folder of pages in what the system says of a file in it.
fn in_folder(folder: &Path) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("`{}`: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(modified: &str) -> Release {
        Release {
            modified: modified.into(),
            version: String::new(),
        }
    }

    fn received(pages: &StoredPages) -> ReceivedPage<()> {
        let mut file = tempfile::NamedTempFile::new_in(&pages.0).unwrap();
        file.write_all(b"{}").unwrap();
        ReceivedPage {
            file,
            sha256: sha256(b"{}"),
            bytes: 2,
            found: (),
        }
    }

    fn rows(rows: u64) -> Summary {
        Summary { rows, next: None }
    }

    #[test]
    fn a_page_is_found_again_and_a_damaged_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(folder.path()).unwrap();
        let pages = cache.pages_of("03759ned", "v3", &release("2026")).unwrap();
        let seven = pages.put("http://x/?$skip=7", received(&pages), rows(7));
        assert!(!seven.unwrap().0.resumed);
        assert_eq!(pages.find("http://x/?$skip=7").unwrap().summary.rows, 7);
        assert!(pages.find("http://x/?$skip=14").is_none());
        fs::write(pages.place("http://x/?$skip=7", "json"), b"{ }").unwrap();
        assert!(pages.find("http://x/?$skip=7").is_none());
    }

    #[test]
    fn pages_of_another_release_are_not_used_and_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(folder.path()).unwrap();
        cache
            .pages_of("03759ned", "v3", &release("2026"))
            .unwrap()
            .put(
                "r",
                received(&cache.pages_of("03759ned", "v3", &release("2026")).unwrap()),
                rows(0),
            )
            .unwrap();
        assert!(
            cache
                .pages_of("03759ned", "v3", &release("2027"))
                .unwrap()
                .find("r")
                .is_none()
        );
        assert!(
            cache
                .pages_of("03759ned", "v3", &release("2026"))
                .unwrap()
                .find("r")
                .is_none()
        );
    }

    #[test]
    fn two_fetches_cannot_share_a_cache() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(folder.path()).unwrap();
        assert!(matches!(
            *PageCache::open(folder.path()).unwrap_err().kind,
            ErrorKind::CacheInUse
        ));
        drop(cache);
        assert!(PageCache::open(folder.path()).is_ok());
    }

    #[test]
    fn an_id_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PageCache::open(&folder.path().join("inner")).unwrap();
        for id in ["..", "a/b", "", "03759ned.", "../x", "C:"] {
            assert!(
                cache.forget(id).is_err() && cache.pages_of(id, "v3", &release("")).is_err(),
                "{id}"
            );
        }
    }
}
