//! `fetch` and `tables` on the command line: what can be typed, and how it is reported.
//!
//! Data (requests, tables, JSON) goes to stdout, what was done and what failed to stderr. Ctrl-C ends a fetch in a state
//! that the next one goes on from.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::sync::atomic::Ordering;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::differing;
use super::progress::{Bars, LongWaits};
use crate::base::failure::{Failure, Report};
use crate::base::files;
use crate::base::project::Project;
use crate::query::Queries;
use crate::source::cbs::{
    Client, Config, Description, DimensionKind, Entry, ErrorKind, PlannedRequest, Progress, Service,
};
use crate::source::fetch::{
    self, Brought, Error, Options, Outcome, RegionsReport, TableReport, UpdateReport, UpdateStatus,
};

/// `fetch`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that can be typed"
)]
#[derive(Debug, Args)]
pub struct Fetch {
    /// Tables to fetch; without any, all that `queries/` asks for.
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
    /// Take the newest release and pin it, instead of bringing what `data/snapshots.lock` pins.
    #[arg(long, conflicts_with_all = ["check", "dry_run"])]
    update: bool,
    /// Take releases that are held back because they do not look right beside the one before; the sidecar keeps the reason.
    #[arg(long, value_name = "REASON", conflicts_with_all = ["check", "dry_run"], value_parser = super::reason)]
    accept: Option<String>,
    /// Only ask CBS whether there is anything new; exit status 1 when a refresh is due.
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Print the requests that would be made. The lists of each table are read for it.
    #[arg(long)]
    dry_run: bool,
    /// Print every note: what the tables lack, and what CBS calls otherwise.
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    common: CommonArgs,
}

/// `tables`.
#[derive(Debug, Args)]
pub struct Tables {
    #[command(subcommand)]
    command: TablesCommand,
}

#[derive(Debug, Subcommand)]
enum TablesCommand {
    /// List the tables of which id or title has all the words.
    Search {
        /// Words, in any case.
        #[arg(required = true)]
        words: Vec<String>,
        #[command(flatten)]
        common: CommonArgs,
    },
    /// Show what a table consists of: dimensions, topics with path and unit, periods with status, regions.
    Show {
        /// Table id, verbatim.
        id: String,
        #[command(flatten)]
        common: CommonArgs,
    },
}

#[derive(Debug, Args)]
struct CommonArgs {
    /// One server in the place of all of CBS's, with the paths as there.
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl CommonArgs {
    fn config(&self, project: &Project) -> Result<Config, Failure> {
        Ok(fetch::settings(&project.queries(), self.mirror.as_deref())?)
    }
}

/// Listens on a terminal; in a pipe only long waits are heard.
pub(super) fn listener() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() {
        Box::new(Bars::new())
    } else {
        Box::new(LongWaits)
    }
}

/// A client that Ctrl-C stops.
pub(super) fn client(config: Config) -> Result<Client, Failure> {
    let client = Client::new(config)?;
    let stop = client.stop_flag();
    // without a handler Ctrl-C ends the process at once, which can be resumed as well
    let _ = ctrlc::set_handler(move || stop.store(true, Ordering::Relaxed));
    Ok(client)
}

/// Writes data to stdout; a reader that went away is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Ok(files::at("write", "stdout".as_ref(), Err(error))?)
        }
        _ => Ok(()),
    }
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from);
    print(&(files::at("write", "stdout".as_ref(), text)? + "\n"))
}

/// `fetch`, `fetch --check`, `fetch --dry-run`.
pub fn run_fetch(project: &Project, fetch: &Fetch) -> Result<(), Failure> {
    let queries = Queries::read(&project.queries())?;
    // a wrong id is told before anything is asked
    fetch::tables(&queries, &fetch.tables)?;
    let config = fetch.common.config(project)?;
    let at_once = config.tables_at_once;
    let client = client(config)?;
    let listener = listener();
    if fetch.check {
        return check(project, fetch, &queries, &client, &*listener);
    }
    if fetch.dry_run {
        return dry_run(project, fetch, &queries, &client, &*listener);
    }
    let options = Options {
        tables: fetch.tables.clone(),
        update: fetch.update,
        accept: fetch.accept.clone(),
    };
    let data = project.data();
    let before = differing::releases(project);
    let reports = fetch::fetch(&client, at_once, &queries, &data, &options, &*listener)?;
    eprint!("{}", all_in_words(&reports, fetch.verbose));
    differing::tell_revised(project, &before);
    if fetch.common.json {
        print_json(&reports)?;
    }
    let mut ends = ends(&reports);
    let last = ends.pop();
    ends.iter().for_each(failed);
    last.map_or(Ok(()), |error| Err(error.into()))
}

