//! The shapes of `paper.json`: what the paper prints, as text. Typst reads them by name, so a name here is one there.

// each field is a text of the paper, named as the chapters name it
#![allow(missing_docs)]

use serde::Serialize;

use crate::base::look::Shape;

#[derive(Debug, Serialize)]
pub struct Edition {
    pub id: String,
    pub title: String,
    pub date: String,
    pub note: String,
    pub boundaries: i32,
    pub paper: String,
    pub until: i32,
    pub language: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Fact {
    pub text: String,
    pub english: String,
    pub label: String,
    pub unit: String,
    pub year: Option<i32>,
}

#[derive(Debug, Serialize)]
pub struct House {
    pub name: String,
    pub full_name: String,
    pub description: String,
    pub keywords: Vec<String>,
    pub agenda: String,
    pub color: String,
    pub accent: String,
    pub font: String,
    pub logo: Option<String>,
    pub cover: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Piece {
    Text { t: String },
    Fact { f: String },
}

#[derive(Debug, Serialize)]
pub struct ClaimText {
    pub segments: Vec<Piece>,
    pub state: &'static str,
    pub state_text: &'static str,
    pub agenda: Option<String>,
    pub theme: String,
    pub summary: bool,
    pub predicate: String,
    pub note: String,
    pub caution: String,
    pub variants: VariantsText,
}

#[derive(Debug, Serialize)]
pub struct VariantsText {
    pub applicable: usize,
    pub carried: usize,
    pub text: String,
    pub failing: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Chart {
    pub file: String,
    pub title: Vec<Piece>,
    pub subtitle: String,
    pub source: String,
    pub alt: String,
    pub width_pt: f64,
    pub height_pt: f64,
}

#[derive(Debug, Serialize)]
pub struct Theme {
    pub id: String,
    pub pijler: String,
    pub title: String,
    pub note: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Ask {
    pub id: String,
    pub theme: String,
    pub addressee: String,
    pub text: String,
    pub agenda: String,
    pub why: Vec<Piece>,
    pub gap: Vec<Piece>,
    pub amount: Option<Sourced>,
    pub by: Option<Sourced>,
    pub state: &'static str,
    pub core: bool,
}

/// What everybody says on a theme, also who is not found to say anything.
#[derive(Debug, Serialize)]
pub struct AgendaTheme {
    pub theme: String,
    pub title: String,
    pub networks: Vec<AgendaNetwork>,
}

#[derive(Debug, Serialize)]
pub struct AgendaNetwork {
    pub network: String,
    pub label: String,
    pub positions: Vec<AgendaPosition>,
}

#[derive(Debug, Serialize)]
pub struct AgendaPosition {
    pub label: String,
    pub number: String,
    pub position: String,
    pub with: String,
    pub document: String,
    pub date: String,
    pub dated: String,
    pub address: String,
    pub url: String,
    pub quote: String,
    pub confidence: String,
}

#[derive(Debug, Serialize)]
pub struct Sourced {
    pub text: String,
    pub source: String,
}

#[derive(Debug, Serialize)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<TableRow>,
    pub foot: Vec<TableRow>,
}

#[derive(Debug, Serialize)]
pub struct Column {
    /// Id, by which its cells are held against the rows that are attached.
    pub indicator: String,
    pub title: String,
    pub unit: String,
    pub period: String,
}

#[derive(Debug, Serialize)]
pub struct TableRow {
    pub name: String,
    pub cells: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Group {
    pub id: String,
    pub label: String,
    pub list_date: String,
    pub source: String,
    pub complete: bool,
    pub color: String,
    pub shape: Shape,
    pub n: usize,
    pub members: Vec<String>,
    pub remark: String,
}

#[derive(Debug, Serialize)]
pub struct Types {
    /// Why there are none.
    pub none: String,
    pub n: usize,
    pub list: Vec<Type>,
    pub members: Vec<TypedMember>,
    pub marks: Vec<TypeMark>,
    pub left_out: Vec<String>,
    pub method: String,
    pub criterion: String,
    pub stability: String,
    pub missing: String,
}

#[derive(Debug, Serialize)]
pub struct Type {
    pub number: usize,
    pub name: String,
    pub profile: String,
    pub n: usize,
    pub n_members: usize,
    pub members: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct TypedMember {
    pub name: String,
    pub type_name: String,
    /// Nearest first.
    pub peers: Vec<String>,
    pub distances: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct TypeMark {
    pub title: String,
    pub unit: String,
    pub period: String,
}

#[derive(Debug, Serialize)]
pub struct Indicator {
    pub id: String,
    pub theme: String,
    pub title: String,
    pub definition: String,
    pub unit: String,
    pub period: String,
    pub source: String,
    pub weight: String,
    pub held_back: String,
    pub deviation: String,
}

#[derive(Debug, Serialize)]
pub struct FactRow {
    pub label: String,
    pub id: String,
    pub text: String,
    pub what: String,
    pub formula: String,
    pub sources: Vec<FactSource>,
}

#[derive(Debug, Serialize)]
pub struct FactSource {
    pub table: String,
    pub url: String,
    pub text: String,
}

#[derive(Debug, Serialize)]
pub struct Source {
    pub table: String,
    pub title: String,
    pub publisher: String,
    pub release: String,
    pub periods: String,
    pub licence: String,
    pub address: String,
    pub url: String,
    pub caveats: Vec<String>,
}

/// What changed since the edition before.
#[derive(Debug, Serialize)]
pub struct Changes {
    /// Title of the edition before.
    pub edition: String,
    /// Whether both rest on the same releases, so that nothing was revised.
    pub same_releases: bool,
    pub whole: String,
    pub reasons: Vec<Reason>,
    pub rows: Vec<ChangeRow>,
    pub rest: String,
    pub members: Vec<String>,
    pub claims: Vec<TurnedClaim>,
}

#[derive(Debug, Serialize)]
pub struct Reason {
    pub reason: String,
    pub count: String,
}

#[derive(Debug, Serialize)]
pub struct ChangeRow {
    pub title: String,
    pub unit: String,
    pub old: String,
    pub new: String,
    pub change: String,
    pub why: String,
}

#[derive(Debug, Serialize)]
pub struct TurnedClaim {
    pub sentence: String,
    pub old: &'static str,
    pub new: &'static str,
}
