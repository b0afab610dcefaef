//! The four files, row by row from the frames.

use std::collections::BTreeMap;
use std::ops::Range;

use polars::prelude::*;

use super::cell::{Sheet, quoted};
use super::provenance::Provenance;
use crate::compare::{GroupId, Withheld, rank_column, versus_column};
use crate::gemeente::region_number;
use crate::observation::Missing;
use crate::pipeline::Figures;
use crate::query::Queries;
use crate::tidy::{missing_of, status_of};

/// Columns of `vergelijking.csv`.
pub const COLUMNS_VERGELIJKING: [&str; 23] = [
    "indicator",
    "period",
    "group",
    "value",
    "unit",
    "n",
    "members",
    "coverage",
    "min",
    "q1",
    "median",
    "q3",
    "max",
    "mean",
    "missing",
    "status",
    "diff_abs",
    "diff_pct",
    "rank",
    "weight",
    "method",
    "boundaries",
    "release",
];

/// Columns of `gemeenten.csv`.
pub const COLUMNS_GEMEENTEN: [&str; 25] = [
    "indicator",
    "region",
    "name",
    "period",
    "value",
    "unit",
    "missing",
    "status",
    "rank_M50",
    "rank_G4",
    "rank_G40",
    "rank_P10",
    "rank_nederland",
    "vs_M50",
    "vs_G4",
    "vs_G40",
    "vs_P10",
    "vs_30-80",
    "vs_30-80-niet-M50",
    "vs_Nederland",
    "weight",
    "weight_year",
    "method",
    "boundaries",
    "release",
];

/// Columns of `indicatoren.csv`.
pub const COLUMNS_INDICATOREN: [&str; 19] = [
    "indicator",
    "pijler",
    "theme",
    "title",
    "definition",
    "unit",
    "decimals",
    "direction",
    "formula",
    "weight",
    "scale",
    "coverage_minimum",
    "plausible_minimum",
    "plausible_maximum",
    "tables",
    "period",
    "newer_period_held_back",
    "why",
    "deviation_nederland_pct",
];

/// Columns of `groepen.csv`.
pub const COLUMNS_GROEPEN: [&str; 10] = [
    "group",
    "label",
    "region",
    "name",
    "listed_code",
    "listed_name",
    "list_date",
    "complete",
    "source",
    "boundaries",
];

/// An i32 column of a frame.
struct Ints(Int32Chunked);
/// An f64 column of a frame.
struct Floats(Float64Chunked);

fn ints(frame: &DataFrame, name: &str) -> PolarsResult<Ints> {
    Ok(Ints(frame.column(name)?.i32()?.rechunk().into_owned()))
}

fn floats(frame: &DataFrame, name: &str) -> PolarsResult<Floats> {
    Ok(Floats(frame.column(name)?.f64()?.rechunk().into_owned()))
}

impl Ints {
    fn at(&self, row: usize) -> Option<i32> {
        self.0.downcast_as_array().get(row)
    }
    fn code(&self, row: usize) -> usize {
        self.at(row)
            .and_then(|code| usize::try_from(code).ok())
            .unwrap_or_default()
    }
}

impl Floats {
    fn at(&self, row: usize) -> Option<f64> {
        self.0.downcast_as_array().get(row)
    }
}

