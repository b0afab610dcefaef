//! `[[chart]]` of a theme.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::theme::ThemeSource;
use super::{YEARS, bounded, idle, is_name, names, once, place, years};
use crate::compare::GroupId;
use crate::located::{At, Complaint, Source};
use crate::query::{Chart, ChartKind, Indicator, Queries};

/// A chart of the paper.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ChartEntry {
    /// Id, by which a chapter shows it. Example: `id = "misdrijven"`.
    id: At<String>,
    /// Kind. Example: `kind = "strip"`.
    kind: KindWord,
    /// Ids of the indicators that it shows. Example: `indicators = ["misdrijven"]`.
    indicators: Vec<At<String>>,
    /// Groups to show, in order; left out, the networks and Nederland. Example: `groups = ["M50", "Nederland"]`.
    groups: Option<Vec<At<String>>>,
    /// The finding in Dutch, with facts and words that the figures choose. Example: `title = "M50 telt {misdrijven.M50 ~ misdrijven.Nederland | meer misdrijven dan | evenveel misdrijven als | minder misdrijven dan} Nederland"`.
    title: At<String>,
    /// Years that lines or a slope show. Example: `years = "2021..2024"`.
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

pub(super) fn read(themes: &mut [ThemeSource], queries: &mut Queries) -> Result<(), Complaint> {
    let mut seen = BTreeSet::new();
    for ThemeSource { source, file } in themes {
        for entry in std::mem::take(&mut file.chart) {
            once(source, &mut seen, &entry.id, "chart")?;
            let chart = chart(source, entry, &file.id, &queries.indicators)?;
            queries.charts.push(chart);
        }
    }
    Ok(())
}

fn chart(
    file: &Source,
    entry: ChartEntry,
    theme: &str,
    indicators: &[Indicator],
) -> Result<Chart, Complaint> {
    // the id becomes a file name and a name in Typst
    is_name(file, &entry.id, "chart")?;
    let kind = match entry.kind {
        KindWord::Strip => ChartKind::Strip,
        KindWord::Bars => ChartKind::Bars,
        KindWord::Lines => ChartKind::Lines,
        KindWord::Slope => ChartKind::Slope,
        KindWord::Ranked => ChartKind::Ranked,
        KindWord::Map => ChartKind::Map,
    };
    let over_years = matches!(kind, ChartKind::Lines | ChartKind::Slope);
    if let (Some(at), false) = (&entry.years, over_years) {
        return Err(idle(
            file,
            at.start(),
            "years",
            "`years` belongs to `lines` and `slope`",
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
    let positions = entry.indicators.iter();
    let positions = positions.map(|id| names::indicator(file, id, indicators));
    let groups = match &entry.groups {
        None => GroupId::NETWORKS
            .into_iter()
            .chain([GroupId::Nederland])
            .collect(),
        Some(ids) => ids
            .iter()
            .map(|id| names::group(file, id))
            .collect::<Result<_, _>>()?,
    };
    let broken = entry.broken.map(At::into_inner).map(|broken| {
        bounded(file, &broken.before, "before", YEARS).map(|before| (before, broken.note))
    });
    Ok(Chart {
        place: place(file, &entry.id),
        years: years(file, entry.years.as_ref())?,
        indicators: positions.collect::<Result<_, _>>()?,
        id: entry.id.into_inner(),
        theme: theme.to_owned(),
        kind,
        groups,
        title: entry.title.into_inner(),
        half: matches!(entry.size, Size::Half),
        broken: broken.transpose()?,
    })
}
