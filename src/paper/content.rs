//! What the paper is told: everything it prints, as text, in one JSON file.
//!
//! Typst's numbers are not Dutch and round differently, so it gets ready text. The shape is documented by the types.

use std::collections::BTreeMap;

use serde::Serialize;

use super::attachments::{self, Attachment};
use super::{Error, Manuscript};
use crate::claim::State;
use crate::compare::GroupId;
use crate::fact::{Evidence, Proven, Register, print};
use crate::illustrate::INCOMPLETE;
use crate::number;
use crate::publish::Provenance;
use crate::text::{self, Segment};
use crate::tidy::Lacking;

/// Everything the paper prints.
#[derive(Debug, Serialize)]
pub struct Content {
    edition: Edition,
    facts: BTreeMap<String, PrintedFact>,
    signs: BTreeMap<String, i32>,
    claims: BTreeMap<String, PrintedClaim>,
    charts: BTreeMap<String, PrintedChart>,
    themes: Vec<Theme>,
    asks: Vec<Ask>,
    table: Table,
    groups: Vec<Group>,
    indicators: Vec<Indicator>,
    facts_table: Vec<FactRow>,
    sources: Vec<Source>,
    lacking: Vec<String>,
    incomplete_mark: &'static str,
    attachments: [Attachment; attachments::ALL.len()],
    #[serde(skip)]
    timestamp: i64,
    #[serde(skip)]
    evidence: Evidence,
}

#[derive(Debug, Serialize)]
struct Edition {
    id: String,
    title: String,
    date: String,
    note: String,
    boundaries: i32,
    until: i32,
    language: &'static str,
}

#[derive(Debug, Serialize)]
struct PrintedFact {
    text: String,
    label: String,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Piece {
    Text { t: String },
    Fact { f: String },
}

#[derive(Debug, Serialize)]
struct PrintedClaim {
    segments: Vec<Piece>,
    state: &'static str,
    state_text: &'static str,
    agenda: Option<String>,
    theme: String,
    summary: bool,
    predicate: String,
    note: String,
    caution: String,
    variants: PrintedVariants,
}

#[derive(Debug, Serialize)]
struct PrintedVariants {
    applicable: usize,
    carried: usize,
    text: String,
    failing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PrintedChart {
    file: String,
    title: Vec<Piece>,
    subtitle: String,
    source: String,
    alt: String,
    width_pt: f64,
    height_pt: f64,
}

#[derive(Debug, Serialize)]
struct Theme {
    id: String,
    pijler: String,
    title: String,
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct Ask {
    id: String,
    theme: String,
    text: String,
    agenda: String,
    why: Vec<Piece>,
    state: &'static str,
    core: bool,
}

#[derive(Debug, Serialize)]
struct Table {
    columns: Vec<Column>,
    rows: Vec<TableRow>,
    foot: Vec<TableRow>,
}

#[derive(Debug, Serialize)]
struct Column {
    title: String,
    unit: String,
    period: String,
}

#[derive(Debug, Serialize)]
struct TableRow {
    name: String,
    cells: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Group {
    id: String,
    label: String,
    list_date: String,
    source: String,
    complete: bool,
    n: usize,
    members: Vec<String>,
    remark: String,
}

#[derive(Debug, Serialize)]
struct Indicator {
    id: String,
    theme: String,
    title: String,
    definition: String,
    unit: String,
    period: String,
    source: String,
    weight: String,
    held_back: String,
    deviation: String,
}

#[derive(Debug, Serialize)]
struct FactRow {
    label: String,
    id: String,
    text: String,
    what: String,
    formula: String,
    sources: Vec<FactSource>,
}

#[derive(Debug, Serialize)]
struct FactSource {
    table: String,
    url: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct Source {
    table: String,
    title: String,
    publisher: String,
    release: String,
    periods: String,
    licence: String,
    url: String,
    caveats: Vec<String>,
}

impl Content {
    /// Gathers everything the paper prints.
    ///
    /// # Errors
    /// When an ask is not well-formed, or a frame lacks a column.
    pub fn new(
        register: &Register<'_>,
        provenance: &Provenance,
        manuscript: &Manuscript<'_>,
    ) -> Result<Self, text::Error> {
        let figures = register.figures();
        let queries = register.queries();
        // asks come first: they may ask for facts that nothing else does
        let asks = asks(register)?;
        let evidence = Evidence::new(register)?;
        let edition = &figures.edition;
        Ok(Self {
            edition: Edition {
                id: edition.id.clone(),
                title: edition.title.clone(),
                date: edition.date.clone(),
                note: edition.note.clone(),
                boundaries: edition.boundaries,
                until: edition.until,
                language: "nl",
            },
            facts: evidence
                .facts
                .iter()
                .map(|proven| {
                    let printed = PrintedFact {
                        text: proven.fact.text.clone(),
                        label: proven.label.clone(),
                    };
                    (proven.fact.id.clone(), printed)
                })
                .collect(),
            signs: manuscript.signs.clone(),
            claims: claims(manuscript),
            charts: charts(manuscript),
            themes: queries
                .themes
                .iter()
                .map(|theme| Theme {
                    id: theme.id.clone(),
                    pijler: theme.pijler.clone(),
                    title: theme.title.clone(),
                    note: theme.note.clone(),
                })
                .collect(),
            asks,
            table: table(register),
            groups: groups(register),
            indicators: indicators(register, provenance),
            facts_table: evidence
                .facts
                .iter()
                .map(|proven| fact_row(proven, register, provenance))
                .collect(),
            sources: sources(register),
            lacking: lacking(register),
            incomplete_mark: INCOMPLETE,
            attachments: attachments::ALL,
            timestamp: timestamp(&edition.date),
            evidence,
        })
    }

