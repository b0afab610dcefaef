//! Parses, dispatches, and turns errors into messages and exit statuses.

use std::process::ExitCode;

use clap::Parser;
use middelgroot::cli;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            if let Some(hint) = failure.hint() {
                eprintln!("hint: {hint}");
            }
            ExitCode::from(failure.exit() as u8)
        }
    }
}
