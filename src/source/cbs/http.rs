//! One request to its end: a whole answer that its taker was content with, or an error.
//!
//! In go an address and a taker of the unpacked bytes (is this complete JSON of the right form?). Failures
//! that time can heal are tried again within the budget: resets, time-outs, truncated or empty or HTML answers, 429 and
//! 5xx. Not healed by time: 4xx, other hosts, sizes beyond the limit, CBS's 500 "more than 10000 records", and certificates,
//! names and proxies that do not let us through. A 404 is believed when it comes twice.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use flate2::read::MultiGzDecoder;
use reqwest::blocking::Client;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue, LOCATION,
    RETRY_AFTER,
};
use reqwest::{StatusCode, Url, redirect};

use super::config::Config;
use super::error::{Error, ErrorKind, Part, Result};
use super::limiter::{Limiter, backoff, retry_after};
use super::page;
use super::pump::{Head, Pump};
use super::sink::Progress;

/// Attempts at an answer that comes whole and wrong.
const AT_MOST: u32 = 3;
/// As much of an error page as is read.
const ERROR_BYTES: u64 = 64 << 10;

/// The connection to all services.
pub(super) struct Http {
    client: Client,
    limiter: Limiter,
    pub(super) config: Config,
    /// The tables that v4 lists, once that was asked.
    pub(super) listed: Mutex<Option<BTreeSet<String>>>,
}

/// The reading of one table: whose requests these are, who hears of them, and the attempts that are left.
pub(super) struct Session<'a> {
    pub(super) table: &'a str,
    pub(super) progress: &'a dyn Progress,
    retries: AtomicU32,
}

impl<'a> Session<'a> {
    pub(super) fn new(table: &'a str, progress: &'a dyn Progress, config: &Config) -> Self {
        Self {
            table,
            progress,
            retries: AtomicU32::new(config.retry.budget),
        }
    }

    fn take_retry(&self) -> bool {
        self.retries
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok()
    }
}

/// How one attempt ended, when not well.
enum AttemptError {
    /// Time may heal it; the server may have said how much.
    Transient(String, Option<Duration>),
    /// It will not.
    Permanent(Error),
}

/// Why the bytes of an answer were not taken.
pub(super) enum BodyError {
    /// It is not what it should be: worth another attempt.
    Content(String),
    /// The taker itself failed.
    Receiver(Error),
}

impl Http {
    pub(super) fn new(config: Config, stop: Arc<AtomicBool>) -> Result<Self> {
        let client = client(&config).map_err(|error| ErrorKind::Config(chain(&error)))?;
        Ok(Self {
            client,
            limiter: Limiter::new(&config, stop),
            config,
            listed: Mutex::default(),
        })
    }

    /// Whether the run may go on.
    pub(super) fn check(&self) -> Result<()> {
        self.limiter.check()
    }

    /// The whole answer in memory, and what the check made of it: for lists.
    pub(super) fn get<T>(
        &self,
        session: &Session<'_>,
        url: &Url,
        check: impl Fn(&[u8]) -> std::result::Result<T, String>,
    ) -> Result<T> {
        self.stream(session, url, |body| {
            let mut bytes = Vec::new();
            body.read_to_end(&mut bytes)
                .map_err(|error| BodyError::Content(error.to_string()))?;
            check(&bytes).map_err(BodyError::Content)
        })
    }

