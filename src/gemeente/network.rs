//! Networks: dated membership lists, each with its source and whether it is complete.
//!
//! A list names gemeenten as they were on its date; in an edition a member that was merged goes on in the gemeente
//! where most of its inhabitants live (Heerhugowaard in Dijk en Waard, Hellevoetsluis in Voorne aan Zee).

use std::collections::BTreeMap;
use std::path::Path;

use super::herindeling::Herindelingen;
use super::region::{RegionId, Regions, region_in};
use crate::base::csv;
use crate::base::failure::Report;

/// Every membership list, by network and date.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    lists: BTreeMap<(String, String), MemberList>,
}

/// One dated list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberList {
    /// Whether all members of that date are known.
    pub complete: bool,
    /// Gemeenten with their names as the list has them.
    pub listed: Vec<(RegionId, String)>,
    /// Where the list was found.
    pub source: String,
}

/// A member as an edition counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The gemeente on the edition's boundaries.
    pub region: RegionId,
    /// The gemeente on the list.
    pub listed: RegionId,
    /// Name on the list.
    pub listed_name: String,
}

impl Networks {
    /// Reads `data/networks.csv`: `network,list_date,code,name,complete,source`.
    ///
    /// # Errors
    /// When the file is missing, or a line is wrong or names what is and was no gemeente.
    pub fn read(path: &Path, regions: &Regions) -> Result<Self, csv::Error> {
        let mut lists: BTreeMap<(String, String), MemberList> = BTreeMap::new();
        csv::for_each_row(
            path,
            &["network", "list_date", "code", "name", "complete", "source"],
            |row| {
                let [network, date, code, name, complete, source] = row.cells();
                let complete: bool = complete.parse().map_err(|_| {
                    row.wrong(format!("`{complete}` is not yes or no"), "true or false")
                })?;
                let region = region_in(&row, code)?;
                if regions.get(region).is_none() {
                    return Err(row.wrong(
                        format!("`{code}` ({name}) is and was no gemeente"),
                        "a code of `data/regions/gemeenten.csv`",
                    ));
                }
                let list = lists
                    .entry((network.to_owned(), date.to_owned()))
                    .or_insert_with(|| MemberList {
                        complete,
                        listed: Vec::new(),
                        source: source.to_owned(),
                    });
                if list.listed.iter().any(|(known, _)| *known == region) {
                    return Err(row.wrong(
                        format!("`{code}` is on the list of {network} twice"),
                        "one line per member",
                    ));
                }
                list.listed.push((region, name.to_owned()));
                Ok(())
            },
        )?;
        Ok(Self { lists })
    }

    /// Dates of the lists of a network, oldest first.
    pub fn dates<'a>(&'a self, network: &'a str) -> impl Iterator<Item = &'a String> {
        let own = self.lists.keys().filter(move |(name, _)| name == network);
        own.map(|(_, date)| date)
    }

    /// The list of a network with this date.
    ///
    /// # Errors
    /// When there is none.
    pub fn list(&self, network: &str, date: &str) -> Result<&MemberList, NoList> {
        self.lists
            .get(&(network.to_owned(), date.to_owned()))
            .ok_or_else(|| NoList {
                network: network.to_owned(),
                date: date.to_owned(),
                known: self
                    .lists
                    .keys()
                    .filter(|(name, _)| name == network)
                    .map(|(_, date)| date.clone())
                    .collect(),
            })
    }
}

impl MemberList {
    /// The members on the boundaries of a year, in region order, each gemeente once.
    pub fn members(
        &self,
        year: i32,
        regions: &Regions,
        herindelingen: &Herindelingen,
    ) -> Vec<Member> {
        let mut members: Vec<Member> = self
            .listed
            .iter()
            .map(|(listed, name)| {
                // the year in which the listed gemeente was last seen is where the way to its successor starts
                let last_seen = regions
                    .get(*listed)
                    .map_or(year, |gemeente| gemeente.to.min(year));
                Member {
                    region: herindelingen.successor(*listed, last_seen, year),
                    listed: *listed,
                    listed_name: name.clone(),
                }
            })
            .collect();
        members.sort_by_key(|member| (member.region, member.listed));
        members.dedup_by_key(|member| member.region);
        members
    }
}

/// A network has no list of a date.
#[derive(Debug, thiserror::Error)]
#[error("there is no list of {network} dated {date}")]
pub struct NoList {
    /// Network.
    pub network: String,
    /// Date asked for.
    pub date: String,
    /// Dates there are.
    pub known: Vec<String>,
}

impl Report for NoList {
    fn hint(&self) -> Option<String> {
        if self.known.is_empty() {
            return Some("it has none in `data/networks.csv`: `import` brings lists in".to_owned());
        }
        Some(format!("lists are dated {}", self.known.join(", ")))
    }
}
