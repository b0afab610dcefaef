//! What the paper is told: everything it prints, as text, in one JSON file.
//!
//! Typst's numbers are not Dutch and round differently, so it gets ready text. The shape is documented by the types.

mod appendix;
mod asked;
mod table;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Error;
use super::changes::changes;
use super::manuscript::Manuscript;
use super::pictures::Pictures;
use super::{PAPER, printed, types};
use crate::base::family::family;
use crate::base::number;
use crate::claim::{self, State};
use crate::diff::Since;
use crate::evidence::attachments::{self, Attachment};
use crate::fact::{self, Evidence, Proven, Segment};
use crate::figures::Provenance;
use crate::illustrate::INCOMPLETE;
use crate::query::House;

/// Everything the paper prints.
#[derive(Debug, Serialize)]
pub struct Content {
    edition: printed::Edition,
    house: printed::House,
    facts: BTreeMap<String, printed::Fact>,
    signs: BTreeMap<String, i32>,
    nearly: Vec<String>,
    claims: BTreeMap<String, printed::ClaimText>,
    charts: BTreeMap<String, printed::Chart>,
    themes: Vec<printed::Theme>,
    asks: Vec<printed::Ask>,
    agendas: Vec<printed::AgendaTheme>,
    table: printed::Table,
    groups: Vec<printed::Group>,
    types: printed::Types,
    indicators: Vec<printed::Indicator>,
    facts_table: Vec<printed::FactRow>,
    sources: Vec<printed::Source>,
    lacking: Vec<String>,
    incomplete_mark: &'static str,
    /// Nothing where the edition names none before it.
    changes: Option<printed::Changes>,
    attachments: [Attachment; attachments::ALL.len()],
    #[serde(skip)]
    timestamp: i64,
    #[serde(skip)]
    evidence: Evidence,
}

impl Content {
    /// Gathers everything the paper prints.
    ///
    /// # Errors
    /// When a snapshot lacks a column.
    pub fn new(manuscript: &Manuscript<'_>, provenance: &Provenance) -> Result<Self, fact::Error> {
        let register = &manuscript.register;
        let (figures, queries) = (register.figures(), register.queries());
        let evidence = Evidence::new(register)?;
        let edition = &figures.edition;
        Ok(Self {
            edition: printed::Edition {
                id: edition.id.clone(),
                title: edition.title.clone(),
                date: edition.date.clone(),
                note: edition.note.clone(),
                boundaries: edition.boundaries,
                paper: PAPER.file(edition),
                until: edition.until,
                language: "nl",
            },
            house: house(&queries.house, &manuscript.chapters.pictures),
            facts: evidence.facts.iter().map(fact_text).collect(),
            signs: manuscript.signs.clone(),
            nearly: manuscript.nearly.clone(),
            claims: claims(manuscript),
            charts: charts(manuscript),
            themes: queries
                .themes
                .iter()
                .map(|theme| printed::Theme {
                    id: theme.id.clone(),
                    pijler: theme.pijler.clone(),
                    title: theme.title.clone(),
                    note: theme.note.clone(),
                })
                .collect(),
            asks: asked::asks(manuscript)?,
            agendas: asked::agendas(manuscript),
            table: table::table(register),
            groups: appendix::groups(register),
            types: types::types(register),
            indicators: appendix::indicators(register, provenance),
            facts_table: evidence
                .facts
                .iter()
                .map(|proven| appendix::fact_row(proven, register, provenance))
                .collect(),
            sources: appendix::sources(register),
            lacking: appendix::lacking(register),
            incomplete_mark: INCOMPLETE,
            changes: None,
            attachments: attachments::ALL,
            timestamp: timestamp(&edition.date),
            evidence,
        })
    }

    /// The same, with what changed since the edition before.
    #[must_use]
    pub fn with_changes(mut self, since: Option<&Since>, manuscript: &Manuscript<'_>) -> Self {
        let (register, claims) = (&manuscript.register, &manuscript.claims);
        self.changes = since.map(|since| changes(since, register, claims));
        self
    }

    /// The proof of every fact in it.
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Seconds since 1970 of the edition's date, so that the PDF does not depend on the clock.
    pub const fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// As a JSON value.
    ///
    /// # Errors
    /// When a number is not finite.
    pub fn to_value(&self) -> Result<Value, Error> {
        Ok(serde_json::to_value(self)?)
    }

