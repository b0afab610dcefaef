//! Making an edition anew whenever what it is made of changes, and serving it meanwhile.
//!
//! In: a project, and what the system tells of changes in `queries/`, `src/paper/` and `data/`. Out: the output, made anew, a
//! server of it, and word to every page that is open. An edition that cannot be made is an error on those pages; fails when
//! it cannot start. The peculiarity it answers: an editor saves in several steps and under names of its own, and goes on
//! saving while a run is under way, so that a run begins when it is still, and again when something came in between.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::made::is_of_cache;
use super::{BuildOptions, SITE, SiteOptions, build, site};
use crate::base::failure::{Exit, Failure, Report, told};
use crate::base::project::Project;
use crate::query::Queries;
use crate::serve::{Board, Server};

/// How long nothing changes before a run begins.
const STILL: Duration = Duration::from_millis(150);

/// Where the sources of pages lie among those of the paper.
const PAGES: &str = SITE;

/// The forms that chapters take on the web.
const WEB: &str = "web.typ";

/// What `watch` was asked.
#[derive(Clone, Copy, Debug)]
pub struct WatchOptions<'a> {
    /// Edition; the default one when none.
    pub edition: Option<&'a str>,
    /// Port of 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// Typst program to use.
    pub typst: Option<&'a Path>,
}

/// Changes cannot be seen.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch `{}`: {source}", folder.display())]
pub struct Error {
    /// Where.
    pub folder: PathBuf,
    /// Why.
    pub source: notify::Error,
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        Some(match self.source.kind {
            notify::ErrorKind::MaxFilesWatch => {
                "the system watches no more files: close programs that do, or raise its limit"
                    .to_owned()
            }
            _ => "run from the project's folder, or name it with `--project`".to_owned(),
        })
    }

    fn exit(&self) -> Exit {
        Exit::Other
    }
}

/// What is made anew: the later holds the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// The site alone.
    Site,
    /// The paper, the open data and the site.
    All,
}

/// What the loop hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Changed(Scope),
    Stop,
}

/// A project that is watched and served.
#[derive(Debug)]
pub struct Watch<'a> {
    project: &'a Project,
    options: WatchOptions<'a>,
    edition: String,
    board: Board,
    server: Server,
    words: Receiver<Word>,
    speaker: Sender<Word>,
    stopped: Arc<AtomicBool>,
    _watcher: RecommendedWatcher,
}

impl<'a> Watch<'a> {
    /// Starts to watch and to serve; nothing is made yet. The edition stays the same also when another becomes the default.
    ///
    /// # Errors
    /// When there is no such edition, the folders cannot be watched, or the port is taken.
    pub fn start(project: &'a Project, options: &WatchOptions<'a>) -> Result<Self, Failure> {
        let queries = Queries::read(&project.queries())?;
        let edition = queries.edition(options.edition)?.id.clone();
        let (speaker, words) = channel();
        let watcher = watcher(project, speaker.clone())?;
        // pages of an earlier run may still be open: no version is told twice
        let board = Board::new(Timestamp::now().as_millisecond().unsigned_abs());
        let folder = project.output().join(&edition);
        let server = Server::start(&folder, options.port, board.clone())?;
        Ok(Self {
            project,
            options: *options,
            edition,
            board,
            server,
            words,
            speaker,
            stopped: Arc::default(),
            _watcher: watcher,
        })
    }

