//! The paper and what goes beside it: chapters in Typst, facts from the register, one PDF per document.
//!
//! In: the chapters of `src/paper/` (read when the paper is made, so that Dutch text is edited without compiling), the
//! register, and the drawings. Out: PDFs that are valid PDF/UA-1 and PDF/A-3a, and the press release. Chapters name facts, choices, claims and
//! charts by id; the ids are found by reading the chapters, and an unknown one ends in an error with file and line. Text
//! from data reaches Typst only as strings in `paper.json`, never as markup.

mod bundle;
mod changes;
mod content;
mod door;
mod figures;
mod manuscript;
mod markup;
mod pictures;
mod prepare;
mod press;
mod printed;
mod scan;
mod types;
mod typst;
mod uses;
mod years;

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;

pub use bundle::{Bundle, SHEET, SHEET_WORDS, SOURCES as WEB_SOURCES, is_of_web};
pub use content::{Content, timestamp};
pub use door::admit;
pub use figures::set_figures;
pub use manuscript::{Manuscript, Sources, register};
pub use press::PRESS;
pub use scan::{Chapter, Chapters, GOES_ON, Printing};
pub use typst::{Typst, VERSION};
pub use uses::{Use, UseKind, wanted};

use crate::base::failure::{Exit, Failure, Report};
use crate::base::family::family;
use crate::base::files;
use crate::base::hands::{both, in_parts};
use crate::evidence::Texts;
use crate::evidence::attachments::{CHECKSUMS, FOLDER, TEXTS};
use crate::fact;
use crate::query::Edition;
use crate::verify::{self, Known};

/// A document that is made of the same sources as the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its file among the sources.
    pub source: &'static str,
    /// The name of its PDF, before the edition.
    name: &'static str,
}

impl Document {
    /// The name of its PDF in an edition.
    pub fn file(&self, edition: &Edition) -> String {
        format!("{}-{}.pdf", self.name, edition.id)
    }
}

/// The paper itself: it carries the evidence, and the others point to it.
pub const PAPER: Document = Document {
    source: "main.typ",
    name: "de-kracht-van-middelgroot",
};

/// What is made, each in a run of its own: labels, outline and counters of one are then not those of another. A source
/// that is not there makes nothing.
pub const DOCUMENTS: [Document; 3] = [
    PAPER,
    Document {
        source: "kernboodschap.typ",
        name: "kernboodschap",
    },
    Document {
        source: "summary.typ",
        name: "summary",
    },
];

/// What Typst is making.
#[derive(Debug)]
pub struct Typesetting {
    typst: Typst,
    runs: Vec<Run>,
    work: PathBuf,
    sources: PathBuf,
    texts: Texts,
    checksums: String,
}

/// One document that Typst is making.
#[derive(Debug)]
struct Run {
    document: Document,
    /// None once it was waited for.
    child: Option<Child>,
    pdf: PathBuf,
}

