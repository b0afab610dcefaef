//! One figure that changed, in parts by cause.
//!
//! In: a chain of states. Out: a [`Change`] per indicator and group, and per indicator and gemeente. Cannot fail. What has
//! no figure in a state joins its part with the next; printed parts are rounded so that they add up as printed, what is
//! left over going to the largest.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cause::Cause;
use super::chain::{Chain, State};
use crate::base::hands::in_parts;
use crate::base::number::{self, Notation, Style};
use crate::fact::{decimals, print};
use crate::figures::{Figures, GroupFigure, Withheld};
use crate::gemeente::RegionId;
use crate::gemeente::group::GroupKind;
use crate::query::{Indicator, IndicatorId, Queries, Way};

/// A difference below this share of a figure is that of the order of adding up.
const NOTHING: f64 = 1e-9;

/// Whom a figure is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Whom {
    /// A group, by its id.
    Group(String),
    /// A gemeente: code and name.
    Gemeente(String, String),
}

impl Whom {
    /// Id or code.
    pub fn id(&self) -> &str {
        match self {
            Self::Group(id) | Self::Gemeente(id, _) => id,
        }
    }

    /// As messages name it.
    pub fn name(&self) -> &str {
        match self {
            Self::Group(name) | Self::Gemeente(_, name) => name,
        }
    }
}

/// Whose figures are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Those of groups and of every gemeente.
    All,
    /// Those of groups.
    Groups,
}

/// A figure on one side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Amount {
    /// Period.
    pub year: i32,
    /// Unrounded, in the unit of the indicator.
    pub value: f64,
    /// As printed.
    pub text: String,
}

/// What one link of the chain changed, or several where a state between has no figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Why.
    pub causes: Vec<Cause>,
    /// By how much, unrounded; none where the figure came or went.
    pub change: Option<f64>,
    /// The same as printed: the parts of a figure add up to what is printed on both sides.
    pub text: String,
    /// How large it is: see the head of this room.
    pub size: f64,
}

impl Part {
    /// Whether it is more than nothing in print; what came or went is.
    pub fn shows(&self) -> bool {
        self.change.is_none() || is_more(&self.text)
    }
}

/// Whether a printed difference is more than nothing.
fn is_more(text: &str) -> bool {
    text.contains(|digit: char| ('1'..='9').contains(&digit))
}

/// A figure that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Indicator.
    pub indicator: String,
    /// Its title in Dutch.
    pub title: String,
    /// Its unit in Dutch.
    pub unit: String,
    /// Whom it is of.
    pub whom: Whom,
    /// Whether it is the median of the members: what cannot be combined has no other figure of a group.
    pub median: bool,
    /// Before.
    pub old: Option<Amount>,
    /// Now.
    pub new: Option<Amount>,
    /// The whole change as printed; empty where the figure came or went.
    pub text: String,
    /// Why, in the order of the chain.
    pub parts: Vec<Part>,
    /// Whether the series breaks between the two years: the last part is then no development.
    pub broken: bool,
    /// What else there is to know, in English: an extreme of a group, a break between the two years.
    pub notes: Vec<String>,
}

impl Change {
    /// Whether both sides print something else, or only one has the figure.
    pub fn shows(&self) -> bool {
        self.whole().is_none() || is_more(&self.text)
    }

    /// The whole change; none where the figure came or went.
    pub fn whole(&self) -> Option<f64> {
        let (old, new) = self.old.as_ref().zip(self.new.as_ref())?;
        Some(new.value - old.value)
    }
}

/// What is looked up of an indicator on both sides and between.
struct Looking<'a> {
    chain: &'a Chain<'a>,
    id: &'a str,
    /// How it is printed: as the new side asks it, or as the old one did.
    asked: &'a Indicator,
    old: End<'a>,
    new: End<'a>,
    /// States with the indicator in them.
    between: Vec<(&'a State<'a>, Option<IndicatorId>)>,
}

/// The figures of an indicator on one side.
#[derive(Clone, Copy)]
struct End<'a> {
    figures: &'a Figures,
    id: Option<IndicatorId>,
    year: Option<i32>,
}

impl<'a> End<'a> {
    fn new(figures: &'a Figures, queries: &Queries, id: &str) -> Self {
        let id = find(queries, id);
        let year = id.and_then(|id| figures.used(id).year);
        Self { figures, id, year }
    }

    fn group(&self, group: &str) -> Option<&'a GroupFigure> {
        let group = self.figures.groups.named(group)?;
        self.figures.group(self.id?, group.id, self.year?)
    }
}

