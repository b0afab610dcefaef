//! The web edition of a paper, beside the paper itself.
//!
//! In: the project, and the output of an edition, which is built first where it is not there. Out: `site/` in that output. Fails
//! as the stages do; what was there stays.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{BuildOptions, Manuscribed, SITE, WORK, build};
use crate::base::failure::Failure;
use crate::base::files::{self, FolderLock, NewFolder};
use crate::base::project::Project;
use crate::paper::{self, Content, Typst};
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
    let made = output.path().join(SITE);
    let work = output.path().join(WORK);
    let make = |of: &Manuscribed<'_>| -> Result<(usize, bool), Failure> {
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
            output: &place,
        };
        let pages = site::write(&making, &work, &made)?;
        Ok((pages.len(), figures.edition.address.is_empty()))
    };
    let (pages, is_nowhere) = super::with_manuscript(project, queries, options.edition, make)?;
    files::at("remove", &work, fs::remove_dir_all(&work))?;
    output.finish_part(SITE)?;
    super::run_log::write_sums(&place, None)?;
    // writing to a string cannot fail
    let _ = writeln!(
        said,
        "wrote {pages} pages to `{}`",
        place.join(SITE).display()
    );
    if is_nowhere {
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
