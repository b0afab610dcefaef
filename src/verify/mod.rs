//! Checking a finished PDF: every numeral came from the program, and every fact follows from what is attached.
//!
//! In: a PDF. [`back_check`] is the last stage of a build, and [`back_check_and_seal`] for what carries its evidence;
//! [`verify`] needs the PDF alone. Out:
//! nothing when all holds, else what differs, with pages. The text is read from the glyphs, so it is what a reader sees.

mod asked;
mod attached;
pub mod backcheck;
mod compared;
mod derive;
mod digest;
mod gemeenten;
mod given;
mod groups;
mod known;
mod letters;
mod listed;
pub mod numerals;
mod places;
mod rows;
mod sealed;
mod tables;
pub mod text;
mod told;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lopdf::{Document, LoadOptions};
use serde_json::json;

pub use backcheck::Finding;
pub use known::{Known, text_of_svg};
pub use listed::{Listed, listed, schema};

use crate::base::failure::{Exit, Failure, Report};
use crate::base::files;
use crate::base::hands::both;
use crate::evidence::attachments::{CHECKSUMS, PLACES, TEXTS};
use crate::evidence::{RestsOn, Texts};
use text::{Look, Printed, Target};

/// Checks that every numeral of a PDF that carries no evidence of its own came from the program.
///
/// # Errors
/// When the PDF cannot be read, or a numeral came from elsewhere.
pub fn back_check(pdf: &Path, known: &Known) -> Result<(), Failure> {
    let findings = backcheck::check(&printed(pdf, &read(pdf)?, Look::Text)?, known);
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Error::Typed(findings).into())
    }
}

/// Checks that every numeral of a PDF came from the program, and that what of the program was printed stands where it was printed; adds
/// the list of these places to the checksums, and seals the pages. `checksums` is the list of those of its other attachments. Gives
/// the number of pages.
///
/// # Errors
/// When the PDF cannot be read or written, a numeral came from elsewhere, or a sentence does not stand where it was printed.
pub fn back_check_and_seal(
    pdf: &Path,
    (texts, known): (&Texts, &Known),
    checksums: &str,
) -> Result<usize, Failure> {
    let bytes = files::at("read", pdf, fs::read(pdf))?;
    let wrong = |source| Error::Pdf {
        path: pdf.to_owned(),
        source,
    };
    let document = Document::load_mem(&bytes).map_err(wrong)?;
    let printed = printed(pdf, &document, Look::Text)?;
    let places = || places_of(&document, (&printed, known, texts));
    let rest = || {
        let findings = backcheck::check(&printed, known);
        let seal = sealed::seal_of(&document, &printed, texts, checksums.as_bytes());
        (findings, seal)
    };
    let (places, (findings, mut seal)) = both(places, rest);
    if !findings.is_empty() {
        return Err(Error::Typed(findings).into());
    }
    let mut changed = None;
    if let Some(places) = places.map_err(Error::Misplaced)? {
        let checksums = with_sum(checksums, PLACES, &places);
        seal.checksums = files::sha256(checksums.as_bytes());
        changed = attached::one(&document, CHECKSUMS).map(|(id, _)| {
            let list = attached::with_content(&document, id, checksums.into_bytes());
            (id, list)
        });
    }
    let sealed = sealed::put(bytes, document, &seal, changed).map_err(wrong)?;
    files::at("write", pdf, fs::write(pdf, sealed))?;
    Ok(printed.pages)
}

/// The list of places of a paper; a sheet has none.
///
/// # Errors
/// With what does not stand where it was printed.
fn places_of(
    document: &Document,
    (printed, known, texts): (&Printed, &Known, &Texts),
) -> Result<Option<Vec<u8>>, Vec<String>> {
    let Some((_, bytes)) = attached::one(document, PLACES) else {
        return Ok(None);
    };
    let unreadable = |error| vec![format!("`{PLACES}` cannot be read: {error}")];
    let list = places::read(&bytes).map_err(unreadable)?;
    let mut wrong = places::check(printed, known, texts, &list);
    wrong.extend(tables::check(printed, texts));
    if wrong.is_empty() {
        Ok(Some(bytes))
    } else {
        Err(wrong)
    }
}

/// A list of checksums with one more, in the order of names.
fn with_sum(checksums: &str, name: &str, bytes: &[u8]) -> String {
    let more = format!("{}  {name}", files::sha256(bytes));
    let mut lines: Vec<&str> = checksums.lines().chain([more.as_str()]).collect();
    lines.sort_by_key(|line| line.split_once("  ").map(|(_, name)| name));
    lines.join("\n") + "\n"
}

