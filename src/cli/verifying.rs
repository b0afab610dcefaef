//! `verify`: a PDF held against the evidence it carries. What differs goes to stdout, one line each.

use std::path::PathBuf;

use clap::Args;

use crate::base::failure::Failure;
use crate::verify;

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The paper, or the sheet of a gemeente.
    #[arg(value_name = "FILE")]
    pdf: PathBuf,
}

pub(super) fn run_verify(verify: &Verify) -> Result<(), Failure> {
    let verdict = verify::verify(&verify.pdf)?;
    for difference in &verdict.differences {
        println!("{difference}");
    }
    let (pages, attachments, facts) = (verdict.pages, verdict.attachments, verdict.facts);
    eprintln!("read {pages} pages and {attachments} attachments, derived {facts} facts again");
    if let Some(named) = &verdict.rests_on {
        let stated = verdict.stated;
        eprintln!(
            "{stated} figures of groups rest on published files, which are named by their SHA-256:"
        );
        for (file, sum) in &named.sha256 {
            eprintln!("{sum}  {file}");
        }
    }
    if verdict.differences.is_empty() {
        eprintln!("text, facts and attachments agree");
        return Ok(());
    }
    Err(verify::Error::Differs {
        path: verify.pdf.clone(),
        count: verdict.differences.len(),
    }
    .into())
}