/// What is not waited for, because something else failed, must not go on writing.
impl Drop for Run {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // it may have ended by itself
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Writes everything Typst needs into `work` and starts it.
///
/// # Errors
/// When something cannot be written or Typst cannot be started.
pub fn start(
    typst: &Typst,
    sources: &Path,
    work: &Path,
    manuscript: &Manuscript<'_>,
    content: &Content,
    attached: Vec<(&'static str, Cow<'_, [u8]>)>,
    numerals: Vec<String>,
) -> Result<Typesetting, Failure> {
    let (illustrations, pictures) = (&manuscript.illustrations, &manuscript.chapters.pictures);
    let told = || -> Result<(Texts, Vec<u8>), Failure> {
        let texts = Texts {
            paper: content.to_value()?,
            pictures: illustrations
                .iter()
                .map(|drawn| (drawn.id.clone(), verify::text_of_svg(&drawn.picture.svg)))
                .chain(pictures.texts())
                .collect(),
            numerals,
        };
        let bytes = serde_json::to_vec(&texts).map_err(Error::from)?;
        Ok((texts, bytes))
    };
    let (written, told) = both(|| write_sources(sources, work, manuscript, content), told);
    written?;
    let (texts, bytes) = told?;
    let write = |name: &str, bytes: &[u8]| {
        let path = work.join(name);
        files::at("write", &path, fs::write(&path, bytes))
    };
    let mut attached = attached;
    attached.push((TEXTS, bytes.into()));
    attached.sort_by_key(|(name, _)| *name);
    let lines = in_parts(
        attached.len(),
        || (),
        |(), place| {
            let (name, bytes) = &attached[place];
            write(&format!("{FOLDER}/{name}"), bytes)?;
            Ok::<_, files::Error>(format!("{}  {name}\n", files::sha256(bytes)))
        },
    );
    let sums: String = lines.into_iter().collect::<Result<_, _>>()?;
    write(&format!("{FOLDER}/{CHECKSUMS}"), sums.as_bytes())?;
    let mut runs = Vec::new();
    for document in DOCUMENTS {
        if !work.join(document.source).is_file() {
            continue;
        }
        let pdf = work.join(document.name).with_extension("pdf");
        let child = typst.start(work, document.source, &pdf, content.timestamp())?;
        runs.push(Run {
            document,
            child: Some(child),
            pdf,
        });
    }
    Ok(Typesetting {
        typst: typst.clone(),
        runs,
        work: work.to_owned(),
        sources: sources.to_owned(),
        texts,
        checksums: sums,
    })
}

/// Writes the sources, and what they read, into the folder in which Typst works.
///
/// # Errors
/// When something cannot be written.
pub fn write_sources(
    sources: &Path,
    work: &Path,
    manuscript: &Manuscript<'_>,
    content: &Content,
) -> Result<(), Failure> {
    let illustrations = &manuscript.illustrations;
    for (path, text) in manuscript.prepared() {
        let place = work.join(path.strip_prefix(sources).unwrap_or(path));
        let folder = place.parent().unwrap_or(work);
        files::at("make", folder, fs::create_dir_all(folder))?;
        files::at("write", &place, fs::write(&place, text))?;
    }
    let write = |name: &str, bytes: &[u8]| {
        let path = work.join(name);
        files::at("write", &path, fs::write(&path, bytes))
    };
    for folder in ["fonts", "charts", pictures::FOLDER, FOLDER] {
        let path = work.join(folder);
        files::at("make", &path, fs::create_dir_all(&path))?;
    }
    for (name, bytes) in family().files() {
        write(&format!("fonts/{name}"), bytes)?;
    }
    for illustration in illustrations {
        let name = format!("charts/{}.svg", illustration.id);
        write(&name, illustration.picture.svg.as_bytes())?;
    }
    let pictures = &manuscript.chapters.pictures;
    for (name, bytes) in &pictures.0 {
        write(&format!("{}/{name}", pictures::FOLDER), bytes)?;
    }
    write("paper.json", &content.to_json()?)?;
    Ok(())
}

impl Typesetting {
    /// Waits for Typst, checks every numeral of the PDFs, seals the pages of the paper, and puts them in a folder.
    ///
    /// # Errors
    /// When Typst fails or warns, a numeral came from nowhere, or a PDF cannot be moved.
    pub fn finish(self, folder: &Path, edition: &Edition) -> Result<(), Failure> {
        let Self {
            typst,
            runs,
            work,
            sources,
            texts,
            checksums,
        } = self;
        // while Typst works
        let known = Known::new(&texts);
        // the small ones are done first, and are looked at while the paper is made
        for mut run in runs.into_iter().rev() {
            if let Some(child) = run.child.take() {
                typst.wait(child, &work, &run.pdf, &sources)?;
            }
            if run.document == PAPER {
                verify::back_check_and_seal(&run.pdf, (&texts, &known), &checksums)?;
            } else {
                verify::back_check(&run.pdf, &known)?;
            }
            let place = folder.join(run.document.file(edition));
            files::at("move", &place, fs::rename(&run.pdf, &place))?;
        }
        Ok(())
    }
}

/// What can be wrong with the paper.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Typst cannot be found, installed or started.
    #[error("{message}")]
    Typst {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
    /// An ask.
    #[error("{place}: ask `{ask}`: {source}")]
    Ask {
        /// Ask.
        ask: String,
        /// File and line.
        place: String,
        /// Why.
        source: fact::Error,
    },
    /// A fact that cannot be resolved, and where it is asked.
    #[error("{place}: {source}")]
    Fact {
        /// File and line.
        place: String,
        /// Why.
        source: fact::Error,
    },
    /// A fact that is not in the register.
    #[error(transparent)]
    Register(#[from] fact::Error),
    /// Numbers typed into `queries/`.
    #[error("`queries/` types numbers that are no facts\n{}", .0.join("\n"))]
    Typed(Vec<String>),
    /// Years of figures that are typed.
    #[error("years are typed that the figures choose\n{}", .0.join("\n"))]
    Years(Vec<String>),
    /// Signs that the font lacks.
    #[error("the font of the paper lacks signs that it would print\n{}", .0.join("\n"))]
    Signs(Vec<String>),
    /// Typst failed or warned.
    #[error("typst does not accept the paper:\n{0}")]
    Diagnostics(String),
    /// The content cannot be written as JSON.
    #[error("cannot write `paper.json`: {0}")]
    Json(#[from] serde_json::Error),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Typst { hint, .. } => Some(hint.clone()),
            Self::Ask { source, .. } | Self::Fact { source, .. } | Self::Register(source) => source.hint(),
            Self::Typed(_) => Some(
                "print a figure with `{fact}`; what is no figure goes into queries/numerals.toml with its reason"
                    .to_owned(),
            ),
            Self::Years(_) => Some(
                "let the figures choose: `{indicator.periode}`, and in an id or the `years` of a chart `-1`, `eerste` or \
                 `basis`; a year of a document, a break or an event goes into queries/numerals.toml as `[[year]]` with its \
                 reason"
                    .to_owned(),
            ),
            Self::Signs(_) => Some("write it with letters that the font of the house has".to_owned()),
            Self::Diagnostics(_) => {
                Some("a warning is an error too; mend the chapter it names".to_owned())
            }
            Self::Json(_) => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Ask { source, .. } | Self::Fact { source, .. } | Self::Register(source) => {
                source.exit()
            }
            Self::Typed(_) | Self::Years(_) => Exit::DoesNotHold,
            _ => Exit::Other,
        }
    }
}