/// What a fetch ends with, the gravest last.
fn ends(reports: &[TableReport]) -> Vec<Error> {
    let new_regions = reports.iter().flat_map(|report| &report.new_regions);
    let new_regions: BTreeSet<&String> = new_regions.collect();
    let new_regions = (!new_regions.is_empty())
        .then(|| Error::NewRegions(new_regions.into_iter().cloned().collect()));
    let lists = reports
        .iter()
        .filter_map(|report| report.lists.as_ref()?.error.as_ref());
    let lists = lists.map(|error| Error::ListsFailed(error.exit())).next();
    let errors = reports.iter().filter_map(|report| report.error.as_ref());
    let errors = Error::of_all(errors, reports.len());
    [new_regions, lists, errors].into_iter().flatten().collect()
}

/// What became of the list of gemeenten and herindelingen.
fn lists_in_words(report: &RegionsReport, verbose: bool) -> String {
    let release = &report.release;
    let what = "the list of gemeenten and herindelingen";
    let mut text = match report.outcome {
        Brought::New => format!("  {what} is new in `data/regions`: that of {release}\n"),
        Brought::Unchanged => format!("  {what} is the one that is here\n"),
        Brought::Left => format!("  {what} is left as it is\n"),
        Brought::Failed => String::new(),
    };
    let old = report
        .old
        .iter()
        .filter(|_| verbose)
        .map(|line| format!("not understood, of before the first list: {line}"));
    for note in report.notes.iter().cloned().chain(old) {
        let _ = writeln!(text, "  {note}");
    }
    if !report.old.is_empty() && !verbose {
        let _ = writeln!(
            text,
            "  {} lines of before the first list were not understood: `--verbose` prints them",
            report.old.len()
        );
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "  warning: {warning}");
    }
    if let Some(error) = &report.error {
        let _ = writeln!(text, "{}", failure(error));
    }
    text
}

/// A failure and what to do about it.
fn failure(error: &Error) -> String {
    let hint = error
        .hint()
        .map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
    format!("failed: {error}{hint}")
}

fn failed(error: &Error) {
    eprintln!("{}", failure(error));
}

/// What became of all tables, what failed last.
fn all_in_words(reports: &[TableReport], verbose: bool) -> String {
    let (bad, good): (Vec<_>, Vec<_>) = reports
        .iter()
        .partition(|report| report.outcome == Outcome::Failed);
    let words = |reports: Vec<&TableReport>| -> String {
        let words = reports.into_iter().map(|report| in_words(report, verbose));
        words.collect()
    };
    let notes: usize = reports.iter().map(|report| report.notes.len()).sum();
    let hidden = if verbose || notes == 0 {
        String::new()
    } else {
        format!(
            "{notes} notes on what the tables lack or call otherwise: `--verbose` prints them\n"
        )
    };
    words(good) + &hidden + &words(bad)
}

fn in_words(report: &TableReport, verbose: bool) -> String {
    let (table, release) = (&report.table, report.release.as_deref().unwrap_or_default());
    let mut text = match report.outcome {
        Outcome::Fetched => format!(
            "fetched table `{table}` as `{release}`: {} topics, {} rows\n",
            report.topics, report.rows
        ),
        Outcome::Unchanged => format!("table `{table}` is unchanged: `{release}`\n"),
        Outcome::Here => format!("table `{table}` is here as pinned: `{release}`\n"),
        Outcome::File => format!("table `{table}` is a file and left alone: `import` brings it\n"),
        Outcome::Lacking => {
            format!(
                "table `{table}` is left out: CBS has nothing of it, and all of it is optional\n"
            )
        }
        Outcome::Failed => String::new(),
    };
    if report.resumed > 0 {
        let _ = writeln!(
            text,
            "  resumed: {} of {} requests were already here",
            report.resumed, report.requests
        );
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "  warning: {warning}");
    }
    for note in report.notes.iter().filter(|_| verbose) {
        let _ = writeln!(text, "  note: {note}");
    }
    if let Some(lists) = &report.lists {
        text.push_str(&lists_in_words(lists, verbose));
    }
    if let Some(error) = &report.error {
        let _ = writeln!(text, "{}", failure(error));
    }
    text
}

fn check(
    project: &Project,
    fetch: &Fetch,
    queries: &Queries,
    client: &Client,
    listener: &dyn Progress,
) -> Result<(), Failure> {
    let checked = fetch::check(client, queries, &project.data(), &fetch.tables, listener)?;
    if fetch.common.json {
        print_json(&checked)?;
    } else {
        print(&checked.iter().map(check_line).collect::<String>())?;
    }
    match checked.iter().filter(|one| one.status.is_due()).count() {
        0 => Ok(()),
        due => Err(Error::Due(due).into()),
    }
}

fn check_line(one: &UpdateReport) -> String {
    let mut line = format!("{:24} {:12}", one.table, one.status.word());
    if one.status == UpdateStatus::Revised {
        let _ = write!(line, " {} -> {}", one.pinned, one.latest);
    } else if one.status == UpdateStatus::Current {
        let _ = write!(line, " {}", one.pinned);
    }
    if !one.note.is_empty() {
        let _ = write!(line, " {}", one.note);
    }
    line.trim_end().to_owned() + "\n"
}

