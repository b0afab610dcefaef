//! Parses, dispatches, and turns errors into messages and exit statuses.

use std::process::ExitCode;

use clap::Parser;
use middelgroot::base::failure::told;
use middelgroot::cli;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{}", told(&failure));
            ExitCode::from(failure.exit() as u8)
        }
    }
}
