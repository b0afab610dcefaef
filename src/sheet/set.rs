//! The PDFs of sheets, set by Typst in batches, each with its own evidence.
//!
//! In: what all sheets share, and gemeenten. Out: a PDF of each in a folder. Fails when a figure cannot be printed, Typst fails
//! or warns, a numeral came from nowhere, or a sheet is not of two pages. The peculiarity it answers: hundreds of documents in
//! one run of Typst take gigabytes of memory, and each run has a core to itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::ready::ready;
use super::shape::Sheet;
use super::tell::{COMPARISON, GEMEENTEN, tell};
use super::{Error, Ground};
use crate::base::failure::Failure;
use crate::base::family::family;
use crate::base::files;
use crate::base::hands::in_parts;
use crate::evidence::attachments::{self, Attachment, CHECKSUMS, FOLDER, TEXTS};
use crate::evidence::{RestsOn, Texts};
use crate::fact::Trace;
use crate::gemeente::RegionId;
use crate::paper::{self, Bundle, PAPER, SHEET as SOURCE, SHEET_WORDS, Typst};
use crate::verify;

/// Sheets that are set in one run of Typst: a quarter of a gigabyte.
const BATCH: usize = 10;

/// Pages of a sheet.
const PAGES: usize = 2;

/// What the sheets of an edition are set with.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The Typst that sets them.
    pub typst: &'a Typst,
    /// The sources of the paper.
    pub sources: &'a Path,
    /// SHA-256 of what was published, by its path in the output: see [`rests_on`].
    pub published: &'a BTreeMap<String, String>,
    /// What may be typed, as `queries/numerals.toml` lists it.
    pub numerals: &'a [String],
}

/// The files of an output that sheets name by their hash: the paper, and the open data that figures of groups stand in.
///
/// # Errors
/// When one of them cannot be read.
pub fn rests_on(ground: &Ground<'_>, output: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let paper = PAPER.file(&ground.figures().edition);
    let names = [paper, COMPARISON.to_owned(), GEMEENTEN.to_owned()];
    let hash = |name: String| {
        let path = output.join(&name);
        let bytes = files::at("read", &path, fs::read(&path))?;
        Ok((name, files::sha256(&bytes)))
    };
    names.into_iter().map(hash).collect()
}

/// What Typst is told of a sheet, and what travels with it as the text of the program.
#[derive(Serialize)]
struct Given<'a> {
    edition: EditionText<'a>,
    house: House<'a>,
    rests_on: &'a RestsOn,
    /// What the sums in `rests_on` are.
    hash: &'static str,
    #[serde(flatten)]
    sheet: &'a Sheet,
}

#[derive(Serialize)]
struct EditionText<'a> {
    id: &'a str,
    title: &'a str,
    date: &'a str,
    boundaries: i32,
}

#[derive(Serialize)]
struct House<'a> {
    name: &'a str,
    full_name: &'a str,
    color: String,
    accent: String,
    font: &'a str,
}

/// A sheet as it waits for Typst: what it is held against when it is set.
struct Waiting {
    stem: String,
    name: String,
    texts: Texts,
    checksums: String,
}

/// Sets a PDF of each of these gemeenten into a folder; `work` is a folder for Typst that nothing else uses.
///
/// # Errors
/// When a figure cannot be printed, Typst fails or warns, a numeral came from nowhere, or a sheet is not of two pages.
pub fn set(
    setting: &Setting<'_>,
    ground: &Ground<'_>,
    regions: &[RegionId],
    (work, made): (&Path, &Path),
) -> Result<(), Failure> {
    let batches: Vec<&[RegionId]> = regions.chunks(BATCH).collect();
    files::at("make", made, fs::create_dir_all(made))?;
    let trace = ground.trace()?;
    let done = in_parts(batches.len(), trace.another(), |trace, place| {
        let batch = Batch {
            setting,
            ground,
            trace,
            work: work.join(format!("partij-{}", place + 1)),
            made,
        };
        batch.set(batches[place])
    });
    done.into_iter().collect()
}

struct Batch<'b, 'a> {
    setting: &'b Setting<'b>,
    ground: &'b Ground<'a>,
    trace: &'b Trace<'a>,
    /// The folder in which Typst works on this batch: names of attachments are paths within it.
    work: PathBuf,
    made: &'b Path,
}