#[derive(Serialize)]
struct DryRun<'a> {
    table: &'a str,
    requests: &'a [PlannedRequest],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

fn dry_run(
    project: &Project,
    fetch: &Fetch,
    queries: &Queries,
    client: &Client,
    listener: &dyn Progress,
) -> Result<(), Failure> {
    let planned = fetch::requests(client, queries, &project.data(), &fetch.tables, listener)?;
    let mut all = Vec::new();
    for (table, requests) in &planned {
        match requests {
            Ok(requests) => {
                if !fetch.common.json {
                    for request in requests {
                        print(&format!("{}\n", request.url))?;
                    }
                }
                all.push(DryRun {
                    table,
                    requests,
                    error: None,
                });
            }
            Err(error) => {
                failed(error);
                all.push(DryRun {
                    table,
                    requests: &[],
                    error: Some(error.to_string()),
                });
            }
        }
    }
    if fetch.common.json {
        print_json(&all)?;
    }
    let errors = planned
        .iter()
        .filter_map(|(_, requests)| requests.as_ref().err());
    Error::of_all(errors, planned.len()).map_or(Ok(()), |error| Err(error.into()))
}

/// `tables search` and `tables show`.
pub fn run_tables(project: &Project, tables: &Tables) -> Result<(), Failure> {
    match &tables.command {
        TablesCommand::Search { words, common } => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let client = client(common.config(project)?)?;
            let found = client.search(&words, &*listener())?;
            if found.is_empty() {
                eprintln!(
                    "no table has `{}` in its id, title or catalog",
                    words.join("` and `")
                );
            }
            if common.json {
                print_json(&found)
            } else {
                print(&found.iter().map(entry_line).collect::<String>())
            }
        }
        TablesCommand::Show { id, common } => {
            let client = client(common.config(project)?)?;
            let table = describe(project, &client, id)?;
            for warning in &table.warnings {
                eprintln!("warning: {warning}");
            }
            if common.json {
                print_json(&table)
            } else {
                print(&description(&table))
            }
        }
    }
}

/// A table of CBS, else of a third party; where the queries know it, from where they say.
fn describe(project: &Project, client: &Client, id: &str) -> Result<Description, Failure> {
    let listener = listener();
    let known = Queries::read(&project.queries()).ok();
    let catalog = known
        .as_ref()
        .and_then(|queries| queries.tables.get(id))
        .map_or("CBS", |table| table.catalog.as_str());
    match client.describe(id, catalog, Service::Auto, &*listener) {
        Err(error) if matches!(*error.kind, ErrorKind::NotFound) && catalog == "CBS" => {
            Ok(client.describe(id, "dataderden", Service::V3, &*listener)?)
        }
        other => Ok(other?),
    }
}

fn entry_line(entry: &Entry) -> String {
    let modified = if entry.v4.modified.is_empty() {
        &entry.v3.modified
    } else {
        &entry.v4.modified
    };
    let stopped = if entry.discontinued { ", stopped" } else { "" };
    format!(
        "{:10} {} ({}, {}, {}{stopped})\n",
        entry.id,
        entry.title,
        entry.catalog,
        entry.services.join(" and "),
        modified.get(..10).unwrap_or(modified),
    )
}

fn description(table: &Description) -> String {
    let mut text = format!(
        "{} {}\ncatalog {}, service {}, modified {}",
        table.id, table.title, table.catalog, table.service, table.release.modified
    );
    if !table.release.version.is_empty() {
        let _ = write!(text, ", version {}", table.release.version);
    }
    let _ = writeln!(text, ", {}, {}", table.period, table.reason);
    for dimension in &table.dimensions {
        let count = dimension.members.len();
        let _ = write!(
            text,
            "\n{} `{}`: {count} members",
            dimension.key, dimension.title
        );
        if dimension.kind == DimensionKind::Geo {
            let _ = write!(text, ", {} gemeenten", table.gemeenten());
        }
        if let Some(year) = dimension.map_year {
            let _ = write!(text, ", map of {year}");
        }
        text.push('\n');
        let few = |member: &&crate::source::cbs::Member| {
            dimension.kind != DimensionKind::Geo || !member.key.starts_with("GM")
        };
        let shown = if dimension.kind == DimensionKind::Geo {
            5
        } else {
            60
        };
        for member in dimension.members.iter().filter(few).take(shown) {
            let _ = write!(text, "  {:12} {}", member.key, member.title);
            if dimension.kind == DimensionKind::Time {
                let _ = write!(text, " ({})", member.status);
            }
            text.push('\n');
        }
        if dimension.members.len() > shown {
            text.push_str("  … (all with --json)\n");
        }
    }
    text.push_str("\ntopics\n");
    for topic in &table.topics {
        let _ = writeln!(text, "  {:40} {} ({})", topic.key, topic.path, topic.unit);
    }
    text
}
