//! The names that fact ids are made of: indicators and groups.

use super::indicator::{Indicator, IndicatorId};
use super::misread::Misread;
use crate::base::located::nearest;
use crate::gemeente::group::GroupNames;

/// Every indicator and group that a fact may name.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    indicators: &'a [Indicator],
    /// Groups.
    pub groups: &'a GroupNames,
}

impl<'a> Names<'a> {
    /// From what the queries name.
    pub const fn new(indicators: &'a [Indicator], groups: &'a GroupNames) -> Self {
        Self { indicators, groups }
    }

    /// Whether there is an indicator of this id.
    pub fn has_indicator(&self, id: &str) -> bool {
        self.indicators.iter().any(|known| known.id == id)
    }

    /// The indicator with this id.
    ///
    /// # Errors
    /// With the nearest names when there is none.
    pub fn indicator(&self, id: &str) -> Result<IndicatorId, Misread> {
        let found = self.indicators.iter().position(|known| known.id == id);
        found.map(IndicatorId::new).ok_or_else(|| {
            let known = self.indicators.iter().map(|known| known.id.as_str());
            Misread::new(
                0,
                format!("there is no indicator `{id}`"),
                nearest(id, known),
            )
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::base::look::Look;
    use crate::gemeente::group::{GroupKind, GroupName};
    use crate::query::{Direction, Years};

    /// Indicators `inwoners`, `misdrijven` and `a`, and groups A, B2, 30-80, 30-80-niet-A and Nederland.
    pub(crate) fn sample() -> (Vec<Indicator>, GroupNames) {
        let indicator = |id: &str| Indicator {
            breaks: Vec::new(),
            id: id.to_owned(),
            theme: String::new(),
            title: String::new(),
            definition: String::new(),
            unit: String::new(),
            decimals: 0,
            direction: Direction::None,
            coverage: 80.0,
            range: (0.0, 1.0),
            matters: 1.0,
            measure: Vec::new(),
            years: Years::default(),
            level: crate::query::Level::Gemeente,
            ways: Vec::new(),
            place: String::new(),
        };
        let group = |id: &str, kind: GroupKind| GroupName {
            id: id.to_owned(),
            label: id.to_owned(),
            kind,
            look: Look::default(),
        };
        (
            ["inwoners", "misdrijven", "a"].map(indicator).to_vec(),
            GroupNames::new(vec![
                group("A", GroupKind::Network),
                group("B2", GroupKind::Network),
                group("30-80", GroupKind::SizeClass),
                group("30-80-niet-A", GroupKind::OthersOfSize),
                group("Nederland", GroupKind::Nation),
            ]),
        )
    }
}
