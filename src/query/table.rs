//! Tables of StatLine, and files that stand beside them, as `queries/tables.toml` says it.

use std::collections::BTreeMap;

/// One StatLine table or file, and which members of its further dimensions are meant.
#[derive(Clone, Debug)]
pub struct Table {
    /// Id, verbatim: ids are case-sensitive.
    pub id: String,
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
    /// CBS may not have it yet.
    pub optional: bool,
    /// A gemeente whose every figure is zero did not deliver.
    pub all_zero_is_not_delivered: bool,
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
