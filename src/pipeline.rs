//! The run, on one screen: what is asked and what came in go one way through the rooms to the output folder.

mod asking;
mod beside;
mod books;
mod diff;
mod factsheet;
mod figures;
mod made_again;
mod made;
mod refresh;
mod report;
mod run_log;
mod site;
mod typesetting;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use crate::base::clock::Clock;
use crate::base::failure::Failure;
use crate::base::files::{self, FolderLock, NewFolder};
use crate::base::hands::both;
use crate::base::project::Project;
use crate::claim;
use crate::diff::{Record, rebuilt};
use crate::figures::{Buurten, Figures, Provenance};
use crate::gemeente::Geometry;
use crate::inquire;
use crate::paper::{self, Chapters, Manuscript, Sources, Typst, Use};
use crate::publish::{self, Dialect};
use crate::query::{Edition, FactId, IndicatorId, Queries};
use crate::source::agendas::Agendas;

pub use asking::{find, inquire};
use books::Books;
pub use diff::{Compared, NoSide, diff};
pub use factsheet::{FactsheetOptions, factsheet};
pub use figures::{FigureOptions, figures};
use made::{Ledger, Output, RUN_LOG};
pub use made_again::{NoneOfThese, made_again};
pub use refresh::{Cbs, new_edition};
pub use report::BuildReport;
use run_log::{Rows, Run, RunLog, Standing};
pub use site::{SiteOptions, site};
pub use watch::{Watch, WatchOptions};

/// The figures of an edition, and the queries with each earlier year that these come to.
fn compute(
    project: &Project,
    mut queries: Queries,
    edition: Option<&str>,
    clock: &mut Clock,
) -> Result<(Queries, Figures), Failure> {
    let edition = queries.edition(edition)?;
    let figures = Figures::compute(&project.data(), &queries, edition, clock)?;
    queries.settle(figures.series());
    Ok((queries, figures))
}

fn agendas(project: &Project, queries: &Queries) -> Result<Agendas, Failure> {
    Ok(Agendas::read(&project.data().join("agendas.csv"), queries)?)
}

/// The facts that chapters, claims, charts and asks name.
fn named(queries: &Queries, uses: &[Use]) -> BTreeSet<FactId> {
    let mut facts = paper::wanted(uses);
    facts.extend(claim::wanted(queries).cloned());
    let titles = queries.charts.iter().flat_map(|chart| chart.title.facts());
    facts.extend(titles.cloned());
    for ask in &queries.asks {
        facts.extend(ask.wanted().cloned());
    }
    facts
}

/// The indicators that a paper uses: in chapters, charts, claims, asks and the table per gemeente.
fn used(queries: &Queries, uses: &[Use]) -> BTreeSet<IndicatorId> {
    let facts = named(queries, uses).into_iter().map(|id| id.indicator);
    let drawn = queries.charts.iter().flat_map(|chart| &chart.indicators);
    let columns = queries.columns.iter().map(|column| &column.indicator);
    facts.chain(drawn.chain(columns).copied()).collect()
}

/// What `build` was asked.
#[derive(Clone, Copy, Debug)]
// each is a flag of its own
#[allow(clippy::struct_excessive_bools)]
pub struct BuildOptions<'a> {
    /// Edition; the default one when none.
    pub edition: Option<&'a str>,
    /// Typst program to use.
    pub typst: Option<&'a Path>,
    /// No paper.
    pub data_only: bool,
    /// The dialect in which CSV is written too.
    pub dialect: Dialect,
    /// Whether to show progress.
    pub progress: bool,
    /// Whether the summary names every topic that is lacking.
    pub verbose: bool,
    /// Whether the site of before stays beside a new paper, until another is made.
    pub keep: bool,
    /// Whether to build where nothing has changed.
    pub force: bool,
}

impl<'a> BuildOptions<'a> {
    /// The paper and open data of an edition, told in silence.
    pub const fn of(edition: Option<&'a str>, typst: Option<&'a Path>) -> Self {
        Self {
            edition,
            typst,
            data_only: false,
            dialect: Dialect::Plain,
            progress: false,
            verbose: false,
            keep: false,
            force: false,
        }
    }

    /// The command line that asks the same, without folders of this machine.
    fn command(&self, edition: &Edition) -> String {
        let only = if self.data_only { " --data-only" } else { "" };
        let dialect = match self.dialect {
            Dialect::Plain => "",
            Dialect::Dutch => " --dialect nl",
        };
        format!("build --edition {}{only}{dialect}", edition.id)
    }
}

