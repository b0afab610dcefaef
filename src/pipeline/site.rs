//! The web edition of a paper, beside the paper itself.
//!
//! In: the project, and the output of an edition, which is built first where it is not there. Out: `site/` in that output. Fails
//! as the stages do; what was there stays.

use std::fs;
use std::path::Path;

use super::{BuildOptions, SITE, WORK, borders, build};
use crate::base::clock::Clock;
use crate::base::failure::Failure;
use crate::base::files::{self, FolderLock, NewFolder};
use crate::base::project::Project;
use crate::figures::Provenance;
use crate::inquire;
use crate::paper::{self, Chapters, Content, Manuscript, Sources, Typst};
use crate::publish::Dialect;
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
    let mut said = String::new();
    let paper = place.join(paper::PAPER.file(queries.edition(options.edition)?));
    if !paper.is_file() {
        said = build(project, &build_options(options))?.summary();
    }
    let _lock = FolderLock::wait_for(&project.output())?;
    let output = NewFolder::beside(&place)?;
    files::for_folder(&place.join(SITE))?;
    let typst = Typst::find_or_install(options.typst)?;
    let clock = &mut Clock::default();
    let (queries, figures) = super::compute(project, queries, options.edition, clock)?;
    let chapters = Chapters::read(&project.paper(), &queries)?;
    inquire::refuse_unfit(&queries, &figures)?;
    let provenance = Provenance::new(&queries, &figures.tidy);
    let geometry = borders(project, &figures)?;
    let agendas = super::agendas(project, &queries)?;
    let manuscript = Manuscript::new(
        chapters,
        Sources {
            queries: &queries,
            figures: &figures,
            provenance: &provenance,
            geometry: Some(&geometry),
            agendas: &agendas,
        },
    )?;
    let since = super::diff::since_previous(project, &queries, &figures)?;
    let content = Content::new(&manuscript, &provenance)?.with_changes(since.as_ref(), &manuscript);
    let made = output.path().join(SITE);
    let work = output.path().join(WORK);
    let making = Making {
        typst: &typst,
        sources: &project.paper(),
        manuscript: &manuscript,
        content: &content,
        provenance: &provenance,
        geometry: &geometry,
        output: &place,
    };
    let pages = site::write(&making, &work, &made)?;
    files::at("remove", &work, fs::remove_dir_all(&work))?;
    output.finish_part(SITE)?;
    super::run_log::write_sums(&place, None)?;
    let folder = place.join(SITE);
    said += &format!("wrote {} pages to `{}`\n", pages.len(), folder.display());
    if figures.edition.address.is_empty() {
        said += "note: queries/editions.toml gives no `address`: pages have no canonical address, and there is no sitemap\n";
    }
    Ok(said)
}

const fn build_options<'a>(options: &SiteOptions<'a>) -> BuildOptions<'a> {
    BuildOptions {
        edition: options.edition,
        typst: options.typst,
        data_only: false,
        dialect: Dialect::Plain,
        progress: false,
        verbose: false,
    }
}
