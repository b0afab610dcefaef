//! The shape of a sheet: what is printed of one gemeente, as text. Typst reads it by name, so a name here is one there.

// each field is a text of the sheet, or a word by which the template chooses one
#![allow(missing_docs)]

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::look::Shape;

/// A text with figures in it: a figure stands by the id of its fact.
pub type Pieces = Vec<Piece>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Piece {
    Text { t: String },
    Fact { f: String },
}

/// All that is printed of a gemeente.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// Code.
    pub code: String,
    /// What its files are called.
    pub stem: String,
    pub name: String,
    pub province: String,
    /// Its type and how many gemeenten have it, or why it has none: `unasked`, `few`, `size`.
    pub type_name: String,
    pub type_of: String,
    pub no_type: &'static str,
    pub networks: Vec<Network>,
    /// The groups it is held against.
    pub columns: Columns,
    pub peers: Vec<Peer>,
    pub mergers: Vec<Merger>,
    pub large: Vec<Large>,
    pub outstanding: Vec<Outstanding>,
    /// Year, and how things went since.
    pub changes: Vec<Change>,
    pub themes: Vec<Theme>,
    pub missing: Vec<Missing>,
    pub facts: BTreeMap<String, FactText>,
    /// Where the marks of each row stand, in the order of the rows: only drawn, and no part of the text.
    #[serde(skip)]
    pub strips: Vec<Option<Strip>>,
}

/// A figure as it is printed.
#[derive(Clone, Debug, Serialize)]
pub struct FactText {
    pub text: String,
    pub label: String,
}

/// A network it belongs to.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    pub label: String,
    pub complete: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Columns {
    /// The first network it belongs to; else the network whose paper it is.
    pub network: Column,
    pub is_member: bool,
    /// The gemeenten of the edition's size, or those below or above it.
    pub size: Column,
    pub nation: Column,
}

#[derive(Clone, Debug, Serialize)]
pub struct Column {
    pub label: String,
    pub complete: bool,
    /// Of so many gemeenten.
    pub n: String,
    pub color: String,
    pub shape: Shape,
}

/// A gemeente that is like it.
#[derive(Clone, Debug, Serialize)]
pub struct Peer {
    pub code: String,
    pub stem: String,
    pub name: String,
}

/// Gemeenten that went into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Merger {
    pub date: String,
    pub whole: Vec<String>,
    pub parts: Vec<String>,
}

/// A figure that is printed large.
#[derive(Clone, Debug, Serialize)]
pub struct Large {
    pub title: String,
    pub year: i32,
    pub value: Pieces,
    pub nation: Pieces,
}

/// An indicator by which it stands out.
#[derive(Clone, Debug, Serialize)]
pub struct Outstanding {
    pub indicator: String,
    pub title: String,
    pub year: i32,
    pub value: Pieces,
    pub nation: Pieces,
    /// Higher than others, or lower.
    pub is_higher: bool,
    /// Whether all others are on the other side.
    pub is_extreme: bool,
    /// How many others are on the other side, and how many others there are.
    pub passes: Pieces,
    pub others: Pieces,
    /// `good`, `bad`, or nothing where no direction is favourable.
    pub favours: &'static str,
}

/// How an indicator went since an earlier year.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    pub indicator: String,
    pub title: String,
    pub from: i32,
    pub to: i32,
    pub then: Pieces,
    pub now: Pieces,
    /// `up`, `down`, or `same` where the change does not matter.
    pub went: &'static str,
    pub nation_then: Pieces,
    pub nation_now: Pieces,
    pub nation_went: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Theme {
    pub id: String,
    pub pijler: String,
    pub title: String,
    pub rows: Vec<Row>,
}

/// An indicator.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub indicator: String,
    pub title: String,
    pub year: i32,
    pub own: Pieces,
    pub network: Pieces,
    pub size: Pieces,
    pub nation: Pieces,
    /// The lowest and highest of those that are like it.
    pub peers: Pieces,
    /// Whether its figure rests on the division of a gemeente.
    pub estimated: bool,
}

/// Indicators of which it has no figure, with the kind of missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    pub kind: &'static str,
    pub titles: Vec<String>,
}

/// Where marks stand on a line from 0 to 1000.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Strip {
    /// The gemeente; beyond an end of the line it stands there, and `beyond` says at which: -1, 0, 1.
    pub own: Option<u16>,
    pub beyond: i8,
    /// First and third quartile of all gemeenten.
    pub half: [u16; 2],
    pub network: Option<u16>,
    pub size: Option<u16>,
    pub nation: Option<u16>,
    pub peers: Vec<u16>,
}
