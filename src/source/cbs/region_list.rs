//! The list of regions of a table, with what CBS writes under each: it keeps its log of herindelingen there.
//!
//! In goes a table, and the release of which the list is held, if any. Out come its regions with their texts and the
//! years of the table, or nothing when the release is the same. Fails when the list cannot be read whole in one release.
//! CBS peculiarities: v4 tells a gemeente's province by the code of its group, v3 by the title of its group.

use super::Client;
use super::describe;
use super::error::{ErrorKind, Result};
use super::http::Session;
use super::region_text::{Found, RegionText};
use super::request::TableRequest;
use super::sink::{Progress, Release};
use super::{v3, v4};

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

impl Client {
    /// The regions of a table with their texts; nothing when the service still has the release that is held.
    ///
    /// # Errors
    /// When the table cannot be found, or its lists cannot be read within one release.
    pub fn region_list(
        &self,
        request: &TableRequest,
        held: Option<(&str, &Release)>,
        progress: &dyn Progress,
    ) -> Result<Option<RegionList>> {
        let session = Session::new(&request.id, progress, &self.http.config);
        let read = self.read_regions(request, held, &session);
        progress.done(&request.id);
        read.map_err(|error| error.of_table(&request.id))
    }

    fn read_regions(
        &self,
        request: &TableRequest,
        held: Option<(&str, &Release)>,
        session: &Session<'_>,
    ) -> Result<Option<RegionList>> {
        let (endpoint, mut head) = self.begin(request, session)?;
        if held == Some((head.service, &head.release)) {
            return Ok(None);
        }
        for _ in 0..=self.http.config.restarts {
            let of_service = if endpoint.v4 {
                v4::regions
            } else {
                v3::regions
            };
            let found = of_service(&self.http, session, &endpoint);
            let after = describe::head(&self.http, session, &endpoint)?;
            if after.release == head.release {
                let Found { regions, periods } = found?;
                return Ok(Some(RegionList {
                    table: request.id.clone(),
                    service: head.service,
                    release: head.release,
                    regions,
                    periods,
                }));
            }
            session.progress.restart(session.table);
            head = after;
        }
        let times = self.http.config.restarts + 1;
        Err(ErrorKind::Republished { times }.into())
    }
}
