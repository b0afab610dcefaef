//! `[[indicator]]` of a theme: its own keys, those of the first way to compute it, and further ways.
//!
//! What stands in place becomes a topic first: counts of all indicators, so that sums can name them, then the unit of
//! each indicator, then ratios, of which the unit is that of the indicator where the line says none. A topic in place
//! has the id of its indicator; where that is taken, with `-2`, `-3`, … behind it.

use std::collections::BTreeSet;

use super::breaks::breaks;
use super::defaults::{Defaults, OfUnit};
use super::entry::{IndicatorEntry, LevelWord, WayEntry};
use super::per::{PerEntry, PerFile, Words};
use super::topic::{Beside, in_place};
use super::way::{Ground, measure, way};
use super::{OfTheme, once, place, years};
use crate::base::located::{At, Complaint, Pair, Source, nearest};
use crate::query::{
    Break, Direction, InPlace, Indicator, Level, Queries, Topic, TopicId, TopicKind, Unit, Way,
};

/// An indicator on its way: what stood in place becomes topics, then the unit is known.
struct Draft {
    /// Position of its theme.
    theme: usize,
    entry: IndicatorEntry,
    ways: Vec<At<WayEntry>>,
    unit: Option<String>,
}

/// Percent below which a difference does not matter where nothing is said.
const MATTERS: f64 = 1.0;

/// What a theme says of its indicators.
pub(super) struct OwnTheme {
    pub(super) indicators: OfTheme<IndicatorEntry>,
    pub(super) per: OfTheme<PerEntry>,
    pub(super) defaults: Defaults,
}

impl OwnTheme {
    fn source(&self) -> &Source {
        &self.indicators.source
    }
}

pub(super) fn read(
    mut themes: Vec<OwnTheme>,
    common: Option<(Source, PerFile)>,
    queries: &mut Queries,
) -> Result<(), Complaint> {
    let mut drafts = drafts(&mut themes)?;
    for draft in &mut drafts {
        draft.take_in_place(TopicKind::Count, &themes, queries)?;
    }
    for draft in &mut drafts {
        draft.unit = draft.unit(&themes[draft.theme], &queries.topics)?;
        draft.take_in_place(TopicKind::Ratio, &themes, queries)?;
    }
    every_unit_is_used(&themes, &drafts)?;
    for theme in &themes {
        theme.defaults.test(theme.source())?;
    }
    let own = themes.iter_mut().map(|theme| &mut theme.per);
    let words = Words::new(common, own, &queries.topics)?;
    for draft in drafts {
        let theme = &themes[draft.theme];
        let indicator = draft.indicator(theme, &words, queries)?;
        queries.indicators.push(indicator);
    }
    Ok(())
}

/// All indicators, with what the defaults of their theme say of their ways.
fn drafts(themes: &mut [OwnTheme]) -> Result<Vec<Draft>, Complaint> {
    let (mut drafts, mut seen) = (Vec::new(), BTreeSet::new());
    for (theme, own) in themes.iter_mut().enumerate() {
        for mut entry in std::mem::take(&mut own.indicators.entries) {
            once(own.source(), &mut seen, &entry.id, "indicator")?;
            let first = entry.take_first_way();
            let mut ways = vec![entry.id.with(first)];
            ways.append(&mut entry.way);
            for at in &mut ways {
                *at = at.with(with_defaults((**at).clone(), &own.defaults));
            }
            drafts.push(Draft {
                theme,
                entry,
                ways,
                unit: None,
            });
        }
    }
    Ok(drafts)
}

fn with_defaults(mut way: WayEntry, defaults: &Defaults) -> WayEntry {
    let is_divided = way.per.is_some() || way.share_of.is_some() || way.change_from.is_some();
    if way.count.is_some() && !is_divided {
        way.per.clone_from(&defaults.per);
    }
    if way.ratio.is_some() && way.weight.is_none() {
        way.weight.clone_from(&defaults.weight);
    }
    way
}

impl Draft {
    /// Makes topics of the counts, or of the ratios and distributions, that stand in place.
    fn take_in_place(
        &mut self,
        kind: TopicKind,
        themes: &[OwnTheme],
        queries: &mut Queries,
    ) -> Result<(), Complaint> {
        let file = themes[self.theme].source();
        for number in 0..self.ways.len() {
            let mut way = (*self.ways[number]).clone();
            let what = match kind {
                TopicKind::Count => [&mut way.count, &mut way.size_class],
                TopicKind::Ratio => [&mut way.ratio, &mut way.distribution],
            };
            let is_in_place = |at: &At<String>| InPlace::is_one(at);
            let found = what.into_iter().flatten().find(|at| is_in_place(at));
            let Some(at) = found else { continue };
            let line = at.clone();
            *at = line.with(free_id(&self.entry.id, &queries.topics));
            let id = at.to_string();
            let topic = self.topic(file, (&line, id), kind, &mut way, queries)?;
            queries.topics.push(topic);
            self.ways[number] = self.ways[number].with(way);
        }
        Ok(())
    }

