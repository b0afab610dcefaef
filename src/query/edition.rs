//! Editions: one yearly publication each.

use std::collections::BTreeMap;

use crate::base::failure::Report;
use crate::base::located::{Complaint, Place};
use crate::gemeente::group::{GroupId, GroupNames, GroupPlan};
use crate::gemeente::{Gemeenten, Member};

/// One yearly publication.
#[derive(Clone, Debug)]
pub struct Edition {
    /// Id, also the name of its folder in `output/`.
    pub id: String,
    /// Title of the paper.
    pub title: String,
    /// The one that is built when none is named.
    pub default: bool,
    /// Year of whose 1 January the boundaries are.
    pub boundaries: i32,
    /// Where it says so.
    pub place: Place,
    /// Where it says which list of a network it uses.
    pub list_places: BTreeMap<GroupId, Place>,
    /// Last period that may be used.
    pub until: i32,
    /// The year since which it tells how things went: `basis` in fact ids.
    pub base: Option<i32>,
    /// Date printed on the paper, ISO.
    pub date: String,
    /// Whose paper it is, what size its members have, and the date of each network's list.
    pub groups: GroupPlan,
    /// What the first page says of it.
    pub note: String,
    /// Where its site stands, `https://…/`; empty where that is not known.
    pub address: String,
    /// Id of the edition before, of which the paper tells what changed.
    pub previous: Option<String>,
}

impl Edition {
    /// Tests that there are a list of gemeenten and lists of members for it.
    ///
    /// # Errors
    /// With the place where the edition says its boundaries, and the lists there are.
    pub fn fits(&self, names: &GroupNames, gemeenten: &Gemeenten) -> Result<(), Complaint> {
        let Gemeenten {
            regions,
            herindelingen,
            networks,
        } = gemeenten;
        let wrong = |place: &Place, message: String, hint: String| {
            let message = format!("edition `{}`: {message}", self.id);
            Err(place.clone().wrong(message, hint))
        };
        let (first, last) = (regions.first_year(), regions.last_year());
        if !(first..=last).contains(&self.boundaries) {
            let hint = format!(
                "lists are of {first} to {last}: take one of those years, or bring the list of the year with `fetch --update` or `import`"
            );
            let message = format!("there is no list of gemeenten of {}", self.boundaries);
            return wrong(&self.place, message, hint);
        }
        for (group, date) in &self.groups.lists {
            let (network, place) = (&names.get(*group).id, self.list_places.get(group));
            let place = place.unwrap_or(&self.place);
            let list = match networks.list(network, date) {
                Ok(list) => list,
                Err(none) => {
                    return wrong(place, none.to_string(), none.hint().unwrap_or_default());
                }
            };
            let members = list.members(self.boundaries, regions, herindelingen);
            let is_none = |member: &&Member| !regions.exists(member.region, self.boundaries);
            if let Some(Member {
                region,
                listed_name,
                ..
            }) = members.iter().find(is_none)
            {
                let message = format!(
                    "`{region}` ({listed_name}) of the list of {network} dated {date} is no gemeente in {}",
                    self.boundaries
                );
                let dates: Vec<&str> = networks.dates(network).map(String::as_str).collect();
                let hint = format!(
                    "take a list of that time: lists are dated {}",
                    dates.join(", ")
                );
                return wrong(place, message, hint);
            }
        }
        Ok(())
    }
}