pub(super) fn vergelijking(
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
) -> PolarsResult<Vec<u8>> {
    let frame = &figures.comparison.groups;
    let (indicator, group, year, way) = (
        ints(frame, "indicator")?,
        ints(frame, "group")?,
        ints(frame, "year")?,
        ints(frame, "way")?,
    );
    let (n, members, withheld, status, rank) = (
        ints(frame, "n")?,
        ints(frame, "members")?,
        ints(frame, "withheld")?,
        ints(frame, "status")?,
        ints(frame, "rank")?,
    );
    let own = frame.column("own")?.bool()?.clone();
    let (value, coverage) = (floats(frame, "value")?, floats(frame, "coverage")?);
    let spread = ["min", "q1", "median", "q3", "max", "mean"].map(|name| floats(frame, name));
    let differences = ["diff_abs", "diff_pct"].map(|name| floats(frame, name));
    let mut sheet = Sheet::new(&COLUMNS_VERGELIJKING, frame.height());
    for row in 0..frame.height() {
        let asked = &queries.indicators[indicator.code(row)];
        let method = provenance.get(
            indicator.code(row),
            way.code(row),
            year.at(row).unwrap_or_default(),
        );
        sheet.text(&asked.id);
        sheet.integer(year.at(row));
        sheet.text(GroupId::ALL[group.code(row)].id());
        sheet.number(value.at(row));
        sheet.text(&asked.unit);
        sheet.integer(n.at(row));
        sheet.integer(members.at(row));
        sheet.number(coverage.at(row));
        for column in &spread {
            sheet.number(column.as_ref().map_err(Clone::clone)?.at(row));
        }
        sheet.text(Withheld::of(withheld.at(row).unwrap_or_default()).word());
        sheet.text(status_of(status.at(row).unwrap_or(1)).word());
        for column in &differences {
            sheet.number(column.as_ref().map_err(Clone::clone)?.at(row));
        }
        sheet.integer(rank.at(row));
        sheet.text(method.map_or("", |method| &method.weight));
        sheet.text(if own.get(row) == Some(true) {
            "published"
        } else {
            method.map_or("", |method| method.method)
        });
        sheet.integer(Some(figures.edition.boundaries));
        sheet.text(method.map_or("", |method| &method.release));
        sheet.end_row();
    }
    Ok(sheet.into_bytes())
}

/// A way and a year.
type WayAndYear = (usize, i32);

/// What is needed to write the rows of `gemeenten.csv`: columns, and texts made ready once.
pub(super) struct Gemeenten<'a> {
    frame: &'a DataFrame,
    indicator: Ints,
    way: Ints,
    region: Ints,
    year: Ints,
    value: Floats,
    missing: Ints,
    status: Ints,
    ranks: Vec<Ints>,
    positions: Vec<Ints>,
    weight_year: Ints,
    /// Id and unit per indicator.
    asked: Vec<[Vec<u8>; 2]>,
    /// Code and name per region.
    names: BTreeMap<i32, Vec<u8>>,
    /// Per indicator, by way and year: weight; and method, boundaries and release.
    methods: Vec<BTreeMap<WayAndYear, [Vec<u8>; 2]>>,
}

impl<'a> Gemeenten<'a> {
    pub(super) fn new(
        queries: &Queries,
        figures: &'a Figures,
        provenance: &Provenance,
    ) -> PolarsResult<Self> {
        let frame = &figures.comparison.gemeenten;
        let boundaries = figures.edition.boundaries;
        let ints = |name: &str| ints(frame, name);
        let names = figures.gemeenten.regions.in_year(boundaries);
        let names = names.filter_map(|(code, gemeente)| {
            let cells = [code.as_bytes(), &quoted(&gemeente.name)].join(&b',');
            Some((region_number(code)?, cells))
        });
        let mut methods = vec![BTreeMap::new(); queries.indicators.len()];
        for ((indicator, way, year), method) in provenance.all() {
            let release = quoted(&method.release);
            let rest = format!("{},{boundaries},", method.method).into_bytes();
            let ready = [quoted(&method.weight), [rest, release].concat()];
            methods[indicator].insert((way, year), ready);
        }
        Ok(Self {
            frame,
            indicator: ints("indicator")?,
            way: ints("way")?,
            region: ints("region")?,
            year: ints("year")?,
            value: floats(frame, "value")?,
            missing: ints("missing")?,
            status: ints("status")?,
            ranks: GroupId::NETWORKS
                .map(rank_column)
                .into_iter()
                .chain(["rank_nederland".to_owned()])
                .map(|name| ints(&name))
                .collect::<PolarsResult<_>>()?,
            positions: GroupId::ALL
                .map(versus_column)
                .into_iter()
                .map(|name| ints(&name))
                .collect::<PolarsResult<_>>()?,
            weight_year: ints("den_year")?,
            asked: queries
                .indicators
                .iter()
                .map(|asked| [quoted(&asked.id), quoted(&asked.unit)])
                .collect(),
            names: names.collect(),
            methods,
        })
    }

    pub(super) fn height(&self) -> usize {
        self.frame.height()
    }

    pub(super) fn header() -> Vec<u8> {
        Sheet::new(&COLUMNS_GEMEENTEN, 0).into_bytes()
    }

