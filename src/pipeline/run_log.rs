//! The log of a run: `run.json` says what was run on what and what came of it, `SHA256SUMS` holds all files of the output.
//!
//! In: what the run read, made and remarked. Out: the two files, `SHA256SUMS` without `run.json`, because that alone has the
//! clock in it: whoever builds the same again gets the same sums. Fails on a file that cannot be read or written.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::made::{Inputs, Ledger, Output, RUN_LOG, SUMS};
use super::{BuildReport, WORK, is_within};
use crate::base::failure::{Failure, Report};
use crate::base::files;
use crate::claim;
use crate::diff::Record;
use crate::fact::Register;
use crate::figures::Figures;
use crate::query::{Edition, Queries};
use crate::source::snapshot::Sidecar;

/// The log cannot be put into words.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the log of the run: {0}")]
pub(super) struct NoLog(serde_json::Error);

impl Report for NoLog {}

/// A claim and how it stands.
pub(super) type Standing = BTreeMap<String, &'static str>;

/// What a run was: as it stands in the file.
#[derive(Debug, Serialize)]
pub(super) struct RunLog {
    program: &'static str,
    version: &'static str,
    /// What was typed, but for folders of this machine.
    command: String,
    edition: String,
    /// The date that is printed on the paper.
    edition_date: String,
    started: String,
    finished: String,
    /// Release of each table that was read.
    releases: BTreeMap<String, String>,
    /// SHA-256 of each file that was read, by its path in the project.
    inputs: BTreeMap<String, String>,
    stages: Vec<Stage>,
    /// What was missing, held back, provisional or odd.
    warnings: Vec<String>,
    /// How each claim stands.
    claims: Standing,
    /// What was written, by its path in the output.
    pub(super) outputs: BTreeMap<String, Output>,
}

#[derive(Debug, Serialize)]
struct Stage {
    #[serde(rename = "stage")]
    name: &'static str,
    milliseconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_in: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_out: Option<usize>,
}

impl RunLog {
    /// What the next build is held against.
    pub(super) fn record(&self) -> Record {
        let claims = self.claims.iter();
        Record {
            inputs: self.inputs.clone(),
            claims: claims
                .map(|(id, word)| (id.clone(), (*word).to_owned()))
                .collect(),
        }
    }

    /// Writes the log into an output.
    pub(super) fn write(&self, output: &Path) -> Result<(), Failure> {
        let mut text = serde_json::to_string_pretty(self).map_err(NoLog)?;
        text.push('\n');
        Ok(files::write(&output.join(RUN_LOG), text.as_bytes())?)
    }
}

/// What a run is told of itself before it ends.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) command: String,
    pub(super) started: Timestamp,
    pub(super) edition: Edition,
    pub(super) rows: Rows,
    /// Whether the sources of the paper were read.
    pub(super) with_paper: bool,
    /// What it may have read.
    pub(super) read: &'a Inputs,
    pub(super) claims: Standing,
    /// The sidecars of all releases in use, by table.
    pub(super) releases: BTreeMap<String, Sidecar>,
}

/// How many rows there are of each kind.
#[derive(Debug)]
pub(super) struct Rows {
    raw: usize,
    tidy: usize,
    cells: usize,
    compared: usize,
}

impl Rows {
    pub(super) fn of(queries: &Queries, figures: &Figures) -> Self {
        let topics = queries.topic_ids();
        let tidy = topics.flat_map(|topic| figures.tidy.years(topic));
        let (mut cells, mut compared) = (0, 0);
        for id in queries.indicator_ids() {
            let block = figures.block(id);
            cells += block.rows().map(|(_, cells)| cells.len()).sum::<usize>();
            let groups = figures.groups.all().iter();
            compared += groups
                .map(|group| figures.compared(id).of_group(group.id).count())
                .sum::<usize>();
        }
        Self {
            raw: figures.tidy.sidecars.values().map(|of| of.rows).sum(),
            tidy: tidy.map(|(_, rows)| rows.len()).sum(),
            cells,
            compared,
        }
    }
}

