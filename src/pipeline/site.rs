//! The web edition of a paper, beside the paper itself.
//!
//! In: the project, and the output of an edition, which is built first where it is not there or was made of other inputs. Out:
//! `site/` in that output. Fails as the stages do; what was there stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::beside::{Beside, current};
use super::factsheet::set_pdfs;
use super::made::By;
use super::{BuildOptions, Manuscribed, SITE, WORK, is_within, run_log, wait_for_output};
use crate::base::failure::Failure;
use crate::base::files::{self, NewFolder};
use crate::base::project::Project;
use crate::figures::Figures;
use crate::gemeente::RegionId;
use crate::paper::{Content, Typst};
use crate::query::{Edition, Queries};
use crate::site::{self, Making};

/// What `site` was asked.
#[derive(Clone, Copy, Debug)]
pub struct SiteOptions<'a> {
    /// Edition; the default one when none.
    pub edition: Option<&'a str>,
    /// Typst program to use.
    pub typst: Option<&'a Path>,
    /// Whether each gemeente has its sheet as PDF.
    pub sheets: bool,
    /// Whether to make it where nothing has changed.
    pub force: bool,
}

/// Makes the site of an edition, in the place of the last. Where that is what would be made, nothing is; a sheet is set only
/// where something that it is set from has changed.
///
/// # Errors
/// Whatever a stage reports, and figures that do not satisfy what is required of them; the previous site stays.
pub fn site(project: &Project, options: &SiteOptions<'_>) -> Result<String, Failure> {
    let queries = Queries::read(&project.queries())?;
    let edition = queries.edition(options.edition)?.clone();
    let typst = Typst::find_or_install(options.typst)?;
    let built = BuildOptions::of(options.edition, options.typst);
    let (said, ledger) = current(project, &edition, &typst, &built)?;
    let typst = typst.holding(&wait_for_output(project)?);
    let place = project.output().join(&edition.id);
    let without = if options.sheets {
        ""
    } else {
        " --without-sheets"
    };
    let by = By::new(Some(&typst), format!("{SITE}{without}"));
    let mut beside = Beside::open(ledger, (&place, &edition), (SITE, by))?;
    let folder = place.join(SITE);
    if !options.force && beside.is_current() {
        beside.list()?;
        let folder = folder.display();
        return Ok(format!(
            "{said}`{folder}` is up to date: nothing that it is made of has changed (`--force` makes it anew)\n{}",
            note(&edition)
        ));
    }
    if options.force {
        beside.forget();
    }
    let output = NewFolder::beside(&place)?;
    files::for_folder(&folder)?;
    let make = |of: &Manuscribed<'_>| {
        make(
            project,
            (&typst, options.sheets),
            of,
            (&place, output.path()),
            &beside,
        )
    };
    let (pages, keys) = super::with_manuscript(project, queries, options.edition, make)?;
    let names = files::all_files(&output.path().join(SITE))?;
    let filled = output.path().to_owned();
    run_log::unlist(&place, &|name| is_within(SITE, name))?;
    output.finish_part(SITE)?;
    beside.ledger.hashes.moved(&filled, &place);
    run_log::write_sums(&place, None, &mut beside.ledger)?;
    beside.record(false, &names, &keys)?;
    let (folder, note) = (folder.display(), note(&edition));
    Ok(format!("{said}wrote {pages} pages to `{folder}`\n{note}"))
}

/// What an edition lacks for its site.
fn note(edition: &Edition) -> &'static str {
    if edition.address.is_empty() {
        "note: queries/editions.toml gives no `address`: pages have no canonical address, and there is no sitemap\n"
    } else {
        ""
    }
}

/// Makes the site in a new output, with or without sheets. Gives how many pages it has, and what each sheet was set from.
fn make(
    project: &Project,
    (typst, sheets): (&Typst, bool),
    of: &Manuscribed<'_>,
    (place, output): (&Path, &Path),
    beside: &Beside<'_>,
) -> Result<(usize, BTreeMap<String, String>), Failure> {
    let (work, made) = (output.join(WORK), output.join(SITE));
    let (register, provenance) = (&of.manuscript.register, of.provenance);
    let (queries, figures) = (register.queries(), register.figures());
    let since = super::diff::since_previous(project, queries, figures)?;
    let content = Content::new(of.manuscript, provenance)?;
    let making = Making {
        typst,
        sources: &project.paper(),
        manuscript: of.manuscript,
        content: &content.with_changes(since.as_ref(), of.manuscript),
        provenance,
        geometry: of.geometry,
        sheets,
        output: place,
    };
    let pages = site::write(&making, &work, &made)?;
    let mut keys = BTreeMap::new();
    if sheets {
        let all: Vec<RegionId> = places(figures).collect();
        let folder = made.join(site::GEMEENTEN);
        let set = set_pdfs(project, &making, &all, (&work, &folder), beside)?;
        let path = |name: String| format!("{}/{name}", site::GEMEENTEN);
        keys.extend(set.into_iter().map(|(name, key)| (path(name), key)));
    }
    files::at("remove", &work, fs::remove_dir_all(&work))?;
    Ok((pages.len(), keys))
}

/// The gemeenten of an edition.
fn places(figures: &Figures) -> impl Iterator<Item = RegionId> + '_ {
    let regions = &figures.gemeenten.regions;
    let all = regions.in_year(figures.edition.boundaries);
    all.map(|(region, _)| region)
}
