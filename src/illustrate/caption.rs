//! What stands around a chart, as real text: its finding, what it measures, its source, and its alt text.
//!
//! Everything printed comes from facts, so a chart, its alt text and the prose can never differ. The title is a finding
//! whose direction the figures choose.

use std::collections::BTreeSet;

use super::draw::Drawn;
use super::source::source;
use super::{Error, ErrorKind, Illustration, MAX_ALT, MAX_TITLE_WORDS};
use crate::base::number;
use crate::fact::{self, Register, fill, plain, print};
use crate::figures::{Figures, Provenance};
use crate::gemeente::group::{Group, GroupId};
use crate::query::{ChartKind, FactId, Misread, Queries};

/// The facts that the words around a chart want.
///
/// # Errors
/// When an id that the program makes is none.
pub fn wanted(
    drawn: &Drawn<'_>,
    queries: &Queries,
    figures: &Figures,
) -> Result<Vec<FactId>, Error> {
    let mut wanted: Vec<FactId> = drawn.chart.title.facts().cloned().collect();
    if names_extremes(drawn.chart.kind) {
        let extremes = extremes(drawn, queries, figures);
        let extremes = extremes.map_err(|wrong| Error::of(drawn.chart, ErrorKind::Id(wrong)))?;
        wanted.extend(extremes.into_iter().flatten());
    }
    Ok(wanted)
}

/// Puts the words around a chart.
///
/// # Errors
/// When its title is too long or compares across a break, or a fact is not in the register.
pub fn caption(
    drawn: Drawn<'_>,
    register: &Register<'_>,
    provenance: &Provenance,
) -> Result<Illustration, Error> {
    let chart = drawn.chart;
    let wrong = |kind| Error::of(chart, kind);
    register
        .refuse_across(chart.title.facts())
        .map_err(|error| wrong(ErrorKind::Fact(error)))?;
    let title = fill(&chart.title, register).map_err(|error| wrong(ErrorKind::Fact(error)))?;
    // the subtitle says the years that are drawn
    let told: Vec<i32> = drawn.years.iter().copied().chain([drawn.last()]).collect();
    fact::sayable(&chart.title, register, &told).map_err(|error| wrong(ErrorKind::Fact(error)))?;
    let text = plain(&title);
    // the figures add `vrijwel`, not the author
    let words = text
        .split([' ', '\u{a0}'])
        .filter(|word| !matches!(*word, "" | "vrijwel"));
    if words.count() > MAX_TITLE_WORDS {
        return Err(wrong(ErrorKind::Title(text)));
    }
    Ok(Illustration {
        id: chart.id.clone(),
        title,
        subtitle: subtitle(&drawn, register),
        source: source(&drawn, register.figures(), provenance),
        alt: alt(&drawn, register).map_err(wrong)?,
        picture: drawn.picture,
    })
}

const fn names_extremes(kind: ChartKind) -> bool {
    matches!(kind, ChartKind::Strip | ChartKind::Ranked)
}

/// Name and value of the subject's lowest and highest member.
fn extremes(
    drawn: &Drawn<'_>,
    queries: &Queries,
    figures: &Figures,
) -> Result<[[FactId; 2]; 2], Misread> {
    let indicator = &queries[drawn.indicator()].id;
    let subject = &figures.groups.subject().name.id;
    let fact =
        |stat: &str| FactId::parse(&format!("{indicator}.{subject}.{stat}"), &queries.names());
    Ok([
        [fact("min-naam")?, fact("min")?],
        [fact("max-naam")?, fact("max")?],
    ])
}

fn subtitle(drawn: &Drawn<'_>, register: &Register<'_>) -> String {
    let (chart, figures) = (drawn.chart, register.figures());
    let subject = &figures.groups.subject().name.label;
    let whom = match chart.kind {
        ChartKind::Strip => format!("leden van {subject} (stippen) en groepen"),
        ChartKind::Ranked => format!("leden van {subject}"),
        ChartKind::Bars | ChartKind::Lines | ChartKind::Slope => "groepen".to_owned(),
        ChartKind::Map => {
            let (size, year) = (figures.groups.size.in_short(), drawn.last());
            return format!(
                "Leden van {subject} en andere gemeenten van {size} inwoners, grenzen van {year}"
            );
        }
    };
    let years: BTreeSet<i32> = if chart.kind.is_over_years() {
        drawn.years.iter().copied().collect()
    } else {
        let used = chart.indicators.iter().map(|id| figures.used(*id).year);
        used.flatten().collect()
    };
    let when = match (years.first(), years.last()) {
        (Some(first), Some(last)) => number::range(first, last),
        _ => String::new(),
    };
    let indicator = &register.queries()[drawn.indicator()];
    let measure = if chart.indicators.len() == 1 {
        indicator.title.clone()
    } else {
        "Per onderdeel".to_owned()
    };
    let unit = unit(&indicator.unit, &indicator.title);
    let broken = lower_first(&broken(drawn, figures));
    let mut kept: Vec<String> = Vec::new();
    for part in [measure, unit, whom, when, broken] {
        let is_in = |earlier: &String| earlier.to_lowercase().contains(&part.to_lowercase());
        if !part.is_empty() && !kept.iter().any(is_in) {
            kept.push(part);
        }
    }
    kept.join(", ")
}

