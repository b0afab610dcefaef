//! `watch`: an edition that is made anew while one writes, and served to the browser. All that is said goes to stderr.

use std::path::PathBuf;

use clap::Args;

use crate::base::failure::Failure;
use crate::base::project::Project;
use crate::pipeline;

#[derive(Debug, Args)]
pub(super) struct Watch {
    /// The edition; without it the default one of `queries/editions.toml`.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
    /// The port of 127.0.0.1 to serve on; 0 takes one that is free.
    #[arg(long, value_name = "N", default_value_t = 8026)]
    port: u16,
    /// The Typst program to use; without it TYPST, PATH and the cache folder are tried, and else it is installed.
    #[arg(long, value_name = "FILE", env = "MIDDELGROOT_TYPST")]
    typst: Option<PathBuf>,
}

pub(super) fn run_watch(project: &Project, watch: &Watch) -> Result<(), Failure> {
    let options = pipeline::WatchOptions {
        edition: watch.edition.as_deref(),
        port: watch.port,
        typst: watch.typst.as_deref(),
    };
    let watch = pipeline::Watch::start(project, &options)?;
    let stop = watch.stopper();
    // without a handler Ctrl-C ends the process at once: what is half-made then goes with the next run
    let _ = ctrlc::set_handler(stop);
    eprintln!("serving http://{}/ (Ctrl-C stops)", watch.address());
    watch.run(&|line| eprint!("{line}"));
    eprintln!("stopped");
    Ok(())
}
