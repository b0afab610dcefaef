//! Who speaks for gemeenten: the networks that are compared, and others of which no list of members is held.

use super::Queries;
use crate::gemeente::group::GroupKind;

/// One who says what gemeenten want and is no group that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// Id in `data/agendas.csv`.
    pub id: String,
    /// Name in Dutch text.
    pub label: String,
}

impl Queries {
    /// Id and name of everybody whose positions may be told: the networks in the order of tables, then the other voices.
    pub fn speakers(&self) -> impl Iterator<Item = (&str, &str)> {
        let networks = self.groups.of_kind(GroupKind::Network).map(|group| {
            let name = self.groups.get(group);
            (name.id.as_str(), name.label.as_str())
        });
        let others = self.voices.iter();
        networks.chain(others.map(|voice| (voice.id.as_str(), voice.label.as_str())))
    }
}
