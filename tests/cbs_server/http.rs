//! HTTP/1.1 by hand, so that it can also be spoken badly: resets, empty replies, drips, lies about length.
//!
//! A request is read but for its last byte until the answer is known: closing with that byte unread makes the kernel
//! send a reset instead of a polite end.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::faults::Fault;

/// A request, decoded.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub kind: &'static str,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub gzip: bool,
}

impl Answer {
    pub fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            kind,
            headers: Vec::new(),
            body: body.into(),
            gzip: false,
        }
    }
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, "application/json; charset=utf-8", body)
    }
    pub fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    /// Packs the body, where that is asked and worth it.
    pub fn pack(&mut self) {
        if std::mem::take(&mut self.gzip) && self.body.len() > 500 {
            let fast = flate2::Compression::fast();
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), fast);
            encoder.write_all(&self.body).expect("memory");
            self.body = encoder.finish().expect("memory");
            self.headers
                .push(("Content-Encoding".into(), "gzip".into()));
        }
    }
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, text)| text.as_str())
    }
    pub fn option(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, text)| text.as_str())
    }
    /// Path, question mark and query, decoded, as one line.
    pub fn line(&self) -> String {
        let query: Vec<_> = self
            .query
            .iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        format!("{}?{}", self.path, query.join("&"))
    }

    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?.to_owned(), first.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pair = |option: &str| {
            let (name, text) = option.split_once('=').unwrap_or((option, ""));
            (decode(name), decode(text))
        };
        let header = |line: &str| {
            line.split_once(':')
                .map(|(k, v)| (k.trim().to_lowercase(), v.trim().to_owned()))
        };
        Some(Self {
            method,
            path: decode(path),
            query: query
                .split('&')
                .filter(|option| !option.is_empty())
                .map(pair)
                .collect(),
            headers: lines.filter_map(header).collect(),
        })
    }
}

/// Percent signs and plusses as ASP.NET reads them.
pub fn decode(text: &str) -> String {
    let (mut out, bytes, mut at) = (Vec::new(), text.as_bytes(), 0);
    while at < bytes.len() {
        let hex = text
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A value as CBS writes it into its next links: `$` and quotes as they are, blanks escaped.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b' ' | b'%' | b'&' | b'#' | b'+' | b'"' | 0x80.. => {
                write!(out, "%{byte:02X}").expect("memory");
            }
            _ => out.push(char::from(byte)),
        }
        out
    })
}

/// Answers the requests of one connection until either side ends it.
pub fn serve(mut stream: &TcpStream, answer: impl Fn(&Request) -> (Answer, Option<Fault>)) {
    let _ = stream.set_nodelay(true);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    while let Some(request) = read(stream) {
        let (answer, fault) = answer(&request);
        if matches!(fault, Some(Fault::Reset(0))) {
            return;
        }
        if let Some(Fault::Reset(after)) = fault {
            let bytes = bytes(answer, None);
            let _ = stream.write_all(&bytes[..after.min(bytes.len())]);
            // Time for the client to read what came, before the reset throws it away.
            thread::sleep(Duration::from_millis(20));
            return;
        }
        if stream.read_exact(&mut [0]).is_err() || !write(stream, answer, fault.as_ref()) {
            return;
        }
    }
}

/// The next request; the last byte of its head stays unread.
fn read(mut stream: &TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let seen = stream.peek(&mut buffer).ok().filter(|seen| *seen > 0)?;
        let from = head.len().saturating_sub(3);
        let all = [&head[..], &buffer[..seen]].concat();
        let end = all[from..]
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .map(|at| from + at + 4);
        let take = end.map_or(seen, |end| end - head.len() - 1);
        stream.read_exact(&mut buffer[..take]).ok()?;
        head.extend_from_slice(&buffer[..take]);
        if end.is_some() {
            return Request::parse(&String::from_utf8_lossy(&head));
        }
    }
}

/// Writes the answer, with its fault; whether the connection lives on.
fn write(mut stream: &TcpStream, answer: Answer, fault: Option<&Fault>) -> bool {
    if matches!(fault, Some(Fault::NoReply)) {
        return false;
    }
    let bytes = bytes(answer, fault);
    match fault {
        Some(Fault::Cut(after)) => {
            let _ = stream.write_all(&bytes[..(*after).min(bytes.len())]);
            false
        }
        Some(Fault::Drip { bytes: few, every }) => {
            for part in bytes.chunks(*few) {
                if stream.write_all(part).is_err() {
                    return false;
                }
                thread::sleep(*every);
            }
            true
        }
        _ => stream.write_all(&bytes).is_ok(),
    }
}

fn bytes(mut answer: Answer, fault: Option<&Fault>) -> Vec<u8> {
    if let Some(fault) = fault {
        fault.spoil(&mut answer);
    }
    answer.pack();
    let mut head = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\n",
        answer.status,
        reason(answer.status),
        answer.kind
    );
    for (name, text) in &answer.headers {
        write!(head, "{name}: {text}\r\n").expect("memory");
    }
    write!(
        head,
        "Server: Microsoft-IIS/10.0\r\nContent-Length: {}\r\n\r\n",
        answer.body.len()
    )
    .expect("memory");
    [head.into_bytes(), answer.body].concat()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
