//! The tables that words live in: `indicatoren`, `regios`, `groepen` with `groepslijsten`, `bronnen` and `codes`.

use std::collections::BTreeSet;

use super::super::codes::{self, DIRECTION, GROUP, REGION};
use super::super::column::{Column, Table, column};
use super::super::ground::{Ground, Release};
use super::super::schema::About;
use crate::figures::Used;
use crate::gemeente::group::{Group, GroupKind};
use crate::gemeente::{Member, NEDERLAND};
use crate::query::{Indicator, IndicatorId, Theme};

/// `indicatoren`.
pub const INDICATOREN: About = About {
    name: "indicatoren",
    title: "What is measured",
    row: "an indicator",
    key: &["indicator"],
    links: &[],
};

/// `regios`.
const REGIOS: About = About {
    name: "regios",
    title: "The Netherlands, its provinces and gemeenten",
    row: "a region",
    key: &["region"],
    links: &[],
};

/// `groepen`.
pub const GROEPEN: About = About {
    name: "groepen",
    title: "Which gemeenten are in which group",
    row: "a group and member",
    key: &["group", "region"],
    links: &[],
};

/// `groepslijsten`.
const GROEPSLIJSTEN: About = About {
    name: "groepslijsten",
    title: "What is compared, and where its list of members comes from",
    row: "a group",
    key: &["group"],
    links: &[],
};

/// `bronnen`.
const BRONNEN: About = About {
    name: "bronnen",
    title: "The tables that figures come from, in their release",
    row: "a table",
    key: &["table"],
    links: &[],
};

/// `codes`.
const CODES: About = About {
    name: "codes",
    title: "Every word that stands for something",
    row: "a word",
    key: &["code"],
    links: &[],
};

/// The provinces by their codes at CBS.
const PROVINCES: [(&str, &str); 12] = [
    ("PV20", "Groningen"),
    ("PV21", "Fryslân"),
    ("PV22", "Drenthe"),
    ("PV23", "Overijssel"),
    ("PV24", "Flevoland"),
    ("PV25", "Gelderland"),
    ("PV26", "Utrecht"),
    ("PV27", "Noord-Holland"),
    ("PV28", "Zuid-Holland"),
    ("PV29", "Zeeland"),
    ("PV30", "Noord-Brabant"),
    ("PV31", "Limburg"),
];

/// The name of a province; of a code that is none, the code.
pub fn province(code: &str) -> &str {
    let known = PROVINCES.iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, name)| *name)
}

/// An indicator with its theme, and the period that is used.
pub(in super::super) struct Defined<'a> {
    pub id: IndicatorId,
    pub asked: &'a Indicator,
    pub theme: Option<&'a Theme>,
    pub used: &'a Used,
}

pub(in super::super) fn defined<'a>(ground: &'a Ground<'a>) -> Vec<Defined<'a>> {
    let themes = &ground.queries.themes;
    let defined = ground.indicators().map(|(id, asked)| Defined {
        id,
        asked,
        theme: themes.iter().find(|theme| theme.id == asked.theme),
        used: ground.figures.used(id),
    });
    defined.collect()
}

