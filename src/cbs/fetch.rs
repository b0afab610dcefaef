//! One table, whole or not at all.
//!
//! In goes a question; the sink hears the answer only when every page is on disk, the counts agree and the release is
//! the same after the last page as before the first. A table that was republished meanwhile is read again, a bounded
//! number of times. Fails with the table named; what has arrived stays in the cache for the next attempt.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use super::Client;
use super::ask::TableAsk;
use super::cache::{PageCache, Shelf, Stored};
use super::chain::Reading;
use super::describe;
use super::description::Description;
use super::emit::emit;
use super::error::{Kind, Result};
use super::http::Errand;
use super::parallel::parallel;
use super::place::Place;
use super::plan::Plan;
use super::query::Chain;
use super::sink::{Progress, RequestMade, Sink, TableMeta};

/// Pages that were all read in one release.
struct Whole {
    /// The description without its lists, which would weigh on memory.
    head: Description,
    plan: Plan,
    shelf: Shelf,
    pages: Vec<Vec<Stored>>,
    expected: Option<u64>,
    notes: BTreeSet<String>,
}

impl Client {
    /// Reads one table into the sink.
    ///
    /// # Errors
    /// When the question does not fit the table, the source gives no whole answer, or the sink or the cache fails.
    /// What the sink has heard by then is void.
    pub fn fetch(
        &self,
        ask: &TableAsk,
        cache: &PageCache,
        sink: &mut dyn Sink,
        progress: &dyn Progress,
    ) -> Result<TableMeta> {
        let errand = Errand::new(&ask.id, progress, &self.http.config);
        let fetched = self
            .whole(ask, cache, &errand)
            .and_then(|whole| deliver(&whole, sink));
        progress.done(&ask.id);
        fetched.map_err(|error| {
            if error.spoils_cache() {
                // The first error tells more than one of the clean-up.
                let _ = cache.forget(&ask.id);
            }
            error.of_table(&ask.id)
        })
    }

    fn whole(&self, ask: &TableAsk, cache: &PageCache, errand: &Errand<'_>) -> Result<Whole> {
        let found = (ask.id.as_str(), ask.catalog.as_str(), ask.service);
        let (place, mut head) = describe::find(&self.http, errand, &self.bases, found)?;
        for _ in 0..=self.http.config.restarts {
            let read = self.once(ask, cache, errand, &place, &head);
            if read.as_ref().is_err_and(|error| !error.spoils_cache()) {
                return read;
            }
            // A strange answer may be the first sign of a new release.
            let after = describe::head(&self.http, errand, &place)?;
            if after.release == head.release {
                return read;
            }
            errand.progress.restart(errand.table);
            head = after;
        }
        Err(Kind::Republished {
            times: self.http.config.restarts + 1,
        }
        .into())
    }

    fn once(
        &self,
        ask: &TableAsk,
        cache: &PageCache,
        errand: &Errand<'_>,
        place: &Place,
        head: &Description,
    ) -> Result<Whole> {
        let description = describe::read(&self.http, errand, place, head)?;
        let plan = Plan::new(&self.http.config, place, &description, ask)?;
        let shelf = cache.shelf(&ask.id, head.service, &head.release)?;
        let reading = Reading {
            http: &self.http,
            errand,
            shelf: &shelf,
            expected: AtomicU64::new(0),
            notes: Mutex::default(),
        };
        let chains = plan.chains.iter().collect();
        let read = parallel(self.http.config.connections, chains, |chain| {
            reading.chain(chain)
        })?;
        let (pages, counts): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        let expected = counts.into_iter().sum::<Option<u64>>();
        let notes = reading
            .notes
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(Whole {
            head: head.clone(),
            plan,
            shelf,
            pages,
            expected,
            notes,
        })
    }

    /// The requests for rows that a fetch would make, without making them. The lists of the table are read for it,
    /// because filters carry the keys as CBS pads them.
    ///
    /// # Errors
    /// As [`Client::fetch`].
    pub fn requests(&self, ask: &TableAsk, progress: &dyn Progress) -> Result<Vec<Planned>> {
        let errand = Errand::new(&ask.id, progress, &self.http.config);
        let plan = || {
            let found = (ask.id.as_str(), ask.catalog.as_str(), ask.service);
            let (place, head) = describe::find(&self.http, &errand, &self.bases, found)?;
            let description = describe::read(&self.http, &errand, &place, &head)?;
            Plan::new(&self.http.config, &place, &description, ask)
        };
        let plan = plan().map_err(|error| error.of_table(&ask.id))?;
        let planned = |chain: &Chain| Planned {
            url: chain.first.to_string(),
            rows_at_most: chain.bound,
        };
        Ok(plan.chains.iter().map(planned).collect())
    }
}

/// A request that would be made; the pages after it follow from its next links.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Planned {
    /// The address.
    pub url: String,
    /// Rows that it and its next pages can bring.
    pub rows_at_most: u64,
}

fn deliver(whole: &Whole, sink: &mut dyn Sink) -> Result<TableMeta> {
    let (head, plan) = (&whole.head, &whole.plan);
    let chains: Vec<_> = plan
        .chains
        .iter()
        .zip(whole.pages.iter().cloned())
        .collect();
    let sent = emit(plan, &whole.shelf, &chains, sink)?;
    if sent.cells == 0 {
        return Err(Kind::Empty.into());
    }
    let made = |page: &Stored| RequestMade {
        url: page.request.clone(),
        rows: page.summary.rows,
        bytes: page.bytes,
        sha256: page.sha256.clone(),
        resumed: page.resumed,
    };
    Ok(TableMeta {
        id: head.id.clone(),
        title: head.title.clone(),
        catalog: head.catalog.clone(),
        service: head.service,
        publisher: head.publisher.clone(),
        license: head.license.clone(),
        release: head.release.clone(),
        periods: plan.periods.clone(),
        topics: plan.topics.clone(),
        lacking: plan.lacking.clone(),
        map_year: plan.map_year,
        requests: whole.pages.iter().flatten().map(made).collect(),
        retrieved: jiff::Timestamp::from_second(jiff::Timestamp::now().as_second())
            .unwrap_or_default()
            .to_string(),
        expected: whole.expected,
        rows: sent.rows,
        cells: sent.cells,
        notes: sent.notes.union(&whole.notes).cloned().collect(),
    })
}
