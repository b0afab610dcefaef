//! What can go wrong between CBS and us, with the table, topic and request it happened to.
//!
//! Every error says what was seen; [`Error::hint`] says what to do; [`Error::is_unreachable`] tells a source that did
//! not give a whole answer (exit status 3) from a request that does not fit the table.

use std::fmt;
use std::io;

/// A failure, and where it happened.
#[derive(Debug)]
pub struct Error {
    /// The table that was read.
    pub table: Option<String>,
    /// The topic that was asked for, as it was asked.
    pub topic: Option<String>,
    /// The request that was under way.
    pub request: Option<String>,
    /// What happened.
    pub kind: Box<ErrorKind>,
}

/// What happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting that cannot be used.
    Config(String),
    /// A table id with other signs than digits and letters.
    BadId(String),
    /// No such table, or not in this case.
    NotFound,
    /// The way to the source is closed: trying again will not open it.
    Connection {
        /// What of it.
        part: Part,
        /// The failure.
        why: String,
    },
    /// Every attempt failed; the last one so.
    Unreachable {
        /// Attempts made.
        attempts: u32,
        /// The last failure.
        last: String,
    },
    /// An answer that trying again will not better.
    Refused {
        /// HTTP status.
        status: u16,
        /// What the server said.
        message: String,
    },
    /// The v3 API has more rows to this request than it gives, 10,000 as a rule.
    TooManyRecords,
    /// A redirect to another host.
    Redirect(String),
    /// An answer beyond the set limits.
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
        /// Whether that is after decompression.
        unpacked: bool,
    },
    /// A next link that loops or leads elsewhere.
    NextLink(String),
    /// The table was republished in each of so many readings.
    Republished {
        /// Readings begun.
        times: u32,
    },
    /// Not as many rows as CBS counted.
    Count {
        /// CBS's count.
        expected: u64,
        /// Rows that came.
        found: u64,
    },
    /// Rows that were asked did not come, also when they were asked again.
    Missing {
        /// How many.
        missing: u64,
        /// Of how many.
        of: u64,
        /// Region and period of the first few, and the topic where only that is missing.
        first: Vec<String>,
    },
    /// A list that cannot be empty or as short as it is.
    Short(String),
    /// No row at all.
    Empty,
    /// One cell came twice.
    Duplicate {
        /// Region, period and topic.
        cell: String,
    },
    /// An answer that is JSON but not what CBS sends.
    Malformed(String),
    /// No topic has this title and unit.
    NoTopic {
        /// The nearest topics.
        nearest: Vec<String>,
    },
    /// Several topics fit.
    ManyTopics {
        /// Those that fit.
        candidates: Vec<String>,
    },
    /// A dimension that the table does not have, or a member that the dimension does not have.
    NoMember {
        /// What was looked for.
        what: String,
        /// What there is.
        nearest: Vec<String>,
    },
    /// A dimension of which nothing was asked, though it has several members.
    OpenDimension {
        /// Its key.
        dimension: String,
        /// Its members, those that look like a total first.
        members: Vec<String>,
    },
    /// No dimension, or more than one, holds the regions or the periods.
    Shape(String),
    /// A folder or file of the page cache.
    Cache(io::Error),
    /// Another fetch holds the page cache.
    CacheInUse,
    /// The receiver of the rows failed.
    Sink(Box<dyn std::error::Error + Send + Sync>),
    /// Stopped by the user.
    Interrupted,
}

/// What closes the way to a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The certificate, or TLS itself.
    Tls,
    /// The name of the host.
    Name,
    /// The proxy of the environment.
    Proxy,
}

/// A result of this room.
pub type Result<T> = std::result::Result<T, Error>;

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self {
            table: None,
            topic: None,
            request: None,
            kind: Box::new(kind),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        ErrorKind::Cache(error).into()
    }
}

impl Error {
    /// The same error, said of a table.
    #[must_use]
    pub fn of_table(mut self, id: &str) -> Self {
        self.table.get_or_insert_with(|| id.to_owned());
        self
    }

