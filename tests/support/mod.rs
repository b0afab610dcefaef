//! What all tests share, once: projects of a test's own, the built program, CSV files by column, figures.
//!
//! There are three kinds of figures. The project's own in `data/` change with every yearly refresh: a test that looks at
//! those says so in its name (`refreshed_…`). Those in `tests/frozen/` never change: numbers are asserted on them. Those in
//! `tests/made/` never were: a country of a few gemeenten, small enough to compute by hand. Whatever goes wrong here
//! panics, with what was tried.

// every test file uses its own part, and stops where something is wrong
#![allow(dead_code, missing_docs, unused_imports)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod country;
mod made;
mod peak;
mod project;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use middelgroot::base::clock::Clock;
use middelgroot::base::failure::Failure;
use middelgroot::figures::Figures;
use middelgroot::gemeente::RegionId;
use middelgroot::query::{Edition, IndicatorId, Queries, TopicId};

pub use made::{Made, told};
pub use peak::peak;
pub use project::{Project, Run, program};
pub use sheet::Sheet;

/// The project's own folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The figures that never change.
pub fn frozen() -> PathBuf {
    root().join("tests/frozen/data")
}

/// The folder with the raw figures, which only some machines have; says so where it is not.
pub fn shared(part: &str) -> Option<PathBuf> {
    let folder = root().join("../shared").join(part);
    if folder.exists() {
        return Some(folder);
    }
    println!("`../shared/{part}` is not here: nothing to compare with");
    None
}

/// A folder for temporary files, inside `target/`.
fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap_or_else(|error| panic!("{}: {error}", to.display()));
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let path = entry.expect("an entry").path();
        let place = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}

/// Every file of a folder with its bytes, by path within it, but the logs of runs: those alone have the clock in them. None
/// where there is no such folder.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "run.json") {
            } else if let Ok(bytes) = fs::read(&path) {
                // a program at work takes its temporary files away
                let name = path.strip_prefix(folder).expect("inside").to_string_lossy();
                found.insert(name.into_owned(), bytes);
            }
        }
    }
    found
}

/// Names in two folders whose bytes differ, or that only one has.
pub fn differences(
    one: &BTreeMap<String, Vec<u8>>,
    other: &BTreeMap<String, Vec<u8>>,
) -> Vec<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names
        .into_iter()
        .filter(|name| one.get(*name) != other.get(*name))
        .cloned()
        .collect()
}

/// The queries of the real project.
pub fn queries() -> Queries {
    Queries::read(&root().join("queries")).unwrap_or_else(|error| panic!("{error}"))
}

/// The edition that the real project makes when none is named: another one after a refresh.
pub fn edition() -> Edition {
    let queries = queries();
    queries.edition(None).expect("a default edition").clone()
}

/// All figures of an edition of the real project, from the data that never change.
pub fn figures(edition: &str) -> Figures {
    compute(&frozen(), &queries(), edition).unwrap_or_else(|error| panic!("{error}"))
}

/// All figures of the edition that the real project makes when none is named, from its own data: others after a refresh.
pub fn figures_of_today() -> Figures {
    let data = root().join("data");
    compute(&data, &queries(), &edition().id).unwrap_or_else(|error| panic!("{error}"))
}

/// All figures of an edition.
pub fn compute(data: &Path, queries: &Queries, edition: &str) -> Result<Figures, Failure> {
    let mut edition = queries.edition(Some(edition)).expect("an edition").clone();
    // figures that never change have no list of members that is newer than they are
    let lists = project::lists_of(data);
    for (group, date) in &mut edition.groups.lists {
        let name = &queries.groups.get(*group).id;
        if !lists.contains(&(name.clone(), date.clone())) {
            let newest = lists.iter().rfind(|(of, _)| of == name);
            newest.expect("a list").1.clone_into(date);
        }
    }
    Figures::compute(data, queries, &edition, &mut Clock::default())
}

/// The region with this code.
pub fn region(code: &str) -> RegionId {
    RegionId::parse(code).unwrap_or_else(|| panic!("`{code}` is no region"))
}

/// The indicator with this id.
pub fn indicator(queries: &Queries, id: &str) -> IndicatorId {
    let found = queries
        .indicator_ids()
        .find(|known| queries[*known].id == id);
    found.unwrap_or_else(|| panic!("there is no indicator `{id}`"))
}

/// The topic with this id.
pub fn topic(queries: &Queries, id: &str) -> TopicId {
    let found = queries.topic_ids().find(|known| queries[*known].id == id);
    found.unwrap_or_else(|| panic!("there is no topic `{id}`"))
}

/// Whether two numbers are the same but for the last bits of a sum.
pub fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}
