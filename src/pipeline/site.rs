//! The web edition of a paper, beside the paper itself.
//!
//! In: the project, and the output of an edition, which is built first where it is not there or was made of other inputs. Out:
//! `site/` in that output. Fails as the stages do; what was there stays.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::factsheet::{current, set_pdfs};
use super::{BuildOptions, Manuscribed, SITE, WORK};
use crate::base::failure::Failure;
use crate::base::files::{self, FolderLock, NewFolder};
use crate::base::project::Project;
use crate::figures::Figures;
use crate::gemeente::RegionId;
use crate::paper::{Content, Typst};
use crate::query::Queries;
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
}

/// Makes the site of an edition, in the place of the last.
///
/// # Errors
/// Whatever a stage reports, and figures that do not satisfy what is required of them; the previous site stays.
pub fn site(project: &Project, options: &SiteOptions<'_>) -> Result<String, Failure> {
    let queries = Queries::read(&project.queries())?;
    let place = project.output().join(&queries.edition(options.edition)?.id);
    let typst = Typst::find_or_install(options.typst)?;
    let mut said = String::new();
    let make = |of: &Manuscribed<'_>| -> Result<(), Failure> {
        let build = BuildOptions::of(options.edition, options.typst);
        said += &current(project, of.manuscript, &build)?;
        let _lock = FolderLock::wait_for(&project.output())?;
        let output = NewFolder::beside(&place)?;
        files::for_folder(&place.join(SITE))?;
        let (work, made) = (output.path().join(WORK), output.path().join(SITE));
        let (register, provenance) = (&of.manuscript.register, of.provenance);
        let (queries, figures) = (register.queries(), register.figures());
        let since = super::diff::since_previous(project, queries, figures)?;
        let content = Content::new(of.manuscript, provenance)?;
        let making = Making {
            typst: &typst,
            sources: &project.paper(),
            manuscript: of.manuscript,
            content: &content.with_changes(since.as_ref(), of.manuscript),
            provenance,
            geometry: of.geometry,
            sheets: options.sheets,
            output: &place,
        };
        let pages = site::write(&making, &work, &made)?;
        if options.sheets {
            let all: Vec<RegionId> = places(figures).collect();
            set_pdfs(project, &making, &all, (&work, &made.join(site::GEMEENTEN)))?;
        }
        files::at("remove", &work, fs::remove_dir_all(&work))?;
        output.finish_part(SITE)?;
        super::run_log::write_sums(&place, None)?;
        // writing to a string cannot fail
        let folder = place.join(SITE);
        let _ = writeln!(
            said,
            "wrote {} pages to `{}`",
            pages.len(),
            folder.display()
        );
        if figures.edition.address.is_empty() {
            said += "note: queries/editions.toml gives no `address`: pages have no canonical address, and there is no sitemap\n";
        }
        Ok(())
    };
    super::with_manuscript(project, queries, options.edition, make)?;
    Ok(said)
}

/// The gemeenten of an edition.
fn places(figures: &Figures) -> impl Iterator<Item = RegionId> + '_ {
    let regions = &figures.gemeenten.regions;
    let all = regions.in_year(figures.edition.boundaries);
    all.map(|(region, _)| region)
}
