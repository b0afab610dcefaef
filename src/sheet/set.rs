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
use super::room;
use super::shape::Sheet;
use super::strip::Marks;
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
use crate::verify::{self, Known};

/// Sheets that are set in one run of Typst: a quarter of a gigabyte.
const BATCH: usize = 10;

/// Pages of a sheet.
const PAGES: usize = 2;

/// A sheet that was set before.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where it lies.
    pub path: PathBuf,
    /// What it was then.
    pub sha256: String,
}

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
    /// What this program and its Typst are known by.
    pub makers: &'a str,
    /// Sheets that were set before, by the hash of all that each was set from: these are taken as they are.
    pub kept: &'a BTreeMap<String, Kept>,
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

/// Sets a PDF of each of these gemeenten into a folder; `work` is a folder for Typst that nothing else uses. Gives of each, by
/// the name of its file, the hash of all that it was set from.
///
/// # Errors
/// When a figure cannot be printed, Typst fails or warns, a numeral came from nowhere, or a sheet is not of two pages.
pub fn set(
    setting: &Setting<'_>,
    ground: &Ground<'_>,
    regions: &[RegionId],
    (work, made): (&Path, &Path),
) -> Result<BTreeMap<String, String>, Failure> {
    let batches: Vec<&[RegionId]> = regions.chunks(BATCH).collect();
    files::at("make", made, fs::create_dir_all(made))?;
    let mut shared = vec![setting.makers.to_owned(), family().name().to_owned()];
    for (name, bytes) in family().files() {
        write(work, &format!("fonts/{name}"), bytes)?;
        shared.push(files::sha256(bytes));
    }
    for name in [SOURCE, SHEET_WORDS] {
        let source = setting.sources.join(name);
        let bytes = files::at("read", &source, fs::read(&source))?;
        write(work, name, &bytes)?;
        shared.push(files::sha256(&bytes));
    }
    let shared = shared.join("\n");
    let trace = ground.trace();
    let done = in_parts(batches.len(), trace.another(), |trace, place| {
        let batch = Batch {
            setting,
            ground,
            trace,
            work,
            made,
            shared: &shared,
        };
        batch.set(&(place + 1).to_string(), batches[place])
    });
    let keys: Vec<Vec<(String, String)>> = done.into_iter().collect::<Result<_, Failure>>()?;
    Ok(keys.into_iter().flatten().collect())
}

/// Writes a file for Typst.
fn write(work: &Path, name: &str, bytes: &[u8]) -> Result<(), files::Error> {
    let path = work.join(name);
    let folder = path.parent().unwrap_or(work);
    files::at("make", folder, fs::create_dir_all(folder))?;
    files::at("write", &path, fs::write(&path, bytes))
}

struct Batch<'b, 'a> {
    setting: &'b Setting<'b>,
    ground: &'b Ground<'a>,
    trace: &'b Trace<'a>,
    /// The folder in which Typst works.
    work: &'b Path,
    made: &'b Path,
    /// What all sheets are set from, in a text.
    shared: &'b str,
}

impl Batch<'_, '_> {
    /// Sets the sheets of one run, which has a number, but for those that are kept. Gives what each was set from.
    fn set(&self, number: &str, regions: &[RegionId]) -> Result<Vec<(String, String)>, Failure> {
        let (mut waiting, mut given, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for region in regions {
            let (sheet, value) = self.ready(*region)?;
            let key = self.key(&sheet, &value)?;
            if !self.again(&key)? {
                waiting.push(sheet);
                given.push(value);
            }
            keys.push(key);
        }
        if waiting.is_empty() {
            return Ok(keys);
        }
        let told = serde_json::json!({ "attachments": attachments(), "widths": room::widths(), "sheets": given });
        let json = serde_json::to_vec(&told).map_err(paper::Error::from)?;
        write(self.work, &format!("bladen-{number}.json"), &json)?;
        let (typst, sources) = (self.setting.typst, self.setting.sources);
        let date = &self.ground.figures().edition.date;
        let timestamp = paper::timestamp(date);
        let told = [("partij", number)];
        Bundle::pdfs(typst, self.work, SOURCE, &told, self.made, timestamp)?.finish(sources)?;
        for sheet in &waiting {
            self.seal(sheet)?;
        }
        Ok(keys)
    }

    /// The file of a sheet, and the hash of all that it is set from and sealed with.
    fn key(&self, sheet: &Waiting, value: &Value) -> Result<(String, String), Failure> {
        let all = serde_json::json!([
            self.shared,
            self.ground.figures().edition.date,
            attachments(),
            room::widths(),
            value,
            sheet.checksums,
        ]);
        let bytes = serde_json::to_vec(&all).map_err(paper::Error::from)?;
        Ok((pdf_name(&sheet.stem), files::sha256(&bytes)))
    }

    /// Puts a sheet in its place that was set from the same before, and is as it was then; gives whether there is one.
    fn again(&self, (name, key): &(String, String)) -> Result<bool, Failure> {
        let Some(kept) = self.setting.kept.get(key) else {
            return Ok(false);
        };
        let bytes = fs::read(&kept.path).unwrap_or_default();
        if files::sha256(&bytes) != kept.sha256 {
            return Ok(false);
        }
        write(self.made, name, &bytes)?;
        Ok(true)
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
        let drawn = self.drawn(sheet, &value).map_err(paper::Error::from)?;
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
            write(self.work, &format!("{FOLDER}/{}/{name}", sheet.stem), bytes)?;
        }
        let list = format!("{FOLDER}/{}/{CHECKSUMS}", sheet.stem);
        write(self.work, &list, checksums.as_bytes())?;
        let waiting = Waiting {
            stem: sheet.stem.clone(),
            name: sheet.name.clone(),
            texts,
            checksums,
        };
        Ok((waiting, drawn))
    }

    /// What Typst reads of a sheet: its texts with the room they take, and drawings.
    fn drawn(&self, sheet: &Sheet, value: &Value) -> Result<Value, serde_json::Error> {
        let marks = Marks::new(&self.ground.queries().house, &sheet.columns);
        let strips = sheet.strips.iter();
        let strips = strips.map(|strip| strip.as_ref().map(|strip| marks.draw(strip)));
        let mut drawn = ready(sheet)?;
        room::put_lines(&mut drawn);
        drawn["strips"] = strips.collect();
        drawn["key"] = serde_json::to_value(marks.key())?;
        for name in ["edition", "house", "rests_on", "hash"] {
            drawn[name] = value[name].clone();
        }
        Ok(drawn)
    }

    fn seal(&self, sheet: &Waiting) -> Result<(), Failure> {
        let pdf = self.made.join(pdf_name(&sheet.stem));
        let known = Known::new(&sheet.texts);
        let of_sheet = (&sheet.texts, &known);
        let pages = verify::back_check_and_seal(&pdf, of_sheet, &sheet.checksums)?;
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
