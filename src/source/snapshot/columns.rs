//! The columns of `observations.parquet`.
//!
//! In: observations, one by one. Out: a table, sorted by topic, period and region. Fails only in polars. The peculiarity
//! it exists for: names of regions, periods and topics repeat millions of times, and are kept once.

use std::sync::Arc;

use polars::prelude::*;

use crate::base::observation::{Missing, Status};

/// Columns of `observations.parquet`.
pub fn schema() -> Schema {
    Schema::from_iter([
        Field::new("region".into(), DataType::String),
        Field::new("period".into(), DataType::String),
        Field::new("year".into(), DataType::Int32),
        Field::new("topic".into(), DataType::String),
        Field::new("value".into(), DataType::Float64),
        Field::new("missing".into(), DataType::String),
        Field::new("status".into(), DataType::String),
    ])
}

/// Columns of observations while they come in, row by row.
#[derive(Debug, Default)]
pub struct Columns {
    region: Vec<Arc<str>>,
    period: Vec<Arc<str>>,
    year: Vec<i32>,
    topic: Vec<Arc<str>>,
    value: Vec<Option<f64>>,
    missing: Vec<&'static str>,
    status: Vec<&'static str>,
}

impl Columns {
    /// Adds one observation.
    #[allow(clippy::too_many_arguments)] // an observation has seven parts
    pub fn push(
        &mut self,
        region: &Arc<str>,
        period: &Arc<str>,
        year: i32,
        topic: &Arc<str>,
        value: Option<f64>,
        missing: Missing,
        status: Status,
    ) {
        self.region.push(Arc::clone(region));
        self.period.push(Arc::clone(period));
        self.year.push(year);
        self.topic.push(Arc::clone(topic));
        self.value.push(value);
        self.missing.push(missing.word());
        self.status.push(status.word());
    }

    /// The table, sorted by topic, period and region.
    ///
    /// # Errors
    /// When polars cannot build or sort it.
    pub fn into_frame(self) -> PolarsResult<DataFrame> {
        let text = |name: &str, cells: Vec<Arc<str>>| {
            Column::new(
                name.into(),
                cells.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
            )
        };
        DataFrame::new_infer_height(vec![
            text("region", self.region),
            text("period", self.period),
            Column::new("year".into(), self.year),
            text("topic", self.topic),
            Column::new("value".into(), self.value),
            Column::new("missing".into(), self.missing),
            Column::new("status".into(), self.status),
        ])?
        .sort(
            ["topic", "period", "region"],
            SortMultipleOptions::default(),
        )
    }
}