fn find(queries: &Queries, id: &str) -> Option<IndicatorId> {
    queries.names().indicator(id).ok()
}

/// A value on a side, and whether it is provisional.
type Found = Option<(f64, bool)>;

/// What stands for a group: its value, or the median of what cannot be combined.
fn of_group(figure: &GroupFigure) -> Found {
    let median = figure.spread.map(|spread| spread.median);
    let median = median.filter(|_| figure.withheld == Withheld::DistributionOnly);
    Some((figure.value.or(median)?, figure.is_provisional()))
}

/// The figures that changed, and how many there are on either side.
pub(super) fn changes(chain: &Chain<'_>, whose: Whose) -> (Vec<Change>, usize) {
    let of = |queries: &Queries| -> Vec<String> {
        queries.indicators.iter().map(|of| of.id.clone()).collect()
    };
    let mut ids = of(chain.new.queries);
    let gone = of(chain.old.queries).into_iter();
    let gone: Vec<String> = gone
        .filter(|id| find(chain.new.queries, id).is_none())
        .collect();
    ids.extend(gone);
    let per_indicator = in_parts(
        ids.len(),
        || (),
        |(), place| Looking::new(chain, &ids[place]).map(|of| of.changes(whose)),
    );
    let mut all = (Vec::new(), 0);
    for (changes, compared) in per_indicator.into_iter().flatten() {
        all.0.extend(changes);
        all.1 += compared;
    }
    all
}

impl<'a> Looking<'a> {
    fn new(chain: &'a Chain<'a>, id: &'a str) -> Option<Self> {
        let (old, new) = (chain.old, chain.new);
        let asked = find(new.queries, id).map(|of| &new.queries[of]);
        let asked = asked.or_else(|| find(old.queries, id).map(|of| &old.queries[of]))?;
        let states = chain.states.iter();
        Some(Self {
            chain,
            id,
            asked,
            old: End::new(old.figures, old.queries, id),
            new: End::new(new.figures, new.queries, id),
            between: states
                .map(|state| (state, find(state.queries, id)))
                .collect(),
        })
    }

    fn changes(&self, whose: Whose) -> (Vec<Change>, usize) {
        let (mut changes, mut compared) = (Vec::new(), 0);
        let mut take = |(change, is_one): (Option<Change>, bool)| {
            changes.extend(change);
            compared += usize::from(is_one);
        };
        for group in self.groups() {
            take(self.of_group(&group));
        }
        if whose == Whose::Groups {
            return (changes, compared);
        }
        let extremes = self.extremes();
        for region in self.regions() {
            let (change, is_one) = self.of_gemeente(region);
            let told = extremes.get(&region);
            let change = change.map(|mut change| {
                change.notes.extend(told.into_iter().flatten().cloned());
                change
            });
            take((change, is_one));
        }
        (changes, compared)
    }

