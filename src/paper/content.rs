//! What the paper is told: everything it prints, as text, in one JSON file.
//!
//! Typst's numbers are not Dutch and round differently, so it gets ready text. The shape is documented by the types.

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
use crate::base::words::MONTHS;
use crate::claim::{self, State};
use crate::diff::Since;
use crate::evidence::attachments::{self, Attachment};
use crate::fact::{self, Evidence, Proven, Register, Segment, fill, print};
use crate::figures::{Cell, GroupFigure, Lacking, Provenance};
use crate::gemeente::group::{Group, GroupKind};
use crate::gemeente::sort_name;
use crate::illustrate::INCOMPLETE;
use crate::query::{House, IndicatorId, Queries, Sourced};
use crate::source::agendas::{OTHER_THEME, Position};

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
            asks: asks(manuscript)?,
            agendas: agendas(manuscript),
            table: table(register),
            groups: groups(register),
            types: types::types(register),
            indicators: indicators(register, provenance),
            facts_table: evidence
                .facts
                .iter()
                .map(|proven| fact_row(proven, register, provenance))
                .collect(),
            sources: sources(register),
            lacking: lacking(register),
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

fn asks(manuscript: &Manuscript<'_>) -> Result<Vec<printed::Ask>, fact::Error> {
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

/// What everybody said on each theme by the date of the edition, where anything was found, numbered in the order in which
/// it is printed. What has no date is told as such.
fn agendas(manuscript: &Manuscript<'_>) -> Vec<printed::AgendaTheme> {
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

/// A column of the table per gemeente with the year it shows.
struct Shown {
    indicator: IndicatorId,
    year: Option<i32>,
}

fn table(register: &Register<'_>) -> printed::Table {
    let figures = register.figures();
    let shown: Vec<Shown> = register
        .queries()
        .columns
        .iter()
        .map(|column| Shown {
            indicator: column.indicator,
            year: figures.used(column.indicator).year,
        })
        .collect();
    let subject = figures.groups.subject();
    let mut rows: Vec<printed::TableRow> = subject
        .regions()
        .map(|region| printed::TableRow {
            name: figures.name(region),
            cells: shown
                .iter()
                .map(|of| {
                    let cell = of
                        .year
                        .and_then(|year| figures.cell(of.indicator, region, year));
                    let value = cell.and_then(Cell::value);
                    text(
                        register,
                        of.indicator,
                        value,
                        cell.is_some_and(Cell::is_provisional),
                    )
                })
                .collect(),
        })
        .collect();
    rows.sort_by_key(|row| sort_name(&row.name));
    let groups = figures.groups.all().iter();
    printed::Table {
        columns: columns(register, &shown),
        rows,
        foot: groups
            .filter(|group| group.name.kind != GroupKind::OthersOfSize)
            .map(|group| foot(register, group, &shown))
            .collect(),
    }
}

fn columns(register: &Register<'_>, shown: &[Shown]) -> Vec<printed::Column> {
    let columns = register.queries().columns.iter().zip(shown);
    columns
        .map(|(column, of)| printed::Column {
            indicator: register.queries()[of.indicator].id.clone(),
            title: column.title.clone(),
            unit: register.queries()[of.indicator].unit.clone(),
            period: period(of.year),
        })
        .collect()
}

fn foot(register: &Register<'_>, group: &Group, shown: &[Shown]) -> printed::TableRow {
    let mark = if group.complete { "" } else { INCOMPLETE };
    let cell = |of: &Shown| {
        let figures = register.figures();
        let figure = of
            .year
            .and_then(|year| figures.group(of.indicator, group.id, year));
        let provisional = figure.is_some_and(GroupFigure::is_provisional);
        let value = figure.and_then(|figure| figure.value);
        text(register, of.indicator, value, provisional)
    };
    printed::TableRow {
        name: format!("{}{mark}", group.name.label),
        cells: shown.iter().map(cell).collect(),
    }
}

/// A value as it is printed; CBS's dot where it is unknown, for nothing is left blank.
fn text(
    register: &Register<'_>,
    indicator: IndicatorId,
    value: Option<f64>,
    provisional: bool,
) -> String {
    let asked = &register.queries()[indicator];
    value
        .and_then(|value| print(asked, value, provisional).ok())
        .unwrap_or_else(|| ".".to_owned())
}

fn period(year: Option<i32>) -> String {
    year.map_or_else(|| "geen cijfers".to_owned(), |year| year.to_string())
}

fn groups(register: &Register<'_>) -> Vec<printed::Group> {
    let figures = register.figures();
    let group = |group: &Group| {
        let mut members: Vec<String> = group.regions().map(|region| figures.name(region)).collect();
        members.sort_by_key(|name| sort_name(name));
        let moved = group
            .members
            .iter()
            .filter(|member| member.region != member.listed);
        let remarks = moved.map(|member| {
            let now = figures.name(member.region);
            format!("{} gaat verder in {now}", member.listed_name)
        });
        printed::Group {
            id: group.name.id.clone(),
            label: group.name.label.clone(),
            list_date: group.list_date.clone(),
            source: group.source.clone(),
            complete: group.complete,
            color: group.name.look.color.hex(),
            shape: group.name.look.shape,
            n: group.members.len(),
            members: if group.is_network() {
                members
            } else {
                Vec::new()
            },
            remark: remarks.collect::<Vec<_>>().join("; "),
        }
    };
    figures.groups.all().iter().map(group).collect()
}

fn indicators(register: &Register<'_>, provenance: &Provenance) -> Vec<printed::Indicator> {
    let (figures, queries) = (register.figures(), register.queries());
    let indicator = |id: IndicatorId| {
        let (asked, used) = (&queries[id], figures.used(id));
        let method = used
            .year
            .and_then(|year| provenance.get(id, used.way, year));
        let deviation = used.deviation.and_then(|of| number::round(of, 1).ok());
        printed::Indicator {
            id: asked.id.clone(),
            theme: asked.theme.clone(),
            title: asked.title.clone(),
            definition: asked.definition.clone(),
            unit: asked.unit.clone(),
            period: period(used.year),
            source: method.map(|of| of.tables.join(", ")).unwrap_or_default(),
            weight: method
                .zip(used.year)
                .map(|(of, year)| of.weight_in(year))
                .unwrap_or_default(),
            held_back: used
                .passed_over
                .as_ref()
                .map(|passed| passed.why.clone())
                .unwrap_or_default(),
            deviation: deviation.map(|of| format!("{of}%")).unwrap_or_default(),
        }
    };
    queries.indicator_ids().map(indicator).collect()
}

fn fact_row(proven: &Proven, register: &Register<'_>, provenance: &Provenance) -> printed::FactRow {
    let figures = register.figures();
    let fact = &proven.fact;
    let method = fact
        .year
        .and_then(|year| provenance.get(fact.id.indicator, fact.way, year));
    let tables = method
        .map(|method| method.tables.as_slice())
        .unwrap_or_default();
    printed::FactRow {
        label: proven.label.clone(),
        id: fact.id.to_string(),
        text: fact.text.clone(),
        what: fact.what.clone(),
        formula: proven.formula.clone(),
        sources: tables
            .iter()
            .map(|table| printed::FactSource {
                table: table.clone(),
                url: figures
                    .tidy
                    .sidecars
                    .get(table)
                    .map(|sidecar| safe(&sidecar.link))
                    .unwrap_or_default(),
                text: table.clone(),
            })
            .collect(),
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

fn sources(register: &Register<'_>) -> Vec<printed::Source> {
    register
        .figures()
        .tidy
        .sidecars
        .values()
        .map(|sidecar| {
            let years: Vec<&str> = sidecar
                .periods
                .iter()
                .filter_map(|period| period.get(..4))
                .collect();
            let periods = match (years.first(), years.last()) {
                (Some(first), Some(last)) => number::range(first, last),
                _ => String::new(),
            };
            printed::Source {
                table: sidecar.table.clone(),
                title: sidecar.title.clone(),
                publisher: sidecar.publisher.clone(),
                release: sidecar.release.clone(),
                periods,
                licence: sidecar.license.clone(),
                url: safe(&sidecar.link),
                address: sidecar.link.clone(),
                caveats: sidecar.caveats.clone(),
            }
        })
        .collect()
}

/// What is asked and not there, in Dutch.
fn lacking(register: &Register<'_>) -> Vec<String> {
    let figures = register.figures();
    let mut lines: Vec<String> = figures
        .tidy
        .lacking
        .iter()
        .filter_map(|lacking| match lacking {
            Lacking::Table(table) => Some(format!("Tabel {table} is nog niet opgehaald.")),
            Lacking::Topic { .. } => None,
        })
        .collect();
    for id in register.queries().indicator_ids() {
        if figures.used(id).year.is_none() {
            let title = &register.queries()[id].title;
            lines.push(format!("{title}: geen cijfers in deze editie."));
        }
    }
    lines
}
