//! What comes out: rows to a [`Sink`], what is known of the table in a [`TableMeta`], word of the work to a [`Progress`].
//!
//! Rows stream while they come, so that memory stays flat and nobody waits. What a sink has heard counts only when the fetch
//! returns without an error: then every page is there and proven. Else it is told that what it heard is void.

use std::time::Duration;

use serde::Serialize;

use crate::base::observation::{Missing, Status};

/// An error of the receiver.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Receives one table.
pub trait Sink {
    /// Called before the rows: the topics, in the order in which they were asked. Called again when the answer was not
    /// whole and is read anew; what was heard before is void then. Called with none when the fetch fails: all that was
    /// heard is void, and nothing comes in its place.
    ///
    /// # Errors
    /// Ends the fetch.
    fn topics(&mut self, topics: &[AnsweredTopic]) -> Result<(), SinkError>;

    /// Called for each cell that CBS sends: region (`GM0363`, `NL01`), period (`2021JJ00`), index into the topics.
    /// The value is there exactly when nothing is missing. Cells that CBS does not send are not called for.
    ///
    /// # Errors
    /// Ends the fetch.
    fn row(
        &mut self,
        region: &str,
        period: &str,
        topic: usize,
        value: Option<f64>,
        missing: Missing,
        status: Status,
    ) -> Result<(), SinkError>;
}

/// One topic of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnsweredTopic {
    /// v3 key or v4 measure code, with `member:` in front where a member was asked.
    pub key: String,
    /// Path of groups and title, with the member's title in front where a member was asked.
    pub title: String,
    /// Unit, with its scale, as CBS prints it.
    pub unit: String,
    /// Decimals that CBS publishes.
    pub decimals: u8,
    /// `Absolute`, `Relative` or empty.
    pub presentation: String,
    /// Its place in the request.
    pub asked: usize,
}

/// An optional topic that the table does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// Its place in the request.
    pub asked: usize,
    /// The nearest that the table has.
    pub nearest: Vec<String>,
}

/// Which edition of a table this is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Release {
    /// Time of the last change, as CBS writes it (v3 without a zone).
    pub modified: String,
    /// v4's version; empty in v3.
    pub version: String,
}

/// One request and the proof of its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestMade {
    /// The address.
    pub url: String,
    /// Rows in the answer.
    pub rows: u64,
    /// Bytes of the answer, unpacked.
    pub bytes: u64,
    /// Hash of the answer, unpacked.
    pub sha256: String,
    /// Whether the answer lay in the cache of an interrupted fetch.
    pub resumed: bool,
}

/// A region of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionMeta {
    /// Code, such as `GM0363`.
    pub key: String,
    /// Name, as CBS writes it.
    pub title: String,
}

/// The regions of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionList {
    /// Table.
    pub table: String,
    /// `v3` or `v4`.
    pub service: &'static str,
    /// The release of the table.
    pub release: Release,
    /// The regions, in the table's order.
    pub regions: Vec<RegionText>,
    /// The keys of the periods of the table, in its order.
    pub periods: Vec<String>,
}

/// A region as a list has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionText {
    /// Code without blanks, such as `GM0363`.
    pub key: String,
    /// Name, as CBS writes it today.
    pub title: String,
    /// What CBS writes under a gemeente, with its line breaks; empty when nothing.
    pub text: String,
    /// The code of its province, such as `PV27`, where it is a gemeente and the list says so.
    pub province: Option<String>,
}

/// A period and how final it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodMeta {
    /// Key, such as `2021JJ00`.
    pub key: String,
    /// CBS's own words.
    pub title: String,
    /// Status.
    pub status: Status,
}

/// What is known of a table that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableMeta {
    /// Id, verbatim.
    pub id: String,
    /// Title.
    pub title: String,
    /// Catalog: `CBS`, or the third party.
    pub catalog: String,
    /// Service that was read: `v3` or `v4`.
    pub service: &'static str,
    /// Publisher.
    pub publisher: String,
    /// Licence, an address where CBS gives one; empty when unknown.
    pub license: String,
    /// The release.
    pub release: Release,
    /// Regions read, in the table's order.
    pub regions: Vec<RegionMeta>,
    /// Periods read, in the table's order.
    pub periods: Vec<PeriodMeta>,
    /// Topics, in the order in which they were asked.
    pub topics: Vec<AnsweredTopic>,
    /// Optional topics that the table does not have.
    pub lacking: Vec<Lacking>,
    /// The year whose regions the table has, where it says so.
    pub map_year: Option<u16>,
    /// All its regions with their texts, where they were wanted and could be read.
    pub region_list: Option<RegionList>,
    /// The requests for rows, in order.
    pub requests: Vec<RequestMade>,
    /// Moment the last page was proven, UTC, such as `2026-11-23T21:16:00Z`.
    pub retrieved: String,
    /// CBS's count of the rows, where it gives one.
    pub expected: Option<u64>,
    /// Rows that CBS sent.
    pub rows: u64,
    /// Cells that went to the sink.
    pub cells: u64,
    /// Surprises that did not stop the fetch, each once.
    pub notes: Vec<String>,
    /// Those that the user must hear of.
    pub warnings: Vec<String>,
}

/// Hears how the work goes, from several threads.
pub trait Progress: Sync {
    /// A page has arrived or was found in the cache; `expected` rows in all, where known.
    fn page(&self, table: &str, rows: u64, bytes: u64, expected: Option<u64>) {
        let _ = (table, rows, bytes, expected);
    }

    /// An attempt failed; the next one comes after the wait.
    fn retry(&self, table: &str, why: &str, wait: Duration) {
        let _ = (table, why, wait);
    }

    /// The table was republished: reading starts again.
    fn restart(&self, table: &str) {
        let _ = table;
    }

    /// The table is done, well or not.
    fn done(&self, table: &str) {
        let _ = table;
    }
}

impl Progress for () {}

/// Hears nothing: for looking whether all is there.
impl Sink for () {
    fn topics(&mut self, _: &[AnsweredTopic]) -> Result<(), SinkError> {
        Ok(())
    }

    fn row(
        &mut self,
        _: &str,
        _: &str,
        _: usize,
        _: Option<f64>,
        _: Missing,
        _: Status,
    ) -> Result<(), SinkError> {
        Ok(())
    }
}
