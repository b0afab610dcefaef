//! What stands around a chart, as real text: its finding, what it measures, its source, and its alt text.
//!
//! Everything printed comes from facts, so a chart, its alt text and the prose can never differ. The title is a finding
//! whose direction the figures choose.

use std::collections::BTreeSet;

use super::draw::Drawn;
use super::source::source;
use super::words::{lower_first, unit, with_unit};
use super::{Error, ErrorKind, Illustration, MAX_ALT, MAX_TITLE_WORDS};
use crate::base::number;
use crate::chart::{Weight, Width, text_width};
use crate::fact::{self, Register, fill, plain, print};
use crate::figures::{Figures, Provenance};
use crate::gemeente::group::{Group, GroupId};
use crate::query::{Chart, ChartKind, FactId, IndicatorId, Misread, Queries};

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

/// Measure, unit, whom and when: in full where that fits its lines, else shorter, so that no word stands alone.
fn subtitle(drawn: &Drawn<'_>, register: &Register<'_>) -> String {
    let texts = subtitles(drawn, register);
    let width = if drawn.chart.half {
        Width::Half
    } else {
        Width::Full
    };
    let fits = |text: &&String| !ends_in_a_word(text, width.pt());
    let shortest = texts.iter().min_by_key(|text| text.chars().count());
    let found = texts.iter().find(fits).or(shortest);
    found.cloned().unwrap_or_default()
}

/// Size of a subtitle in the paper, in points.
const SUBTITLE: f64 = 8.0;

/// Whether the last of several lines holds less than a quarter of the width.
fn ends_in_a_word(text: &str, width: f64) -> bool {
    let (mut line, mut lines) = (0.0, 1);
    for word in text.split(' ') {
        let long = text_width(word, SUBTITLE, Weight::Regular);
        let space = text_width(" ", SUBTITLE, Weight::Regular);
        if line > 0.0 && line + space + long > width {
            (line, lines) = (long, lines + 1);
        } else {
            line += if line > 0.0 { space + long } else { long };
        }
    }
    lines > 1 && line < width / 4.0
}

/// Subtitles that may stand under the title, the fullest first.
fn subtitles(drawn: &Drawn<'_>, register: &Register<'_>) -> Vec<String> {
    let (chart, figures) = (drawn.chart, register.figures());
    let indicator = &register.queries()[drawn.indicator()];
    let years: BTreeSet<i32> = drawn.years.iter().copied().collect();
    let when = match (years.first(), years.last()) {
        (Some(first), Some(last)) => number::range(first, last),
        _ => String::new(),
    };
    if let Some(whole) = whole_subtitle(drawn, register, &when) {
        return vec![whole];
    }
    let subject = &figures.groups.subject().name.label;
    let whom: Vec<String> = match chart.kind {
        ChartKind::Strip => vec![
            format!("leden van {subject} (stippen) en groepen"),
            format!("leden van {subject} (stippen)"),
            format!("leden van {subject}"),
        ],
        ChartKind::Ranked => vec![format!("leden van {subject}")],
        _ if chart.groups == [figures.groups.nation().id] => vec!["Nederland".to_owned()],
        _ => vec![
            "groepen van gemeenten".to_owned(),
            "groepen".to_owned(),
            String::new(),
        ],
    };
    let measure = if chart.indicators.len() == 1 {
        indicator.title.clone()
    } else {
        "Per onderdeel".to_owned()
    };
    let unit = unit(&indicator.unit, &indicator.title);
    let broken = lower_first(&broken(drawn, figures));
    let text = |whom: &String| {
        let mut kept: Vec<&String> = Vec::new();
        for part in [&measure, &unit, whom, &when, &broken] {
            let is_in = |earlier: &&String| earlier.to_lowercase().contains(&part.to_lowercase());
            if !part.is_empty() && !kept.iter().any(is_in) {
                kept.push(part);
            }
        }
        kept.into_iter().cloned().collect::<Vec<_>>().join(", ")
    };
    whom.iter().map(text).collect()
}

