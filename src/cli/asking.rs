//! `check`, `explain` and `where`: questions about the figures and the paper. Answers go to stdout.

use std::io::Write as _;

use clap::Args;

use crate::failure::Failure;
use crate::inquire;
use crate::pipeline::{self, Project};

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

/// Data goes to stdout; a reader that stops reading early is no error.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

pub(super) fn run_check(project: &Project, check: &Check) -> Result<(), Failure> {
    let checks = pipeline::inquire(project, check.edition.as_deref(), |register| {
        inquire::check(&project.paper(), register)
    })?;
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
    let text = pipeline::inquire(project, explain.edition.as_deref(), |register| {
        inquire::explain(&explain.id, register)
    })?;
    say(&text);
    Ok(())
}

pub(super) fn run_where(project: &Project, wanted: &Where) -> Result<(), Failure> {
    pipeline::inquire(project, wanted.edition.as_deref(), |register| {
        let found = inquire::find(&wanted.text, &project.paper(), register)?;
        if found.is_empty() {
            return Err(inquire::Error::NotFound {
                text: wanted.text.clone(),
                edition: register.figures().edition.id.clone(),
            }
            .into());
        }
        say(&found
            .iter()
            .map(inquire::Found::to_text)
            .collect::<String>());
        Ok(())
    })
}
