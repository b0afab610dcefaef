//! Every indicator of a gemeente, theme by theme: the row that is printed, the strip that is drawn, and what is missing.
//!
//! In: what is told with. Out: themes, strips and kinds of missing. Fails when a figure cannot be printed. The peculiarity it
//! answers: a group has more inhabitants by being a group, so that there only gemeenten are put beside each other.

use std::collections::BTreeMap;

use super::{GEMEENTEN, Telling, none};
use crate::fact;
use crate::figures::printed;
use crate::gemeente::RegionId;
use crate::gemeente::group::GroupId;
use crate::illustrate::with_unit;
use crate::sheet::ground::Series;
use crate::sheet::shape::{Missing, Piece, Pieces, Row, Strip, Theme};

impl Telling<'_, '_> {
    pub(super) fn themes(&mut self) -> Result<(Vec<Theme>, Vec<Option<Strip>>), fact::Error> {
        let (mut themes, mut strips) = (Vec::new(), Vec::new());
        let ground = self.ground;
        for theme in &ground.queries().themes {
            let mut rows = Vec::new();
            let of_theme = ground.series.iter();
            for series in of_theme.filter(|series| series.asked.theme == theme.id) {
                rows.push(self.row(series)?);
                strips.push(self.strip(series));
            }
            if !rows.is_empty() {
                themes.push(Theme {
                    id: theme.id.clone(),
                    pijler: theme.pijler.clone(),
                    title: theme.title.clone(),
                    rows,
                });
            }
        }
        Ok((themes, strips))
    }

    /// The row of an indicator. Of what a group has more of by being a group, such as inhabitants, only gemeenten are put beside
    /// each other.
    fn row(&mut self, series: &Series<'_>) -> Result<Row, fact::Error> {
        let (network, of_size, year) = (self.network, self.of_size, series.year);
        let [network, size, nation] = if series.compares {
            let size = match series.outside(self.size) {
                None => self.of_group(series, of_size, year)?,
                figure => self.stated(series, of_size, (GEMEENTEN, year), figure)?,
            };
            [
                self.of_group(series, network, year)?,
                size,
                self.nation(series, year)?,
            ]
        } else {
            [none(), none(), none()]
        };
        let cell = self.figures().cell(series.id, self.region, year);
        Ok(Row {
            indicator: series.asked.id.clone(),
            title: with_unit(series.asked),
            year,
            own: self.one(series, self.region, year)?,
            network,
            size,
            nation,
            peers: self.range_of_peers(series)?,
            estimated: cell.is_some_and(|cell| cell.estimated),
        })
    }

    /// The figures of those that are like it, where they have one.
    fn of_peers(&self, series: &Series<'_>) -> Vec<(f64, RegionId)> {
        let value = |region| self.figures().cell(series.id, region, series.year)?.value();
        self.peers()
            .filter_map(|region| Some((value(region)?, region)))
            .collect()
    }

    /// The lowest and highest of those that are like it; one figure where both print the same.
    fn range_of_peers(&mut self, series: &Series<'_>) -> Result<Pieces, fact::Error> {
        let mut of_peers = self.of_peers(series);
        of_peers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (Some(low), Some(high)) = (of_peers.first(), of_peers.last()) else {
            return Ok(none());
        };
        let mut range = self.one(series, low.1, series.year)?;
        if printed(series.asked, low.0) < printed(series.asked, high.0) {
            range.push(Piece::Text {
                t: " – ".to_owned(),
            });
            range.extend(self.one(series, high.1, series.year)?);
        }
        Ok(range)
    }

    fn strip(&self, series: &Series<'_>) -> Option<Strip> {
        let scale = series.scale?;
        let figures = self.figures();
        let place = |value: Option<f64>| value.map(|value| scale.place(value));
        let compared = |value: Option<f64>| value.filter(|_| series.compares);
        let of_group = |group: GroupId| figures.group(series.id, group, series.year)?.value;
        let size = match series.outside(self.size) {
            None => of_group(self.of_size.id),
            Some(figure) => figure.value,
        };
        let own = self.value(series, series.year);
        let mut peers: Vec<u16> = self
            .of_peers(series)
            .iter()
            .map(|(value, _)| scale.place(*value))
            .collect();
        peers.sort_unstable();
        Some(Strip {
            own: place(own),
            beyond: own.map_or(0, |value| scale.beyond(value)),
            half: scale.half(),
            network: place(compared(of_group(self.network.id))),
            size: place(compared(size)),
            nation: place(compared(of_group(figures.groups.nation().id))),
            peers,
        })
    }

    /// Indicators without a figure, by the kind of missing.
    pub(super) fn missing(&self) -> Vec<Missing> {
        let mut kinds: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for series in &self.ground.series {
            let cell = self.figures().cell(series.id, self.region, series.year);
            let observation = cell.map(|cell| cell.observation);
            if let Some(observation) = observation.filter(|of| of.value.is_none()) {
                let titles = kinds.entry(observation.missing).or_default();
                titles.push(series.asked.title.clone());
            }
        }
        let kinds = kinds.into_iter();
        kinds
            .map(|(kind, titles)| Missing {
                kind: kind.word(),
                titles,
            })
            .collect()
    }
}