/// Builds an edition: figures, open data, charts, paper. All of it takes the place of the previous output at once; without
/// a paper only the open data does. Where the output is what would be made, nothing is.
///
/// # Errors
/// Whatever a stage reports, and figures that do not satisfy what is required of them; the previous output stays.
pub fn build(project: &Project, options: &BuildOptions<'_>) -> Result<BuildReport, Failure> {
    let mut report = BuildReport::default();
    if options.progress {
        report.clock.show();
    }
    let started = Timestamp::now();
    // what is wrong with Typst is told after what is wrong with the queries
    let (queries, typst) = both(
        || Queries::read(&project.queries()),
        || (!options.data_only).then(|| Typst::find(options.typst)),
    );
    let queries = queries?;
    report.clock.lap("queries");
    let asked = queries.edition(options.edition)?.clone();
    let place = project.output().join(&asked.id);
    if matches!(typst, Some(Ok(None))) && !place.exists() {
        open_data_first(project, options)?;
    }
    let lock = wait_for_output(project)?;
    // before the work: where nothing can be written, nothing need be computed
    let output = NewFolder::beside(&place)?;
    files::for_folder(&place.join(OPEN_DATA))?;
    let typst = match typst.transpose()? {
        Some(None) => Some(Typst::find_or_install(options.typst)?),
        found => found.flatten(),
    };
    let typst = typst.map(|typst| typst.holding(&lock));
    report.clock.lap("find typst");
    let mut books = Books::open(project, (options, &asked), typst.as_ref())?;
    if let Some(told) = books.nothing_to_do(&place, options) {
        report.nothing_to_do((&asked.id, &place), &told);
        report.clock.hide();
        return Ok(report);
    }
    let (queries, figures) = compute(project, queries, options.edition, &mut report.clock)?;
    let paper = typst
        .map(|typst| Ok::<_, Failure>((typst, Chapters::read(&project.paper(), &queries)?)))
        .transpose()?;
    let read = books.inputs.clone();
    let run = Run {
        command: options.command(&figures.edition),
        started,
        edition: figures.edition.clone(),
        rows: Rows::of(&queries, &figures),
        with_paper: paper.is_some(),
        read: &read,
        claims: Standing::new(),
        releases: figures.tidy.sidecars.clone(),
    };
    let made_of = (&queries, figures);
    let output = (output, books);
    make((project, run), made_of, options, paper, output, &mut report)?;
    report.clock.hide();
    Ok(report)
}

/// Makes the open data where there is no Typst to wait for: installing it takes longer than anything else a newcomer waits for.
fn open_data_first(project: &Project, options: &BuildOptions<'_>) -> Result<(), Failure> {
    let only = BuildOptions {
        data_only: true,
        ..*options
    };
    eprint!("{}", build(project, &only)?.summary());
    eprintln!("the open data stand; the paper needs Typst");
    Ok(())
}

