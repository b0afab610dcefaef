//! Editions: one yearly publication each.

use crate::gemeente::group::GroupPlan;

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
    /// Last period that may be used.
    pub until: i32,
    /// Date printed on the paper, ISO.
    pub date: String,
    /// Whose paper it is, what size its members have, and the date of each network's list.
    pub groups: GroupPlan,
    /// What the first page says of it.
    pub note: String,
}