    /// Where it is served.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What ends [`Self::run`]: at once where nothing is under way, else when the run that is ends.
    pub fn stopper(&self) -> impl Fn() + Send + 'static + use<> {
        let (speaker, stopped) = (self.speaker.clone(), Arc::clone(&self.stopped));
        move || {
            stopped.store(true, Ordering::Relaxed);
            // who does not listen any more has stopped
            let _ = speaker.send(Word::Stop);
        }
    }

    /// Makes the edition, and again after every change, until it is stopped. What was made is served until there is
    /// something newer, also where a run fails. Each run is told.
    pub fn run(self, tell: &dyn Fn(&str)) {
        let mut scope = Scope::All;
        loop {
            self.board.begin();
            let begun = Instant::now();
            let made = self.make(scope);
            // Typst hears Ctrl-C as well, so that a run that is stopped has failed
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            // what was not made is still to be made
            let owed = made.as_ref().err().map(|_| scope);
            match made {
                Ok(said) => {
                    let seconds = begun.elapsed().as_secs_f64();
                    tell(&format!(
                        "made edition `{}` in {seconds:.1} s\n",
                        self.edition
                    ));
                    self.board.done(said);
                }
                Err(failure) => {
                    let error = told(&failure);
                    tell(&error);
                    self.board.failed(error);
                }
            }
            let Some(changed) = self.changed() else {
                return;
            };
            scope = owed.map_or(changed, |owed| changed.max(owed));
        }
    }

    /// Makes what is served; what it says. The sheets of gemeenten come as pages only: hundreds of PDFs take long.
    fn make(&self, scope: Scope) -> Result<String, Failure> {
        let edition = Some(self.edition.as_str());
        let typst = self.options.typst;
        let mut said = String::new();
        if scope == Scope::All {
            // the pages that are there are served until there are newer ones
            let options = BuildOptions {
                keep: true,
                ..BuildOptions::of(edition, typst)
            };
            said = build(self.project, &options)?.summary();
        }
        // a house without a template of pages has no site
        if self.project.paper().join(PAGES).is_dir() {
            let options = SiteOptions {
                edition,
                typst,
                sheets: false,
                force: false,
            };
            said += &site(self.project, &options)?;
        }
        Ok(said)
    }

    /// Waits for a change, and until it is still: what it asks for. None when it is stopped.
    fn changed(&self) -> Option<Scope> {
        let Ok(Word::Changed(mut scope)) = self.words.recv() else {
            return None;
        };
        loop {
            match self.words.recv_timeout(STILL) {
                Ok(Word::Changed(more)) => scope = scope.max(more),
                Err(RecvTimeoutError::Timeout) => return Some(scope),
                Ok(Word::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// Watches the folders that an edition is made of.
fn watcher(project: &Project, speaker: Sender<Word>) -> Result<RecommendedWatcher, Error> {
    let hear = move |event: notify::Result<Event>| {
        // where the system lost track, anything may have changed
        let scope = event.map_or(Some(Scope::All), |event| scope_of(&event));
        if let Some(scope) = scope {
            // who does not listen any more has stopped
            let _ = speaker.send(Word::Changed(scope));
        }
    };
    let folders = [project.queries(), project.paper(), project.data()];
    let failed = |folder: &Path| {
        let folder = folder.to_owned();
        move |source| Error { folder, source }
    };
    let mut watcher = notify::recommended_watcher(hear).map_err(failed(&folders[0]))?;
    for folder in &folders {
        let watched = watcher.watch(folder, RecursiveMode::Recursive);
        watched.map_err(failed(folder))?;
    }
    Ok(watcher)
}

/// What an event asks for. Nothing when a file was only read, or is one that an editor keeps for itself.
fn scope_of(event: &Event) -> Option<Scope> {
    let is_of_editor = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(['.', '#']) || name.ends_with(['~', '#']) || name == "4913"
    };
    if event.need_rescan() {
        return Some(Scope::All);
    }
    if matches!(event.kind, EventKind::Access(_)) {
        return None;
    }
    let is_nothing = |path: &PathBuf| is_of_editor(path) || is_of_cache(path);
    let paths = event.paths.iter().filter(|path| !is_nothing(path));
    let is_of_site = |path: &Path| path.iter().any(|part| part == PAGES) || path.ends_with(WEB);
    let scopes = paths.map(|path| {
        if is_of_site(path) {
            Scope::Site
        } else {
            Scope::All
        }
    });
    scopes.max()
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, Flag, ModifyKind};

    use super::*;

    #[test]
    fn what_only_pages_are_made_of_asks_for_the_site_alone() {
        let modify = EventKind::Modify(ModifyKind::Any);
        for (kind, paths, scope) in [
            (
                modify,
                &["/p/src/paper/chapters/a.typ"][..],
                Some(Scope::All),
            ),
            (modify, &["/p/src/paper/site/site.css"], Some(Scope::Site)),
            (modify, &["/p/src/paper/web.typ"], Some(Scope::Site)),
            (
                modify,
                &["/p/src/paper/web.typ", "/p/queries/a.toml"],
                Some(Scope::All),
            ),
            (modify, &["/p/queries/.a.toml.swp"], None),
            (modify, &["/p/data/.cache/hashes"], None),
            (
                EventKind::Create(CreateKind::File),
                &["/p/queries/a.toml~", "/p/src/paper/site/x.js"],
                Some(Scope::Site),
            ),
            (
                EventKind::Access(AccessKind::Read),
                &["/p/queries/a.toml"],
                None,
            ),
        ] {
            let mut event = Event::new(kind);
            event.paths = paths.iter().map(PathBuf::from).collect();
            assert_eq!(scope_of(&event), scope, "{paths:?}");
        }
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(scope_of(&lost), Some(Scope::All));
    }
}
