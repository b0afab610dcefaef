//! A folder over HTTP for whoever is writing what lies in it: pages load anew when it changed, and errors show in place.
//!
//! In: a folder, and a [`Board`] on which its maker posts how it stands. Out: the folder's files on 127.0.0.1, a start page,
//! a page around each PDF, and a stream of events. Fails when the port is taken. The peculiarity it answers: any web page
//! that a browser has open can send requests to a server on loopback, so that only requests that name this address are
//! answered, only files within the folder are, nothing is written or run, and no answer may be read by another site.

mod answer;
mod board;
mod page;
mod within;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::base::failure::{Exit, Report};
use answer::Served;
pub use board::{Board, Notice};

/// The most bytes that the head of a request may have; a body is never read.
const LARGEST_HEAD: usize = 16 * 1024;

/// How long the head of a request may take.
const SLOWEST_HEAD: Duration = Duration::from_secs(10);

/// How long it waits when no connection can be taken, because too many are open.
const BREATH: Duration = Duration::from_millis(50);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken or not allowed.
    #[error("cannot serve on 127.0.0.1:{port}: {source}")]
    Port {
        /// Port.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// The system gives no means to serve.
    #[error("cannot serve: {0}")]
    System(#[from] io::Error),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        let Self::Port { source, .. } = self else {
            return None;
        };
        let words = match source.kind() {
            io::ErrorKind::AddrInUse => "another program listens there",
            io::ErrorKind::PermissionDenied => "ports below 1024 are not for everyone",
            _ => return None,
        };
        Some(format!(
            "{words}: name another with `--port`, or `--port 0` for any that is free"
        ))
    }

    fn exit(&self) -> Exit {
        Exit::Other
    }
}

/// A server at work in a thread of its own; dropped, it stops.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts to serve a folder, which need not be there yet, on a port of 127.0.0.1; 0 takes one that is free.
    ///
    /// # Errors
    /// When the port is taken or not allowed.
    pub fn start(folder: &Path, port: u16, board: Board) -> Result<Self, Error> {
        let taken = |source| Error::Port { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let served = Served::new(folder, address.port(), board);
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("serve".to_owned())
            .spawn(move || work(&runtime, listener, served, stopped))?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // it ends with its last answer or has ended
            let _ = thread.join();
        }
    }
}

/// Answers until it is stopped; what is under way is then broken off.
fn work(runtime: &Runtime, listener: TcpListener, served: Served, stopped: oneshot::Receiver<()>) {
    runtime.spawn(accept(listener, served));
    // the other end speaks by going away
    let _ = runtime.block_on(stopped);
}

async fn accept(listener: TcpListener, served: Served) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, served.clone()));
            }
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
}

/// Answers the requests of one connection. A browser that breaks off is nothing to tell of.
async fn converse(stream: TcpStream, served: Served) {
    let answer = service_fn(|request| {
        let answer = served.answer(&request);
        async { Ok::<_, std::convert::Infallible>(answer) }
    });
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(SLOWEST_HEAD)
        .max_buf_size(LARGEST_HEAD);
    let _ = server.serve_connection(TokioIo::new(stream), answer).await;
}

/// Whether a file is there to be read: not a folder, and nothing that would keep a reader waiting.
fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
}
