//! A question to an edition: what a fact is, where a text or number stands, whether all holds.
//!
//! In: the project, and the question. Out: its answer, from figures that were computed for it. Fails as the stages do. Nothing
//! is written.

use std::collections::BTreeSet;

use super::{agendas, compute, diff, named};
use crate::base::clock::Clock;
use crate::base::failure::Failure;
use crate::base::project::Project;
use crate::figures::{Figures, Provenance};
use crate::gemeente::Geometry;
use crate::inquire::{self, Found, Inquiry};
use crate::paper::{self, Chapters, Content, Manuscript, Sources};
use crate::query::{FactId, Queries};

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
        let since = diff::since_previous(project, &queries, &figures)?;
        let content = Content::new(&manuscript, &provenance)?;
        Ok(content
            .with_changes(since.as_ref(), &manuscript)
            .to_value()?)
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
