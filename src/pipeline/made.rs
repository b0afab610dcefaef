//! What a command made, and of what: so that nothing is made twice.
//!
//! In: the files that a command may read, the program, its Typst, what was asked, and the record of the last time. Out: whether
//! what was made then is what would be made now, and still lies there. Fails when a folder cannot be listed; a record that is
//! gone, damaged or of something else only means that all is made. The peculiarity it answers: whoever edits a file that was
//! made, or one that is read while it is made, must not be told that all is well.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{FACTSHEETS, OPEN_DATA, SITE, is_within};
use crate::base::files;
use crate::base::hashes::{Found, Hashes, Mark, read_sealed, write_sealed};
use crate::base::project::{CACHE, Project};
use crate::paper::{self, Typst};
use crate::publish::Written;

/// The log of the run that made an output.
pub(super) const RUN_LOG: &str = "run.json";

/// The sums of all files of an output but the log.
pub(super) const SUMS: &str = "SHA256SUMS";

/// Of what form records are: one of another form says nothing.
const FORM: u32 = 1;

/// A file that was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Output {
    pub(super) sha256: String,
    pub(super) bytes: usize,
    /// Rows of a CSV file, without its header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<usize>,
}

impl From<Written> for Output {
    fn from(written: Written) -> Self {
        let Written {
            sha256,
            bytes,
            rows,
            ..
        } = written;
        Self {
            sha256,
            bytes,
            rows,
        }
    }
}

impl Output {
    /// A file of which no rows are counted.
    pub(super) fn plain(path: &Path, ledger: &mut Ledger) -> Result<Self, files::Error> {
        let size = files::at("read", path, fs::metadata(path))?.len();
        Ok(Self {
            sha256: ledger.hashes.find(path)?.sha256,
            bytes: usize::try_from(size).unwrap_or_default(),
            rows: None,
        })
    }

    /// A file with its rows.
    pub(super) fn of(path: &Path, ledger: &mut Ledger) -> Result<Self, files::Error> {
        let (bytes, found) = ledger.hashes.read(path)?;
        let is_csv = path.extension().is_some_and(|ext| ext == "csv");
        let lines = || {
            let mut is_quoted = false;
            let ends = bytes.iter().filter(|byte| {
                is_quoted ^= **byte == b'"';
                **byte == b'\n' && !is_quoted
            });
            ends.count()
        };
        Ok(Self {
            sha256: found.sha256,
            bytes: bytes.len(),
            rows: is_csv.then(|| lines().saturating_sub(1)),
        })
    }
}

/// The files that a command may read, by their path in the project, as they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inputs(BTreeMap<String, Found>);

impl Inputs {
    /// The hash of each.
    pub(super) fn sums(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().map(|(name, found)| (name, &found.sha256))
    }

    /// Adds a file of the output, where there is one.
    pub(super) fn add_output(&mut self, ledger: &mut Ledger, place: &Path, name: &str) {
        if let Ok(found) = ledger.hashes.find(&place.join(name)) {
            self.0.insert(format!("output/{name}"), found);
        }
    }
}

/// By what and for what question something was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct By {
    form: u32,
    /// The mark of the program: a new one has another.
    program: Option<String>,
    /// That of Typst; none where it makes nothing.
    typst: Option<String>,
    /// The command line that asks the same.
    asked: String,
}

impl By {
    pub(super) fn new(typst: Option<&Typst>, asked: String) -> Self {
        Self {
            form: FORM,
            program: Mark::of_program().map(|mark| mark.text()),
            typst: typst.and_then(Typst::mark),
            asked,
        }
    }

    /// Whether the same program made something, whatever was asked.
    fn is_program_of(&self, other: &Self) -> bool {
        self.program.is_some() && (self.form, &self.program) == (other.form, &other.program)
    }

    /// Whether the same program and the same Typst made something, whatever was asked.
    fn are_makers_of(&self, other: &Self) -> bool {
        self.is_program_of(other) && self.typst.is_some() && self.typst == other.typst
    }

    /// What all that these make rests on, in one text.
    pub(super) fn makers(&self) -> String {
        format!("{:?} {:?}", self.program, self.typst)
    }
}

/// What a build told that stays true as long as nothing changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) lines: Vec<String>,
    pub(super) warned: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// A sheet, and what it was set from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SheetMade {
    /// The hash of all that it was set from.
    pub(super) key: String,
    pub(super) sha256: String,
}

/// What a command made, and of what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) by: By,
    /// SHA-256 of each file that it may have read, by its path in the project.
    inputs: BTreeMap<String, String>,
    /// What it wrote, by its path in the output.
    pub(super) outputs: BTreeMap<String, Output>,
    /// Of each sheet that lies there, also of earlier times, by its path in the output.
    #[serde(default)]
    pub(super) sheets: BTreeMap<String, SheetMade>,
    #[serde(default)]
    pub(super) told: Told,
}

