//! The paper: chapters in Typst, facts from the register, one PDF.
//!
//! In: the chapters of `src/paper/` (read when the paper is made, so that Dutch text is edited without compiling), the
//! register, and the drawings. Out: a PDF that is valid PDF/UA-1 and PDF/A-3a. Chapters name facts, choices, claims and
//! charts by id; the ids are found by reading the chapters, and an unknown one ends in an error with file and line. Text
//! from data reaches Typst only as strings in `paper.json`, never as markup.

mod content;
mod manuscript;
mod printed;
mod scan;
mod typst;

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;

pub use content::Content;
pub use manuscript::{Manuscript, Sources};
pub use scan::{Use, UseKind, uses, wanted};
pub use typst::{Typst, VERSION};

use crate::base::failure::{Exit, Failure, Report};
use crate::base::files;
use crate::base::hands::both;
use crate::evidence::Texts;
use crate::evidence::attachments::{CHECKSUMS, FOLDER, TEXTS};
use crate::fact;
use crate::illustrate::Illustration;
use crate::verify;

/// The four styles of the one family, loaded from the same bytes as the charts measure with.
const FONTS: [(&str, &[u8]); 4] = [
    ("NotoSans-Regular.ttf", ttf_noto_sans::REGULAR),
    ("NotoSans-Bold.ttf", ttf_noto_sans::BOLD),
    ("NotoSans-Italic.ttf", ttf_noto_sans::ITALIC),
    ("NotoSans-BoldItalic.ttf", ttf_noto_sans::BOLD_ITALIC),
];

/// A paper that Typst is making.
#[derive(Debug)]
pub struct Typesetting {
    child: Child,
    pdf: PathBuf,
    work: PathBuf,
    sources: PathBuf,
    texts: Texts,
    checksums: String,
}

/// Writes everything Typst needs into `work` and starts it.
///
/// # Errors
/// When something cannot be written or Typst cannot be started.
pub fn start(
    typst: &Typst,
    sources: &Path,
    work: &Path,
    content: &Content,
    illustrations: &[Illustration],
    attached: Vec<(&'static str, Cow<'_, [u8]>)>,
    numerals: Vec<String>,
) -> Result<Typesetting, Failure> {
    copy(sources, work)?;
    let write = |name: &str, bytes: &[u8]| {
        let path = work.join(name);
        files::at("write", &path, fs::write(&path, bytes))
    };
    for folder in ["fonts", "charts", FOLDER] {
        let path = work.join(folder);
        files::at("make", &path, fs::create_dir_all(&path))?;
    }
    for (name, bytes) in FONTS {
        write(&format!("fonts/{name}"), bytes)?;
    }
    for illustration in illustrations {
        let name = format!("charts/{}.svg", illustration.id);
        write(&name, illustration.picture.svg.as_bytes())?;
    }
    write("paper.json", &content.to_json()?)?;
    let texts = Texts {
        paper: content.to_value()?,
        pictures: illustrations
            .iter()
            .map(|drawn| (drawn.id.clone(), verify::text_of_svg(&drawn.picture.svg)))
            .collect(),
        numerals,
    };
    let mut attached = attached;
    attached.push((
        TEXTS,
        serde_json::to_vec(&texts).map_err(Error::from)?.into(),
    ));
    attached.sort_by_key(|(name, _)| *name);
    let mut attached_files = attached.iter();
    let write_all =
        || attached_files.try_for_each(|(name, bytes)| write(&format!("{FOLDER}/{name}"), bytes));
    let (written, sums) = both(write_all, || checksums(&attached));
    written?;
    write(&format!("{FOLDER}/{CHECKSUMS}"), sums.as_bytes())?;
    let pdf = work.join("paper.pdf");
    let child = typst.start(work, &pdf, content.timestamp())?;
    Ok(Typesetting {
        child,
        pdf,
        work: work.to_owned(),
        sources: sources.to_owned(),
        texts,
        checksums: sums,
    })
}

/// A line per attached file.
fn checksums(attached: &[(&'static str, Cow<'_, [u8]>)]) -> String {
    let lines = attached
        .iter()
        .map(|(name, bytes)| format!("{}  {name}\n", files::sha256(bytes)));
    lines.collect::<Vec<_>>().concat()
}

impl Typesetting {
    /// Waits for Typst, checks every numeral of the PDF, seals its pages, and puts it in its place.
    ///
    /// # Errors
    /// When Typst fails or warns, a numeral came from nowhere, or the PDF cannot be moved.
    pub fn finish(self, place: &Path) -> Result<(), Failure> {
        typst::wait(self.child, &self.work, &self.sources)?;
        verify::back_check(&self.pdf, &self.texts, &self.checksums)?;
        files::at("move", place, fs::rename(&self.pdf, place))?;
        Ok(())
    }
}

/// Copies the paper's sources: `.typ` files, and folders of them.
fn copy(from: &Path, to: &Path) -> Result<(), files::Error> {
    files::at("make", to, fs::create_dir_all(to))?;
    for entry in files::at("read", from, fs::read_dir(from))? {
        let path = files::at("read", from, entry)?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else if path.extension().is_some_and(|extension| extension == "typ") {
            files::at("copy", &path, fs::copy(&path, to.join(name)))?;
        }
    }
    Ok(())
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
    /// Typst failed or warned.
    #[error("typst does not accept the paper:\n{0}")]
    Diagnostics(String),
    /// An ask compares what cannot be compared.
    #[error("{place}: ask `{ask}`: {source}")]
    Ask {
        /// Ask.
        ask: String,
        /// File and line.
        place: String,
        /// Why.
        source: fact::Error,
    },
    /// The content cannot be written as JSON.
    #[error("cannot write `paper.json`: {0}")]
    Json(#[from] serde_json::Error),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Typst { hint, .. } => Some(hint.clone()),
            Self::Diagnostics(_) => {
                Some("a warning is an error too; mend the chapter it names".to_owned())
            }
            Self::Ask { source, .. } => source.hint(),
            Self::Json(_) => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Ask { source, .. } => source.exit(),
            _ => Exit::Other,
        }
    }
}
