//! `tables.toml`: where each table comes from, and which members of its further dimensions are meant.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{YEARS, idle, required};
use crate::base::located::{At, Complaint, Source};
use crate::query::{Error, Level, Service, Table};

/// Tables of StatLine and files: what a topic may be looked for in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TablesFile {
    /// A table. Example: `[[table]]`.
    #[serde(default)]
    table: Vec<TableEntry>,
}

/// One table of StatLine, or a file that `import` brings.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TableEntry {
    /// Id, verbatim: ids are case-sensitive. Example: `id = "03759ned"`.
    id: At<String>,
    /// Tables of one family share their topics and differ in period; a topic may name the family in the place of a
    /// table. Example: `family = "kwb"`.
    family: Option<String>,
    /// The year that a table without periods holds. Example: `period = 2025`.
    period: Option<At<i32>>,
    /// A table that is not in OData: `import` brings it. Example: `kind = "file"`.
    kind: Option<Kind>,
    /// The service that has the table; left out, `fetch` finds out. Example: `service = "v3"`.
    service: Option<At<ServiceWord>>,
    /// The catalog: `CBS`, which need not be said, or a third party's. Example: `catalog = "Politie"`.
    catalog: Option<At<String>>,
    /// For each further dimension the member that is meant, as a rule its total. Example: `fixed = { Geslacht = "T001038" }`.
    fixed: Option<At<BTreeMap<String, String>>>,
    /// The same for dimensions that not every edition of the table has; a member that a dimension lacks gives way to its
    /// total. Example: `fixed-where-there = { Marges = "MW00000" }`.
    fixed_where_there: Option<At<BTreeMap<String, String>>>,
    /// How a year is read that the table only has in months. Example: `months = "sum"`.
    months: Option<At<Months>>,
    /// Whether its regions are also wijken and buurten: an indicator with `level = "buurt"` takes those from it. Example: `buurten = true`.
    buurten: Option<At<bool>>,
    /// Whether CBS may not have it yet: until a release is held, `fetch` leaves it out. Example: `optional = true`.
    optional: Option<At<bool>>,
    /// What it means when every figure of a gemeente is zero. Example: `all-zero = "not-delivered"`.
    all_zero: Option<AllZero>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// Not in OData.
    File,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ServiceWord {
    /// Find out.
    Auto,
    /// OData v3.
    V3,
    /// OData v4.
    V4,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Months {
    /// The sum of its twelve months; a year that is not whole is left out.
    Sum,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum AllZero {
    /// It did not deliver: its zeros are missing.
    NotDelivered,
}

pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, Table>, Error> {
    let file = required(folder.join("tables.toml"))?;
    let mut tables = BTreeMap::new();
    for (place, entry) in (0..).zip(file.toml::<TablesFile>()?.table) {
        let id = entry.id.clone();
        if tables
            .insert(id.to_string(), table(&file, place, entry)?)
            .is_some()
        {
            let message = format!("table `{}` twice", *id);
            return Err(file
                .wrong(&id, message, "expected one entry per table")
                .into());
        }
    }
    Ok(tables)
}

fn table(file: &Source, place: usize, entry: TableEntry) -> Result<Table, Complaint> {
    // the id becomes a folder and part of an address
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if entry.id.is_empty() || !entry.id.chars().all(fine) {
        let message = format!("`{}` is no table id", *entry.id);
        return Err(file.wrong(&entry.id, message, "expected letters, digits and `-`"));
    }
    if entry.id.ends_with(Table::PER_BUURT) {
        let message = format!("`{}` is the id of wijken and buurten", *entry.id);
        let hint =
            "expected the table itself; `level` of an indicator asks for its wijken and buurten";
        return Err(file.wrong(&entry.id, message, hint));
    }
    let is_file = entry.kind.is_some();
    let of_odata = "a file is brought by `import`, not by a service";
    let keys = [
        ("service", entry.service.as_ref().map(At::start)),
        ("catalog", entry.catalog.as_ref().map(At::start)),
        ("fixed", entry.fixed.as_ref().map(At::start)),
        (
            "fixed-where-there",
            entry.fixed_where_there.as_ref().map(At::start),
        ),
        ("months", entry.months.as_ref().map(At::start)),
        ("buurten", entry.buurten.as_ref().map(At::start)),
        ("optional", entry.optional.as_ref().map(At::start)),
    ];
    for (key, start) in keys {
        if let (true, Some(start)) = (is_file, start) {
            return Err(idle(file, start, key, of_odata));
        }
    }
    let period = entry.period.map(|at| file.bounded(&at, "period", YEARS));
    Ok(Table {
        id: entry.id.into_inner(),
        level: Level::Gemeente,
        place,
        family: entry.family,
        period: period.transpose()?,
        service: match entry.service.map(At::into_inner) {
            _ if is_file => Service::File,
            None | Some(ServiceWord::Auto) => Service::Auto,
            Some(ServiceWord::V3) => Service::V3,
            Some(ServiceWord::V4) => Service::V4,
        },
        catalog: entry
            .catalog
            .map_or_else(|| "CBS".to_owned(), At::into_inner),
        fixed: entry.fixed.map(At::into_inner).unwrap_or_default(),
        fixed_where_there: entry
            .fixed_where_there
            .map(At::into_inner)
            .unwrap_or_default(),
        sum_months: entry.months.is_some(),
        has_buurten: entry.buurten.is_some_and(At::into_inner),
        optional: entry.optional.is_some_and(At::into_inner),
        all_zero_is_not_delivered: matches!(entry.all_zero, Some(AllZero::NotDelivered)),
    })
}
