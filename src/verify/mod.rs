//! Checking a finished PDF: every numeral came from the program, and every fact follows from what is attached.
//!
//! In: a PDF. [`back_check`] is the last stage of a build, and [`back_check_and_seal`] for what carries its evidence;
//! [`verify`] needs the PDF alone. Out:
//! nothing when all holds, else what differs, with pages. The text is read from the glyphs, so it is what a reader sees.

mod attached;
pub mod backcheck;
mod derive;
mod digest;
mod known;
mod listed;
pub mod numerals;
mod sealed;
pub mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lopdf::Document;
use serde_json::json;

pub use backcheck::Finding;
pub use known::{Known, text_of_svg};
pub use listed::{Listed, listed, schema};

use crate::base::failure::{Exit, Failure, Report};
use crate::base::files;
use crate::base::hands::both;
use crate::evidence::attachments::TEXTS;
use crate::evidence::{RestsOn, Texts};
use text::{Printed, Target};

/// Checks that every numeral of a PDF that carries no evidence of its own came from the program.
///
/// # Errors
/// When the PDF cannot be read, or a numeral came from elsewhere.
pub fn back_check(pdf: &Path, texts: &Texts) -> Result<(), Failure> {
    let findings = backcheck::check(&printed(pdf, &read(pdf)?)?, &Known::new(texts));
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Error::Typed(findings).into())
    }
}

/// Checks that every numeral of a PDF came from the program, and seals its pages. `checksums` is the list of those of
/// its attachments. Gives the number of pages.
///
/// # Errors
/// When the PDF cannot be read or written, or a numeral came from elsewhere.
pub fn back_check_and_seal(pdf: &Path, texts: &Texts, checksums: &str) -> Result<usize, Failure> {
    let bytes = files::at("read", pdf, fs::read(pdf))?;
    let wrong = |source| Error::Pdf {
        path: pdf.to_owned(),
        source,
    };
    let document = Document::load_mem(&bytes).map_err(wrong)?;
    let printed = printed(pdf, &document)?;
    let (findings, seal) = both(
        || backcheck::check(&printed, &Known::new(texts)),
        || sealed::seal_of(&document, &printed, texts, checksums.as_bytes()),
    );
    if !findings.is_empty() {
        return Err(Error::Typed(findings).into());
    }
    let sealed = sealed::put(bytes, document, &seal).map_err(wrong)?;
    files::at("write", pdf, fs::write(pdf, sealed))?;
    Ok(printed.pages)
}

/// What `verify` found.
#[derive(Debug)]
pub struct Verdict {
    /// Pages read.
    pub pages: usize,
    /// Attached files read.
    pub attachments: usize,
    /// Facts that were derived again.
    pub facts: usize,
    /// Figures of a sheet that only say in which published file they stand.
    pub stated: usize,
    /// What a sheet rests on beside what it carries; none for a paper.
    pub rests_on: Option<RestsOn>,
    /// What differs.
    pub differences: Vec<String>,
}

/// Holds a PDF against the evidence that it carries: checksums, every fact by its derivation, and its own text.
///
/// # Errors
/// When it is no PDF that can be read.
pub fn verify(pdf: &Path) -> Result<Verdict, Error> {
    let document = read(pdf)?;
    let printed = printed(pdf, &document)?;
    let mut differences = Vec::new();
    let files = attached::read(&document, &mut differences);
    let leads_to_paper = |target: &Target| matches!(target, Target::Label(_));
    if files.is_empty() && printed.links.iter().any(leads_to_paper) {
        let what = "carries no evidence of its own: verify the paper that its figures link to";
        return Ok(Verdict {
            pages: printed.pages,
            attachments: 0,
            facts: 0,
            stated: 0,
            rests_on: None,
            differences: vec![what.to_owned()],
        });
    }
    let derived = derive::check(&files, &mut differences);
    let rests_on = attached::rests_on(&files);
    let texts = files
        .get(TEXTS)
        .map(|bytes| serde_json::from_slice::<Texts>(bytes));
    let known_texts = texts.as_ref().and_then(|texts| texts.as_ref().ok());
    sealed::check(&document, &printed, &files, known_texts, &mut differences);
    match texts {
        Some(Ok(texts)) => {
            let known = Known::new(&texts);
            derive::compare(&files, &known, &mut differences);
            let findings = backcheck::check(&printed, &known);
            differences.extend(findings.iter().map(ToString::to_string));
            match &rests_on {
                // what it says it rests on is what it prints
                Some(named) if texts.paper.get("rests_on") != Some(&json!(named)) => {
                    differences.push(format!("`{TEXTS}` names other files than `feiten.json`"));
                }
                Some(_) => {}
                // a paper has an appendix with a row for each fact
                None => differences.extend(backcheck::misprinted(&printed, &known)),
            }
        }
        Some(Err(error)) => differences.push(format!("`{TEXTS}` cannot be read: {error}")),
        // that it is missing was said
        None => {}
    }
    // what a stranger wrote into the file goes to a terminal
    for line in &mut differences {
        line.retain(|letter| !letter.is_control());
    }
    Ok(Verdict {
        pages: printed.pages,
        attachments: files.len(),
        facts: derived.facts,
        stated: derived.stated,
        rests_on,
        differences,
    })
}

/// The files that a PDF carries, by name.
///
/// # Errors
/// When it is no PDF that can be read.
pub fn carried(pdf: &Path) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    Ok(attached::read(&read(pdf)?, &mut Vec::new()))
}

fn read(pdf: &Path) -> Result<Document, Error> {
    Document::load(pdf).map_err(|source| Error::Pdf {
        path: pdf.to_owned(),
        source,
    })
}

fn printed(pdf: &Path, document: &Document) -> Result<Printed, Error> {
    Printed::read(document).map_err(|source| Error::Pdf {
        path: pdf.to_owned(),
        source,
    })
}

/// What can be wrong with a PDF.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Pdf {
        /// File.
        path: PathBuf,
        /// Why.
        source: lopdf::Error,
    },
    /// Numerals that the program did not print.
    #[error("the paper prints numbers that are no facts\n{}", lines(.0))]
    Typed(Vec<Finding>),
    /// The PDF differs from its evidence.
    #[error("`{}` differs from its evidence in {count} {}", path.display(), if *count == 1 { "place" } else { "places" })]
    Differs {
        /// File.
        path: PathBuf,
        /// How often.
        count: usize,
    },
}

fn lines(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| format!("  {finding}"))
        .collect();
    lines.join("\n")
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Pdf { .. } => None,
            Self::Differs { .. } => {
                Some("get the paper again from where it was published, or build it anew".to_owned())
            }
            Self::Typed(_) => Some(
                "print a figure with #f(\"…\"); what is no figure goes into queries/numerals.toml with its reason"
                    .to_owned(),
            ),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Pdf { .. } => Exit::Other,
            Self::Typed(_) | Self::Differs { .. } => Exit::DoesNotHold,
        }
    }
}
