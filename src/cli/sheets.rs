//! `factsheet`: two pages on a gemeente. What was made goes to stderr.

use std::path::PathBuf;

use clap::Args;

use crate::base::failure::Failure;
use crate::base::project::Project;
use crate::pipeline;

#[derive(Debug, Args)]
pub(super) struct Factsheet {
    /// Codes or names of gemeenten, such as GM0355 or Zeist; one that was merged gives the gemeente that it goes on in.
    #[arg(
        value_name = "GEMEENTE",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    gemeenten: Vec<String>,
    /// Every gemeente of the edition.
    #[arg(long)]
    all: bool,
    /// The edition; without it the default one of `queries/editions.toml`.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
    /// The Typst program to use; without it TYPST, PATH and the cache folder are tried, and else it is installed.
    #[arg(long, value_name = "FILE", env = "MIDDELGROOT_TYPST")]
    typst: Option<PathBuf>,
    /// Make them also where nothing has changed.
    #[arg(long)]
    force: bool,
}

pub(super) fn run_factsheet(project: &Project, make: &Factsheet) -> Result<(), Failure> {
    let options = pipeline::FactsheetOptions {
        edition: make.edition.as_deref(),
        typst: make.typst.as_deref(),
        gemeenten: if make.all {
            None
        } else {
            Some(&make.gemeenten)
        },
        force: make.force,
    };
    eprint!("{}", pipeline::factsheet(project, &options)?);
    Ok(())
}
