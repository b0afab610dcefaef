//! What is told of a gemeente first: the large figures, by what it stands out, and what went otherwise than elsewhere.
//!
//! In: what is told with. Out: figures with the words that choose their sentences. Fails when a figure cannot be printed. The
//! peculiarity it answers: nobody chooses for one gemeente, so distance from the others does, with no more than a few of a theme.

use std::collections::BTreeMap;

use super::{GEMEENTEN, Telling, none};
use crate::fact::{self, Counted};
use crate::figures::printed;
use crate::illustrate::with_unit;
use crate::query::{Direction, Indicator};
use crate::sheet::ground::Series;
use crate::sheet::shape::{Change, Large, Outstanding, Piece};

/// Figures that are printed large.
const LARGE: usize = 4;
/// Indicators that a gemeente is told to stand out by, and that its changes are told of.
const OUTSTANDING: usize = 5;
const CHANGES: usize = 6;
/// Of one theme at most.
const OF_THEME: usize = 2;

impl Telling<'_, '_> {
    /// The first columns of the table per gemeente.
    pub(super) fn large(&mut self) -> Result<Vec<Large>, fact::Error> {
        let ground = self.ground;
        let mut large = Vec::new();
        for column in &ground.queries().columns {
            let series = ground.series.iter().find(|of| of.id == column.indicator);
            let Some(series) = series.filter(|of| self.value(of, of.year).is_some()) else {
                continue;
            };
            large.push(Large {
                title: column.title.clone(),
                year: series.year,
                value: self.one(series, self.region, series.year)?,
                nation: self.nation(series, series.year)?,
            });
            if large.len() == LARGE {
                break;
            }
        }
        Ok(large)
    }

    /// By what it stands out: where most others are on one side of it.
    pub(super) fn outstanding(&mut self) -> Result<Vec<Outstanding>, fact::Error> {
        let ground = self.ground;
        let known = ground.series.iter().filter(|series| series.tells());
        let known = known.filter_map(|series| {
            let (below, above, n) = series.passed(self.value(series, series.year)?);
            let others = n.checked_sub(1).filter(|others| *others > 0)?;
            Some((below.max(above) as f64 / others as f64, series))
        });
        let chosen = choose(known.collect(), OUTSTANDING);
        let told = chosen.into_iter().map(|series| self.stands_out(series));
        let told: Result<Vec<Option<Outstanding>>, fact::Error> = told.collect();
        Ok(told?.into_iter().flatten().collect())
    }

    fn stands_out(&mut self, series: &Series<'_>) -> Result<Option<Outstanding>, fact::Error> {
        let Some(value) = self.value(series, series.year) else {
            return Ok(None);
        };
        let (below, above, n) = series.passed(value);
        let is_higher = below >= above;
        let (passes, others) = (below.max(above), n - 1);
        let counted = |word, what, number| Counted {
            indicator: series.id,
            word,
            what,
            file: GEMEENTEN,
            year: series.year,
            number,
        };
        let side = if is_higher {
            counted("lager", "gemeenten die lager uitkomen", passes)
        } else {
            counted("hoger", "gemeenten die hoger uitkomen", passes)
        };
        let passed = self.facts.count(side)?;
        let all = counted("andere", "andere gemeenten met een cijfer", others);
        let others_id = self.facts.count(all)?;
        Ok(Some(Outstanding {
            indicator: series.asked.id.clone(),
            title: with_unit(series.asked),
            year: series.year,
            value: self.one(series, self.region, series.year)?,
            nation: if series.compares {
                self.nation(series, series.year)?
            } else {
                none()
            },
            is_higher,
            is_extreme: passes == others,
            passes: vec![Piece::Fact { f: passed }],
            others: vec![Piece::Fact { f: others_id }],
            favours: if is_beyond_whole(series.asked, value) {
                ""
            } else {
                favours(series.asked.direction, is_higher)
            },
        }))
    }

    /// What changed otherwise than elsewhere, in the order of the paper.
    pub(super) fn changes(&mut self) -> Result<Vec<Change>, fact::Error> {
        let ground = self.ground;
        let figures = self.figures();
        let known = ground.series.iter().filter_map(|series| {
            let (from, spread) = series.since.as_ref()?;
            let (now, then) = (self.value(series, series.year)?, self.value(series, *from)?);
            let is_divided = [*from, series.year].iter().any(|year| {
                let cell = figures.cell(series.id, self.region, *year);
                cell.is_some_and(|cell| cell.estimated)
            });
            let half = spread.q3 - spread.q1;
            let is_told = series.tells() && !is_divided && half > 0.0;
            let change = series.change(self.region, *from, figures)?;
            (is_told && went(series.asked, now, then) != SAME)
                .then(|| ((change - spread.median).abs() / half, series))
        });
        let mut chosen = choose(known.collect(), CHANGES);
        chosen.sort_by_key(|series| series.id);
        let told = chosen.into_iter().map(|series| self.changed(series));
        let told: Result<Vec<Option<Change>>, fact::Error> = told.collect();
        Ok(told?.into_iter().flatten().collect())
    }

    fn changed(&mut self, series: &Series<'_>) -> Result<Option<Change>, fact::Error> {
        let (figures, to) = (self.figures(), series.year);
        let Some((from, _)) = series.since else {
            return Ok(None);
        };
        let own = |year| self.value(series, year);
        let Some((now, then)) = own(to).zip(own(from)) else {
            return Ok(None);
        };
        let nation = figures.groups.nation().id;
        let national = |year| figures.group(series.id, nation, year)?.value;
        let of_nation = national(to).zip(national(from));
        Ok(Some(Change {
            indicator: series.asked.id.clone(),
            title: with_unit(series.asked),
            from,
            to,
            then: self.one(series, self.region, from)?,
            now: self.one(series, self.region, to)?,
            went: went(series.asked, now, then),
            nation_then: self.nation(series, from)?,
            nation_now: self.nation(series, to)?,
            nation_went: of_nation.map_or("", |(now, then)| went(series.asked, now, then)),
        }))
    }
}

/// The first of those that are told, most first; no more of one theme than may be.
fn choose<'s, 'a>(mut known: Vec<(f64, &'s Series<'a>)>, most: usize) -> Vec<&'s Series<'a>> {
    known.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.id.cmp(&b.1.id)));
    let mut of_themes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    for (_, series) in known {
        let of_theme = of_themes.entry(&series.asked.theme).or_default();
        if *of_theme < OF_THEME && chosen.len() < most {
            *of_theme += 1;
            chosen.push(series);
        }
    }
    chosen
}

/// The word for a change that does not matter.
const SAME: &str = "same";

/// Which way a figure went: nothing that prints the same, or changed by less than matters, went anywhere.
fn went(indicator: &Indicator, now: f64, then: f64) -> &'static str {
    // as printed both are whole numbers, of the last decimal
    let prints_same = (printed(indicator, now) - printed(indicator, then)).abs() < 0.5;
    if prints_same || indicator.is_small(now, then) {
        SAME
    } else if now > then {
        "up"
    } else {
        "down"
    }
}

/// Whether it is favourable to be on a side: only where the query says which is.
const fn favours(direction: Direction, is_higher: bool) -> &'static str {
    match (direction, is_higher) {
        (Direction::None, _) => "",
        (Direction::Higher, true) | (Direction::Lower, false) => "good",
        (Direction::Higher, false) | (Direction::Lower, true) => "bad",
    }
}

/// Whether a share is more than the whole, as a turnout is where people from elsewhere vote: more is no better then.
fn is_beyond_whole(asked: &Indicator, value: f64) -> bool {
    asked.unit == "%" && value > 100.0
}
