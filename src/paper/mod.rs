//! The paper: chapters in Typst, facts from the register, one PDF.
//!
//! In: the chapters of `src/paper/` (read when the paper is made, so that Dutch text is edited without compiling), the
//! register, and the drawings. Out: a PDF that is valid PDF/UA-1 and PDF/A-3a. Chapters name facts, choices, claims and
//! charts by id; the ids are found by reading the chapters, and an unknown one ends in an error with file and line. Text
//! from data reaches Typst only as strings in `paper.json`, never as markup.

pub mod attachments;
mod content;
mod scan;
mod typst;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;

pub use content::Content;
pub use scan::{Use, UseKind, uses};
pub use typst::{Typst, VERSION};

use crate::claim;
use crate::fact::Register;
use crate::failure::{Exit, Failure, Report};
use crate::files;
use crate::illustrate::{Illustration, Illustrator};
use crate::query::Queries;
use crate::text;
use crate::verify::{self, Texts};

/// The four styles of the one family, loaded from the same bytes as the charts measure with.
const FONTS: [(&str, &[u8]); 4] = [
    ("NotoSans-Regular.ttf", ttf_noto_sans::REGULAR),
    ("NotoSans-Bold.ttf", ttf_noto_sans::BOLD),
    ("NotoSans-Italic.ttf", ttf_noto_sans::ITALIC),
    ("NotoSans-BoldItalic.ttf", ttf_noto_sans::BOLD_ITALIC),
];

/// Everything the chapters ask for, resolved.
#[derive(Debug)]
pub struct Manuscript<'a> {
    /// Where facts, claims and charts are used.
    pub uses: Vec<Use>,
    /// Signs of the pairs that chapters choose words by.
    pub signs: BTreeMap<String, i32>,
    /// All claims of the queries, tested.
    pub claims: Vec<claim::Tested<'a>>,
    /// The charts that are used and have figures.
    pub illustrations: Vec<Illustration>,
    /// Charts that are used and have no figures in this edition.
    pub undrawn: Vec<String>,
}

/// Reads the chapters and resolves what they ask for.
///
/// # Errors
/// When an id is unknown, a chart cannot be drawn, or a claim that a chapter makes does not hold.
pub fn manuscript<'a>(
    sources: &Path,
    register: &Register<'a>,
    illustrator: &Illustrator<'_, 'a>,
) -> Result<Manuscript<'a>, Failure> {
    let uses = scan::uses(sources)?;
    let queries = register.queries();
    let mut signs = BTreeMap::new();
    for used in &uses {
        match &used.kind {
            UseKind::Fact(id) => drop(register.fact(id).map_err(|error| used.wrong(&error))?),
            UseKind::Choice(first, second) => {
                let sign = register
                    .sign(first, second)
                    .map_err(|error| used.wrong(&error))?;
                if let Some(sign) = sign {
                    signs.insert(format!("{first}~{second}"), sign);
                }
            }
            UseKind::Claim(id) if !queries.claims.iter().any(|claim| claim.id == *id) => {
                return Err(used
                    .unknown(
                        "claim",
                        id,
                        queries.claims.iter().map(|claim| claim.id.as_str()),
                    )
                    .into());
            }
            UseKind::Chart(id) if !queries.charts.iter().any(|chart| chart.id == *id) => {
                return Err(used
                    .unknown(
                        "chart",
                        id,
                        queries.charts.iter().map(|chart| chart.id.as_str()),
                    )
                    .into());
            }
            UseKind::Claim(_) | UseKind::Chart(_) => {}
        }
    }
    let claims = queries
        .claims
        .iter()
        .map(|claim| claim::test(claim, register))
        .collect::<Result<Vec<_>, _>>()?;
    for tested in &claims {
        let made = uses
            .iter()
            .any(|used| matches!(&used.kind, UseKind::Claim(id) if *id == tested.claim.id));
        // the agenda's own claims are reported as they stand; what the paper itself says must be true
        if made && tested.claim.agenda.is_none() && tested.state == claim::State::Fails {
            return Err(claim::does_not_hold(tested, register).into());
        }
        if made && let Some(error) = claim::too_few_variants(tested) {
            return Err(error.into());
        }
    }
    let used_charts: BTreeSet<&str> = uses
        .iter()
        .filter_map(|used| match &used.kind {
            UseKind::Chart(id) => Some(id.as_str()),
            _ => None,
        })
        .collect();
    let (mut illustrations, mut undrawn) = (Vec::new(), Vec::new());
    for chart in queries
        .charts
        .iter()
        .filter(|chart| used_charts.contains(chart.id.as_str()))
    {
        match illustrator.draw(chart)? {
            Some(illustration) => illustrations.push(illustration),
            None => undrawn.push(chart.id.clone()),
        }
    }
    Ok(Manuscript {
        uses,
        signs,
        claims,
        illustrations,
        undrawn,
    })
}

