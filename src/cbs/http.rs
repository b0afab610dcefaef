//! One request to its end: the bytes of a whole answer that passed the caller's check, or an error.
//!
//! In goes an address and a check (is this complete JSON of the right form?); out comes the unpacked body. Failures
//! that time can heal are tried again within the budget: resets, time-outs, truncated or empty or HTML answers, 429 and
//! 5xx. Not healed by time: 4xx, other hosts, sizes beyond the limit, and CBS's 500 "more than 10000 records".

use std::fmt::Write as _;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use flate2::read::MultiGzDecoder;
use reqwest::blocking::{Client, Response};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{StatusCode, Url, redirect};

use super::config::Config;
use super::error::{Error, Kind, Result};
use super::limiter::{Limiter, backoff, lock, retry_after};
use super::page;
use super::sink::Progress;

/// As much of an error page as is read.
const ERROR_BYTES: u64 = 64 << 10;

/// The connection to all services.
pub(super) struct Http {
    client: Client,
    limiter: Limiter,
    pub(super) config: Config,
    /// Buffers of pages that are on disk by now; used again, so that memory stays flat.
    spare: Mutex<Vec<Vec<u8>>>,
}

/// For whom a request is made: its table, its listener, and the attempts that the table has left.
pub(super) struct Errand<'a> {
    pub(super) table: &'a str,
    pub(super) progress: &'a dyn Progress,
    retries: AtomicU32,
}

impl<'a> Errand<'a> {
    pub(super) fn new(table: &'a str, progress: &'a dyn Progress, config: &Config) -> Self {
        Self { table, progress, retries: AtomicU32::new(config.retry.budget) }
    }