/// The subtitle of a kind that says it in its own way.
fn whole_subtitle(drawn: &Drawn<'_>, register: &Register<'_>, when: &str) -> Option<String> {
    let (chart, figures) = (drawn.chart, register.figures());
    let subject = &figures.groups.subject().name.label;
    let size = figures.groups.size.in_short();
    let title = |place: usize| &register.queries()[chart.indicators[place]].title;
    let without = match drawn.without {
        0 => String::new(),
        1 => ", 1 gemeente zonder cijfer".to_owned(),
        count => format!(", {count} gemeenten zonder cijfer"),
    };
    Some(match chart.kind {
        ChartKind::Map => format!(
            "Leden van {subject} en andere gemeenten van {size} inwoners, grenzen van {}",
            drawn.last()
        ),
        ChartKind::Scatter => format!(
            "{} en {}, gemeenten van {size} inwoners, {when}{without}. Met naam: de leden van {subject} met de laagste en \
             de hoogste waarde op elke as",
            title(0),
            lower_first(title(1)),
        ),
        ChartKind::Choropleth => {
            let indicator = &register.queries()[drawn.indicator()];
            let whom = if chart.groups.contains(&figures.groups.nation().id) {
                "alle gemeenten"
            } else {
                "leden"
            };
            let measure = with_unit(indicator);
            // an election has its year in its name
            let when = if measure.contains(when) {
                String::new()
            } else {
                format!(", {when}")
            };
            format!(
                "{measure}{when}, {whom} in vijf ongeveer even grote klassen, met het aantal gemeenten"
            )
        }
        ChartKind::Heat => format!(
            "Waarde per groep, met een teken voor het verschil met Nederland; duidelijk is een vijfde of meer, {when}"
        ),
        ChartKind::Multiples => {
            let scale = if drawn.shares_scale {
                "alle met dezelfde schaal"
            } else {
                "elk met een eigen schaal"
            };
            let measure = match chart.indicators[..] {
                [only] => with_unit(&register.queries()[only]),
                _ => "Per onderwerp".to_owned(),
            };
            format!("{measure}, groepen, {when}, {scale}")
        }
        _ => return None,
    })
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

fn alt(drawn: &Drawn<'_>, register: &Register<'_>) -> Result<String, ErrorKind> {
    let (chart, figures) = (drawn.chart, register.figures());
    let kind = match chart.kind {
        ChartKind::Strip => "Stippenstrook",
        ChartKind::Bars => "Staven",
        ChartKind::Lines => "Lijnen",
        ChartKind::Slope => "Hellingen",
        ChartKind::Ranked => "Ranglijst",
        ChartKind::Map => return Ok(alt_of_map(figures)),
        ChartKind::Scatter => "Spreidingsdiagram",
        ChartKind::Choropleth => "Kaart in tinten",
        ChartKind::Heat => "Kleurentabel",
        ChartKind::Multiples => "Reeks kleine lijnen",
    };
    let mut alt = format!("{kind}:");
    if is_of_several(chart) {
        alt_of_several(&mut alt, drawn, register);
        return Ok(alt);
    }
    let indicator = &register.queries()[drawn.indicator()];
    let last = drawn.last();
    alt = format!("{alt} {}, {}.", lower_first(&indicator.title), when(drawn));
    add(
        &mut alt,
        &values(drawn, register, drawn.indicator(), last).join(", "),
    );
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

fn when(drawn: &Drawn<'_>) -> String {
    let first = drawn.years.first().copied().unwrap_or_default();
    if drawn.years.len() > 1 {
        number::range(first, drawn.last())
    } else {
        drawn.last().to_string()
    }
}

/// Whether its alternative text tells of more than one indicator.
fn is_of_several(chart: &Chart) -> bool {
    matches!(
        chart.kind,
        ChartKind::Scatter | ChartKind::Heat | ChartKind::Multiples
    ) && chart.indicators.len() > 1
}

/// Each indicator with the values of the subject and of Nederland, as many as fit, and how many there are.
fn alt_of_several(alt: &mut String, drawn: &Drawn<'_>, register: &Register<'_>) {
    let (chart, figures) = (drawn.chart, register.figures());
    let count = chart.indicators.len();
    let of = if chart.kind == ChartKind::Scatter {
        "twee indicatoren".to_owned()
    } else {
        format!("{count} indicatoren")
    };
    *alt = format!("{alt} {of}, {}.", when(drawn));
    for &id in &chart.indicators {
        let Some(year) = figures.used(id).year else {
            continue;
        };
        let mut said = values(drawn, register, id, year);
        said.truncate(2);
        let title = &register.queries()[id].title;
        if !said.is_empty() {
            add(alt, &format!("{title}: {}", said.join(", ")));
        }
    }
}

/// The values of the groups that are shown: the subject, Nederland, and then the others.
fn values(drawn: &Drawn<'_>, register: &Register<'_>, id: IndicatorId, year: i32) -> Vec<String> {
    let figures = register.figures();
    let indicator = &register.queries()[id];
    let say = |group: &Group| {
        let figure = figures.group(id, group.id, year)?;
        let text = print(indicator, figure.value?, figure.is_provisional()).ok()?;
        Some(format!("{} {text}", group.name.id))
    };
    in_order_of_telling(figures)
        .into_iter()
        .filter(|group| drawn.chart.groups.contains(group))
        .filter_map(|group| say(figures.groups.get(group)))
        .collect()
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

/// Adds a sentence when it still fits.
fn add(alt: &mut String, sentence: &str) {
    if !sentence.is_empty() && alt.chars().count() + sentence.chars().count() + 2 <= MAX_ALT {
        alt.push(' ');
        alt.push_str(sentence);
        alt.push('.');
    }
}