    /// As JSON for Typst, with apostrophes as they are set: Typst sets them so in chapters, not in texts from data, and would
    /// go through all of these in every run.
    ///
    /// # Errors
    /// When a number is not finite.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        let mut value = self.to_value()?;
        set_apostrophes(&mut value);
        Ok(serde_json::to_vec(&value)?)
    }
}

/// Fields that are no texts: addresses, and names of files.
const NO_TEXTS: [&str; 6] = ["url", "address", "file", "logo", "cover", "paper"];

/// Puts apostrophes as they are set, in every text within.
fn set_apostrophes(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\'') => *text = text.replace('\'', "\u{2019}"),
        Value::Array(parts) => parts.iter_mut().for_each(set_apostrophes),
        Value::Object(fields) => {
            let texts = fields.iter_mut();
            let texts = texts.filter(|(name, _)| !NO_TEXTS.contains(&name.as_str()));
            texts.for_each(|(_, field)| set_apostrophes(field));
        }
        _ => {}
    }
}

/// Midnight of a date, in seconds since 1970: when a document says it was made.
pub fn timestamp(date: &str) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = jiff::civil::Date::strptime("%Y-%m-%d", date).unwrap_or(epoch);
    date.since(epoch)
        .map_or(0, |span| i64::from(span.get_days()) * 86_400)
}

fn fact_text(proven: &Proven) -> (String, printed::Fact) {
    let printed = printed::Fact {
        text: proven.fact.text.clone(),
        english: number::english(&proven.fact.text),
        unit: proven.fact.unit.clone(),
        year: proven.fact.year,
        label: proven.label.clone(),
    };
    (proven.fact.id.to_string(), printed)
}

fn pieces(segments: &[Segment]) -> Vec<printed::Piece> {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Text(text) => printed::Piece::Text { t: text.clone() },
            Segment::Fact { id, .. } => printed::Piece::Fact { f: id.clone() },
        })
        .collect()
}

fn claims(manuscript: &Manuscript<'_>) -> BTreeMap<String, printed::ClaimText> {
    let printed = |tested: &claim::Tested<'_>| printed::ClaimText {
        // without figures there is nothing to say
        segments: if tested.state == State::NoData {
            Vec::new()
        } else {
            pieces(&tested.segments)
        },
        state: tested.state.word(),
        state_text: State::dutch(tested.state),
        agenda: tested.claim.agenda.clone(),
        theme: tested.claim.theme.clone(),
        summary: tested.claim.summary,
        predicate: tested.claim.when.text().to_owned(),
        note: tested.note.clone(),
        caution: tested.caution.clone(),
        variants: printed::VariantsText {
            applicable: tested.variants.applicable,
            carried: tested.variants.carried,
            text: tested.variants.in_words(),
            failing: tested.variants.failing.clone(),
        },
    };
    manuscript
        .claims
        .iter()
        .map(|tested| (tested.claim.id.clone(), printed(tested)))
        .collect()
}

fn charts(manuscript: &Manuscript<'_>) -> BTreeMap<String, printed::Chart> {
    manuscript
        .illustrations
        .iter()
        .map(|chart| {
            let printed = printed::Chart {
                file: format!("charts/{}.svg", chart.id),
                title: pieces(&chart.title),
                subtitle: chart.subtitle.clone(),
                source: chart.source.clone(),
                alt: chart.alt.clone(),
                width_pt: chart.picture.width_pt,
                height_pt: chart.picture.height_pt,
            };
            (chart.id.clone(), printed)
        })
        .collect()
}

/// The house style, with the pictures that lie in its folder.
fn house(house: &House, pictures: &Pictures) -> printed::House {
    printed::House {
        name: house.name.clone(),
        full_name: house.full_name.clone(),
        description: house.description.clone(),
        keywords: house.keywords.clone(),
        agenda: house.agenda.clone(),
        color: house.color.hex(),
        accent: house.accent.hex(),
        font: family().name().to_owned(),
        logo: pictures.named("logo"),
        cover: pictures.named("omslag"),
    }
}

/// An address from data as a link: only what leads over https is one.
fn safe(link: &str) -> String {
    let is_plain = |sign: char| !sign.is_whitespace() && !sign.is_control();
    let is_safe = link.starts_with("https://") && link.chars().all(is_plain);
    if is_safe {
        link.to_owned()
    } else {
        String::new()
    }
}