impl Run<'_> {
    /// The log of a run that wrote all that lies in `output`; what some of it is, is known.
    pub(super) fn log(
        self,
        report: &BuildReport,
        (output, mut outputs): (&Path, BTreeMap<String, Output>),
        ledger: &mut Ledger,
    ) -> Result<RunLog, Failure> {
        know(output, &mut outputs, ledger)?;
        let inputs = self.inputs();
        let edition = &self.edition;
        Ok(RunLog {
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            edition: edition.id.clone(),
            edition_date: edition.date.clone(),
            started: second(self.started),
            finished: second(Timestamp::now()),
            releases: self
                .releases
                .iter()
                .map(|(table, sidecar)| (table.clone(), sidecar.folder_name()))
                .collect(),
            inputs,
            stages: stages(report, &self.rows, &outputs),
            warnings: report.remarks().cloned().collect(),
            claims: self.claims,
            outputs,
            command: self.command,
        })
    }

    /// SHA-256 of each file that is read. Observations are known by their sidecars, against which they were held.
    fn inputs(&self) -> BTreeMap<String, String> {
        let edition = &self.edition.id;
        let lock = format!("data/locks/{edition}.lock");
        let is_read = |name: &str| {
            let is_apart = ["data/snapshots/", "data/locks/", "output/"];
            !is_apart.iter().any(|start| name.starts_with(start)) || name == lock
        };
        let read = self.read.sums().filter(|(name, _)| is_read(name));
        let mut inputs: BTreeMap<String, String> = read
            .map(|(name, sum)| (name.clone(), sum.clone()))
            .collect();
        for (table, sidecar) in &self.releases {
            let folder = format!("data/snapshots/{table}/{}", sidecar.folder_name());
            let observations = format!("{folder}/observations.parquet");
            inputs.insert(observations, sidecar.sha256.clone());
        }
        inputs
    }
}

/// Looks at what lies in an output and is not known yet, but for what Typst still works at.
pub(super) fn know(
    output: &Path,
    known: &mut BTreeMap<String, Output>,
    ledger: &mut Ledger,
) -> Result<(), files::Error> {
    for name in files::all_files(output)? {
        let path = output.join(&name);
        match known.get(&name) {
            Some(of) => ledger.hashes.made(&path, &of.sha256)?,
            None if is_within(WORK, &name) => {}
            None => {
                let found = Output::of(&path, ledger)?;
                known.insert(name, found);
            }
        }
    }
    Ok(())
}

/// How tested claims stand.
pub(super) fn standing(tested: &[claim::Tested<'_>]) -> Standing {
    let each = tested.iter();
    each.map(|of| (of.claim.id.clone(), of.state.word()))
        .collect()
}

/// How the claims of the queries stand, where no paper is made.
pub(super) fn tested(queries: &Queries, figures: &Figures) -> Result<Standing, Failure> {
    let facts = claim::wanted(queries).cloned().collect();
    let register = Register::new(queries, figures, facts)?;
    let claims = queries.claims.iter();
    let tested: Result<Vec<_>, _> = claims.map(|of| claim::test(of, &register)).collect();
    Ok(standing(&tested?))
}

/// The stages with their times, and how many rows went in and out where that is a number of something.
fn stages(report: &BuildReport, of: &Rows, outputs: &BTreeMap<String, Output>) -> Vec<Stage> {
    let written: usize = outputs.values().filter_map(|of| of.rows).sum();
    let rows = |stage: &str| match stage {
        "tidy" => (Some(of.raw), Some(of.tidy)),
        "indicators" => (Some(of.tidy), Some(of.cells)),
        "compare" => (Some(of.cells), Some(of.compared)),
        "open data" => (Some(of.cells + of.compared), Some(written)),
        _ => (None, None),
    };
    let laps = report.clock.laps().iter();
    laps.map(|(stage, time)| {
        let (rows_in, rows_out) = rows(stage);
        Stage {
            name: stage,
            milliseconds: (time.as_secs_f64() * 1e4).round() / 10.0,
            rows_in,
            rows_out,
        }
    })
    .collect()
}

/// A moment to the second, in UTC.
fn second(moment: Timestamp) -> String {
    format!("{moment:.0}")
}

/// Takes files off the list of sums that are about to be others: a run that is stopped between two steps leaves a list in which
/// all that stands is right.
pub(super) fn unlist(output: &Path, is_replaced: &dyn Fn(&str) -> bool) -> Result<(), Failure> {
    let place = output.join(SUMS);
    // what is no list lists nothing
    let text = fs::read_to_string(&place).unwrap_or_default();
    let stays = |line: &&str| {
        let name = line.split_once("  ").map_or("", |(_, name)| name);
        !is_replaced(name)
    };
    let rest: String = text
        .split_inclusive('\n')
        .filter(|line| stays(&line.trim_end()))
        .collect();
    if rest == text {
        return Ok(());
    }
    Ok(files::write(&place, rest.as_bytes())?)
}

/// Writes the sums of all files of an output, as `sha256sum --check` reads them; those that a log already has are taken from it.
pub(super) fn write_sums(
    output: &Path,
    log: Option<&RunLog>,
    ledger: &mut Ledger,
) -> Result<(), Failure> {
    let mut text = String::new();
    for name in files::all_files(output)? {
        if name == RUN_LOG || name == SUMS {
            continue;
        }
        let known = log.and_then(|log| log.outputs.get(&name));
        let sum = match known {
            Some(known) => known.sha256.clone(),
            None => ledger.hashes.find(&output.join(&name))?.sha256,
        };
        // writing to a string cannot fail
        let _ = writeln!(text, "{sum}  {name}");
    }
    let place = output.join(SUMS);
    if fs::read(&place).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    Ok(files::write(&place, text.as_bytes())?)
}
