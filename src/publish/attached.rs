//! What goes along with the paper beside its evidence: `vergelijking.csv`, `indicatoren.csv` and `groepen.csv`.
//!
//! Their columns are those of the data package, followed by the words that the package keeps in tables of their own: a PDF
//! that lies alone must tell by itself what a number is, where a package has foreign keys. `verify` reads these.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use super::column::{Column, Table, column};
use super::format::{Dialect, csv};
use super::ground::Ground;
use super::tables::comparison::{Compared, VERGELIJKING, compared, vergelijking};
use super::tables::lists::{
    Defined, GROEPEN, INDICATOREN, Membership, defined, groepen, indicatoren, kind, memberships,
};
use crate::figures::{Figures, Provenance};
use crate::query::{IndicatorId, Queries};

/// Definitions, groups, and the comparison of the indicators and years that facts rest on.
pub fn attached(
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
    used: &BTreeSet<(IndicatorId, i32)>,
) -> [(&'static str, Vec<u8>); 3] {
    all(&Ground::new(queries, figures, provenance), Some(used))
}

/// Whether these figures are those that a paper carries: the same definitions and groups, and every comparison it makes
/// among theirs.
pub fn are_of(
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
    carried: &BTreeMap<String, Vec<u8>>,
) -> bool {
    let lines = |bytes: &[u8]| -> BTreeSet<Vec<u8>> {
        let lines = bytes.split(|byte| *byte == b'\n');
        lines.map(<[u8]>::to_vec).collect()
    };
    let own = all(&Ground::new(queries, figures, provenance), None);
    own.iter().all(|(name, own)| {
        let carried = carried.get(*name);
        carried.is_some_and(|carried| lines(carried).is_subset(&lines(own)))
    })
}

fn all(
    ground: &Ground<'_>,
    only: Option<&BTreeSet<(IndicatorId, i32)>>,
) -> [(&'static str, Vec<u8>); 3] {
    let mut columns = vergelijking();
    columns.extend(spelled_comparison(ground));
    let comparison = Table::new(VERGELIJKING, columns, compared(ground, only));
    let mut columns = indicatoren();
    columns.extend(spelled_definition(ground));
    let definitions = Table::new(INDICATOREN, columns, defined(ground));
    let mut columns = groepen();
    columns.extend(spelled_member(ground));
    let groups = Table::new(GROEPEN, columns, memberships(ground));
    [
        ("vergelijking.csv", whole(&comparison)),
        ("indicatoren.csv", whole(&definitions)),
        ("groepen.csv", whole(&groups)),
    ]
}

#[rustfmt::skip] // a column a line
fn spelled_comparison<'a>(ground: &'a Ground<'a>) -> Vec<Column<'a, Compared<'a>>> {
    type Of<'a> = Compared<'a>;
    let boundaries = ground.edition().boundaries;
    vec![
        column("unit", "", |row: &Of<'a>| row.series.asked.unit.as_str()),
        column("break_reason", "", |row: &Of<'a>| row.series.breaks.as_str()),
        column("weight", "", |row: &Of<'_>| row.series.method.map_or_else(String::new, |method| method.weight_in(row.figure.year))),
        column("release", "", |row: &Of<'a>| row.series.method.map(|method| method.release.as_str())),
        column("boundaries", "", move |_: &Of<'_>| boundaries),
    ]
}

#[rustfmt::skip] // a column a line
fn spelled_definition<'a>(ground: &'a Ground<'a>) -> Vec<Column<'a, Defined<'a>>> {
    type Of<'a> = Defined<'a>;
    let method = |row: &Of<'_>| ground.used(row.id).and_then(|series| series.method);
    let described = |row: &Of<'_>| row.asked.ways.get(row.used.way).map(|way| ground.queries.describe(way));
    vec![
        column("formula", "", move |row: &Of<'_>| described(row).map_or_else(String::new, |(formula, _)| formula)),
        column("scale", "", move |row: &Of<'_>| described(row).map(|(_, scale)| scale)),
        column("weight", "", move |row: &Of<'_>| method(row).zip(row.used.year).map_or_else(String::new, |(of, year)| of.weight_in(year))),
        column("tables", "", move |row: &Of<'_>| method(row).map_or_else(String::new, |of| of.tables.join(" + "))),
    ]
}

#[rustfmt::skip] // a column a line
fn spelled_member<'a>(ground: &'a Ground<'a>) -> Vec<Column<'a, Membership<'a>>> {
    type Of<'a> = Membership<'a>;
    let boundaries = ground.edition().boundaries;
    let regions = &ground.figures.gemeenten.regions;
    vec![
        column("name", "", |row: &Of<'a>| regions.get(row.1.region).map(|of| of.name.as_str())),
        column("label", "", |row: &Of<'a>| row.0.name.label.as_str()),
        column("kind", "", |row: &Of<'_>| kind(row.0)),
        column("list_date", "", |row: &Of<'a>| row.0.list_date.as_str()),
        column("complete", "", |row: &Of<'_>| row.0.complete),
        column("source", "", |row: &Of<'a>| row.0.source.as_str()),
        column("boundaries", "", move |_: &Of<'_>| boundaries),
    ]
}

/// A table as CSV, in one.
fn whole(table: &Table<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written: Result<(), Infallible> = csv(table, Dialect::Plain, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    let Ok(()) = written;
    bytes
}
