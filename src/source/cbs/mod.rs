//! CBS StatLine over OData, v3 and v4 behind one interface: the only room with a network.
//!
//! In goes a [`TableRequest`] (table, topics by title and unit, periods, fixed members); out come cells to a [`Sink`] and a
//! [`TableMeta`], whole or not at all. Requests go to the configured hosts only, over TLS except to loopback. How each
//! failure ends is in [`ErrorKind`]. What is known of the services, and what is only assumed, stands with each file here.
//!
//! Which service: v4 where it has the table, because it tells the kinds of missing apart, else v3. In v3 every list is
//! read through the feed; rows go through the API when the table's lists say that they cannot exceed its 10,000, and
//! through the feed otherwise, also when the API answers that they do.

mod cache;
mod catalog;
mod cells;
mod choice;
mod config;
mod describe;
mod description;
mod emit;
mod endpoint;
mod error;
mod fetch;
mod http;
mod limiter;
mod links;
mod list;
mod page;
mod pages;
mod parallel;
mod plan;
mod pump;
mod region_list;
mod request;
pub mod rows;
mod selection;
mod sink;
mod stream;
mod topics;
mod v3;
mod v4;
mod years;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

pub use cache::PageCache;
pub use catalog::{Entry, News, PinnedTable};
pub use config::{Bases, Config, Retry};
pub use description::{Description, Dimension, DimensionKind, Member, Topic};
pub use error::{Error, ErrorKind, Part, Result};
pub use fetch::PlannedRequest;
pub use request::{Periods, RegionLevel, Service, TableRequest, TopicRequest, checked_id};
pub use sink::{
    AnsweredTopic, Lacking, PeriodMeta, Progress, RegionList, RegionMeta, RegionText, Release,
    RequestMade, Sink, SinkError, TableMeta,
};

/// Speaks to CBS, for any number of tables and threads.
pub struct Client {
    http: http::Http,
    bases: Bases,
    stop: Arc<AtomicBool>,
    /// What the release of a table was found to be, and when: the fetch that follows begins there.
    heads: Mutex<BTreeMap<String, (Instant, fetch::Head)>>,
}

impl Client {
    /// A client with this configuration; nothing is sent yet.
    ///
    /// # Errors
    /// When an address is neither `https` nor loopback, or TLS cannot be set up.
    pub fn new(config: Config) -> Result<Self> {
        let (bases, stop) = (config.services()?, Arc::new(AtomicBool::new(false)));
        Ok(Self {
            http: http::Http::new(config, Arc::clone(&stop))?,
            bases,
            stop,
            heads: Mutex::default(),
        })
    }

    /// Set it to true and every request under way ends soon with [`ErrorKind::Interrupted`], in a state that can be resumed.
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Reads several tables, a few at a time; one that fails does not stop the others. Results are in the jobs' order.
    pub fn fetch_all<S: Sink + Send>(
        &self,
        jobs: &mut [(TableRequest, S)],
        cache: &PageCache,
        progress: &dyn Progress,
    ) -> Vec<Result<TableMeta>> {
        let results: Vec<Mutex<Option<Result<TableMeta>>>> =
            jobs.iter().map(|_| Mutex::default()).collect();
        let threads = self.http.config.tables_at_once.clamp(1, jobs.len().max(1));
        let (next, jobs) = (
            AtomicUsize::new(0),
            jobs.iter_mut().map(Mutex::new).collect::<Vec<_>>(),
        );
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some((job, result)) = {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        jobs.get(at).zip(results.get(at))
                    } {
                        let mut job = limiter::lock(job);
                        let (request, sink) = &mut **job;
                        *limiter::lock(result) = Some(self.fetch(request, cache, sink, progress));
                    }
                });
            }
        });
        let taken = |result: Mutex<Option<_>>| {
            result
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
        };
        results
            .into_iter()
            .map(|result| taken(result).unwrap_or_else(|| Err(ErrorKind::Interrupted.into())))
            .collect()
    }
}
