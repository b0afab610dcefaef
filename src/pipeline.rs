//! The run, on one screen: what is asked and what came in go one way through the rooms to the output folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::compare::{self, Comparison, Group, Used};
use crate::failure::Failure;
use crate::files::{self, NewFolder};
use crate::gemeente::{Herindelingen, Networks, Regions};
use crate::indicator::{self, Cells};
use crate::publish;
use crate::query::{Edition, Queries};
use crate::snapshot::Store;
use crate::tidy::{self, Tidy};

/// The folders of a project.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The project in a folder.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// What is asked.
    pub fn queries(&self) -> PathBuf {
        self.root.join("queries")
    }

    /// What came in.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// What goes out.
    pub fn output(&self) -> PathBuf {
        self.root.join("output")
    }
}

/// Everything known of gemeenten.
#[derive(Clone, Debug)]
pub struct Gemeenten {
    /// Which exist when.
    pub regions: Regions,
    /// What became of them.
    pub herindelingen: Herindelingen,
    /// Who is in which network.
    pub networks: Networks,
}

impl Gemeenten {
    /// Reads the files of `data/`.
    ///
    /// # Errors
    /// When one is missing or wrong.
    pub fn read(data: &Path) -> Result<Self, Failure> {
        Ok(Self {
            regions: Regions::read(&data.join("regions/gemeenten.csv"))?,
            herindelingen: Herindelingen::read(&data.join("regions/herindelingen.csv"))?,
            networks: Networks::read(&data.join("networks.csv"))?,
        })
    }
}

/// All figures of an edition.
#[derive(Debug)]
pub struct Figures {
    /// The edition.
    pub edition: Edition,
    /// Gemeenten, herindelingen and networks.
    pub gemeenten: Gemeenten,
    /// The tidy observations.
    pub tidy: Tidy,
    /// Indicators per gemeente.
    pub cells: Cells,
    /// Groups.
    pub groups: Vec<Group>,
    /// Groups and gemeenten, compared.
    pub comparison: Comparison,
    /// The period used of each indicator.
    pub used: Vec<Used>,
}

/// Computes all figures of an edition.
///
/// # Errors
/// Whatever a stage reports.
pub fn figures(
    project: &Project,
    queries: &Queries,
    edition: &Edition,
    clock: &mut Clock,
) -> Result<Figures, Failure> {
    let gemeenten = Gemeenten::read(&project.data())?;
    let store = Store::new(&project.data());
    let lock = store.lock()?;
    let Gemeenten {
        regions,
        herindelingen,
        networks,
    } = &gemeenten;
    clock.lap("regions");
    let tidy = tidy::read(
        tidy::Context {
            queries,
            edition,
            regions,
            herindelingen,
        },
        &store,
        &lock,
    )?;
    clock.lap("tidy");
    let cells = indicator::compute(
        indicator::Context {
            queries,
            edition,
            regions,
            herindelingen,
        },
        &tidy,
    )?;
    clock.lap("indicators");
    let groups = compare::groups(edition, networks, regions, herindelingen, &cells.population)?;
    let comparison = compare::compare(queries, &cells, &groups)?;
    let used = compare::used(queries, &comparison.groups).map_err(compare::Error)?;
    clock.lap("compare");
    Ok(Figures {
        edition: edition.clone(),
        gemeenten,
        tidy,
        cells,
        groups,
        comparison,
        used,
    })
}

/// What `build` was asked.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    /// Edition; the default one when none.
    pub edition: Option<&'a str>,
    /// Typst program to use.
    pub typst: Option<&'a Path>,
    /// No paper.
    pub data_only: bool,
    /// Whether to show progress.
    pub progress: bool,
}

/// What a build did.
#[derive(Debug, Default)]
pub struct BuildReport {
    lines: Vec<String>,
    clock: Clock,
}

impl BuildReport {
    /// What was written, missing and provisional.
    pub fn summary(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Milliseconds per stage.
    pub fn timings(&self) -> String {
        self.clock
            .laps
            .iter()
            .map(|(stage, time)| format!("{stage:12} {:8.1} ms\n", time.as_secs_f64() * 1000.0))
            .collect()
    }
}

/// Times of stages.
#[derive(Debug)]
pub struct Clock {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            last: Instant::now(),
            laps: Vec::new(),
        }
    }
}

impl Clock {
    /// Notes that a stage is done.
    pub fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
    }
}

/// Builds an edition.
///
/// # Errors
/// Whatever a stage reports; the previous output stays.
pub fn build(project: &Project, wishes: &Wishes<'_>) -> Result<BuildReport, Failure> {
    let mut report = BuildReport::default();
    let queries = Queries::read(&project.queries())?;
    report.clock.lap("queries");
    let edition = queries.edition(wishes.edition)?;
    let figures = figures(project, &queries, edition, &mut report.clock)?;
    let output = NewFolder::beside(&project.output().join(&edition.id))?;
    let csv = output.path().join("csv");
    files::at("make", &csv, std::fs::create_dir_all(&csv))?;
    publish::write(&csv, &queries, &figures)?;
    report.clock.lap("open data");
    output.finish()?;
    Ok(report)
}
