//! The sheets of gemeenten, beside the paper that they name.
//!
//! In: the project, the gemeenten that are asked, and the output of an edition, which is built first where it is not there or was
//! made of other inputs. Out: `factsheets/` in that output, a PDF and a page of each. Fails as the stages do, and when a
//! gemeente is none; what was there stays. The peculiarity it answers: a sheet names the paper and the open data by their
//! hash, so that it can only be made beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::beside::{Beside, current};
use super::made::By;
use super::{BuildOptions, FACTSHEETS, Manuscribed, WORK, is_within, run_log, wait_for_output};
use crate::base::failure::Failure;
use crate::base::files::{self, NewFolder};
use crate::base::project::Project;
use crate::gemeente::{Gemeenten, RegionId};
use crate::inquire;
use crate::paper::{Content, Typst};
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
    /// Whether to make sheets where nothing has changed.
    pub force: bool,
}

/// Makes sheets of gemeenten; those of others stay, unless all are made. Gives what is to be told.
///
/// # Errors
/// Whatever a stage reports, and when one is asked that is no gemeente; the sheets that are there stay.
pub fn factsheet(project: &Project, options: &FactsheetOptions<'_>) -> Result<String, Failure> {
    let queries = Queries::read(&project.queries())?;
    let edition = queries.edition(options.edition)?.clone();
    let (regions, mut said) = asked(project, &edition, options)?;
    let typst = Typst::find_or_install(options.typst)?;
    let built = BuildOptions::of(options.edition, options.typst);
    let (built, ledger) = current(project, &edition, &typst, &built)?;
    said += &built;
    let typst = typst.holding(&wait_for_output(project)?);
    let place = project.output().join(&edition.id);
    let asked = By::new(Some(&typst), FACTSHEETS.to_owned());
    let mut beside = Beside::open(ledger, (&place, &edition), (FACTSHEETS, asked))?;
    let (n, folder) = (regions.len(), place.join(FACTSHEETS));
    let sheets = if n == 1 { "sheet" } else { "sheets" };
    // all of them stand there alone
    let has_place = options.gemeenten.is_some() || beside.is_current();
    if !options.force && has_place && beside.has_sheets(&regions) {
        beside.list()?;
        // writing to a string cannot fail
        let _ = writeln!(
            said,
            "{n} {sheets} in `{}` up to date: nothing that they are made of has changed (`--force` makes them anew)",
            folder.display()
        );
        return Ok(said);
    }
    if options.force {
        beside.forget();
    }
    let output = NewFolder::beside(&place)?;
    files::for_folder(&folder)?;
    let make = |of: &Manuscribed<'_>| {
        make(
            project,
            &typst,
            of,
            &regions,
            (&place, output.path()),
            &beside,
        )
    };
    let keys = super::with_manuscript(project, queries, options.edition, make)?;
    let (made, filled) = (output.path().join(FACTSHEETS), output.path().to_owned());
    let names: BTreeSet<String> = files::names(&made)?.into_iter().collect();
    if options.gemeenten.is_none() {
        run_log::unlist(&place, &|name| is_within(FACTSHEETS, name))?;
        output.finish_part(FACTSHEETS)?;
        beside.ledger.hashes.moved(&filled, &place);
    } else {
        let all = names.iter().map(|name| format!("{FACTSHEETS}/{name}"));
        run_log::unlist(&place, &|name| all.clone().any(|of| of == name))?;
        put(&made, &folder)?;
    }
    run_log::write_sums(&place, None, &mut beside.ledger)?;
    beside.record(options.gemeenten.is_some(), &names, &keys)?;
    // writing to a string cannot fail
    let _ = writeln!(
        said,
        "wrote {n} {sheets} to `{}`, each as PDF and HTML",
        folder.display()
    );
    Ok(said)
}

/// Makes sheets of gemeenten in a new output. Gives what each was set from.
fn make(
    project: &Project,
    typst: &Typst,
    of: &Manuscribed<'_>,
    regions: &[RegionId],
    (place, output): (&Path, &Path),
    beside: &Beside<'_>,
) -> Result<BTreeMap<String, String>, Failure> {
    let (work, made) = (output.join(WORK), output.join(FACTSHEETS));
    let content = Content::new(of.manuscript, of.provenance)?;
    let making = Making {
        typst,
        sources: &project.paper(),
        manuscript: of.manuscript,
        content: &content,
        provenance: of.provenance,
        geometry: of.geometry,
        sheets: true,
        output: place,
    };
    let folders = (work.as_path(), made.as_path());
    let keys = set_pdfs(project, &making, regions, folders, beside)?;
    site::write_alone(&making, regions, folders)?;
    files::at("remove", &work, fs::remove_dir_all(&work))?;
    Ok(keys)
}

/// Sets the sheets of gemeenten as PDF, within a folder for Typst, into another. Gives what each was set from.
pub(super) fn set_pdfs(
    project: &Project,
    making: &Making<'_>,
    regions: &[RegionId],
    (work, made): (&Path, &Path),
    beside: &Beside<'_>,
) -> Result<BTreeMap<String, String>, Failure> {
    let ground = Ground::new(&making.manuscript.register);
    let setting = Setting {
        typst: making.typst,
        sources: making.sources,
        published: &sheet::rests_on(&ground, making.output)?,
        numerals: &verify::listed(&project.queries())?.numerals,
        makers: &beside.by.makers(),
        kept: &beside.sheets,
    };
    let work = work.join(FACTSHEETS);
    sheet::set(&setting, &ground, regions, (&work, made))
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

/// Puts each file of a folder in its place in another, and leaves what else is there.
fn put(made: &Path, folder: &Path) -> Result<(), files::Error> {
    files::at("make", folder, fs::create_dir_all(folder))?;
    for name in files::names(made)? {
        let place = folder.join(&name);
        files::at("move", &place, fs::rename(made.join(&name), &place))?;
    }
    Ok(())
}