/// Makes all that is published of figures, and puts it in its place.
fn make(
    (project, mut run): (&Project, Run<'_>),
    (queries, figures): (&Queries, Figures),
    options: &BuildOptions<'_>,
    paper: Option<(Typst, Chapters)>,
    (output, mut books): (NewFolder, Books),
    report: &mut BuildReport,
) -> Result<(), Failure> {
    let for_paper = paper.is_some();
    let ((checked, geometry), provenance) = both(
        || {
            let checked = inquire::refuse_unfit(queries, &figures);
            (checked, for_paper.then(|| borders(project, &figures)))
        },
        || Provenance::new(queries, &figures.tidy),
    );
    checked?;
    report.clock.lap("check");
    let chapters = paper.as_ref().map(|(_, chapters)| chapters);
    let used = used(queries, chapters.map_or(&[][..], |of| &of.uses));
    let agendas = agendas(project, queries)?;
    let geometry = geometry.transpose()?;
    let sources = Sources {
        queries,
        figures: &figures,
        provenance: &provenance,
        geometry: geometry.as_ref(),
        agendas: &agendas,
    };
    let typesetting = if let Some(paper) = paper {
        let (typesetting, claims) =
            typesetting::start(project, paper, sources, output.path(), report)?;
        run.claims = claims;
        Some(typesetting)
    } else {
        run.claims = run_log::tested(queries, &figures)?;
        None
    };
    // the open data is written while Typst works
    let buurten = Buurten::read(queries, &figures)?;
    let held = buurten.releases.iter();
    let held = held.map(|(table, of)| (table.clone(), of.sidecar.clone()));
    run.releases.extend(held);
    let made_of = (&figures, &provenance, &buurten);
    let mut known = write_open_data(queries, made_of, options, (&output, &mut books))?;
    // what is there stays as it is, and Typst needs longer
    run_log::know(output.path(), &mut known, &mut books.ledger)?;
    report.clock.lap("open data");
    if typesetting.is_none() {
        let paper = output.place().join(paper::PAPER.file(&run.edition));
        report.tell_earlier(&paper, queries, &figures, &provenance);
    }
    tell_closed(project, &run.edition, report);
    report.summarise(output.place(), queries, &figures, &used, options.verbose);
    report.summarise_buurten(queries, &buurten);
    let told = report.told();
    if run.with_paper {
        tell_what_goes(output.place(), options.keep, report);
    }
    // all of it is written and told: it makes room for the paper, which is read whole
    drop((figures, buurten, geometry));
    if let Some(typesetting) = typesetting {
        typesetting::finish(typesetting, output.path(), &run.edition)?;
        report.clock.lap("typst");
    }
    let (edition, place) = (run.edition.clone(), output.place().to_owned());
    let of = (queries, &provenance);
    let kept = (report, options.keep);
    let outputs = finish((run, of), (output, known), &mut books.ledger, kept)?;
    books.record((options, project, &edition), &place, (outputs, told));
    Ok(())
}

/// Writes the open data, or takes those of the last build where they would come out the same. Gives what they are.
fn write_open_data(
    queries: &Queries,
    made_of: (&Figures, &Provenance, &Buurten),
    options: &BuildOptions<'_>,
    (output, books): (&NewFolder, &mut Books),
) -> Result<BTreeMap<String, Output>, Failure> {
    let places = (output.place(), output.path());
    if let Some(again) = books.open_data_again(places, options.force) {
        return Ok(again);
    }
    let open = output.path().join(OPEN_DATA);
    let written = publish::write(&open, queries, made_of, options.dialect)?;
    let outputs = written
        .into_iter()
        .map(|of| (format!("{OPEN_DATA}/{}", of.path), of.into()));
    Ok(outputs.collect())
}

/// Says that an edition is closed.
fn tell_closed(project: &Project, edition: &Edition, report: &mut BuildReport) {
    let lock = format!("locks/{}.lock", edition.id);
    if project.data().join(&lock).is_file() {
        report.notes.push(format!(
            "edition `{}` is closed: it uses the releases of `data/{lock}`, whatever is fetched or imported",
            edition.id
        ));
    }
}

/// Says what of the output of before is not made anew.
fn tell_what_goes(place: &Path, keep: bool, report: &mut BuildReport) {
    for (folder, command, stays) in [(SITE, "site", keep), (FACTSHEETS, "factsheet", false)] {
        if place.join(folder).is_dir() && !stays {
            report.notes.push(format!(
                "`{folder}/` of the last build is gone with it: `{command}` makes it anew"
            ));
        }
    }
}

/// Puts what was made in its place, with the log of the run and the sums of all that stands there then. Gives what was made.
fn finish(
    (run, (queries, provenance)): (Run<'_>, (&Queries, &Provenance)),
    (output, known): (NewFolder, BTreeMap<String, Output>),
    ledger: &mut Ledger,
    (report, keep): (&mut BuildReport, bool),
) -> Result<BTreeMap<String, Output>, Failure> {
    let with_paper = run.with_paper;
    let log = run.log(report, (output.path(), known), ledger)?;
    let filled = output.path().to_owned();
    let (place, made) = (output.place(), output.path().join(OPEN_DATA));
    let is_same = |name: &str| {
        let name = format!("{OPEN_DATA}/{name}");
        let now = log.outputs.get(&name).map(|of| &of.sha256);
        let before = ledger.hashes.find(&place.join(&name)).ok();
        now.is_some() && now == before.as_ref().map(|of| &of.sha256)
    };
    report.since = since_last_build((queries, provenance), (place, &made), &log, is_same);
    let place = output.place().to_owned();
    if with_paper || !place.exists() {
        log.write(output.path())?;
        run_log::write_sums(output.path(), Some(&log), ledger)?;
        output.finish_keeping(keep.then_some(SITE))?;
        ledger.hashes.moved(&filled, &place);
    } else {
        run_log::unlist(&place, &|name| is_within(OPEN_DATA, name))?;
        output.finish_part(OPEN_DATA)?;
        ledger.hashes.moved(&filled, &place);
        log.write(&place)?;
        run_log::write_sums(&place, Some(&log), ledger)?;
    }
    report.clock.lap("finish");
    Ok(log.outputs)
}

/// What the open data that were just made change of those that are still in their place.
fn since_last_build(
    (queries, provenance): (&Queries, &Provenance),
    (place, made): (&Path, &Path),
    log: &RunLog,
    is_same: impl FnMut(&str) -> bool,
) -> Vec<String> {
    // where they lay before they were a data package
    let folders = [OPEN_DATA, "csv"].map(|name| place.join(name));
    let last = folders
        .iter()
        .find(|folder| folder.join("vergelijking.csv").is_file());
    let records = (Record::read(&place.join(RUN_LOG)), log.record());
    let tables = |indicator: &str, year: i32| -> Vec<String> {
        let found = queries.names().indicator(indicator).ok();
        let ways = found
            .into_iter()
            .flat_map(|id| (0..queries[id].ways.len()).map(move |way| (id, way)));
        let methods = ways.filter_map(|(id, way)| provenance.get(id, way, year));
        methods.flat_map(|method| method.tables.clone()).collect()
    };
    let rebuilt = last.and_then(|last| {
        rebuilt(
            queries,
            (last, made),
            (&records.0, &records.1),
            &tables,
            is_same,
        )
    });
    rebuilt.map_or_else(
        || vec!["since the last build: there is no earlier build to compare with".to_owned()],
        |rebuilt| rebuilt.lines(),
    )
}

/// Whether a file of an output lies in a folder of it.
fn is_within(folder: &str, name: &str) -> bool {
    let within = name.strip_prefix(folder);
    within.is_some_and(|rest| rest.starts_with('/'))
}

/// Waits until an output is free, and clears away what a run that was stopped left of it.
fn wait_for_output(project: &Project) -> Result<FolderLock, files::Error> {
    let lock = FolderLock::wait_for(&project.output())?;
    files::clear(&project.cache());
    Ok(lock)
}

/// Where the open data lie in the output.
const OPEN_DATA: &str = "data";

/// Where each chart lies alone in the output.
const FIGURES: &str = "figuren";

/// Where Typst works, inside the new output until it is done.
const WORK: &str = ".paper";

/// Where the web edition lies in the output.
const SITE: &str = "site";

/// Where the sheets of gemeenten lie in the output.
const FACTSHEETS: &str = "factsheets";

/// A manuscript with what else is made of it.
struct Manuscribed<'a> {
    manuscript: &'a Manuscript<'a>,
    provenance: &'a Provenance,
    geometry: &'a Geometry,
}

/// Makes the manuscript of an edition of figures that satisfy what is required of them, and then something of it.
fn with_manuscript<T>(
    project: &Project,
    queries: Queries,
    edition: Option<&str>,
    make: impl FnOnce(&Manuscribed<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (queries, figures) = compute(project, queries, edition, &mut Clock::default())?;
    let chapters = Chapters::read(&project.paper(), &queries)?;
    inquire::refuse_unfit(&queries, &figures)?;
    let provenance = Provenance::new(&queries, &figures.tidy);
    let geometry = borders(project, &figures)?;
    let agendas = agendas(project, &queries)?;
    let sources = Sources {
        queries: &queries,
        figures: &figures,
        provenance: &provenance,
        geometry: Some(&geometry),
        agendas: &agendas,
    };
    let manuscript = Manuscript::new(chapters, sources)?;
    make(&Manuscribed {
        manuscript: &manuscript,
        provenance: &provenance,
        geometry: &geometry,
    })
}

/// The borders of the edition's gemeenten.
fn borders(project: &Project, figures: &Figures) -> Result<Geometry, Failure> {
    let borders = project.data().join("geometry");
    let year = figures.edition.boundaries;
    let Some(geometry) = Geometry::read(&borders, year)? else {
        let why = String::new();
        return Err(refresh::Error::NoBorders { year, why }.into());
    };
    // borders of no gemeente at all are no map
    if !geometry.regions.is_empty() {
        geometry.fits(&figures.gemeenten.regions, year)?;
    }
    Ok(geometry)
}
