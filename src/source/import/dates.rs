//! The dates in a `source.toml`: of the figures, and of when they were taken.

use std::path::Path;

use serde::Deserialize;

use super::Error;
use crate::base::failure::Exit;
use crate::base::files;
use crate::base::form::is_date;
use crate::base::located::{At, Source};

#[derive(Deserialize)]
struct Dates {
    modified: Option<At<String>>,
    retrieved: Option<At<String>>,
}

/// Tests that what stands there is a date, or says that none is known.
pub(super) fn test(path: &Path) -> Result<(), Error> {
    let source = Source::new(path, files::read_text(path)?);
    // whoever reads the rest says what is wrong with its form
    let Ok(Dates {
        modified,
        retrieved,
    }) = source.toml()
    else {
        return Ok(());
    };
    for at in [modified, retrieved].iter().flatten() {
        if !is_date(at) && !["", "unknown"].contains(&at.as_str()) {
            let message = format!("`{}` is no date", **at);
            let hint = "expected a date such as `2026-07-17`, or `unknown`";
            return Err(source
                .wrong(at, message, hint)
                .ending(Exit::DoesNotHold)
                .into());
        }
    }
    Ok(())
}
