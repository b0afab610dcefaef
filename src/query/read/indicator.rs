//! `[[indicator]]` of a theme: its own keys, those of the first way to compute it, and further ways.
//!
//! What stands in place becomes a topic first: counts of all indicators, so that sums can name them, then the unit of
//! each indicator, then ratios, of which the unit is that of the indicator where the line says none. A topic in place
//! has the id of its indicator; where that is taken, with `-2`, `-3`, … behind it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::defaults::{Defaults, DirectionWord, OfUnit};
use super::per::{PerFile, Words};
use super::theme::ThemeSource;
use super::topic::{Beside, Split, in_place};
use super::way::{Ground, Of, measure, way};
use super::{bounded, once, place, years};
use crate::base::located::{At, Complaint, Source, nearest};
use crate::query::{Direction, InPlace, Indicator, Queries, Topic, TopicKind, Unit};

/// The keys of a way stand in the indicator itself for its first way; serde's `flatten` would forget unknown keys.
macro_rules! with_first_way {
    (
        $(#[$of_indicator:meta])*
        own { $($own:tt)* }
        $(#[$of_way:meta])*
        way { $($(#[$doc:meta])* $key:ident: $kind:ty,)* }
    ) => {
        $(#[$of_indicator])*
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct IndicatorEntry {
            $($own)*
            $($(#[$doc])* $key: Option<$kind>,)*
        }

        $(#[$of_way])*
        #[derive(Clone, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct WayEntry {
            $($(#[$doc])* pub(super) $key: Option<$kind>,)*
        }

        impl IndicatorEntry {
            fn take_first_way(&mut self) -> WayEntry {
                WayEntry { $($key: self.$key.take(),)* }
            }
        }
    };
}

with_first_way! {
    /// What the paper reports: `count`, `ratio` with a `weight`, `distribution`, or `size-class` says how it is computed.
    own {
        /// Id. Example: `id = "geweldsmisdrijven"`.
        id: At<String>,
        /// Title in Dutch. Example: `title = "Gewelds- en seksuele misdrijven"`.
        title: String,
        /// Definition in Dutch, as whole sentences. Example: `definition = "Geregistreerde gewelds- en seksuele misdrijven."`.
        definition: String,
        /// Unit in Dutch; left out, it follows from `per`, `share-of` or the unit of the topic, else from the defaults. Example: `unit = "inwoners per km²"`.
        unit: Option<At<String>>,
        /// Decimals to print; negative rounds to tens, hundreds, …. Example: `decimals = 1`.
        decimals: Option<At<i32>>,
        /// Which direction is favourable. Example: `direction = "lower"`.
        direction: Option<DirectionWord>,
        /// Percent of the weight that must have a value, 80 when nothing says otherwise. Example: `coverage = 90`.
        coverage: Option<At<f64>>,
        /// Lowest and highest plausible value of a gemeente. Example: `range = [0, 40]`.
        range: Option<At<[f64; 2]>>,
        /// Years to report. Example: `periods = "..2024"`.
        periods: Option<At<String>>,
        /// Another way to compute it: per year the first that has figures counts. Example: `[[indicator.way]]`.
        #[serde(default)]
        way: Vec<At<WayEntry>>,
    }
    /// One way to compute an indicator.
    way {
        /// What is counted: a topic, a sum of topics, or a topic in place, `TABLE YEARS: TITLE PATH [UNIT]`. `…` stands for any levels of the path; years and unit may be left out, and without a unit it is a number of things. Alone it is what a group sums. Example: `count = "83648NED: 3 Gewelds- en seksuele misdrijven > … > Totaal geregistreerde misdrijven"`.
        count: At<String>,
        /// What `count` is divided by, in words that `per.toml` knows: they are the unit, the scale and the denominator. Example: `per = "1.000 inwoners"`.
        per: At<String>,
        /// Divides in the place of what `per.toml` says of the words of `per`: a sum of topics. Example: `denominator = "inwoners"`.
        denominator: At<String>,
        /// A sum of topics of which `count` is a share, in percent; `@2010` fixes its year. Example: `share-of = "huishoudens"`.
        share_of: At<String>,
        /// Whose `share-of` it is, whoever is asked about. Example: `of = "nederland"`.
        of: At<Of>,
        /// A sum of topics from which `count` differs, in percent; `@2019` fixes its year. Example: `change-from = "inwoners@2019"`.
        change_from: At<String>,
        /// A ratio that CBS publishes, as a topic or in place; a group's value is its mean, weighted. Without a unit in place it has that of the indicator. Example: `ratio = "kwb: Wonen > … > Koopwoningen"`.
        ratio: At<String>,
        /// What a `ratio` is weighted with: a topic or sum of topics that counts. Example: `weight = "woningvoorraad"`.
        weight: At<String>,
        /// A figure that cannot be combined, such as a median, as a topic or in place: only its distribution over gemeenten is told. Example: `distribution = "kwb: Inkomen > … > Mediaan vermogen van particuliere huish."`.
        distribution: At<String>,
        /// A topic that gives the size of gemeenten: the share of Nederland that lives in those of a size, in percent, on the boundaries of each year itself. Example: `size-class = "inwoners"`.
        size_class: At<String>,
        /// Smallest size that counts in `size-class`. Example: `from = 30000`.
        from: At<f64>,
        /// Largest size that counts in `size-class`. Example: `to = 80000`.
        to: At<f64>,
        /// For a topic in place: a key that it had in some release, which decides where several topics fit. Example: `key = "3000000:TotaalGeregistreerdeMisdrijven_1"`.
        key: At<String>,
        /// For a topic in place: whether its absence is no error. Example: `optional = true`.
        optional: At<bool>,
        /// For a count in place: what divides it when a gemeente is split; left out, inhabitants. Example: `split = "dwellings"`.
        split: At<Split>,
        /// For a topic in place: what it counts, in Dutch, as a part of a sentence; left out, the title of the indicator. Example: `topic-title = "afstand tot treinstation"`.
        topic_title: At<String>,
    }
}

/// An indicator on its way: what stood in place becomes topics, then the unit is known.
struct Draft {
    /// Position of its theme.
    theme: usize,
    entry: IndicatorEntry,
    ways: Vec<At<WayEntry>>,
    unit: Option<String>,
}

pub(super) fn read(
    themes: &mut [ThemeSource],
    common: Option<(Source, PerFile)>,
    queries: &mut Queries,
) -> Result<(), Complaint> {
    let mut drafts = drafts(themes)?;
    for draft in &mut drafts {
        draft.take_in_place(TopicKind::Count, themes, queries)?;
    }
    for draft in &mut drafts {
        draft.unit = draft.unit(&themes[draft.theme], &queries.topics)?;
        draft.take_in_place(TopicKind::Ratio, themes, queries)?;
    }
    every_unit_is_used(themes, &drafts)?;
    let words = Words::new(common, themes, &queries.topics)?;
    for draft in drafts {
        let theme = &themes[draft.theme];
        let indicator = draft.indicator(theme, &words, &queries.topics)?;
        queries.indicators.push(indicator);
    }
    Ok(())
}

/// All indicators, with what the defaults of their theme say of their ways.
fn drafts(themes: &mut [ThemeSource]) -> Result<Vec<Draft>, Complaint> {
    let (mut drafts, mut seen) = (Vec::new(), BTreeSet::new());
    for (theme, ThemeSource { source, file }) in themes.iter_mut().enumerate() {
        for mut entry in std::mem::take(&mut file.indicator) {
            once(source, &mut seen, &entry.id, "indicator")?;
            let first = entry.take_first_way();
            let mut ways = vec![entry.id.with(first)];
            ways.append(&mut entry.way);
            for at in &mut ways {
                *at = at.with(with_defaults((**at).clone(), &file.defaults));
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
        themes: &[ThemeSource],
        queries: &mut Queries,
    ) -> Result<(), Complaint> {
        let file = &themes[self.theme].source;
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
            by_dwellings: split.is_some(),
            absent_is_zero: false,
            sources: vec![in_place(
                file,
                line,
                kind,
                otherwise,
                beside,
                &queries.tables,
            )?],
            place: file.at(line.start()),
        })
    }

    /// The unit: what the indicator says, else what follows from its first way, else the default.
    fn unit(&self, theme: &ThemeSource, topics: &[Topic]) -> Result<Option<String>, Complaint> {
        if let Some(unit) = &self.entry.unit {
            return Ok(Some(unit.to_string()));
        }
        let mut derived = Vec::new();
        for at in &self.ways {
            derived.extend(unit_of(&theme.source, at, topics)?.map(|unit| (at, unit)));
        }
        let Some((_, first)) = derived.first() else {
            return Ok(theme.file.defaults.unit.as_deref().cloned());
        };
        match derived.iter().find(|(_, unit)| unit != first) {
            None => Ok(Some(first.clone())),
            Some((at, other)) => {
                let message = format!("this way gives `{other}`, another `{first}`");
                let hint = "expected ways of one unit, or `unit`";
                Err(theme.source.wrong(*at, message, hint))
            }
        }
    }

    /// The indicator itself.
    fn indicator(
        self,
        ThemeSource { source, file }: &ThemeSource,
        words: &Words,
        topics: &[Topic],
    ) -> Result<Indicator, Complaint> {
        let ground = Ground {
            file: source,
            theme: self.theme,
            topics,
            words,
        };
        let ways = self.ways.iter().map(|at| way(&ground, at));
        let ways = ways.collect::<Result<_, _>>()?;
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
        };
        let said = file.defaults.complete(own, &unit);
        let decimals = said.decimals.ok_or_else(|| lacks("decimals", or_default))?;
        let range = said.range.ok_or_else(|| lacks("range", or_default))?;
        let coverage = said
            .coverage
            .map(|at| bounded(source, &at, "coverage", 0.0..=100.0));
        let periods = entry.periods.as_ref().or(file.defaults.periods.as_ref());
        Ok(Indicator {
            place: place(source, &entry.id),
            decimals: bounded(source, &decimals, "decimals", -6..=6)?,
            direction: said.direction.map_or(Direction::None, Direction::from),
            coverage: coverage.transpose()?.unwrap_or(80.0),
            range: plausible(source, &range)?,
            years: years(source, periods)?,
            ways,
            unit,
            id: self.entry.id.into_inner(),
            theme: file.id.to_string(),
            title: self.entry.title,
            definition: self.entry.definition,
        })
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

fn plausible(file: &Source, at: &At<[f64; 2]>) -> Result<(f64, f64), Complaint> {
    let [low, high] = **at;
    if low < high && low.is_finite() && high.is_finite() {
        return Ok((low, high));
    }
    Err(file.wrong(at, "the range is empty", "expected `[lowest, highest]`"))
}

/// A unit in the defaults that no indicator of the theme has is a slip.
fn every_unit_is_used(themes: &[ThemeSource], drafts: &[Draft]) -> Result<(), Complaint> {
    for (position, ThemeSource { source, file }) in themes.iter().enumerate() {
        let of_theme = drafts.iter().filter(|draft| draft.theme == position);
        let known: BTreeSet<&str> = of_theme.filter_map(|draft| draft.unit.as_deref()).collect();
        for unit in file.defaults.units.keys() {
            if !known.contains(unit.as_str()) {
                let message = format!("no indicator of this theme has the unit `{}`", **unit);
                return Err(source.wrong(unit, message, nearest(unit, known)));
            }
        }
    }
    Ok(())
}
