//! The sheets of gemeenten, beside the paper that they name.
//!
//! In: the project, the gemeenten that are asked, and the output of an edition, which is built first where it is not there or was
//! made of other inputs. Out: `factsheets/` in that output. Fails as the stages do, and when a gemeente is none; what was there
//! stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::run_log::{RUN_LOG, Run, Standing};
use super::{BuildOptions, FACTSHEETS, WORK, build};
use crate::base::clock::Clock;
use crate::base::failure::Failure;
use crate::base::files::{self, FolderLock, NewFolder};
use crate::base::project::Project;
use crate::diff::Record;
use crate::fact::Register;
use crate::figures::Figures;
use crate::gemeente::{Gemeenten, RegionId};
use crate::inquire;
use crate::paper::{self, Typst};
use crate::publish::Dialect;
use crate::query::{Edition, Queries};
use crate::sheet::{self, Ground, Setting};
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
    let clock = &mut Clock::default();
    let (queries, figures) = super::compute(project, queries, options.edition, clock)?;
    let place = project.output().join(&figures.edition.id);
    if let Some(why) = outdated(project, &queries, &figures, &place)? {
        said += &format!("{why}: building it first\n");
        said += &build(project, &build_options(options))?.summary();
    }
    let _lock = FolderLock::wait_for(&project.output())?;
    let output = NewFolder::beside(&place)?;
    files::for_folder(&place.join(FACTSHEETS))?;
    let register = Register::new(&queries, &figures, BTreeSet::new())?;
    let ground = Ground::new(&register);
    let published = sheet::rests_on(&ground, &place)?;
    let numerals = verify::listed(&project.queries())?.numerals;
    let setting = Setting {
        typst: &typst,
        sources: &project.paper(),
        published: &published,
        numerals: &numerals,
    };
    let (work, made) = (output.path().join(WORK), output.path().join(FACTSHEETS));
    sheet::set(&setting, &ground, &regions, (&work, &made))?;
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
    said += &format!("wrote {n} {sheets} to `{}`\n", folder.display());
    Ok(said)
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
            said += &format!("note: {note}\n");
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
    let other = names.into_iter().filter(is_of_paper).find(differs);
    Ok(other.map(|name| format!("`{}` was made of another `{name}`", paper.display())))
}

/// Whether the paper is made of a file: those of sheets and of the site are read by others.
fn is_of_paper(name: &&String) -> bool {
    let within = name.strip_prefix("src/paper/");
    within.is_none_or(|name| name != paper::SHEET && !name.starts_with(paper::WEB_SOURCES))
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

const fn build_options<'a>(options: &FactsheetOptions<'a>) -> BuildOptions<'a> {
    BuildOptions {
        edition: options.edition,
        typst: options.typst,
        data_only: false,
        dialect: Dialect::Plain,
        progress: false,
        verbose: false,
    }
}
