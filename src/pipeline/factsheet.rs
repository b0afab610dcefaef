//! The sheets of gemeenten, beside the paper that they name.
//!
//! In: the project, the gemeenten that are asked, and the output of an edition, which is built first where it is not there or was
//! made of other inputs. Out: `factsheets/` in that output, a PDF and a page of each. Fails as the stages do, and when a
//! gemeente is none; what was there stays. The peculiarity it answers: a sheet names the paper and the open data by their
//! hash, so that it can only be made beside them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::run_log::{RUN_LOG, Run, Standing};
use super::{BuildOptions, FACTSHEETS, Manuscribed, WORK, build};
use crate::base::failure::Failure;
use crate::base::files::{self, FolderLock, NewFolder};
use crate::base::project::Project;
use crate::diff::Record;
use crate::figures::Figures;
use crate::gemeente::{Gemeenten, RegionId};
use crate::inquire;
use crate::paper::{self, Content, Manuscript, Typst};
use crate::query::{Edition, Queries};
use crate::sheet::{self, Ground, Setting};
use crate::site::{self, Making};
use crate::verify;

/// What `factsheet` was asked.
#[derive(Clone, Copy, Debug)]
pub struct FactsheetOptions<'a> {
    /// Edition; the default one when none.
    pub edition: Option<&'a str>,
    /// Typst program to use.
    pub typst: Option<&'a Path>,
    /// Codes or names of gemeenten; all of the edition when none.
    pub gemeenten: Option<&'a [String]>,
}

/// Makes sheets of gemeenten; those of others stay, unless all are made. Gives what is to be told.
///
/// # Errors
/// Whatever a stage reports, and when one is asked that is no gemeente; the sheets that are there stay.
pub fn factsheet(project: &Project, options: &FactsheetOptions<'_>) -> Result<String, Failure> {
    let queries = Queries::read(&project.queries())?;
    let (regions, mut said) = asked(project, queries.edition(options.edition)?, options)?;
    let typst = Typst::find_or_install(options.typst)?;
    let make = |of: &Manuscribed<'_>| -> Result<(), Failure> {
        let figures = of.manuscript.register.figures();
        let place = project.output().join(&figures.edition.id);
        let build = BuildOptions::of(options.edition, options.typst);
        said += &current(project, of.manuscript, &build)?;
        let _lock = FolderLock::wait_for(&project.output())?;
        let output = NewFolder::beside(&place)?;
        files::for_folder(&place.join(FACTSHEETS))?;
        let (work, made) = (output.path().join(WORK), output.path().join(FACTSHEETS));
        let content = Content::new(of.manuscript, of.provenance)?;
        let making = Making {
            typst: &typst,
            sources: &project.paper(),
            manuscript: of.manuscript,
            content: &content,
            provenance: of.provenance,
            geometry: of.geometry,
            sheets: true,
            output: &place,
        };
        let folders = (work.as_path(), made.as_path());
        set_pdfs(project, &making, &regions, folders)?;
        site::write_alone(&making, &regions, folders)?;
        files::at("remove", &work, fs::remove_dir_all(&work))?;
        let folder = place.join(FACTSHEETS);
        if options.gemeenten.is_none() {
            output.finish_part(FACTSHEETS)?;
        } else {
            put(&made, &folder)?;
        }
        super::run_log::write_sums(&place, None)?;
        let n = regions.len();
        let sheets = if n == 1 { "sheet" } else { "sheets" };
        // writing to a string cannot fail
        let _ = writeln!(
            said,
            "wrote {n} {sheets} to `{}`, each as PDF and HTML",
            folder.display()
        );
        Ok(())
    };
    super::with_manuscript(project, queries, options.edition, make)?;
    Ok(said)
}

/// Sets the sheets of gemeenten as PDF, within a folder for Typst, into another.
pub(super) fn set_pdfs(
    project: &Project,
    making: &Making<'_>,
    regions: &[RegionId],
    (work, made): (&Path, &Path),
) -> Result<(), Failure> {
    let ground = Ground::new(&making.manuscript.register);
    let setting = Setting {
        typst: making.typst,
        sources: making.sources,
        published: &sheet::rests_on(&ground, making.output)?,
        numerals: &verify::listed(&project.queries())?.numerals,
    };
    let work = work.join(FACTSHEETS);
    sheet::set(&setting, &ground, regions, (&work, made))
}

/// Builds the output of an edition where it is not the paper of this manuscript; gives what is to be told of that.
pub(super) fn current(
    project: &Project,
    manuscript: &Manuscript<'_>,
    options: &BuildOptions<'_>,
) -> Result<String, Failure> {
    let register = &manuscript.register;
    let place = project.output().join(&register.figures().edition.id);
    let why = outdated(project, register.queries(), register.figures(), &place)?;
    let Some(why) = why else {
        return Ok(String::new());
    };
    let summary = build(project, options)?.summary();
    Ok(format!("{why}: building it first\n{summary}"))
}

/// The gemeenten that are asked, each once, and what is to be told of them.
fn asked(
    project: &Project,
    edition: &Edition,
    options: &FactsheetOptions<'_>,
) -> Result<(Vec<RegionId>, String), Failure> {
    let gemeenten = Gemeenten::read(&project.data())?;
    let year = edition.boundaries;
    let Some(texts) = options.gemeenten else {
        let all = gemeenten.regions.in_year(year).map(|(region, _)| region);
        return Ok((all.collect(), String::new()));
    };
    let (mut regions, mut said) = (BTreeSet::new(), String::new());
    for text in texts {
        let (region, note) = inquire::gemeente_or_successor(text, &gemeenten, year)?;
        regions.insert(region);
        if let Some(note) = note {
            // writing to a string cannot fail
            let _ = writeln!(said, "note: {note}");
        }
    }
    Ok((regions.into_iter().collect(), said))
}

/// Why the output is not the paper of these inputs; nothing where it is.
fn outdated(
    project: &Project,
    queries: &Queries,
    figures: &Figures,
    place: &Path,
) -> Result<Option<String>, Failure> {
    let paper = place.join(paper::PAPER.file(&figures.edition));
    if !paper.is_file() {
        return Ok(Some(format!("there is no `{}`", paper.display())));
    }
    let run = Run {
        project,
        command: String::new(),
        started: Timestamp::UNIX_EPOCH,
        queries,
        figures,
        with_paper: true,
        claims: Standing::new(),
    };
    let (made_of, now) = (Record::read(&place.join(RUN_LOG)).inputs, run.inputs()?);
    let differs = |name: &&String| made_of.get(*name) != now.get(*name);
    let names: BTreeSet<&String> = made_of.keys().chain(now.keys()).collect();
    let other = names
        .into_iter()
        .filter(|name| is_of_paper(name))
        .find(differs);
    Ok(other.map(|name| format!("`{}` was made of another `{name}`", paper.display())))
}

/// Whether the paper is made of a file: those of sheets and of the site are read by others.
fn is_of_paper(name: &str) -> bool {
    let within = name.strip_prefix("src/paper/");
    within.is_none_or(|name| !paper::is_of_web(Path::new(name)))
}

/// Puts each file of a folder in its place in another, and leaves what else is there.
fn put(made: &Path, folder: &Path) -> Result<(), files::Error> {
    files::at("make", folder, fs::create_dir_all(folder))?;
    for name in files::names(made)? {
        let place = folder.join(&name);
        files::at("move", &place, fs::rename(made.join(&name), &place))?;
    }
    Ok(())
}