    /// Some of the rows.
    pub(super) fn rows(&self, rows: Range<usize>) -> Vec<u8> {
        let mut sheet = Sheet::part(rows.len());
        for row in rows {
            self.push_row(&mut sheet, row);
        }
        sheet.into_bytes()
    }

    fn push_row(&self, sheet: &mut Sheet, row: usize) {
        let indicator = self.indicator.code(row);
        let region = self.region.at(row).unwrap_or_default();
        let year = self.year.at(row).unwrap_or_default();
        let (Some(region), Some([id, unit])) = (self.names.get(&region), self.asked.get(indicator))
        else {
            return;
        };
        let method = self.methods[indicator].get(&(self.way.code(row), year));
        let [weight, method]: [&[u8]; 2] = method.map_or([b"", b",,"], |[w, m]| [w, m]);
        let missing = self.missing.at(row).map_or(Missing::Absent, missing_of);
        let status = status_of(self.status.at(row).unwrap_or(1));
        sheet.ready(id);
        sheet.ready(region);
        sheet.integer(Some(year));
        sheet.number(self.value.at(row));
        sheet.ready(unit);
        sheet.ready(missing.word().as_bytes());
        sheet.ready(status.word().as_bytes());
        for rank in &self.ranks {
            sheet.integer(rank.at(row));
        }
        for position in &self.positions {
            sheet.ready(match position.at(row) {
                None => b"",
                Some(0) => b"equal",
                Some(1) => b"higher",
                Some(_) => b"lower",
            });
        }
        sheet.ready(weight);
        sheet.integer(self.weight_year.at(row));
        sheet.ready(method);
        sheet.end_row();
    }
}

pub(super) fn indicatoren(
    queries: &Queries,
    figures: &Figures,
    provenance: &Provenance,
) -> Vec<u8> {
    let mut sheet = Sheet::new(&COLUMNS_INDICATOREN, queries.indicators.len());
    for (position, asked) in queries.indicators.iter().enumerate() {
        let theme = queries.themes.iter().find(|theme| theme.id == asked.theme);
        let used = figures.used.get(position);
        let year = used.and_then(|used| used.year);
        let way = used.map_or(0, |used| used.way);
        let method = year.and_then(|year| provenance.get(position, way, year));
        sheet.text(&asked.id);
        sheet.text(theme.map_or("", |theme| &theme.pijler));
        sheet.text(theme.map_or("", |theme| &theme.title));
        sheet.text(&asked.title);
        sheet.text(&asked.definition);
        sheet.text(&asked.unit);
        sheet.integer(Some(asked.decimals));
        sheet.text(asked.direction.word());
        let (formula, scale) = asked
            .ways
            .get(way)
            .map_or_else(Default::default, crate::query::Way::describe);
        sheet.text(&formula);
        sheet.text(method.map_or("", |method| &method.weight));
        sheet.number(Some(scale));
        sheet.number(Some(asked.coverage));
        sheet.number(Some(asked.range.0));
        sheet.number(Some(asked.range.1));
        sheet.text(
            &method
                .map(|method| method.tables.join(" + "))
                .unwrap_or_default(),
        );
        sheet.integer(year);
        sheet.integer(
            used.and_then(|used| used.held_back.as_ref())
                .map(|held| held.year),
        );
        sheet.text(
            used.and_then(|used| used.held_back.as_ref())
                .map_or("", |held| &held.why),
        );
        sheet.number(used.and_then(|used| used.deviation));
        sheet.end_row();
    }
    sheet.into_bytes()
}

pub(super) fn groepen(figures: &Figures) -> Vec<u8> {
    let rows = figures.groups.iter().map(|group| group.members.len()).sum();
    let mut sheet = Sheet::new(&COLUMNS_GROEPEN, rows);
    for group in &figures.groups {
        for member in &group.members {
            sheet.text(group.id.id());
            sheet.text(group.id.label());
            sheet.text(&member.code);
            sheet.text(
                figures
                    .gemeenten
                    .regions
                    .get(&member.code)
                    .map_or("", |gemeente| &gemeente.name),
            );
            sheet.text(&member.listed_code);
            sheet.text(&member.listed_name);
            sheet.text(&group.list_date);
            sheet.text(if group.complete { "true" } else { "false" });
            sheet.text(&group.source);
            sheet.integer(Some(figures.edition.boundaries));
            sheet.end_row();
        }
    }
    sheet.into_bytes()
}
