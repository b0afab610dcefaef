//! Two sides on their way to `diff`: what was named becomes figures, and these a chain.
//!
//! In: the names of both sides: an edition of this project, the folder of a project, or a folder `data/`. Out: [`Changes`]
//! with what the sides are called. Fails as the stages do, and when a name is none of these.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::named;
use crate::base::clock::Clock;
use crate::base::failure::{Exit, Failure, Report};
use crate::base::hands::both;
use crate::base::located::nearest;
use crate::base::project::Project;
use crate::claim;
use crate::diff::{Chain, Changes, Effect, Side, Since, Verdicts, Whose, effect};
use crate::fact::Register;
use crate::figures::Figures;
use crate::paper::Chapters;
use crate::query::{Edition, FactId, Queries};
use crate::source::snapshot::Store;

/// What `diff` found, and what both sides are called.
#[derive(Debug)]
pub struct Compared {
    /// The old side.
    pub old: String,
    /// The new side.
    pub new: String,
    /// What lies between.
    pub changes: Changes,
}

/// A name that is no side.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` is no edition, no project and no folder `data/`")]
pub struct NoSide {
    name: String,
    hint: String,
}

impl Report for NoSide {
    fn hint(&self) -> Option<String> {
        Some(self.hint.clone())
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// A side before its figures are there.
struct Named {
    label: String,
    data: PathBuf,
    /// Its own queries; none where they are those of the project at hand.
    queries: Option<(Project, Queries)>,
    edition: Option<String>,
}

impl Named {
    fn new(project: &Project, queries: &Queries, name: &str) -> Result<Self, Failure> {
        if queries.editions.iter().any(|edition| edition.id == name) {
            return Ok(Self {
                label: format!("edition `{name}`"),
                data: project.data(),
                queries: None,
                edition: Some(name.to_owned()),
            });
        }
        let folder = Path::new(name);
        if folder.join("queries").is_dir() && folder.join("data").is_dir() {
            let of = Project::new(folder);
            let own = Queries::read(&of.queries())?;
            return Ok(Self {
                label: format!("project `{name}`"),
                data: of.data(),
                queries: Some((of, own)),
                edition: None,
            });
        }
        if folder.join("snapshots").is_dir() {
            return Ok(Self {
                label: format!("data `{name}`"),
                data: folder.to_owned(),
                queries: None,
                edition: None,
            });
        }
        let editions = queries.editions.iter().map(|edition| edition.id.as_str());
        let hint = format!(
            "name an edition ({}), a folder with `data/` and `queries/`, or a folder with `snapshots/`",
            nearest(name, editions)
        );
        Err(NoSide {
            name: name.to_owned(),
            hint,
        }
        .into())
    }
}

/// What changed from one side to another. `edition` says of which edition folders are; without it that of the other side,
/// or the default one.
///
/// # Errors
/// Whatever a stage reports, and a name that is no side.
pub fn diff(
    project: &Project,
    [old, new]: [&str; 2],
    edition: Option<&str>,
) -> Result<Compared, Failure> {
    let queries = Queries::read(&project.queries())?;
    let (old, new) = (
        Named::new(project, &queries, old)?,
        Named::new(project, &queries, new)?,
    );
    let of = |side: &Named, other: &Named| -> Option<String> {
        let other = other.edition.as_deref().filter(|_| side.queries.is_none());
        side.edition
            .as_deref()
            .or(edition)
            .or(other)
            .map(str::to_owned)
    };
    let (of_old, of_new) = (of(&old, &new), of(&new, &old));
    let old_queries = old.queries.as_ref().map_or(&queries, |(_, own)| own);
    let new_queries = new.queries.as_ref().map_or(&queries, |(_, own)| own);
    let is = new_queries.edition(of_new.as_deref())?;
    let was = old_queries.edition(of_old.as_deref())?;
    let (figures_old, figures_new) =
        figures((&old.data, old_queries, was), (&new.data, new_queries, is))?;
    let chain = Chain::new(
        Side {
            data: &old.data,
            queries: old_queries,
            figures: &figures_old,
        },
        Side {
            data: &new.data,
            queries: new_queries,
            figures: &figures_new,
        },
    )?;
    let of = |side: &Named| {
        let own = side.queries.as_ref();
        own.map_or_else(|| project.clone(), |(of, _)| of.clone())
    };
    let (of_old, of_new) = (of(&old), of(&new));
    let (own_old, own_new) = (
        settled(&of_old, &figures_old)?,
        settled(&of_new, &figures_new)?,
    );
    let was = Register::new(&own_old, &figures_old, facts(&of_old, &own_old))?;
    let is = Register::new(&own_new, &figures_new, facts(&of_new, &own_new))?;
    let effect = effect(&was, &is);
    Ok(Compared {
        changes: Changes::new(&chain, Whose::All, effect),
        old: old.label,
        new: new.label,
    })
}

/// What changed since the edition that an edition names as the one before; nothing where it names none.
///
/// # Errors
/// Whatever a stage reports.
pub(super) fn since_previous(
    project: &Project,
    queries: &Queries,
    figures: &Figures,
) -> Result<Option<Since>, Failure> {
    let Some(previous) = figures.edition.previous.as_deref() else {
        return Ok(None);
    };
    let (data, edition) = (project.data(), queries.edition(Some(previous))?);
    let (was, is) = (
        (&*data, queries, edition),
        (&*data, queries, &figures.edition),
    );
    // the edition at hand has all periods of the one before, unless that is no earlier one
    let shares = edition.until <= figures.edition.until && same_releases(was, is)?;
    let old = if shares {
        figures.of_edition(queries, edition, &figures.gemeenten)?
    } else {
        Figures::compute(&data, queries, edition, &mut Clock::default())?
    };
    let side = |figures| Side {
        data: &data,
        queries,
        figures,
    };
    let chain = Chain::new(side(&old), side(figures))?;
    let own = settled(project, &old)?;
    let register = Register::new(&own, &old, claim::wanted(&own).cloned().collect())?;
    Ok(Some(Since {
        title: edition.title.clone(),
        changes: Changes::new(&chain, Whose::Groups, Effect::default()),
        verdicts: Verdicts::test(&register),
        revised: chain.is_revised(),
    }))
}

/// The queries of a project with the years that figures choose: a sentence of an edition is about its own.
fn settled(project: &Project, figures: &Figures) -> Result<Queries, Failure> {
    let mut queries = Queries::read(&project.queries())?;
    queries.settle(figures.series());
    Ok(queries)
}

/// The facts that a project prints; of one whose chapters cannot be read, those of its claims.
fn facts(project: &Project, queries: &Queries) -> BTreeSet<FactId> {
    match Chapters::read(&project.paper(), queries) {
        Ok(chapters) => named(queries, &chapters.uses),
        Err(_) => claim::wanted(queries).cloned().collect(),
    }
}

/// What figures are computed from.
type Of<'a> = (&'a Path, &'a Queries, &'a Edition);

/// The figures of both sides. Two editions of the same releases share what they can.
fn figures(old: Of<'_>, new: Of<'_>) -> Result<(Figures, Figures), Failure> {
    let compute = |(data, queries, edition): Of<'_>| {
        Figures::compute(data, queries, edition, &mut Clock::default())
    };
    if old.0 == new.0 && std::ptr::eq(old.1, new.1) && same_releases(old, new)? {
        // the one that goes on longest has all periods of the other
        let (first, second) = if new.2.until >= old.2.until {
            (new, old)
        } else {
            (old, new)
        };
        let long = compute(first)?;
        let short = long.of_edition(second.1, second.2, &long.gemeenten)?;
        return Ok(if new.2.until >= old.2.until {
            (short, long)
        } else {
            (long, short)
        });
    }
    let (old, new) = both(|| compute(old), || compute(new));
    Ok((old?, new?))
}

fn same_releases((data, queries, was): Of<'_>, (_, _, is): Of<'_>) -> Result<bool, Failure> {
    let lock = Store::new(data).lock()?;
    let mut tables = queries.tables.keys();
    Ok(tables.all(|table| lock.release(&was.id, table) == lock.release(&is.id, table)))
}
