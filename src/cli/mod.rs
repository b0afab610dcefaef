//! The command line: what can be typed, and which room does it.
//!
//! Two levels: [`Arguments`] is what was typed, the functions below what it means. Data goes to stdout, everything else
//! to stderr.

mod asking;
mod differing;
mod fetching;
mod progress;
mod refreshing;
mod schema;
mod sheets;
mod verifying;
mod watching;

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::base::failure::Failure;
use crate::base::hands::test_environment;
use crate::base::project::Project;
use crate::pipeline;
use crate::publish::Dialect;
use crate::query::Queries;
use crate::source::import::{self, Imported, download};

/// Reproducible position paper and open data on mid-sized Dutch municipalities, from open CBS figures.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Arguments {
    /// The project's folder, with `queries/`, `data/` and `output/`.
    #[arg(long, global = true, default_value = ".", value_name = "FOLDER")]
    project: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the paper and all open data from the snapshots in `data/`.
    Build(Build),
    /// Make each chart of the paper alone, as SVG and as PNG (1920 by 1080, and square), for slides and the press.
    Figures(MakeFigures),
    /// Make the web edition: the paper as pages, a page per indicator and gemeente, and what compares them.
    Site(MakeSite),
    /// Make a factsheet of two pages, as PDF, of a gemeente, of several, or of all.
    Factsheet(sheets::Factsheet),
    /// Test every claim and every check of the data; exit status 1 when a required one fails.
    Check(asking::Check),
    /// Take a fact or claim apart, down to the cells of CBS.
    Explain(asking::Explain),
    /// Find a sentence or number of the paper: its chapter, its fact or claim, and the query that defines it.
    Where(asking::Where),
    /// Tell the type of a gemeente, the five most like it, and where it stands out.
    Peers(asking::Peers),
    /// Say what changed between two editions, projects, folders `data/` or releases, and why: largest first.
    Diff(differing::Diff),
    /// Bring figures, regions, borders or lists into `data/`: a folder, or a file as StatLine's page or the Kiesraad gives it.
    Import(Import),
    /// Write what an editor needs to complete and check the files of `queries/`: a JSON Schema per kind of file.
    Schema,
    /// Make an edition anew whenever `queries/`, `src/paper/` or `data/` changes, and serve it on this machine.
    Watch(watching::Watch),
    /// Check a PDF against the evidence it carries, which needs nothing else; also against a list of checksums, or what is made.
    Verify(verifying::Verify),
    /// Bring every table that `queries/` asks for from CBS into `data/snapshots/`.
    Fetch(fetching::Fetch),
    /// Begin the edition of a year: its entry, the tables that continue others, new releases, and a list of what a person decides.
    NewEdition(refreshing::NewEdition),
    /// Look for tables at CBS, or at what one consists of.
    Tables(fetching::Tables),
}

#[derive(Debug, Args)]
// each is a flag of its own
#[allow(clippy::struct_excessive_bools)]
struct Build {
    /// The edition to build; without it the default one of `queries/editions.toml`.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
    /// Print the time each stage took.
    #[arg(long)]
    timings: bool,
    /// The Typst program to use; without it TYPST, PATH and the cache folder are tried, and else it is installed.
    #[arg(long, value_name = "FILE", env = "MIDDELGROOT_TYPST")]
    typst: Option<PathBuf>,
    /// Make the open data only, not the paper.
    #[arg(long)]
    data_only: bool,
    /// Write CSV in another dialect too: `nl` has semicolons and decimal commas, as Excel in Dutch opens it.
    #[arg(long, value_name = "NAME")]
    dialect: Option<OtherDialect>,
    /// Name every topic that is asked and lacking.
    #[arg(long)]
    verbose: bool,
    /// Build also where nothing has changed.
    #[arg(long)]
    force: bool,
}

/// Another dialect of CSV than that of the open data.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum OtherDialect {
    Nl,
}

