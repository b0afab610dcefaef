//! What is asked: M50's own asks, and what every network and M50 said on each theme.
//!
//! In: the manuscript. Out: both as they are printed. Fails when a fact of an ask cannot be filled in. What has no date is told
//! as such.

use super::super::manuscript::Manuscript;
use super::super::printed;
use super::{pieces, safe};
use crate::base::words::MONTHS;
use crate::fact::{self, fill};
use crate::query::{Queries, Sourced};
use crate::source::agendas::{OTHER_THEME, Position};

pub(super) fn asks(manuscript: &Manuscript<'_>) -> Result<Vec<printed::Ask>, fact::Error> {
    manuscript
        .asks
        .iter()
        .map(|ask| {
            Ok(printed::Ask {
                id: ask.id.clone(),
                theme: ask.theme.clone(),
                addressee: ask.addressee.clone(),
                text: ask.text.clone(),
                agenda: ask.agenda.clone(),
                why: pieces(&fill(&ask.why, &manuscript.register)?),
                gap: match &ask.gap {
                    Some(gap) => pieces(&fill(gap, &manuscript.register)?),
                    None => Vec::new(),
                },
                amount: ask.amount.as_ref().map(sourced),
                by: ask.by.as_ref().map(sourced),
                state: if ask.agreed { "agreed" } else { "concept" },
                core: ask.core,
            })
        })
        .collect()
}

fn sourced(of: &Sourced) -> printed::Sourced {
    printed::Sourced {
        text: of.text.clone(),
        source: of.source.clone(),
    }
}

/// What everybody said on each theme by the date of the edition, where anything was found, numbered in the order in which
/// it is printed. What has no date is told as such.
pub(super) fn agendas(manuscript: &Manuscript<'_>) -> Vec<printed::AgendaTheme> {
    let (agendas, queries) = (manuscript.agendas, manuscript.register.queries());
    // a date may be a year or a month: it comes before every day in it
    let date = manuscript.register.figures().edition.date.as_str();
    let themes = queries.themes.iter().map(|of| (of.id.as_str(), &*of.title));
    let themes = themes.chain([(OTHER_THEME, "Overig")]);
    let mut number = 0;
    let mut all = Vec::new();
    for (theme, title) in themes {
        let of_network = |(id, label): (&str, &str)| {
            let known = agendas.of(theme, id).into_iter();
            let known = known.filter(|of| of.date.as_str() <= date);
            let positions = known.map(|of| {
                number += 1;
                position(of, number, queries)
            });
            printed::AgendaNetwork {
                network: id.to_owned(),
                label: label.to_owned(),
                positions: positions.collect(),
            }
        };
        let networks: Vec<_> = queries.speakers().map(of_network).collect();
        if networks.iter().any(|of| !of.positions.is_empty()) {
            all.push(printed::AgendaTheme {
                theme: theme.to_owned(),
                title: title.to_owned(),
                networks,
            });
        }
    }
    all
}

fn position(of: &Position, number: usize, queries: &Queries) -> printed::AgendaPosition {
    let name = |id: &str| {
        let mut speakers = queries.speakers();
        let found = speakers.find(|(known, _)| *known == id);
        found.map_or(id, |(_, label)| label).to_owned()
    };
    let with = of.with.split(' ').filter(|id| !id.is_empty()).map(name);
    printed::AgendaPosition {
        label: format!("standpunt-{number}"),
        number: format!("S{number}"),
        position: of.position.clone(),
        with: with.collect::<Vec<_>>().join(", "),
        document: of.document.clone(),
        date: of.date.clone(),
        dated: in_dutch(&of.dated),
        address: of.source.clone(),
        url: safe(&of.source),
        quote: of.quote.clone(),
        confidence: of.confidence.clone(),
    }
}

/// A date in words, of which an ISO date at the start becomes Dutch: `12 februari 2021 (ALV)`.
fn in_dutch(dated: &str) -> String {
    let iso = dated.split_at_checked(10);
    let dutch = iso.and_then(|(iso, rest)| {
        let date = jiff::civil::Date::strptime("%Y-%m-%d", iso).ok()?;
        let month = MONTHS.get(usize::try_from(date.month()).ok()?.checked_sub(1)?)?;
        Some(format!("{} {month} {}{rest}", date.day(), date.year()))
    });
    dutch.unwrap_or_else(|| dated.to_owned())
}
