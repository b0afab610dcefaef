//! Networks: dated membership lists, each with its source and whether it is complete.
//!
//! A list names gemeenten as they were on its date; in an edition a member that was merged goes on in the gemeente
//! where most of its inhabitants live (Heerhugowaard in Dijk en Waard, Hellevoetsluis in Voorne aan Zee).

use std::collections::BTreeMap;
use std::path::Path;

use super::{Error, Herindelingen, Regions, for_each_row};

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
    /// Code and name as the list has them.
    pub listed: Vec<(String, String)>,
    /// Where the list was found.
    pub source: String,
}

/// A member as an edition counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Code on the edition's boundaries.
    pub code: String,
    /// Code on the list.
    pub listed_code: String,
    /// Name on the list.
    pub listed_name: String,
}

impl Networks {
    /// Reads `data/networks.csv`: `network,list_date,code,name,complete,source`.
    ///
    /// # Errors
    /// When the file is missing or a line is wrong.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut lists: BTreeMap<(String, String), MemberList> = BTreeMap::new();
        for_each_row(
            path,
            &["network", "list_date", "code", "name", "complete", "source"],
            |row| {
                let [network, date, code, name, complete, source] = row.cells();
                let complete: bool = complete.parse().map_err(|_| {
                    row.wrong(format!("`{complete}` is not yes or no"), "true or false")
                })?;
                let list = lists
                    .entry((network.to_owned(), date.to_owned()))
                    .or_insert_with(|| MemberList {
                        complete,
                        listed: Vec::new(),
                        source: source.to_owned(),
                    });
                if list.listed.iter().any(|(known, _)| known == code) {
                    return Err(row.wrong(
                        format!("`{code}` is on the list of {network} twice"),
                        "one line per member",
                    ));
                }
                list.listed.push((code.to_owned(), name.to_owned()));
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
    pub fn list(&self, network: &str, date: &str) -> Result<&MemberList, Error> {
        self.lists
            .get(&(network.to_owned(), date.to_owned()))
            .ok_or_else(|| Error::NoList {
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
    /// The members on the boundaries of a year, sorted by code, each gemeente once.
    pub fn members(
        &self,
        year: i32,
        regions: &Regions,
        herindelingen: &Herindelingen,
    ) -> Vec<Member> {
        let mut members: Vec<Member> = self
            .listed
            .iter()
            .map(|(code, name)| {
                // the year in which the listed code was last seen is where the way to its successor starts
                let last_seen = regions
                    .get(code)
                    .map_or(year, |gemeente| gemeente.to.min(year));
                let code_now = herindelingen.successor(code, last_seen, year);
                Member {
                    code: code_now,
                    listed_code: code.clone(),
                    listed_name: name.clone(),
                }
            })
            .collect();
        members.sort_by(|a, b| (&a.code, &a.listed_code).cmp(&(&b.code, &b.listed_code)));
        members.dedup_by(|b, a| a.code == b.code);
        members
    }
}