#[derive(Debug, Args)]
struct MakeFigures {
    /// The edition; without it the default one of `queries/editions.toml`.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
    /// The Typst program to use; without it TYPST, PATH and the cache folder are tried, and else it is installed.
    #[arg(long, value_name = "FILE", env = "MIDDELGROOT_TYPST")]
    typst: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct MakeSite {
    /// The edition; without it the default one of `queries/editions.toml`.
    #[arg(long, value_name = "ID")]
    edition: Option<String>,
    /// The Typst program to use; without it TYPST, PATH and the cache folder are tried, and else it is installed.
    #[arg(long, value_name = "FILE", env = "MIDDELGROOT_TYPST")]
    typst: Option<PathBuf>,
    /// Leave the sheets of gemeenten out as PDF, which takes less time.
    #[arg(long)]
    without_sheets: bool,
    /// Make it also where nothing has changed.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
struct Import {
    /// Folders with a `source.toml`, or files: a download from StatLine's page, a result of the Kiesraad, a `networks.csv`.
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// The table that a download is of, where the name of the file does not tell.
    #[arg(long, value_name = "ID")]
    table: Option<String>,
    /// Keep only the topics that `queries/` asks for.
    #[arg(long)]
    only_asked: bool,
    /// Take a table that is held back because it does not look right beside the one before; the sidecar keeps the reason.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    accept: Option<String>,
}

/// Why a person takes a release that does not look right: words, on one line.
fn reason(text: &str) -> Result<String, String> {
    let reason = text.trim();
    if reason.chars().any(char::is_alphabetic) && !reason.contains(char::is_control) {
        Ok(reason.to_owned())
    } else {
        Err("expected a reason in words, on one line".to_owned())
    }
}

/// Does what was typed.
///
/// # Errors
/// Whatever the room that was asked reports.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    test_environment()?;
    let project = Project::new(&arguments.project);
    match arguments.command {
        Command::Build(build) => run_build(&project, &build),
        Command::Figures(make) => run_figures(&project, &make),
        Command::Site(make) => run_site(&project, &make),
        Command::Factsheet(make) => sheets::run_factsheet(&project, &make),
        Command::Check(check) => asking::run_check(&project, &check),
        Command::Explain(explain) => asking::run_explain(&project, &explain),
        Command::Where(wanted) => asking::run_where(&project, &wanted),
        Command::Peers(peers) => asking::run_peers(&project, &peers),
        Command::Diff(diff) => differing::run_diff(&project, &diff),
        Command::Import(import) => run_import(&project, &import),
        Command::Schema => schema::run_schema(&project),
        Command::Watch(watch) => watching::run_watch(&project, &watch),
        Command::Verify(verify) => verifying::run_verify(&project, &verify),
        Command::Fetch(fetch) => fetching::run_fetch(&project, &fetch),
        Command::NewEdition(new) => refreshing::run_new_edition(&project, &new),
        Command::Tables(tables) => fetching::run_tables(&project, &tables),
    }
}

fn run_build(project: &Project, build: &Build) -> Result<(), Failure> {
    let options = pipeline::BuildOptions {
        edition: build.edition.as_deref(),
        typst: build.typst.as_deref(),
        data_only: build.data_only,
        progress: std::io::stderr().is_terminal(),
        dialect: match build.dialect {
            Some(OtherDialect::Nl) => Dialect::Dutch,
            None => Dialect::Plain,
        },
        verbose: build.verbose,
        keep: false,
        force: build.force,
    };
    let report = pipeline::build(project, &options)?;
    eprint!("{}", report.summary());
    if build.timings {
        eprint!("{}", report.timings());
    }
    Ok(())
}

fn run_figures(project: &Project, make: &MakeFigures) -> Result<(), Failure> {
    let options = pipeline::FigureOptions {
        edition: make.edition.as_deref(),
        typst: make.typst.as_deref(),
    };
    eprint!("{}", pipeline::figures(project, &options)?);
    Ok(())
}

fn run_site(project: &Project, make: &MakeSite) -> Result<(), Failure> {
    let options = pipeline::SiteOptions {
        edition: make.edition.as_deref(),
        typst: make.typst.as_deref(),
        sheets: !make.without_sheets,
        force: make.force,
    };
    eprint!("{}", pipeline::site(project, &options)?);
    Ok(())
}

fn run_import(project: &Project, import: &Import) -> Result<(), Failure> {
    let is_download = |path: &PathBuf| download::is_download(path);
    let needs = |path: &PathBuf| import::is_agendas(path) || is_download(path);
    let queries = if import.only_asked || import.folders.iter().any(needs) {
        Some(Queries::read(&project.queries())?)
    } else {
        None
    };
    let before = differing::releases(project);
    if let (Some(_), Some(folder)) = (
        &import.table,
        import.folders.iter().find(|path| !is_download(path)),
    ) {
        let folder = folder.clone();
        return Err(import::Error::TableOfFolder { folder }.into());
    }
    let asked = download::Asked {
        only_asked: import.only_asked,
        table: import.table.as_deref(),
        accept: import.accept.as_deref(),
    };
    for folder in &import.folders {
        let (data, accept) = (project.data(), import.accept.as_deref());
        let only_asked = queries.as_ref().filter(|_| import.only_asked);
        let imported = match &queries {
            Some(queries) if import::is_agendas(folder) => {
                import::import_agendas(folder, &data, queries)
            }
            Some(queries) if is_download(folder) => {
                download::import(folder, &data, queries, asked).map_err(Failure::from)
            }
            _ => import::import_accepting(folder, &data, only_asked, accept),
        };
        match imported? {
            Imported::Table {
                table,
                release,
                topics,
                rows,
                notes,
            } => {
                eprintln!("imported table `{table}` as `{release}`: {topics} topics, {rows} rows");
                for note in notes {
                    eprintln!("  note: {note}");
                }
            }
            Imported::Files(paths) => {
                for path in paths {
                    eprintln!("wrote `{}`", path.display());
                }
            }
        }
    }
    differing::tell_revised(project, &before);
    Ok(())
}
