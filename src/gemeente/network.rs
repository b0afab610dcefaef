//! Networks: dated membership lists, each with its source and whether it is complete.
//!
//! A list names gemeenten as they were on its date; in an edition a member that was merged goes on in the gemeente
//! where most of its inhabitants live (Heerhugowaard in Dijk en Waard, Hellevoetsluis in Voorne aan Zee).

use std::collections::BTreeMap;
use std::path::Path;

use super::herindeling::Herindelingen;
use super::region::{Gemeente, RegionId, Regions, region_in};
use crate::base::csv;
use crate::base::failure::Report;

/// The columns of a file of lists, a line per member.
pub const COLUMNS: [&str; 6] = ["network", "list_date", "code", "name", "complete", "source"];

/// Every membership list, by network and date.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// The lines as they were read, with the cells of [`COLUMNS`].
    rows: Vec<[String; 6]>,
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
    /// Reads `data/networks.csv`, with the columns [`COLUMNS`].
    ///
    /// # Errors
    /// When the file is missing, or a line is wrong, names what was no gemeente on the date of the list, or has the name
    /// of another gemeente than its code.
    pub fn read(path: &Path, regions: &Regions) -> Result<Self, csv::Error> {
        let mut networks = Self::default();
        csv::for_each_row(path, &COLUMNS, |row| {
            networks.add(&row, row.cells(), regions)
        })?;
        Ok(networks)
    }

    fn add(
        &mut self,
        row: &csv::Row<'_>,
        cells: [&str; 6],
        regions: &Regions,
    ) -> Result<(), csv::Error> {
        let [network, date, code, name, complete, source] = cells;
        let is_complete: bool = complete
            .parse()
            .map_err(|_| row.wrong(format!("`{complete}` is not yes or no"), "true or false"))?;
        row.name(network, "network")?;
        row.date(date)?;
        row.name(name, "name")?;
        row.name(source, "source")?;
        let region = member(row, [date, code, name], regions)?;
        let key = (network.to_owned(), date.to_owned());
        let list = self.lists.entry(key).or_insert_with(|| MemberList {
            complete: is_complete,
            listed: Vec::new(),
            source: source.to_owned(),
            rows: Vec::new(),
        });
        if list.complete != is_complete {
            let message = format!("the list of {network} of {date} is complete and is not");
            return Err(row.wrong(message, "one of true and false in all lines of a list"));
        }
        if list.listed.iter().any(|(known, _)| *known == region) {
            let message = format!("`{code}` is on the list of {network} twice");
            return Err(row.wrong(message, "one line per member"));
        }
        list.listed.push((region, name.to_owned()));
        list.rows.push(cells.map(str::to_owned));
        Ok(())
    }

    /// Whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Puts in the lists of others, each in the place of the one of that network and date, if there is one.
    pub fn replace(&mut self, others: Self) {
        self.lists.extend(others.lists);
    }

    /// Every member of every list as the cells of [`COLUMNS`], by network and date.
    pub fn rows(&self) -> impl Iterator<Item = &[String; 6]> {
        self.lists.values().flat_map(|list| &list.rows)
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

/// The gemeente of a line, on the date of its list.
fn member(
    row: &csv::Row<'_>,
    [date, code, name]: [&str; 3],
    regions: &Regions,
) -> Result<RegionId, csv::Error> {
    let region = region_in(row, code)?;
    let Some(gemeente) = regions.get(region) else {
        return Err(row.wrong(
            format!("`{code}` ({name}) is and was no gemeente"),
            "a code of `data/regions/gemeenten.csv`",
        ));
    };
    if !regions.exists_on(region, date) {
        let Gemeente { name, from, to, .. } = gemeente;
        return Err(row.wrong(
            format!("`{code}` ({name}) is no gemeente on {date}"),
            &format!("one of that date: this is on the lists of {from} to {to}"),
        ));
    }
    if let Some(other) = regions.of_another_name(region, name) {
        let own = &gemeente.name;
        return Err(row.wrong(
            format!("`{code}` is {own}, and `{name}` is `{other}`"),
            "the code and the name of one gemeente",
        ));
    }
    Ok(region)
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