/// Puts a new seal on a PDF, of whatever it now holds: what a forger does who has this program. A seal proves that a PDF was
/// not changed by accident or by common tools, and no more.
///
/// # Errors
/// When the PDF cannot be read or written, or carries no texts.
pub fn seal_again(pdf: &Path) -> Result<(), Failure> {
    let (document, files) = (read(pdf)?, carried(pdf)?);
    let part = |name: &str| files.get(name).map_or(&[][..], Vec::as_slice);
    let wrong = |source| Error::Pdf {
        path: pdf.to_owned(),
        source,
    };
    let texts = serde_json::from_slice(part(TEXTS));
    let texts = texts.map_err(|error| wrong(std::io::Error::from(error).into()))?;
    let seal = sealed::seal_of(
        &document,
        &printed(pdf, &document, Look::Text)?,
        &texts,
        part(CHECKSUMS),
    );
    let bytes = files::at("read", pdf, fs::read(pdf))?;
    let sealed = sealed::put(bytes, document, &seal, None).map_err(wrong)?;
    files::at("write", pdf, fs::write(pdf, sealed))?;
    Ok(())
}

/// What is said of a handout.
const NO_EVIDENCE: &str = "carries no evidence of its own: verify the paper that its figures link to, or name what it should be with `--sums` or `--rebuild`";

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
    /// The family of its letters, where that is not the project's own.
    pub other_letters: Option<String>,
    /// What differs.
    pub differences: Vec<String>,
}

impl Verdict {
    /// Whether it carries no evidence, so that nothing of it was held against any: a handout.
    pub fn is_without_evidence(&self) -> bool {
        self.differences == [NO_EVIDENCE]
    }
}

/// Holds a PDF against the evidence that it carries: checksums, every fact by its derivation, and its own text.
///
/// # Errors
/// When it is no PDF that can be read.
pub fn verify(pdf: &Path) -> Result<Verdict, Error> {
    verify_letters(pdf, None)
}

/// The same, with the folder of the files of its font where that is of another family than the project's own: without these
/// letters of another family differ.
///
/// # Errors
/// When it is no PDF that can be read, or the folder cannot be.
pub fn verify_letters(pdf: &Path, font: Option<&Path>) -> Result<Verdict, Error> {
    let document = read(pdf)?;
    let printed = printed(pdf, &document, Look::Everything)?;
    let mut differences = Vec::new();
    if document.xref_recovery.is_some() {
        differences.push("the list of its objects is damaged or cut off".to_owned());
    }
    let files = attached::read(&document, &mut differences);
    let leads_to_paper = |target: &Target| matches!(target, Target::Label(_));
    if files.is_empty() && printed.links.iter().any(leads_to_paper) {
        return Ok(Verdict {
            pages: printed.pages,
            attachments: 0,
            facts: 0,
            stated: 0,
            rests_on: None,
            other_letters: None,
            differences: vec![NO_EVIDENCE.to_owned()],
        });
    }
    let rests_on = attached::rests_on(&files);
    let texts = files
        .get(TEXTS)
        .map(|bytes| serde_json::from_slice::<Texts>(bytes));
    let known_texts = texts.as_ref().and_then(|texts| texts.as_ref().ok());
    let derived = derive::check(&files, known_texts, &mut differences);
    sealed::check(&document, &printed, &files, known_texts, &mut differences);
    let other_letters = known_texts.and_then(letters::other_family);
    differences.extend(letters::check(&document, other_letters.as_deref(), font)?);
    differences.extend(
        known_texts
            .iter()
            .flat_map(|texts| told::check(&document, &printed, texts)),
    );
    match &texts {
        Some(Ok(texts)) => agree(&printed, &files, texts, rests_on.as_ref(), &mut differences),
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
        other_letters,
        differences,
    })
}

/// Holds what is printed and attached against what the program gave.
fn agree(
    printed: &Printed,
    files: &attached::Files,
    texts: &Texts,
    rests_on: Option<&RestsOn>,
    differences: &mut Vec<String>,
) {
    let known = Known::new(texts);
    differences.extend(given::check(files, texts, &known));
    let findings = backcheck::check(printed, &known);
    differences.extend(findings.iter().map(ToString::to_string));
    match rests_on {
        // what it says it rests on is what it prints
        Some(named) if texts.paper.get("rests_on") != Some(&json!(named)) => {
            differences.push(format!("`{TEXTS}` names other files than `feiten.json`"));
        }
        Some(_) => {}
        // a paper has an appendix with a row for each fact
        None => {
            differences.extend(tables::check(printed, texts));
            match files.get(PLACES).map(|bytes| places::read(bytes)) {
                Some(Ok(list)) => {
                    differences.extend(places::check(printed, &known, texts, &list));
                }
                Some(Err(error)) => {
                    differences.push(format!("`{PLACES}` cannot be read: {error}"));
                }
                // that it is missing was said
                None => {}
            }
            differences.extend(backcheck::misprinted(printed, &known));
        }
    }
}

