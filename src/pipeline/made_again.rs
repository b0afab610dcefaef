//! A PDF held against the one that this project makes of the same edition.
//!
//! In: the project and a PDF: a paper, a handout, or the sheet of a gemeente. Out: nothing where they are the same byte for byte, else
//! what differs first. Fails as a build does, and on a PDF that is none of those. The peculiarity it exists for: evidence that
//! travels with a PDF can be forged with it, and a project cannot: so the PDF is made once more, outside the project.

use std::fs;
use std::path::{Path, PathBuf};

use super::{BuildOptions, FACTSHEETS, FactsheetOptions, build, factsheet};
use crate::base::failure::{Failure, Report};
use crate::base::files;
use crate::base::project::Project;
use crate::evidence::Facts;
use crate::paper::DOCUMENTS;
use crate::query::{Edition, Queries};
use crate::verify;

/// It cannot be told what a PDF should be.
#[derive(Debug, thiserror::Error)]
#[error("`{}` is none of the papers, handouts and factsheets of this project", path.display())]
pub struct NoneOfThese {
    path: PathBuf,
}

impl Report for NoneOfThese {
    fn hint(&self) -> Option<String> {
        Some("a handout is known by its name, such as `kernboodschap-2026.pdf`".to_owned())
    }
}

/// What a PDF should be: its place in an output, and the gemeente of a sheet.
struct Made {
    edition: String,
    file: PathBuf,
    region: Option<String>,
}

/// What differs first between a PDF and the one that the project makes; nothing where both are the same.
///
/// # Errors
/// Whatever a build reports, and when the PDF is none of this project's.
pub fn made_again(
    project: &Project,
    pdf: &Path,
    typst: Option<&Path>,
) -> Result<Option<String>, Failure> {
    let bytes = files::at("read", pdf, fs::read(pdf))?;
    let made = what(pdf, &Queries::read(&project.queries())?)?;
    let folder = tempfile::tempdir();
    let folder = files::at("make a folder in", &std::env::temp_dir(), folder)?;
    let project = project.writing_to(folder.path());
    let edition = Some(made.edition.as_str());
    match &made.region {
        None => {
            let options = BuildOptions {
                force: true,
                ..BuildOptions::of(edition, typst)
            };
            build(&project, &options)?;
        }
        Some(region) => {
            let options = FactsheetOptions {
                edition,
                typst,
                gemeenten: Some(std::slice::from_ref(region)),
                force: true,
            };
            factsheet(&project, &options)?;
        }
    }
    let own = project.output().join(&made.edition).join(&made.file);
    let own_bytes = files::at("read", &own, fs::read(&own))?;
    if own_bytes == bytes {
        return Ok(None);
    }
    Ok(Some(verify::first_difference(pdf, &own)?))
}

/// What a PDF should be, by the evidence that it carries, else by its name.
fn what(pdf: &Path, queries: &Queries) -> Result<Made, Failure> {
    let none = || NoneOfThese {
        path: pdf.to_owned(),
    };
    let carried = verify::carried(pdf)?;
    let facts = carried.get("feiten.json");
    if let Some(facts) = facts.and_then(|facts| serde_json::from_slice::<Facts>(facts).ok()) {
        let edition = queries.edition(Some(&facts.edition))?;
        let Some(sheet) = facts.sheet else {
            return Ok(of_document(edition, 0));
        };
        let is_of = |name: &str| name.starts_with(&format!("{}-", sheet.region));
        let name = pdf.file_name().and_then(|name| name.to_str());
        let name = name.filter(|name| is_of(name)).ok_or_else(none)?;
        return Ok(Made {
            edition: edition.id.clone(),
            file: Path::new(FACTSHEETS).join(name),
            region: Some(sheet.region.clone()),
        });
    }
    let name = pdf.file_name().unwrap_or_default();
    let mut all = queries.editions.iter().flat_map(|edition| {
        let documents = 0..DOCUMENTS.len();
        documents.map(move |place| of_document(edition, place))
    });
    let found = all.find(|made| made.file.as_os_str() == name);
    Ok(found.ok_or_else(none)?)
}

fn of_document(edition: &Edition, place: usize) -> Made {
    Made {
        edition: edition.id.clone(),
        file: PathBuf::from(DOCUMENTS[place].file(edition)),
        region: None,
    }
}