    fn take_retry(&self) -> bool {
        self.retries.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

/// How one attempt ended, when not well.
enum Failure {
    /// Time may heal it; the server may have said how much.
    Passing(String, Option<Duration>),
    /// It will not.
    Lasting(Kind),
}

impl Http {
    pub(super) fn new(config: Config, stop: Arc<AtomicBool>) -> Result<Self> {
        let client = client(&config).map_err(|error| Kind::Config(chain(&error)))?;
        Ok(Self { client, limiter: Limiter::new(&config, stop), config, spare: Mutex::default() })
    }

    /// Takes back the body of an answer that is no longer needed.
    pub(super) fn give_back(&self, body: Vec<u8>) {
        let mut spare = lock(&self.spare);
        if spare.len() < self.config.connections {
            spare.push(body);
        }
    }

    /// The whole answer, and what the check made of it.
    pub(super) fn get<T>(
        &self,
        errand: &Errand<'_>,
        url: &Url,
        check: impl Fn(&[u8]) -> std::result::Result<T, String>,
    ) -> Result<(Vec<u8>, T)> {
        let mut attempt = 1;
        loop {
            let (why, asked) = match self.attempt(url, &check)? {
                Ok(answer) => return Ok(answer),
                Err(Failure::Lasting(kind)) => return Err(Error::from(kind).of_request(url.as_str())),
                Err(Failure::Passing(why, asked)) => (why, asked),
            };
            let retry = &self.config.retry;
            let too_long = asked.is_some_and(|wait| wait > retry.longest_asked);
            if attempt >= retry.attempts || too_long || !errand.take_retry() {
                let last = if too_long { format!("{why}, and asks for a longer pause than is set") } else { why };
                let kind = Kind::Unreachable { attempts: attempt, last };
                return Err(Error::from(kind).of_request(url.as_str()));
            }
            let wait = asked.unwrap_or_else(|| backoff(retry, attempt));
            if asked.is_some() {
                self.limiter.pause(wait);
            }
            errand.progress.retry(errand.table, &why, wait);
            self.limiter.sleep(wait)?;
            attempt += 1;
        }
    }

    fn attempt<T>(
        &self,
        url: &Url,
        check: &impl Fn(&[u8]) -> std::result::Result<T, String>,
    ) -> Result<std::result::Result<(Vec<u8>, T), Failure>> {
        let permit = self.limiter.permit()?;
        let answer = self.receive(url).and_then(|body| {
            if body.is_empty() {
                return Err(Failure::Passing("the answer is empty".into(), None));
            }
            match check(&body) {
                Ok(made) => Ok((body, made)),
                Err(why) => Err(Failure::Passing(why, None)),
            }
        });
        drop(permit);
        Ok(answer)
    }

    fn receive(&self, url: &Url) -> std::result::Result<Vec<u8>, Failure> {
        let deadline = Instant::now() + self.config.request_timeout;
        let response = self.client.get(url.clone()).send().map_err(|error| {
            if error.is_redirect() {
                Failure::Lasting(Kind::Redirect(chain(&error)))
            } else {
                Failure::Passing(chain(&error), None)
            }
        })?;
        let status = response.status();
        let (asked, moved) = (header(&response, &RETRY_AFTER), header(&response, &LOCATION));
        if status == StatusCode::OK {
            return self.body(response, deadline, self.config.max_body_bytes);
        }
        let said = self.body(response, deadline, ERROR_BYTES).map_or_else(|_| String::new(), |body| page::said(&body));
        Err(refusal(status, said, asked.and_then(|text| retry_after(&text, SystemTime::now())), moved))
    }

    fn body(&self, response: Response, deadline: Instant, limit: u64) -> std::result::Result<Vec<u8>, Failure> {
        let packed = header(&response, &CONTENT_ENCODING).is_some_and(|value| value.to_ascii_lowercase().contains("gzip"));
        let wire = Wire { inner: response, left: self.config.max_wire_bytes, deadline, limiter: &self.limiter };
        let mut body = lock(&self.spare).pop().unwrap_or_default();
        body.clear();
        let read = if packed {
            MultiGzDecoder::new(wire).take(limit + 1).read_to_end(&mut body)
        } else {
            wire.take(limit + 1).read_to_end(&mut body)
        };
        match read {
            Ok(_) if body.len() as u64 > limit => {
                Err(Failure::Lasting(Kind::TooLarge { limit, unpacked: packed }))
            }
            Ok(_) => Ok(body),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                Err(Failure::Lasting(Kind::TooLarge { limit: self.config.max_wire_bytes, unpacked: false }))
            }
            Err(error) => Err(Failure::Passing(format!("after {} bytes: {}", body.len(), chain(&error)), None)),
        }
    }
}

/// The answer as it is sent, with an end to its size and to our patience.
struct Wire<'a> {
    inner: Response,
    left: u64,
    deadline: Instant,
    limiter: &'a Limiter,
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() > self.deadline {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the answer drips in too slowly"));
        }
        if self.limiter.check().is_err() {
            return Err(io::Error::other("interrupted"));
        }
        let read = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "the answer is too large"))?;
        Ok(read)
    }
}

fn refusal(status: StatusCode, said: String, asked: Option<Duration>, moved: Option<String>) -> Failure {
    let code = status.as_u16();
    match code {
        404 => Failure::Lasting(Kind::NotFound),
        300..400 => Failure::Lasting(Kind::Redirect(moved.unwrap_or(said))),
        500.. if said.contains("more than 10000") => Failure::Lasting(Kind::TooManyRecords),
        408 | 425 | 429 | 500.. => Failure::Passing(format!("status {code}: {said}"), asked),
        _ => Failure::Lasting(Kind::Refused { status: code, message: said }),
    }
}

fn header(response: &Response, name: &reqwest::header::HeaderName) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn client(config: &Config) -> reqwest::Result<Client> {
    // A provider that is already there serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    // CBS once answered 406 to a client that accepted too little.
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, */*;q=0.1"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let builder = Client::builder()
        .user_agent(&config.user_agent)
        .default_headers(headers)
        .no_gzip() // unpacked here, where both sizes can be bounded
        .connect_timeout(config.connect_timeout)
        .timeout(config.idle_timeout)
        .pool_max_idle_per_host(config.connections)
        .referer(false)
        .retry(reqwest::retry::never())
        .redirect(redirect::Policy::custom(same_host_only));
    if config.is_local() { builder.no_proxy().tls_certs_only([]) } else { builder }.build()
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
