//! A project of a country that never was: `tests/made/README.md` tells of it.

use std::fs;

use middelgroot::base::files::sha256;
use middelgroot::base::observation::{Missing, Observation};
use middelgroot::figures::Figures;
use middelgroot::query::Queries;
use middelgroot::source::import;

use super::{Project, compute, copy, root};

/// A project of that country.
pub struct Made {
    pub project: Project,
}

impl Made {
    /// With all its tables.
    pub fn new() -> Self {
        let (project, made) = (Project::empty(), root().join("tests/made"));
        for (from, to) in [
            ("queries", "queries"),
            ("data", "data"),
            ("tables", "incoming"),
            ("paper", "src/paper"),
        ] {
            copy(&made.join(from), &project.path(to));
        }
        let new = Self { project };
        for table in fs::read_dir(made.join("tables")).expect("tables") {
            let table = table.expect("a table").file_name();
            new.import(table.to_str().expect("a name"));
        }
        new
    }

    /// Changes the observations of a table, and brings them in.
    pub fn change(&self, table: &str, old: &str, new: &str) {
        let part = format!("incoming/{table}/observations.csv");
        self.project.replace(&part, old, new);
        self.import(table);
    }

    /// Brings a table in, as `import` does.
    fn import(&self, table: &str) {
        let folder = self.project.path("incoming").join(table);
        let observations = fs::read(folder.join("observations.csv")).expect("observations");
        let part = format!("incoming/{table}/source.toml");
        let source = self.project.text(&part);
        let (source, _) = source.split_once("sha256").unwrap_or((&source, ""));
        let hash = format!("{source}sha256 = \"{}\"\n", sha256(&observations));
        self.project.write(&part, &hash);
        // what a test changes, no publisher would
        import::import_accepting(&folder, &self.project.data(), None, Some("made"))
            .unwrap_or_else(|error| panic!("{table}: {error}"));
    }

    pub fn queries(&self) -> Queries {
        let folder = self.project.path("queries");
        Queries::read(&folder).unwrap_or_else(|error| panic!("{error}"))
    }

    /// All figures of an edition.
    pub fn figures(&self, queries: &Queries, edition: &str) -> Figures {
        compute(&self.project.data(), queries, edition).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The value, or why there is none.
pub fn told(observation: Observation) -> Result<f64, Missing> {
    observation.value.ok_or(observation.missing)
}