    /// The groups of either side, in the order of tables.
    fn groups(&self) -> Vec<String> {
        let of = |end: &End<'_>| -> Vec<String> {
            let groups = end.figures.groups.all().iter();
            groups.map(|group| group.name.id.clone()).collect()
        };
        let mut groups = of(&self.new);
        for id in of(&self.old) {
            if !groups.contains(&id) {
                groups.push(id);
            }
        }
        groups
    }

    /// The gemeenten of either side.
    fn regions(&self) -> BTreeSet<RegionId> {
        let of = |end: &End<'a>| end.id.map_or(&[][..], |id| end.figures.block(id).regions());
        let all = of(&self.old).iter().chain(of(&self.new));
        all.copied()
            .filter(|region| *region != RegionId::NEDERLAND)
            .collect()
    }

    fn of_group(&self, group: &str) -> (Option<Change>, bool) {
        let ends = [self.old.group(group), self.new.group(group)];
        let between = |figures: &Figures, id: IndicatorId, year: i32| {
            let group = figures.groups.named(group)?;
            figures.group(id, group.id, year).and_then(of_group)
        };
        let median = ends
            .into_iter()
            .flatten()
            .any(|of| of.withheld == Withheld::DistributionOnly);
        let [old, new] = ends.map(|of| of.and_then(of_group));
        self.change(Whom::Group(group.to_owned()), median, (old, new), &between)
    }

    fn of_gemeente(&self, region: RegionId) -> (Option<Change>, bool) {
        let found = |figures: &Figures, id: IndicatorId, year: i32| -> Found {
            let cell = figures.cell(id, region, year)?;
            Some((cell.value()?, cell.is_provisional()))
        };
        let [old, new] = [&self.old, &self.new].map(|of| found(of.figures, of.id?, of.year?));
        let whom = Whom::Gemeente(region.to_string(), self.name(region));
        self.change(whom, false, (old, new), &found)
    }

    fn name(&self, region: RegionId) -> String {
        let is_there = |end: &End<'_>| {
            let boundaries = end.figures.edition.boundaries;
            end.figures.gemeenten.regions.exists(region, boundaries)
        };
        let end = if is_there(&self.new) {
            &self.new
        } else {
            &self.old
        };
        end.figures.name(region)
    }

    /// One figure; none where nothing changed, and whether there is one at all.
    fn change(
        &self,
        whom: Whom,
        median: bool,
        (old, new): (Found, Found),
        between: &dyn Fn(&Figures, IndicatorId, i32) -> Found,
    ) -> (Option<Change>, bool) {
        let is_one = old.is_some() || new.is_some();
        let value = |found: Found| found.map(|(value, _)| value);
        let states = self.between.iter().map(|(state, id)| {
            let of = || between(state.figures()?, (*id)?, self.old.year?);
            (state.cause, value(of()))
        });
        let links: Vec<_> = states.chain([(Cause::Period, value(new))]).collect();
        let mut parts = parts(value(old), &links);
        if self.old.year.is_none() && self.new.year.is_some() {
            let cause = if self.old.id.is_none() {
                Cause::Definition
            } else {
                Cause::Period
            };
            for part in &mut parts {
                part.causes = vec![cause];
            }
        }
        if parts.is_empty() {
            return (None, is_one);
        }
        let amount = |found: Found, year: Option<i32>| {
            let ((value, provisional), year) = found.zip(year)?;
            let text = print(self.asked, value, provisional).ok()?;
            Some(Amount { year, value, text })
        };
        let breaks = self.breaks();
        let mut change = Change {
            indicator: self.id.to_owned(),
            title: self.asked.title.clone(),
            unit: self.asked.unit.clone(),
            whom,
            median,
            old: amount(old, self.old.year),
            new: amount(new, self.new.year),
            text: String::new(),
            parts,
            broken: !breaks.is_empty(),
            notes: breaks,
        };
        self.size(&mut change);
        change.text = self.print(&mut change.parts, value(old).zip(value(new)));
        (Some(change), is_one)
    }

    /// What broke in the series between the two years.
    fn breaks(&self) -> Vec<String> {
        let (Some(id), Some(old), Some(new)) = (self.new.id, self.old.year, self.new.year) else {
            return Vec::new();
        };
        let breaks = self.new.figures.breaks_between(id, old, new).iter();
        breaks
            .map(|of| format!("break in {}: {}", of.year, of.why))
            .collect()
    }

    /// How large each part is.
    fn size(&self, change: &mut Change) {
        let amounts = [&change.old, &change.new].into_iter().flatten();
        let own = amounts.map(|of| of.value.abs()).fold(0.0, f64::max);
        let scale = self.distance().unwrap_or(own);
        let is_gone = change.new.is_none();
        for part in &mut change.parts {
            part.size = match part.change {
                Some(change) if scale > 0.0 => change.abs() / scale,
                Some(_) => 0.0,
                // what was printed and is no more is not small; what is new has no size
                None => f64::from(u8::from(is_gone)),
            };
        }
    }

    /// The distance between the first and the third quartile of all gemeenten; none of sums, and where there is none.
    fn distance(&self) -> Option<f64> {
        let of = |end: &End<'_>| {
            let nation = end.figures.groups.nation().id;
            let figure = end.figures.group(end.id?, nation, end.year?)?;
            let way = self.asked.ways.get(figure.way)?;
            let is_of_all = way.is_ratio() || matches!(way, Way::Distribution { .. });
            let distance = figure.spread.map(|spread| spread.q3 - spread.q1);
            distance.filter(|distance| *distance > 0.0 && is_of_all)
        };
        of(&self.new).or_else(|| of(&self.old))
    }

    /// The texts of the parts: rounded as the figures are, what is left over to the largest. That of the whole is returned.
    fn print(&self, parts: &mut [Part], ends: Option<(f64, f64)>) -> String {
        let places = decimals(self.asked);
        let notation = Notation::parse(&self.asked.unit);
        // in units of the last decimal, which add up exactly
        let round = |value: f64| number::printed(value, places);
        let mut rounded: Vec<Option<f64>> =
            parts.iter().map(|part| part.change.map(round)).collect();
        let whole = ends.map(|(old, new)| round(new) - round(old));
        let sum: f64 = rounded.iter().flatten().sum();
        let sizes = parts.iter().map(|part| part.change.map_or(0.0, f64::abs));
        let largest = sizes.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((whole, (largest, _))) = whole.zip(largest)
            && let Some(rounded) = &mut rounded[largest]
        {
            *rounded += whole - sum;
        }
        let style = Style {
            difference: true,
            ..Style::BARE
        };
        let text = |value: Option<f64>| {
            let value = value.map(|units| units / 10_f64.powi(places.into()));
            let rounded = value.and_then(|value| notation.round(value, places).ok());
            rounded.map_or_else(String::new, |rounded| notation.text(rounded, style))
        };
        for (part, rounded) in parts.iter_mut().zip(rounded) {
            part.text = text(rounded);
        }
        text(whole)
    }

    /// Per gemeente that is or was the highest or lowest of a group, what there is to say of that.
    fn extremes(&self) -> BTreeMap<RegionId, Vec<String>> {
        let mut told: BTreeMap<RegionId, Vec<String>> = BTreeMap::new();
        let ends = [&self.old, &self.new];
        for group in self.chain.new.figures.groups.all() {
            if group.name.kind == GroupKind::OthersOfSize {
                continue;
            }
            let id = &group.name.id;
            for (highest, word) in [(true, "highest"), (false, "lowest")] {
                let of = |end: &End<'_>| {
                    let group = end.figures.groups.named(id)?;
                    end.figures.extreme(end.id?, group, end.year?, highest)
                };
                let [old, new] = ends.map(of);
                let was = old.filter(|old| Some(*old) != new);
                if let Some(new) = new {
                    let before =
                        was.map_or_else(String::new, |old| format!(" (was {})", self.name(old)));
                    told.entry(new)
                        .or_default()
                        .push(format!("{word} of {id}{before}"));
                }
                if let Some(old) = was {
                    told.entry(old)
                        .or_default()
                        .push(format!("was the {word} of {id}"));
                }
            }
        }
        told
    }
}

