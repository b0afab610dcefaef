//! How it stands with what is served, as its maker posts it and every open page hears it.
//!
//! In: word of a run that begins, is done or failed. Out: the newest word, and a wait for the next. Cannot fail.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Another one as soon as something was made anew: a page of an older version is not what lies in the folder.
    pub version: u64,
    /// Whether something is being made.
    pub at_work: bool,
    /// What the last run that was done said.
    pub said: String,
    /// Why the last run made nothing, with its hint; what was there before still is.
    pub error: Option<String>,
}

/// Where a maker posts how it stands. A copy is the same board.
#[derive(Clone, Debug)]
pub struct Board(Arc<watch::Sender<Notice>>);

impl Board {
    /// Nothing is made yet. The first version should be one that no earlier server had: pages of that may still be open.
    pub fn new(version: u64) -> Self {
        Self(Arc::new(watch::Sender::new(Notice {
            version,
            at_work: false,
            said: String::new(),
            error: None,
        })))
    }

    /// A run begins.
    pub fn begin(&self) {
        self.0.send_modify(|notice| notice.at_work = true);
    }

    /// The run is done, and said so much.
    pub fn done(&self, said: String) {
        self.0.send_modify(|notice| {
            *notice = Notice {
                version: notice.version + 1,
                at_work: false,
                said,
                error: None,
            }
        });
    }

    /// The run failed.
    pub fn failed(&self, error: String) {
        self.0.send_modify(|notice| {
            notice.at_work = false;
            notice.error = Some(error);
        });
    }

    /// How it stands now.
    pub fn notice(&self) -> Notice {
        self.0.borrow().clone()
    }

    /// Hears every change from now on, or only the last of several.
    pub(super) fn listen(&self) -> watch::Receiver<Notice> {
        self.0.subscribe()
    }
}