    /// The proof of every fact in it.
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Seconds since 1970 of the edition's date, so that the PDF does not depend on the clock.
    pub const fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// As JSON.
    ///
    /// # Errors
    /// When a number is not finite.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        Ok(serde_json::to_vec(self)?)
    }
}

fn timestamp(date: &str) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = jiff::civil::Date::strptime("%Y-%m-%d", date).unwrap_or(epoch);
    date.since(epoch)
        .map_or(0, |span| i64::from(span.get_days()) * 86_400)
}

fn pieces(segments: &[Segment]) -> Vec<Piece> {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Text(text) => Piece::Text { t: text.clone() },
            Segment::Fact { id, .. } => Piece::Fact { f: id.clone() },
        })
        .collect()
}

fn claims(manuscript: &Manuscript<'_>) -> BTreeMap<String, PrintedClaim> {
    let printed = |tested: &crate::claim::Tested<'_>| PrintedClaim {
        segments: pieces(&tested.segments),
        state: tested.state.word(),
        state_text: State::dutch(tested.state),
        agenda: tested.claim.agenda.clone(),
        theme: tested.claim.theme.clone(),
        summary: tested.claim.summary,
        predicate: tested.claim.when.clone(),
        note: tested.note.clone(),
        caution: tested.caution.clone(),
        variants: PrintedVariants {
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

fn charts(manuscript: &Manuscript<'_>) -> BTreeMap<String, PrintedChart> {
    manuscript
        .illustrations
        .iter()
        .map(|chart| {
            let printed = PrintedChart {
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

/// Asks whose facts are all there; one without support is not printed.
fn asks(register: &Register<'_>) -> Result<Vec<Ask>, text::Error> {
    let mut printed = Vec::new();
    for ask in &register.queries().asks {
        let mut supported = !ask.facts.is_empty();
        for id in &ask.facts {
            let fact = register.fact(id).map_err(text::Error::from)?;
            supported &= fact.lacking.is_none();
        }
        if !supported {
            continue;
        }
        printed.push(Ask {
            id: ask.id.clone(),
            theme: ask.theme.clone(),
            text: ask.text.clone(),
            agenda: ask.agenda.clone(),
            why: pieces(&text::fill(&ask.why, register)?),
            state: if ask.agreed { "agreed" } else { "concept" },
            core: ask.core,
        });
    }
    Ok(printed)
}

fn table(register: &Register<'_>) -> Table {
    let figures = register.figures();
    let columns: Vec<(usize, Option<i32>, Column)> = register
        .queries()
        .columns
        .iter()
        .map(|column| {
            let year = figures.used[column.indicator].year;
            let indicator = &register.queries().indicators[column.indicator];
            let printed = Column {
                title: column.title.clone(),
                unit: indicator.unit.clone(),
                period: year.map_or_else(|| "geen cijfers".to_owned(), |year| year.to_string()),
            };
            (column.indicator, year, printed)
        })
        .collect();
    // CBS's signs: a dot is unknown, and nothing is left blank
    let unknown = || ".".to_owned();
    let text = |indicator: usize, value: Option<f64>, provisional: bool| {
        let asked = &register.queries().indicators[indicator];
        value
            .and_then(|value| print(asked, value, provisional).ok())
            .unwrap_or_else(unknown)
    };
    let m50 = figures.groups.iter().find(|group| group.id == GroupId::M50);
    let mut rows: Vec<TableRow> = m50
        .map(|group| group.members.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|member| TableRow {
            name: figures
                .gemeenten
                .regions
                .short_name(&member.code)
                .to_owned(),
            cells: columns
                .iter()
                .map(|(indicator, year, _)| {
                    let cell = year.and_then(|year| {
                        register.lookup().gemeente(*indicator, &member.code, year)
                    });
                    text(
                        *indicator,
                        cell.and_then(|cell| cell.value),
                        cell.is_some_and(|cell| cell.provisional),
                    )
                })
                .collect(),
        })
        .collect();
    rows.sort_by_key(|row| sort_name(&row.name));
    let foot = GroupId::ALL
        .into_iter()
        .filter(|group| !matches!(group, GroupId::MidSizedOther))
        .map(|group| {
            let incomplete = figures
                .groups
                .iter()
                .any(|known| known.id == group && !known.complete);
            TableRow {
                name: format!(
                    "{}{}",
                    group.label(),
                    if incomplete { INCOMPLETE } else { "" }
                ),
                cells: columns
                    .iter()
                    .map(|(indicator, year, _)| {
                        let row =
                            year.and_then(|year| register.lookup().group(*indicator, group, year));
                        text(
                            *indicator,
                            row.and_then(|row| row.value),
                            row.is_some_and(|row| row.provisional),
                        )
                    })
                    .collect(),
            }
        })
        .collect();
    Table {
        columns: columns.into_iter().map(|(_, _, column)| column).collect(),
        rows,
        foot,
    }
}

/// Names sort as a Dutch reader looks for them.
fn sort_name(name: &str) -> String {
    name.trim_start_matches("'s-").to_lowercase()
}

fn groups(register: &Register<'_>) -> Vec<Group> {
    let regions = &register.figures().gemeenten.regions;
    register
        .figures()
        .groups
        .iter()
        .map(|group| {
            let mut members: Vec<String> = group
                .members
                .iter()
                .map(|member| regions.short_name(&member.code).to_owned())
                .collect();
            members.sort_by_key(|name| sort_name(name));
            let moved = group
                .members
                .iter()
                .filter(|member| member.code != member.listed_code);
            let remarks: Vec<String> = moved
                .map(|member| {
                    format!(
                        "{} gaat verder in {}",
                        member.listed_name,
                        regions.short_name(&member.code)
                    )
                })
                .collect();
            let is_network = GroupId::NETWORKS.contains(&group.id);
            Group {
                id: group.id.id().to_owned(),
                label: group.id.label().to_owned(),
                list_date: group.list_date.clone(),
                source: group.source.clone(),
                complete: group.complete,
                n: group.members.len(),
                members: if is_network { members } else { Vec::new() },
                remark: remarks.join("; "),
            }
        })
        .collect()
}

fn indicators(register: &Register<'_>, provenance: &Provenance) -> Vec<Indicator> {
    let figures = register.figures();
    register
        .queries()
        .indicators
        .iter()
        .enumerate()
        .map(|(position, asked)| {
            let used = &figures.used[position];
            let method = used
                .year
                .and_then(|year| provenance.get(position, used.way, year));
            Indicator {
                id: asked.id.clone(),
                theme: asked.theme.clone(),
                title: asked.title.clone(),
                definition: asked.definition.clone(),
                unit: asked.unit.clone(),
                period: used
                    .year
                    .map_or_else(|| "geen cijfers".to_owned(), |year| year.to_string()),
                source: method
                    .map(|method| method.tables.join(", "))
                    .unwrap_or_default(),
                weight: method
                    .map(|method| method.weight.clone())
                    .unwrap_or_default(),
                held_back: used
                    .held_back
                    .as_ref()
                    .map(|held| held.why.clone())
                    .unwrap_or_default(),
                deviation: used
                    .deviation
                    .and_then(|deviation| number::round(deviation, 1).ok())
                    .map(|deviation| format!("{deviation}%"))
                    .unwrap_or_default(),
            }
        })
        .collect()
}

fn fact_row(proven: &Proven, register: &Register<'_>, provenance: &Provenance) -> FactRow {
    let figures = register.figures();
    let fact = &proven.fact;
    let method = fact
        .year
        .and_then(|year| provenance.get(fact.indicator, fact.way, year));
    let tables = method
        .map(|method| method.tables.as_slice())
        .unwrap_or_default();
    FactRow {
        label: proven.label.clone(),
        id: fact.id.clone(),
        text: fact.text.clone(),
        what: fact.what.clone(),
        formula: proven.formula.clone(),
        sources: tables
            .iter()
            .map(|table| FactSource {
                table: table.clone(),
                url: figures
                    .tidy
                    .sidecars
                    .get(table)
                    .map(|sidecar| sidecar.link.clone())
                    .unwrap_or_default(),
                text: table.clone(),
            })
            .collect(),
    }
}

fn sources(register: &Register<'_>) -> Vec<Source> {
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
            Source {
                table: sidecar.table.clone(),
                title: sidecar.title.clone(),
                publisher: sidecar.publisher.clone(),
                release: sidecar.release.clone(),
                periods,
                licence: sidecar.license.clone(),
                url: sidecar.link.clone(),
                caveats: sidecar.caveats.clone(),
            }
        })
        .collect()
}

/// What is asked and not there, in Dutch.
pub(crate) fn lacking(register: &Register<'_>) -> Vec<String> {
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
    for (indicator, used) in register.queries().indicators.iter().zip(&figures.used) {
        if used.year.is_none() {
            lines.push(format!("{}: geen cijfers in deze editie.", indicator.title));
        }
    }
    lines
}
