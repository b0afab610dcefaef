//! The list of regions of a table, with what CBS writes under each: it keeps its log of herindelingen there.
//!
//! In goes a table, and the release of which the list is held, if any; or the description of a table that is read anyway. Out
//! come its regions with their texts and the years of the table, or nothing when the release is the same. Fails when the list
//! cannot be read whole in one release. CBS peculiarities: v4 tells a gemeente's province by the code of its group, v3 by the
//! title of its group.

use std::collections::BTreeMap;

use super::Client;
use super::describe;
use super::description::{Description, DimensionKind, Member};
use super::endpoint::Endpoint;
use super::error::{ErrorKind, Result};
use super::http::{Http, Session};
use super::request::TableRequest;
use super::sink::{Progress, RegionList, RegionText, Release};
use super::v3;

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
            let described = describe::read(&self.http, session, &endpoint, &head);
            let list = described.and_then(|table| list(&self.http, session, &endpoint, &table));
            let after = describe::head(&self.http, session, &endpoint)?;
            if after.release == head.release {
                return list.map(Some);
            }
            session.progress.restart(session.table);
            head = after;
        }
        let times = self.http.config.restarts + 1;
        Err(ErrorKind::Republished { times }.into())
    }
}

/// The regions of a table that was described. A gemeente's group ends with its province's code in v4, and is called as its
/// province is in v3.
pub(super) fn list(
    http: &Http,
    session: &Session<'_>,
    endpoint: &Endpoint,
    table: &Description,
) -> Result<RegionList> {
    let members = |of: DimensionKind| {
        let mut all = table.dimensions.iter();
        let found = all.find(|dimension| dimension.kind == of);
        found.map_or(&[][..], |dimension| &dimension.members)
    };
    let regions = members(DimensionKind::Geo);
    let group = |region: &Member| region.remarks.as_ref()?.group.clone();
    let groups = if !endpoint.v4 && regions.iter().any(|region| group(region).is_some()) {
        v3::groups(http, session, endpoint)?
    } else {
        BTreeMap::new()
    };
    let is_province = |region: &&Member| region.key.starts_with("PV");
    let provinces = regions.iter().filter(is_province);
    let provinces: BTreeMap<&str, &str> = provinces
        .map(|region| (bare(&region.title), region.key.as_str()))
        .collect();
    let province = |region: &Member| {
        let group = group(region)?;
        if endpoint.v4 {
            return Some(group.strip_prefix("GM")?.to_owned());
        }
        let code = provinces.get(bare(groups.get(&group)?));
        code.map(|code| (*code).to_owned())
    };
    let text = |region: &Member| RegionText {
        key: region.key.clone(),
        title: region.title.clone(),
        text: region
            .remarks
            .as_ref()
            .map_or_else(String::new, |of| of.text.clone()),
        province: province(region),
    };
    let periods = members(DimensionKind::Time).iter();
    Ok(RegionList {
        table: endpoint.id.clone(),
        service: table.service,
        release: table.release.clone(),
        regions: regions.iter().map(text).collect(),
        periods: periods.map(|period| period.key.clone()).collect(),
    })
}

/// The name of a province without what tells it from a gemeente.
fn bare(title: &str) -> &str {
    title.trim_end_matches(" (PV)")
}
