//! The way of pages from those who read them to the one who sends their cells on, while the next pages come.
//!
//! In go pages in whatever order they arrive; out they come in their own order, request by request, each only when the one
//! before it leads to it. Readers wait when they are too far ahead, so that what lies ready stays small however large the
//! table. Whoever finds a reading in doubt makes it [`Stream::void`]: then all is sent anew from disk.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::cache::StoredPage;
use super::cells::{CellsRead, Parsers};
use super::emit::Emitter;
use super::error::Result;
use super::limiter::lock;
use super::links::leads_to;

/// Cells that may lie ready, of 24 bytes each.
const CELLS: u64 = 1 << 19;
/// Pages that may be under way whatever their size.
const AT_LEAST: u64 = 2;
/// Longest wait before looking whether the user wants to stop.
const SLICE: Duration = Duration::from_millis(50);

/// Number of the request, and of the page within it.
pub(super) type Place = (usize, u64);

/// The pages on their way.
pub(super) struct Stream {
    state: Mutex<State>,
    changed: Condvar,
    /// Pages that a reader may be ahead.
    ahead: u64,
}

#[derive(Default)]
struct State {
    arrived: BTreeMap<Place, Arrived>,
    /// Cells of those.
    ready: u64,
    /// The page that is sent next.
    next: Place,
    /// Pages of the requests that were read to their end.
    ended: BTreeMap<usize, u64>,
    is_void: bool,
}

/// Makes a reading void when its thread panics.
pub(super) struct Guard<'a>(&'a Stream);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.void();
        }
    }
}

impl State {
    /// Whether a page had better come later. Those that are sent next never wait for those after them.
    fn is_early(&self, (request, page): Place, ahead: u64) -> bool {
        let (sending, next) = self.next;
        let is_ahead = request == sending && page >= next + ahead;
        !self.is_void && (is_ahead || request > sending && self.ready >= CELLS)
    }
}

/// What comes next.
enum Next {
    Page(Arrived),
    End,
    /// Nothing: the reading is void.
    Void,
}

struct Arrived {
    page: StoredPage,
    cells: CellsRead,
}

impl Stream {
    /// For pages of about so many cells, of which no more than `pages` are of use at once.
    pub(super) fn new(cells: u64, pages: usize) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            ahead: (CELLS / cells.max(1)).clamp(AT_LEAST, AT_LEAST.max(pages as u64)),
        }
    }

    /// Waits until a page is not too far ahead of those that were sent; whether `check` still wants it, which ends the wait.
    pub(super) fn wait_for_turn(
        &self,
        place: Place,
        check: impl Fn() -> Result<bool>,
    ) -> Result<bool> {
        let mut state = lock(&self.state);
        while check()? {
            if !state.is_early(place, self.ahead) {
                return Ok(true);
            }
            let waited = self.changed.wait_timeout(state, SLICE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(false)
    }

    /// A page is there.
    pub(super) fn arrived(&self, place: Place, page: &StoredPage, cells: CellsRead) {
        let mut state = lock(&self.state);
        if !state.is_void {
            state.ready += count(&cells);
            let page = page.clone();
            state.arrived.insert(place, Arrived { page, cells });
        }
        self.changed.notify_all();
    }

    /// The pages of a request from this one on are others than was thought, and come again.
    pub(super) fn withdraw(&self, from: Place) {
        let mut state = lock(&self.state);
        let state = &mut *state;
        if state.next.0 == from.0 && state.next.1 > from.1 {
            state.is_void = true;
        }
        let later = state.arrived.range(from..(from.0 + 1, 0));
        let later: Vec<Place> = later.map(|(place, _)| *place).collect();
        for place in later {
            let arrived = state.arrived.remove(&place);
            state.ready -= arrived.map_or(0, |arrived| count(&arrived.cells));
        }
    }

    /// A request was read to its end.
    pub(super) fn ended(&self, request: usize, pages: usize) {
        lock(&self.state).ended.insert(request, pages as u64);
        self.changed.notify_all();
    }

    /// For whoever reads or sends: when it panics, the other does not wait for it.
    pub(super) fn guard(&self) -> Guard<'_> {
        Guard(self)
    }

    /// Nothing more is to be sent in this way.
    pub(super) fn void(&self) {
        let mut state = lock(&self.state);
        state.is_void = true;
        state.arrived.clear();
        self.changed.notify_all();
    }

    /// Sends the pages of so many requests as they arrive; those that were sent, or nothing when the reading is void.
    ///
    /// # Errors
    /// When a page does not fit, or the receiver fails; the reading is void then.
    pub(super) fn send(
        &self,
        requests: usize,
        emitter: &mut Emitter<'_>,
        parsers: &Parsers<'_>,
    ) -> Result<Option<Vec<StoredPage>>> {
        let mut sent: Vec<StoredPage> = Vec::new();
        loop {
            let Arrived { page, cells } = match self.next(requests, sent.last()) {
                Next::Page(arrived) => arrived,
                Next::End => return Ok(Some(sent)),
                Next::Void => return Ok(None),
            };
            emitter.page(&page, &cells).inspect_err(|_| self.void())?;
            parsers.spare(cells);
            sent.push(page);
        }
    }

    /// The next page, once it is there.
    fn next(&self, requests: usize, last: Option<&StoredPage>) -> Next {
        let mut state = lock(&self.state);
        loop {
            if state.is_void {
                return Next::Void;
            }
            let (request, page) = state.next;
            if request == requests {
                return Next::End;
            }
            if state.ended.get(&request) == Some(&page) {
                state.next = (request + 1, 0);
                self.changed.notify_all();
                continue;
            }
            let there = state.arrived.get(&(request, page));
            let fits =
                |there: &Arrived| page == 0 || last.is_some_and(|last| leads_to(last, &there.page));
            match there.map(fits) {
                Some(true) => {
                    if let Some(arrived) = state.arrived.remove(&(request, page)) {
                        state.ready -= count(&arrived.cells);
                        state.next = (request, page + 1);
                        self.changed.notify_all();
                        return Next::Page(arrived);
                    }
                }
                // the second page may be withdrawn: pages may be of another size than was foreseen
                Some(false) if page > 1 => state.is_void = true,
                _ => {}
            }
            if state.is_void {
                self.changed.notify_all();
                continue;
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn count(cells: &CellsRead) -> u64 {
    cells.as_ref().map_or(0, |cells| cells.cells.len() as u64)
}