impl Batch<'_, '_> {
    fn set(&self, regions: &[RegionId]) -> Result<(), Failure> {
        let (mut waiting, mut given) = (Vec::new(), Vec::new());
        for region in regions {
            let (sheet, value) = self.ready(*region)?;
            waiting.push(sheet);
            given.push(value);
        }
        let told = serde_json::json!({ "attachments": attachments(), "sheets": given });
        let json = serde_json::to_vec(&told).map_err(paper::Error::from)?;
        self.write("sheets.json", &json)?;
        for (name, bytes) in family().files() {
            self.write(&format!("fonts/{name}"), bytes)?;
        }
        for name in [SOURCE, SHEET_WORDS] {
            let source = self.setting.sources.join(name);
            self.write(name, &files::at("read", &source, fs::read(&source))?)?;
        }
        let (typst, sources) = (self.setting.typst, self.setting.sources);
        let date = &self.ground.figures().edition.date;
        let timestamp = paper::timestamp(date);
        Bundle::pdfs(typst, &self.work, SOURCE, self.made, timestamp)?.finish(sources)?;
        for sheet in &waiting {
            self.seal(sheet)?;
        }
        Ok(())
    }

    /// Writes what travels with a sheet; gives what Typst is told of it.
    fn ready(&self, region: RegionId) -> Result<(Waiting, Value), Failure> {
        let told = tell(self.ground, region)?;
        let (sheet, ground) = (&told.sheet, self.ground);
        let rests_on = RestsOn {
            region: sheet.code.clone(),
            paper: PAPER.file(&ground.figures().edition),
            sha256: self.setting.published.clone(),
        };
        let value = given(sheet, ground, &rests_on).map_err(paper::Error::from)?;
        let mut drawn = ready(sheet).map_err(paper::Error::from)?;
        for name in ["edition", "house", "rests_on", "hash"] {
            drawn[name] = value[name].clone();
        }
        let texts = Texts {
            paper: value,
            pictures: BTreeMap::new(),
            numerals: self.setting.numerals.to_vec(),
        };
        let mut attached = Vec::from(told.facts.prove(self.trace, rests_on));
        attached.push((
            TEXTS,
            serde_json::to_vec(&texts).map_err(paper::Error::from)?,
        ));
        attached.sort_by_key(|(name, _)| *name);
        let mut checksums = String::new();
        for (name, bytes) in &attached {
            // writing to a string cannot fail
            let _ = writeln!(checksums, "{}  {name}", files::sha256(bytes));
            self.write(&format!("{FOLDER}/{}/{name}", sheet.stem), bytes)?;
        }
        let list = format!("{FOLDER}/{}/{CHECKSUMS}", sheet.stem);
        self.write(&list, checksums.as_bytes())?;
        let waiting = Waiting {
            stem: sheet.stem.clone(),
            name: sheet.name.clone(),
            texts,
            checksums,
        };
        Ok((waiting, drawn))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), files::Error> {
        let path = self.work.join(name);
        let folder = path.parent().unwrap_or(&self.work);
        files::at("make", folder, fs::create_dir_all(folder))?;
        files::at("write", &path, fs::write(&path, bytes))
    }

    fn seal(&self, sheet: &Waiting) -> Result<(), Failure> {
        let pdf = self.made.join(pdf_name(&sheet.stem));
        let pages = verify::back_check_and_seal(&pdf, &sheet.texts, &sheet.checksums)?;
        if pages == PAGES {
            return Ok(());
        }
        let name = sheet.name.clone();
        Err(Error::Pages { name, pages }.into())
    }
}

/// The name of the PDF of a gemeente.
pub fn pdf_name(stem: &str) -> String {
    format!("{stem}.pdf")
}

/// What a sheet carries; its path is that within the folder of the gemeente.
fn attachments() -> Vec<Attachment> {
    attachments::of_sheet().collect()
}

/// What is told of a sheet, as JSON.
fn given(
    sheet: &Sheet,
    ground: &Ground<'_>,
    rests_on: &RestsOn,
) -> Result<Value, serde_json::Error> {
    let (edition, house) = (&ground.figures().edition, &ground.queries().house);
    serde_json::to_value(Given {
        edition: EditionText {
            id: &edition.id,
            title: &edition.title,
            date: &edition.date,
            boundaries: edition.boundaries,
        },
        house: House {
            name: &house.name,
            full_name: &house.full_name,
            color: house.color.hex(),
            accent: house.accent.hex(),
            font: family().name(),
        },
        rests_on,
        hash: "SHA-256",
        sheet,
    })
}