impl Made {
    pub(super) fn new(by: By, inputs: &Inputs, outputs: BTreeMap<String, Output>) -> Self {
        let sums = inputs.sums();
        Self {
            by,
            inputs: sums
                .map(|(name, sum)| (name.clone(), sum.clone()))
                .collect(),
            outputs,
            sheets: BTreeMap::new(),
            told: Told::default(),
        }
    }

    /// Whether something else was made by the same of the same.
    pub(super) fn is_of_same(&self, other: &Self) -> bool {
        self.by == other.by && self.inputs == other.inputs
    }

    /// Whether all that was made stands in a list of sums; the log never does.
    fn is_in(&self, listed: &BTreeMap<&str, &str>) -> bool {
        let mut outputs = self.outputs.iter().filter(|(name, _)| *name != RUN_LOG);
        outputs.all(|(name, of)| listed.get(name.as_str()) == Some(&of.sha256.as_str()))
    }

    /// Whether all that was made stands in the list of sums of an output.
    pub(super) fn is_listed(&self, place: &Path) -> bool {
        let text = fs::read_to_string(place.join(SUMS)).unwrap_or_default();
        self.is_in(&listed(&text))
    }

    /// The first file of a kind that is other than it was, is new, or is gone.
    fn differing(&self, now: &Inputs, is_of_kind: &dyn Fn(&str) -> bool) -> Option<String> {
        let names: BTreeSet<&String> = self.inputs.keys().chain(now.0.keys()).collect();
        let mut names = names.into_iter().filter(|name| is_of_kind(name));
        let is_other =
            |name: &&String| self.inputs.get(*name) != now.0.get(*name).map(|found| &found.sha256);
        names.find(is_other).cloned()
    }
}

/// What is known of earlier runs.
#[derive(Debug)]
pub(super) struct Ledger {
    project: Project,
    pub(super) hashes: Hashes,
}

impl Ledger {
    /// What `data/.cache/` has.
    pub(super) fn open(project: &Project) -> Self {
        Self {
            project: project.clone(),
            hashes: Hashes::kept(project.root(), &project.cache()),
        }
    }

    /// Every file that a command may read: all of `data/` and `queries/`, and of the paper's sources where it reads those. One
    /// that cannot be read is left out: a stage that needs it says so.
    pub(super) fn inputs(&mut self, with_paper: bool) -> Result<Inputs, files::Error> {
        let mut inputs = Inputs::default();
        let project = &self.project;
        let mut folders = vec![("data", project.data()), ("queries", project.queries())];
        if with_paper {
            folders.push(("src/paper", project.paper()));
        }
        for (prefix, folder) in folders {
            for name in files::all_files(&folder)? {
                let is_read = match prefix {
                    "data" => !name.starts_with('.'),
                    "queries" => !name.starts_with("schema/"),
                    _ => Path::new(&name).extension().is_none_or(|ext| ext != "rs"),
                };
                if is_read && let Ok(found) = self.hashes.find(&folder.join(&name)) {
                    inputs.0.insert(format!("{prefix}/{name}"), found);
                }
            }
        }
        Ok(inputs)
    }

    /// What a command made of an edition the last time.
    pub(super) fn last(&self, command: &str, edition: &str) -> Option<Made> {
        let text = read_sealed(&self.record(command, edition))?;
        serde_json::from_str(&text).ok()
    }

    /// Records what a command made of an edition.
    pub(super) fn record_made(&mut self, command: &str, edition: &str, made: &Made) {
        // what cannot be put into words is not recorded, and is made anew
        let text = serde_json::to_string(made).unwrap_or_default();
        write_sealed(&self.record(command, edition), &text);
        self.hashes.save();
    }

    fn record(&self, command: &str, edition: &str) -> PathBuf {
        self.project.cache().join(format!("{command}-{edition}"))
    }

    /// Whether what was made last is what would be made now, and lies there with nothing else.
    pub(super) fn is_current(
        &mut self,
        place: &Path,
        last: &Made,
        (by, inputs): (&By, &Inputs),
        keep: bool,
    ) -> bool {
        by.program.is_some()
            && last.by == *by
            && last.differing(inputs, &is_of_build).is_none()
            && self.unlike(place, last, keep).is_none()
    }

    /// Why an output is not the paper that these would make, whatever else was asked with it; nothing where it is. What only
    /// pages and sheets are made of counts for those.
    pub(super) fn outdated(
        &mut self,
        (place, name): (&Path, &str),
        last: Option<&Made>,
        (by, inputs): (&By, &Inputs),
    ) -> Option<String> {
        let path = place.join(name);
        let paper = path.display();
        if !path.is_file() {
            return Some(format!("there is no `{paper}`"));
        }
        let Some(last) = last else {
            return Some(format!("nothing is recorded of how `{paper}` was made"));
        };
        if let Some(name) = last.differing(inputs, &is_of_paper) {
            return Some(format!("`{paper}` was made of another `{name}`"));
        }
        if !by.are_makers_of(&last.by) {
            return Some(format!("`{paper}` was made by another program"));
        }
        let unlike = self.unlike(place, last, true);
        unlike.map(|name| format!("`{}` is not as it was made", place.join(name).display()))
    }

