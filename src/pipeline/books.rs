//! What a build keeps of itself, so that it need not be done again.
//!
//! In: what was asked, and what is recorded of the last build. Out: what that told, or the open data that it made; and a record
//! of this one. Fails when a folder cannot be listed. The peculiarity it answers: a file may change while it is read.

use std::collections::BTreeMap;
use std::path::Path;

use super::BuildOptions;
use super::made::{By, Inputs, Ledger, Made, Output, RUN_LOG, Told};
use crate::base::failure::Failure;
use crate::base::project::Project;
use crate::paper::{self, Typst};
use crate::query::Edition;

/// What a build keeps of itself: what it may read, who makes it, and what was made the last time.
pub(super) struct Books {
    pub(super) ledger: Ledger,
    by: By,
    pub(super) inputs: Inputs,
    last: Option<Made>,
}

/// How what a build makes is called among what is recorded.
pub(super) const BUILD: &str = "build";

impl Books {
    /// Looks at all that may be read, before it is.
    pub(super) fn open(
        project: &Project,
        (options, edition): (&BuildOptions<'_>, &Edition),
        typst: Option<&Typst>,
    ) -> Result<Self, Failure> {
        let mut ledger = Ledger::open(project);
        let verbose = if options.verbose { " --verbose" } else { "" };
        let by = By::new(typst, options.command(edition) + verbose);
        Ok(Self {
            inputs: read_by(&mut ledger, options, project, edition)?,
            last: ledger.last(BUILD, &edition.id),
            ledger,
            by,
        })
    }

    /// Puts the open data of the last build into a new output, where they would come out the same; what they are.
    pub(super) fn open_data_again(
        &mut self,
        (place, output): (&Path, &Path),
        force: bool,
    ) -> Option<BTreeMap<String, Output>> {
        let last = self.last.as_ref().filter(|_| !force);
        let made_of = (&self.by, &self.inputs);
        self.ledger.open_data_again(last, made_of, (place, output))
    }

    /// What the last build told, where it made what this one would.
    pub(super) fn nothing_to_do(
        &mut self,
        place: &Path,
        options: &BuildOptions<'_>,
    ) -> Option<Told> {
        let last = self.last.as_ref().filter(|_| !options.force)?;
        let made_of = (&self.by, &self.inputs);
        let is_current = self.ledger.is_current(place, last, made_of, options.keep);
        self.ledger.hashes.save();
        is_current.then(|| last.told.clone())
    }
}

impl Books {
    /// Records what was made and told, unless something changed meanwhile: it may or may not have been read before.
    pub(super) fn record(
        mut self,
        (options, project, edition): (&BuildOptions<'_>, &Project, &Edition),
        place: &Path,
        (mut outputs, told): (BTreeMap<String, Output>, Told),
    ) {
        let now = read_by(&mut self.ledger, options, project, edition);
        let log = Output::plain(&place.join(RUN_LOG), &mut self.ledger);
        let (true, Ok(log)) = (now.is_ok_and(|now| now == self.inputs), log) else {
            return;
        };
        outputs.insert(RUN_LOG.to_owned(), log);
        let mut made = Made::new(self.by, &self.inputs, outputs);
        made.told = told;
        self.ledger.record_made(BUILD, &edition.id, &made);
    }
}

/// All that a build may read. Without a paper it says whether the one that stays shows other figures.
fn read_by(
    ledger: &mut Ledger,
    options: &BuildOptions<'_>,
    project: &Project,
    edition: &Edition,
) -> Result<Inputs, Failure> {
    let mut inputs = ledger.inputs(!options.data_only)?;
    if options.data_only {
        let place = project.output().join(&edition.id);
        inputs.add_output(ledger, &place, &paper::PAPER.file(edition));
    }
    Ok(inputs)
}
