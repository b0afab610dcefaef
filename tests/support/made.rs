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

    /// The same with a paper of one chapter, whose claims and figures are those of its theme.
    pub fn with_paper() -> Self {
        let new = Self::new();
        let project = &new.project;
        let main = "#set document(title: \"Proef\")\n#set text(font: \"Noto Sans\", lang: \"nl\")\n#include \"chapters/proef.typ\"\n";
        project.write("src/paper/main.typ", main);
        // numbers in a title are facts, or the paper is refused
        let theme = "queries/themes/proef.toml";
        let titles = project
            .text(theme)
            .replace("van 1.000 tot 3.000", "van middelmaat");
        project.write(theme, &titles);
        project.write("src/paper/chapters/proef.typ", "= Proef\nEen zin.\n");
        new
    }

    /// Changes the observations of a table, and brings them in.
    pub fn change(&self, table: &str, old: &str, new: &str) {
        let part = format!("incoming/{table}/observations.csv");
        self.project.replace(&part, old, new);
        self.import(table);
    }

    /// Gives another value, up to its comma, to the observation that starts so, and brings its table in.
    pub fn change_value(&self, table: &str, start: &str, value: &str) {
        let text = self
            .project
            .text(&format!("incoming/{table}/observations.csv"));
        let row = text.lines().find(|row| row.starts_with(start));
        let row = row.unwrap_or_else(|| panic!("`{start}` is not in {table}"));
        let cells: Vec<&str> = row.split(',').collect();
        let new = format!("{},{value}{}", cells[..3].join(","), cells[4..].join(","));
        self.change(table, row, &new);
    }

    /// Asks for a table of a test's own, and brings it in: lines of `topics.csv` up to the decimals, and of
    /// `observations.csv` up to the value. `more` stands in its entry in `tables.toml`.
    pub fn bring(&self, table: &str, more: &str, topics: &[&str], rows: &[&str]) {
        let folder = self.project.path("incoming").join(table);
        fs::create_dir_all(&folder).expect("a folder");
        let entry = format!("\n[[table]]\nid = \"{table}\"\n{more}\n");
        self.project.append("queries/tables.toml", &entry);
        let source = self.project.text("incoming/prijs/source.toml");
        let source = source.replace("\"prijs\"", &format!("\"{table}\""));
        self.project
            .write(&format!("incoming/{table}/source.toml"), &source);
        let mut text =
            "topic,title,unit,decimals,presentation,source_column,key_known\n".to_owned();
        text.extend(
            topics
                .iter()
                .map(|topic| format!("{topic},Absolute,0,true\n")),
        );
        self.project
            .write(&format!("incoming/{table}/topics.csv"), &text);
        let mut rows: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
        rows.sort_by_key(|row| (row[2], row[1], row[0]));
        let mut text = "region,period,topic,value,missing,status\n".to_owned();
        text.extend(
            rows.iter()
                .map(|row| format!("{},none,definitief\n", row.join(","))),
        );
        self.project
            .write(&format!("incoming/{table}/observations.csv"), &text);
        self.import(table);
    }

    /// Adds to its theme.
    pub fn ask(&self, text: &str) {
        self.project
            .append("queries/themes/proef.toml", &format!("\n{text}\n"));
    }

    /// All figures of an edition, or what is said of them.
    pub fn figured(&self, edition: &str) -> Result<Figures, String> {
        let queries = Queries::read(&self.project.path("queries")).map_err(|of| of.to_string())?;
        compute(&self.project.data(), &queries, edition).map_err(|error| error.to_string())
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