    /// The same error, said of a topic.
    #[must_use]
    pub fn of_topic(mut self, title: &str) -> Self {
        self.topic.get_or_insert_with(|| title.to_owned());
        self
    }

    /// The same error, said of a request.
    #[must_use]
    pub fn of_request(mut self, request: &str) -> Self {
        self.request.get_or_insert_with(|| request.to_owned());
        self
    }

    /// Whether the source answered that there is no such thing.
    pub(super) fn is_404(&self) -> bool {
        matches!(*self.kind, ErrorKind::Refused { status: 404, .. })
    }

    /// Whether the source failed to give a whole answer, rather than the request being wrong.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            *self.kind,
            ErrorKind::Unreachable { .. }
                | ErrorKind::Connection { .. }
                | ErrorKind::Missing { .. }
                | ErrorKind::Short(_)
                | ErrorKind::Refused { .. }
                | ErrorKind::TooManyRecords
                | ErrorKind::Redirect(_)
                | ErrorKind::TooLarge { .. }
                | ErrorKind::NextLink(_)
                | ErrorKind::Republished { .. }
                | ErrorKind::Count { .. }
                | ErrorKind::Duplicate { .. }
                | ErrorKind::Malformed(_)
        )
    }

    /// Whether the pages already read may be to blame, so that the next fetch must not build on them.
    pub(super) fn spoils_cache(&self) -> bool {
        matches!(
            *self.kind,
            ErrorKind::NextLink(_)
                | ErrorKind::Count { .. }
                | ErrorKind::Missing { .. }
                | ErrorKind::Duplicate { .. }
                | ErrorKind::Malformed(_)
                | ErrorKind::Empty
        )
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match &*self.kind {
            ErrorKind::Config(_) => "correct the configuration, or the value of --mirror".into(),
            ErrorKind::BadId(_) => "a table id is digits and letters, such as 03759ned".into(),
            ErrorKind::NotFound => "table ids are case-sensitive (80590ned, not 80590NED): try `tables search`".into(),
            ErrorKind::Unreachable { .. } => "what has arrived is kept: run `fetch` again later to resume".into(),
            ErrorKind::Connection { part: Part::Tls, .. } => "if your network sets certificates of its own in between, name the file that holds them in SSL_CERT_FILE; else look at the hosts in `queries/fetch.toml` and at the clock of this machine".into(),
            ErrorKind::Connection { part: Part::Name, .. } => "look at the network of this machine, and at the hosts in `queries/fetch.toml`".into(),
            ErrorKind::Connection { part: Part::Proxy, .. } => "look at HTTPS_PROXY and NO_PROXY in the environment".into(),
            ErrorKind::Refused { status: 404, .. } => "CBS lists what it does not give: run `fetch` again; if it stays, write to infoservice@cbs.nl".into(),
            ErrorKind::Short(_) => "run it again; if it stays, look at the list in a browser".into(),
            ErrorKind::Refused { .. } => "open the request in a browser to see what CBS says".into(),
            ErrorKind::TooManyRecords => "ask for fewer periods or topics, or through the feed".into(),
            ErrorKind::Redirect(_) => "if CBS has moved, set the new address in the configuration".into(),
            ErrorKind::TooLarge { .. } => "if the table really is that large, raise the limit in the configuration".into(),
            ErrorKind::Republished { .. } => "CBS is publishing: wait half an hour and run `fetch` again".into(),
            ErrorKind::NextLink(_) | ErrorKind::Count { .. } | ErrorKind::Missing { .. } | ErrorKind::Duplicate { .. } | ErrorKind::Malformed(_) => {
                "run `fetch` again; if it stays, CBS serves the table wrongly: write to infoservice@cbs.nl".into()
            }
            ErrorKind::Empty => "look at the periods and members with `tables show`".into(),
            ErrorKind::NoTopic { nearest: list } => listed("correct title and unit in the query; nearest", list),
            ErrorKind::ManyTopics { candidates: list } => listed("give more of the path, or the key; these fit", list),
            ErrorKind::NoMember { nearest: list, .. } => listed("correct the query; there are", list),
            ErrorKind::OpenDimension { members: list, .. } => {
                listed("fix one member in `queries/tables.toml`; totals first, there are", list)
            }
            ErrorKind::Shape(_) => "look at the table with `tables show`".into(),
            ErrorKind::Cache(error) if is_forbidden(error) => "check who may write there; what has arrived is kept".into(),
            ErrorKind::Cache(_) => "free disk space: what has arrived is kept".into(),
            ErrorKind::CacheInUse => "wait for the other fetch to end".into(),
            ErrorKind::Sink(_) => "see the cause".into(),
            ErrorKind::Interrupted => "run `fetch` again to resume".into(),
        }
    }
}

