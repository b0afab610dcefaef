//! Each chart alone, for slides and the press: SVG with every build, PNG when asked.
//!
//! In: the illustrations of a manuscript. Out: `figuren/` of the output. Fails as the stages do. The peculiarity it answers:
//! the pictures take longer than the rest of a build together, so that they are a command of their own.

use std::fs;
use std::path::Path;

use super::made::Ledger;
use super::{FIGURES, Manuscribed, WORK, is_within, run_log, wait_for_output};
use crate::base::failure::Failure;
use crate::base::files::{self, NewFolder};
use crate::base::hands::in_parts;
use crate::base::project::Project;
use crate::illustrate::Illustration;
use crate::paper::{self, Typst};
use crate::query::Queries;

/// What `figures` was asked.
#[derive(Clone, Copy, Debug)]
pub struct FigureOptions<'a> {
    /// Edition; the default one when none.
    pub edition: Option<&'a str>,
    /// Typst program to use.
    pub typst: Option<&'a Path>,
}

/// Makes the charts of an edition's paper alone, as SVG and PNG. They take the place of `figuren/` in the output, and all
/// else stays.
///
/// # Errors
/// Whatever a stage reports, and figures that do not satisfy what is required of them; the previous output stays.
pub fn figures(project: &Project, options: &FigureOptions<'_>) -> Result<String, Failure> {
    let queries = Queries::read(&project.queries())?;
    let place = project.output().join(&queries.edition(options.edition)?.id);
    let lock = wait_for_output(project)?;
    let output = NewFolder::beside(&place)?;
    files::for_folder(&place.join(FIGURES))?;
    let typst = Typst::find_or_install(options.typst)?.holding(&lock);
    let made = output.path().join(FIGURES);
    let work = output.path().join(WORK);
    let make = |of: &Manuscribed<'_>| {
        let illustrations = &of.manuscript.illustrations;
        write_alone(&made, illustrations)?;
        paper::set_figures(&typst, &project.paper(), &work, illustrations, &made)?;
        Ok(illustrations.len())
    };
    let count = super::with_manuscript(project, queries, options.edition, make)?;
    files::at("remove", &work, fs::remove_dir_all(&work))?;
    run_log::unlist(&place, &|name| is_within(FIGURES, name))?;
    output.finish_part(FIGURES)?;
    let mut ledger = Ledger::open(project);
    run_log::write_sums(&place, None, &mut ledger)?;
    ledger.hashes.save();
    Ok(format!(
        "wrote {count} charts as SVG and PNG to `{}`\n",
        place.join(FIGURES).display()
    ))
}

/// Writes each chart alone as SVG.
pub(super) fn write_alone(folder: &Path, illustrations: &[Illustration]) -> Result<(), Failure> {
    files::at("make", folder, fs::create_dir_all(folder))?;
    let drawn = in_parts(
        illustrations.len(),
        || (),
        |(), place| illustrations[place].alone(),
    );
    for (of, picture) in illustrations.iter().zip(drawn) {
        let path = folder.join(format!("{}.svg", of.id));
        files::at("write", &path, fs::write(&path, picture?.svg))?;
    }
    Ok(())
}