impl Manuscript<'_> {
    /// Facts that claims name and no chapter prints: of claims that no chapter makes.
    pub fn unused(&self, queries: &Queries) -> BTreeSet<String> {
        let (mut named, mut used) = (BTreeSet::new(), BTreeSet::new());
        for tested in &self.claims {
            let made = self
                .uses
                .iter()
                .any(|used| matches!(&used.kind, UseKind::Claim(id) if *id == tested.claim.id));
            let ids = text::ids(&tested.claim.sentence);
            if made { &mut used } else { &mut named }.extend(ids);
        }
        for of in &self.uses {
            match &of.kind {
                UseKind::Fact(id) => drop(used.insert(id.clone())),
                UseKind::Choice(first, second) => used.extend([first.clone(), second.clone()]),
                UseKind::Chart(id) => {
                    let charts = queries.charts.iter().filter(|chart| chart.id == *id);
                    used.extend(charts.flat_map(|chart| text::ids(&chart.title)));
                }
                UseKind::Claim(_) => {}
            }
        }
        let asks = queries.asks.iter();
        used.extend(asks.flat_map(|ask| text::ids(&ask.why)));
        named.difference(&used).cloned().collect()
    }
}

/// A paper that Typst is making.
#[derive(Debug)]
pub struct Typesetting {
    child: Child,
    pdf: PathBuf,
    work: PathBuf,
    sources: PathBuf,
    texts: Texts,
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
    numerals: Vec<String>,
) -> Result<Typesetting, Failure> {
    copy(sources, work)?;
    let write = |name: &str, bytes: &[u8]| {
        let path = work.join(name);
        files::at("write", &path, fs::write(&path, bytes))
    };
    for folder in ["fonts", "charts"] {
        let path = work.join(folder);
        files::at("make", &path, fs::create_dir_all(&path))?;
    }
    for (name, bytes) in FONTS {
        write(&format!("fonts/{name}"), bytes)?;
    }
    for illustration in illustrations {
        write(
            &format!("charts/{}.svg", illustration.id),
            illustration.picture.svg.as_bytes(),
        )?;
    }
    let json = content.to_json()?;
    write("paper.json", &json)?;
    let texts = Texts {
        paper: serde_json::from_slice(&json).map_err(Error::Json)?,
        pictures: illustrations
            .iter()
            .map(|drawn| (drawn.id.clone(), verify::text_of_svg(&drawn.picture.svg)))
            .collect(),
        numerals,
    };
    attachments::finish(&work.join(attachments::FOLDER), &texts)?;
    let pdf = work.join("paper.pdf");
    let child = typst.start(work, &pdf, content.timestamp())?;
    Ok(Typesetting {
        child,
        pdf,
        work: work.to_owned(),
        sources: sources.to_owned(),
        texts,
    })
}

impl Typesetting {
    /// Waits for Typst, checks every numeral of the PDF, and puts it in its place.
    ///
    /// # Errors
    /// When Typst fails or warns, a numeral came from nowhere, or the PDF cannot be moved.
    pub fn finish(self, place: &Path) -> Result<(), Failure> {
        typst::wait(self.child, &self.work, &self.sources)?;
        verify::back_check(&self.pdf, &self.texts)?;
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
    /// A chapter asks for something that is not there, or wrongly.
    #[error("{}:{line}: {message}", path.display())]
    Chapter {
        /// Chapter.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
        /// What to do.
        hint: String,
    },
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
    /// The content cannot be written as JSON.
    #[error("cannot write `paper.json`: {0}")]
    Json(#[from] serde_json::Error),
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Chapter { hint, .. } | Self::Typst { hint, .. } => Some(hint.clone()),
            Self::Diagnostics(_) => {
                Some("a warning is an error too; mend the chapter it names".to_owned())
            }
            Self::Json(_) => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Chapter { .. } => Exit::Usage,
            _ => Exit::Other,
        }
    }
}
