//! One request, sent and read by a thread of its own, so that whoever waits for the answer can stop waiting.
//!
//! In goes a request; out come the head of its answer and then its bytes, or word that nothing came yet. Fails as sending
//! and reading fail. CBS peculiarity: the first byte of a heavy query takes minutes, so only what comes after it may be
//! called late, and the connection itself knows one limit for both.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::RequestBuilder;
use reqwest::header::HeaderMap;

/// Bytes that are handed over at once.
const CHUNK: usize = 64 << 10;
/// Chunks that wait for the reader.
const WAITING: usize = 2;
/// How long the reader waits before it looks at the clock.
const SLICE: Duration = Duration::from_millis(50);

/// Status and headers of an answer.
pub(super) type Head = (StatusCode, HeaderMap);

/// An answer on its way.
pub(super) struct Pump {
    head: Receiver<reqwest::Result<Head>>,
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
}

impl Pump {
    /// Sends a request. When nobody listens any more, reading ends with the next chunk.
    pub(super) fn send(request: RequestBuilder) -> Self {
        let (head_to, head) = sync_channel(1);
        let (chunk_to, chunks) = sync_channel(WAITING);
        thread::spawn(move || {
            let mut answer = match request.send() {
                Ok(answer) => answer,
                Err(error) => return drop(head_to.send(Err(error))),
            };
            let told = head_to.send(Ok((answer.status(), answer.headers().clone())));
            let mut is_heard = told.is_ok();
            while is_heard {
                let mut chunk = vec![0; CHUNK];
                let read = answer.read(&mut chunk).map(|read| {
                    chunk.truncate(read);
                    chunk
                });
                let is_last = read.as_ref().map_or(true, Vec::is_empty);
                is_heard = chunk_to.send(read).is_ok() && !is_last;
            }
        });
        Self {
            head,
            chunks,
            chunk: Vec::new(),
            at: 0,
        }
    }

    /// The head of the answer; nothing when it did not come for a moment.
    pub(super) fn head(&self) -> Option<reqwest::Result<Head>> {
        self.head.recv_timeout(SLICE).ok()
    }

    /// The next bytes, none at the end; nothing when no byte came for a moment.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Option<io::Result<usize>> {
        if self.at == self.chunk.len() {
            self.chunk = match self.chunks.recv_timeout(SLICE) {
                Ok(Ok(chunk)) => chunk,
                Ok(Err(error)) => return Some(Err(error)),
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => return Some(Ok(0)),
            };
            self.at = 0;
        }
        let read = buffer.len().min(self.chunk.len() - self.at);
        buffer[..read].copy_from_slice(&self.chunk[self.at..self.at + read]);
        self.at += read;
        Some(Ok(read))
    }
}