/// Whether nothing may be written there, however much room there is.
fn is_forbidden(error: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)
}

fn listed(lead: &str, list: &[String]) -> String {
    format!("{lead}: {}", list.join("; "))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(table) = &self.table {
            write!(f, "table {table}: ")?;
        }
        if let Some(topic) = &self.topic {
            write!(f, "topic `{topic}`: ")?;
        }
        write!(f, "{}", self.kind)?;
        self.request
            .as_ref()
            .map_or(Ok(()), |request| write!(f, " (request {request})"))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "no trusted connection",
            Self::Name => "no address for the host",
            Self::Proxy => "the proxy gives no way through",
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(why) | Self::Shape(why) | Self::Short(why) => f.write_str(why),
            Self::BadId(id) => write!(f, "`{id}` cannot be a table id"),
            Self::NotFound => f.write_str("CBS has no such table"),
            Self::Unreachable { attempts, last } => write!(
                f,
                "no whole answer in {attempts} attempts; the last: {last}"
            ),
            Self::Refused { status, message } => {
                write!(f, "refused with status {status}: {message}")
            }
            Self::Connection { part, why } => write!(f, "{part}: {why}"),
            Self::TooManyRecords => f.write_str("more records than CBS gives at once"),
            Self::Redirect(to) => write!(f, "redirected to another host: {to}"),
            Self::TooLarge { limit, unpacked } => {
                let after = if *unpacked {
                    " after decompression"
                } else {
                    ""
                };
                write!(f, "the answer exceeds {limit} bytes{after}")
            }
            Self::NextLink(why) => write!(f, "next link {why}"),
            Self::Republished { times } => {
                write!(f, "republished while it was read, {times} times in a row")
            }
            Self::Count { expected, found } => {
                write!(f, "CBS counts {expected} rows, {found} came")
            }
            Self::Missing { missing, of, first } => {
                let more = if *missing > first.len() as u64 {
                    ", …"
                } else {
                    ""
                };
                let list = first.join(", ");
                write!(
                    f,
                    "{missing} of {of} rows that were asked did not come: {list}{more}"
                )
            }
            Self::Empty => f.write_str("the answer holds no rows"),
            Self::Duplicate { cell } => write!(f, "{cell} came twice"),
            Self::Malformed(why) => write!(f, "unexpected answer: {why}"),
            Self::NoTopic { .. } => f.write_str("no topic has this title and unit"),
            Self::ManyTopics { candidates } => {
                write!(f, "{} topics have this title and unit", candidates.len())
            }
            Self::NoMember { what, .. } => write!(f, "no {what}"),
            Self::OpenDimension { dimension, .. } => {
                write!(
                    f,
                    "dimension {dimension} is left open, and not exactly one of its members is a total"
                )
            }
            Self::Cache(error) => write!(f, "page cache: {error}"),
            Self::CacheInUse => f.write_str("the page cache is in use by another fetch"),
            Self::Sink(error) => write!(f, "rows could not be stored: {error}"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.kind {
            ErrorKind::Cache(error) => Some(error),
            ErrorKind::Sink(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
