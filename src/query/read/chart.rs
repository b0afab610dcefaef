//! `[[chart]]` of a theme.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{OfTheme, YEARS, idle, is_name, names, once, place, years};
use crate::base::located::{At, Complaint, Source};
use crate::gemeente::group::GroupKind;
use crate::query::{Chart, ChartKind, Earlier, Names, Queries, Years};

/// A chart of the paper.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ChartEntry {
    /// Id, by which a chapter shows it. Example: `id = "misdrijven"`.
    id: At<String>,
    /// Kind. Example: `kind = "strip"`.
    kind: KindWord,
    /// Ids of the indicators that it shows. Example: `indicators = ["misdrijven"]`.
    indicators: At<Vec<At<String>>>,
    /// Groups to show, in order; left out, the networks and Nederland. Example: `groups = ["M50", "Nederland"]`.
    groups: Option<At<Vec<At<String>>>>,
    /// The finding in Dutch, with facts and words that the figures choose. Example: `title = "M50 telt {misdrijven.M50 ~ misdrijven.Nederland | meer misdrijven dan | evenveel misdrijven als | minder misdrijven dan} Nederland"`.
    title: At<String>,
    /// From which earlier year on lines, a slope or multiples show the figures, `-5..`, `eerste..` or `basis..`; left out, from the first. Example: `years = "eerste.."`.
    years: Option<At<String>>,
    /// Width on the page. Example: `size = "half"`.
    #[serde(default)]
    size: Size,
    /// A break in the series, over which no line is drawn. Example: `broken = { before = 2022, note = "nieuwe telling" }`.
    broken: Option<At<Break>>,
}

/// A break in a series.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Break {
    /// First year after the break. Example: `before = 2022`.
    before: At<i32>,
    /// What broke, in Dutch. Example: `note = "nieuwe telling"`.
    note: String,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum KindWord {
    /// All members as dots, with the values of groups.
    Strip,
    /// Groups sorted by value, as bars.
    Bars,
    /// Groups over years.
    Lines,
    /// Groups in two years.
    Slope,
    /// Members sorted by value.
    Ranked,
    /// Where the members lie.
    Map,
    /// All gemeenten of the size class by two indicators: from left to right, and upwards.
    Scatter,
    /// Gemeenten on a map, in fifths of one indicator: all of them, or without Nederland the members of the groups.
    Choropleth,
    /// Indicators by groups, each value with how it stands against Nederland.
    Heat,
    /// Groups over years: a panel per indicator, or per group where there is one indicator.
    Multiples,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Size {
    /// The width of the text.
    #[default]
    Full,
    /// Half of it.
    Half,
}

pub(super) fn read(
    themes: Vec<OfTheme<ChartEntry>>,
    queries: &mut Queries,
) -> Result<(), Complaint> {
    let mut seen = BTreeSet::new();
    for OfTheme {
        source,
        theme,
        entries,
    } in themes
    {
        for entry in entries {
            once(&source, &mut seen, &entry.id, "chart")?;
            let chart = chart(&source, entry, &theme, &queries.names())?;
            queries.charts.push(chart);
        }
    }
    Ok(())
}

impl KindWord {
    const fn kind(self) -> ChartKind {
        match self {
            Self::Strip => ChartKind::Strip,
            Self::Bars => ChartKind::Bars,
            Self::Lines => ChartKind::Lines,
            Self::Slope => ChartKind::Slope,
            Self::Ranked => ChartKind::Ranked,
            Self::Map => ChartKind::Map,
            Self::Scatter => ChartKind::Scatter,
            Self::Choropleth => ChartKind::Choropleth,
            Self::Heat => ChartKind::Heat,
            Self::Multiples => ChartKind::Multiples,
        }
    }
}

/// Refuses what a kind cannot draw.
fn fits_its_kind(file: &Source, entry: &ChartEntry, kind: ChartKind) -> Result<(), Complaint> {
    let indicators = entry.indicators.len();
    let wanted = match kind {
        ChartKind::Scatter if indicators != 2 => "expected two: from left to right, and upwards",
        ChartKind::Choropleth if indicators != 1 => "expected one",
        ChartKind::Heat | ChartKind::Multiples if matches!(entry.size, Size::Half) => {
            let hint = "it takes the width of the text: leave out `size`";
            return Err(file.wrong(&entry.id, "half a page is too narrow for this kind", hint));
        }
        _ => return Ok(()),
    };
    let message = format!("{indicators} indicators for this kind of chart");
    Err(file.wrong(&entry.indicators, message, wanted))
}

fn is_of_something(file: &Source, entry: &ChartEntry) -> Result<(), Complaint> {
    if entry.indicators.is_empty() {
        let hint = "expected the id of an indicator";
        return Err(file.wrong(&entry.indicators, "a chart of nothing", hint));
    }
    if let Some(at) = entry.groups.as_ref().filter(|groups| groups.is_empty()) {
        let hint = "expected the id of a group; left out, it shows the networks and Nederland";
        return Err(file.wrong(at, "a chart of no group", hint));
    }
    Ok(())
}

fn chart(
    file: &Source,
    entry: ChartEntry,
    theme: &str,
    names: &Names<'_>,
) -> Result<Chart, Complaint> {
    // the id becomes a file name and a name in Typst
    is_name(file, &entry.id, "chart")?;
    let kind = entry.kind.kind();
    if let (Some(at), false) = (&entry.years, kind.is_over_years()) {
        return Err(idle(
            file,
            at.start(),
            "years",
            "`years` belongs to `lines`, `slope` and `multiples`",
        ));
    }
    if let (Some(at), false) = (&entry.broken, kind == ChartKind::Lines) {
        return Err(idle(
            file,
            at.start(),
            "broken",
            "`broken` belongs to `lines`",
        ));
    }
    is_of_something(file, &entry)?;
    fits_its_kind(file, &entry, kind)?;
    let indicators = entry.indicators.iter();
    let indicators = indicators.map(|id| names::indicator(file, id, names));
    let groups = match &entry.groups {
        None => [GroupKind::Network, GroupKind::Nation]
            .into_iter()
            .flat_map(|kind| names.groups.of_kind(kind))
            .collect(),
        Some(ids) => ids
            .iter()
            .map(|id| names::group(file, id, names.groups))
            .collect::<Result<_, _>>()?,
    };
    let broken = entry.broken.map(At::into_inner).map(|broken| {
        file.bounded(&broken.before, "before", YEARS)
            .map(|before| (before, broken.note))
    });
    let since = entry.years.as_ref();
    let since = since.and_then(|text| Earlier::parse(text.strip_suffix("..")?));
    Ok(Chart {
        place: place(file, &entry.id),
        years: match since {
            Some(_) => Years::default(),
            None => years(file, entry.years.as_ref())?,
        },
        since,
        indicators: indicators.collect::<Result<_, _>>()?,
        id: entry.id.into_inner(),
        theme: theme.to_owned(),
        kind,
        groups,
        title: names::template(file, &entry.title, names)?,
        half: matches!(entry.size, Size::Half),
        broken: broken.transpose()?,
    })
}