/// What differs first between two PDFs that are not the same, the first by what the second should be.
///
/// # Errors
/// When one is no PDF that can be read.
pub fn first_difference(pdf: &Path, own: &Path) -> Result<String, Error> {
    let (theirs, ours) = (read(pdf)?, read(own)?);
    let files = [&theirs, &ours].map(|of| attached::read(of, &mut Vec::new()));
    let names: BTreeSet<&String> = files.iter().flat_map(BTreeMap::keys).collect();
    let other = names
        .into_iter()
        .find(|&name| files[0].get(name) != files[1].get(name));
    let (theirs, ours) = (
        printed(pdf, &theirs, Look::Text)?,
        printed(own, &ours, Look::Text)?,
    );
    let pages = theirs.sheets.iter().zip(&ours.sheets);
    let mut pages = (1..).zip(pages);
    let page = pages.find(|(_, (theirs, ours))| theirs != ours);
    Ok(if let Some((page, _)) = page {
        format!("page {page} is not the one that is made")
    } else if theirs.pages != ours.pages {
        format!("it has {} pages and not {}", theirs.pages, ours.pages)
    } else if let Some(name) = other {
        format!("attachment `{name}` is not the one that is made")
    } else {
        "pages and attachments are the same: what differs is how they are written, or what is told beside them".to_owned()
    })
}

/// How a list of checksums knows a file.
///
/// # Errors
/// When the list or the file cannot be read, or the list knows neither its name nor its sum.
pub fn published(pdf: &Path, sums: &Path) -> Result<String, Failure> {
    let list = files::at("read", sums, fs::read_to_string(sums))?;
    let sum = files::sha256(&files::at("read", pdf, fs::read(pdf))?);
    let mut listed = list.lines().filter_map(|line| {
        let (sum, name) = line.split_once(' ')?;
        Some((sum, name.trim_start_matches([' ', '*'])))
    });
    if let Some((_, name)) = listed.clone().find(|(of, _)| of.eq_ignore_ascii_case(&sum)) {
        return Ok(name.to_owned());
    }
    let is_named = |(_, name): &(&str, &str)| Path::new(name).file_name() == pdf.file_name();
    let what = match listed.find(is_named) {
        Some((_, name)) => format!("`{}` has another checksum for `{name}`", sums.display()),
        None => format!(
            "`{}` has no such checksum and no file of that name",
            sums.display()
        ),
    };
    Err(Error::Other {
        path: pdf.to_owned(),
        than: "what was published",
        what,
    }
    .into())
}

/// The files that a PDF carries, by name.
///
/// # Errors
/// When it is no PDF that can be read.
pub fn carried(pdf: &Path) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    Ok(attached::read(&read(pdf)?, &mut Vec::new()))
}

/// No stream that is read with the document itself is larger, in bytes.
const MAX_BYTES: usize = 64 << 20;

fn read(pdf: &Path) -> Result<Document, Error> {
    let options = LoadOptions {
        max_decompressed_size: Some(MAX_BYTES),
        ..LoadOptions::default()
    };
    let document = Document::load_with_options(pdf, options).map_err(|source| Error::Pdf {
        path: pdf.to_owned(),
        source,
    })?;
    if document.is_encrypted() || document.was_encrypted() {
        let path = pdf.to_owned();
        return Err(Error::Encrypted { path });
    }
    Ok(document)
}

fn printed(pdf: &Path, document: &Document, look: Look) -> Result<Printed, Error> {
    Printed::read(document, look).map_err(|source| Error::Pdf {
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
    /// The files of its font cannot be read.
    #[error(transparent)]
    Font(#[from] files::Error),
    /// It needs a password, or was locked with an empty one.
    #[error("cannot read `{}`: it is encrypted", path.display())]
    Encrypted {
        /// File.
        path: PathBuf,
    },
    /// It asks for more memory or time than it may have.
    #[error("cannot read `{}`: it asks for more memory or time than any paper does", path.display())]
    Greedy {
        /// File.
        path: PathBuf,
    },
    /// Numerals that the program did not print.
    #[error("the paper prints numbers that are no facts\n{}", lines(.0))]
    Typed(Vec<Finding>),
    /// What of the program stands elsewhere than it was printed.
    #[error("the paper does not print what it was given\n{}", indented(.0))]
    Misplaced(Vec<String>),
    /// The PDF is not what it should be.
    #[error("`{}` is not {than}: {what}", path.display())]
    Other {
        /// File.
        path: PathBuf,
        /// What it should be.
        than: &'static str,
        /// What differs.
        what: String,
    },
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
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    indented(&lines)
}

fn indented(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Pdf { .. } => None,
            Self::Font(error) => error.hint(),
            Self::Encrypted { .. } => {
                Some("the program encrypts nothing: get the paper from where it was published".to_owned())
            }
            Self::Greedy { .. } => {
                Some("it is damaged, or made to do harm: get the paper from where it was published".to_owned())
            }
            Self::Differs { .. } | Self::Other { .. } => {
                Some("get the paper again from where it was published, or build it anew".to_owned())
            }
            Self::Misplaced(_) => Some(
                "print a claim with #bewering(\"…\"), and a sentence of the data with #zin(…), so that it is known where it stands; \
                 type none of them"
                    .to_owned(),
            ),
            Self::Typed(_) => Some(
                "print a figure with #f(\"…\"); what is no figure goes into queries/numerals.toml with its reason"
                    .to_owned(),
            ),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Font(error) => error.exit(),
            Self::Pdf { .. } | Self::Encrypted { .. } | Self::Greedy { .. } => Exit::Other,
            Self::Typed(_) | Self::Misplaced(_) | Self::Differs { .. } | Self::Other { .. } => {
                Exit::DoesNotHold
            }
        }
    }
}
