//! What a service tells of a list of regions: codes, names and what CBS writes under them.
//!
//! Plain values, which both services fill and [`super::region_list`] hands on.

/// A region as a list has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionText {
    /// Code without blanks, such as `GM0363`.
    pub key: String,
    /// Name, as CBS writes it today.
    pub title: String,
    /// What CBS writes under it, with its line breaks; empty when nothing.
    pub text: String,
    /// The code of its province, such as `PV27`, where it is a gemeente and the list says so.
    pub province: Option<String>,
}

/// What a service tells.
pub(super) struct Found {
    pub(super) regions: Vec<RegionText>,
    pub(super) periods: Vec<String>,
}
