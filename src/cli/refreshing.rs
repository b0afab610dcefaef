//! `new-edition` on the command line.
//!
//! The checklist goes to stdout, as Markdown; all else to stderr.

use clap::Args;

use super::fetching::{client, listener, print};
use crate::base::failure::Failure;
use crate::base::project::Project;
use crate::pipeline::{self, Cbs};
use crate::source::fetch;

/// `new-edition`.
#[derive(Debug, Args)]
pub struct NewEdition {
    /// The year of whose 1 January the boundaries are: the one after the last edition's.
    year: i32,
    /// One server in the place of all of CBS's, with the paths as there.
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// Ask CBS nothing: work with what is in `data/`.
    #[arg(long, conflicts_with = "mirror")]
    no_fetch: bool,
}

/// Makes the next edition, and prints what is left to a person.
pub fn run_new_edition(project: &Project, new: &NewEdition) -> Result<(), Failure> {
    let text = if new.no_fetch {
        pipeline::new_edition(project, new.year, None)?
    } else {
        let config = fetch::settings(&project.queries(), new.mirror.as_deref())?;
        let at_once = config.tables_at_once;
        let (client, listener) = (client(config)?, listener());
        let cbs = Cbs {
            client: &client,
            at_once,
            progress: &*listener,
        };
        pipeline::new_edition(project, new.year, Some(cbs))?
    };
    print(&text)
}