    /// The first file of an output that is not as it was made, is not in its list of sums, or is too much; nothing where all is
    /// well. What other commands made beside it is in that list too, unless one of them was stopped; a site may also be kept without.
    fn unlike(&mut self, place: &Path, made: &Made, keep: bool) -> Option<String> {
        if let Some((name, _)) = self.other(place, made, &|_| true) {
            return Some(name);
        }
        let text = fs::read_to_string(place.join(SUMS)).unwrap_or_default();
        let listed = listed(&text);
        if !made.is_in(&listed) {
            return Some(SUMS.to_owned());
        }
        let there = files::all_files(place).unwrap_or_default();
        let is_beside = |name: &str| [SITE, FACTSHEETS].iter().any(|of| is_within(of, name));
        let is_known = |name: &str| {
            name == RUN_LOG
                || name == SUMS
                || listed.contains_key(name)
                || keep && is_beside(name)
                // whoever writes next clears it away
                || files::is_unfinished(name)
        };
        let too_much = there.iter().find(|name| !is_known(name));
        let gone = listed.keys().find(|name| !there.contains(**name));
        too_much.cloned().or(gone.map(|name| (*name).to_owned()))
    }

    /// The first file of a kind that is not as it was made.
    fn other(
        &mut self,
        place: &Path,
        made: &Made,
        is_of_kind: &dyn Fn(&str) -> bool,
    ) -> Option<(String, Output)> {
        let mut outputs = made.outputs.iter().filter(|(name, _)| is_of_kind(name));
        let is_other = |(name, of): &(&String, &Output)| {
            let found = self.hashes.find(&place.join(name));
            found.map_or(true, |found| found.sha256 != of.sha256)
        };
        let other = outputs.find(is_other);
        other.map(|(name, of)| (name.clone(), of.clone()))
    }

    /// Whether all that a command made of these, asked so, still lies there as it was made, whatever else does.
    pub(super) fn is_all_there(
        &mut self,
        place: &Path,
        last: &Made,
        (by, inputs): (&By, &Inputs),
    ) -> bool {
        by.program.is_some()
            && last.by == *by
            && last.differing(inputs, &|_| true).is_none()
            && self.other(place, last, &|_| true).is_none()
    }

    /// Puts the open data of the last build into a folder, where they would come out the same: no chapter is in them. Gives what
    /// they are, by their path in the output; nothing where they must be made.
    pub(super) fn open_data_again(
        &mut self,
        last: Option<&Made>,
        (by, inputs): (&By, &Inputs),
        (place, output): (&Path, &Path),
    ) -> Option<BTreeMap<String, Output>> {
        let last = last?;
        let is_read = |name: &str| name.starts_with("data/") || name.starts_with("queries/");
        let dialect = |by: &By| by.asked.contains("--dialect");
        if !by.is_program_of(&last.by)
            || dialect(by) != dialect(&last.by)
            || last.differing(inputs, &is_read).is_some()
        {
            return None;
        }
        let prefix = format!("{OPEN_DATA}/");
        let outputs = last.outputs.iter();
        let outputs: BTreeMap<String, Output> = outputs
            .filter(|(name, _)| name.starts_with(&prefix))
            .map(|(name, of)| (name.clone(), of.clone()))
            .collect();
        let mut copy = |(name, of): (&String, &Output)| {
            let (from, to) = (place.join(name), output.join(name));
            self.copy(&from, of, &to)
        };
        if !outputs.is_empty() && outputs.iter().all(&mut copy) {
            return Some(outputs);
        }
        // what was copied so far gives way
        let _ = fs::remove_dir_all(output.join(OPEN_DATA));
        None
    }

    /// Copies a file that is as it was made; gives whether that is done.
    pub(super) fn copy(&mut self, from: &Path, of: &Output, to: &Path) -> bool {
        let folder = to.parent().unwrap_or(to);
        let found = self.hashes.find(from);
        let Ok(found) = found.and_then(|found| {
            files::at("make", folder, fs::create_dir_all(folder))?;
            Ok(found)
        }) else {
            return false;
        };
        found.sha256 == of.sha256 && self.hashes.copy(from, &found, to).unwrap_or(false)
    }
}

/// A list of sums: the sum of each file.
fn listed(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    lines.map(|(sum, name)| (name, sum)).collect()
}

/// Whether a paper is made of a file: those of sheets and of the site are read by others.
fn is_of_paper(name: &str) -> bool {
    let within = name.strip_prefix("src/paper/");
    within.is_none_or(|name| !paper::is_of_web(Path::new(name)))
}

/// Whether a build reads a file: of those of sheets and of the site only the forms of chapters, which must be sound.
fn is_of_build(name: &str) -> bool {
    is_of_paper(name) || name == "src/paper/web.typ"
}

/// Whether a path is that of something that is kept here: no change of what an edition is made of.
pub(super) fn is_of_cache(path: &Path) -> bool {
    let parts: Vec<_> = path.iter().collect();
    parts
        .windows(2)
        .any(|pair| pair[0] == "data" && pair[1] == CACHE)
}
