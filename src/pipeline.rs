//! The run, on one screen: what is asked and what came in go one way through the rooms to the output folder.

mod figures;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::base::clock::Clock;
use crate::base::failure::Failure;
use crate::base::files::{self, FolderLock, NewFolder};
use crate::base::hands::both;
use crate::base::project::Project;
use crate::claim;
use crate::figures::{Figures, GroupFigure, Lacking, Provenance, Tidy};
use crate::gemeente::Geometry;
use crate::inquire::{self, Found, Inquiry};
use crate::paper::{self, Chapters, Content, Manuscript, Sources, Typesetting, Typst, Use};
use crate::publish;
use crate::query::{FactId, IndicatorId, Queries, TopicId, Way};
use crate::source::agendas::Agendas;
use crate::verify;

pub use figures::{FigureOptions, figures};

/// Computes an edition and puts a question to it: every fact that chapters and queries name is resolved, and `more`.
///
/// # Errors
/// Whatever a stage or the question reports.
pub fn inquire<T>(
    project: &Project,
    edition: Option<&str>,
    more: &dyn Fn(&Queries) -> Result<BTreeSet<FactId>, Failure>,
    question: impl FnOnce(&Inquiry<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let queries = Queries::read(&project.queries())?;
    let (queries, figures) = compute(project, queries, edition, &mut Clock::default())?;
    question(&inquiry(project, &queries, &figures, more(&queries)?)?)
}

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

fn inquiry<'a>(
    project: &Project,
    queries: &'a Queries,
    figures: &'a Figures,
    mut facts: BTreeSet<FactId>,
) -> Result<Inquiry<'a>, Failure> {
    let chapters = Chapters::read(&project.paper(), queries)?;
    facts.extend(named(queries, &chapters.uses));
    Ok(Inquiry {
        register: paper::register(queries, figures, &facts, &chapters.uses)?,
        chapters,
    })
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

/// Finds a text or number in everything that the paper of an edition prints. Where the paper cannot be made, what the
/// program would give it is not looked at.
///
/// # Errors
/// Whatever a stage reports, or when nothing is found.
pub fn find(project: &Project, edition: Option<&str>, text: &str) -> Result<Vec<Found>, Failure> {
    let queries = Queries::read(&project.queries())?;
    let (queries, figures) = compute(project, queries, edition, &mut Clock::default())?;
    let edition = &figures.edition;
    let provenance = Provenance::new(&queries, &figures.tidy);
    let given = || -> Result<serde_json::Value, Failure> {
        let borders = project.data().join("geometry");
        let geometry = Geometry::read(&borders, edition.boundaries)?;
        let agendas = agendas(project, &queries)?;
        let sources = Sources {
            queries: &queries,
            figures: &figures,
            provenance: &provenance,
            geometry: geometry.as_ref(),
            agendas: &agendas,
        };
        let chapters = Chapters::read(&project.paper(), &queries)?;
        let manuscript = Manuscript::new(chapters, sources)?;
        Ok(Content::new(&manuscript, &provenance)?.to_value()?)
    };
    let inquiry = inquiry(project, &queries, &figures, BTreeSet::new())?;
    let found = inquire::find(text, &inquiry, given().ok().as_ref())?;
    if found.is_empty() {
        return Err(inquire::Error::NotFound {
            text: text.to_owned(),
            edition: edition.id.clone(),
        }
        .into());
    }
    Ok(found)
}