    /// Hands the answer to a function as it comes in, again and again until it is content: for pages.
    pub(super) fn stream<T>(
        &self,
        session: &Session<'_>,
        url: &Url,
        take: impl Fn(&mut Body<'_>) -> std::result::Result<T, BodyError>,
    ) -> Result<T> {
        let (mut attempt, mut doubted) = (1, false);
        loop {
            let permit = self.limiter.permit()?;
            let taken = self.attempt(url, &take);
            drop(permit);
            let (why, asked) = match taken {
                Ok(taken) => return Ok(taken),
                Err(AttemptError::Permanent(error)) => {
                    let once = error.is_404() && !std::mem::replace(&mut doubted, true);
                    if !once || attempt >= self.config.retry.attempts {
                        return Err(error.of_request(url.as_str()));
                    }
                    (error.kind.to_string(), None)
                }
                Err(AttemptError::Transient(why, asked)) => (why, asked),
            };
            // what failed because the user stopped is no failure of the source
            self.limiter.check()?;
            let retry = &self.config.retry;
            let too_long = asked.is_some_and(|wait| wait > retry.longest_asked);
            if attempt >= retry.attempts || too_long || !session.take_retry() {
                let last = if too_long {
                    format!("{why}, and asks for a longer pause than is set")
                } else {
                    why
                };
                let kind = ErrorKind::Unreachable {
                    attempts: attempt,
                    last,
                };
                return Err(Error::from(kind).of_request(url.as_str()));
            }
            let wait = asked.unwrap_or_else(|| backoff(retry, attempt));
            if asked.is_some() {
                self.limiter.pause(wait);
            }
            session.progress.retry(session.table, &why, wait);
            self.limiter.sleep(wait)?;
            attempt += 1;
        }
    }

    /// Waits before what was asked is asked again, for so manieth time; whether it may be. Few times: an answer that is
    /// whole and wrong seldom betters.
    pub(super) fn again(&self, session: &Session<'_>, attempt: u32, why: &str) -> Result<bool> {
        let retry = &self.config.retry;
        if attempt >= retry.attempts.min(AT_MOST) || !session.take_retry() {
            return Ok(false);
        }
        let wait = backoff(retry, attempt);
        session.progress.retry(session.table, why, wait);
        self.limiter.sleep(wait)?;
        Ok(true)
    }

    fn attempt<T>(
        &self,
        url: &Url,
        take: &impl Fn(&mut Body<'_>) -> std::result::Result<T, BodyError>,
    ) -> std::result::Result<T, AttemptError> {
        let deadline = Instant::now() + self.config.request_timeout;
        let pump = Pump::send(self.client.get(url.clone()));
        let (status, headers) = self.head(&pump, deadline)?;
        let (asked, moved) = (header(&headers, &RETRY_AFTER), header(&headers, &LOCATION));
        let mut body = self.body(pump, &headers, deadline);
        if status != StatusCode::OK {
            let mut said = Vec::new();
            // What an error page says is told as far as it came.
            let _ = (&mut body).take(ERROR_BYTES).read_to_end(&mut said);
            let asked = asked.and_then(|text| retry_after(&text, SystemTime::now()));
            return Err(refusal(status, &said, asked, moved));
        }
        let taken = take(&mut body);
        match (body.failed, taken) {
            (Some(failure), _) => Err(failure),
            (None, Err(BodyError::Content(_))) if body.bytes == 0 => {
                Err(AttemptError::Transient("the answer is empty".into(), None))
            }
            (None, Err(BodyError::Content(why))) => Err(AttemptError::Transient(why, None)),
            (None, Err(BodyError::Receiver(error))) => Err(AttemptError::Permanent(error)),
            (None, Ok(taken)) => Ok(taken),
        }
    }

    /// The head of an answer, for which the time of the whole answer may be taken.
    fn head(&self, pump: &Pump, deadline: Instant) -> std::result::Result<Head, AttemptError> {
        let late = || {
            let seconds = self.config.request_timeout.as_secs_f64();
            AttemptError::Transient(format!("no answer within {seconds} s"), None)
        };
        let sent = loop {
            self.limiter.check().map_err(AttemptError::Permanent)?;
            if let Some(sent) = pump.head() {
                break sent;
            }
            if Instant::now() > deadline {
                return Err(late());
            }
        };
        sent.map_err(|error| {
            let why = chain(&error);
            if error.is_redirect() {
                permanent(ErrorKind::Redirect(why))
            } else if error.is_timeout() && !error.is_connect() {
                late()
            } else if let Some(part) = closed(&error, &why) {
                permanent(ErrorKind::Connection { part, why })
            } else {
                AttemptError::Transient(why, None)
            }
        })
    }

    fn body(&self, pump: Pump, headers: &HeaderMap, deadline: Instant) -> Body<'_> {
        let packed = header(headers, &CONTENT_ENCODING)
            .is_some_and(|value| value.to_ascii_lowercase().contains("gzip"));
        let wire = Wire {
            inner: pump,
            idle: self.config.idle_timeout,
            left: self.config.max_wire_bytes,
            deadline,
            limiter: &self.limiter,
        };
        let limit = self.config.max_body_bytes;
        let inner = if packed {
            Packing::Gzip(Box::new(MultiGzDecoder::new(wire)))
        } else {
            Packing::Plain(wire)
        };
        Body {
            inner,
            bytes: 0,
            limit,
            wire_limit: self.config.max_wire_bytes,
            failed: None,
        }
    }
}

/// An answer as it comes in, unpacked and bounded. Remembers why it ended early.
pub(super) struct Body<'a> {
    inner: Packing<'a>,
    /// Bytes so far, unpacked.
    pub(super) bytes: u64,
    limit: u64,
    wire_limit: u64,
    failed: Option<AttemptError>,
}

