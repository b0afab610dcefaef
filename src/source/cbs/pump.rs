//! The bytes of an answer, read by a thread of its own, so that whoever waits for them can stop waiting.
//!
//! In goes an answer of which the head has come; out come its bytes, or word that none came yet. Fails as reading the
//! answer fails. CBS peculiarity: the first byte of a heavy query takes minutes, so only what comes after it may be called
//! late, and the connection itself knows one limit for both.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// Bytes that are handed over at once.
const CHUNK: usize = 64 << 10;
/// Chunks that wait for the reader.
const WAITING: usize = 2;
/// How long the reader waits before it looks at the clock.
const SLICE: Duration = Duration::from_millis(50);

/// Bytes on their way.
pub(super) struct Pump {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
}

impl Pump {
    /// Starts reading. When nobody listens any more, it ends with the next chunk.
    pub(super) fn of(mut answer: impl Read + Send + 'static) -> Self {
        let (sender, chunks) = sync_channel(WAITING);
        thread::spawn(move || {
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = answer.read(&mut chunk).map(|read| {
                    chunk.truncate(read);
                    chunk
                });
                let is_last = read.as_ref().map_or(true, Vec::is_empty);
                if sender.send(read).is_err() || is_last {
                    return;
                }
            }
        });
        Self {
            chunks,
            chunk: Vec::new(),
            at: 0,
        }
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