/// What `build` was asked.
#[derive(Clone, Copy, Debug)]
pub struct BuildOptions<'a> {
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
    fn summarise(
        &mut self,
        folder: &Path,
        queries: &Queries,
        figures: &Figures,
        used: &BTreeSet<IndicatorId>,
        verbose: bool,
    ) {
        self.lines.push(format!(
            "wrote edition `{}` to `{}`",
            figures.edition.id,
            folder.display()
        ));
        let (mut lacking, mut provisional) = (Vec::new(), Vec::new());
        let subject = figures.groups.subject().id;
        for id in queries.indicator_ids() {
            let (name, used) = (format!("`{}`", queries[id].id), figures.used(id));
            let Some(year) = used.year else {
                lacking.push(name);
                continue;
            };
            if let Some(passed) = &used.passed_over {
                self.notes.push(format!("held back: {}", passed.why));
            }
            let figure = figures.group(id, subject, year);
            if figure.is_some_and(GroupFigure::is_provisional) {
                provisional.push(name);
            }
        }
        let all = queries.indicators.len();
        let with_figures = all - lacking.len();
        self.lines
            .push(format!("{with_figures} of {all} indicators have figures"));
        self.note("missing: no figures for", &lacking);
        self.note("provisional:", &provisional);
        self.summarise_unfound(queries, figures, used);
        self.summarise_lacking(&figures.tidy.lacking, verbose);
        self.notes.extend(figures.tidy.unknown_codes());
        self.summarise_overlaps(&figures.tidy);
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

    /// What the paper uses and no table has, with the nearest; and what the newest table of a family lacks of it.
    fn summarise_unfound(
        &mut self,
        queries: &Queries,
        figures: &Figures,
        used: &BTreeSet<IndicatorId>,
    ) {
        let using = |topic: TopicId| {
            let mut of = used.iter().copied();
            of.find(|id| {
                queries[*id]
                    .ways
                    .iter()
                    .any(|way| way.topics().any(|of| of == topic))
            })
        };
        for unfound in &figures.tidy.unfound {
            let Some(id) = using(unfound.topic) else {
                continue;
            };
            let (topic, indicator) = (&queries[unfound.topic], &queries[id].id);
            // another way may do without what is optional
            if unfound.optional && figures.used(id).year.is_some() {
                continue;
            }
            self.notes.push(format!(
                "missing: {}: topic `{}` of `{indicator}` is not in {}; {}",
                topic.place, topic.id, unfound.tables, unfound.nearest
            ));
        }
        for (family, (table, year)) in newest(queries, &figures.tidy) {
            let behind = used.iter().filter(|id| {
                let is_older = figures.used(**id).year.is_none_or(|of| of < year);
                let mut topics = queries[**id].ways.iter().flat_map(Way::topics);
                is_older && topics.any(|topic| figures.tidy.lacks(table, &queries[topic].id))
            });
            let behind: Vec<String> = behind.map(|id| format!("`{}`", queries[*id].id)).collect();
            self.note(
                &format!("missing: `{table}`, the newest table of `{family}`, lacks topics of"),
                &behind,
            );
        }
    }

    fn summarise_overlaps(&mut self, tidy: &Tidy) {
        for of in &tidy.overlaps {
            let years: Vec<String> = of.years.iter().map(ToString::to_string).collect();
            let (topic, used, other, years) = (&of.topic, &of.used, &of.other, years.join(", "));
            self.notes.push(format!(
                "overlap: topic `{topic}` is in `{used}` and in `{other}` for {years}: the first counts"
            ));
        }
    }

    fn note(&mut self, what: &str, names: &[String]) {
        if !names.is_empty() {
            self.notes.push(format!("{what} {}", names.join(", ")));
        }
    }

    /// Says that a paper that stays where it is shows other figures than the open data that are made.
    fn tell_earlier(&mut self, paper: &Path, open: &Path) {
        let carried = verify::carried(paper);
        if carried.is_ok_and(|carried| !publish::are_of(open, &carried)) {
            self.notes.push(format!(
                "`{}`, its charts and its evidence are of an earlier build: they show other figures than these",
                paper.display()
            ));
        }
    }

    /// What was written, missing and provisional.
    pub fn summary(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    /// Milliseconds per stage.
    pub fn timings(&self) -> String {
        self.clock.timings()
    }
}

/// The newest table that is held of each family, with its last year.
fn newest<'a>(queries: &'a Queries, tidy: &Tidy) -> BTreeMap<&'a str, (&'a str, i32)> {
    let mut newest: BTreeMap<&str, (&str, i32)> = BTreeMap::new();
    for table in queries.tables.values() {
        let sidecar = tidy.sidecars.get(&table.id);
        let year = sidecar.and_then(|sidecar| sidecar.years().last().copied());
        let (Some(family), Some(year)) = (table.family.as_deref(), year) else {
            continue;
        };
        let of = newest.entry(family).or_insert((&table.id, year));
        if year > of.1 {
            *of = (&table.id, year);
        }
    }
    newest
}

