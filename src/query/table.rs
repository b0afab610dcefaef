//! Tables of StatLine, and files that stand beside them, as `queries/tables.toml` says it.

use std::collections::BTreeMap;

use super::indicator::Level;

/// One StatLine table or file, and which members of its further dimensions are meant.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of its own in the file"
)]
#[derive(Clone, Debug)]
pub struct Table {
    /// Id, verbatim: ids are case-sensitive. With `-buurt` behind it where the wijken and buurten of a table are meant: they
    /// are fetched and kept apart, so that whoever does not ask for them never reads them.
    pub id: String,
    /// Of which of its regions it is.
    pub level: Level,
    /// Tables that share their topics and differ in period.
    pub family: Option<String>,
    /// The year a table of a family holds.
    pub period: Option<i32>,
    /// `auto`, `v3`, `v4`, or `file` for what is not in OData.
    pub service: Service,
    /// Catalog: `CBS` or a third party's.
    pub catalog: String,
    /// Member per further dimension.
    pub fixed: BTreeMap<String, String>,
    /// Its place among the tables, in the order of the file.
    pub place: usize,
    /// The same for dimensions that not every edition of the table has.
    pub fixed_where_there: BTreeMap<String, String>,
    /// A year that the table only has in months is the sum of its twelve.
    pub sum_months: bool,
    /// Its regions are also wijken and buurten.
    pub has_buurten: bool,
    /// CBS may not have it yet.
    pub optional: bool,
    /// A gemeente whose every figure is zero did not deliver.
    pub all_zero_is_not_delivered: bool,
}

impl Table {
    /// What stands behind the id of a table of which the wijken and buurten are meant: no id at CBS has a dash.
    pub(super) const PER_BUURT: &str = "-buurt";

    /// The id at CBS.
    pub fn at_cbs(&self) -> &str {
        match self.level {
            Level::Gemeente => &self.id,
            Level::Buurt => self.id.strip_suffix(Self::PER_BUURT).unwrap_or(&self.id),
        }
    }

    /// The wijken and buurten of a table.
    pub(super) fn per_buurt(&self) -> Self {
        Self {
            id: format!("{}{}", self.id, Self::PER_BUURT),
            level: Level::Buurt,
            ..self.clone()
        }
    }
}

/// Which service brings a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Find out.
    Auto,
    /// OData v3.
    V3,
    /// OData v4.
    V4,
    /// Not in OData: `import` brings it.
    File,
}