/// The parts of a chain of values: what one link changes, joined over states without a figure.
fn parts(old: Option<f64>, links: &[(Cause, Option<f64>)]) -> Vec<Part> {
    let (mut parts, mut from, mut causes) = (Vec::new(), old, Vec::new());
    let mut push = |causes: Vec<Cause>, change: Option<f64>| {
        parts.push(Part {
            causes,
            change,
            text: String::new(),
            size: 0.0,
        });
    };
    for (place, (cause, to)) in links.iter().enumerate() {
        causes.push(*cause);
        let is_last = place + 1 == links.len();
        match (from, *to) {
            (Some(before), Some(now)) => {
                let change = now - before;
                let is_nothing = change.abs() <= NOTHING * before.abs().max(now.abs());
                if !is_nothing {
                    push(std::mem::take(&mut causes), Some(change));
                    from = *to;
                }
                causes.clear();
            }
            // it came with this link
            (None, Some(_)) => {
                push(vec![*cause], None);
                (from, causes) = (*to, Vec::new());
            }
            (Some(_), None) if is_last => push(vec![causes[0]], None),
            (Some(_), None) => {}
            (None, None) => causes.clear(),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(
        old: Option<f64>,
        links: &[(Cause, Option<f64>)],
    ) -> Vec<(Vec<&'static str>, Option<f64>)> {
        let parts = parts(old, links).into_iter();
        let words = |part: Part| {
            (
                part.causes.into_iter().map(Cause::word).collect(),
                part.change,
            )
        };
        parts.map(words).collect()
    }

    #[test]
    fn links_without_a_figure_are_joined_and_what_is_nothing_is_left_out() {
        use Cause::{Boundaries, Members, Period, Revised};
        let links = [
            (Revised, Some(4.0)),
            (Boundaries, None),
            (Members, Some(5.0)),
            (Period, Some(7.0)),
        ];
        let expected = [
            (vec!["boundaries", "members"], Some(1.0)),
            (vec!["period"], Some(2.0)),
        ];
        assert_eq!(told(Some(4.0), &links), expected);
    }

    #[test]
    fn a_figure_that_comes_or_goes_has_the_cause_of_its_link() {
        use Cause::{Boundaries, Members, Period};
        let came = [
            (Boundaries, None),
            (Members, Some(5.0)),
            (Period, Some(7.0)),
        ];
        let expected = [(vec!["members"], None), (vec!["period"], Some(2.0))];
        assert_eq!(told(None, &came), expected);
        let went = [(Boundaries, Some(3.0)), (Members, None), (Period, None)];
        let expected = [(vec!["boundaries"], Some(1.0)), (vec!["members"], None)];
        assert_eq!(told(Some(2.0), &went), expected);
    }
}
