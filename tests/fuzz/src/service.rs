//! A server on loopback that answers with what an input says, for the whole client: lists, pages, counts and links.
//!
//! A section of the input is called as the last part of an address (`TableInfos`, `RegioS`, `$count`); the second of one name
//! answers a request that skips. `!503 ` in front of an answer is its status.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use middelgroot::base::observation::{Missing, Status};
use middelgroot::source::cbs::{
    AnsweredTopic, Client, Config, PageCache, Retry, Service, Sink, SinkError, TableRequest,
    TopicRequest,
};
use middelgroot::source::regions;

use crate::sections;

type Answers = Arc<Mutex<Arc<Vec<(String, Vec<u8>)>>>>;

/// The server, and where it is.
pub struct Served {
    answers: Answers,
    address: String,
}

impl Served {
    /// Starts it.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let answers = Answers::default();
        let shared = Arc::clone(&answers);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = Arc::clone(&shared);
                // whoever hangs up has heard enough
                thread::spawn(move || drop(serve(&stream, &answers)));
            }
        });
        Self { answers, address }
    }

    /// Asks everything of a table and of the catalogs, of one service and then of the other.
    pub fn ask(&self, input: &[u8]) {
        let sections = sections(input);
        let owned = sections
            .iter()
            .map(|(name, body)| ((*name).to_owned(), body.to_vec()));
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(owned.collect());
        let has = |name: &str| sections.iter().any(|(of, _)| *of == name);
        let service = if has("TableInfos") {
            Service::V3
        } else {
            Service::V4
        };
        let client = Client::new(self.config()).expect("a client");
        let request = request(service);
        let _ = client.describe(&request.id, "", service, &());
        let list = client.region_list(&request, None, &());
        if let Ok(Some(list)) = list {
            let _ = regions::parse(&list, None);
        }
        if has("Tables") || has("Datasets") {
            let _ = client.search(&["bevolking"], &());
        }
        let folder = crate::folder();
        let cache = PageCache::open(folder.path()).expect("a cache");
        let mut heard = Heard::default();
        match client.fetch(&request, &cache, &mut heard, &()) {
            Ok(meta) => {
                assert_eq!(
                    meta.cells, heard.rows,
                    "cells that were counted and not sent"
                );
                assert_eq!(meta.topics, heard.topics);
            }
            Err(error) => {
                assert!(
                    heard.topics.is_empty(),
                    "what was heard is not void: {error}"
                );
                assert!(error.to_string().contains("03759ned"), "{error}");
            }
        }
    }

    fn config(&self) -> Config {
        let short = Duration::from_secs(5);
        Config {
            mirror: Some(self.address.clone()),
            connections: 2,
            tables_at_once: 1,
            connect_timeout: short,
            idle_timeout: short,
            request_timeout: short,
            restarts: 0,
            api_rows: 10,
            feed_rows: 4,
            v4_rows: 4,
            retry: Retry {
                attempts: 1,
                budget: 0,
                first: Duration::ZERO,
                longest: Duration::ZERO,
                longest_asked: Duration::ZERO,
            },
            ..Config::default()
        }
    }
}

fn request(service: Service) -> TableRequest {
    let topic = |title: &str| TopicRequest {
        title: title.to_owned(),
        optional: true,
        ..TopicRequest::default()
    };
    TableRequest {
        id: "03759ned".to_owned(),
        service,
        fixed: [("Geslacht".to_owned(), vec!["T001038".to_owned()])].into(),
        sum_months: true,
        topics: vec![
            topic("… > Bevolking op 1 januari"),
            topic("Gemiddelde bevolking"),
            topic("Mannen > Bevolking op 1 januari"),
        ],
        ..TableRequest::default()
    }
}

/// What a sink heard, and holds each cell to what it may be.
#[derive(Default)]
struct Heard {
    topics: Vec<AnsweredTopic>,
    rows: u64,
}

impl Sink for Heard {
    fn topics(&mut self, topics: &[AnsweredTopic]) -> Result<(), SinkError> {
        self.topics = topics.to_vec();
        self.rows = 0;
        Ok(())
    }

    fn row(
        &mut self,
        region: &str,
        period: &str,
        topic: usize,
        value: Option<f64>,
        missing: Missing,
        _: Status,
    ) -> Result<(), SinkError> {
        assert!(topic < self.topics.len() && !region.is_empty() && !period.is_empty());
        assert_eq!(value.is_some(), missing == Missing::None);
        assert!(value.is_none_or(f64::is_finite), "{value:?}");
        self.rows += 1;
        Ok(())
    }
}

/// Answers requests of one connection until it ends.
fn serve(stream: &TcpStream, answers: &Answers) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            line.clear();
        }
        let path = request.split(' ').nth(1).unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let name = path.rsplit('/').next().unwrap_or_default();
        let answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = Arc::clone(&answers);
        let mut named = answers.iter().filter(|(of, _)| of == name);
        let first = named.next();
        let found = if query.contains("skip") {
            named.next()
        } else {
            first
        };
        let (status, body) = found.map_or(("404", &b"Not found"[..]), |(_, body)| status(body));
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        // one write: small answers in two packets wait for each other
        let answer = [head.as_bytes(), body].concat();
        (&mut &*stream).write_all(&answer)?;
    }
}

/// The status of an answer, and its body.
fn status(body: &[u8]) -> (&str, &[u8]) {
    let told = body.strip_prefix(b"!").and_then(|rest| {
        let (digits, rest) = rest.split_at_checked(3)?;
        let is_status = (b'2'..=b'5').contains(&digits[0]) && digits.iter().all(u8::is_ascii_digit);
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_status)?;
        Some((digits, rest))
    });
    told.unwrap_or(("200", body))
}
