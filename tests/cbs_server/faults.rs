//! Everything that can go wrong, to order: which requests, how often, and what.

use std::io::Write;
use std::time::Duration;

use super::http::Answer;

/// One way to misbehave.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection is reset after so many bytes of the answer.
    Reset(usize),
    /// The connection ends after so many bytes.
    Cut(usize),
    /// The connection ends without a byte.
    NoReply,
    /// Status 200 and no body.
    Empty,
    /// Whole HTTP, half the JSON.
    Truncated,
    /// An HTML page with status 200.
    Html,
    /// A status, a text, and perhaps a `Retry-After`.
    Status(u16, &'static str, Option<String>),
    /// A few bytes at a time.
    Drip { bytes: usize, every: Duration },
    /// A small answer that unpacks to so many megabytes.
    Bomb(usize),
    /// The answer is redirected.
    Redirect(String),
    /// The answer comes late.
    Delay(Duration),
    /// The next link leads to the page itself.
    LoopLink,
    /// The next link leads to another host and another table.
    ForeignLink,
    /// The next link is left out.
    LostLink,
    /// Only so many rows, and nothing after them.
    CutRows(usize),
    /// Another answer, whole and with status 200.
    Instead(&'static str),
    /// A text of the answer is replaced.
    Rewrite(&'static str, &'static str),
    /// One row comes twice.
    DuplicateRow,
    /// One row is left out.
    LostRow,
    /// The table is republished right after this answer.
    Republish,
}

/// Which requests meet a fault.
#[derive(Clone, Debug)]
pub struct Rule {
    part: String,
    pass: usize,
    times: usize,
    fault: Fault,
}

impl Rule {
    /// Requests of which the decoded line holds this text meet the fault, always.
    pub fn on(part: &str, fault: Fault) -> Self {
        Self {
            part: part.to_owned(),
            pass: 0,
            times: usize::MAX,
            fault,
        }
    }
    /// Only so many times.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }
    /// After so many requests went well.
    pub fn after(self, pass: usize) -> Self {
        Self { pass, ..self }
    }

    pub fn meet(&mut self, line: &str) -> Option<Fault> {
        if !line.contains(&self.part) || self.times == 0 {
            return None;
        }
        if self.pass > 0 {
            self.pass -= 1;
            return None;
        }
        self.times -= 1;
        Some(self.fault.clone())
    }
}

impl Fault {
    /// Changes a finished answer.
    pub fn spoil(&self, answer: &mut Answer) {
        match self {
            Self::Empty => answer.body.clear(),
            Self::Truncated => answer.body.truncate(answer.body.len() / 2),
            Self::Html => {
                *answer = Answer::new(
                    200,
                    "text/html",
                    "<!DOCTYPE html><html><body>Er is een storing</body></html>",
                );
            }
            Self::Status(status, text, after) => {
                *answer = Answer::text(*status, text);
                answer
                    .headers
                    .extend(after.clone().map(|after| ("Retry-After".to_owned(), after)));
            }
            Self::Instead(text) => *answer = Answer::json(*text),
            Self::Rewrite(from, to) => {
                let text = String::from_utf8_lossy(&answer.body).replace(from, to);
                answer.body = text.into_bytes();
            }
            Self::Redirect(to) => {
                *answer = Answer::text(302, "Moved");
                answer.headers.push(("Location".into(), to.clone()));
            }
            Self::Bomb(megabytes) => *answer = bomb(*megabytes),
            _ => {}
        }
    }
}

fn bomb(megabytes: usize) -> Answer {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"{\"value\":[").expect("memory");
    for _ in 0..megabytes {
        encoder.write_all(&vec![b' '; 1 << 20]).expect("memory");
    }
    let mut answer = Answer::json(encoder.finish().expect("memory"));
    answer
        .headers
        .push(("Content-Encoding".into(), "gzip".into()));
    answer
}
