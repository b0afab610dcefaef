//! `check`, `explain`, `where` and `peers`: questions about the figures and the paper. Answers go to stdout.

use std::io::Write as _;

use clap::Args;

use crate::base::failure::Failure;
use crate::base::project::Project;
use crate::inquire;
use crate::pipeline;
use crate::query::{FactId, Queries};
use std::collections::BTreeSet;

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The edition; without it the default one.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Id of a fact (`misdrijven.M50`) or of a claim.
    #[arg(value_name = "ID")]
    id: String,
    /// The edition; without it the default one.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Where {
    /// A sentence or part of one, or a number as it is printed, such as 37,4.
    #[arg(value_name = "TEXT")]
    text: String,
    /// The edition; without it the default one.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Peers {
    /// Code or name of a gemeente, such as GM0355 or Zeist.
    #[arg(value_name = "GEMEENTE")]
    gemeente: String,
    /// The edition; without it the default one.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
}

/// Data goes to stdout; a reader that stops reading early is no error.
pub(super) fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

#[allow(clippy::unnecessary_wraps)] // one of the ways to want facts, and others fail
fn nothing_more(_: &Queries) -> Result<BTreeSet<FactId>, Failure> {
    Ok(BTreeSet::new())
}

pub(super) fn run_check(project: &Project, check: &Check) -> Result<(), Failure> {
    let checks = pipeline::inquire(
        project,
        check.edition.as_deref(),
        &nothing_more,
        inquire::check,
    )?;
    if check.json {
        // texts and words become JSON always
        say(&serde_json::to_string_pretty(&checks).unwrap_or_default());
        say("\n");
    } else {
        say(&checks
            .iter()
            .map(inquire::Check::to_text)
            .collect::<String>());
    }
    match inquire::does_not_hold(&checks) {
        None => Ok(()),
        Some(error) => Err(error.into()),
    }
}

pub(super) fn run_explain(project: &Project, explain: &Explain) -> Result<(), Failure> {
    let wanted = |queries: &Queries| inquire::wanted(&explain.id, queries);
    let text = pipeline::inquire(project, explain.edition.as_deref(), &wanted, |inquiry| {
        inquire::explain(&explain.id, inquiry)
    })?;
    say(&text);
    Ok(())
}

pub(super) fn run_peers(project: &Project, peers: &Peers) -> Result<(), Failure> {
    let text = pipeline::inquire(
        project,
        peers.edition.as_deref(),
        &nothing_more,
        |inquiry| inquire::peers(&peers.gemeente, inquiry),
    )?;
    say(&text);
    Ok(())
}

pub(super) fn run_where(project: &Project, wanted: &Where) -> Result<(), Failure> {
    let found = pipeline::find(project, wanted.edition.as_deref(), &wanted.text)?;
    say(&found
        .iter()
        .map(inquire::Found::to_text)
        .collect::<String>());
    Ok(())
}
