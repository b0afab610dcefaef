//! One table, whole or not at all.
//!
//! In goes a question; the sink hears the answer only when every page is on disk, the counts agree and the release is
//! the same after the last page as before the first. A table that was republished meanwhile is read again, a bounded
//! number of times. Fails with the table named; what has arrived stays in the cache for the next attempt.

use reqwest::Url;
use serde::Deserialize;

use super::Client;
use super::ask::TableAsk;
use super::cache::{PageCache, Shelf, Stored};
use super::chain::Reading;
use super::config::parse;
use super::describe::{self, Description, Place, list};
use super::emit::emit;
use super::error::{Error, Kind, Result};
use super::http::Errand;
use super::page;
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
    notes: Vec<String>,
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
        let fetched = self.whole(ask, cache, &errand).and_then(|whole| deliver(&whole, sink));
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
        Err(Kind::Republished { times: self.http.config.restarts + 1 }.into())
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
        let pages_at = cache.shelf(&ask.id, head.service, &head.release)?;
        let mut notes = Vec::new();
        let counts = self.counts(errand, place, &plan.chains)?;
        let expected = counts.iter().copied().sum::<Option<u64>>();
        if expected.is_none() && place.v4 {
            notes.push("CBS gave no count of the rows".to_owned());
        }
        let reading = Reading { http: &self.http, errand, shelf: &pages_at, expected };
        let jobs = plan.chains.iter().zip(&counts).collect();
        let pages = describe::parallel(self.http.config.connections, jobs, |(chain, count): (&Chain, &Option<u64>)| {
            let pages = reading.pages(chain, count.unwrap_or(chain.bound))?;
            let found = pages.iter().map(|page| page.summary.rows).sum();
            match *count {
                Some(expected) if expected != found => {
                    Err(Error::from(Kind::Count { expected, found }).of_request(chain.first.as_str()))
                }
                _ => Ok(pages),
            }
        })?;
        Ok(Whole { head: head.clone(), plan, shelf: pages_at, pages, expected, notes })
    }

    /// CBS's own count of the rows of each chain. v3 counts whole tables only, in its catalog.
    fn counts(&self, errand: &Errand<'_>, place: &Place, chains: &[Chain]) -> Result<Vec<Option<u64>>> {
        let whole = |chain: &Chain| !chain.first.query().unwrap_or_default().contains("$filter=");
        if !place.v4 && chains.iter().all(whole) {
            let count = self.record_count(errand, place)?;
            return Ok(vec![count; chains.len()]);
        }
        let counts = chains.iter().map(|chain| chain.count.clone()).collect();
        describe::parallel(self.http.config.connections, counts, |url: Option<Url>| match url {
            Some(url) => known(self.http.get(errand, &url, page::count).map(|(_, count)| count)),
            None => Ok(None),
        })
    }

    fn record_count(&self, errand: &Errand<'_>, place: &Place) -> Result<Option<u64>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Row {
            identifier: String,
            record_count: Option<u64>,
        }
        let base = if place.catalog == "CBS" { &self.bases.catalog } else { &self.bases.third_catalog };
        let mut url = parse(&format!("{base}/Tables"))?;
        url.set_query(Some(&format!("$format=json&$filter=Identifier%20eq%20'{}'", place.id)));
        let rows: Option<Vec<Row>> = known(list(&self.http, errand, url))?;
        let own = rows.into_iter().flatten().find(|row| row.identifier == place.id);
        Ok(own.and_then(|row| row.record_count))
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
        let planned = |chain: &Chain| Planned { url: chain.first.to_string(), rows_at_most: chain.bound };
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

/// A count that the service does not offer is not known; any other failure is one.
fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(*error.kind, Kind::NotFound | Kind::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn deliver(whole: &Whole, sink: &mut dyn Sink) -> Result<TableMeta> {
    let (head, plan) = (&whole.head, &whole.plan);
    let chains: Vec<_> = plan.chains.iter().zip(whole.pages.iter().cloned()).collect();
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
        requests: whole.pages.iter().flatten().map(made).collect(),
        retrieved: jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).unwrap_or_default().to_string(),
        expected: whole.expected,
        rows: sent.rows,
        cells: sent.cells,
        notes: whole.notes.iter().cloned().chain(sent.notes).collect(),
    })
}