enum Packing<'a> {
    Plain(Wire<'a>),
    Gzip(Box<MultiGzDecoder<Wire<'a>>>),
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (read, unpacked) = match &mut self.inner {
            Packing::Plain(wire) => (wire.read(buffer), false),
            Packing::Gzip(wire) => (wire.read(buffer), true),
        };
        let limit = self.limit;
        match read {
            Ok(read) if self.bytes + read as u64 > limit => {
                self.failed = Some(permanent(ErrorKind::TooLarge { limit, unpacked }));
                Err(io::ErrorKind::FileTooLarge.into())
            }
            Ok(read) => {
                self.bytes += read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.failed = Some(match error.kind() {
                    io::ErrorKind::FileTooLarge => permanent(ErrorKind::TooLarge {
                        limit: self.wire_limit,
                        unpacked: false,
                    }),
                    _ => AttemptError::Transient(
                        format!("after {} bytes: {}", self.bytes, chain(&error)),
                        None,
                    ),
                });
                Err(error)
            }
        }
    }
}

fn permanent(kind: ErrorKind) -> AttemptError {
    AttemptError::Permanent(kind.into())
}

/// The answer as it is sent, with an end to its size and to our patience.
struct Wire<'a> {
    inner: Pump,
    idle: Duration,
    left: u64,
    deadline: Instant,
    limiter: &'a Limiter,
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let late = |why| Err(io::Error::new(io::ErrorKind::TimedOut, why));
        let start = Instant::now();
        let read = loop {
            if self.limiter.check().is_err() {
                return Err(io::Error::other("interrupted"));
            }
            if let Some(read) = self.inner.read(buffer) {
                break read?;
            }
            if Instant::now() > self.deadline {
                return late("the answer drips in too slowly");
            }
            if start.elapsed() > self.idle {
                return late("nothing more came");
            }
        };
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::FileTooLarge, "the answer is too large")
        })?;
        Ok(read)
    }
}

fn refusal(
    status: StatusCode,
    said: &[u8],
    asked: Option<Duration>,
    moved: Option<String>,
) -> AttemptError {
    let code = status.as_u16();
    let is_limit = page::tells_a_limit(said);
    let said = page::said(said);
    match code {
        300..400 => permanent(ErrorKind::Redirect(moved.unwrap_or(said))),
        400.. if is_limit => permanent(ErrorKind::TooManyRecords),
        408 | 425 | 429 | 500.. => AttemptError::Transient(format!("status {code}: {said}"), asked),
        _ => permanent(ErrorKind::Refused {
            status: code,
            message: said,
        }),
    }
}

/// What closes the way to the source, when something does that time will not open.
fn closed(error: &reqwest::Error, why: &str) -> Option<Part> {
    if why.contains("tunnel error") {
        return Some(Part::Proxy);
    }
    if error.is_dns() {
        return Some(Part::Name);
    }
    is_of_tls(error).then_some(Part::Tls)
}

/// Whether TLS is among the causes; an error of reading and writing hides the one that it carries.
fn is_of_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let carried = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    error.is::<rustls::Error>()
        || carried.is_some_and(|error| is_of_tls(error))
        || error.source().is_some_and(is_of_tls)
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    value.to_str().ok().map(str::to_owned)
}

fn client(config: &Config) -> reqwest::Result<Client> {
    // A provider that is already there serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    // CBS once answered 406 to a client that accepted too little.
    headers.insert(
        ACCEPT,
        HeaderValue::from_static("application/json, */*;q=0.1"),
    );
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let builder = Client::builder()
        .user_agent(&config.user_agent)
        .default_headers(headers)
        .no_gzip() // unpacked here, where both sizes can be bounded
        .connect_timeout(config.connect_timeout)
        .timeout(config.request_timeout)
        .pool_max_idle_per_host(config.connections)
        .referer(false)
        .retry(reqwest::retry::never())
        .redirect(redirect::Policy::custom(same_host_only));
    if config.is_local() {
        builder.no_proxy().tls_certs_only([])
    } else {
        builder
    }
    .build()
}

fn same_host_only(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let origin = attempt.previous().first().map(Url::origin);
    if origin == Some(attempt.url().origin()) && attempt.previous().len() <= 3 {
        attempt.follow()
    } else {
        let to = attempt.url().to_string();
        attempt.error(to)
    }
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let _ = write!(text, ": {next}");
        cause = next.source();
    }
    text
}