    /// The topic of a line, with what stands beside it; that is taken away.
    fn topic(
        &self,
        file: &Source,
        (line, id): (&At<String>, String),
        kind: TopicKind,
        way: &mut WayEntry,
        queries: &Queries,
    ) -> Result<Topic, Complaint> {
        let beside = Beside {
            key: way.key.take().map(At::into_inner),
            optional: way.optional.take().is_some_and(At::into_inner),
        };
        let otherwise = match kind {
            TopicKind::Count => Unit::Number,
            TopicKind::Ratio => Unit::Given(as_cbs(self.unit.as_deref().unwrap_or_default())),
        };
        let split = if kind == TopicKind::Count {
            way.split.take()
        } else {
            None
        };
        let title = way.topic_title.take().map(At::into_inner);
        Ok(Topic {
            id,
            title: title.unwrap_or_else(|| within_sentence(&self.entry.title)),
            kind,
            additive: kind == TopicKind::Count,
            additive_said: None,
            by_dwellings: split.is_some(),
            absent_is_zero: false,
            fill: None,
            sources: vec![in_place(
                file,
                line,
                kind,
                otherwise,
                beside,
                &queries.tables,
            )?],
            breaks: Vec::new(),
            place: file.at(line.start()),
        })
    }

    /// The unit: what the indicator says, else what follows from its first way, else the default.
    fn unit(&self, theme: &OwnTheme, topics: &[Topic]) -> Result<Option<String>, Complaint> {
        if let Some(unit) = &self.entry.unit {
            return Ok(Some(unit.to_string()));
        }
        let mut derived = Vec::new();
        for at in &self.ways {
            derived.extend(unit_of(theme.source(), at, topics)?.map(|unit| (at, unit)));
        }
        let Some((_, first)) = derived.first() else {
            return Ok(theme.defaults.unit.as_deref().cloned());
        };
        match derived.iter().find(|(_, unit)| unit != first) {
            None => Ok(Some(first.clone())),
            Some((at, other)) => {
                let message = format!("this way gives `{other}`, another `{first}`");
                let hint = "expected ways of one unit, or `unit`";
                Err(theme.source().wrong(*at, message, hint))
            }
        }
    }

    /// The indicator itself.
    fn indicator(
        self,
        own_theme: &OwnTheme,
        words: &Words,
        queries: &Queries,
    ) -> Result<Indicator, Complaint> {
        let topics = &queries.topics;
        let (source, defaults) = (own_theme.source(), &own_theme.defaults);
        let ground = Ground {
            file: source,
            theme: self.theme,
            topics,
            words,
        };
        let ways = self.ways.iter().map(|at| way(&ground, at));
        let ways = ways.collect::<Result<Vec<Way>, _>>()?;
        let lacks = |key: &str, others: &str| {
            let message = format!("indicator `{}` has no `{key}`", *self.entry.id);
            source.wrong(&self.entry.id, message, format!("expected `{key}`{others}"))
        };
        let unit = self
            .unit
            .ok_or_else(|| lacks("unit", ", `per` or `share-of`"))?;
        let or_default = ", here or in the `[defaults]` of the theme";
        let entry = &self.entry;
        let own = OfUnit {
            decimals: entry.decimals.clone(),
            direction: entry.direction,
            coverage: entry.coverage.clone(),
            range: entry.range.clone(),
            breaks: entry.breaks.clone(),
            matters: entry.matters.clone(),
        };
        let said = defaults.complete(own, &unit);
        let decimals = said.decimals.clone();
        let decimals = decimals.ok_or_else(|| lacks("decimals", or_default))?;
        let range = said.range.clone();
        let range = range.ok_or_else(|| lacks("range", or_default))?;
        said.test(source)?;
        let Pair(low, high) = *range;
        let periods = entry.periods.as_ref().or(defaults.periods.as_ref());
        let level = level(source, entry, &ways, queries)?;
        Ok(Indicator {
            place: place(source, &entry.id),
            decimals: *decimals,
            direction: said.direction.map_or(Direction::None, Direction::from),
            coverage: said.coverage.map_or(80.0, At::into_inner),
            range: (low, high),
            matters: said.matters.map_or(MATTERS, At::into_inner),
            measure: entry.measure.clone(),
            years: years(source, periods)?,
            level,
            breaks: all_breaks(
                breaks(source, &said.breaks.unwrap_or_default())?,
                &ways,
                topics,
            ),
            ways,
            unit,
            id: self.entry.id.into_inner(),
            theme: own_theme.indicators.theme.clone(),
            title: self.entry.title,
            definition: self.entry.definition,
        })
    }
}

/// Of what an indicator is told.
fn level(
    file: &Source,
    entry: &IndicatorEntry,
    ways: &[Way],
    queries: &Queries,
) -> Result<Level, Complaint> {
    match &entry.level {
        Some(at) if **at == LevelWord::Buurt => {
            per_buurt(file, at, ways, queries).map(|()| Level::Buurt)
        }
        _ => Ok(Level::Gemeente),
    }
}