#[rustfmt::skip] // a column a line
pub(in super::super) fn indicatoren<'a>() -> Vec<Column<'a, Defined<'a>>> {
    type Of<'a> = Defined<'a>;
    vec![
        column("indicator", "id", |row: &Of<'a>| row.asked.id.as_str()),
        column("pijler", "pillar of the agenda", |row: &Of<'a>| row.theme.map(|theme| theme.pijler.as_str())),
        column("theme", "theme", |row: &Of<'a>| row.theme.map(|theme| theme.title.as_str())),
        column("title", "what it is called, in Dutch", |row: &Of<'a>| row.asked.title.as_str()).needed(),
        column("definition", "what it is, in Dutch", |row: &Of<'a>| row.asked.definition.as_str()).needed(),
        column("unit", "unit of values, distributions and differences, in Dutch", |row: &Of<'a>| row.asked.unit.as_str()).needed(),
        column("decimals", "decimals that are printed; negative rounds to tens, hundreds, …", |row: &Of<'_>| row.asked.decimals).needed(),
        column("direction", "which direction is favourable", |row: &Of<'_>| row.asked.direction.word()).words(DIRECTION).needed(),
        column("period", "the year that the paper uses: the latest with enough figures", |row: &Of<'_>| row.used.year),
        column("newer_period_held_back", "a newer year that is not used", |row: &Of<'_>| row.used.passed_over.as_ref().map(|of| of.year)),
        column("why", "why it is not, in Dutch", |row: &Of<'a>| row.used.passed_over.as_ref().map(|of| of.why.as_str())),
        column("coverage_minimum", "share of the weight that must have a figure for a group to have a value", |row: &Of<'_>| row.asked.coverage).unit("%").needed(),
        column("plausible_minimum", "least value of a gemeente that is plausible", |row: &Of<'_>| row.asked.range.0).needed(),
        column("plausible_maximum", "largest value of a gemeente that is plausible", |row: &Of<'_>| row.asked.range.1).needed(),
        column("deviation_nederland_pct", "by how much the figure computed from all gemeenten deviates from the publisher's own", |row: &Of<'_>| row.used.deviation).unit("%"),
    ]
}

/// A member of a group.
pub(in super::super) type Membership<'a> = (&'a Group, &'a Member);

pub(in super::super) fn memberships<'a>(ground: &'a Ground<'a>) -> Vec<Membership<'a>> {
    let groups = ground.figures.groups.all().iter();
    let members = groups.flat_map(|group| group.members.iter().map(move |member| (group, member)));
    members.collect()
}

#[rustfmt::skip] // a column a line
pub(in super::super) fn groepen<'a>() -> Vec<Column<'a, Membership<'a>>> {
    type Of<'a> = Membership<'a>;
    vec![
        column("group", "group", |row: &Of<'a>| row.0.name.id.as_str()).of("groepslijsten", "group"),
        column("region", "a member, on the edition's boundaries", |row: &Of<'_>| row.1.region.to_string()).of("regios", "region"),
        column("listed_code", "code of the gemeente that the list names: another one where it merged since", |row: &Of<'_>| row.1.listed.to_string()).needed(),
        column("listed_name", "name as the list has it", |row: &Of<'a>| row.1.listed_name.as_str()).needed(),
    ]
}

#[rustfmt::skip] // a column a line
fn groepslijsten<'a>(ground: &'a Ground<'a>) -> Table<'a> {
    type Of<'a> = &'a Group;
    let (groups, boundaries) = (&ground.figures.groups, ground.edition().boundaries);
    let subject = groups.subject().id;
    let rows: Vec<&Group> = groups.all().iter().collect();
    let columns = vec![
        column("group", "id", |row: &Of<'a>| row.name.id.as_str()),
        column("label", "what the paper calls it, in Dutch", |row: &Of<'a>| row.name.label.as_str()).needed(),
        column("kind", "what kind of group it is", |row: &Of<'_>| kind(row)).words(GROUP).needed(),
        column("subject", "whether the paper is of this network", move |row: &Of<'_>| row.id == subject).needed(),
        column("members", "members it has", |row: &Of<'_>| row.members.len()).needed(),
        column("complete", "whether all members are known", |row: &Of<'_>| row.complete).needed(),
        column("list_date", "date of the list (ISO), or that of the edition's boundaries", |row: &Of<'a>| row.list_date.as_str()).needed(),
        column("source", "where the list comes from", |row: &Of<'a>| row.source.as_str()).needed(),
        column("boundaries", "year of whose 1 January the gemeenten are", move |_: &Of<'_>| boundaries).needed(),
    ];
    Table::new(GROEPSLIJSTEN, columns, rows)
}

/// The word for what kind of group it is.
pub(in super::super) const fn kind(group: &Group) -> &'static str {
    match group.name.kind {
        GroupKind::Network => "network",
        GroupKind::SizeClass => "size-class",
        GroupKind::OthersOfSize => "others-of-size",
        GroupKind::Nation => "nation",
    }
}

/// A region: code, kind, name, province.
type Region<'a> = (&'a str, &'static str, &'a str, &'a str);

#[rustfmt::skip] // a column a line
fn regios<'a>(ground: &'a Ground<'a>) -> Table<'a> {
    type Of<'a> = Region<'a>;
    let boundaries = ground.edition().boundaries;
    let of_gemeenten = ground.gemeenten.iter();
    let provinces: BTreeSet<&str> = of_gemeenten.clone().map(|of| of.of.province.as_str()).collect();
    let mut rows: Vec<Region<'_>> = vec![(NEDERLAND, "land", "Nederland", "")];
    rows.extend(provinces.into_iter().map(|code| (code, "provincie", province(code), code)));
    rows.extend(of_gemeenten.map(|of| (of.code.as_str(), "gemeente", of.of.name.as_str(), of.of.province.as_str())));
    rows.sort_unstable();
    let columns = vec![
        column("region", "code at CBS", |row: &Of<'a>| row.0),
        column("kind", "what kind of region it is", |row: &Of<'_>| row.1).words(REGION).needed(),
        column("name", "name, as CBS writes it", |row: &Of<'a>| row.2).needed(),
        column("province", "code of the province it lies in, or is", |row: &Of<'a>| row.3),
        column("province_name", "name of that province", |row: &Of<'a>| province(row.3)),
        column("boundaries", "year on whose 1 January it was so", move |_: &Of<'_>| boundaries).needed(),
    ];
    Table::new(REGIOS, columns, rows)
}

#[rustfmt::skip] // a column a line
fn bronnen<'a>(ground: &'a Ground<'a>) -> Table<'a> {
    type Of<'a> = &'a Release<'a>;
    let rows: Vec<&Release<'_>> = ground.releases.values().collect();
    let rows_of = |row: &Of<'_>| row.sidecar.rows;
    let columns = vec![
        column("table", "id at its publisher, or of the file", |row: &Of<'a>| row.sidecar.table.as_str()),
        column("title", "title", |row: &Of<'a>| row.sidecar.title.as_str()).needed(),
        column("publisher", "who publishes it", |row: &Of<'a>| row.sidecar.publisher.as_str()).needed(),
        column("licence", "the publisher's licence", |row: &Of<'a>| row.sidecar.license.as_str()).needed(),
        column("link", "where a reader finds it", |row: &Of<'a>| row.sidecar.link.as_str()),
        column("release", "name of the snapshot that is used: date of its last change and start of its hash", |row: &Of<'a>| row.release).needed(),
        column("published_as", "what the publisher calls this release", |row: &Of<'a>| row.sidecar.release.as_str()),
        column("modified", "when the publisher changed it last: ISO date, or `unknown`", |row: &Of<'a>| row.sidecar.modified.as_str()).needed(),
        column("retrieved", "when it was brought here: ISO date, or `unknown`", |row: &Of<'a>| row.sidecar.retrieved.as_str()).needed(),
        column("boundaries", "whose gemeenten its rows are: `period` (of each period), `period-or-next`, or a year", |row: &Of<'a>| row.sidecar.boundaries.as_str()).needed(),
        column("rows", "rows of the snapshot", rows_of).needed(),
        column("sha256", "SHA-256 of the snapshot's figures", |row: &Of<'a>| row.sidecar.sha256.as_str()).needed(),
        column("source_sha256", "SHA-256 of what it was made from: a file, or the pages in order", |row: &Of<'a>| row.sidecar.source_sha256.as_str()),
        column("caveats", "what a user of it must know", |row: &Of<'_>| row.sidecar.caveats.join(" ")),
    ];
    Table::new(BRONNEN, columns, rows)
}

#[rustfmt::skip] // a column a line
fn all_codes<'a>() -> Table<'a> {
    type Of = codes::Entry;
    let rows = codes::entries();
    let columns = vec![
        column("code", "the word", |row: &Of| row.word),
        column("of", "the columns that it stands in", |row: &Of| row.of.clone()).needed(),
        column("meaning", "what it means, in English", |row: &Of| row.meanings[0].clone()).needed(),
        column("betekenis", "what it means, in Dutch", |row: &Of| row.meanings[1].clone()).needed(),
    ];
    Table::new(CODES, columns, rows)
}

/// The six tables.
pub(in super::super) fn tables<'a>(ground: &'a Ground<'a>) -> [Table<'a>; 6] {
    [
        Table::new(INDICATOREN, indicatoren(), defined(ground)),
        Table::new(GROEPEN, groepen(), memberships(ground)),
        groepslijsten(ground),
        regios(ground),
        bronnen(ground),
        all_codes(),
    ]
}
