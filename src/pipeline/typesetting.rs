//! The paper on its way: begun with all that it is made of, and waited for.
//!
//! In: the figures of an edition with all that a manuscript is made of, and the folder of the new output. Out: the paper, its evidence and
//! its charts there. Fails as the manuscript, Typst and the check of the paper do. While Typst works, whoever began it goes on.

use std::borrow::Cow;
use std::path::Path;

use super::report::BuildReport;
use super::run_log::{self, Standing};
use super::{FIGURES, WORK, diff, figures};
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::hands::both;
use crate::base::project::Project;
use crate::paper::{self, Chapters, Content, Manuscript, Sources, Typesetting, Typst};
use crate::query::Edition;
use crate::{publish, verify};

/// Begins the paper, and writes what lies beside it in the output. Gives what its claims came to.
pub(super) fn start(
    project: &Project,
    (typst, chapters): (Typst, Chapters),
    sources: Sources<'_>,
    output: &Path,
    report: &mut BuildReport,
) -> Result<(Typesetting, Standing), Failure> {
    let Sources {
        queries,
        figures: of_edition,
        provenance,
        ..
    } = sources;
    let told = || {
        let manuscript = Manuscript::new(chapters, sources)?;
        report.clock.lap("charts");
        let content = Content::new(&manuscript, provenance)?;
        Ok::<_, Failure>((manuscript, content))
    };
    let since = || diff::since_previous(project, queries, of_edition);
    let (told, since) = both(told, since);
    let (manuscript, content) = told?;
    let content = content.with_changes(since?.as_ref(), &manuscript);
    let listed = verify::listed(&project.queries())?;
    let evidence = content.evidence();
    let (remarks, tables) = both(
        || paper::admit(&manuscript, &content, &listed),
        || publish::attached(queries, of_edition, provenance, &evidence.used),
    );
    for remark in remarks? {
        report.warn(&remark);
    }
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
    Ok((typesetting, run_log::standing(&manuscript.claims)))
}

/// Waits for the paper, and clears away what it was made from.
pub(super) fn finish(
    typesetting: Typesetting,
    output: &Path,
    edition: &Edition,
) -> Result<(), Failure> {
    typesetting.finish(output, edition)?;
    let work = output.join(WORK);
    Ok(files::at("remove", &work, std::fs::remove_dir_all(&work))?)
}
