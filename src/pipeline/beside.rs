//! What is made beside a paper: the site, sheets of gemeenten, and whether they are what would be made.
//!
//! In: the output of an edition, and what is recorded of it. Out: whether the paper must be built first, and what of the rest
//! stands; a record of what is made. Fails as a build does. The peculiarity it answers: a sheet names the paper by its hash, so
//! that what is made beside another paper is never current.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::books::BUILD;
use super::made::{By, Inputs, Ledger, Made, Output, RUN_LOG, SheetMade};
use super::{BuildOptions, FACTSHEETS, SITE, build};
use crate::base::failure::Failure;
use crate::base::files;
use crate::base::project::Project;
use crate::gemeente::RegionId;
use crate::paper::{self, Typst};
use crate::query::Edition;
use crate::sheet::Kept;

/// Builds the output of an edition where it is not the paper that would be made; gives what is to be told of that, and what is
/// known then.
pub(super) fn current(
    project: &Project,
    edition: &Edition,
    typst: &Typst,
    options: &BuildOptions<'_>,
) -> Result<(String, Ledger), Failure> {
    let place = project.output().join(&edition.id);
    let mut ledger = Ledger::open(project);
    let (inputs, by) = (ledger.inputs(true)?, By::new(Some(typst), String::new()));
    let last = ledger.last(BUILD, &edition.id);
    let paper = paper::PAPER.file(edition);
    let why = ledger.outdated((&place, &paper), last.as_ref(), (&by, &inputs));
    let Some(why) = why else {
        return Ok((String::new(), ledger));
    };
    let summary = build(project, options)?.summary();
    let said = format!("{why}: building it first\n{summary}");
    Ok((said, Ledger::open(project)))
}

/// What is made beside the paper, into a folder of the output, and what was made of it the last time.
#[derive(Debug)]
pub(super) struct Beside<'a> {
    pub(super) ledger: Ledger,
    edition: &'a Edition,
    place: &'a Path,
    folder: &'static str,
    pub(super) by: By,
    inputs: Inputs,
    last: Option<Made>,
    /// The sheets that were set before, by the hash of all that each was set from.
    pub(super) sheets: BTreeMap<String, Kept>,
}

impl<'a> Beside<'a> {
    /// Looks at all that may be read, before it is: also at what is published beside.
    pub(super) fn open(
        mut ledger: Ledger,
        (place, edition): (&'a Path, &'a Edition),
        (folder, by): (&'static str, By),
    ) -> Result<Self, Failure> {
        let inputs = read_beside(&mut ledger, place, edition)?;
        let (mut sheets, mut own) = (BTreeMap::new(), None);
        for made in [SITE, FACTSHEETS] {
            let last = ledger.last(made, &edition.id);
            for (name, sheet) in last.iter().flat_map(|last| &last.sheets) {
                let (path, sha256) = (place.join(name), sheet.sha256.clone());
                sheets.insert(sheet.key.clone(), Kept { path, sha256 });
            }
            if made == folder {
                own = last;
            }
        }
        Ok(Self {
            last: own,
            ledger,
            edition,
            place,
            folder,
            by,
            inputs,
            sheets,
        })
    }

    /// Takes nothing of what was made before.
    pub(super) fn forget(&mut self) {
        self.last = None;
        self.sheets.clear();
    }

    /// Whether what was made last is what would be made now, and lies there, with nothing else in its folder.
    pub(super) fn is_current(&mut self) -> bool {
        let Some(last) = &self.last else {
            return false;
        };
        let there = files::all_files(&self.place.join(self.folder)).unwrap_or_default();
        let own = |name: &String| {
            last.outputs
                .contains_key(&format!("{}/{name}", self.folder))
        };
        let made_of = (&self.by, &self.inputs);
        let is_current =
            there.iter().all(own) && self.ledger.is_all_there(self.place, last, made_of);
        self.ledger.hashes.save();
        is_current
    }

    /// Adds what was made to the list of sums, where a build has left it out.
    pub(super) fn list(&mut self) -> Result<(), Failure> {
        if self
            .last
            .as_ref()
            .is_some_and(|last| last.is_listed(self.place))
        {
            return Ok(());
        }
        super::run_log::write_sums(self.place, None, &mut self.ledger)
    }

    /// Whether the sheets of these gemeenten are what would be made now, and lie there, each as PDF and page.
    pub(super) fn has_sheets(&mut self, regions: &[RegionId]) -> bool {
        let Some(mut last) = self.last.clone() else {
            return false;
        };
        let starts = regions.iter().map(|of| format!("{}/{of}-", self.folder));
        let starts: Vec<String> = starts.collect();
        let is_asked = |name: &String| starts.iter().any(|start| name.starts_with(start));
        last.outputs.retain(|name, _| is_asked(name));
        let made_of = (&self.by, &self.inputs);
        let has_all = last.outputs.len() == 2 * regions.len()
            && self.ledger.is_all_there(self.place, &last, made_of);
        self.ledger.hashes.save();
        has_all
    }

    /// Records what was made, unless something changed meanwhile: all in the folder, or these names, beside which what was made
    /// before of the same stays true.
    pub(super) fn record(
        mut self,
        is_part: bool,
        names: &BTreeSet<String>,
        sheets: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        if read_beside(&mut self.ledger, self.place, self.edition)? != self.inputs {
            return Ok(());
        }
        let within = |name: &String| format!("{}/{name}", self.folder);
        let mut made = Made::new(self.by.clone(), &self.inputs, BTreeMap::new());
        if let Some(last) = self.last.take().filter(|_| is_part) {
            if last.is_of_same(&made) {
                made.outputs = last.outputs;
            }
            made.sheets = last.sheets;
        }
        for name in names {
            let path = within(name);
            let output = Output::plain(&self.place.join(&path), &mut self.ledger)?;
            if let Some(key) = sheets.get(name).cloned() {
                let sha256 = output.sha256.clone();
                made.sheets.insert(path.clone(), SheetMade { key, sha256 });
            }
            made.outputs.insert(path, output);
        }
        self.ledger
            .record_made(self.folder, &self.edition.id, &made);
        Ok(())
    }
}

/// All that pages and sheets are made of: what the paper is made of, and what was published of it.
fn read_beside(ledger: &mut Ledger, place: &Path, edition: &Edition) -> Result<Inputs, Failure> {
    let mut inputs = ledger.inputs(true)?;
    if let Some(built) = ledger.last(BUILD, &edition.id) {
        // the log has the clock in it
        for name in built.outputs.keys().filter(|name| *name != RUN_LOG) {
            inputs.add_output(ledger, place, name);
        }
    }
    Ok(inputs)
}
