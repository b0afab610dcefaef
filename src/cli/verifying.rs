//! `verify`: a PDF held against the evidence it carries, a list of checksums, or what the project makes. What differs goes to
//! stdout, one line each.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::exit;

use clap::Args;

use crate::base::failure::{Exit, Failure, told};
use crate::base::project::Project;
use crate::base::{family, files, guard};
use crate::pipeline;
use crate::verify::{self, Verdict};

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The paper, a handout, or the sheet of a gemeente.
    #[arg(value_name = "FILE")]
    pdf: PathBuf,
    /// The folder with the files of its font, which must be named where that is another than Noto Sans: letters are held against these.
    #[arg(long, value_name = "FOLDER")]
    font: Option<PathBuf>,
    /// Also ask whether it is what was published: the list of checksums of that output.
    #[arg(long, value_name = "FILE")]
    sums: Option<PathBuf>,
    /// Also ask whether it is what this project makes, byte for byte: builds its edition once more, outside `output/`.
    #[arg(long)]
    rebuild: bool,
    /// The Typst program to use with `--rebuild`; without it TYPST, PATH and the cache folder are tried, and else it is installed.
    #[arg(long, value_name = "FILE", env = "MIDDELGROOT_TYPST")]
    typst: Option<PathBuf>,
}

pub(super) fn run_verify(project: &Project, verify: &Verify) -> Result<(), Failure> {
    let pdf = verify.pdf.as_path();
    let is_asked_of_others = verify.sums.is_some() || verify.rebuild;
    let is_guarded = files::at("limit the memory for", pdf, guard::is_guarded())?;
    if is_guarded && !is_asked_of_others {
        return agree(pdf, verify.font.as_deref());
    }
    let mut arguments = vec![OsStr::new("verify")];
    if let Some(font) = &verify.font {
        arguments.extend([OsStr::new("--font"), font.as_os_str()]);
    }
    arguments.extend([OsStr::new("--"), pdf.as_os_str()]);
    let ended = guard::run_guarded(&arguments);
    let status = files::at("start a process for", pdf, ended)?;
    let status = status.ok_or_else(|| verify::Error::Greedy {
        path: pdf.to_owned(),
    })?;
    // it has told what it found
    if status != Exit::Done as i32 && status != Exit::DoesNotHold as i32 {
        exit(status);
    }
    // what carries nothing cannot answer for itself, and others can
    let agrees =
        status == Exit::Done as i32 || is_asked_of_others && verify::carried(pdf)?.is_empty();
    let mut is_other = false;
    if let Some(sums) = &verify.sums {
        match verify::published(pdf, sums) {
            Ok(name) => eprintln!("is what was published as `{name}`, by `{}`", sums.display()),
            Err(failure) => {
                eprint!("{}", told(&failure));
                is_other = true;
            }
        }
    }
    if verify.rebuild {
        match pipeline::made_again(project, pdf, verify.typst.as_deref())? {
            None => eprintln!("is what this project makes, byte for byte"),
            Some(what) => {
                let other: Failure = verify::Error::Other {
                    path: pdf.to_owned(),
                    than: "what this project makes",
                    what,
                }
                .into();
                eprint!("{}", told(&other));
                is_other = true;
            }
        }
    }
    if is_other || !agrees {
        exit(Exit::DoesNotHold as i32);
    }
    Ok(())
}

/// Holds a PDF against itself, its letters against the files of their font.
fn agree(pdf: &Path, font: Option<&Path>) -> Result<(), Failure> {
    let verdict = verify::verify_letters(pdf, font)?;
    for difference in &verdict.differences {
        println!("{difference}");
    }
    tell(&verdict, font);
    if verdict.differences.is_empty() {
        return Ok(());
    }
    // what to do was said, and nothing of it differs
    if verdict.is_without_evidence() {
        exit(Exit::DoesNotHold as i32);
    }
    Err(verify::Error::Differs {
        path: pdf.to_owned(),
        count: verdict.differences.len(),
    }
    .into())
}

fn tell(verdict: &Verdict, font: Option<&Path>) {
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
    // without evidence nothing was held
    let folder = font.map(Path::display).filter(|_| attachments > 0);
    if let Some(folder) = folder {
        let family = verdict.other_letters.as_deref();
        let family = family.unwrap_or(family::family().name());
        eprintln!("held its letters against `{family}` in `{folder}`");
    }
    if verdict.differences.is_empty() {
        eprintln!("agrees with itself: text, facts and attachments");
    }
}
