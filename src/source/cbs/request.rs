//! What is asked of a table: which topics of which table, for which periods, with the other dimensions fixed.
//!
//! In goes what `queries/` says. Nothing here touches the network; an id that could leave the data folder is refused.

use std::collections::BTreeMap;

use super::error::{Error, ErrorKind, Result};
use crate::query::Unit;

/// Which of CBS's services to read from.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// v4 where it has the table (it tells the kinds of missing apart), else v3.
    #[default]
    Auto,
    /// OData v3: every table of StatLine and of third parties.
    V3,
    /// OData v4: CBS's own tables.
    V4,
}

/// Which periods to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Periods {
    /// All that the table has.
    #[default]
    All,
    /// The calendar years (`2021JJ00`) of a range, both ends included; those that the table lacks are skipped.
    Years {
        /// First year.
        from: Option<u16>,
        /// Last year.
        to: Option<u16>,
    },
    /// Exactly these keys; one that the table lacks is an error.
    Keys(Vec<String>),
}

/// Which regions to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegionLevel {
    /// Gemeenten and Nederland.
    #[default]
    Gemeente,
    /// Wijken and buurten.
    Buurt,
}

/// One table, and what is wanted of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableRequest {
    /// Table id, verbatim.
    pub id: String,
    /// What it is called here, in messages and in the folder of pages: the id, where nothing else is said.
    pub name: String,
    /// The regions.
    pub level: RegionLevel,
    /// The service.
    pub service: Service,
    /// `CBS` (or empty), or the catalog of a third party: `Politie`, `IV3`, `RIVM`.
    pub catalog: String,
    /// For each further dimension the member to read, by trimmed key. Several keys are alternatives in order of
    /// preference (CBS recodes totals between editions): the first that the table has is taken.
    pub fixed: BTreeMap<String, Vec<String>>,
    /// The same for dimensions that not every edition of the table has. A member that the dimension lacks gives way to
    /// its total.
    pub fixed_where_there: BTreeMap<String, String>,
    /// The periods.
    pub periods: Periods,
    /// Whether a year that the table only has in months is the sum of its twelve; years that are not whole are left out.
    pub sum_months: bool,
    /// The period of a table without periods (Kerncijfers wijken en buurten), such as `2020JJ00`. Without it the
    /// table's map year counts, then a year in its title.
    pub period: Option<String>,
    /// The topics.
    pub topics: Vec<TopicRequest>,
    /// The service that gave the release that is held, if one is.
    pub held: Option<Service>,
    /// Whether [`super::TableMeta::region_list`] is wanted as well.
    pub with_region_list: bool,
}

/// One topic, by what CBS calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicRequest {
    /// Path of topic groups and title joined with ` > `; `…` stands for any levels. Leading levels may be left out where
    /// the rest is unique, and the title of the member may stand in front.
    pub title: String,
    /// The units that fit.
    pub unit: Unit,
    /// Key or measure code, of either service: only decides where several topics fit.
    pub key: Option<String>,
    /// Dimension and member, where it is another one than `fixed` says. The topic then is called `member:key`. Without
    /// it, the first level of a title that no topic has may be the title of a member (`Totaal misdrijven > …`).
    pub member: Option<(String, String)>,
    /// Whether the table may lack it: then it is left out and named in [`super::TableMeta::lacking`].
    pub optional: bool,
}

impl TableRequest {
    /// What it is called here.
    pub fn called(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }

    /// Whether the table is in CBS's own catalog.
    pub fn is_own(&self) -> bool {
        self.catalog.is_empty() || self.catalog == "CBS"
    }
}

/// The id, if it cannot lead outside an address.
///
/// # Errors
/// When it holds anything but ASCII digits and letters, or is unreasonably long.
pub fn checked_id(id: &str) -> Result<&str> {
    checked(id, 32, |byte| byte.is_ascii_alphanumeric())
}

/// The name, if it cannot lead outside a folder.
///
/// # Errors
/// When it holds anything but ASCII digits, letters and dashes, or is unreasonably long.
pub fn checked_name(name: &str) -> Result<&str> {
    checked(name, 40, |byte| {
        byte.is_ascii_alphanumeric() || byte == b'-'
    })
}

fn checked(text: &str, longest: usize, fine: impl Fn(u8) -> bool) -> Result<&str> {
    if (1..=longest).contains(&text.len()) && text.bytes().all(fine) {
        Ok(text)
    } else {
        Err(Error::from(ErrorKind::BadId(text.to_owned())))
    }
}