/// Refuses what no wijk or buurt can have: a way that needs more than the figures of one year, or topics of tables that
/// have none.
fn per_buurt(
    file: &Source,
    at: &At<LevelWord>,
    ways: &[Way],
    queries: &Queries,
) -> Result<(), Complaint> {
    let why = ways.iter().find_map(|way| match way {
        Way::SizeClass { .. } => Some("a share of a size class is of Nederland alone"),
        Way::Quotient {
            of_nederland: true, ..
        } => Some("a share of Nederland needs a figure of Nederland in the same list of regions"),
        Way::Quotient { minus, .. } if *minus != 0.0 => {
            Some("wijken and buurten are drawn anew every year: a change of one is none")
        }
        Way::Quotient { denominator, .. } if denominator.fixed_year.is_some() => {
            Some("wijken and buurten are drawn anew every year: no other year's figure divides one")
        }
        _ => None,
    });
    if let Some(why) = why {
        return Err(file.wrong(
            at,
            format!("no figure per buurt: {why}"),
            "leave `level` out",
        ));
    }
    let is_there = |topic: &TopicId| {
        let sources = &queries[*topic].sources;
        let mut tables = sources.iter().flat_map(|source| queries.tables_of(source));
        tables.any(|table| table.has_buurten)
    };
    let lacking = ways
        .iter()
        .map(|way| way.topics().find(|topic| !is_there(topic)));
    match lacking.collect::<Option<Vec<TopicId>>>() {
        None => Ok(()),
        Some(lacking) => {
            let names = lacking
                .iter()
                .map(|topic| format!("`{}`", queries[*topic].id));
            let names: BTreeSet<String> = names.collect();
            let names: Vec<String> = names.into_iter().collect();
            let message = format!(
                "no figure per buurt: no table with wijken and buurten has {}",
                names.join(" or ")
            );
            let hint = "expected topics of a table with `buurten = true` in `tables.toml`, also below the line";
            Err(file.wrong(at, message, hint))
        }
    }
}

/// The unit that follows from how a way computes; none where nothing says it.
fn unit_of(file: &Source, way: &WayEntry, topics: &[Topic]) -> Result<Option<String>, Complaint> {
    if way.share_of.is_some() || way.change_from.is_some() || way.size_class.is_some() {
        return Ok(Some("%".to_owned()));
    }
    let Some(count) = &way.count else {
        let what = way.ratio.as_ref().or(way.distribution.as_ref());
        let unit = what.and_then(
            |what| match topics.iter().find(|topic| topic.id == **what) {
                None => InPlace::parse(what).ok()?.unit,
                Some(topic) => topic.given_unit().map(str::to_owned),
            },
        );
        return Ok(unit.map(|unit| as_dutch(&unit)));
    };
    let measure = measure(file, count, topics)?;
    Ok(match (&way.per, measure.as_str()) {
        (Some(per), "") => Some(format!("per {}", **per)),
        (Some(per), measure) => Some(format!("{measure} per {}", **per)),
        (None, "") => None,
        (None, measure) => Some(measure.to_owned()),
    })
}

/// The breaks of an indicator with those of what it is made of; of two in one year its own counts.
fn all_breaks(own: Vec<Break>, ways: &[Way], topics: &[Topic]) -> Vec<Break> {
    let mut all = own;
    for topic in ways.iter().flat_map(Way::topics) {
        for of_topic in &topics[topic.place()].breaks {
            if all.iter().all(|known| known.year != of_topic.year) {
                all.push(of_topic.clone());
            }
        }
    }
    all.sort();
    all
}

/// A unit as CBS writes it: thousands with a space.
fn as_cbs(unit: &str) -> String {
    unit.replace(".000", " 000")
}

/// A unit as the paper writes it: thousands with a dot.
fn as_dutch(unit: &str) -> String {
    unit.replace(" 000", ".000")
}

/// A title within a sentence: small but for an abbreviation, such as OZB.
fn within_sentence(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}

fn free_id(id: &str, topics: &[Topic]) -> String {
    let is_free = |id: &String| topics.iter().all(|topic| topic.id != *id);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.to_owned())
        .chain(numbered)
        .find(is_free)
        .unwrap_or_default()
}

/// A unit in the defaults that no indicator of the theme has is a slip.
fn every_unit_is_used(themes: &[OwnTheme], drafts: &[Draft]) -> Result<(), Complaint> {
    for (position, own) in themes.iter().enumerate() {
        let of_theme = drafts.iter().filter(|draft| draft.theme == position);
        let known: BTreeSet<&str> = of_theme.filter_map(|draft| draft.unit.as_deref()).collect();
        for unit in own.defaults.units.keys() {
            if !known.contains(unit.as_str()) {
                let message = format!("no indicator of this theme has the unit `{}`", **unit);
                return Err(own.source().wrong(unit, message, nearest(unit, known)));
            }
        }
    }
    Ok(())
}