/// That the series breaks between the years that are shown, and where; nothing where it does not.
fn broken(drawn: &Drawn<'_>, figures: &Figures) -> String {
    let first = drawn.years.first().copied().unwrap_or_default();
    let breaks = figures.breaks_between(drawn.indicator(), first, drawn.last());
    let years: Vec<String> = breaks.iter().map(|of| of.year.to_string()).collect();
    match years.as_slice() {
        [] => String::new(),
        [one] => format!("Met een breuk in {one}"),
        years => format!("Met breuken in {}", years.join(", ")),
    }
}

/// The unit as a subtitle says it; nothing where the title says it.
fn unit(unit: &str, title: &str) -> String {
    match unit {
        "%" => "in procenten".to_owned(),
        "euro" | "x 1.000 euro" => "in euro's".to_owned(),
        "index" => "2010 = 100".to_owned(),
        "inwoners" if title.to_lowercase().contains("inwoners") => String::new(),
        unit => match unit.strip_prefix("euro per") {
            Some(per) => format!("in euro's per{per}"),
            None => unit.to_owned(),
        },
    }
}

fn alt(drawn: &Drawn<'_>, register: &Register<'_>) -> Result<String, ErrorKind> {
    let (chart, figures, groups) = (drawn.chart, register.figures(), &register.figures().groups);
    let kind = match chart.kind {
        ChartKind::Strip => "Stippenstrook",
        ChartKind::Bars => "Staven",
        ChartKind::Lines => "Lijnen",
        ChartKind::Slope => "Hellingen",
        ChartKind::Ranked => "Ranglijst",
        ChartKind::Map => return Ok(alt_of_map(figures)),
    };
    let indicator = &register.queries()[drawn.indicator()];
    let (first, last) = (
        drawn.years.first().copied().unwrap_or_default(),
        drawn.last(),
    );
    let when = if drawn.years.len() > 1 {
        number::range(first, last)
    } else {
        last.to_string()
    };
    let mut alt = format!("{kind}: {}, {when}.", lower_first(&indicator.title));
    let say = |group: &Group| {
        let figure = figures.group(drawn.indicator(), group.id, last)?;
        let text = print(indicator, figure.value?, figure.is_provisional()).ok()?;
        Some(format!("{} {text}", group.name.id))
    };
    let said: Vec<String> = in_order_of_telling(figures)
        .into_iter()
        .filter(|group| chart.groups.contains(group))
        .filter_map(|group| say(groups.get(group)))
        .collect();
    add(&mut alt, &said.join(", "));
    add(&mut alt, &broken(drawn, figures));
    if names_extremes(chart.kind) {
        let [low, high] = extremes(drawn, register.queries(), figures).map_err(ErrorKind::Id)?;
        let said = |[name, value]: [FactId; 2]| {
            let (name, value) = (register.fact(&name)?, register.fact(&value)?);
            let there = value.value.is_some();
            Ok(there.then(|| format!("{} {}", name.text, value.text)))
        };
        if let (Some(low), Some(high)) = (
            said(low).map_err(ErrorKind::Fact)?,
            said(high).map_err(ErrorKind::Fact)?,
        ) {
            add(&mut alt, &format!("Laagste lid {low}, hoogste lid {high}"));
        }
    }
    Ok(alt)
}

fn alt_of_map(figures: &Figures) -> String {
    let (subject, size) = (figures.groups.subject(), figures.groups.size.in_words());
    let (members, label) = (subject.members.len(), &subject.name.label);
    format!(
        "Kaart van Nederland met de {members} leden van {label} ingekleurd en de andere gemeenten van {size} inwoners \
         gearceerd. De leden liggen verspreid over het land."
    )
}

/// The subject, Nederland, and the networks of which all members are known, the largest first: not all may fit.
fn in_order_of_telling(figures: &Figures) -> Vec<GroupId> {
    let (subject, nation) = (figures.groups.subject().id, figures.groups.nation().id);
    let others = figures.groups.networks();
    let mut others: Vec<&Group> = others
        .filter(|group| group.id != subject && group.complete)
        .collect();
    others.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    let others = others.into_iter().map(|group| group.id);
    [subject, nation].into_iter().chain(others).collect()
}

/// A title within a sentence; an abbreviation keeps its capitals.
fn lower_first(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}

/// Adds a sentence when it still fits.
fn add(alt: &mut String, sentence: &str) {
    if !sentence.is_empty() && alt.chars().count() + sentence.chars().count() + 2 <= MAX_ALT {
        alt.push(' ');
        alt.push_str(sentence);
        alt.push('.');
    }
}
