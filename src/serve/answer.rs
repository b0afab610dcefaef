//! Requests and answers.
//!
//! In: the head of a request. Out: a file of the folder, one of the pages of the server's own (`/` and below `/-/`), the
//! stream of events, or a refusal. Nothing fails: what cannot be read is "not here". Pages of the folder get a script
//! before the end of their body, which loads them anew; on disk they stay as they are.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::channel::Sender;
use http_body_util::{Channel, Either, Full};
use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, LOCATION};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::watch;

use super::board::{Board, Notice};
use super::{is_file, page, within};

/// Bytes that are there, or a stream of events.
type Body = Either<Full<Bytes>, Channel<Bytes, Infallible>>;

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// How long a stream is silent: a word that says nothing shows whether anyone still listens.
const SILENCE: Duration = Duration::from_secs(15);

/// What is served.
#[derive(Clone, Debug)]
pub(super) struct Served {
    folder: Arc<PathBuf>,
    port: u16,
    board: Board,
}

impl Served {
    pub(super) fn new(folder: &Path, port: u16, board: Board) -> Self {
        Self {
            folder: Arc::new(folder.to_owned()),
            port,
            board,
        }
    }

    /// The answer to a request.
    pub(super) fn answer<B>(&self, request: &Request<B>) -> Response<Body> {
        let mut answer = if !self.is_meant(request) {
            let words = format!("this server answers to 127.0.0.1:{} only\n", self.port);
            refusal(StatusCode::FORBIDDEN, words)
        } else if [Method::GET, Method::HEAD].contains(request.method()) {
            self.find(request.uri().path()).unwrap_or_else(|| {
                refusal(StatusCode::NOT_FOUND, "there is no such file\n".to_owned())
            })
        } else {
            let words = "files are only given\n".to_owned();
            let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED, words);
            let allowed = HeaderValue::from_static("GET, HEAD");
            answer.headers_mut().insert(ALLOW, allowed);
            answer
        };
        guard(answer.headers_mut());
        answer
    }

    /// Whether a request names this server: a page of another site that reaches it under a name of its own does not.
    fn is_meant<B>(&self, request: &Request<B>) -> bool {
        let mut hosts = request.headers().get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        let host = host.as_bytes().to_ascii_lowercase();
        let names = ["127.0.0.1", "localhost"];
        request.uri().authority().is_none()
            && names.iter().any(|name| {
                let full = format!("{name}:{}", self.port);
                // browsers leave the port of HTTP out
                host == full.as_bytes() || self.port == 80 && host == name.as_bytes()
            })
    }

    fn find(&self, path: &str) -> Option<Response<Body>> {
        let parts = within::parts(path)?;
        let names: Vec<&str> = parts.iter().map(String::as_str).collect();
        match names[..] {
            [""] => Some(given(HTML, page::start(&self.folder, &self.board.notice()))),
            ["-", "events"] => Some(self.events()),
            ["-", "reload.js"] => Some(given("text/javascript; charset=utf-8", page::SCRIPT)),
            ["-", "page.css"] => Some(given("text/css; charset=utf-8", page::STYLE)),
            ["-", "pdf", name] => {
                let place = within::find(&self.folder, &[name.to_owned()])?;
                let is_pdf = within::content_type(&place) == "application/pdf" && is_file(&place);
                is_pdf.then(|| given(HTML, page::around(name, self.board.notice().version)))
            }
            _ => self.file(path, &parts),
        }
    }

    fn file(&self, path: &str, parts: &[String]) -> Option<Response<Body>> {
        let of_folder = parts.last().is_some_and(String::is_empty);
        // the version is asked first: what is made meanwhile is then loaded once too often, never too seldom
        let version = self.board.notice().version;
        let mut place = within::find(&self.folder, parts)?;
        if place.is_dir() {
            if !of_folder {
                return Some(moved(&format!("{path}/")));
            }
            let index = [parts, &["index.html".to_owned()]].concat();
            place = within::find(&self.folder, &index)?;
        } else if of_folder {
            return None;
        }
        if !is_file(&place) {
            return None;
        }
        let bytes = fs::read(&place).ok()?;
        let kind = within::content_type(&place);
        Some(if kind == HTML {
            given(kind, page::with_script(bytes, version))
        } else {
            given(kind, bytes)
        })
    }

    /// A stream of how it stands: now, and after each change.
    fn events(&self) -> Response<Body> {
        let (sender, channel) = Channel::new(1);
        tokio::spawn(tell(self.board.listen(), sender));
        let mut answer = Response::new(Either::Right(channel));
        let kind = HeaderValue::from_static("text/event-stream");
        answer.headers_mut().insert(CONTENT_TYPE, kind);
        answer
    }
}

/// Tells every notice until nobody listens.
async fn tell(mut notices: watch::Receiver<Notice>, mut sender: Sender<Bytes, Infallible>) {
    loop {
        let notice = notices.borrow_and_update().clone();
        let Ok(text) = serde_json::to_string(&notice) else {
            return;
        };
        if !send(&mut sender, format!("data: {text}\n\n")).await {
            return;
        }
        loop {
            match tokio::time::timeout(SILENCE, notices.changed()).await {
                Ok(Ok(())) => break,
                Ok(Err(_)) => return,
                Err(_) if !send(&mut sender, ":\n\n".to_owned()).await => return,
                Err(_) => {}
            }
        }
    }
}

/// Whether someone still listens.
async fn send(sender: &mut Sender<Bytes, Infallible>, text: String) -> bool {
    sender.send_data(text.into()).await.is_ok()
}

fn given(kind: &'static str, bytes: impl Into<Bytes>) -> Response<Body> {
    let mut answer = Response::new(Either::Left(Full::new(bytes.into())));
    let kind = HeaderValue::from_static(kind);
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn refusal(status: StatusCode, words: String) -> Response<Body> {
    let mut answer = given(TEXT, words);
    *answer.status_mut() = status;
    answer
}

fn moved(to: &str) -> Response<Body> {
    let mut answer = refusal(StatusCode::MOVED_PERMANENTLY, String::new());
    // a path that was read can be written
    if let Ok(to) = HeaderValue::from_str(to) {
        answer.headers_mut().insert(LOCATION, to);
    }
    answer
}

/// What every answer says: keep nothing, guess nothing, and let no other site read or frame it.
fn guard(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "SAMEORIGIN"),
        ("referrer-policy", "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