/// Builds an edition: figures, open data, charts, paper. All of it takes the place of the previous output at once; without
/// a paper only the open data does.
///
/// # Errors
/// Whatever a stage reports, and figures that do not satisfy what is required of them; the previous output stays.
pub fn build(project: &Project, options: &BuildOptions<'_>) -> Result<BuildReport, Failure> {
    let mut report = BuildReport::default();
    if options.progress {
        report.clock.show();
    }
    let queries = Queries::read(&project.queries())?;
    report.clock.lap("queries");
    let place = project.output().join(&queries.edition(options.edition)?.id);
    let _lock = FolderLock::wait_for(&project.output())?;
    // before the work: where nothing can be written, nothing need be computed
    let output = NewFolder::beside(&place)?;
    files::for_folder(&place.join(OPEN_DATA))?;
    let typst = if options.data_only {
        None
    } else {
        Some(Typst::find_or_install(options.typst)?)
    };
    report.clock.lap("find typst");
    let (queries, figures) = compute(project, queries, options.edition, &mut report.clock)?;
    let edition = &figures.edition;
    let paper = typst
        .map(|typst| Ok::<_, Failure>((typst, Chapters::read(&project.paper(), &queries)?)))
        .transpose()?;
    let (checked, provenance) = both(
        || inquire::refuse_unfit(&queries, &figures),
        || Provenance::new(&queries, &figures.tidy),
    );
    checked?;
    report.clock.lap("check");
    let uses = paper
        .as_ref()
        .map_or(&[][..], |(_, chapters)| &chapters.uses);
    let used = used(&queries, uses);
    let agendas = agendas(project, &queries)?;
    let sources = Sources {
        queries: &queries,
        figures: &figures,
        provenance: &provenance,
        geometry: None,
        agendas: &agendas,
    };
    let typesetting = paper
        .map(|paper| start_paper(project, paper, sources, output.path(), &mut report))
        .transpose()?;
    // the open data is written while Typst works
    let open = output.path().join(OPEN_DATA);
    publish::write(&open, &queries, &figures, &provenance)?;
    report.clock.lap("open data");
    if let Some(typesetting) = typesetting {
        typesetting.finish(output.path(), edition)?;
        let work = output.path().join(WORK);
        files::at("remove", &work, std::fs::remove_dir_all(&work))?;
        report.clock.lap("typst");
        output.finish()?;
    } else {
        report.tell_earlier(&place.join(paper::PAPER.file(edition)), &open);
        output.finish_part(OPEN_DATA)?;
    }
    report.clock.lap("finish");
    report.clock.hide();
    report.summarise(&place, &queries, &figures, &used, options.verbose);
    Ok(report)
}

/// Where the open data lie in the output.
const OPEN_DATA: &str = "csv";

/// Where each chart lies alone in the output.
const FIGURES: &str = "figuren";

/// Where Typst works, inside the new output until it is done.
const WORK: &str = ".paper";

fn start_paper(
    project: &Project,
    (typst, chapters): (Typst, Chapters),
    sources: Sources<'_>,
    output: &Path,
    report: &mut BuildReport,
) -> Result<Typesetting, Failure> {
    let Sources {
        queries,
        figures,
        provenance,
        ..
    } = sources;
    let geometry = borders(project, figures)?;
    let sources = Sources {
        geometry: geometry.as_ref(),
        ..sources
    };
    let manuscript = Manuscript::new(chapters, sources)?;
    report.clock.lap("charts");
    let content = Content::new(&manuscript, provenance)?;
    let listed = verify::listed(&project.queries())?;
    for remark in paper::admit(&manuscript, &content, &listed)? {
        report.clock.say(&format!("warning: {remark}"));
    }
    let evidence = content.evidence();
    let tables = publish::attached(queries, figures, provenance, &evidence.used);
    let proof = evidence.attached.iter();
    let attached = proof
        .map(|(name, bytes)| (*name, Cow::Borrowed(bytes.as_slice())))
        .chain(tables.map(|(name, bytes)| (name, Cow::Owned(bytes))))
        .collect();
    let typesetting = paper::start(
        &typst,
        &project.paper(),
        &output.join(WORK),
        &manuscript,
        &content,
        attached,
        listed.numerals,
    )?;
    report.notes.extend(manuscript.left_out.iter().cloned());
    let unused = manuscript.unused().into_iter().map(|id| format!("`{id}`"));
    report.note("unused: no chapter prints", &unused.collect::<Vec<_>>());
    report.clock.lap("content");
    // written while Typst works
    evidence.publish(output)?;
    if !manuscript.press.is_empty() {
        files::write(&output.join(paper::PRESS), manuscript.press.as_bytes())?;
    }
    figures::write_alone(&output.join(FIGURES), &manuscript.illustrations)?;
    Ok(typesetting)
}

/// The borders of the edition's gemeenten, when there are any.
fn borders(project: &Project, figures: &Figures) -> Result<Option<Geometry>, Failure> {
    let borders = project.data().join("geometry");
    let year = figures.edition.boundaries;
    let geometry = Geometry::read(&borders, year)?;
    // no borders at all is no map
    if let Some(geometry) = geometry.as_ref().filter(|of| !of.regions.is_empty()) {
        geometry.fits(&figures.gemeenten.regions, year)?;
    }
    Ok(geometry)
}
