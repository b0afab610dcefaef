//! `table.toml`: the columns of the table per gemeente.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{names, required};
use crate::base::located::At;
use crate::query::{Column, Error, Names};

/// The columns of the table per gemeente, in order; no more than fit the page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TableFile {
    /// A column. Example: `[[column]]`.
    column: Vec<ColumnEntry>,
}

/// One column.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ColumnEntry {
    /// Id of the indicator. Example: `indicator = "misdrijven"`.
    indicator: At<String>,
    /// Title in Dutch, short enough for a column. Example: `title = "Misdrijven per 1.000 inwoners"`.
    title: String,
}

pub(super) fn read(folder: &Path, names: &Names<'_>) -> Result<Vec<Column>, Error> {
    let file = required(folder.join("table.toml"))?;
    let mut columns = Vec::new();
    for entry in file.toml::<TableFile>()?.column {
        columns.push(Column {
            indicator: names::indicator(&file, &entry.indicator, names)?,
            title: entry.title,
        });
    }
    Ok(columns)
}
