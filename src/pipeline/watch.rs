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

use super::{BuildOptions, build};
use crate::base::failure::{Exit, Failure, Report, told};
use crate::base::project::Project;
use crate::publish::Dialect;
use crate::query::Queries;
use crate::serve::{Board, Server};

/// How long nothing changes before a run begins.
const STILL: Duration = Duration::from_millis(150);

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

/// What the loop hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Changed,
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
        loop {
            self.board.begin();
            let begun = Instant::now();
            match self.make() {
                // Typst hears Ctrl-C as well, so that a run that is stopped has failed
                _ if self.stopped.load(Ordering::Relaxed) => return,
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
            if !self.is_changed() {
                return;
            }
        }
    }

    /// Makes what is served; what it says.
    fn make(&self) -> Result<String, Failure> {
        let options = BuildOptions {
            edition: Some(&self.edition),
            typst: self.options.typst,
            data_only: false,
            dialect: Dialect::Plain,
            progress: false,
            verbose: false,
        };
        Ok(build(self.project, &options)?.summary())
    }

    /// Waits for a change, and until it is still; false when it is stopped.
    fn is_changed(&self) -> bool {
        if self.words.recv() != Ok(Word::Changed) {
            return false;
        }
        loop {
            match self.words.recv_timeout(STILL) {
                Ok(Word::Changed) => {}
                Err(RecvTimeoutError::Timeout) => return true,
                Ok(Word::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}

/// Watches the folders that an edition is made of.
fn watcher(project: &Project, speaker: Sender<Word>) -> Result<RecommendedWatcher, Error> {
    let hear = move |event: notify::Result<Event>| {
        // where the system lost track, anything may have changed
        if event.is_ok_and(|event| !is_change(&event)) {
            return;
        }
        // who does not listen any more has stopped
        let _ = speaker.send(Word::Changed);
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

/// Whether an event may change what is made: not that a file was read, and not what an editor keeps for itself.
fn is_change(event: &Event) -> bool {
    let is_of_editor = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(['.', '#']) || name.ends_with(['~', '#']) || name == "4913"
    };
    event.need_rescan()
        || !matches!(event.kind, EventKind::Access(_)) && !event.paths.iter().all(is_of_editor)
}
