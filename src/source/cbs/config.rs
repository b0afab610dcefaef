//! Where CBS is and how politely it is asked: hosts, speed, patience, sizes.
//!
//! In goes what the user set; out come addresses that were proven to be safe: `https` everywhere, plain `http` only to
//! loopback. Fails on an address that is neither. CBS peculiarity: four services on three hosts, and third parties
//! (Politie, Iv3, RIVM) on a host of their own with the same paths.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;

use super::error::{Error, ErrorKind};

/// The addresses of CBS's services, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bases {
    /// v3 catalog of CBS's own tables.
    pub catalog: String,
    /// v3 API: answers up to 10,000 rows at once.
    pub api: String,
    /// v3 feed: everything, in pages.
    pub feed: String,
    /// v3 catalog of third parties.
    pub third_catalog: String,
    /// v3 API of third parties.
    pub third_api: String,
    /// v3 feed of third parties.
    pub third_feed: String,
    /// v4, with its one catalog `CBS`.
    pub v4: String,
}

impl Bases {
    /// CBS's own hosts.
    pub fn cbs() -> Self {
        let (own, third) = ("https://opendata.cbs.nl", "https://dataderden.cbs.nl");
        Self::on(own, third, "https://datasets.cbs.nl")
    }

    /// One server that stands in for them all, with the paths as at CBS and third parties under `/dataderden`.
    pub fn mirror(address: &str) -> Self {
        let root = address.trim_end_matches('/');
        Self::on(root, &format!("{root}/dataderden"), root)
    }

    /// Three hosts with the paths as at CBS: its own tables in v3, third parties, v4.
    pub fn on(own: &str, third: &str, v4: &str) -> Self {
        Self {
            catalog: format!("{own}/ODataCatalog"),
            api: format!("{own}/ODataApi/odata"),
            feed: format!("{own}/ODataFeed/odata"),
            third_catalog: format!("{third}/ODataCatalog"),
            third_api: format!("{third}/ODataApi/odata"),
            third_feed: format!("{third}/ODataFeed/odata"),
            v4: format!("{v4}/odata/v1/CBS"),
        }
    }

    fn all(&self) -> [&str; 7] {
        [
            &self.catalog,
            &self.api,
            &self.feed,
            &self.third_catalog,
            &self.third_api,
            &self.third_feed,
            &self.v4,
        ]
    }
}

/// How often and how long to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts per request, the first one included.
    pub attempts: u32,
    /// Second and later attempts per table, all its requests together.
    pub budget: u32,
    /// The wait before the second attempt; it doubles from there, and half of it is left to chance.
    pub first: Duration,
    /// The longest wait that is chosen here.
    pub longest: Duration,
    /// The longest wait that a `Retry-After` may ask for; a longer one ends in an error.
    pub longest_asked: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 6,
            budget: 60,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            longest_asked: Duration::from_mins(5),
        }
    }
}

/// Everything that can be set about reading from CBS.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The services, unless `mirror` replaces them.
    pub bases: Bases,
    /// One server instead of all of them.
    pub mirror: Option<String>,
    /// Requests a second in the long run, all tables together. Without a number ten, and as many as it can bear for a
    /// server on loopback, which is our own.
    pub max_requests_per_second: Option<f64>,
    /// Requests that may go out at once before that limit bites.
    pub burst: u32,
    /// Requests under way at the same moment.
    pub connections: usize,
    /// Tables read at the same moment.
    pub tables_at_once: usize,
    /// Time for a connection to be made.
    pub connect_timeout: Duration,
    /// Time between two bytes.
    pub idle_timeout: Duration,
    /// Time for one whole answer, so that a slow drip ends.
    pub request_timeout: Duration,
    /// When an attempt fails.
    pub retry: Retry,
    /// How often a table may be republished under our hands before we give up.
    pub restarts: u32,
    /// The v3 API's limit of rows: what may exceed it goes through the feed.
    pub api_rows: u64,
    /// Rows of a page of the v3 feed. The pages after the first are asked for together with it; where they
    /// turn out to be of another size, its link is followed instead.
    pub feed_rows: u64,
    /// The same of v4.
    pub v4_rows: u64,
    /// Longest query of an address, in bytes; more topics than fit go in several requests. IIS refuses above 2,048.
    pub max_query: usize,
    /// Largest answer as it is sent, in bytes.
    pub max_wire_bytes: u64,
    /// Largest answer after decompression, in bytes.
    pub max_body_bytes: u64,
    /// Who asks.
    pub user_agent: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bases: Bases::cbs(),
            mirror: None,
            max_requests_per_second: None,
            burst: 20,
            connections: 12,
            tables_at_once: 12,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_mins(10),
            retry: Retry::default(),
            restarts: 3,
            api_rows: 10_000,
            feed_rows: 10_000,
            v4_rows: 100_000,
            max_query: 1_800,
            max_wire_bytes: 128 << 20,
            max_body_bytes: 256 << 20,
            user_agent: concat!(
                "middelgroot/",
                env!("CARGO_PKG_VERSION"),
                " (StatLine client)"
            )
            .to_owned(),
        }
    }
}

impl Config {
    /// The services in use: the mirror's when there is one.
    ///
    /// # Errors
    /// When an address cannot be read, or is neither `https` nor loopback.
    pub fn services(&self) -> Result<Bases, Error> {
        let bases = self
            .mirror
            .as_deref()
            .map_or_else(|| self.bases.clone(), Bases::mirror);
        bases
            .all()
            .into_iter()
            .try_for_each(|base| parse(base).map(drop))?;
        Ok(bases)
    }

    /// Rows of a page of one of the services, as far as is known.
    pub(super) fn page_rows(&self, v4: bool) -> u64 {
        if v4 { self.v4_rows } else { self.feed_rows }.max(1)
    }

    /// Requests a second, as meant.
    pub(super) fn pace(&self) -> f64 {
        let usual = if self.is_local() { f64::INFINITY } else { 10.0 };
        self.max_requests_per_second.unwrap_or(usual)
    }

    /// Whether every request stays on this machine: then proxies and certificates play no part.
    pub(super) fn is_local(&self) -> bool {
        self.services().is_ok_and(|bases| {
            bases
                .all()
                .into_iter()
                .all(|base| parse(base).is_ok_and(|url| is_loopback(&url)))
        })
    }
}

/// The address of a service, proven safe.
pub(super) fn parse(base: &str) -> Result<Url, Error> {
    let wrong = |why: &str| Error::from(ErrorKind::Config(format!("address `{base}` {why}")));
    let url = Url::parse(base).map_err(|error| wrong(&error.to_string()))?;
    if url.cannot_be_a_base()
        || url.host_str().is_none()
        || url.query().is_some()
        || !url.username().is_empty()
    {
        return Err(wrong("is not of the form https://host/path"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(wrong("is not https, and only loopback may go without")),
    }
}

/// The address of a request that was already made.
pub(super) fn address(request: &str) -> Result<Url, Error> {
    Url::parse(request)
        .map_err(|error| ErrorKind::Config(format!("address `{request}`: {error}")).into())
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}
