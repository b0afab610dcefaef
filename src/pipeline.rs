//! The run, on one screen: what is asked and what came in go one way through the rooms to the output folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::compare::{self, Comparison, Group, GroupId, Used};
use crate::fact::Register;
use crate::failure::Failure;
use crate::files::{self, FolderLock, NewFolder};
use crate::gemeente::{Geometry, Herindelingen, Networks, Regions};
use crate::illustrate::Illustrator;
use crate::indicator::{self, Cells};
use crate::paper::{self, Content, Typesetting, Typst};
use crate::publish::{self, Provenance};
use crate::query::{Edition, Queries};
use crate::snapshot::Store;
use crate::tidy::{self, Lacking, Tidy};
use crate::verify;

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

    /// The paper's own sources.
    pub fn paper(&self) -> PathBuf {
        self.root.join("src/paper")
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

/// Computes an edition and puts a question to its register.
///
/// # Errors
/// Whatever a stage or the question reports.
pub fn inquire<T>(
    project: &Project,
    edition: Option<&str>,
    question: impl FnOnce(&Register<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let queries = Queries::read(&project.queries())?;
    let edition = queries.edition(edition)?;
    let figures = figures(project, &queries, edition, &mut Clock::default())?;
    question(&Register::new(&queries, &figures)?)
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
    /// Whether the summary names every topic that is lacking.
    pub verbose: bool,
}

/// What a build did.
#[derive(Debug, Default)]
pub struct BuildReport {
    lines: Vec<String>,
    notes: Vec<String>,
    clock: Clock,
}

impl BuildReport {
    fn summarise(&mut self, project: &Project, register: &Register<'_>, verbose: bool) {
        let figures = register.figures();
        let folder = project.output().join(&figures.edition.id);
        self.lines.push(format!(
            "wrote edition `{}` to `{}`",
            figures.edition.id,
            folder.display()
        ));
        let indicators = &register.queries().indicators;
        let (mut lacking, mut provisional) = (Vec::new(), Vec::new());
        for (position, used) in figures.used.iter().enumerate() {
            let name = format!("`{}`", indicators[position].id);
            let Some(year) = used.year else {
                lacking.push(name);
                continue;
            };
            if let Some(held) = &used.held_back {
                self.notes.push(format!("held back: {}", held.why));
            }
            if register
                .lookup()
                .group(position, GroupId::M50, year)
                .is_some_and(|row| row.provisional)
            {
                provisional.push(name);
            }
        }
        let with_figures = indicators.len() - lacking.len();
        self.lines.push(format!(
            "{with_figures} of {} indicators have figures",
            indicators.len()
        ));
        self.note("missing: no figures for", &lacking);
        self.note("provisional:", &provisional);
        self.summarise_lacking(&figures.tidy.lacking, verbose);
        self.lines.append(&mut self.notes);
    }

    /// What is asked and not in `data/`: whole tables by name, topics by number unless all are wanted.
    fn summarise_lacking(&mut self, lacking: &[Lacking], verbose: bool) {
        let mut tables = Vec::new();
        let mut topics: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for missing in lacking {
            match missing {
                Lacking::Table(table) => tables.push(format!("`{table}`")),
                Lacking::Topic { table, topic } => {
                    topics.entry(table).or_default().push(format!("`{topic}`"));
                }
            }
        }
        self.note("missing: asked and not in `data/`: table", &tables);
        if verbose {
            for (table, names) in &topics {
                self.note(&format!("missing: table `{table}` lacks"), names);
            }
        } else if !topics.is_empty() {
            let count: usize = topics.values().map(Vec::len).sum();
            let tables = topics.len();
            self.notes.push(format!(
                "missing: {tables} tables lack {count} of the topics asked (`--verbose` names them)"
            ));
        }
    }

    fn note(&mut self, what: &str, names: &[String]) {
        if !names.is_empty() {
            self.notes.push(format!("{what} {}", names.join(", ")));
        }
    }

    /// What was written, missing and provisional.
    pub fn summary(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    /// Milliseconds per stage.
    pub fn timings(&self) -> String {
        let lines = self.clock.laps.iter();
        lines.fold(String::new(), |text, (stage, time)| {
            text + &format!("{stage:12} {:8.1} ms\n", time.as_secs_f64() * 1000.0)
        })
    }
}

/// Times of stages, shown as they pass on a terminal.
#[derive(Debug)]
pub struct Clock {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
    bar: ProgressBar,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            last: Instant::now(),
            laps: Vec::new(),
            bar: ProgressBar::hidden(),
        }
    }
}

impl Clock {
    /// Shows progress from now on.
    fn show(&mut self) {
        self.bar = ProgressBar::new_spinner();
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// Notes that a stage is done.
    pub fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
        self.bar.set_message(format!("{stage} done"));
    }
}

/// Builds an edition: figures, open data, charts, paper. All of it takes the place of the previous output at once.
///
/// # Errors
/// Whatever a stage reports; the previous output stays.
pub fn build(project: &Project, wishes: &Wishes<'_>) -> Result<BuildReport, Failure> {
    let mut report = BuildReport::default();
    if wishes.progress {
        report.clock.show();
    }
    let queries = Queries::read(&project.queries())?;
    report.clock.lap("queries");
    let edition = queries.edition(wishes.edition)?;
    let typst = if wishes.data_only {
        None
    } else {
        Some(Typst::find_or_install(wishes.typst)?)
    };
    report.clock.lap("find typst");
    let figures = figures(project, &queries, edition, &mut report.clock)?;
    let provenance = Provenance::new(&queries, &figures);
    let _lock = FolderLock::wait_for(&project.output())?;
    let output = NewFolder::beside(&project.output().join(&edition.id))?;
    let register = Register::new(&queries, &figures)?;
    let typesetting = match &typst {
        None => None,
        Some(typst) => Some(start_paper(
            project,
            typst,
            &register,
            &provenance,
            &output,
            &mut report,
        )?),
    };
    // the open data is written while Typst works
    publish::write(&output.path().join("csv"), &queries, &figures, &provenance)?;
    report.clock.lap("open data");
    if let Some(typesetting) = typesetting {
        let name = format!("de-kracht-van-middelgroot-{}.pdf", edition.id);
        typesetting.finish(&output.path().join(&name))?;
        let work = output.path().join(WORK);
        files::at("remove", &work, std::fs::remove_dir_all(&work))?;
        report.clock.lap("typst");
    }
    output.finish()?;
    report.clock.lap("finish");
    report.clock.bar.finish_and_clear();
    report.summarise(project, &register, wishes.verbose);
    Ok(report)
}

/// Where Typst works, inside the new output until it is done.
const WORK: &str = ".paper";

fn start_paper(
    project: &Project,
    typst: &Typst,
    register: &Register<'_>,
    provenance: &Provenance,
    output: &NewFolder,
    report: &mut BuildReport,
) -> Result<Typesetting, Failure> {
    let geometry = Geometry::read(
        &project.data().join("geometry"),
        register.figures().edition.boundaries,
    )?;
    let illustrator = Illustrator::new(register, provenance, geometry);
    let manuscript = paper::manuscript(&project.paper(), register, &illustrator)?;
    report.clock.lap("charts");
    let content = Content::new(register, provenance, &manuscript)?;
    let charts = output.path().join("charts");
    files::at("make", &charts, std::fs::create_dir_all(&charts))?;
    for illustration in &manuscript.illustrations {
        let path = charts.join(format!("{}.svg", illustration.id));
        files::at(
            "write",
            &path,
            std::fs::write(&path, &illustration.picture.svg),
        )?;
    }
    let work = output.path().join(WORK);
    let attached = work.join(paper::attachments::FOLDER);
    content.evidence().attach(&attached)?;
    publish::attach(
        &attached,
        register.queries(),
        register.figures(),
        provenance,
    )?;
    content.evidence().publish(output.path())?;
    let typesetting = paper::start(
        typst,
        &project.paper(),
        &work,
        &content,
        &manuscript.illustrations,
        verify::listed(&project.queries())?,
    )?;
    report.notes.extend(
        manuscript
            .undrawn
            .iter()
            .map(|chart| format!("chart `{chart}` has no figures in this edition")),
    );
    let unused = manuscript.unused(register.queries());
    if !unused.is_empty() {
        let names: Vec<String> = unused.iter().map(|id| format!("`{id}`")).collect();
        report
            .notes
            .push(format!("unused: no chapter prints {}", names.join(", ")));
    }
    report.clock.lap("content");
    Ok(typesetting)
}
