//! The web edition: a folder of pages that opens from disk and from any server, and asks nothing of anyone else.
//!
//! In: the manuscript and content of the paper, the figures, and an output in which paper and open data lie. Out: the pages,
//! set by Typst from the chapters of the paper; drawings in them, scripts with figures, fonts and style; downloads; a list of
//! pages for search engines where the edition says its address. Fails when something cannot be written or Typst has anything
//! to say. The peculiarity it answers: a page from disk may not read files, so figures for its script are scripts.

mod beside;
mod downloads;
mod gemeenten;
mod indicator;
mod letters;
mod places;
mod scripts;
mod told;

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::base::failure::{Failure, Report};
use crate::base::files;
use crate::base::hands::in_parts;
use crate::figures::Provenance;
use crate::gemeente::{Geometry, RegionId};
use crate::paper::{self, Bundle, Content, Manuscript, Typst, WEB_SOURCES as SOURCES};

pub use places::{GEMEENTEN, Places};

/// What a site is made of.
#[derive(Clone, Copy, Debug)]
pub struct Making<'a> {
    /// The Typst that sets it.
    pub typst: &'a Typst,
    /// The sources of the paper, with `site/` in them.
    pub sources: &'a Path,
    /// The paper.
    pub manuscript: &'a Manuscript<'a>,
    /// What it prints.
    pub content: &'a Content,
    /// How its figures came about.
    pub provenance: &'a Provenance,
    /// Borders.
    pub geometry: &'a Geometry,
    /// Whether each gemeente has its sheet as PDF beside its page.
    pub sheets: bool,
    /// The output of the edition, in which paper and open data lie.
    pub output: &'a Path,
}

/// A text for the pages that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not as JSON.
    #[error("cannot write `{name}`: {source}")]
    Json {
        /// File.
        name: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The font of the house lacks what a smaller one is made of.
    #[error("cannot cut down the font `{0}` for the web")]
    Font(String),
    /// Open data without what is told of them.
    #[error("`{path}` is no table with a column `indicator`")]
    Rows {
        /// File.
        path: String,
    },
}

impl Report for Error {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Json { .. } => None,
            Self::Font(_) => Some("choose another font in queries/house.toml".to_owned()),
            Self::Rows { .. } => Some("run `build` again".to_owned()),
        }
    }
}

/// Makes all pages into a folder, `work` being a folder for Typst that nothing else uses. Gives the paths of the pages.
///
/// # Errors
/// When something cannot be written, or Typst fails or warns.
pub fn write(making: &Making<'_>, work: &Path, made: &Path) -> Result<Vec<String>, Failure> {
    let figures = making.manuscript.register.figures();
    let places = Places::new(figures);
    ready(making, work)?;
    let downloads = downloads::write_all(making, made)?;
    let (pages, drawings) = indicator::pages(making, &places)?;
    for (name, svg) in &drawings {
        beside::write(work, &format!("charts/{name}.svg"), svg.as_bytes())?;
    }
    beside::coarsen(work, &making.manuscript.illustrations)?;
    let site = told::Site::new(making, &places, &pages, downloads);
    write_json(work, "site.json", &site)?;
    write_json(work, "indicatoren.json", &pages)?;
    let regions: Vec<RegionId> = places.gemeenten.iter().map(|of| of.region).collect();
    gemeenten::write_parts(making, &regions, &format!("{GEMEENTEN}/"), work)?;
    let parts = (1..=gemeenten::parts(&regions))
        .flat_map(|part| [("plaatjes.typ", "", part), ("gemeenten.typ", "../", part)]);
    // the longest first
    let runs = [
        ("beeld.typ", "", 1),
        ("indicatoren.typ", "../", 1),
        ("site.typ", "", 1),
    ];
    let runs: Vec<Run<'_>> = runs.into_iter().chain(parts).collect();
    beside::write_style(making, made)?;
    scripts::write_all(making, &places, made)?;
    set(making, &runs, (work, made))?;
    beside::sitemap(&figures.edition.address, &site.pages, made)?;
    Ok(site.pages)
}

/// Makes a page of each of these gemeenten that needs no other file, `work` being a folder for Typst that nothing else uses.
///
/// # Errors
/// When something cannot be written, or Typst fails or warns.
pub fn write_alone(
    making: &Making<'_>,
    regions: &[RegionId],
    (work, made): (&Path, &Path),
) -> Result<(), Failure> {
    ready(making, work)?;
    write_json(
        work,
        "site.json",
        &told::Site::alone(beside::style(making)?),
    )?;
    gemeenten::write_parts(making, regions, "", work)?;
    let parts = (1..=gemeenten::parts(regions)).map(|part| ("gemeenten.typ", "", part));
    set(making, &parts.collect::<Vec<_>>(), (work, made))
}

/// Writes the sources of the pages to where Typst works.
fn ready(making: &Making<'_>, work: &Path) -> Result<(), Failure> {
    paper::write_sources(making.sources, work, making.manuscript, making.content)?;
    beside::copy_sources(&making.sources.join(SOURCES), &work.join(SOURCES))?;
    let words = files::read_text(&making.sources.join(paper::SHEET_WORDS))?;
    beside::write(work, paper::SHEET_WORDS, words.as_bytes())
}

/// A run of Typst: the source, what leads from its pages to the folder of the site, and which of several parts it sets.
type Run<'a> = (&'a str, &'a str, usize);

/// Sets pages, as many runs at once as there are hands.
fn set(making: &Making<'_>, runs: &[Run<'_>], (work, made): (&Path, &Path)) -> Result<(), Failure> {
    files::at("make", made, fs::create_dir_all(made))?;
    let set = |(): &mut (), place: usize| {
        let (source, up, part) = runs[place];
        let source = format!("{SOURCES}/{source}");
        let told = [("wortel", up), ("deel", &part.to_string())];
        Bundle::pages(making.typst, work, &source, &told, made)?.finish(making.sources)
    };
    for done in in_parts(runs.len(), || (), set) {
        done?;
    }
    Ok(())
}

/// Writes what pages tell, with apostrophes as they are set.
fn write_json(work: &Path, name: &str, value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|source| Error::Json {
        name: name.to_owned(),
        source,
    })?;
    beside::write(work, name, text.replace('\'', "\u{2019}").as_bytes())
}
