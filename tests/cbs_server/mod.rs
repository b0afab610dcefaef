//! A CBS to test against: a real HTTP/1.1 server on loopback that behaves like StatLine's OData, v3 and v4.
//!
//! In go tables ([`ServedTable`]) or a folder of captured answers, options and faults; out come answers in CBS's own
//! shapes. Faithful on purpose: Atom where CBS defaults to Atom, padded keys, dots, pages with unescaped `$` in their
//! next links, 500 above 10,000 rows on the API, 404 on an id in the wrong case, an empty list on an unpadded filter.
//! Third parties live under `/dataderden` and, as Python's `cbsodata` needs a host of its own, at the root as well.

#![allow(dead_code, missing_docs)]

pub mod captured;
pub mod faults;
pub mod filter;
pub mod http;
pub mod json;
pub mod lists;
pub mod model;
pub mod neighbourhoods;
pub mod pick;
pub mod regions;
pub mod samples;
pub mod snapshots;
pub mod v3;
pub mod v4;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use self::captured::Captured;
use self::faults::{Fault, Rule};
use self::http::{Answer, Request};
pub use self::model::ServedTable;

/// How the server behaves all along.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Debug)]
pub struct Options {
    pub feed_page: usize,
    pub v4_page: usize,
    pub api_limit: usize,
    /// What the API says above its limit.
    pub limit_text: &'static str,
    /// Next links and catalog rows show CBS's internal host, as its third-party catalog does.
    pub wrong_host: bool,
    pub delay: Duration,
    pub gzip: bool,
    /// An answer is made once, and the same bytes are sent to whoever asks it again: where the clients are measured, and not
    /// what making it costs.
    pub keep: bool,
    /// 406 to `Accept: */*`.
    pub strict_accept: bool,
    /// v4 has no counts.
    pub countless: bool,
    /// What the v3 catalog says of every table's last change and rows, where it lags behind.
    pub catalog_lag: Option<(&'static str, usize)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            feed_page: 10_000,
            v4_page: 100_000,
            api_limit: 10_000,
            limit_text: "query returns more than 10000 records",
            wrong_host: false,
            delay: Duration::ZERO,
            gzip: true,
            keep: false,
            strict_accept: false,
            countless: false,
            catalog_lag: None,
        }
    }
}

/// What all connections share.
#[derive(Default)]
struct State {
    tables: Mutex<Arc<Vec<ServedTable>>>,
    options: Mutex<Options>,
    rules: Mutex<Vec<Rule>>,
    log: Mutex<Vec<String>>,
    captured: Option<Captured>,
    /// Answers that are kept, by the request's line and whether they are packed.
    kept: Mutex<BTreeMap<(String, bool), Answer>>,
    stop: AtomicBool,
}

/// A running server; it ends when dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
}

impl Server {
    /// Serves these tables.
    pub fn start(tables: Vec<ServedTable>) -> Self {
        Self::run(
            0,
            State {
                tables: Mutex::new(Arc::new(tables)),
                ..State::default()
            },
        )
    }

    /// Serves captured answers from a folder with an `index.csv`, and nothing else.
    pub fn captured(folder: &Path) -> Self {
        Self::run(
            0,
            State {
                captured: Some(Captured::open(folder)),
                ..State::default()
            },
        )
    }

    /// Serves tables, and captured answers where there are any, on a port of one's choice.
    pub fn on(port: u16, tables: Vec<ServedTable>, captured: Option<&Path>) -> Self {
        let captured = captured.map(Captured::open);
        Self::run(
            port,
            State {
                tables: Mutex::new(Arc::new(tables)),
                captured,
                ..State::default()
            },
        )
    }

    fn run(port: u16, state: State) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a free port on loopback");
        let (address, state) = (listener.local_addr().expect("an address"), Arc::new(state));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.stop.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&shared);
                thread::spawn(move || http::serve(&stream, |request| state.answer(request)));
            }
        });
        Self { address, state }
    }

    /// The address to use as a mirror.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Changes how the server behaves.
    #[must_use]
    pub fn with(self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.state.options.lock().unwrap());
        self
    }

    /// Makes requests go wrong.
    pub fn fault(&self, rule: Rule) {
        self.state.rules.lock().unwrap().push(rule);
    }

    /// Ends all faults.
    pub fn heal(&self) {
        self.state.rules.lock().unwrap().clear();
    }

    /// Changes a table, as CBS does when it republishes one.
    pub fn edit(&self, id: &str, change: impl FnOnce(&mut ServedTable)) {
        self.state.kept.lock().unwrap().clear();
        let mut tables = self.state.tables.lock().unwrap();
        change(
            Arc::make_mut(&mut tables)
                .iter_mut()
                .find(|table| table.id == id)
                .expect("a served table"),
        );
    }

    /// The requests so far, decoded, and forgets them.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.log.lock().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn answer(&self, request: &Request) -> (Answer, Option<Fault>) {
        let line = request.line();
        self.log.lock().unwrap().push(line.clone());
        let options = self.options.lock().unwrap().clone();
        let fault = self
            .rules
            .lock()
            .unwrap()
            .iter_mut()
            .find_map(|rule| rule.meet(&line));
        thread::sleep(options.delay);
        if let Some(Fault::Delay(wait)) = &fault {
            thread::sleep(*wait);
        }
        if options.strict_accept
            && request
                .header("accept")
                .is_none_or(|accept| accept == "*/*")
        {
            return (Answer::text(406, "Not Acceptable"), fault);
        }
        let packed = options.gzip
            && request
                .header("accept-encoding")
                .is_some_and(|accept| accept.contains("gzip"));
        if options.keep && fault.is_none() {
            return (self.kept(request, &options, (line, packed)), None);
        }
        let mut answer = self.route(request, &options, fault.as_ref());
        if let Some(Fault::Republish) = fault {
            self.republish(&request.path);
        }
        answer.gzip = packed;
        (answer, fault)
    }

    /// An answer as it was sent before, or for the first time.
    fn kept(&self, request: &Request, options: &Options, key: (String, bool)) -> Answer {
        let known = self.kept.lock().unwrap().get(&key).cloned();
        known.unwrap_or_else(|| {
            let mut answer = self.route(request, options, None);
            answer.gzip = key.1;
            answer.pack();
            self.kept.lock().unwrap().insert(key, answer.clone());
            answer
        })
    }

    fn route(&self, request: &Request, options: &Options, fault: Option<&Fault>) -> Answer {
        if let Some(answer) = self
            .captured
            .as_ref()
            .and_then(|captured| captured.answer(request))
        {
            return answer;
        }
        let tables = Arc::clone(&self.tables.lock().unwrap());
        let third = request.path.starts_with("/dataderden/");
        let path = request
            .path
            .strip_prefix("/dataderden")
            .unwrap_or(&request.path);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let site = v3::Site {
            tables: &tables,
            request,
            options,
            fault,
            third,
        };
        match parts.as_slice() {
            ["ODataCatalog", rest @ ..] => site.catalog(rest),
            ["ODataApi", "odata" | "OData", rest @ ..] => site.table(rest, true),
            ["ODataFeed", "odata" | "OData", rest @ ..] => site.table(rest, false),
            ["odata", "v1", rest @ ..] if !third => v4::answer(&site, rest),
            _ => Answer::text(404, "Not found"),
        }
    }

    fn republish(&self, path: &str) {
        let mut tables = self.tables.lock().unwrap();
        for table in Arc::make_mut(&mut tables)
            .iter_mut()
            .filter(|table| path.contains(table.id.as_str()))
        {
            table.republish();
        }
    }
}
